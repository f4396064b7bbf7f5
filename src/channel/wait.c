/* How long to look before sleeping. See wait.h. */
#include "channel/wait.h"

#include <time.h>
#include <unistd.h>

#define LOOKS_A_CLOCK 8u  /* looks, with a pause each, between two of the clock */
#define SHORTEST_NS 2000u /* no budget is below: the clock is not finer */
#define MOST_MISSES 7u    /* 2^7 - 1 waits without a look after so many spins in vain */

static inline uint32_t get(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline void set(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

static inline void pause_cpu(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Twice what it usually takes; all there is while nothing is known. */
uint32_t wait_budget(struct wait_pace *pace, uint32_t peer)
{
    if (peer == 0 || peer == wait_here())
        return 0;
    uint32_t skip = get(&pace->skip);
    if (skip > 0) {
        set(&pace->skip, skip - 1);
        return 0;
    }
    uint32_t usual = get(&pace->usual_ns);
    if (usual == 0 || usual > WAIT_SPIN_LIMIT_NS / 2)
        return WAIT_SPIN_LIMIT_NS;
    return 2 * usual > SHORTEST_NS ? 2 * usual : SHORTEST_NS;
}

static void learn(struct wait_pace *pace, uint32_t took_ns)
{
    uint32_t usual = get(&pace->usual_ns);

    set(&pace->usual_ns, usual == 0 ? took_ns : usual - usual / 8 + took_ns / 8 + 1);
    if (get(&pace->misses) != 0)
        set(&pace->misses, 0);
}

void wait_was_quick(struct wait_pace *pace)
{
    if (get(&pace->usual_ns) > SHORTEST_NS / 2 || get(&pace->usual_ns) == 0 || get(&pace->misses) != 0)
        learn(pace, SHORTEST_NS / 4);
}

/* In vain. A short budget may have been too short: it grows before looking is given up. */
static void learn_miss(struct wait_pace *pace, uint32_t budget)
{
    if (budget < WAIT_SPIN_LIMIT_NS) {
        set(&pace->usual_ns, 2 * budget);
        return;
    }
    uint32_t misses = get(&pace->misses);
    if (misses < MOST_MISSES)
        set(&pace->misses, ++misses);
    set(&pace->skip, (1u << misses) - 1);
}

bool wait_go_on(struct wait_pace *pace, uint32_t budget, const uint32_t *peer, uint32_t *mine, wait_ready_fn *ready,
    void *context)
{
    uint64_t start = now_ns();

    for (;;) {
        for (unsigned i = 0; i < LOOKS_A_CLOCK; i++) {
            if (ready(context)) {
                learn(pace, (uint32_t)(now_ns() - start));
                return true;
            }
            pause_cpu();
        }
        /* moved onto the peer's CPU, or the peer onto ours: nobody's fault, nothing to learn */
        if (mine != NULL)
            wait_publish(mine);
        if (get(peer) == wait_here())
            return false;
        if (now_ns() - start >= budget) {
            learn_miss(pace, budget);
            return false;
        }
    }
}

bool wait_spin_alone(
    struct wait_pace *pace, const uint32_t *peer, uint32_t *mine, wait_ready_fn *ready, void *context)
{
    if (get(&pace->spinning) != 0 || __atomic_exchange_n(&pace->spinning, 1, __ATOMIC_ACQUIRE) != 0)
        return ready(context);
    bool result = wait_spin(pace, peer, mine, ready, context);
    __atomic_store_n(&pace->spinning, 0, __ATOMIC_RELEASE);
    return result;
}

static bool has_passed(const struct futex_deadline *deadline)
{
    struct timespec now;

    if (deadline == NULL || deadline->infinite)
        return false;
    clock_gettime(deadline->clock, &now);
    return now.tv_sec > deadline->at.tv_sec ||
           (now.tv_sec == deadline->at.tv_sec && now.tv_nsec >= deadline->at.tv_nsec);
}

bool wait_patiently(uint32_t *own, uint32_t own_expected, const struct futex_deadline *deadline)
{
    struct futex_deadline soon = futex_after_ns(1000000);

    if (has_passed(deadline))
        return false;
    futex_wait_private(own, own_expected, &soon);
    return !has_passed(deadline);
}
