/* Fast mutexes, guarded mutexes, push locks, executive spin locks, rundown references, interlocked lists. */
#include "harness.h"

#include <pthread.h>

#include "capture.h"
#include "ntoskrnl/ex/ex.h"

#define THREADS 4
#define ROUNDS 3000

static FAST_MUTEX fast;
static KGUARDED_MUTEX guarded;
static EX_PUSH_LOCK push;
static EX_SPIN_LOCK rw;
static long counter, readers, worst;

static void count_locked(void)
{
    long value = counter;
    if (value % 64 == 0)
        sched_yield();
    counter = value + 1;
}

static void *use_locks(void *kind)
{
    for (int i = 0; i < ROUNDS; i++) {
        KIRQL old;
        switch ((long)kind) {
        case 0:
            ExAcquireFastMutex(&fast);
            count_locked();
            ExReleaseFastMutex(&fast);
            break;
        case 1:
            KeAcquireGuardedMutex(&guarded);
            count_locked();
            KeReleaseGuardedMutex(&guarded);
            break;
        case 2:
            KeEnterCriticalRegion();
            if (i % 4) {
                ExAcquirePushLockShared(&push);
                long now = __atomic_add_fetch(&readers, 1, __ATOMIC_RELAXED);
                if (now > __atomic_load_n(&worst, __ATOMIC_RELAXED))
                    __atomic_store_n(&worst, now, __ATOMIC_RELAXED);
                __atomic_sub_fetch(&readers, 1, __ATOMIC_RELAXED);
                ExReleasePushLockShared(&push);
            } else {
                ExAcquirePushLockExclusive(&push);
                assert_int_equal(0, __atomic_load_n(&readers, __ATOMIC_RELAXED));
                count_locked();
                ExReleasePushLockExclusive(&push);
            }
            KeLeaveCriticalRegion();
            break;
        default:
            if (i % 4) {
                old = ExAcquireSpinLockShared(&rw);
                ExReleaseSpinLockShared(&rw, old);
            } else {
                old = ExAcquireSpinLockExclusive(&rw);
                count_locked();
                ExReleaseSpinLockExclusive(&rw, old);
            }
        }
    }
    return (void *)(long)KeGetCurrentIrql();
}

static void run(long kind, long expected)
{
    pthread_t threads[THREADS];
    counter = 0;
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, use_locks, (void *)kind);
    for (int i = 0; i < THREADS; i++) {
        void *irql;
        pthread_join(threads[i], &irql);
        assert_null(irql);
    }
    assert_int_equal(expected, counter);
    assert_int_equal(0, reports);
}

static void fast_mutex(void **state)
{
    ExInitializeFastMutex(&fast);
    ExAcquireFastMutex(&fast);
    assert_int_equal(APC_LEVEL, KeGetCurrentIrql());
    ExReleaseFastMutex(&fast);
    assert_int_equal(PASSIVE_LEVEL, KeGetCurrentIrql());
    assert_true(ExTryToAcquireFastMutex(&fast));
    assert_false(ExTryToAcquireFastMutex(&fast));
    ExReleaseFastMutex(&fast);
    run(0, THREADS * ROUNDS);
    ExReleaseFastMutex(&fast);
    assert_true(reports > 0);
}

static void guarded_mutex(void **state)
{
    KeInitializeGuardedMutex(&guarded);
    KeAcquireGuardedMutex(&guarded);
    assert_true(KeAreAllApcsDisabled());
    assert_false(KeTryToAcquireGuardedMutex(&guarded));
    KeReleaseGuardedMutex(&guarded);
    assert_false(KeAreAllApcsDisabled());
    run(1, THREADS * ROUNDS);
}

static void push_lock(void **state)
{
    ExInitializePushLock(&push);
    run(2, THREADS * ROUNDS / 4);
    ExAcquirePushLockExclusive(&push);
    assert_int_equal(1, reports); /* APCs are enabled */
    ExReleasePushLockShared(&push);
    assert_int_equal(2, reports);
    ExReleasePushLockExclusive(&push);
}

static void executive_spin_lock(void **state)
{
    rw = 0;
    run(3, THREADS * ROUNDS / 4);
    KIRQL old = ExAcquireSpinLockShared(&rw);
    assert_int_equal(DISPATCH_LEVEL, KeGetCurrentIrql());
    assert_true(ExTryConvertSharedSpinLockExclusive(&rw));
    assert_false(ExTryAcquireSpinLockSharedAtDpcLevel(&rw));
    ExReleaseSpinLockExclusive(&rw, old);
    assert_int_equal(PASSIVE_LEVEL, KeGetCurrentIrql());
    assert_int_equal(0, rw);
}

static EX_RUNDOWN_REF ref;
static KEVENT waited;

static void *wait_for_rundown(void *unused)
{
    ExWaitForRundownProtectionRelease(&ref);
    KeSetEvent(&waited, 0, FALSE);
    return NULL;
}

static void rundown_reference(void **state)
{
    pthread_t thread;
    KeInitializeEvent(&waited, NotificationEvent, FALSE);
    ExInitializeRundownProtection(&ref);
    assert_true(ExAcquireRundownProtection(&ref));
    assert_true(ExAcquireRundownProtection(&ref));
    pthread_create(&thread, NULL, wait_for_rundown, NULL);
    while (ExAcquireRundownProtection(&ref)) {
        ExReleaseRundownProtection(&ref);
        sched_yield();
    }
    ExReleaseRundownProtection(&ref);
    assert_int_equal(0, KeReadStateEvent(&waited));
    ExReleaseRundownProtection(&ref);
    pthread_join(thread, NULL);
    assert_false(ExAcquireRundownProtection(&ref));
    ExWaitForRundownProtectionRelease(&ref); /* again: at once */
    ExReInitializeRundownProtection(&ref);
    assert_true(ExAcquireRundownProtection(&ref));
    ExReleaseRundownProtection(&ref);
    ExReleaseRundownProtection(&ref);
    assert_int_equal(1, reports);
}

struct entry {
    SLIST_ENTRY links;
    long value;
};

static SLIST_HEADER list;

static void slists(void **state)
{
    struct entry *e = aligned_alloc(16, sizeof *e * 3);
    InitializeSListHead(&list);
    assert_null(InterlockedPopEntrySList(&list));
    assert_null(InterlockedPushEntrySList(&list, &e[0].links));
    assert_ptr_equal(&e[0].links, InterlockedPushEntrySList(&list, &e[1].links));
    InterlockedPushEntrySList(&list, &e[2].links);
    assert_int_equal(3, ExQueryDepthSList(&list));
    assert_ptr_equal(&e[2].links, InterlockedPopEntrySList(&list));
    assert_ptr_equal(&e[1].links, InterlockedFlushSList(&list));
    assert_ptr_equal(&e[0].links, e[1].links.Next);
    assert_int_equal(0, ExQueryDepthSList(&list));
    free(e);
}

/* Entries wander through a list; at the end each is there once. */
static void *shuffle(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        PSLIST_ENTRY entry = InterlockedPopEntrySList(&list);
        if (entry) {
            CONTAINING_RECORD(entry, struct entry, links)->value++;
            InterlockedPushEntrySList(&list, entry);
        }
    }
    return NULL;
}

static void slists_under_load(void **state)
{
    pthread_t threads[THREADS];
    struct entry *e = aligned_alloc(16, sizeof *e * 3);
    long sum = 0;
    InitializeSListHead(&list);
    for (int i = 0; i < 3; i++) {
        e[i].value = 0;
        InterlockedPushEntrySList(&list, &e[i].links);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, shuffle, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(3, ExQueryDepthSList(&list));
    for (PSLIST_ENTRY at = InterlockedFlushSList(&list); at; at = at->Next)
        sum += CONTAINING_RECORD(at, struct entry, links)->value;
    assert_int_equal(e[0].value + e[1].value + e[2].value, sum);
    assert_true(sum > ROUNDS);
    free(e);
}

static void locked_lists(void **state)
{
    KSPIN_LOCK lock;
    LIST_ENTRY head, a, b;
    ULONG number = 5;
    KeInitializeSpinLock(&lock);
    InitializeListHead(&head);
    assert_null(ExInterlockedInsertTailList(&head, &a, &lock));
    assert_ptr_equal(&a, ExInterlockedInsertHeadList(&head, &b, &lock));
    assert_ptr_equal(&b, ExInterlockedRemoveHeadList(&head, &lock));
    assert_ptr_equal(&a, ExInterlockedRemoveHeadList(&head, &lock));
    assert_null(ExInterlockedRemoveHeadList(&head, &lock));
    assert_int_equal(5, ExInterlockedAddUlong(&number, 7, &lock));
    assert_int_equal(12, number);
    assert_int_equal(PASSIVE_LEVEL, KeGetCurrentIrql());
}

static void interlocked(void **state)
{
    LONG value = 5;
    PVOID pointer = &value, old;
    assert_int_equal(5, InterlockedExchange(&value, 7));
    assert_int_equal(7, InterlockedCompareExchange(&value, 9, 7));
    assert_int_equal(9, InterlockedCompareExchange(&value, 1, 7));
    assert_int_equal(9, value);
    old = InterlockedExchangePointer(&pointer, NULL);
    assert_ptr_equal(&value, old);
    assert_null(pointer);
    assert_int_equal(10, InterlockedIncrement(&value));
    assert_int_equal(9, InterlockedDecrement(&value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("ExInitializeFastMutex, ExAcquireFastMutex, ExReleaseFastMutex exclude at APC_LEVEL", fast_mutex, start_capture, end_capture),
        TEST_WITH("guarded mutexes exclude in a guarded region", guarded_mutex, start_capture, end_capture),
        TEST_WITH("push locks: many readers or one writer", push_lock, start_capture, end_capture),
        TEST_WITH("executive spin locks: many readers or one writer at DISPATCH_LEVEL", executive_spin_lock, start_capture, end_capture),
        TEST_WITH("rundown references refuse, wait and start again", rundown_reference, start_capture, end_capture),
        TEST_WITH("interlocked singly linked lists", slists, start_capture, end_capture),
        TEST_WITH("interlocked lists under load lose nothing", slists_under_load, start_capture, end_capture),
        TEST_WITH("lists and numbers under a spin lock", locked_lists, start_capture, end_capture),
        TEST_WITH("InterlockedExchange, InterlockedCompareExchange, InterlockedExchangePointer", interlocked, start_capture, end_capture),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
