/* Limits with Microsoft's sizes: `long` of a driver or service has 32 bits. */
#ifndef _OFM_CRT_LIMITS_H
#define _OFM_CRT_LIMITS_H

#define CHAR_BIT 8
#define SCHAR_MIN (-128)
#define SCHAR_MAX 127
#define UCHAR_MAX 0xFF
#define CHAR_MIN SCHAR_MIN
#define CHAR_MAX SCHAR_MAX
#define MB_LEN_MAX 5
#define SHRT_MIN (-32768)
#define SHRT_MAX 32767
#define USHRT_MAX 0xFFFF
#define INT_MAX 2147483647
#define INT_MIN (-INT_MAX - 1)
#define UINT_MAX 0xFFFFFFFFu
#define LONG_MAX INT_MAX
#define LONG_MIN INT_MIN
#define ULONG_MAX UINT_MAX
#define LLONG_MAX __INT64_MAX__
#define LLONG_MIN (-LLONG_MAX - 1)
#define ULLONG_MAX __UINT64_MAX__
#define _I8_MIN SCHAR_MIN
#define _I8_MAX SCHAR_MAX
#define _UI8_MAX UCHAR_MAX
#define _I16_MIN SHRT_MIN
#define _I16_MAX SHRT_MAX
#define _UI16_MAX USHRT_MAX
#define _I32_MIN INT_MIN
#define _I32_MAX INT_MAX
#define _UI32_MAX UINT_MAX
#define _I64_MIN LLONG_MIN
#define _I64_MAX LLONG_MAX
#define _UI64_MAX ULLONG_MAX
#ifndef SIZE_MAX
#define SIZE_MAX __SIZE_MAX__
#endif
#define RSIZE_MAX (SIZE_MAX >> 1)
#define PATH_MAX 4096

#endif
