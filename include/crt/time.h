/* Times: time_t has 64 bits, clock() counts milliseconds since the process started. */
#ifndef _OFM_CRT_TIME_H
#define _OFM_CRT_TIME_H

#include "_wtime.h"

typedef int clock_t;
#define CLOCKS_PER_SEC 1000
#define CLK_TCK CLOCKS_PER_SEC
struct timespec {
    time_t tv_sec;
    __INT64_TYPE__ tv_nsec;
};
#define TIME_UTC 1

_CRT_BEGIN
clock_t clock(void) _CRTBIND(clock);
time_t time(time_t *result);
__time64_t _time64(__time64_t *result) __asm__("time");
double difftime(time_t later, time_t earlier);
time_t mktime(struct tm *time);
__time64_t _mktime64(struct tm *time) __asm__("mktime");
time_t _mkgmtime(struct tm *time) __asm__("timegm");
struct tm *gmtime(const time_t *time);
struct tm *localtime(const time_t *time);
struct tm *_gmtime64(const __time64_t *time) __asm__("gmtime");
struct tm *_localtime64(const __time64_t *time) __asm__("localtime");
errno_t gmtime_s(struct tm *to, const time_t *time) _CRTBIND(gmtime_s);
errno_t localtime_s(struct tm *to, const time_t *time) _CRTBIND(localtime_s);
errno_t _gmtime64_s(struct tm *to, const __time64_t *time) _CRTBIND_AS(_gmtime64_s, gmtime_s);
errno_t _localtime64_s(struct tm *to, const __time64_t *time) _CRTBIND_AS(_localtime64_s, localtime_s);
char *asctime(const struct tm *time);
char *ctime(const time_t *time);
errno_t asctime_s(char *to, size_t capacity, const struct tm *time) _CRTBIND(asctime_s);
errno_t ctime_s(char *to, size_t capacity, const time_t *time) _CRTBIND(ctime_s);
size_t strftime(char *to, size_t capacity, const char *format, const struct tm *time);
int timespec_get(struct timespec *to, int base);
void _tzset(void) __asm__("tzset");
_CRT_END

#endif
