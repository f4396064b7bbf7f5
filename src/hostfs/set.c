/*
 * IRP_MJ_SET_INFORMATION: times and attributes, sizes, disposition; renames and links are in rename.c.
 */
#include "hostfs/hostfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SETTABLE (FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE |                     \
    FILE_ATTRIBUTE_NORMAL | FILE_ATTRIBUTE_TEMPORARY | FILE_ATTRIBUTE_OFFLINE | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED)
#define STORED (SETTABLE & ~(ULONG)(FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_NORMAL))

/* ---- times ---- */

/* V-146: the front end's own nanoseconds, as long as the filter left the 100 ns value alone. */
static struct timespec exact_time(const struct io_operation *op, LONGLONG wanted, bool access)
{
    const struct io_linux *linux_side = op->linux_side;
    if (linux_side && (linux_side->have & IO_LINUX_TIMES)) {
        struct timespec given = access ? linux_side->atime : linux_side->mtime;
        if (given.tv_nsec >= 0 && given.tv_nsec < 1000000000 && hostfs_nt_time(given.tv_sec, (uint32_t)given.tv_nsec) == wanted)
            return given;
    }
    return hostfs_unix_time(wanted);
}

/* V-145: 0 leaves a time, -1 stops this handle's own updates of it, -2 resumes them. */
static struct timespec wanted_time(const struct io_operation *op, LONGLONG wanted, bool access, bool *keep)
{
    if (wanted == -1 || wanted == -2)
        *keep = wanted == -1;
    return wanted > 0 ? exact_time(op, wanted, access) : (struct timespec){0, UTIME_OMIT};
}

static int set_times(struct hostfs_ccb *ccb, const struct io_operation *op, const FILE_BASIC_INFORMATION *basic)
{
    bool keep_change;
    struct timespec times[2] = {wanted_time(op, basic->LastAccessTime.QuadPart, true, &ccb->keep_atime),
        wanted_time(op, basic->LastWriteTime.QuadPart, false, &ccb->keep_mtime)};
    wanted_time(op, basic->ChangeTime.QuadPart, false, &keep_change); /* Linux keeps that one itself */
    if (times[0].tv_nsec == UTIME_OMIT && times[1].tv_nsec == UTIME_OMIT)
        return 0;
    return utimensat(ccb->node->fd, "", times, AT_EMPTY_PATH) == 0 ? 0 : -errno;
}

/* ---- attributes ---- */

/* Linux wants write permission for a user attribute, which an ordinary manager has not on its own read-only file. */
static int save_stored(struct hostfs_ccb *ccb, const struct hostfs_stored *stored)
{
    struct statx now;
    int error = hostfs_stored_save(ccb->node->fd, stored);
    if (error != -EACCES || hostfs_statx(ccb->node->fd, &now) < 0 || (now.stx_mode & 0200))
        return error;
    if (hostfs_chmod(ccb->volume, ccb->node->fd, now.stx_mode | 0200) < 0)
        return error;
    error = hostfs_stored_save(ccb->node->fd, stored);
    hostfs_chmod(ccb->volume, ccb->node->fd, now.stx_mode);
    return error;
}

static int set_stored(struct hostfs_ccb *ccb, const FILE_BASIC_INFORMATION *basic)
{
    struct hostfs_scb *file = ccb->scb->file ? ccb->scb->file : ccb->scb;
    struct hostfs_stored stored = hostfs_stored_of(ccb->scb, ccb->node), old = stored;
    if (basic->FileAttributes)
        stored.attributes = basic->FileAttributes & STORED;
    if (basic->CreationTime.QuadPart > 0)
        stored.creation = basic->CreationTime.QuadPart;
    if (stored.attributes == old.attributes && stored.creation == old.creation)
        return 0;
    pthread_mutex_lock(&file->lock);
    int error = save_stored(ccb, &stored);
    if (error == 0)
        file->stored = stored;
    pthread_mutex_unlock(&file->lock);
    return error;
}

/* V-151: read-only is all write bits; giving it back gives the owner's. */
static int set_readonly(struct hostfs_ccb *ccb, ULONG attributes)
{
    struct statx now;
    int error = hostfs_statx(ccb->node->fd, &now);
    if (error < 0 || attributes == 0 || S_ISLNK(now.stx_mode))
        return error;
    bool is = (now.stx_mode & 0222) == 0, wanted = attributes & FILE_ATTRIBUTE_READONLY;
    if (is == wanted)
        return 0;
    return hostfs_chmod(ccb->volume, ccb->node->fd, wanted ? now.stx_mode & 07555 : now.stx_mode | 0200);
}

static NTSTATUS check_basic(struct hostfs_ccb *ccb, const FILE_BASIC_INFORMATION *basic)
{
    bool directory = S_ISDIR(ccb->node->type) && ccb->scb->name == NULL;
    if (basic->CreationTime.QuadPart < -2 || basic->LastAccessTime.QuadPart < -2 || basic->LastWriteTime.QuadPart < -2 ||
        basic->ChangeTime.QuadPart < -2)
        return STATUS_INVALID_PARAMETER;
    if ((basic->FileAttributes & FILE_ATTRIBUTE_DIRECTORY) && !directory)
        return STATUS_INVALID_PARAMETER;
    return directory && (basic->FileAttributes & FILE_ATTRIBUTE_TEMPORARY) ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

static NTSTATUS set_basic(struct hostfs_ccb *ccb, struct io_operation *op, const void *buffer)
{
    const FILE_BASIC_INFORMATION *basic = buffer;
    NTSTATUS status = check_basic(ccb, basic);
    if (status != STATUS_SUCCESS)
        return hostfs_done(op, status, 0);
    int error = set_readonly(ccb, basic->FileAttributes);
    if (error == 0)
        error = set_stored(ccb, basic);
    if (error == 0)
        error = set_times(ccb, op, basic); /* last: the others move the change time only */
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_OWNER);
    hostfs_notify(ccb->node, FILE_NOTIFY_CHANGE_ATTRIBUTES | FILE_NOTIFY_CHANGE_LAST_WRITE, FILE_ACTION_MODIFIED);
    return hostfs_done(op, STATUS_SUCCESS, 0);
}

/* ---- sizes ---- */

static int resize(struct hostfs_ccb *ccb, LONGLONG size)
{
    if (ccb->scb->name)
        return hostfs_stream_resize(ccb, size);
    if (ccb->fd >= 0 && ccb->writes)
        return ftruncate(ccb->fd, size) == 0 ? 0 : -errno;
    return hostfs_truncate(ccb->volume, ccb->node->fd, size);
}

static bool is_data(const struct hostfs_ccb *ccb)
{
    return S_ISREG(ccb->node->type) || ccb->scb->name;
}

static NTSTATUS resized(struct hostfs_ccb *ccb, struct io_operation *op, int error)
{
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_WRITE);
    hostfs_notify(ccb->node, FILE_NOTIFY_CHANGE_SIZE | FILE_NOTIFY_CHANGE_LAST_WRITE, FILE_ACTION_MODIFIED);
    return hostfs_done(op, STATUS_SUCCESS, 0);
}

static NTSTATUS set_end_of_file(struct hostfs_ccb *ccb, struct io_operation *op, const void *buffer)
{
    LONGLONG size = ((const FILE_END_OF_FILE_INFORMATION *)buffer)->EndOfFile.QuadPart;
    if (!is_data(ccb) || size < 0)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    if (op->iopb.Parameters.SetFileInformation.AdvanceOnly)
        return hostfs_done(op, STATUS_SUCCESS, 0); /* the lazy writer's: Linux keeps the size itself */
    return resized(ccb, op, resize(ccb, size));
}

/* Reserves without changing the size; for the front end exactly its bytes, and its errors are told. */
static NTSTATUS reserve(struct hostfs_ccb *ccb, struct io_operation *op, LONGLONG size)
{
    const struct io_linux *linux_side = op->linux_side;
    bool exact = linux_side && (linux_side->have & IO_LINUX_RANGE) && linux_side->range_offset + linux_side->range_length <= size;
    off_t offset = exact ? linux_side->range_offset : 0, length = exact ? linux_side->range_length : size;
    int fd = hostfs_data_fd(ccb, true);
    if (fd < 0)
        return hostfs_fail(op, fd, IO_ERRNO_WRITE);
    if (fallocate(fd, FALLOC_FL_KEEP_SIZE, offset, length) != 0 && (exact || errno != EOPNOTSUPP))
        return hostfs_fail(op, errno, IO_ERRNO_WRITE);
    return hostfs_done(op, STATUS_SUCCESS, 0);
}

/* Below the end of the file an allocation cuts it; above, space is reserved where the file system can. */
static NTSTATUS set_allocation(struct hostfs_ccb *ccb, struct io_operation *op, const void *buffer)
{
    LONGLONG size = ((const FILE_ALLOCATION_INFORMATION *)buffer)->AllocationSize.QuadPart;
    bool ranged = op->linux_side && (op->linux_side->have & IO_LINUX_RANGE);
    struct hostfs_facts facts;
    if (!is_data(ccb) || size < 0)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    int error = hostfs_facts_of(ccb, &facts);
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_PLAIN);
    if (size < facts.size && !ranged) /* a file that grew meanwhile is not what the front end meant to cut */
        return resized(ccb, op, resize(ccb, size));
    if (ccb->scb->name || size == 0)
        return hostfs_done(op, STATUS_SUCCESS, 0);
    return reserve(ccb, op, size);
}

static NTSTATUS set_valid_data_length(struct hostfs_ccb *ccb, struct io_operation *op, const void *buffer)
{
    LONGLONG size = ((const FILE_VALID_DATA_LENGTH_INFORMATION *)buffer)->ValidDataLength.QuadPart;
    struct hostfs_facts facts;
    if (!is_data(ccb) || size < 0)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    int error = hostfs_facts_of(ccb, &facts);
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_PLAIN);
    /* what was never written reads as zeroes here: nothing is uncovered, only the limits hold */
    return hostfs_done(op, size > facts.size ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS, 0);
}

/* ---- the handle's own ---- */

static NTSTATUS set_position(struct hostfs_ccb *ccb, struct io_operation *op, const void *buffer)
{
    LARGE_INTEGER position = ((const FILE_POSITION_INFORMATION *)buffer)->CurrentByteOffset;
    if (position.QuadPart < 0)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    ccb->file->CurrentByteOffset = position;
    return hostfs_done(op, STATUS_SUCCESS, 0);
}

static NTSTATUS set_mode(struct hostfs_ccb *ccb, struct io_operation *op, const void *buffer)
{
    ULONG mode = ((const FILE_MODE_INFORMATION *)buffer)->Mode;
    if (mode & ~(ULONG)FILE_VALID_SET_FLAGS)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    ccb->mode_information = (ccb->mode_information & ~(ULONG)FILE_VALID_SET_FLAGS) | mode;
    ULONG through = mode & FILE_WRITE_THROUGH ? FO_WRITE_THROUGH : 0, sequential = mode & FILE_SEQUENTIAL_ONLY ? FO_SEQUENTIAL_ONLY : 0;
    ccb->file->Flags = (ccb->file->Flags & ~(ULONG)(FO_WRITE_THROUGH | FO_SEQUENTIAL_ONLY)) | through | sequential;
    return hostfs_done(op, STATUS_SUCCESS, 0);
}

static NTSTATUS set_case(struct hostfs_ccb *ccb, struct io_operation *op, const void *buffer)
{
    bool on = ((const FILE_CASE_SENSITIVE_INFORMATION *)buffer)->Flags & FILE_CS_FLAG_CASE_SENSITIVE_DIR;
    if (!S_ISDIR(ccb->node->type))
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    return hostfs_done(op, on ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED, 0); /* V-142 */
}

static NTSTATUS set_nothing(struct hostfs_ccb *ccb, struct io_operation *op, const void *buffer)
{
    return hostfs_done(op, STATUS_SUCCESS, 0);
}

/* ---- deleting ---- */

static NTSTATUS set_delete(struct hostfs_ccb *ccb, struct io_operation *op, const void *buffer)
{
    return hostfs_set_disposition(ccb, op, ((const FILE_DISPOSITION_INFORMATION *)buffer)->DeleteFile ? FILE_DISPOSITION_DELETE : 0);
}

static NTSTATUS set_delete_ex(struct hostfs_ccb *ccb, struct io_operation *op, const void *buffer)
{
    return hostfs_set_disposition(ccb, op, ((const FILE_DISPOSITION_INFORMATION_EX *)buffer)->Flags);
}

static NTSTATUS set_rename(struct hostfs_ccb *ccb, struct io_operation *op, const void *buffer)
{
    return hostfs_rename(ccb, op, op->iopb.Parameters.SetFileInformation.FileInformationClass == FileRenameInformationEx);
}

static NTSTATUS set_link(struct hostfs_ccb *ccb, struct io_operation *op, const void *buffer)
{
    return hostfs_link(ccb, op, op->iopb.Parameters.SetFileInformation.FileInformationClass == FileLinkInformationEx);
}

/* ---- dispatch ---- */

static const struct {
    FILE_INFORMATION_CLASS class;
    ULONG size;
    bool handle_only; /* changes nothing on the volume */
    NTSTATUS (*set)(struct hostfs_ccb *ccb, struct io_operation *op, const void *buffer);
} classes[] = {
    {FileBasicInformation, sizeof(FILE_BASIC_INFORMATION), false, set_basic},
    {FileEndOfFileInformation, sizeof(FILE_END_OF_FILE_INFORMATION), false, set_end_of_file},
    {FileAllocationInformation, sizeof(FILE_ALLOCATION_INFORMATION), false, set_allocation},
    {FileValidDataLengthInformation, sizeof(FILE_VALID_DATA_LENGTH_INFORMATION), false, set_valid_data_length},
    {FilePositionInformation, sizeof(FILE_POSITION_INFORMATION), true, set_position},
    {FileModeInformation, sizeof(FILE_MODE_INFORMATION), true, set_mode},
    {FileCaseSensitiveInformation, sizeof(FILE_CASE_SENSITIVE_INFORMATION), true, set_case},
    {FileIoPriorityHintInformation, sizeof(FILE_IO_PRIORITY_HINT_INFORMATION), true, set_nothing},
    {FileDispositionInformation, sizeof(FILE_DISPOSITION_INFORMATION), false, set_delete},
    {FileDispositionInformationEx, sizeof(FILE_DISPOSITION_INFORMATION_EX), false, set_delete_ex},
    {FileRenameInformation, sizeof(FILE_RENAME_INFORMATION), false, set_rename},
    {FileRenameInformationEx, sizeof(FILE_RENAME_INFORMATION), false, set_rename},
    {FileLinkInformation, sizeof(FILE_LINK_INFORMATION), false, set_link},
    {FileLinkInformationEx, sizeof(FILE_LINK_INFORMATION), false, set_link},
};

NTSTATUS hostfs_set_information(struct hostfs_ccb *ccb, struct io_operation *op)
{
    FILE_INFORMATION_CLASS class = op->iopb.Parameters.SetFileInformation.FileInformationClass;
    ULONG length = op->iopb.Parameters.SetFileInformation.Length;
    void *buffer = op->iopb.Parameters.SetFileInformation.InfoBuffer;
    if (ccb->scb == NULL)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    if (class == FileShortNameInformation)
        return hostfs_done(op, STATUS_SHORT_NAMES_NOT_ENABLED_ON_VOLUME, 0); /* V-138 */
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (classes[i].class != class)
            continue;
        if (buffer == NULL || length < classes[i].size)
            return hostfs_done(op, STATUS_INFO_LENGTH_MISMATCH, 0);
        if (ccb->volume->read_only && !classes[i].handle_only)
            return hostfs_fail(op, EROFS, IO_ERRNO_PLAIN);
        return classes[i].set(ccb, op, buffer);
    }
    return hostfs_done(op, STATUS_INVALID_INFO_CLASS, 0);
}
