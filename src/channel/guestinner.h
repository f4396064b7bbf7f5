/* What guest.c (gets, the end) and reply.c share of the client's end. Nobody else includes this. */
#ifndef OFM_CHANNEL_GUESTINNER_H
#define OFM_CHANNEL_GUESTINNER_H

#include "channel/guest.h"
#include "channel/wait.h"

#include <pthread.h>

/* Our own view of a get, a cache line each. Its owner, who has made it busy, has the rest. */
struct guest_get {
    uint32_t busy;          /* __atomic: posted and its result not yet taken */
    bool withdrawn;         /* of the ring, under the lock: cancelled, the manager has not let go of it yet */
    bool reader;            /* __atomic: a thread waits on it */
    uint32_t copied;        /* of a message that came in parts */
    struct chan_range room; /* kept for the place's next get; length 0: none */
} __attribute__((aligned(64)));

/* A message that was received and may be answered; its place in the table is that of the exchange. */
struct guest_exchange {
    pthread_mutex_t lock; /* held while a reply is written: a late one disturbs no other (layout.h) */
    uint64_t id;          /* __atomic for those who search; 0: answered */
    uint64_t newest;      /* the last id that came over this exchange */
    uint32_t waiting;     /* the exchange's word while the sender waits */
    uint32_t capacity;
    struct chan_range room;
} __attribute__((aligned(64)));

struct pending_call {
    struct chan_call *call;
    struct pending_call *next;
};

#define GUEST_INDEX 1024u

struct chan_guest {
    struct chan_area *area;
    struct chan_bank *bank; /* __atomic: mapped once */
    pthread_mutex_t lock;   /* rooms, calls, the posting side of the ring, gets of the ring */
    struct chan_rooms rooms;
    uint32_t first_free;    /* __atomic: no place of the ring below is likely to be free */
    chan_bank_fn *ask_for_bank;
    uint32_t bank_asked; /* __atomic */
    struct pending_call *calls;
    uint32_t hung_up; /* __atomic: the status, once the socket is gone */
    struct wait_pace pace, pace_parts;
    struct guest_get gets[CHAN_MOST_GETS];
    struct guest_exchange exchanges[CHAN_MOST_EXCHANGES];
    uint16_t index[GUEST_INDEX]; /* __atomic: the exchange of the last message whose id ends so */
};

static inline unsigned guest_get_limit(const struct chan_guest *guest)
{
    return __atomic_load_n(&guest->bank, __ATOMIC_ACQUIRE) != NULL ? CHAN_MOST_GETS : CHAN_GETS;
}

static inline struct chan_get *guest_get(const struct chan_guest *guest, unsigned n)
{
    return n < CHAN_GETS ? &guest->area->gets[n] : &guest->bank->gets[n - CHAN_GETS];
}

static inline struct chan_exchange *guest_exchange(const struct chan_guest *guest, unsigned n)
{
    return n < CHAN_EXCHANGES ? &guest->area->exchanges[n] : &guest->bank->exchanges[n - CHAN_EXCHANGES];
}

/* Asks for the bank, once. */
void guest_want_bank(struct chan_guest *guest);
/* Sequentially consistent with the manager's "count myself asleep, then look at kick". */
void guest_kick(struct chan_guest *guest);
/* A message was received whose sender waits in this exchange. */
void guest_expect(struct chan_guest *guest, unsigned exchange, uint32_t generation, uint64_t id, uint32_t capacity);

#endif
