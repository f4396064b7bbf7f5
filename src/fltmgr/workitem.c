/* Work items: deferred ones carry a pended operation, generic ones hold a reference on a filter or instance (F-207 to F-212),
 * and completion processing "when safe" (F-166 to F-169). */
#include "fltmgr/callback.h"
#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ps/ps.h"

#include <stdlib.h>

struct _FLT_DEFERRED_IO_WORKITEM {
    struct ex_work work;
    PFLT_CALLBACK_DATA data;
    PFLT_DEFERRED_IO_WORKITEM_ROUTINE routine;
    PVOID context;
};

struct _FLT_GENERIC_WORKITEM {
    struct ex_work work;
    struct flt_object *object;
    PFLT_GENERIC_WORKITEM_ROUTINE routine;
    PVOID context;
};

/* ---- deferred ---- */

FLTAPI PFLT_DEFERRED_IO_WORKITEM FltAllocateDeferredIoWorkItem(void)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return ExAllocatePoolZero(NonPagedPoolNx, sizeof(struct _FLT_DEFERRED_IO_WORKITEM), 'wdFM');
}

FLTAPI VOID FltFreeDeferredIoWorkItem(PFLT_DEFERRED_IO_WORKITEM FltWorkItem)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    ExFreePool(FltWorkItem);
}

static void run_deferred(struct ex_work *work)
{
    PFLT_DEFERRED_IO_WORKITEM item = CONTAINING_RECORD(work, struct _FLT_DEFERRED_IO_WORKITEM, work);
    struct ke_scope outer = ke_callback_enter(work->driver, "DeferredIoWorkItem", NULL);
    item->routine(item, item->data, item->context); /* frees the item */
    ke_callback_leave(outer);
}

/* F-167, F-208 */
static bool may_post(PFLT_CALLBACK_DATA data)
{
    if (!(data->Flags & FLTFL_CALLBACK_DATA_IRP_OPERATION) || (data->Iopb->IrpFlags & IRP_PAGING_IO))
        return false;
    return !data->Thread || !ps_top_level_irp(data->Thread);
}

FLTAPI NTSTATUS FltQueueDeferredIoWorkItem(PFLT_DEFERRED_IO_WORKITEM FltWorkItem, PFLT_CALLBACK_DATA Data,
    PFLT_DEFERRED_IO_WORKITEM_ROUTINE WorkerRoutine, WORK_QUEUE_TYPE QueueType, PVOID Context)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    struct flt_callback *cb = flt_callback_of(Data);
    if (cb->kind == FLT_CALLBACK_DRAINED)
        return STATUS_FLT_DELETING_OBJECT; /* F-163 */
    if (!may_post(Data))
        return STATUS_FLT_NOT_SAFE_TO_POST_OPERATION;
    PFLT_INSTANCE instance = flt_callback_instance(Data);
    if (!instance || __atomic_load_n(&instance->going, __ATOMIC_ACQUIRE))
        return STATUS_FLT_DELETING_OBJECT;
    FltWorkItem->data = Data;
    FltWorkItem->routine = WorkerRoutine;
    FltWorkItem->context = Context;
    ex_queue_work(&FltWorkItem->work, run_deferred, instance->filter->driver_name);
    return STATUS_SUCCESS;
}

/* ---- generic ---- */

FLTAPI PFLT_GENERIC_WORKITEM FltAllocateGenericWorkItem(void)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return ExAllocatePoolZero(NonPagedPoolNx, sizeof(struct _FLT_GENERIC_WORKITEM), 'wgFM');
}

FLTAPI VOID FltFreeGenericWorkItem(PFLT_GENERIC_WORKITEM FltWorkItem)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    ExFreePool(FltWorkItem);
}

static void run_generic(struct ex_work *work)
{
    PFLT_GENERIC_WORKITEM item = CONTAINING_RECORD(work, struct _FLT_GENERIC_WORKITEM, work);
    struct flt_object *object = item->object;
    struct ke_scope outer = ke_callback_enter(work->driver, "GenericWorkItem", NULL);
    item->routine(item, object, item->context); /* frees the item */
    ke_callback_leave(outer);
    flt_dereference(object);
}

FLTAPI NTSTATUS FltQueueGenericWorkItem(PFLT_GENERIC_WORKITEM FltWorkItem, PVOID FltObject, PFLT_GENERIC_WORKITEM_ROUTINE WorkerRoutine,
    WORK_QUEUE_TYPE QueueType, PVOID Context)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    PFLT_INSTANCE instance = flt_as_instance(FltObject);
    PFLT_FILTER filter = instance ? instance->filter : flt_as_filter(FltObject);
    if (!filter)
        return STATUS_INVALID_PARAMETER;
    if (!flt_reference(FltObject))
        return STATUS_FLT_DELETING_OBJECT;
    FltWorkItem->object = FltObject;
    FltWorkItem->routine = WorkerRoutine;
    FltWorkItem->context = Context;
    ex_queue_work(&FltWorkItem->work, run_generic, filter->driver_name);
    return STATUS_SUCCESS;
}

/* ---- when safe ---- */

struct safe_post {
    struct ex_work work;
    PFLT_CALLBACK_DATA data;
    PCFLT_RELATED_OBJECTS objects;
    PVOID context;
    FLT_POST_OPERATION_FLAGS flags;
    PFLT_POST_OPERATION_CALLBACK routine;
};

static void run_safe_post(struct ex_work *work)
{
    struct safe_post *post = CONTAINING_RECORD(work, struct safe_post, work);
    PFLT_CALLBACK_DATA data = post->data;
    struct ke_scope outer = ke_callback_enter(work->driver, "SafePostCallback", flt_major_name(data->Iopb->MajorFunction));
    FLT_POSTOP_CALLBACK_STATUS status = post->routine(data, post->objects, post->context, post->flags);
    ke_callback_leave(outer);
    free(post);
    if (status == FLT_POSTOP_FINISHED_PROCESSING) /* F-168; else the filter completes it */
        FltCompletePendedPostOperation(data);
}

FLTAPI BOOLEAN FltDoCompletionProcessingWhenSafe(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID CompletionContext,
    FLT_POST_OPERATION_FLAGS Flags, PFLT_POST_OPERATION_CALLBACK SafePostCallback,
    PFLT_POSTOP_CALLBACK_STATUS RetPostOperationStatus)
{
    struct flt_callback *cb = flt_callback_of(Data);
    *RetPostOperationStatus = FLT_POSTOP_FINISHED_PROCESSING;
    if (!cb->post || cb->kind == FLT_CALLBACK_DRAINED || FlagOn(Flags, FLTFL_POST_OPERATION_DRAINING)) {
        ke_report_caller("FltDoCompletionProcessingWhenSafe", __builtin_return_address(0),
            "only in a post callback that is not draining (F-163, F-167)");
        return FALSE;
    }
    if (KeGetCurrentIrql() <= APC_LEVEL) {
        *RetPostOperationStatus = SafePostCallback(Data, FltObjects, CompletionContext, Flags);
        return TRUE;
    }
    struct safe_post *post = may_post(Data) ? malloc(sizeof *post) : NULL;
    if (!post)
        return FALSE;
    *post = (struct safe_post){.data = Data, .objects = FltObjects, .context = CompletionContext, .flags = Flags, .routine = SafePostCallback};
    *RetPostOperationStatus = FLT_POSTOP_MORE_PROCESSING_REQUIRED;
    ex_queue_work(&post->work, run_safe_post, ((PFLT_FILTER)FltObjects->Filter)->driver_name);
    return TRUE;
}
