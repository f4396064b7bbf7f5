/* Filters: registering, loading, finding and enumerating filters, volumes and instances; attaching and detaching. */
#ifndef OFM_NT_FLT_FILTER_H
#define OFM_NT_FLT_FILTER_H

#include "nt/flt_types.h"

#ifdef __cplusplus
extern "C" {
#endif

NTKERNELAPI NTSTATUS FLTAPI FltRegisterFilter(_In_ PDRIVER_OBJECT Driver, _In_ const FLT_REGISTRATION *Registration,
    _Out_ PFLT_FILTER *RetFilter);
NTKERNELAPI NTSTATUS FLTAPI FltStartFiltering(_In_ PFLT_FILTER Filter);
NTKERNELAPI void FLTAPI FltUnregisterFilter(_In_ PFLT_FILTER Filter);
NTKERNELAPI NTSTATUS FLTAPI FltLoadFilter(_In_ PCUNICODE_STRING FilterName);
NTKERNELAPI NTSTATUS FLTAPI FltUnloadFilter(_In_ PCUNICODE_STRING FilterName);
NTKERNELAPI NTSTATUS FLTAPI FltObjectReference(_Inout_ PVOID FltObject);
NTKERNELAPI void FLTAPI FltObjectDereference(_Inout_ PVOID FltObject);
NTKERNELAPI NTSTATUS FLTAPI FltAttachVolume(_Inout_ PFLT_FILTER Filter, _Inout_ PFLT_VOLUME Volume,
    _In_opt_ PCUNICODE_STRING InstanceName, _Out_ PFLT_INSTANCE *RetInstance);
NTKERNELAPI NTSTATUS FLTAPI FltAttachVolumeAtAltitude(_Inout_ PFLT_FILTER Filter, _Inout_ PFLT_VOLUME Volume,
    _In_ PCUNICODE_STRING Altitude, _In_opt_ PCUNICODE_STRING InstanceName, _Out_opt_ PFLT_INSTANCE *RetInstance);
NTKERNELAPI NTSTATUS FLTAPI FltDetachVolume(_Inout_ PFLT_FILTER Filter, _Inout_ PFLT_VOLUME Volume,
    _In_opt_ PCUNICODE_STRING InstanceName);
NTKERNELAPI LONG FLTAPI FltCompareInstanceAltitudes(_In_ PFLT_INSTANCE Instance1, _In_ PFLT_INSTANCE Instance2);
NTKERNELAPI NTSTATUS FLTAPI FltGetFilterFromInstance(_In_ PFLT_INSTANCE Instance, _Out_ PFLT_FILTER *RetFilter);
NTKERNELAPI NTSTATUS FLTAPI FltGetFilterFromName(_In_ PCUNICODE_STRING FilterName, _Out_ PFLT_FILTER *RetFilter);
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeFromInstance(_In_ PFLT_INSTANCE Instance, _Out_ PFLT_VOLUME *RetVolume);
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeFromName(_In_ PFLT_FILTER Filter, _In_ PCUNICODE_STRING VolumeName,
    _Out_ PFLT_VOLUME *RetVolume);
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeFromFileObject(_In_ PFLT_FILTER Filter, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_VOLUME *RetVolume);
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeFromDeviceObject(_In_ PFLT_FILTER Filter, _In_ PDEVICE_OBJECT DeviceObject,
    _Out_ PFLT_VOLUME *RetVolume);
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeInstanceFromName(_In_opt_ PFLT_FILTER Filter, _In_ PFLT_VOLUME Volume,
    _In_opt_ PCUNICODE_STRING InstanceName, _Out_ PFLT_INSTANCE *RetInstance);
NTKERNELAPI NTSTATUS FLTAPI FltGetTopInstance(_In_ PFLT_VOLUME Volume, _Out_ PFLT_INSTANCE *Instance);
NTKERNELAPI NTSTATUS FLTAPI FltGetBottomInstance(_In_ PFLT_VOLUME Volume, _Out_ PFLT_INSTANCE *Instance);
NTKERNELAPI NTSTATUS FLTAPI FltGetUpperInstance(_In_ PFLT_INSTANCE CurrentInstance,
    _Out_ PFLT_INSTANCE *UpperInstance);
NTKERNELAPI NTSTATUS FLTAPI FltGetLowerInstance(_In_ PFLT_INSTANCE CurrentInstance,
    _Out_ PFLT_INSTANCE *LowerInstance);
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateFilters(_Out_ PFLT_FILTER *FilterList, _In_ ULONG FilterListSize,
    _Out_ PULONG NumberFiltersReturned);
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateVolumes(_In_ PFLT_FILTER Filter, _Out_ PFLT_VOLUME *VolumeList,
    _In_ ULONG VolumeListSize, _Out_ PULONG NumberVolumesReturned);
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateInstances(_In_opt_ PFLT_VOLUME Volume, _In_opt_ PFLT_FILTER Filter,
    _Out_ PFLT_INSTANCE *InstanceList, _In_ ULONG InstanceListSize, _Out_ PULONG NumberInstancesReturned);
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateFilterInformation(_In_ ULONG Index,
    _In_ FILTER_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateVolumeInformation(_In_ PFLT_FILTER Filter, _In_ ULONG Index,
    _In_ FILTER_VOLUME_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateInstanceInformationByFilter(_In_ PFLT_FILTER Filter, _In_ ULONG Index,
    _In_ INSTANCE_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateInstanceInformationByVolume(_In_ PFLT_VOLUME Volume, _In_ ULONG Index,
    _In_ INSTANCE_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateInstanceInformationByVolumeName(_In_ PUNICODE_STRING VolumeName,
    _In_ ULONG Index, _In_ INSTANCE_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);
NTKERNELAPI NTSTATUS FLTAPI FltEnumerateInstanceInformationByDeviceObject(_In_ PDEVICE_OBJECT DeviceObject,
    _In_ ULONG Index, _In_ INSTANCE_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);
NTKERNELAPI NTSTATUS FLTAPI FltGetFilterInformation(_In_ PFLT_FILTER Filter,
    _In_ FILTER_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);
NTKERNELAPI NTSTATUS FLTAPI FltGetInstanceInformation(_In_ PFLT_INSTANCE Instance,
    _In_ INSTANCE_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeInformation(_In_ PFLT_VOLUME Volume,
    _In_ FILTER_VOLUME_INFORMATION_CLASS InformationClass, _Out_ PVOID Buffer, _In_ ULONG BufferSize,
    _Out_ PULONG BytesReturned);
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeName(_In_ PFLT_VOLUME Volume, _Inout_opt_ PUNICODE_STRING VolumeName,
    _Out_opt_ PULONG BufferSizeNeeded);
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeGuidName(_In_ PFLT_VOLUME Volume, _Inout_opt_ PUNICODE_STRING VolumeGuidName,
    _Out_opt_ PULONG BufferSizeNeeded);
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeProperties(_In_ PFLT_VOLUME Volume,
    _Out_ PFLT_VOLUME_PROPERTIES VolumeProperties, ULONG VolumePropertiesLength, _Out_ PULONG LengthReturned);
NTKERNELAPI NTSTATUS FLTAPI FltGetFileSystemType(_In_ PVOID FltObject, _Out_ PFLT_FILESYSTEM_TYPE FileSystemType);
NTKERNELAPI NTSTATUS FLTAPI FltGetDeviceObject(_In_ PFLT_VOLUME Volume, _Out_ PDEVICE_OBJECT *DeviceObject);
NTKERNELAPI NTSTATUS FLTAPI FltGetDiskDeviceObject(_In_ PFLT_VOLUME Volume, _Out_ PDEVICE_OBJECT *DiskDeviceObject);
NTKERNELAPI BOOLEAN FLTAPI FltIsFltMgrVolumeDeviceObject(_In_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI NTSTATUS FLTAPI FltIsVolumeWritable(_In_ PVOID FltObject, _Out_ PBOOLEAN IsWritable);
NTKERNELAPI NTSTATUS FLTAPI FltIsVolumeSnapshot(_In_ PVOID FltObject, _Out_ PBOOLEAN IsSnapshotVolume);
NTKERNELAPI PVOID FLTAPI FltGetRoutineAddress(_In_ PCSTR FltMgrRoutineName);
NTKERNELAPI PCHAR FLTAPI FltGetIrpName(_In_ UCHAR IrpMajorCode);

#ifdef __cplusplus
}
#endif

#endif
