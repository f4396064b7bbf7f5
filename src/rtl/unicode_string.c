/* UNICODE_STRING: initialise, copy, append, compare, change case, duplicate, search.
 * Pure code: no locks, any thread; the caller guards its strings. */
#include <ntifs.h>

#include <string.h>

#include "rtl/case.h"
#include "rtl/host.h"
#include "rtl/utf.h"

#define MAX_INIT_BYTES (UNICODE_STRING_MAX_BYTES - sizeof(WCHAR))

/* A terminator is written when there is room for it: drivers rely on it although it is not promised. */
static void terminate(PUNICODE_STRING string)
{
    if (string->Length + sizeof(WCHAR) <= string->MaximumLength)
        string->Buffer[string->Length / sizeof(WCHAR)] = 0;
}

VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
    size_t bytes = SourceString ? rtl_wide_length(SourceString) * sizeof(WCHAR) : 0;
    if (bytes > MAX_INIT_BYTES)
        bytes = MAX_INIT_BYTES;
    DestinationString->Length = (USHORT)bytes;
    DestinationString->MaximumLength = SourceString ? (USHORT)(bytes + sizeof(WCHAR)) : 0;
    DestinationString->Buffer = (PWCH)SourceString;
}

NTSTATUS NTAPI RtlInitUnicodeStringEx(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
    if (SourceString && rtl_wide_length(SourceString) * sizeof(WCHAR) > MAX_INIT_BYTES)
        return STATUS_NAME_TOO_LONG;
    RtlInitUnicodeString(DestinationString, SourceString);
    return STATUS_SUCCESS;
}

VOID NTAPI RtlCopyUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString)
{
    if (!SourceString) {
        DestinationString->Length = 0;
        return;
    }
    USHORT bytes = SourceString->Length;
    if (bytes > DestinationString->MaximumLength)
        bytes = DestinationString->MaximumLength;
    if (bytes)
        memmove(DestinationString->Buffer, SourceString->Buffer, bytes);
    DestinationString->Length = bytes;
    terminate(DestinationString);
}

static NTSTATUS append(PUNICODE_STRING to, const WCHAR *text, size_t bytes)
{
    if (!bytes)
        return STATUS_SUCCESS;
    if (to->Length + bytes > to->MaximumLength)
        return STATUS_BUFFER_TOO_SMALL;
    memmove((char *)to->Buffer + to->Length, text, bytes);
    to->Length = (USHORT)(to->Length + bytes);
    terminate(to);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source)
{
    return append(Destination, Source, Source ? rtl_wide_length(Source) * sizeof(WCHAR) : 0);
}

NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING Destination, PCUNICODE_STRING Source)
{
    return append(Destination, Source->Buffer, Source->Length);
}

static LONG compare_units(const WCHAR *a, const WCHAR *b, size_t count, BOOLEAN ignore_case)
{
    for (size_t i = 0; i < count; i++) {
        if (a[i] == b[i])
            continue;
        WCHAR x = ignore_case ? rtl_upper(a[i]) : a[i], y = ignore_case ? rtl_upper(b[i]) : b[i];
        if (x != y)
            return (LONG)x - (LONG)y;
    }
    return 0;
}

LONG NTAPI RtlCompareUnicodeStrings(PCWCH String1, SIZE_T String1Length, PCWCH String2, SIZE_T String2Length,
    BOOLEAN CaseInSensitive)
{
    size_t shorter = String1Length < String2Length ? String1Length : String2Length;
    LONG difference = compare_units(String1, String2, shorter, CaseInSensitive);
    return difference ? difference : (LONG)(String1Length - String2Length);
}

LONG NTAPI RtlCompareUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2, BOOLEAN CaseInSensitive)
{
    USHORT shorter = String1->Length < String2->Length ? String1->Length : String2->Length;
    LONG difference = compare_units(String1->Buffer, String2->Buffer, shorter / sizeof(WCHAR), CaseInSensitive);
    return difference ? difference : (LONG)String1->Length - (LONG)String2->Length;
}

BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2, BOOLEAN CaseInSensitive)
{
    if (String1->Length != String2->Length)
        return FALSE;
    if (!CaseInSensitive)
        return !String1->Length || !memcmp(String1->Buffer, String2->Buffer, String1->Length);
    return !compare_units(String1->Buffer, String2->Buffer, String1->Length / sizeof(WCHAR), TRUE);
}

BOOLEAN NTAPI RtlPrefixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2, BOOLEAN CaseInSensitive)
{
    if (String1->Length > String2->Length)
        return FALSE;
    return !compare_units(String1->Buffer, String2->Buffer, String1->Length / sizeof(WCHAR), CaseInSensitive);
}

BOOLEAN NTAPI RtlSuffixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2, BOOLEAN CaseInSensitive)
{
    if (String1->Length > String2->Length)
        return FALSE;
    const WCHAR *tail = String2->Buffer + (String2->Length - String1->Length) / sizeof(WCHAR);
    return !compare_units(String1->Buffer, tail, String1->Length / sizeof(WCHAR), CaseInSensitive);
}

WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR SourceCharacter)
{
    return rtl_upper(SourceCharacter);
}

WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR SourceCharacter)
{
    return rtl_lower(SourceCharacter);
}

/* Gives `to` a buffer of `bytes` when asked; else checks that there is room. */
static NTSTATUS make_room(PUNICODE_STRING to, USHORT bytes, BOOLEAN allocate)
{
    if (!allocate)
        return bytes > to->MaximumLength ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
    PWCH buffer = rtl_allocate(bytes ? bytes : sizeof(WCHAR));
    if (!buffer)
        return STATUS_NO_MEMORY;
    to->Buffer = buffer;
    to->MaximumLength = bytes;
    return STATUS_SUCCESS;
}

static NTSTATUS map_string(PUNICODE_STRING to, PCUNICODE_STRING from, BOOLEAN allocate, char16_t (*map)(char16_t))
{
    NTSTATUS status = make_room(to, from->Length, allocate);
    if (!NT_SUCCESS(status))
        return status;
    for (USHORT i = 0; i < from->Length / sizeof(WCHAR); i++)
        to->Buffer[i] = map(from->Buffer[i]);
    to->Length = from->Length;
    return STATUS_SUCCESS;
}

static char16_t upper(char16_t c)
{
    return rtl_upper(c);
}

static char16_t lower(char16_t c)
{
    return rtl_lower(c);
}

NTSTATUS NTAPI RtlUpcaseUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString,
    BOOLEAN AllocateDestinationString)
{
    RTL_REQUIRE_IRQL(APC_LEVEL);
    return map_string(DestinationString, SourceString, AllocateDestinationString, upper);
}

NTSTATUS NTAPI RtlDowncaseUnicodeString(PUNICODE_STRING UniDest, PCUNICODE_STRING UniSource, BOOLEAN AllocateUniDest)
{
    RTL_REQUIRE_IRQL(APC_LEVEL);
    return map_string(UniDest, UniSource, AllocateUniDest, lower);
}

VOID NTAPI RtlFreeUnicodeString(PUNICODE_STRING UnicodeString)
{
    RTL_REQUIRE_IRQL(APC_LEVEL);
    if (!UnicodeString->Buffer)
        return;
    rtl_release(UnicodeString->Buffer);
    *UnicodeString = (UNICODE_STRING){0};
}

BOOLEAN NTAPI RtlCreateUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
    size_t bytes = (rtl_wide_length(SourceString) + 1) * sizeof(WCHAR);
    if (bytes > UNICODE_STRING_MAX_BYTES || !NT_SUCCESS(make_room(DestinationString, (USHORT)bytes, TRUE)))
        return FALSE;
    memcpy(DestinationString->Buffer, SourceString, bytes);
    DestinationString->Length = (USHORT)(bytes - sizeof(WCHAR));
    return TRUE;
}

/* Flags: 1 terminates, 2 gives even an empty string a buffer; 3 is both. */
NTSTATUS NTAPI RtlDuplicateUnicodeString(ULONG Flags, PCUNICODE_STRING StringIn, PUNICODE_STRING StringOut)
{
    bool terminated = Flags & RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE;
    bool even_empty = Flags & RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING;
    if (!StringIn || !StringOut || StringIn->Length > StringIn->MaximumLength || StringIn->Length % sizeof(WCHAR) ||
        (StringIn->Length && !StringIn->Buffer) || Flags > 3 || (even_empty && !terminated))
        return STATUS_INVALID_PARAMETER;
    if (terminated && StringIn->Length >= UNICODE_STRING_MAX_BYTES)
        return STATUS_NAME_TOO_LONG;
    if (!StringIn->Length && !even_empty) {
        *StringOut = (UNICODE_STRING){0};
        return STATUS_SUCCESS;
    }
    NTSTATUS status = make_room(StringOut, (USHORT)(StringIn->Length + (terminated ? sizeof(WCHAR) : 0)), TRUE);
    if (!NT_SUCCESS(status))
        return status;
    if (StringIn->Length)
        memcpy(StringOut->Buffer, StringIn->Buffer, StringIn->Length);
    StringOut->Length = StringIn->Length;
    terminate(StringOut);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlHashUnicodeString(PCUNICODE_STRING String, BOOLEAN CaseInSensitive, ULONG HashAlgorithm,
    PULONG HashValue)
{
    if (!String || !HashValue || HashAlgorithm > HASH_STRING_ALGORITHM_X65599)
        return STATUS_INVALID_PARAMETER;
    ULONG hash = 0;
    for (USHORT i = 0; i < String->Length / sizeof(WCHAR); i++)
        hash = hash * 65599 + (CaseInSensitive ? rtl_upper(String->Buffer[i]) : String->Buffer[i]);
    *HashValue = hash;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlValidateUnicodeString(ULONG Flags, PCUNICODE_STRING String)
{
    if (Flags)
        return STATUS_INVALID_PARAMETER;
    if (!String)
        return STATUS_SUCCESS;
    bool valid = String->Length % sizeof(WCHAR) == 0 && String->MaximumLength % sizeof(WCHAR) == 0 &&
        String->Length <= String->MaximumLength && (String->Buffer || !String->MaximumLength);
    return valid ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static bool is_one_of(WCHAR c, PCUNICODE_STRING set, bool ignore_case)
{
    for (USHORT i = 0; i < set->Length / sizeof(WCHAR); i++) {
        if (ignore_case ? rtl_upper(c) == rtl_upper(set->Buffer[i]) : c == set->Buffer[i])
            return true;
    }
    return false;
}

/* Flags: 1 from the end, 2 the first character NOT in the set, 4 without case. The position is in bytes: behind the character
 * found when going forward, before it when going backward. */
NTSTATUS NTAPI RtlFindCharInUnicodeString(ULONG Flags, PCUNICODE_STRING String, PCUNICODE_STRING CharSet,
    USHORT *NonInclusivePrefixLength)
{
    *NonInclusivePrefixLength = 0;
    if (Flags & ~7u)
        return STATUS_INVALID_PARAMETER;
    USHORT count = String->Length / sizeof(WCHAR);
    for (USHORT step = 0; step < count; step++) {
        USHORT at = Flags & 1 ? (USHORT)(count - 1 - step) : step;
        if (is_one_of(String->Buffer[at], CharSet, Flags & 4) == !(Flags & 2)) {
            *NonInclusivePrefixLength = (USHORT)((Flags & 1 ? at : at + 1) * sizeof(WCHAR));
            return STATUS_SUCCESS;
        }
    }
    return STATUS_NOT_FOUND;
}
