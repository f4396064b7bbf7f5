/* Striped rundown. Each stripe's word counts by two; its lowest bit says that its count has been moved to `left`, where later
 * releases go. Bias keeps `left` above zero until every stripe has been moved. */
#include "ntoskrnl/ke/rundown.h"

#include <string.h>

#include "ntoskrnl/ke/futex.h"
#include "ntoskrnl/ke/ke.h"
#include "rtl/hot.h"

#define STARTED 1
#define ONE 2
#define BIAS (INT64_C(1) << 62)

static int64_t *own_stripe(struct ke_rundown *rundown)
{
    const struct ke_thread *self = __builtin_expect(ke_self.started, 1) ? &ke_self : ke_current();
    return &rundown->stripe[self->stripe % KE_RUNDOWN_STRIPES].word;
}

void ke_rundown_init(struct ke_rundown *rundown)
{
    memset(rundown, 0, sizeof *rundown);
    rundown->left = BIAS;
}

OFM_HOT bool ke_rundown_acquire(struct ke_rundown *rundown)
{
    int64_t *word = own_stripe(rundown);
    int64_t old = __atomic_load_n(word, __ATOMIC_RELAXED);
    do {
        if (old & STARTED)
            return false;
    } while (!__atomic_compare_exchange_n(word, &old, old + ONE, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
    return true;
}

/* Takes `count` from what is left after the start; the last one wakes the waiter. */
static void leave(struct ke_rundown *rundown, int64_t count)
{
    if (__atomic_sub_fetch(&rundown->left, count, __ATOMIC_ACQ_REL) == 0) {
        uint32_t *done = &rundown->done;
        __atomic_store_n(done, 1, __ATOMIC_RELEASE); /* pairs with ke_rundown_wait: the structure may be gone now */
        ke_futex_wake(done, INT_MAX);
    }
}

OFM_HOT void ke_rundown_release(struct ke_rundown *rundown)
{
    int64_t *word = own_stripe(rundown);
    int64_t old = __atomic_load_n(word, __ATOMIC_RELAXED);
    do {
        if (old & STARTED) {
            leave(rundown, 1);
            return;
        }
    } while (!__atomic_compare_exchange_n(word, &old, old - ONE, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

void ke_rundown_start(struct ke_rundown *rundown)
{
    int64_t moved = 0;
    if (__atomic_exchange_n(&rundown->started, 1, __ATOMIC_ACQ_REL))
        return;
    for (int i = 0; i < KE_RUNDOWN_STRIPES; i++)
        moved += __atomic_exchange_n(&rundown->stripe[i].word, STARTED, __ATOMIC_ACQ_REL) / ONE;
    leave(rundown, BIAS - moved);
}

static struct ke_deadline in_milliseconds(int ms)
{
    struct ke_deadline deadline = {.forever = ms < 0};
    clock_gettime(CLOCK_MONOTONIC, &deadline.at);
    long ns = deadline.at.tv_nsec + (long)(ms % 1000) * 1000000;
    deadline.at.tv_sec += ms / 1000 + ns / 1000000000;
    deadline.at.tv_nsec = ns % 1000000000;
    return deadline;
}

bool ke_rundown_wait(struct ke_rundown *rundown, int timeout_ms)
{
    struct ke_deadline deadline = in_milliseconds(timeout_ms);
    if (!__atomic_load_n(&rundown->done, __ATOMIC_ACQUIRE))
        ke_about_to_sleep();
    while (!__atomic_load_n(&rundown->done, __ATOMIC_ACQUIRE)) {
        if (!ke_futex_wait(&rundown->done, 0, &deadline))
            return __atomic_load_n(&rundown->done, __ATOMIC_ACQUIRE);
    }
    return true;
}

int64_t ke_rundown_count(struct ke_rundown *rundown)
{
    if (__atomic_load_n(&rundown->started, __ATOMIC_ACQUIRE))
        return __atomic_load_n(&rundown->left, __ATOMIC_ACQUIRE);
    int64_t sum = 0;
    for (int i = 0; i < KE_RUNDOWN_STRIPES; i++)
        sum += __atomic_load_n(&rundown->stripe[i].word, __ATOMIC_ACQUIRE) / ONE;
    return sum;
}
