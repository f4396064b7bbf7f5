/*
 * Memory of connections that have ended, kept mapped for this process' next ones: mapping and unmapping cost more than the rest of a
 * connect. The manager keeps its side of it likewise (fltmgr/portmemory.h); it is told the memory's number, and says whether the new
 * connection has it. Any thread.
 */
#ifndef OFM_FLTLIB_SPARE_H
#define OFM_FLTLIB_SPARE_H

#include "channel/guest.h"

/* Of a connection that has ended, taken over: kept, or destroyed. `number`: the manager's; 0 is not kept. */
void spare_put(struct chan_guest *guest, uint32_t number);
/* The one that was kept longest, with its number; NULL and 0: there is none. */
struct chan_guest *spare_take(uint32_t *number);
/* The manager did not use it: the next one to be taken is another. */
void spare_put_back(struct chan_guest *guest, uint32_t number);
/* In a forked child, which has not the memory: forgotten, for what is mapped there now is something else. */
void spare_forked(void);

#endif
