/* Transactions. */
#ifndef OFM_NT_TM_CALLS_H
#define OFM_NT_TM_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

NTKERNELAPI void NTAPI TmGetTransactionId(_In_ PKTRANSACTION Transaction, _Out_ LPGUID TransactionId);

#ifdef __cplusplus
}
#endif

#endif
