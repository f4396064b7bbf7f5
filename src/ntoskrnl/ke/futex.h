/* Private futexes with the clocks of NT timeouts. The only file of ke that calls futex(2). */
#ifndef OFM_KE_FUTEX_H
#define OFM_KE_FUTEX_H

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* When a wait ends by itself. */
struct ke_deadline {
    bool forever;
    bool realtime;        /* at a time of day; else monotonic */
    struct timespec at;
};

/* Sleeps while *word == value. False: the deadline has passed. True on every other wake-up, spurious ones too. */
static inline bool ke_futex_wait(uint32_t *word, uint32_t value, const struct ke_deadline *deadline)
{
    bool timed = deadline && !deadline->forever;
    int op = FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | (timed && deadline->realtime ? FUTEX_CLOCK_REALTIME : 0);
    long rc = syscall(SYS_futex, word, op, value, timed ? &deadline->at : NULL, NULL, FUTEX_BITSET_MATCH_ANY);
    return !(rc < 0 && errno == ETIMEDOUT);
}

static inline void ke_futex_wake(uint32_t *word, int count)
{
    syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, count, NULL, NULL, 0);
}

#endif
