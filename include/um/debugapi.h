/* The debugger's output. */
#ifndef _APISETDEBUG_
#define _APISETDEBUG_

#include "minwinbase.h"

EXTERN_C_START
/* To standard error. */
WINBASEAPI void WINAPI OutputDebugStringA(LPCSTR text);
WINBASEAPI void WINAPI OutputDebugStringW(LPCWSTR text);
WINBASEAPI BOOL WINAPI IsDebuggerPresent(void);
WINBASEAPI void WINAPI DebugBreak(void);
EXTERN_C_END

#ifdef UNICODE
#define OutputDebugString OutputDebugStringW
#else
#define OutputDebugString OutputDebugStringA
#endif

#endif
