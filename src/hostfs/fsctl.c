/*
 * IRP_MJ_FILE_SYSTEM_CONTROL: reparse points, holes, oplocks, and the few codes that ask about what hostfs is. Everything else is refused
 * with STATUS_INVALID_DEVICE_REQUEST.
 */
#include "hostfs/hostfs.h"
#include "ntoskrnl/io/oplock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct request {
    void *in, *out;
    ULONG in_length, out_length;
};

/* Where the buffers are depends on the code's method. */
static struct request request_of(const struct io_operation *op)
{
    const FLT_PARAMETERS *p = &op->iopb.Parameters;
    struct request r = {.in_length = p->FileSystemControl.Common.InputBufferLength, .out_length = p->FileSystemControl.Common.OutputBufferLength};
    switch (p->FileSystemControl.Common.FsControlCode & 3) {
    case METHOD_BUFFERED:
        r.in = r.out = p->FileSystemControl.Buffered.SystemBuffer;
        break;
    case METHOD_NEITHER:
        r.in = p->FileSystemControl.Neither.InputBuffer;
        r.out = hostfs_buffer(p->FileSystemControl.Neither.OutputMdlAddress, p->FileSystemControl.Neither.OutputBuffer);
        break;
    default:
        r.in = p->FileSystemControl.Direct.InputSystemBuffer;
        r.out = hostfs_buffer(p->FileSystemControl.Direct.OutputMdlAddress, p->FileSystemControl.Direct.OutputBuffer);
        break;
    }
    return r;
}

static NTSTATUS refuse_write(struct hostfs_ccb *ccb, struct io_operation *op)
{
    return ccb->volume->read_only ? hostfs_fail(op, EROFS, IO_ERRNO_PLAIN) : STATUS_SUCCESS;
}

static NTSTATUS get_reparse(struct hostfs_ccb *ccb, struct io_operation *op, const struct request *r)
{
    return hostfs_get_reparse(ccb, op, r->out, r->out_length);
}

/* The codes say FILE_SPECIAL_ACCESS: the I/O manager asks nothing of the handle, NTFS does. */
static NTSTATUS may_change_reparse(struct hostfs_ccb *ccb, struct io_operation *op)
{
    if (!(ccb->access & (FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES)))
        return hostfs_done(op, STATUS_ACCESS_DENIED, 0);
    return refuse_write(ccb, op);
}

static NTSTATUS set_reparse(struct hostfs_ccb *ccb, struct io_operation *op, const struct request *r)
{
    NTSTATUS status = may_change_reparse(ccb, op);
    return status == STATUS_SUCCESS ? hostfs_set_reparse(ccb, op, r->in, r->in_length) : status;
}

static NTSTATUS delete_reparse(struct hostfs_ccb *ccb, struct io_operation *op, const struct request *r)
{
    NTSTATUS status = may_change_reparse(ccb, op);
    return status == STATUS_SUCCESS ? hostfs_delete_reparse(ccb, op, r->in, r->in_length) : status;
}

/* ---- holes ---- */

/* FILE_ZERO_DATA_INFORMATION never makes the file longer. */
static NTSTATUS set_zero_data(struct hostfs_ccb *ccb, struct io_operation *op, const struct request *r)
{
    const FILE_ZERO_DATA_INFORMATION *range = r->in;
    struct statx now;
    if (range == NULL || r->in_length < sizeof *range)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    LONGLONG start = range->FileOffset.QuadPart, end = range->BeyondFinalZero.QuadPart;
    if (start < 0 || end < start)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    if (!S_ISREG(ccb->node->type) || ccb->scb->name)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    int fd = hostfs_data_fd(ccb, true), error = fd < 0 ? fd : hostfs_statx(fd, &now);
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_WRITE);
    if (end > (LONGLONG)now.stx_size)
        end = (LONGLONG)now.stx_size;
    if (start < end && fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, end - start) != 0)
        return hostfs_fail(op, errno, IO_ERRNO_WRITE);
    return hostfs_done(op, STATUS_SUCCESS, 0);
}

/* One data extent at or after `at`, before `end`; false when there is none. */
static bool next_extent(int fd, LONGLONG at, LONGLONG end, LONGLONG *start, LONGLONG *stop)
{
    *start = lseek(fd, at, SEEK_DATA);
    if (*start < 0 || *start >= end)
        return false;
    *stop = lseek(fd, *start, SEEK_HOLE);
    if (*stop < 0 || *stop > end)
        *stop = end;
    return true;
}

static NTSTATUS query_ranges(struct hostfs_ccb *ccb, struct io_operation *op, const struct request *r)
{
    const FILE_ALLOCATED_RANGE_BUFFER *in = r->in;
    PFILE_ALLOCATED_RANGE_BUFFER out = r->out;
    ULONG count = 0, most = r->out_length / sizeof *out;
    if (in == NULL || r->in_length < sizeof *in || in->FileOffset.QuadPart < 0 || in->Length.QuadPart < 0)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    if (!S_ISREG(ccb->node->type) || ccb->scb->name)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    int fd = hostfs_data_fd(ccb, false);
    if (fd < 0)
        return hostfs_fail(op, fd, IO_ERRNO_READ);
    LONGLONG at = in->FileOffset.QuadPart, start, stop;
    LONGLONG end = in->Length.QuadPart > INT64_MAX - at ? INT64_MAX : at + in->Length.QuadPart;
    while (at < end && next_extent(fd, at, end, &start, &stop)) {
        if (count == most)
            return hostfs_done(op, most ? STATUS_BUFFER_OVERFLOW : STATUS_BUFFER_TOO_SMALL, count * sizeof *out);
        out[count].FileOffset.QuadPart = start;
        out[count++].Length.QuadPart = stop - start;
        at = stop;
    }
    return hostfs_done(op, STATUS_SUCCESS, count * sizeof *out);
}

/* Every regular file here may have holes. */
static NTSTATUS set_sparse(struct hostfs_ccb *ccb, struct io_operation *op, const struct request *r)
{
    return hostfs_done(op, S_ISREG(ccb->node->type) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER, 0);
}

/* ---- questions ---- */

static NTSTATUS get_compression(struct hostfs_ccb *ccb, struct io_operation *op, const struct request *r)
{
    if (r->out == NULL || r->out_length < sizeof(USHORT))
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    memset(r->out, 0, sizeof(USHORT)); /* COMPRESSION_FORMAT_NONE */
    return hostfs_done(op, STATUS_SUCCESS, sizeof(USHORT));
}

static NTSTATUS yes(struct hostfs_ccb *ccb, struct io_operation *op, const struct request *r)
{
    return hostfs_done(op, STATUS_SUCCESS, 0);
}

static const struct {
    ULONG code;
    bool volume; /* also on a handle of the volume */
    NTSTATUS (*run)(struct hostfs_ccb *ccb, struct io_operation *op, const struct request *r);
} codes[] = {
    {FSCTL_GET_REPARSE_POINT, false, get_reparse},
    {FSCTL_SET_REPARSE_POINT, false, set_reparse},
    {FSCTL_DELETE_REPARSE_POINT, false, delete_reparse},
    {FSCTL_SET_ZERO_DATA, false, set_zero_data},
    {FSCTL_QUERY_ALLOCATED_RANGES, false, query_ranges},
    {FSCTL_SET_SPARSE, false, set_sparse},
    {FSCTL_GET_COMPRESSION, false, get_compression},
    {FSCTL_IS_VOLUME_MOUNTED, true, yes},
    {FSCTL_IS_PATHNAME_VALID, true, yes},
};

NTSTATUS hostfs_fs_control(struct hostfs_ccb *ccb, struct io_operation *op)
{
    UCHAR minor = op->iopb.MinorFunction;
    if (minor != IRP_MN_USER_FS_REQUEST && minor != IRP_MN_KERNEL_CALL)
        return hostfs_done(op, STATUS_INVALID_DEVICE_REQUEST, 0);
    ULONG code = op->iopb.Parameters.FileSystemControl.Common.FsControlCode;
    if (io_oplock_is_control(code))
        return hostfs_oplock_control(ccb, op);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i].code != code || (ccb->node == NULL && !codes[i].volume))
            continue;
        struct request r = request_of(op);
        return codes[i].run(ccb, op, &r);
    }
    return hostfs_done(op, STATUS_INVALID_DEVICE_REQUEST, 0);
}
