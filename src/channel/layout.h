/*
 * The memory that one connection's two ends share, and who may write what.
 *
 *   segment 0, 64 KiB
 *     0        struct chan_area    constants, doorbells, the ring of posted gets
 *     8 KiB    struct chan_get     [128]  buffers that wait for a message; the first 64 are seats
 *     24 KiB   struct chan_exchange[128]  delivered messages that wait for a reply
 *     40 KiB   data                the client's own to allocate, up to the end
 *   segment 1 ..  data only, made by the manager when the client asks for more room; and once the bank:
 *     0        struct chan_get     [896]
 *     112 KiB  struct chan_exchange[896]
 *
 * The manager makes every segment (sealed, at its final size, sparse) and believes nothing in it: each word is
 * fetched once through the accessors of host.c and exchange.c and checked before use. What a client spoils is its
 * own connection only.
 *
 * A get. Words and the first bytes of the message share its two cache lines; what does not fit lies in its room:
 *
 *     0      4     8      12   16        20           24           28      32     36        40          44
 *   +-------+-----+------+----+--------+------------+------------+-------+------+----------+-----------+--------+
 *   | state | size| stamp| cpu| sender | segment,   | room       | status| bytes| exchange | generation| message|
 *   |       |     |      |    | 's cpu | notify     | offset     |       |      |          |           | 84 B   |
 *   +-------+-----+------+----+--------+------------+------------+-------+------+----------+-----------+--------+
 *     both    ---- client ---- manager   ------- client --------   ---------------- manager ------------------
 *
 * The first 64 gets are seats. They are posted in place: the manager looks at the seats, and no third cache line is
 * touched. Gets for which no seat is free are posted through the ring. Whatever way it came, the oldest is taken first.
 *
 *      FREE --client--> POSTED --manager--> TAKEN --manager--> DONE --client--> FREE
 *                          |                  |                 ^
 *                          |                  +-- COMING -------+  (a large message, manager)
 *                          +--client (cancel)--> CANCELLED --manager, of a seat its reader--> FREE
 *
 * A large message for a thread that waits on another CPU is COMING while the manager still writes it: `progress` counts the bytes that
 * are there, header and all, and the reader copies them meanwhile.
 *
 * WAIT_ASLEEP in `state` says that the reader sleeps on the word (wait.h).
 *
 * An exchange, likewise two cache lines; a generation in the upper bits of its state, so that a late replier cannot
 * answer the next message:
 *
 *      FREE --manager--> WAITING --client--> REPLIED
 *        ^                  |                   |
 *        +---- manager -----+---- manager ------+      (withdrawn by timeout or disconnect; reply taken)
 *
 * Whoever replies holds the client's own lock of that exchange from before it writes the payload until after the
 * last step, so that a late one, which finds the exchange withdrawn, writes into nobody's reply.
 *
 * tests/model/message.pml walks through both machines in all orders, tests/model/wakeup.pml through looking, sleeping and
 * waking; a change here is a change there.
 */
#ifndef OFM_CHANNEL_LAYOUT_H
#define OFM_CHANNEL_LAYOUT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define CHAN_MAGIC 0x4d464f32u /* "2OFM" */
#define CHAN_SEGMENT0_SIZE (64u * 1024u)
#define CHAN_MAX_SEGMENTS 16u
#define CHAN_ALIGN 64u

#define CHAN_SEATS 64u
#define CHAN_GETS 128u       /* of segment 0 */
#define CHAN_EXCHANGES 128u  /* of segment 0 */
#define CHAN_MOST_GETS 1024u /* with the bank */
#define CHAN_MOST_EXCHANGES 1024u
#define CHAN_RING 1024u /* power of two: a get stands in it once */

enum chan_get_state { CHAN_GET_FREE, CHAN_GET_POSTED, CHAN_GET_TAKEN, CHAN_GET_DONE, CHAN_GET_CANCELLED, CHAN_GET_COMING };

enum chan_exchange_state { CHAN_EXCHANGE_FREE, CHAN_EXCHANGE_WAITING, CHAN_EXCHANGE_REPLIED };
/* 28 bits of generation, and WAIT_ASLEEP above them */
#define CHAN_EXCHANGE_STATE(word) ((word)&7u)
#define CHAN_EXCHANGE_GENERATION(word) (((word)&0x7fffffffu) >> 3)
#define CHAN_EXCHANGE_WORD(generation, state)                                                                 \
    ((((uint32_t)(generation) << 3) & 0x7fffffffu) | (uint32_t)(state))

/* How the end of a get is told. */
enum chan_notify {
    CHAN_NOTIFY_READER, /* a thread sleeps on the get itself */
    CHAN_NOTIFY_DONE    /* whoever sleeps on `done` looks at all of them; when nobody does, who sleeps on `late` */
};

/* A range inside the shared segments. */
struct chan_range {
    uint32_t segment;
    uint32_t offset;
    uint32_t length;
};

#define CHAN_GET_INLINE 84u
#define CHAN_PARTS_FROM (128u << 10) /* bytes of a message that may come in parts */
#define CHAN_PART (64u << 10)        /* so much at a time: it is still in the writer's cache when the reader fetches it */

/* A posted FilterGetMessage buffer. */
struct chan_get {
    uint32_t state;       /* futex: a synchronous reader sleeps here */
    uint32_t size;        /* client: of the get */
    uint32_t stamp;       /* client: counts its gets, so that the oldest is known */
    uint32_t cpu;         /* client: where its reader runs (wait.h) */
    uint32_t sender_cpu;  /* manager: where the sender of the last message ran */
    uint16_t segment;     /* client: of the room, which is as large as the get */
    uint16_t notify;      /* client: enum chan_notify */
    uint32_t offset;      /* client: of the room */
    uint32_t status;      /* manager: NTSTATUS */
    uint32_t bytes;       /* manager: header and payload, or the size needed with STATUS_BUFFER_TOO_SMALL (P-53) */
    uint32_t exchange;    /* manager: where the reply goes, and the generation it is for; 0 in `generation` and */
    uint32_t generation;  /* `exchange` when none is wanted: generations begin with 1 */
    union {
        uint8_t message[CHAN_GET_INLINE]; /* manager: header and payload that fit here; else they are in the room */
        struct {
            uint8_t pad[20];
            uint32_t progress; /* manager: bytes in the room so far, while COMING; the line that is not slept on */
        };
    };
};
static_assert(sizeof(struct chan_get) == 128, "two cache lines a get");
static_assert(offsetof(struct chan_get, progress) == 64, "progress begins the second line");
static_assert(offsetof(struct chan_get, message) + 16 <= 64, "the message's header shares the state's line");

#define CHAN_REPLY_INLINE 96u

/* A delivered message whose sender waits for the reply. */
struct chan_exchange {
    uint32_t state;    /* generation and state; futex: the sender sleeps here (and on its private word) */
    uint32_t capacity; /* manager: reply payload the sender takes */
    uint64_t id;       /* manager: MessageId */
    uint32_t status;   /* client: FILTER_REPLY_HEADER.Status */
    uint32_t length;   /* client: of the reply's payload */
    uint32_t segment, offset; /* client: where it lies when it does not fit here */
    uint8_t payload[CHAN_REPLY_INLINE];
};
static_assert(sizeof(struct chan_exchange) == 128, "two cache lines an exchange");

struct chan_area {
    /* constants, written before the client sees them, and what hardly ever changes */
    uint32_t magic;
    uint32_t size;
    uint32_t data_offset;
    /* manager -> client: not zero when the connection has ended: an NTSTATUS that says why (P-85) */
    uint32_t closed;
    /* client -> manager: seats in use have lower numbers than this */
    uint32_t seats;
    /* manager -> client: number of senders asleep on kick; the client makes the system call only when it is
     * not zero */
    uint32_t kick_sleepers;
    uint32_t pad0[10];

    /* client -> manager: grows when a get was posted while somebody slept for one; the first waiting sender
     * sleeps on it (and on its private word) */
    uint32_t kick;
    uint32_t pad1[15];
    /* the client's own: the next get's stamp */
    uint32_t stamp;
    /* client -> manager: replies that found no waiter (P-87); a number to show, nothing depends on it */
    uint32_t refused_replies;
    uint32_t pad2[14];
    /* manager -> client: grows when a get with CHAN_NOTIFY_DONE was completed while somebody slept on it */
    uint32_t done;
    /* manager -> client: the same for who only takes what nobody else waits for */
    uint32_t late;
    uint32_t pad3[14];
    /* client -> manager: how many sleep on `done`, on `late`; the manager makes the system call only when one is not
     * zero */
    uint32_t done_sleepers;
    uint32_t late_sleepers;
    uint32_t pad4[14];
    /* client -> manager: how many gets ever were put into the ring of posted ones */
    uint32_t ring_tail;
    uint32_t pad5[15];

    uint16_t ring[CHAN_RING];
    uint8_t pad6[8192 - 6 * 64 - 2 * CHAN_RING];

    struct chan_get gets[CHAN_GETS];
    struct chan_exchange exchanges[CHAN_EXCHANGES];
};
static_assert(offsetof(struct chan_area, kick) == 64, "kick has a cache line of its own");
static_assert(offsetof(struct chan_area, gets) == 8192, "gets begin with a page");
static_assert(offsetof(struct chan_area, exchanges) % 4096 == 0, "exchanges begin with a page");

/* What a client that has more to do than segment 0 holds asks for, once. */
struct chan_bank {
    struct chan_get gets[CHAN_MOST_GETS - CHAN_GETS];
    struct chan_exchange exchanges[CHAN_MOST_EXCHANGES - CHAN_EXCHANGES];
};
static_assert(sizeof(struct chan_bank) % 4096 == 0, "a bank is whole pages");

#define CHAN_DATA_OFFSET ((uint32_t)sizeof(struct chan_area))
static_assert(CHAN_DATA_OFFSET % 4096 == 0 && CHAN_DATA_OFFSET <= CHAN_SEGMENT0_SIZE - 16384,
    "segment 0 has room for data");

#endif
