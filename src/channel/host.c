/* The manager's end of a connection's shared memory. See host.h and layout.h. */
#include "channel/host.h"
#include "channel/segment.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Our own view of a get: what the client posted, captured once. */
struct get_entry {
    struct chan_range room;
    uint16_t next; /* queue link */
    bool queued;
};

#define NO_GET 0xffffu

struct chan_host {
    struct chan_area *area;
    struct chan_segments segments; /* grow under the connection's lock */

    /* gets, under the connection's lock */
    uint32_t ring_head;
    uint64_t posted;
    uint16_t first, last;
    struct get_entry gets[CHAN_GETS];

    /* exchanges: generation is ours; `open` under the connection's lock for taking, released by its owner
     * alone */
    uint32_t generation[CHAN_EXCHANGES];
    uint8_t open[CHAN_EXCHANGES]; /* __atomic */
    uint32_t capacity[CHAN_EXCHANGES];
    uint64_t id[CHAN_EXCHANGES]; /* of the last message, under the connection's lock */
    unsigned next_exchange;
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

/* ---- segments ---- */

struct chan_host *chan_host_create(void)
{
    struct chan_host *host = calloc(1, sizeof *host);
    int fd;

    if (host == NULL)
        return NULL;
    int n = chan_segments_add(&host->segments, CHAN_SEGMENT0_SIZE, &fd);
    if (n < 0) {
        free(host);
        errno = -n;
        return NULL;
    }
    host->first = host->last = NO_GET;
    host->area = (struct chan_area *)host->segments.each[0].base;
    host->area->magic = CHAN_MAGIC;
    host->area->size = CHAN_SEGMENT0_SIZE;
    host->area->data_offset = CHAN_DATA_OFFSET;
    return host;
}

void chan_host_destroy(struct chan_host *host)
{
    chan_segments_destroy(&host->segments);
    free(host);
}

int chan_host_fd(const struct chan_host *host)
{
    return host->segments.each[0].fd;
}

int chan_host_add_segment(struct chan_host *host, size_t size, int *fd_out)
{
    return chan_segments_add(&host->segments, size, fd_out);
}

size_t chan_host_bytes(const struct chan_host *host)
{
    return chan_segments_bytes(&host->segments);
}

void *chan_host_map(struct chan_host *host, uint32_t segment, uint32_t offset, uint32_t length)
{
    return chan_segments_map(&host->segments, CHAN_DATA_OFFSET, segment, offset, length);
}

void *chan_host_segment(const struct chan_host *host, unsigned segment, size_t *size)
{
    if (segment >= host->segments.count)
        return NULL;
    *size = host->segments.each[segment].size;
    return host->segments.each[segment].base;
}

/* ---- gets ---- */

/* Our own copy of what the client says about a get; the client may go on changing its words, we no longer
 * look. */
static bool capture_get(struct chan_host *host, unsigned n)
{
    struct get_entry *entry = &host->gets[n];
    struct chan_get *get = &host->area->gets[n];

    if (entry->queued)
        return false;
    chan_host_enter(host); /* whoever filled this place before has left it */
    entry->room =
        (struct chan_range){fetch(&get->room.segment), fetch(&get->room.offset), fetch(&get->room.length)};
    entry->queued = true;
    entry->next = NO_GET;
    if (host->last == NO_GET)
        host->first = (uint16_t)n;
    else
        host->gets[host->last].next = (uint16_t)n;
    host->last = (uint16_t)n;
    host->posted++;
    return true;
}

bool chan_host_collect(struct chan_host *host)
{
    uint32_t tail = __atomic_load_n(&host->area->ring_tail, __ATOMIC_SEQ_CST);
    uint32_t count = tail - host->ring_head;

    if (count > CHAN_RING)
        return false;
    for (; host->ring_head != tail; host->ring_head++) {
        unsigned n = __atomic_load_n(&host->area->ring[host->ring_head % CHAN_RING], __ATOMIC_RELAXED);
        if (n >= CHAN_GETS || !capture_get(host, n))
            return false;
    }
    return true;
}

uint64_t chan_host_posted(const struct chan_host *host)
{
    return host->posted;
}

unsigned chan_host_pending(const struct chan_host *host)
{
    unsigned count = 0;

    for (unsigned n = host->first; n != NO_GET; n = host->gets[n].next)
        count += fetch(&host->area->gets[n].state) == CHAN_GET_POSTED;
    return count;
}

static void unlink_get(struct chan_host *host, unsigned previous, unsigned n)
{
    struct get_entry *entry = &host->gets[n];

    if (previous == NO_GET)
        host->first = entry->next;
    else
        host->gets[previous].next = entry->next;
    if (host->last == n)
        host->last = (uint16_t)previous;
    entry->queued = false;
}

bool chan_host_take(struct chan_host *host, size_t size, unsigned *get)
{
    unsigned previous = NO_GET;

    for (unsigned n = host->first; n != NO_GET;) {
        struct get_entry *entry = &host->gets[n];
        unsigned next = entry->next;
        if (entry->room.length < size) {
            previous = n;
            n = next;
            continue;
        }
        unlink_get(host, previous, n);
        uint32_t posted = CHAN_GET_POSTED;
        uint32_t *state = &host->area->gets[n].state;
        /* pairs with the client's cancel: POSTED is left exactly once (P-123) */
        if (__atomic_compare_exchange_n(
                state, &posted, CHAN_GET_TAKEN, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
            *get = n;
            return true;
        }
        __atomic_store_n(state, CHAN_GET_FREE, __ATOMIC_RELEASE);
        n = next;
    }
    return false;
}

bool chan_host_fill(struct chan_host *host, unsigned get, const void *header, size_t header_size,
    const void *payload, size_t payload_size)
{
    const struct chan_range room = host->gets[get].room;
    uint8_t *to = chan_host_map(host, room.segment, room.offset, room.length);

    if (to == NULL || header_size > room.length || payload_size > room.length - header_size)
        return false;
    chan_host_enter(host);
    memcpy(to, header, header_size);
    if (payload_size > 0)
        memcpy(to + header_size, payload, payload_size);
    chan_host_leave(host);
    return true;
}

void chan_host_finish(struct chan_host *host, unsigned n, uint32_t status, size_t bytes)
{
    struct chan_get *get = &host->area->gets[n];
    bool notify = fetch(&get->notify) != 0;

    __atomic_store_n(&get->status, status, __ATOMIC_RELAXED);
    __atomic_store_n(&get->bytes, (uint32_t)bytes, __ATOMIC_RELAXED);
    /* pairs with the reader's acquire of `state`: message, status and count before DONE */
    __atomic_store_n(&get->state, CHAN_GET_DONE, __ATOMIC_SEQ_CST);
    if (notify) {
        __atomic_add_fetch(&host->area->done, 1, __ATOMIC_SEQ_CST);
        futex_wake_shared(&host->area->done, 1);
    } else {
        futex_wake_shared(&get->state, 1);
    }
}

/* ---- exchanges ---- */

bool chan_host_exchange_open(struct chan_host *host, uint64_t id, uint32_t capacity, unsigned *exchange)
{
    for (unsigned i = 0; i < CHAN_EXCHANGES; i++) {
        unsigned n = (host->next_exchange + i) % CHAN_EXCHANGES;
        if (__atomic_load_n(&host->open[n], __ATOMIC_ACQUIRE))
            continue;
        struct chan_exchange *shared = &host->area->exchanges[n];
        if (CHAN_EXCHANGE_STATE(fetch(&shared->state)) == CHAN_EXCHANGE_WITHDRAWN)
            continue; /* its replier has not left yet */
        __atomic_store_n(&host->open[n], 1, __ATOMIC_RELAXED);
        host->generation[n]++;
        host->capacity[n] = capacity;
        host->id[n] = id;
        __atomic_store_n(&shared->id, id, __ATOMIC_RELAXED);
        __atomic_store_n(&shared->capacity, capacity, __ATOMIC_RELAXED);
        /* pairs with the replier's acquire: id and capacity before WAITING */
        __atomic_store_n(
            &shared->state, CHAN_EXCHANGE_WORD(host->generation[n], CHAN_EXCHANGE_WAITING), __ATOMIC_RELEASE);
        host->next_exchange = n + 1;
        *exchange = n;
        return true;
    }
    return false;
}

static void exchange_close(struct chan_host *host, unsigned n)
{
    __atomic_store_n(&host->open[n], 0, __ATOMIC_RELEASE);
}

bool chan_host_exchange_poll(struct chan_host *host, unsigned n, void *buffer, size_t capacity,
    uint32_t *status, size_t *length, bool *sound)
{
    struct chan_exchange *shared = &host->area->exchanges[n];

    if (fetch_acquire(&shared->state) != CHAN_EXCHANGE_WORD(host->generation[n], CHAN_EXCHANGE_REPLIED))
        return false;
    struct chan_range payload = {
        fetch(&shared->payload.segment), fetch(&shared->payload.offset), fetch(&shared->payload.length)};
    *status = fetch(&shared->status);
    *length = payload.length;
    size_t copy = payload.length < capacity ? payload.length : capacity;
    const void *from = chan_host_map(host, payload.segment, payload.offset, payload.length);
    *sound = payload.length == 0 || from != NULL;
    chan_host_enter(host);
    if (*sound && copy > 0)
        memcpy(buffer, from, copy);
    chan_host_leave(host);
    __atomic_store_n(
        &shared->state, CHAN_EXCHANGE_WORD(host->generation[n], CHAN_EXCHANGE_FREE), __ATOMIC_RELEASE);
    exchange_close(host, n);
    return true;
}

bool chan_host_exchange_wait(struct chan_host *host, unsigned n, uint32_t *own, uint32_t own_expected,
    const struct futex_deadline *deadline)
{
    uint32_t *state = &host->area->exchanges[n].state;
    uint32_t now = fetch_acquire(state);

    if (now == CHAN_EXCHANGE_WORD(host->generation[n], CHAN_EXCHANGE_REPLIED))
        return true;
    return futex_wait_both(state, now, own, own_expected, deadline);
}

bool chan_host_exchange_withdraw(struct chan_host *host, unsigned n)
{
    uint32_t *state = &host->area->exchanges[n].state;
    uint32_t generation = host->generation[n];
    uint32_t free = CHAN_EXCHANGE_WORD(generation, CHAN_EXCHANGE_FREE);
    uint32_t now = fetch_acquire(state);
    bool left = false;

    /* A hostile client may keep changing the word: after a few tries it is withdrawn by force, for it harms
     * only itself. */
    for (int tries = 0; tries < 8 && !left; tries++) {
        if (now == CHAN_EXCHANGE_WORD(generation, CHAN_EXCHANGE_REPLIED))
            return false;
        bool replying = now == CHAN_EXCHANGE_WORD(generation, CHAN_EXCHANGE_REPLYING);
        left = __atomic_compare_exchange_n(state, &now,
            replying ? CHAN_EXCHANGE_WORD(generation, CHAN_EXCHANGE_WITHDRAWN) : free, false,
            __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    }
    if (!left)
        __atomic_store_n(state, free, __ATOMIC_RELEASE);
    exchange_close(host, n);
    return true;
}

bool chan_host_exchange_claim(struct chan_host *host, unsigned n, uint64_t id, bool abandoned)
{
    uint32_t generation = host->generation[n];
    uint32_t free = CHAN_EXCHANGE_WORD(generation, CHAN_EXCHANGE_FREE);
    uint32_t *state = &host->area->exchanges[n].state;
    uint32_t now = CHAN_EXCHANGE_WORD(generation, CHAN_EXCHANGE_WAITING);

    if (host->id[n] != id)
        return false; /* its sender has left it, and another has taken it */
    /* pairs with the client's claim: one of the two answers */
    if (__atomic_compare_exchange_n(state, &now, free, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return true;
    return abandoned && now == CHAN_EXCHANGE_WORD(generation, CHAN_EXCHANGE_REPLYING) &&
           __atomic_compare_exchange_n(state, &now, free, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* ---- waiting for a get ---- */

uint32_t chan_host_kick(struct chan_host *host)
{
    return fetch_acquire(&host->area->kick);
}

bool chan_host_wait_for_get(struct chan_host *host, uint32_t kick, uint32_t *own, uint32_t own_expected,
    const struct futex_deadline *deadline)
{
    /* Sequentially consistent with the client's "post, then look for sleepers": one of the two sees the
     * other. */
    __atomic_add_fetch(&host->area->kick_sleepers, 1, __ATOMIC_SEQ_CST);
    bool woken = true;
    if (__atomic_load_n(&host->area->kick, __ATOMIC_SEQ_CST) == kick)
        woken = futex_wait_both(&host->area->kick, kick, own, own_expected, deadline);
    __atomic_sub_fetch(&host->area->kick_sleepers, 1, __ATOMIC_SEQ_CST);
    return woken;
}

uint32_t chan_host_refused_replies(const struct chan_host *host)
{
    return fetch(&host->area->refused_replies);
}

void chan_host_close(struct chan_host *host, uint32_t reason)
{
    __atomic_store_n(&host->area->closed, reason, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&host->area->done, 1, __ATOMIC_SEQ_CST);
    futex_wake_shared(&host->area->done, INT_MAX);
}
