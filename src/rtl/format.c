/* The formatter with Microsoft's rules; see format.h. One engine serves narrow and wide output: the format is read
 * through peek(), pieces leave through emit_*(), which convert between UTF-8 and UTF-16 where source and sink differ. */
#include "rtl/format.h"
#include "rtl/utf.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum size { SIZE_NONE, SIZE_CHAR, SIZE_SHORT, SIZE_LONG, SIZE_64, SIZE_WIDE };

struct spec {
    bool left, plus, space, alternate, zero;
    int width;
    int precision; /* -1: not given */
    enum size size;
    char conversion;
};

struct formatter {
    struct rtl_sink *sink;
    bool wide;
    const char *narrow_format;
    const char16_t *wide_format;
    size_t produced;
    bool failed;
    va_list arguments;
};

/* What %Z points to: ANSI_STRING and UNICODE_STRING are laid out alike. */
struct counted_string {
    uint16_t length, maximum_length;
    const void *buffer;
};

static unsigned peek(const struct formatter *f)
{
    return f->wide ? *f->wide_format : (unsigned char)*f->narrow_format;
}

static void skip(struct formatter *f)
{
    if (f->wide)
        f->wide_format++;
    else
        f->narrow_format++;
}

static bool take(struct formatter *f, char expected)
{
    if (peek(f) != (unsigned char)expected)
        return false;
    skip(f);
    return true;
}

static void emit_units(struct formatter *f, const void *units, size_t count)
{
    if (count == 0)
        return;
    f->produced += count;
    if (f->produced > INT_MAX)
        f->failed = true;
    else
        f->sink->write(f->sink, units, count);
}

static void emit_narrow(struct formatter *f, const char *text, size_t count)
{
    if (!f->wide) {
        emit_units(f, text, count);
        return;
    }
    char16_t units[64];
    size_t used = 0;
    while (count > 0) {
        used += rtl_utf16_put(units + used, rtl_utf8_next(&text, &count));
        if (used > 60 || count == 0) {
            emit_units(f, units, used);
            used = 0;
        }
    }
}

static void emit_wide(struct formatter *f, const char16_t *text, size_t count)
{
    if (f->wide) {
        emit_units(f, text, count);
        return;
    }
    char units[128];
    size_t used = 0;
    while (count > 0) {
        used += rtl_utf8_put(units + used, rtl_utf16_next(&text, &count));
        if (used > 120 || count == 0) {
            emit_units(f, units, used);
            used = 0;
        }
    }
}

static void emit_fill(struct formatter *f, char fill, size_t count)
{
    char run[32];

    memset(run, fill, sizeof run);
    while (count > 0 && !f->failed) {
        size_t n = count < sizeof run ? count : sizeof run;
        emit_narrow(f, run, n);
        count -= n;
    }
}

static size_t padding(const struct spec *s, size_t length)
{
    return s->width > 0 && (size_t)s->width > length ? (size_t)s->width - length : 0;
}

/* --- strings and characters --- */

static void format_text(struct formatter *f, const struct spec *s, const void *text, size_t count, bool wide)
{
    size_t pad = padding(s, count);

    if (!s->left)
        emit_fill(f, s->zero ? '0' : ' ', pad);
    if (wide)
        emit_wide(f, text, count);
    else
        emit_narrow(f, text, count);
    if (s->left)
        emit_fill(f, ' ', pad);
}

/* h is narrow, l and w wide; without them the lower-case letter is of the format's own kind, the capital of the other. */
static bool is_wide_argument(const struct formatter *f, const struct spec *s)
{
    switch (s->size) {
    case SIZE_SHORT:
    case SIZE_CHAR:
        return false;
    case SIZE_LONG:
    case SIZE_WIDE:
    case SIZE_64:
        return true;
    default:
        return (s->conversion == 's' || s->conversion == 'c') ? f->wide : !f->wide;
    }
}

static size_t bounded(size_t count, int precision)
{
    return precision >= 0 && count > (size_t)precision ? (size_t)precision : count;
}

static size_t wide_length(const char16_t *text, int precision)
{
    size_t n = 0;

    while ((precision < 0 || n < (size_t)precision) && text[n])
        n++;
    return n;
}

static void format_null(struct formatter *f, const struct spec *s)
{
    format_text(f, s, "(null)", bounded(6, s->precision), false);
}

static void format_string(struct formatter *f, const struct spec *s)
{
    const void *text = va_arg(f->arguments, const void *);

    if (!text)
        format_null(f, s);
    else if (is_wide_argument(f, s))
        format_text(f, s, text, wide_length(text, s->precision), true);
    else
        format_text(f, s, text, s->precision < 0 ? strlen(text) : strnlen(text, (size_t)s->precision), false);
}

static void format_counted(struct formatter *f, const struct spec *s)
{
    const struct counted_string *string = va_arg(f->arguments, const struct counted_string *);
    bool wide = s->size == SIZE_WIDE || s->size == SIZE_LONG;

    if (!string || !string->buffer)
        format_null(f, s);
    else
        format_text(f, s, string->buffer, bounded(string->length / (wide ? 2u : 1u), s->precision), wide);
}

static void format_char(struct formatter *f, const struct spec *s)
{
    int value = va_arg(f->arguments, int);

    if (is_wide_argument(f, s)) {
        char16_t unit = (char16_t)value;
        format_text(f, s, &unit, 1, true);
    } else if (f->wide) {
        char16_t unit = (unsigned char)value;
        format_text(f, s, &unit, 1, true);
    } else {
        char unit = (char)value;
        format_text(f, s, &unit, 1, false);
    }
}

/* --- numbers --- */

static int64_t signed_argument(struct formatter *f, enum size size)
{
    if (size == SIZE_64)
        return va_arg(f->arguments, int64_t);
    int value = va_arg(f->arguments, int);
    return size == SIZE_CHAR ? (signed char)value : size == SIZE_SHORT ? (short)value : value;
}

static uint64_t unsigned_argument(struct formatter *f, enum size size)
{
    if (size == SIZE_64)
        return va_arg(f->arguments, uint64_t);
    unsigned value = va_arg(f->arguments, unsigned);
    return size == SIZE_CHAR ? (unsigned char)value : size == SIZE_SHORT ? (unsigned short)value : value;
}

/* Digits of `value`, right-aligned in out[24]; returns where they start. Zero gives no digit: precision adds it. */
static const char *digits_of(char out[24], uint64_t value, unsigned base, bool capital)
{
    const char *set = capital ? "0123456789ABCDEF" : "0123456789abcdef";
    char *p = out + 24;

    for (; value; value /= base)
        *--p = set[value % base];
    return p;
}

static void format_number(struct formatter *f, const struct spec *s, uint64_t value, unsigned base, const char *prefix)
{
    char space[24];
    const char *digits = digits_of(space, value, base, s->conversion == 'X' || s->conversion == 'p');
    size_t count = (size_t)(space + 24 - digits), prefix_count = strlen(prefix);
    size_t least = s->precision >= 0 ? (size_t)s->precision : 1;

    if (base == 8 && s->alternate && least <= count)
        least = count + 1;
    size_t zeros = least > count ? least - count : 0;
    size_t pad = padding(s, prefix_count + zeros + count);
    if (pad && s->zero && !s->left && s->precision < 0) {
        zeros += pad;
        pad = 0;
    }
    if (!s->left)
        emit_fill(f, ' ', pad);
    emit_narrow(f, prefix, prefix_count);
    emit_fill(f, '0', zeros);
    emit_narrow(f, digits, count);
    if (s->left)
        emit_fill(f, ' ', pad);
}

static void format_signed(struct formatter *f, const struct spec *s)
{
    int64_t value = signed_argument(f, s->size);
    const char *sign = value < 0 ? "-" : s->plus ? "+" : s->space ? " " : "";

    format_number(f, s, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, sign);
}

static void format_unsigned(struct formatter *f, const struct spec *s)
{
    uint64_t value = unsigned_argument(f, s->size);
    bool hex = s->conversion == 'x' || s->conversion == 'X';
    const char *prefix = hex && s->alternate && value ? (s->conversion == 'x' ? "0x" : "0X") : "";

    format_number(f, s, value, hex ? 16 : s->conversion == 'o' ? 8 : 10, prefix);
}

static void format_pointer(struct formatter *f, const struct spec *s)
{
    struct spec pointer = *s;

    pointer.precision = 16;
    format_number(f, &pointer, (uintptr_t)va_arg(f->arguments, void *), 16, s->alternate ? "0X" : "");
}

/* The C library's own digits: the conversions mean the same. */
static void format_floating(struct formatter *f, const struct spec *s)
{
    char format[16], *p = format;

    *p++ = '%';
    if (s->left)
        *p++ = '-';
    if (s->plus)
        *p++ = '+';
    if (s->space)
        *p++ = ' ';
    if (s->alternate)
        *p++ = '#';
    if (s->zero)
        *p++ = '0';
    memcpy(p, "*.*", 3);
    p += 3;
    *p++ = s->conversion;
    *p = 0;

    double value = va_arg(f->arguments, double); /* L too: Microsoft's long double is a double */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    char small[256];
    int length = snprintf(small, sizeof small, format, s->width, s->precision, value);
    if (length >= 0 && length < (int)sizeof small) {
        emit_narrow(f, small, (size_t)length);
        return;
    }
    char *large = length < 0 ? NULL : malloc((size_t)length + 1);
    if (!large) {
        f->failed = true;
        return;
    }
    snprintf(large, (size_t)length + 1, format, s->width, s->precision, value);
    emit_narrow(f, large, (size_t)length);
    free(large);
#pragma GCC diagnostic pop
}

/* --- the format --- */

static void read_flags(struct formatter *f, struct spec *s)
{
    for (;; skip(f)) {
        switch (peek(f)) {
        case '-':
            s->left = true;
            break;
        case '+':
            s->plus = true;
            break;
        case ' ':
            s->space = true;
            break;
        case '#':
            s->alternate = true;
            break;
        case '0':
            s->zero = true;
            break;
        default:
            return;
        }
    }
}

static int read_number(struct formatter *f)
{
    int64_t number = 0;

    if (take(f, '*'))
        return va_arg(f->arguments, int);
    for (; peek(f) >= '0' && peek(f) <= '9'; skip(f)) {
        number = number * 10 + (peek(f) - '0');
        if (number > INT_MAX) {
            f->failed = true;
            number = 0;
        }
    }
    return (int)number;
}

static void read_width_and_precision(struct formatter *f, struct spec *s)
{
    s->width = read_number(f);
    if (s->width < 0) {
        s->left = true;
        s->width = s->width == INT_MIN ? 0 : -s->width;
    }
    if (take(f, '.')) {
        s->precision = read_number(f);
        if (s->precision < 0)
            s->precision = -1;
    }
}

/* I alone is pointer size; I32 and I64 say it. */
static enum size read_size_after_i(struct formatter *f)
{
    struct formatter before = *f;

    if (take(f, '6') && take(f, '4'))
        return SIZE_64;
    f->wide_format = before.wide_format;
    f->narrow_format = before.narrow_format;
    if (take(f, '3') && take(f, '2'))
        return SIZE_LONG;
    f->wide_format = before.wide_format;
    f->narrow_format = before.narrow_format;
    return SIZE_64;
}

static enum size read_size(struct formatter *f)
{
    if (take(f, 'h'))
        return take(f, 'h') ? SIZE_CHAR : SIZE_SHORT;
    if (take(f, 'l'))
        return take(f, 'l') ? SIZE_64 : SIZE_LONG;
    if (take(f, 'I'))
        return read_size_after_i(f);
    if (take(f, 'j') || take(f, 't') || take(f, 'z'))
        return SIZE_64;
    if (take(f, 'w'))
        return SIZE_WIDE;
    take(f, 'L');
    return SIZE_NONE;
}

static void format_one(struct formatter *f)
{
    struct spec s = {.precision = -1};

    read_flags(f, &s);
    read_width_and_precision(f, &s);
    s.size = read_size(f);
    unsigned conversion = peek(f);
    if (conversion == 0)
        return;
    skip(f);
    s.conversion = conversion < 0x80 ? (char)conversion : '?';
    switch (conversion) {
    case 'd':
    case 'i':
        format_signed(f, &s);
        break;
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        format_unsigned(f, &s);
        break;
    case 'p':
        format_pointer(f, &s);
        break;
    case 'c':
    case 'C':
        format_char(f, &s);
        break;
    case 's':
    case 'S':
        format_string(f, &s);
        break;
    case 'Z':
        format_counted(f, &s);
        break;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
        format_floating(f, &s);
        break;
    case 'n': /* disabled, as in Microsoft's library */
        f->failed = true;
        break;
    default: /* %% and unknown letters stand for themselves */
        emit_wide(f, &(char16_t){(char16_t)conversion}, 1);
        break;
    }
}

static void literal_run(struct formatter *f)
{
    size_t n = 0;

    if (f->wide) {
        while (f->wide_format[n] && f->wide_format[n] != u'%')
            n++;
        emit_units(f, f->wide_format, n);
        f->wide_format += n;
    } else {
        n = strcspn(f->narrow_format, "%");
        emit_units(f, f->narrow_format, n);
        f->narrow_format += n;
    }
}

static int run(struct formatter *f)
{
    for (literal_run(f); peek(f) && !f->failed; literal_run(f)) {
        skip(f);
        format_one(f);
    }
    va_end(f->arguments);
    return f->failed ? -1 : (int)f->produced;
}

int rtl_vformat(struct rtl_sink *sink, const char *format, va_list arguments)
{
    struct formatter f = {.sink = sink, .narrow_format = format};

    va_copy(f.arguments, arguments);
    return run(&f);
}

int rtl_vformat_w(struct rtl_sink *sink, const char16_t *format, va_list arguments)
{
    struct formatter f = {.sink = sink, .wide = true, .wide_format = format};

    va_copy(f.arguments, arguments);
    return run(&f);
}

/* --- into a buffer --- */

struct buffer_sink {
    struct rtl_sink sink;
    char *buffer;
    size_t room; /* units still free, without the terminator */
    size_t unit; /* bytes in one */
};

static void buffer_write(struct rtl_sink *sink, const void *units, size_t count)
{
    struct buffer_sink *b = (struct buffer_sink *)sink;
    size_t n = count < b->room ? count : b->room;

    if (n == 0)
        return;
    memcpy(b->buffer, units, n * b->unit);
    b->buffer += n * b->unit;
    b->room -= n;
}

int rtl_vsnprintf(char *buffer, size_t capacity, const char *format, va_list arguments)
{
    struct buffer_sink b = {{buffer_write}, buffer, capacity ? capacity - 1 : 0, 1};
    int length = rtl_vformat(&b.sink, format, arguments);

    if (capacity)
        *b.buffer = 0;
    return length;
}

int rtl_vsnwprintf(char16_t *buffer, size_t capacity, const char16_t *format, va_list arguments)
{
    struct buffer_sink b = {{buffer_write}, (char *)buffer, capacity ? capacity - 1 : 0, sizeof(char16_t)};
    int length = rtl_vformat_w(&b.sink, format, arguments);

    if (capacity)
        memset(b.buffer, 0, sizeof(char16_t));
    return length;
}

int rtl_snprintf(char *buffer, size_t capacity, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = rtl_vsnprintf(buffer, capacity, format, arguments);
    va_end(arguments);
    return length;
}

int rtl_snwprintf(char16_t *buffer, size_t capacity, const char16_t *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = rtl_vsnwprintf(buffer, capacity, format, arguments);
    va_end(arguments);
    return length;
}
