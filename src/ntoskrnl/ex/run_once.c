/* One-time initialisation (RTL_RUN_ONCE). The pointer's two lowest bits are the state, the rest the context; threads that must
 * wait stand in a global queue of futexes, since the structure has no room for one. */
#include <ntifs.h>

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/lock.h"

enum { NEW = 0, RUNNING = 1, RUNNING_ASYNC = 3, COMPLETE = 2 };
#define STATE ((ULONG_PTR)3)

static uint32_t changes; /* futex: grows whenever any structure's state changes */

static ULONG_PTR *word_of(PRTL_RUN_ONCE once)
{
    return (ULONG_PTR *)&once->Ptr;
}

static bool change(PRTL_RUN_ONCE once, ULONG_PTR from, ULONG_PTR to)
{
    return __atomic_compare_exchange_n(word_of(once), &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static void tell_waiters(void)
{
    __atomic_add_fetch(&changes, 1, __ATOMIC_RELEASE);
    ke_futex_wake(&changes, INT_MAX);
}

VOID NTAPI RtlRunOnceInitialize(PRTL_RUN_ONCE RunOnce)
{
    RunOnce->Ptr = NULL;
}

/* STATUS_SUCCESS: done already, *Context is set. STATUS_PENDING: the caller initialises and calls RtlRunOnceComplete. */
NTSTATUS NTAPI RtlRunOnceBeginInitialize(PRTL_RUN_ONCE RunOnce, ULONG Flags, PVOID *Context)
{
    bool check_only = Flags & RTL_RUN_ONCE_CHECK_ONLY, async = Flags & RTL_RUN_ONCE_ASYNC;
    if (check_only && async)
        return STATUS_INVALID_PARAMETER_2;
    for (;;) {
        uint32_t seen = __atomic_load_n(&changes, __ATOMIC_ACQUIRE);
        ULONG_PTR value = __atomic_load_n(word_of(RunOnce), __ATOMIC_ACQUIRE);
        switch (value & STATE) {
        case COMPLETE:
            if (Context)
                *Context = (PVOID)(value & ~STATE);
            return STATUS_SUCCESS;
        case NEW:
            if (check_only)
                return STATUS_UNSUCCESSFUL;
            if (change(RunOnce, NEW, async ? RUNNING_ASYNC : RUNNING))
                return STATUS_PENDING;
            break;
        case RUNNING_ASYNC:
            return async ? STATUS_PENDING : check_only ? STATUS_UNSUCCESSFUL : STATUS_INVALID_PARAMETER_2;
        default:
            if (check_only)
                return STATUS_UNSUCCESSFUL;
            if (async)
                return STATUS_INVALID_PARAMETER_2;
            ke_about_to_sleep();
            ke_futex_wait(&changes, seen, NULL);
        }
    }
}

/* The context's two lowest bits must be zero. */
NTSTATUS NTAPI RtlRunOnceComplete(PRTL_RUN_ONCE RunOnce, ULONG Flags, PVOID Context)
{
    bool async = Flags & RTL_RUN_ONCE_ASYNC, failed = Flags & RTL_RUN_ONCE_INIT_FAILED;
    if ((async && failed) || ((ULONG_PTR)Context & STATE))
        return STATUS_INVALID_PARAMETER_2;
    ULONG_PTR next = failed ? NEW : ((ULONG_PTR)Context | COMPLETE);
    if (!change(RunOnce, async ? RUNNING_ASYNC : RUNNING, next))
        return async ? STATUS_OBJECT_NAME_COLLISION : STATUS_UNSUCCESSFUL;
    tell_waiters();
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlRunOnceExecuteOnce(PRTL_RUN_ONCE RunOnce, PRTL_RUN_ONCE_INIT_FN InitFn, PVOID Parameter, PVOID *Context)
{
    PVOID context = NULL;
    NTSTATUS status = RtlRunOnceBeginInitialize(RunOnce, 0, Context);
    if (status != STATUS_PENDING)
        return status;
    bool done = InitFn(RunOnce, Parameter, &context);
    status = RtlRunOnceComplete(RunOnce, done ? 0 : RTL_RUN_ONCE_INIT_FAILED, done ? context : NULL);
    if (done && Context)
        *Context = context;
    return done ? status : STATUS_UNSUCCESSFUL;
}
