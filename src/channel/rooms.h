/*
 * The client's side of shared memory: segments mapped, and rooms in them given out. The manager makes the
 * segments. Calls need the owner's lock but chan_rooms_address, which any thread may make for a room it owns.
 */
#ifndef OFM_CHANNEL_ROOMS_H
#define OFM_CHANNEL_ROOMS_H

#include "channel/layout.h"

#include <stdbool.h>

/* Asks the manager for one more segment of at least `size` bytes: its descriptor, or a negative errno. */
typedef int chan_grow_fn(void *context, size_t size);

#define CHAN_ROOM_CLASSES 26

struct chan_rooms {
    struct {
        uint8_t *base;
        size_t size;
        size_t used; /* bump pointer: what no class has had yet */
    } segments[CHAN_MAX_SEGMENTS];
    unsigned segment_count; /* __atomic for readers of addresses */
    struct chan_free_room *classes[CHAN_ROOM_CLASSES], *spare; /* spare: names no room */
    chan_grow_fn *grow;
    void *grow_context;
};

/* Maps a segment whose first `used` bytes are taken; takes the descriptor over. 0 or a negative errno. */
int chan_rooms_map(struct chan_rooms *rooms, int fd, size_t used);
void chan_rooms_destroy(struct chan_rooms *rooms);
/* Of one segment: all rooms are given back. */
void chan_rooms_renew(struct chan_rooms *rooms, size_t used);
/* False when the manager gives no more. */
bool chan_rooms_allocate(struct chan_rooms *rooms, size_t size, struct chan_range *range);
void chan_rooms_free(struct chan_rooms *rooms, const struct chan_range *range);
void *chan_rooms_address(struct chan_rooms *rooms, const struct chan_range *range);

#endif
