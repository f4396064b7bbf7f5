/* Memory compared and filled, checksums, random numbers, byte order. Pure code, any thread. */
#include <ntifs.h>

#include <stdbool.h>
#include <string.h>

/* How many bytes are equal from the start. */
SIZE_T NTAPI RtlCompareMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length)
{
    const UCHAR *a = Source1, *b = Source2;
    SIZE_T i = 0;
    while (i < Length && a[i] == b[i])
        i++;
    return i;
}

/* In bytes, a multiple of four. */
SIZE_T NTAPI RtlCompareMemoryUlong(PVOID Source, SIZE_T Length, ULONG Pattern)
{
    const ULONG *words = Source;
    SIZE_T i = 0;
    while (i < Length / sizeof(ULONG) && words[i] == Pattern)
        i++;
    return i * sizeof(ULONG);
}

#undef RtlFillMemoryUlong
VOID NTAPI RtlFillMemoryUlong(PVOID Destination, SIZE_T Length, ULONG Pattern)
{
    for (SIZE_T i = 0; i < Length / sizeof(ULONG); i++)
        ((PULONG)Destination)[i] = Pattern;
}

VOID NTAPI RtlFillMemoryUlonglong(PVOID Destination, SIZE_T Length, ULONGLONG Pattern)
{
    for (SIZE_T i = 0; i < Length / sizeof(ULONGLONG); i++)
        ((PULONGLONG)Destination)[i] = Pattern;
}

#undef RtlPrefetchMemoryNonTemporal
VOID NTAPI RtlPrefetchMemoryNonTemporal(PVOID Source, SIZE_T Length)
{
    for (SIZE_T i = 0; i < Length; i += 64)
        __builtin_prefetch((const char *)Source + i, 0, 0);
}

/* CRC-32 of IEEE 802.3, reflected; InitialCrc is the result of the bytes before. */
ULONG NTAPI RtlComputeCrc32(ULONG InitialCrc, const VOID *Buffer, ULONG Length)
{
    const UCHAR *bytes = Buffer;
    ULONG crc = ~InitialCrc;
    for (ULONG i = 0; i < Length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

ULONG NTAPI RtlCrc32(const VOID *Buffer, SIZE_T Size, ULONG InitialCrc)
{
    return RtlComputeCrc32(InitialCrc, Buffer, (ULONG)Size);
}

/* CRC-64 of ECMA-182, reflected. */
ULONGLONG NTAPI RtlCrc64(const VOID *Buffer, SIZE_T Size, ULONGLONG InitialCrc)
{
    const UCHAR *bytes = Buffer;
    ULONGLONG crc = ~InitialCrc;
    for (SIZE_T i = 0; i < Size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xC96C5795D7870F42UL : 0);
    }
    return ~crc;
}

/* The Lehmer generator that RtlUniform and RtlRandomEx document: 0 to MAXLONG - 1; the seed is the state. */
ULONG NTAPI RtlUniform(PULONG Seed)
{
    *Seed = (ULONG)(((ULONGLONG)*Seed * 0x7FFFFFED + 0x7FFFFFC3) % MAXLONG);
    return *Seed;
}

/* A good mixer on top, so that short sequences do not repeat; deterministic for a seed. */
ULONG NTAPI RtlRandomEx(PULONG Seed)
{
    ULONG x = RtlUniform(Seed);
    x ^= x >> 16;
    x *= 0x7FEB352D;
    x ^= x >> 15;
    x *= 0x846CA68B;
    x ^= x >> 16;
    return x % MAXLONG;
}

ULONG NTAPI RtlRandom(PULONG Seed)
{
    return RtlRandomEx(Seed);
}

#undef RtlUshortByteSwap
USHORT NTAPI RtlUshortByteSwap(USHORT Source)
{
    return __builtin_bswap16(Source);
}

#undef RtlUlongByteSwap
ULONG NTAPI RtlUlongByteSwap(ULONG Source)
{
    return __builtin_bswap32(Source);
}

#undef RtlUlonglongByteSwap
ULONGLONG NTAPI RtlUlonglongByteSwap(ULONGLONG Source)
{
    return __builtin_bswap64(Source);
}
