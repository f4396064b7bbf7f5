/* A filter's callback data as an operation that a package of the system holds (ntoskrnl/io/held.h). */
#ifndef OFM_FLTMGR_HELD_H
#define OFM_FLTMGR_HELD_H

#include "fltmgr/callback.h"
#include "ntoskrnl/io/held.h"

extern const struct io_held_form flt_held_data; /* who: PFLT_CALLBACK_DATA in its pre callback, or pended there */

#endif
