/* KQUEUE, floating point state, affinity and priority. */
#include "harness.h"

#include <pthread.h>

#include "ntoskrnl/ke/ke.h"

struct entry {
    LIST_ENTRY links;
    int value;
};

static void queue_order(void **state)
{
    KQUEUE queue;
    struct entry e[3] = {{.value = 0}, {.value = 1}, {.value = 2}};
    LARGE_INTEGER zero = {.QuadPart = 0};
    KeInitializeQueue(&queue, 0);
    assert_int_equal(0, KeInsertQueue(&queue, &e[0].links));
    assert_int_equal(1, KeInsertQueue(&queue, &e[1].links));
    assert_int_equal(2, KeInsertHeadQueue(&queue, &e[2].links));
    assert_int_equal(3, KeReadStateQueue(&queue));
    assert_ptr_equal(&e[2].links, KeRemoveQueue(&queue, KernelMode, NULL));
    PLIST_ENTRY both[4];
    assert_int_equal(2, KeRemoveQueueEx(&queue, KernelMode, FALSE, NULL, both, 4));
    assert_ptr_equal(&e[0].links, both[0]);
    assert_ptr_equal(&e[1].links, both[1]);
    assert_status(STATUS_TIMEOUT, (LONG_PTR)KeRemoveQueue(&queue, KernelMode, &zero));
    KeInsertQueue(&queue, &e[0].links);
    assert_ptr_equal(&e[0].links, KeRundownQueue(&queue));
    assert_null(KeRundownQueue(&queue));
}

#define THREADS 3
#define ENTRIES 3000

static KQUEUE shared;
static long taken;

static void *serve(void *unused)
{
    for (;;) {
        PLIST_ENTRY links = KeRemoveQueue(&shared, KernelMode, NULL);
        if ((LONG_PTR)links == STATUS_ABANDONED)
            return NULL;
        __atomic_add_fetch(&taken, CONTAINING_RECORD(links, struct entry, links)->value, __ATOMIC_RELAXED);
    }
}

static void queue_of_threads(void **state)
{
    static struct entry entries[ENTRIES];
    pthread_t threads[THREADS];
    KeInitializeQueue(&shared, 0);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, serve, NULL);
    for (int i = 0; i < ENTRIES; i++) {
        entries[i].value = 1;
        KeInsertQueue(&shared, &entries[i].links);
    }
    while (__atomic_load_n(&taken, __ATOMIC_RELAXED) != ENTRIES || ke_waiter_count(&shared) != THREADS)
        sched_yield();
    KeRundownQueue(&shared);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(ENTRIES, taken);
}

static void floating_point(void **state)
{
    KFLOATING_SAVE save;
    volatile double x = 1.5;
    assert_status(STATUS_SUCCESS, KeSaveFloatingPointState(&save));
    x = x * 2;
    assert_status(STATUS_SUCCESS, KeRestoreFloatingPointState(&save));
    assert_true(x == 3.0);
}

static void affinity(void **state)
{
    KAFFINITY all = KeSetSystemAffinityThreadEx(1);
    assert_int_equal(0, KeGetCurrentProcessorNumber());
    assert_int_equal(1, KeSetSystemAffinityThreadEx(all));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("KQUEUE: order, several at once, timeout, rundown", queue_order),
        TEST("KQUEUE: every entry goes to exactly one thread", queue_of_threads),
        TEST("floating point may be used between save and restore", floating_point),
        TEST("a thread's processors", affinity),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
