/* Strings: what both widths have, and the wide versions of what glibc has for narrow ones. */
#include "rtl/crt/crt.h"

#include <stdlib.h>
#include <string.h>

#define UNIT char
#define UNSIGNED unsigned char
#define ARGUMENT int
#define STR(x) crt_str##x
#define _STR(x) crt__str##x
#define NAME(x) "str" x
#define LOCAL(x) narrow_##x
#include "text_body.h"
#undef UNIT
#undef UNSIGNED
#undef ARGUMENT
#undef STR
#undef _STR
#undef NAME
#undef LOCAL
#define UNIT char16_t
#define UNSIGNED char16_t
#define ARGUMENT char16_t
#define STR(x) crt_wcs##x
#define _STR(x) crt__wcs##x
#define NAME(x) "wcs" x
#define LOCAL(x) wide_##x
#include "text_body.h"

CRT_EXPORT size_t crt_wcslen(const char16_t *text)
{
    return wide_bounded_length(text, (size_t)-1);
}

CRT_EXPORT size_t crt_wcsnlen(const char16_t *text, size_t limit)
{
    return wide_bounded_length(text, limit);
}

CRT_EXPORT char16_t *crt_wcscpy(char16_t *to, const char16_t *from)
{
    return memcpy(to, from, (crt_wcslen(from) + 1) * sizeof *to);
}

CRT_EXPORT char16_t *crt_wcsncpy(char16_t *to, const char16_t *from, size_t count)
{
    size_t n = wide_bounded_length(from, count);

    memcpy(to, from, n * sizeof *to);
    memset(to + n, 0, (count - n) * sizeof *to);
    return to;
}

CRT_EXPORT char16_t *crt_wcscat(char16_t *to, const char16_t *from)
{
    crt_wcscpy(to + crt_wcslen(to), from);
    return to;
}

CRT_EXPORT char16_t *crt_wcsncat(char16_t *to, const char16_t *from, size_t count)
{
    char16_t *end = to + crt_wcslen(to);
    size_t n = wide_bounded_length(from, count);

    memcpy(end, from, n * sizeof *to);
    end[n] = 0;
    return to;
}

CRT_EXPORT int crt_wcsncmp(const char16_t *a, const char16_t *b, size_t count)
{
    for (; count > 0; count--, a++, b++) {
        if (*a != *b)
            return *a < *b ? -1 : 1;
        if (!*a)
            break;
    }
    return 0;
}

CRT_EXPORT int crt_wcscmp(const char16_t *a, const char16_t *b)
{
    return crt_wcsncmp(a, b, (size_t)-1);
}

CRT_EXPORT int crt_wcscoll(const char16_t *a, const char16_t *b)
{
    return crt_wcscmp(a, b);
}

CRT_EXPORT const char16_t *crt_wcschr(const char16_t *text, char16_t what)
{
    for (;; text++) {
        if (*text == what)
            return text;
        if (!*text)
            return NULL;
    }
}

CRT_EXPORT const char16_t *crt_wcsrchr(const char16_t *text, char16_t what)
{
    const char16_t *last = NULL;

    for (;; text++) {
        if (*text == what)
            last = text;
        if (!*text)
            return last;
    }
}

CRT_EXPORT const char16_t *crt_wcsstr(const char16_t *text, const char16_t *what)
{
    size_t n = crt_wcslen(what);

    for (;; text++) {
        if (crt_wcsncmp(text, what, n) == 0)
            return text;
        if (!*text)
            return NULL;
    }
}

CRT_EXPORT size_t crt_wcsspn(const char16_t *text, const char16_t *set)
{
    size_t n = 0;

    while (text[n] && wide_in_set(text[n], set))
        n++;
    return n;
}

CRT_EXPORT size_t crt_wcscspn(const char16_t *text, const char16_t *set)
{
    size_t n = 0;

    while (text[n] && !wide_in_set(text[n], set))
        n++;
    return n;
}

CRT_EXPORT const char16_t *crt_wcspbrk(const char16_t *text, const char16_t *set)
{
    text += crt_wcscspn(text, set);
    return *text ? text : NULL;
}

CRT_EXPORT char16_t *crt__wcstok(char16_t *text, const char16_t *set)
{
    static __thread char16_t *context;

    return crt_wcstok_s(text, set, &context);
}

CRT_EXPORT int crt_strerror_s(char *to, size_t capacity, int error)
{
    char space[256];

    if (!to || capacity == 0)
        return crt_invalid("strerror_s", "no buffer", EINVAL);
    crt_strncpy_s(to, capacity, strerror_r(error, space, sizeof space), CRT_TRUNCATE);
    return 0;
}

CRT_EXPORT int crt__wcserror_s(char16_t *to, size_t capacity, int error)
{
    char text[256];

    if (!to || capacity == 0)
        return crt_invalid("_wcserror_s", "no buffer", EINVAL);
    crt_strerror_s(text, sizeof text, error);
    size_t n = rtl_utf8_to_utf16(to, capacity - 1, text, strlen(text), NULL);
    to[n < capacity ? n : capacity - 1] = 0;
    return 0;
}

CRT_EXPORT char16_t *crt__wcserror(int error)
{
    static __thread char16_t text[128];

    crt__wcserror_s(text, 128, error);
    return text;
}

CRT_SECOND_NAME(crt_wcstok, crt_wcstok_s);
CRT_SECOND_NAME(crt_wcsdup, crt__wcsdup);
CRT_SECOND_NAME(crt_strdup, crt__strdup);
