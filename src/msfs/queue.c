/*
 * Messages in blocks (queue.h). Each message is its length and its bytes, rounded up to eight; a block is
 * filled from front to back and freed, or kept for the next fill, when all in it has been read. Blocks double
 * from 512 bytes to 64 KiB, so a slot with little in it is small and a full one allocates seldom. The bound
 * counts blocks, not messages: it is touched when memory is.
 */
#include "msfs/queue.h"

#include "msfs/block.h"

#include <assert.h>
#include <string.h>

#define SMALLEST 512u
#define LARGEST (65536u - (unsigned)sizeof(struct msfs_block)) /* a size of block.c's */
/* An empty queue keeps its last block when that is small, or while all queues together are. */
#define KEEP_BELOW (32u << 20)

struct header {
    uint32_t length;
    uint32_t reserved;
};

static size_t room_of(uint32_t length)
{
    return sizeof(struct header) + (((size_t)length + 7) & ~(size_t)7);
}

static void fill(struct msfs_block *block, const void *bytes, uint32_t length)
{
    struct header header = {.length = length};
    memcpy(block->bytes + block->filled, &header, sizeof header);
    if (length)
        memcpy(block->bytes + block->filled + sizeof header, bytes, length);
    block->filled += (uint32_t)room_of(length);
}

struct msfs_block *msfs_block_prepare(const void *bytes, uint32_t length)
{
    struct msfs_block *block = msfs_block_new(room_of(length));
    if (block)
        fill(block, bytes, length);
    return block;
}

/* ---- putting ---- */

static void append(struct msfs_queue *queue, struct msfs_block *block)
{
    if (queue->tail)
        queue->tail->next = block;
    else
        queue->head = block;
    queue->tail = block;
}

/* Twice the last block, so that the number of allocations stays a logarithm of what is queued. */
static size_t next_size(const struct msfs_queue *queue, size_t room)
{
    size_t size = queue->tail ? (size_t)queue->tail->size * 2 : SMALLEST;
    size = size < SMALLEST ? SMALLEST : size > LARGEST ? LARGEST : size;
    return size < room ? room : size;
}

/* An empty block left by earlier messages: what comes in next takes its place. */
static void drop_empty_tail(struct msfs_queue *queue)
{
    if (queue->messages || !queue->tail)
        return;
    assert(queue->head == queue->tail);
    if (queue->spare)
        msfs_block_free(queue->tail);
    else
        queue->spare = queue->tail;
    queue->head = queue->tail = NULL;
}

static struct msfs_block *block_for(struct msfs_queue *queue, size_t room)
{
    size_t size = next_size(queue, room);
    drop_empty_tail(queue);
    struct msfs_block *block = queue->spare;
    if (block && block->size >= room) {
        queue->spare = NULL;
        return block;
    }
    block = msfs_block_new(size);
    return block || size == room ? block
                                 : msfs_block_new(room); /* near the bound one of just this size may still go in */
}

static bool make_room(struct msfs_queue *queue, size_t room)
{
    if (queue->tail && queue->tail->size - queue->tail->filled >= room)
        return true;
    struct msfs_block *block = block_for(queue, room);
    if (block)
        append(queue, block);
    return block != NULL;
}

static bool put_large(struct msfs_queue *queue, const void *bytes, uint32_t length)
{
    struct msfs_block *block = msfs_block_prepare(bytes, length);
    if (block)
        msfs_queue_put_block(queue, block);
    return block != NULL;
}

bool msfs_queue_put(struct msfs_queue *queue, const void *bytes, uint32_t length)
{
    if (length >= MSFS_LARGE_MESSAGE)
        return put_large(queue, bytes, length);
    if (!make_room(queue, room_of(length)))
        return false;
    fill(queue->tail, bytes, length);
    queue->messages++;
    queue->bytes += length;
    return true;
}

static uint32_t first_length(const struct msfs_block *block)
{
    struct header header;
    memcpy(&header, block->bytes + block->taken, sizeof header);
    return header.length;
}

void msfs_queue_put_block(struct msfs_queue *queue, struct msfs_block *block)
{
    drop_empty_tail(queue);
    append(queue, block);
    queue->messages++;
    queue->bytes += first_length(block);
}

/* ---- taking ---- */

bool msfs_queue_first(const struct msfs_queue *queue, const void **bytes, uint32_t *length)
{
    if (!queue->messages)
        return false;
    *length = first_length(queue->head);
    *bytes = queue->head->bytes + queue->head->taken + sizeof(struct header);
    return true;
}

static bool worth_keeping(const struct msfs_block *block)
{
    return block->size <= SMALLEST || (block->size <= LARGEST && msfs_queue_memory() < KEEP_BELOW);
}

/* Everything in it has been read: the last block starts anew, another one becomes the spare. */
static void retire(struct msfs_queue *queue, struct msfs_block *block)
{
    block->filled = block->taken = 0;
    if (block == queue->tail && worth_keeping(block))
        return;
    queue->head = block->next;
    if (!queue->head)
        queue->tail = NULL;
    block->next = NULL;
    if (!queue->spare && worth_keeping(block))
        queue->spare = block;
    else
        msfs_block_free(block);
}

/* An empty queue keeps one block, not two. */
static void settle(struct msfs_queue *queue)
{
    if (queue->messages || !queue->spare || (!queue->tail && worth_keeping(queue->spare)))
        return;
    msfs_block_free(queue->spare);
    queue->spare = NULL;
}

void msfs_queue_pop(struct msfs_queue *queue, struct msfs_block **out)
{
    struct msfs_block *block = queue->head;
    uint32_t length = first_length(block);
    block->taken += (uint32_t)room_of(length);
    queue->messages--;
    queue->bytes -= length;
    if (out)
        *out = NULL;
    if (block->taken < block->filled)
        return;
    if (out && length >= MSFS_LARGE_MESSAGE) { /* it had the block for itself */
        queue->head = block->next;
        if (!queue->head)
            queue->tail = NULL;
        block->next = NULL;
        *out = block;
    } else {
        retire(queue, block);
    }
    settle(queue);
}

struct msfs_block *msfs_queue_clear(struct msfs_queue *queue)
{
    struct msfs_block *chain = queue->head;
    if (queue->spare) {
        queue->spare->next = chain;
        chain = queue->spare;
    }
    *queue = (struct msfs_queue){0};
    return chain;
}
