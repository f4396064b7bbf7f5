/*
 * Oplocks that a filter keeps itself (F-381, F-382): the package of ntoskrnl/io with callback data in front. What the package
 * answers becomes the status that the pre callback returns.
 */
#include "fltmgr/held.h"
#include "ntoskrnl/io/oplock.h"
#include "ntoskrnl/ke/ke.h"

enum { OPLOCK_TAG = 'oFMF' };

/* ---- callback data that is held ---- */

static void data_cancelled(struct io_operation *op, void *context)
{
    struct io_held *pended = context;
    pended->cancelled(pended);
}

static bool set_data(struct io_held *pended)
{
    return io_set_cancel(flt_callback_of(pended->who)->op, data_cancelled, pended);
}

static bool clear_data(struct io_held *pended)
{
    return io_clear_cancel(flt_callback_of(pended->who)->op);
}

static void complete_data(void *who, NTSTATUS status, ULONG_PTR information)
{
    PFLT_CALLBACK_DATA data = who;
    data->IoStatus.Status = status;
    data->IoStatus.Information = information;
    FltCompletePendedPreOperation(data, FLT_PREOP_COMPLETE, NULL);
}

const struct io_held_form flt_held_data = {set_data, clear_data, complete_data};

/* ---- the calls ---- */

static FLT_PREOP_CALLBACK_STATUS completed(PFLT_CALLBACK_DATA data, NTSTATUS status, ULONG_PTR information)
{
    data->IoStatus.Status = status;
    data->IoStatus.Information = information;
    return FLT_PREOP_COMPLETE;
}

/* Only an IRP operation on its way down can be held. */
static bool is_usable(PFLT_CALLBACK_DATA data, const char *call, const void *pc)
{
    struct flt_callback *cb = flt_callback_of(data);
    if (cb->kind == FLT_CALLBACK_WALK && FLT_IS_IRP_OPERATION(data))
        return true;
    ke_report_caller(call, pc, "only for an IRP operation, in its pre callback (F-382)");
    return false;
}

static struct io_oplock_use use_of(PFLT_CALLBACK_DATA data)
{
    return (struct io_oplock_use){.form = &flt_held_data, .who = data, .iopb = data->Iopb,
        .ecp_list = data->Iopb->MajorFunction == IRP_MJ_CREATE ? flt_callback_of(data)->op->ecp_list : NULL};
}

struct routines {
    PFLTOPLOCK_WAIT_COMPLETE_ROUTINE complete;
    PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE prepare;
    PVOID context;
};

static void resume(void *who, void *context, NTSTATUS status)
{
    struct routines routines = *(struct routines *)context;
    PFLT_CALLBACK_DATA data = who;
    ExFreePoolWithTag(context, OPLOCK_TAG);
    data->IoStatus.Status = status;
    routines.complete(data, routines.context);
}

static void prepare(void *who, void *context)
{
    const struct routines *routines = context;
    if (routines->prepare)
        routines->prepare(who, routines->context);
}

typedef NTSTATUS check_fn(POPLOCK oplock, const struct io_oplock_use *use, ULONG flags, const struct io_oplock_wait *wait);

static NTSTATUS run(check_fn *how, POPLOCK oplock, PFLT_CALLBACK_DATA data, ULONG flags, const struct routines *given)
{
    struct io_oplock_use use = use_of(data);
    if (!given->complete)
        return how(oplock, &use, flags, NULL);
    struct routines *routines = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof *routines, OPLOCK_TAG);
    if (!routines)
        return STATUS_INSUFFICIENT_RESOURCES;
    *routines = *given;
    struct io_oplock_wait wait = {.resume = resume, .prepare = prepare, .context = routines};
    NTSTATUS status = how(oplock, &use, flags, &wait);
    if (status != STATUS_PENDING)
        ExFreePoolWithTag(routines, OPLOCK_TAG);
    return status;
}

/* The break in progress is told in IoStatus, as a filter that let the create go on finds it there. */
static FLT_PREOP_CALLBACK_STATUS answer(PFLT_CALLBACK_DATA data, NTSTATUS status)
{
    if (status == STATUS_PENDING)
        return FLT_PREOP_PENDING;
    if (!NT_SUCCESS(status))
        return completed(data, status, 0);
    data->IoStatus.Status = status;
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_PREOP_CALLBACK_STATUS check(check_fn *how, const char *call, const void *pc, POPLOCK oplock, PFLT_CALLBACK_DATA data,
    ULONG flags, const struct routines *routines)
{
    ke_require_irql_at(call, APC_LEVEL, pc);
    if (!is_usable(data, call, pc))
        return completed(data, STATUS_INVALID_PARAMETER, 0);
    return answer(data, run(how, oplock, data, flags, routines));
}

FLT_PREOP_CALLBACK_STATUS FltCheckOplockEx(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData, ULONG Flags, PVOID Context,
    PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine, PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE PrePostCallbackDataRoutine)
{
    return check(io_oplock_check, "FltCheckOplockEx", __builtin_return_address(0), Oplock, CallbackData, Flags,
        &(struct routines){WaitCompletionRoutine, PrePostCallbackDataRoutine, Context});
}

FLT_PREOP_CALLBACK_STATUS FltCheckOplock(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData, PVOID Context,
    PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine, PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE PrePostCallbackDataRoutine)
{
    return check(io_oplock_check, "FltCheckOplock", __builtin_return_address(0), Oplock, CallbackData, 0,
        &(struct routines){WaitCompletionRoutine, PrePostCallbackDataRoutine, Context});
}

FLT_PREOP_CALLBACK_STATUS FltOplockBreakH(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData, ULONG Flags, PVOID Context,
    PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine, PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE PrePostCallbackDataRoutine)
{
    return check(io_oplock_break_h, "FltOplockBreakH", __builtin_return_address(0), Oplock, CallbackData, Flags,
        &(struct routines){WaitCompletionRoutine, PrePostCallbackDataRoutine, Context});
}

FLT_PREOP_CALLBACK_STATUS FltOplockBreakToNoneEx(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData, ULONG Flags, PVOID Context,
    PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine, PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE PrePostCallbackDataRoutine)
{
    return check(io_oplock_break_to_none, "FltOplockBreakToNoneEx", __builtin_return_address(0), Oplock, CallbackData, Flags,
        &(struct routines){WaitCompletionRoutine, PrePostCallbackDataRoutine, Context});
}

FLT_PREOP_CALLBACK_STATUS FltOplockBreakToNone(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData, PVOID Context,
    PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine, PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE PrePostCallbackDataRoutine)
{
    return check(io_oplock_break_to_none, "FltOplockBreakToNone", __builtin_return_address(0), Oplock, CallbackData, 0,
        &(struct routines){WaitCompletionRoutine, PrePostCallbackDataRoutine, Context});
}

FLT_PREOP_CALLBACK_STATUS FltOplockFsctrlEx(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData, ULONG OpenCount, ULONG Flags)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    UCHAR major = CallbackData->Iopb->MajorFunction;
    if (!is_usable(CallbackData, "FltOplockFsctrl", __builtin_return_address(0)) ||
        (major != IRP_MJ_FILE_SYSTEM_CONTROL && major != IRP_MJ_CREATE))
        return completed(CallbackData, STATUS_INVALID_PARAMETER, 0);
    struct io_oplock_use use = use_of(CallbackData);
    ULONG_PTR information;
    NTSTATUS status = io_oplock_fsctl(Oplock, &use, OpenCount, Flags, &information);
    return status == STATUS_PENDING ? FLT_PREOP_PENDING : completed(CallbackData, status, information);
}

FLT_PREOP_CALLBACK_STATUS FltOplockFsctrl(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData, ULONG OpenCount)
{
    return FltOplockFsctrlEx(Oplock, CallbackData, OpenCount, 0);
}

VOID FltInitializeOplock(POPLOCK Oplock)
{
    FsRtlInitializeOplock(Oplock);
}

VOID FltUninitializeOplock(POPLOCK Oplock)
{
    FsRtlUninitializeOplock(Oplock);
}

BOOLEAN FltOplockIsFastIoPossible(POPLOCK Oplock)
{
    return FsRtlOplockIsFastIoPossible(Oplock);
}

BOOLEAN FltOplockIsSharedRequest(PFLT_CALLBACK_DATA CallbackData)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return io_oplock_is_shared_request(CallbackData->Iopb);
}

BOOLEAN FltOplockKeysEqual(PFILE_OBJECT Fo1, PFILE_OBJECT Fo2)
{
    return FsRtlOplockKeysEqual(Fo1, Fo2);
}

BOOLEAN FltCurrentBatchOplock(POPLOCK Oplock)
{
    return FsRtlCurrentBatchOplock(Oplock);
}

BOOLEAN FltCurrentOplock(POPLOCK Oplock)
{
    return FsRtlCurrentOplock(Oplock);
}

BOOLEAN FltCurrentOplockH(POPLOCK Oplock)
{
    return FsRtlCurrentOplockH(Oplock);
}
