/* Wide text to bytes and back, with Microsoft's conventions; narrow text is UTF-8. */
#include "rtl/crt/crt.h"

#include <stdlib.h>
#include <string.h>

CRT_EXPORT size_t crt_mbstowcs(char16_t *to, const char *from, size_t count)
{
    bool bad;
    size_t length = strlen(from), needed = rtl_utf8_to_utf16(to, to ? count : 0, from, length, &bad);

    if (bad) {
        errno = EILSEQ;
        return CRT_TRUNCATE;
    }
    if (!to)
        return needed;
    if (needed < count)
        to[needed] = 0;
    return needed < count ? needed : count;
}

/* Whole characters only: the count may end between the bytes of one. */
static size_t fitting(const char16_t *from, size_t length, size_t count, size_t *bytes)
{
    const char16_t *p = from;
    size_t left = length, used = 0;

    while (left > 0) {
        const char16_t *before = p;
        char units[4];
        size_t n = rtl_utf8_put(units, rtl_utf16_next(&p, &left));
        if (used + n > count) {
            p = before;
            break;
        }
        used += n;
    }
    *bytes = used;
    return (size_t)(p - from);
}

CRT_EXPORT size_t crt_wcstombs(char *to, const char16_t *from, size_t count)
{
    size_t length = rtl_wide_length(from), bytes;
    bool bad;
    size_t needed = rtl_utf16_to_utf8(NULL, 0, from, length, &bad);

    if (bad) {
        errno = EILSEQ;
        return CRT_TRUNCATE;
    }
    if (!to)
        return needed;
    size_t units = fitting(from, length, count, &bytes);
    rtl_utf16_to_utf8(to, bytes, from, units, NULL);
    if (bytes < count)
        to[bytes] = 0;
    return bytes;
}

/* `count` limits the characters written, without the terminator; _TRUNCATE: as many as fit. */
CRT_EXPORT int crt_mbstowcs_s(size_t *converted, char16_t *to, size_t capacity, const char *from, size_t count)
{
    if (converted)
        *converted = 0;
    if ((to && capacity == 0) || (!to && capacity > 0) || !from)
        return crt_invalid("mbstowcs_s", "no buffer or no source", EINVAL);
    bool bad;
    size_t length = strlen(from), needed = rtl_utf8_to_utf16(NULL, 0, from, length, &bad);
    if (to)
        to[0] = 0;
    if (bad)
        return errno = EILSEQ;
    size_t wanted = count < needed ? count : needed;
    int result = 0;
    if (to && wanted >= capacity) {
        if (count != CRT_TRUNCATE)
            return crt_invalid("mbstowcs_s", "the text does not fit", ERANGE);
        wanted = capacity - 1;
        result = CRT_STRUNCATE;
    }
    if (to) {
        rtl_utf8_to_utf16(to, wanted, from, length, NULL);
        to[wanted] = 0;
    }
    if (converted)
        *converted = wanted + 1;
    return result;
}

CRT_EXPORT int crt_wcstombs_s(size_t *converted, char *to, size_t capacity, const char16_t *from, size_t count)
{
    if (converted)
        *converted = 0;
    if ((to && capacity == 0) || (!to && capacity > 0) || !from)
        return crt_invalid("wcstombs_s", "no buffer or no source", EINVAL);
    bool bad;
    size_t length = rtl_wide_length(from), bytes;
    rtl_utf16_to_utf8(NULL, 0, from, length, &bad);
    if (to)
        to[0] = 0;
    if (bad)
        return errno = EILSEQ;
    size_t units = fitting(from, length, count, &bytes);
    int result = 0;
    if (to && bytes >= capacity) {
        if (count != CRT_TRUNCATE)
            return crt_invalid("wcstombs_s", "the text does not fit", ERANGE);
        units = fitting(from, length, capacity - 1, &bytes);
        result = CRT_STRUNCATE;
    }
    if (to) {
        rtl_utf16_to_utf8(to, bytes, from, units, NULL);
        to[bytes] = 0;
    }
    if (converted)
        *converted = bytes + 1;
    return result;
}

CRT_EXPORT int crt_mbtowc(char16_t *to, const char *from, size_t count)
{
    if (!from || count == 0)
        return 0;
    size_t left = strnlen(from, count), before = left;
    if (left == 0) {
        if (to)
            *to = 0;
        return 0;
    }
    uint32_t code = rtl_utf8_next(&from, &left);
    if (code > 0xFFFF) {
        errno = EILSEQ;
        return -1;
    }
    if (to)
        *to = (char16_t)code;
    return (int)(before - left);
}

CRT_EXPORT int crt_wctomb(char *to, char16_t c)
{
    if (!to)
        return 0;
    if (c >= 0xD800 && c < 0xE000) {
        errno = EILSEQ;
        return -1;
    }
    return (int)rtl_utf8_put(to, c);
}
