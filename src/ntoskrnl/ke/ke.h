/* Threads as the kernel sees them, IRQL, and waiting. The per-thread block is the calling thread's own; dispatcher objects
 * are the WDK's structures and need no allocation, so a driver may hold them anywhere. */
#ifndef OFM_KE_KE_H
#define OFM_KE_KE_H

#include <ntifs.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ntoskrnl/ke/report.h"

/* ---- the calling thread ---- */

struct ke_interrupt;
struct ke_apc_queue;

/* How deep a thread stands in things that a callback must leave as it found them: read, kept and compared as one word around every callback. */
union ke_level {
    struct {
        KIRQL irql;
        int16_t critical, guarded;
    };
    uint64_t word;
};

struct ke_thread {
    union {
        struct {
            KIRQL irql;             /* simulated: PASSIVE unless raised */
            int16_t critical_depth; /* KeEnterCriticalRegion */
            int16_t guarded_depth;  /* KeEnterGuardedRegion */
        };
        union ke_level level;
    };
    uint8_t exiting;                /* the thread-exit hooks run */
    bool started;                   /* exit hooks are armed */
    bool rcu_registered;
    bool special_none;              /* KeAreAllApcsDisabled by IRQL only */
    uint32_t stripe;                /* small number for striped counters, fixed for the thread */
    const char *driver;             /* whose callback runs here; NULL: none */
    const char *callback;           /* which: "PreOperation", "InstanceSetup"... */
    const char *operation;          /* "IRP_MJ_CREATE" or NULL */
    union ke_level at_entry;        /* when the callback that runs here was entered */
    struct ke_interrupt *interrupt; /* ends alertable and UserMode waits of this thread; NULL: none */
    LIST_ENTRY mutexes;             /* KMUTEXes owned: abandoned when the thread ends */
    void *ps_thread;                /* ps: this thread's own ETHREAD */
    void *ps_current;               /* ps: the ETHREAD it acts as */
    void *seh;                      /* SEH: innermost frame */
    struct ke_apc_queue *apcs;      /* what is to run in this thread; NULL: nobody sends it anything */
    bool apc_runs;                  /* one at a time */
    void (*before_sleep)(void);     /* see ke_about_to_sleep; NULL: nobody wants to know */
    uint32_t wake;                  /* futex of ke_wait */
    uint32_t tid;
    uint32_t locks_held;            /* spin locks held, for checks */
};

extern __thread struct ke_thread ke_self __attribute__((tls_model("initial-exec")));

/* The calling thread's block, with its exit hooks armed. Address is stable for the thread's life. */
struct ke_thread *ke_current(void);

/* Runs fn in every thread that used ke_current, when it ends; registered once at start-up (at most 8). */
void ke_thread_on_exit(void (*fn)(struct ke_thread *thread));

/* Marks that a driver's callback runs, for reports and bug checks. Strings must outlive the callback. */
struct ke_scope {
    const char *driver, *callback, *operation;
    union ke_level at_entry;
};

/* Reports a callback that returned at another level than it was entered at, and sets that right. */
void ke_level_mend(union ke_level level, const char *driver, const char *callback) __attribute__((cold));

static inline struct ke_scope ke_callback_enter(const char *driver, const char *callback, const char *operation)
{
    struct ke_scope outer = {ke_self.driver, ke_self.callback, ke_self.operation, ke_self.at_entry};
    ke_self.driver = driver;
    ke_self.callback = callback;
    ke_self.operation = operation;
    ke_self.at_entry = ke_self.level;
    return outer;
}

static inline void ke_callback_leave(struct ke_scope outer)
{
    union ke_level entry = ke_self.at_entry;
    if (__builtin_expect(ke_self.level.word != entry.word, 0))
        ke_level_mend(entry, ke_self.driver, ke_self.callback);
    ke_self.driver = outer.driver;
    ke_self.callback = outer.callback;
    ke_self.operation = outer.operation;
    ke_self.at_entry = outer.at_entry;
}

/* ---- IRQL ---- */

/* Runs what follows at `level` (F-170: a post callback at DISPATCH_LEVEL); give the result to ke_irql_leave. */
static inline KIRQL ke_irql_enter(KIRQL level)
{
    KIRQL old = ke_self.irql;
    if (__builtin_expect(old != level, 0))
        ke_self.irql = level;
    return old;
}

/* Back from a callback. */
static inline void ke_irql_leave(KIRQL old)
{
    if (__builtin_expect(ke_self.irql != old, 0))
        ke_self.irql = old;
}

/* The same check as ke_callback_leave makes, before it and with another IRQL than at the entry. */
void ke_irql_check(KIRQL expected, const char *driver, const char *callback);

void ke_irql_report(const char *call, KIRQL max, const void *pc) __attribute__((cold));

/* First line of every exported call with a limit: reports call and driver when called above `max`, then goes on. False then. */
static inline bool ke_require_irql_at(const char *call, KIRQL max, const void *pc)
{
    if (__builtin_expect(ke_self.irql <= max, 1))
        return true;
    ke_irql_report(call, max, pc);
    return false;
}
#define ke_require_irql(call, max) ke_require_irql_at(call, max, __builtin_return_address(0))
#define KE_REQUIRE_IRQL(max) ke_require_irql_at(__func__, max, __builtin_return_address(0))

/* ---- waiting ---- */

/* Ends waits: by cancel, by the death of a process, by unload. Sticky until reset. Embed it; initialise with ke_interrupt_init. */
struct ke_interrupt {
    KEVENT event;
    NTSTATUS status;   /* what an interrupted wait returns */
};

void ke_interrupt_init(struct ke_interrupt *interrupt);
/* All present and coming waits with this interrupt return `status` (not STATUS_SUCCESS). The first caller's status stays. */
void ke_interrupt_fire(struct ke_interrupt *interrupt, NTSTATUS status);
bool ke_interrupt_fired(struct ke_interrupt *interrupt);

/*
 * Normal kernel APCs: calls that run in a certain thread, at PASSIVE_LEVEL outside critical and guarded regions: within
 * its waits (which go on afterwards), when it leaves a region, or when it asks (ke_apcs_run). The queue is its sender's memory and
 * outlives the thread; what is put after ke_apc_queue_close is refused.
 */
struct ke_apc {
    struct ke_apc *next;
    void (*run)(struct ke_apc *apc);
};
struct ke_apc_queue {
    uint32_t lock;
    bool closed;
    struct ke_apc *first, **end;
    uint32_t *asleep; /* the thread's wait, while it may be woken */
};
void ke_apc_queue_init(struct ke_apc_queue *queue);
/* False: it is closed. Any thread, any IRQL. */
bool ke_apc_put(struct ke_apc_queue *queue, struct ke_apc *apc);
/* What had not run yet. */
struct ke_apc *ke_apc_queue_close(struct ke_apc_queue *queue);
static inline bool ke_apcs_allowed(void)
{
    return ke_self.irql == PASSIVE_LEVEL && ke_self.critical_depth <= 0 && ke_self.guarded_depth <= 0 && !ke_self.apc_runs;
}
/* Runs the calling thread's, if they may run now. */
void ke_apcs_run(void);
/* wait.c. False: there is one to run, and the wait does not begin. */
bool ke_apc_sleep(struct ke_apc_queue *queue, uint32_t *state);
void ke_apc_wake(struct ke_apc_queue *queue);
/* A waiter's state from waiting to this ends its sleep for an APC. */
#define KE_WAIT_WAITING 0u
#define KE_WAIT_KICKED 4u

/*
 * The wait below all waits. Objects are dispatcher objects (KEVENT, KMUTEX, KSEMAPHORE, KTIMER, KTHREAD, KPROCESS, or any
 * structure that starts with a DISPATCHER_HEADER made by ke_object_init). timeout: NULL for ever, 0 polls, < 0 relative, > 0
 * absolute, 100 ns. interrupt may be NULL: ends the wait whatever the type (an object that is signalled already wins).
 * STATUS_WAIT_0 + n, STATUS_ABANDONED_WAIT_0 + n, STATUS_TIMEOUT, the interrupt's status.
 */
NTSTATUS ke_wait(ULONG count, PVOID const objects[], WAIT_TYPE type, const LARGE_INTEGER *timeout,
    struct ke_interrupt *interrupt);
/* One object. */
NTSTATUS ke_wait_one(PVOID object, const LARGE_INTEGER *timeout, struct ke_interrupt *interrupt);

/*
 * The first step of everything that sleeps until somebody else acts: whoever handed this thread its work is told, once, that the thread
 * will not be back soon (a front end lets another thread read requests then). The thread may hold locks of callers, but none of ke's.
 */
static inline void ke_about_to_sleep(void)
{
    void (*told)(void) = ke_self.before_sleep;
    if (__builtin_expect(told != NULL, 0)) {
        ke_self.before_sleep = NULL;
        told();
    }
}

/* How many waits stand on the object now: for tests that must know that a thread waits. */
ULONG ke_waiter_count(PVOID object);

/* Dispatcher objects of other rooms: stay signalled once they are (processes, threads), until reset. type: KOBJECTS value. */
void ke_object_init(PVOID object, UCHAR type, bool signalled);
void ke_object_signal(PVOID object);
void ke_object_reset(PVOID object);
bool ke_object_is_signalled(PVOID object);

/* For handles: what the Ke calls would stop the system for is a status. STATUS_MUTANT_NOT_OWNED, _SEMAPHORE_LIMIT_EXCEEDED. */
NTSTATUS ke_release_mutant(PRKMUTANT mutant, LONG *previous);
NTSTATUS ke_release_semaphore(PRKSEMAPHORE semaphore, LONG adjustment, LONG *previous);

/* Called once when the object becomes signalled, or at once when it is: for another process' waits and for queues. Runs in
 * the signaller's thread with a dispatcher lock held: it must only wake something. Does not consume the signal. */
struct ke_watch {
    LIST_ENTRY links;
    PVOID reserved[2];
    void (*fired)(struct ke_watch *watch);
};
void ke_watch_start(struct ke_watch *watch, PVOID object, void (*fired)(struct ke_watch *watch));
/* After this fired is not running and never will. True when it had not fired. */
bool ke_watch_stop(struct ke_watch *watch, PVOID object);

/* ---- time ---- */

ULONGLONG ke_system_time(void);     /* 100 ns since 1601, UTC */
ULONGLONG ke_interrupt_time(void);  /* 100 ns, monotonic */
#define KE_TIME_INCREMENT 156250u   /* 100 ns a tick, as on most PCs */
#define KE_SECOND 10000000LL        /* 100 ns */

/* Ends the timer and DPC threads when no timer is queued; for embedders that stop the manager. Returns timers still queued. */
ULONG ke_stop(void);

#endif
