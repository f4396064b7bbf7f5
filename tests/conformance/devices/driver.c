/* The driver of the control device tests: four devices, requests that pend, a filter that may veto its unload. */
#include "driver.h"
#include "rig.h"

#include "rtl/seh.h"

#include <fltkernel.h>
#include <wdmsec.h>

struct counters driver_counters;
unsigned driver_shutdowns;
bool driver_vetoes;
PDEVICE_OBJECT driver_device;

static PFLT_FILTER filter;
static KSPIN_LOCK lock;
static LIST_ENTRY pended = {&pended, &pended};
static unsigned sum;
static PIRP stubborn;
static char stored[4096];
static unsigned stored_length;

/* What one request did comes before what the next one sees: the order goes through the application's process, so a lock makes it
 * visible. */
static void in_order(void)
{
    KIRQL irql;

    KeAcquireSpinLock(&lock, &irql);
    KeReleaseSpinLock(&lock, irql);
}

static void count(unsigned *counter)
{
    __atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST);
}

static NTSTATUS finish(PIRP irp, NTSTATUS status, ULONG_PTR information)
{
    in_order();
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

/* ---- pended requests: a cancel-safe queue ---- */

static IO_CSQ queue;

static VOID queue_insert(PIO_CSQ csq, PIRP irp)
{
    InsertTailList(&pended, &irp->Tail.Overlay.ListEntry);
}

static VOID queue_remove(PIO_CSQ csq, PIRP irp)
{
    RemoveEntryList(&irp->Tail.Overlay.ListEntry);
}

/* Of one file, or of any. */
static PIRP queue_peek(PIO_CSQ csq, PIRP before, PVOID file)
{
    PLIST_ENTRY e = before ? before->Tail.Overlay.ListEntry.Flink : pended.Flink;

    for (; e != &pended; e = e->Flink) {
        PIRP irp = CONTAINING_RECORD(e, IRP, Tail.Overlay.ListEntry);
        if (!file || IoGetCurrentIrpStackLocation(irp)->FileObject == file)
            return irp;
    }
    return NULL;
}

static VOID queue_lock(PIO_CSQ csq, PKIRQL irql)
{
    KeAcquireSpinLock(&lock, irql);
}

static VOID queue_unlock(PIO_CSQ csq, KIRQL irql)
{
    KeReleaseSpinLock(&lock, irql);
}

static VOID queue_cancelled(PIO_CSQ csq, PIRP irp)
{
    count(&driver_counters.cancelled);
    finish(irp, STATUS_CANCELLED, 0);
}

static NTSTATUS pend(PIRP irp)
{
    count(&driver_counters.pended);
    IoCsqInsertIrp(&queue, irp, NULL);
    return STATUS_PENDING;
}

static PIRP take_pended(PFILE_OBJECT file)
{
    return IoCsqRemoveNextIrp(&queue, file);
}

static NTSTATUS complete_oldest(PIRP irp, const struct completion *wanted)
{
    PIRP oldest = take_pended(NULL);

    if (!oldest)
        return finish(irp, STATUS_NOT_FOUND, 0);
    if (oldest->AssociatedIrp.SystemBuffer)
        RtlCopyMemory(oldest->AssociatedIrp.SystemBuffer, wanted->text, sizeof wanted->text);
    finish(oldest, (NTSTATUS)wanted->status, wanted->information);
    return finish(irp, STATUS_SUCCESS, 0);
}

/* ---- controls ---- */

static NTSTATUS reverse(PIRP irp, ULONG in, ULONG out)
{
    UCHAR *bytes = irp->AssociatedIrp.SystemBuffer;

    if (out < in)
        return finish(irp, STATUS_BUFFER_TOO_SMALL, 0);
    for (ULONG i = 0; i < in / 2; i++) {
        UCHAR kept = bytes[i];
        bytes[i] = bytes[in - 1 - i];
        bytes[in - 1 - i] = kept;
    }
    return finish(irp, STATUS_SUCCESS, in);
}

static NTSTATUS direct(PIRP irp, bool reads, ULONG in, ULONG out)
{
    UCHAR *from = irp->AssociatedIrp.SystemBuffer;
    UCHAR *bytes = irp->MdlAddress ? MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority) : NULL;

    if (reads) {
        sum = 0;
        for (ULONG i = 0; i < in; i++)
            sum += from[i];
        for (ULONG i = 0; i < out; i++)
            sum += bytes[i];
        return finish(irp, STATUS_SUCCESS, 0);
    }
    for (ULONG i = 0; i < out; i += 2)
        bytes[i] = in ? from[0] : 1;
    return finish(irp, STATUS_SUCCESS, out / 2);
}

struct buffers {
    const UCHAR *from;
    UCHAR *to;
    ULONG in, out;
};

/* What a driver's __try around the probes gives; the alloca of nothing is what fltcc writes for it. */
static __attribute__((noinline)) NTSTATUS probed(const struct buffers *b)
{
    struct ofm_seh_frame frame;
    static __thread volatile NTSTATUS code;
    void *volatile nothing = __builtin_alloca(__ofm_seh_none());

    (void)nothing;
    __ofm_seh_push(&frame, SEH_EXCEPT);
    switch (__ofm_seh_mark(&frame)) {
    case SEH_BODY:
        ProbeForRead(b->from, b->in, 1);
        ProbeForWrite(b->to, b->out, 1);
        __ofm_seh_leave(&frame);
        return STATUS_SUCCESS;
    case SEH_ASK_FILTER:
        code = (NTSTATUS)frame.code;
        __ofm_seh_result(&frame, 1); /* execute the handler */
    default:
        return code;
    }
}

static NTSTATUS neither(PIRP irp, PIO_STACK_LOCATION stack, ULONG beyond)
{
    struct buffers b = {stack->Parameters.DeviceIoControl.Type3InputBuffer, irp->UserBuffer,
        stack->Parameters.DeviceIoControl.InputBufferLength + beyond, stack->Parameters.DeviceIoControl.OutputBufferLength};
    ULONG length = b.in < b.out ? b.in : b.out;

    NTSTATUS status = probed(&b);
    for (ULONG i = 0; i < length && NT_SUCCESS(status); i++)
        b.to[i] = (UCHAR)~b.from[i];
    return finish(irp, status, NT_SUCCESS(status) ? length : 0);
}

static NTSTATUS answer(PIRP irp, ULONG room, const void *bytes, ULONG length)
{
    if (room < length)
        return finish(irp, STATUS_BUFFER_TOO_SMALL, 0);
    RtlCopyMemory(irp->AssociatedIrp.SystemBuffer, bytes, length);
    return finish(irp, STATUS_SUCCESS, length);
}

static NTSTATUS NTAPI on_control(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    ULONG in = stack->Parameters.DeviceIoControl.InputBufferLength, out = stack->Parameters.DeviceIoControl.OutputBufferLength;
    const struct completion *completion = irp->AssociatedIrp.SystemBuffer;
    struct counters now;

    in_order();
    switch (stack->Parameters.DeviceIoControl.IoControlCode) {
    case CODE_REVERSE:
        return reverse(irp, in, out);
    case CODE_IN_DIRECT:
        return direct(irp, true, in, out);
    case CODE_OUT_DIRECT:
        return direct(irp, false, in, out);
    case CODE_NEITHER:
        return neither(irp, stack, 0);
    case CODE_NEITHER_BAD:
        return neither(irp, stack, 1u << 24);
    case CODE_PEND:
        return pend(irp);
    case CODE_COMPLETE:
        return complete_oldest(irp, completion);
    case CODE_FAIL:
        return finish(irp, (NTSTATUS)completion->status, completion->information);
    case CODE_WRITERS:
        return finish(irp, STATUS_SUCCESS, 0);
    case CODE_SUM:
        return answer(irp, out, &sum, sizeof sum);
    case CODE_STUBBORN:
        IoMarkIrpPending(irp);
        stubborn = irp;
        count(&driver_counters.pended);
        return STATUS_PENDING;
    case CODE_WHO: {
        struct who who = {(unsigned long)(ULONG_PTR)PsGetCurrentProcessId(), IoGetRequestorProcessId(irp), irp->RequestorMode == UserMode};
        return answer(irp, out, &who, sizeof who);
    }
    case CODE_COUNTERS:
        for (unsigned i = 0; i < sizeof now / sizeof(unsigned); i++)
            ((unsigned *)&now)[i] = __atomic_load_n((unsigned *)&driver_counters + i, __ATOMIC_SEQ_CST);
        return answer(irp, out, &now, sizeof now);
    default:
        return finish(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

/* ---- the other requests ---- */

static NTSTATUS NTAPI on_create(PDEVICE_OBJECT device, PIRP irp)
{
    count(&driver_counters.creates);
    return finish(irp, STATUS_SUCCESS, FILE_OPENED);
}

static NTSTATUS NTAPI on_cleanup(PDEVICE_OBJECT device, PIRP irp)
{
    PFILE_OBJECT file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    PIRP own;

    in_order();
    while ((own = take_pended(file)))
        finish(own, STATUS_CANCELLED, 0);
    if (stubborn && IoGetCurrentIrpStackLocation(stubborn)->FileObject == file) {
        own = stubborn;
        stubborn = NULL;
        finish(own, STATUS_CANCELLED, 0);
    }
    count(&driver_counters.cleanups);
    return finish(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI on_close(PDEVICE_OBJECT device, PIRP irp)
{
    count(&driver_counters.closes);
    return finish(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI on_shutdown(PDEVICE_OBJECT device, PIRP irp)
{
    count(&driver_shutdowns);
    return finish(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI on_flush(PDEVICE_OBJECT device, PIRP irp)
{
    count(&driver_counters.flushes);
    return finish(irp, STATUS_SUCCESS, 0);
}

/* The bytes of a transfer, as the device's kind of I/O brings them. */
static UCHAR *bytes_of(PDEVICE_OBJECT device, PIRP irp)
{
    if (device->Flags & DO_BUFFERED_IO)
        return irp->AssociatedIrp.SystemBuffer;
    if (device->Flags & DO_DIRECT_IO)
        return irp->MdlAddress ? MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority) : NULL;
    return irp->UserBuffer;
}

static NTSTATUS NTAPI on_write(PDEVICE_OBJECT device, PIRP irp)
{
    ULONG length = IoGetCurrentIrpStackLocation(irp)->Parameters.Write.Length;

    in_order();
    if (length > sizeof stored)
        return finish(irp, STATUS_INVALID_PARAMETER, 0);
    stored_length = length;
    if (length)
        RtlCopyMemory(stored, bytes_of(device, irp), length);
    return finish(irp, STATUS_SUCCESS, length);
}

static NTSTATUS NTAPI on_read(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    ULONGLONG from = (ULONGLONG)stack->Parameters.Read.ByteOffset.QuadPart;

    in_order();
    if (from >= stored_length)
        return finish(irp, STATUS_END_OF_FILE, 0);
    ULONG length = stored_length - (ULONG)from;
    length = length < stack->Parameters.Read.Length ? length : stack->Parameters.Read.Length;
    if (length)
        RtlCopyMemory(bytes_of(device, irp), stored + from, length);
    return finish(irp, STATUS_SUCCESS, length);
}

/* ---- load and unload ---- */

/* What the registry says of it (devices.c) counts: everybody may open it, one at a time. */
static const GUID device_class = {0xc0ffee00, 0x1234, 0x5678, {0x9a, 0xbc, 0xde, 0xf0, 0x12, 0x34, 0x56, 0x78}};

static const struct device {
    const WCHAR *name, *link;
    ULONG flags;
    BOOLEAN exclusive;
    const UNICODE_STRING *sddl; /* IoCreateDeviceSecure */
    const GUID *class;
} devices[] = {
    {u"\\Device\\DevicesBuffered", u"\\??\\DevicesBuffered", DO_BUFFERED_IO, FALSE, NULL, NULL},
    {u"\\Device\\DevicesDirect", u"\\??\\DevicesDirect", DO_DIRECT_IO, FALSE, NULL, NULL},
    {u"\\Device\\DevicesNeither", u"\\??\\DevicesNeither", 0, FALSE, NULL, NULL},
    {u"\\Device\\DevicesExclusive", u"\\DosDevices\\DevicesExclusive", DO_BUFFERED_IO, TRUE, NULL, NULL},
    {u"\\Device\\DevicesGuarded", u"\\??\\DevicesGuarded", DO_BUFFERED_IO, FALSE, &SDDL_DEVOBJ_SYS_ALL_ADM_ALL, NULL},
    {u"\\Device\\DevicesReadable", u"\\??\\DevicesReadable", DO_BUFFERED_IO, FALSE, &SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_R, NULL},
    {u"\\Device\\DevicesKernel", u"\\??\\DevicesKernel", DO_BUFFERED_IO, FALSE, &SDDL_DEVOBJ_KERNEL_ONLY, NULL},
    {u"\\Device\\DevicesOfClass", u"\\??\\DevicesOfClass", DO_BUFFERED_IO, FALSE, &SDDL_DEVOBJ_SYS_ALL_ADM_ALL, &device_class},
    {u"\\Device\\DevicesLocked", u"\\??\\DevicesLocked", DO_BUFFERED_IO, FALSE, NULL, NULL},
};
#define DEVICES (sizeof devices / sizeof *devices)

static PDEVICE_OBJECT made[DEVICES];

static NTSTATUS make(PDRIVER_OBJECT driver, unsigned i)
{
    UNICODE_STRING name, link;

    RtlInitUnicodeString(&name, devices[i].name);
    RtlInitUnicodeString(&link, devices[i].link);
    NTSTATUS status = devices[i].sddl ? IoCreateDeviceSecure(driver, 0, &name, FILE_DEVICE_UNKNOWN, 0, devices[i].exclusive,
                                            devices[i].sddl, devices[i].class, &made[i])
                                      : IoCreateDevice(driver, 0, &name, FILE_DEVICE_UNKNOWN, 0, devices[i].exclusive, &made[i]);
    if (!NT_SUCCESS(status))
        return status;
    made[i]->Flags |= devices[i].flags;
    return IoCreateSymbolicLink(&link, &name);
}

/* Only SYSTEM may open the last one. */
static NTSTATUS lock_device(PDEVICE_OBJECT device)
{
    PSECURITY_DESCRIPTOR sd;
    NTSTATUS status = FltBuildDefaultSecurityDescriptor(&sd, FILE_ALL_ACCESS);

    if (!NT_SUCCESS(status))
        return status;
    HANDLE handle;
    status = ObOpenObjectByPointer(device, OBJ_KERNEL_HANDLE, NULL, WRITE_DAC, NULL, KernelMode, &handle);
    if (NT_SUCCESS(status)) {
        status = ZwSetSecurityObject(handle, DACL_SECURITY_INFORMATION, sd);
        ZwClose(handle);
    }
    FltFreeSecurityDescriptor(sd);
    return status;
}

static NTSTATUS on_unload(FLT_FILTER_UNLOAD_FLAGS flags)
{
    UNICODE_STRING link;
    bool open = __atomic_load_n(&driver_counters.creates, __ATOMIC_SEQ_CST) != __atomic_load_n(&driver_counters.closes, __ATOMIC_SEQ_CST);

    if (driver_vetoes && open && !(flags & FLTFL_FILTER_UNLOAD_MANDATORY))
        return STATUS_FLT_DO_NOT_DETACH; /* F-041 */
    IoUnregisterShutdownNotification(made[0]);
    for (unsigned i = 0; i < DEVICES; i++) {
        RtlInitUnicodeString(&link, devices[i].link);
        IoDeleteSymbolicLink(&link);
        IoDeleteDevice(made[i]);
    }
    PIRP irp;
    in_order();
    while ((irp = take_pended(NULL)))
        finish(irp, STATUS_DELETE_PENDING, 0);
    FltUnregisterFilter(filter);
    return STATUS_SUCCESS;
}

NTSTATUS driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    static const FLT_REGISTRATION registration = {
        .Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION, .FilterUnloadCallback = on_unload};
    NTSTATUS status = STATUS_SUCCESS;

    driver->MajorFunction[IRP_MJ_CREATE] = on_create;
    driver->MajorFunction[IRP_MJ_CLEANUP] = on_cleanup;
    driver->MajorFunction[IRP_MJ_CLOSE] = on_close;
    driver->MajorFunction[IRP_MJ_READ] = on_read;
    driver->MajorFunction[IRP_MJ_WRITE] = on_write;
    driver->MajorFunction[IRP_MJ_FLUSH_BUFFERS] = on_flush;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = on_control;
    driver->MajorFunction[IRP_MJ_SHUTDOWN] = on_shutdown;
    IoCsqInitialize(&queue, queue_insert, queue_remove, queue_peek, queue_lock, queue_unlock, queue_cancelled);
    for (unsigned i = 0; i < DEVICES && NT_SUCCESS(status); i++)
        status = make(driver, i);
    if (NT_SUCCESS(status))
        status = lock_device(made[DEVICES - 1]);
    if (NT_SUCCESS(status))
        status = IoRegisterShutdownNotification(made[0]);
    if (NT_SUCCESS(status))
        status = FltRegisterFilter(driver, &registration, &filter);
    return NT_SUCCESS(status) ? FltStartFiltering(filter) : status;
}
