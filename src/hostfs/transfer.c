/*
 * Reading, writing, flushing: one system call each. No lock is taken and nothing allocated: a byte-range lock is only looked for
 * when the stream has one.
 */
#include "hostfs/hostfs.h"
#include "ntoskrnl/ke/ke.h"
#include "rtl/hot.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#define USE_FILE_POINTER (-2)
#define WRITE_TO_END (-1)
#define SECTOR 512

static bool is_paging(const struct io_operation *op)
{
    return op->iopb.IrpFlags & IRP_PAGING_IO;
}

/* F-357: the position moves on synchronous file objects, never for paging. */
static void advance(struct hostfs_ccb *ccb, const struct io_operation *op, LONGLONG offset, ssize_t moved)
{
    if ((ccb->file->Flags & FO_SYNCHRONOUS_IO) && !is_paging(op))
        /* a filter may read with many threads at once (F-361): whole values, in no order */
        __atomic_store_n(&ccb->file->CurrentByteOffset.QuadPart, offset + moved, __ATOMIC_RELAXED);
}

/* F-358; Linux programs on the mount may read as they like (V-046). */
static bool is_unaligned(const struct hostfs_ccb *ccb, LONGLONG offset, ULONG length)
{
    return (ccb->file->Flags & FO_NO_INTERMEDIATE_BUFFERING) && !ccb->front_end && ((offset | length) & (SECTOR - 1)) != 0;
}

OFM_HOT static NTSTATUS check(struct hostfs_ccb *ccb, struct io_operation *op, LONGLONG offset, ULONG length, bool write)
{
    if (ccb->scb == NULL || (!S_ISREG(ccb->node->type) && ccb->scb->name == NULL))
        return STATUS_INVALID_DEVICE_REQUEST; /* a directory, a special file, the volume */
    if (offset < 0 && !(write && offset == WRITE_TO_END))
        return STATUS_INVALID_PARAMETER;
    if (is_unaligned(ccb, offset < 0 ? 0 : offset, length))
        return STATUS_INVALID_PARAMETER;
    if (__builtin_expect(__atomic_load_n(&ccb->scb->range_locks, __ATOMIC_ACQUIRE) != 0, 0) && !is_paging(op) &&
        hostfs_range_blocked(ccb, op, offset, length, write))
        return STATUS_FILE_LOCK_CONFLICT;
    return STATUS_SUCCESS;
}

/*
 * The handle's rights were checked where a handle was used; what comes from the kernel side is not bound by them (a filter reads a
 * file that was opened for writing only). Linux' descriptor is, so another one is opened then, once for each direction.
 */
OFM_HOT int hostfs_data_fd(struct hostfs_ccb *ccb, bool write)
{
    int *kept = write ? &ccb->write_fd : &ccb->read_fd;
    if (__builtin_expect(ccb->fd >= 0 && (write ? ccb->writes : ccb->reads), 1))
        return ccb->fd;
    int known = __atomic_load_n(kept, __ATOMIC_ACQUIRE);
    if (known >= 0)
        return known;
    int fd = hostfs_reopen(ccb->volume, ccb->node->fd, write ? O_WRONLY : O_RDONLY), none = -1;
    if (fd >= 0 && !__atomic_compare_exchange_n(kept, &none, fd, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        close(fd);
        return none; /* another thread's */
    }
    return fd;
}

static void restore_times(struct hostfs_ccb *ccb, int fd, const struct statx *before)
{
    struct timespec times[2] = {{before->stx_atime.tv_sec, ccb->keep_atime ? before->stx_atime.tv_nsec : UTIME_OMIT},
        {before->stx_mtime.tv_sec, ccb->keep_mtime ? before->stx_mtime.tv_nsec : UTIME_OMIT}};
    futimens(fd, times);
}

/* All of the range, or all up to the end of the file, without waiting; else -1. */
static ssize_t read_cached(int fd, const struct iovec *part, LONGLONG offset)
{
    ssize_t got = preadv2(fd, part, 1, offset, RWF_NOWAIT);
    if (got <= 0 || got == (ssize_t)part->iov_len)
        return got;
    struct iovec rest = {(char *)part->iov_base + got, part->iov_len - (size_t)got};
    return preadv2(fd, &rest, 1, offset + got, RWF_NOWAIT) == 0 ? got : -1;
}

/* Before a disk is waited for, whoever serves other requests is told. */
OFM_HOT static ssize_t read_part(int fd, const struct iovec *part, LONGLONG offset)
{
    ssize_t got = ke_self.before_sleep != NULL ? read_cached(fd, part, offset) : -1;
    if (got >= 0)
        return got;
    ke_about_to_sleep();
    return pread(fd, part->iov_base, part->iov_len, offset);
}

/* V-145: after -1 was set, this handle's transfers leave the times as they are. */
OFM_HOT static ssize_t transfer(struct hostfs_ccb *ccb, const struct iovec *part, LONGLONG offset, bool write, int flags)
{
    struct statx before;
    int fd = hostfs_data_fd(ccb, write);
    if (fd < 0)
        return fd;
    bool keep = __builtin_expect(ccb->keep_mtime || ccb->keep_atime, 0) && hostfs_statx(fd, &before) == 0;
    ssize_t moved = write ? pwritev2(fd, part, 1, offset, flags) : read_part(fd, part, offset);
    if (moved < 0)
        return -errno;
    if (keep)
        restore_times(ccb, fd, &before);
    return moved;
}

OFM_HOT NTSTATUS hostfs_read(struct hostfs_ccb *ccb, struct io_operation *op)
{
    ULONG length = op->iopb.Parameters.Read.Length;
    LONGLONG offset = op->iopb.Parameters.Read.ByteOffset.QuadPart;
    if (offset == USE_FILE_POINTER && (ccb->file->Flags & FO_SYNCHRONOUS_IO))
        offset = ccb->file->CurrentByteOffset.QuadPart;
    NTSTATUS status = check(ccb, op, offset, length, false);
    if (status != STATUS_SUCCESS)
        return hostfs_done(op, status, 0);
    if (length == 0)
        return hostfs_done(op, STATUS_SUCCESS, 0); /* F-362 */
    void *buffer = hostfs_buffer(op->iopb.Parameters.Read.MdlAddress, op->iopb.Parameters.Read.ReadBuffer);
    if (buffer == NULL)
        return hostfs_done(op, STATUS_INVALID_USER_BUFFER, 0);
    if (ccb->scb->name)
        return hostfs_stream_read(ccb, op, buffer, length, offset);
    struct iovec part = {buffer, length};
    ssize_t got = transfer(ccb, &part, offset, false, 0);
    if (got < 0)
        return hostfs_fail(op, (int)got, IO_ERRNO_READ);
    advance(ccb, op, offset, got);
    return got == 0 ? hostfs_done(op, STATUS_END_OF_FILE, 0) : hostfs_done(op, STATUS_SUCCESS, (ULONG_PTR)got); /* F-360 */
}

/* V-073: what comes from a mapping never makes the file longer. 0: nothing of it lies inside. */
static ULONG trim_to_size(struct hostfs_ccb *ccb, LONGLONG offset, ULONG length)
{
    struct statx now;
    if (hostfs_statx(ccb->node->fd, &now) < 0 || (LONGLONG)now.stx_size >= offset + length)
        return length;
    return (LONGLONG)now.stx_size > offset ? (ULONG)((LONGLONG)now.stx_size - offset) : 0;
}

static int write_flags(const struct hostfs_ccb *ccb, const struct io_operation *op, bool to_end)
{
    bool through = !ccb->front_end &&
        ((ccb->file->Flags & FO_WRITE_THROUGH) || (op->iopb.OperationFlags & SL_WRITE_THROUGH));
    return (to_end ? RWF_APPEND : 0) | (through ? RWF_DSYNC : 0); /* V-047: Linux sends its own fsync */
}

static LONGLONG end_of(struct hostfs_ccb *ccb)
{
    struct statx now;
    return hostfs_statx(ccb->node->fd, &now) == 0 ? (LONGLONG)now.stx_size : 0;
}

OFM_HOT static NTSTATUS write_file(struct hostfs_ccb *ccb, struct io_operation *op, void *buffer, ULONG length, LONGLONG offset)
{
    /* the append right is a handle's: the kernel side writes where it says (V-041) */
    bool to_end = (ccb->append && op->mode == UserMode && !is_paging(op)) || offset == WRITE_TO_END;
    ULONG inside = is_paging(op) ? trim_to_size(ccb, offset, length) : length;
    struct iovec part = {buffer, inside};
    if (inside == 0)
        return hostfs_done(op, STATUS_SUCCESS, length);
    ssize_t put = transfer(ccb, &part, to_end ? 0 : offset, true, write_flags(ccb, op, to_end));
    if (put < 0)
        return hostfs_fail(op, (int)put, IO_ERRNO_WRITE);
    if (ccb->file->Flags & FO_SYNCHRONOUS_IO)
        advance(ccb, op, to_end ? end_of(ccb) - put : offset, put);
    return hostfs_done(op, STATUS_SUCCESS, inside < length && (ULONG)put == inside ? length : (ULONG_PTR)put);
}

OFM_HOT NTSTATUS hostfs_write(struct hostfs_ccb *ccb, struct io_operation *op)
{
    ULONG length = op->iopb.Parameters.Write.Length;
    LONGLONG offset = op->iopb.Parameters.Write.ByteOffset.QuadPart;
    if (offset == USE_FILE_POINTER && (ccb->file->Flags & FO_SYNCHRONOUS_IO))
        offset = ccb->file->CurrentByteOffset.QuadPart;
    NTSTATUS status = check(ccb, op, offset, length, true);
    if (status != STATUS_SUCCESS)
        return hostfs_done(op, status, 0);
    if (length == 0)
        return hostfs_done(op, STATUS_SUCCESS, 0);
    void *buffer = hostfs_buffer(op->iopb.Parameters.Write.MdlAddress, op->iopb.Parameters.Write.WriteBuffer);
    if (buffer == NULL)
        return hostfs_done(op, STATUS_INVALID_USER_BUFFER, 0);
    status = ccb->scb->name ? hostfs_stream_write(ccb, op, buffer, length, offset) : write_file(ccb, op, buffer, length, offset);
    if (status == STATUS_SUCCESS && __builtin_expect(__atomic_load_n(&ccb->volume->watch_count, __ATOMIC_RELAXED) != 0, 0))
        hostfs_notify(ccb->node, FILE_NOTIFY_CHANGE_SIZE | FILE_NOTIFY_CHANGE_LAST_WRITE, FILE_ACTION_MODIFIED);
    if (status == STATUS_SUCCESS && hostfs_has_oplock(ccb->scb))
        hostfs_oplock_written(ccb, op);
    if (status == STATUS_SUCCESS && !(__atomic_load_n(&ccb->file->Flags, __ATOMIC_RELAXED) & FO_FILE_MODIFIED))
        __atomic_or_fetch(&ccb->file->Flags, FO_FILE_MODIFIED, __ATOMIC_RELAXED);
    return status;
}

/* V-076: the data-only kinds need no metadata; "no sync" nothing at all, the data is with Linux already. */
NTSTATUS hostfs_flush(struct hostfs_ccb *ccb, struct io_operation *op)
{
    UCHAR minor = op->iopb.MinorFunction;
    bool special = ccb->node && !S_ISREG(ccb->node->type) && !S_ISDIR(ccb->node->type);
    if (ccb->volume->read_only && !ccb->front_end)
        return hostfs_done(op, STATUS_MEDIA_WRITE_PROTECTED, 0); /* F-373; Linux' fsync says nothing of it */
    if (minor == IRP_MN_FLUSH_NO_SYNC || special)
        return hostfs_done(op, STATUS_SUCCESS, 0);
    int fd = ccb->fd;
    if (fd < 0)
        fd = hostfs_reopen(ccb->volume, ccb->node ? ccb->node->fd : ccb->volume->root_fd, O_RDONLY);
    if (fd < 0)
        return hostfs_fail(op, fd, IO_ERRNO_PLAIN);
    bool data_only = minor == IRP_MN_FLUSH_DATA_ONLY || minor == IRP_MN_FLUSH_DATA_SYNC_ONLY;
    int failed = ccb->node == NULL ? syncfs(fd) : data_only ? fdatasync(fd) : fsync(fd);
    int error = errno;
    if (fd != ccb->fd)
        close(fd);
    return failed ? hostfs_fail(op, error, IO_ERRNO_PLAIN) : hostfs_done(op, STATUS_SUCCESS, 0);
}
