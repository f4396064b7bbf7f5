/*
 * The turn to read the device. Exactly one worker has it, so the order of arrival is known (V-101); it serves
 * what it read and keeps the turn, for waking another thread for every request costs more than most requests.
 * It hands the turn on before it sleeps (ke_about_to_sleep), at once when several callers were found to be
 * busy, and is relieved by the watchdog when one request takes long without sleeping by our means: a callback
 * that computes, reads a slow file, or sleeps the Linux way.
 *
 * `turn` is a word: the number of the request, and whether it is being served. Who changes it from served to
 * reading has the turn to give: the holder itself (it keeps it), or whoever hands it on, under `idle_lock`.
 * idle_lock also guards the idle workers and the requests put aside; a worker becomes idle only by finding
 * nothing put aside, a request is put aside only while nobody is idle.
 */
#include "mount/inner.h"

#include "ntoskrnl/ke/futex.h"

#include <poll.h>

#define IDLE_WORKERS 8u
#define STACK_BYTES (64u * 1024u)

/* A request that takes longer than one to two ticks holds nobody up. */
#define TICK_NS 300000
/* The watchdog sleeps after so many ticks without a request; who is still serving then is relieved in any
 * case. */
#define QUIET_TICKS 8u

#define SERVED UINT64_C(1)

enum given { GIVEN_NOTHING, GIVEN_TURN, GIVEN_LEAVE };
enum watch { WATCH_ASLEEP, WATCH_TICKING, WATCH_END };

/* What this thread may hand on: the turn it serves with. */
static __thread struct {
    struct mount *mount;
    uint64_t turn;
} held;

bool mount_is_queued(struct mount *mount)
{
    struct pollfd device = {.fd = fuse_session_fd(mount->session), .events = POLLIN};

    return poll(&device, 1, 0) > 0;
}

/* ---- the watchdog ---- */

/* Pairs with fall_asleep: either this sees it asleep, or it sees what the caller has just stored. */
static void arm_watchdog(struct mount *mount)
{
    uint32_t asleep = WATCH_ASLEEP;

    if (__builtin_expect(__atomic_load_n(&mount->watch, __ATOMIC_SEQ_CST) != WATCH_ASLEEP, 1))
        return;
    if (__atomic_compare_exchange_n(
            &mount->watch, &asleep, WATCH_TICKING, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        ke_futex_wake(&mount->watch, 1);
}

static void fall_asleep(struct mount *mount, uint64_t seen)
{
    uint32_t ticking = WATCH_TICKING, asleep = WATCH_ASLEEP;

    if (!__atomic_compare_exchange_n(
            &mount->watch, &ticking, WATCH_ASLEEP, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        return;
    if (__atomic_load_n(&mount->turn, __ATOMIC_SEQ_CST) != seen) {
        __atomic_compare_exchange_n(
            &mount->watch, &asleep, WATCH_TICKING, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
        return;
    }
    while (__atomic_load_n(&mount->watch, __ATOMIC_ACQUIRE) == WATCH_ASLEEP)
        ke_futex_wait(&mount->watch, WATCH_ASLEEP, NULL);
}

static void sleep_a_tick(struct mount *mount)
{
    struct ke_deadline tick = {0};

    clock_gettime(CLOCK_MONOTONIC, &tick.at);
    tick.at.tv_nsec += TICK_NS;
    if (tick.at.tv_nsec >= 1000000000) {
        tick.at.tv_nsec -= 1000000000;
        tick.at.tv_sec++;
    }
    ke_futex_wait(&mount->watch, WATCH_TICKING, &tick);
}

static void hand_on(struct mount *mount, uint64_t turn);

static void *watch_turn(void *context)
{
    struct mount *mount = context;
    uint64_t seen = 0;
    unsigned quiet = 0;

    pthread_setname_np(pthread_self(), "mount-watch");
    while (__atomic_load_n(&mount->watch, __ATOMIC_ACQUIRE) != WATCH_END) {
        uint64_t turn = __atomic_load_n(&mount->turn, __ATOMIC_ACQUIRE);
        quiet = turn == seen ? quiet + 1 : 0;
        if (turn == seen && (turn & SERVED) && (quiet == QUIET_TICKS || mount_is_queued(mount)))
            hand_on(mount, turn);
        seen = turn;
        if (quiet < QUIET_TICKS) {
            sleep_a_tick(mount);
        } else {
            fall_asleep(mount, seen);
            quiet = 0;
        }
    }
    return NULL;
}

/* ---- handing on ---- */

/* idle_lock held. The worker may be gone with its memory when the wake-up comes: that wakes nobody, or
 * somebody who looks again. */
static void give(struct mount_worker *worker, uint32_t what)
{
    __atomic_store_n(&worker->given, what, __ATOMIC_RELEASE);
    ke_futex_wake(&worker->given, 1);
}

/* idle_lock held. Most recent first: its memory is warm. */
static struct mount_worker *take_idle(struct mount *mount)
{
    struct mount_worker *worker =
        CONTAINING_RECORD(RemoveHeadList(&mount->idle), struct mount_worker, idle_links);

    __atomic_sub_fetch(&mount->idle_count, 1, __ATOMIC_RELAXED);
    return worker;
}

/* Does nothing when the turn was handed on already, or when nobody is idle: at the limit only what never
 * waits is served (V-209). */
static void hand_on(struct mount *mount, uint64_t turn)
{
    pthread_mutex_lock(&mount->idle_lock);
    if (!IsListEmpty(&mount->idle) && __atomic_compare_exchange_n(&mount->turn, &turn, turn & ~SERVED, false,
                                          __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        give(take_idle(mount), GIVEN_TURN);
    pthread_mutex_unlock(&mount->idle_lock);
}

static void about_to_sleep(void)
{
    hand_on(held.mount, held.turn);
}

void mount_turn_serve(struct mount *mount)
{
    held.mount = mount;
    held.turn = (__atomic_load_n(&mount->turn, __ATOMIC_RELAXED) + 2) | SERVED;
    ke_self.before_sleep = about_to_sleep;
    __atomic_store_n(&mount->turn, held.turn, __ATOMIC_SEQ_CST);
    arm_watchdog(mount);
}

bool mount_turn_back(struct mount *mount)
{
    ke_self.before_sleep = NULL;
    return __atomic_compare_exchange_n(
        &mount->turn, &held.turn, held.turn & ~SERVED, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* ---- idle workers ---- */

bool mount_turn_await(struct mount_worker *worker)
{
    uint32_t given;

    while ((given = __atomic_load_n(&worker->given, __ATOMIC_ACQUIRE)) == GIVEN_NOTHING)
        ke_futex_wait(&worker->given, GIVEN_NOTHING, NULL);
    return given == GIVEN_TURN;
}

/* idle_lock held. */
static void become_idle(struct mount *mount, struct mount_worker *worker)
{
    __atomic_store_n(&worker->given, GIVEN_NOTHING, __ATOMIC_RELAXED);
    InsertHeadList(&mount->idle, &worker->idle_links);
    __atomic_add_fetch(&mount->idle_count, 1, __ATOMIC_RELAXED);
}

void mount_turn_add_idle(struct mount *mount, struct mount_worker *worker)
{
    pthread_mutex_lock(&mount->idle_lock);
    become_idle(mount, worker);
    pthread_mutex_unlock(&mount->idle_lock);
}

enum mount_next mount_turn_next(
    struct mount *mount, struct mount_worker *worker, struct mount_deferred **deferred)
{
    enum mount_next next = MOUNT_NEXT_LEAVE;

    pthread_mutex_lock(&mount->idle_lock);
    if (mount->deferred_first != NULL) {
        *deferred = mount->deferred_first;
        mount->deferred_first = (*deferred)->next;
        if (mount->deferred_first == NULL)
            mount->deferred_last = &mount->deferred_first;
        next = MOUNT_NEXT_DEFERRED;
    } else if (!__atomic_load_n(&mount->ended, __ATOMIC_ACQUIRE) && mount->idle_count < IDLE_WORKERS) {
        become_idle(mount, worker);
        next = MOUNT_NEXT_IDLE;
    }
    pthread_mutex_unlock(&mount->idle_lock);
    if (next == MOUNT_NEXT_IDLE)
        arm_watchdog(mount); /* a holder whom nobody could relieve may be at it still */
    return next;
}

bool mount_turn_has_idle(struct mount *mount)
{
    return __atomic_load_n(&mount->idle_count, __ATOMIC_RELAXED) > 0;
}

bool mount_turn_defer(struct mount *mount, struct mount_deferred *deferred)
{
    pthread_mutex_lock(&mount->idle_lock);
    bool put_aside = IsListEmpty(&mount->idle);
    if (put_aside) {
        deferred->next = NULL;
        *mount->deferred_last = deferred;
        mount->deferred_last = &deferred->next;
    }
    pthread_mutex_unlock(&mount->idle_lock);
    return put_aside;
}

void mount_turn_end(struct mount *mount)
{
    pthread_mutex_lock(&mount->idle_lock);
    __atomic_store_n(&mount->ended, true, __ATOMIC_RELEASE);
    while (!IsListEmpty(&mount->idle))
        give(take_idle(mount), GIVEN_LEAVE);
    pthread_mutex_unlock(&mount->idle_lock);
}

/* ---- start and stop ---- */

int mount_turn_start(struct mount *mount, struct mount_worker *first)
{
    pthread_attr_t attributes;

    pthread_mutex_init(&mount->idle_lock, NULL);
    InitializeListHead(&mount->idle);
    mount->deferred_last = &mount->deferred_first;
    first->given = GIVEN_TURN;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    int error = pthread_create(&mount->watchdog, &attributes, watch_turn, mount);
    pthread_attr_destroy(&attributes);
    return -error;
}

void mount_turn_stop(struct mount *mount)
{
    __atomic_store_n(&mount->watch, WATCH_END, __ATOMIC_SEQ_CST);
    ke_futex_wake(&mount->watch, 1);
    pthread_join(mount->watchdog, NULL);
    while (mount->deferred_first != NULL) {
        struct mount_deferred *d = mount->deferred_first;
        mount->deferred_first = d->next;
        free(d);
    }
}
