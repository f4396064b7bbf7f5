/*
 * Byte-range locks (V-188 to V-190): mandatory, owned by (file object, key). A stream without locks costs reads and writes one
 * atomic load. Waiting requests are granted in order when a lock goes; whoever takes one off the list completes it.
 */
#include "hostfs/hostfs.h"

#include <stdlib.h>

struct range {
    LIST_ENTRY links;
    struct hostfs_ccb *ccb;
    LONGLONG start;
    ULONGLONG length;
    ULONG key;
    bool exclusive;
    PEPROCESS process;
};

/* The operation's cancel state decides who finishes it: who clears it grants, the cancel routine otherwise ends it. */
struct waiter {
    struct range range;        /* range.links is in scb->range_waiters */
    struct hostfs_scb *scb;    /* referenced */
    struct io_operation *op;
};

static bool overlaps(const struct range *a, LONGLONG start, ULONGLONG length)
{
    if (a->length == 0 || length == 0)
        return false;
    ULONGLONG first = (ULONGLONG)a->start, second = (ULONGLONG)start;
    return first <= second + (length - 1) && second <= first + (a->length - 1);
}

static bool is_owner(const struct range *range, const struct hostfs_ccb *ccb, ULONG key)
{
    return range->ccb == ccb && range->key == key;
}

static struct range *range_at(LIST_ENTRY *link)
{
    return CONTAINING_RECORD(link, struct range, links);
}

/* An exclusive lock suits nobody, its own owner included. */
static bool conflicts(struct hostfs_scb *scb, const struct range *wanted)
{
    for (LIST_ENTRY *link = scb->ranges.Flink; link != &scb->ranges; link = link->Flink) {
        struct range *held = range_at(link);
        if ((held->exclusive || wanted->exclusive) && overlaps(held, wanted->start, wanted->length))
            return true;
    }
    return false;
}

static int hold(struct hostfs_scb *scb, const struct range *wanted)
{
    struct range *range = malloc(sizeof *range);
    if (range == NULL)
        return -1;
    *range = *wanted;
    InsertTailList(&scb->ranges, &range->links);
    __atomic_add_fetch(&scb->range_locks, 1, __ATOMIC_RELEASE);
    return 0;
}

/* ---- waiting ---- */

static void finish(struct waiter *waiter, NTSTATUS status)
{
    hostfs_done(waiter->op, status, 0);
    io_complete(waiter->op);
    hostfs_scb_release(waiter->scb);
    free(waiter);
}

static void cancelled(struct io_operation *op, void *context)
{
    struct waiter *waiter = context;
    pthread_mutex_lock(&waiter->scb->lock);
    RemoveEntryList(&waiter->range.links);
    pthread_mutex_unlock(&waiter->scb->lock);
    finish(waiter, STATUS_CANCELLED);
}

/* Called with scb->lock held, which keeps the cancel routine back until the waiter stands in the list. */
static NTSTATUS wait_for(struct hostfs_scb *scb, struct io_operation *op, const struct range *wanted)
{
    struct waiter *waiter = calloc(1, sizeof *waiter);
    if (waiter == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    waiter->range = *wanted;
    waiter->scb = scb;
    waiter->op = op;
    if (!io_set_cancel(op, cancelled, waiter)) {
        free(waiter);
        return STATUS_CANCELLED;
    }
    hostfs_scb_reference(scb);
    InsertTailList(&scb->range_waiters, &waiter->range.links);
    return STATUS_PENDING;
}

/* The first waiter that can have its lock, taken off the list; NULL: none. Waiters of a leaving handle get none. */
static struct waiter *take_grantable(struct hostfs_scb *scb, struct hostfs_ccb *leaving, NTSTATUS *status)
{
    for (LIST_ENTRY *link = scb->range_waiters.Flink; link != &scb->range_waiters; link = link->Flink) {
        struct waiter *waiter = CONTAINING_RECORD(range_at(link), struct waiter, range);
        bool gone = leaving && waiter->range.ccb == leaving;
        if ((!gone && conflicts(scb, &waiter->range)) || !io_clear_cancel(waiter->op))
            continue;
        *status = gone ? STATUS_RANGE_NOT_LOCKED : hold(scb, &waiter->range) == 0 ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
        RemoveEntryList(link);
        return waiter;
    }
    return NULL;
}

static void grant_waiters(struct hostfs_scb *scb, struct hostfs_ccb *leaving)
{
    for (;;) {
        NTSTATUS status;
        pthread_mutex_lock(&scb->lock);
        struct waiter *waiter = take_grantable(scb, leaving, &status);
        pthread_mutex_unlock(&scb->lock);
        if (waiter == NULL)
            return;
        finish(waiter, status);
    }
}

/* ---- the minor functions ---- */

static NTSTATUS lock_range(struct hostfs_ccb *ccb, struct io_operation *op)
{
    struct range wanted = {.ccb = ccb, .start = op->iopb.Parameters.LockControl.ByteOffset.QuadPart,
        .length = (ULONGLONG)op->iopb.Parameters.LockControl.Length->QuadPart, .key = op->iopb.Parameters.LockControl.Key,
        .exclusive = op->iopb.Parameters.LockControl.ExclusiveLock, .process = op->iopb.Parameters.LockControl.ProcessId};
    if (wanted.start < 0 || (wanted.length && (ULONGLONG)wanted.start + (wanted.length - 1) < (ULONGLONG)wanted.start))
        return hostfs_done(op, STATUS_INVALID_LOCK_RANGE, 0);
    NTSTATUS status;
    pthread_mutex_lock(&ccb->scb->lock);
    if (!conflicts(ccb->scb, &wanted))
        status = hold(ccb->scb, &wanted) == 0 ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    else if (op->iopb.Parameters.LockControl.FailImmediately)
        status = STATUS_LOCK_NOT_GRANTED;
    else
        status = wait_for(ccb->scb, op, &wanted);
    pthread_mutex_unlock(&ccb->scb->lock);
    return status == STATUS_PENDING ? status : hostfs_done(op, status, 0);
}

typedef bool match_fn(const struct range *range, const struct hostfs_ccb *ccb, const struct io_operation *op);

static bool match_single(const struct range *range, const struct hostfs_ccb *ccb, const struct io_operation *op)
{
    return is_owner(range, ccb, op->iopb.Parameters.LockControl.Key) &&
           range->start == op->iopb.Parameters.LockControl.ByteOffset.QuadPart &&
           range->length == (ULONGLONG)op->iopb.Parameters.LockControl.Length->QuadPart;
}

static bool match_all(const struct range *range, const struct hostfs_ccb *ccb, const struct io_operation *op)
{
    return range->ccb == ccb;
}

static bool match_key(const struct range *range, const struct hostfs_ccb *ccb, const struct io_operation *op)
{
    return is_owner(range, ccb, op->iopb.Parameters.LockControl.Key);
}

static unsigned unlock(struct hostfs_ccb *ccb, const struct io_operation *op, match_fn *matches, bool once)
{
    struct hostfs_scb *scb = ccb->scb;
    unsigned freed = 0;
    pthread_mutex_lock(&scb->lock);
    for (LIST_ENTRY *link = scb->ranges.Flink, *next; link != &scb->ranges && !(once && freed); link = next) {
        next = link->Flink;
        if (!matches(range_at(link), ccb, op))
            continue;
        RemoveEntryList(link);
        free(range_at(link));
        __atomic_sub_fetch(&scb->range_locks, 1, __ATOMIC_RELEASE);
        freed++;
    }
    pthread_mutex_unlock(&scb->lock);
    return freed;
}

NTSTATUS hostfs_lock_control(struct hostfs_ccb *ccb, struct io_operation *op)
{
    UCHAR minor = op->iopb.MinorFunction;
    if (ccb->scb == NULL || ccb->scb->stream.is_directory)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    if (minor == IRP_MN_LOCK)
        return lock_range(ccb, op);
    match_fn *matches = minor == IRP_MN_UNLOCK_SINGLE ? match_single : minor == IRP_MN_UNLOCK_ALL ? match_all
        : minor == IRP_MN_UNLOCK_ALL_BY_KEY ? match_key : NULL;
    if (matches == NULL)
        return hostfs_done(op, STATUS_INVALID_DEVICE_REQUEST, 0);
    unsigned freed = unlock(ccb, op, matches, minor == IRP_MN_UNLOCK_SINGLE);
    grant_waiters(ccb->scb, NULL);
    return hostfs_done(op, freed || minor != IRP_MN_UNLOCK_SINGLE ? STATUS_SUCCESS : STATUS_RANGE_NOT_LOCKED, 0);
}

/* V-104: a handle's locks end with its clean-up, and so does its waiting for some. */
void hostfs_unlock_all(struct hostfs_ccb *ccb, PEPROCESS process)
{
    pthread_mutex_lock(&ccb->scb->lock);
    bool any = !IsListEmpty(&ccb->scb->ranges) || !IsListEmpty(&ccb->scb->range_waiters);
    pthread_mutex_unlock(&ccb->scb->lock);
    if (!any)
        return;
    unlock(ccb, NULL, match_all, false);
    grant_waiters(ccb->scb, ccb);
}

/* V-190: the front end's transfers obey native locks only. A shared lock keeps everybody from writing. */
bool hostfs_range_blocked(struct hostfs_ccb *ccb, struct io_operation *op, LONGLONG offset, ULONG length, bool write)
{
    ULONG key = write ? op->iopb.Parameters.Write.Key : op->iopb.Parameters.Read.Key;
    bool blocked = false;
    pthread_mutex_lock(&ccb->scb->lock);
    for (LIST_ENTRY *link = ccb->scb->ranges.Flink; link != &ccb->scb->ranges && !blocked; link = link->Flink) {
        struct range *held = range_at(link);
        if ((ccb->front_end && held->ccb->front_end) || !overlaps(held, offset < 0 ? INT64_MAX - length : offset, length))
            continue;
        blocked = held->exclusive ? !is_owner(held, ccb, key) : write;
    }
    pthread_mutex_unlock(&ccb->scb->lock);
    return blocked;
}
