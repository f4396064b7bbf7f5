/* What a minifilter includes. */
#ifndef __FLTKERNEL__
#define __FLTKERNEL__

#include "ntifs.h"
#include "nt/flt_types.h"
#include "nt/flt_calls.h"

#endif
