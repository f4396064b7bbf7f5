/* Locks, pools, oplocks, byte-range locks, change notification and extra create parameters for filters. */
#ifndef OFM_NT_FLT_SUPPORT_H
#define OFM_NT_FLT_SUPPORT_H

#include "nt/flt_types.h"

#ifdef __cplusplus
extern "C" {
#endif

NTKERNELAPI void FLTAPI FltInitializePushLock(_Out_ PEX_PUSH_LOCK PushLock);
NTKERNELAPI void FLTAPI FltDeletePushLock(_In_ PEX_PUSH_LOCK PushLock);
NTKERNELAPI void FLTAPI FltAcquirePushLockExclusive(_Inout_ PEX_PUSH_LOCK PushLock);
NTKERNELAPI void FLTAPI FltAcquirePushLockShared(_Inout_ PEX_PUSH_LOCK PushLock);
NTKERNELAPI void FLTAPI FltReleasePushLock(_Inout_ PEX_PUSH_LOCK PushLock);
NTKERNELAPI void FLTAPI FltAcquirePushLockExclusiveEx(_Inout_ PEX_PUSH_LOCK PushLock, ULONG Flags);
NTKERNELAPI void FLTAPI FltAcquirePushLockSharedEx(PEX_PUSH_LOCK PushLock, ULONG Flags);
NTKERNELAPI void FLTAPI FltReleasePushLockEx(PEX_PUSH_LOCK PushLock, ULONG Flags);
NTKERNELAPI void FLTAPI FltAcquireResourceExclusive(_Inout_ PERESOURCE Resource);
NTKERNELAPI void FLTAPI FltAcquireResourceShared(_Inout_ PERESOURCE Resource);
NTKERNELAPI void FLTAPI FltReleaseResource(_Inout_ PERESOURCE Resource);
NTKERNELAPI PVOID FLTAPI FltAllocatePoolAlignedWithTag(_In_ PFLT_INSTANCE Instance, _In_ POOL_TYPE PoolType,
    _In_ SIZE_T NumberOfBytes, _In_ ULONG Tag);
NTKERNELAPI void FLTAPI FltFreePoolAlignedWithTag(_In_ PFLT_INSTANCE Instance, _In_ PVOID Buffer, _In_ ULONG Tag);
NTKERNELAPI PFILE_LOCK FLTAPI FltAllocateFileLock(
    _In_opt_ PFLT_COMPLETE_LOCK_CALLBACK_DATA_ROUTINE CompleteLockCallbackDataRoutine,
    _In_opt_ PUNLOCK_ROUTINE UnlockRoutine);
NTKERNELAPI void FLTAPI FltFreeFileLock(_In_ PFILE_LOCK FileLock);
NTKERNELAPI void FLTAPI FltInitializeFileLock(_Out_ PFILE_LOCK FileLock);
NTKERNELAPI void FLTAPI FltUninitializeFileLock(_In_ PFILE_LOCK FileLock);
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltProcessFileLock(_In_ PFILE_LOCK FileLock,
    _In_ PFLT_CALLBACK_DATA CallbackData, _In_opt_ PVOID Context);
NTKERNELAPI BOOLEAN FLTAPI FltCheckLockForReadAccess(_In_ PFILE_LOCK FileLock, _In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI BOOLEAN FLTAPI FltCheckLockForWriteAccess(_In_ PFILE_LOCK FileLock, _In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI void FLTAPI FltInitializeOplock(_Out_ POPLOCK Oplock);
NTKERNELAPI void FLTAPI FltUninitializeOplock(_In_ POPLOCK Oplock);
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltOplockFsctrl(_In_ POPLOCK Oplock,
    _In_ PFLT_CALLBACK_DATA CallbackData, _In_ ULONG OpenCount);
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltOplockFsctrlEx(_In_ POPLOCK Oplock,
    _In_ PFLT_CALLBACK_DATA CallbackData, _In_ ULONG OpenCount, _In_ ULONG Flags);
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltCheckOplock(_In_ POPLOCK Oplock, _In_ PFLT_CALLBACK_DATA CallbackData,
    _In_opt_ PVOID Context, _In_opt_ PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine,
    _In_opt_ PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE PrePostCallbackDataRoutine);
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltCheckOplockEx(_In_ POPLOCK Oplock,
    _In_ PFLT_CALLBACK_DATA CallbackData, _In_ ULONG Flags, _In_opt_ PVOID Context,
    _In_opt_ PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine,
    _In_opt_ PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE PrePostCallbackDataRoutine);
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltOplockBreakToNone(_In_ POPLOCK Oplock,
    _In_ PFLT_CALLBACK_DATA CallbackData, _In_opt_ PVOID Context,
    _In_opt_ PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine,
    _In_opt_ PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE PrePostCallbackDataRoutine);
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltOplockBreakToNoneEx(_In_ POPLOCK Oplock,
    _In_ PFLT_CALLBACK_DATA CallbackData, _In_ ULONG Flags, _In_opt_ PVOID Context,
    _In_opt_ PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine,
    _In_opt_ PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE PrePostCallbackDataRoutine);
NTKERNELAPI FLT_PREOP_CALLBACK_STATUS FLTAPI FltOplockBreakH(_In_ POPLOCK Oplock,
    _In_ PFLT_CALLBACK_DATA CallbackData, _In_ ULONG Flags, _In_opt_ PVOID Context,
    _In_opt_ PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine,
    _In_opt_ PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE PrePostCallbackDataRoutine);
NTKERNELAPI BOOLEAN FLTAPI FltOplockIsFastIoPossible(_In_ POPLOCK Oplock);
NTKERNELAPI BOOLEAN FLTAPI FltOplockIsSharedRequest(_In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI BOOLEAN FLTAPI FltOplockKeysEqual(_In_opt_ PFILE_OBJECT Fo1, _In_opt_ PFILE_OBJECT Fo2);
NTKERNELAPI BOOLEAN FLTAPI FltCurrentBatchOplock(_In_ POPLOCK Oplock);
NTKERNELAPI BOOLEAN FLTAPI FltCurrentOplock(_In_ POPLOCK Oplock);
NTKERNELAPI BOOLEAN FLTAPI FltCurrentOplockH(_In_ POPLOCK Oplock);
NTKERNELAPI void FLTAPI FltNotifyFilterChangeDirectory(_Inout_ PNOTIFY_SYNC NotifySync,
    _Inout_ PLIST_ENTRY NotifyList, _In_ PVOID FsContext, _In_ PSTRING FullDirectoryName, _In_ BOOLEAN WatchTree,
    _In_ BOOLEAN IgnoreBuffer, _In_ ULONG CompletionFilter, _In_ PFLT_CALLBACK_DATA NotifyCallbackData,
    _In_opt_ PCHECK_FOR_TRAVERSE_ACCESS TraverseCallback, _In_opt_ PSECURITY_SUBJECT_CONTEXT SubjectContext,
    _In_opt_ PFILTER_REPORT_CHANGE FilterCallback);
NTKERNELAPI NTSTATUS FLTAPI FltAllocateExtraCreateParameterList(_In_ PFLT_FILTER Filter,
    _In_ FSRTL_ALLOCATE_ECPLIST_FLAGS Flags, _Out_ PECP_LIST *EcpList);
NTKERNELAPI void FLTAPI FltFreeExtraCreateParameterList(_In_ PFLT_FILTER Filter, _In_ PECP_LIST EcpList);
NTKERNELAPI NTSTATUS FLTAPI FltAllocateExtraCreateParameter(_In_ PFLT_FILTER Filter, _In_ LPCGUID EcpType,
    _In_ ULONG SizeOfContext, _In_ FSRTL_ALLOCATE_ECP_FLAGS Flags,
    _In_opt_ PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK CleanupCallback, _In_ ULONG PoolTag,
    _Out_ PVOID *EcpContext);
NTKERNELAPI void FLTAPI FltFreeExtraCreateParameter(_In_ PFLT_FILTER Filter, _In_ PVOID EcpContext);
NTKERNELAPI void FLTAPI FltInitExtraCreateParameterLookasideList(_In_ PFLT_FILTER Filter, _Inout_ PVOID Lookaside,
    _In_ FSRTL_ECP_LOOKASIDE_FLAGS Flags, _In_ SIZE_T Size, _In_ ULONG Tag);
NTKERNELAPI void FLTAPI FltDeleteExtraCreateParameterLookasideList(_In_ PFLT_FILTER Filter, _Inout_ PVOID Lookaside,
    _In_ FSRTL_ECP_LOOKASIDE_FLAGS Flags);
NTKERNELAPI NTSTATUS FLTAPI FltAllocateExtraCreateParameterFromLookasideList(_In_ PFLT_FILTER Filter,
    _In_ LPCGUID EcpType, _In_ ULONG SizeOfContext, _In_ FSRTL_ALLOCATE_ECP_FLAGS Flags,
    _In_opt_ PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK CleanupCallback, _Inout_ PVOID LookasideList,
    _Out_ PVOID *EcpContext);
NTKERNELAPI NTSTATUS FLTAPI FltInsertExtraCreateParameter(_In_ PFLT_FILTER Filter, _Inout_ PECP_LIST EcpList,
    _Inout_ PVOID EcpContext);
NTKERNELAPI NTSTATUS FLTAPI FltFindExtraCreateParameter(_In_ PFLT_FILTER Filter, _In_ PECP_LIST EcpList,
    _In_ LPCGUID EcpType, _Out_opt_ PVOID *EcpContext, _Out_opt_ ULONG *EcpContextSize);
NTKERNELAPI NTSTATUS FLTAPI FltRemoveExtraCreateParameter(_In_ PFLT_FILTER Filter, _Inout_ PECP_LIST EcpList,
    _In_ LPCGUID EcpType, _Out_ PVOID *EcpContext, _Out_opt_ ULONG *EcpContextSize);
NTKERNELAPI NTSTATUS FLTAPI FltGetNextExtraCreateParameter(_In_ PFLT_FILTER Filter, _In_ PECP_LIST EcpList,
    _In_opt_ PVOID CurrentEcpContext, _Out_opt_ LPGUID NextEcpType, _Out_opt_ PVOID *NextEcpContext,
    _Out_opt_ ULONG *NextEcpContextSize);
NTKERNELAPI NTSTATUS FLTAPI FltGetEcpListFromCallbackData(_In_ PFLT_FILTER Filter, PFLT_CALLBACK_DATA CallbackData,
    _Out_ PECP_LIST *EcpList);
NTKERNELAPI NTSTATUS FLTAPI FltSetEcpListIntoCallbackData(_In_ PFLT_FILTER Filter, PFLT_CALLBACK_DATA CallbackData,
    _In_ PECP_LIST EcpList);
NTKERNELAPI void FLTAPI FltAcknowledgeEcp(_In_ PFLT_FILTER Filter, _In_ PVOID EcpContext);
NTKERNELAPI void FLTAPI FltPrepareToReuseEcp(_In_ PFLT_FILTER Filter, _In_ PVOID EcpContext);
NTKERNELAPI BOOLEAN FLTAPI FltIsEcpAcknowledged(_In_ PFLT_FILTER Filter, _In_ PVOID EcpContext);
NTKERNELAPI BOOLEAN FLTAPI FltIsEcpFromUserMode(_In_ PFLT_FILTER Filter, _In_ PVOID EcpContext);
NTKERNELAPI NTSTATUS FLTAPI FltAddOpenReparseEntry(_In_ PFLT_FILTER Filter, _In_ PFLT_CALLBACK_DATA Data,
    _In_ POPEN_REPARSE_LIST_ENTRY OpenReparseEntry);
NTKERNELAPI void FLTAPI FltRemoveOpenReparseEntry(_In_ PFLT_FILTER Filter, _In_ PFLT_CALLBACK_DATA Data,
    _In_ POPEN_REPARSE_LIST_ENTRY OpenReparseEntry);
NTKERNELAPI NTSTATUS FLTAPI FltCopyOpenReparseList(_In_ PFLT_FILTER Filter, _In_ PFLT_CALLBACK_DATA Data,
    _Inout_ PECP_LIST EcpList);
NTKERNELAPI void FLTAPI FltFreeOpenReparseList(_In_ PFLT_FILTER Filter, _In_ PECP_LIST EcpList);

#ifdef __cplusplus
}
#endif

#endif
