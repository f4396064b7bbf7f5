/* The slow half of lock32.h: spin briefly, then sleep on the word. */
#include "fltmgr/lock32.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SPINS = 64 };

static inline void cpu_relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

void flt_lock32_wait(uint32_t *lock)
{
    for (int i = 0; i < SPINS; i++) {
        if (__atomic_load_n(lock, __ATOMIC_RELAXED) == 0 && flt_try_lock32(lock))
            return;
        cpu_relax();
    }
    /* Taken as 2 from here on: a sleeper may still be there when this thread releases it. */
    while (__atomic_exchange_n(lock, 2, __ATOMIC_ACQUIRE) != 0)
        syscall(SYS_futex, lock, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
}

void flt_lock32_wake(uint32_t *lock)
{
    syscall(SYS_futex, lock, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
