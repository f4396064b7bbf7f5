/* Sized integers and integers that are as wide as a pointer; conversions between them and handles.
 * 64-bit integers are C `long` here, as size_t is; 32-bit ones `int`. */
#ifndef _BASETSD_H_
#define _BASETSD_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef signed char INT8, *PINT8;
typedef short INT16, *PINT16;
typedef int INT32, *PINT32;
typedef long INT64, *PINT64;
typedef unsigned char UINT8, *PUINT8;
typedef unsigned short UINT16, *PUINT16;
typedef unsigned int UINT32, *PUINT32;
typedef unsigned long UINT64, *PUINT64;
typedef int LONG32, *PLONG32;
typedef unsigned int ULONG32, *PULONG32;
typedef unsigned int DWORD32, *PDWORD32;
typedef long LONG64, *PLONG64;
typedef unsigned long ULONG64, *PULONG64;
typedef unsigned long DWORD64, *PDWORD64;

typedef long INT_PTR, *PINT_PTR;
typedef unsigned long UINT_PTR, *PUINT_PTR;
typedef long LONG_PTR, *PLONG_PTR;
typedef unsigned long ULONG_PTR, *PULONG_PTR;
typedef unsigned long DWORD_PTR, *PDWORD_PTR;
typedef unsigned int UHALF_PTR, *PUHALF_PTR;
typedef int HALF_PTR, *PHALF_PTR;
typedef unsigned long SIZE_T, *PSIZE_T;
typedef long SSIZE_T, *PSSIZE_T;
typedef unsigned long KAFFINITY, *PKAFFINITY;

#ifndef __int3264
#define __int3264 INT_PTR
#endif

#define ADDRESS_TAG_BIT 0x40000000000UL
#define POINTER_64
#define POINTER_32
#define POINTER_SIGNED
#define POINTER_UNSIGNED

#define MAXUINT_PTR (~((UINT_PTR)0))
#define MAXINT_PTR ((INT_PTR)(MAXUINT_PTR >> 1))
#define MININT_PTR (~MAXINT_PTR)
#define MAXULONG_PTR (~((ULONG_PTR)0))
#define MAXLONG_PTR ((LONG_PTR)(MAXULONG_PTR >> 1))
#define MINLONG_PTR (~MAXLONG_PTR)
#define MAXUHALF_PTR ((UHALF_PTR)~0)
#define MAXHALF_PTR ((HALF_PTR)(MAXUHALF_PTR >> 1))
#define MINHALF_PTR (~MAXHALF_PTR)
#define MAXSIZE_T ((SIZE_T)~((SIZE_T)0))
#define MAXSSIZE_T ((SSIZE_T)(MAXSIZE_T >> 1))
#define MINSSIZE_T (~MAXSSIZE_T)
#define MAXUINT8 ((UINT8)0xff)
#define MAXINT8 ((INT8)0x7f)
#define MININT8 ((INT8)0x80)
#define MAXUINT16 ((UINT16)0xffff)
#define MAXINT16 ((INT16)0x7fff)
#define MININT16 ((INT16)0x8000)
#define MAXUINT32 ((UINT32)0xffffffff)
#define MAXINT32 ((INT32)0x7fffffff)
#define MININT32 ((INT32)0x80000000)
#define MAXUINT64 (~((UINT64)0))
#define MAXINT64 ((INT64)(MAXUINT64 >> 1))
#define MININT64 (~MAXINT64)
#define MAXULONG32 ((ULONG32)0xffffffff)
#define MAXLONG32 ((LONG32)0x7fffffff)
#define MINLONG32 ((LONG32)0x80000000)
#define MAXULONG64 (~((ULONG64)0))
#define MAXLONG64 ((LONG64)(MAXULONG64 >> 1))
#define MINLONG64 (~MAXLONG64)
#define MAXULONGLONG (~((ULONG64)0))
#define MAXLONGLONG ((LONG64)(MAXULONGLONG >> 1))
#define MINLONGLONG (~MAXLONGLONG)
#define MAXUINT ((UINT32)~((UINT32)0))
#define MAXINT ((INT32)(MAXUINT >> 1))
#define MININT ((INT32)~MAXINT)
#define MAXDWORD32 ((DWORD32)0xffffffff)
#define MAXDWORD64 (~((DWORD64)0))

static __inline__ __attribute__((unused)) ULONG32 HandleToULong(const void *h)
{
    return (ULONG32)(ULONG_PTR)h;
}

static __inline__ __attribute__((unused)) LONG32 HandleToLong(const void *h)
{
    return (LONG32)(LONG_PTR)h;
}

static __inline__ __attribute__((unused)) void *ULongToHandle(const ULONG32 h)
{
    return (void *)(UINT_PTR)h;
}

static __inline__ __attribute__((unused)) void *LongToHandle(const LONG32 h)
{
    return (void *)(INT_PTR)h;
}

static __inline__ __attribute__((unused)) ULONG32 PtrToUlong(const void *p)
{
    return (ULONG32)(ULONG_PTR)p;
}

static __inline__ __attribute__((unused)) LONG32 PtrToLong(const void *p)
{
    return (LONG32)(LONG_PTR)p;
}

static __inline__ __attribute__((unused)) UINT32 PtrToUint(const void *p)
{
    return (UINT32)(UINT_PTR)p;
}

static __inline__ __attribute__((unused)) INT32 PtrToInt(const void *p)
{
    return (INT32)(INT_PTR)p;
}

static __inline__ __attribute__((unused)) UINT16 PtrToUshort(const void *p)
{
    return (UINT16)(ULONG_PTR)p;
}

static __inline__ __attribute__((unused)) INT16 PtrToShort(const void *p)
{
    return (INT16)(LONG_PTR)p;
}

static __inline__ __attribute__((unused)) void *IntToPtr(const INT32 i)
{
    return (void *)(INT_PTR)i;
}

static __inline__ __attribute__((unused)) void *UIntToPtr(const UINT32 ui)
{
    return (void *)(UINT_PTR)ui;
}

static __inline__ __attribute__((unused)) void *LongToPtr(const LONG32 l)
{
    return (void *)(LONG_PTR)l;
}

static __inline__ __attribute__((unused)) void *ULongToPtr(const ULONG32 ul)
{
    return (void *)(ULONG_PTR)ul;
}

#define HandleToUlong HandleToULong
#define UlongToHandle ULongToHandle
#define UlongToPtr ULongToPtr
#define UintToPtr UIntToPtr
#define PtrToULong PtrToUlong
#define PtrToUInt PtrToUint
#define PtrToPtr64(p) ((void *)(p))
#define Ptr64ToPtr(p) ((void *)(p))
#define HandleToHandle64(h) ((void *)(h))
#define Handle64ToHandle(h) ((void *)(h))

#ifdef __cplusplus
}
#endif

#endif
