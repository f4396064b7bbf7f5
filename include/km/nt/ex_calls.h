/* Pools, look-aside lists, resources, push locks, rundown, work items, interlocked lists. */
#ifndef OFM_NT_EX_CALLS_H
#define OFM_NT_EX_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Zeroed memory, unless POOL_FLAG_UNINITIALIZED. Flags: exactly one of POOL_FLAG_PAGED, _NON_PAGED,
 * _NON_PAGED_EXECUTE, and others. NULL: no memory, or flags that are not known; POOL_FLAG_RAISE_ON_FAILURE raises
 * instead. Tag 0 is not allowed. IRQL: IRQL <= DISPATCH_LEVEL. Source: nf-wdm-exallocatepool2.
 */
NTKERNELAPI PVOID NTAPI ExAllocatePool2(_In_ POOL_FLAGS Flags, _In_ SIZE_T NumberOfBytes, _In_ ULONG Tag);

/*
 * The same with parameters (priority, secure pool, node). IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-exallocatepool3.
 */
NTKERNELAPI PVOID NTAPI ExAllocatePool3(_In_ POOL_FLAGS Flags, _In_ SIZE_T NumberOfBytes, _In_ ULONG Tag,
    _In_ PCPOOL_EXTENDED_PARAMETER ExtendedParameters, _In_ ULONG ExtendedParametersCount);

/*
 * Frees what ExAllocatePool2 or 3 gave; a wrong tag is reported. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-exfreepool2.
 */
NTKERNELAPI void NTAPI ExFreePool2(_In_ PVOID P, _In_ ULONG Tag,
    _In_ PCPOOL_EXTENDED_PARAMETER ExtendedParameters, _In_ ULONG ExtendedParametersCount);

/* Prepares a fast mutex (nonpaged). IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-exinitializefastmutex. */
NTKERNELAPI void NTAPI ExInitializeFastMutex(_Out_ PFAST_MUTEX FastMutex);

/* Prepares a push lock; a zeroed one is ready, too. IRQL: any level. Source: nf-wdm-exinitializepushlock. */
NTKERNELAPI void NTAPI ExInitializePushLock(_Out_ PEX_PUSH_LOCK PushLock);

/*
 * Waits until it is the only holder. Inside a critical region only. Flags 0. IRQL: up to APC_LEVEL. Source: ntifs.h,
 * ExAcquirePushLockExclusiveEx.
 */
NTKERNELAPI void NTAPI ExAcquirePushLockExclusiveEx(_Inout_ PEX_PUSH_LOCK PushLock, _In_ ULONG Flags);

/*
 * Waits until there is no exclusive holder. Inside a critical region only. Flags 0. IRQL: up to APC_LEVEL. Source:
 * ntifs.h, ExAcquirePushLockSharedEx.
 */
NTKERNELAPI void NTAPI ExAcquirePushLockSharedEx(_Inout_ PEX_PUSH_LOCK PushLock, _In_ ULONG Flags);

/* Ends an exclusive hold. IRQL: up to APC_LEVEL. Source: ntifs.h, ExReleasePushLockExclusiveEx. */
NTKERNELAPI void NTAPI ExReleasePushLockExclusiveEx(_Inout_ PEX_PUSH_LOCK PushLock, _In_ ULONG Flags);

/* Ends a shared hold. IRQL: up to APC_LEVEL. Source: ntifs.h, ExReleasePushLockSharedEx. */
NTKERNELAPI void NTAPI ExReleasePushLockSharedEx(_Inout_ PEX_PUSH_LOCK PushLock, _In_ ULONG Flags);
#define EX_DEFAULT_PUSH_LOCK_FLAGS 0
#define ExAcquirePushLockExclusive(Lock) ExAcquirePushLockExclusiveEx(Lock, EX_DEFAULT_PUSH_LOCK_FLAGS)
#define ExAcquirePushLockShared(Lock) ExAcquirePushLockSharedEx(Lock, EX_DEFAULT_PUSH_LOCK_FLAGS)
#define ExReleasePushLockExclusive(Lock) ExReleasePushLockExclusiveEx(Lock, EX_DEFAULT_PUSH_LOCK_FLAGS)
#define ExReleasePushLockShared(Lock) ExReleasePushLockSharedEx(Lock, EX_DEFAULT_PUSH_LOCK_FLAGS)

/*
 * Alone, at DISPATCH_LEVEL; returns the old IRQL. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-exacquirespinlockexclusive.
 */
NTKERNELAPI KIRQL NTAPI ExAcquireSpinLockExclusive(_Inout_ PEX_SPIN_LOCK SpinLock);

/*
 * With other readers, at DISPATCH_LEVEL; returns the old IRQL. A waiting writer keeps new readers out. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-wdm-exacquirespinlockshared.
 */
NTKERNELAPI KIRQL NTAPI ExAcquireSpinLockShared(_Inout_ PEX_SPIN_LOCK SpinLock);

/*
 * Releases an exclusive hold and goes back to OldIrql. IRQL: DISPATCH_LEVEL. Source:
 * nf-wdm-exreleasespinlockexclusive.
 */
NTKERNELAPI void NTAPI ExReleaseSpinLockExclusive(_Inout_ PEX_SPIN_LOCK SpinLock, _In_ KIRQL OldIrql);

/* Releases a shared hold and goes back to OldIrql. IRQL: DISPATCH_LEVEL. Source: nf-wdm-exreleasespinlockshared. */
NTKERNELAPI void NTAPI ExReleaseSpinLockShared(_Inout_ PEX_SPIN_LOCK SpinLock, _In_ KIRQL OldIrql);

/* Exclusively, without raising. IRQL: DISPATCH_LEVEL. Source: nf-wdm-exacquirespinlockexclusiveatdpclevel. */
NTKERNELAPI void NTAPI ExAcquireSpinLockExclusiveAtDpcLevel(_Inout_ PEX_SPIN_LOCK SpinLock);

/* Shared, without raising. IRQL: DISPATCH_LEVEL. Source: nf-wdm-exacquirespinlocksharedatdpclevel. */
NTKERNELAPI void NTAPI ExAcquireSpinLockSharedAtDpcLevel(_Inout_ PEX_SPIN_LOCK SpinLock);

/*
 * Releases an exclusive hold without lowering. IRQL: DISPATCH_LEVEL. Source:
 * nf-wdm-exreleasespinlockexclusivefromdpclevel.
 */
NTKERNELAPI void NTAPI ExReleaseSpinLockExclusiveFromDpcLevel(_Inout_ PEX_SPIN_LOCK SpinLock);

/*
 * Releases a shared hold without lowering. IRQL: DISPATCH_LEVEL. Source: nf-wdm-exreleasespinlocksharedfromdpclevel.
 */
NTKERNELAPI void NTAPI ExReleaseSpinLockSharedFromDpcLevel(_Inout_ PEX_SPIN_LOCK SpinLock);

/*
 * The only reader becomes the writer. FALSE: there are other readers. IRQL: DISPATCH_LEVEL. Source:
 * nf-wdm-extryconvertsharedspinlockexclusive.
 */
NTKERNELAPI LOGICAL NTAPI ExTryConvertSharedSpinLockExclusive(_Inout_ PEX_SPIN_LOCK SpinLock);
#define ExAcquireSpinLock(Lock, OldIrql) KeAcquireSpinLock((Lock), (OldIrql))
#define ExReleaseSpinLock(Lock, OldIrql) KeReleaseSpinLock((Lock), (OldIrql))
#define ExInitializeWorkItem(Item, Routine, Context_)                                                                \
    ((Item)->WorkerRoutine = (Routine), (Item)->Parameter = (Context_), (Item)->List.Flink = NULL, (void)0)
#define ExInitializeResource ExInitializeResourceLite
#define ExAcquireResourceShared ExAcquireResourceSharedLite
#define ExAcquireResourceExclusive ExAcquireResourceExclusiveLite
#define ExReleaseResource(R) ExReleaseResourceLite(R)
#define ExReleaseResourceForThread ExReleaseResourceForThreadLite
#define ExConvertExclusiveToShared ExConvertExclusiveToSharedLite
#define ExDeleteResource ExDeleteResourceLite
#define ExIsResourceAcquiredExclusive ExIsResourceAcquiredExclusiveLite
#define ExIsResourceAcquiredShared ExIsResourceAcquiredSharedLite
#define ExIsResourceAcquired ExIsResourceAcquiredSharedLite
#define ExIsResourceAcquiredLite ExIsResourceAcquiredSharedLite

/*
 * Puts the entry first; returns the one that was first, or NULL. IRQL: any level. Source: ntifs.h,
 * InterlockedPushEntrySList.
 */
NTKERNELAPI PSLIST_ENTRY NTAPI InterlockedPushEntrySList(_Inout_ PSLIST_HEADER ListHead, _Inout_ PSLIST_ENTRY ListEntry);

/*
 * Takes the first entry; NULL: the list is empty. It may be freed at once. IRQL: any level. Source: ntifs.h,
 * InterlockedPopEntrySList.
 */
NTKERNELAPI PSLIST_ENTRY NTAPI InterlockedPopEntrySList(_Inout_ PSLIST_HEADER ListHead);

/*
 * Takes all entries; returns the first of the chain, or NULL. IRQL: any level. Source: ntifs.h,
 * InterlockedFlushSList.
 */
NTKERNELAPI PSLIST_ENTRY NTAPI InterlockedFlushSList(_Inout_ PSLIST_HEADER ListHead);

/*
 * Prepares an empty list; 16-byte aligned, as are its entries. IRQL: any level. Source: nf-wdm-initializeslisthead.
 */
NTKERNELAPI void NTAPI InitializeSListHead(_Out_ PSLIST_HEADER SListHead);
#define ExInitializeSListHead InitializeSListHead
#define ExpInterlockedPushEntrySList InterlockedPushEntrySList
#define ExpInterlockedPopEntrySList InterlockedPopEntrySList
#define ExpInterlockedFlushSList InterlockedFlushSList
#define ExInterlockedPushEntrySList(Head, Entry, Lock) InterlockedPushEntrySList(Head, Entry)
#define ExInterlockedPopEntrySList(Head, Lock) InterlockedPopEntrySList(Head)
#define ExInterlockedFlushSList(Head) InterlockedFlushSList(Head)
#define ExQueryDepthSList(Head) ((USHORT)((Head)->HeaderX64.Depth))

/* A block, or NULL. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-exallocatefromnpagedlookasidelist. */
NTKERNELAPI PVOID NTAPI ExAllocateFromNPagedLookasideList(_Inout_ PNPAGED_LOOKASIDE_LIST Lookaside);

/* Gives a block back. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-exfreetonpagedlookasidelist. */
NTKERNELAPI void NTAPI ExFreeToNPagedLookasideList(_Inout_ PNPAGED_LOOKASIDE_LIST Lookaside, _In_ PVOID Entry);

/*
 * An entry: one kept, or a new one; NULL without memory. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-exallocatefrompagedlookasidelist.
 */
NTKERNELAPI PVOID NTAPI ExAllocateFromPagedLookasideList(_Inout_ PPAGED_LOOKASIDE_LIST Lookaside);

/*
 * Gives an entry back; kept for the next one or freed. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-exfreetopagedlookasidelist.
 */
NTKERNELAPI void NTAPI ExFreeToPagedLookasideList(_Inout_ PPAGED_LOOKASIDE_LIST Lookaside, _In_ PVOID Entry);

/*
 * An entry: one kept, or a new one. NULL without memory, unless the list raises. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-exallocatefromlookasidelistex.
 */
NTKERNELAPI PVOID NTAPI ExAllocateFromLookasideListEx(_Inout_ PLOOKASIDE_LIST_EX Lookaside);

/*
 * Gives an entry back; kept for the next one or freed. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-exfreetolookasidelistex.
 */
NTKERNELAPI void NTAPI ExFreeToLookasideListEx(_Inout_ PLOOKASIDE_LIST_EX Lookaside, _In_ PVOID Entry);
NTKERNELAPI NTSTATUS NTAPI ExGetFirmwareEnvironmentVariable(_In_ PUNICODE_STRING VariableName, _In_ LPGUID VendorGuid,
    _Out_ PVOID Value, _Inout_ PULONG ValueLength, _Out_opt_ PULONG Attributes);
NTKERNELAPI NTSTATUS NTAPI ExSetFirmwareEnvironmentVariable(_In_ PUNICODE_STRING VariableName, _In_ LPGUID VendorGuid,
    _In_ PVOID Value, _In_ ULONG ValueLength, _In_ ULONG Attributes);

/* Makes every later ExAllocatePool* of this image take non-executable pool; nothing to do here, kept for its callers. */
#define DrvRtPoolNxOptIn 0x00000001
OFM_INLINE void ExInitializeDriverRuntime(_In_ ULONG RuntimeFlags)
{
    (void)RuntimeFlags;
}

/*
 * Memory of a pool type; Tag: four characters, shown with what a driver leaves behind. NULL: no memory. Contents are
 * undefined; alignment 16, a page for a page or more. IRQL: IRQL <= DISPATCH_LEVEL. Source:
 * nf-wdm-exallocatepoolwithtag.
 */
NTKERNELAPI PVOID NTAPI ExAllocatePoolWithTag(_In_ POOL_TYPE PoolType, _In_ SIZE_T NumberOfBytes, _In_ ULONG Tag);

/*
 * ExAllocatePoolWithTag that raises STATUS_INSUFFICIENT_RESOURCES, unless POOL_QUOTA_FAIL_INSTEAD_OF_RAISE is set.
 * IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-exallocatepoolwithquotatag.
 */
NTKERNELAPI PVOID NTAPI ExAllocatePoolWithQuotaTag(_In_ POOL_TYPE PoolType, _In_ SIZE_T NumberOfBytes, _In_ ULONG Tag);

/*
 * ExAllocatePoolWithTag; the priority is a hint that is not needed. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-exallocatepoolwithtagpriority.
 */
NTKERNELAPI PVOID NTAPI ExAllocatePoolWithTagPriority(
    _In_ POOL_TYPE PoolType, _In_ SIZE_T NumberOfBytes, _In_ ULONG Tag, _In_ EX_POOL_PRIORITY Priority);

/* Pool memory that is zero: ExAllocatePoolWithTag, then cleared; and the spellings that say that it is not. */
OFM_INLINE PVOID ExAllocatePoolZero(_In_ POOL_TYPE PoolType, _In_ SIZE_T NumberOfBytes, _In_ ULONG Tag)
{
    PVOID p = ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);

    return p ? memset(p, 0, NumberOfBytes) : p;
}

OFM_INLINE PVOID ExAllocatePoolUninitialized(_In_ POOL_TYPE PoolType, _In_ SIZE_T NumberOfBytes, _In_ ULONG Tag)
{
    return ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
}

OFM_INLINE PVOID ExAllocatePoolQuotaZero(_In_ POOL_TYPE PoolType, _In_ SIZE_T NumberOfBytes, _In_ ULONG Tag)
{
    PVOID p = ExAllocatePoolWithQuotaTag(PoolType, NumberOfBytes, Tag);

    return p ? memset(p, 0, NumberOfBytes) : p;
}

OFM_INLINE PVOID ExAllocatePoolQuotaUninitialized(_In_ POOL_TYPE PoolType, _In_ SIZE_T NumberOfBytes, _In_ ULONG Tag)
{
    return ExAllocatePoolWithQuotaTag(PoolType, NumberOfBytes, Tag);
}

OFM_INLINE PVOID ExAllocatePoolPriorityZero(
    _In_ POOL_TYPE PoolType, _In_ SIZE_T NumberOfBytes, _In_ ULONG Tag, _In_ EX_POOL_PRIORITY Priority)
{
    PVOID p = ExAllocatePoolWithTagPriority(PoolType, NumberOfBytes, Tag, Priority);

    return p ? memset(p, 0, NumberOfBytes) : p;
}

OFM_INLINE PVOID ExAllocatePoolPriorityUninitialized(
    _In_ POOL_TYPE PoolType, _In_ SIZE_T NumberOfBytes, _In_ ULONG Tag, _In_ EX_POOL_PRIORITY Priority)
{
    return ExAllocatePoolWithTagPriority(PoolType, NumberOfBytes, Tag, Priority);
}

/*
 * Waits for it; the thread runs at APC_LEVEL until ExReleaseFastMutex. Not recursive. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-exacquirefastmutex.
 */
NTKERNELAPI void NTAPI ExAcquireFastMutex(PFAST_MUTEX FastMutex);

/* Releases it and returns to the former IRQL. Source: nf-wdm-exreleasefastmutex. */
NTKERNELAPI void NTAPI ExReleaseFastMutex(PFAST_MUTEX FastMutex);

/* Acquires it if it is free; FALSE: it is not. IRQL: up to APC_LEVEL. Source: nf-wdm-extrytoacquirefastmutex. */
NTKERNELAPI BOOLEAN NTAPI ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex);

/*
 * Without raising: the caller is in a critical region or at APC_LEVEL. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-exacquirefastmutexunsafe.
 */
NTKERNELAPI void NTAPI ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex);

/* Without lowering. IRQL: up to APC_LEVEL. Source: nf-wdm-exreleasefastmutexunsafe. */
NTKERNELAPI void NTAPI ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex);

/*
 * TRUE: held exclusively. FALSE: Wait was FALSE and it is not free. Inside a critical region only. IRQL: IRQL <=
 * APC_LEVEL. Source: nf-wdm-exacquireresourceexclusivelite.
 */
NTKERNELAPI BOOLEAN NTAPI ExAcquireResourceExclusiveLite(_Inout_ PERESOURCE Resource, _In_ BOOLEAN Wait);

/*
 * TRUE: held shared. FALSE: Wait was FALSE and it is not free. Inside a critical region only. IRQL: up to APC_LEVEL.
 * Source: nf-wdm-exacquireresourcesharedlite.
 */
NTKERNELAPI BOOLEAN NTAPI ExAcquireResourceSharedLite(_Inout_ PERESOURCE Resource, _In_ BOOLEAN Wait);

/*
 * Shared, before threads that wait for it exclusively. FALSE: Wait was FALSE and it is owned exclusively. IRQL: up
 * to APC_LEVEL. Source: nf-wdm-exacquiresharedstarveexclusive.
 */
NTKERNELAPI BOOLEAN NTAPI ExAcquireSharedStarveExclusive(_Inout_ PERESOURCE Resource, _In_ BOOLEAN Wait);

/*
 * Shared, behind every thread that waits for it exclusively, even when the caller owns it: may deadlock then. IRQL:
 * up to APC_LEVEL. Source: nf-wdm-exacquiresharedwaitforexclusive.
 */
NTKERNELAPI BOOLEAN NTAPI ExAcquireSharedWaitForExclusive(_Inout_ PERESOURCE Resource, _In_ BOOLEAN Wait);

/* The same without a tag ('enoN'). IRQL: IRQL <= DISPATCH_LEVEL. Source: nf-wdm-exallocatepool. */
NTKERNELAPI PVOID NTAPI ExAllocatePool(_In_ POOL_TYPE PoolType, _In_ SIZE_T NumberOfBytes);

/* The same without a tag. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-exallocatepoolwithquota. */
NTKERNELAPI PVOID NTAPI ExAllocatePoolWithQuota(_In_ POOL_TYPE PoolType, _In_ SIZE_T NumberOfBytes);

/*
 * The exclusive owner becomes a shared one; waiting readers come in. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-exconvertexclusivetosharedlite.
 */
NTKERNELAPI void NTAPI ExConvertExclusiveToSharedLite(_Inout_ PERESOURCE Resource);

/*
 * Opens the named callback object, or with Create makes it (or one without a name); referenced.
 * STATUS_OBJECT_NAME_NOT_FOUND. IRQL: PASSIVE_LEVEL. Source: nf-wdm-excreatecallback.
 */
NTKERNELAPI NTSTATUS NTAPI ExCreateCallback(_Out_ PCALLBACK_OBJECT *CallbackObject,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _In_ BOOLEAN Create, _In_ BOOLEAN AllowMultipleCallbacks);

/* Frees the blocks that it keeps. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-exdeletenpagedlookasidelist. */
NTKERNELAPI void NTAPI ExDeleteNPagedLookasideList(_Inout_ PNPAGED_LOOKASIDE_LIST Lookaside);

/*
 * Frees the kept entries; the list is gone. Must be called before its memory goes. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-exdeletepagedlookasidelist.
 */
NTKERNELAPI void NTAPI ExDeletePagedLookasideList(_Inout_ PPAGED_LOOKASIDE_LIST Lookaside);

/* Ends a resource that nobody holds. IRQL: up to APC_LEVEL. Source: nf-wdm-exdeleteresourcelite. */
NTKERNELAPI NTSTATUS NTAPI ExDeleteResourceLite(_Inout_ PERESOURCE Resource);

/* Frees pool memory whatever its tag. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-exfreepool. */
NTKERNELAPI void NTAPI ExFreePool(_In_ PVOID P);

/*
 * Frees pool memory; Tag: 0, or the one it was allocated with. Another one, a second free and a damaged end are
 * told, with the driver and the place. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-exfreepoolwithtag.
 */
NTKERNELAPI void NTAPI ExFreePoolWithTag(_In_ PVOID P, _In_ ULONG Tag);

/*
 * Threads that wait for it exclusively, at this moment. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-exgetexclusivewaitercount.
 */
NTKERNELAPI ULONG NTAPI ExGetExclusiveWaiterCount(_In_ PERESOURCE Resource);

/*
 * UserMode while an application's request is served in its thread, else KernelMode. IRQL: any level. Source:
 * nf-wdm-exgetpreviousmode.
 */
NTKERNELAPI KPROCESSOR_MODE NTAPI ExGetPreviousMode(void);

/*
 * Threads that wait for it shared, at this moment. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-exgetsharedwaitercount.
 */
NTKERNELAPI ULONG NTAPI ExGetSharedWaiterCount(_In_ PERESOURCE Resource);

/*
 * Prepares a list of blocks of one size. Allocate, Free: NULL or the caller's own. Flags 0, Depth 0. IRQL: IRQL <=
 * DISPATCH_LEVEL. Source: nf-wdm-exinitializenpagedlookasidelist.
 */
NTKERNELAPI void NTAPI ExInitializeNPagedLookasideList(_Out_ PNPAGED_LOOKASIDE_LIST Lookaside,
    _In_opt_ PALLOCATE_FUNCTION Allocate, _In_opt_ PFREE_FUNCTION Free, _In_ ULONG Flags, _In_ SIZE_T Size,
    _In_ ULONG Tag, _In_ USHORT Depth);

/* The same for paged memory. IRQL: up to APC_LEVEL. Source: nf-wdm-exinitializepagedlookasidelist. */
NTKERNELAPI void NTAPI ExInitializePagedLookasideList(_Out_ PPAGED_LOOKASIDE_LIST Lookaside,
    _In_opt_ PALLOCATE_FUNCTION Allocate, _In_opt_ PFREE_FUNCTION Free, _In_ ULONG Flags, _In_ SIZE_T Size,
    _In_ ULONG Tag, _In_ USHORT Depth);

/*
 * Prepares a resource (shared and exclusive, recursive); ExDeleteResourceLite ends it. STATUS_SUCCESS. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-wdm-exinitializeresourcelite.
 */
NTKERNELAPI NTSTATUS NTAPI ExInitializeResourceLite(_Out_ PERESOURCE Resource);

/* Adds under the lock; returns the value before. IRQL: any level. Source: nf-wdm-exinterlockedaddlargeinteger. */
NTKERNELAPI LARGE_INTEGER NTAPI ExInterlockedAddLargeInteger(_Inout_ PLARGE_INTEGER Addend,
    _In_ LARGE_INTEGER Increment, _Inout_ PKSPIN_LOCK Lock);

/* Adds under the lock; returns the value before. IRQL: any level. Source: nf-wdm-exinterlockedaddulong. */
NTKERNELAPI ULONG NTAPI ExInterlockedAddUlong(_Inout_ PULONG Addend, _In_ ULONG Increment, _Inout_ PKSPIN_LOCK Lock);

/*
 * Puts the entry first under the lock; returns the one that was first, NULL: the list was empty. IRQL: any level.
 * Source: nf-wdm-exinterlockedinsertheadlist.
 */
NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedInsertHeadList(_Inout_ PLIST_ENTRY ListHead, _Inout_ PLIST_ENTRY ListEntry,
    _Inout_ PKSPIN_LOCK Lock);

/*
 * Puts the entry last under the lock; returns the one that was last, NULL: the list was empty. IRQL: any level.
 * Source: nf-wdm-exinterlockedinserttaillist.
 */
NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedInsertTailList(_Inout_ PLIST_ENTRY ListHead, _Inout_ PLIST_ENTRY ListEntry,
    _Inout_ PKSPIN_LOCK Lock);

/*
 * Takes the first entry under the lock; NULL: the list is empty. IRQL: any level. Source:
 * nf-wdm-exinterlockedpopentrylist.
 */
NTKERNELAPI PSINGLE_LIST_ENTRY NTAPI ExInterlockedPopEntryList(_Inout_ PSINGLE_LIST_ENTRY ListHead,
    _Inout_ PKSPIN_LOCK Lock);

/*
 * Puts the entry first under the lock; returns the one that was first. IRQL: any level. Source:
 * nf-wdm-exinterlockedpushentrylist.
 */
NTKERNELAPI PSINGLE_LIST_ENTRY NTAPI ExInterlockedPushEntryList(_Inout_ PSINGLE_LIST_ENTRY ListHead,
    _Inout_ PSINGLE_LIST_ENTRY ListEntry, _Inout_ PKSPIN_LOCK Lock);

/*
 * Takes the first entry under the lock; NULL: the list is empty. IRQL: any level. Source:
 * nf-wdm-exinterlockedremoveheadlist.
 */
NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedRemoveHeadList(_Inout_ PLIST_ENTRY ListHead, _Inout_ PKSPIN_LOCK Lock);

/*
 * Whether the processor has the feature PF_...; FALSE also for numbers not known here. IRQL: any level. Source:
 * nf-wdm-exisprocessorfeaturepresent.
 */
NTKERNELAPI BOOLEAN NTAPI ExIsProcessorFeaturePresent(_In_ ULONG ProcessorFeature);

/*
 * TRUE: the calling thread owns it exclusively. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-exisresourceacquiredexclusivelite.
 */
NTKERNELAPI BOOLEAN NTAPI ExIsResourceAcquiredExclusiveLite(_In_ PERESOURCE Resource);

/*
 * How often the calling thread has acquired it, shared or exclusively. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-exisresourceacquiredsharedlite.
 */
NTKERNELAPI ULONG NTAPI ExIsResourceAcquiredSharedLite(_In_ PERESOURCE Resource);

/* Local time to UTC, by today's offset. IRQL: any level. Source: nf-wdm-exlocaltimetosystemtime. */
NTKERNELAPI void NTAPI ExLocalTimeToSystemTime(_In_ PLARGE_INTEGER LocalTime, _Out_ PLARGE_INTEGER SystemTime);

/*
 * Calls every registered routine with the two arguments, in order of registration. IRQL: up to DISPATCH_LEVEL.
 * Source: nf-wdm-exnotifycallback.
 */
NTKERNELAPI void NTAPI ExNotifyCallback(_In_ PCALLBACK_OBJECT CallbackObject, _In_opt_ PVOID Argument1,
    _In_opt_ PVOID Argument2);

/*
 * Runs a WORK_QUEUE_ITEM in a system worker at PASSIVE_LEVEL; the driver must not unload meanwhile. IRQL: IRQL <=
 * DISPATCH_LEVEL. Source: nf-wdm-exqueueworkitem.
 */
NTKERNELAPI void NTAPI ExQueueWorkItem(_Inout_ PWORK_QUEUE_ITEM WorkItem, _In_ WORK_QUEUE_TYPE QueueType);

/* Raises an exception with this status; does not return. IRQL: up to APC_LEVEL. Source: nf-wdm-exraisestatus. */
NTKERNELAPI void NTAPI ExRaiseStatus(_In_ NTSTATUS Status);

/*
 * Registers a routine; the handle is for ExUnregisterCallback. NULL: no memory, or only one routine is allowed.
 * IRQL: up to APC_LEVEL. Source: nf-wdm-exregistercallback.
 */
NTKERNELAPI PVOID NTAPI ExRegisterCallback(_Inout_ PCALLBACK_OBJECT CallbackObject,
    _In_ PCALLBACK_FUNCTION CallbackFunction, _In_opt_ PVOID CallbackContext);

/* As new; nobody may own it. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-exreinitializeresourcelite. */
NTKERNELAPI NTSTATUS NTAPI ExReinitializeResourceLite(_Inout_ PERESOURCE Resource);

/*
 * Releases for another thread or owner pointer. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-exreleaseresourceforthreadlite.
 */
NTKERNELAPI void NTAPI ExReleaseResourceForThreadLite(_Inout_ PERESOURCE Resource,
    _In_ ERESOURCE_THREAD ResourceThreadId);

/* Releases one hold of the calling thread. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-exreleaseresourcelite. */
NTKERNELAPI void NTAPI ExReleaseResourceLite(_Inout_ PERESOURCE Resource);

/*
 * The caller's ownership becomes that of a pointer (its two low bits set): released by
 * ExReleaseResourceForThreadLite. IRQL: up to APC_LEVEL. Source: nf-wdm-exsetresourceownerpointer.
 */
NTKERNELAPI void NTAPI ExSetResourceOwnerPointer(_Inout_ PERESOURCE Resource, _In_ PVOID OwnerPointer);

/*
 * Returns the resolution in 100 ns; Linux' timers are finer than any that can be asked for. IRQL: up to APC_LEVEL.
 * Source: nf-wdm-exsettimerresolution.
 */
NTKERNELAPI ULONG NTAPI ExSetTimerResolution(_In_ ULONG DesiredTime, _In_ BOOLEAN SetResolution);

/* System time (UTC) to the time zone's. IRQL: Any level. Source: nf-wdm-exsystemtimetolocaltime. */
NTKERNELAPI void NTAPI ExSystemTimeToLocalTime(_In_ PLARGE_INTEGER SystemTime, _Out_ PLARGE_INTEGER LocalTime);

/* Takes it out, and waits until it does not run. IRQL: up to APC_LEVEL. Source: nf-wdm-exunregistercallback. */
NTKERNELAPI void NTAPI ExUnregisterCallback(_Inout_ PVOID CallbackRegistration);

/* FALSE: rundown has begun, the thing is going away. IRQL: any level. Source: nf-wdm-exacquirerundownprotection. */
NTKERNELAPI BOOLEAN NTAPI ExAcquireRundownProtection(_Inout_ PEX_RUNDOWN_REF RunRef);

/* Prepares the reference: it may be acquired. IRQL: any level. Source: nf-wdm-exinitializerundownprotection. */
NTKERNELAPI void NTAPI ExInitializeRundownProtection(_Out_ PEX_RUNDOWN_REF RunRef);

/*
 * After a completed rundown: it may be acquired again. IRQL: any level. Source:
 * nf-wdm-exreinitializerundownprotection.
 */
NTKERNELAPI void NTAPI ExReInitializeRundownProtection(_Inout_ PEX_RUNDOWN_REF RunRef);

/* Ends one ExAcquireRundownProtection, by any thread. IRQL: any level. Source: nf-wdm-exreleaserundownprotection. */
NTKERNELAPI void NTAPI ExReleaseRundownProtection(_Inout_ PEX_RUNDOWN_REF RunRef);

/*
 * Says that rundown is over: nobody acquires it until it is initialised again. IRQL: any level. Source:
 * nf-wdm-exrundowncompleted.
 */
NTKERNELAPI void NTAPI ExRundownCompleted(_Out_ PEX_RUNDOWN_REF RunRef);

/*
 * Lets nobody acquire it any more and waits until every reference is released. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-exwaitforrundownprotectionrelease.
 */
NTKERNELAPI void NTAPI ExWaitForRundownProtectionRelease(_Inout_ PEX_RUNDOWN_REF RunRef);

/* Count references at once. IRQL: any level. Source: nf-wdm-exacquirerundownprotectionex. */
NTKERNELAPI BOOLEAN NTAPI ExAcquireRundownProtectionEx(_Inout_ PEX_RUNDOWN_REF RunRef, _In_ ULONG Count);

/* Count references at once. IRQL: any level. Source: nf-wdm-exreleaserundownprotectionex. */
NTKERNELAPI void NTAPI ExReleaseRundownProtectionEx(_Inout_ PEX_RUNDOWN_REF RunRef, _In_ ULONG Count);
NTKERNELAPI PEX_RUNDOWN_REF_CACHE_AWARE NTAPI ExAllocateCacheAwareRundownProtection(_In_ POOL_TYPE PoolType,
    _In_ ULONG PoolTag);
NTKERNELAPI SIZE_T NTAPI ExSizeOfRundownProtectionCacheAware(void);

/*
 * Both; released by ExReleaseResourceAndLeaveCriticalRegion. IRQL: up to APC_LEVEL. Source: ntifs.h,
 * ExEnterCriticalRegionAndAcquireResourceShared.
 */
NTKERNELAPI PVOID NTAPI ExEnterCriticalRegionAndAcquireResourceShared(PERESOURCE Resource);

/*
 * Both; released by ExReleaseResourceAndLeaveCriticalRegion. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-exentercriticalregionandacquireresourceexclusive.
 */
NTKERNELAPI PVOID NTAPI ExEnterCriticalRegionAndAcquireResourceExclusive(PERESOURCE Resource);

/*
 * Releases it, then leaves the region. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-exreleaseresourceandleavecriticalregion.
 */
NTKERNELAPI void NTAPI ExReleaseResourceAndLeaveCriticalRegion(PERESOURCE Resource);
NTKERNELAPI void NTAPI ExInitializeRundownProtectionCacheAware(_Out_ PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware,
    _In_ SIZE_T RunRefSize);
NTKERNELAPI void NTAPI ExFreeCacheAwareRundownProtection(_Inout_ PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware);
NTKERNELAPI BOOLEAN NTAPI ExAcquireRundownProtectionCacheAware(_Inout_ PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware);
NTKERNELAPI void NTAPI ExReleaseRundownProtectionCacheAware(_Inout_ PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware);
NTKERNELAPI BOOLEAN NTAPI ExAcquireRundownProtectionCacheAwareEx(_Inout_ PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware,
    _In_ ULONG Count);
NTKERNELAPI void NTAPI ExReleaseRundownProtectionCacheAwareEx(_Inout_ PEX_RUNDOWN_REF_CACHE_AWARE RunRef,
    _In_ ULONG Count);
NTKERNELAPI void NTAPI ExWaitForRundownProtectionReleaseCacheAware(_Inout_ PEX_RUNDOWN_REF_CACHE_AWARE RunRef);
NTKERNELAPI void NTAPI ExReInitializeRundownProtectionCacheAware(
    _Inout_ PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware);
NTKERNELAPI void NTAPI ExRundownCompletedCacheAware(_Inout_ PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware);

/*
 * Prepares a list; the driver's own routines (may be NULL) get the list. STATUS_INVALID_PARAMETER_5 (Flags), _8
 * (Depth not 0). IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-exinitializelookasidelistex.
 */
NTKERNELAPI NTSTATUS NTAPI ExInitializeLookasideListEx(_Out_ PLOOKASIDE_LIST_EX Lookaside,
    _In_opt_ PALLOCATE_FUNCTION_EX Allocate, _In_opt_ PFREE_FUNCTION_EX Free, _In_ POOL_TYPE PoolType,
    _In_ ULONG Flags, _In_ SIZE_T Size, _In_ ULONG Tag, _In_ USHORT Depth);

/*
 * Frees the kept entries; the list is gone. Must be called before its memory goes. IRQL: up to DISPATCH_LEVEL.
 * Source: nf-wdm-exdeletelookasidelistex.
 */
NTKERNELAPI void NTAPI ExDeleteLookasideListEx(_Inout_ PLOOKASIDE_LIST_EX Lookaside);

/* Frees the kept entries. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-exflushlookasidelistex. */
NTKERNELAPI void NTAPI ExFlushLookasideListEx(_Inout_ PLOOKASIDE_LIST_EX Lookaside);

/* The same. IRQL: up to APC_LEVEL. Source: nf-wdm-exsetresourceownerpointerex. */
NTKERNELAPI void NTAPI ExSetResourceOwnerPointerEx(_Inout_ PERESOURCE Resource, _In_ PVOID OwnerPointer,
    _In_ ULONG Flags);
NTKERNELAPI PEX_TIMER NTAPI ExAllocateTimer(_In_opt_ PEXT_CALLBACK Callback, _In_opt_ void *CallbackContext,
    _In_ ULONG Attributes);
NTKERNELAPI BOOLEAN NTAPI ExCancelTimer(_Inout_ PEX_TIMER Timer, _In_opt_ PEXT_CANCEL_PARAMETERS Parameters);
NTKERNELAPI BOOLEAN NTAPI ExDeleteTimer(_In_ PEX_TIMER Timer, _In_ BOOLEAN Cancel, _In_ BOOLEAN Wait,
    _In_ PEXT_DELETE_PARAMETERS Parameters);
NTKERNELAPI BOOLEAN NTAPI ExSetTimer(_In_ PEX_TIMER Timer, _In_ LONGLONG DueTime, _In_ LONGLONG Period,
    _In_opt_ EXT_SET_PARAMETERS *Parameters);

/* Raises STATUS_ACCESS_VIOLATION. IRQL: up to APC_LEVEL. Source: nf-ntddk-exraiseaccessviolation. */
NTKERNELAPI void NTAPI ExRaiseAccessViolation(void);

/* Raises STATUS_DATATYPE_MISALIGNMENT. IRQL: up to APC_LEVEL. Source: nf-ntddk-exraisedatatypemisalignment. */
NTKERNELAPI void NTAPI ExRaiseDatatypeMisalignment(void);
NTKERNELAPI SIZE_T NTAPI ExQueryPoolBlockSize(PVOID PoolBlock, PBOOLEAN QuotaCharged);
NTKERNELAPI void NTAPI ExAdjustLookasideDepth(void);

/* Nothing: there are no priority boosts. IRQL: up to APC_LEVEL. Source: nf-ntifs-exdisableresourceboostlite. */
NTKERNELAPI void NTAPI ExDisableResourceBoostLite(PERESOURCE Resource);

#ifdef __cplusplus
}
#endif

#endif
