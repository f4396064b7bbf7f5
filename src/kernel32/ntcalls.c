/* The calls of ntdll that applications make on files of the manager. Statuses and status blocks as NT's: a
 * call that fails at once leaves the block alone. */
#include <stdlib.h>
#include <string.h>

#include "kernel32/device.h"
#include "kernel32/routine.h"
#include "kernel32/security.h"
#include "kernel32/thread.h"
#include "ntstatus.h"
#include "winternl.h"

VOID RtlInitUnicodeString(PUNICODE_STRING to, PCWSTR from)
{
    size_t length = from ? (size_t)lstrlenW(from) * sizeof *from : 0;

    if (length > 0xfffc)
        length = 0xfffc;
    *to = (UNICODE_STRING){(USHORT)length, (USHORT)(from ? length + sizeof *from : 0), (PWCH)from};
}

NTSTATUS NtClose(HANDLE handle)
{
    return k32_handle_close(handle);
}

/* STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, or the file, referenced. */
static NTSTATUS file_of(HANDLE handle, struct k32_nt_file **file)
{
    struct k32_object *object = k32_object_of(handle, NULL);

    *file = NULL;
    if (!object)
        return STATUS_INVALID_HANDLE;
    if (object->type != &k32_nt_file_type) {
        k32_release(object);
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    *file = (struct k32_nt_file *)object;
    return STATUS_SUCCESS;
}

/* --- opening --- */

/* Below a directory of the manager's: its name in front. */
static NTSTATUS join(HANDLE root, const UNICODE_STRING *name, WCHAR **full, size_t *bytes)
{
    struct k32_nt_file *file;
    NTSTATUS status = file_of(root, &file);
    if (!NT_SUCCESS(status))
        return status;
    WCHAR *text = malloc(0x10000 + sizeof *text + name->Length);
    struct k32_nt_call call = {.wire = {.op = WIRE_FILE_NAME, .out_length = 0x8000}, .out = text};
    status = text ? k32_nt_call(file, &call) : STATUS_NO_MEMORY;
    k32_release(&file->object);
    if (!NT_SUCCESS(status)) {
        free(text);
        return status;
    }
    size_t units = call.information / sizeof *text;
    if (!units || text[units - 1] != '\\')
        text[units++] = '\\';
    memcpy(text + units, name->Buffer, name->Length);
    *full = text;
    *bytes = units * sizeof *text + name->Length;
    return STATUS_SUCCESS;
}

/* The checks of the object manager, in its order (mailslots.md table 5.1). */
static NTSTATUS full_name(const OBJECT_ATTRIBUTES *attributes, WCHAR **full, size_t *bytes)
{
    const UNICODE_STRING *name = attributes->ObjectName;

    *full = NULL;
    *bytes = 0;
    if (name && name->Length % sizeof(WCHAR))
        return STATUS_OBJECT_NAME_INVALID;
    if (attributes->RootDirectory) {
        if (!name)
            return STATUS_OBJECT_NAME_INVALID;
        return join(attributes->RootDirectory, name, full, bytes);
    }
    if (!name || !name->Length)
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    *full = malloc(name->Length);
    if (!*full)
        return STATUS_NO_MEMORY;
    memcpy(*full, name->Buffer, name->Length);
    *bytes = name->Length;
    return STATUS_SUCCESS;
}

static NTSTATUS open_file(PHANDLE handle, const OBJECT_ATTRIBUTES *attributes, PIO_STATUS_BLOCK block,
    const struct wire_file_open *how)
{
    struct k32_nt_open open = {.how = *how};
    struct k32_object *object;
    uint32_t information = 0;
    void *descriptor = NULL;
    WCHAR *name;

    if (!handle || !block)
        return STATUS_ACCESS_VIOLATION; /* M-54 */
    if (!attributes || attributes->Length != sizeof *attributes)
        return STATUS_INVALID_PARAMETER; /* M-55 */
    const SECURITY_ATTRIBUTES security = {sizeof security, attributes->SecurityDescriptor, FALSE};
    NTSTATUS status = full_name(attributes, &name, &open.name_bytes);
    if (NT_SUCCESS(status))
        status = k32_take_descriptor(&security, &descriptor, &open.descriptor_bytes);
    open.name = name;
    open.descriptor = descriptor;
    open.how.object_attributes = attributes->Attributes & OBJ_CASE_INSENSITIVE;
    if (NT_SUCCESS(status))
        status = k32_nt_open(&open, &object, &information);
    free(name);
    free(descriptor);
    if (!NT_SUCCESS(status))
        return status;
    *handle = k32_handle_give(object);
    if (!*handle)
        return STATUS_NO_MEMORY;
    if (attributes->Attributes & OBJ_INHERIT)
        SetHandleInformation(*handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    block->Status = status;
    block->Information = information;
    return status;
}

NTSTATUS NtCreateFile(PHANDLE handle, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
    PIO_STATUS_BLOCK block, PLARGE_INTEGER allocation, ULONG file_attributes, ULONG share, ULONG disposition,
    ULONG options, PVOID ea, ULONG ea_length)
{
    const struct wire_file_open how = {.access = access,
        .attributes = file_attributes,
        .share = share,
        .disposition = disposition,
        .options = options};

    if (ea || ea_length)
        return STATUS_EAS_NOT_SUPPORTED;
    return open_file(handle, attributes, block, &how);
}

NTSTATUS NtOpenFile(PHANDLE handle, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes, PIO_STATUS_BLOCK block,
    ULONG share, ULONG options)
{
    return NtCreateFile(handle, access, attributes, block, NULL, 0, share, FILE_OPEN, options, NULL, 0);
}

NTSTATUS NtCreateMailslotFile(PHANDLE handle, ULONG access, POBJECT_ATTRIBUTES attributes,
    PIO_STATUS_BLOCK block, ULONG options, ULONG quota, ULONG maximum, PLARGE_INTEGER timeout)
{
    const struct wire_file_open how = {.access = access,
        .options = options,
        .mailslot = WIRE_MAILSLOT_CREATE,
        .quota = quota,
        .maximum = maximum,
        .has_timeout = timeout != NULL, /* M-57 */
        .timeout = timeout ? timeout->QuadPart : -1};

    return open_file(handle, attributes, block, &how);
}

/* --- calls --- */

static void nt_completed(struct k32_nt_call *call)
{
    k32_io_complete(&call->io, call->status, (ULONG_PTR)(NT_ERROR(call->status) ? 0 : call->information));
    free(call);
}

static NTSTATUS run_on(struct k32_nt_file *file, const struct k32_nt_call *from, HANDLE event, PVOID context,
    PIO_STATUS_BLOCK block)
{
    struct k32_nt_call *call = malloc(sizeof *call);

    if (!call)
        return STATUS_NO_MEMORY;
    *call = *from;
    call->overlapped = (OVERLAPPED *)block;
    call->completed = nt_completed;
    NTSTATUS status = k32_io_begin_nt(&call->io, &file->object, event, block, context);
    if (!NT_SUCCESS(status)) {
        free(call);
        return status;
    }
    status = file->overlapped ? k32_nt_start(file, call) : k32_nt_call(file, call);
    if (status == STATUS_PENDING)
        return status;
    if (NT_ERROR(status))
        k32_io_forget(&call->io);
    else
        k32_io_complete(&call->io, status, (ULONG_PTR)call->information);
    free(call);
    return status;
}

static NTSTATUS run(HANDLE handle, const struct k32_nt_call *call, HANDLE event, PIO_APC_ROUTINE routine,
    PVOID context, PIO_STATUS_BLOCK block)
{
    struct k32_nt_file *file;

    if (!block)
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = file_of(handle, &file);
    if (!NT_SUCCESS(status))
        return status;
    if (routine && !k32_routine_set(NULL, routine, context))
        status = STATUS_NO_MEMORY;
    else
        status = run_on(file, call, event, context, block);
    if (routine)
        k32_routine_clear();
    k32_release(&file->object);
    return status;
}

static void set_offset(struct k32_nt_call *call, PLARGE_INTEGER offset)
{
    if (offset)
        call->wire.flags |= WIRE_FILE_AT;
    call->wire.offset = offset ? offset->QuadPart : 0;
}

NTSTATUS NtReadFile(HANDLE handle, HANDLE event, PIO_APC_ROUTINE routine, PVOID context,
    PIO_STATUS_BLOCK block, PVOID buffer, ULONG length, PLARGE_INTEGER offset, PULONG key)
{
    struct k32_nt_call call = {.wire = {.op = WIRE_FILE_READ, .out_length = length}, .out = buffer};

    set_offset(&call, offset);
    return run(handle, &call, event, routine, context, block);
}

NTSTATUS NtWriteFile(HANDLE handle, HANDLE event, PIO_APC_ROUTINE routine, PVOID context,
    PIO_STATUS_BLOCK block, PVOID buffer, ULONG length, PLARGE_INTEGER offset, PULONG key)
{
    struct k32_nt_call call = {.wire = {.op = WIRE_FILE_WRITE, .in_length = length}, .in = buffer};

    set_offset(&call, offset);
    return run(handle, &call, event, routine, context, block);
}

static NTSTATUS control(HANDLE handle, HANDLE event, PIO_APC_ROUTINE routine, PVOID context,
    PIO_STATUS_BLOCK block, uint32_t op, ULONG code, const void *in, ULONG in_length, PVOID out,
    ULONG out_length)
{
    struct k32_nt_call call = {
        .wire = {.op = op, .code = code, .in_length = in_length, .out_length = out_length},
        .in = in,
        .out = out};

    if (code & 3 && out_length)
        call.wire.flags |= WIRE_FILE_OUT_IS_IN;
    if ((code & 3) == 3 && in_length) /* METHOD_NEITHER */
        call.wire.flags |= WIRE_FILE_IN_BACK;
    return run(handle, &call, event, routine, context, block);
}

NTSTATUS NtDeviceIoControlFile(HANDLE handle, HANDLE event, PIO_APC_ROUTINE routine, PVOID context,
    PIO_STATUS_BLOCK block, ULONG code, PVOID in, ULONG in_length, PVOID out, ULONG out_length)
{
    return control(handle, event, routine, context, block, WIRE_FILE_DEVICE_CONTROL, code, in, in_length, out,
        out_length);
}

NTSTATUS NtFsControlFile(HANDLE handle, HANDLE event, PIO_APC_ROUTINE routine, PVOID context,
    PIO_STATUS_BLOCK block, ULONG code, PVOID in, ULONG in_length, PVOID out, ULONG out_length)
{
    return control(
        handle, event, routine, context, block, WIRE_FILE_FS_CONTROL, code, in, in_length, out, out_length);
}

NTSTATUS NtQueryInformationFile(
    HANDLE handle, PIO_STATUS_BLOCK block, PVOID buffer, ULONG length, FILE_INFORMATION_CLASS class)
{
    struct k32_nt_call call = {
        .wire = {.op = WIRE_FILE_QUERY, .code = class, .out_length = length}, .out = buffer};

    return run(handle, &call, NULL, NULL, NULL, block);
}

NTSTATUS NtSetInformationFile(
    HANDLE handle, PIO_STATUS_BLOCK block, PVOID buffer, ULONG length, FILE_INFORMATION_CLASS class)
{
    struct k32_nt_call call = {
        .wire = {.op = WIRE_FILE_SET, .code = class, .in_length = length}, .in = buffer};
    NTSTATUS status = k32_nt_marshal_set(&call);

    return NT_SUCCESS(status) ? run(handle, &call, NULL, NULL, NULL, block) : status;
}

NTSTATUS NtQueryVolumeInformationFile(
    HANDLE handle, PIO_STATUS_BLOCK block, PVOID buffer, ULONG length, FS_INFORMATION_CLASS class)
{
    struct k32_nt_call call = {
        .wire = {.op = WIRE_FILE_QUERY_VOLUME, .code = class, .out_length = length}, .out = buffer};

    return run(handle, &call, NULL, NULL, NULL, block);
}

NTSTATUS NtQueryDirectoryFile(HANDLE handle, HANDLE event, PIO_APC_ROUTINE routine, PVOID context,
    PIO_STATUS_BLOCK block, PVOID buffer, ULONG length, FILE_INFORMATION_CLASS class, BOOLEAN single,
    PUNICODE_STRING pattern, BOOLEAN restart)
{
    struct k32_nt_call call = {
        .wire = {.op = WIRE_FILE_DIRECTORY,
            .flags = (single ? WIRE_FILE_ONE_ENTRY : 0) | (restart ? WIRE_FILE_RESTART : 0),
            .code = class,
            .in_length = pattern ? pattern->Length : 0,
            .out_length = length},
        .in = pattern ? pattern->Buffer : NULL,
        .out = buffer};

    return run(handle, &call, event, routine, context, block);
}

NTSTATUS NtFlushBuffersFile(HANDLE handle, PIO_STATUS_BLOCK block)
{
    struct k32_nt_call call = {.wire.op = WIRE_FILE_FLUSH};

    return run(handle, &call, NULL, NULL, NULL, block);
}

static NTSTATUS cancel(HANDLE handle, const void *which, uint32_t thread, PIO_STATUS_BLOCK block)
{
    struct k32_nt_file *file;
    NTSTATUS status = file_of(handle, &file);
    if (!NT_SUCCESS(status))
        return status;
    status = k32_nt_cancel(file, which, thread);
    k32_release(&file->object);
    block->Status = status;
    block->Information = 0;
    return status;
}

NTSTATUS NtCancelIoFile(HANDLE handle, PIO_STATUS_BLOCK block)
{
    NTSTATUS status = cancel(handle, NULL, k32_thread_id(k32_self()), block);

    return status == STATUS_NOT_FOUND ? block->Status = STATUS_SUCCESS : status;
}

NTSTATUS NtCancelIoFileEx(HANDLE handle, PIO_STATUS_BLOCK which, PIO_STATUS_BLOCK block)
{
    return cancel(handle, which, 0, block);
}

/* --- names and descriptors --- */

static NTSTATUS query_name(
    struct k32_nt_file *file, POBJECT_NAME_INFORMATION info, ULONG length, ULONG *needed)
{
    struct k32_nt_call call = {.wire = {.op = WIRE_FILE_NAME, .out_length = 0xfffe}, .out = malloc(0x10000)};

    if (!call.out)
        return STATUS_NO_MEMORY;
    NTSTATUS status = k32_nt_call(file, &call);
    size_t bytes = call.information;
    *needed = (ULONG)(sizeof *info + bytes + sizeof(WCHAR));
    if (NT_SUCCESS(status) && length < *needed)
        status = length < sizeof *info ? STATUS_INFO_LENGTH_MISMATCH : STATUS_BUFFER_OVERFLOW;
    if (NT_SUCCESS(status)) {
        info->Name = (UNICODE_STRING){(USHORT)bytes, (USHORT)(bytes + sizeof(WCHAR)), (PWCH)(info + 1)};
        memcpy(info->Name.Buffer, call.out, bytes);
        info->Name.Buffer[bytes / sizeof(WCHAR)] = 0;
    }
    free(call.out);
    return status;
}

/* M-63: the type of every file is "File". */
static NTSTATUS query_type(PPUBLIC_OBJECT_TYPE_INFORMATION info, ULONG length, ULONG *needed)
{
    static const WCHAR name[] = u"File";

    *needed = sizeof *info + sizeof name;
    if (length < *needed)
        return STATUS_INFO_LENGTH_MISMATCH;
    memset(info, 0, sizeof *info);
    info->TypeName = (UNICODE_STRING){sizeof name - sizeof *name, sizeof name, (PWCH)(info + 1)};
    memcpy(info->TypeName.Buffer, name, sizeof name);
    return STATUS_SUCCESS;
}

NTSTATUS NtQueryObject(
    HANDLE handle, OBJECT_INFORMATION_CLASS class, PVOID buffer, ULONG length, PULONG needed)
{
    struct k32_nt_file *file;
    ULONG size = 0;
    NTSTATUS status = file_of(handle, &file);
    if (!NT_SUCCESS(status))
        return status;
    if (class == ObjectNameInformation)
        status = query_name(file, buffer, length, &size);
    else if (class == ObjectTypeInformation)
        status = query_type(buffer, length, &size);
    else
        status = STATUS_INVALID_INFO_CLASS;
    k32_release(&file->object);
    if (needed)
        *needed = size;
    return status;
}

NTSTATUS NtQuerySecurityObject(
    HANDLE handle, SECURITY_INFORMATION which, PSECURITY_DESCRIPTOR descriptor, ULONG length, PULONG needed)
{
    struct k32_nt_call call = {
        .wire = {.op = WIRE_FILE_QUERY_SECURITY, .code = which, .out_length = length}, .out = descriptor};
    struct k32_nt_file *file;
    NTSTATUS status = file_of(handle, &file);
    if (!NT_SUCCESS(status))
        return status;
    status = k32_nt_call(file, &call);
    k32_release(&file->object);
    *needed = (ULONG)call.information;
    return status == STATUS_BUFFER_OVERFLOW ? STATUS_BUFFER_TOO_SMALL : status;
}

NTSTATUS NtSetSecurityObject(HANDLE handle, SECURITY_INFORMATION which, PSECURITY_DESCRIPTOR descriptor)
{
    const SECURITY_ATTRIBUTES security = {sizeof security, descriptor, FALSE};
    struct k32_nt_file *file;
    void *relative;
    size_t size;

    if (!descriptor)
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = file_of(handle, &file);
    if (!NT_SUCCESS(status))
        return status;
    status = k32_take_descriptor(&security, &relative, &size);
    if (NT_SUCCESS(status)) {
        struct k32_nt_call call = {
            .wire = {.op = WIRE_FILE_SET_SECURITY, .code = which, .in_length = (uint32_t)size},
            .in = relative};
        status = k32_nt_call(file, &call);
    }
    free(relative);
    k32_release(&file->object);
    return status;
}
