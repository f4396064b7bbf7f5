/* Every call that wdm.h and ntddk.h give, a file a family. */
#ifndef OFM_NT_CALLS_H
#define OFM_NT_CALLS_H

#include "nt/ke_calls.h"
#include "nt/ex_calls.h"
#include "nt/mm_calls.h"
#include "nt/rtl_calls.h"
#include "nt/ob_calls.h"
#include "nt/ps_calls.h"
#include "nt/cm_calls.h"
#include "nt/se_calls.h"
#include "nt/io_calls.h"
#include "nt/zw_calls.h"
#include "nt/tm_calls.h"
#include "nt/kernel_calls.h"
#include "nt/object_calls.h"
#include "nt/inline.h"

#endif
