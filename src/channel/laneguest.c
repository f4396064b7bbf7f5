/* The client's end of a lane. See laneguest.h. */
#include "channel/laneguest.h"

#include <errno.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int lane_guest_create(struct lane_guest *guest, int fd)
{
    struct stat st;
    void *map = MAP_FAILED;

    if (fstat(fd, &st) == 0 && st.st_size == LANE_SIZE)
        map = mmap(NULL, LANE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        return -EPROTO;
    madvise(map, LANE_SIZE, MADV_DONTFORK);
    guest->area = map;
    if (guest->area->magic == LANE_MAGIC)
        return 0;
    lane_guest_destroy(guest);
    return -EPROTO;
}

void lane_guest_destroy(struct lane_guest *guest)
{
    munmap(guest->area, LANE_SIZE);
    guest->area = NULL;
}

static bool sit_there(struct lane_guest *guest, unsigned n)
{
    return !(__atomic_load_n(&guest->taken, __ATOMIC_RELAXED) & 1u << n) &&
           !(__atomic_fetch_or(&guest->taken, 1u << n, __ATOMIC_ACQUIRE) & 1u << n);
}

/* The manager has to look at it from now on. */
static void show(struct lane_guest *guest, unsigned n)
{
    uint32_t seats = __atomic_load_n(&guest->area->seats, __ATOMIC_RELAXED);

    while (seats <= n && !__atomic_compare_exchange_n(&guest->area->seats, &seats, n + 1, true, __ATOMIC_SEQ_CST,
                             __ATOMIC_RELAXED))
        ;
}

int lane_guest_sit(struct lane_guest *guest, int preferred)
{
    int n = preferred;

    if (n < 0 || !sit_there(guest, (unsigned)n)) {
        n = 0;
        while (n < (int)LANE_SEATS && !sit_there(guest, (unsigned)n))
            n++;
        if (n == (int)LANE_SEATS)
            return -1;
    }
    show(guest, (unsigned)n);
    __atomic_store_n(&lane_seat_of(guest->area, (unsigned)n)->cancel, 0, __ATOMIC_RELAXED); /* of whoever sat there */
    return n;
}

void lane_guest_rise(struct lane_guest *guest, unsigned n)
{
    __atomic_fetch_and(&guest->taken, ~(1u << n), __ATOMIC_RELEASE);
}

uint8_t *lane_guest_data(struct lane_guest *guest, unsigned n)
{
    return lane_seat_of(guest->area, n)->data;
}

/* Which of the process' threads this is. */
static uint32_t own_number(void)
{
    static uint32_t last;
    static __thread uint32_t mine;

    if (mine == 0)
        mine = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
    return mine;
}

bool lane_guest_post(struct lane_guest *guest, unsigned n, const struct lane_request *request)
{
    struct lane_seat *seat = lane_seat_of(guest->area, n);
    uint32_t bell;

    seat->request = *request;
    if (seat->thread != own_number())
        seat->thread = own_number();
    wait_publish(&seat->cpu);
    /* before the look at the bell; releases the request and its data, and keeps LANE_HUNG_UP */
    __atomic_fetch_or(&seat->state, LANE_POSTED, __ATOMIC_SEQ_CST);
    bell = __atomic_load_n(&guest->area->bell, __ATOMIC_SEQ_CST);
    if (bell == LANE_AWAKE)
        return false;
    /* one of those who post calls */
    if (!__atomic_compare_exchange_n(
            &guest->area->bell, &bell, LANE_AWAKE, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
        return false;
    if (bell == LANE_ASLEEP)
        futex_wake_shared(&guest->area->bell, 1);
    return bell == LANE_ABSENT;
}

void lane_guest_cancel(struct lane_guest *guest, unsigned n)
{
    __atomic_store_n(&lane_seat_of(guest->area, n)->cancel, 1, __ATOMIC_SEQ_CST);
}

static bool is_done(void *context)
{
    const struct lane_seat *seat = context;

    return LANE_SEAT_STATE(__atomic_load_n(&seat->state, __ATOMIC_ACQUIRE)) == LANE_DONE;
}

enum lane_wait lane_guest_wait(struct lane_guest *guest, unsigned n, uint64_t patience_ns)
{
    struct lane_seat *seat = lane_seat_of(guest->area, n);
    struct futex_deadline patience = {.infinite = true};

    if (wait_spin(&guest->pace[n], &guest->area->server_cpu, &seat->cpu, is_done, seat))
        return LANE_WAIT_DONE;
    for (;;) {
        uint32_t state = __atomic_load_n(&seat->state, __ATOMIC_ACQUIRE);
        if (LANE_SEAT_STATE(state) == LANE_DONE)
            return LANE_WAIT_DONE;
        if (state & LANE_HUNG_UP)
            return LANE_WAIT_DEAD;
        bool posted = LANE_SEAT_STATE(state) == LANE_POSTED;
        if (posted && patience.infinite)
            patience = futex_after_ns(patience_ns);
        if (!wait_mark_asleep(&seat->state, state))
            continue;
        if (!futex_wait_shared(&seat->state, state | WAIT_ASLEEP, posted ? &patience : &futex_forever) && posted &&
            LANE_SEAT_STATE(__atomic_load_n(&seat->state, __ATOMIC_ACQUIRE)) == LANE_POSTED)
            return LANE_WAIT_OVERDUE;
    }
}

void lane_guest_result(struct lane_guest *guest, unsigned n, uint32_t *status, uint64_t *information)
{
    struct lane_seat *seat = lane_seat_of(guest->area, n);

    *status = __atomic_load_n(&seat->status, __ATOMIC_RELAXED);
    *information = __atomic_load_n(&seat->information, __ATOMIC_RELAXED);
    __atomic_fetch_and(&seat->state, LANE_HUNG_UP, __ATOMIC_RELEASE);
}

void lane_guest_hang_up(struct lane_guest *guest)
{
    __atomic_store_n(&guest->dead, 1, __ATOMIC_SEQ_CST);
    for (unsigned n = 0; n < LANE_SEATS; n++) {
        uint32_t *state = &lane_seat_of(guest->area, n)->state;
        __atomic_fetch_or(state, LANE_HUNG_UP, __ATOMIC_SEQ_CST);
        futex_wake_shared(state, INT_MAX);
    }
}
