/* What each return value of a pre callback does: section 4.2. */
#include "probe.h"

static NTSTATUS read_file(struct memfs *fs, PFILE_OBJECT file)
{
    char buffer[16];
    ULONG done;
    return rig_read(file, 0, buffer, sizeof buffer, &done);
}

static void no_callback(void **state)
{
    struct memfs *fs = probe_begin(2);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PROBE[0].pre_answer = FLT_PREOP_SUCCESS_NO_CALLBACK;
    assert_status(STATUS_SUCCESS, read_file(fs, file));
    assert_int_equal(1, PROBE[0].pres);
    assert_int_equal(0, PROBE[0].posts);
    assert_int_equal(1, PROBE[1].posts);
    rig_close(file);
    probe_end(fs, 2);
}

static FLT_PREOP_CALLBACK_STATUS leak_context(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    *context = self;
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void context_without_callback(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PROBE[0].pre = leak_context;
    assert_status(STATUS_SUCCESS, read_file(fs, file));
    assert_int_equal(0, PROBE[0].posts);
    assert_int_equal(1, rig_log_count("F-142"));
    rig_close(file);
    probe_end(fs, 1);
}

static void complete(void **state)
{
    struct memfs *fs = probe_begin(3);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    unsigned before = memfs_count(fs, IRP_MJ_READ);
    PROBE[1].pre_answer = FLT_PREOP_COMPLETE;
    PROBE[1].complete_with = (IO_STATUS_BLOCK){.Status = STATUS_ACCESS_DENIED};
    assert_status(STATUS_ACCESS_DENIED, read_file(fs, file));
    assert_int_equal(1, PROBE[0].posts);
    assert_status(STATUS_ACCESS_DENIED, PROBE[0].post_status);
    assert_int_equal(0, PROBE[1].posts);
    assert_int_equal(0, PROBE[2].pres);
    assert_int_equal(before, memfs_count(fs, IRP_MJ_READ));
    rig_close(file);
    probe_end(fs, 3);
}

static void complete_with_data(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    char buffer[16];
    ULONG done;
    PROBE[0].pre_answer = FLT_PREOP_COMPLETE;
    PROBE[0].complete_with = (IO_STATUS_BLOCK){.Status = STATUS_SUCCESS, .Information = 3};
    assert_status(STATUS_SUCCESS, rig_read(file, 0, buffer, sizeof buffer, &done));
    assert_int_equal(3, done);
    rig_close(file);
    probe_end(fs, 1);
}

static void bad_complete(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PROBE[0].pre_answer = FLT_PREOP_COMPLETE;
    PROBE[0].complete_with = (IO_STATUS_BLOCK){.Status = STATUS_PENDING};
    assert_status(STATUS_UNSUCCESSFUL, read_file(fs, file));
    assert_int_equal(1, rig_log_count("F-146"));
    /* cleanup cannot be failed: the close must reach the base as if it had succeeded */
    PROBE[0].only = IRP_MJ_CLEANUP;
    PROBE[0].complete_with = (IO_STATUS_BLOCK){.Status = STATUS_ACCESS_DENIED};
    rig_close(file);
    assert_int_equal(2, rig_log_count("F-146"));
    PROBE[0].pre_answer = FLT_PREOP_SUCCESS_NO_CALLBACK;
    probe_end(fs, 1);
}

/* Sends an operation of a class of its own and takes its status. */
static NTSTATUS send(struct memfs *fs, UCHAR major, PFILE_OBJECT file, ULONG class)
{
    struct io_operation *op = rig_operation(fs, major, file);
    char buffer[16];
    if (class)
        op->callback_flags = class;
    if (major == IRP_MJ_READ) {
        op->iopb.Parameters.Read.Length = sizeof buffer;
        op->iopb.Parameters.Read.ReadBuffer = buffer;
    }
    NTSTATUS status = io_send_and_wait(op);
    io_operation_free(op);
    return status;
}

static void disallow_fast(void **state)
{
    struct memfs *fs = probe_begin(3);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    unsigned before = memfs_count(fs, IRP_MJ_READ);
    PROBE[1].pre_answer = FLT_PREOP_DISALLOW_FASTIO;
    assert_status(STATUS_FLT_DISALLOW_FAST_IO, send(fs, IRP_MJ_READ, file, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION));
    assert_status(STATUS_FLT_DISALLOW_FAST_IO, PROBE[0].post_status);
    assert_int_equal(0, PROBE[1].posts);
    assert_int_equal(0, PROBE[2].pres);
    assert_int_equal(before, memfs_count(fs, IRP_MJ_READ));
    /* on an IRP it means nothing */
    assert_status(STATUS_SUCCESS, send(fs, IRP_MJ_READ, file, 0));
    assert_int_equal(1, rig_log_count("F-144"));
    rig_close(file);
    probe_end(fs, 3);
}

static ULONG classes[4];
static unsigned class_count;

static FLT_PREOP_CALLBACK_STATUS refuse_fast(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    classes[class_count++ % 4] = data->Flags;
    assert_int_equal(FLT_IS_IRP_OPERATION(data), FLTFL_CALLBACK_DATA_IRP_OPERATION * (class_count == 2));
    return FLT_IS_FASTIO_OPERATION(data) ? FLT_PREOP_DISALLOW_FASTIO : FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static void fast_first(void **state)
{
    struct memfs *fs = probe_begin(2);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    char buffer[8];
    ULONG done;
    io_fast_io_first = true;
    PROBE[1].pre = refuse_fast;
    class_count = 0;
    assert_status(STATUS_SUCCESS, rig_read(file, 0, buffer, sizeof buffer, &done));
    assert_int_equal(5, done);
    assert_int_equal(2, class_count); /* the same operation again, as an IRP with new data */
    assert_int_equal(FLTFL_CALLBACK_DATA_FAST_IO_OPERATION, classes[0]);
    assert_int_equal(FLTFL_CALLBACK_DATA_IRP_OPERATION, classes[1]);
    assert_int_equal(2, PROBE[0].posts);
    assert_int_equal(1, PROBE[1].posts);
    PROBE[1].pre = NULL;
    assert_status(STATUS_SUCCESS, rig_read(file, 0, buffer, sizeof buffer, &done)); /* nobody objects: once */
    assert_int_equal(3, PROBE[0].posts);
    io_fast_io_first = false;
    rig_close(file);
    probe_end(fs, 2);
}

static void disallow_fs_filter(void **state)
{
    struct memfs *fs = probe_begin(2);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PROBE[1].pre_answer = FLT_PREOP_DISALLOW_FSFILTER_IO;
    PROBE[0].only = PROBE[1].only = (UCHAR)IRP_MJ_QUERY_OPEN;
    assert_status(STATUS_FLT_DISALLOW_FAST_IO, send(fs, (UCHAR)IRP_MJ_QUERY_OPEN, file, 0));
    assert_status(STATUS_FLT_DISALLOW_FAST_IO, PROBE[0].post_status);
    assert_int_equal(0, memfs_count(fs, (UCHAR)IRP_MJ_QUERY_OPEN));
    PROBE[1].only = IRP_MJ_READ;
    assert_status(STATUS_SUCCESS, send(fs, IRP_MJ_READ, file, 0));
    assert_int_equal(1, rig_log_count("F-150"));
    rig_close(file);
    probe_end(fs, 2);
}

static void pend_fast(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PROBE[0].pre_answer = FLT_PREOP_PENDING;
    assert_status(STATUS_SUCCESS, send(fs, IRP_MJ_READ, file, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION));
    assert_int_equal(1, rig_log_count("F-143"));
    assert_int_equal(0, PROBE[0].posts);
    rig_close(file);
    probe_end(fs, 1);
}

/* ---- synchronize: the base completes in another thread ---- */

struct reader {
    struct memfs *fs;
    PFILE_OBJECT file;
    NTSTATUS status;
    pthread_t self;
};

static void reader(void *context)
{
    struct reader *r = context;
    r->self = pthread_self();
    r->status = read_file(r->fs, r->file);
}

static void synchronize(void **state)
{
    struct memfs *fs = probe_begin(3);
    struct reader r = {.fs = fs, .file = rig_open_ok(fs, u"\\file")};
    struct rig_thread thread;
    PROBE[1].pre_answer = FLT_PREOP_SYNCHRONIZE;
    memfs_hold(fs, IRP_MJ_READ, true);
    rig_run(&thread, reader, &r);
    memfs_wait_held(fs, 1);
    memfs_release(fs);
    rig_join(&thread);
    assert_status(STATUS_SUCCESS, r.status);
    assert_true(pthread_equal(PROBE[1].pre_thread, PROBE[1].post_thread));
    assert_true(pthread_equal(PROBE[0].post_thread, PROBE[1].post_thread)); /* goes on in that thread */
    assert_true(pthread_equal(pthread_self(), PROBE[2].post_thread));       /* below: who completed */
    memfs_hold(fs, IRP_MJ_READ, false);
    rig_close(r.file);
    probe_end(fs, 3);
}

static void synchronize_illegal(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    LARGE_INTEGER zero = {0}, one = {.QuadPart = 1};
    PROBE[0].only = IRP_MJ_LOCK_CONTROL;
    PROBE[0].pre_answer = FLT_PREOP_SYNCHRONIZE;
    struct io_transfer t = {.file = file};
    assert_status(STATUS_SUCCESS, io_lock_control(&t, IRP_MN_LOCK, &zero, &one, 0, 0));
    assert_int_equal(1, PROBE[0].posts);
    assert_int_equal(1, rig_log_count("F-149"));
    /* create: allowed, changes nothing */
    PROBE[0].only = IRP_MJ_CREATE;
    rig_close(rig_open_ok(fs, u"\\file"));
    assert_int_equal(2, PROBE[0].posts);
    assert_int_equal(1, rig_log_count("F-149"));
    rig_close(file);
    probe_end(fs, 1);
}

static void opener(void *context)
{
    struct reader *r = context;
    r->self = pthread_self();
    r->status = rig_open(r->fs, u"\\file", &r->file);
}

static void create_posts_in_originator(void **state)
{
    struct memfs *fs = probe_begin(2);
    PROBE[0].only = PROBE[1].only = IRP_MJ_CREATE;
    memfs_hold(fs, IRP_MJ_CREATE, true);
    struct reader r = {.fs = fs};
    struct rig_thread thread;

    rig_run(&thread, opener, &r);
    memfs_wait_held(fs, 1);
    memfs_release(fs);
    rig_join(&thread);
    assert_status(STATUS_SUCCESS, r.status);
    assert_true(pthread_equal(r.self, PROBE[0].post_thread));
    assert_true(pthread_equal(r.self, PROBE[1].post_thread));
    memfs_hold(fs, IRP_MJ_CREATE, false);
    rig_close(r.file);
    probe_end(fs, 2);
}

static void failed_create_reaches_post(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file;
    PROBE[0].only = IRP_MJ_CREATE;
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, rig_open(fs, u"\\none", &file));
    assert_ptr_equal(NULL, file);
    assert_int_equal(1, PROBE[0].posts);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, PROBE[0].post_status);
    memfs_add_symlink(fs, u"\\link", u"\\file", false);
    assert_status(STATUS_SUCCESS, rig_open(fs, u"\\link", &file));
    assert_int_equal(3, PROBE[0].posts); /* the link answered STATUS_REPARSE, then the target */
    rig_close(file);
    probe_end(fs, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-141 F-142 without callback: the others' posts run", no_callback),
        TEST("F-142 a completion context without callback is reported", context_without_callback),
        TEST("F-145 complete: nothing below, not the own post, the higher posts", complete),
        TEST("F-147 V-113 complete with success: Information is the filter's", complete_with_data),
        TEST("F-146 V-104 statuses that mean nothing; cleanup cannot fail", bad_complete),
        TEST("F-144 F-177 disallow fast I/O", disallow_fast),
        TEST("F-144 F-237 F-238 the fast form first, then the IRP", fast_first),
        TEST("F-150 disallow FS-filter I/O", disallow_fs_filter),
        TEST("F-143 only IRP operations can be pended", pend_fast),
        TEST("F-148 synchronize: the post in the pre's thread", synchronize),
        TEST("F-149 what cannot be synchronized", synchronize_illegal),
        TEST("F-137 posts of a create in the originating thread", create_posts_in_originator),
        TEST("F-138 F-302 V-121 failed and reparsed creates reach the post", failed_create_reaches_post),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
