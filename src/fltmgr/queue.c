/* Callback data queues: F-213 to F-222. The filter's own Acquire and Release guard the queue; of the operation's cancel routine
 * and a removal exactly one wins, and whoever wins takes the data out. */
#include "fltmgr/callback.h"
#include "ntoskrnl/ke/ke.h"

#include <string.h>

#define CBDQ_DISABLED 1u

FLTAPI NTSTATUS FltCbdqInitialize(PFLT_INSTANCE Instance, PFLT_CALLBACK_DATA_QUEUE Cbdq,
    PFLT_CALLBACK_DATA_QUEUE_INSERT_IO CbdqInsertIo, PFLT_CALLBACK_DATA_QUEUE_REMOVE_IO CbdqRemoveIo,
    PFLT_CALLBACK_DATA_QUEUE_PEEK_NEXT_IO CbdqPeekNextIo, PFLT_CALLBACK_DATA_QUEUE_ACQUIRE CbdqAcquire,
    PFLT_CALLBACK_DATA_QUEUE_RELEASE CbdqRelease, PFLT_CALLBACK_DATA_QUEUE_COMPLETE_CANCELED_IO CbdqCompleteCanceledIo)
{
    memset(Cbdq, 0, sizeof *Cbdq);
    Cbdq->Instance = Instance;
    Cbdq->InsertIo = CbdqInsertIo;
    Cbdq->RemoveIo = CbdqRemoveIo;
    Cbdq->PeekNextIo = CbdqPeekNextIo;
    Cbdq->Acquire = CbdqAcquire;
    Cbdq->Release = CbdqRelease;
    Cbdq->CompleteCanceledIo = CbdqCompleteCanceledIo;
    return STATUS_SUCCESS;
}

FLTAPI VOID FltCbdqEnable(PFLT_CALLBACK_DATA_QUEUE Cbdq)
{
    KIRQL irql;
    Cbdq->Acquire(Cbdq, &irql);
    Cbdq->Flags &= ~CBDQ_DISABLED;
    Cbdq->Release(Cbdq, irql);
}

FLTAPI VOID FltCbdqDisable(PFLT_CALLBACK_DATA_QUEUE Cbdq)
{
    KIRQL irql;
    Cbdq->Acquire(Cbdq, &irql);
    Cbdq->Flags |= CBDQ_DISABLED;
    Cbdq->Release(Cbdq, irql);
}

/* Under the queue's lock. */
static void take_out(PFLT_CALLBACK_DATA_QUEUE cbdq, struct flt_callback *cb)
{
    cbdq->RemoveIo(cbdq, &cb->data);
    if (cb->queue_context)
        cb->queue_context->Reserved[0] = NULL;
    cb->queue_context = NULL;
    cb->queue = NULL;
}

static void cancelled(struct io_operation *op, void *context)
{
    struct flt_callback *cb = context;
    PFLT_CALLBACK_DATA_QUEUE cbdq = cb->queue;
    KIRQL irql;
    cbdq->Acquire(cbdq, &irql);
    take_out(cbdq, cb);
    cbdq->Release(cbdq, irql);
    cbdq->CompleteCanceledIo(cbdq, &cb->data); /* without the lock: F-220 */
}

FLTAPI NTSTATUS FltCbdqInsertIo(PFLT_CALLBACK_DATA_QUEUE Cbdq, PFLT_CALLBACK_DATA Cbd, PFLT_CALLBACK_DATA_QUEUE_IO_CONTEXT Context,
    PVOID InsertContext)
{
    struct flt_callback *cb = flt_callback_of(Cbd);
    KIRQL irql;
    if (cb->kind != FLT_CALLBACK_WALK || !(Cbd->Flags & FLTFL_CALLBACK_DATA_IRP_OPERATION)) {
        ke_report_caller("FltCbdqInsertIo", __builtin_return_address(0), "only an IRP operation can be queued (F-213)");
        return STATUS_INVALID_PARAMETER;
    }
    Cbdq->Acquire(Cbdq, &irql);
    if (Cbdq->Flags & CBDQ_DISABLED) {
        Cbdq->Release(Cbdq, irql);
        return STATUS_FLT_CBDQ_DISABLED;
    }
    NTSTATUS status = Cbdq->InsertIo(Cbdq, Cbd, InsertContext);
    bool already = false;
    if (NT_SUCCESS(status)) {
        cb->queue = Cbdq;
        cb->queue_context = Context;
        if (Context)
            Context->Reserved[0] = Cbd;
        already = !io_set_cancel(cb->op, cancelled, cb);
        if (already)
            take_out(Cbdq, cb);
    }
    Cbdq->Release(Cbdq, irql);
    if (already)
        Cbdq->CompleteCanceledIo(Cbdq, Cbd); /* F-217 */
    return status;
}

FLTAPI PFLT_CALLBACK_DATA FltCbdqRemoveIo(PFLT_CALLBACK_DATA_QUEUE Cbdq, PFLT_CALLBACK_DATA_QUEUE_IO_CONTEXT Context)
{
    KIRQL irql;
    Cbdq->Acquire(Cbdq, &irql);
    PFLT_CALLBACK_DATA data = Context->Reserved[0];
    if (data && !io_clear_cancel(flt_callback_of(data)->op))
        data = NULL;
    if (data)
        take_out(Cbdq, flt_callback_of(data));
    Cbdq->Release(Cbdq, irql);
    return data;
}

FLTAPI PFLT_CALLBACK_DATA FltCbdqRemoveNextIo(PFLT_CALLBACK_DATA_QUEUE Cbdq, PVOID PeekContext)
{
    KIRQL irql;
    Cbdq->Acquire(Cbdq, &irql);
    PFLT_CALLBACK_DATA data = Cbdq->PeekNextIo(Cbdq, NULL, PeekContext);
    while (data && !io_clear_cancel(flt_callback_of(data)->op))
        data = Cbdq->PeekNextIo(Cbdq, data, PeekContext); /* being cancelled: its routine waits for the lock */
    if (data)
        take_out(Cbdq, flt_callback_of(data));
    Cbdq->Release(Cbdq, irql);
    return data;
}
