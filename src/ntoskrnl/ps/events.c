/* The kernel's process connector: forks, execs and exits become notifications. Needs CAP_NET_ADMIN; says once when it cannot listen.
 * A process is announced when it execs, or when it first acts as a requestor, whichever comes first; an exec of an announced
 * process is told as its end and a new beginning, since Windows knows no process that changes its program. */
#include "ntoskrnl/ps/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/report.h"
#include "ntoskrnl/ob/ob.h"

#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static pthread_mutex_t events_lock = PTHREAD_MUTEX_INITIALIZER; /* start and stop */
static int events_socket = -1, events_stop = -1;
static pthread_t events_thread;
static bool said; /* that there are no events */

static bool listen_to(int fd, enum proc_cn_mcast_op operation)
{
    _Alignas(struct nlmsghdr) char request[NLMSG_SPACE(sizeof(struct cn_msg) + sizeof(operation))] = {0};
    struct nlmsghdr *header = (struct nlmsghdr *)request;
    struct cn_msg *message = NLMSG_DATA(header);
    header->nlmsg_len = NLMSG_LENGTH(sizeof(*message) + sizeof(operation));
    header->nlmsg_type = NLMSG_DONE;
    header->nlmsg_pid = (uint32_t)getpid();
    message->id.idx = CN_IDX_PROC;
    message->id.val = CN_VAL_PROC;
    message->len = sizeof(operation);
    memcpy(message->data, &operation, sizeof(operation));
    return send(fd, request, header->nlmsg_len, 0) == (ssize_t)header->nlmsg_len;
}

/* ---- what events mean ---- */

/* Base and size stay 0: asking for them would touch the file, which may lie on a mount of our own (V-214). */
static void image_loaded(PEPROCESS process)
{
    UNICODE_STRING name;
    char *image = ps_image_of(process);
    if (image && NT_SUCCESS(ps_nt_path(image, &name))) {
        IMAGE_INFO info = {.ImageAddressingMode = IMAGE_ADDRESSING_MODE_32BIT};
        ps_notify_image(&name, PsGetProcessId(process), &info);
        ExFreePool(name.Buffer);
    }
    free(image);
}

/* Who forked whom, lately: an exec does not tell, and a short-lived process cannot be asked. Only the listening thread uses it. */
static struct {
    pid_t child, parent;
} forks[4096];

static void forked(pid_t child, pid_t parent)
{
    forks[(unsigned)child % RTL_NUMBER_OF(forks)].child = child;
    forks[(unsigned)child % RTL_NUMBER_OF(forks)].parent = parent;
}

static pid_t parent_of(pid_t child)
{
    unsigned at = (unsigned)child % RTL_NUMBER_OF(forks);
    return forks[at].child == child ? forks[at].parent : 0;
}

static void executed(pid_t pid)
{
    PEPROCESS process;
    if (!NT_SUCCESS(ps_find_process(pid, &process)) && !(process = ps_make_ghost(pid, parent_of(pid))))
        return;
    if (!process->system) {
        ps_notify_process(process, false); /* only if it had been announced */
        ps_notify_process(process, true);
        image_loaded(process);
    }
    ObfDereferenceObject(process);
}

static void exited(pid_t pid, unsigned code)
{
    PEPROCESS process = ps_known_process((ULONG)pid);
    if (!process)
        return;
    if (!process->system)
        ps_process_ended(process, (NTSTATUS)(code & 0x7f ? 0x80 + (code & 0x7f) : code >> 8 & 0xff));
    ObfDereferenceObject(process);
}

static void handle(const struct proc_event *event)
{
    if (event->what == PROC_EVENT_FORK && event->event_data.fork.child_pid == event->event_data.fork.child_tgid)
        forked(event->event_data.fork.child_pid, event->event_data.fork.parent_tgid);
    if (!ps_wants_process_events())
        return;
    switch (event->what) {
    case PROC_EVENT_FORK:
        if (event->event_data.fork.child_pid != event->event_data.fork.child_tgid)
            ps_notify_thread_ids((HANDLE)(ULONG_PTR)event->event_data.fork.child_tgid,
                (HANDLE)(ULONG_PTR)event->event_data.fork.child_pid, true);
        break;
    case PROC_EVENT_EXEC:
        executed(event->event_data.exec.process_tgid);
        break;
    case PROC_EVENT_EXIT:
        if (event->event_data.exit.process_pid != event->event_data.exit.process_tgid)
            ps_notify_thread_ids((HANDLE)(ULONG_PTR)event->event_data.exit.process_tgid,
                (HANDLE)(ULONG_PTR)event->event_data.exit.process_pid, false);
        else
            exited(event->event_data.exit.process_tgid, event->event_data.exit.exit_code);
        break;
    default:
        break;
    }
}

/* One datagram; *acknowledged gets the error number of an answer to our request. */
static bool receive(int fd, int *acknowledged)
{
    _Alignas(struct nlmsghdr) char buffer[8192];
    struct sockaddr_nl from = {0};
    socklen_t length = sizeof(from);
    ssize_t got = recvfrom(fd, buffer, sizeof(buffer), 0, (struct sockaddr *)&from, &length);
    if (got < 0)
        return errno == EINTR || errno == ENOBUFS;
    if (from.nl_pid != 0) /* not from the kernel */
        return true;
    int left = (int)got;
    for (struct nlmsghdr *header = (struct nlmsghdr *)buffer; NLMSG_OK(header, (unsigned)left); header = NLMSG_NEXT(header, left)) {
        struct cn_msg *message = NLMSG_DATA(header);
        struct proc_event event;
        if (header->nlmsg_type == NLMSG_ERROR || header->nlmsg_type == NLMSG_NOOP || message->id.idx != CN_IDX_PROC)
            continue;
        memset(&event, 0, sizeof(event));
        memcpy(&event, message->data, message->len < sizeof(event) ? message->len : sizeof(event));
        if (event.what == PROC_EVENT_NONE) {
            if (acknowledged)
                *acknowledged = (int)event.event_data.ack.err;
        } else {
            handle(&event);
        }
    }
    return true;
}

static void *listen_loop(void *context)
{
    int *fds = context, connector = fds[0], stop = fds[1];
    struct pollfd polls[2] = {{.fd = connector, .events = POLLIN}, {.fd = stop, .events = POLLIN}};
    free(fds);
    for (;;) {
        if (poll(polls, 2, -1) < 0 && errno != EINTR)
            break;
        if (polls[1].revents)
            break;
        if (polls[0].revents && !receive(connector, NULL))
            break;
    }
    return NULL;
}

/* ---- start and stop ---- */

static int open_connector(int *error)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen_to(fd, PROC_CN_MCAST_LISTEN)) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int answer = -1;
        /* The kernel acknowledges, perhaps behind events that others asked for; in a container nobody does. */
        for (int tries = 0; answer < 0 && tries < 1000 && poll(&wait, 1, 500) > 0 && receive(fd, &answer); tries++)
            continue;
        if (answer == 0)
            return fd;
        *error = answer < 0 ? ENOTSUP : answer;
    } else {
        *error = errno;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

static NTSTATUS start_locked(void)
{
    int error = 0, *fds = malloc(2 * sizeof(int));
    int fd = fds ? open_connector(&error) : -1;
    if (fd < 0) {
        free(fds);
        if (!said)
            ke_log(KE_LOG_WARNING, "no process events: the kernel's process connector cannot be used (%s); process notify routines "
                "see only processes that use a volume", strerror(error));
        said = true;
        return error == EPERM || error == EACCES ? STATUS_PRIVILEGE_NOT_HELD : STATUS_NOT_SUPPORTED;
    }
    events_socket = fds[0] = fd;
    events_stop = fds[1] = eventfd(0, EFD_CLOEXEC);
    if (events_stop >= 0 && pthread_create(&events_thread, NULL, listen_loop, fds) == 0)
        return STATUS_SUCCESS;
    free(fds);
    close(fd);
    if (events_stop >= 0)
        close(events_stop);
    events_socket = events_stop = -1;
    return STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS ps_events_start(void)
{
    pthread_mutex_lock(&events_lock);
    NTSTATUS status = events_socket >= 0 ? STATUS_SUCCESS : start_locked();
    pthread_mutex_unlock(&events_lock);
    return status;
}

void ps_events_stop(void)
{
    pthread_mutex_lock(&events_lock);
    if (events_socket >= 0) {
        uint64_t one = 1;
        if (write(events_stop, &one, sizeof(one)) == (ssize_t)sizeof(one))
            pthread_join(events_thread, NULL);
        close(events_socket);
        close(events_stop);
        events_socket = events_stop = -1;
    }
    pthread_mutex_unlock(&events_lock);
}
