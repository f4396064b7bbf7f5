/*
 * F-381, F-382: oplocks that a filter keeps itself, over a base that has none. The filter "Keeper" passes the control codes to
 * FltOplockFsctrl and everything else to FltCheckOplock, so each case shows both what the calls do and that the filter may
 * return what they answered. Rules of what breaks what: the pages "Breaking oplocks" and irp-mj-...2.
 */
#include "rig.h"

#include <initguid.h>
#include "nt/ecp.h"

#include "ntoskrnl/ke/ke.h"

static OPLOCK oplock;
static _Atomic unsigned opens;                   /* handles of \file */
static bool waits_by_routine;                    /* FltCheckOplock gets a wait routine: pended instead of waiting */
static _Atomic unsigned prepared, resumed;
static ULONG check_flags;
static FLT_PREOP_CALLBACK_STATUS (*instead)(PFLT_CALLBACK_DATA data); /* another call than FltCheckOplock, for READ */

/* ---- the filter ---- */

static VOID NTAPI wait_over(PFLT_CALLBACK_DATA data, PVOID context)
{
    resumed++;
    assert_ptr_equal(&oplock, context);
    FltCompletePendedPreOperation(data, NT_SUCCESS(data->IoStatus.Status) ? FLT_PREOP_SUCCESS_WITH_CALLBACK : FLT_PREOP_COMPLETE, NULL);
}

static VOID NTAPI before_pending(PFLT_CALLBACK_DATA data, PVOID context)
{
    prepared++;
}

static bool is_control(ULONG code)
{
    return code == FSCTL_REQUEST_OPLOCK_LEVEL_1 || code == FSCTL_REQUEST_OPLOCK_LEVEL_2 || code == FSCTL_REQUEST_BATCH_OPLOCK ||
        code == FSCTL_REQUEST_FILTER_OPLOCK || code == FSCTL_REQUEST_OPLOCK || code == FSCTL_OPLOCK_BREAK_ACKNOWLEDGE ||
        code == FSCTL_OPLOCK_BREAK_ACK_NO_2 || code == FSCTL_OPBATCH_ACK_CLOSE_PENDING || code == FSCTL_OPLOCK_BREAK_NOTIFY;
}

static _Atomic bool last_shared;
static _Atomic FLT_PREOP_CALLBACK_STATUS last_answer; /* of FltCheckOplock, or of FltOplockFsctrl */

static FLT_PREOP_CALLBACK_STATUS control(PFLT_CALLBACK_DATA data)
{
    last_shared = FltOplockIsSharedRequest(data);
    return last_answer = FltOplockFsctrl(&oplock, data, last_shared ? 0 : opens);
}

static FLT_PREOP_CALLBACK_STATUS NTAPI pre(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    if (data->Iopb->MajorFunction == IRP_MJ_FILE_SYSTEM_CONTROL && is_control(data->Iopb->Parameters.FileSystemControl.Common.FsControlCode))
        return control(data);
    if (instead && data->Iopb->MajorFunction == IRP_MJ_READ)
        return last_answer = instead(data);
    return last_answer = FltCheckOplockEx(&oplock, data, check_flags, &oplock, waits_by_routine ? wait_over : NULL,
        waits_by_routine ? before_pending : NULL);
}

static FLT_POSTOP_CALLBACK_STATUS NTAPI post(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context, FLT_POST_OPERATION_FLAGS flags)
{
    if (data->Iopb->MajorFunction == IRP_MJ_CREATE && NT_SUCCESS(data->IoStatus.Status))
        opens++;
    if (data->Iopb->MajorFunction == IRP_MJ_CLEANUP)
        opens--;
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static const FLT_OPERATION_REGISTRATION operations[] = {{IRP_MJ_CREATE, 0, pre, post, NULL}, {IRP_MJ_READ, 0, pre, post, NULL},
    {IRP_MJ_WRITE, 0, pre, post, NULL}, {IRP_MJ_SET_INFORMATION, 0, pre, post, NULL}, {IRP_MJ_LOCK_CONTROL, 0, pre, post, NULL},
    {IRP_MJ_FLUSH_BUFFERS, 0, pre, post, NULL}, {IRP_MJ_FILE_SYSTEM_CONTROL, 0, pre, post, NULL}, {IRP_MJ_CLEANUP, 0, pre, post, NULL},
    {.MajorFunction = IRP_MJ_OPERATION_END}};
static struct rig_filter keeper;
static struct memfs *fs;

static int begin(void **state)
{
    keeper = (struct rig_filter){.name = "Keeper", .altitude = "145000", .operations = operations};
    rig_log_clear();
    oplock = NULL;
    FltInitializeOplock(&oplock);
    opens = prepared = resumed = 0;
    waits_by_routine = false;
    check_flags = 0;
    instead = NULL;
    fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "hello");
    return rig_load(&keeper);
}

static int end(void **state)
{
    FltUninitializeOplock(&oplock);
    rig_unload_ok(&keeper);
    int left = (int)memfs_open_files(fs);
    memfs_remove(fs);
    return left;
}

/* ---- opening and operating ---- */

struct opening {
    ACCESS_MASK access;
    ULONG options, share, disposition;
    const GUID *key;
    PFILE_OBJECT file;
    NTSTATUS status;
    _Atomic bool done;
};

/* Not for synchronous I/O: oplocks are never granted to those. */
static void do_open(void *context)
{
    struct opening *o = context;
    IO_DRIVER_CREATE_CONTEXT driver = {.Size = sizeof driver};
    POPLOCK_KEY_ECP_CONTEXT key = NULL;
    PECP_LIST list = NULL;
    if (o->key) {
        FsRtlAllocateExtraCreateParameterList(0, &list);
        FsRtlAllocateExtraCreateParameter(&GUID_ECP_OPLOCK_KEY, sizeof *key, 0, NULL, 'yeKT', (PVOID *)&key);
        key->OplockKey = *o->key;
        FsRtlInsertExtraCreateParameter(list, key);
        driver.ExtraCreateParameter = (PVOID)list;
    }
    struct io_create_request request = {.volume = memfs_volume(fs), .access = o->access ? o->access : FILE_READ_DATA | FILE_WRITE_DATA,
        .disposition = o->disposition ? o->disposition : FILE_OPEN, .options = o->options, .driver_context = list ? &driver : NULL,
        .share_access = o->share ? o->share : FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE};
    struct io_create_result result;
    RtlInitUnicodeString(&request.path, u"\\file");
    o->status = io_create_file(&request, &result);
    o->file = result.file;
    if (list)
        FsRtlFreeExtraCreateParameterList(list);
    o->done = true;
}

static PFILE_OBJECT open_keyed(ACCESS_MASK access, const GUID *key)
{
    struct opening o = {.access = access, .key = key};
    do_open(&o);
    assert_status(STATUS_SUCCESS, o.status);
    return o.file;
}

/* An operation of its own whose end is told by an event. */
struct asynchronous {
    struct io_operation *op;
    KEVENT ended;
    union {
        REQUEST_OPLOCK_INPUT_BUFFER in;
        REQUEST_OPLOCK_OUTPUT_BUFFER out;
        FILE_END_OF_FILE_INFORMATION eof;
        FILE_DISPOSITION_INFORMATION disposition;
        struct {
            FILE_RENAME_INFORMATION info;
            WCHAR rest[8];
        } rename;
        char bytes[16];
    } buffer;
    LARGE_INTEGER length;
    _Atomic bool done;
    NTSTATUS sent, status;
    ULONG_PTR information;
};

static void ended(struct io_operation *op, void *context)
{
    struct asynchronous *a = context;
    a->status = op->iosb.Status;
    a->information = op->iosb.Information;
    a->done = true;
    KeSetEvent(&a->ended, IO_NO_INCREMENT, FALSE);
}

static void prepare(struct asynchronous *a, UCHAR major, PFILE_OBJECT file)
{
    memset(a, 0, sizeof *a);
    KeInitializeEvent(&a->ended, NotificationEvent, FALSE);
    a->op = rig_operation(fs, major, file);
}

static void send(struct asynchronous *a)
{
    io_send_then(a->op, ended, a);
}

static void finish(struct asynchronous *a)
{
    rig_wait(&a->ended);
    io_operation_free(a->op);
    a->op = NULL;
}

static void send_control(struct asynchronous *a, PFILE_OBJECT file, ULONG code)
{
    prepare(a, IRP_MJ_FILE_SYSTEM_CONTROL, file);
    a->op->iopb.MinorFunction = IRP_MN_USER_FS_REQUEST;
    a->op->iopb.Parameters.FileSystemControl.Buffered.FsControlCode = code;
    send(a);
}

static void send_level(struct asynchronous *a, PFILE_OBJECT file, ULONG level, ULONG flags)
{
    prepare(a, IRP_MJ_FILE_SYSTEM_CONTROL, file);
    a->op->iopb.MinorFunction = IRP_MN_USER_FS_REQUEST;
    a->op->iopb.Parameters.FileSystemControl.Buffered.FsControlCode = FSCTL_REQUEST_OPLOCK;
    a->buffer.in = (REQUEST_OPLOCK_INPUT_BUFFER){.StructureVersion = REQUEST_OPLOCK_CURRENT_VERSION, .StructureLength = sizeof a->buffer.in,
        .RequestedOplockLevel = level, .Flags = flags};
    a->op->iopb.Parameters.FileSystemControl.Buffered.SystemBuffer = &a->buffer;
    a->op->iopb.Parameters.FileSystemControl.Buffered.InputBufferLength = sizeof a->buffer.in;
    a->op->iopb.Parameters.FileSystemControl.Buffered.OutputBufferLength = sizeof a->buffer.out;
    send(a);
}

static NTSTATUS control_now(PFILE_OBJECT file, ULONG code)
{
    struct asynchronous a;
    send_control(&a, file, code);
    finish(&a);
    return a.status;
}

static NTSTATUS acknowledge_now(PFILE_OBJECT file, ULONG level)
{
    struct asynchronous a;
    send_level(&a, file, level, REQUEST_OPLOCK_INPUT_FLAG_ACK);
    finish(&a);
    return a.status;
}

#define R OPLOCK_LEVEL_CACHE_READ
#define H OPLOCK_LEVEL_CACHE_HANDLE
#define W OPLOCK_LEVEL_CACHE_WRITE

/* ---- the table: what breaks what ---- */

enum cause { OPEN, OPEN_EXCLUSIVE_WRITE, OVERWRITE, READ, WRITE, EOFSIZE, LOCK, RENAME, DELETES, ATTRIBUTES };
static const char *const cause_names[] = {"open", "open for writing without FILE_SHARE_READ", "overwrite", "read", "write",
    "set end of file", "lock", "rename", "delete", "open for attributes"};

enum how { STAYS, FREELY, ACKED, WAITS }; /* broken without acknowledgement; to be acknowledged, the operation goes on; it waits */

static const struct row {
    ULONG request; /* control code, or a level */
    enum cause cause;
    enum how how;
    ULONG to;
} rows[] = {
    {FSCTL_REQUEST_OPLOCK_LEVEL_1, ATTRIBUTES, STAYS, 0}, {FSCTL_REQUEST_OPLOCK_LEVEL_1, OPEN, WAITS, R},
    {FSCTL_REQUEST_OPLOCK_LEVEL_1, OVERWRITE, WAITS, 0}, {FSCTL_REQUEST_OPLOCK_LEVEL_1, READ, WAITS, R},
    {FSCTL_REQUEST_OPLOCK_LEVEL_1, WRITE, WAITS, 0}, {FSCTL_REQUEST_OPLOCK_LEVEL_1, EOFSIZE, WAITS, 0},
    {FSCTL_REQUEST_OPLOCK_LEVEL_1, LOCK, WAITS, 0}, {FSCTL_REQUEST_OPLOCK_LEVEL_1, RENAME, STAYS, 0},
    {FSCTL_REQUEST_OPLOCK_LEVEL_1, DELETES, STAYS, 0},
    {FSCTL_REQUEST_OPLOCK_LEVEL_2, OPEN, STAYS, 0}, {FSCTL_REQUEST_OPLOCK_LEVEL_2, OVERWRITE, FREELY, 0},
    {FSCTL_REQUEST_OPLOCK_LEVEL_2, READ, STAYS, 0}, {FSCTL_REQUEST_OPLOCK_LEVEL_2, WRITE, FREELY, 0},
    {FSCTL_REQUEST_OPLOCK_LEVEL_2, EOFSIZE, FREELY, 0}, {FSCTL_REQUEST_OPLOCK_LEVEL_2, LOCK, FREELY, 0},
    {FSCTL_REQUEST_OPLOCK_LEVEL_2, RENAME, STAYS, 0},
    {FSCTL_REQUEST_BATCH_OPLOCK, ATTRIBUTES, STAYS, 0}, {FSCTL_REQUEST_BATCH_OPLOCK, OPEN, WAITS, R},
    {FSCTL_REQUEST_BATCH_OPLOCK, OVERWRITE, WAITS, 0}, {FSCTL_REQUEST_BATCH_OPLOCK, READ, WAITS, R},
    {FSCTL_REQUEST_BATCH_OPLOCK, WRITE, WAITS, 0}, {FSCTL_REQUEST_BATCH_OPLOCK, LOCK, WAITS, 0},
    {FSCTL_REQUEST_BATCH_OPLOCK, RENAME, WAITS, 0},
    {FSCTL_REQUEST_FILTER_OPLOCK, OPEN, STAYS, 0}, {FSCTL_REQUEST_FILTER_OPLOCK, OPEN_EXCLUSIVE_WRITE, WAITS, 0},
    {FSCTL_REQUEST_FILTER_OPLOCK, READ, STAYS, 0}, {FSCTL_REQUEST_FILTER_OPLOCK, WRITE, WAITS, 0},
    {FSCTL_REQUEST_FILTER_OPLOCK, LOCK, STAYS, 0}, {FSCTL_REQUEST_FILTER_OPLOCK, RENAME, WAITS, 0},
    {R, OPEN, STAYS, 0}, {R, OVERWRITE, FREELY, 0}, {R, READ, STAYS, 0}, {R, WRITE, FREELY, 0}, {R, LOCK, FREELY, 0}, {R, RENAME, STAYS, 0},
    {R, DELETES, STAYS, 0},
    {R | H, OPEN, STAYS, 0}, {R | H, OVERWRITE, ACKED, 0}, {R | H, READ, STAYS, 0}, {R | H, WRITE, ACKED, 0}, {R | H, LOCK, ACKED, 0},
    {R | H, RENAME, WAITS, R}, {R | H, DELETES, WAITS, R},
    {R | W, ATTRIBUTES, STAYS, 0}, {R | W, OPEN, WAITS, R}, {R | W, OVERWRITE, WAITS, 0}, {R | W, READ, WAITS, R}, {R | W, WRITE, WAITS, 0},
    {R | W, LOCK, WAITS, 0}, {R | W, RENAME, STAYS, 0}, {R | W, DELETES, STAYS, 0},
    {R | W | H, OPEN, WAITS, R | H}, {R | W | H, OVERWRITE, WAITS, 0}, {R | W | H, READ, WAITS, R | H}, {R | W | H, WRITE, WAITS, 0},
    {R | W | H, EOFSIZE, WAITS, 0}, {R | W | H, LOCK, ACKED, 0}, {R | W | H, RENAME, WAITS, R | W}, {R | W | H, DELETES, WAITS, R | W},
};

struct attempt {
    struct opening opening;
    struct asynchronous op;
    bool is_open;
    struct rig_thread thread;
};

static void start_open(struct attempt *a, enum cause cause)
{
    a->is_open = true;
    a->opening = (struct opening){.access = FILE_READ_DATA};
    if (cause == ATTRIBUTES)
        a->opening.access = FILE_READ_ATTRIBUTES | SYNCHRONIZE;
    if (cause == OVERWRITE)
        a->opening = (struct opening){.access = FILE_WRITE_DATA, .disposition = FILE_OVERWRITE_IF};
    if (cause == OPEN_EXCLUSIVE_WRITE)
        a->opening = (struct opening){.access = FILE_WRITE_DATA, .share = FILE_SHARE_WRITE};
    rig_run(&a->thread, do_open, &a->opening);
}

static void send_in_thread(void *context)
{
    send(context);
}

static void start_operation(struct attempt *a, enum cause cause, PFILE_OBJECT file)
{
    static const UCHAR majors[] = {[READ] = IRP_MJ_READ, [WRITE] = IRP_MJ_WRITE, [EOFSIZE] = IRP_MJ_SET_INFORMATION,
        [LOCK] = IRP_MJ_LOCK_CONTROL, [RENAME] = IRP_MJ_SET_INFORMATION, [DELETES] = IRP_MJ_SET_INFORMATION};
    prepare(&a->op, majors[cause], file);
    PFLT_PARAMETERS p = &a->op.op->iopb.Parameters;
    switch (cause) {
    case READ:
        p->Read.Length = sizeof a->op.buffer.bytes;
        p->Read.ReadBuffer = a->op.buffer.bytes;
        break;
    case WRITE:
        p->Write.Length = 1;
        p->Write.WriteBuffer = a->op.buffer.bytes;
        break;
    case EOFSIZE:
        p->SetFileInformation.FileInformationClass = FileEndOfFileInformation;
        p->SetFileInformation.Length = sizeof a->op.buffer.eof;
        p->SetFileInformation.InfoBuffer = &a->op.buffer;
        break;
    case RENAME:
        a->op.buffer.rename.info = (FILE_RENAME_INFORMATION){.ReplaceIfExists = TRUE, .FileNameLength = 10};
        memcpy(a->op.buffer.rename.info.FileName, u"\\gone", 10);
        p->SetFileInformation.FileInformationClass = FileRenameInformation;
        p->SetFileInformation.Length = sizeof a->op.buffer.rename;
        p->SetFileInformation.InfoBuffer = &a->op.buffer;
        break;
    case DELETES:
        a->op.buffer.disposition.DeleteFile = TRUE;
        p->SetFileInformation.FileInformationClass = FileDispositionInformation;
        p->SetFileInformation.Length = sizeof a->op.buffer.disposition;
        p->SetFileInformation.InfoBuffer = &a->op.buffer;
        break;
    default:
        p->LockControl.Length = &a->op.length;
        a->op.op->iopb.MinorFunction = IRP_MN_LOCK;
        break;
    }
    if (waits_by_routine || instead)
        send(&a->op); /* never waits here */
    else
        rig_run(&a->thread, send_in_thread, &a->op);
}

static bool is_done(const struct attempt *a)
{
    return a->is_open ? a->opening.done : a->op.done;
}

static void end_attempt(struct attempt *a)
{
    if (!a->is_open) {
        if (!waits_by_routine && !instead)
            rig_join(&a->thread);
        finish(&a->op);
        return;
    }
    rig_join(&a->thread);
    assert_status(STATUS_SUCCESS, a->opening.status);
    rig_close(a->opening.file);
}

static bool is_level(ULONG request)
{
    return request <= (R | W | H);
}

static void send_request(struct asynchronous *a, PFILE_OBJECT file, ULONG request)
{
    if (is_level(request))
        send_level(a, file, request, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    else
        send_control(a, file, request);
}

static void check_broken(const struct row *row, const struct asynchronous *request)
{
    assert_status(STATUS_SUCCESS, request->status);
    if (!is_level(row->request)) {
        assert_int_equal(row->to ? FILE_OPLOCK_BROKEN_TO_LEVEL_2 : FILE_OPLOCK_BROKEN_TO_NONE, request->information);
        return;
    }
    assert_int_equal(sizeof request->buffer.out, request->information);
    assert_int_equal(row->request, request->buffer.out.OriginalOplockLevel);
    assert_int_equal(row->to, request->buffer.out.NewOplockLevel);
    assert_int_equal(row->how != FREELY, (request->buffer.out.Flags & REQUEST_OPLOCK_OUTPUT_FLAG_ACK_REQUIRED) != 0);
}

static void acknowledge_to_none(const struct row *row, PFILE_OBJECT file)
{
    if (is_level(row->request))
        assert_status(STATUS_SUCCESS, acknowledge_now(file, 0));
    else
        assert_status(STATUS_SUCCESS, control_now(file, FSCTL_OPLOCK_BREAK_ACK_NO_2));
}

static void try_row(const struct row *row)
{
    struct asynchronous request;
    struct attempt a = {0};
    PFILE_OBJECT owner = open_keyed(0, NULL), other = NULL;
    send_request(&request, owner, row->request);
    if (request.done)
        fail_msg("request 0x%x was not granted: 0x%08x", (unsigned)row->request, (unsigned)request.status);
    assert_int_equal(FLT_PREOP_PENDING, last_answer);
    if (row->cause <= OVERWRITE || row->cause == ATTRIBUTES) {
        start_open(&a, row->cause);
    } else {
        other = open_keyed(FILE_READ_ATTRIBUTES | SYNCHRONIZE, NULL); /* which breaks nothing */
        assert_false(request.done);
        start_operation(&a, row->cause, other);
    }
    if (row->how == STAYS || row->how == FREELY || row->how == ACKED)
        rig_until(is_done(&a));
    if (row->how != STAYS)
        rig_wait(&request.ended);
    if (request.done != (row->how != STAYS) || is_done(&a) != (row->how != WAITS))
        fail_msg("request 0x%x, %s: broken %d, operation done %d", (unsigned)row->request, cause_names[row->cause], request.done, is_done(&a));
    if (row->how != STAYS)
        check_broken(row, &request);
    if (row->how == ACKED || row->how == WAITS)
        acknowledge_to_none(row, owner);
    end_attempt(&a);
    if (other)
        rig_close(other);
    rig_close(owner); /* ends what is still granted */
    finish(&request);
    assert_false(FltCurrentOplock(&oplock));
    if (row->cause == DELETES || row->cause == RENAME)
        memfs_add_file(fs, u"\\file", "hello");
}

static void what_breaks_what(void **state)
{
    for (size_t i = 0; i < RTL_NUMBER_OF(rows); i++)
        try_row(&rows[i]);
    waits_by_routine = true;
    for (size_t i = 0; i < RTL_NUMBER_OF(rows); i++)
        try_row(&rows[i]);
    assert_int_equal(prepared, resumed);
    assert_true(prepared > 20);
}

/* ---- granting ---- */

static const GUID key_a = {1, 2, 3, {4}}, key_b = {1, 2, 3, {5}};

static void granting(void **state)
{
    struct asynchronous one, two;
    PFILE_OBJECT a = open_keyed(0, NULL), b = open_keyed(0, NULL);
    /* two handles: nothing exclusive */
    assert_status(STATUS_OPLOCK_NOT_GRANTED, control_now(a, FSCTL_REQUEST_OPLOCK_LEVEL_1));
    assert_int_equal(FLT_PREOP_COMPLETE, last_answer);
    assert_status(STATUS_OPLOCK_NOT_GRANTED, control_now(a, FSCTL_REQUEST_BATCH_OPLOCK));
    assert_status(STATUS_OPLOCK_NOT_GRANTED, control_now(a, FSCTL_REQUEST_FILTER_OPLOCK));
    send_level(&one, a, R | W, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    finish(&one);
    assert_status(STATUS_OPLOCK_NOT_GRANTED, one.status);
    assert_false(last_shared);
    /* level 2 and read stand beside each other; handle caching not beside level 2 */
    send_control(&one, a, FSCTL_REQUEST_OPLOCK_LEVEL_2);
    assert_true(last_shared);
    send_level(&two, b, R, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    assert_true(last_shared);
    assert_false(one.done || two.done);
    struct asynchronous three;
    send_level(&three, b, R | H, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    finish(&three);
    assert_status(STATUS_OPLOCK_NOT_GRANTED, three.status);
    rig_close(a);
    finish(&one);
    assert_status(STATUS_SUCCESS, one.status);
    assert_int_equal(FILE_OPLOCK_BROKEN_TO_NONE, one.information);
    assert_false(two.done); /* only its own handle's */
    /* the same handle asks for more: the first request ends, the oplock does not */
    send_level(&three, b, R | W | H, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    finish(&two);
    assert_status(STATUS_OPLOCK_SWITCHED_TO_NEW_HANDLE, two.status);
    assert_false(three.done);
    assert_true(FltCurrentOplock(&oplock));
    rig_close(b);
    finish(&three);
    assert_status(STATUS_OPLOCK_HANDLE_CLOSED, three.status);
}

static void wrong_requests(void **state)
{
    static const ULONG levels[] = {0, H, W, W | H, 8};
    PFILE_OBJECT a = open_keyed(0, NULL), synchronous = NULL;
    struct asynchronous one;
    for (size_t i = 0; i < RTL_NUMBER_OF(levels); i++) {
        send_level(&one, a, levels[i], REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
        finish(&one);
        assert_status(STATUS_INVALID_PARAMETER, one.status);
    }
    send_level(&one, a, R, 0);
    finish(&one);
    assert_status(STATUS_INVALID_PARAMETER, one.status);
    assert_status(STATUS_BUFFER_TOO_SMALL, control_now(a, FSCTL_REQUEST_OPLOCK));
    /* nothing to acknowledge */
    assert_status(STATUS_INVALID_OPLOCK_PROTOCOL, control_now(a, FSCTL_OPLOCK_BREAK_ACKNOWLEDGE));
    assert_status(STATUS_INVALID_OPLOCK_PROTOCOL, control_now(a, FSCTL_OPLOCK_BREAK_ACK_NO_2));
    assert_status(STATUS_INVALID_OPLOCK_PROTOCOL, control_now(a, FSCTL_OPBATCH_ACK_CLOSE_PENDING));
    assert_status(STATUS_INVALID_OPLOCK_PROTOCOL, acknowledge_now(a, R));
    assert_status(STATUS_SUCCESS, control_now(a, FSCTL_OPLOCK_BREAK_NOTIFY));
    rig_close(a);
    /* a synchronous handle could not be told of the break */
    assert_status(STATUS_SUCCESS, rig_open(fs, u"\\file", &synchronous));
    assert_status(STATUS_OPLOCK_NOT_GRANTED, control_now(synchronous, FSCTL_REQUEST_OPLOCK_LEVEL_1));
    rig_close(synchronous);
    assert_false(FltCurrentOplock(&oplock));
}

/* ---- keys ---- */

static void keys(void **state)
{
    struct asynchronous request;
    PFILE_OBJECT a = open_keyed(0, &key_a), none;
    send_level(&request, a, R | W | H, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    PFILE_OBJECT same = open_keyed(0, &key_a);
    assert_false(request.done);
    none = open_keyed(FILE_READ_ATTRIBUTES, NULL);
    assert_true(FltOplockKeysEqual(a, same));
    assert_true(FltOplockKeysEqual(none, none));
    assert_false(FltOplockKeysEqual(a, none));
    assert_false(FltOplockKeysEqual(none, a));
    assert_false(FltOplockKeysEqual(a, NULL));
    assert_int_equal(0, memcmp(&key_a, &IoGetOplockKeyContextEx(a)->TargetOplockKey, sizeof key_a));
    char byte = 'x';
    assert_status(STATUS_SUCCESS, rig_write(same, 0, &byte, 1, NULL));
    assert_false(request.done);
    struct opening other = {.key = &key_b, .options = FILE_COMPLETE_IF_OPLOCKED};
    do_open(&other);
    assert_true(request.done);
    assert_false(FltOplockKeysEqual(a, other.file));
    finish(&request);
    rig_close(other.file);
    rig_close(none);
    rig_close(same);
    rig_close(a);
}

/* ---- acknowledging ---- */

static void level_one_becomes_two(void **state)
{
    struct asynchronous request, acknowledgement, notify;
    struct opening opening = {.access = FILE_READ_DATA};
    struct rig_thread thread;
    PFILE_OBJECT owner = open_keyed(0, NULL), looker = open_keyed(FILE_READ_ATTRIBUTES, NULL);
    opens--; /* as if the looker did not count */
    send_control(&request, owner, FSCTL_REQUEST_OPLOCK_LEVEL_1);
    assert_true(FltOplockIsFastIoPossible(&oplock));
    rig_run(&thread, do_open, &opening);
    finish(&request);
    assert_int_equal(FILE_OPLOCK_BROKEN_TO_LEVEL_2, request.information);
    assert_false(FltOplockIsFastIoPossible(&oplock));
    send_control(&notify, looker, FSCTL_OPLOCK_BREAK_NOTIFY);
    assert_false(notify.done);
    send_control(&acknowledgement, owner, FSCTL_OPLOCK_BREAK_ACKNOWLEDGE);
    assert_false(acknowledgement.done); /* it is the level 2 oplock now */
    finish(&notify);
    assert_status(STATUS_SUCCESS, notify.status);
    rig_join(&thread);
    assert_status(STATUS_SUCCESS, opening.status);
    assert_true(FltCurrentOplock(&oplock));
    char byte = 'x';
    assert_status(STATUS_SUCCESS, rig_write(owner, 0, &byte, 1, NULL)); /* level 2: by whomever */
    finish(&acknowledgement);
    assert_int_equal(FILE_OPLOCK_BROKEN_TO_NONE, acknowledgement.information);
    opens++;
    rig_close(opening.file);
    rig_close(looker);
    rig_close(owner);
}

static void batch_closes(void **state)
{
    struct asynchronous request;
    struct opening opening = {.access = FILE_READ_DATA};
    struct rig_thread thread;
    PFILE_OBJECT owner = open_keyed(0, NULL);
    send_control(&request, owner, FSCTL_REQUEST_BATCH_OPLOCK);
    assert_true(FltCurrentBatchOplock(&oplock));
    assert_false(FltCurrentOplockH(&oplock));
    rig_run(&thread, do_open, &opening);
    finish(&request);
    assert_status(STATUS_SUCCESS, control_now(owner, FSCTL_OPBATCH_ACK_CLOSE_PENDING));
    assert_false(opening.done);
    assert_status(STATUS_INVALID_OPLOCK_PROTOCOL, control_now(owner, FSCTL_OPLOCK_BREAK_ACK_NO_2));
    rig_close(owner);
    rig_join(&thread);
    assert_status(STATUS_SUCCESS, opening.status);
    rig_close(opening.file);
}

static void levels_are_kept(void **state)
{
    struct asynchronous request, acknowledgement;
    struct opening opening = {.access = FILE_READ_DATA};
    struct rig_thread thread;
    PFILE_OBJECT owner = open_keyed(0, NULL);
    send_level(&request, owner, R | W | H, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    assert_true(FltCurrentOplockH(&oplock));
    rig_run(&thread, do_open, &opening);
    finish(&request);
    assert_true(request.buffer.out.Flags & REQUEST_OPLOCK_OUTPUT_FLAG_MODES_PROVIDED);
    assert_int_equal(FILE_READ_DATA, request.buffer.out.AccessMode & FILE_READ_DATA);
    /* more than what is left */
    send_level(&acknowledgement, owner, R | W, REQUEST_OPLOCK_INPUT_FLAG_ACK);
    finish(&acknowledgement);
    assert_status(STATUS_CANNOT_GRANT_REQUESTED_OPLOCK, acknowledgement.status);
    assert_int_equal(R | H, acknowledgement.buffer.out.NewOplockLevel);
    assert_false(opening.done);
    send_level(&acknowledgement, owner, R | H, REQUEST_OPLOCK_INPUT_FLAG_ACK);
    rig_join(&thread);
    assert_false(acknowledgement.done);
    assert_true(FltCurrentOplockH(&oplock));
    rig_close(opening.file);
    rig_close(owner);
    finish(&acknowledgement);
    assert_status(STATUS_OPLOCK_HANDLE_CLOSED, acknowledgement.status);
}

/* A second operation breaks further what is breaking. */
static void broken_further(void **state)
{
    struct asynchronous request, read;
    PFILE_OBJECT owner = open_keyed(0, NULL), other = open_keyed(FILE_READ_ATTRIBUTES, NULL);
    struct attempt first = {0}, second = {0};
    opens = 1;
    send_control(&request, owner, FSCTL_REQUEST_OPLOCK_LEVEL_1);
    waits_by_routine = true;
    start_operation(&first, READ, other);
    finish(&request);
    assert_int_equal(FILE_OPLOCK_BROKEN_TO_LEVEL_2, request.information);
    start_operation(&second, WRITE, other);
    assert_false(first.op.done || second.op.done);
    send_control(&read, owner, FSCTL_OPLOCK_BREAK_ACKNOWLEDGE);
    finish(&read); /* there is no level 2 any more */
    assert_status(STATUS_SUCCESS, read.status);
    assert_int_equal(FILE_OPLOCK_BROKEN_TO_NONE, read.information);
    finish(&first.op);
    finish(&second.op);
    assert_false(FltCurrentOplock(&oplock));
    opens = 2;
    rig_close(other);
    rig_close(owner);
}

/* ---- ends ---- */

static void cancelled(void **state)
{
    struct asynchronous request;
    struct attempt a = {0};
    PFILE_OBJECT owner = open_keyed(0, NULL), other = open_keyed(FILE_READ_ATTRIBUTES, NULL);
    opens = 1;
    waits_by_routine = true;
    /* one that waits */
    send_control(&request, owner, FSCTL_REQUEST_OPLOCK_LEVEL_1);
    start_operation(&a, READ, other);
    finish(&request);
    assert_true(io_cancel(a.op.op));
    finish(&a.op);
    assert_status(STATUS_CANCELLED, a.op.status);
    assert_int_equal(0, memfs_count(fs, IRP_MJ_READ));
    assert_status(STATUS_SUCCESS, control_now(owner, FSCTL_OPLOCK_BREAK_ACK_NO_2));
    /* the request itself: the oplock is gone */
    send_control(&request, owner, FSCTL_REQUEST_OPLOCK_LEVEL_1);
    assert_true(io_cancel(request.op));
    finish(&request);
    assert_status(STATUS_CANCELLED, request.status);
    assert_false(FltCurrentOplock(&oplock));
    opens = 2;
    rig_close(other);
    rig_close(owner);
}

static void handle_closes(void **state)
{
    struct asynchronous request;
    struct attempt a = {0};
    PFILE_OBJECT owner = open_keyed(0, NULL), other = open_keyed(FILE_READ_ATTRIBUTES, NULL);
    opens = 1;
    waits_by_routine = true;
    send_level(&request, owner, R | W, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    start_operation(&a, WRITE, other);
    finish(&request);
    assert_false(a.op.done);
    rig_close(owner);
    finish(&a.op);
    assert_status(STATUS_SUCCESS, a.op.status);
    rig_close(other);
}

static void structure_ends(void **state)
{
    struct asynchronous request;
    struct attempt a = {0};
    PFILE_OBJECT owner = open_keyed(0, NULL), other = open_keyed(FILE_READ_ATTRIBUTES, NULL);
    opens = 1;
    waits_by_routine = true;
    send_control(&request, owner, FSCTL_REQUEST_BATCH_OPLOCK);
    start_operation(&a, READ, other);
    finish(&request);
    FltUninitializeOplock(&oplock);
    finish(&a.op);
    assert_status(STATUS_SUCCESS, a.op.status);
    FltInitializeOplock(&oplock);
    assert_false(FltCurrentOplock(&oplock));
    opens = 2;
    rig_close(other);
    rig_close(owner);
}

/* ---- the other break calls ---- */

static FLT_PREOP_CALLBACK_STATUS break_h(PFLT_CALLBACK_DATA data)
{
    return FltOplockBreakH(&oplock, data, check_flags, &oplock, wait_over, before_pending);
}

static FLT_PREOP_CALLBACK_STATUS break_to_none(PFLT_CALLBACK_DATA data)
{
    return FltOplockBreakToNone(&oplock, data, &oplock, wait_over, before_pending);
}

static FLT_PREOP_CALLBACK_STATUS break_to_none_ex(PFLT_CALLBACK_DATA data)
{
    return FltOplockBreakToNoneEx(&oplock, data, OPLOCK_FLAG_COMPLETE_IF_OPLOCKED, &oplock, wait_over, before_pending);
}

static void other_breaks(void **state)
{
    struct asynchronous request;
    struct attempt a = {0};
    PFILE_OBJECT owner = open_keyed(0, NULL), other = open_keyed(FILE_READ_ATTRIBUTES, NULL);
    instead = break_h;
    opens = 1;
    send_level(&request, owner, R | W | H, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    start_operation(&a, READ, other);
    finish(&request);
    assert_int_equal(R | W, request.buffer.out.NewOplockLevel);
    assert_int_equal(FLT_PREOP_PENDING, last_answer);
    send_level(&request, owner, R | W, REQUEST_OPLOCK_INPUT_FLAG_ACK);
    finish(&a.op);
    start_operation(&a, READ, other); /* nothing left for it */
    finish(&a.op);
    assert_int_equal(FLT_PREOP_SUCCESS_WITH_CALLBACK, last_answer);
    assert_false(request.done);
    instead = break_to_none;
    start_operation(&a, READ, other);
    finish(&request);
    assert_int_equal(0, request.buffer.out.NewOplockLevel);
    assert_false(a.op.done);
    assert_status(STATUS_SUCCESS, acknowledge_now(owner, 0));
    finish(&a.op);
    /* without waiting: what is going on stands in IoStatus, and the operation goes on */
    instead = break_to_none_ex;
    send_control(&request, owner, FSCTL_REQUEST_OPLOCK_LEVEL_1);
    start_operation(&a, READ, other);
    finish(&a.op);
    assert_int_equal(FLT_PREOP_SUCCESS_WITH_CALLBACK, last_answer);
    finish(&request);
    assert_status(STATUS_SUCCESS, control_now(owner, FSCTL_OPLOCK_BREAK_ACK_NO_2));
    opens = 2;
    rig_close(other);
    rig_close(owner);
}

/* FILE_COMPLETE_IF_OPLOCKED, OPLOCK_FLAG_IGNORE_OPLOCK_KEYS, OPLOCK_FLAG_OPLOCK_KEY_CHECK_ONLY */
static void flags(void **state)
{
    struct asynchronous request;
    struct opening opening = {.access = FILE_READ_DATA, .options = FILE_COMPLETE_IF_OPLOCKED, .key = &key_a};
    PFILE_OBJECT owner = open_keyed(0, &key_a);
    send_control(&request, owner, FSCTL_REQUEST_OPLOCK_LEVEL_1);
    check_flags = OPLOCK_FLAG_OPLOCK_KEY_CHECK_ONLY;
    opening.key = &key_b;
    do_open(&opening);
    assert_false(request.done);
    assert_non_null(IoGetOplockKeyContextEx(opening.file));
    check_flags = 0;
    rig_close(opening.file);
    opening.key = &key_a;
    check_flags = OPLOCK_FLAG_IGNORE_OPLOCK_KEYS;
    do_open(&opening); /* goes on before the acknowledgement */
    assert_true(NT_SUCCESS(opening.status));
    finish(&request);
    check_flags = 0;
    assert_status(STATUS_SUCCESS, control_now(owner, FSCTL_OPLOCK_BREAK_ACK_NO_2));
    rig_close(opening.file);
    rig_close(owner);
}

/* A create that requires an oplock breaks none. */
static void requiring(void **state)
{
    struct asynchronous request;
    struct opening opening = {.access = FILE_READ_DATA, .options = FILE_OPEN_REQUIRING_OPLOCK};
    PFILE_OBJECT owner = open_keyed(0, NULL);
    send_control(&request, owner, FSCTL_REQUEST_OPLOCK_LEVEL_1);
    do_open(&opening);
    assert_status(STATUS_CANNOT_BREAK_OPLOCK, opening.status);
    assert_int_equal(FLT_PREOP_COMPLETE, last_answer);
    assert_false(request.done);
    rig_close(owner);
    finish(&request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("F-381 F-382 what breaks which oplock, to what, and who waits", what_breaks_what, begin, end),
        TEST_WITH("F-381 F-382 what is granted beside what", granting, begin, end),
        TEST_WITH("F-381 F-382 wrong requests and acknowledgements out of turn", wrong_requests, begin, end),
        TEST_WITH("F-381 FltOplockKeysEqual, and a key spares the break", keys, begin, end),
        TEST_WITH("F-381 F-382 level 1 becomes level 2 with its acknowledgement", level_one_becomes_two, begin, end),
        TEST_WITH("F-381 a batch oplock ends with its handle", batch_closes, begin, end),
        TEST_WITH("F-381 an acknowledgement keeps what is left", levels_are_kept, begin, end),
        TEST_WITH("F-381 a break goes further while it is not acknowledged", broken_further, begin, end),
        TEST_WITH("F-382 cancelling a waiter and a request", cancelled, begin, end),
        TEST_WITH("F-381 closing the handle acknowledges", handle_closes, begin, end),
        TEST_WITH("F-381 FltUninitializeOplock lets everybody go", structure_ends, begin, end),
        TEST_WITH("F-381 F-382 FltOplockBreakH, FltOplockBreakToNone(Ex)", other_breaks, begin, end),
        TEST_WITH("F-381 flags of FltCheckOplockEx", flags, begin, end),
        TEST_WITH("F-382 an error of the check completes the operation", requiring, begin, end),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
