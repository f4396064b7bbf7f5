/* One operation on an open file, without a handle: what Zw calls, Flt...File calls and front ends share. Each call fills
 * the parameters of its major code, sends, waits unless the caller wants to be called, and leaves status and errno in the io_transfer. */
#include "ntoskrnl/io/inner.h"
#include "rtl/hot.h"

/* Clean-up changes them beside an operation under way. */
static ULONG file_flags(const struct io_transfer *t)
{
    return __atomic_load_n(&t->file->Flags, __ATOMIC_RELAXED);
}

OFM_HOT static struct io_operation *begin(struct io_transfer *t, UCHAR major, UCHAR minor)
{
    struct io_file *file = io_file_of(t->file);
    t->base_errno = 0;
    t->iosb = (IO_STATUS_BLOCK){.Status = STATUS_INSUFFICIENT_RESOURCES};
    if (!file->volume) {
        t->iosb.Status = STATUS_INVALID_DEVICE_REQUEST;
        return NULL;
    }
    struct io_operation *op = io_operation_new(file->volume, major, minor, t->file);
    if (!op)
        return NULL;
    if (t->thread)
        op->thread = t->thread;
    op->mode = t->mode;
    op->start_below = t->start_below ? t->start_below : file->target;
    op->linux_side = t->linux_side;
    bool waits = !t->done || (file_flags(t) & FO_SYNCHRONOUS_IO);
    op->iopb.IrpFlags = t->irp_flags | ((t->irp_flags & IRP_PAGING_IO) || !waits ? 0 : IRP_SYNCHRONOUS_API);
    return op;
}

/* F-237, F-238: what Windows may try as fast I/O before it builds an IRP. */
OFM_HOT static bool has_fast_form(const struct io_operation *op)
{
    switch (op->iopb.MajorFunction) {
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
        return !(op->iopb.IrpFlags & (IRP_PAGING_IO | IRP_NOCACHE));
    case IRP_MJ_LOCK_CONTROL:
    case IRP_MJ_DEVICE_CONTROL:
        return true;
    case IRP_MJ_QUERY_INFORMATION: {
        FILE_INFORMATION_CLASS class = op->iopb.Parameters.QueryFileInformation.FileInformationClass;
        return class == FileBasicInformation || class == FileStandardInformation || class == FileNetworkOpenInformation;
    }
    default:
        return false;
    }
}

bool io_fast_io_first;

/* The fast form: no IRP flags, never a system buffer. A filter that disallows it gets the IRP instead (F-144). */
OFM_HOT static NTSTATUS send(struct io_operation *op)
{
    if (!io_fast_io_first || !has_fast_form(op))
        return io_send_and_wait(op);
    FLT_IO_PARAMETER_BLOCK iopb = op->iopb;
    ULONG flags = op->callback_flags;
    op->callback_flags = FLTFL_CALLBACK_DATA_FAST_IO_OPERATION;
    op->iopb.IrpFlags = 0;
    op->iopb.OperationFlags = 0;
    NTSTATUS status = io_send_and_wait(op);
    if (status != STATUS_FLT_DISALLOW_FAST_IO)
        return status;
    op->iopb = iopb;
    op->callback_flags = flags;
    op->iosb = (IO_STATUS_BLOCK){0};
    return io_send_and_wait(op);
}

NTSTATUS io_transfer_fail(struct io_transfer *t, NTSTATUS status)
{
    t->iosb = (IO_STATUS_BLOCK){.Status = status};
    if (t->done)
        t->done(t);
    return status;
}

/* Buffered output goes to the caller when the operation has not failed. */
OFM_HOT static void take_result(struct io_transfer *t, const struct io_operation *op, NTSTATUS status)
{
    t->iosb.Status = status;
    t->iosb.Information = op->iosb.Information;
    t->base_errno = status == op->base_status ? op->base_errno : 0;
    if (t->system_buffer && t->out_length && !NT_ERROR(status))
        RtlCopyMemory(t->out, t->system_buffer, t->iosb.Information < t->out_length ? t->iosb.Information : t->out_length);
    if (t->system_buffer)
        ExFreePoolWithTag(t->system_buffer, IO_TAG);
    t->system_buffer = NULL;
}

OFM_HOT static void completed(struct io_operation *op, void *context)
{
    struct io_transfer *t = context;
    take_result(t, op, op->iosb.Status);
    t->done(t);
}

/* Sequentially consistent with io_transfer_cancel: one of the two sees the other's word. */
OFM_HOT static NTSTATUS start(struct io_transfer *t, struct io_operation *op)
{
    __atomic_store_n(&t->op, op, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&t->cancelled, __ATOMIC_SEQ_CST))
        io_cancel(op);
    io_push_frame(op, completed, t);
    NTSTATUS status = io_send(op);
    if (status == STATUS_PENDING)
        return status;
    io_pop_frame(op);
    op->iosb.Status = status;
    completed(op, t);
    return status;
}

void io_transfer_cancel(struct io_transfer *t)
{
    __atomic_store_n(&t->cancelled, true, __ATOMIC_SEQ_CST);
    struct io_operation *op = __atomic_load_n(&t->op, __ATOMIC_SEQ_CST);
    PIRP irp = __atomic_load_n(&t->irp, __ATOMIC_SEQ_CST);
    if (op)
        io_cancel(op);
    if (irp)
        IoCancelIrp(irp);
}

void io_transfer_release(struct io_transfer *t)
{
    if (t->op)
        io_operation_free(t->op);
    if (t->irp)
        IoFreeIrp(t->irp);
    t->op = NULL;
    t->irp = NULL;
}

OFM_HOT static NTSTATUS end(struct io_transfer *t, struct io_operation *op)
{
    if (!op)
        return io_transfer_fail(t, t->iosb.Status);
    if (t->done)
        return start(t, op);
    NTSTATUS status = send(op);
    take_result(t, op, status);
    io_operation_free(op);
    return status;
}

OFM_HOT NTSTATUS io_read(struct io_transfer *t, PVOID buffer, ULONG length, LARGE_INTEGER offset)
{
    if (!io_file_of(t->file)->volume)
        return io_device_read(t, buffer, length, offset);
    struct io_operation *op = begin(t, IRP_MJ_READ, IRP_MN_NORMAL);
    if (op) {
        op->iopb.IrpFlags |= IRP_READ_OPERATION | (file_flags(t) & FO_NO_INTERMEDIATE_BUFFERING ? IRP_NOCACHE : 0);
        op->iopb.Parameters.Read.Length = length;
        op->iopb.Parameters.Read.ByteOffset = offset;
        op->iopb.Parameters.Read.ReadBuffer = buffer;
    }
    return end(t, op);
}

OFM_HOT NTSTATUS io_write(struct io_transfer *t, PVOID buffer, ULONG length, LARGE_INTEGER offset)
{
    if (!io_file_of(t->file)->volume)
        return io_device_write(t, buffer, length, offset);
    struct io_operation *op = begin(t, IRP_MJ_WRITE, IRP_MN_NORMAL);
    if (op) {
        op->iopb.IrpFlags |= IRP_WRITE_OPERATION | (file_flags(t) & FO_NO_INTERMEDIATE_BUFFERING ? IRP_NOCACHE : 0);
        op->iopb.OperationFlags = file_flags(t) & FO_WRITE_THROUGH ? SL_WRITE_THROUGH : 0;
        op->iopb.Parameters.Write.Length = length;
        op->iopb.Parameters.Write.ByteOffset = offset;
        op->iopb.Parameters.Write.WriteBuffer = buffer;
    }
    return end(t, op);
}

OFM_HOT NTSTATUS io_query_information(struct io_transfer *t, FILE_INFORMATION_CLASS class, PVOID buffer, ULONG length)
{
    struct io_operation *op = begin(t, IRP_MJ_QUERY_INFORMATION, 0);
    if (op) {
        op->iopb.Parameters.QueryFileInformation.Length = length;
        op->iopb.Parameters.QueryFileInformation.FileInformationClass = class;
        op->iopb.Parameters.QueryFileInformation.InfoBuffer = buffer;
        op->callback_flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
    }
    return end(t, op);
}

NTSTATUS io_set_information(struct io_transfer *t, FILE_INFORMATION_CLASS class, PVOID buffer, ULONG length,
    PFILE_OBJECT parent_of_target, BOOLEAN replace_if_exists)
{
    struct io_operation *op = begin(t, IRP_MJ_SET_INFORMATION, 0);
    if (op) {
        op->iopb.Parameters.SetFileInformation.Length = length;
        op->iopb.Parameters.SetFileInformation.FileInformationClass = class;
        op->iopb.Parameters.SetFileInformation.ParentOfTarget = parent_of_target;
        op->iopb.Parameters.SetFileInformation.ReplaceIfExists = replace_if_exists;
        op->iopb.Parameters.SetFileInformation.InfoBuffer = buffer;
        op->callback_flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
    }
    return end(t, op);
}

NTSTATUS io_query_volume_information(struct io_transfer *t, FS_INFORMATION_CLASS class, PVOID buffer, ULONG length)
{
    struct io_operation *op = begin(t, IRP_MJ_QUERY_VOLUME_INFORMATION, 0);
    if (op) {
        op->iopb.Parameters.QueryVolumeInformation.Length = length;
        op->iopb.Parameters.QueryVolumeInformation.FsInformationClass = class;
        op->iopb.Parameters.QueryVolumeInformation.VolumeBuffer = buffer;
        op->callback_flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
    }
    return end(t, op);
}

NTSTATUS io_set_volume_information(struct io_transfer *t, FS_INFORMATION_CLASS class, PVOID buffer, ULONG length)
{
    struct io_operation *op = begin(t, IRP_MJ_SET_VOLUME_INFORMATION, 0);
    if (op) {
        op->iopb.Parameters.SetVolumeInformation.Length = length;
        op->iopb.Parameters.SetVolumeInformation.FsInformationClass = class;
        op->iopb.Parameters.SetVolumeInformation.VolumeBuffer = buffer;
        op->callback_flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
    }
    return end(t, op);
}

NTSTATUS io_query_directory(struct io_transfer *t, FILE_INFORMATION_CLASS class, PVOID buffer, ULONG length,
    PUNICODE_STRING pattern, UCHAR sl_flags, ULONG index)
{
    struct io_operation *op = begin(t, IRP_MJ_DIRECTORY_CONTROL, IRP_MN_QUERY_DIRECTORY);
    if (op) {
        op->iopb.OperationFlags = sl_flags;
        op->iopb.Parameters.DirectoryControl.QueryDirectory.Length = length;
        op->iopb.Parameters.DirectoryControl.QueryDirectory.FileName = pattern;
        op->iopb.Parameters.DirectoryControl.QueryDirectory.FileInformationClass = class;
        op->iopb.Parameters.DirectoryControl.QueryDirectory.FileIndex = index;
        op->iopb.Parameters.DirectoryControl.QueryDirectory.DirectoryBuffer = buffer;
    }
    return end(t, op);
}

NTSTATUS io_flush(struct io_transfer *t, UCHAR minor)
{
    if (!io_file_of(t->file)->volume)
        return io_device_flush(t, minor);
    return end(t, begin(t, IRP_MJ_FLUSH_BUFFERS, minor));
}

NTSTATUS io_query_security(struct io_transfer *t, SECURITY_INFORMATION information, PSECURITY_DESCRIPTOR sd, ULONG length)
{
    struct io_operation *op = begin(t, IRP_MJ_QUERY_SECURITY, 0);
    if (op) {
        op->iopb.Parameters.QuerySecurity.SecurityInformation = information;
        op->iopb.Parameters.QuerySecurity.Length = length;
        op->iopb.Parameters.QuerySecurity.SecurityBuffer = sd;
    }
    return end(t, op);
}

NTSTATUS io_set_security(struct io_transfer *t, SECURITY_INFORMATION information, PSECURITY_DESCRIPTOR sd)
{
    struct io_operation *op = begin(t, IRP_MJ_SET_SECURITY, 0);
    if (op) {
        op->iopb.Parameters.SetSecurity.SecurityInformation = information;
        op->iopb.Parameters.SetSecurity.SecurityDescriptor = sd;
    }
    return end(t, op);
}

/* File system and device controls have the same parameters. */
static NTSTATUS control(struct io_transfer *t, UCHAR major, ULONG code, PVOID in, ULONG in_length, PVOID out, ULONG out_length)
{
    struct io_operation *op = begin(t, major, major == IRP_MJ_FILE_SYSTEM_CONTROL ? IRP_MN_USER_FS_REQUEST : 0);
    if (!op)
        return end(t, op);
    PFLT_PARAMETERS p = &op->iopb.Parameters;
    p->FileSystemControl.Common.OutputBufferLength = out_length;
    p->FileSystemControl.Common.InputBufferLength = in_length;
    p->FileSystemControl.Common.FsControlCode = code;
    ULONG method = code & 3;
    ULONG size = method == METHOD_BUFFERED && out_length > in_length ? out_length : in_length;
    if (method != METHOD_NEITHER && size) { /* the input is the operation's own: it may outlive the call */
        t->system_buffer = ex_allocate(size, IO_TAG);
        if (!t->system_buffer) {
            io_operation_free(op);
            return io_transfer_fail(t, STATUS_INSUFFICIENT_RESOURCES);
        }
        if (in_length)
            RtlCopyMemory(t->system_buffer, in, in_length);
    }
    switch (method) {
    case METHOD_BUFFERED: /* one system buffer for both directions */
        t->out = out;
        t->out_length = out_length;
        p->FileSystemControl.Buffered.SystemBuffer = t->system_buffer;
        op->callback_flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
        break;
    case METHOD_NEITHER:
        p->FileSystemControl.Neither.InputBuffer = in;
        p->FileSystemControl.Neither.OutputBuffer = out;
        break;
    default:
        p->FileSystemControl.Direct.InputSystemBuffer = t->system_buffer;
        p->FileSystemControl.Direct.OutputBuffer = out;
        break;
    }
    return end(t, op);
}

NTSTATUS io_fs_control(struct io_transfer *t, ULONG code, PVOID in, ULONG in_length, PVOID out, ULONG out_length)
{
    if (!io_file_of(t->file)->volume)
        return io_device_control(t, IRP_MJ_FILE_SYSTEM_CONTROL, code, in, in_length, out, out_length);
    return control(t, IRP_MJ_FILE_SYSTEM_CONTROL, code, in, in_length, out, out_length);
}

NTSTATUS io_device_io_control(struct io_transfer *t, ULONG code, PVOID in, ULONG in_length, PVOID out, ULONG out_length)
{
    if (!io_file_of(t->file)->volume)
        return io_device_control(t, IRP_MJ_DEVICE_CONTROL, code, in, in_length, out, out_length);
    return control(t, IRP_MJ_DEVICE_CONTROL, code, in, in_length, out, out_length);
}

NTSTATUS io_query_ea(struct io_transfer *t, PVOID buffer, ULONG length, PVOID list, ULONG list_length, UCHAR sl_flags)
{
    struct io_operation *op = begin(t, IRP_MJ_QUERY_EA, 0);
    if (op) {
        op->iopb.OperationFlags = sl_flags;
        op->iopb.Parameters.QueryEa.Length = length;
        op->iopb.Parameters.QueryEa.EaList = list;
        op->iopb.Parameters.QueryEa.EaListLength = list_length;
        op->iopb.Parameters.QueryEa.EaBuffer = buffer;
    }
    return end(t, op);
}

NTSTATUS io_set_ea(struct io_transfer *t, PVOID buffer, ULONG length)
{
    struct io_operation *op = begin(t, IRP_MJ_SET_EA, 0);
    if (op) {
        op->iopb.Parameters.SetEa.Length = length;
        op->iopb.Parameters.SetEa.EaBuffer = buffer;
    }
    return end(t, op);
}

NTSTATUS io_lock_control(struct io_transfer *t, UCHAR minor, PLARGE_INTEGER offset, PLARGE_INTEGER length, ULONG key,
    UCHAR sl_flags)
{
    struct io_operation *op = begin(t, IRP_MJ_LOCK_CONTROL, minor);
    if (op) {
        op->iopb.OperationFlags = sl_flags;
        op->iopb.Parameters.LockControl.Length = length;
        op->iopb.Parameters.LockControl.Key = key;
        if (offset)
            op->iopb.Parameters.LockControl.ByteOffset = *offset;
        op->iopb.Parameters.LockControl.ProcessId = op->thread ? ps_thread_process(op->thread) : NULL;
        op->iopb.Parameters.LockControl.FailImmediately = (sl_flags & SL_FAIL_IMMEDIATELY) != 0;
        op->iopb.Parameters.LockControl.ExclusiveLock = (sl_flags & SL_EXCLUSIVE_LOCK) != 0;
    }
    return end(t, op);
}
