/*
 * Connections: what drivers call client ports. Their lives, from the accepted connect to DisconnectNotify
 * (P-72, P-74, P-93 to P-117). See port.h.
 *
 * A connection's own lock guards its state and what waits on it; nothing of this file holds it over a
 * callback.
 */
#include "fltmgr/portinner.h"

#include "fltmgr/capture.h"
#include "fltmgr/portchannel.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"

#include <stdlib.h>
#include <string.h>

const char *port_filter_name(const struct flt_connection *c)
{
    return c->port->driver_name;
}

void connection_reference(struct flt_connection *c)
{
    __atomic_add_fetch(&c->references, 1, __ATOMIC_RELAXED);
}

bool connection_try_reference(struct flt_connection *c)
{
    uint32_t references = __atomic_load_n(&c->references, __ATOMIC_RELAXED);

    while (references != 0)
        if (__atomic_compare_exchange_n(
                &c->references, &references, references + 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return true;
    return false;
}

static void connection_free(struct ke_rcu_head *head)
{
    free(CONTAINING_RECORD(head, struct flt_connection, rcu));
}

/* The count itself stays for a grace period: FltSendMessage may just be reading the driver's variable (P-74). */
void connection_release(struct flt_connection *c)
{
    if (__atomic_sub_fetch(&c->references, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    channel_release(c->first);
    pthread_mutex_destroy(&c->lock);
    ObDereferenceObject(c->port);
    ke_rcu_call_lazily(&c->rcu, connection_free);
}

struct flt_connection *connection_create(struct flt_server_port *port, pid_t pid, uid_t uid, uint32_t kept)
{
    struct flt_connection *c = calloc(1, sizeof *c);

    if (c == NULL)
        return NULL;
    InitializeListHead(&c->channels);
    InitializeListHead(&c->queued);
    c->first = channel_first(c, pid, uid, kept);
    if (c->first == NULL) {
        free(c);
        return NULL;
    }
    channel_reference(c->first); /* the front end's */
    c->host = c->first->host;
    c->references = 2; /* the driver's and the front end's */
    c->port = port;
    ObReferenceObject(port);
    c->pid = pid;
    c->uid = uid;
    pthread_mutex_init(&c->lock, NULL);
    InitializeListHead(&c->senders);
    InitializeListHead(&c->repliers);
    ke_rundown_init(&c->notify_rundown);
    memcpy(c->image, c->first->image, sizeof c->image);
    return c;
}

static NTSTATUS reason_status(enum flt_end_reason reason)
{
    switch (reason) {
    case FLT_END_FILTER_UNLOADED:
        return STATUS_FLT_DELETING_OBJECT;
    case FLT_END_PEER_CLOSED: /* seen by a client that is still there only when the manager ends */
        return STATUS_DEVICE_NOT_CONNECTED;
    case FLT_END_PROTOCOL:
        return STATUS_INVALID_PARAMETER;
    case FLT_END_STALLED:
        return STATUS_IO_TIMEOUT;
    default:
        return STATUS_PORT_DISCONNECTED;
    }
}

NTSTATUS connection_end_status(const struct flt_connection *c)
{
    return reason_status(c->reason);
}

void connection_disconnect(struct flt_connection *c, enum flt_end_reason reason)
{
    pthread_mutex_lock(&c->lock);
    bool first = c->state == FLT_CONNECTED;
    if (first) {
        __atomic_store_n(&c->state, FLT_DISCONNECTED, __ATOMIC_SEQ_CST);
        c->reason = reason;
        /* the clients would not let go by themselves; under the lock: the front end's own hang-up passes here
         * before it frees what this call uses */
        bool forced = reason == FLT_END_PROTOCOL || reason == FLT_END_STALLED;
        channels_close(c, (uint32_t)reason_status(reason), forced);
    }
    message_disconnect_locked(c);
    pthread_mutex_unlock(&c->lock);
}

bool connection_close_driver(struct flt_connection *c)
{
    bool first = !__atomic_exchange_n(&c->driver_closed, true, __ATOMIC_ACQ_REL);

    if (first)
        connection_release(c);
    return first;
}

/* DisconnectNotify exactly once (P-108), after the last MessageNotify (P-101); then the slot is free again
 * (P-111). */
void connection_finish(struct flt_connection *c, enum flt_end_reason reason)
{
    struct flt_server_port *port = c->port;

    connection_disconnect(c, reason);
    if (__atomic_exchange_n(&c->disconnect_notified, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    ke_rundown_start(&c->notify_rundown);
    ke_rundown_wait(&c->notify_rundown, -1);
    struct ke_scope outer = ke_callback_enter(port->driver_name, "DisconnectNotify", NULL);
    port->disconnect(c->cookie);
    ke_callback_leave(outer);
    pthread_mutex_lock(&c->lock);
    __atomic_store_n(&c->state, FLT_GONE, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&c->lock);
    if (connection_close_driver(c))
        ke_report(port->driver_name, "FltCloseClientPort",
            "not called for the connection of process %d (%s) by DisconnectNotify: closed now", (int)c->pid,
            c->image);
    pthread_mutex_lock(&ports_lock);
    RemoveEntryList(&c->port_links);
    port->connected--;
    pthread_cond_broadcast(&connection_ended);
    pthread_mutex_unlock(&ports_lock);
}

/* P-34: the last one closes the connection. */
static bool is_held(struct flt_connection *c)
{
    pthread_mutex_lock(&c->lock);
    bool held = c->channel_count > 0;
    pthread_mutex_unlock(&c->lock);
    return held;
}

void port_hang_up(struct flt_channel *channel)
{
    struct flt_connection *c = channel->connection;

    channel_leave(channel);
    if (!is_held(c))
        connection_finish(c, FLT_END_PEER_CLOSED);
    channel_release(channel);
    connection_release(c);
}

NTSTATUS port_message(
    struct flt_connection *c, PVOID in, ULONG in_length, PVOID out, ULONG out_length, PULONG bytes)
{
    struct flt_server_port *port = c->port;

    *bytes = 0; /* P-96 */
    if (port->message == NULL)
        return STATUS_INVALID_DEVICE_REQUEST; /* P-94 */
    if (!ke_rundown_acquire(&c->notify_rundown))
        return STATUS_PORT_DISCONNECTED;
    pthread_mutex_lock(&c->lock);
    bool connected = c->state == FLT_CONNECTED;
    pthread_mutex_unlock(&c->lock);
    NTSTATUS status = STATUS_PORT_DISCONNECTED;
    if (connected) {
        struct ke_scope outer = ke_callback_enter(port->driver_name, "MessageNotify", NULL);
        __atomic_add_fetch(&c->counters.calls, 1, __ATOMIC_RELAXED);
        if (port->captures)
            status = flt_capture_call(port->message, c->cookie, in, in_length, out, out_length, bytes);
        else
            status = port->message(c->cookie, in, in_length, out, out_length, bytes);
        ke_callback_leave(outer);
    }
    ke_rundown_release(&c->notify_rundown);
    if (NT_ERROR(status) || *bytes > out_length)
        *bytes = NT_ERROR(status) ? 0 : out_length;
    return status;
}

VOID FLTAPI FltCloseClientPort(PFLT_FILTER Filter, PFLT_PORT *ClientPort)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (ClientPort == NULL)
        return;
    struct flt_connection *c =
        (struct flt_connection *)__atomic_exchange_n(ClientPort, NULL, __ATOMIC_ACQ_REL);
    if (c == NULL)
        return; /* P-106 */
    if (__atomic_exchange_n(&c->driver_closed, true, __ATOMIC_ACQ_REL)) {
        ke_report_caller(
            "FltCloseClientPort", __builtin_return_address(0), "called a second time for one connection");
        return;
    }
    connection_disconnect(c, FLT_END_DRIVER_CLOSED);
    connection_release(c);
}
