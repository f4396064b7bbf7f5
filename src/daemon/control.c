/* The control socket. See control.h. Lock: control_lock guards the list of clients and the users' accounts;
 * never held over a callback. */
#include "daemon/control.h"

#include "channel/guest.h"
#include "channel/wire.h"
#include "daemon/request.h"
#include "daemon/worker.h"
#include "fltmgr/port.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/mm/mm.h"
#include "ntoskrnl/ps/ps.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

#define CALLS_AT_ONCE 256u /* FilterSendMessage of one connection */

struct control_limits control_limits = {
    .connections_per_user = 1024,
    .bytes_per_user = (size_t)512 << 20,
    .clients = 16384,
    .message_bytes = (size_t)64 << 20,
};
void (*control_on_stop)(void);

/* One socket. Referenced by the list (until it hangs up) and by each job. */
struct client {
    LIST_ENTRY links;
    uint32_t references; /* __atomic */
    int socket;
    struct control_peer peer;
    PEPROCESS process; /* referenced once it is needed */
    struct flt_connection
        *connection;          /* set once by the job of WIRE_CONNECT, before the socket is watched again */
    struct ke_interrupt gone; /* fired at hang-up: ends waits of MessageNotify callbacks */
    bool closing;             /* __atomic */
    size_t bytes;             /* shared memory charged to the user; under control_lock */
    uint32_t calls;           /* __atomic: WIRE_CALLs being served */
    bool counted;             /* a connection of the user's; under control_lock */
};

/* What one user has taken. */
struct account {
    uid_t uid;
    unsigned connections;
    size_t bytes;
    struct account *next;
};

static pthread_mutex_t control_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_ENTRY clients = {&clients, &clients};
static unsigned client_count;
static struct account *accounts;
static int listener = -1, poller = -1, stopper = -1;
static pthread_t watcher;
static char socket_path[108];

/* ---- accounts ---- */

static struct account *account_of(uid_t uid)
{
    struct account *a;

    for (a = accounts; a != NULL; a = a->next) {
        if (a->uid == uid)
            return a;
    }
    a = calloc(1, sizeof *a);
    if (a != NULL) {
        a->uid = uid;
        a->next = accounts;
        accounts = a;
    }
    return a;
}

static NTSTATUS charge(struct client *client, size_t bytes, bool connection)
{
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&control_lock);
    struct account *a = account_of(client->peer.uid);
    if (a == NULL)
        status = STATUS_INSUFFICIENT_RESOURCES;
    else if (!client->peer.administrator &&
             (a->bytes + bytes > control_limits.bytes_per_user ||
                 (connection && a->connections >= control_limits.connections_per_user)))
        status = STATUS_QUOTA_EXCEEDED;
    else {
        a->bytes += bytes;
        a->connections += connection;
        client->bytes += bytes;
        client->counted |= connection;
    }
    pthread_mutex_unlock(&control_lock);
    return status;
}

static void discharge(struct client *client)
{
    pthread_mutex_lock(&control_lock);
    struct account *a = account_of(client->peer.uid);
    if (a != NULL) {
        a->bytes -= client->bytes;
        a->connections -= client->counted;
    }
    client->bytes = 0;
    client->counted = false;
    pthread_mutex_unlock(&control_lock);
}

/* ---- clients ---- */

static void client_release(struct client *client)
{
    if (__atomic_sub_fetch(&client->references, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    close(client->socket);
    if (client->peer.pidfd >= 0)
        close(client->peer.pidfd);
    if (client->process != NULL)
        ObDereferenceObject(client->process);
    free(client);
}

static void client_reference(struct client *client)
{
    __atomic_add_fetch(&client->references, 1, __ATOMIC_RELAXED);
}

static int arm(struct client *client, int operation)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, .data.ptr = client};

    return epoll_ctl(poller, operation, client->socket, &event);
}

static int peer_pidfd(int socket, pid_t pid)
{
    int fd = -1;
    socklen_t size = sizeof fd;

    /* bound by the kernel to the process that connected; older kernels: by number, checked against the living
     * process by ps */
    if (getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &fd, &size) == 0)
        return fd;
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static void accept_one(void)
{
    struct ucred cred;
    socklen_t size = sizeof cred;
    /* a client that does not read its answers holds a worker no longer than this */
    const struct timeval patience = {.tv_sec = 5};
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0)
        return;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    pthread_mutex_lock(&control_lock);
    bool full = client_count >= control_limits.clients;
    pthread_mutex_unlock(&control_lock);
    struct client *client = full ? NULL : calloc(1, sizeof *client);
    if (client == NULL || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0) {
        free(client);
        close(fd);
        return;
    }
    client->references = 1;
    client->socket = fd;
    client->peer = (struct control_peer){.pid = cred.pid,
        .uid = cred.uid,
        .gid = cred.gid,
        .pidfd = peer_pidfd(fd, cred.pid),
        .administrator = cred.uid == 0 || cred.uid == geteuid()};
    ke_interrupt_init(&client->gone);
    pthread_mutex_lock(&control_lock);
    InsertTailList(&clients, &client->links);
    client_count++;
    pthread_mutex_unlock(&control_lock);
    if (arm(client, EPOLL_CTL_ADD) < 0) {
        pthread_mutex_lock(&control_lock);
        RemoveEntryList(&client->links);
        client_count--;
        pthread_mutex_unlock(&control_lock);
        client_release(client);
    }
}

/* The port connection of this socket, referenced; NULL when there is none (any more). */
static struct flt_connection *client_connection(struct client *client)
{
    pthread_mutex_lock(&control_lock);
    struct flt_connection *connection = client->connection;
    if (connection != NULL)
        connection_reference(connection);
    pthread_mutex_unlock(&control_lock);
    return connection;
}

/* Ends the port connection of a socket that is closing; whoever comes first does it. */
static void end_connection(struct client *client)
{
    pthread_mutex_lock(&control_lock);
    struct flt_connection *connection = client->connection;
    client->connection = NULL;
    pthread_mutex_unlock(&control_lock);
    if (connection != NULL)
        port_hang_up(connection);
}

/* ---- acting as the client ---- */

struct guise {
    PETHREAD thread, previous;
    struct ke_interrupt *previous_interrupt;
};

static NTSTATUS act_as(struct client *client, pid_t tid, struct guise *guise)
{
    pthread_mutex_lock(&control_lock);
    PEPROCESS process = client->process;
    pthread_mutex_unlock(&control_lock);
    if (process == NULL) {
        NTSTATUS status = ps_process_of_pidfd(
            client->peer.pidfd, client->peer.pid, client->peer.uid, client->peer.gid, &process);
        if (!NT_SUCCESS(status))
            return status;
        pthread_mutex_lock(&control_lock);
        if (client->process == NULL) {
            client->process = process;
        } else {
            ObDereferenceObject(process);
            process = client->process;
        }
        pthread_mutex_unlock(&control_lock);
    }
    guise->thread = ps_thread_of_client(process, tid, client->peer.uid, client->peer.gid);
    guise->previous = ps_set_current(guise->thread);
    guise->previous_interrupt = ke_current()->interrupt;
    ke_self.interrupt = &client->gone;
    return STATUS_SUCCESS;
}

static void act_as_self(struct guise *guise)
{
    ke_self.interrupt = guise->previous_interrupt;
    ps_set_current(guise->previous);
    if (guise->thread != NULL)
        ObDereferenceObject(guise->thread);
}

/* ---- requests ---- */

static void reply(
    struct client *client, NTSTATUS status, uint32_t bytes, const void *data, size_t length, int fd)
{
    struct wire_reply header = {WIRE_MAGIC, (uint32_t)status, bytes, (uint32_t)length};

    wire_send(client->socket, &header, sizeof header, data, length, fd);
}

static void on_protocol_error(struct flt_connection *connection, void *context)
{
    struct client *client = context;

    (void)connection;
    shutdown(client->socket, SHUT_RDWR);
}

static void serve_connect(struct client *client, const struct request *r)
{
    /* P-36: the driver gets an aligned copy */
    uint8_t context[65536] __attribute__((aligned(16)));
    struct flt_connection *connection;
    struct guise guise;

    if (r->raw_length[1] > sizeof context) {
        reply(client, STATUS_INTEGER_OVERFLOW, 0, NULL, 0, -1);
        return;
    }
    if (r->raw_length[1] > 0)
        memcpy(context, r->raw[1], r->raw_length[1]);
    NTSTATUS status = charge(client, CHAN_SEGMENT0_SIZE, true);
    if (NT_SUCCESS(status))
        status = act_as(client, 0, &guise);
    if (NT_SUCCESS(status)) {
        status = port_connect(&r->strings[0], context,
            (USHORT)(r->raw_length[1] > 0xffff ? 0xffff : r->raw_length[1]), client->peer.pid,
            client->peer.uid, &connection);
        act_as_self(&guise);
    }
    if (!NT_SUCCESS(status)) {
        discharge(client);
        reply(client, status, 0, NULL, 0, -1);
        return;
    }
    connection->front_end = client;
    connection->on_disconnect = on_protocol_error;
    reply(client, STATUS_SUCCESS, 0, NULL, 0, chan_host_fd(connection->host));
    pthread_mutex_lock(&control_lock);
    client->connection = connection;
    pthread_mutex_unlock(&control_lock);
    if (__atomic_load_n(&client->closing, __ATOMIC_ACQUIRE))
        end_connection(client);
}

static void serve_segment(struct client *client, struct flt_connection *connection, const struct request *r)
{
    size_t size = r->arguments[0];
    int fd = -1;

    if (connection == NULL || size == 0 || size > control_limits.message_bytes) {
        reply(client, connection == NULL ? STATUS_INVALID_DEVICE_REQUEST : STATUS_INVALID_BUFFER_SIZE, 0,
            NULL, 0, -1);
        return;
    }
    NTSTATUS status = charge(client, size, false);
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
    reply(client, status, 0, NULL, 0, fd);
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

static void serve_call(struct client *client, struct flt_connection *connection, const struct request *r)
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
    NTSTATUS status = act_as(client, (pid_t)call.tid, &guise);
    chan_host_enter(connection->host);
    if (NT_SUCCESS(status)) {
        status = port_message(
            connection, in, in != NULL ? call.in[2] : 0, out, out != NULL ? call.out[2] : 0, &bytes);
        act_as_self(&guise);
    }
    chan_host_leave(connection->host);
    answer_call(block, status, bytes);
}

static void serve_other(struct client *client, const struct request *r)
{
    struct answer answer = {0};
    struct guise guise;

    NTSTATUS status = act_as(client, 0, &guise);
    if (!NT_SUCCESS(status)) {
        reply(client, status, 0, NULL, 0, -1);
        return;
    }
    request_serve(r, &answer);
    act_as_self(&guise);
    uint32_t bytes = answer.bytes != 0 ? answer.bytes : (uint32_t)answer.length;
    reply(client, answer.status, bytes, answer.data, answer.length, -1);
    free(answer.data);
}

/* ---- jobs ---- */

struct packet_job {
    struct worker_job job;
    struct client *client;
    bool rearm; /* the next packet is read only when this one is done */
    struct request request;
    uint8_t packet[];
};

static void run_packet(struct worker_job *job)
{
    struct packet_job *p = CONTAINING_RECORD(job, struct packet_job, job);
    struct client *client = p->client;
    struct flt_connection *connection = client_connection(client);

    switch (p->request.op) {
    case WIRE_CONNECT:
        if (connection != NULL)
            reply(client, STATUS_INVALID_DEVICE_REQUEST, 0, NULL, 0, -1);
        else
            serve_connect(client, &p->request);
        break;
    case WIRE_SEGMENT:
        serve_segment(client, connection, &p->request);
        break;
    case WIRE_CALL:
        serve_call(client, connection, &p->request);
        break;
    default:
        serve_other(client, &p->request);
    }
    if (connection != NULL)
        connection_release(connection);
    if (p->request.op == WIRE_CALL)
        __atomic_sub_fetch(&client->calls, 1, __ATOMIC_ACQ_REL);
    if (p->rearm)
        arm(client, EPOLL_CTL_MOD);
    client_release(client);
    free(p);
}

struct hang_up_job {
    struct worker_job job;
    struct client *client;
};

static void run_hang_up(struct worker_job *job)
{
    struct hang_up_job *h = CONTAINING_RECORD(job, struct hang_up_job, job);
    struct client *client = h->client;

    end_connection(client);
    discharge(client);
    pthread_mutex_lock(&control_lock);
    RemoveEntryList(&client->links);
    client_count--;
    pthread_mutex_unlock(&control_lock);
    client_release(client);
    free(h);
}

/* The client is gone: its waits end, then the driver is told. Watcher thread only. */
static void hang_up(struct client *client)
{
    if (__atomic_exchange_n(&client->closing, true, __ATOMIC_ACQ_REL))
        return;
    epoll_ctl(poller, EPOLL_CTL_DEL, client->socket, NULL);
    ke_interrupt_fire(&client->gone, STATUS_THREAD_IS_TERMINATING);
    /* waiting senders are released here and now; DisconnectNotify may block and is a worker's (P-112) */
    struct flt_connection *connection = client_connection(client);
    if (connection != NULL) {
        connection_disconnect(connection, FLT_END_PEER_CLOSED);
        connection_release(connection);
    }
    struct hang_up_job *h = calloc(1, sizeof *h);
    if (h == NULL)
        ke_bug_check(0xC000009Au, 0, 0, 0, 0, "no memory to end a connection");
    h->client = client;
    h->job.run = run_hang_up;
    worker_queue(&h->job);
}

static void read_packet(struct client *client)
{
    static uint8_t room[WIRE_MAX_PACKET]; /* the watcher's own */
    int fd;
    ssize_t n = wire_receive(client->socket, room, sizeof room, &fd, false);

    if (fd >= 0)
        close(fd); /* the manager accepts no descriptors */
    if (n == -EAGAIN) {
        arm(client, EPOLL_CTL_MOD);
        return;
    }
    struct packet_job *p = n > 0 ? malloc(sizeof *p + (size_t)n) : NULL;
    if (p == NULL) {
        hang_up(client);
        return;
    }
    memset(p, 0, sizeof *p);
    memcpy(p->packet, room, (size_t)n);
    if (!request_parse(p->packet, (size_t)n, &p->request)) {
        free(p);
        hang_up(client);
        return;
    }
    p->request.peer = &client->peer;
    p->client = client;
    p->job.run = run_packet;
    /* calls of one connection run at the same time (P-101); everything else in its order */
    p->rearm = p->request.op != WIRE_CALL;
    /* each takes a thread: a client that floods waits for its own calls */
    if (!p->rearm && __atomic_add_fetch(&client->calls, 1, __ATOMIC_ACQ_REL) >= CALLS_AT_ONCE)
        p->rearm = true;
    client_reference(client);
    if (!p->rearm)
        arm(client, EPOLL_CTL_MOD);
    worker_queue(&p->job);
}

static void *watch(void *unused)
{
    struct epoll_event events[64];

    (void)unused;
    pthread_setname_np(pthread_self(), "control");
    for (;;) {
        int n = epoll_wait(poller, events, 64, -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == &stopper)
                return NULL;
            if (events[i].data.ptr == &listener) {
                accept_one();
                continue;
            }
            struct client *client = events[i].data.ptr;
            if (events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
                hang_up(client);
            else
                read_packet(client);
        }
    }
}

/* ---- start and stop ---- */

/* A socket file that nobody answers on is a dead manager's. */
static int take_over(const struct sockaddr_un *address)
{
    int probe = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (probe < 0)
        return -errno;
    int alive = connect(probe, (const struct sockaddr *)address, sizeof *address) == 0;
    int error = errno;
    close(probe);
    if (alive)
        return -EADDRINUSE;
    if (error == ECONNREFUSED && unlink(address->sun_path) < 0)
        return -errno;
    return 0;
}

/* Nobody else may have made the directory, or put a socket of his own there: clients trust what stands in it.
 */
static int check_directory(const char *directory)
{
    struct stat st;

    if (lstat(directory, &st) < 0)
        return -errno;
    if (!S_ISDIR(st.st_mode))
        return -ENOTDIR;
    return (st.st_uid == geteuid() || st.st_uid == 0) && !(st.st_mode & S_IWOTH) ? 0 : -EPERM;
}

static int listen_at(const char *directory)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (mkdir(directory, 0755) < 0 && errno != EEXIST)
        return -errno;
    if ((size_t)snprintf(address.sun_path, sizeof address.sun_path, "%s/control", directory) >=
        sizeof address.sun_path)
        return -ENAMETOOLONG;
    int error = check_directory(directory);
    if (error == 0)
        error = take_over(&address);
    if (error != 0)
        return error;
    listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0)
        return -errno;
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
        chmod(address.sun_path, 0666) < 0 || listen(listener, 1024) < 0) {
        error = -errno;
        close(listener);
        listener = -1;
        return error;
    }
    strcpy(socket_path, address.sun_path);
    return 0;
}

static void add_fixed(int fd, void *mark)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = mark};

    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

int control_start(const char *directory)
{
    int error = listen_at(directory);

    if (error != 0)
        return error;
    poller = epoll_create1(EPOLL_CLOEXEC);
    stopper = eventfd(0, EFD_CLOEXEC);
    if (poller < 0 || stopper < 0)
        return -errno;
    add_fixed(listener, &listener);
    add_fixed(stopper, &stopper);
    worker_start();
    return -pthread_create(&watcher, NULL, watch, NULL);
}

/* One that has not been hung up yet, referenced. */
static struct client *next_client(void)
{
    struct client *found = NULL;

    pthread_mutex_lock(&control_lock);
    for (PLIST_ENTRY e = clients.Flink; e != &clients && found == NULL; e = e->Flink) {
        struct client *client = CONTAINING_RECORD(e, struct client, links);
        if (!__atomic_load_n(&client->closing, __ATOMIC_ACQUIRE))
            found = client;
    }
    if (found != NULL)
        client_reference(found);
    pthread_mutex_unlock(&control_lock);
    return found;
}

void control_stop(void)
{
    uint64_t one = 1;

    if (listener < 0)
        return;
    while (write(stopper, &one, sizeof one) < 0 && errno == EINTR)
        ;
    pthread_join(watcher, NULL);
    unlink(socket_path);
    close(listener);
    listener = -1;
    struct client *client;
    while ((client = next_client()) != NULL) {
        hang_up(client);
        client_release(client);
    }
    worker_stop();
    close(poller);
    close(stopper);
    poller = stopper = -1;
    while (accounts != NULL) {
        struct account *a = accounts;
        accounts = a->next;
        free(a);
    }
}
