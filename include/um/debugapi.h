/* The debugger's output. */
#ifndef _APISETDEBUG_
#define _APISETDEBUG_

#include "minwinbase.h"

EXTERN_C_START
/* To standard error. Source: nf-debugapi-outputdebugstringa. */
WINBASEAPI void WINAPI OutputDebugStringA(LPCSTR text);
WINBASEAPI void WINAPI OutputDebugStringW(LPCWSTR text);
/* TRUE while a debugger (ptrace) is attached to the process. Source: nf-debugapi-isdebuggerpresent. */
WINBASEAPI BOOL WINAPI IsDebuggerPresent(void);
/* Stops in the debugger; without one the process ends (SIGTRAP). Source: nf-debugapi-debugbreak. */
WINBASEAPI void WINAPI DebugBreak(void);
EXTERN_C_END

#ifdef UNICODE
#define OutputDebugString OutputDebugStringW
#else
#define OutputDebugString OutputDebugStringA
#endif

#endif
