/* Rules at the edges of the other programs' concepts: what registering does not do, what a pre callback may rely on, what a teardown cuts
 * short. Each case stands for itself. */
#include "probe.h"

#include "fltmgr/callback.h"
#include "ntoskrnl/cm/cm.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ps/ps.h"

/* ---- registering and unloading ---- */

static _Atomic unsigned setups;

static NTSTATUS NTAPI count_setup(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_SETUP_FLAGS flags, DEVICE_TYPE type, FLT_FILESYSTEM_TYPE fs)
{
    setups++;
    return STATUS_SUCCESS;
}

static _Atomic unsigned creates_seen;

static FLT_PREOP_CALLBACK_STATUS NTAPI count_create(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    creates_seen++;
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void registering_calls_nothing(void **state)
{
    static const FLT_OPERATION_REGISTRATION operations[] = {{IRP_MJ_CREATE, 0, count_create, NULL, NULL},
        {.MajorFunction = IRP_MJ_OPERATION_END}};
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Quiet", .altitude = "301100", .setup = count_setup, .operations = operations, .no_start = true};
    memfs_add_file(fs, u"\\file", "hello");
    setups = creates_seen = 0;
    assert_status(STATUS_SUCCESS, rig_load(&f));
    rig_close(rig_open_ok(fs, u"\\file"));
    assert_int_equal(0, setups);
    assert_int_equal(0, creates_seen);
    assert_status(STATUS_SUCCESS, FltStartFiltering(f.handle));
    assert_int_equal(1, setups);
    rig_close(rig_open_ok(fs, u"\\file"));
    assert_int_equal(1, creates_seen);
    rig_unload_ok(&f);
    rig_forget(&f);
    memfs_remove(fs);
}

static void set_service_value(const char16_t *service, const char16_t *name, const char16_t *value)
{
    struct cm_key *key;
    UNICODE_STRING text;
    RtlInitUnicodeString(&text, service);
    assert_status(STATUS_SUCCESS, cm_open_service(&text, true, &key));
    assert_status(STATUS_SUCCESS, cm_set_string(key, name, value));
    cm_close(key);
}

static void dependencies_do_not_hold(void **state)
{
    struct rig_filter base = {.name = "Base", .altitude = "301200"}, above = {.name = "Above", .altitude = "301300"};
    rig_install(&above);
    set_service_value(u"Above", u"DependOnService", u"Base");
    assert_status(STATUS_SUCCESS, rig_load(&base));
    assert_status(STATUS_SUCCESS, rig_load(&above));
    assert_status(STATUS_SUCCESS, rig_unload(&base, false));
    assert_int_equal(1, base.unloads);
    assert_int_equal(0, above.unloads);
    rig_unload_ok(&above);
    rig_forget(&above);
    rig_forget(&base);
}

static void groups_do_not_place(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter high = {.name = "High", .altitude = "389900"}, low = {.name = "Low", .altitude = "40100"};
    rig_install(&high);
    rig_install(&low);
    set_service_value(u"High", u"Group", u"FSFilter Bottom");
    set_service_value(u"Low", u"Group", u"FSFilter Top");
    assert_status(STATUS_SUCCESS, rig_load(&low));
    assert_status(STATUS_SUCCESS, rig_load(&high));
    PFLT_INSTANCE top;
    assert_status(STATUS_SUCCESS, FltGetTopInstance(rig_volume(fs), &top));
    assert_ptr_equal(rig_instance(&high, fs), top);
    FltObjectDereference(top);
    rig_unload_ok(&high);
    rig_unload_ok(&low);
    rig_forget(&high);
    rig_forget(&low);
    memfs_remove(fs);
}

/* ---- pre callbacks ---- */

static KIRQL pre_irql;

static FLT_PREOP_CALLBACK_STATUS note_level(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    pre_irql = KeGetCurrentIrql();
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_PREOP_CALLBACK_STATUS pend(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    self->held = data;
    KeSetEvent(&self->entered, IO_NO_INCREMENT, FALSE);
    return FLT_PREOP_PENDING;
}

static void read_once(void *context)
{
    char buffer[8];
    ULONG done;
    assert_status(STATUS_SUCCESS, rig_read(context, 0, buffer, sizeof buffer, &done));
    assert_int_equal(5, done);
}

static void thread_of_a_pre(void **state)
{
    struct memfs *fs = probe_begin(2);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    struct rig_thread thread;
    PROBE[1].pre = note_level;
    pre_irql = HIGH_LEVEL;
    read_once(file);
    assert_true(pthread_equal(pthread_self(), PROBE[1].pre_thread)); /* the requester's */
    assert_true(pre_irql <= APC_LEVEL);
    PROBE[0].pre = pend;
    rig_run(&thread, read_once, file);
    rig_wait(&PROBE[0].entered);
    assert_int_equal(1, PROBE[1].pres);
    /* else its own thread goes on: F-143 */
    rig_until(__atomic_load_n(&flt_callback_of(PROBE[0].held)->pend, __ATOMIC_ACQUIRE) == FLT_PEND_RETURNED);
    FltCompletePendedPreOperation(PROBE[0].held, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
    rig_join(&thread);
    assert_int_equal(2, PROBE[1].pres);
    assert_true(pthread_equal(pthread_self(), PROBE[1].pre_thread)); /* who completed it above, not who reads */
    rig_close(file);
    probe_end(fs, 2);
}

static NTSTATUS seen_status;
static ULONG_PTR seen_information;

static FLT_POSTOP_CALLBACK_STATUS note_result(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    seen_status = data->IoStatus.Status;
    seen_information = data->IoStatus.Information;
    return FLT_POSTOP_FINISHED_PROCESSING;
}

/* What a pre leaves in IoStatus without completing is nobody's result. */
static FLT_PREOP_CALLBACK_STATUS scribble(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    data->IoStatus.Status = STATUS_ACCESS_DENIED;
    data->IoStatus.Information = 999;
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static void where_the_result_stands(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PFLT_CALLBACK_DATA own;
    char buffer[8];
    PROBE[0].pre = scribble;
    PROBE[0].post = note_result;
    read_once(file);
    assert_status(STATUS_SUCCESS, seen_status);
    assert_int_equal(5, seen_information);
    assert_status(STATUS_SUCCESS, FltAllocateCallbackData(rig_instance(&PROBE[0].filter, fs), file, &own));
    own->Iopb->MajorFunction = IRP_MJ_READ;
    own->Iopb->Parameters.Read.Length = 3;
    own->Iopb->Parameters.Read.ReadBuffer = buffer;
    FltPerformSynchronousIo(own);
    assert_status(STATUS_SUCCESS, own->IoStatus.Status);
    assert_int_equal(3, own->IoStatus.Information);
    FltFreeCallbackData(own);
    rig_close(file);
    probe_end(fs, 1);
}

static void nothing_to_read(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    ULONG done = 9;
    PROBE[0].post = note_result;
    assert_status(STATUS_SUCCESS, rig_read(file, 0, NULL, 0, &done)); /* no buffer to swap */
    assert_int_equal(0, done);
    assert_int_equal(1, PROBE[0].posts);
    assert_status(STATUS_SUCCESS, seen_status);
    assert_int_equal(0, seen_information);
    rig_close(file);
    probe_end(fs, 1);
}

/* ---- sections ---- */

static FLT_PREOP_CALLBACK_STATUS NTAPI refuse_section(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    data->IoStatus.Status = STATUS_INSUFFICIENT_RESOURCES;
    return FLT_PREOP_COMPLETE;
}

static NTSTATUS acquire(struct memfs *fs, PFILE_OBJECT file, FS_FILTER_SECTION_SYNC_TYPE type)
{
    struct io_operation *op = rig_operation(fs, (UCHAR)IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION, file);
    op->iopb.Parameters.AcquireForSectionSynchronization.SyncType = type;
    op->iopb.Parameters.AcquireForSectionSynchronization.PageProtection = type == SyncTypeOther ? 0 : PAGE_READWRITE;
    NTSTATUS status = io_send_and_wait(op);
    io_operation_free(op);
    return status;
}

static void only_creation_can_be_refused(void **state)
{
    static const FLT_OPERATION_REGISTRATION operations[] = {
        {(UCHAR)IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION, 0, refuse_section, NULL, NULL}, {.MajorFunction = IRP_MJ_OPERATION_END}};
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Sections", .altitude = "301400", .operations = operations};
    memfs_add_file(fs, u"\\file", "hello");
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    assert_status(STATUS_SUCCESS, rig_load(&f));
    rig_log_clear();
    assert_status(STATUS_INSUFFICIENT_RESOURCES, acquire(fs, file, SyncTypeCreateSection));
    assert_int_equal(0, rig_log_count("F-240"));
    assert_status(STATUS_SUCCESS, acquire(fs, file, SyncTypeOther));
    assert_int_equal(1, rig_log_count("F-240"));
    rig_unload_ok(&f);
    rig_forget(&f);
    rig_close(file);
    memfs_remove(fs);
}

/* ---- set-up and teardown ---- */

static _Atomic unsigned acquired, released;

static FLT_PREOP_CALLBACK_STATUS NTAPI count_pairs(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    if (data->Iopb->MajorFunction == (UCHAR)IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION)
        acquired++;
    else
        released++;
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void release(struct memfs *fs, PFILE_OBJECT file)
{
    struct io_operation *op = rig_operation(fs, (UCHAR)IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION, file);
    io_send_and_wait(op);
    io_operation_free(op);
}

static void teardown_cuts_pairs(void **state)
{
    static const FLT_OPERATION_REGISTRATION operations[] = {{(UCHAR)IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION, 0, count_pairs, NULL, NULL},
        {(UCHAR)IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION, 0, count_pairs, NULL, NULL}, {.MajorFunction = IRP_MJ_OPERATION_END}};
    struct rig_filter pairs = {.name = "Pairs", .altitude = "301450", .operations = operations};
    struct memfs *fs = probe_begin(1);
    PROBE[0].only = IRP_MJ_CREATE;
    assert_status(STATUS_SUCCESS, rig_load(&pairs));
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    assert_int_equal(1, PROBE[0].pres);
    acquire(fs, file, SyncTypeOther);
    release(fs, file);
    acquire(fs, file, SyncTypeOther);
    assert_status(STATUS_SUCCESS, rig_detach(&PROBE[0].filter, fs, NULL));
    assert_status(STATUS_SUCCESS, rig_detach(&pairs, fs, NULL));
    PROBE[0].only = IRP_MJ_CLEANUP;
    PROBE[0].pres = 0;
    release(fs, file);
    rig_close(file);
    assert_int_equal(0, PROBE[0].pres);
    assert_int_equal(2, acquired);
    assert_int_equal(1, released);
    rig_unload_ok(&pairs);
    rig_forget(&pairs);
    probe_end(fs, 1);
}

/* Takes at least a tick of the clock that it is measured with. */
static NTSTATUS NTAPI slow_setup(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_SETUP_FLAGS flags, DEVICE_TYPE type, FLT_FILESYSTEM_TYPE fs)
{
    ULONGLONG start = KeQueryInterruptTime();
    while (KeQueryInterruptTime() == start)
        rig_yield();
    return STATUS_SUCCESS;
}

static void slow_setups_are_told(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Slow", .altitude = "301500", .setup = slow_setup};
    ULONGLONG patience = flt_setup_patience;
    rig_log_clear();
    assert_status(STATUS_SUCCESS, rig_load(&f));
    assert_int_equal(0, rig_log_count("F-072"));
    rig_unload_ok(&f);
    flt_setup_patience = 0; /* whatever it takes is too long */
    assert_status(STATUS_SUCCESS, rig_load(&f));
    flt_setup_patience = patience;
    assert_int_equal(1, rig_log_count("F-072"));
    assert_non_null(rig_instance(&f, fs)); /* told, not refused */
    rig_unload_ok(&f);
    rig_forget(&f);
    memfs_remove(fs);
}

/* ---- contexts ---- */

static void not_above_apc_level(void **state)
{
    static const FLT_CONTEXT_REGISTRATION contexts[] = {{.ContextType = FLT_STREAM_CONTEXT, .Size = 8, .PoolTag = 'tseT'},
        {.ContextType = FLT_CONTEXT_END}};
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Levels", .altitude = "301600", .contexts = contexts};
    PFLT_CONTEXT context, again = NULL;
    KIRQL old;
    memfs_add_file(fs, u"\\file", "hello");
    assert_status(STATUS_SUCCESS, rig_load(&f));
    PFLT_INSTANCE instance = rig_instance(&f, fs);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    assert_status(STATUS_SUCCESS, FltAllocateContext(f.handle, FLT_STREAM_CONTEXT, 8, NonPagedPoolNx, &context));
    assert_status(STATUS_SUCCESS, FltSetStreamContext(instance, file, FLT_SET_CONTEXT_REPLACE_IF_EXISTS, context, NULL));
    rig_log_clear();
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    FltGetStreamContext(instance, file, &again);
    assert_int_equal(1, rig_log_count("FltGetStreamContext"));
    if (again)
        FltReleaseContext(again);
    FltReleaseContext(context);
    assert_int_equal(0, rig_log_count("FltReleaseContext"));
    KeLowerIrql(old);
    rig_close(file);
    rig_unload_ok(&f);
    rig_forget(&f);
    memfs_remove(fs);
}

static void context_is_no_pool_block(void **state)
{
    static const FLT_CONTEXT_REGISTRATION contexts[] = {{.ContextType = FLT_STREAM_CONTEXT, .Size = 8, .PoolTag = 'tseT'},
        {.ContextType = FLT_CONTEXT_END}};
    struct rig_filter f = {.name = "Frees", .altitude = "301650", .contexts = contexts};
    PFLT_CONTEXT context;
    assert_status(STATUS_SUCCESS, rig_load(&f));
    assert_status(STATUS_SUCCESS, FltAllocateContext(f.handle, FLT_STREAM_CONTEXT, 8, NonPagedPoolNx, &context));
    memcpy(context, "context", 8);
    rig_log_clear();
    ExFreePool(context);
    ExFreePoolWithTag(context, 'tseT');
    assert_int_equal(2, rig_log_count("is no pool block"));
    assert_string_equal("context", context); /* told, and still the filter's */
    FltReleaseContext(context);
    rig_unload_ok(&f);
    rig_forget(&f);
}

static void who_has_file_contexts(void **state)
{
    struct memfs *ntfs = memfs_create(NULL), *fat = memfs_create_typed(NULL, NULL, FILE_DEVICE_DISK_FILE_SYSTEM, FLT_FSTYPE_FAT);
    struct rig_filter f = {.name = "Asks", .altitude = "301700"};
    memfs_add_file(ntfs, u"\\file", "hello");
    memfs_add_file(fat, u"\\file", "hello");
    assert_status(STATUS_SUCCESS, rig_load(&f));
    PFILE_OBJECT native = rig_open_ok(ntfs, u"\\file"), emulated = rig_open_ok(fat, u"\\file");
    assert_true(FltSupportsFileContexts(native));
    assert_true(FltSupportsFileContextsEx(native, NULL));
    assert_true(FltSupportsFileContextsEx(native, rig_instance(&f, ntfs)));
    assert_false(FltSupportsFileContexts(emulated));
    assert_false(FltSupportsFileContextsEx(emulated, NULL));
    assert_true(FltSupportsFileContextsEx(emulated, rig_instance(&f, fat)));
    rig_close(native);
    rig_close(emulated);
    rig_unload_ok(&f);
    rig_forget(&f);
    memfs_remove(ntfs);
    memfs_remove(fat);
}

/* ---- opens of a filter ---- */

static NTSTATUS open_below(struct rig_filter *f, struct memfs *fs, const char16_t *tail, ACCESS_MASK access, ULONG attributes_flags, PHANDLE handle)
{
    WCHAR path[100];
    UNICODE_STRING name = {.Buffer = path, .MaximumLength = sizeof path};
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;
    RtlAppendUnicodeStringToString(&name, &memfs_volume(fs)->device_name);
    RtlAppendUnicodeToString(&name, tail);
    InitializeObjectAttributes(&attributes, &name, attributes_flags | OBJ_CASE_INSENSITIVE, NULL, NULL);
    return FltCreateFile(f->handle, rig_instance(f, fs), handle, access, &attributes, &iosb, NULL, 0, FILE_SHARE_READ, FILE_OPEN, 0, NULL, 0, 0);
}

/* To be compared only. */
static PVOID file_of(HANDLE handle)
{
    PVOID file;
    if (!NT_SUCCESS(ObReferenceObjectByHandle(handle, 0, *IoFileObjectType, KernelMode, &file, NULL)))
        return NULL;
    ObDereferenceObject(file);
    return file;
}

static void handles_of_a_process(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Handles", .altitude = "301850"};
    HANDLE kernel, plain;
    KAPC_STATE before;
    memfs_add_file(fs, u"\\file", "hello");
    assert_status(STATUS_SUCCESS, rig_load(&f));
    PEPROCESS process = ps_process_create_simulated(1000, 1000, NULL, 0, NULL);
    KeStackAttachProcess(process, &before);
    assert_status(STATUS_SUCCESS, open_below(&f, fs, u"\\file", FILE_READ_DATA, 0, &plain));
    assert_status(STATUS_SUCCESS, open_below(&f, fs, u"\\file", FILE_READ_DATA, OBJ_KERNEL_HANDLE, &kernel));
    PVOID by_plain = file_of(plain), by_kernel = file_of(kernel);
    assert_non_null(by_plain);
    assert_non_null(by_kernel);
    KeUnstackDetachProcess(&before);
    assert_ptr_not_equal(by_plain, file_of(plain)); /* the process's own: nothing, or another file's, elsewhere */
    assert_ptr_equal(by_kernel, file_of(kernel));
    FltClose(kernel);
    KeStackAttachProcess(process, &before);
    assert_status(STATUS_SUCCESS, FltClose(plain));
    KeUnstackDetachProcess(&before);
    ps_process_end_simulated(process, 0);
    rig_unload_ok(&f);
    rig_forget(&f);
    memfs_remove(fs);
}

static void direct_opens(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Direct", .altitude = "301860"};
    static const ACCESS_MASK direct[] = {FILE_READ_ATTRIBUTES, READ_CONTROL, WRITE_DAC, WRITE_OWNER, SYNCHRONIZE};
    HANDLE handle;
    memfs_add_file(fs, u"\\file", "hello");
    assert_status(STATUS_SUCCESS, rig_load(&f));
    for (unsigned i = 0; i < 5; i++) {
        assert_status(STATUS_INVALID_PARAMETER, open_below(&f, fs, u"", direct[i] | SYNCHRONIZE, OBJ_KERNEL_HANDLE, &handle));
        assert_null(handle);
        assert_status(STATUS_SUCCESS, open_below(&f, fs, u"\\file", direct[i] | SYNCHRONIZE, OBJ_KERNEL_HANDLE, &handle));
        FltClose(handle);
    }
    assert_int_equal(5, memfs_count(fs, IRP_MJ_CREATE)); /* of the volume none came down */
    rig_unload_ok(&f);
    rig_forget(&f);
    memfs_remove(fs);
}

static void files_left_open(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Forgets", .altitude = "301870"};
    HANDLE left, closed;
    memfs_add_file(fs, u"\\file", "hello");
    assert_status(STATUS_SUCCESS, rig_load(&f));
    assert_status(STATUS_SUCCESS, open_below(&f, fs, u"\\file", FILE_READ_DATA, OBJ_KERNEL_HANDLE, &left));
    assert_status(STATUS_SUCCESS, open_below(&f, fs, u"\\file", FILE_READ_DATA, OBJ_KERNEL_HANDLE, &closed));
    FltClose(closed);
    rig_log_clear();
    assert_status(STATUS_SUCCESS, rig_detach(&f, fs, NULL));
    assert_int_equal(1, rig_log_count("1 files that the filter opened"));
    FltClose(left); /* the file is as good as before */
    assert_int_equal(0, memfs_open_files(fs));
    assert_status(STATUS_SUCCESS, rig_attach(&f, fs, NULL, NULL, NULL));
    rig_log_clear();
    rig_unload_ok(&f);
    assert_int_equal(0, rig_log_count("F-097"));
    rig_forget(&f);
    memfs_remove(fs);
}

static void conflicts_and_top_level(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Opens", .altitude = "301800"};
    WCHAR path[100];
    UNICODE_STRING name = {.Buffer = path, .MaximumLength = sizeof path};
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb = {0};
    HANDLE handle;
    memfs_add_file(fs, u"\\file", "hello");
    assert_status(STATUS_SUCCESS, rig_load(&f));
    RtlAppendUnicodeStringToString(&name, &memfs_volume(fs)->device_name);
    RtlAppendUnicodeToString(&name, u"\\file");
    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
    memfs_fail(fs, IRP_MJ_CREATE, STATUS_FILE_LOCK_CONFLICT);
    assert_status(STATUS_FILE_LOCK_CONFLICT, FltCreateFile(f.handle, rig_instance(&f, fs), &handle, FILE_READ_DATA | SYNCHRONIZE, &attributes,
        &iosb, NULL, 0, FILE_SHARE_READ, FILE_OPEN, 0, NULL, 0, 0));
    assert_status(STATUS_FILE_LOCK_CONFLICT, iosb.Status);
    memfs_fail(fs, IRP_MJ_CREATE, STATUS_SUCCESS);
    rig_log_clear();
    IoSetTopLevelIrp((PIRP)(ULONG_PTR)FSRTL_FSP_TOP_LEVEL_IRP);
    assert_status(STATUS_SUCCESS, FltCreateFile(f.handle, rig_instance(&f, fs), &handle, FILE_READ_DATA | SYNCHRONIZE, &attributes, &iosb, NULL,
        0, FILE_SHARE_READ, FILE_OPEN, 0, NULL, 0, 0));
    IoSetTopLevelIrp(NULL);
    assert_int_equal(1, rig_log_count("top-level IRP"));
    FltClose(handle);
    rig_unload_ok(&f);
    rig_forget(&f);
    memfs_remove(fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-022 registering calls no callback", registering_calls_nothing),
        TEST("F-042 an explicit unload asks nobody who depends on it", dependencies_do_not_hold),
        TEST("F-058 the load order group decides no position", groups_do_not_place),
        TEST("F-136 a pre runs in the requester's thread, or in who completed it above", thread_of_a_pre),
        TEST("F-181 IoStatus is the result in post and of own I/O only", where_the_result_stands),
        TEST("F-236 a read of nothing passes without a buffer", nothing_to_read),
        TEST("F-240 only the creation of a section can be refused", only_creation_can_be_refused),
        TEST("F-100 a create without its cleanup, an acquire without its release, because of a teardown", teardown_cuts_pairs),
        TEST("F-277 contexts are not got above APC_LEVEL, only released", not_above_apc_level),
        TEST("F-289 file contexts of the file system's own and made for it", who_has_file_contexts),
        TEST("F-255 a context is no pool block", context_is_no_pool_block),
        TEST("F-341 a handle without OBJ_KERNEL_HANDLE is the current process's", handles_of_a_process),
        TEST("F-348 a direct open of the disk is no filter's", direct_opens),
        TEST("F-097 files left open in TeardownComplete are told", files_left_open),
        TEST("F-347 an open's lock conflict is told; a top-level IRP is a mistake", conflicts_and_top_level),
        TEST("F-072 an InstanceSetup that takes too long is told", slow_setups_are_told),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
