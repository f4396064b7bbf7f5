/* Calls of ob, ps, se and io that the documentation lists as macros, only mentions, or gives in prose. */
#ifndef OFM_NT_OBJECT_CALLS_H
#define OFM_NT_OBJECT_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- ob ---- */

/*
 * The count after the call. The object dies with the last reference: at once at PASSIVE_LEVEL, in a worker above it.
 * Source: ntifs.h, ObfReferenceObject.
 */
NTKERNELAPI LONG_PTR FASTCALL ObfReferenceObject(PVOID Object);
NTKERNELAPI LONG_PTR FASTCALL ObfDereferenceObject(PVOID Object);
NTKERNELAPI LONG_PTR FASTCALL ObfReferenceObjectWithTag(PVOID Object, ULONG Tag);
NTKERNELAPI LONG_PTR FASTCALL ObfDereferenceObjectWithTag(PVOID Object, ULONG Tag);

/* ObOpenObjectByPointer; the tag is not kept. IRQL: PASSIVE_LEVEL. Source: ntifs.h, ObOpenObjectByPointerWithTag. */
NTKERNELAPI NTSTATUS NTAPI ObOpenObjectByPointerWithTag(PVOID Object, ULONG HandleAttributes,
    PACCESS_STATE PassedAccessState, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
    ULONG Tag, PHANDLE Handle);
struct _OBJECT_HANDLE_FLAG_INFORMATION;

/*
 * May the handle be inherited, may it be closed? STATUS_INVALID_HANDLE. IRQL: PASSIVE_LEVEL. Source: ntifs.h,
 * ObSetHandleAttributes.
 */
NTKERNELAPI NTSTATUS NTAPI ObSetHandleAttributes(HANDLE Handle, struct _OBJECT_HANDLE_FLAG_INFORMATION *HandleFlags,
    KPROCESSOR_MODE PreviousMode);

/*
 * The event is not signalled any more; *PreviousState (may be NULL): before. IRQL: PASSIVE_LEVEL. Source: ntifs.h,
 * ZwResetEvent.
 */
NTSYSAPI NTSTATUS NTAPI ZwResetEvent(HANDLE EventHandle, PLONG PreviousState);

/* ZwResetEvent without the state before. IRQL: PASSIVE_LEVEL. Source: ntifs.h, ZwClearEvent. */
NTSYSAPI NTSTATUS NTAPI ZwClearEvent(HANDLE EventHandle);

/*
 * A semaphore with a handle and perhaps a name. STATUS_INVALID_PARAMETER: counts that make no sense. IRQL:
 * PASSIVE_LEVEL. Source: ntifs.h, ZwCreateSemaphore.
 */
NTSYSAPI NTSTATUS NTAPI ZwCreateSemaphore(PHANDLE SemaphoreHandle, ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes, LONG InitialCount, LONG MaximumCount);

/*
 * Adds to the count. STATUS_SEMAPHORE_LIMIT_EXCEEDED: it stays as it is. IRQL: PASSIVE_LEVEL. Source: ntifs.h,
 * ZwReleaseSemaphore.
 */
NTSYSAPI NTSTATUS NTAPI ZwReleaseSemaphore(HANDLE SemaphoreHandle, LONG ReleaseCount, PLONG PreviousCount);

/*
 * KeWaitForMultipleObjects by handles, at most 64. STATUS_OBJECT_TYPE_MISMATCH: one cannot be waited for. IRQL:
 * PASSIVE_LEVEL. Source: ntifs.h, ZwWaitForMultipleObjects.
 */
NTSYSAPI NTSTATUS NTAPI ZwWaitForMultipleObjects(ULONG Count, HANDLE Handles[], WAIT_TYPE WaitType, BOOLEAN Alertable,
    PLARGE_INTEGER Timeout);

/* ---- rtl ---- */

/*
 * Is every entry inside the list, and every SID inside its entry? IRQL: <= APC_LEVEL. Source: ntifs.h, RtlValidAcl.
 */
NTKERNELAPI BOOLEAN NTAPI RtlValidAcl(PACL Acl);

/*
 * An entry that denies AccessMask to Sid, at the end. STATUS_ALLOTTED_SPACE_EXCEEDED, STATUS_INVALID_SID,
 * STATUS_INVALID_ACL, STATUS_UNKNOWN_REVISION. IRQL: <= APC_LEVEL. Source: ntifs.h, RtlAddAccessDeniedAce.
 */
NTKERNELAPI NTSTATUS NTAPI RtlAddAccessDeniedAce(PACL Acl, ULONG AceRevision, ACCESS_MASK AccessMask, PSID Sid);

/* RtlAddAccessDeniedAce with inheritance flags. IRQL: <= APC_LEVEL. Source: ntifs.h, RtlAddAccessDeniedAceEx. */
NTKERNELAPI NTSTATUS NTAPI RtlAddAccessDeniedAceEx(PACL Acl, ULONG AceRevision, ULONG AceFlags, ACCESS_MASK AccessMask,
    PSID Sid);

/*
 * The control bits and the revision of a descriptor. STATUS_UNKNOWN_REVISION. IRQL: <= APC_LEVEL. Source: ntifs.h,
 * RtlGetControlSecurityDescriptor.
 */
NTKERNELAPI NTSTATUS NTAPI RtlGetControlSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor,
    PSECURITY_DESCRIPTOR_CONTROL Control, PULONG Revision);

/* ---- se ---- */

/* The rights needed to set these parts of a descriptor. IRQL: any. Source: ntifs.h, SeSetSecurityAccessMask. */
NTKERNELAPI void NTAPI SeSetSecurityAccessMask(SECURITY_INFORMATION SecurityInformation, PACCESS_MASK DesiredAccess);

/* The rights needed to read these parts of a descriptor. IRQL: any. Source: ntifs.h, SeQuerySecurityAccessMask. */
NTKERNELAPI void NTAPI SeQuerySecurityAccessMask(SECURITY_INFORMATION SecurityInformation, PACCESS_MASK DesiredAccess);

/* FALSE: there are no restricted tokens here. IRQL: PASSIVE_LEVEL. Source: ntifs.h, SeTokenIsWriteRestricted. */
NTKERNELAPI BOOLEAN NTAPI SeTokenIsWriteRestricted(PACCESS_TOKEN Token);

/* TokenPrimary or TokenImpersonation. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-setokentype. */
NTKERNELAPI TOKEN_TYPE NTAPI SeTokenType(PACCESS_TOKEN Token);

/* How far an impersonation token goes. IRQL: PASSIVE_LEVEL. Source: ntifs.h, SeTokenImpersonationLevel. */
NTKERNELAPI SECURITY_IMPERSONATION_LEVEL NTAPI SeTokenImpersonationLevel(PACCESS_TOKEN Token);

/* ---- ps ---- */

/* The session: always 0, there is one. IRQL: any. Source: ntifs.h, PsGetProcessSessionIdEx. */
NTKERNELAPI ULONG NTAPI PsGetProcessSessionIdEx(PEPROCESS Process);

/* The current thread impersonates nobody any more. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-psreverttoself. */
NTKERNELAPI void NTAPI PsRevertToSelf(void);

/*
 * Gives back a token from PsReferencePrimaryToken. IRQL: < DISPATCH_LEVEL. Source:
 * nf-ntifs-psdereferenceprimarytoken.
 */
NTKERNELAPI void NTAPI PsDereferencePrimaryToken(PACCESS_TOKEN PrimaryToken);

/*
 * Gives back a token from PsReferenceImpersonationToken; NULL is allowed. IRQL: < DISPATCH_LEVEL. Source:
 * nf-ntifs-psdereferenceimpersonationtoken.
 */
NTKERNELAPI void NTAPI PsDereferenceImpersonationToken(PACCESS_TOKEN ImpersonationToken);

/*
 * The process in whose context the thread runs: the requestor's in a pre callback; the System process in a worker.
 * Not referenced. IRQL: Any level. Source: nf-wdm-iogetcurrentprocess.
 */
NTKERNELAPI PEPROCESS NTAPI IoGetCurrentProcess(void);

/*
 * PsSetLoadImageNotifyRoutine with flags: bit 0 asks for images of other machines too. Other bits:
 * STATUS_INVALID_PARAMETER_2. IRQL: PASSIVE_LEVEL. Source: nf-ntddk-pssetloadimagenotifyroutineex.
 */
NTKERNELAPI NTSTATUS NTAPI PsSetLoadImageNotifyRoutineEx(PLOAD_IMAGE_NOTIFY_ROUTINE NotifyRoutine, ULONG_PTR Flags);

/* ---- mm ---- */

/*
 * MmIsAddressValid: all memory is alike here. IRQL: <= DISPATCH_LEVEL. Source: ntifs.h,
 * MmIsNonPagedSystemAddressValid.
 */
NTKERNELAPI BOOLEAN NTAPI MmIsNonPagedSystemAddressValid(PVOID VirtualAddress);

#ifdef __cplusplus
}
#endif

#endif
