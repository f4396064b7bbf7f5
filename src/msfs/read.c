/* IRP_MJ_READ: one whole message or none (M-88 to M-101). */
#include "msfs/inner.h"

#include <string.h>

struct taken {
    const void *bytes;
    uint32_t length;
    struct msfs_block *block; /* a large one's own memory, copied and dropped without the lock */
};

/* The slot is FILLED and its lock held. A message that does not fit stays (M-92). */
static NTSTATUS take_first(struct msfs_slot *slot, void *buffer, ULONG room, struct taken *taken)
{
    msfs_queue_first(&slot->queue, &taken->bytes, &taken->length);
    if (taken->length > room) {
        slot->counters.too_small++;
        return STATUS_BUFFER_TOO_SMALL;
    }
    if (taken->length < MSFS_LARGE_MESSAGE && taken->length)
        memcpy(buffer, taken->bytes, taken->length);
    msfs_queue_pop(&slot->queue, &taken->block);
    slot->counters.read++;
    if (!slot->queue.messages)
        msfs_slot_enter(slot, MSFS_EMPTY);
    return STATUS_SUCCESS;
}

/* Nothing is there: the slot's timeout decides (M-06 of section 0.4, M-88). */
static NTSTATUS wait_for_one(struct msfs_slot *slot, struct io_operation *op)
{
    if (slot->timeout.QuadPart == 0) {
        slot->counters.timed_out++;
        return STATUS_IO_TIMEOUT;
    }
    return msfs_wait_start(slot, op);
}

NTSTATUS msfs_read(struct msfs_open *open, struct io_operation *op)
{
    struct msfs_slot *slot = open->slot;
    void *buffer = msfs_buffer(op->iopb.Parameters.Read.MdlAddress, op->iopb.Parameters.Read.ReadBuffer);
    struct taken taken = {0};
    NTSTATUS status;
    if (open->kind != MSFS_SERVER)
        return msfs_done(op, STATUS_INVALID_PARAMETER, 0); /* M-95 */
    ke_lock(&slot->lock);
    switch ((enum msfs_state)slot->state) {
    case MSFS_FILLED:
        status = take_first(slot, buffer, op->iopb.Parameters.Read.Length, &taken);
        break;
    case MSFS_EMPTY:
    case MSFS_WAITED:
        status = wait_for_one(slot, op);
        break;
    default: /* MSFS_CLOSED: after the cleanup, or the volume is gone */
        status = STATUS_FILE_FORCED_CLOSED;
        break;
    }
    ke_unlock(&slot->lock);
    if (status == STATUS_PENDING)
        return status;
    if (taken.block) {
        memcpy(buffer, taken.bytes, taken.length);
        msfs_block_drop(taken.block);
    }
    return msfs_done(op, status, NT_SUCCESS(status) ? taken.length : 0);
}
