/* STRING (ANSI_STRING, OEM_STRING, UTF8_STRING) and its conversion to and from UTF-16. The ANSI and OEM code pages of this system
 * are UTF-8, as with code page 65001 on Windows. Pure code, any thread. */
#include <ntifs.h>

#include <string.h>

#include "rtl/case.h"
#include "rtl/host.h"
#include "rtl/utf.h"

/* ---- counted bytes ---- */

VOID NTAPI RtlInitString(PSTRING DestinationString, PCSZ SourceString)
{
    size_t bytes = SourceString ? strlen(SourceString) : 0;
    if (bytes > MAXUSHORT - 1)
        bytes = MAXUSHORT - 1;
    DestinationString->Length = (USHORT)bytes;
    DestinationString->MaximumLength = SourceString ? (USHORT)(bytes + 1) : 0;
    DestinationString->Buffer = (PCHAR)SourceString;
}

VOID NTAPI RtlInitAnsiString(PANSI_STRING DestinationString, PCSZ SourceString)
{
    RtlInitString(DestinationString, SourceString);
}

VOID NTAPI RtlInitUTF8String(PUTF8_STRING DestinationString, PCSZ SourceString)
{
    RtlInitString(DestinationString, SourceString);
}

static NTSTATUS init_checked(PSTRING to, PCSZ text)
{
    if (text && strlen(text) > MAXUSHORT - 1)
        return STATUS_NAME_TOO_LONG;
    RtlInitString(to, text);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlInitStringEx(PSTRING DestinationString, PCSZ SourceString)
{
    return init_checked(DestinationString, SourceString);
}

NTSTATUS NTAPI RtlInitAnsiStringEx(PANSI_STRING DestinationString, PCSZ SourceString)
{
    return init_checked(DestinationString, SourceString);
}

NTSTATUS NTAPI RtlInitUTF8StringEx(PUTF8_STRING DestinationString, PCSZ SourceString)
{
    return init_checked(DestinationString, SourceString);
}

VOID NTAPI RtlCopyString(PSTRING DestinationString, const PSTRING SourceString)
{
    USHORT bytes = SourceString ? SourceString->Length : 0;
    if (bytes > DestinationString->MaximumLength)
        bytes = DestinationString->MaximumLength;
    if (bytes)
        memmove(DestinationString->Buffer, SourceString->Buffer, bytes);
    DestinationString->Length = bytes;
}

NTSTATUS NTAPI RtlAppendStringToString(PSTRING Destination, const STRING *Source)
{
    if (Destination->Length + Source->Length > Destination->MaximumLength)
        return STATUS_BUFFER_TOO_SMALL;
    if (Source->Length)
        memmove(Destination->Buffer + Destination->Length, Source->Buffer, Source->Length);
    Destination->Length = (USHORT)(Destination->Length + Source->Length);
    if (Destination->Length < Destination->MaximumLength)
        Destination->Buffer[Destination->Length] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendAsciizToString(PSTRING Destination, PCSZ Source)
{
    STRING source;
    if (!Source)
        return STATUS_SUCCESS;
    if (strlen(Source) > MAXUSHORT)
        return STATUS_BUFFER_TOO_SMALL;
    RtlInitString(&source, Source);
    return RtlAppendStringToString(Destination, &source);
}

CHAR NTAPI RtlUpperChar(CHAR Character)
{
    return Character >= 'a' && Character <= 'z' ? (CHAR)(Character - 32) : Character;
}

VOID NTAPI RtlUpperString(PSTRING DestinationString, const PSTRING SourceString)
{
    USHORT bytes = SourceString->Length;
    if (bytes > DestinationString->MaximumLength)
        bytes = DestinationString->MaximumLength;
    for (USHORT i = 0; i < bytes; i++)
        DestinationString->Buffer[i] = RtlUpperChar(SourceString->Buffer[i]);
    DestinationString->Length = bytes;
}

static LONG compare_bytes(const STRING *a, const STRING *b, size_t count, BOOLEAN ignore_case)
{
    for (size_t i = 0; i < count; i++) {
        UCHAR x = (UCHAR)a->Buffer[i], y = (UCHAR)b->Buffer[i];
        if (ignore_case) {
            x = (UCHAR)RtlUpperChar((CHAR)x);
            y = (UCHAR)RtlUpperChar((CHAR)y);
        }
        if (x != y)
            return (LONG)x - (LONG)y;
    }
    return 0;
}

LONG NTAPI RtlCompareString(const PSTRING String1, const PSTRING String2, BOOLEAN CaseInSensitive)
{
    USHORT shorter = String1->Length < String2->Length ? String1->Length : String2->Length;
    LONG difference = compare_bytes(String1, String2, shorter, CaseInSensitive);
    return difference ? difference : (LONG)String1->Length - (LONG)String2->Length;
}

BOOLEAN NTAPI RtlEqualString(const PSTRING String1, const PSTRING String2, BOOLEAN CaseInSensitive)
{
    return String1->Length == String2->Length && !compare_bytes(String1, String2, String1->Length, CaseInSensitive);
}

BOOLEAN NTAPI RtlPrefixString(const STRING *String1, const STRING *String2, BOOLEAN CaseInSensitive)
{
    return String1->Length <= String2->Length && !compare_bytes(String1, String2, String1->Length, CaseInSensitive);
}

static void free_string(PSTRING string)
{
    if (!string->Buffer)
        return;
    rtl_release(string->Buffer);
    *string = (STRING){0};
}

VOID NTAPI RtlFreeAnsiString(PANSI_STRING AnsiString)
{
    RTL_REQUIRE_IRQL(APC_LEVEL);
    free_string(AnsiString);
}

VOID NTAPI RtlFreeOemString(POEM_STRING OemString)
{
    RTL_REQUIRE_IRQL(APC_LEVEL);
    free_string(OemString);
}

VOID NTAPI RtlFreeUTF8String(PUTF8_STRING Utf8String)
{
    RTL_REQUIRE_IRQL(APC_LEVEL);
    free_string(Utf8String);
}

/* ---- conversion of buffers; sizes in bytes ---- */

static char16_t upper(char16_t c)
{
    return rtl_upper(c);
}

/* Whole characters only, as many as fit: a character is never cut. */
static void narrow(PCHAR to, ULONG capacity, PULONG written, PCWCH from, ULONG bytes, char16_t (*map)(char16_t))
{
    const char16_t *text = from;
    size_t left = bytes / sizeof(WCHAR), done = 0;
    while (left) {
        char unit[4];
        uint32_t code = rtl_utf16_next(&text, &left);
        if (map && code < 0x10000)
            code = map((char16_t)code);
        size_t units = rtl_utf8_put(unit, code);
        if (done + units > capacity)
            break;
        memcpy(to + done, unit, units);
        done += units;
    }
    if (written)
        *written = (ULONG)done;
}

static size_t narrow_size(PCWCH from, ULONG bytes, char16_t (*map)(char16_t))
{
    const char16_t *text = from;
    size_t left = bytes / sizeof(WCHAR), size = 0;
    while (left) {
        char unit[4];
        uint32_t code = rtl_utf16_next(&text, &left);
        size += rtl_utf8_put(unit, map && code < 0x10000 ? map((char16_t)code) : code);
    }
    return size;
}

NTSTATUS NTAPI RtlMultiByteToUnicodeN(PWCH UnicodeString, ULONG MaxBytesInUnicodeString, PULONG BytesInUnicodeString,
    const CHAR *MultiByteString, ULONG BytesInMultiByteString)
{
    size_t capacity = MaxBytesInUnicodeString / sizeof(WCHAR);
    const char *text = MultiByteString;
    size_t left = BytesInMultiByteString, done = 0;
    while (left) {
        char16_t unit[2];
        size_t units = rtl_utf16_put(unit, rtl_utf8_next(&text, &left));
        if (done + units > capacity)
            break;
        memcpy(UnicodeString + done, unit, units * sizeof(WCHAR));
        done += units;
    }
    if (BytesInUnicodeString)
        *BytesInUnicodeString = (ULONG)(done * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlMultiByteToUnicodeSize(PULONG BytesInUnicodeString, const CHAR *MultiByteString,
    ULONG BytesInMultiByteString)
{
    *BytesInUnicodeString =
        (ULONG)(rtl_utf8_to_utf16(NULL, 0, MultiByteString, BytesInMultiByteString, NULL) * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeToMultiByteN(PCHAR MultiByteString, ULONG MaxBytesInMultiByteString,
    PULONG BytesInMultiByteString, PCWCH UnicodeString, ULONG BytesInUnicodeString)
{
    narrow(MultiByteString, MaxBytesInMultiByteString, BytesInMultiByteString, UnicodeString, BytesInUnicodeString, NULL);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUpcaseUnicodeToMultiByteN(PCHAR MultiByteString, ULONG MaxBytesInMultiByteString,
    PULONG BytesInMultiByteString, PCWCH UnicodeString, ULONG BytesInUnicodeString)
{
    narrow(MultiByteString, MaxBytesInMultiByteString, BytesInMultiByteString, UnicodeString, BytesInUnicodeString, upper);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeToMultiByteSize(PULONG BytesInMultiByteString, PCWCH UnicodeString, ULONG BytesInUnicodeString)
{
    *BytesInMultiByteString = (ULONG)narrow_size(UnicodeString, BytesInUnicodeString, NULL);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlOemToUnicodeN(PWCH UnicodeString, ULONG MaxBytesInUnicodeString, PULONG BytesInUnicodeString,
    PCCH OemString, ULONG BytesInOemString)
{
    return RtlMultiByteToUnicodeN(
        UnicodeString, MaxBytesInUnicodeString, BytesInUnicodeString, OemString, BytesInOemString);
}

NTSTATUS NTAPI RtlUnicodeToOemN(PCHAR OemString, ULONG MaxBytesInOemString, PULONG BytesInOemString,
    PCWCH UnicodeString, ULONG BytesInUnicodeString)
{
    narrow(OemString, MaxBytesInOemString, BytesInOemString, UnicodeString, BytesInUnicodeString, NULL);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUpcaseUnicodeToOemN(PCHAR OemString, ULONG MaxBytesInOemString, PULONG BytesInOemString,
    PCWCH UnicodeString, ULONG BytesInUnicodeString)
{
    narrow(OemString, MaxBytesInOemString, BytesInOemString, UnicodeString, BytesInUnicodeString, upper);
    return STATUS_SUCCESS;
}

/* The destination may be NULL to ask for the size. An unpaired surrogate becomes U+FFFD: STATUS_SOME_NOT_MAPPED. */
NTSTATUS NTAPI RtlUnicodeToUTF8N(PCHAR UTF8StringDestination, ULONG UTF8StringMaxByteCount,
    PULONG UTF8StringActualByteCount, PCWCH UnicodeStringSource, ULONG UnicodeStringByteCount)
{
    bool bad = false;
    if (!UnicodeStringSource || UnicodeStringByteCount % sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER_4;
    if (!UTF8StringDestination && !UTF8StringActualByteCount)
        return STATUS_INVALID_PARAMETER;
    size_t need = rtl_utf16_to_utf8(
        NULL, 0, UnicodeStringSource, UnicodeStringByteCount / sizeof(WCHAR), &bad);
    if (!UTF8StringDestination) {
        *UTF8StringActualByteCount = (ULONG)need;
        return bad ? STATUS_SOME_NOT_MAPPED : STATUS_SUCCESS;
    }
    narrow(UTF8StringDestination, UTF8StringMaxByteCount, UTF8StringActualByteCount, UnicodeStringSource,
        UnicodeStringByteCount, NULL);
    if (need > UTF8StringMaxByteCount)
        return STATUS_BUFFER_TOO_SMALL;
    return bad ? STATUS_SOME_NOT_MAPPED : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUTF8ToUnicodeN(PWSTR UnicodeStringDestination, ULONG UnicodeStringMaxByteCount,
    PULONG UnicodeStringActualByteCount, PCCH UTF8StringSource, ULONG UTF8StringByteCount)
{
    bool bad = false;
    if (!UTF8StringSource)
        return STATUS_INVALID_PARAMETER_4;
    if (!UnicodeStringDestination && !UnicodeStringActualByteCount)
        return STATUS_INVALID_PARAMETER;
    size_t need = rtl_utf8_to_utf16(NULL, 0, UTF8StringSource, UTF8StringByteCount, &bad) * sizeof(WCHAR);
    if (!UnicodeStringDestination) {
        *UnicodeStringActualByteCount = (ULONG)need;
        return bad ? STATUS_SOME_NOT_MAPPED : STATUS_SUCCESS;
    }
    RtlMultiByteToUnicodeN(UnicodeStringDestination, UnicodeStringMaxByteCount, UnicodeStringActualByteCount,
        UTF8StringSource, UTF8StringByteCount);
    if (need > UnicodeStringMaxByteCount)
        return STATUS_BUFFER_TOO_SMALL;
    return bad ? STATUS_SOME_NOT_MAPPED : STATUS_SUCCESS;
}

/* ---- conversion of strings ---- */

ULONG NTAPI RtlxAnsiStringToUnicodeSize(PCANSI_STRING AnsiString)
{
    size_t units = rtl_utf8_to_utf16(NULL, 0, AnsiString->Buffer, AnsiString->Length, NULL);
    return (ULONG)((units + 1) * sizeof(WCHAR));
}

ULONG NTAPI RtlxOemStringToUnicodeSize(PCOEM_STRING OemString)
{
    return RtlxAnsiStringToUnicodeSize(OemString);
}

ULONG NTAPI RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING UnicodeString)
{
    return (ULONG)narrow_size(UnicodeString->Buffer, UnicodeString->Length, NULL) + 1;
}

ULONG NTAPI RtlxUnicodeStringToOemSize(PCUNICODE_STRING UnicodeString)
{
    return RtlxUnicodeStringToAnsiSize(UnicodeString);
}

static NTSTATUS widen_string(PUNICODE_STRING to, const STRING *from, BOOLEAN allocate)
{
    ULONG size = RtlxAnsiStringToUnicodeSize(from), written;
    if (size > MAXUSHORT)
        return STATUS_INVALID_PARAMETER_2;
    if (allocate) {
        PWCH buffer = rtl_allocate(size);
        if (!buffer)
            return STATUS_NO_MEMORY;
        to->Buffer = buffer;
        to->MaximumLength = (USHORT)size;
    } else if (size > to->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    RtlMultiByteToUnicodeN(to->Buffer, size - sizeof(WCHAR), &written, from->Buffer, from->Length);
    to->Length = (USHORT)written;
    to->Buffer[written / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

/* Without room the text is cut at a character and terminated: STATUS_BUFFER_OVERFLOW. */
static NTSTATUS narrow_string(PSTRING to, PCUNICODE_STRING from, BOOLEAN allocate, bool terminated, char16_t (*map)(char16_t))
{
    size_t size = narrow_size(from->Buffer, from->Length, map) + (terminated ? 1 : 0);
    NTSTATUS status = STATUS_SUCCESS;
    ULONG written;
    if (size > MAXUSHORT)
        return STATUS_INVALID_PARAMETER_2;
    if (allocate) {
        PCHAR buffer = rtl_allocate(size ? size : 1);
        if (!buffer)
            return STATUS_NO_MEMORY;
        to->Buffer = buffer;
        to->MaximumLength = (USHORT)size;
    } else if (size > to->MaximumLength) {
        if (!to->MaximumLength)
            return STATUS_BUFFER_OVERFLOW;
        status = STATUS_BUFFER_OVERFLOW;
        size = to->MaximumLength;
    }
    narrow(to->Buffer, (ULONG)(size - (terminated ? 1 : 0)), &written, from->Buffer, from->Length, map);
    to->Length = (USHORT)written;
    if (terminated)
        to->Buffer[written] = 0;
    return status;
}

NTSTATUS NTAPI RtlAnsiStringToUnicodeString(PUNICODE_STRING DestinationString, PANSI_STRING SourceString,
    BOOLEAN AllocateDestinationString)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    return widen_string(DestinationString, SourceString, AllocateDestinationString);
}

NTSTATUS NTAPI RtlOemStringToUnicodeString(PUNICODE_STRING DestinationString, PCOEM_STRING SourceString,
    BOOLEAN AllocateDestinationString)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    return widen_string(DestinationString, SourceString, AllocateDestinationString);
}

NTSTATUS NTAPI RtlUTF8StringToUnicodeString(PUNICODE_STRING DestinationString, PUTF8_STRING SourceString,
    BOOLEAN AllocateDestinationString)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    return widen_string(DestinationString, SourceString, AllocateDestinationString);
}

NTSTATUS NTAPI RtlUnicodeStringToAnsiString(PANSI_STRING DestinationString, PCUNICODE_STRING SourceString,
    BOOLEAN AllocateDestinationString)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    return narrow_string(DestinationString, SourceString, AllocateDestinationString, true, NULL);
}

NTSTATUS NTAPI RtlUnicodeStringToUTF8String(PUTF8_STRING DestinationString, PCUNICODE_STRING SourceString,
    BOOLEAN AllocateDestinationString)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    return narrow_string(DestinationString, SourceString, AllocateDestinationString, true, NULL);
}

NTSTATUS NTAPI RtlUpcaseUnicodeStringToAnsiString(PANSI_STRING DestinationString, PCUNICODE_STRING SourceString,
    BOOLEAN AllocateDestinationString)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    return narrow_string(DestinationString, SourceString, AllocateDestinationString, true, upper);
}

NTSTATUS NTAPI RtlUnicodeStringToOemString(POEM_STRING DestinationString, PCUNICODE_STRING SourceString,
    BOOLEAN AllocateDestinationString)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    return narrow_string(DestinationString, SourceString, AllocateDestinationString, true, NULL);
}

NTSTATUS NTAPI RtlUpcaseUnicodeStringToOemString(POEM_STRING DestinationString, PCUNICODE_STRING SourceString,
    BOOLEAN AllocateDestinationString)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    return narrow_string(DestinationString, SourceString, AllocateDestinationString, true, upper);
}

NTSTATUS NTAPI RtlUnicodeStringToCountedOemString(POEM_STRING DestinationString, PCUNICODE_STRING SourceString,
    BOOLEAN AllocateDestinationString)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    return narrow_string(DestinationString, SourceString, AllocateDestinationString, false, NULL);
}

NTSTATUS NTAPI RtlUpcaseUnicodeStringToCountedOemString(POEM_STRING DestinationString, PCUNICODE_STRING SourceString,
    BOOLEAN AllocateDestinationString)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    return narrow_string(DestinationString, SourceString, AllocateDestinationString, false, upper);
}
