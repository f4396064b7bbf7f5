/*
 * Who serves a lane. One worker has the turn: it takes requests and serves them itself, for to wake another thread
 * costs more than most requests. Before it sleeps in the kernel's rooms it hands the turn on (ke_about_to_sleep);
 * when it is busy otherwise, the client whose request is not taken for a moment rings, and the watcher hands the
 * turn on. Without requests it looks for a while, sleeps, and after a moment goes: an idle lane has no thread.
 *
 * `turn` is a word: the number of the request, and whether it is being served. Who changes it from served to not
 * has the turn to give: the holder itself, or whoever hands it on. `lock` guards what may be used through the
 * lane, the spare memory and `present`.
 */
#include "daemon/lane.h"

#include "daemon/connection.h"
#include "daemon/file.h"
#include "daemon/worker.h"

#include <stdlib.h>
#include <string.h>

#define SERVED UINT64_C(1)
#define IDLE_NS UINT64_C(200000000)
#define SPARES 64u

struct spare {
    struct spare *next;
};

/* Who asked last through a seat. */
struct asker {
    PETHREAD thread; /* referenced; NULL: nobody yet */
    uint32_t number; /* the client's for it */
    pid_t tid;
    uid_t uid;
    gid_t gid;
};

struct lane {
    LIST_ENTRY links;    /* of all lanes; lanes_lock */
    uint32_t references; /* __atomic: the socket, who has the turn, each call, each client bound to it */
    uint32_t number;
    PEPROCESS process; /* whose it is, referenced */
    struct lane_host host;
    uint32_t word; /* private futex: grows when whoever sleeps must look */
    bool ended;    /* __atomic */
    uint64_t turn; /* __atomic */
    struct worker_job job; /* of the next holder: queued at most once */
    pthread_mutex_t lock;
    bool present; /* somebody has the turn, or is queued for it */
    struct client **bound;
    uint32_t bound_room;
    uint32_t first_free; /* nothing is free below */
    struct asker askers[LANE_SEATS];
    struct spare *spare;
    unsigned spare_count;
};

static pthread_mutex_t lanes_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_ENTRY lanes = {&lanes, &lanes};
static uint32_t last_number;

/* What this thread may hand on. */
static __thread struct {
    struct lane *lane;
    uint64_t turn;
} held;

/* ---- memory ---- */

struct lane_host *lane_host_of(struct lane *lane)
{
    return &lane->host;
}

void lane_reference(struct lane *lane)
{
    __atomic_add_fetch(&lane->references, 1, __ATOMIC_RELAXED);
}

void lane_release(struct lane *lane)
{
    if (__atomic_sub_fetch(&lane->references, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    for (struct spare *spare = lane->spare, *next; spare != NULL; spare = next) {
        next = spare->next;
        free(spare);
    }
    for (unsigned n = 0; n < LANE_SEATS; n++) {
        if (lane->askers[n].thread != NULL)
            ObDereferenceObjectDeferDelete(lane->askers[n].thread); /* whoever completes a call may be the last */
    }
    lane_host_destroy(&lane->host);
    ObDereferenceObjectDeferDelete(lane->process);
    pthread_mutex_destroy(&lane->lock);
    free(lane->bound);
    free(lane);
}

void *lane_spare_get(struct lane *lane, size_t size)
{
    pthread_mutex_lock(&lane->lock);
    struct spare *spare = lane->spare;
    if (spare != NULL) {
        lane->spare = spare->next;
        lane->spare_count--;
    }
    pthread_mutex_unlock(&lane->lock);
    return spare != NULL ? spare : malloc(size);
}

void lane_spare_put(struct lane *lane, void *memory)
{
    struct spare *spare = memory;

    pthread_mutex_lock(&lane->lock);
    bool keep = lane->spare_count < SPARES;
    if (keep) {
        spare->next = lane->spare;
        lane->spare = spare;
        lane->spare_count++;
    }
    pthread_mutex_unlock(&lane->lock);
    if (!keep)
        free(spare);
}

/* ---- who asks ---- */

static PETHREAD asked_before(struct lane *lane, unsigned seat, const struct asker *now)
{
    const struct asker *last = &lane->askers[seat];
    PETHREAD thread = NULL;

    pthread_mutex_lock(&lane->lock);
    if (last->thread != NULL && last->number == now->number && last->tid == now->tid && last->uid == now->uid &&
        last->gid == now->gid) {
        thread = last->thread;
        ObReferenceObject(thread);
    }
    pthread_mutex_unlock(&lane->lock);
    return thread;
}

static void remember(struct lane *lane, unsigned seat, const struct asker *now)
{
    pthread_mutex_lock(&lane->lock);
    PETHREAD old = lane->askers[seat].thread;
    lane->askers[seat] = *now;
    pthread_mutex_unlock(&lane->lock);
    if (old != NULL)
        ObDereferenceObject(old);
}

NTSTATUS lane_act_as(struct lane *lane, unsigned seat, struct client *client, pid_t tid, struct guise *guise)
{
    struct asker now = {.number = lane_host_thread(&lane->host, seat),
        .tid = tid,
        .uid = client->peer.uid,
        .gid = client->peer.gid};

    now.thread = asked_before(lane, seat, &now);
    if (now.thread != NULL) {
        client_act_as_thread(client, now.thread, guise);
        return STATUS_SUCCESS;
    }
    NTSTATUS status = client_act_as(client, tid, guise);
    if (NT_SUCCESS(status) && guise->thread != NULL) {
        now.thread = guise->thread;
        ObReferenceObject(now.thread);
        remember(lane, seat, &now);
    }
    return status;
}

/* ---- the turn ---- */

/* Does nothing when it was handed on already, or when threads are scarce: a process whose calls all wait does not
 * take the last ones; its next call is begun when one of them ends, or at a later ring. */
static void hand_on(struct lane *lane, uint64_t turn)
{
    if (!(turn & SERVED) || worker_is_crowded())
        return;
    if (!__atomic_compare_exchange_n(
            &lane->turn, &turn, turn & ~SERVED, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return;
    lane_reference(lane);
    worker_queue(&lane->job);
}

static void about_to_sleep(void)
{
    hand_on(held.lane, held.turn);
}

static void begin_to_serve(struct lane *lane)
{
    held.lane = lane;
    held.turn = (__atomic_load_n(&lane->turn, __ATOMIC_RELAXED) + 2) | SERVED;
    ke_self.before_sleep = about_to_sleep;
    __atomic_store_n(&lane->turn, held.turn, __ATOMIC_RELEASE);
}

/* False: somebody else has the turn. */
static bool have_served(struct lane *lane)
{
    uint64_t turn = held.turn;

    ke_self.before_sleep = NULL;
    return __atomic_compare_exchange_n(
        &lane->turn, &turn, turn & ~SERVED, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* Would a call that begins now find threads scarce? Whoever is on his way to the lane counts already; who is in a call
 * leaves the next one to another thread. */
static bool is_too_many(struct lane *lane)
{
    bool served = __atomic_load_n(&lane->turn, __ATOMIC_ACQUIRE) & SERVED;

    return served ? worker_is_crowded() : worker_has_crowd();
}

bool lane_ring(struct client *client)
{
    struct lane *lane = __atomic_load_n(&client->lane, __ATOMIC_ACQUIRE);

    if (lane == NULL)
        return false;
    pthread_mutex_lock(&lane->lock);
    bool absent = !lane->present && !lane->ended;
    if (absent)
        lane->present = true;
    pthread_mutex_unlock(&lane->lock);
    if (absent) {
        lane_reference(lane);
        worker_queue(&lane->job);
    } else {
        hand_on(lane, __atomic_load_n(&lane->turn, __ATOMIC_ACQUIRE));
    }
    if (is_too_many(lane))
        lane_host_turn_away(&lane->host, LANE_PORT_CALL); /* refused at once, over the socket, as any other */
    return true;
}

/* ---- serving ---- */

static struct client *target_of(struct lane *lane, uint32_t target)
{
    struct client *client = NULL;

    pthread_mutex_lock(&lane->lock);
    if (target < lane->bound_room)
        client = lane->bound[target];
    if (client != NULL)
        client_reference(client);
    pthread_mutex_unlock(&lane->lock);
    return client;
}

static NTSTATUS begin(
    struct client *client, struct lane *lane, unsigned seat, const struct lane_request *request)
{
    if (request->op == LANE_PORT_CALL)
        return connection_lane_call(client, lane, seat, request);
    return client_file(client) != NULL ? file_lane_call(client, lane, seat, request) : STATUS_INVALID_HANDLE;
}

static void serve(struct lane *lane, unsigned seat, const struct lane_request *request)
{
    struct client *client = target_of(lane, request->target);
    NTSTATUS status = STATUS_INVALID_HANDLE;

    if (client != NULL)
        status = begin(client, lane, seat, request);
    if (!NT_SUCCESS(status))
        lane_host_answer(&lane->host, seat, (uint32_t)status, 0);
    if (client != NULL)
        client_release(client);
}

/* Nothing to do for a long time: true when nobody has to stay. */
static bool may_go(struct lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    bool go = lane_host_leave(&lane->host);
    if (go)
        lane->present = false;
    pthread_mutex_unlock(&lane->lock);
    return go;
}

static void run(struct worker_job *job)
{
    struct lane *lane = CONTAINING_RECORD(job, struct lane, job);
    struct lane_request request;
    unsigned seat;

    for (;;) {
        uint32_t word = __atomic_load_n(&lane->word, __ATOMIC_ACQUIRE);
        if (__atomic_load_n(&lane->ended, __ATOMIC_ACQUIRE))
            break;
        if (lane_host_take(&lane->host, &seat, &request)) {
            begin_to_serve(lane);
            serve(lane, seat, &request);
            if (!have_served(lane))
                break;
        } else if ((worker_is_crowded() || !lane_host_rest(&lane->host, &lane->word, word, IDLE_NS)) && may_go(lane)) {
            break; /* its thread is somebody else's */
        }
    }
    lane_release(lane);
}

/* ---- what may be used through it ---- */

static bool grow(struct lane *lane)
{
    uint32_t room = lane->bound_room ? 2 * lane->bound_room : 16;
    struct client **bound = realloc(lane->bound, room * sizeof *bound);

    if (bound == NULL)
        return false;
    memset(bound + lane->bound_room, 0, (room - lane->bound_room) * sizeof *bound);
    lane->bound = bound;
    lane->bound_room = room;
    return true;
}

/* The lane with that number and a reference, if it is the process' own. */
static struct lane *find(uint32_t number, PEPROCESS process)
{
    struct lane *found = NULL;

    pthread_mutex_lock(&lanes_lock);
    for (PLIST_ENTRY e = lanes.Flink; e != &lanes && found == NULL; e = e->Flink) {
        struct lane *lane = CONTAINING_RECORD(e, struct lane, links);
        if (lane->number == number && lane->process == process)
            found = lane;
    }
    if (found != NULL)
        lane_reference(found);
    pthread_mutex_unlock(&lanes_lock);
    return found;
}

/* lock held */
static bool add(struct lane *lane, struct client *client, uint32_t *target)
{
    uint32_t n = lane->first_free;

    if (lane->ended)
        return false;
    while (n < lane->bound_room && lane->bound[n] != NULL)
        n++;
    if (n == lane->bound_room && !grow(lane))
        return false;
    lane->bound[n] = client;
    lane->first_free = n + 1;
    *target = n;
    return true;
}

static void unbind(struct client *client)
{
    pthread_mutex_lock(&client->lock);
    struct lane *lane = client->bound_to;
    client->bound_to = NULL;
    pthread_mutex_unlock(&client->lock);
    if (lane == NULL)
        return;
    pthread_mutex_lock(&lane->lock);
    bool there = client->bound_as < lane->bound_room && lane->bound[client->bound_as] == client;
    if (there) {
        lane->bound[client->bound_as] = NULL;
        if (client->bound_as < lane->first_free)
            lane->first_free = client->bound_as;
    }
    pthread_mutex_unlock(&lane->lock);
    if (there)
        client_release(client);
    lane_release(lane);
}

NTSTATUS lane_bind(struct client *client, uint32_t number, uint32_t *target)
{
    PEPROCESS process;
    NTSTATUS status = client_process(client, &process);

    if (!NT_SUCCESS(status))
        return status;
    struct lane *lane = find(number, process);
    if (lane == NULL)
        return STATUS_INVALID_HANDLE;
    pthread_mutex_lock(&client->lock);
    pthread_mutex_lock(&lane->lock);
    bool ok = client->bound_to == NULL && add(lane, client, target);
    if (ok) {
        client_reference(client);
        client->bound_to = lane;
        client->bound_as = *target;
    }
    pthread_mutex_unlock(&lane->lock);
    pthread_mutex_unlock(&client->lock);
    if (!ok) {
        lane_release(lane);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (__atomic_load_n(&client->closing, __ATOMIC_ACQUIRE))
        unbind(client);
    return STATUS_SUCCESS;
}

/* ---- begin and end ---- */

NTSTATUS lane_open(struct client *client, uint32_t *number, int *fd)
{
    PEPROCESS process;
    NTSTATUS status = client_process(client, &process);

    if (!NT_SUCCESS(status))
        return status;
    status = account_charge(&client->share, LANE_SIZE, ACCOUNT_NOTHING);
    if (!NT_SUCCESS(status))
        return status;
    struct lane *lane = calloc(1, sizeof *lane);
    if (lane == NULL || lane_host_create(&lane->host, fd) < 0) {
        free(lane);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    lane->references = 1;
    lane->job.run = run;
    lane->process = process;
    ObReferenceObject(process);
    pthread_mutex_init(&lane->lock, NULL);
    pthread_mutex_lock(&lanes_lock);
    lane->number = *number = ++last_number;
    InsertTailList(&lanes, &lane->links);
    pthread_mutex_unlock(&lanes_lock);
    __atomic_store_n(&client->lane, lane, __ATOMIC_RELEASE); /* requests of one socket come one after the other */
    return STATUS_SUCCESS;
}

/* Clients that are bound to it see that when they hang up themselves. */
static void end(struct lane *lane)
{
    pthread_mutex_lock(&lanes_lock);
    RemoveEntryList(&lane->links);
    pthread_mutex_unlock(&lanes_lock);
    pthread_mutex_lock(&lane->lock);
    __atomic_store_n(&lane->ended, true, __ATOMIC_RELEASE);
    struct client **bound = lane->bound;
    uint32_t count = lane->bound_room;
    lane->bound = NULL;
    lane->bound_room = 0;
    pthread_mutex_unlock(&lane->lock);
    __atomic_add_fetch(&lane->word, 1, __ATOMIC_RELEASE);
    futex_wake_private(&lane->word, 1);
    for (uint32_t n = 0; n < count; n++) {
        if (bound[n] != NULL)
            client_release(bound[n]);
    }
    free(bound);
    lane_release(lane);
}

void lane_hang_up(struct client *client)
{
    unbind(client);
    if (client->lane != NULL)
        end(client->lane);
    client->lane = NULL;
}
