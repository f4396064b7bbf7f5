/* The client's end of a connection's shared memory: gets and the end. See guest.h and layout.h. */
#include "channel/guestinner.h"
#include "channel/pages.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* ---- memory ---- */

struct chan_guest *chan_guest_create(int fd, chan_grow_fn *grow, chan_bank_fn *bank, void *context)
{
    /* zeroed mutexes are initialized ones; most of this is never touched */
    struct chan_guest *guest = chan_pages_allocate(sizeof *guest);

    if (guest == NULL) {
        close(fd);
        errno = ENOMEM;
        return NULL;
    }
    int error = chan_rooms_map(&guest->rooms, fd, CHAN_DATA_OFFSET);
    if (error == 0 && guest->rooms.segments[0].size >= CHAN_SEGMENT0_SIZE) {
        guest->area = (struct chan_area *)guest->rooms.segments[0].base;
        if (guest->area->magic == CHAN_MAGIC && guest->area->data_offset == CHAN_DATA_OFFSET) {
            guest->rooms.grow = grow;
            guest->rooms.grow_context = context;
            guest->ask_for_bank = bank;
            pthread_mutex_init(&guest->lock, NULL);
            return guest;
        }
        error = -EPROTO;
    }
    chan_rooms_destroy(&guest->rooms);
    chan_pages_free(guest, sizeof *guest);
    errno = error != 0 ? -error : EPROTO;
    return NULL;
}

void chan_guest_destroy(struct chan_guest *guest)
{
    chan_rooms_destroy(&guest->rooms);
    pthread_mutex_destroy(&guest->lock);
    chan_pages_free(guest, sizeof *guest);
}

static void renew_get(struct chan_guest *guest, unsigned n)
{
    struct guest_get *own = &guest->gets[n];

    if (own->busy || own->withdrawn)
        __atomic_store_n(&guest_get(guest, n)->state, CHAN_GET_FREE, __ATOMIC_RELAXED);
    if (own->busy || own->withdrawn || own->room.length != 0)
        *own = (struct guest_get){.busy = 0};
}

/* Ids begin anew with each connection. */
static void renew_exchange(struct guest_exchange *e)
{
    if (e->newest == 0 && e->room.length == 0)
        return;
    e->id = e->newest = 0;
    e->waiting = e->capacity = 0;
    e->room = (struct chan_range){0, 0, 0};
}

bool chan_guest_renew(struct chan_guest *guest)
{
    if (guest->bank_asked || guest->rooms.segment_count != 1)
        return false;
    for (unsigned n = 0; n < CHAN_GETS; n++)
        renew_get(guest, n);
    for (unsigned n = 0; n < CHAN_EXCHANGES; n++)
        renew_exchange(&guest->exchanges[n]);
    chan_rooms_renew(&guest->rooms, CHAN_DATA_OFFSET);
    guest->first_free = 0;
    guest->hung_up = 0;
    return true;
}

void chan_guest_reuse(struct chan_guest *guest, void *context)
{
    guest->rooms.grow_context = context;
}

/* Lock held: the manager's number of a segment is ours. */
static bool map_bank(struct chan_guest *guest)
{
    if (guest->bank != NULL || guest->ask_for_bank == NULL ||
        __atomic_exchange_n(&guest->bank_asked, 1, __ATOMIC_RELAXED))
        return false;
    int fd = guest->ask_for_bank(guest->rooms.grow_context);
    if (fd < 0 || chan_rooms_map(&guest->rooms, fd, sizeof(struct chan_bank)) != 0)
        return false;
    uint8_t *base = guest->rooms.segments[guest->rooms.segment_count - 1].base;
    __atomic_store_n(&guest->bank, (struct chan_bank *)base, __ATOMIC_RELEASE);
    return true;
}

void guest_want_bank(struct chan_guest *guest)
{
    if (__atomic_load_n(&guest->bank_asked, __ATOMIC_RELAXED))
        return;
    pthread_mutex_lock(&guest->lock);
    map_bank(guest);
    pthread_mutex_unlock(&guest->lock);
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

/* ---- posting ---- */

/* Each thread comes back to the seat that it had last. */
static __thread unsigned last_seat;

/* Under no lock: whoever made it busy is its owner. */
static void give_place_back(struct chan_guest *guest, unsigned n)
{
    if (n < CHAN_SEATS)
        last_seat = n;
    else if (n < __atomic_load_n(&guest->first_free, __ATOMIC_RELAXED))
        __atomic_store_n(&guest->first_free, n, __ATOMIC_RELAXED);
    __atomic_store_n(&guest->gets[n].busy, 0, __ATOMIC_RELEASE);
}

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

/* The end may come between our first look and the post: looked at again afterwards, and then it is taken back, or it
 * has been answered. */
static int posted(struct chan_guest *guest, unsigned n)
{
    guest_kick(guest);
    return chan_guest_closed(guest) != 0 && chan_guest_cancel(guest, n) ? -EPIPE : 0;
}

void guest_kick(struct chan_guest *guest)
{
    __atomic_add_fetch(&guest->area->kick, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&guest->area->kick_sleepers, __ATOMIC_SEQ_CST) != 0)
        futex_wake_shared(&guest->area->kick, 1);
}

/* A place keeps the room it had: the same thread comes back with the same size. `locked`: the caller has the lock. */
static bool make_room(struct chan_guest *guest, struct guest_get *own, size_t size, bool locked)
{
    bool ok = true;

    if (size <= CHAN_GET_INLINE || own->room.length >= size)
        return true;
    if (!locked)
        pthread_mutex_lock(&guest->lock);
    if (own->room.length != 0)
        chan_rooms_free(&guest->rooms, &own->room);
    own->room = (struct chan_range){0, 0, 0};
    ok = chan_rooms_allocate(&guest->rooms, size, &own->room);
    if (!locked)
        pthread_mutex_unlock(&guest->lock);
    return ok;
}

static void show(struct chan_guest *guest, unsigned n, size_t size, enum chan_notify notify)
{
    const struct guest_get *own = &guest->gets[n];
    struct chan_get *get = guest_get(guest, n);

    get->size = (uint32_t)size;
    get->stamp = __atomic_fetch_add(&guest->area->stamp, 1, __ATOMIC_RELAXED);
    get->segment = (uint16_t)own->room.segment;
    get->offset = own->room.offset;
    get->notify = (uint16_t)notify;
    wait_publish(&get->cpu);
    __atomic_store_n(&get->state, CHAN_GET_POSTED, __ATOMIC_RELEASE);
}

static bool take_seat(struct chan_guest *guest, unsigned *seat)
{
    for (unsigned i = 0; i < CHAN_SEATS; i++) {
        unsigned n = (last_seat + i) % CHAN_SEATS;
        uint32_t *busy = &guest->gets[n].busy;
        if (__atomic_load_n(busy, __ATOMIC_RELAXED) == 0 && __atomic_exchange_n(busy, 1, __ATOMIC_ACQUIRE) == 0) {
            last_seat = *seat = n;
            return true;
        }
    }
    return false;
}

static void count_seats(struct chan_guest *guest, unsigned n)
{
    uint32_t seats = __atomic_load_n(&guest->area->seats, __ATOMIC_RELAXED);

    while (seats <= n && !__atomic_compare_exchange_n(
                             &guest->area->seats, &seats, n + 1, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
        ;
}

static int post_seat(struct chan_guest *guest, unsigned n, size_t size, enum chan_notify notify)
{
    struct guest_get *own = &guest->gets[n];

    if (!make_room(guest, own, size, false)) {
        give_place_back(guest, n);
        return -ENOMEM;
    }
    count_seats(guest, n);
    show(guest, n, size, notify);
    return posted(guest, n);
}

/* Lock held. */
static bool find_from(struct chan_guest *guest, unsigned first, unsigned *get)
{
    unsigned limit = guest_get_limit(guest);

    for (unsigned n = first; n < limit; n++) {
        struct guest_get *own = &guest->gets[n];
        if (own->withdrawn && __atomic_load_n(&guest_get(guest, n)->state, __ATOMIC_ACQUIRE) == CHAN_GET_FREE)
            own->withdrawn = false;
        if (!__atomic_load_n(&own->busy, __ATOMIC_ACQUIRE) && !own->withdrawn) {
            __atomic_store_n(&guest->first_free, n + 1, __ATOMIC_RELAXED);
            *get = n;
            return true;
        }
    }
    return false;
}

/* Lock held. A low place, whose room has been used before; the number to begin with is a guess. */
static bool find_place(struct chan_guest *guest, unsigned *get)
{
    unsigned first = __atomic_load_n(&guest->first_free, __ATOMIC_RELAXED);

    return find_from(guest, first > CHAN_SEATS ? first : CHAN_SEATS, get) || find_from(guest, CHAN_SEATS, get) ||
           (map_bank(guest) && find_from(guest, CHAN_GETS, get));
}

static int post_in_ring(struct chan_guest *guest, size_t size, enum chan_notify notify, unsigned *get)
{
    struct chan_area *area = guest->area;
    unsigned n;

    if (!find_place(guest, &n))
        return -EAGAIN;
    struct guest_get *own = &guest->gets[n];
    if (!make_room(guest, own, size, true))
        return -ENOMEM;
    __atomic_store_n(&own->busy, 1, __ATOMIC_RELAXED);
    show(guest, n, size, notify);
    uint32_t tail = area->ring_tail;
    __atomic_store_n(&area->ring[tail % CHAN_RING], (uint16_t)n, __ATOMIC_RELAXED);
    /* pairs with the manager's fetch in chan_host_collect, and with its "close, then collect": one of the two
     * sees the other */
    __atomic_store_n(&area->ring_tail, tail + 1, __ATOMIC_SEQ_CST);
    *get = n;
    return 0;
}

int chan_guest_post(struct chan_guest *guest, size_t size, enum chan_notify notify, unsigned *get)
{
    if (chan_guest_closed(guest) != 0)
        return -EPIPE;
    if (size > UINT32_MAX)
        return -ENOMEM;
    if (take_seat(guest, get)) {
        __atomic_store_n(&guest->gets[*get].reader, notify == CHAN_NOTIFY_READER, __ATOMIC_RELAXED);
        return post_seat(guest, *get, size, notify);
    }
    pthread_mutex_lock(&guest->lock);
    int error = post_in_ring(guest, size, notify, get);
    if (error == 0)
        __atomic_store_n(&guest->gets[*get].reader, notify == CHAN_NOTIFY_READER, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&guest->lock);
    return error != 0 ? error : posted(guest, *get);
}

/* ---- waiting ---- */

static uint32_t state_of(const struct chan_get *get)
{
    return __atomic_load_n(&get->state, __ATOMIC_ACQUIRE) & ~WAIT_ASLEEP;
}

static bool is_over(void *context)
{
    uint32_t state = state_of(context);

    return state != CHAN_GET_POSTED && state != CHAN_GET_TAKEN;
}

/* Sequentially consistent with the manager's "change it, then look for sleepers" (chan_guest_sleeps). */
bool chan_guest_is_done(struct chan_guest *guest, unsigned n)
{
    return (__atomic_load_n(&guest_get(guest, n)->state, __ATOMIC_SEQ_CST) & ~WAIT_ASLEEP) == CHAN_GET_DONE;
}

struct message_look {
    struct chan_get *get;
    const uint32_t *news;
};

static bool has_come(void *context)
{
    const struct message_look *look = context;

    return is_over(look->get) || __atomic_load_n(look->news, __ATOMIC_RELAXED) != 0;
}

bool chan_guest_spin(struct chan_guest *guest, unsigned n, const uint32_t *news)
{
    struct chan_get *get = guest_get(guest, n);
    struct message_look look = {get, news};

    if (news == NULL)
        return wait_spin_alone(&guest->pace, &get->sender_cpu, &get->cpu, is_over, get);
    return wait_spin_alone(&guest->pace, &get->sender_cpu, &get->cpu, has_come, &look);
}

bool chan_guest_wait(struct chan_guest *guest, unsigned n, const struct futex_deadline *deadline)
{
    struct chan_get *get = guest_get(guest, n);
    bool in_time = true;

    while (!is_over(get)) {
        if (!in_time)
            return false;
        uint32_t now = __atomic_load_n(&get->state, __ATOMIC_ACQUIRE);
        uint32_t state = now & ~WAIT_ASLEEP;
        if ((state == CHAN_GET_POSTED || state == CHAN_GET_TAKEN) && wait_mark_asleep(&get->state, now))
            in_time = futex_wait_shared(&get->state, now | WAIT_ASLEEP, deadline);
    }
    return true;
}

/* ---- parts ---- */

struct part_look {
    const struct chan_get *get;
    uint32_t copied;
};

static bool has_more(void *context)
{
    const struct part_look *look = context;

    return __atomic_load_n(&look->get->progress, __ATOMIC_ACQUIRE) > look->copied || state_of(look->get) != CHAN_GET_COMING;
}

/* The end wakes us, and takes what is still to be copied with it. */
static void sleep_until_whole(struct chan_get *get)
{
    uint32_t now = __atomic_load_n(&get->state, __ATOMIC_ACQUIRE);

    if ((now & ~WAIT_ASLEEP) != CHAN_GET_DONE && wait_mark_asleep(&get->state, now))
        futex_wait_shared(&get->state, now | WAIT_ASLEEP, &futex_forever);
}

void chan_guest_take_parts(struct chan_guest *guest, unsigned n, void *buffer, size_t size)
{
    struct guest_get *own = &guest->gets[n];
    struct chan_get *get = guest_get(guest, n);
    const uint8_t *message = chan_guest_address(guest, &own->room);

    if (state_of(get) != CHAN_GET_COMING)
        return;
    while (state_of(get) != CHAN_GET_DONE) {
        struct part_look look = {get, own->copied};
        uint32_t there = __atomic_load_n(&get->progress, __ATOMIC_ACQUIRE);
        if (state_of(get) == CHAN_GET_COMING && there > own->copied && there <= size) {
            memcpy((uint8_t *)buffer + own->copied, message + own->copied, there - own->copied);
            own->copied = there;
        } else if (!wait_spin(&guest->pace_parts, &get->sender_cpu, &get->cpu, has_more, &look)) {
            sleep_until_whole(get);
        }
    }
}

/* ---- results ---- */

/* The message's header is FILTER_MESSAGE_HEADER: who wants a reply says so there and in the get. */
static void expect_reply(struct chan_guest *guest, const struct chan_get *get, const uint8_t *message)
{
    uint32_t generation = __atomic_load_n(&get->generation, __ATOMIC_RELAXED), reply_length;
    uint64_t id;

    if (generation == 0)
        return;
    memcpy(&reply_length, message, sizeof reply_length);
    memcpy(&id, message + 8, sizeof id);
    guest_expect(guest, __atomic_load_n(&get->exchange, __ATOMIC_RELAXED), generation, id, reply_length - 16);
}

void chan_guest_result(
    struct chan_guest *guest, unsigned n, void *buffer, size_t size, uint32_t *status, size_t *bytes)
{
    struct chan_get *get = guest_get(guest, n);

    wait_publish(&get->cpu); /* whoever looks for our reply wants to know where we are */
    *status = __atomic_load_n(&get->status, __ATOMIC_RELAXED);
    *bytes = __atomic_load_n(&get->bytes, __ATOMIC_RELAXED);
    if (*status == 0) {
        const uint8_t *message =
            *bytes <= CHAN_GET_INLINE ? get->message : chan_guest_address(guest, &guest->gets[n].room);
        size_t whole = *bytes < size ? *bytes : size, copied = guest->gets[n].copied;
        if (copied < whole)
            memcpy((uint8_t *)buffer + copied, message + copied, whole - copied);
        if (*bytes >= 16)
            expect_reply(guest, get, message);
    }
    if (guest->gets[n].copied != 0)
        guest->gets[n].copied = 0;
    __atomic_store_n(&get->state, CHAN_GET_FREE, __ATOMIC_RELEASE);
    give_place_back(guest, n);
}

/* ---- cancelling ---- */

/* POSTED -> `to`; false when a message is coming or has come. */
static bool leave_posted(struct chan_get *get, uint32_t to)
{
    uint32_t now = __atomic_load_n(&get->state, __ATOMIC_RELAXED);

    while ((now & ~WAIT_ASLEEP) == CHAN_GET_POSTED) {
        if (__atomic_compare_exchange_n(&get->state, &now, to, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
            if (now & WAIT_ASLEEP)
                futex_wake_shared(&get->state, 1);
            return true;
        }
    }
    return false;
}

/* A place of the ring is out of use until the manager has come across it. */
static bool cancel(struct chan_guest *guest, unsigned n, bool keep)
{
    struct guest_get *own = &guest->gets[n];
    struct chan_get *get = guest_get(guest, n);

    if (n < CHAN_SEATS) {
        bool free = leave_posted(get, keep ? CHAN_GET_CANCELLED : CHAN_GET_FREE);
        if (free && !keep)
            give_place_back(guest, n);
        return free;
    }
    pthread_mutex_lock(&guest->lock);
    bool cancelled = leave_posted(get, CHAN_GET_CANCELLED);
    if (cancelled) {
        own->withdrawn = true;
        if (!keep)
            give_place_back(guest, n);
    }
    pthread_mutex_unlock(&guest->lock);
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

bool chan_guest_cancel_readers(struct chan_guest *guest)
{
    unsigned limit = guest_get_limit(guest);
    bool any = false;

    for (unsigned n = 0; n < limit; n++) {
        const struct guest_get *own = &guest->gets[n];
        if (__atomic_load_n(&own->busy, __ATOMIC_ACQUIRE) && __atomic_load_n(&own->reader, __ATOMIC_RELAXED))
            any |= cancel(guest, n, true);
    }
    return any;
}

void chan_guest_forget(struct chan_guest *guest, unsigned n)
{
    if (n < CHAN_SEATS)
        __atomic_store_n(&guest_get(guest, n)->state, CHAN_GET_FREE, __ATOMIC_RELEASE);
    give_place_back(guest, n);
}

/* ---- takers ---- */

static uint32_t *sleepers_of(struct chan_guest *guest, enum chan_taker taker)
{
    return taker == CHAN_TAKER ? &guest->area->done_sleepers : &guest->area->late_sleepers;
}

uint32_t *chan_guest_sleeps(struct chan_guest *guest, enum chan_taker taker, uint32_t *value)
{
    uint32_t *word = taker == CHAN_TAKER ? &guest->area->done : &guest->area->late;

    /* sequentially consistent with the manager's "change the get, then look for sleepers" */
    __atomic_add_fetch(sleepers_of(guest, taker), 1, __ATOMIC_SEQ_CST);
    *value = __atomic_load_n(word, __ATOMIC_SEQ_CST);
    return word;
}

void chan_guest_slept(struct chan_guest *guest, enum chan_taker taker)
{
    __atomic_sub_fetch(sleepers_of(guest, taker), 1, __ATOMIC_SEQ_CST);
}

static void wake_takers(uint32_t *word, int count)
{
    __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
    futex_wake_shared(word, count);
}

void chan_guest_pass_on(struct chan_guest *guest)
{
    if (__atomic_load_n(&guest->area->done_sleepers, __ATOMIC_SEQ_CST) != 0)
        wake_takers(&guest->area->done, 1);
    else if (__atomic_load_n(&guest->area->late_sleepers, __ATOMIC_SEQ_CST) != 0)
        wake_takers(&guest->area->late, 1);
}

/* ---- the end ---- */

static bool is_under_way(uint32_t state)
{
    return state == CHAN_GET_POSTED || state == CHAN_GET_TAKEN || state == CHAN_GET_COMING;
}

/* A get that waits ends with this status; one that the manager is just filling as well, for it may be dead. */
static void end_get(struct chan_get *get, uint32_t status)
{
    uint32_t now = __atomic_load_n(&get->state, __ATOMIC_ACQUIRE);

    while (is_under_way(now & ~WAIT_ASLEEP)) {
        if (__atomic_compare_exchange_n(&get->state, &now, CHAN_GET_TAKEN | (now & WAIT_ASLEEP), false,
                __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            __atomic_store_n(&get->status, status, __ATOMIC_RELAXED);
            __atomic_store_n(&get->bytes, 0, __ATOMIC_RELAXED);
            wait_change(&get->state, CHAN_GET_DONE);
            return;
        }
    }
}

/* Sequentially consistent with chan_guest_sleeps: who is not counted yet sees the end before it sleeps. */
static void wake_counted(uint32_t *word, const uint32_t *sleepers)
{
    __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(sleepers, __ATOMIC_SEQ_CST) != 0)
        futex_wake_shared(word, INT_MAX);
}

void chan_guest_hang_up(struct chan_guest *guest, uint32_t status)
{
    uint32_t alive = 0;

    __atomic_compare_exchange_n(&guest->hung_up, &alive, status, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    pthread_mutex_lock(&guest->lock);
    unsigned limit = guest_get_limit(guest);
    for (unsigned n = 0; n < limit; n++) {
        if (__atomic_load_n(&guest->gets[n].busy, __ATOMIC_SEQ_CST))
            end_get(guest_get(guest, n), status);
    }
    for (struct pending_call *p = guest->calls; p != NULL; p = p->next) {
        __atomic_store_n(&p->call->status, status, __ATOMIC_RELAXED);
        __atomic_store_n(&p->call->state, 2, __ATOMIC_SEQ_CST);
        futex_wake_shared(&p->call->state, INT_MAX);
    }
    pthread_mutex_unlock(&guest->lock);
    wake_counted(&guest->area->done, &guest->area->done_sleepers);
    wake_counted(&guest->area->late, &guest->area->late_sleepers);
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
