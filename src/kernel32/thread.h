/* Threads of the process, those of CreateThread and all others. Each has one object, made at its first call of ours and
 * given up when it ends. */
#ifndef OFM_KERNEL32_THREAD_H
#define OFM_KERNEL32_THREAD_H

#include <pthread.h>
#include <sys/types.h>

#include "kernel32/handle.h"

#define K32_TLS_SLOTS 1088

struct k32_apc {
    struct k32_apc *next;
    void (*run)(struct k32_apc *apc); /* in its thread, without a lock; the memory is freed afterwards */
};

struct k32_thread {
    struct k32_object object; /* signalled when the thread has ended */
    pid_t id;                 /* set before anybody else can see the thread */
    int priority;

    /* under the dispatcher lock */
    pthread_cond_t condition;       /* it has an id, or is resumed */
    uint32_t called;                /* __atomic, private futex: its wait has been satisfied, or is to be looked at again */
    bool sleeps;                    /* __atomic: it may be asleep on that */
    struct k32_apc *apcs, **apcs_end;
    struct k32_mutex *owned;        /* mutexes to abandon at the end */
    struct k32_routine *routine;    /* of the operation that it is about to begin; its own */
    DWORD exit_code;
    bool ended;
    DWORD suspended;                /* CREATE_SUSPENDED, until ResumeThread */

    /* what the thread is blocked in; sync_lock is held while cancel runs */
    pthread_mutex_t sync_lock;
    void (*sync_cancel)(void *context);
    void *sync_context;

    LPTHREAD_START_ROUTINE start;
    void *parameter;
    void *tls[K32_TLS_SLOTS]; /* the thread's own */
};

extern const struct k32_type k32_thread_type;

/* Queues one, which is malloc'ed; false: the thread has ended, and it stays the caller's. */
bool k32_queue_apc(struct k32_thread *thread, struct k32_apc *apc);
/* Runs the APCs of the calling thread; true when there was one. Without the dispatcher lock. */
bool k32_run_apcs(struct k32_thread *self);

#endif
