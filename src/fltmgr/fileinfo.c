/* Queries and settings that a filter makes below its instance (F-365 to F-377): each is one operation, waited for. */
#include <string.h>

#include "fltmgr/below.h"
#include "fltmgr/name.h"
#include "ntoskrnl/ke/ke.h"

static NTSTATUS begin(PFLT_INSTANCE instance, PFILE_OBJECT file, struct io_transfer *transfer)
{
    if (!instance || !file || !flt_file_is_open(file))
        return STATUS_INVALID_PARAMETER;
    *transfer = (struct io_transfer){.file = file, .start_below = instance, .mode = KernelMode};
    return STATUS_SUCCESS;
}

static void give_length(PULONG out, const struct io_transfer *transfer)
{
    if (out)
        *out = (ULONG)transfer->iosb.Information;
}

/* ---- files ---- */

NTSTATUS FltQueryInformationFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PVOID FileInformation, ULONG Length,
    FILE_INFORMATION_CLASS FileInformationClass, PULONG LengthReturned)
{
    struct io_transfer transfer;

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = begin(Instance, FileObject, &transfer);
    if (!NT_SUCCESS(status))
        return status;
    status = io_query_information(&transfer, FileInformationClass, FileInformation, Length);
    give_length(LengthReturned, &transfer);
    return status;
}

static bool is_rename_or_link(FILE_INFORMATION_CLASS class)
{
    return class == FileRenameInformation || class == FileRenameInformationEx || class == FileLinkInformation ||
        class == FileLinkInformationEx;
}

static bool has_path(const FILE_RENAME_INFORMATION *rename)
{
    return rename->RootDirectory || (rename->FileNameLength >= sizeof(WCHAR) && rename->FileName[0] == u'\\');
}

/* F-368: what the I/O manager does for a rename with a path: the directory it goes to is opened and handed down. */
static NTSTATUS open_target_directory(
    PFLT_INSTANCE instance, PFILE_OBJECT file, const FILE_RENAME_INFORMATION *rename, PFILE_OBJECT *directory)
{
    UNICODE_STRING name = {(USHORT)rename->FileNameLength, (USHORT)rename->FileNameLength, (PWCH)rename->FileName};
    OBJECT_ATTRIBUTES attributes;
    struct io_create_request request = flt_below_open_request(instance->volume, instance);
    ULONG case_blind = file->Flags & FO_OPENED_CASE_SENSITIVE ? 0 : OBJ_CASE_INSENSITIVE;

    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE | case_blind, rename->RootDirectory, NULL);
    request.volume = NULL;
    request.attributes = &attributes;
    request.access = FILE_WRITE_DATA | SYNCHRONIZE;
    request.sl_flags = SL_OPEN_TARGET_DIRECTORY;
    request.io_flags |= IO_OPEN_TARGET_DIRECTORY;
    NTSTATUS status = flt_below_open(&request, directory);
    if (NT_SUCCESS(status) && io_file_of(*directory)->volume != io_file_of(file)->volume) {
        io_close_file(*directory);
        status = STATUS_NOT_SAME_DEVICE;
    }
    return status;
}

static NTSTATUS rename_or_link(struct io_transfer *transfer, FILE_INFORMATION_CLASS class, PVOID information, ULONG length)
{
    const FILE_RENAME_INFORMATION *rename = information;
    bool extended = class == FileRenameInformationEx || class == FileLinkInformationEx;
    BOOLEAN replace;
    PFILE_OBJECT directory = NULL;

    if (length < FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName) ||
        rename->FileNameLength > length - FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName) || rename->FileNameLength > 65534)
        return STATUS_INVALID_PARAMETER;
    replace = extended ? (rename->Flags & FILE_RENAME_REPLACE_IF_EXISTS) != 0 : rename->ReplaceIfExists;
    if (has_path(rename)) {
        NTSTATUS status = open_target_directory(transfer->start_below, transfer->file, rename, &directory);
        if (!NT_SUCCESS(status))
            return status;
    }
    NTSTATUS status = io_set_information(transfer, class, information, length, directory, replace);
    if (directory)
        io_close_file(directory);
    return status;
}

NTSTATUS FltSetInformationFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PVOID FileInformation, ULONG Length,
    FILE_INFORMATION_CLASS FileInformationClass)
{
    struct io_transfer transfer;

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = begin(Instance, FileObject, &transfer);
    if (!NT_SUCCESS(status))
        return status;
    if (is_rename_or_link(FileInformationClass))
        return rename_or_link(&transfer, FileInformationClass, FileInformation, Length);
    return io_set_information(&transfer, FileInformationClass, FileInformation, Length, NULL, FALSE);
}

/* ---- directories (F-370) ---- */

static UCHAR directory_flags(ULONG query_flags)
{
    return query_flags & (SL_RESTART_SCAN | SL_RETURN_SINGLE_ENTRY | SL_INDEX_SPECIFIED | SL_RETURN_ON_DISK_ENTRIES_ONLY |
                             SL_NO_CURSOR_UPDATE_QUERY);
}

NTSTATUS FltQueryDirectoryFileEx(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PVOID FileInformation, ULONG Length,
    FILE_INFORMATION_CLASS FileInformationClass, ULONG QueryFlags, PUNICODE_STRING FileName, PULONG LengthReturned)
{
    struct io_transfer transfer;

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (QueryFlags != directory_flags(QueryFlags))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = begin(Instance, FileObject, &transfer);
    if (!NT_SUCCESS(status))
        return status;
    status = io_query_directory(
        &transfer, FileInformationClass, FileInformation, Length, FileName, directory_flags(QueryFlags), 0);
    give_length(LengthReturned, &transfer);
    return status;
}

NTSTATUS FltQueryDirectoryFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PVOID FileInformation, ULONG Length,
    FILE_INFORMATION_CLASS FileInformationClass, BOOLEAN ReturnSingleEntry, PUNICODE_STRING FileName, BOOLEAN RestartScan,
    PULONG LengthReturned)
{
    ULONG flags = (ReturnSingleEntry ? SL_RETURN_SINGLE_ENTRY : 0) | (RestartScan ? SL_RESTART_SCAN : 0);

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return FltQueryDirectoryFileEx(
        Instance, FileObject, FileInformation, Length, FileInformationClass, flags, FileName, LengthReturned);
}

/* ---- volumes (F-371) ---- */

NTSTATUS FltQueryVolumeInformationFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PVOID FsInformation, ULONG Length,
    FS_INFORMATION_CLASS FsInformationClass, PULONG LengthReturned)
{
    struct io_transfer transfer;

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = begin(Instance, FileObject, &transfer);
    if (!NT_SUCCESS(status))
        return status;
    status = io_query_volume_information(&transfer, FsInformationClass, FsInformation, Length);
    give_length(LengthReturned, &transfer);
    return status;
}

static bool is_volume_class(FS_INFORMATION_CLASS class)
{
    return class >= FileFsVolumeInformation && class < FileFsMaximumInformation;
}

static NTSTATUS open_root(PFLT_INSTANCE instance, PFILE_OBJECT *root)
{
    struct io_create_request request = flt_below_open_request(instance->volume, instance);

    RtlInitUnicodeString(&request.path, u"\\");
    return flt_below_open(&request, root);
}

/* One volume operation on the root of the instance's volume. */
static NTSTATUS on_root(PFLT_INSTANCE instance, PIO_STATUS_BLOCK iosb, PVOID information, ULONG length,
    FS_INFORMATION_CLASS class,
    NTSTATUS (*send)(struct io_transfer *, FS_INFORMATION_CLASS, PVOID, ULONG))
{
    PFILE_OBJECT root;

    if (!instance || !iosb || instance->volume->io->device_type == FILE_DEVICE_NETWORK_FILE_SYSTEM)
        return STATUS_INVALID_PARAMETER;
    if (!is_volume_class(class))
        return STATUS_INVALID_INFO_CLASS;
    NTSTATUS status = open_root(instance, &root);
    if (!NT_SUCCESS(status))
        return status;
    struct io_transfer transfer = {.file = root, .start_below = instance, .mode = KernelMode};
    status = send(&transfer, class, information, length);
    *iosb = transfer.iosb;
    io_close_file(root);
    return status;
}

NTSTATUS FltQueryVolumeInformation(PFLT_INSTANCE Instance, PIO_STATUS_BLOCK Iosb, PVOID FsInformation, ULONG Length,
    FS_INFORMATION_CLASS FsInformationClass)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return on_root(Instance, Iosb, FsInformation, Length, FsInformationClass, io_query_volume_information);
}

NTSTATUS FltSetVolumeInformation(PFLT_INSTANCE Instance, PIO_STATUS_BLOCK Iosb, PVOID FsInformation, ULONG Length,
    FS_INFORMATION_CLASS FsInformationClass)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return on_root(Instance, Iosb, FsInformation, Length, FsInformationClass, io_set_volume_information);
}

/* ---- flushing (F-373) ---- */

NTSTATUS FltFlushBuffers(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject)
{
    struct io_transfer transfer;

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = begin(Instance, FileObject, &transfer);
    return NT_SUCCESS(status) ? io_flush(&transfer, 0) : status;
}

/* The minor code for a flush type; -1 for none or for one that the object cannot have. */
static int flush_minor(ULONG type, PFILE_OBJECT file)
{
    bool volume = file->Flags & FO_VOLUME_OPEN;

    switch (type) {
    case 0:
        return 0;
    case FLT_FLUSH_TYPE_FLUSH_AND_PURGE:
        return IRP_MN_FLUSH_AND_PURGE;
    case FLT_FLUSH_TYPE_FILE_DATA_ONLY:
        return volume ? -1 : IRP_MN_FLUSH_DATA_ONLY;
    case FLT_FLUSH_TYPE_NO_SYNC:
        return volume ? -1 : IRP_MN_FLUSH_NO_SYNC;
    case FLT_FLUSH_TYPE_DATA_SYNC_ONLY:
        return volume || ((struct io_stream *)file->FsContext)->is_directory ? -1 : IRP_MN_FLUSH_DATA_SYNC_ONLY;
    default:
        return -1;
    }
}

NTSTATUS FltFlushBuffers2(
    PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, ULONG FlushType, PFLT_CALLBACK_DATA CallbackData)
{
    struct io_transfer transfer;

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = begin(Instance, FileObject, &transfer);
    if (!NT_SUCCESS(status))
        return status;
    int minor = flush_minor(FlushType, FileObject);
    if (CallbackData)
        transfer.thread = CallbackData->Thread;
    return minor < 0 ? STATUS_INVALID_PARAMETER : io_flush(&transfer, (UCHAR)minor);
}

/* ---- controls (F-374) ---- */

typedef NTSTATUS control_fn(struct io_transfer *, ULONG, PVOID, ULONG, PVOID, ULONG);

static NTSTATUS control(control_fn *send, PFLT_INSTANCE instance, PFILE_OBJECT file, ULONG code, PVOID in, ULONG in_length,
    PVOID out, ULONG out_length, PULONG returned)
{
    struct io_transfer transfer;

    if (returned)
        *returned = 0;
    NTSTATUS status = begin(instance, file, &transfer);
    if (!NT_SUCCESS(status))
        return status;
    status = send(&transfer, code, in, in ? in_length : 0, out, out ? out_length : 0);
    give_length(returned, &transfer);
    return status;
}

NTSTATUS FltFsControlFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, ULONG FsControlCode, PVOID InputBuffer,
    ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength, PULONG LengthReturned)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return control(io_fs_control, Instance, FileObject, FsControlCode, InputBuffer, InputBufferLength, OutputBuffer,
        OutputBufferLength, LengthReturned);
}

NTSTATUS FltDeviceIoControlFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, ULONG IoControlCode, PVOID InputBuffer,
    ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength, PULONG LengthReturned)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return control(io_device_io_control, Instance, FileObject, IoControlCode, InputBuffer, InputBufferLength, OutputBuffer,
        OutputBufferLength, LengthReturned);
}

/* ---- security (F-375) ---- */

NTSTATUS FltQuerySecurityObject(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Length, PULONG LengthNeeded)
{
    struct io_transfer transfer;

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = begin(Instance, FileObject, &transfer);
    if (!NT_SUCCESS(status))
        return status;
    status = io_query_security(&transfer, SecurityInformation, SecurityDescriptor, SecurityDescriptor ? Length : 0);
    give_length(LengthNeeded, &transfer);
    return status == STATUS_BUFFER_OVERFLOW ? STATUS_BUFFER_TOO_SMALL : status;
}

NTSTATUS FltSetSecurityObject(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    struct io_transfer transfer;

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (!SecurityDescriptor)
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = begin(Instance, FileObject, &transfer);
    if (!NT_SUCCESS(status))
        return status;
    if (((PISECURITY_DESCRIPTOR)SecurityDescriptor)->Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    if (!RtlValidSecurityDescriptor(SecurityDescriptor))
        return STATUS_INVALID_SECURITY_DESCR;
    return io_set_security(&transfer, SecurityInformation, SecurityDescriptor);
}

/* ---- extended attributes (F-376) ---- */

static struct io_operation *ea_operation(PFLT_INSTANCE instance, PFILE_OBJECT file, UCHAR major)
{
    struct io_operation *op = io_operation_new(instance->volume->io, major, 0, file);

    if (!op)
        return NULL;
    op->start_below = instance;
    op->mode = KernelMode;
    op->iopb.IrpFlags = IRP_SYNCHRONOUS_API;
    return op;
}

NTSTATUS FltQueryEaFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PVOID ReturnedEaData, ULONG Length,
    BOOLEAN ReturnSingleEntry, PVOID EaList, ULONG EaListLength, PULONG EaIndex, BOOLEAN RestartScan, PULONG LengthReturned)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (!Instance || !FileObject || !flt_file_is_open(FileObject))
        return STATUS_INVALID_PARAMETER;
    struct io_operation *op = ea_operation(Instance, FileObject, IRP_MJ_QUERY_EA);
    if (!op)
        return STATUS_INSUFFICIENT_RESOURCES;
    FLT_PARAMETERS *p = &op->iopb.Parameters;
    op->iopb.OperationFlags = (ReturnSingleEntry ? SL_RETURN_SINGLE_ENTRY : 0) | (RestartScan ? SL_RESTART_SCAN : 0) |
        (EaIndex ? SL_INDEX_SPECIFIED : 0);
    p->QueryEa.Length = Length;
    p->QueryEa.EaList = EaList;
    p->QueryEa.EaListLength = EaList ? EaListLength : 0;
    p->QueryEa.EaIndex = EaIndex ? *EaIndex : 0;
    p->QueryEa.EaBuffer = ReturnedEaData;
    NTSTATUS status = io_send_and_wait(op);
    if (LengthReturned)
        *LengthReturned = (ULONG)op->iosb.Information;
    io_operation_free(op);
    return status;
}

NTSTATUS FltSetEaFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PVOID EaBuffer, ULONG Length)
{
    struct io_transfer transfer;

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = begin(Instance, FileObject, &transfer);
    return NT_SUCCESS(status) ? io_set_ea(&transfer, EaBuffer, Length) : status;
}

/* ---- quotas: no base has NT's (F-377) ---- */

NTSTATUS FltQueryQuotaInformationFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer, ULONG Length, BOOLEAN ReturnSingleEntry, PVOID SidList, ULONG SidListLength, PSID StartSid,
    BOOLEAN RestartScan, PULONG LengthReturned)
{
    if (LengthReturned)
        *LengthReturned = 0;
    if (IoStatusBlock)
        *IoStatusBlock = (IO_STATUS_BLOCK){.Status = STATUS_NOT_SUPPORTED};
    return STATUS_NOT_SUPPORTED;
}

NTSTATUS FltSetQuotaInformationFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PVOID Buffer, ULONG Length)
{
    return STATUS_NOT_SUPPORTED;
}
