/*
 * Extra create parameters (M-51..M-53): a list of GUID-tagged blobs that travels with a create. The list is its maker's or the
 * create's and is used by one thread at a time, as on Windows; nothing here locks.
 */
#include <ntifs.h>

#include <stdbool.h>
#include <string.h>

#include "ntoskrnl/io/ecp.h"
#include "ntoskrnl/ke/ke.h"

enum { LIST_SIGNATURE = 'LpcE', ECP_SIGNATURE = 'HpcE', LIST_TAG = 'LpcE' };

struct _ECP_LIST {
    ULONG signature;
    ULONG flags;
    LIST_ENTRY entries;
};

/* Stands before the context that callers see. */
struct ecp {
    ULONG signature;
    ULONG size;
    LIST_ENTRY links;
    GUID type;
    PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK cleanup;
    PVOID lookaside;       /* where the memory goes back to; NULL: the pool */
    ULONG tag;
    bool nonpaged;
    bool linked;
    bool acknowledged;
    bool from_user_mode;
} __attribute__((aligned(16)));

static struct ecp *ecp_of(PVOID context)
{
    return (struct ecp *)context - 1;
}

static PVOID context_of(struct ecp *ecp)
{
    return ecp + 1;
}

/* A pointer that never came from the allocation calls is a driver's mistake that would corrupt a list. */
static bool is_ecp(PVOID context, const char *call, const void *pc)
{
    if (context && ecp_of(context)->signature == ECP_SIGNATURE)
        return true;
    ke_report_caller(call, pc, "%p is no extra create parameter", context);
    return false;
}
#define IS_ECP(context) is_ecp(context, __func__, __builtin_return_address(0))

static struct ecp *find(PECP_LIST list, LPCGUID type)
{
    for (PLIST_ENTRY e = list->entries.Flink; e != &list->entries; e = e->Flink) {
        struct ecp *ecp = CONTAINING_RECORD(e, struct ecp, links);
        if (memcmp(&ecp->type, type, sizeof *type) == 0)
            return ecp;
    }
    return NULL;
}

static void give(struct ecp *ecp, PVOID *context, ULONG *size)
{
    if (context)
        *context = ecp ? context_of(ecp) : NULL;
    if (size)
        *size = ecp ? ecp->size : 0;
}

static void detach(struct ecp *ecp)
{
    RemoveEntryList(&ecp->links);
    ecp->linked = false;
}

/* ---- making and freeing ---- */

NTSTATUS FsRtlAllocateExtraCreateParameterList(FSRTL_ALLOCATE_ECPLIST_FLAGS Flags, PECP_LIST *EcpList)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!EcpList)
        return STATUS_INVALID_PARAMETER;
    PECP_LIST list = ExAllocatePoolWithTag(PagedPool, sizeof *list, LIST_TAG);
    *EcpList = list;
    if (!list)
        return STATUS_INSUFFICIENT_RESOURCES;
    list->signature = LIST_SIGNATURE;
    list->flags = Flags;
    InitializeListHead(&list->entries);
    return STATUS_SUCCESS;
}

static NTSTATUS finish_allocation(struct ecp *ecp, LPCGUID type, ULONG size, ULONG flags,
    PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK cleanup, ULONG tag, PVOID lookaside, PVOID *context)
{
    if (!ecp)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(ecp, 0, sizeof *ecp + size); /* M-52: contexts start as zeroes */
    ecp->signature = ECP_SIGNATURE;
    ecp->size = size;
    ecp->type = *type;
    ecp->cleanup = cleanup;
    ecp->tag = tag;
    ecp->lookaside = lookaside;
    ecp->nonpaged = flags & FSRTL_ALLOCATE_ECP_FLAG_NONPAGED_POOL;
    *context = context_of(ecp);
    return STATUS_SUCCESS;
}

static struct ecp *from_pool(ULONG size, ULONG flags, ULONG tag)
{
    POOL_TYPE pool = flags & FSRTL_ALLOCATE_ECP_FLAG_NONPAGED_POOL ? NonPagedPoolNx : PagedPool;

    if (size > MAXULONG - sizeof(struct ecp))
        return NULL;
    return ExAllocatePoolWithTag(pool, sizeof(struct ecp) + size, tag);
}

NTSTATUS FsRtlAllocateExtraCreateParameter(LPCGUID EcpType, ULONG SizeOfContext, FSRTL_ALLOCATE_ECP_FLAGS Flags,
    PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK CleanupCallback, ULONG PoolTag, PVOID *EcpContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!EcpType || !EcpContext)
        return STATUS_INVALID_PARAMETER;
    *EcpContext = NULL;
    return finish_allocation(from_pool(SizeOfContext, Flags, PoolTag), EcpType, SizeOfContext, Flags, CleanupCallback,
        PoolTag, NULL, EcpContext);
}

/* Paged and nonpaged lookaside lists start with the same GENERAL_LOOKASIDE: its tag and size can be read from either. */
static NPAGED_LOOKASIDE_LIST *lookaside_of(PVOID lookaside)
{
    return lookaside;
}

VOID FsRtlInitExtraCreateParameterLookasideList(PVOID Lookaside, FSRTL_ECP_LOOKASIDE_FLAGS Flags, SIZE_T Size, ULONG Tag)
{
    SIZE_T whole = sizeof(struct ecp) + Size;

    KE_REQUIRE_IRQL(APC_LEVEL);
    if (Flags & FSRTL_ECP_LOOKASIDE_FLAG_NONPAGED_POOL)
        ExInitializeNPagedLookasideList(Lookaside, NULL, NULL, 0, whole, Tag, 0);
    else
        ExInitializePagedLookasideList(Lookaside, NULL, NULL, 0, whole, Tag, 0);
}

VOID FsRtlDeleteExtraCreateParameterLookasideList(PVOID Lookaside, FSRTL_ECP_LOOKASIDE_FLAGS Flags)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (Flags & FSRTL_ECP_LOOKASIDE_FLAG_NONPAGED_POOL)
        ExDeleteNPagedLookasideList(Lookaside);
    else
        ExDeletePagedLookasideList(Lookaside);
}

static struct ecp *from_lookaside(PVOID lookaside, bool nonpaged)
{
    if (nonpaged)
        return ExAllocateFromNPagedLookasideList(lookaside);
    return ExAllocateFromPagedLookasideList(lookaside);
}

static bool is_nonpaged_lookaside(PVOID lookaside)
{
    return !(lookaside_of(lookaside)->L.Type & 1);
}

NTSTATUS FsRtlAllocateExtraCreateParameterFromLookasideList(LPCGUID EcpType, ULONG SizeOfContext,
    FSRTL_ALLOCATE_ECP_FLAGS Flags, PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK CleanupCallback, PVOID LookasideList,
    PVOID *EcpContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!EcpType || !EcpContext || !LookasideList)
        return STATUS_INVALID_PARAMETER;
    *EcpContext = NULL;

    bool nonpaged = is_nonpaged_lookaside(LookasideList);
    ULONG tag = lookaside_of(LookasideList)->L.Tag;
    ULONG flags = nonpaged ? FSRTL_ALLOCATE_ECP_FLAG_NONPAGED_POOL : 0;
    if (lookaside_of(LookasideList)->L.Size < sizeof(struct ecp) + SizeOfContext) /* M-53a */
        return finish_allocation(from_pool(SizeOfContext, flags, tag), EcpType, SizeOfContext, flags, CleanupCallback, tag,
            NULL, EcpContext);
    return finish_allocation(from_lookaside(LookasideList, nonpaged), EcpType, SizeOfContext, flags, CleanupCallback, tag,
        LookasideList, EcpContext);
}

static void free_ecp(struct ecp *ecp)
{
    if (ecp->cleanup)
        ecp->cleanup(context_of(ecp), &ecp->type);
    ecp->signature = 0;
    if (!ecp->lookaside)
        ExFreePoolWithTag(ecp, ecp->tag);
    else if (ecp->nonpaged)
        ExFreeToNPagedLookasideList(ecp->lookaside, ecp);
    else
        ExFreeToPagedLookasideList(ecp->lookaside, ecp);
}

VOID FsRtlFreeExtraCreateParameter(PVOID EcpContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!IS_ECP(EcpContext))
        return;
    struct ecp *ecp = ecp_of(EcpContext);
    if (ecp->linked) {
        ke_report_caller(__func__, __builtin_return_address(0), "the parameter %p is still in a list", EcpContext);
        detach(ecp);
    }
    free_ecp(ecp);
}

VOID FsRtlFreeExtraCreateParameterList(PECP_LIST EcpList)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!EcpList || EcpList->signature != LIST_SIGNATURE)
        return;
    while (!IsListEmpty(&EcpList->entries)) {
        struct ecp *ecp = CONTAINING_RECORD(EcpList->entries.Flink, struct ecp, links);
        detach(ecp);
        free_ecp(ecp);
    }
    EcpList->signature = 0;
    ExFreePoolWithTag(EcpList, LIST_TAG);
}

/* ---- the list ---- */

NTSTATUS FsRtlInsertExtraCreateParameter(PECP_LIST EcpList, PVOID EcpContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!EcpList || !IS_ECP(EcpContext))
        return STATUS_INVALID_PARAMETER;
    struct ecp *ecp = ecp_of(EcpContext);
    if (ecp->linked || find(EcpList, &ecp->type))
        return STATUS_INVALID_PARAMETER; /* M-53b */
    InsertTailList(&EcpList->entries, &ecp->links);
    ecp->linked = true;
    return STATUS_SUCCESS;
}

NTSTATUS FsRtlFindExtraCreateParameter(PECP_LIST EcpList, LPCGUID EcpType, PVOID *EcpContext, ULONG *EcpContextSize)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    give(NULL, EcpContext, EcpContextSize);
    if (!EcpList || !EcpType)
        return STATUS_INVALID_PARAMETER;
    struct ecp *ecp = find(EcpList, EcpType);
    give(ecp, EcpContext, EcpContextSize);
    return ecp ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

NTSTATUS FsRtlRemoveExtraCreateParameter(PECP_LIST EcpList, LPCGUID EcpType, PVOID *EcpContext, ULONG *EcpContextSize)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    NTSTATUS status = FsRtlFindExtraCreateParameter(EcpList, EcpType, EcpContext, EcpContextSize);
    if (NT_SUCCESS(status))
        detach(find(EcpList, EcpType));
    return status;
}

/* M-53d: no wrap-around; a current entry of another list, or none, ends the walk. */
NTSTATUS FsRtlGetNextExtraCreateParameter(
    PECP_LIST EcpList, PVOID CurrentEcpContext, LPGUID NextEcpType, PVOID *NextEcpContext, ULONG *NextEcpContextSize)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    give(NULL, NextEcpContext, NextEcpContextSize);
    if (!EcpList || (CurrentEcpContext && !IS_ECP(CurrentEcpContext)))
        return STATUS_INVALID_PARAMETER;
    if (CurrentEcpContext && !ecp_of(CurrentEcpContext)->linked)
        return STATUS_NOT_FOUND;

    PLIST_ENTRY next = CurrentEcpContext ? ecp_of(CurrentEcpContext)->links.Flink : EcpList->entries.Flink;
    if (next == &EcpList->entries)
        return STATUS_NOT_FOUND;
    struct ecp *ecp = CONTAINING_RECORD(next, struct ecp, links);
    if (NextEcpType)
        *NextEcpType = ecp->type;
    give(ecp, NextEcpContext, NextEcpContextSize);
    return STATUS_SUCCESS;
}

/* ---- marks (M-53g) ---- */

VOID FsRtlAcknowledgeEcp(PVOID EcpContext)
{
    if (IS_ECP(EcpContext))
        ecp_of(EcpContext)->acknowledged = true;
}

BOOLEAN FsRtlIsEcpAcknowledged(PVOID EcpContext)
{
    return IS_ECP(EcpContext) && ecp_of(EcpContext)->acknowledged;
}

VOID FsRtlPrepareToReuseEcp(PVOID EcpContext)
{
    if (IS_ECP(EcpContext))
        ecp_of(EcpContext)->acknowledged = false;
}

BOOLEAN FsRtlIsEcpFromUserMode(PVOID EcpContext)
{
    return IS_ECP(EcpContext) && ecp_of(EcpContext)->from_user_mode;
}

void io_ecp_set_from_user_mode(PVOID context)
{
    ecp_of(context)->from_user_mode = true;
}
