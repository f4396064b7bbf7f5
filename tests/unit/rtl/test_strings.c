/* Counted strings and their conversions. */
#include "harness.h"

#include <ntifs.h>

#include "ntoskrnl/ex/ex.h"

#define CONST_STRING(text) {sizeof(text) - sizeof(WCHAR), sizeof(text), (PWCH)(text)}

static void assert_wide(const WCHAR *expected, const UNICODE_STRING *actual)
{
    UNICODE_STRING s;
    RtlInitUnicodeString(&s, expected);
    if (s.Length != actual->Length || memcmp(s.Buffer, actual->Buffer, s.Length))
        fail_msg("expected %u bytes, got %u, or other text", s.Length, actual->Length);
}

static void init(void **state)
{
    static WCHAR huge[40000];
    UNICODE_STRING s;
    RtlInitUnicodeString(&s, u"abc");
    assert_int_equal(6, s.Length);
    assert_int_equal(8, s.MaximumLength);
    RtlInitUnicodeString(&s, NULL);
    assert_int_equal(0, s.Length);
    assert_int_equal(0, s.MaximumLength);
    assert_null(s.Buffer);
    for (int i = 0; i < 39999; i++)
        huge[i] = u'x';
    RtlInitUnicodeString(&s, huge);
    assert_int_equal(65532, s.Length);
    assert_status(STATUS_NAME_TOO_LONG, RtlInitUnicodeStringEx(&s, huge));
    ANSI_STRING a;
    RtlInitAnsiString(&a, "abc");
    assert_int_equal(3, a.Length);
    assert_int_equal(4, a.MaximumLength);
    RtlInitEmptyUnicodeString(&s, huge, 80);
    assert_int_equal(80, s.MaximumLength);
    assert_int_equal(0, s.Length);
}

static void copy_and_append(void **state)
{
    WCHAR buffer[8];
    memset(buffer, 0x5A, sizeof buffer);
    UNICODE_STRING to = {0, sizeof buffer, buffer}, from = CONST_STRING(u"abcdef");
    RtlCopyUnicodeString(&to, &from);
    assert_wide(u"abcdef", &to);
    assert_int_equal(0, buffer[6]); /* terminated: there is room */
    assert_status(STATUS_SUCCESS, RtlAppendUnicodeToString(&to, u"gh"));
    assert_wide(u"abcdefgh", &to);
    assert_status(STATUS_BUFFER_TOO_SMALL, RtlAppendUnicodeToString(&to, u"i"));
    assert_wide(u"abcdefgh", &to);
    UNICODE_STRING big = CONST_STRING(u"0123456789");
    RtlCopyUnicodeString(&to, &big);
    assert_wide(u"01234567", &to);
    RtlCopyUnicodeString(&to, NULL);
    assert_int_equal(0, to.Length);
    UNICODE_STRING four = CONST_STRING(u"4444"), five = CONST_STRING(u"55555");
    assert_status(STATUS_SUCCESS, RtlAppendUnicodeStringToString(&to, &four));
    assert_status(STATUS_BUFFER_TOO_SMALL, RtlAppendUnicodeStringToString(&to, &five));
    assert_status(STATUS_SUCCESS, RtlAppendUnicodeStringToString(&to, &four));
    assert_wide(u"44444444", &to);
}

static void compare(void **state)
{
    UNICODE_STRING a = CONST_STRING(u"\\Device\\x"), b = CONST_STRING(u"\\DEVICE\\X"), c = CONST_STRING(u"\\Device"),
                   tail = CONST_STRING(u"E\\X"), sz = CONST_STRING(u"z"), big_a = CONST_STRING(u"A");
    assert_true(RtlEqualUnicodeString(&a, &b, TRUE));
    assert_false(RtlEqualUnicodeString(&a, &b, FALSE));
    assert_int_equal(0, RtlCompareUnicodeString(&a, &b, TRUE));
    assert_true(RtlCompareUnicodeString(&a, &b, FALSE) > 0);
    assert_int_equal(4, RtlCompareUnicodeString(&a, &c, TRUE)); /* lengths in bytes */
    assert_int_equal(u'z' - u'A', RtlCompareUnicodeString(&sz, &big_a, FALSE));
    assert_int_equal(u'Z' - u'A', RtlCompareUnicodeString(&sz, &big_a, TRUE));
    assert_true(RtlPrefixUnicodeString(&c, &b, TRUE));
    assert_false(RtlPrefixUnicodeString(&c, &b, FALSE));
    assert_false(RtlPrefixUnicodeString(&a, &c, TRUE));
    assert_true(RtlSuffixUnicodeString(&tail, &a, TRUE));
    assert_false(RtlSuffixUnicodeString(&tail, &a, FALSE));
    ULONG hash_a, hash_b;
    assert_status(STATUS_SUCCESS, RtlHashUnicodeString(&a, TRUE, HASH_STRING_ALGORITHM_DEFAULT, &hash_a));
    assert_status(STATUS_SUCCESS, RtlHashUnicodeString(&b, TRUE, HASH_STRING_ALGORITHM_X65599, &hash_b));
    assert_int_equal(hash_a, hash_b);
    assert_status(STATUS_INVALID_PARAMETER, RtlHashUnicodeString(&b, TRUE, 5, &hash_b));
}

static void letter_case(void **state)
{
    static const WCHAR pairs[][2] = {{u'a', u'A'}, {u'\u00e4', u'\u00c4'}, {u'\u00ff', u'\u0178'}, {u'\u03b1', u'\u0391'},
        {u'\u03c2', u'\u03a3'}, {u'\u0436', u'\u0416'}, {u'\u0561', u'\u0531'}, {u'\u1f80', u'\u1f88'}, {u'\u2170', u'\u2160'},
        {u'\u24d0', u'\u24b6'}, {u'\uff41', u'\uff21'}, {u'\u01c6', u'\u01c4'}};
    static const WCHAR alone[] = {u'\u00df', u'\u0131', u'\u017f', u'\u00b5', u'\u01c5', u'\u10d0', u'1', u'\\', 0xD800, 0xDC00, 0xFFFF};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_int_equal(pairs[i][1], RtlUpcaseUnicodeChar(pairs[i][0]));
        assert_int_equal(pairs[i][1], RtlUpcaseUnicodeChar(pairs[i][1]));
    }
    for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++)
        assert_int_equal(alone[i], RtlUpcaseUnicodeChar(alone[i]));
    for (ULONG c = 0; c < 0x10000; c++) {
        WCHAR lower = RtlDowncaseUnicodeChar((WCHAR)c);
        assert_int_equal(c == lower ? RtlUpcaseUnicodeChar((WCHAR)c) : c, RtlUpcaseUnicodeChar(lower));
    }
    UNICODE_STRING from = CONST_STRING(u"Stra\u00dfe \u00e4"), to;
    assert_status(STATUS_SUCCESS, RtlUpcaseUnicodeString(&to, &from, TRUE));
    assert_wide(u"STRA\u00dfE \u00c4", &to);
    assert_int_equal(to.Length, to.MaximumLength);
    assert_status(STATUS_SUCCESS, RtlDowncaseUnicodeString(&to, &to, FALSE));
    assert_wide(u"stra\u00dfe \u00e4", &to);
    RtlFreeUnicodeString(&to);
    assert_null(to.Buffer);
    WCHAR small[2];
    to = (UNICODE_STRING){0, sizeof small, small};
    assert_status(STATUS_BUFFER_OVERFLOW, RtlUpcaseUnicodeString(&to, &from, FALSE));
}

static void ansi_conversions(void **state)
{
    ANSI_STRING ansi, narrow;
    UNICODE_STRING wide;
    RtlInitAnsiString(&ansi, "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80");
    assert_status(STATUS_SUCCESS, RtlAnsiStringToUnicodeString(&wide, &ansi, TRUE));
    assert_wide(u"gr\u00fc\u00df \U0001F600", &wide);
    assert_int_equal(wide.Length + 2, wide.MaximumLength);
    assert_int_equal(0, wide.Buffer[wide.Length / 2]);
    assert_true(ex_pool_size(wide.Buffer) >= wide.MaximumLength); /* pool: a driver may ExFreePool it */
    assert_status(STATUS_SUCCESS, RtlUnicodeStringToAnsiString(&narrow, &wide, TRUE));
    assert_int_equal(ansi.Length, narrow.Length);
    assert_string_equal(ansi.Buffer, narrow.Buffer);
    RtlFreeAnsiString(&narrow);
    assert_null(narrow.Buffer);
    char text[4] = "zzz";
    narrow = (ANSI_STRING){0, sizeof text, text};
    assert_status(STATUS_BUFFER_OVERFLOW, RtlUnicodeStringToAnsiString(&narrow, &wide, FALSE));
    assert_string_equal("gr", text); /* cut at a character, terminated */
    WCHAR room[5];
    UNICODE_STRING small = {0, sizeof room, room};
    assert_status(STATUS_BUFFER_OVERFLOW, RtlAnsiStringToUnicodeString(&small, &ansi, FALSE));
    RtlFreeUnicodeString(&wide);
    RtlFreeUnicodeString(&wide); /* nothing there: nothing happens */
}

static void buffers(void **state)
{
    WCHAR wide[8];
    char narrow[16];
    ULONG bytes;
    assert_status(STATUS_SUCCESS, RtlMultiByteToUnicodeN(wide, sizeof wide, &bytes, "a\xc3\xa4z", 4));
    assert_int_equal(6, bytes);
    assert_int_equal(u'\u00e4', wide[1]);
    assert_status(STATUS_SUCCESS, RtlUnicodeToMultiByteN(narrow, 3, &bytes, wide, 6));
    assert_int_equal(3, bytes);
    assert_status(STATUS_SUCCESS, RtlUnicodeToMultiByteN(narrow, 2, &bytes, wide, 6));
    assert_int_equal(1, bytes); /* no half character */
    assert_status(STATUS_SUCCESS, RtlUnicodeToUTF8N(NULL, 0, &bytes, wide, 6));
    assert_int_equal(4, bytes);
    assert_status(STATUS_BUFFER_TOO_SMALL, RtlUnicodeToUTF8N(narrow, 3, &bytes, wide, 6));
    WCHAR lone[] = {0xD800, u'x'};
    assert_status(STATUS_SOME_NOT_MAPPED, RtlUnicodeToUTF8N(narrow, sizeof narrow, &bytes, lone, 4));
    assert_memory_equal("\xef\xbf\xbdx", narrow, 4);
    assert_status(STATUS_SUCCESS, RtlMultiByteToUnicodeSize(&bytes, "\xc3\xa4", 2));
    assert_int_equal(2, bytes);
}

static void numbers(void **state)
{
    static const struct {
        const WCHAR *text;
        ULONG base, value;
        NTSTATUS status;
    } cases[] = {{u"123", 10, 123, 0}, {u"  -12", 0, (ULONG)-12, 0}, {u"0x1F", 0, 31, 0}, {u"0b101", 0, 5, 0}, {u"0o17", 0, 15, 0},
        {u"1F", 16, 31, 0}, {u"12z", 10, 12, 0}, {u"", 0, 0, 0}, {u"4294967297", 10, 1, 0}, {u"1", 7, 99, STATUS_INVALID_PARAMETER},
        {u"+7", 0, 7, 0}, {u"019", 0, 19, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        UNICODE_STRING s;
        ULONG value = 99;
        RtlInitUnicodeString(&s, cases[i].text);
        assert_status(cases[i].status, RtlUnicodeStringToInteger(&s, cases[i].base, &value));
        if (value != cases[i].value)
            fail_msg("case %zu: expected %u, got %u", i, cases[i].value, value);
    }
    WCHAR buffer[12];
    UNICODE_STRING to = {0, sizeof buffer, buffer};
    assert_status(STATUS_SUCCESS, RtlIntegerToUnicodeString(4000000000u, 10, &to));
    assert_wide(u"4000000000", &to);
    assert_status(STATUS_SUCCESS, RtlIntegerToUnicodeString(0xBEEF, 16, &to));
    assert_wide(u"BEEF", &to);
    assert_status(STATUS_BUFFER_OVERFLOW, RtlIntegerToUnicodeString(0xFFFF, 2, &to));
    assert_status(STATUS_INVALID_PARAMETER, RtlIntegerToUnicodeString(1, 3, &to));
    ULONG value;
    assert_status(STATUS_SUCCESS, RtlCharToInteger("-0x10", 0, &value));
    assert_int_equal((ULONG)-16, value);
}

static void duplicates(void **state)
{
    UNICODE_STRING from = CONST_STRING(u"abc"), empty = {0, 0, NULL}, to;
    assert_status(STATUS_SUCCESS, RtlDuplicateUnicodeString(1, &from, &to));
    assert_wide(u"abc", &to);
    assert_int_equal(8, to.MaximumLength);
    RtlFreeUnicodeString(&to);
    assert_status(STATUS_SUCCESS, RtlDuplicateUnicodeString(1, &empty, &to));
    assert_null(to.Buffer);
    assert_status(STATUS_SUCCESS, RtlDuplicateUnicodeString(3, &empty, &to));
    assert_int_equal(0, to.Buffer[0]);
    RtlFreeUnicodeString(&to);
    assert_status(STATUS_INVALID_PARAMETER, RtlDuplicateUnicodeString(2, &from, &to));
    assert_true(RtlCreateUnicodeString(&to, u"new"));
    assert_wide(u"new", &to);
    RtlFreeUnicodeString(&to);
}

static void guids(void **state)
{
    const GUID guid = {0x12345678, 0x9abc, 0xdef0, {1, 2, 3, 4, 5, 6, 7, 0xff}};
    GUID back;
    UNICODE_STRING text, bad = CONST_STRING(u"{12345678-9ABC-DEF0-0102-03040506070G}");
    assert_status(STATUS_SUCCESS, RtlStringFromGUID(&guid, &text));
    assert_wide(u"{12345678-9ABC-DEF0-0102-0304050607FF}", &text);
    assert_status(STATUS_SUCCESS, RtlGUIDFromString(&text, &back));
    assert_memory_equal(&guid, &back, sizeof guid);
    assert_status(STATUS_INVALID_PARAMETER, RtlGUIDFromString(&bad, &back));
    RtlFreeUnicodeString(&text);
}

static void searches(void **state)
{
    UNICODE_STRING path = CONST_STRING(u"\\a\\b.txt"), set = CONST_STRING(u"\\.");
    USHORT at;
    assert_status(STATUS_SUCCESS, RtlFindCharInUnicodeString(0, &path, &set, &at));
    assert_int_equal(2, at);
    assert_status(STATUS_SUCCESS, RtlFindCharInUnicodeString(1, &path, &set, &at));
    assert_int_equal(8, at);
    UNICODE_STRING none = CONST_STRING(u"#");
    assert_status(STATUS_NOT_FOUND, RtlFindCharInUnicodeString(0, &path, &none, &at));
}

static void memory_calls(void **state)
{
    char a[] = "abcdef", b[] = "abcxef", c[8];
    assert_int_equal(3, RtlCompareMemory(a, b, 6));
    assert_int_equal(6, RtlCompareMemory(a, a, 6));
    RtlCopyMemory(c, a, 7);
    assert_string_equal("abcdef", c);
    RtlMoveMemory(c + 1, c, 6);
    assert_memory_equal("aabcdef", c, 7);
    RtlFillMemory(c, 3, 'z');
    assert_memory_equal("zzzcdef", c, 7);
    RtlZeroMemory(c, 2);
    assert_memory_equal("\0\0zcdef", c, 7);
    RtlZeroBytes(c, 3);
    RtlCopyBytes(c, "xy", 2);
    assert_memory_equal("xy\0cdef", c, 7);
    assert_true(RtlEqualMemory(a, a, 6));
}

static void lists(void **state)
{
    LIST_ENTRY head, a, b, c;
    InitializeListHead(&head);
    assert_true(IsListEmpty(&head));
    InsertTailList(&head, &b);
    InsertHeadList(&head, &a);
    InsertTailList(&head, &c);
    assert_false(RemoveEntryList(&b));
    assert_ptr_equal(&a, RemoveHeadList(&head));
    assert_ptr_equal(&c, RemoveTailList(&head));
    assert_true(IsListEmpty(&head));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("RtlInitUnicodeString, RtlInitAnsiString, RtlInitEmptyUnicodeString", init),
        TEST("RtlCopyUnicodeString, RtlAppendUnicode...: what fits, terminated when there is room", copy_and_append),
        TEST("RtlCompare, Equal, Prefix, Suffix, HashUnicodeString", compare),
        TEST("RtlUpcaseUnicodeChar and RtlUpcaseUnicodeString as NTFS", letter_case),
        TEST("RtlAnsiStringToUnicodeString and back, RtlFree...String", ansi_conversions),
        TEST("conversion of buffers", buffers),
        TEST("numbers to strings and back", numbers),
        TEST("RtlDuplicateUnicodeString, RtlCreateUnicodeString", duplicates),
        TEST("GUIDs as strings", guids),
        TEST("RtlFindCharInUnicodeString", searches),
        TEST("RtlCompareMemory, CopyMemory, MoveMemory, FillMemory, ZeroMemory, CopyBytes, ZeroBytes", memory_calls),
        TEST("InitializeListHead, InsertTailList, RemoveEntryList and the other list calls", lists),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
