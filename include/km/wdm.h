/* The kernel's interface to drivers. */
#ifndef _WDMDDK_
#define _WDMDDK_
#define _NTDDK_

#include "sdkddkver.h"
#include "ntdef.h"
#include "ntstatus.h"
#include "bugcodes.h"
#include "devioctl.h"
#include "nt/interlocked.h"
#include "nt/security.h"
#include "nt/file.h"
#include "nt/fsctl.h"
#include "nt/registry.h"
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
#include "nt/exports.h"

#define WDM_MAJORVERSION 0x06
#define WDM_MINORVERSION 0x00

#include "nt/calls.h"

#endif
