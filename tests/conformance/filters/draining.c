/* Teardown beside operations: sections 3.4 and 4.4, and "a detach delays nobody". */
#include "probe.h"

#include "ntoskrnl/ke/ke.h"

struct reader {
    PFILE_OBJECT file;
    NTSTATUS status;
    ULONG done;
    char buffer[16];
};

static void reader(void *context)
{
    struct reader *r = context;
    r->status = rig_read(r->file, 0, r->buffer, sizeof r->buffer, &r->done);
}

struct detacher {
    struct probe *probe;
    struct memfs *fs;
    NTSTATUS status;
    bool finished; /* __atomic */
};

static void detacher(void *context)
{
    struct detacher *d = context;
    d->status = rig_detach(&d->probe->filter, d->fs, NULL);
    __atomic_store_n(&d->finished, true, __ATOMIC_SEQ_CST);
}

static ULONG drained_flags;
static ULONG_PTR drained_information;
static PFLT_CALLBACK_DATA real_data, drained_data;
static PVOID drained_context;

static FLT_PREOP_CALLBACK_STATUS with_context(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    real_data = data;
    *context = self;
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS note_drain(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    FLT_POSTOP_CALLBACK_STATUS ignored;
    if (!(flags & FLTFL_POST_OPERATION_DRAINING))
        return FLT_POSTOP_FINISHED_PROCESSING;
    drained_flags = data->Flags;
    drained_data = data;
    drained_context = context;
    drained_information = data->IoStatus.Information;
    assert_int_equal(IRP_MJ_READ, data->Iopb->MajorFunction);
    assert_int_equal(16, data->Iopb->Parameters.Read.Length);
    data->IoStatus.Status = STATUS_ACCESS_DENIED; /* ignored: F-163 */
    PFLT_DEFERRED_IO_WORKITEM item = FltAllocateDeferredIoWorkItem();
    assert_status(STATUS_FLT_DELETING_OBJECT, FltQueueDeferredIoWorkItem(item, data, NULL, DelayedWorkQueue, NULL));
    FltFreeDeferredIoWorkItem(item);
    assert_false(FltDoCompletionProcessingWhenSafe(data, objects, context, flags, NULL, &ignored));
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static void drain(void **state)
{
    struct memfs *fs = probe_begin(2);
    struct reader r = {.file = rig_open_ok(fs, u"\\file")};
    struct rig_thread thread;
    PROBE[1].pre = with_context;
    PROBE[1].post = note_drain;
    memfs_hold(fs, IRP_MJ_READ, true);
    rig_run(&thread, reader, &r);
    memfs_wait_held(fs, 1);
    assert_status(STATUS_SUCCESS, rig_detach(&PROBE[1].filter, fs, NULL)); /* returns although the read hangs */
    assert_int_equal(1, PROBE[1].drains);
    assert_int_equal(1, PROBE[1].starts);
    assert_int_equal(1, PROBE[1].completes);
    assert_ptr_equal(&PROBE[1], drained_context);
    assert_ptr_not_equal(real_data, drained_data);
    assert_status(STATUS_FLT_POST_OPERATION_CLEANUP, PROBE[1].post_status);
    assert_int_equal(0, drained_information);
    assert_int_equal(FLTFL_CALLBACK_DATA_IRP_OPERATION | FLTFL_CALLBACK_DATA_DRAINING_IO | FLTFL_CALLBACK_DATA_POST_OPERATION, drained_flags);
    memfs_release(fs);
    rig_join(&thread);
    assert_status(STATUS_SUCCESS, r.status); /* the I/O itself went on */
    assert_int_equal(5, r.done);
    assert_int_equal(1, PROBE[1].posts);     /* not again */
    assert_int_equal(1, PROBE[0].posts);
    memfs_hold(fs, IRP_MJ_READ, false);
    rig_close(r.file);
    probe_end(fs, 2);
}

static void drain_synchronized(void **state)
{
    struct memfs *fs = probe_begin(1);
    struct reader r = {.file = rig_open_ok(fs, u"\\file")};
    struct rig_thread thread;
    PROBE[0].pre_answer = FLT_PREOP_SYNCHRONIZE;
    memfs_hold(fs, IRP_MJ_READ, true);
    rig_run(&thread, reader, &r);
    memfs_wait_held(fs, 1);
    assert_status(STATUS_SUCCESS, rig_detach(&PROBE[0].filter, fs, NULL));
    assert_int_equal(1, PROBE[0].drains);
    assert_true(pthread_equal(pthread_self(), PROBE[0].post_thread));
    memfs_release(fs);
    rig_join(&thread);
    assert_status(STATUS_SUCCESS, r.status);
    memfs_hold(fs, IRP_MJ_READ, false);
    rig_close(r.file);
    probe_end(fs, 1);
}

static char replacement[16];

static FLT_PREOP_CALLBACK_STATUS swap(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    data->Iopb->Parameters.Read.ReadBuffer = replacement;
    FltSetCallbackDataDirty(data);
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static void swapped_is_cancelled(void **state)
{
    struct memfs *fs = probe_begin(1);
    struct reader r = {.file = rig_open_ok(fs, u"\\file")};
    struct rig_thread thread;
    PROBE[0].pre = swap;
    memfs_hold(fs, IRP_MJ_READ, true);
    rig_run(&thread, reader, &r);
    memfs_wait_held(fs, 1);
    assert_status(STATUS_SUCCESS, rig_detach(&PROBE[0].filter, fs, NULL));
    rig_join(&thread);
    assert_status(STATUS_CANCELLED, r.status);
    assert_int_equal(0, PROBE[0].drains);
    assert_int_equal(1, PROBE[0].posts);
    assert_status(STATUS_CANCELLED, PROBE[0].post_status);
    memfs_hold(fs, IRP_MJ_READ, false);
    rig_close(r.file);
    probe_end(fs, 1);
}

/* ---- who waits for whom ---- */

static FLT_PREOP_CALLBACK_STATUS block(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    KeSetEvent(&self->entered, 0, FALSE);
    rig_wait(&self->go);
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static void detach_beside_blocked(void **state)
{
    struct memfs *fs = probe_begin(4);
    struct reader blocked = {.file = rig_open_ok(fs, u"\\file")};
    struct rig_thread thread;
    PROBE[1].pre = block;
    rig_run(&thread, reader, &blocked);
    rig_wait(&PROBE[1].entered);
    unsigned long long before = rig_now();
    assert_status(STATUS_SUCCESS, rig_detach(&PROBE[0].filter, fs, NULL)); /* above: its operation waits there */
    assert_int_equal(1, PROBE[0].drains);
    assert_status(STATUS_SUCCESS, rig_detach(&PROBE[3].filter, fs, NULL)); /* below */
    assert_int_equal(0, PROBE[3].drains);
    PROBE[1].pre = NULL;
    struct reader free_one = {.file = blocked.file};
    reader(&free_one); /* another operation */
    assert_status(STATUS_SUCCESS, free_one.status);
    assert_status(STATUS_SUCCESS, rig_attach(&PROBE[3].filter, fs, NULL, NULL, NULL));
    assert_true(rig_now() - before < 2000);
    KeSetEvent(&PROBE[1].go, 0, FALSE);
    rig_join(&thread);
    assert_status(STATUS_SUCCESS, blocked.status);
    assert_int_equal(1, PROBE[0].posts); /* drained once, not called again */
    assert_int_equal(0, PROBE[3].pres);  /* the blocked one walked the old array, where that instance is gone */
    rig_close(blocked.file);
    probe_end(fs, 4);
}

static void detach_waits_for_own_callback(void **state)
{
    struct memfs *fs = probe_begin(1);
    struct reader r = {.file = rig_open_ok(fs, u"\\file")};
    struct rig_thread reading, detaching;
    struct detacher d = {.probe = &PROBE[0], .fs = fs};
    PROBE[0].pre = block;
    rig_run(&reading, reader, &r);
    rig_wait(&PROBE[0].entered);
    rig_run(&detaching, detacher, &d);
    rig_until(PROBE[0].starts == 1);
    assert_false(__atomic_load_n(&d.finished, __ATOMIC_SEQ_CST));
    assert_int_equal(0, PROBE[0].completes);
    /* F-093: no new operation */
    struct reader other = {.file = r.file};
    reader(&other);
    assert_status(STATUS_SUCCESS, other.status);
    assert_int_equal(1, PROBE[0].pres);
    KeSetEvent(&PROBE[0].go, 0, FALSE);
    rig_join(&reading);
    rig_join(&detaching);
    assert_status(STATUS_SUCCESS, d.status);
    assert_int_equal(1, PROBE[0].completes);
    rig_close(r.file);
    probe_end(fs, 1);
}

static FLT_PREOP_CALLBACK_STATUS pend(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    self->held = data;
    KeSetEvent(&self->entered, 0, FALSE);
    return FLT_PREOP_PENDING;
}

static void detach_waits_for_pended(void **state)
{
    struct memfs *fs = probe_begin(1);
    struct reader r = {.file = rig_open_ok(fs, u"\\file")};
    struct rig_thread reading, detaching;
    struct detacher d = {.probe = &PROBE[0], .fs = fs};
    PROBE[0].pre = pend;
    rig_run(&reading, reader, &r);
    rig_wait(&PROBE[0].entered);
    rig_run(&detaching, detacher, &d);
    rig_until(PROBE[0].starts == 1);
    assert_false(__atomic_load_n(&d.finished, __ATOMIC_SEQ_CST));
    FltCompletePendedPreOperation(PROBE[0].held, FLT_PREOP_SUCCESS_WITH_CALLBACK, NULL);
    rig_join(&reading);
    rig_join(&detaching);
    assert_status(STATUS_SUCCESS, r.status);
    assert_status(STATUS_SUCCESS, d.status);
    assert_int_equal(1, PROBE[0].posts); /* as itself or drained, once */
    rig_close(r.file);
    probe_end(fs, 1);
}

/* I/O the instance started is waited for. */
static void ignore(PFLT_CALLBACK_DATA data, PVOID context)
{
    KeSetEvent(context, 0, FALSE);
    FltFreeCallbackData(data);
}

static void detach_waits_for_own_io(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PFLT_CALLBACK_DATA data;
    char buffer[8];
    KEVENT done;
    struct rig_thread detaching;
    struct detacher d = {.probe = &PROBE[0], .fs = fs};
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    assert_status(STATUS_SUCCESS, FltAllocateCallbackData(rig_instance(&PROBE[0].filter, fs), file, &data));
    data->Iopb->MajorFunction = IRP_MJ_READ;
    data->Iopb->Parameters.Read.Length = sizeof buffer;
    data->Iopb->Parameters.Read.ReadBuffer = buffer;
    memfs_hold(fs, IRP_MJ_READ, true);
    assert_status(STATUS_PENDING, FltPerformAsynchronousIo(data, ignore, &done));
    rig_run(&detaching, detacher, &d);
    rig_until(PROBE[0].starts == 1);
    assert_int_equal(1, memfs_held(fs)); /* F-164: neither drained nor cancelled */
    assert_false(__atomic_load_n(&d.finished, __ATOMIC_SEQ_CST));
    memfs_release(fs);
    rig_wait(&done);
    rig_join(&detaching);
    assert_status(STATUS_SUCCESS, d.status);
    memfs_hold(fs, IRP_MJ_READ, false);
    rig_close(file);
    probe_end(fs, 1);
}

/* ---- stress: operations and detaches and attaches ---- */

static bool stop; /* __atomic */

static void read_on(void *context)
{
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        struct reader r = {.file = context};
        reader(&r);
        assert_status(STATUS_SUCCESS, r.status);
    }
}

static void release_on(void *context)
{
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        memfs_release(context);
        rig_yield();
    }
    memfs_hold(context, IRP_MJ_READ, false);
    memfs_release(context);
}

static LONG balance; /* __atomic: contexts given minus contexts taken back */

static FLT_PREOP_CALLBACK_STATUS count_up(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    __atomic_add_fetch(&balance, 1, __ATOMIC_SEQ_CST);
    *context = self;
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS count_down(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    assert_ptr_equal(self, context);
    __atomic_sub_fetch(&balance, 1, __ATOMIC_SEQ_CST);
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static void attach_detach_stress(void **state)
{
    struct memfs *fs = probe_begin(3);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    struct rig_thread threads[4];
    __atomic_store_n(&stop, false, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < 3; i++) {
        PROBE[i].pre = count_up;
        PROBE[i].post = count_down;
    }
    memfs_hold(fs, IRP_MJ_READ, true);
    for (unsigned i = 0; i < 3; i++)
        rig_run(&threads[i], read_on, file);
    rig_run(&threads[3], release_on, fs);
    for (unsigned i = 0; i < 60; i++) {
        struct probe *p = &PROBE[i % 3];
        assert_status(STATUS_SUCCESS, rig_detach(&p->filter, fs, NULL));
        assert_status(STATUS_SUCCESS, rig_attach(&p->filter, fs, NULL, NULL, NULL));
    }
    __atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < 4; i++) {
        if (i < 3)
            rig_until((memfs_release(fs), true));
        rig_join(&threads[i]);
    }
    assert_int_equal(0, balance);
    rig_close(file);
    probe_end(fs, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-092 F-157 F-158 F-159 F-160 F-163 F-165 a waiting operation is drained, its I/O goes on", drain),
        TEST("F-162 a synchronized operation is drained too", drain_synchronized),
        TEST("F-161 replaced buffers: cancelled and waited for", swapped_is_cancelled),
        TEST("F-092 a detach beside a blocked pre delays no other detach, attach or operation", detach_beside_blocked),
        TEST("F-092 F-093 a detach waits for its own running callback, new operations pass by", detach_waits_for_own_callback),
        TEST("F-094 F-095 a detach waits for what the filter pended", detach_waits_for_pended),
        TEST("F-095 F-164 a detach waits for I/O the filter started", detach_waits_for_own_io),
        TEST("F-092 F-157 attaching and detaching under load: every context comes back once", attach_detach_stress),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
