/* The processes that hold a connection. See portchannel.h. */
#include "fltmgr/portchannel.h"

#include "fltmgr/portmemory.h"
#include "ntoskrnl/ke/ke.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- a channel's life ---- */

static void read_image(struct flt_channel *channel)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/comm", (int)channel->pid);
    int comm = open(path, O_RDONLY | O_CLOEXEC);
    if (comm < 0)
        return;
    if (read(comm, channel->image, sizeof channel->image - 1) > 0)
        channel->image[strcspn(channel->image, "\n")] = 0;
    close(comm);
}

static struct flt_channel *create(struct flt_connection *c, pid_t pid, uid_t uid)
{
    struct flt_channel *channel = calloc(1, sizeof *channel);

    if (channel == NULL)
        return NULL;
    channel->references = 1;
    channel->connection = c;
    channel->pid = pid;
    channel->uid = uid;
    read_image(channel);
    InitializeListHead(&channel->links);
    return channel;
}

void channel_reference(struct flt_channel *channel)
{
    __atomic_add_fetch(&channel->references, 1, __ATOMIC_RELAXED);
}

void channel_release(struct flt_channel *channel)
{
    if (__atomic_sub_fetch(&channel->references, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    if (channel->host != NULL)
        port_memory_give(channel->host, channel->memory, channel->pid, channel->uid);
    free(channel);
}

/* Lock held. */
static void enter_list(struct flt_channel *channel)
{
    struct flt_connection *c = channel->connection;

    channel->turn = ++c->turns;
    InsertTailList(&c->channels, &channel->links);
    c->channel_count++;
}

struct flt_channel *channel_first(struct flt_connection *c, pid_t pid, uid_t uid, uint32_t kept)
{
    struct flt_channel *channel = create(c, pid, uid);

    if (channel == NULL)
        return NULL;
    if (kept != 0)
        channel->host = port_memory_take(kept, pid, uid);
    channel->has_kept = channel->host != NULL;
    channel->memory = channel->has_kept ? kept : port_memory_number();
    if (channel->host == NULL)
        channel->host = port_memory_create();
    if (channel->host == NULL) {
        free(channel);
        return NULL;
    }
    enter_list(channel);
    return channel;
}

NTSTATUS channel_join(struct flt_connection *c, pid_t pid, uid_t uid, struct flt_channel **joined)
{
    struct flt_channel *channel = create(c, pid, uid);
    NTSTATUS status = STATUS_SUCCESS;

    if (channel == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    pthread_mutex_lock(&c->lock);
    if (c->state != FLT_CONNECTED || c->channel_count == 0)
        status = STATUS_PORT_DISCONNECTED;
    else if (c->channel_count == CHAN_SEVERAL)
        status = STATUS_QUOTA_EXCEEDED;
    else
        enter_list(channel);
    pthread_mutex_unlock(&c->lock);
    if (!NT_SUCCESS(status)) {
        channel_release(channel);
        return status;
    }
    connection_reference(c);
    *joined = channel;
    return STATUS_SUCCESS;
}

/* Lock held: from here on a message's way leads through this file. */
static void become_several(struct flt_connection *c)
{
    __atomic_store_n(&c->several, true, __ATOMIC_RELAXED); /* whoever sends just now may not have seen it yet */
    message_look_again(c);
}

struct chan_host *channel_memory(struct flt_channel *channel)
{
    struct flt_connection *c = channel->connection;
    struct chan_host *fresh = port_memory_create();

    if (fresh == NULL)
        return NULL;
    pthread_mutex_lock(&c->lock);
    bool first = channel->host == NULL;
    if (first) {
        channel->host = fresh;
        if (c->state != FLT_CONNECTED)
            chan_host_close(fresh, (uint32_t)connection_end_status(c));
        become_several(c);
    }
    struct chan_host *host = channel->host;
    pthread_mutex_unlock(&c->lock);
    if (!first)
        port_memory_give(fresh, 0, channel->pid, channel->uid);
    return host;
}

/* Lock held. */
static void fail_gets(struct flt_channel *channel)
{
    unsigned get;

    if (channel->host == NULL)
        return;
    chan_host_collect(channel->host);
    while (chan_host_take(channel->host, 0, &get))
        chan_host_finish(channel->host, get, (uint32_t)STATUS_PORT_DISCONNECTED, 0);
}

/* Lock held. */
static void stop(struct flt_channel *channel)
{
    struct flt_connection *c = channel->connection;

    if (channel->ended)
        return;
    fail_gets(channel);
    channel->ended = true;
    if (channel->host != NULL)
        c->posted_before += chan_host_posted(channel->host);
    become_several(c);
}

void channel_stop(struct flt_channel *channel)
{
    pthread_mutex_lock(&channel->connection->lock);
    stop(channel);
    pthread_mutex_unlock(&channel->connection->lock);
}

void channel_leave(struct flt_channel *channel)
{
    struct flt_connection *c = channel->connection;

    pthread_mutex_lock(&c->lock);
    bool first = !channel->left;
    if (first) {
        channel->left = true;
        channel->front_end = NULL;
        channel->on_disconnect = NULL;
        RemoveEntryList(&channel->links);
        c->channel_count--;
        stop(channel);
        if (channel->host != NULL && c->state == FLT_CONNECTED)
            chan_host_close(channel->host, (uint32_t)STATUS_DEVICE_NOT_CONNECTED);
    }
    bool last = c->channel_count == 0;
    pthread_mutex_unlock(&c->lock);
    if (first && last)
        connection_disconnect(c, FLT_END_PEER_CLOSED);
}

/* ---- all channels of a connection ---- */

static struct flt_channel *channel_of(PLIST_ENTRY entry)
{
    return CONTAINING_RECORD(entry, struct flt_channel, links);
}

#define EACH_CHANNEL(e, c) PLIST_ENTRY e = (c)->channels.Flink; e != &(c)->channels; e = e->Flink

unsigned channels_processes(struct flt_connection *c, pid_t *pids, unsigned room)
{
    unsigned count = 0;

    pthread_mutex_lock(&c->lock);
    for (EACH_CHANNEL(e, c))
        if (!channel_of(e)->ended && count < room)
            pids[count++] = channel_of(e)->pid;
    pthread_mutex_unlock(&c->lock);
    return count;
}

void channels_close(struct flt_connection *c, uint32_t reason, bool drop_sockets)
{
    for (EACH_CHANNEL(e, c)) {
        struct flt_channel *channel = channel_of(e);
        if (channel->host != NULL)
            chan_host_close(channel->host, reason);
        if (drop_sockets && channel->on_disconnect != NULL)
            channel->on_disconnect(channel->front_end);
    }
}

void channels_fail_gets(struct flt_connection *c)
{
    for (EACH_CHANNEL(e, c))
        fail_gets(channel_of(e));
}

bool channels_collect(struct flt_connection *c)
{
    if (!c->several)
        return chan_host_collect(c->host);
    for (EACH_CHANNEL(e, c)) {
        struct flt_channel *channel = channel_of(e);
        if (channel->host == NULL || channel->ended)
            continue;
        if (!chan_host_collect(channel->host))
            return false;
        bool waits = chan_host_pending(channel->host) > 0;
        if (waits && !channel->waits)
            channel->turn = ++c->turns;
        channel->waits = waits;
    }
    return true;
}

struct flt_channel *channels_next(struct flt_connection *c, const struct flt_channel *previous)
{
    struct flt_channel *next = NULL;

    if (!c->several)
        return previous == NULL ? c->first : NULL;
    for (EACH_CHANNEL(e, c)) {
        struct flt_channel *channel = channel_of(e);
        if (channel->host != NULL && !channel->ended && (previous == NULL || channel->turn > previous->turn) &&
            (next == NULL || channel->turn < next->turn))
            next = channel;
    }
    return next;
}

void channel_taken(struct flt_channel *channel)
{
    channel->turn = ++channel->connection->turns;
    channel->waits = chan_host_pending(channel->host) > 0;
}

uint64_t channels_posted(const struct flt_connection *c)
{
    uint64_t posted = c->posted_before;

    if (!c->several)
        return chan_host_posted(c->host);
    for (EACH_CHANNEL(e, c))
        if (channel_of(e)->host != NULL && !channel_of(e)->ended)
            posted += chan_host_posted(channel_of(e)->host);
    return posted;
}

void channels_describe(struct flt_connection *c, struct message_queues *queues)
{
    channels_collect(c);
    for (EACH_CHANNEL(e, c)) {
        struct flt_channel *channel = channel_of(e);
        struct message_process each = {.pid = channel->pid, .uid = channel->uid, .ended = channel->ended};
        memcpy(each.image, channel->image, sizeof each.image);
        if (channel->host != NULL && !channel->ended)
            each.gets = chan_host_pending(channel->host);
        if (channel->host != NULL)
            queues->refused_replies += chan_host_refused_replies(channel->host);
        queues->gets += each.gets;
        if (queues->processes < MESSAGE_QUEUE_SAMPLES)
            queues->process[queues->processes] = each;
        queues->processes++;
    }
}

/* ---- waiting for a get ---- */

uint64_t channels_seen(const struct flt_connection *c)
{
    uint64_t seen = channels_posted(c);

    for (EACH_CHANNEL(e, c))
        if (channel_of(e)->host != NULL && !channel_of(e)->ended)
            seen += chan_host_kick(channel_of(e)->host);
    return seen;
}

struct watch {
    struct chan_several several;
    struct flt_channel *channels[CHAN_SEVERAL];
};

/* Lock held: what is slept on stays until it is let go. */
static void hold(struct flt_connection *c, struct watch *watch)
{
    unsigned n = 0;

    for (EACH_CHANNEL(e, c)) {
        struct flt_channel *channel = channel_of(e);
        if (channel->host == NULL || channel->ended)
            continue;
        channel_reference(channel);
        watch->channels[n] = channel;
        watch->several.hosts[n++] = channel->host;
    }
    watch->several.count = n;
}

bool channels_wait_for_get(struct flt_connection *c, uint64_t seen, uint32_t *own, uint32_t own_expected,
    const struct futex_deadline *deadline)
{
    struct watch watch;
    bool woken = true;

    pthread_mutex_lock(&c->lock);
    hold(c, &watch);
    chan_several_begin(&watch.several);
    bool sleeps = channels_collect(c) && channels_seen(c) == seen;
    pthread_mutex_unlock(&c->lock);
    if (sleeps)
        woken = chan_several_wait(&watch.several, own, own_expected, deadline);
    chan_several_end(&watch.several);
    for (unsigned i = 0; i < watch.several.count; i++)
        channel_release(watch.channels[i]);
    return woken;
}
