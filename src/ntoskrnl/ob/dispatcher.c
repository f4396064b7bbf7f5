/* Events, semaphores and mutants with names and handles, and waits by handle. The body of each is the WDK's own structure,
 * so that a referenced object is what KeSetEvent and KeWaitForSingleObject take. */
#include "ntoskrnl/ob/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ps/ps.h"

#define WAIT_LIMIT 64

POBJECT_TYPE ob_event_type, ob_semaphore_type, ob_mutant_type;
POBJECT_TYPE *ExEventObjectType = &ob_event_type;
POBJECT_TYPE *ExSemaphoreObjectType = &ob_semaphore_type;
POBJECT_TYPE *ExMutantObjectType = &ob_mutant_type;

NTSTATUS ob_dispatchers_init(void)
{
    static const struct ob_type_info event = {.name = u"Event",
        .mapping = {STANDARD_RIGHTS_READ | 1, STANDARD_RIGHTS_WRITE | 2, STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, 0x1f0003},
        .valid_access = 0x1f0003, .can_wait = true};
    static const struct ob_type_info semaphore = {.name = u"Semaphore",
        .mapping = {STANDARD_RIGHTS_READ | 1, STANDARD_RIGHTS_WRITE | 2, STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, 0x1f0003},
        .valid_access = 0x1f0003, .can_wait = true};
    static const struct ob_type_info mutant = {.name = u"Mutant",
        .mapping = {STANDARD_RIGHTS_READ | 1, STANDARD_RIGHTS_WRITE, STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, 0x1f0001},
        .valid_access = 0x1f0001, .can_wait = true};
    ob_event_type = ob_type_create(&event);
    ob_semaphore_type = ob_type_create(&semaphore);
    ob_mutant_type = ob_type_create(&mutant);
    return ob_event_type && ob_semaphore_type && ob_mutant_type ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* ---- events ---- */

NTSTATUS NTAPI ZwCreateEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
    EVENT_TYPE EventType, BOOLEAN InitialState)
{
    PVOID event;
    *EventHandle = NULL;
    if (EventType != NotificationEvent && EventType != SynchronizationEvent)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = ob_create_named(ob_event_type, sizeof(KEVENT), ObjectAttributes, KernelMode, &event);
    if (!NT_SUCCESS(status))
        return status;
    KeInitializeEvent(event, EventType, InitialState);
    return ob_insert(event, DesiredAccess, EventHandle);
}

NTSTATUS NTAPI ZwOpenEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)
{
    return ob_open_by_name(ObjectAttributes, ob_event_type, KernelMode, DesiredAccess, NULL, EventHandle);
}

static NTSTATUS with_event(HANDLE handle, LONG (*change)(PKEVENT event), PLONG previous)
{
    PKEVENT event;
    NTSTATUS status = ObReferenceObjectByHandle(handle, EVENT_MODIFY_STATE, ob_event_type, KernelMode, (PVOID *)&event, NULL);
    if (!NT_SUCCESS(status))
        return status;
    LONG before = change(event);
    if (previous)
        *previous = before;
    ObfDereferenceObject(event);
    return STATUS_SUCCESS;
}

static LONG set_event(PKEVENT event)
{
    return KeSetEvent(event, EVENT_INCREMENT, FALSE);
}

NTSTATUS NTAPI ZwSetEvent(HANDLE EventHandle, PLONG PreviousState)
{
    return with_event(EventHandle, set_event, PreviousState);
}

static LONG reset_event(PKEVENT event)
{
    return KeResetEvent(event);
}

NTSTATUS NTAPI ZwResetEvent(HANDLE EventHandle, PLONG PreviousState)
{
    return with_event(EventHandle, reset_event, PreviousState);
}

NTSTATUS NTAPI ZwClearEvent(HANDLE EventHandle)
{
    return with_event(EventHandle, reset_event, NULL);
}

static PKEVENT create_named_event(PUNICODE_STRING name, PHANDLE handle, EVENT_TYPE type)
{
    OBJECT_ATTRIBUTES oa;
    PKEVENT event = NULL;
    InitializeObjectAttributes(&oa, name, OBJ_OPENIF | OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
    NTSTATUS status = ZwCreateEvent(handle, EVENT_ALL_ACCESS, &oa, type, TRUE);
    if (!NT_SUCCESS(status))
        return NULL;
    if (NT_SUCCESS(ObReferenceObjectByHandle(*handle, 0, ob_event_type, KernelMode, (PVOID *)&event, NULL)))
        ObfDereferenceObject(event); /* the handle keeps it */
    return event;
}

PKEVENT NTAPI IoCreateNotificationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle)
{
    return create_named_event(EventName, EventHandle, NotificationEvent);
}

PKEVENT NTAPI IoCreateSynchronizationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle)
{
    return create_named_event(EventName, EventHandle, SynchronizationEvent);
}

/* ---- semaphores ---- */

NTSTATUS NTAPI ZwCreateSemaphore(PHANDLE SemaphoreHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
    LONG InitialCount, LONG MaximumCount)
{
    PVOID semaphore;
    *SemaphoreHandle = NULL;
    if (MaximumCount <= 0 || InitialCount < 0 || InitialCount > MaximumCount)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = ob_create_named(ob_semaphore_type, sizeof(KSEMAPHORE), ObjectAttributes, KernelMode, &semaphore);
    if (!NT_SUCCESS(status))
        return status;
    KeInitializeSemaphore(semaphore, InitialCount, MaximumCount);
    return ob_insert(semaphore, DesiredAccess, SemaphoreHandle);
}

NTSTATUS NTAPI ZwReleaseSemaphore(HANDLE SemaphoreHandle, LONG ReleaseCount, PLONG PreviousCount)
{
    PKSEMAPHORE semaphore;
    NTSTATUS status = ObReferenceObjectByHandle(SemaphoreHandle, SEMAPHORE_MODIFY_STATE, ob_semaphore_type, KernelMode,
        (PVOID *)&semaphore, NULL);
    if (!NT_SUCCESS(status))
        return status;
    LONG before = KeReadStateSemaphore(semaphore);
    if (ReleaseCount <= 0)
        status = STATUS_INVALID_PARAMETER;
    else if (before > semaphore->Limit - ReleaseCount)
        status = STATUS_SEMAPHORE_LIMIT_EXCEEDED;
    else
        before = KeReleaseSemaphore(semaphore, SEMAPHORE_INCREMENT, ReleaseCount, FALSE);
    if (PreviousCount)
        *PreviousCount = before;
    ObfDereferenceObject(semaphore);
    return status;
}

/* ---- waits ---- */

static NTSTATUS waitable_of(HANDLE handle, PVOID *object, PVOID *dispatcher)
{
    NTSTATUS status = ObReferenceObjectByHandle(handle, SYNCHRONIZE, NULL, KernelMode, object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    const struct ob_type_info *info = ob_type_info(ob_type_of(*object));
    *dispatcher = info->ops && info->ops->waitable ? info->ops->waitable(*object) : *object;
    if (info->can_wait && *dispatcher)
        return STATUS_SUCCESS;
    ObfDereferenceObject(*object);
    return STATUS_OBJECT_TYPE_MISMATCH;
}

NTSTATUS NTAPI ZwWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    PVOID object, dispatcher;
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = waitable_of(Handle, &object, &dispatcher);
    if (!NT_SUCCESS(status))
        return status;
    status = KeWaitForSingleObject(dispatcher, UserRequest, KernelMode, Alertable, Timeout);
    ObfDereferenceObject(object);
    return status;
}

NTSTATUS NTAPI ZwWaitForMultipleObjects(ULONG Count, HANDLE Handles[], WAIT_TYPE WaitType, BOOLEAN Alertable,
    PLARGE_INTEGER Timeout)
{
    PVOID objects[WAIT_LIMIT], dispatchers[WAIT_LIMIT];
    KWAIT_BLOCK blocks[WAIT_LIMIT];
    ULONG n = 0;
    NTSTATUS status = STATUS_SUCCESS;
    if (!Count || Count > WAIT_LIMIT)
        return STATUS_INVALID_PARAMETER_1;
    while (n < Count && NT_SUCCESS(status = waitable_of(Handles[n], &objects[n], &dispatchers[n])))
        n++;
    if (NT_SUCCESS(status))
        status = KeWaitForMultipleObjects(Count, dispatchers, WaitType, UserRequest, KernelMode, Alertable, Timeout, blocks);
    while (n-- > 0)
        ObfDereferenceObject(objects[n]);
    return status;
}
