/*
 * The reply's way back to the sender (P-63 to P-72, P-86, P-89): from the process that got the message through its exchange, or
 * from another one that holds the connection. See message.c.
 */
#include "fltmgr/messageinner.h"

#include <string.h>

/* P-69: sizeof a structure of a header and the driver's reply is a multiple of eight, so just as much was sent. Told once for
 * each connection: a service that does it does it every time. */
static void warn_of_padding(struct flt_connection *c, const struct sender *s, size_t length)
{
    if (length != (((size_t)s->capacity + 7) & ~(size_t)7) || __atomic_exchange_n(&c->padding_told, true, __ATOMIC_RELAXED))
        return;
    ke_log(KE_LOG_WARNING,
        "port of %s: a reply is %zu bytes longer than the driver's buffer of %u: does the "
        "service send sizeof a padded structure?",
        port_filter_name(c), length - s->capacity, s->capacity);
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
        warn_of_padding(c, s, length);
        return STATUS_BUFFER_OVERFLOW;
    }
    *s->reply_length = (ULONG)length;
    return (NTSTATUS)reply_status;
}

/* True when nobody else answers any more; false while another process is just doing so. */
static bool stop_answers(struct sender *s)
{
    uint32_t open = CLAIM_OPEN;

    return __atomic_compare_exchange_n(
               &s->note->claim, &open, CLAIM_NONE, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) ||
           open == CLAIM_NONE;
}

/* The sender of that id stays while the claim is ours. Lock held: exchanges and channels do not go. */
static struct sender *claim(struct chan_host_note *note, ULONGLONG id)
{
    uint32_t open = CLAIM_OPEN;

    if (note == NULL || __atomic_load_n(&note->id, __ATOMIC_RELAXED) != id ||
        !__atomic_compare_exchange_n(
            &note->claim, &open, CLAIM_ANSWERING, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return NULL;
    if (__atomic_load_n(&note->id, __ATOMIC_RELAXED) == id)
        return __atomic_load_n(&note->sender, __ATOMIC_RELAXED);
    /* the next message of the exchange: its sender may have met our claim */
    __atomic_store_n(&note->claim, CLAIM_OPEN, __ATOMIC_RELEASE);
    wake(&note->own);
    return NULL;
}

static struct sender *find(struct flt_connection *c, ULONGLONG id)
{
    struct sender *s = NULL;

    for (PLIST_ENTRY e = c->repliers.Flink; e != &c->repliers && s == NULL; e = e->Flink)
        s = claim(CONTAINING_RECORD(e, struct sender, links)->note, id);
    for (unsigned n = 0; s == NULL && chan_host_exchange_next(c->host, &n); n++)
        s = claim(chan_host_exchange_note(c->host, n), id);
    return s;
}

/* Its sender may have met our claim. It may be gone at once: `note` is what stays, while the lock is held. */
static void give_claim_back(struct chan_host_note *note)
{
    __atomic_store_n(&note->claim, CLAIM_OPEN, __ATOMIC_RELEASE);
    wake(&note->own);
}

static struct sender *claim_sender(struct flt_connection *c, ULONGLONG id)
{
    struct sender *s = find(c, id);

    if (s == NULL || chan_host_exchange_withdraw(s->host, s->exchange))
        return s;
    give_claim_back(s->note); /* the process that got the message has answered it just now */
    return NULL;
}

/* What another process answers in the place of the one that has the message (P-89). The sender does not leave from
 * the moment its note is claimed until the answer is complete. */
NTSTATUS port_reply(
    struct flt_connection *c, ULONGLONG id, NTSTATUS status, const void *payload, size_t size)
{
    pthread_mutex_lock(&c->lock);
    bool connected = c->state == FLT_CONNECTED;
    struct sender *s = claim_sender(c, id);
    pthread_mutex_unlock(&c->lock);
    if (s == NULL)
        return connected ? STATUS_FLT_NO_WAITER_FOR_REPLY : STATUS_PORT_DISCONNECTED;
    ULONG capacity = s->capacity;
    if (size > 0 && capacity > 0)
        memcpy(s->reply, payload, size < capacity ? size : capacity);
    s->answered = (struct answer){status, size};
    struct chan_host_note *note = s->note;
    struct flt_channel *channel = s->channel;
    if (channel != NULL)
        channel_reference(channel); /* the note is still ours to wake when the sender has gone */
    __atomic_store_n(&note->claim, CLAIM_ANSWERED, __ATOMIC_RELEASE);
    wake(&note->own);
    if (channel != NULL)
        channel_release(channel);
    return size > capacity ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/* Its reader wants more time than the driver gave: never less. */
NTSTATUS port_extend(struct flt_connection *c, ULONGLONG id, uint64_t ns)
{
    const struct futex_deadline later = futex_after_ns(ns);

    pthread_mutex_lock(&c->lock);
    NTSTATUS status = c->state == FLT_CONNECTED ? STATUS_FLT_NO_WAITER_FOR_REPLY : STATUS_PORT_DISCONNECTED;
    struct sender *s = find(c, id);
    if (s != NULL) {
        status = s->extendable ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
        const struct futex_deadline *now = s->extended.at.tv_sec != 0 ? &s->extended : &s->deadline;
        if (s->extendable && left_ns(&later) > left_ns(now))
            s->extended = later; /* it looks when its own deadline has passed */
        give_claim_back(s->note);
    }
    pthread_mutex_unlock(&c->lock);
    return status;
}

/* A sender whose deadline has passed and that holds its claim. True: it has a later one, and anybody may answer again. */
static bool take_extension(struct sender *s)
{
    if (s->extended.at.tv_sec == 0)
        return false;
    s->deadline = s->extended;
    s->extended.at.tv_sec = 0;
    __atomic_store_n(&s->note->claim, CLAIM_OPEN, __ATOMIC_RELEASE);
    return true;
}

static void on_dying(struct ke_watch *watch)
{
    struct sender *s = CONTAINING_RECORD(watch, struct sender, dying);

    wake(__atomic_load_n(&s->own, __ATOMIC_ACQUIRE));
}

static void on_cancel(struct ke_watch *watch)
{
    struct sender *s = CONTAINING_RECORD(watch, struct sender, cancelling);

    wake(__atomic_load_n(&s->own, __ATOMIC_ACQUIRE));
}

void message_watch_the_caller(struct sender *s)
{
    if (s->watches)
        return;
    s->watches = true;
    if (ke_self.interrupt != NULL)
        ke_watch_start(&s->dying, &ke_self.interrupt->event, on_dying);
    if (s->cancel != NULL)
        ke_watch_start(&s->cancelling, &s->cancel->event, on_cancel);
}

void message_stop_watching(struct sender *s)
{
    if (!s->watches)
        return;
    if (ke_self.interrupt != NULL)
        ke_watch_stop(&s->dying, &ke_self.interrupt->event);
    if (s->cancel != NULL)
        ke_watch_stop(&s->cancelling, &s->cancel->event);
}

/* The last look but one: whoever sleeps afterwards can be seen, and woken by the caller's death. */
static bool spin_for_reply(struct sender *s)
{
    if (chan_host_exchange_spin(s->host, s->exchange, s->get, s->woken))
        return true;
    message_watch_the_caller(s);
    begin_to_wait(&s->note->since);
    return false;
}

/* Waits for the reply of a delivered message; no lock held. Reply > disconnected > terminating > timeout. */
NTSTATUS message_await_reply(struct flt_connection *c, struct sender *s)
{
    NTSTATUS leave = STATUS_SUCCESS;
    bool has_spun = false;
    unsigned vain = 0; /* sleeps that brought nothing */
    uint32_t reply_status;
    size_t length;
    bool sound;

    for (;;) {
        uint32_t word = __atomic_load_n(&s->note->own, __ATOMIC_ACQUIRE);
        bool replied = chan_host_exchange_replied(s->host, s->exchange);
        if (leave == STATUS_SUCCESS && !replied)
            leave = must_leave(c, s);
        if (__atomic_load_n(&s->note->claim, __ATOMIC_ACQUIRE) == CLAIM_ANSWERED)
            return take_reply(c, s, (uint32_t)s->answered.status, s->answered.length, true);
        if ((replied || leave != STATUS_SUCCESS) && !stop_answers(s)) {
            /* for as long as it takes to copy the answer */
            futex_wait_private(&s->note->own, word, &futex_forever);
            continue;
        }
        if (replied && chan_host_exchange_poll(
                           s->host, s->exchange, s->reply, s->capacity, &reply_status, &length, &sound))
            return take_reply(c, s, reply_status, length, sound);
        if (leave == STATUS_TIMEOUT && take_extension(s)) {
            leave = STATUS_SUCCESS;
            continue;
        }
        if (leave != STATUS_SUCCESS) {
            if (!chan_host_exchange_withdraw(s->host, s->exchange))
                continue; /* the reply was just completed: it wins (P-64) */
            s->timed_out = leave == STATUS_TIMEOUT;
            return leave;
        }
        if (!has_spun) {
            has_spun = true;
            spin_for_reply(s);
            continue;
        }
        ke_about_to_sleep();
        if (!chan_host_exchange_wait(s->host, s->exchange, &s->note->own, word, &s->deadline, vain++))
            leave = STATUS_TIMEOUT;
    }
}
