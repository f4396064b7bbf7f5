/*
 * Reads and writes that a filter makes below its instance (F-354 to F-364, F-379, F-380). The buffer is the filter's own: kernel
 * memory, so nothing is copied or locked on the way.
 */
#include "fltmgr/name.h"
#include "ntoskrnl/ke/ke.h"

struct transfer {
    PFLT_INSTANCE instance;
    PFILE_OBJECT file;
    PLARGE_INTEGER offset_given;
    LARGE_INTEGER offset;
    ULONG length;
    PVOID buffer;
    FLT_IO_OPERATION_FLAGS flags;
    PULONG done;
    PFLT_COMPLETED_ASYNC_IO_CALLBACK callback;
    PVOID context;
    PULONG key;
    PMDL mdl;
    bool write;
};

/* ---- checks ---- */

static bool is_synchronous(PFILE_OBJECT file)
{
    return file->Flags & FO_SYNCHRONOUS_IO;
}

static bool means_file_pointer(const LARGE_INTEGER *offset)
{
    return !offset || (offset->HighPart == -1 && offset->LowPart == FILE_USE_FILE_POINTER_POSITION);
}

static bool means_end_of_file(const struct transfer *t)
{
    return t->write && t->offset.HighPart == -1 && t->offset.LowPart == FILE_WRITE_TO_END_OF_FILE;
}

/* Pipes and mailslots have no position (M-101). */
static bool has_position(const struct transfer *t)
{
    ULONG type = t->instance->volume->io->device_type;

    return type != FILE_DEVICE_MAILSLOT && type != FILE_DEVICE_NAMED_PIPE;
}

/* F-356 */
static NTSTATUS choose_offset(struct transfer *t)
{
    if (!has_position(t))
        return STATUS_SUCCESS;
    if (means_file_pointer(t->offset_given)) {
        if (!is_synchronous(t->file))
            return STATUS_INVALID_PARAMETER;
        t->offset.QuadPart = __atomic_load_n(&t->file->CurrentByteOffset.QuadPart, __ATOMIC_RELAXED);
        return STATUS_SUCCESS;
    }
    t->offset = *t->offset_given;
    return t->offset.QuadPart < 0 && !means_end_of_file(t) ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

static bool is_unbuffered(const struct transfer *t)
{
    return (t->flags & FLTFL_IO_OPERATION_NON_CACHED) || (t->file->Flags & FO_NO_INTERMEDIATE_BUFFERING);
}

/* F-358 */
static NTSTATUS check_alignment(const struct transfer *t)
{
    ULONG sector = t->instance->volume->io->sector_size;

    if (!is_unbuffered(t) || sector <= 1)
        return STATUS_SUCCESS;
    if (t->length % sector || (!means_end_of_file(t) && t->offset.QuadPart % sector))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static NTSTATUS check(struct transfer *t)
{
    const FLT_IO_OPERATION_FLAGS known = FLTFL_IO_OPERATION_NON_CACHED | FLTFL_IO_OPERATION_PAGING |
        FLTFL_IO_OPERATION_DO_NOT_UPDATE_BYTE_OFFSET | FLTFL_IO_OPERATION_SYNCHRONOUS_PAGING;

    if (t->done)
        *t->done = 0;
    if (!t->instance || !t->file || (!t->buffer && !t->mdl && t->length) || (t->flags & ~known))
        return STATUS_INVALID_PARAMETER;
    if ((t->flags & FLTFL_IO_OPERATION_SYNCHRONOUS_PAGING) && !(t->flags & FLTFL_IO_OPERATION_PAGING))
        return STATUS_INVALID_PARAMETER; /* F-359 */
    if (!flt_file_is_open(t->file))
        return STATUS_INVALID_PARAMETER; /* F-354 */
    NTSTATUS status = choose_offset(t);
    return NT_SUCCESS(status) ? check_alignment(t) : status;
}

/* ---- the operation ---- */

static ULONG irp_flags(const struct transfer *t)
{
    ULONG flags = t->write ? IRP_WRITE_OPERATION : IRP_READ_OPERATION;

    if (is_unbuffered(t))
        flags |= IRP_NOCACHE;
    if (t->flags & FLTFL_IO_OPERATION_PAGING)
        flags |= IRP_PAGING_IO | IRP_NOCACHE;
    if (t->flags & FLTFL_IO_OPERATION_SYNCHRONOUS_PAGING)
        flags |= IRP_SYNCHRONOUS_PAGING_IO;
    if (!t->callback && !(flags & IRP_PAGING_IO))
        flags |= IRP_SYNCHRONOUS_API;
    return flags;
}

static void fill(FLT_IO_PARAMETER_BLOCK *iopb, const struct transfer *t)
{
    FLT_PARAMETERS *p = &iopb->Parameters;

    iopb->IrpFlags = irp_flags(t);
    if (t->write) {
        p->Write.Length = t->length;
        p->Write.Key = t->key ? *t->key : 0;
        p->Write.ByteOffset = t->offset;
        p->Write.WriteBuffer = t->buffer;
        p->Write.MdlAddress = t->mdl;
    } else {
        p->Read.Length = t->length;
        p->Read.Key = t->key ? *t->key : 0;
        p->Read.ByteOffset = t->offset;
        p->Read.ReadBuffer = t->buffer;
        p->Read.MdlAddress = t->mdl;
    }
    if (t->key)
        iopb->OperationFlags |= SL_KEY_SPECIFIED;
}

/* F-357. A write to the end leaves the pointer where the base put it. */
static void move_file_pointer(const struct transfer *t, LONGLONG before, ULONG_PTR bytes)
{
    LONGLONG *pointer = (LONGLONG *)&t->file->CurrentByteOffset.QuadPart;

    if (!is_synchronous(t->file) || !has_position(t) || (t->flags & FLTFL_IO_OPERATION_PAGING))
        return;
    if (t->flags & FLTFL_IO_OPERATION_DO_NOT_UPDATE_BYTE_OFFSET)
        __atomic_store_n(pointer, before, __ATOMIC_RELAXED);
    else if (!means_end_of_file(t))
        __atomic_store_n(pointer, t->offset.QuadPart + (LONGLONG)bytes, __ATOMIC_RELAXED);
}

static NTSTATUS transfer_now(struct transfer *t)
{
    struct io_operation *op =
        io_operation_new(t->instance->volume->io, t->write ? IRP_MJ_WRITE : IRP_MJ_READ, IRP_MN_NORMAL, t->file);
    LONGLONG before = __atomic_load_n(&t->file->CurrentByteOffset.QuadPart, __ATOMIC_RELAXED);

    if (!op)
        return STATUS_INSUFFICIENT_RESOURCES;
    op->start_below = t->instance;
    op->mode = KernelMode;
    fill(&op->iopb, t);
    NTSTATUS status = io_send_and_wait(op);
    ULONG_PTR bytes = NT_ERROR(status) ? 0 : op->iosb.Information;
    io_operation_free(op);
    if (t->done)
        *t->done = (ULONG)bytes;
    if (NT_SUCCESS(status) || (t->flags & FLTFL_IO_OPERATION_DO_NOT_UPDATE_BYTE_OFFSET))
        move_file_pointer(t, before, bytes);
    return status;
}

/* ---- with a callback (F-355) ---- */

struct later {
    PFLT_COMPLETED_ASYNC_IO_CALLBACK callback;
    PVOID context;
};

static VOID completed(PFLT_CALLBACK_DATA data, PFLT_CONTEXT context)
{
    struct later later = *(struct later *)context;

    ExFreePool(context);
    later.callback(data, later.context);
    FltFreeCallbackData(data);
}

/* As for FltPerformAsynchronousIo the callback is called once the operation was made, whatever becomes of it (F-203). */
static NTSTATUS transfer_later(struct transfer *t)
{
    PFLT_CALLBACK_DATA data;
    struct later *later = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof *later, 'yAMF');

    if (!later)
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = FltAllocateCallbackData(t->instance, t->file, &data);
    if (!NT_SUCCESS(status)) {
        ExFreePool(later);
        return status;
    }
    *later = (struct later){t->callback, t->context};
    data->Iopb->MajorFunction = t->write ? IRP_MJ_WRITE : IRP_MJ_READ;
    fill(data->Iopb, t);
    return FltPerformAsynchronousIo(data, completed, later);
}

static NTSTATUS transfer(struct transfer *t)
{
    NTSTATUS status = check(t);

    if (!NT_SUCCESS(status))
        return status;
    return t->callback ? transfer_later(t) : transfer_now(t);
}

/* ---- exported ---- */

NTSTATUS FltReadFileEx(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject, PLARGE_INTEGER ByteOffset, ULONG Length,
    PVOID Buffer, FLT_IO_OPERATION_FLAGS Flags, PULONG BytesRead, PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine,
    PVOID CallbackContext, PULONG Key, PMDL Mdl)
{
    struct transfer t = {.instance = InitiatingInstance, .file = FileObject, .offset_given = ByteOffset, .length = Length,
        .buffer = Buffer, .flags = Flags, .done = BytesRead, .callback = CallbackRoutine, .context = CallbackContext,
        .key = Key, .mdl = Mdl};

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return transfer(&t);
}

NTSTATUS FltReadFile(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject, PLARGE_INTEGER ByteOffset, ULONG Length,
    PVOID Buffer, FLT_IO_OPERATION_FLAGS Flags, PULONG BytesRead, PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine,
    PVOID CallbackContext)
{
    struct transfer t = {.instance = InitiatingInstance, .file = FileObject, .offset_given = ByteOffset, .length = Length,
        .buffer = Buffer, .flags = Flags, .done = BytesRead, .callback = CallbackRoutine, .context = CallbackContext};

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return transfer(&t);
}

NTSTATUS FltWriteFileEx(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject, PLARGE_INTEGER ByteOffset, ULONG Length,
    PVOID Buffer, FLT_IO_OPERATION_FLAGS Flags, PULONG BytesWritten, PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine,
    PVOID CallbackContext, PULONG Key, PMDL Mdl)
{
    struct transfer t = {.instance = InitiatingInstance, .file = FileObject, .offset_given = ByteOffset, .length = Length,
        .buffer = Buffer, .flags = Flags, .done = BytesWritten, .callback = CallbackRoutine, .context = CallbackContext,
        .key = Key, .mdl = Mdl, .write = true};

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return transfer(&t);
}

NTSTATUS FltWriteFile(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject, PLARGE_INTEGER ByteOffset, ULONG Length,
    PVOID Buffer, FLT_IO_OPERATION_FLAGS Flags, PULONG BytesWritten, PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine,
    PVOID CallbackContext)
{
    struct transfer t = {.instance = InitiatingInstance, .file = FileObject, .offset_given = ByteOffset, .length = Length,
        .buffer = Buffer, .flags = Flags, .done = BytesWritten, .callback = CallbackRoutine, .context = CallbackContext,
        .write = true};

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return transfer(&t);
}

/* ---- memory for unbuffered transfers (F-380) ---- */

/* The block's own address stands just before the part that the filter gets. */
static SIZE_T alignment_of(PFLT_INSTANCE instance)
{
    SIZE_T sector = instance->volume->io->sector_size;

    return sector > 512 && (sector & (sector - 1)) == 0 ? sector : 512;
}

PVOID FltAllocatePoolAlignedWithTag(PFLT_INSTANCE Instance, POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    SIZE_T alignment = alignment_of(Instance);

    if (NumberOfBytes > SIZE_MAX - 2 * alignment)
        return NULL;
    char *block = ExAllocatePoolWithTag(PoolType, NumberOfBytes + alignment + sizeof(void *), Tag);
    if (!block)
        return NULL;
    uintptr_t aligned = ((uintptr_t)block + sizeof(void *) + alignment - 1) & ~(uintptr_t)(alignment - 1);
    ((void **)aligned)[-1] = block;
    return (PVOID)aligned;
}

VOID FltFreePoolAlignedWithTag(PFLT_INSTANCE Instance, PVOID Buffer, ULONG Tag)
{
    ExFreePoolWithTag(((void **)Buffer)[-1], Tag);
}

/* ---- MDL transfers: not possible here, and callers must cope with that anywhere (F-379) ---- */

static BOOLEAN not_possible(PMDL *chain, PIO_STATUS_BLOCK iosb)
{
    *chain = NULL;
    iosb->Status = STATUS_NOT_SUPPORTED;
    iosb->Information = 0;
    return FALSE;
}

BOOLEAN FltFastIoMdlRead(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, ULONG Length,
    ULONG LockKey, PMDL *MdlChain, PIO_STATUS_BLOCK IoStatus)
{
    return not_possible(MdlChain, IoStatus);
}

BOOLEAN FltFastIoMdlReadComplete(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject, PMDL MdlChain)
{
    return FALSE;
}

BOOLEAN FltFastIoPrepareMdlWrite(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset,
    ULONG Length, ULONG LockKey, PMDL *MdlChain, PIO_STATUS_BLOCK IoStatus)
{
    return not_possible(MdlChain, IoStatus);
}

BOOLEAN FltFastIoMdlWriteComplete(
    PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, PMDL MdlChain)
{
    return FALSE;
}
