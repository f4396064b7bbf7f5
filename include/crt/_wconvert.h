/* Wide text and numbers, wide text and bytes: stdlib.h and wchar.h. Narrow text is UTF-8. */
#ifndef _OFM_CRT_WCONVERT_H
#define _OFM_CRT_WCONVERT_H

#include "_crt.h"

_CRT_BEGIN
int _wtoi(const wchar_t *text) _CRTBIND(_wtoi);
int _wtol(const wchar_t *text) _CRTBIND_AS(_wtol, _wtoi);
__INT64_TYPE__ _wtoi64(const wchar_t *text) _CRTBIND(_wtoi64);
__INT64_TYPE__ _wtoll(const wchar_t *text) _CRTBIND_AS(_wtoll, _wtoi64);
double _wtof(const wchar_t *text) _CRTBIND(_wtof);
int wcstol(const wchar_t *text, wchar_t **end, int base) _CRTBIND(wcstol);
unsigned wcstoul(const wchar_t *text, wchar_t **end, int base) _CRTBIND(wcstoul);
__INT64_TYPE__ wcstoll(const wchar_t *text, wchar_t **end, int base) _CRTBIND(wcstoll);
__UINT64_TYPE__ wcstoull(const wchar_t *text, wchar_t **end, int base) _CRTBIND(wcstoull);
__INT64_TYPE__ _wcstoi64(const wchar_t *text, wchar_t **end, int base) _CRTBIND_AS(_wcstoi64, wcstoll);
__UINT64_TYPE__ _wcstoui64(const wchar_t *text, wchar_t **end, int base) _CRTBIND_AS(_wcstoui64, wcstoull);
double wcstod(const wchar_t *text, wchar_t **end) _CRTBIND(wcstod);
wchar_t *_itow(int value, wchar_t *to, int radix) _CRTBIND(_itow);
wchar_t *_ltow(int value, wchar_t *to, int radix) _CRTBIND_AS(_ltow, _itow);
wchar_t *_ultow(unsigned value, wchar_t *to, int radix) _CRTBIND(_ultow);
wchar_t *_i64tow(__INT64_TYPE__ value, wchar_t *to, int radix) _CRTBIND(_i64tow);
wchar_t *_ui64tow(__UINT64_TYPE__ value, wchar_t *to, int radix) _CRTBIND(_ui64tow);
errno_t _itow_s(int value, wchar_t *to, size_t capacity, int radix) _CRTBIND(_itow_s);
errno_t _ltow_s(int value, wchar_t *to, size_t capacity, int radix) _CRTBIND_AS(_ltow_s, _itow_s);
errno_t _ultow_s(unsigned value, wchar_t *to, size_t capacity, int radix) _CRTBIND(_ultow_s);
errno_t _i64tow_s(__INT64_TYPE__ value, wchar_t *to, size_t capacity, int radix) _CRTBIND(_i64tow_s);
errno_t _ui64tow_s(__UINT64_TYPE__ value, wchar_t *to, size_t capacity, int radix) _CRTBIND(_ui64tow_s);
size_t mbstowcs(wchar_t *to, const char *from, size_t count) _CRTBIND(mbstowcs);
size_t wcstombs(char *to, const wchar_t *from, size_t count) _CRTBIND(wcstombs);
errno_t mbstowcs_s(size_t *converted, wchar_t *to, size_t capacity, const char *from, size_t count)
    _CRTBIND(mbstowcs_s);
errno_t wcstombs_s(size_t *converted, char *to, size_t capacity, const wchar_t *from, size_t count)
    _CRTBIND(wcstombs_s);
int mbtowc(wchar_t *to, const char *from, size_t count) _CRTBIND(mbtowc);
int wctomb(char *to, wchar_t c) _CRTBIND(wctomb);
_CRT_END

#endif
