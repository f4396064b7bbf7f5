/* The safe strings and safe integers: exact statuses, truncation, the flags of the Ex forms. */
#include <ntifs.h>
#include <ntintsafe.h>
#include <ntstrsafe.h>

#include "harness.h"

static void copy_and_cat(void **state)
{
    CHAR b[8];

    (void)state;
    assert_status(STATUS_SUCCESS, RtlStringCchCopyA(b, 8, "abc"));
    assert_string_equal(b, "abc");
    assert_status(STATUS_SUCCESS, RtlStringCbCatA(b, 8, "defg"));
    assert_string_equal(b, "abcdefg");
    assert_status(STATUS_BUFFER_OVERFLOW, RtlStringCbCatA(b, 8, "h"));
    assert_string_equal(b, "abcdefg");
    assert_status(STATUS_BUFFER_OVERFLOW, RtlStringCchCopyA(b, 4, "123456"));
    assert_string_equal(b, "123");
    assert_status(STATUS_INVALID_PARAMETER, RtlStringCchCopyA(b, 0, "x"));
    assert_status(STATUS_INVALID_PARAMETER, RtlStringCchCopyA(b, (SIZE_T)NTSTRSAFE_MAX_CCH + 1, "x"));
    assert_status(STATUS_SUCCESS, RtlStringCchCopyNA(b, 8, "123456", 2));
    assert_string_equal(b, "12");
    assert_status(STATUS_SUCCESS, RtlStringCchCatNA(b, 8, "abcdef", 3));
    assert_string_equal(b, "12abc");
    memset(b, 'x', sizeof(b));
    assert_status(STATUS_INVALID_PARAMETER, RtlStringCchCatA(b, 8, "y")); /* no end */
}

static void wide_sizes(void **state)
{
    WCHAR b[4];

    (void)state;
    assert_status(STATUS_SUCCESS, RtlStringCbCopyW(b, sizeof(b), u"abc"));
    assert_memory_equal(b, u"abc", sizeof(b));
    assert_status(STATUS_BUFFER_OVERFLOW, RtlStringCbCopyW(b, sizeof(b) - 1, u"abc")); /* an odd byte does not count */
    assert_memory_equal(b, u"ab", 6);
    assert_status(STATUS_INVALID_PARAMETER, RtlStringCbCopyW(b, 1, u"a"));
}

static void formats(void **state)
{
    CHAR b[8];
    WCHAR w[8];
    UNICODE_STRING name = RTL_CONSTANT_STRING(u"wide");

    (void)state;
    assert_status(STATUS_SUCCESS, RtlStringCbPrintfA(b, sizeof(b), "%d-%s", 12, "ab"));
    assert_string_equal(b, "12-ab");
    assert_status(STATUS_SUCCESS, RtlStringCbPrintfA(b, sizeof(b), "1234567"));
    assert_status(STATUS_BUFFER_OVERFLOW, RtlStringCbPrintfA(b, sizeof(b), "12345678"));
    assert_string_equal(b, "1234567");
    assert_status(STATUS_SUCCESS, RtlStringCchPrintfW(w, 8, u"%wZ!", &name));
    assert_memory_equal(w, u"wide!", 12);
}

static void ex_flags(void **state)
{
    CHAR b[8] = "start";
    CHAR *end;
    SIZE_T left;

    (void)state;
    assert_status(STATUS_SUCCESS, RtlStringCchCopyExA(b, 8, "ab", &end, &left, STRSAFE_FILL_BYTE('z')));
    assert_memory_equal(b, "ab\0zzzzz", 8);
    assert_ptr_equal(end, b + 2);
    assert_int_equal(left, 6);
    assert_status(STATUS_BUFFER_OVERFLOW, RtlStringCchCopyExA(b, 4, "abcdef", &end, &left, STRSAFE_NO_TRUNCATION));
    assert_string_equal(b, "");
    assert_int_equal(left, 4);
    strcpy(b, "keep");
    assert_status(STATUS_BUFFER_OVERFLOW, RtlStringCchCatExA(b, 8, "abcdef", &end, &left, STRSAFE_NO_TRUNCATION));
    assert_string_equal(b, "keep");
    assert_ptr_equal(end, b + 4);
    assert_status(STATUS_BUFFER_OVERFLOW, RtlStringCchCopyExA(b, 4, "abcdef", NULL, NULL, STRSAFE_NULL_ON_FAILURE));
    assert_string_equal(b, "");
    assert_status(STATUS_BUFFER_OVERFLOW, RtlStringCchCopyExA(b, 4, "abcdef", NULL, NULL, STRSAFE_FAILURE_BYTE('f')));
    assert_string_equal(b, "fff");
    assert_status(STATUS_SUCCESS, RtlStringCchCopyExA(b, 8, NULL, NULL, NULL, STRSAFE_IGNORE_NULLS));
    assert_string_equal(b, "");
    assert_status(STATUS_INVALID_PARAMETER, RtlStringCchCopyExA(b, 8, "x", NULL, NULL, 0x10000));
}

static void lengths(void **state)
{
    SIZE_T n = 99;

    (void)state;
    assert_status(STATUS_SUCCESS, RtlStringCchLengthA("abc", 4, &n));
    assert_int_equal(n, 3);
    assert_status(STATUS_INVALID_PARAMETER, RtlStringCchLengthA("abc", 3, &n));
    assert_int_equal(n, 0);
    assert_status(STATUS_SUCCESS, RtlStringCbLengthW(u"ab", 6, &n));
    assert_int_equal(n, 4);
    assert_status(STATUS_INVALID_PARAMETER, RtlStringCchLengthA(NULL, 3, &n));
}

static void counted_strings(void **state)
{
    WCHAR buffer[6], small[3];
    UNICODE_STRING s = {0, sizeof(buffer), buffer}, from = RTL_CONSTANT_STRING(u"abcd"), rest, odd = {1, 4, buffer};

    (void)state;
    assert_status(STATUS_SUCCESS, RtlUnicodeStringCopy(&s, &from));
    assert_int_equal(s.Length, 8);
    assert_status(STATUS_BUFFER_OVERFLOW, RtlUnicodeStringCatString(&s, u"xyz"));
    assert_int_equal(s.Length, 12);
    assert_memory_equal(buffer, u"abcdxy", 12);
    assert_status(STATUS_SUCCESS, RtlUnicodeStringPrintf(&s, u"%d", 42));
    assert_int_equal(s.Length, 4);
    assert_status(STATUS_SUCCESS, RtlUnicodeStringCchCopyStringN(&s, u"12345", 3));
    assert_int_equal(s.Length, 6);
    assert_status(STATUS_BUFFER_OVERFLOW, RtlUnicodeStringPrintf(&s, u"%s", u"1234567"));
    assert_int_equal(s.Length, 12);
    assert_status(STATUS_SUCCESS, RtlUnicodeStringCopyStringEx(&s, u"ab", &rest, 0));
    assert_ptr_equal(rest.Buffer, buffer + 2);
    assert_int_equal(rest.MaximumLength, 8);
    assert_status(STATUS_INVALID_PARAMETER, RtlUnicodeStringCopy(&odd, &from));
    assert_status(STATUS_SUCCESS, RtlUnicodeStringInit(&s, u"hey"));
    assert_int_equal(s.MaximumLength, 8);
    assert_status(STATUS_BUFFER_OVERFLOW, RtlStringCchCopyUnicodeString(small, 3, &from));
    assert_memory_equal(small, u"ab", 6);
}

static void integers(void **state)
{
    ULONG u = 1;
    USHORT h;
    SIZE_T z;
    LONG l;

    (void)state;
    assert_status(STATUS_SUCCESS, RtlULongAdd(1, 2, &u));
    assert_int_equal(u, 3);
    assert_status(STATUS_INTEGER_OVERFLOW, RtlULongAdd(0xffffffff, 1, &u));
    assert_int_equal(u, 0xffffffff);
    assert_status(STATUS_INTEGER_OVERFLOW, RtlULongSub(1, 2, &u));
    assert_status(STATUS_INTEGER_OVERFLOW, RtlSizeTMult((SIZE_T)1 << 40, (SIZE_T)1 << 40, &z));
    assert_status(STATUS_INTEGER_OVERFLOW, RtlULongToUShort(65536, &h));
    assert_status(STATUS_SUCCESS, RtlULongToUShort(65535, &h));
    assert_status(STATUS_INTEGER_OVERFLOW, RtlULongToLong(0x80000000, &l));
    assert_status(STATUS_INTEGER_OVERFLOW, RtlLongToULong(-1, &u));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("copy and cat", copy_and_cat),
        TEST("sizes of wide strings are bytes or characters", wide_sizes),
        TEST("formats", formats),
        TEST("flags of the Ex forms", ex_flags),
        TEST("lengths", lengths),
        TEST("counted strings", counted_strings),
        TEST("integers that notice overflow", integers),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
