/* Sockets that are port connections. See connection.h. */
#include "daemon/connection.h"

#include "channel/guest.h"
#include "daemon/worker.h"
#include "fltmgr/portchannel.h"
#include "ntoskrnl/mm/mm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct flt_channel *connection_of(struct client *client)
{
    pthread_mutex_lock(&client->lock);
    struct flt_channel *channel = client->channel;
    if (channel != NULL) {
        channel_reference(channel);
        connection_reference(channel->connection);
    }
    pthread_mutex_unlock(&client->lock);
    return channel;
}

void connection_let_go(struct flt_channel *channel)
{
    if (channel == NULL)
        return;
    struct flt_connection *connection = channel->connection;
    channel_release(channel);
    connection_release(connection);
}

/* Ends the port connection of a socket that is closing; whoever comes first does it. */
void connection_end(struct client *client)
{
    pthread_mutex_lock(&client->lock);
    struct flt_channel *channel = client->channel;
    client->channel = NULL;
    pthread_mutex_unlock(&client->lock);
    if (channel != NULL)
        port_hang_up(channel);
}

static void on_protocol_error(void *front_end)
{
    struct client *client = front_end;

    shutdown(client->socket, SHUT_RDWR);
}

/* The client's socket is a handle from now on; it has the front end's references. False: who sends what over it
 * could not be known. */
static bool become_handle(struct client *client, struct flt_channel *channel)
{
    const int on = 1;

    if (setsockopt(client->socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0)
        return false;
    pthread_mutex_lock(&channel->connection->lock);
    channel->front_end = client;
    channel->on_disconnect = on_protocol_error;
    pthread_mutex_unlock(&channel->connection->lock);
    return true;
}

static void have_channel(struct client *client, struct flt_channel *channel)
{
    pthread_mutex_lock(&client->lock);
    client->channel = channel;
    pthread_mutex_unlock(&client->lock);
}

/* P-29: they are ignored; told once for a process that connects again and again. */
static void warn_of_options(const struct client *client, uint32_t options)
{
    static pid_t told; /* __atomic */

    if ((options & ~(uint32_t)FLT_PORT_FLAG_SYNC_HANDLE) == 0 ||
        __atomic_exchange_n(&told, client->peer.pid, __ATOMIC_RELAXED) == client->peer.pid)
        return;
    ke_log(KE_LOG_WARNING, "process %d connects with unknown options 0x%x: ignored", (int)client->peer.pid, options);
}

void connection_connect(struct client *client, const struct request *r)
{
    /* P-36: the driver gets an aligned copy */
    uint8_t context[65536] __attribute__((aligned(16)));
    struct flt_connection *connection;
    struct guise guise;

    if (r->raw_length[1] > sizeof context) {
        client_reply(client, STATUS_INTEGER_OVERFLOW, 0, NULL, 0, -1);
        return;
    }
    warn_of_options(client, r->arguments[0]);
    if (r->raw_length[1] > 0)
        memcpy(context, r->raw[1], r->raw_length[1]);
    NTSTATUS status = account_charge(&client->share, CHAN_SEGMENT0_SIZE, ACCOUNT_CONNECTION);
    if (NT_SUCCESS(status))
        status = client_act_as(client, 0, &guise);
    if (NT_SUCCESS(status)) {
        status = port_connect(&r->strings[0], context,
            (USHORT)(r->raw_length[1] > 0xffff ? 0xffff : r->raw_length[1]), client->peer.pid,
            client->peer.uid, r->arguments[2], &connection);
        client_leave(&guise);
    }
    if (!NT_SUCCESS(status)) {
        account_discharge(&client->share);
        client_reply(client, status, 0, NULL, 0, -1);
        return;
    }
    __atomic_store_n(&client->outlives_peer, r->arguments[1] != 0, __ATOMIC_RELEASE);
    const struct flt_channel *channel = connection->first;
    if (become_handle(client, connection->first))
        client_reply(client, STATUS_SUCCESS, channel->memory, NULL, 0, channel->has_kept ? -1 : chan_host_fd(channel->host));
    else
        shutdown(client->socket, SHUT_RDWR);
    have_channel(client, connection->first);
    if (__atomic_load_n(&client->closing, __ATOMIC_ACQUIRE))
        connection_end(client);
}

NTSTATUS connection_share(struct client *client, struct client *other, struct wire_file_opened *opened)
{
    struct flt_channel *channel = connection_of(client), *joined;
    NTSTATUS status = STATUS_INVALID_HANDLE;

    if (channel != NULL)
        status = account_charge(&other->share, 0, ACCOUNT_CONNECTION);
    if (NT_SUCCESS(status))
        status = channel_join(channel->connection, other->peer.pid, other->peer.uid, &joined);
    if (NT_SUCCESS(status)) {
        __atomic_store_n(&other->outlives_peer, true, __ATOMIC_RELEASE); /* it may be inherited in turn */
        if (!become_handle(other, joined))
            shutdown(other->socket, SHUT_RDWR); /* ends as soon as it is watched */
        have_channel(other, joined);
        *opened = (struct wire_file_opened){0, 0};
    } else {
        account_discharge(&other->share);
    }
    connection_let_go(channel);
    return status;
}

/* Its own share of the user's memory, once. */
void connection_channel(struct client *client, struct flt_channel *channel)
{
    struct chan_host *host = NULL;
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

    if (channel != NULL && channel->host == NULL) /* requests of one socket come one after the other */
        status = account_charge(&client->share, CHAN_SEGMENT0_SIZE, ACCOUNT_NOTHING);
    if (NT_SUCCESS(status)) {
        host = channel_memory(channel);
        if (host == NULL)
            status = STATUS_INSUFFICIENT_RESOURCES;
    }
    client_reply(client, status, 0, NULL, 0, host != NULL ? chan_host_fd(host) : -1);
}

void connection_segment(struct client *client, struct flt_channel *channel, const struct request *r)
{
    bool bank = r->arguments[1] == 1;
    size_t size = bank ? sizeof(struct chan_bank) : r->arguments[0];
    int fd = -1;

    if (channel == NULL || channel->host == NULL || size == 0 || size > control_limits.message_bytes) {
        client_reply(client, channel == NULL || channel->host == NULL ? STATUS_INVALID_DEVICE_REQUEST : STATUS_INVALID_BUFFER_SIZE,
            0, NULL, 0, -1);
        return;
    }
    NTSTATUS status = account_charge(&client->share, size, ACCOUNT_NOTHING);
    if (NT_SUCCESS(status)) {
        pthread_mutex_lock(&channel->connection->lock);
        int n = bank ? chan_host_add_bank(channel->host, &fd)
                     : chan_host_add_segment(channel->host, size, &fd);
        pthread_mutex_unlock(&channel->connection->lock);
        size_t mapped;
        if (n >= 0)
            mm_user_range_add(chan_host_segment(channel->host, (unsigned)n, &mapped), mapped);
        else
            status = STATUS_INSUFFICIENT_RESOURCES;
    }
    client_reply(client, status, 0, NULL, 0, fd);
}

/* A null pointer when none was given; false when the range is not the connection's. */
static bool map_range(struct chan_host *host, const uint32_t range[3], bool has, void **pointer)
{
    *pointer = NULL;
    if (!has)
        return true;
    *pointer = chan_host_map(host, range[0], range[1], range[2]);
    return *pointer != NULL;
}

/* Not instrumented: the client may use the room again at once, before ThreadSanitizer could be told of the
 * order. */
__attribute__((no_sanitize("thread"))) static void answer_call(
    struct chan_call *answer, NTSTATUS status, ULONG bytes)
{
    __atomic_store_n(&answer->status, (uint32_t)status, __ATOMIC_RELAXED);
    __atomic_store_n(&answer->bytes, bytes, __ATOMIC_RELAXED);
    __atomic_store_n(&answer->state, 1, __ATOMIC_RELEASE);
    futex_wake_shared(&answer->state, 1);
}

void connection_reply(struct client *client, struct flt_channel *channel, const struct request *r)
{
    struct wire_answer answer;
    const void *shared;

    if (channel == NULL || channel->host == NULL || r->extra_length != sizeof answer) {
        client_reply(client, STATUS_INVALID_DEVICE_REQUEST, 0, NULL, 0, -1);
        return;
    }
    memcpy(&answer, r->extra, sizeof answer);
    NTSTATUS status = STATUS_SUCCESS;
    uint8_t *payload = NULL;
    if ((shared = chan_host_map(channel->host, answer.range[0], answer.range[1], answer.range[2])) == NULL)
        status = STATUS_INVALID_PARAMETER;
    else if ((payload = malloc(answer.range[2] + 1u)) == NULL)
        status = STATUS_INSUFFICIENT_RESOURCES;
    if (NT_SUCCESS(status)) {
        chan_host_enter(channel->host);
        memcpy(payload, shared, answer.range[2]); /* the client may change it meanwhile: it is its own reply */
        chan_host_leave(channel->host);
        status = port_reply(
            channel->connection, answer.id, (NTSTATUS)answer.status, payload, answer.range[2]);
    }
    free(payload);
    client_reply(client, status, 0, NULL, 0, -1);
}

/* Where the client waits for the answer. */
static bool is_block(struct chan_host *host, const struct wire_call *call, void **block)
{
    return call->block[2] >= sizeof(struct chan_call) && call->block[1] % CHAN_ALIGN == 0 &&
           map_range(host, call->block, true, block);
}

static void told_outside(struct client *client)
{
    ke_log(KE_LOG_WARNING, "client %d sent a call outside its connection's memory", (int)client->peer.pid);
    shutdown(client->socket, SHUT_RDWR);
}

/* MessageNotify, in the caller's context (P-93), with the caller's own memory (P-97). */
static NTSTATUS notify(struct flt_channel *channel, const struct wire_call *call, void *in, void *out, ULONG *bytes)
{
    return port_message(
        channel->connection, in, in != NULL ? call->in[2] : 0, out, out != NULL ? call->out[2] : 0, bytes);
}

void connection_call(struct client *client, struct flt_channel *channel, const struct request *r)
{
    struct chan_host *host = channel != NULL ? channel->host : NULL;
    struct wire_call call;
    struct guise guise;
    void *in, *out, *block;
    ULONG bytes = 0;

    if (host == NULL || r->extra_length != sizeof call) {
        shutdown(client->socket, SHUT_RDWR);
        return;
    }
    memcpy(&call, r->extra, sizeof call);
    if (!is_block(host, &call, &block) || !map_range(host, call.in, call.has & 1, &in) ||
        !map_range(host, call.out, call.has & 2, &out)) {
        told_outside(client);
        return;
    }
    NTSTATUS status = client_act_as(client, (pid_t)call.tid, &guise);
    chan_host_enter(host);
    if (NT_SUCCESS(status)) {
        status = notify(channel, &call, in, out, &bytes);
        client_leave(&guise);
    }
    chan_host_leave(host);
    answer_call(block, status, bytes);
}

void connection_inherit(struct client *client, struct flt_channel *channel)
{
    if (channel != NULL)
        __atomic_store_n(&client->outlives_peer, true, __ATOMIC_RELEASE);
    client_reply(client, channel != NULL ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST, 0, NULL, 0, -1);
}

void connection_call_lane(struct client *client, struct flt_channel *channel, const struct request *r)
{
    uint32_t target = 0;
    NTSTATUS status = channel != NULL ? lane_bind(client, r->arguments[0], &target) : STATUS_INVALID_DEVICE_REQUEST;

    client_reply(client, status, target, NULL, 0, -1);
}

/* Each call that is under way takes a thread: the user's number of them is bounded, whichever way they come
 * (control.c). False: there are too many, or threads are scarce. */
static bool may_begin(struct client *client)
{
    uint32_t users = __atomic_add_fetch(client->user_calls, 1, __ATOMIC_ACQ_REL);

    if ((client->peer.administrator || users <= control_limits.calls_per_user) && !worker_has_crowd())
        return true;
    __atomic_sub_fetch(client->user_calls, 1, __ATOMIC_ACQ_REL);
    return false;
}

static NTSTATUS call_through_lane(struct client *client, struct lane *lane, unsigned seat,
    struct flt_channel *channel, const struct wire_call *call)
{
    struct chan_host *host = channel->host;
    struct guise guise;
    void *in, *out;
    ULONG bytes = 0;

    if (!map_range(host, call->in, call->has & 1, &in) || !map_range(host, call->out, call->has & 2, &out)) {
        told_outside(client);
        return STATUS_INVALID_PARAMETER;
    }
    if (!may_begin(client)) {
        lane_host_answer(lane_host_of(lane), seat, 0, LANE_ELSEWHERE);
        return STATUS_SUCCESS;
    }
    NTSTATUS status = lane_act_as(lane, seat, client, (pid_t)call->tid, &guise);
    if (NT_SUCCESS(status)) {
        chan_host_enter(host);
        status = notify(channel, call, in, out, &bytes);
        client_leave(&guise);
        chan_host_leave(host);
    }
    __atomic_sub_fetch(client->user_calls, 1, __ATOMIC_ACQ_REL);
    lane_host_answer(lane_host_of(lane), seat, (uint32_t)status, bytes);
    return STATUS_SUCCESS;
}

NTSTATUS connection_lane_call(
    struct client *client, struct lane *lane, unsigned seat, const struct lane_request *request)
{
    struct wire_call call;

    if (request->in_length != sizeof call || request->out_length != 0)
        return STATUS_INVALID_PARAMETER;
    struct flt_channel *channel = connection_of(client);
    if (channel == NULL || channel->host == NULL) {
        connection_let_go(channel);
        return STATUS_PORT_DISCONNECTED; /* P-73 */
    }
    memcpy(&call, lane_host_data(lane_host_of(lane), seat), sizeof call);
    NTSTATUS status = call_through_lane(client, lane, seat, channel, &call);
    connection_let_go(channel);
    return status;
}

void connection_extend(struct client *client, struct flt_channel *channel, const struct request *r)
{
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

    if (channel != NULL)
        status = port_extend(channel->connection, r->arguments[0] | (ULONGLONG)r->arguments[1] << 32,
            r->arguments[2] * UINT64_C(1000000));
    client_reply(client, status, 0, NULL, 0, -1);
}

void connection_refuse(struct client *client, struct flt_channel *channel, const struct request *r, NTSTATUS status)
{
    struct wire_call call = {0};
    void *block;

    if (r->extra_length == sizeof call)
        memcpy(&call, r->extra, sizeof call);
    if (channel == NULL || channel->host == NULL || !is_block(channel->host, &call, &block))
        shutdown(client->socket, SHUT_RDWR);
    else
        answer_call(block, status, 0);
}
