/* What message.c (delivery), messagereply.c (the reply) and messagelook.c share. Nobody else includes this. */
#ifndef OFM_FLTMGR_MESSAGEINNER_H
#define OFM_FLTMGR_MESSAGEINNER_H

#include "fltmgr/portchannel.h"

#include "channel/futex.h"
#include "ntoskrnl/ke/ke.h"

#include <limits.h>
#include <time.h>

/* A reply that does not come through the channel of the process that got the message (P-89). */
struct answer {
    NTSTATUS status;
    size_t length; /* up to the capacity is in the sender's buffer */
};

/* Who may answer: one of the sender, who takes the reply or leaves, and another process' reply. In the note. */
enum claim {
    CLAIM_NONE,      /* not delivered, or the sender is leaving */
    CLAIM_OPEN,      /* to be had by compare-and-swap */
    CLAIM_ANSWERING, /* another process' reply is being written: the sender stays until it is */
    CLAIM_ANSWERED
};

struct sender {
    LIST_ENTRY links;      /* in `senders`; of several channels then in `repliers` */
    uint32_t word;         /* private futex of a sender that has no exchange */
    uint32_t *own;         /* __atomic: the private futex: grows when its owner must look again */
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
    unsigned vain; /* sleeps for a get that brought none */
    pid_t requestor; /* of the operation that sends */
    struct chan_host *host;      /* where the message is, or its exchange, and the reply is waited for */
    struct flt_channel *channel; /* whose that is, referenced; NULL: the connection's own */
    struct chan_host_note *note; /* of its exchange; NULL: it has none */
    unsigned exchange;
    unsigned get;           /* where the message went */
    bool woken;             /* its reader slept */
    bool watches;           /* the caller's interrupt, and the cancel */
    struct ke_interrupt *cancel; /* ends the wait with STATUS_CANCELLED; or NULL */
    struct ke_watch cancelling;
    bool extendable;                /* by the service */
    struct futex_deadline extended; /* the later deadline that it asked for; at 0: none. The claim's holder has both */
    struct answer answered; /* of another process: the holder of the note's claim writes it */
    uint64_t since; /* __atomic: when it began to wait for a get; 0: it does not */
    bool timed_out; /* no reply carried that status */
};

static inline void count(uint64_t *counter)
{
    __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static inline uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* For those who look at the queues: costs only senders that must sleep. */
static inline void begin_to_wait(uint64_t *since)
{
    if (__atomic_load_n(since, __ATOMIC_RELAXED) == 0)
        __atomic_store_n(since, now_ns(), __ATOMIC_RELAXED);
}

static inline void wake(uint32_t *own)
{
    __atomic_add_fetch(own, 1, __ATOMIC_RELEASE);
    futex_wake_private(own, INT_MAX);
}

/* With what STATUS a sender that is told to look must leave; STATUS_SUCCESS to go on. */
static inline NTSTATUS must_leave(const struct flt_connection *c, const struct sender *s)
{
    if (__atomic_load_n(&c->state, __ATOMIC_SEQ_CST) != FLT_CONNECTED)
        return STATUS_PORT_DISCONNECTED;
    if (ke_self.interrupt != NULL && ke_interrupt_fired(ke_self.interrupt))
        return STATUS_THREAD_IS_TERMINATING;
    return s->cancel != NULL && ke_interrupt_fired(s->cancel) ? STATUS_CANCELLED : STATUS_SUCCESS;
}

static inline uint64_t left_ns(const struct futex_deadline *deadline)
{
    struct timespec now;

    if (deadline->infinite)
        return UINT64_MAX;
    clock_gettime(deadline->clock, &now);
    int64_t left =
        (int64_t)(deadline->at.tv_sec - now.tv_sec) * 1000000000 + deadline->at.tv_nsec - now.tv_nsec;
    return left > 0 ? (uint64_t)left : 0;
}

/* Waits for the reply of a delivered message; no lock held. */
NTSTATUS message_await_reply(struct flt_connection *connection, struct sender *sender);
/* From here on the caller's death and a cancel wake the sender. Before it sleeps for the first time; no lock held. */
void message_watch_the_caller(struct sender *sender);
void message_stop_watching(struct sender *sender);

#endif
