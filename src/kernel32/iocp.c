/* Completion ports: a queue of packets, first in first out, sources (source.h), and the threads that wait for them, of which a
 * packet wakes the last come, as on Windows (it has its data in the cache). Each port has its own lock.
 *
 * A thread that finds neither a packet nor anything in a source stands on the stack with a word of its own, counts itself with every
 * source, looks once more, and sleeps on all these words. Several things may have been told to it, and it takes one: whoever
 * was counted looks whether there is more, and passes it on. tests/model/completion.pml goes through this in all orders. */
#include "kernel32/iocp.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "channel/futex.h"
#include "fltUserEx.h"
#include "kernel32/source.h"
#include "kernel32/thread.h"
#include "kernel32/wait.h"
#include "ntstatus.h"

struct k32_packet {
    struct k32_packet *next;
    ULONG_PTR key;
    OVERLAPPED *overlapped;
    NTSTATUS status;
    ULONG_PTR bytes;
};

struct waiter {
    struct waiter *below;
    uint32_t called; /* __atomic, private futex: taken off the stack */
};

struct port {
    struct k32_object object;
    pthread_mutex_t lock;
    struct k32_packet *first, **end;
    struct waiter *waiters; /* the last come on top */
    struct k32_source *sources; /* who brought something last stands at the end */
    unsigned source_count;
    uint32_t news; /* __atomic: set by a packet, a source that joins, the close: whoever looks at a source looks here */
    bool closed;
    int descriptor; /* __atomic: eventfd for event loops, readable while there are packets; -1 until it is asked for */
};

/* Under the lock, when the queue has become empty or is no longer so. */
static void show_packets(struct port *p)
{
    uint64_t count = 1;

    if (p->descriptor < 0)
        return;
    ssize_t n = p->first ? write(p->descriptor, &count, sizeof count) : read(p->descriptor, &count, sizeof count);
    (void)n; /* never blocks: EAGAIN says that it shows that already */
}

static void call_top(struct port *p)
{
    struct waiter *w = p->waiters;

    if (!w)
        return;
    p->waiters = w->below;
    __atomic_store_n(&w->called, 1, __ATOMIC_RELEASE);
    futex_wake_private(&w->called, 1);
}

static void call_all(struct port *p)
{
    __atomic_store_n(&p->news, 1, __ATOMIC_RELAXED);
    while (p->waiters)
        call_top(p);
}

/* The last handle is closed: whoever waits gets ERROR_ABANDONED_WAIT_0. */
static void close_port(struct k32_object *object)
{
    struct port *p = (struct port *)object;

    pthread_mutex_lock(&p->lock);
    p->closed = true;
    call_all(p);
    pthread_mutex_unlock(&p->lock);
}

static void destroy_port(struct k32_object *object)
{
    struct port *p = (struct port *)object;

    for (struct k32_packet *packet = p->first, *next; packet; packet = next) {
        next = packet->next;
        free(packet);
    }
    pthread_mutex_destroy(&p->lock);
    if (p->descriptor >= 0)
        close(p->descriptor);
    free(p);
}

static const struct k32_type port_type = {.name = "IoCompletion", .close = close_port, .destroy = destroy_port};

struct k32_packet *k32_packet_new(void)
{
    return malloc(sizeof(struct k32_packet));
}

void k32_packet_free(struct k32_packet *packet)
{
    free(packet);
}

void k32_packet_post(struct k32_object *port, struct k32_packet *packet, ULONG_PTR key, OVERLAPPED *overlapped,
    NTSTATUS status, ULONG_PTR bytes)
{
    struct port *p = (struct port *)port;

    *packet = (struct k32_packet){NULL, key, overlapped, status, bytes};
    pthread_mutex_lock(&p->lock);
    bool was_empty = !p->first;
    *p->end = packet;
    p->end = &packet->next;
    if (was_empty)
        show_packets(p);
    __atomic_store_n(&p->news, 1, __ATOMIC_RELAXED);
    call_top(p);
    pthread_mutex_unlock(&p->lock);
}

static struct k32_packet *take(struct port *p)
{
    struct k32_packet *packet = p->first;

    if (packet) {
        p->first = packet->next;
        if (!p->first) {
            p->end = &p->first;
            show_packets(p);
        }
    }
    return packet;
}

static void leave_stack(struct port *p, struct waiter *w)
{
    struct waiter **at = &p->waiters;

    while (*at && *at != w)
        at = &(*at)->below;
    if (*at)
        *at = w->below;
}

/* --- sources --- */

static void append(struct port *p, struct k32_source *source)
{
    struct k32_source **at = &p->sources;

    while (*at)
        at = &(*at)->next;
    source->next = NULL;
    source->previous = at;
    *at = source;
}

static void take_out(struct k32_source *source)
{
    *source->previous = source->next;
    if (source->next)
        source->next->previous = source->previous;
    source->previous = NULL;
}

bool k32_source_join(struct k32_source *source)
{
    struct port *p = (struct port *)__atomic_load_n(&source->object->port, __ATOMIC_ACQUIRE);

    if (!p)
        return false;
    pthread_mutex_lock(&p->lock);
    /* sequentially consistent with k32_source_leave, which says so and then takes it out */
    if (!source->previous && p->source_count < K32_MOST_SOURCES && !__atomic_load_n(&source->left, __ATOMIC_SEQ_CST)) {
        append(p, source);
        p->source_count++;
        call_all(p); /* those who sleep do not know its word yet */
    }
    bool joined = source->previous != NULL;
    pthread_mutex_unlock(&p->lock);
    return joined;
}

void k32_source_leave(struct k32_source *source)
{
    __atomic_store_n(&source->left, 1, __ATOMIC_SEQ_CST);
    struct port *p = (struct port *)__atomic_load_n(&source->object->port, __ATOMIC_SEQ_CST);
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    if (source->previous) {
        take_out(source);
        p->source_count--;
    }
    pthread_mutex_unlock(&p->lock);
}

bool k32_source_wants_packets(const struct k32_source *source)
{
    struct port *p = (struct port *)__atomic_load_n(&source->object->port, __ATOMIC_ACQUIRE);

    return p && __atomic_load_n(&p->descriptor, __ATOMIC_ACQUIRE) >= 0;
}

/* Lock held. The claimed operation keeps the source. */
static void *claim(struct port *p, struct k32_source **from)
{
    for (struct k32_source *s = p->sources; s; s = s->next) {
        void *claimed = s->type->claim(s);
        if (!claimed)
            continue;
        if (s->next) { /* the others come first next time */
            take_out(s);
            append(p, s);
        }
        *from = s;
        return claimed;
    }
    return NULL;
}

/* Lock held. The caller was counted as a sleeper and has taken something: wake-ups for more than that may have been meant for it. */
static void pass_on(struct port *p)
{
    struct k32_source *s = p->sources;

    while (s && !s->type->has(s))
        s = s->next;
    if (p->waiters && (p->first || s))
        call_top(p);
    else if (s)
        s->type->left_over(s);
}

/* --- waiting --- */

struct look {
    struct port *port;
    struct k32_completion *completion;
    const struct timespec *deadline;
    bool polls;    /* must not wait */
    bool has_spun; /* once is enough */
    bool was_counted, timed_out;
};

/* Lock held, and let go while a claimed one is ended. True: there it is. */
static bool take_one(struct look *look)
{
    struct port *p = look->port;
    struct k32_source *source;
    void *claimed;

    for (;;) {
        struct k32_packet *packet = take(p);
        claimed = packet ? NULL : claim(p, &source);
        if (!packet && !claimed)
            return false;
        if (look->was_counted)
            pass_on(p);
        if (packet) {
            *look->completion =
                (struct k32_completion){packet->key, packet->overlapped, packet->status, packet->bytes};
            free(packet);
            return true;
        }
        pthread_mutex_unlock(&p->lock);
        bool told = source->type->finish(source, claimed, look->completion);
        pthread_mutex_lock(&p->lock);
        if (told)
            return true;
    }
}

/* Lock held, and let go meanwhile. Looks at the first source, whichever that is: mostly there is one. */
static void spin(struct look *look)
{
    struct port *p = look->port;
    struct k32_source *source = p->sources;

    look->has_spun = true;
    if (!source)
        return;
    k32_reference(source->object);
    __atomic_store_n(&p->news, 0, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&p->lock);
    source->type->spin(source, &p->news);
    k32_release(source->object);
    pthread_mutex_lock(&p->lock);
}

struct sleep {
    unsigned count;
    struct k32_source *sources[K32_MOST_SOURCES];
    uint32_t *words[K32_MOST_SOURCES];
    uint32_t values[K32_MOST_SOURCES];
};

/* Lock held. Counts the thread with every source; false: one of them has something. */
static bool count_with_sources(struct port *p, struct sleep *sleep)
{
    bool idle = true;

    sleep->count = 0;
    for (struct k32_source *s = p->sources; s; s = s->next) {
        unsigned n = sleep->count;
        sleep->words[n] = s->type->sleeps(s, &sleep->values[n]);
        if (!sleep->words[n])
            continue;
        k32_reference(s->object);
        sleep->sources[n] = s;
        sleep->count++;
    }
    for (unsigned n = 0; n < sleep->count && idle; n++)
        idle = !sleep->sources[n]->type->has(sleep->sources[n]);
    return idle;
}

static bool sleep_on(struct sleep *sleep, struct waiter *w, const struct timespec *deadline)
{
    const struct futex_deadline until = k32_futex_deadline(deadline);

    if (sleep->count == 0)
        return futex_wait_private(&w->called, 0, &until);
    return futex_wait_many(sleep->words, sleep->values, sleep->count, &w->called, 0, &until);
}

/* Lock held, and let go meanwhile. */
static void sleep_once(struct look *look)
{
    struct port *p = look->port;
    struct waiter w = {.below = p->waiters};
    struct sleep sleep;

    p->waiters = &w;
    bool sleeps = count_with_sources(p, &sleep);
    pthread_mutex_unlock(&p->lock);
    if (sleeps)
        look->timed_out = !sleep_on(&sleep, &w, look->deadline);
    look->was_counted = true;
    for (unsigned n = 0; n < sleep.count; n++)
        sleep.sources[n]->type->slept(sleep.sources[n]);
    pthread_mutex_lock(&p->lock);
    leave_stack(p, &w);
    if (sleep.count == 0)
        return;
    pthread_mutex_unlock(&p->lock);
    for (unsigned n = 0; n < sleep.count; n++)
        k32_release(sleep.sources[n]->object);
    pthread_mutex_lock(&p->lock);
}

/* Lock held. STATUS_SUCCESS: look->completion; STATUS_TIMEOUT or STATUS_ABANDONED_WAIT_0. */
static NTSTATUS dequeue(struct look *look)
{
    while (!take_one(look)) {
        if (look->port->closed)
            return STATUS_ABANDONED_WAIT_0;
        if (look->polls || look->timed_out)
            return STATUS_TIMEOUT;
        if (look->has_spun)
            sleep_once(look);
        else
            spin(look);
    }
    return STATUS_SUCCESS;
}

/* --- the calls --- */

static HANDLE create_port(void)
{
    struct port *p = calloc(1, sizeof *p);

    if (!p) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    k32_object_init(&p->object, &port_type);
    pthread_mutex_init(&p->lock, NULL);
    p->end = &p->first;
    p->descriptor = -1;
    return k32_handle_give(&p->object);
}

static NTSTATUS associate(HANDLE file, HANDLE port, ULONG_PTR key)
{
    struct k32_object *object = k32_object_of(file, NULL), *p = k32_object_of(port, &port_type);
    NTSTATUS status = STATUS_INVALID_HANDLE;

    if (object && p)
        status = object->type->associate ? object->type->associate(object) : STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status)) {
        k32_dispatcher_lock();
        if (object->port) {
            status = STATUS_INVALID_PARAMETER;
        } else {
            object->port_key = key;
            k32_reference(p);
            __atomic_store_n(&object->port, p, __ATOMIC_RELEASE);
        }
        k32_dispatcher_unlock();
    }
    if (object)
        k32_release(object);
    if (p)
        k32_release(p);
    return status;
}

HANDLE CreateIoCompletionPort(HANDLE FileHandle, HANDLE ExistingCompletionPort, ULONG_PTR CompletionKey,
    DWORD NumberOfConcurrentThreads)
{
    if (FileHandle == INVALID_HANDLE_VALUE && ExistingCompletionPort) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    HANDLE port = ExistingCompletionPort ? ExistingCompletionPort : create_port();
    if (!port || FileHandle == INVALID_HANDLE_VALUE)
        return port;
    NTSTATUS status = associate(FileHandle, port, CompletionKey);
    if (NT_SUCCESS(status))
        return port;
    if (!ExistingCompletionPort)
        CloseHandle(port);
    k32_result(status);
    return NULL;
}

BOOL GetQueuedCompletionStatus(HANDLE CompletionPort, LPDWORD lpNumberOfBytesTransferred, PULONG_PTR lpCompletionKey,
    LPOVERLAPPED *lpOverlapped, DWORD dwMilliseconds)
{
    struct k32_completion completion;
    struct timespec space;

    *lpOverlapped = NULL;
    struct port *p = (struct port *)k32_object_of(CompletionPort, &port_type);
    if (!p)
        return FALSE;
    struct look look = {p, &completion, k32_deadline(&space, dwMilliseconds), .polls = dwMilliseconds == 0};
    pthread_mutex_lock(&p->lock);
    NTSTATUS status = dequeue(&look);
    pthread_mutex_unlock(&p->lock);
    k32_release(&p->object);
    if (status != STATUS_SUCCESS) {
        SetLastError(status == STATUS_TIMEOUT ? WAIT_TIMEOUT : ERROR_ABANDONED_WAIT_0);
        return FALSE;
    }
    *lpNumberOfBytesTransferred = (DWORD)completion.bytes;
    *lpCompletionKey = completion.key;
    *lpOverlapped = completion.overlapped;
    return k32_result(completion.status);
}

BOOL GetQueuedCompletionStatusEx(HANDLE CompletionPort, LPOVERLAPPED_ENTRY lpCompletionPortEntries, ULONG ulCount,
    PULONG ulNumEntriesRemoved, DWORD dwMilliseconds, BOOL fAlertable)
{
    struct k32_completion completion;
    struct timespec space;

    *ulNumEntriesRemoved = 0;
    if (!lpCompletionPortEntries || ulCount == 0) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    /* APCs that are there run now; those that come during the wait run in the next one. */
    if (fAlertable && k32_run_apcs(k32_self())) {
        SetLastError(WAIT_IO_COMPLETION);
        return FALSE;
    }
    struct port *p = (struct port *)k32_object_of(CompletionPort, &port_type);
    if (!p)
        return FALSE;
    struct look look = {p, &completion, k32_deadline(&space, dwMilliseconds), .polls = dwMilliseconds == 0};
    ULONG n = 0;
    pthread_mutex_lock(&p->lock);
    NTSTATUS status = dequeue(&look);
    for (BOOL more = status == STATUS_SUCCESS; more; more = n < ulCount && take_one(&look))
        lpCompletionPortEntries[n++] = (OVERLAPPED_ENTRY){
            completion.key, completion.overlapped, (ULONG)completion.status, (DWORD)completion.bytes};
    pthread_mutex_unlock(&p->lock);
    k32_release(&p->object);
    *ulNumEntriesRemoved = n;
    if (n > 0)
        return TRUE;
    SetLastError(status == STATUS_TIMEOUT ? WAIT_TIMEOUT : ERROR_ABANDONED_WAIT_0);
    return FALSE;
}

/* What is over in the sources was so before the packet that is about to be posted. */
static void queue_what_is_over(struct port *p)
{
    struct k32_source *source;
    void *claimed;

    pthread_mutex_lock(&p->lock);
    while ((claimed = claim(p, &source)) != NULL) {
        pthread_mutex_unlock(&p->lock);
        source->type->finish(source, claimed, NULL);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
}

BOOL PostQueuedCompletionStatus(HANDLE CompletionPort, DWORD dwNumberOfBytesTransferred, ULONG_PTR dwCompletionKey,
    LPOVERLAPPED lpOverlapped)
{
    struct k32_object *port = k32_object_of(CompletionPort, &port_type);

    if (!port)
        return FALSE;
    struct k32_packet *packet = k32_packet_new();
    if (packet) {
        queue_what_is_over((struct port *)port);
        k32_packet_post(port, packet, dwCompletionKey, lpOverlapped, STATUS_SUCCESS, dwNumberOfBytesTransferred);
    }
    k32_release(port);
    return k32_result(packet ? STATUS_SUCCESS : STATUS_NO_MEMORY);
}

BOOL WINAPI OfmCompletionPortDescriptor(HANDLE CompletionPort, int *lpDescriptor)
{
    if (!lpDescriptor) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    struct port *p = (struct port *)k32_object_of(CompletionPort, &port_type);
    if (!p)
        return FALSE;
    pthread_mutex_lock(&p->lock);
    if (p->descriptor < 0) {
        __atomic_store_n(&p->descriptor, eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), __ATOMIC_RELEASE);
        if (p->first)
            show_packets(p);
    }
    *lpDescriptor = p->descriptor;
    pthread_mutex_unlock(&p->lock);
    k32_release(&p->object);
    if (*lpDescriptor >= 0)
        return TRUE;
    SetLastError(ERROR_TOO_MANY_OPEN_FILES);
    return FALSE;
}
