/* Contiguous and non-cached memory, reserved mappings, device memory (there is none), and what tells about the system. */
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/mm/mm.h"
#include "ntoskrnl/mm/record.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static PVOID allocate(enum mm_kind kind, SIZE_T bytes, const void *pc)
{
    SIZE_T length = ROUND_TO_PAGES(bytes);
    struct mm_record record = {kind, NULL, length, NULL, NULL};

    if (!bytes || length < bytes || !(record.start = aligned_alloc(PAGE_SIZE, length)))
        return NULL;
    if (!mm_record_add(&record, pc)) {
        free(record.start);
        return NULL;
    }
    return record.start;
}

static void release(enum mm_kind kind, PVOID start, const char *call, const void *pc)
{
    if (mm_record_remove(kind, start, false, NULL))
        free(start);
    else
        ke_report_caller(call, pc, "%p was not allocated so, or is free already", start);
}

/* Every block is contiguous in the only address space there is; bounds on physical addresses cannot be met or missed. */
PVOID NTAPI MmAllocateContiguousMemory(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS HighestAcceptableAddress)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return allocate(MM_CONTIGUOUS, NumberOfBytes, __builtin_return_address(0));
}

PVOID NTAPI MmAllocateContiguousMemorySpecifyCache(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS LowestAcceptableAddress,
    PHYSICAL_ADDRESS HighestAcceptableAddress, PHYSICAL_ADDRESS BoundaryAddressMultiple, MEMORY_CACHING_TYPE CacheType)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return allocate(MM_CONTIGUOUS, NumberOfBytes, __builtin_return_address(0));
}

VOID NTAPI MmFreeContiguousMemory(PVOID BaseAddress)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    release(MM_CONTIGUOUS, BaseAddress, "MmFreeContiguousMemory", __builtin_return_address(0));
}

VOID NTAPI MmFreeContiguousMemorySpecifyCache(PVOID BaseAddress, SIZE_T NumberOfBytes, MEMORY_CACHING_TYPE CacheType)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    release(MM_CONTIGUOUS, BaseAddress, "MmFreeContiguousMemorySpecifyCache", __builtin_return_address(0));
}

PVOID NTAPI MmAllocateNonCachedMemory(SIZE_T NumberOfBytes)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return allocate(MM_CONTIGUOUS, NumberOfBytes, __builtin_return_address(0));
}

VOID NTAPI MmFreeNonCachedMemory(PVOID BaseAddress, SIZE_T NumberOfBytes)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    release(MM_CONTIGUOUS, BaseAddress, "MmFreeNonCachedMemory", __builtin_return_address(0));
}

/* ---- reserved mappings: an address range for later; the MDL's own address is what it gets ---- */

PVOID NTAPI MmAllocateMappingAddress(SIZE_T NumberOfBytes, ULONG PoolTag)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return PoolTag ? allocate(MM_MAPPING, NumberOfBytes, __builtin_return_address(0)) : NULL;
}

VOID NTAPI MmFreeMappingAddress(PVOID BaseAddress, ULONG PoolTag)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    release(MM_MAPPING, BaseAddress, "MmFreeMappingAddress", __builtin_return_address(0));
}

PVOID NTAPI MmMapLockedPagesWithReservedMapping(
    PVOID MappingAddress, ULONG PoolTag, PMDL MemoryDescriptorList, MEMORY_CACHING_TYPE CacheType)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    struct mm_record record;
    if (!mm_record_find(MM_MAPPING, MappingAddress, &record) || record.length < MmGetMdlByteCount(MemoryDescriptorList))
        return NULL;
    return MmMapLockedPagesSpecifyCache(MemoryDescriptorList, KernelMode, CacheType, NULL, FALSE, NormalPagePriority);
}

VOID NTAPI MmUnmapReservedMapping(PVOID BaseAddress, ULONG PoolTag, PMDL MemoryDescriptorList)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    MmUnmapLockedPages(MmGetMdlVirtualAddress(MemoryDescriptorList), MemoryDescriptorList);
}

/* Pages that are mapped once keep their protection for everybody who sees them: writable stays as it is. */
NTSTATUS NTAPI MmProtectMdlSystemAddress(PMDL MemoryDescriptorList, ULONG NewProtect)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    if (!(MemoryDescriptorList->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA))
        return STATUS_NOT_MAPPED_VIEW;
    return NewProtect == PAGE_READWRITE || NewProtect == PAGE_EXECUTE_READWRITE ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

/* ---- devices: a process has none ---- */

PVOID NTAPI MmMapIoSpace(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes, MEMORY_CACHING_TYPE CacheType)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    ke_report_caller("MmMapIoSpace", __builtin_return_address(0), "there is no device memory here");
    return NULL;
}

VOID NTAPI MmUnmapIoSpace(PVOID BaseAddress, SIZE_T NumberOfBytes)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    ke_report_caller("MmUnmapIoSpace", __builtin_return_address(0), "%p was never mapped", BaseAddress);
}

/* The address itself stands for the physical one: equal for equal memory, 0 for none. */
PHYSICAL_ADDRESS NTAPI MmGetPhysicalAddress(PVOID BaseAddress)
{
    PHYSICAL_ADDRESS address;
    address.QuadPart = MmIsAddressValid(BaseAddress) ? (LONGLONG)(ULONG_PTR)BaseAddress : 0;
    return address;
}

/* ---- the driver's image is never paged ---- */

PVOID NTAPI MmPageEntireDriver(PVOID AddressWithinSection)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return AddressWithinSection;
}

VOID NTAPI MmResetDriverPaging(PVOID AddressWithinSection)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
}

PVOID NTAPI MmLockPagableDataSection(PVOID AddressWithinSection)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return AddressWithinSection;
}

VOID NTAPI MmLockPagableSectionByHandle(PVOID ImageSectionHandle)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
}

VOID NTAPI MmUnlockPagableImageSection(PVOID ImageSectionHandle)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
}

LOGICAL NTAPI MmIsDriverVerifying(struct _DRIVER_OBJECT *DriverObject)
{
    return FALSE;
}

LOGICAL NTAPI MmIsDriverVerifyingByAddress(PVOID AddressWithinSection)
{
    return FALSE;
}

NTSTATUS NTAPI MmIsVerifierEnabled(PULONG VerifierFlags)
{
    *VerifierFlags = 0;
    return STATUS_NOT_SUPPORTED;
}

/* ---- the system ---- */

BOOLEAN NTAPI MmIsThisAnNtAsSystem(VOID)
{
    return FALSE; /* a workstation */
}

/* Windows' own thresholds: under 20 MB small, under 32 MB medium. */
MM_SYSTEMSIZE NTAPI MmQuerySystemSize(VOID)
{
    return MmLargeSystem;
}

BOOLEAN NTAPI MmIsRecursiveIoFault(VOID)
{
    return FALSE; /* a page fault of the manager never runs a driver */
}

BOOLEAN NTAPI MmSetAddressRangeModified(PVOID Address, SIZE_T Length)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return TRUE; /* Linux tracks what was written by itself */
}
