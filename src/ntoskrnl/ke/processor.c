/* A thread's processor: floating point state, affinity, priority. What Windows must save by hand a user-space thread owns. */
#include "ntoskrnl/ke/ke.h"

#include <sched.h>
#include <sys/resource.h>

#include "ntoskrnl/ps/ps.h"

#define NORMAL_PRIORITY 8

/* The compiler and Linux keep the state of the running thread: there is nothing to save, and any use is allowed. */
NTSTATUS NTAPI KeSaveFloatingPointState(PKFLOATING_SAVE FloatSave)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI KeRestoreFloatingPointState(PKFLOATING_SAVE FloatSave)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI KeSaveExtendedProcessorState(ULONG64 Mask, PXSTATE_SAVE XStateSave)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return STATUS_SUCCESS;
}

VOID NTAPI KeRestoreExtendedProcessorState(PXSTATE_SAVE XStateSave)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
}

/* ---- affinity of the calling thread ---- */

static KAFFINITY get_affinity(void)
{
    cpu_set_t set;
    KAFFINITY mask = 0;
    if (sched_getaffinity(0, sizeof set, &set))
        return KeQueryActiveProcessors();
    for (int cpu = 0; cpu < 64; cpu++)
        mask |= CPU_ISSET(cpu, &set) ? (KAFFINITY)1 << cpu : 0;
    return mask;
}

static void set_affinity(KAFFINITY mask)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int cpu = 0; cpu < 64; cpu++) {
        if (mask >> cpu & 1)
            CPU_SET(cpu, &set);
    }
    sched_setaffinity(0, sizeof set, &set);
}

/* Returns the affinity before; 0 goes back to all processors. */
KAFFINITY NTAPI KeSetSystemAffinityThreadEx(KAFFINITY Affinity)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    KAFFINITY before = get_affinity();
    set_affinity(Affinity);
    return before;
}

VOID NTAPI KeRevertToUserAffinityThreadEx(KAFFINITY Affinity)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    set_affinity(Affinity ? Affinity : KeQueryActiveProcessors());
}

VOID NTAPI KeSetSystemAffinityThread(KAFFINITY Affinity)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    set_affinity(Affinity);
}

VOID NTAPI KeRevertToUserAffinityThread(VOID)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    set_affinity(KeQueryActiveProcessors());
}

/* ---- priority: 8 is nice 0, each step two; real-time priorities are as far as nice goes without asking for more ---- */

static int nice_of(KPRIORITY priority)
{
    int nice = (NORMAL_PRIORITY - priority) * 2;
    return nice < -16 ? -16 : nice > 19 ? 19 : nice;
}

KPRIORITY NTAPI KeQueryPriorityThread(PKTHREAD Thread)
{
    return NORMAL_PRIORITY - getpriority(PRIO_PROCESS, (id_t)ps_linux_tid((PETHREAD)Thread)) / 2;
}

/* Returns the priority before. Raising needs privilege on Linux: without it the thread stays as it is. */
KPRIORITY NTAPI KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    KPRIORITY before = KeQueryPriorityThread(Thread);
    setpriority(PRIO_PROCESS, (id_t)ps_linux_tid((PETHREAD)Thread), nice_of(Priority));
    return before;
}

LONG NTAPI KeSetBasePriorityThread(PKTHREAD Thread, LONG Increment)
{
    return KeSetPriorityThread(Thread, NORMAL_PRIORITY + Increment) - NORMAL_PRIORITY;
}
