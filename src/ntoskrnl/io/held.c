/* See held.h: the forms of this room. Any thread. */
#include "ntoskrnl/io/held.h"

/* ---- an operation in its base ---- */

static void operation_cancelled(struct io_operation *op, void *context)
{
    struct io_held *pended = context;
    pended->cancelled(pended);
}

static bool set_operation(struct io_held *pended)
{
    return io_set_cancel(pended->who, operation_cancelled, pended);
}

static bool clear_operation(struct io_held *pended)
{
    return io_clear_cancel(pended->who);
}

static void complete_operation(void *who, NTSTATUS status, ULONG_PTR information)
{
    struct io_operation *op = who;
    op->base_errno = 0;
    op->base_status = status;
    op->iosb.Status = status;
    op->iosb.Information = information;
    io_complete(op);
}

const struct io_held_form io_held_operation = {set_operation, clear_operation, complete_operation};

/* ---- an IRP ---- */

static VOID irp_cancelled(PDEVICE_OBJECT device, PIRP irp)
{
    struct io_held *pended = irp->Tail.Overlay.DriverContext[0];
    IoReleaseCancelSpinLock(irp->CancelIrql);
    pended->cancelled(pended);
}

static bool clear_irp(struct io_held *pended)
{
    PIRP irp = pended->who;
    return IoSetCancelRoutine(irp, NULL) != NULL;
}

static bool set_irp(struct io_held *pended)
{
    PIRP irp = pended->who;
    irp->Tail.Overlay.DriverContext[0] = pended;
    IoSetCancelRoutine(irp, irp_cancelled);
    /* IoCancelIrp sets Cancel first: either it sees the routine, or the routine is taken back here */
    return !__atomic_load_n(&irp->Cancel, __ATOMIC_SEQ_CST) || !clear_irp(pended);
}

static void complete_irp(void *who, NTSTATUS status, ULONG_PTR information)
{
    PIRP irp = who;
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
}

const struct io_held_form io_held_irp = {set_irp, clear_irp, complete_irp};
