/* The manager's end of a connection's shared memory: segments and gets. See host.h and layout.h. */
#include "channel/hostinner.h"
#include "channel/pages.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* ---- segments ---- */

struct chan_host *chan_host_create(void)
{
    struct chan_host *host = chan_pages_allocate(sizeof *host);
    int fd;

    if (host == NULL)
        return NULL;
    int n = chan_segments_add(&host->segments, CHAN_SEGMENT0_SIZE, &fd);
    if (n < 0) {
        chan_pages_free(host, sizeof *host);
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
    chan_pages_free(host, sizeof *host);
}

/* The words that the client's end begins with. What stands elsewhere is written before it is read. */
static void renew_area(struct chan_area *area)
{
    uint32_t *const words[] = {&area->closed, &area->seats, &area->kick_sleepers, &area->stamp, &area->refused_replies,
        &area->done_sleepers, &area->late_sleepers, &area->ring_tail};

    area->magic = CHAN_MAGIC;
    area->size = CHAN_SEGMENT0_SIZE;
    area->data_offset = CHAN_DATA_OFFSET;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        __atomic_store_n(words[i], 0, __ATOMIC_RELAXED);
}

bool chan_host_may_serve_again(const struct chan_host *host)
{
    return host->bank == NULL && host->segments.count == 1;
}

/* Generations of exchanges go on: a word of an earlier connection's is never taken for a reply. */
void chan_host_renew(struct chan_host *host)
{
    for (unsigned n = 0; n < CHAN_GETS; n++) {
        if (host->gets[n].busy || host->gets[n].queued || host->gets[n].seen != 0)
            host->gets[n] = (struct host_get){.busy = 0};
        if (__atomic_load_n(&host->exchanges[n].open, __ATOMIC_RELAXED))
            host->exchanges[n].open = 0;
    }
    host->ring_head = 0;
    host->posted = 0;
    host->hot = 0;
    host->first = host->last = NO_GET;
    renew_area(host->area);
}

int chan_host_fd(const struct chan_host *host)
{
    return host->segments.each[0].fd;
}

int chan_host_add_segment(struct chan_host *host, size_t size, int *fd_out)
{
    return chan_segments_add(&host->segments, size, fd_out);
}

int chan_host_add_bank(struct chan_host *host, int *fd_out)
{
    if (host->bank != NULL)
        return -EEXIST;
    int n = chan_segments_add(&host->segments, sizeof(struct chan_bank), fd_out);
    if (n >= 0)
        __atomic_store_n(&host->bank, (struct chan_bank *)host->segments.each[n].base, __ATOMIC_RELEASE);
    return n;
}

size_t chan_host_bytes(const struct chan_host *host)
{
    return chan_segments_bytes(&host->segments);
}

void *chan_host_map(struct chan_host *host, uint32_t segment, uint32_t offset, uint32_t length)
{
    void *at = chan_segments_map(&host->segments, CHAN_DATA_OFFSET, segment, offset, length);
    const struct chan_bank *bank = __atomic_load_n(&host->bank, __ATOMIC_ACQUIRE);

    if (at != NULL && bank != NULL && host->segments.each[segment].base == (const uint8_t *)bank)
        return NULL; /* no data there */
    return at;
}

void *chan_host_segment(const struct chan_host *host, unsigned segment, size_t *size)
{
    if (segment >= host->segments.count)
        return NULL;
    *size = host->segments.each[segment].size;
    return host->segments.each[segment].base;
}

/* ---- gets of the ring ---- */

/* Our own copy of what the client says about a get; the client may go on changing its words, we no longer
 * look. */
static void capture(struct chan_host *host, unsigned n)
{
    struct host_get *own = &host->gets[n];
    const struct chan_get *get = shared_get(host, n);

    own->segment = __atomic_load_n(&get->segment, __ATOMIC_RELAXED);
    own->offset = fetch(&get->offset);
    own->size = fetch(&get->size);
    own->stamp = fetch(&get->stamp);
}

static bool enqueue(struct chan_host *host, unsigned n)
{
    if (n < CHAN_SEATS || n >= get_limit(host))
        return false;
    struct host_get *own = &host->gets[n];

    if (own->queued || __atomic_load_n(&own->busy, __ATOMIC_ACQUIRE))
        return false;
    chan_host_enter(host); /* whoever filled this place before has left it */
    capture(host, n);
    own->queued = true;
    own->next = NO_GET;
    if (host->last == NO_GET)
        __atomic_store_n(&host->first, (uint16_t)n, __ATOMIC_RELEASE);
    else
        host->gets[host->last].next = (uint16_t)n;
    host->last = (uint16_t)n;
    host->posted++;
    return true;
}

static unsigned seat_count(const struct chan_host *host)
{
    uint32_t seats = fetch(&host->area->seats);

    return seats < CHAN_SEATS ? seats : CHAN_SEATS;
}

static bool is_posted(const struct chan_get *get)
{
    return (fetch_acquire(&get->state) & ~WAIT_ASLEEP) == CHAN_GET_POSTED;
}

/* Seats that have been posted since they were last counted. */
static void count_seats(struct chan_host *host)
{
    unsigned count = seat_count(host);

    for (unsigned n = 0; n < count; n++) {
        const struct chan_get *get = &host->area->gets[n];
        if (!is_posted(get))
            continue;
        uint32_t mark = fetch(&get->stamp) + 1; /* 0: never counted */
        host->posted += mark != host->gets[n].seen;
        host->gets[n].seen = mark;
    }
}

bool chan_host_collect(struct chan_host *host)
{
    uint32_t tail = __atomic_load_n(&host->area->ring_tail, __ATOMIC_SEQ_CST);
    uint32_t head = host->ring_head;

    if (tail - head > CHAN_RING)
        return false;
    for (; head != tail; head++) {
        unsigned n = __atomic_load_n(&host->area->ring[head % CHAN_RING], __ATOMIC_RELAXED);
        if (!enqueue(host, n))
            return false;
        __atomic_store_n(&host->ring_head, head + 1, __ATOMIC_RELEASE);
    }
    count_seats(host);
    return true;
}

uint64_t chan_host_posted(const struct chan_host *host)
{
    return host->posted;
}

unsigned chan_host_pending(const struct chan_host *host)
{
    unsigned count = 0, seats = seat_count(host);

    for (unsigned n = host->first; n != NO_GET; n = host->gets[n].next)
        count += is_posted(shared_get(host, n));
    for (unsigned n = 0; n < seats; n++)
        count += is_posted(&host->area->gets[n]);
    return count;
}

static void unlink_get(struct chan_host *host, unsigned previous, unsigned n)
{
    struct host_get *own = &host->gets[n];

    if (previous == NO_GET)
        __atomic_store_n(&host->first, own->next, __ATOMIC_RELEASE);
    else
        host->gets[previous].next = own->next;
    if (host->last == n)
        host->last = (uint16_t)previous;
    own->queued = false;
}

/* POSTED is left exactly once: pairs with the client's cancel (P-123). The reader may fall asleep meanwhile, which
 * changes the word without changing its state. */
static bool leave_posted(struct chan_get *get, bool *asleep)
{
    uint32_t now = fetch(&get->state);

    for (int tries = 0; tries < 4 && (now & ~WAIT_ASLEEP) == CHAN_GET_POSTED; tries++) {
        *asleep = now & WAIT_ASLEEP;
        if (__atomic_compare_exchange_n(&get->state, &now, CHAN_GET_TAKEN | (now & WAIT_ASLEEP), false,
                __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return true;
    }
    return false;
}

static bool take_queued(struct chan_host *host, unsigned previous, unsigned n)
{
    struct host_get *own = &host->gets[n];
    struct chan_get *get = shared_get(host, n);

    unlink_get(host, previous, n);
    if (leave_posted(get, &own->asleep)) {
        __atomic_store_n(&own->busy, 1, __ATOMIC_RELAXED);
        return true;
    }
    __atomic_store_n(&get->state, CHAN_GET_FREE, __ATOMIC_RELEASE); /* cancelled: the place is the client's again */
    return false;
}

/* Sizes of gets that are looked for. */
struct wanted {
    size_t least, below;
};

static bool fits(size_t size, struct wanted wanted)
{
    return size >= wanted.least && size < wanted.below;
}

/* The oldest that fits and is not cancelled stays in the queue: its number and the one before it. */
static unsigned first_that_fits(struct chan_host *host, struct wanted wanted, unsigned *previous)
{
    unsigned next;

    *previous = NO_GET;
    for (unsigned n = host->first; n != NO_GET; n = next) {
        next = host->gets[n].next;
        if ((fetch(&shared_get(host, n)->state) & ~WAIT_ASLEEP) == CHAN_GET_CANCELLED)
            take_queued(host, *previous, n);
        else if (fits(host->gets[n].size, wanted))
            return n;
        else
            *previous = n;
    }
    return NO_GET;
}

/* ---- seats ---- */

static bool is_older(uint32_t stamp, uint32_t than)
{
    return (int32_t)(stamp - than) < 0;
}

/* The posted seat that has waited longest of those that fit (P-54), and its stamp. Threads that read synchronously are
 * not alike: a program sees which of two that wait gets the first message. */
static unsigned choose_seat(struct chan_host *host, struct wanted wanted, uint32_t *oldest)
{
    unsigned count = seat_count(host), best = NO_GET;

    for (unsigned n = 0; n < count; n++) {
        const struct chan_get *get = &host->area->gets[n];
        if ((fetch(&get->state) & ~WAIT_ASLEEP) != CHAN_GET_POSTED || !fits(fetch(&get->size), wanted))
            continue;
        uint32_t stamp = fetch(&get->stamp);
        if (best == NO_GET || is_older(stamp, *oldest)) {
            best = n;
            *oldest = stamp;
        }
    }
    return best;
}

/* Whoever sleeps for a get looks again: for a while it could not see one. */
static void kick_ourselves(struct chan_host *host)
{
    __atomic_add_fetch(&host->area->kick, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&host->area->kick_sleepers, __ATOMIC_SEQ_CST) != 0)
        futex_wake_shared(&host->area->kick, INT_MAX);
}

/* The reader has made its get of another size between our look and the claim. */
static void put_seat_back(struct chan_host *host, unsigned n)
{
    struct chan_get *get = &host->area->gets[n];

    __atomic_store_n(&host->gets[n].busy, 0, __ATOMIC_RELEASE);
    uint32_t now = fetch(&get->state);
    for (int tries = 0; tries < 4 && (now & ~WAIT_ASLEEP) == CHAN_GET_TAKEN; tries++) {
        if (__atomic_compare_exchange_n(&get->state, &now, CHAN_GET_POSTED | (now & WAIT_ASLEEP), false,
                __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            break;
    }
    kick_ourselves(host);
}

/* Our own claim comes first: the client could post a seat that one of our senders is still at. */
static bool claim_seat(struct chan_host *host, unsigned n, struct wanted wanted)
{
    struct host_get *own = &host->gets[n];

    if (__atomic_exchange_n(&own->busy, 1, __ATOMIC_ACQUIRE) != 0)
        return false;
    if (!leave_posted(&host->area->gets[n], &own->asleep)) {
        __atomic_store_n(&own->busy, 0, __ATOMIC_RELEASE);
        kick_ourselves(host); /* it may have been posted again, and another sender met our claim */
        return false;
    }
    chan_host_enter(host);
    capture(host, n);
    if (fits(own->size, wanted)) {
        if (__atomic_load_n(&host->hot, __ATOMIC_RELAXED) != n)
            __atomic_store_n(&host->hot, n, __ATOMIC_RELAXED);
        return true;
    }
    put_seat_back(host, n);
    return false;
}

/* ---- taking ---- */

#define ATTEMPTS 8 /* others take seats, too; a client that changes its mind all the time gets nothing */

static bool take_oldest(struct chan_host *host, struct wanted wanted, unsigned *get)
{
    for (int attempt = 0; attempt < ATTEMPTS;) {
        unsigned previous;
        uint32_t oldest = 0;
        unsigned queued = first_that_fits(host, wanted, &previous);
        unsigned seat = choose_seat(host, wanted, &oldest);
        if (queued == NO_GET && seat == NO_GET)
            return false;
        /* of all that fit the oldest is taken (P-54) */
        bool use_queue = seat == NO_GET || (queued != NO_GET && is_older(host->gets[queued].stamp, oldest));
        *get = use_queue ? queued : seat;
        if (use_queue ? take_queued(host, previous, queued) : claim_seat(host, seat, wanted))
            return true;
        attempt += !use_queue; /* a cancelled one has left the queue */
    }
    return false;
}

bool chan_host_take(struct chan_host *host, size_t size, unsigned *get)
{
    return take_oldest(host, (struct wanted){size, SIZE_MAX}, get);
}

bool chan_host_take_small(struct chan_host *host, size_t size, unsigned *get)
{
    return take_oldest(host, (struct wanted){0, size}, get);
}

static bool ring_is_empty(struct chan_host *host)
{
    return __atomic_load_n(&host->first, __ATOMIC_ACQUIRE) == NO_GET &&
           fetch_acquire(&host->area->ring_tail) == __atomic_load_n(&host->ring_head, __ATOMIC_ACQUIRE);
}

bool chan_host_ring_waits(struct chan_host *host)
{
    return !ring_is_empty(host);
}

bool chan_host_take_seat(struct chan_host *host, size_t size, unsigned *get)
{
    const struct wanted wanted = {size, SIZE_MAX};
    uint32_t oldest;

    if (!ring_is_empty(host))
        return false;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        *get = choose_seat(host, wanted, &oldest);
        if (*get == NO_GET)
            return false;
        if (claim_seat(host, *get, wanted))
            return true;
    }
    return false;
}

/* ---- a taken get ---- */

/* A reader on our own CPU could copy nothing before we have ended. */
static bool comes_in_parts(const struct chan_get *get, size_t size)
{
    uint32_t cpu = fetch(&get->cpu);

    return size >= CHAN_PARTS_FROM && cpu != 0 && cpu != wait_here() &&
           __atomic_load_n(&get->notify, __ATOMIC_RELAXED) == CHAN_NOTIFY_READER;
}

/* The reader is woken now: until it runs there is something to copy. */
static void begin_parts(struct host_get *own, struct chan_get *get, size_t size)
{
    __atomic_store_n(&get->progress, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&get->bytes, (uint32_t)size, __ATOMIC_RELAXED);
    __atomic_store_n(&get->sender_cpu, wait_here(), __ATOMIC_RELAXED);
    /* pairs with the reader's acquire of `state`: the three before COMING */
    own->woken = __atomic_exchange_n(&get->state, CHAN_GET_COMING, __ATOMIC_SEQ_CST) & WAIT_ASLEEP;
    if (own->woken)
        futex_wake_shared(&get->state, 1);
}

static void copy_parts(struct chan_get *get, uint8_t *to, size_t header_size, const uint8_t *payload, size_t size)
{
    for (size_t part, at = 0; at < size; at += part) {
        part = size - at < CHAN_PART ? size - at : CHAN_PART;
        memcpy(to + header_size + at, payload + at, part);
        /* pairs with the reader's acquire of `progress` */
        __atomic_store_n(&get->progress, (uint32_t)(header_size + at + part), __ATOMIC_RELEASE);
    }
}

bool chan_host_fill(struct chan_host *host, unsigned n, const void *header, size_t header_size,
    const void *payload, size_t payload_size)
{
    struct host_get *own = &host->gets[n];
    struct chan_get *get = shared_get(host, n);
    uint8_t *to = get->message;

    own->woken = false;
    if (header_size > own->size || payload_size > own->size - header_size)
        return false;
    if (header_size + payload_size > CHAN_GET_INLINE)
        to = chan_host_map(host, own->segment, own->offset, own->size);
    if (to == NULL)
        return false;
    __atomic_store_n(&get->exchange, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&get->generation, 0, __ATOMIC_RELAXED);
    chan_host_enter(host);
    memcpy(to, header, header_size);
    if (comes_in_parts(get, header_size + payload_size)) {
        begin_parts(own, get, header_size + payload_size);
        copy_parts(get, to, header_size, payload, payload_size);
    } else if (payload_size > 0) {
        memcpy(to + header_size, payload, payload_size);
    }
    chan_host_leave(host);
    return true;
}

static bool wake_counted(uint32_t *word, const uint32_t *sleepers)
{
    /* sequentially consistent, as the change of the get before, with the client's "count myself asleep, then look": one of
     * the two sees the other */
    if (__atomic_load_n(sleepers, __ATOMIC_SEQ_CST) == 0)
        return false;
    __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
    futex_wake_shared(word, 1);
    return true;
}

/* Whether somebody had to be woken. */
static bool tell_done(struct chan_area *area)
{
    return wake_counted(&area->done, &area->done_sleepers) || wake_counted(&area->late, &area->late_sleepers);
}

bool chan_host_finish(struct chan_host *host, unsigned n, uint32_t status, size_t bytes)
{
    struct host_get *own = &host->gets[n];
    struct chan_get *get = shared_get(host, n);
    bool notify = __atomic_load_n(&get->notify, __ATOMIC_RELAXED) == CHAN_NOTIFY_DONE, woken = own->woken;

    own->woken = false;
    __atomic_store_n(&get->status, status, __ATOMIC_RELAXED);
    __atomic_store_n(&get->bytes, (uint32_t)bytes, __ATOMIC_RELAXED);
    __atomic_store_n(&get->sender_cpu, wait_here(), __ATOMIC_RELAXED);
    /* ours no longer before the client can post it again: the next claim must not fail */
    __atomic_store_n(&own->busy, 0, __ATOMIC_RELEASE);
    /* pairs with the reader's acquire of `state`: message, status and count before DONE */
    bool slept = __atomic_exchange_n(&get->state, CHAN_GET_DONE, __ATOMIC_SEQ_CST) & WAIT_ASLEEP;
    if (slept)
        futex_wake_shared(&get->state, 1);
    return slept || woken || (notify && tell_done(host->area));
}

/* ---- waiting for a get ---- */

uint32_t chan_host_kick(struct chan_host *host)
{
    return fetch_acquire(&host->area->kick);
}

struct get_look {
    struct chan_host *host;
    const uint32_t *seat; /* where the last message went */
};

static bool has_posted(void *context)
{
    struct get_look *look = context;

    return (fetch(look->seat) & ~WAIT_ASLEEP) == CHAN_GET_POSTED ||
           fetch(&look->host->area->ring_tail) != __atomic_load_n(&look->host->ring_head, __ATOMIC_RELAXED);
}

bool chan_host_look_for_get(struct chan_host *host)
{
    struct chan_get *hot = &host->area->gets[__atomic_load_n(&host->hot, __ATOMIC_RELAXED)];
    struct get_look look = {host, &hot->state};

    if (fetch(&hot->cpu) == wait_here())
        return false;
    for (unsigned i = 0; i < WAIT_FIRST_LOOKS; i++) {
        if (has_posted(&look))
            return true;
    }
    return false;
}

bool chan_host_spin_for_get(struct chan_host *host)
{
    struct chan_get *hot = &host->area->gets[__atomic_load_n(&host->hot, __ATOMIC_RELAXED)];
    struct get_look look = {host, &hot->state};

    return wait_spin(&host->pace_get, &hot->cpu, NULL, has_posted, &look);
}

bool chan_host_wait_for_get(struct chan_host *host, uint32_t kick, uint32_t *own, uint32_t own_expected,
    const struct futex_deadline *deadline, unsigned vain)
{
    if (vain >= WAIT_MOST_VAIN)
        return wait_patiently(own, own_expected, deadline);
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

/* Sequentially consistent with the client's "count myself asleep, then look at `closed`". */
static void wake_all_counted(uint32_t *word, const uint32_t *sleepers)
{
    __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(sleepers, __ATOMIC_SEQ_CST) != 0)
        futex_wake_shared(word, INT_MAX);
}

void chan_host_close(struct chan_host *host, uint32_t reason)
{
    __atomic_store_n(&host->area->closed, reason, __ATOMIC_SEQ_CST);
    wake_all_counted(&host->area->done, &host->area->done_sleepers);
    wake_all_counted(&host->area->late, &host->area->late_sleepers);
}
