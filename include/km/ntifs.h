/* What file systems and their filters include. */
#ifndef _NTIFS_
#define _NTIFS_
#define _NTIFS_INCLUDED_
#include "ntddk.h"
#include "nt/fsrtl.h"
#include "nt/txfs.h"
#include "nt/ecp.h"
#include "nt/fscalls.h"
#endif
