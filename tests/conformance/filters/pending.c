/* Pending in pre and post callbacks, both orders of return and completion: sections 4.2, 4.3, 4.6. */
#include "probe.h"

#include "fltmgr/callback.h"

#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"

struct reader {
    PFILE_OBJECT file;
    NTSTATUS status;
    ULONG done;
    char buffer[16];
    bool finished; /* __atomic */
};

static void reader(void *context)
{
    struct reader *r = context;
    r->status = rig_read(r->file, 0, r->buffer, sizeof r->buffer, &r->done);
    __atomic_store_n(&r->finished, true, __ATOMIC_SEQ_CST);
}

static FLT_PREOP_CALLBACK_STATUS pend(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    self->held = data;
    KeSetEvent(&self->entered, 0, FALSE);
    return FLT_PREOP_PENDING;
}

/* Waits until the pre has returned as well: its frame is then the completer's. */
static void wait_pended(struct probe *p)
{
    rig_wait(&p->entered);
    rig_until(__atomic_load_n(&flt_callback_of(p->held)->pend, __ATOMIC_SEQ_CST) == FLT_PEND_RETURNED);
}

static void completed_later(void **state)
{
    struct memfs *fs = probe_begin(3);
    struct reader r = {.file = rig_open_ok(fs, u"\\file")};
    struct rig_thread thread;
    PROBE[1].pre = pend;
    rig_run(&thread, reader, &r);
    wait_pended(&PROBE[1]);
    assert_int_equal(0, PROBE[2].pres);
    assert_false(__atomic_load_n(&r.finished, __ATOMIC_SEQ_CST)); /* F-173 */
    FltCompletePendedPreOperation(PROBE[1].held, FLT_PREOP_SUCCESS_WITH_CALLBACK, &r);
    rig_join(&thread);
    assert_status(STATUS_SUCCESS, r.status);
    assert_int_equal(5, r.done);
    assert_int_equal(1, PROBE[0].posts);
    assert_int_equal(1, PROBE[1].posts);
    assert_int_equal(1, PROBE[2].posts);
    assert_true(pthread_equal(pthread_self(), PROBE[2].pre_thread)); /* F-172 */
    rig_close(r.file);
    probe_end(fs, 3);
}

static PVOID given;

static FLT_POSTOP_CALLBACK_STATUS keep_context(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    given = context;
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static FLT_PREOP_CALLBACK_STATUS complete_first(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_WITH_CALLBACK, self);
    return FLT_PREOP_PENDING;
}

static void completed_before_return(void **state)
{
    struct memfs *fs = probe_begin(2);
    struct reader r = {.file = rig_open_ok(fs, u"\\file")};
    PROBE[0].pre = complete_first;
    PROBE[0].post = keep_context;
    reader(&r);
    assert_status(STATUS_SUCCESS, r.status);
    assert_ptr_equal(&PROBE[0], given);
    assert_int_equal(1, PROBE[0].posts);
    assert_int_equal(1, PROBE[1].posts);
    rig_close(r.file);
    probe_end(fs, 2);
}

static void completed_with_status(void **state)
{
    struct memfs *fs = probe_begin(2);
    struct reader r = {.file = rig_open_ok(fs, u"\\file")};
    struct rig_thread thread;
    PROBE[1].pre = pend;
    rig_run(&thread, reader, &r);
    wait_pended(&PROBE[1]);
    PROBE[1].held->IoStatus = (IO_STATUS_BLOCK){.Status = STATUS_VIRUS_INFECTED};
    FltCompletePendedPreOperation(PROBE[1].held, FLT_PREOP_COMPLETE, NULL);
    rig_join(&thread);
    assert_status(STATUS_VIRUS_INFECTED, r.status);
    assert_status(STATUS_VIRUS_INFECTED, PROBE[0].post_status);
    assert_int_equal(0, PROBE[1].posts);
    rig_close(r.file);
    probe_end(fs, 2);
}

static void changed_while_pended(void **state)
{
    struct memfs *fs = probe_begin(1);
    struct reader r = {.file = rig_open_ok(fs, u"\\file")};
    struct rig_thread thread;
    PROBE[0].pre = pend;
    rig_run(&thread, reader, &r);
    wait_pended(&PROBE[0]);
    PROBE[0].held->Iopb->Parameters.Read.Length = 2;
    FltSetCallbackDataDirty(PROBE[0].held);
    FltCompletePendedPreOperation(PROBE[0].held, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
    rig_join(&thread);
    assert_int_equal(2, r.done);
    rig_close(r.file);
    probe_end(fs, 1);
}

static void mistakes(void **state)
{
    struct memfs *fs = probe_begin(1);
    struct reader r = {.file = rig_open_ok(fs, u"\\file")};
    struct rig_thread thread;
    PROBE[0].pre = pend;
    rig_run(&thread, reader, &r);
    wait_pended(&PROBE[0]);
    FltCompletePendedPreOperation(PROBE[0].held, FLT_PREOP_SYNCHRONIZE, NULL); /* not one of the three */
    rig_join(&thread);
    assert_status(STATUS_SUCCESS, r.status);
    assert_int_equal(0, PROBE[0].posts);
    assert_int_equal(1, rig_log_count("F-171"));
    rig_close(r.file);
    probe_end(fs, 1);
}

static FLT_PREOP_CALLBACK_STATUS complete_twice(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
    FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
    return FLT_PREOP_PENDING;
}

static FLT_PREOP_CALLBACK_STATUS complete_but_not_pend(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
    PVOID *context)
{
    FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void completed_wrongly(void **state)
{
    struct memfs *fs = probe_begin(1);
    struct reader r = {.file = rig_open_ok(fs, u"\\file")};
    PROBE[0].pre = complete_twice;
    reader(&r);
    assert_status(STATUS_SUCCESS, r.status);
    assert_int_equal(1, rig_log_count("F-175"));
    PROBE[0].pre = complete_but_not_pend;
    reader(&r);
    assert_status(STATUS_SUCCESS, r.status);
    assert_int_equal(2, rig_log_count("F-175"));
    rig_close(r.file);
    probe_end(fs, 1);
}

/* ---- post ---- */

static FLT_POSTOP_CALLBACK_STATUS pend_post(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    self->held = data;
    KeSetEvent(&self->entered, 0, FALSE);
    return FLT_POSTOP_MORE_PROCESSING_REQUIRED;
}

static void post_pended(void **state)
{
    struct memfs *fs = probe_begin(2);
    struct reader r = {.file = rig_open_ok(fs, u"\\file")};
    struct rig_thread thread;
    PROBE[1].post = pend_post;
    rig_run(&thread, reader, &r);
    wait_pended(&PROBE[1]);
    assert_int_equal(0, PROBE[0].posts);
    PROBE[1].held->IoStatus = (IO_STATUS_BLOCK){.Status = STATUS_ACCESS_DENIED};
    FltCompletePendedPostOperation(PROBE[1].held);
    rig_join(&thread);
    assert_status(STATUS_ACCESS_DENIED, r.status);
    assert_int_equal(1, PROBE[0].posts);
    assert_status(STATUS_ACCESS_DENIED, PROBE[0].post_status);
    assert_true(pthread_equal(pthread_self(), PROBE[0].post_thread));
    rig_close(r.file);
    probe_end(fs, 2);
}

static FLT_POSTOP_CALLBACK_STATUS complete_post_first(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
    PVOID context, FLT_POST_OPERATION_FLAGS flags)
{
    FltCompletePendedPostOperation(data);
    return FLT_POSTOP_MORE_PROCESSING_REQUIRED;
}

static void post_completed_before_return(void **state)
{
    struct memfs *fs = probe_begin(2);
    struct reader r = {.file = rig_open_ok(fs, u"\\file")};
    PROBE[1].post = complete_post_first;
    reader(&r);
    assert_status(STATUS_SUCCESS, r.status);
    assert_int_equal(1, PROBE[0].posts);
    rig_close(r.file);
    probe_end(fs, 2);
}

/* ---- many at once: workers complete while others return ---- */

struct job {
    struct ex_work work;
    PFLT_CALLBACK_DATA data;
    bool post;
};

static void run_job(struct ex_work *work)
{
    struct job *job = CONTAINING_RECORD(work, struct job, work);
    PFLT_CALLBACK_DATA data = job->data;
    bool post = job->post;
    free(job);
    if (post)
        FltCompletePendedPostOperation(data);
    else
        FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_WITH_CALLBACK, NULL);
}

static void queue_job(PFLT_CALLBACK_DATA data, bool post)
{
    struct job *job = calloc(1, sizeof *job);
    job->data = data;
    job->post = post;
    ex_queue_work(&job->work, run_job, NULL);
}

static FLT_PREOP_CALLBACK_STATUS pend_to_worker(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    queue_job(data, false);
    return FLT_PREOP_PENDING;
}

static FLT_POSTOP_CALLBACK_STATUS post_to_worker(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    if (flags & FLTFL_POST_OPERATION_DRAINING)
        return FLT_POSTOP_FINISHED_PROCESSING;
    queue_job(data, true);
    return FLT_POSTOP_MORE_PROCESSING_REQUIRED;
}

static void many_reads(void *context)
{
    for (unsigned i = 0; i < 500; i++) {
        struct reader r = {.file = context};
        reader(&r);
        assert_status(STATUS_SUCCESS, r.status);
        assert_int_equal(5, r.done);
    }
}

static void many(void **state)
{
    struct memfs *fs = probe_begin(3);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    struct rig_thread threads[4];
    PROBE[0].pre_answer = FLT_PREOP_SYNCHRONIZE;
    PROBE[1].pre = pend_to_worker;
    PROBE[2].post = post_to_worker;
    for (unsigned i = 0; i < 4; i++)
        rig_run(&threads[i], many_reads, file);
    for (unsigned i = 0; i < 4; i++)
        rig_join(&threads[i]);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(2000, PROBE[i].pres);
        assert_int_equal(2000, PROBE[i].posts);
    }
    rig_close(file);
    probe_end(fs, 3);
}

/* A pended create keeps its thread, for its posts belong there. */
static void opener(void *context)
{
    struct reader *r = context;
    struct memfs *fs = (struct memfs *)r->file;
    PFILE_OBJECT file = NULL;
    r->status = rig_open(fs, u"\\file", &file);
    r->file = file;
    PROBE[0].note = (PVOID)pthread_self();
}

static void pended_create(void **state)
{
    struct memfs *fs = probe_begin(2);
    struct reader r = {.file = (PFILE_OBJECT)fs};
    struct rig_thread thread;
    PROBE[0].only = PROBE[1].only = IRP_MJ_CREATE;
    PROBE[1].pre = pend;
    rig_run(&thread, opener, &r);
    wait_pended(&PROBE[1]);
    FltCompletePendedPreOperation(PROBE[1].held, FLT_PREOP_SUCCESS_WITH_CALLBACK, NULL);
    rig_join(&thread);
    assert_status(STATUS_SUCCESS, r.status);
    assert_true(pthread_equal((pthread_t)PROBE[0].note, PROBE[1].post_thread));
    assert_true(pthread_equal((pthread_t)PROBE[0].note, PROBE[0].post_thread));
    rig_close(r.file);
    probe_end(fs, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-143 F-172 F-173 completed after the pre returned, in the completer's thread", completed_later),
        TEST("F-143 completed before the pre returned; the context arrives", completed_before_return),
        TEST("F-171 completed with a status of the filter's", completed_with_status),
        TEST("F-176 parameters changed while pended", changed_while_pended),
        TEST("F-171 another status than the three", mistakes),
        TEST("F-175 completed twice, or not pended", completed_wrongly),
        TEST("F-153 F-155 F-174 a pended post stops completion; its status goes up", post_pended),
        TEST("F-153 completed before the post returned", post_completed_before_return),
        TEST("F-137 F-143 the posts of a pended create", pended_create),
        TEST("F-143 F-148 F-153 many operations pended in pre and post, synchronized above", many),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
