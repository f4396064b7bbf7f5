/* Waits, rundown and RCU under load. OFM_STRESS multiplies the rounds (default 1: a second or so). */
#include "harness.h"

#include <pthread.h>

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/rundown.h"

#define THREADS 6

static int rounds(int base)
{
    const char *factor = getenv("OFM_STRESS");
    return base * (factor ? atoi(factor) : 1);
}

/* Tokens wander through semaphores and events; none is lost or doubled. */
static KSEMAPHORE tokens;
static KMUTEX mutex;
static KEVENT baton;
static long in_mutex, handed, total;

static void *wander(void *argument)
{
    int n = rounds(2000);
    unsigned seed = (unsigned)(long)argument;
    for (int i = 0; i < n; i++) {
        PVOID all[2] = {&tokens, &mutex};
        LARGE_INTEGER brief = {.QuadPart = -100 - (LONGLONG)(rand_r(&seed) % 500)};
        NTSTATUS status = i % 3 == 0 ? ke_wait(2, all, WaitAll, NULL, NULL)
            : i % 3 == 1             ? ke_wait(2, all, WaitAll, &brief, NULL)
                                     : ke_wait_one(&baton, &brief, NULL);
        if (status == STATUS_TIMEOUT)
            continue;
        if (i % 3 == 2) {
            __atomic_add_fetch(&handed, 1, __ATOMIC_RELAXED);
            KeSetEvent(&baton, 0, FALSE);
            continue;
        }
        assert_status(STATUS_SUCCESS, status);
        assert_int_equal(1, ++in_mutex);
        total++;
        --in_mutex;
        KeReleaseMutex(&mutex, FALSE);
        KeReleaseSemaphore(&tokens, 0, 1, FALSE);
    }
    return NULL;
}

static void nothing_is_lost(void **state)
{
    pthread_t threads[THREADS];
    KeInitializeSemaphore(&tokens, 3, 3);
    KeInitializeMutex(&mutex, 0);
    KeInitializeEvent(&baton, SynchronizationEvent, TRUE);
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, wander, (void *)(i + 1));
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(3, KeReadStateSemaphore(&tokens));
    assert_int_equal(1, KeReadStateMutex(&mutex));
    assert_int_equal(1, KeReadStateEvent(&baton));
    assert_true(total > 0 && handed > 0);
}

/* Interrupts and signals race: each wait ends with exactly one of the two, and a lost event stays set. */
struct race {
    struct ke_interrupt interrupt;
    KEVENT event, begin;
    int events_taken;
};

static void *race_waiter(void *argument)
{
    struct race *race = argument;
    if (ke_wait_one(&race->event, NULL, &race->interrupt) == STATUS_SUCCESS)
        race->events_taken = 1;
    return NULL;
}

static void *race_interrupter(void *argument)
{
    struct race *race = argument;
    ke_wait_one(&race->begin, NULL, NULL);
    ke_interrupt_fire(&race->interrupt, STATUS_CANCELLED);
    return NULL;
}

static void interrupts_race_with_signals(void **state)
{
    for (int i = 0, n = rounds(300); i < n; i++) {
        struct race race = {0};
        pthread_t waiter, interrupter;
        ke_interrupt_init(&race.interrupt);
        KeInitializeEvent(&race.event, SynchronizationEvent, FALSE);
        KeInitializeEvent(&race.begin, NotificationEvent, FALSE);
        pthread_create(&waiter, NULL, race_waiter, &race);
        pthread_create(&interrupter, NULL, race_interrupter, &race);
        KeSetEvent(&race.begin, 0, FALSE);
        KeSetEvent(&race.event, 0, FALSE);
        pthread_join(waiter, NULL);
        pthread_join(interrupter, NULL);
        assert_int_equal(1, race.events_taken + KeReadStateEvent(&race.event));
    }
}

static struct ke_rundown rundown;
static long inside;

static void *enter_until_refused(void *unused)
{
    while (ke_rundown_acquire(&rundown)) {
        __atomic_add_fetch(&inside, 1, __ATOMIC_RELAXED);
        __atomic_sub_fetch(&inside, 1, __ATOMIC_RELAXED);
        ke_rundown_release(&rundown);
    }
    return NULL;
}

static void rundown_ends_with_nobody_inside(void **state)
{
    for (int i = 0, n = rounds(100); i < n; i++) {
        pthread_t threads[3];
        ke_rundown_init(&rundown);
        for (int t = 0; t < 3; t++)
            pthread_create(&threads[t], NULL, enter_until_refused, NULL);
        sched_yield();
        ke_rundown_start(&rundown);
        assert_true(ke_rundown_wait(&rundown, 10000));
        assert_int_equal(0, __atomic_load_n(&inside, __ATOMIC_RELAXED));
        for (int t = 0; t < 3; t++)
            pthread_join(threads[t], NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("semaphores, mutexes and events under load lose nothing", nothing_is_lost),
        TEST("a wait ends by its event or its interrupt, never by both", interrupts_race_with_signals),
        TEST("rundown ends with nobody inside", rundown_ends_with_nobody_inside),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
