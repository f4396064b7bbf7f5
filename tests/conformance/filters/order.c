/* Who is called, in which order, for what: section 4.1. */
#include "rig.h"

static char trace[256];
static PVOID contexts_seen[4];

static void note(PCFLT_RELATED_OBJECTS objects, const char *what)
{
    strcat(trace, what);
}

static FLT_PREOP_CALLBACK_STATUS NTAPI pre_a(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    note(objects, "A");
    contexts_seen[0] = *context;
    *context = (PVOID)1;
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS NTAPI post_a(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context, FLT_POST_OPERATION_FLAGS flags)
{
    note(objects, "a");
    contexts_seen[1] = context;
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static FLT_PREOP_CALLBACK_STATUS NTAPI pre_b(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    note(objects, "B");
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS NTAPI post_b(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context, FLT_POST_OPERATION_FLAGS flags)
{
    note(objects, "b");
    contexts_seen[2] = context;
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static FLT_POSTOP_CALLBACK_STATUS NTAPI post_c(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context, FLT_POST_OPERATION_FLAGS flags)
{
    note(objects, "c");
    contexts_seen[3] = context;
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static FLT_PREOP_CALLBACK_STATUS NTAPI pre_d(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    note(objects, "D");
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static const FLT_OPERATION_REGISTRATION operations_a[] = {{.MajorFunction = IRP_MJ_READ, .PreOperation = pre_a, .PostOperation = post_a}, {.MajorFunction = IRP_MJ_OPERATION_END}};
static const FLT_OPERATION_REGISTRATION operations_b[] = {{.MajorFunction = IRP_MJ_READ, .PreOperation = pre_b, .PostOperation = post_b}, {.MajorFunction = IRP_MJ_OPERATION_END}};
static const FLT_OPERATION_REGISTRATION operations_c[] = {{.MajorFunction = IRP_MJ_READ, .PostOperation = post_c}, {.MajorFunction = IRP_MJ_OPERATION_END}};
static const FLT_OPERATION_REGISTRATION operations_d[] = {{.MajorFunction = IRP_MJ_READ, .PreOperation = pre_d, .PostOperation = post_c}, {.MajorFunction = IRP_MJ_OPERATION_END}};

static struct rig_filter high = {.name = "High", .altitude = "390000", .operations = operations_a};
static struct rig_filter middle = {.name = "Middle", .altitude = "370000.5", .operations = operations_b};
static struct rig_filter low = {.name = "Low", .altitude = "100000", .operations = operations_c};
static struct rig_filter quiet = {.name = "Quiet", .altitude = "200000", .operations = operations_d};

static void read_once(struct memfs *fs)
{
    char buffer[16] = {0};
    ULONG done;
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    trace[0] = 0;
    assert_status(STATUS_SUCCESS, rig_read(file, 0, buffer, sizeof buffer, &done));
    assert_int_equal(5, done);
    assert_string_equal("hello", buffer);
    rig_close(file);
}

static void order(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "hello");
    /* loaded in another order than their altitudes */
    assert_status(STATUS_SUCCESS, rig_load(&middle));
    assert_status(STATUS_SUCCESS, rig_load(&low));
    assert_status(STATUS_SUCCESS, rig_load(&high));
    assert_status(STATUS_SUCCESS, rig_load(&quiet));
    read_once(fs);
    assert_string_equal("ABDcba", trace);
    rig_unload_ok(&middle);
    read_once(fs);
    assert_string_equal("ADca", trace);
    rig_unload_ok(&high);
    rig_unload_ok(&low);
    rig_unload_ok(&quiet);
    read_once(fs);
    assert_string_equal("", trace);
    assert_int_equal(0, memfs_open_files(fs));
    memfs_remove(fs);
}

static void completion_context(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "hello");
    memset(contexts_seen, 0xff, sizeof contexts_seen);
    assert_status(STATUS_SUCCESS, rig_load(&high));
    assert_status(STATUS_SUCCESS, rig_load(&middle));
    assert_status(STATUS_SUCCESS, rig_load(&low));
    read_once(fs);
    assert_ptr_equal(NULL, contexts_seen[0]);
    assert_ptr_equal((PVOID)1, contexts_seen[1]);
    assert_ptr_equal(NULL, contexts_seen[2]);
    assert_ptr_equal(NULL, contexts_seen[3]);
    rig_unload_ok(&high);
    rig_unload_ok(&middle);
    rig_unload_ok(&low);
    memfs_remove(fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-127 F-128 F-142 pre from the top, post from the bottom, none of who did not ask", order),
        TEST("F-129 F-130 a post without a pre; the context is NULL unless the pre set it", completion_context),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
