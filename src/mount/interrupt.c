/*
 * Interrupted requests: an INTERRUPT tells of any signal, and a later SIGKILL sends no second one. So an
 * interrupted request is looked at again and again while it is open, and only a caller that is dying has its
 * waits ended (V-211). `watch_lock` guards the list; a request stands in it at most once. The thread sleeps
 * without limit while the list is empty.
 */
#include "mount/inner.h"

#include <time.h>

#define RECHECK_NS 20000000L /* V-211: at most every 50 ms */

static pthread_mutex_t watch_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t watch_changed = PTHREAD_COND_INITIALIZER;
static LIST_ENTRY watched = {&watched, &watched};
static bool running;

static void look_at_all(void)
{
    for (PLIST_ENTRY e = watched.Flink; e != &watched; e = e->Flink) {
        struct mount_request *r = CONTAINING_RECORD(e, struct mount_request, watch);
        if (ke_interrupt_fired(&r->interrupt) || !ps_thread_is_dying(r->thread))
            continue;
        ke_interrupt_fire(&r->interrupt, STATUS_THREAD_IS_TERMINATING);
        if (r->cut != NULL)
            r->cut(r);
    }
}

static void *watch(void *unused)
{
    (void)unused;
    pthread_setname_np(pthread_self(), "mount-interrupt");
    pthread_mutex_lock(&watch_lock);
    while (!IsListEmpty(&watched)) {
        struct timespec until;
        look_at_all();
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += RECHECK_NS;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        pthread_cond_timedwait(&watch_changed, &watch_lock, &until);
    }
    running = false;
    pthread_mutex_unlock(&watch_lock);
    return NULL;
}

static void start_thread(void)
{
    pthread_attr_t attributes;
    pthread_t thread;

    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    running = pthread_create(&thread, &attributes, watch, NULL) == 0;
    pthread_attr_destroy(&attributes);
    if (!running)
        look_at_all(); /* no thread to be had: at least this once */
}

void mount_watch_add(struct mount_request *r)
{
    pthread_mutex_lock(&watch_lock);
    if (IsListEmpty(&r->watch))
        InsertTailList(&watched, &r->watch);
    if (!running)
        start_thread();
    else
        pthread_cond_signal(&watch_changed);
    pthread_mutex_unlock(&watch_lock);
}

void mount_watch_remove(struct mount_request *r)
{
    if (!__atomic_load_n(&r->interrupted, __ATOMIC_ACQUIRE))
        return;
    pthread_mutex_lock(&watch_lock);
    RemoveEntryList(&r->watch);
    InitializeListHead(&r->watch);
    pthread_mutex_unlock(&watch_lock);
}
