/* The process' lane. See ntlane.h. */
#include "kernel32/ntlane.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernel32/ntfile.h"
#include "kernel32/session.h"
#include "ntstatus.h"

#define CALLS_BEFORE 3            /* who writes one message and goes does not pay for it */
#define PATIENCE_NS 1000000u      /* the first time; then twice that, and so on */
#define MOST_PATIENCE_NS 64000000u

struct k32_lane {
    struct lane_guest guest;
    int socket;
    uint32_t number;
    uint32_t references; /* __atomic */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct k32_lane *own;
static bool refused; /* this manager gives none */
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

/* --- its life --- */

/* The memory is not the child's (MADV_DONTFORK), and the manager knows the lane as the parent's. */
static void forget_in_child(void)
{
    pthread_mutex_init(&lock, NULL);
    own = NULL;
}

static void watch_for_forks(void)
{
    pthread_atfork(NULL, NULL, forget_in_child);
}

void k32_lane_release(struct k32_lane *lane)
{
    if (__atomic_sub_fetch(&lane->references, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    lane_guest_destroy(&lane->guest);
    close(lane->socket);
    free(lane);
}

static struct k32_lane *make(void)
{
    struct session_request request = {.op = WIRE_LANE};
    struct session_reply reply;
    int fd = -1;
    struct k32_lane *lane = calloc(1, sizeof *lane);

    if (!lane)
        return NULL;
    lane->socket = session_connect();
    NTSTATUS status =
        lane->socket >= 0 ? session_exchange(lane->socket, &request, &reply, &fd) : SESSION_NO_MANAGER;
    if (lane->socket >= 0)
        free(reply.data);
    if (!NT_SUCCESS(status) || fd < 0 || lane_guest_create(&lane->guest, fd) < 0) {
        if (lane->socket >= 0)
            close(lane->socket);
        free(lane);
        return NULL;
    }
    lane->number = reply.bytes;
    lane->references = 2; /* ours, the reactor's */
    if (k32_nt_watch_lane(lane, lane->socket))
        return lane;
    lane->references = 1;
    k32_lane_release(lane);
    return NULL;
}

static bool is_dead(const struct k32_lane *lane)
{
    return __atomic_load_n(&lane->guest.dead, __ATOMIC_SEQ_CST) != 0;
}

struct k32_lane *k32_lane_get(uint32_t *number)
{
    pthread_once(&fork_once, watch_for_forks);
    pthread_mutex_lock(&lock);
    if (own && is_dead(own)) {
        k32_lane_release(own);
        own = NULL;
        refused = false;
    }
    if (!own && !refused) {
        own = make();
        refused = !own;
    }
    struct k32_lane *lane = own;
    if (lane) {
        __atomic_add_fetch(&lane->references, 1, __ATOMIC_RELAXED);
        *number = lane->number;
    }
    pthread_mutex_unlock(&lock);
    return lane;
}

void k32_lane_hang_up(struct k32_lane *lane)
{
    lane_guest_hang_up(&lane->guest);
    k32_lane_release(lane);
}

/* --- what uses it --- */

bool k32_lane_is_due(struct k32_lane_use *use)
{
    if (__atomic_load_n(&use->lane, __ATOMIC_ACQUIRE) || __atomic_load_n(&use->calls, __ATOMIC_RELAXED) > CALLS_BEFORE)
        return false;
    return __atomic_add_fetch(&use->calls, 1, __ATOMIC_RELAXED) == CALLS_BEFORE;
}

void k32_lane_bind(struct k32_lane_use *use, struct k32_lane *lane, uint32_t target)
{
    use->target = target;
    __atomic_store_n(&use->lane, lane, __ATOMIC_RELEASE);
}

void k32_lane_forget(struct k32_lane_use *use)
{
    if (use->lane)
        k32_lane_release(use->lane);
    use->lane = NULL;
}

int k32_lane_sit(struct k32_lane_use *use)
{
    static __thread int last = -1;
    struct k32_lane *lane = __atomic_load_n(&use->lane, __ATOMIC_ACQUIRE);

    /* in a forked child it is not ours */
    if (!lane || lane != __atomic_load_n(&own, __ATOMIC_RELAXED) || is_dead(lane))
        return -1;
    int seat = lane_guest_sit(&lane->guest, last);
    if (seat >= 0)
        last = seat;
    return seat;
}

uint8_t *k32_lane_data(struct k32_lane_use *use, unsigned seat)
{
    return lane_guest_data(&use->lane->guest, seat);
}

void k32_lane_cancel(struct k32_lane_use *use, unsigned seat)
{
    lane_guest_cancel(&use->lane->guest, seat);
}

static void ring(struct k32_lane *lane)
{
    const struct wire_request request = {.magic = WIRE_MAGIC, .op = WIRE_LANE_RING};

    wire_send(lane->socket, &request, sizeof request, NULL, 0, -1);
}

bool k32_lane_ask(struct k32_lane_use *use, unsigned seat, struct lane_request *request, NTSTATUS *status,
    uint64_t *information)
{
    struct k32_lane *lane = use->lane;
    uint64_t patience = PATIENCE_NS;
    uint32_t answer;
    enum lane_wait result;

    request->target = use->target;
    if (lane_guest_post(&lane->guest, seat, request))
        ring(lane);
    while ((result = lane_guest_wait(&lane->guest, seat, patience)) == LANE_WAIT_OVERDUE) {
        ring(lane);
        patience = patience < MOST_PATIENCE_NS ? 2 * patience : patience;
    }
    if (result == LANE_WAIT_DEAD)
        return false;
    lane_guest_result(&lane->guest, seat, &answer, information);
    *status = (NTSTATUS)answer;
    return true;
}

void k32_lane_rise(struct k32_lane_use *use, unsigned seat)
{
    lane_guest_rise(&use->lane->guest, seat);
}
