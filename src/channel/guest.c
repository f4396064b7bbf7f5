/* The client's end of a connection's shared memory. See guest.h and layout.h. */
#include "channel/guest.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct pending_call {
    struct chan_call *call;
    struct pending_call *next;
};

struct chan_guest {
    struct chan_area *area;
    pthread_mutex_t lock; /* everything below, and the posting side of the ring */
    struct chan_rooms rooms;
    bool busy[CHAN_GETS];      /* posted and its result not yet taken */
    bool withdrawn[CHAN_GETS]; /* cancelled; the manager has not let go of the place yet */
    unsigned next_get;
    struct chan_range exchange_rooms[CHAN_EXCHANGES]; /* reply payloads the manager may still read */
    struct pending_call *calls;
    uint32_t hung_up; /* __atomic: the status, once the socket is gone */
};

/* ---- memory ---- */

struct chan_guest *chan_guest_create(int fd, chan_grow_fn *grow, void *grow_context)
{
    struct chan_guest *guest = calloc(1, sizeof *guest);

    if (guest == NULL) {
        close(fd);
        return NULL;
    }
    int error = chan_rooms_map(&guest->rooms, fd, CHAN_DATA_OFFSET);
    if (error == 0 && guest->rooms.segments[0].size >= CHAN_SEGMENT0_SIZE) {
        guest->area = (struct chan_area *)guest->rooms.segments[0].base;
        if (guest->area->magic == CHAN_MAGIC && guest->area->data_offset == CHAN_DATA_OFFSET) {
            guest->rooms.grow = grow;
            guest->rooms.grow_context = grow_context;
            pthread_mutex_init(&guest->lock, NULL);
            return guest;
        }
        error = -EPROTO;
    }
    chan_rooms_destroy(&guest->rooms);
    free(guest);
    errno = error != 0 ? -error : EPROTO;
    return NULL;
}

void chan_guest_destroy(struct chan_guest *guest)
{
    chan_rooms_destroy(&guest->rooms);
    pthread_mutex_destroy(&guest->lock);
    free(guest);
}

bool chan_guest_allocate(struct chan_guest *guest, size_t size, struct chan_range *range)
{
    pthread_mutex_lock(&guest->lock);
    bool ok = chan_rooms_allocate(&guest->rooms, size, range);
    pthread_mutex_unlock(&guest->lock);
    return ok;
}

void chan_guest_free(struct chan_guest *guest, const struct chan_range *range)
{
    pthread_mutex_lock(&guest->lock);
    chan_rooms_free(&guest->rooms, range);
    pthread_mutex_unlock(&guest->lock);
}

void *chan_guest_address(struct chan_guest *guest, const struct chan_range *range)
{
    return chan_rooms_address(&guest->rooms, range);
}

/* ---- gets ---- */

uint32_t chan_guest_closed(struct chan_guest *guest)
{
    uint32_t hung_up = __atomic_load_n(&guest->hung_up, __ATOMIC_ACQUIRE);

    return hung_up != 0 ? hung_up : __atomic_load_n(&guest->area->closed, __ATOMIC_SEQ_CST);
}

uint32_t chan_guest_end_word(struct chan_guest *guest)
{
    return __atomic_load_n(&guest->area->closed, __ATOMIC_SEQ_CST);
}

void chan_guest_count_refused(struct chan_guest *guest)
{
    __atomic_add_fetch(&guest->area->refused_replies, 1, __ATOMIC_RELAXED);
}

static bool find_free_get(struct chan_guest *guest, unsigned *get)
{
    for (unsigned i = 0; i < CHAN_GETS; i++) {
        unsigned n = (guest->next_get + i) % CHAN_GETS;
        if (guest->withdrawn[n] &&
            __atomic_load_n(&guest->area->gets[n].state, __ATOMIC_ACQUIRE) == CHAN_GET_FREE) {
            chan_rooms_free(&guest->rooms, &guest->area->gets[n].room);
            guest->withdrawn[n] = false;
        }
        if (!guest->busy[n] && !guest->withdrawn[n]) {
            guest->next_get = n + 1;
            *get = n;
            return true;
        }
    }
    return false;
}

/* Sequentially consistent with the manager's "count myself asleep, then look at kick". */
static void kick(struct chan_guest *guest)
{
    __atomic_add_fetch(&guest->area->kick, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&guest->area->kick_sleepers, __ATOMIC_SEQ_CST) != 0)
        futex_wake_shared(&guest->area->kick, 1);
}

static int post_locked(struct chan_guest *guest, size_t size, bool notify, unsigned *get_out)
{
    struct chan_area *area = guest->area;
    unsigned n;

    if (chan_guest_closed(guest) != 0)
        return -EPIPE;
    if (!find_free_get(guest, &n))
        return -EAGAIN;
    struct chan_get *get = &area->gets[n];
    struct chan_range room;
    if (!chan_rooms_allocate(&guest->rooms, size, &room))
        return -ENOMEM;
    get->room = room;
    get->notify = notify;
    guest->busy[n] = true;
    __atomic_store_n(&get->state, CHAN_GET_POSTED, __ATOMIC_RELEASE);
    uint32_t tail = area->ring_tail;
    __atomic_store_n(&area->ring[tail % CHAN_RING], (uint16_t)n, __ATOMIC_RELAXED);
    /* pairs with the manager's fetch in chan_host_collect, and with its "close, then collect": one of the two
     * sees the other */
    __atomic_store_n(&area->ring_tail, tail + 1, __ATOMIC_SEQ_CST);
    *get_out = n;
    return 0;
}

int chan_guest_post(struct chan_guest *guest, size_t size, bool notify, unsigned *get)
{
    pthread_mutex_lock(&guest->lock);
    int error = post_locked(guest, size, notify, get);
    pthread_mutex_unlock(&guest->lock);
    if (error != 0)
        return error;
    kick(guest);
    /* posted behind the manager's back while it closed: taken back, or it has been answered */
    if (chan_guest_closed(guest) != 0 && chan_guest_cancel(guest, *get))
        return -EPIPE;
    return 0;
}

bool chan_guest_is_done(struct chan_guest *guest, unsigned get)
{
    return __atomic_load_n(&guest->area->gets[get].state, __ATOMIC_ACQUIRE) == CHAN_GET_DONE;
}

bool chan_guest_wait(struct chan_guest *guest, unsigned get, const struct futex_deadline *deadline)
{
    uint32_t *state = &guest->area->gets[get].state;

    for (;;) {
        uint32_t now = __atomic_load_n(state, __ATOMIC_ACQUIRE);
        if (now == CHAN_GET_DONE || now == CHAN_GET_CANCELLED || now == CHAN_GET_FREE)
            return true;
        if (!futex_wait_shared(state, now, deadline))
            return false;
    }
}

void chan_guest_result(
    struct chan_guest *guest, unsigned n, void *buffer, size_t size, uint32_t *status, size_t *bytes)
{
    struct chan_get *get = &guest->area->gets[n];

    *status = __atomic_load_n(&get->status, __ATOMIC_RELAXED);
    *bytes = __atomic_load_n(&get->bytes, __ATOMIC_RELAXED);
    if (*status == 0)
        memcpy(buffer, chan_guest_address(guest, &get->room), *bytes < size ? *bytes : size);
    pthread_mutex_lock(&guest->lock);
    chan_rooms_free(&guest->rooms, &get->room);
    guest->busy[n] = false;
    __atomic_store_n(&get->state, CHAN_GET_FREE, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&guest->lock);
}

static bool cancel(struct chan_guest *guest, unsigned n, bool keep)
{
    struct chan_get *get = &guest->area->gets[n];
    uint32_t posted = CHAN_GET_POSTED;

    pthread_mutex_lock(&guest->lock);
    bool cancelled = __atomic_compare_exchange_n(
        &get->state, &posted, CHAN_GET_CANCELLED, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
    if (cancelled) {
        guest->busy[n] = keep;
        guest->withdrawn[n] = true;
    }
    pthread_mutex_unlock(&guest->lock);
    if (cancelled)
        futex_wake_shared(&get->state, INT_MAX);
    return cancelled;
}

bool chan_guest_cancel(struct chan_guest *guest, unsigned n)
{
    return cancel(guest, n, false);
}

bool chan_guest_cancel_reader(struct chan_guest *guest, unsigned n)
{
    return cancel(guest, n, true);
}

void chan_guest_forget(struct chan_guest *guest, unsigned n)
{
    pthread_mutex_lock(&guest->lock);
    guest->busy[n] = false;
    pthread_mutex_unlock(&guest->lock);
}

/* ---- completer ---- */

uint32_t chan_guest_done_count(struct chan_guest *guest)
{
    return __atomic_load_n(&guest->area->done, __ATOMIC_SEQ_CST);
}

void chan_guest_wait_done(struct chan_guest *guest, uint32_t seen)
{
    futex_wait_shared(&guest->area->done, seen, &futex_forever);
}

void chan_guest_wake_completer(struct chan_guest *guest)
{
    __atomic_add_fetch(&guest->area->done, 1, __ATOMIC_SEQ_CST);
    futex_wake_shared(&guest->area->done, INT_MAX);
}

/* ---- replies ---- */

/* Claims the exchange with this id for one replier; false when nobody waits for it (any more). */
static bool claim(struct chan_guest *guest, uint64_t id, unsigned *exchange, uint32_t *word)
{
    for (unsigned n = 0; n < CHAN_EXCHANGES; n++) {
        struct chan_exchange *e = &guest->area->exchanges[n];
        uint32_t now = __atomic_load_n(&e->state, __ATOMIC_ACQUIRE);
        if (CHAN_EXCHANGE_STATE(now) != CHAN_EXCHANGE_WAITING ||
            __atomic_load_n(&e->id, __ATOMIC_RELAXED) != id)
            continue;
        *word = CHAN_EXCHANGE_WORD(CHAN_EXCHANGE_GENERATION(now), CHAN_EXCHANGE_REPLYING);
        if (__atomic_compare_exchange_n(&e->state, &now, *word, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
            *exchange = n;
            return true;
        }
        return false;
    }
    return false;
}

/* Leaves a claimed exchange in that state. False when the sender has withdrawn meanwhile (P-64): the place is
 * given back to the manager, which waits for that before it uses it again. */
static bool leave(struct chan_guest *guest, unsigned exchange, uint32_t word, enum chan_exchange_state state)
{
    uint32_t *shared = &guest->area->exchanges[exchange].state;
    uint32_t generation = CHAN_EXCHANGE_GENERATION(word);

    if (__atomic_compare_exchange_n(
            shared, &word, CHAN_EXCHANGE_WORD(generation, state), false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return true;
    __atomic_store_n(shared, CHAN_EXCHANGE_WORD(generation, CHAN_EXCHANGE_FREE), __ATOMIC_RELEASE);
    kick(guest); /* a sender may have found every place in use */
    return false;
}

/* The last payload of this place has been read by now: the manager opened the place again only after closing
 * it, and no earlier replier is left in it. */
static bool reply_room(struct chan_guest *guest, unsigned exchange, size_t size, struct chan_range *room)
{
    pthread_mutex_lock(&guest->lock);
    struct chan_range *last = &guest->exchange_rooms[exchange];
    bool ok = true;
    if (last->length < size || last->length == 0) {
        if (last->length != 0)
            chan_rooms_free(&guest->rooms, last);
        *last = (struct chan_range){0, 0, 0};
        ok = size == 0 || chan_rooms_allocate(&guest->rooms, size, last);
    }
    *room = *last;
    pthread_mutex_unlock(&guest->lock);
    return ok;
}

enum chan_reply_result chan_guest_reply(
    struct chan_guest *guest, uint64_t id, uint32_t status, const void *payload, size_t size)
{
    unsigned n;
    uint32_t word;
    struct chan_range room;

    if (id == 0 || !claim(guest, id, &n, &word))
        return CHAN_REPLY_NO_WAITER;
    struct chan_exchange *e = &guest->area->exchanges[n];
    uint32_t capacity = __atomic_load_n(&e->capacity, __ATOMIC_RELAXED);
    if (!reply_room(guest, n, size, &room))
        return leave(guest, n, word, CHAN_EXCHANGE_WAITING) ? CHAN_REPLY_NO_MEMORY : CHAN_REPLY_NO_WAITER;
    if (size > 0)
        memcpy(chan_guest_address(guest, &room), payload, size);
    e->payload = (struct chan_range){room.segment, room.offset, (uint32_t)size};
    e->status = status;
    if (!leave(guest, n, word, CHAN_EXCHANGE_REPLIED))
        return CHAN_REPLY_NO_WAITER;
    futex_wake_shared(&e->state, 1);
    return size > capacity ? CHAN_REPLY_TRUNCATED : CHAN_REPLY_OK;
}

/* ---- the end ---- */

void chan_guest_hang_up(struct chan_guest *guest, uint32_t status)
{
    uint32_t alive = 0;

    __atomic_compare_exchange_n(&guest->hung_up, &alive, status, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    pthread_mutex_lock(&guest->lock);
    for (unsigned n = 0; n < CHAN_GETS; n++) {
        struct chan_get *get = &guest->area->gets[n];
        uint32_t now = __atomic_load_n(&get->state, __ATOMIC_ACQUIRE);
        if (!guest->busy[n] || (now != CHAN_GET_POSTED && now != CHAN_GET_TAKEN))
            continue;
        if (__atomic_compare_exchange_n(
                &get->state, &now, CHAN_GET_TAKEN, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
            __atomic_store_n(&get->status, status, __ATOMIC_RELAXED);
            __atomic_store_n(&get->bytes, 0, __ATOMIC_RELAXED);
            __atomic_store_n(&get->state, CHAN_GET_DONE, __ATOMIC_SEQ_CST);
        }
        futex_wake_shared(&get->state, INT_MAX);
    }
    for (struct pending_call *p = guest->calls; p != NULL; p = p->next) {
        __atomic_store_n(&p->call->status, status, __ATOMIC_RELAXED);
        __atomic_store_n(&p->call->state, 2, __ATOMIC_SEQ_CST);
        futex_wake_shared(&p->call->state, INT_MAX);
    }
    pthread_mutex_unlock(&guest->lock);
    chan_guest_wake_completer(guest);
}

static void forget_call(struct chan_guest *guest, struct pending_call *mine)
{
    pthread_mutex_lock(&guest->lock);
    for (struct pending_call **p = &guest->calls; *p != NULL; p = &(*p)->next) {
        if (*p == mine) {
            *p = mine->next;
            break;
        }
    }
    pthread_mutex_unlock(&guest->lock);
}

bool chan_call_wait(struct chan_guest *guest, struct chan_call *call, uint32_t *status, uint32_t *bytes)
{
    struct pending_call mine = {.call = call};
    uint32_t state;

    pthread_mutex_lock(&guest->lock);
    mine.next = guest->calls;
    guest->calls = &mine;
    pthread_mutex_unlock(&guest->lock);
    while ((state = __atomic_load_n(&call->state, __ATOMIC_ACQUIRE)) == 0) {
        if (__atomic_load_n(&guest->hung_up, __ATOMIC_SEQ_CST) != 0)
            break;
        futex_wait_shared(&call->state, 0, &futex_forever);
    }
    forget_call(guest, &mine);
    *status = state == 0 ? guest->hung_up : __atomic_load_n(&call->status, __ATOMIC_RELAXED);
    *bytes = state == 1 ? __atomic_load_n(&call->bytes, __ATOMIC_RELAXED) : 0;
    return state == 1;
}
