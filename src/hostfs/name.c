/*
 * File names: the bijection between Linux bytes and NT's 16-bit units (V-131 to V-133).
 * Characters that NT forbids, bytes that are no UTF-8 and code points of the escape area itself live in U+F000-F0FF.
 */
#include "hostfs/name.h"

#include <stdint.h>
#include <string.h>

enum { ESCAPE = 0xf000, ESCAPE_LAST = 0xf0ff };

/* V-130: what an NT component may not contain. */
static bool is_illegal(unsigned c)
{
    return c < 0x20 || (c < 0x80 && strchr("\"*/:<>?\\|", (int)c) != NULL);
}

/* Bytes of the sequence that starts here and its code point; 0 when there is none. Surrogates are accepted one at a time (V-133). */
static size_t decode(const unsigned char *s, size_t left, uint32_t *point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = s[0] < 0x80 ? 1 : (s[0] & 0xe0) == 0xc0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : (s[0] & 0xf8) == 0xf0 ? 4 : 0;
    if (length == 0 || length > left)
        return 0;
    uint32_t value = length == 1 ? s[0] : s[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (s[i] & 0x3fu);
    }
    if (value < least[length] || value > 0x10ffff)
        return 0;
    *point = value;
    return length;
}

static bool is_high_surrogate(uint32_t c)
{
    return c >= 0xd800 && c <= 0xdbff;
}

static bool is_low_surrogate(uint32_t c)
{
    return c >= 0xdc00 && c <= 0xdfff;
}

/* V-133: a pair spelt as two three-byte sequences would have two spellings above; it counts as six invalid bytes. */
static bool is_split_pair(const unsigned char *s, size_t left, uint32_t point)
{
    uint32_t next;
    return is_high_surrogate(point) && left > 3 && decode(s + 3, left - 3, &next) == 3 && is_low_surrogate(next);
}

static size_t escape_bytes(const unsigned char *s, size_t count, char16_t *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (char16_t)(ESCAPE + s[i]);
    return count;
}

static size_t put_point(uint32_t point, char16_t *out)
{
    if (point < 0x10000) {
        out[0] = (char16_t)(is_illegal(point) ? ESCAPE + point : point);
        return 1;
    }
    out[0] = (char16_t)(0xd800 + ((point - 0x10000) >> 10));
    out[1] = (char16_t)(0xdc00 + ((point - 0x10000) & 0x3ff));
    return 2;
}

size_t hostfs_name_to_nt(const char *bytes, size_t length, char16_t *units)
{
    const unsigned char *s = (const unsigned char *)bytes;
    size_t made = 0;
    for (size_t i = 0; i < length;) {
        uint32_t point;
        size_t used = decode(s + i, length - i, &point);
        if (used == 0) {
            made += escape_bytes(s + i, 1, units + made);
            i++;
        } else if (point >= ESCAPE && point <= ESCAPE_LAST) {
            made += escape_bytes(s + i, used, units + made);
            i += used;
        } else if (is_split_pair(s + i, length - i, point)) {
            made += escape_bytes(s + i, 6, units + made);
            i += 6;
        } else {
            made += put_point(point, units + made);
            i += used;
        }
    }
    return made;
}

static size_t encode(uint32_t point, char *out)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3f));
    out[0] = (char)((0xf00 >> length & 0xff) | point);
    return length;
}

/* The bytes of the unit (or pair) at `units`; 0 when it may not stand in a name. */
static size_t bytes_of_unit(const char16_t *units, size_t left, size_t *used, char *out)
{
    uint32_t c = units[0];
    *used = 1;
    if (is_illegal(c) || c == ESCAPE)
        return 0;
    if (c > ESCAPE && c <= ESCAPE_LAST) {
        out[0] = (char)(c - ESCAPE);
        return c - ESCAPE == '/' ? 0 : 1;
    }
    if (is_high_surrogate(c) && left > 1 && is_low_surrogate(units[1])) {
        *used = 2;
        c = 0x10000 + ((c - 0xd800) << 10) + (units[1] - 0xdc00u);
    }
    return encode(c, out);
}

enum hostfs_name_result hostfs_name_from_nt(const char16_t *units, size_t count, char *bytes)
{
    size_t made = 0;
    for (size_t i = 0, used; i < count; i += used) {
        char piece[4];
        size_t length = bytes_of_unit(units + i, count - i, &used, piece);
        if (length == 0)
            return HOSTFS_NAME_INVALID;
        if (made + length > HOSTFS_NAME_BYTES)
            return HOSTFS_NAME_TOO_LONG;
        memcpy(bytes + made, piece, length);
        made += length;
    }
    bytes[made] = '\0';
    if (made == 0 || strcmp(bytes, ".") == 0 || strcmp(bytes, "..") == 0)
        return HOSTFS_NAME_INVALID;
    /* V-132: only the one spelling that the bytes map to names the file. */
    char16_t again[HOSTFS_NAME_BYTES];
    size_t length = hostfs_name_to_nt(bytes, made, again);
    bool same = length == count && memcmp(again, units, count * sizeof *units) == 0;
    return same ? HOSTFS_NAME_OK : HOSTFS_NAME_INVALID;
}

bool hostfs_name_is_plain(const char *bytes, size_t length)
{
    char16_t units[4096];
    if (length > sizeof units / sizeof units[0])
        return false;
    size_t count = hostfs_name_to_nt(bytes, length, units);
    for (size_t i = 0; i < count; i++)
        if (units[i] >= ESCAPE && units[i] <= ESCAPE_LAST)
            return false;
    return true;
}

bool hostfs_name_is_plain_path(const char *bytes, size_t length)
{
    while (length) {
        const char *slash = memchr(bytes, '/', length);
        size_t part = slash ? (size_t)(slash - bytes) : length;
        if (!hostfs_name_is_plain(bytes, part))
            return false;
        part += slash != NULL;
        bytes += part;
        length -= part;
    }
    return true;
}
