/*
 * The watchdog of connections. P-113: a service that hangs is no disconnect, its senders wait as long as they
 * were told to; this only says so, or ends the connection when the settings want that.
 *
 * `lock` guards start and stop; the thread looks at the connections four times in the span it watches for.
 */
#include "fltmgr/watchdog.h"

#include "fltmgr/port.h"
#include "ntoskrnl/ke/ke.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t stopped;
static pthread_t thread;
static bool runs, stopping, ends_connections;
static unsigned limit_ms;

static void look(struct flt_connection *c, const struct message_queues *q, void *unused)
{
    uint64_t delivered = __atomic_load_n(&c->counters.delivered, __ATOMIC_RELAXED) + 1;
    unsigned long waits = (unsigned long)(q->oldest_sender_ns / 1000000000u);

    (void)unused;
    if (q->oldest_sender_ns < (uint64_t)limit_ms * 1000000u || c->stall_delivered == delivered)
        return;
    c->stall_delivered = delivered;
    ke_log(KE_LOG_WARNING,
        "port of %s: process %d (%s) is connected but does not read: %u senders wait, the oldest for %lu s, "
        "%u "
        "messages are being answered%s",
        port_filter_name(c), (int)c->pid, c->image, q->senders, waits, q->repliers,
        ends_connections ? "; disconnected (WatchdogPolicy = disconnect)" : "");
    if (ends_connections)
        connection_disconnect(c, FLT_END_STALLED);
}

static void *watch(void *unused)
{
    unsigned period = limit_ms / 4 > 0 ? limit_ms / 4 : 1;

    pthread_setname_np(pthread_self(), "watchdog");
    pthread_mutex_lock(&lock);
    while (!stopping) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += period / 1000;
        until.tv_nsec += period % 1000 * 1000000L;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000L;
        }
        while (!stopping && pthread_cond_timedwait(&stopped, &lock, &until) != ETIMEDOUT)
            ;
        if (stopping)
            break;
        pthread_mutex_unlock(&lock);
        port_each_connection(look, unused);
        pthread_mutex_lock(&lock);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

void flt_watchdog_start(unsigned milliseconds, bool disconnects)
{
    pthread_condattr_t monotonic;

    flt_watchdog_stop();
    if (milliseconds == 0)
        return;
    pthread_mutex_lock(&lock);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&stopped, &monotonic);
    pthread_condattr_destroy(&monotonic);
    limit_ms = milliseconds;
    ends_connections = disconnects;
    stopping = false;
    runs = pthread_create(&thread, NULL, watch, NULL) == 0;
    if (!runs)
        ke_log(KE_LOG_ERROR, "the watchdog of connections has no thread: nothing is watched");
    pthread_mutex_unlock(&lock);
}

void flt_watchdog_stop(void)
{
    pthread_mutex_lock(&lock);
    bool was = runs;
    runs = false;
    stopping = true;
    if (was)
        pthread_cond_broadcast(&stopped);
    pthread_mutex_unlock(&lock);
    if (!was)
        return;
    pthread_join(thread, NULL);
    pthread_cond_destroy(&stopped);
}
