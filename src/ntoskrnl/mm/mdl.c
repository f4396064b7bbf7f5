/* Memory descriptor lists. All memory that a driver sees is mapped in the manager already, so "locking" is a check and
 * "mapping" gives the address itself; flags and statuses go through the states that drivers test. */
#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/mm/mm.h"
#include "ntoskrnl/mm/record.h"

#include <stdlib.h>
#include <string.h>

#define MDL_TAG 'ldM '

static void *address_of(const MDL *mdl)
{
    return (char *)mdl->StartVa + mdl->ByteOffset;
}

static PPFN_NUMBER pages_of(PMDL mdl)
{
    return (PPFN_NUMBER)(mdl + 1);
}

/* Page numbers are those of the addresses: different pages differ, neighbours follow each other. */
static void number_pages(PMDL mdl)
{
    ULONG_PTR first = (ULONG_PTR)mdl->StartVa >> PAGE_SHIFT;
    SIZE_T count = ADDRESS_AND_SIZE_TO_SPAN_PAGES(address_of(mdl), mdl->ByteCount);

    for (SIZE_T i = 0; i < count; i++)
        pages_of(mdl)[i] = first + i;
}

SIZE_T NTAPI MmSizeOfMdl(PVOID Base, SIZE_T Length)
{
    return sizeof(MDL) + ADDRESS_AND_SIZE_TO_SPAN_PAGES(Base, Length) * sizeof(PFN_NUMBER);
}

static PMDL allocate(PVOID start, ULONG length, const void *pc)
{
    PMDL mdl = ex_pool_allocate(POOL_FLAG_NON_PAGED, MmSizeOfMdl(start, length), MDL_TAG, pc);

    if (mdl)
        MmInitializeMdl(mdl, start, length);
    return mdl;
}

static void hang_on_irp(PIRP irp, PMDL mdl, BOOLEAN secondary)
{
    PMDL *link = &irp->MdlAddress;

    while (secondary && *link)
        link = &(*link)->Next;
    *link = mdl;
}

PMDL NTAPI IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer, BOOLEAN ChargeQuota, PIRP Irp)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    PMDL mdl = allocate(VirtualAddress, Length, __builtin_return_address(0));
    if (mdl && Irp)
        hang_on_irp(Irp, mdl, SecondaryBuffer);
    return mdl;
}

VOID NTAPI IoFreeMdl(PMDL Mdl)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    if ((Mdl->MdlFlags & MDL_PAGES_LOCKED) && !(Mdl->MdlFlags & MDL_PARTIAL))
        ke_report_caller("IoFreeMdl", __builtin_return_address(0), "the pages of MDL %p are still locked", (void *)Mdl);
    ex_pool_free(Mdl, __builtin_return_address(0));
}

/* A part of another MDL's pages. Length 0: up to the source's end. A mapped source gives a mapped part. */
VOID NTAPI IoBuildPartialMdl(PMDL SourceMdl, PMDL TargetMdl, PVOID VirtualAddress, ULONG Length)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    ULONG_PTR skip = (ULONG_PTR)VirtualAddress - (ULONG_PTR)address_of(SourceMdl);
    if (skip > SourceMdl->ByteCount || Length > SourceMdl->ByteCount - skip) {
        ke_report_caller("IoBuildPartialMdl", __builtin_return_address(0), "the part lies outside its source");
        return;
    }
    TargetMdl->Process = SourceMdl->Process;
    TargetMdl->StartVa = PAGE_ALIGN(VirtualAddress);
    TargetMdl->ByteOffset = BYTE_OFFSET(VirtualAddress);
    TargetMdl->ByteCount = Length ? Length : SourceMdl->ByteCount - (ULONG)skip;
    TargetMdl->MdlFlags = (CSHORT)((TargetMdl->MdlFlags & (MDL_ALLOCATED_FIXED_SIZE | MDL_ALLOCATED_MUST_SUCCEED)) |
        MDL_PARTIAL | (SourceMdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_IO_PAGE_READ)));
    if (SourceMdl->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL | MDL_PARENT_MAPPED_SYSTEM_VA)) {
        TargetMdl->MdlFlags |= MDL_PARENT_MAPPED_SYSTEM_VA |
            (SourceMdl->MdlFlags & (MDL_SOURCE_IS_NONPAGED_POOL | MDL_MAPPED_TO_SYSTEM_VA));
        TargetMdl->MappedSystemVa = (char *)SourceMdl->MappedSystemVa + skip;
    }
    number_pages(TargetMdl);
}

VOID NTAPI MmBuildMdlForNonPagedPool(PMDLX MemoryDescriptorList)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    MemoryDescriptorList->MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
    MemoryDescriptorList->Process = NULL;
    MemoryDescriptorList->MappedSystemVa = address_of(MemoryDescriptorList);
    number_pages(MemoryDescriptorList);
}

/* Raises STATUS_ACCESS_VIOLATION for memory that is not there or, from UserMode, is not the application's. */
static void lock_pages(PMDL mdl, KPROCESSOR_MODE mode, LOCK_OPERATION operation, const char *call, const void *pc)
{
    void *start = address_of(mdl);

    if (mdl->MdlFlags & MDL_PAGES_LOCKED)
        ke_report_caller(call, pc, "the pages of MDL %p are locked already", (void *)mdl);
    if (mdl->ByteCount) {
        if (mode != KernelMode && !mm_is_user_range(start, mdl->ByteCount))
            ExRaiseAccessViolation();
        char *last = (char *)start + mdl->ByteCount - 1;
        if (!MmIsAddressValid(start) || !MmIsAddressValid(last))
            ExRaiseAccessViolation();
    }
    mdl->MdlFlags |= MDL_PAGES_LOCKED;
    if (operation != IoReadAccess)
        mdl->MdlFlags |= MDL_WRITE_OPERATION;
    mdl->Process = mode != KernelMode ? (struct _EPROCESS *)IoGetCurrentProcess() : NULL;
    number_pages(mdl);
}

VOID NTAPI MmProbeAndLockPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode, LOCK_OPERATION Operation)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    lock_pages(MemoryDescriptorList, AccessMode, Operation, "MmProbeAndLockPages", __builtin_return_address(0));
}

/* Only the process that the thread acts as has memory here. */
VOID NTAPI MmProbeAndLockProcessPages(
    PMDL MemoryDescriptorList, PEPROCESS Process, KPROCESSOR_MODE AccessMode, LOCK_OPERATION Operation)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    if (Process != IoGetCurrentProcess() && AccessMode != KernelMode)
        ExRaiseAccessViolation();
    lock_pages(MemoryDescriptorList, AccessMode, Operation, "MmProbeAndLockProcessPages", __builtin_return_address(0));
}

static void unmap(PMDL mdl)
{
    mdl->MdlFlags &= ~(MDL_MAPPED_TO_SYSTEM_VA | MDL_PARTIAL_HAS_BEEN_MAPPED | MDL_PARENT_MAPPED_SYSTEM_VA);
    mdl->MappedSystemVa = NULL;
}

VOID NTAPI MmUnlockPages(PMDL MemoryDescriptorList)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    if (!(MemoryDescriptorList->MdlFlags & MDL_PAGES_LOCKED))
        ke_report_caller("MmUnlockPages", __builtin_return_address(0), "the pages of MDL %p are not locked",
            (void *)MemoryDescriptorList);
    if (MemoryDescriptorList->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA)
        unmap(MemoryDescriptorList);
    MemoryDescriptorList->MdlFlags &= ~(MDL_PAGES_LOCKED | MDL_WRITE_OPERATION);
}

/* NULL when the address asked for is another than the memory's own: nothing can be mapped twice here. */
PVOID NTAPI MmMapLockedPagesSpecifyCache(PMDLX MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
    MEMORY_CACHING_TYPE CacheType, PVOID RequestedAddress, ULONG BugCheckOnFailure, ULONG Priority)
{
    KE_REQUIRE_IRQL(AccessMode == KernelMode ? DISPATCH_LEVEL : APC_LEVEL);
    void *address = address_of(MemoryDescriptorList);
    if (!(MemoryDescriptorList->MdlFlags & (MDL_PAGES_LOCKED | MDL_PARTIAL | MDL_SOURCE_IS_NONPAGED_POOL)))
        ke_report_caller("MmMapLockedPagesSpecifyCache", __builtin_return_address(0),
            "the pages of MDL %p are not locked", (void *)MemoryDescriptorList);
    if (AccessMode != KernelMode)
        return !RequestedAddress || RequestedAddress == address ? address : (ExRaiseStatus(STATUS_CONFLICTING_ADDRESSES), NULL);
    MemoryDescriptorList->MappedSystemVa = address;
    MemoryDescriptorList->MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA;
    if (MemoryDescriptorList->MdlFlags & MDL_PARTIAL)
        MemoryDescriptorList->MdlFlags |= MDL_PARTIAL_HAS_BEEN_MAPPED;
    return address;
}

PVOID NTAPI MmMapLockedPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode)
{
    return MmMapLockedPagesSpecifyCache(MemoryDescriptorList, AccessMode, MmCached, NULL, TRUE, HighPagePriority);
}

VOID NTAPI MmUnmapLockedPages(PVOID BaseAddress, PMDL MemoryDescriptorList)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    if (BaseAddress != address_of(MemoryDescriptorList))
        ke_report_caller("MmUnmapLockedPages", __builtin_return_address(0), "%p is not where MDL %p is mapped",
            BaseAddress, (void *)MemoryDescriptorList);
    else if (MemoryDescriptorList->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA)
        unmap(MemoryDescriptorList);
}

/* Moves the start forward. Windows frees the pages it leaves; here they stay with whoever owns them. */
NTSTATUS NTAPI MmAdvanceMdl(PMDL Mdl, ULONG NumberOfBytes)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    if (!(Mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL)) || NumberOfBytes >= Mdl->ByteCount)
        return STATUS_INVALID_PARAMETER_2;
    char *start = (char *)address_of(Mdl) + NumberOfBytes;
    Mdl->StartVa = PAGE_ALIGN(start);
    Mdl->ByteOffset = BYTE_OFFSET(start);
    Mdl->ByteCount -= NumberOfBytes;
    if (Mdl->MappedSystemVa)
        Mdl->MappedSystemVa = start;
    number_pages(Mdl);
    return STATUS_SUCCESS;
}

/* ---- pages without an owner ---- */

/* The pages are zero unless MM_DONT_ZERO_ALLOCATION; limits of physical addresses mean nothing here. The MDL is the caller's to
 * free with ExFreePool after MmFreePagesFromMdl. */
static PMDL allocate_pages(SIZE_T bytes, ULONG flags, const void *pc)
{
    SIZE_T length = ROUND_TO_PAGES(bytes);
    void *pages = bytes && length >= bytes && length <= 0xfffff000u ? aligned_alloc(PAGE_SIZE, length) : NULL;
    PMDL mdl = pages ? allocate(pages, (ULONG)length, pc) : NULL;
    struct mm_record record = {MM_PAGES, pages, length, NULL, NULL};

    if (!mdl || !mm_record_add(&record, pc)) {
        if (mdl)
            ex_pool_free(mdl, pc);
        free(pages);
        return NULL;
    }
    if (!(flags & MM_DONT_ZERO_ALLOCATION))
        memset(pages, 0, length);
    mdl->MdlFlags |= MDL_PAGES_LOCKED;
    number_pages(mdl);
    return mdl;
}

PMDL NTAPI MmAllocatePagesForMdl(
    PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress, PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return allocate_pages(TotalBytes, 0, __builtin_return_address(0));
}

PMDL NTAPI MmAllocatePagesForMdlEx(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress, PHYSICAL_ADDRESS SkipBytes,
    SIZE_T TotalBytes, MEMORY_CACHING_TYPE CacheType, ULONG Flags)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return allocate_pages(TotalBytes, Flags, __builtin_return_address(0));
}

VOID NTAPI MmFreePagesFromMdl(PMDLX MemoryDescriptorList)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!mm_record_remove(MM_PAGES, MemoryDescriptorList->StartVa, false, NULL)) {
        ke_report_caller("MmFreePagesFromMdl", __builtin_return_address(0), "MDL %p has no pages of MmAllocatePagesForMdl",
            (void *)MemoryDescriptorList);
        return;
    }
    free(MemoryDescriptorList->StartVa);
    unmap(MemoryDescriptorList);
    MemoryDescriptorList->MdlFlags &= ~MDL_PAGES_LOCKED;
}
