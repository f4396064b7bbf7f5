/* IRQL, regions, spin locks: what a thread sees of itself, and that locks exclude. */
#include "harness.h"

#include <pthread.h>

#include "ntoskrnl/ke/ke.h"

static char last_report[512];
static int reports;

static void capture(void *context, enum ke_log_level level, const char *driver, const char *text)
{
    if (level != KE_LOG_REPORT)
        return;
    reports++;
    snprintf(last_report, sizeof last_report, "%s|%s", driver ? driver : "", text);
}

static int start_capture(void **state)
{
    reports = 0;
    ke_report_set_sink(capture, NULL);
    return 0;
}

static int end_capture(void **state)
{
    ke_report_set_sink(NULL, NULL);
    return 0;
}

static void irql_levels(void **state)
{
    KIRQL old;
    assert_int_equal(PASSIVE_LEVEL, KeGetCurrentIrql());
    KeRaiseIrql(APC_LEVEL, &old);
    assert_int_equal(PASSIVE_LEVEL, old);
    assert_int_equal(APC_LEVEL, KeRaiseIrqlToDpcLevel());
    assert_int_equal(DISPATCH_LEVEL, KeGetCurrentIrql());
    assert_true(KeAreAllApcsDisabled());
    KeLowerIrql(PASSIVE_LEVEL);
    assert_int_equal(PASSIVE_LEVEL, KeGetCurrentIrql());
    assert_int_equal(0, reports);
    KeLowerIrql(APC_LEVEL);
    assert_int_equal(1, reports);
    KeRaiseIrql(PASSIVE_LEVEL, &old);
    assert_int_equal(2, reports);
    KeLowerIrql(PASSIVE_LEVEL);
}

static void call_above_its_irql(void **state)
{
    KEVENT event;
    KeInitializeEvent(&event, NotificationEvent, TRUE);
    struct ke_scope outer = ke_callback_enter("mydriver", "PostOperation", "IRP_MJ_READ");
    KIRQL old = ke_irql_enter(DISPATCH_LEVEL);
    assert_status(STATUS_SUCCESS, KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL));
    ke_irql_leave(old);
    ke_callback_leave(outer);
    assert_int_equal(1, reports);
    assert_string_equal("mydriver|KeWaitForSingleObject: called at DISPATCH_LEVEL, allowed up to APC_LEVEL", last_report);
    LARGE_INTEGER zero = {.QuadPart = 0};
    old = ke_irql_enter(DISPATCH_LEVEL);
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &zero); /* a poll may */
    ke_irql_leave(old);
    assert_int_equal(1, reports);
}

static void callback_left_in_disorder(void **state)
{
    struct ke_scope outer = ke_callback_enter("mydriver", "PreOperation", NULL);
    KeRaiseIrqlToDpcLevel();
    ke_callback_leave(outer);
    assert_int_equal(1, reports);
    assert_string_equal("mydriver|PreOperation: returned at DISPATCH_LEVEL, was called at PASSIVE_LEVEL", last_report);
    assert_int_equal(PASSIVE_LEVEL, KeGetCurrentIrql());
    outer = ke_callback_enter("mydriver", "PreOperation", NULL);
    KeEnterCriticalRegion();
    struct ke_scope middle = ke_callback_enter("lower", "PreOperation", NULL); /* inside the upper one's region: no mistake */
    ke_callback_leave(middle);
    assert_int_equal(1, reports);
    middle = ke_callback_enter("lower", "PreOperation", NULL);
    KeEnterCriticalRegion();
    ke_callback_leave(middle);
    assert_int_equal(2, reports);
    assert_string_equal(
        "lower|PreOperation: returned inside 2 critical and 0 guarded regions, was called inside 1 and 0", last_report);
    KeLeaveCriticalRegion();
    assert_false(KeAreApcsDisabled());
    ke_callback_leave(outer);
    assert_int_equal(2, reports);
    KeRaiseIrqlToDpcLevel();
    ke_irql_check(PASSIVE_LEVEL, "mydriver", "PostOperation");
    assert_int_equal(3, reports);
    assert_int_equal(PASSIVE_LEVEL, KeGetCurrentIrql());
}

static void regions(void **state)
{
    assert_false(KeAreApcsDisabled());
    KeEnterCriticalRegion();
    KeEnterCriticalRegion();
    KeLeaveCriticalRegion();
    assert_true(KeAreApcsDisabled());
    assert_false(KeAreAllApcsDisabled());
    KeLeaveCriticalRegion();
    assert_false(KeAreApcsDisabled());
    KeEnterGuardedRegion();
    assert_true(KeAreAllApcsDisabled());
    KeLeaveGuardedRegion();
    assert_false(KeAreAllApcsDisabled());
    KeLeaveCriticalRegion();
    assert_int_equal(1, reports);
}

#define THREADS 4
#define ROUNDS 5000

static KSPIN_LOCK spin;
static long counter;

static void *count_under_spin_lock(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        KIRQL old;
        KLOCK_QUEUE_HANDLE handle;
        if (i % 2) {
            KeAcquireSpinLock(&spin, &old);
            counter++;
            KeReleaseSpinLock(&spin, old);
        } else {
            KeAcquireInStackQueuedSpinLock(&spin, &handle);
            counter++;
            KeReleaseInStackQueuedSpinLock(&handle);
        }
    }
    return (void *)(long)KeGetCurrentIrql();
}

static void spin_locks_exclude(void **state)
{
    pthread_t threads[THREADS];
    KeInitializeSpinLock(&spin);
    counter = 0;
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, count_under_spin_lock, NULL);
    for (int i = 0; i < THREADS; i++) {
        void *irql;
        pthread_join(threads[i], &irql);
        assert_null(irql); /* PASSIVE_LEVEL again */
    }
    assert_int_equal(THREADS * ROUNDS, counter);
    assert_true(KeTestSpinLock(&spin));
    KIRQL old = KeRaiseIrqlToDpcLevel();
    assert_true(KeTryToAcquireSpinLockAtDpcLevel(&spin));
    assert_false(KeTryToAcquireSpinLockAtDpcLevel(&spin));
    KeReleaseSpinLockFromDpcLevel(&spin);
    KeReleaseSpinLockFromDpcLevel(&spin);
    assert_int_equal(1, reports); /* released twice */
    KeLowerIrql(old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("KeGetCurrentIrql follows raise and lower; the wrong way is reported", irql_levels, start_capture, end_capture),
        TEST_WITH("F-170 a call above its IRQL is reported with call and driver", call_above_its_irql, start_capture, end_capture),
        TEST_WITH("a callback that leaves its IRQL or a region changed is reported and mended", callback_left_in_disorder,
            start_capture, end_capture),
        TEST_WITH("critical and guarded regions nest", regions, start_capture, end_capture),
        TEST_WITH("spin locks exclude and restore the IRQL", spin_locks_exclude, start_capture, end_capture),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
