/*
 * FltSendMessage: a message's way to a reader and the reply's way back (P-42 to P-80).
 *
 * A message is WAITING (in `senders`, for a get), then DELIVERED (its exchange says so, when a reply is wanted), then
 * answered or withdrawn. While nobody waits a sender takes a reader's seat without any lock. Of those who wait only the
 * oldest looks for gets; when it leaves the queue it wakes the next. Each look is first repeated for as long as it is
 * worth it (channel/wait.h); all sleeps are on a shared word and the sender's own, so that disconnect, timeout and
 * the caller's death always end them. Modelled in tests/model/message.pml: deliver, await_reply, the end.
 */
#include "fltmgr/message.h"
#include "fltmgr/messageinner.h"
#include "fltmgr/waitgraph.h"

#include "ntoskrnl/ke/rcu.h"

#include <fltuserstructures.h>
#include <string.h>

bool message_zero_timeout_polls;
bool message_timeout_fails;

#define HEADER_SIZE ((ULONG)sizeof(FILTER_MESSAGE_HEADER))
#define LARGEST_MESSAGE (256u << 20)

/* A sender that nobody has read from for so long looks whether it waits for itself (V-215). */
#define SELF_WAIT_NS UINT64_C(2000000000)

static void wake_sender(struct sender *s)
{
    wake(s->own);
}

static void wake_first_sender(struct flt_connection *c)
{
    if (!IsListEmpty(&c->senders))
        wake_sender(CONTAINING_RECORD(c->senders.Flink, struct sender, links));
}

/* Lock held, both. */
static void enter_queue(struct flt_connection *c, struct sender *s, bool in_front)
{
    if (in_front)
        InsertHeadList(&c->senders, &s->links);
    else
        InsertTailList(&c->senders, &s->links);
    __atomic_add_fetch(&c->waiting, 1, __ATOMIC_SEQ_CST);
}

static void leave_queue(struct flt_connection *c, struct sender *s)
{
    RemoveEntryList(&s->links);
    __atomic_store_n(&s->since, 0, __ATOMIC_RELAXED);
    __atomic_sub_fetch(&c->waiting, 1, __ATOMIC_SEQ_CST);
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
    for (unsigned n = 0; chan_host_exchange_next(c->host, &n); n++)
        wake(&chan_host_exchange_note(c->host, n)->own);
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
        if (!chan_host_take_small(ch->host, needed, &small))
            continue;
        chan_host_finish(ch->host, small, (uint32_t)STATUS_BUFFER_TOO_SMALL, needed);
        count(&c->counters.too_small);
        return;
    }
}

/* ---- exchanges ---- */

static void give_exchange_back(struct flt_connection *c, struct sender *s)
{
    if (s->note == NULL)
        return;
    __atomic_store_n(&s->own, &s->word, __ATOMIC_RELEASE);
    __atomic_store_n(&s->note->delivered, 0, __ATOMIC_RELAXED);
    s->note = NULL;
    chan_host_exchange_release(s->host, s->exchange);
}

/* The exchange of a sender that wants a reply: from here on its private word is the exchange's. False: all are in
 * use. */
static bool reserve(struct flt_connection *c, struct sender *s, struct chan_host *host)
{
    if (s->note != NULL && s->host != host)
        give_exchange_back(c, s);
    s->host = host;
    if (s->reply == NULL || s->note != NULL)
        return true;
    if (!chan_host_exchange_reserve(host, &s->exchange))
        return false;
    s->note = chan_host_exchange_note(host, s->exchange);
    __atomic_store_n(&s->note->claim, CLAIM_NONE, __ATOMIC_RELAXED);
    __atomic_store_n(&s->note->length, s->length, __ATOMIC_RELAXED);
    __atomic_store_n(&s->note->requestor, s->requestor, __ATOMIC_RELAXED);
    __atomic_store_n(&s->note->since, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&s->own, &s->note->own, __ATOMIC_RELEASE); /* on_dying reads it */
    return true;
}

/* Of a sender that leaves; somebody may have been waiting for one. */
static void release(struct flt_connection *c, struct sender *s)
{
    if (s->note == NULL)
        return;
    give_exchange_back(c, s);
    if (!__atomic_load_n(&c->starved, __ATOMIC_SEQ_CST))
        return;
    pthread_mutex_lock(&c->lock);
    __atomic_store_n(&c->starved, false, __ATOMIC_SEQ_CST);
    wake_first_sender(c);
    pthread_mutex_unlock(&c->lock);
}

/* ---- delivery ---- */

enum attempt { ATTEMPT_AGAIN, ATTEMPT_NONE, ATTEMPT_TAKEN, ATTEMPT_LEAVE };

/* A get of that process, with an exchange for the reply. Lock held. */
static enum attempt take_from(struct flt_channel *channel, struct sender *s)
{
    struct flt_connection *c = channel->connection;

    if (!reserve(c, s, channel->host)) {
        /* all are in use: whoever gives one back and sees the flag wakes the first sender */
        __atomic_store_n(&c->starved, true, __ATOMIC_SEQ_CST);
        if (!reserve(c, s, channel->host))
            return ATTEMPT_AGAIN;
    }
    if (!chan_host_take(channel->host, HEADER_SIZE + s->length, &s->get))
        return ATTEMPT_NONE;
    if (c->several) {
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
static enum attempt try_take(struct flt_connection *c, struct sender *s)
{
    enum attempt result = ATTEMPT_NONE;

    if (!channels_collect(c))
        return ATTEMPT_LEAVE;
    for (struct flt_channel *ch = channels_next(c, NULL); ch != NULL && result == ATTEMPT_NONE;
         ch = channels_next(c, ch))
        result = take_from(ch, s);
    if (result == ATTEMPT_NONE)
        fail_small_get(c, s);
    if (result == ATTEMPT_TAKEN) {
        leave_queue(c, s);
        if (s->channel != NULL && s->note != NULL)
            InsertTailList(&c->repliers, &s->links); /* found there by a disconnect */
        return ATTEMPT_TAKEN;
    }
    if (c->several)
        give_exchange_back(c, s); /* of a channel that may go while we sleep */
    return ATTEMPT_AGAIN;
}

/* P-47, P-48 */
static void make_header(struct flt_connection *c, struct sender *s, FILTER_MESSAGE_HEADER *header)
{
    memset(header, 0, sizeof *header);
    if (s->reply == NULL)
        return;
    header->ReplyLength = (ULONG)sizeof(FILTER_REPLY_HEADER) + s->capacity;
    header->MessageId = __atomic_add_fetch(&c->next_message_id, 1, __ATOMIC_RELAXED);
}

/* The exchange is open before the get is completed, so that a fast reply finds it. */
static void open_exchange(struct sender *s, ULONGLONG id)
{
    chan_host_exchange_open(s->host, s->exchange, id, s->capacity);
    chan_host_expect(s->host, s->get, s->exchange);
    __atomic_store_n(&s->note->id, id, __ATOMIC_RELAXED);
    __atomic_store_n(&s->note->sender, s, __ATOMIC_RELAXED);
    __atomic_store_n(&s->note->delivered, s->channel == NULL, __ATOMIC_RELAXED);
    /* pairs with port_reply: it finds what is above */
    __atomic_store_n(&s->note->claim, CLAIM_OPEN, __ATOMIC_RELEASE);
}

/* Fills the get that was taken. False when that cannot be: the get has failed, the message is still to be delivered
 * (P-79). */
static bool fill(struct flt_connection *c, struct sender *s)
{
    FILTER_MESSAGE_HEADER header;

    make_header(c, s, &header);
    bool filled = chan_host_fill(s->host, s->get, &header, sizeof header, s->buffer, s->length);
    if (filled && s->note != NULL)
        open_exchange(s, header.MessageId);
    s->woken =
        chan_host_finish(s->host, s->get, (uint32_t)(filled ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION),
            filled ? HEADER_SIZE + s->length : 0);
    return filled;
}

/* Gets of the ring need the lock, for as long as it takes to take one. */
static bool take_any(struct flt_connection *c, struct sender *s)
{
    size_t needed = HEADER_SIZE + s->length;

    if (chan_host_take_seat(c->host, needed, &s->get))
        return true;
    if (!chan_host_ring_waits(c->host))
        return false;
    pthread_mutex_lock(&c->lock);
    bool taken = c->waiting == 0 && !c->several && must_leave(c, s) == STATUS_SUCCESS && chan_host_collect(c->host) &&
                 chan_host_take(c->host, needed, &s->get);
    pthread_mutex_unlock(&c->lock);
    return taken;
}

/* Without the queue, as long as nobody waits in it and one process alone reads. */
static bool deliver_at_once(struct flt_connection *c, struct sender *s)
{
    if (__atomic_load_n(&c->waiting, __ATOMIC_RELAXED) != 0 || __atomic_load_n(&c->several, __ATOMIC_RELAXED) ||
        !reserve(c, s, c->host) || must_leave(c, s) != STATUS_SUCCESS)
        return false;
    if (!take_any(c, s) && !(chan_host_look_for_get(c->host) && take_any(c, s)))
        return false;
    return fill(c, s);
}

static bool is_first(const struct flt_connection *c, const struct sender *s)
{
    return c->senders.Flink == &s->links;
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

static void end_misuse(struct flt_connection *c)
{
    ke_log(KE_LOG_WARNING, "port of %s: client %d wrote nonsense into its connection: disconnected",
        port_filter_name(c), (int)c->pid);
    connection_disconnect(c, FLT_END_PROTOCOL);
}

/* What there was to be seen before the last look for a get. */
struct view {
    uint32_t *own;
    uint32_t word, kick;
    bool first, several;
    uint64_t seen;
};

static struct view look(struct flt_connection *c, struct sender *s)
{
    struct view view = {.own = s->own, .first = is_first(c, s), .several = c->several};

    view.word = __atomic_load_n(view.own, __ATOMIC_ACQUIRE);
    view.kick = chan_host_kick(c->host);
    view.seen = view.several ? channels_seen(c) : 0;
    return view;
}

static bool sleep_in(struct flt_connection *c, const struct view *view, const struct futex_deadline *deadline,
    unsigned vain)
{
    if (!view->first)
        return futex_wait_private(view->own, view->word, deadline);
    if (view->several)
        return channels_wait_for_get(c, view->seen, view->own, view->word, deadline);
    return chan_host_wait_for_get(c->host, view->kick, view->own, view->word, deadline, vain);
}

/* Sleeps until there may be a get. Lock held on entry and exit. STATUS_SUCCESS: look again. */
static NTSTATUS sleep_for_get(struct flt_connection *c, struct sender *s, const struct view *view)
{
    begin_to_wait(&s->since);
    const struct futex_deadline *deadline = next_look(s);
    pthread_mutex_unlock(&c->lock);
    ke_about_to_sleep();
    bool in_time = sleep_in(c, view, deadline, s->vain++);
    pthread_mutex_lock(&c->lock);
    if (in_time)
        return STATUS_SUCCESS;
    if (!s->looked)
        return waits_for_itself(c, s) ? STATUS_POSSIBLE_DEADLOCK : STATUS_SUCCESS;
    NTSTATUS status = must_leave(c, s);
    s->timed_out = status == STATUS_SUCCESS;
    return s->timed_out ? STATUS_TIMEOUT : status;
}

/* Out of the queue with a get. Lock held on entry and exit. False: it could not be filled; in front again. */
static bool fill_in_turn(struct flt_connection *c, struct sender *s)
{
    wake_first_sender(c);
    pthread_mutex_unlock(&c->lock);
    bool filled = fill(c, s);
    pthread_mutex_lock(&c->lock);
    if (filled)
        return true;
    if (s->channel != NULL && s->note != NULL)
        RemoveEntryList(&s->links);
    give_exchange_back(c, s);
    let_channel_go(s);
    enter_queue(c, s, true);
    return false;
}

/* Waits in the queue for a get and fills it. Lock held on entry and exit. STATUS_SUCCESS: delivered. */
static NTSTATUS deliver(struct flt_connection *c, struct sender *s)
{
    bool has_spun = false;

    for (;;) {
        struct view view = look(c, s);
        NTSTATUS status = must_leave(c, s);
        if (status != STATUS_SUCCESS)
            return status;
        enum attempt result = view.first ? try_take(c, s) : ATTEMPT_AGAIN;
        if (result == ATTEMPT_LEAVE) {
            pthread_mutex_unlock(&c->lock);
            end_misuse(c);
            pthread_mutex_lock(&c->lock);
            return STATUS_PORT_DISCONNECTED;
        }
        if (result == ATTEMPT_TAKEN) {
            if (fill_in_turn(c, s))
                return STATUS_SUCCESS;
            continue;
        }
        if (view.own != s->own)
            continue; /* to be woken by the exchange's word from now on */
        if (view.first && !view.several && !has_spun) {
            has_spun = true;
            pthread_mutex_unlock(&c->lock);
            bool posted = chan_host_spin_for_get(c->host);
            pthread_mutex_lock(&c->lock);
            if (posted)
                continue;
        }
        status = sleep_for_get(c, s, &view);
        if (status != STATUS_SUCCESS)
            return status;
    }
}

/* In the queue. STATUS_SUCCESS: delivered. */
static NTSTATUS deliver_in_turn(struct flt_connection *c, struct sender *s)
{
    message_watch_the_caller(s);
    pthread_mutex_lock(&c->lock);
    enter_queue(c, s, false);
    NTSTATUS status = deliver(c, s);
    if (status != STATUS_SUCCESS) {
        bool was_first = is_first(c, s);
        leave_queue(c, s);
        if (was_first)
            wake_first_sender(c);
    }
    pthread_mutex_unlock(&c->lock);
    return status;
}

static void leave_channel(struct flt_connection *c, struct sender *s)
{
    if (s->channel == NULL)
        return;
    if (s->note != NULL) {
        pthread_mutex_lock(&c->lock);
        RemoveEntryList(&s->links);
        pthread_mutex_unlock(&c->lock);
    }
    release(c, s);
    let_channel_go(s);
}

static NTSTATUS send(struct flt_connection *c, struct sender *s)
{
    NTSTATUS status = deliver_at_once(c, s) ? STATUS_SUCCESS : deliver_in_turn(c, s);

    if (status == STATUS_SUCCESS) {
        count(&c->counters.delivered);
        if (s->reply != NULL)
            status = message_await_reply(c, s);
    }
    message_stop_watching(s);
    leave_channel(c, s);
    release(c, s);
    if (s->timed_out)
        count(&c->counters.timeouts);
    return status;
}

/* P-74: a reader of the variable holds the connection before FltCloseClientPort's grace period lets it go. */
static struct flt_connection *acquire_connection(PFLT_PORT *variable)
{
    ke_rcu_read_lock();
    struct flt_connection *c = (struct flt_connection *)ke_fetch(*variable);
    if (c != NULL && !connection_try_reference(c))
        c = NULL; /* it ended between our look and now */
    ke_rcu_read_unlock();
    return c;
}

NTSTATUS message_send_on(struct flt_connection *c, const struct message *m)
{
    struct sender s = {.buffer = m->buffer,
        .length = m->length,
        .reply = m->reply,
        .reply_length = m->reply_length,
        .cancel = m->cancel,
        .extendable = m->extendable};

    s.own = &s.word;
    s.requestor = (pid_t)(uintptr_t)PsGetCurrentProcessId();
    s.capacity = m->reply != NULL ? *m->reply_length : 0;
    s.deadline = deadline_of(m->timeout);
    if (m->timeout != NULL && m->timeout->QuadPart == 0)
        warn_of_zero(c, m->pc);
    if (__atomic_load_n(&c->connecting, __ATOMIC_RELAXED))
        warn_of_too_early(c, m->timeout);
    count(&c->counters.sent);
    NTSTATUS status = send(c, &s);
    return s.timed_out ? timed_out(c, &s, m->pc) : status;
}

NTSTATUS message_acquire(PFLT_FILTER filter, PFLT_PORT *variable, const void *buffer, ULONG length, struct flt_connection **c)
{
    if (filter == NULL || variable == NULL || (buffer == NULL && length > 0)) /* P-50 */
        return STATUS_INVALID_PARAMETER;
    if (length > LARGEST_MESSAGE)
        return STATUS_INSUFFICIENT_RESOURCES;
    *c = acquire_connection(variable);
    return *c != NULL ? STATUS_SUCCESS : STATUS_PORT_DISCONNECTED; /* P-73 */
}

NTSTATUS message_send(PFLT_FILTER filter, PFLT_PORT *variable, const struct message *m)
{
    struct flt_connection *c;

    if (m->reply != NULL && m->reply_length == NULL) /* P-46 */
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = message_acquire(filter, variable, m->buffer, m->length, &c);
    if (!NT_SUCCESS(status))
        return status;
    status = message_send_on(c, m);
    connection_release(c);
    return status;
}

NTSTATUS FLTAPI FltSendMessage(PFLT_FILTER Filter, PFLT_PORT *ClientPort, PVOID SenderBuffer,
    ULONG SenderBufferLength, PVOID ReplyBuffer, PULONG ReplyLength, PLARGE_INTEGER Timeout)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    const struct message message = {.buffer = SenderBuffer,
        .length = SenderBufferLength,
        .reply = ReplyBuffer,
        .reply_length = ReplyLength,
        .timeout = Timeout,
        .pc = __builtin_return_address(0)};
    return message_send(Filter, ClientPort, &message);
}
