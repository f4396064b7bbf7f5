/* Worker threads. */
#include "harness.h"

#include <pthread.h>

#include "capture.h"
#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ex/work_inner.h"

static KEVENT done;
static long ran;
static char driver_seen[32];

static void note(struct ex_work *work)
{
    __atomic_add_fetch(&ran, 1, __ATOMIC_RELAXED);
    snprintf(driver_seen, sizeof driver_seen, "%s", ke_self.driver);
    KeSetEvent(&done, 0, FALSE);
}

static void work_runs_for_its_driver(void **state)
{
    struct ex_work work;
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    ex_queue_work(&work, note, "employer");
    KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
    assert_string_equal("employer", driver_seen);
    assert_true(ex_work_drain("employer", 5000));
}

static void item_routine(PVOID parameter)
{
    *(long *)parameter = KeGetCurrentIrql() + 100;
    KeSetEvent(&done, 0, FALSE);
}

static void work_queue_items(void **state)
{
    WORK_QUEUE_ITEM item;
    long result = 0;
    KeInitializeEvent(&done, SynchronizationEvent, FALSE);
    ExInitializeWorkItem(&item, item_routine, &result);
    ExQueueWorkItem(&item, DelayedWorkQueue);
    KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
    assert_int_equal(100 + PASSIVE_LEVEL, result);
    ExQueueWorkItem(&item, CriticalWorkQueue); /* again, from the start of the routine on */
    KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
}

enum { CHAIN = 40 };

static struct chain {
    struct ex_work work;
    KEVENT event;
} chain[CHAIN];

/* Each waits for the next one: with a fixed pool this would stand still. */
static void wait_for_next(struct ex_work *work)
{
    struct chain *link = CONTAINING_RECORD(work, struct chain, work);
    if (link + 1 < chain + CHAIN)
        KeWaitForSingleObject(&link[1].event, Executive, KernelMode, FALSE, NULL);
    KeSetEvent(&link->event, 0, FALSE);
}

static void work_that_waits_for_work(void **state)
{
    for (int i = 0; i < CHAIN; i++)
        KeInitializeEvent(&chain[i].event, NotificationEvent, FALSE);
    for (int i = 0; i < CHAIN; i++)
        ex_queue_work(&chain[i].work, wait_for_next, "chain");
    LARGE_INTEGER limit = {.QuadPart = -20 * KE_SECOND};
    assert_status(STATUS_SUCCESS, KeWaitForSingleObject(&chain[0].event, Executive, KernelMode, FALSE, &limit));
    assert_true(ex_worker_count() <= CHAIN + 4);
}

static KEVENT hold;

static void wait_for_hold(struct ex_work *work)
{
    KeWaitForSingleObject(&hold, Executive, KernelMode, FALSE, NULL);
}

static void drain_waits_for_one_driver(void **state)
{
    struct ex_work blocked, other;
    KeInitializeEvent(&hold, NotificationEvent, FALSE);
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    ex_queue_work(&blocked, wait_for_hold, "blocked");
    ex_queue_work(&other, note, "other");
    assert_true(ex_work_drain("other", 5000));
    assert_false(ex_work_drain("blocked", 20));
    KeSetEvent(&hold, 0, FALSE);
    assert_true(ex_work_drain("blocked", 5000));
    assert_true(ex_work_drain(NULL, 5000));
}

static void raise_and_leave(struct ex_work *work)
{
    KeRaiseIrqlToDpcLevel();
}

static void work_item_in_disorder(void **state)
{
    struct ex_work work;
    ex_queue_work(&work, raise_and_leave, "messy");
    ex_work_drain("messy", 5000);
    assert_int_equal(1, reports);
    assert_string_equal("messy|work item: returned at DISPATCH_LEVEL, was called at PASSIVE_LEVEL", last_report);
}

static void workers_end(void **state)
{
    ex_work_stop();
    assert_int_equal(0, ex_worker_count());
    work_runs_for_its_driver(state);
    ex_work_stop();
    assert_int_equal(0, ex_worker_count());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("work runs in another thread in its driver's name", work_runs_for_its_driver, start_capture, end_capture),
        TEST_WITH("ExQueueWorkItem runs at PASSIVE_LEVEL and may be queued again", work_queue_items, start_capture, end_capture),
        TEST_WITH("work that waits for other work does not stand still", work_that_waits_for_work, start_capture, end_capture),
        TEST_WITH("draining one driver's work does not wait for another's", drain_waits_for_one_driver, start_capture, end_capture),
        TEST_WITH("a work item that leaves the IRQL raised is told", work_item_in_disorder, start_capture, end_capture),
        TEST_WITH("workers end when they are told and start again", workers_end, start_capture, end_capture),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
