#include "stage.h"

#include "openfltmgr.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

struct stage *stage;
char stage_mount[64], stage_second[64], stage_back[64], stage_second_back[64];

/* ---- the filters, in the manager's process ---- */

static PFLT_FILTER filters[STAGE_FILTERS];
static PFILE_OBJECT kept;

static unsigned detail_of(const FLT_IO_PARAMETER_BLOCK *iopb)
{
    const FLT_PARAMETERS *p = &iopb->Parameters;
    switch (iopb->MajorFunction) {
    case IRP_MJ_CREATE: return (p->Create.Options & 0xff000000) | (p->Create.SecurityContext->DesiredAccess & 0xffffff);
    case IRP_MJ_SET_INFORMATION: return (unsigned)p->SetFileInformation.FileInformationClass;
    case IRP_MJ_QUERY_INFORMATION: return (unsigned)p->QueryFileInformation.FileInformationClass;
    case (UCHAR)IRP_MJ_QUERY_OPEN: return (unsigned)p->QueryOpen.FileInformationClass;
    case IRP_MJ_FILE_SYSTEM_CONTROL: return p->FileSystemControl.Common.FsControlCode;
    case IRP_MJ_SET_SECURITY: return p->SetSecurity.SecurityInformation;
    case IRP_MJ_QUERY_SECURITY: return p->QuerySecurity.SecurityInformation;
    case (UCHAR)IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION:
        return (unsigned)p->AcquireForSectionSynchronization.SyncType << 16 | p->AcquireForSectionSynchronization.PageProtection;
    case IRP_MJ_READ:
    case IRP_MJ_WRITE: return (iopb->IrpFlags & IRP_PAGING_IO) != 0;
    case IRP_MJ_QUERY_EA: return p->QueryEa.EaListLength;
    default: return 0;
    }
}

static void log_event(unsigned index, PFLT_CALLBACK_DATA data, const char *name)
{
    uint32_t slot = __atomic_fetch_add(&stage->event_count, 1, __ATOMIC_ACQ_REL);
    if (slot >= STAGE_EVENTS)
        return;
    struct stage_event *event = &stage->events[slot];
    *event = (struct stage_event){.filter = (unsigned char)index, .major = data->Iopb->MajorFunction, .detail = detail_of(data->Iopb),
        .pid = (int)FltGetRequestorProcessId(data)};
    if (event->major == IRP_MJ_CREATE) {
        event->options = data->Iopb->Parameters.Create.Options & 0xffffff;
        event->share = data->Iopb->Parameters.Create.ShareAccess;
    }
    snprintf(event->name, sizeof event->name, "%s", name);
}

static FLT_PREOP_CALLBACK_STATUS complete(PFLT_CALLBACK_DATA data, NTSTATUS status, ULONG_PTR information)
{
    data->IoStatus.Status = status;
    data->IoStatus.Information = information;
    return FLT_PREOP_COMPLETE;
}

static bool is_look(UCHAR major)
{
    return major == (UCHAR)IRP_MJ_QUERY_OPEN || major == (UCHAR)IRP_MJ_NETWORK_QUERY_OPEN;
}

/* Size and attributes in whatever class they are asked for. */
static void tell(FILE_INFORMATION_CLASS class, void *buffer, int64_t size, ULONG add)
{
    if (class == FileNetworkOpenInformation) {
        ((PFILE_NETWORK_OPEN_INFORMATION)buffer)->EndOfFile.QuadPart = size;
        ((PFILE_NETWORK_OPEN_INFORMATION)buffer)->FileAttributes |= add;
    } else if (class == FileStatLxInformation) {
        ((PFILE_STAT_LX_INFORMATION)buffer)->EndOfFile.QuadPart = size;
        ((PFILE_STAT_LX_INFORMATION)buffer)->FileAttributes |= add;
    } else if (class == FileAllInformation) {
        ((PFILE_ALL_INFORMATION)buffer)->StandardInformation.EndOfFile.QuadPart = size;
        ((PFILE_ALL_INFORMATION)buffer)->BasicInformation.FileAttributes |= add;
    }
}

static void look_buffer(PFLT_IO_PARAMETER_BLOCK iopb, FILE_INFORMATION_CLASS *class, void **buffer)
{
    bool network = iopb->MajorFunction == (UCHAR)IRP_MJ_NETWORK_QUERY_OPEN;
    if (iopb->MajorFunction == IRP_MJ_QUERY_INFORMATION) {
        *class = iopb->Parameters.QueryFileInformation.FileInformationClass;
        *buffer = iopb->Parameters.QueryFileInformation.InfoBuffer;
    } else {
        *class = network ? FileNetworkOpenInformation : iopb->Parameters.QueryOpen.FileInformationClass;
        *buffer = network ? (void *)iopb->Parameters.NetworkQueryOpen.NetworkInformation : iopb->Parameters.QueryOpen.FileInformation;
    }
}

/* F-239 */
static void check_irp(PFLT_CALLBACK_DATA data, PFILE_OBJECT file)
{
    PIRP irp = data->Iopb->MajorFunction == (UCHAR)IRP_MJ_QUERY_OPEN ? data->Iopb->Parameters.QueryOpen.Irp
                                                                      : data->Iopb->Parameters.NetworkQueryOpen.Irp;
    PIO_STACK_LOCATION location = irp ? IoGetCurrentIrpStackLocation(irp) : NULL;
    if (location == NULL || location->MajorFunction != IRP_MJ_CREATE || location->FileObject != file ||
        location->Parameters.Create.Options >> 24 != FILE_OPEN || file->FsContext != NULL)
        __atomic_add_fetch(&stage->bad_irps, 1, __ATOMIC_RELAXED);
    if (stage->keep_reference && kept == NULL) {
        kept = file;
        ObReferenceObject(kept);
    }
}

static FLT_PREOP_CALLBACK_STATUS redirect(PFLT_CALLBACK_DATA data, PFILE_OBJECT file)
{
    WCHAR to[256];
    USHORT length = 0;
    while (stage->to[length]) {
        to[length] = (WCHAR)(unsigned char)stage->to[length];
        length++;
    }
    NTSTATUS status = IoReplaceFileObjectName(file, to, length * 2);
    return complete(data, NT_SUCCESS(status) ? STATUS_REPARSE : status, IO_REPARSE);
}

/* A file that only the filter has: six bytes. */
static FLT_PREOP_CALLBACK_STATUS fake(PFLT_CALLBACK_DATA data)
{
    static const char text[] = "a fake";
    FILE_INFORMATION_CLASS class;
    void *buffer;
    PFLT_PARAMETERS p = &data->Iopb->Parameters;
    switch (data->Iopb->MajorFunction) {
    case (UCHAR)IRP_MJ_QUERY_OPEN:
    case (UCHAR)IRP_MJ_NETWORK_QUERY_OPEN:
    case IRP_MJ_QUERY_INFORMATION:
        look_buffer(data->Iopb, &class, &buffer);
        tell(class, buffer, 6, FILE_ATTRIBUTE_ARCHIVE);
        return complete(data, STATUS_SUCCESS, 0);
    case IRP_MJ_CREATE:
        return complete(data, STATUS_SUCCESS, FILE_OPENED);
    case IRP_MJ_READ:
        if (p->Read.ByteOffset.QuadPart >= 6)
            return complete(data, STATUS_END_OF_FILE, 0);
        memcpy(p->Read.ReadBuffer, text, p->Read.Length < 6 ? p->Read.Length : 6);
        return complete(data, STATUS_SUCCESS, p->Read.Length < 6 ? p->Read.Length : 6);
    case IRP_MJ_WRITE:
        return complete(data, STATUS_SUCCESS, p->Write.Length > 3 ? 3 : p->Write.Length);
    case IRP_MJ_CLEANUP:
    case IRP_MJ_CLOSE:
        return complete(data, STATUS_SUCCESS, 0);
    default:
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
}

/* As a filter keeps a file of its own beside the user's. */
static void make_sidecar(PCFLT_RELATED_OBJECTS objects)
{
    WCHAR text[256];
    USHORT length = 0;
    HANDLE handle;
    IO_STATUS_BLOCK iosb;
    OBJECT_ATTRIBUTES oa;
    for (; stage->sidecar[length]; length++)
        text[length] = (WCHAR)(unsigned char)stage->sidecar[length];
    UNICODE_STRING name = {length * 2, length * 2, text};
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    if (NT_SUCCESS(FltCreateFile(objects->Filter, objects->Instance, &handle, FILE_WRITE_DATA | SYNCHRONIZE, &oa, &iosb, NULL,
            FILE_ATTRIBUTE_NORMAL, 7, FILE_OVERWRITE_IF, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0, 0)))
        FltClose(handle);
}

static ULONG put_entry(char *buffer, ULONG at, const char *name, ULONG next)
{
    PFILE_ID_EXTD_DIR_INFORMATION e = (void *)(buffer + at);
    memset(e, 0, sizeof *e);
    e->NextEntryOffset = next;
    e->FileAttributes = FILE_ATTRIBUTE_NORMAL;
    e->FileNameLength = (ULONG)strlen(name) * 2;
    memcpy(&e->FileId, &(uint64_t){4711}, 8);
    for (size_t i = 0; name[i]; i++)
        e->FileName[i] = (WCHAR)(unsigned char)name[i];
    return (ULONG)FIELD_OFFSET(FILE_ID_EXTD_DIR_INFORMATION, FileName) + e->FileNameLength;
}

/* One good entry and one that is wrong in the way that is asked for (V-116). */
static FLT_PREOP_CALLBACK_STATUS list_badly(PFLT_CALLBACK_DATA data)
{
    char *buffer = data->Iopb->Parameters.DirectoryControl.QueryDirectory.DirectoryBuffer;
    if (!(data->Iopb->OperationFlags & SL_RESTART_SCAN))
        return complete(data, STATUS_NO_MORE_FILES, 0);
    ULONG next = 128, used = put_entry(buffer, 0, "good", next);
    used = next + put_entry(buffer, next, stage->bad_listing == 2 ? "with/slash" : "bad", 0);
    PFILE_ID_EXTD_DIR_INFORMATION second = (void *)(buffer + next);
    if (stage->bad_listing == 1)
        second->FileNameLength = 0x7ffffff0;
    if (stage->bad_listing == 3)
        ((PFILE_ID_EXTD_DIR_INFORMATION)(void *)buffer)->NextEntryOffset = 0x7ffffff0;
    if (stage->bad_listing == 4)
        second->FileNameLength = 0;
    if (stage->bad_listing == 5)
        ((PFILE_ID_EXTD_DIR_INFORMATION)(void *)buffer)->NextEntryOffset = 3;
    return complete(data, STATUS_SUCCESS, stage->bad_listing == 6 ? 0x7fffffff : used);
}

static FLT_PREOP_CALLBACK_STATUS pre(unsigned index, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    char name[STAGE_NAME];
    UCHAR major = data->Iopb->MajorFunction;
    frame_last_name(objects->FileObject, name, STAGE_NAME);
    log_event(index, data, name);
    if (is_look(major))
        check_irp(data, objects->FileObject);
    if (stage->refuse && major == (UCHAR)(stage->refuse - 1) && !(major == IRP_MJ_CREATE && name[0] == '\0'))
        return complete(data, (NTSTATUS)stage->status, 0);
    if (stage->hide[0] && strcmp(name, stage->hide) == 0 && (is_look(major) || major == IRP_MJ_CREATE))
        return complete(data, STATUS_OBJECT_NAME_NOT_FOUND, 0);
    if (stage->disallow && is_look(major))
        return major == (UCHAR)IRP_MJ_QUERY_OPEN ? FLT_PREOP_DISALLOW_FSFILTER_IO : FLT_PREOP_DISALLOW_FASTIO;
    if (stage->fake[0] && strcmp(name, stage->fake) == 0)
        return fake(data);
    if (major == IRP_MJ_CREATE && stage->sidecar[0] && strcmp(name, "trigger") == 0)
        make_sidecar(objects);
    if (major == IRP_MJ_WRITE && stage->cut_writes)
        return complete(data, STATUS_SUCCESS, stage->cut_writes);
    if (major == IRP_MJ_CREATE && stage->from[0] && strcmp(name, stage->from) == 0)
        return redirect(data, objects->FileObject);
    if (major == IRP_MJ_DIRECTORY_CONTROL && stage->bad_listing && data->Iopb->MinorFunction == IRP_MN_QUERY_DIRECTORY)
        return list_badly(data);
    if (major == IRP_MJ_CREATE && kept) {
        ObDereferenceObject(kept);
        kept = NULL;
    }
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

/* Removes the hidden name from a listing. */
static void edit_listing(PFLT_CALLBACK_DATA data)
{
    char *buffer = data->Iopb->Parameters.DirectoryControl.QueryDirectory.DirectoryBuffer;
    PFILE_ID_EXTD_DIR_INFORMATION before = NULL;
    if (!NT_SUCCESS(data->IoStatus.Status) || data->IoStatus.Information == 0)
        return;
    for (ULONG at = 0;;) {
        PFILE_ID_EXTD_DIR_INFORMATION e = (void *)(buffer + at);
        char name[STAGE_NAME] = {0};
        for (ULONG i = 0; i < e->FileNameLength / 2 && i < STAGE_NAME - 1; i++)
            name[i] = (char)e->FileName[i];
        if (stage->hide[0] && strcmp(name, stage->hide) == 0 && before)
            before->NextEntryOffset = e->NextEntryOffset ? before->NextEntryOffset + e->NextEntryOffset : 0;
        else
            before = e;
        if (stage->resize[0] && strcmp(name, stage->resize) == 0)
            e->EndOfFile.QuadPart = stage->size;
        if (!e->NextEntryOffset)
            return;
        at += e->NextEntryOffset;
    }
}

static void change_target(PFLT_CALLBACK_DATA data)
{
    PREPARSE_DATA_BUFFER link = data->Iopb->Parameters.FileSystemControl.Buffered.SystemBuffer;
    USHORT length = 0;
    if (!NT_SUCCESS(data->IoStatus.Status) || link->ReparseTag != IO_REPARSE_TAG_SYMLINK)
        return;
    WCHAR *path = link->SymbolicLinkReparseBuffer.PathBuffer;
    for (; stage->target[length]; length++)
        path[length] = (WCHAR)(stage->target[length] == '/' ? '\\' : stage->target[length]);
    link->SymbolicLinkReparseBuffer.SubstituteNameOffset = link->SymbolicLinkReparseBuffer.PrintNameOffset = 0;
    link->SymbolicLinkReparseBuffer.SubstituteNameLength = link->SymbolicLinkReparseBuffer.PrintNameLength = length * 2;
    link->ReparseDataLength = (USHORT)(12 + length * 2);
    data->IoStatus.Information = 8u + link->ReparseDataLength;
}

static void change_ea(PFLT_CALLBACK_DATA data)
{
    PFILE_FULL_EA_INFORMATION ea = data->Iopb->Parameters.QueryEa.EaBuffer;
    size_t length = strlen(stage->ea_value);
    if (!NT_SUCCESS(data->IoStatus.Status) || ea->EaValueLength != length)
        return;
    memcpy(ea->EaName + ea->EaNameLength + 1, stage->ea_value, length);
}

static FLT_POSTOP_CALLBACK_STATUS post(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, FLT_POST_OPERATION_FLAGS flags)
{
    char name[STAGE_NAME];
    UCHAR major = data->Iopb->MajorFunction;
    if (flags & FLTFL_POST_OPERATION_DRAINING)
        return FLT_POSTOP_FINISHED_PROCESSING;
    frame_last_name(objects->FileObject, name, STAGE_NAME);
    if (major == (UCHAR)IRP_MJ_QUERY_OPEN)
        __atomic_store_n(&stage->information_seen, (uint32_t)data->IoStatus.Information + 1, __ATOMIC_RELEASE);
    if (stage->resize[0] && strcmp(name, stage->resize) == 0 && NT_SUCCESS(data->IoStatus.Status) &&
        (is_look(major) || major == IRP_MJ_QUERY_INFORMATION)) {
        FILE_INFORMATION_CLASS class;
        void *buffer;
        look_buffer(data->Iopb, &class, &buffer);
        tell(class, buffer, stage->size, stage->read_only ? FILE_ATTRIBUTE_READONLY : 0);
    }
    if (major == IRP_MJ_DIRECTORY_CONTROL && data->Iopb->MinorFunction == IRP_MN_QUERY_DIRECTORY)
        edit_listing(data);
    if (major == IRP_MJ_FILE_SYSTEM_CONTROL && stage->target[0] &&
        data->Iopb->Parameters.FileSystemControl.Common.FsControlCode == FSCTL_GET_REPARSE_POINT)
        change_target(data);
    if (major == IRP_MJ_QUERY_EA && stage->ea_value[0])
        change_ea(data);
    return FLT_POSTOP_FINISHED_PROCESSING;
}

#define FILTER(n)                                                                                                    \
    static FLT_PREOP_CALLBACK_STATUS pre##n(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)  \
    {                                                                                                                \
        return pre(n, data, objects);                                                                                \
    }                                                                                                                \
    static FLT_POSTOP_CALLBACK_STATUS post##n(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context, \
        FLT_POST_OPERATION_FLAGS flags)                                                                              \
    {                                                                                                                \
        return post(data, objects, flags);                                                                           \
    }                                                                                                                \
    static NTSTATUS unload##n(FLT_FILTER_UNLOAD_FLAGS flags)                                                         \
    {                                                                                                                \
        FltUnregisterFilter(filters[n]);                                                                             \
        return STATUS_SUCCESS;                                                                                       \
    }                                                                                                                \
    static NTSTATUS entry##n(PDRIVER_OBJECT driver, PUNICODE_STRING path)                                            \
    {                                                                                                                \
        return enter(n, driver, pre##n, post##n, unload##n);                                                         \
    }

static NTSTATUS enter(unsigned n, PDRIVER_OBJECT driver, PFLT_PRE_OPERATION_CALLBACK before, PFLT_POST_OPERATION_CALLBACK after,
    PFLT_FILTER_UNLOAD_CALLBACK unload)
{
    FLT_OPERATION_REGISTRATION operations[32] = {0};
    unsigned count = stage->majors[n][0];
    for (unsigned i = 0; i < count; i++)
        operations[i] = (FLT_OPERATION_REGISTRATION){.MajorFunction = stage->majors[n][1 + i], .PreOperation = before, .PostOperation = after};
    operations[count].MajorFunction = IRP_MJ_OPERATION_END;
    FLT_REGISTRATION registration = {.Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION,
        .OperationRegistration = operations, .FilterUnloadCallback = unload};
    NTSTATUS status = FltRegisterFilter(driver, &registration, &filters[n]);
    return NT_SUCCESS(status) ? FltStartFiltering(filters[n]) : status;
}

FILTER(0)
FILTER(1)
FILTER(2)

static const struct {
    const char *name, *altitude;
    NTSTATUS (*entry)(PDRIVER_OBJECT, PUNICODE_STRING);
} drivers[STAGE_FILTERS] = {{"StageA", "370000", entry0}, {"StageB", "330000", entry1}, {"StageC", "270000", entry2}};

/* ---- the manager's process ---- */

static ofm_volume *volumes[2];
static ofm_mount *mounts[2];

static void mount_both(void)
{
    const char *cache = stage->cache[0] ? stage->cache : "auto";
    must(NT_SUCCESS(ofm_mount_volume_cached(volumes[0], stage_mount, cache, &mounts[0])), "mount");
    must(NT_SUCCESS(ofm_mount_volume_cached(volumes[1], stage_second, cache, &mounts[1])), "second mount");
}

static void unmount_both(void)
{
    must(NT_SUCCESS(ofm_unmount(mounts[0], 0)) && NT_SUCCESS(ofm_unmount(mounts[1], 0)), "unmount");
}

static void count_reports(void *context, enum ofm_log_level level, const char *driver, const char *text)
{
    if (level == OFM_LOG_REPORT)
        __atomic_add_fetch(&stage->reports, 1, __ATOMIC_RELAXED);
}

static void write_natively(void)
{
    PFILE_OBJECT file;
    ULONG done;
    must(NT_SUCCESS(ofm_create(volumes[0], stage->native, FILE_WRITE_DATA, FILE_OVERWRITE_IF, FILE_NON_DIRECTORY_FILE, &file, NULL)),
        "creating natively");
    must(NT_SUCCESS(ofm_write(file, 0, "native", 6, &done)) && done == 6, "writing natively");
    ofm_close(file);
}

static void obey(char c)
{
    if (c >= 'A' && c < 'A' + STAGE_FILTERS)
        must(NT_SUCCESS(ofm_driver_load_entry(drivers[c - 'A'].name, drivers[c - 'A'].entry)), "loading a filter");
    if (c >= 'a' && c < 'a' + STAGE_FILTERS)
        must(NT_SUCCESS(ofm_driver_unload(drivers[c - 'a'].name, 0)), "unloading a filter");
    if (c == 'm') {
        unmount_both();
        mount_both();
    }
    if (c == 'w')
        write_natively();
    if (c == 'x')
        must(NT_SUCCESS(ofm_delete(volumes[0], stage->native)), "deleting natively");
}

static void run_manager(int commands, int answers)
{
    struct ofm_options options = {.log_level = OFM_LOG_REPORT, .log = count_reports};
    struct ofm_report report = {0};
    must(NT_SUCCESS(ofm_start(&options)), "start");
    for (int i = 0; i < STAGE_FILTERS; i++)
        must(NT_SUCCESS(ofm_service_set(drivers[i].name, NULL, drivers[i].altitude, NULL, 0)), "service");
    must(NT_SUCCESS(ofm_volume_add_directory(stage_back, "C:", &volumes[0])), "volume");
    must(NT_SUCCESS(ofm_volume_add_directory(stage_second_back, "D:", &volumes[1])), "second volume");
    mount_both();
    for (char c = 'h'; c != 'q';) {
        obey(c);
        must(write(answers, "k", 1) == 1, "answer");
        if (read(commands, &c, 1) != 1)
            c = 'q';
    }
    unmount_both();
    must(NT_SUCCESS(ofm_volume_remove(volumes[0], 0)) && NT_SUCCESS(ofm_volume_remove(volumes[1], 0)),
        "removing the volumes, files left open");
    ofm_stop(&report);
}

/* ---- the test's side ---- */

void stage_remount(const char *cache)
{
    snprintf(stage->cache, sizeof stage->cache, "%s", cache);
    frame_order('m');
}

int stage_start(void **state)
{
    frame_enter();
    frame_directory(stage_mount);
    frame_directory(stage_second);
    frame_directory(stage_back);
    frame_directory(stage_second_back);
    chmod(stage_back, 0777);
    stage = mmap(NULL, sizeof *stage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(stage != MAP_FAILED);
    return frame_start(run_manager);
}

static void unload_all(void)
{
    for (unsigned i = 0; i < STAGE_FILTERS; i++)
        if (stage->majors[i][0])
            stage_unload(i);
}

int stage_stop(void **state)
{
    unload_all();
    int status = frame_quit();
    frame_remove(stage_back);
    frame_remove(stage_second_back);
    rmdir(stage_mount);
    rmdir(stage_second);
    return frame_result(status);
}

int stage_clear(void **state)
{
    unload_all();
    bool other = stage->cache[0] != '\0';
    memset(stage, 0, offsetof(struct stage, events));
    if (other)
        stage_remount("");
    frame_empty(stage_mount);
    frame_empty(stage_back);
    frame_empty(stage_second_back);
    return 0;
}

void stage_native_write(const char *name)
{
    snprintf(stage->native, sizeof stage->native, "\\%s", name);
    frame_order('w');
}

void stage_native_delete(const char *name)
{
    snprintf(stage->native, sizeof stage->native, "\\%s", name);
    frame_order('x');
}

void stage_load(unsigned filter, const unsigned char *majors, size_t count)
{
    memcpy(stage->majors[filter] + 1, majors, count);
    stage->majors[filter][0] = (unsigned char)count;
    frame_order((char)('A' + filter));
}

void stage_unload(unsigned filter)
{
    frame_order((char)('a' + filter));
    stage->majors[filter][0] = 0;
}

const char *at(const char *name)
{
    return frame_path(stage_mount, name);
}

const char *at_second(const char *name)
{
    return frame_path(stage_second, name);
}

const char *back(const char *name)
{
    return frame_path(stage_back, name);
}

const char *back_second(const char *name)
{
    return frame_path(stage_second_back, name);
}

void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal((ssize_t)strlen(text), write(fd, text, strlen(text)));
    close(fd);
}

const char *text_in(const char *path)
{
    static char text[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (got < 0)
        snprintf(text, sizeof text, "(%s)", strerrorname_np(errno));
    else
        text[got] = '\0';
    if (fd >= 0)
        close(fd);
    return text;
}

static uint32_t event_count(void)
{
    uint32_t count = __atomic_load_n(&stage->event_count, __ATOMIC_ACQUIRE);
    return count < STAGE_EVENTS ? count : STAGE_EVENTS;
}

static bool is_event(const struct stage_event *event, unsigned char major, const char *name)
{
    return event->major == major && (name == NULL || strcmp(event->name, name) == 0);
}

unsigned seen(unsigned char major, const char *name)
{
    unsigned found = 0;
    for (uint32_t i = 0; i < event_count(); i++)
        found += is_event(&stage->events[i], major, name);
    return found;
}

const struct stage_event *event_of(unsigned char major, const char *name)
{
    for (uint32_t i = 0; i < event_count(); i++)
        if (is_event(&stage->events[i], major, name))
            return &stage->events[i];
    fail_msg("no event 0x%x of %s", major, name);
    return NULL;
}

static const char *major_name(unsigned char major)
{
    switch (major) {
    case CREATE: return "CREATE";
    case CLOSE: return "CLOSE";
    case READ: return "READ";
    case WRITE: return "WRITE";
    case QUERY: return "QUERY";
    case SET: return "SET";
    case GET_EA: return "GETEA";
    case SET_EA: return "SETEA";
    case FLUSH: return "FLUSH";
    case LIST: return "LIST";
    case FSCTL: return "FSCTL";
    case CLEANUP: return "CLEANUP";
    case GET_SECURITY: return "GETSECURITY";
    case SET_SECURITY: return "SETSECURITY";
    case QUERY_OPEN: return "QUERYOPEN";
    case NETWORK: return "NETWORK";
    default: return "?";
    }
}

const char *sequence(const char *name)
{
    static char text[1024];
    text[0] = '\0';
    for (uint32_t i = 0; i < event_count(); i++)
        if (strcmp(stage->events[i].name, name) == 0 && strlen(text) < sizeof text - 16)
            sprintf(text + strlen(text), "%s%s", *text ? " " : "", major_name(stage->events[i].major));
    return text;
}

void forget_events(void)
{
    __atomic_store_n(&stage->event_count, 0, __ATOMIC_RELEASE);
}

void expect_sequence(const char *name, const char *expected)
{
    unsigned long long end = now_ms() + 5000;
    while (strcmp(sequence(name), expected) != 0 && now_ms() < end)
        sched_yield();
    assert_string_equal(expected, sequence(name));
}
