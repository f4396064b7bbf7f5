/* UTF-8 and UTF-16, both ways. Pure functions, any thread. Ill-formed input becomes U+FFFD, never an error,
 * unless the strict forms are asked for. */
#ifndef OFM_RTL_UTF_H
#define OFM_RTL_UTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uchar.h>

#define RTL_UTF_BAD 0xFFFFFFFFu /* what a decoder gives for an ill-formed sequence */

/* One code point from *text (moved on by at least one unit); RTL_UTF_BAD when ill-formed. left > 0. */
uint32_t rtl_utf8_next(const char **text, size_t *left);
uint32_t rtl_utf16_next(const char16_t **text, size_t *left);

/* Encodes one code point (RTL_UTF_BAD and surrogates become U+FFFD); returns the number of units, at most 4 or 2. */
size_t rtl_utf8_put(char out[4], uint32_t code);
size_t rtl_utf16_put(char16_t out[2], uint32_t code);

/* Convert `count` units. Returns the units needed for everything; writes whole characters while they fit in
 * `capacity` (nothing is terminated). *bad, if given, tells whether anything was ill-formed. */
size_t rtl_utf8_to_utf16(char16_t *out, size_t capacity, const char *text, size_t count, bool *bad);
size_t rtl_utf16_to_utf8(char *out, size_t capacity, const char16_t *text, size_t count, bool *bad);

/* Terminated copies from malloc, NULL without memory. */
char *rtl_utf8_from_wide(const char16_t *text);
char16_t *rtl_wide_from_utf8(const char *text);

size_t rtl_wide_length(const char16_t *text);

#endif
