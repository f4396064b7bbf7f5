/* Objects and handles. */
#ifndef OFM_NT_OB_CALLS_H
#define OFM_NT_OB_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One more reference; returns the new count. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-obfreferenceobject. */
NTKERNELAPI LONG_PTR FASTCALL ObfReferenceObject(_In_ PVOID Object);
/*
 * The call behind ObReferenceObjectWithTag: one more reference to an object that the caller holds already. Returns
 * their number, for diagnosis only. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-obreferenceobjectwithtag.
 */
NTKERNELAPI LONG_PTR FASTCALL ObfReferenceObjectWithTag(_In_ PVOID Object, _In_ ULONG Tag);

/*
 * Gives one back; the last one ends the object. Returns the new count. IRQL: up to DISPATCH_LEVEL. Source: ntifs.h,
 * ObfDereferenceObject.
 */
NTKERNELAPI LONG_PTR FASTCALL ObfDereferenceObject(_In_ PVOID Object);
/*
 * The calls behind ObDereferenceObjectWithTag: gives a reference back; the last one deletes the object. The tag
 * tells references apart in leak reports. Returns the references that are left, for diagnosis only. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-wdm-obdereferenceobjectwithtag.
 */
NTKERNELAPI LONG_PTR FASTCALL ObfDereferenceObjectWithTag(_In_ PVOID Object, _In_ ULONG Tag);
#define ObDereferenceObject(a) ObfDereferenceObject(a)
#define ObReferenceObject(Object) ObfReferenceObject(Object)
#define ObDereferenceObjectWithTag(a, t) ObfDereferenceObjectWithTag(a, t)
#define ObReferenceObjectWithTag(Object, Tag) ObfReferenceObjectWithTag(Object, Tag)

/*
 * One more reference, unless the last one has gone already: then FALSE and the object must not be touched. IRQL:
 * <= DISPATCH_LEVEL. Source: nf-wdm-obreferenceobjectsafe.
 */
NTKERNELAPI BOOLEAN NTAPI ObReferenceObjectSafe(_In_ PVOID Object);

/*
 * ObReferenceObjectSafe; the tag is for debuggers and is not kept. IRQL: <= DISPATCH_LEVEL. Source: ntifs.h,
 * ObReferenceObjectSafeWithTag.
 */
NTKERNELAPI BOOLEAN NTAPI ObReferenceObjectSafeWithTag(_In_ PVOID Object, _In_ ULONG Tag);

/*
 * Gives one reference back; if it was the last, a worker ends the object: for callers that hold locks its end may
 * want. IRQL: <= DISPATCH_LEVEL. Source: nf-wdm-obdereferenceobjectdeferdelete.
 */
NTKERNELAPI void NTAPI ObDereferenceObjectDeferDelete(_In_ PVOID Object);

/*
 * ObDereferenceObjectDeferDelete; the tag is not kept. IRQL: <= DISPATCH_LEVEL. Source:
 * nf-wdm-obdereferenceobjectdeferdeletewithtag.
 */
NTKERNELAPI void NTAPI ObDereferenceObjectDeferDeleteWithTag(_In_ PVOID Object, _In_ ULONG Tag);

/*
 * Closes a handle as PreviousMode may: UserMode cannot close a kernel handle. STATUS_INVALID_HANDLE,
 * STATUS_HANDLE_NOT_CLOSABLE. IRQL: PASSIVE_LEVEL. Source: nf-wdm-obclosehandle.
 */
NTKERNELAPI NTSTATUS NTAPI ObCloseHandle(_In_ HANDLE Handle, _In_ KPROCESSOR_MODE PreviousMode);

/*
 * A copy of the descriptor that guards an object, or NULL when nothing does; give it and *MemoryAllocated to
 * ObReleaseObjectSecurity. STATUS_INSUFFICIENT_RESOURCES. IRQL: PASSIVE_LEVEL. Source: nf-wdm-obgetobjectsecurity.
 */
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

/* Frees what ObGetObjectSecurity gave. IRQL: PASSIVE_LEVEL. Source: nf-wdm-obreleaseobjectsecurity. */
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

/*
 * OB_FLT_REGISTRATION_VERSION, to be given to ObRegisterCallbacks. IRQL: <= APC_LEVEL. Source: ntifs.h,
 * ObGetFilterVersion.
 */
NTKERNELAPI USHORT NTAPI ObGetFilterVersion(void);

/*
 * ObReferenceObjectByHandle; the tag is not kept. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-obreferenceobjectbyhandlewithtag.
 */
NTKERNELAPI NTSTATUS NTAPI ObReferenceObjectByHandleWithTag(_In_ HANDLE Handle, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_TYPE ObjectType, _In_ KPROCESSOR_MODE AccessMode, _In_ ULONG Tag, _Out_ PVOID *Object,
    _Out_opt_ POBJECT_HANDLE_INFORMATION HandleInformation);

/*
 * ObReferenceObjectByPointer; the tag is not kept. IRQL: <= DISPATCH_LEVEL. Source:
 * nf-wdm-obreferenceobjectbypointerwithtag.
 */
NTKERNELAPI NTSTATUS NTAPI ObReferenceObjectByPointerWithTag(_In_ PVOID Object, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_TYPE ObjectType, _In_ KPROCESSOR_MODE AccessMode, _In_ ULONG Tag);

/*
 * Ends the making of an object: gives it its name and, with Handle, a handle. Consumes the caller's reference, on
 * failure too; ObjectPointerBias more are taken and *NewObject is then the object. STATUS_OBJECT_NAME_COLLISION,
 * STATUS_OBJECT_NAME_EXISTS (OBJ_OPENIF), STATUS_OBJECT_PATH_NOT_FOUND. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-obinsertobject.
 */
NTKERNELAPI NTSTATUS NTAPI ObInsertObject(PVOID Object, PACCESS_STATE PassedAccessState, ACCESS_MASK DesiredAccess,
    ULONG ObjectPointerBias, PVOID *NewObject, PHANDLE Handle);

/*
 * A handle of an object. HandleAttributes: OBJ_KERNEL_HANDLE for one of the kernel's. STATUS_OBJECT_TYPE_MISMATCH;
 * STATUS_ACCESS_DENIED; STATUS_INVALID_PARAMETER. IRQL: up to APC_LEVEL. Source: nf-ntifs-obopenobjectbypointer.
 */
NTKERNELAPI NTSTATUS NTAPI ObOpenObjectByPointer(_In_ PVOID Object, _In_ ULONG HandleAttributes,
    _In_opt_ PACCESS_STATE PassedAccessState, _In_ ACCESS_MASK DesiredAccess, _In_opt_ POBJECT_TYPE ObjectType,
    _In_ KPROCESSOR_MODE AccessMode, _Out_ PHANDLE Handle);

/*
 * A permanent object becomes temporary: its name goes with the last handle, it with the last reference. IRQL: <=
 * APC_LEVEL. Source: nf-ntifs-obmaketemporaryobject.
 */
NTKERNELAPI void NTAPI ObMakeTemporaryObject(PVOID Object);

/*
 * The object's name. ReturnLength: bytes it takes. STATUS_INFO_LENGTH_MISMATCH: they are not there. IRQL: <
 * DISPATCH_LEVEL. Source: nf-ntifs-obquerynamestring.
 */
NTKERNELAPI NTSTATUS NTAPI ObQueryNameString(_In_ PVOID Object, _Out_opt_ POBJECT_NAME_INFORMATION ObjectNameInfo,
    _In_ ULONG Length, _Out_ PULONG ReturnLength);

/*
 * Not exported: nothing is audited here. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-obqueryobjectauditingbyhandle.
 */
NTKERNELAPI NTSTATUS NTAPI ObQueryObjectAuditingByHandle(HANDLE Handle, PBOOLEAN GenerateOnClose);

/*
 * Is the value one that only the kernel can use? Pseudo handles are not. IRQL: any. Source:
 * nf-ntifs-obiskernelhandle.
 */
NTKERNELAPI BOOLEAN NTAPI ObIsKernelHandle(_In_ HANDLE Handle);

#ifdef __cplusplus
}
#endif

#endif
