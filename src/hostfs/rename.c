/*
 * Renames, hard links and the delete disposition. For the front end Linux' own rules hold and its flags go down as they are
 * (V-065 to V-068); for native callers NT's: no replacing of directories or of open files without POSIX semantics.
 */
#include "hostfs/hostfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct target {
    struct io_node *directory; /* referenced */
    char name[HOSTFS_NAME_BYTES + 1];
    const char16_t *units;
    size_t count;
    bool replace, posix, ignore_readonly;
    bool front_end;
    unsigned rename_flags;
    struct io_node *exchange;
};

static const struct io_linux *hint(const struct io_operation *op, uint32_t what)
{
    return op->linux_side && (op->linux_side->have & what) == what ? op->linux_side : NULL;
}

/* ---- where to ---- */

static void last_component(const FILE_RENAME_INFORMATION *info, struct target *target)
{
    size_t units = info->FileNameLength / sizeof(char16_t), count = 0;
    while (count < units && info->FileName[units - count - 1] != u'\\')
        count++;
    target->units = info->FileName + units - count;
    target->count = count;
}

static bool is_simple(const FILE_RENAME_INFORMATION *info, const struct target *target)
{
    return target->count == info->FileNameLength / sizeof(char16_t);
}

static NTSTATUS find_directory(struct hostfs_ccb *ccb, struct io_operation *op, const FILE_RENAME_INFORMATION *info, struct target *target)
{
    PFILE_OBJECT parent = op->iopb.Parameters.SetFileInformation.ParentOfTarget;
    struct hostfs_ccb *there = hostfs_ccb_of(parent);
    if (parent) {
        if (there == NULL || there->volume != ccb->volume)
            return STATUS_NOT_SAME_DEVICE;
        if (there->node == NULL || !S_ISDIR(there->node->type))
            return STATUS_NOT_A_DIRECTORY;
        hostfs_node_reference(there->node);
        target->directory = there->node;
        return STATUS_SUCCESS;
    }
    if (!is_simple(info, target))
        return STATUS_INVALID_PARAMETER;
    target->directory = hostfs_node_parent(ccb->node);
    return target->directory ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* The front end's bytes are taken while the NT name still says the same (V-127). */
static void prefer_front_end(struct io_operation *op, struct target *target)
{
    const struct io_linux *linux_side = hint(op, IO_LINUX_PARENT);
    char16_t units[HOSTFS_NAME_UNITS];
    if (linux_side == NULL || linux_side->parent != target->directory || strlen(linux_side->name) > HOSTFS_NAME_BYTES)
        return;
    size_t count = hostfs_name_to_nt(linux_side->name, strlen(linux_side->name), units);
    if (count != target->count || memcmp(units, target->units, count * sizeof *units) != 0)
        return;
    target->front_end = true;
    if (linux_side->have & IO_LINUX_RENAME) {
        target->rename_flags = linux_side->rename_flags;
        target->exchange = linux_side->rename_flags & RENAME_EXCHANGE ? linux_side->exchange : NULL;
    }
}

static NTSTATUS find_target(struct hostfs_ccb *ccb, struct io_operation *op, bool extended, struct target *target)
{
    const FILE_RENAME_INFORMATION *info = op->iopb.Parameters.SetFileInformation.InfoBuffer;
    ULONG length = op->iopb.Parameters.SetFileInformation.Length;
    *target = (struct target){0};
    if (info->FileNameLength == 0 || info->FileNameLength & 1 ||
        info->FileNameLength > length - FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName))
        return STATUS_INVALID_PARAMETER;
    if (ccb->node == ccb->volume->root)
        return STATUS_INVALID_PARAMETER;
    if (info->FileName[0] == u':' || ccb->scb->name)
        return STATUS_NOT_SUPPORTED; /* streams keep their names */
    target->replace = extended ? info->Flags & FILE_RENAME_REPLACE_IF_EXISTS : op->iopb.Parameters.SetFileInformation.ReplaceIfExists;
    target->posix = extended && (info->Flags & FILE_RENAME_POSIX_SEMANTICS);
    target->ignore_readonly = extended && (info->Flags & FILE_RENAME_IGNORE_READONLY_ATTRIBUTE);
    last_component(info, target);
    enum hostfs_name_result result = hostfs_name_from_nt(target->units, target->count, target->name);
    if (result != HOSTFS_NAME_OK)
        return result == HOSTFS_NAME_TOO_LONG ? STATUS_NAME_TOO_LONG : STATUS_OBJECT_NAME_INVALID;
    NTSTATUS status = find_directory(ccb, op, info, target);
    if (status == STATUS_SUCCESS)
        prefer_front_end(op, target);
    return status;
}

/* ---- NT's rules for what stands at the target ---- */

static bool is_open(struct io_node *node)
{
    struct hostfs_scb *scb = hostfs_scb_get(node);
    if (scb == NULL)
        return true;
    pthread_mutex_lock(&scb->lock);
    bool open = !IsListEmpty(&scb->opens);
    pthread_mutex_unlock(&scb->lock);
    hostfs_scb_release(scb);
    return open;
}

static NTSTATUS check_replaced(struct hostfs_ccb *ccb, const struct target *target, struct io_node *there, const struct statx *attributes)
{
    if (there == ccb->node)
        return STATUS_SUCCESS;
    if (!target->replace)
        return STATUS_OBJECT_NAME_COLLISION;
    if (S_ISDIR(attributes->stx_mode) && !(target->posix && S_ISDIR(ccb->node->type)))
        return STATUS_ACCESS_DENIED;
    if (S_ISREG(attributes->stx_mode) && (attributes->stx_mode & 0222) == 0 && !target->ignore_readonly)
        return STATUS_ACCESS_DENIED;
    return !target->posix && there->inode != ccb->node->inode && is_open(there) ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}

/* An open file below keeps a directory's name, as on NTFS. */
static bool has_open_below(struct io_node *directory)
{
    struct hostfs_volume *volume = directory->volume;
    bool open = false;
    pthread_mutex_lock(&volume->names);
    for (size_t i = 0; i < volume->node_buckets && !open; i++)
        for (struct io_node *node = volume->nodes[i]; node && !open; node = node->next) {
            struct io_node *up = node == directory ? NULL : node->parent;
            if (__atomic_load_n(&node->handles, __ATOMIC_RELAXED) == 0)
                continue;
            while (up && up != directory)
                up = up->parent;
            open = up == directory;
        }
    pthread_mutex_unlock(&volume->names);
    return open;
}

static bool is_removed(struct hostfs_ccb *ccb)
{
    pthread_mutex_lock(&ccb->scb->lock);
    bool removed = ccb->node->removed;
    pthread_mutex_unlock(&ccb->scb->lock);
    return removed;
}

static void mark_replaced(struct io_node *there)
{
    struct hostfs_scb *scb = hostfs_scb_get(there);
    if (scb == NULL)
        return;
    pthread_mutex_lock(&scb->lock);
    there->removed = true;
    pthread_mutex_unlock(&scb->lock);
    hostfs_scb_release(scb);
}

/* ---- renaming, both directories locked ---- */

static int rename_call(struct io_node *from, const char *name, const struct target *target)
{
    unsigned flags = target->rename_flags | (target->front_end || target->replace ? 0 : RENAME_NOREPLACE);
    if (renameat2(from->fd, name, target->directory->fd, target->name, flags) == 0)
        return 0;
    if (errno != EINVAL || target->front_end || flags != RENAME_NOREPLACE)
        return -errno;
    /* a file system without the flag: what is there was looked at under the lock */
    return renameat(from->fd, name, target->directory->fd, target->name) == 0 ? 0 : -errno;
}

static void move_nodes(struct hostfs_ccb *ccb, const struct target *target, struct io_node *there)
{
    if (target->exchange) {
        hostfs_node_exchange(ccb->node, target->exchange);
        return;
    }
    if (there && there != ccb->node)
        mark_replaced(there);
    hostfs_node_move(ccb->node, target->directory, target->name);
}

/* Another spelling of the name in the same directory is the same name for a caller without regard to case. */
static bool find_other_case(struct hostfs_ccb *ccb, const struct target *target, char *other)
{
    return !target->front_end && !ccb->case_sensitive && hostfs_find_folded(target->directory, target->units, target->count, other) == 0;
}

static NTSTATUS look_at_target(struct hostfs_ccb *ccb, struct io_operation *op, const struct target *target, struct io_node **there,
    char *other)
{
    struct statx attributes;
    other[0] = '\0';
    int error = hostfs_node_child_locked(target->directory, target->name, there, &attributes);
    if (error == -ENOENT && find_other_case(ccb, target, other))
        error = hostfs_node_child_locked(target->directory, other, there, &attributes);
    if (error == -ENOENT)
        return STATUS_SUCCESS;
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_RENAME);
    if (target->front_end)
        return STATUS_SUCCESS;
    NTSTATUS status = check_replaced(ccb, target, *there, &attributes);
    return status == STATUS_SUCCESS ? status : hostfs_done(op, status, 0);
}

static NTSTATUS rename_locked(struct hostfs_ccb *ccb, struct io_operation *op, struct io_node *from, const char *name,
    const struct target *target)
{
    struct io_node *there = NULL;
    struct statx now;
    char other[HOSTFS_NAME_BYTES + 1];
    int error = hostfs_statx_at(from->fd, name, &now);
    if (error == 0 && now.stx_ino != ccb->node->inode)
        error = -ENOENT; /* the name below leads elsewhere by now */
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_RENAME);
    NTSTATUS status = look_at_target(ccb, op, target, &there, other);
    if (status == STATUS_SUCCESS && (error = rename_call(from, name, target)) < 0)
        status = hostfs_fail(op, error, IO_ERRNO_RENAME);
    if (status == STATUS_SUCCESS) {
        /* rename(2) leaves both names of one file alone; NT's takes the old one away */
        if (!target->front_end && there && there != ccb->node && there->inode == ccb->node->inode)
            unlinkat(from->fd, name, 0);
        if (other[0] && there && there != ccb->node)
            unlinkat(target->directory->fd, other, 0);
        move_nodes(ccb, target, there);
        status = hostfs_done(op, STATUS_SUCCESS, 0);
    }
    hostfs_node_release(there);
    return status;
}

static void tell_rename(struct hostfs_ccb *ccb, struct io_node *from, const char *name, const struct target *target)
{
    ULONG filter = S_ISDIR(ccb->node->type) ? FILE_NOTIFY_CHANGE_DIR_NAME : FILE_NOTIFY_CHANGE_FILE_NAME;
    bool same = from == target->directory;
    hostfs_notify_name(from, name, filter, same ? FILE_ACTION_RENAMED_OLD_NAME : FILE_ACTION_REMOVED);
    hostfs_notify_name(target->directory, target->name, filter, same ? FILE_ACTION_RENAMED_NEW_NAME : FILE_ACTION_ADDED);
}

/* The other half of an exchange (V-067): its filters have agreed, the first half moves both. */
static bool is_announcement(const struct io_operation *op)
{
    const struct io_linux *linux_side = hint(op, IO_LINUX_RENAME);
    return linux_side && (linux_side->rename_flags & RENAME_EXCHANGE) && linux_side->exchange == NULL;
}

NTSTATUS hostfs_rename(struct hostfs_ccb *ccb, struct io_operation *op, bool extended)
{
    struct target target;
    struct io_node *from = NULL, *still = NULL;
    char name[HOSTFS_NAME_BYTES + 1], now[HOSTFS_NAME_BYTES + 1];
    if (is_announcement(op))
        return hostfs_done(op, STATUS_SUCCESS, 0);
    NTSTATUS status = find_target(ccb, op, extended, &target);
    if (status == STATUS_SUCCESS && (is_removed(ccb) || hostfs_node_name(ccb->node, name, &from) < 0))
        status = STATUS_FILE_DELETED;
    if (status == STATUS_SUCCESS && !target.front_end && !target.posix && S_ISDIR(ccb->node->type) && has_open_below(ccb->node))
        status = STATUS_ACCESS_DENIED;
    if (status != STATUS_SUCCESS) {
        hostfs_node_release(target.directory);
        hostfs_node_release(from);
        return hostfs_done(op, status, 0);
    }
    status = target.exchange ? STATUS_SUCCESS : hostfs_oplock_replaced(ccb, op, target.directory, target.name);
    if (status != STATUS_SUCCESS) {
        hostfs_node_release(target.directory);
        hostfs_node_release(from);
        return hostfs_done(op, status, 0);
    }
    hostfs_node_lock_two(from, target.directory);
    bool moved = hostfs_node_name(ccb->node, now, &still) < 0 || still != from || strcmp(now, name) != 0;
    status = moved ? hostfs_fail(op, ENOENT, IO_ERRNO_RENAME) : rename_locked(ccb, op, from, name, &target);
    hostfs_node_unlock_two(from, target.directory);
    if (status == STATUS_SUCCESS)
        tell_rename(ccb, from, name, &target);
    hostfs_node_release(still);
    hostfs_node_release(from);
    hostfs_node_release(target.directory);
    return status;
}

/* ---- hard links ---- */

static int link_call(struct hostfs_ccb *ccb, const struct target *target, const char *name)
{
    char self[16];
    snprintf(self, sizeof self, "%d", ccb->node->fd);
    return linkat(ccb->volume->proc_fd, self, target->directory->fd, name, AT_SYMLINK_FOLLOW) == 0 ? 0 : -errno;
}

/* Replacing goes through a name nobody else has, so that the old link is never missing. */
static int link_over(struct hostfs_ccb *ccb, const struct target *target)
{
    char name[64];
    snprintf(name, sizeof name, ".openfltmgr-link-%d-%p", getpid(), (void *)ccb);
    int error = link_call(ccb, target, name);
    if (error == 0 && renameat(target->directory->fd, name, target->directory->fd, target->name) != 0)
        error = -errno;
    if (error < 0)
        unlinkat(target->directory->fd, name, 0);
    return error;
}

static NTSTATUS link_locked(struct hostfs_ccb *ccb, struct io_operation *op, const struct target *target)
{
    struct io_node *there = NULL;
    char other[HOSTFS_NAME_BYTES + 1];
    NTSTATUS status = look_at_target(ccb, op, target, &there, other);
    if (status == STATUS_SUCCESS) {
        bool same = there && there->inode == ccb->node->inode && !target->front_end;
        bool over = there && !target->front_end;
        int error = same ? 0 : over ? link_over(ccb, target) : link_call(ccb, target, target->name);
        if (error == 0 && over && !same) {
            hostfs_node_forget_name(there);
            mark_replaced(there);
        }
        status = error < 0 ? hostfs_fail(op, error, IO_ERRNO_NAME) : hostfs_done(op, STATUS_SUCCESS, 0);
    }
    hostfs_node_release(there);
    return status;
}

NTSTATUS hostfs_link(struct hostfs_ccb *ccb, struct io_operation *op, bool extended)
{
    struct target target;
    NTSTATUS status = find_target(ccb, op, extended, &target);
    if (status == STATUS_SUCCESS && S_ISDIR(ccb->node->type))
        status = STATUS_FILE_IS_A_DIRECTORY; /* V-161 */
    if (status == STATUS_SUCCESS)
        status = hostfs_oplock_replaced(ccb, op, target.directory, target.name);
    if (status == STATUS_SUCCESS) {
        pthread_mutex_lock(&target.directory->entries);
        status = link_locked(ccb, op, &target);
        pthread_mutex_unlock(&target.directory->entries);
        if (status == STATUS_SUCCESS)
            hostfs_notify_name(target.directory, target.name, FILE_NOTIFY_CHANGE_FILE_NAME, FILE_ACTION_ADDED);
    } else {
        hostfs_done(op, status, 0);
    }
    hostfs_node_release(target.directory);
    return status;
}

/* ---- disposition ---- */

/* What unlink(2) will say later, said now: clean-up cannot fail (V-104). */
static int foresee_unlink(struct hostfs_ccb *ccb)
{
    struct io_node *parent = hostfs_node_parent(ccb->node);
    struct statx own, above;
    int error = hostfs_statx(ccb->node->fd, &own);
    if (error == 0 && parent)
        error = hostfs_statx(parent->fd, &above);
    if (error == 0 && ((own.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) ||
        (parent && (above.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)))))
        error = -EPERM;
    if (error == 0 && S_ISDIR(ccb->node->type) && hostfs_directory_is_empty(ccb->volume, ccb->node) == 0)
        error = -ENOTEMPTY;
    hostfs_node_release(parent);
    return error;
}

static NTSTATUS check_delete(struct hostfs_ccb *ccb, struct io_operation *op, ULONG flags)
{
    struct statx now;
    if (ccb->node == ccb->volume->root && ccb->scb->name == NULL)
        return ccb->front_end ? hostfs_fail(op, EBUSY, IO_ERRNO_NAME) : hostfs_done(op, STATUS_CANNOT_DELETE, 0);
    if (!ccb->front_end && !(flags & FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE) && S_ISREG(ccb->node->type) &&
        hostfs_statx(ccb->node->fd, &now) == 0 && (now.stx_mode & 0222) == 0)
        return hostfs_done(op, STATUS_CANNOT_DELETE, 0);
    int error = ccb->scb->name ? 0 : foresee_unlink(ccb);
    return error < 0 ? hostfs_fail(op, error, IO_ERRNO_NAME) : STATUS_SUCCESS;
}

static void change_disposition(struct hostfs_ccb *ccb, ULONG flags)
{
    bool delete = flags & FILE_DISPOSITION_DELETE;
    pthread_mutex_lock(&ccb->scb->lock);
    if (flags & FILE_DISPOSITION_ON_CLOSE)
        ccb->delete_on_close = delete;
    else if (ccb->scb->name)
        ccb->scb->stream_delete = delete;
    else
        ccb->node->delete_pending = delete;
    ccb->posix_delete = delete && (flags & FILE_DISPOSITION_POSIX_SEMANTICS);
    pthread_mutex_unlock(&ccb->scb->lock);
    if (!(flags & FILE_DISPOSITION_ON_CLOSE))
        ccb->file->DeletePending = delete;
}

NTSTATUS hostfs_set_disposition(struct hostfs_ccb *ccb, struct io_operation *op, ULONG flags)
{
    if (ccb->scb->name == NULL && is_removed(ccb))
        return hostfs_done(op, STATUS_FILE_DELETED, 0);
    if (flags & FILE_DISPOSITION_DELETE) {
        NTSTATUS status = check_delete(ccb, op, flags);
        if (status != STATUS_SUCCESS)
            return status;
    }
    change_disposition(ccb, flags);
    ccb->front_end_delete = ccb->posix_delete && op->linux_side != NULL;
    return hostfs_done(op, STATUS_SUCCESS, 0);
}
