/* Case of UTF-16 units as NTFS and the object manager see it: simple one-to-one mappings, surrogates stay. */
#ifndef OFM_RTL_CASE_H
#define OFM_RTL_CASE_H

#include <uchar.h>

char16_t rtl_upper_slow(char16_t c);
char16_t rtl_lower_slow(char16_t c);

static inline char16_t rtl_upper(char16_t c)
{
    if (c < 0x80)
        return c >= u'a' && c <= u'z' ? (char16_t)(c - 32) : c;
    return rtl_upper_slow(c);
}

static inline char16_t rtl_lower(char16_t c)
{
    if (c < 0x80)
        return c >= u'A' && c <= u'Z' ? (char16_t)(c + 32) : c;
    return rtl_lower_slow(c);
}

#endif
