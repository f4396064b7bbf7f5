/*
 * Reads that wait for a message. Four may want to end one: a writer, its timeout, its cancellation, the end
 * of its file. Who takes it out of the slot's list under the slot's lock and gets its cancel routine back
 * completes it; a read whose cancel routine has been called already is left to that routine. The record
 * outlives its operation while its timer's DPC may still run.
 */
#include "msfs/inner.h"

#include <assert.h>
#include <stdlib.h>

static void release(struct msfs_read *read)
{
    if (__atomic_sub_fetch(&read->references, 1, __ATOMIC_ACQ_REL))
        return;
    struct msfs_slot *slot = read->slot;
    ke_lock(&slot->lock);
    bool kept = !slot->spare_read && slot->state != MSFS_CLOSED;
    if (kept)
        slot->spare_read = read;
    ke_unlock(&slot->lock);
    if (!kept)
        free(read);
    msfs_slot_release(slot);
}

/* ---- taking out; the lock is held ---- */

static void unlink_read(struct msfs_slot *slot, struct msfs_read *read)
{
    RemoveEntryList(&read->links);
    read->waiting = false;
    slot->waiting--;
    if (IsListEmpty(&slot->reads) && slot->state == MSFS_WAITED)
        msfs_slot_enter(slot, MSFS_EMPTY);
}

struct msfs_read *msfs_wait_take(struct msfs_slot *slot, PFILE_OBJECT file)
{
    for (PLIST_ENTRY e = slot->reads.Flink, next; e != &slot->reads; e = next) {
        struct msfs_read *read = CONTAINING_RECORD(e, struct msfs_read, links);
        next = e->Flink;
        if (file && read->op->iopb.TargetFileObject != file)
            continue;
        bool mine = io_clear_cancel(read->op);
        unlink_read(slot, read);
        if (mine)
            return read;
    }
    return NULL;
}

/* ---- the end ---- */

void msfs_wait_end(struct msfs_read *read, NTSTATUS status, ULONG_PTR information)
{
    struct io_operation *op = read->op;
    if (read->timed && KeCancelTimer(&read->timer))
        release(read); /* the timer's; else its DPC has been queued and drops it */
    release(read);
    msfs_done(op, status, information);
    io_complete(op);
}

static void cancelled(struct io_operation *op, void *context)
{
    struct msfs_read *read = context;
    struct msfs_slot *slot = read->slot;
    ke_lock(&slot->lock);
    if (read->waiting)
        unlink_read(slot, read);
    ke_unlock(&slot->lock);
    msfs_wait_end(read, STATUS_CANCELLED, 0); /* M-97 */
}

/* At DISPATCH_LEVEL, as on Windows. */
static VOID timed_out(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    struct msfs_read *read = context;
    struct msfs_slot *slot = read->slot;
    ke_lock(&slot->lock);
    bool mine = read->waiting && io_clear_cancel(read->op);
    if (mine) {
        unlink_read(slot, read);
        slot->counters.timed_out++;
    }
    ke_unlock(&slot->lock);
    if (mine)
        msfs_wait_end(read, STATUS_IO_TIMEOUT, 0);
    release(read);
}

/* ---- the start; the lock is held ---- */

static struct msfs_read *new_read(struct msfs_slot *slot, struct io_operation *op)
{
    struct msfs_read *read = slot->spare_read;
    slot->spare_read = NULL;
    if (!read && (read = malloc(sizeof *read)) == NULL)
        return NULL;
    read->op = op;
    read->slot = slot;
    read->references = 1;
    read->timed = slot->timeout.QuadPart != MSFS_FOREVER;
    read->waiting = false;
    return read;
}

static void arm(struct msfs_read *read, LARGE_INTEGER timeout)
{
    read->references = 2;
    KeInitializeTimer(&read->timer);
    KeInitializeDpc(&read->dpc, timed_out, read);
    KeSetTimer(&read->timer, timeout, &read->dpc); /* a DPC that runs at once waits for the lock */
}

NTSTATUS msfs_wait_start(struct msfs_slot *slot, struct io_operation *op)
{
    struct msfs_read *read = new_read(slot, op);
    if (!read)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (!io_set_cancel(op, cancelled, read)) {
        slot->spare_read = read;
        return STATUS_CANCELLED;
    }
    msfs_slot_reference(slot);
    InsertTailList(&slot->reads, &read->links);
    read->waiting = true;
    slot->waiting++;
    if (slot->state == MSFS_EMPTY)
        msfs_slot_enter(slot, MSFS_WAITED);
    if (read->timed)
        arm(read, slot->timeout); /* M-78: this one keeps it, whatever is set later */
    return STATUS_PENDING;
}
