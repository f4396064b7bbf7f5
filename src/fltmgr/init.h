/* Start of the filter manager: fills io's upcalls and starts the rooms inside it. */
#ifndef OFM_FLTMGR_INIT_H
#define OFM_FLTMGR_INIT_H

#include <fltkernel.h>

#include <stdbool.h>

/* After ps_init and cm_init; starts io too. Idempotent. */
NTSTATUS flt_init(void);
bool flt_is_initialized(void);

#endif
