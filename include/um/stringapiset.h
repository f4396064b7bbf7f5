/* Text between code pages and UTF-16. CP_ACP, CP_OEMCP and CP_UTF8 are all UTF-8 here. */
#ifndef _APISETSTRING_
#define _APISETSTRING_

#include "minwinbase.h"

#define CP_ACP 0
#define CP_OEMCP 1
#define CP_THREAD_ACP 3
#define CP_UTF8 65001
#define MB_PRECOMPOSED 0x00000001
#define MB_ERR_INVALID_CHARS 0x00000008
#define WC_ERR_INVALID_CHARS 0x00000080
#define WC_NO_BEST_FIT_CHARS 0x00000400
#define CSTR_LESS_THAN 1
#define CSTR_EQUAL 2
#define CSTR_GREATER_THAN 3

EXTERN_C_START
/*
 * Counts include a terminator when the source count is -1. capacity 0 asks for the size. 0 on failure:
 * ERROR_INSUFFICIENT_BUFFER, ERROR_NO_UNICODE_TRANSLATION (with the ..._ERR_INVALID_CHARS flag),
 * ERROR_INVALID_PARAMETER. Source: nf-stringapiset-multibytetowidechar.
 */
WINBASEAPI int WINAPI MultiByteToWideChar(UINT page, DWORD flags, LPCSTR text, int count, LPWSTR to, int capacity);
/*
 * UTF-16 to text of the page. count -1: up to the terminator, which is converted, too. Counts and capacity: UTF-16
 * units and bytes; capacity 0 asks for the size. default_char, used_default: NULL for UTF-8. 0 with
 * ERROR_INSUFFICIENT_BUFFER, ERROR_NO_UNICODE_TRANSLATION (with WC_ERR_INVALID_CHARS), ERROR_INVALID_PARAMETER.
 * Source: nf-stringapiset-widechartomultibyte.
 */
WINBASEAPI int WINAPI WideCharToMultiByte(UINT page, DWORD flags, LPCWSTR text, int count, LPSTR to, int capacity,
    LPCSTR default_char, LPBOOL used_default);
/*
 * Compares units; count -1: up to the terminator. CSTR_LESS_THAN, CSTR_EQUAL, CSTR_GREATER_THAN; 0 with
 * ERROR_INVALID_PARAMETER. Source: nf-stringapiset-comparestringordinal.
 */
WINBASEAPI int WINAPI CompareStringOrdinal(LPCWSTR a, int a_count, LPCWSTR b, int b_count, BOOL ignore_case);
EXTERN_C_END

#endif
