/*
 * The messages of a slot: a queue of whole messages in blocks of memory that grow with what is queued, and
 * the bound on all queues together. A queue has no lock of its own: its slot's guards it.
 */
#ifndef OFM_MSFS_QUEUE_H
#define OFM_MSFS_QUEUE_H

#include <fltkernel.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct msfs_block;

struct msfs_queue {
    struct msfs_block *head, *tail; /* read at head, written at tail */
    struct msfs_block *spare;       /* an empty one, so that a steady flow allocates nothing */
    uint64_t bytes;                 /* of data */
    uint32_t messages;
};

/* A message that is put in a block of its own before the slot's lock is taken, as copying it takes long. */
#define MSFS_LARGE_MESSAGE 16384u
struct msfs_block *msfs_block_prepare(
    const void *bytes, uint32_t length);        /* NULL: no memory, or the bound is reached */
void msfs_block_drop(struct msfs_block *block); /* NULL is nothing */

/* Copies the message in. False: no memory, or the bound is reached; the queue is as it was. */
bool msfs_queue_put(struct msfs_queue *queue, const void *bytes, uint32_t length);
/* The same with a prepared block, which cannot fail. */
void msfs_queue_put_block(struct msfs_queue *queue, struct msfs_block *block);
/* The first message: false when there is none. *bytes stays valid until the next call on the queue. */
bool msfs_queue_first(const struct msfs_queue *queue, const void **bytes, uint32_t *length);
/* Takes the first message away. A large one's block is given to the caller in *block, its bytes to be copied
 * without the lock and then dropped; else *block is NULL. block NULL: never. */
void msfs_queue_pop(struct msfs_queue *queue, struct msfs_block **block);
/* Empties it: a chain to be dropped without the lock. */
struct msfs_block *msfs_queue_clear(struct msfs_queue *queue);

/* Memory of all queues now, and the bound. */
size_t msfs_queue_memory(void);
extern size_t msfs_queue_bound;

#endif
