/* Bounded string calls. Counts are characters (Cch) or bytes (Cb), terminators included; a result is always terminated.
 * S_OK, STRSAFE_E_INSUFFICIENT_BUFFER (the text was cut) or STRSAFE_E_INVALID_PARAMETER (capacity 0 or too large). */
#ifndef _STRSAFE_H_INCLUDED_
#define _STRSAFE_H_INCLUDED_

#include <stdarg.h>
#include <stddef.h>
#include "winerror.h"
#include "winnt.h"

#define STRSAFE_MAX_CCH 2147483647
#define STRSAFE_MAX_LENGTH (STRSAFE_MAX_CCH - 1)
#define STRSAFE_E_INSUFFICIENT_BUFFER ((HRESULT)0x8007007A)
#define STRSAFE_E_INVALID_PARAMETER ((HRESULT)0x80070057)
#define STRSAFE_E_END_OF_FILE ((HRESULT)0x80070026)
#define STRSAFE_IGNORE_NULLS 0x00000100       /* a NULL source is an empty one */
#define STRSAFE_FILL_BEHIND_NULL 0x00000200   /* the low byte fills the room behind the terminator */
#define STRSAFE_FILL_ON_FAILURE 0x00000400    /* the low byte fills all, the last character is the terminator */
#define STRSAFE_NULL_ON_FAILURE 0x00000800    /* the result of a failure is empty */
#define STRSAFE_NO_TRUNCATION 0x00001000      /* a text that would be cut gives an empty result */

EXTERN_C_START
extern int _ofm_strsafe_printA(char *to, size_t capacity, const char *format, va_list arguments)
    __asm__("crt_vsnprintf");
extern int _ofm_strsafe_printW(WCHAR *to, size_t capacity, const WCHAR *format, va_list arguments)
    __asm__("crt_vswprintf");
EXTERN_C_END

/* What both widths have. `S` is A or W; the Cb forms divide their counts by the size of a character. */
#define _OFM_STRSAFE(S, T)                                                                                           \
    OFM_INLINE size_t _ofm_length##S(const T *text, size_t limit)                                                    \
    {                                                                                                                \
        size_t n = 0;                                                                                                \
        while (n < limit && text[n])                                                                                 \
            n++;                                                                                                     \
        return n;                                                                                                    \
    }                                                                                                                \
    OFM_INLINE HRESULT _ofm_append##S(T *to, size_t capacity, size_t used, const T *from, size_t count)              \
    {                                                                                                                \
        size_t room = capacity - used - 1, n = _ofm_length##S(from, count < room ? count : room);                    \
        __builtin_memmove(to + used, from, n * sizeof(T));                                                           \
        to[used + n] = 0;                                                                                            \
        return n < count && n == room && from[n] ? STRSAFE_E_INSUFFICIENT_BUFFER : S_OK;                             \
    }                                                                                                                \
    OFM_INLINE HRESULT _ofm_check##S(size_t capacity)                                                                \
    {                                                                                                                \
        return capacity == 0 || capacity > STRSAFE_MAX_CCH ? STRSAFE_E_INVALID_PARAMETER : S_OK;                     \
    }                                                                                                                \
    OFM_INLINE HRESULT _ofm_finish##S(                                                                               \
        T *to, size_t capacity, HRESULT hr, T **end, size_t *left, DWORD flags)                                      \
    {                                                                                                                \
        size_t n;                                                                                                    \
        if (FAILED(hr) && flags & STRSAFE_FILL_ON_FAILURE) {                                                         \
            __builtin_memset(to, (int)(flags & 0xFF), capacity * sizeof(T));                                         \
            to[(flags & 0xFF) ? capacity - 1 : 0] = 0;                                                               \
        }                                                                                                            \
        if (FAILED(hr) && flags & (STRSAFE_NULL_ON_FAILURE | STRSAFE_NO_TRUNCATION))                                 \
            to[0] = 0;                                                                                               \
        n = _ofm_length##S(to, capacity);                                                                            \
        if (SUCCEEDED(hr) && flags & STRSAFE_FILL_BEHIND_NULL)                                                       \
            __builtin_memset(to + n + 1, (int)(flags & 0xFF), (capacity - n - 1) * sizeof(T));                       \
        if (end)                                                                                                     \
            *end = to + n;                                                                                           \
        if (left)                                                                                                    \
            *left = capacity - n;                                                                                    \
        return hr;                                                                                                   \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCchCopyNEx##S(                                                                          \
        T *to, size_t capacity, const T *from, size_t count, T **end, size_t *left, DWORD flags)                     \
    {                                                                                                                \
        static const T empty[1] = {0};                                                                               \
        if (_ofm_check##S(capacity) != S_OK)                                                                         \
            return STRSAFE_E_INVALID_PARAMETER;                                                                      \
        if (!from && flags & STRSAFE_IGNORE_NULLS)                                                                   \
            from = empty;                                                                                            \
        return _ofm_finish##S(to, capacity, _ofm_append##S(to, capacity, 0, from, count), end, left, flags);         \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCchCatNEx##S(                                                                           \
        T *to, size_t capacity, const T *from, size_t count, T **end, size_t *left, DWORD flags)                     \
    {                                                                                                                \
        static const T empty[1] = {0};                                                                               \
        size_t used = _ofm_check##S(capacity) == S_OK ? _ofm_length##S(to, capacity) : capacity;                     \
        HRESULT hr;                                                                                                  \
        if (used >= capacity)                                                                                        \
            return STRSAFE_E_INVALID_PARAMETER;                                                                      \
        if (!from && flags & STRSAFE_IGNORE_NULLS)                                                                   \
            from = empty;                                                                                            \
        hr = _ofm_append##S(to, capacity, used, from, count);                                                        \
        if (FAILED(hr) && flags & STRSAFE_NO_TRUNCATION) {                                                           \
            to[used] = 0;                                                                                            \
            flags &= ~(DWORD)STRSAFE_NO_TRUNCATION;                                                                  \
        }                                                                                                            \
        return _ofm_finish##S(to, capacity, hr, end, left, flags);                                                   \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCchVPrintfEx##S(                                                                        \
        T *to, size_t capacity, T **end, size_t *left, DWORD flags, const T *format, va_list arguments)              \
    {                                                                                                                \
        int n;                                                                                                       \
        if (_ofm_check##S(capacity) != S_OK)                                                                         \
            return STRSAFE_E_INVALID_PARAMETER;                                                                      \
        n = _ofm_strsafe_print##S(to, capacity, format, arguments);                                                  \
        return _ofm_finish##S(to, capacity, n < 0 || (size_t)n >= capacity ? STRSAFE_E_INSUFFICIENT_BUFFER : S_OK,   \
            end, left, flags);                                                                                       \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCchLength##S(const T *text, size_t limit, size_t *length)                               \
    {                                                                                                                \
        size_t n = text && limit <= STRSAFE_MAX_CCH ? _ofm_length##S(text, limit) : limit;                           \
        if (length)                                                                                                  \
            *length = n < limit ? n : 0;                                                                             \
        return n < limit ? S_OK : STRSAFE_E_INVALID_PARAMETER;                                                       \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCchCopy##S(T *to, size_t capacity, const T *from)                                       \
    {                                                                                                                \
        return StringCchCopyNEx##S(to, capacity, from, STRSAFE_MAX_CCH, NULL, NULL, 0);                              \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCchCopyEx##S(T *to, size_t capacity, const T *from, T **end, size_t *left, DWORD flags) \
    {                                                                                                                \
        return StringCchCopyNEx##S(to, capacity, from, STRSAFE_MAX_CCH, end, left, flags);                           \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCchCopyN##S(T *to, size_t capacity, const T *from, size_t count)                        \
    {                                                                                                                \
        return StringCchCopyNEx##S(to, capacity, from, count, NULL, NULL, 0);                                        \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCchCat##S(T *to, size_t capacity, const T *from)                                        \
    {                                                                                                                \
        return StringCchCatNEx##S(to, capacity, from, STRSAFE_MAX_CCH, NULL, NULL, 0);                               \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCchCatEx##S(T *to, size_t capacity, const T *from, T **end, size_t *left, DWORD flags)  \
    {                                                                                                                \
        return StringCchCatNEx##S(to, capacity, from, STRSAFE_MAX_CCH, end, left, flags);                            \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCchCatN##S(T *to, size_t capacity, const T *from, size_t count)                         \
    {                                                                                                                \
        return StringCchCatNEx##S(to, capacity, from, count, NULL, NULL, 0);                                         \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCchVPrintf##S(T *to, size_t capacity, const T *format, va_list arguments)               \
    {                                                                                                                \
        return StringCchVPrintfEx##S(to, capacity, NULL, NULL, 0, format, arguments);                                \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCchPrintf##S(T *to, size_t capacity, const T *format, ...)                              \
    {                                                                                                                \
        va_list arguments;                                                                                           \
        HRESULT hr;                                                                                                  \
        va_start(arguments, format);                                                                                 \
        hr = StringCchVPrintfEx##S(to, capacity, NULL, NULL, 0, format, arguments);                                  \
        va_end(arguments);                                                                                           \
        return hr;                                                                                                   \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCchPrintfEx##S(                                                                         \
        T *to, size_t capacity, T **end, size_t *left, DWORD flags, const T *format, ...)                            \
    {                                                                                                                \
        va_list arguments;                                                                                           \
        HRESULT hr;                                                                                                  \
        va_start(arguments, format);                                                                                 \
        hr = StringCchVPrintfEx##S(to, capacity, end, left, flags, format, arguments);                               \
        va_end(arguments);                                                                                           \
        return hr;                                                                                                   \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCbCopy##S(T *to, size_t size, const T *from)                                            \
    {                                                                                                                \
        return StringCchCopy##S(to, size / sizeof(T), from);                                                         \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCbCopyN##S(T *to, size_t size, const T *from, size_t bytes)                             \
    {                                                                                                                \
        return StringCchCopyN##S(to, size / sizeof(T), from, bytes / sizeof(T));                                     \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCbCat##S(T *to, size_t size, const T *from)                                             \
    {                                                                                                                \
        return StringCchCat##S(to, size / sizeof(T), from);                                                          \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCbCatN##S(T *to, size_t size, const T *from, size_t bytes)                              \
    {                                                                                                                \
        return StringCchCatN##S(to, size / sizeof(T), from, bytes / sizeof(T));                                      \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCbVPrintf##S(T *to, size_t size, const T *format, va_list arguments)                    \
    {                                                                                                                \
        return StringCchVPrintf##S(to, size / sizeof(T), format, arguments);                                         \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCbPrintf##S(T *to, size_t size, const T *format, ...)                                   \
    {                                                                                                                \
        va_list arguments;                                                                                           \
        HRESULT hr;                                                                                                  \
        va_start(arguments, format);                                                                                 \
        hr = StringCchVPrintf##S(to, size / sizeof(T), format, arguments);                                           \
        va_end(arguments);                                                                                           \
        return hr;                                                                                                   \
    }                                                                                                                \
    OFM_INLINE HRESULT StringCbLength##S(const T *text, size_t limit, size_t *length)                                \
    {                                                                                                                \
        HRESULT hr = StringCchLength##S(text, limit / sizeof(T), length);                                            \
        if (length)                                                                                                  \
            *length *= sizeof(T);                                                                                    \
        return hr;                                                                                                   \
    }

_OFM_STRSAFE(A, char)
_OFM_STRSAFE(W, WCHAR)
#undef _OFM_STRSAFE

#ifdef UNICODE
#define StringCchCopy StringCchCopyW
#define StringCchCopyEx StringCchCopyExW
#define StringCchCopyN StringCchCopyNW
#define StringCchCat StringCchCatW
#define StringCchCatEx StringCchCatExW
#define StringCchCatN StringCchCatNW
#define StringCchPrintf StringCchPrintfW
#define StringCchPrintfEx StringCchPrintfExW
#define StringCchVPrintf StringCchVPrintfW
#define StringCchLength StringCchLengthW
#define StringCbCopy StringCbCopyW
#define StringCbCopyN StringCbCopyNW
#define StringCbCat StringCbCatW
#define StringCbCatN StringCbCatNW
#define StringCbPrintf StringCbPrintfW
#define StringCbVPrintf StringCbVPrintfW
#define StringCbLength StringCbLengthW
#else
#define StringCchCopy StringCchCopyA
#define StringCchCopyEx StringCchCopyExA
#define StringCchCopyN StringCchCopyNA
#define StringCchCat StringCchCatA
#define StringCchCatEx StringCchCatExA
#define StringCchCatN StringCchCatNA
#define StringCchPrintf StringCchPrintfA
#define StringCchPrintfEx StringCchPrintfExA
#define StringCchVPrintf StringCchVPrintfA
#define StringCchLength StringCchLengthA
#define StringCbCopy StringCbCopyA
#define StringCbCopyN StringCbCopyNA
#define StringCbCat StringCbCatA
#define StringCbCatN StringCbCatNA
#define StringCbPrintf StringCbPrintfA
#define StringCbVPrintf StringCbVPrintfA
#define StringCbLength StringCbLengthA
#endif

#endif
