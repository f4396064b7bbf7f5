/*
 * FltSendMessage: a message's way to a reader and the reply's way back (P-42 to P-80).
 *
 * A message is WAITING (in `senders`, for a get), then DELIVERED (in `repliers`, when a reply is wanted),
 * then answered or withdrawn. Only the oldest waiting sender looks for gets; when it leaves the queue it
 * wakes the next. All sleeps are on a shared word and the sender's own, so that disconnect, timeout and the
 * caller's death always end them. Modelled in tests/model/message.pml: deliver, await_reply, the end.
 */
#include "fltmgr/portchannel.h"
#include "fltmgr/waitgraph.h"

#include "channel/futex.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/rcu.h"

#include <fltuserstructures.h>
#include <limits.h>
#include <string.h>

bool message_zero_timeout_polls;
bool message_timeout_fails;

#define HEADER_SIZE ((ULONG)sizeof(FILTER_MESSAGE_HEADER))
#define LARGEST_MESSAGE (256u << 20)

/* A sender that nobody has read from for so long looks whether it waits for itself (V-215). */
#define SELF_WAIT_NS UINT64_C(2000000000)

/* A reply that does not come through the channel of the process that got the message (P-89). */
struct answer {
    NTSTATUS status;
    size_t length;
    bool complete; /* up to the capacity is in the sender's buffer */
};

struct sender {
    LIST_ENTRY links;
    uint32_t word;         /* private futex: grows when its owner must look again */
    struct ke_watch dying; /* the caller's interrupt */
    const void *buffer;
    ULONG length;
    PVOID reply;
    PULONG reply_length;
    ULONG capacity;
    uint64_t evaluated; /* gets posted when it last failed one that is too small (P-55) */
    struct futex_deadline deadline;
    struct futex_deadline grace; /* when it is looked whether the wait can end at all; at 0: not begun */
    bool looked;
    pid_t requestor; /* of the operation that sends */
    struct chan_host *host;      /* where the message is, and the reply is waited for */
    struct flt_channel *channel; /* whose that is, referenced; NULL: the connection's own */
    unsigned exchange;
    ULONGLONG id;
    struct answer *answer;  /* of another process, which is just writing it, under lock */
    struct answer answered; /* likewise, when it is complete */
    uint64_t since; /* __atomic: when it began to wait as it does now; 0: it does not */
    bool timed_out; /* no reply carried that status */
};

static void count(uint64_t *counter)
{
    __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* For those who look at the queues: costs only senders that must sleep. */
static void begin_to_wait(struct sender *s)
{
    if (__atomic_load_n(&s->since, __ATOMIC_RELAXED) == 0)
        __atomic_store_n(&s->since, now_ns(), __ATOMIC_RELAXED);
}

static void wake_sender(struct sender *s)
{
    __atomic_add_fetch(&s->word, 1, __ATOMIC_RELEASE);
    futex_wake_private(&s->word, INT_MAX);
}

static void wake_first_sender(struct flt_connection *c)
{
    if (!IsListEmpty(&c->senders))
        wake_sender(CONTAINING_RECORD(c->senders.Flink, struct sender, links));
}

void message_look_again(struct flt_connection *c)
{
    wake_first_sender(c);
}

void message_disconnect_locked(struct flt_connection *c)
{
    for (PLIST_ENTRY e = c->senders.Flink; e != &c->senders; e = e->Flink)
        wake_sender(CONTAINING_RECORD(e, struct sender, links));
    for (PLIST_ENTRY e = c->repliers.Flink; e != &c->repliers; e = e->Flink)
        wake_sender(CONTAINING_RECORD(e, struct sender, links));
    channels_fail_gets(c);
}

/* P-57: negative is relative and follows the monotonic clock, positive is absolute since 1601 and follows the
 * real-time clock. */
static struct futex_deadline deadline_of(const LARGE_INTEGER *timeout)
{
    const LONGLONG epoch = 116444736000000000; /* 1601 to 1970 in 100 ns */
    struct futex_deadline d = {.clock = CLOCK_REALTIME};

    if (timeout == NULL || (timeout->QuadPart == 0 && !message_zero_timeout_polls))
        return futex_forever;
    if (timeout->QuadPart <= 0) {
        /* more than 290 years is for ever */
        if (timeout->QuadPart < -LLONG_MAX / 100)
            return futex_forever;
        return futex_after_ns((uint64_t)-timeout->QuadPart * 100);
    }
    LONGLONG unix_time = timeout->QuadPart - epoch;
    if (unix_time < 0)
        unix_time = 0;
    d.at.tv_sec = unix_time / 10000000;
    d.at.tv_nsec = unix_time % 10000000 * 100;
    return d;
}

/* P-41: the client has no handle yet, so only a timeout, its death or the filter's unload ends this wait. */
static void warn_of_too_early(const struct flt_connection *c, const LARGE_INTEGER *timeout)
{
    if (ke_self.callback == NULL || strcmp(ke_self.callback, "ConnectNotify") != 0)
        return; /* another thread: it only waits a little longer */
    ke_log(KE_LOG_WARNING,
        "port of %s: FltSendMessage from within ConnectNotify: process %d (%s) cannot read before its "
        "connect has "
        "returned; this waits %s",
        port_filter_name(c), (int)c->pid, c->image, timeout != NULL ? "for the timeout" : "for ever");
}

#define PLACES 64

/* True once for each place in a driver (as long as there is room to remember them). */
static bool first_time_at(const void *told[PLACES], const void *pc)
{
    for (unsigned i = 0; i < PLACES; i++) {
        const void *seen = NULL;
        if (__atomic_compare_exchange_n(&told[i], &seen, pc, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            return true;
        if (seen == pc)
            return false;
    }
    return false;
}

/* P-58: a pointer to 0 means "for ever" here and "at once" to the wait primitives. */
static void warn_of_zero(const struct flt_connection *c, const void *pc)
{
    static const void *told[PLACES];

    if (first_time_at(told, pc))
        ke_log(KE_LOG_WARNING,
            "%s: FltSendMessage at %p: *Timeout is 0, which %s; say so with NULL or a time of -1",
            port_filter_name(c), pc,
            message_zero_timeout_polls ? "does not wait (ZeroTimeout = poll)" : "waits without limit");
}

/* P-60: whether the driver asks NT_SUCCESS only cannot be seen from here; that it may matter can. */
static NTSTATUS timed_out(const struct flt_connection *c, const struct sender *s, const void *pc)
{
    static const void *told[PLACES];

    if (s->reply != NULL && first_time_at(told, pc))
        ke_log(KE_LOG_WARNING,
            "%s: FltSendMessage at %p has timed out without a reply: STATUS_TIMEOUT is a success to "
            "NT_SUCCESS, "
            "and the reply buffer holds nothing%s",
            port_filter_name(c), pc, message_timeout_fails ? "; told as STATUS_IO_TIMEOUT" : "");
    return message_timeout_fails ? STATUS_IO_TIMEOUT : STATUS_TIMEOUT;
}

/* With what STATUS a sender that is told to look must leave; STATUS_SUCCESS to go on. Lock held. */
static NTSTATUS must_leave(const struct flt_connection *c)
{
    if (c->state != FLT_CONNECTED)
        return STATUS_PORT_DISCONNECTED;
    if (ke_self.interrupt != NULL && ke_interrupt_fired(ke_self.interrupt))
        return STATUS_THREAD_IS_TERMINATING;
    return STATUS_SUCCESS;
}

/* P-53 to P-55: when no get fits, the oldest one is failed with the size needed, once for each newly posted
 * get. */
static void fail_small_get(struct flt_connection *c, struct sender *s)
{
    ULONG needed = HEADER_SIZE + s->length;
    unsigned small;

    if (channels_posted(c) <= s->evaluated)
        return;
    s->evaluated = channels_posted(c);
    for (struct flt_channel *ch = channels_next(c, NULL); ch != NULL; ch = channels_next(c, ch)) {
        if (!chan_host_take(ch->host, 0, &small))
            continue;
        chan_host_finish(ch->host, small, (uint32_t)STATUS_BUFFER_TOO_SMALL, needed);
        count(&c->counters.too_small);
        return;
    }
}

enum attempt { ATTEMPT_AGAIN, ATTEMPT_NONE, ATTEMPT_TAKEN, ATTEMPT_LEAVE };

/* A get of that process, with an exchange for the reply. Lock held. */
static enum attempt take_from(
    struct flt_channel *channel, struct sender *s, unsigned *get, const FILTER_MESSAGE_HEADER *header)
{
    /* all in use: whoever ends one wakes the first sender */
    if (s->reply != NULL &&
        !chan_host_exchange_open(channel->host, header->MessageId, s->capacity, &s->exchange))
        return ATTEMPT_AGAIN;
    if (!chan_host_take(channel->host, HEADER_SIZE + s->length, get)) {
        if (s->reply != NULL)
            chan_host_exchange_withdraw(channel->host, s->exchange);
        return ATTEMPT_NONE;
    }
    s->host = channel->host;
    if (channel->connection->several) {
        channel_reference(channel);
        s->channel = channel;
        channel_taken(channel);
    }
    return ATTEMPT_TAKEN;
}

static void let_channel_go(struct sender *s)
{
    if (s->channel != NULL)
        channel_release(s->channel);
    s->channel = NULL;
}

/* One look for a get by the first sender. Lock held. */
static enum attempt try_take(
    struct flt_connection *c, struct sender *s, unsigned *get, FILTER_MESSAGE_HEADER *header)
{
    enum attempt result = ATTEMPT_NONE;

    if (!channels_collect(c))
        return ATTEMPT_LEAVE;
    memset(header, 0, sizeof *header);
    if (s->reply != NULL) {
        header->ReplyLength = (ULONG)sizeof(FILTER_REPLY_HEADER) + s->capacity; /* P-47 */
        header->MessageId = s->id = c->next_message_id + 1;
    }
    for (struct flt_channel *ch = channels_next(c, NULL); ch != NULL && result == ATTEMPT_NONE;
         ch = channels_next(c, ch))
        result = take_from(ch, s, get, header);
    if (result == ATTEMPT_NONE)
        fail_small_get(c, s);
    if (result != ATTEMPT_TAKEN)
        return ATTEMPT_AGAIN;
    RemoveEntryList(&s->links);
    __atomic_store_n(&s->since, 0, __ATOMIC_RELAXED);
    if (s->reply != NULL) {
        c->next_message_id++;
        /* in the list before the get is completed, so that a disconnect finds it and a fast reply its
         * exchange */
        InsertTailList(&c->repliers, &s->links);
    } else {
        InitializeListHead(&s->links);
    }
    return ATTEMPT_TAKEN;
}

static bool is_first(const struct flt_connection *c, const struct sender *s)
{
    return c->senders.Flink == &s->links;
}

/* Puts a message whose get turned out to be unusable back to the front: nothing is lost (P-79). Lock held. */
static void back_to_front(struct flt_connection *c, struct sender *s)
{
    RemoveEntryList(&s->links);
    InsertHeadList(&c->senders, &s->links);
}

static uint64_t left_ns(const struct futex_deadline *deadline)
{
    struct timespec now;

    if (deadline->infinite)
        return UINT64_MAX;
    clock_gettime(deadline->clock, &now);
    int64_t left =
        (int64_t)(deadline->at.tv_sec - now.tv_sec) * 1000000000 + deadline->at.tv_nsec - now.tv_nsec;
    return left > 0 ? (uint64_t)left : 0;
}

/* The sender's deadline, or earlier the time to look whether it waits for itself. */
static const struct futex_deadline *next_look(struct sender *s)
{
    if (s->grace.at.tv_sec == 0)
        s->grace = futex_after_ns(SELF_WAIT_NS);
    if (left_ns(&s->deadline) <= left_ns(&s->grace))
        s->looked = true; /* it ends by itself before */
    return s->looked ? &s->deadline : &s->grace;
}

/* The lock is held, and let go meanwhile. */
static bool waits_for_itself(struct flt_connection *c, struct sender *s)
{
    s->looked = true;
    pthread_mutex_unlock(&c->lock);
    bool itself = flt_waits_for_itself(s->requestor, c);
    if (itself)
        ke_log(KE_LOG_WARNING,
            "port of %s: process %d (%s) waits for itself: an operation of process %d cannot go on before "
            "the service reads its message, and the "
            "service reads nothing while that operation waits: STATUS_POSSIBLE_DEADLOCK. Let the driver pass "
            "its service's own operations",
            port_filter_name(c), (int)c->pid, c->image, (int)s->requestor);
    pthread_mutex_lock(&c->lock);
    return itself;
}

/* No lock held. `kick` and `seen` are from before the last look. */
static bool sleep_for_get(struct flt_connection *c, struct sender *s, bool several, uint32_t kick,
    uint64_t seen, uint32_t word, const struct futex_deadline *deadline)
{
    return several ? channels_wait_for_get(c, seen, &s->word, word, deadline)
                   : chan_host_wait_for_get(c->host, kick, &s->word, word, deadline);
}

/* Waits for a get and fills it. Lock held on entry and exit. STATUS_SUCCESS: delivered. */
static NTSTATUS deliver(struct flt_connection *c, struct sender *s)
{
    for (;;) {
        uint32_t word = __atomic_load_n(&s->word, __ATOMIC_ACQUIRE);
        uint32_t kick = chan_host_kick(c->host);
        bool several = c->several;
        uint64_t seen = several ? channels_seen(c) : 0;
        FILTER_MESSAGE_HEADER header;
        unsigned get;

        NTSTATUS status = must_leave(c);
        if (status != STATUS_SUCCESS)
            return status;
        if (is_first(c, s)) {
            enum attempt result = try_take(c, s, &get, &header);
            if (result == ATTEMPT_LEAVE) {
                pthread_mutex_unlock(&c->lock);
                ke_log(KE_LOG_WARNING,
                    "port of %s: client %d wrote nonsense into its connection: disconnected",
                    port_filter_name(c), (int)c->pid);
                connection_disconnect(c, FLT_END_PROTOCOL);
                pthread_mutex_lock(&c->lock);
                return STATUS_PORT_DISCONNECTED;
            }
            if (result == ATTEMPT_TAKEN) {
                wake_first_sender(c);
                pthread_mutex_unlock(&c->lock);
                bool filled = chan_host_fill(s->host, get, &header, sizeof header, s->buffer, s->length);
                if (!filled && s->reply != NULL)
                    chan_host_exchange_withdraw(s->host, s->exchange);
                chan_host_finish(s->host, get, (uint32_t)(filled ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION),
                    filled ? HEADER_SIZE + s->length : 0);
                pthread_mutex_lock(&c->lock);
                if (filled)
                    return STATUS_SUCCESS;
                back_to_front(c, s);
                let_channel_go(s);
                continue;
            }
        }
        bool first = is_first(c, s);
        begin_to_wait(s);
        const struct futex_deadline *deadline = next_look(s);
        pthread_mutex_unlock(&c->lock);
        ke_about_to_sleep();
        bool in_time = first ? sleep_for_get(c, s, several, kick, seen, word, deadline)
                             : futex_wait_private(&s->word, word, deadline);
        pthread_mutex_lock(&c->lock);
        if (!in_time && !s->looked) {
            if (waits_for_itself(c, s))
                return STATUS_POSSIBLE_DEADLOCK;
        } else if (!in_time) {
            status = must_leave(c);
            s->timed_out = status == STATUS_SUCCESS;
            return s->timed_out ? STATUS_TIMEOUT : status;
        }
    }
}

/* P-66 to P-70: the reply's status is the answer, a reply that is too long overrides it. */
static NTSTATUS take_reply(
    struct flt_connection *c, struct sender *s, uint32_t reply_status, size_t length, bool sound)
{
    if (!sound) {
        ke_log(KE_LOG_WARNING, "port of %s: client %d replied from memory that is not the connection's",
            port_filter_name(c), (int)c->pid);
        connection_disconnect(c, FLT_END_PROTOCOL);
        return STATUS_PORT_DISCONNECTED;
    }
    count(&c->counters.replied);
    if (length > s->capacity) {
        count(&c->counters.overflows);
        if (length - s->capacity < 8) /* P-69: the structure's padding was sent too */
            ke_log(KE_LOG_WARNING,
                "port of %s: a reply is %zu bytes longer than the driver's buffer of %u: does the "
                "service send sizeof a padded structure?",
                port_filter_name(c), length - s->capacity, s->capacity);
        return STATUS_BUFFER_OVERFLOW;
    }
    *s->reply_length = (ULONG)length;
    return (NTSTATUS)reply_status;
}

/* What another process answers in the place of the one that has the message (P-89). The sender does not leave
 * from the moment its exchange is claimed until the answer is complete. */
NTSTATUS port_reply(
    struct flt_connection *c, ULONGLONG id, NTSTATUS status, const void *payload, size_t size)
{
    struct answer answer = {status, size, false};
    struct sender *s = NULL;

    pthread_mutex_lock(&c->lock);
    bool connected = c->state == FLT_CONNECTED;
    for (PLIST_ENTRY e = c->repliers.Flink; e != &c->repliers && s == NULL; e = e->Flink) {
        struct sender *each = CONTAINING_RECORD(e, struct sender, links);
        if (each->id == id && each->answer == NULL)
            s = each;
    }
    if (s != NULL &&
        !chan_host_exchange_claim(
            s->host, s->exchange, id, s->channel != NULL ? s->channel->ended : c->first->ended))
        s = NULL;
    if (s != NULL)
        s->answer = &answer;
    pthread_mutex_unlock(&c->lock);
    if (s == NULL)
        return connected ? STATUS_FLT_NO_WAITER_FOR_REPLY : STATUS_PORT_DISCONNECTED;
    ULONG capacity = s->capacity;
    if (size > 0 && capacity > 0)
        memcpy(s->reply, payload, size < capacity ? size : capacity);
    pthread_mutex_lock(&c->lock);
    answer.complete = true;
    s->answer = NULL;
    s->answered = answer;
    wake_sender(s);
    pthread_mutex_unlock(&c->lock);
    return size > capacity ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

enum parting { PARTING_STAY, PARTING_AGAIN, PARTING_ANSWERING, PARTING_ANSWERED, PARTING_LEFT };

/* With the lock held a claim by another process is seen or prevented. */
static enum parting part(struct flt_connection *c, struct sender *s, NTSTATUS *leave)
{
    enum parting result = PARTING_STAY;

    pthread_mutex_lock(&c->lock);
    if (*leave == STATUS_SUCCESS)
        *leave = must_leave(c);
    if (s->answered.complete)
        result = PARTING_ANSWERED;
    else if (*leave != STATUS_SUCCESS && s->answer != NULL)
        result = PARTING_ANSWERING;
    else if (*leave != STATUS_SUCCESS) /* a reply that was just completed wins (P-64) */
        result = chan_host_exchange_withdraw(s->host, s->exchange) ? PARTING_LEFT : PARTING_AGAIN;
    pthread_mutex_unlock(&c->lock);
    if (result == PARTING_ANSWERED)
        chan_host_exchange_withdraw(s->host, s->exchange); /* claimed, no reply comes */
    return result;
}

/* Waits for the reply of a delivered message; no lock held. Reply > disconnected > terminating > timeout. */
static NTSTATUS await_reply(struct flt_connection *c, struct sender *s)
{
    NTSTATUS leave = STATUS_SUCCESS;
    uint32_t reply_status;
    size_t length;
    bool sound;

    for (;;) {
        uint32_t word = __atomic_load_n(&s->word, __ATOMIC_ACQUIRE);
        if (chan_host_exchange_poll(
                s->host, s->exchange, s->reply, s->capacity, &reply_status, &length, &sound))
            return take_reply(c, s, reply_status, length, sound);
        switch (part(c, s, &leave)) {
        case PARTING_ANSWERED:
            return take_reply(c, s, (uint32_t)s->answered.status, s->answered.length, true);
        case PARTING_LEFT:
            s->timed_out = leave == STATUS_TIMEOUT;
            return leave;
        case PARTING_AGAIN:
            continue;
        case PARTING_ANSWERING: /* for as long as it takes to copy it */
            futex_wait_private(&s->word, word, &futex_forever);
            continue;
        case PARTING_STAY:
            break;
        }
        begin_to_wait(s);
        ke_about_to_sleep();
        if (!chan_host_exchange_wait(s->host, s->exchange, &s->word, word, &s->deadline))
            leave = STATUS_TIMEOUT;
    }
}

/* A client that forges a reply while another process answers: that one still writes to the sender's buffer.
 * Lock held, and let go meanwhile. */
static void await_answerer(struct flt_connection *c, struct sender *s)
{
    while (s->answer != NULL) {
        uint32_t word = __atomic_load_n(&s->word, __ATOMIC_ACQUIRE);
        pthread_mutex_unlock(&c->lock);
        futex_wait_private(&s->word, word, &futex_forever);
        pthread_mutex_lock(&c->lock);
    }
}

static void on_dying(struct ke_watch *watch)
{
    wake_sender(CONTAINING_RECORD(watch, struct sender, dying));
}

static NTSTATUS send(struct flt_connection *c, struct sender *s)
{
    struct ke_interrupt *interrupt = ke_self.interrupt;
    bool delivered = false;

    if (interrupt != NULL)
        ke_watch_start(&s->dying, &interrupt->event, on_dying);
    pthread_mutex_lock(&c->lock);
    InsertTailList(&c->senders, &s->links);
    NTSTATUS status = deliver(c, s);
    if (status == STATUS_SUCCESS) {
        delivered = true;
        count(&c->counters.delivered);
    } else {
        bool was_first = is_first(c, s);
        RemoveEntryList(&s->links);
        if (was_first)
            wake_first_sender(c);
    }
    pthread_mutex_unlock(&c->lock);
    if (delivered && s->reply != NULL) {
        status = await_reply(c, s);
        pthread_mutex_lock(&c->lock);
        await_answerer(c, s);
        RemoveEntryList(&s->links);
        wake_first_sender(c);
        pthread_mutex_unlock(&c->lock);
    }
    let_channel_go(s);
    if (interrupt != NULL)
        ke_watch_stop(&s->dying, &interrupt->event);
    if (s->timed_out)
        count(&c->counters.timeouts);
    return status;
}

/* P-74: a reader of the variable holds the connection before FltCloseClientPort's grace period lets it go. */
static struct flt_connection *acquire_connection(PFLT_PORT *variable)
{
    ke_rcu_read_lock();
    struct flt_connection *c = (struct flt_connection *)ke_fetch(*variable);
    if (c != NULL)
        connection_reference(c);
    ke_rcu_read_unlock();
    return c;
}

NTSTATUS FLTAPI FltSendMessage(PFLT_FILTER Filter, PFLT_PORT *ClientPort, PVOID SenderBuffer,
    ULONG SenderBufferLength, PVOID ReplyBuffer, PULONG ReplyLength, PLARGE_INTEGER Timeout)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (Filter == NULL || ClientPort == NULL || (SenderBuffer == NULL && SenderBufferLength > 0) ||
        (ReplyBuffer != NULL && ReplyLength == NULL)) /* P-46, P-50 */
        return STATUS_INVALID_PARAMETER;
    if (SenderBufferLength > LARGEST_MESSAGE)
        return STATUS_INSUFFICIENT_RESOURCES;
    struct flt_connection *c = acquire_connection(ClientPort);
    if (c == NULL)
        return STATUS_PORT_DISCONNECTED; /* P-73 */
    struct sender s = {.buffer = SenderBuffer,
        .length = SenderBufferLength,
        .reply = ReplyBuffer,
        .reply_length = ReplyLength};
    s.requestor = (pid_t)(uintptr_t)PsGetCurrentProcessId();
    s.capacity = ReplyBuffer != NULL ? *ReplyLength : 0;
    s.deadline = deadline_of(Timeout);
    if (Timeout != NULL && Timeout->QuadPart == 0)
        warn_of_zero(c, __builtin_return_address(0));
    if (__atomic_load_n(&c->connecting, __ATOMIC_RELAXED))
        warn_of_too_early(c, Timeout);
    count(&c->counters.sent);
    NTSTATUS status = send(c, &s);
    if (s.timed_out)
        status = timed_out(c, &s, __builtin_return_address(0));
    connection_release(c);
    return status;
}

/* ---- looking ---- */

unsigned message_requestors(struct flt_connection *c, pid_t *requestors, unsigned room)
{
    const LIST_ENTRY *const lists[] = {&c->senders, &c->repliers};
    unsigned count = 0;

    pthread_mutex_lock(&c->lock);
    for (int i = 0; i < 2; i++)
        for (PLIST_ENTRY e = lists[i]->Flink; e != lists[i] && count < room; e = e->Flink)
            requestors[count++] = CONTAINING_RECORD(e, struct sender, links)->requestor;
    pthread_mutex_unlock(&c->lock);
    return count;
}

static void describe(const LIST_ENTRY *list, bool delivered, uint64_t now, struct message_queues *queues)
{
    for (PLIST_ENTRY e = list->Flink; e != list; e = e->Flink) {
        const struct sender *s = CONTAINING_RECORD(e, struct sender, links);
        uint64_t since = __atomic_load_n(&s->since, __ATOMIC_RELAXED);
        uint64_t age = since != 0 && since < now ? now - since : 0;
        *(delivered ? &queues->repliers : &queues->senders) += 1;
        if (!delivered && age > queues->oldest_sender_ns)
            queues->oldest_sender_ns = age;
        if (queues->listed < MESSAGE_QUEUE_SAMPLES)
            queues->list[queues->listed++] = (struct message_waiter){delivered, s->length, age};
    }
}

void message_describe_locked(struct flt_connection *c, struct message_queues *queues)
{
    uint64_t now = now_ns();

    memset(queues, 0, sizeof *queues);
    describe(&c->senders, false, now, queues);
    describe(&c->repliers, true, now, queues);
    channels_describe(c, queues);
}
