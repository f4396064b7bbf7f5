/* Memory blocks: checked copies and the wide family. */
#include "rtl/crt/crt.h"

#include <string.h>

CRT_EXPORT int crt__memicmp(const void *a, const void *b, size_t count)
{
    const unsigned char *x = a, *y = b;

    for (; count > 0; count--, x++, y++) {
        unsigned p = *x >= 'A' && *x <= 'Z' ? *x + 32u : *x, q = *y >= 'A' && *y <= 'Z' ? *y + 32u : *y;
        if (p != q)
            return p < q ? -1 : 1;
    }
    return 0;
}

/* memcpy_s empties the target on failure, memmove_s leaves it. */
static int checked_move(const char *name, void *to, size_t capacity, const void *from, size_t size, bool empties)
{
    if (size == 0)
        return 0;
    if (!to)
        return crt_invalid(name, "no buffer", EINVAL);
    if (from && capacity >= size) {
        memmove(to, from, size);
        return 0;
    }
    if (empties)
        memset(to, 0, capacity);
    return crt_invalid(name, from ? "the block does not fit" : "the source is NULL", from ? ERANGE : EINVAL);
}

CRT_EXPORT int crt_memcpy_s(void *to, size_t capacity, const void *from, size_t count)
{
    return checked_move("memcpy_s", to, capacity, from, count, true);
}

CRT_EXPORT int crt_memmove_s(void *to, size_t capacity, const void *from, size_t count)
{
    return checked_move("memmove_s", to, capacity, from, count, false);
}

CRT_EXPORT int crt_wmemcpy_s(char16_t *to, size_t capacity, const char16_t *from, size_t count)
{
    return checked_move("wmemcpy_s", to, capacity * 2, from, count > SIZE_MAX / 2 ? SIZE_MAX : count * 2, true);
}

CRT_EXPORT int crt_wmemmove_s(char16_t *to, size_t capacity, const char16_t *from, size_t count)
{
    return checked_move("wmemmove_s", to, capacity * 2, from, count > SIZE_MAX / 2 ? SIZE_MAX : count * 2, false);
}

CRT_EXPORT char16_t *crt_wmemcpy(char16_t *to, const char16_t *from, size_t count)
{
    return memcpy(to, from, count * sizeof *to);
}

CRT_EXPORT char16_t *crt_wmemmove(char16_t *to, const char16_t *from, size_t count)
{
    return memmove(to, from, count * sizeof *to);
}

CRT_EXPORT char16_t *crt_wmemset(char16_t *to, char16_t value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = value;
    return to;
}

CRT_EXPORT int crt_wmemcmp(const char16_t *a, const char16_t *b, size_t count)
{
    for (; count > 0; count--, a++, b++) {
        if (*a != *b)
            return *a < *b ? -1 : 1;
    }
    return 0;
}

CRT_EXPORT const char16_t *crt_wmemchr(const char16_t *in, char16_t value, size_t count)
{
    for (; count > 0; count--, in++) {
        if (*in == value)
            return in;
    }
    return NULL;
}
