/* Times: checked forms, wide forms, clock() in milliseconds. */
#include "rtl/crt/crt.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t started;

__attribute__((constructor)) static void note_start(void)
{
    started = milliseconds();
}

CRT_EXPORT int crt_clock(void)
{
    return (int)(milliseconds() - started);
}

static int broken_down(const char *name, struct tm *to, const time_t *time, struct tm *(*call)(const time_t *, struct tm *))
{
    if (!to || !time)
        return crt_invalid(name, "NULL argument", EINVAL);
    return call(time, to) ? 0 : EINVAL;
}

CRT_EXPORT int crt_gmtime_s(struct tm *to, const time_t *time)
{
    return broken_down("gmtime_s", to, time, gmtime_r);
}

CRT_EXPORT int crt_localtime_s(struct tm *to, const time_t *time)
{
    return broken_down("localtime_s", to, time, localtime_r);
}

CRT_EXPORT int crt_asctime_s(char *to, size_t capacity, const struct tm *time)
{
    if (!to || capacity < 26 || !time)
        return crt_invalid("asctime_s", "no time, or a buffer below 26", EINVAL);
    return asctime_r(time, to) ? 0 : EINVAL;
}

CRT_EXPORT int crt_ctime_s(char *to, size_t capacity, const time_t *time)
{
    struct tm parts;
    int error = crt_localtime_s(&parts, time);

    return error ? error : crt_asctime_s(to, capacity, &parts);
}

CRT_EXPORT size_t crt_wcsftime(char16_t *to, size_t capacity, const char16_t *format, const struct tm *time)
{
    char text[1024], *narrow = rtl_utf8_from_wide(format);
    size_t n = narrow ? strftime(text, sizeof text, narrow, time) : 0;
    size_t needed = rtl_utf8_to_utf16(NULL, 0, text, n, NULL);

    free(narrow);
    if (needed >= capacity) {
        errno = ERANGE;
        return 0;
    }
    rtl_utf8_to_utf16(to, capacity, text, n, NULL);
    to[needed] = 0;
    return needed;
}

CRT_EXPORT char16_t *crt__wasctime(const struct tm *time)
{
    static __thread char16_t wide[32];
    char text[32] = "";

    asctime_r(time, text);
    size_t n = rtl_utf8_to_utf16(wide, 31, text, strlen(text), NULL);
    wide[n] = 0;
    return wide;
}

CRT_EXPORT char16_t *crt__wctime(const time_t *time)
{
    struct tm parts;

    return localtime_r(time, &parts) ? crt__wasctime(&parts) : NULL;
}
