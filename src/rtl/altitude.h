/* Altitudes: decimal strings of any precision (F-077 to F-079). Pure code, both sides. */
#ifndef OFM_RTL_ALTITUDE_H
#define OFM_RTL_ALTITUDE_H

#include <stdbool.h>
#include <stddef.h>
#include <uchar.h>

/* F-077: digits with at most one point, at least one digit. `count` units, no terminator needed. */
bool rtl_altitude_is_valid(const char16_t *text, size_t count);
/* F-078 F-079: < 0, 0, > 0 as a is below, equal to, above b. Both valid. */
int rtl_altitude_compare(const char16_t *a, size_t a_count, const char16_t *b, size_t b_count);

#endif
