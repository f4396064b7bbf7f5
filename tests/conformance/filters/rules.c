/* Single rules that fit nowhere else in this directory. */
#include "probe.h"

#include "ntoskrnl/cm/cm.h"
#include "ntoskrnl/io/driver.h"
#include "ntoskrnl/ke/ke.h"

static FLT_PREOP_CALLBACK_STATUS NTAPI count_pre(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context);
static unsigned counted;

static FLT_PREOP_CALLBACK_STATUS NTAPI count_pre(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    counted++;
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static NTSTATUS read_once(PFILE_OBJECT file)
{
    char buffer[8];
    return rig_read(file, 0, buffer, sizeof buffer, NULL);
}

/* ---- F-009 ---- */

static PFLT_FILTER discarded;

static NTSTATUS NTAPI unload_discarded(FLT_FILTER_UNLOAD_FLAGS flags)
{
    FltUnregisterFilter(discarded);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI discarding_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    FLT_OPERATION_REGISTRATION operations[] = {{IRP_MJ_READ, 0, count_pre, NULL, NULL}, {.MajorFunction = IRP_MJ_OPERATION_END}};
    FLT_CONTEXT_REGISTRATION contexts[] = {{.ContextType = FLT_INSTANCE_CONTEXT, .Size = 8, .PoolTag = 'gaTc'}, {.ContextType = FLT_CONTEXT_END}};
    FLT_REGISTRATION registration = {.Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION, .OperationRegistration = operations,
        .ContextRegistration = contexts, .FilterUnloadCallback = unload_discarded};
    NTSTATUS status = FltRegisterFilter(driver, &registration, &discarded);
    memset(operations, 0x55, sizeof operations);
    memset(contexts, 0x55, sizeof contexts);
    memset(&registration, 0x55, sizeof registration);
    return NT_SUCCESS(status) ? FltStartFiltering(discarded) : status;
}

static void copied(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    UNICODE_STRING service;
    PFLT_CONTEXT context;
    memfs_add_file(fs, u"\\file", "x");
    rig_define("Discard", "I", "380001", 0, true);
    RtlInitUnicodeString(&service, u"Discard");
    assert_status(STATUS_SUCCESS, io_driver_start(&service, discarding_entry, NULL));
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    counted = 0;
    read_once(file);
    assert_int_equal(1, counted);
    assert_status(STATUS_SUCCESS, FltAllocateContext(discarded, FLT_INSTANCE_CONTEXT, 8, PagedPool, &context));
    FltReleaseContext(context);
    rig_close(file);
    assert_status(STATUS_SUCCESS, flt_filter_unload(&service, false));
    memfs_remove(fs);
}

/* ---- F-036 ---- */

static NTSTATUS self_unload;

static FLT_PREOP_CALLBACK_STATUS unload_self(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, u"Probe0");
    self_unload = FltUnloadFilter(&name);
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void unloads_itself(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PROBE[0].pre = unload_self;
    read_once(file);
    assert_status(STATUS_INVALID_PARAMETER, self_unload);
    assert_int_equal(1, rig_log_count("F-036"));
    rig_close(file);
    probe_end(fs, 1);
}

/* ---- F-057 ---- */

static void features(void **state)
{
    struct rig_filter f = {.name = "Featured", .altitude = "380002"};
    struct cm_key *key;
    UNICODE_STRING service;
    RtlInitUnicodeString(&service, u"Featured");
    assert_status(STATUS_SUCCESS, cm_open_service(&service, true, &key));
    cm_set_dword(key, u"SupportedFeatures", 3);
    cm_close(key);
    assert_status(STATUS_SUCCESS, rig_load(&f));
    assert_int_equal(3, f.handle->supported_features);
    rig_unload_ok(&f);
    rig_forget(&f);
}

/* ---- F-075 ---- */

static char setups[8];

static NTSTATUS NTAPI setup_high(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_SETUP_FLAGS flags, DEVICE_TYPE type, FLT_FILESYSTEM_TYPE fs)
{
    strcat(setups, "h");
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI setup_low(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_SETUP_FLAGS flags, DEVICE_TYPE type, FLT_FILESYSTEM_TYPE fs)
{
    strcat(setups, "l");
    return STATUS_SUCCESS;
}

static void setup_order(void **state)
{
    struct rig_filter high = {.name = "SetupHigh", .altitude = "390001", .setup = setup_high};
    struct rig_filter low = {.name = "SetupLow", .altitude = "40001", .setup = setup_low};
    assert_status(STATUS_SUCCESS, rig_load(&high));
    assert_status(STATUS_SUCCESS, rig_load(&low));
    setups[0] = 0;
    struct memfs *fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "x");
    rig_close(rig_open_ok(fs, u"\\file"));
    assert_string_equal("lh", setups);
    rig_unload_ok(&high);
    rig_unload_ok(&low);
    rig_forget(&high);
    rig_forget(&low);
    memfs_remove(fs);
}

static struct memfs *going;
static pthread_t dismounter;

static void *dismount(void *argument)
{
    memfs_remove(going);
    return argument;
}

static NTSTATUS NTAPI setup_dismounts(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_SETUP_FLAGS flags, DEVICE_TYPE type, FLT_FILESYSTEM_TYPE fs)
{
    strcat(setups, "l");
    pthread_create(&dismounter, NULL, dismount, NULL);
    while (NT_SUCCESS(FltObjectReference(objects->Volume)))
        FltObjectDereference(objects->Volume);
    return STATUS_FLT_DO_NOT_ATTACH;
}

static void dismounted_while_offered(void **state)
{
    struct rig_filter high = {.name = "SetupHigh", .altitude = "390001", .setup = setup_high};
    struct rig_filter low = {.name = "SetupLow", .altitude = "40001", .setup = setup_dismounts};
    PFILE_OBJECT file;
    assert_status(STATUS_SUCCESS, rig_load(&high));
    assert_status(STATUS_SUCCESS, rig_load(&low));
    setups[0] = 0;
    going = memfs_create(NULL);
    memfs_add_file(going, u"\\file", "x");
    NTSTATUS status = rig_open(going, u"\\file", &file); /* the dismount may overtake it */
    pthread_join(dismounter, NULL);
    if (status == STATUS_SUCCESS)
        rig_close(file);
    else
        assert_status(STATUS_VOLUME_DISMOUNTED, status);
    assert_string_equal("l", setups); /* a volume that goes is offered to nobody else */
    rig_unload_ok(&high);
    rig_unload_ok(&low);
    rig_forget(&high);
    rig_forget(&low);
}

/* ---- F-140 ---- */

static _Atomic unsigned inside;

static FLT_PREOP_CALLBACK_STATUS both_inside(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    inside++;
    rig_until(inside >= 2);
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void read_thread(void *file)
{
    read_once(file);
}

static void concurrent(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    struct rig_thread threads[2];
    inside = 0;
    PROBE[0].pre = both_inside;
    for (unsigned i = 0; i < 2; i++)
        rig_run(&threads[i], read_thread, file);
    for (unsigned i = 0; i < 2; i++)
        rig_join(&threads[i]);
    assert_int_equal(2, inside);
    rig_close(file);
    probe_end(fs, 1);
}

/* ---- F-154, F-183, F-228 ---- */

static FLT_POSTOP_CALLBACK_STATUS disallow_post(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    return FLT_POSTOP_DISALLOW_FSFILTER_IO;
}

static void post_disallows(void **state)
{
    struct memfs *fs = probe_begin(2);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PROBE[0].only = PROBE[1].only = (UCHAR)IRP_MJ_QUERY_OPEN;
    PROBE[1].post = disallow_post;
    struct io_operation *op = rig_operation(fs, (UCHAR)IRP_MJ_QUERY_OPEN, file);
    assert_status(STATUS_FLT_DISALLOW_FAST_IO, io_send_and_wait(op));
    io_operation_free(op);
    assert_status(STATUS_FLT_DISALLOW_FAST_IO, PROBE[0].post_status);
    PROBE[1].only = IRP_MJ_READ; /* elsewhere it means nothing */
    assert_status(STATUS_SUCCESS, read_once(file));
    assert_int_equal(1, rig_log_count("F-153"));
    rig_close(file);
    probe_end(fs, 2);
}

static FLT_PREOP_CALLBACK_STATUS scribble(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    self->note = data->FilterContext[3];
    data->FilterContext[3] = self;
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static void scratch_space(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PROBE[0].pre = scribble;
    read_once(file);
    assert_ptr_equal(NULL, PROBE[0].note);
    read_once(file); /* the next operation finds nothing of the last */
    assert_ptr_equal(NULL, PROBE[0].note);
    rig_close(file);
    probe_end(fs, 1);
}

static ULONG last_flags;

static FLT_PREOP_CALLBACK_STATUS note_flags(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    last_flags = data->Flags;
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static bool buffered(UCHAR major, PFILE_OBJECT file)
{
    struct io_transfer t = {.file = file};
    FILE_BASIC_INFORMATION info = {0};
    char room[64];
    PROBE[0].only = major;
    last_flags = 0;
    switch (major) {
    case IRP_MJ_QUERY_INFORMATION: io_query_information(&t, FileBasicInformation, &info, sizeof info); break;
    case IRP_MJ_SET_INFORMATION: io_set_information(&t, FileBasicInformation, &info, sizeof info, NULL, FALSE); break;
    case IRP_MJ_DIRECTORY_CONTROL: io_query_directory(&t, FileNamesInformation, room, sizeof room, NULL, SL_RESTART_SCAN, 0); break;
    case IRP_MJ_READ: read_once(file); break;
    default: io_fs_control(&t, CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 99, METHOD_BUFFERED, 0), room, 8, room, 8); break;
    }
    assert_true(last_flags & FLTFL_CALLBACK_DATA_IRP_OPERATION);
    return last_flags & FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
}

static void system_buffers(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file"), dir = rig_open_ok(fs, u"\\dir");
    PROBE[0].pre = note_flags;
    assert_true(buffered(IRP_MJ_QUERY_INFORMATION, file));
    assert_true(buffered(IRP_MJ_SET_INFORMATION, file));
    assert_true(buffered(IRP_MJ_FILE_SYSTEM_CONTROL, file));
    assert_false(buffered(IRP_MJ_READ, file));
    assert_false(buffered(IRP_MJ_DIRECTORY_CONTROL, dir));
    rig_close(dir);
    rig_close(file);
    probe_end(fs, 1);
}

/* ---- F-193, F-194 ---- */

static UCHAR operation_flags;
static ULONG irp_flags;

static FLT_PREOP_CALLBACK_STATUS note_create(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    operation_flags = data->Iopb->OperationFlags;
    irp_flags = data->Iopb->IrpFlags;
    data->Iopb->OperationFlags &= (UCHAR)~SL_OPEN_TARGET_DIRECTORY; /* taken back before the end: legal */
    data->Iopb->OperationFlags = operation_flags;
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void create_flags(void **state)
{
    struct memfs *fs = probe_begin(1);
    struct io_create_request request = {.volume = memfs_volume(fs), .access = FILE_WRITE_DATA, .disposition = FILE_OPEN, .share_access = 7,
        .sl_flags = SL_OPEN_TARGET_DIRECTORY, .mode = UserMode};
    struct io_create_result result;
    PROBE[0].only = IRP_MJ_CREATE;
    PROBE[0].pre = note_create;
    RtlInitUnicodeString(&request.path, u"\\dir\\new");
    assert_status(STATUS_SUCCESS, io_create_file(&request, &result));
    assert_true(operation_flags & SL_OPEN_TARGET_DIRECTORY);
    assert_true(operation_flags & SL_FORCE_ACCESS_CHECK);
    assert_true(irp_flags & IRP_CREATE_OPERATION);
    rig_close(result.file);
    probe_end(fs, 1);
}

/* ---- F-212: workers that wait for other work ---- */

#define CHAIN 64
static KEVENT links[CHAIN + 1];

static VOID wait_for_next(PFLT_GENERIC_WORKITEM item, PVOID object, PVOID context)
{
    uintptr_t n = (uintptr_t)context;
    rig_wait(&links[n + 1]);
    KeSetEvent(&links[n], 0, FALSE);
    FltFreeGenericWorkItem(item);
}

static void chained_work(void **state)
{
    probe_reset();
    probe_load(1);
    for (unsigned i = 0; i <= CHAIN; i++)
        KeInitializeEvent(&links[i], NotificationEvent, FALSE);
    for (uintptr_t i = 0; i < CHAIN; i++)
        assert_status(STATUS_SUCCESS, FltQueueGenericWorkItem(FltAllocateGenericWorkItem(), PROBE[0].filter.handle, wait_for_next,
            i % 2 ? CriticalWorkQueue : DelayedWorkQueue, (PVOID)i));
    KeSetEvent(&links[CHAIN], 0, FALSE);
    rig_wait(&links[0]);
    probe_unload(1);
}

/* ---- F-198 ---- */

static FLT_POSTOP_CALLBACK_STATUS cancel_and_reissue(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    if (!NT_SUCCESS(data->IoStatus.Status))
        return FLT_POSTOP_FINISHED_PROCESSING;
    FltCancelFileOpen(objects->Instance, objects->FileObject);
    FltReissueSynchronousIo(objects->Instance, data);
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static void reissue_cancelled(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file;
    PROBE[0].only = IRP_MJ_CREATE;
    PROBE[0].post = cancel_and_reissue;
    assert_status(STATUS_CANCELLED, rig_open(fs, u"\\file", &file));
    assert_ptr_equal(NULL, file);
    assert_int_equal(0, memfs_open_files(fs)); /* cleanup and close went down: F-156, F-352 */
    assert_int_equal(1, memfs_count(fs, IRP_MJ_CLEANUP));
    probe_end(fs, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-009 F-064 what was registered is copied; no InstanceSetup attaches", copied),
        TEST("F-036 a filter cannot unload itself", unloads_itself),
        TEST("F-057 SupportedFeatures", features),
        TEST("F-075 a new volume is offered to the lowest first", setup_order),
        TEST("F-074 a volume dismounted while it is offered is offered no further", dismounted_while_offered),
        TEST("F-140 callbacks of one instance run at once", concurrent),
        TEST("F-152 F-154 a post disallows FS-filter I/O", post_disallows),
        TEST("F-183 scratch space is empty for each operation", scratch_space),
        TEST("F-178 F-228 which operations have system buffers", system_buffers),
        TEST("F-193 F-194 flags of a create", create_flags),
        TEST("F-211 F-212 work that waits for work", chained_work),
        TEST("F-156 F-198 F-352 a cancelled open cannot be reissued", reissue_cancelled),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
