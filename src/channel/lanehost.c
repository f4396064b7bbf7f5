/* The manager's end of a lane. See lanehost.h. */
#include "channel/lanehost.h"

int lane_host_create(struct lane_host *host, int *fd)
{
    int n = chan_segments_add(&host->segments, LANE_SIZE, fd);

    if (n < 0)
        return n;
    host->area = (struct lane_area *)host->segments.each[0].base;
    host->area->magic = LANE_MAGIC;
    host->area->bell = LANE_ABSENT;
    return 0;
}

void lane_host_destroy(struct lane_host *host)
{
    chan_segments_destroy(&host->segments);
}

static uint32_t fetch(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static unsigned seats_of(struct lane_host *host)
{
    uint32_t seats = fetch(&host->area->seats);

    return seats < LANE_SEATS ? seats : LANE_SEATS;
}

static bool is_posted(struct lane_host *host, unsigned n)
{
    uint32_t state = __atomic_load_n(&lane_seat_of(host->area, n)->state, __ATOMIC_SEQ_CST);

    return LANE_SEAT_STATE(state) == LANE_POSTED;
}

/* A request that does not fit its seat is taken with lengths that fail it: the client is broken. */
static void capture(const struct lane_seat *seat, struct lane_request *request)
{
    const struct lane_request *shared = &seat->request;

    request->target = fetch(&shared->target);
    request->op = __atomic_load_n(&shared->op, __ATOMIC_RELAXED);
    request->flags = __atomic_load_n(&shared->flags, __ATOMIC_RELAXED);
    request->number = __atomic_load_n(&shared->number, __ATOMIC_RELAXED);
    request->offset = __atomic_load_n(&shared->offset, __ATOMIC_RELAXED);
    request->code = fetch(&shared->code);
    request->tid = fetch(&shared->tid);
    request->in_length = fetch(&shared->in_length);
    request->out_length = fetch(&shared->out_length);
}

/* Whoever has claimed it answers. Pairs with lane_guest_post: what stands there was written before. A sleeper goes on
 * sleeping. A client that keeps changing the word has to post again. */
static bool claim(struct lane_seat *seat)
{
    uint32_t state = __atomic_load_n(&seat->state, __ATOMIC_ACQUIRE);

    return LANE_SEAT_STATE(state) == LANE_POSTED &&
           __atomic_compare_exchange_n(&seat->state, &state, LANE_TAKEN | (state & WAIT_ASLEEP), false,
               __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE);
}

static bool take(struct lane_host *host, unsigned n, struct lane_request *request)
{
    struct lane_seat *seat = lane_seat_of(host->area, n);

    if (!claim(seat))
        return false;
    capture(seat, request);
    return true;
}

void lane_host_turn_away(struct lane_host *host, uint16_t op)
{
    unsigned count = seats_of(host);

    for (unsigned n = 0; n < count; n++) {
        struct lane_seat *seat = lane_seat_of(host->area, n);
        if (is_posted(host, n) && __atomic_load_n(&seat->request.op, __ATOMIC_RELAXED) == op && claim(seat))
            lane_host_answer(host, n, 0, LANE_ELSEWHERE);
    }
}

bool lane_host_take(struct lane_host *host, unsigned *seat, struct lane_request *request)
{
    unsigned count = seats_of(host);

    wait_publish(&host->area->server_cpu);
    for (unsigned i = 0; i < count; i++) {
        unsigned n = (host->next + i) % count;
        if (!take(host, n, request))
            continue;
        host->next = n + 1; /* each in its turn */
        *seat = n;
        return true;
    }
    return false;
}

static bool any_posted(void *context)
{
    struct lane_host *host = context;
    unsigned count = seats_of(host);

    for (unsigned n = 0; n < count; n++) {
        if (is_posted(host, n))
            return true;
    }
    return false;
}

/* Where whom we serve runs: of several, the first. */
static const uint32_t *client_cpu(struct lane_host *host)
{
    return &lane_seat_of(host->area, (host->next + LANE_SEATS - 1) % LANE_SEATS)->cpu;
}

bool lane_host_rest(struct lane_host *host, uint32_t *own, uint32_t own_expected, uint64_t ns)
{
    struct lane_area *area = host->area;
    bool in_time = true;

    if (wait_spin(&host->pace, client_cpu(host), &area->server_cpu, any_posted, host))
        return true;
    __atomic_store_n(&area->bell, LANE_ASLEEP, __ATOMIC_SEQ_CST);
    if (!any_posted(host)) {
        struct futex_deadline deadline = futex_after_ns(ns);
        in_time = futex_wait_both(&area->bell, LANE_ASLEEP, own, own_expected, &deadline);
    }
    __atomic_store_n(&area->bell, LANE_AWAKE, __ATOMIC_SEQ_CST);
    return in_time;
}

bool lane_host_leave(struct lane_host *host)
{
    uint32_t absent = LANE_ABSENT;

    __atomic_store_n(&host->area->bell, LANE_ABSENT, __ATOMIC_SEQ_CST);
    return !any_posted(host) || !__atomic_compare_exchange_n(&host->area->bell, &absent, LANE_AWAKE, false,
                                    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

uint8_t *lane_host_data(struct lane_host *host, unsigned seat)
{
    return lane_seat_of(host->area, seat)->data;
}

uint32_t lane_host_thread(struct lane_host *host, unsigned seat)
{
    return fetch(&lane_seat_of(host->area, seat)->thread);
}

bool lane_host_wants_end(struct lane_host *host, unsigned seat)
{
    return __atomic_load_n(&lane_seat_of(host->area, seat)->cancel, __ATOMIC_SEQ_CST) != 0;
}

/* Not instrumented: the client may use the seat again at once, before ThreadSanitizer could be told of the order. */
__attribute__((no_sanitize("thread"))) void lane_host_answer(
    struct lane_host *host, unsigned n, uint32_t status, uint64_t information)
{
    struct lane_seat *seat = lane_seat_of(host->area, n);

    __atomic_store_n(&seat->status, status, __ATOMIC_RELAXED);
    __atomic_store_n(&seat->information, information, __ATOMIC_RELAXED);
    wait_change(&seat->state, LANE_DONE); /* releases all of that, and the output */
}
