/* struct tm and wide times: time.h and wchar.h. */
#ifndef _OFM_CRT_WTIME_H
#define _OFM_CRT_WTIME_H

#include "_crt.h"

/* Longer than Windows' by the two members that the C library keeps for itself. */
struct tm {
    int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday, tm_isdst;
    __INT64_TYPE__ __ofm_offset;
    const char *__ofm_zone;
};

_CRT_BEGIN
size_t wcsftime(wchar_t *to, size_t capacity, const wchar_t *format, const struct tm *time) _CRTBIND(wcsftime);
wchar_t *_wasctime(const struct tm *time) _CRTBIND(_wasctime);
wchar_t *_wctime(const time_t *time) _CRTBIND(_wctime);
_CRT_END

#endif
