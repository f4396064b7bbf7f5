/* What all headers of the C library for drivers and services share.
 *
 * wchar_t has 16 bits here and `long` 32, so glibc's functions of the same name would misread their arguments.
 * _CRTBIND(name) binds a declaration to our own `crt_name` by an assembler label. Compile with -fshort-wchar and
 * -fno-builtin (else the compiler turns a bound printf into puts). Where Windows says `long` these headers say `int`.
 * bound.list names every bound function: an object that refers to one by its plain name was built past these headers. */
#ifndef _OFM_CRT_H
#define _OFM_CRT_H

#if __SIZEOF_WCHAR_T__ != 2
#error "the C library for drivers and services needs 16-bit wchar_t: build with fltcc, or with -fshort-wchar"
#endif

#include <stddef.h>
#include <stdarg.h>

#define _CRTBIND(name) __asm__("crt_" #name)
#define _CRTBIND_AS(name, target) __asm__("crt_" #target)

#ifdef __cplusplus
#define _CRT_BEGIN extern "C" {
#define _CRT_END }
#define _CRT_NORETURN [[noreturn]]
#else
#define _CRT_BEGIN
#define _CRT_END
#define _CRT_NORETURN _Noreturn
#endif

#ifndef __cdecl
#define __cdecl
#endif
#ifndef _cdecl
#define _cdecl
#endif
#ifndef _CRTIMP
#define _CRTIMP
#endif

typedef int errno_t;
typedef size_t rsize_t;
typedef unsigned short wint_t;
typedef unsigned short wctype_t;
typedef __INT64_TYPE__ __time64_t;
typedef __time64_t time_t;
typedef int __time32_t;
#ifndef _OFM_INTPTR
#define _OFM_INTPTR
typedef __INTPTR_TYPE__ intptr_t;
typedef __UINTPTR_TYPE__ uintptr_t;
#endif

#define _TRUNCATE ((size_t)-1)
#define STRUNCATE 80
#define WEOF ((wint_t)0xFFFF)

#ifdef __cplusplus
template <typename T, size_t N> char (*_ofm_countof(T (&)[N]))[N];
#define _countof(array) sizeof(*_ofm_countof(array))
#else
#define _countof(array) (sizeof(array) / sizeof((array)[0]))
#endif

#endif
