/* The basic types of Win32 on top of NT's. */
#ifndef _WINDEF_
#define _WINDEF_
#define _MINWINDEF_

#include "ntdef.h"

#ifndef WINAPI
#define WINAPI
#endif
#define CALLBACK
#define APIENTRY WINAPI
#define APIPRIVATE
#define WINAPIV
#define PASCAL
#ifndef _cdecl
#define _cdecl
#endif
#if !defined(__declspec) && !defined(__FLTCC__) /* fltcc gives align, noinline and the others their meaning */
#define __declspec(x)
#endif
#define WINBASEAPI OFM_EXPORT
#define WINADVAPI OFM_EXPORT
#define WINAPI_FAMILY_PARTITION(x) 1
#ifndef EXTERN_C
#ifdef __cplusplus
#define EXTERN_C extern "C"
#else
#define EXTERN_C extern
#endif
#endif
#ifndef DECLSPEC_NORETURN
#define DECLSPEC_NORETURN __attribute__((noreturn))
#endif

#define MAX_PATH 260

typedef void *LPVOID;
typedef DWORD *LPDWORD;
typedef WORD *LPWORD;
typedef BYTE *LPBYTE;
typedef BOOL *LPBOOL;
typedef int *LPINT;
typedef LONG *LPLONG;
typedef HANDLE *LPHANDLE;
typedef unsigned short ATOM;
typedef UINT_PTR WPARAM;
typedef LONG_PTR LPARAM, LRESULT;
typedef HANDLE HGLOBAL, HLOCAL, GLOBALHANDLE, LOCALHANDLE;
typedef INT_PTR (*FARPROC)(void);
typedef INT_PTR (*PROC)(void);
typedef DWORD COLORREF;
DECLARE_HANDLE(HINSTANCE);
typedef HINSTANCE HMODULE;
DECLARE_HANDLE(HKEY);
DECLARE_HANDLE(HWND);
DECLARE_HANDLE(SC_HANDLE);
typedef HKEY *PHKEY;
typedef ACCESS_MASK REGSAM;

#define MAKEWORD(a, b) ((WORD)(((BYTE)(((DWORD_PTR)(a)) & 0xff)) | ((WORD)((BYTE)(((DWORD_PTR)(b)) & 0xff))) << 8))
#define MAKELONG(a, b) ((LONG)(((WORD)(((DWORD_PTR)(a)) & 0xffff)) | ((DWORD)((WORD)(((DWORD_PTR)(b)) & 0xffff))) << 16))
#define LOWORD(l) ((WORD)(((DWORD_PTR)(l)) & 0xffff))
#define HIWORD(l) ((WORD)((((DWORD_PTR)(l)) >> 16) & 0xffff))
#define LOBYTE(w) ((BYTE)(((DWORD_PTR)(w)) & 0xff))
#define HIBYTE(w) ((BYTE)((((DWORD_PTR)(w)) >> 8) & 0xff))

#if !defined(NOMINMAX) && !defined(__cplusplus)
#ifndef max
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#ifndef min
#define min(a, b) (((a) < (b)) ? (a) : (b))
#endif
#endif

#endif
