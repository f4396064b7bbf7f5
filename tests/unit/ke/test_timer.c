/* Timers, DPCs, delays and clocks. */
#include "harness.h"

#include <pthread.h>
#include <semaphore.h>

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

/* Long enough for any machine: only a failure waits for so long. */
#define AT_LAST 120000

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
    assert_false(KeSetTimer(&notification, in_ms(3600000), NULL));
    assert_true(KeSetTimer(&notification, in_ms(3600000), NULL)); /* was queued */
    assert_false(KeReadStateTimer(&notification));
    assert_true(KeSetTimer(&notification, in_ms(5), NULL));
    assert_status(STATUS_SUCCESS, wait_for(&notification, AT_LAST));
    assert_status(STATUS_SUCCESS, wait_for(&notification, 0));
    assert_true(KeReadStateTimer(&notification));
    KeSetTimer(&synchronization, in_ms(1), NULL);
    assert_status(STATUS_SUCCESS, wait_for(&synchronization, AT_LAST));
    assert_status(STATUS_TIMEOUT, wait_for(&synchronization, 0));
    KeSetTimer(&notification, in_ms(3600000), NULL);
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
        assert_status(STATUS_SUCCESS, wait_for(&run.ran, AT_LAST));
    assert_true(KeCancelTimer(&timer));
    KeFlushQueuedDpcs();
    int count = run.count;
    assert_true(count >= 3);
    assert_int_equal(DISPATCH_LEVEL, run.irql);
    wait_for(&timer, 0); /* takes what an expiry before the cancel may have left */
    assert_status(STATUS_TIMEOUT, wait_for(&timer, 20));
    assert_int_equal(count, run.count);
}

static void dpc_queue(void **state)
{
    KDPC dpc;
    struct run run = {0};
    KeInitializeEvent(&run.ran, SynchronizationEvent, FALSE);
    KeInitializeDpc(&dpc, routine, &run);
    assert_true(KeInsertQueueDpc(&dpc, &run, &dpc));
    assert_status(STATUS_SUCCESS, wait_for(&run.ran, AT_LAST));
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
    KeSetTimer(timer, in_ms(3600000), NULL);
    ke_memory_freed(timer, sizeof *timer, NULL);
    assert_int_equal(1, reports);
    assert_false(KeCancelTimer(timer)); /* it was dequeued */
    KeSetTimer(timer, in_ms(3600000), NULL);
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
    ULONGLONG before = KeQueryInterruptTime();
    KeQueryTickCount(&ticks);
    assert_true((ULONGLONG)ticks.QuadPart * KeQueryTimeIncrement() <= KeQueryInterruptTime());
    assert_true(before < ((ULONGLONG)ticks.QuadPart + 64) * KeQueryTimeIncrement());
}

/* ---- order and large numbers ---- */

static int begun;
static sem_t go_on;

static void hold_dpc_thread(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    KeSetEvent(context, 0, FALSE);
    sem_wait(&go_on);
}

struct turn {
    KTIMER timer;
    KDPC dpc;
    int place;
};

static void take_place(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
    ((struct turn *)context)->place = ++begun;
}

/* The timers are set while the thread that serves them is held. On a machine that stalls between two calls the due times may come in
 * another order than the table's: they decide. */
static void dpcs_by_due_time(void **state)
{
    static const int ms[] = {900, 300, 600};
    struct turn turns[3];
    KDPC holder;
    KEVENT held;
    sem_init(&go_on, 0, 0);
    begun = 0;
    KeInitializeEvent(&held, SynchronizationEvent, FALSE);
    KeInitializeDpc(&holder, hold_dpc_thread, &held);
    KeInsertQueueDpc(&holder, NULL, NULL);
    assert_status(STATUS_SUCCESS, wait_for(&held, AT_LAST));
    for (int i = 0; i < 3; i++) {
        KeInitializeTimer(&turns[i].timer);
        KeInitializeDpc(&turns[i].dpc, take_place, &turns[i]);
        KeSetTimer(&turns[i].timer, in_ms(ms[i]), &turns[i].dpc);
    }
    sem_post(&go_on);
    for (int i = 0; i < 3; i++)
        assert_status(STATUS_SUCCESS, wait_for(&turns[i].timer, AT_LAST));
    KeFlushQueuedDpcs();
    for (int i = 0; i < 9; i++) {
        const struct turn *a = &turns[i / 3], *b = &turns[i % 3];
        if (a->timer.DueTime.QuadPart < b->timer.DueTime.QuadPart)
            assert_true(a->place < b->place);
    }
    assert_int_equal(3, begun);
}

#define MANY 100000
#define FEW 100

static double own_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* COUNT timers are set with mixed timeouts, each is set again, and all are cancelled in another order. The processor time of a call. */
static double set_and_cancel(KTIMER *timers, ULONG count)
{
    double start = own_seconds();
    for (ULONG i = 0; i < count; i++)
        assert_false(KeSetTimer(&timers[i], in_ms(3600000 + i * 7919L % 104729), NULL));
    for (ULONG i = 0; i < count; i++)
        assert_true(KeSetTimer(&timers[i], in_ms(3600000 + i * 6007L % 104729), NULL));
    for (ULONG i = 0; i < count; i++) /* 7919 is prime to both */
        assert_true(KeCancelTimer(&timers[i * 7919UL % count]));
    return (own_seconds() - start) / (3.0 * count);
}

static void many_timers(void **state)
{
    KTIMER *timers = malloc(MANY * sizeof *timers);
    double few = 0;
    for (ULONG i = 0; i < MANY; i++)
        KeInitializeTimer(&timers[i]);
    for (int round = 0; round < MANY / FEW / 10; round++)
        few += set_and_cancel(timers, FEW) / (MANY / FEW / 10);
    double many = set_and_cancel(timers, MANY);
    printf("# of %d timers: %.2f us a call, of %d: %.2f us\n", FEW, few * 1e6, MANY, many * 1e6);
    if (many > 60 * few) /* a list would take a thousand times as long, a tree twice and the misses of the cache */
        fail_msg("with %d timers a call takes %.0f times as long as with %d", MANY, many / few, FEW);
    free(timers);
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
        TEST("timers that are due run their DPCs by due time, not in the order in which they were set", dpcs_by_due_time),
        TEST("a call costs about as much with 100 000 timers set as with 100", many_timers),
        TEST("a DPC runs once an insertion, with its arguments", dpc_queue),
        TEST("a timer in freed memory or left behind is reported and dequeued", leaked_timer_is_told),
        TEST("KeDelayExecutionThread waits that long; a UserMode delay can be ended", delays),
        TEST("KeQuerySystemTime and the other clocks agree with the system's", clocks),
        TEST("processor counts and numbers", processors),
        TEST("the timer thread ends and starts again", stop_and_start_again),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
