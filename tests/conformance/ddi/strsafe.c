/* The bounded string calls that drivers use most: what they write, and their statuses when the room is too small. */
#include "harness.h"

#include <ntifs.h>
#include <ntstrsafe.h>

static void copy_narrow(void **state)
{
    char room[4] = "xxx";

    (void)state;
    assert_status(STATUS_SUCCESS, RtlStringCbCopyA(room, sizeof room, "abc"));
    assert_string_equal(room, "abc");
    assert_status(STATUS_BUFFER_OVERFLOW, RtlStringCbCopyA(room, sizeof room, "defgh"));
    assert_string_equal(room, "def");
    assert_status(STATUS_INVALID_PARAMETER, RtlStringCbCopyA(room, 0, "abc"));
    assert_string_equal(room, "def");
}

static void copy_counted_wide(void **state)
{
    WCHAR room[4] = u"xxx";

    (void)state;
    assert_status(STATUS_SUCCESS, RtlStringCchCopyNW(room, 4, u"abcdef", 2));
    assert_memory_equal(room, u"ab", 3 * sizeof(WCHAR));
    assert_status(STATUS_BUFFER_OVERFLOW, RtlStringCchCopyNW(room, 4, u"abcdef", 5));
    assert_memory_equal(room, u"abc", 4 * sizeof(WCHAR));
    assert_status(STATUS_SUCCESS, RtlStringCchCopyNW(room, 4, u"abcdef", 0));
    assert_int_equal(room[0], 0);
}

static NTSTATUS print(char *room, size_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    NTSTATUS status = RtlStringCbVPrintfA(room, size, format, arguments);
    va_end(arguments);
    return status;
}

static void print_narrow(void **state)
{
    char room[12];

    (void)state;
    assert_status(STATUS_SUCCESS, print(room, sizeof room, "%s %lu", "id", (ULONG)7));
    assert_string_equal(room, "id 7");
    assert_status(STATUS_SUCCESS, print(room, sizeof room, "%I64x", (ULONGLONG)0x123456789a));
    assert_string_equal(room, "123456789a");
    assert_status(STATUS_BUFFER_OVERFLOW, print(room, sizeof room, "%s", "longer than the room"));
    assert_string_equal(room, "longer than");
}

static void copy_counted_string(void **state)
{
    WCHAR from[] = u"abcdef", room[4] = u"xxxx";
    UNICODE_STRING to = {2, 3 * sizeof(WCHAR), room};

    assert_status(STATUS_SUCCESS, RtlUnicodeStringCopyString(&to, u"ab"));
    assert_int_equal(to.Length, 2 * sizeof(WCHAR));
    assert_memory_equal(room, u"abxx", sizeof room); /* no terminator is written */
    assert_status(STATUS_BUFFER_OVERFLOW, RtlUnicodeStringCopyString(&to, from));
    assert_int_equal(to.Length, 3 * sizeof(WCHAR));
    assert_memory_equal(room, u"abcx", sizeof room);
    assert_status(STATUS_INVALID_PARAMETER, RtlUnicodeStringCopyString(NULL, from));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("RtlStringCbCopyA cuts and says so", copy_narrow),
        TEST("RtlStringCchCopyNW copies no more than it is told", copy_counted_wide),
        TEST("RtlStringCbVPrintfA knows the kernel's formats", print_narrow),
        TEST("RtlUnicodeStringCopyString copies what fits and says what does not", copy_counted_string),
    };

    return RUN_TESTS(tests, NULL, NULL);
}
