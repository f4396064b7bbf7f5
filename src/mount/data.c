/* READ, WRITE, FSYNC, FALLOCATE, LSEEK on open files (V-070 to V-076, V-085 to V-088, V-112 to V-114). */
#include "mount/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>

/* A cached read or write-back is paging I/O on NT (V-071, V-073); one of a direct handle is the program's own
 * (V-070). */
#define PAGING (IRP_PAGING_IO | IRP_NOCACHE | IRP_SYNCHRONOUS_PAGING_IO)

/* A direct handle's reads are the program's own (V-070), but without a lock owner they fill a mapping
 * (V-108). */
static ULONG read_flags(const struct mount_file *file, const struct fuse_file_info *fi)
{
    if (fi->flags & O_DIRECT)
        return IRP_NOCACHE;
    return file->direct && fi->lock_owner != 0 ? 0 : PAGING;
}

void mount_op_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
    struct mount_file *file = mount_file_of(fi);
    struct mount_request r;
    size_t length = 0;
    int error = ENOMEM;

    (void)ino;
    void *buffer = mount_thread_buffer(size);
    mount_request_begin(&r, req);
    if (buffer != NULL)
        error = mount_section_of_fill(&r, file, fi);
    if (error == 0) {
        struct io_transfer t = mount_transfer(&r, file->object);
        t.irp_flags = read_flags(file, fi);
        NTSTATUS status = io_read(&t, buffer, (ULONG)size, (LARGE_INTEGER){.QuadPart = offset});
        error = status == STATUS_END_OF_FILE ? 0 : mount_errno(r.mount, status, t.base_errno, IO_ERRNO_READ);
        if (NT_SUCCESS(status))
            length = t.iosb.Information < size ? t.iosb.Information : size;
        if (error != 0 && mount_request_cut(&r))
            error = EINTR;
    }
    mount_request_end(&r);
    if (error != 0)
        fuse_reply_err(req, error);
    else
        fuse_reply_buf(req, buffer, length);
}

void mount_op_write(
    fuse_req_t req, fuse_ino_t ino, const char *data, size_t size, off_t offset, struct fuse_file_info *fi)
{
    struct mount_file *file = mount_file_of(fi);
    LARGE_INTEGER at = {.QuadPart = offset};
    struct mount_request r;

    (void)ino;
    if (file->append) { /* V-041 */
        at.LowPart = FILE_WRITE_TO_END_OF_FILE;
        at.HighPart = -1;
    }
    mount_request_begin(&r, req);
    struct io_transfer t = mount_transfer(&r, file->object);
    if (fi->flags & (O_DIRECT | O_DSYNC)) /* O_SYNC holds O_DSYNC */
        ke_about_to_sleep();
    t.irp_flags = fi->writepage ? PAGING : (fi->flags & O_DIRECT) ? IRP_NOCACHE : 0;
    NTSTATUS status = io_write(&t, (PVOID)data, (ULONG)size, at);
    int error = mount_errno(r.mount, status, t.base_errno, IO_ERRNO_WRITE);
    size_t written = t.iosb.Information < size ? t.iosb.Information : size;
    if (error != 0 && mount_request_cut(&r))
        error = EINTR;
    if (error == 0 && fi->writepage && written < size) /* V-114 */
        error = EIO;
    mount_request_end(&r);
    if (error != 0)
        fuse_reply_err(req, error);
    else
        fuse_reply_write(req, written);
}

static void sync_file(fuse_req_t req, int datasync, struct fuse_file_info *fi)
{
    struct mount_request r;

    mount_request_begin(&r, req);
    ke_about_to_sleep(); /* for a disk */
    struct io_transfer t = mount_transfer(&r, mount_file_of(fi)->object);
    NTSTATUS status = io_flush(&t, datasync ? IRP_MN_FLUSH_DATA_SYNC_ONLY : 0);
    int error = mount_errno(r.mount, status, t.base_errno, IO_ERRNO_PLAIN);
    mount_request_end(&r);
    fuse_reply_err(req, error);
}

void mount_op_fsync(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
    (void)ino;
    sync_file(req, datasync, fi);
}

void mount_op_fsyncdir(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
    (void)ino;
    sync_file(req, datasync, fi);
}

static NTSTATUS zero_range(struct io_transfer *t, off_t offset, off_t length)
{
    FILE_ZERO_DATA_INFORMATION zero = {
        .FileOffset.QuadPart = offset, .BeyondFinalZero.QuadPart = offset + length};

    return io_fs_control(t, FSCTL_SET_ZERO_DATA, &zero, sizeof zero, NULL, 0);
}

/* On NT an allocation below the end of the file cuts it: what is asked for here is never below (V-085). */
static NTSTATUS allocate(struct mount_request *r, struct io_transfer *t, off_t offset, off_t length)
{
    FILE_ALLOCATION_INFORMATION allocation = {.AllocationSize.QuadPart = offset + length};
    struct io_linux side = r->linux_side;
    struct stat st;

    if (mount_file_stat(t->file, &st) == 0 && st.st_size > offset + length)
        allocation.AllocationSize.QuadPart = st.st_size;
    side.have |= IO_LINUX_RANGE;
    side.range_offset = offset;
    side.range_length = length;
    t->linux_side = &side;
    NTSTATUS status =
        io_set_information(t, FileAllocationInformation, &allocation, sizeof allocation, NULL, FALSE);
    t->linux_side = &r->linux_side;
    return status;
}

static NTSTATUS extend(struct mount_request *r, struct io_transfer *t, off_t end)
{
    FILE_END_OF_FILE_INFORMATION eof = {.EndOfFile.QuadPart = end};
    struct stat st;

    if (mount_file_stat(t->file, &st) == 0 && st.st_size >= end)
        return STATUS_SUCCESS;
    return io_set_information(t, FileEndOfFileInformation, &eof, sizeof eof, NULL, FALSE);
}

void mount_op_fallocate(
    fuse_req_t req, fuse_ino_t ino, int mode, off_t offset, off_t length, struct fuse_file_info *fi)
{
    struct mount_request r;
    NTSTATUS status;

    (void)ino;
    if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) {
        fuse_reply_err(req, EOPNOTSUPP);
        return;
    }
    mount_request_begin(&r, req);
    ke_about_to_sleep();
    struct io_transfer t = mount_transfer(&r, mount_file_of(fi)->object);
    if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
        status = zero_range(&t, offset, length);
    else
        status = allocate(&r, &t, offset, length);
    if (NT_SUCCESS(status) && !(mode & FALLOC_FL_KEEP_SIZE))
        status = extend(&r, &t, offset + length);
    int error = mount_errno(r.mount, status, t.base_errno, IO_ERRNO_WRITE);
    mount_request_end(&r);
    fuse_reply_err(req, error);
}

void mount_op_lseek(fuse_req_t req, fuse_ino_t ino, off_t offset, int whence, struct fuse_file_info *fi)
{
    PFILE_OBJECT file = mount_file_of(fi)->object;
    struct io_volume *volume = io_file_of(file)->volume; /* not the mount's after a redirect (V-120) */
    int64_t result;
    int error = -EOPNOTSUPP;

    if (volume != NULL && volume->ops->file_seek != NULL && file->FsContext != NULL)
        error = volume->ops->file_seek(file, offset, whence, &result);

    (void)ino;
    if (error != 0)
        fuse_reply_err(req, -error);
    else
        fuse_reply_lseek(req, result);
}
