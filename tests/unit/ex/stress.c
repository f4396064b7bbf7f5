/* Resources, rundown references, pools and workers under load. OFM_STRESS multiplies the rounds. */
#include "harness.h"

#include <pthread.h>

#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"

#define THREADS 5

static int rounds(int base)
{
    const char *factor = getenv("OFM_STRESS");
    return base * (factor ? atoi(factor) : 1);
}

static ERESOURCE resource;
static long writers, readers, writes, shared_value;

static void *read_and_write(void *argument)
{
    unsigned seed = (unsigned)(long)argument;
    KeEnterCriticalRegion();
    for (int i = 0, n = rounds(3000); i < n; i++) {
        if (rand_r(&seed) % 4 == 0) {
            if (!ExAcquireResourceExclusiveLite(&resource, rand_r(&seed) % 2))
                continue;
            assert_int_equal(0, __atomic_load_n(&readers, __ATOMIC_RELAXED));
            assert_int_equal(1, ++writers);
            shared_value++;
            writes++;
            writers--;
            if (rand_r(&seed) % 2)
                ExConvertExclusiveToSharedLite(&resource);
            ExReleaseResourceLite(&resource);
        } else {
            bool starve = rand_r(&seed) % 8 == 0;
            if (!(starve ? ExAcquireSharedStarveExclusive(&resource, TRUE) : ExAcquireResourceSharedLite(&resource, rand_r(&seed) % 2)))
                continue;
            __atomic_add_fetch(&readers, 1, __ATOMIC_RELAXED);
            assert_int_equal(0, writers);
            assert_true(ExAcquireResourceSharedLite(&resource, FALSE)); /* recursion never waits */
            ExReleaseResourceLite(&resource);
            __atomic_sub_fetch(&readers, 1, __ATOMIC_RELAXED);
            ExReleaseResourceLite(&resource);
        }
    }
    KeLeaveCriticalRegion();
    return NULL;
}

static void resource_under_load(void **state)
{
    pthread_t threads[THREADS];
    ExInitializeResourceLite(&resource);
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, read_and_write, (void *)(i + 1));
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(writes, shared_value);
    assert_int_equal(0, ExGetExclusiveWaiterCount(&resource) + ExGetSharedWaiterCount(&resource));
    KeEnterCriticalRegion();
    assert_true(ExTryToAcquireResourceExclusiveLite(&resource));
    ExReleaseResourceLite(&resource);
    KeLeaveCriticalRegion();
    ExDeleteResourceLite(&resource);
}

static EX_RUNDOWN_REF ref;
static long inside;

static void *enter(void *unused)
{
    while (ExAcquireRundownProtection(&ref)) {
        __atomic_add_fetch(&inside, 1, __ATOMIC_RELAXED);
        __atomic_sub_fetch(&inside, 1, __ATOMIC_RELAXED);
        ExReleaseRundownProtection(&ref);
    }
    return NULL;
}

static void rundown_under_load(void **state)
{
    for (int i = 0, n = rounds(100); i < n; i++) {
        pthread_t threads[3];
        ExInitializeRundownProtection(&ref);
        for (int t = 0; t < 3; t++)
            pthread_create(&threads[t], NULL, enter, NULL);
        sched_yield();
        ExWaitForRundownProtectionRelease(&ref);
        assert_int_equal(0, __atomic_load_n(&inside, __ATOMIC_RELAXED));
        for (int t = 0; t < 3; t++)
            pthread_join(threads[t], NULL);
    }
}

static void *churn(void *argument)
{
    unsigned seed = (unsigned)(long)argument;
    void *held[16] = {NULL};
    for (int i = 0, n = rounds(5000); i < n; i++) {
        int at = rand_r(&seed) % 16;
        if (held[at]) {
            ExFreePoolWithTag(held[at], 'nruC');
            held[at] = NULL;
        } else {
            SIZE_T size = (SIZE_T)rand_r(&seed) % 600;
            held[at] = ExAllocatePoolWithTag(NonPagedPool, size, 'nruC');
            memset(held[at], at, size);
        }
    }
    for (int at = 0; at < 16; at++) {
        if (held[at])
            ExFreePoolWithTag(held[at], 'nruC');
    }
    return NULL;
}

static void pool_under_load(void **state)
{
    pthread_t threads[THREADS];
    struct ex_pool_usage before = ex_pool_usage(NULL);
    unsigned long mistakes = ke_report_count();
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, churn, (void *)(i + 1));
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(before.blocks, ex_pool_usage(NULL).blocks);
    assert_int_equal(mistakes, ke_report_count());
}

struct job {
    struct ex_work work;
    int depth;
};

static long jobs_done;

/* Makes two more until the depth is reached. */
static void split(struct ex_work *work)
{
    struct job *job = CONTAINING_RECORD(work, struct job, work);
    for (int i = 0; i < 2 && job->depth > 0; i++) {
        struct job *next = malloc(sizeof *next);
        next->depth = job->depth - 1;
        ex_queue_work(&next->work, split, "splitter");
    }
    free(job);
    __atomic_add_fetch(&jobs_done, 1, __ATOMIC_RELAXED);
}

static void workers_under_load(void **state)
{
    for (int i = 0, n = rounds(3); i < n; i++) {
        struct job *first = malloc(sizeof *first);
        jobs_done = 0;
        first->depth = 8;
        ex_queue_work(&first->work, split, "splitter");
        assert_true(ex_work_drain("splitter", 60000));
        assert_int_equal(511, __atomic_load_n(&jobs_done, __ATOMIC_RELAXED));
    }
    ex_work_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("ERESOURCE: never a writer beside anybody", resource_under_load),
        TEST("EX_RUNDOWN_REF: nobody inside after the wait", rundown_under_load),
        TEST("pool: blocks and counts stay right", pool_under_load),
        TEST("worker threads: work that makes work is all done", workers_under_load),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
