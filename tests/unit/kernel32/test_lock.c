/* Critical sections, slim locks, condition variables, one-time initialisation. */
#include "harness.h"

#include "windows.h"

#define THREADS 6
#define ROUNDS 5000

struct shared {
    CRITICAL_SECTION section;
    SRWLOCK slim;
    CONDITION_VARIABLE changed;
    INIT_ONCE once;
    int guarded, made, queue, readers_saw_change;
};

static void run(LPTHREAD_START_ROUTINE routine, struct shared *s, int threads)
{
    HANDLE handles[16];

    for (int i = 0; i < threads; i++)
        handles[i] = CreateThread(NULL, 0, routine, s, 0, NULL);
    assert_int_equal(WaitForMultipleObjects((DWORD)threads, handles, TRUE, 60000), WAIT_OBJECT_0);
    for (int i = 0; i < threads; i++)
        CloseHandle(handles[i]);
}

static DWORD count_in_section(LPVOID argument)
{
    struct shared *s = argument;

    for (int i = 0; i < ROUNDS; i++) {
        EnterCriticalSection(&s->section);
        EnterCriticalSection(&s->section);
        s->guarded++;
        LeaveCriticalSection(&s->section);
        LeaveCriticalSection(&s->section);
    }
    return 0;
}

static DWORD try_section(LPVOID argument)
{
    return (DWORD)TryEnterCriticalSection(&((struct shared *)argument)->section);
}

static void critical_sections(void **state)
{
    static struct shared s;
    DWORD code = 9;

    InitializeCriticalSectionAndSpinCount(&s.section, 100);
    run(count_in_section, &s, THREADS);
    assert_int_equal(s.guarded, THREADS * ROUNDS);
    EnterCriticalSection(&s.section);
    assert_true(TryEnterCriticalSection(&s.section));
    HANDLE thread = CreateThread(NULL, 0, try_section, &s, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    assert_int_equal(code, 0);
    CloseHandle(thread);
    LeaveCriticalSection(&s.section);
    LeaveCriticalSection(&s.section);
    DeleteCriticalSection(&s.section);
}

static DWORD read_and_write(LPVOID argument)
{
    struct shared *s = argument;

    for (int i = 0; i < ROUNDS; i++) {
        if (i % 4 == 0) {
            AcquireSRWLockExclusive(&s->slim);
            s->guarded++;
            ReleaseSRWLockExclusive(&s->slim);
        } else {
            AcquireSRWLockShared(&s->slim);
            int before = s->guarded;
            SwitchToThread();
            if (before != s->guarded)
                __atomic_fetch_add(&s->readers_saw_change, 1, __ATOMIC_RELAXED);
            ReleaseSRWLockShared(&s->slim);
        }
    }
    return 0;
}

static void slim_locks(void **state)
{
    static struct shared s = {.slim = SRWLOCK_INIT};

    run(read_and_write, &s, THREADS);
    assert_int_equal(s.guarded, THREADS * (ROUNDS / 4));
    assert_int_equal(s.readers_saw_change, 0);
    AcquireSRWLockShared(&s.slim);
    assert_true(TryAcquireSRWLockShared(&s.slim));
    assert_false(TryAcquireSRWLockExclusive(&s.slim));
    ReleaseSRWLockShared(&s.slim);
    ReleaseSRWLockShared(&s.slim);
    assert_true(TryAcquireSRWLockExclusive(&s.slim));
    assert_false(TryAcquireSRWLockShared(&s.slim));
    ReleaseSRWLockExclusive(&s.slim);
}

static DWORD consume(LPVOID argument)
{
    struct shared *s = argument;

    for (int i = 0; i < 1000; i++) {
        EnterCriticalSection(&s->section);
        while (s->queue == 0)
            SleepConditionVariableCS(&s->changed, &s->section, INFINITE);
        s->queue--;
        s->guarded++;
        LeaveCriticalSection(&s->section);
    }
    return 0;
}

static DWORD produce_and_consume(LPVOID argument)
{
    struct shared *s = argument;

    if (__atomic_fetch_add(&s->made, 1, __ATOMIC_RELAXED) % 2)
        return consume(s);
    for (int i = 0; i < 1000; i++) {
        EnterCriticalSection(&s->section);
        s->queue++;
        LeaveCriticalSection(&s->section);
        WakeConditionVariable(&s->changed);
    }
    return 0;
}

static void condition_variables(void **state)
{
    static struct shared s;

    InitializeCriticalSection(&s.section);
    InitializeConditionVariable(&s.changed);
    run(produce_and_consume, &s, 4);
    assert_int_equal(s.guarded, 2000);
    assert_int_equal(s.queue, 0);
    EnterCriticalSection(&s.section);
    assert_false(SleepConditionVariableCS(&s.changed, &s.section, 5));
    assert_int_equal(GetLastError(), ERROR_TIMEOUT);
    LeaveCriticalSection(&s.section);
    AcquireSRWLockExclusive(&s.slim);
    assert_false(SleepConditionVariableSRW(&s.changed, &s.slim, 5, 0));
    assert_false(TryAcquireSRWLockShared(&s.slim));
    ReleaseSRWLockExclusive(&s.slim);
}

static BOOL make(PINIT_ONCE once, PVOID parameter, PVOID *context)
{
    struct shared *s = parameter;

    s->made++;
    *context = s;
    return TRUE;
}

static DWORD use_once(LPVOID argument)
{
    struct shared *s = argument;
    LPVOID context = NULL;

    for (int i = 0; i < 100; i++) {
        if (!InitOnceExecuteOnce(&s->once, make, s, &context) || context != s)
            abort();
    }
    return 0;
}

static void one_time(void **state)
{
    static struct shared s = {.once = INIT_ONCE_STATIC_INIT};

    run(use_once, &s, THREADS);
    assert_int_equal(s.made, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("critical sections exclude and are recursive", critical_sections),
        TEST("slim locks: many readers or one writer", slim_locks),
        TEST("condition variables", condition_variables),
        TEST("one-time initialisation", one_time),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
