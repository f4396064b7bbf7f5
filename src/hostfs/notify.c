/*
 * IRP_MN_NOTIFY_CHANGE_DIRECTORY for this manager's own changes (V-193). A watch begins with a handle's first request and lives
 * until its clean-up; what happens between two requests is kept, and what does not fit is told as STATUS_NOTIFY_ENUM_DIR.
 * Everything under volume->watching; operations are completed after it is released.
 */
#include "hostfs/hostfs.h"
#include "rtl/hot.h"

#include <stdlib.h>
#include <string.h>

#define KEPT_MOST 65536

struct hostfs_watch {
    LIST_ENTRY links;
    struct hostfs_volume *volume;
    struct io_node *directory; /* the ccb's */
    struct io_operation *op;   /* pended, or NULL */
    uint32_t references;       /* the ccb's, and one for each pended operation's cancel routine */
    ULONG filter;
    bool tree, overflow;
    char *kept;                /* FILE_NOTIFY_INFORMATION records */
    ULONG size, used, last;
};

static void drop(struct hostfs_watch *watch)
{
    if (__atomic_sub_fetch(&watch->references, 1, __ATOMIC_ACQ_REL) == 0) {
        free(watch->kept);
        free(watch);
    }
}

/* ---- keeping ---- */

static void keep(struct hostfs_watch *watch, const char16_t *name, ULONG bytes, ULONG action)
{
    ULONG at = (watch->used + 3) & ~3u, fixed = FIELD_OFFSET(FILE_NOTIFY_INFORMATION, FileName);
    if (watch->overflow || at + fixed + bytes > watch->size) {
        watch->overflow = true;
        watch->used = 0;
        return;
    }
    PFILE_NOTIFY_INFORMATION entry = (void *)(watch->kept + at);
    entry->NextEntryOffset = 0;
    entry->Action = action;
    entry->FileNameLength = bytes;
    memcpy(entry->FileName, name, bytes);
    if (watch->used)
        ((PFILE_NOTIFY_INFORMATION)(void *)(watch->kept + watch->last))->NextEntryOffset = at - watch->last;
    watch->last = at;
    watch->used = at + fixed + bytes;
}

static NTSTATUS answer(struct hostfs_watch *watch, struct io_operation *op)
{
    ULONG length = op->iopb.Parameters.DirectoryControl.NotifyDirectory.Length, used = watch->used;
    void *buffer = hostfs_buffer(op->iopb.Parameters.DirectoryControl.NotifyDirectory.MdlAddress,
        op->iopb.Parameters.DirectoryControl.NotifyDirectory.DirectoryBuffer);
    bool fits = !watch->overflow && used <= length && buffer;
    if (fits)
        memcpy(buffer, watch->kept, used);
    watch->used = 0;
    watch->overflow = false;
    return fits ? hostfs_done(op, STATUS_SUCCESS, used) : hostfs_done(op, STATUS_NOTIFY_ENUM_DIR, 0);
}

/* ---- events ---- */

/* The pended request, unless its cancel routine has been called: that one completes it then. */
static struct io_operation *take_pended(struct hostfs_watch *watch)
{
    struct io_operation *op = watch->op;
    if (op == NULL || !io_clear_cancel(op))
        return NULL;
    watch->op = NULL;
    __atomic_sub_fetch(&watch->references, 1, __ATOMIC_RELAXED); /* the routine's; the ccb's is still there */
    return op;
}

static bool concerns(const struct hostfs_watch *watch, struct io_node *parent, ULONG filter)
{
    return (watch->filter & filter) && (parent == watch->directory || (watch->tree && hostfs_node_is_below(parent, watch->directory)));
}

/* The name relative to the watched directory, of a full path. */
static void tell(struct hostfs_watch *watch, PCUNICODE_STRING path, ULONG action)
{
    UNICODE_STRING top;
    if (hostfs_node_path(watch->directory, NULL, &top) < 0) {
        watch->overflow = true;
        return;
    }
    USHORT skip = top.Length == sizeof(char16_t) ? top.Length : (USHORT)(top.Length + sizeof(char16_t));
    if (path->Length > skip)
        keep(watch, path->Buffer + skip / sizeof(char16_t), path->Length - skip, action);
    ExFreePool(top.Buffer);
}

#define AT_ONCE 16

static unsigned collect(struct hostfs_volume *volume, struct io_node *parent, PCUNICODE_STRING path, ULONG filter, ULONG action,
    struct io_operation *done[AT_ONCE])
{
    unsigned count = 0;
    for (LIST_ENTRY *link = volume->watches.Flink; link != &volume->watches && count < AT_ONCE; link = link->Flink) {
        struct hostfs_watch *watch = CONTAINING_RECORD(link, struct hostfs_watch, links);
        if (!concerns(watch, parent, filter))
            continue;
        tell(watch, path, action);
        /* the two halves of a rename belong into one answer */
        if (action == FILE_ACTION_RENAMED_OLD_NAME || (watch->used == 0 && !watch->overflow))
            continue;
        done[count] = take_pended(watch);
        if (done[count])
            answer(watch, done[count++]);
    }
    return count;
}

static __thread struct io_volume *native; /* the volume whose listeners are to hear of this thread's changes, or NULL */

static bool is_existence(ULONG action)
{
    return action == FILE_ACTION_ADDED || action == FILE_ACTION_REMOVED || action == FILE_ACTION_RENAMED_OLD_NAME ||
        action == FILE_ACTION_RENAMED_NEW_NAME;
}

static bool nobody_hears(struct hostfs_volume *volume)
{
    return __atomic_load_n(&volume->watch_count, __ATOMIC_ACQUIRE) == 0 && native == NULL;
}

void hostfs_notify_name(struct io_node *parent, const char *name, ULONG filter, ULONG action)
{
    struct hostfs_volume *volume = parent->volume;
    struct io_operation *done[AT_ONCE];
    UNICODE_STRING path;
    if (nobody_hears(volume) || hostfs_node_path(parent, name, &path) < 0)
        return;
    if (native != NULL)
        io_name_changed(native, &path, is_existence(action));
    pthread_mutex_lock(&volume->watching);
    unsigned count = collect(volume, parent, &path, filter, action, done);
    pthread_mutex_unlock(&volume->watching);
    ExFreePool(path.Buffer);
    for (unsigned i = 0; i < count; i++)
        io_complete(done[i]);
}

void hostfs_notify(struct io_node *node, ULONG filter, ULONG action)
{
    char name[HOSTFS_NAME_BYTES + 1];
    struct io_node *parent;
    if (nobody_hears(node->volume) || hostfs_node_name(node, name, &parent) < 0)
        return;
    hostfs_notify_name(parent, name, filter, action);
    hostfs_node_release(parent);
}

/* ---- what no front end asked for ---- */

OFM_HOT struct io_volume *hostfs_notify_begin(const struct io_operation *op, const struct hostfs_ccb *ccb)
{
    struct io_volume *before = native;
    UCHAR major = op->iopb.MajorFunction;
    bool end = major == IRP_MJ_CLEANUP || major == IRP_MJ_CLOSE; /* a name may go with the last handle, whoever asked for that */
    bool theirs = end ? ccb != NULL && ccb->front_end_delete : op->linux_side != NULL && (ccb == NULL || ccb->front_end);
    bool heard = __atomic_load_n(&op->volume->name_listeners, __ATOMIC_RELAXED) != 0;
    native = heard && !theirs ? op->volume : NULL;
    return before;
}

OFM_HOT void hostfs_notify_end(struct io_volume *before)
{
    native = before;
}

/* ---- requests ---- */

static void cancelled(struct io_operation *op, void *context)
{
    struct hostfs_watch *watch = context;
    pthread_mutex_lock(&watch->volume->watching);
    watch->op = NULL;
    pthread_mutex_unlock(&watch->volume->watching);
    hostfs_done(op, STATUS_CANCELLED, 0);
    io_complete(op);
    drop(watch);
}

static struct hostfs_watch *new_watch(struct hostfs_ccb *ccb, const struct io_operation *op)
{
    ULONG length = op->iopb.Parameters.DirectoryControl.NotifyDirectory.Length;
    struct hostfs_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL)
        return NULL;
    watch->size = length < KEPT_MOST ? length : KEPT_MOST;
    watch->kept = malloc(watch->size + 1);
    if (watch->kept == NULL)
        return free(watch), NULL;
    watch->volume = ccb->volume;
    watch->directory = ccb->node;
    watch->references = 1;
    watch->filter = op->iopb.Parameters.DirectoryControl.NotifyDirectory.CompletionFilter; /* fixed by the first request */
    watch->tree = op->iopb.OperationFlags & SL_WATCH_TREE;
    InsertTailList(&ccb->volume->watches, &watch->links);
    __atomic_add_fetch(&ccb->volume->watch_count, 1, __ATOMIC_RELEASE);
    return watch;
}

static NTSTATUS wait_locked(struct hostfs_ccb *ccb, struct io_operation *op)
{
    if (ccb->cleaned)
        return hostfs_done(op, STATUS_NOTIFY_CLEANUP, 0);
    if (ccb->watch == NULL && (ccb->watch = new_watch(ccb, op)) == NULL)
        return hostfs_done(op, STATUS_INSUFFICIENT_RESOURCES, 0);
    struct hostfs_watch *watch = ccb->watch;
    if (watch->used || watch->overflow)
        return answer(watch, op);
    if (watch->op)
        return hostfs_done(op, STATUS_INVALID_DEVICE_STATE, 0); /* one request at a time on a handle */
    if (!io_set_cancel(op, cancelled, watch))
        return hostfs_done(op, STATUS_CANCELLED, 0);
    __atomic_add_fetch(&watch->references, 1, __ATOMIC_RELAXED); /* the routine waits for our lock */
    watch->op = op;
    return STATUS_PENDING;
}

NTSTATUS hostfs_notify_wait(struct hostfs_ccb *ccb, struct io_operation *op)
{
    if (!S_ISDIR(ccb->node->type) || ccb->scb->name)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    if (op->iopb.MinorFunction == IRP_MN_NOTIFY_CHANGE_DIRECTORY_EX &&
        op->iopb.Parameters.DirectoryControl.NotifyDirectoryEx.DirectoryNotifyInformationClass != DirectoryNotifyInformation)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    pthread_mutex_lock(&ccb->volume->watching);
    NTSTATUS status = wait_locked(ccb, op);
    pthread_mutex_unlock(&ccb->volume->watching);
    return status;
}

void hostfs_notify_cleanup(struct hostfs_ccb *ccb)
{
    struct hostfs_volume *volume = ccb->volume;
    pthread_mutex_lock(&volume->watching);
    struct hostfs_watch *watch = ccb->watch;
    struct io_operation *op = NULL;
    ccb->watch = NULL;
    if (watch) {
        RemoveEntryList(&watch->links);
        __atomic_sub_fetch(&volume->watch_count, 1, __ATOMIC_RELEASE);
        op = take_pended(watch);
    }
    pthread_mutex_unlock(&volume->watching);
    if (op) {
        hostfs_done(op, STATUS_NOTIFY_CLEANUP, 0);
        io_complete(op);
    }
    if (watch)
        drop(watch);
}
