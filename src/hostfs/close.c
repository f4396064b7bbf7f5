/*
 * IRP_MJ_CLEANUP and IRP_MJ_CLOSE (V-104): at clean-up locks, notifications, share access and the pending delete end; close only
 * frees. Neither can fail; what the delete itself answered is kept for the front end.
 */
#include "hostfs/hostfs.h"
#include "ntoskrnl/ke/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The name may have changed since it was read: then once more. */
static int unlink_once(struct io_node *node, bool *again)
{
    char name[HOSTFS_NAME_BYTES + 1], now[HOSTFS_NAME_BYTES + 1];
    struct io_node *parent, *same;
    struct statx attributes;
    int error = hostfs_node_name(node, name, &parent);
    if (error < 0)
        return error;
    pthread_mutex_lock(&parent->entries);
    *again = hostfs_node_name(node, now, &same) < 0 || same != parent || strcmp(name, now) != 0;
    if (!*again) {
        error = hostfs_statx_at(parent->fd, name, &attributes);
        if (error == 0 && attributes.stx_ino != node->inode)
            error = -ENOENT; /* somebody below put another object here: not ours to delete */
        if (error == 0 && unlinkat(parent->fd, name, S_ISDIR(node->type) ? AT_REMOVEDIR : 0) != 0)
            error = -errno;
        if (error == 0 || error == -ENOENT)
            hostfs_node_forget_name(node);
    }
    pthread_mutex_unlock(&parent->entries);
    hostfs_node_release(same);
    hostfs_node_release(parent);
    return error;
}

int hostfs_unlink(struct io_node *node)
{
    bool again = false;
    int error;
    do
        error = unlink_once(node, &again);
    while (error == 0 && again);
    return error;
}

static void remove_link(struct hostfs_ccb *ccb, struct io_operation *op)
{
    struct io_node *node = ccb->node, *parent;
    char name[HOSTFS_NAME_BYTES + 1];
    bool named = hostfs_node_name(node, name, &parent) == 0;
    int error = hostfs_unlink(node);
    bool gone = error == 0 || error == -ENOENT;
    if (named && gone) /* not earlier: who hears it looks, and must not find it any more */
        hostfs_notify_name(parent, name, S_ISDIR(node->type) ? FILE_NOTIFY_CHANGE_DIR_NAME : FILE_NOTIFY_CHANGE_FILE_NAME,
            FILE_ACTION_REMOVED);
    if (named)
        hostfs_node_release(parent);
    if (gone)
        return;
    pthread_mutex_lock(&ccb->scb->lock);
    node->removed = node->delete_pending = false;
    pthread_mutex_unlock(&ccb->scb->lock);
    io_file_of(ccb->file)->cleanup_errno = -error;
    if (!ccb->front_end)
        ke_log(KE_LOG_WARNING, "hostfs: a file marked for deletion stays: %s", strerror(-error));
}

static void remove_stream(struct hostfs_ccb *ccb)
{
    int error = hostfs_stream_remove(ccb->node, ccb->scb->name);
    if (error < 0 && error != -ENODATA)
        io_file_of(ccb->file)->cleanup_errno = -error;
    hostfs_notify(ccb->node, FILE_NOTIFY_CHANGE_STREAM_NAME, FILE_ACTION_REMOVED_STREAM);
}

enum removal { REMOVE_NOTHING, REMOVE_LINK, REMOVE_STREAM };

/* V-185, V-187: a POSIX delete acts with the handle that asked, the other with the last handle of the link. */
static enum removal leave_stream(struct hostfs_ccb *ccb)
{
    struct hostfs_scb *scb = ccb->scb;
    struct io_node *node = ccb->node;
    enum removal removal = REMOVE_NOTHING;
    pthread_mutex_lock(&scb->lock);
    ccb->cleaned = true;
    RemoveEntryList(&ccb->links);
    InitializeListHead(&ccb->links);
    if (ccb->shared)
        IoRemoveShareAccess(ccb->file, &scb->share);
    __atomic_sub_fetch(&node->handles, 1, __ATOMIC_RELAXED);
    if (scb->name) {
        scb->stream_delete |= ccb->delete_on_close;
        if (scb->stream_delete && IsListEmpty(&scb->opens)) {
            scb->stream_delete = false;
            removal = REMOVE_STREAM;
        }
    } else {
        node->delete_pending |= ccb->delete_on_close;
        if (node->delete_pending && !node->removed && (ccb->posix_delete || node->handles == 0)) {
            node->removed = true;
            removal = REMOVE_LINK;
        }
    }
    pthread_mutex_unlock(&scb->lock);
    return removal;
}

NTSTATUS hostfs_cleanup(struct hostfs_ccb *ccb, struct io_operation *op)
{
    if (ccb->scb == NULL || ccb->cleaned)
        return hostfs_done(op, STATUS_SUCCESS, 0);
    hostfs_notify_cleanup(ccb);
    hostfs_unlock_all(ccb, NULL);
    enum removal removal = leave_stream(ccb);
    hostfs_oplock_cleanup(ccb);
    if (removal == REMOVE_LINK)
        remove_link(ccb, op);
    else if (removal == REMOVE_STREAM)
        remove_stream(ccb);
    ccb->file->Flags |= FO_CLEANUP_COMPLETE;
    return hostfs_done(op, STATUS_SUCCESS, 0);
}

NTSTATUS hostfs_close(struct hostfs_ccb *ccb, struct io_operation *op)
{
    PFILE_OBJECT file = ccb->file;
    if (ccb->scb && !ccb->cleaned)
        hostfs_cleanup(ccb, op);
    file->FsContext = file->FsContext2 = NULL;
    file->SectionObjectPointer = NULL;
    const int descriptors[] = {ccb->fd, ccb->read_fd, ccb->write_fd};
    for (size_t i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++)
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    hostfs_scan_free(ccb->scan);
    if (ccb->scb)
        hostfs_scb_release(ccb->scb);
    hostfs_node_release(ccb->node);
    free(ccb);
    return hostfs_done(op, STATUS_SUCCESS, 0);
}
