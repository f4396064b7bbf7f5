/* I/O that a filter starts, reissuing, status callbacks, the requestor: section 4.9, parts of 4.7 and 4.12. */
#include "probe.h"

#include "fltmgr/callback.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ps/ps.h"

static PFLT_CALLBACK_DATA read_data(PFLT_INSTANCE instance, PFILE_OBJECT file, void *buffer, ULONG length)
{
    PFLT_CALLBACK_DATA data;
    assert_status(STATUS_SUCCESS, FltAllocateCallbackData(instance, file, &data));
    assert_ptr_equal(instance, data->Iopb->TargetInstance);
    assert_ptr_equal(file, data->Iopb->TargetFileObject);
    assert_int_equal(0, data->Iopb->Parameters.Read.Length);
    data->Iopb->MajorFunction = IRP_MJ_READ;
    data->Iopb->Parameters.Read.Length = length;
    data->Iopb->Parameters.Read.ReadBuffer = buffer;
    return data;
}

static ULONG flags_seen;

static FLT_PREOP_CALLBACK_STATUS note_flags(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    flags_seen = data->Flags;
    assert_int_equal(KernelMode, data->RequestorMode);
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static void perform(void **state)
{
    struct memfs *fs = probe_begin(3);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    char buffer[8] = {0};
    PROBE[2].pre = note_flags;
    PFLT_CALLBACK_DATA data = read_data(rig_instance(&PROBE[1].filter, fs), file, buffer, sizeof buffer);
    FltPerformSynchronousIo(data);
    assert_status(STATUS_SUCCESS, data->IoStatus.Status);
    assert_int_equal(5, data->IoStatus.Information);
    assert_string_equal("hello", buffer);
    assert_int_equal(0, PROBE[0].pres + PROBE[1].pres);
    assert_int_equal(1, PROBE[2].pres);
    assert_int_equal(FLTFL_CALLBACK_DATA_IRP_OPERATION | FLTFL_CALLBACK_DATA_GENERATED_IO, flags_seen);
    PFLT_INSTANCE instance = data->Iopb->TargetInstance;
    FltReuseCallbackData(data);
    assert_ptr_equal(instance, data->Iopb->TargetInstance);
    assert_ptr_equal(file, data->Iopb->TargetFileObject);
    assert_int_equal(0, data->Iopb->MajorFunction);
    assert_int_equal(0, data->Iopb->Parameters.Read.Length);
    assert_int_equal(0, data->IoStatus.Status);
    data->Iopb->MajorFunction = IRP_MJ_READ;
    data->Iopb->Parameters.Read.Length = 2;
    data->Iopb->Parameters.Read.ReadBuffer = buffer;
    FltPerformSynchronousIo(data);
    assert_int_equal(2, data->IoStatus.Information);
    FltReissueSynchronousIo(instance, data); /* own data: anywhere */
    assert_int_equal(2, data->IoStatus.Information);
    assert_int_equal(FLTFL_CALLBACK_DATA_IRP_OPERATION | FLTFL_CALLBACK_DATA_GENERATED_IO | FLTFL_CALLBACK_DATA_REISSUED_IO, flags_seen);
    data->Iopb->MajorFunction = 0x60; /* no such operation */
    FltPerformSynchronousIo(data);
    assert_status(STATUS_INVALID_PARAMETER, data->IoStatus.Status);
    FltFreeCallbackData(data);
    rig_close(file);
    probe_end(fs, 3);
}

static unsigned callbacks;
static KEVENT called;

static void completed(PFLT_CALLBACK_DATA data, PVOID context)
{
    callbacks++;
    *(NTSTATUS *)context = data->IoStatus.Status;
    FltFreeCallbackData(data); /* F-204 */
    KeSetEvent(&called, 0, FALSE);
}

static void perform_async(void **state)
{
    struct memfs *fs = probe_begin(2);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PFLT_INSTANCE instance = rig_instance(&PROBE[0].filter, fs);
    char buffer[8];
    NTSTATUS result = 1;
    KeInitializeEvent(&called, SynchronizationEvent, FALSE);
    callbacks = 0;
    assert_status(STATUS_SUCCESS, FltPerformAsynchronousIo(read_data(instance, file, buffer, 8), completed, &result));
    assert_status(STATUS_SUCCESS, result);
    memfs_hold(fs, IRP_MJ_READ, true);
    rig_wait(&called);
    assert_status(STATUS_PENDING, FltPerformAsynchronousIo(read_data(instance, file, buffer, 8), completed, &result));
    assert_int_equal(1, callbacks);
    memfs_release(fs);
    rig_wait(&called);
    assert_int_equal(2, callbacks);
    memfs_hold(fs, IRP_MJ_READ, false);
    PROBE[1].pre_answer = FLT_PREOP_COMPLETE;
    PROBE[1].complete_with.Status = STATUS_ACCESS_DENIED;
    assert_status(STATUS_FLT_IO_COMPLETE, FltPerformAsynchronousIo(read_data(instance, file, buffer, 8), completed, &result));
    assert_status(STATUS_ACCESS_DENIED, result);
    PFLT_CALLBACK_DATA create = read_data(instance, file, buffer, 8);
    create->Iopb->MajorFunction = IRP_MJ_CREATE;
    assert_status(STATUS_FLT_INVALID_ASYNCHRONOUS_REQUEST, FltPerformAsynchronousIo(create, completed, &result));
    assert_int_equal(4, callbacks); /* called although it failed */
    assert_status(STATUS_FLT_INVALID_ASYNCHRONOUS_REQUEST, result);
    rig_close(file);
    probe_end(fs, 2);
}

static void cancel_own(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    char buffer[8];
    NTSTATUS result = 1;
    KeInitializeEvent(&called, SynchronizationEvent, FALSE);
    memfs_hold(fs, IRP_MJ_READ, true);
    PFLT_CALLBACK_DATA data = read_data(rig_instance(&PROBE[0].filter, fs), file, buffer, 8);
    assert_status(STATUS_PENDING, FltPerformAsynchronousIo(data, completed, &result));
    assert_true(FltCancelIo(data));
    rig_wait(&called);
    assert_status(STATUS_CANCELLED, result);
    memfs_hold(fs, IRP_MJ_READ, false);
    rig_close(file);
    probe_end(fs, 1);
}

/* ---- reissuing ---- */

static FLT_POSTOP_CALLBACK_STATUS reissue_read(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    data->Iopb->Parameters.Read.Length = 3;
    FltSetCallbackDataDirty(data);
    FltReissueSynchronousIo(objects->Instance, data);
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static void reissue(void **state)
{
    struct memfs *fs = probe_begin(2);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    char buffer[8];
    ULONG done;
    PROBE[0].pre_answer = FLT_PREOP_SYNCHRONIZE;
    PROBE[0].post = reissue_read;
    PROBE[1].pre = note_flags;
    assert_status(STATUS_SUCCESS, rig_read(file, 0, buffer, sizeof buffer, &done));
    assert_int_equal(3, done);
    assert_int_equal(2, PROBE[1].pres);
    assert_int_equal(1, PROBE[0].pres);
    assert_int_equal(FLTFL_CALLBACK_DATA_IRP_OPERATION | FLTFL_CALLBACK_DATA_GENERATED_IO | FLTFL_CALLBACK_DATA_REISSUED_IO, flags_seen);
    PROBE[0].pre_answer = FLT_PREOP_SUCCESS_WITH_CALLBACK; /* not synchronized: refused */
    assert_status(STATUS_INVALID_PARAMETER, rig_read(file, 0, buffer, sizeof buffer, &done));
    assert_int_equal(1, rig_log_count("F-196"));
    rig_close(file);
    probe_end(fs, 2);
}

/* The filter opens its own reparse point itself: F-197. */
static FLT_POSTOP_CALLBACK_STATUS open_point(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    if (data->IoStatus.Status != STATUS_REPARSE)
        return FLT_POSTOP_FINISHED_PROCESSING;
    assert_ptr_not_equal(NULL, data->TagData);
    assert_int_equal(IO_REPARSE_TAG_SYMLINK, data->TagData->FileTag);
    data->Iopb->Parameters.Create.Options |= FILE_OPEN_REPARSE_POINT;
    FltSetCallbackDataDirty(data);
    FltReissueSynchronousIo(objects->Instance, data);
    assert_ptr_equal(NULL, data->TagData); /* F-182 */
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static void reissue_create(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file;
    memfs_add_symlink(fs, u"\\point", u"\\nowhere", false);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, rig_open(fs, u"\\point", &file));
    PROBE[0].only = IRP_MJ_CREATE;
    PROBE[0].post = open_point;
    assert_status(STATUS_SUCCESS, rig_open(fs, u"\\point", &file));
    rig_close(file);
    probe_end(fs, 1);
}

/* ---- redirecting opens ---- */

static FLT_PREOP_CALLBACK_STATUS rename_open(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    static const UNICODE_STRING file = RTL_CONSTANT_STRING(u"\\file");
    char16_t path[64];
    if (RtlEqualUnicodeString(&objects->FileObject->FileName, &file, TRUE) && !self->note)
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    UNICODE_STRING name = {0, sizeof path, path};
    RtlAppendUnicodeStringToString(&name, &((PFLT_VOLUME)objects->Volume)->io->device_name);
    RtlAppendUnicodeStringToString(&name, &file);
    assert_status(STATUS_SUCCESS, IoReplaceFileObjectName(objects->FileObject, name.Buffer, name.Length));
    data->IoStatus = (IO_STATUS_BLOCK){.Status = STATUS_REPARSE, .Information = IO_REPARSE};
    return FLT_PREOP_COMPLETE;
}

static void reparse(void **state)
{
    struct memfs *fs = probe_begin(2);
    PFILE_OBJECT file;
    char buffer[8] = {0};
    ULONG done;
    PROBE[0].only = PROBE[1].only = IRP_MJ_CREATE;
    PROBE[1].pre = rename_open;
    assert_status(STATUS_SUCCESS, rig_open(fs, u"\\elsewhere", &file));
    assert_int_equal(2, PROBE[0].pres); /* from the top again: V-119 */
    assert_status(STATUS_SUCCESS, rig_read(file, 0, buffer, sizeof buffer, &done));
    assert_string_equal("hello", buffer);
    rig_close(file);
    PROBE[1].note = fs; /* redirects for ever */
    assert_status(STATUS_REPARSE_POINT_NOT_RESOLVED, rig_open(fs, u"\\elsewhere", &file));
    probe_end(fs, 2);
}

/* ---- status callbacks ---- */

static NTSTATUS status_seen;
static ULONG length_seen;
static pthread_t status_thread;

static VOID status_callback(PCFLT_RELATED_OBJECTS objects, PFLT_IO_PARAMETER_BLOCK iopb, NTSTATUS status, PVOID context)
{
    status_seen = status;
    length_seen = iopb->Parameters.Read.Length;
    status_thread = pthread_self();
    assert_ptr_equal(&PROBE[0], context);
}

static FLT_PREOP_CALLBACK_STATUS ask_status(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    assert_status(STATUS_SUCCESS, FltRequestOperationStatusCallback(data, status_callback, self));
    data->Iopb->Parameters.Read.Length = 1;
    FltSetCallbackDataDirty(data);
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS ask_in_post(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    assert_status(STATUS_INVALID_PARAMETER, FltRequestOperationStatusCallback(data, status_callback, self));
    return FLT_POSTOP_FINISHED_PROCESSING;
}

struct reader {
    PFILE_OBJECT file;
    pthread_t self;
};

static void reader(void *context)
{
    struct reader *r = context;
    char buffer[8];
    ULONG done;
    r->self = pthread_self();
    rig_read(r->file, 0, buffer, sizeof buffer, &done);
}

static void operation_status(void **state)
{
    struct memfs *fs = probe_begin(1);
    struct reader r = {.file = rig_open_ok(fs, u"\\file")};
    struct rig_thread thread;
    PROBE[0].pre = ask_status;
    PROBE[0].post = ask_in_post;
    reader(&r);
    assert_status(STATUS_SUCCESS, status_seen);
    assert_int_equal(8, length_seen); /* the snapshot at request time */
    memfs_hold(fs, IRP_MJ_READ, true);
    rig_run(&thread, reader, &r);
    memfs_wait_held(fs, 1);
    memfs_release(fs);
    rig_join(&thread);
    assert_status(STATUS_PENDING, status_seen);
    assert_true(pthread_equal(r.self, status_thread));
    memfs_hold(fs, IRP_MJ_READ, false);
    rig_close(r.file);
    probe_end(fs, 1);
}

/* ---- who asks ---- */

static FLT_PREOP_CALLBACK_STATUS who(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    ULONG session;
    self->note = FltGetRequestorProcess(data);
    assert_int_equal((ULONG)(uintptr_t)FltGetRequestorProcessIdEx(data), FltGetRequestorProcessId(data));
    if (self->note) {
        assert_ptr_equal(PsGetProcessId(self->note), FltGetRequestorProcessIdEx(data));
        assert_status(STATUS_SUCCESS, FltGetRequestorSessionId(data, &session));
    } else {
        assert_status(STATUS_UNSUCCESSFUL, FltGetRequestorSessionId(data, &session));
    }
    assert_false(FltIs32bitProcess(data));
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void requestor(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PROBE[0].pre = who;
    PEPROCESS process = ps_process_create_simulated(1234, 1234, NULL, 0, NULL);
    PETHREAD thread = ps_thread_of_process(process, 0);
    PETHREAD outer = ps_set_current(thread);
    struct reader r = {.file = file};
    reader(&r);
    ps_set_current(outer);
    assert_ptr_equal(process, PROBE[0].note);
    struct io_operation *op = rig_operation(fs, IRP_MJ_READ, file);
    op->thread = NULL;
    io_send_and_wait(op);
    io_operation_free(op);
    assert_ptr_equal(NULL, PROBE[0].note);
    ObDereferenceObject(thread);
    ps_process_end_simulated(process, 0);
    rig_close(file);
    probe_end(fs, 1);
}

/* ---- F-226 ---- */

static BOOLEAN synchronous;

static FLT_PREOP_CALLBACK_STATUS is_synchronous(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    synchronous = FltIsOperationSynchronous(data);
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static BOOLEAN ask_synchronous(struct memfs *fs, PFILE_OBJECT file, ULONG irp_flags, ULONG class)
{
    struct io_operation *op = rig_operation(fs, IRP_MJ_READ, file);
    char buffer[8];
    op->iopb.IrpFlags = irp_flags;
    op->iopb.Parameters.Read.Length = 8;
    op->iopb.Parameters.Read.ReadBuffer = buffer;
    if (class)
        op->callback_flags = class;
    io_send_and_wait(op);
    io_operation_free(op);
    return synchronous;
}

static void synchrony(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PROBE[0].pre = is_synchronous;
    assert_true(ask_synchronous(fs, file, 0, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION));
    assert_false(ask_synchronous(fs, file, IRP_PAGING_IO | IRP_SYNCHRONOUS_API, 0));
    assert_true(ask_synchronous(fs, file, IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO, 0));
    assert_true(ask_synchronous(fs, file, 0, 0)); /* the file object is synchronous */
    file->Flags &= ~(ULONG)FO_SYNCHRONOUS_IO;
    assert_false(ask_synchronous(fs, file, 0, 0));
    assert_true(ask_synchronous(fs, file, IRP_SYNCHRONOUS_API, 0));
    assert_string_equal("IRP_MJ_READ", FltGetIrpName(IRP_MJ_READ));
    assert_string_equal("IRP_MJ_VOLUME_DISMOUNT", FltGetIrpName((UCHAR)IRP_MJ_VOLUME_DISMOUNT));
    rig_close(file);
    probe_end(fs, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-177 F-195 F-201 F-202 F-205 own data: below the instance, reused, freed", perform),
        TEST("F-203 F-204 asynchronous: the callback is always called", perform_async),
        TEST("F-225 own I/O is cancelled", cancel_own),
        TEST("F-178 F-196 F-197 F-199 F-200 reissuing from a synchronized post", reissue),
        TEST("F-182 F-197 a create that met the filter's own reparse point", reissue_create),
        TEST("F-147 V-119 an open is sent elsewhere; not for ever", reparse),
        TEST("F-227 operation status callbacks", operation_status),
        TEST("F-180 the requestor", requestor),
        TEST("F-226 what is synchronous", synchrony),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
