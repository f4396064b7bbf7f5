/* Kernel transactions as far as filters ask for them: the object type is there, but no transaction can be
   created, so that no handle is ever one. FLT_RELATED_OBJECTS.Transaction is always NULL for the same reason.
 */
#include "ntoskrnl/ob/inner.h"

static POBJECT_TYPE ob_transaction_type;
POBJECT_TYPE *TmTransactionObjectType = &ob_transaction_type;

NTSTATUS ob_transactions_init(void)
{
    static const struct ob_type_info transaction = {.name = u"TmTx",
        .mapping = {STANDARD_RIGHTS_READ | 1, STANDARD_RIGHTS_WRITE | 2,
            STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, 0x1f003f},
        .valid_access = 0x1f003f};
    ob_transaction_type = ob_type_create(&transaction);
    return ob_transaction_type ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* STATUS_INVALID_HANDLE or STATUS_OBJECT_TYPE_MISMATCH, as for any handle that is no transaction's. */
NTSTATUS NTAPI ZwQueryInformationTransaction(HANDLE TransactionHandle,
    TRANSACTION_INFORMATION_CLASS TransactionInformationClass, PVOID TransactionInformation,
    ULONG TransactionInformationLength, PULONG ReturnLength)
{
    PVOID transaction;
    if (TransactionInformationClass > TransactionSuperiorEnlistmentInformation)
        return STATUS_INVALID_INFO_CLASS;
    NTSTATUS status =
        ObReferenceObjectByHandle(TransactionHandle, 1, ob_transaction_type, KernelMode, &transaction, NULL);
    if (!NT_SUCCESS(status))
        return status;
    ObDereferenceObject(transaction);
    return STATUS_NOT_SUPPORTED;
}
