/* Times, SIDs, checksums, random numbers. */
#include "harness.h"

#include <ntifs.h>

#include <time.h>

static void time_fields(void **state)
{
    LARGE_INTEGER time = {.QuadPart = 0};
    TIME_FIELDS f;
    RtlTimeToTimeFields(&time, &f);
    assert_int_equal(1601, f.Year);
    assert_int_equal(1, f.Month);
    assert_int_equal(1, f.Day);
    assert_int_equal(1, f.Weekday); /* Monday */
    for (time_t seconds = -11644473600; seconds < 20000000000; seconds += 86400 * 97 + 12345) {
        struct tm tm;
        gmtime_r(&seconds, &tm);
        time.QuadPart = (seconds + 11644473600) * 10000000 + 1230000;
        RtlTimeToTimeFields(&time, &f);
        if (f.Year != tm.tm_year + 1900 || f.Month != tm.tm_mon + 1 || f.Day != tm.tm_mday || f.Hour != tm.tm_hour ||
            f.Minute != tm.tm_min || f.Second != tm.tm_sec || f.Weekday != tm.tm_wday || f.Milliseconds != 123)
            fail_msg("fields of %ld", (long)seconds);
        LARGE_INTEGER back;
        assert_true(RtlTimeFieldsToTime(&f, &back));
        assert_int_equal(time.QuadPart, back.QuadPart);
    }
    f = (TIME_FIELDS){.Year = 2023, .Month = 2, .Day = 29};
    assert_false(RtlTimeFieldsToTime(&f, &time));
    f.Year = 2024;
    assert_true(RtlTimeFieldsToTime(&f, &time));
}

static void seconds_since(void **state)
{
    LARGE_INTEGER time;
    ULONG seconds;
    RtlSecondsSince1970ToTime(1000000000, &time);
    assert_true(RtlTimeToSecondsSince1970(&time, &seconds));
    assert_int_equal(1000000000, seconds);
    assert_true(RtlTimeToSecondsSince1980(&time, &seconds));
    assert_int_equal(1000000000 - 315532800, seconds);
    time.QuadPart = 0;
    assert_false(RtlTimeToSecondsSince1970(&time, &seconds));
}

static void local_time(void **state)
{
    LARGE_INTEGER time = {.QuadPart = 130000000000000000}, local, back;
    setenv("TZ", "XXX-3:30", 1); /* east of Greenwich */
    tzset();
    ExSystemTimeToLocalTime(&time, &local);
    assert_int_equal(12600L * 10000000, local.QuadPart - time.QuadPart);
    ExLocalTimeToSystemTime(&local, &back);
    assert_int_equal(time.QuadPart, back.QuadPart);
}

static void sids(void **state)
{
    SID_IDENTIFIER_AUTHORITY nt = {{0, 0, 0, 0, 0, 5}}, big = {{1, 2, 3, 4, 5, 6}};
    UCHAR a[64], b[64];
    UNICODE_STRING text;
    assert_int_equal(16, RtlLengthRequiredSid(2));
    assert_status(STATUS_SUCCESS, RtlInitializeSid(a, &nt, 2));
    *RtlSubAuthoritySid(a, 0) = 32;
    *RtlSubAuthoritySid(a, 1) = 544;
    assert_true(RtlValidSid(a));
    assert_int_equal(16, RtlLengthSid(a));
    assert_status(STATUS_SUCCESS, RtlConvertSidToUnicodeString(&text, a, TRUE));
    UNICODE_STRING expected = RTL_CONSTANT_STRING(u"S-1-5-32-544");
    assert_true(RtlEqualUnicodeString(&expected, &text, FALSE));
    RtlFreeUnicodeString(&text);
    assert_status(STATUS_BUFFER_TOO_SMALL, RtlCopySid(8, b, a));
    assert_status(STATUS_SUCCESS, RtlCopySid(sizeof b, b, a));
    assert_true(RtlEqualSid(a, b));
    *RtlSubAuthoritySid(b, 1) = 545;
    assert_false(RtlEqualSid(a, b));
    RtlInitializeSid(a, &big, 0);
    WCHAR room[40];
    text = (UNICODE_STRING){0, sizeof room, room};
    assert_status(STATUS_SUCCESS, RtlConvertSidToUnicodeString(&text, a, FALSE));
    UNICODE_STRING hexadecimal = RTL_CONSTANT_STRING(u"S-1-0x010203040506");
    assert_true(RtlEqualUnicodeString(&hexadecimal, &text, FALSE));
    assert_status(STATUS_INVALID_PARAMETER, RtlInitializeSid(a, &nt, 16));
}

static void checksums(void **state)
{
    assert_int_equal(0xCBF43926, RtlCrc32("123456789", 9, 0));
    assert_int_equal(0xCBF43926, RtlCrc32("6789", 4, RtlCrc32("12345", 5, 0)));
    assert_int_equal(0x995DC9BBDF1939FAUL, RtlCrc64("123456789", 9, 0));
}

static void random_numbers(void **state)
{
    ULONG seed = 1, again = 1, first = RtlRandomEx(&seed), buckets[16] = {0};
    assert_int_equal(first, RtlRandomEx(&again)); /* the seed decides */
    for (int i = 0; i < 16000; i++) {
        ULONG n = RtlRandomEx(&seed);
        assert_true(n <= MAXLONG - 1);
        buckets[n / (MAXLONG / 16 + 1)]++;
    }
    for (int i = 0; i < 16; i++)
        assert_true(buckets[i] > 800 && buckets[i] < 1200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("RtlTimeToTimeFields and back, against the C library", time_fields),
        TEST("seconds since 1970 and 1980", seconds_since),
        TEST("ExSystemTimeToLocalTime", local_time),
        TEST("SIDs", sids),
        TEST("RtlCrc32, RtlCrc64", checksums),
        TEST("RtlRandomEx", random_numbers),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
