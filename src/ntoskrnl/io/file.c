/* File objects: their memory, the last handle (CLEANUP) and the last reference (CLOSE), their name for ob.
 * A file object belongs to nobody's lock; its flags that change after the open are atomic. */
#include "ntoskrnl/io/inner.h"
#include "ntoskrnl/io/oplock.h"

#include <string.h>

POBJECT_TYPE io_file_type;
NTKERNELAPI POBJECT_TYPE *IoFileObjectType = &io_file_type;

const GENERIC_MAPPING io_file_mapping = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS};

NTKERNELAPI PGENERIC_MAPPING NTAPI IoGetFileObjectGenericMapping(void)
{
    return (PGENERIC_MAPPING)&io_file_mapping;
}

static NTSTATUS send_end(struct io_file *file, UCHAR major, PETHREAD thread)
{
    struct io_operation *op = io_operation_new(file->volume, major, 0, &file->object);
    if (!op)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (thread)
        op->thread = thread;
    op->start_below = file->target;
    op->iopb.IrpFlags = IRP_SYNCHRONOUS_API | (major == IRP_MJ_CLOSE ? IRP_CLOSE_OPERATION : 0);
    NTSTATUS status = io_send_and_wait(op);
    io_operation_free(op);
    return status;
}

void io_cleanup_file(PFILE_OBJECT object, PETHREAD thread)
{
    struct io_file *file = io_file_of(object);
    if (!__atomic_load_n(&file->opened, __ATOMIC_ACQUIRE) || __atomic_exchange_n(&file->cleaned_up, true, __ATOMIC_ACQ_REL))
        return;
    if (file->volume)
        send_end(file, IRP_MJ_CLEANUP, thread);
    else
        io_device_cleanup(file);
    __atomic_or_fetch(&object->Flags, FO_CLEANUP_COMPLETE, __ATOMIC_RELAXED);
}

void io_close_file(PFILE_OBJECT object)
{
    io_cleanup_file(object, NULL);
    ObDereferenceObject(object);
}

/* The last handle of all processes goes. */
static VOID file_handle_closed(PVOID object, PEPROCESS process, ULONG system_handles)
{
    if (system_handles == 1)
        io_cleanup_file(object, NULL);
}

static void count_closed(struct io_volume *volume)
{
    if (!__atomic_sub_fetch(&volume->open_files, 1, __ATOMIC_SEQ_CST) && __atomic_load_n(&volume->dismounting, __ATOMIC_SEQ_CST))
        KeSetEvent(&volume->files_closed, IO_NO_INCREMENT, FALSE);
}

static VOID file_deleted(PVOID object)
{
    struct io_file *file = object;
    if (file->opened && !file->closed) {
        file->closed = true;
        ObReferenceObject(object); /* a filter may reference and dereference it in its close callbacks: never to zero */
        io_cleanup_file(object, NULL);
        if (file->volume)
            send_end(file, IRP_MJ_CLOSE, NULL);
        else
            io_device_close(file);
        if (file->volume)
            count_closed(file->volume);
    }
    io_context_list_end(&file->contexts);
    io_oplock_forget_key(&file->object);
    if (file->object.RelatedFileObject)
        ObDereferenceObject(file->object.RelatedFileObject);
    if (file->object.FileName.Buffer)
        ExFreePool(file->object.FileName.Buffer);
    if (file->target && file->target_release)
        file->target_release(file->target);
    if (file->opener)
        ObDereferenceObject(file->opener);
    if (file->volume)
        io_volume_release(file->volume);
    else if (file->object.DeviceObject)
        ObDereferenceObject(file->object.DeviceObject);
}

/* ---- ob's questions ---- */

static PVOID file_waitable(PVOID object)
{
    return &((PFILE_OBJECT)object)->Event;
}

/* Volume device, then the file's name; a relative open's name follows its directory's. */
static NTSTATUS name_parts(PFILE_OBJECT file, PUNICODE_STRING parts[], unsigned *count, unsigned most)
{
    if (file->RelatedFileObject && (!file->FileName.Length || file->FileName.Buffer[0] != '\\')) {
        NTSTATUS status = name_parts(file->RelatedFileObject, parts, count, most);
        if (!NT_SUCCESS(status))
            return status;
    } else if (io_file_of(file)->volume) {
        parts[(*count)++] = &io_file_of(file)->volume->device_name;
    }
    if (*count == most)
        return STATUS_OBJECT_NAME_INVALID;
    if (file->FileName.Length)
        parts[(*count)++] = &file->FileName;
    return STATUS_SUCCESS;
}

static NTSTATUS file_query_name(PVOID object, BOOLEAN has_object_name, POBJECT_NAME_INFORMATION info, ULONG length,
    PULONG return_length)
{
    PUNICODE_STRING parts[16];
    unsigned count = 0;
    NTSTATUS status = name_parts(object, parts, &count, 15);
    if (!NT_SUCCESS(status))
        return status;
    size_t bytes = sizeof(WCHAR);
    for (unsigned i = 0; i < count; i++)
        bytes += parts[i]->Length + sizeof(WCHAR);
    *return_length = (ULONG)(sizeof *info + bytes);
    if (bytes > MAXUSHORT)
        return STATUS_NAME_TOO_LONG; /* a slot's longest names and the volume's are no name together */
    if (length < sizeof *info + bytes)
        return STATUS_INFO_LENGTH_MISMATCH;
    WCHAR *text = (WCHAR *)(info + 1);
    USHORT used = 0;
    for (unsigned i = 0; i < count; i++) {
        bool joined = !used || parts[i]->Buffer[0] == '\\' || text[used / sizeof(WCHAR) - 1] == '\\';
        if (!joined)
            text[used / sizeof(WCHAR)] = '\\', used += sizeof(WCHAR);
        memcpy((char *)text + used, parts[i]->Buffer, parts[i]->Length);
        used += parts[i]->Length;
    }
    text[used / sizeof(WCHAR)] = 0;
    info->Name = (UNICODE_STRING){used, (USHORT)(used + sizeof(WCHAR)), text};
    return STATUS_SUCCESS;
}

static NTSTATUS file_query_security(PVOID object, SECURITY_INFORMATION which, PSECURITY_DESCRIPTOR out, PULONG length)
{
    struct io_transfer t = {.file = object, .mode = KernelMode};
    if (!io_file_of(object)->volume)
        return STATUS_NOT_SUPPORTED;
    NTSTATUS status = io_query_security(&t, which, out, *length);
    *length = (ULONG)t.iosb.Information;
    return status == STATUS_BUFFER_OVERFLOW ? STATUS_BUFFER_TOO_SMALL : status;
}

static NTSTATUS file_set_security(PVOID object, SECURITY_INFORMATION which, PSECURITY_DESCRIPTOR sd)
{
    struct io_transfer t = {.file = object, .mode = KernelMode};
    return io_file_of(object)->volume ? io_set_security(&t, which, sd) : STATUS_NOT_SUPPORTED;
}

const struct ob_type_ops io_file_type_ops = {
    .close = file_handle_closed,
    .delete = file_deleted,
    .query_name = file_query_name,
    .query_security = file_query_security,
    .set_security = file_set_security,
    .waitable = file_waitable,
};

/* ---- what drivers ask about file objects ---- */

NTKERNELAPI BOOLEAN IoIsOperationSynchronous(PIRP Irp)
{
    PFILE_OBJECT file = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    if ((Irp->Flags & IRP_PAGING_IO) && !(Irp->Flags & IRP_SYNCHRONOUS_PAGING_IO))
        return FALSE;
    return (Irp->Flags & (IRP_SYNCHRONOUS_PAGING_IO | IRP_SYNCHRONOUS_API)) || (file && (file->Flags & FO_SYNCHRONOUS_IO));
}

NTKERNELAPI NTSTATUS IoReplaceFileObjectName(PFILE_OBJECT FileObject, PWSTR NewFileName, USHORT FileNameLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    PUNICODE_STRING name = &FileObject->FileName;
    if (FileNameLength > name->MaximumLength) {
        PWCH buffer = ex_allocate(FileNameLength + sizeof(WCHAR), IO_TAG);
        if (!buffer)
            return STATUS_INSUFFICIENT_RESOURCES;
        if (name->Buffer)
            ExFreePool(name->Buffer);
        name->Buffer = buffer;
        name->MaximumLength = FileNameLength;
    }
    memmove(name->Buffer, NewFileName, FileNameLength);
    name->Length = FileNameLength;
    return STATUS_SUCCESS;
}
