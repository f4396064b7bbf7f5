/*
 * Creating an object: file, directory, and for the front end symbolic links and special files in one step (V-059, V-061), as the
 * requestor (V-183). The directory's entries are locked meanwhile, so that the node table and the directory agree.
 */
#include "hostfs/hostfs.h"
#include "ntoskrnl/se/se.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DATA_READ (FILE_READ_DATA | FILE_EXECUTE)
#define DATA_WRITE (FILE_WRITE_DATA | FILE_APPEND_DATA)

static bool have(const struct hostfs_open *open, uint32_t what)
{
    return open->op->linux_side && (open->op->linux_side->have & what);
}

static NTSTATUS check_new(struct hostfs_open *open)
{
    bool directory = open->options & FILE_DIRECTORY_FILE;
    if (open->disposition == FILE_OPEN || open->disposition == FILE_OVERWRITE || open->target_directory || open->parent == NULL)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (open->directory_syntax && !directory)
        return STATUS_OBJECT_NAME_INVALID;
    if (directory && open->stream[0])
        return STATUS_NOT_A_DIRECTORY;
    if (open->volume->read_only)
        return STATUS_MEDIA_WRITE_PROTECTED;
    if ((open->options & FILE_DELETE_ON_CLOSE) && (open->file_attributes & FILE_ATTRIBUTE_READONLY))
        return STATUS_CANNOT_DELETE;
    if (directory && (open->file_attributes & FILE_ATTRIBUTE_TEMPORARY))
        return STATUS_INVALID_PARAMETER;
    return hostfs_check_parent(open, directory ? FILE_ADD_SUBDIRECTORY : FILE_ADD_FILE);
}

/* The front end's mode, unless a filter turned the read-only attribute. */
static mode_t mode_of(const struct hostfs_open *open)
{
    bool directory = open->options & FILE_DIRECTORY_FILE, readonly = open->file_attributes & FILE_ATTRIBUTE_READONLY;
    mode_t mode = have(open, IO_LINUX_MODE) ? open->op->linux_side->mode & 07777 : directory ? 0777 : 0666;
    if (readonly && !directory)
        return mode & ~0222u;
    bool was_readonly = have(open, IO_LINUX_MODE) && (mode & 0222) == 0 && !directory;
    return was_readonly && (open->file_attributes & FILE_ATTRIBUTE_NORMAL) == 0 && open->file_attributes ? mode | 0200 : mode;
}

static int make_file(struct hostfs_open *open, mode_t mode)
{
    bool reads = open->access & DATA_READ;
    int flags = open->access & DATA_WRITE ? reads ? O_RDWR : O_WRONLY : O_RDONLY;
    if (have(open, IO_LINUX_OPEN_FLAGS))
        flags |= open->op->linux_side->open_flags & O_NOATIME;
    return hostfs_open_at(open->parent->fd, open->name, flags | O_CREAT | O_EXCL, mode);
}

static int make_special(struct hostfs_open *open, mode_t mode)
{
    const struct io_linux *linux_side = open->op->linux_side;
    int parent = open->parent->fd;
    if (have(open, IO_LINUX_SYMLINK))
        return symlinkat(linux_side->symlink, parent, open->name) == 0 ? 0 : -errno;
    if (have(open, IO_LINUX_SPECIAL))
        return mknodat(parent, open->name, mode | (linux_side->mode & S_IFMT), linux_side->rdev) == 0 ? 0 : -errno;
    return mkdirat(parent, open->name, mode) == 0 ? 0 : -errno;
}

static bool is_plain_file(const struct hostfs_open *open)
{
    return !(open->options & FILE_DIRECTORY_FILE) && !have(open, IO_LINUX_SYMLINK) && !have(open, IO_LINUX_SPECIAL);
}

/* Who a native creator is: the token's uid, so that files of a user are the user's. */
static const struct io_cred *creator(struct hostfs_open *open, struct io_cred *space)
{
    if (have(open, IO_LINUX_CRED))
        return &open->op->linux_side->cred;
    PACCESS_TOKEN token = hostfs_requestor_token(open->op);
    if (token == NULL || open->op->mode == KernelMode || se_token_is_system(token))
        return NULL;
    *space = (struct io_cred){.uid = se_token_uid(token), .gid = se_token_gid(token), .umask = 022};
    return space;
}

/* The new object's O_PATH descriptor; by name only where the creation gave none. */
static int path_descriptor(struct hostfs_open *open)
{
    return open->fd >= 0 ? hostfs_reopen(open->volume, open->fd, O_PATH) : hostfs_open_at(open->parent->fd, open->name, O_PATH, 0);
}

static int make_locked(struct hostfs_open *open)
{
    struct hostfs_identity saved;
    struct io_cred space;
    hostfs_identity_enter(&saved, creator(open, &space));
    int made = is_plain_file(open) ? make_file(open, mode_of(open)) : make_special(open, mode_of(open));
    hostfs_identity_leave(&saved);
    if (made < 0)
        return made;
    open->fd = is_plain_file(open) ? made : -1;
    open->created = true;
    int fd = path_descriptor(open);
    if (fd < 0)
        return fd;
    int error = hostfs_statx(fd, &open->attributes);
    if (error < 0)
        return close(fd), error;
    return hostfs_node_adopt(open->parent, open->name, fd, &open->attributes, &open->node);
}

static void undo(struct hostfs_open *open)
{
    if (open->node)
        hostfs_unlink(open->node);
    else if (open->created)
        unlinkat(open->parent->fd, open->name, open->options & FILE_DIRECTORY_FILE ? AT_REMOVEDIR : 0);
}

static void store_attributes(struct hostfs_open *open)
{
    struct hostfs_stored stored = {.attributes = open->file_attributes & (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM |
        FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED | FILE_ATTRIBUTE_OFFLINE | FILE_ATTRIBUTE_TEMPORARY)};
    if (stored.attributes && !open->front_end)
        hostfs_stored_save(open->node->fd, &stored);
}

/* A descriptor the creator gave replaces the mode made from defaults. */
static NTSTATUS store_security(struct hostfs_open *open)
{
    PIO_SECURITY_CONTEXT context = open->op->iopb.Parameters.Create.SecurityContext;
    PSECURITY_DESCRIPTOR sd = context && context->AccessState ? context->AccessState->SecurityDescriptor : NULL;
    if (sd == NULL || open->front_end)
        return STATUS_SUCCESS;
    return hostfs_apply_descriptor(open->node, DACL_SECURITY_INFORMATION, sd, open->op);
}

static NTSTATUS reserve(struct hostfs_open *open)
{
    LONGLONG size = open->op->iopb.Parameters.Create.AllocationSize.QuadPart;
    if (size <= 0 || open->fd < 0 || !(open->access & DATA_WRITE))
        return STATUS_SUCCESS;
    if (fallocate(open->fd, FALLOC_FL_KEEP_SIZE, 0, size) == 0 || errno == EOPNOTSUPP)
        return STATUS_SUCCESS;
    return hostfs_fail(open->op, errno, IO_ERRNO_OPEN);
}

static NTSTATUS finish_new(struct hostfs_open *open)
{
    store_attributes(open);
    NTSTATUS status = store_security(open);
    if (status == STATUS_SUCCESS)
        status = reserve(open);
    if (status == STATUS_SUCCESS && open->op->iopb.Parameters.Create.EaLength)
        status = hostfs_store_ea_list(open->node, open->op->iopb.Parameters.Create.EaBuffer,
            open->op->iopb.Parameters.Create.EaLength, open->op);
    if (status == STATUS_SUCCESS && open->stream[0]) {
        int error = hostfs_stream_create(open->node, open->stream);
        if (error < 0)
            status = hostfs_fail(open->op, error, IO_ERRNO_XATTR);
        if (open->fd >= 0)
            close(open->fd);
        open->fd = -1;
    }
    if (status == STATUS_SUCCESS && (open->options & FILE_DIRECTORY_FILE) && (open->access & FILE_LIST_DIRECTORY))
        open->fd = hostfs_reopen(open->volume, open->node->fd, O_RDONLY | O_DIRECTORY);
    if (open->fd < -1)
        status = hostfs_fail(open->op, open->fd, IO_ERRNO_OPEN), open->fd = -1;
    return status == STATUS_SUCCESS ? hostfs_open_attach(open) : status;
}

/* A descriptor nobody asked data of is not kept: later queries use the node's. */
static void drop_unneeded(struct hostfs_open *open)
{
    if (open->fd >= 0 && !(open->access & (DATA_READ | DATA_WRITE))) {
        close(open->fd);
        open->fd = -1;
    }
}

NTSTATUS hostfs_open_new(struct hostfs_open *open)
{
    NTSTATUS status = check_new(open);
    if (status != STATUS_SUCCESS)
        return hostfs_refuse(open, status);
    open->access = hostfs_creator_rights(open->access);
    pthread_mutex_lock(&open->parent->entries);
    int error = make_locked(open);
    pthread_mutex_unlock(&open->parent->entries);
    if (error < 0) {
        open->parent_raced = error == -EEXIST;
        if (open->created)
            undo(open);
        return hostfs_fail(open->op, error, IO_ERRNO_OPEN);
    }
    drop_unneeded(open);
    status = finish_new(open);
    if (status != STATUS_SUCCESS) {
        undo(open);
        return status;
    }
    open->information = FILE_CREATED;
    hostfs_notify(open->node, open->options & FILE_DIRECTORY_FILE ? FILE_NOTIFY_CHANGE_DIR_NAME : FILE_NOTIFY_CHANGE_FILE_NAME,
        FILE_ACTION_ADDED);
    return STATUS_SUCCESS;
}
