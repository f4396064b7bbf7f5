/* Memory descriptors, probing, system routines, sections. */
#ifndef OFM_NT_MM_CALLS_H
#define OFM_NT_MM_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

NTKERNELAPI NTSTATUS NTAPI MmCopyMemory(_In_ PVOID TargetAddress, _In_ MM_COPY_ADDRESS SourceAddress,
    _In_ SIZE_T NumberOfBytes, _In_ ULONG Flags, _Out_ PSIZE_T NumberOfBytesTransferred);
NTKERNELAPI BOOLEAN NTAPI MmDoesFileHaveUserWritableReferences(_In_ PSECTION_OBJECT_POINTERS SectionPointer);

#define MmGetSystemAddressForMdlSafe(MDL, PRIORITY)                                                                  \
    (((MDL)->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL))                                     \
            ? (MDL)->MappedSystemVa                                                                                  \
            : MmMapLockedPagesSpecifyCache((MDL), KernelMode, MmCached, NULL, FALSE, (PRIORITY)))
#define MmGetSystemAddressForMdl(MDL) MmGetSystemAddressForMdlSafe(MDL, HighPagePriority)
#define MmGetMdlByteCount(Mdl) ((Mdl)->ByteCount)
#define MmGetMdlByteOffset(Mdl) ((Mdl)->ByteOffset)
#define MmGetMdlVirtualAddress(Mdl) ((PVOID)((PCHAR)((Mdl)->StartVa) + (Mdl)->ByteOffset))
#define MmGetMdlBaseVa(Mdl) ((Mdl)->StartVa)
#define MmGetMdlPfnArray(Mdl) ((PPFN_NUMBER)((Mdl) + 1))
#define MmGetProcedureAddress(Address) (Address)
#define MmLockPagableCodeSection(Address) MmLockPagableDataSection(Address)
#define MmInitializeMdl(MemoryDescriptorList, BaseVa, Length)                                                        \
    do {                                                                                                             \
        (MemoryDescriptorList)->Next = (PMDL)NULL;                                                                   \
        (MemoryDescriptorList)->Size = (CSHORT)(sizeof(MDL) +                                                        \
            (sizeof(PFN_NUMBER) * ADDRESS_AND_SIZE_TO_SPAN_PAGES((BaseVa), (Length))));                              \
        (MemoryDescriptorList)->MdlFlags = 0;                                                                        \
        (MemoryDescriptorList)->StartVa = (PVOID)PAGE_ALIGN((BaseVa));                                               \
        (MemoryDescriptorList)->ByteOffset = BYTE_OFFSET((BaseVa));                                                  \
        (MemoryDescriptorList)->ByteCount = (ULONG)(Length);                                                         \
    } while (0)
#define MmPrepareMdlForReuse(MDL)                                                                                    \
    do {                                                                                                             \
        if (((MDL)->MdlFlags & MDL_PARTIAL_HAS_BEEN_MAPPED) != 0)                                                    \
            MmUnmapLockedPages((MDL)->MappedSystemVa, (MDL));                                                        \
    } while (0)

/*
 * Raises STATUS_ACCESS_VIOLATION unless all of it is user memory, STATUS_DATATYPE_MISALIGNMENT for a bad address.
 * Inside __try only. IRQL: up to APC_LEVEL. Source: nf-wdm-probeforread.
 */
NTKERNELAPI void NTAPI ProbeForRead(_In_ const void *Address, _In_ SIZE_T Length, _In_ ULONG Alignment);

/* The same, and touches each page for writing. IRQL: up to APC_LEVEL. Source: nf-wdm-probeforwrite. */
NTKERNELAPI void NTAPI ProbeForWrite(_Inout_ PVOID Address, _In_ SIZE_T Length, _In_ ULONG Alignment);
NTKERNELAPI PMDL NTAPI MmAllocatePagesForMdl(_In_ PHYSICAL_ADDRESS LowAddress, _In_ PHYSICAL_ADDRESS HighAddress,
    _In_ PHYSICAL_ADDRESS SkipBytes, _In_ SIZE_T TotalBytes);

/*
 * Completes an MDL over nonpaged pool: it is mapped already. IRQL: up toDISPATCH_LEVEL. Source:
 * nf-wdm-mmbuildmdlfornonpagedpool.
 */
NTKERNELAPI void NTAPI MmBuildMdlForNonPagedPool(_Inout_ PMDLX MemoryDescriptorList);
NTKERNELAPI void NTAPI MmFreePagesFromMdl(_In_ PMDLX MemoryDescriptorList);

/*
 * The address of a routine that the kernel exports, by name; NULL: none such. Calls of the filter manager:
 * FltGetRoutineAddress. IRQL: PASSIVE_LEVEL. Source: nf-wdm-mmgetsystemroutineaddress.
 */
NTKERNELAPI PVOID NTAPI MmGetSystemRoutineAddress(_In_ PUNICODE_STRING SystemRoutineName);
NTKERNELAPI LOGICAL NTAPI MmIsDriverVerifying(_In_ struct _DRIVER_OBJECT *DriverObject);
NTKERNELAPI PVOID NTAPI MmLockPagableDataSection(_In_ PVOID AddressWithinSection);
NTKERNELAPI PVOID NTAPI MmMapIoSpace(_In_ PHYSICAL_ADDRESS PhysicalAddress, _In_ SIZE_T NumberOfBytes,
    _In_ MEMORY_CACHING_TYPE CacheType);
NTKERNELAPI PVOID NTAPI MmMapLockedPages(_In_ PMDL MemoryDescriptorList, _In_ KPROCESSOR_MODE AccessMode);

/*
 * The kernel's address of an MDL's pages; NULL: not possible. Use MmGetSystemAddressForMdlSafe. Source:
 * nf-wdm-mmmaplockedpagesspecifycache.
 */
NTKERNELAPI PVOID NTAPI MmMapLockedPagesSpecifyCache(_In_ PMDLX MemoryDescriptorList, _In_ KPROCESSOR_MODE AccessMode,
    _In_ MEMORY_CACHING_TYPE CacheType, _In_opt_ PVOID RequestedAddress, _In_ ULONG BugCheckOnFailure,
    _In_ ULONG Priority);
NTKERNELAPI PVOID NTAPI MmPageEntireDriver(_In_ PVOID AddressWithinSection);

/*
 * Locks an MDL's pages; raises STATUS_ACCESS_VIOLATION for memory that is not there or not the caller's. Inside
 * __try only; MmUnlockPages undoes it. Source: nf-wdm-mmprobeandlockpages.
 */
NTKERNELAPI void NTAPI MmProbeAndLockPages(_Inout_ PMDL MemoryDescriptorList, _In_ KPROCESSOR_MODE AccessMode,
    _In_ LOCK_OPERATION Operation);
NTKERNELAPI MM_SYSTEMSIZE NTAPI MmQuerySystemSize(void);
NTKERNELAPI void NTAPI MmResetDriverPaging(_In_ PVOID AddressWithinSection);
NTKERNELAPI SIZE_T NTAPI MmSizeOfMdl(_In_ PVOID Base, _In_ SIZE_T Length);
NTKERNELAPI void NTAPI MmUnlockPagableImageSection(_In_ PVOID ImageSectionHandle);

/* Undoes MmProbeAndLockPages, and its mapping. IRQL: up toDISPATCH_LEVEL. Source: nf-wdm-mmunlockpages. */
NTKERNELAPI void NTAPI MmUnlockPages(_Inout_ PMDL MemoryDescriptorList);
NTKERNELAPI void NTAPI MmUnmapIoSpace(_In_ PVOID BaseAddress, _In_ SIZE_T NumberOfBytes);
NTKERNELAPI void NTAPI MmProbeAndLockProcessPages(PMDL MemoryDescriptorList, PEPROCESS Process,
    KPROCESSOR_MODE AccessMode, LOCK_OPERATION Operation);
NTKERNELAPI void NTAPI MmUnmapLockedPages(_In_ PVOID BaseAddress, _In_ PMDL MemoryDescriptorList);
NTKERNELAPI NTSTATUS NTAPI MmAdvanceMdl(_Inout_ PMDL Mdl, _In_ ULONG NumberOfBytes);
NTKERNELAPI PVOID NTAPI MmAllocateMappingAddress(_In_ SIZE_T NumberOfBytes, _In_ ULONG PoolTag);
NTKERNELAPI void NTAPI MmFreeMappingAddress(_In_ PVOID BaseAddress, _In_ ULONG PoolTag);
NTKERNELAPI NTSTATUS NTAPI MmIsVerifierEnabled(PULONG VerifierFlags);
NTKERNELAPI PVOID NTAPI MmMapLockedPagesWithReservedMapping(_In_ PVOID MappingAddress, _In_ ULONG PoolTag,
    _In_ PMDL MemoryDescriptorList, _In_ MEMORY_CACHING_TYPE CacheType);
NTKERNELAPI NTSTATUS NTAPI MmProtectMdlSystemAddress(_In_ PMDL MemoryDescriptorList, _In_ ULONG NewProtect);
NTKERNELAPI void NTAPI MmUnmapReservedMapping(_In_ PVOID BaseAddress, _In_ ULONG PoolTag,
    _In_ PMDL MemoryDescriptorList);
NTKERNELAPI PMDL NTAPI MmAllocatePagesForMdlEx(_In_ PHYSICAL_ADDRESS LowAddress, _In_ PHYSICAL_ADDRESS HighAddress,
    _In_ PHYSICAL_ADDRESS SkipBytes, _In_ SIZE_T TotalBytes, _In_ MEMORY_CACHING_TYPE CacheType, _In_ ULONG Flags);
NTKERNELAPI LOGICAL NTAPI MmIsDriverVerifyingByAddress(_In_ PVOID AddressWithinSection);
NTKERNELAPI PHYSICAL_ADDRESS NTAPI MmGetPhysicalAddress(_In_ PVOID BaseAddress);
NTKERNELAPI PVOID NTAPI MmAllocateNonCachedMemory(_In_ SIZE_T NumberOfBytes);
NTKERNELAPI void NTAPI MmFreeNonCachedMemory(_In_ PVOID BaseAddress, _In_ SIZE_T NumberOfBytes);
NTKERNELAPI NTSTATUS NTAPI MmMapViewInSystemSpace(PVOID Section, PVOID *MappedBase, PSIZE_T ViewSize);

/* TRUE: a byte can be read there now. IRQL: up toDISPATCH_LEVEL. Source: nf-ntddk-mmisaddressvalid. */
NTKERNELAPI BOOLEAN NTAPI MmIsAddressValid(_In_ PVOID VirtualAddress);
NTKERNELAPI BOOLEAN NTAPI MmIsThisAnNtAsSystem(void);
NTKERNELAPI void NTAPI MmLockPagableSectionByHandle(_In_ PVOID ImageSectionHandle);
NTKERNELAPI NTSTATUS NTAPI MmUnmapViewInSystemSpace(PVOID MappedBase);
NTKERNELAPI void NTAPI MmUnsecureVirtualMemory(_In_ HANDLE SecureHandle);
NTKERNELAPI HANDLE NTAPI MmSecureVirtualMemory(_In_ PVOID Address, _In_ SIZE_T Size, _In_ ULONG ProbeMode);
NTKERNELAPI NTSTATUS NTAPI MmAddPhysicalMemory(_In_ PPHYSICAL_ADDRESS StartAddress,
    _In_ PLARGE_INTEGER NumberOfBytes);
NTKERNELAPI PVOID NTAPI MmAllocateContiguousMemory(_In_ SIZE_T NumberOfBytes,
    _In_ PHYSICAL_ADDRESS HighestAcceptableAddress);
NTKERNELAPI PVOID NTAPI MmAllocateContiguousMemorySpecifyCache(_In_ SIZE_T NumberOfBytes,
    _In_ PHYSICAL_ADDRESS LowestAcceptableAddress, _In_ PHYSICAL_ADDRESS HighestAcceptableAddress,
    _In_opt_ PHYSICAL_ADDRESS BoundaryAddressMultiple, _In_ MEMORY_CACHING_TYPE CacheType);
NTKERNELAPI void NTAPI MmFreeContiguousMemory(_In_ PVOID BaseAddress);
NTKERNELAPI void NTAPI MmFreeContiguousMemorySpecifyCache(_In_ PVOID BaseAddress, _In_ SIZE_T NumberOfBytes,
    _In_ MEMORY_CACHING_TYPE CacheType);
NTKERNELAPI BOOLEAN NTAPI MmIsRecursiveIoFault(void);
NTKERNELAPI BOOLEAN NTAPI MmForceSectionClosed(_In_ PSECTION_OBJECT_POINTERS SectionObjectPointer,
    _In_ BOOLEAN DelayClose);
NTKERNELAPI BOOLEAN NTAPI MmFlushImageSection(PSECTION_OBJECT_POINTERS SectionObjectPointer,
    _In_ MMFLUSH_TYPE FlushType);
NTKERNELAPI BOOLEAN NTAPI MmCanFileBeTruncated(_In_ PSECTION_OBJECT_POINTERS SectionPointer,
    _In_opt_ PLARGE_INTEGER NewFileSize);
NTKERNELAPI BOOLEAN NTAPI MmSetAddressRangeModified(_In_ PVOID Address, _In_ SIZE_T Length);

#ifdef __cplusplus
}
#endif

#endif
