/* What drivers ask of an ETHREAD and of the context they run in. */
#include "ntoskrnl/ps/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"

#include <sched.h>

/* Macros of the headers would hide the functions of the same names. */
#undef PsGetCurrentProcess
#undef PsGetCurrentThread

NTKERNELAPI PEPROCESS NTAPI PsGetCurrentProcess(VOID);
PEPROCESS NTAPI PsGetCurrentProcess(VOID)
{
    return ps_current_process();
}

PEPROCESS NTAPI IoGetCurrentProcess(VOID)
{
    return ps_current_process();
}

NTKERNELAPI PETHREAD NTAPI PsGetCurrentThread(VOID);
PETHREAD NTAPI PsGetCurrentThread(VOID)
{
    return ps_current_thread();
}

PKTHREAD NTAPI KeGetCurrentThread(VOID)
{
    return (PKTHREAD)ps_current_thread(); /* a KTHREAD is the head of its ETHREAD */
}

KPROCESSOR_MODE NTAPI ExGetPreviousMode(VOID)
{
    return ps_previous_mode();
}

HANDLE NTAPI PsGetCurrentProcessId(VOID)
{
    /* Of the thread's own process, attached or not, as on Windows. */
    return (HANDLE)(ULONG_PTR)ps_current_thread()->process->id;
}

HANDLE NTAPI PsGetCurrentThreadId(VOID)
{
    return (HANDLE)(ULONG_PTR)ps_current_thread()->id;
}

HANDLE NTAPI PsGetThreadId(PETHREAD Thread)
{
    return (HANDLE)(ULONG_PTR)Thread->id;
}

HANDLE NTAPI PsGetThreadProcessId(PETHREAD Thread)
{
    return (HANDLE)(ULONG_PTR)Thread->process->id;
}

PEPROCESS NTAPI PsGetThreadProcess(PETHREAD Thread)
{
    return Thread->process;
}

PEPROCESS NTAPI IoThreadToProcess(PETHREAD Thread)
{
    return Thread->process;
}

/* ---- who asked for an operation ---- */

PEPROCESS NTAPI IoGetRequestorProcess(PIRP Irp)
{
    PETHREAD thread = Irp->Tail.Overlay.Thread;
    return thread ? thread->process : NULL;
}

ULONG NTAPI IoGetRequestorProcessId(PIRP Irp)
{
    PETHREAD thread = Irp->Tail.Overlay.Thread;
    return thread ? thread->process->id : 0;
}

NTSTATUS NTAPI IoGetRequestorSessionId(PIRP Irp, PULONG pSessionId)
{
    PETHREAD thread = Irp->Tail.Overlay.Thread;
    *pSessionId = thread ? PsGetProcessSessionId(thread->process) : (ULONG)-1;
    return thread ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

/* ---- threads ---- */

LONGLONG NTAPI PsGetThreadCreateTime(PETHREAD Thread)
{
    return Thread->created.QuadPart;
}

NTSTATUS NTAPI PsGetThreadExitStatus(PETHREAD Thread)
{
    return __atomic_load_n(&Thread->exit_status, __ATOMIC_ACQUIRE);
}

BOOLEAN NTAPI PsIsSystemThread(PETHREAD Thread)
{
    return Thread->system;
}

BOOLEAN NTAPI PsIsThreadTerminating(PETHREAD Thread)
{
    return Thread->system ? __atomic_load_n(&Thread->gone, __ATOMIC_ACQUIRE) : ps_thread_is_dying(Thread);
}

PIRP NTAPI IoGetTopLevelIrp(VOID)
{
    return ps_current_thread()->top_level_irp;
}

VOID NTAPI IoSetTopLevelIrp(PIRP Irp)
{
    ps_current_thread()->top_level_irp = Irp;
}

PVOID NTAPI PsGetThreadTeb(PETHREAD Thread)
{
    (void)Thread;
    return NULL; /* a Linux thread has none */
}

PVOID NTAPI PsGetCurrentThreadTeb(VOID)
{
    return NULL;
}

NTSTATUS NTAPI PsLookupProcessThreadByCid(PCLIENT_ID ClientId, PEPROCESS *Process, PETHREAD *Thread)
{
    NTSTATUS status = PsLookupThreadByThreadId(ClientId->UniqueThread, Thread);
    if (!NT_SUCCESS(status))
        return STATUS_INVALID_CID;
    if (PsGetThreadProcessId(*Thread) != ClientId->UniqueProcess) {
        ObfDereferenceObject(*Thread);
        *Thread = NULL;
        return STATUS_INVALID_CID;
    }
    if (Process) {
        *Process = (*Thread)->process;
        ObfReferenceObject(*Process);
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ZwYieldExecution(VOID)
{
    return sched_yield() == 0 ? STATUS_SUCCESS : STATUS_NO_YIELD_PERFORMED;
}
