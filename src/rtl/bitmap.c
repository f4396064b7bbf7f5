/* RTL_BITMAP: bits from the lowest of the first ULONG on. The caller guards its bitmap. Pure code. */
#include <ntifs.h>

#include <stdbool.h>
#include <string.h>

#define NONE MAXULONG

static bool bit(const RTL_BITMAP *map, ULONG at)
{
    return map->Buffer[at / 32] >> (at % 32) & 1;
}

/* First position from `at` whose bit is `wanted`; `end` when there is none. Whole words are skipped. */
static ULONG find_bit(const RTL_BITMAP *map, ULONG at, ULONG end, bool wanted)
{
    while (at < end) {
        ULONG word = map->Buffer[at / 32];
        ULONG hits = (wanted ? word : ~word) >> (at % 32);
        if (hits) {
            at += (ULONG)__builtin_ctz(hits);
            return at < end ? at : end;
        }
        at = (at / 32 + 1) * 32;
    }
    return end;
}

static ULONG mask_of(ULONG first, ULONG count)
{
    return (count == 32 ? MAXULONG : (1u << count) - 1) << first;
}

static void change(PRTL_BITMAP map, ULONG at, ULONG count, bool set)
{
    while (count) {
        ULONG first = at % 32, n = 32 - first < count ? 32 - first : count;
        if (set)
            map->Buffer[at / 32] |= mask_of(first, n);
        else
            map->Buffer[at / 32] &= ~mask_of(first, n);
        at += n;
        count -= n;
    }
}

VOID NTAPI RtlInitializeBitMap(PRTL_BITMAP BitMapHeader, PULONG BitMapBuffer, ULONG SizeOfBitMap)
{
    BitMapHeader->SizeOfBitMap = SizeOfBitMap;
    BitMapHeader->Buffer = BitMapBuffer;
}

VOID NTAPI RtlClearAllBits(PRTL_BITMAP BitMapHeader)
{
    memset(BitMapHeader->Buffer, 0, (size_t)(BitMapHeader->SizeOfBitMap + 31) / 32 * 4);
}

VOID NTAPI RtlSetAllBits(PRTL_BITMAP BitMapHeader)
{
    memset(BitMapHeader->Buffer, 0xFF, (size_t)(BitMapHeader->SizeOfBitMap + 31) / 32 * 4);
}

#undef RtlClearBit
VOID NTAPI RtlClearBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)
{
    change(BitMapHeader, BitNumber, 1, false);
}

#undef RtlSetBit
VOID NTAPI RtlSetBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)
{
    change(BitMapHeader, BitNumber, 1, true);
}

#undef RtlTestBit
BOOLEAN NTAPI RtlTestBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)
{
    return bit(BitMapHeader, BitNumber);
}

VOID NTAPI RtlClearBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToClear)
{
    change(BitMapHeader, StartingIndex, NumberToClear, false);
}

VOID NTAPI RtlSetBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToSet)
{
    change(BitMapHeader, StartingIndex, NumberToSet, true);
}

static BOOLEAN all_are(PRTL_BITMAP map, ULONG start, ULONG length, bool set)
{
    if (!length || start >= map->SizeOfBitMap || length > map->SizeOfBitMap - start)
        return FALSE;
    return find_bit(map, start, start + length, !set) == start + length;
}

BOOLEAN NTAPI RtlAreBitsClear(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length)
{
    return all_are(BitMapHeader, StartingIndex, Length, false);
}

BOOLEAN NTAPI RtlAreBitsSet(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length)
{
    return all_are(BitMapHeader, StartingIndex, Length, true);
}

ULONG NTAPI RtlNumberOfSetBitsInRange(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length)
{
    ULONG count = 0;
    for (ULONG at = StartingIndex, end = StartingIndex + Length; at < end;) {
        ULONG first = at % 32, n = 32 - first < end - at ? 32 - first : end - at;
        count += (ULONG)__builtin_popcount(BitMapHeader->Buffer[at / 32] & mask_of(first, n));
        at += n;
    }
    return count;
}

ULONG NTAPI RtlNumberOfSetBits(PRTL_BITMAP BitMapHeader)
{
    return RtlNumberOfSetBitsInRange(BitMapHeader, 0, BitMapHeader->SizeOfBitMap);
}

ULONG NTAPI RtlNumberOfClearBits(PRTL_BITMAP BitMapHeader)
{
    return BitMapHeader->SizeOfBitMap - RtlNumberOfSetBits(BitMapHeader);
}

ULONG NTAPI RtlNumberOfClearBitsInRange(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length)
{
    return Length - RtlNumberOfSetBitsInRange(BitMapHeader, StartingIndex, Length);
}

/* A run of `count` bits that begins in [from, last]; NONE. */
static ULONG find_run_from(PRTL_BITMAP map, ULONG count, ULONG from, ULONG last, bool set)
{
    ULONG at = from;
    while (at <= last) {
        at = find_bit(map, at, map->SizeOfBitMap, set);
        if (at > last || map->SizeOfBitMap - at < count)
            return NONE;
        ULONG end = find_bit(map, at, at + count, !set);
        if (end == at + count)
            return at;
        at = end;
    }
    return NONE;
}

/* From the hint (rounded down to a byte) to the end, then from the beginning. */
static ULONG find_run(PRTL_BITMAP map, ULONG count, ULONG hint, bool set)
{
    if (hint >= map->SizeOfBitMap)
        hint = 0;
    hint &= ~7u;
    if (count == 0)
        return hint;
    if (count > map->SizeOfBitMap)
        return NONE;
    ULONG last = map->SizeOfBitMap - count;
    ULONG found = find_run_from(map, count, hint, last, set);
    return found != NONE || hint == 0 ? found : find_run_from(map, count, 0, hint - 1 < last ? hint - 1 : last, set);
}

ULONG NTAPI RtlFindClearBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    return find_run(BitMapHeader, NumberToFind, HintIndex, false);
}

ULONG NTAPI RtlFindSetBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    return find_run(BitMapHeader, NumberToFind, HintIndex, true);
}

static ULONG find_and_change(PRTL_BITMAP map, ULONG count, ULONG hint, bool set)
{
    ULONG at = find_run(map, count, hint, set);
    if (at != NONE)
        change(map, at, count, !set);
    return at;
}

ULONG NTAPI RtlFindClearBitsAndSet(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    return find_and_change(BitMapHeader, NumberToFind, HintIndex, false);
}

ULONG NTAPI RtlFindSetBitsAndClear(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    return find_and_change(BitMapHeader, NumberToFind, HintIndex, true);
}

/* Length of the next run from `from`; its start in *start. */
static ULONG next_run(PRTL_BITMAP map, ULONG from, PULONG start, bool set)
{
    *start = find_bit(map, from, map->SizeOfBitMap, set);
    return find_bit(map, *start, map->SizeOfBitMap, !set) - *start;
}

ULONG NTAPI RtlFindNextForwardRunClear(PRTL_BITMAP BitMapHeader, ULONG FromIndex, PULONG StartingRunIndex)
{
    return next_run(BitMapHeader, FromIndex, StartingRunIndex, false);
}

ULONG NTAPI RtlFindNextForwardRunSet(PRTL_BITMAP BitMapHeader, ULONG FromIndex, PULONG StartingRunIndex)
{
    return next_run(BitMapHeader, FromIndex, StartingRunIndex, true);
}

ULONG NTAPI RtlFindFirstRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex)
{
    return next_run(BitMapHeader, 0, StartingIndex, false);
}

/* Backward from `from`: the run that ends at or before it. */
ULONG NTAPI RtlFindLastBackwardRunClear(PRTL_BITMAP BitMapHeader, ULONG FromIndex, PULONG StartingRunIndex)
{
    ULONG end = FromIndex + 1;
    while (end && bit(BitMapHeader, end - 1))
        end--;
    ULONG start = end;
    while (start && !bit(BitMapHeader, start - 1))
        start--;
    *StartingRunIndex = start;
    return end - start;
}

static ULONG longest_run(PRTL_BITMAP map, PULONG start, bool set)
{
    ULONG best = 0, from = 0;
    *start = 0;
    while (from < map->SizeOfBitMap) {
        ULONG at, length = next_run(map, from, &at, set);
        if (length > best) {
            best = length;
            *start = at;
        }
        from = at + length;
        if (!length)
            break;
    }
    return best;
}

ULONG NTAPI RtlFindLongestRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex)
{
    return longest_run(BitMapHeader, StartingIndex, false);
}

ULONG NTAPI RtlFindLongestRunSet(PRTL_BITMAP BitMapHeader, PULONG StartingIndex)
{
    return longest_run(BitMapHeader, StartingIndex, true);
}

/* The runs found; the longest ones first when asked. When there are more than asked for, the longest are kept. */
static ULONG find_runs(PRTL_BITMAP map, PRTL_BITMAP_RUN runs, ULONG capacity, bool longest, bool set)
{
    ULONG found = 0, from = 0;
    while (from < map->SizeOfBitMap) {
        RTL_BITMAP_RUN run;
        run.NumberOfBits = next_run(map, from, &run.StartingIndex, set);
        if (!run.NumberOfBits)
            break;
        from = run.StartingIndex + run.NumberOfBits;
        ULONG at = found;
        if (longest) {
            while (at && runs[at - 1].NumberOfBits < run.NumberOfBits)
                at--;
        }
        if (at >= capacity) {
            if (longest)
                continue;
            break;
        }
        ULONG keep = found < capacity ? found : capacity - 1;
        memmove(&runs[at + 1], &runs[at], (keep - at) * sizeof *runs);
        runs[at] = run;
        found = keep + 1;
    }
    return found;
}

ULONG NTAPI RtlFindClearRuns(PRTL_BITMAP BitMapHeader, PRTL_BITMAP_RUN RunArray, ULONG SizeOfRunArray, BOOLEAN LocateLongestRuns)
{
    return find_runs(BitMapHeader, RunArray, SizeOfRunArray, LocateLongestRuns, false);
}

CCHAR NTAPI RtlFindMostSignificantBit(ULONGLONG Set)
{
    return Set ? (CCHAR)(63 - __builtin_clzl(Set)) : -1;
}

CCHAR NTAPI RtlFindLeastSignificantBit(ULONGLONG Set)
{
    return Set ? (CCHAR)__builtin_ctzl(Set) : -1;
}

