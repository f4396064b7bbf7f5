/* Calls that drivers use and no other test shows: what each of them does. */
#include "harness.h"

#include <ntifs.h>
#include <pthread.h>

static void exchange_64(void **state)
{
    LONG64 volatile value = 0x123456789abcdef0;
    LONG64 before = InterlockedExchange64(&value, -2);

    assert_true(before == 0x123456789abcdef0);
    assert_true(value == -2);
}

static ERESOURCE resource;

static void *acquire_exclusive(void *got)
{
    KeEnterCriticalRegion();
    *(BOOLEAN *)got = ExAcquireResourceExclusiveLite(&resource, FALSE);
    if (*(BOOLEAN *)got)
        ExReleaseResourceLite(&resource);
    KeLeaveCriticalRegion();
    return NULL;
}

static void *acquire_shared(void *got)
{
    ExEnterCriticalRegionAndAcquireResourceShared(&resource);
    *(BOOLEAN *)got = ExIsResourceAcquiredSharedLite(&resource) == 1;
    ExReleaseResourceAndLeaveCriticalRegion(&resource);
    return NULL;
}

static BOOLEAN elsewhere(void *(*how)(void *))
{
    pthread_t thread;
    BOOLEAN got = FALSE;
    assert_int_equal(0, pthread_create(&thread, NULL, how, &got));
    pthread_join(thread, NULL);
    return got;
}

static void shared_in_a_critical_region(void **state)
{
    assert_status(STATUS_SUCCESS, ExInitializeResourceLite(&resource));
    assert_false(KeAreApcsDisabled());
    ExEnterCriticalRegionAndAcquireResourceShared(&resource);
    assert_true(KeAreApcsDisabled());
    assert_int_equal(1, ExIsResourceAcquiredSharedLite(&resource));
    assert_false(ExIsResourceAcquiredExclusiveLite(&resource));
    assert_true(elsewhere(acquire_shared));
    assert_false(elsewhere(acquire_exclusive));
    ExReleaseResourceAndLeaveCriticalRegion(&resource);
    assert_false(KeAreApcsDisabled());
    assert_true(elsewhere(acquire_exclusive));
    assert_status(STATUS_SUCCESS, ExDeleteResourceLite(&resource));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("InterlockedExchange64 returns what was there before", exchange_64),
        TEST("ExEnterCriticalRegionAndAcquireResourceShared: shared, with APCs off",
            shared_in_a_critical_region),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
