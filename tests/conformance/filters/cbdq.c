/* Callback data queues, cancellation, work items, "when safe": sections 4.5, 4.10 to 4.12. */
#include "probe.h"

#include "fltmgr/callback.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ps/ps.h"

/* ---- a queue as a filter writes it ---- */

static FLT_CALLBACK_DATA_QUEUE queue;
static LIST_ENTRY waiting;
static KSPIN_LOCK queue_lock;
static bool locked; /* the filter's lock is held: F-214 */
static unsigned cancelled;
static NTSTATUS insert_answer;
static NTSTATUS insert_returned;

static NTSTATUS insert(PFLT_CALLBACK_DATA_QUEUE q, PFLT_CALLBACK_DATA data, PVOID context)
{
    assert_true(locked);
    if (NT_SUCCESS(insert_answer))
        InsertTailList(&waiting, &data->QueueLinks);
    return insert_answer;
}

static VOID remove_one(PFLT_CALLBACK_DATA_QUEUE q, PFLT_CALLBACK_DATA data)
{
    assert_true(locked);
    RemoveEntryList(&data->QueueLinks);
}

static PFLT_CALLBACK_DATA peek(PFLT_CALLBACK_DATA_QUEUE q, PFLT_CALLBACK_DATA data, PVOID context)
{
    assert_true(locked);
    PLIST_ENTRY next = data ? data->QueueLinks.Flink : waiting.Flink;
    return next == &waiting ? NULL : CONTAINING_RECORD(next, FLT_CALLBACK_DATA, QueueLinks);
}

static VOID acquire(PFLT_CALLBACK_DATA_QUEUE q, PKIRQL irql)
{
    KeAcquireSpinLock(&queue_lock, irql);
    locked = true;
}

static VOID release(PFLT_CALLBACK_DATA_QUEUE q, KIRQL irql)
{
    locked = false;
    KeReleaseSpinLock(&queue_lock, irql);
}

static VOID complete_cancelled(PFLT_CALLBACK_DATA_QUEUE q, PFLT_CALLBACK_DATA data)
{
    cancelled++;
    data->IoStatus = (IO_STATUS_BLOCK){.Status = STATUS_CANCELLED};
    FltCompletePendedPreOperation(data, FLT_PREOP_COMPLETE, NULL);
}

static FLT_CALLBACK_DATA_QUEUE_IO_CONTEXT io_context;

static FLT_PREOP_CALLBACK_STATUS enqueue(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    self->held = data;
    insert_returned = FltCbdqInsertIo(&queue, data, &io_context, NULL);
    KeSetEvent(&self->entered, 0, FALSE);
    if (insert_returned == STATUS_SUCCESS)
        return FLT_PREOP_PENDING;
    data->IoStatus = (IO_STATUS_BLOCK){.Status = insert_returned};
    return FLT_PREOP_COMPLETE;
}

struct reader {
    PFILE_OBJECT file;
    struct io_operation *op;
    NTSTATUS status;
};

static void reader(void *context)
{
    struct reader *r = context;
    char buffer[8];
    r->op->iopb.Parameters.Read.Length = sizeof buffer;
    r->op->iopb.Parameters.Read.ReadBuffer = buffer;
    r->status = io_send_and_wait(r->op);
}

static struct memfs *begin(PFILE_OBJECT *file)
{
    struct memfs *fs = probe_begin(1);
    *file = rig_open_ok(fs, u"\\file");
    InitializeListHead(&waiting);
    KeInitializeSpinLock(&queue_lock);
    cancelled = 0;
    insert_answer = STATUS_SUCCESS;
    FltCbdqInitialize(rig_instance(&PROBE[0].filter, fs), &queue, insert, remove_one, peek, acquire, release, complete_cancelled);
    PROBE[0].pre = enqueue;
    return fs;
}

static void end(struct memfs *fs, PFILE_OBJECT file, struct reader *r)
{
    if (r)
        io_operation_free(r->op);
    rig_close(file);
    probe_end(fs, 1);
}

static void insert_and_remove(void **state)
{
    PFILE_OBJECT file;
    struct memfs *fs = begin(&file);
    struct reader r = {.op = rig_operation(fs, IRP_MJ_READ, file)};
    struct rig_thread thread;
    rig_run(&thread, reader, &r);
    rig_wait(&PROBE[0].entered);
    PFLT_CALLBACK_DATA data = FltCbdqRemoveNextIo(&queue, NULL);
    assert_ptr_equal(PROBE[0].held, data);
    assert_ptr_equal(NULL, FltCbdqRemoveNextIo(&queue, NULL));
    assert_ptr_equal(NULL, FltCbdqRemoveIo(&queue, &io_context));
    FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
    rig_join(&thread);
    assert_status(STATUS_SUCCESS, r.status);
    assert_int_equal(0, cancelled);
    end(fs, file, &r);
}

static void remove_by_context(void **state)
{
    PFILE_OBJECT file;
    struct memfs *fs = begin(&file);
    struct reader r = {.op = rig_operation(fs, IRP_MJ_READ, file)};
    struct rig_thread thread;
    rig_run(&thread, reader, &r);
    rig_wait(&PROBE[0].entered);
    PFLT_CALLBACK_DATA data = FltCbdqRemoveIo(&queue, &io_context);
    assert_ptr_equal(PROBE[0].held, data);
    assert_true(IsListEmpty(&waiting));
    FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
    rig_join(&thread);
    end(fs, file, &r);
}

static void cancel_queued(void **state)
{
    PFILE_OBJECT file;
    struct memfs *fs = begin(&file);
    struct reader r = {.op = rig_operation(fs, IRP_MJ_READ, file)};
    struct rig_thread thread;
    rig_run(&thread, reader, &r);
    rig_wait(&PROBE[0].entered);
    assert_true(io_cancel(r.op));
    rig_join(&thread);
    assert_status(STATUS_CANCELLED, r.status);
    assert_int_equal(1, cancelled);
    assert_true(IsListEmpty(&waiting));
    assert_ptr_equal(NULL, FltCbdqRemoveNextIo(&queue, NULL));
    end(fs, file, &r);
}

static void cancelled_before_insert(void **state)
{
    PFILE_OBJECT file;
    struct memfs *fs = begin(&file);
    struct reader r = {.op = rig_operation(fs, IRP_MJ_READ, file)};
    assert_false(io_cancel(r.op));
    reader(&r);
    assert_status(STATUS_CANCELLED, r.status);
    assert_int_equal(1, cancelled);
    end(fs, file, &r);
}

static void disabled(void **state)
{
    PFILE_OBJECT file;
    struct memfs *fs = begin(&file);
    struct reader r = {.op = rig_operation(fs, IRP_MJ_READ, file)};
    FltCbdqDisable(&queue);
    reader(&r);
    assert_status(STATUS_FLT_CBDQ_DISABLED, insert_returned);
    io_operation_free(r.op);
    FltCbdqEnable(&queue);
    insert_answer = STATUS_INSUFFICIENT_RESOURCES; /* F-216: nothing is queued */
    r.op = rig_operation(fs, IRP_MJ_READ, file);
    reader(&r);
    assert_status(STATUS_INSUFFICIENT_RESOURCES, insert_returned);
    assert_false(io_cancel(r.op));
    io_operation_free(r.op);
    end(fs, file, NULL);
}

/* ---- FltSetCancelCompletion ---- */

static VOID canceled_callback(PFLT_CALLBACK_DATA data)
{
    cancelled++;
    data->IoStatus = (IO_STATUS_BLOCK){.Status = STATUS_CANCELLED};
    FltCompletePendedPreOperation(data, FLT_PREOP_COMPLETE, NULL);
}

static FLT_PREOP_CALLBACK_STATUS pend_cancellable(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    assert_false(FltIsIoCanceled(data));
    assert_status(STATUS_SUCCESS, FltSetCancelCompletion(data, canceled_callback));
    self->held = data;
    KeSetEvent(&self->entered, 0, FALSE);
    return FLT_PREOP_PENDING;
}

static void cancel_completion(void **state)
{
    PFILE_OBJECT file;
    struct memfs *fs = begin(&file);
    struct reader r = {.op = rig_operation(fs, IRP_MJ_READ, file)};
    struct rig_thread thread;
    PROBE[0].pre = pend_cancellable;
    rig_run(&thread, reader, &r);
    rig_wait(&PROBE[0].entered);
    assert_true(io_cancel(r.op));
    rig_join(&thread);
    assert_status(STATUS_CANCELLED, r.status);
    assert_int_equal(1, cancelled);
    io_operation_free(r.op);
    r.op = rig_operation(fs, IRP_MJ_READ, file);
    rig_run(&thread, reader, &r);
    rig_wait(&PROBE[0].entered);
    assert_status(STATUS_SUCCESS, FltClearCancelCompletion(PROBE[0].held));
    assert_status(STATUS_CANCELLED, FltClearCancelCompletion(PROBE[0].held));
    assert_false(io_cancel(r.op)); /* nobody to call; the mark stays */
    assert_true(FltIsIoCanceled(PROBE[0].held));
    FltCompletePendedPreOperation(PROBE[0].held, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
    rig_join(&thread);
    assert_status(STATUS_SUCCESS, r.status);
    end(fs, file, &r);
}

static FLT_PREOP_CALLBACK_STATUS set_late(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    assert_true(FltIsIoCanceled(data));
    assert_status(STATUS_CANCELLED, FltSetCancelCompletion(data, canceled_callback));
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void cancelled_before_set(void **state)
{
    PFILE_OBJECT file;
    struct memfs *fs = begin(&file);
    struct reader r = {.op = rig_operation(fs, IRP_MJ_READ, file)};
    PROBE[0].pre = set_late;
    io_cancel(r.op);
    reader(&r);
    assert_int_equal(0, cancelled);
    end(fs, file, &r);
}

/* ---- deferred work items ---- */

static pthread_t worker;

static VOID deferred_pre(PFLT_DEFERRED_IO_WORKITEM item, PFLT_CALLBACK_DATA data, PVOID context)
{
    worker = pthread_self();
    assert_int_equal(PASSIVE_LEVEL, KeGetCurrentIrql());
    FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_WITH_CALLBACK, context);
    FltFreeDeferredIoWorkItem(item);
}

static FLT_PREOP_CALLBACK_STATUS defer(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    PFLT_DEFERRED_IO_WORKITEM item = FltAllocateDeferredIoWorkItem();
    assert_status(STATUS_SUCCESS, FltQueueDeferredIoWorkItem(item, data, deferred_pre, DelayedWorkQueue, self));
    return FLT_PREOP_PENDING;
}

static FLT_PREOP_CALLBACK_STATUS defer_unsafe(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    PFLT_DEFERRED_IO_WORKITEM item = FltAllocateDeferredIoWorkItem();
    self->note = (PVOID)(uintptr_t)(unsigned)FltQueueDeferredIoWorkItem(item, data, deferred_pre, DelayedWorkQueue, self);
    FltFreeDeferredIoWorkItem(item);
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void deferred(void **state)
{
    PFILE_OBJECT file;
    struct memfs *fs = begin(&file);
    struct reader r = {.op = rig_operation(fs, IRP_MJ_READ, file)};
    PROBE[0].pre = defer;
    reader(&r);
    assert_status(STATUS_SUCCESS, r.status);
    assert_false(pthread_equal(worker, pthread_self()));
    assert_int_equal(1, PROBE[0].posts);
    io_operation_free(r.op);
    PROBE[0].pre = defer_unsafe;
    r.op = rig_operation(fs, IRP_MJ_READ, file);
    r.op->iopb.IrpFlags = IRP_PAGING_IO;
    reader(&r);
    assert_status(STATUS_FLT_NOT_SAFE_TO_POST_OPERATION, (NTSTATUS)(uintptr_t)PROBE[0].note);
    io_operation_free(r.op);
    r.op = rig_operation(fs, IRP_MJ_READ, file);
    r.op->callback_flags = FLTFL_CALLBACK_DATA_FAST_IO_OPERATION;
    reader(&r);
    assert_status(STATUS_FLT_NOT_SAFE_TO_POST_OPERATION, (NTSTATUS)(uintptr_t)PROBE[0].note);
    io_operation_free(r.op);
    r.op = rig_operation(fs, IRP_MJ_READ, file);
    IoSetTopLevelIrp((PIRP)8);
    reader(&r);
    IoSetTopLevelIrp(NULL);
    assert_status(STATUS_FLT_NOT_SAFE_TO_POST_OPERATION, (NTSTATUS)(uintptr_t)PROBE[0].note);
    end(fs, file, &r);
}

/* ---- when safe ---- */

static unsigned safe_calls;
static KIRQL safe_irql;
static BOOLEAN safe_result;
static FLT_POSTOP_CALLBACK_STATUS safe_answer;

static FLT_POSTOP_CALLBACK_STATUS safe_post(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context, FLT_POST_OPERATION_FLAGS flags)
{
    safe_calls++;
    safe_irql = KeGetCurrentIrql();
    worker = pthread_self();
    if (safe_answer == FLT_POSTOP_MORE_PROCESSING_REQUIRED)
        FltCompletePendedPostOperation(data);
    return safe_answer;
}

static FLT_POSTOP_CALLBACK_STATUS when_safe(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    FLT_POSTOP_CALLBACK_STATUS status;
    safe_result = FltDoCompletionProcessingWhenSafe(data, objects, context, flags, safe_post, &status);
    return status;
}

static void completion_when_safe(void **state)
{
    PFILE_OBJECT file;
    struct memfs *fs = begin(&file);
    struct reader r = {.op = rig_operation(fs, IRP_MJ_READ, file)};
    PROBE[0].pre = NULL;
    PROBE[0].post = when_safe;
    safe_calls = 0;
    safe_answer = FLT_POSTOP_FINISHED_PROCESSING;
    reader(&r); /* at PASSIVE_LEVEL: inline */
    assert_true(safe_result);
    assert_int_equal(1, safe_calls);
    assert_true(pthread_equal(worker, pthread_self()));
    io_operation_free(r.op);
    flt_dispatch_posts = true;
    r.op = rig_operation(fs, IRP_MJ_READ, file);
    reader(&r); /* at DISPATCH_LEVEL: a worker */
    assert_true(safe_result);
    assert_int_equal(2, safe_calls);
    assert_int_equal(PASSIVE_LEVEL, safe_irql);
    assert_false(pthread_equal(worker, pthread_self()));
    io_operation_free(r.op);
    safe_answer = FLT_POSTOP_MORE_PROCESSING_REQUIRED; /* F-168: the filter completes it */
    r.op = rig_operation(fs, IRP_MJ_READ, file);
    reader(&r);
    assert_status(STATUS_SUCCESS, r.status);
    assert_int_equal(3, safe_calls);
    io_operation_free(r.op);
    r.op = rig_operation(fs, IRP_MJ_READ, file);
    r.op->iopb.IrpFlags = IRP_PAGING_IO; /* F-167 */
    reader(&r);
    assert_false(safe_result);
    assert_int_equal(3, safe_calls);
    flt_dispatch_posts = false;
    end(fs, file, &r);
}

/* ---- F-170 ---- */

static FLT_POSTOP_CALLBACK_STATUS call_too_high(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    PFLT_VOLUME volume;
    if (NT_SUCCESS(FltGetVolumeFromInstance(objects->Instance, &volume)))
        FltObjectDereference(volume);
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static void dispatch_mode(void **state)
{
    PFILE_OBJECT file;
    struct memfs *fs = begin(&file);
    struct reader r = {.op = rig_operation(fs, IRP_MJ_READ, file)};
    PROBE[0].pre = NULL;
    PROBE[0].post = call_too_high;
    reader(&r);
    assert_int_equal(PASSIVE_LEVEL, PROBE[0].post_irql);
    assert_int_equal(0, rig_log_count("FltGetVolumeFromInstance"));
    io_operation_free(r.op);
    flt_dispatch_posts = true;
    r.op = rig_operation(fs, IRP_MJ_READ, file);
    reader(&r);
    assert_int_equal(DISPATCH_LEVEL, PROBE[0].post_irql);
    assert_int_equal(1, rig_log_count("Probe0: FltGetVolumeFromInstance"));
    assert_int_equal(PASSIVE_LEVEL, KeGetCurrentIrql());
    io_operation_free(r.op);
    PROBE[0].pre_answer = FLT_PREOP_SYNCHRONIZE;
    r.op = rig_operation(fs, IRP_MJ_READ, file);
    reader(&r);
    assert_int_equal(PASSIVE_LEVEL, PROBE[0].post_irql);
    PROBE[0].only = IRP_MJ_CREATE;
    PROBE[0].pre_answer = FLT_PREOP_SUCCESS_WITH_CALLBACK;
    rig_close(rig_open_ok(fs, u"\\file"));
    assert_int_equal(PASSIVE_LEVEL, PROBE[0].post_irql);
    flt_dispatch_posts = false;
    end(fs, file, &r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-213 F-214 F-218 F-219 F-222 into a queue and out of it", insert_and_remove),
        TEST("F-218 out by context", remove_by_context),
        TEST("F-220 a queued operation is cancelled", cancel_queued),
        TEST("F-217 cancelled before it was queued", cancelled_before_insert),
        TEST("F-215 F-216 F-221 a disabled queue, an insert that fails", disabled),
        TEST("F-223 F-224 F-225 cancel completion set, called, cleared", cancel_completion),
        TEST("F-223 F-225 cancelled before it was set", cancelled_before_set),
        TEST("F-207 F-208 F-209 deferred work items, and when they are not safe", deferred),
        TEST("F-166 F-167 F-168 F-169 completion processing when safe", completion_when_safe),
        TEST("F-137 F-170 posts as if at DISPATCH_LEVEL; a call above its level is told", dispatch_mode),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
