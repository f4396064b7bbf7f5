/* Filters: registering, loading, finding and enumerating filters, volumes and instances; attaching and detaching. */
#ifndef OFM_NT_FLT_FILTER_H
#define OFM_NT_FLT_FILTER_H

#include "nt/flt_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Makes the calling driver a minifilter. Driver: what DriverEntry received. Registration: copied with its arrays;
 * they may go afterwards. RetFilter: the filter, until FltUnregisterFilter; NULL on failure. STATUS_SUCCESS;
 * STATUS_INVALID_PARAMETER: major version not 2, or name callbacks that contradict each other;
 * STATUS_OBJECT_NAME_NOT_FOUND: no Instances key or default instance in the service's key;
 * STATUS_FLT_INSTANCE_ALTITUDE_COLLISION: another filter has the altitude; STATUS_INSUFFICIENT_RESOURCES;
 * STATUS_FLT_NOT_INITIALIZED. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltregisterfilter.
 */
NTKERNELAPI NTSTATUS FLTAPI FltRegisterFilter(_In_ PDRIVER_OBJECT Driver, _In_ const FLT_REGISTRATION *Registration,
    _Out_ PFLT_FILTER *RetFilter);

/*
 * Offers every volume to the filter; InstanceSetup and operation callbacks may run before it returns.
 * STATUS_INVALID_PARAMETER: started already; STATUS_FLT_DELETING_OBJECT: being unregistered. A volume that is
 * refused does not fail it. On failure the driver calls FltUnregisterFilter itself. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltstartfiltering.
 */
NTKERNELAPI NTSTATUS FLTAPI FltStartFiltering(_In_ PFLT_FILTER Filter);

/*
 * Ends a filter: callbacks stop, instances are torn down, contexts cleaned up. Waits until every reference on the
 * filter (work items, FltObjectReference, look-ups) and every context reference is gone. Afterwards no callback runs
 * any more. Called in FilterUnload, or in DriverEntry when it fails. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltunregisterfilter.
 */
NTKERNELAPI void FLTAPI FltUnregisterFilter(_In_ PFLT_FILTER Filter);

/*
 * Loads the driver of a service by its name. STATUS_IMAGE_ALREADY_LOADED; STATUS_OBJECT_NAME_NOT_FOUND: no such
 * service; STATUS_FAILED_DRIVER_ENTRY: its DriverEntry failed; STATUS_DRIVER_FAILED_PRIOR_UNLOAD. IRQL:
 * PASSIVE_LEVEL. Source: nf-fltkernel-fltloadfilter.
 */
NTKERNELAPI NTSTATUS FLTAPI FltLoadFilter(_In_ PCUNICODE_STRING FilterName);

/*
 * Asks another filter to unload; it may refuse with a status of its own. STATUS_FLT_FILTER_NOT_FOUND;
 * STATUS_FLT_DELETING_OBJECT: on its way already; STATUS_FLT_DO_NOT_DETACH: it has no FilterUnload;
 * STATUS_INVALID_PARAMETER: a filter that unloads itself. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltunloadfilter.
 */
NTKERNELAPI NTSTATUS FLTAPI FltUnloadFilter(_In_ PCUNICODE_STRING FilterName);

/*
 * Keeps a filter, instance or volume from going (rundown, not lifetime: undone by FltObjectDereference).
 * STATUS_FLT_DELETING_OBJECT: too late. IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltobjectreference.
 */
NTKERNELAPI NTSTATUS FLTAPI FltObjectReference(_Inout_ PVOID FltObject);

/*
 * Undoes FltObjectReference, and the reference that look-ups and enumerations give. IRQL: up to DISPATCH_LEVEL.
 * Source: nf-fltkernel-fltobjectdereference.
 */
NTKERNELAPI void FLTAPI FltObjectDereference(_Inout_ PVOID FltObject);

/*
 * Makes an instance of the filter on the volume, at the altitude that the named instance (NULL: the default one) has
 * in the registry. RetInstance: may be NULL; else referenced, the caller dereferences. STATUS_FLT_DO_NOT_ATTACH:
 * refused by InstanceSetup; STATUS_FLT_INSTANCE_NAME_COLLISION; STATUS_FLT_INSTANCE_ALTITUDE_COLLISION;
 * STATUS_FLT_FILTER_NOT_READY: before FltStartFiltering; STATUS_FLT_DELETING_OBJECT; STATUS_INSUFFICIENT_RESOURCES.
 * IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltattachvolume.
 */
NTKERNELAPI NTSTATUS FLTAPI FltAttachVolume(_Inout_ PFLT_FILTER Filter, _Inout_ PFLT_VOLUME Volume,
    _In_opt_ PCUNICODE_STRING InstanceName, _Out_ PFLT_INSTANCE *RetInstance);

/*
 * As FltAttachVolume, at an altitude given as a decimal string. InstanceName NULL: a name is made. For tests; a
 * shipped filter takes its altitude from the registry. IRQL: PASSIVE_LEVEL. Source:
 * nf-fltkernel-fltattachvolumeataltitude.
 */
NTKERNELAPI NTSTATUS FLTAPI FltAttachVolumeAtAltitude(_Inout_ PFLT_FILTER Filter, _Inout_ PFLT_VOLUME Volume,
    _In_ PCUNICODE_STRING Altitude, _In_opt_ PCUNICODE_STRING InstanceName, _Out_opt_ PFLT_INSTANCE *RetInstance);

/*
 * Tears an instance down. InstanceName NULL: the first one. STATUS_FLT_INSTANCE_NOT_FOUND; else what
 * InstanceQueryTeardown answers (STATUS_FLT_DO_NOT_DETACH when there is none); STATUS_FLT_DELETING_OBJECT. IRQL: up
 * to APC_LEVEL. Source: nf-fltkernel-fltdetachvolume.
 */
NTKERNELAPI NTSTATUS FLTAPI FltDetachVolume(_Inout_ PFLT_FILTER Filter, _Inout_ PFLT_VOLUME Volume,
    _In_opt_ PCUNICODE_STRING InstanceName);

/*
 * Greater than 0: Instance1 stands above Instance2; less than 0: below; 0: equal. Altitudes are compared as decimal
 * numbers of any length. IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltcompareinstancealtitudes.
 */
NTKERNELAPI LONG FLTAPI FltCompareInstanceAltitudes(_In_ PFLT_INSTANCE Instance1, _In_ PFLT_INSTANCE Instance2);

/*
 * The instance's filter, referenced: the caller dereferences. STATUS_FLT_DELETING_OBJECT. IRQL: up to APC_LEVEL.
 * Source: nf-fltkernel-fltgetfilterfrominstance.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetFilterFromInstance(_In_ PFLT_INSTANCE Instance, _Out_ PFLT_FILTER *RetFilter);

/*
 * The filter with this (service) name, whatever its case, referenced. STATUS_FLT_FILTER_NOT_FOUND. IRQL: up to
 * APC_LEVEL. Source: nf-fltkernel-fltgetfilterfromname.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetFilterFromName(_In_ PCUNICODE_STRING FilterName, _Out_ PFLT_FILTER *RetFilter);

/*
 * The instance's volume, referenced. STATUS_FLT_DELETING_OBJECT. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltgetvolumefrominstance.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeFromInstance(_In_ PFLT_INSTANCE Instance, _Out_ PFLT_VOLUME *RetVolume);

/*
 * The volume with a device name (\Device\HarddiskVolume1), drive letter or GUID name, referenced.
 * STATUS_FLT_VOLUME_NOT_FOUND; STATUS_INVALID_PARAMETER: no name at all. IRQL: PASSIVE_LEVEL. Source:
 * nf-fltkernel-fltgetvolumefromname.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeFromName(_In_ PFLT_FILTER Filter, _In_ PCUNICODE_STRING VolumeName,
    _Out_ PFLT_VOLUME *RetVolume);

/*
 * The volume a file is on, referenced. STATUS_INVALID_PARAMETER: the file object was never sent to a volume;
 * STATUS_FLT_VOLUME_NOT_FOUND. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltgetvolumefromfileobject.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeFromFileObject(_In_ PFLT_FILTER Filter, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_VOLUME *RetVolume);

/*
 * The volume of a file system or disk device, referenced. STATUS_INVALID_PARAMETER; STATUS_FLT_VOLUME_NOT_FOUND.
 * IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltgetvolumefromdeviceobject.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeFromDeviceObject(_In_ PFLT_FILTER Filter, _In_ PDEVICE_OBJECT DeviceObject,
    _Out_ PFLT_VOLUME *RetVolume);

/*
 * The filter's (NULL: anybody's) instance of this name (NULL: the first) on the volume, referenced.
 * STATUS_FLT_INSTANCE_NOT_FOUND. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltgetvolumeinstancefromname.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeInstanceFromName(_In_opt_ PFLT_FILTER Filter, _In_ PFLT_VOLUME Volume,
    _In_opt_ PCUNICODE_STRING InstanceName, _Out_ PFLT_INSTANCE *RetInstance);

/*
 * The highest instance of the volume, referenced. STATUS_NO_MORE_ENTRIES: none. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltgettopinstance.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetTopInstance(_In_ PFLT_VOLUME Volume, _Out_ PFLT_INSTANCE *Instance);

/*
 * The lowest instance of the volume, referenced. STATUS_NO_MORE_ENTRIES: none. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltgetbottominstance.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetBottomInstance(_In_ PFLT_VOLUME Volume, _Out_ PFLT_INSTANCE *Instance);

/*
 * The next higher instance, referenced. STATUS_NO_MORE_ENTRIES: this is the highest. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltgetupperinstance.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetUpperInstance(_In_ PFLT_INSTANCE CurrentInstance,
    _Out_ PFLT_INSTANCE *UpperInstance);

/*
 * The next lower instance, referenced. STATUS_NO_MORE_ENTRIES: this is the lowest. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltgetlowerinstance.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetLowerInstance(_In_ PFLT_INSTANCE CurrentInstance,
    _Out_ PFLT_INSTANCE *LowerInstance);

/*
 * All filters, each referenced. FilterListSize: entries that fit; NumberFiltersReturned: entries needed or given.
 * STATUS_BUFFER_TOO_SMALL: nothing was given. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltenumeratefilters.
 */
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateFilters(_Out_ PFLT_FILTER *FilterList, _In_ ULONG FilterListSize,
    _Out_ PULONG NumberFiltersReturned);

/*
 * All volumes, each referenced; sizes as for FltEnumerateFilters. STATUS_BUFFER_TOO_SMALL. IRQL: up to APC_LEVEL.
 * Source: nf-fltkernel-fltenumeratevolumes.
 */
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateVolumes(_In_ PFLT_FILTER Filter, _Out_ PFLT_VOLUME *VolumeList,
    _In_ ULONG VolumeListSize, _Out_ PULONG NumberVolumesReturned);

/*
 * Instances of a volume (NULL: all) and a filter (NULL: all), each referenced; sizes as for FltEnumerateFilters.
 * STATUS_BUFFER_TOO_SMALL. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltenumerateinstances.
 */
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateInstances(_In_opt_ PFLT_VOLUME Volume, _In_opt_ PFLT_FILTER Filter,
    _Out_ PFLT_INSTANCE *InstanceList, _In_ ULONG InstanceListSize, _Out_ PULONG NumberInstancesReturned);

/*
 * Information about the Index-th filter; call with 0, 1, ... until STATUS_NO_MORE_ENTRIES. STATUS_BUFFER_TOO_SMALL:
 * BytesReturned says how much it takes; STATUS_INVALID_PARAMETER: unknown class. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltenumeratefilterinformation.
 */
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateFilterInformation(_In_ ULONG Index,
    _In_ FILTER_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);

/*
 * Information about the Index-th volume; ends with STATUS_NO_MORE_ENTRIES. A dismounted one is among them, with
 * FLTFL_VSI_DETACHED_VOLUME, until its last file is closed. STATUS_BUFFER_TOO_SMALL; STATUS_INVALID_PARAMETER. IRQL: up to
 * APC_LEVEL. Source: nf-fltkernel-fltenumeratevolumeinformation.
 */
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateVolumeInformation(_In_ PFLT_FILTER Filter, _In_ ULONG Index,
    _In_ FILTER_VOLUME_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);

/*
 * Information about the filter's Index-th instance; ends with STATUS_NO_MORE_ENTRIES. STATUS_BUFFER_TOO_SMALL;
 * STATUS_INVALID_PARAMETER. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltenumerateinstanceinformationbyfilter.
 */
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateInstanceInformationByFilter(_In_ PFLT_FILTER Filter, _In_ ULONG Index,
    _In_ INSTANCE_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);

/*
 * Information about the volume's Index-th instance; ends with STATUS_NO_MORE_ENTRIES. STATUS_BUFFER_TOO_SMALL;
 * STATUS_INVALID_PARAMETER. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltenumerateinstanceinformationbyvolume.
 */
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateInstanceInformationByVolume(_In_ PFLT_VOLUME Volume, _In_ ULONG Index,
    _In_ INSTANCE_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);

/*
 * The same for a volume by its name. STATUS_FLT_VOLUME_NOT_FOUND; STATUS_NO_MORE_ENTRIES; STATUS_BUFFER_TOO_SMALL.
 * IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltenumerateinstanceinformationbyvolumename.
 */
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateInstanceInformationByVolumeName(_In_ PUNICODE_STRING VolumeName,
    _In_ ULONG Index, _In_ INSTANCE_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);

/*
 * The same for the volume of a device. STATUS_FLT_VOLUME_NOT_FOUND; STATUS_NO_MORE_ENTRIES; STATUS_BUFFER_TOO_SMALL.
 * IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltenumerateinstanceinformationbydeviceobject.
 */
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateInstanceInformationByDeviceObject(_In_ PDEVICE_OBJECT DeviceObject,
    _In_ ULONG Index, _In_ INSTANCE_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);

/*
 * Information about one filter. STATUS_BUFFER_TOO_SMALL: BytesReturned says how much it takes;
 * STATUS_INVALID_PARAMETER: unknown class. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltgetfilterinformation.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetFilterInformation(_In_ PFLT_FILTER Filter,
    _In_ FILTER_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);

/*
 * Information about one instance. STATUS_BUFFER_TOO_SMALL; STATUS_INVALID_PARAMETER. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltgetinstanceinformation.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetInstanceInformation(_In_ PFLT_INSTANCE Instance,
    _In_ INSTANCE_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);

/*
 * Information about one volume. STATUS_BUFFER_TOO_SMALL; STATUS_INVALID_PARAMETER. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltgetvolumeinformation.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeInformation(_In_ PFLT_VOLUME Volume,
    _In_ FILTER_VOLUME_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);

/*
 * The volume's device name. VolumeName may be NULL to ask for the size alone. STATUS_BUFFER_TOO_SMALL:
 * BufferSizeNeeded bytes are needed. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltgetvolumename.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeName(_In_ PFLT_VOLUME Volume, _Inout_opt_ PUNICODE_STRING VolumeName,
    _Out_opt_ PULONG BufferSizeNeeded);

/*
 * The volume's name \??\Volume{...}: 96 bytes. VolumeGuidName may be NULL to ask for the size.
 * STATUS_BUFFER_TOO_SMALL; STATUS_FLT_VOLUME_NOT_FOUND or STATUS_INVALID_DEVICE_REQUEST: the volume has none. IRQL:
 * PASSIVE_LEVEL. Source: nf-fltkernel-fltgetvolumeguidname.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeGuidName(_In_ PFLT_VOLUME Volume, _Inout_opt_ PUNICODE_STRING VolumeGuidName,
    _Out_opt_ PULONG BufferSizeNeeded);

/*
 * Device type, sector size and the names of the file system's driver and devices, strings behind the structure.
 * STATUS_BUFFER_OVERFLOW: the structure fits, not all strings; STATUS_BUFFER_TOO_SMALL: not even the structure;
 * LengthReturned says how much it takes. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltgetvolumeproperties.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeProperties(_In_ PFLT_VOLUME Volume,
    _Out_ PFLT_VOLUME_PROPERTIES VolumeProperties, ULONG VolumePropertiesLength, _Out_ PULONG LengthReturned);

/*
 * The type of the file system under a volume or instance. STATUS_INVALID_PARAMETER: FltObject is neither. IRQL: up
 * to APC_LEVEL. Source: nf-fltkernel-fltgetfilesystemtype.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetFileSystemType(_In_ PVOID FltObject, _Out_ PFLT_FILESYSTEM_TYPE FileSystemType);

/*
 * The filter manager's device of the volume, referenced: ObDereferenceObject. STATUS_FLT_NO_DEVICE_OBJECT. IRQL: up
 * to DISPATCH_LEVEL. Source: nf-fltkernel-fltgetdeviceobject.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetDeviceObject(_In_ PFLT_VOLUME Volume, _Out_ PDEVICE_OBJECT *DeviceObject);

/*
 * The disk under the volume, referenced: ObDereferenceObject. STATUS_FLT_NO_DEVICE_OBJECT: a network or pipe volume.
 * IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltgetdiskdeviceobject.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetDiskDeviceObject(_In_ PFLT_VOLUME Volume, _Out_ PDEVICE_OBJECT *DiskDeviceObject);

/*
 * TRUE: the device is one that the filter manager has put on a volume. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltisfltmgrvolumedeviceobject.
 */
NTKERNELAPI BOOLEAN FLTAPI FltIsFltMgrVolumeDeviceObject(_In_ PDEVICE_OBJECT DeviceObject);

/*
 * *IsWritable tells whether files of the volume (or instance) can be changed. STATUS_INVALID_PARAMETER. IRQL:
 * PASSIVE_LEVEL. Source: nf-fltkernel-fltisvolumewritable.
 */
NTKERNELAPI NTSTATUS FLTAPI FltIsVolumeWritable(_In_ PVOID FltObject, _Out_ PBOOLEAN IsWritable);

/*
 * *IsSnapshotVolume tells whether the volume (or the instance's) is a snapshot. STATUS_INVALID_PARAMETER. IRQL:
 * PASSIVE_LEVEL. Source: nf-fltkernel-fltisvolumesnapshot.
 */
NTKERNELAPI NTSTATUS FLTAPI FltIsVolumeSnapshot(_In_ PVOID FltObject, _Out_ PBOOLEAN IsSnapshotVolume);

/*
 * The address of an exported call of the filter manager by its name, NULL when there is none. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-fltkernel-fltgetroutineaddress.
 */
NTKERNELAPI PVOID FLTAPI FltGetRoutineAddress(_In_ PCSTR FltMgrRoutineName);

/*
 * The name of a major function ("IRP_MJ_CREATE"), also of the pseudo ones; "IRP_MJ_?" style text for what is
 * unknown. Never freed. IRQL: Any level. Source: nf-fltkernel-fltgetirpname.
 */
NTKERNELAPI PCHAR FLTAPI FltGetIrpName(_In_ UCHAR IrpMajorCode);

#ifdef __cplusplus
}
#endif

#endif
