/*
 * Oplocks of hostfs's streams (V-192): granted to native handles, broken by native operations and by Linux programs on a mount, whose
 * system call waits for the acknowledgement. What breaks what is shown in conformance/filters/oplocks.c.
 */
#include "place.h"

#include "mount/mount.h"
#include "ntoskrnl/ke/ke.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLACE struct place *place = *state
#define R OPLOCK_LEVEL_CACHE_READ
#define H OPLOCK_LEVEL_CACHE_HANDLE
#define W OPLOCK_LEVEL_CACHE_WRITE

/* ---- requests that pend ---- */

struct sent {
    struct io_operation *op;
    KEVENT ended;
    union {
        REQUEST_OPLOCK_INPUT_BUFFER in;
        REQUEST_OPLOCK_OUTPUT_BUFFER out;
        char bytes[32];
    } buffer;
    LARGE_INTEGER length;
    NTSTATUS status;
    ULONG_PTR information;
};

static void ended(struct io_operation *op, void *context)
{
    struct sent *sent = context;
    sent->status = op->iosb.Status;
    sent->information = op->iosb.Information;
    KeSetEvent(&sent->ended, IO_NO_INCREMENT, FALSE);
}

static void start(struct sent *sent, UCHAR major, PFILE_OBJECT file)
{
    memset(sent, 0, sizeof *sent);
    KeInitializeEvent(&sent->ended, NotificationEvent, FALSE);
    sent->op = io_operation_new(io_file_of(file)->volume, major, 0, file);
}

static void send_request(struct sent *sent, PFILE_OBJECT file, ULONG code, ULONG level, ULONG flags)
{
    start(sent, IRP_MJ_FILE_SYSTEM_CONTROL, file);
    sent->op->iopb.Parameters.FileSystemControl.Buffered.FsControlCode = code;
    if (code == FSCTL_REQUEST_OPLOCK) {
        sent->buffer.in = (REQUEST_OPLOCK_INPUT_BUFFER){REQUEST_OPLOCK_CURRENT_VERSION, sizeof sent->buffer.in, level, flags};
        sent->op->iopb.Parameters.FileSystemControl.Buffered.SystemBuffer = &sent->buffer;
        sent->op->iopb.Parameters.FileSystemControl.Buffered.InputBufferLength = sizeof sent->buffer.in;
        sent->op->iopb.Parameters.FileSystemControl.Buffered.OutputBufferLength = sizeof sent->buffer.out;
    }
    io_send_then(sent->op, ended, sent);
}

static bool is_done(struct sent *sent)
{
    return KeReadStateEvent(&sent->ended) != 0;
}

static void finish(struct sent *sent)
{
    LARGE_INTEGER timeout = {.QuadPart = -10 * KE_SECOND};
    if (ke_wait_one(&sent->ended, &timeout, NULL) != STATUS_SUCCESS)
        fail_msg("an operation did not end within 10 s");
    io_operation_free(sent->op);
}

static NTSTATUS control(PFILE_OBJECT file, ULONG code)
{
    struct sent sent;
    send_request(&sent, file, code, 0, 0);
    finish(&sent);
    return sent.status;
}

static NTSTATUS acknowledge(PFILE_OBJECT file, ULONG level, struct sent *kept)
{
    send_request(kept, file, FSCTL_REQUEST_OPLOCK, level, REQUEST_OPLOCK_INPUT_FLAG_ACK);
    if (level)
        return is_done(kept) ? kept->status : STATUS_PENDING;
    finish(kept);
    return kept->status;
}

/* ---- threads that open ---- */

struct thread {
    pthread_t thread;
    struct place *place;
    struct opening how;
    struct opened opened;
    NTSTATUS status;
    uint32_t done;
};

static void *open_main(void *context)
{
    struct thread *t = context;
    t->status = place_open(t->place, &t->how, &t->opened);
    __atomic_store_n(&t->done, 1, __ATOMIC_RELEASE);
    return NULL;
}

static void open_in_thread(struct thread *t, struct place *place, struct opening how)
{
    *t = (struct thread){.place = place, .how = how};
    if (!t->how.share)
        t->how.share = SHARE_ALL;
    if (!t->how.disposition)
        t->how.disposition = FILE_OPEN;
    assert_int_equal(0, pthread_create(&t->thread, NULL, open_main, t));
}

static NTSTATUS end_open(struct thread *t)
{
    pthread_join(t->thread, NULL);
    return t->status;
}

/* ---- native operations ---- */

static void create_waits(void **state)
{
    PLACE;
    struct sent request, kept;
    struct thread t;
    place_write(place, "f", "0123456789");
    PFILE_OBJECT owner = place_file(place, u"\\f", FILE_READ_DATA | FILE_WRITE_DATA);
    send_request(&request, owner, FSCTL_REQUEST_BATCH_OPLOCK, 0, 0);
    assert_false(is_done(&request));
    PFILE_OBJECT looker = place_file(place, u"\\f", FILE_READ_ATTRIBUTES); /* breaks nothing */
    assert_false(is_done(&request));
    open_in_thread(&t, place, (struct opening){.name = u"\\f", .access = FILE_READ_DATA});
    finish(&request);
    assert_int_equal(FILE_OPLOCK_BROKEN_TO_LEVEL_2, request.information);
    assert_false(__atomic_load_n(&t.done, __ATOMIC_ACQUIRE));
    send_request(&kept, owner, FSCTL_OPLOCK_BREAK_ACKNOWLEDGE, 0, 0);
    assert_status(STATUS_SUCCESS, end_open(&t));
    assert_false(is_done(&kept));
    assert_status(STATUS_SUCCESS, write_at(t.opened.file, 0, "x", 1, NULL)); /* ends level 2, waits for nobody */
    finish(&kept);
    assert_int_equal(FILE_OPLOCK_BROKEN_TO_NONE, kept.information);
    place_close(t.opened.file);
    place_close(looker);
    place_close(owner);
}

/* A sharing violation asks the owner of handle caching to close first. */
static void handle_gets_out_of_the_way(void **state)
{
    PLACE;
    struct sent request;
    struct thread t;
    struct opened o;
    place_write(place, "f", "x");
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA, .share = FILE_SHARE_READ));
    PFILE_OBJECT owner = o.file;
    send_request(&request, owner, FSCTL_REQUEST_OPLOCK, R | H, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    assert_false(is_done(&request));
    open_in_thread(&t, place, (struct opening){.name = u"\\f", .access = FILE_WRITE_DATA});
    finish(&request);
    assert_int_equal(R, request.buffer.out.NewOplockLevel);
    assert_true(request.buffer.out.Flags & REQUEST_OPLOCK_OUTPUT_FLAG_ACK_REQUIRED);
    place_close(owner);
    assert_status(STATUS_SUCCESS, end_open(&t));
    place_close(t.opened.file);
    /* one that stays: the violation is told after the acknowledgement */
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA, .share = FILE_SHARE_READ));
    owner = o.file;
    send_request(&request, owner, FSCTL_REQUEST_OPLOCK, R | H, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    open_in_thread(&t, place, (struct opening){.name = u"\\f", .access = FILE_WRITE_DATA});
    finish(&request);
    struct sent ack;
    assert_status(STATUS_SUCCESS, acknowledge(owner, 0, &ack));
    assert_status(STATUS_SHARING_VIOLATION, end_open(&t));
    place_close(owner);
}

static void goes_on_if_asked(void **state)
{
    PLACE;
    struct sent request;
    struct opened o;
    place_write(place, "f", "x");
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA, .share = FILE_SHARE_READ));
    PFILE_OBJECT owner = o.file;
    send_request(&request, owner, FSCTL_REQUEST_BATCH_OPLOCK, 0, 0);
    assert_status(STATUS_SHARING_VIOLATION, OPEN(place, &o, .name = u"\\f", .access = FILE_WRITE_DATA, .options = FILE_COMPLETE_IF_OPLOCKED));
    assert_int_equal(FILE_OPBATCH_BREAK_UNDERWAY, o.information);
    finish(&request);
    assert_status(STATUS_OPLOCK_BREAK_IN_PROGRESS, OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA, .options = FILE_COMPLETE_IF_OPLOCKED));
    struct sent notify;
    send_request(&notify, o.file, FSCTL_OPLOCK_BREAK_NOTIFY, 0, 0);
    assert_false(is_done(&notify));
    assert_status(STATUS_SUCCESS, control(owner, FSCTL_OPLOCK_BREAK_ACK_NO_2));
    finish(&notify);
    assert_status(STATUS_SUCCESS, notify.status);
    place_close(o.file);
    place_close(owner);
}

/* Read, write, size, lock, zeroing, rename, delete of another handle. `waits`: not before the acknowledgement. */
static void operations_wait(void **state)
{
    PLACE;
    struct sent request, ack, other;
    place_write(place, "f", "0123456789");
    for (int i = 0; i < 5; i++) {
        PFILE_OBJECT owner = place_file(place, u"\\f", FILE_READ_DATA | FILE_WRITE_DATA);
        PFILE_OBJECT second;
        send_request(&request, owner, FSCTL_REQUEST_OPLOCK, i < 3 ? R | W : R | W | H, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
        second = place_file(place, u"\\f", FILE_READ_ATTRIBUTES | SYNCHRONIZE);
        assert_false(is_done(&request));
        start(&other, i == 0 ? IRP_MJ_READ : i == 1 ? IRP_MJ_WRITE : i == 2 ? IRP_MJ_LOCK_CONTROL : IRP_MJ_SET_INFORMATION, second);
        PFLT_PARAMETERS p = &other.op->iopb.Parameters;
        union {
            FILE_END_OF_FILE_INFORMATION size;
            FILE_DISPOSITION_INFORMATION disposition;
        } set = {.size.EndOfFile.QuadPart = 4};
        if (i < 2) { /* Read and Write begin alike */
            p->Read.Length = 1;
            p->Read.ReadBuffer = other.buffer.bytes;
        } else if (i == 2) {
            other.op->iopb.MinorFunction = IRP_MN_LOCK;
            p->LockControl.Length = &other.length;
            other.length.QuadPart = 1;
        } else {
            if (i == 4)
                set.disposition.DeleteFile = TRUE;
            p->SetFileInformation.FileInformationClass = i == 3 ? FileEndOfFileInformation : FileDispositionInformation;
            p->SetFileInformation.InfoBuffer = &set;
            p->SetFileInformation.Length = i == 3 ? sizeof set.size : sizeof set.disposition;
        }
        io_send_then(other.op, ended, &other);
        finish(&request);
        assert_false(is_done(&other));
        assert_int_equal(i == 0 ? R : i == 4 ? R | W : 0, request.buffer.out.NewOplockLevel);
        assert_status(STATUS_SUCCESS, acknowledge(owner, 0, &ack));
        finish(&other);
        assert_status(STATUS_SUCCESS, other.status);
        place_close(second);
        place_close(owner);
    }
    assert_false(place_has(place, "f"));
}

static void *send_main(void *context)
{
    struct sent *sent = context;
    io_send_then(sent->op, ended, sent);
    return NULL;
}

static void zeroing_and_rename_over(void **state)
{
    PLACE;
    struct sent request, ack;
    FILE_ZERO_DATA_INFORMATION zero = {.BeyondFinalZero.QuadPart = 4};
    place_write(place, "f", "0123456789");
    place_write(place, "g", "new");
    PFILE_OBJECT owner = place_file(place, u"\\f", FILE_READ_DATA), writer = place_file(place, u"\\f", FILE_WRITE_DATA);
    send_request(&request, owner, FSCTL_REQUEST_OPLOCK, R | H, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    struct io_transfer t = on(writer);
    assert_status(STATUS_SUCCESS, io_fs_control(&t, FSCTL_SET_ZERO_DATA, &zero, sizeof zero, NULL, 0)); /* does not wait */
    finish(&request);
    assert_int_equal(0, request.buffer.out.NewOplockLevel);
    assert_true(request.buffer.out.Flags & REQUEST_OPLOCK_OUTPUT_FLAG_ACK_REQUIRED);
    assert_status(STATUS_SUCCESS, acknowledge(owner, 0, &ack));
    place_close(writer);
    /* a cached handle of the file that a rename replaces: its owner closes */
    send_request(&request, owner, FSCTL_REQUEST_OPLOCK, R | H, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    PFILE_OBJECT moved = place_file(place, u"\\g", DELETE | SYNCHRONIZE);
    struct sent rename;
    char space[64] __attribute__((aligned(8))) = {0};
    PFILE_RENAME_INFORMATION info = (void *)space;
    info->ReplaceIfExists = TRUE;
    info->FileNameLength = 2;
    info->FileName[0] = u'f';
    start(&rename, IRP_MJ_SET_INFORMATION, moved);
    rename.op->iopb.Parameters.SetFileInformation.FileInformationClass = FileRenameInformation;
    rename.op->iopb.Parameters.SetFileInformation.InfoBuffer = info;
    rename.op->iopb.Parameters.SetFileInformation.Length = sizeof *info + 2;
    rename.op->iopb.Parameters.SetFileInformation.ReplaceIfExists = TRUE;
    pthread_t thread;
    assert_int_equal(0, pthread_create(&thread, NULL, send_main, &rename));
    finish(&request);
    assert_int_equal(R, request.buffer.out.NewOplockLevel);
    assert_false(is_done(&rename));
    place_close(owner);
    pthread_join(thread, NULL);
    finish(&rename);
    assert_status(STATUS_SUCCESS, rename.status);
    assert_string_equal("new", place_text(place, "f"));
    place_close(moved);
}

/* ---- through handles ---- */

static HANDLE open_handle(struct place *place, const char16_t *name, ULONG options)
{
    WCHAR room[128];
    UNICODE_STRING path = {0, sizeof room, room};
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;
    HANDLE handle = NULL;
    InitializeObjectAttributes(&attributes, &path, OBJ_KERNEL_HANDLE, NULL, NULL);
    RtlAppendUnicodeStringToString(&path, &place->volume->device_name);
    RtlAppendUnicodeToString(&path, name);
    assert_status(STATUS_SUCCESS, ZwCreateFile(&handle, FILE_READ_DATA | FILE_WRITE_DATA | SYNCHRONIZE, &attributes, &iosb, NULL, 0,
        SHARE_ALL, FILE_OPEN, options, NULL, 0));
    return handle;
}

static HANDLE new_event(void)
{
    OBJECT_ATTRIBUTES attributes;
    HANDLE event = NULL;
    InitializeObjectAttributes(&attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_status(STATUS_SUCCESS, ZwCreateEvent(&event, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE));
    return event;
}

struct request {
    REQUEST_OPLOCK_INPUT_BUFFER in;
    REQUEST_OPLOCK_OUTPUT_BUFFER out;
    IO_STATUS_BLOCK iosb;
};

static NTSTATUS request_by_handle(struct request *r, HANDLE handle, HANDLE event)
{
    r->in = (REQUEST_OPLOCK_INPUT_BUFFER){REQUEST_OPLOCK_CURRENT_VERSION, sizeof r->in, R | H, REQUEST_OPLOCK_INPUT_FLAG_REQUEST};
    r->out = (REQUEST_OPLOCK_OUTPUT_BUFFER){0};
    r->iosb = (IO_STATUS_BLOCK){.Status = -1, .Information = 4711};
    return ZwFsControlFile(handle, event, NULL, NULL, &r->iosb, FSCTL_REQUEST_OPLOCK, &r->in, sizeof r->in, &r->out, sizeof r->out);
}

static NTSTATUS wait_handle(HANDLE handle, LONGLONG seconds)
{
    LARGE_INTEGER timeout = {.QuadPart = -seconds * KE_SECOND};
    return ZwWaitForSingleObject(handle, FALSE, &timeout);
}

static void handles_pend(void **state)
{
    PLACE;
    struct request r;
    FILE_ZERO_DATA_INFORMATION zero = {.BeyondFinalZero.QuadPart = 1};
    place_write(place, "f", "x");
    HANDLE file = open_handle(place, u"\\f", 0), event = new_event();
    assert_status(STATUS_PENDING, request_by_handle(&r, file, event));
    memset(&r.in, 0, sizeof r.in); /* the input was taken: it need not stay */
    assert_status(STATUS_TIMEOUT, wait_handle(event, 0));
    assert_status(STATUS_TIMEOUT, wait_handle(file, 0));
    assert_status(-1, r.iosb.Status);
    place_close(place_file(place, u"\\f", FILE_WRITE_DATA)); /* takes H */
    PFILE_OBJECT writer = place_file(place, u"\\f", FILE_WRITE_DATA);
    struct io_transfer t = on(writer);
    assert_status(STATUS_SUCCESS, io_fs_control(&t, FSCTL_SET_ZERO_DATA, &zero, sizeof zero, NULL, 0));
    assert_status(STATUS_SUCCESS, wait_handle(event, 10));
    assert_status(STATUS_SUCCESS, wait_handle(file, 10));
    assert_status(STATUS_SUCCESS, r.iosb.Status);
    assert_int_equal(sizeof r.out, r.iosb.Information);
    assert_int_equal(R | H, r.out.OriginalOplockLevel);
    place_close(writer);
    ZwClose(event);
    ZwClose(file);
}

/* What ends at once is told at once, an error by the return alone. */
static void handles_that_do_not_wait(void **state)
{
    PLACE;
    struct request r;
    IO_STATUS_BLOCK iosb;
    FILE_ZERO_DATA_INFORMATION zero = {.BeyondFinalZero.QuadPart = 1};
    place_write(place, "f", "x");
    HANDLE file = open_handle(place, u"\\f", 0), event = new_event();
    assert_status(STATUS_SUCCESS, ZwFsControlFile(file, event, NULL, NULL, &iosb, FSCTL_SET_ZERO_DATA, &zero, sizeof zero, NULL, 0));
    assert_status(STATUS_SUCCESS, iosb.Status);
    assert_status(STATUS_SUCCESS, wait_handle(event, 0));
    HANDLE synchronous = open_handle(place, u"\\f", FILE_SYNCHRONOUS_IO_NONALERT);
    assert_status(STATUS_OPLOCK_NOT_GRANTED, request_by_handle(&r, synchronous, NULL)); /* it would wait for itself */
    ZwClose(synchronous);
    r.iosb.Status = -1;
    assert_status(STATUS_INVALID_DEVICE_REQUEST, ZwFsControlFile(file, NULL, NULL, NULL, &r.iosb,
        CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 0xfff, METHOD_BUFFERED, FILE_ANY_ACCESS), NULL, 0, NULL, 0));
    assert_status(-1, r.iosb.Status);
    ZwClose(event);
    ZwClose(file);
}

static void closed_with_a_request(void **state)
{
    PLACE;
    struct request r;
    place_write(place, "f", "x");
    HANDLE file = open_handle(place, u"\\f", 0), event = new_event();
    assert_status(STATUS_PENDING, request_by_handle(&r, file, event));
    ZwClose(file);
    assert_status(STATUS_SUCCESS, wait_handle(event, 10));
    assert_status(STATUS_OPLOCK_HANDLE_CLOSED, r.iosb.Status);
    ZwClose(event);
}

struct issuer {
    HANDLE file, event;
    struct request request;
    NTSTATUS status;
};

static void *issue(void *context)
{
    struct issuer *issuer = context;
    issuer->status = request_by_handle(&issuer->request, issuer->file, issuer->event);
    return NULL;
}

static void thread_that_ends(void **state)
{
    PLACE;
    pthread_t thread;
    place_write(place, "f", "x");
    struct issuer issuer = {.file = open_handle(place, u"\\f", 0), .event = new_event()};
    assert_int_equal(0, pthread_create(&thread, NULL, issue, &issuer));
    pthread_join(thread, NULL);
    assert_status(STATUS_PENDING, issuer.status);
    assert_status(STATUS_SUCCESS, wait_handle(issuer.event, 10));
    assert_status(STATUS_CANCELLED, issuer.request.iosb.Status);
    ZwClose(issuer.event);
    ZwClose(issuer.file);
}

/* ---- when there is none ---- */

static void conditions(void **state)
{
    PLACE;
    struct opened o;
    struct sent request;
    LARGE_INTEGER one = {.QuadPart = 1};
    place_write(place, "f", "x");
    PFILE_OBJECT a = place_file(place, u"\\f", FILE_READ_DATA), b = place_file(place, u"\\f", FILE_READ_DATA);
    assert_status(STATUS_OPLOCK_NOT_GRANTED, control(a, FSCTL_REQUEST_OPLOCK_LEVEL_1)); /* b */
    struct io_transfer t = on(b);
    assert_status(STATUS_SUCCESS, io_lock_control(&t, IRP_MN_LOCK, &(LARGE_INTEGER){0}, &one, 0, SL_FAIL_IMMEDIATELY));
    assert_status(STATUS_OPLOCK_NOT_GRANTED, control(a, FSCTL_REQUEST_OPLOCK_LEVEL_2)); /* a byte-range lock */
    place_close(b);
    send_request(&request, a, FSCTL_REQUEST_OPLOCK_LEVEL_1, 0, 0);
    assert_false(is_done(&request));
    place_close(a);
    finish(&request);
    PFILE_OBJECT root = place_directory(place, u"\\");
    assert_status(STATUS_INVALID_PARAMETER, control(root, FSCTL_REQUEST_OPLOCK_LEVEL_1));
    place_close(root);
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA | SYNCHRONIZE, .options = FILE_SYNCHRONOUS_IO_NONALERT));
    assert_status(STATUS_OPLOCK_NOT_GRANTED, control(o.file, FSCTL_REQUEST_OPLOCK_LEVEL_1));
    place_close(o.file);
}

/* FILE_OPEN_REQUIRING_OPLOCK: nobody comes between the create and its request. */
static void atomic_create(void **state)
{
    PLACE;
    struct opened o, other;
    struct sent request;
    struct thread t;
    place_write(place, "f", "x");
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA, .options = FILE_OPEN_REQUIRING_OPLOCK));
    open_in_thread(&t, place, (struct opening){.name = u"\\f", .access = FILE_WRITE_DATA, .disposition = FILE_OVERWRITE});
    assert_status(STATUS_CANNOT_BREAK_OPLOCK, OPEN(place, &other, .name = u"\\f", .access = FILE_READ_DATA, .options = FILE_OPEN_REQUIRING_OPLOCK));
    assert_string_equal("x", place_text(place, "f"));
    send_request(&request, o.file, FSCTL_REQUEST_OPLOCK, R | H, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    finish(&request); /* by the overwriting open, now that there is something to break */
    assert_status(STATUS_SUCCESS, request.status);
    assert_int_equal(0, request.buffer.out.NewOplockLevel);
    assert_status(STATUS_SUCCESS, end_open(&t));
    place_close(t.opened.file);
    place_close(o.file);
}

/* ---- Linux programs ---- */

static struct mount *shown;
static char point[64];

static int show(void **state)
{
    *state = place_new(NULL, &(struct io_volume_options){.oplock_timeout_ms = 300});
    if (geteuid() != 0 || access("/dev/fuse", R_OK | W_OK) != 0)
        return 0; /* the tests skip themselves */
    strcpy(point, "/tmp/hostfs-oplocks-XXXXXX");
    assert_non_null(mkdtemp(point));
    const char *message = NULL;
    struct mount_options options = {.source = ((struct place *)*state)->directory, .entry_timeout = -1};
    return mount_start(((struct place *)*state)->volume, point, &options, &shown, &message);
}

static int hide(void **state)
{
    if (shown) {
        assert_int_equal(0, mount_stop(shown, false));
        shown = NULL;
        rmdir(point);
    }
    return place_teardown(state);
}

#define NEEDS_MOUNT                                                                                                  \
    PLACE;                                                                                                           \
    if (!shown)                                                                                                      \
        skip_because("a mount needs root and /dev/fuse")

/* Only system calls in the child: this process has threads. */
static pid_t in_child(const char *name, int flags)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", point, name);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int fd = open(path, flags);
        _exit(fd >= 0 ? 0 : errno);
    }
    return child;
}

static int end_of(pid_t child)
{
    int status;
    assert_int_equal(child, waitpid(child, &status, 0));
    return status;
}

static void linux_open_waits(void **state)
{
    NEEDS_MOUNT;
    struct sent request;
    place_write(place, "f", "x");
    ((struct hostfs_volume *)place->volume->base_data)->oplock_timeout_ms = 60000;
    PFILE_OBJECT owner = place_file(place, u"\\f", FILE_READ_DATA);
    send_request(&request, owner, FSCTL_REQUEST_BATCH_OPLOCK, 0, 0);
    assert_false(is_done(&request));
    pid_t child = in_child("f", O_RDONLY);
    finish(&request);
    assert_int_equal(FILE_OPLOCK_BROKEN_TO_LEVEL_2, request.information);
    assert_int_equal(0, waitpid(child, NULL, WNOHANG)); /* cannot have ended: nobody acknowledged */
    assert_status(STATUS_SUCCESS, control(owner, FSCTL_OPLOCK_BREAK_ACK_NO_2));
    int status = end_of(child);
    assert_true(WIFEXITED(status));
    assert_int_equal(0, WEXITSTATUS(status));
    /* and a truncating one, broken to nothing; the program is killed while it waits */
    send_request(&request, owner, FSCTL_REQUEST_OPLOCK, R | W | H, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    while (is_done(&request) && request.status == STATUS_OPLOCK_NOT_GRANTED) { /* the child's RELEASE is still on its way */
        finish(&request);
        sched_yield();
        send_request(&request, owner, FSCTL_REQUEST_OPLOCK, R | W | H, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
    }
    child = in_child("f", O_WRONLY | O_TRUNC);
    finish(&request);
    assert_int_equal(0, request.buffer.out.NewOplockLevel);
    kill(child, SIGKILL);
    assert_true(WIFSIGNALED(end_of(child)));
    assert_string_equal("x", place_text(place, "f"));
    struct sent ack;
    assert_status(STATUS_SUCCESS, acknowledge(owner, 0, &ack));
    place_close(owner);
}

static void linux_open_times_out(void **state)
{
    NEEDS_MOUNT;
    struct sent request;
    place_write(place, "f", "x");
    PFILE_OBJECT owner = place_file(place, u"\\f", FILE_READ_DATA);
    send_request(&request, owner, FSCTL_REQUEST_OPLOCK_LEVEL_1, 0, 0);
    assert_false(is_done(&request));
    pid_t child = in_child("f", O_RDONLY);
    finish(&request);
    int status = end_of(child); /* after 300 ms, by itself */
    assert_true(WIFEXITED(status));
    assert_int_equal(0, WEXITSTATUS(status));
    assert_status(STATUS_INVALID_OPLOCK_PROTOCOL, control(owner, FSCTL_OPLOCK_BREAK_ACK_NO_2)); /* too late */
    place_close(owner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("V-192 a create waits until the break is acknowledged", create_waits, place_setup, place_teardown),
        TEST_WITH("V-192 a sharing violation breaks handle caching first", handle_gets_out_of_the_way, place_setup, place_teardown),
        TEST_WITH("V-192 FILE_COMPLETE_IF_OPLOCKED", goes_on_if_asked, place_setup, place_teardown),
        TEST_WITH("V-192 read, write, lock, size and delete wait", operations_wait, place_setup, place_teardown),
        TEST_WITH("V-192 zeroing goes on, a rename over a cached handle waits", zeroing_and_rename_over, place_setup, place_teardown),
        TEST_WITH("V-192 what is not granted", conditions, place_setup, place_teardown),
        TEST_WITH("ZwFsControlFile of an asynchronous handle answers STATUS_PENDING", handles_pend, place_setup, place_teardown),
        TEST_WITH("ZwFsControlFile of what ends at once", handles_that_do_not_wait, place_setup, place_teardown),
        TEST_WITH("a handle closed ends its oplock request", closed_with_a_request, place_setup, place_teardown),
        TEST_WITH("a thread that ends cancels its oplock request", thread_that_ends, place_setup, place_teardown),
        TEST_WITH("V-192 FILE_OPEN_REQUIRING_OPLOCK keeps others away until the request", atomic_create, place_setup, place_teardown),
        TEST_WITH("V-192 a Linux open waits for the acknowledgement, and can be killed", linux_open_waits, show, hide),
        TEST_WITH("V-192 a Linux open does not wait for ever", linux_open_times_out, show, hide),
    };
    return RUN_TESTS(tests, place_group, NULL);
}
