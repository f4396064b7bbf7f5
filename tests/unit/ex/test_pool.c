/* Pools and lookaside lists: memory, accounting, and what is told of wrong frees. */
#include "harness.h"

#include "capture.h"
#include "ntoskrnl/ex/ex.h"

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#else
#define UNDER_ASAN 0
#endif

static void allocate_and_free(void **state)
{
    static const SIZE_T sizes[] = {0, 1, 15, 16, 100, 4095, 4096, 4097, 100000};
    struct ex_pool_usage before = ex_pool_usage(NULL);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char *memory = ExAllocatePoolWithTag(i % 2 ? PagedPool : NonPagedPool, sizes[i], 'tseT');
        assert_non_null(memory);
        assert_int_equal(0, (uintptr_t)memory % (sizes[i] >= PAGE_SIZE ? PAGE_SIZE : 16));
        memset(memory, 0x5A, sizes[i]);
        assert_int_equal(sizes[i], ex_pool_size(memory));
        ExFreePoolWithTag(memory, 'tseT');
    }
    char *aligned = ExAllocatePoolWithTag(NonPagedPoolNxCacheAligned, 10, 'tseT');
    assert_int_equal(0, (uintptr_t)aligned % 64);
    ExFreePool(aligned);
    assert_int_equal(before.blocks, ex_pool_usage(NULL).blocks);
    assert_int_equal(0, reports);
}

static void zeroed_or_not(void **state)
{
    static const char zero[64];
    char *a = ExAllocatePool2(POOL_FLAG_PAGED, 64, 'tseT'), *b = ExAllocatePoolZero(NonPagedPool, 64, 'tseT'),
         *c = ExAllocatePoolWithTag(NonPagedPool, 64, 'tseT'), *d = ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_UNINITIALIZED, 64, 'tseT'),
         *e = ExAllocatePool(NonPagedPool, 64), *f = ExAllocatePool3(POOL_FLAG_NON_PAGED, 64, 'tseT', NULL, 0);
    assert_memory_equal(zero, a, 64);
    assert_memory_equal(zero, b, 64);
    assert_memory_not_equal(zero, c, 64); /* a pattern: nobody relies on it */
    assert_memory_not_equal(zero, d, 64);
    assert_non_null(e);
    assert_memory_equal(zero, f, 64);
    ExFreePool(a);
    ExFreePool(b);
    ExFreePool(c);
    ExFreePool(d);
    ExFreePool(e);
    ExFreePool2(f, 'tseT', NULL, 0);
}

static void wrong_flags(void **state)
{
    assert_null(ExAllocatePool2(0, 8, 'tseT'));
    assert_null(ExAllocatePool2(POOL_FLAG_PAGED | POOL_FLAG_NON_PAGED, 8, 'tseT'));
    assert_null(ExAllocatePool2(POOL_FLAG_PAGED, 8, 0));
    assert_null(ExAllocatePool2(POOL_FLAG_PAGED | POOL_FLAG_RESERVED2, 8, 'tseT'));
    assert_int_equal(4, reports);
    POOL_EXTENDED_PARAMETER secure = {.Type = PoolExtendedParameterSecurePool};
    assert_null(ExAllocatePool3(POOL_FLAG_PAGED, 8, 'tseT', &secure, 1));
    assert_int_equal(5, reports);
    assert_null(ExAllocatePoolWithTag(PagedPool, SIZE_MAX - 100, 'tseT'));
}

static void accounted_to_the_driver(void **state)
{
    struct ke_scope outer = ke_callback_enter("leaky", "DriverEntry", NULL);
    void *a = ExAllocatePoolWithTag(NonPagedPool, 100, 'AkaL'), *b = ExAllocatePoolWithTag(NonPagedPool, 50, 'AkaL'),
         *c = ExAllocatePoolWithTag(PagedPool, 7, 'BkaL');
    ke_callback_leave(outer);
    struct ex_pool_usage usage = ex_pool_usage("leaky");
    assert_int_equal(3, usage.blocks);
    assert_int_equal(157, usage.bytes);
    assert_int_equal(0, ex_pool_usage("other").blocks);
    ExFreePool(c);
    assert_int_equal(2, ex_report_leaks("leaky"));
    assert_int_equal(1, reports); /* a line a tag */
    assert_non_null(strstr(last_report, "leaky|"));
    assert_non_null(strstr(last_report, "tag 'LakA', 2 blocks, 150 bytes"));
    ExFreePool(a);
    ExFreePool(b);
    assert_int_equal(0, ex_report_leaks("leaky"));
}

static void wrong_tag_is_told(void **state)
{
    void *memory = ExAllocatePoolWithTag(NonPagedPool, 8, 'eerT');
    ExFreePoolWithTag(memory, 'hsuB');
    assert_int_equal(1, reports);
    assert_non_null(strstr(last_report, "has tag 'Tree', freed with tag 'Bush'"));
    memory = ExAllocatePoolWithTag(NonPagedPool, 8, 'eerT');
    ExFreePoolWithTag(memory, 0); /* no tag: not compared */
    assert_int_equal(1, reports);
    ExFreePool(NULL);
    assert_int_equal(2, reports);
}

static void double_free_and_overrun_are_told(void **state)
{
    if (UNDER_ASAN)
        skip_because("AddressSanitizer stops at the very access");
    struct ke_scope outer = ke_callback_enter("clumsy", "PreOperation", NULL);
    char *memory = ExAllocatePoolWithTag(NonPagedPool, 40, 'muhT');
    memory[40] = 1;
    ExFreePool(memory);
    assert_int_equal(1, reports);
    assert_non_null(strstr(last_report, "clumsy|pool overrun: wrote behind a block of 40 bytes, tag 'Thum'"));
    ExFreePool(memory);
    assert_int_equal(2, reports);
    assert_non_null(strstr(last_report, "freed for the second time"));
    char *other = ExAllocatePoolWithTag(NonPagedPool, 40, 'muhT');
    other[-1] = 1;
    ExFreePool(other);
    assert_int_equal(3, reports);
    assert_non_null(strstr(last_report, "before its start"));
    ke_callback_leave(outer);
}

static void pool_above_its_irql(void **state)
{
    KIRQL old = KeRaiseIrqlToDpcLevel();
    void *memory = ExAllocatePoolWithTag(NonPagedPool, 8, 'tseT');
    assert_int_equal(0, reports);
    void *paged = ExAllocatePoolWithTag(PagedPool, 8, 'tseT');
    assert_int_equal(1, reports);
    ExFreePool(paged);
    assert_int_equal(2, reports);
    ExFreePool(memory);
    assert_int_equal(2, reports);
    KeLowerIrql(old);
}

static void failures_on_demand(void **state)
{
    ex_pool_fail_every(2);
    void *a = ExAllocatePoolWithTag(PagedPool, 8, 'tseT'), *b = ExAllocatePoolWithTag(PagedPool, 8, 'tseT');
    ex_pool_fail_every(0);
    assert_non_null(a);
    assert_null(b);
    ExFreePool(a);
}

static int made, unmade;

static PVOID make_entry(POOL_TYPE type, SIZE_T size, ULONG tag)
{
    made++;
    return malloc(size);
}

static void unmake_entry(PVOID entry)
{
    unmade++;
    free(entry);
}

static void lookaside_lists(void **state)
{
    NPAGED_LOOKASIDE_LIST *list = aligned_alloc(64, sizeof *list);
    ExInitializeNPagedLookasideList(list, NULL, NULL, 0, 48, 'kooL', 0);
    void *a = ExAllocateFromNPagedLookasideList(list), *b = ExAllocateFromNPagedLookasideList(list);
    assert_int_equal(48, ex_pool_size(a));
    ExFreeToNPagedLookasideList(list, b);
    if (!UNDER_ASAN)
        assert_ptr_equal(b, ExAllocateFromNPagedLookasideList(list)); /* kept for the next one */
    else
        b = ExAllocateFromNPagedLookasideList(list);
    ExFreeToNPagedLookasideList(list, a);
    ExFreeToNPagedLookasideList(list, b);
    ExDeleteNPagedLookasideList(list);
    free(list);

    PAGED_LOOKASIDE_LIST *paged = aligned_alloc(64, sizeof *paged);
    ExInitializePagedLookasideList(paged, make_entry, unmake_entry, 0, 8, 'kooL', 0);
    a = ExAllocateFromPagedLookasideList(paged);
    assert_int_equal(1, made);
    ExFreeToPagedLookasideList(paged, a);
    ExDeletePagedLookasideList(paged);
    assert_int_equal(1, unmade);
    free(paged);
    assert_int_equal(0, reports);
}

static void forgotten_lookaside_list_is_told(void **state)
{
    NPAGED_LOOKASIDE_LIST *list = ExAllocatePoolWithTag(NonPagedPoolCacheAligned, sizeof *list, 'kooL');
    ExInitializeNPagedLookasideList(list, NULL, NULL, 0, 48, 'kooL', 0);
    ExFreePool(list);
    assert_int_equal(1, reports);
    assert_non_null(strstr(last_report, "lookaside list"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("ExAllocatePoolWithTag, ExFreePoolWithTag, ExFreePool: sizes and alignment", allocate_and_free, start_capture, end_capture),
        TEST_WITH("ExAllocatePool2 and ExAllocatePoolZero give zeros, ExAllocatePool does not", zeroed_or_not, start_capture, end_capture),
        TEST_WITH("flags that are not valid give NULL and a report", wrong_flags, start_capture, end_capture),
        TEST_WITH("pool is accounted to its driver and told at unload", accounted_to_the_driver, start_capture, end_capture),
        TEST_WITH("a wrong tag is told", wrong_tag_is_told, start_capture, end_capture),
        TEST_WITH("double free, overrun and underrun are told with the driver's name", double_free_and_overrun_are_told, start_capture, end_capture),
        TEST_WITH("paged pool above APC_LEVEL is told", pool_above_its_irql, start_capture, end_capture),
        TEST_WITH("allocations fail on demand", failures_on_demand, start_capture, end_capture),
        TEST_WITH("lookaside lists keep entries and use a driver's own routines", lookaside_lists, start_capture, end_capture),
        TEST_WITH("a lookaside list that was not deleted is told", forgotten_lookaside_list_is_told, start_capture, end_capture),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
