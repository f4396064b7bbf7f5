/* Looking at the messages that wait on a connection. See port.h. */
#include "fltmgr/messageinner.h"

#include <string.h>

/* What is delivered stands in the connection's own exchanges, or, of several processes, in `repliers`. */
static const struct chan_host_note *next_delivered(struct flt_connection *c, unsigned *n)
{
    for (; chan_host_exchange_next(c->host, n); ++*n) {
        const struct chan_host_note *note = chan_host_exchange_note(c->host, *n);
        if (__atomic_load_n(&note->delivered, __ATOMIC_RELAXED))
            return note;
    }
    return NULL;
}

unsigned message_requestors(struct flt_connection *c, pid_t *requestors, unsigned room)
{
    const LIST_ENTRY *const lists[] = {&c->senders, &c->repliers};
    const struct chan_host_note *note;
    unsigned count = 0;

    pthread_mutex_lock(&c->lock);
    for (int i = 0; i < 2; i++)
        for (PLIST_ENTRY e = lists[i]->Flink; e != lists[i] && count < room; e = e->Flink)
            requestors[count++] = CONTAINING_RECORD(e, struct sender, links)->requestor;
    pthread_mutex_unlock(&c->lock);
    for (unsigned n = 0; count < room && (note = next_delivered(c, &n)) != NULL; n++)
        requestors[count++] = __atomic_load_n(&note->requestor, __ATOMIC_RELAXED);
    return count;
}

static uint64_t age_of(const uint64_t *when, uint64_t now)
{
    uint64_t since = __atomic_load_n(when, __ATOMIC_RELAXED);

    return since != 0 && since < now ? now - since : 0;
}

/* The oldest of a kind come first; there is room for a few. */
static void list_waiter(struct message_queues *queues, unsigned first, struct message_waiter waiter)
{
    unsigned at = queues->listed;

    while (at > first && queues->list[at - 1].age_ns < waiter.age_ns)
        at--;
    if (at == MESSAGE_QUEUE_SAMPLES)
        return;
    if (queues->listed < MESSAGE_QUEUE_SAMPLES)
        queues->listed++;
    memmove(&queues->list[at + 1], &queues->list[at], (queues->listed - at - 1) * sizeof waiter);
    queues->list[at] = waiter;
}

static void list_replier(
    struct message_queues *queues, unsigned first, const struct chan_host_note *note, uint64_t now)
{
    queues->repliers++;
    list_waiter(queues, first,
        (struct message_waiter){true, __atomic_load_n(&note->length, __ATOMIC_RELAXED), age_of(&note->since, now)});
}

void message_describe_locked(struct flt_connection *c, struct message_queues *queues)
{
    const struct chan_host_note *note;
    uint64_t now = now_ns();

    memset(queues, 0, sizeof *queues);
    queues->queued = c->queued_count;
    for (PLIST_ENTRY e = c->senders.Flink; e != &c->senders; e = e->Flink) {
        const struct sender *s = CONTAINING_RECORD(e, struct sender, links);
        uint64_t age = age_of(&s->since, now);
        queues->senders++;
        if (age > queues->oldest_sender_ns)
            queues->oldest_sender_ns = age;
        list_waiter(queues, 0, (struct message_waiter){false, s->length, age});
    }
    unsigned first = queues->listed;
    for (unsigned n = 0; (note = next_delivered(c, &n)) != NULL; n++)
        list_replier(queues, first, note, now);
    for (PLIST_ENTRY e = c->repliers.Flink; e != &c->repliers; e = e->Flink)
        list_replier(queues, first, CONTAINING_RECORD(e, struct sender, links)->note, now);
    channels_describe(c, queues);
}
