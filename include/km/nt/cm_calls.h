/* Registry callbacks. */
#ifndef OFM_NT_CM_CALLS_H
#define OFM_NT_CM_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * In such a callback: the full name of a key; CmCallbackReleaseKeyObjectIDEx frees it. STATUS_INVALID_PARAMETER;
 * STATUS_KEY_DELETED. IRQL: IRQL <= APC_LEVEL. Source: nf-wdm-cmcallbackgetkeyobjectidex.
 */
NTKERNELAPI NTSTATUS NTAPI CmCallbackGetKeyObjectIDEx(_In_ PLARGE_INTEGER Cookie, _In_ PVOID Object,
    _Out_opt_ PULONG_PTR ObjectID, _Out_opt_ PCUNICODE_STRING *ObjectName, _In_ ULONG Flags);

/*
 * Frees a name from CmCallbackGetKeyObjectIDEx. IRQL: <= APC_LEVEL. Source: nf-wdm-cmcallbackreleasekeyobjectidex.
 */
NTKERNELAPI void NTAPI CmCallbackReleaseKeyObjectIDEx(_In_ PCUNICODE_STRING ObjectName);

/*
 * CmRegisterCallbackEx without an altitude: below all that have one. IRQL: <= APC_LEVEL. Source:
 * nf-wdm-cmregistercallback.
 */
NTKERNELAPI NTSTATUS NTAPI CmRegisterCallback(_In_ PEX_CALLBACK_FUNCTION Function, _In_opt_ PVOID Context,
    _Out_ PLARGE_INTEGER Cookie);

/*
 * Ends it; waits for callbacks under way. STATUS_INVALID_PARAMETER: no such cookie. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-cmunregistercallback.
 */
NTKERNELAPI NTSTATUS NTAPI CmUnRegisterCallback(_In_ LARGE_INTEGER Cookie);

/*
 * Calls the driver before and after registry operations; Altitude orders the drivers; Cookie: for
 * CmUnRegisterCallback. STATUS_FLT_INSTANCE_ALTITUDE_COLLISION; STATUS_INSUFFICIENT_RESOURCES. IRQL: up to APC_LEVEL.
 * Source: nf-wdm-cmregistercallbackex.
 */
NTKERNELAPI NTSTATUS NTAPI CmRegisterCallbackEx(_In_ PEX_CALLBACK_FUNCTION Function, _In_ PCUNICODE_STRING Altitude,
    _In_ PVOID Driver, _In_opt_ PVOID Context, _Out_ PLARGE_INTEGER Cookie, PVOID Reserved);

/*
 * The version of registry callbacks: 1.2. Either pointer may be NULL. IRQL: <= APC_LEVEL. Source:
 * nf-wdm-cmgetcallbackversion.
 */
NTKERNELAPI void NTAPI CmGetCallbackVersion(_Out_opt_ PULONG Major, _Out_opt_ PULONG Minor);

/*
 * Hangs a word of this callback on a key object; it comes back as ObjectContext and, when the object ends, with
 * RegNtCallbackObjectContextCleanup. *OldContext: what hung there. STATUS_INSUFFICIENT_RESOURCES. IRQL: <=
 * APC_LEVEL. Source: nf-wdm-cmsetcallbackobjectcontext.
 */
NTKERNELAPI NTSTATUS NTAPI CmSetCallbackObjectContext(_Inout_ PVOID Object, _In_ PLARGE_INTEGER Cookie,
    _In_ PVOID NewContext, _Out_opt_ PVOID *OldContext);

/*
 * As CmCallbackGetKeyObjectIDEx, but the name stays with the object and is not released. IRQL: <= APC_LEVEL.
 * Source: nf-wdm-cmcallbackgetkeyobjectid.
 */
NTKERNELAPI NTSTATUS NTAPI CmCallbackGetKeyObjectID(_In_ PLARGE_INTEGER Cookie, _In_ PVOID Object,
    _Out_opt_ PULONG_PTR ObjectID, _Out_opt_ PCUNICODE_STRING *ObjectName);

/* NULL: the registry has no transactions. IRQL: <= APC_LEVEL. Source: nf-wdm-cmgetboundtransaction. */
NTKERNELAPI PVOID NTAPI CmGetBoundTransaction(_In_ PLARGE_INTEGER Cookie, _In_ PVOID Object);

#ifdef __cplusplus
}
#endif

#endif
