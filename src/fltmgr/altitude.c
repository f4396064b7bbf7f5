/* Altitudes: decimals of any length, compared as strings (F-077 to F-079). Pure functions. */
#include "fltmgr/instance.h"

struct decimal {
    const WCHAR *whole, *fraction;
    unsigned whole_length, fraction_length;
};

bool flt_altitude_valid(PCUNICODE_STRING altitude)
{
    unsigned digits = 0, points = 0;
    for (unsigned i = 0; i < altitude->Length / sizeof(WCHAR); i++) {
        WCHAR c = altitude->Buffer[i];
        if (c == '.')
            points++;
        else if (c >= '0' && c <= '9')
            digits++;
        else
            return false;
    }
    return digits && points <= 1;
}

static struct decimal split(PCUNICODE_STRING altitude)
{
    unsigned length = altitude->Length / sizeof(WCHAR), point = 0, start = 0;
    while (point < length && altitude->Buffer[point] != '.')
        point++;
    while (start < point && altitude->Buffer[start] == '0')
        start++;
    unsigned end = length;
    while (end > point + 1 && altitude->Buffer[end - 1] == '0')
        end--;
    return (struct decimal){altitude->Buffer + start, altitude->Buffer + point + 1, point - start,
        end > point + 1 ? end - point - 1 : 0};
}

static int compare_digits(const WCHAR *a, const WCHAR *b, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

int flt_altitude_compare(PCUNICODE_STRING a, PCUNICODE_STRING b)
{
    struct decimal x = split(a), y = split(b);
    if (x.whole_length != y.whole_length)
        return x.whole_length < y.whole_length ? -1 : 1;
    int order = compare_digits(x.whole, y.whole, x.whole_length);
    if (order)
        return order;
    unsigned common = x.fraction_length < y.fraction_length ? x.fraction_length : y.fraction_length;
    order = compare_digits(x.fraction, y.fraction, common);
    if (order || x.fraction_length == y.fraction_length)
        return order;
    return x.fraction_length < y.fraction_length ? -1 : 1;
}
