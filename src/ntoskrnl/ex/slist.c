/* Singly linked lists and lists under a spin lock. A list header's second word holds the first entry and, in its lowest bit, a
 * lock held for a few instructions: no 16-byte compare-and-swap, and entries may be freed as soon as they are popped. */
#include <ntifs.h>

#include <sched.h>

#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"

#define LOCKED 1UL
#define SPINS 200

static PSLIST_ENTRY lock_list(PSLIST_HEADER head)
{
    for (int spins = 0;; spins++) {
        ULONGLONG seen = __atomic_load_n(&head->Region, __ATOMIC_RELAXED);
        if (!(seen & LOCKED) && __atomic_compare_exchange_n(&head->Region, &seen, seen | LOCKED, false, __ATOMIC_ACQUIRE,
                                    __ATOMIC_RELAXED))
            return (PSLIST_ENTRY)seen;
        if (spins > SPINS)
            sched_yield();
    }
}

/* Depth in 16 bits, and a sequence above it, as Windows keeps them. */
static void unlock_list(PSLIST_HEADER head, PSLIST_ENTRY first, USHORT depth)
{
    ULONGLONG sequence = (head->Alignment >> 16) + 1;
    __atomic_store_n(&head->Alignment, sequence << 16 | depth, __ATOMIC_RELAXED);
    __atomic_store_n(&head->Region, (ULONGLONG)first, __ATOMIC_RELEASE); /* pairs with lock_list */
}

USHORT ex_slist_depth(PSLIST_HEADER head)
{
    return (USHORT)__atomic_load_n(&head->Alignment, __ATOMIC_RELAXED);
}

#undef InitializeSListHead
VOID NTAPI InitializeSListHead(PSLIST_HEADER SListHead)
{
    SListHead->Alignment = 0;
    SListHead->Region = 0;
}

#undef InterlockedPushEntrySList
PSLIST_ENTRY NTAPI InterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry)
{
    if ((uintptr_t)ListEntry % 16)
        ke_report_caller("InterlockedPushEntrySList", __builtin_return_address(0), "entry %p is not 16-byte aligned",
            (void *)ListEntry);
    PSLIST_ENTRY first = lock_list(ListHead);
    ListEntry->Next = first;
    unlock_list(ListHead, ListEntry, (USHORT)(ex_slist_depth(ListHead) + 1));
    return first;
}

#undef InterlockedPopEntrySList
PSLIST_ENTRY NTAPI InterlockedPopEntrySList(PSLIST_HEADER ListHead)
{
    PSLIST_ENTRY first = lock_list(ListHead);
    if (first)
        unlock_list(ListHead, first->Next, (USHORT)(ex_slist_depth(ListHead) - 1));
    else
        unlock_list(ListHead, NULL, 0);
    return first;
}

#undef InterlockedFlushSList
PSLIST_ENTRY NTAPI InterlockedFlushSList(PSLIST_HEADER ListHead)
{
    PSLIST_ENTRY first = lock_list(ListHead);
    unlock_list(ListHead, NULL, 0);
    return first;
}

#undef FirstEntrySList
PSLIST_ENTRY NTAPI FirstEntrySList(const SLIST_HEADER *SListHead)
{
    return (PSLIST_ENTRY)(__atomic_load_n(&SListHead->Region, __ATOMIC_ACQUIRE) & ~LOCKED);
}

/* ---- lists and numbers under the caller's spin lock; any IRQL ---- */

static KIRQL lock_spin(PKSPIN_LOCK lock)
{
    KLOCK_QUEUE_HANDLE handle;
    KIRQL old = ke_irql_enter(DISPATCH_LEVEL);
    KeAcquireInStackQueuedSpinLockAtDpcLevel(lock, &handle);
    return old;
}

static void unlock_spin(PKSPIN_LOCK lock, KIRQL old)
{
    KeReleaseSpinLockFromDpcLevel(lock);
    ke_irql_leave(old);
}

/* NULL when the list was empty before: there is no entry to name. */
PLIST_ENTRY NTAPI ExInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock)
{
    KIRQL old = lock_spin(Lock);
    PLIST_ENTRY before = IsListEmpty(ListHead) ? NULL : ListHead->Flink;
    InsertHeadList(ListHead, ListEntry);
    unlock_spin(Lock, old);
    return before;
}

PLIST_ENTRY NTAPI ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock)
{
    KIRQL old = lock_spin(Lock);
    PLIST_ENTRY before = IsListEmpty(ListHead) ? NULL : ListHead->Blink;
    InsertTailList(ListHead, ListEntry);
    unlock_spin(Lock, old);
    return before;
}

PLIST_ENTRY NTAPI ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock)
{
    KIRQL old = lock_spin(Lock);
    PLIST_ENTRY entry = IsListEmpty(ListHead) ? NULL : RemoveHeadList(ListHead);
    unlock_spin(Lock, old);
    return entry;
}

PSINGLE_LIST_ENTRY NTAPI ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead, PSINGLE_LIST_ENTRY ListEntry,
    PKSPIN_LOCK Lock)
{
    KIRQL old = lock_spin(Lock);
    PSINGLE_LIST_ENTRY before = ListHead->Next;
    ListEntry->Next = before;
    ListHead->Next = ListEntry;
    unlock_spin(Lock, old);
    return before;
}

PSINGLE_LIST_ENTRY NTAPI ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PKSPIN_LOCK Lock)
{
    KIRQL old = lock_spin(Lock);
    PSINGLE_LIST_ENTRY first = ListHead->Next;
    if (first)
        ListHead->Next = first->Next;
    unlock_spin(Lock, old);
    return first;
}

#undef ExInterlockedAddUlong
ULONG NTAPI ExInterlockedAddUlong(PULONG Addend, ULONG Increment, PKSPIN_LOCK Lock)
{
    KIRQL old = lock_spin(Lock);
    ULONG before = *Addend;
    *Addend = before + Increment;
    unlock_spin(Lock, old);
    return before;
}

LARGE_INTEGER NTAPI ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend, LARGE_INTEGER Increment, PKSPIN_LOCK Lock)
{
    KIRQL old = lock_spin(Lock);
    LARGE_INTEGER before = *Addend;
    Addend->QuadPart = (LONGLONG)((ULONGLONG)before.QuadPart + (ULONGLONG)Increment.QuadPart);
    unlock_spin(Lock, old);
    return before;
}
