/* The command line and the environment. */
#ifndef _PROCESSENV_
#define _PROCESSENV_

#include "minwinbase.h"

EXTERN_C_START
/* Quoted so that CommandLineToArgvW gives the arguments back; lives as long as the process. */
WINBASEAPI LPSTR WINAPI GetCommandLineA(void);
WINBASEAPI LPWSTR WINAPI GetCommandLineW(void);
WINBASEAPI DWORD WINAPI GetEnvironmentVariableA(LPCSTR name, LPSTR to, DWORD capacity);
WINBASEAPI DWORD WINAPI GetEnvironmentVariableW(LPCWSTR name, LPWSTR to, DWORD capacity);
WINBASEAPI BOOL WINAPI SetEnvironmentVariableA(LPCSTR name, LPCSTR value);
WINBASEAPI BOOL WINAPI SetEnvironmentVariableW(LPCWSTR name, LPCWSTR value);
WINBASEAPI DWORD WINAPI GetCurrentDirectoryA(DWORD capacity, LPSTR to);
WINBASEAPI DWORD WINAPI GetCurrentDirectoryW(DWORD capacity, LPWSTR to);
WINBASEAPI BOOL WINAPI SetCurrentDirectoryA(LPCSTR name);
WINBASEAPI BOOL WINAPI SetCurrentDirectoryW(LPCWSTR name);
EXTERN_C_END

#ifdef UNICODE
#define GetCommandLine GetCommandLineW
#define GetEnvironmentVariable GetEnvironmentVariableW
#define SetEnvironmentVariable SetEnvironmentVariableW
#define GetCurrentDirectory GetCurrentDirectoryW
#define SetCurrentDirectory SetCurrentDirectoryW
#else
#define GetCommandLine GetCommandLineA
#define GetEnvironmentVariable GetEnvironmentVariableA
#define SetEnvironmentVariable SetEnvironmentVariableA
#define GetCurrentDirectory GetCurrentDirectoryA
#define SetCurrentDirectory SetCurrentDirectoryA
#endif

#endif
