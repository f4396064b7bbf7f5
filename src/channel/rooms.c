/* Rooms in shared memory. See rooms.h. Rooms are powers of two from 64 bytes; a freed one waits in its
 * class's list for the next of that size. */
#include "channel/rooms.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMALLEST_SHIFT 6

/* Not in the room itself: a driver that writes to it too late must not lead us astray. */
struct chan_free_room {
    struct chan_free_room *next;
    struct chan_range range;
};

int chan_rooms_map(struct chan_rooms *rooms, int fd, size_t used)
{
    struct stat st;
    unsigned n = rooms->segment_count;

    if (fstat(fd, &st) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    void *map = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int error = errno;
    close(fd);
    if (map == MAP_FAILED)
        return -error;
    madvise(map, (size_t)st.st_size, MADV_DONTFORK);
    rooms->segments[n].base = map;
    rooms->segments[n].size = (size_t)st.st_size;
    rooms->segments[n].used = used;
    __atomic_store_n(&rooms->segment_count, n + 1, __ATOMIC_RELEASE);
    return 0;
}

static void free_all(struct chan_free_room *first)
{
    while (first != NULL) {
        struct chan_free_room *next = first->next;
        free(first);
        first = next;
    }
}

void chan_rooms_destroy(struct chan_rooms *rooms)
{
    for (unsigned i = 0; i < rooms->segment_count; i++)
        munmap(rooms->segments[i].base, rooms->segments[i].size);
    for (unsigned i = 0; i < CHAN_ROOM_CLASSES; i++)
        free_all(rooms->classes[i]);
    free_all(rooms->spare);
    rooms->segment_count = 0;
}

void chan_rooms_renew(struct chan_rooms *rooms, size_t used)
{
    for (unsigned i = 0; i < CHAN_ROOM_CLASSES; i++) {
        free_all(rooms->classes[i]);
        rooms->classes[i] = NULL;
    }
    rooms->segments[0].used = used;
}

static unsigned class_of(size_t size)
{
    unsigned shift = SMALLEST_SHIFT;

    while (((size_t)1 << shift) < size)
        shift++;
    return shift - SMALLEST_SHIFT;
}

static bool carve(struct chan_rooms *rooms, unsigned segment, size_t size, struct chan_range *range)
{
    if (rooms->segments[segment].size - rooms->segments[segment].used < size)
        return false;
    *range = (struct chan_range){segment, (uint32_t)rooms->segments[segment].used, 0};
    rooms->segments[segment].used += size;
    return true;
}

#define FIRST_SEGMENT ((size_t)256 << 10)

/* Each further segment doubles what there is: little for who needs little, and few in any case. */
static bool add_segment(struct chan_rooms *rooms, size_t rounded)
{
    size_t wanted = rounded > FIRST_SEGMENT ? rounded : FIRST_SEGMENT, sum = 0;

    if (rooms->segment_count == CHAN_MAX_SEGMENTS || rooms->grow == NULL)
        return false;
    for (unsigned i = 0; i < rooms->segment_count; i++)
        sum += rooms->segments[i].size;
    wanted = wanted > sum ? wanted : sum;
    int fd = rooms->grow(rooms->grow_context, wanted);
    if (fd < 0 && wanted > rounded)
        fd = rooms->grow(rooms->grow_context, rounded);
    return fd >= 0 && chan_rooms_map(rooms, fd, 0) == 0;
}

bool chan_rooms_allocate(struct chan_rooms *rooms, size_t size, struct chan_range *range)
{
    size_t wanted = size > 0 ? size : 1;
    unsigned class = class_of(wanted);
    size_t rounded = (size_t)1 << (class + SMALLEST_SHIFT);

    if (class >= CHAN_ROOM_CLASSES)
        return false;
    if (rooms->classes[class] != NULL) {
        struct chan_free_room *room = rooms->classes[class];
        rooms->classes[class] = room->next;
        *range = room->range;
        room->next = rooms->spare;
        rooms->spare = room;
        range->length = (uint32_t)wanted;
        return true;
    }
    bool found = false;
    for (unsigned i = 0; i < rooms->segment_count && !found; i++)
        found = carve(rooms, i, rounded, range);
    if (!found && add_segment(rooms, rounded))
        found = carve(rooms, rooms->segment_count - 1, rounded, range);
    if (found)
        range->length = (uint32_t)wanted;
    return found;
}

void chan_rooms_free(struct chan_rooms *rooms, const struct chan_range *range)
{
    struct chan_free_room *room = rooms->spare;

    if (room != NULL)
        rooms->spare = room->next;
    else if ((room = malloc(sizeof *room)) == NULL)
        return; /* the room is lost to this connection until it ends */
    unsigned class = class_of(range->length);
    room->range = *range;
    room->next = rooms->classes[class];
    rooms->classes[class] = room;
}

void *chan_rooms_address(struct chan_rooms *rooms, const struct chan_range *range)
{
    return rooms->segments[range->segment].base + range->offset;
}
