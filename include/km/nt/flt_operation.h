/* Operations: callback data, parameters and buffers, completion, cancellation, work items, queues, who asked. */
#ifndef OFM_NT_FLT_OPERATION_H
#define OFM_NT_FLT_OPERATION_H

#include "nt/flt_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Marks that parameters were changed: filters and file system below see the change; in a post callback, those above
 * see a changed IoStatus without it. Needed after every change of Iopb. IRQL: Any. Source:
 * nf-fltkernel-fltsetcallbackdatadirty.
 */
NTKERNELAPI void FLTAPI FltSetCallbackDataDirty(_Inout_ PFLT_CALLBACK_DATA Data);

/*
 * Takes the mark back: changes of Iopb do not count. IRQL: any level. Source:
 * nf-fltkernel-fltclearcallbackdatadirty.
 */
NTKERNELAPI void FLTAPI FltClearCallbackDataDirty(_Inout_ PFLT_CALLBACK_DATA Data);

/* TRUE: the mark is set. IRQL: any level. Source: nf-fltkernel-fltiscallbackdatadirty. */
NTKERNELAPI BOOLEAN FLTAPI FltIsCallbackDataDirty(_In_ PFLT_CALLBACK_DATA Data);

/*
 * Gives pointers to where the operation's MDL, buffer, length and the access its buffer needs are kept; NULL for
 * what it has not. Two-buffer controls give the output side. STATUS_INVALID_PARAMETER: no buffers in this operation.
 * IRQL: Any level. Source: nf-fltkernel-fltdecodeparameters.
 */
NTKERNELAPI NTSTATUS FLTAPI FltDecodeParameters(_In_ PFLT_CALLBACK_DATA CallbackData, _Out_ PMDL **MdlAddressPointer,
    _Out_ PVOID **Buffer, _Out_ PULONG *Length, _Out_opt_ LOCK_OPERATION *DesiredAccess);

/*
 * Gives the operation an MDL over its locked buffer (marked dirty by itself, freed by the filter manager).
 * STATUS_SUCCESS: also when it had one; STATUS_INVALID_PARAMETER: an operation without such a buffer;
 * STATUS_INSUFFICIENT_RESOURCES; an access violation's status for bad memory. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltlockuserbuffer.
 */
NTKERNELAPI NTSTATUS FLTAPI FltLockUserBuffer(_In_ PFLT_CALLBACK_DATA CallbackData);

/*
 * In a post callback: the MDL of the buffer that the pre callback put in; NULL: none, or fast I/O. IRQL: Any level.
 * Source: nf-fltkernel-fltgetswappedbuffermdladdress.
 */
NTKERNELAPI PMDL FLTAPI FltGetSwappedBufferMdlAddress(_In_ PFLT_CALLBACK_DATA CallbackData);

/*
 * In a post callback: keeps the filter manager from freeing that MDL; the caller frees it. IRQL: Any level. Source:
 * nf-fltkernel-fltretainswappedbuffermdladdress.
 */
NTKERNELAPI void FLTAPI FltRetainSwappedBufferMdlAddress(_In_ PFLT_CALLBACK_DATA CallbackData);

/*
 * In a post callback, when FLTFL_CALLBACK_DATA_NEW_SYSTEM_BUFFER is set: the system buffer that replaced the one of
 * the pre callback; else NULL. IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltgetnewsystembufferaddress.
 */
NTKERNELAPI PVOID FLTAPI FltGetNewSystemBufferAddress(_In_ PFLT_CALLBACK_DATA CallbackData);

/*
 * TRUE: the caller waits for the operation (fast I/O, synchronous file object, synchronous paging I/O ...). IRQL:
 * Any level. Source: nf-fltkernel-fltisoperationsynchronous.
 */
NTKERNELAPI BOOLEAN FLTAPI FltIsOperationSynchronous(_In_ PFLT_CALLBACK_DATA CallbackData);

/*
 * TRUE: the requestor is a 32-bit process; CallbackData NULL: the current one. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltis32bitprocess.
 */
NTKERNELAPI BOOLEAN FLTAPI FltIs32bitProcess(_In_opt_ PFLT_CALLBACK_DATA CallbackData);

/*
 * The process that asked, not referenced: valid while the operation is; NULL for some the system starts. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-fltkernel-fltgetrequestorprocess.
 */
NTKERNELAPI PEPROCESS FLTAPI FltGetRequestorProcess(_In_ PFLT_CALLBACK_DATA CallbackData);

/* Its id as a number; 0: none. IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltgetrequestorprocessid. */
NTKERNELAPI ULONG FLTAPI FltGetRequestorProcessId(_In_ PFLT_CALLBACK_DATA CallbackData);

/* Its id as a handle value. IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltgetrequestorprocessidex. */
NTKERNELAPI HANDLE FLTAPI FltGetRequestorProcessIdEx(_In_ PFLT_CALLBACK_DATA CallbackData);

/*
 * The session of the process. STATUS_INVALID_PARAMETER: no process. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltgetrequestorsessionid.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetRequestorSessionId(_In_ PFLT_CALLBACK_DATA CallbackData, _Out_ PULONG SessionId);

/*
 * In a pre callback of an IRP: calls CallbackRoutine with the status that the call into the stack below returned
 * (STATUS_PENDING, an oplock's ...), in the same thread, with a copy of the parameters. STATUS_INVALID_PARAMETER: no
 * IRP, or close; STATUS_FLT_DELETING_OBJECT. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltrequestoperationstatuscallback.
 */
NTKERNELAPI NTSTATUS FLTAPI FltRequestOperationStatusCallback(_In_ PFLT_CALLBACK_DATA Data,
    _In_ PFLT_GET_OPERATION_STATUS_CALLBACK CallbackRoutine, _In_opt_ PVOID RequesterContext);

/*
 * Goes on with an operation whose pre callback returned FLT_PREOP_PENDING. CallbackStatus:
 * FLT_PREOP_SUCCESS_WITH_CALLBACK, _NO_CALLBACK or _COMPLETE (IoStatus set first). Context: for the post callback.
 * Once for each pended operation; DISPATCH_LEVEL only for _COMPLETE. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltcompletependedpreoperation.
 */
NTKERNELAPI void FLTAPI FltCompletePendedPreOperation(PFLT_CALLBACK_DATA CallbackData,
    _In_ FLT_PREOP_CALLBACK_STATUS CallbackStatus, _In_opt_ PVOID Context);

/*
 * Goes on with an operation whose post callback returned FLT_POSTOP_MORE_PROCESSING_REQUIRED. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-fltkernel-fltcompletependedpostoperation.
 */
NTKERNELAPI void FLTAPI FltCompletePendedPostOperation(_In_ PFLT_CALLBACK_DATA CallbackData);

/*
 * In a post callback: runs SafePostCallback at a safe IRQL, at once or in a worker. TRUE: it ran or is queued,
 * return *RetPostOperationStatus. FALSE: it cannot be done (paging I/O, draining, draining instance);
 * *RetPostOperationStatus says what to return and IoStatus the failure. Source:
 * nf-fltkernel-fltdocompletionprocessingwhensafe.
 */
NTKERNELAPI BOOLEAN FLTAPI FltDoCompletionProcessingWhenSafe(_In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects, _In_opt_ PVOID CompletionContext, _In_ FLT_POST_OPERATION_FLAGS Flags,
    _In_ PFLT_POST_OPERATION_CALLBACK SafePostCallback, _Out_ PFLT_POSTOP_CALLBACK_STATUS RetPostOperationStatus);

/*
 * Sends an operation again below the instance and waits; in pre or post callback. The result is in its IoStatus.
 * IRQL: up to APC_LEVEL (non-paging IO can only be reissued at PASSIVE_LEVEL). Source:
 * nf-fltkernel-fltreissuesynchronousio.
 */
NTKERNELAPI void FLTAPI FltReissueSynchronousIo(_In_ PFLT_INSTANCE InitiatingInstance,
    _In_ PFLT_CALLBACK_DATA CallbackData);

/*
 * An operation of the filter's own for FltPerformSynchronousIo, FltPerformAsynchronousIo.
 * STATUS_INSUFFICIENT_RESOURCES; STATUS_FLT_DELETING_OBJECT. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltallocatecallbackdata.
 */
NTKERNELAPI NTSTATUS FLTAPI FltAllocateCallbackData(_In_ PFLT_INSTANCE Instance, _In_opt_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CALLBACK_DATA *RetNewCallbackData);

/*
 * The same; FLT_ALLOCATE_CALLBACK_DATA_PREALLOCATE_ALL_MEMORY: nothing is allocated later on the way. IRQL: up to
 * APC_LEVEL. Source: nf-fltkernel-fltallocatecallbackdataex.
 */
NTKERNELAPI NTSTATUS FLTAPI FltAllocateCallbackDataEx(_In_ PFLT_INSTANCE Instance, _In_opt_ PFILE_OBJECT FileObject,
    _In_ FLT_ALLOCATE_CALLBACK_DATA_FLAGS Flags, _Out_ PFLT_CALLBACK_DATA *RetNewCallbackData);

/*
 * Makes an allocated operation as new, for another use. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltreusecallbackdata.
 */
NTKERNELAPI void FLTAPI FltReuseCallbackData(_Inout_ PFLT_CALLBACK_DATA CallbackData);

/*
 * Frees an allocated operation that is not under way. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltfreecallbackdata.
 */
NTKERNELAPI void FLTAPI FltFreeCallbackData(_In_ PFLT_CALLBACK_DATA CallbackData);

/*
 * Sends an allocated operation below its instance and waits; the result is in its IoStatus. IRQL: up to APC_LEVEL.
 * Source: nf-fltkernel-fltperformsynchronousio.
 */
NTKERNELAPI void FLTAPI FltPerformSynchronousIo(_Inout_ PFLT_CALLBACK_DATA CallbackData);

/*
 * Sends an allocated operation; CallbackRoutine is told the end, exactly once unless this fails. STATUS_PENDING:
 * under way; STATUS_FLT_INVALID_ASYNCHRONOUS_REQUEST: a create cannot be asynchronous; STATUS_INVALID_PARAMETER.
 * IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltperformasynchronousio.
 */
NTKERNELAPI NTSTATUS FLTAPI FltPerformAsynchronousIo(_Inout_ PFLT_CALLBACK_DATA CallbackData,
    _In_ PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine, _In_ PVOID CallbackContext);

/*
 * Asks for the end of an operation the filter started. TRUE: its cancel routine was called. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-fltkernel-fltcancelio.
 */
NTKERNELAPI BOOLEAN FLTAPI FltCancelIo(_In_ PFLT_CALLBACK_DATA CallbackData);

/* TRUE: cancelling was asked for. Only for IRPs. IRQL: Any level. Source: nf-fltkernel-fltisiocanceled. */
NTKERNELAPI BOOLEAN FLTAPI FltIsIoCanceled(_In_ PFLT_CALLBACK_DATA CallbackData);

/*
 * Before pending an operation: CanceledCallback runs when it is cancelled and completes it. STATUS_CANCELLED: it was
 * cancelled already, the callback does not run; STATUS_INVALID_PARAMETER: no IRP, or paging I/O. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-fltkernel-fltsetcancelcompletion.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSetCancelCompletion(_In_ PFLT_CALLBACK_DATA CallbackData,
    _In_ PFLT_COMPLETE_CANCELED_CALLBACK CanceledCallback);

/*
 * Takes the callback away before completing. STATUS_CANCELLED: it has run or runs, the operation is its. IRQL: Any
 * level. Source: nf-fltkernel-fltclearcancelcompletion.
 */
NTKERNELAPI NTSTATUS FLTAPI FltClearCancelCompletion(_In_ PFLT_CALLBACK_DATA CallbackData);

/*
 * As KeWaitForSingleObject, ended by the cancelling of the operation (STATUS_CANCELLED) or the end of its thread
 * (STATUS_THREAD_IS_TERMINATING). CallbackData may be NULL. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltcancellablewaitforsingleobject.
 */
NTKERNELAPI NTSTATUS FLTAPI FltCancellableWaitForSingleObject(_In_ PVOID Object, _In_opt_ PLARGE_INTEGER Timeout,
    _In_opt_ PFLT_CALLBACK_DATA CallbackData);

/*
 * As KeWaitForMultipleObjects, ended likewise. More than THREAD_WAIT_OBJECTS objects need WaitBlockArray. IRQL: up
 * to APC_LEVEL. Source: nf-fltkernel-fltcancellablewaitformultipleobjects.
 */
NTKERNELAPI NTSTATUS FLTAPI FltCancellableWaitForMultipleObjects(_In_ ULONG Count, _In_ PVOID ObjectArray[],
    _In_ WAIT_TYPE WaitType, _In_opt_ PLARGE_INTEGER Timeout, _In_opt_ PKWAIT_BLOCK WaitBlockArray,
    _In_ PFLT_CALLBACK_DATA CallbackData);

/*
 * A work item for FltQueueDeferredIoWorkItem; NULL: no memory. The caller frees it, in the routine at the earliest.
 * IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltallocatedeferredioworkitem.
 */
NTKERNELAPI PFLT_DEFERRED_IO_WORKITEM FLTAPI FltAllocateDeferredIoWorkItem(void);

/* Frees a work item that is not queued. IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltfreedeferredioworkitem. */
NTKERNELAPI void FLTAPI FltFreeDeferredIoWorkItem(_In_ PFLT_DEFERRED_IO_WORKITEM FltWorkItem);

/*
 * Lets a worker go on with an operation: the pre callback returns FLT_PREOP_PENDING, the routine completes it.
 * STATUS_FLT_NOT_SAFE_TO_POST_OPERATION: paging I/O, a top-level IRP, fast I/O ...; STATUS_FLT_DELETING_OBJECT.
 * IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltqueuedeferredioworkitem.
 */
NTKERNELAPI NTSTATUS FLTAPI FltQueueDeferredIoWorkItem(_In_ PFLT_DEFERRED_IO_WORKITEM FltWorkItem,
    _In_ PFLT_CALLBACK_DATA Data, _In_ PFLT_DEFERRED_IO_WORKITEM_ROUTINE WorkerRoutine,
    _In_ WORK_QUEUE_TYPE QueueType, _In_ PVOID Context);

/*
 * A work item for FltQueueGenericWorkItem; NULL: no memory. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltallocategenericworkitem.
 */
NTKERNELAPI PFLT_GENERIC_WORKITEM FLTAPI FltAllocateGenericWorkItem(void);

/* Frees a work item that is not queued. IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltfreegenericworkitem. */
NTKERNELAPI void FLTAPI FltFreeGenericWorkItem(_In_ PFLT_GENERIC_WORKITEM FltWorkItem);

/*
 * Runs WorkerRoutine in a system worker at PASSIVE_LEVEL. FltObject: filter or instance, referenced until the
 * routine returns, so unload waits for it. STATUS_FLT_DELETING_OBJECT; STATUS_INVALID_PARAMETER: QueueType. IRQL: up
 * to DISPATCH_LEVEL. Source: nf-fltkernel-fltqueuegenericworkitem.
 */
NTKERNELAPI NTSTATUS FLTAPI FltQueueGenericWorkItem(_In_ PFLT_GENERIC_WORKITEM FltWorkItem, _In_ PVOID FltObject,
    _In_ PFLT_GENERIC_WORKITEM_ROUTINE WorkerRoutine, _In_ WORK_QUEUE_TYPE QueueType, _In_opt_ PVOID Context);

/*
 * Prepares a cancel-safe queue; the six callbacks keep the list under a lock of the caller's.
 * STATUS_INVALID_PARAMETER. IRQL: Any level. Source: nf-fltkernel-fltcbdqinitialize.
 */
NTKERNELAPI NTSTATUS FLTAPI FltCbdqInitialize(_In_ PFLT_INSTANCE Instance, _Inout_ PFLT_CALLBACK_DATA_QUEUE Cbdq,
    _In_ PFLT_CALLBACK_DATA_QUEUE_INSERT_IO CbdqInsertIo, _In_ PFLT_CALLBACK_DATA_QUEUE_REMOVE_IO CbdqRemoveIo,
    _In_ PFLT_CALLBACK_DATA_QUEUE_PEEK_NEXT_IO CbdqPeekNextIo, _In_ PFLT_CALLBACK_DATA_QUEUE_ACQUIRE CbdqAcquire,
    _In_ PFLT_CALLBACK_DATA_QUEUE_RELEASE CbdqRelease,
    _In_ PFLT_CALLBACK_DATA_QUEUE_COMPLETE_CANCELED_IO CbdqCompleteCanceledIo);

/* Lets a queue take operations again. IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltcbdqenable. */
NTKERNELAPI void FLTAPI FltCbdqEnable(_Inout_ PFLT_CALLBACK_DATA_QUEUE Cbdq);

/* Refuses further inserts; what is queued stays. IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltcbdqdisable. */
NTKERNELAPI void FLTAPI FltCbdqDisable(_Inout_ PFLT_CALLBACK_DATA_QUEUE Cbdq);

/*
 * Queues an operation that is to be pended. Context: needed by FltCbdqRemoveIo. STATUS_FLT_CBDQ_DISABLED;
 * STATUS_CANCELLED: cancelled meanwhile, CompleteCanceledIo has it; else what InsertIo returned. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-fltkernel-fltcbdqinsertio.
 */
NTKERNELAPI NTSTATUS FLTAPI FltCbdqInsertIo(_Inout_ PFLT_CALLBACK_DATA_QUEUE Cbdq, _In_ PFLT_CALLBACK_DATA Cbd,
    _In_opt_ PFLT_CALLBACK_DATA_QUEUE_IO_CONTEXT Context, _In_opt_ PVOID InsertContext);

/*
 * Takes one operation out by its context; NULL: it was cancelled. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltcbdqremoveio.
 */
NTKERNELAPI PFLT_CALLBACK_DATA FLTAPI FltCbdqRemoveIo(_Inout_ PFLT_CALLBACK_DATA_QUEUE Cbdq,
    _In_ PFLT_CALLBACK_DATA_QUEUE_IO_CONTEXT Context);

/*
 * Takes out the next one that PeekNextIo finds; NULL: none. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltcbdqremovenextio.
 */
NTKERNELAPI PFLT_CALLBACK_DATA FLTAPI FltCbdqRemoveNextIo(_Inout_ PFLT_CALLBACK_DATA_QUEUE Cbdq,
    _In_opt_ PVOID PeekContext);

/*
 * The id that tracing gave the operation. STATUS_NOT_FOUND: none. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltgetactivityidcallbackdata.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetActivityIdCallbackData(_In_ PFLT_CALLBACK_DATA CallbackData, _Out_ LPGUID Guid);

/*
 * Gives the operation an id for tracing; NULL takes it away. STATUS_INVALID_PARAMETER; STATUS_NOT_SUPPORTED. IRQL:
 * up to DISPATCH_LEVEL. Source: nf-fltkernel-fltsetactivityidcallbackdata.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSetActivityIdCallbackData(_Inout_ PFLT_CALLBACK_DATA CallbackData,
    _In_opt_ LPCGUID Guid);

/*
 * Makes the operation's id the thread's; OriginalId gets what it was. STATUS_NOT_FOUND: none. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-fltkernel-fltpropagateactivityidtothread.
 */
NTKERNELAPI NTSTATUS FLTAPI FltPropagateActivityIdToThread(_In_ PFLT_CALLBACK_DATA CallbackData,
    _Inout_ LPGUID PropagateId, _Out_ LPGUID *OriginalId);

/*
 * Copies what hangs on one operation (activity id, priority) to another. STATUS_INVALID_PARAMETER. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-fltkernel-fltpropagateirpextension.
 */
NTKERNELAPI NTSTATUS FLTAPI FltPropagateIrpExtension(_In_ PFLT_CALLBACK_DATA SourceData,
    _Inout_ PFLT_CALLBACK_DATA TargetData, _In_ ULONG Flags);

/*
 * The operation's I/O priority, whatever its source. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltgetiopriorityhint.
 */
NTKERNELAPI IO_PRIORITY_HINT FLTAPI FltGetIoPriorityHint(_In_ PFLT_CALLBACK_DATA Data);

/*
 * The priority set on the operation itself. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltgetiopriorityhintfromcallbackdata.
 */
NTKERNELAPI IO_PRIORITY_HINT FLTAPI FltGetIoPriorityHintFromCallbackData(_In_ PFLT_CALLBACK_DATA Data);

/*
 * Sets the operation's priority. STATUS_INVALID_PARAMETER. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltsetiopriorityhintintocallbackdata.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSetIoPriorityHintIntoCallbackData(_In_ PFLT_CALLBACK_DATA Data,
    _In_ IO_PRIORITY_HINT PriorityHint);

/*
 * The priority of the file object. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltgetiopriorityhintfromfileobject.
 */
NTKERNELAPI IO_PRIORITY_HINT FLTAPI FltGetIoPriorityHintFromFileObject(_In_ PFILE_OBJECT FileObject);

/*
 * Sets the priority of the file object. STATUS_INVALID_PARAMETER. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltsetiopriorityhintintofileobject.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSetIoPriorityHintIntoFileObject(_In_ PFILE_OBJECT FileObject,
    _In_ IO_PRIORITY_HINT PriorityHint);

/* The priority of the thread. IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltgetiopriorityhintfromthread. */
NTKERNELAPI IO_PRIORITY_HINT FLTAPI FltGetIoPriorityHintFromThread(_In_ PETHREAD Thread);

/*
 * Sets the priority of the thread. STATUS_INVALID_PARAMETER. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltsetiopriorityhintintothread.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSetIoPriorityHintIntoThread(_In_ PETHREAD Thread, _In_ IO_PRIORITY_HINT PriorityHint);

/*
 * Fills PriorityInfo (prepared by IoInitializePriorityInfo) from operation, file object and thread; NULL ones are
 * left out. IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltretrieveiopriorityinfo.
 */
NTKERNELAPI NTSTATUS FLTAPI FltRetrieveIoPriorityInfo(_In_opt_ PFLT_CALLBACK_DATA Data,
    _In_opt_ PFILE_OBJECT FileObject, _In_opt_ PETHREAD Thread, _Inout_ PIO_PRIORITY_INFO PriorityInfo);

/*
 * Gives a thread these priorities; OutputPriorityInfo gets what they were. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltapplypriorityinfothread.
 */
NTKERNELAPI NTSTATUS FLTAPI FltApplyPriorityInfoThread(_In_ PIO_PRIORITY_INFO InputPriorityInfo,
    _Out_opt_ PIO_PRIORITY_INFO OutputPriorityInfo, _In_ PETHREAD Thread);

/*
 * Tells whether operations of one instance may be sent to another. STATUS_SUCCESS with the answer. IRQL: up
 * toDISPATCH_LEVEL. Source: nf-fltkernel-fltisioredirectionallowed.
 */
NTKERNELAPI NTSTATUS FLTAPI FltIsIoRedirectionAllowed(_In_ PFLT_INSTANCE SourceInstance,
    _In_ PFLT_INSTANCE TargetInstance, _Out_ PBOOLEAN RedirectionAllowed);

/*
 * The same for one operation, and for all of its kind. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltisioredirectionallowedforoperation.
 */
NTKERNELAPI NTSTATUS FLTAPI FltIsIoRedirectionAllowedForOperation(_In_ PFLT_CALLBACK_DATA Data,
    _In_ PFLT_INSTANCE TargetInstance, _Out_ PBOOLEAN RedirectionAllowedThisIo,
    _Out_opt_ PBOOLEAN RedirectionAllowedAllIo);

/*
 * Makes the source's device stack as deep as the target's needs. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltadjustdevicestacksizeforioredirection.
 */
NTKERNELAPI NTSTATUS FLTAPI FltAdjustDeviceStackSizeForIoRedirection(_In_ PFLT_INSTANCE SourceInstance,
    _In_ PFLT_INSTANCE TargetInstance, _Out_opt_ PBOOLEAN SourceDeviceStackSizeModified);

/*
 * Refuses BypassIO in a pre callback of FSCTL_MANAGE_BYPASS_IO, with the reason for the event log. The pre callback
 * then returns FLT_PREOP_COMPLETE. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltvetobypassio.
 */
NTKERNELAPI NTSTATUS FLTAPI FltVetoBypassIo(_In_ PFLT_CALLBACK_DATA CallbackData,
    _In_ PCFLT_RELATED_OBJECTS FltObjects, _In_ NTSTATUS OperationStatus, _In_ PCUNICODE_STRING FailureReason);

/*
 * Where the data of a copy operation come from. STATUS_UNSUCCESSFUL: not part of a copy. IRQL: up to DISPATCH_LEVEL.
 * Source: nf-fltkernel-fltgetcopyinformationfromcallbackdata.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetCopyInformationFromCallbackData(_In_ PFLT_CALLBACK_DATA Data,
    _Out_ PCOPY_INFORMATION CopyInformation);

/*
 * In pre-create: asks for information about the file together with the open. InfoClassFlags: what.
 * STATUS_NOT_SUPPORTED. Source: nf-fltkernel-fltrequestfileinfooncreatecompletion.
 */
NTKERNELAPI NTSTATUS FLTAPI FltRequestFileInfoOnCreateCompletion(PFLT_FILTER Filter, PFLT_CALLBACK_DATA Data,
    ULONG InfoClassFlags);

/*
 * In post-create: the information that was asked for; NULL: not there. Source:
 * nf-fltkernel-fltretrievefileinfooncreatecompletion.
 */
NTKERNELAPI PVOID FLTAPI FltRetrieveFileInfoOnCreateCompletion(_In_ PFLT_FILTER Filter, _In_ PFLT_CALLBACK_DATA Data,
    _In_ ULONG InfoClass, _Out_ PULONG Size);

/*
 * The same with a status. STATUS_NOT_FOUND: not asked for; STATUS_NOT_SUPPORTED. Source:
 * nf-fltkernel-fltretrievefileinfooncreatecompletionex.
 */
NTKERNELAPI NTSTATUS FLTAPI FltRetrieveFileInfoOnCreateCompletionEx(_In_ PFLT_FILTER Filter,
    _In_ PFLT_CALLBACK_DATA Data, _In_ ULONG InfoClass, _Out_ PULONG RetInfoSize, _Out_ PVOID *RetInfoBuffer);

#ifdef __cplusplus
}
#endif

#endif
