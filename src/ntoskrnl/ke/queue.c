/* KQUEUE: entries that worker threads of a driver wait for. SignalState counts entries that no waiter was promised. The limit of
 * concurrent threads (MaximumCount) is kept but not enforced. */
#include "ntoskrnl/ke/dispatcher.h"

VOID NTAPI KeInitializeQueue(PRKQUEUE Queue, ULONG Count)
{
    ke_header_init(&Queue->Header, KE_QUEUE, sizeof(KQUEUE) / sizeof(LONG), 0);
    InitializeListHead(&Queue->EntryListHead);
    InitializeListHead(&Queue->ThreadListHead);
    Queue->CurrentCount = 0;
    Queue->MaximumCount = Count ? Count : KeQueryActiveProcessorCount(NULL);
}

LONG NTAPI KeReadStateQueue(PRKQUEUE Queue)
{
    return ke_signal_state(&Queue->Header);
}

static LONG insert(PRKQUEUE queue, PLIST_ENTRY entry, bool head)
{
    ke_stripes held = ke_dispatcher_lock(&queue->Header);
    LONG before = queue->Header.SignalState;
    if (head)
        InsertHeadList(&queue->EntryListHead, entry);
    else
        InsertTailList(&queue->EntryListHead, entry);
    ke_set_signal_state(&queue->Header, before + 1);
    ke_satisfy(&queue->Header);
    ke_dispatcher_unlock(held);
    return before;
}

LONG NTAPI KeInsertQueue(PRKQUEUE Queue, PLIST_ENTRY Entry)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return insert(Queue, Entry, false);
}

LONG NTAPI KeInsertHeadQueue(PRKQUEUE Queue, PLIST_ENTRY Entry)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return insert(Queue, Entry, true);
}

/* Entries that were promised to waiters are still in the list: each that was promised one takes the first. */
static PLIST_ENTRY take_first(PRKQUEUE queue)
{
    ke_stripes held = ke_dispatcher_lock(&queue->Header);
    PLIST_ENTRY entry = IsListEmpty(&queue->EntryListHead) ? NULL : RemoveHeadList(&queue->EntryListHead);
    if (entry)
        entry->Flink = NULL;
    ke_dispatcher_unlock(held);
    return entry;
}

ULONG NTAPI KeRemoveQueueEx(PKQUEUE Queue, KPROCESSOR_MODE WaitMode, BOOLEAN Alertable, PLARGE_INTEGER Timeout,
    PLIST_ENTRY *EntryArray, ULONG Count)
{
    LARGE_INTEGER now = {.QuadPart = 0};
    ULONG got = 0;
    NTSTATUS status = KeWaitForSingleObject(Queue, WrQueue, WaitMode, Alertable, Timeout);
    while (status == STATUS_SUCCESS) {
        PLIST_ENTRY entry = take_first(Queue);
        if (!entry)
            break; /* KeRundownQueue took it */
        EntryArray[got++] = entry;
        status = got < Count ? ke_wait_one(Queue, &now, NULL) : STATUS_TIMEOUT;
    }
    if (!got)
        EntryArray[0] = (PLIST_ENTRY)(LONG_PTR)(status == STATUS_SUCCESS ? STATUS_ABANDONED : status);
    return got;
}

/* The entry, or a status as a pointer: STATUS_TIMEOUT, STATUS_USER_APC, STATUS_ABANDONED. */
PLIST_ENTRY NTAPI KeRemoveQueue(PRKQUEUE Queue, KPROCESSOR_MODE WaitMode, PLARGE_INTEGER Timeout)
{
    PLIST_ENTRY entry;
    KeRemoveQueueEx(Queue, WaitMode, FALSE, Timeout, &entry, 1);
    return entry;
}

/* The entries left, as a ring without a head; NULL: none. Threads that wait get STATUS_ABANDONED. */
PLIST_ENTRY NTAPI KeRundownQueue(PRKQUEUE Queue)
{
    ke_stripes held = ke_dispatcher_lock(&Queue->Header);
    PLIST_ENTRY first = NULL;
    if (!IsListEmpty(&Queue->EntryListHead)) {
        first = Queue->EntryListHead.Flink;
        RemoveEntryList(&Queue->EntryListHead);
        InitializeListHead(&Queue->EntryListHead);
    }
    ke_set_signal_state(&Queue->Header, MAXLONG); /* every waiter comes and finds nothing */
    ke_satisfy(&Queue->Header);
    ke_set_signal_state(&Queue->Header, 0);
    ke_dispatcher_unlock(held);
    return first;
}
