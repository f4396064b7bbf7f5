/* Altitudes as decimal strings. */
#include "harness.h"

#include <stdbool.h>

#include "rtl/altitude.h"

static size_t length(const char16_t *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}

static void validity(void **state)
{
    static const struct {
        const char16_t *text;
        bool valid;
    } cases[] = {{u"0", true}, {u"370030", true}, {u"5.", true}, {u".5", true}, {u"100.123456", true}, {u"", false},
        {u".", false}, {u"-1", false}, {u"+1", false}, {u" 1", false}, {u"1 ", false}, {u"1.2.3", false}, {u"1e5", false},
        {u"12a", false}, {u"\uff11", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (rtl_altitude_is_valid(cases[i].text, length(cases[i].text)) != cases[i].valid)
            fail_msg("F-077 case %zu: expected %d", i, cases[i].valid);
    }
    assert_true(rtl_altitude_is_valid(u"42xyz", 2)); /* counted */
}

static void order(void **state)
{
    static const struct {
        const char16_t *a, *b;
        int order;
    } cases[] = {{u"03333", u"100.123456", 1}, {u"370000", u"0370000.00", 0}, {u"1", u"2", -1}, {u"10", u"9", 1},
        {u"5.", u"5", 0}, {u".5", u"0.50", 0}, {u"0.05", u"0.5", -1}, {u"0", u"000.000", 0}, {u"1.10", u"1.1", 0},
        {u"1.11", u"1.1", 1},
        {u"123456789012345678901234567890.123456789012345678901", u"123456789012345678901234567890.123456789012345678902", -1},
        {u"99999999999999999999", u"100000000000000000000", -1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int result = rtl_altitude_compare(cases[i].a, length(cases[i].a), cases[i].b, length(cases[i].b));
        int back = rtl_altitude_compare(cases[i].b, length(cases[i].b), cases[i].a, length(cases[i].a));
        if ((result > 0) - (result < 0) != cases[i].order || (back > 0) - (back < 0) != -cases[i].order)
            fail_msg("F-078 F-079 case %zu: expected %d, got %d and back %d", i, cases[i].order, result, back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-077 digits with at most one point, counted", validity),
        TEST("F-078 F-079 compared as decimals of any precision, zeros without value ignored", order),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
