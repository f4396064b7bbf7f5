/* What io says of the calling thread: its stack, hard errors, the width of its process. */
#include "ntoskrnl/io/io.h"

#include <nt/undocumented.h>
#include <pthread.h>

#include "ntoskrnl/ke/ke.h"

static __thread ULONG_PTR stack_low, stack_high;
static __thread BOOLEAN hard_errors_off;

static void find_stack(void)
{
    pthread_attr_t attributes;
    void *start;
    size_t size;
    if (pthread_getattr_np(pthread_self(), &attributes))
        return;
    if (!pthread_attr_getstack(&attributes, &start, &size)) {
        stack_low = (ULONG_PTR)start;
        stack_high = stack_low + size;
    }
    pthread_attr_destroy(&attributes);
}

VOID NTAPI IoGetStackLimits(PULONG_PTR LowLimit, PULONG_PTR HighLimit)
{
    if (!stack_high)
        find_stack();
    *LowLimit = stack_low;
    *HighLimit = stack_high;
}

/* No pop-ups exist here: the mode is kept for the thread and given back. */
BOOLEAN NTAPI IoSetThreadHardErrorMode(BOOLEAN EnableHardErrors)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    BOOLEAN before = !hard_errors_off;
    hard_errors_off = !EnableHardErrors;
    return before;
}

BOOLEAN NTAPI IoIs32bitProcess(PIRP Irp)
{
    PEPROCESS process = Irp && Irp->Tail.Overlay.Thread ? IoThreadToProcess(Irp->Tail.Overlay.Thread) : PsGetCurrentProcess();
    return process && PsGetProcessWow64Process(process) != NULL;
}
