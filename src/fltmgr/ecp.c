/* Extra create parameters for filters (M-51..M-53j): the I/O manager's calls with a filter in front, and the list of a create. */
#include "fltmgr/callback.h"
#include "ntoskrnl/ke/ke.h"

NTSTATUS FltAllocateExtraCreateParameterList(PFLT_FILTER Filter, FSRTL_ALLOCATE_ECPLIST_FLAGS Flags, PECP_LIST *EcpList)
{
    return FsRtlAllocateExtraCreateParameterList(Flags, EcpList);
}

VOID FltFreeExtraCreateParameterList(PFLT_FILTER Filter, PECP_LIST EcpList)
{
    FsRtlFreeExtraCreateParameterList(EcpList);
}

NTSTATUS FltAllocateExtraCreateParameter(PFLT_FILTER Filter, LPCGUID EcpType, ULONG SizeOfContext,
    FSRTL_ALLOCATE_ECP_FLAGS Flags, PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK CleanupCallback, ULONG PoolTag,
    PVOID *EcpContext)
{
    return FsRtlAllocateExtraCreateParameter(EcpType, SizeOfContext, Flags, CleanupCallback, PoolTag, EcpContext);
}

VOID FltFreeExtraCreateParameter(PFLT_FILTER Filter, PVOID EcpContext)
{
    FsRtlFreeExtraCreateParameter(EcpContext);
}

VOID FltInitExtraCreateParameterLookasideList(
    PFLT_FILTER Filter, PVOID Lookaside, FSRTL_ECP_LOOKASIDE_FLAGS Flags, SIZE_T Size, ULONG Tag)
{
    FsRtlInitExtraCreateParameterLookasideList(Lookaside, Flags, Size, Tag);
}

VOID FltDeleteExtraCreateParameterLookasideList(PFLT_FILTER Filter, PVOID Lookaside, FSRTL_ECP_LOOKASIDE_FLAGS Flags)
{
    FsRtlDeleteExtraCreateParameterLookasideList(Lookaside, Flags);
}

NTSTATUS FltAllocateExtraCreateParameterFromLookasideList(PFLT_FILTER Filter, LPCGUID EcpType, ULONG SizeOfContext,
    FSRTL_ALLOCATE_ECP_FLAGS Flags, PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK CleanupCallback, PVOID LookasideList,
    PVOID *EcpContext)
{
    return FsRtlAllocateExtraCreateParameterFromLookasideList(
        EcpType, SizeOfContext, Flags, CleanupCallback, LookasideList, EcpContext);
}

NTSTATUS FltInsertExtraCreateParameter(PFLT_FILTER Filter, PECP_LIST EcpList, PVOID EcpContext)
{
    return FsRtlInsertExtraCreateParameter(EcpList, EcpContext);
}

NTSTATUS FltFindExtraCreateParameter(
    PFLT_FILTER Filter, PECP_LIST EcpList, LPCGUID EcpType, PVOID *EcpContext, ULONG *EcpContextSize)
{
    return FsRtlFindExtraCreateParameter(EcpList, EcpType, EcpContext, EcpContextSize);
}

NTSTATUS FltRemoveExtraCreateParameter(
    PFLT_FILTER Filter, PECP_LIST EcpList, LPCGUID EcpType, PVOID *EcpContext, ULONG *EcpContextSize)
{
    return FsRtlRemoveExtraCreateParameter(EcpList, EcpType, EcpContext, EcpContextSize);
}

NTSTATUS FltGetNextExtraCreateParameter(PFLT_FILTER Filter, PECP_LIST EcpList, PVOID CurrentEcpContext,
    LPGUID NextEcpType, PVOID *NextEcpContext, ULONG *NextEcpContextSize)
{
    return FsRtlGetNextExtraCreateParameter(EcpList, CurrentEcpContext, NextEcpType, NextEcpContext, NextEcpContextSize);
}

VOID FltAcknowledgeEcp(PFLT_FILTER Filter, PVOID EcpContext)
{
    FsRtlAcknowledgeEcp(EcpContext);
}

BOOLEAN FltIsEcpAcknowledged(PFLT_FILTER Filter, PVOID EcpContext)
{
    return FsRtlIsEcpAcknowledged(EcpContext);
}

VOID FltPrepareToReuseEcp(PFLT_FILTER Filter, PVOID EcpContext)
{
    FsRtlPrepareToReuseEcp(EcpContext);
}

BOOLEAN FltIsEcpFromUserMode(PFLT_FILTER Filter, PVOID EcpContext)
{
    return FsRtlIsEcpFromUserMode(EcpContext);
}

/* ---- the list of a passing create ---- */

/* M-53j: pipes and mailslots are created with the same parameters. */
static bool is_irp_create(PFLT_CALLBACK_DATA data)
{
    UCHAR major = data->Iopb->MajorFunction;

    return FLT_IS_IRP_OPERATION(data) &&
        (major == IRP_MJ_CREATE || major == IRP_MJ_CREATE_NAMED_PIPE || major == IRP_MJ_CREATE_MAILSLOT);
}

NTSTATUS FltGetEcpListFromCallbackData(PFLT_FILTER Filter, PFLT_CALLBACK_DATA CallbackData, PECP_LIST *EcpList)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!EcpList)
        return STATUS_INVALID_PARAMETER;
    *EcpList = NULL;
    if (!CallbackData || !is_irp_create(CallbackData))
        return STATUS_INVALID_PARAMETER;
    *EcpList = flt_callback_of(CallbackData)->op->ecp_list;
    return STATUS_SUCCESS;
}

/* M-53i: from here on the list is the create's, which frees it. */
NTSTATUS FltSetEcpListIntoCallbackData(PFLT_FILTER Filter, PFLT_CALLBACK_DATA CallbackData, PECP_LIST EcpList)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!CallbackData || !is_irp_create(CallbackData))
        return STATUS_INVALID_PARAMETER_2;
    struct io_operation *op = flt_callback_of(CallbackData)->op;
    if (op->ecp_list)
        return STATUS_INVALID_PARAMETER_3;
    op->ecp_list = EcpList;
    return STATUS_SUCCESS;
}
