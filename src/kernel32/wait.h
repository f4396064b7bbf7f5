/* Waiting. One lock, the dispatcher lock, guards the state of all objects and the lists of those who wait, as in NT: a
 * wait for all of several objects is then one look. Held for a few instructions; nothing is called under it but the
 * satisfied() and consume() of types. */
#ifndef OFM_KERNEL32_WAIT_H
#define OFM_KERNEL32_WAIT_H

#include <pthread.h>
#include <time.h>

#include "channel/futex.h"
#include "kernel32/handle.h"

void k32_dispatcher_lock(void);
void k32_dispatcher_unlock(void);

/* The object's state has changed for the better: satisfies waits, oldest first, while the object stays signalled. Under
 * the dispatcher lock. */
void k32_wake(struct k32_object *object);

/* Who waits for the object looks again. Under the dispatcher lock. */
void k32_look_again(struct k32_object *object);
/* That thread looks again. Under the dispatcher lock. */
void k32_call(struct k32_thread *thread);

/* Set or clear the plain flag of an object; take the lock themselves. */
void k32_signal(struct k32_object *object);
void k32_reset(struct k32_object *object);

/* Milliseconds to a CLOCK_MONOTONIC deadline; NULL for INFINITE. */
const struct timespec *k32_deadline(struct timespec *space, DWORD milliseconds);
struct futex_deadline k32_futex_deadline(const struct timespec *deadline);

/* A condition variable with CLOCK_MONOTONIC. */
void k32_condition_init(pthread_cond_t *condition);
/* Waits on it; false when the deadline (NULL: none) has passed. */
bool k32_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock, const struct timespec *deadline);

/* Waits on it with the dispatcher lock, which the caller holds. */
void k32_dispatcher_wait(pthread_cond_t *condition);

/* The wait itself: WAIT_OBJECT_0 + n, WAIT_ABANDONED_0 + n, WAIT_TIMEOUT or WAIT_IO_COMPLETION. */
DWORD k32_wait(DWORD count, struct k32_object **objects, bool all, DWORD milliseconds, bool alertable);

/* Ends an OVERLAPPED: InternalHigh, then Internal with release order; afterwards it is not touched. Under the dispatcher
 * lock, so that whoever sees it done there sees its event set too. */
void k32_overlapped_done(OVERLAPPED *overlapped, NTSTATUS status, ULONG_PTR bytes);
/* Blocks until the OVERLAPPED, of an operation on that file (NULL: unknown), is complete: 0; WAIT_TIMEOUT; alertable:
 * WAIT_IO_COMPLETION, APCs have run. For those without an event of their own. */
DWORD k32_wait_overlapped(OVERLAPPED *overlapped, struct k32_object *file, DWORD milliseconds, bool alertable);

#endif
