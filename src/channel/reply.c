/* The client's replies. See guest.h and layout.h: whoever replies holds the exchange's lock of this process. */
#include "channel/guestinner.h"

#include <string.h>

void guest_expect(struct chan_guest *guest, unsigned n, uint32_t generation, uint64_t id, uint32_t capacity)
{
    struct guest_exchange *e = &guest->exchanges[n];

    pthread_mutex_lock(&e->lock);
    bool newest = id > e->newest; /* ids count up. A slow reader whose sender has gone comes after the next message's */
    if (newest) {
        e->newest = id;
        e->waiting = CHAN_EXCHANGE_WORD(generation, CHAN_EXCHANGE_WAITING);
        e->capacity = capacity;
        __atomic_store_n(&e->id, id, __ATOMIC_RELAXED);
    }
    pthread_mutex_unlock(&e->lock);
    if (!newest)
        return;
    __atomic_store_n(&guest->index[id % GUEST_INDEX], (uint16_t)n, __ATOMIC_RELEASE);
    /* three quarters are in use: the next ones are to be there in time */
    if (n >= CHAN_EXCHANGES * 3 / 4 && n < CHAN_EXCHANGES)
        guest_want_bank(guest);
}

static bool is_for(struct chan_guest *guest, unsigned n, uint64_t id)
{
    return __atomic_load_n(&guest->exchanges[n].id, __ATOMIC_RELAXED) == id;
}

/* The exchange of this id, locked; NULL when there is none. */
static struct guest_exchange *lock_exchange(struct chan_guest *guest, uint64_t id, unsigned *exchange)
{
    unsigned n = __atomic_load_n(&guest->index[id % GUEST_INDEX], __ATOMIC_ACQUIRE);

    /* the next thousand messages have come and gone since */
    if (!is_for(guest, n, id))
        for (n = 0; n < CHAN_MOST_EXCHANGES && !is_for(guest, n, id);)
            n++;
    if (n == CHAN_MOST_EXCHANGES)
        return NULL;
    struct guest_exchange *e = &guest->exchanges[n];
    pthread_mutex_lock(&e->lock);
    if (is_for(guest, n, id)) {
        *exchange = n;
        return e;
    }
    pthread_mutex_unlock(&e->lock);
    return NULL;
}

/* Where the payload goes: what does not fit into the exchange has a room, kept for the next. The last reply from it
 * has been read by now: the manager opens an exchange again only after that. */
static bool place_payload(struct chan_guest *guest, struct guest_exchange *own, struct chan_exchange *e, size_t size,
    uint8_t **to)
{
    *to = e->payload;
    if (size <= CHAN_REPLY_INLINE)
        return true;
    if (own->room.length < size) {
        if (own->room.length != 0)
            chan_guest_free(guest, &own->room);
        own->room = (struct chan_range){0, 0, 0};
        if (!chan_guest_allocate(guest, size, &own->room))
            return false;
    }
    __atomic_store_n(&e->segment, own->room.segment, __ATOMIC_RELAXED);
    __atomic_store_n(&e->offset, own->room.offset, __ATOMIC_RELAXED);
    *to = chan_guest_address(guest, &own->room);
    return true;
}

/* WAITING -> REPLIED, unless the sender has withdrawn (P-64). It may fall asleep meanwhile. */
static bool leave_waiting(struct chan_exchange *e, uint32_t waiting, bool *asleep)
{
    uint32_t replied = waiting - CHAN_EXCHANGE_WAITING + CHAN_EXCHANGE_REPLIED, now = waiting;

    do {
        *asleep = now & WAIT_ASLEEP;
        if (__atomic_compare_exchange_n(&e->state, &now, replied, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return true;
    } while ((now & ~WAIT_ASLEEP) == waiting);
    return false;
}

static enum chan_reply_result reply_to(
    struct chan_guest *guest, struct guest_exchange *own, unsigned n, uint32_t status, const void *payload, size_t size)
{
    struct chan_exchange *e = guest_exchange(guest, n);
    bool asleep;
    uint8_t *to;

    if (!place_payload(guest, own, e, size, &to))
        return CHAN_REPLY_NO_MEMORY;
    if (size > 0)
        memcpy(to, payload, size);
    __atomic_store_n(&e->length, (uint32_t)size, __ATOMIC_RELAXED);
    __atomic_store_n(&e->status, status, __ATOMIC_RELAXED);
    __atomic_store_n(&own->id, 0, __ATOMIC_RELAXED);
    if (!leave_waiting(e, own->waiting, &asleep))
        return CHAN_REPLY_NO_WAITER;
    if (asleep)
        futex_wake_shared(&e->state, 1);
    return size > own->capacity ? CHAN_REPLY_TRUNCATED : CHAN_REPLY_OK;
}

enum chan_reply_result chan_guest_reply(
    struct chan_guest *guest, uint64_t id, uint32_t status, const void *payload, size_t size)
{
    unsigned n;

    if (id == 0)
        return CHAN_REPLY_NO_WAITER;
    struct guest_exchange *own = lock_exchange(guest, id, &n);
    if (own == NULL)
        return CHAN_REPLY_NO_WAITER;
    enum chan_reply_result result = reply_to(guest, own, n, status, payload, size);
    pthread_mutex_unlock(&own->lock);
    return result;
}
