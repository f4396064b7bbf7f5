/* What the files of the oplock package share: oplock.c the structure, breaking and waiting, oplockrules.c what breaks what,
 * oplockrequest.c the control codes. Everything in a struct oplock is under its lock; requests are completed and waiters resumed
 * after it is released. */
#ifndef OFM_IO_OPLOCK_INNER_H
#define OFM_IO_OPLOCK_INNER_H

#include "ntoskrnl/io/oplock.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/lock.h"

#define CACHE_R OPLOCK_LEVEL_CACHE_READ
#define CACHE_H OPLOCK_LEVEL_CACHE_HANDLE
#define CACHE_W OPLOCK_LEVEL_CACHE_WRITE

/* The first four are the legacy ones; RESERVED stands for the oplock that a create announced (FILE_OPEN_REQUIRING_OPLOCK). */
enum oplock_kind {
    OPLOCK_LEVEL_1, OPLOCK_LEVEL_2, OPLOCK_BATCH, OPLOCK_FILTER, OPLOCK_R, OPLOCK_RH, OPLOCK_RW, OPLOCK_RWH, OPLOCK_RESERVED,
    OPLOCK_KINDS
};

/* Why an operation may break an oplock. */
enum oplock_cause {
    CAUSE_OPEN, CAUSE_OPEN_WRITABLE, CAUSE_OPEN_CUTS, CAUSE_READ, CAUSE_WRITE, CAUSE_LOCK, CAUSE_NAME, CAUSE_DELETE, CAUSE_SECTION,
    CAUSE_SHARING, CAUSE_ALL, CAUSES, CAUSE_CLEANUP, CAUSE_NONE
};

struct oplock_rule {
    bool breaks, acknowledged, waits, any_key;
    UCHAR to; /* what may still be cached */
};

/* oplockrules.c */
enum oplock_cause oplock_cause_of(const FLT_IO_PARAMETER_BLOCK *iopb);
struct oplock_rule oplock_rule_of(enum oplock_kind kind, enum oplock_cause cause);
ULONG oplock_cache_of(enum oplock_kind kind);
static inline bool oplock_is_legacy(enum oplock_kind kind)
{
    return kind <= OPLOCK_FILTER;
}
static inline bool oplock_is_exclusive(enum oplock_kind kind)
{
    return kind != OPLOCK_LEVEL_2 && kind != OPLOCK_R && kind != OPLOCK_RH;
}

struct oplock {
    uint32_t lock;
    uint32_t references;  /* __atomic: the owner's pointer, each request, each waiter */
    LIST_ENTRY grants;    /* struct oplock_grant */
    LIST_ENTRY waiters;   /* struct oplock_waiter, oldest first */
};

/* A request that is or was granted, while it is pended. */
struct oplock_request {
    LIST_ENTRY links;     /* io_oplock_ended.requests, once it is to be completed */
    struct io_held pended;
    struct oplock *oplock;
    struct oplock_grant *grant;
    REQUEST_OPLOCK_OUTPUT_BUFFER *out; /* NULL for the legacy ones */
    NTSTATUS status;
    ULONG_PTR information;
};

enum oplock_state { STATE_GRANTED, STATE_BREAKING, STATE_RESERVED };

struct oplock_grant {
    LIST_ENTRY links;
    enum oplock_kind kind;
    enum oplock_state state;
    bool leaving;         /* its request is being cancelled: it breaks nothing any more */
    bool ends_on_close;   /* BREAKING: acknowledged, but the waiters wait for the handle to close */
    UCHAR to;             /* BREAKING: what may still be cached after the acknowledgement */
    PFILE_OBJECT file;    /* compared only */
    bool keyed;
    GUID key;
    struct oplock_request *request; /* GRANTED */
};

/* Who asks: an operation that is checked. */
struct oplock_asker {
    PFILE_OBJECT file;
    enum oplock_cause cause;
    ULONG flags;
    const FLT_IO_PARAMETER_BLOCK *iopb; /* NULL once it waits */
    bool saw_reserved;                  /* the oplock it met was still to be requested: then everything is looked at again */
};

struct oplock_waiter {
    LIST_ENTRY links;
    struct io_held pended;
    struct oplock *oplock;
    struct oplock_asker asker;
    struct io_oplock_wait wait;
    bool notify;       /* FSCTL_OPLOCK_BREAK_NOTIFY: completed when no break is in progress */
    bool preparing;    /* `prepare` runs: whoever releases it leaves the rest to that thread */
    bool released;
    NTSTATUS status;
    KEVENT *event;     /* a waiting thread's; the waiter stands on its stack */
};

/* oplock.c */
struct oplock *oplock_of(POPLOCK cell);
struct oplock *oplock_make(POPLOCK cell);
void oplock_release(struct oplock *oplock);
void oplock_ended_init(struct io_oplock_ended *ended);
void oplock_remove(struct oplock_grant *grant);
/* Takes the grant's request from it, to be completed with this status; false: it is being cancelled. */
bool oplock_end_request(struct oplock_grant *grant, NTSTATUS status, ULONG to, ULONG flags, struct io_oplock_ended *ended);
bool oplock_same_key(const struct oplock_grant *grant, PFILE_OBJECT file);
/* Looks for waiters that have nothing to wait for any more. */
void oplock_wake(struct oplock *oplock, struct io_oplock_ended *ended);
/* Queues a waiter that has its own memory; false: cancelled already. */
bool oplock_queue(struct oplock *oplock, struct oplock_waiter *waiter);
bool oplock_is_breaking(const struct oplock *oplock);
void oplock_waiter_cancelled(struct io_held *pended);
void oplock_drop_reservation(struct oplock *oplock, PFILE_OBJECT file, struct io_oplock_ended *ended);

#endif
