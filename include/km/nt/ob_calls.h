/* Objects and handles. */
#ifndef OFM_NT_OB_CALLS_H
#define OFM_NT_OB_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One more reference; returns the new count. IRQL: up toDISPATCH_LEVEL. Source: nf-wdm-obfreferenceobject. */
NTKERNELAPI LONG_PTR FASTCALL ObfReferenceObject(_In_ PVOID Object);
NTKERNELAPI LONG_PTR FASTCALL ObfReferenceObjectWithTag(_In_ PVOID Object, _In_ ULONG Tag);

/* Gives one back; the last one ends the object. Returns the new count. */
NTKERNELAPI LONG_PTR FASTCALL ObfDereferenceObject(_In_ PVOID Object);
NTKERNELAPI LONG_PTR FASTCALL ObfDereferenceObjectWithTag(_In_ PVOID Object, _In_ ULONG Tag);
#define ObDereferenceObject(a) ObfDereferenceObject(a)
#define ObReferenceObject(Object) ObfReferenceObject(Object)
#define ObDereferenceObjectWithTag(a, t) ObfDereferenceObjectWithTag(a, t)
#define ObReferenceObjectWithTag(Object, Tag) ObfReferenceObjectWithTag(Object, Tag)
NTKERNELAPI BOOLEAN NTAPI ObReferenceObjectSafe(_In_ PVOID Object);
NTKERNELAPI BOOLEAN NTAPI ObReferenceObjectSafeWithTag(_In_ PVOID Object, _In_ ULONG Tag);
NTKERNELAPI void NTAPI ObDereferenceObjectDeferDelete(_In_ PVOID Object);
NTKERNELAPI void NTAPI ObDereferenceObjectDeferDeleteWithTag(_In_ PVOID Object, _In_ ULONG Tag);
NTKERNELAPI NTSTATUS NTAPI ObCloseHandle(_In_ HANDLE Handle, _In_ KPROCESSOR_MODE PreviousMode);

NTKERNELAPI NTSTATUS NTAPI ObGetObjectSecurity(_In_ PVOID Object, _Out_ PSECURITY_DESCRIPTOR *SecurityDescriptor,
    _Out_ PBOOLEAN MemoryAllocated);

/*
 * The object behind a handle, referenced. ObjectType: NULL accepts any in KernelMode. STATUS_INVALID_HANDLE;
 * STATUS_OBJECT_TYPE_MISMATCH; STATUS_ACCESS_DENIED: the handle grants less than DesiredAccess. IRQL: PASSIVE_LEVEL.
 * Source: nf-wdm-obreferenceobjectbyhandle.
 */
NTKERNELAPI NTSTATUS NTAPI ObReferenceObjectByHandle(_In_ HANDLE Handle, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_TYPE ObjectType, _In_ KPROCESSOR_MODE AccessMode, _Out_ PVOID *Object,
    _Out_opt_ POBJECT_HANDLE_INFORMATION HandleInformation);

/*
 * One more reference, if the type is right. STATUS_OBJECT_TYPE_MISMATCH. IRQL: IRQL <= DISPATCH_LEVEL. Source:
 * nf-wdm-obreferenceobjectbypointer.
 */
NTKERNELAPI NTSTATUS NTAPI ObReferenceObjectByPointer(_In_ PVOID Object, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_TYPE ObjectType, _In_ KPROCESSOR_MODE AccessMode);
NTKERNELAPI void NTAPI ObReleaseObjectSecurity(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _In_ BOOLEAN MemoryAllocated);

/*
 * Calls the driver when handles of processes and threads are opened or duplicated; it may take rights away.
 * RegistrationHandle: for ObUnRegisterCallbacks. STATUS_FLT_INSTANCE_ALTITUDE_COLLISION; STATUS_INVALID_PARAMETER;
 * STATUS_ACCESS_DENIED; STATUS_INSUFFICIENT_RESOURCES. IRQL: up to APC_LEVEL. Source: nf-wdm-obregistercallbacks.
 */
NTKERNELAPI NTSTATUS NTAPI ObRegisterCallbacks(_In_ POB_CALLBACK_REGISTRATION CallbackRegistration,
    _Out_ PVOID *RegistrationHandle);

/* Ends it; waits for callbacks under way. IRQL: up to APC_LEVEL. Source: nf-wdm-obunregistercallbacks. */
NTKERNELAPI void NTAPI ObUnRegisterCallbacks(_In_ PVOID RegistrationHandle);
NTKERNELAPI USHORT NTAPI ObGetFilterVersion(void);
NTKERNELAPI NTSTATUS NTAPI ObReferenceObjectByHandleWithTag(_In_ HANDLE Handle, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_TYPE ObjectType, _In_ KPROCESSOR_MODE AccessMode, _In_ ULONG Tag, _Out_ PVOID *Object,
    _Out_opt_ POBJECT_HANDLE_INFORMATION HandleInformation);
NTKERNELAPI NTSTATUS NTAPI ObReferenceObjectByPointerWithTag(_In_ PVOID Object, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_TYPE ObjectType, _In_ KPROCESSOR_MODE AccessMode, _In_ ULONG Tag);
NTKERNELAPI NTSTATUS NTAPI ObInsertObject(PVOID Object, PACCESS_STATE PassedAccessState, ACCESS_MASK DesiredAccess,
    ULONG ObjectPointerBias, PVOID *NewObject, PHANDLE Handle);

/*
 * A handle of an object. HandleAttributes: OBJ_KERNEL_HANDLE for one of the kernel's. STATUS_OBJECT_TYPE_MISMATCH;
 * STATUS_ACCESS_DENIED; STATUS_INVALID_PARAMETER. IRQL: up to APC_LEVEL. Source: nf-ntifs-obopenobjectbypointer.
 */
NTKERNELAPI NTSTATUS NTAPI ObOpenObjectByPointer(_In_ PVOID Object, _In_ ULONG HandleAttributes,
    _In_opt_ PACCESS_STATE PassedAccessState, _In_ ACCESS_MASK DesiredAccess, _In_opt_ POBJECT_TYPE ObjectType,
    _In_ KPROCESSOR_MODE AccessMode, _Out_ PHANDLE Handle);
NTKERNELAPI void NTAPI ObMakeTemporaryObject(PVOID Object);

/*
 * The object's name. ReturnLength: bytes it takes. STATUS_INFO_LENGTH_MISMATCH: they are not there. IRQL: <
 * DISPATCH_LEVEL. Source: nf-ntifs-obquerynamestring.
 */
NTKERNELAPI NTSTATUS NTAPI ObQueryNameString(_In_ PVOID Object, _Out_opt_ POBJECT_NAME_INFORMATION ObjectNameInfo,
    _In_ ULONG Length, _Out_ PULONG ReturnLength);
NTKERNELAPI NTSTATUS NTAPI ObQueryObjectAuditingByHandle(HANDLE Handle, PBOOLEAN GenerateOnClose);
NTKERNELAPI BOOLEAN NTAPI ObIsKernelHandle(_In_ HANDLE Handle);

#ifdef __cplusplus
}
#endif

#endif
