/* Interlocked operations and ordered reads and writes, as inline builtins; all are full barriers unless named otherwise. */
#ifndef OFM_NT_INTERLOCKED_H
#define OFM_NT_INTERLOCKED_H

#include "ntdef.h"

#ifdef __cplusplus
extern "C" {
#endif

#define OFM_INTERLOCKED(suffix, order)                                                                               \
    OFM_INTERLOCKED_TYPE(suffix, , LONG, order)                                                                      \
    OFM_INTERLOCKED_TYPE(suffix, 64, LONG64, order)                                                                  \
    OFM_INTERLOCKED_TYPE(suffix, 16, SHORT, order)                                                                   \
    OFM_INTERLOCKED_TYPE(suffix, 8, CHAR, order)                                                                     \
    OFM_INLINE PVOID InterlockedExchangePointer##suffix(PVOID volatile *Target, PVOID Value)                         \
    {                                                                                                                \
        return __atomic_exchange_n(Target, Value, order);                                                            \
    }                                                                                                                \
    OFM_INLINE PVOID InterlockedCompareExchangePointer##suffix(                                                      \
        PVOID volatile *Destination, PVOID Exchange, PVOID Comperand)                                                \
    {                                                                                                                \
        __atomic_compare_exchange_n(Destination, &Comperand, Exchange, 0, order, __ATOMIC_RELAXED);                  \
        return Comperand;                                                                                            \
    }

#define OFM_INTERLOCKED_TYPE(suffix, width, type, order)                                                             \
    OFM_INLINE type InterlockedExchange##width##suffix(type volatile *Target, type Value)                            \
    {                                                                                                                \
        return __atomic_exchange_n(Target, Value, order);                                                            \
    }                                                                                                                \
    OFM_INLINE type InterlockedCompareExchange##width##suffix(                                                       \
        type volatile *Destination, type Exchange, type Comperand)                                                   \
    {                                                                                                                \
        __atomic_compare_exchange_n(Destination, &Comperand, Exchange, 0, order, __ATOMIC_RELAXED);                  \
        return Comperand;                                                                                            \
    }                                                                                                                \
    OFM_INLINE type InterlockedIncrement##width##suffix(type volatile *Addend)                                       \
    {                                                                                                                \
        return __atomic_add_fetch(Addend, 1, order);                                                                 \
    }                                                                                                                \
    OFM_INLINE type InterlockedDecrement##width##suffix(type volatile *Addend)                                       \
    {                                                                                                                \
        return __atomic_sub_fetch(Addend, 1, order);                                                                 \
    }                                                                                                                \
    OFM_INLINE type InterlockedExchangeAdd##width##suffix(type volatile *Addend, type Value)                         \
    {                                                                                                                \
        return __atomic_fetch_add(Addend, Value, order);                                                             \
    }                                                                                                                \
    OFM_INLINE type InterlockedAdd##width##suffix(type volatile *Addend, type Value)                                 \
    {                                                                                                                \
        return __atomic_add_fetch(Addend, Value, order);                                                             \
    }                                                                                                                \
    OFM_INLINE type InterlockedAnd##width##suffix(type volatile *Destination, type Value)                            \
    {                                                                                                                \
        return __atomic_fetch_and(Destination, Value, order);                                                        \
    }                                                                                                                \
    OFM_INLINE type InterlockedOr##width##suffix(type volatile *Destination, type Value)                             \
    {                                                                                                                \
        return __atomic_fetch_or(Destination, Value, order);                                                         \
    }                                                                                                                \
    OFM_INLINE type InterlockedXor##width##suffix(type volatile *Destination, type Value)                            \
    {                                                                                                                \
        return __atomic_fetch_xor(Destination, Value, order);                                                        \
    }

OFM_INTERLOCKED(, __ATOMIC_SEQ_CST)
OFM_INTERLOCKED(Acquire, __ATOMIC_ACQUIRE)
OFM_INTERLOCKED(Release, __ATOMIC_RELEASE)
OFM_INTERLOCKED(NoFence, __ATOMIC_RELAXED)

/* Some of the ordered 64-bit operations are also spelt with the order before the width. */
#define InterlockedCompareExchangeAcquire64 InterlockedCompareExchange64Acquire
#define InterlockedCompareExchangeRelease64 InterlockedCompareExchange64Release
#define InterlockedCompareExchangeNoFence64 InterlockedCompareExchange64NoFence
#define InterlockedExchangeAcquire64 InterlockedExchange64Acquire
#define InterlockedExchangeNoFence64 InterlockedExchange64NoFence
#define InterlockedExchangeAddAcquire64 InterlockedExchangeAdd64Acquire
#define InterlockedExchangeAddRelease64 InterlockedExchangeAdd64Release
#define InterlockedExchangeAddNoFence64 InterlockedExchangeAdd64NoFence
#define InterlockedIncrementAcquire64 InterlockedIncrement64Acquire
#define InterlockedIncrementRelease64 InterlockedIncrement64Release
#define InterlockedIncrementNoFence64 InterlockedIncrement64NoFence
#define InterlockedDecrementAcquire64 InterlockedDecrement64Acquire
#define InterlockedDecrementRelease64 InterlockedDecrement64Release
#define InterlockedDecrementNoFence64 InterlockedDecrement64NoFence

#define InterlockedExchangeAddSizeT(a, b) InterlockedExchangeAdd64((LONG64 volatile *)(a), (LONG64)(b))
#define InterlockedExchangeAddSizeTNoFence(a, b) InterlockedExchangeAdd64NoFence((LONG64 volatile *)(a), (LONG64)(b))
#define InterlockedIncrementSizeT(a) InterlockedIncrement64((LONG64 volatile *)(a))
#define InterlockedDecrementSizeT(a) InterlockedDecrement64((LONG64 volatile *)(a))
#define InterlockedIncrementSizeTNoFence(a) InterlockedIncrement64NoFence((LONG64 volatile *)(a))
#define InterlockedDecrementSizeTNoFence(a) InterlockedDecrement64NoFence((LONG64 volatile *)(a))

#define OFM_INTERLOCKED_BIT(suffix, order)                                                                           \
    OFM_INLINE UCHAR InterlockedBitTestAndSet##suffix(LONG volatile *Base, LONG Bit)                                 \
    {                                                                                                                \
        ULONG mask = 1u << (Bit & 31);                                                                               \
        return (UCHAR)((__atomic_fetch_or((ULONG volatile *)&Base[Bit >> 5], mask, order) & mask) != 0);             \
    }                                                                                                                \
    OFM_INLINE UCHAR InterlockedBitTestAndReset##suffix(LONG volatile *Base, LONG Bit)                               \
    {                                                                                                                \
        ULONG mask = 1u << (Bit & 31);                                                                               \
        return (UCHAR)((__atomic_fetch_and((ULONG volatile *)&Base[Bit >> 5], ~mask, order) & mask) != 0);           \
    }                                                                                                                \
    OFM_INLINE UCHAR InterlockedBitTestAndComplement##suffix(LONG volatile *Base, LONG Bit)                          \
    {                                                                                                                \
        ULONG mask = 1u << (Bit & 31);                                                                               \
        return (UCHAR)((__atomic_fetch_xor((ULONG volatile *)&Base[Bit >> 5], mask, order) & mask) != 0);            \
    }                                                                                                                \
    OFM_INLINE UCHAR InterlockedBitTestAndSet64##suffix(LONG64 volatile *Base, LONG64 Bit)                           \
    {                                                                                                                \
        ULONG64 mask = (ULONG64)1 << (Bit & 63);                                                                     \
        return (UCHAR)((__atomic_fetch_or((ULONG64 volatile *)&Base[Bit >> 6], mask, order) & mask) != 0);           \
    }                                                                                                                \
    OFM_INLINE UCHAR InterlockedBitTestAndReset64##suffix(LONG64 volatile *Base, LONG64 Bit)                         \
    {                                                                                                                \
        ULONG64 mask = (ULONG64)1 << (Bit & 63);                                                                     \
        return (UCHAR)((__atomic_fetch_and((ULONG64 volatile *)&Base[Bit >> 6], ~mask, order) & mask) != 0);         \
    }

OFM_INTERLOCKED_BIT(, __ATOMIC_SEQ_CST)
OFM_INTERLOCKED_BIT(Acquire, __ATOMIC_ACQUIRE)
OFM_INTERLOCKED_BIT(Release, __ATOMIC_RELEASE)

/* The compiler intrinsics that these names stand for on Windows. */
#define _InterlockedExchange InterlockedExchange
#define _InterlockedExchange8 InterlockedExchange8
#define _InterlockedExchange16 InterlockedExchange16
#define _InterlockedExchange64 InterlockedExchange64
#define _InterlockedExchangePointer InterlockedExchangePointer
#define _InterlockedCompareExchange InterlockedCompareExchange
#define _InterlockedCompareExchange8 InterlockedCompareExchange8
#define _InterlockedCompareExchange16 InterlockedCompareExchange16
#define _InterlockedCompareExchange64 InterlockedCompareExchange64
#define _InterlockedCompareExchangePointer InterlockedCompareExchangePointer
#define _InterlockedIncrement InterlockedIncrement
#define _InterlockedIncrement16 InterlockedIncrement16
#define _InterlockedIncrement64 InterlockedIncrement64
#define _InterlockedDecrement InterlockedDecrement
#define _InterlockedDecrement16 InterlockedDecrement16
#define _InterlockedDecrement64 InterlockedDecrement64
#define _InterlockedExchangeAdd InterlockedExchangeAdd
#define _InterlockedExchangeAdd64 InterlockedExchangeAdd64
#define _InterlockedAdd InterlockedAdd
#define _InterlockedAdd64 InterlockedAdd64
#define _InterlockedAnd InterlockedAnd
#define _InterlockedAnd64 InterlockedAnd64
#define _InterlockedOr InterlockedOr
#define _InterlockedOr8 InterlockedOr8
#define _InterlockedOr64 InterlockedOr64
#define _InterlockedXor InterlockedXor
#define _InterlockedXor64 InterlockedXor64
#define _interlockedbittestandset InterlockedBitTestAndSet
#define _interlockedbittestandreset InterlockedBitTestAndReset
#define _interlockedbittestandset64 InterlockedBitTestAndSet64
#define _interlockedbittestandreset64 InterlockedBitTestAndReset64

#define RtlInterlockedSetBits(Flags, Flag) InterlockedOr((PLONG)(Flags), (LONG)(Flag))
#define RtlInterlockedAndBits(Flags, Flag) InterlockedAnd((PLONG)(Flags), (LONG)(Flag))
#define RtlInterlockedClearBits(Flags, Flag) RtlInterlockedAndBits(Flags, ~(Flag))
#define RtlInterlockedXorBits(Flags, Flag) InterlockedXor((PLONG)(Flags), (LONG)(Flag))
#define RtlInterlockedSetBitsDiscardReturn(Flags, Flag) ((void)RtlInterlockedSetBits(Flags, Flag))
#define RtlInterlockedAndBitsDiscardReturn(Flags, Flag) ((void)RtlInterlockedAndBits(Flags, Flag))
#define RtlInterlockedClearBitsDiscardReturn(Flags, Flag) ((void)RtlInterlockedClearBits(Flags, Flag))

/* Ordered plain accesses: ReadAcquire, WriteNoFence64 ... */
#define OFM_READ_WRITE(name, type)                                                                                   \
    OFM_INLINE type Read##name##Acquire(type const volatile *Source)                                                 \
    {                                                                                                                \
        return __atomic_load_n(Source, __ATOMIC_ACQUIRE);                                                            \
    }                                                                                                                \
    OFM_INLINE type Read##name##NoFence(type const volatile *Source)                                                 \
    {                                                                                                                \
        return __atomic_load_n(Source, __ATOMIC_RELAXED);                                                            \
    }                                                                                                                \
    OFM_INLINE type Read##name##Raw(type const volatile *Source)                                                     \
    {                                                                                                                \
        return __atomic_load_n(Source, __ATOMIC_RELAXED);                                                            \
    }                                                                                                                \
    OFM_INLINE void Write##name##Release(type volatile *Destination, type Value)                                     \
    {                                                                                                                \
        __atomic_store_n(Destination, Value, __ATOMIC_RELEASE);                                                      \
    }                                                                                                                \
    OFM_INLINE void Write##name##NoFence(type volatile *Destination, type Value)                                     \
    {                                                                                                                \
        __atomic_store_n(Destination, Value, __ATOMIC_RELAXED);                                                      \
    }                                                                                                                \
    OFM_INLINE void Write##name##Raw(type volatile *Destination, type Value)                                         \
    {                                                                                                                \
        __atomic_store_n(Destination, Value, __ATOMIC_RELAXED);                                                      \
    }

OFM_READ_WRITE(, LONG)
OFM_READ_WRITE(ULong, ULONG)
OFM_READ_WRITE(Long64_, LONG64)
OFM_READ_WRITE(ULong64, ULONG64)
OFM_READ_WRITE(ULongPtr, ULONG_PTR)
OFM_READ_WRITE(LongPtr, LONG_PTR)
OFM_READ_WRITE(SizeT, SIZE_T)
OFM_READ_WRITE(Boolean, BOOLEAN)
OFM_READ_WRITE(UChar, UCHAR)
OFM_READ_WRITE(UShort, USHORT)
OFM_READ_WRITE(Handle, HANDLE)
OFM_READ_WRITE(Pointer_, PVOID)
#define ReadAcquire64(s) ReadLong64_Acquire(s)
#define ReadNoFence64(s) ReadLong64_NoFence(s)
#define ReadRaw64(s) ReadLong64_Raw(s)
#define WriteRelease64(d, v) WriteLong64_Release(d, v)
#define WriteNoFence64(d, v) WriteLong64_NoFence(d, v)
#define WriteRaw64(d, v) WriteLong64_Raw(d, v)
#define ReadPointerAcquire(s) ReadPointer_Acquire((PVOID const volatile *)(s))
#define ReadPointerNoFence(s) ReadPointer_NoFence((PVOID const volatile *)(s))
#define ReadPointerRaw(s) ReadPointer_Raw((PVOID const volatile *)(s))
#define WritePointerRelease(d, v) WritePointer_Release((PVOID volatile *)(d), (PVOID)(v))
#define WritePointerNoFence(d, v) WritePointer_NoFence((PVOID volatile *)(d), (PVOID)(v))

#define MemoryBarrier() __sync_synchronize()
#define KeMemoryBarrier() __sync_synchronize()
#define KeMemoryBarrierWithoutFence() __asm__ __volatile__("" ::: "memory")
#define _ReadWriteBarrier() __asm__ __volatile__("" ::: "memory")
#define _ReadBarrier() __asm__ __volatile__("" ::: "memory")
#define _WriteBarrier() __asm__ __volatile__("" ::: "memory")
#if defined(__x86_64__)
#define YieldProcessor() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define YieldProcessor() __asm__ __volatile__("yield")
#else
#define YieldProcessor() ((void)0)
#endif

#ifdef __cplusplus
}
#endif

#endif
