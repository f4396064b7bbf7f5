/* Numbers and GUIDs as text. Pure code, any thread. */
#include <ntifs.h>

#include <stdbool.h>
#include <string.h>
#include <uchar.h>

#include "rtl/host.h"

static int digit_value(char16_t c)
{
    if (c >= u'0' && c <= u'9')
        return c - u'0';
    if (c >= u'a' && c <= u'f')
        return c - u'a' + 10;
    return c >= u'A' && c <= u'F' ? c - u'A' + 10 : 99;
}

/* Reads a number as both calls do: leading blanks, a sign, 0x 0o 0b when base is 0; ends at the first other character. The
 * value wraps at 32 bits. next(cursor) gives the next character or 0. */
static NTSTATUS parse(char16_t (*next)(void **), void *cursor, ULONG base, PULONG value)
{
    char16_t c = next(&cursor);
    bool negative = false;
    while (c && c <= u' ')
        c = next(&cursor);
    if (c == u'-' || c == u'+') {
        negative = c == u'-';
        c = next(&cursor);
    }
    if (base == 0) {
        base = 10;
        if (c == u'0') {
            c = next(&cursor);
            base = c == u'x' ? 16 : c == u'o' ? 8 : c == u'b' ? 2 : 10;
            if (base != 10)
                c = next(&cursor);
        }
    } else if (base != 2 && base != 8 && base != 10 && base != 16) {
        return STATUS_INVALID_PARAMETER;
    }
    ULONG number = 0;
    for (; c && digit_value(c) < (int)base; c = next(&cursor))
        number = number * base + (ULONG)digit_value(c);
    *value = negative ? 0u - number : number;
    return STATUS_SUCCESS;
}

struct wide_cursor {
    const WCHAR *at, *end;
};

static char16_t next_wide(void **cursor)
{
    struct wide_cursor *wide = *cursor;
    return wide->at < wide->end ? *wide->at++ : 0;
}

static char16_t next_char(void **cursor)
{
    const char **text = *cursor;
    unsigned char c = (unsigned char)**text;
    if (c)
        (*text)++;
    return c;
}

NTSTATUS NTAPI RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    struct wide_cursor cursor = {String->Buffer, String->Buffer + String->Length / sizeof(WCHAR)};
    return parse(next_wide, &cursor, Base, Value);
}

NTSTATUS NTAPI RtlCharToInteger(PCSZ String, ULONG Base, PULONG Value)
{
    return parse(next_char, &String, Base, Value);
}

/* Digits of value, most significant first; returns how many, 0 for a base that is not allowed. */
static unsigned digits(ULONGLONG value, ULONG base, char out[64])
{
    char reversed[64];
    unsigned count = 0;
    if (base == 0)
        base = 10;
    if (base != 2 && base != 8 && base != 10 && base != 16)
        return 0;
    do {
        reversed[count++] = "0123456789ABCDEF"[value % base];
        value /= base;
    } while (value);
    for (unsigned i = 0; i < count; i++)
        out[i] = reversed[count - 1 - i];
    return count;
}

static NTSTATUS to_unicode(ULONGLONG value, ULONG base, PUNICODE_STRING string)
{
    char text[64];
    unsigned count = digits(value, base, text);
    if (!count)
        return STATUS_INVALID_PARAMETER;
    if (count * sizeof(WCHAR) > string->MaximumLength)
        return STATUS_BUFFER_OVERFLOW;
    for (unsigned i = 0; i < count; i++)
        string->Buffer[i] = (WCHAR)text[i];
    string->Length = (USHORT)(count * sizeof(WCHAR));
    if (string->Length + sizeof(WCHAR) <= string->MaximumLength)
        string->Buffer[count] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    return to_unicode(Value, Base, String);
}

NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG Value, ULONG Base, PUNICODE_STRING String)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    return to_unicode(Value, Base, String);
}

/* A negative length pads with zeros on the left to that many characters. */
static NTSTATUS to_chars(ULONGLONG value, ULONG base, LONG length, PCHAR string)
{
    char text[64];
    unsigned count = digits(value, base, text);
    bool pad = length < 0;
    unsigned room = (unsigned)(pad ? -length : length);
    if (!count)
        return STATUS_INVALID_PARAMETER;
    if (count > room)
        return STATUS_BUFFER_OVERFLOW;
    if (pad) {
        memset(string, '0', room - count);
        string += room - count;
        room = count;
    }
    memcpy(string, text, count);
    if (count < room)
        string[count] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlIntegerToChar(ULONG Value, ULONG Base, LONG OutputLength, PCHAR String)
{
    return to_chars(Value, Base, OutputLength, String);
}

NTSTATUS NTAPI RtlLargeIntegerToChar(PLARGE_INTEGER Value, ULONG Base, LONG OutputLength, PCHAR String)
{
    return to_chars((ULONGLONG)Value->QuadPart, Base, OutputLength, String);
}

/* ---- GUIDs: {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX} ---- */

#define GUID_CHARS 38
static const char guid_shape[GUID_CHARS + 1] = "{00000000-0000-0000-0000-000000000000}";
/* Which byte of a GUID the n-th pair of digits is: the first three fields are little endian in memory. */
static const unsigned char guid_order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

NTSTATUS NTAPI RtlStringFromGUID(REFGUID Guid, PUNICODE_STRING GuidString)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    const UCHAR *bytes = (const UCHAR *)Guid;
    PWCH out = rtl_allocate((GUID_CHARS + 1) * sizeof(WCHAR));
    if (!out)
        return STATUS_NO_MEMORY;
    unsigned nibble = 0;
    for (unsigned i = 0; i < GUID_CHARS; i++) {
        if (guid_shape[i] != '0') {
            out[i] = (WCHAR)guid_shape[i];
            continue;
        }
        UCHAR byte = bytes[guid_order[nibble / 2]];
        out[i] = (WCHAR) "0123456789ABCDEF"[nibble % 2 ? byte & 15 : byte >> 4];
        nibble++;
    }
    out[GUID_CHARS] = 0;
    *GuidString = (UNICODE_STRING){GUID_CHARS * sizeof(WCHAR), (GUID_CHARS + 1) * sizeof(WCHAR), out};
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGUIDFromString(PUNICODE_STRING GuidString, GUID *Guid)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    UCHAR bytes[16] = {0};
    unsigned nibble = 0;
    if (GuidString->Length < GUID_CHARS * sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER;
    for (unsigned i = 0; i < GUID_CHARS; i++) {
        WCHAR c = GuidString->Buffer[i];
        if (guid_shape[i] != '0') {
            if (c != (WCHAR)guid_shape[i])
                return STATUS_INVALID_PARAMETER;
            continue;
        }
        if (digit_value(c) > 15)
            return STATUS_INVALID_PARAMETER;
        UCHAR *byte = &bytes[guid_order[nibble / 2]];
        *byte = (UCHAR)(*byte << 4 | digit_value(c));
        nibble++;
    }
    memcpy(Guid, bytes, sizeof bytes);
    return STATUS_SUCCESS;
}
