/* Compiler intrinsics under Microsoft's names: interlocked operations, bit scans, barriers. */
#ifndef _OFM_CRT_INTRIN_H
#define _OFM_CRT_INTRIN_H

#include "_crt.h"
#include <stdlib.h>

/* The type names say what Windows says: `long` is int. All operations are full barriers. */
#define _OFM_INTERLOCKED(type, suffix)                                                                               \
    static inline type _InterlockedExchange##suffix(type volatile *target, type value)                               \
    {                                                                                                                \
        return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);                                                 \
    }                                                                                                                \
    static inline type _InterlockedExchangeAdd##suffix(type volatile *target, type value)                            \
    {                                                                                                                \
        return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST);                                                  \
    }                                                                                                                \
    static inline type _InterlockedIncrement##suffix(type volatile *target)                                          \
    {                                                                                                                \
        return __atomic_add_fetch(target, 1, __ATOMIC_SEQ_CST);                                                      \
    }                                                                                                                \
    static inline type _InterlockedDecrement##suffix(type volatile *target)                                          \
    {                                                                                                                \
        return __atomic_sub_fetch(target, 1, __ATOMIC_SEQ_CST);                                                      \
    }                                                                                                                \
    static inline type _InterlockedCompareExchange##suffix(type volatile *target, type value, type expected)         \
    {                                                                                                                \
        __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                \
        return expected;                                                                                             \
    }                                                                                                                \
    static inline type _InterlockedAnd##suffix(type volatile *target, type value)                                    \
    {                                                                                                                \
        return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST);                                                  \
    }                                                                                                                \
    static inline type _InterlockedOr##suffix(type volatile *target, type value)                                     \
    {                                                                                                                \
        return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST);                                                   \
    }                                                                                                                \
    static inline type _InterlockedXor##suffix(type volatile *target, type value)                                    \
    {                                                                                                                \
        return __atomic_fetch_xor(target, value, __ATOMIC_SEQ_CST);                                                  \
    }
_OFM_INTERLOCKED(int, )
_OFM_INTERLOCKED(short, 16)
_OFM_INTERLOCKED(char, 8)
_OFM_INTERLOCKED(__INT64_TYPE__, 64)
#undef _OFM_INTERLOCKED

static inline void *_InterlockedExchangePointer(void *volatile *target, void *value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}
static inline void *_InterlockedCompareExchangePointer(void *volatile *target, void *value, void *expected)
{
    __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}
static inline unsigned char _interlockedbittestandset(int volatile *base, int bit)
{
    return __atomic_fetch_or(&base[bit >> 5], (int)(1u << (bit & 31)), __ATOMIC_SEQ_CST) >> (bit & 31) & 1;
}
static inline unsigned char _interlockedbittestandreset(int volatile *base, int bit)
{
    return __atomic_fetch_and(&base[bit >> 5], (int)~(1u << (bit & 31)), __ATOMIC_SEQ_CST) >> (bit & 31) & 1;
}
static inline unsigned char _BitScanForward(unsigned *index, unsigned mask)
{
    if (mask)
        *index = (unsigned)__builtin_ctz(mask);
    return mask != 0;
}
static inline unsigned char _BitScanReverse(unsigned *index, unsigned mask)
{
    if (mask)
        *index = 31u - (unsigned)__builtin_clz(mask);
    return mask != 0;
}
static inline unsigned char _BitScanForward64(unsigned *index, __UINT64_TYPE__ mask)
{
    if (mask)
        *index = (unsigned)__builtin_ctzl(mask);
    return mask != 0;
}
static inline unsigned char _BitScanReverse64(unsigned *index, __UINT64_TYPE__ mask)
{
    if (mask)
        *index = 63u - (unsigned)__builtin_clzl(mask);
    return mask != 0;
}
static inline unsigned char _bittest(const int *base, int bit)
{
    return base[bit >> 5] >> (bit & 31) & 1;
}

#define __popcnt(x) ((unsigned)__builtin_popcount(x))
#define __popcnt64(x) ((__UINT64_TYPE__)__builtin_popcountl(x))
#define __debugbreak() __builtin_trap()
#define _ReturnAddress() __builtin_return_address(0)
#define _AddressOfReturnAddress() ((void *)((void **)__builtin_frame_address(0) + 1))
#define _ReadWriteBarrier() __asm__ volatile("" ::: "memory")
#define _ReadBarrier() __asm__ volatile("" ::: "memory")
#define _WriteBarrier() __asm__ volatile("" ::: "memory")
#define __nop() __asm__ volatile("nop")
#ifdef __x86_64__
#include <immintrin.h>
#endif

/* Stops the process with the code in the message: no handler may run. */
_CRT_BEGIN
_CRT_NORETURN void __fastfail(unsigned code) _CRTBIND(__fastfail);
_CRT_END

#endif
