/* Modules. A module is an ELF image of this process. */
#ifndef _APISETLIBLOADER_
#define _APISETLIBLOADER_

#include "minwinbase.h"

EXTERN_C_START
/* NULL stands for the program. kernel32.dll, ntdll.dll and fltlib.dll stand for libfltlib. */
WINBASEAPI HMODULE WINAPI GetModuleHandleA(LPCSTR name);
WINBASEAPI HMODULE WINAPI GetModuleHandleW(LPCWSTR name);
WINBASEAPI FARPROC WINAPI GetProcAddress(HMODULE module, LPCSTR name);
WINBASEAPI HMODULE WINAPI LoadLibraryA(LPCSTR name);
WINBASEAPI HMODULE WINAPI LoadLibraryW(LPCWSTR name);
WINBASEAPI BOOL WINAPI FreeLibrary(HMODULE module);
/* Length without the terminator; `capacity` and ERROR_INSUFFICIENT_BUFFER when cut. */
WINBASEAPI DWORD WINAPI GetModuleFileNameA(HMODULE module, LPSTR to, DWORD capacity);
WINBASEAPI DWORD WINAPI GetModuleFileNameW(HMODULE module, LPWSTR to, DWORD capacity);
EXTERN_C_END

#ifdef UNICODE
#define GetModuleHandle GetModuleHandleW
#define LoadLibrary LoadLibraryW
#define GetModuleFileName GetModuleFileNameW
#else
#define GetModuleHandle GetModuleHandleA
#define LoadLibrary LoadLibraryA
#define GetModuleFileName GetModuleFileNameA
#endif

#endif
