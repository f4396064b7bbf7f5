/* Timers, DPCs, delays and clocks. */
#include "harness.h"

#include <pthread.h>

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/timer.h"

static LARGE_INTEGER in_ms(long ms)
{
    return (LARGE_INTEGER){.QuadPart = -ms * 10000};
}

static NTSTATUS wait_for(void *object, long ms)
{
    LARGE_INTEGER timeout = in_ms(ms);
    return KeWaitForSingleObject(object, Executive, KernelMode, FALSE, ms ? &timeout : &(LARGE_INTEGER){.QuadPart = 0});
}

struct run {
    KEVENT ran;
    int count;
    KIRQL irql;
    PVOID argument1, argument2;
};

static void routine(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    struct run *run = context;
    run->irql = KeGetCurrentIrql();
    run->argument1 = argument1;
    run->argument2 = argument2;
    run->count++;
    KeSetEvent(&run->ran, 0, FALSE);
}

static void timer_kinds(void **state)
{
    KTIMER notification, synchronization;
    KeInitializeTimer(&notification);
    KeInitializeTimerEx(&synchronization, SynchronizationTimer);
    assert_false(KeSetTimer(&notification, in_ms(5), NULL));
    assert_true(KeSetTimer(&notification, in_ms(10), NULL)); /* was queued */
    assert_false(KeReadStateTimer(&notification));
    assert_status(STATUS_SUCCESS, wait_for(&notification, 2000));
    assert_status(STATUS_SUCCESS, wait_for(&notification, 0));
    assert_true(KeReadStateTimer(&notification));
    KeSetTimer(&synchronization, in_ms(1), NULL);
    assert_status(STATUS_SUCCESS, wait_for(&synchronization, 2000));
    assert_status(STATUS_TIMEOUT, wait_for(&synchronization, 0));
    KeSetTimer(&notification, in_ms(10000), NULL);
    assert_false(KeReadStateTimer(&notification)); /* setting resets it */
    assert_true(KeCancelTimer(&notification));
    assert_false(KeCancelTimer(&notification));
    KeSetTimer(&notification, (LARGE_INTEGER){.QuadPart = 1}, NULL);
    assert_true(KeReadStateTimer(&notification)); /* past: signalled at once */
}

static void periodic_timer_runs_its_dpc(void **state)
{
    KTIMER timer;
    KDPC dpc;
    struct run run = {0};
    KeInitializeEvent(&run.ran, SynchronizationEvent, FALSE);
    KeInitializeDpc(&dpc, routine, &run);
    KeInitializeTimerEx(&timer, SynchronizationTimer);
    KeSetTimerEx(&timer, in_ms(1), 2, &dpc);
    for (int i = 0; i < 3; i++)
        assert_status(STATUS_SUCCESS, wait_for(&run.ran, 2000));
    assert_true(KeCancelTimer(&timer));
    KeFlushQueuedDpcs();
    int count = run.count;
    assert_true(count >= 3);
    assert_int_equal(DISPATCH_LEVEL, run.irql);
    assert_status(STATUS_TIMEOUT, wait_for(&timer, 20) == STATUS_SUCCESS ? wait_for(&timer, 20) : STATUS_TIMEOUT);
    assert_int_equal(count, run.count);
}

static void dpc_queue(void **state)
{
    KDPC dpc;
    struct run run = {0};
    KeInitializeEvent(&run.ran, SynchronizationEvent, FALSE);
    KeInitializeDpc(&dpc, routine, &run);
    assert_true(KeInsertQueueDpc(&dpc, &run, &dpc));
    assert_status(STATUS_SUCCESS, wait_for(&run.ran, 2000));
    KeFlushQueuedDpcs();
    assert_ptr_equal(&run, run.argument1);
    assert_ptr_equal(&dpc, run.argument2);
    assert_int_equal(1, run.count);
    assert_false(KeRemoveQueueDpc(&dpc));
    assert_true(KeInsertQueueDpc(&dpc, NULL, NULL)); /* again: it left the queue before it ran */
    KeFlushQueuedDpcs();
    assert_int_equal(2, run.count);
}

static unsigned long reports;

static void count_reports(void *context, enum ke_log_level level, const char *driver, const char *text)
{
    if (level == KE_LOG_REPORT)
        reports++;
}

static void leaked_timer_is_told(void **state)
{
    KTIMER *timer = malloc(sizeof *timer);
    reports = 0;
    ke_report_set_sink(count_reports, NULL);
    KeInitializeTimer(timer);
    KeSetTimer(timer, in_ms(60000), NULL);
    ke_memory_freed(timer, sizeof *timer, NULL);
    assert_int_equal(1, reports);
    assert_false(KeCancelTimer(timer)); /* it was dequeued */
    KeSetTimer(timer, in_ms(60000), NULL);
    assert_int_equal(1, ke_report_leaks(NULL));
    assert_int_equal(2, reports);
    ke_report_set_sink(NULL, NULL);
    free(timer);
}

static void delays(void **state)
{
    LARGE_INTEGER interval = in_ms(15);
    ULONGLONG start = KeQueryInterruptTime();
    assert_status(STATUS_SUCCESS, KeDelayExecutionThread(KernelMode, FALSE, &interval));
    assert_true(KeQueryInterruptTime() - start >= 150000);
    struct ke_interrupt interrupt;
    ke_interrupt_init(&interrupt);
    ke_interrupt_fire(&interrupt, STATUS_THREAD_IS_TERMINATING);
    ke_self.interrupt = &interrupt;
    interval = in_ms(60000);
    assert_status(STATUS_USER_APC, KeDelayExecutionThread(UserMode, FALSE, &interval));
    ke_self.interrupt = NULL;
}

static void clocks(void **state)
{
    LARGE_INTEGER a, b, frequency, ticks;
    struct timespec now;
    KeQuerySystemTime(&a);
    clock_gettime(CLOCK_REALTIME, &now);
    KeQuerySystemTimePrecise(&b);
    LONGLONG expected = now.tv_sec * 10000000L + now.tv_nsec / 100 + 116444736000000000L;
    assert_true(a.QuadPart <= expected && expected <= b.QuadPart);
    LARGE_INTEGER c1 = KeQueryPerformanceCounter(&frequency), c2 = KeQueryPerformanceCounter(NULL);
    assert_int_equal(10000000, frequency.QuadPart);
    assert_true(c2.QuadPart >= c1.QuadPart);
    KeQueryTickCount(&ticks);
    assert_true((ULONGLONG)ticks.QuadPart * KeQueryTimeIncrement() <= KeQueryInterruptTime());
    assert_true(KeQueryInterruptTime() < ((ULONGLONG)ticks.QuadPart + 64) * KeQueryTimeIncrement());
}

static void processors(void **state)
{
    KAFFINITY mask;
    ULONG count = KeQueryActiveProcessorCount(&mask);
    assert_true(count >= 1);
    assert_int_equal(count, __builtin_popcountl(mask));
    assert_int_equal(count, KeQueryActiveProcessorCountEx(0));
    assert_true(KeGetCurrentProcessorNumber() < 64);
}

static void stop_and_start_again(void **state)
{
    KDPC dpc;
    struct run run = {0};
    assert_int_equal(0, ke_stop());
    KeInitializeEvent(&run.ran, SynchronizationEvent, FALSE);
    KeInitializeDpc(&dpc, routine, &run);
    KeInsertQueueDpc(&dpc, NULL, NULL);
    KeFlushQueuedDpcs();
    assert_int_equal(1, run.count);
    assert_int_equal(0, ke_stop());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("notification and synchronization timers, cancel, past due time", timer_kinds),
        TEST("a periodic timer runs its DPC at DISPATCH_LEVEL until it is cancelled", periodic_timer_runs_its_dpc),
        TEST("a DPC runs once an insertion, with its arguments", dpc_queue),
        TEST("a timer in freed memory or left behind is reported and dequeued", leaked_timer_is_told),
        TEST("KeDelayExecutionThread waits that long; a UserMode delay can be ended", delays),
        TEST("KeQuerySystemTime and the other clocks agree with the system's", clocks),
        TEST("processor counts and numbers", processors),
        TEST("the timer thread ends and starts again", stop_and_start_again),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
