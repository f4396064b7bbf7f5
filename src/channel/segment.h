/*
 * The memory that the manager shares with a client: sealed at its final size, sparse, made by the manager
 * alone. What stands in it was written by somebody who is not trusted. Adding needs the owner's lock, looking
 * up none.
 */
#ifndef OFM_CHANNEL_SEGMENT_H
#define OFM_CHANNEL_SEGMENT_H

#include "channel/layout.h"

struct chan_segments {
    unsigned count; /* __atomic: grows only */
    struct {
        uint8_t *base;
        size_t size;
        int fd;
    } each[CHAN_MAX_SEGMENTS];
};

/* One more of `size` bytes, rounded up to pages: its number, or a negative errno. *fd stays the segments'. */
int chan_segments_add(struct chan_segments *segments, size_t size, int *fd);
void chan_segments_destroy(struct chan_segments *segments);
size_t chan_segments_bytes(const struct chan_segments *segments);
/* The address of a range that lies inside its segment, and not in the first `reserved` bytes of segment 0;
 * else NULL. */
void *chan_segments_map(const struct chan_segments *segments, uint32_t reserved, uint32_t segment,
    uint32_t offset, uint32_t length);

#endif
