/* What Win32 asks of an open file beside its data, in NT's information classes: files of Linux answer a few of
 * them (file.c), files of the manager what their file system does. */
#include <string.h>
#include <sys/stat.h>

#include "kernel32/device.h"
#include "kernel32/mapping.h"
#include "kernel32/ntfile.h"
#include "ntstatus.h"
#include "winternl.h"

static NTSTATUS query(HANDLE file, uint32_t class, void *buffer, uint32_t size, uint32_t *done)
{
    struct k32_object *object = k32_object_of(file, NULL);

    if (!object)
        return STATUS_INVALID_HANDLE;
    NTSTATUS status = object->type->query ? object->type->query(object, class, buffer, size, done)
                                          : STATUS_OBJECT_TYPE_MISMATCH;
    k32_release(object);
    return status;
}

static NTSTATUS set(HANDLE file, uint32_t class, const void *buffer, uint32_t size)
{
    struct k32_object *object = k32_object_of(file, NULL);

    if (!object)
        return STATUS_INVALID_HANDLE;
    NTSTATUS status =
        object->type->set ? object->type->set(object, class, buffer, size) : STATUS_OBJECT_TYPE_MISMATCH;
    k32_release(object);
    return status;
}

static void put_time(LPFILETIME to, LARGE_INTEGER from)
{
    if (to)
        *to = (FILETIME){from.LowPart, (DWORD)from.HighPart};
}

BOOL GetFileTime(HANDLE file, LPFILETIME created, LPFILETIME accessed, LPFILETIME written)
{
    FILE_BASIC_INFORMATION basic;
    uint32_t done = 0;
    NTSTATUS status = query(file, FileBasicInformation, &basic, sizeof basic, &done);

    if (NT_SUCCESS(status)) {
        put_time(created, basic.CreationTime);
        put_time(accessed, basic.LastAccessTime);
        put_time(written, basic.LastWriteTime);
    }
    return k32_result(status);
}

static LARGE_INTEGER take_time(const FILETIME *from)
{
    LARGE_INTEGER time = {.QuadPart = 0}; /* leave it as it is */

    if (from) {
        time.LowPart = from->dwLowDateTime;
        time.HighPart = (LONG)from->dwHighDateTime;
    }
    return time;
}

BOOL SetFileTime(HANDLE file, const FILETIME *created, const FILETIME *accessed, const FILETIME *written)
{
    FILE_BASIC_INFORMATION basic = {.CreationTime = take_time(created),
        .LastAccessTime = take_time(accessed),
        .LastWriteTime = take_time(written)};

    return k32_result(set(file, FileBasicInformation, &basic, sizeof basic));
}

/* --- size and position --- */

BOOL GetFileSizeEx(HANDLE file, PLARGE_INTEGER size)
{
    FILE_STANDARD_INFORMATION standard;
    uint32_t done = 0;
    NTSTATUS status = query(file, FileStandardInformation, &standard, sizeof standard, &done);

    if (NT_SUCCESS(status))
        *size = standard.EndOfFile;
    return k32_result(status);
}

DWORD GetFileSize(HANDLE file, LPDWORD high)
{
    LARGE_INTEGER size;

    if (!GetFileSizeEx(file, &size))
        return INVALID_FILE_SIZE;
    if (high)
        *high = (DWORD)size.HighPart;
    if (size.LowPart == INVALID_FILE_SIZE)
        SetLastError(ERROR_SUCCESS);
    return size.LowPart;
}

/* What the distance is counted from. */
static NTSTATUS origin_of(HANDLE file, DWORD method, LARGE_INTEGER *origin)
{
    FILE_POSITION_INFORMATION position;
    FILE_STANDARD_INFORMATION standard;
    uint32_t done = 0;
    NTSTATUS status = STATUS_SUCCESS;

    origin->QuadPart = 0;
    if (method == FILE_CURRENT) {
        status = query(file, FilePositionInformation, &position, sizeof position, &done);
        *origin = position.CurrentByteOffset;
    } else if (method == FILE_END) {
        status = query(file, FileStandardInformation, &standard, sizeof standard, &done);
        *origin = standard.EndOfFile;
    }
    return status;
}

BOOL SetFilePointerEx(HANDLE file, LARGE_INTEGER distance, PLARGE_INTEGER position, DWORD method)
{
    FILE_POSITION_INFORMATION to;

    if (method > FILE_END) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    NTSTATUS status = origin_of(file, method, &to.CurrentByteOffset);
    if (!NT_SUCCESS(status))
        return k32_result(status);
    if (__builtin_add_overflow(
            to.CurrentByteOffset.QuadPart, distance.QuadPart, &to.CurrentByteOffset.QuadPart) ||
        to.CurrentByteOffset.QuadPart < 0) {
        SetLastError(ERROR_NEGATIVE_SEEK);
        return FALSE;
    }
    status = set(file, FilePositionInformation, &to, sizeof to);
    if (NT_SUCCESS(status) && position)
        *position = to.CurrentByteOffset;
    return k32_result(status);
}

DWORD SetFilePointer(HANDLE file, LONG distance, PLONG high, DWORD method)
{
    LARGE_INTEGER to = {.QuadPart = distance}, at;

    if (high) {
        to.LowPart = (DWORD)distance;
        to.HighPart = *high;
    }
    if (!SetFilePointerEx(file, to, &at, method))
        return INVALID_SET_FILE_POINTER;
    if (high)
        *high = at.HighPart;
    if (at.LowPart == INVALID_SET_FILE_POINTER)
        SetLastError(ERROR_SUCCESS);
    return at.LowPart;
}

BOOL SetEndOfFile(HANDLE file)
{
    FILE_POSITION_INFORMATION position;
    uint32_t done = 0;
    NTSTATUS status = query(file, FilePositionInformation, &position, sizeof position, &done);

    if (NT_SUCCESS(status)) {
        const FILE_END_OF_FILE_INFORMATION end = {.EndOfFile = position.CurrentByteOffset};
        status = set(file, FileEndOfFileInformation, &end, sizeof end);
    }
    return k32_result(status);
}

/* --- all at once --- */

/* A file of Linux is on the volume of its device's number. */
static NTSTATUS serial_of(HANDLE file, ULONG *serial)
{
    struct {
        FILE_FS_VOLUME_INFORMATION information;
        WCHAR label[256];
    } volume;
    IO_STATUS_BLOCK block;
    struct stat st;
    struct k32_object *object = k32_object_of(file, NULL);
    int fd = object ? k32_file_descriptor(object) : -1;
    NTSTATUS status = !object ? STATUS_INVALID_HANDLE : STATUS_SUCCESS;

    if (fd >= 0 && fstat(fd, &st) == 0)
        *serial = (ULONG)st.st_dev;
    else if (object)
        status = NtQueryVolumeInformationFile(file, &block, &volume, sizeof volume, FileFsVolumeInformation);
    if (object)
        k32_release(object);
    if (fd < 0 && NT_SUCCESS(status))
        *serial = volume.information.VolumeSerialNumber;
    return status;
}

static FILETIME filetime(LARGE_INTEGER from)
{
    return (FILETIME){from.LowPart, (DWORD)from.HighPart};
}

BOOL GetFileInformationByHandle(HANDLE file, LPBY_HANDLE_FILE_INFORMATION information)
{
    FILE_BASIC_INFORMATION basic;
    FILE_STANDARD_INFORMATION standard;
    FILE_INTERNAL_INFORMATION internal;
    uint32_t done = 0;
    ULONG serial = 0;

    NTSTATUS status = query(file, FileBasicInformation, &basic, sizeof basic, &done);
    if (NT_SUCCESS(status))
        status = query(file, FileStandardInformation, &standard, sizeof standard, &done);
    if (NT_SUCCESS(status))
        status = query(file, FileInternalInformation, &internal, sizeof internal, &done);
    if (NT_SUCCESS(status))
        status = serial_of(file, &serial);
    if (!NT_SUCCESS(status))
        return k32_result(status);
    *information = (BY_HANDLE_FILE_INFORMATION){.dwFileAttributes = basic.FileAttributes,
        .ftCreationTime = filetime(basic.CreationTime),
        .ftLastAccessTime = filetime(basic.LastAccessTime),
        .ftLastWriteTime = filetime(basic.LastWriteTime),
        .dwVolumeSerialNumber = serial,
        .nFileSizeHigh = (DWORD)standard.EndOfFile.HighPart,
        .nFileSizeLow = standard.EndOfFile.LowPart,
        .nNumberOfLinks = standard.NumberOfLinks,
        .nFileIndexHigh = (DWORD)internal.IndexNumber.HighPart,
        .nFileIndexLow = internal.IndexNumber.LowPart};
    return TRUE;
}

/* NT's class of one of Win32's, whose structures are the same; 0: none that can be asked for. */
static FILE_INFORMATION_CLASS class_of(FILE_INFO_BY_HANDLE_CLASS class, bool *directory, bool *restart)
{
    *restart = class == FileIdBothDirectoryRestartInfo || class == FileFullDirectoryRestartInfo;
    *directory = *restart || class == FileIdBothDirectoryInfo || class == FileFullDirectoryInfo;
    switch (class) {
    case FileBasicInfo:
        return FileBasicInformation;
    case FileStandardInfo:
        return FileStandardInformation;
    case FileNameInfo:
        return FileNameInformation;
    case FileStreamInfo:
        return FileStreamInformation;
    case FileCompressionInfo:
        return FileCompressionInformation;
    case FileAttributeTagInfo:
        return FileAttributeTagInformation;
    case FileIdBothDirectoryInfo:
    case FileIdBothDirectoryRestartInfo:
        return FileIdBothDirectoryInformation;
    case FileFullDirectoryInfo:
    case FileFullDirectoryRestartInfo:
        return FileFullDirectoryInformation;
    case FileAlignmentInfo:
        return FileAlignmentInformation;
    case FileIdInfo:
        return FileIdInformation;
    default:
        return 0;
    }
}

BOOL GetFileInformationByHandleEx(
    HANDLE file, FILE_INFO_BY_HANDLE_CLASS class, LPVOID buffer, DWORD size)
{
    bool directory, restart;
    FILE_INFORMATION_CLASS nt = class_of(class, &directory, &restart);
    IO_STATUS_BLOCK block;
    uint32_t done = 0;

    if (!nt) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    NTSTATUS status = directory ? NtQueryDirectoryFile(file, NULL, NULL, NULL, &block, buffer, size, nt, FALSE,
                                      NULL, restart)
                                : query(file, nt, buffer, size, &done);
    if (status == STATUS_BUFFER_OVERFLOW) /* a warning of NT's, an error here: what fits is there */
        SetLastError(ERROR_MORE_DATA);
    if (status == STATUS_INFO_LENGTH_MISMATCH)
        SetLastError(ERROR_BAD_LENGTH);
    return status == STATUS_BUFFER_OVERFLOW || status == STATUS_INFO_LENGTH_MISMATCH ? FALSE : k32_result(status);
}
