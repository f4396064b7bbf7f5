/* The memory that messages stand in: blocks, counted all together against the bound. queue.c fills and empties them. Any thread. */
#ifndef OFM_MSFS_BLOCK_H
#define OFM_MSFS_BLOCK_H

#include <stddef.h>
#include <stdint.h>

struct msfs_block {
    struct msfs_block *next;
    uint32_t size;          /* of bytes[]: what was asked for, though there may be more */
    uint32_t filled, taken; /* offsets in it */
    uint32_t whole;         /* memory that it takes */
    _Alignas(8) unsigned char bytes[];
};

/* An empty one with `size` bytes. NULL without memory, or beyond msfs_queue_bound. */
struct msfs_block *msfs_block_new(size_t size);
void msfs_block_free(struct msfs_block *block);

#endif
