/* File system support and cache. */
#ifndef OFM_NT_FSRTL_CALLS_H
#define OFM_NT_FSRTL_CALLS_H

#include "nt/ecp.h"
#include "nt/calls.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FsRtlEnterFileSystem() KeEnterCriticalRegion()
#define FsRtlExitFileSystem() KeLeaveCriticalRegion()
#define FsRtlFastLock(A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11)                                                  \
    (FsRtlPrivateLock(A1, A2, A3, A4, A5, A6, A7, A8, A9, NULL, A10, A11))
#define FsRtlAreThereCurrentFileLocks(FL) ((FL)->FastIoIsQuestionable)
#define FsRtlAreThereCurrentOrInProgressFileLocks(FL)                                                                \
    (((FL)->FastIoIsQuestionable) || ((FL)->LockRequestsInProgress != 0))
#define FsRtlIncrementLockRequestsInProgress(FL) (InterlockedIncrement((LONG *)&((FL)->LockRequestsInProgress)))
#define FsRtlDecrementLockRequestsInProgress(FL) (InterlockedDecrement((LONG *)&((FL)->LockRequestsInProgress)))
#define FsRtlGetPerStreamContextPointer(FO) ((PFSRTL_ADVANCED_FCB_HEADER)(FO)->FsContext)
#define FsRtlSupportsPerStreamContexts(FO)                                                                           \
    ((BOOLEAN)((NULL != FsRtlGetPerStreamContextPointer(FO) &&                                                       \
                   FlagOn(FsRtlGetPerStreamContextPointer(FO)->Flags2, FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS))        \
            ? TRUE                                                                                                   \
            : FALSE))
#define FsRtlInitPerStreamContext(PSC, O, I, FC)                                                                     \
    ((PSC)->OwnerId = (O), (PSC)->InstanceId = (I), (PSC)->FreeCallback = (FC))
#define FsRtlCompleteRequest(IRP_, STATUS_)                                                                          \
    do {                                                                                                             \
        (IRP_)->IoStatus.Status = (STATUS_);                                                                         \
        IoCompleteRequest((IRP_), IO_DISK_INCREMENT);                                                                \
    } while (0)
#define CcIsFileCached(FO)                                                                                           \
    (((FO)->SectionObjectPointer != NULL) &&                                                                         \
        (((PSECTION_OBJECT_POINTERS)(FO)->SectionObjectPointer)->SharedCacheMap != NULL))
#define CcGetFileSizePointer(FO) ((PLARGE_INTEGER)((FO)->SectionObjectPointer->SharedCacheMap) + 1)
/*
 * Marks an extra create parameter as used: whoever acted on it says so, and the opener can ask with
 * FsRtlIsEcpAcknowledged. EcpContext: from FsRtlFindExtraCreateParameter or FsRtlGetNextExtraCreateParameter. IRQL:
 * up to APC_LEVEL. Source: nf-ntifs-fsrtlacknowledgeecp.
 */
NTKERNELAPI void NTAPI FsRtlAcknowledgeEcp(_In_ PVOID EcpContext);
/*
 * Takes the mark of FsRtlAcknowledgeEcp away, so that the parameter can go with another create. IRQL: up to
 * APC_LEVEL. Source: nf-ntifs-fsrtlpreparetoreuseecp.
 */
NTKERNELAPI void NTAPI FsRtlPrepareToReuseEcp(_In_ PVOID EcpContext);

/* TRUE: the file pages the system's memory. IRQL: up to DISPATCH_LEVEL. Source: nf-ntifs-fsrtlissystempagingfile. */
NTKERNELAPI BOOLEAN NTAPI FsRtlIsSystemPagingFile(_In_ PFILE_OBJECT FileObject);
NTKERNELAPI NTSTATUS NTAPI FsRtlKernelFsControlFile(_In_ PFILE_OBJECT FileObject, _In_ ULONG FsControlCode,
    _In_ const void *InputBuffer, _In_ ULONG InputBufferLength, _Out_opt_ PVOID OutputBuffer,
    _In_ ULONG OutputBufferLength, _Out_opt_ PULONG RetOutputBufferSize);
NTKERNELAPI NTSTATUS NTAPI FsRtlQueryKernelEaFile(_In_ PFILE_OBJECT FileObject, _Out_ PVOID ReturnedEaData,
    _In_ ULONG Length, _In_ BOOLEAN ReturnSingleEntry, _In_opt_ PVOID EaList, _In_ ULONG EaListLength,
    _In_opt_ PULONG EaIndex, _In_ BOOLEAN RestartScan, _Out_opt_ PULONG LengthReturned);
NTKERNELAPI NTSTATUS NTAPI FsRtlSetKernelEaFile(_In_ PFILE_OBJECT FileObject, _In_ PVOID EaBuffer, _In_ ULONG Length);
NTKERNELAPI NTSTATUS NTAPI FsRtlQueryInformationFile(_In_ PFILE_OBJECT FileObject, _Out_ PVOID FileInformation,
    _In_ ULONG Length, _In_ FILE_INFORMATION_CLASS FileInformationClass, _Out_ PULONG RetFileInformationSize);

OFM_INLINE void FsRtlSetupAdvancedHeader(_In_ PVOID AdvHdr, _In_opt_ PFAST_MUTEX FMutex)
{
    PFSRTL_ADVANCED_FCB_HEADER header = (PFSRTL_ADVANCED_FCB_HEADER)AdvHdr;

    header->Flags |= FSRTL_FLAG_ADVANCED_HEADER;
    header->Flags2 |= FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS;
    header->Version = 1;
    InitializeListHead(&header->FilterContexts);
    if (FMutex)
        header->FastMutex = FMutex;
    header->PushLock = 0;
    header->FileContextSupportPointer = NULL;
}

NTKERNELAPI NTSTATUS NTAPI FsRtlRegisterFileSystemFilterCallbacks(_In_ struct _DRIVER_OBJECT *FilterDriverObject,
    _In_ PFS_FILTER_CALLBACKS Callbacks);
NTKERNELAPI BOOLEAN NTAPI FsRtlCopyRead(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset,
    _In_ ULONG Length, _In_ BOOLEAN Wait, _In_ ULONG LockKey, _Out_ PVOID Buffer, _Out_ PIO_STATUS_BLOCK IoStatus,
    _In_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI BOOLEAN NTAPI FsRtlCopyWrite(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset,
    _In_ ULONG Length, _In_ BOOLEAN Wait, _In_ ULONG LockKey, _In_ PVOID Buffer, _Out_ PIO_STATUS_BLOCK IoStatus,
    _In_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI BOOLEAN NTAPI FsRtlMdlReadDev(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset,
    _In_ ULONG Length, _In_ ULONG LockKey, _Out_ PMDL *MdlChain, _Out_ PIO_STATUS_BLOCK IoStatus,
    _In_opt_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI BOOLEAN NTAPI FsRtlMdlReadCompleteDev(_In_ PFILE_OBJECT FileObject, _In_ PMDL MdlChain,
    _In_opt_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI BOOLEAN NTAPI FsRtlPrepareMdlWriteDev(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset,
    _In_ ULONG Length, _In_ ULONG LockKey, _Out_ PMDL *MdlChain, _Out_ PIO_STATUS_BLOCK IoStatus,
    _In_opt_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI BOOLEAN NTAPI FsRtlMdlWriteCompleteDev(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset,
    _In_ PMDL MdlChain, _In_opt_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI void NTAPI FsRtlAcquireFileExclusive(PFILE_OBJECT FileObject);
NTKERNELAPI void NTAPI FsRtlReleaseFile(PFILE_OBJECT FileObject);

/*
 * The size of a file object's file. STATUS_FILE_IS_A_DIRECTORY. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-_fsrtl_advanced_fcb_header-fsrtlgetfilesize.
 */
NTKERNELAPI NTSTATUS NTAPI FsRtlGetFileSize(_In_ PFILE_OBJECT FileObject, _Out_ PLARGE_INTEGER FileSize);
/*
 * TRUE: the status of a failed read or write speaks of the device, not of a bad sector (STATUS_CRC_ERROR,
 * STATUS_DEVICE_DATA_ERROR). IRQL: any level. Source: nf-ntifs-fsrtlistotaldevicefailure.
 */
NTKERNELAPI BOOLEAN NTAPI FsRtlIsTotalDeviceFailure(_In_ NTSTATUS Status);
NTKERNELAPI PFILE_LOCK NTAPI FsRtlAllocateFileLock(_In_opt_ PCOMPLETE_LOCK_IRP_ROUTINE CompleteLockIrpRoutine,
    _In_opt_ PUNLOCK_ROUTINE UnlockRoutine);
NTKERNELAPI void NTAPI FsRtlFreeFileLock(_In_ PFILE_LOCK FileLock);
NTKERNELAPI void NTAPI FsRtlInitializeFileLock(_In_ PFILE_LOCK FileLock,
    _In_opt_ PCOMPLETE_LOCK_IRP_ROUTINE CompleteLockIrpRoutine, _In_opt_ PUNLOCK_ROUTINE UnlockRoutine);
NTKERNELAPI void NTAPI FsRtlUninitializeFileLock(_In_ PFILE_LOCK FileLock);
NTKERNELAPI NTSTATUS NTAPI FsRtlProcessFileLock(_In_ PFILE_LOCK FileLock, _In_ PIRP Irp, _In_opt_ PVOID Context);
NTKERNELAPI BOOLEAN NTAPI FsRtlCheckLockForReadAccess(_In_ PFILE_LOCK FileLock, _In_ PIRP Irp);
NTKERNELAPI BOOLEAN NTAPI FsRtlCheckLockForWriteAccess(_In_ PFILE_LOCK FileLock, _In_ PIRP Irp);
NTKERNELAPI BOOLEAN NTAPI FsRtlFastCheckLockForRead(_In_ PFILE_LOCK FileLock, _In_ PLARGE_INTEGER StartingByte,
    _In_ PLARGE_INTEGER Length, _In_ ULONG Key, _In_ PFILE_OBJECT FileObject, _In_ PVOID ProcessId);
NTKERNELAPI BOOLEAN NTAPI FsRtlFastCheckLockForWrite(_In_ PFILE_LOCK FileLock, _In_ PLARGE_INTEGER StartingByte,
    _In_ PLARGE_INTEGER Length, _In_ ULONG Key, _In_ PFILE_OBJECT FileObject, _In_ PVOID ProcessId);
NTKERNELAPI PFILE_LOCK_INFO NTAPI FsRtlGetNextFileLock(_In_ PFILE_LOCK FileLock, _In_ BOOLEAN Restart);
NTKERNELAPI NTSTATUS NTAPI FsRtlFastUnlockSingle(_In_ PFILE_LOCK FileLock, _In_ PFILE_OBJECT FileObject,
    _In_ PLARGE_INTEGER FileOffset, _In_ PLARGE_INTEGER Length, _In_ PEPROCESS ProcessId, _In_ ULONG Key,
    _In_opt_ PVOID Context, _In_ BOOLEAN AlreadySynchronized);
NTKERNELAPI NTSTATUS NTAPI FsRtlFastUnlockAll(_In_ PFILE_LOCK FileLock, _In_ PFILE_OBJECT FileObject,
    _In_ PEPROCESS ProcessId, _In_opt_ PVOID Context);
NTKERNELAPI NTSTATUS NTAPI FsRtlFastUnlockAllByKey(_In_ PFILE_LOCK FileLock, _In_ PFILE_OBJECT FileObject,
    _In_ PEPROCESS ProcessId, _In_ ULONG Key, _In_opt_ PVOID Context);
NTKERNELAPI BOOLEAN NTAPI FsRtlPrivateLock(PFILE_LOCK FileLock, PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset,
    PLARGE_INTEGER Length, PEPROCESS ProcessId, ULONG Key, BOOLEAN FailImmediately, BOOLEAN ExclusiveLock,
    PIO_STATUS_BLOCK Iosb, PIRP Irp, PVOID Context, BOOLEAN AlreadySynchronized);
NTKERNELAPI void NTAPI FsRtlInitializeTunnelCache(_In_ PTUNNEL Cache);
NTKERNELAPI void NTAPI FsRtlAddToTunnelCache(_In_ PTUNNEL Cache, _In_ ULONGLONG DirectoryKey,
    _In_ PUNICODE_STRING ShortName, _In_ PUNICODE_STRING LongName, _In_ BOOLEAN KeyByShortName, _In_ ULONG DataLength,
    _In_ PVOID Data);
NTKERNELAPI BOOLEAN NTAPI FsRtlFindInTunnelCache(_In_ PTUNNEL Cache, ULONGLONG DirectoryKey,
    _In_ PUNICODE_STRING Name, _Out_ PUNICODE_STRING ShortName, _Out_ PUNICODE_STRING LongName,
    _Inout_ PULONG DataLength, _Out_ PVOID Data);
NTKERNELAPI void NTAPI FsRtlDeleteKeyFromTunnelCache(_In_ PTUNNEL Cache, ULONGLONG DirectoryKey);
NTKERNELAPI void NTAPI FsRtlDeleteTunnelCache(_In_ PTUNNEL Cache);
/*
 * As FsRtlDissectName, for text of 8 bits a character (two for some, in a code page with such). Both parts point
 * into Path. IRQL: any level. Source: nf-ntifs-fsrtldissectdbcs.
 */
NTKERNELAPI void NTAPI FsRtlDissectDbcs(_In_ ANSI_STRING Path, _Out_ PANSI_STRING FirstName,
    _Out_ PANSI_STRING RemainingName);
/* TRUE: the name has one of * ? < > ". IRQL: any level. Source: nf-ntifs-fsrtldoesdbcscontainwildcards. */
NTKERNELAPI BOOLEAN NTAPI FsRtlDoesDbcsContainWildCards(_In_ PANSI_STRING Name);
/*
 * As FsRtlIsNameInExpression, for text of 8 bits a character; letter case counts. IRQL: any level. Source:
 * nf-ntifs-fsrtlisdbcsinexpression.
 */
NTKERNELAPI BOOLEAN NTAPI FsRtlIsDbcsInExpression(_In_ PANSI_STRING Expression, _In_ PANSI_STRING Name);
/*
 * TRUE: the name is a long one that HPFS takes, at most 255 bytes. The flags are those of FsRtlIsFatDbcsLegal. IRQL:
 * any level. Source: nf-ntifs-fsrtlishpfsdbcslegal.
 */
NTKERNELAPI BOOLEAN NTAPI FsRtlIsHpfsDbcsLegal(_In_ ANSI_STRING DbcsName, _In_ BOOLEAN WildCardsPermissible,
    _In_ BOOLEAN PathNamePermissible, _In_ BOOLEAN LeadingBackslashPermissible);
/*
 * Exception, when it is a status that a file system may return (FsRtlIsNtstatusExpected), else GenericException.
 * IRQL: any level. Source: nf-ntifs-fsrtlnormalizentstatus.
 */
NTKERNELAPI NTSTATUS NTAPI FsRtlNormalizeNtstatus(_In_ NTSTATUS Exception, _In_ NTSTATUS GenericException);

/*
 * FALSE: a status that means a fault of the program, such as STATUS_ACCESS_VIOLATION, STATUS_DATATYPE_MISALIGNMENT,
 * STATUS_ILLEGAL_INSTRUCTION: not to be handled in a filter expression. IRQL: Any level. Source:
 * nf-ntifs-_fsrtl_advanced_fcb_header-fsrtlisntstatusexpected.
 */
NTKERNELAPI BOOLEAN NTAPI FsRtlIsNtstatusExpected(_In_ NTSTATUS Exception);
NTKERNELAPI PERESOURCE NTAPI FsRtlAllocateResource(void);
NTKERNELAPI void NTAPI FsRtlInitializeLargeMcb(PLARGE_MCB Mcb, _In_ POOL_TYPE PoolType);
NTKERNELAPI void NTAPI FsRtlUninitializeLargeMcb(PLARGE_MCB Mcb);
NTKERNELAPI void NTAPI FsRtlResetLargeMcb(_In_ PLARGE_MCB Mcb, _In_ BOOLEAN SelfSynchronized);
NTKERNELAPI void NTAPI FsRtlTruncateLargeMcb(PLARGE_MCB Mcb, LONGLONG Vbn);
NTKERNELAPI BOOLEAN NTAPI FsRtlAddLargeMcbEntry(PLARGE_MCB Mcb, LONGLONG Vbn, LONGLONG Lbn, LONGLONG SectorCount);
NTKERNELAPI void NTAPI FsRtlRemoveLargeMcbEntry(PLARGE_MCB Mcb, LONGLONG Vbn, LONGLONG SectorCount);
NTKERNELAPI BOOLEAN NTAPI FsRtlLookupLargeMcbEntry(PLARGE_MCB Mcb, LONGLONG Vbn, PLONGLONG Lbn,
    PLONGLONG SectorCountFromLbn, PLONGLONG StartingLbn, PLONGLONG SectorCountFromStartingLbn,
    _Out_opt_ PULONG Index);
NTKERNELAPI BOOLEAN NTAPI FsRtlLookupLastLargeMcbEntry(PLARGE_MCB Mcb, PLONGLONG Vbn, PLONGLONG Lbn);
NTKERNELAPI BOOLEAN NTAPI FsRtlLookupLastLargeMcbEntryAndIndex(_In_ PLARGE_MCB OpaqueMcb, _Out_ PLONGLONG LargeVbn,
    _Out_ PLONGLONG LargeLbn, _Out_ PULONG Index);
NTKERNELAPI ULONG NTAPI FsRtlNumberOfRunsInLargeMcb(PLARGE_MCB Mcb);
NTKERNELAPI BOOLEAN NTAPI FsRtlGetNextLargeMcbEntry(PLARGE_MCB Mcb, _In_ ULONG RunIndex, PLONGLONG Vbn, PLONGLONG Lbn,
    PLONGLONG SectorCount);
NTKERNELAPI BOOLEAN NTAPI FsRtlSplitLargeMcb(_In_ PLARGE_MCB Mcb, _In_ LONGLONG Vbn, _In_ LONGLONG Amount);
NTKERNELAPI void NTAPI FsRtlInitializeMcb(PMCB Mcb, POOL_TYPE PoolType);
NTKERNELAPI void NTAPI FsRtlUninitializeMcb(PMCB Mcb);
NTKERNELAPI void NTAPI FsRtlTruncateMcb(PMCB Mcb, VBN Vbn);
NTKERNELAPI BOOLEAN NTAPI FsRtlAddMcbEntry(PMCB Mcb, VBN Vbn, LBN Lbn, ULONG SectorCount);
NTKERNELAPI void NTAPI FsRtlRemoveMcbEntry(PMCB Mcb, VBN Vbn, ULONG SectorCount);
NTKERNELAPI BOOLEAN NTAPI FsRtlLookupMcbEntry(PMCB Mcb, VBN Vbn, PLBN Lbn, PULONG SectorCount, PULONG Index);
NTKERNELAPI BOOLEAN NTAPI FsRtlLookupLastMcbEntry(PMCB Mcb, PVBN Vbn, PLBN Lbn);
NTKERNELAPI ULONG NTAPI FsRtlNumberOfRunsInMcb(PMCB Mcb);
NTKERNELAPI BOOLEAN NTAPI FsRtlGetNextMcbEntry(PMCB Mcb, ULONG RunIndex, PVBN Vbn, PLBN Lbn, PULONG SectorCount);
NTKERNELAPI NTSTATUS NTAPI FsRtlBalanceReads(_In_ PDEVICE_OBJECT TargetDevice);

/* Prepares an oplock: NULL until the first request. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-_fsrtl_advanced_fcb_header-fsrtlinitializeoplock. */
NTKERNELAPI void NTAPI FsRtlInitializeOplock(_Inout_ POPLOCK Oplock);

/* Ends it: what is granted is completed as if its handle closed, what waits goes on. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-_fsrtl_advanced_fcb_header-fsrtluninitializeoplock. */
NTKERNELAPI void NTAPI FsRtlUninitializeOplock(_Inout_ POPLOCK Oplock);

/*
 * A request, an acknowledgement or FSCTL_OPLOCK_BREAK_NOTIFY; the IRP is the package's afterwards. OpenCount: handles of
 * the stream for an exclusive request; not 0 for a shared one: byte-range locks exist. STATUS_PENDING: granted, completed
 * when it breaks. STATUS_OPLOCK_NOT_GRANTED, STATUS_INVALID_OPLOCK_PROTOCOL, STATUS_INVALID_PARAMETER, STATUS_CANCELLED.
 * A create stays the caller's: STATUS_SUCCESS, STATUS_CANNOT_BREAK_OPLOCK. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-_fsrtl_advanced_fcb_header-fsrtloplockfsctrl.
 */
NTKERNELAPI NTSTATUS NTAPI FsRtlOplockFsctrl(_In_ POPLOCK Oplock, _In_ PIRP Irp, _In_ ULONG OpenCount);

/*
 * Breaks what the operation is not compatible with. STATUS_SUCCESS: go on. STATUS_PENDING: CompletionRoutine will be
 * called, with STATUS_SUCCESS or STATUS_CANCELLED in the IRP; NULL routine: waits instead. STATUS_OPLOCK_BREAK_IN_PROGRESS:
 * FILE_COMPLETE_IF_OPLOCKED. STATUS_CANNOT_BREAK_OPLOCK: FILE_OPEN_REQUIRING_OPLOCK. STATUS_CANCELLED. IRQL: up to
 * APC_LEVEL. Source: nf-ntifs-_fsrtl_advanced_fcb_header-fsrtlcheckoplock.
 */
NTKERNELAPI NTSTATUS NTAPI FsRtlCheckOplock(_In_ POPLOCK Oplock, _In_ PIRP Irp, _In_opt_ PVOID Context,
    _In_opt_ POPLOCK_WAIT_COMPLETE_ROUTINE CompletionRoutine, _In_opt_ POPLOCK_FS_PREPOST_IRP PostIrpRoutine);

/* TRUE: nothing granted, or one exclusive oplock that does not break. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-_fsrtl_advanced_fcb_header-fsrtloplockisfastiopossible. */
NTKERNELAPI BOOLEAN NTAPI FsRtlOplockIsFastIoPossible(_In_ POPLOCK Oplock);

/* TRUE: a batch or filter oplock is held. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-_fsrtl_advanced_fcb_header-fsrtlcurrentbatchoplock. */
NTKERNELAPI BOOLEAN NTAPI FsRtlCurrentBatchOplock(_In_ POPLOCK Oplock);
NTKERNELAPI NTSTATUS NTAPI FsRtlNotifyVolumeEvent(_In_ PFILE_OBJECT FileObject, _In_ ULONG EventCode);

/*
 * Makes the sync object of a list of change notifications; the list itself is an initialised LIST_ENTRY of the driver's. Raises
 * STATUS_INSUFFICIENT_RESOURCES. IRQL: up to APC_LEVEL. Source: nf-ntifs-fsrtlnotifyinitializesync.
 */
NTKERNELAPI void NTAPI FsRtlNotifyInitializeSync(_In_ PNOTIFY_SYNC *NotifySync);
/* Gives it back, after FsRtlNotifyCleanupAll; *NotifySync becomes NULL. IRQL: up to APC_LEVEL. Source: nf-ntifs-fsrtlnotifyuninitializesync. */
NTKERNELAPI void NTAPI FsRtlNotifyUninitializeSync(_In_ PNOTIFY_SYNC *NotifySync);
/* FsRtlNotifyFilterChangeDirectory without a FilterCallback. IRQL: up to APC_LEVEL. Source: nf-ntifs-fsrtlnotifyfullchangedirectory. */
NTKERNELAPI void NTAPI FsRtlNotifyFullChangeDirectory(_In_ PNOTIFY_SYNC NotifySync, _In_ PLIST_ENTRY NotifyList,
    _In_ PVOID FsContext, _In_ PSTRING FullDirectoryName, _In_ BOOLEAN WatchTree, _In_ BOOLEAN IgnoreBuffer,
    _In_ ULONG CompletionFilter, _In_opt_ PIRP NotifyIrp, _In_opt_ PCHECK_FOR_TRAVERSE_ACCESS TraverseCallback,
    _In_opt_ PSECURITY_SUBJECT_CONTEXT SubjectContext);
/*
 * Something happened to FullTargetName, whose last component begins at the byte TargetNameOffset: whoever watches its directory, or one
 * above with WatchTree, and asked for one of the bits of FilterMatch, is told Action and the name below the watched directory, with
 * ":StreamName" behind it. NormalizedParentName stands for the directory when the target's own name has short parts. FilterCallback gets
 * FilterContext, the traverse callback TargetContext. An answer that holds FILE_ACTION_RENAMED_OLD_NAME waits for the new name. IRQL: up
 * to APC_LEVEL. Source: nf-ntifs-fsrtlnotifyfilterreportchange.
 */
NTKERNELAPI void NTAPI FsRtlNotifyFilterReportChange(_In_ PNOTIFY_SYNC NotifySync, _In_ PLIST_ENTRY NotifyList,
    _In_ PSTRING FullTargetName, _In_ USHORT TargetNameOffset, _In_opt_ PSTRING StreamName,
    _In_opt_ PSTRING NormalizedParentName, _In_ ULONG FilterMatch, _In_ ULONG Action, _In_opt_ PVOID TargetContext,
    _In_opt_ PVOID FilterContext);
/* FsRtlNotifyFilterReportChange without a FilterContext. IRQL: up to APC_LEVEL. Source: nf-ntifs-fsrtlnotifyfullreportchange. */
NTKERNELAPI void NTAPI FsRtlNotifyFullReportChange(_In_ PNOTIFY_SYNC NotifySync, _In_ PLIST_ENTRY NotifyList,
    _In_ PSTRING FullTargetName, _In_ USHORT TargetNameOffset, _In_opt_ PSTRING StreamName,
    _In_opt_ PSTRING NormalizedParentName, _In_ ULONG FilterMatch, _In_ ULONG Action, _In_opt_ PVOID TargetContext);
/*
 * The handle of FsContext is closed: what it asked for ends with STATUS_NOTIFY_CLEANUP, its watch is over, its subject context released.
 * IRQL: up to APC_LEVEL. Source: nf-ntifs-fsrtlnotifycleanup.
 */
NTKERNELAPI void NTAPI FsRtlNotifyCleanup(_In_ PNOTIFY_SYNC NotifySync, _In_ PLIST_ENTRY NotifyList,
    _In_ PVOID FsContext);
/*
 * The first part of a path and what is behind it, without the backslash between; a backslash at the beginning is
 * passed over. Both point into Path; nothing is copied. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-fsrtldissectname.
 */
NTKERNELAPI void NTAPI FsRtlDissectName(_In_ UNICODE_STRING Path, _Out_ PUNICODE_STRING FirstName,
    _Out_ PUNICODE_STRING RemainingName);
/* TRUE: the name has one of * ? < > ". IRQL: PASSIVE_LEVEL. Source: nf-ntifs-fsrtldoesnamecontainwildcards. */
NTKERNELAPI BOOLEAN NTAPI FsRtlDoesNameContainWildCards(_In_ PUNICODE_STRING Name);
/*
 * TRUE: the names are the same. IgnoreCase: compared in upper case, by UpcaseTable when it is given. IRQL:
 * PASSIVE_LEVEL. Source: nf-ntifs-fsrtlarenamesequal.
 */
NTKERNELAPI BOOLEAN NTAPI FsRtlAreNamesEqual(_In_ PCUNICODE_STRING ConstantNameA, _In_ PCUNICODE_STRING ConstantNameB,
    _In_ BOOLEAN IgnoreCase, _In_opt_ PCWCH UpcaseTable);

/*
 * TRUE: Name fits Expression with * ? and DOS' own < > ". IgnoreCase: Expression is in upper case already; without
 * UpcaseTable the system's is used. Raises STATUS_NO_MEMORY. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-_fsrtl_advanced_fcb_header-fsrtlisnameinexpression.
 */
NTKERNELAPI BOOLEAN NTAPI FsRtlIsNameInExpression(_In_ PUNICODE_STRING Expression, _In_ PUNICODE_STRING Name,
    _In_ BOOLEAN IgnoreCase, _In_opt_ PWCHAR UpcaseTable);
/*
 * As FsRtlPostStackOverflow, in the thread for paging files. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-fsrtlpostpagingfilestackoverflow.
 */
NTKERNELAPI void NTAPI FsRtlPostPagingFileStackOverflow(_In_ PVOID Context, _In_ PKEVENT Event,
    _In_ PFSRTL_STACK_OVERFLOW_ROUTINE StackOverflowRoutine);

/*
 * Runs a routine in a system thread that has a full stack; Event is set by the routine. IRQL: up to DISPATCH_LEVEL.
 * Source: nf-ntifs-_fsrtl_advanced_fcb_header-fsrtlpoststackoverflow.
 */
NTKERNELAPI void NTAPI FsRtlPostStackOverflow(_In_ PVOID Context, _In_ PKEVENT Event,
    _In_ PFSRTL_STACK_OVERFLOW_ROUTINE StackOverflowRoutine);
NTKERNELAPI NTSTATUS NTAPI FsRtlRegisterUncProvider(_Out_ PHANDLE MupHandle, PUNICODE_STRING RedirectorDeviceName,
    _In_ BOOLEAN MailslotsSupported);
NTKERNELAPI void NTAPI FsRtlDeregisterUncProvider(_In_ HANDLE Handle);

NTKERNELAPI void NTAPI FsRtlTeardownPerStreamContexts(_In_ PFSRTL_ADVANCED_FCB_HEADER AdvancedHeader);
NTKERNELAPI NTSTATUS NTAPI FsRtlCreateSectionForDataScan(_Out_ PHANDLE SectionHandle, _Out_ PVOID *SectionObject,
    _Out_opt_ PLARGE_INTEGER SectionFileSize, _In_ PFILE_OBJECT FileObject, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ PLARGE_INTEGER MaximumSize,
    _In_ ULONG SectionPageProtection, _In_ ULONG AllocationAttributes, _In_ ULONG Flags);
/*
 * Keeps a change notification until something happens in the directory; the IRP is the package's from here on, and the driver answers
 * STATUS_PENDING. FsContext: the handle's own value. FullDirectoryName, with two-byte or ANSI characters, stays the driver's and must
 * stay until FsRtlNotifyCleanup. The first request of a handle decides for all: CompletionFilter (FILE_NOTIFY_CHANGE_...), WatchTree, how
 * much is kept between requests, TraverseCallback (may the handle's owner, SubjectContext, see below directories?), FilterCallback (is
 * this change to be told?). SubjectContext is released and freed by the package. IgnoreBuffer: never names, only that something happened.
 * The request ends with STATUS_SUCCESS and FILE_NOTIFY_INFORMATION records; STATUS_NOTIFY_ENUM_DIR, when they do not fit;
 * STATUS_NOTIFY_CLEANUP, when the handle is closed; STATUS_CANCELLED. NotifyIrp NULL: the stream FsContext is going, its requests end
 * with STATUS_DELETE_PENDING. IRQL: up to APC_LEVEL. Source: nf-ntifs-_fsrtl_advanced_fcb_header-fsrtlnotifyfilterchangedirectory.
 */
NTKERNELAPI void NTAPI FsRtlNotifyFilterChangeDirectory(_In_ PNOTIFY_SYNC NotifySync, _In_ PLIST_ENTRY NotifyList,
    _In_ PVOID FsContext, _In_ PSTRING FullDirectoryName, _In_ BOOLEAN WatchTree, _In_ BOOLEAN IgnoreBuffer,
    _In_ ULONG CompletionFilter, _In_opt_ PIRP NotifyIrp, _In_opt_ PCHECK_FOR_TRAVERSE_ACCESS TraverseCallback,
    _In_opt_ PSECURITY_SUBJECT_CONTEXT SubjectContext, _In_opt_ PFILTER_REPORT_CHANGE FilterCallback);
NTKERNELAPI NTSTATUS NTAPI FsRtlInsertPerStreamContext(PFSRTL_ADVANCED_FCB_HEADER PerStreamContext,
    _In_ PFSRTL_PER_STREAM_CONTEXT Ptr);
NTKERNELAPI PFSRTL_PER_STREAM_CONTEXT NTAPI FsRtlLookupPerStreamContextInternal(
    PFSRTL_ADVANCED_FCB_HEADER StreamContext, PVOID OwnerId, PVOID InstanceId);
NTKERNELAPI PFSRTL_PER_STREAM_CONTEXT NTAPI FsRtlRemovePerStreamContext(_In_ PFSRTL_ADVANCED_FCB_HEADER StreamContext,
    _In_opt_ PVOID OwnerId, _In_opt_ PVOID InstanceId);
NTKERNELAPI void NTAPI FsRtlIncrementCcFastReadNotPossible(void);
NTKERNELAPI void NTAPI FsRtlIncrementCcFastReadWait(void);
NTKERNELAPI void NTAPI FsRtlIncrementCcFastReadNoWait(void);
NTKERNELAPI void NTAPI FsRtlIncrementCcFastReadResourceMiss(void);

/* TRUE: a paging file. There is none here. IRQL: up to APC_LEVEL. Source: nf-ntifs-fsrtlispagingfile. */
NTKERNELAPI LOGICAL NTAPI FsRtlIsPagingFile(_In_ PFILE_OBJECT FileObject);
NTKERNELAPI void NTAPI FsRtlInitializeBaseMcb(PBASE_MCB Mcb, POOL_TYPE PoolType);
NTKERNELAPI void NTAPI FsRtlUninitializeBaseMcb(PBASE_MCB Mcb);
NTKERNELAPI BOOLEAN NTAPI FsRtlRemoveBaseMcbEntry(PBASE_MCB Mcb, LONGLONG Vbn, LONGLONG SectorCount);
NTKERNELAPI BOOLEAN NTAPI FsRtlLookupBaseMcbEntry(PBASE_MCB Mcb, LONGLONG Vbn, PLONGLONG Lbn,
    PLONGLONG SectorCountFromLbn, PLONGLONG StartingLbn, PLONGLONG SectorCountFromStartingLbn, PULONG Index);
NTKERNELAPI BOOLEAN NTAPI FsRtlInitializeBaseMcbEx(PBASE_MCB Mcb, POOL_TYPE PoolType, USHORT Flags);
NTKERNELAPI NTSTATUS NTAPI FsRtlAddBaseMcbEntryEx(PBASE_MCB Mcb, LONGLONG Vbn, LONGLONG Lbn, LONGLONG SectorCount);

/* TRUE: any is held, breaking ones too. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-_fsrtl_advanced_fcb_header-fsrtlcurrentoplock. */
NTKERNELAPI BOOLEAN NTAPI FsRtlCurrentOplock(_In_ POPLOCK Oplock);

/* As FsRtlOplockBreakToNoneEx without flags; IrpSp NULL: the current location. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-_fsrtl_advanced_fcb_header-fsrtloplockbreaktonone. */
NTKERNELAPI NTSTATUS NTAPI FsRtlOplockBreakToNone(POPLOCK Oplock, PIO_STACK_LOCATION IrpSp, PIRP Irp, PVOID Context,
    POPLOCK_WAIT_COMPLETE_ROUTINE CompletionRoutine, POPLOCK_FS_PREPOST_IRP PostIrpRoutine);
NTKERNELAPI NTSTATUS NTAPI FsRtlNotifyVolumeEventEx(_In_ PFILE_OBJECT FileObject, _In_ ULONG EventCode,
    _In_ PTARGET_DEVICE_CUSTOM_NOTIFICATION Event);
/* FsRtlNotifyCleanup for every watch of the list. IRQL: up to APC_LEVEL. Source: nf-ntifs-fsrtlnotifycleanupall. */
NTKERNELAPI void NTAPI FsRtlNotifyCleanupAll(_In_ PNOTIFY_SYNC NotifySync, _In_ PLIST_ENTRY NotifyList);
NTKERNELAPI NTSTATUS NTAPI FsRtlRegisterUncProviderEx(_Out_ PHANDLE MupHandle, _In_ PUNICODE_STRING RedirDevName,
    _In_ PDEVICE_OBJECT DeviceObject, _In_ ULONG Flags);
NTKERNELAPI NTSTATUS NTAPI FsRtlCancellableWaitForSingleObject(_In_ PVOID Object, _In_opt_ PLARGE_INTEGER Timeout,
    _In_opt_ PIRP Irp);
NTKERNELAPI NTSTATUS NTAPI FsRtlCancellableWaitForMultipleObjects(_In_ ULONG Count, _In_ PVOID *ObjectArray,
    _In_ WAIT_TYPE WaitType, _In_opt_ PLARGE_INTEGER Timeout, _In_opt_ PKWAIT_BLOCK WaitBlockArray,
    _In_opt_ PIRP Irp);
NTKERNELAPI NTSTATUS NTAPI FsRtlMupGetProviderInfoFromFileObject(_In_ PFILE_OBJECT pFileObject, _In_ ULONG Level,
    _Out_ PVOID pBuffer, _Inout_ PULONG pBufferSize);
NTKERNELAPI NTSTATUS NTAPI FsRtlMupGetProviderIdFromName(_In_ PUNICODE_STRING pProviderName,
    _Out_ PULONG32 pProviderId);
NTKERNELAPI void NTAPI FsRtlIncrementCcFastMdlReadWait(void);
NTKERNELAPI NTSTATUS NTAPI FsRtlValidateReparsePointBuffer(_In_ ULONG BufferLength,
    _In_ PREPARSE_DATA_BUFFER ReparseBuffer);
NTKERNELAPI NTSTATUS NTAPI FsRtlRemoveDotsFromPath(_Inout_ PWSTR OriginalString, _In_ USHORT PathLength,
    _Out_ USHORT *NewLength);
/*
 * An empty list of extra create parameters. Flags: FSRTL_ALLOCATE_ECPLIST_FLAG_CHARGE_QUOTA or 0. *EcpList is freed
 * with FsRtlFreeExtraCreateParameterList, unless a create took it. STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES.
 * IRQL: up to APC_LEVEL. Source: nf-ntifs-fsrtlallocateextracreateparameterlist.
 */
NTKERNELAPI NTSTATUS NTAPI FsRtlAllocateExtraCreateParameterList(_In_ FSRTL_ALLOCATE_ECPLIST_FLAGS Flags,
    _Out_ PECP_LIST *EcpList);
/*
 * Frees the list and all parameters in it; their cleanup callbacks run. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-fsrtlfreeextracreateparameterlist.
 */
NTKERNELAPI void NTAPI FsRtlFreeExtraCreateParameterList(_In_ PECP_LIST EcpList);
/*
 * Memory for one parameter of this type; it belongs to no list yet. SizeOfContext: bytes for the caller; not set to
 * 0. CleanupCallback: runs when it is freed, may be NULL. PoolTag: of the memory. *EcpContext: the caller's bytes.
 * STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-fsrtlallocateextracreateparameter.
 */
NTKERNELAPI NTSTATUS NTAPI FsRtlAllocateExtraCreateParameter(_In_ LPCGUID EcpType, _In_ ULONG SizeOfContext,
    _In_ FSRTL_ALLOCATE_ECP_FLAGS Flags, _In_opt_ PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK CleanupCallback,
    _In_ ULONG PoolTag, _Out_ PVOID *EcpContext);
/*
 * Frees a parameter that is in no list; its cleanup callback runs first. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-fsrtlfreeextracreateparameter.
 */
NTKERNELAPI void NTAPI FsRtlFreeExtraCreateParameter(_In_ PVOID EcpContext);
/*
 * A lookaside list for parameters of one size. Lookaside: nonpaged memory of the caller, PAGED_LOOKASIDE_LIST or
 * NPAGED_LOOKASIDE_LIST. Flags: FSRTL_ECP_LOOKASIDE_FLAG_NONPAGED_POOL or 0. Size: of one, with the caller's bytes.
 * Tag: of the memory. Ends with FsRtlDeleteExtraCreateParameterLookasideList. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-fsrtlinitextracreateparameterlookasidelist.
 */
NTKERNELAPI void NTAPI FsRtlInitExtraCreateParameterLookasideList(_Inout_ PVOID Lookaside,
    _In_ FSRTL_ECP_LOOKASIDE_FLAGS Flags, _In_ SIZE_T Size, _In_ ULONG Tag);
/*
 * Frees what the lookaside list keeps; no parameter of it may be in use. Flags: as at its initialization. IRQL: up
 * to APC_LEVEL. Source: nf-ntifs-fsrtldeleteextracreateparameterlookasidelist.
 */
NTKERNELAPI void NTAPI FsRtlDeleteExtraCreateParameterLookasideList(_Inout_ PVOID Lookaside,
    _In_ FSRTL_ECP_LOOKASIDE_FLAGS Flags);
/*
 * As FsRtlAllocateExtraCreateParameter, out of a lookaside list; what is larger than its entries comes from pool
 * (M-53a). STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; STATUS_INVALID_PARAMETER. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-fsrtlallocateextracreateparameterfromlookasidelist.
 */
NTKERNELAPI NTSTATUS NTAPI FsRtlAllocateExtraCreateParameterFromLookasideList(_In_ LPCGUID EcpType,
    _In_ ULONG SizeOfContext, _In_ FSRTL_ALLOCATE_ECP_FLAGS Flags,
    _In_opt_ PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK CleanupCallback, _Inout_ PVOID LookasideList,
    _Out_ PVOID *EcpContext);
/*
 * Puts a parameter into a list, which frees it from then on. STATUS_SUCCESS; STATUS_INVALID_PARAMETER: the list has
 * one of that type, or the parameter is in a list. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-fsrtlinsertextracreateparameter.
 */
NTKERNELAPI NTSTATUS NTAPI FsRtlInsertExtraCreateParameter(_Inout_ PECP_LIST EcpList, _Inout_ PVOID EcpContext);
/*
 * The parameter of a type. *EcpContext, *EcpContextSize: its bytes and their number; either may be NULL.
 * STATUS_SUCCESS; STATUS_NOT_FOUND. IRQL: up to APC_LEVEL. Source: nf-ntifs-fsrtlfindextracreateparameter.
 */
NTKERNELAPI NTSTATUS NTAPI FsRtlFindExtraCreateParameter(_In_ PECP_LIST EcpList, _In_ LPCGUID EcpType,
    _Out_opt_ PVOID *EcpContext, _Out_opt_ ULONG *EcpContextSize);
/*
 * Takes the parameter of a type out of the list; it is the caller's to free (FsRtlFreeExtraCreateParameter).
 * STATUS_SUCCESS; STATUS_NOT_FOUND. IRQL: up to APC_LEVEL. Source: nf-ntifs-fsrtlremoveextracreateparameter.
 */
NTKERNELAPI NTSTATUS NTAPI FsRtlRemoveExtraCreateParameter(_Inout_ PECP_LIST EcpList, _In_ LPCGUID EcpType,
    _Out_ PVOID *EcpContext, _Out_opt_ ULONG *EcpContextSize);
NTKERNELAPI NTSTATUS NTAPI FsRtlGetEcpListFromIrp(_In_ PIRP Irp, _Out_ PECP_LIST *EcpList);
NTKERNELAPI NTSTATUS NTAPI FsRtlSetEcpListIntoIrp(_Inout_ PIRP Irp, _In_ PECP_LIST EcpList);
/*
 * Goes through a list. CurrentEcpContext: NULL for the first, else the one before. *NextEcpType, *NextEcpContext,
 * *NextEcpContextSize: may be NULL. STATUS_SUCCESS; STATUS_NOT_FOUND at the end; STATUS_INVALID_PARAMETER: not of
 * this list. IRQL: up to APC_LEVEL. Source: nf-ntifs-fsrtlgetnextextracreateparameter.
 */
NTKERNELAPI NTSTATUS NTAPI FsRtlGetNextExtraCreateParameter(_In_ PECP_LIST EcpList, _In_opt_ PVOID CurrentEcpContext,
    _Out_opt_ LPGUID NextEcpType, _Out_ PVOID *NextEcpContext, _Out_opt_ ULONG *NextEcpContextSize);
/*
 * TRUE: somebody below acknowledged the parameter (FsRtlAcknowledgeEcp). IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-fsrtlisecpacknowledged.
 */
NTKERNELAPI BOOLEAN NTAPI FsRtlIsEcpAcknowledged(_In_ PVOID EcpContext);
/*
 * TRUE: the parameter came with a request of an application, so that what it says is not to be trusted. IRQL: up to
 * APC_LEVEL. Source: nf-ntifs-fsrtlisecpfromusermode.
 */
NTKERNELAPI BOOLEAN NTAPI FsRtlIsEcpFromUserMode(_In_ PVOID EcpContext);
NTKERNELAPI NTSTATUS NTAPI FsRtlChangeBackingFileObject(PFILE_OBJECT CurrentFileObject, PFILE_OBJECT NewFileObject,
    FSRTL_CHANGE_BACKING_TYPE ChangeBackingType, ULONG Flags);
NTKERNELAPI NTSTATUS NTAPI FsRtlLogCcFlushError(_In_ PUNICODE_STRING FileName, _In_ PDEVICE_OBJECT DeviceObject,
    _In_ PSECTION_OBJECT_POINTERS SectionObjectPointer, _In_ NTSTATUS FlushError, _In_ ULONG Flags);
NTKERNELAPI BOOLEAN NTAPI FsRtlAreVolumeStartupApplicationsComplete(void);

/* FsRtlCheckOplock with OPLOCK_FLAG_ flags. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-_fsrtl_advanced_fcb_header-fsrtlcheckoplockex. */
NTKERNELAPI NTSTATUS NTAPI FsRtlCheckOplockEx(_In_ POPLOCK Oplock, _In_ PIRP Irp, _In_ ULONG Flags,
    _In_opt_ PVOID Context, _In_opt_ POPLOCK_WAIT_COMPLETE_ROUTINE CompletionRoutine,
    _In_opt_ POPLOCK_FS_PREPOST_IRP PostIrpRoutine);

/* TRUE: asks for level 2, R or RH. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-_fsrtl_advanced_fcb_header-fsrtloplockissharedrequest. */
NTKERNELAPI BOOLEAN NTAPI FsRtlOplockIsSharedRequest(_In_ PIRP Irp);

/* Takes handle caching away, for a create that meets a sharing violation; waiting and statuses as in FsRtlCheckOplock.
 * IRQL: up to APC_LEVEL. Source: nf-ntifs-_fsrtl_advanced_fcb_header-fsrtloplockbreakh. */
NTKERNELAPI NTSTATUS NTAPI FsRtlOplockBreakH(_In_ POPLOCK Oplock, _In_ PIRP Irp, _In_ ULONG Flags,
    _In_opt_ PVOID Context, _In_opt_ POPLOCK_WAIT_COMPLETE_ROUTINE CompletionRoutine,
    _In_opt_ POPLOCK_FS_PREPOST_IRP PostIrpRoutine);

/* TRUE: RH or RWH is held. IRQL: up to APC_LEVEL. Source: nf-ntifs-_fsrtl_advanced_fcb_header-fsrtlcurrentoplockh. */
NTKERNELAPI BOOLEAN NTAPI FsRtlCurrentOplockH(_In_ POPLOCK Oplock);

/* Breaks whatever is held to nothing; waiting and statuses as in FsRtlCheckOplock. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-_fsrtl_advanced_fcb_header-fsrtloplockbreaktononeex. */
NTKERNELAPI NTSTATUS NTAPI FsRtlOplockBreakToNoneEx(_Inout_ POPLOCK Oplock, _In_ PIRP Irp, _In_ ULONG Flags,
    _In_opt_ PVOID Context, _In_opt_ POPLOCK_WAIT_COMPLETE_ROUTINE CompletionRoutine,
    _In_opt_ POPLOCK_FS_PREPOST_IRP PostIrpRoutine);

/* FsRtlOplockFsctrl with OPLOCK_FSCTRL_FLAG_ flags: ALL_KEYS_MATCH lets several handles of one key hold RW or RWH. IRQL: up
 * to APC_LEVEL. Source: nf-ntifs-_fsrtl_advanced_fcb_header-fsrtloplockfsctrlex. */
NTKERNELAPI NTSTATUS NTAPI FsRtlOplockFsctrlEx(_In_ POPLOCK Oplock, _In_ PIRP Irp, _In_ ULONG OpenCount,
    _In_ ULONG Flags);

/* TRUE: the same file object, or both carry the same oplock key. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-_fsrtl_advanced_fcb_header-fsrtloplockkeysequal. */
NTKERNELAPI BOOLEAN NTAPI FsRtlOplockKeysEqual(_In_opt_ PFILE_OBJECT Fo1, _In_opt_ PFILE_OBJECT Fo2);
NTKERNELAPI NTSTATUS NTAPI FsRtlInitializeExtraCreateParameterList(_Inout_ PECP_LIST EcpList);
NTKERNELAPI void NTAPI FsRtlInitializeExtraCreateParameter(_In_ PECP_HEADER Ecp, _In_ ULONG EcpFlags,
    _In_opt_ PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK CleanupCallback, _In_ ULONG TotalSize,
    _In_ LPCGUID EcpType, _In_opt_ PVOID ListAllocatedFrom);
NTKERNELAPI NTSTATUS NTAPI FsRtlInsertPerFileContext(_In_ PVOID *PerFileContextPointer,
    _In_ PFSRTL_PER_FILE_CONTEXT Ptr);
NTKERNELAPI PFSRTL_PER_FILE_CONTEXT NTAPI FsRtlLookupPerFileContext(_In_ PVOID *PerFileContextPointer,
    _In_opt_ PVOID OwnerId, _In_opt_ PVOID InstanceId);
NTKERNELAPI PFSRTL_PER_FILE_CONTEXT NTAPI FsRtlRemovePerFileContext(_In_ PVOID *PerFileContextPointer,
    _In_opt_ PVOID OwnerId, _In_opt_ PVOID InstanceId);
NTKERNELAPI void NTAPI FsRtlTeardownPerFileContexts(_In_ PVOID *PerFileContextPointer);
NTKERNELAPI NTSTATUS NTAPI FsRtlInsertPerFileObjectContext(_In_ PFILE_OBJECT FileObject,
    _In_ PFSRTL_PER_FILEOBJECT_CONTEXT Ptr);
NTKERNELAPI PFSRTL_PER_FILEOBJECT_CONTEXT NTAPI FsRtlLookupPerFileObjectContext(_In_ PFILE_OBJECT FileObject,
    _In_opt_ PVOID OwnerId, _In_opt_ PVOID InstanceId);
NTKERNELAPI PFSRTL_PER_FILEOBJECT_CONTEXT NTAPI FsRtlRemovePerFileObjectContext(_In_ PFILE_OBJECT FileObject,
    _In_opt_ PVOID OwnerId, _In_opt_ PVOID InstanceId);
NTKERNELAPI void NTAPI CcInitializeCacheMap(_In_ PFILE_OBJECT FileObject, _In_ PCC_FILE_SIZES FileSizes,
    _In_ BOOLEAN PinAccess, _In_ PCACHE_MANAGER_CALLBACKS Callbacks, _In_ PVOID LazyWriteContext);
NTKERNELAPI BOOLEAN NTAPI CcUninitializeCacheMap(_In_ PFILE_OBJECT FileObject, _In_opt_ PLARGE_INTEGER TruncateSize,
    PCACHE_UNINITIALIZE_EVENT UninitializeEvent);
NTKERNELAPI void NTAPI CcSetFileSizes(_In_ PFILE_OBJECT FileObject, _In_ PCC_FILE_SIZES FileSizes);
NTKERNELAPI void NTAPI CcSetDirtyPageThreshold(_In_ PFILE_OBJECT FileObject, _In_ ULONG DirtyPageThreshold);
NTKERNELAPI void NTAPI CcFlushCache(_In_ PSECTION_OBJECT_POINTERS SectionObjectPointer,
    _In_opt_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _Out_opt_ PIO_STATUS_BLOCK IoStatus);
NTKERNELAPI LARGE_INTEGER NTAPI CcGetFlushedValidData(_In_ PSECTION_OBJECT_POINTERS SectionObjectPointer,
    _In_ BOOLEAN BcbListHeld);
NTKERNELAPI BOOLEAN NTAPI CcZeroData(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER StartOffset,
    _In_ PLARGE_INTEGER EndOffset, _In_ BOOLEAN Wait);
NTKERNELAPI PVOID NTAPI CcRemapBcb(_In_ PVOID Bcb);
NTKERNELAPI void NTAPI CcRepinBcb(_In_ PVOID Bcb);
NTKERNELAPI void NTAPI CcUnpinRepinnedBcb(_In_ PVOID Bcb, _In_ BOOLEAN WriteThrough, _Out_ PIO_STATUS_BLOCK IoStatus);
NTKERNELAPI PFILE_OBJECT NTAPI CcGetFileObjectFromSectionPtrs(_In_ PSECTION_OBJECT_POINTERS SectionObjectPointer);
NTKERNELAPI PFILE_OBJECT NTAPI CcGetFileObjectFromBcb(_In_ PVOID Bcb);
NTKERNELAPI BOOLEAN NTAPI CcCanIWrite(_In_ PFILE_OBJECT FileObject, _In_ ULONG BytesToWrite, _In_ BOOLEAN Wait,
    _In_ BOOLEAN Retrying);
NTKERNELAPI void NTAPI CcDeferWrite(_In_ PFILE_OBJECT FileObject, _In_ PCC_POST_DEFERRED_WRITE PostRoutine,
    _In_ PVOID Context1, _In_ PVOID Context2, _In_ ULONG BytesToWrite, _In_ BOOLEAN Retrying);
NTKERNELAPI BOOLEAN NTAPI CcCopyRead(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length,
    _In_ BOOLEAN Wait, _Out_ PVOID Buffer, _Out_ PIO_STATUS_BLOCK IoStatus);
NTKERNELAPI void NTAPI CcFastCopyRead(_In_ PFILE_OBJECT FileObject, _In_ ULONG FileOffset, _In_ ULONG Length,
    _In_ ULONG PageCount, _Out_ PVOID Buffer, _Out_ PIO_STATUS_BLOCK IoStatus);
NTKERNELAPI BOOLEAN NTAPI CcCopyWrite(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length,
    _In_ BOOLEAN Wait, _In_ PVOID Buffer);
NTKERNELAPI void NTAPI CcFastCopyWrite(_In_ PFILE_OBJECT FileObject, _In_ ULONG FileOffset, _In_ ULONG Length,
    _In_ PVOID Buffer);
NTKERNELAPI void NTAPI CcMdlRead(PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, ULONG Length, PMDL *MdlChain,
    PIO_STATUS_BLOCK IoStatus);
NTKERNELAPI void NTAPI CcMdlReadComplete(_In_ PFILE_OBJECT FileObject, _In_ PMDL MdlChain);
NTKERNELAPI void NTAPI CcPrepareMdlWrite(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset,
    _In_ ULONG Length, _Out_ PMDL *MdlChain, _Out_ PIO_STATUS_BLOCK IoStatus);
NTKERNELAPI void NTAPI CcMdlWriteComplete(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset,
    _In_ PMDL MdlChain);
NTKERNELAPI void NTAPI CcScheduleReadAhead(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset,
    _In_ ULONG Length);
NTKERNELAPI NTSTATUS NTAPI CcWaitForCurrentLazyWriterActivity(void);
NTKERNELAPI void NTAPI CcSetReadAheadGranularity(_In_ PFILE_OBJECT FileObject, _In_ ULONG Granularity);
NTKERNELAPI BOOLEAN NTAPI CcPinRead(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length,
    _In_ ULONG Flags, _Out_ PVOID *Bcb, _Out_ PVOID *Buffer);
NTKERNELAPI BOOLEAN NTAPI CcPinMappedData(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset,
    _In_ ULONG Length, _In_ ULONG Flags, _Inout_ PVOID *Bcb);
NTKERNELAPI BOOLEAN NTAPI CcPreparePinWrite(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset,
    _In_ ULONG Length, _In_ BOOLEAN Zero, _In_ ULONG Flags, _Out_ PVOID *Bcb, _Out_ PVOID *Buffer);
NTKERNELAPI void NTAPI CcSetDirtyPinnedData(_In_ PVOID BcbVoid, _In_opt_ PLARGE_INTEGER Lsn);
NTKERNELAPI void NTAPI CcUnpinData(_In_ PVOID Bcb);
NTKERNELAPI void NTAPI CcSetBcbOwnerPointer(_In_ PVOID Bcb, _In_ PVOID OwnerPointer);
NTKERNELAPI void NTAPI CcUnpinDataForThread(_In_ PVOID Bcb, _In_ ERESOURCE_THREAD ResourceThreadId);
NTKERNELAPI void NTAPI CcSetAdditionalCacheAttributes(_In_ PFILE_OBJECT FileObject, _In_ BOOLEAN DisableReadAhead,
    _In_ BOOLEAN DisableWriteBehind);
NTKERNELAPI BOOLEAN NTAPI CcIsThereDirtyData(_In_ PVPB Vpb);
NTKERNELAPI void NTAPI CcMdlWriteAbort(_In_ PFILE_OBJECT FileObject, _In_ PMDL MdlChain);
NTKERNELAPI void NTAPI CcSetLogHandleForFile(_In_ PFILE_OBJECT FileObject, _In_ PVOID LogHandle,
    _In_ PFLUSH_TO_LSN FlushToLsnRoutine);
NTKERNELAPI LARGE_INTEGER NTAPI CcGetDirtyPages(_In_ PVOID LogHandle, _In_ PDIRTY_PAGE_ROUTINE DirtyPageRoutine,
    _In_ PVOID Context1, _In_ PVOID Context2);
NTKERNELAPI BOOLEAN NTAPI CcMapData(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length,
    _In_ ULONG Flags, _Out_ PVOID *Bcb, _Out_ PVOID *Buffer);
NTKERNELAPI NTSTATUS NTAPI CcSetFileSizesEx(PFILE_OBJECT FileObject, PCC_FILE_SIZES FileSizes);
NTKERNELAPI PFILE_OBJECT NTAPI CcGetFileObjectFromSectionPtrsRef(_In_ PSECTION_OBJECT_POINTERS SectionObjectPointer);
NTKERNELAPI BOOLEAN NTAPI CcIsThereDirtyDataEx(_In_ PVPB Vpb, _In_opt_ PULONG NumberOfDirtyPages);
NTKERNELAPI void NTAPI CcCoherencyFlushAndPurgeCache(_In_ PSECTION_OBJECT_POINTERS SectionObjectPointer,
    _In_opt_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _Out_ PIO_STATUS_BLOCK IoStatus, _In_opt_ ULONG Flags);
NTKERNELAPI BOOLEAN NTAPI CcPurgeCacheSection(_In_ PSECTION_OBJECT_POINTERS SectionObjectPointer,
    _In_opt_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, ULONG Flags);
NTKERNELAPI BOOLEAN NTAPI CcCopyWriteWontFlush(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset,
    _In_ ULONG Length);
/*
 * Pool that raises STATUS_INSUFFICIENT_RESOURCES instead of answering NULL; here nobody's quota is charged.
 * NumberOfBytes: the size. Tag: as for ExAllocatePoolWithTag. IRQL: up to DISPATCH_LEVEL, as the pool's type allows.
 * Source: nf-ntifs-fsrtlallocatepoolwithquotatag.
 */
NTKERNELAPI PVOID NTAPI FsRtlAllocatePoolWithQuotaTag(_In_ POOL_TYPE PoolType, _In_ ULONG NumberOfBytes,
    _In_ ULONG Tag);

/*
 * Pool that raises STATUS_INSUFFICIENT_RESOURCES instead of answering NULL. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-ntifs-fsrtlallocatepoolwithtag.
 */
NTKERNELAPI PVOID NTAPI FsRtlAllocatePoolWithTag(_In_ POOL_TYPE PoolType, _In_ ULONG NumberOfBytes, _In_ ULONG Tag);
/*
 * TRUE: the name is one of FAT, at most 8 characters, a point and 3 more. WildCardsPermissible: * ? < > " are
 * allowed. PathNamePermissible: several parts are. LeadingBackslashPermissible: one in front is. IRQL: any level.
 * Source: nf-ntifs-fsrtlisfatdbcslegal.
 */
NTKERNELAPI BOOLEAN NTAPI FsRtlIsFatDbcsLegal(_In_ ANSI_STRING DbcsName, _In_ BOOLEAN WildCardsPermissible,
    _In_ BOOLEAN PathNamePermissible, _In_ BOOLEAN LeadingBackslashPermissible);

#ifdef __cplusplus
}
#endif

#endif
