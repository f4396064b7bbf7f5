/* What is known of an object: its name, counts, type and descriptor. */
#include "ntoskrnl/ob/handle.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ps/ps.h"
#include "ntoskrnl/se/se.h"

#include <string.h>

NTSTATUS ob_answer_name(PCUNICODE_STRING path, POBJECT_NAME_INFORMATION info, ULONG length, PULONG return_length)
{
    ULONG need = sizeof(*info) + (path->Length ? path->Length + sizeof(WCHAR) : 0);
    if (return_length)
        *return_length = need;
    if (length < need)
        return STATUS_INFO_LENGTH_MISMATCH;
    RtlZeroMemory(&info->Name, sizeof(info->Name));
    if (!path->Length)
        return STATUS_SUCCESS;
    info->Name.Buffer = (PWCH)(info + 1);
    info->Name.Length = path->Length;
    info->Name.MaximumLength = path->Length + sizeof(WCHAR);
    memcpy(info->Name.Buffer, path->Buffer, path->Length);
    info->Name.Buffer[path->Length / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ObQueryNameString(PVOID Object, POBJECT_NAME_INFORMATION ObjectNameInfo, ULONG Length, PULONG ReturnLength)
{
    const struct ob_type_ops *ops = ob_type_of(Object)->info.ops;
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (ops && ops->query_name)
        return ops->query_name(Object, ob_has_name(Object), ObjectNameInfo, Length, ReturnLength);
    UNICODE_STRING path;
    NTSTATUS status = ob_full_name(Object, &path);
    if (NT_SUCCESS(status))
        status = ob_answer_name(&path, ObjectNameInfo, Length, ReturnLength);
    ob_free_name(&path);
    return status;
}

static NTSTATUS query_basic(const struct ob_handle_info *info, PVOID buffer, ULONG length, PULONG need)
{
    PUBLIC_OBJECT_BASIC_INFORMATION *basic = buffer;
    *need = sizeof(*basic);
    if (length != sizeof(*basic))
        return STATUS_INFO_LENGTH_MISMATCH;
    RtlZeroMemory(basic, sizeof(*basic));
    basic->Attributes = info->attributes & OBJ_INHERIT;
    if (__atomic_load_n(&ob_header_of(info->object)->flags, __ATOMIC_RELAXED) & OB_PERMANENT)
        basic->Attributes |= OBJ_PERMANENT;
    basic->GrantedAccess = info->granted;
    basic->HandleCount = ob_handle_count(info->object);
    basic->PointerCount = (ULONG)ob_reference_count(info->object) - 1; /* not this call's own */
    return STATUS_SUCCESS;
}

static NTSTATUS query_type(const struct ob_handle_info *info, PVOID buffer, ULONG length, PULONG need)
{
    PUBLIC_OBJECT_TYPE_INFORMATION *type = buffer;
    const UNICODE_STRING *name = &ob_type_of(info->object)->name;
    *need = sizeof(*type) + name->Length + sizeof(WCHAR);
    if (length < *need)
        return STATUS_INFO_LENGTH_MISMATCH;
    RtlZeroMemory(type, sizeof(*type));
    type->TypeName.Buffer = (PWCH)(type + 1);
    type->TypeName.Length = name->Length;
    type->TypeName.MaximumLength = name->Length + sizeof(WCHAR);
    memcpy(type->TypeName.Buffer, name->Buffer, name->Length + sizeof(WCHAR));
    return STATUS_SUCCESS;
}

static NTSTATUS query_object(HANDLE Handle, OBJECT_INFORMATION_CLASS ObjectInformationClass,
    PVOID ObjectInformation, ULONG ObjectInformationLength, PULONG ReturnLength, KPROCESSOR_MODE mode)
{
    struct ob_handle_info info;
    ULONG need = 0;
    NTSTATUS status = ob_reference_handle(Handle, NULL, 0, NULL, mode, &info);
    if (!NT_SUCCESS(status))
        return status;
    switch ((int)ObjectInformationClass) {
    case 0: /* ObjectBasicInformation */
        status = query_basic(&info, ObjectInformation, ObjectInformationLength, &need);
        break;
    case 1: /* ObjectNameInformation */
        status = ObQueryNameString(info.object, ObjectInformation, ObjectInformationLength, &need);
        break;
    case 2: /* ObjectTypeInformation */
        status = query_type(&info, ObjectInformation, ObjectInformationLength, &need);
        break;
    default:
        status = STATUS_INVALID_INFO_CLASS;
    }
    if (ReturnLength)
        *ReturnLength = need;
    ObfDereferenceObject(info.object);
    return status;
}

NTSTATUS NTAPI ZwQueryObject(HANDLE Handle, OBJECT_INFORMATION_CLASS ObjectInformationClass,
    PVOID ObjectInformation, ULONG ObjectInformationLength, PULONG ReturnLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return query_object(Handle, ObjectInformationClass, ObjectInformation, ObjectInformationLength, ReturnLength, KernelMode);
}

NTSTATUS NTAPI NtQueryObject(HANDLE Handle, OBJECT_INFORMATION_CLASS ObjectInformationClass,
    PVOID ObjectInformation, ULONG ObjectInformationLength, PULONG ReturnLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return query_object(Handle, ObjectInformationClass, ObjectInformation, ObjectInformationLength, ReturnLength, ps_previous_mode());
}

/* ---- descriptors ---- */

static ACCESS_MASK access_to_query(SECURITY_INFORMATION which)
{
    return (which & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION) ? READ_CONTROL : 0) |
           (which & SACL_SECURITY_INFORMATION ? ACCESS_SYSTEM_SECURITY : 0);
}

static ACCESS_MASK access_to_set(SECURITY_INFORMATION which)
{
    return (which & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION) ? WRITE_OWNER : 0) |
           (which & DACL_SECURITY_INFORMATION ? WRITE_DAC : 0) | (which & SACL_SECURITY_INFORMATION ? ACCESS_SYSTEM_SECURITY : 0);
}

static NTSTATUS query_security_object(HANDLE Handle, SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Length, PULONG LengthNeeded, KPROCESSOR_MODE mode)
{
    PVOID object;
    PSECURITY_DESCRIPTOR sd;
    *LengthNeeded = Length;
    NTSTATUS status = ObReferenceObjectByHandle(Handle, access_to_query(SecurityInformation), NULL, mode, &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    const struct ob_type_ops *ops = ob_type_of(object)->info.ops;
    if (ops && ops->query_security) {
        status = ops->query_security(object, SecurityInformation, SecurityDescriptor, LengthNeeded);
    } else if (NT_SUCCESS(status = ob_get_descriptor(object, &sd))) {
        if (sd)
            status = se_descriptor_query(sd, SecurityInformation, SecurityDescriptor, LengthNeeded);
        else
            status = STATUS_NO_SECURITY_ON_OBJECT;
        ObReleaseObjectSecurity(sd, TRUE);
    }
    ObfDereferenceObject(object);
    return status;
}

NTSTATUS NTAPI ZwQuerySecurityObject(HANDLE Handle, SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Length, PULONG LengthNeeded)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return query_security_object(Handle, SecurityInformation, SecurityDescriptor, Length, LengthNeeded, KernelMode);
}

NTSTATUS NTAPI NtQuerySecurityObject(HANDLE Handle, SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Length, PULONG LengthNeeded)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return query_security_object(Handle, SecurityInformation, SecurityDescriptor, Length, LengthNeeded, ps_previous_mode());
}

static NTSTATUS set_security_object(HANDLE Handle, SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor, KPROCESSOR_MODE mode)
{
    PVOID object;
    PSECURITY_DESCRIPTOR old, merged;
    if (!SecurityDescriptor)
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = ObReferenceObjectByHandle(Handle, access_to_set(SecurityInformation), NULL, mode, &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    const struct ob_type_ops *ops = ob_type_of(object)->info.ops;
    if (ops && ops->set_security) {
        status = ops->set_security(object, SecurityInformation, SecurityDescriptor);
    } else if (NT_SUCCESS(status = ob_get_descriptor(object, &old))) {
        status = old ? se_descriptor_merge(old, SecurityDescriptor, SecurityInformation, &merged) : STATUS_NO_SECURITY_ON_OBJECT;
        ObReleaseObjectSecurity(old, TRUE);
        if (NT_SUCCESS(status)) {
            status = ob_set_descriptor(object, merged);
            ExFreePool(merged);
        }
    }
    ObfDereferenceObject(object);
    return status;
}

NTSTATUS NTAPI ZwSetSecurityObject(HANDLE Handle, SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return set_security_object(Handle, SecurityInformation, SecurityDescriptor, KernelMode);
}

NTSTATUS NTAPI NtSetSecurityObject(HANDLE Handle, SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return set_security_object(Handle, SecurityInformation, SecurityDescriptor, ps_previous_mode());
}
