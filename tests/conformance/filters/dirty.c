/* Which parameters each instance and the file system see: sections 4.1, 4.7, 4.8. */
#include "probe.h"

static char other_buffer[16];
static ULONG seen_length[PROBES][2]; /* in pre, in post */

static FLT_PREOP_CALLBACK_STATUS note_pre(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    seen_length[self - PROBE][0] = data->Iopb->Parameters.Read.Length;
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS note_post(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    seen_length[self - PROBE][1] = data->Iopb->Parameters.Read.Length;
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static FLT_PREOP_CALLBACK_STATUS shorten(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    note_pre(self, data, objects, context);
    data->Iopb->Parameters.Read.Length = 2;
    assert_false(FltIsCallbackDataDirty(data));
    FltSetCallbackDataDirty(data);
    assert_true(FltIsCallbackDataDirty(data));
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_PREOP_CALLBACK_STATUS shorten_secretly(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    note_pre(self, data, objects, context);
    data->Iopb->Parameters.Read.Length = 1;
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_PREOP_CALLBACK_STATUS shorten_and_clear(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    shorten(self, data, objects, context);
    FltClearCallbackDataDirty(data);
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static void note_all(void)
{
    for (unsigned i = 0; i < 3; i++) {
        PROBE[i].pre = note_pre;
        PROBE[i].post = note_post;
    }
}

static ULONG read_length(PFILE_OBJECT file, ULONG length)
{
    char buffer[16];
    ULONG done = 0;
    assert_status(STATUS_SUCCESS, rig_read(file, 0, buffer, length, &done));
    return done;
}

static void dirty(void **state)
{
    struct memfs *fs = probe_begin(3);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    FLT_IO_PARAMETER_BLOCK last;
    note_all();
    PROBE[1].pre = shorten;
    assert_int_equal(2, read_length(file, 16));
    assert_int_equal(16, seen_length[0][0]);
    assert_int_equal(16, seen_length[0][1]);
    assert_int_equal(16, seen_length[1][0]);
    assert_int_equal(16, seen_length[1][1]); /* its own post: what its pre was given */
    assert_int_equal(2, seen_length[2][0]);
    assert_int_equal(2, seen_length[2][1]);
    memfs_last(fs, &last);
    assert_int_equal(2, last.Parameters.Read.Length);
    rig_close(file);
    probe_end(fs, 3);
}

static void not_dirty(void **state)
{
    struct memfs *fs = probe_begin(3);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    note_all();
    PROBE[1].pre = shorten_secretly;
    assert_int_equal(5, read_length(file, 16));
    assert_int_equal(16, seen_length[2][0]);
    assert_int_equal(16, seen_length[1][1]);
    PROBE[1].pre = shorten_and_clear;
    assert_int_equal(5, read_length(file, 16));
    rig_close(file);
    probe_end(fs, 3);
}

static FLT_PREOP_CALLBACK_STATUS vandalize(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    data->Iopb->MajorFunction = IRP_MJ_WRITE;
    data->RequestorMode = UserMode;
    data->Flags = FLTFL_CALLBACK_DATA_FAST_IO_OPERATION | FLTFL_CALLBACK_DATA_DIRTY;
    *(PVOID *)&data->Iopb = other_buffer;
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static ULONG flags_below;

static FLT_PREOP_CALLBACK_STATUS look(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    flags_below = data->Flags;
    assert_int_equal(IRP_MJ_READ, data->Iopb->MajorFunction);
    assert_int_equal(KernelMode, data->RequestorMode);
    assert_int_equal(48, objects->Size);
    assert_ptr_equal(data->Iopb->TargetFileObject, objects->FileObject);
    assert_ptr_equal(data->Iopb->TargetInstance, objects->Instance);
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static void read_only_members(void **state)
{
    struct memfs *fs = probe_begin(2);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PROBE[0].pre = vandalize;
    PROBE[1].pre = look;
    assert_int_equal(5, read_length(file, 16));
    assert_int_equal(FLTFL_CALLBACK_DATA_IRP_OPERATION, flags_below);
    rig_close(file);
    probe_end(fs, 2);
}

/* ---- results ---- */

static FLT_POSTOP_CALLBACK_STATUS fail_it(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    data->IoStatus.Status = STATUS_ACCESS_DENIED;
    data->IoStatus.Information = 0;
    data->Iopb->Parameters.Read.Length = 1; /* changes nothing above */
    FltSetCallbackDataDirty(data);
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static void status_from_post(void **state)
{
    struct memfs *fs = probe_begin(2);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    char buffer[16];
    ULONG done;
    note_all();
    PROBE[1].post = fail_it;
    assert_status(STATUS_ACCESS_DENIED, rig_read(file, 0, buffer, sizeof buffer, &done));
    assert_status(STATUS_ACCESS_DENIED, PROBE[0].post_status);
    assert_int_equal(16, seen_length[0][1]);
    rig_close(file);
    probe_end(fs, 2);
}

/* ---- replaced buffers ---- */

static PMDL swapped;

static FLT_PREOP_CALLBACK_STATUS swap(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    self->note = data->Iopb->Parameters.Read.ReadBuffer;
    data->Iopb->Parameters.Read.ReadBuffer = other_buffer;
    swapped = IoAllocateMdl(other_buffer, sizeof other_buffer, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(swapped);
    data->Iopb->Parameters.Read.MdlAddress = swapped;
    FltSetCallbackDataDirty(data);
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS copy_back(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    assert_ptr_equal(self->note, data->Iopb->Parameters.Read.ReadBuffer);
    assert_ptr_equal(NULL, data->Iopb->Parameters.Read.MdlAddress);
    assert_ptr_equal(swapped, FltGetSwappedBufferMdlAddress(data));
    memcpy(data->Iopb->Parameters.Read.ReadBuffer, "HELLO", 5);
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static void swap_buffers(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    char buffer[16] = {0};
    ULONG done;
    memset(other_buffer, 0, sizeof other_buffer);
    PROBE[0].pre = swap;
    PROBE[0].post = copy_back;
    assert_status(STATUS_SUCCESS, rig_read(file, 0, buffer, sizeof buffer, &done));
    assert_string_equal("hello", other_buffer);
    assert_string_equal("HELLO", buffer);
    rig_close(file);
    probe_end(fs, 1);
}

static FLT_PREOP_CALLBACK_STATUS lock_it(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    PMDL *mdl;
    PVOID *buffer;
    PULONG length;
    LOCK_OPERATION access;
    assert_status(STATUS_SUCCESS, FltDecodeParameters(data, &mdl, &buffer, &length, &access));
    assert_ptr_equal(&data->Iopb->Parameters.Read.ReadBuffer, buffer);
    assert_ptr_equal(&data->Iopb->Parameters.Read.Length, length);
    assert_int_equal(IoWriteAccess, access);
    assert_ptr_equal(NULL, *mdl);
    assert_status(STATUS_SUCCESS, FltLockUserBuffer(data));
    assert_ptr_not_equal(NULL, *mdl);
    assert_true(FltIsCallbackDataDirty(data));
    PMDL first = *mdl;
    assert_status(STATUS_SUCCESS, FltLockUserBuffer(data));
    assert_ptr_equal(first, *mdl);
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS locked_still(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    assert_ptr_not_equal(NULL, data->Iopb->Parameters.Read.MdlAddress);
    assert_ptr_equal(NULL, FltGetSwappedBufferMdlAddress(data));
    assert_memory_equal("hello", MmGetSystemAddressForMdlSafe(data->Iopb->Parameters.Read.MdlAddress, NormalPagePriority), 5);
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static void lock_buffer(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PROBE[0].pre = lock_it;
    PROBE[0].post = locked_still;
    assert_int_equal(5, read_length(file, 16));
    rig_close(file);
    probe_end(fs, 1);
}

static FLT_PREOP_CALLBACK_STATUS decode_close(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    PMDL *mdl;
    PVOID *buffer;
    PULONG length;
    self->note = (PVOID)(uintptr_t)(unsigned)FltDecodeParameters(data, &mdl, &buffer, &length, NULL);
    assert_status(STATUS_INVALID_PARAMETER, FltLockUserBuffer(data));
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void nothing_to_decode(void **state)
{
    struct memfs *fs = probe_begin(1);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PROBE[0].only = IRP_MJ_CLEANUP;
    PROBE[0].pre = decode_close;
    rig_close(file);
    assert_status(STATUS_INVALID_PARAMETER, (NTSTATUS)(uintptr_t)PROBE[0].note);
    probe_end(fs, 1);
}

/* ---- another target ---- */

static PFILE_OBJECT other_file;
static PFLT_INSTANCE other_instance;

static FLT_PREOP_CALLBACK_STATUS to_other_file(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    if (objects->FileObject == other_file)
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    data->Iopb->TargetFileObject = other_file;
    if (other_instance)
        data->Iopb->TargetInstance = other_instance;
    FltSetCallbackDataDirty(data);
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_PREOP_CALLBACK_STATUS expect_other(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    assert_ptr_equal(other_file, objects->FileObject);
    self->note = objects->Volume;
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static void redirect_file(void **state)
{
    struct memfs *fs = probe_begin(2);
    memfs_add_file(fs, u"\\other", "0123456789");
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    other_file = rig_open_ok(fs, u"\\other");
    other_instance = NULL;
    PROBE[0].pre = to_other_file;
    PROBE[1].pre = expect_other;
    assert_int_equal(10, read_length(file, 16));
    assert_int_equal(1, PROBE[0].posts);
    rig_close(other_file);
    rig_close(file);
    probe_end(fs, 2);
}

static void redirect_volume(void **state)
{
    struct memfs *second = memfs_create(NULL);
    memfs_add_file(second, u"\\far", "far away");
    struct memfs *fs = probe_begin(2);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    other_file = rig_open_ok(second, u"\\far");
    other_instance = rig_instance(&PROBE[0].filter, second);
    BOOLEAN allowed = FALSE;
    assert_status(STATUS_SUCCESS, FltIsIoRedirectionAllowed(rig_instance(&PROBE[0].filter, fs), other_instance, &allowed));
    assert_true(allowed);
    PROBE[0].pre = to_other_file;
    PROBE[1].pre = expect_other;
    assert_int_equal(8, read_length(file, 16));
    assert_ptr_equal(rig_volume(second), PROBE[1].note);
    assert_int_equal(1, PROBE[0].posts);
    assert_int_equal(1, PROBE[1].posts);
    /* not the filter's own instance: refused, told, and the operation goes on here */
    other_instance = rig_instance(&PROBE[1].filter, second);
    assert_status(STATUS_SUCCESS, FltIsIoRedirectionAllowed(rig_instance(&PROBE[0].filter, fs), other_instance, &allowed));
    assert_false(allowed);
    assert_int_equal(8, read_length(file, 16));
    assert_int_equal(1, rig_log_count("F-191"));
    rig_close(other_file);
    rig_close(file);
    probe_end(fs, 2);
    memfs_remove(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-139 F-186 F-187 F-188 V-117 dirty changes are seen below, not in the own post, not above", dirty),
        TEST("F-186 F-187 changes without the mark, or with the mark taken back, do not count", not_dirty),
        TEST("F-177 F-179 F-184 what a filter may not change is put back", read_only_members),
        TEST("F-155 F-189 a status set in post goes up, parameters do not", status_from_post),
        TEST("F-192 F-232 F-233 F-235 V-118 replaced buffers", swap_buffers),
        TEST("F-230 F-231 decoding and locking", lock_buffer),
        TEST("F-230 F-231 F-243 operations without a buffer", nothing_to_decode),
        TEST("F-190 another file object of the volume", redirect_file),
        TEST("F-191 the same filter's instance on another volume", redirect_volume),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
