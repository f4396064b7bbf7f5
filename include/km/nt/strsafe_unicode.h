/* The calls of ntstrsafe.h on UNICODE_STRINGs: results need no terminator, lengths are kept in the string. */
#ifndef OFM_NT_STRSAFE_UNICODE_H
#define OFM_NT_STRSAFE_UNICODE_H

/* A string whose lengths are odd, contradict each other or have no buffer is refused. */
OFM_INLINE NTSTATUS RtlUnicodeStringValidateEx(_In_opt_ PCUNICODE_STRING SourceString, _In_ ULONG dwFlags)
{
    if (dwFlags & ~(ULONG)NTSTRSAFE_VALID_FLAGS)
        return STATUS_INVALID_PARAMETER;
    if (!SourceString)
        return (dwFlags & STRSAFE_IGNORE_NULLS) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    if ((SourceString->Length | SourceString->MaximumLength) % sizeof(WCHAR) ||
        SourceString->Length > SourceString->MaximumLength || (!SourceString->Buffer && SourceString->MaximumLength))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

OFM_INLINE NTSTATUS RtlUnicodeStringValidate(_In_ PCUNICODE_STRING SourceString)
{
    return RtlUnicodeStringValidateEx(SourceString, 0);
}

/* Points a string at pszSrc, which stays the caller's; NULL gives an empty one. */
OFM_INLINE NTSTATUS RtlUnicodeStringInitEx(
    _Out_ PUNICODE_STRING DestinationString, _In_opt_ NTSTRSAFE_PCWSTR pszSrc, _In_ ULONG dwFlags)
{
    SIZE_T n = 0;

    if (!DestinationString || (dwFlags & ~(ULONG)NTSTRSAFE_VALID_FLAGS))
        return STATUS_INVALID_PARAMETER;
    DestinationString->Length = DestinationString->MaximumLength = 0;
    DestinationString->Buffer = NULL;
    if (!pszSrc)
        return STATUS_SUCCESS;
    n = strsafe_lengthW(pszSrc, NTSTRSAFE_UNICODE_STRING_MAX_CCH + 1);
    if (n > NTSTRSAFE_UNICODE_STRING_MAX_CCH)
        return STATUS_INVALID_PARAMETER;
    DestinationString->Length = (USHORT)(n * sizeof(WCHAR));
    DestinationString->MaximumLength =
        (USHORT)((n < NTSTRSAFE_UNICODE_STRING_MAX_CCH ? n + 1 : n) * sizeof(WCHAR));
    DestinationString->Buffer = (PWCH)pszSrc;
    return STATUS_SUCCESS;
}

OFM_INLINE NTSTATUS RtlUnicodeStringInit(_Out_ PUNICODE_STRING DestinationString, _In_opt_ NTSTRSAFE_PCWSTR pszSrc)
{
    return RtlUnicodeStringInitEx(DestinationString, pszSrc, 0);
}

/* What the Ex forms do at the end, as strsafe_finish does for terminated strings. `kept` is the length before. */
OFM_INLINE NTSTATUS strsafe_unicode_finish(
    NTSTATUS status, PUNICODE_STRING to, SIZE_T units, SIZE_T kept, PUNICODE_STRING remaining, ULONG flags)
{
    SIZE_T capacity;

    if (!to)
        return status;
    capacity = to->MaximumLength / sizeof(WCHAR);
    if (NT_SUCCESS(status)) {
        if ((flags & STRSAFE_FILL_BEHIND) && capacity > units)
            memset(to->Buffer + units, (int)(flags & 0xff), (capacity - units) * sizeof(WCHAR));
    } else if (capacity) {
        if (flags & STRSAFE_NO_TRUNCATION)
            units = kept;
        if (flags & STRSAFE_FILL_ON_FAILURE) {
            memset(to->Buffer, (int)(flags & 0xff), capacity * sizeof(WCHAR));
            units = 0;
        }
        if (flags & STRSAFE_ZERO_LENGTH_ON_FAILURE)
            units = 0;
    }
    to->Length = (USHORT)(units * sizeof(WCHAR));
    if (remaining && (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW)) {
        remaining->Length = 0;
        remaining->MaximumLength = (USHORT)((capacity - units) * sizeof(WCHAR));
        remaining->Buffer = to->Buffer ? to->Buffer + units : NULL;
    }
    return status;
}

/* Copy and Cat of `count` characters at `from`; `limit` bounds them. */
OFM_INLINE NTSTATUS strsafe_unicode_put(int append, PUNICODE_STRING to, const WCHAR *from, SIZE_T count, SIZE_T limit,
    PUNICODE_STRING remaining, ULONG flags)
{
    NTSTATUS status = RtlUnicodeStringValidateEx(to, flags);
    SIZE_T capacity, start, room;

    if (!NT_SUCCESS(status))
        return status;
    if (limit > NTSTRSAFE_UNICODE_STRING_MAX_CCH && limit != (SIZE_T)-1)
        return STATUS_INVALID_PARAMETER;
    if (count > limit)
        count = limit;
    if (!to)
        return count ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
    capacity = to->MaximumLength / sizeof(WCHAR);
    start = append ? to->Length / sizeof(WCHAR) : 0;
    room = capacity - start;
    if (count > room) {
        status = STATUS_BUFFER_OVERFLOW;
        count = (flags & STRSAFE_NO_TRUNCATION) ? 0 : room;
    }
    if (count)
        memmove(to->Buffer + start, from, count * sizeof(WCHAR));
    return strsafe_unicode_finish(status, to, start + count, append ? start : 0, remaining, flags);
}

OFM_INLINE NTSTATUS strsafe_unicode_source(PCUNICODE_STRING from, ULONG flags, const WCHAR **start, SIZE_T *count)
{
    NTSTATUS status = RtlUnicodeStringValidateEx(from, flags);

    *start = from ? from->Buffer : NULL;
    *count = from ? from->Length / sizeof(WCHAR) : 0;
    return status;
}

OFM_INLINE NTSTATUS strsafe_unicode_text(
    const WCHAR *from, SIZE_T limit, ULONG flags, SIZE_T *count)
{
    if (!from)
        return (flags & STRSAFE_IGNORE_NULLS) ? (*count = 0, STATUS_SUCCESS) : STATUS_INVALID_PARAMETER;
    *count = strsafe_lengthW(from, limit < NTSTRSAFE_MAX_CCH ? limit : NTSTRSAFE_MAX_CCH);
    return STATUS_SUCCESS;
}

OFM_INLINE NTSTATUS strsafe_unicode_print(
    PUNICODE_STRING to, PUNICODE_STRING remaining, ULONG flags, const WCHAR *format, va_list arguments)
{
    NTSTATUS status = RtlUnicodeStringValidateEx(to, flags);
    SIZE_T capacity;
    int written;

    if (!NT_SUCCESS(status))
        return status;
    if (!to || !format)
        return (flags & STRSAFE_IGNORE_NULLS) && !to && !format ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    capacity = to->MaximumLength / sizeof(WCHAR);
    if (!capacity)
        return strsafe_unicode_finish(
            *format ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS, to, 0, 0, remaining, flags);
    written = ofm_format_wide(to->Buffer, capacity, format, arguments);
    if (written < 0 || (SIZE_T)written > capacity)
        return strsafe_unicode_finish(STATUS_BUFFER_OVERFLOW, to, capacity, 0, remaining, flags);
    return strsafe_unicode_finish(STATUS_SUCCESS, to, (SIZE_T)written, 0, remaining, flags);
}

/* Copy of another UNICODE_STRING, whole or at most so many characters (Cch) or bytes (Cb) of it. */
OFM_INLINE NTSTATUS RtlUnicodeStringCopy(_Inout_ PUNICODE_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString)
{
    const WCHAR *from;
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_source(SourceString, 0, &from, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(0, DestinationString, from, count, (SIZE_T)-1, NULL, 0) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCchCopyN(_Inout_ PUNICODE_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ SIZE_T cchToCopy)
{
    const WCHAR *from;
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_source(SourceString, 0, &from, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(0, DestinationString, from, count, cchToCopy, NULL, 0) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCbCopyN(_Inout_ PUNICODE_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ SIZE_T cbToCopy)
{
    const WCHAR *from;
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_source(SourceString, 0, &from, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(0, DestinationString, from, count, cbToCopy / sizeof(WCHAR), NULL, 0) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCopyEx(_Inout_ PUNICODE_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _Out_opt_ PUNICODE_STRING RemainingString, _In_ ULONG dwFlags)
{
    const WCHAR *from;
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_source(SourceString, dwFlags, &from, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(0, DestinationString, from, count, (SIZE_T)-1, RemainingString, dwFlags) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCchCopyNEx(_Inout_ PUNICODE_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ SIZE_T cchToCopy, _Out_opt_ PUNICODE_STRING RemainingString,
    _In_ ULONG dwFlags)
{
    const WCHAR *from;
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_source(SourceString, dwFlags, &from, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(0, DestinationString, from, count, cchToCopy, RemainingString, dwFlags) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCbCopyNEx(_Inout_ PUNICODE_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ SIZE_T cbToCopy, _Out_opt_ PUNICODE_STRING RemainingString,
    _In_ ULONG dwFlags)
{
    const WCHAR *from;
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_source(SourceString, dwFlags, &from, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(0, DestinationString, from, count, cbToCopy / sizeof(WCHAR), RemainingString, dwFlags) : status;
}

/* Copy of a terminated string. */
OFM_INLINE NTSTATUS RtlUnicodeStringCopyString(_Inout_ PUNICODE_STRING DestinationString,
    _In_ NTSTRSAFE_PCWSTR pszSrc)
{
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_text(pszSrc, (SIZE_T)-1, 0, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(0, DestinationString, pszSrc, count, (SIZE_T)-1, NULL, 0) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCchCopyStringN(_Inout_ PUNICODE_STRING DestinationString,
    _In_ NTSTRSAFE_PCWSTR pszSrc, _In_ SIZE_T cchToCopy)
{
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_text(pszSrc, cchToCopy, 0, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(0, DestinationString, pszSrc, count, cchToCopy, NULL, 0) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCbCopyStringN(_Inout_ PUNICODE_STRING DestinationString,
    _In_ NTSTRSAFE_PCWSTR pszSrc, _In_ SIZE_T cbToCopy)
{
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_text(pszSrc, cbToCopy / sizeof(WCHAR), 0, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(0, DestinationString, pszSrc, count, cbToCopy / sizeof(WCHAR), NULL, 0) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCopyStringEx(_Inout_ PUNICODE_STRING DestinationString,
    _In_ NTSTRSAFE_PCWSTR pszSrc, _Out_opt_ PUNICODE_STRING RemainingString, _In_ ULONG dwFlags)
{
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_text(pszSrc, (SIZE_T)-1, dwFlags, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(0, DestinationString, pszSrc, count, (SIZE_T)-1, RemainingString, dwFlags) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCchCopyStringNEx(_Inout_ PUNICODE_STRING DestinationString,
    _In_ NTSTRSAFE_PCWSTR pszSrc, _In_ SIZE_T cchToCopy, _Out_opt_ PUNICODE_STRING RemainingString,
    _In_ ULONG dwFlags)
{
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_text(pszSrc, cchToCopy, dwFlags, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(0, DestinationString, pszSrc, count, cchToCopy, RemainingString, dwFlags) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCbCopyStringNEx(_Inout_ PUNICODE_STRING DestinationString,
    _In_ NTSTRSAFE_PCWSTR pszSrc, _In_ SIZE_T cbToCopy, _Out_opt_ PUNICODE_STRING RemainingString, _In_ ULONG dwFlags)
{
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_text(pszSrc, cbToCopy / sizeof(WCHAR), dwFlags, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(0, DestinationString, pszSrc, count, cbToCopy / sizeof(WCHAR), RemainingString, dwFlags) : status;
}

/* Cat of another UNICODE_STRING, whole or at most so many characters (Cch) or bytes (Cb) of it. */
OFM_INLINE NTSTATUS RtlUnicodeStringCat(_Inout_ PUNICODE_STRING DestinationString, _In_ PCUNICODE_STRING SourceString)
{
    const WCHAR *from;
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_source(SourceString, 0, &from, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(1, DestinationString, from, count, (SIZE_T)-1, NULL, 0) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCchCatN(_Inout_ PUNICODE_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ SIZE_T cchToAppend)
{
    const WCHAR *from;
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_source(SourceString, 0, &from, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(1, DestinationString, from, count, cchToAppend, NULL, 0) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCbCatN(_Inout_ PUNICODE_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ SIZE_T cbToAppend)
{
    const WCHAR *from;
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_source(SourceString, 0, &from, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(1, DestinationString, from, count, cbToAppend / sizeof(WCHAR), NULL, 0) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCatEx(_Inout_ PUNICODE_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _Out_opt_ PUNICODE_STRING RemainingString, _In_ ULONG dwFlags)
{
    const WCHAR *from;
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_source(SourceString, dwFlags, &from, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(1, DestinationString, from, count, (SIZE_T)-1, RemainingString, dwFlags) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCchCatNEx(_Inout_ PUNICODE_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ SIZE_T cchToAppend, _Out_opt_ PUNICODE_STRING RemainingString,
    _In_ ULONG dwFlags)
{
    const WCHAR *from;
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_source(SourceString, dwFlags, &from, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(1, DestinationString, from, count, cchToAppend, RemainingString, dwFlags) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCbCatNEx(_Inout_ PUNICODE_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ SIZE_T cbToAppend, _Out_opt_ PUNICODE_STRING RemainingString,
    _In_ ULONG dwFlags)
{
    const WCHAR *from;
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_source(SourceString, dwFlags, &from, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(1, DestinationString, from, count, cbToAppend / sizeof(WCHAR), RemainingString, dwFlags) : status;
}

/* Cat of a terminated string. */
OFM_INLINE NTSTATUS RtlUnicodeStringCatString(_Inout_ PUNICODE_STRING DestinationString, _In_ NTSTRSAFE_PCWSTR pszSrc)
{
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_text(pszSrc, (SIZE_T)-1, 0, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(1, DestinationString, pszSrc, count, (SIZE_T)-1, NULL, 0) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCchCatStringN(_Inout_ PUNICODE_STRING DestinationString,
    _In_ NTSTRSAFE_PCWSTR pszSrc, _In_ SIZE_T cchToAppend)
{
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_text(pszSrc, cchToAppend, 0, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(1, DestinationString, pszSrc, count, cchToAppend, NULL, 0) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCbCatStringN(_Inout_ PUNICODE_STRING DestinationString,
    _In_ NTSTRSAFE_PCWSTR pszSrc, _In_ SIZE_T cbToAppend)
{
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_text(pszSrc, cbToAppend / sizeof(WCHAR), 0, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(1, DestinationString, pszSrc, count, cbToAppend / sizeof(WCHAR), NULL, 0) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCatStringEx(_Inout_ PUNICODE_STRING DestinationString,
    _In_ NTSTRSAFE_PCWSTR pszSrc, _Out_opt_ PUNICODE_STRING RemainingString, _In_ ULONG dwFlags)
{
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_text(pszSrc, (SIZE_T)-1, dwFlags, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(1, DestinationString, pszSrc, count, (SIZE_T)-1, RemainingString, dwFlags) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCchCatStringNEx(_Inout_ PUNICODE_STRING DestinationString,
    _In_ NTSTRSAFE_PCWSTR pszSrc, _In_ SIZE_T cchToAppend, _Out_opt_ PUNICODE_STRING RemainingString,
    _In_ ULONG dwFlags)
{
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_text(pszSrc, cchToAppend, dwFlags, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(1, DestinationString, pszSrc, count, cchToAppend, RemainingString, dwFlags) : status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringCbCatStringNEx(_Inout_ PUNICODE_STRING DestinationString,
    _In_ NTSTRSAFE_PCWSTR pszSrc, _In_ SIZE_T cbToAppend, _Out_opt_ PUNICODE_STRING RemainingString,
    _In_ ULONG dwFlags)
{
    SIZE_T count;
    NTSTATUS status = strsafe_unicode_text(pszSrc, cbToAppend / sizeof(WCHAR), dwFlags, &count);

    return NT_SUCCESS(status) ? strsafe_unicode_put(1, DestinationString, pszSrc, count, cbToAppend / sizeof(WCHAR), RemainingString, dwFlags) : status;
}

/* Formatted output. */
OFM_INLINE NTSTATUS RtlUnicodeStringVPrintf(_Inout_ PUNICODE_STRING DestinationString,
    _In_ NTSTRSAFE_PCWSTR pszFormat, _In_ va_list argList)
{
    return strsafe_unicode_print(DestinationString, NULL, 0, pszFormat, argList);
}

OFM_INLINE NTSTATUS RtlUnicodeStringVPrintfEx(_Inout_ PUNICODE_STRING DestinationString,
    _Out_opt_ PUNICODE_STRING RemainingString, _In_ ULONG dwFlags, _In_ NTSTRSAFE_PCWSTR pszFormat,
    _In_ va_list argList)
{
    return strsafe_unicode_print(DestinationString, RemainingString, dwFlags, pszFormat, argList);
}

OFM_INLINE NTSTATUS RtlUnicodeStringPrintf(_Inout_ PUNICODE_STRING DestinationString, _In_ NTSTRSAFE_PCWSTR pszFormat,
    ...)
{
    va_list arguments;
    NTSTATUS status;

    va_start(arguments, pszFormat);
    status = strsafe_unicode_print(DestinationString, NULL, 0, pszFormat, arguments);
    va_end(arguments);
    return status;
}

OFM_INLINE NTSTATUS RtlUnicodeStringPrintfEx(_Inout_ PUNICODE_STRING DestinationString,
    _Out_opt_ PUNICODE_STRING RemainingString, _In_ ULONG dwFlags, _In_ NTSTRSAFE_PCWSTR pszFormat, ...)
{
    va_list arguments;
    NTSTATUS status;

    va_start(arguments, pszFormat);
    status = strsafe_unicode_print(DestinationString, RemainingString, dwFlags, pszFormat, arguments);
    va_end(arguments);
    return status;
}

/* From a UNICODE_STRING into a terminated buffer. */
OFM_INLINE NTSTATUS strsafe_from_unicode(int append, WCHAR *to, SIZE_T bytes, PCUNICODE_STRING from, WCHAR **end_out,
    SIZE_T *remaining_out, SIZE_T unit, ULONG flags)
{
    SIZE_T capacity = bytes / sizeof(WCHAR), start = 0, count, room;
    const WCHAR *text;
    NTSTATUS status = strsafe_unicode_source(from, flags, &text, &count);

    if (NT_SUCCESS(status))
        status = strsafe_checkW(to, bytes, (SIZE_T)NTSTRSAFE_MAX_CCH * sizeof(WCHAR), NULL, flags);
    if (!NT_SUCCESS(status))
        return status;
    if (!capacity)
        return count ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
    if (append && (start = strsafe_lengthW(to, capacity)) == capacity)
        return STATUS_INVALID_PARAMETER;
    room = capacity - start - 1;
    if (count > room) {
        status = STATUS_BUFFER_OVERFLOW;
        count = room;
    }
    if (count)
        memmove(to + start, text, count * sizeof(WCHAR));
    to[start + count] = 0;
    return strsafe_finishW(status, to, bytes, start + count, start, end_out, remaining_out, unit, flags);
}

OFM_INLINE NTSTATUS RtlStringCchCopyUnicodeString(_Out_ NTSTRSAFE_PWSTR pszDest, _In_ SIZE_T cchDest,
    _In_ PCUNICODE_STRING SourceString)
{
    return strsafe_from_unicode(0, pszDest, STRSAFE_BYTES(cchDest, WCHAR), SourceString, NULL, NULL, 0, 0);
}

OFM_INLINE NTSTATUS RtlStringCchCopyUnicodeStringEx(_Out_ NTSTRSAFE_PWSTR pszDest, _In_ SIZE_T cchDest,
    _In_ PCUNICODE_STRING SourceString, _Out_opt_ NTSTRSAFE_PWSTR *ppszDestEnd, _Out_opt_ SIZE_T *pcchRemaining,
    _In_ ULONG dwFlags)
{
    return strsafe_from_unicode(
        0, pszDest, STRSAFE_BYTES(cchDest, WCHAR), SourceString, ppszDestEnd, pcchRemaining, 2, dwFlags);
}

OFM_INLINE NTSTATUS RtlStringCbCopyUnicodeString(_Out_ NTSTRSAFE_PWSTR pszDest, _In_ SIZE_T cbDest,
    _In_ PCUNICODE_STRING SourceString)
{
    return strsafe_from_unicode(0, pszDest, cbDest, SourceString, NULL, NULL, 0, 0);
}

OFM_INLINE NTSTATUS RtlStringCbCopyUnicodeStringEx(_Out_ NTSTRSAFE_PWSTR pszDest, _In_ SIZE_T cbDest,
    _In_ PCUNICODE_STRING SourceString, _Out_opt_ NTSTRSAFE_PWSTR *ppszDestEnd, _Out_opt_ SIZE_T *pcbRemaining,
    _In_ ULONG dwFlags)
{
    return strsafe_from_unicode(
        0, pszDest, cbDest, SourceString, ppszDestEnd, pcbRemaining, 1, dwFlags);
}

OFM_INLINE NTSTATUS RtlStringCchCatUnicodeString(_Out_ NTSTRSAFE_PWSTR pszDest, _In_ SIZE_T cchDest,
    _In_ PCUNICODE_STRING SourceString)
{
    return strsafe_from_unicode(1, pszDest, STRSAFE_BYTES(cchDest, WCHAR), SourceString, NULL, NULL, 0, 0);
}

OFM_INLINE NTSTATUS RtlStringCchCatUnicodeStringEx(_Out_ NTSTRSAFE_PWSTR pszDest, _In_ SIZE_T cchDest,
    _In_ PCUNICODE_STRING SourceString, _Out_opt_ NTSTRSAFE_PWSTR *ppszDestEnd, _Out_opt_ SIZE_T *pcchRemaining,
    _In_ ULONG dwFlags)
{
    return strsafe_from_unicode(
        1, pszDest, STRSAFE_BYTES(cchDest, WCHAR), SourceString, ppszDestEnd, pcchRemaining, 2, dwFlags);
}

OFM_INLINE NTSTATUS RtlStringCbCatUnicodeString(_Out_ NTSTRSAFE_PWSTR pszDest, _In_ SIZE_T cbDest,
    _In_ PCUNICODE_STRING SourceString)
{
    return strsafe_from_unicode(1, pszDest, cbDest, SourceString, NULL, NULL, 0, 0);
}

OFM_INLINE NTSTATUS RtlStringCbCatUnicodeStringEx(_Out_ NTSTRSAFE_PWSTR pszDest, _In_ SIZE_T cbDest,
    _In_ PCUNICODE_STRING SourceString, _Out_opt_ NTSTRSAFE_PWSTR *ppszDestEnd, _Out_opt_ SIZE_T *pcbRemaining,
    _In_ ULONG dwFlags)
{
    return strsafe_from_unicode(
        1, pszDest, cbDest, SourceString, ppszDestEnd, pcbRemaining, 1, dwFlags);
}

#endif
