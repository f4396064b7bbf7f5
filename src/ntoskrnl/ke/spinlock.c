/* Spin locks that sleep when the owner does: the low half of the word is a futex with the owner's thread id, its top bit says
 * that somebody sleeps. A zeroed KSPIN_LOCK is free. Raising to DISPATCH_LEVEL is the calling thread's IRQL only. */
#include "ntoskrnl/ke/ke.h"

#include "ntoskrnl/ke/futex.h"

#define CONTENDED 0x80000000u
#define SPINS 100

static uint32_t *word_of(PKSPIN_LOCK lock)
{
    return (uint32_t *)lock;
}

static bool try_lock(PKSPIN_LOCK lock)
{
    uint32_t none = 0;
    return __atomic_compare_exchange_n(
        word_of(lock), &none, ke_current()->tid, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* Like a futex mutex: once it has slept, a thread takes the lock as contended, since it cannot know who else sleeps. */
static void lock_slowly(PKSPIN_LOCK lock, const void *pc)
{
    uint32_t *word = word_of(lock), self = ke_current()->tid;
    if ((__atomic_load_n(word, __ATOMIC_RELAXED) & ~CONTENDED) == self)
        ke_bug_check_at(0x0F, (ULONG_PTR)lock, self, 0, 0, "SPIN_LOCK_ALREADY_OWNED: acquired twice by one thread", pc);
    for (int i = 0; i < SPINS; i++) {
        if (!__atomic_load_n(word, __ATOMIC_RELAXED) && try_lock(lock))
            return;
        __builtin_ia32_pause();
    }
    for (;;) {
        uint32_t seen = __atomic_load_n(word, __ATOMIC_RELAXED);
        if (!seen) {
            if (__atomic_compare_exchange_n(word, &seen, self | CONTENDED, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
                return;
        } else if ((seen & CONTENDED) || __atomic_compare_exchange_n(word, &seen, seen | CONTENDED, false,
                                             __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            ke_futex_wait(word, seen | CONTENDED, NULL);
        }
    }
}

static void lock_spin(PKSPIN_LOCK lock, const void *pc)
{
    if (!try_lock(lock))
        lock_slowly(lock, pc);
    ke_self.locks_held++;
}

static void unlock_spin(PKSPIN_LOCK lock, const char *call, const void *pc)
{
    uint32_t old = __atomic_exchange_n(word_of(lock), 0, __ATOMIC_RELEASE);
    if ((old & ~CONTENDED) != ke_current()->tid)
        ke_report_caller(call, pc, old ? "spin lock %p is held by another thread" : "spin lock %p is not held",
            (void *)lock);
    else
        ke_self.locks_held--;
    if (old & CONTENDED)
        ke_futex_wake(word_of(lock), 1);
}

#define PC __builtin_return_address(0)

#undef KeInitializeSpinLock
VOID NTAPI KeInitializeSpinLock(PKSPIN_LOCK SpinLock)
{
    __atomic_store_n(SpinLock, 0, __ATOMIC_RELAXED);
}

KIRQL NTAPI KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    KIRQL old = ke_irql_enter(DISPATCH_LEVEL);
    lock_spin(SpinLock, PC);
    return old;
}

VOID NTAPI KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
    if (ke_self.irql != DISPATCH_LEVEL)
        ke_report_caller("KeReleaseSpinLock", PC, "called below DISPATCH_LEVEL");
    unlock_spin(SpinLock, "KeReleaseSpinLock", PC);
    ke_irql_leave(NewIrql);
}

VOID NTAPI KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    if (ke_self.irql < DISPATCH_LEVEL)
        ke_report_caller("KeAcquireSpinLockAtDpcLevel", PC, "called below DISPATCH_LEVEL");
    lock_spin(SpinLock, PC);
}

VOID NTAPI KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock)
{
    unlock_spin(SpinLock, "KeReleaseSpinLockFromDpcLevel", PC);
}

BOOLEAN NTAPI KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    if (!try_lock(SpinLock))
        return FALSE;
    ke_self.locks_held++;
    return TRUE;
}

BOOLEAN NTAPI KeTestSpinLock(PKSPIN_LOCK SpinLock)
{
    return __atomic_load_n(word_of(SpinLock), __ATOMIC_RELAXED) == 0;
}

/* Threaded DPCs may run at PASSIVE_LEVEL on Windows, so these raise when they must. */
KIRQL NTAPI KeAcquireSpinLockForDpc(PKSPIN_LOCK SpinLock)
{
    KIRQL old = ke_irql_enter(DISPATCH_LEVEL);
    lock_spin(SpinLock, PC);
    return old;
}

VOID NTAPI KeReleaseSpinLockForDpc(PKSPIN_LOCK SpinLock, KIRQL OldIrql)
{
    unlock_spin(SpinLock, "KeReleaseSpinLockForDpc", PC);
    ke_irql_leave(OldIrql);
}

/* ---- in-stack queued: the same lock, its old IRQL kept in the handle ---- */

VOID NTAPI KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    KIRQL old = ke_irql_enter(DISPATCH_LEVEL);
    lock_spin(SpinLock, PC);
    LockHandle->LockQueue.Lock = SpinLock;
    LockHandle->OldIrql = old;
}

VOID NTAPI KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle)
{
    KIRQL old = LockHandle->OldIrql;
    unlock_spin(LockHandle->LockQueue.Lock, "KeReleaseInStackQueuedSpinLock", PC);
    ke_irql_leave(old);
}

VOID NTAPI KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)
{
    if (ke_self.irql < DISPATCH_LEVEL)
        ke_report_caller("KeAcquireInStackQueuedSpinLockAtDpcLevel", PC, "called below DISPATCH_LEVEL");
    lock_spin(SpinLock, PC);
    LockHandle->LockQueue.Lock = SpinLock;
    LockHandle->OldIrql = ke_self.irql;
}

VOID NTAPI KeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle)
{
    unlock_spin(LockHandle->LockQueue.Lock, "KeReleaseInStackQueuedSpinLockFromDpcLevel", PC);
}

VOID NTAPI KeAcquireInStackQueuedSpinLockForDpc(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)
{
    KeAcquireInStackQueuedSpinLock(SpinLock, LockHandle);
}

VOID NTAPI KeReleaseInStackQueuedSpinLockForDpc(PKLOCK_QUEUE_HANDLE LockHandle)
{
    KeReleaseInStackQueuedSpinLock(LockHandle);
}
