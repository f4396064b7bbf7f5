/* The printf families. Every one is rtl_vformat or rtl_vformat_w with another sink or another rule for full buffers. */
#include "rtl/crt/file.h"

#include <string.h>

/* --- to files and the log --- */

static void flush_text(struct crt_file_sink *s)
{
    if (s->file && fwrite(s->text, 1, s->used, s->file) != s->used)
        s->failed = true;
    if (!s->file)
        crt_hooks.print(s->text, s->used);
    s->used = 0;
}

static void file_write(struct rtl_sink *sink, const void *units, size_t count)
{
    struct crt_file_sink *s = (struct crt_file_sink *)sink;
    const char *text = units;

    while (count > 0) {
        size_t n = sizeof s->text - s->used < count ? sizeof s->text - s->used : count;
        memcpy(s->text + s->used, text, n);
        s->used += n;
        text += n;
        count -= n;
        if (s->used == sizeof s->text)
            flush_text(s);
    }
}

static void file_write_wide(struct rtl_sink *sink, const void *units, size_t count)
{
    const char16_t *text = units;

    while (count > 0) {
        char bytes[4];
        size_t n = rtl_utf8_put(bytes, rtl_utf16_next(&text, &count));
        file_write(sink, bytes, n);
    }
}

void crt_file_sink_open(struct crt_file_sink *s, FILE *file, bool wide)
{
    s->sink.write = wide ? file_write_wide : file_write;
    s->file = file;
    s->used = 0;
    s->failed = false;
    if (file)
        flockfile(file);
}

bool crt_file_sink_close(struct crt_file_sink *s)
{
    if (s->used > 0)
        flush_text(s);
    if (s->file)
        funlockfile(s->file);
    return !s->failed;
}

static int print_to(FILE *file, const char *format, va_list arguments)
{
    struct crt_file_sink s;

    if (!format)
        return crt_invalid("printf", "the format is NULL", EINVAL), -1;
    crt_file_sink_open(&s, file, false);
    int n = rtl_vformat(&s.sink, format, arguments);
    return crt_file_sink_close(&s) ? n : -1;
}

static int print_wide_to(FILE *file, const char16_t *format, va_list arguments)
{
    struct crt_file_sink s;

    if (!format)
        return crt_invalid("wprintf", "the format is NULL", EINVAL), -1;
    crt_file_sink_open(&s, file, true);
    int n = rtl_vformat_w(&s.sink, format, arguments);
    return crt_file_sink_close(&s) ? n : -1;
}

/* --- to buffers --- */

#define UNBOUNDED ((size_t)1 << 30)

/* Microsoft's _snprintf: no terminator when the text fills the buffer, -1 when it does not fit. The formatter always
 * terminates, so this family has a sink of its own. */
struct exact_sink {
    struct rtl_sink sink;
    char *at;
    size_t room, unit;
};

static void exact_write(struct rtl_sink *sink, const void *units, size_t count)
{
    struct exact_sink *s = (struct exact_sink *)sink;
    size_t n = count < s->room ? count : s->room;

    if (n == 0)
        return;
    memcpy(s->at, units, n * s->unit);
    s->at += n * s->unit;
    s->room -= n;
}

static int exact_result(struct exact_sink *s, int length, size_t count)
{
    if (s->room > 0)
        memset(s->at, 0, s->unit);
    return length < 0 || (size_t)length > count ? -1 : length;
}

/* The rule of the checked family: `count` units at most, then a terminator, all within `capacity`. */
static int checked_result(const char *name, int length, size_t capacity, size_t count, bool *emptied)
{
    *emptied = false;
    if (length >= 0 && (size_t)length < capacity && (count == CRT_TRUNCATE || (size_t)length <= count))
        return length;
    if (length >= 0 && (count == CRT_TRUNCATE || count < capacity))
        return -1; /* cut as asked */
    *emptied = true;
    crt_invalid(name, length < 0 ? "the format is unusable" : "the text does not fit", length < 0 ? EINVAL : ERANGE);
    return -1;
}

#define UNIT char
#define FORMAT rtl_vformat
#define PRINT_N rtl_vsnprintf
#define PRINT_TO print_to
#define VPRINTF crt_vprintf
#define PRINTF crt_printf
#define VFPRINTF crt_vfprintf
#define FPRINTF crt_fprintf
#define VSPRINTF_PLAIN crt_vsprintf
#define SPRINTF_PLAIN crt_sprintf
#define VSNPRINTF_MS crt__vsnprintf
#define SNPRINTF_MS crt__snprintf
#define VSPRINTF_S crt_vsprintf_s
#define SPRINTF_S crt_sprintf_s
#define VSNPRINTF_S crt__vsnprintf_s
#define SNPRINTF_S crt__snprintf_s
#define VSCPRINTF crt__vscprintf
#define SCPRINTF crt__scprintf
#define SNAME "sprintf_s"
#include "print_body.h"
#undef UNIT
#undef FORMAT
#undef PRINT_N
#undef PRINT_TO
#undef VPRINTF
#undef PRINTF
#undef VFPRINTF
#undef FPRINTF
#undef VSPRINTF_PLAIN
#undef SPRINTF_PLAIN
#undef VSNPRINTF_MS
#undef SNPRINTF_MS
#undef VSPRINTF_S
#undef SPRINTF_S
#undef VSNPRINTF_S
#undef SNPRINTF_S
#undef VSCPRINTF
#undef SCPRINTF
#undef SNAME
#define UNIT char16_t
#define FORMAT rtl_vformat_w
#define PRINT_N rtl_vsnwprintf
#define PRINT_TO print_wide_to
#define VPRINTF crt_vwprintf
#define PRINTF crt_wprintf
#define VFPRINTF crt_vfwprintf
#define FPRINTF crt_fwprintf
#define VSPRINTF_PLAIN crt__vswprintf
#define SPRINTF_PLAIN crt__swprintf
#define VSNPRINTF_MS crt__vsnwprintf
#define SNPRINTF_MS crt__snwprintf
#define VSPRINTF_S crt_vswprintf_s
#define SPRINTF_S crt_swprintf_s
#define VSNPRINTF_S crt__vsnwprintf_s
#define SNPRINTF_S crt__snwprintf_s
#define VSCPRINTF crt__vscwprintf
#define SCPRINTF crt__scwprintf
#define SNAME "swprintf_s"
#include "print_body.h"

/* --- the C99 forms --- */

CRT_EXPORT int crt_vsnprintf(char *to, size_t capacity, const char *format, va_list arguments)
{
    return rtl_vsnprintf(to, capacity, format, arguments);
}

CRT_EXPORT int crt_snprintf(char *to, size_t capacity, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int n = rtl_vsnprintf(to, capacity, format, arguments);
    va_end(arguments);
    return n;
}

/* Unlike snprintf, swprintf fails when the text does not fit. */
CRT_EXPORT int crt_vswprintf(char16_t *to, size_t capacity, const char16_t *format, va_list arguments)
{
    int n = rtl_vsnwprintf(to, capacity, format, arguments);

    return n < 0 || (size_t)n >= capacity ? -1 : n;
}

CRT_EXPORT int crt_swprintf(char16_t *to, size_t capacity, const char16_t *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int n = crt_vswprintf(to, capacity, format, arguments);
    va_end(arguments);
    return n;
}
