/* Events, mutexes, semaphores and the waits on them: the documented calls over wait.c. */
#include "ntoskrnl/ke/dispatcher.h"
#include "rtl/hot.h"

#define WORDS(type) (sizeof(type) / sizeof(LONG))

/* ---- objects of other rooms ---- */

void ke_object_init(PVOID object, UCHAR type, bool signalled)
{
    ke_header_init(ke_header(object), type, WORDS(DISPATCHER_HEADER), signalled);
}

static LONG set_state(DISPATCHER_HEADER *header, LONG state)
{
    ke_stripes held = ke_dispatcher_lock(header);
    LONG before = header->SignalState;
    ke_set_signal_state(header, state);
    if (state > 0 && before <= 0)
        ke_satisfy(header);
    ke_dispatcher_unlock(held);
    return before;
}

void ke_object_signal(PVOID object)
{
    set_state(ke_header(object), 1);
}

void ke_object_reset(PVOID object)
{
    set_state(ke_header(object), 0);
}

bool ke_object_is_signalled(PVOID object)
{
    return ke_signal_state(ke_header(object)) > 0;
}

/* ---- events ---- */

OFM_HOT VOID NTAPI KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)
{
    ke_header_init(&Event->Header, (UCHAR)Type, WORDS(KEVENT), State ? 1 : 0);
}

LONG NTAPI KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    ke_require_irql("KeSetEvent", Wait ? APC_LEVEL : DISPATCH_LEVEL);
    return set_state(&Event->Header, 1);
}

LONG NTAPI KeResetEvent(PRKEVENT Event)
{
    ke_require_irql("KeResetEvent", DISPATCH_LEVEL);
    return set_state(&Event->Header, 0);
}

VOID NTAPI KeClearEvent(PRKEVENT Event)
{
    ke_require_irql("KeClearEvent", DISPATCH_LEVEL);
    set_state(&Event->Header, 0);
}

LONG NTAPI KePulseEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    ke_require_irql("KePulseEvent", Wait ? APC_LEVEL : DISPATCH_LEVEL);
    ke_stripes held = ke_dispatcher_lock(&Event->Header);
    LONG before = Event->Header.SignalState;
    ke_set_signal_state(&Event->Header, 1);
    ke_satisfy(&Event->Header);
    ke_set_signal_state(&Event->Header, 0);
    ke_dispatcher_unlock(held);
    return before;
}

LONG NTAPI KeReadStateEvent(PRKEVENT Event)
{
    return ke_signal_state(&Event->Header);
}

/* ---- mutexes ---- */

static void init_mutant(PRKMUTEX mutex, UCHAR apc_disable)
{
    ke_header_init(&mutex->Header, KE_MUTANT, WORDS(KMUTANT), 1);
    InitializeListHead(&mutex->MutantListEntry);
    mutex->OwnerThread = NULL;
    mutex->Abandoned = FALSE;
    mutex->ApcDisable = apc_disable;
}

VOID NTAPI KeInitializeMutex(PRKMUTEX Mutex, ULONG Level)
{
    init_mutant(Mutex, 1);
}

/* A mutant (what ZwCreateMutant makes) does not disable APCs and may start owned. */
VOID NTAPI KeInitializeMutant(PRKMUTANT Mutant, BOOLEAN InitialOwner)
{
    LARGE_INTEGER now = {.QuadPart = 0};
    init_mutant(Mutant, 0);
    if (InitialOwner)
        ke_wait_one(Mutant, &now, NULL);
}

LONG NTAPI KeReadStateMutex(PRKMUTEX Mutex)
{
    return ke_signal_state(&Mutex->Header);
}

/* Not the owner: STATUS_MUTANT_NOT_OWNED. */
static NTSTATUS release_mutant(PRKMUTEX mutex, LONG *before)
{
    ke_stripes held = ke_dispatcher_lock(&mutex->Header);
    bool owner = mutex->OwnerThread == (PKTHREAD)ke_current();
    *before = mutex->Header.SignalState;
    if (owner) {
        if (mutex->ApcDisable)
            ke_self.critical_depth--;
        ke_set_signal_state(&mutex->Header, *before + 1);
        if (mutex->Header.SignalState == 1) {
            ke_mutant_disown(mutex);
            ke_satisfy(&mutex->Header);
        }
    }
    ke_dispatcher_unlock(held);
    return owner ? STATUS_SUCCESS : STATUS_MUTANT_NOT_OWNED;
}

LONG NTAPI KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait)
{
    LONG before;
    ke_require_irql("KeReleaseMutex", DISPATCH_LEVEL);
    if (release_mutant(Mutex, &before) != STATUS_SUCCESS)
        ke_bug_check_at(0x11, (ULONG_PTR)Mutex, (ULONG_PTR)ke_current(), (ULONG_PTR)Mutex->OwnerThread, 0,
            "KeReleaseMutex by a thread that does not own it", __builtin_return_address(0));
    return before;
}

NTSTATUS ke_release_mutant(PRKMUTANT mutant, LONG *previous)
{
    return release_mutant(mutant, previous);
}

/* ---- semaphores ---- */

VOID NTAPI KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit)
{
    ke_header_init(&Semaphore->Header, KE_SEMAPHORE, WORDS(KSEMAPHORE), Count);
    Semaphore->Limit = Limit;
}

LONG NTAPI KeReadStateSemaphore(PRKSEMAPHORE Semaphore)
{
    return ke_signal_state(&Semaphore->Header);
}

/* Beyond the limit nothing changes: STATUS_SEMAPHORE_LIMIT_EXCEEDED. */
NTSTATUS ke_release_semaphore(PRKSEMAPHORE semaphore, LONG adjustment, LONG *previous)
{
    ke_stripes held = ke_dispatcher_lock(&semaphore->Header);
    LONG before = semaphore->Header.SignalState;
    bool fits = adjustment > 0 && adjustment <= semaphore->Limit - before;
    *previous = before;
    if (fits) {
        ke_set_signal_state(&semaphore->Header, before + adjustment);
        ke_satisfy(&semaphore->Header);
    }
    ke_dispatcher_unlock(held);
    return fits ? STATUS_SUCCESS : STATUS_SEMAPHORE_LIMIT_EXCEEDED;
}

LONG NTAPI KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY Increment, LONG Adjustment, BOOLEAN Wait)
{
    LONG before;
    ke_require_irql("KeReleaseSemaphore", Wait ? APC_LEVEL : DISPATCH_LEVEL);
    if (ke_release_semaphore(Semaphore, Adjustment, &before) != STATUS_SUCCESS)
        ke_bug_check_at(0x1E, (ULONG_PTR)STATUS_SEMAPHORE_LIMIT_EXCEEDED, (ULONG_PTR)Semaphore, (ULONG_PTR)Adjustment,
            (ULONG_PTR)Semaphore->Limit, "KeReleaseSemaphore beyond the limit", __builtin_return_address(0));
    return before;
}

/* ---- waits ---- */

/* Only waits on behalf of an application, or alertable ones, end when its thread does. */
static NTSTATUS wait_as_driver(ULONG count, PVOID const objects[], WAIT_TYPE type, KPROCESSOR_MODE mode, BOOLEAN alertable,
    PLARGE_INTEGER timeout)
{
    struct ke_interrupt *interrupt = mode == UserMode || alertable ? ke_self.interrupt : NULL;
    NTSTATUS status = ke_wait(count, objects, type, timeout, interrupt);
    if (interrupt && NT_ERROR(status) && status == interrupt->status)
        return mode == UserMode ? STATUS_USER_APC : STATUS_ALERTED;
    return status;
}

static KIRQL wait_limit(PLARGE_INTEGER timeout)
{
    return timeout && !timeout->QuadPart ? DISPATCH_LEVEL : APC_LEVEL;
}

NTSTATUS NTAPI KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
    PLARGE_INTEGER Timeout)
{
    ke_require_irql("KeWaitForSingleObject", wait_limit(Timeout));
    PVOID const objects[1] = {Object};
    return wait_as_driver(1, objects, WaitAny, WaitMode, Alertable, Timeout);
}

NTSTATUS NTAPI KeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType, KWAIT_REASON WaitReason,
    KPROCESSOR_MODE WaitMode, BOOLEAN Alertable, PLARGE_INTEGER Timeout, PKWAIT_BLOCK WaitBlockArray)
{
    ke_require_irql("KeWaitForMultipleObjects", wait_limit(Timeout));
    if (Count == 0 || Count > (WaitBlockArray ? MAXIMUM_WAIT_OBJECTS : THREAD_WAIT_OBJECTS))
        ke_bug_check_at(0x0C, Count, 0, 0, 0, "MAXIMUM_WAIT_OBJECTS_EXCEEDED: KeWaitForMultipleObjects",
            __builtin_return_address(0));
    return wait_as_driver(Count, Object, WaitType, WaitMode, Alertable, Timeout);
}
