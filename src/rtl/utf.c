/* UTF-8 and UTF-16 conversion. */
#include "rtl/utf.h"

#include <stdlib.h>
#include <string.h>

static bool is_trail(const char *text, size_t at)
{
    return ((unsigned char)text[at] & 0xC0) == 0x80;
}

uint32_t rtl_utf8_next(const char **text, size_t *left)
{
    const char *p = *text;
    unsigned char lead = (unsigned char)*p;
    size_t more = lead < 0x80 ? 0 : lead < 0xC2 ? 9 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : lead < 0xF5 ? 3 : 9;
    uint32_t code = more == 0 ? lead : lead & (0x3Fu >> more);
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};

    size_t used = 1;
    bool good = more != 9;
    for (; good && used <= more; used++) {
        if (used >= *left || !is_trail(p, used)) {
            good = false;
            break;
        }
        code = code << 6 | ((unsigned char)p[used] & 0x3F);
    }
    if (good && (code < least[more] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))) {
        good = false;
        used = 1;
    }
    *text += used;
    *left -= used;
    return good ? code : RTL_UTF_BAD;
}

uint32_t rtl_utf16_next(const char16_t **text, size_t *left)
{
    const char16_t *p = *text;
    uint32_t code = p[0];
    size_t used = 1;

    if (code >= 0xD800 && code < 0xE000) {
        if (code < 0xDC00 && *left > 1 && p[1] >= 0xDC00 && p[1] < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (p[1] - 0xDC00u);
            used = 2;
        } else {
            code = RTL_UTF_BAD;
        }
    }
    *text += used;
    *left -= used;
    return code;
}

static uint32_t sound(uint32_t code)
{
    return code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0xFFFD : code;
}

size_t rtl_utf8_put(char out[4], uint32_t code)
{
    code = sound(code);
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

size_t rtl_utf16_put(char16_t out[2], uint32_t code)
{
    code = sound(code);
    if (code < 0x10000) {
        out[0] = (char16_t)code;
        return 1;
    }
    code -= 0x10000;
    out[0] = (char16_t)(0xD800 + (code >> 10));
    out[1] = (char16_t)(0xDC00 + (code & 0x3FF));
    return 2;
}

size_t rtl_utf8_to_utf16(char16_t *out, size_t capacity, const char *text, size_t count, bool *bad)
{
    size_t needed = 0;
    bool any_bad = false, full = false;

    while (count > 0) {
        char16_t units[2];
        uint32_t code = rtl_utf8_next(&text, &count);
        size_t n = rtl_utf16_put(units, code);
        any_bad |= code == RTL_UTF_BAD;
        full |= needed + n > capacity;
        if (!full)
            memcpy(out + needed, units, n * sizeof *units);
        needed += n;
    }
    if (bad)
        *bad = any_bad;
    return needed;
}

size_t rtl_utf16_to_utf8(char *out, size_t capacity, const char16_t *text, size_t count, bool *bad)
{
    size_t needed = 0;
    bool any_bad = false, full = false;

    while (count > 0) {
        char units[4];
        uint32_t code = rtl_utf16_next(&text, &count);
        size_t n = rtl_utf8_put(units, code);
        any_bad |= code == RTL_UTF_BAD;
        full |= needed + n > capacity;
        if (!full)
            memcpy(out + needed, units, n);
        needed += n;
    }
    if (bad)
        *bad = any_bad;
    return needed;
}

size_t rtl_wide_length(const char16_t *text)
{
    size_t n = 0;

    while (text[n])
        n++;
    return n;
}

char *rtl_utf8_from_wide(const char16_t *text)
{
    size_t count = rtl_wide_length(text);
    size_t needed = rtl_utf16_to_utf8(NULL, 0, text, count, NULL);
    char *out = malloc(needed + 1);

    if (out) {
        rtl_utf16_to_utf8(out, needed, text, count, NULL);
        out[needed] = 0;
    }
    return out;
}

char16_t *rtl_wide_from_utf8(const char *text)
{
    size_t count = strlen(text);
    size_t needed = rtl_utf8_to_utf16(NULL, 0, text, count, NULL);
    char16_t *out = malloc((needed + 1) * sizeof *out);

    if (out) {
        rtl_utf8_to_utf16(out, needed, text, count, NULL);
        out[needed] = 0;
    }
    return out;
}
