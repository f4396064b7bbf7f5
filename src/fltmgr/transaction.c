/*
 * Transactions (F-267, F-283): Linux has no transaction manager, so no operation ever carries one (FLT_RELATED_OBJECTS.Transaction is
 * NULL) and nothing can be enlisted in. The calls check their arguments and say STATUS_NOT_SUPPORTED.
 */
#include <fltkernel.h>

#include "ntoskrnl/ke/ke.h"

NTSTATUS FltSetTransactionContext(PFLT_INSTANCE Instance, PKTRANSACTION Transaction, FLT_SET_CONTEXT_OPERATION Operation,
    PFLT_CONTEXT NewContext, PFLT_CONTEXT *OldContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (OldContext)
        *OldContext = NULL;
    return !Instance || !NewContext ? STATUS_INVALID_PARAMETER : STATUS_NOT_SUPPORTED;
}

NTSTATUS FltGetTransactionContext(PFLT_INSTANCE Instance, PKTRANSACTION Transaction, PFLT_CONTEXT *Context)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Instance || !Context)
        return STATUS_INVALID_PARAMETER;
    *Context = NULL;
    return STATUS_NOT_SUPPORTED;
}

NTSTATUS FltDeleteTransactionContext(PFLT_INSTANCE Instance, PKTRANSACTION Transaction, PFLT_CONTEXT *OldContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (OldContext)
        *OldContext = NULL;
    return Instance ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER;
}

NTSTATUS FltRollbackEnlistment(PFLT_INSTANCE Instance, PKTRANSACTION Transaction, PFLT_CONTEXT TransactionContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return Instance ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER;
}

NTSTATUS FltPrePrepareComplete(PFLT_INSTANCE Instance, PKTRANSACTION Transaction, PFLT_CONTEXT TransactionContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return Instance ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER;
}

NTSTATUS FltPrepareComplete(PFLT_INSTANCE Instance, PKTRANSACTION Transaction, PFLT_CONTEXT TransactionContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return Instance ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER;
}

NTSTATUS FltCommitComplete(PFLT_INSTANCE Instance, PKTRANSACTION Transaction, PFLT_CONTEXT TransactionContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return Instance ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER;
}

NTSTATUS FltCommitFinalizeComplete(PFLT_INSTANCE Instance, PKTRANSACTION Transaction, PFLT_CONTEXT TransactionContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return Instance ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER;
}

NTSTATUS FltRollbackComplete(PFLT_INSTANCE Instance, PKTRANSACTION Transaction, PFLT_CONTEXT TransactionContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return Instance ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER;
}

NTSTATUS FltEnlistInTransaction(
    PFLT_INSTANCE Instance, PKTRANSACTION Transaction, PFLT_CONTEXT TransactionContext, ULONG NotificationMask)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return Instance && TransactionContext ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER;
}
