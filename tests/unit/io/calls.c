/* Zw...File calls, and a driver's own device with real IRPs. */
#include "rig.h"

#include "ntoskrnl/io/driver.h"
#include "ntoskrnl/ke/ke.h"

#include <nt/undocumented.h>

static OBJECT_ATTRIBUTES named(const char16_t *name, UNICODE_STRING *text)
{
    OBJECT_ATTRIBUTES oa;
    RtlInitUnicodeString(text, name);
    InitializeObjectAttributes(&oa, text, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    return oa;
}

static HANDLE open_handle(const char16_t *name, ACCESS_MASK access, ULONG disposition, ULONG options)
{
    UNICODE_STRING text;
    OBJECT_ATTRIBUTES oa = named(name, &text);
    IO_STATUS_BLOCK iosb;
    HANDLE handle = NULL;
    assert_status(STATUS_SUCCESS, ZwCreateFile(&handle, access | SYNCHRONIZE, &oa, &iosb, NULL, 0, 7, disposition,
        options | FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0));
    return handle;
}

static void data(void **state)
{
    struct memfs *fs = memfs_create("M:");
    IO_STATUS_BLOCK iosb;
    char buffer[16] = {0};
    HANDLE h = open_handle(u"\\??\\M:\\new", FILE_GENERIC_READ | FILE_GENERIC_WRITE, FILE_CREATE, 0);
    assert_status(STATUS_SUCCESS, ZwWriteFile(h, NULL, NULL, NULL, &iosb, "hello", 5, NULL, NULL));
    assert_int_equal(5, iosb.Information);
    assert_status(STATUS_SUCCESS, ZwWriteFile(h, NULL, NULL, NULL, &iosb, " you", 4, NULL, NULL)); /* at the file pointer */
    LARGE_INTEGER zero = {0};
    assert_status(STATUS_SUCCESS, ZwReadFile(h, NULL, NULL, NULL, &iosb, buffer, sizeof buffer, &zero, NULL));
    assert_string_equal("hello you", buffer);
    FILE_POSITION_INFORMATION position;
    assert_status(STATUS_SUCCESS, ZwQueryInformationFile(h, &iosb, &position, sizeof position, FilePositionInformation));
    assert_int_equal(9, position.CurrentByteOffset.QuadPart);
    assert_status(STATUS_END_OF_FILE, ZwReadFile(h, NULL, NULL, NULL, &iosb, buffer, sizeof buffer, NULL, NULL));
    position.CurrentByteOffset.QuadPart = 6;
    assert_status(STATUS_SUCCESS, ZwSetInformationFile(h, &iosb, &position, sizeof position, FilePositionInformation));
    memset(buffer, 0, sizeof buffer);
    assert_status(STATUS_SUCCESS, ZwReadFile(h, NULL, NULL, NULL, &iosb, buffer, sizeof buffer, NULL, NULL));
    assert_string_equal("you", buffer);
    FILE_STANDARD_INFORMATION standard;
    assert_status(STATUS_SUCCESS, ZwQueryInformationFile(h, &iosb, &standard, sizeof standard, FileStandardInformation));
    assert_int_equal(9, standard.EndOfFile.QuadPart);
    assert_status(STATUS_INFO_LENGTH_MISMATCH, ZwQueryInformationFile(h, &iosb, &standard, 3, FileStandardInformation));
    FILE_END_OF_FILE_INFORMATION end = {.EndOfFile.QuadPart = 5};
    assert_status(STATUS_SUCCESS, ZwSetInformationFile(h, &iosb, &end, sizeof end, FileEndOfFileInformation));
    assert_status(STATUS_SUCCESS, ZwFlushBuffersFile(h, &iosb));
    ZwClose(h);
    char *text = memfs_text(fs, u"\\new");
    assert_string_equal("hello", text);
    free(text);
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa = named(u"\\??\\M:\\new", &name);
    IO_STATUS_BLOCK ignored;
    HANDLE again;
    assert_status(STATUS_SUCCESS, ZwOpenFile(&again, DELETE | SYNCHRONIZE, &oa, &ignored, 7, 0));
    FILE_DISPOSITION_INFORMATION dispose = {.DeleteFile = TRUE};
    assert_status(STATUS_SUCCESS, ZwSetInformationFile(again, &iosb, &dispose, sizeof dispose, FileDispositionInformation));
    ZwClose(again);
    assert_false(memfs_exists(fs, u"\\new"));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, ZwOpenFile(&again, DELETE | SYNCHRONIZE, &oa, &ignored, 7, 0));
    memfs_remove(fs);
}

static void rename_it(void **state)
{
    struct memfs *fs = memfs_create("M:");
    memfs_add_file(fs, u"\\old", "x");
    memfs_add_file(fs, u"\\there", "y");
    HANDLE h = open_handle(u"\\??\\M:\\old", DELETE, FILE_OPEN, 0);
    IO_STATUS_BLOCK iosb;
    union {
        FILE_RENAME_INFORMATION info;
        char room[128];
    } rename = {.info = {.FileNameLength = 12}};
    memcpy(rename.info.FileName, u"there", 10);
    rename.info.FileNameLength = 10;
    assert_false(NT_SUCCESS(ZwSetInformationFile(h, &iosb, &rename, 8, FileRenameInformation)));
    rename.info.FileNameLength = 0;
    assert_status(STATUS_INVALID_PARAMETER, ZwSetInformationFile(h, &iosb, &rename, sizeof rename, FileRenameInformation));
    ZwClose(h);
    memfs_remove(fs);
}

static void directory(void **state)
{
    struct memfs *fs = memfs_create("M:");
    memfs_add_directory(fs, u"\\dir");
    memfs_add_file(fs, u"\\dir\\one", "1");
    HANDLE h = open_handle(u"\\??\\M:\\dir", FILE_LIST_DIRECTORY, FILE_OPEN, FILE_DIRECTORY_FILE);
    IO_STATUS_BLOCK iosb;
    union {
        FILE_NAMES_INFORMATION info;
        char room[128];
    } entry;
    assert_status(STATUS_SUCCESS, ZwQueryDirectoryFile(h, NULL, NULL, NULL, &iosb, &entry, sizeof entry, FileNamesInformation, TRUE, NULL, TRUE));
    assert_int_equal(6, entry.info.FileNameLength);
    assert_memory_equal(u"one", entry.info.FileName, 6);
    assert_status(STATUS_NO_MORE_FILES, ZwQueryDirectoryFile(h, NULL, NULL, NULL, &iosb, &entry, sizeof entry, FileNamesInformation, TRUE, NULL, FALSE));
    ZwClose(h);
    memfs_remove(fs);
}

static void events_and_errors(void **state)
{
    struct memfs *fs = memfs_create("M:");
    memfs_add_file(fs, u"\\file", "hello");
    HANDLE h = open_handle(u"\\??\\M:\\file", FILE_GENERIC_READ, FILE_OPEN, 0), event;
    IO_STATUS_BLOCK iosb;
    char buffer[8];
    LARGE_INTEGER zero = {0};
    OBJECT_ATTRIBUTES oa;
    InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_status(STATUS_SUCCESS, ZwCreateEvent(&event, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE));
    assert_status(STATUS_SUCCESS, ZwReadFile(h, event, NULL, NULL, &iosb, buffer, sizeof buffer, &zero, NULL));
    assert_status(STATUS_SUCCESS, ZwWaitForSingleObject(event, FALSE, &zero));
    ZwClose(event);
    assert_status(STATUS_INVALID_HANDLE, ZwReadFile((HANDLE)0x7ffffff0, NULL, NULL, NULL, &iosb, buffer, 1, &zero, NULL));
    FILE_NETWORK_OPEN_INFORMATION info;
    UNICODE_STRING name;
    oa = named(u"\\??\\M:\\none", &name);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, ZwQueryFullAttributesFile(&oa, &info));
    ZwClose(h);
    memfs_remove(fs);
}

/* ---- a driver's own device ---- */

#define IOCTL_DOUBLE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define IOCTL_LATER CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define IOCTL_DIRECT CTL_CODE(FILE_DEVICE_UNKNOWN, 0x803, METHOD_OUT_DIRECT, FILE_ANY_ACCESS)
#define IOCTL_NEITHER CTL_CODE(FILE_DEVICE_UNKNOWN, 0x804, METHOD_NEITHER, FILE_ANY_ACCESS)
#define IOCTL_HOLD CTL_CODE(FILE_DEVICE_UNKNOWN, 0x805, METHOD_BUFFERED, FILE_ANY_ACCESS)

static unsigned creates, cleanups, closes; /* __atomic */

static NTSTATUS finish(PIRP irp, NTSTATUS status, ULONG_PTR information)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static NTSTATUS NTAPI on_plain(PDEVICE_OBJECT device, PIRP irp)
{
    switch (IoGetCurrentIrpStackLocation(irp)->MajorFunction) {
    case IRP_MJ_CREATE: __atomic_add_fetch(&creates, 1, __ATOMIC_SEQ_CST); break;
    case IRP_MJ_CLEANUP: __atomic_add_fetch(&cleanups, 1, __ATOMIC_SEQ_CST); break;
    default: __atomic_add_fetch(&closes, 1, __ATOMIC_SEQ_CST); break;
    }
    return finish(irp, STATUS_SUCCESS, 0);
}

static void complete_later(void *irp)
{
    finish(irp, STATUS_SUCCESS, 0);
}

static struct rig_thread later;
static PIRP held; /* of IOCTL_HOLD, until the test or a cancel ends it */

static VOID NTAPI on_cancel(PDEVICE_OBJECT where, PIRP irp)
{
    IoReleaseCancelSpinLock(irp->CancelIrql);
    finish(irp, STATUS_CANCELLED, 0);
}

static NTSTATUS NTAPI on_control(PDEVICE_OBJECT device, PIRP irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    int *value = irp->AssociatedIrp.SystemBuffer;
    switch (stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_DOUBLE:
        if (stack->Parameters.DeviceIoControl.InputBufferLength < sizeof *value)
            return finish(irp, STATUS_INVALID_PARAMETER, 0);
        *value *= 2;
        return finish(irp, STATUS_SUCCESS, sizeof *value);
    case IOCTL_LATER:
        IoMarkIrpPending(irp);
        rig_run(&later, complete_later, irp);
        return STATUS_PENDING;
    case IOCTL_HOLD:
        IoMarkIrpPending(irp);
        IoSetCancelRoutine(irp, on_cancel);
        held = irp;
        return STATUS_PENDING;
    case IOCTL_DIRECT:
        *(int *)MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority) = *value + 1;
        return finish(irp, STATUS_SUCCESS, sizeof *value);
    case IOCTL_NEITHER:
        *(int *)irp->UserBuffer = *(int *)stack->Parameters.DeviceIoControl.Type3InputBuffer + 2;
        return finish(irp, STATUS_SUCCESS, sizeof *value);
    default:
        return finish(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

static PDEVICE_OBJECT device;
static unsigned unloads;      /* __atomic */
static unsigned open_at_unload;

static VOID NTAPI on_unload(PDRIVER_OBJECT driver)
{
    UNICODE_STRING link;
    open_at_unload = __atomic_load_n(&creates, __ATOMIC_SEQ_CST) - __atomic_load_n(&closes, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&unloads, 1, __ATOMIC_SEQ_CST);
    RtlInitUnicodeString(&link, u"\\DosDevices\\TestControl");
    assert_status(STATUS_SUCCESS, IoDeleteSymbolicLink(&link));
    IoDeleteDevice(driver->DeviceObject);
}

static NTSTATUS NTAPI entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNICODE_STRING name, link;
    RtlInitUnicodeString(&name, u"\\Device\\TestControl");
    RtlInitUnicodeString(&link, u"\\DosDevices\\TestControl");
    NTSTATUS status = IoCreateDevice(driver, 16, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
    if (!NT_SUCCESS(status))
        return status;
    assert_non_null(device->DeviceExtension);
    PDEVICE_OBJECT twice;
    assert_status(STATUS_OBJECT_NAME_COLLISION, IoCreateDevice(driver, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &twice));
    assert_status(STATUS_SUCCESS, IoCreateSymbolicLink(&link, &name));
    assert_status(STATUS_OBJECT_NAME_COLLISION, IoCreateSymbolicLink(&link, &name));
    driver->MajorFunction[IRP_MJ_CREATE] = driver->MajorFunction[IRP_MJ_CLEANUP] = driver->MajorFunction[IRP_MJ_CLOSE] = on_plain;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = on_control;
    driver->DriverUnload = on_unload;
    return STATUS_SUCCESS;
}

static NTSTATUS control(HANDLE h, ULONG code, int in, int *out, ULONG in_length)
{
    IO_STATUS_BLOCK iosb;
    return ZwDeviceIoControlFile(h, NULL, NULL, NULL, &iosb, code, &in, in_length, out, sizeof *out);
}

static void own_device(void **state)
{
    UNICODE_STRING service, name;
    PFILE_OBJECT file;
    PDEVICE_OBJECT found;
    RtlInitUnicodeString(&service, u"TestControl");
    assert_status(STATUS_SUCCESS, io_driver_start(&service, entry, NULL));
    HANDLE h = open_handle(u"\\??\\TestControl", FILE_GENERIC_READ | FILE_GENERIC_WRITE, FILE_OPEN, 0);
    assert_int_equal(1, creates);
    int out = 0;
    assert_status(STATUS_SUCCESS, control(h, IOCTL_DOUBLE, 21, &out, sizeof out));
    assert_int_equal(42, out);
    assert_status(STATUS_INVALID_PARAMETER, control(h, IOCTL_DOUBLE, 21, &out, 1));
    assert_status(STATUS_SUCCESS, control(h, IOCTL_LATER, 1, &out, sizeof out));
    rig_join(&later);
    assert_status(STATUS_SUCCESS, control(h, IOCTL_DIRECT, 5, &out, sizeof out));
    assert_int_equal(6, out);
    assert_status(STATUS_SUCCESS, control(h, IOCTL_NEITHER, 5, &out, sizeof out));
    assert_int_equal(7, out);
    assert_status(STATUS_INVALID_DEVICE_REQUEST, control(h, 0x222000, 5, &out, sizeof out));
    IO_STATUS_BLOCK iosb;
    LARGE_INTEGER zero = {0};
    assert_status(STATUS_INVALID_DEVICE_REQUEST, ZwReadFile(h, NULL, NULL, NULL, &iosb, &out, sizeof out, &zero, NULL)); /* no read routine */
    ZwClose(h);
    assert_int_equal(1, cleanups);
    assert_int_equal(1, closes);
    KEVENT event;
    int in = 50;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    PIRP irp = IoBuildDeviceIoControlRequest(IOCTL_DOUBLE, device, &in, sizeof in, &out, sizeof out, FALSE, &event, &iosb);
    assert_non_null(irp);
    assert_status(STATUS_SUCCESS, IoCallDriver(device, irp));
    rig_wait(&event);
    assert_int_equal(100, out); /* the request is freed by its completion: a leak would be told at the end */
    RtlInitUnicodeString(&name, u"\\Device\\TestControl");
    assert_status(STATUS_SUCCESS, IoGetDeviceObjectPointer(&name, FILE_READ_DATA, &file, &found));
    assert_ptr_equal(device, found);
    ObDereferenceObject(file);
    assert_int_equal(2, closes);
    assert_status(STATUS_SUCCESS, io_driver_unload(&service));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, io_driver_unload(&service));
}

/* A handle without FILE_SYNCHRONOUS_IO_... */
static NTSTATUS open_asynchronous(HANDLE *handle)
{
    UNICODE_STRING text;
    OBJECT_ATTRIBUTES oa = named(u"\\??\\TestControl", &text);
    IO_STATUS_BLOCK iosb;
    return ZwCreateFile(handle, FILE_GENERIC_READ | FILE_GENERIC_WRITE, &oa, &iosb, NULL, 0, 7, FILE_OPEN, 0, NULL, 0);
}

static const LARGE_INTEGER at_once = {.QuadPart = 0};

static void asynchronous(void **state)
{
    UNICODE_STRING service;
    HANDLE h, event;
    OBJECT_ATTRIBUTES oa;
    int in = 4, out = 0;
    RtlInitUnicodeString(&service, u"TestControl");
    InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_status(STATUS_SUCCESS, io_driver_start(&service, entry, NULL));
    assert_status(STATUS_SUCCESS, open_asynchronous(&h));
    assert_status(STATUS_SUCCESS, ZwCreateEvent(&event, EVENT_ALL_ACCESS, &oa, NotificationEvent, TRUE));
    IO_STATUS_BLOCK iosb = {.Status = 77};
    assert_status(STATUS_PENDING, ZwDeviceIoControlFile(h, event, NULL, NULL, &iosb, IOCTL_HOLD, &in, sizeof in, &out, sizeof out));
    in = 0; /* the request has its own copy */
    assert_status(STATUS_TIMEOUT, ZwWaitForSingleObject(event, FALSE, (PLARGE_INTEGER)&at_once));
    assert_status(STATUS_TIMEOUT, ZwWaitForSingleObject(h, FALSE, (PLARGE_INTEGER)&at_once));
    assert_int_equal(77, iosb.Status);
    *(int *)held->AssociatedIrp.SystemBuffer += 5;
    finish(held, STATUS_SUCCESS, sizeof out);
    assert_status(STATUS_SUCCESS, ZwWaitForSingleObject(event, FALSE, (PLARGE_INTEGER)&at_once));
    assert_status(STATUS_SUCCESS, ZwWaitForSingleObject(h, FALSE, (PLARGE_INTEGER)&at_once));
    assert_status(STATUS_SUCCESS, iosb.Status);
    assert_int_equal(sizeof out, iosb.Information);
    assert_int_equal(9, out);
    /* what ends at once is answered at once, failures too */
    assert_status(STATUS_SUCCESS, control(h, IOCTL_DOUBLE, 21, &out, sizeof out));
    assert_int_equal(42, out);
    assert_status(STATUS_INVALID_PARAMETER, control(h, IOCTL_DOUBLE, 21, &out, 1));
    /* cancelled, by its status block */
    IO_STATUS_BLOCK cancelled;
    assert_status(STATUS_PENDING, ZwDeviceIoControlFile(h, event, NULL, NULL, &iosb, IOCTL_HOLD, &in, sizeof in, &out, sizeof out));
    assert_status(STATUS_NOT_FOUND, ZwCancelIoFileEx(h, &cancelled, &cancelled));
    assert_status(STATUS_SUCCESS, ZwCancelIoFileEx(h, &iosb, &cancelled));
    assert_status(STATUS_SUCCESS, ZwWaitForSingleObject(event, FALSE, (PLARGE_INTEGER)&at_once));
    assert_status(STATUS_CANCELLED, iosb.Status);
    ZwClose(event);
    ZwClose(h);
    assert_status(STATUS_SUCCESS, io_driver_unload(&service));
}

static void unload_waits(void **state)
{
    UNICODE_STRING service;
    HANDLE first, second, third;
    int out = 0;
    RtlInitUnicodeString(&service, u"TestControl");
    unloads = 0;
    assert_status(STATUS_SUCCESS, io_driver_start(&service, entry, NULL));
    assert_status(STATUS_SUCCESS, open_asynchronous(&first));
    assert_status(STATUS_SUCCESS, open_asynchronous(&second));
    assert_status(STATUS_SUCCESS, io_driver_unload(&service));
    assert_int_equal(0, unloads);
    assert_int_equal(1, rig_log_count("not unloaded before its devices are closed: 2 open"));
    assert_status(STATUS_NO_SUCH_DEVICE, open_asynchronous(&third));
    assert_status(STATUS_INVALID_DEVICE_REQUEST, io_driver_unload(&service));
    assert_status(STATUS_IMAGE_ALREADY_LOADED, io_driver_start(&service, entry, NULL));
    assert_status(STATUS_SUCCESS, control(first, IOCTL_DOUBLE, 21, &out, sizeof out)); /* it is whole */
    ZwClose(first);
    assert_int_equal(0, __atomic_load_n(&unloads, __ATOMIC_SEQ_CST));
    ZwClose(second);
    io_drivers_end(); /* waits for it, and finds nothing that it must end by force */
    assert_int_equal(1, unloads);
    assert_int_equal(0, open_at_unload);
    assert_int_equal(0, rig_log_count("still open at the manager's end"));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, io_driver_unload(&service));
    /* by force, when the manager ends */
    assert_status(STATUS_SUCCESS, io_driver_start(&service, entry, NULL));
    assert_status(STATUS_SUCCESS, open_asynchronous(&first));
    assert_status(STATUS_SUCCESS, io_driver_unload(&service));
    io_drivers_end();
    assert_int_equal(2, unloads);
    assert_int_equal(1, rig_log_count("1 files of its devices are still open at the manager's end"));
    ZwClose(first);
}

static void open_and_close(void *opened)
{
    HANDLE h;
    NTSTATUS status;
    while (NT_SUCCESS(status = open_asynchronous(&h))) {
        __atomic_store_n((unsigned *)opened, 1, __ATOMIC_RELEASE);
        ZwClose(h);
    }
    if (status != STATUS_NO_SUCH_DEVICE && status != STATUS_OBJECT_NAME_NOT_FOUND)
        fprintf(stderr, "# an open beside an unload gave 0x%08x\n", (unsigned)status);
    __atomic_store_n((unsigned *)opened, status == STATUS_NO_SUCH_DEVICE || status == STATUS_OBJECT_NAME_NOT_FOUND ? 2 : 3, __ATOMIC_RELEASE);
}

static void unload_beside_opens(void **state)
{
    UNICODE_STRING service;
    RtlInitUnicodeString(&service, u"TestControl");
    for (unsigned round = 0; round < 200; round++) {
        struct rig_thread threads[2];
        unsigned opened[2] = {0};
        unloads = 0;
        assert_status(STATUS_SUCCESS, io_driver_start(&service, entry, NULL));
        for (unsigned i = 0; i < 2; i++)
            rig_run(&threads[i], open_and_close, &opened[i]);
        while (!__atomic_load_n(&opened[round & 1], __ATOMIC_ACQUIRE))
            YieldProcessor();
        assert_status(STATUS_SUCCESS, io_driver_unload(&service));
        for (unsigned i = 0; i < 2; i++) {
            rig_join(&threads[i]);
            assert_int_equal(2, opened[i]);
        }
        io_drivers_end();
        assert_int_equal(1, unloads);
        assert_int_equal(0, open_at_unload);
    }
}

static void dos_names(void **state)
{
    struct memfs *fs = memfs_create("M:");
    UNICODE_STRING name, expected;
    POBJECT_NAME_INFORMATION info;
    memfs_add_file(fs, u"\\file", "x");
    RtlInitUnicodeString(&expected, u"M:");
    assert_status(STATUS_SUCCESS, IoVolumeDeviceToDosName(memfs_volume(fs)->disk_device, &name));
    assert_true(RtlEqualUnicodeString(&expected, &name, FALSE));
    ExFreePool(name.Buffer);
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    assert_status(STATUS_SUCCESS, IoQueryFileDosDeviceName(file, &info));
    RtlInitUnicodeString(&expected, u"M:\\file");
    assert_true(RtlEqualUnicodeString(&expected, &info->Name, FALSE));
    ExFreePool(info);
    assert_ptr_equal(memfs_volume(fs)->device, IoGetRelatedDeviceObject(file));
    assert_ptr_equal(memfs_volume(fs)->disk_device, file->DeviceObject);
    assert_ptr_equal(memfs_volume(fs)->device, file->Vpb->DeviceObject);
    rig_close(file);
    memfs_remove(fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-356 reading and writing with handles, the file pointer, deletion", data),
        TEST("F-368 renaming checks its parameters", rename_it),
        TEST("directories", directory),
        TEST("events, bad handles", events_and_errors),
        TEST("a driver's own device: opens, the four methods, pending, close, names", own_device),
        TEST("a driver's own device: an asynchronous handle does not wait for a request that pends", asynchronous),
        TEST("a driver whose device is open is unloaded when that is closed", unload_waits),
        TEST("a driver that is unloaded beside opens of its device", unload_beside_opens),
        TEST("F-109 drive letters and dos names", dos_names),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
