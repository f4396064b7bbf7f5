/* The futex system calls: shared words between processes, private words within the manager. All system calls
 * of waiting and waking stand in futex.c. */
#ifndef OFM_CHANNEL_FUTEX_H
#define OFM_CHANNEL_FUTEX_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct futex_deadline {
    bool infinite;
    clockid_t clock;    /* CLOCK_MONOTONIC or CLOCK_REALTIME (P-57: absolute timeouts follow the clock) */
    struct timespec at; /* absolute */
};

extern const struct futex_deadline futex_forever;
struct futex_deadline futex_after_ns(uint64_t ns);

/* Sleeps while *word == expected. False when the deadline passed; true on a wake-up, a changed value or a
 * signal: look again. */
bool futex_wait_shared(uint32_t *word, uint32_t expected, const struct futex_deadline *deadline);
bool futex_wait_private(uint32_t *word, uint32_t expected, const struct futex_deadline *deadline);
/* Sleeps while both words have their expected values: the only way the manager may sleep on memory shared
 * with a client, because a hostile client can swallow the wake-up of the shared word but not of the private
 * one. */
bool futex_wait_both(uint32_t *shared, uint32_t shared_expected, uint32_t *own, uint32_t own_expected,
    const struct futex_deadline *deadline);
/* The same for up to 127 shared words: sleeps while all have their expected values. */
bool futex_wait_many(uint32_t *const shared[], const uint32_t expected[], unsigned count, uint32_t *own,
    uint32_t own_expected, const struct futex_deadline *deadline);
void futex_wake_shared(uint32_t *word, int count);
void futex_wake_private(uint32_t *word, int count);

#endif
