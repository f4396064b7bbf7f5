/* Generic tables, AVL tables and bitmaps, against simple models. */
#include "harness.h"

#include <stdbool.h>

#include <ntifs.h>

static PVOID allocate(struct _RTL_AVL_TABLE *table, CLONG size)
{
    return malloc(size);
}

static void release(struct _RTL_AVL_TABLE *table, PVOID memory)
{
    free(memory);
}

static RTL_GENERIC_COMPARE_RESULTS order_of(int a, int b)
{
    return a < b ? GenericLessThan : a > b ? GenericGreaterThan : GenericEqual;
}

static RTL_GENERIC_COMPARE_RESULTS compare(struct _RTL_AVL_TABLE *table, PVOID a, PVOID b)
{
    return order_of(*(int *)a, *(int *)b);
}

/* Height of the tree; fails when it is not balanced or a link is wrong. */
static int check(PRTL_BALANCED_LINKS n, PRTL_BALANCED_LINKS parent)
{
    if (!n)
        return 0;
    assert_ptr_equal(parent, n->Parent);
    int left = check(n->LeftChild, n), right = check(n->RightChild, n);
    assert_int_equal(right - left, n->Balance);
    assert_true(n->Balance >= -1 && n->Balance <= 1);
    return 1 + (left > right ? left : right);
}

static void avl_against_model(void **state)
{
    enum { RANGE = 200 };
    RTL_AVL_TABLE table;
    bool present[RANGE] = {false};
    unsigned seed = 7, count = 0;
    RtlInitializeGenericTableAvl(&table, compare, allocate, release, NULL);
    assert_true(RtlIsGenericTableEmptyAvl(&table));
    for (int i = 0; i < 4000; i++) {
        int key = rand_r(&seed) % RANGE;
        BOOLEAN is_new;
        if (rand_r(&seed) % 2) {
            int *data = RtlInsertElementGenericTableAvl(&table, &key, sizeof key, &is_new);
            assert_int_equal(key, *data);
            assert_int_equal(!present[key], is_new);
            count += !present[key];
            present[key] = true;
        } else {
            assert_int_equal(present[key], RtlDeleteElementGenericTableAvl(&table, &key));
            count -= present[key];
            present[key] = false;
        }
        assert_int_equal(count, RtlNumberGenericTableElementsAvl(&table));
        if (i % 50 == 0)
            assert_int_equal(table.DepthOfTree, check(table.BalancedRoot.RightChild, &table.BalancedRoot));
        assert_int_equal(present[key], RtlLookupElementGenericTableAvl(&table, &key) != NULL);
    }
    int key = 0;
    ULONG i = 0;
    for (int *data = RtlEnumerateGenericTableAvl(&table, TRUE); data; data = RtlEnumerateGenericTableAvl(&table, FALSE), key++, i++) {
        while (!present[key])
            key++;
        assert_int_equal(key, *data);
        assert_ptr_equal(data, RtlGetElementGenericTableAvl(&table, i));
    }
    assert_int_equal(count, i);
    while ((key = 0, i = 0, !RtlIsGenericTableEmptyAvl(&table))) {
        int *data = RtlGetElementGenericTableAvl(&table, 0), copy = *data;
        assert_true(RtlDeleteElementGenericTableAvl(&table, &copy));
    }
}

static PVOID allocate_splay(struct _RTL_GENERIC_TABLE *table, CLONG size)
{
    return malloc(size);
}

static void release_splay(struct _RTL_GENERIC_TABLE *table, PVOID memory)
{
    free(memory);
}

static RTL_GENERIC_COMPARE_RESULTS compare_splay(struct _RTL_GENERIC_TABLE *table, PVOID a, PVOID b)
{
    return order_of(*(int *)a, *(int *)b);
}

static void splay_against_model(void **state)
{
    enum { RANGE = 100 };
    RTL_GENERIC_TABLE table;
    bool present[RANGE] = {false};
    unsigned seed = 3, count = 0;
    RtlInitializeGenericTable(&table, compare_splay, allocate_splay, release_splay, NULL);
    for (int i = 0; i < 3000; i++) {
        int key = rand_r(&seed) % RANGE;
        BOOLEAN is_new;
        if (rand_r(&seed) % 2) {
            int *data = RtlInsertElementGenericTable(&table, &key, sizeof key, &is_new);
            assert_int_equal(key, *data);
            assert_int_equal(!present[key], is_new);
            count += !present[key];
            present[key] = true;
        } else {
            assert_int_equal(present[key], RtlDeleteElementGenericTable(&table, &key));
            count -= present[key];
            present[key] = false;
        }
        assert_int_equal(count, RtlNumberGenericTableElements(&table));
        assert_int_equal(present[key], RtlLookupElementGenericTable(&table, &key) != NULL);
    }
    int key = 0;
    unsigned seen = 0;
    for (int *data = RtlEnumerateGenericTable(&table, TRUE); data; data = RtlEnumerateGenericTable(&table, FALSE), key++, seen++) {
        while (!present[key])
            key++;
        assert_int_equal(key, *data);
    }
    assert_int_equal(count, seen);
    while (!RtlIsGenericTableEmpty(&table)) {
        int copy = *(int *)RtlGetElementGenericTable(&table, 0);
        assert_true(RtlDeleteElementGenericTable(&table, &copy));
    }
    int first = 9, second = 1;
    RtlInsertElementGenericTable(&table, &first, sizeof first, NULL);
    RtlInsertElementGenericTable(&table, &second, sizeof second, NULL);
    assert_int_equal(9, *(int *)RtlGetElementGenericTable(&table, 0)); /* in order of insertion */
    assert_int_equal(1, *(int *)RtlGetElementGenericTable(&table, 1));
    RtlDeleteElementGenericTable(&table, &first);
    RtlDeleteElementGenericTable(&table, &second);
}

enum { BITS = 300 };

static ULONG find_model(const bool *bits, ULONG count, ULONG from, ULONG end, bool set)
{
    for (ULONG at = from; at < end && at + count <= BITS; at++) {
        ULONG n = 0;
        while (n < count && bits[at + n] == set)
            n++;
        if (n == count)
            return at;
    }
    return MAXULONG;
}

static void bitmap_against_model(void **state)
{
    ULONG buffer[(BITS + 31) / 32];
    RTL_BITMAP map;
    bool bits[BITS] = {false};
    unsigned seed = 11;
    RtlInitializeBitMap(&map, buffer, BITS);
    RtlClearAllBits(&map);
    for (int i = 0; i < 3000; i++) {
        ULONG at = (ULONG)rand_r(&seed) % BITS, count = (ULONG)rand_r(&seed) % 40, hint = (ULONG)rand_r(&seed) % BITS;
        bool set = rand_r(&seed) % 2;
        if (count > BITS - at)
            count = BITS - at;
        if (set)
            RtlSetBits(&map, at, count);
        else
            RtlClearBits(&map, at, count);
        ULONG total = 0;
        for (ULONG n = 0; n < count; n++)
            bits[at + n] = set;
        for (ULONG n = 0; n < BITS; n++) {
            total += bits[n];
            assert_int_equal(bits[n], RtlTestBit(&map, n));
        }
        assert_int_equal(total, RtlNumberOfSetBits(&map));
        assert_int_equal(BITS - total, RtlNumberOfClearBits(&map));
        if (count) {
            assert_int_equal(set, RtlAreBitsSet(&map, at, count));
            assert_int_equal(!set, RtlAreBitsClear(&map, at, count));
            ULONG start = hint & ~7u, found = find_model(bits, count, start, BITS, false);
            if (found == MAXULONG)
                found = find_model(bits, count, 0, start, false);
            assert_int_equal(found, RtlFindClearBits(&map, count, hint));
        }
    }
    RtlSetAllBits(&map);
    assert_int_equal(MAXULONG, RtlFindClearBits(&map, 1, 0));
    RtlClearBits(&map, 10, 5);
    RtlClearBits(&map, 100, 50);
    RTL_BITMAP_RUN runs[2];
    assert_int_equal(2, RtlFindClearRuns(&map, runs, 2, TRUE));
    assert_int_equal(100, runs[0].StartingIndex);
    assert_int_equal(5, runs[1].NumberOfBits);
    ULONG start;
    assert_int_equal(50, RtlFindLongestRunClear(&map, &start));
    assert_int_equal(100, start);
    assert_int_equal(10, RtlFindClearBitsAndSet(&map, 5, 0));
    assert_int_equal(1, RtlFindClearRuns(&map, runs, 2, FALSE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("AVL tables stay balanced and ordered", avl_against_model),
        TEST("generic tables by key and by order of insertion", splay_against_model),
        TEST("bitmaps", bitmap_against_model),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
