/* A four-byte lock for places that exist by the million (context lists, name objects): one word, a futex only when contended.
 * Zero is unlocked. Held for a few instructions, never over a callback, a wait or an allocation. */
#ifndef OFM_FLT_LOCK32_H
#define OFM_FLT_LOCK32_H

#include <stdbool.h>
#include <stdint.h>

void flt_lock32_wait(uint32_t *lock);
void flt_lock32_wake(uint32_t *lock);

/* 0 free, 1 held, 2 held and somebody sleeps. Acquire here pairs with the release in flt_unlock32. */
static inline bool flt_try_lock32(uint32_t *lock)
{
    uint32_t free_value = 0;
    return __atomic_compare_exchange_n(lock, &free_value, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void flt_lock32(uint32_t *lock)
{
    if (__builtin_expect(!flt_try_lock32(lock), 0))
        flt_lock32_wait(lock);
}

static inline void flt_unlock32(uint32_t *lock)
{
    if (__builtin_expect(__atomic_exchange_n(lock, 0, __ATOMIC_RELEASE) == 2, 0))
        flt_lock32_wake(lock);
}

#endif
