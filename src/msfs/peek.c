/* IRP_MJ_FILE_SYSTEM_CONTROL: FSCTL_MAILSLOT_PEEK looks at the first message and leaves it (M-121). */
#include "msfs/inner.h"

#include <string.h>

/* Counts go into the input buffer, as much of the message as fits into the output buffer. The lock is held.
 */
static NTSTATUS look(
    struct msfs_slot *slot, PFILE_MAILSLOT_PEEK_BUFFER counts, void *out, ULONG room, ULONG_PTR *copied)
{
    const void *bytes;
    uint32_t length;
    bool any = msfs_queue_first(&slot->queue, &bytes, &length);
    counts->ReadDataAvailable = slot->queue.bytes > MAXULONG ? MAXULONG : (ULONG)slot->queue.bytes;
    counts->NumberOfMessages = slot->queue.messages;
    counts->MessageLength = any ? length : MAILSLOT_NO_MESSAGE;
    if (!any || !room)
        return STATUS_SUCCESS;
    *copied = length < room ? length : room;
    memcpy(out, bytes, *copied);
    return *copied < length ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static NTSTATUS peek(struct msfs_open *open, struct io_operation *op)
{
    PFILE_MAILSLOT_PEEK_BUFFER counts = op->iopb.Parameters.FileSystemControl.Neither.InputBuffer;
    ULONG_PTR copied = 0;
    if (open->kind != MSFS_SERVER)
        return msfs_done(op, STATUS_INVALID_PARAMETER, 0);
    if (!counts || op->iopb.Parameters.FileSystemControl.Common.InputBufferLength < sizeof *counts)
        return msfs_done(op, STATUS_INFO_LENGTH_MISMATCH, 0);
    void *out = msfs_buffer(op->iopb.Parameters.FileSystemControl.Neither.OutputMdlAddress,
        op->iopb.Parameters.FileSystemControl.Neither.OutputBuffer);
    ULONG room = out ? op->iopb.Parameters.FileSystemControl.Common.OutputBufferLength : 0;
    ke_lock(&open->slot->lock);
    NTSTATUS status = look(open->slot, counts, out, room, &copied);
    ke_unlock(&open->slot->lock);
    return msfs_done(op, status, copied);
}

NTSTATUS msfs_fs_control(struct msfs_open *open, struct io_operation *op)
{
    bool user_request = op->iopb.MinorFunction == IRP_MN_USER_FS_REQUEST;
    ULONG code = op->iopb.Parameters.FileSystemControl.Common.FsControlCode;
    if (user_request && code == FSCTL_MAILSLOT_PEEK && msfs_settings.peek)
        return peek(open, op);
    return msfs_done(op, STATUS_INVALID_DEVICE_REQUEST, 0);
}
