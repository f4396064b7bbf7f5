/* Inside ke: timers and DPCs, served by one thread that runs at simulated DISPATCH_LEVEL. */
#ifndef OFM_KE_TIMER_H
#define OFM_KE_TIMER_H

#include "ntoskrnl/ke/ke.h"

/* Tells and dequeues timers and DPCs whose routine or object belongs to the driver (NULL: all). Returns how many. */
ULONG ke_report_leaks(const char *driver);

/* Memory is being freed: a timer or DPC still queued in it is reported and dequeued. Costs a load when none is queued. */
void ke_memory_freed(const void *start, size_t size, const void *pc);

#endif
