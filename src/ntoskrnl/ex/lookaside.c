/* Lookaside lists: freed entries are kept for the next allocation. Under AddressSanitizer nothing is kept, so that a use
 * after free is seen. Lists stand in a register until they are deleted. */
#include <ntifs.h>

#include <string.h>

#include "ntoskrnl/ex/leaks.h"
#include "ntoskrnl/ke/ke.h"

#define PC __builtin_return_address(0)
#define DEFAULT_DEPTH 256

#if defined(__SANITIZE_ADDRESS__)
#define KEEP 0
#else
#define KEEP 1
#endif

static void init_list(PGENERAL_LOOKASIDE list, POOL_TYPE type, SIZE_T size, ULONG tag, ULONG flags, const void *pc)
{
    memset(list, 0, sizeof *list);
    InitializeSListHead(&list->ListHead);
    list->Depth = list->MaximumDepth = DEFAULT_DEPTH;
    list->Type = type | (flags & POOL_RAISE_IF_ALLOCATION_FAILURE);
    list->Tag = tag;
    list->Size = size < sizeof(SLIST_ENTRY) ? sizeof(SLIST_ENTRY) : (ULONG)size;
    memcpy(list->Future, &pc, sizeof pc);
    ex_leak_add(EX_LEAK_LOOKASIDE, &list->ListEntry);
}

static PVOID take_kept(PGENERAL_LOOKASIDE list)
{
    __atomic_add_fetch(&list->TotalAllocates, 1, __ATOMIC_RELAXED);
    PVOID entry = InterlockedPopEntrySList(&list->ListHead);
    if (!entry)
        __atomic_add_fetch(&list->AllocateMisses, 1, __ATOMIC_RELAXED);
    return entry;
}

static bool keep(PGENERAL_LOOKASIDE list, PVOID entry)
{
    __atomic_add_fetch(&list->TotalFrees, 1, __ATOMIC_RELAXED);
    if (KEEP && ex_slist_depth(&list->ListHead) < list->Depth) {
        InterlockedPushEntrySList(&list->ListHead, entry);
        return true;
    }
    __atomic_add_fetch(&list->FreeMisses, 1, __ATOMIC_RELAXED);
    return false;
}

/* Memory from the list's own pool is accounted to the driver that calls; a driver's own routine does as it likes. */
static PVOID make(PGENERAL_LOOKASIDE list, const void *pc)
{
    if (list->Allocate != ExAllocatePoolWithTag)
        return list->Allocate(list->Type, list->Size, list->Tag);
    POOL_FLAGS flags = list->Type & PagedPool ? POOL_FLAG_PAGED : POOL_FLAG_NON_PAGED;
    PVOID entry = ex_pool_allocate(flags | POOL_FLAG_UNINITIALIZED, list->Size, list->Tag, pc);
    if (!entry && (list->Type & POOL_RAISE_IF_ALLOCATION_FAILURE))
        ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
    return entry;
}

static void unmake(PGENERAL_LOOKASIDE list, PVOID entry, const void *pc)
{
    if (list->Free == ExFreePool)
        ex_pool_free(entry, pc);
    else
        list->Free(entry);
}

static void delete_list(PGENERAL_LOOKASIDE list, const void *pc)
{
    PVOID entry;
    ex_leak_remove(EX_LEAK_LOOKASIDE, &list->ListEntry);
    while ((entry = InterlockedPopEntrySList(&list->ListHead)) != NULL)
        unmake(list, entry, pc);
}

/* ---- nonpaged ---- */

VOID NTAPI ExInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate,
    PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    init_list(&Lookaside->L, NonPagedPool, Size, Tag, Flags, PC);
    Lookaside->L.Allocate = Allocate ? Allocate : ExAllocatePoolWithTag;
    Lookaside->L.Free = Free ? Free : ExFreePool;
}

VOID NTAPI ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    delete_list(&Lookaside->L, PC);
}

PVOID NTAPI ExAllocateFromNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    PVOID entry = take_kept(&Lookaside->L);
    return entry ? entry : make(&Lookaside->L, PC);
}

VOID NTAPI ExFreeToNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    if (!keep(&Lookaside->L, Entry))
        unmake(&Lookaside->L, Entry, PC);
}

/* ---- paged ---- */

VOID NTAPI ExInitializePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate,
    PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    init_list(&Lookaside->L, PagedPool, Size, Tag, Flags, PC);
    Lookaside->L.Allocate = Allocate ? Allocate : ExAllocatePoolWithTag;
    Lookaside->L.Free = Free ? Free : ExFreePool;
}

VOID NTAPI ExDeletePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    delete_list(&Lookaside->L, PC);
}

PVOID NTAPI ExAllocateFromPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    PVOID entry = take_kept(&Lookaside->L);
    return entry ? entry : make(&Lookaside->L, PC);
}

VOID NTAPI ExFreeToPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!keep(&Lookaside->L, Entry))
        unmake(&Lookaside->L, Entry, PC);
}

/* ---- LOOKASIDE_LIST_EX: the driver's routines get the list ---- */

_Static_assert(sizeof(GENERAL_LOOKASIDE_POOL) <= sizeof(GENERAL_LOOKASIDE), "one starts like the other");

static PGENERAL_LOOKASIDE general(PLOOKASIDE_LIST_EX list)
{
    return (PGENERAL_LOOKASIDE)&list->L;
}

NTSTATUS NTAPI ExInitializeLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PALLOCATE_FUNCTION_EX Allocate,
    PFREE_FUNCTION_EX Free, POOL_TYPE PoolType, ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth)
{
    ULONG both = EX_LOOKASIDE_LIST_EX_FLAGS_RAISE_ON_FAIL | EX_LOOKASIDE_LIST_EX_FLAGS_FAIL_NO_RAISE;
    ULONG raise = Flags & EX_LOOKASIDE_LIST_EX_FLAGS_RAISE_ON_FAIL ? POOL_RAISE_IF_ALLOCATION_FAILURE : 0;
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    if (Depth)
        return STATUS_INVALID_PARAMETER_8;
    if ((Flags & both) == both || (Flags & ~both))
        return STATUS_INVALID_PARAMETER_5;
    PGENERAL_LOOKASIDE list = general(Lookaside);
    GENERAL_LOOKASIDE fresh;
    init_list(&fresh, PoolType, Size, Tag, raise, PC);
    ex_leak_remove(EX_LEAK_LOOKASIDE, &fresh.ListEntry);
    memcpy(&Lookaside->L, &fresh, sizeof Lookaside->L);
    list->AllocateEx = Allocate;
    list->FreeEx = Free;
    ex_leak_add(EX_LEAK_LOOKASIDE, &list->ListEntry);
    return STATUS_SUCCESS;
}

static PVOID make_ex(PLOOKASIDE_LIST_EX lookaside, const void *pc)
{
    PGENERAL_LOOKASIDE list = general(lookaside);
    if (list->AllocateEx)
        return list->AllocateEx(list->Type, list->Size, list->Tag, lookaside);
    list->Allocate = ExAllocatePoolWithTag;
    PVOID entry = make(list, pc);
    list->AllocateEx = NULL;
    return entry;
}

static void unmake_ex(PLOOKASIDE_LIST_EX lookaside, PVOID entry, const void *pc)
{
    if (lookaside->L.FreeEx)
        lookaside->L.FreeEx(entry, lookaside);
    else
        ex_pool_free(entry, pc);
}

PVOID NTAPI ExAllocateFromLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    PVOID entry = take_kept(general(Lookaside));
    return entry ? entry : make_ex(Lookaside, PC);
}

VOID NTAPI ExFreeToLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PVOID Entry)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    if (!keep(general(Lookaside), Entry))
        unmake_ex(Lookaside, Entry, PC);
}

VOID NTAPI ExFlushLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)
{
    PVOID entry;
    while ((entry = InterlockedPopEntrySList(&Lookaside->L.ListHead)) != NULL)
        unmake_ex(Lookaside, entry, PC);
}

VOID NTAPI ExDeleteLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    ex_leak_remove(EX_LEAK_LOOKASIDE, &Lookaside->L.ListEntry);
    ExFlushLookasideListEx(Lookaside);
}
