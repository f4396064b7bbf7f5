/* Operations: callback data, parameters and buffers, completion, cancellation, work items, queues, who asked. */
#ifndef OFM_NT_FLT_OPERATION_H
#define OFM_NT_FLT_OPERATION_H

#include "nt/flt_types.h"

#ifdef __cplusplus
extern "C" {
#endif

NTKERNELAPI void FLTAPI FltSetCallbackDataDirty(_Inout_ PFLT_CALLBACK_DATA Data);
NTKERNELAPI void FLTAPI FltClearCallbackDataDirty(_Inout_ PFLT_CALLBACK_DATA Data);
NTKERNELAPI BOOLEAN FLTAPI FltIsCallbackDataDirty(_In_ PFLT_CALLBACK_DATA Data);
NTKERNELAPI NTSTATUS FLTAPI FltDecodeParameters(_In_ PFLT_CALLBACK_DATA CallbackData, _Out_ PMDL **MdlAddressPointer,
    _Out_ PVOID **Buffer, _Out_ PULONG *Length, _Out_opt_ LOCK_OPERATION *DesiredAccess);
NTKERNELAPI NTSTATUS FLTAPI FltLockUserBuffer(_In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI PMDL FLTAPI FltGetSwappedBufferMdlAddress(_In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI void FLTAPI FltRetainSwappedBufferMdlAddress(_In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI PVOID FLTAPI FltGetNewSystemBufferAddress(_In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI BOOLEAN FLTAPI FltIsOperationSynchronous(_In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI BOOLEAN FLTAPI FltIs32bitProcess(_In_opt_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI PEPROCESS FLTAPI FltGetRequestorProcess(_In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI ULONG FLTAPI FltGetRequestorProcessId(_In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI HANDLE FLTAPI FltGetRequestorProcessIdEx(_In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI NTSTATUS FLTAPI FltGetRequestorSessionId(_In_ PFLT_CALLBACK_DATA CallbackData, _Out_ PULONG SessionId);
NTKERNELAPI NTSTATUS FLTAPI FltRequestOperationStatusCallback(_In_ PFLT_CALLBACK_DATA Data,
    _In_ PFLT_GET_OPERATION_STATUS_CALLBACK CallbackRoutine, _In_opt_ PVOID RequesterContext);
NTKERNELAPI void FLTAPI FltCompletePendedPreOperation(PFLT_CALLBACK_DATA CallbackData,
    _In_ FLT_PREOP_CALLBACK_STATUS CallbackStatus, _In_opt_ PVOID Context);
NTKERNELAPI void FLTAPI FltCompletePendedPostOperation(_In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI BOOLEAN FLTAPI FltDoCompletionProcessingWhenSafe(_In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects, _In_opt_ PVOID CompletionContext, _In_ FLT_POST_OPERATION_FLAGS Flags,
    _In_ PFLT_POST_OPERATION_CALLBACK SafePostCallback, _Out_ PFLT_POSTOP_CALLBACK_STATUS RetPostOperationStatus);
NTKERNELAPI void FLTAPI FltReissueSynchronousIo(_In_ PFLT_INSTANCE InitiatingInstance,
    _In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI NTSTATUS FLTAPI FltAllocateCallbackData(_In_ PFLT_INSTANCE Instance, _In_opt_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CALLBACK_DATA *RetNewCallbackData);
NTKERNELAPI NTSTATUS FLTAPI FltAllocateCallbackDataEx(_In_ PFLT_INSTANCE Instance, _In_opt_ PFILE_OBJECT FileObject,
    _In_ FLT_ALLOCATE_CALLBACK_DATA_FLAGS Flags, _Out_ PFLT_CALLBACK_DATA *RetNewCallbackData);
NTKERNELAPI void FLTAPI FltReuseCallbackData(_Inout_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI void FLTAPI FltFreeCallbackData(_In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI void FLTAPI FltPerformSynchronousIo(_Inout_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI NTSTATUS FLTAPI FltPerformAsynchronousIo(_Inout_ PFLT_CALLBACK_DATA CallbackData,
    _In_ PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine, _In_ PVOID CallbackContext);
NTKERNELAPI BOOLEAN FLTAPI FltCancelIo(_In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI BOOLEAN FLTAPI FltIsIoCanceled(_In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI NTSTATUS FLTAPI FltSetCancelCompletion(_In_ PFLT_CALLBACK_DATA CallbackData,
    _In_ PFLT_COMPLETE_CANCELED_CALLBACK CanceledCallback);
NTKERNELAPI NTSTATUS FLTAPI FltClearCancelCompletion(_In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI NTSTATUS FLTAPI FltCancellableWaitForSingleObject(_In_ PVOID Object, _In_opt_ PLARGE_INTEGER Timeout,
    _In_opt_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI NTSTATUS FLTAPI FltCancellableWaitForMultipleObjects(_In_ ULONG Count, _In_ PVOID ObjectArray[],
    _In_ WAIT_TYPE WaitType, _In_opt_ PLARGE_INTEGER Timeout, _In_opt_ PKWAIT_BLOCK WaitBlockArray,
    _In_ PFLT_CALLBACK_DATA CallbackData);
NTKERNELAPI PFLT_DEFERRED_IO_WORKITEM FLTAPI FltAllocateDeferredIoWorkItem(void);
NTKERNELAPI void FLTAPI FltFreeDeferredIoWorkItem(_In_ PFLT_DEFERRED_IO_WORKITEM FltWorkItem);
NTKERNELAPI NTSTATUS FLTAPI FltQueueDeferredIoWorkItem(_In_ PFLT_DEFERRED_IO_WORKITEM FltWorkItem,
    _In_ PFLT_CALLBACK_DATA Data, _In_ PFLT_DEFERRED_IO_WORKITEM_ROUTINE WorkerRoutine,
    _In_ WORK_QUEUE_TYPE QueueType, _In_ PVOID Context);
NTKERNELAPI PFLT_GENERIC_WORKITEM FLTAPI FltAllocateGenericWorkItem(void);
NTKERNELAPI void FLTAPI FltFreeGenericWorkItem(_In_ PFLT_GENERIC_WORKITEM FltWorkItem);
NTKERNELAPI NTSTATUS FLTAPI FltQueueGenericWorkItem(_In_ PFLT_GENERIC_WORKITEM FltWorkItem, _In_ PVOID FltObject,
    _In_ PFLT_GENERIC_WORKITEM_ROUTINE WorkerRoutine, _In_ WORK_QUEUE_TYPE QueueType, _In_opt_ PVOID Context);
NTKERNELAPI NTSTATUS FLTAPI FltCbdqInitialize(_In_ PFLT_INSTANCE Instance, _Inout_ PFLT_CALLBACK_DATA_QUEUE Cbdq,
    _In_ PFLT_CALLBACK_DATA_QUEUE_INSERT_IO CbdqInsertIo, _In_ PFLT_CALLBACK_DATA_QUEUE_REMOVE_IO CbdqRemoveIo,
    _In_ PFLT_CALLBACK_DATA_QUEUE_PEEK_NEXT_IO CbdqPeekNextIo, _In_ PFLT_CALLBACK_DATA_QUEUE_ACQUIRE CbdqAcquire,
    _In_ PFLT_CALLBACK_DATA_QUEUE_RELEASE CbdqRelease,
    _In_ PFLT_CALLBACK_DATA_QUEUE_COMPLETE_CANCELED_IO CbdqCompleteCanceledIo);
NTKERNELAPI void FLTAPI FltCbdqEnable(_Inout_ PFLT_CALLBACK_DATA_QUEUE Cbdq);
NTKERNELAPI void FLTAPI FltCbdqDisable(_Inout_ PFLT_CALLBACK_DATA_QUEUE Cbdq);
NTKERNELAPI NTSTATUS FLTAPI FltCbdqInsertIo(_Inout_ PFLT_CALLBACK_DATA_QUEUE Cbdq, _In_ PFLT_CALLBACK_DATA Cbd,
    _In_opt_ PFLT_CALLBACK_DATA_QUEUE_IO_CONTEXT Context, _In_opt_ PVOID InsertContext);
NTKERNELAPI PFLT_CALLBACK_DATA FLTAPI FltCbdqRemoveIo(_Inout_ PFLT_CALLBACK_DATA_QUEUE Cbdq,
    _In_ PFLT_CALLBACK_DATA_QUEUE_IO_CONTEXT Context);
NTKERNELAPI PFLT_CALLBACK_DATA FLTAPI FltCbdqRemoveNextIo(_Inout_ PFLT_CALLBACK_DATA_QUEUE Cbdq,
    _In_opt_ PVOID PeekContext);
NTKERNELAPI NTSTATUS FLTAPI FltGetActivityIdCallbackData(_In_ PFLT_CALLBACK_DATA CallbackData, _Out_ LPGUID Guid);
NTKERNELAPI NTSTATUS FLTAPI FltSetActivityIdCallbackData(_Inout_ PFLT_CALLBACK_DATA CallbackData,
    _In_opt_ LPCGUID Guid);
NTKERNELAPI NTSTATUS FLTAPI FltPropagateActivityIdToThread(_In_ PFLT_CALLBACK_DATA CallbackData,
    _Inout_ LPGUID PropagateId, _Out_ LPGUID *OriginalId);
NTKERNELAPI NTSTATUS FLTAPI FltPropagateIrpExtension(_In_ PFLT_CALLBACK_DATA SourceData,
    _Inout_ PFLT_CALLBACK_DATA TargetData, _In_ ULONG Flags);
NTKERNELAPI IO_PRIORITY_HINT FLTAPI FltGetIoPriorityHint(_In_ PFLT_CALLBACK_DATA Data);
NTKERNELAPI IO_PRIORITY_HINT FLTAPI FltGetIoPriorityHintFromCallbackData(_In_ PFLT_CALLBACK_DATA Data);
NTKERNELAPI NTSTATUS FLTAPI FltSetIoPriorityHintIntoCallbackData(_In_ PFLT_CALLBACK_DATA Data,
    _In_ IO_PRIORITY_HINT PriorityHint);
NTKERNELAPI IO_PRIORITY_HINT FLTAPI FltGetIoPriorityHintFromFileObject(_In_ PFILE_OBJECT FileObject);
NTKERNELAPI NTSTATUS FLTAPI FltSetIoPriorityHintIntoFileObject(_In_ PFILE_OBJECT FileObject,
    _In_ IO_PRIORITY_HINT PriorityHint);
NTKERNELAPI IO_PRIORITY_HINT FLTAPI FltGetIoPriorityHintFromThread(_In_ PETHREAD Thread);
NTKERNELAPI NTSTATUS FLTAPI FltSetIoPriorityHintIntoThread(_In_ PETHREAD Thread, _In_ IO_PRIORITY_HINT PriorityHint);
NTKERNELAPI NTSTATUS FLTAPI FltRetrieveIoPriorityInfo(_In_opt_ PFLT_CALLBACK_DATA Data,
    _In_opt_ PFILE_OBJECT FileObject, _In_opt_ PETHREAD Thread, _Inout_ PIO_PRIORITY_INFO PriorityInfo);
NTKERNELAPI NTSTATUS FLTAPI FltApplyPriorityInfoThread(_In_ PIO_PRIORITY_INFO InputPriorityInfo,
    _Out_opt_ PIO_PRIORITY_INFO OutputPriorityInfo, _In_ PETHREAD Thread);
NTKERNELAPI NTSTATUS FLTAPI FltIsIoRedirectionAllowed(_In_ PFLT_INSTANCE SourceInstance,
    _In_ PFLT_INSTANCE TargetInstance, _Out_ PBOOLEAN RedirectionAllowed);
NTKERNELAPI NTSTATUS FLTAPI FltIsIoRedirectionAllowedForOperation(_In_ PFLT_CALLBACK_DATA Data,
    _In_ PFLT_INSTANCE TargetInstance, _Out_ PBOOLEAN RedirectionAllowedThisIo,
    _Out_opt_ PBOOLEAN RedirectionAllowedAllIo);
NTKERNELAPI NTSTATUS FLTAPI FltAdjustDeviceStackSizeForIoRedirection(_In_ PFLT_INSTANCE SourceInstance,
    _In_ PFLT_INSTANCE TargetInstance, _Out_opt_ PBOOLEAN SourceDeviceStackSizeModified);
NTKERNELAPI NTSTATUS FLTAPI FltVetoBypassIo(_In_ PFLT_CALLBACK_DATA CallbackData,
    _In_ PCFLT_RELATED_OBJECTS FltObjects, _In_ NTSTATUS OperationStatus, _In_ PCUNICODE_STRING FailureReason);
NTKERNELAPI NTSTATUS FLTAPI FltGetCopyInformationFromCallbackData(_In_ PFLT_CALLBACK_DATA Data,
    _Out_ PCOPY_INFORMATION CopyInformation);
NTKERNELAPI NTSTATUS FLTAPI FltRequestFileInfoOnCreateCompletion(PFLT_FILTER Filter, PFLT_CALLBACK_DATA Data,
    ULONG InfoClassFlags);
NTKERNELAPI PVOID FLTAPI FltRetrieveFileInfoOnCreateCompletion(_In_ PFLT_FILTER Filter, _In_ PFLT_CALLBACK_DATA Data,
    _In_ ULONG InfoClass, _Out_ PULONG Size);
NTKERNELAPI NTSTATUS FLTAPI FltRetrieveFileInfoOnCreateCompletionEx(_In_ PFLT_FILTER Filter,
    _In_ PFLT_CALLBACK_DATA Data, _In_ ULONG InfoClass, _Out_ PULONG RetInfoSize, _Out_ PVOID *RetInfoBuffer);

#ifdef __cplusplus
}
#endif

#endif
