/* What filters ask about volumes: finding them, names, properties, devices (F-104 to F-115), and where I/O may be sent. */
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/volume.h"
#include "ntoskrnl/ke/ke.h"

#include <stddef.h>
#include <string.h>

/* A reference on the filter manager's volume of an io volume. */
static NTSTATUS referenced(struct io_volume *io, PFLT_VOLUME *volume, NTSTATUS when_gone)
{
    PFLT_VOLUME found = io ? flt_volume_of(io) : NULL;
    if (!found || !flt_reference(&found->object))
        return when_gone;
    *volume = found;
    return STATUS_SUCCESS;
}

FLTAPI NTSTATUS FltGetVolumeFromName(PFLT_FILTER Filter, PCUNICODE_STRING VolumeName, PFLT_VOLUME *RetVolume)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    struct io_volume *io;
    *RetVolume = NULL;
    if (!VolumeName || !VolumeName->Length || (VolumeName->Length & 1))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = io_volume_from_name(VolumeName, &io);
    if (!NT_SUCCESS(status))
        return status;
    status = referenced(io, RetVolume, STATUS_FLT_VOLUME_NOT_FOUND);
    io_volume_release(io);
    return status;
}

FLTAPI NTSTATUS FltGetVolumeFromFileObject(PFLT_FILTER Filter, PFILE_OBJECT FileObject, PFLT_VOLUME *RetVolume)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    *RetVolume = NULL;
    return referenced(io_file_of(FileObject)->volume, RetVolume, STATUS_INVALID_PARAMETER);
}

FLTAPI NTSTATUS FltGetVolumeFromDeviceObject(PFLT_FILTER Filter, PDEVICE_OBJECT DeviceObject, PFLT_VOLUME *RetVolume)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    *RetVolume = NULL;
    struct io_volume *io = io_volume_from_device(DeviceObject);
    if (io && io->disk_device == DeviceObject) /* a storage device is no match (F-105) */
        io = NULL;
    return referenced(io, RetVolume, STATUS_INVALID_PARAMETER);
}

FLTAPI NTSTATUS FltGetVolumeFromInstance(PFLT_INSTANCE Instance, PFLT_VOLUME *RetVolume)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    *RetVolume = NULL;
    if (!flt_reference(&Instance->volume->object))
        return STATUS_FLT_DELETING_OBJECT;
    *RetVolume = Instance->volume;
    return STATUS_SUCCESS;
}

/* ---- names: the two-call protocol of F-107 ---- */

static NTSTATUS give_name(PCUNICODE_STRING name, PUNICODE_STRING out, PULONG needed)
{
    if (!out && !needed)
        return STATUS_INVALID_PARAMETER;
    if (needed)
        *needed = name->Length;
    if (!out || out->MaximumLength < name->Length) {
        if (out)
            out->Length = 0;
        return STATUS_BUFFER_TOO_SMALL;
    }
    memcpy(out->Buffer, name->Buffer, name->Length);
    out->Length = name->Length;
    return STATUS_SUCCESS;
}

FLTAPI NTSTATUS FltGetVolumeName(PFLT_VOLUME Volume, PUNICODE_STRING VolumeName, PULONG BufferSizeNeeded)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return give_name(&Volume->io->device_name, VolumeName, BufferSizeNeeded);
}

FLTAPI NTSTATUS FltGetVolumeGuidName(PFLT_VOLUME Volume, PUNICODE_STRING VolumeGuidName, PULONG BufferSizeNeeded)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (!VolumeGuidName && !BufferSizeNeeded)
        return STATUS_INVALID_PARAMETER;
    if (Volume->io->device_type == FILE_DEVICE_NETWORK_FILE_SYSTEM)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!Volume->io->guid_name.Length)
        return STATUS_FLT_VOLUME_NOT_FOUND;
    return give_name(&Volume->io->guid_name, VolumeGuidName, BufferSizeNeeded);
}

/* ---- properties: F-110, F-111 ---- */

struct three {
    UNICODE_STRING device, driver, real;
};

/* "\FileSystem\Ntfs" names the driver; its device is "\Ntfs". Msfs and npfs have their named device for it. */
static struct three property_names(const struct io_volume *io)
{
    struct three names = {.driver = io->device->DriverObject->DriverName};
    UNICODE_STRING tail = names.driver;
    while (tail.Length && (tail.Length == names.driver.Length || tail.Buffer[0] != '\\')) {
        tail.Buffer++;
        tail.Length -= sizeof(WCHAR);
    }
    names.device = io->disk_device ? tail : io->device_name;
    if (io->disk_device)
        names.real = io->device_name;
    return names;
}

static char *put_string(PUNICODE_STRING to, PCUNICODE_STRING from, char *at)
{
    to->Length = to->MaximumLength = from->Length;
    to->Buffer = (PWCH)at;
    if (from->Length)
        memcpy(at, from->Buffer, from->Length);
    return at + from->Length;
}

FLTAPI NTSTATUS FltGetVolumeProperties(PFLT_VOLUME Volume, PFLT_VOLUME_PROPERTIES VolumeProperties, ULONG VolumePropertiesLength,
    PULONG LengthReturned)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    const struct io_volume *io = Volume->io;
    struct three names = property_names(io);
    ULONG strings = names.device.Length + names.driver.Length + names.real.Length;
    *LengthReturned = sizeof *VolumeProperties + strings;
    if (VolumePropertiesLength < sizeof *VolumeProperties)
        return STATUS_BUFFER_TOO_SMALL;
    memset(VolumeProperties, 0, sizeof *VolumeProperties);
    PDEVICE_OBJECT device = io->disk_device ? io->disk_device : io->device;
    VolumeProperties->DeviceType = device->DeviceType;
    VolumeProperties->DeviceCharacteristics = device->Characteristics;
    VolumeProperties->DeviceObjectFlags = device->Flags;
    VolumeProperties->AlignmentRequirement = device->AlignmentRequirement;
    VolumeProperties->SectorSize = io->sector_size;
    if (VolumePropertiesLength < sizeof *VolumeProperties + strings) {
        *LengthReturned = sizeof *VolumeProperties;
        return STATUS_BUFFER_OVERFLOW;
    }
    char *at = (char *)(VolumeProperties + 1);
    at = put_string(&VolumeProperties->FileSystemDeviceName, &names.device, at);
    at = put_string(&VolumeProperties->FileSystemDriverName, &names.driver, at);
    put_string(&VolumeProperties->RealDeviceName, &names.real, at);
    return STATUS_SUCCESS;
}

/* ---- kinds and devices ---- */

static PFLT_VOLUME volume_of(PVOID object)
{
    PFLT_INSTANCE instance = flt_as_instance(object);
    return instance ? instance->volume : flt_as_volume(object);
}

FLTAPI NTSTATUS FltGetFileSystemType(PVOID FltObject, PFLT_FILESYSTEM_TYPE FileSystemType)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    PFLT_VOLUME volume = volume_of(FltObject);
    if (!volume)
        return STATUS_INVALID_PARAMETER;
    *FileSystemType = (FLT_FILESYSTEM_TYPE)volume->io->file_system_type;
    return STATUS_SUCCESS;
}

static NTSTATUS give_device(PDEVICE_OBJECT device, PDEVICE_OBJECT *out)
{
    if (!device)
        return STATUS_FLT_NO_DEVICE_OBJECT;
    ObReferenceObject(device);
    *out = device;
    return STATUS_SUCCESS;
}

FLTAPI NTSTATUS FltGetDeviceObject(PFLT_VOLUME Volume, PDEVICE_OBJECT *DeviceObject)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return give_device(Volume->io->device, DeviceObject);
}

FLTAPI NTSTATUS FltGetDiskDeviceObject(PFLT_VOLUME Volume, PDEVICE_OBJECT *DiskDeviceObject)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return give_device(Volume->io->disk_device, DiskDeviceObject);
}

FLTAPI BOOLEAN FltIsFltMgrVolumeDeviceObject(PDEVICE_OBJECT DeviceObject)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    struct io_volume *io = io_volume_from_device(DeviceObject);
    return io && io->device == DeviceObject;
}

FLTAPI NTSTATUS FltIsVolumeWritable(PVOID FltObject, PBOOLEAN IsWritable)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    PFLT_VOLUME volume = volume_of(FltObject);
    if (!volume)
        return STATUS_INVALID_PARAMETER;
    if (!volume->io->disk_device)
        return STATUS_INVALID_DEVICE_REQUEST;
    *IsWritable = !volume->io->read_only;
    return STATUS_SUCCESS;
}

FLTAPI NTSTATUS FltIsVolumeSnapshot(PVOID FltObject, PBOOLEAN IsSnapshotVolume)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    PFLT_VOLUME volume = volume_of(FltObject);
    if (!volume)
        return STATUS_INVALID_PARAMETER;
    if (!volume->io->disk_device)
        return STATUS_FLT_NO_DEVICE_OBJECT;
    *IsSnapshotVolume = FALSE;
    return STATUS_SUCCESS;
}

/* ---- redirection: F-191 ---- */

FLTAPI NTSTATUS FltIsIoRedirectionAllowed(PFLT_INSTANCE SourceInstance, PFLT_INSTANCE TargetInstance, PBOOLEAN RedirectionAllowed)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    *RedirectionAllowed = SourceInstance->filter == TargetInstance->filter
        && !flt_altitude_compare(&SourceInstance->altitude, &TargetInstance->altitude);
    return STATUS_SUCCESS;
}

FLTAPI NTSTATUS FltIsIoRedirectionAllowedForOperation(PFLT_CALLBACK_DATA Data, PFLT_INSTANCE TargetInstance,
    PBOOLEAN RedirectionAllowedThisIo, PBOOLEAN RedirectionAllowedAllIo)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    BOOLEAN allowed;
    NTSTATUS status = FltIsIoRedirectionAllowed(Data->Iopb->TargetInstance, TargetInstance, &allowed);
    *RedirectionAllowedThisIo = allowed;
    if (RedirectionAllowedAllIo)
        *RedirectionAllowedAllIo = allowed;
    return status;
}

FLTAPI NTSTATUS FltAdjustDeviceStackSizeForIoRedirection(PFLT_INSTANCE SourceInstance, PFLT_INSTANCE TargetInstance,
    PBOOLEAN SourceDeviceStackSizeModified)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    if (SourceDeviceStackSizeModified)
        *SourceDeviceStackSizeModified = FALSE; /* an operation has no stack locations to run out of */
    return STATUS_SUCCESS;
}
