/* The control socket. See control.h. Lock: control_lock guards the list of clients; never held over a
 * callback. */
#include "daemon/control.h"

#include "daemon/admission.h"
#include "daemon/client.h"
#include "daemon/connection.h"
#include "daemon/duplicate.h"
#include "daemon/file.h"
#include "daemon/handle.h"
#include "daemon/lane.h"
#include "daemon/request.h"
#include "daemon/share.h"
#include "daemon/worker.h"
#include "fltmgr/portchannel.h"
#include "fltmgr/portmemory.h"

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
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define DEAF_MILLISECONDS 100
#define CALLS_AT_ONCE 256u /* FilterSendMessage of one connection */

struct control_limits control_limits = {
    .connections_per_user = 1024,
    .files_per_user = 16384,
    .bytes_per_user = (size_t)512 << 20,
    .clients = 32768,
    .sockets_per_user = 20000,
    .calls_per_user = 1024,
    .message_bytes = (size_t)64 << 20,
};
void (*control_on_stop)(void);

static pthread_mutex_t control_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_ENTRY clients = {&clients, &clients};
static int listener = -1, poller = -1, stopper = -1;
static int spare = -1; /* given up for a moment to turn a client away when there are no descriptors left */
static bool deaf;      /* the watcher's: it does not listen for DEAF_MILLISECONDS */
static struct client *dead; /* the watcher's: hung up, and perhaps still in its list of events */
static pthread_t watcher;
static char socket_path[108];

/* ---- clients ---- */

static int watch_with(struct client *client, int operation)
{
    struct epoll_event event = {.events = EPOLLRDHUP | EPOLLONESHOT, .data.ptr = client};

    pthread_mutex_lock(&client->lock);
    event.events |= (client->paused ? 0 : EPOLLIN) | (client->answers_wait ? EPOLLOUT : 0);
    int result = epoll_ctl(poller, operation, client->socket, &event);
    pthread_mutex_unlock(&client->lock);
    return result;
}

void control_watch(struct client *client)
{
    watch_with(client, EPOLL_CTL_MOD);
}

/* The lowest bit tells the process' end from the socket's events. */
#define PEER_MARK 1u

/* A child that a killed client has left behind may still have the socket; the connection is the client's
 * (P-112). Watcher thread only, as everything that changes what is watched. */
void control_watch_peer(struct client *client)
{
    struct epoll_event event = {
        .events = EPOLLIN | EPOLLONESHOT, .data.ptr = (void *)((uintptr_t)client | PEER_MARK)};

    if (client->peer.pidfd >= 0)
        epoll_ctl(poller, EPOLL_CTL_ADD, client->peer.pidfd, &event);
}

/* Takes the socket into the list. False: there is no room for it, and it is told. */
static bool admit(struct client *client)
{
    if (!admission_enter(client))
        return false;
    pthread_mutex_lock(&control_lock);
    InsertTailList(&clients, &client->links);
    pthread_mutex_unlock(&control_lock);
    return true;
}

static void dismiss(struct client *client)
{
    pthread_mutex_lock(&control_lock);
    RemoveEntryList(&client->links);
    pthread_mutex_unlock(&control_lock);
    admission_leave(client);
}

static void listen_on(bool on)
{
    struct epoll_event event = {.events = on ? EPOLLIN : 0, .data.ptr = &listener};

    epoll_ctl(poller, EPOLL_CTL_MOD, listener, &event);
    deaf = !on;
}

/* Without a descriptor left the next client would wake the watcher again and again: it is turned away; when
 * even that cannot be, nobody is listened to for a moment. */
static void turn_away(void)
{
    if (spare >= 0)
        close(spare);
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd < 0 && spare < 0)
        listen_on(false);
}

static void limit_patience(int fd)
{
    /* a client that does not read its answers holds a worker no longer than this */
    const struct timeval patience = {.tv_sec = 5};

    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

static void accept_one(void)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE)
            turn_away();
        return;
    }
    limit_patience(fd);
    struct client *client = client_create(fd);
    if (client == NULL) {
        close(fd);
        return;
    }
    if (!admit(client)) {
        client_release(client);
        return;
    }
    if (watch_with(client, EPOLL_CTL_ADD) < 0) {
        dismiss(client);
        client_release(client);
        return;
    }
    control_watch_peer(client);
}

/* ---- sockets of the manager's own making ---- */

struct client *control_add(const struct control_peer *peer, int *theirs)
{
    int pair[2] = {-1, -1};
    struct client *client = NULL;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0) {
        limit_patience(pair[0]);
        client = client_create_for(pair[0], peer);
    }
    if (client != NULL && admit(client)) {
        *theirs = pair[1];
        return client;
    }
    if (client != NULL) {
        client_release(client);
    } else {
        close(pair[0]);
        close(peer->pidfd);
    }
    close(pair[1]);
    return NULL;
}

bool control_begin(struct client *client)
{
    if (watch_with(client, EPOLL_CTL_ADD) == 0)
        return true;
    control_hang_up(client); /* what it has become ends as always */
    return false;
}

void control_remove(struct client *client)
{
    dismiss(client);
    client_release(client);
}

/* Of several, which a process that tells wrong values may have, the first. */
struct client *control_find_file(pid_t pid, uint32_t value)
{
    struct client *found = NULL;

    pthread_mutex_lock(&control_lock);
    for (PLIST_ENTRY e = clients.Flink; e != &clients && found == NULL && value != 0; e = e->Flink) {
        struct client *client = CONTAINING_RECORD(e, struct client, links);
        if (client->peer.pid == pid && __atomic_load_n(&client->value, __ATOMIC_RELAXED) == value &&
            !__atomic_load_n(&client->closing, __ATOMIC_ACQUIRE) && client_file(client) != NULL)
            found = client;
    }
    pthread_mutex_unlock(&control_lock);
    return found;
}

/* ---- requests ---- */

static void serve_other(struct client *client, const struct request *r)
{
    struct answer answer = {0};
    struct guise guise;

    NTSTATUS status = client_act_as(client, 0, &guise);
    if (!NT_SUCCESS(status)) {
        client_reply(client, status, 0, NULL, 0, -1);
        return;
    }
    request_serve(r, &answer);
    client_leave(&guise);
    uint32_t bytes = answer.bytes != 0 ? answer.bytes : (uint32_t)answer.length;
    client_reply(client, answer.status, bytes, answer.data, answer.length, -1);
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

static void become_lane(struct client *client, struct flt_channel *channel)
{
    uint32_t number = 0;
    int fd = -1;
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

    if (channel == NULL && client->lane == NULL)
        status = lane_open(client, &number, &fd);
    client_reply(client, status, number, NULL, 0, fd);
}

static void run_packet(struct worker_job *job)
{
    struct packet_job *p = CONTAINING_RECORD(job, struct packet_job, job);
    struct client *client = p->client;
    struct flt_channel *channel = connection_of(client);

    switch (p->request.op) {
    case WIRE_CONNECT:
        if (channel != NULL)
            client_reply(client, STATUS_INVALID_DEVICE_REQUEST, 0, NULL, 0, -1);
        else
            connection_connect(client, &p->request);
        break;
    case WIRE_FILE_OPEN:
        if (channel != NULL)
            client_reply(client, STATUS_INVALID_DEVICE_REQUEST, 0, NULL, 0, -1);
        else
            file_open(client, &p->request);
        break;
    case WIRE_SEGMENT:
        connection_segment(client, channel, &p->request);
        break;
    case WIRE_CALL:
        connection_call(client, channel, &p->request);
        break;
    case WIRE_CALL_LANE:
        connection_call_lane(client, channel, &p->request);
        break;
    case WIRE_CHANNEL:
        connection_channel(client, channel);
        break;
    case WIRE_EXTEND:
        connection_extend(client, channel, &p->request);
        break;
    case WIRE_INHERIT:
        connection_inherit(client, channel);
        break;
    case WIRE_REPLY:
        connection_reply(client, channel, &p->request);
        break;
    case WIRE_HANDLE_OPEN:
    case WIRE_HANDLE_CLOSE:
        handle_serve(client, &p->request);
        break;
    case WIRE_LANE:
        become_lane(client, channel);
        break;
    default:
        serve_other(client, &p->request);
    }
    connection_let_go(channel);
    if (p->request.op == WIRE_CALL) {
        __atomic_sub_fetch(&client->calls, 1, __ATOMIC_ACQ_REL);
        __atomic_sub_fetch(client->user_calls, 1, __ATOMIC_ACQ_REL);
    }
    if (p->rearm)
        control_watch(client);
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

    connection_end(client);
    file_hang_up(client);
    lane_hang_up(client);
    account_discharge(&client->share);
    dismiss(client);
    client_release(client);
    free(h);
}

/* The client is gone: its waits end, then the driver is told. Watcher thread only. */
void control_hang_up(struct client *client)
{
    if (__atomic_exchange_n(&client->closing, true, __ATOMIC_ACQ_REL))
        return;
    epoll_ctl(poller, EPOLL_CTL_DEL, client->socket, NULL);
    duplicate_forget(client);
    pthread_mutex_lock(&client->lock);
    if (client->peer.pidfd >= 0)
        epoll_ctl(poller, EPOLL_CTL_DEL, client->peer.pidfd, NULL);
    pthread_mutex_unlock(&client->lock);
    client_reference(client);
    client->next_dead = dead;
    dead = client;
    ke_interrupt_fire(&client->gone, STATUS_THREAD_IS_TERMINATING);
    /* when it is the last one, waiting senders are released here and now; DisconnectNotify may block and is a
     * worker's (P-112) */
    struct flt_channel *channel = connection_of(client);
    if (channel != NULL)
        channel_leave(channel);
    connection_let_go(channel);
    struct hang_up_job *h = calloc(1, sizeof *h);
    if (h == NULL)
        ke_bug_check(0xC000009Au, 0, 0, 0, 0, "no memory to end a connection");
    h->client = client;
    h->job.run = run_hang_up;
    worker_queue_first(&h->job);
}

/* A call for which there is no thread is answered at once, so that the manager's threads are bounded whoever calls. */
static bool refuse_call(struct client *client, const uint8_t *packet, size_t size)
{
    struct request request;

    if (!request_parse((uint8_t *)(uintptr_t)packet, size, &request) || request.op != WIRE_CALL || !worker_is_crowded())
        return false;
    if (!client->refusal_told)
        ke_log(KE_LOG_WARNING,
            "client %d: FilterSendMessage refused: seven eighths of the manager's %u threads are busy (setting Workers)",
            (int)client->peer.pid, __atomic_load_n(&worker_limit, __ATOMIC_RELAXED));
    client->refusal_told = true;
    struct flt_channel *channel = connection_of(client);
    connection_refuse(client, channel, &request, STATUS_INSUFFICIENT_RESOURCES);
    connection_let_go(channel);
    control_watch(client);
    return true;
}

/* False: no memory for it. */
static bool queue_packet(struct client *client, const uint8_t *packet, size_t size)
{
    if (refuse_call(client, packet, size))
        return true;
    struct packet_job *p = malloc(sizeof *p + size);

    if (p == NULL)
        return false;
    memset(p, 0, sizeof *p);
    memcpy(p->packet, packet, size);
    request_parse(p->packet, size, &p->request);
    p->request.peer = &client->peer;
    p->client = client;
    p->job.run = run_packet;
    /* calls of one connection run at the same time (P-101); everything else in its order */
    p->rearm = p->request.op != WIRE_CALL;
    /* each takes a thread: a client, or a user, that floods waits for its own calls */
    if (!p->rearm) {
        uint32_t own = __atomic_add_fetch(&client->calls, 1, __ATOMIC_ACQ_REL);
        uint32_t users = __atomic_add_fetch(client->user_calls, 1, __ATOMIC_ACQ_REL);
        p->rearm =
            own >= CALLS_AT_ONCE || (!client->peer.administrator && users >= control_limits.calls_per_user);
    }
    client_reference(client);
    if (!p->rearm)
        control_watch(client);
    worker_queue(&p->job);
    return true;
}

/* A packet of a socket that is a file's handle. */
static bool receive_of_file(
    struct client *client, const struct request *request, int fd, const struct wire_sender *sender)
{
    if (request->op != WIRE_FILE_SHARE && request->op != WIRE_FILE_DUPLICATE)
        return file_receive(client, request);
    if (fd >= 0 && request->op == WIRE_FILE_SHARE)
        share_serve(client, request, fd, sender);
    else if (fd >= 0)
        duplicate_serve(client, request, fd, sender);
    return fd >= 0;
}

/* A packet of a socket that may be a connection's handle. False: the client is broken or hostile, or there is no
 * memory. */
static bool receive_of_other(struct client *client, const struct request *request, const uint8_t *packet,
    size_t size, int fd, const struct wire_sender *sender)
{
    struct flt_channel *channel = connection_of(client);
    bool shares = channel != NULL && request->op == WIRE_FILE_SHARE && fd >= 0;
    /* who has inherited the socket may ask for one of its own, but not act as the process that has it */
    bool stranger = channel != NULL && sender->pid > 0 && sender->pid != client->peer.pid && !shares;

    connection_let_go(channel);
    if (request->op == WIRE_LANE_RING) {
        control_watch(client);
        return lane_ring(client);
    }
    if (!shares && !stranger)
        return queue_packet(client, packet, size);
    if (shares)
        share_serve(client, request, fd, sender);
    else if (!client->stranger_told)
        ke_log(KE_LOG_WARNING, "process %d uses the connection of process %d: not served", (int)sender->pid,
            (int)client->peer.pid);
    client->stranger_told |= stranger;
    control_watch(client);
    return true;
}

static void read_packet(struct client *client)
{
    static uint8_t room[WIRE_MAX_PACKET] __attribute__((aligned(16))); /* the watcher's own */
    struct request request;
    struct wire_sender sender;
    int fd;
    ssize_t n = wire_receive_from(client->socket, room, sizeof room, &fd, &sender);

    if (n == -EAGAIN) {
        control_watch(client);
        return;
    }
    bool ok = n > 0 && request_parse(room, (size_t)n, &request);
    if (ok && client_file(client) != NULL) {
        ok = receive_of_file(client, &request, fd, &sender);
        if (ok)
            control_watch(client);
    } else if (ok && request.op == WIRE_FILE_CLAIM) {
        ok = duplicate_claim(client, &request);
        if (ok)
            control_watch(client);
    } else if (ok) {
        ok = receive_of_other(client, &request, room, (size_t)n, fd, &sender);
    }
    if (fd >= 0)
        close(fd); /* no other request carries one */
    if (!ok)
        control_hang_up(client);
}

/* What hung up is let go only when no event of it can be left. */
static void bury(void)
{
    while (dead != NULL) {
        struct client *client = dead;
        dead = client->next_dead;
        client_release(client);
    }
}

static void serve_socket(struct client *client, uint32_t events)
{
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        control_hang_up(client);
        return;
    }
    if (events & EPOLLOUT)
        file_writable(client);
    if (events & EPOLLIN)
        read_packet(client);
    else
        control_watch(client);
}

/* The process that connected is gone, but its socket is open elsewhere: left behind in a child (P-112), or
 * inherited, and then only nobody reads any more (P-34). */
static void serve_death(struct client *client)
{
    if (client->gift != NULL) {
        control_hang_up(client);
        return;
    }
    if (client_file(client) != NULL)
        return;
    if (!__atomic_load_n(&client->outlives_peer, __ATOMIC_ACQUIRE)) {
        control_hang_up(client);
        return;
    }
    struct flt_channel *channel = connection_of(client);
    if (channel != NULL)
        channel_stop(channel);
    connection_let_go(channel);
}

static void serve_event(const struct epoll_event *event)
{
    uintptr_t mark = (uintptr_t)event->data.ptr & PEER_MARK;
    struct client *client = (struct client *)((uintptr_t)event->data.ptr - mark);

    if (event->data.ptr == &listener)
        accept_one();
    else if (__atomic_load_n(&client->closing, __ATOMIC_ACQUIRE))
        return; /* hung up by an event before this one */
    else if (!mark)
        serve_socket(client, event->events);
    else
        serve_death(client);
}

static void *watch(void *unused)
{
    struct epoll_event events[64];

    (void)unused;
    pthread_setname_np(pthread_self(), "control");
    for (;;) {
        int n = epoll_wait(poller, events, 64, deaf ? DEAF_MILLISECONDS : -1);
        if (n == 0 && deaf)
            listen_on(true);
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == &stopper) {
                bury();
                return NULL;
            }
            serve_event(&events[i]);
        }
        bury();
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
    spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
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
        control_hang_up(client);
        client_release(client);
    }
    bury();
    worker_stop();
    close(poller);
    close(stopper);
    close(spare);
    poller = stopper = spare = -1;
    account_stop();
    port_memory_stop();
}
