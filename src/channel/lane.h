/*
 * A lane: memory through which one process asks the manager for many small things, on whatever files
 * it has, without a system call while both sides are busy. The layout; the ends are laneguest.c and
 * lanehost.c.
 *
 *     0       struct lane_area   the bell, where the server runs, how many seats there are to look at
 *     4 KiB   seats              each 68 KiB: words, then the data, input first
 *
 * A thread that asks takes a seat, writes its request and posts it:
 *
 *      FREE --client--> POSTED --manager--> TAKEN --manager--> DONE --client--> FREE
 *
 * WAIT_ASLEEP in `state` says that the client sleeps on the word (wait.h), LANE_HUNG_UP, which the client sets
 * itself, that nobody will answer any more.
 *
 * The bell: AWAKE, somebody of the manager's looks at the seats or will before he sleeps; ASLEEP, he sleeps on the
 * word; ABSENT, nobody is there, a packet over the lane's socket brings somebody. Who posts looks at the bell
 * afterwards, who goes to sleep looks at the seats afterwards: one of the two sees the other.
 *
 * The manager makes the memory and believes nothing in it.
 */
#ifndef OFM_CHANNEL_LANE_H
#define OFM_CHANNEL_LANE_H

#include "channel/wire.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LANE_MAGIC 0x314c464fu /* "OFL1" */
#define LANE_SEATS 16u
#define LANE_DATA (64u * 1024u) /* input and output of one request */
#define LANE_SEAT_SIZE (LANE_DATA + 4096u)
#define LANE_SIZE (4096u + LANE_SEATS * LANE_SEAT_SIZE)

enum lane_seat_state { LANE_FREE, LANE_POSTED, LANE_TAKEN, LANE_DONE };
#define LANE_HUNG_UP 0x40000000u
/* FilterSendMessage on a connection: the input is a struct wire_call without a block, its ranges lie in the connection's
 * memory. Answered with what the driver returned, or with LANE_ELSEWHERE as information: it was not begun and is to be
 * asked over the connection's socket. */
#define LANE_PORT_CALL 0x4000u
#define LANE_ELSEWHERE UINT64_MAX
#define LANE_SEAT_STATE(word) ((word) & 7u)
enum lane_bell { LANE_AWAKE, LANE_ASLEEP, LANE_ABSENT };

/* What is asked; the members of struct wire_file_call that are needed here. */
struct lane_request {
    uint32_t target; /* which file (WIRE_FILE_LANE) */
    uint16_t op;     /* enum wire_file_op, or LANE_PORT_CALL */
    uint16_t flags;  /* enum wire_file_flags */
    uint64_t number;
    int64_t offset;
    uint32_t code, tid;
    uint32_t in_length, out_length;
};

/* Two cache lines: all words, and with the second the first bytes of data. */
struct lane_seat {
    uint32_t state;  /* futex */
    uint32_t cpu;    /* client: where it waits (wait.h) */
    uint32_t cancel; /* client: what it asked for is to end soon */
    uint32_t status; /* manager: NTSTATUS */
    struct lane_request request; /* client */
    uint64_t information; /* manager */
    uint32_t thread; /* client: which of its threads asks; unlike a tid never used again */
    uint32_t pad[3];
    uint8_t data[];
};
static_assert(sizeof(struct lane_request) == 40, "packed without holes");
static_assert(offsetof(struct lane_seat, thread) == 64 && offsetof(struct lane_seat, data) == 80,
    "what changes with each request in one cache line, data aligned");

/* Where output begins, behind so much input. */
#define LANE_OUTPUT(in_length) (((in_length) + 15u) & ~15u)

/* What goes through a lane: data in one direction or a little of both, no descriptors, nothing that is about the
 * handle. Both ends ask. */
static inline bool lane_takes(uint32_t op, uint32_t in_length, uint32_t out_length)
{
    switch (op) {
    case WIRE_FILE_READ:
    case WIRE_FILE_WRITE:
    case WIRE_FILE_FS_CONTROL:
    case WIRE_FILE_QUERY:
    case WIRE_FILE_SET:
    case WIRE_FILE_QUERY_VOLUME:
    case WIRE_FILE_FLUSH:
        return in_length <= LANE_DATA && out_length <= LANE_DATA - LANE_OUTPUT(in_length);
    default:
        return false;
    }
}

struct lane_area {
    uint32_t magic;
    uint32_t pad0[15];
    uint32_t bell; /* futex: enum lane_bell */
    uint32_t pad1[15];
    uint32_t server_cpu; /* manager: where who looks at the seats runs */
    uint32_t pad2[15];
    uint32_t seats; /* client: those in use have lower numbers */
    uint32_t pad3[15];
};
static_assert(sizeof(struct lane_area) <= 4096, "before the seats");

static inline struct lane_seat *lane_seat_of(struct lane_area *area, unsigned n)
{
    return (struct lane_seat *)((uint8_t *)area + 4096 + (size_t)n * LANE_SEAT_SIZE);
}

#endif
