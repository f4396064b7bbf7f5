/* What drivers that are no WDM drivers include; the same here. */
#ifndef _NTDDK_H_
#define _NTDDK_H_
#include "wdm.h"
#endif
