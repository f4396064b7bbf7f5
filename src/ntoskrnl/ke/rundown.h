/* Rundown protection for things that many threads enter at once: a counter striped over cache lines.
 * Any thread may release what another acquired. */
#ifndef OFM_KE_RUNDOWN_H
#define OFM_KE_RUNDOWN_H

#include <stdbool.h>
#include <stdint.h>

#define KE_RUNDOWN_STRIPES 16

struct ke_rundown {
    struct {
        int64_t word; /* references * 2, + 1 once rundown has started; may go negative on one stripe */
        char pad[56];
    } stripe[KE_RUNDOWN_STRIPES];
    int64_t left;     /* references left after rundown started */
    uint32_t done;    /* futex: 1 when left reached zero */
    uint32_t started;
};

void ke_rundown_init(struct ke_rundown *rundown);
/* False once rundown has started: the thing is going away. */
bool ke_rundown_acquire(struct ke_rundown *rundown);
void ke_rundown_release(struct ke_rundown *rundown);
/* No acquire succeeds after this. Once; a second call does nothing. */
void ke_rundown_start(struct ke_rundown *rundown);
/* Waits until every reference is released; needs ke_rundown_start before. timeout in milliseconds, < 0: for ever. False: timeout. */
bool ke_rundown_wait(struct ke_rundown *rundown, int timeout_ms);
/* References right now; exact only after start. */
int64_t ke_rundown_count(struct ke_rundown *rundown);

#endif
