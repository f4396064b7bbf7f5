/* Watches for services that are connected but do not read (ports.md section 12). */
#ifndef OFM_FLTMGR_WATCHDOG_H
#define OFM_FLTMGR_WATCHDOG_H

#include <stdbool.h>

/* From now on a connection whose oldest sender has waited `milliseconds` for a get is told of in the log,
 * once for each time that nothing moves; with `disconnects` it is ended too. 0: nothing is watched. */
void flt_watchdog_start(unsigned milliseconds, bool disconnects);
void flt_watchdog_stop(void);

#endif
