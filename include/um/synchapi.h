/* Events, mutexes, semaphores, timers, waits, and locks in memory. Times are milliseconds; INFINITE waits without limit.
 * Named objects are shared within the process only; their names ignore case. */
#ifndef _SYNCHAPI_H_
#define _SYNCHAPI_H_

#include "minwinbase.h"

typedef RTL_SRWLOCK SRWLOCK, *PSRWLOCK;
typedef RTL_CONDITION_VARIABLE CONDITION_VARIABLE, *PCONDITION_VARIABLE;
typedef RTL_RUN_ONCE INIT_ONCE, *PINIT_ONCE, *LPINIT_ONCE;
typedef BOOL (*PINIT_ONCE_FN)(PINIT_ONCE once, PVOID parameter, PVOID *context);
typedef void (*PTIMERAPCROUTINE)(LPVOID argument, DWORD low, DWORD high);

#define SRWLOCK_INIT RTL_SRWLOCK_INIT
#define CONDITION_VARIABLE_INIT RTL_CONDITION_VARIABLE_INIT
#define INIT_ONCE_STATIC_INIT RTL_RUN_ONCE_INIT
#define CONDITION_VARIABLE_LOCKMODE_SHARED 0x1
#define CREATE_EVENT_MANUAL_RESET 0x00000001
#define CREATE_EVENT_INITIAL_SET 0x00000002
#define CREATE_MUTEX_INITIAL_OWNER 0x00000001
#define CREATE_WAITABLE_TIMER_MANUAL_RESET 0x00000001

#ifndef WAIT_OBJECT_0
#define WAIT_OBJECT_0 0
#define WAIT_ABANDONED 0x80
#define WAIT_ABANDONED_0 0x80
#define WAIT_IO_COMPLETION 0xC0
#define WAIT_FAILED ((DWORD)0xFFFFFFFF)
#endif

EXTERN_C_START
/*
 * A new object, or the one of that name (then GetLastError is ERROR_ALREADY_EXISTS); NULL on failure. Source:
 * nf-synchapi-createeventa.
 */
WINBASEAPI HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES attributes, BOOL manual, BOOL set, LPCSTR name);
WINBASEAPI HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES attributes, BOOL manual, BOOL set, LPCWSTR name);
/*
 * As CreateEvent; flags: CREATE_EVENT_MANUAL_RESET, CREATE_EVENT_INITIAL_SET. access: all is granted. Source:
 * nf-synchapi-createeventexa.
 */
WINBASEAPI HANDLE WINAPI CreateEventExA(LPSECURITY_ATTRIBUTES attributes, LPCSTR name, DWORD flags, DWORD access);
WINBASEAPI HANDLE WINAPI CreateEventExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name, DWORD flags, DWORD access);
/* A handle of a named event of this process. NULL with ERROR_FILE_NOT_FOUND. Source: nf-synchapi-openeventa. */
WINBASEAPI HANDLE WINAPI OpenEventA(DWORD access, BOOL inherit, LPCSTR name);
WINBASEAPI HANDLE WINAPI OpenEventW(DWORD access, BOOL inherit, LPCWSTR name);
/*
 * Sets the event: a manual one lets all waits end until it is reset, an automatic one a single wait. FALSE with
 * ERROR_INVALID_HANDLE. Source: nf-synchapi-setevent.
 */
WINBASEAPI BOOL WINAPI SetEvent(HANDLE event);
/* The event is not set any more. FALSE with ERROR_INVALID_HANDLE. Source: nf-synchapi-resetevent. */
WINBASEAPI BOOL WINAPI ResetEvent(HANDLE event);
/*
 * Releases the threads that wait now (one, for an auto-reset event), then the event is not set. Source:
 * nf-synchapi-pulseevent.
 */
WINBASEAPI BOOL WINAPI PulseEvent(HANDLE event);

/*
 * A new mutex, or the one of that name (then GetLastError is ERROR_ALREADY_EXISTS). owned: the caller has it at
 * once. It may be taken several times by its owner. NULL on failure. Source: nf-synchapi-createmutexa.
 */
WINBASEAPI HANDLE WINAPI CreateMutexA(LPSECURITY_ATTRIBUTES attributes, BOOL owned, LPCSTR name);
WINBASEAPI HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES attributes, BOOL owned, LPCWSTR name);
/* A handle of a named mutex of this process. NULL with ERROR_FILE_NOT_FOUND. Source: nf-synchapi-openmutexw. */
WINBASEAPI HANDLE WINAPI OpenMutexW(DWORD access, BOOL inherit, LPCWSTR name);
/* ERROR_NOT_OWNER when the caller does not own it. Source: nf-synchapi-releasemutex. */
WINBASEAPI BOOL WINAPI ReleaseMutex(HANDLE mutex);

/*
 * A new semaphore, or the one of that name (then GetLastError is ERROR_ALREADY_EXISTS). initial, maximum: of its
 * count. NULL with ERROR_INVALID_PARAMETER when they do not fit. Source: nf-winbase-createsemaphorea.
 */
WINBASEAPI HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES attributes, LONG initial, LONG maximum, LPCSTR name);
WINBASEAPI HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES attributes, LONG initial, LONG maximum, LPCWSTR name);
/*
 * ERROR_TOO_MANY_POSTS when the count would pass the maximum; then nothing changes. Source:
 * nf-synchapi-releasesemaphore.
 */
WINBASEAPI BOOL WINAPI ReleaseSemaphore(HANDLE semaphore, LONG count, LPLONG previous);

/*
 * A new timer, not set, or the one of that name (then GetLastError is ERROR_ALREADY_EXISTS). manual: it stays set
 * until SetWaitableTimer; else one wait takes it. NULL on failure. Source: nf-synchapi-createwaitabletimerw.
 */
WINBASEAPI HANDLE WINAPI CreateWaitableTimerA(LPSECURITY_ATTRIBUTES attributes, BOOL manual, LPCSTR name);
WINBASEAPI HANDLE WINAPI CreateWaitableTimerW(LPSECURITY_ATTRIBUTES attributes, BOOL manual, LPCWSTR name);
/*
 * due: 100 ns units, negative from now, positive since 1601. period: milliseconds, 0 for once. Source:
 * nf-synchapi-setwaitabletimer.
 */
WINBASEAPI BOOL WINAPI SetWaitableTimer(HANDLE timer, const LARGE_INTEGER *due, LONG period, PTIMERAPCROUTINE routine,
    LPVOID argument, BOOL resume);
/*
 * The timer does not run any more; whether it is set stays as it is. FALSE with ERROR_INVALID_HANDLE. Source:
 * nf-synchapi-cancelwaitabletimer.
 */
WINBASEAPI BOOL WINAPI CancelWaitableTimer(HANDLE timer);

/*
 * WAIT_OBJECT_0 + index, WAIT_ABANDONED_0 + index (a mutex whose owner ended), WAIT_TIMEOUT, WAIT_IO_COMPLETION (an
 * APC ran in an alertable wait) or WAIT_FAILED. Of several set objects the lowest index wins; with `all` none
 * changes before all are set. At most MAXIMUM_WAIT_OBJECTS. Source: nf-synchapi-waitforsingleobject.
 */
WINBASEAPI DWORD WINAPI WaitForSingleObject(HANDLE handle, DWORD milliseconds);
/*
 * As WaitForSingleObject; alertable: a queued APC runs and ends the wait with WAIT_IO_COMPLETION. Source:
 * nf-synchapi-waitforsingleobjectex.
 */
WINBASEAPI DWORD WINAPI WaitForSingleObjectEx(HANDLE handle, DWORD milliseconds, BOOL alertable);
/*
 * Waits for one of the objects, or for all at once; returns as WaitForSingleObject, plus the index. count: at most
 * MAXIMUM_WAIT_OBJECTS, else ERROR_INVALID_PARAMETER. Source: nf-synchapi-waitformultipleobjects.
 */
WINBASEAPI DWORD WINAPI WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL all, DWORD milliseconds);
/*
 * As WaitForMultipleObjects; alertable: a queued APC runs and ends the wait with WAIT_IO_COMPLETION. Source:
 * nf-synchapi-waitformultipleobjectsex.
 */
WINBASEAPI DWORD WINAPI WaitForMultipleObjectsEx(DWORD count, const HANDLE *handles, BOOL all, DWORD milliseconds,
    BOOL alertable);
/*
 * Sets an event, or releases a mutex or a semaphore by one, then waits for the other object. WAIT_FAILED when the
 * first cannot be. Source: nf-synchapi-signalobjectandwait.
 */
WINBASEAPI DWORD WINAPI SignalObjectAndWait(HANDLE signal, HANDLE wait, DWORD milliseconds, BOOL alertable);
/* Waits; 0 lets another thread run. Source: nf-synchapi-sleep. */
WINBASEAPI void WINAPI Sleep(DWORD milliseconds);
/* As Sleep; 0 when the time is over, WAIT_IO_COMPLETION when an APC ran. Source: nf-synchapi-sleepex. */
WINBASEAPI DWORD WINAPI SleepEx(DWORD milliseconds, BOOL alertable);

/*
 * A lock in the caller's memory, which one thread may take several times. The spin count changes nothing but what is
 * told. InitializeCriticalSectionAndSpinCount, InitializeCriticalSectionEx: TRUE. Ends with DeleteCriticalSection.
 * Source: nf-synchapi-initializecriticalsection.
 */
WINBASEAPI void WINAPI InitializeCriticalSection(LPCRITICAL_SECTION section);
WINBASEAPI BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD spins);
WINBASEAPI BOOL WINAPI InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD spins, DWORD flags);
/* Ends a lock that nobody holds. Source: nf-synchapi-deletecriticalsection. */
WINBASEAPI void WINAPI DeleteCriticalSection(LPCRITICAL_SECTION section);
/* Takes the lock, once more if it is the caller's. Source: nf-synchapi-entercriticalsection. */
WINBASEAPI void WINAPI EnterCriticalSection(LPCRITICAL_SECTION section);
/* Takes the lock when it is free or the caller's: TRUE. Source: nf-synchapi-tryentercriticalsection. */
WINBASEAPI BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION section);
/* Gives the lock back once; by its owner only. Source: nf-synchapi-leavecriticalsection. */
WINBASEAPI void WINAPI LeaveCriticalSection(LPCRITICAL_SECTION section);
/* Sets the spin count and returns the one before. Source: nf-synchapi-setcriticalsectionspincount. */
WINBASEAPI DWORD WINAPI SetCriticalSectionSpinCount(LPCRITICAL_SECTION section, DWORD spins);

/*
 * A lock for one writer or many readers in the caller's memory; SRWLOCK_INIT is the same. It needs no end. Source:
 * nf-synchapi-initializesrwlock.
 */
WINBASEAPI void WINAPI InitializeSRWLock(PSRWLOCK lock);
/* Takes the lock for writing; it cannot be taken twice. Source: nf-synchapi-acquiresrwlockexclusive. */
WINBASEAPI void WINAPI AcquireSRWLockExclusive(PSRWLOCK lock);
/* Takes the lock for reading; it cannot be made exclusive. Source: nf-synchapi-acquiresrwlockshared. */
WINBASEAPI void WINAPI AcquireSRWLockShared(PSRWLOCK lock);
/* Ends AcquireSRWLockExclusive. Source: nf-synchapi-releasesrwlockexclusive. */
WINBASEAPI void WINAPI ReleaseSRWLockExclusive(PSRWLOCK lock);
/* Ends AcquireSRWLockShared. Source: nf-synchapi-releasesrwlockshared. */
WINBASEAPI void WINAPI ReleaseSRWLockShared(PSRWLOCK lock);
/* Takes the lock for writing if nobody has it: TRUE. Source: nf-synchapi-tryacquiresrwlockexclusive. */
WINBASEAPI BOOLEAN WINAPI TryAcquireSRWLockExclusive(PSRWLOCK lock);
/* Takes the lock for reading if no writer has it: TRUE. Source: nf-synchapi-tryacquiresrwlockshared. */
WINBASEAPI BOOLEAN WINAPI TryAcquireSRWLockShared(PSRWLOCK lock);

/*
 * A condition variable in the caller's memory; CONDITION_VARIABLE_INIT is the same. It needs no end. Source:
 * nf-synchapi-initializeconditionvariable.
 */
WINBASEAPI void WINAPI InitializeConditionVariable(PCONDITION_VARIABLE variable);
/*
 * FALSE with ERROR_TIMEOUT when the time is over; the lock is held again in any case. Source:
 * nf-synchapi-sleepconditionvariablecs.
 */
WINBASEAPI BOOL WINAPI SleepConditionVariableCS(PCONDITION_VARIABLE variable, PCRITICAL_SECTION section,
    DWORD milliseconds);
/*
 * As SleepConditionVariableCS, for a lock of the other kind; flags: CONDITION_VARIABLE_LOCKMODE_SHARED when it is
 * held for reading. Source: nf-synchapi-sleepconditionvariablesrw.
 */
WINBASEAPI BOOL WINAPI SleepConditionVariableSRW(PCONDITION_VARIABLE variable, PSRWLOCK lock, DWORD milliseconds,
    ULONG flags);
/* Wakes one of those that sleep on it. Source: nf-synchapi-wakeconditionvariable. */
WINBASEAPI void WINAPI WakeConditionVariable(PCONDITION_VARIABLE variable);
/* Wakes all that sleep on it. Source: nf-synchapi-wakeallconditionvariable. */
WINBASEAPI void WINAPI WakeAllConditionVariable(PCONDITION_VARIABLE variable);

/* Prepares the word; INIT_ONCE_STATIC_INIT is the same. Source: nf-synchapi-initonceinitialize. */
WINBASEAPI void WINAPI InitOnceInitialize(PINIT_ONCE once);
/*
 * Calls function once, however many threads come; the others wait for it. When it returns FALSE, the next caller
 * tries again. *context (may be NULL): what it made. Source: nf-synchapi-initonceexecuteonce.
 */
WINBASEAPI BOOL WINAPI InitOnceExecuteOnce(PINIT_ONCE once, PINIT_ONCE_FN function, PVOID parameter, LPVOID *context);
EXTERN_C_END

#ifdef UNICODE
#define CreateEvent CreateEventW
#define CreateEventEx CreateEventExW
#define OpenEvent OpenEventW
#define CreateMutex CreateMutexW
#define OpenMutex OpenMutexW
#define CreateSemaphore CreateSemaphoreW
#define CreateWaitableTimer CreateWaitableTimerW
#else
#define CreateEvent CreateEventA
#define CreateEventEx CreateEventExA
#define OpenEvent OpenEventA
#define CreateMutex CreateMutexA
#define CreateSemaphore CreateSemaphoreA
#define CreateWaitableTimer CreateWaitableTimerA
#endif

#endif
