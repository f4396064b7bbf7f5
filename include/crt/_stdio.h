/* Formatted output and input, narrow and wide, and files: stdio.h, wchar.h and conio.h. The formats are Microsoft's:
 * `l` is 32 bits, `ll` and `I64` 64, %S is the other width, %Z a counted string. */
#ifndef _OFM_CRT_STDIO_INNER_H
#define _OFM_CRT_STDIO_INNER_H

#include "_crt.h"

typedef struct _IO_FILE FILE;

_CRT_BEGIN
int printf(const char *format, ...) _CRTBIND(printf);
int printf_s(const char *format, ...) _CRTBIND_AS(printf_s, printf);
int vprintf(const char *format, va_list arguments) _CRTBIND(vprintf);
int vprintf_s(const char *format, va_list arguments) _CRTBIND_AS(vprintf_s, vprintf);
int fprintf(FILE *file, const char *format, ...) _CRTBIND(fprintf);
int fprintf_s(FILE *file, const char *format, ...) _CRTBIND_AS(fprintf_s, fprintf);
int vfprintf(FILE *file, const char *format, va_list arguments) _CRTBIND(vfprintf);
int vfprintf_s(FILE *file, const char *format, va_list arguments) _CRTBIND_AS(vfprintf_s, vfprintf);
/* Unbounded; return the length. */
int sprintf(char *to, const char *format, ...) _CRTBIND(sprintf);
int vsprintf(char *to, const char *format, va_list arguments) _CRTBIND(vsprintf);
/* C99: always terminated, return the length of the whole text. */
int snprintf(char *to, size_t capacity, const char *format, ...) _CRTBIND(snprintf);
int vsnprintf(char *to, size_t capacity, const char *format, va_list arguments) _CRTBIND(vsnprintf);
/* Microsoft's: -1 when cut; not terminated when the text fills or exceeds count. */
int _snprintf(char *to, size_t count, const char *format, ...) _CRTBIND(_snprintf);
int _vsnprintf(char *to, size_t count, const char *format, va_list arguments) _CRTBIND(_vsnprintf);
/* Checked: text that does not fit is an invalid parameter (result -1, *to empty). */
int sprintf_s(char *to, size_t capacity, const char *format, ...) _CRTBIND(sprintf_s);
int vsprintf_s(char *to, size_t capacity, const char *format, va_list arguments) _CRTBIND(vsprintf_s);
int _snprintf_s(char *to, size_t capacity, size_t count, const char *format, ...) _CRTBIND(_snprintf_s);
int _vsnprintf_s(char *to, size_t capacity, size_t count, const char *format, va_list arguments)
    _CRTBIND(_vsnprintf_s);
int vsnprintf_s(char *to, size_t capacity, size_t count, const char *format, va_list arguments)
    _CRTBIND_AS(vsnprintf_s, _vsnprintf_s);
int _scprintf(const char *format, ...) _CRTBIND(_scprintf);
int _vscprintf(const char *format, va_list arguments) _CRTBIND(_vscprintf);

int wprintf(const wchar_t *format, ...) _CRTBIND(wprintf);
int wprintf_s(const wchar_t *format, ...) _CRTBIND_AS(wprintf_s, wprintf);
int vwprintf(const wchar_t *format, va_list arguments) _CRTBIND(vwprintf);
int vwprintf_s(const wchar_t *format, va_list arguments) _CRTBIND_AS(vwprintf_s, vwprintf);
int fwprintf(FILE *file, const wchar_t *format, ...) _CRTBIND(fwprintf);
int fwprintf_s(FILE *file, const wchar_t *format, ...) _CRTBIND_AS(fwprintf_s, fwprintf);
int vfwprintf(FILE *file, const wchar_t *format, va_list arguments) _CRTBIND(vfwprintf);
int vfwprintf_s(FILE *file, const wchar_t *format, va_list arguments) _CRTBIND_AS(vfwprintf_s, vfwprintf);
int _swprintf(wchar_t *to, const wchar_t *format, ...) _CRTBIND(_swprintf);
int _vswprintf(wchar_t *to, const wchar_t *format, va_list arguments) _CRTBIND(_vswprintf);
int swprintf(wchar_t *to, size_t capacity, const wchar_t *format, ...) _CRTBIND(swprintf);
int vswprintf(wchar_t *to, size_t capacity, const wchar_t *format, va_list arguments) _CRTBIND(vswprintf);
int _snwprintf(wchar_t *to, size_t count, const wchar_t *format, ...) _CRTBIND(_snwprintf);
int _vsnwprintf(wchar_t *to, size_t count, const wchar_t *format, va_list arguments) _CRTBIND(_vsnwprintf);
int swprintf_s(wchar_t *to, size_t capacity, const wchar_t *format, ...) _CRTBIND(swprintf_s);
int vswprintf_s(wchar_t *to, size_t capacity, const wchar_t *format, va_list arguments) _CRTBIND(vswprintf_s);
int _snwprintf_s(wchar_t *to, size_t capacity, size_t count, const wchar_t *format, ...) _CRTBIND(_snwprintf_s);
int _vsnwprintf_s(wchar_t *to, size_t capacity, size_t count, const wchar_t *format, va_list arguments)
    _CRTBIND(_vsnwprintf_s);
int _scwprintf(const wchar_t *format, ...) _CRTBIND(_scwprintf);
int _vscwprintf(const wchar_t *format, va_list arguments) _CRTBIND(_vscwprintf);

/* Input. The _s forms take the capacity (in characters) after each %c, %s and %[ pointer. */
int sscanf(const char *text, const char *format, ...) _CRTBIND(sscanf);
int sscanf_s(const char *text, const char *format, ...) _CRTBIND(sscanf_s);
int vsscanf(const char *text, const char *format, va_list arguments) _CRTBIND(vsscanf);
int vsscanf_s(const char *text, const char *format, va_list arguments) _CRTBIND(vsscanf_s);
int scanf(const char *format, ...) _CRTBIND(scanf);
int scanf_s(const char *format, ...) _CRTBIND(scanf_s);
int fscanf(FILE *file, const char *format, ...) _CRTBIND(fscanf);
int fscanf_s(FILE *file, const char *format, ...) _CRTBIND(fscanf_s);
int swscanf(const wchar_t *text, const wchar_t *format, ...) _CRTBIND(swscanf);
int swscanf_s(const wchar_t *text, const wchar_t *format, ...) _CRTBIND(swscanf_s);
int wscanf(const wchar_t *format, ...) _CRTBIND(wscanf);
int wscanf_s(const wchar_t *format, ...) _CRTBIND(wscanf_s);
int fwscanf(FILE *file, const wchar_t *format, ...) _CRTBIND(fwscanf);
int fwscanf_s(FILE *file, const wchar_t *format, ...) _CRTBIND(fwscanf_s);

/* Wide characters and lines of files: files hold UTF-8. */
wint_t fgetwc(FILE *file) _CRTBIND(fgetwc);
wint_t getwc(FILE *file) _CRTBIND_AS(getwc, fgetwc);
wint_t getwchar(void) _CRTBIND(getwchar);
wint_t fputwc(wchar_t c, FILE *file) _CRTBIND(fputwc);
wint_t putwc(wchar_t c, FILE *file) _CRTBIND_AS(putwc, fputwc);
wint_t putwchar(wchar_t c) _CRTBIND(putwchar);
wchar_t *fgetws(wchar_t *to, int capacity, FILE *file) _CRTBIND(fgetws);
int fputws(const wchar_t *text, FILE *file) _CRTBIND(fputws);
int _putws(const wchar_t *text) _CRTBIND(_putws);
FILE *_wfopen(const wchar_t *path, const wchar_t *mode) _CRTBIND(_wfopen);
errno_t _wfopen_s(FILE **file, const wchar_t *path, const wchar_t *mode) _CRTBIND(_wfopen_s);
FILE *_wfsopen(const wchar_t *path, const wchar_t *mode, int share) _CRTBIND(_wfsopen);
int _wremove(const wchar_t *path) _CRTBIND(_wremove);
int _wrename(const wchar_t *from, const wchar_t *to) _CRTBIND(_wrename);
void _wperror(const wchar_t *text) _CRTBIND(_wperror);
_CRT_END

/* swprintf was declared without a capacity for many years, and is again with _CRT_NON_CONFORMING_SWPRINTFS: the second
 * argument tells which one is meant. */
#ifdef __cplusplus
static inline int swprintf(wchar_t *to, const wchar_t *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = _vswprintf(to, format, arguments);
    va_end(arguments);
    return n;
}
static inline int vswprintf(wchar_t *to, const wchar_t *format, va_list arguments)
{
    return _vswprintf(to, format, arguments);
}
#define _OFM_PRINT_S(name, vname, unit)                                                                              \
    template <size_t N> inline int name(unit(&to)[N], const unit *format, ...)                                       \
    {                                                                                                                \
        va_list arguments;                                                                                           \
        va_start(arguments, format);                                                                                 \
        int n = vname(to, N, format, arguments);                                                                     \
        va_end(arguments);                                                                                           \
        return n;                                                                                                    \
    }                                                                                                                \
    template <size_t N> inline int vname(unit(&to)[N], const unit *format, va_list arguments)                        \
    {                                                                                                                \
        return vname(to, N, format, arguments);                                                                      \
    }
_OFM_PRINT_S(sprintf_s, vsprintf_s, char)
_OFM_PRINT_S(swprintf_s, vswprintf_s, wchar_t)
#undef _OFM_PRINT_S
#define _OFM_NPRINT_S(name, vname, unit)                                                                             \
    template <size_t N> inline int name(unit(&to)[N], size_t count, const unit *format, ...)                         \
    {                                                                                                                \
        va_list arguments;                                                                                           \
        va_start(arguments, format);                                                                                 \
        int n = vname(to, N, count, format, arguments);                                                              \
        va_end(arguments);                                                                                           \
        return n;                                                                                                    \
    }
_OFM_NPRINT_S(_snprintf_s, _vsnprintf_s, char)
_OFM_NPRINT_S(_snwprintf_s, _vsnwprintf_s, wchar_t)
#undef _OFM_NPRINT_S
#else
#define swprintf(to, second, ...)                                                                                    \
    _Generic((second), wchar_t *: _swprintf, const wchar_t *: _swprintf, default: swprintf)(                         \
        to, second, ##__VA_ARGS__)
#define vswprintf(to, second, ...)                                                                                   \
    _Generic((second), wchar_t *: _vswprintf, const wchar_t *: _vswprintf, default: vswprintf)(                      \
        to, second, ##__VA_ARGS__)
#endif

#endif
