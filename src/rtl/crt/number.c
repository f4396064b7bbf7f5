/* Numbers from and to text, with 32-bit long. */
#include "rtl/crt/crt.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static unsigned digit_value(unsigned c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

#define UNIT char
#define PARSE(x) crt_strto##x
#define PUT(x) crt__##x##toa
#define PUT_S(x) crt__##x##toa_s
#define LOCAL(x) narrow_##x
#include "number_body.h"
#undef UNIT
#undef PARSE
#undef PUT
#undef PUT_S
#undef LOCAL
#define UNIT char16_t
#define PARSE(x) crt_wcsto##x
#define PUT(x) crt__##x##tow
#define PUT_S(x) crt__##x##tow_s
#define LOCAL(x) wide_##x
#include "number_body.h"

CRT_EXPORT int crt_atoi(const char *text)
{
    return crt_strtol(text, NULL, 10);
}

CRT_EXPORT int crt_atol(const char *text)
{
    return crt_strtol(text, NULL, 10);
}

CRT_EXPORT int crt__wtoi(const char16_t *text)
{
    return crt_wcstol(text, NULL, 10);
}

CRT_EXPORT int64_t crt__wtoi64(const char16_t *text)
{
    return crt_wcstoll(text, NULL, 10);
}

/* The characters of a floating number are ASCII: one unit each. */
CRT_EXPORT double crt_wcstod(const char16_t *text, char16_t **end)
{
    char narrow[400], *stop;
    size_t n = 0;

    for (; n < sizeof narrow - 1 && text[n] && text[n] < 0x80; n++)
        narrow[n] = (char)text[n];
    narrow[n] = 0;
    double value = strtod(narrow, &stop);
    if (end)
        *end = (char16_t *)text + (stop - narrow);
    return value;
}

CRT_EXPORT double crt__wtof(const char16_t *text)
{
    return crt_wcstod(text, NULL);
}

CRT_EXPORT int crt_labs(int value)
{
    return value < 0 ? (int)(0u - (unsigned)value) : value;
}

CRT_EXPORT div_t crt_ldiv(int value, int by)
{
    return div(value, by);
}

/* The generator is the well-known linear one, so that a seed gives the numbers it gives on Windows. */
static __thread unsigned random_state = 1;

CRT_EXPORT void crt_srand(unsigned seed)
{
    random_state = seed;
}

CRT_EXPORT int crt_rand(void)
{
    random_state = random_state * 214013u + 2531011u;
    return (int)(random_state >> 16 & 0x7FFF);
}

CRT_EXPORT int crt_rand_s(unsigned *value)
{
    if (!value)
        return crt_invalid("rand_s", "NULL result", EINVAL);
    return getrandom(value, sizeof *value, 0) == sizeof *value ? 0 : ENOMEM;
}

struct sort_order {
    int (*compare)(void *context, const void *a, const void *b);
    void *context;
};

static int in_order(const void *a, const void *b, void *argument)
{
    const struct sort_order *order = argument;

    return order->compare(order->context, a, b);
}

CRT_EXPORT void crt_qsort_s(void *array, size_t count, size_t size, int (*compare)(void *, const void *, const void *),
    void *context)
{
    struct sort_order order = {compare, context};

    qsort_r(array, count, size, in_order, &order);
}
