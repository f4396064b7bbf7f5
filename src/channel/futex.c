/* The futex system calls. See futex.h. */
#include "channel/futex.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

const struct futex_deadline futex_forever = {.infinite = true};

struct futex_deadline futex_after_ns(uint64_t ns)
{
    struct futex_deadline deadline = {.clock = CLOCK_MONOTONIC};

    clock_gettime(CLOCK_MONOTONIC, &deadline.at);
    deadline.at.tv_sec += (time_t)(ns / 1000000000u);
    deadline.at.tv_nsec += (long)(ns % 1000000000u);
    if (deadline.at.tv_nsec >= 1000000000) {
        deadline.at.tv_sec++;
        deadline.at.tv_nsec -= 1000000000;
    }
    return deadline;
}

/* FUTEX_WAIT_BITSET takes an absolute time, of the real-time clock when asked. */
static bool wait_one(uint32_t *word, uint32_t expected, int flags, const struct futex_deadline *deadline)
{
    int op = FUTEX_WAIT_BITSET | flags;
    const struct timespec *at = NULL;

    if (deadline != NULL && !deadline->infinite) {
        at = &deadline->at;
        if (deadline->clock == CLOCK_REALTIME)
            op |= FUTEX_CLOCK_REALTIME;
    }
    if (syscall(SYS_futex, word, op, expected, at, NULL, FUTEX_BITSET_MATCH_ANY) == 0)
        return true;
    return errno != ETIMEDOUT;
}

bool futex_wait_shared(uint32_t *word, uint32_t expected, const struct futex_deadline *deadline)
{
    return wait_one(word, expected, 0, deadline);
}

bool futex_wait_private(uint32_t *word, uint32_t expected, const struct futex_deadline *deadline)
{
    return wait_one(word, expected, FUTEX_PRIVATE_FLAG, deadline);
}

bool futex_wait_many(uint32_t *const shared[], const uint32_t expected[], unsigned count, uint32_t *own,
    uint32_t own_expected, const struct futex_deadline *deadline)
{
    struct futex_waitv words[FUTEX_WAITV_MAX];
    const struct timespec *at = NULL;
    clockid_t clock = CLOCK_MONOTONIC;

    if (count >= FUTEX_WAITV_MAX)
        count = FUTEX_WAITV_MAX - 1;
    for (unsigned i = 0; i < count; i++)
        words[i] =
            (struct futex_waitv){.val = expected[i], .uaddr = (uintptr_t)shared[i], .flags = FUTEX_32};
    words[count] = (struct futex_waitv){
        .val = own_expected, .uaddr = (uintptr_t)own, .flags = FUTEX_32 | FUTEX_PRIVATE_FLAG};
    if (deadline != NULL && !deadline->infinite) {
        at = &deadline->at;
        clock = deadline->clock;
    }
    if (syscall(SYS_futex_waitv, words, count + 1, 0, at, clock) >= 0)
        return true;
    return errno != ETIMEDOUT;
}

bool futex_wait_both(uint32_t *shared, uint32_t shared_expected, uint32_t *own, uint32_t own_expected,
    const struct futex_deadline *deadline)
{
    return futex_wait_many(&shared, &shared_expected, 1, own, own_expected, deadline);
}

void futex_wake_shared(uint32_t *word, int count)
{
    syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}

void futex_wake_private(uint32_t *word, int count)
{
    syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, count, NULL, NULL, 0);
}
