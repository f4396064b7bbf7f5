/*
 * Messages in blocks (queue.h). Each message is its length and its bytes, rounded up to eight; a block is
 * filled from front to back and freed, or kept for the next fill, when all in it has been read. Blocks double
 * from 512 bytes to 64 KiB, so a slot with little in it is small and a full one allocates seldom. The bound
 * counts blocks, not messages: it is touched when memory is.
 */
#include "msfs/queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST 512u
#define LARGEST 65536u
/* An empty queue keeps its last block when that is small, or while all queues together are. */
#define KEEP_BELOW (32u << 20)

struct msfs_block {
    struct msfs_block *next;
    uint32_t size;          /* of bytes[] */
    uint32_t filled, taken; /* offsets in it */
    _Alignas(8) unsigned char bytes[];
};

struct header {
    uint32_t length;
    uint32_t reserved;
};

size_t msfs_queue_bound = SIZE_MAX;
static size_t memory; /* __atomic: of all blocks */

size_t msfs_queue_memory(void)
{
    return __atomic_load_n(&memory, __ATOMIC_RELAXED);
}

/* ---- blocks ---- */

static size_t room_of(uint32_t length)
{
    return sizeof(struct header) + (((size_t)length + 7) & ~(size_t)7);
}

static bool take_memory(size_t bytes)
{
    size_t now = __atomic_add_fetch(&memory, bytes, __ATOMIC_RELAXED);
    if (now <= __atomic_load_n(&msfs_queue_bound, __ATOMIC_RELAXED))
        return true;
    __atomic_sub_fetch(&memory, bytes, __ATOMIC_RELAXED);
    return false;
}

static void give_memory(size_t bytes)
{
    __atomic_sub_fetch(&memory, bytes, __ATOMIC_RELAXED);
}

static struct msfs_block *new_block(size_t size)
{
    size_t whole = sizeof(struct msfs_block) + size;
    if (size > UINT32_MAX || !take_memory(whole))
        return NULL;
    struct msfs_block *block = malloc(whole);
    if (!block) {
        give_memory(whole);
        return NULL;
    }
    block->next = NULL;
    block->size = (uint32_t)size;
    block->filled = block->taken = 0;
    return block;
}

static void free_block(struct msfs_block *block)
{
    give_memory(sizeof *block + block->size);
    free(block);
}

void msfs_block_drop(struct msfs_block *block)
{
    while (block) {
        struct msfs_block *next = block->next;
        free_block(block);
        block = next;
    }
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
    struct msfs_block *block = new_block(room_of(length));
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
        free_block(queue->tail);
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
    block = new_block(size);
    return block || size == room ? block
                                 : new_block(room); /* near the bound one of just this size may still go in */
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
        free_block(block);
}

/* An empty queue keeps one block, not two. */
static void settle(struct msfs_queue *queue)
{
    if (queue->messages || !queue->spare || (!queue->tail && worth_keeping(queue->spare)))
        return;
    free_block(queue->spare);
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
