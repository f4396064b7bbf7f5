/* EX_RUNDOWN_REF: one word. References count by two; the lowest bit says that rundown has begun, and the rest is then the
 * waiter's block on its stack, which counts what is left. */
#include <ntifs.h>

#include "ntoskrnl/ke/futex.h"
#include "ntoskrnl/ke/ke.h"

#define ACTIVE EX_RUNDOWN_ACTIVE
#define ONE EX_RUNDOWN_COUNT_INC

struct rundown_block {
    ULONG_PTR left;
    uint32_t done; /* futex */
};

static volatile ULONG_PTR *word_of(PEX_RUNDOWN_REF ref)
{
    return &ref->Count;
}

static bool swap(PEX_RUNDOWN_REF ref, ULONG_PTR *old, ULONG_PTR value, int order)
{
    return __atomic_compare_exchange_n(word_of(ref), old, value, false, order, __ATOMIC_ACQUIRE);
}

VOID NTAPI ExInitializeRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    __atomic_store_n(word_of(RunRef), 0, __ATOMIC_RELEASE);
}

/* After a wait: may be entered again. */
VOID NTAPI ExReInitializeRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    if (__atomic_load_n(word_of(RunRef), __ATOMIC_RELAXED) != ACTIVE)
        ke_report_caller("ExReInitializeRundownProtection", __builtin_return_address(0), "rundown is not complete");
    __atomic_store_n(word_of(RunRef), 0, __ATOMIC_RELEASE);
}

BOOLEAN NTAPI ExAcquireRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count)
{
    ULONG_PTR old = __atomic_load_n(word_of(RunRef), __ATOMIC_RELAXED);
    do {
        if (old & ACTIVE)
            return FALSE;
    } while (!swap(RunRef, &old, old + (ULONG_PTR)Count * ONE, __ATOMIC_ACQUIRE));
    return TRUE;
}

BOOLEAN NTAPI ExAcquireRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    return ExAcquireRundownProtectionEx(RunRef, 1);
}

static void leave_block(struct rundown_block *block, ULONG_PTR count)
{
    if (__atomic_sub_fetch(&block->left, count, __ATOMIC_ACQ_REL) == 0) {
        uint32_t *done = &block->done;
        __atomic_store_n(done, 1, __ATOMIC_RELEASE); /* the block is gone after this */
        ke_futex_wake(done, 1);
    }
}

static void release(PEX_RUNDOWN_REF ref, ULONG count, const void *pc)
{
    ULONG_PTR old = __atomic_load_n(word_of(ref), __ATOMIC_ACQUIRE);
    do {
        if (old > ACTIVE && (old & ACTIVE)) {
            leave_block((struct rundown_block *)(old & ~(ULONG_PTR)ACTIVE), count);
            return;
        }
        if (old < (ULONG_PTR)count * ONE) {
            ke_report_caller("ExReleaseRundownProtection", pc, "no protection is held");
            return;
        }
    } while (!swap(ref, &old, old - (ULONG_PTR)count * ONE, __ATOMIC_RELEASE));
}

VOID NTAPI ExReleaseRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count)
{
    release(RunRef, Count, __builtin_return_address(0));
}

VOID NTAPI ExReleaseRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    release(RunRef, 1, __builtin_return_address(0));
}

VOID NTAPI ExWaitForRundownProtectionRelease(PEX_RUNDOWN_REF RunRef)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    struct rundown_block block = {0};
    ULONG_PTR old = __atomic_load_n(word_of(RunRef), __ATOMIC_ACQUIRE), next;
    do {
        if (old == ACTIVE)
            return;
        __atomic_store_n(&block.left, old / ONE, __ATOMIC_RELAXED);
        next = old ? (ULONG_PTR)&block | ACTIVE : ACTIVE;
    } while (!swap(RunRef, &old, next, __ATOMIC_ACQ_REL));
    if (!old)
        return;
    ke_about_to_sleep();
    while (!__atomic_load_n(&block.done, __ATOMIC_ACQUIRE))
        ke_futex_wait(&block.done, 0, NULL);
    __atomic_store_n(word_of(RunRef), ACTIVE, __ATOMIC_RELEASE);
}

VOID NTAPI ExRundownCompleted(PEX_RUNDOWN_REF RunRef)
{
    __atomic_store_n(word_of(RunRef), ACTIVE, __ATOMIC_RELEASE);
}
