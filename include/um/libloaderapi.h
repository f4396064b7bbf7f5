/* Modules. A module is an ELF image of this process. */
#ifndef _APISETLIBLOADER_
#define _APISETLIBLOADER_

#include "minwinbase.h"

#define DONT_RESOLVE_DLL_REFERENCES 0x00000001
#define LOAD_LIBRARY_AS_DATAFILE 0x00000002
#define LOAD_WITH_ALTERED_SEARCH_PATH 0x00000008
#define LOAD_LIBRARY_AS_IMAGE_RESOURCE 0x00000020
#define LOAD_LIBRARY_SEARCH_SYSTEM32 0x00000800

EXTERN_C_START
/*
 * NULL stands for the program. kernel32.dll, ntdll.dll and fltlib.dll stand for libfltlib. Source:
 * nf-libloaderapi-getmodulehandlea.
 */
WINBASEAPI HMODULE WINAPI GetModuleHandleA(LPCSTR name);
WINBASEAPI HMODULE WINAPI GetModuleHandleW(LPCWSTR name);
/*
 * The address of an exported name; numbers stand for none here. NULL with ERROR_PROC_NOT_FOUND. Source:
 * nf-libloaderapi-getprocaddress.
 */
WINBASEAPI FARPROC WINAPI GetProcAddress(HMODULE module, LPCSTR name);
/*
 * Loads an ELF shared object, or counts one that is loaded; Windows' own names stand for libfltlib. NULL with
 * ERROR_MOD_NOT_FOUND, ERROR_INVALID_PARAMETER. Source: nf-libloaderapi-loadlibrarya.
 */
WINBASEAPI HMODULE WINAPI LoadLibraryA(LPCSTR name);
WINBASEAPI HMODULE WINAPI LoadLibraryW(LPCWSTR name);
/*
 * The flags change nothing: an ELF image has no resources that could be loaded alone. Source:
 * nf-libloaderapi-loadlibraryexa.
 */
WINBASEAPI HMODULE WINAPI LoadLibraryExA(LPCSTR name, HANDLE file, DWORD flags);
WINBASEAPI HMODULE WINAPI LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags);
/*
 * Gives back what LoadLibrary counted; the last one unloads. FALSE with ERROR_INVALID_HANDLE. Source:
 * nf-libloaderapi-freelibrary.
 */
WINBASEAPI BOOL WINAPI FreeLibrary(HMODULE module);
/*
 * Length without the terminator; `capacity` and ERROR_INSUFFICIENT_BUFFER when cut. Source:
 * nf-libloaderapi-getmodulefilenamea.
 */
WINBASEAPI DWORD WINAPI GetModuleFileNameA(HMODULE module, LPSTR to, DWORD capacity);
WINBASEAPI DWORD WINAPI GetModuleFileNameW(HMODULE module, LPWSTR to, DWORD capacity);
EXTERN_C_END

#ifdef UNICODE
#define GetModuleHandle GetModuleHandleW
#define LoadLibrary LoadLibraryW
#define LoadLibraryEx LoadLibraryExW
#define GetModuleFileName GetModuleFileNameW
#else
#define GetModuleHandle GetModuleHandleA
#define LoadLibrary LoadLibraryA
#define LoadLibraryEx LoadLibraryExA
#define GetModuleFileName GetModuleFileNameA
#endif

#endif
