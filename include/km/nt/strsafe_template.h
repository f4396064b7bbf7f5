/* The string calls of ntstrsafe.h for one width: included there once with CHAR and once with WCHAR; no guard on purpose. */

/* Length of a string of at most `limit` characters; `limit` itself when it has no end. */
OFM_INLINE SIZE_T STRSAFE_NAME(strsafe_length)(const STRSAFE_CHAR *s, SIZE_T limit)
{
    SIZE_T n = 0;

    while (n < limit && s[n])
        n++;
    return n;
}

/* Copies at most `limit` characters behind `at`, terminates; *end becomes the position of the terminator. */
OFM_INLINE NTSTATUS STRSAFE_NAME(strsafe_append)(
    STRSAFE_CHAR *to, SIZE_T capacity, SIZE_T at, const STRSAFE_CHAR *from, SIZE_T limit, SIZE_T *end)
{
    while (at < capacity - 1 && limit && *from) {
        to[at++] = *from++;
        limit--;
    }
    to[at] = 0;
    *end = at;
    return (limit && *from) ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

OFM_INLINE NTSTATUS STRSAFE_NAME(strsafe_format)(
    STRSAFE_CHAR *to, SIZE_T capacity, SIZE_T *end, const STRSAFE_CHAR *format, va_list arguments)
{
    SIZE_T room = capacity - 1;
    int written = STRSAFE_FORMAT(to, room, format, arguments);

    if (written >= 0 && (SIZE_T)written < room) {
        *end = (SIZE_T)written;
        return STATUS_SUCCESS;
    }
    to[room] = 0;
    *end = room;
    return (written >= 0 && (SIZE_T)written == room) ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}

/*
 * What the Ex forms do at the end: fill behind the result, or treat the buffer as the flags say after a failure, and give
 * the end and what remains. `kept` is the length that a failed Cat with STRSAFE_NO_TRUNCATION restores, 0 else.
 */
OFM_INLINE NTSTATUS STRSAFE_NAME(strsafe_finish)(NTSTATUS status, STRSAFE_CHAR *to, SIZE_T bytes, SIZE_T end, SIZE_T kept,
    STRSAFE_CHAR **end_out, SIZE_T *remaining_out, SIZE_T unit, ULONG flags)
{
    SIZE_T capacity = bytes / sizeof(STRSAFE_CHAR);

    if (NT_SUCCESS(status)) {
        if ((flags & STRSAFE_FILL_BEHIND_NULL) && capacity > end + 1)
            memset(to + end + 1, (int)(flags & 0xff), bytes - (end + 1) * sizeof(STRSAFE_CHAR));
    } else if (capacity) {
        if (flags & STRSAFE_NO_TRUNCATION) {
            to[kept] = 0;
            end = kept;
        }
        if (flags & STRSAFE_FILL_ON_FAILURE) {
            memset(to, (int)(flags & 0xff), bytes);
            end = (flags & 0xff) ? capacity - 1 : 0;
            to[end] = 0;
        }
        if (flags & STRSAFE_NULL_ON_FAILURE) {
            to[0] = 0;
            end = 0;
        }
    }
    if (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW) {
        if (end_out)
            *end_out = to ? to + end : to;
        if (remaining_out)
            *remaining_out = unit == 1 ? bytes - end * sizeof(STRSAFE_CHAR) : capacity - end;
    }
    return status;
}

/* Size and flags of a destination; IGNORE_NULLS lets a NULL of size 0 pass and reads a NULL source as an empty string. */
OFM_INLINE NTSTATUS STRSAFE_NAME(strsafe_check)(
    STRSAFE_CHAR *to, SIZE_T bytes, SIZE_T max_bytes, const STRSAFE_CHAR **from, ULONG flags)
{
    static const STRSAFE_CHAR empty[1] = {0};

    if ((flags & ~(ULONG)NTSTRSAFE_VALID_FLAGS) || bytes > max_bytes)
        return STATUS_INVALID_PARAMETER;
    if (flags & STRSAFE_IGNORE_NULLS) {
        if (!to && bytes)
            return STATUS_INVALID_PARAMETER;
        if (from && !*from)
            *from = empty;
        return STATUS_SUCCESS;
    }
    return bytes < sizeof(STRSAFE_CHAR) ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

/* Copy (append false) and Cat (append true), every form. `unit` is the unit of *remaining: 1 bytes, else characters. */
OFM_INLINE NTSTATUS STRSAFE_NAME(strsafe_put)(int append, STRSAFE_CHAR *to, SIZE_T bytes, const STRSAFE_CHAR *from,
    SIZE_T limit, STRSAFE_CHAR **end_out, SIZE_T *remaining_out, SIZE_T unit, ULONG flags)
{
    const SIZE_T max_bytes = (SIZE_T)NTSTRSAFE_MAX_CCH * sizeof(STRSAFE_CHAR);
    SIZE_T capacity = bytes / sizeof(STRSAFE_CHAR), start = 0, end = 0;
    NTSTATUS status = STRSAFE_NAME(strsafe_check)(to, bytes, max_bytes, &from, flags);

    if (!NT_SUCCESS(status))
        return status;
    if (limit > NTSTRSAFE_MAX_LENGTH && limit != (SIZE_T)-1)
        status = STATUS_INVALID_PARAMETER;
    else if (!capacity)
        status = !(limit && *from) ? STATUS_SUCCESS : to ? STATUS_BUFFER_OVERFLOW : STATUS_INVALID_PARAMETER;
    else if (append && (start = STRSAFE_NAME(strsafe_length)(to, capacity)) == capacity)
        return STATUS_INVALID_PARAMETER;
    else
        status = STRSAFE_NAME(strsafe_append)(to, capacity, start, from, limit, &end);
    if (status == STATUS_INVALID_PARAMETER && capacity && !append)
        to[0] = 0;
    return STRSAFE_NAME(strsafe_finish)(status, to, bytes, end, start, end_out, remaining_out, unit, flags);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(strsafe_print)(STRSAFE_CHAR *to, SIZE_T bytes, STRSAFE_CHAR **end_out,
    SIZE_T *remaining_out, SIZE_T unit, ULONG flags, const STRSAFE_CHAR *format, va_list arguments)
{
    const SIZE_T max_bytes = (SIZE_T)NTSTRSAFE_MAX_CCH * sizeof(STRSAFE_CHAR);
    SIZE_T capacity = bytes / sizeof(STRSAFE_CHAR), end = 0;
    NTSTATUS status = STRSAFE_NAME(strsafe_check)(to, bytes, max_bytes, &format, flags);

    if (!NT_SUCCESS(status))
        return status;
    if (!capacity)
        status = !*format ? STATUS_SUCCESS : to ? STATUS_BUFFER_OVERFLOW : STATUS_INVALID_PARAMETER;
    else
        status = STRSAFE_NAME(strsafe_format)(to, capacity, &end, format, arguments);
    return STRSAFE_NAME(strsafe_finish)(status, to, bytes, end, 0, end_out, remaining_out, unit, flags);
}

/* Sizes in characters become bytes; one that is too large stays too large. */
#ifndef STRSAFE_BYTES
#define STRSAFE_BYTES(cch, type) ((cch) > NTSTRSAFE_MAX_CCH ? (SIZE_T)-1 : (cch) * sizeof(type))
#endif

/* Copy: RtlStringCchCopy(dest, size, src) and RtlStringCbCopy; N: at most so many characters of src. */
OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCchCopy)(
    _Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cchDest, _In_ const STRSAFE_CHAR *pszSrc)
{
    return STRSAFE_NAME(strsafe_put)(
        0, pszDest, STRSAFE_BYTES(cchDest, STRSAFE_CHAR), pszSrc, (SIZE_T)-1, NULL, NULL, 0, 0);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCbCopy)(
    _Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cbDest, _In_ const STRSAFE_CHAR *pszSrc)
{
    return STRSAFE_NAME(strsafe_put)(0, pszDest, cbDest, pszSrc, (SIZE_T)-1, NULL, NULL, 0, 0);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCchCopyEx)(_Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cchDest,
    _In_ const STRSAFE_CHAR *pszSrc, _Out_opt_ STRSAFE_CHAR **ppszDestEnd, _Out_opt_ SIZE_T *pcchRemaining,
    _In_ ULONG dwFlags)
{
    return STRSAFE_NAME(strsafe_put)(0, pszDest, STRSAFE_BYTES(cchDest, STRSAFE_CHAR), pszSrc, (SIZE_T)-1, ppszDestEnd,
        pcchRemaining, sizeof(STRSAFE_CHAR) + 1, dwFlags);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCbCopyEx)(_Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cbDest,
    _In_ const STRSAFE_CHAR *pszSrc, _Out_opt_ STRSAFE_CHAR **ppszDestEnd, _Out_opt_ SIZE_T *pcbRemaining,
    _In_ ULONG dwFlags)
{
    return STRSAFE_NAME(strsafe_put)(0, pszDest, cbDest, pszSrc, (SIZE_T)-1, ppszDestEnd, pcbRemaining, 1, dwFlags);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCchCopyN)(
    _Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cchDest, _In_ const STRSAFE_CHAR *pszSrc, _In_ SIZE_T cchToCopy)
{
    return STRSAFE_NAME(strsafe_put)(0, pszDest, STRSAFE_BYTES(cchDest, STRSAFE_CHAR), pszSrc,
        cchToCopy > NTSTRSAFE_MAX_LENGTH ? (SIZE_T)-2 : cchToCopy, NULL, NULL, 0, 0);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCbCopyN)(
    _Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cbDest, _In_ const STRSAFE_CHAR *pszSrc, _In_ SIZE_T cbToCopy)
{
    return STRSAFE_NAME(strsafe_put)(0, pszDest, cbDest, pszSrc, cbToCopy / sizeof(STRSAFE_CHAR), NULL, NULL, 0, 0);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCchCopyNEx)(_Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cchDest,
    _In_ const STRSAFE_CHAR *pszSrc, _In_ SIZE_T cchToCopy, _Out_opt_ STRSAFE_CHAR **ppszDestEnd,
    _Out_opt_ SIZE_T *pcchRemaining, _In_ ULONG dwFlags)
{
    return STRSAFE_NAME(strsafe_put)(0, pszDest, STRSAFE_BYTES(cchDest, STRSAFE_CHAR), pszSrc,
        cchToCopy > NTSTRSAFE_MAX_LENGTH ? (SIZE_T)-2 : cchToCopy, ppszDestEnd, pcchRemaining,
        sizeof(STRSAFE_CHAR) + 1, dwFlags);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCbCopyNEx)(_Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cbDest,
    _In_ const STRSAFE_CHAR *pszSrc, _In_ SIZE_T cbToCopy, _Out_opt_ STRSAFE_CHAR **ppszDestEnd,
    _Out_opt_ SIZE_T *pcbRemaining, _In_ ULONG dwFlags)
{
    return STRSAFE_NAME(strsafe_put)(
        0, pszDest, cbDest, pszSrc, cbToCopy / sizeof(STRSAFE_CHAR), ppszDestEnd, pcbRemaining, 1, dwFlags);
}

/* Cat: appends. */
OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCchCat)(
    _Inout_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cchDest, _In_ const STRSAFE_CHAR *pszSrc)
{
    return STRSAFE_NAME(strsafe_put)(
        1, pszDest, STRSAFE_BYTES(cchDest, STRSAFE_CHAR), pszSrc, (SIZE_T)-1, NULL, NULL, 0, 0);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCbCat)(
    _Inout_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cbDest, _In_ const STRSAFE_CHAR *pszSrc)
{
    return STRSAFE_NAME(strsafe_put)(1, pszDest, cbDest, pszSrc, (SIZE_T)-1, NULL, NULL, 0, 0);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCchCatEx)(_Inout_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cchDest,
    _In_ const STRSAFE_CHAR *pszSrc, _Out_opt_ STRSAFE_CHAR **ppszDestEnd, _Out_opt_ SIZE_T *pcchRemaining,
    _In_ ULONG dwFlags)
{
    return STRSAFE_NAME(strsafe_put)(1, pszDest, STRSAFE_BYTES(cchDest, STRSAFE_CHAR), pszSrc, (SIZE_T)-1, ppszDestEnd,
        pcchRemaining, sizeof(STRSAFE_CHAR) + 1, dwFlags);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCbCatEx)(_Inout_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cbDest,
    _In_ const STRSAFE_CHAR *pszSrc, _Out_opt_ STRSAFE_CHAR **ppszDestEnd, _Out_opt_ SIZE_T *pcbRemaining,
    _In_ ULONG dwFlags)
{
    return STRSAFE_NAME(strsafe_put)(1, pszDest, cbDest, pszSrc, (SIZE_T)-1, ppszDestEnd, pcbRemaining, 1, dwFlags);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCchCatN)(
    _Inout_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cchDest, _In_ const STRSAFE_CHAR *pszSrc, _In_ SIZE_T cchToAppend)
{
    return STRSAFE_NAME(strsafe_put)(1, pszDest, STRSAFE_BYTES(cchDest, STRSAFE_CHAR), pszSrc,
        cchToAppend > NTSTRSAFE_MAX_LENGTH ? (SIZE_T)-2 : cchToAppend, NULL, NULL, 0, 0);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCbCatN)(
    _Inout_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cbDest, _In_ const STRSAFE_CHAR *pszSrc, _In_ SIZE_T cbToAppend)
{
    return STRSAFE_NAME(strsafe_put)(1, pszDest, cbDest, pszSrc, cbToAppend / sizeof(STRSAFE_CHAR), NULL, NULL, 0, 0);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCchCatNEx)(_Inout_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cchDest,
    _In_ const STRSAFE_CHAR *pszSrc, _In_ SIZE_T cchToAppend, _Out_opt_ STRSAFE_CHAR **ppszDestEnd,
    _Out_opt_ SIZE_T *pcchRemaining, _In_ ULONG dwFlags)
{
    return STRSAFE_NAME(strsafe_put)(1, pszDest, STRSAFE_BYTES(cchDest, STRSAFE_CHAR), pszSrc,
        cchToAppend > NTSTRSAFE_MAX_LENGTH ? (SIZE_T)-2 : cchToAppend, ppszDestEnd, pcchRemaining,
        sizeof(STRSAFE_CHAR) + 1, dwFlags);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCbCatNEx)(_Inout_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cbDest,
    _In_ const STRSAFE_CHAR *pszSrc, _In_ SIZE_T cbToAppend, _Out_opt_ STRSAFE_CHAR **ppszDestEnd,
    _Out_opt_ SIZE_T *pcbRemaining, _In_ ULONG dwFlags)
{
    return STRSAFE_NAME(strsafe_put)(
        1, pszDest, cbDest, pszSrc, cbToAppend / sizeof(STRSAFE_CHAR), ppszDestEnd, pcbRemaining, 1, dwFlags);
}

/* Printf and VPrintf: formatted output. */
OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCchVPrintf)(
    _Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cchDest, _In_ const STRSAFE_CHAR *pszFormat, _In_ va_list argList)
{
    return STRSAFE_NAME(strsafe_print)(
        pszDest, STRSAFE_BYTES(cchDest, STRSAFE_CHAR), NULL, NULL, 0, 0, pszFormat, argList);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCbVPrintf)(
    _Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cbDest, _In_ const STRSAFE_CHAR *pszFormat, _In_ va_list argList)
{
    return STRSAFE_NAME(strsafe_print)(pszDest, cbDest, NULL, NULL, 0, 0, pszFormat, argList);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCchVPrintfEx)(_Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cchDest,
    _Out_opt_ STRSAFE_CHAR **ppszDestEnd, _Out_opt_ SIZE_T *pcchRemaining, _In_ ULONG dwFlags,
    _In_ const STRSAFE_CHAR *pszFormat, _In_ va_list argList)
{
    return STRSAFE_NAME(strsafe_print)(pszDest, STRSAFE_BYTES(cchDest, STRSAFE_CHAR), ppszDestEnd, pcchRemaining,
        sizeof(STRSAFE_CHAR) + 1, dwFlags, pszFormat, argList);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCbVPrintfEx)(_Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cbDest,
    _Out_opt_ STRSAFE_CHAR **ppszDestEnd, _Out_opt_ SIZE_T *pcbRemaining, _In_ ULONG dwFlags,
    _In_ const STRSAFE_CHAR *pszFormat, _In_ va_list argList)
{
    return STRSAFE_NAME(strsafe_print)(pszDest, cbDest, ppszDestEnd, pcbRemaining, 1, dwFlags, pszFormat, argList);
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCchPrintf)(
    _Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cchDest, _In_ const STRSAFE_CHAR *pszFormat, ...)
{
    va_list arguments;
    NTSTATUS status;

    va_start(arguments, pszFormat);
    status = STRSAFE_NAME(RtlStringCchVPrintf)(pszDest, cchDest, pszFormat, arguments);
    va_end(arguments);
    return status;
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCbPrintf)(
    _Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cbDest, _In_ const STRSAFE_CHAR *pszFormat, ...)
{
    va_list arguments;
    NTSTATUS status;

    va_start(arguments, pszFormat);
    status = STRSAFE_NAME(RtlStringCbVPrintf)(pszDest, cbDest, pszFormat, arguments);
    va_end(arguments);
    return status;
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCchPrintfEx)(_Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cchDest,
    _Out_opt_ STRSAFE_CHAR **ppszDestEnd, _Out_opt_ SIZE_T *pcchRemaining, _In_ ULONG dwFlags,
    _In_ const STRSAFE_CHAR *pszFormat, ...)
{
    va_list arguments;
    NTSTATUS status;

    va_start(arguments, pszFormat);
    status = STRSAFE_NAME(RtlStringCchVPrintfEx)(
        pszDest, cchDest, ppszDestEnd, pcchRemaining, dwFlags, pszFormat, arguments);
    va_end(arguments);
    return status;
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCbPrintfEx)(_Out_ STRSAFE_CHAR *pszDest, _In_ SIZE_T cbDest,
    _Out_opt_ STRSAFE_CHAR **ppszDestEnd, _Out_opt_ SIZE_T *pcbRemaining, _In_ ULONG dwFlags,
    _In_ const STRSAFE_CHAR *pszFormat, ...)
{
    va_list arguments;
    NTSTATUS status;

    va_start(arguments, pszFormat);
    status = STRSAFE_NAME(RtlStringCbVPrintfEx)(
        pszDest, cbDest, ppszDestEnd, pcbRemaining, dwFlags, pszFormat, arguments);
    va_end(arguments);
    return status;
}

/* Length: fails with STATUS_INVALID_PARAMETER when the string is NULL or has no end within the size. */
OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCchLength)(
    _In_ const STRSAFE_CHAR *psz, _In_ SIZE_T cchMax, _Out_opt_ SIZE_T *pcchLength)
{
    SIZE_T n = 0;
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (psz && cchMax <= NTSTRSAFE_MAX_CCH && (n = STRSAFE_NAME(strsafe_length)(psz, cchMax)) < cchMax)
        status = STATUS_SUCCESS;
    if (pcchLength)
        *pcchLength = NT_SUCCESS(status) ? n : 0;
    return status;
}

OFM_INLINE NTSTATUS STRSAFE_NAME(RtlStringCbLength)(
    _In_ const STRSAFE_CHAR *psz, _In_ SIZE_T cbMax, _Out_opt_ SIZE_T *pcbLength)
{
    NTSTATUS status = STRSAFE_NAME(RtlStringCchLength)(psz, cbMax / sizeof(STRSAFE_CHAR), pcbLength);

    if (pcbLength)
        *pcbLength *= sizeof(STRSAFE_CHAR);
    return status;
}
