/* What a filter may do with the callback data it holds: complete what it pended, mark changes, ask about the operation. */
#include "fltmgr/callback.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ps/ps.h"

#include <stdlib.h>
#include <string.h>

static const char *const irp_names[FLT_IRP_SLOTS] = {
    "IRP_MJ_CREATE", "IRP_MJ_CREATE_NAMED_PIPE", "IRP_MJ_CLOSE", "IRP_MJ_READ", "IRP_MJ_WRITE", "IRP_MJ_QUERY_INFORMATION",
    "IRP_MJ_SET_INFORMATION", "IRP_MJ_QUERY_EA", "IRP_MJ_SET_EA", "IRP_MJ_FLUSH_BUFFERS", "IRP_MJ_QUERY_VOLUME_INFORMATION",
    "IRP_MJ_SET_VOLUME_INFORMATION", "IRP_MJ_DIRECTORY_CONTROL", "IRP_MJ_FILE_SYSTEM_CONTROL", "IRP_MJ_DEVICE_CONTROL",
    "IRP_MJ_INTERNAL_DEVICE_CONTROL", "IRP_MJ_SHUTDOWN", "IRP_MJ_LOCK_CONTROL", "IRP_MJ_CLEANUP", "IRP_MJ_CREATE_MAILSLOT",
    "IRP_MJ_QUERY_SECURITY", "IRP_MJ_SET_SECURITY", "IRP_MJ_POWER", "IRP_MJ_SYSTEM_CONTROL", "IRP_MJ_DEVICE_CHANGE",
    "IRP_MJ_QUERY_QUOTA", "IRP_MJ_SET_QUOTA", "IRP_MJ_PNP",
};

static const char *const other_names[FLT_SLOTS - FLT_IRP_SLOTS] = { /* 0xff downward */
    "IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION", "IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION", "IRP_MJ_ACQUIRE_FOR_MOD_WRITE",
    "IRP_MJ_RELEASE_FOR_MOD_WRITE", "IRP_MJ_ACQUIRE_FOR_CC_FLUSH", "IRP_MJ_RELEASE_FOR_CC_FLUSH", "IRP_MJ_QUERY_OPEN",
    "IRP_MJ_NOTIFY_STREAM_FO_CREATION", NULL, NULL, NULL, NULL, "IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE",
    "IRP_MJ_NETWORK_QUERY_OPEN", "IRP_MJ_MDL_READ", "IRP_MJ_MDL_READ_COMPLETE", "IRP_MJ_PREPARE_MDL_WRITE",
    "IRP_MJ_MDL_WRITE_COMPLETE", "IRP_MJ_VOLUME_MOUNT", "IRP_MJ_VOLUME_DISMOUNT",
};

const char *flt_major_name(UCHAR major)
{
    if (!flt_slot_valid(major))
        return NULL;
    unsigned slot = flt_slot(major);
    return slot < FLT_IRP_SLOTS ? irp_names[slot] : other_names[slot - FLT_IRP_SLOTS];
}

FLTAPI PCHAR FltGetIrpName(UCHAR IrpMajorCode)
{
    const char *name = flt_major_name(IrpMajorCode);
    return (PCHAR)(name ? name : "");
}

/* ---- completing what was pended ---- */

static const char *frame_driver(const struct flt_callback *cb)
{
    return cb->frame ? ((PFLT_FILTER)cb->frame->objects.Filter)->driver_name : ke_driver_of(NULL);
}

static bool walks(const struct flt_callback *cb, const char *call, const void *pc)
{
    if (cb->kind == FLT_CALLBACK_WALK && cb->frame)
        return true;
    ke_report_caller(call, pc, "this callback data is not pended by the filter (F-175)");
    return false;
}

/* True when this thread goes on; false when the callback has not returned yet: its thread does. */
static bool take_over(struct flt_callback *cb, const char *call)
{
    switch (__atomic_exchange_n(&cb->pend, FLT_PEND_COMPLETED, __ATOMIC_ACQ_REL)) {
    case FLT_PEND_RETURNED:
        return true;
    case FLT_PEND_COMPLETED:
        ke_report(frame_driver(cb), call, "the operation was completed already (F-175)");
        return false;
    default:
        return false;
    }
}

FLTAPI VOID FltCompletePendedPreOperation(PFLT_CALLBACK_DATA CallbackData, FLT_PREOP_CALLBACK_STATUS CallbackStatus, PVOID Context)
{
    struct flt_callback *cb = flt_callback_of(CallbackData);
    ke_require_irql("FltCompletePendedPreOperation", CallbackStatus == FLT_PREOP_COMPLETE ? DISPATCH_LEVEL : APC_LEVEL);
    if (!walks(cb, "FltCompletePendedPreOperation", __builtin_return_address(0)))
        return;
    if (CallbackStatus != FLT_PREOP_COMPLETE && CallbackStatus != FLT_PREOP_SUCCESS_NO_CALLBACK
        && CallbackStatus != FLT_PREOP_SUCCESS_WITH_CALLBACK) {
        ke_report(frame_driver(cb), "FltCompletePendedPreOperation", "status %d is not one of the three (F-171)", (int)CallbackStatus);
        CallbackStatus = FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    cb->pend_status = CallbackStatus;
    cb->pend_context = Context;
    if (take_over(cb, "FltCompletePendedPreOperation"))
        flt_resume_pre(cb, CallbackStatus, Context);
}

FLTAPI VOID FltCompletePendedPostOperation(PFLT_CALLBACK_DATA CallbackData)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    struct flt_callback *cb = flt_callback_of(CallbackData);
    if (walks(cb, "FltCompletePendedPostOperation", __builtin_return_address(0))
        && take_over(cb, "FltCompletePendedPostOperation"))
        flt_resume_post(cb);
}

/* ---- dirty ---- */

FLTAPI VOID FltSetCallbackDataDirty(PFLT_CALLBACK_DATA Data)
{
    Data->Flags |= FLTFL_CALLBACK_DATA_DIRTY;
}

FLTAPI VOID FltClearCallbackDataDirty(PFLT_CALLBACK_DATA Data)
{
    Data->Flags &= ~(ULONG)FLTFL_CALLBACK_DATA_DIRTY;
}

FLTAPI BOOLEAN FltIsCallbackDataDirty(PFLT_CALLBACK_DATA Data)
{
    return (Data->Flags & FLTFL_CALLBACK_DATA_DIRTY) != 0;
}

/* ---- the requestor (F-180) ---- */

FLTAPI PEPROCESS FltGetRequestorProcess(PFLT_CALLBACK_DATA CallbackData)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return CallbackData->Thread ? ps_thread_process(CallbackData->Thread) : NULL;
}

FLTAPI ULONG FltGetRequestorProcessId(PFLT_CALLBACK_DATA CallbackData)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    PEPROCESS process = FltGetRequestorProcess(CallbackData);
    return process ? (ULONG)(uintptr_t)PsGetProcessId(process) : 0;
}

FLTAPI HANDLE FltGetRequestorProcessIdEx(PFLT_CALLBACK_DATA CallbackData)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    PEPROCESS process = FltGetRequestorProcess(CallbackData);
    return process ? PsGetProcessId(process) : NULL;
}

FLTAPI NTSTATUS FltGetRequestorSessionId(PFLT_CALLBACK_DATA CallbackData, PULONG SessionId)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    PEPROCESS process = FltGetRequestorProcess(CallbackData);
    *SessionId = (ULONG)-1;
    if (!process)
        return STATUS_UNSUCCESSFUL;
    *SessionId = 0; /* one session: there is no other on Linux */
    return STATUS_SUCCESS;
}

FLTAPI BOOLEAN FltIs32bitProcess(PFLT_CALLBACK_DATA CallbackData)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return FALSE;
}

/* ---- the operation ---- */

static bool buffered_control(const FLT_IO_PARAMETER_BLOCK *iopb)
{
    if (iopb->MajorFunction != IRP_MJ_FILE_SYSTEM_CONTROL && iopb->MajorFunction != IRP_MJ_DEVICE_CONTROL
        && iopb->MajorFunction != IRP_MJ_INTERNAL_DEVICE_CONTROL)
        return false;
    return (iopb->Parameters.DeviceIoControl.Common.IoControlCode & 3) == METHOD_BUFFERED;
}

/* F-226, in this order */
FLTAPI BOOLEAN FltIsOperationSynchronous(PFLT_CALLBACK_DATA CallbackData)
{
    const FLT_IO_PARAMETER_BLOCK *iopb = CallbackData->Iopb;
    if (!(CallbackData->Flags & FLTFL_CALLBACK_DATA_IRP_OPERATION))
        return TRUE;
    if (iopb->IrpFlags & IRP_PAGING_IO)
        return (iopb->IrpFlags & IRP_SYNCHRONOUS_PAGING_IO) != 0;
    if (iopb->TargetFileObject && (iopb->TargetFileObject->Flags & FO_SYNCHRONOUS_IO))
        return TRUE;
    return (iopb->IrpFlags & IRP_SYNCHRONOUS_API) || buffered_control(iopb);
}


/* F-227: a snapshot now, the routine when the lower stack has answered */
FLTAPI NTSTATUS FltRequestOperationStatusCallback(PFLT_CALLBACK_DATA Data, PFLT_GET_OPERATION_STATUS_CALLBACK CallbackRoutine,
    PVOID RequesterContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    struct flt_callback *cb = flt_callback_of(Data);
    if (cb->kind != FLT_CALLBACK_WALK || !cb->frame || cb->post || !(Data->Flags & FLTFL_CALLBACK_DATA_IRP_OPERATION)
        || Data->Iopb->MajorFunction == IRP_MJ_CLOSE || !CallbackRoutine)
        return STATUS_INVALID_PARAMETER;
    PFLT_INSTANCE instance = cb->frame->objects.Instance;
    if (__atomic_load_n(&instance->going, __ATOMIC_ACQUIRE))
        return STATUS_FLT_DELETING_OBJECT;
    struct flt_status_request *request = malloc(sizeof *request);
    if (!request)
        return STATUS_INSUFFICIENT_RESOURCES;
    request->routine = CallbackRoutine;
    request->context = RequesterContext;
    request->iopb = *Data->Iopb;
    memcpy(&request->objects, &cb->frame->objects, sizeof request->objects);
    request->next = cb->status_requests;
    cb->status_requests = request;
    return STATUS_SUCCESS;
}
