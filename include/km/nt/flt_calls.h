/* Every call of the filter manager, a file a family. */
#ifndef OFM_NT_FLT_CALLS_H
#define OFM_NT_FLT_CALLS_H

#include "nt/flt_filter.h"
#include "nt/flt_operation.h"
#include "nt/flt_context.h"
#include "nt/flt_name.h"
#include "nt/flt_file.h"
#include "nt/flt_port.h"
#include "nt/flt_support.h"

#endif
