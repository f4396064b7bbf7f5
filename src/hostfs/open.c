/*
 * Opening what exists: dispositions and options against what the object is, access, the Linux descriptor, share access, and the
 * blocks a file object points to.
 */
#include "hostfs/hostfs.h"
#include "ntoskrnl/io/oplock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATA_READ (FILE_READ_DATA | FILE_EXECUTE)
#define DATA_WRITE (FILE_WRITE_DATA | FILE_APPEND_DATA)
#define CHANGES (DATA_WRITE | FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA | DELETE | WRITE_DAC | WRITE_OWNER)

static bool overwrites(const struct hostfs_open *open)
{
    return open->disposition == FILE_SUPERSEDE || open->disposition == FILE_OVERWRITE || open->disposition == FILE_OVERWRITE_IF;
}

static bool is_readonly(const struct hostfs_open *open)
{
    return S_ISREG(open->attributes.stx_mode) && (open->attributes.stx_mode & 0222) == 0;
}

static NTSTATUS check_kind(struct hostfs_open *open)
{
    bool directory = S_ISDIR(open->attributes.stx_mode) && open->stream[0] == '\0';
    if (open->disposition == FILE_CREATE && open->stream[0] == '\0')
        return STATUS_OBJECT_NAME_COLLISION;
    if ((open->options & FILE_DIRECTORY_FILE) && !directory)
        return STATUS_NOT_A_DIRECTORY;
    if (open->directory_syntax && !directory)
        return STATUS_OBJECT_NAME_INVALID;
    if ((open->options & FILE_NON_DIRECTORY_FILE) && directory)
        return STATUS_FILE_IS_A_DIRECTORY;
    if (directory && overwrites(open))
        return STATUS_OBJECT_NAME_COLLISION;
    if (open->node == open->volume->root && (open->options & FILE_DELETE_ON_CLOSE))
        return STATUS_CANNOT_DELETE;
    return STATUS_SUCCESS;
}

/* Linux has decided for the front end; DOS' read-only attribute binds the others. */
static NTSTATUS check_writable(struct hostfs_open *open)
{
    bool writes = (open->access & DATA_WRITE) || overwrites(open) || (open->options & FILE_DELETE_ON_CLOSE);
    if (open->volume->read_only && (writes || (open->front_end && (open->access & DATA_WRITE))))
        return STATUS_MEDIA_WRITE_PROTECTED;
    if (open->front_end || !is_readonly(open))
        return STATUS_SUCCESS;
    if (open->options & FILE_DELETE_ON_CLOSE)
        return STATUS_CANNOT_DELETE;
    bool ignored = open->op->iopb.OperationFlags & SL_IGNORE_READONLY_ATTRIBUTE;
    return writes && !ignored ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}

/* Hidden and system files are only overwritten by those who say that they know (as NTFS). */
static NTSTATUS check_overwrite(struct hostfs_open *open)
{
    if (!overwrites(open) || open->front_end || open->stream[0])
        return STATUS_SUCCESS;
    struct hostfs_stored stored;
    hostfs_stored_load(open->node->fd, open->node->type, &stored);
    ULONG guarded = stored.attributes & (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM);
    return guarded & ~open->file_attributes ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}

static ACCESS_MASK implied_access(const struct hostfs_open *open)
{
    ACCESS_MASK access = open->access;
    if (open->front_end || !overwrites(open))
        return access;
    return access | (open->disposition == FILE_SUPERSEDE ? DELETE : FILE_WRITE_DATA);
}

static NTSTATUS check_rights(struct hostfs_open *open)
{
    ACCESS_MASK granted, implied = implied_access(open);
    if (!open->front_end && is_readonly(open) && (open->access & MAXIMUM_ALLOWED) && open->op->mode == UserMode)
        implied &= ~(ACCESS_MASK)DATA_WRITE;
    NTSTATUS status = hostfs_check_access(open, open->node, &open->attributes, implied, &granted);
    if (!NT_SUCCESS(status))
        return status;
    if (!(open->access & MAXIMUM_ALLOWED))
        granted &= ~(implied & ~hostfs_creator_rights(open->access));
    open->access = granted;
    return STATUS_SUCCESS;
}

/* V-208. Only what the rights need is opened; special files never, because opening one has effects (V-061). */
static int open_descriptor(struct hostfs_open *open)
{
    const struct io_linux *linux_side = open->op->linux_side;
    int hints = linux_side && (linux_side->have & IO_LINUX_OPEN_FLAGS) ? linux_side->open_flags & (O_NOATIME | O_NONBLOCK) : 0;
    bool reads = open->access & DATA_READ, writes = open->access & DATA_WRITE;
    if (S_ISDIR(open->node->type)) {
        bool lists = (open->access & FILE_LIST_DIRECTORY) && !open->target_directory && open->stream[0] == '\0';
        return lists ? hostfs_reopen(open->volume, open->node->fd, O_RDONLY | O_DIRECTORY | (hints & O_NOATIME)) : -1;
    }
    if (!S_ISREG(open->node->type) || open->stream[0] || (!reads && !writes))
        return -1;
    return hostfs_reopen(open->volume, open->node->fd, (reads && writes ? O_RDWR : writes ? O_WRONLY : O_RDONLY) | hints);
}

static NTSTATUS take_descriptor(struct hostfs_open *open)
{
    open->fd = open_descriptor(open);
    if (open->fd >= 0 || open->fd == -1)
        return STATUS_SUCCESS;
    int error = open->fd;
    open->fd = -1;
    return hostfs_fail(open->op, error, IO_ERRNO_OPEN);
}

/* ---- streams of an existing file ---- */

static NTSTATUS find_stream(struct hostfs_open *open)
{
    char found[HOSTFS_NAME_BYTES + 1];
    if (open->stream[0] == '\0')
        return STATUS_SUCCESS;
    int error = hostfs_stream_find(open->node, open->stream, open->case_sensitive, found);
    if (error == 0) {
        strcpy(open->stream, found);
        return open->disposition == FILE_CREATE ? hostfs_refuse(open, STATUS_OBJECT_NAME_COLLISION) : STATUS_SUCCESS;
    }
    if (error != -ENODATA)
        return hostfs_fail(open->op, error, IO_ERRNO_XATTR);
    if (open->disposition == FILE_OPEN || open->disposition == FILE_OVERWRITE)
        return hostfs_refuse(open, STATUS_OBJECT_NAME_NOT_FOUND);
    error = hostfs_stream_create(open->node, open->stream);
    if (error == 0)
        open->stream_created = true;
    return error ? hostfs_fail(open->op, error, IO_ERRNO_XATTR) : STATUS_SUCCESS;
}

/* ---- overwriting ---- */

static int truncate_file(struct hostfs_open *open)
{
    if (open->fd >= 0 && (open->access & DATA_WRITE))
        return ftruncate(open->fd, 0) == 0 ? 0 : -errno;
    return hostfs_truncate(open->volume, open->node->fd, 0);
}

/* New attributes replace the old ones; Linux' own truncation leaves attributes and streams alone (V-167). */
static void replace_attributes(struct hostfs_open *open)
{
    struct hostfs_stored stored = hostfs_stored_of(open->scb, open->node);
    ULONG keep = open->disposition == FILE_SUPERSEDE ? 0 : stored.attributes;
    stored.attributes = keep | (open->file_attributes & (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE));
    pthread_mutex_lock(&open->scb->lock);
    if (hostfs_stored_save(open->node->fd, &stored) == 0)
        open->scb->stored = stored;
    pthread_mutex_unlock(&open->scb->lock);
    hostfs_stream_remove_all(open->node);
    if (open->file_attributes & FILE_ATTRIBUTE_READONLY)
        hostfs_chmod(open->volume, open->node->fd, open->attributes.stx_mode & 07555);
}

static NTSTATUS overwrite(struct hostfs_open *open)
{
    struct hostfs_ccb *ccb = open->file->FsContext2;
    int error = open->stream[0] ? hostfs_stream_resize(ccb, 0) : truncate_file(open);
    if (error < 0)
        return hostfs_fail(open->op, error, IO_ERRNO_OPEN);
    if (!open->front_end && open->stream[0] == '\0')
        replace_attributes(open);
    open->information = open->disposition == FILE_SUPERSEDE ? FILE_SUPERSEDED : FILE_OVERWRITTEN;
    hostfs_notify(open->node, FILE_NOTIFY_CHANGE_SIZE | FILE_NOTIFY_CHANGE_LAST_WRITE, FILE_ACTION_MODIFIED);
    return STATUS_SUCCESS;
}

/* ---- attaching ---- */

static void fill_ccb(struct hostfs_ccb *ccb, struct hostfs_open *open)
{
    const struct io_linux *linux_side = open->op->linux_side;
    ccb->file = open->file;
    ccb->volume = open->volume;
    ccb->fd = open->fd;
    ccb->reads = open->access & DATA_READ;
    ccb->writes = open->access & DATA_WRITE;
    ccb->read_fd = ccb->write_fd = -1;
    ccb->access = open->access;
    ccb->options = open->options;
    ccb->front_end = open->front_end;
    ccb->case_sensitive = open->case_sensitive;
    ccb->append = (open->access & DATA_WRITE) == FILE_APPEND_DATA && S_ISREG(open->node->type);
    ccb->delete_on_close = open->options & FILE_DELETE_ON_CLOSE;
    ccb->keep_atime = linux_side && (linux_side->have & IO_LINUX_OPEN_FLAGS) && (linux_side->open_flags & O_NOATIME);
    ccb->mode_information = open->options & (FILE_WRITE_THROUGH | FILE_SEQUENTIAL_ONLY | FILE_NO_INTERMEDIATE_BUFFERING |
        FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT | FILE_DELETE_ON_CLOSE);
}

static NTSTATUS check_not_going(struct hostfs_open *open)
{
    struct hostfs_scb *scb = open->scb;
    if (scb->name ? scb->stream_delete : open->node->delete_pending && !open->node->removed)
        return STATUS_DELETE_PENDING; /* V-185 */
    if (open->node->removed && !open->front_end && !open->created)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    return STATUS_SUCCESS;
}

static NTSTATUS take_share(struct hostfs_open *open, struct hostfs_ccb *ccb)
{
    if (io_file_of(open->file)->create_flags & IO_IGNORE_SHARE_ACCESS_CHECK) /* F-345 */
        return STATUS_SUCCESS;
    NTSTATUS status = IoCheckShareAccess(open->access, open->share, open->file, &open->scb->share, TRUE);
    ccb->shared = NT_SUCCESS(status);
    return status;
}

/* STATUS_RETRY: an oplock was granted meanwhile that has to be broken first. */
static NTSTATUS link_ccb(struct hostfs_open *open, struct hostfs_ccb *ccb)
{
    pthread_mutex_lock(&open->scb->lock);
    NTSTATUS status = hostfs_oplock_stands_against(open) ? STATUS_RETRY : check_not_going(open);
    if (status == STATUS_SUCCESS)
        status = take_share(open, ccb);
    if (NT_SUCCESS(status)) {
        InsertTailList(&open->scb->opens, &ccb->links);
        __atomic_add_fetch(&open->node->handles, 1, __ATOMIC_RELAXED);
    }
    pthread_mutex_unlock(&open->scb->lock);
    return status;
}

static NTSTATUS enter_stream(struct hostfs_open *open, struct hostfs_ccb *ccb)
{
    NTSTATUS status;
    do {
        status = hostfs_oplock_open(open);
        if (status == STATUS_SUCCESS)
            status = link_ccb(open, ccb);
    } while (status == STATUS_RETRY);
    return status;
}

static void detach(struct hostfs_open *open);

/* Makes the file object this open's. After success the descriptor, the stream and the node belong to the ccb. */
NTSTATUS hostfs_open_attach(struct hostfs_open *open)
{
    struct hostfs_scb *file = hostfs_scb_get(open->node);
    struct hostfs_scb *scb = file && open->stream[0] ? hostfs_scb_get_named(file, open->stream) : file;
    if (file && scb != file)
        hostfs_scb_release(file);
    struct hostfs_ccb *ccb = calloc(1, sizeof *ccb);
    if (scb == NULL || ccb == NULL) {
        if (scb)
            hostfs_scb_release(scb);
        return free(ccb), hostfs_refuse(open, STATUS_INSUFFICIENT_RESOURCES);
    }
    open->scb = scb;
    fill_ccb(ccb, open);
    io_oplock_take_key(open->file, open->op->ecp_list);
    NTSTATUS status = enter_stream(open, ccb);
    if (!NT_SUCCESS(status))
        return free(ccb), hostfs_refuse(open, status);
    ccb->scb = scb;
    ccb->node = open->node;
    hostfs_scb_reference(scb);
    hostfs_node_reference(open->node);
    open->fd = -1;
    open->file->FsContext = &scb->stream;
    open->file->FsContext2 = ccb;
    open->file->SectionObjectPointer = &scb->sections;
    if (ccb->delete_on_close)
        open->file->Flags |= FO_DELETE_ON_CLOSE;
    hostfs_record_access(open->op, open->access);
    status = hostfs_oplock_reserve(open);
    if (!NT_SUCCESS(status)) {
        detach(open);
        return hostfs_refuse(open, status);
    }
    return STATUS_SUCCESS;
}

/* The name now leads to another object, and this open goes with it (FSCTL_SET_REPARSE_POINT). Takes over fd; parent->entries is held. */
int hostfs_become(struct hostfs_ccb *ccb, struct io_node *parent, const char *name, int fd)
{
    struct statx attributes;
    struct io_node *node, *old_node = ccb->node;
    struct hostfs_scb *old = ccb->scb;
    int error = hostfs_statx(fd, &attributes);
    if (error < 0)
        return close(fd), error;
    if ((error = hostfs_node_adopt(parent, name, fd, &attributes, &node)) < 0)
        return error;
    struct hostfs_scb *scb = hostfs_scb_get(node);
    if (scb == NULL)
        return hostfs_node_release(node), -ENOMEM;
    pthread_mutex_lock(&old->lock);
    RemoveEntryList(&ccb->links);
    if (ccb->shared)
        IoRemoveShareAccess(ccb->file, &old->share);
    old_node->removed = true;
    __atomic_sub_fetch(&old_node->handles, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&old->lock);
    pthread_mutex_lock(&scb->lock);
    InsertTailList(&scb->opens, &ccb->links);
    __atomic_add_fetch(&node->handles, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&scb->lock);
    ccb->shared = false;
    ccb->scb = scb;
    ccb->node = node;
    if (ccb->fd >= 0)
        close(ccb->fd);
    ccb->fd = -1;
    ccb->file->FsContext = &scb->stream;
    ccb->file->SectionObjectPointer = &scb->sections;
    hostfs_scb_release(old);
    hostfs_node_release(old_node);
    return 0;
}

/* A step after attaching failed: the file object is nobody's again. */
static void detach(struct hostfs_open *open)
{
    struct hostfs_ccb *ccb = open->file->FsContext2;
    pthread_mutex_lock(&ccb->scb->lock);
    RemoveEntryList(&ccb->links);
    if (ccb->shared)
        IoRemoveShareAccess(open->file, &ccb->scb->share);
    __atomic_sub_fetch(&ccb->node->handles, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&ccb->scb->lock);
    hostfs_oplock_cleanup(ccb);
    if (ccb->fd >= 0)
        close(ccb->fd);
    hostfs_scb_release(ccb->scb);
    hostfs_node_release(ccb->node);
    free(ccb);
    open->file->FsContext = open->file->FsContext2 = NULL;
    open->file->SectionObjectPointer = NULL;
    open->file->Flags &= ~FO_DELETE_ON_CLOSE;
}

NTSTATUS hostfs_open_existing(struct hostfs_open *open)
{
    NTSTATUS status = open->target_directory ? STATUS_SUCCESS : check_kind(open);
    if (status == STATUS_SUCCESS && !open->target_directory)
        status = check_writable(open);
    if (status == STATUS_SUCCESS)
        status = check_rights(open);
    if (status == STATUS_SUCCESS)
        status = check_overwrite(open);
    if (status != STATUS_SUCCESS)
        return hostfs_refuse(open, status);
    if (!open->target_directory && (status = find_stream(open)) != STATUS_SUCCESS)
        return status;
    if ((status = take_descriptor(open)) != STATUS_SUCCESS)
        return status;
    if ((status = hostfs_open_attach(open)) != STATUS_SUCCESS)
        return status;
    open->information = open->stream_created ? FILE_CREATED : FILE_OPENED;
    if (overwrites(open) && !open->target_directory && !open->stream_created && (status = overwrite(open)) != STATUS_SUCCESS)
        detach(open);
    return status;
}
