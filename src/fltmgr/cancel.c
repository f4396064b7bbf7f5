/* Cancellation of pended and of own operations: F-223 to F-225, and waits that end with it. */
#include "fltmgr/callback.h"
#include "fltmgr/cancel.h"
#include "ntoskrnl/ke/ke.h"

static bool is_irp(PFLT_CALLBACK_DATA data)
{
    return data->Flags & FLTFL_CALLBACK_DATA_IRP_OPERATION;
}

static void cancelled(struct io_operation *op, void *context)
{
    struct flt_callback *cb = context;
    cb->cancel_routine(&cb->data);
}

FLTAPI NTSTATUS FltSetCancelCompletion(PFLT_CALLBACK_DATA CallbackData, PFLT_COMPLETE_CANCELED_CALLBACK CanceledCallback)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    struct flt_callback *cb = flt_callback_of(CallbackData);
    if (cb->kind != FLT_CALLBACK_WALK || !is_irp(CallbackData) || (CallbackData->Iopb->IrpFlags & IRP_PAGING_IO)) {
        ke_report_caller("FltSetCancelCompletion", __builtin_return_address(0), "only for a non-paging IRP operation (F-223)");
        return STATUS_INVALID_PARAMETER;
    }
    cb->cancel_routine = CanceledCallback;
    return io_set_cancel(cb->op, cancelled, cb) ? STATUS_SUCCESS : STATUS_CANCELLED;
}

FLTAPI NTSTATUS FltClearCancelCompletion(PFLT_CALLBACK_DATA CallbackData)
{
    struct flt_callback *cb = flt_callback_of(CallbackData);
    return cb->op && io_clear_cancel(cb->op) ? STATUS_SUCCESS : STATUS_CANCELLED;
}

FLTAPI BOOLEAN FltCancelIo(PFLT_CALLBACK_DATA CallbackData)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    struct flt_callback *cb = flt_callback_of(CallbackData);
    if (!is_irp(CallbackData) || !cb->op || cb->kind == FLT_CALLBACK_DRAINED)
        return FALSE;
    return io_cancel(cb->op);
}

FLTAPI BOOLEAN FltIsIoCanceled(PFLT_CALLBACK_DATA CallbackData)
{
    struct flt_callback *cb = flt_callback_of(CallbackData);
    return is_irp(CallbackData) && cb->op && cb->kind != FLT_CALLBACK_DRAINED && io_is_cancelled(cb->op);
}

/* ---- waits ---- */

static void end_wait(struct io_operation *op, void *context)
{
    struct flt_cancellable *wait = context;
    ke_interrupt_fire(&wait->interrupt, STATUS_CANCELLED);
}

bool flt_cancellable_begin(struct flt_cancellable *wait, PFLT_CALLBACK_DATA data)
{
    struct flt_callback *cb = data ? flt_callback_of(data) : NULL;

    wait->op = cb && cb->kind == FLT_CALLBACK_WALK && is_irp(data) ? cb->op : NULL;
    if (!wait->op)
        return true;
    ke_interrupt_init(&wait->interrupt);
    return io_set_cancel(wait->op, end_wait, wait);
}

void flt_cancellable_end(struct flt_cancellable *wait)
{
    if (wait->op && !io_clear_cancel(wait->op)) /* the routine runs, or has run: it uses `wait` */
        ke_wait_one(&wait->interrupt.event, NULL, NULL);
}

/* Ends early when the operation is cancelled or the requestor dies: STATUS_CANCELLED, STATUS_THREAD_IS_TERMINATING. */
static NTSTATUS wait_cancellable(ULONG count, PVOID objects[], WAIT_TYPE type, PLARGE_INTEGER timeout, PFLT_CALLBACK_DATA data)
{
    struct flt_cancellable wait;
    if (ke_self.interrupt)
        return ke_wait(count, objects, type, timeout, ke_self.interrupt);
    if (!flt_cancellable_begin(&wait, data))
        return STATUS_CANCELLED;
    NTSTATUS status = ke_wait(count, objects, type, timeout, wait.op ? &wait.interrupt : NULL);
    flt_cancellable_end(&wait);
    return status;
}

FLTAPI NTSTATUS FltCancellableWaitForSingleObject(PVOID Object, PLARGE_INTEGER Timeout, PFLT_CALLBACK_DATA CallbackData)
{
    ke_require_irql("FltCancellableWaitForSingleObject", Timeout && !Timeout->QuadPart ? DISPATCH_LEVEL : APC_LEVEL);
    return wait_cancellable(1, &Object, WaitAll, Timeout, CallbackData);
}

FLTAPI NTSTATUS FltCancellableWaitForMultipleObjects(ULONG Count, PVOID ObjectArray[], WAIT_TYPE WaitType, PLARGE_INTEGER Timeout,
    PKWAIT_BLOCK WaitBlockArray, PFLT_CALLBACK_DATA CallbackData)
{
    ke_require_irql("FltCancellableWaitForMultipleObjects", Timeout && !Timeout->QuadPart ? DISPATCH_LEVEL : APC_LEVEL);
    return wait_cancellable(Count, ObjectArray, WaitType, Timeout, CallbackData);
}
