/* The two tables between errno and NTSTATUS (section 3 of the volumes dossier). */
#include "harness.h"

#include "ntoskrnl/io/io.h"

#include <errno.h>

static const struct {
    int error;
    enum io_errno_use use;
    NTSTATUS status;
    int back; /* what a Linux caller would get if only the status were known */
} rows[] = {
    {EPERM, IO_ERRNO_PLAIN, STATUS_ACCESS_DENIED, EACCES}, /* deliberate: V-127 keeps the errno of a pass-through */
    {EPERM, IO_ERRNO_OWNER, STATUS_ACCESS_DENIED, EPERM},
    {EPERM, IO_ERRNO_RENAME, STATUS_CANNOT_DELETE, EPERM},
    {EACCES, IO_ERRNO_PLAIN, STATUS_ACCESS_DENIED, EACCES},
    {ENOENT, IO_ERRNO_OPEN, STATUS_OBJECT_NAME_NOT_FOUND, ENOENT},
    {ENOENT, IO_ERRNO_XATTR, STATUS_NONEXISTENT_EA_ENTRY, ENODATA},
    {ENOTDIR, IO_ERRNO_OPEN, STATUS_NOT_A_DIRECTORY, ENOTDIR},
    {ENOTDIR, IO_ERRNO_NAME, STATUS_OBJECT_PATH_NOT_FOUND, ENOENT}, /* deliberate: NT does not tell them apart */
    {EISDIR, IO_ERRNO_OPEN, STATUS_FILE_IS_A_DIRECTORY, EISDIR},
    {EEXIST, IO_ERRNO_PLAIN, STATUS_OBJECT_NAME_COLLISION, EEXIST},
    {ENOTEMPTY, IO_ERRNO_PLAIN, STATUS_DIRECTORY_NOT_EMPTY, ENOTEMPTY},
    {EXDEV, IO_ERRNO_RENAME, STATUS_NOT_SAME_DEVICE, EXDEV},
    {EXDEV, IO_ERRNO_OPEN, STATUS_ACCESS_DENIED, EACCES}, /* an escape: V-206 */
    {ELOOP, IO_ERRNO_OPEN, STATUS_REPARSE_POINT_NOT_RESOLVED, ELOOP},
    {EINVAL, IO_ERRNO_PLAIN, STATUS_INVALID_PARAMETER, EINVAL},
    {EBADF, IO_ERRNO_PLAIN, STATUS_INVALID_HANDLE, EBADF},
    {EIO, IO_ERRNO_PLAIN, STATUS_IO_DEVICE_ERROR, EIO},
    {ENOMEM, IO_ERRNO_PLAIN, STATUS_INSUFFICIENT_RESOURCES, ENOMEM},
    {ENOSPC, IO_ERRNO_WRITE, STATUS_DISK_FULL, ENOSPC},
    {ENOSPC, IO_ERRNO_XATTR, STATUS_EA_TOO_LARGE, E2BIG}, /* deliberate */
    {EDQUOT, IO_ERRNO_WRITE, STATUS_DISK_FULL, ENOSPC},   /* deliberate: programs expect it */
    {EFBIG, IO_ERRNO_WRITE, STATUS_DISK_FULL, ENOSPC},    /* deliberate */
    {EROFS, IO_ERRNO_PLAIN, STATUS_MEDIA_WRITE_PROTECTED, EROFS},
    {EMFILE, IO_ERRNO_OPEN, STATUS_TOO_MANY_OPENED_FILES, ENFILE}, /* the daemon's limit is not the caller's */
    {ENFILE, IO_ERRNO_OPEN, STATUS_TOO_MANY_OPENED_FILES, ENFILE},
    {EMLINK, IO_ERRNO_NAME, STATUS_TOO_MANY_LINKS, EMLINK},
    {EBUSY, IO_ERRNO_NAME, STATUS_SHARING_VIOLATION, EBUSY},
    {EBUSY, IO_ERRNO_PLAIN, STATUS_DEVICE_BUSY, EBUSY},
    {ETXTBSY, IO_ERRNO_EXEC, STATUS_SHARING_VIOLATION, ETXTBSY},
    {EAGAIN, IO_ERRNO_LOCK, STATUS_LOCK_NOT_GRANTED, EAGAIN},
    {EAGAIN, IO_ERRNO_PLAIN, STATUS_RETRY, EAGAIN},
    {EINTR, IO_ERRNO_PLAIN, STATUS_CANCELLED, EINTR},
    {ENAMETOOLONG, IO_ERRNO_OPEN, STATUS_NAME_TOO_LONG, ENAMETOOLONG},
    {ENOSYS, IO_ERRNO_PLAIN, STATUS_NOT_SUPPORTED, EOPNOTSUPP}, /* never ENOSYS: V-029 */
    {EOPNOTSUPP, IO_ERRNO_PLAIN, STATUS_NOT_SUPPORTED, EOPNOTSUPP},
    {EOPNOTSUPP, IO_ERRNO_XATTR, STATUS_EAS_NOT_SUPPORTED, EOPNOTSUPP},
    {ENOTTY, IO_ERRNO_IOCTL, STATUS_INVALID_DEVICE_REQUEST, ENOTTY},
    {ENODEV, IO_ERRNO_PLAIN, STATUS_NO_SUCH_DEVICE, ENODEV},
    {ENXIO, IO_ERRNO_SEEK, STATUS_END_OF_FILE, ENXIO},
    {EFAULT, IO_ERRNO_PLAIN, STATUS_ACCESS_VIOLATION, EFAULT},
    {ESPIPE, IO_ERRNO_SEEK, STATUS_INVALID_DEVICE_REQUEST, ESPIPE},
    {EDEADLK, IO_ERRNO_LOCK, STATUS_POSSIBLE_DEADLOCK, EDEADLK},
    {ENODATA, IO_ERRNO_XATTR, STATUS_NONEXISTENT_EA_ENTRY, ENODATA},
    {ERANGE, IO_ERRNO_XATTR, STATUS_BUFFER_TOO_SMALL, ERANGE},
    {E2BIG, IO_ERRNO_XATTR, STATUS_EA_TOO_LARGE, E2BIG},
    {EPIPE, IO_ERRNO_PLAIN, STATUS_PIPE_BROKEN, EPIPE},
    {ETIMEDOUT, IO_ERRNO_PLAIN, STATUS_IO_TIMEOUT, ETIMEDOUT},
    {ECANCELED, IO_ERRNO_PLAIN, STATUS_CANCELLED, EINTR},
    {ESTALE, IO_ERRNO_PLAIN, STATUS_FILE_INVALID, ESTALE},
    {ENOBUFS, IO_ERRNO_PLAIN, STATUS_INSUFFICIENT_RESOURCES, ENOMEM},
    {0, IO_ERRNO_PLAIN, STATUS_SUCCESS, 0},
};

static void round_trip(void **state)
{
    for (size_t i = 0; i < RTL_NUMBER_OF(rows); i++) {
        NTSTATUS status = io_status_of_errno(rows[i].error, rows[i].use);
        int back = io_errno_of_status(status, rows[i].use);
        if (status != rows[i].status || back != rows[i].back)
            fail_msg("errno %d use %d: expected 0x%08x and back %d, got 0x%08x and %d", rows[i].error, rows[i].use,
                (unsigned)rows[i].status, rows[i].back, (unsigned)status, back);
    }
}

static void never_enosys(void **state)
{
    for (int error = 1; error < 134; error++)
        for (int use = IO_ERRNO_PLAIN; use <= IO_ERRNO_IOCTL; use++) {
            NTSTATUS status = io_status_of_errno(error, (enum io_errno_use)use);
            assert_false(NT_SUCCESS(status));
            int back = io_errno_of_status(status, (enum io_errno_use)use);
            assert_int_not_equal(ENOSYS, back);
            assert_true(back >= 0 && back < 512);
        }
    assert_status(STATUS_UNSUCCESSFUL, io_status_of_errno(ENOTBLK, IO_ERRNO_PLAIN));
}

static void filter_statuses(void **state)
{
    assert_int_equal(0, io_errno_of_status(STATUS_SUCCESS, IO_ERRNO_PLAIN));
    assert_int_equal(0, io_errno_of_status(STATUS_REPARSE, IO_ERRNO_OPEN));
    assert_int_equal(0, io_errno_of_status(STATUS_BUFFER_OVERFLOW, IO_ERRNO_PLAIN));
    assert_int_equal(ERANGE, io_errno_of_status(STATUS_BUFFER_OVERFLOW, IO_ERRNO_XATTR));
    assert_int_equal(0, io_errno_of_status(STATUS_NO_MORE_FILES, IO_ERRNO_READ));
    assert_int_equal(0, io_errno_of_status(STATUS_END_OF_FILE, IO_ERRNO_READ));
    assert_int_equal(EACCES, io_errno_of_status(STATUS_VIRUS_INFECTED, IO_ERRNO_OPEN));
    assert_int_equal(EIO, io_errno_of_status(STATUS_VIRUS_INFECTED, IO_ERRNO_READ));
    assert_int_equal(EACCES, io_errno_of_status(STATUS_ACCESS_DENIED, IO_ERRNO_OPEN));
    assert_int_equal(EIO, io_errno_of_status(STATUS_FLT_DELETING_OBJECT, IO_ERRNO_OPEN));
    assert_int_equal(EIO, io_errno_of_status((NTSTATUS)0xC0FFEE00, IO_ERRNO_OPEN));
    assert_int_equal(EACCES, io_errno_of_status(STATUS_IO_TIMEOUT, IO_ERRNO_OPEN));
    assert_int_equal(ETXTBSY, io_errno_of_status(STATUS_SHARING_VIOLATION, IO_ERRNO_EXEC));
    assert_int_equal(EBUSY, io_errno_of_status(STATUS_SHARING_VIOLATION, IO_ERRNO_OPEN));
}

/* ---- share access ---- */

static NTSTATUS try_open(SHARE_ACCESS *share, FILE_OBJECT *file, ACCESS_MASK access, ULONG sharing)
{
    memset(file, 0, sizeof *file);
    return IoCheckShareAccess(access, sharing, file, share, TRUE);
}

static void share_access(void **state)
{
    SHARE_ACCESS share;
    FILE_OBJECT a = {0}, b, c;
    IoSetShareAccess(FILE_READ_DATA, FILE_SHARE_READ, &a, &share);
    assert_int_equal(1, share.OpenCount);
    assert_status(STATUS_SHARING_VIOLATION, try_open(&share, &b, FILE_WRITE_DATA, 7)); /* a does not share writing */
    assert_status(STATUS_SHARING_VIOLATION, try_open(&share, &b, FILE_READ_DATA, FILE_SHARE_WRITE)); /* b does not share reading */
    assert_status(STATUS_SUCCESS, try_open(&share, &b, FILE_READ_DATA, FILE_SHARE_READ));
    assert_int_equal(2, share.Readers);
    assert_status(STATUS_SUCCESS, try_open(&share, &c, FILE_READ_ATTRIBUTES, 0)); /* attributes share with everybody */
    assert_int_equal(2, share.OpenCount);
    IoRemoveShareAccess(&c, &share);
    IoRemoveShareAccess(&b, &share);
    IoRemoveShareAccess(&a, &share);
    assert_int_equal(0, share.OpenCount + share.Readers + share.SharedRead);
    assert_status(STATUS_SUCCESS, try_open(&share, &b, FILE_WRITE_DATA | DELETE, 0));
    assert_status(STATUS_SHARING_VIOLATION, try_open(&share, &c, FILE_READ_DATA, 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("V-126 V-128 each errno to a status and back", round_trip),
        TEST("V-029 V-124 never ENOSYS, never success for an error, always a valid errno", never_enosys),
        TEST("V-123 V-125 statuses that filters give", filter_statuses),
        TEST("share access: who collides with whom", share_access),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
