/* Extra create parameters as objects: lists, look-ups, marks, clean-up callbacks, lookaside lists (mailslots.md section 4). */
#include "harness.h"

#include <fltkernel.h>

static const GUID first_type = {0x11111111, 1, 2, {1, 2, 3, 4, 5, 6, 7, 8}};
static const GUID second_type = {0x22222222, 1, 2, {1, 2, 3, 4, 5, 6, 7, 8}};
static const GUID third_type = {0x22222222, 1, 2, {1, 2, 3, 4, 5, 6, 7, 9}};

/* The calls only pass the filter on; any pointer will do. */
static PFLT_FILTER filter = (PFLT_FILTER)&first_type;

static int cleanups;
static PVOID cleaned;
static GUID cleaned_type;

static VOID count_cleanup(PVOID context, LPCGUID type)
{
    cleanups++;
    cleaned = context;
    cleaned_type = *type;
}

static PVOID allocate(const GUID *type, ULONG size)
{
    PVOID context = NULL;

    assert_status(STATUS_SUCCESS, FltAllocateExtraCreateParameter(filter, type, size, 0, count_cleanup, 'tseT', &context));
    assert_non_null(context);
    return context;
}

static PECP_LIST new_list(void)
{
    PECP_LIST list = NULL;

    assert_status(STATUS_SUCCESS, FltAllocateExtraCreateParameterList(filter, 0, &list));
    assert_non_null(list);
    return list;
}

static int reset(void **state)
{
    cleanups = 0;
    cleaned = NULL;
    return 0;
}

static void contexts_start_as_zeroes(void **state)
{
    static const char zeroes[64];
    PVOID context = allocate(&first_type, 64);

    assert_memory_equal(context, zeroes, 64);
    assert_int_equal((uintptr_t)context % 16, 0);
    memset(context, 0xff, 64);
    FltFreeExtraCreateParameter(filter, context);
    assert_int_equal(cleanups, 1);
    assert_ptr_equal(cleaned, context);
    assert_memory_equal(&cleaned_type, &first_type, sizeof(GUID));
}

static void a_type_is_once_in_a_list(void **state)
{
    PECP_LIST list = new_list();
    PVOID one = allocate(&first_type, 8), again = allocate(&first_type, 8), other = allocate(&second_type, 8);

    assert_status(STATUS_SUCCESS, FltInsertExtraCreateParameter(filter, list, one));
    assert_status(STATUS_INVALID_PARAMETER, FltInsertExtraCreateParameter(filter, list, again));
    assert_status(STATUS_SUCCESS, FltInsertExtraCreateParameter(filter, list, other));
    FltFreeExtraCreateParameter(filter, again);
    FltFreeExtraCreateParameterList(filter, list);
    assert_int_equal(cleanups, 3);
}

static void found_by_type(void **state)
{
    PECP_LIST list = new_list();
    PVOID one = allocate(&first_type, 24), found = (PVOID)1;
    ULONG size = 7;

    FltInsertExtraCreateParameter(filter, list, one);
    assert_status(STATUS_SUCCESS, FltFindExtraCreateParameter(filter, list, &first_type, &found, &size));
    assert_ptr_equal(found, one);
    assert_int_equal(size, 24);
    assert_status(STATUS_SUCCESS, FltFindExtraCreateParameter(filter, list, &first_type, NULL, NULL));
    assert_status(STATUS_NOT_FOUND, FltFindExtraCreateParameter(filter, list, &third_type, &found, &size));
    assert_null(found);
    assert_int_equal(size, 0);
    FltFreeExtraCreateParameterList(filter, list);
}

static void walked_in_order_without_wrapping(void **state)
{
    PECP_LIST list = new_list();
    PVOID one = allocate(&first_type, 1), two = allocate(&second_type, 2), next = NULL;
    GUID type;
    ULONG size;

    assert_status(STATUS_NOT_FOUND, FltGetNextExtraCreateParameter(filter, list, NULL, &type, &next, &size));
    assert_null(next);
    FltInsertExtraCreateParameter(filter, list, one);
    FltInsertExtraCreateParameter(filter, list, two);
    assert_status(STATUS_SUCCESS, FltGetNextExtraCreateParameter(filter, list, NULL, &type, &next, &size));
    assert_ptr_equal(next, one);
    assert_memory_equal(&type, &first_type, sizeof type);
    assert_int_equal(size, 1);
    assert_status(STATUS_SUCCESS, FltGetNextExtraCreateParameter(filter, list, one, NULL, &next, NULL));
    assert_ptr_equal(next, two);
    assert_status(STATUS_NOT_FOUND, FltGetNextExtraCreateParameter(filter, list, two, NULL, &next, &size));
    assert_null(next);
    assert_int_equal(size, 0);
    assert_status(STATUS_INVALID_PARAMETER, FltGetNextExtraCreateParameter(filter, NULL, NULL, NULL, &next, NULL));
    FltFreeExtraCreateParameterList(filter, list);
}

static void removed_is_not_freed(void **state)
{
    PECP_LIST list = new_list();
    PVOID one = allocate(&first_type, 8), removed = NULL;

    FltInsertExtraCreateParameter(filter, list, one);
    assert_status(STATUS_SUCCESS, FltRemoveExtraCreateParameter(filter, list, &first_type, &removed, NULL));
    assert_ptr_equal(removed, one);
    assert_int_equal(cleanups, 0);
    assert_status(STATUS_NOT_FOUND, FltRemoveExtraCreateParameter(filter, list, &first_type, &removed, NULL));
    assert_null(removed);
    assert_status(STATUS_SUCCESS, FltInsertExtraCreateParameter(filter, list, one));
    FltFreeExtraCreateParameterList(filter, list);
    assert_int_equal(cleanups, 1);
}

static void marks(void **state)
{
    PVOID one = allocate(&first_type, 8);

    assert_false(FltIsEcpAcknowledged(filter, one));
    FltAcknowledgeEcp(filter, one);
    assert_true(FltIsEcpAcknowledged(filter, one));
    FltPrepareToReuseEcp(filter, one);
    assert_false(FltIsEcpAcknowledged(filter, one));
    assert_false(FltIsEcpFromUserMode(filter, one));
    FltFreeExtraCreateParameter(filter, one);
}

static void from_lookaside(FSRTL_ECP_LOOKASIDE_FLAGS flags)
{
    union {
        NPAGED_LOOKASIDE_LIST nonpaged;
        PAGED_LOOKASIDE_LIST paged;
    } lookaside;
    PVOID small, large;

    FltInitExtraCreateParameterLookasideList(filter, &lookaside, flags, 32, 'tseT');
    assert_status(STATUS_SUCCESS, FltAllocateExtraCreateParameterFromLookasideList(
                                      filter, &first_type, 32, 0, count_cleanup, &lookaside, &small));
    assert_status(STATUS_SUCCESS, FltAllocateExtraCreateParameterFromLookasideList(
                                      filter, &second_type, 4000, 0, count_cleanup, &lookaside, &large));
    memset(small, 1, 32);
    memset(large, 2, 4000); /* from the pool: the sanitizer would see an entry that is too small */
    FltFreeExtraCreateParameter(filter, large);
    FltFreeExtraCreateParameter(filter, small);
    assert_int_equal(cleanups, 2);
    FltDeleteExtraCreateParameterLookasideList(filter, &lookaside, flags);
}

static void lookaside_nonpaged(void **state)
{
    from_lookaside(FSRTL_ECP_LOOKASIDE_FLAG_NONPAGED_POOL);
}

static void lookaside_paged(void **state)
{
    from_lookaside(0);
}

static void wrong_arguments(void **state)
{
    PVOID context = NULL;

    assert_status(STATUS_INVALID_PARAMETER, FltAllocateExtraCreateParameter(filter, NULL, 8, 0, NULL, 'tseT', &context));
    assert_null(context);
    assert_status(STATUS_INSUFFICIENT_RESOURCES,
        FltAllocateExtraCreateParameter(filter, &first_type, 0xfffffff0, 0, NULL, 'tseT', &context));
    assert_null(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("M-52 M-53f a context starts as zeroes and its callback runs when it is freed", contexts_start_as_zeroes, reset, NULL),
        TEST_WITH("M-53b M-53f a type is once in a list; freeing the list frees what is in it", a_type_is_once_in_a_list, reset, NULL),
        TEST_WITH("M-53c found by type, outputs optional", found_by_type, reset, NULL),
        TEST_WITH("M-53d walked in order, end and empty list say so", walked_in_order_without_wrapping, reset, NULL),
        TEST_WITH("M-53e removed, not freed, may go in again", removed_is_not_freed, reset, NULL),
        TEST_WITH("M-53g acknowledged, reused, never from user mode", marks, reset, NULL),
        TEST_WITH("M-53a from a nonpaged lookaside list, larger ones from the pool", lookaside_nonpaged, reset, NULL),
        TEST_WITH("M-53a from a paged lookaside list", lookaside_paged, reset, NULL),
        TEST_WITH("M-52 wrong arguments and no memory", wrong_arguments, reset, NULL),
    };

    return RUN_TESTS(tests, NULL, NULL);
}
