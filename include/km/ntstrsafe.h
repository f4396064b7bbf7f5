/*
 * String calls that never write past a buffer and always terminate: RtlStringCch..., RtlStringCb..., RtlUnicodeString...
 *
 * All are inline. Statuses: STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW, the result was cut off (it is terminated, unless
 * STRSAFE_NO_TRUNCATION); STATUS_INVALID_PARAMETER, a size of 0 or above NTSTRSAFE_MAX_CCH, or a string without an end.
 * IRQL: any if the memory is nonpaged; formatting with wide arguments only at PASSIVE_LEVEL on Windows.
 * Source: "Safe string functions" (ntstrsafe).
 */
#ifndef _NTSTRSAFE_H_INCLUDED_
#define _NTSTRSAFE_H_INCLUDED_

#include <stdarg.h>
#include <string.h>
#include "ntdef.h"
#include "ntstatus.h"

#define NTSTRSAFE_MAX_CCH 2147483647
#define NTSTRSAFE_MAX_LENGTH (NTSTRSAFE_MAX_CCH - 1)
#define NTSTRSAFE_UNICODE_STRING_MAX_CCH (0xffff / sizeof(WCHAR))
#ifndef STRSAFE_FILL_BEHIND_NULL
#define STRSAFE_IGNORE_NULLS 0x00000100
#define STRSAFE_FILL_BEHIND_NULL 0x00000200
#define STRSAFE_FILL_ON_FAILURE 0x00000400
#define STRSAFE_NULL_ON_FAILURE 0x00000800
#define STRSAFE_NO_TRUNCATION 0x00001000
#define STRSAFE_FILL_BEHIND STRSAFE_FILL_BEHIND_NULL
#define STRSAFE_ZERO_LENGTH_ON_FAILURE STRSAFE_NULL_ON_FAILURE
#define STRSAFE_FILL_BYTE(x) ((ULONG)(((x) & 0x000000FF) | STRSAFE_FILL_BEHIND_NULL))
#define STRSAFE_FAILURE_BYTE(x) ((ULONG)(((x) & 0x000000FF) | STRSAFE_FILL_ON_FAILURE))
#define STRSAFE_GET_FILL_PATTERN(dwFlags) ((int)((dwFlags) & 0x000000FF))
#endif
#define NTSTRSAFE_VALID_FLAGS                                                                                        \
    (0x000000FF | STRSAFE_IGNORE_NULLS | STRSAFE_FILL_BEHIND_NULL | STRSAFE_FILL_ON_FAILURE |                        \
        STRSAFE_NULL_ON_FAILURE | STRSAFE_NO_TRUNCATION)

#ifdef __cplusplus
extern "C" {
#endif

typedef char *NTSTRSAFE_PSTR;
typedef const char *NTSTRSAFE_PCSTR;
typedef WCHAR *NTSTRSAFE_PWSTR;
typedef const WCHAR *NTSTRSAFE_PCWSTR, *NTSTRSAFE_PCUWSTR;

/* The formatters, with Microsoft's and the kernel's rules and 16-bit characters: -1 when the result does not fit. */
NTSYSAPI int ofm_format_narrow(char *to, SIZE_T count, const char *format, va_list arguments) __asm__("crt__vsnprintf");
NTSYSAPI int ofm_format_wide(WCHAR *to, SIZE_T count, const WCHAR *format, va_list arguments) __asm__("crt__vsnwprintf");

#define STRSAFE_CHAR CHAR
#define STRSAFE_NAME(name) name##A
#define STRSAFE_FORMAT ofm_format_narrow
#include "nt/strsafe_template.h"
#undef STRSAFE_CHAR
#undef STRSAFE_NAME
#undef STRSAFE_FORMAT

#define STRSAFE_CHAR WCHAR
#define STRSAFE_NAME(name) name##W
#define STRSAFE_FORMAT ofm_format_wide
#include "nt/strsafe_template.h"
#undef STRSAFE_CHAR
#undef STRSAFE_NAME
#undef STRSAFE_FORMAT

#include "nt/strsafe_unicode.h"

#ifdef UNICODE
#define OFM_STRSAFE(name) name##W
#else
#define OFM_STRSAFE(name) name##A
#endif
#define RtlStringCchCopy OFM_STRSAFE(RtlStringCchCopy)
#define RtlStringCbCopy OFM_STRSAFE(RtlStringCbCopy)
#define RtlStringCchCopyEx OFM_STRSAFE(RtlStringCchCopyEx)
#define RtlStringCbCopyEx OFM_STRSAFE(RtlStringCbCopyEx)
#define RtlStringCchCopyN OFM_STRSAFE(RtlStringCchCopyN)
#define RtlStringCbCopyN OFM_STRSAFE(RtlStringCbCopyN)
#define RtlStringCchCopyNEx OFM_STRSAFE(RtlStringCchCopyNEx)
#define RtlStringCbCopyNEx OFM_STRSAFE(RtlStringCbCopyNEx)
#define RtlStringCchCat OFM_STRSAFE(RtlStringCchCat)
#define RtlStringCbCat OFM_STRSAFE(RtlStringCbCat)
#define RtlStringCchCatEx OFM_STRSAFE(RtlStringCchCatEx)
#define RtlStringCbCatEx OFM_STRSAFE(RtlStringCbCatEx)
#define RtlStringCchCatN OFM_STRSAFE(RtlStringCchCatN)
#define RtlStringCbCatN OFM_STRSAFE(RtlStringCbCatN)
#define RtlStringCchCatNEx OFM_STRSAFE(RtlStringCchCatNEx)
#define RtlStringCbCatNEx OFM_STRSAFE(RtlStringCbCatNEx)
#define RtlStringCchPrintf OFM_STRSAFE(RtlStringCchPrintf)
#define RtlStringCbPrintf OFM_STRSAFE(RtlStringCbPrintf)
#define RtlStringCchPrintfEx OFM_STRSAFE(RtlStringCchPrintfEx)
#define RtlStringCbPrintfEx OFM_STRSAFE(RtlStringCbPrintfEx)
#define RtlStringCchVPrintf OFM_STRSAFE(RtlStringCchVPrintf)
#define RtlStringCbVPrintf OFM_STRSAFE(RtlStringCbVPrintf)
#define RtlStringCchVPrintfEx OFM_STRSAFE(RtlStringCchVPrintfEx)
#define RtlStringCbVPrintfEx OFM_STRSAFE(RtlStringCbVPrintfEx)
#define RtlStringCchLength OFM_STRSAFE(RtlStringCchLength)
#define RtlStringCbLength OFM_STRSAFE(RtlStringCbLength)
#define RtlUnalignedStringCchLengthW RtlStringCchLengthW
#define RtlUnalignedStringCbLengthW RtlStringCbLengthW

#ifdef __cplusplus
}
#endif

#endif
