/*
 * The FsRtl calls of the oplock package for drivers that own IRPs, and the keys of file objects. A file object's key is set once, by
 * its create, before anybody else knows the file object; it is read without a lock.
 */
#include <initguid.h>

#include "ntoskrnl/io/oplockinner.h"

#include "nt/ecp.h"

#include <stdlib.h>

/* ---- keys ---- */

static void put_key(PFILE_OBJECT file, USHORT flag, const GUID *key)
{
    struct io_file *own = io_file_of(file);
    if (!own->oplock_key && (own->oplock_key = calloc(1, sizeof *own->oplock_key)) == NULL)
        return; /* as if none were given: a key only ever spares breaks */
    own->oplock_key->Version = OPLOCK_KEY_VERSION_WIN8;
    own->oplock_key->Flags |= flag;
    *(flag == OPLOCK_KEY_FLAG_TARGET_KEY ? &own->oplock_key->TargetOplockKey : &own->oplock_key->ParentOplockKey) = *key;
}

void io_oplock_take_key(PFILE_OBJECT file, PECP_LIST list)
{
    PVOID context;
    ULONG size;
    if (!list || !file)
        return;
    if (NT_SUCCESS(FsRtlFindExtraCreateParameter(list, &GUID_ECP_OPLOCK_KEY, &context, &size)) && size >= sizeof(OPLOCK_KEY_ECP_CONTEXT)) {
        put_key(file, OPLOCK_KEY_FLAG_TARGET_KEY, &((POPLOCK_KEY_ECP_CONTEXT)context)->OplockKey);
        FsRtlAcknowledgeEcp(context);
    }
    if (NT_SUCCESS(FsRtlFindExtraCreateParameter(list, &GUID_ECP_DUAL_OPLOCK_KEY, &context, &size)) &&
        size >= sizeof(DUAL_OPLOCK_KEY_ECP_CONTEXT)) {
        PDUAL_OPLOCK_KEY_ECP_CONTEXT dual = context;
        if (dual->TargetOplockKeySet)
            put_key(file, OPLOCK_KEY_FLAG_TARGET_KEY, &dual->TargetOplockKey);
        if (dual->ParentOplockKeySet)
            put_key(file, OPLOCK_KEY_FLAG_PARENT_KEY, &dual->ParentOplockKey);
        FsRtlAcknowledgeEcp(context);
    }
}

void io_oplock_forget_key(PFILE_OBJECT file)
{
    free(io_file_of(file)->oplock_key);
    io_file_of(file)->oplock_key = NULL;
}

POPLOCK_KEY_CONTEXT NTAPI IoGetOplockKeyContextEx(PFILE_OBJECT FileObject)
{
    return io_file_of(FileObject)->oplock_key;
}

BOOLEAN NTAPI FsRtlOplockKeysEqual(PFILE_OBJECT Fo1, PFILE_OBJECT Fo2)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Fo1 || !Fo2)
        return FALSE;
    if (Fo1 == Fo2)
        return TRUE;
    const OPLOCK_KEY_CONTEXT *a = IoGetOplockKeyContextEx(Fo1), *b = IoGetOplockKeyContextEx(Fo2);
    return a && b && (a->Flags & b->Flags & OPLOCK_KEY_FLAG_TARGET_KEY) && IsEqualGUID(&a->TargetOplockKey, &b->TargetOplockKey);
}

/* ---- the structure ---- */

VOID NTAPI FsRtlInitializeOplock(POPLOCK Oplock)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    *Oplock = NULL;
}

VOID NTAPI FsRtlUninitializeOplock(POPLOCK Oplock)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    io_oplock_uninitialize(Oplock);
}

typedef bool kind_fn(const struct oplock_grant *grant);

static BOOLEAN any_grant(POPLOCK cell, kind_fn *is)
{
    struct oplock *oplock = oplock_of(cell);
    BOOLEAN any = FALSE;
    if (!oplock)
        return FALSE;
    ke_lock(&oplock->lock);
    for (LIST_ENTRY *link = oplock->grants.Flink; link != &oplock->grants && !any; link = link->Flink) {
        const struct oplock_grant *grant = CONTAINING_RECORD(link, struct oplock_grant, links);
        any = !grant->leaving && is(grant);
    }
    ke_unlock(&oplock->lock);
    return any;
}

static bool is_held(const struct oplock_grant *grant)
{
    return grant->state != STATE_RESERVED;
}

static bool is_batch(const struct oplock_grant *grant)
{
    return grant->kind == OPLOCK_BATCH || grant->kind == OPLOCK_FILTER;
}

static bool caches_handles(const struct oplock_grant *grant)
{
    return grant->kind == OPLOCK_RH || grant->kind == OPLOCK_RWH;
}

/* An exclusive owner is alone: its own fast I/O breaks nothing. */
static bool stands_against_fast_io(const struct oplock_grant *grant)
{
    return grant->state != STATE_GRANTED || !oplock_is_exclusive(grant->kind);
}

BOOLEAN NTAPI FsRtlCurrentOplock(POPLOCK Oplock)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return any_grant(Oplock, is_held);
}

BOOLEAN NTAPI FsRtlCurrentBatchOplock(POPLOCK Oplock)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return any_grant(Oplock, is_batch);
}

BOOLEAN NTAPI FsRtlCurrentOplockH(POPLOCK Oplock)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return any_grant(Oplock, caches_handles);
}

BOOLEAN NTAPI FsRtlOplockIsFastIoPossible(POPLOCK Oplock)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return !any_grant(Oplock, stands_against_fast_io);
}

/* ---- IRPs ---- */

/* The parameters the package looks at, from the IRP's own place for them. */
static FLT_IO_PARAMETER_BLOCK iopb_of(PIRP irp, PIO_STACK_LOCATION stack)
{
    FLT_IO_PARAMETER_BLOCK iopb = {.IrpFlags = irp->Flags, .MajorFunction = stack->MajorFunction, .MinorFunction = stack->MinorFunction,
        .OperationFlags = stack->Flags, .TargetFileObject = stack->FileObject};
    PFLT_PARAMETERS p = &iopb.Parameters;
    switch (stack->MajorFunction) {
    case IRP_MJ_CREATE:
        p->Create.SecurityContext = stack->Parameters.Create.SecurityContext;
        p->Create.Options = stack->Parameters.Create.Options;
        p->Create.ShareAccess = stack->Parameters.Create.ShareAccess;
        break;
    case IRP_MJ_SET_INFORMATION:
        p->SetFileInformation.Length = stack->Parameters.SetFile.Length;
        p->SetFileInformation.FileInformationClass = stack->Parameters.SetFile.FileInformationClass;
        p->SetFileInformation.AdvanceOnly = stack->Parameters.SetFile.AdvanceOnly;
        p->SetFileInformation.InfoBuffer = irp->AssociatedIrp.SystemBuffer;
        break;
    case IRP_MJ_FILE_SYSTEM_CONTROL:
        p->FileSystemControl.Buffered.OutputBufferLength = stack->Parameters.FileSystemControl.OutputBufferLength;
        p->FileSystemControl.Buffered.InputBufferLength = stack->Parameters.FileSystemControl.InputBufferLength;
        p->FileSystemControl.Buffered.FsControlCode = stack->Parameters.FileSystemControl.FsControlCode;
        p->FileSystemControl.Buffered.SystemBuffer = irp->AssociatedIrp.SystemBuffer;
        break;
    default: /* no parameter of it matters */
        break;
    }
    return iopb;
}

static struct io_oplock_use use_of(PIRP irp, PIO_STACK_LOCATION stack, FLT_IO_PARAMETER_BLOCK *iopb)
{
    *iopb = iopb_of(irp, stack);
    return (struct io_oplock_use){.form = &io_held_irp, .who = irp, .iopb = iopb}; /* creates of devices bring no list */
}

/* The completion routine finds the outcome in the IRP; the driver completes or goes on (as the calls' page says). */
struct routines {
    POPLOCK_WAIT_COMPLETE_ROUTINE complete;
    POPLOCK_FS_PREPOST_IRP prepare;
    PVOID context;
};

static void resume(void *who, void *context, NTSTATUS status)
{
    struct routines routines = *(struct routines *)context;
    PIRP irp = who;
    free(context);
    irp->IoStatus.Status = status;
    routines.complete(routines.context, irp);
}

static void prepare(void *who, void *context)
{
    const struct routines *routines = context;
    PIRP irp = who;
    IoMarkIrpPending(irp);
    if (routines->prepare)
        routines->prepare(routines->context, irp);
}

typedef NTSTATUS check_fn(POPLOCK oplock, const struct io_oplock_use *use, ULONG flags, const struct io_oplock_wait *wait);

static NTSTATUS check_irp(check_fn *check, POPLOCK oplock, PIRP irp, PIO_STACK_LOCATION stack, ULONG flags, const struct routines *given)
{
    FLT_IO_PARAMETER_BLOCK iopb;
    struct io_oplock_use use = use_of(irp, stack, &iopb);
    if (!given->complete)
        return check(oplock, &use, flags, NULL);
    struct routines *routines = malloc(sizeof *routines);
    if (!routines)
        return STATUS_INSUFFICIENT_RESOURCES;
    *routines = *given;
    struct io_oplock_wait wait = {.resume = resume, .prepare = prepare, .context = routines};
    NTSTATUS status = check(oplock, &use, flags, &wait);
    if (status != STATUS_PENDING)
        free(routines);
    return status;
}

NTSTATUS NTAPI FsRtlCheckOplockEx(POPLOCK Oplock, PIRP Irp, ULONG Flags, PVOID Context, POPLOCK_WAIT_COMPLETE_ROUTINE CompletionRoutine,
    POPLOCK_FS_PREPOST_IRP PostIrpRoutine)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return check_irp(io_oplock_check, Oplock, Irp, IoGetCurrentIrpStackLocation(Irp), Flags,
        &(struct routines){CompletionRoutine, PostIrpRoutine, Context});
}

NTSTATUS NTAPI FsRtlCheckOplock(POPLOCK Oplock, PIRP Irp, PVOID Context, POPLOCK_WAIT_COMPLETE_ROUTINE CompletionRoutine,
    POPLOCK_FS_PREPOST_IRP PostIrpRoutine)
{
    return FsRtlCheckOplockEx(Oplock, Irp, 0, Context, CompletionRoutine, PostIrpRoutine);
}

NTSTATUS NTAPI FsRtlOplockBreakH(POPLOCK Oplock, PIRP Irp, ULONG Flags, PVOID Context, POPLOCK_WAIT_COMPLETE_ROUTINE CompletionRoutine,
    POPLOCK_FS_PREPOST_IRP PostIrpRoutine)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return check_irp(io_oplock_break_h, Oplock, Irp, IoGetCurrentIrpStackLocation(Irp), Flags,
        &(struct routines){CompletionRoutine, PostIrpRoutine, Context});
}

NTSTATUS NTAPI FsRtlOplockBreakToNoneEx(POPLOCK Oplock, PIRP Irp, ULONG Flags, PVOID Context,
    POPLOCK_WAIT_COMPLETE_ROUTINE CompletionRoutine, POPLOCK_FS_PREPOST_IRP PostIrpRoutine)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return check_irp(io_oplock_break_to_none, Oplock, Irp, IoGetCurrentIrpStackLocation(Irp), Flags,
        &(struct routines){CompletionRoutine, PostIrpRoutine, Context});
}

NTSTATUS NTAPI FsRtlOplockBreakToNone(POPLOCK Oplock, PIO_STACK_LOCATION IrpSp, PIRP Irp, PVOID Context,
    POPLOCK_WAIT_COMPLETE_ROUTINE CompletionRoutine, POPLOCK_FS_PREPOST_IRP PostIrpRoutine)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return check_irp(io_oplock_break_to_none, Oplock, Irp, IrpSp ? IrpSp : IoGetCurrentIrpStackLocation(Irp), 0,
        &(struct routines){CompletionRoutine, PostIrpRoutine, Context});
}

/* The IRP belongs to the package afterwards: pended, or completed here with the status that is returned. A create stays the caller's. */
NTSTATUS NTAPI FsRtlOplockFsctrlEx(POPLOCK Oplock, PIRP Irp, ULONG OpenCount, ULONG Flags)
{
    FLT_IO_PARAMETER_BLOCK iopb;
    struct io_oplock_use use = use_of(Irp, IoGetCurrentIrpStackLocation(Irp), &iopb);
    ULONG_PTR information;
    KE_REQUIRE_IRQL(APC_LEVEL);
    bool create = iopb.MajorFunction == IRP_MJ_CREATE;
    if (!create)
        IoMarkIrpPending(Irp);
    NTSTATUS status = io_oplock_fsctl(Oplock, &use, OpenCount, Flags, &information);
    if (status == STATUS_PENDING || create)
        return status;
    Irp->IoStatus.Status = status;
    Irp->IoStatus.Information = information;
    IoCompleteRequest(Irp, IO_DISK_INCREMENT);
    return status;
}

NTSTATUS NTAPI FsRtlOplockFsctrl(POPLOCK Oplock, PIRP Irp, ULONG OpenCount)
{
    return FsRtlOplockFsctrlEx(Oplock, Irp, OpenCount, 0);
}

BOOLEAN NTAPI FsRtlOplockIsSharedRequest(PIRP Irp)
{
    FLT_IO_PARAMETER_BLOCK iopb = iopb_of(Irp, IoGetCurrentIrpStackLocation(Irp));
    KE_REQUIRE_IRQL(APC_LEVEL);
    return io_oplock_is_shared_request(&iopb);
}
