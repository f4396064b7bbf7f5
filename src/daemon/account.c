/* Users' quotas. See account.h. `lock` guards the list of users and every share; taken when a connection, a
 * file or a segment of memory comes or goes, never by a message or an operation. */
#include "daemon/account.h"
#include "daemon/control.h"

#include <ntstatus.h>

#include <pthread.h>
#include <stdlib.h>

struct account {
    uid_t uid;
    unsigned sockets, connections, files;
    size_t bytes;
    uint32_t calls; /* __atomic, not under the lock */
    struct account *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct account *accounts;

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

static bool fits(const struct account *a, size_t bytes, enum account_item item)
{
    if (bytes > control_limits.bytes_per_user || a->bytes > control_limits.bytes_per_user - bytes)
        return false;
    if (item == ACCOUNT_CONNECTION)
        return a->connections < control_limits.connections_per_user;
    if (item == ACCOUNT_SOCKET)
        return a->sockets < control_limits.sockets_per_user;
    return item != ACCOUNT_FILE || a->files < control_limits.files_per_user;
}

NTSTATUS account_charge(struct account_share *share, size_t bytes, enum account_item item)
{
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&lock);
    struct account *a = account_of(share->uid);
    if (a == NULL)
        status = STATUS_INSUFFICIENT_RESOURCES;
    else if (!share->unlimited && !fits(a, bytes, item))
        status = STATUS_QUOTA_EXCEEDED;
    else {
        a->bytes += bytes;
        a->sockets += item == ACCOUNT_SOCKET;
        a->connections += item == ACCOUNT_CONNECTION;
        a->files += item == ACCOUNT_FILE;
        share->bytes += bytes;
        share->sockets += item == ACCOUNT_SOCKET;
        share->connections += item == ACCOUNT_CONNECTION;
        share->files += item == ACCOUNT_FILE;
    }
    pthread_mutex_unlock(&lock);
    return status;
}

void account_discharge(struct account_share *share)
{
    pthread_mutex_lock(&lock);
    struct account *a = account_of(share->uid);
    if (a != NULL) {
        a->bytes -= share->bytes;
        a->sockets -= share->sockets;
        a->connections -= share->connections;
        a->files -= share->files;
    }
    share->bytes = 0;
    share->sockets = share->connections = share->files = 0;
    pthread_mutex_unlock(&lock);
}

uint32_t *account_calls(const struct account_share *share)
{
    uint32_t *calls = NULL;

    pthread_mutex_lock(&lock);
    for (struct account *a = accounts; a != NULL && calls == NULL; a = a->next) {
        if (a->uid == share->uid)
            calls = &a->calls;
    }
    pthread_mutex_unlock(&lock);
    return calls;
}

void account_stop(void)
{
    pthread_mutex_lock(&lock);
    while (accounts != NULL) {
        struct account *a = accounts;
        accounts = a->next;
        free(a);
    }
    pthread_mutex_unlock(&lock);
}
