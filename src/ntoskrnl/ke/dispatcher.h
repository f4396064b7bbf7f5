/* Inside ke: dispatcher objects under their locks. An object's state and wait list are guarded by one of 64 stripe locks,
 * chosen by the object's address; several stripes are locked in ascending order (docs/locking.md). */
#ifndef OFM_KE_DISPATCHER_H
#define OFM_KE_DISPATCHER_H

#include "ntoskrnl/ke/ke.h"

/* DISPATCHER_HEADER.Type, as in Windows. */
enum {
    KE_EVENT_NOTIFICATION = 0,
    KE_EVENT_SYNCHRONIZATION = 1,
    KE_MUTANT = 2,
    KE_PROCESS = 3,
    KE_QUEUE = 4,
    KE_SEMAPHORE = 5,
    KE_THREAD = 6,
    KE_TIMER_NOTIFICATION = 8,
    KE_TIMER_SYNCHRONIZATION = 9,
};

static inline DISPATCHER_HEADER *ke_header(PVOID object)
{
    return object;
}

static inline LONG ke_signal_state(DISPATCHER_HEADER *header)
{
    return __atomic_load_n(&header->SignalState, __ATOMIC_ACQUIRE); /* pairs with ke_set_signal_state */
}

static inline void ke_set_signal_state(DISPATCHER_HEADER *header, LONG state)
{
    __atomic_store_n(&header->SignalState, state, __ATOMIC_RELEASE);
}

void ke_header_init(DISPATCHER_HEADER *header, UCHAR type, UCHAR words, LONG state);

/* Locks what a change of the object's state needs: its stripe, or all when a WaitAll waiter is on its list. */
typedef uint64_t ke_stripes;
ke_stripes ke_dispatcher_lock(DISPATCHER_HEADER *header);
void ke_dispatcher_unlock(ke_stripes stripes);
/* Gives the signalled object to its waiters, oldest first, until it is not signalled any more. Locked. */
void ke_satisfy(DISPATCHER_HEADER *header);

/* A mutex' owner ended or released it: takes it from the owner's list. Locked. */
void ke_mutant_disown(KMUTANT *mutant);

#endif
