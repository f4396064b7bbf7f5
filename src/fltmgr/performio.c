/* I/O that a filter starts with callback data of its own, and reissuing: F-195 to F-206. It enters below the initiating
 * instance; the operation's block stays with the data until the data is freed or reused, so that it can be cancelled. */
#include "fltmgr/callback.h"
#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"

#include <stdlib.h>
#include <string.h>

/* ---- the data ---- */

FLTAPI NTSTATUS FltAllocateCallbackDataEx(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, FLT_ALLOCATE_CALLBACK_DATA_FLAGS Flags,
    PFLT_CALLBACK_DATA *RetNewCallbackData)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    *RetNewCallbackData = NULL;
    /* accounted to the driver: data that is never freed is its leak */
    struct flt_callback *cb = ExAllocatePoolZero(NonPagedPoolNx, sizeof *cb, 'dcFM');
    if (!cb)
        return STATUS_INSUFFICIENT_RESOURCES;
    cb->kind = FLT_CALLBACK_OWN;
    cb->initiator = Instance;
    cb->iopb.TargetInstance = Instance;
    cb->iopb.TargetFileObject = FileObject;
    cb->data.Flags = FLTFL_CALLBACK_DATA_IRP_OPERATION | FLTFL_CALLBACK_DATA_GENERATED_IO;
    flt_set(&cb->data.Iopb, &cb->iopb);
    flt_pin(&Instance->object);
    *RetNewCallbackData = &cb->data;
    return STATUS_SUCCESS;
}

FLTAPI NTSTATUS FltAllocateCallbackData(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PFLT_CALLBACK_DATA *RetNewCallbackData)
{
    return FltAllocateCallbackDataEx(Instance, FileObject, 0, RetNewCallbackData);
}

static bool is_own(struct flt_callback *cb, const char *call, const void *pc)
{
    if (cb->kind == FLT_CALLBACK_OWN && !__atomic_load_n(&cb->own_state, __ATOMIC_ACQUIRE))
        return true;
    ke_report_caller(call, pc, "the callback data is not the filter's own, or still in use (F-205)");
    return false;
}

/* The parameters' MDL is the filter manager's to free; the operation's block goes back. */
static void release_parts(struct flt_callback *cb)
{
    PMDL *mdl;
    if (flt_decode(&cb->iopb, &mdl, NULL, NULL, NULL) && mdl && *mdl) {
        IoFreeMdl(*mdl);
        *mdl = NULL;
    }
    if (cb->data.TagData)
        ExFreePool(cb->data.TagData);
    if (cb->op)
        io_operation_free(cb->op);
    cb->op = NULL;
}

FLTAPI VOID FltReuseCallbackData(PFLT_CALLBACK_DATA CallbackData)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    struct flt_callback *cb = flt_callback_of(CallbackData);
    if (!is_own(cb, "FltReuseCallbackData", __builtin_return_address(0)))
        return;
    PFLT_INSTANCE instance = cb->iopb.TargetInstance;
    PFILE_OBJECT file = cb->iopb.TargetFileObject;
    release_parts(cb);
    memset(&cb->iopb, 0, sizeof cb->iopb);
    memset(&cb->data, 0, sizeof cb->data);
    cb->iopb.TargetInstance = instance;
    cb->iopb.TargetFileObject = file;
    cb->data.Flags = FLTFL_CALLBACK_DATA_IRP_OPERATION | FLTFL_CALLBACK_DATA_GENERATED_IO;
    flt_set(&cb->data.Iopb, &cb->iopb);
}

FLTAPI VOID FltFreeCallbackData(PFLT_CALLBACK_DATA CallbackData)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    struct flt_callback *cb = flt_callback_of(CallbackData);
    if (!is_own(cb, "FltFreeCallbackData", __builtin_return_address(0)))
        return;
    release_parts(cb);
    flt_unpin(&cb->initiator->object);
    ExFreePool(cb);
}

/* ---- performing ---- */

static struct io_operation *make_operation(PFLT_CALLBACK_DATA data, PFLT_INSTANCE below)
{
    struct io_operation *op = io_operation_new(below->volume->io, data->Iopb->MajorFunction, data->Iopb->MinorFunction,
        data->Iopb->TargetFileObject);
    if (!op)
        return NULL;
    op->iopb = *data->Iopb;
    op->callback_flags = (data->Flags & (FLTFL_CALLBACK_DATA_REISSUE_MASK | FLTFL_CALLBACK_DATA_REISSUED_IO))
        | FLTFL_CALLBACK_DATA_IRP_OPERATION | FLTFL_CALLBACK_DATA_GENERATED_IO;
    op->start_below = below;
    op->mode = KernelMode;
    return op;
}

static void take_answer(PFLT_CALLBACK_DATA data, struct io_operation *op)
{
    data->IoStatus = op->iosb;
    data->TagData = op->tag_data;
    op->tag_data = NULL;
}

static struct io_operation *begin(struct flt_callback *cb)
{
    if (cb->op)
        io_operation_free(cb->op);
    cb->op = make_operation(&cb->data, cb->iopb.TargetInstance ? cb->iopb.TargetInstance : cb->initiator);
    if (cb->op)
        __atomic_store_n(&cb->own_state, 1, __ATOMIC_RELEASE);
    return cb->op;
}

FLTAPI VOID FltPerformSynchronousIo(PFLT_CALLBACK_DATA CallbackData)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    struct flt_callback *cb = flt_callback_of(CallbackData);
    if (!is_own(cb, "FltPerformSynchronousIo", __builtin_return_address(0)))
        return;
    if (cb->iopb.MajorFunction >= FLT_IRP_SLOTS) { /* F-195: the IRP class only */
        CallbackData->IoStatus = (IO_STATUS_BLOCK){.Status = STATUS_INVALID_PARAMETER};
        return;
    }
    CallbackData->IoStatus = (IO_STATUS_BLOCK){.Status = STATUS_INSUFFICIENT_RESOURCES};
    if (!begin(cb))
        return;
    cb->op->iopb.IrpFlags |= IRP_SYNCHRONOUS_API;
    cb->op->iosb.Status = io_send_and_wait(cb->op);
    take_answer(CallbackData, cb->op);
    __atomic_store_n(&cb->own_state, 0, __ATOMIC_RELEASE);
}

static void call_back(struct flt_callback *cb)
{
    PFLT_COMPLETED_ASYNC_IO_CALLBACK routine = cb->async_callback;
    PVOID context = cb->async_context;
    const char *driver = cb->initiator->filter->driver_name;
    UCHAR major = cb->iopb.MajorFunction;
    __atomic_store_n(&cb->own_state, 0, __ATOMIC_RELEASE); /* may be freed in the callback (F-204) */
    KIRQL old = ke_irql_enter(flt_dispatch_posts ? DISPATCH_LEVEL : ke_self.irql);
    struct ke_scope outer = ke_callback_enter(driver, "CompletedAsyncIo", flt_major_name(major));
    routine(&cb->data, context);
    ke_callback_leave(outer);
    ke_irql_leave(old);
}

static void async_done(struct io_operation *op, void *context)
{
    struct flt_callback *cb = context;
    take_answer(&cb->data, op);
    call_back(cb);
}

/* F-203: the callback is always called */
FLTAPI NTSTATUS FltPerformAsynchronousIo(PFLT_CALLBACK_DATA CallbackData, PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine,
    PVOID CallbackContext)
{
    ke_require_irql("FltPerformAsynchronousIo", CallbackData->Iopb->IrpFlags & IRP_PAGING_IO ? APC_LEVEL : PASSIVE_LEVEL);
    struct flt_callback *cb = flt_callback_of(CallbackData);
    if (!is_own(cb, "FltPerformAsynchronousIo", __builtin_return_address(0)))
        return STATUS_INVALID_PARAMETER;
    cb->async_callback = CallbackRoutine;
    cb->async_context = CallbackContext;
    UCHAR major = cb->iopb.MajorFunction;
    NTSTATUS refused = major == IRP_MJ_CREATE ? STATUS_FLT_INVALID_ASYNCHRONOUS_REQUEST
        : major >= FLT_IRP_SLOTS              ? STATUS_INVALID_PARAMETER
                                              : STATUS_SUCCESS;
    struct io_operation *op = refused ? NULL : begin(cb);
    if (!op) {
        CallbackData->IoStatus = (IO_STATUS_BLOCK){.Status = refused ? refused : STATUS_INSUFFICIENT_RESOURCES};
        NTSTATUS status = CallbackData->IoStatus.Status;
        call_back(cb);
        return status;
    }
    io_push_frame(op, async_done, cb);
    NTSTATUS status = io_send(op);
    if (status == STATUS_PENDING)
        return STATUS_PENDING;
    io_pop_frame(op);
    op->iosb.Status = status;
    NTSTATUS how = op->completed_by_filter ? STATUS_FLT_IO_COMPLETE : STATUS_SUCCESS;
    async_done(op, cb);
    return how;
}

/* ---- reissuing ---- */

static bool may_reissue(struct flt_callback *cb)
{
    if (!(cb->data.Flags & FLTFL_CALLBACK_DATA_IRP_OPERATION) || cb->kind == FLT_CALLBACK_DRAINED)
        return false;
    return cb->kind == FLT_CALLBACK_OWN || (cb->post && cb->frame && cb->frame->owner);
}

static void reissue_walked(struct flt_callback *cb, PFLT_INSTANCE instance)
{
    PFLT_CALLBACK_DATA data = &cb->data;
    struct io_operation *op = make_operation(data, instance);
    if (!op) {
        data->IoStatus = (IO_STATUS_BLOCK){.Status = STATUS_INSUFFICIENT_RESOURCES};
        return;
    }
    op->callback_flags = (cb->flags & FLTFL_CALLBACK_DATA_REISSUE_MASK) | FLTFL_CALLBACK_DATA_GENERATED_IO
        | FLTFL_CALLBACK_DATA_REISSUED_IO; /* F-199 */
    op->thread = cb->op->thread;
    op->mode = cb->op->mode;
    op->linux_side = cb->op->linux_side;
    op->ecp_list = cb->op->ecp_list;
    op->transaction = cb->op->transaction;
    if (data->TagData) /* F-182 */
        ExFreePool(data->TagData);
    data->TagData = NULL;
    op->iosb.Status = io_send_and_wait(op);
    take_answer(data, op);
    cb->op->base_status = op->base_status;
    cb->op->base_errno = op->base_errno;
    cb->op->ecp_list = op->ecp_list;
    cb->flags |= FLTFL_CALLBACK_DATA_GENERATED_IO | FLTFL_CALLBACK_DATA_REISSUED_IO;
    data->Flags = cb->flags | FLTFL_CALLBACK_DATA_POST_OPERATION;
    io_operation_free(op);
}

FLTAPI VOID FltReissueSynchronousIo(PFLT_INSTANCE InitiatingInstance, PFLT_CALLBACK_DATA CallbackData)
{
    struct flt_callback *cb = flt_callback_of(CallbackData);
    ke_require_irql("FltReissueSynchronousIo", CallbackData->Iopb->IrpFlags & IRP_PAGING_IO ? APC_LEVEL : PASSIVE_LEVEL);
    if (!may_reissue(cb)) {
        ke_report_caller("FltReissueSynchronousIo", __builtin_return_address(0),
            "only in the post callback of a synchronized IRP operation, or with own data (F-196, F-200)");
        CallbackData->IoStatus = (IO_STATUS_BLOCK){.Status = STATUS_INVALID_PARAMETER};
        return;
    }
    PFILE_OBJECT file = CallbackData->Iopb->TargetFileObject;
    if (CallbackData->Iopb->MajorFunction == IRP_MJ_CREATE && file && (file->Flags & FO_FILE_OPEN_CANCELLED)) { /* F-198 */
        CallbackData->IoStatus = (IO_STATUS_BLOCK){.Status = STATUS_CANCELLED};
        return;
    }
    if (cb->kind == FLT_CALLBACK_OWN) {
        CallbackData->Flags |= FLTFL_CALLBACK_DATA_REISSUED_IO;
        FltPerformSynchronousIo(CallbackData);
    } else {
        reissue_walked(cb, InitiatingInstance);
    }
}
