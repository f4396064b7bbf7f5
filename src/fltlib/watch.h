/* One thread of the process that sleeps until the manager hangs up one of the connections. */
#ifndef OFM_FLTLIB_WATCH_H
#define OFM_FLTLIB_WATCH_H

#include "fltlib/port.h"

bool watch_add(struct fltlib_port *port);
/* After this the watcher does not touch the port any more. */
void watch_remove(struct fltlib_port *port);
/* In a forked child: there is no watcher, and nothing is watched. */
void watch_forked(void);

#endif
