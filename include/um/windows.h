/* Everything a filter's service expects of Win32. */
#ifndef _WINDOWS_
#define _WINDOWS_

#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#ifndef WINVER
#define WINVER _WIN32_WINNT
#endif
#ifndef NTDDI_VERSION
#define NTDDI_VERSION 0x0A000000
#endif

#include <stdarg.h>
#include "winerror.h"
#include "windef.h"
#include "winnt.h"
#include "winbase.h"
#if !defined(WIN32_LEAN_AND_MEAN)
#include "winioctl.h"
#endif

#endif
