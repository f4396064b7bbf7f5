/* Numbers from and to text, the heap, the process. */
#ifndef _OFM_CRT_STDLIB_H
#define _OFM_CRT_STDLIB_H

#include "_malloc.h"
#include "_wconvert.h"
#include <limits.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define RAND_MAX 0x7FFF
#define MB_CUR_MAX 4
#define _MAX_PATH 260
#define _MAX_DRIVE 3
#define _MAX_DIR 256
#define _MAX_FNAME 256
#define _MAX_EXT 256
#define _MAX_ENV 32767
#define _CVTBUFSIZE 349

typedef struct _div_t {
    int quot, rem;
} div_t;
typedef struct _ldiv_t {
    int quot, rem;
} ldiv_t;
typedef struct _lldiv_t {
    __INT64_TYPE__ quot, rem;
} lldiv_t;
typedef void (*_invalid_parameter_handler)(const wchar_t *expression, const wchar_t *function, const wchar_t *file,
    unsigned line, uintptr_t reserved);

_CRT_BEGIN
int atoi(const char *text) _CRTBIND(atoi);
int atol(const char *text) _CRTBIND(atol);
__INT64_TYPE__ atoll(const char *text);
__INT64_TYPE__ _atoi64(const char *text) __asm__("atoll");
double atof(const char *text);
double strtod(const char *text, char **end);
float strtof(const char *text, char **end);
int strtol(const char *text, char **end, int base) _CRTBIND(strtol);
unsigned strtoul(const char *text, char **end, int base) _CRTBIND(strtoul);
__INT64_TYPE__ strtoll(const char *text, char **end, int base) _CRTBIND(strtoll);
__UINT64_TYPE__ strtoull(const char *text, char **end, int base) _CRTBIND(strtoull);
__INT64_TYPE__ _strtoi64(const char *text, char **end, int base) _CRTBIND_AS(_strtoi64, strtoll);
__UINT64_TYPE__ _strtoui64(const char *text, char **end, int base) _CRTBIND_AS(_strtoui64, strtoull);

char *_itoa(int value, char *to, int radix) _CRTBIND(_itoa);
char *_ltoa(int value, char *to, int radix) _CRTBIND_AS(_ltoa, _itoa);
char *_ultoa(unsigned value, char *to, int radix) _CRTBIND(_ultoa);
char *_i64toa(__INT64_TYPE__ value, char *to, int radix) _CRTBIND(_i64toa);
char *_ui64toa(__UINT64_TYPE__ value, char *to, int radix) _CRTBIND(_ui64toa);
char *itoa(int value, char *to, int radix) _CRTBIND_AS(itoa, _itoa);
char *ltoa(int value, char *to, int radix) _CRTBIND_AS(ltoa, _itoa);
char *ultoa(unsigned value, char *to, int radix) _CRTBIND_AS(ultoa, _ultoa);
errno_t _itoa_s(int value, char *to, size_t capacity, int radix) _CRTBIND(_itoa_s);
errno_t _ltoa_s(int value, char *to, size_t capacity, int radix) _CRTBIND_AS(_ltoa_s, _itoa_s);
errno_t _ultoa_s(unsigned value, char *to, size_t capacity, int radix) _CRTBIND(_ultoa_s);
errno_t _i64toa_s(__INT64_TYPE__ value, char *to, size_t capacity, int radix) _CRTBIND(_i64toa_s);
errno_t _ui64toa_s(__UINT64_TYPE__ value, char *to, size_t capacity, int radix) _CRTBIND(_ui64toa_s);

int abs(int value);
int labs(int value) _CRTBIND(labs);
__INT64_TYPE__ llabs(__INT64_TYPE__ value);
__INT64_TYPE__ _abs64(__INT64_TYPE__ value) __asm__("llabs");
div_t div(int value, int by);
ldiv_t ldiv(int value, int by) _CRTBIND(ldiv);
lldiv_t lldiv(__INT64_TYPE__ value, __INT64_TYPE__ by);
int rand(void) _CRTBIND(rand);
void srand(unsigned seed) _CRTBIND(srand);
errno_t rand_s(unsigned *value) _CRTBIND(rand_s);
void qsort(void *array, size_t count, size_t size, int (*compare)(const void *, const void *));
void *bsearch(const void *key, const void *array, size_t count, size_t size,
    int (*compare)(const void *, const void *));
void qsort_s(void *array, rsize_t count, rsize_t size, int (*compare)(void *, const void *, const void *),
    void *context) _CRTBIND(qsort_s);

_CRT_NORETURN void exit(int code);
_CRT_NORETURN void _exit(int code);
_CRT_NORETURN void abort(void);
int atexit(void (*function)(void)) _CRTBIND(atexit);
int system(const char *command);
int _wsystem(const wchar_t *command) _CRTBIND(_wsystem);
char *getenv(const char *name);
wchar_t *_wgetenv(const wchar_t *name) _CRTBIND(_wgetenv);
errno_t getenv_s(size_t *needed, char *to, rsize_t capacity, const char *name) _CRTBIND(getenv_s);
errno_t _dupenv_s(char **value, size_t *count, const char *name) _CRTBIND(_dupenv_s);
errno_t _wdupenv_s(wchar_t **value, size_t *count, const wchar_t *name) _CRTBIND(_wdupenv_s);
int _putenv(const char *text) _CRTBIND(_putenv);
errno_t _putenv_s(const char *name, const char *value) _CRTBIND(_putenv_s);
/* The handler that runs when a checked function (_s) gets an invalid argument; returns the one before. NULL gives
 * back the built-in one: a message, then abort. */
_invalid_parameter_handler _set_invalid_parameter_handler(_invalid_parameter_handler handler)
    _CRTBIND(_set_invalid_parameter_handler);
_CRT_END

#define __max(a, b) (((a) > (b)) ? (a) : (b))
#define __min(a, b) (((a) < (b)) ? (a) : (b))
#ifndef __cplusplus
#ifndef max
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#ifndef min
#define min(a, b) (((a) < (b)) ? (a) : (b))
#endif
#endif

#define _OFM_ROTATE(name, type, op, back)                                                                            \
    static inline type name(type value, int by)                                                                      \
    {                                                                                                                \
        by &= (int)sizeof(type) * 8 - 1;                                                                             \
        return (type)(value op by | value back(((int)sizeof(type) * 8 - by) & ((int)sizeof(type) * 8 - 1)));         \
    }
_OFM_ROTATE(_rotl, unsigned, <<, >>)
_OFM_ROTATE(_rotr, unsigned, >>, <<)
_OFM_ROTATE(_lrotl, unsigned, <<, >>)
_OFM_ROTATE(_lrotr, unsigned, >>, <<)
_OFM_ROTATE(_rotl64, __UINT64_TYPE__, <<, >>)
_OFM_ROTATE(_rotr64, __UINT64_TYPE__, >>, <<)
#undef _OFM_ROTATE
#define _byteswap_ushort(x) __builtin_bswap16(x)
#define _byteswap_ulong(x) __builtin_bswap32(x)
#define _byteswap_uint64(x) __builtin_bswap64(x)

#ifdef __cplusplus
template <size_t N> inline errno_t _itoa_s(int value, char (&to)[N], int radix) { return _itoa_s(value, to, N, radix); }
template <size_t N> inline errno_t _itow_s(int value, wchar_t (&to)[N], int radix)
{
    return _itow_s(value, to, N, radix);
}
#endif

#endif
