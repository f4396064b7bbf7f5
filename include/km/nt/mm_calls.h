/* Memory descriptors, probing, system routines, sections. */
#ifndef OFM_NT_MM_CALLS_H
#define OFM_NT_MM_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Copies memory that may not be there, without an exception. Flags: MM_COPY_MEMORY_VIRTUAL. STATUS_ACCESS_VIOLATION:
 * not all of it is readable, NumberOfBytesTransferred says how much came; STATUS_INVALID_PARAMETER_4: flags;
 * STATUS_NOT_SUPPORTED: MM_COPY_MEMORY_PHYSICAL, there is no physical memory here. IRQL: up to APC_LEVEL. Source:
 * nf-ntddk-mmcopymemory.
 */
NTKERNELAPI NTSTATUS NTAPI MmCopyMemory(_In_ PVOID TargetAddress, _In_ MM_COPY_ADDRESS SourceAddress,
    _In_ SIZE_T NumberOfBytes, _In_ ULONG Flags, _Out_ PSIZE_T NumberOfBytesTransferred);

/*
 * Always FALSE: mappings of applications are Linux' own and are not told of. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-mmdoesfilehaveuserwritablereferences.
 */
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

/*
 * Zeroed pages, described by a new MDL that is not mapped; ByteCount may be less than asked for; NULL: no memory.
 * MmFreePagesFromMdl, then ExFreePool of the MDL. The addresses limit nothing here. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-mmallocatepagesformdl.
 */
NTKERNELAPI PMDL NTAPI MmAllocatePagesForMdl(_In_ PHYSICAL_ADDRESS LowAddress, _In_ PHYSICAL_ADDRESS HighAddress,
    _In_ PHYSICAL_ADDRESS SkipBytes, _In_ SIZE_T TotalBytes);

/*
 * Completes an MDL over nonpaged pool: it is mapped already. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-mmbuildmdlfornonpagedpool.
 */
NTKERNELAPI void NTAPI MmBuildMdlForNonPagedPool(_Inout_ PMDLX MemoryDescriptorList);

/*
 * Frees the pages of MmAllocatePagesForMdl(Ex), not the MDL. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-mmfreepagesfrommdl.
 */
NTKERNELAPI void NTAPI MmFreePagesFromMdl(_In_ PMDLX MemoryDescriptorList);

/*
 * The address of a routine that the kernel exports, by name; NULL: none such. Calls of the filter manager:
 * FltGetRoutineAddress. IRQL: PASSIVE_LEVEL. Source: nf-wdm-mmgetsystemroutineaddress.
 */
NTKERNELAPI PVOID NTAPI MmGetSystemRoutineAddress(_In_ PUNICODE_STRING SystemRoutineName);

/*
 * FALSE: the Driver Verifier of Windows does not exist here; the manager's own checks are always on. IRQL: up to
 * APC_LEVEL. Source: nf-wdm-mmisdriververifying.
 */
NTKERNELAPI LOGICAL NTAPI MmIsDriverVerifying(_In_ struct _DRIVER_OBJECT *DriverObject);

/*
 * A handle for MmLockPagableSectionByHandle. A driver's image is always resident here: nothing is locked. IRQL: up
 * toAPC_LEVEL. Source: nf-wdm-mmlockpagabledatasection.
 */
NTKERNELAPI PVOID NTAPI MmLockPagableDataSection(_In_ PVOID AddressWithinSection);

/* NULL, and a report: a process has no device memory. IRQL: IRQL <=DISPATCH_LEVEL. Source: nf-wdm-mmmapiospace. */
NTKERNELAPI PVOID NTAPI MmMapIoSpace(_In_ PHYSICAL_ADDRESS PhysicalAddress, _In_ SIZE_T NumberOfBytes,
    _In_ MEMORY_CACHING_TYPE CacheType);

/* Old: MmMapLockedPagesSpecifyCache with MmCached. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-mmmaplockedpages. */
NTKERNELAPI PVOID NTAPI MmMapLockedPages(_In_ PMDL MemoryDescriptorList, _In_ KPROCESSOR_MODE AccessMode);

/*
 * The kernel's address of an MDL's pages; NULL: not possible. Use MmGetSystemAddressForMdlSafe. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-wdm-mmmaplockedpagesspecifycache.
 */
NTKERNELAPI PVOID NTAPI MmMapLockedPagesSpecifyCache(_In_ PMDLX MemoryDescriptorList, _In_ KPROCESSOR_MODE AccessMode,
    _In_ MEMORY_CACHING_TYPE CacheType, _In_opt_ PVOID RequestedAddress, _In_ ULONG BugCheckOnFailure,
    _In_ ULONG Priority);

/*
 * Makes a driver's image pageable. Nothing changes here; answers the address given. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-mmpageentiredriver.
 */
NTKERNELAPI PVOID NTAPI MmPageEntireDriver(_In_ PVOID AddressWithinSection);

/*
 * Locks an MDL's pages; raises STATUS_ACCESS_VIOLATION for memory that is not there or not the caller's. Inside
 * __try only; MmUnlockPages undoes it. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-mmprobeandlockpages.
 */
NTKERNELAPI void NTAPI MmProbeAndLockPages(_Inout_ PMDL MemoryDescriptorList, _In_ KPROCESSOR_MODE AccessMode,
    _In_ LOCK_OPERATION Operation);

/* MmLargeSystem. IRQL: Any level. Source: nf-wdm-mmquerysystemsize. */
NTKERNELAPI MM_SYSTEMSIZE NTAPI MmQuerySystemSize(void);

/* Undoes MmPageEntireDriver; nothing to do. IRQL: up to APC_LEVEL. Source: nf-wdm-mmresetdriverpaging. */
NTKERNELAPI void NTAPI MmResetDriverPaging(_In_ PVOID AddressWithinSection);

/* Bytes that an MDL for Length bytes at Base takes. IRQL: Any level. Source: nf-wdm-mmsizeofmdl. */
NTKERNELAPI SIZE_T NTAPI MmSizeOfMdl(_In_ PVOID Base, _In_ SIZE_T Length);

/* Undoes MmLockPagable...; nothing to do. IRQL: up toAPC_LEVEL. Source: nf-wdm-mmunlockpagableimagesection. */
NTKERNELAPI void NTAPI MmUnlockPagableImageSection(_In_ PVOID ImageSectionHandle);

/* Undoes MmProbeAndLockPages, and its mapping. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-mmunlockpages. */
NTKERNELAPI void NTAPI MmUnlockPages(_Inout_ PMDL MemoryDescriptorList);

/* Only reports: nothing can have been mapped. IRQL: up toDISPATCH_LEVEL. Source: nf-wdm-mmunmapiospace. */
NTKERNELAPI void NTAPI MmUnmapIoSpace(_In_ PVOID BaseAddress, _In_ SIZE_T NumberOfBytes);

/*
 * MmProbeAndLockPages for memory of a process; raises STATUS_ACCESS_VIOLATION. UserMode: only of the process whose
 * request is served. IRQL: up to DISPATCH_LEVEL. Source: ntifs.h, MmProbeAndLockProcessPages.
 */
NTKERNELAPI void NTAPI MmProbeAndLockProcessPages(PMDL MemoryDescriptorList, PEPROCESS Process,
    KPROCESSOR_MODE AccessMode, LOCK_OPERATION Operation);

/*
 * Undoes MmMapLockedPagesSpecifyCache. An address where the MDL is not mapped is reported. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-wdm-mmunmaplockedpages.
 */
NTKERNELAPI void NTAPI MmUnmapLockedPages(_In_ PVOID BaseAddress, _In_ PMDL MemoryDescriptorList);

/*
 * Drops the first NumberOfBytes of an MDL. STATUS_INVALID_PARAMETER_2: more than it has. IRQL: up toDISPATCH_LEVEL.
 * Source: nf-wdm-mmadvancemdl.
 */
NTKERNELAPI NTSTATUS NTAPI MmAdvanceMdl(_Inout_ PMDL Mdl, _In_ ULONG NumberOfBytes);

/*
 * Reserves addresses for MmMapLockedPagesWithReservedMapping; NULL: no memory. MmFreeMappingAddress with the same
 * tag. IRQL: up toAPC_LEVEL. Source: nf-wdm-mmallocatemappingaddress.
 */
NTKERNELAPI PVOID NTAPI MmAllocateMappingAddress(_In_ SIZE_T NumberOfBytes, _In_ ULONG PoolTag);

/* Frees what MmAllocateMappingAddress reserved. IRQL: up toAPC_LEVEL. Source: nf-wdm-mmfreemappingaddress. */
NTKERNELAPI void NTAPI MmFreeMappingAddress(_In_ PVOID BaseAddress, _In_ ULONG PoolTag);

/*
 * STATUS_NOT_SUPPORTED and no flags: there is no Driver Verifier. IRQL: PASSIVE_LEVEL. Source: ntifs.h,
 * MmIsVerifierEnabled.
 */
NTKERNELAPI NTSTATUS NTAPI MmIsVerifierEnabled(PULONG VerifierFlags);

/*
 * Maps an MDL for a driver that reserved addresses. The address answered is that of the MDL's own pages. NULL: not
 * possible. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-mmmaplockedpageswithreservedmapping.
 */
NTKERNELAPI PVOID NTAPI MmMapLockedPagesWithReservedMapping(_In_ PVOID MappingAddress, _In_ ULONG PoolTag,
    _In_ PMDL MemoryDescriptorList, _In_ MEMORY_CACHING_TYPE CacheType);

/*
 * Protection of a mapped MDL. STATUS_NOT_MAPPED_VIEW: it is not mapped; STATUS_NOT_SUPPORTED: anything but read and
 * write, whose pages are shared with their owner here. IRQL: up toDISPATCH_LEVEL. Source:
 * nf-wdm-mmprotectmdlsystemaddress.
 */
NTKERNELAPI NTSTATUS NTAPI MmProtectMdlSystemAddress(_In_ PMDL MemoryDescriptorList, _In_ ULONG NewProtect);

/* Undoes MmMapLockedPagesWithReservedMapping. IRQL: up toDISPATCH_LEVEL. Source: nf-wdm-mmunmapreservedmapping. */
NTKERNELAPI void NTAPI MmUnmapReservedMapping(_In_ PVOID BaseAddress, _In_ ULONG PoolTag,
    _In_ PMDL MemoryDescriptorList);

/*
 * The same with a cache type (ignored) and MM_ALLOCATE_ flags. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-mmallocatepagesformdlex.
 */
NTKERNELAPI PMDL NTAPI MmAllocatePagesForMdlEx(_In_ PHYSICAL_ADDRESS LowAddress, _In_ PHYSICAL_ADDRESS HighAddress,
    _In_ PHYSICAL_ADDRESS SkipBytes, _In_ SIZE_T TotalBytes, _In_ MEMORY_CACHING_TYPE CacheType, _In_ ULONG Flags);

/* FALSE, as MmIsDriverVerifying. IRQL: up toAPC_LEVEL. Source: nf-wdm-mmisdriververifyingbyaddress. */
NTKERNELAPI LOGICAL NTAPI MmIsDriverVerifyingByAddress(_In_ PVOID AddressWithinSection);

/*
 * A number that is equal for equal memory (the address itself); 0: no memory there. IRQL: Any level. Source:
 * nf-ntddk-mmgetphysicaladdress.
 */
NTKERNELAPI PHYSICAL_ADDRESS NTAPI MmGetPhysicalAddress(_In_ PVOID BaseAddress);

/*
 * Page-aligned memory; NULL: none left. MmFreeNonCachedMemory. IRQL: up toAPC_LEVEL. Source:
 * nf-ntddk-mmallocatenoncachedmemory.
 */
NTKERNELAPI PVOID NTAPI MmAllocateNonCachedMemory(_In_ SIZE_T NumberOfBytes);

/*
 * Frees MmAllocateNonCachedMemory; NumberOfBytes as then. Memory of another origin is reported. IRQL: up
 * toAPC_LEVEL. Source: nf-ntddk-mmfreenoncachedmemory.
 */
NTKERNELAPI void NTAPI MmFreeNonCachedMemory(_In_ PVOID BaseAddress, _In_ SIZE_T NumberOfBytes);

/*
 * Maps a section object from its beginning into the manager. ViewSize: 0 for all of it; answered rounded up to
 * pages. STATUS_INVALID_VIEW_SIZE; STATUS_INSUFFICIENT_RESOURCES. MmUnmapViewInSystemSpace. IRQL: up toAPC_LEVEL.
 * Source: nf-ntddk-mmmapviewinsystemspace.
 */
NTKERNELAPI NTSTATUS NTAPI MmMapViewInSystemSpace(PVOID Section, PVOID *MappedBase, PSIZE_T ViewSize);

/* TRUE: a byte can be read there now. IRQL: up to DISPATCH_LEVEL. Source: nf-ntddk-mmisaddressvalid. */
NTKERNELAPI BOOLEAN NTAPI MmIsAddressValid(_In_ PVOID VirtualAddress);

/* FALSE: a workstation. IRQL: Any level. Source: nf-ntddk-mmisthisanntassystem. */
NTKERNELAPI BOOLEAN NTAPI MmIsThisAnNtAsSystem(void);

/*
 * Nothing to do: a driver's image is always resident. IRQL: up to APC_LEVEL. Source:
 * nf-ntddk-mmlockpagablesectionbyhandle.
 */
NTKERNELAPI void NTAPI MmLockPagableSectionByHandle(_In_ PVOID ImageSectionHandle);

/*
 * Undoes MmMapViewInSystemSpace. STATUS_NOT_MAPPED_VIEW. IRQL: up to(APC_LEVEL). Source:
 * nf-ntddk-mmunmapviewinsystemspace.
 */
NTKERNELAPI NTSTATUS NTAPI MmUnmapViewInSystemSpace(PVOID MappedBase);

/* Ends MmSecureVirtualMemory. IRQL: up toAPC_LEVEL. Source: nf-ntddk-mmunsecurevirtualmemory. */
NTKERNELAPI void NTAPI MmUnsecureVirtualMemory(_In_ HANDLE SecureHandle);

/*
 * Asks that memory of an application keeps its protection; NULL: it is not such memory. It is not enforced here:
 * access it within __try all the same. IRQL: up toAPC_LEVEL. Source: nf-ntddk-mmsecurevirtualmemory.
 */
NTKERNELAPI HANDLE NTAPI MmSecureVirtualMemory(_In_ PVOID Address, _In_ SIZE_T Size, _In_ ULONG ProbeMode);
NTKERNELAPI NTSTATUS NTAPI MmAddPhysicalMemory(_In_ PPHYSICAL_ADDRESS StartAddress,
    _In_ PLARGE_INTEGER NumberOfBytes);

/*
 * Page-aligned memory, "contiguous" as the addresses of MmGetPhysicalAddress are; NULL: none left.
 * MmFreeContiguousMemory. IRQL: IRQL <= DISPATCH_LEVEL. Source: nf-wdm-mmallocatecontiguousmemory.
 */
NTKERNELAPI PVOID NTAPI MmAllocateContiguousMemory(_In_ SIZE_T NumberOfBytes,
    _In_ PHYSICAL_ADDRESS HighestAcceptableAddress);

/*
 * The same; addresses and cache type limit nothing here. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-mmallocatecontiguousmemoryspecifycache.
 */
NTKERNELAPI PVOID NTAPI MmAllocateContiguousMemorySpecifyCache(_In_ SIZE_T NumberOfBytes,
    _In_ PHYSICAL_ADDRESS LowestAcceptableAddress, _In_ PHYSICAL_ADDRESS HighestAcceptableAddress,
    _In_opt_ PHYSICAL_ADDRESS BoundaryAddressMultiple, _In_ MEMORY_CACHING_TYPE CacheType);

/*
 * Frees MmAllocateContiguousMemory...; memory of another origin is reported. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-mmfreecontiguousmemory.
 */
NTKERNELAPI void NTAPI MmFreeContiguousMemory(_In_ PVOID BaseAddress);

/*
 * Frees MmAllocateContiguousMemorySpecifyCache; size and type as then. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-mmfreecontiguousmemoryspecifycache.
 */
NTKERNELAPI void NTAPI MmFreeContiguousMemorySpecifyCache(_In_ PVOID BaseAddress, _In_ SIZE_T NumberOfBytes,
    _In_ MEMORY_CACHING_TYPE CacheType);

/* FALSE: a page fault never runs a driver here. IRQL: up to DISPATCH_LEVEL. Source: nf-ntifs-mmisrecursiveiofault. */
NTKERNELAPI BOOLEAN NTAPI MmIsRecursiveIoFault(void);

/*
 * TRUE: no image or data section of the manager keeps a file. IRQL: < DISPATCH_LEVEL. Source:
 * nf-ntifs-mmforcesectionclosed.
 */
NTKERNELAPI BOOLEAN NTAPI MmForceSectionClosed(_In_ PSECTION_OBJECT_POINTERS SectionObjectPointer,
    _In_ BOOLEAN DelayClose);

/*
 * TRUE: a file may be written or deleted, as Linux allows it. IRQL: < DISPATCH_LEVEL. Source:
 * nf-ntifs-mmflushimagesection.
 */
NTKERNELAPI BOOLEAN NTAPI MmFlushImageSection(PSECTION_OBJECT_POINTERS SectionObjectPointer,
    _In_ MMFLUSH_TYPE FlushType);

/* TRUE: Linux allows it even of a mapped file. IRQL: < DISPATCH_LEVEL. Source: nf-ntifs-mmcanfilebetruncated. */
NTKERNELAPI BOOLEAN NTAPI MmCanFileBeTruncated(_In_ PSECTION_OBJECT_POINTERS SectionPointer,
    _In_opt_ PLARGE_INTEGER NewFileSize);

/*
 * TRUE; Linux knows by itself what was written. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-ntifs-mmsetaddressrangemodified.
 */
NTKERNELAPI BOOLEAN NTAPI MmSetAddressRangeModified(_In_ PVOID Address, _In_ SIZE_T Length);

#ifdef __cplusplus
}
#endif

#endif
