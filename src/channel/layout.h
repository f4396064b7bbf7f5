/*
 * The memory that one connection's two ends share, and who may write what.
 *
 *   offset 0      struct chan_area: constants, doorbells, the ring of posted gets
 *                 struct chan_get[CHAN_GETS]            buffers that wait for a message
 *                 struct chan_exchange[CHAN_EXCHANGES]  delivered messages that wait for a reply
 *                 data: the client's own to allocate, up to the segment's end
 *   segment 1..   data only, made by the manager when the client asks for more room
 *
 * The manager makes every segment (sealed, at its final size, sparse) and believes nothing in it: each word
 * is fetched once through the accessors of host.c and checked before use. What a client spoils is its own
 * connection only.
 *
 * A get's state (the low bits of `state`):
 *
 *      FREE --client--> POSTED --manager--> TAKEN --manager--> DONE --client--> FREE
 *                          |
 *                          +--client (cancel)--> CANCELLED --manager--> FREE
 *
 * An exchange's state, with a generation in the upper bits so that a late replier cannot answer the next
 * exchange:
 *
 *      FREE --manager--> WAITING --client--> REPLYING --client--> REPLIED --manager--> FREE
 *                           |                    |
 *                 manager: withdrawn by timeout or disconnect
 *                           |                    |
 *                           v                    v
 *                          FREE              WITHDRAWN --client--> FREE
 *
 * A place that was withdrawn while a replier was writing stays out of use until that replier has left: it
 * would else write its payload into the next exchange's reply.
 *
 * tests/model/message.pml walks through both machines in all orders; a change here is a change there.
 */
#ifndef OFM_CHANNEL_LAYOUT_H
#define OFM_CHANNEL_LAYOUT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define CHAN_MAGIC 0x4d464f31u /* "1OFM" */
#define CHAN_GETS 1024u
#define CHAN_EXCHANGES 1024u
#define CHAN_RING 2048u /* power of two, more than CHAN_GETS: a get stands in it once */
#define CHAN_SEGMENT0_SIZE (1024u * 1024u)
#define CHAN_MAX_SEGMENTS 8u
#define CHAN_ALIGN 64u

enum chan_get_state { CHAN_GET_FREE, CHAN_GET_POSTED, CHAN_GET_TAKEN, CHAN_GET_DONE, CHAN_GET_CANCELLED };

enum chan_exchange_state {
    CHAN_EXCHANGE_FREE,
    CHAN_EXCHANGE_WAITING,
    CHAN_EXCHANGE_REPLYING,
    CHAN_EXCHANGE_REPLIED,
    CHAN_EXCHANGE_WITHDRAWN
};
#define CHAN_EXCHANGE_STATE(word) ((word)&7u)
#define CHAN_EXCHANGE_GENERATION(word) ((word) >> 3)
#define CHAN_EXCHANGE_WORD(generation, state) (((uint32_t)(generation) << 3) | (uint32_t)(state))

/* A range inside the shared segments. */
struct chan_range {
    uint32_t segment;
    uint32_t offset;
    uint32_t length;
};

/* A posted FilterGetMessage buffer. */
struct chan_get {
    uint32_t state;         /* futex: a synchronous reader sleeps here */
    uint32_t notify;        /* client: 1 when the completer thread is to be told instead (overlapped get) */
    struct chan_range room; /* client: where the message goes; length is the size of the get */
    uint32_t status;        /* manager: NTSTATUS */
    uint32_t bytes; /* manager: header and payload, or the size needed with STATUS_BUFFER_TOO_SMALL (P-53) */
    uint8_t pad[64 - 28];
};
static_assert(sizeof(struct chan_get) == 64, "one cache line a get");

/* A delivered message whose sender waits for the reply. */
struct chan_exchange {
    uint32_t state;    /* generation and state; futex: the sender sleeps here (and on its private word) */
    uint32_t capacity; /* manager: reply payload the sender takes */
    uint64_t id;       /* manager: MessageId */
    struct chan_range payload; /* client: reply payload */
    uint32_t status;           /* client: FILTER_REPLY_HEADER.Status */
    uint8_t pad[64 - 32];
};
static_assert(sizeof(struct chan_exchange) == 64, "one cache line an exchange");

struct chan_area {
    /* constants, written before the client sees them */
    uint32_t magic;
    uint32_t size;
    uint32_t data_offset;
    uint32_t pad0[13];

    /* client -> manager: grows when a get was posted; the first waiting sender sleeps on it (and on its
     * private word) */
    uint32_t kick;
    uint32_t pad1[15];
    /* manager -> client: number of senders asleep on kick; the client makes the system call only when it is
     * not zero */
    uint32_t kick_sleepers;
    uint32_t pad2[15];
    /* manager -> client: grows when a get with `notify` was completed; the completer thread sleeps on it */
    uint32_t done;
    /* manager -> client: not zero when the connection has ended: an NTSTATUS that says why (P-85) */
    uint32_t closed;
    uint32_t pad3[14];
    /* client -> manager: the posted gets in order */
    uint32_t ring_tail;
    /* client -> manager: replies that found no waiter (P-87); a number to show, nothing depends on it */
    uint32_t refused_replies;
    uint32_t pad4[14];
    uint16_t ring[CHAN_RING];

    struct chan_get gets[CHAN_GETS];
    struct chan_exchange exchanges[CHAN_EXCHANGES];
};
static_assert(offsetof(struct chan_area, kick) == 64, "kick has a cache line of its own");
static_assert(offsetof(struct chan_area, gets) % 64 == 0, "gets are aligned to cache lines");

#define CHAN_DATA_OFFSET ((uint32_t)((sizeof(struct chan_area) + 4095u) & ~4095u))
static_assert(CHAN_DATA_OFFSET < CHAN_SEGMENT0_SIZE / 2, "segment 0 has room for data");

#endif
