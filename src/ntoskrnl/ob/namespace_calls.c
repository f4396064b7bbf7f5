/* Directories and symbolic links as drivers reach them: Zw...DirectoryObject and Zw...SymbolicLinkObject,
 * and the manager's own ways to make them. */
#include "ntoskrnl/ob/inner.h"

#include "ntoskrnl/ke/ke.h"

#include <string.h>

POBJECT_TYPE ob_directory_type, ob_symlink_type;

/* ---- directories ---- */

NTSTATUS NTAPI ZwCreateDirectoryObject(PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes)
{
    PVOID directory;
    *DirectoryHandle = NULL;
    NTSTATUS status = ob_create_named(ob_directory_type, sizeof(struct ob_directory), ObjectAttributes, KernelMode,
        &directory);
    return NT_SUCCESS(status) ? ob_insert(directory, DesiredAccess, DirectoryHandle) : status;
}

NTSTATUS NTAPI ZwOpenDirectoryObject(PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)
{
    return ob_open_by_name(ObjectAttributes, ob_directory_type, KernelMode, DesiredAccess, NULL, DirectoryHandle);
}

NTSTATUS ob_make_directory(const WCHAR *path)
{
    PVOID directory;
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    RtlInitUnicodeString(&name, path);
    InitializeObjectAttributes(&oa, &name, OBJ_PERMANENT | OBJ_CASE_INSENSITIVE, NULL, NULL);
    NTSTATUS status = ob_create_named(ob_directory_type, sizeof(struct ob_directory), &oa, KernelMode, &directory);
    return NT_SUCCESS(status) ? ob_insert(directory, 0, NULL) : status;
}

/* Lays entries at the front of the buffer and their strings at its end, as far as they fit. */
struct listing {
    POBJECT_DIRECTORY_INFORMATION entry;
    char *strings; /* grows down */
    ULONG need;
};

static void put_string(struct listing *list, PCUNICODE_STRING from, PUNICODE_STRING to)
{
    list->strings -= from->Length + sizeof(WCHAR);
    memcpy(list->strings, from->Buffer, from->Length);
    memset(list->strings + from->Length, 0, sizeof(WCHAR));
    to->Buffer = (PWCH)list->strings;
    to->Length = from->Length;
    to->MaximumLength = from->Length + sizeof(WCHAR);
}

static bool list_entry(struct listing *list, PCUNICODE_STRING name, PCUNICODE_STRING type)
{
    ULONG strings = name->Length + type->Length + 2 * sizeof(WCHAR);
    list->need += sizeof(*list->entry) + strings;
    /* one entry more must stay free: the empty one at the end */
    if ((char *)(list->entry + 2) + strings > list->strings)
        return false;
    put_string(list, name, &list->entry->Name);
    put_string(list, type, &list->entry->TypeName);
    list->entry++;
    return true;
}

static NTSTATUS list_directory(PVOID directory, PVOID buffer, ULONG length, bool single, PULONG context, PULONG need)
{
    struct listing list = {.entry = buffer, .strings = (char *)buffer + (length & ~1u), .need = sizeof(*list.entry)};
    ULONG listed = 0;
    NTSTATUS status = STATUS_SUCCESS;
    for (;;) {
        UNICODE_STRING name;
        PCUNICODE_STRING type;
        status = ob_directory_entry(directory, *context, &name, &type);
        if (status == STATUS_NO_MORE_ENTRIES && listed)
            status = STATUS_SUCCESS;
        else if (NT_SUCCESS(status) && single && listed)
            status = STATUS_MORE_ENTRIES;
        if (!NT_SUCCESS(status) || !name.Buffer || status == STATUS_MORE_ENTRIES) {
            ob_free_name(&name);
            break;
        }
        bool fits = list_entry(&list, &name, type);
        ob_free_name(&name);
        if (!fits) {
            status = listed ? STATUS_MORE_ENTRIES : STATUS_BUFFER_TOO_SMALL;
            break;
        }
        listed++;
        ++*context;
    }
    if (listed)
        RtlZeroMemory(list.entry, sizeof(*list.entry));
    *need = list.need;
    return status;
}

NTSTATUS NTAPI ZwQueryDirectoryObject(HANDLE DirectoryHandle, PVOID Buffer, ULONG Length, BOOLEAN ReturnSingleEntry,
    BOOLEAN RestartScan, PULONG Context, PULONG ReturnLength)
{
    PVOID directory;
    ULONG need;
    NTSTATUS status = ObReferenceObjectByHandle(DirectoryHandle, DIRECTORY_QUERY, ob_directory_type, KernelMode, &directory, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (RestartScan)
        *Context = 0;
    if (Length < sizeof(OBJECT_DIRECTORY_INFORMATION)) {
        need = sizeof(OBJECT_DIRECTORY_INFORMATION);
        status = STATUS_BUFFER_TOO_SMALL;
    } else {
        status = list_directory(directory, Buffer, Length, ReturnSingleEntry, Context, &need);
    }
    if (ReturnLength)
        *ReturnLength = need;
    ObfDereferenceObject(directory);
    return status;
}

/* ---- symbolic links ---- */

void ob_symlink_delete(PVOID object)
{
    ob_free_name(&((struct ob_symlink *)object)->target);
}

static NTSTATUS create_symlink(const OBJECT_ATTRIBUTES *oa, PCUNICODE_STRING target, PVOID *link)
{
    if (!target->Length || target->Length % sizeof(WCHAR) || target->Length > target->MaximumLength)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = ob_create_named(ob_symlink_type, sizeof(struct ob_symlink), oa, KernelMode, link);
    if (!NT_SUCCESS(status))
        return status;
    struct ob_symlink *body = *link;
    body->created.QuadPart = (LONGLONG)ke_system_time();
    status = ob_copy_string(target, &body->target);
    if (!NT_SUCCESS(status))
        ObfDereferenceObject(body);
    return status;
}

NTSTATUS NTAPI ZwCreateSymbolicLinkObject(PHANDLE LinkHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
    PUNICODE_STRING LinkTarget)
{
    PVOID link;
    *LinkHandle = NULL;
    NTSTATUS status = create_symlink(ObjectAttributes, LinkTarget, &link);
    return NT_SUCCESS(status) ? ob_insert(link, DesiredAccess, LinkHandle) : status;
}

NTSTATUS NTAPI ZwOpenSymbolicLinkObject(PHANDLE LinkHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)
{
    return ob_open_by_name(ObjectAttributes, ob_symlink_type, KernelMode, DesiredAccess, NULL, LinkHandle);
}

NTSTATUS NTAPI ZwQuerySymbolicLinkObject(HANDLE LinkHandle, PUNICODE_STRING LinkTarget, PULONG ReturnedLength)
{
    struct ob_symlink *link;
    NTSTATUS status = ObReferenceObjectByHandle(LinkHandle, SYMBOLIC_LINK_QUERY, ob_symlink_type, KernelMode, (PVOID *)&link, NULL);
    if (!NT_SUCCESS(status))
        return status;
    /* With ReturnedLength the terminator is part of what must fit. */
    ULONG length = link->target.Length, need = length + (ReturnedLength ? sizeof(WCHAR) : 0);
    if (need <= LinkTarget->MaximumLength) {
        memcpy(LinkTarget->Buffer, link->target.Buffer, need);
        LinkTarget->Length = (USHORT)length;
    } else {
        status = STATUS_BUFFER_TOO_SMALL;
    }
    if (ReturnedLength)
        *ReturnedLength = need;
    ObfDereferenceObject(link);
    return status;
}

static NTSTATUS make_symlink(PCUNICODE_STRING link, PCUNICODE_STRING target, ULONG attributes)
{
    PVOID object;
    OBJECT_ATTRIBUTES oa;
    InitializeObjectAttributes(&oa, (PUNICODE_STRING)link, OBJ_PERMANENT | attributes, NULL, NULL);
    NTSTATUS status = create_symlink(&oa, target, &object);
    return NT_SUCCESS(status) ? ob_insert(object, 0, NULL) : status;
}

NTSTATUS ob_make_symlink(PCUNICODE_STRING link, PCUNICODE_STRING target)
{
    return make_symlink(link, target, OBJ_CASE_INSENSITIVE);
}

NTSTATUS ob_make_exact_symlink(PCUNICODE_STRING link, PCUNICODE_STRING target)
{
    return make_symlink(link, target, 0);
}

NTSTATUS ob_delete_symlink(PCUNICODE_STRING link)
{
    PVOID object;
    NTSTATUS status = ob_reference_by_name(link, OBJ_CASE_INSENSITIVE, ob_symlink_type, NULL, &object);
    if (!NT_SUCCESS(status))
        return status;
    ObMakeTemporaryObject(object);
    ObfDereferenceObject(object);
    return STATUS_SUCCESS;
}
