/* Interlocked operations. */
#ifndef _INTERLOCKAPI_H_
#define _INTERLOCKAPI_H_
#include "winnt.h"
#endif
