/* The command line and the environment. */
#ifndef _PROCESSENV_
#define _PROCESSENV_

#include "minwinbase.h"

EXTERN_C_START
/*
 * Quoted so that CommandLineToArgvW gives the arguments back; lives as long as the process. Source:
 * nf-processenv-getcommandlinea.
 */
WINBASEAPI LPSTR WINAPI GetCommandLineA(void);
WINBASEAPI LPWSTR WINAPI GetCommandLineW(void);
/*
 * Copies a variable's value. The length without the terminator; with too little room the size that is needed; 0 with
 * ERROR_ENVVAR_NOT_FOUND. capacity: characters. Source: nf-processenv-getenvironmentvariablea.
 */
WINBASEAPI DWORD WINAPI GetEnvironmentVariableA(LPCSTR name, LPSTR to, DWORD capacity);
WINBASEAPI DWORD WINAPI GetEnvironmentVariableW(LPCWSTR name, LPWSTR to, DWORD capacity);
/*
 * Sets a variable; value NULL takes it away. FALSE with ERROR_INVALID_PARAMETER: a name that cannot be one. Source:
 * nf-processenv-setenvironmentvariablea.
 */
WINBASEAPI BOOL WINAPI SetEnvironmentVariableA(LPCSTR name, LPCSTR value);
WINBASEAPI BOOL WINAPI SetEnvironmentVariableW(LPCWSTR name, LPCWSTR value);
/*
 * The current directory. The length without the terminator, or with too little room the size that is needed;
 * capacity in characters. Source: nf-winbase-getcurrentdirectory.
 */
WINBASEAPI DWORD WINAPI GetCurrentDirectoryA(DWORD capacity, LPSTR to);
WINBASEAPI DWORD WINAPI GetCurrentDirectoryW(DWORD capacity, LPWSTR to);
/*
 * Changes the current directory. FALSE with ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_DIRECTORY,
 * ERROR_ACCESS_DENIED. Source: nf-winbase-setcurrentdirectory.
 */
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
