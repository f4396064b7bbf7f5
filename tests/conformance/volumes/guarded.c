#include "guarded.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct guarded *guarded;
void (*guarded_started)(PFLT_FILTER filter);
NTSTATUS (*guarded_ask)(PFLT_FILTER filter, const char *name);
void (*guarded_obey)(char order);
char guarded_mount[64], guarded_second[64], guarded_back[64];
static char second_back[64];
/* The driver registers everything: by itself the mount would be strict. */
static NTSTATUS mount_with_caches(ofm_volume *volume, const char *point, ofm_mount **mount)
{
    return ofm_mount_volume_cached(volume, point, "default", mount);
}

NTSTATUS (*guarded_mount_way)(ofm_volume *volume, const char *point, ofm_mount **mount) = mount_with_caches;

/* ---- the driver, in the manager's process ---- */

static PFLT_FILTER filter;
static KEVENT go_on;

static void log_event(PFLT_CALLBACK_DATA data, const char *name)
{
    uint32_t slot = __atomic_fetch_add(&guarded->event_count, 1, __ATOMIC_ACQ_REL);
    if (slot >= EVENTS)
        return;
    struct event *event = &guarded->events[slot];
    const FLT_PARAMETERS *p = &data->Iopb->Parameters;
    event->major = data->Iopb->MajorFunction;
    event->minor = data->Iopb->MinorFunction;
    event->pid = (int)FltGetRequestorProcessId(data);
    event->detail = event->major == IRP_MJ_CREATE ? (p->Create.Options & 0xff000000) | (p->Create.SecurityContext->DesiredAccess & 0xffffff)
        : event->major == IRP_MJ_SET_INFORMATION ? (unsigned)p->SetFileInformation.FileInformationClass
        : event->major == IRP_MJ_QUERY_INFORMATION ? (unsigned)p->QueryFileInformation.FileInformationClass : 0;
    PFILE_OBJECT file = data->Iopb->TargetFileObject;
    event->file_flags = file->Flags;
    event->user_mode = data->RequestorMode == UserMode;
    event->flags = event->major == IRP_MJ_CREATE ? data->Iopb->OperationFlags : data->Iopb->IrpFlags;
    if (event->major == IRP_MJ_CREATE) {
        event->options = p->Create.Options & 0xffffff;
        event->share = p->Create.ShareAccess;
        event->whole_path = file->RelatedFileObject == NULL && file->FileName.Length && file->FileName.Buffer[0] == u'\\';
    } else if (event->major == IRP_MJ_READ) {
        event->length = p->Read.Length;
        event->offset = p->Read.ByteOffset.QuadPart;
    } else if (event->major == IRP_MJ_WRITE) {
        event->length = p->Write.Length;
        event->offset = p->Write.ByteOffset.QuadPart;
    } else if (event->major == (UCHAR)IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION) {
        event->sync_type = p->AcquireForSectionSynchronization.SyncType;
        event->protection = p->AcquireForSectionSynchronization.PageProtection;
    }
    snprintf(event->name, sizeof event->name, "%s", name);
}

static FLT_PREOP_CALLBACK_STATUS refuse(PFLT_CALLBACK_DATA data, NTSTATUS status)
{
    data->IoStatus.Status = status;
    data->IoStatus.Information = 0;
    return FLT_PREOP_COMPLETE;
}

/* As a driver that asks its application: a wait that the requestor's death ends. */
static FLT_PREOP_CALLBACK_STATUS hold_open(PFLT_CALLBACK_DATA data)
{
    __atomic_add_fetch(&guarded->held, 1, __ATOMIC_SEQ_CST);
    NTSTATUS status = KeWaitForSingleObject(&go_on, UserRequest, UserMode, FALSE, NULL);
    __atomic_sub_fetch(&guarded->held, 1, __ATOMIC_SEQ_CST);
    if (status == STATUS_SUCCESS)
        return FLT_PREOP_SUCCESS_WITH_CALLBACK;
    __atomic_add_fetch(&guarded->cut, 1, __ATOMIC_SEQ_CST);
    return FLT_PREOP_SUCCESS_NO_CALLBACK; /* a driver that fails open: it must not become a yes (V-211) */
}

/* As a driver that was ported badly: nobody can see that it waits. */
static void sleep_plainly(void)
{
    uint32_t hold;
    __atomic_add_fetch(&guarded->held, 1, __ATOMIC_SEQ_CST);
    while ((hold = __atomic_load_n(&guarded->hold, __ATOMIC_ACQUIRE)) != 0)
        syscall(SYS_futex, &guarded->hold, FUTEX_WAIT, hold, NULL, NULL, 0);
    __atomic_sub_fetch(&guarded->held, 1, __ATOMIC_SEQ_CST);
}

static FLT_PREOP_CALLBACK_STATUS pre(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    char name[EVENT_NAME];
    UCHAR major = data->Iopb->MajorFunction;
    frame_last_name(objects->FileObject, name, EVENT_NAME);
    log_event(data, name);
    if (major == __atomic_load_n(&guarded->deny_major, __ATOMIC_ACQUIRE) && major)
        return refuse(data, (NTSTATUS)guarded->deny_status);
    if (major == IRP_MJ_WRITE && __atomic_load_n(&guarded->deny_writes, __ATOMIC_ACQUIRE))
        return refuse(data, STATUS_ACCESS_DENIED);
    if (major == IRP_MJ_CLEANUP && strncmp(name, "late", 4) == 0 && __atomic_load_n(&guarded->hold, __ATOMIC_ACQUIRE)) {
        __atomic_add_fetch(&guarded->held, 1, __ATOMIC_SEQ_CST);
        KeWaitForSingleObject(&go_on, Executive, KernelMode, FALSE, NULL);
        __atomic_sub_fetch(&guarded->held, 1, __ATOMIC_SEQ_CST);
    }
    if (major != IRP_MJ_CREATE)
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    if (guarded->deny_name[0] && strcmp(name, guarded->deny_name) == 0)
        return refuse(data, STATUS_ACCESS_DENIED);
    if (strncmp(name, "held", 4) == 0 && __atomic_load_n(&guarded->hold, __ATOMIC_ACQUIRE))
        return hold_open(data);
    if (guarded_ask && strncmp(name, "ask", 3) == 0) {
        __atomic_add_fetch(&guarded->held, 1, __ATOMIC_SEQ_CST);
        NTSTATUS status = guarded_ask(filter, name);
        __atomic_sub_fetch(&guarded->held, 1, __ATOMIC_SEQ_CST);
        if (!NT_SUCCESS(status))
            return refuse(data, status);
    }
    if (strncmp(name, "busy", 4) == 0)
        sleep_plainly();
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS post_create(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context, FLT_POST_OPERATION_FLAGS flags)
{
    FILE_INTERNAL_INFORMATION internal;
    uint64_t denied = __atomic_load_n(&guarded->deny_inode, __ATOMIC_ACQUIRE);
    ACCESS_MASK access = data->Iopb->Parameters.Create.SecurityContext->DesiredAccess;
    bool data_access = access & (FILE_READ_DATA | FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_EXECUTE);
    if ((flags & FLTFL_POST_OPERATION_DRAINING) || !NT_SUCCESS(data->IoStatus.Status) || !denied || !data_access)
        return FLT_POSTOP_FINISHED_PROCESSING;
    if (NT_SUCCESS(FltQueryInformationFile(objects->Instance, objects->FileObject, &internal, sizeof internal, FileInternalInformation, NULL)) &&
        (uint64_t)internal.IndexNumber.QuadPart == denied) {
        FltCancelFileOpen(objects->Instance, objects->FileObject);
        data->IoStatus.Status = STATUS_ACCESS_DENIED;
        data->IoStatus.Information = 0;
    }
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS unload(FLT_FILTER_UNLOAD_FLAGS flags)
{
    FltUnregisterFilter(filter);
    return STATUS_SUCCESS;
}

static NTSTATUS guard_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    static const FLT_OPERATION_REGISTRATION operations[] = {{IRP_MJ_CREATE, 0, pre, post_create, NULL}, {IRP_MJ_READ, 0, pre, NULL, NULL},
        {IRP_MJ_WRITE, 0, pre, NULL, NULL}, {IRP_MJ_SET_INFORMATION, 0, pre, NULL, NULL}, {IRP_MJ_CLEANUP, 0, pre, NULL, NULL},
        {IRP_MJ_CLOSE, 0, pre, NULL, NULL}, {IRP_MJ_FLUSH_BUFFERS, 0, pre, NULL, NULL}, {IRP_MJ_DIRECTORY_CONTROL, 0, pre, NULL, NULL},
        {IRP_MJ_SET_SECURITY, 0, pre, NULL, NULL}, {IRP_MJ_SET_EA, 0, pre, NULL, NULL}, {IRP_MJ_QUERY_EA, 0, pre, NULL, NULL},
        {IRP_MJ_FILE_SYSTEM_CONTROL, 0, pre, NULL, NULL}, {IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION, 0, pre, NULL, NULL},
        {IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION, 0, pre, NULL, NULL},
        {.MajorFunction = IRP_MJ_OPERATION_END}};
    static const FLT_REGISTRATION registration = {.Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION,
        .OperationRegistration = operations, .FilterUnloadCallback = unload};
    KeInitializeEvent(&go_on, NotificationEvent, FALSE);
    NTSTATUS status = FltRegisterFilter(driver, &registration, &filter);
    if (NT_SUCCESS(status))
        status = FltStartFiltering(filter);
    if (NT_SUCCESS(status) && guarded_started)
        guarded_started(filter);
    return status;
}

/* ---- the manager's process ---- */

/* As any driver does, from the top of the stack. */
static NTSTATUS open_native(const char *name)
{
    WCHAR path[EVENT_NAME + 16] = u"\\??\\C:\\";
    UNICODE_STRING text;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;
    HANDLE handle;
    for (size_t i = 0, at = 7; i <= strlen(name); i++)
        path[at++] = (WCHAR)name[i];
    RtlInitUnicodeString(&text, path);
    InitializeObjectAttributes(&attributes, &text, OBJ_KERNEL_HANDLE, NULL, NULL);
    NTSTATUS status = ZwCreateFile(&handle, FILE_WRITE_DATA | SYNCHRONIZE, &attributes, &iosb, NULL, 0,
        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
    if (NT_SUCCESS(status))
        ZwClose(handle);
    return status;
}

static void run_manager(int commands, int answers)
{
    ofm_volume *first, *second;
    ofm_mount *mounts[2];
    struct ofm_options options = {.log_level = OFM_LOG_REPORT};
    struct ofm_report report = {0};
    must(NT_SUCCESS(ofm_start(&options)), "start");
    must(NT_SUCCESS(ofm_service_set("Guard", NULL, "370000", NULL, 0)), "service");
    must(NT_SUCCESS(ofm_volume_add_directory(guarded_back, "C:", &first)), "volume");
    must(NT_SUCCESS(ofm_volume_add_directory(second_back, "D:", &second)), "second volume");
    must(NT_SUCCESS(ofm_driver_load_entry("Guard", guard_entry)), "driver");
    must(NT_SUCCESS(guarded_mount_way(first, guarded_mount, &mounts[0])), "mount");
    must(NT_SUCCESS(guarded_mount_way(second, guarded_second, &mounts[1])), "second mount");
    for (char c = 'h'; c != 'q';) {
        if (c == 'g')
            KeSetEvent(&go_on, 0, FALSE);
        if (c == 'c')
            KeClearEvent(&go_on);
        if (c >= 'A' && c <= 'Z')
            guarded_obey(c);
        if (c == 'n')
            guarded->native_status = (uint32_t)open_native(guarded->native_name);
        if (c == 'f') { /* whoever is inside: nothing may be left open behind it */
            must(NT_SUCCESS(ofm_unmount(mounts[1], 1)), "forced unmount");
            must(NT_SUCCESS(ofm_volume_remove(second, 0)), "removing the volume after a forced unmount");
            must(NT_SUCCESS(ofm_volume_add_directory(second_back, "D:", &second)), "the volume again");
            must(NT_SUCCESS(guarded_mount_way(second, guarded_second, &mounts[1])), "mounting again");
        }
        must(write(answers, "k", 1) == 1, "answer");
        if (read(commands, &c, 1) != 1)
            c = 'q';
    }
    int busy = !NT_SUCCESS(ofm_unmount(mounts[0], 0)) + !NT_SUCCESS(ofm_unmount(mounts[1], 0));
    must(!busy, "unmount");
    must(NT_SUCCESS(ofm_driver_unload("Guard", 0)), "unload");
    must(NT_SUCCESS(ofm_volume_remove(first, 0)) && NT_SUCCESS(ofm_volume_remove(second, 0)), "removing the volumes, files left open");
    ofm_stop(&report);
}

/* ---- the test's side ---- */

int guarded_start(void **state)
{
    frame_enter();
    frame_directory(guarded_mount);
    frame_directory(guarded_second);
    frame_directory(guarded_back);
    frame_directory(second_back);
    chmod(guarded_back, 0777);
    guarded = mmap(NULL, sizeof *guarded, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(guarded != MAP_FAILED);
    return frame_start(run_manager);
}

int guarded_stop(void **state)
{
    int status = frame_manager ? frame_quit() : 0;
    if (!frame_manager && (umount(guarded_mount) != 0 || umount(guarded_second) != 0)) /* a plain one does (V-221) */
        return -1;
    frame_remove(guarded_back);
    frame_remove(second_back);
    rmdir(guarded_mount);
    rmdir(guarded_second);
    return frame_result(status);
}

/* Who sleeps plainly waits for the word itself. */
static void let_go(void)
{
    __atomic_store_n(&guarded->hold, 0, __ATOMIC_RELEASE);
    syscall(SYS_futex, &guarded->hold, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

int guarded_clear(void **state)
{
    frame_order('c');
    guarded->deny_name[0] = '\0';
    __atomic_store_n(&guarded->deny_inode, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&guarded->deny_writes, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&guarded->deny_major, 0, __ATOMIC_RELEASE);
    let_go();
    __atomic_store_n(&guarded->cut, 0, __ATOMIC_RELEASE);
    frame_empty(guarded_mount);
    __atomic_store_n(&guarded->event_count, 0, __ATOMIC_RELEASE);
    return 0;
}

void guarded_force_unmount(void)
{
    frame_order('f');
}

uint32_t guarded_native_open(const char *name)
{
    snprintf(guarded->native_name, sizeof guarded->native_name, "%s", name);
    frame_order('n');
    return guarded->native_status;
}

void guarded_order(char order)
{
    frame_order(order);
}

void guarded_kill(void)
{
    kill(frame_manager, SIGKILL);
    waitpid(frame_manager, NULL, 0);
    frame_manager = 0;
}

void guarded_release(void)
{
    let_go();
    frame_order('g');
}

const char *on_mount(const char *name)
{
    return frame_path(guarded_mount, name);
}

const char *behind(const char *name)
{
    return frame_path(guarded_back, name);
}

void write_behind(const char *name, const char *text, mode_t mode)
{
    int fd = open(behind(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal((ssize_t)strlen(text), write(fd, text, strlen(text)));
    assert_int_equal(0, fchmod(fd, mode));
    close(fd);
}

const char *text_of(const char *path)
{
    static char text[4096];
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return "(none)";
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    if (got < 0)
        return "(unreadable)";
    text[got] = '\0';
    return text;
}

int try_open(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0644);
    return fd < 0 ? -errno : fd;
}

uint32_t held(void)
{
    return __atomic_load_n(&guarded->held, __ATOMIC_SEQ_CST);
}

static uint32_t event_count(void)
{
    uint32_t count = __atomic_load_n(&guarded->event_count, __ATOMIC_ACQUIRE);
    return count < EVENTS ? count : EVENTS;
}

unsigned events_of(unsigned char major, const char *name)
{
    unsigned found = 0;
    for (uint32_t i = 0; i < event_count(); i++)
        found += guarded->events[i].major == major && (name == NULL || strcmp(guarded->events[i].name, name) == 0);
    return found;
}

const struct event *event_of(unsigned char major, const char *name)
{
    for (uint32_t i = 0; i < event_count(); i++)
        if (guarded->events[i].major == major && strcmp(guarded->events[i].name, name) == 0)
            return &guarded->events[i];
    fail_msg("no event %u of %s", major, name);
    return NULL;
}

static const char *major_name(unsigned char major)
{
    switch (major) {
    case IRP_MJ_CREATE: return "CREATE";
    case IRP_MJ_READ: return "READ";
    case IRP_MJ_WRITE: return "WRITE";
    case IRP_MJ_SET_INFORMATION: return "SET";
    case IRP_MJ_CLEANUP: return "CLEANUP";
    case IRP_MJ_CLOSE: return "CLOSE";
    case IRP_MJ_FLUSH_BUFFERS: return "FLUSH";
    case IRP_MJ_DIRECTORY_CONTROL: return "LIST";
    case IRP_MJ_SET_SECURITY: return "SECURITY";
    case IRP_MJ_SET_EA: return "SETEA";
    case IRP_MJ_QUERY_EA: return "GETEA";
    case IRP_MJ_FILE_SYSTEM_CONTROL: return "FSCTL";
    case (unsigned char)IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION: return "SECTION";
    case (unsigned char)IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION: return "RELEASE";
    default: return "?";
    }
}

const char *sequence_of(const char *name)
{
    static char text[1024];
    text[0] = '\0';
    for (uint32_t i = 0; i < event_count(); i++)
        if (strcmp(guarded->events[i].name, name) == 0 && strlen(text) < sizeof text - 16)
            sprintf(text + strlen(text), "%s%s", *text ? " " : "", major_name(guarded->events[i].major));
    return text;
}
