/* How many sockets there may be. See admission.h. `lock` guards the counts. */
#include "daemon/admission.h"

#include <limits.h>
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long sockets, descriptors;

/* A socket costs up to three descriptors (itself, its process, what it becomes), one that is an open file only
 * itself. A quarter of what the process may have is left for everything else. */
#define DESCRIPTORS_OF_SOCKET 3
#define DESCRIPTORS_OF_FILE 1

static unsigned long descriptor_limit(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? limit.rlim_cur / 4 * 3
                                                                                    : ULONG_MAX;
}

/* The last sixteenth is an administrator's. */
static unsigned long part_for(const struct client *client, unsigned long limit)
{
    return client->peer.administrator ? limit : limit - limit / 16;
}

/* Who is turned away sees a closed socket: the log says why, once in a while. The
 * watcher's. */
static void tell_limit(const struct client *client, const char *which, unsigned long value)
{
    static time_t last;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if (last != 0 && now.tv_sec - last < 10)
        return;
    last = now.tv_sec;
    ke_log(KE_LOG_WARNING,
        "client %d (user %u) is turned away: %s (%lu) are in use (fltmgrd(8): Clients, SocketsPerUser, and the "
        "limit of open files, ulimit -Hn)",
        (int)client->peer.pid, (unsigned)client->peer.uid, which, value);
}

bool admission_enter(struct client *client)
{
    const unsigned long most = part_for(client, control_limits.clients);
    const unsigned long room = part_for(client, descriptor_limit());

    if (!NT_SUCCESS(account_charge(&client->place, 0, ACCOUNT_SOCKET))) {
        tell_limit(client, "all sockets of the user", control_limits.sockets_per_user);
        return false;
    }
    client->user_calls = account_calls(&client->place);
    client->descriptors = DESCRIPTORS_OF_SOCKET;
    pthread_mutex_lock(&lock);
    bool full = sockets >= most, spent = descriptors + DESCRIPTORS_OF_SOCKET > room;
    if (!full && !spent) {
        sockets++;
        descriptors += DESCRIPTORS_OF_SOCKET;
    }
    pthread_mutex_unlock(&lock);
    if (!full && !spent)
        return true;
    tell_limit(client, full ? "all sockets" : "all descriptors for clients", full ? most : room);
    account_discharge(&client->place);
    return false;
}

void admission_leave(struct client *client)
{
    account_discharge(&client->place);
    pthread_mutex_lock(&lock);
    sockets--;
    descriptors -= client->descriptors;
    pthread_mutex_unlock(&lock);
}

void admission_is_file(struct client *client)
{
    pthread_mutex_lock(&client->lock);
    int pidfd = client->process != NULL ? client->peer.pidfd : -1;
    if (pidfd >= 0)
        client->peer.pidfd = -1;
    pthread_mutex_unlock(&client->lock);
    if (pidfd < 0)
        return;
    close(pidfd); /* that ends its watch, too */
    pthread_mutex_lock(&lock);
    if (client->descriptors > DESCRIPTORS_OF_FILE) { /* it was admitted */
        descriptors -= client->descriptors - DESCRIPTORS_OF_FILE;
        client->descriptors = DESCRIPTORS_OF_FILE;
    }
    pthread_mutex_unlock(&lock);
}
