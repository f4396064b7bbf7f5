/* IRPs for devices with dispatch routines of their own: allocation, sending, completion with the stack's completion
 * routines, cancellation. File operations never use them: they are io_operations. */
#include "ntoskrnl/io/inner.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static KSPIN_LOCK cancel_lock;

NTKERNELAPI VOID IoInitializeIrp(PIRP Irp, USHORT PacketSize, CCHAR StackSize)
{
    memset(Irp, 0, PacketSize);
    Irp->Type = IO_TYPE_IRP;
    Irp->Size = PacketSize;
    Irp->StackCount = StackSize;
    Irp->CurrentLocation = StackSize + 1;
    InitializeListHead(&Irp->ThreadListEntry);
    Irp->Tail.Overlay.CurrentStackLocation = (PIO_STACK_LOCATION)(Irp + 1) + StackSize;
}

NTKERNELAPI PIRP IoAllocateIrp(CCHAR StackSize, BOOLEAN ChargeQuota)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    USHORT size = (USHORT)(sizeof(IRP) + (size_t)StackSize * sizeof(IO_STACK_LOCATION));
    PIRP irp = ExAllocatePoolWithTag(NonPagedPool, size, IO_TAG);
    if (irp)
        IoInitializeIrp(irp, size, StackSize);
    return irp;
}

NTKERNELAPI VOID IoReuseIrp(PIRP Irp, NTSTATUS Iostatus)
{
    IoInitializeIrp(Irp, Irp->Size, Irp->StackCount);
    Irp->IoStatus.Status = Iostatus;
}

NTKERNELAPI VOID IoFreeIrp(PIRP Irp)
{
    ExFreePoolWithTag(Irp, IO_TAG);
}

NTKERNELAPI NTSTATUS IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    if (--Irp->CurrentLocation <= 0)
        ke_bug_check(0x35 /* NO_MORE_IRP_STACK_LOCATIONS */, (uint64_t)Irp, 0, 0, 0, "IoCallDriver");
    PIO_STACK_LOCATION stack = --Irp->Tail.Overlay.CurrentStackLocation;
    stack->DeviceObject = DeviceObject;
    PDRIVER_OBJECT driver = DeviceObject->DriverObject;
    struct io_driver_object *body = (struct io_driver_object *)driver;
    struct ke_scope outer = ke_callback_enter(body->name, "DispatchRoutine", NULL);
    NTSTATUS status = driver->MajorFunction[stack->MajorFunction](DeviceObject, Irp);
    ke_callback_leave(outer);
    return status;
}

static bool routine_wanted(UCHAR control, PIRP irp)
{
    if (irp->Cancel && (control & SL_INVOKE_ON_CANCEL))
        return true;
    return control & (NT_SUCCESS(irp->IoStatus.Status) ? SL_INVOKE_ON_SUCCESS : SL_INVOKE_ON_ERROR);
}

#define OWNED_BY_MANAGER 0x80 /* AllocationFlags: freed when it is completed, as drivers expect of IoBuild... */
#define OF_A_TRANSFER 0x40    /* AllocationFlags: UserApcContext is the io_transfer that is to be told */

/* The request has left the last device: buffered output to the caller, status, event. */
static void end_irp(PIRP irp, CCHAR boost)
{
    if (irp->AllocationFlags & OF_A_TRANSFER) {
        struct io_transfer *t = irp->Overlay.AsynchronousParameters.UserApcContext;
        t->iosb = irp->IoStatus;
        /* who cancels what has ended must find nothing to call, even of a driver that forgot to take it away */
        __atomic_store_n(&irp->CancelRoutine, NULL, __ATOMIC_RELEASE);
        io_device_completed(t);
        return;
    }
    PKEVENT event = irp->UserEvent;
    bool owned = irp->AllocationFlags & OWNED_BY_MANAGER;
    if (owned && (irp->Flags & IRP_INPUT_OPERATION) && !NT_ERROR(irp->IoStatus.Status) && irp->UserBuffer)
        memcpy(irp->UserBuffer, irp->AssociatedIrp.SystemBuffer, irp->IoStatus.Information);
    if (owned && (irp->Flags & IRP_DEALLOCATE_BUFFER) && irp->AssociatedIrp.SystemBuffer)
        ex_pool_free(irp->AssociatedIrp.SystemBuffer, NULL);
    if (owned && irp->MdlAddress)
        IoFreeMdl(irp->MdlAddress);
    if (irp->UserIosb)
        *irp->UserIosb = irp->IoStatus;
    if (owned)
        IoFreeIrp(irp);
    if (event)
        KeSetEvent(event, boost, FALSE);
}

NTKERNELAPI VOID IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    if (Irp->IoStatus.Status == STATUS_PENDING)
        ke_report_caller("IoCompleteRequest", __builtin_return_address(0), "IoStatus.Status is STATUS_PENDING");
    while (Irp->CurrentLocation <= Irp->StackCount) {
        PIO_STACK_LOCATION stack = Irp->Tail.Overlay.CurrentStackLocation++;
        Irp->CurrentLocation++;
        Irp->PendingReturned = stack->Control & SL_PENDING_RETURNED;
        if (!stack->CompletionRoutine || !routine_wanted(stack->Control, Irp))
            continue;
        /* a routine sees the device of the caller's own location, if it has one */
        PDEVICE_OBJECT device = Irp->CurrentLocation <= Irp->StackCount ? (stack + 1)->DeviceObject : NULL;
        if (stack->CompletionRoutine(device, Irp, stack->Context) == STATUS_MORE_PROCESSING_REQUIRED)
            return;
    }
    end_irp(Irp, PriorityBoost);
}

/* ---- cancellation ---- */

NTKERNELAPI VOID IoAcquireCancelSpinLock(PKIRQL Irql)
{
    KeAcquireSpinLock(&cancel_lock, Irql);
}

NTKERNELAPI VOID IoReleaseCancelSpinLock(KIRQL Irql)
{
    KeReleaseSpinLock(&cancel_lock, Irql);
}

NTKERNELAPI BOOLEAN IoCancelIrp(PIRP Irp)
{
    KIRQL irql;
    IoAcquireCancelSpinLock(&irql);
    __atomic_store_n(&Irp->Cancel, TRUE, __ATOMIC_RELEASE);
    PDRIVER_CANCEL routine = __atomic_exchange_n(&Irp->CancelRoutine, NULL, __ATOMIC_ACQ_REL);
    if (!routine) {
        IoReleaseCancelSpinLock(irql);
        return FALSE;
    }
    Irp->CancelIrql = irql;
    PDEVICE_OBJECT device = Irp->CurrentLocation <= Irp->StackCount ? IoGetCurrentIrpStackLocation(Irp)->DeviceObject : NULL;
    routine(device, Irp); /* releases the lock */
    return TRUE;
}

/* ---- sending ---- */

static PIRP make_irp(PDEVICE_OBJECT device, const struct io_irp_request *request)
{
    PIRP irp = IoAllocateIrp(device->StackSize, FALSE);
    if (!irp)
        return NULL;
    irp->RequestorMode = request->mode;
    irp->Tail.Overlay.Thread = request->thread ? request->thread : ps_current_thread();
    irp->Tail.Overlay.OriginalFileObject = request->file;
    irp->AssociatedIrp.SystemBuffer = request->system_buffer;
    irp->UserBuffer = request->user_buffer;
    irp->MdlAddress = request->mdl;
    PIO_STACK_LOCATION stack = IoGetNextIrpStackLocation(irp);
    stack->MajorFunction = request->major;
    stack->MinorFunction = request->minor;
    stack->Flags = request->flags;
    stack->FileObject = request->file;
    if (request->fill)
        request->fill(stack, request->context);
    return irp;
}

/* Calls the driver in the requestor's context. */
static NTSTATUS call_driver(PDEVICE_OBJECT device, PIRP irp)
{
    PETHREAD outer = ps_set_current(irp->Tail.Overlay.Thread);
    NTSTATUS status = IofCallDriver(device, irp);
    ps_set_current(outer);
    return status;
}

static void check_answer(PDEVICE_OBJECT device, NTSTATUS returned, NTSTATUS completed)
{
    if (returned != STATUS_PENDING && returned != completed)
        ke_report(((struct io_driver_object *)device->DriverObject)->name, "DispatchRoutine",
            "returned 0x%08x for a request completed with 0x%08x", (unsigned)returned, (unsigned)completed);
}

NTSTATUS io_irp_send(PDEVICE_OBJECT device, const struct io_irp_request *request, IO_STATUS_BLOCK *iosb)
{
    PIRP irp = make_irp(device, request);
    iosb->Information = 0;
    if (!irp)
        return iosb->Status = STATUS_INSUFFICIENT_RESOURCES;
    KEVENT done;
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    irp->UserEvent = &done;
    irp->UserIosb = iosb;
    NTSTATUS status = call_driver(device, irp);
    if (ke_self.interrupt && ke_wait_one(&done, NULL, ke_self.interrupt) != STATUS_SUCCESS)
        IoCancelIrp(irp);
    ke_wait_one(&done, NULL, NULL);
    check_answer(device, status, iosb->Status);
    IoFreeIrp(irp);
    return iosb->Status;
}

/* Sequentially consistent with io_transfer_cancel: one of the two sees the other's word. */
void io_irp_start(PDEVICE_OBJECT device, const struct io_irp_request *request, struct io_transfer *t)
{
    PIRP irp = make_irp(device, request);
    if (!irp) {
        t->iosb = (IO_STATUS_BLOCK){.Status = STATUS_INSUFFICIENT_RESOURCES};
        io_device_completed(t);
        return;
    }
    irp->AllocationFlags |= OF_A_TRANSFER;
    irp->Overlay.AsynchronousParameters.UserApcContext = t;
    __atomic_store_n(&t->irp, irp, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&t->cancelled, __ATOMIC_SEQ_CST))
        IoCancelIrp(irp);
    NTSTATUS status = call_driver(device, irp);
    /* with STATUS_PENDING another thread may be completing it: no look at it */
    if (status == STATUS_PENDING)
        return;
    if (irp->CurrentLocation <= irp->StackCount)
        ke_report(((struct io_driver_object *)device->DriverObject)->name, "DispatchRoutine",
            "returned 0x%08x without completing the request: it is never answered", (unsigned)status);
    else
        check_answer(device, status, irp->IoStatus.Status);
}

NTKERNELAPI PIRP IoBuildDeviceIoControlRequest(ULONG IoControlCode, PDEVICE_OBJECT DeviceObject, PVOID InputBuffer,
    ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength, BOOLEAN InternalDeviceIoControl, PKEVENT Event,
    PIO_STATUS_BLOCK IoStatusBlock)
{
    PIRP irp = IoAllocateIrp(DeviceObject->StackSize, FALSE);
    if (!irp)
        return NULL;
    irp->UserEvent = Event;
    irp->UserIosb = IoStatusBlock;
    irp->RequestorMode = KernelMode;
    irp->UserBuffer = OutputBuffer;
    PIO_STACK_LOCATION stack = IoGetNextIrpStackLocation(irp);
    stack->MajorFunction = InternalDeviceIoControl ? IRP_MJ_INTERNAL_DEVICE_CONTROL : IRP_MJ_DEVICE_CONTROL;
    stack->Parameters.DeviceIoControl.IoControlCode = IoControlCode;
    stack->Parameters.DeviceIoControl.InputBufferLength = InputBufferLength;
    stack->Parameters.DeviceIoControl.OutputBufferLength = OutputBufferLength;
    stack->Parameters.DeviceIoControl.Type3InputBuffer = InputBuffer;
    irp->AllocationFlags |= OWNED_BY_MANAGER;
    ULONG size = (IoControlCode & 3) == METHOD_BUFFERED && OutputBufferLength > InputBufferLength ? OutputBufferLength : InputBufferLength;
    if ((IoControlCode & 3) != METHOD_NEITHER && size) {
        irp->AssociatedIrp.SystemBuffer = ex_allocate(size, IO_TAG);
        if (!irp->AssociatedIrp.SystemBuffer) {
            IoFreeIrp(irp);
            return NULL;
        }
        irp->Flags = IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER;
        if (InputBufferLength)
            memcpy(irp->AssociatedIrp.SystemBuffer, InputBuffer, InputBufferLength);
    }
    if ((IoControlCode & 3) == METHOD_BUFFERED && OutputBufferLength)
        irp->Flags |= IRP_INPUT_OPERATION;
    if (((IoControlCode & 3) == METHOD_IN_DIRECT || (IoControlCode & 3) == METHOD_OUT_DIRECT) && OutputBufferLength) {
        irp->MdlAddress = IoAllocateMdl(OutputBuffer, OutputBufferLength, FALSE, FALSE, NULL);
        if (irp->MdlAddress)
            MmBuildMdlForNonPagedPool(irp->MdlAddress);
    }
    return irp;
}
