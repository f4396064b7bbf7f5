/* Compiler intrinsics under Microsoft's names: interlocked operations, bit scans, barriers. */
#ifndef _OFM_CRT_INTRIN_H
#define _OFM_CRT_INTRIN_H

#include "_crt.h"
#include <stdlib.h>
#include <nt/interlocked.h>

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
#ifndef __debugbreak
#define __debugbreak() __builtin_trap()
#endif
#define _ReturnAddress() __builtin_return_address(0)
#define _AddressOfReturnAddress() ((void *)((void **)__builtin_frame_address(0) + 1))
#define __nop() __asm__ volatile("nop")
#ifdef __x86_64__
#include <immintrin.h>
#endif

/* Stops the process with the code in the message: no handler may run. */
_CRT_BEGIN
_CRT_NORETURN void __fastfail(unsigned code) _CRTBIND(__fastfail);
_CRT_END

#endif
