/* Fast and guarded mutexes, push locks and executive spin locks. Fast mutex: Count is the futex: 1 free, 0 held, -1 held and
 * somebody sleeps; Owner names the real thread. The others are the shared/exclusive lock of ke/lock.h in their first word. */
#include <ntifs.h>

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/lock.h"

#define PC __builtin_return_address(0)

enum { FREE = 1, HELD = 0, CONTENDED = -1 };

static PKTHREAD self(void)
{
    return (PKTHREAD)ke_current();
}

static bool try_count(volatile LONG *count)
{
    LONG expected = FREE;
    return __atomic_compare_exchange_n(count, &expected, HELD, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static void acquire_count(volatile LONG *count, PKTHREAD *owner, PULONG contention, const char *call, const void *pc)
{
    if (!try_count(count)) {
        if (__atomic_load_n(owner, __ATOMIC_RELAXED) == self())
            ke_bug_check_at(0xC4, 0x1001, (ULONG_PTR)count, 0, 0, call, pc);
        __atomic_add_fetch(contention, 1, __ATOMIC_RELAXED);
        ke_about_to_sleep();
        while (__atomic_exchange_n(count, CONTENDED, __ATOMIC_ACQUIRE) != FREE)
            ke_futex_wait((uint32_t *)(uintptr_t)count, (uint32_t)CONTENDED, NULL);
    }
    __atomic_store_n(owner, self(), __ATOMIC_RELAXED);
}

static void release_count(volatile LONG *count, PKTHREAD *owner, const char *call, const void *pc)
{
    if (__atomic_load_n(owner, __ATOMIC_RELAXED) != self())
        ke_report_caller(call, pc, "mutex %p is not owned by this thread", (void *)(uintptr_t)count);
    __atomic_store_n(owner, NULL, __ATOMIC_RELAXED);
    if (__atomic_exchange_n(count, FREE, __ATOMIC_RELEASE) == CONTENDED)
        ke_futex_wake((uint32_t *)(uintptr_t)count, 1);
}

/* ---- fast mutexes: at APC_LEVEL while held ---- */

#undef ExInitializeFastMutex
VOID NTAPI ExInitializeFastMutex(PFAST_MUTEX FastMutex)
{
    FastMutex->Count = FREE;
    FastMutex->Owner = NULL;
    FastMutex->Contention = 0;
    KeInitializeEvent(&FastMutex->Event, SynchronizationEvent, FALSE);
}

#undef ExAcquireFastMutex
VOID NTAPI ExAcquireFastMutex(PFAST_MUTEX FastMutex)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    KIRQL old = ke_irql_enter(APC_LEVEL);
    acquire_count(&FastMutex->Count, &FastMutex->Owner, &FastMutex->Contention, "ExAcquireFastMutex: acquired twice", PC);
    FastMutex->OldIrql = old;
}

#undef ExReleaseFastMutex
VOID NTAPI ExReleaseFastMutex(PFAST_MUTEX FastMutex)
{
    KIRQL old = (KIRQL)FastMutex->OldIrql;
    if (ke_self.irql != APC_LEVEL)
        ke_report_caller("ExReleaseFastMutex", PC, "not called at APC_LEVEL");
    release_count(&FastMutex->Count, &FastMutex->Owner, "ExReleaseFastMutex", PC);
    ke_irql_leave(old);
}

#undef ExTryToAcquireFastMutex
BOOLEAN NTAPI ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!try_count(&FastMutex->Count))
        return FALSE;
    __atomic_store_n(&FastMutex->Owner, self(), __ATOMIC_RELAXED);
    FastMutex->OldIrql = ke_irql_enter(APC_LEVEL);
    return TRUE;
}

/* Unsafe: the caller is in a critical region or at APC_LEVEL already. */
VOID NTAPI ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!KeAreApcsDisabled())
        ke_report_caller("ExAcquireFastMutexUnsafe", PC, "APCs are enabled");
    acquire_count(
        &FastMutex->Count, &FastMutex->Owner, &FastMutex->Contention, "ExAcquireFastMutexUnsafe: acquired twice", PC);
}

VOID NTAPI ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex)
{
    release_count(&FastMutex->Count, &FastMutex->Owner, "ExReleaseFastMutexUnsafe", PC);
}

/* ---- guarded mutexes: in a guarded region while held ---- */

VOID NTAPI KeInitializeGuardedMutex(PKGUARDED_MUTEX Mutex)
{
    Mutex->Count = FREE;
    Mutex->Owner = NULL;
    Mutex->Contention = 0;
}

VOID NTAPI KeAcquireGuardedMutex(PKGUARDED_MUTEX Mutex)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    ke_self.guarded_depth++;
    acquire_count(&Mutex->Count, &Mutex->Owner, &Mutex->Contention, "KeAcquireGuardedMutex: acquired twice", PC);
}

VOID NTAPI KeReleaseGuardedMutex(PKGUARDED_MUTEX Mutex)
{
    release_count(&Mutex->Count, &Mutex->Owner, "KeReleaseGuardedMutex", PC);
    ke_self.guarded_depth--;
}

BOOLEAN NTAPI KeTryToAcquireGuardedMutex(PKGUARDED_MUTEX Mutex)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!try_count(&Mutex->Count))
        return FALSE;
    __atomic_store_n(&Mutex->Owner, self(), __ATOMIC_RELAXED);
    ke_self.guarded_depth++;
    return TRUE;
}

VOID NTAPI KeAcquireGuardedMutexUnsafe(PKGUARDED_MUTEX Mutex)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    acquire_count(&Mutex->Count, &Mutex->Owner, &Mutex->Contention, "KeAcquireGuardedMutexUnsafe: acquired twice", PC);
}

VOID NTAPI KeReleaseGuardedMutexUnsafe(PKGUARDED_MUTEX Mutex)
{
    release_count(&Mutex->Count, &Mutex->Owner, "KeReleaseGuardedMutexUnsafe", PC);
}

/* ---- push locks: inside a critical region, not recursive ---- */

static uint32_t *push_word(EX_PUSH_LOCK *lock)
{
    return (uint32_t *)lock;
}

static void check_push(const char *call, const void *pc)
{
    ke_require_irql_at(call, APC_LEVEL, pc);
    if (!KeAreApcsDisabled())
        ke_report_caller(call, pc, "APCs are enabled: enter a critical region first");
}

static void push_not_held(const char *call, const void *pc, EX_PUSH_LOCK *lock)
{
    ke_report_caller(call, pc, "push lock %p is not held so", (void *)lock);
}

#undef ExInitializePushLock
VOID NTAPI ExInitializePushLock(EX_PUSH_LOCK *PushLock)
{
    *PushLock = 0;
}

VOID NTAPI ExAcquirePushLockExclusiveEx(EX_PUSH_LOCK *PushLock, ULONG Flags)
{
    check_push("ExAcquirePushLockExclusiveEx", PC);
    ke_rw_lock_exclusive(push_word(PushLock));
}

VOID NTAPI ExAcquirePushLockSharedEx(EX_PUSH_LOCK *PushLock, ULONG Flags)
{
    check_push("ExAcquirePushLockSharedEx", PC);
    ke_rw_lock_shared(push_word(PushLock));
}

VOID NTAPI ExReleasePushLockExclusiveEx(EX_PUSH_LOCK *PushLock, ULONG Flags)
{
    if (!ke_rw_unlock_exclusive(push_word(PushLock)))
        push_not_held("ExReleasePushLockExclusiveEx", PC, PushLock);
}

VOID NTAPI ExReleasePushLockSharedEx(EX_PUSH_LOCK *PushLock, ULONG Flags)
{
    if (!ke_rw_unlock_shared(push_word(PushLock)))
        push_not_held("ExReleasePushLockSharedEx", PC, PushLock);
}

static bool release_push(EX_PUSH_LOCK *lock)
{
    return ke_rw_unlock_exclusive(push_word(lock)) || ke_rw_unlock_shared(push_word(lock));
}

#undef ExReleasePushLock
VOID NTAPI ExReleasePushLock(EX_PUSH_LOCK *PushLock)
{
    if (!release_push(PushLock))
        push_not_held("ExReleasePushLock", PC, PushLock);
}

VOID NTAPI ExReleasePushLockEx(EX_PUSH_LOCK *PushLock, ULONG Flags)
{
    if (!release_push(PushLock))
        push_not_held("ExReleasePushLockEx", PC, PushLock);
}

/* The undocumented fast entries: no checks. */
VOID NTAPI ExfAcquirePushLockExclusive(EX_PUSH_LOCK *PushLock)
{
    ke_rw_lock_exclusive(push_word(PushLock));
}

VOID NTAPI ExfAcquirePushLockShared(EX_PUSH_LOCK *PushLock)
{
    ke_rw_lock_shared(push_word(PushLock));
}

VOID NTAPI ExfReleasePushLockExclusive(EX_PUSH_LOCK *PushLock)
{
    if (!ke_rw_unlock_exclusive(push_word(PushLock)))
        push_not_held("ExfReleasePushLockExclusive", PC, PushLock);
}

VOID NTAPI ExfReleasePushLockShared(EX_PUSH_LOCK *PushLock)
{
    if (!ke_rw_unlock_shared(push_word(PushLock)))
        push_not_held("ExfReleasePushLockShared", PC, PushLock);
}

/* ---- executive spin locks: shared or exclusive, at DISPATCH_LEVEL ---- */

static uint32_t *spin_word(PEX_SPIN_LOCK lock)
{
    return (uint32_t *)(uintptr_t)lock;
}

static void spin_not_held(const char *call, const void *pc, PEX_SPIN_LOCK lock)
{
    ke_report_caller(call, pc, "spin lock %p is not held so", (void *)(uintptr_t)lock);
}

KIRQL NTAPI ExAcquireSpinLockShared(PEX_SPIN_LOCK SpinLock)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    KIRQL old = ke_irql_enter(DISPATCH_LEVEL);
    ke_rw_lock_shared(spin_word(SpinLock));
    return old;
}

VOID NTAPI ExAcquireSpinLockSharedAtDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    ke_rw_lock_shared(spin_word(SpinLock));
}

KIRQL NTAPI ExAcquireSpinLockExclusive(PEX_SPIN_LOCK SpinLock)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    KIRQL old = ke_irql_enter(DISPATCH_LEVEL);
    ke_rw_lock_exclusive(spin_word(SpinLock));
    return old;
}

VOID NTAPI ExAcquireSpinLockExclusiveAtDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    ke_rw_lock_exclusive(spin_word(SpinLock));
}

BOOLEAN NTAPI ExTryAcquireSpinLockSharedAtDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    return ke_rw_try_shared(spin_word(SpinLock));
}

BOOLEAN NTAPI ExTryAcquireSpinLockExclusiveAtDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    return ke_rw_try_exclusive(spin_word(SpinLock));
}

LOGICAL NTAPI ExTryConvertSharedSpinLockExclusive(PEX_SPIN_LOCK SpinLock)
{
    return ke_rw_try_upgrade(spin_word(SpinLock));
}

VOID NTAPI ExReleaseSpinLockSharedFromDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    if (!ke_rw_unlock_shared(spin_word(SpinLock)))
        spin_not_held("ExReleaseSpinLockSharedFromDpcLevel", PC, SpinLock);
}

VOID NTAPI ExReleaseSpinLockExclusiveFromDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    if (!ke_rw_unlock_exclusive(spin_word(SpinLock)))
        spin_not_held("ExReleaseSpinLockExclusiveFromDpcLevel", PC, SpinLock);
}

VOID NTAPI ExReleaseSpinLockShared(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql)
{
    if (!ke_rw_unlock_shared(spin_word(SpinLock)))
        spin_not_held("ExReleaseSpinLockShared", PC, SpinLock);
    ke_irql_leave(OldIrql);
}

VOID NTAPI ExReleaseSpinLockExclusive(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql)
{
    if (!ke_rw_unlock_exclusive(spin_word(SpinLock)))
        spin_not_held("ExReleaseSpinLockExclusive", PC, SpinLock);
    ke_irql_leave(OldIrql);
}
