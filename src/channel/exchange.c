/* The manager's end of the exchanges: reserving, opening, taking the reply, withdrawing. See host.h and layout.h. */
#include "channel/hostinner.h"

#include <string.h>

/* Each thread comes back to the exchange that it had last: its lines are in that CPU's cache. */
static __thread unsigned last_used;

bool chan_host_exchange_reserve(struct chan_host *host, unsigned *exchange)
{
    unsigned limit = exchange_limit(host);

    for (unsigned i = 0; i < limit; i++) {
        unsigned n = (last_used + i) % limit;
        uint32_t *open = &host->exchanges[n].open;
        /* sequentially consistent with a disconnect, which marks the connection and then looks for open ones */
        if (__atomic_load_n(open, __ATOMIC_RELAXED) == 0 && __atomic_exchange_n(open, 1, __ATOMIC_SEQ_CST) == 0) {
            last_used = *exchange = n;
            return true;
        }
    }
    return false;
}

void chan_host_exchange_release(struct chan_host *host, unsigned exchange)
{
    /* sequentially consistent with a sender that found all in use: it waits in the queue, then looks once more */
    __atomic_store_n(&host->exchanges[exchange].open, 0, __ATOMIC_SEQ_CST);
}

struct chan_host_note *chan_host_exchange_note(struct chan_host *host, unsigned exchange)
{
    return &host->exchanges[exchange].note;
}

bool chan_host_exchange_next(struct chan_host *host, unsigned *exchange)
{
    unsigned limit = exchange_limit(host);

    for (; *exchange < limit; ++*exchange) {
        if (__atomic_load_n(&host->exchanges[*exchange].open, __ATOMIC_SEQ_CST))
            return true;
    }
    return false;
}

void chan_host_exchange_open(struct chan_host *host, unsigned n, uint64_t id, uint32_t capacity)
{
    struct host_exchange *own = &host->exchanges[n];
    struct chan_exchange *shared = shared_exchange(host, n);

    own->generation = CHAN_EXCHANGE_GENERATION((own->generation + 1) << 3);
    if (own->generation == 0) /* with 0 a get says that no reply is wanted */
        own->generation = 1;
    own->capacity = capacity;
    __atomic_store_n(&shared->id, id, __ATOMIC_RELAXED);
    __atomic_store_n(&shared->capacity, capacity, __ATOMIC_RELAXED);
    /* pairs with the replier's compare-and-swap: id and capacity before WAITING */
    __atomic_store_n(
        &shared->state, CHAN_EXCHANGE_WORD(own->generation, CHAN_EXCHANGE_WAITING), __ATOMIC_RELEASE);
}

void chan_host_expect(struct chan_host *host, unsigned get, unsigned exchange)
{
    struct chan_get *shared = shared_get(host, get);

    __atomic_store_n(&shared->exchange, exchange, __ATOMIC_RELAXED);
    __atomic_store_n(&shared->generation, host->exchanges[exchange].generation, __ATOMIC_RELAXED);
}

static uint32_t replied(const struct chan_host *host, unsigned n)
{
    return CHAN_EXCHANGE_WORD(host->exchanges[n].generation, CHAN_EXCHANGE_REPLIED);
}

bool chan_host_exchange_replied(const struct chan_host *host, unsigned n)
{
    return fetch_acquire(&shared_exchange(host, n)->state) == replied(host, n);
}

bool chan_host_exchange_poll(struct chan_host *host, unsigned n, void *buffer, size_t capacity,
    uint32_t *status, size_t *length, bool *sound)
{
    struct chan_exchange *shared = shared_exchange(host, n);

    if (!chan_host_exchange_replied(host, n))
        return false;
    uint32_t full = fetch(&shared->length);
    size_t copy = full < capacity ? full : capacity;
    const void *from = full <= CHAN_REPLY_INLINE
        ? shared->payload
        : chan_host_map(host, fetch(&shared->segment), fetch(&shared->offset), full);
    *status = fetch(&shared->status);
    *length = full;
    *sound = from != NULL;
    chan_host_enter(host);
    if (*sound && copy > 0)
        memcpy(buffer, from, copy);
    chan_host_leave(host);
    return true;
}

struct reply_look {
    const uint32_t *state;
    uint32_t replied;
};

static bool has_replied(void *context)
{
    const struct reply_look *look = context;

    return fetch_acquire(look->state) == look->replied;
}

bool chan_host_exchange_spin(struct chan_host *host, unsigned n, unsigned get, bool woken)
{
    struct reply_look look = {&shared_exchange(host, n)->state, replied(host, n)};

    return wait_spin(woken ? &host->pace_woken : &host->pace_awake, &shared_get(host, get)->cpu, NULL, has_replied, &look);
}

bool chan_host_exchange_wait(struct chan_host *host, unsigned n, uint32_t *own, uint32_t own_expected,
    const struct futex_deadline *deadline, unsigned vain)
{
    uint32_t *state = &shared_exchange(host, n)->state;
    uint32_t now = fetch_acquire(state);

    if (now == replied(host, n))
        return true;
    if (vain >= WAIT_MOST_VAIN)
        return wait_patiently(own, own_expected, deadline);
    if (!wait_mark_asleep(state, now))
        return true;
    return futex_wait_both(state, now | WAIT_ASLEEP, own, own_expected, deadline);
}

bool chan_host_exchange_withdraw(struct chan_host *host, unsigned n)
{
    uint32_t *state = &shared_exchange(host, n)->state;
    uint32_t free = CHAN_EXCHANGE_WORD(host->exchanges[n].generation, CHAN_EXCHANGE_FREE);
    uint32_t now = fetch_acquire(state);

    /* A hostile client may keep changing the word: after a few tries it is withdrawn by force, for it harms only
     * itself. */
    for (int tries = 0; tries < 8; tries++) {
        if (now == replied(host, n))
            return false;
        if (__atomic_compare_exchange_n(state, &now, free, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            return true;
    }
    __atomic_store_n(state, free, __ATOMIC_RELEASE);
    return true;
}
