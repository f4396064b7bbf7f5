/* Every layout of 64-bit Windows, checked by the compiler: when this file compiles, they hold. The program says so. */
#include <initguid.h>
#include <nt/layout_base.h>
#include <nt/layout_file.h>
#include <nt/layout_flt.h>
#include <nt/layout_io.h>
#include <nt/layout_kernel.h>

#include "harness.h"

static void layouts_hold(void **state)
{
    (void)state;
    assert_int_equal(sizeof(FLT_PARAMETERS), 48);
    assert_int_equal(sizeof(LONG), 4);
    assert_int_equal(sizeof(LONGLONG), 8);
    assert_int_equal(sizeof(WCHAR), 2);
}

static void statuses_have_their_values(void **state)
{
    static const struct {
        NTSTATUS status;
        ULONG value;
        int severity;
    } cases[] = {
        {STATUS_SUCCESS, 0, 0},
        {STATUS_PENDING, 0x103, 0},
        {STATUS_FLT_IO_COMPLETE, 0x001C0001, 0},
        {STATUS_BUFFER_OVERFLOW, 0x80000005, 2},
        {STATUS_FLT_BUFFER_TOO_SMALL, 0x801C0001, 2},
        {STATUS_ACCESS_DENIED, 0xC0000022, 3},
        {STATUS_FLT_CONTEXT_ALREADY_LINKED, 0xC01C001C, 3},
        {STATUS_FLT_NO_WAITER_FOR_REPLY, 0xC01C0020, 3},
        {STATUS_OBJECT_NAME_EXISTS, 0x40000000, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        NTSTATUS s = cases[i].status;
        int severity = NT_ERROR(s) ? 3 : NT_WARNING(s) ? 2 : NT_INFORMATION(s) ? 1 : 0;
        assert_int_equal((ULONG)s, cases[i].value);
        assert_int_equal(severity, cases[i].severity);
        assert_int_equal(NT_SUCCESS(s), cases[i].severity < 2);
    }
}

static void lists_keep_their_order(void **state)
{
    struct node {
        int value;
        LIST_ENTRY links;
    } nodes[3] = {{1, {0}}, {2, {0}}, {3, {0}}};
    LIST_ENTRY head;

    (void)state;
    InitializeListHead(&head);
    assert_true(IsListEmpty(&head));
    InsertTailList(&head, &nodes[1].links);
    InsertTailList(&head, &nodes[2].links);
    InsertHeadList(&head, &nodes[0].links);
    for (int i = 0; i < 3; i++)
        assert_int_equal(CONTAINING_RECORD(RemoveHeadList(&head), struct node, links)->value, i + 1);
    assert_true(IsListEmpty(&head));
    InsertTailList(&head, &nodes[0].links);
    assert_true(RemoveEntryList(&nodes[0].links));
}

static void interlocked_results(void **state)
{
    LONG volatile l = 5;
    LONG64 volatile q = 1;
    PVOID volatile p = NULL;
    SHORT volatile s = 7;

    (void)state;
    assert_int_equal(InterlockedIncrement(&l), 6);
    assert_int_equal(InterlockedExchange(&l, 9), 6);
    assert_int_equal(InterlockedCompareExchange(&l, 1, 9), 9);
    assert_int_equal(InterlockedCompareExchange(&l, 2, 9), 1);
    assert_int_equal(InterlockedExchangeAdd(&l, 10), 1);
    assert_int_equal(InterlockedOr(&l, 0x100), 11);
    assert_int_equal(InterlockedAnd(&l, 0xff), 0x10b);
    assert_int_equal(InterlockedDecrement64(&q), 0);
    assert_int_equal(InterlockedAdd64(&q, 1L << 40), 1L << 40);
    assert_null(InterlockedExchangePointer(&p, (PVOID)&l));
    assert_ptr_equal(InterlockedCompareExchangePointer(&p, NULL, (PVOID)&l), &l);
    assert_int_equal(InterlockedDecrement16(&s), 6);
    assert_int_equal(InterlockedBitTestAndSet(&l, 8), 0);
    assert_int_equal(InterlockedBitTestAndSet(&l, 8), 1);
    assert_int_equal(InterlockedIncrementNoFence(&l), 0x10c);
}

static void constant_strings(void **state)
{
    static UNICODE_STRING wide = RTL_CONSTANT_STRING(u"abc");
    static ANSI_STRING narrow = RTL_CONSTANT_STRING("abcd");
    DECLARE_CONST_UNICODE_STRING(local, u"xy");

    (void)state;
    assert_int_equal(wide.Length, 6);
    assert_int_equal(wide.MaximumLength, 8);
    assert_int_equal(narrow.Length, 4);
    assert_int_equal(local.Length, 4);
    assert_int_equal(local.Buffer[1], 'y');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("layouts are those of 64-bit Windows", layouts_hold),
        TEST("statuses have their values and severities", statuses_have_their_values),
        TEST("lists keep their order", lists_keep_their_order),
        TEST("interlocked operations return what Windows' do", interlocked_results),
        TEST("constant strings", constant_strings),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
