/*
 * F-384: change notifications that a filter, or a driver with IRPs of its own, keeps with the system's package. The base, memfs, never
 * sees them: what is told is what the test reports.
 */
#include "probe.h"

#include "ntoskrnl/ke/ke.h"

#define ROOM 256

static PNOTIFY_SYNC sync;
static LIST_ENTRY list;
static WCHAR directory_name[] = u"\\dir";
static STRING directory = {8, 8, (char *)directory_name};
static BOOLEAN tree, ignore_buffer;
static PCHECK_FOR_TRAVERSE_ACCESS traverse;
static PFILTER_REPORT_CHANGE report_filter;

struct sent {
    struct io_operation *op;
    KEVENT ended;
    NTSTATUS status;
    ULONG_PTR information;
    union {
        FILE_NOTIFY_INFORMATION first;
        char bytes[ROOM];
    } told;
};

static void ended(struct io_operation *op, void *context)
{
    struct sent *sent = context;
    sent->status = op->iosb.Status;
    sent->information = op->iosb.Information;
    KeSetEvent(&sent->ended, IO_NO_INCREMENT, FALSE);
}

static FLT_PREOP_CALLBACK_STATUS keep(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    FltNotifyFilterChangeDirectory(sync, &list, objects->FileObject->FsContext2, &directory, tree, ignore_buffer,
        data->Iopb->Parameters.DirectoryControl.NotifyDirectory.CompletionFilter, data, traverse, NULL, report_filter);
    return FLT_PREOP_PENDING;
}

static void ask(struct sent *sent, struct memfs *fs, PFILE_OBJECT file, ULONG length)
{
    memset(sent, 0, sizeof *sent);
    KeInitializeEvent(&sent->ended, NotificationEvent, FALSE);
    sent->op = rig_operation(fs, IRP_MJ_DIRECTORY_CONTROL, file);
    sent->op->iopb.MinorFunction = IRP_MN_NOTIFY_CHANGE_DIRECTORY;
    sent->op->iopb.Parameters.DirectoryControl.NotifyDirectory.Length = length;
    sent->op->iopb.Parameters.DirectoryControl.NotifyDirectory.CompletionFilter = FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_SIZE;
    sent->op->iopb.Parameters.DirectoryControl.NotifyDirectory.DirectoryBuffer = sent->told.bytes;
    io_send_then(sent->op, ended, sent);
}

static bool is_done(struct sent *sent)
{
    return KeReadStateEvent(&sent->ended) != 0;
}

static NTSTATUS finish(struct sent *sent)
{
    rig_wait(&sent->ended);
    io_operation_free(sent->op);
    return sent->status;
}

static void change(const char16_t *path, ULONG match, ULONG action)
{
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, path);
    USHORT last = name.Length;
    while (last && name.Buffer[last / 2 - 1] != u'\\')
        last -= 2;
    STRING target = {name.Length, name.Length, (char *)name.Buffer};
    FsRtlNotifyFullReportChange(sync, &list, &target, last, NULL, NULL, match, action, NULL);
}

static void created(const char16_t *path)
{
    change(path, FILE_NOTIFY_CHANGE_FILE_NAME, FILE_ACTION_ADDED);
}

static const FILE_NOTIFY_INFORMATION *expect(const FILE_NOTIFY_INFORMATION *entry, ULONG action, const char16_t *name)
{
    UNICODE_STRING expected;
    RtlInitUnicodeString(&expected, name);
    assert_int_equal(action, entry->Action);
    assert_int_equal(expected.Length, entry->FileNameLength);
    assert_memory_equal(expected.Buffer, entry->FileName, expected.Length);
    return entry->NextEntryOffset ? (const void *)((const char *)entry + entry->NextEntryOffset) : NULL;
}

static PFILE_OBJECT file;

static int begin(void **state)
{
    struct memfs *fs = probe_begin(1);
    FsRtlNotifyInitializeSync(&sync);
    InitializeListHead(&list);
    tree = ignore_buffer = FALSE;
    traverse = NULL;
    report_filter = NULL;
    file = rig_open_ok(fs, u"\\dir");
    PROBE[0].only = IRP_MJ_DIRECTORY_CONTROL;
    PROBE[0].pre = keep;
    *state = fs;
    return 0;
}

static int end(void **state)
{
    FsRtlNotifyCleanupAll(sync, &list);
    FsRtlNotifyUninitializeSync(&sync);
    assert_ptr_equal(NULL, sync);
    rig_close(file);
    assert_int_equal(0, memfs_count(*state, IRP_MJ_DIRECTORY_CONTROL));
    probe_end(*state, 1);
    return 0;
}

static void told(void **state)
{
    struct sent sent;
    ask(&sent, *state, file, ROOM);
    created(u"\\dir2\\other");
    created(u"\\dir\\below\\other"); /* not the tree */
    change(u"\\dir\\x", FILE_NOTIFY_CHANGE_ATTRIBUTES, FILE_ACTION_MODIFIED);
    assert_false(is_done(&sent));
    created(u"\\dir\\new");
    assert_status(STATUS_SUCCESS, finish(&sent));
    assert_int_equal(FIELD_OFFSET(FILE_NOTIFY_INFORMATION, FileName) + 6, sent.information);
    assert_null(expect(&sent.told.first, FILE_ACTION_ADDED, u"new"));
}

static void kept_between(void **state)
{
    struct sent sent;
    ask(&sent, *state, file, ROOM);
    change(u"\\dir\\a", FILE_NOTIFY_CHANGE_FILE_NAME, FILE_ACTION_RENAMED_OLD_NAME);
    assert_false(is_done(&sent)); /* both names in one answer */
    change(u"\\dir\\b", FILE_NOTIFY_CHANGE_FILE_NAME, FILE_ACTION_RENAMED_NEW_NAME);
    assert_status(STATUS_SUCCESS, finish(&sent));
    assert_null(expect(expect(&sent.told.first, FILE_ACTION_RENAMED_OLD_NAME, u"a"), FILE_ACTION_RENAMED_NEW_NAME, u"b"));
    created(u"\\dir\\one");
    created(u"\\dir\\two"); /* nobody waits */
    ask(&sent, *state, file, ROOM);
    assert_true(is_done(&sent));
    assert_status(STATUS_SUCCESS, finish(&sent));
    assert_null(expect(expect(&sent.told.first, FILE_ACTION_ADDED, u"one"), FILE_ACTION_ADDED, u"two"));
}

static void too_much(void **state)
{
    struct sent sent;
    ask(&sent, *state, file, 24);
    created(u"\\dir\\a name that does not fit");
    assert_status(STATUS_NOTIFY_ENUM_DIR, finish(&sent));
    assert_int_equal(0, sent.information);
    ask(&sent, *state, file, 24);
    assert_false(is_done(&sent)); /* told once */
    created(u"\\dir\\ok");
    assert_status(STATUS_SUCCESS, finish(&sent));
    FsRtlNotifyCleanup(sync, &list, file->FsContext2);
    ignore_buffer = TRUE;
    ask(&sent, *state, file, ROOM);
    created(u"\\dir\\ok");
    assert_status(STATUS_NOTIFY_ENUM_DIR, finish(&sent));
}

static PVOID traversed;

static BOOLEAN may_traverse(PVOID context, PVOID target, PSECURITY_SUBJECT_CONTEXT subject)
{
    traversed = target;
    return target != NULL;
}

static BOOLEAN only_some(PVOID context, PVOID filter_context)
{
    return filter_context != NULL;
}

static void report(const char16_t *path, USHORT offset, PSTRING stream, PSTRING normalized, PVOID target, PVOID filter)
{
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, path);
    STRING full = {name.Length, name.Length, (char *)name.Buffer};
    FsRtlNotifyFilterReportChange(sync, &list, &full, offset, stream, normalized, FILE_NOTIFY_CHANGE_FILE_NAME, FILE_ACTION_MODIFIED, target,
        filter);
}

static void trees(void **state)
{
    struct sent sent;
    STRING stream = {2, 2, (char *)u"s"}, normalized = {28, 28, (char *)u"\\dir\\long name"};
    tree = TRUE;
    traverse = may_traverse;
    report_filter = only_some;
    ask(&sent, *state, file, ROOM);
    report(u"\\dir\\sub\\f", 18, NULL, NULL, NULL, &sent); /* may not be seen */
    report(u"\\dir\\sub\\f", 18, NULL, NULL, &sent, NULL);  /* not to be told */
    report(u"\\directory\\f", 22, NULL, NULL, &sent, &sent);
    assert_false(is_done(&sent));
    report(u"\\dir\\sub\\f", 18, &stream, NULL, &sent, &sent);
    assert_status(STATUS_SUCCESS, finish(&sent));
    assert_null(expect(&sent.told.first, FILE_ACTION_MODIFIED, u"sub\\f:s"));
    assert_ptr_equal(&sent, traversed);
    ask(&sent, *state, file, ROOM);
    report(u"\\dir\\LONG~1\\f", 24, NULL, &normalized, &sent, &sent);
    assert_status(STATUS_SUCCESS, finish(&sent));
    assert_null(expect(&sent.told.first, FILE_ACTION_MODIFIED, u"long name\\f"));
}

static void ends(void **state)
{
    struct sent first, second;
    ask(&first, *state, file, ROOM);
    ask(&second, *state, file, ROOM); /* they are answered in turn */
    created(u"\\dir\\a");
    assert_status(STATUS_SUCCESS, finish(&first));
    assert_false(is_done(&second));
    assert_true(io_cancel(second.op));
    assert_status(STATUS_CANCELLED, finish(&second));
    ask(&first, *state, file, ROOM);
    FltNotifyFilterChangeDirectory(sync, &list, file->FsContext, &directory, FALSE, FALSE, 0, NULL, NULL, NULL, NULL);
    assert_status(STATUS_DELETE_PENDING, finish(&first));
    ask(&first, *state, file, ROOM);
    FsRtlNotifyCleanup(sync, &list, file->FsContext2);
    assert_status(STATUS_NOTIFY_CLEANUP, finish(&first));
    created(u"\\dir\\b"); /* nobody watches */
    assert_true(IsListEmpty(&list));
    ask(&first, *state, file, ROOM);
    FsRtlNotifyCleanupAll(sync, &list);
    assert_status(STATUS_NOTIFY_CLEANUP, finish(&first));
    __atomic_or_fetch(&file->Flags, FO_CLEANUP_COMPLETE, __ATOMIC_RELAXED);
    ask(&first, *state, file, ROOM);
    assert_status(STATUS_NOTIFY_CLEANUP, finish(&first));
    __atomic_and_fetch(&file->Flags, ~(ULONG)FO_CLEANUP_COMPLETE, __ATOMIC_RELAXED);
}

static void something_else(void **state)
{
    struct sent sent = {0};
    KeInitializeEvent(&sent.ended, NotificationEvent, FALSE);
    sent.op = rig_operation(*state, IRP_MJ_DIRECTORY_CONTROL, file);
    sent.op->iopb.MinorFunction = IRP_MN_QUERY_DIRECTORY;
    rig_log_clear();
    io_send_then(sent.op, ended, &sent);
    assert_status(STATUS_INVALID_PARAMETER, finish(&sent));
    assert_int_equal(1, rig_log_count("F-384"));
}

/* ---- IRPs ---- */

static void irps(void **state)
{
    KEVENT completed;
    IO_STATUS_BLOCK iosb = {0};
    union {
        FILE_NOTIFY_INFORMATION first;
        char bytes[64];
    } buffer;
    STRING ansi = {4, 4, "\\dir"}, target = {8, 8, "\\dir\\new"};
    KeInitializeEvent(&completed, NotificationEvent, FALSE);
    PIRP irp = IoAllocateIrp(1, FALSE);
    irp->UserEvent = &completed;
    irp->UserIosb = &iosb;
    irp->UserBuffer = &buffer;
    IoSetNextIrpStackLocation(irp);
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    stack->MajorFunction = IRP_MJ_DIRECTORY_CONTROL;
    stack->MinorFunction = IRP_MN_NOTIFY_CHANGE_DIRECTORY;
    stack->FileObject = file;
    stack->Parameters.NotifyDirectory.Length = sizeof buffer;
    FsRtlNotifyFullChangeDirectory(sync, &list, &buffer, &ansi, FALSE, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, irp, NULL, NULL);
    FsRtlNotifyFullReportChange(sync, &list, &target, 5, NULL, NULL, FILE_NOTIFY_CHANGE_FILE_NAME, FILE_ACTION_REMOVED, NULL);
    rig_wait(&completed);
    assert_status(STATUS_SUCCESS, iosb.Status);
    assert_null(expect(&buffer.first, FILE_ACTION_REMOVED, u"new")); /* told in UTF-16 whatever the names are in */
    IoFreeIrp(irp);
}

/* ---- both at once ---- */

enum { ROUNDS = 300 };

static void cancel_all(void *context)
{
    for (int i = 0; i < ROUNDS; i++)
        created(u"\\dir\\n");
}

static void cancelled_beside_reports(void **state)
{
    struct rig_thread thread;
    rig_run(&thread, cancel_all, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        struct sent sent;
        ask(&sent, *state, file, ROOM);
        io_cancel(sent.op);
        NTSTATUS status = finish(&sent);
        assert_true(status == STATUS_CANCELLED || status == STATUS_SUCCESS || status == STATUS_NOTIFY_ENUM_DIR);
    }
    rig_join(&thread);
}

#define NOTIFY_TEST(name, fn) TEST_WITH(name, fn, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NOTIFY_TEST("F-384 a change completes the filter's notify operation", told),
        NOTIFY_TEST("F-384 what happens between two requests is kept; a rename is one answer", kept_between),
        NOTIFY_TEST("F-384 what does not fit is STATUS_NOTIFY_ENUM_DIR", too_much),
        NOTIFY_TEST("F-384 trees, streams, normalized parents, the two callbacks", trees),
        NOTIFY_TEST("F-384 cancelled, deleted, cleaned up", ends),
        NOTIFY_TEST("F-384 another operation is a mistake", something_else),
        NOTIFY_TEST("F-384 FsRtlNotifyFullChangeDirectory keeps an IRP", irps),
        NOTIFY_TEST("F-384 cancelled beside reports", cancelled_beside_reports),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
