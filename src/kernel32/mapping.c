/* Files mapped into memory. */
#include "kernel32/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel32/linux_error.h"
#include "kernel32/name.h"
#include "ntstatus.h"

#define GRANULARITY 0x10000u

struct section {
    struct k32_object object;
    int fd;
    uint64_t size;
    DWORD protect;
};

static void destroy_section(struct k32_object *object)
{
    close(((struct section *)object)->fd);
    free(object);
}

static const struct k32_type section_type = {.name = "Section", .close = k32_name_remove, .destroy = destroy_section};

struct k32_object *k32_section_new(int fd, uint64_t size, DWORD protect)
{
    struct section *s = calloc(1, sizeof *s);

    if (!s) {
        close(fd);
        return NULL;
    }
    k32_object_init(&s->object, &section_type);
    s->fd = fd;
    s->size = size;
    s->protect = protect;
    return &s->object;
}

/* A descriptor of our own for the section: the file's handle may be closed before it. -1 with the last error. */
static int open_backing(HANDLE file, uint64_t size)
{
    if (file == INVALID_HANDLE_VALUE) {
        int fd = size ? memfd_create("section", MFD_CLOEXEC) : -1;
        if (fd < 0 || ftruncate(fd, (off_t)size)) {
            SetLastError(size ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_PARAMETER);
            if (fd >= 0)
                close(fd);
            return -1;
        }
        return fd;
    }
    struct k32_object *object = k32_object_of(file, NULL);
    if (!object)
        return -1;
    int from = k32_file_descriptor(object), fd = from < 0 ? -1 : fcntl(from, F_DUPFD_CLOEXEC, 0);
    if (from < 0)
        SetLastError(ERROR_INVALID_HANDLE);
    else if (fd < 0)
        k32_errno_result();
    k32_release(object);
    return fd;
}

/* The section's size: what is asked for, else the file's. false with the last error. */
static bool settle_size(int fd, uint64_t *size, DWORD protect)
{
    struct stat st;

    if (fstat(fd, &st))
        return k32_errno_result();
    if (*size == 0)
        *size = (uint64_t)st.st_size;
    if (*size == 0) {
        SetLastError(ERROR_FILE_INVALID);
        return false;
    }
    if (*size <= (uint64_t)st.st_size)
        return true;
    if ((protect & 0xFF) != PAGE_READWRITE) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return false;
    }
    return ftruncate(fd, (off_t)*size) == 0 || k32_errno_result();
}

HANDLE CreateFileMappingW(HANDLE file, LPSECURITY_ATTRIBUTES attributes, DWORD protect, DWORD size_high, DWORD size_low,
    LPCWSTR name)
{
    uint64_t size = (uint64_t)size_high << 32 | size_low;
    int fd = open_backing(file, size);

    if (fd < 0)
        return NULL;
    if (!settle_size(fd, &size, protect)) {
        close(fd);
        return NULL;
    }
    return k32_name_create(k32_section_new(fd, size, protect), name);
}

HANDLE CreateFileMappingA(HANDLE file, LPSECURITY_ATTRIBUTES attributes, DWORD protect, DWORD size_high, DWORD size_low,
    LPCSTR name)
{
    WCHAR *wide = k32_wide(name);
    HANDLE handle = CreateFileMappingW(file, attributes, protect, size_high, size_low, wide);

    free(wide);
    return handle;
}

/* --- views: their sizes are kept for UnmapViewOfFile --- */

struct view {
    struct view *next;
    void *address;
    size_t size;
};

static pthread_mutex_t views_lock = PTHREAD_MUTEX_INITIALIZER;
static struct view *views;

static void *add_view(void *address, size_t size)
{
    struct view *v = malloc(sizeof *v);

    if (!v) {
        munmap(address, size);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    pthread_mutex_lock(&views_lock);
    *v = (struct view){views, address, size};
    views = v;
    pthread_mutex_unlock(&views_lock);
    return address;
}

static bool writable(DWORD protect)
{
    return (protect & 0xFF) == PAGE_READWRITE || (protect & 0xFF) == PAGE_EXECUTE_READWRITE;
}

static LPVOID map(struct section *s, DWORD access, uint64_t offset, SIZE_T size)
{
    bool copy = access == FILE_MAP_COPY, writes = access & FILE_MAP_WRITE;

    if (offset % GRANULARITY || offset > s->size || size > s->size - offset) {
        SetLastError(offset % GRANULARITY ? ERROR_MAPPED_ALIGNMENT : ERROR_ACCESS_DENIED);
        return NULL;
    }
    if (writes && !writable(s->protect)) {
        SetLastError(ERROR_ACCESS_DENIED);
        return NULL;
    }
    if (size == 0)
        size = s->size - offset;
    void *address = mmap(NULL, size, PROT_READ | (copy || writes ? PROT_WRITE : 0), copy ? MAP_PRIVATE : MAP_SHARED,
        s->fd, (off_t)offset);
    if (address == MAP_FAILED) {
        k32_errno_result();
        return NULL;
    }
    return add_view(address, size);
}

LPVOID MapViewOfFile(HANDLE mapping, DWORD access, DWORD offset_high, DWORD offset_low, SIZE_T size)
{
    struct k32_object *object = k32_object_of(mapping, &section_type);

    if (!object)
        return NULL;
    LPVOID address = map((struct section *)object, access, (uint64_t)offset_high << 32 | offset_low, size);
    k32_release(object);
    return address;
}

BOOL UnmapViewOfFile(LPCVOID address)
{
    pthread_mutex_lock(&views_lock);
    struct view **at = &views;
    while (*at && (*at)->address != address)
        at = &(*at)->next;
    struct view *v = *at;
    if (v)
        *at = v->next;
    pthread_mutex_unlock(&views_lock);
    if (!v) {
        SetLastError(ERROR_INVALID_ADDRESS);
        return FALSE;
    }
    munmap(v->address, v->size);
    free(v);
    return TRUE;
}

BOOL UnmapViewOfFileEx(PVOID address, ULONG flags)
{
    return UnmapViewOfFile(address);
}

BOOL FlushViewOfFile(LPCVOID address, SIZE_T size)
{
    char *start = (char *)((ULONG_PTR)address & ~(ULONG_PTR)4095);

    pthread_mutex_lock(&views_lock);
    struct view *v = views;
    while (v && v->address != address)
        v = v->next;
    if (size == 0 && v)
        size = v->size;
    pthread_mutex_unlock(&views_lock);
    return msync(start, (size_t)((const char *)address + size - start), MS_SYNC) == 0 || k32_errno_result();
}

/* --- what is at an address --- */

static DWORD windows_protection(const char *letters)
{
    bool r = letters[0] == 'r', w = letters[1] == 'w', x = letters[2] == 'x';

    if (x)
        return w ? PAGE_EXECUTE_READWRITE : r ? PAGE_EXECUTE_READ : PAGE_EXECUTE;
    return w ? PAGE_READWRITE : r ? PAGE_READONLY : PAGE_NOACCESS;
}

SIZE_T VirtualQuery(LPCVOID address, PMEMORY_BASIC_INFORMATION info, SIZE_T size)
{
    ULONG_PTR page = (ULONG_PTR)address & ~(ULONG_PTR)4095, start, end;
    char letters[5], line[512];
    unsigned long inode;
    FILE *maps = size >= sizeof *info ? fopen("/proc/self/maps", "re") : NULL;

    if (!maps) {
        SetLastError(ERROR_BAD_LENGTH);
        return 0;
    }
    memset(info, 0, sizeof *info);
    info->BaseAddress = (PVOID)page;
    info->State = MEM_FREE;
    info->Protect = PAGE_NOACCESS;
    info->RegionSize = 0x7FFFFFFF0000 - page;
    while (fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx %4s %*s %*s %lu", &start, &end, letters, &inode) != 4)
            continue;
        if (page < start) {
            info->RegionSize = start - page;
            break;
        }
        if (page < end) {
            info->AllocationBase = (PVOID)start;
            info->Protect = info->AllocationProtect = windows_protection(letters);
            info->RegionSize = end - page;
            info->State = MEM_COMMIT;
            info->Type = inode ? MEM_MAPPED : MEM_PRIVATE;
            break;
        }
    }
    fclose(maps);
    return sizeof *info;
}
