/* Cancel-safe queues of IRPs (IoCsqXxx): the driver keeps the queue and its lock, this file the race between
 * taking a request out and cancelling it. Whoever takes the cancel routine away owns the request.
 * DriverContext[3] leads from a request to its queue. */
#include "ntoskrnl/io/inner.h"

/* What DriverContext[3] points to begins with its type. */
static PIO_CSQ queue_of(PVOID pointer, PIO_CSQ_IRP_CONTEXT *context)
{
    *context = *(ULONG *)pointer == IO_TYPE_CSQ_IRP_CONTEXT ? pointer : NULL;
    return *context ? (*context)->Csq : pointer;
}

/* The request leaves the queue; lock held. */
static void take_out(PIO_CSQ csq, PIRP irp)
{
    PIO_CSQ_IRP_CONTEXT context;
    queue_of(irp->Tail.Overlay.DriverContext[3], &context);
    csq->CsqRemoveIrp(csq, irp);
    if (context)
        context->Irp = NULL;
    irp->Tail.Overlay.DriverContext[3] = NULL;
}

static VOID cancel_routine(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_CSQ_IRP_CONTEXT context;
    PIO_CSQ csq = queue_of(irp->Tail.Overlay.DriverContext[3], &context);
    KIRQL irql;

    IoReleaseCancelSpinLock(irp->CancelIrql);
    csq->CsqAcquireLock(csq, &irql);
    take_out(csq, irp);
    csq->CsqReleaseLock(csq, irql);
    csq->CsqCompleteCanceledIrp(csq, irp);
}

static NTSTATUS initialize(PIO_CSQ csq, PIO_CSQ_REMOVE_IRP remove, PIO_CSQ_PEEK_NEXT_IRP peek,
    PIO_CSQ_ACQUIRE_LOCK acquire, PIO_CSQ_RELEASE_LOCK release, PIO_CSQ_COMPLETE_CANCELED_IRP complete)
{
    csq->CsqRemoveIrp = remove;
    csq->CsqPeekNextIrp = peek;
    csq->CsqAcquireLock = acquire;
    csq->CsqReleaseLock = release;
    csq->CsqCompleteCanceledIrp = complete;
    csq->ReservePointer = NULL;
    return STATUS_SUCCESS;
}

NTKERNELAPI NTSTATUS NTAPI IoCsqInitialize(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP CsqInsertIrp,
    PIO_CSQ_REMOVE_IRP CsqRemoveIrp, PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp,
    PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock, PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
    PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp)
{
    Csq->Type = IO_TYPE_CSQ;
    Csq->CsqInsertIrp = CsqInsertIrp;
    return initialize(
        Csq, CsqRemoveIrp, CsqPeekNextIrp, CsqAcquireLock, CsqReleaseLock, CsqCompleteCanceledIrp);
}

NTKERNELAPI NTSTATUS NTAPI IoCsqInitializeEx(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP_EX CsqInsertIrp,
    PIO_CSQ_REMOVE_IRP CsqRemoveIrp, PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp,
    PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock, PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
    PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp)
{
    Csq->Type = IO_TYPE_CSQ_EX;
    Csq->CsqInsertIrp = (PIO_CSQ_INSERT_IRP)(void (*)(void))CsqInsertIrp;
    return initialize(
        Csq, CsqRemoveIrp, CsqPeekNextIrp, CsqAcquireLock, CsqReleaseLock, CsqCompleteCanceledIrp);
}

static NTSTATUS insert(PIO_CSQ csq, PIRP irp, PVOID context)
{
    if (csq->Type == IO_TYPE_CSQ_EX)
        return ((PIO_CSQ_INSERT_IRP_EX)(void (*)(void))csq->CsqInsertIrp)(csq, irp, context);
    csq->CsqInsertIrp(csq, irp);
    return STATUS_SUCCESS;
}

NTKERNELAPI NTSTATUS NTAPI IoCsqInsertIrpEx(
    PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context, PVOID InsertContext)
{
    KIRQL irql;

    Irp->Tail.Overlay.DriverContext[3] = Context ? (PVOID)Context : Csq;
    if (Context) {
        Context->Type = IO_TYPE_CSQ_IRP_CONTEXT;
        Context->Csq = Csq;
        Context->Irp = Irp;
    }
    Csq->CsqAcquireLock(Csq, &irql);
    NTSTATUS status = insert(Csq, Irp, InsertContext);
    if (!NT_SUCCESS(status)) { /* still the caller's, not pending */
        if (Context)
            Context->Irp = NULL;
        Csq->CsqReleaseLock(Csq, irql);
        return status;
    }
    IoMarkIrpPending(Irp);
    IoSetCancelRoutine(Irp, cancel_routine);
    /* cancelled before the routine stood there: ours, unless the canceller has seen it all the same */
    bool cancelled = __atomic_load_n(&Irp->Cancel, __ATOMIC_ACQUIRE) && IoSetCancelRoutine(Irp, NULL);
    if (cancelled)
        take_out(Csq, Irp);
    Csq->CsqReleaseLock(Csq, irql);
    if (cancelled)
        Csq->CsqCompleteCanceledIrp(Csq, Irp);
    return status;
}

NTKERNELAPI VOID NTAPI IoCsqInsertIrp(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context)
{
    IoCsqInsertIrpEx(Csq, Irp, Context, NULL);
}

NTKERNELAPI PIRP NTAPI IoCsqRemoveNextIrp(PIO_CSQ Csq, PVOID PeekContext)
{
    KIRQL irql;

    Csq->CsqAcquireLock(Csq, &irql);
    PIRP irp = Csq->CsqPeekNextIrp(Csq, NULL, PeekContext);
    while (irp && !IoSetCancelRoutine(irp, NULL)) /* somebody is cancelling that one */
        irp = Csq->CsqPeekNextIrp(Csq, irp, PeekContext);
    if (irp)
        take_out(Csq, irp);
    Csq->CsqReleaseLock(Csq, irql);
    return irp;
}

NTKERNELAPI PIRP NTAPI IoCsqRemoveIrp(PIO_CSQ Csq, PIO_CSQ_IRP_CONTEXT Context)
{
    KIRQL irql;

    Csq->CsqAcquireLock(Csq, &irql);
    PIRP irp = Context->Irp;
    if (irp && !IoSetCancelRoutine(irp, NULL))
        irp = NULL;
    if (irp)
        take_out(Csq, irp);
    Csq->CsqReleaseLock(Csq, irql);
    return irp;
}
