/* What host.c (gets) and exchange.c (replies) share of the manager's end. Nobody else includes this. */
#ifndef OFM_CHANNEL_HOSTINNER_H
#define OFM_CHANNEL_HOSTINNER_H

#include "channel/host.h"
#include "channel/segment.h"
#include "channel/wait.h"

#define NO_GET 0xffffu

/* Our own view of a get, a cache line each: senders on several CPUs are at several of them at once. */
struct host_get {
    uint32_t busy; /* __atomic: claimed by a sender of ours. Only its holder touches the rest of a seat */
    bool queued;   /* ring gets, under the connection's lock, like `next` */
    bool asleep;   /* its reader slept when it was claimed */
    bool woken;    /* the holder's: its reader was woken before the message was whole */
    uint16_t next;
    uint16_t segment;
    uint32_t size, offset;
    uint32_t stamp;
    uint32_t seen; /* under the connection's lock: one more than the stamp with which a seat was last counted */
} __attribute__((aligned(64)));

/* Our own view of an exchange, a cache line each. */
struct host_exchange {
    uint32_t open;       /* __atomic: reserved by a sender, who alone touches generation and capacity */
    uint32_t generation; /* of the message it is open for */
    uint32_t capacity;
    struct chan_host_note note;
} __attribute__((aligned(64)));

/* In pages of its own (pages.h), so that what was never used takes no memory. */
struct chan_host {
    struct chan_area *area;
    struct chan_bank *bank; /* __atomic: made once */
    struct chan_segments segments; /* grow under the connection's lock */

    /* gets of the ring, under the connection's lock */
    uint32_t ring_head; /* __atomic for readers without it */
    uint64_t posted;
    uint16_t first, last; /* first: __atomic for readers without the lock */

    uint32_t hot; /* __atomic: the seat that the last message went to */
    struct wait_pace pace_awake, pace_woken, pace_get;

    struct host_get gets[CHAN_MOST_GETS];
    struct host_exchange exchanges[CHAN_MOST_EXCHANGES];
};

/* One fetch of a word that the client may change at any moment. */
static inline uint32_t fetch(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline uint32_t fetch_acquire(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline unsigned get_limit(const struct chan_host *host)
{
    return __atomic_load_n(&host->bank, __ATOMIC_ACQUIRE) != NULL ? CHAN_MOST_GETS : CHAN_GETS;
}

static inline unsigned exchange_limit(const struct chan_host *host)
{
    return __atomic_load_n(&host->bank, __ATOMIC_ACQUIRE) != NULL ? CHAN_MOST_EXCHANGES : CHAN_EXCHANGES;
}

static inline struct chan_get *shared_get(const struct chan_host *host, unsigned n)
{
    return n < CHAN_GETS ? &host->area->gets[n] : &host->bank->gets[n - CHAN_GETS];
}

static inline struct chan_exchange *shared_exchange(const struct chan_host *host, unsigned n)
{
    return n < CHAN_EXCHANGES ? &host->area->exchanges[n] : &host->bank->exchanges[n - CHAN_EXCHANGES];
}

#endif
