/* What counts as user memory (P-97), and the probes. The register is an array sorted by address, guarded by ranges_lock; it changes
 * when workers and connections come and go, not with operations. */
#include "ntoskrnl/mm/mm.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/mm/section.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

struct range {
    uintptr_t start, end;
    uintptr_t reach; /* largest end of this and all ranges before it: look-ups go back no further than they must */
};

static pthread_rwlock_t ranges_lock = PTHREAD_RWLOCK_INITIALIZER;
static struct range *ranges;
static size_t range_count, range_room;

/* Data exports: the limits of the address space that Linux gives a process on this machine. */
#if defined(__x86_64__)
#define USER_END 0x00007ffffffeffffull
#else
#define USER_END 0x0000fffffffeffffull
#endif
ULONG_PTR MmUserProbeAddress = (ULONG_PTR)USER_END + 1;
PVOID MmHighestUserAddress = (PVOID)(ULONG_PTR)USER_END;
PVOID MmSystemRangeStart = (PVOID)(ULONG_PTR)0xffff800000000000ull;

NTSTATUS mm_init(void)
{
    mm_section_init();
    return STATUS_SUCCESS;
}

static void renew_reach(size_t from)
{
    uintptr_t reach = from ? ranges[from - 1].reach : 0;
    for (size_t i = from; i < range_count; i++) {
        if (ranges[i].end > reach)
            reach = ranges[i].end;
        ranges[i].reach = reach;
    }
}

/* Index of the first range that starts above `address`. */
static size_t first_above(uintptr_t address)
{
    size_t low = 0, high = range_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ranges[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void mm_user_range_add(const volatile void *start, size_t length)
{
    uintptr_t begin = (uintptr_t)start;
    pthread_rwlock_wrlock(&ranges_lock);
    if (range_count == range_room) {
        size_t room = range_room ? range_room * 2 : 64;
        struct range *grown = realloc(ranges, room * sizeof(*grown));
        if (!grown)
            abort(); /* a few bytes for each worker: nothing sensible goes on without them */
        ranges = grown;
        range_room = room;
    }
    size_t at = first_above(begin);
    memmove(&ranges[at + 1], &ranges[at], (range_count - at) * sizeof(*ranges));
    ranges[at] = (struct range){begin, begin + length, 0};
    range_count++;
    renew_reach(at);
    pthread_rwlock_unlock(&ranges_lock);
}

void mm_user_range_remove(const volatile void *start, size_t length)
{
    uintptr_t begin = (uintptr_t)start;
    pthread_rwlock_wrlock(&ranges_lock);
    for (size_t at = first_above(begin); at-- > 0 && ranges[at].start == begin;) {
        if (ranges[at].end != begin + length)
            continue;
        memmove(&ranges[at], &ranges[at + 1], (range_count - at - 1) * sizeof(*ranges));
        range_count--;
        renew_reach(at);
        break;
    }
    pthread_rwlock_unlock(&ranges_lock);
}

bool mm_is_user_range(const volatile void *start, size_t length)
{
    uintptr_t begin = (uintptr_t)start, end = begin + length;
    bool inside = false;
    if (end < begin)
        return false;
    pthread_rwlock_rdlock(&ranges_lock);
    for (size_t at = first_above(begin); at-- > 0 && ranges[at].reach >= end && !inside;)
        inside = ranges[at].end >= end;
    pthread_rwlock_unlock(&ranges_lock);
    return inside;
}

/* ---- probes ---- */

static void probe(const volatile void *address, SIZE_T length, ULONG alignment)
{
    if (!length)
        return;
    if ((uintptr_t)address & (alignment - 1))
        ExRaiseDatatypeMisalignment();
    if (!mm_is_user_range(address, length))
        ExRaiseAccessViolation();
}

VOID NTAPI ProbeForRead(const void *Address, SIZE_T Length, ULONG Alignment)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    probe(Address, Length, Alignment);
}

/* Windows touches each page, so that memory that cannot be written raises here. */
VOID NTAPI ProbeForWrite(PVOID Address, SIZE_T Length, ULONG Alignment)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    probe(Address, Length, Alignment);
    volatile char *at = Address, *last = at + Length - 1;
    for (; Length && at <= last; at = (volatile char *)(((uintptr_t)at & ~(uintptr_t)4095) + 4096)) {
        char same = __atomic_load_n(at, __ATOMIC_RELAXED);
        __atomic_compare_exchange_n(at, &same, same, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    }
}

/* ---- memory that may not be there ---- */

bool mm_copy_guarded(void *to, const void *from, size_t length)
{
    struct iovec local = {to, length}, remote = {(void *)from, length};
    return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)length;
}

BOOLEAN NTAPI MmIsAddressValid(PVOID VirtualAddress)
{
    char byte;
    return mm_copy_guarded(&byte, VirtualAddress, 1);
}

BOOLEAN NTAPI MmIsNonPagedSystemAddressValid(PVOID VirtualAddress)
{
    return MmIsAddressValid(VirtualAddress);
}

NTSTATUS NTAPI MmCopyMemory(PVOID TargetAddress, MM_COPY_ADDRESS SourceAddress, SIZE_T NumberOfBytes, ULONG Flags,
    PSIZE_T NumberOfBytesTransferred)
{
    *NumberOfBytesTransferred = 0;
    if (Flags != MM_COPY_MEMORY_VIRTUAL) /* physical addresses mean nothing here */
        return Flags == MM_COPY_MEMORY_PHYSICAL ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER_4;
    struct iovec local = {TargetAddress, NumberOfBytes}, remote = {SourceAddress.VirtualAddress, NumberOfBytes};
    ssize_t done = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
    *NumberOfBytesTransferred = done > 0 ? (SIZE_T)done : 0;
    return done == (ssize_t)NumberOfBytes ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}
