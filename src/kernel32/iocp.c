/* Completion ports: a queue of packets, first in first out, and the threads that wait for them, served last come first
 * as on Windows (a thread that has just run has its data in the cache). Each port has its own lock. */
#include "kernel32/iocp.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fltUserEx.h"
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
    pthread_cond_t condition;
    bool called; /* taken off the stack */
};

struct port {
    struct k32_object object;
    pthread_mutex_t lock;
    struct k32_packet *first, **end;
    struct waiter *waiters; /* the last come on top */
    bool closed;
    int descriptor; /* eventfd for event loops, readable while there are packets; -1 until it is asked for */
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
    w->called = true;
    pthread_cond_signal(&w->condition);
}

/* The last handle is closed: whoever waits gets ERROR_ABANDONED_WAIT_0. */
static void close_port(struct k32_object *object)
{
    struct port *p = (struct port *)object;

    pthread_mutex_lock(&p->lock);
    p->closed = true;
    while (p->waiters)
        call_top(p);
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

/* Waits until the queue has something. STATUS_SUCCESS, STATUS_TIMEOUT or STATUS_ABANDONED_WAIT_0. Under the lock. */
static NTSTATUS wait_for_packet(struct port *p, DWORD milliseconds)
{
    struct timespec space;
    const struct timespec *deadline = k32_deadline(&space, milliseconds);
    NTSTATUS status = STATUS_SUCCESS;
    struct waiter w;

    k32_condition_init(&w.condition);
    while (!p->first && status == STATUS_SUCCESS) {
        if (p->closed) {
            status = STATUS_ABANDONED_WAIT_0;
            break;
        }
        if (milliseconds == 0) {
            status = STATUS_TIMEOUT;
            break;
        }
        w.called = false;
        w.below = p->waiters;
        p->waiters = &w;
        bool in_time = true;
        while (!w.called && in_time)
            in_time = k32_condition_wait(&w.condition, &p->lock, deadline);
        if (!w.called) {
            leave_stack(p, &w);
            status = STATUS_TIMEOUT;
        }
    }
    pthread_cond_destroy(&w.condition);
    return status;
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
    *lpOverlapped = NULL;
    struct port *p = (struct port *)k32_object_of(CompletionPort, &port_type);
    if (!p)
        return FALSE;
    pthread_mutex_lock(&p->lock);
    NTSTATUS status = wait_for_packet(p, dwMilliseconds);
    struct k32_packet *packet = status == STATUS_SUCCESS ? take(p) : NULL;
    pthread_mutex_unlock(&p->lock);
    k32_release(&p->object);
    if (!packet) {
        SetLastError(status == STATUS_TIMEOUT ? WAIT_TIMEOUT : ERROR_ABANDONED_WAIT_0);
        return FALSE;
    }
    *lpNumberOfBytesTransferred = (DWORD)packet->bytes;
    *lpCompletionKey = packet->key;
    *lpOverlapped = packet->overlapped;
    status = packet->status;
    free(packet);
    return k32_result(status);
}

BOOL GetQueuedCompletionStatusEx(HANDLE CompletionPort, LPOVERLAPPED_ENTRY lpCompletionPortEntries, ULONG ulCount,
    PULONG ulNumEntriesRemoved, DWORD dwMilliseconds, BOOL fAlertable)
{
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
    ULONG n = 0;
    pthread_mutex_lock(&p->lock);
    NTSTATUS status = wait_for_packet(p, dwMilliseconds);
    for (struct k32_packet *packet; n < ulCount && (packet = take(p)); n++) {
        lpCompletionPortEntries[n] = (OVERLAPPED_ENTRY){packet->key, packet->overlapped, (ULONG)packet->status,
            (DWORD)packet->bytes};
        free(packet);
    }
    pthread_mutex_unlock(&p->lock);
    k32_release(&p->object);
    *ulNumEntriesRemoved = n;
    if (n > 0)
        return TRUE;
    SetLastError(status == STATUS_TIMEOUT ? WAIT_TIMEOUT : ERROR_ABANDONED_WAIT_0);
    return FALSE;
}

BOOL PostQueuedCompletionStatus(HANDLE CompletionPort, DWORD dwNumberOfBytesTransferred, ULONG_PTR dwCompletionKey,
    LPOVERLAPPED lpOverlapped)
{
    struct k32_object *port = k32_object_of(CompletionPort, &port_type);

    if (!port)
        return FALSE;
    struct k32_packet *packet = k32_packet_new();
    if (packet)
        k32_packet_post(port, packet, dwCompletionKey, lpOverlapped, STATUS_SUCCESS, dwNumberOfBytesTransferred);
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
        p->descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
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
