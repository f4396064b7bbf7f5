/* From handles and names to objects and back: references with their checks, opening, inserting. The rules are those of
 * the Windows object manager: type first, then access; KernelMode skips the access check but not the type. */
#include "ntoskrnl/ob/handle.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/report.h"
#include "ntoskrnl/ps/ps.h"
#include "ntoskrnl/se/se.h"
#include "rtl/handle_value.h"

#include <stdlib.h>

#define PSEUDO_PROCESS ((HANDLE)(LONG_PTR)-1)
#define PSEUDO_THREAD ((HANDLE)(LONG_PTR)-2)

/* ---- handle values ---- */

HANDLE ob_encode_handle(uint32_t index, bool kernel)
{
    ULONG_PTR value = (ULONG_PTR)index << 2;
    return (HANDLE)(value | (kernel ? OB_KERNEL_HANDLE_BITS : RTL_MANAGER_HANDLE));
}

NTSTATUS ob_decode_handle(HANDLE handle, PEPROCESS process, KPROCESSOR_MODE mode, struct ob_handle_table **table,
    uint32_t *index)
{
    ULONG_PTR value = (ULONG_PTR)handle & ~(ULONG_PTR)3; /* the low two bits are the caller's */
    if ((value & OB_KERNEL_HANDLE_BITS) == OB_KERNEL_HANDLE_BITS) {
        if (mode != KernelMode)
            return STATUS_INVALID_HANDLE;
        *table = ob_kernel_table();
        value &= ~OB_KERNEL_HANDLE_BITS;
    } else if (value & RTL_MANAGER_HANDLE) {
        *table = ps_handle_table(process ? process : ps_current_process());
        value &= ~RTL_MANAGER_HANDLE;
    } else {
        return STATUS_INVALID_HANDLE; /* the application's own */
    }
    if (!value || value >> 2 > UINT32_MAX)
        return STATUS_INVALID_HANDLE;
    *index = (uint32_t)(value >> 2);
    return STATUS_SUCCESS;
}

/* ---- access ---- */

ACCESS_MASK ob_map_access(POBJECT_TYPE type, ACCESS_MASK desired)
{
    return se_map_generic(desired, &type->info.mapping);
}

NTSTATUS ob_check_access(PVOID object, ACCESS_MASK desired, KPROCESSOR_MODE mode, PACCESS_MASK granted)
{
    POBJECT_TYPE type = ob_type_of(object);
    if (mode == KernelMode) {
        *granted = ob_map_access(type, desired);
        if (*granted & MAXIMUM_ALLOWED)
            *granted = (*granted & ~MAXIMUM_ALLOWED) | type->info.mapping.GenericAll;
        return STATUS_SUCCESS;
    }
    PSECURITY_DESCRIPTOR sd;
    NTSTATUS status = ob_get_descriptor(object, &sd);
    if (!NT_SUCCESS(status))
        return status;
    PETHREAD thread = ps_current_thread();
    PACCESS_TOKEN token = ps_thread_token(thread);
    status = se_access_check(sd, token, desired, &type->info.mapping, mode, granted);
    ObfDereferenceObject(token);
    ObReleaseObjectSecurity(sd, TRUE);
    return status;
}

/* ---- references by handle and pointer ---- */

static NTSTATUS check_reference(PVOID object, ACCESS_MASK desired, ACCESS_MASK granted, POBJECT_TYPE type, KPROCESSOR_MODE mode)
{
    if (type && ob_type_of(object) != type)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (mode != KernelMode && (ob_map_access(ob_type_of(object), desired) & ~granted))
        return STATUS_ACCESS_DENIED;
    return STATUS_SUCCESS;
}

/* NtCurrentProcess() and NtCurrentThread(). */
static PVOID pseudo_object(HANDLE handle)
{
    if (handle == PSEUDO_PROCESS)
        return ps_current_process();
    return handle == PSEUDO_THREAD ? ps_current_thread() : NULL;
}

NTSTATUS ob_reference_handle(HANDLE handle, PEPROCESS process, ACCESS_MASK desired, POBJECT_TYPE type, KPROCESSOR_MODE mode,
    struct ob_handle_info *info)
{
    PVOID pseudo = pseudo_object(handle);
    if (pseudo) {
        *info = (struct ob_handle_info){.object = pseudo, .granted = ob_type_of(pseudo)->info.mapping.GenericAll};
        ObfReferenceObject(pseudo);
    } else {
        struct ob_handle_table *table;
        NTSTATUS status = ob_decode_handle(handle, process, mode, &table, &info->index);
        if (!NT_SUCCESS(status))
            return status;
        if (!ob_table_reference(table, info->index, info))
            return STATUS_INVALID_HANDLE;
        if (table == ob_kernel_table())
            info->attributes |= OBJ_KERNEL_HANDLE;
    }
    NTSTATUS status = check_reference(info->object, desired, info->granted, type, mode);
    if (!NT_SUCCESS(status))
        ObfDereferenceObject(info->object);
    return status;
}

NTSTATUS NTAPI ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
    KPROCESSOR_MODE AccessMode, PVOID *Object, POBJECT_HANDLE_INFORMATION HandleInformation)
{
    struct ob_handle_info info;
    *Object = NULL;
    NTSTATUS status = ob_reference_handle(Handle, NULL, DesiredAccess, ObjectType, AccessMode, &info);
    if (!NT_SUCCESS(status))
        return status;
    *Object = info.object;
    if (HandleInformation) {
        HandleInformation->HandleAttributes = info.attributes & (OBJ_INHERIT | OB_HANDLE_PROTECTED);
        HandleInformation->GrantedAccess = info.granted;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ObReferenceObjectByHandleWithTag(HANDLE Handle, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
    KPROCESSOR_MODE AccessMode, ULONG Tag, PVOID *Object, POBJECT_HANDLE_INFORMATION HandleInformation)
{
    (void)Tag;
    return ObReferenceObjectByHandle(Handle, DesiredAccess, ObjectType, AccessMode, Object, HandleInformation);
}

NTSTATUS NTAPI ObReferenceObjectByPointer(PVOID Object, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
    KPROCESSOR_MODE AccessMode)
{
    (void)DesiredAccess;
    /* Windows lets the kernel pass any type here, save for symbolic links. */
    if (ob_type_of(Object) != ObjectType && (AccessMode != KernelMode || ObjectType == ob_symlink_type))
        return STATUS_OBJECT_TYPE_MISMATCH;
    ObfReferenceObject(Object);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ObReferenceObjectByPointerWithTag(PVOID Object, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
    KPROCESSOR_MODE AccessMode, ULONG Tag)
{
    (void)Tag;
    return ObReferenceObjectByPointer(Object, DesiredAccess, ObjectType, AccessMode);
}

/* ---- making handles ---- */

static NTSTATUS insert_handle(struct ob_handle_table *table, PVOID object, ACCESS_MASK granted, ULONG attributes,
    PEPROCESS process, PHANDLE handle)
{
    const struct ob_type_ops *ops = ob_type_of(object)->info.ops;
    NTSTATUS status = ops && ops->open ? ops->open(object, process, granted) : STATUS_SUCCESS;
    if (!NT_SUCCESS(status))
        return status;
    uint32_t index;
    status = ob_table_insert(table, object, granted, attributes & (OBJ_INHERIT | OB_HANDLE_PROTECTED), &index);
    if (NT_SUCCESS(status))
        *handle = ob_encode_handle(index, attributes & OBJ_KERNEL_HANDLE);
    return status;
}

NTSTATUS ob_handle_create_in(PEPROCESS process, PVOID object, ACCESS_MASK granted, ULONG attributes, PHANDLE handle)
{
    bool kernel = attributes & OBJ_KERNEL_HANDLE;
    struct ob_handle_table *table = kernel ? ob_kernel_table() : ps_handle_table(process);
    *handle = NULL;
    return table ? insert_handle(table, object, granted, attributes, process, handle) : STATUS_PROCESS_IS_TERMINATING;
}

NTSTATUS ob_handle_create(PVOID object, ACCESS_MASK granted, ULONG attributes, PHANDLE handle)
{
    return ob_handle_create_in(ps_current_process(), object, granted, attributes, handle);
}

NTSTATUS ob_handle_close_in(PEPROCESS process, HANDLE handle, KPROCESSOR_MODE mode)
{
    struct ob_handle_table *table;
    uint32_t index;
    NTSTATUS status = ob_decode_handle(handle, process, mode, &table, &index);
    return NT_SUCCESS(status) ? ob_table_close(table, index, mode) : status;
}

/* An open as ObRegisterCallbacks sees it: callbacks before (may narrow the rights) and behind. */
static NTSTATUS open_with_callbacks(PVOID object, ACCESS_MASK granted, ULONG attributes, bool duplicate, PEPROCESS source,
    PEPROCESS target, PHANDLE handle)
{
    POBJECT_TYPE type = ob_type_of(object);
    struct ob_callback_run run;
    bool kernel = attributes & OBJ_KERNEL_HANDLE;
    ob_callbacks_pre(type, object, duplicate, kernel, source, target, &granted, &run);
    NTSTATUS status = ob_handle_create_in(target, object, granted, attributes, handle);
    ob_callbacks_post(type, object, duplicate, kernel, status, granted, &run);
    return status;
}

NTSTATUS ob_open_object(PVOID object, ACCESS_MASK desired, ULONG attributes, KPROCESSOR_MODE mode, PHANDLE handle)
{
    ACCESS_MASK granted;
    KPROCESSOR_MODE check = attributes & OBJ_FORCE_ACCESS_CHECK ? UserMode : mode;
    *handle = NULL;
    NTSTATUS status = ob_check_access(object, desired, check, &granted);
    if (!NT_SUCCESS(status))
        return status;
    PEPROCESS process = ps_current_process();
    return open_with_callbacks(object, granted, attributes, false, process, process, handle);
}

NTSTATUS NTAPI ObOpenObjectByPointer(PVOID Object, ULONG HandleAttributes, PACCESS_STATE PassedAccessState,
    ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode, PHANDLE Handle)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    *Handle = NULL;
    if (ObjectType && ob_type_of(Object) != ObjectType)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (!ObjectType && AccessMode != KernelMode)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (PassedAccessState)
        DesiredAccess |= PassedAccessState->RemainingDesiredAccess | PassedAccessState->PreviouslyGrantedAccess;
    return ob_open_object(Object, DesiredAccess, HandleAttributes, AccessMode, Handle);
}

NTSTATUS NTAPI ObOpenObjectByPointerWithTag(PVOID Object, ULONG HandleAttributes, PACCESS_STATE PassedAccessState,
    ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode, ULONG Tag, PHANDLE Handle)
{
    (void)Tag;
    return ObOpenObjectByPointer(Object, HandleAttributes, PassedAccessState, DesiredAccess, ObjectType, AccessMode, Handle);
}

/* ---- by name ---- */

/* The object of exactly this name: what the walk found, or what its type's parse procedure makes of the rest. */
static NTSTATUS finish_walk(struct ob_walk *walk, POBJECT_TYPE type, ACCESS_MASK desired, ULONG attributes,
    KPROCESSOR_MODE mode, PVOID context, PVOID *object)
{
    const struct ob_type_ops *ops = ob_type_of(walk->object)->info.ops;
    bool parse = ops && ops->parse && (walk->remaining.Length || ob_type_of(walk->object) != type);
    if (!parse && walk->remaining.Length)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (!parse) {
        *object = walk->object;
        walk->object = NULL;
    } else {
        struct ob_parse request = {walk->remaining, type, desired, attributes, mode, context};
        NTSTATUS status = ops->parse(walk->object, &request, object);
        if (!NT_SUCCESS(status))
            return status;
    }
    if (!type || ob_type_of(*object) == type)
        return STATUS_SUCCESS;
    ObfDereferenceObject(*object);
    *object = NULL;
    return STATUS_OBJECT_TYPE_MISMATCH;
}

static NTSTATUS reference_named(const OBJECT_ATTRIBUTES *oa, POBJECT_TYPE type, ACCESS_MASK desired, KPROCESSOR_MODE mode,
    PVOID context, PVOID *object)
{
    struct ob_walk walk;
    OBJECT_ATTRIBUTES own = *oa;
    *object = NULL;
    if (type == ob_symlink_type)
        own.Attributes |= OBJ_OPENLINK;
    NTSTATUS status = ob_walk_name(&own, mode, &walk);
    if (NT_SUCCESS(status))
        status = finish_walk(&walk, type, desired, oa->Attributes, mode, context, object);
    ob_walk_end(&walk);
    return status;
}

NTSTATUS ob_reference_by_name(PCUNICODE_STRING path, ULONG attributes, POBJECT_TYPE type, PVOID context, PVOID *object)
{
    OBJECT_ATTRIBUTES oa;
    InitializeObjectAttributes(&oa, (PUNICODE_STRING)path, attributes, NULL, NULL);
    return reference_named(&oa, type, 0, KernelMode, context, object);
}

NTSTATUS NTAPI ObReferenceObjectByName(PUNICODE_STRING ObjectName, ULONG Attributes, PACCESS_STATE AccessState,
    ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode, PVOID ParseContext, PVOID *Object)
{
    OBJECT_ATTRIBUTES oa;
    ACCESS_MASK granted;
    (void)AccessState;
    InitializeObjectAttributes(&oa, ObjectName, Attributes, NULL, NULL);
    NTSTATUS status = reference_named(&oa, ObjectType, DesiredAccess, AccessMode, ParseContext, Object);
    if (!NT_SUCCESS(status) || AccessMode == KernelMode)
        return status;
    status = ob_check_access(*Object, DesiredAccess, AccessMode, &granted);
    if (!NT_SUCCESS(status)) {
        ObfDereferenceObject(*Object);
        *Object = NULL;
    }
    return status;
}

NTSTATUS ob_open_by_name(const OBJECT_ATTRIBUTES *oa, POBJECT_TYPE type, KPROCESSOR_MODE mode, ACCESS_MASK desired,
    PVOID context, PHANDLE handle)
{
    PVOID object;
    *handle = NULL;
    if (!oa || oa->Length != sizeof(*oa))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = reference_named(oa, type, desired, mode, context, &object);
    if (!NT_SUCCESS(status))
        return status;
    status = ob_open_object(object, desired, oa->Attributes, mode, handle);
    ObfDereferenceObject(object);
    return status;
}

NTSTATUS NTAPI ObOpenObjectByName(POBJECT_ATTRIBUTES ObjectAttributes, POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
    PACCESS_STATE PassedAccessState, ACCESS_MASK DesiredAccess, PVOID ParseContext, PHANDLE Handle)
{
    (void)PassedAccessState;
    return ob_open_by_name(ObjectAttributes, ObjectType, AccessMode, DesiredAccess, ParseContext, Handle);
}

/* ---- inserting ---- */

/* Finds the place and puts the object there; with OBJ_OPENIF *existing (referenced) is an object of that name. */
static NTSTATUS insert_in_namespace(struct ob_header *header, PVOID *existing)
{
    struct ob_creation *creation = header->creation;
    OBJECT_ATTRIBUTES oa;
    InitializeObjectAttributes(&oa, &creation->path, creation->attributes | OBJ_OPENLINK, creation->root, NULL);
    *existing = NULL;
    for (;;) {
        struct ob_walk walk;
        NTSTATUS status = ob_walk_name(&oa, creation->mode, &walk);
        if (status == STATUS_OBJECT_NAME_NOT_FOUND && walk.directory) {
            ACCESS_MASK granted;
            status = ob_check_access(walk.directory, DIRECTORY_CREATE_OBJECT, creation->mode, &granted);
            if (NT_SUCCESS(status))
                status = ob_attach_name(header, walk.directory, &walk.last, creation->attributes, existing);
        } else if (NT_SUCCESS(status)) {
            status = walk.remaining.Length ? STATUS_OBJECT_PATH_NOT_FOUND : STATUS_OBJECT_NAME_COLLISION;
            if (!walk.remaining.Length) {
                *existing = walk.object;
                walk.object = NULL;
            }
        }
        ob_walk_end(&walk);
        return status;
    }
}

static NTSTATUS open_existing(PVOID object, PVOID existing, ULONG attributes, ACCESS_MASK desired, KPROCESSOR_MODE mode,
    PHANDLE handle)
{
    NTSTATUS status = STATUS_OBJECT_NAME_COLLISION;
    if (attributes & OBJ_OPENIF) {
        status = STATUS_OBJECT_TYPE_MISMATCH;
        if (ob_type_of(existing) == ob_type_of(object))
            status = handle ? ob_open_object(existing, desired, attributes, mode, handle) : STATUS_SUCCESS;
        if (NT_SUCCESS(status))
            status = STATUS_OBJECT_NAME_EXISTS;
    }
    return status;
}

NTSTATUS ob_insert(PVOID object, ACCESS_MASK desired, PHANDLE handle)
{
    struct ob_header *header = ob_header_of(object);
    struct ob_creation *creation = header->creation;
    ULONG attributes = creation ? creation->attributes : 0;
    KPROCESSOR_MODE mode = creation ? creation->mode : KernelMode;
    PVOID existing = NULL;
    NTSTATUS status = STATUS_SUCCESS;
    if (handle)
        *handle = NULL;
    if (creation && creation->path.Length)
        status = insert_in_namespace(header, &existing);
    if (existing) {
        status = open_existing(object, existing, attributes, desired, mode, handle);
        ObfDereferenceObject(existing);
    } else if (NT_SUCCESS(status)) {
        if (attributes & OBJ_PERMANENT) {
            __atomic_fetch_or(&header->flags, OB_PERMANENT, __ATOMIC_RELAXED);
            ObfReferenceObject(object);
        }
        if (handle) { /* the creator gets what it asks for: the descriptor is its own */
            ACCESS_MASK granted;
            ob_check_access(object, desired, KernelMode, &granted);
            PEPROCESS process = ps_current_process();
            status = open_with_callbacks(object, granted, attributes, false, process, process, handle);
            if (!NT_SUCCESS(status))
                ObMakeTemporaryObject(object);
        }
    }
    ObfDereferenceObject(object);
    return status;
}

NTSTATUS ob_insert_name(PVOID object, PCUNICODE_STRING path, ULONG attributes)
{
    struct ob_header *header = ob_header_of(object);
    struct ob_creation creation = {.path = *path, .attributes = attributes, .mode = KernelMode};
    struct ob_creation *before = header->creation;
    PVOID existing;
    header->creation = &creation;
    if (attributes & OBJ_PERMANENT)
        __atomic_fetch_or(&header->flags, OB_NAME_STAYS, __ATOMIC_RELAXED);
    NTSTATUS status = insert_in_namespace(header, &existing);
    header->creation = before;
    if (existing)
        ObfDereferenceObject(existing);
    return status;
}

NTSTATUS NTAPI ObInsertObject(PVOID Object, PACCESS_STATE PassedAccessState, ACCESS_MASK DesiredAccess,
    ULONG ObjectPointerBias, PVOID *NewObject, PHANDLE Handle)
{
    (void)PassedAccessState;
    if (NewObject)
        *NewObject = NULL;
    for (ULONG i = 0; i < ObjectPointerBias; i++)
        ObfReferenceObject(Object);
    if (NewObject && ObjectPointerBias)
        *NewObject = Object;
    NTSTATUS status = ob_insert(Object, DesiredAccess, Handle);
    if (NT_SUCCESS(status))
        return status;
    for (ULONG i = 0; i < ObjectPointerBias; i++)
        ObfDereferenceObject(Object);
    if (NewObject)
        *NewObject = NULL;
    return status;
}

/* ---- closing and duplicating ---- */

NTSTATUS ob_close(HANDLE handle, KPROCESSOR_MODE mode, const void *pc)
{
    if (handle == PSEUDO_PROCESS || handle == PSEUDO_THREAD)
        return STATUS_SUCCESS;
    NTSTATUS status = ob_handle_close_in(NULL, handle, mode);
    if (status == STATUS_INVALID_HANDLE && mode == KernelMode && handle)
        ke_report_caller("ZwClose", pc, "%p is no open handle %s", handle,
            ((ULONG_PTR)handle & OB_KERNEL_HANDLE_BITS) == OB_KERNEL_HANDLE_BITS ? "of the kernel" : "in this process");
    return status;
}

NTSTATUS NTAPI ZwClose(HANDLE Handle)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return ob_close(Handle, KernelMode, __builtin_return_address(0));
}

NTSTATUS NTAPI NtClose(HANDLE Handle)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return ob_close(Handle, ps_previous_mode(), __builtin_return_address(0));
}

NTSTATUS NTAPI ObCloseHandle(HANDLE Handle, KPROCESSOR_MODE PreviousMode)
{
    return ob_close(Handle, PreviousMode, __builtin_return_address(0));
}

BOOLEAN NTAPI ObIsKernelHandle(HANDLE Handle)
{
    return ((ULONG_PTR)Handle & OB_KERNEL_HANDLE_BITS) == OB_KERNEL_HANDLE_BITS && Handle != PSEUDO_PROCESS && Handle != PSEUDO_THREAD;
}

NTSTATUS NTAPI ObSetHandleAttributes(HANDLE Handle, POBJECT_HANDLE_FLAG_INFORMATION HandleFlags, KPROCESSOR_MODE PreviousMode)
{
    struct ob_handle_table *table;
    uint32_t index;
    NTSTATUS status = ob_decode_handle(Handle, NULL, PreviousMode, &table, &index);
    if (!NT_SUCCESS(status))
        return status;
    ULONG attributes = (HandleFlags->Inherit ? OBJ_INHERIT : 0) | (HandleFlags->ProtectFromClose ? OB_HANDLE_PROTECTED : 0);
    return ob_table_set_attributes(table, index, attributes) ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

/* Which handle of which process becomes which of which: processes are referenced by the caller. */
static NTSTATUS duplicate(PEPROCESS source, HANDLE handle, PEPROCESS target, PHANDLE out, ACCESS_MASK desired,
    ULONG attributes, ULONG options, KPROCESSOR_MODE mode)
{
    struct ob_handle_info info;
    NTSTATUS status = ob_reference_handle(handle, source, 0, NULL, mode, &info);
    if (!NT_SUCCESS(status))
        return status;
    if (options & DUPLICATE_SAME_ATTRIBUTES)
        attributes = info.attributes;
    ACCESS_MASK granted = options & DUPLICATE_SAME_ACCESS ? info.granted : ob_map_access(ob_type_of(info.object), desired);
    if (granted & ~info.granted) /* more than the source had: a new check */
        status = ob_check_access(info.object, desired, mode, &granted);
    if (NT_SUCCESS(status) && out)
        status = open_with_callbacks(info.object, granted, attributes, true, source, target, out);
    ObfDereferenceObject(info.object);
    if (options & DUPLICATE_CLOSE_SOURCE)
        ob_handle_close_in(source, handle, mode);
    return status;
}

NTSTATUS NTAPI ZwDuplicateObject(HANDLE SourceProcessHandle, HANDLE SourceHandle, HANDLE TargetProcessHandle,
    PHANDLE TargetHandle, ACCESS_MASK DesiredAccess, ULONG HandleAttributes, ULONG Options)
{
    PEPROCESS source, target = NULL;
    if (TargetHandle)
        *TargetHandle = NULL;
    NTSTATUS status = ObReferenceObjectByHandle(SourceProcessHandle, PROCESS_DUP_HANDLE, *PsProcessType, KernelMode,
        (PVOID *)&source, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (TargetProcessHandle)
        status = ObReferenceObjectByHandle(TargetProcessHandle, PROCESS_DUP_HANDLE, *PsProcessType, KernelMode,
            (PVOID *)&target, NULL);
    if (NT_SUCCESS(status))
        status = duplicate(source, SourceHandle, target ? target : source, target ? TargetHandle : NULL, DesiredAccess,
            HandleAttributes, Options, KernelMode);
    if (target)
        ObfDereferenceObject(target);
    ObfDereferenceObject(source);
    return status;
}
