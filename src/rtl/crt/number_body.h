/* Numbers from and to text of both widths. Included with UNIT, PARSE(x) (strto or wcsto names), PUT(x) (itoa or itow
 * names: PUT(i) is crt__itoa) and LOCAL(x). */

/* Reads white space, sign, prefix and digits. *end stays at `text` when there is no number. */
static uint64_t LOCAL(parse)(const UNIT *text, UNIT **end, int base, bool *negative, bool *overflow)
{
    const UNIT *p = text, *last = text;
    uint64_t value = 0;

    *negative = *overflow = false;
    while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
        p++;
    if (*p == '-' || *p == '+')
        *negative = *p++ == '-';
    if ((base == 0 || base == 16) && p[0] == '0' && (p[1] | 32) == 'x' && digit_value(p[2]) < 16) {
        p += 2;
        base = 16;
    } else if (base == 0) {
        base = p[0] == '0' ? 8 : 10;
    }
    for (; digit_value(*p) < (unsigned)base; last = ++p) {
        uint64_t next;
        if (__builtin_mul_overflow(value, (uint64_t)base, &next) ||
            __builtin_add_overflow(next, digit_value(*p), &next))
            *overflow = true;
        else
            value = next;
    }
    if (end)
        *end = (UNIT *)last;
    return value;
}

static bool LOCAL(base_is_good)(const UNIT *text, UNIT **end, int base)
{
    if (end)
        *end = (UNIT *)text;
    if (text && (base == 0 || (base >= 2 && base <= 36)))
        return true;
    crt_invalid("number conversion", "no text, or a base that is not 0 or 2 to 36", EINVAL);
    return false;
}

static int64_t LOCAL(parse_signed)(const UNIT *text, UNIT **end, int base, int64_t least, int64_t most)
{
    bool negative, overflow;

    if (!LOCAL(base_is_good)(text, end, base))
        return 0;
    uint64_t value = LOCAL(parse)(text, end, base, &negative, &overflow);
    uint64_t limit = negative ? 0 - (uint64_t)least : (uint64_t)most;
    if (overflow || value > limit) {
        errno = ERANGE;
        return negative ? least : most;
    }
    return negative ? (int64_t)(0 - value) : (int64_t)value;
}

static uint64_t LOCAL(parse_unsigned)(const UNIT *text, UNIT **end, int base, uint64_t most)
{
    bool negative, overflow;

    if (!LOCAL(base_is_good)(text, end, base))
        return 0;
    uint64_t value = LOCAL(parse)(text, end, base, &negative, &overflow);
    if (overflow || value > most) {
        errno = ERANGE;
        return most;
    }
    return negative ? 0 - value : value;
}

CRT_EXPORT int PARSE(l)(const UNIT *text, UNIT **end, int base)
{
    return (int)LOCAL(parse_signed)(text, end, base, INT32_MIN, INT32_MAX);
}

CRT_EXPORT unsigned PARSE(ul)(const UNIT *text, UNIT **end, int base)
{
    return (unsigned)LOCAL(parse_unsigned)(text, end, base, UINT32_MAX);
}

CRT_EXPORT int64_t PARSE(ll)(const UNIT *text, UNIT **end, int base)
{
    return LOCAL(parse_signed)(text, end, base, INT64_MIN, INT64_MAX);
}

CRT_EXPORT uint64_t PARSE(ull)(const UNIT *text, UNIT **end, int base)
{
    return LOCAL(parse_unsigned)(text, end, base, UINT64_MAX);
}

static int LOCAL(put)(const char *name, uint64_t value, bool negative, UNIT *to, size_t capacity, int radix)
{
    UNIT digits[66], *p = digits + 66;

    if (!to || capacity == 0)
        return crt_invalid(name, "no buffer", EINVAL);
    to[0] = 0;
    if (radix < 2 || radix > 36)
        return crt_invalid(name, "the radix is not 2 to 36", EINVAL);
    *--p = 0;
    do
        *--p = (UNIT) "0123456789abcdefghijklmnopqrstuvwxyz"[value % (unsigned)radix];
    while (value /= (unsigned)radix);
    if (negative)
        *--p = '-';
    size_t count = (size_t)(digits + 66 - p);
    if (count > capacity)
        return crt_invalid(name, "the number does not fit", ERANGE);
    memcpy(to, p, count * sizeof *p);
    return 0;
}

/* Only radix 10 shows a sign. */
#define PUT_NUMBER(letter, type, utype, negative)                                                                    \
    CRT_EXPORT int PUT_S(letter)(type value, UNIT * to, size_t capacity, int radix)                                  \
    {                                                                                                                \
        utype magnitude = (negative) ? (utype)0 - (utype)value : (utype)value;                                       \
        return LOCAL(put)("_itoa_s", magnitude, (negative), to, capacity, radix);                                    \
    }                                                                                                                \
    CRT_EXPORT UNIT *PUT(letter)(type value, UNIT * to, int radix)                                                   \
    {                                                                                                                \
        PUT_S(letter)(value, to, 66, radix);                                                                         \
        return to;                                                                                                   \
    }
PUT_NUMBER(i, int, unsigned, radix == 10 && value < 0)
PUT_NUMBER(ul, unsigned, unsigned, false)
PUT_NUMBER(i64, int64_t, uint64_t, radix == 10 && value < 0)
PUT_NUMBER(ui64, uint64_t, uint64_t, false)
#undef PUT_NUMBER
