/* Reparse points set by filters (F-378): checked here, kept by the base, which compares with the tag that is there. */
#include <string.h>

#include "fltmgr/name.h"
#include "ntoskrnl/ke/ke.h"

enum { MICROSOFT = 0x80000000 };

/* FILE_REPARSE buffers in their two shapes: with a GUID for other makers' tags. */
static ULONG header_size(ULONG tag)
{
    return tag & MICROSOFT ? REPARSE_DATA_BUFFER_HEADER_SIZE : REPARSE_GUID_DATA_BUFFER_HEADER_SIZE;
}

static NTSTATUS check(PFLT_INSTANCE instance, PFILE_OBJECT file, ULONG tag, const GUID *guid)
{
    if (!instance || !file || !flt_file_is_open(file))
        return STATUS_INVALID_PARAMETER;
    if (!(tag & MICROSOFT) && !guid)
        return STATUS_INVALID_PARAMETER;
    return tag <= 1 ? STATUS_IO_REPARSE_TAG_INVALID : STATUS_SUCCESS;
}

static void fill(REPARSE_GUID_DATA_BUFFER *buffer, ULONG tag, const GUID *guid, const void *data, USHORT length)
{
    buffer->ReparseTag = tag;
    buffer->ReparseDataLength = length;
    buffer->Reserved = 0;
    if (!(tag & MICROSOFT))
        buffer->ReparseGuid = *guid;
    if (length)
        memcpy((char *)buffer + header_size(tag), data, length);
}

static NTSTATUS control(PFLT_INSTANCE instance, PFILE_OBJECT file, ULONG code, ULONG tag, const GUID *guid,
    const void *data, USHORT length)
{
    ULONG size = header_size(tag) + length;
    struct io_transfer transfer = {.file = file, .start_below = instance, .mode = KernelMode};

    if (size > MAXIMUM_REPARSE_DATA_BUFFER_SIZE)
        return STATUS_IO_REPARSE_DATA_INVALID;
    REPARSE_GUID_DATA_BUFFER *buffer = ExAllocatePoolWithTag(PagedPool, size, 'rTMF');
    if (!buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    fill(buffer, tag, guid, data, length);
    NTSTATUS status = io_fs_control(&transfer, code, buffer, size, NULL, 0);
    ExFreePoolWithTag(buffer, 'rTMF');
    return status;
}

NTSTATUS FltTagFile(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject, ULONG FileTag, GUID *Guid, PVOID DataBuffer,
    USHORT DataBufferLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = check(InitiatingInstance, FileObject, FileTag, Guid);
    if (!NT_SUCCESS(status))
        return status;
    if (!DataBuffer && DataBufferLength)
        return STATUS_INVALID_PARAMETER;
    return control(
        InitiatingInstance, FileObject, FSCTL_SET_REPARSE_POINT, FileTag, Guid, DataBuffer, DataBufferLength);
}

NTSTATUS FltUntagFile(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject, ULONG FileTag, GUID *Guid)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = check(InitiatingInstance, FileObject, FileTag, Guid);
    if (!NT_SUCCESS(status))
        return status;
    return control(InitiatingInstance, FileObject, FSCTL_DELETE_REPARSE_POINT, FileTag, Guid, NULL, 0);
}
