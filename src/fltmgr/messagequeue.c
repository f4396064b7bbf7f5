/*
 * Messages that nobody waits for: OfmQueueMessage and OfmBroadcastMessage. A connection's queue is a list under its lock; while there
 * is something in it, one worker sends one message after the other as FltSendMessage does, so gets see them in the order of senders.
 * Copies are the manager's memory. The end of the connection ends the worker and drops what is left.
 */
#include "fltmgr/message.h"
#include "fltmgr/portinner.h"

#include "ntoskrnl/ex/ex.h"

#include <fltkernelex.h>
#include <stdlib.h>
#include <string.h>

struct queued {
    LIST_ENTRY links;
    ULONG length;
    uint8_t bytes[];
};

struct pump {
    struct ex_work work;
    struct flt_connection *connection; /* referenced */
};

static void drop_all_locked(struct flt_connection *c)
{
    while (!IsListEmpty(&c->queued)) {
        free(CONTAINING_RECORD(RemoveHeadList(&c->queued), struct queued, links));
        c->queued_count--;
        __atomic_add_fetch(&c->counters.dropped, 1, __ATOMIC_RELAXED);
    }
}

/* The next message; NULL ends the pump. */
static struct queued *next(struct flt_connection *c)
{
    struct queued *q = NULL;

    pthread_mutex_lock(&c->lock);
    if (c->state != FLT_CONNECTED)
        drop_all_locked(c);
    if (IsListEmpty(&c->queued))
        c->pumping = false;
    else
        q = CONTAINING_RECORD(RemoveHeadList(&c->queued), struct queued, links);
    pthread_mutex_unlock(&c->lock);
    return q;
}

/* It stays counted until it is delivered: the depth is what the service is behind. */
static void sent(struct flt_connection *c, bool delivered)
{
    pthread_mutex_lock(&c->lock);
    c->queued_count--;
    if (!delivered)
        __atomic_add_fetch(&c->counters.dropped, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&c->lock);
}

static void run_pump(struct ex_work *work)
{
    struct pump *pump = CONTAINING_RECORD(work, struct pump, work);
    struct flt_connection *c = pump->connection;

    for (struct queued *q; (q = next(c)) != NULL; free(q)) {
        const struct message message = {.buffer = q->bytes, .length = q->length};
        sent(c, message_send_on(c, &message) == STATUS_SUCCESS);
    }
    connection_release(c);
    free(pump);
}

static struct queued *copy_of(const void *buffer, ULONG length)
{
    struct queued *q = malloc(sizeof *q + length);

    if (q == NULL)
        return NULL;
    q->length = length;
    if (length > 0)
        memcpy(q->bytes, buffer, length);
    return q;
}

/* Takes q over. *starts: there must be a pump for it. */
static NTSTATUS append(struct flt_connection *c, struct queued *q, ULONG depth, bool *starts)
{
    NTSTATUS status = STATUS_SUCCESS;

    *starts = false;
    pthread_mutex_lock(&c->lock);
    if (c->state != FLT_CONNECTED) {
        status = STATUS_PORT_DISCONNECTED;
    } else if (c->queued_count >= depth) {
        status = STATUS_QUOTA_EXCEEDED;
        __atomic_add_fetch(&c->counters.dropped, 1, __ATOMIC_RELAXED);
    } else {
        InsertTailList(&c->queued, &q->links);
        c->queued_count++;
        *starts = !c->pumping;
        c->pumping = true;
    }
    pthread_mutex_unlock(&c->lock);
    if (!NT_SUCCESS(status))
        free(q);
    return status;
}

static NTSTATUS enqueue(struct flt_connection *c, const void *buffer, ULONG length, ULONG depth)
{
    struct pump *pump = calloc(1, sizeof *pump);
    struct queued *q = copy_of(buffer, length);
    bool starts;

    if (pump == NULL || q == NULL) {
        free(pump);
        free(q);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    NTSTATUS status = append(c, q, depth, &starts);
    if (!starts) {
        free(pump);
        return status;
    }
    pump->connection = c;
    connection_reference(c);
    ex_queue_work(&pump->work, run_pump, NULL);
    return status;
}

NTSTATUS FLTAPI OfmQueueMessage(PFLT_FILTER Filter, PFLT_PORT *ClientPort, PVOID Buffer, ULONG Length, ULONG Depth)
{
    struct flt_connection *c;

    KE_REQUIRE_IRQL(APC_LEVEL);
    if (Depth == 0)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = message_acquire(Filter, ClientPort, Buffer, Length, &c);
    if (!NT_SUCCESS(status))
        return status;
    status = enqueue(c, Buffer, Length, Depth);
    connection_release(c);
    return status;
}

NTSTATUS FLTAPI OfmBroadcastMessage(
    PFLT_FILTER Filter, PFLT_PORT ServerPort, PVOID Buffer, ULONG Length, ULONG Depth, PULONG Clients)
{
    struct flt_connection **list;
    size_t count;
    ULONG taken = 0;

    KE_REQUIRE_IRQL(APC_LEVEL);
    if (Filter == NULL || ServerPort == NULL || Depth == 0 || (Buffer == NULL && Length > 0))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = port_connections((struct flt_server_port *)ServerPort, Filter, &list, &count);
    for (size_t i = 0; i < count; i++) {
        NTSTATUS one = enqueue(list[i], Buffer, Length, Depth);
        if (one == STATUS_SUCCESS)
            taken++;
        else if (one != STATUS_PORT_DISCONNECTED) /* who has just gone wants nothing */
            status = one;
        connection_release(list[i]);
    }
    free(list);
    if (Clients != NULL)
        *Clients = taken;
    return status;
}
