/* Small questions of drivers about files, threads and devices. */
#include "ntoskrnl/io/inner.h"

BOOLEAN NTAPI IoRaiseInformationalHardError(NTSTATUS ErrorStatus, PUNICODE_STRING String, PKTHREAD Thread)
{
    ke_log(KE_LOG_WARNING, "informational hard error 0x%08x", (unsigned)ErrorStatus);
    return TRUE;
}

BOOLEAN NTAPI IoIsFileOriginRemote(PFILE_OBJECT FileObject)
{
    return (FileObject->Flags & FO_REMOTE_ORIGIN) != 0;
}

BOOLEAN NTAPI IoIsFileObjectIgnoringSharing(PFILE_OBJECT FileObject)
{
    return (io_file_of(FileObject)->create_flags & IO_IGNORE_SHARE_ACCESS_CHECK) != 0;
}

PDEVICE_OBJECT NTAPI IoGetLowerDeviceObject(PDEVICE_OBJECT DeviceObject)
{
    struct io_volume *volume = io_volume_from_device(DeviceObject);
    if (!volume || volume->device != DeviceObject || !volume->disk_device)
        return NULL;
    ObReferenceObject(volume->disk_device);
    return volume->disk_device;
}

NTSTATUS NTAPI IoEnumerateDeviceObjectList(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT *DeviceObjectList, ULONG DeviceObjectListSize,
    PULONG ActualNumberDeviceObjects)
{
    ULONG count = 0;
    for (PDEVICE_OBJECT device = DriverObject->DeviceObject; device; device = device->NextDevice)
        count++;
    *ActualNumberDeviceObjects = count;
    if (!DeviceObjectList || DeviceObjectListSize < count * sizeof(PDEVICE_OBJECT))
        return STATUS_BUFFER_TOO_SMALL;
    for (PDEVICE_OBJECT device = DriverObject->DeviceObject; device; device = device->NextDevice) {
        ObReferenceObject(device);
        *DeviceObjectList++ = device;
    }
    return STATUS_SUCCESS;
}
