/* Names of volumes and files as drivers ask for them, shutdown notifications, and small facts about devices. */
#include "ntoskrnl/io/driver.h"
#include "ntoskrnl/io/inner.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* F-109: "C:" of the volume's disk device; a pool buffer the caller frees. */
NTSTATUS NTAPI RtlVolumeDeviceToDosName(PVOID VolumeDeviceObject, PUNICODE_STRING DosName)
{
    struct io_volume *volume = io_volume_from_device(VolumeDeviceObject);
    PCUNICODE_STRING name = !volume ? NULL : volume->dos_name.Length ? &volume->dos_name : &volume->guid_name;
    if (!name || !name->Length)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    DosName->Buffer = ExAllocatePoolWithTag(PagedPool, name->Length + sizeof(WCHAR), 'nDoI');
    if (!DosName->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    DosName->Length = name->Length;
    DosName->MaximumLength = name->Length + sizeof(WCHAR);
    memcpy(DosName->Buffer, name->Buffer, name->Length);
    DosName->Buffer[name->Length / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoVolumeDeviceToDosName(PVOID VolumeDeviceObject, PUNICODE_STRING DosName)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return RtlVolumeDeviceToDosName(VolumeDeviceObject, DosName);
}

/* "C:\dir\file"; the caller frees it with ExFreePool. */
NTSTATUS NTAPI IoQueryFileDosDeviceName(PFILE_OBJECT FileObject, POBJECT_NAME_INFORMATION *Answer)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    struct io_volume *volume = io_file_of(FileObject)->volume;
    if (!volume || !volume->dos_name.Length)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    union {
        FILE_NAME_INFORMATION info;
        char room[sizeof(FILE_NAME_INFORMATION) + 65536];
    } *answer = malloc(sizeof *answer);
    if (!answer)
        return STATUS_INSUFFICIENT_RESOURCES;
    struct io_transfer t = {.file = FileObject};
    NTSTATUS status = io_query_information(&t, FileNameInformation, answer, sizeof *answer);
    POBJECT_NAME_INFORMATION name = NULL;
    if (NT_SUCCESS(status)) {
        USHORT bytes = (USHORT)(volume->dos_name.Length + answer->info.FileNameLength);
        name = ExAllocatePoolZero(PagedPool, sizeof *name + bytes + sizeof(WCHAR), 'nDoI');
        status = name ? status : STATUS_INSUFFICIENT_RESOURCES;
        if (name) {
            name->Name = (UNICODE_STRING){bytes, (USHORT)(bytes + sizeof(WCHAR)), (PWCH)(name + 1)};
            memcpy(name->Name.Buffer, volume->dos_name.Buffer, volume->dos_name.Length);
            memcpy((char *)name->Name.Buffer + volume->dos_name.Length, answer->info.FileName, answer->info.FileNameLength);
        }
    }
    free(answer);
    *Answer = name;
    return status;
}

PTXN_PARAMETER_BLOCK NTAPI IoGetTransactionParameterBlock(PFILE_OBJECT FileObject)
{
    return NULL; /* no open is part of a transaction */
}

PVOID NTAPI IoGetInitialStack(void)
{
    return __builtin_frame_address(0);
}

BOOLEAN NTAPI IoIsSystemThread(PETHREAD Thread)
{
    return PsIsSystemThread(Thread);
}

/* ---- shutdown notifications: each gets one IRP_MJ_SHUTDOWN when the manager ends, latest first ---- */

struct notification {
    LIST_ENTRY links;
    PDEVICE_OBJECT device;
};

static pthread_mutex_t shutdown_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_ENTRY notifications = {&notifications, &notifications};

NTSTATUS NTAPI IoRegisterShutdownNotification(PDEVICE_OBJECT DeviceObject)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    struct notification *n = malloc(sizeof *n);
    if (!n)
        return STATUS_INSUFFICIENT_RESOURCES;
    n->device = DeviceObject;
    ObReferenceObject(DeviceObject);
    pthread_mutex_lock(&shutdown_lock);
    InsertHeadList(&notifications, &n->links);
    pthread_mutex_unlock(&shutdown_lock);
    DeviceObject->Flags |= DO_SHUTDOWN_REGISTERED;
    return STATUS_SUCCESS;
}

static struct notification *take(PDEVICE_OBJECT device)
{
    struct notification *found = NULL;
    pthread_mutex_lock(&shutdown_lock);
    for (PLIST_ENTRY e = notifications.Flink; !found && e != &notifications; e = e->Flink) {
        struct notification *n = CONTAINING_RECORD(e, struct notification, links);
        if (!device || n->device == device)
            found = n;
    }
    if (found)
        RemoveEntryList(&found->links);
    pthread_mutex_unlock(&shutdown_lock);
    return found;
}

VOID NTAPI IoUnregisterShutdownNotification(PDEVICE_OBJECT DeviceObject)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    for (struct notification *n; (n = take(DeviceObject));) {
        ObDereferenceObject(n->device);
        free(n);
    }
    DeviceObject->Flags &= ~(ULONG)DO_SHUTDOWN_REGISTERED;
}

void io_shutdown_devices(void)
{
    for (struct notification *n; (n = take(NULL));) {
        struct io_irp_request irp = {.major = IRP_MJ_SHUTDOWN, .mode = KernelMode};
        IO_STATUS_BLOCK iosb;
        io_irp_send(n->device, &irp, &iosb);
        ObDereferenceObject(n->device);
        free(n);
    }
}
