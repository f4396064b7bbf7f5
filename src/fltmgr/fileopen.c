/*
 * Opens and closes that a filter makes (F-339 to F-353, F-372): below its instance, or through the whole stack without one.
 * What was opened below an instance stays below it for its whole life: the file object remembers the instance.
 */
#include "fltmgr/below.h"
#include "fltmgr/name.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"

/* ---- where a name leads ---- */

static NTSTATUS volume_of_root(HANDLE root, struct io_volume **volume)
{
    PVOID file;
    NTSTATUS status = ObReferenceObjectByHandle(root, 0, *IoFileObjectType, KernelMode, &file, NULL);

    if (!NT_SUCCESS(status))
        return status;
    *volume = io_file_of(file)->volume; /* compared only */
    ObDereferenceObject(file);
    return STATUS_SUCCESS;
}

static NTSTATUS volume_of_name(POBJECT_ATTRIBUTES attributes, struct io_volume **volume)
{
    PVOID object;
    UNICODE_STRING rest;
    NTSTATUS status = ob_lookup(attributes, KernelMode, &object, &rest);

    if (!NT_SUCCESS(status))
        return status;
    *volume = io_volume_from_device(object);
    ob_free_name(&rest);
    ObDereferenceObject(object);
    return STATUS_SUCCESS;
}

/* F-339: an instance of another volume than the name's cannot be the place to start. */
static NTSTATUS check_instance(PFLT_INSTANCE instance, POBJECT_ATTRIBUTES attributes)
{
    struct io_volume *volume = NULL;

    if (!instance)
        return STATUS_SUCCESS;
    if (flt_is_going(&instance->object))
        return STATUS_FLT_DELETING_OBJECT;
    NTSTATUS status = STATUS_OBJECT_TYPE_MISMATCH;
    if (attributes->RootDirectory)
        status = volume_of_root(attributes->RootDirectory, &volume);
    if (status == STATUS_OBJECT_TYPE_MISMATCH) /* no root, or a directory of the object manager */
        status = volume_of_name(attributes, &volume);
    if (NT_SUCCESS(status) && volume != instance->volume->io)
        status = STATUS_INVALID_DEVICE_OBJECT_PARAMETER;
    return status;
}

/* F-348: rights that Windows opens the disk with, past its file system: there is no place in the stack to start from. */
static NTSTATUS check_access(ACCESS_MASK access, POBJECT_ATTRIBUTES attributes)
{
    const ACCESS_MASK direct = FILE_READ_ATTRIBUTES | READ_CONTROL | WRITE_DAC | WRITE_OWNER | SYNCHRONIZE;
    PVOID object;
    UNICODE_STRING rest;

    if ((access & ~direct) || attributes->RootDirectory || !NT_SUCCESS(ob_lookup(attributes, KernelMode, &object, &rest)))
        return STATUS_SUCCESS; /* what is not found is told by the open */
    struct io_volume *volume = rest.Length ? NULL : io_volume_from_device(object);
    ob_free_name(&rest);
    ObDereferenceObject(object);
    return volume && volume->disk_device ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

static NTSTATUS check_open(PFLT_FILTER filter, POBJECT_ATTRIBUTES attributes, PIO_DRIVER_CREATE_CONTEXT context)
{
    if (!filter || !attributes || attributes->Length != sizeof *attributes)
        return STATUS_INVALID_PARAMETER;
    if (context && (size_t)context->Size >= RTL_SIZEOF_THROUGH_FIELD(IO_DRIVER_CREATE_CONTEXT, DeviceObjectHint) &&
        context->DeviceObjectHint)
        return STATUS_INVALID_PARAMETER; /* M-28 */
    return flt_is_going(&filter->object) ? STATUS_FLT_DELETING_OBJECT : STATUS_SUCCESS;
}

/* ---- handing out ---- */

struct outputs {
    PHANDLE handle;
    PFILE_OBJECT *file;        /* NULL: not wanted */
    PIO_STATUS_BLOCK iosb;
    ULONG handle_attributes;
};

static void clear_outputs(const struct outputs *out)
{
    if (out->handle)
        *out->handle = NULL;
    if (out->file)
        *out->file = NULL;
}

/* F-340: the handle and the reference are two things, each given back by itself. */
static NTSTATUS hand_out(PFILE_OBJECT file, const struct outputs *out)
{
    NTSTATUS status = ob_handle_create(file, io_file_of(file)->granted, out->handle_attributes, out->handle);

    if (!NT_SUCCESS(status)) {
        io_close_file(file);
        return status;
    }
    if (out->file)
        *out->file = file;
    else
        ObDereferenceObject(file);
    return STATUS_SUCCESS;
}

static NTSTATUS open_and_hand_out(struct io_create_request *request, const struct outputs *out)
{
    struct io_create_result result;
    NTSTATUS status = flt_below_create(request, &result);

    if (NT_SUCCESS(status)) {
        NTSTATUS handed = hand_out(result.file, out);
        if (!NT_SUCCESS(handed))
            status = handed;
    }
    if (out->iosb) {
        out->iosb->Status = status;
        out->iosb->Information = result.information;
    }
    return status;
}

/* ---- FltCreateFile ---- */

NTSTATUS FltCreateFileEx2(PFLT_FILTER Filter, PFLT_INSTANCE Instance, PHANDLE FileHandle, PFILE_OBJECT *FileObject,
    ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess, ULONG CreateDisposition, ULONG CreateOptions,
    PVOID EaBuffer, ULONG EaLength, ULONG Flags, PIO_DRIVER_CREATE_CONTEXT DriverContext)
{
    const struct outputs out = {
        FileHandle, FileObject, IoStatusBlock, ObjectAttributes ? ObjectAttributes->Attributes : 0};

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    clear_outputs(&out);
    if (!FileHandle || !IoStatusBlock)
        return STATUS_INVALID_PARAMETER;
    if (IoGetTopLevelIrp())
        ke_report_caller(__func__, __builtin_return_address(0), "called with a top-level IRP set"); /* F-347 */
    NTSTATUS status = check_open(Filter, ObjectAttributes, DriverContext);
    if (NT_SUCCESS(status))
        status = check_access(DesiredAccess, ObjectAttributes);
    if (NT_SUCCESS(status))
        status = check_instance(Instance, ObjectAttributes);
    if (!NT_SUCCESS(status))
        return status;

    struct io_create_request request = {
        .attributes = ObjectAttributes,
        .access = DesiredAccess,
        .allocation_size = AllocationSize,
        .file_attributes = FileAttributes,
        .share_access = ShareAccess,
        .disposition = CreateDisposition,
        .options = CreateOptions,
        .ea_buffer = EaBuffer,
        .ea_length = EaLength,
        .io_flags = Flags,
        .major = IRP_MJ_CREATE,
        .mode = KernelMode,
        .start_below = Instance,
        .driver_context = DriverContext,
    };
    return open_and_hand_out(&request, &out);
}

NTSTATUS FltCreateFileEx(PFLT_FILTER Filter, PFLT_INSTANCE Instance, PHANDLE FileHandle, PFILE_OBJECT *FileObject,
    ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess, ULONG CreateDisposition, ULONG CreateOptions,
    PVOID EaBuffer, ULONG EaLength, ULONG Flags)
{
    return FltCreateFileEx2(Filter, Instance, FileHandle, FileObject, DesiredAccess, ObjectAttributes, IoStatusBlock,
        AllocationSize, FileAttributes, ShareAccess, CreateDisposition, CreateOptions, EaBuffer, EaLength, Flags, NULL);
}

NTSTATUS FltCreateFile(PFLT_FILTER Filter, PFLT_INSTANCE Instance, PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock, PLARGE_INTEGER AllocationSize,
    ULONG FileAttributes, ULONG ShareAccess, ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer, ULONG EaLength,
    ULONG Flags)
{
    return FltCreateFileEx2(Filter, Instance, FileHandle, NULL, DesiredAccess, ObjectAttributes, IoStatusBlock,
        AllocationSize, FileAttributes, ShareAccess, CreateDisposition, CreateOptions, EaBuffer, EaLength, Flags, NULL);
}

/* ---- mailslots (M-01 to M-24) ---- */

enum { MAILSLOT_OPTIONS = FILE_WRITE_THROUGH | FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT };

/* M-17, M-18: unbuffered counts as write-through. */
static NTSTATUS check_mailslot_options(ULONG *options)
{
    if (*options & FILE_NO_INTERMEDIATE_BUFFERING)
        *options = (*options & ~(ULONG)FILE_NO_INTERMEDIATE_BUFFERING) | FILE_WRITE_THROUGH;
    return *options & ~(ULONG)MAILSLOT_OPTIONS ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

static NTSTATUS check_mailslot_name(POBJECT_ATTRIBUTES attributes)
{
    PCUNICODE_STRING name = attributes->ObjectName;

    if (attributes->RootDirectory)
        return STATUS_SUCCESS;
    if (!name || name->Length == 0 || name->Buffer[0] != u'\\')
        return STATUS_OBJECT_PATH_SYNTAX_BAD; /* M-09 */
    return STATUS_SUCCESS;
}

NTSTATUS FltCreateMailslotFile(PFLT_FILTER Filter, PFLT_INSTANCE Instance, PHANDLE FileHandle, PFILE_OBJECT *FileObject,
    ULONG DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock, ULONG CreateOptions,
    ULONG MailslotQuota, ULONG MaximumMessageSize, PLARGE_INTEGER ReadTimeout, PIO_DRIVER_CREATE_CONTEXT DriverContext)
{
    const struct outputs out = {
        FileHandle, FileObject, IoStatusBlock, ObjectAttributes ? ObjectAttributes->Attributes : 0};

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    clear_outputs(&out);
    if (!FileHandle || !IoStatusBlock)
        return STATUS_INVALID_PARAMETER;
    if (IoGetTopLevelIrp())
        ke_report_caller(__func__, __builtin_return_address(0), "called with a top-level IRP set"); /* M-27 */
    NTSTATUS status = check_open(Filter, ObjectAttributes, DriverContext);
    if (NT_SUCCESS(status))
        status = check_mailslot_name(ObjectAttributes);
    if (NT_SUCCESS(status))
        status = check_mailslot_options(&CreateOptions);
    if (NT_SUCCESS(status))
        status = check_instance(Instance, ObjectAttributes);
    if (!NT_SUCCESS(status))
        return status;

    MAILSLOT_CREATE_PARAMETERS parameters = {
        .MailslotQuota = MailslotQuota,
        .MaximumMessageSize = MaximumMessageSize,
        .ReadTimeout.QuadPart = ReadTimeout ? ReadTimeout->QuadPart : -1, /* M-20 */
        .TimeoutSpecified = ReadTimeout != NULL,
    };
    struct io_create_request request = {
        .attributes = ObjectAttributes,
        .access = DesiredAccess,
        .share_access = FILE_SHARE_READ | FILE_SHARE_WRITE, /* M-23 */
        .disposition = FILE_CREATE,
        .options = CreateOptions,
        .io_flags = IO_OPEN_EXISTING_MAILSLOT,
        .major = IRP_MJ_CREATE_MAILSLOT,
        .create_parameters = &parameters,
        .mode = KernelMode,
        .start_below = Instance,
        .driver_context = DriverContext,
    };
    return open_and_hand_out(&request, &out);
}

/* The same for a pipe; unlike a mailslot's, its share access and disposition are the caller's (M-25). */
NTSTATUS FltCreateNamedPipeFile(PFLT_FILTER Filter, PFLT_INSTANCE Instance, PHANDLE FileHandle, PFILE_OBJECT *FileObject,
    ULONG DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock, ULONG ShareAccess,
    ULONG CreateDisposition, ULONG CreateOptions, ULONG NamedPipeType, ULONG ReadMode, ULONG CompletionMode,
    ULONG MaximumInstances, ULONG InboundQuota, ULONG OutboundQuota, PLARGE_INTEGER DefaultTimeout,
    PIO_DRIVER_CREATE_CONTEXT DriverContext)
{
    const struct outputs out = {
        FileHandle, FileObject, IoStatusBlock, ObjectAttributes ? ObjectAttributes->Attributes : 0};

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    clear_outputs(&out);
    if (!FileHandle || !IoStatusBlock)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = check_open(Filter, ObjectAttributes, DriverContext);
    if (NT_SUCCESS(status))
        status = check_instance(Instance, ObjectAttributes);
    if (!NT_SUCCESS(status))
        return status;

    NAMED_PIPE_CREATE_PARAMETERS parameters = {
        .NamedPipeType = NamedPipeType,
        .ReadMode = ReadMode,
        .CompletionMode = CompletionMode,
        .MaximumInstances = MaximumInstances,
        .InboundQuota = InboundQuota,
        .OutboundQuota = OutboundQuota,
        .DefaultTimeout.QuadPart = DefaultTimeout ? DefaultTimeout->QuadPart : 0,
        .TimeoutSpecified = DefaultTimeout != NULL,
    };
    struct io_create_request request = {
        .attributes = ObjectAttributes,
        .access = DesiredAccess,
        .share_access = ShareAccess,
        .disposition = CreateDisposition,
        .options = CreateOptions,
        .major = IRP_MJ_CREATE_NAMED_PIPE,
        .create_parameters = &parameters,
        .mode = KernelMode,
        .start_below = Instance,
        .driver_context = DriverContext,
    };
    return open_and_hand_out(&request, &out);
}

/* ---- volumes ---- */

/* Where filters keep their own files; made below the instance when it is not there yet. */
NTSTATUS FltCreateSystemVolumeInformationFolder(PFLT_INSTANCE Instance)
{
    PFILE_OBJECT folder;

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (!Instance)
        return STATUS_INVALID_PARAMETER;
    if (flt_is_going(&Instance->object))
        return STATUS_FLT_DELETING_OBJECT;
    struct io_create_request request = flt_below_open_request(Instance->volume, Instance);
    RtlInitUnicodeString(&request.path, u"\\System Volume Information");
    request.disposition = FILE_OPEN_IF;
    request.options |= FILE_DIRECTORY_FILE;
    request.file_attributes = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM;
    NTSTATUS status = flt_below_open(&request, &folder);
    if (NT_SUCCESS(status))
        io_close_file(folder);
    return status;
}

/* F-351: the root of the instance's volume. */
NTSTATUS FltOpenVolume(PFLT_INSTANCE Instance, PHANDLE VolumeHandle, PFILE_OBJECT *VolumeFileObject)
{
    const struct outputs out = {VolumeHandle, VolumeFileObject, NULL, OBJ_KERNEL_HANDLE};

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    clear_outputs(&out);
    if (!Instance || !VolumeHandle)
        return STATUS_INVALID_PARAMETER;
    if (flt_is_going(&Instance->object))
        return STATUS_FLT_DELETING_OBJECT;
    if (Instance->volume->io->device_type == FILE_DEVICE_NETWORK_FILE_SYSTEM)
        return STATUS_INVALID_PARAMETER;
    struct io_create_request request = flt_below_open_request(Instance->volume, Instance);
    RtlInitUnicodeString(&request.path, u"\\");
    request.access |= FILE_READ_DATA;
    return open_and_hand_out(&request, &out);
}

/* ---- ends ---- */

NTSTATUS FltClose(HANDLE FileHandle)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return ObCloseHandle(FileHandle, KernelMode);
}

static void send_end(PFLT_INSTANCE instance, PFILE_OBJECT file, UCHAR major)
{
    struct io_operation *op = io_operation_new(instance->volume->io, major, 0, file);

    if (!op)
        return;
    op->start_below = instance;
    op->mode = KernelMode;
    op->iopb.IrpFlags = IRP_SYNCHRONOUS_API | (major == IRP_MJ_CLOSE ? IRP_CLOSE_OPERATION : 0);
    io_send_and_wait(op);
    io_operation_free(op);
}

/* F-352: those below see the file go; those above will see a failed create and nothing else. */
VOID FltCancelFileOpen(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (!Instance || !FileObject || !flt_file_is_open(FileObject) ||
        (FileObject->Flags & (FO_HANDLE_CREATED | FO_FILE_OPEN_CANCELLED)) || io_file_of(FileObject)->opened) {
        ke_report_caller(__func__, __builtin_return_address(0),
            "only in a post-create callback, after success and before there is a handle");
        return;
    }
    __atomic_or_fetch(&FileObject->Flags, FO_FILE_OPEN_CANCELLED, __ATOMIC_RELAXED);
    send_end(Instance, FileObject, IRP_MJ_CLEANUP);
    send_end(Instance, FileObject, IRP_MJ_CLOSE);
    FileObject->FsContext = NULL;
    FileObject->FsContext2 = NULL;
}

/* ---- what a file is ---- */

NTSTATUS FltIsDirectory(PFILE_OBJECT FileObject, PFLT_INSTANCE Instance, PBOOLEAN IsDirectory)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!FileObject || !Instance || !IsDirectory || !flt_file_is_open(FileObject))
        return STATUS_INVALID_PARAMETER; /* F-353 */
    *IsDirectory = ((struct io_stream *)FileObject->FsContext)->is_directory;
    return STATUS_SUCCESS;
}

/* F-372: the instance's own callbacks do not see the look. */
NTSTATUS FltQueryInformationByName(PFLT_FILTER Filter, PFLT_INSTANCE Instance, POBJECT_ATTRIBUTES ObjectAttributes,
    PIO_STATUS_BLOCK IoStatusBlock, PVOID FileInformation, ULONG Length, FILE_INFORMATION_CLASS FileInformationClass,
    PIO_DRIVER_CREATE_CONTEXT DriverContext)
{
    struct io_create_result result;

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (!IoStatusBlock || !FileInformation)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = check_open(Filter, ObjectAttributes, DriverContext);
    if (NT_SUCCESS(status))
        status = check_instance(Instance, ObjectAttributes);
    if (!NT_SUCCESS(status))
        return status;
    struct io_create_request request = {
        .attributes = ObjectAttributes,
        .access = FILE_READ_ATTRIBUTES | SYNCHRONIZE,
        .share_access = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
        .disposition = FILE_OPEN,
        .options = FILE_OPEN_REPARSE_POINT | FILE_OPEN_FOR_BACKUP_INTENT | FILE_SYNCHRONOUS_IO_NONALERT,
        .io_flags = IO_IGNORE_SHARE_ACCESS_CHECK,
        .major = IRP_MJ_CREATE,
        .mode = KernelMode,
        .start_below = Instance,
        .driver_context = DriverContext,
    };
    status = flt_below_create(&request, &result);
    IoStatusBlock->Information = 0;
    if (NT_SUCCESS(status)) {
        struct io_transfer transfer = {.file = result.file, .start_below = Instance, .mode = KernelMode};
        status = io_query_information(&transfer, FileInformationClass, FileInformation, Length);
        IoStatusBlock->Information = transfer.iosb.Information;
        io_close_file(result.file);
    }
    IoStatusBlock->Status = status;
    return status;
}
