/* Sockets that are port connections. See connection.h. */
#include "daemon/connection.h"

#include "channel/guest.h"
#include "fltmgr/port.h"
#include "ntoskrnl/mm/mm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The port connection of this socket, referenced; NULL when there is none (any more). */
struct flt_connection *connection_of(struct client *client)
{
    pthread_mutex_lock(&client->lock);
    struct flt_connection *connection = client->connection;
    if (connection != NULL)
        connection_reference(connection);
    pthread_mutex_unlock(&client->lock);
    return connection;
}

/* Ends the port connection of a socket that is closing; whoever comes first does it. */
void connection_end(struct client *client)
{
    pthread_mutex_lock(&client->lock);
    struct flt_connection *connection = client->connection;
    client->connection = NULL;
    pthread_mutex_unlock(&client->lock);
    if (connection != NULL)
        port_hang_up(connection);
}

static void on_protocol_error(struct flt_connection *connection, void *context)
{
    struct client *client = context;

    (void)connection;
    shutdown(client->socket, SHUT_RDWR);
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
    if (r->raw_length[1] > 0)
        memcpy(context, r->raw[1], r->raw_length[1]);
    NTSTATUS status = account_charge(&client->share, CHAN_SEGMENT0_SIZE, ACCOUNT_CONNECTION);
    if (NT_SUCCESS(status))
        status = client_act_as(client, 0, &guise);
    if (NT_SUCCESS(status)) {
        status = port_connect(&r->strings[0], context,
            (USHORT)(r->raw_length[1] > 0xffff ? 0xffff : r->raw_length[1]), client->peer.pid,
            client->peer.uid, &connection);
        client_leave(&guise);
    }
    if (!NT_SUCCESS(status)) {
        account_discharge(&client->share);
        client_reply(client, status, 0, NULL, 0, -1);
        return;
    }
    __atomic_store_n(&client->outlives_peer, r->arguments[1] != 0, __ATOMIC_RELEASE);
    pthread_mutex_lock(&connection->lock);
    connection->front_end = client;
    connection->on_disconnect = on_protocol_error;
    pthread_mutex_unlock(&connection->lock);
    client_reply(client, STATUS_SUCCESS, 0, NULL, 0, chan_host_fd(connection->host));
    pthread_mutex_lock(&client->lock);
    client->connection = connection;
    pthread_mutex_unlock(&client->lock);
    if (__atomic_load_n(&client->closing, __ATOMIC_ACQUIRE))
        connection_end(client);
}

void connection_segment(struct client *client, struct flt_connection *connection, const struct request *r)
{
    size_t size = r->arguments[0];
    int fd = -1;

    if (connection == NULL || size == 0 || size > control_limits.message_bytes) {
        client_reply(client, connection == NULL ? STATUS_INVALID_DEVICE_REQUEST : STATUS_INVALID_BUFFER_SIZE,
            0, NULL, 0, -1);
        return;
    }
    NTSTATUS status = account_charge(&client->share, size, ACCOUNT_NOTHING);
    if (NT_SUCCESS(status)) {
        pthread_mutex_lock(&connection->lock);
        int n = chan_host_add_segment(connection->host, size, &fd);
        pthread_mutex_unlock(&connection->lock);
        size_t mapped;
        if (n >= 0)
            mm_user_range_add(chan_host_segment(connection->host, (unsigned)n, &mapped), mapped);
        else
            status = STATUS_INSUFFICIENT_RESOURCES;
    }
    client_reply(client, status, 0, NULL, 0, fd);
}

/* A null pointer when none was given; false when the range is not the connection's. */
static bool map_range(struct flt_connection *connection, const uint32_t range[3], bool has, void **pointer)
{
    *pointer = NULL;
    if (!has)
        return true;
    *pointer = chan_host_map(connection->host, range[0], range[1], range[2]);
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

void connection_call(struct client *client, struct flt_connection *connection, const struct request *r)
{
    struct wire_call call;
    struct guise guise;
    void *in, *out, *block;
    ULONG bytes = 0;

    if (connection == NULL || r->extra_length != sizeof call) {
        shutdown(client->socket, SHUT_RDWR);
        return;
    }
    memcpy(&call, r->extra, sizeof call);
    if (call.block[2] < sizeof(struct chan_call) || call.block[1] % CHAN_ALIGN != 0 ||
        !map_range(connection, call.block, true, &block) ||
        !map_range(connection, call.in, call.has & 1, &in) ||
        !map_range(connection, call.out, call.has & 2, &out)) {
        ke_log(
            KE_LOG_WARNING, "client %d sent a call outside its connection's memory", (int)client->peer.pid);
        shutdown(client->socket, SHUT_RDWR);
        return;
    }
    NTSTATUS status = client_act_as(client, (pid_t)call.tid, &guise);
    chan_host_enter(connection->host);
    if (NT_SUCCESS(status)) {
        status = port_message(
            connection, in, in != NULL ? call.in[2] : 0, out, out != NULL ? call.out[2] : 0, &bytes);
        client_leave(&guise);
    }
    chan_host_leave(connection->host);
    answer_call(block, status, bytes);
}
