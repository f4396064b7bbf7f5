/* NtXxxInformationFile, directories, volumes, extended attributes: handles in front of transfer.c. Classes that the I/O manager
 * answers itself (position, mode, access, alignment) never reach a file system. */
#include "ntoskrnl/io/inner.h"

#include <string.h>

/* The least length and the right each class needs. */
struct class_rule {
    ULONG length;
    ACCESS_MASK access;
};

static struct class_rule query_rule(FILE_INFORMATION_CLASS class)
{
    switch (class) {
    case FileBasicInformation: return (struct class_rule){sizeof(FILE_BASIC_INFORMATION), FILE_READ_ATTRIBUTES};
    case FileStandardInformation: return (struct class_rule){sizeof(FILE_STANDARD_INFORMATION), 0};
    case FileInternalInformation: return (struct class_rule){sizeof(FILE_INTERNAL_INFORMATION), 0};
    case FileEaInformation: return (struct class_rule){sizeof(FILE_EA_INFORMATION), 0};
    case FileAccessInformation: return (struct class_rule){sizeof(FILE_ACCESS_INFORMATION), 0};
    case FilePositionInformation: return (struct class_rule){sizeof(FILE_POSITION_INFORMATION), 0};
    case FileModeInformation: return (struct class_rule){sizeof(FILE_MODE_INFORMATION), 0};
    case FileAlignmentInformation: return (struct class_rule){sizeof(FILE_ALIGNMENT_INFORMATION), 0};
    case FileAllInformation: return (struct class_rule){sizeof(FILE_ALL_INFORMATION), FILE_READ_ATTRIBUTES};
    case FileNetworkOpenInformation: return (struct class_rule){sizeof(FILE_NETWORK_OPEN_INFORMATION), FILE_READ_ATTRIBUTES};
    case FileAttributeTagInformation: return (struct class_rule){sizeof(FILE_ATTRIBUTE_TAG_INFORMATION), FILE_READ_ATTRIBUTES};
    case FileNameInformation: return (struct class_rule){sizeof(FILE_NAME_INFORMATION), 0};
    case FileIdInformation: return (struct class_rule){sizeof(FILE_ID_INFORMATION), 0};
    default: return (struct class_rule){0, 0};
    }
}

static ULONG mode_of(PFILE_OBJECT file)
{
    ULONG flags = file->Flags, mode = io_file_of(file)->create_options
        & (FILE_DELETE_ON_CLOSE | FILE_SEQUENTIAL_ONLY | FILE_NO_INTERMEDIATE_BUFFERING | FILE_WRITE_THROUGH);
    if (flags & FO_SYNCHRONOUS_IO)
        mode |= flags & FO_ALERTABLE_IO ? FILE_SYNCHRONOUS_IO_ALERT : FILE_SYNCHRONOUS_IO_NONALERT;
    return mode;
}

/* Answered here. */
static bool query_own(struct io_transfer *t, FILE_INFORMATION_CLASS class, PVOID buffer)
{
    switch (class) {
    case FilePositionInformation:
        ((PFILE_POSITION_INFORMATION)buffer)->CurrentByteOffset = t->file->CurrentByteOffset;
        t->iosb.Information = sizeof(FILE_POSITION_INFORMATION);
        return true;
    case FileModeInformation:
        ((PFILE_MODE_INFORMATION)buffer)->Mode = mode_of(t->file);
        t->iosb.Information = sizeof(FILE_MODE_INFORMATION);
        return true;
    case FileAccessInformation:
        ((PFILE_ACCESS_INFORMATION)buffer)->AccessFlags = io_file_of(t->file)->granted;
        t->iosb.Information = sizeof(FILE_ACCESS_INFORMATION);
        return true;
    case FileAlignmentInformation:
        ((PFILE_ALIGNMENT_INFORMATION)buffer)->AlignmentRequirement = t->file->DeviceObject->AlignmentRequirement;
        t->iosb.Information = sizeof(FILE_ALIGNMENT_INFORMATION);
        return true;
    default:
        return false;
    }
}

/* What the I/O manager has answered or refused itself. */
static NTSTATUS conclude(struct io_transfer *t, NTSTATUS status)
{
    t->iosb.Status = status;
    if (t->done)
        t->done(t);
    return status;
}

NTSTATUS io_file_query(struct io_transfer *t, ACCESS_MASK granted, FILE_INFORMATION_CLASS class, PVOID buffer, ULONG length)
{
    struct class_rule rule = query_rule(class);
    t->iosb.Information = 0;
    if (length < rule.length)
        return conclude(t, STATUS_INFO_LENGTH_MISMATCH);
    if ((granted & rule.access) != rule.access)
        return conclude(t, STATUS_ACCESS_DENIED);
    if (query_own(t, class, buffer))
        return conclude(t, STATUS_SUCCESS);
    return io_query_information(t, class, buffer, length);
}

static NTSTATUS query(KPROCESSOR_MODE mode, HANDLE handle, PIO_STATUS_BLOCK iosb, PVOID buffer, ULONG length, FILE_INFORMATION_CLASS class)
{
    struct io_transfer t;
    struct class_rule rule = query_rule(class);
    if (length < rule.length)
        return STATUS_INFO_LENGTH_MISMATCH;
    NTSTATUS status = io_call_begin(&t, mode, handle, rule.access);
    if (!NT_SUCCESS(status))
        return status;
    return io_call_end(&t, io_file_query(&t, rule.access, class, buffer, length), iosb);
}

NTSTATUS NTAPI ZwQueryInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PVOID FileInformation, ULONG Length,
    FILE_INFORMATION_CLASS FileInformationClass)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return query(KernelMode, FileHandle, IoStatusBlock, FileInformation, Length, FileInformationClass);
}

NTSTATUS NTAPI NtQueryInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PVOID FileInformation, ULONG Length,
    FILE_INFORMATION_CLASS FileInformationClass)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return query(ps_previous_mode(), FileHandle, IoStatusBlock, FileInformation, Length, FileInformationClass);
}

/* ---- setting ---- */

static struct class_rule set_rule(FILE_INFORMATION_CLASS class)
{
    switch (class) {
    case FileBasicInformation: return (struct class_rule){sizeof(FILE_BASIC_INFORMATION), FILE_WRITE_ATTRIBUTES};
    case FileRenameInformation:
    case FileRenameInformationEx: return (struct class_rule){FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName), DELETE};
    case FileLinkInformation:
    case FileLinkInformationEx: return (struct class_rule){FIELD_OFFSET(FILE_LINK_INFORMATION, FileName), 0};
    case FileDispositionInformation: return (struct class_rule){sizeof(FILE_DISPOSITION_INFORMATION), DELETE};
    case FileDispositionInformationEx: return (struct class_rule){sizeof(FILE_DISPOSITION_INFORMATION_EX), DELETE};
    case FileEndOfFileInformation: return (struct class_rule){sizeof(FILE_END_OF_FILE_INFORMATION), FILE_WRITE_DATA};
    case FileAllocationInformation: return (struct class_rule){sizeof(FILE_ALLOCATION_INFORMATION), FILE_WRITE_DATA};
    case FileValidDataLengthInformation: return (struct class_rule){sizeof(FILE_VALID_DATA_LENGTH_INFORMATION), FILE_WRITE_DATA};
    case FilePositionInformation: return (struct class_rule){sizeof(FILE_POSITION_INFORMATION), 0};
    case FileModeInformation: return (struct class_rule){sizeof(FILE_MODE_INFORMATION), 0};
    default: return (struct class_rule){0, 0};
    }
}

static bool is_move(FILE_INFORMATION_CLASS class)
{
    return class == FileRenameInformation || class == FileRenameInformationEx || class == FileLinkInformation || class == FileLinkInformationEx;
}

/* F-368: with a path or a root directory the target's parent is opened first, as the opener may. */
static NTSTATUS open_target(struct io_transfer *t, PFILE_RENAME_INFORMATION info, PFILE_OBJECT *parent)
{
    UNICODE_STRING name = {(USHORT)info->FileNameLength, (USHORT)info->FileNameLength, info->FileName};
    *parent = NULL;
    bool plain = !info->RootDirectory;
    for (USHORT i = 0; plain && i < name.Length / sizeof(WCHAR); i++)
        plain = name.Buffer[i] != '\\' && name.Buffer[i] != ':';
    if (plain)
        return STATUS_SUCCESS;
    OBJECT_ATTRIBUTES oa;
    InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE, info->RootDirectory, NULL);
    struct io_create_request request = {.attributes = &oa, .access = FILE_WRITE_DATA | SYNCHRONIZE, .disposition = FILE_OPEN,
        .share_access = FILE_SHARE_READ | FILE_SHARE_WRITE, .options = FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT,
        .sl_flags = SL_OPEN_TARGET_DIRECTORY, .mode = t->mode, .thread = t->thread, .start_below = io_file_of(t->file)->target};
    struct io_create_result result;
    NTSTATUS status = io_create_file(&request, &result);
    if (!NT_SUCCESS(status))
        return status;
    if (io_file_of(result.file)->volume != io_file_of(t->file)->volume) {
        io_close_file(result.file);
        return STATUS_NOT_SAME_DEVICE;
    }
    *parent = result.file;
    return STATUS_SUCCESS;
}

static NTSTATUS move(struct io_transfer *t, FILE_INFORMATION_CLASS class, PFILE_RENAME_INFORMATION info, ULONG length)
{
    PFILE_OBJECT parent;
    if (info->FileNameLength > length - FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName) || !info->FileNameLength)
        return STATUS_INVALID_PARAMETER;
    bool extended = class == FileRenameInformationEx || class == FileLinkInformationEx;
    BOOLEAN replace = extended ? info->Flags & FILE_RENAME_REPLACE_IF_EXISTS : info->ReplaceIfExists;
    NTSTATUS status = open_target(t, info, &parent);
    if (!NT_SUCCESS(status))
        return status;
    status = io_set_information(t, class, info, length, parent, replace);
    if (parent)
        io_close_file(parent);
    return status;
}

static NTSTATUS set_own(struct io_transfer *t, FILE_INFORMATION_CLASS class, PVOID buffer)
{
    if (class == FilePositionInformation) {
        LARGE_INTEGER offset = ((PFILE_POSITION_INFORMATION)buffer)->CurrentByteOffset;
        if (offset.QuadPart < 0)
            return STATUS_INVALID_PARAMETER;
        t->file->CurrentByteOffset = offset;
    }
    return STATUS_SUCCESS;
}

/* Opens what the new name stands in, so it waits; then tells whoever wanted to be called. */
static NTSTATUS move_waiting(struct io_transfer *t, FILE_INFORMATION_CLASS class, PVOID buffer, ULONG length)
{
    void (*done)(struct io_transfer *) = t->done;
    t->done = NULL;
    NTSTATUS status = move(t, class, buffer, length);
    t->done = done;
    return conclude(t, status);
}

NTSTATUS io_file_set(struct io_transfer *t, ACCESS_MASK granted, FILE_INFORMATION_CLASS class, PVOID buffer, ULONG length)
{
    struct class_rule rule = set_rule(class);
    t->iosb.Information = 0;
    if (length < rule.length)
        return conclude(t, STATUS_INFO_LENGTH_MISMATCH);
    if ((granted & rule.access) != rule.access)
        return conclude(t, STATUS_ACCESS_DENIED);
    if (class == FilePositionInformation)
        return conclude(t, set_own(t, class, buffer));
    if (class == FileModeInformation)
        return conclude(t, STATUS_NOT_SUPPORTED);
    if (is_move(class))
        return move_waiting(t, class, buffer, length);
    return io_set_information(t, class, buffer, length, NULL, FALSE);
}

static NTSTATUS set(KPROCESSOR_MODE mode, HANDLE handle, PIO_STATUS_BLOCK iosb, PVOID buffer, ULONG length, FILE_INFORMATION_CLASS class)
{
    struct io_transfer t;
    struct class_rule rule = set_rule(class);
    if (length < rule.length)
        return STATUS_INFO_LENGTH_MISMATCH;
    NTSTATUS status = io_call_begin(&t, mode, handle, rule.access);
    if (!NT_SUCCESS(status))
        return status;
    return io_call_end(&t, io_file_set(&t, rule.access, class, buffer, length), iosb);
}

NTSTATUS NTAPI ZwSetInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PVOID FileInformation, ULONG Length,
    FILE_INFORMATION_CLASS FileInformationClass)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return set(KernelMode, FileHandle, IoStatusBlock, FileInformation, Length, FileInformationClass);
}

NTSTATUS NTAPI NtSetInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PVOID FileInformation, ULONG Length,
    FILE_INFORMATION_CLASS FileInformationClass)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return set(ps_previous_mode(), FileHandle, IoStatusBlock, FileInformation, Length, FileInformationClass);
}

NTSTATUS NTAPI ZwQueryFullAttributesFile(POBJECT_ATTRIBUTES ObjectAttributes, PFILE_NETWORK_OPEN_INFORMATION FileInformation)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    struct io_create_request request = {.attributes = ObjectAttributes, .access = FILE_READ_ATTRIBUTES, .disposition = FILE_OPEN,
        .share_access = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, .options = FILE_OPEN_REPARSE_POINT, .mode = KernelMode};
    struct io_create_result result;
    NTSTATUS status = io_create_file(&request, &result);
    if (!NT_SUCCESS(status))
        return status;
    struct io_transfer t = {.file = result.file};
    status = io_query_information(&t, FileNetworkOpenInformation, FileInformation, sizeof *FileInformation);
    io_close_file(result.file);
    return status;
}

/* ---- volumes ---- */

NTSTATUS io_file_query_volume(struct io_transfer *t, FS_INFORMATION_CLASS class, PVOID buffer, ULONG length)
{
    PFILE_FS_DEVICE_INFORMATION info = buffer;
    t->iosb.Information = 0;
    if (class != FileFsDeviceInformation)
        return io_query_volume_information(t, class, buffer, length);
    if (length < sizeof *info) /* the I/O manager's own */
        return conclude(t, STATUS_INFO_LENGTH_MISMATCH);
    info->DeviceType = t->file->DeviceObject->DeviceType;
    info->Characteristics = t->file->DeviceObject->Characteristics | FILE_DEVICE_IS_MOUNTED;
    t->iosb.Information = sizeof *info;
    return conclude(t, STATUS_SUCCESS);
}

static NTSTATUS query_volume(KPROCESSOR_MODE mode, HANDLE handle, PIO_STATUS_BLOCK iosb, PVOID buffer, ULONG length, FS_INFORMATION_CLASS class)
{
    struct io_transfer t;
    NTSTATUS status = io_call_begin(&t, mode, handle, 0);
    if (!NT_SUCCESS(status))
        return status;
    return io_call_end(&t, io_file_query_volume(&t, class, buffer, length), iosb);
}

NTSTATUS NTAPI ZwQueryVolumeInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PVOID FsInformation, ULONG Length,
    FS_INFORMATION_CLASS FsInformationClass)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return query_volume(KernelMode, FileHandle, IoStatusBlock, FsInformation, Length, FsInformationClass);
}

NTSTATUS NTAPI NtQueryVolumeInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PVOID FsInformation, ULONG Length,
    FS_INFORMATION_CLASS FsInformationClass)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return query_volume(ps_previous_mode(), FileHandle, IoStatusBlock, FsInformation, Length, FsInformationClass);
}

NTSTATUS NTAPI ZwSetVolumeInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PVOID FsInformation, ULONG Length,
    FS_INFORMATION_CLASS FsInformationClass)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    struct io_transfer t;
    NTSTATUS status = io_call_begin(&t, KernelMode, FileHandle, FILE_WRITE_DATA);
    if (!NT_SUCCESS(status))
        return status;
    return io_call_end(&t, io_set_volume_information(&t, FsInformationClass, FsInformation, Length), IoStatusBlock);
}

/* ---- directories ---- */

static NTSTATUS directory(KPROCESSOR_MODE mode, HANDLE handle, PIO_STATUS_BLOCK iosb, PVOID buffer, ULONG length, FILE_INFORMATION_CLASS class,
    UCHAR flags, PUNICODE_STRING pattern)
{
    struct io_transfer t;
    NTSTATUS status = io_call_begin(&t, mode, handle, FILE_LIST_DIRECTORY);
    if (!NT_SUCCESS(status))
        return status;
    return io_call_end(&t, io_query_directory(&t, class, buffer, length, pattern, flags, 0), iosb);
}

static UCHAR scan_flags(BOOLEAN single, BOOLEAN restart)
{
    return (single ? SL_RETURN_SINGLE_ENTRY : 0) | (restart ? SL_RESTART_SCAN : 0);
}

NTSTATUS NTAPI ZwQueryDirectoryFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
    PVOID FileInformation, ULONG Length, FILE_INFORMATION_CLASS FileInformationClass, BOOLEAN ReturnSingleEntry, PUNICODE_STRING FileName,
    BOOLEAN RestartScan)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return directory(KernelMode, FileHandle, IoStatusBlock, FileInformation, Length, FileInformationClass,
        scan_flags(ReturnSingleEntry, RestartScan), FileName);
}

NTSTATUS NTAPI NtQueryDirectoryFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
    PVOID FileInformation, ULONG Length, FILE_INFORMATION_CLASS FileInformationClass, BOOLEAN ReturnSingleEntry, PUNICODE_STRING FileName,
    BOOLEAN RestartScan)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return directory(ps_previous_mode(), FileHandle, IoStatusBlock, FileInformation, Length, FileInformationClass,
        scan_flags(ReturnSingleEntry, RestartScan), FileName);
}

NTSTATUS NTAPI ZwQueryDirectoryFileEx(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock, PVOID FileInformation, ULONG Length, FILE_INFORMATION_CLASS FileInformationClass, ULONG QueryFlags,
    PUNICODE_STRING FileName)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return directory(KernelMode, FileHandle, IoStatusBlock, FileInformation, Length, FileInformationClass, (UCHAR)(QueryFlags & 0x1f), FileName);
}

/* ---- extended attributes ---- */

NTSTATUS NTAPI ZwQueryEaFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length, BOOLEAN ReturnSingleEntry,
    PVOID EaList, ULONG EaListLength, PULONG EaIndex, BOOLEAN RestartScan)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    struct io_transfer t;
    NTSTATUS status = io_call_begin(&t, KernelMode, FileHandle, FILE_READ_EA);
    if (!NT_SUCCESS(status))
        return status;
    return io_call_end(&t, io_query_ea(&t, Buffer, Length, EaList, EaListLength, scan_flags(ReturnSingleEntry, RestartScan)), IoStatusBlock);
}

NTSTATUS NTAPI ZwSetEaFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    struct io_transfer t;
    NTSTATUS status = io_call_begin(&t, KernelMode, FileHandle, FILE_WRITE_EA);
    if (!NT_SUCCESS(status))
        return status;
    return io_call_end(&t, io_set_ea(&t, Buffer, Length), IoStatusBlock);
}
