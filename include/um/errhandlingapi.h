/* The last error of a thread. */
#ifndef _ERRHANDLING_H_
#define _ERRHANDLING_H_

#include "minwinbase.h"

EXTERN_C_START
/*
 * The code of the calling thread's last failed call; calls that succeed mostly leave it alone. Source:
 * nf-errhandlingapi-getlasterror.
 */
WINBASEAPI DWORD WINAPI GetLastError(void);
/* Sets the calling thread's last error. Source: nf-errhandlingapi-setlasterror. */
WINBASEAPI void WINAPI SetLastError(DWORD error);
/* Kept and given back; nothing here pops up a dialog. Source: nf-errhandlingapi-seterrormode. */
WINBASEAPI UINT WINAPI SetErrorMode(UINT mode);
/* What SetErrorMode set; 0 at first. Source: nf-errhandlingapi-geterrormode. */
WINBASEAPI UINT WINAPI GetErrorMode(void);
/*
 * Delivers the exception to the __try statements of this thread; at most EXCEPTION_MAXIMUM_PARAMETERS arguments.
 * Returns only when a filter answers EXCEPTION_CONTINUE_EXECUTION. Nobody's: the process ends with a message.
 * Source: nf-errhandlingapi-raiseexception.
 */
WINBASEAPI void WINAPI RaiseException(DWORD code, DWORD flags, DWORD count, const ULONG_PTR *arguments);
EXTERN_C_END

#define SEM_FAILCRITICALERRORS 0x0001
#define SEM_NOGPFAULTERRORBOX 0x0002
#define SEM_NOOPENFILEERRORBOX 0x8000

#endif
