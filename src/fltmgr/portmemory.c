/* The memory of connections. See portmemory.h. `lock` guards what is kept. */
#include "fltmgr/portmemory.h"

#include "ntoskrnl/mm/mm.h"

#include <pthread.h>

#define KEPT 16u
#define KEPT_OF_PROCESS 4u

struct kept_memory {
    struct chan_host *host;
    uint32_t number;
    pid_t pid;
    uid_t uid;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kept_memory kept[KEPT]; /* oldest first */
static unsigned count;
static uint32_t last_number; /* __atomic */

static void enter_user_memory(struct chan_host *host)
{
    size_t size;
    void *base;

    for (unsigned i = 0; (base = chan_host_segment(host, i, &size)) != NULL; i++)
        mm_user_range_add(base, size);
}

static void leave_user_memory(struct chan_host *host)
{
    size_t size;
    void *base;

    for (unsigned i = 0; (base = chan_host_segment(host, i, &size)) != NULL; i++)
        mm_user_range_remove(base, size);
}

struct chan_host *port_memory_create(void)
{
    struct chan_host *host = chan_host_create();

    if (host != NULL)
        enter_user_memory(host);
    return host;
}

uint32_t port_memory_number(void)
{
    uint32_t number = __atomic_add_fetch(&last_number, 1, __ATOMIC_RELAXED);

    return number != 0 ? number : __atomic_add_fetch(&last_number, 1, __ATOMIC_RELAXED);
}

/* Lock held. */
static struct chan_host *take_at(unsigned at)
{
    struct chan_host *host = kept[at].host;

    count--;
    for (unsigned i = at; i < count; i++)
        kept[i] = kept[i + 1];
    return host;
}

struct chan_host *port_memory_take(uint32_t number, pid_t pid, uid_t uid)
{
    struct chan_host *host = NULL;

    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < count && host == NULL; i++) {
        if (kept[i].number == number && kept[i].pid == pid && kept[i].uid == uid)
            host = take_at(i);
    }
    pthread_mutex_unlock(&lock);
    if (host != NULL) {
        chan_host_renew(host); /* only now: until it says so the client may still look there why the last one ended (P-85) */
        enter_user_memory(host);
    }
    return host;
}

/* Makes room for one more of that process: the oldest of its own when it has as many as it may, or of all. Lock held. */
static struct chan_host *surplus(pid_t pid)
{
    unsigned own = 0, first = 0;

    for (unsigned i = count; i-- > 0;) {
        if (kept[i].pid == pid) {
            own++;
            first = i;
        }
    }
    if (own == KEPT_OF_PROCESS)
        return take_at(first);
    return count == KEPT ? take_at(0) : NULL;
}

static void keep(struct kept_memory memory)
{
    pthread_mutex_lock(&lock);
    struct chan_host *old = surplus(memory.pid);
    kept[count++] = memory;
    pthread_mutex_unlock(&lock);
    if (old != NULL)
        chan_host_destroy(old);
}

void port_memory_give(struct chan_host *host, uint32_t number, pid_t pid, uid_t uid)
{
    leave_user_memory(host);
    if (number != 0 && chan_host_may_serve_again(host))
        keep((struct kept_memory){host, number, pid, uid});
    else
        chan_host_destroy(host);
}

void port_memory_stop(void)
{
    pthread_mutex_lock(&lock);
    while (count > 0)
        chan_host_destroy(take_at(count - 1));
    pthread_mutex_unlock(&lock);
}
