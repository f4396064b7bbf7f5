/*
 * Waiting for a get in the memories of several clients at once: a connection that several processes hold has
 * one for each (fltmgr/portchannel.c). Any thread.
 */
#ifndef OFM_CHANNEL_SEVERAL_H
#define OFM_CHANNEL_SEVERAL_H

#include "channel/host.h"

#define CHAN_SEVERAL 120u /* the kernel waits for 128 words; one is the sleeper's own */

struct chan_several {
    unsigned count;
    struct chan_host *hosts[CHAN_SEVERAL];
    uint32_t kicks[CHAN_SEVERAL];
};

/* Before the caller looks for a get in `hosts`: whoever posts one from here on wakes it. */
void chan_several_begin(struct chan_several *several);
/* Sleeps until a client posts a get, *own is no longer `own_expected`, or the deadline (false). */
bool chan_several_wait(struct chan_several *several, uint32_t *own, uint32_t own_expected,
    const struct futex_deadline *deadline);
void chan_several_end(struct chan_several *several);

#endif
