/* Both ends of a connection's shared memory in one process: delivery, replies, cancellation races, a hostile
 * client. */
#include "harness.h"

#include "channel/guest.h"
#include "channel/host.h"
#include "channel/layout.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#define SUCCESS 0u
#define TOO_SMALL 0xC0000023u

struct ends {
    struct chan_host *host;
    struct chan_guest *guest;
    pthread_mutex_t lock;
};

static int grow(void *context, size_t size)
{
    struct ends *e = context;
    int fd;

    pthread_mutex_lock(&e->lock);
    int n = chan_host_add_segment(e->host, size, &fd);
    pthread_mutex_unlock(&e->lock);
    return n < 0 ? n : dup(fd);
}

static int bank(void *context)
{
    struct ends *e = context;
    int fd;

    pthread_mutex_lock(&e->lock);
    int n = chan_host_add_bank(e->host, &fd);
    pthread_mutex_unlock(&e->lock);
    return n < 0 ? n : dup(fd);
}

/* FILTER_MESSAGE_HEADER */
struct header {
    uint32_t reply_length, pad;
    uint64_t id;
};

/* A message with that id, delivered and received; its sender waits for `capacity` bytes of reply. */
static void deliver_with_reply(struct ends *e, uint64_t id, uint32_t capacity, unsigned *exchange)
{
    struct header header = {.reply_length = 16 + capacity, .id = id};
    unsigned get, taken;
    uint32_t status;
    size_t bytes;
    char buffer[64];

    assert_int_equal(chan_guest_post(e->guest, sizeof buffer, CHAN_NOTIFY_READER, &get), 0);
    assert_true(chan_host_take_seat(e->host, sizeof header, &taken));
    assert_true(chan_host_exchange_reserve(e->host, exchange));
    chan_host_exchange_open(e->host, *exchange, id, capacity);
    assert_true(chan_host_fill(e->host, taken, &header, sizeof header, "", 0));
    chan_host_expect(e->host, taken, *exchange);
    chan_host_finish(e->host, taken, SUCCESS, sizeof header);
    chan_guest_result(e->guest, get, buffer, sizeof buffer, &status, &bytes);
    assert_int_equal(status, SUCCESS);
}

static int setup(void **state)
{
    struct ends *e = calloc(1, sizeof *e);

    pthread_mutex_init(&e->lock, NULL);
    e->host = chan_host_create();
    e->guest = chan_guest_create(dup(chan_host_fd(e->host)), grow, bank, e);
    *state = e;
    return e->guest == NULL;
}

static int teardown(void **state)
{
    struct ends *e = *state;

    chan_guest_destroy(e->guest);
    chan_host_destroy(e->host);
    free(e);
    return 0;
}

static void message_arrives_whole(void **state)
{
    struct ends *e = *state;
    unsigned get, taken;
    uint32_t status;
    size_t bytes;
    char buffer[64];

    assert_int_equal(chan_guest_post(e->guest, 64, CHAN_NOTIFY_READER, &get), 0);
    assert_true(chan_host_collect(e->host));
    assert_int_equal(chan_host_pending(e->host), 1);
    assert_true(chan_host_take(e->host, 8, &taken));
    assert_true(chan_host_fill(e->host, taken, "head", 4, "body", 4));
    chan_host_finish(e->host, taken, SUCCESS, 8);
    assert_true(chan_guest_wait(e->guest, get, &futex_forever));
    chan_guest_result(e->guest, get, buffer, sizeof buffer, &status, &bytes);
    assert_int_equal(status, SUCCESS);
    assert_int_equal(bytes, 8);
    assert_memory_equal(buffer, "headbody", 8);
}

static void oldest_that_fits(void **state)
{
    struct ends *e = *state;
    unsigned small, large, later, taken;

    chan_guest_post(e->guest, 32, CHAN_NOTIFY_READER, &small);
    chan_guest_post(e->guest, 128, CHAN_NOTIFY_READER, &large);
    chan_guest_post(e->guest, 128, CHAN_NOTIFY_READER, &later);
    chan_host_collect(e->host);
    assert_true(chan_host_take(e->host, 100, &taken));
    assert_int_equal(taken, large);
    assert_true(chan_host_take(e->host, 0, &taken));
    assert_int_equal(taken, small);
    assert_false(chan_host_take(e->host, 1000, &taken));
    assert_int_equal(chan_host_pending(e->host), 1);
}

static void cancelled_get_takes_nothing(void **state)
{
    struct ends *e = *state;
    unsigned get, taken;

    chan_guest_post(e->guest, 64, CHAN_NOTIFY_READER, &get);
    assert_true(chan_guest_cancel(e->guest, get));
    assert_false(chan_guest_cancel(e->guest, get));
    chan_host_collect(e->host);
    assert_false(chan_host_take(e->host, 8, &taken));
    assert_int_equal(chan_host_pending(e->host), 0);
}

/* Every seat has a reader whose buffer is too small for anything: other gets go through the ring. */
static void take_all_seats(struct ends *e, unsigned *last)
{
    for (unsigned i = 0; i < CHAN_SEATS; i++) {
        assert_int_equal(chan_guest_post(e->guest, 0, CHAN_NOTIFY_READER, last), 0);
        assert_true(*last < CHAN_SEATS);
    }
}

static void many_rounds(struct ends *e, bool seats)
{
    unsigned get, taken;
    uint32_t status;
    size_t bytes;
    char buffer[16];

    for (unsigned round = 0; round < 5 * CHAN_MOST_GETS; round++) {
        enum chan_notify notify = round % 2 ? CHAN_NOTIFY_DONE : CHAN_NOTIFY_READER;
        assert_int_equal(chan_guest_post(e->guest, 16, notify, &get), 0);
        assert_true((get < CHAN_SEATS) == seats);
        if (round % 3 == 0) {
            assert_true(chan_guest_cancel(e->guest, get));
            assert_true(chan_host_collect(e->host));
            assert_false(chan_host_take(e->host, 1, &taken));
            continue;
        }
        assert_true(chan_host_collect(e->host));
        assert_true(chan_host_take(e->host, 1, &taken));
        chan_host_finish(e->host, taken, TOO_SMALL, 99);
        chan_guest_result(e->guest, get, buffer, sizeof buffer, &status, &bytes);
        assert_int_equal(status, TOO_SMALL);
        assert_int_equal(bytes, 99);
    }
}

static void places_come_back(void **state)
{
    struct ends *e = *state;
    unsigned seat;

    many_rounds(e, true);
    take_all_seats(e, &seat);
    many_rounds(e, false);
}

/* The oldest of both kinds comes first (P-54): a seat that is younger than a get of the ring waits. */
static void kinds_share_one_age(void **state)
{
    struct ends *e = *state;
    unsigned ring, seat, taken;

    take_all_seats(e, &seat);
    assert_true(chan_host_collect(e->host));
    uint64_t before = chan_host_posted(e->host);
    chan_guest_post(e->guest, 64, CHAN_NOTIFY_DONE, &ring);
    assert_true(chan_guest_cancel(e->guest, seat));
    chan_guest_post(e->guest, 64, CHAN_NOTIFY_READER, &seat);
    assert_true(seat < CHAN_SEATS && ring >= CHAN_SEATS);
    assert_false(chan_host_take_seat(e->host, 8, &taken));
    assert_true(chan_host_collect(e->host));
    assert_int_equal(chan_host_posted(e->host), before + 2);
    assert_true(chan_host_take(e->host, 8, &taken));
    assert_int_equal(taken, ring);
    chan_host_finish(e->host, taken, SUCCESS, 0);
    chan_guest_post(e->guest, 64, CHAN_NOTIFY_DONE, &ring);
    assert_true(chan_host_collect(e->host));
    assert_true(chan_host_take(e->host, 8, &taken));
    assert_int_equal(taken, seat);
}

/* A thousand gets, and as many messages that wait for a reply. */
static void the_bank_holds_what_segment_0_does_not(void **state)
{
    struct ends *e = *state;
    unsigned get, taken, exchange;
    static unsigned place[CHAN_MOST_GETS];
    static char message[100];
    uint32_t status;
    size_t bytes;
    char buffer[200];

    for (unsigned i = 0; i < CHAN_MOST_GETS; i++)
        assert_int_equal(chan_guest_post(e->guest, sizeof buffer, CHAN_NOTIFY_DONE, &place[i]), 0);
    assert_int_equal(chan_guest_post(e->guest, sizeof buffer, CHAN_NOTIFY_DONE, &get), -EAGAIN);
    assert_true(chan_host_collect(e->host));
    assert_int_equal(chan_host_pending(e->host), CHAN_MOST_GETS);
    for (unsigned i = 0; i < CHAN_MOST_GETS; i++) {
        message[99] = (char)i;
        assert_true(chan_host_take(e->host, sizeof message, &taken));
        assert_int_equal(taken, place[i]);
        assert_true(chan_host_fill(e->host, taken, message, sizeof message, "", 0));
        chan_host_finish(e->host, taken, SUCCESS, sizeof message);
        chan_guest_result(e->guest, place[i], buffer, sizeof buffer, &status, &bytes);
        assert_int_equal(bytes, sizeof message);
        assert_memory_equal(buffer, message, sizeof message);
    }
    for (uint64_t id = 1; id <= CHAN_MOST_EXCHANGES; id++)
        deliver_with_reply(e, id, 8, &exchange);
    assert_false(chan_host_exchange_reserve(e->host, &exchange));
    for (uint64_t id = 1; id <= CHAN_MOST_EXCHANGES; id++)
        assert_int_equal(chan_guest_reply(e->guest, id, 0, "answer", 6), CHAN_REPLY_OK);
}

static void reply_travels(void **state)
{
    struct ends *e = *state;
    unsigned exchange;
    char buffer[8] = "........";
    uint32_t status;
    size_t length;
    bool sound;

    deliver_with_reply(e, 7, 4, &exchange);
    assert_int_equal(chan_guest_reply(e->guest, 8, 0, "no", 2), CHAN_REPLY_NO_WAITER);
    assert_int_equal(chan_guest_reply(e->guest, 7, 5, "yes", 3), CHAN_REPLY_OK);
    assert_int_equal(chan_guest_reply(e->guest, 7, 5, "yes", 3), CHAN_REPLY_NO_WAITER);
    assert_true(chan_host_exchange_poll(e->host, exchange, buffer, 4, &status, &length, &sound));
    assert_true(sound);
    assert_int_equal(status, 5);
    assert_int_equal(length, 3);
    assert_memory_equal(buffer, "yes.....", 8);
}

static void long_reply_is_cut(void **state)
{
    struct ends *e = *state;
    unsigned exchange;
    char buffer[8] = "........";
    uint32_t status;
    size_t length;
    bool sound;

    deliver_with_reply(e, 1, 2, &exchange);
    assert_int_equal(chan_guest_reply(e->guest, 1, 0, "abcdef", 6), CHAN_REPLY_TRUNCATED);
    assert_true(chan_host_exchange_poll(e->host, exchange, buffer, 2, &status, &length, &sound));
    assert_int_equal(length, 6);
    assert_memory_equal(buffer, "ab......", 8);
}

static void withdrawn_exchange_has_no_waiter(void **state)
{
    struct ends *e = *state;
    unsigned exchange;

    deliver_with_reply(e, 3, 4, &exchange);
    assert_true(chan_host_exchange_withdraw(e->host, exchange));
    assert_int_equal(chan_guest_reply(e->guest, 3, 0, "x", 1), CHAN_REPLY_NO_WAITER);
}

/* A replier that is in the middle of its reply when the sender gives up and the exchange goes to the next message: it finds
 * no waiter, and the next reply is whole. The middle is where it asks for more memory. */

static unsigned withdrawn_place;

static int withdraw_and_grow(void *context, size_t size)
{
    struct ends *e = context;

    assert_true(chan_host_exchange_withdraw(e->host, withdrawn_place));
    chan_host_exchange_open(e->host, withdrawn_place, 4, 200);
    return grow(context, size);
}

static void late_replier_disturbs_nobody(void **state)
{
    struct ends e = {.host = ((struct ends *)*state)->host};
    static char reply[2u << 20];
    char next[200], got[200];
    uint32_t status;
    size_t length;
    bool sound;

    pthread_mutex_init(&e.lock, NULL);
    e.guest = chan_guest_create(dup(chan_host_fd(e.host)), withdraw_and_grow, bank, &e);
    assert_non_null(e.guest);
    deliver_with_reply(&e, 3, sizeof reply, &withdrawn_place);
    assert_int_equal(chan_guest_reply(e.guest, 3, 0, reply, sizeof reply), CHAN_REPLY_NO_WAITER);
    assert_false(chan_host_exchange_poll(e.host, withdrawn_place, got, sizeof got, &status, &length, &sound));
    chan_host_exchange_withdraw(e.host, withdrawn_place);
    chan_host_exchange_release(e.host, withdrawn_place);
    deliver_with_reply(&e, 5, sizeof next, &withdrawn_place);
    memset(next, 'n', sizeof next);
    assert_int_equal(chan_guest_reply(e.guest, 5, 7, next, sizeof next), CHAN_REPLY_OK);
    assert_true(chan_host_exchange_poll(e.host, withdrawn_place, got, sizeof got, &status, &length, &sound));
    assert_int_equal(status, 7);
    assert_memory_equal(got, next, sizeof next);
    chan_guest_destroy(e.guest);
}

static void large_messages_grow_the_memory(void **state)
{
    struct ends *e = *state;
    const size_t size = 9u << 20;
    char *out = malloc(size), *in = malloc(size);
    unsigned get, taken;
    uint32_t status;
    size_t bytes;

    memset(out, 'q', size);
    assert_int_equal(chan_guest_post(e->guest, size, CHAN_NOTIFY_DONE, &get), 0);
    chan_host_collect(e->host);
    assert_true(chan_host_take(e->host, size, &taken));
    assert_true(chan_host_fill(e->host, taken, out, size, NULL, 0));
    chan_host_finish(e->host, taken, SUCCESS, size);
    chan_guest_result(e->guest, get, in, size, &status, &bytes);
    assert_int_equal(bytes, size);
    assert_memory_equal(in, out, size);
    free(out);
    free(in);
}

static void ranges_outside_are_refused(void **state)
{
    struct ends *e = *state;

    assert_null(chan_host_map(e->host, 0, 0, 16)); /* the manager's own words */
    assert_null(chan_host_map(e->host, 0, CHAN_DATA_OFFSET, CHAN_SEGMENT0_SIZE));
    assert_null(chan_host_map(e->host, 0, 0xffffffc0u, 0x80u));
    assert_null(chan_host_map(e->host, 1, 0, 1));
    assert_null(chan_host_map(e->host, 0xffffffffu, 0, 0));
    assert_non_null(chan_host_map(e->host, 0, CHAN_DATA_OFFSET, 64));
    assert_non_null(chan_host_map(e->host, 0, CHAN_SEGMENT0_SIZE, 0));
}

/* The area as its client sees it, to spoil. */
static struct chan_area *area_of(struct ends *e)
{
    struct chan_range first = {0, 0, 0};

    return chan_guest_address(e->guest, &first);
}

static void nonsense_in_the_ring_is_seen(void **state)
{
    struct ends *e = *state;
    struct chan_area *area = area_of(e);

    area->ring_tail += CHAN_RING + 1;
    assert_false(chan_host_collect(e->host));
    area->ring_tail = 1;
    area->ring[0] = CHAN_GETS; /* there is no bank */
    assert_false(chan_host_collect(e->host));
    area->ring[0] = CHAN_SEATS - 1; /* seats are not posted so */
    assert_false(chan_host_collect(e->host));
}

static void same_get_twice_is_seen(void **state)
{
    struct ends *e = *state;
    struct chan_area *area = area_of(e);

    area->ring[0] = area->ring[1] = CHAN_SEATS + 5;
    area->ring_tail = 2;
    assert_false(chan_host_collect(e->host));
}

static void room_outside_fails_the_get_only(void **state)
{
    struct ends *e = *state;
    struct chan_area *area = area_of(e);
    static char payload[2000];
    unsigned get, taken;

    for (int i = 0; i < 4; i++) {
        chan_guest_post(e->guest, 2100, i % 2 ? CHAN_NOTIFY_READER : CHAN_NOTIFY_DONE, &get);
        if (i < 2)
            area->gets[get].offset = 0;
        else
            area->gets[get].segment = 15;
        chan_host_collect(e->host);
        assert_true(chan_host_take(e->host, 8, &taken));
        assert_false(chan_host_fill(e->host, taken, "head", 4, payload, sizeof payload));
        chan_host_finish(e->host, taken, 0xC0000005u, 0);
        assert_int_equal(area->magic, CHAN_MAGIC);
    }
}

/* A seat that the client posts while a sender of ours is at it is nobody else's. */
static void claimed_seat_is_not_claimed_again(void **state)
{
    struct ends *e = *state;
    struct chan_area *area = area_of(e);
    unsigned get, taken, other;

    chan_guest_post(e->guest, 64, CHAN_NOTIFY_READER, &get);
    assert_true(chan_host_take_seat(e->host, 8, &taken));
    area->gets[get].state = CHAN_GET_POSTED;
    assert_false(chan_host_take_seat(e->host, 8, &other));
    chan_host_finish(e->host, taken, SUCCESS, 0);
    area->gets[get].state = CHAN_GET_POSTED;
    assert_true(chan_host_take_seat(e->host, 8, &other));
}

static void reply_from_outside_is_unsound(void **state)
{
    struct ends *e = *state;
    struct chan_area *area = area_of(e);
    unsigned exchange;
    char buffer[8];
    uint32_t status;
    size_t length;
    bool sound;

    assert_true(chan_host_exchange_reserve(e->host, &exchange));
    chan_host_exchange_open(e->host, exchange, 1, 8);
    area->exchanges[exchange].segment = area->exchanges[exchange].offset = 0;
    area->exchanges[exchange].length = CHAN_REPLY_INLINE + 1;
    area->exchanges[exchange].state =
        CHAN_EXCHANGE_WORD(CHAN_EXCHANGE_GENERATION(area->exchanges[exchange].state), CHAN_EXCHANGE_REPLIED);
    assert_true(chan_host_exchange_poll(e->host, exchange, buffer, 8, &status, &length, &sound));
    assert_false(sound);
}

static void hang_up_ends_what_waits(void **state)
{
    struct ends *e = *state;
    unsigned get, other;
    uint32_t status;
    size_t bytes;
    char buffer[16];

    chan_guest_post(e->guest, 16, CHAN_NOTIFY_READER, &get);
    chan_guest_hang_up(e->guest, 0xC0000037u);
    assert_true(chan_guest_wait(e->guest, get, &futex_forever));
    chan_guest_result(e->guest, get, buffer, sizeof buffer, &status, &bytes);
    assert_int_equal(status, 0xC0000037u);
    assert_int_equal(chan_guest_post(e->guest, 16, CHAN_NOTIFY_READER, &other), -EPIPE);
}

/* ---- cancel against delivery: every message reaches exactly one get, a get is either filled or cancelled
 * ---- */

#define RACES 20000u

struct race {
    struct ends *ends;
    uint64_t delivered; /* by the host */
    uint32_t stop;
};

static void *deliver_all(void *context)
{
    struct race *r = context;
    uint32_t word = 0;

    while (!__atomic_load_n(&r->stop, __ATOMIC_ACQUIRE)) {
        uint32_t kick = chan_host_kick(r->ends->host);
        unsigned get;
        assert_true(chan_host_collect(r->ends->host));
        if (!chan_host_take(r->ends->host, 8, &get)) {
            struct futex_deadline soon = futex_after_ns(1000000);
            chan_host_wait_for_get(r->ends->host, kick, &word, 0, &soon, 0);
            continue;
        }
        uint64_t number = ++r->delivered;
        assert_true(chan_host_fill(r->ends->host, get, &number, sizeof number, NULL, 0));
        chan_host_finish(r->ends->host, get, SUCCESS, sizeof number);
    }
    return NULL;
}

static void cancel_races_delivery(void **state)
{
    struct race r = {.ends = *state};
    uint64_t received = 0, cancelled = 0, last = 0;
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, deliver_all, &r), 0);
    for (unsigned i = 0; i < RACES; i++) {
        uint64_t number;
        uint32_t status;
        unsigned get;
        size_t bytes;
        while (chan_guest_post(r.ends->guest, sizeof number, i % 4 < 2 ? CHAN_NOTIFY_READER : CHAN_NOTIFY_DONE, &get) == -EAGAIN)
            ;
        if (i % 2 == 0 && chan_guest_cancel(r.ends->guest, get)) {
            cancelled++;
            continue;
        }
        assert_true(chan_guest_wait(r.ends->guest, get, &futex_forever));
        chan_guest_result(r.ends->guest, get, &number, sizeof number, &status, &bytes);
        assert_int_equal(status, SUCCESS);
        assert_true(number == last + 1);
        last = number;
        received++;
    }
    __atomic_store_n(&r.stop, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    assert_int_equal(received, r.delivered);
    assert_int_equal(received + cancelled, RACES);
}

#define LARGE (1u << 20)
#define LARGE_MESSAGES 200u

struct large_reader {
    struct ends *ends;
    uint8_t *buffer;
    unsigned get; /* __atomic: plus one; 0: not posted */
    uint32_t status, wrong;
};

/* Where the client says that it runs: anywhere but here. */
static void move_reader(struct ends *e, unsigned get)
{
    size_t size;
    struct chan_area *area = chan_host_segment(e->host, 0, &size);

    __atomic_store_n(&area->gets[get].cpu, 0x7fffffff, __ATOMIC_RELAXED);
}

static void *read_large(void *context)
{
    struct large_reader *r = context;
    unsigned get;
    size_t bytes;

    for (unsigned i = 0; i < LARGE_MESSAGES && r->status == SUCCESS; i++) {
        if (chan_guest_post(r->ends->guest, LARGE, CHAN_NOTIFY_READER, &get) != 0)
            return NULL;
        move_reader(r->ends, get);
        __atomic_store_n(&r->get, get + 1, __ATOMIC_RELEASE);
        if (!chan_guest_spin(r->ends->guest, get, NULL))
            chan_guest_wait(r->ends->guest, get, &futex_forever);
        chan_guest_take_parts(r->ends->guest, get, r->buffer, LARGE);
        r->wrong += !chan_guest_is_done(r->ends->guest, get);
        chan_guest_result(r->ends->guest, get, r->buffer, LARGE, &r->status, &bytes);
        for (size_t at = 4; at < LARGE && r->status == SUCCESS; at += 4096 - 4)
            r->wrong += r->buffer[at] != (uint8_t)(i + 1);
    }
    return NULL;
}

static unsigned wait_for_large_get(struct large_reader *r)
{
    unsigned get;

    while ((get = __atomic_exchange_n(&r->get, 0, __ATOMIC_ACQUIRE)) == 0)
        ;
    return get - 1;
}

static void large_message_comes_in_parts(void **state)
{
    struct ends *e = *state;
    struct large_reader r = {.ends = e, .buffer = malloc(LARGE)};
    uint8_t *payload = malloc(LARGE);
    pthread_t thread;
    unsigned taken;

    assert_int_equal(pthread_create(&thread, NULL, read_large, &r), 0);
    for (unsigned i = 0; i < LARGE_MESSAGES; i++) {
        wait_for_large_get(&r);
        memset(payload, (int)(i + 1), LARGE);
        assert_true(chan_host_take_seat(e->host, LARGE, &taken));
        assert_true(chan_host_fill(e->host, taken, "head", 4, payload, LARGE - 4));
        chan_host_finish(e->host, taken, SUCCESS, LARGE);
    }
    pthread_join(thread, NULL);
    assert_int_equal(r.status, SUCCESS);
    assert_int_equal(r.wrong, 0);
    free(payload);
    free(r.buffer);
}

/* The manager dies in the middle: whoever copies, or sleeps until there is more, goes with the connection. */
static void hang_up_ends_what_comes(void **state)
{
    struct ends *e = *state;
    struct large_reader r = {.ends = e, .buffer = malloc(LARGE)};
    uint8_t *payload = calloc(1, LARGE);
    pthread_t thread;
    unsigned taken;

    assert_int_equal(pthread_create(&thread, NULL, read_large, &r), 0);
    unsigned get = wait_for_large_get(&r);
    assert_true(chan_host_take_seat(e->host, LARGE, &taken));
    assert_true(chan_host_fill(e->host, taken, "head", 4, payload, LARGE - 4));
    assert_false(chan_guest_is_done(e->guest, get)); /* all is there, nobody has said so */
    assert_false(chan_guest_cancel_reader(e->guest, get)); /* P-123 */
    chan_guest_hang_up(e->guest, 0xC0000037u);
    pthread_join(thread, NULL);
    assert_int_equal(r.status, 0xC0000037u);
    assert_int_equal(r.wrong, 0);
    free(payload);
    free(r.buffer);
}

/* The client has the descriptor of segment 0 no longer, but the memory mapped. */
static void memory_serves_the_next_connection(void **state)
{
    struct ends *e = *state;
    unsigned exchange, seats[CHAN_SEATS], seat, ring, taken;
    uint32_t status;
    size_t length;
    bool sound;
    char reply[4];

    chan_guest_destroy(e->guest); /* this thread may have used high exchanges in other tests: without a bank */
    e->guest = chan_guest_create(dup(chan_host_fd(e->host)), grow, NULL, e);
    for (int life = 0; life < 3; life++) {
        deliver_with_reply(e, 1, 4, &exchange); /* ids begin anew */
        assert_int_equal(chan_guest_reply(e->guest, 1, 0, "yes", 4), CHAN_REPLY_OK);
        assert_true(chan_host_exchange_poll(e->host, exchange, reply, 4, &status, &length, &sound));
        assert_string_equal(reply, "yes");
        chan_host_exchange_release(e->host, exchange);
        for (unsigned i = 0; i < CHAN_SEATS; i++)
            assert_int_equal(chan_guest_post(e->guest, 200, CHAN_NOTIFY_READER, &seats[i]), 0);
        assert_int_equal(chan_guest_post(e->guest, 32, CHAN_NOTIFY_DONE, &ring), 0);
        assert_true(chan_host_collect(e->host));
        assert_int_equal(chan_host_pending(e->host), CHAN_SEATS + 1);
        assert_int_equal(chan_host_posted(e->host), CHAN_SEATS + 1);
        chan_guest_hang_up(e->guest, 1);
        chan_host_close(e->host, 2);
        assert_true(chan_host_may_serve_again(e->host));
        assert_int_equal(chan_guest_end_word(e->guest), 2); /* until the client has no use for it any more */
        assert_true(chan_guest_renew(e->guest));
        chan_host_renew(e->host);
        chan_guest_reuse(e->guest, e);
        assert_int_equal(chan_guest_closed(e->guest), 0);
        assert_true(chan_host_collect(e->host));
        assert_int_equal(chan_host_pending(e->host), 0);
        assert_false(chan_host_take(e->host, 0, &taken));
        assert_int_equal(chan_guest_post(e->guest, 64, CHAN_NOTIFY_READER, &seat), 0);
        assert_true(chan_host_take_seat(e->host, 8, &taken));
        assert_true(chan_host_fill(e->host, taken, "head", 4, "body", 4));
        chan_host_finish(e->host, taken, SUCCESS, 8);
        chan_guest_result(e->guest, seat, (char[8]){0}, 8, &status, &length);
        assert_int_equal(length, 8);
    }
}

static void grown_memory_serves_no_other(void **state)
{
    struct ends *e = *state;
    struct chan_range range;

    assert_true(chan_guest_allocate(e->guest, CHAN_SEGMENT0_SIZE, &range));
    assert_false(chan_guest_renew(e->guest));
    assert_false(chan_host_may_serve_again(e->host));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("a message arrives whole", message_arrives_whole, setup, teardown),
        TEST_WITH("the oldest get that fits is taken", oldest_that_fits, setup, teardown),
        TEST_WITH("a cancelled get takes nothing", cancelled_get_takes_nothing, setup, teardown),
        TEST_WITH("places of gets come back, cancelled ones too", places_come_back, setup, teardown),
        TEST_WITH("a reply travels once, by its id", reply_travels, setup, teardown),
        TEST_WITH("a long reply is cut and both sides know", long_reply_is_cut, setup, teardown),
        TEST_WITH("a withdrawn exchange has no waiter", withdrawn_exchange_has_no_waiter, setup, teardown),
        TEST_WITH("P-64 a late replier disturbs nobody", late_replier_disturbs_nobody, setup, teardown),
        TEST_WITH("P-54 gets of both kinds have one age", kinds_share_one_age, setup, teardown),
        TEST_WITH("the bank holds what segment 0 does not", the_bank_holds_what_segment_0_does_not, setup, teardown),
        TEST_WITH("large messages grow the memory", large_messages_grow_the_memory, setup, teardown),
        TEST_WITH(
            "ranges outside the client's memory are refused", ranges_outside_are_refused, setup, teardown),
        TEST_WITH("nonsense in the ring is seen", nonsense_in_the_ring_is_seen, setup, teardown),
        TEST_WITH("the same get posted twice is seen", same_get_twice_is_seen, setup, teardown),
        TEST_WITH(
            "a get whose room lies outside fails alone", room_outside_fails_the_get_only, setup, teardown),
        TEST_WITH("a seat is one sender's at a time", claimed_seat_is_not_claimed_again, setup, teardown),
        TEST_WITH("a reply from outside is unsound", reply_from_outside_is_unsound, setup, teardown),
        TEST_WITH("a hang-up ends what waits", hang_up_ends_what_waits, setup, teardown),
        TEST_WITH("a large message is read while it comes", large_message_comes_in_parts, setup, teardown),
        TEST_WITH("P-123 a hang-up ends what comes, a cancel does not", hang_up_ends_what_comes, setup, teardown),
        TEST_WITH("memory of an ended connection serves the next", memory_serves_the_next_connection, setup, teardown),
        TEST_WITH("memory that has grown serves no other", grown_memory_serves_no_other, setup, teardown),
        TEST_WITH("cancel against delivery: exactly once", cancel_races_delivery, setup, teardown),
    };

    return RUN_TESTS(tests, NULL, NULL);
}
