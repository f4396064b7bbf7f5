/* Heaps, local and global memory, pages. Blocks are malloc's; a header before each keeps its size and, for heaps that
 * can be destroyed, its neighbours. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "kernel32/handle.h"
#include "kernel32/linux_error.h"
#include "ntstatus.h"

struct heap;

struct block {
    struct block *previous, *next; /* in the heap's list, under its lock */
    struct heap *heap;
    SIZE_T size;
};

struct heap {
    pthread_mutex_t lock;
    struct block *blocks;
    bool listed; /* false for the process heap: it is never destroyed */
};

static struct heap process_heap = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void link_block(struct heap *h, struct block *b)
{
    if (!h->listed)
        return;
    pthread_mutex_lock(&h->lock);
    b->previous = NULL;
    b->next = h->blocks;
    if (b->next)
        b->next->previous = b;
    h->blocks = b;
    pthread_mutex_unlock(&h->lock);
}

static void unlink_block(struct heap *h, struct block *b)
{
    if (!h->listed)
        return;
    pthread_mutex_lock(&h->lock);
    if (b->previous)
        b->previous->next = b->next;
    else
        h->blocks = b->next;
    if (b->next)
        b->next->previous = b->previous;
    pthread_mutex_unlock(&h->lock);
}

HANDLE GetProcessHeap(void)
{
    return &process_heap;
}

HANDLE HeapCreate(DWORD options, SIZE_T initial, SIZE_T maximum)
{
    struct heap *h = calloc(1, sizeof *h);

    if (!h) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    pthread_mutex_init(&h->lock, NULL);
    h->listed = true;
    return h;
}

BOOL HeapDestroy(HANDLE heap)
{
    struct heap *h = heap;

    if (!h || !h->listed) {
        SetLastError(ERROR_INVALID_HANDLE);
        return FALSE;
    }
    for (struct block *b = h->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    pthread_mutex_destroy(&h->lock);
    free(h);
    return TRUE;
}

LPVOID HeapAlloc(HANDLE heap, DWORD flags, SIZE_T size)
{
    struct heap *h = heap;
    struct block *b = size > SIZE_MAX / 2 ? NULL : malloc(sizeof *b + size);

    if (!b) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    b->heap = h;
    b->size = size;
    link_block(h, b);
    if (flags & HEAP_ZERO_MEMORY)
        memset(b + 1, 0, size);
    return b + 1;
}

LPVOID HeapReAlloc(HANDLE heap, DWORD flags, LPVOID block, SIZE_T size)
{
    struct block *old = (struct block *)block - 1;

    if (flags & HEAP_REALLOC_IN_PLACE_ONLY && size > old->size) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    void *larger = HeapAlloc(heap, flags, size);
    if (!larger)
        return NULL;
    memcpy(larger, block, old->size < size ? old->size : size);
    HeapFree(heap, 0, block);
    return larger;
}

BOOL HeapFree(HANDLE heap, DWORD flags, LPVOID block)
{
    if (!block)
        return TRUE;
    struct block *b = (struct block *)block - 1;
    if (b->heap != heap) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    unlink_block(b->heap, b);
    free(b);
    return TRUE;
}

SIZE_T HeapSize(HANDLE heap, DWORD flags, LPCVOID block)
{
    return ((const struct block *)block - 1)->size;
}

HLOCAL LocalAlloc(UINT flags, SIZE_T size)
{
    return HeapAlloc(&process_heap, flags & LMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0, size);
}

HLOCAL LocalReAlloc(HLOCAL block, SIZE_T size, UINT flags)
{
    return HeapReAlloc(&process_heap, flags & LMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0, block, size);
}

HLOCAL LocalFree(HLOCAL block)
{
    return HeapFree(&process_heap, 0, block) ? NULL : block;
}

HGLOBAL GlobalAlloc(UINT flags, SIZE_T size)
{
    return LocalAlloc(flags, size);
}

HGLOBAL GlobalFree(HGLOBAL block)
{
    return LocalFree(block);
}

/* --- pages --- */

static const struct {
    DWORD windows;
    int linux_bits;
} protections[] = {
    {PAGE_NOACCESS, PROT_NONE},
    {PAGE_READONLY, PROT_READ},
    {PAGE_READWRITE, PROT_READ | PROT_WRITE},
    {PAGE_WRITECOPY, PROT_READ | PROT_WRITE},
    {PAGE_EXECUTE, PROT_EXEC},
    {PAGE_EXECUTE_READ, PROT_READ | PROT_EXEC},
    {PAGE_EXECUTE_READWRITE, PROT_READ | PROT_WRITE | PROT_EXEC},
};

static int linux_protection(DWORD protect)
{
    for (size_t i = 0; i < sizeof protections / sizeof *protections; i++) {
        if (protections[i].windows == (protect & 0xFF))
            return protections[i].linux_bits;
    }
    return -1;
}

/* Regions we made, so that MEM_RELEASE knows their size. */
struct region {
    struct region *next;
    char *base;
    SIZE_T size;
    DWORD protect;
};

static pthread_mutex_t regions_lock = PTHREAD_MUTEX_INITIALIZER;
static struct region *regions;

static LPVOID reserve(LPVOID address, SIZE_T size, int bits, DWORD protect)
{
    struct region *r = malloc(sizeof *r);
    char *base = r ? mmap(address, size, bits, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) : MAP_FAILED;

    if (base == MAP_FAILED) {
        free(r);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    pthread_mutex_lock(&regions_lock);
    *r = (struct region){regions, base, size, protect};
    regions = r;
    pthread_mutex_unlock(&regions_lock);
    return base;
}

LPVOID VirtualAlloc(LPVOID address, SIZE_T size, DWORD type, DWORD protect)
{
    int bits = linux_protection(protect);

    if (size == 0 || bits < 0 || !(type & (MEM_COMMIT | MEM_RESERVE))) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (type & MEM_RESERVE || !address)
        return reserve(address, size, type & MEM_COMMIT ? bits : PROT_NONE, protect);
    char *start = (char *)((ULONG_PTR)address & ~(ULONG_PTR)4095);
    if (mprotect(start, (size_t)((char *)address + size - start), bits) == 0)
        return start;
    SetLastError(ERROR_INVALID_ADDRESS);
    return NULL;
}

BOOL VirtualFree(LPVOID address, SIZE_T size, DWORD type)
{
    if (type == MEM_DECOMMIT && size > 0) {
        char *start = (char *)((ULONG_PTR)address & ~(ULONG_PTR)4095);
        size_t length = (size_t)((char *)address + size - start);
        return (madvise(start, length, MADV_DONTNEED) == 0 && mprotect(start, length, PROT_NONE) == 0) ||
               k32_errno_result();
    }
    if (type != MEM_RELEASE || size != 0) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    pthread_mutex_lock(&regions_lock);
    struct region **at = &regions;
    while (*at && (*at)->base != address)
        at = &(*at)->next;
    struct region *r = *at;
    if (r)
        *at = r->next;
    pthread_mutex_unlock(&regions_lock);
    if (!r) {
        SetLastError(ERROR_INVALID_ADDRESS);
        return FALSE;
    }
    munmap(r->base, r->size);
    free(r);
    return TRUE;
}

BOOL VirtualProtect(LPVOID address, SIZE_T size, DWORD protect, PDWORD previous)
{
    int bits = linux_protection(protect);

    if (bits < 0 || !previous) {
        SetLastError(bits < 0 ? ERROR_INVALID_PARAMETER : ERROR_NOACCESS);
        return FALSE;
    }
    char *start = (char *)((ULONG_PTR)address & ~(ULONG_PTR)4095);
    pthread_mutex_lock(&regions_lock);
    struct region *r = regions;
    while (r && !(start >= r->base && start < r->base + r->size))
        r = r->next;
    *previous = r ? r->protect : PAGE_READWRITE;
    if (r)
        r->protect = protect;
    pthread_mutex_unlock(&regions_lock);
    return mprotect(start, (size_t)((char *)address + size - start), bits) == 0 || k32_errno_result();
}

BOOL VirtualLock(LPVOID address, SIZE_T size)
{
    return mlock(address, size) == 0 || k32_errno_result();
}

BOOL VirtualUnlock(LPVOID address, SIZE_T size)
{
    return munlock(address, size) == 0 || k32_errno_result();
}
