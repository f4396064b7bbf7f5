/*
 * IRP_MJ_QUERY_INFORMATION, IRP_MJ_SET_INFORMATION and IRP_MJ_QUERY_VOLUME_INFORMATION (M-63, M-64, M-112 to
 * M-120). Servers and clients are told the same; only a server may set the timeout.
 */
#include "msfs/inner.h"

#include <string.h>

/* ---- asking ---- */

static NTSTATUS put_name(
    void *buffer, ULONG length, ULONG fixed, PCUNICODE_STRING name, bool slash, ULONG_PTR *written)
{
    char16_t *out = (char16_t *)((char *)buffer + fixed);
    ULONG room = (length - fixed) / sizeof(char16_t), need = name->Length / (ULONG)sizeof(char16_t) + slash;
    ULONG put = room < need ? room : need;
    if (put && slash)
        *out++ = u'\\';
    if (put > slash)
        memcpy(out, name->Buffer, (put - slash) * sizeof(char16_t));
    *written = fixed + put * sizeof(char16_t);
    return put < need ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/* M-64: the device itself has no name below itself. */
static NTSTATUS query_name(
    struct msfs_open *open, PFILE_NAME_INFORMATION info, ULONG length, ULONG_PTR *written)
{
    static const UNICODE_STRING root;
    const ULONG fixed = FIELD_OFFSET(FILE_NAME_INFORMATION, FileName);
    PCUNICODE_STRING name = open->slot ? &open->slot->name : &root;
    if (open->kind == MSFS_VOLUME)
        return STATUS_INVALID_PARAMETER;
    if (length < fixed)
        return STATUS_INFO_LENGTH_MISMATCH;
    info->FileNameLength = name->Length + (ULONG)sizeof(char16_t);
    return put_name(info, length, fixed, name, true, written);
}

static NTSTATUS query_mailslot(
    struct msfs_slot *slot, PFILE_MAILSLOT_QUERY_INFORMATION info, ULONG length, ULONG_PTR *written)
{
    struct msfs_slot_info facts;
    if (!slot)
        return STATUS_INVALID_PARAMETER;
    if (length < sizeof *info)
        return STATUS_INFO_LENGTH_MISMATCH; /* M-112 */
    msfs_slot_describe(slot, &facts);
    info->MaximumMessageSize = facts.maximum;
    info->MailslotQuota = facts.quota; /* M-116 */
    info->NextMessageSize = facts.next_size;
    info->MessagesAvailable = facts.messages;
    info->ReadTimeout = facts.read_timeout; /* M-114: 100 ns */
    *written = sizeof *info;
    return STATUS_SUCCESS;
}

static NTSTATUS query_basic(
    struct msfs_slot *slot, PFILE_BASIC_INFORMATION info, ULONG length, ULONG_PTR *written)
{
    if (length < sizeof *info)
        return STATUS_INFO_LENGTH_MISMATCH;
    memset(info, 0, sizeof *info);
    info->FileAttributes = slot ? FILE_ATTRIBUTE_NORMAL : FILE_ATTRIBUTE_DIRECTORY;
    *written = sizeof *info;
    if (!slot)
        return STATUS_SUCCESS;
    ke_lock(&slot->lock);
    info->CreationTime = slot->created;
    info->LastAccessTime = slot->accessed;
    info->LastWriteTime = slot->written;
    info->ChangeTime = slot->changed;
    ke_unlock(&slot->lock);
    return STATUS_SUCCESS;
}

NTSTATUS msfs_query_information(struct msfs_open *open, struct io_operation *op)
{
    void *buffer = op->iopb.Parameters.QueryFileInformation.InfoBuffer;
    ULONG length = op->iopb.Parameters.QueryFileInformation.Length;
    ULONG_PTR written = 0;
    NTSTATUS status;
    switch (op->iopb.Parameters.QueryFileInformation.FileInformationClass) {
    case FileNameInformation:
    case FileNormalizedNameInformation:
        status = query_name(open, buffer, length, &written);
        break;
    case FileMailslotQueryInformation:
        status = query_mailslot(open->slot, buffer, length, &written);
        break;
    case FileBasicInformation:
        status = open->kind == MSFS_VOLUME ? STATUS_INVALID_PARAMETER
                                           : query_basic(open->slot, buffer, length, &written);
        break;
    default:
        status = STATUS_INVALID_PARAMETER; /* M-120 */
        break;
    }
    return msfs_done(op, status, written);
}

/* ---- setting ---- */

/* M-117: the structure holds a pointer to the time. */
static NTSTATUS set_timeout(struct msfs_open *open, PFILE_MAILSLOT_SET_INFORMATION info, ULONG length)
{
    struct msfs_slot *slot = open->slot;
    if (open->kind != MSFS_SERVER)
        return STATUS_INVALID_PARAMETER; /* M-119 */
    if (length < sizeof *info)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!info->ReadTimeout)
        return STATUS_INVALID_PARAMETER;
    LARGE_INTEGER timeout = *info->ReadTimeout;
    if (timeout.QuadPart == MAXLONGLONG)
        timeout.QuadPart = MSFS_FOREVER; /* M-72 */
    ke_lock(&slot->lock);
    slot->timeout = timeout;
    ke_unlock(&slot->lock);
    return STATUS_SUCCESS;
}

/* 0 leaves a time as it is; -1 and -2 stop and resume updates, which there are none of. */
static void set_time(LARGE_INTEGER *time, LARGE_INTEGER wish)
{
    if (wish.QuadPart > 0)
        *time = wish;
}

static NTSTATUS set_basic(struct msfs_slot *slot, PFILE_BASIC_INFORMATION info, ULONG length)
{
    if (!slot)
        return STATUS_INVALID_PARAMETER;
    if (length < sizeof *info)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (info->CreationTime.QuadPart < -2 || info->LastAccessTime.QuadPart < -2 ||
        info->LastWriteTime.QuadPart < -2 || info->ChangeTime.QuadPart < -2)
        return STATUS_INVALID_PARAMETER;
    ke_lock(&slot->lock);
    set_time(&slot->created, info->CreationTime);
    set_time(&slot->accessed, info->LastAccessTime);
    set_time(&slot->written, info->LastWriteTime);
    set_time(&slot->changed, info->ChangeTime);
    ke_unlock(&slot->lock);
    return STATUS_SUCCESS;
}

NTSTATUS msfs_set_information(struct msfs_open *open, struct io_operation *op)
{
    void *buffer = op->iopb.Parameters.SetFileInformation.InfoBuffer;
    ULONG length = op->iopb.Parameters.SetFileInformation.Length;
    switch (op->iopb.Parameters.SetFileInformation.FileInformationClass) {
    case FileMailslotSetInformation:
        return msfs_done(op, set_timeout(open, buffer, length), 0);
    case FileBasicInformation:
        return msfs_done(op, set_basic(open->slot, buffer, length), 0);
    default:
        return msfs_done(op, STATUS_INVALID_PARAMETER, 0);
    }
}

/* ---- the volume ---- */

static NTSTATUS query_attribute(PFILE_FS_ATTRIBUTE_INFORMATION info, ULONG length, ULONG_PTR *written)
{
    static const UNICODE_STRING name = RTL_CONSTANT_STRING(u"MSFS");
    const ULONG fixed = FIELD_OFFSET(FILE_FS_ATTRIBUTE_INFORMATION, FileSystemName);
    if (length < fixed)
        return STATUS_INFO_LENGTH_MISMATCH;
    info->FileSystemAttributes = FILE_CASE_PRESERVED_NAMES | FILE_UNICODE_ON_DISK;
    info->MaximumComponentNameLength = 32766;
    info->FileSystemNameLength = name.Length;
    return put_name(info, length, fixed, &name, false, written);
}

NTSTATUS msfs_query_volume_information(struct io_operation *op)
{
    void *buffer = op->iopb.Parameters.QueryVolumeInformation.VolumeBuffer;
    ULONG length = op->iopb.Parameters.QueryVolumeInformation.Length;
    ULONG_PTR written = 0;
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    if (op->iopb.Parameters.QueryVolumeInformation.FsInformationClass == FileFsAttributeInformation)
        status = query_attribute(buffer, length, &written);
    return msfs_done(op, status, written);
}
