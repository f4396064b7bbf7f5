/* The thread that watches files of the manager on which overlapped calls are under way. `lock` guards its
 * start and the list of files that are retired. A file that was ever watched is referenced until it is
 * retired; the thread lets go of it between two rounds, when it can have no event of it in hand. */
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "kernel32/ntfile.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int poller = -1, wake = -1;
static struct k32_nt_file *retired;

static void release_retired(void)
{
    pthread_mutex_lock(&lock);
    struct k32_nt_file *file = retired;
    retired = NULL;
    pthread_mutex_unlock(&lock);
    while (file) {
        struct k32_nt_file *next = file->next_retired;
        k32_release(&file->object);
        file = next;
    }
}

/* The lowest bit tells a lane from a file. */
#define LANE_MARK 1u

static void *run(void *unused)
{
    struct epoll_event events[32];
    eventfd_t count;

    pthread_setname_np(pthread_self(), "k32-files");
    for (;;) {
        int n = epoll_wait(poller, events, 32, -1);
        for (int i = 0; i < n; i++) {
            uintptr_t mark = (uintptr_t)events[i].data.ptr & LANE_MARK;
            if (mark)
                k32_lane_hang_up((struct k32_lane *)((uintptr_t)events[i].data.ptr - mark));
            else if (events[i].data.ptr)
                k32_nt_serve(events[i].data.ptr);
            else
                eventfd_read(wake, &count);
        }
        release_retired();
    }
    return NULL;
}

static bool start(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    pthread_t thread;

    if (poller >= 0)
        return true;
    int p = epoll_create1(EPOLL_CLOEXEC);
    wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (p < 0 || wake < 0 || epoll_ctl(p, EPOLL_CTL_ADD, wake, &event) < 0) {
        close(p);
        close(wake);
        return false;
    }
    poller = p;
    if (pthread_create(&thread, NULL, run, NULL) == 0) {
        pthread_detach(thread);
        return true;
    }
    close(p);
    close(wake);
    poller = -1;
    return false;
}

bool k32_nt_watch_lane(struct k32_lane *lane, int socket)
{
    struct epoll_event event = {
        .events = EPOLLRDHUP | EPOLLONESHOT, .data.ptr = (void *)((uintptr_t)lane | LANE_MARK)};

    pthread_mutex_lock(&lock);
    bool ok = start();
    pthread_mutex_unlock(&lock);
    return ok && epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event) == 0;
}

bool k32_nt_watch(struct k32_nt_file *file)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.ptr = file};

    if (file->watched)
        return epoll_ctl(poller, EPOLL_CTL_MOD, file->socket, &event) == 0;
    pthread_mutex_lock(&lock);
    bool ok = start();
    pthread_mutex_unlock(&lock);
    if (!ok || epoll_ctl(poller, EPOLL_CTL_ADD, file->socket, &event) < 0)
        return false;
    k32_reference(&file->object);
    file->watched = true;
    return true;
}

void k32_nt_retire(struct k32_nt_file *file)
{
    if (!file->watched)
        return;
    file->watched = false;
    epoll_ctl(poller, EPOLL_CTL_DEL, file->socket, NULL);
    pthread_mutex_lock(&lock);
    file->next_retired = retired;
    retired = file;
    pthread_mutex_unlock(&lock);
    eventfd_write(wake, 1);
}
