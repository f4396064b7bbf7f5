/* String functions of both widths. Included with UNIT (the character), STR(x) and _STR(x), which make the names:
 * STR(cpy_s) is crt_strcpy_s or crt_wcscpy_s, and NAME(x), the same as a string for messages. */

static size_t LOCAL(bounded_length)(const UNIT *text, size_t limit)
{
    size_t n = 0;

    while (n < limit && text[n])
        n++;
    return n;
}

static unsigned LOCAL(lower)(UNIT c)
{
    unsigned u = (UNSIGNED)c;

    return u >= 'A' && u <= 'Z' ? u + 32 : u;
}

CRT_EXPORT int _STR(nicmp)(const UNIT *a, const UNIT *b, size_t count)
{
    for (; count > 0; count--, a++, b++) {
        unsigned x = LOCAL(lower)(*a), y = LOCAL(lower)(*b);
        if (x != y)
            return x < y ? -1 : 1;
        if (x == 0)
            break;
    }
    return 0;
}

CRT_EXPORT int _STR(icmp)(const UNIT *a, const UNIT *b)
{
    return _STR(nicmp)(a, b, (size_t)-1);
}

CRT_EXPORT UNIT *_STR(lwr)(UNIT *text)
{
    for (UNIT *p = text; *p; p++)
        *p = (UNIT)LOCAL(lower)(*p);
    return text;
}

CRT_EXPORT UNIT *_STR(upr)(UNIT *text)
{
    for (UNIT *p = text; *p; p++) {
        if (*p >= 'a' && *p <= 'z')
            *p = (UNIT)(*p - 32);
    }
    return text;
}

CRT_EXPORT int _STR(lwr_s)(UNIT *text, size_t capacity)
{
    if (!text || LOCAL(bounded_length)(text, capacity) >= capacity)
        return crt_invalid(NAME("lwr_s"), "the text is NULL or not terminated", EINVAL);
    _STR(lwr)(text);
    return 0;
}

CRT_EXPORT int _STR(upr_s)(UNIT *text, size_t capacity)
{
    if (!text || LOCAL(bounded_length)(text, capacity) >= capacity)
        return crt_invalid(NAME("upr_s"), "the text is NULL or not terminated", EINVAL);
    _STR(upr)(text);
    return 0;
}

CRT_EXPORT UNIT *_STR(rev)(UNIT *text)
{
    size_t n = LOCAL(bounded_length)(text, (size_t)-1);

    for (size_t i = 0; i < n / 2; i++) {
        UNIT c = text[i];
        text[i] = text[n - 1 - i];
        text[n - 1 - i] = c;
    }
    return text;
}

CRT_EXPORT UNIT *_STR(nset)(UNIT *text, ARGUMENT fill, size_t count)
{
    for (size_t i = 0; i < count && text[i]; i++)
        text[i] = (UNIT)fill;
    return text;
}

CRT_EXPORT UNIT *_STR(set)(UNIT *text, ARGUMENT fill)
{
    return _STR(nset)(text, fill, (size_t)-1);
}

CRT_EXPORT UNIT *_STR(dup)(const UNIT *text)
{
    size_t size = text ? (LOCAL(bounded_length)(text, (size_t)-1) + 1) * sizeof(UNIT) : 0;
    UNIT *copy = text ? crt_allocate(size, __builtin_return_address(0)) : NULL;

    return copy ? memcpy(copy, text, size) : NULL;
}

CRT_EXPORT size_t STR(nlen_s)(const UNIT *text, size_t limit)
{
    return text ? LOCAL(bounded_length)(text, limit) : 0;
}

static bool LOCAL(in_set)(UNIT c, const UNIT *set)
{
    for (; *set; set++) {
        if (*set == c)
            return true;
    }
    return false;
}

CRT_EXPORT UNIT *STR(tok_s)(UNIT *text, const UNIT *set, UNIT **context)
{
    UNIT *p = text ? text : *context;

    if (!p)
        return NULL;
    while (*p && LOCAL(in_set)(*p, set))
        p++;
    if (!*p) {
        *context = p;
        return NULL;
    }
    UNIT *token = p;
    while (*p && !LOCAL(in_set)(*p, set))
        p++;
    if (*p)
        *p++ = 0;
    *context = p;
    return token;
}

/* Appends at most `count` characters of `from` to the text of `used` characters in `to`. */
static int LOCAL(append)(const char *name, UNIT *to, size_t capacity, size_t used, const UNIT *from, size_t count)
{
    size_t n = LOCAL(bounded_length)(from, count == CRT_TRUNCATE ? capacity - used : count);

    if (n < capacity - used) {
        memmove(to + used, from, n * sizeof(UNIT));
        to[used + n] = 0;
        return 0;
    }
    if (count == CRT_TRUNCATE) {
        memmove(to + used, from, (capacity - used - 1) * sizeof(UNIT));
        to[capacity - 1] = 0;
        return CRT_STRUNCATE;
    }
    to[0] = 0;
    return crt_invalid(name, "the text does not fit", ERANGE);
}

static int LOCAL(checked_copy)(const char *name, UNIT *to, size_t capacity, const UNIT *from, size_t count)
{
    if (!to || capacity == 0)
        return count == 0 && !to && capacity == 0 && !from ? 0 : crt_invalid(name, "no buffer", EINVAL);
    if (count == 0) {
        to[0] = 0;
        return 0;
    }
    if (!from) {
        to[0] = 0;
        return crt_invalid(name, "the source is NULL", EINVAL);
    }
    return LOCAL(append)(name, to, capacity, 0, from, count);
}

static int LOCAL(checked_append)(const char *name, UNIT *to, size_t capacity, const UNIT *from, size_t count)
{
    if (!to || capacity == 0)
        return crt_invalid(name, "no buffer", EINVAL);
    size_t used = LOCAL(bounded_length)(to, capacity);
    if (used == capacity || (!from && count != 0)) {
        to[0] = 0;
        return crt_invalid(name, from ? "the buffer is not terminated" : "the source is NULL", EINVAL);
    }
    return count == 0 ? 0 : LOCAL(append)(name, to, capacity, used, from, count);
}

CRT_EXPORT int STR(cpy_s)(UNIT *to, size_t capacity, const UNIT *from)
{
    return LOCAL(checked_copy)(NAME("cpy_s"), to, capacity, from, CRT_TRUNCATE - 1);
}

CRT_EXPORT int STR(ncpy_s)(UNIT *to, size_t capacity, const UNIT *from, size_t count)
{
    return LOCAL(checked_copy)(NAME("ncpy_s"), to, capacity, from, count);
}

CRT_EXPORT int STR(cat_s)(UNIT *to, size_t capacity, const UNIT *from)
{
    return LOCAL(checked_append)(NAME("cat_s"), to, capacity, from, CRT_TRUNCATE - 1);
}

CRT_EXPORT int STR(ncat_s)(UNIT *to, size_t capacity, const UNIT *from, size_t count)
{
    return LOCAL(checked_append)(NAME("ncat_s"), to, capacity, from, count);
}
