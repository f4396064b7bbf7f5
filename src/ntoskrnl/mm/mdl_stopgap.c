/* MDLs over memory that is mapped already. Weak: gives way to mm's own. */
#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/mm/mm.h"

#define WEAK __attribute__((weak))

WEAK PMDL IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer, BOOLEAN ChargeQuota, PIRP Irp)
{
    PMDL mdl = ex_allocate(sizeof *mdl, 'ldMm');
    if (!mdl)
        return NULL;
    mdl->StartVa = (PVOID)((ULONG_PTR)VirtualAddress & ~(ULONG_PTR)(PAGE_SIZE - 1));
    mdl->ByteOffset = (ULONG)((ULONG_PTR)VirtualAddress & (PAGE_SIZE - 1));
    mdl->ByteCount = Length;
    mdl->Size = sizeof *mdl;
    return mdl;
}

WEAK void IoFreeMdl(PMDL Mdl)
{
    ex_pool_free(Mdl, NULL);
}

WEAK void MmBuildMdlForNonPagedPool(PMDL Mdl)
{
    Mdl->MappedSystemVa = (char *)Mdl->StartVa + Mdl->ByteOffset;
    Mdl->MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
}

WEAK void MmProbeAndLockPages(PMDL Mdl, KPROCESSOR_MODE AccessMode, LOCK_OPERATION Operation)
{
    Mdl->MappedSystemVa = (char *)Mdl->StartVa + Mdl->ByteOffset;
    Mdl->MdlFlags |= MDL_PAGES_LOCKED | MDL_MAPPED_TO_SYSTEM_VA;
}

WEAK void MmUnlockPages(PMDL Mdl)
{
    Mdl->MdlFlags &= ~(MDL_PAGES_LOCKED | MDL_MAPPED_TO_SYSTEM_VA);
}

WEAK PVOID MmMapLockedPagesSpecifyCache(PMDL Mdl, KPROCESSOR_MODE AccessMode, MEMORY_CACHING_TYPE CacheType, PVOID RequestedAddress,
    ULONG BugCheckOnFailure, ULONG Priority)
{
    return Mdl->MappedSystemVa = (char *)Mdl->StartVa + Mdl->ByteOffset;
}

WEAK ULONG mm_report_leaks(const char *driver)
{
    return 0;
}

WEAK NTSTATUS ZwCreateSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
    PLARGE_INTEGER MaximumSize, ULONG SectionPageProtection, ULONG AllocationAttributes, HANDLE FileHandle)
{
    return STATUS_NOT_IMPLEMENTED;
}
