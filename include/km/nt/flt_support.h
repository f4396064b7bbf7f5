/* Locks, pools, oplocks, byte-range locks, change notification and extra create parameters for filters. */
#ifndef OFM_NT_FLT_SUPPORT_H
#define OFM_NT_FLT_SUPPORT_H

#include "nt/flt_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Prepares a push lock (nonpaged, pointer-sized). IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltinitializepushlock. */
NTKERNELAPI void FLTAPI FltInitializePushLock(_Out_ PEX_PUSH_LOCK PushLock);

/* Ends it; nobody holds it. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltdeletepushlock. */
NTKERNELAPI void FLTAPI FltDeletePushLock(_In_ PEX_PUSH_LOCK PushLock);

/*
 * Waits until it is the only holder; enters a critical region. Not recursive. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltacquirepushlockexclusive.
 */
NTKERNELAPI void FLTAPI FltAcquirePushLockExclusive(_Inout_ PEX_PUSH_LOCK PushLock);

/*
 * Waits until there is no exclusive holder; enters a critical region. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltacquirepushlockshared.
 */
NTKERNELAPI void FLTAPI FltAcquirePushLockShared(_Inout_ PEX_PUSH_LOCK PushLock);

/* Releases either, leaves the region. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltreleasepushlock. */
NTKERNELAPI void FLTAPI FltReleasePushLock(_Inout_ PEX_PUSH_LOCK PushLock);

/* The same with FLT_PUSH_LOCK_ flags. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltacquirepushlockexclusiveex. */
NTKERNELAPI void FLTAPI FltAcquirePushLockExclusiveEx(_Inout_ PEX_PUSH_LOCK PushLock, ULONG Flags);

/* The same with FLT_PUSH_LOCK_ flags. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltacquirepushlocksharedex. */
NTKERNELAPI void FLTAPI FltAcquirePushLockSharedEx(PEX_PUSH_LOCK PushLock, ULONG Flags);

/* The same with FLT_PUSH_LOCK_ flags. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltreleasepushlockex. */
NTKERNELAPI void FLTAPI FltReleasePushLockEx(PEX_PUSH_LOCK PushLock, ULONG Flags);

/*
 * Enters a critical region and waits for an ERESOURCE exclusively. IRQL: IRQL <= APC_LEVEL. Source:
 * nf-fltkernel-fltacquireresourceexclusive.
 */
NTKERNELAPI void FLTAPI FltAcquireResourceExclusive(_Inout_ PERESOURCE Resource);

/*
 * Enters a critical region and waits for an ERESOURCE shared. IRQL: IRQL <= APC_LEVEL. Source:
 * nf-fltkernel-fltacquireresourceshared.
 */
NTKERNELAPI void FLTAPI FltAcquireResourceShared(_Inout_ PERESOURCE Resource);

/* Releases it, leaves the region. IRQL: IRQL <= DISPATCH_LEVEL. Source: nf-fltkernel-fltreleaseresource. */
NTKERNELAPI void FLTAPI FltReleaseResource(_Inout_ PERESOURCE Resource);

/*
 * Pool memory aligned as non-cached I/O of the instance's volume needs; NULL: no memory. Freed with
 * FltFreePoolAlignedWithTag. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltallocatepoolalignedwithtag.
 */
NTKERNELAPI PVOID FLTAPI FltAllocatePoolAlignedWithTag(_In_ PFLT_INSTANCE Instance, _In_ POOL_TYPE PoolType,
    _In_ SIZE_T NumberOfBytes, _In_ ULONG Tag);

/* Frees it. IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltfreepoolalignedwithtag. */
NTKERNELAPI void FLTAPI FltFreePoolAlignedWithTag(_In_ PFLT_INSTANCE Instance, _In_ PVOID Buffer, _In_ ULONG Tag);

/*
 * A structure for byte-range locks, initialised; NULL: no memory. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltallocatefilelock.
 */
NTKERNELAPI PFILE_LOCK FLTAPI FltAllocateFileLock(
    _In_opt_ PFLT_COMPLETE_LOCK_CALLBACK_DATA_ROUTINE CompleteLockCallbackDataRoutine,
    _In_opt_ PUNLOCK_ROUTINE UnlockRoutine);

/* Ends and frees it. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltfreefilelock. */
NTKERNELAPI void FLTAPI FltFreeFileLock(_In_ PFILE_LOCK FileLock);

/* Initialises one of the caller's. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltinitializefilelock. */
NTKERNELAPI void FLTAPI FltInitializeFileLock(_Out_ PFILE_LOCK FileLock);

/* Ends it: pended lock requests are completed. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltuninitializefilelock. */
NTKERNELAPI void FLTAPI FltUninitializeFileLock(_In_ PFILE_LOCK FileLock);

/*
 * Answers a lock operation from the structure; returns what the pre callback is to return. IRQL: up to APC_LEVEL.
 * Source: nf-fltkernel-fltprocessfilelock.
 */
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltProcessFileLock(_In_ PFILE_LOCK FileLock,
    _In_ PFLT_CALLBACK_DATA CallbackData, _In_opt_ PVOID Context);

/* TRUE: the operation may read its range. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltchecklockforreadaccess. */
NTKERNELAPI BOOLEAN FLTAPI FltCheckLockForReadAccess(_In_ PFILE_LOCK FileLock, _In_ PFLT_CALLBACK_DATA CallbackData);

/* TRUE: the operation may write its range. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltchecklockforwriteaccess. */
NTKERNELAPI BOOLEAN FLTAPI FltCheckLockForWriteAccess(_In_ PFILE_LOCK FileLock, _In_ PFLT_CALLBACK_DATA CallbackData);

/* Prepares an oplock. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltinitializeoplock. */
NTKERNELAPI void FLTAPI FltInitializeOplock(_Out_ POPLOCK Oplock);

/* Ends it. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltuninitializeoplock. */
NTKERNELAPI void FLTAPI FltUninitializeOplock(_In_ POPLOCK Oplock);

/*
 * Answers an oplock request or break acknowledgement; returns what the pre callback is to return. IRQL: up to
 * APC_LEVEL. Source: nf-fltkernel-fltoplockfsctrl.
 */
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltOplockFsctrl(_In_ POPLOCK Oplock,
    _In_ PFLT_CALLBACK_DATA CallbackData, _In_ ULONG OpenCount);

/* The same with OPLOCK_FSCTRL_FLAG_ flags. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltoplockfsctrlex. */
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltOplockFsctrlEx(_In_ POPLOCK Oplock,
    _In_ PFLT_CALLBACK_DATA CallbackData, _In_ ULONG OpenCount, _In_ ULONG Flags);

/*
 * Breaks the oplock as the operation demands; FLT_PREOP_PENDING: WaitCompletionRoutine goes on later. NULL routine:
 * waits. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltcheckoplock.
 */
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltCheckOplock(_In_ POPLOCK Oplock, _In_ PFLT_CALLBACK_DATA CallbackData,
    _In_opt_ PVOID Context, _In_opt_ PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine,
    _In_opt_ PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE PrePostCallbackDataRoutine);

/* The same with OPLOCK_FLAG_ flags. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltcheckoplockex. */
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltCheckOplockEx(_In_ POPLOCK Oplock,
    _In_ PFLT_CALLBACK_DATA CallbackData, _In_ ULONG Flags, _In_opt_ PVOID Context,
    _In_opt_ PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine,
    _In_opt_ PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE PrePostCallbackDataRoutine);

/*
 * Breaks the oplock altogether; waiting as in FltCheckOplock. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltoplockbreaktonone.
 */
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltOplockBreakToNone(_In_ POPLOCK Oplock,
    _In_ PFLT_CALLBACK_DATA CallbackData, _In_opt_ PVOID Context,
    _In_opt_ PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine,
    _In_opt_ PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE PrePostCallbackDataRoutine);

/* The same with flags. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltoplockbreaktononeex. */
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltOplockBreakToNoneEx(_In_ POPLOCK Oplock,
    _In_ PFLT_CALLBACK_DATA CallbackData, _In_ ULONG Flags, _In_opt_ PVOID Context,
    _In_opt_ PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine,
    _In_opt_ PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE PrePostCallbackDataRoutine);

/* Breaks handle caching; waiting as in FltCheckOplock. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltoplockbreakh. */
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltOplockBreakH(_In_ POPLOCK Oplock,
    _In_ PFLT_CALLBACK_DATA CallbackData, _In_ ULONG Flags, _In_opt_ PVOID Context,
    _In_opt_ PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine,
    _In_opt_ PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE PrePostCallbackDataRoutine);

/*
 * TRUE: the oplock does not stand against fast I/O. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltoplockisfastiopossible.
 */
NTKERNELAPI BOOLEAN FLTAPI FltOplockIsFastIoPossible(_In_ POPLOCK Oplock);

/*
 * TRUE: the operation asks for a shared oplock. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltoplockissharedrequest.
 */
NTKERNELAPI BOOLEAN FLTAPI FltOplockIsSharedRequest(_In_ PFLT_CALLBACK_DATA CallbackData);

/* TRUE: both file objects carry the same oplock key. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltoplockkeysequal. */
NTKERNELAPI BOOLEAN FLTAPI FltOplockKeysEqual(_In_opt_ PFILE_OBJECT Fo1, _In_opt_ PFILE_OBJECT Fo2);

/* TRUE: a batch or filter oplock is held. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltcurrentbatchoplock. */
NTKERNELAPI BOOLEAN FLTAPI FltCurrentBatchOplock(_In_ POPLOCK Oplock);

/* TRUE: any oplock is held. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltcurrentoplock. */
NTKERNELAPI BOOLEAN FLTAPI FltCurrentOplock(_In_ POPLOCK Oplock);

/* TRUE: one with handle caching is held. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltcurrentoplockh. */
NTKERNELAPI BOOLEAN FLTAPI FltCurrentOplockH(_In_ POPLOCK Oplock);

/*
 * Keeps a change-notify operation, which is in its pre callback, until something happens in the directory; the pre callback
 * returns FLT_PREOP_PENDING, whatever becomes of it. Arguments and statuses are those of FsRtlNotifyFilterChangeDirectory; changes are
 * told with FsRtlNotifyFilterReportChange, handles end with FsRtlNotifyCleanup. Another operation is completed with
 * STATUS_INVALID_PARAMETER. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltnotifyfilterchangedirectory.
 */
NTKERNELAPI void FLTAPI FltNotifyFilterChangeDirectory(_Inout_ PNOTIFY_SYNC NotifySync,
    _Inout_ PLIST_ENTRY NotifyList, _In_ PVOID FsContext, _In_ PSTRING FullDirectoryName, _In_ BOOLEAN WatchTree,
    _In_ BOOLEAN IgnoreBuffer, _In_ ULONG CompletionFilter, _In_ PFLT_CALLBACK_DATA NotifyCallbackData,
    _In_opt_ PCHECK_FOR_TRAVERSE_ACCESS TraverseCallback, _In_opt_ PSECURITY_SUBJECT_CONTEXT SubjectContext,
    _In_opt_ PFILTER_REPORT_CHANGE FilterCallback);

/*
 * A list for IoDriverCreateContext of FltCreateFileEx2. STATUS_INSUFFICIENT_RESOURCES. IRQL: up to APC_LEVEL.
 * Source: nf-fltkernel-fltallocateextracreateparameterlist.
 */
NTKERNELAPI NTSTATUS FLTAPI FltAllocateExtraCreateParameterList(_In_ PFLT_FILTER Filter,
    _In_ FSRTL_ALLOCATE_ECPLIST_FLAGS Flags, _Out_ PECP_LIST *EcpList);

/*
 * Frees the list and the contexts in it, with their clean-up callbacks. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltfreeextracreateparameterlist.
 */
NTKERNELAPI void FLTAPI FltFreeExtraCreateParameterList(_In_ PFLT_FILTER Filter, _In_ PECP_LIST EcpList);

/*
 * A context of a type (GUID) for such a list; CleanupCallback runs before it is freed.
 * STATUS_INSUFFICIENT_RESOURCES. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltallocateextracreateparameter.
 */
NTKERNELAPI NTSTATUS FLTAPI FltAllocateExtraCreateParameter(_In_ PFLT_FILTER Filter, _In_ LPCGUID EcpType,
    _In_ ULONG SizeOfContext, _In_ FSRTL_ALLOCATE_ECP_FLAGS Flags,
    _In_opt_ PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK CleanupCallback, _In_ ULONG PoolTag,
    _Out_ PVOID *EcpContext);

/* Frees a context that is in no list. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltfreeextracreateparameter. */
NTKERNELAPI void FLTAPI FltFreeExtraCreateParameter(_In_ PFLT_FILTER Filter, _In_ PVOID EcpContext);

/*
 * A look-aside list (PAGED_ or NPAGED_LOOKASIDE_LIST by Flags) for contexts of one size. IRQL: up to APC_LEVEL.
 * Source: nf-fltkernel-fltinitextracreateparameterlookasidelist.
 */
NTKERNELAPI void FLTAPI FltInitExtraCreateParameterLookasideList(_In_ PFLT_FILTER Filter, _Inout_ PVOID Lookaside,
    _In_ FSRTL_ECP_LOOKASIDE_FLAGS Flags, _In_ SIZE_T Size, _In_ ULONG Tag);

/* Ends it. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltdeleteextracreateparameterlookasidelist. */
NTKERNELAPI void FLTAPI FltDeleteExtraCreateParameterLookasideList(_In_ PFLT_FILTER Filter, _Inout_ PVOID Lookaside,
    _In_ FSRTL_ECP_LOOKASIDE_FLAGS Flags);

/*
 * As FltAllocateExtraCreateParameter, from such a list. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltallocateextracreateparameterfromlookasidelist.
 */
NTKERNELAPI NTSTATUS FLTAPI FltAllocateExtraCreateParameterFromLookasideList(_In_ PFLT_FILTER Filter,
    _In_ LPCGUID EcpType, _In_ ULONG SizeOfContext, _In_ FSRTL_ALLOCATE_ECP_FLAGS Flags,
    _In_opt_ PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK CleanupCallback, _Inout_ PVOID LookasideList,
    _Out_ PVOID *EcpContext);

/*
 * Puts a context into a list that has none of its type. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltinsertextracreateparameter.
 */
NTKERNELAPI NTSTATUS FLTAPI FltInsertExtraCreateParameter(_In_ PFLT_FILTER Filter, _Inout_ PECP_LIST EcpList,
    _Inout_ PVOID EcpContext);

/*
 * The context of a type in a list. STATUS_NOT_FOUND. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltfindextracreateparameter.
 */
NTKERNELAPI NTSTATUS FLTAPI FltFindExtraCreateParameter(_In_ PFLT_FILTER Filter, _In_ PECP_LIST EcpList,
    _In_ LPCGUID EcpType, _Out_opt_ PVOID *EcpContext, _Out_opt_ ULONG *EcpContextSize);

/*
 * Takes it out; the caller frees it. STATUS_NOT_FOUND. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltremoveextracreateparameter.
 */
NTKERNELAPI NTSTATUS FLTAPI FltRemoveExtraCreateParameter(_In_ PFLT_FILTER Filter, _Inout_ PECP_LIST EcpList,
    _In_ LPCGUID EcpType, _Out_ PVOID *EcpContext, _Out_opt_ ULONG *EcpContextSize);

/*
 * The context behind CurrentEcpContext (NULL: the first), its type and size. STATUS_NOT_FOUND: no more. IRQL: up to
 * APC_LEVEL. Source: nf-fltkernel-fltgetnextextracreateparameter.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetNextExtraCreateParameter(_In_ PFLT_FILTER Filter, _In_ PECP_LIST EcpList,
    _In_opt_ PVOID CurrentEcpContext, _Out_opt_ LPGUID NextEcpType, _Out_opt_ PVOID *NextEcpContext,
    _Out_opt_ ULONG *NextEcpContextSize);

/*
 * The list of a create operation; NULL: none. STATUS_INVALID_PARAMETER: another operation. IRQL: up to APC_LEVEL.
 * Source: nf-fltkernel-fltgetecplistfromcallbackdata.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetEcpListFromCallbackData(_In_ PFLT_FILTER Filter, PFLT_CALLBACK_DATA CallbackData,
    _Out_ PECP_LIST *EcpList);

/*
 * Gives a create operation a list. STATUS_INVALID_PARAMETER: it has one, or another operation. IRQL: up to
 * APC_LEVEL. Source: nf-fltkernel-fltsetecplistintocallbackdata.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSetEcpListIntoCallbackData(_In_ PFLT_FILTER Filter, PFLT_CALLBACK_DATA CallbackData,
    _In_ PECP_LIST EcpList);

/* Marks a context as used. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltacknowledgeecp. */
NTKERNELAPI void FLTAPI FltAcknowledgeEcp(_In_ PFLT_FILTER Filter, _In_ PVOID EcpContext);

/* Takes the mark away. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltpreparetoreuseecp. */
NTKERNELAPI void FLTAPI FltPrepareToReuseEcp(_In_ PFLT_FILTER Filter, _In_ PVOID EcpContext);

/* TRUE: the mark is set. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltisecpacknowledged. */
NTKERNELAPI BOOLEAN FLTAPI FltIsEcpAcknowledged(_In_ PFLT_FILTER Filter, _In_ PVOID EcpContext);

/*
 * TRUE: the context came from user mode and must be looked at with care. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltisecpfromusermode.
 */
NTKERNELAPI BOOLEAN FLTAPI FltIsEcpFromUserMode(_In_ PFLT_FILTER Filter, _In_ PVOID EcpContext);

/*
 * Asks, with a create, to be told about a reparse point of one kind. STATUS_INVALID_PARAMETER. IRQL:
 * _IRQL_requires_max_(APC_LEVEL). Source: nf-fltkernel-fltaddopenreparseentry.
 */
NTKERNELAPI NTSTATUS FLTAPI FltAddOpenReparseEntry(_In_ PFLT_FILTER Filter, _In_ PFLT_CALLBACK_DATA Data,
    _In_ POPEN_REPARSE_LIST_ENTRY OpenReparseEntry);

/* Takes the entry out again. IRQL: _IRQL_requires_max_(APC_LEVEL). Source: nf-fltkernel-fltremoveopenreparseentry. */
NTKERNELAPI void FLTAPI FltRemoveOpenReparseEntry(_In_ PFLT_FILTER Filter, _In_ PFLT_CALLBACK_DATA Data,
    _In_ POPEN_REPARSE_LIST_ENTRY OpenReparseEntry);

/*
 * Copies the entries to another create of the filter's. STATUS_INSUFFICIENT_RESOURCES. IRQL:
 * _IRQL_requires_max_(APC_LEVEL). Source: nf-fltkernel-fltcopyopenreparselist.
 */
NTKERNELAPI NTSTATUS FLTAPI FltCopyOpenReparseList(_In_ PFLT_FILTER Filter, _In_ PFLT_CALLBACK_DATA Data,
    _Inout_ PECP_LIST EcpList);

/* Frees such a copy. IRQL: _IRQL_requires_max_(APC_LEVEL). Source: nf-fltkernel-fltfreeopenreparselist. */
NTKERNELAPI void FLTAPI FltFreeOpenReparseList(_In_ PFLT_FILTER Filter, _In_ PECP_LIST EcpList);

#ifdef __cplusplus
}
#endif

#endif
