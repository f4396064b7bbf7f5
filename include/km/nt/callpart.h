/* The types that prototypes speak of. */
#ifndef OFM_NT_CALLPART_H
#define OFM_NT_CALLPART_H

#include "nt/ke.h"
#include "nt/ex.h"
#include "nt/mm.h"
#include "nt/rtl.h"
#include "nt/se.h"
#include "nt/ob.h"
#include "nt/ps.h"
#include "nt/cm.h"
#include "nt/tm.h"
#include "nt/pnp.h"
#include "nt/io.h"
#include "nt/debug.h"

#endif
