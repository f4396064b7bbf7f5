/*
 * File names: the bijection between Linux bytes and NT's 16-bit units (V-131 to V-133).
 * Pure functions, any thread.
 */
#ifndef OFM_HOSTFS_NAME_H
#define OFM_HOSTFS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <uchar.h>

#define HOSTFS_NAME_BYTES 255 /* longest component below */
#define HOSTFS_NAME_UNITS 255 /* longest component above: never more units than bytes (V-134) */

/*
 * One component, `length` bytes without a terminator. `units` holds at least `length` units. Returns the number written.
 * Every byte string has exactly one image.
 */
size_t hostfs_name_to_nt(const char *bytes, size_t length, char16_t *units);

/* Why a name has no Linux form. */
enum hostfs_name_result {
    HOSTFS_NAME_OK,
    HOSTFS_NAME_INVALID,  /* an illegal character, or not the image of any byte string (V-132) */
    HOSTFS_NAME_TOO_LONG, /* more than 255 bytes (V-134) */
};

/* The inverse; `bytes` holds HOSTFS_NAME_BYTES + 1 bytes and gets a terminator. ".", ".." and "" are invalid (V-136). */
enum hostfs_name_result hostfs_name_from_nt(const char16_t *units, size_t count, char *bytes);

/* True when the bytes are UTF-8 that reads as itself on the NT side: no escape was needed. */
bool hostfs_name_is_plain(const char *bytes, size_t length);
/* The same for a Linux path: each component by itself. */
bool hostfs_name_is_plain_path(const char *bytes, size_t length);

#endif
