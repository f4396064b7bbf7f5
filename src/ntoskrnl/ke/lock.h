/* Small locks on a futex: one word, zero is free, no initialisation, no owner. For the inner locks of other rooms and for the
 * words of NT structures. ThreadSanitizer sees their atomics. */
#ifndef OFM_KE_LOCK_H
#define OFM_KE_LOCK_H

#include "ntoskrnl/ke/futex.h"

/* ---- exclusive: 0 free, 1 held, 2 held and somebody sleeps ---- */

void ke_lock_slow(uint32_t *lock);

static inline void ke_lock(uint32_t *lock)
{
    uint32_t old = 0;
    if (!__atomic_compare_exchange_n(lock, &old, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        ke_lock_slow(lock);
}

static inline bool ke_try_lock(uint32_t *lock)
{
    uint32_t old = 0;
    return __atomic_compare_exchange_n(lock, &old, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void ke_unlock(uint32_t *lock)
{
    if (__atomic_exchange_n(lock, 0, __ATOMIC_RELEASE) == 2)
        ke_futex_wake(lock, 1);
}

/* ---- shared or exclusive: a waiting writer keeps new readers out ---- */

#define KE_RW_WRITER 0x80000000u  /* held exclusively */
#define KE_RW_WANTED 0x40000000u  /* a writer waits */
#define KE_RW_SLEEPERS 0x20000000u
#define KE_RW_READERS 0x1FFFFFFFu

void ke_rw_lock_shared(uint32_t *lock);
void ke_rw_lock_exclusive(uint32_t *lock);
bool ke_rw_try_shared(uint32_t *lock);
bool ke_rw_try_exclusive(uint32_t *lock);
/* The only reader becomes the writer. False: there are other readers. */
bool ke_rw_try_upgrade(uint32_t *lock);
void ke_rw_downgrade(uint32_t *lock);
/* False: was not held so. */
bool ke_rw_unlock_shared(uint32_t *lock);
bool ke_rw_unlock_exclusive(uint32_t *lock);

#endif
