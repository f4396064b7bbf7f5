/* ERESOURCE: who gets it, who waits, in which order. */
#include "harness.h"

#include <pthread.h>

#include "capture.h"
#include "ntoskrnl/ex/ex.h"

static ERESOURCE resource;

static int setup(void **state)
{
    start_capture(state);
    KeEnterCriticalRegion();
    return ExInitializeResourceLite(&resource);
}

static int teardown(void **state)
{
    ExDeleteResourceLite(&resource);
    KeLeaveCriticalRegion();
    return end_capture(state);
}

/* Another thread that acquires, tells, and releases when it is told to. */
struct other {
    pthread_t thread;
    bool exclusive, wait, got;
    KEVENT has, go;
};

static void *acquire(void *argument)
{
    struct other *other = argument;
    KeEnterCriticalRegion();
    other->got = other->exclusive ? ExAcquireResourceExclusiveLite(&resource, other->wait) : ExAcquireResourceSharedLite(&resource, other->wait);
    KeSetEvent(&other->has, 0, FALSE);
    if (other->got) {
        KeWaitForSingleObject(&other->go, Executive, KernelMode, FALSE, NULL);
        ExReleaseResourceLite(&resource);
    }
    KeLeaveCriticalRegion();
    return NULL;
}

static void start(struct other *other, bool exclusive, bool wait)
{
    other->exclusive = exclusive;
    other->wait = wait;
    KeInitializeEvent(&other->has, NotificationEvent, FALSE);
    KeInitializeEvent(&other->go, NotificationEvent, FALSE);
    pthread_create(&other->thread, NULL, acquire, other);
}

static void wait_until_it_has(struct other *other)
{
    KeWaitForSingleObject(&other->has, Executive, KernelMode, FALSE, NULL);
}

static void end(struct other *other)
{
    KeSetEvent(&other->go, 0, FALSE);
    pthread_join(other->thread, NULL);
}

static bool try_it(bool exclusive)
{
    struct other other;
    start(&other, exclusive, false);
    wait_until_it_has(&other);
    end(&other);
    return other.got;
}

static void exclusive_is_recursive_and_alone(void **state)
{
    assert_true(ExAcquireResourceExclusiveLite(&resource, TRUE));
    assert_true(ExAcquireResourceExclusiveLite(&resource, FALSE));
    assert_true(ExAcquireResourceSharedLite(&resource, FALSE));
    assert_true(ExIsResourceAcquiredExclusiveLite(&resource));
    assert_int_equal(3, ExIsResourceAcquiredSharedLite(&resource));
    assert_false(try_it(false));
    assert_false(try_it(true));
    ExReleaseResourceLite(&resource);
    ExReleaseResourceLite(&resource);
    assert_false(try_it(false));
    ExReleaseResourceLite(&resource);
    assert_false(ExIsResourceAcquiredExclusiveLite(&resource));
    assert_true(try_it(true));
}

static void shared_by_many(void **state)
{
    struct other a, b;
    assert_true(ExAcquireResourceSharedLite(&resource, TRUE));
    start(&a, false, true);
    start(&b, false, true);
    wait_until_it_has(&a);
    wait_until_it_has(&b);
    assert_false(try_it(true));
    assert_true(ExIsResourceAcquiredSharedLite(&resource) == 1);
    assert_false(ExIsResourceAcquiredExclusiveLite(&resource));
    end(&a);
    end(&b);
    ExReleaseResourceLite(&resource);
    assert_true(try_it(true));
}

static void wait_for_waiters(ULONG exclusive, ULONG shared)
{
    while (ExGetExclusiveWaiterCount(&resource) != exclusive || ExGetSharedWaiterCount(&resource) != shared)
        sched_yield();
}

static void a_waiting_writer_keeps_readers_out(void **state)
{
    struct other writer;
    assert_true(ExAcquireResourceSharedLite(&resource, TRUE));
    start(&writer, true, true);
    wait_for_waiters(1, 0);
    assert_false(try_it(false)); /* a new reader waits behind the writer */
    assert_true(ExAcquireResourceSharedLite(&resource, FALSE)); /* an owner does not */
    assert_true(ExAcquireSharedStarveExclusive(&resource, FALSE));
    assert_false(ExAcquireSharedWaitForExclusive(&resource, FALSE));
    for (int i = 0; i < 3; i++)
        ExReleaseResourceLite(&resource);
    wait_until_it_has(&writer);
    assert_false(try_it(false));
    end(&writer);
}

static void readers_come_after_a_writer(void **state)
{
    struct other reader, writer;
    assert_true(ExAcquireResourceExclusiveLite(&resource, TRUE));
    start(&writer, true, true);
    wait_for_waiters(1, 0);
    start(&reader, false, true);
    wait_for_waiters(1, 1);
    ExReleaseResourceLite(&resource);
    wait_until_it_has(&reader); /* behind an exclusive owner the readers come first */
    wait_for_waiters(1, 0);
    end(&reader);
    wait_until_it_has(&writer);
    end(&writer);
}

static void conversion(void **state)
{
    struct other reader;
    assert_true(ExAcquireResourceExclusiveLite(&resource, TRUE));
    start(&reader, false, true);
    wait_for_waiters(0, 1);
    ExConvertExclusiveToSharedLite(&resource);
    wait_until_it_has(&reader);
    assert_false(ExIsResourceAcquiredExclusiveLite(&resource));
    assert_int_equal(1, ExIsResourceAcquiredSharedLite(&resource));
    ExReleaseResourceLite(&resource);
    end(&reader);
}

static void *release_for(void *id)
{
    ExReleaseResourceForThreadLite(&resource, (ERESOURCE_THREAD)id);
    return NULL;
}

static void released_by_another(void **state)
{
    pthread_t thread;
    ERESOURCE_THREAD self = ExGetCurrentResourceThread();
    ExAcquireResourceExclusiveLite(&resource, TRUE);
    pthread_create(&thread, NULL, release_for, (void *)self);
    pthread_join(thread, NULL);
    assert_true(try_it(true));
    ExAcquireResourceSharedLite(&resource, TRUE);
    ExSetResourceOwnerPointer(&resource, (PVOID)((ULONG_PTR)&resource | 3));
    assert_int_equal(0, ExIsResourceAcquiredSharedLite(&resource));
    pthread_create(&thread, NULL, release_for, (void *)((ULONG_PTR)&resource | 3));
    pthread_join(thread, NULL);
    assert_true(try_it(true));
}

static void critical_region_is_asked_for(void **state)
{
    assert_int_equal(0, reports);
    KeLeaveCriticalRegion();
    ExAcquireResourceSharedLite(&resource, TRUE);
    ExReleaseResourceLite(&resource);
    assert_int_equal(1, reports);
    ExAcquireResourceSharedLite(&resource, TRUE);
    ExReleaseResourceLite(&resource);
    assert_int_equal(1, reports); /* told once */
    ExEnterCriticalRegionAndAcquireResourceExclusive(&resource);
    assert_true(KeAreApcsDisabled());
    ExReleaseResourceAndLeaveCriticalRegion(&resource);
    assert_false(KeAreApcsDisabled());
    KeEnterCriticalRegion();
}

static void deleted(void **state)
{
    ERESOURCE other;
    assert_status(STATUS_SUCCESS, ExInitializeResourceLite(&other));
    assert_status(STATUS_SUCCESS, ExDeleteResourceLite(&other));
    assert_int_equal(0, reports);
    assert_status(STATUS_SUCCESS, ExInitializeResourceLite(&other));
    assert_true(ExAcquireResourceExclusiveLite(&other, TRUE));
    assert_status(STATUS_SUCCESS, ExDeleteResourceLite(&other));
    assert_int_equal(1, reports);
    assert_non_null(strstr(last_report, "is still owned"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("exclusive: recursive, alone", exclusive_is_recursive_and_alone, setup, teardown),
        TEST_WITH("shared by many threads", shared_by_many, setup, teardown),
        TEST_WITH("a waiting writer keeps new readers out, unless they starve it", a_waiting_writer_keeps_readers_out, setup, teardown),
        TEST_WITH("readers that wait come after an exclusive owner", readers_come_after_a_writer, setup, teardown),
        TEST_WITH("ExConvertExclusiveToSharedLite lets readers in", conversion, setup, teardown),
        TEST_WITH("release by another thread, owner pointers", released_by_another, setup, teardown),
        TEST_WITH("ExDeleteResourceLite tells of an owner that is left", deleted, setup, teardown),
        TEST_WITH("acquiring with APCs enabled is told once a resource", critical_region_is_asked_for, setup, teardown),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
