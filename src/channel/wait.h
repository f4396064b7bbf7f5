/*
 * Waiting for somebody in another process who is quick: look for a while where that can help, then sleep.
 *
 * Whether looking helps depends on the CPUs. A peer that runs on another CPU answers in a fraction of a
 * microsecond, and a sleep would cost twenty to fifty. A peer on our own CPU cannot run while we look. So each
 * side publishes the CPU that it runs on (CPU + 1, 0: not known) in shared memory: one store when it changes.
 * It is a hint. Whatever the other side writes there, a spin ends after WAIT_SPIN_LIMIT_NS, and who has looked
 * in vain a few times in a row sleeps at once for the next hundred waits.
 *
 * Sleeping: one sleeper a word. It sets WAIT_ASLEEP in the word's own value by compare-and-swap and sleeps while
 * the word has that value; who changes the word does so by exchange, and makes the system call only when the
 * old value bore the flag. So the flag and the change cannot miss each other (tests/model/wakeup.pml).
 *
 * No sched_yield anywhere: beside busy processes it gives whole time slices away.
 */
#ifndef OFM_CHANNEL_WAIT_H
#define OFM_CHANNEL_WAIT_H

#include "channel/futex.h"

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#define WAIT_SPIN_LIMIT_NS 50000u /* about what one wake-up of another CPU costs */
#define WAIT_FIRST_LOOKS 200u     /* before the clock is asked: a few hundred nanoseconds */
#define WAIT_ASLEEP 0x80000000u   /* in a word on which somebody sleeps */

/* What waits of one kind have taught: private to the process that waits, shared by its threads. Zeroed: nothing
 * known yet. Every member is __atomic, relaxed: a lost update only makes one guess worse. */
struct wait_pace {
    uint32_t usual_ns; /* moving average of how long it took when looking was enough; 0: nothing known */
    uint32_t misses;   /* spins in a row that were in vain */
    uint32_t skip;     /* waits that are to sleep at once */
    uint32_t spinning; /* wait_spin_alone: somebody looks already */
};

/* The CPU of the calling thread, as it is published. */
static inline uint32_t wait_here(void)
{
    return (uint32_t)(sched_getcpu() + 1);
}

/* Publishes where the calling thread runs; a store only when it has moved. */
static inline void wait_publish(uint32_t *hint)
{
    uint32_t here = wait_here();

    if (__atomic_load_n(hint, __ATOMIC_RELAXED) != here)
        __atomic_store_n(hint, here, __ATOMIC_RELAXED);
}

/* True when something has happened; called with `context` again and again, so it should be a load or two. */
typedef bool wait_ready_fn(void *context);

/* For how long to look, in nanoseconds; 0: not at all, because the peer is on this CPU or nowhere, or because the
 * last looks were in vain. */
uint32_t wait_budget(struct wait_pace *pace, uint32_t peer);
/* A look was enough at once. */
void wait_was_quick(struct wait_pace *pace);
/* The rest of a spin, with the clock. */
bool wait_go_on(struct wait_pace *pace, uint32_t budget, const uint32_t *peer, uint32_t *mine, wait_ready_fn *ready,
    void *context);

/* Looks until `ready` says so (true) or it is better to sleep (false). `peer`: where the other side has published
 * its CPU, read again and again. `mine`: where to publish our own when we are moved; may be NULL. */
static inline bool wait_spin(
    struct wait_pace *pace, const uint32_t *peer, uint32_t *mine, wait_ready_fn *ready, void *context)
{
    if (ready(context))
        return true;
    uint32_t budget = wait_budget(pace, __atomic_load_n(peer, __ATOMIC_RELAXED));
    if (budget == 0)
        return false;
    for (unsigned i = 0; i < WAIT_FIRST_LOOKS; i++) {
        if (ready(context)) {
            wait_was_quick(pace);
            return true;
        }
    }
    return wait_go_on(pace, budget, peer, mine, ready, context);
}

/* The same where several threads wait for the same peer: one of them looks, the others sleep at once. */
bool wait_spin_alone(
    struct wait_pace *pace, const uint32_t *peer, uint32_t *mine, wait_ready_fn *ready, void *context);

/* Marks the word, last seen as `seen`, as slept on: true when it now has the value `seen | WAIT_ASLEEP`, with which
 * one of the two sleeps below is to be called. False when it has changed: look again. */
static inline bool wait_mark_asleep(uint32_t *word, uint32_t seen)
{
    if (seen & WAIT_ASLEEP)
        return true; /* ours, left from a sleep that ended without a change */
    return __atomic_compare_exchange_n(
        word, &seen, seen | WAIT_ASLEEP, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

/* A word that changes all the time is written by somebody hostile: no sleep on it lasts. After so many in vain the sleep
 * is on the private word alone, for a millisecond or until the deadline (false), and then it is looked again. */
#define WAIT_MOST_VAIN 256u
bool wait_patiently(uint32_t *own, uint32_t own_expected, const struct futex_deadline *deadline);

/* Changes the word and wakes whoever sleeps on it. */
static inline void wait_change(uint32_t *word, uint32_t value)
{
    if (__atomic_exchange_n(word, value, __ATOMIC_SEQ_CST) & WAIT_ASLEEP)
        futex_wake_shared(word, 1);
}

#endif
