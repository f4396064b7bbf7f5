/* Watching for the manager's end. See watch.h. `lock` guards the list; a port is referenced while its hang-up
 * is handled. */
#include "fltlib/watch.h"

#include <ntstatus.h>

#include <sys/epoll.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_ENTRY ports = {&ports, &ports};
static int poller = -1;
static uint64_t next_id;

static struct fltlib_port *find(uint64_t id)
{
    struct fltlib_port *found = NULL;

    pthread_mutex_lock(&lock);
    for (PLIST_ENTRY e = ports.Flink; e != &ports && found == NULL; e = e->Flink) {
        struct fltlib_port *port = CONTAINING_RECORD(e, struct fltlib_port, watch_links);
        if (port->watch_id == id)
            found = port;
    }
    if (found != NULL)
        k32_reference(&found->object);
    pthread_mutex_unlock(&lock);
    return found;
}

static void *run(void *unused)
{
    struct epoll_event event;

    (void)unused;
    pthread_setname_np(pthread_self(), "fltlib-watch");
    for (;;) {
        if (epoll_wait(poller, &event, 1, -1) != 1)
            continue;
        struct fltlib_port *port = find(event.data.u64);
        if (port == NULL)
            continue;
        epoll_ctl(poller, EPOLL_CTL_DEL, port->socket, NULL);
        chan_guest_hang_up(port->guest, (uint32_t)STATUS_PORT_DISCONNECTED);
        k32_release(&port->object);
    }
    return NULL;
}

/* lock held */
static bool start(void)
{
    pthread_t thread;

    if (poller >= 0)
        return true;
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0)
        return false;
    if (pthread_create(&thread, NULL, run, NULL) != 0) {
        close(poller);
        poller = -1;
        return false;
    }
    pthread_detach(thread);
    return true;
}

void watch_forked(void)
{
    pthread_mutex_init(&lock, NULL);
    InitializeListHead(&ports);
    if (poller >= 0)
        close(poller);
    poller = -1;
}

bool watch_add(struct fltlib_port *port)
{
    pthread_mutex_lock(&lock);
    bool ok = start();
    if (ok) {
        port->watch_id = ++next_id;
        InsertTailList(&ports, &port->watch_links);
        struct epoll_event event = {.events = EPOLLRDHUP, .data.u64 = port->watch_id};
        ok = epoll_ctl(poller, EPOLL_CTL_ADD, port->socket, &event) == 0;
        if (!ok)
            RemoveEntryList(&port->watch_links);
    }
    pthread_mutex_unlock(&lock);
    return ok;
}

void watch_remove(struct fltlib_port *port)
{
    pthread_mutex_lock(&lock);
    RemoveEntryList(&port->watch_links);
    epoll_ctl(poller, EPOLL_CTL_DEL, port->socket, NULL);
    pthread_mutex_unlock(&lock);
}
