/* The formatter with Microsoft's rules: %wZ %Z %ws %S %C %I64x %Ix, `l` is 32 bits, `ll` and `I64` are 64, %p is 16
 * capital digits. DbgPrint, the RtlString functions and the C library for drivers and services are built on it.
 * Pure code, any thread; narrow text is UTF-8, wide text UTF-16. */
#ifndef OFM_RTL_FORMAT_H
#define OFM_RTL_FORMAT_H

#include <stdarg.h>
#include <stddef.h>
#include <uchar.h>

/* Where the text goes. `units` are char for rtl_vformat and char16_t for rtl_vformat_w; pieces come in order. */
struct rtl_sink {
    void (*write)(struct rtl_sink *sink, const void *units, size_t count);
};

/* Both return the number of units written, or -1 when the format is unusable (%n, a length beyond INT_MAX). */
int rtl_vformat(struct rtl_sink *sink, const char *format, va_list arguments);
int rtl_vformat_w(struct rtl_sink *sink, const char16_t *format, va_list arguments);

/* Into a buffer: returns the length of the whole text, writes what fits and always terminates when capacity > 0. */
int rtl_vsnprintf(char *buffer, size_t capacity, const char *format, va_list arguments);
int rtl_snprintf(char *buffer, size_t capacity, const char *format, ...);
int rtl_vsnwprintf(char16_t *buffer, size_t capacity, const char16_t *format, va_list arguments);
int rtl_snwprintf(char16_t *buffer, size_t capacity, const char16_t *format, ...);

#endif
