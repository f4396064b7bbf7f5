/*
 * Attributes by name without an open: IRP_MJ_QUERY_OPEN and IRP_MJ_NETWORK_QUERY_OPEN through a volume's stack (V-055). Both carry a
 * create IRP that nobody completes and a file object that lives for this operation only (F-239). What disallows the fast form, or
 * wants to redirect the open, which it cannot (F-151), sends its caller to a create, a query and a close.
 */
#include "ntoskrnl/io/create.h"

#include "ntoskrnl/ke/report.h"

struct query_irp {
    IRP irp;
    IO_STACK_LOCATION stack;
};

/* F-239: what IoGetCurrentIrpStackLocation finds is the create that this stands for. */
static void fill_irp(struct query_irp *q, struct creation *c)
{
    IoInitializeIrp(&q->irp, sizeof *q, 1);
    q->irp.CurrentLocation = 1;
    q->irp.Tail.Overlay.CurrentStackLocation = &q->stack;
    q->irp.Tail.Overlay.OriginalFileObject = &c->file->object;
    q->irp.Tail.Overlay.Thread = c->file->opener;
    q->irp.RequestorMode = c->request.mode;
    q->irp.Flags = IRP_CREATE_OPERATION | IRP_SYNCHRONOUS_API | IRP_DEFER_IO_COMPLETION;
    q->stack.MajorFunction = IRP_MJ_CREATE;
    q->stack.Flags = c->request.sl_flags | (c->request.mode == UserMode ? SL_FORCE_ACCESS_CHECK : 0);
    q->stack.FileObject = &c->file->object;
    q->stack.DeviceObject = c->volume->device;
    q->stack.Parameters.Create.SecurityContext = &c->security;
    q->stack.Parameters.Create.Options = (ULONG)FILE_OPEN << 24 | c->request.options;
    q->stack.Parameters.Create.ShareAccess = (USHORT)c->request.share_access;
}

static void fill_operation(struct io_operation *op, const struct io_query_open *q, struct creation *c, PIRP irp, ULONG *length)
{
    PFLT_PARAMETERS p = &op->iopb.Parameters;
    if (q->major == (UCHAR)IRP_MJ_NETWORK_QUERY_OPEN) {
        p->NetworkQueryOpen.Irp = irp;
        p->NetworkQueryOpen.NetworkInformation = q->buffer;
    } else {
        p->QueryOpen.Irp = irp;
        p->QueryOpen.FileInformation = q->buffer;
        p->QueryOpen.Length = length;
        p->QueryOpen.FileInformationClass = q->class;
    }
    op->iopb.OperationFlags = c->request.sl_flags;
    op->thread = c->file->opener;
    op->mode = q->mode;
    op->linux_side = q->linux_side;
}

/* The file object goes with the operation, whoever thinks that it stays. */
static void end_file(struct creation *c, const struct io_query_open *q)
{
    const char *name = q->major == (UCHAR)IRP_MJ_NETWORK_QUERY_OPEN ? "IRP_MJ_NETWORK_QUERY_OPEN" : "IRP_MJ_QUERY_OPEN";
    if (ob_reference_count(&c->file->object) > 1)
        ke_report(NULL, name, "a filter kept a reference to the file object, which on Windows is gone when the operation ends (F-239)");
    ObDereferenceObject(&c->file->object);
}

static NTSTATUS send(struct io_query_open *q, struct creation *c)
{
    struct query_irp irp;
    ULONG length = q->length;
    struct io_operation *op = io_operation_new(q->volume, q->major, 0, &c->file->object);
    if (!op)
        return STATUS_INSUFFICIENT_RESOURCES;
    c->security = (IO_SECURITY_CONTEXT){.AccessState = &c->access_state, .DesiredAccess = FILE_READ_ATTRIBUTES,
        .FullCreateOptions = c->request.options};
    fill_irp(&irp, c);
    fill_operation(op, q, c, &irp.irp, &length);
    NTSTATUS status = io_send_and_wait(op);
    if (status == STATUS_REPARSE) {
        if (op->completed_by_filter)
            ke_report(NULL, "IRP_MJ_QUERY_OPEN", "STATUS_REPARSE is impossible here: a filter that redirects opens disallows the fast "
                "form first (F-151)");
        status = STATUS_FLT_DISALLOW_FAST_IO;
    }
    q->base_errno = status == op->base_status ? op->base_errno : 0;
    io_operation_free(op);
    return status;
}

NTSTATUS io_query_open(struct io_query_open *q)
{
    struct creation c = {.request = {.access = FILE_READ_ATTRIBUTES, .disposition = FILE_OPEN, .mode = q->mode, .thread = q->thread,
        .options = FILE_OPEN_REPARSE_POINT, .share_access = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
        .sl_flags = q->sl_flags, .major = IRP_MJ_CREATE}, .volume = q->volume, .path = q->path};
    q->base_errno = 0;
    if (__atomic_load_n(&q->volume->dismounting, __ATOMIC_ACQUIRE))
        return STATUS_VOLUME_DISMOUNTED;
    NTSTATUS status = io_creation_access_state(&c);
    if (NT_SUCCESS(status)) {
        status = io_creation_make_file(&c);
        if (NT_SUCCESS(status))
            status = send(q, &c);
        if (c.file)
            end_file(&c, q);
        SeReleaseSubjectContext(&c.access_state.SubjectSecurityContext);
    }
    return status;
}
