/*
 * The base device's dispatch routine: one table from major codes to the files of this room, and the two ways an operation ends.
 */
#include "hostfs/hostfs.h"
#include "rtl/hot.h"

OFM_HOT NTSTATUS hostfs_done(struct io_operation *op, NTSTATUS status, ULONG_PTR information)
{
    op->base_errno = 0;
    op->base_status = status;
    op->iosb.Status = status;
    op->iosb.Information = information;
    return status;
}

NTSTATUS hostfs_fail(struct io_operation *op, int error, enum io_errno_use use)
{
    NTSTATUS status = hostfs_done(op, io_status_of_errno(error < 0 ? -error : error, use), 0);
    op->base_errno = error < 0 ? -error : error;
    return status;
}

/* A filter that swaps buffers gives the MDL of its own one; a locked buffer's address is the MDL's. */
OFM_HOT void *hostfs_buffer(PMDL mdl, void *buffer)
{
    return mdl ? MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) : buffer;
}

static NTSTATUS device_control(struct hostfs_ccb *ccb, struct io_operation *op)
{
    return hostfs_done(op, STATUS_INVALID_DEVICE_REQUEST, 0);
}

static NTSTATUS quota(struct hostfs_ccb *ccb, struct io_operation *op)
{
    return hostfs_done(op, STATUS_NOT_SUPPORTED, 0); /* V-196 */
}

static hostfs_file_operation *const file_operations[] = {
    [IRP_MJ_CLOSE] = hostfs_close,
    [IRP_MJ_READ] = hostfs_read,
    [IRP_MJ_WRITE] = hostfs_write,
    [IRP_MJ_QUERY_INFORMATION] = hostfs_query_information,
    [IRP_MJ_SET_INFORMATION] = hostfs_set_information,
    [IRP_MJ_QUERY_EA] = hostfs_query_ea,
    [IRP_MJ_SET_EA] = hostfs_set_ea,
    [IRP_MJ_FLUSH_BUFFERS] = hostfs_flush,
    [IRP_MJ_DIRECTORY_CONTROL] = hostfs_directory_control,
    [IRP_MJ_FILE_SYSTEM_CONTROL] = hostfs_fs_control,
    [IRP_MJ_DEVICE_CONTROL] = device_control,
    [IRP_MJ_INTERNAL_DEVICE_CONTROL] = device_control,
    [IRP_MJ_LOCK_CONTROL] = hostfs_lock_control,
    [IRP_MJ_CLEANUP] = hostfs_cleanup,
    [IRP_MJ_QUERY_SECURITY] = hostfs_query_security,
    [IRP_MJ_SET_SECURITY] = hostfs_set_security,
    [IRP_MJ_QUERY_QUOTA] = quota,
    [IRP_MJ_SET_QUOTA] = quota,
};

/* Operations that need no open file of this volume. */
static NTSTATUS volume_operation(struct hostfs_volume *volume, struct io_operation *op)
{
    switch (op->iopb.MajorFunction) {
    case IRP_MJ_CREATE:
        return hostfs_create(volume, op);
    case IRP_MJ_QUERY_OPEN:
    case IRP_MJ_NETWORK_QUERY_OPEN:
        return hostfs_query_open(volume, op);
    case IRP_MJ_QUERY_VOLUME_INFORMATION:
        return hostfs_query_volume(volume, op);
    case IRP_MJ_SET_VOLUME_INFORMATION:
        return hostfs_set_volume(volume, op);
    case IRP_MJ_CREATE_MAILSLOT:
    case IRP_MJ_CREATE_NAMED_PIPE:
        return hostfs_done(op, STATUS_OBJECT_NAME_INVALID, 0); /* no such thing below a directory (mailslots.md 5.1) */
    case IRP_MJ_SHUTDOWN:
        return hostfs_done(op, STATUS_SUCCESS, 0);
    /* The base has nothing to prepare for a section or a flush of one: Linux's page cache is coherent (V-106). */
    case IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION:
        hostfs_oplock_section(op);
        return hostfs_done(op, STATUS_SUCCESS, 0);
    case IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION:
    case IRP_MJ_ACQUIRE_FOR_MOD_WRITE:
    case IRP_MJ_RELEASE_FOR_MOD_WRITE:
    case IRP_MJ_ACQUIRE_FOR_CC_FLUSH:
    case IRP_MJ_RELEASE_FOR_CC_FLUSH:
        return hostfs_done(op, STATUS_SUCCESS, 0);
    case IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE:
        return hostfs_done(op, STATUS_SUCCESS, 0);
    default:
        return hostfs_done(op, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

OFM_HOT static NTSTATUS dispatch(struct io_device *device, struct io_operation *op, struct hostfs_ccb *ccb)
{
    UCHAR major = op->iopb.MajorFunction;
    hostfs_file_operation *operation = major < sizeof file_operations / sizeof file_operations[0] ? file_operations[major] : NULL;
    if (operation == NULL)
        return volume_operation(device->volume->base_data, op);
    /* A filter that completed the create itself left no open here (V-115). */
    if (ccb == NULL || (ccb->scb == NULL && major == IRP_MJ_DIRECTORY_CONTROL))
        return hostfs_done(op, STATUS_INVALID_DEVICE_REQUEST, 0);
    /* clean-up ends the handle's oplock itself, once the handle has left the stream */
    bool asks = hostfs_has_oplock(ccb->scb) && major != IRP_MJ_CLEANUP;
    return asks ? hostfs_oplock_around(ccb, op, operation) : operation(ccb, op);
}

OFM_HOT NTSTATUS hostfs_dispatch(struct io_device *device, struct io_operation *op)
{
    struct hostfs_ccb *ccb = op->iopb.MajorFunction == IRP_MJ_CREATE ? NULL : hostfs_ccb_of(op->iopb.TargetFileObject);
    struct io_volume *before = hostfs_notify_begin(op, ccb);
    NTSTATUS status = dispatch(device, op, ccb);
    hostfs_notify_end(before);
    return status;
}
