/*
 * The memory of connections: made, registered as user memory (P-97), and kept for a while after the end, for the next connection of the
 * same process. Never for another one: the first may still have it mapped, so what it knows and may write stays its own. Any thread.
 *
 * Memory that is kept has a number, which its process says when it connects again (WIRE_CONNECT); a process that lies gets memory that
 * it has not mapped, and harms itself. There are at most 4 of a process and 16 in all, of few pages each, and the next one that is kept
 * drops the oldest: so what a process leaves behind at its end is bounded, and no timer runs for it.
 */
#ifndef OFM_FLTMGR_PORTMEMORY_H
#define OFM_FLTMGR_PORTMEMORY_H

#include "channel/host.h"

#include <sys/types.h>

/* NULL without memory. */
struct chan_host *port_memory_create(void);
/* A number for memory that is to be kept. */
uint32_t port_memory_number(void);
/* What was kept under this number for this process, as good as new; NULL: there is none. */
struct chan_host *port_memory_take(uint32_t number, pid_t pid, uid_t uid);
/* Nobody uses it any more: kept under its number, or destroyed (0). */
void port_memory_give(struct chan_host *host, uint32_t number, pid_t pid, uid_t uid);
/* Destroys all that is kept. */
void port_memory_stop(void);

#endif
