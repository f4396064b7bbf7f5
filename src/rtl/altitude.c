/* Altitudes compared digit by digit, so that no precision is lost. */
#include "rtl/altitude.h"

bool rtl_altitude_is_valid(const char16_t *text, size_t count)
{
    size_t points = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] == u'.')
            points++;
        else if (text[i] < u'0' || text[i] > u'9')
            return false;
    }
    return points <= 1 && count > points;
}

/* The digits before and behind the point, without zeros that carry no value. */
struct decimal {
    const char16_t *whole, *fraction;
    size_t whole_count, fraction_count;
};

static struct decimal split(const char16_t *text, size_t count)
{
    size_t point = 0;
    while (point < count && text[point] != u'.')
        point++;
    struct decimal d = {.whole = text, .whole_count = point};
    if (point < count) {
        d.fraction = text + point + 1;
        d.fraction_count = count - point - 1;
    }
    while (d.whole_count && *d.whole == u'0') {
        d.whole++;
        d.whole_count--;
    }
    while (d.fraction_count && d.fraction[d.fraction_count - 1] == u'0')
        d.fraction_count--;
    return d;
}

static int compare_digits(const char16_t *a, const char16_t *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

static int compare_counts(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

int rtl_altitude_compare(const char16_t *a, size_t a_count, const char16_t *b, size_t b_count)
{
    struct decimal x = split(a, a_count), y = split(b, b_count);
    int order = compare_counts(x.whole_count, y.whole_count);
    if (!order)
        order = compare_digits(x.whole, y.whole, x.whole_count);
    if (order)
        return order;
    size_t common = x.fraction_count < y.fraction_count ? x.fraction_count : y.fraction_count;
    order = compare_digits(x.fraction, y.fraction, common);
    return order ? order : compare_counts(x.fraction_count, y.fraction_count);
}
