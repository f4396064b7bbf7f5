/*
 * Overlapped gets. Their messages are taken by whoever comes first:
 *
 *   a thread in GetQueuedCompletionStatus of the completion port that the handle is tied to, or one that waits for the event or
 *   the handle of a get (kernel32/source.h): it looks, and sleeps on the channel itself, so that nobody stands between the
 *   sender and it;
 *   the connection's completer, a thread that takes what no such thread waits for: gets with an event that stands for another
 *   connection's as well, those of event loops, and what lies there while all threads are long at something else
 *   (HasOverlappedIoCompleted tells of it then, too).
 *
 * As long as threads take gets themselves the completer stays out of their way: it looks once in COMPLETER_PAUSE_NS whether
 * they still do, and is not woken. When nothing has been taken for so long, it sleeps until it is needed.
 *
 * `fltlib_port.lock` guards the list. A get leaves it once: claimed, done or cancelled; then it is its claimer's.
 */
#include "fltlib/heir.h"
#include "fltlib/port.h"

#include <ntstatus.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#define COMPLETER_PAUSE_NS UINT64_C(10000000)

static struct port_get *get_of(PLIST_ENTRY entry)
{
    return CONTAINING_RECORD(entry, struct port_get, links);
}

static struct fltlib_port *port_of_source(struct k32_source *source)
{
    return CONTAINING_RECORD(source, struct fltlib_port, source);
}

/* ---- the list; all with the lock held ---- */

static void count(unsigned *counter, int change)
{
    if (change != 0)
        __atomic_store_n(counter, *counter + (unsigned)change, __ATOMIC_RELAXED);
}

static void put_in(struct fltlib_port *port, struct port_get *get)
{
    InsertTailList(&port->gets, &get->links);
    count(&port->unposted, !get->posted);
    count(&port->eager, get->eager);
}

static void take_out(struct fltlib_port *port, struct port_get *get)
{
    RemoveEntryList(&get->links);
    count(&port->unposted, -!get->posted);
    count(&port->eager, -get->eager);
}

/* From here on buffer and size carry status and bytes. */
static void settle(struct fltlib_port *port, struct port_get *get, NTSTATUS status, size_t bytes, LIST_ENTRY *list)
{
    take_out(port, get);
    get->buffer = (void *)(uintptr_t)(uint32_t)status;
    get->size = bytes;
    InsertTailList(list, &get->links);
}

static NTSTATUS result_of(struct fltlib_port *port, const struct port_get *get, size_t *bytes)
{
    uint32_t status;

    chan_guest_result(port->guest, get->slot, get->buffer, get->size, &status, bytes);
    return fltlib_ended(status);
}

/* Those that waited for a place. */
static void post_waiting(struct fltlib_port *port, LIST_ENTRY *list)
{
    for (PLIST_ENTRY e = port->gets.Flink, next; e != &port->gets && port->unposted > 0; e = next) {
        struct port_get *get = get_of(e);
        next = e->Flink;
        if (get->posted)
            continue;
        int error = chan_guest_post(port->guest, get->size, CHAN_NOTIFY_DONE, &get->slot);
        if (error == -EAGAIN)
            return;
        if (error != 0) {
            settle(port, get, fltlib_status_of_post(error), 0, list);
        } else {
            get->posted = true;
            count(&port->unposted, -1);
        }
    }
}

/* Takes the results of all that are done. */
static void collect(struct fltlib_port *port, LIST_ENTRY *list)
{
    for (PLIST_ENTRY e = port->gets.Flink, next; e != &port->gets; e = next) {
        struct port_get *get = get_of(e);
        size_t bytes;
        next = e->Flink;
        if (!get->posted || !chan_guest_is_done(port->guest, get->slot))
            continue;
        NTSTATUS status = result_of(port, get, &bytes);
        settle(port, get, status, bytes, list);
    }
    post_waiting(port, list);
}

/* Without the lock: the packet or event may start anything. */
static void complete_list(LIST_ENTRY *list)
{
    while (!IsListEmpty(list)) {
        struct port_get *get = get_of(RemoveHeadList(list));
        k32_io_complete(&get->io, (NTSTATUS)(uintptr_t)get->buffer, get->size);
        free(get);
    }
}

/* ---- for threads of the completion port ---- */

static bool is_here(const struct fltlib_port *port)
{
    return port->generation == heir_generation() && port->guest != NULL;
}

/* Lock held. They are filled oldest first, so it is mostly the first. */
static struct port_get *find_done(struct fltlib_port *port)
{
    for (PLIST_ENTRY e = port->gets.Flink; e != &port->gets; e = e->Flink) {
        struct port_get *get = get_of(e);
        if (get->posted && chan_guest_is_done(port->guest, get->slot))
            return get;
    }
    return NULL;
}

static void *source_claim(struct k32_source *source)
{
    struct fltlib_port *port = port_of_source(source);

    if (!is_here(port))
        return NULL;
    pthread_mutex_lock(&port->lock);
    struct port_get *get = find_done(port);
    if (get != NULL)
        take_out(port, get);
    pthread_mutex_unlock(&port->lock);
    if (get != NULL)
        __atomic_store_n(&port->taken, __atomic_load_n(&port->taken, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
    return get;
}

static bool source_has(struct k32_source *source)
{
    struct fltlib_port *port = port_of_source(source);

    if (!is_here(port))
        return false;
    pthread_mutex_lock(&port->lock);
    bool has = find_done(port) != NULL;
    pthread_mutex_unlock(&port->lock);
    return has;
}

/* A place is free again. */
static void fill_place(struct fltlib_port *port)
{
    LIST_ENTRY list = {&list, &list};

    pthread_mutex_lock(&port->lock);
    post_waiting(port, &list);
    pthread_mutex_unlock(&port->lock);
    complete_list(&list);
}

/* The get holds a reference of the port until its end. */
static bool source_finish(struct k32_source *source, void *claimed, struct k32_completion *completion)
{
    struct fltlib_port *port = port_of_source(source);
    struct port_get *get = claimed;
    size_t bytes;
    bool told = false;

    NTSTATUS status = result_of(port, get, &bytes);
    if (__atomic_load_n(&port->unposted, __ATOMIC_RELAXED) > 0)
        fill_place(port);
    if (completion != NULL)
        told = k32_io_take(&get->io, status, bytes, completion);
    else
        k32_io_complete(&get->io, status, bytes);
    free(get);
    return told;
}

/* The oldest is filled first. */
static void source_spin(struct k32_source *source, const uint32_t *news)
{
    struct fltlib_port *port = port_of_source(source);

    if (!is_here(port))
        return;
    pthread_mutex_lock(&port->lock);
    bool posted = !IsListEmpty(&port->gets) && get_of(port->gets.Flink)->posted;
    unsigned slot = posted ? get_of(port->gets.Flink)->slot : 0;
    pthread_mutex_unlock(&port->lock);
    if (posted)
        chan_guest_spin(port->guest, slot, news);
}

static uint32_t *source_sleeps(struct k32_source *source, uint32_t *value)
{
    struct fltlib_port *port = port_of_source(source);

    return is_here(port) ? chan_guest_sleeps(port->guest, CHAN_TAKER, value) : NULL;
}

static void source_slept(struct k32_source *source)
{
    chan_guest_slept(port_of_source(source)->guest, CHAN_TAKER);
}

static void source_left_over(struct k32_source *source)
{
    chan_guest_pass_on(port_of_source(source)->guest);
}

static const struct k32_source_type source_type = {
    .claim = source_claim,
    .has = source_has,
    .finish = source_finish,
    .spin = source_spin,
    .sleeps = source_sleeps,
    .slept = source_slept,
    .left_over = source_left_over,
};

void fltlib_overlapped_init(struct fltlib_port *port)
{
    InitializeListHead(&port->gets);
    port->source.type = &source_type;
    port->source.object = &port->object;
}

/* ---- the completer ---- */

/* Are threads of the completion port at it? Then it is theirs. */
static bool others_take(struct fltlib_port *port, uint32_t *seen)
{
    uint32_t taken = __atomic_load_n(&port->taken, __ATOMIC_RELAXED);
    bool others = taken != *seen && __atomic_load_n(&port->eager, __ATOMIC_RELAXED) == 0 &&
                  !k32_source_wants_packets(&port->source);

    *seen = taken;
    return others;
}

/* One look at all; false: the handle is closed, and none is left. */
static bool take_done(struct fltlib_port *port)
{
    LIST_ENTRY list = {&list, &list};

    pthread_mutex_lock(&port->lock);
    collect(port, &list);
    /* a message may just be coming into the last get: closing ends it and wakes us again */
    bool more = !port->closed_here || !IsListEmpty(&port->gets);
    pthread_mutex_unlock(&port->lock);
    complete_list(&list);
    return more;
}

static void *run_completer(void *context)
{
    struct fltlib_port *port = context;
    uint32_t seen = 0;
    bool more = true;

    pthread_setname_np(pthread_self(), "fltlib-complete");
    while (more) {
        struct futex_deadline pause = futex_after_ns(COMPLETER_PAUSE_NS);
        if (others_take(port, &seen) && !futex_wait_private(&port->closing, 0, &pause))
            continue;
        uint32_t value, *word = chan_guest_sleeps(port->guest, CHAN_LATE_TAKER, &value);
        more = take_done(port);
        if (more)
            futex_wait_shared(word, value, &futex_forever);
        chan_guest_slept(port->guest, CHAN_LATE_TAKER);
    }
    k32_release(&port->object);
    return NULL;
}

/* lock held. The completer holds a reference until the handle is closed. */
static bool start_completer(struct fltlib_port *port)
{
    pthread_t thread;

    if (port->completer_runs)
        return true;
    k32_reference(&port->object);
    if (pthread_create(&thread, NULL, run_completer, port) != 0) {
        k32_release(&port->object);
        return false;
    }
    pthread_detach(thread);
    port->completer_runs = true;
    return true;
}

/* ---- the call ---- */

/* lock held */
static int post(struct fltlib_port *port, struct port_get *get)
{
    if (port->closed_here)
        return -EPIPE;
    if (!start_completer(port))
        return -ENOMEM;
    int error = chan_guest_post(port->guest, get->size, CHAN_NOTIFY_DONE, &get->slot);
    get->posted = error == 0;
    if (error != 0 && error != -EAGAIN)
        return error;
    /* with -EAGAIN it waits in the list until a place is free */
    put_in(port, get);
    return 0;
}

NTSTATUS fltlib_get_overlapped(struct fltlib_port *port, void *buffer, size_t size, OVERLAPPED *overlapped)
{
    struct port_get *get = calloc(1, sizeof *get);

    if (get == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    get->buffer = buffer;
    get->size = size;
    get->thread = k32_thread_id(k32_self());
    NTSTATUS status = k32_io_begin(&get->io, &port->object, overlapped);
    if (!NT_SUCCESS(status)) {
        free(get);
        return status;
    }
    bool joined = get->io.packet == NULL || k32_source_join(&port->source);
    get->eager = !k32_source_tie(&port->source, &get->io) || !joined;
    pthread_mutex_lock(&port->lock);
    int error = post(port, get);
    pthread_mutex_unlock(&port->lock);
    if (error == 0)
        return STATUS_PENDING;
    status = fltlib_status_of_post(error);
    k32_io_abandon(&get->io, status);
    free(get);
    return status;
}

/* ---- cancellation and the end ---- */

/* Lock held: what can still be taken back is settled as cancelled. */
static bool cancel_gets(
    struct fltlib_port *port, OVERLAPPED *overlapped, struct k32_thread *thread, LIST_ENTRY *list)
{
    bool any = false;

    for (PLIST_ENTRY e = port->gets.Flink, next; e != &port->gets; e = next) {
        struct port_get *get = get_of(e);
        next = e->Flink;
        if ((overlapped != NULL && get->io.overlapped != overlapped) ||
            (thread != NULL && get->thread != k32_thread_id(thread)))
            continue;
        any = true;
        if (!get->posted || chan_guest_cancel(port->guest, get->slot))
            settle(port, get, STATUS_CANCELLED, 0, list);
    }
    return any;
}

bool fltlib_overlapped_cancel(struct fltlib_port *port, OVERLAPPED *overlapped, struct k32_thread *thread)
{
    LIST_ENTRY list = {&list, &list};

    pthread_mutex_lock(&port->lock);
    collect(port, &list); /* what is over is told first, and cannot be cancelled */
    bool any = cancel_gets(port, overlapped, thread, &list);
    post_waiting(port, &list);
    pthread_mutex_unlock(&port->lock);
    complete_list(&list);
    return any;
}

void fltlib_overlapped_close(struct fltlib_port *port)
{
    LIST_ENTRY list = {&list, &list};

    k32_source_leave(&port->source);
    pthread_mutex_lock(&port->lock);
    port->closed_here = true;
    collect(port, &list);
    cancel_gets(port, NULL, NULL, &list);
    pthread_mutex_unlock(&port->lock);
    complete_list(&list);
    __atomic_store_n(&port->closing, 1, __ATOMIC_RELEASE);
    futex_wake_private(&port->closing, INT_MAX);
}
