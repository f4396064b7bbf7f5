/* Opening, reparsing, ends of file objects, errno beside the status: over the file system in memory. */
#include "rig.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"

#include <errno.h>

static NTSTATUS create(const struct io_create_request *base, const char16_t *name, HANDLE root, PFILE_OBJECT *file)
{
    UNICODE_STRING text;
    OBJECT_ATTRIBUTES oa;
    struct io_create_request request = *base;
    struct io_create_result result;
    RtlInitUnicodeString(&text, name);
    InitializeObjectAttributes(&oa, &text, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, root, NULL);
    request.attributes = &oa;
    request.share_access = 7;
    NTSTATUS status = io_create_file(&request, &result);
    *file = result.file;
    return status;
}

static const struct io_create_request plain = {.access = FILE_READ_DATA | SYNCHRONIZE, .disposition = FILE_OPEN};

static void by_name(void **state)
{
    struct memfs *fs = memfs_create("M:");
    memfs_add_file(fs, u"\\file", "x");
    struct io_volume *volume = memfs_volume(fs);
    char16_t name[128];
    PFILE_OBJECT file;
    static const char16_t *const dos[] = {u"\\??\\M:\\file", u"\\DosDevices\\M:\\file", u"\\??\\m:\\FILE"};
    for (unsigned i = 0; i < 3; i++) {
        assert_status(STATUS_SUCCESS, create(&plain, dos[i], NULL, &file));
        assert_ptr_equal(volume, io_file_of(file)->volume);
        rig_close(file);
    }
    memset(name, 0, sizeof name);
    memcpy(name, volume->device_name.Buffer, volume->device_name.Length);
    memcpy(name + volume->device_name.Length / 2, u"\\file", 12);
    assert_status(STATUS_SUCCESS, create(&plain, name, NULL, &file));
    rig_close(file);
    memset(name, 0, sizeof name);
    memcpy(name, volume->guid_name.Buffer, volume->guid_name.Length);
    memcpy(name + volume->guid_name.Length / 2, u"\\file", 12);
    assert_status(STATUS_SUCCESS, create(&plain, name, NULL, &file));
    rig_close(file);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, create(&plain, u"\\??\\M:\\none", NULL, &file));
    assert_status(STATUS_OBJECT_PATH_NOT_FOUND, create(&plain, u"\\??\\M:\\none\\none", NULL, &file));
    assert_false(NT_SUCCESS(create(&plain, u"\\??\\Q:\\file", NULL, &file)));
    assert_ptr_equal(NULL, file);
    memfs_remove(fs);
    assert_false(NT_SUCCESS(create(&plain, u"\\??\\M:\\file", NULL, &file))); /* the letter is gone */
    fs = memfs_create("M:");
    assert_non_null(fs); /* and free */
    assert_null(memfs_create("M:"));
    memfs_remove(fs);
}

static void relative(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    HANDLE root;
    memfs_add_directory(fs, u"\\dir");
    memfs_add_file(fs, u"\\dir\\inner", "x");
    PFILE_OBJECT dir = rig_open_ok(fs, u"\\dir"), file;
    assert_status(STATUS_SUCCESS, ob_handle_create(dir, FILE_ALL_ACCESS, OBJ_KERNEL_HANDLE, &root));
    assert_status(STATUS_SUCCESS, create(&plain, u"inner", root, &file));
    assert_ptr_equal(dir, file->RelatedFileObject);
    assert_int_equal(10, file->FileName.Length);
    rig_close(file);
    assert_status(STATUS_OBJECT_PATH_SYNTAX_BAD, create(&plain, u"\\inner", root, &file));
    ZwClose(root);
    rig_close(dir);
    assert_int_equal(0, memfs_open_files(fs));
    memfs_remove(fs);
}

static void parameters(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "x");
    static const struct {
        ACCESS_MASK access;
        ULONG disposition, options, share;
    } bad[] = {
        {FILE_READ_DATA, 6, 0, 7},
        {FILE_READ_DATA, FILE_OPEN, 0, 8},
        {FILE_READ_DATA, FILE_OPEN, FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE, 7},
        {FILE_READ_DATA, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, 7}, /* without SYNCHRONIZE */
        {FILE_READ_DATA | SYNCHRONIZE, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT | FILE_SYNCHRONOUS_IO_ALERT, 7},
        {FILE_READ_DATA, FILE_OPEN, FILE_DELETE_ON_CLOSE, 7}, /* without DELETE */
        {FILE_READ_DATA, FILE_OVERWRITE, FILE_DIRECTORY_FILE, 7},
    };
    for (unsigned i = 0; i < RTL_NUMBER_OF(bad); i++) {
        struct io_create_request request = {.volume = memfs_volume(fs), .access = bad[i].access, .disposition = bad[i].disposition,
            .options = bad[i].options, .share_access = bad[i].share};
        struct io_create_result result;
        RtlInitUnicodeString(&request.path, u"\\file");
        assert_status(STATUS_INVALID_PARAMETER, io_create_file(&request, &result));
    }
    assert_int_equal(0, memfs_count(fs, IRP_MJ_CREATE));
    memfs_remove(fs);
}

static void dispositions(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    PFILE_OBJECT file;
    ULONG_PTR information;
    assert_status(STATUS_SUCCESS, rig_open_as(fs, u"\\new", FILE_GENERIC_WRITE, FILE_OPEN_IF, 0, &file, &information));
    assert_int_equal(FILE_CREATED, information);
    assert_int_equal(FILE_GENERIC_WRITE, io_file_of(file)->granted & FILE_GENERIC_WRITE);
    assert_true(file->WriteAccess && !file->ReadAccess && file->SharedRead);
    rig_close(file);
    assert_status(STATUS_SUCCESS, rig_open_as(fs, u"\\new", FILE_GENERIC_WRITE, FILE_OVERWRITE_IF, 0, &file, &information));
    assert_int_equal(FILE_OVERWRITTEN, information);
    rig_close(file);
    assert_status(STATUS_OBJECT_NAME_COLLISION, rig_open_as(fs, u"\\new", FILE_GENERIC_WRITE, FILE_CREATE, 0, &file, NULL));
    memfs_remove(fs);
}

/* ---- links ---- */

static void links(void **state)
{
    struct memfs *fs = memfs_create("M:"), *other = memfs_create("N:");
    PFILE_OBJECT file;
    memfs_add_directory(fs, u"\\dir");
    memfs_add_file(fs, u"\\dir\\file", "target");
    memfs_add_file(other, u"\\file", "outside");
    memfs_add_symlink(fs, u"\\absolute", u"\\??\\M:\\dir\\file", false);
    memfs_add_symlink(fs, u"\\rooted", u"\\dir\\file", false);
    memfs_add_symlink(fs, u"\\dir\\sibling", u"file", true);
    memfs_add_symlink(fs, u"\\dir\\up", u"..\\rooted", true);
    memfs_add_symlink(fs, u"\\middle", u"dir", true);
    memfs_add_symlink(fs, u"\\escape", u"..\\..\\etc", true);
    memfs_add_symlink(fs, u"\\abroad", u"\\??\\N:\\file", false);
    memfs_add_symlink(fs, u"\\loop", u"\\loop", false);
    static const char16_t *const good[] = {u"\\absolute", u"\\rooted", u"\\dir\\sibling", u"\\dir\\up", u"\\middle\\file"};
    for (unsigned i = 0; i < RTL_NUMBER_OF(good); i++) {
        char buffer[8] = {0};
        ULONG done;
        assert_status(STATUS_SUCCESS, rig_open(fs, good[i], &file));
        assert_status(STATUS_SUCCESS, rig_read(file, 0, buffer, sizeof buffer, &done));
        assert_string_equal("target", buffer);
        rig_close(file);
    }
    assert_status(STATUS_ACCESS_DENIED, rig_open(fs, u"\\escape", &file));
    assert_status(STATUS_ACCESS_DENIED, rig_open(fs, u"\\abroad", &file)); /* confined to the volume */
    assert_status(STATUS_REPARSE_POINT_NOT_RESOLVED, rig_open(fs, u"\\loop", &file));
    assert_status(STATUS_SUCCESS, rig_open_as(fs, u"\\loop", FILE_READ_ATTRIBUTES, FILE_OPEN, FILE_OPEN_REPARSE_POINT, &file, NULL));
    rig_close(file);
    struct io_create_request request = {.volume = memfs_volume(fs), .access = FILE_READ_DATA, .disposition = FILE_OPEN, .share_access = 7,
        .io_flags = IO_STOP_ON_SYMLINK};
    struct io_create_result result;
    RtlInitUnicodeString(&request.path, u"\\rooted");
    assert_status(STATUS_STOPPED_ON_SYMLINK, io_create_file(&request, &result));
    assert_int_equal(0, memfs_open_files(fs));
    memfs_remove(fs);
    memfs_remove(other);
}

/* ---- ends ---- */

static void cleanup_and_close(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    HANDLE first, second;
    memfs_add_file(fs, u"\\file", "x");
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    assert_status(STATUS_SUCCESS, ob_handle_create(file, FILE_READ_DATA, OBJ_KERNEL_HANDLE, &first));
    assert_status(STATUS_SUCCESS, ob_handle_create(file, FILE_READ_DATA, OBJ_KERNEL_HANDLE, &second));
    ZwClose(first);
    assert_int_equal(0, memfs_count(fs, IRP_MJ_CLEANUP));
    ZwClose(second);
    assert_int_equal(1, memfs_count(fs, IRP_MJ_CLEANUP)); /* the last handle */
    assert_true(file->Flags & FO_CLEANUP_COMPLETE);
    assert_int_equal(0, memfs_count(fs, IRP_MJ_CLOSE));
    ObDereferenceObject(file);
    assert_int_equal(1, memfs_count(fs, IRP_MJ_CLOSE)); /* the last reference */
    assert_int_equal(1, memfs_count(fs, IRP_MJ_CLEANUP));
    assert_int_equal(0, memfs_open_files(fs));
    memfs_remove(fs);
}

static void failed_open_has_no_end(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    PFILE_OBJECT file;
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, rig_open(fs, u"\\none", &file));
    assert_int_equal(0, memfs_count(fs, IRP_MJ_CLEANUP));
    assert_int_equal(0, memfs_count(fs, IRP_MJ_CLOSE));
    memfs_remove(fs);
}

/* ---- asynchronous opens and cancellation ---- */

struct async {
    KEVENT done;
    NTSTATUS status;
    PFILE_OBJECT file;
};

static void async_done(NTSTATUS status, const struct io_create_result *result, void *context)
{
    struct async *a = context;
    a->status = status;
    a->file = result->file;
    KeSetEvent(&a->done, 0, FALSE);
}

static void asynchronous(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "x");
    struct async a;
    struct io_operation *op = NULL;
    struct io_create_request request = {.volume = memfs_volume(fs), .access = FILE_READ_DATA, .disposition = FILE_OPEN, .share_access = 7};
    RtlInitUnicodeString(&request.path, u"\\file");
    KeInitializeEvent(&a.done, SynchronizationEvent, FALSE);
    io_create_file_async(&request, async_done, &a, NULL); /* answered at once */
    rig_wait(&a.done);
    assert_status(STATUS_SUCCESS, a.status);
    rig_close(a.file);
    memfs_hold(fs, IRP_MJ_CREATE, true);
    io_create_file_async(&request, async_done, &a, &op);
    assert_int_equal(1, memfs_held(fs));
    memfs_release(fs);
    rig_wait(&a.done);
    assert_status(STATUS_SUCCESS, a.status);
    rig_close(a.file);
    io_create_file_async(&request, async_done, &a, &op);
    assert_true(io_cancel(op));
    rig_wait(&a.done);
    assert_status(STATUS_CANCELLED, a.status);
    assert_ptr_equal(NULL, a.file);
    assert_int_equal(0, memfs_held(fs));
    memfs_hold(fs, IRP_MJ_CREATE, false);
    memfs_remove(fs);
}

static void interrupted_wait(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "x");
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    struct ke_interrupt dying;
    char buffer[4];
    ke_interrupt_init(&dying);
    ke_interrupt_fire(&dying, STATUS_THREAD_IS_TERMINATING);
    memfs_hold(fs, IRP_MJ_READ, true);
    ke_self.interrupt = &dying;
    assert_status(STATUS_CANCELLED, rig_read(file, 0, buffer, sizeof buffer, NULL)); /* cancelled, and waited for */
    ke_self.interrupt = NULL;
    assert_int_equal(0, memfs_held(fs));
    memfs_hold(fs, IRP_MJ_READ, false);
    rig_close(file);
    memfs_remove(fs);
}

/* ---- V-127 ---- */

static NTSTATUS failing(struct io_device *device, struct io_operation *op)
{
    op->base_errno = EFBIG;
    op->base_status = STATUS_DISK_FULL;
    return op->iosb.Status = op->iopb.MajorFunction == IRP_MJ_WRITE ? STATUS_DISK_FULL : STATUS_SUCCESS;
}

static FLT_POSTOP_CALLBACK_STATUS NTAPI other_status(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    data->IoStatus.Status = STATUS_ACCESS_DENIED;
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static void errno_is_kept(void **state)
{
    static const FLT_OPERATION_REGISTRATION operations[] = {
        {IRP_MJ_WRITE, 0, NULL, other_status, NULL}, {.MajorFunction = IRP_MJ_OPERATION_END}};
    static struct rig_filter denier = {.name = "Denier", .altitude = "340000", .operations = operations};
    static const struct io_base_ops ops = {.file_system_name = "full"};
    struct io_volume *volume;
    struct io_create_request request = {.access = FILE_WRITE_DATA, .disposition = FILE_OPEN, .share_access = 7};
    struct io_create_result result;
    char byte = 0;
    assert_status(STATUS_SUCCESS, io_volume_create(&ops, failing, NULL, NULL, FILE_DEVICE_DISK_FILE_SYSTEM, NULL, &volume));
    request.volume = volume;
    RtlInitUnicodeString(&request.path, u"\\file");
    assert_status(STATUS_SUCCESS, io_create_file(&request, &result));
    struct io_transfer t = {.file = result.file};
    assert_status(STATUS_DISK_FULL, io_write(&t, &byte, 1, (LARGE_INTEGER){.QuadPart = 0}));
    assert_int_equal(EFBIG, t.base_errno); /* nobody changed it: the base's own */
    assert_status(STATUS_SUCCESS, rig_load(&denier));
    assert_status(STATUS_ACCESS_DENIED, io_write(&t, &byte, 1, (LARGE_INTEGER){.QuadPart = 0}));
    assert_int_equal(0, t.base_errno); /* a filter's: from the table */
    rig_unload_ok(&denier);
    rig_close(result.file);
    assert_status(STATUS_SUCCESS, io_volume_dismount(volume, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-343 V-052 by device name, drive letter, GUID name", by_name),
        TEST("F-245 F-343 relative to a directory", relative),
        TEST("wrong create parameters never reach a file system", parameters),
        TEST("what a create did", dispositions),
        TEST("F-344 V-121 V-158 symbolic links: followed, confined, counted, stopped at", links),
        TEST("F-244 V-098 last handle and last reference", cleanup_and_close),
        TEST("V-098 a failed open has neither cleanup nor close", failed_open_has_no_end),
        TEST("V-122 opening without waiting, and cancelled", asynchronous),
        TEST("V-211 a requestor that dies cancels its operation", interrupted_wait),
        TEST("V-127 the base's errno as long as nobody changed the status", errno_is_kept),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
