/*
 * Arithmetic and conversions that notice overflow: RtlULongAdd(a, b, &result), RtlSizeTToULong(a, &result) ...
 * STATUS_SUCCESS, or STATUS_INTEGER_OVERFLOW with the result at the type's error value (all ones). IRQL: any.
 * Source: "Safe integer functions" (ntintsafe).
 */
#ifndef _NTINTSAFE_H_INCLUDED_
#define _NTINTSAFE_H_INCLUDED_

#include <stddef.h>
#include "ntdef.h"
#include "ntstatus.h"

#ifdef __cplusplus
extern "C" {
#endif

#define OFM_INTSAFE(name, type, error)                                                                               \
    OFM_INLINE NTSTATUS Rtl##name##Add(type augend, type addend, type *result)                                       \
    {                                                                                                                \
        if (!__builtin_add_overflow(augend, addend, result))                                                         \
            return STATUS_SUCCESS;                                                                                   \
        *result = (type)(error);                                                                                     \
        return STATUS_INTEGER_OVERFLOW;                                                                              \
    }                                                                                                                \
    OFM_INLINE NTSTATUS Rtl##name##Sub(type minuend, type subtrahend, type *result)                                  \
    {                                                                                                                \
        if (!__builtin_sub_overflow(minuend, subtrahend, result))                                                    \
            return STATUS_SUCCESS;                                                                                   \
        *result = (type)(error);                                                                                     \
        return STATUS_INTEGER_OVERFLOW;                                                                              \
    }                                                                                                                \
    OFM_INLINE NTSTATUS Rtl##name##Mult(type multiplicand, type multiplier, type *result)                            \
    {                                                                                                                \
        if (!__builtin_mul_overflow(multiplicand, multiplier, result))                                               \
            return STATUS_SUCCESS;                                                                                   \
        *result = (type)(error);                                                                                     \
        return STATUS_INTEGER_OVERFLOW;                                                                              \
    }

#define OFM_INTSAFE_CONVERT(from, from_type, to, to_type, error)                                                     \
    OFM_INLINE NTSTATUS Rtl##from##To##to(from_type operand, to_type *result)                                        \
    {                                                                                                                \
        if (!__builtin_add_overflow(operand, (from_type)0, result))                                                  \
            return STATUS_SUCCESS;                                                                                   \
        *result = (to_type)(error);                                                                                  \
        return STATUS_INTEGER_OVERFLOW;                                                                              \
    }

OFM_INTSAFE(Int8, INT8, -1)
OFM_INTSAFE(UInt8, UINT8, 0xff)
OFM_INTSAFE(Byte, BYTE, 0xff)
OFM_INTSAFE(Short, SHORT, -1)
OFM_INTSAFE(UShort, USHORT, 0xffff)
OFM_INTSAFE(Word, USHORT, 0xffff)
OFM_INTSAFE(Int, INT, -1)
OFM_INTSAFE(UInt, UINT, 0xffffffff)
OFM_INTSAFE(Long, LONG, -1)
OFM_INTSAFE(ULong, ULONG, 0xffffffff)
OFM_INTSAFE(DWord, ULONG, 0xffffffff)
OFM_INTSAFE(IntPtr, INT_PTR, -1)
OFM_INTSAFE(UIntPtr, UINT_PTR, MAXUINT_PTR)
OFM_INTSAFE(LongPtr, LONG_PTR, -1)
OFM_INTSAFE(ULongPtr, ULONG_PTR, MAXULONG_PTR)
OFM_INTSAFE(DWordPtr, DWORD_PTR, MAXULONG_PTR)
OFM_INTSAFE(LongLong, LONGLONG, -1)
OFM_INTSAFE(ULongLong, ULONGLONG, MAXULONGLONG)
OFM_INTSAFE(DWordLong, DWORDLONG, MAXULONGLONG)
OFM_INTSAFE(Int64, INT64, -1)
OFM_INTSAFE(UInt64, UINT64, MAXUINT64)
OFM_INTSAFE(PtrdiffT, ptrdiff_t, -1)
OFM_INTSAFE(SizeT, SIZE_T, MAXSIZE_T)
OFM_INTSAFE(SSIZET, SSIZE_T, -1)
OFM_INTSAFE(Int16, INT16, -1)
OFM_INTSAFE(UInt16, UINT16, 0xffff)
OFM_INTSAFE(Int32, INT32, -1)
OFM_INTSAFE(UInt32, UINT32, 0xffffffff)
OFM_INTSAFE(Char, CHAR, -1)
OFM_INTSAFE(UChar, UCHAR, 0xff)

/* Conversions from one type to every other. */
#define OFM_INTSAFE_FROM(name, type)                                                                                   \
    OFM_INTSAFE_CONVERT(name, type, Int8, INT8, -1)                                                                  \
    OFM_INTSAFE_CONVERT(name, type, UInt8, UINT8, 0xff)                                                              \
    OFM_INTSAFE_CONVERT(name, type, Byte, BYTE, 0xff)                                                                \
    OFM_INTSAFE_CONVERT(name, type, Short, SHORT, -1)                                                                \
    OFM_INTSAFE_CONVERT(name, type, UShort, USHORT, 0xffff)                                                          \
    OFM_INTSAFE_CONVERT(name, type, Word, USHORT, 0xffff)                                                            \
    OFM_INTSAFE_CONVERT(name, type, Int, INT, -1)                                                                    \
    OFM_INTSAFE_CONVERT(name, type, UInt, UINT, 0xffffffff)                                                          \
    OFM_INTSAFE_CONVERT(name, type, Long, LONG, -1)                                                                  \
    OFM_INTSAFE_CONVERT(name, type, ULong, ULONG, 0xffffffff)                                                        \
    OFM_INTSAFE_CONVERT(name, type, DWord, ULONG, 0xffffffff)                                                        \
    OFM_INTSAFE_CONVERT(name, type, IntPtr, INT_PTR, -1)                                                             \
    OFM_INTSAFE_CONVERT(name, type, UIntPtr, UINT_PTR, MAXUINT_PTR)                                                  \
    OFM_INTSAFE_CONVERT(name, type, LongPtr, LONG_PTR, -1)                                                           \
    OFM_INTSAFE_CONVERT(name, type, ULongPtr, ULONG_PTR, MAXULONG_PTR)                                               \
    OFM_INTSAFE_CONVERT(name, type, DWordPtr, DWORD_PTR, MAXULONG_PTR)                                               \
    OFM_INTSAFE_CONVERT(name, type, LongLong, LONGLONG, -1)                                                          \
    OFM_INTSAFE_CONVERT(name, type, ULongLong, ULONGLONG, MAXULONGLONG)                                              \
    OFM_INTSAFE_CONVERT(name, type, DWordLong, DWORDLONG, MAXULONGLONG)                                              \
    OFM_INTSAFE_CONVERT(name, type, Int64, INT64, -1)                                                                \
    OFM_INTSAFE_CONVERT(name, type, UInt64, UINT64, MAXUINT64)                                                       \
    OFM_INTSAFE_CONVERT(name, type, PtrdiffT, ptrdiff_t, -1)                                                         \
    OFM_INTSAFE_CONVERT(name, type, SizeT, SIZE_T, MAXSIZE_T)                                                        \
    OFM_INTSAFE_CONVERT(name, type, SSIZET, SSIZE_T, -1)                                                             \
    OFM_INTSAFE_CONVERT(name, type, Int16, INT16, -1)                                                                \
    OFM_INTSAFE_CONVERT(name, type, UInt16, UINT16, 0xffff)                                                          \
    OFM_INTSAFE_CONVERT(name, type, Int32, INT32, -1)                                                                \
    OFM_INTSAFE_CONVERT(name, type, UInt32, UINT32, 0xffffffff)                                                      \
    OFM_INTSAFE_CONVERT(name, type, Char, CHAR, -1)                                                                  \
    OFM_INTSAFE_CONVERT(name, type, UChar, UCHAR, 0xff)

OFM_INTSAFE_FROM(Int8, INT8)
OFM_INTSAFE_FROM(UInt8, UINT8)
OFM_INTSAFE_FROM(Byte, BYTE)
OFM_INTSAFE_FROM(Short, SHORT)
OFM_INTSAFE_FROM(UShort, USHORT)
OFM_INTSAFE_FROM(Word, USHORT)
OFM_INTSAFE_FROM(Int, INT)
OFM_INTSAFE_FROM(UInt, UINT)
OFM_INTSAFE_FROM(Long, LONG)
OFM_INTSAFE_FROM(ULong, ULONG)
OFM_INTSAFE_FROM(DWord, ULONG)
OFM_INTSAFE_FROM(IntPtr, INT_PTR)
OFM_INTSAFE_FROM(UIntPtr, UINT_PTR)
OFM_INTSAFE_FROM(LongPtr, LONG_PTR)
OFM_INTSAFE_FROM(ULongPtr, ULONG_PTR)
OFM_INTSAFE_FROM(DWordPtr, DWORD_PTR)
OFM_INTSAFE_FROM(LongLong, LONGLONG)
OFM_INTSAFE_FROM(ULongLong, ULONGLONG)
OFM_INTSAFE_FROM(DWordLong, DWORDLONG)
OFM_INTSAFE_FROM(Int64, INT64)
OFM_INTSAFE_FROM(UInt64, UINT64)
OFM_INTSAFE_FROM(PtrdiffT, ptrdiff_t)
OFM_INTSAFE_FROM(SizeT, SIZE_T)
OFM_INTSAFE_FROM(SSIZET, SSIZE_T)
OFM_INTSAFE_FROM(Int16, INT16)
OFM_INTSAFE_FROM(UInt16, UINT16)
OFM_INTSAFE_FROM(Int32, INT32)
OFM_INTSAFE_FROM(UInt32, UINT32)
OFM_INTSAFE_FROM(Char, CHAR)
OFM_INTSAFE_FROM(UChar, UCHAR)

#ifdef __cplusplus
}
#endif

#endif
