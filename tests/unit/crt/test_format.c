/* The formatter: each row is a format, its arguments and what Microsoft's library prints for it. */
#include "harness.h"
#include "rtl/format.h"

#include <uchar.h>

struct counted {
    uint16_t length, maximum;
    const void *buffer;
};

static void expect(int line, const char *wanted, const char *format, ...)
{
    char got[512];
    va_list arguments;

    va_start(arguments, format);
    int n = rtl_vsnprintf(got, sizeof got, format, arguments);
    va_end(arguments);
    if (strcmp(got, wanted) || n != (int)strlen(wanted))
        fail_msg("row of line %d: \"%s\": expected \"%s\", got \"%s\" (%d)", line, format, wanted, got, n);
}
#define ROW(...) expect(__LINE__, __VA_ARGS__)

static void expect_wide(int line, const char *wanted, const char16_t *format, ...)
{
    char16_t got[512];
    char narrow[512];
    va_list arguments;

    va_start(arguments, format);
    int n = rtl_vsnwprintf(got, 512, format, arguments);
    va_end(arguments);
    rtl_snprintf(narrow, sizeof narrow, "%ws", got);
    if (strcmp(narrow, wanted))
        fail_msg("row of line %d: expected \"%s\", got \"%s\" (%d)", line, wanted, narrow, n);
}
#define WROW(...) expect_wide(__LINE__, __VA_ARGS__)

static void integers(void **state)
{
    ROW("1 -2 3 4", "%d %i %u %ld", 1, -2, 3u, 4);
    ROW("4294967295", "%lu", 0xFFFFFFFFu);
    ROW("-1", "%ld", 0xFFFFFFFFu);
    ROW("1234567890123", "%I64d", (int64_t)1234567890123);
    ROW("1234567890123", "%lld", (int64_t)1234567890123);
    ROW("123456789abcdef0", "%I64x", (int64_t)0x123456789ABCDEF0);
    ROW("123456789abcdef0", "%Ix", (int64_t)0x123456789ABCDEF0);
    ROW("7 8", "%Id %Iu", (int64_t)7, (uint64_t)8);
    ROW("9abcdef0", "%I32x", 0x9ABCDEF0u);
    ROW("18446744073709551615", "%zu", (size_t)-1);
    ROW("-5 6", "%td %ju", (int64_t)-5, (uint64_t)6);
    ROW("-1 255", "%hhd %hhu", 255, 511);
    ROW("-1 65535", "%hd %hu", 65535, -1);
    ROW("0000000A", "%08X", 10);
    ROW("0xa 0XA 012 0", "%#x %#X %#o %#x", 10, 10, 10, 0);
    ROW("  +5|5   | 5", "%+4d|%-4d|% d", 5, 5, 5);
    ROW("00042|   42|42   ", "%05d|%5d|%-05d", 42, 42, 42);
    ROW("  0042", "%6.4d", 42);
    ROW("|", "%.0d|", 0);
    ROW("   7|7   ", "%*d|%-*d", 4, 7, 4, 7);
    ROW("7   |", "%*d|", -4, 7);
    ROW("-9223372036854775808", "%I64d", INT64_MIN);
    ROW("0xC0000022", "0x%08lX", 0xC0000022);
    ROW("100%", "%d%%", 100);
}

static void pointers(void **state)
{
    ROW("00000000DEADBEEF", "%p", (void *)0xDEADBEEF);
    ROW("0000000000000000", "%p", (void *)0);
    ROW("  000000000000000A", "%18p", (void *)10);
}

static void strings(void **state)
{
    struct counted wide = {6, 8, u"abcd"}, narrow = {2, 4, "xyz"}, none = {4, 4, NULL};

    ROW("abc", "%wZ", &wide);
    ROW("xy", "%Z", &narrow);
    ROW("xy", "%hZ", &narrow);
    ROW("(null) (null)", "%wZ %Z", &none, (void *)0);
    ROW("  abc|abc  |ab", "%5wZ|%-5wZ|%.2wZ", &wide, &wide, &wide);
    ROW("one two three four", "%s %S %ws %ls", "one", u"two", u"three", u"four");
    ROW("five six", "%hs %hS", "five", "six");
    ROW("(null) (null) (nu", "%s %ws %.3s", NULL, NULL, NULL);
    ROW("ab   |   ab|a", "%-5s|%5s|%.1s", "ab", "ab", "ab");
    ROW("a", "%.*s", 1, "abc");
    ROW("xyz", "%c%C%lc", 'x', u'y', u'z');
    ROW("gr\xC3\xBC\xC3\x9F", "%ws", u"gr\u00FC\u00DF");
    ROW("\xF0\x9F\x98\x80", "%S", u"\U0001F600");
    ROW("  x", "%3c", 'x');
}

static void wide_output(void **state)
{
    struct counted wide = {6, 8, u"abcd"}, narrow = {2, 4, "xyz"};

    WROW("one two", u"%s %S", u"one", "two");
    WROW("one two", u"%ls %hs", u"one", "two");
    WROW("abc xy", u"%wZ %Z", &wide, &narrow);
    WROW("x y z", u"%c %C %hc", u'x', 'y', 'z');
    WROW("-7 00ff 4294967295", u"%d %04x %lu", -7, 255, -1);
    WROW("1.50", u"%.2f", 1.5);
    WROW("gr\xC3\xBC\xC3\x9F", u"%hs", "gr\xC3\xBC\xC3\x9F");
    WROW("000000000000ABCD", u"%p", (void *)0xABCD);
}

static void floating(void **state)
{
    ROW("3.14 1.500000e+00 0.0001 1e-05", "%.2f %e %g %g", 3.14159, 1.5, 0.0001, 0.00001);
    ROW("  1.5|1.5  |0001.5", "%5.1f|%-5.1f|%06.1f", 1.5, 1.5, 1.5);
    ROW("2.5 9", "%.1Lf %d", 2.5, 9);
    char got[512];
    assert_int_equal(rtl_snprintf(got, sizeof got, "%f", 1e300), 308);
    assert_memory_equal(got, "1000000000000000052504760255204420248704468581108159", 52);
}

static void odd_formats(void **state)
{
    char got[16];

    ROW("y", "%y");
    ROW("", "%");
    ROW("ab", "ab%");
    assert_int_equal(rtl_snprintf(got, sizeof got, "ab%n", (int *)got), -1);
}

static void truncation(void **state)
{
    char got[8] = "zzzzzzz";
    char16_t wide[4] = u"zzz";

    assert_int_equal(rtl_snprintf(got, 4, "%s", "abcdef"), 6);
    assert_string_equal(got, "abc");
    assert_int_equal(got[4], 'z');
    assert_int_equal(rtl_snprintf(NULL, 0, "%d", 12345), 5);
    assert_int_equal(rtl_snwprintf(wide, 3, u"%d", 12345), 5);
    assert_memory_equal(wide, u"12", 6);
    assert_int_equal(wide[3], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("integers of every size, `l` has 32 bits", integers),
        TEST("pointers are 16 capital digits", pointers),
        TEST("narrow, wide and counted strings in narrow output", strings),
        TEST("wide formats turn %s and %S round", wide_output),
        TEST("floating point", floating),
        TEST("%n fails, unknown letters stand for themselves", odd_formats),
        TEST("a full buffer is terminated and the whole length returned", truncation),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
