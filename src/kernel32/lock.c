/* Locks that live in the caller's memory: critical sections, slim locks, condition variables, one-time initialisation.
 * All sleep on futexes; a taken lock that nobody contends for costs one atomic operation. */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel32/wait.h"
#include "windows.h"

/* Sleeps while *word == seen; false when the deadline (CLOCK_MONOTONIC, NULL: none) has passed. */
static bool futex_sleep(uint32_t *word, uint32_t seen, const struct timespec *deadline)
{
    return syscall(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, seen, deadline, NULL,
               FUTEX_BITSET_MATCH_ANY) == 0 ||
           errno != ETIMEDOUT;
}

static void futex_wake(uint32_t *word, int count)
{
    syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, count, NULL, NULL, 0);
}

/* --- critical sections: LockCount is 0 free, 1 taken, 2 taken and waited for --- */

static uint32_t *word_of(LPCRITICAL_SECTION section)
{
    return (uint32_t *)&section->LockCount;
}

static HANDLE current_owner(void)
{
    return (HANDLE)(ULONG_PTR)GetCurrentThreadId();
}

BOOL InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD spins, DWORD flags)
{
    *section = (CRITICAL_SECTION){.SpinCount = spins};
    return TRUE;
}

BOOL InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD spins)
{
    return InitializeCriticalSectionEx(section, spins, 0);
}

void InitializeCriticalSection(LPCRITICAL_SECTION section)
{
    InitializeCriticalSectionEx(section, 0, 0);
}

void DeleteCriticalSection(LPCRITICAL_SECTION section)
{
    *section = (CRITICAL_SECTION){.LockCount = 0};
}

DWORD SetCriticalSectionSpinCount(LPCRITICAL_SECTION section, DWORD spins)
{
    DWORD before = (DWORD)section->SpinCount;

    section->SpinCount = spins;
    return before;
}

static bool owned_by_me(LPCRITICAL_SECTION section)
{
    return __atomic_load_n(&section->OwningThread, __ATOMIC_RELAXED) == current_owner();
}

static void own(LPCRITICAL_SECTION section)
{
    __atomic_store_n(&section->OwningThread, current_owner(), __ATOMIC_RELAXED);
    section->RecursionCount = 1;
}

BOOL TryEnterCriticalSection(LPCRITICAL_SECTION section)
{
    uint32_t expected = 0;

    if (owned_by_me(section)) {
        section->RecursionCount++;
        return TRUE;
    }
    if (!__atomic_compare_exchange_n(word_of(section), &expected, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return FALSE;
    own(section);
    return TRUE;
}

void EnterCriticalSection(LPCRITICAL_SECTION section)
{
    if (TryEnterCriticalSection(section))
        return;
    while (__atomic_exchange_n(word_of(section), 2, __ATOMIC_ACQUIRE) != 0)
        futex_sleep(word_of(section), 2, NULL);
    own(section);
}

void LeaveCriticalSection(LPCRITICAL_SECTION section)
{
    if (--section->RecursionCount > 0)
        return;
    __atomic_store_n(&section->OwningThread, NULL, __ATOMIC_RELAXED);
    if (__atomic_exchange_n(word_of(section), 0, __ATOMIC_RELEASE) == 2)
        futex_wake(word_of(section), 1);
}

/* --- slim locks: the low half is the state, the high half counts sleepers --- */

#define WRITER 0x80000000u  /* held exclusively; else the low bits count readers */
#define PENDING 0x40000000u /* a writer sleeps: readers queue up behind it */

struct slim {
    uint32_t state, sleepers;
};

static struct slim *slim_of(PSRWLOCK lock)
{
    return (struct slim *)lock;
}

static void slim_sleep(struct slim *s, uint32_t seen)
{
    __atomic_fetch_add(&s->sleepers, 1, __ATOMIC_SEQ_CST);
    futex_sleep(&s->state, seen, NULL);
    __atomic_fetch_sub(&s->sleepers, 1, __ATOMIC_RELAXED);
}

static void slim_wake(struct slim *s)
{
    if (__atomic_load_n(&s->sleepers, __ATOMIC_SEQ_CST) > 0)
        futex_wake(&s->state, INT_MAX);
}

void InitializeSRWLock(PSRWLOCK lock)
{
    lock->Ptr = NULL;
}

BOOLEAN TryAcquireSRWLockExclusive(PSRWLOCK lock)
{
    struct slim *s = slim_of(lock);
    uint32_t seen = __atomic_load_n(&s->state, __ATOMIC_RELAXED);

    while ((seen & ~PENDING) == 0) {
        if (__atomic_compare_exchange_n(&s->state, &seen, WRITER, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return TRUE;
    }
    return FALSE;
}

BOOLEAN TryAcquireSRWLockShared(PSRWLOCK lock)
{
    struct slim *s = slim_of(lock);
    uint32_t seen = __atomic_load_n(&s->state, __ATOMIC_RELAXED);

    while (!(seen & (WRITER | PENDING))) {
        if (__atomic_compare_exchange_n(&s->state, &seen, seen + 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return TRUE;
    }
    return FALSE;
}

void AcquireSRWLockExclusive(PSRWLOCK lock)
{
    struct slim *s = slim_of(lock);

    while (!TryAcquireSRWLockExclusive(lock)) {
        uint32_t seen = __atomic_or_fetch(&s->state, PENDING, __ATOMIC_RELAXED);
        if (seen & ~PENDING)
            slim_sleep(s, seen);
    }
}

void AcquireSRWLockShared(PSRWLOCK lock)
{
    struct slim *s = slim_of(lock);

    while (!TryAcquireSRWLockShared(lock)) {
        uint32_t seen = __atomic_load_n(&s->state, __ATOMIC_RELAXED);
        if (seen & (WRITER | PENDING))
            slim_sleep(s, seen);
    }
}

/* The mark of sleeping writers goes with the holder: those who are woken and still must sleep set it again. */
void ReleaseSRWLockExclusive(PSRWLOCK lock)
{
    struct slim *s = slim_of(lock);

    __atomic_store_n(&s->state, 0, __ATOMIC_SEQ_CST);
    slim_wake(s);
}

void ReleaseSRWLockShared(PSRWLOCK lock)
{
    struct slim *s = slim_of(lock);
    uint32_t left = __atomic_sub_fetch(&s->state, 1, __ATOMIC_SEQ_CST);

    if (left != 0 && left != PENDING)
        return;
    if (left == PENDING)
        __atomic_compare_exchange_n(&s->state, &left, 0, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    slim_wake(s);
}

/* --- condition variables: a counter of wake-ups --- */

static uint32_t *counter_of(PCONDITION_VARIABLE variable)
{
    return (uint32_t *)variable;
}

void InitializeConditionVariable(PCONDITION_VARIABLE variable)
{
    variable->Ptr = NULL;
}

static BOOL timed_out(bool in_time)
{
    if (!in_time)
        SetLastError(ERROR_TIMEOUT);
    return in_time;
}

BOOL SleepConditionVariableCS(PCONDITION_VARIABLE variable, PCRITICAL_SECTION section, DWORD milliseconds)
{
    struct timespec space;
    const struct timespec *deadline = k32_deadline(&space, milliseconds);
    uint32_t seen = __atomic_load_n(counter_of(variable), __ATOMIC_ACQUIRE);

    LeaveCriticalSection(section);
    bool in_time = futex_sleep(counter_of(variable), seen, deadline);
    EnterCriticalSection(section);
    return timed_out(in_time);
}

BOOL SleepConditionVariableSRW(PCONDITION_VARIABLE variable, PSRWLOCK lock, DWORD milliseconds, ULONG flags)
{
    struct timespec space;
    const struct timespec *deadline = k32_deadline(&space, milliseconds);
    uint32_t seen = __atomic_load_n(counter_of(variable), __ATOMIC_ACQUIRE);
    bool shared = flags & CONDITION_VARIABLE_LOCKMODE_SHARED;

    if (shared)
        ReleaseSRWLockShared(lock);
    else
        ReleaseSRWLockExclusive(lock);
    bool in_time = futex_sleep(counter_of(variable), seen, deadline);
    if (shared)
        AcquireSRWLockShared(lock);
    else
        AcquireSRWLockExclusive(lock);
    return timed_out(in_time);
}

void WakeConditionVariable(PCONDITION_VARIABLE variable)
{
    __atomic_fetch_add(counter_of(variable), 1, __ATOMIC_RELEASE);
    futex_wake(counter_of(variable), 1);
}

void WakeAllConditionVariable(PCONDITION_VARIABLE variable)
{
    __atomic_fetch_add(counter_of(variable), 1, __ATOMIC_RELEASE);
    futex_wake(counter_of(variable), INT_MAX);
}

/* --- one-time initialisation: 0 not yet, 1 running, else the context with bit 1 set --- */

void InitOnceInitialize(PINIT_ONCE once)
{
    once->Ptr = NULL;
}

BOOL InitOnceExecuteOnce(PINIT_ONCE once, PINIT_ONCE_FN function, PVOID parameter, LPVOID *context)
{
    ULONG_PTR *word = (ULONG_PTR *)&once->Ptr;

    for (;;) {
        ULONG_PTR seen = __atomic_load_n(word, __ATOMIC_ACQUIRE);
        PVOID made = NULL;
        if (seen & 2) {
            if (context)
                *context = (PVOID)(seen & ~(ULONG_PTR)3);
            return TRUE;
        }
        if (seen == 1) {
            futex_sleep((uint32_t *)word, 1, NULL);
            continue;
        }
        if (!__atomic_compare_exchange_n(word, &seen, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            continue;
        BOOL ok = function(once, parameter, &made);
        __atomic_store_n(word, ok ? (ULONG_PTR)made | 2 : 0, __ATOMIC_RELEASE);
        futex_wake((uint32_t *)word, INT_MAX);
        if (!ok)
            return FALSE;
    }
}
