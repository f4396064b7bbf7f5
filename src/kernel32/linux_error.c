/* errno as statuses. */
#include "kernel32/linux_error.h"

#include <errno.h>

#include "kernel32/handle.h"
#include "ntstatus.h"

static const struct {
    int error;
    NTSTATUS status;
} rows[] = {
    {ENOENT, STATUS_OBJECT_NAME_NOT_FOUND},
    {EACCES, STATUS_ACCESS_DENIED},
    {EPERM, STATUS_ACCESS_DENIED},
    {EROFS, STATUS_MEDIA_WRITE_PROTECTED},
    {EEXIST, STATUS_OBJECT_NAME_COLLISION},
    {ENOTDIR, STATUS_OBJECT_PATH_NOT_FOUND},
    {ELOOP, STATUS_OBJECT_PATH_NOT_FOUND},
    {EISDIR, STATUS_FILE_IS_A_DIRECTORY},
    {ENOTEMPTY, STATUS_DIRECTORY_NOT_EMPTY},
    {ENAMETOOLONG, STATUS_NAME_TOO_LONG},
    {ENOSPC, STATUS_DISK_FULL},
    {EDQUOT, STATUS_DISK_FULL},
    {EFBIG, STATUS_DISK_FULL},
    {ENOMEM, STATUS_NO_MEMORY},
    {EMFILE, STATUS_TOO_MANY_OPENED_FILES},
    {ENFILE, STATUS_TOO_MANY_OPENED_FILES},
    {EBADF, STATUS_ACCESS_DENIED}, /* the handle is good, it was not opened for this */
    {EINVAL, STATUS_INVALID_PARAMETER},
    {EFAULT, STATUS_ACCESS_VIOLATION},
    {EIO, STATUS_IO_DEVICE_ERROR},
    {EPIPE, STATUS_PIPE_BROKEN},
    {EAGAIN, STATUS_NO_DATA_DETECTED},
    {EBUSY, STATUS_SHARING_VIOLATION},
    {ETXTBSY, STATUS_SHARING_VIOLATION},
    {ESRCH, STATUS_INVALID_CID},
    {ESPIPE, STATUS_INVALID_DEVICE_REQUEST},
    {ENOTTY, STATUS_INVALID_DEVICE_REQUEST},
    {EXDEV, STATUS_NOT_SAME_DEVICE},
    {EINTR, STATUS_CANCELLED},
    {ECANCELED, STATUS_CANCELLED},
    {ETIMEDOUT, STATUS_IO_TIMEOUT},
    {ENOSYS, STATUS_NOT_SUPPORTED},
    {EOPNOTSUPP, STATUS_NOT_SUPPORTED},
};

NTSTATUS k32_status_of_errno(int error)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].error == error)
            return rows[i].status;
    }
    return STATUS_UNSUCCESSFUL;
}

BOOL k32_errno_result(void)
{
    return k32_result(k32_status_of_errno(errno));
}
