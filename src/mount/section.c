/*
 * Sections: FUSE tells of no mmap (V-025). Two moments are known. execve opens with a mark of its own
 * (V-107). And a direct handle's read without a lock owner fills a mapping: read(2) has one (V-108). Filters
 * are asked at these, before the data moves. Any worker, for the request it serves.
 */
#include "mount/inner.h"

static NTSTATUS send(struct mount_request *r, PFILE_OBJECT file, UCHAR major, ULONG protection)
{
    struct io_operation *op = io_operation_new(io_file_of(file)->volume, major, 0, file);

    op->callback_flags = FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION;
    op->thread = r->thread;
    op->mode = UserMode;
    if (major == (UCHAR)IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION) {
        op->iopb.Parameters.AcquireForSectionSynchronization.SyncType = SyncTypeCreateSection;
        op->iopb.Parameters.AcquireForSectionSynchronization.PageProtection = protection;
    }
    NTSTATUS status = io_send_and_wait(op);
    io_operation_free(op);
    return status;
}

int mount_announce_section(
    struct mount_request *r, PFILE_OBJECT file, ULONG protection, enum io_errno_use use)
{
    struct io_volume *volume = io_file_of(file)->volume; /* a filter may have sent the open to another one */

    if (io_volume_wants(volume, IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION)) {
        NTSTATUS status = send(r, file, (UCHAR)IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION, protection);
        if (!NT_SUCCESS(status))
            return mount_errno(r->mount, status, 0, use);
    }
    if (io_volume_wants(volume, IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION))
        send(r, file, (UCHAR)IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION, 0);
    return 0;
}

/* Once for each open, and again after a refusal. */
int mount_section_of_fill(struct mount_request *r, struct mount_file *file, const struct fuse_file_info *fi)
{
    if (!file->direct || fi->lock_owner != 0 || __atomic_exchange_n(&file->mapped, true, __ATOMIC_ACQ_REL))
        return 0;
    int error = mount_announce_section(
        r, file->object, file->writable ? PAGE_READWRITE : PAGE_READONLY, IO_ERRNO_READ);
    if (error != 0)
        __atomic_store_n(&file->mapped, false, __ATOMIC_RELEASE);
    return error;
}
