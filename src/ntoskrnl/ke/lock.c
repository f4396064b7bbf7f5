/* The slow halves of the futex locks. */
#include "ntoskrnl/ke/lock.h"

#define SPINS 60

void ke_lock_slow(uint32_t *lock)
{
    for (int i = 0; i < SPINS; i++) {
        if (__atomic_load_n(lock, __ATOMIC_RELAXED) == 0 && ke_try_lock(lock))
            return;
        __builtin_ia32_pause();
    }
    while (__atomic_exchange_n(lock, 2, __ATOMIC_ACQUIRE) != 0)
        ke_futex_wait(lock, 2, NULL);
}

static bool swap(uint32_t *lock, uint32_t *old, uint32_t value, int order)
{
    return __atomic_compare_exchange_n(lock, old, value, false, order, __ATOMIC_RELAXED);
}

/* Marks the word and sleeps on it until it changes. */
static void sleep_marked(uint32_t *lock, uint32_t seen, uint32_t marks)
{
    if ((seen & marks) == marks || swap(lock, &seen, seen | marks, __ATOMIC_RELAXED))
        ke_futex_wait(lock, seen | marks, NULL);
}

bool ke_rw_try_shared(uint32_t *lock)
{
    uint32_t old = __atomic_load_n(lock, __ATOMIC_RELAXED);
    while (!(old & (KE_RW_WRITER | KE_RW_WANTED))) {
        if (swap(lock, &old, old + 1, __ATOMIC_ACQUIRE))
            return true;
    }
    return false;
}

void ke_rw_lock_shared(uint32_t *lock)
{
    while (!ke_rw_try_shared(lock)) {
        uint32_t seen = __atomic_load_n(lock, __ATOMIC_RELAXED);
        if (seen & (KE_RW_WRITER | KE_RW_WANTED))
            sleep_marked(lock, seen, KE_RW_SLEEPERS);
    }
}

bool ke_rw_try_exclusive(uint32_t *lock)
{
    uint32_t old = __atomic_load_n(lock, __ATOMIC_RELAXED);
    while (!(old & (KE_RW_WRITER | KE_RW_READERS))) {
        if (swap(lock, &old, old | KE_RW_WRITER, __ATOMIC_ACQUIRE))
            return true;
    }
    return false;
}

void ke_rw_lock_exclusive(uint32_t *lock)
{
    while (!ke_rw_try_exclusive(lock)) {
        uint32_t seen = __atomic_load_n(lock, __ATOMIC_RELAXED);
        if (seen & (KE_RW_WRITER | KE_RW_READERS))
            sleep_marked(lock, seen, KE_RW_WANTED | KE_RW_SLEEPERS);
    }
}

bool ke_rw_try_upgrade(uint32_t *lock)
{
    uint32_t old = __atomic_load_n(lock, __ATOMIC_RELAXED);
    while ((old & KE_RW_READERS) == 1) {
        if (swap(lock, &old, (old - 1) | KE_RW_WRITER, __ATOMIC_ACQUIRE))
            return true;
    }
    return false;
}

void ke_rw_downgrade(uint32_t *lock)
{
    uint32_t old = __atomic_exchange_n(lock, 1, __ATOMIC_RELEASE);
    if (old & KE_RW_SLEEPERS)
        ke_futex_wake(lock, INT_MAX);
}

bool ke_rw_unlock_shared(uint32_t *lock)
{
    uint32_t old = __atomic_load_n(lock, __ATOMIC_RELAXED), value;
    do {
        if (!(old & KE_RW_READERS))
            return false;
        value = (old & KE_RW_READERS) == 1 ? 0 : old - 1;
    } while (!swap(lock, &old, value, __ATOMIC_RELEASE));
    if (!value && (old & KE_RW_SLEEPERS))
        ke_futex_wake(lock, INT_MAX);
    return true;
}

bool ke_rw_unlock_exclusive(uint32_t *lock)
{
    uint32_t old = __atomic_load_n(lock, __ATOMIC_RELAXED);
    if (!(old & KE_RW_WRITER))
        return false;
    old = __atomic_exchange_n(lock, 0, __ATOMIC_RELEASE);
    if (old & KE_RW_SLEEPERS)
        ke_futex_wake(lock, INT_MAX);
    return true;
}
