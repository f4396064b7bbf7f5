/* IRP_MJ_WRITE: a message goes to the oldest waiting read that it fits, else into the queue; never waits
 * (M-102 to M-111). */
#include "msfs/inner.h"

#include <string.h>

struct message {
    const void *bytes;
    ULONG length;
    struct msfs_block *block; /* prepared without the lock when large */
};

/* Reads that a write ends. */
struct ended {
    LIST_ENTRY too_small;
    struct msfs_read *served;
};

static ULONG room_in(const struct msfs_read *read)
{
    return read->op->iopb.Parameters.Read.Length;
}

/* M-93, M-104: the lock is held and reads wait. True when one has taken the message. */
static bool serve(struct msfs_slot *slot, const struct message *message, struct ended *ended)
{
    for (struct msfs_read *read; (read = msfs_wait_take(slot, NULL));) {
        if (room_in(read) >= message->length) {
            ended->served = read;
            slot->counters.read++;
            return true;
        }
        slot->counters.too_small++;
        InsertTailList(&ended->too_small, &read->links);
    }
    return false;
}

static void finish(const struct message *message, struct ended *ended)
{
    while (!IsListEmpty(&ended->too_small)) {
        struct msfs_read *read =
            CONTAINING_RECORD(RemoveHeadList(&ended->too_small), struct msfs_read, links);
        msfs_wait_end(read, STATUS_BUFFER_TOO_SMALL, 0);
    }
    if (!ended->served)
        return;
    FLT_PARAMETERS *p = &ended->served->op->iopb.Parameters;
    if (message->length)
        memcpy(msfs_buffer(p->Read.MdlAddress, p->Read.ReadBuffer), message->bytes, message->length);
    msfs_wait_end(ended->served, STATUS_SUCCESS, message->length);
}

/* M-106: in whole or not at all, and at once. */
static NTSTATUS check_room(const struct msfs_slot *slot, ULONG length)
{
    uint64_t after = slot->queue.bytes + length;
    if (msfs_settings.enforce_quota && slot->quota && after > slot->quota)
        return STATUS_QUOTA_EXCEEDED;
    return after > msfs_settings.slot_bytes ? STATUS_QUOTA_EXCEEDED : STATUS_SUCCESS;
}

static NTSTATUS enqueue(struct msfs_slot *slot, struct message *message)
{
    NTSTATUS status = check_room(slot, message->length);
    if (!NT_SUCCESS(status))
        return status;
    if (message->block)
        msfs_queue_put_block(&slot->queue, message->block);
    else if (!msfs_queue_put(&slot->queue, message->bytes, message->length))
        return STATUS_INSUFFICIENT_RESOURCES; /* M-107 */
    message->block = NULL;
    if (slot->state == MSFS_EMPTY) {
        msfs_slot_enter(slot, MSFS_FILLED);
        msfs_slot_tell(slot, false);
    }
    return STATUS_SUCCESS;
}

/* The lock is held. */
static NTSTATUS deposit(struct msfs_slot *slot, struct message *message, struct ended *ended)
{
    switch ((enum msfs_state)slot->state) {
    case MSFS_CLOSED:
        return msfs_settings.stale_status; /* M-124 */
    case MSFS_WAITED:
        return serve(slot, message, ended) ? STATUS_SUCCESS : enqueue(slot, message);
    case MSFS_EMPTY:
    case MSFS_FILLED:
        return enqueue(slot, message);
    }
    return STATUS_INVALID_DEVICE_STATE;
}

/* A large message is copied before the lock is taken, unless a read seems to wait: that one takes it from the
 * writer's buffer. */
static NTSTATUS prepare(struct msfs_slot *slot, struct message *message)
{
    enum msfs_state state = msfs_slot_state(slot);
    if (message->length < MSFS_LARGE_MESSAGE || state == MSFS_CLOSED || state == MSFS_WAITED)
        return STATUS_SUCCESS;
    message->block = msfs_block_prepare(message->bytes, message->length);
    return message->block ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS write_message(struct msfs_slot *slot, struct message *message)
{
    struct ended ended = {0};
    InitializeListHead(&ended.too_small);
    NTSTATUS status = prepare(slot, message);
    ke_lock(&slot->lock);
    if (NT_SUCCESS(status))
        status = deposit(slot, message, &ended);
    if (NT_SUCCESS(status))
        slot->counters.written++;
    else
        slot->counters.refused++;
    ke_unlock(&slot->lock);
    finish(message, &ended);
    msfs_block_drop(message->block);
    return status;
}

NTSTATUS msfs_write(struct msfs_open *open, struct io_operation *op)
{
    struct msfs_slot *slot = open->slot;
    ULONG length = op->iopb.Parameters.Write.Length;
    if (open->kind != MSFS_CLIENT)
        return msfs_done(op, STATUS_INVALID_PARAMETER, 0); /* M-103 */
    if (slot->maximum && length > slot->maximum && msfs_slot_state(slot) != MSFS_CLOSED) {
        ke_lock(&slot->lock);
        slot->counters.refused++;
        ke_unlock(&slot->lock);
        return msfs_done(op, msfs_settings.oversize_status, 0);
    }
    struct message message = {
        .bytes = msfs_buffer(op->iopb.Parameters.Write.MdlAddress, op->iopb.Parameters.Write.WriteBuffer),
        .length = length};
    NTSTATUS status = write_message(slot, &message);
    return msfs_done(op, status, NT_SUCCESS(status) ? length : 0);
}
