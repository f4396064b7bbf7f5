/* NtXxxFile and ZwXxxFile: handles in front of create.c and transfer.c. Nt takes the current thread's PreviousMode, Zw is kernel
 * mode. Reads, writes and controls of asynchronous handles may answer STATUS_PENDING (pended.c); every other call is finished
 * when it returns: with an Event it is signalled. */
#include "ntoskrnl/io/inner.h"

#include <nt/undocumented.h>

struct call {
    struct io_transfer t;
    PFILE_OBJECT file;
    PKEVENT event;
    PIO_APC_ROUTINE routine;
    PVOID context;
    bool serialized; /* the file is synchronous and its lock is held */
};

/* What the caller wants to be told by. */
struct telling {
    HANDLE event;
    PIO_APC_ROUTINE routine;
    PVOID context;
};

static NTSTATUS take_event(struct call *c, HANDLE event)
{
    PVOID object;
    if (!event)
        return STATUS_SUCCESS;
    NTSTATUS status = ObReferenceObjectByHandle(event, EVENT_MODIFY_STATE, *ExEventObjectType, c->t.mode, &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    c->event = object;
    KeClearEvent(c->event);
    return status;
}

static NTSTATUS begin(struct call *c, KPROCESSOR_MODE mode, HANDLE handle, ACCESS_MASK access, struct telling tell)
{
    PVOID object;
    *c = (struct call){.t = {.mode = mode, .thread = ps_current_thread()}, .routine = tell.routine, .context = tell.context};
    NTSTATUS status = ObReferenceObjectByHandle(handle, access, io_file_type, mode, &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    c->file = c->t.file = object;
    status = take_event(c, tell.event);
    if (!NT_SUCCESS(status)) {
        ObDereferenceObject(object);
        return status;
    }
    c->serialized = c->file->Flags & FO_SYNCHRONOUS_IO;
    if (c->serialized)
        ke_wait_one(&c->file->Lock, NULL, NULL);
    return STATUS_SUCCESS;
}

static NTSTATUS end(struct call *c, NTSTATUS status, PIO_STATUS_BLOCK iosb)
{
    if (c->serialized)
        KeSetEvent(&c->file->Lock, IO_NO_INCREMENT, FALSE);
    if (!NT_ERROR(status)) {
        iosb->Status = status;
        iosb->Information = c->t.iosb.Information;
    }
    if (c->event) {
        KeSetEvent(c->event, IO_NO_INCREMENT, FALSE);
        ObDereferenceObject(c->event);
    }
    KeSetEvent(&c->file->Event, IO_NO_INCREMENT, FALSE);
    ObDereferenceObject(c->file);
    if (c->routine && !NT_ERROR(status))
        io_routine_call(c->routine, c->context, iosb);
    return status;
}

/* ---- opening ---- */

NTSTATUS io_create_handle(const struct io_create_request *request, PHANDLE handle, PIO_STATUS_BLOCK iosb)
{
    struct io_create_result result;
    NTSTATUS status = io_create_file(request, &result);
    if (!NT_SUCCESS(status)) {
        iosb->Status = status;
        iosb->Information = result.information;
        return status;
    }
    NTSTATUS made = ob_handle_create(result.file, io_file_of(result.file)->granted, request->attributes->Attributes, handle);
    if (!NT_SUCCESS(made)) {
        io_close_file(result.file);
        return made;
    }
    __atomic_or_fetch(&result.file->Flags, FO_HANDLE_CREATED, __ATOMIC_RELAXED);
    ObDereferenceObject(result.file);
    iosb->Status = status;
    iosb->Information = result.information;
    return status;
}

static NTSTATUS create(KPROCESSOR_MODE mode, PHANDLE handle, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes, PIO_STATUS_BLOCK iosb,
    PLARGE_INTEGER allocation, ULONG file_attributes, ULONG share, ULONG disposition, ULONG options, PVOID ea, ULONG ea_length)
{
    struct io_create_request request = {.attributes = attributes, .access = access, .allocation_size = allocation,
        .file_attributes = file_attributes, .share_access = share, .disposition = disposition, .options = options, .ea_buffer = ea,
        .ea_length = ea_length, .mode = mode, .thread = ps_current_thread()};
    return io_create_handle(&request, handle, iosb);
}

NTSTATUS NTAPI ZwCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess, ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
    ULONG EaLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return create(KernelMode, FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, AllocationSize, FileAttributes, ShareAccess,
        CreateDisposition, CreateOptions, EaBuffer, EaLength);
}

NTSTATUS NTAPI NtCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess, ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
    ULONG EaLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return create(ps_previous_mode(), FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, AllocationSize, FileAttributes, ShareAccess,
        CreateDisposition, CreateOptions, EaBuffer, EaLength);
}

NTSTATUS NTAPI ZwOpenFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
    ULONG ShareAccess, ULONG OpenOptions)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return create(KernelMode, FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, NULL, 0, ShareAccess, FILE_OPEN, OpenOptions, NULL, 0);
}

NTSTATUS NTAPI NtOpenFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
    ULONG ShareAccess, ULONG OpenOptions)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return create(ps_previous_mode(), FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, NULL, 0, ShareAccess, FILE_OPEN, OpenOptions,
        NULL, 0);
}

NTSTATUS NTAPI IoCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess, ULONG Disposition, ULONG CreateOptions, PVOID EaBuffer,
    ULONG EaLength, CREATE_FILE_TYPE CreateFileType, PVOID InternalParameters, ULONG Options)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (CreateFileType == CreateFileTypeNamedPipe)
        return STATUS_NOT_SUPPORTED;
    KPROCESSOR_MODE mode = Options & IO_FORCE_ACCESS_CHECK ? UserMode : KernelMode;
    if (CreateFileType == CreateFileTypeMailslot) {
        struct io_create_request request = {.attributes = ObjectAttributes, .access = DesiredAccess, .share_access = ShareAccess,
            .disposition = Disposition, .options = CreateOptions, .major = IRP_MJ_CREATE_MAILSLOT, .create_parameters = InternalParameters,
            .mode = mode, .thread = ps_current_thread()};
        return io_create_handle(&request, FileHandle, IoStatusBlock);
    }
    return create(mode, FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, AllocationSize, FileAttributes, ShareAccess, Disposition,
        CreateOptions, EaBuffer, EaLength);
}

NTSTATUS NTAPI ZwDeleteFile(POBJECT_ATTRIBUTES ObjectAttributes)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    struct io_create_request request = {.attributes = ObjectAttributes, .access = DELETE | SYNCHRONIZE, .disposition = FILE_OPEN,
        .share_access = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
        .options = FILE_DELETE_ON_CLOSE | FILE_SYNCHRONOUS_IO_NONALERT, .mode = KernelMode};
    struct io_create_result result;
    NTSTATUS status = io_create_file(&request, &result);
    if (NT_SUCCESS(status))
        io_close_file(result.file);
    return status;
}

/* ---- data ---- */

/* A file without FILE_SYNCHRONOUS_IO_..., of a volume or of a driver's own device: what does not end at once goes on without the caller. */
static bool may_pend(const struct call *c)
{
    return !c->serialized;
}

static NTSTATUS send_pended(struct call *c, const struct io_pended_request *request)
{
    NTSTATUS status = io_pended_send(request);
    if (status != STATUS_PENDING)
        return end(c, status, request->iosb);
    if (c->event)
        ObDereferenceObject(c->event);
    ObDereferenceObject(c->file);
    return status;
}

static NTSTATUS transfer_pended(struct call *c, UCHAR major, PVOID buffer, ULONG length, LARGE_INTEGER offset, PIO_STATUS_BLOCK iosb)
{
    return send_pended(c, &(struct io_pended_request){.t = &c->t, .major = major, .buffer = buffer, .length = length, .offset = offset,
        .event = c->event, .iosb = iosb, .routine = c->routine, .context = c->context});
}

/* Where a transfer starts; F-356's special offsets. */
static NTSTATUS choose_offset(struct call *c, PLARGE_INTEGER given, LARGE_INTEGER *offset)
{
    if (io_file_of(c->file)->volume && io_has_no_position(io_file_of(c->file)->volume)) {
        offset->QuadPart = 0; /* M-101: whatever is given */
        return STATUS_SUCCESS;
    }
    bool special = given && given->HighPart == -1 && given->LowPart == FILE_USE_FILE_POINTER_POSITION;
    if (given && !special) {
        *offset = *given;
        return STATUS_SUCCESS;
    }
    if (!c->serialized && io_file_of(c->file)->volume)
        return STATUS_INVALID_PARAMETER;
    *offset = c->file->CurrentByteOffset;
    return STATUS_SUCCESS;
}

static void move_pointer(struct call *c, LARGE_INTEGER offset, NTSTATUS status)
{
    struct io_volume *volume = io_file_of(c->file)->volume;
    if (c->serialized && NT_SUCCESS(status) && offset.QuadPart >= 0 && !(volume && io_has_no_position(volume)))
        c->file->CurrentByteOffset.QuadPart = offset.QuadPart + (LONGLONG)c->t.iosb.Information;
}

static NTSTATUS read(KPROCESSOR_MODE mode, HANDLE handle, struct telling tell, PIO_STATUS_BLOCK iosb, PVOID buffer, ULONG length,
    PLARGE_INTEGER given)
{
    struct call c;
    LARGE_INTEGER offset;
    NTSTATUS status = begin(&c, mode, handle, FILE_READ_DATA, tell);
    if (!NT_SUCCESS(status))
        return status;
    status = choose_offset(&c, given, &offset);
    if (NT_SUCCESS(status) && may_pend(&c))
        return transfer_pended(&c, IRP_MJ_READ, buffer, length, offset, iosb);
    if (NT_SUCCESS(status)) {
        status = io_read(&c.t, buffer, length, offset);
        move_pointer(&c, offset, status);
    }
    return end(&c, status, iosb);
}

static NTSTATUS write(KPROCESSOR_MODE mode, HANDLE handle, struct telling tell, PIO_STATUS_BLOCK iosb, PVOID buffer, ULONG length,
    PLARGE_INTEGER given)
{
    struct call c;
    LARGE_INTEGER offset;
    NTSTATUS status = begin(&c, mode, handle, FILE_WRITE_DATA, tell);
    if (status == STATUS_ACCESS_DENIED)
        status = begin(&c, mode, handle, FILE_APPEND_DATA, tell);
    if (!NT_SUCCESS(status))
        return status;
    status = choose_offset(&c, given, &offset);
    if (NT_SUCCESS(status) && may_pend(&c))
        return transfer_pended(&c, IRP_MJ_WRITE, buffer, length, offset, iosb);
    if (NT_SUCCESS(status)) {
        status = io_write(&c.t, buffer, length, offset);
        move_pointer(&c, offset, status);
    }
    return end(&c, status, iosb);
}

NTSTATUS NTAPI ZwReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer, ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return read(KernelMode, FileHandle, (struct telling){Event, ApcRoutine, ApcContext}, IoStatusBlock, Buffer, Length, ByteOffset);
}

NTSTATUS NTAPI NtReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer, ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return read(ps_previous_mode(), FileHandle, (struct telling){Event, ApcRoutine, ApcContext}, IoStatusBlock, Buffer, Length, ByteOffset);
}

NTSTATUS NTAPI ZwWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer, ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return write(KernelMode, FileHandle, (struct telling){Event, ApcRoutine, ApcContext}, IoStatusBlock, Buffer, Length, ByteOffset);
}

NTSTATUS NTAPI NtWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer, ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return write(ps_previous_mode(), FileHandle, (struct telling){Event, ApcRoutine, ApcContext}, IoStatusBlock, Buffer, Length, ByteOffset);
}

static NTSTATUS flush(KPROCESSOR_MODE mode, HANDLE handle, UCHAR minor, PIO_STATUS_BLOCK iosb)
{
    struct call c;
    NTSTATUS status = begin(&c, mode, handle, FILE_WRITE_DATA, (struct telling){0});
    if (status == STATUS_ACCESS_DENIED)
        status = begin(&c, mode, handle, FILE_APPEND_DATA, (struct telling){0});
    return NT_SUCCESS(status) ? end(&c, io_flush(&c.t, minor), iosb) : status;
}

NTSTATUS NTAPI ZwFlushBuffersFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return flush(KernelMode, FileHandle, 0, IoStatusBlock);
}

NTSTATUS NTAPI ZwFlushBuffersFileEx(HANDLE FileHandle, ULONG Flags, PVOID Parameters, ULONG ParametersSize, PIO_STATUS_BLOCK IoStatusBlock)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (Flags & ~(ULONG)7)
        return STATUS_INVALID_PARAMETER;
    UCHAR minor = Flags & 4 ? IRP_MN_FLUSH_DATA_SYNC_ONLY : Flags & 2 ? IRP_MN_FLUSH_NO_SYNC : Flags & 1 ? IRP_MN_FLUSH_DATA_ONLY : 0;
    return flush(KernelMode, FileHandle, minor, IoStatusBlock);
}

/* ---- controls ---- */

static NTSTATUS device_control(KPROCESSOR_MODE mode, HANDLE handle, struct telling tell, PIO_STATUS_BLOCK iosb, bool file_system, ULONG code, PVOID in,
    ULONG in_length, PVOID out, ULONG out_length)
{
    struct call c;
    ULONG access = code >> 14 & 3; /* FILE_READ_ACCESS 1, FILE_WRITE_ACCESS 2: the rights of the same value */
    NTSTATUS status = begin(&c, mode, handle, access, tell);
    if (!NT_SUCCESS(status))
        return status;
    if (may_pend(&c))
        return send_pended(&c, &(struct io_pended_request){.t = &c.t, .buffer = out, .length = out_length, .code = code, .in = in,
            .in_length = in_length, .major = file_system ? IRP_MJ_FILE_SYSTEM_CONTROL : IRP_MJ_DEVICE_CONTROL, .event = c.event,
            .iosb = iosb, .routine = c.routine, .context = c.context});
    status = file_system ? io_fs_control(&c.t, code, in, in_length, out, out_length)
                         : io_device_io_control(&c.t, code, in, in_length, out, out_length);
    return end(&c, status, iosb);
}

NTSTATUS NTAPI ZwDeviceIoControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
    ULONG IoControlCode, PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return device_control(KernelMode, FileHandle, (struct telling){Event, ApcRoutine, ApcContext}, IoStatusBlock, false, IoControlCode, InputBuffer, InputBufferLength, OutputBuffer,
        OutputBufferLength);
}

NTSTATUS NTAPI NtDeviceIoControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
    ULONG IoControlCode, PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return device_control(ps_previous_mode(), FileHandle, (struct telling){Event, ApcRoutine, ApcContext}, IoStatusBlock, false, IoControlCode, InputBuffer, InputBufferLength, OutputBuffer,
        OutputBufferLength);
}

NTSTATUS NTAPI ZwFsControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
    ULONG FsControlCode, PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return device_control(KernelMode, FileHandle, (struct telling){Event, ApcRoutine, ApcContext}, IoStatusBlock, true, FsControlCode, InputBuffer, InputBufferLength, OutputBuffer,
        OutputBufferLength);
}

NTSTATUS NTAPI NtFsControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
    ULONG FsControlCode, PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return device_control(ps_previous_mode(), FileHandle, (struct telling){Event, ApcRoutine, ApcContext}, IoStatusBlock, true, FsControlCode, InputBuffer, InputBufferLength, OutputBuffer,
        OutputBufferLength);
}

/* ---- byte-range locks ---- */

static NTSTATUS lock(KPROCESSOR_MODE mode, HANDLE handle, struct telling tell, PIO_STATUS_BLOCK iosb, PLARGE_INTEGER offset, PLARGE_INTEGER length,
    ULONG key, UCHAR minor, UCHAR flags)
{
    struct call c;
    NTSTATUS status = begin(&c, mode, handle, 0, tell);
    if (!NT_SUCCESS(status))
        return status;
    LARGE_INTEGER bytes = *length;
    return end(&c, io_lock_control(&c.t, minor, offset, &bytes, key, flags), iosb);
}

NTSTATUS NTAPI ZwLockFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER ByteOffset, PLARGE_INTEGER Length, ULONG Key, BOOLEAN FailImmediately, BOOLEAN ExclusiveLock)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    UCHAR flags = (FailImmediately ? SL_FAIL_IMMEDIATELY : 0) | (ExclusiveLock ? SL_EXCLUSIVE_LOCK : 0);
    return lock(KernelMode, FileHandle, (struct telling){Event, ApcRoutine, ApcContext}, IoStatusBlock, ByteOffset, Length, Key, IRP_MN_LOCK, flags);
}

NTSTATUS NTAPI NtLockFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
    PLARGE_INTEGER ByteOffset, PLARGE_INTEGER Length, ULONG Key, BOOLEAN FailImmediately, BOOLEAN ExclusiveLock)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    UCHAR flags = (FailImmediately ? SL_FAIL_IMMEDIATELY : 0) | (ExclusiveLock ? SL_EXCLUSIVE_LOCK : 0);
    return lock(ps_previous_mode(), FileHandle, (struct telling){Event, ApcRoutine, ApcContext}, IoStatusBlock, ByteOffset, Length, Key, IRP_MN_LOCK, flags);
}

NTSTATUS NTAPI ZwUnlockFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PLARGE_INTEGER ByteOffset, PLARGE_INTEGER Length, ULONG Key)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return lock(KernelMode, FileHandle, (struct telling){0}, IoStatusBlock, ByteOffset, Length, Key, IRP_MN_UNLOCK_SINGLE, 0);
}

NTSTATUS NTAPI NtUnlockFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PLARGE_INTEGER ByteOffset, PLARGE_INTEGER Length, ULONG Key)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return lock(ps_previous_mode(), FileHandle, (struct telling){0}, IoStatusBlock, ByteOffset, Length, Key, IRP_MN_UNLOCK_SINGLE, 0);
}

/* ---- cancelling ---- */

static NTSTATUS cancel(KPROCESSOR_MODE mode, HANDLE handle, PIO_STATUS_BLOCK which, bool any_thread, PIO_STATUS_BLOCK iosb)
{
    PVOID object;
    NTSTATUS status = ObReferenceObjectByHandle(handle, 0, io_file_type, mode, &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (!io_pended_cancel(object, which, any_thread) && any_thread)
        status = STATUS_NOT_FOUND;
    ObDereferenceObject(object);
    iosb->Status = status;
    iosb->Information = 0;
    return status;
}

NTSTATUS NTAPI ZwCancelIoFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return cancel(KernelMode, FileHandle, NULL, false, IoStatusBlock);
}

NTSTATUS NTAPI NtCancelIoFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return cancel(ps_previous_mode(), FileHandle, NULL, false, IoStatusBlock);
}

NTSTATUS NTAPI ZwCancelIoFileEx(HANDLE FileHandle, PIO_STATUS_BLOCK IoRequestToCancel, PIO_STATUS_BLOCK IoStatusBlock)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return cancel(KernelMode, FileHandle, IoRequestToCancel, true, IoStatusBlock);
}

NTSTATUS NTAPI NtCancelIoFileEx(HANDLE FileHandle, PIO_STATUS_BLOCK IoRequestToCancel, PIO_STATUS_BLOCK IoStatusBlock)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return cancel(ps_previous_mode(), FileHandle, IoRequestToCancel, true, IoStatusBlock);
}

/* ---- what queries.c shares ---- */

NTSTATUS io_call_begin(struct io_transfer *t, KPROCESSOR_MODE mode, HANDLE handle, ACCESS_MASK access)
{
    PVOID object;
    *t = (struct io_transfer){.mode = mode, .thread = ps_current_thread()};
    NTSTATUS status = ObReferenceObjectByHandle(handle, access, io_file_type, mode, &object, NULL);
    if (NT_SUCCESS(status))
        t->file = object;
    return status;
}

NTSTATUS io_call_end(struct io_transfer *t, NTSTATUS status, PIO_STATUS_BLOCK iosb)
{
    if (!NT_ERROR(status)) {
        iosb->Status = status;
        iosb->Information = t->iosb.Information;
    }
    ObDereferenceObject(t->file);
    return status;
}
