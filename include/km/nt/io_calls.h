/* Devices, files, requests, work items, symbolic links. */
#ifndef OFM_NT_IO_CALLS_H
#define OFM_NT_IO_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Sends an IRP to a device. The status of its dispatch routine; STATUS_PENDING: it ends later. IRQL: IRQL <=
 * DISPATCH_LEVEL. Source: nf-wdm-iofcalldriver.
 */
NTKERNELAPI NTSTATUS FASTCALL IofCallDriver(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp);

/*
 * Ends an IRP with its IoStatus; it is no longer the caller's. PriorityBoost: IO_NO_INCREMENT. IRQL: up to
 * DISPATCH_LEVEL. Source: ntifs.h, IofCompleteRequest.
 */
NTKERNELAPI void FASTCALL IofCompleteRequest(_In_ PIRP Irp, _In_ CCHAR PriorityBoost);
#define IoCallDriver(a, b) IofCallDriver(a, b)
#define IoCompleteRequest(a, b) IofCompleteRequest(a, b)
/*
 * A kernel handle of the driver's own key. RegKeyType: DriverRegKeyParameters or DriverRegKeyPersistentState; Flags:
 * 0. STATUS_SUCCESS; STATUS_INVALID_PARAMETER; STATUS_INSUFFICIENT_RESOURCES; what the registry says. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-ioopendriverregistrykey.
 */
NTKERNELAPI NTSTATUS NTAPI IoOpenDriverRegistryKey(_In_ PDRIVER_OBJECT DriverObject, _In_ DRIVER_REGKEY_TYPE RegKeyType,
    _In_ ACCESS_MASK DesiredAccess, _In_ ULONG Flags, _Out_ PHANDLE DriverRegKey);
NTKERNELAPI NTSTATUS NTAPI IoQueryFullDriverPath(_In_ PDRIVER_OBJECT DriverObject, _Out_ PUNICODE_STRING FullPath);

/* The oplock keys that the file object's create brought along; NULL: none. Lives as long as the file object. IRQL: up to
 * APC_LEVEL. Source: nf-ntddk-iogetoplockkeycontextex. */
NTKERNELAPI POPLOCK_KEY_CONTEXT NTAPI IoGetOplockKeyContextEx(_In_ PFILE_OBJECT FileObject);
NTKERNELAPI NTSTATUS NTAPI WdmlibIoCreateDeviceSecure(_In_ PDRIVER_OBJECT DriverObject, _In_ ULONG DeviceExtensionSize,
    _In_opt_ PUNICODE_STRING DeviceName, _In_ DEVICE_TYPE DeviceType, _In_ ULONG DeviceCharacteristics,
    _In_ BOOLEAN Exclusive, _In_ PCUNICODE_STRING DefaultSDDLString, _In_opt_ LPCGUID DeviceClassGuid,
    _Out_ PDEVICE_OBJECT *DeviceObject);
#define IoIsErrorUserInduced(Status)                                                                                 \
    ((BOOLEAN)(((Status) == STATUS_DEVICE_NOT_READY) || ((Status) == STATUS_IO_TIMEOUT) ||                           \
        ((Status) == STATUS_MEDIA_WRITE_PROTECTED) || ((Status) == STATUS_NO_MEDIA_IN_DEVICE) ||                     \
        ((Status) == STATUS_VERIFY_REQUIRED) || ((Status) == STATUS_UNRECOGNIZED_MEDIA) ||                           \
        ((Status) == STATUS_WRONG_VOLUME)))
#define IoSizeOfIrp(StackSize) ((USHORT)(sizeof(IRP) + ((StackSize) * (sizeof(IO_STACK_LOCATION)))))
#define IoAcquireRemoveLock(RemoveLock, Tag)                                                                         \
    IoAcquireRemoveLockEx(RemoveLock, Tag, __FILE__, __LINE__, sizeof(IO_REMOVE_LOCK))
#define IoReleaseRemoveLock(RemoveLock, Tag) IoReleaseRemoveLockEx(RemoveLock, Tag, sizeof(IO_REMOVE_LOCK))
#define IoReleaseRemoveLockAndWait(RemoveLock, Tag)                                                                  \
    IoReleaseRemoveLockAndWaitEx(RemoveLock, Tag, sizeof(IO_REMOVE_LOCK))
#define IoInitializeRemoveLock(Lock, Tag, Maxmin, HighWater)                                                         \
    IoInitializeRemoveLockEx(Lock, Tag, Maxmin, HighWater, sizeof(IO_REMOVE_LOCK))

/*
 * The global lock of cancel routines; Irql takes the level before. Hold it shortly. IRQL: up toDISPATCH_LEVEL.
 * Source: nf-wdm-ioacquirecancelspinlock.
 */
NTKERNELAPI void NTAPI IoAcquireCancelSpinLock(PKIRQL Irql);
NTKERNELAPI NTSTATUS NTAPI IoAllocateDriverObjectExtension(_In_ PDRIVER_OBJECT DriverObject,
    _In_ PVOID ClientIdentificationAddress, _In_ ULONG DriverObjectExtensionSize, _Out_ PVOID *DriverObjectExtension);
NTKERNELAPI PVOID NTAPI IoAllocateErrorLogEntry(_In_ PVOID IoObject, _In_ UCHAR EntrySize);

/*
 * A request with StackSize locations; NULL: no memory. IoFreeIrp, in the completion routine that answers
 * STATUS_MORE_PROCESSING_REQUIRED. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-ioallocateirp.
 */
NTKERNELAPI PIRP NTAPI IoAllocateIrp(_In_ CCHAR StackSize, _In_ BOOLEAN ChargeQuota);

/*
 * An MDL for a buffer; it is neither locked nor mapped. Irp not NULL: hangs on it, behind the others with
 * SecondaryBuffer. NULL: no memory. IoFreeMdl frees it. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-ioallocatemdl.
 */
NTKERNELAPI PMDL NTAPI IoAllocateMdl(_In_opt_ PVOID VirtualAddress, _In_ ULONG Length, _In_ BOOLEAN SecondaryBuffer,
    _In_ BOOLEAN ChargeQuota, _Inout_opt_ PIRP Irp);

/*
 * A work item of a device; NULL: no memory. IoFreeWorkItem once its routine ran. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-ioallocateworkitem.
 */
NTKERNELAPI PIO_WORKITEM NTAPI IoAllocateWorkItem(_In_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI NTSTATUS NTAPI IoAttachDevice(_In_ PDEVICE_OBJECT SourceDevice, _In_ PUNICODE_STRING TargetDevice,
    _Out_ PDEVICE_OBJECT *AttachedDevice);
NTKERNELAPI PDEVICE_OBJECT NTAPI IoAttachDeviceToDeviceStack(_In_ PDEVICE_OBJECT SourceDevice,
    _In_ PDEVICE_OBJECT TargetDevice);
NTKERNELAPI PIRP NTAPI IoBuildAsynchronousFsdRequest(_In_ ULONG MajorFunction, _In_ PDEVICE_OBJECT DeviceObject,
    _Inout_ PVOID Buffer, _In_opt_ ULONG Length, _In_opt_ PLARGE_INTEGER StartingOffset,
    _In_opt_ PIO_STATUS_BLOCK IoStatusBlock);

/*
 * A request for IoCallDriver by the same thread, freed at its completion. STATUS_PENDING: wait for Event; the result
 * is in IoStatusBlock. NULL: no memory. IRQL: up to APC_LEVEL. Source: nf-wdm-iobuilddeviceiocontrolrequest.
 */
NTKERNELAPI PIRP NTAPI IoBuildDeviceIoControlRequest(_In_ ULONG IoControlCode, _In_ PDEVICE_OBJECT DeviceObject,
    _In_opt_ PVOID InputBuffer, _In_ ULONG InputBufferLength, _Out_opt_ PVOID OutputBuffer,
    _In_ ULONG OutputBufferLength, _In_ BOOLEAN InternalDeviceIoControl, _In_opt_ PKEVENT Event,
    _Out_ PIO_STATUS_BLOCK IoStatusBlock);
/*
 * Describes a part of the memory of SourceMdl in TargetMdl, which the caller allocated large enough. VirtualAddress:
 * where the part begins. Length: its bytes, 0 up to the end. A part that is not within the source is a mistake that
 * is reported. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-iobuildpartialmdl.
 */
NTKERNELAPI void NTAPI IoBuildPartialMdl(_In_ PMDL SourceMdl, _Inout_ PMDL TargetMdl, _In_ PVOID VirtualAddress,
    _In_ ULONG Length);
NTKERNELAPI PIRP NTAPI IoBuildSynchronousFsdRequest(_In_ ULONG MajorFunction, _In_ PDEVICE_OBJECT DeviceObject,
    _Inout_ PVOID Buffer, _In_opt_ ULONG Length, _In_opt_ PLARGE_INTEGER StartingOffset, _In_ PKEVENT Event,
    _Out_ PIO_STATUS_BLOCK IoStatusBlock);
/*
 * Sets Irp->Cancel and calls the IRP's cancel routine, if it has one, with the cancel spin lock held; the routine
 * releases it. TRUE: there was one. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-iocancelirp.
 */
NTKERNELAPI BOOLEAN NTAPI IoCancelIrp(_In_ PIRP Irp);

/*
 * Whether an open agrees with those that a share access counts, and with Update counts it in.
 * STATUS_SHARING_VIOLATION. The file's lock is the caller's matter. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-iocheckshareaccess.
 */
NTKERNELAPI NTSTATUS NTAPI IoCheckShareAccess(_In_ ACCESS_MASK DesiredAccess, _In_ ULONG DesiredShareAccess,
    _Inout_ PFILE_OBJECT FileObject, _Inout_ PSHARE_ACCESS ShareAccess, _In_ BOOLEAN Update);
NTKERNELAPI NTSTATUS NTAPI IoConnectInterrupt(_Out_ PKINTERRUPT *InterruptObject,
    _In_ PKSERVICE_ROUTINE ServiceRoutine, _In_opt_ PVOID ServiceContext, _In_opt_ PKSPIN_LOCK SpinLock,
    _In_ ULONG Vector, _In_ KIRQL Irql, _In_ KIRQL SynchronizeIrql, _In_ KINTERRUPT_MODE InterruptMode,
    _In_ BOOLEAN ShareVector, _In_ KAFFINITY ProcessorEnableMask, _In_ BOOLEAN FloatingSave);

/*
 * A device of the driver; named or not. It takes I/O when DO_DEVICE_INITIALIZING is cleared (done by the loader
 * after DriverEntry). STATUS_OBJECT_NAME_COLLISION; STATUS_OBJECT_NAME_EXISTS; STATUS_INSUFFICIENT_RESOURCES. IRQL:
 * IRQL <= APC_LEVEL. Source: nf-wdm-iocreatedevice.
 */
NTKERNELAPI NTSTATUS NTAPI IoCreateDevice(_In_ PDRIVER_OBJECT DriverObject, _In_ ULONG DeviceExtensionSize,
    _In_opt_ PUNICODE_STRING DeviceName, _In_ ULONG DeviceType, _In_ ULONG DeviceCharacteristics,
    _In_ BOOLEAN Exclusive, _Out_ PDEVICE_OBJECT *DeviceObject);

/*
 * ZwCreateFile with Options IO_NO_PARAMETER_CHECKING, IO_FORCE_ACCESS_CHECK, ... IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-iocreatefile.
 */
NTKERNELAPI NTSTATUS NTAPI IoCreateFile(_Out_ PHANDLE FileHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_opt_ PLARGE_INTEGER AllocationSize, _In_ ULONG FileAttributes, _In_ ULONG ShareAccess, _In_ ULONG Disposition,
    _In_ ULONG CreateOptions, _In_opt_ PVOID EaBuffer, _In_ ULONG EaLength, _In_ CREATE_FILE_TYPE CreateFileType,
    _In_opt_ PVOID InternalParameters, _In_ ULONG Options);
/*
 * Opens the event of that name, or makes it, set: one that stays set until it is reset. *EventHandle: a kernel
 * handle, closed with ZwClose. Returns the event, not referenced by itself, or NULL. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-iocreatenotificationevent.
 */
NTKERNELAPI PKEVENT NTAPI IoCreateNotificationEvent(_In_ PUNICODE_STRING EventName, _Out_ PHANDLE EventHandle);

/*
 * A name (\DosDevices\X, \??\X) for a device's name. STATUS_OBJECT_NAME_COLLISION. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-iocreatesymboliclink.
 */
NTKERNELAPI NTSTATUS NTAPI IoCreateSymbolicLink(_In_ PUNICODE_STRING SymbolicLinkName,
    _In_ PUNICODE_STRING DeviceName);
/*
 * As IoCreateNotificationEvent, but one wait takes the signal. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-iocreatesynchronizationevent.
 */
NTKERNELAPI PKEVENT NTAPI IoCreateSynchronizationEvent(_In_ PUNICODE_STRING EventName, _Out_ PHANDLE EventHandle);
/*
 * As IoCreateSymbolicLink; on Windows the link may be changed by anybody. STATUS_SUCCESS;
 * STATUS_OBJECT_NAME_COLLISION; STATUS_INSUFFICIENT_RESOURCES. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntddk-iocreateunprotectedsymboliclink.
 */
NTKERNELAPI NTSTATUS NTAPI IoCreateUnprotectedSymbolicLink(_In_ PUNICODE_STRING SymbolicLinkName,
    _In_ PUNICODE_STRING DeviceName);

/* Ends a device; it goes when the last reference does. IRQL: up to APC_LEVEL. Source: nf-wdm-iodeletedevice. */
NTKERNELAPI void NTAPI IoDeleteDevice(_In_ PDEVICE_OBJECT DeviceObject);

/* Removes it. STATUS_OBJECT_NAME_NOT_FOUND. IRQL: PASSIVE_LEVEL. Source: nf-wdm-iodeletesymboliclink. */
NTKERNELAPI NTSTATUS NTAPI IoDeleteSymbolicLink(_In_ PUNICODE_STRING SymbolicLinkName);

NTKERNELAPI void NTAPI IoDetachDevice(_Inout_ PDEVICE_OBJECT TargetDevice);
NTKERNELAPI void NTAPI IoDisconnectInterrupt(_In_ PKINTERRUPT InterruptObject);

/* Frees a request of IoAllocateIrp. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-iofreeirp. */
NTKERNELAPI void NTAPI IoFreeIrp(_In_ PIRP Irp);

/* Frees an MDL. One whose pages are still locked is told. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-iofreemdl. */
NTKERNELAPI void NTAPI IoFreeMdl(_In_ PMDL Mdl);

/* Frees a work item; its own routine may do so. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-iofreeworkitem. */
NTKERNELAPI void NTAPI IoFreeWorkItem(_In_ PIO_WORKITEM IoWorkItem);
/*
 * The device at the top of the stack in which DeviceObject stands; not referenced. IRQL: up to DISPATCH_LEVEL.
 * Source: nf-ntifs-iogetattacheddevice.
 */
NTKERNELAPI PDEVICE_OBJECT NTAPI IoGetAttachedDevice(_In_ PDEVICE_OBJECT DeviceObject);

/*
 * The top of a device stack, referenced: ObDereferenceObject. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-iogetattacheddevicereference.
 */
NTKERNELAPI PDEVICE_OBJECT NTAPI IoGetAttachedDeviceReference(_In_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI NTSTATUS NTAPI IoGetDeviceInterfaceAlias(_In_ PUNICODE_STRING SymbolicLinkName,
    _In_ const GUID *AliasInterfaceClassGuid, _Out_ PUNICODE_STRING AliasSymbolicLinkName);
NTKERNELAPI NTSTATUS NTAPI IoGetDeviceInterfaces(_In_ const GUID *InterfaceClassGuid,
    _In_opt_ PDEVICE_OBJECT PhysicalDeviceObject, _In_ ULONG Flags, _Out_ PWSTR *SymbolicLinkList);

/*
 * Opens a device by name. FileObject keeps it: ObDereferenceObject of that, not of the device. Statuses of
 * ZwOpenFile. IRQL: PASSIVE_LEVEL. Source: nf-wdm-iogetdeviceobjectpointer.
 */
NTKERNELAPI NTSTATUS NTAPI IoGetDeviceObjectPointer(_In_ PUNICODE_STRING ObjectName, _In_ ACCESS_MASK DesiredAccess,
    _Out_ PFILE_OBJECT *FileObject, _Out_ PDEVICE_OBJECT *DeviceObject);
NTKERNELAPI NTSTATUS NTAPI IoGetDeviceProperty(_In_ PDEVICE_OBJECT DeviceObject,
    _In_ DEVICE_REGISTRY_PROPERTY DeviceProperty, _In_ ULONG BufferLength, _Out_opt_ PVOID PropertyBuffer,
    _Out_ PULONG ResultLength);
NTKERNELAPI PDMA_ADAPTER NTAPI IoGetDmaAdapter(_In_opt_ PDEVICE_OBJECT PhysicalDeviceObject,
    _In_ PDEVICE_DESCRIPTION DeviceDescription, _Out_ PULONG NumberOfMapRegisters);
NTKERNELAPI PVOID NTAPI IoGetDriverObjectExtension(_In_ PDRIVER_OBJECT DriverObject,
    _In_ PVOID ClientIdentificationAddress);
/* An address in the running thread's stack. IRQL: up to APC_LEVEL. Source: nf-ntddk-iogetinitialstack. */
NTKERNELAPI PVOID NTAPI IoGetInitialStack(void);

/*
 * The top of the stack that a file object's requests go to; not referenced. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-iogetrelateddeviceobject.
 */
NTKERNELAPI PDEVICE_OBJECT NTAPI IoGetRelatedDeviceObject(_In_ PFILE_OBJECT FileObject);

/*
 * Runs WorkerRoutine in a system thread at PASSIVE_LEVEL. An item that is queued already is reported. The device
 * stays until the routine returned. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-ioqueueworkitem.
 */
NTKERNELAPI void NTAPI IoQueueWorkItem(_In_ PIO_WORKITEM IoWorkItem, _In_ PIO_WORKITEM_ROUTINE WorkerRoutine,
    _In_ WORK_QUEUE_TYPE QueueType, _In_opt_ PVOID Context);
/*
 * Makes an IRP in memory of the caller. PacketSize: IoSizeOfIrp(StackSize), at least. StackSize: stack locations.
 * Not for one from IoAllocateIrp. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-ioinitializeirp.
 */
NTKERNELAPI void NTAPI IoInitializeIrp(_Inout_ PIRP Irp, _In_ USHORT PacketSize, _In_ CCHAR StackSize);
NTKERNELAPI NTSTATUS NTAPI IoInitializeTimer(_In_ PDEVICE_OBJECT DeviceObject, _In_ PIO_TIMER_ROUTINE TimerRoutine,
    _In_opt_ PVOID Context);
NTKERNELAPI void NTAPI IoInvalidateDeviceRelations(_In_ PDEVICE_OBJECT DeviceObject, _In_ DEVICE_RELATION_TYPE Type);
NTKERNELAPI void NTAPI IoInvalidateDeviceState(_In_ PDEVICE_OBJECT PhysicalDeviceObject);
NTKERNELAPI BOOLEAN NTAPI IoIsWdmVersionAvailable(_In_ UCHAR MajorVersion, _In_ UCHAR MinorVersion);
NTKERNELAPI NTSTATUS NTAPI IoOpenDeviceInterfaceRegistryKey(_In_ PUNICODE_STRING SymbolicLinkName,
    _In_ ACCESS_MASK DesiredAccess, _Out_ PHANDLE DeviceInterfaceRegKey);
NTKERNELAPI NTSTATUS NTAPI IoOpenDeviceRegistryKey(_In_ PDEVICE_OBJECT DeviceObject, _In_ ULONG DevInstKeyType,
    _In_ ACCESS_MASK DesiredAccess, _Out_ PHANDLE DeviceRegKey);
NTKERNELAPI NTSTATUS NTAPI IoRegisterDeviceInterface(_In_ PDEVICE_OBJECT PhysicalDeviceObject,
    _In_ const GUID *InterfaceClassGuid, _In_opt_ PUNICODE_STRING ReferenceString,
    _Out_ PUNICODE_STRING SymbolicLinkName);
NTKERNELAPI NTSTATUS NTAPI IoRegisterPlugPlayNotification(_In_ IO_NOTIFICATION_EVENT_CATEGORY EventCategory,
    _In_ ULONG EventCategoryFlags, _In_opt_ PVOID EventCategoryData, _In_ PDRIVER_OBJECT DriverObject,
    _In_ PDRIVER_NOTIFICATION_CALLBACK_ROUTINE CallbackRoutine, _In_opt_ PVOID Context,
    _Out_ PVOID *NotificationEntry);
/*
 * The device gets IRP_MJ_SHUTDOWN when the manager ends. STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-ioregistershutdownnotification.
 */
NTKERNELAPI NTSTATUS NTAPI IoRegisterShutdownNotification(_In_ PDEVICE_OBJECT DeviceObject);

/* Releases it, back to Irql. IRQL: DISPATCH_LEVEL. Source: nf-wdm-ioreleasecancelspinlock. */
NTKERNELAPI void NTAPI IoReleaseCancelSpinLock(KIRQL Irql);

/* Takes an open out, at its cleanup. IRQL: PASSIVE_LEVEL. Source: nf-wdm-ioremoveshareaccess. */
NTKERNELAPI void NTAPI IoRemoveShareAccess(_In_ PFILE_OBJECT FileObject, _Inout_ PSHARE_ACCESS ShareAccess);
NTKERNELAPI NTSTATUS NTAPI IoReportTargetDeviceChange(_In_ PDEVICE_OBJECT PhysicalDeviceObject,
    _In_ PVOID NotificationStructure);
NTKERNELAPI NTSTATUS NTAPI IoReportTargetDeviceChangeAsynchronous(_In_ PDEVICE_OBJECT PhysicalDeviceObject,
    _In_ PVOID NotificationStructure, _In_opt_ PDEVICE_CHANGE_COMPLETE_CALLBACK Callback, _Inout_ PVOID Context);
NTKERNELAPI void NTAPI IoRequestDeviceEject(_In_ PDEVICE_OBJECT PhysicalDeviceObject);
/*
 * Makes an IRP of IoAllocateIrp new again, with this status in its IoStatus; cancel routine and buffers must be
 * gone. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-ioreuseirp.
 */
NTKERNELAPI void NTAPI IoReuseIrp(_Inout_ PIRP Irp, _In_ NTSTATUS Iostatus);
NTKERNELAPI NTSTATUS NTAPI IoSetDeviceInterfaceState(_In_ PUNICODE_STRING SymbolicLinkName, _In_ BOOLEAN Enable);

/* Starts a share access with its first open. IRQL: PASSIVE_LEVEL. Source: nf-wdm-iosetshareaccess. */
NTKERNELAPI void NTAPI IoSetShareAccess(_In_ ACCESS_MASK DesiredAccess, _In_ ULONG DesiredShareAccess,
    _Inout_ PFILE_OBJECT FileObject, _Out_ PSHARE_ACCESS ShareAccess);
NTKERNELAPI void NTAPI IoStartNextPacket(_In_ PDEVICE_OBJECT DeviceObject, _In_ BOOLEAN Cancelable);
NTKERNELAPI void NTAPI IoStartNextPacketByKey(_In_ PDEVICE_OBJECT DeviceObject, _In_ BOOLEAN Cancelable,
    _In_ ULONG Key);
NTKERNELAPI void NTAPI IoStartPacket(_In_ PDEVICE_OBJECT DeviceObject, _In_ PIRP Irp, _In_opt_ PULONG Key,
    _In_opt_ PDRIVER_CANCEL CancelFunction);
NTKERNELAPI void NTAPI IoStartTimer(_In_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI void NTAPI IoStopTimer(_In_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI NTSTATUS NTAPI IoUnregisterPlugPlayNotification(_In_ PVOID NotificationEntry);
/* Takes IoRegisterShutdownNotification back. IRQL: PASSIVE_LEVEL. Source: nf-wdm-iounregistershutdownnotification. */
NTKERNELAPI void NTAPI IoUnregisterShutdownNotification(_In_ PDEVICE_OBJECT DeviceObject);

/*
 * Counts an open that IoCheckShareAccess allowed without Update. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-ioupdateshareaccess.
 */
NTKERNELAPI void NTAPI IoUpdateShareAccess(_In_ PFILE_OBJECT FileObject, _Inout_ PSHARE_ACCESS ShareAccess);
NTKERNELAPI NTSTATUS NTAPI IoWMIAllocateInstanceIds(_In_ GUID *Guid, _In_ ULONG InstanceCount,
    _Out_ ULONG *FirstInstanceId);
NTKERNELAPI NTSTATUS NTAPI IoWMIQuerySingleInstanceMultiple(_In_ PVOID *DataBlockObjectList,
    _In_ PUNICODE_STRING InstanceNames, _In_ ULONG ObjectCount, _Inout_ ULONG *InOutBufferSize,
    _Out_opt_ PVOID OutBuffer);
NTKERNELAPI NTSTATUS NTAPI IoWMIRegistrationControl(_In_ PDEVICE_OBJECT DeviceObject, _In_ ULONG Action);
NTKERNELAPI NTSTATUS NTAPI IoWMISuggestInstanceName(_In_opt_ PDEVICE_OBJECT PhysicalDeviceObject,
    _In_opt_ PUNICODE_STRING SymbolicLinkName, _In_ BOOLEAN CombineNames,
    _Out_ PUNICODE_STRING SuggestedInstanceName);
NTKERNELAPI NTSTATUS NTAPI IoWMIWriteEvent(_Inout_ PVOID WnodeEventItem);
NTKERNELAPI void NTAPI IoWriteErrorLogEntry(_In_ PVOID ElEntry);
NTKERNELAPI NTSTATUS NTAPI IoRegisterLastChanceShutdownNotification(_In_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI BOOLEAN NTAPI IoForwardIrpSynchronously(_In_ PDEVICE_OBJECT DeviceObject, _In_ PIRP Irp);
NTKERNELAPI void NTAPI IoFreeErrorLogEntry(_In_ PVOID ElEntry);
NTKERNELAPI NTSTATUS NTAPI IoSetCompletionRoutineEx(_In_ PDEVICE_OBJECT DeviceObject, _In_ PIRP Irp,
    _In_ PIO_COMPLETION_ROUTINE CompletionRoutine, _In_opt_ PVOID Context, _In_ BOOLEAN InvokeOnSuccess,
    _In_ BOOLEAN InvokeOnError, _In_ BOOLEAN InvokeOnCancel);
NTKERNELAPI void NTAPI IoSetStartIoAttributes(_In_ PDEVICE_OBJECT DeviceObject, _In_ BOOLEAN DeferredStartIo,
    _In_ BOOLEAN NonCancelable);
NTKERNELAPI NTSTATUS NTAPI IoWMIDeviceObjectToInstanceName(_In_ PVOID DataBlockObject,
    _In_ PDEVICE_OBJECT DeviceObject, _Out_ PUNICODE_STRING InstanceName);
NTKERNELAPI NTSTATUS NTAPI IoWMIExecuteMethod(_In_ PVOID DataBlockObject, _In_ PUNICODE_STRING InstanceName,
    _In_ ULONG MethodId, _In_ ULONG InBufferSize, _Inout_ PULONG OutBufferSize, _Inout_ PUCHAR InOutBuffer);
NTKERNELAPI NTSTATUS NTAPI IoWMIHandleToInstanceName(_In_ PVOID DataBlockObject, _In_ HANDLE FileHandle,
    _Out_ PUNICODE_STRING InstanceName);
NTKERNELAPI NTSTATUS NTAPI IoWMIOpenBlock(_In_ GUID *Guid, _In_ ULONG DesiredAccess, _Out_ PVOID *DataBlockObject);
NTKERNELAPI NTSTATUS NTAPI IoWMIQueryAllData(_In_ PVOID DataBlockObject, _Inout_ ULONG *InOutBufferSize,
    _Out_opt_ PVOID OutBuffer);
NTKERNELAPI NTSTATUS NTAPI IoWMIQueryAllDataMultiple(_In_ PVOID *DataBlockObjectList, _In_ ULONG ObjectCount,
    _Inout_ ULONG *InOutBufferSize, _Out_opt_ PVOID OutBuffer);
NTKERNELAPI NTSTATUS NTAPI IoWMIQuerySingleInstance(_In_ PVOID DataBlockObject, _In_ PUNICODE_STRING InstanceName,
    _Inout_ ULONG *InOutBufferSize, _Out_opt_ PVOID OutBuffer);
NTKERNELAPI NTSTATUS NTAPI IoWMISetNotificationCallback(_Inout_ PVOID Object, _In_ WMI_NOTIFICATION_CALLBACK Callback,
    _In_opt_ PVOID Context);
NTKERNELAPI NTSTATUS NTAPI IoWMISetSingleInstance(_In_ PVOID DataBlockObject, _In_ PUNICODE_STRING InstanceName,
    _In_ ULONG Version, _In_ ULONG ValueBufferSize, _In_ PVOID ValueBuffer);
NTKERNELAPI NTSTATUS NTAPI IoWMISetSingleItem(_In_ PVOID DataBlockObject, _In_ PUNICODE_STRING InstanceName,
    _In_ ULONG DataItemId, _In_ ULONG Version, _In_ ULONG ValueBufferSize, _In_ PVOID ValueBuffer);
NTKERNELAPI NTSTATUS NTAPI IoValidateDeviceIoControlAccess(_In_ PIRP Irp, _In_ ULONG RequiredAccess);
NTKERNELAPI NTSTATUS NTAPI IoCheckShareAccessEx(_In_ ACCESS_MASK DesiredAccess, _In_ ULONG DesiredShareAccess,
    _Inout_ PFILE_OBJECT FileObject, _Inout_ PSHARE_ACCESS ShareAccess, _In_ BOOLEAN Update,
    _In_ PBOOLEAN WritePermission);
NTKERNELAPI LOGICAL NTAPI IoWithinStackLimits(_In_ ULONG_PTR RegionStart, _In_ SIZE_T RegionSize);
NTKERNELAPI void NTAPI IoSetShareAccessEx(_In_ ACCESS_MASK DesiredAccess, _In_ ULONG DesiredShareAccess,
    _Inout_ PFILE_OBJECT FileObject, _Out_ PSHARE_ACCESS ShareAccess, _In_opt_ PBOOLEAN WritePermission);
/* Bytes of a work item, for IoInitializeWorkItem. IRQL: any level. Source: nf-wdm-iosizeofworkitem. */
NTKERNELAPI ULONG NTAPI IoSizeofWorkItem(void);
/*
 * Makes a work item in nonpaged memory of the caller, IoSizeofWorkItem bytes. IoObject: the driver or device that it
 * belongs to. Ends with IoUninitializeWorkItem. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-ioinitializeworkitem.
 */
NTKERNELAPI void NTAPI IoInitializeWorkItem(_In_ PVOID IoObject, _In_ PIO_WORKITEM IoWorkItem);
/*
 * Ends an item of IoInitializeWorkItem; it must not be queued. The memory is the caller's. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-wdm-iouninitializeworkitem.
 */
NTKERNELAPI void NTAPI IoUninitializeWorkItem(_In_ PIO_WORKITEM IoWorkItem);
/*
 * Runs WorkerRoutine with IoObject, Context and the work item itself in a system thread, at PASSIVE_LEVEL.
 * QueueType: DelayedWorkQueue or another. The item must not be queued already; the driver stays loaded until the
 * routine has returned. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-ioqueueworkitemex.
 */
NTKERNELAPI void NTAPI IoQueueWorkItemEx(_In_ PIO_WORKITEM IoWorkItem, _In_ PIO_WORKITEM_ROUTINE_EX WorkerRoutine,
    _In_ WORK_QUEUE_TYPE QueueType, _In_opt_ PVOID Context);
NTKERNELAPI IO_PRIORITY_HINT NTAPI IoGetIoPriorityHint(_In_ PIRP Irp);
NTKERNELAPI NTSTATUS NTAPI IoSetIoPriorityHint(_In_ PIRP Irp, _In_ IO_PRIORITY_HINT PriorityHint);
NTKERNELAPI NTSTATUS NTAPI IoGetAffinityInterrupt(_In_ PKINTERRUPT InterruptObject,
    _Out_ PGROUP_AFFINITY GroupAffinity);
NTKERNELAPI NTSTATUS NTAPI IoGetContainerInformation(_In_ IO_CONTAINER_INFORMATION_CLASS InformationClass,
    _In_opt_ PVOID ContainerObject, _Inout_ PVOID Buffer, _In_ ULONG BufferLength);
NTKERNELAPI NTSTATUS NTAPI IoRegisterContainerNotification(_In_ IO_CONTAINER_NOTIFICATION_CLASS NotificationClass,
    _In_ PIO_CONTAINER_NOTIFICATION_FUNCTION CallbackFunction, _In_opt_ PVOID NotificationInformation,
    _In_ ULONG NotificationInformationLength, _Out_ PVOID CallbackRegistration);
NTKERNELAPI void NTAPI IoUnregisterContainerNotification(_In_ PVOID CallbackRegistration);
NTKERNELAPI NTSTATUS NTAPI IoUnregisterPlugPlayNotificationEx(_In_ PVOID NotificationEntry);
NTKERNELAPI NTSTATUS NTAPI IoGetDeviceNumaNode(_In_ PDEVICE_OBJECT Pdo, _Out_ PUSHORT NodeNumber);
NTKERNELAPI ULONG NTAPI IoWMIDeviceObjectToProviderId(_In_ PDEVICE_OBJECT DeviceObject);

/* TRUE: the request's originator is a 32-bit process. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-iois32bitprocess. */
NTKERNELAPI BOOLEAN NTAPI IoIs32bitProcess(_In_opt_ PIRP Irp);
NTKERNELAPI void NTAPI IoGetStackLimits(_Out_ PULONG_PTR LowLimit, _Out_ PULONG_PTR HighLimit);
NTKERNELAPI NTSTATUS NTAPI PoCallDriver(_In_ struct _DEVICE_OBJECT *DeviceObject, _Inout_ struct _IRP *Irp);
NTKERNELAPI PULONG NTAPI PoRegisterDeviceForIdleDetection(_In_ struct _DEVICE_OBJECT *DeviceObject,
    _In_ ULONG ConservationIdleTime, _In_ ULONG PerformanceIdleTime, _In_ DEVICE_POWER_STATE State);
NTKERNELAPI PVOID NTAPI PoRegisterSystemState(_Inout_ PVOID StateHandle, _In_ EXECUTION_STATE Flags);
NTKERNELAPI NTSTATUS NTAPI PoRequestPowerIrp(_In_ struct _DEVICE_OBJECT *DeviceObject, _In_ UCHAR MinorFunction,
    _In_ POWER_STATE PowerState, _In_opt_ PREQUEST_POWER_COMPLETE CompletionFunction, _In_opt_ PVOID Context,
    _Out_ struct _IRP **Irp);
NTKERNELAPI POWER_STATE NTAPI PoSetPowerState(_In_ struct _DEVICE_OBJECT *DeviceObject, _In_ POWER_STATE_TYPE Type,
    _In_ POWER_STATE State);
NTKERNELAPI void NTAPI PoSetSystemState(_In_ EXECUTION_STATE Flags);
NTKERNELAPI void NTAPI PoStartNextPowerIrp(_Inout_ struct _IRP *Irp);
NTKERNELAPI void NTAPI PoUnregisterSystemState(_Inout_ PVOID StateHandle);
NTKERNELAPI void NTAPI PoSetSystemWake(_Inout_ struct _IRP *Irp);
NTKERNELAPI BOOLEAN NTAPI PoGetSystemWake(_In_ struct _IRP *Irp);
NTKERNELAPI NTSTATUS NTAPI PoRegisterPowerSettingCallback(_In_opt_ PDEVICE_OBJECT DeviceObject,
    _In_ LPCGUID SettingGuid, _In_ PPOWER_SETTING_CALLBACK Callback, _In_opt_ PVOID Context, _Out_ PVOID *Handle);
NTKERNELAPI NTSTATUS NTAPI PoUnregisterPowerSettingCallback(_Inout_ PVOID Handle);
NTKERNELAPI void NTAPI PoSetDeviceBusyEx(_Inout_ PULONG IdlePointer);
NTKERNELAPI void NTAPI PoStartDeviceBusy(_Inout_ PULONG IdlePointer);
NTKERNELAPI void NTAPI PoEndDeviceBusy(_Inout_ PULONG IdlePointer);
NTKERNELAPI BOOLEAN NTAPI PoQueryWatchdogTime(_In_ PDEVICE_OBJECT Pdo, _Out_ PULONG SecondsRemaining);
NTKERNELAPI void NTAPI PoDeletePowerRequest(_Inout_ PVOID PowerRequest);
NTKERNELAPI NTSTATUS NTAPI EtwRegister(_In_ LPCGUID ProviderId, _In_opt_ PETWENABLECALLBACK EnableCallback,
    _In_opt_ PVOID CallbackContext, _Out_ PREGHANDLE RegHandle);
NTKERNELAPI NTSTATUS NTAPI EtwUnregister(_In_ REGHANDLE RegHandle);
NTKERNELAPI BOOLEAN NTAPI EtwEventEnabled(_In_ REGHANDLE RegHandle, _In_ PCEVENT_DESCRIPTOR EventDescriptor);
NTKERNELAPI BOOLEAN NTAPI EtwProviderEnabled(_In_ REGHANDLE RegHandle, _In_ UCHAR Level, _In_ ULONGLONG Keyword);
NTKERNELAPI NTSTATUS NTAPI EtwActivityIdControl(_In_ ULONG ControlCode, _Inout_ LPGUID ActivityId);
NTKERNELAPI NTSTATUS NTAPI EtwWrite(_In_ REGHANDLE RegHandle, _In_ PCEVENT_DESCRIPTOR EventDescriptor,
    _In_opt_ LPCGUID ActivityId, _In_ ULONG UserDataCount, _In_opt_ PEVENT_DATA_DESCRIPTOR UserData);
NTKERNELAPI NTSTATUS NTAPI EtwWriteTransfer(_In_ REGHANDLE RegHandle, _In_ PCEVENT_DESCRIPTOR EventDescriptor,
    _In_opt_ LPCGUID ActivityId, _In_opt_ LPCGUID RelatedActivityId, _In_ ULONG UserDataCount,
    _In_opt_ PEVENT_DATA_DESCRIPTOR UserData);
NTKERNELAPI NTSTATUS NTAPI EtwWriteString(_In_ REGHANDLE RegHandle, _In_ UCHAR Level, _In_ ULONGLONG Keyword,
    _In_opt_ LPCGUID ActivityId, _In_ PCWSTR String);
NTKERNELAPI NTSTATUS NTAPI EtwWriteEx(_In_ REGHANDLE RegHandle, _In_ PCEVENT_DESCRIPTOR EventDescriptor,
    _In_ ULONG64 Filter, _In_ ULONG Flags, _In_opt_ LPCGUID ActivityId, _In_opt_ LPCGUID RelatedActivityId,
    _In_ ULONG UserDataCount, _In_opt_ PEVENT_DATA_DESCRIPTOR UserData);
NTKERNELAPI PDEVICE_OBJECT NTAPI IoGetDeviceToVerify(_In_ PETHREAD Thread);
NTKERNELAPI void NTAPI IoCancelFileOpen(_In_ PDEVICE_OBJECT DeviceObject, _In_ PFILE_OBJECT FileObject);
/*
 * What the generic rights mean for files; the structure belongs to the system. IRQL: any level. Source:
 * nf-wdm-iogetfileobjectgenericmapping.
 */
NTKERNELAPI PGENERIC_MAPPING NTAPI IoGetFileObjectGenericMapping(void);
NTKERNELAPI PIRP NTAPI IoMakeAssociatedIrp(_In_ PIRP Irp, _In_ CCHAR StackSize);
NTKERNELAPI void NTAPI IoRaiseHardError(_In_ PIRP Irp, _In_opt_ PVPB Vpb, _In_ PDEVICE_OBJECT RealDeviceObject);

/*
 * Would show a message box of a status; here it is told in the log. IRQL: up toAPC_LEVEL. Source:
 * nf-ntddk-ioraiseinformationalharderror.
 */
NTKERNELAPI BOOLEAN NTAPI IoRaiseInformationalHardError(_In_ NTSTATUS ErrorStatus, _In_opt_ PUNICODE_STRING String,
    _In_opt_ PKTHREAD Thread);
/*
 * As IoRegisterDriverReinitialization: nothing starts at boot here. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntddk-ioregisterbootdriverreinitialization.
 */
NTKERNELAPI void NTAPI IoRegisterBootDriverReinitialization(_In_ PDRIVER_OBJECT DriverObject,
    _In_ PDRIVER_REINITIALIZE DriverReinitializationRoutine, _In_opt_ PVOID Context);

/*
 * Calls DriverReinitializationRoutine once, after DriverEntry and the other drivers' first start. IRQL:
 * PASSIVE_LEVEL. Source: nf-ntddk-ioregisterdriverreinitialization.
 */
NTKERNELAPI void NTAPI IoRegisterDriverReinitialization(_In_ PDRIVER_OBJECT DriverObject,
    _In_ PDRIVER_REINITIALIZE DriverReinitializationRoutine, _In_opt_ PVOID Context);
NTKERNELAPI NTSTATUS NTAPI IoReportDetectedDevice(_In_ PDRIVER_OBJECT DriverObject, _In_ INTERFACE_TYPE LegacyBusType,
    _In_ ULONG BusNumber, _In_ ULONG SlotNumber, _In_opt_ PCM_RESOURCE_LIST ResourceList,
    _In_opt_ PIO_RESOURCE_REQUIREMENTS_LIST ResourceRequirements, _In_ BOOLEAN ResourceAssigned,
    _Inout_ PDEVICE_OBJECT *DeviceObject);
NTKERNELAPI NTSTATUS NTAPI IoReportResourceForDetection(_In_ PDRIVER_OBJECT DriverObject,
    _In_opt_ PCM_RESOURCE_LIST DriverList, _In_opt_ ULONG DriverListSize, _In_opt_ PDEVICE_OBJECT DeviceObject,
    _In_opt_ PCM_RESOURCE_LIST DeviceList, _In_opt_ ULONG DeviceListSize, _Out_ PBOOLEAN ConflictDetected);
NTKERNELAPI void NTAPI IoSetHardErrorOrVerifyDevice(_In_ PIRP Irp, _In_ PDEVICE_OBJECT DeviceObject);

/*
 * Whether hard errors of this thread are shown; answers the mode before. Nothing shows any here. IRQL: up
 * toDISPATCH_LEVEL. Source: nf-ntddk-iosetthreadharderrormode.
 */
NTKERNELAPI BOOLEAN NTAPI IoSetThreadHardErrorMode(_In_ BOOLEAN EnableHardErrors);

/*
 * Whether a file was opened for a client of a network server. IRQL: Any level. Source:
 * nf-ntddk-ioisfileoriginremote.
 */
NTKERNELAPI BOOLEAN NTAPI IoIsFileOriginRemote(_In_ PFILE_OBJECT FileObject);
NTKERNELAPI NTSTATUS NTAPI IoSetFileOrigin(_In_ PFILE_OBJECT FileObject, _In_ BOOLEAN Remote);
NTKERNELAPI NTSTATUS NTAPI IoReadPartitionTable(_In_ PDEVICE_OBJECT DeviceObject, _In_ ULONG SectorSize,
    _In_ BOOLEAN ReturnRecognizedPartitions, _Out_ struct _DRIVE_LAYOUT_INFORMATION **PartitionBuffer);
NTKERNELAPI NTSTATUS NTAPI IoSetPartitionInformation(_In_ PDEVICE_OBJECT DeviceObject, _In_ ULONG SectorSize,
    _In_ ULONG PartitionNumber, _In_ ULONG PartitionType);
NTKERNELAPI NTSTATUS NTAPI IoWritePartitionTable(_In_ PDEVICE_OBJECT DeviceObject, _In_ ULONG SectorSize,
    _In_ ULONG SectorsPerTrack, _In_ ULONG NumberOfHeads, _In_ struct _DRIVE_LAYOUT_INFORMATION *PartitionBuffer);
NTKERNELAPI NTSTATUS NTAPI IoCreateDisk(_In_ PDEVICE_OBJECT DeviceObject, _In_opt_ struct _CREATE_DISK *Disk);
NTKERNELAPI NTSTATUS NTAPI IoReadPartitionTableEx(_In_ PDEVICE_OBJECT DeviceObject,
    struct _DRIVE_LAYOUT_INFORMATION_EX **DriveLayout);
NTKERNELAPI NTSTATUS NTAPI IoSetPartitionInformationEx(_In_ PDEVICE_OBJECT DeviceObject, _In_ ULONG PartitionNumber,
    _In_ struct _SET_PARTITION_INFORMATION_EX *PartitionInfo);
NTKERNELAPI NTSTATUS NTAPI IoSetSystemPartition(_In_ PUNICODE_STRING VolumeNameString);
NTKERNELAPI NTSTATUS NTAPI IoVerifyPartitionTable(_In_ PDEVICE_OBJECT DeviceObject, _In_ BOOLEAN FixErrors);

/*
 * The drive letter or mount point of a volume device. Buffer: ExFreePool. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntddk-iovolumedevicetodosname.
 */
NTKERNELAPI NTSTATUS NTAPI IoVolumeDeviceToDosName(_In_ PVOID VolumeDeviceObject, _Out_ PUNICODE_STRING DosName);
NTKERNELAPI NTSTATUS NTAPI IoWritePartitionTableEx(_In_ PDEVICE_OBJECT DeviceObject,
    struct _DRIVE_LAYOUT_INFORMATION_EX *DriveLayout);

NTKERNELAPI NTSTATUS NTAPI IoCreateFileSpecifyDeviceObjectHint(_Out_ PHANDLE FileHandle,
    _In_ ACCESS_MASK DesiredAccess, _In_ POBJECT_ATTRIBUTES ObjectAttributes, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_opt_ PLARGE_INTEGER AllocationSize, _In_ ULONG FileAttributes, _In_ ULONG ShareAccess, _In_ ULONG Disposition,
    _In_ ULONG CreateOptions, _In_opt_ PVOID EaBuffer, _In_ ULONG EaLength, _In_ CREATE_FILE_TYPE CreateFileType,
    _In_opt_ PVOID InternalParameters, _In_ ULONG Options, _In_opt_ PVOID DeviceObject);

NTKERNELAPI NTSTATUS NTAPI IoAttachDeviceToDeviceStackSafe(_In_ PDEVICE_OBJECT SourceDevice,
    _In_ PDEVICE_OBJECT TargetDevice, _Out_ PDEVICE_OBJECT *AttachedToDeviceObject);
NTKERNELAPI IO_PAGING_PRIORITY NTAPI IoGetPagingIoPriority(_In_ PIRP Irp);

/*
 * The transaction of a file object; NULL here: none can exist. IRQL: Any level. Source:
 * nf-ntddk-iogettransactionparameterblock.
 */
NTKERNELAPI PTXN_PARAMETER_BLOCK NTAPI IoGetTransactionParameterBlock(_In_ PFILE_OBJECT FileObject);
NTKERNELAPI NTSTATUS NTAPI IoCreateFileEx(_Out_ PHANDLE FileHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_opt_ PLARGE_INTEGER AllocationSize, _In_ ULONG FileAttributes, _In_ ULONG ShareAccess, _In_ ULONG Disposition,
    _In_ ULONG CreateOptions, _In_opt_ PVOID EaBuffer, _In_ ULONG EaLength, _In_ CREATE_FILE_TYPE CreateFileType,
    _In_opt_ PVOID InternalParameters, _In_ ULONG Options, _In_opt_ PIO_DRIVER_CREATE_CONTEXT DriverContext);

/*
 * Whether a file was opened with IO_IGNORE_SHARE_ACCESS_CHECK. IRQL: Any. Source:
 * nf-ntddk-ioisfileobjectignoringsharing.
 */
NTKERNELAPI BOOLEAN NTAPI IoIsFileObjectIgnoringSharing(PFILE_OBJECT FileObject);
NTKERNELAPI NTSTATUS NTAPI IoSetFileObjectIgnoreSharing(PFILE_OBJECT FileObject);
NTKERNELAPI void NTAPI IoAcquireVpbSpinLock(_Out_ PKIRQL Irql);
NTKERNELAPI NTSTATUS NTAPI IoCheckDesiredAccess(PACCESS_MASK DesiredAccess, ACCESS_MASK GrantedAccess);
NTKERNELAPI NTSTATUS NTAPI IoCheckEaBufferValidity(_In_ PFILE_FULL_EA_INFORMATION EaBuffer, _In_ ULONG EaLength,
    _Out_ PULONG ErrorOffset);
NTKERNELAPI NTSTATUS NTAPI IoCheckFunctionAccess(ACCESS_MASK GrantedAccess, UCHAR MajorFunction, UCHAR MinorFunction,
    ULONG IoControlCode, PVOID Arg1, PVOID Arg2);
NTKERNELAPI NTSTATUS NTAPI IoCheckQuerySetFileInformation(FILE_INFORMATION_CLASS FileInformationClass, ULONG Length,
    BOOLEAN SetOperation);
NTKERNELAPI NTSTATUS NTAPI IoCheckQuerySetVolumeInformation(FS_INFORMATION_CLASS FsInformationClass, ULONG Length,
    BOOLEAN SetOperation);
NTKERNELAPI NTSTATUS NTAPI IoCheckQuotaBufferValidity(_In_ PFILE_QUOTA_INFORMATION QuotaBuffer,
    _In_ ULONG QuotaLength, _Out_ PULONG ErrorOffset);
NTKERNELAPI PFILE_OBJECT NTAPI IoCreateStreamFileObject(_In_opt_ PFILE_OBJECT FileObject,
    _In_opt_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI PFILE_OBJECT NTAPI IoCreateStreamFileObjectLite(_In_opt_ PFILE_OBJECT FileObject,
    _In_opt_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI BOOLEAN NTAPI IoFastQueryNetworkAttributes(POBJECT_ATTRIBUTES ObjectAttributes, ACCESS_MASK DesiredAccess,
    ULONG OpenOptions, PIO_STATUS_BLOCK IoStatus, PFILE_NETWORK_OPEN_INFORMATION Buffer);
NTKERNELAPI NTSTATUS NTAPI IoPageRead(PFILE_OBJECT FileObject, PMDL MemoryDescriptorList,
    PLARGE_INTEGER StartingOffset, PKEVENT Event, PIO_STATUS_BLOCK IoStatusBlock);
NTKERNELAPI PDEVICE_OBJECT NTAPI IoGetBaseFileSystemDeviceObject(PFILE_OBJECT FileObject);
/*
 * The id of the process whose thread issued the IRP, 0 when none is known. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-ntifs-iogetrequestorprocessid.
 */
NTKERNELAPI ULONG NTAPI IoGetRequestorProcessId(_In_ PIRP Irp);
/*
 * The process whose thread issued the IRP; NULL when no thread is known. Not referenced. IRQL: up to DISPATCH_LEVEL.
 * Source: nf-ntifs-iogetrequestorprocess.
 */
NTKERNELAPI PEPROCESS NTAPI IoGetRequestorProcess(_In_ PIRP Irp);

/*
 * What this thread's IoSetTopLevelIrp set: a request or an FSRTL_ constant. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-iogettoplevelirp.
 */
NTKERNELAPI PIRP NTAPI IoGetTopLevelIrp(void);
/*
 * TRUE: the IRP is to be completed before its dispatch routine's caller goes on: the file is synchronous, or the
 * operation is by its nature. IRQL: up to DISPATCH_LEVEL. Source: nf-ntifs-ioisoperationsynchronous.
 */
NTKERNELAPI BOOLEAN NTAPI IoIsOperationSynchronous(_In_ PIRP Irp);

/* TRUE: a thread of the system process. IRQL: up to DISPATCH_LEVEL. Source: nf-ntifs-ioissystemthread. */
NTKERNELAPI BOOLEAN NTAPI IoIsSystemThread(_In_ PETHREAD Thread);
NTKERNELAPI BOOLEAN NTAPI IoIsValidNameGraftingBuffer(PIRP Irp, PREPARSE_DATA_BUFFER ReparseBuffer);
NTKERNELAPI NTSTATUS NTAPI IoQueryFileInformation(PFILE_OBJECT FileObject,
    FILE_INFORMATION_CLASS FileInformationClass, ULONG Length, PVOID FileInformation, PULONG ReturnedLength);
NTKERNELAPI NTSTATUS NTAPI IoQueryVolumeInformation(PFILE_OBJECT FileObject, FS_INFORMATION_CLASS FsInformationClass,
    ULONG Length, PVOID FsInformation, PULONG ReturnedLength);
NTKERNELAPI void NTAPI IoQueueThreadIrp(PIRP Irp);
NTKERNELAPI void NTAPI IoRegisterFileSystem(_In_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI NTSTATUS NTAPI IoRegisterFsRegistrationChange(_In_ PDRIVER_OBJECT DriverObject,
    _In_ PDRIVER_FS_NOTIFICATION DriverNotificationRoutine);
NTKERNELAPI void NTAPI IoReleaseVpbSpinLock(_In_ KIRQL Irql);
NTKERNELAPI void NTAPI IoSetDeviceToVerify(_In_ PETHREAD Thread, _In_opt_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI NTSTATUS NTAPI IoSetInformation(PFILE_OBJECT FileObject, FILE_INFORMATION_CLASS FileInformationClass,
    ULONG Length, PVOID FileInformation);

/*
 * Marks the thread as within a file system's request; put back the old value at the end. IRQL: up to DISPATCH_LEVEL.
 * Source: nf-wdm-iosettoplevelirp.
 */
NTKERNELAPI void NTAPI IoSetTopLevelIrp(_In_opt_ PIRP Irp);
NTKERNELAPI NTSTATUS NTAPI IoSynchronousPageWrite(PFILE_OBJECT FileObject, PMDL MemoryDescriptorList,
    PLARGE_INTEGER StartingOffset, PKEVENT Event, PIO_STATUS_BLOCK IoStatusBlock);

/* The process of a thread, not referenced. IRQL: up to DISPATCH_LEVEL. Source: nf-ntifs-iothreadtoprocess. */
NTKERNELAPI PEPROCESS NTAPI IoThreadToProcess(_In_ PETHREAD Thread);
NTKERNELAPI void NTAPI IoUnregisterFileSystem(_In_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI void NTAPI IoUnregisterFsRegistrationChange(_In_ PDRIVER_OBJECT DriverObject,
    _In_ PDRIVER_FS_NOTIFICATION DriverNotificationRoutine);
NTKERNELAPI NTSTATUS NTAPI IoVerifyVolume(_In_ PDEVICE_OBJECT DeviceObject, _In_ BOOLEAN AllowRawMount);
/*
 * The session of the IRP's process. There is one session, 0: Linux' session ids mean something else. STATUS_SUCCESS;
 * STATUS_UNSUCCESSFUL: no thread is known, *pSessionId is -1. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-ntifs-iogetrequestorsessionid.
 */
NTKERNELAPI NTSTATUS NTAPI IoGetRequestorSessionId(_In_ PIRP Irp, _Out_ PULONG pSessionId);
NTKERNELAPI PFILE_OBJECT NTAPI IoCreateStreamFileObjectEx(_In_opt_ PFILE_OBJECT FileObject,
    _In_opt_ PDEVICE_OBJECT DeviceObject, _Out_opt_ PHANDLE FileHandle);

/*
 * The name C:\... of a file object; ExFreePool of ObjectNameInformation. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-ioqueryfiledosdevicename.
 */
NTKERNELAPI NTSTATUS NTAPI IoQueryFileDosDeviceName(_In_ PFILE_OBJECT FileObject,
    _Out_ POBJECT_NAME_INFORMATION *ObjectNameInformation);

/*
 * The devices of a driver, each referenced. STATUS_BUFFER_TOO_SMALL: ActualNumberDeviceObjects says how many there
 * are. IRQL: up to DISPATCH_LEVEL. Source: nf-ntifs-ioenumeratedeviceobjectlist.
 */
NTKERNELAPI NTSTATUS NTAPI IoEnumerateDeviceObjectList(_In_ PDRIVER_OBJECT DriverObject,
    _Out_ PDEVICE_OBJECT *DeviceObjectList, _In_ ULONG DeviceObjectListSize, _Out_ PULONG ActualNumberDeviceObjects);

/* The device below, referenced; NULL: none. IRQL: up to DISPATCH_LEVEL. Source: nf-ntifs-iogetlowerdeviceobject. */
NTKERNELAPI PDEVICE_OBJECT NTAPI IoGetLowerDeviceObject(_In_ PDEVICE_OBJECT DeviceObject);

/*
 * The bottom of a device stack, referenced. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-ntifs-iogetdeviceattachmentbaseref.
 */
NTKERNELAPI PDEVICE_OBJECT NTAPI IoGetDeviceAttachmentBaseRef(_In_ PDEVICE_OBJECT DeviceObject);
NTKERNELAPI NTSTATUS NTAPI IoGetDiskDeviceObject(_In_ PDEVICE_OBJECT FileSystemDeviceObject,
    PDEVICE_OBJECT *DiskDeviceObject);
NTKERNELAPI NTSTATUS NTAPI IoEnumerateRegisteredFiltersList(_Out_ PDRIVER_OBJECT *DriverObjectList,
    _In_ ULONG DriverObjectListSize, _Out_ PULONG ActualNumberDriverObjects);
NTKERNELAPI NTSTATUS NTAPI IoRegisterFsRegistrationChangeMountAware(_In_ PDRIVER_OBJECT DriverObject,
    _In_ PDRIVER_FS_NOTIFICATION DriverNotificationRoutine, _In_ BOOLEAN SynchronizeWithMounts);

/*
 * Gives a file object another name, during IRP_MJ_CREATE, for STATUS_REPARSE. STATUS_INVALID_PARAMETER: length;
 * STATUS_INSUFFICIENT_RESOURCES. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-ioreplacefileobjectname.
 */
NTKERNELAPI NTSTATUS NTAPI IoReplaceFileObjectName(_In_ PFILE_OBJECT FileObject, _In_ PWSTR NewFileName,
    _In_ USHORT FileNameLength);
/*
 * Makes a cancel-safe queue of a driver's table of callbacks: the driver keeps the list and its lock, the queue the
 * race between removing and cancelling. Csq: the driver's memory, as long as requests stand in it. The callbacks run
 * with the driver's lock held, but for CsqAcquireLock and CsqCompleteCanceledIrp, which gets a request that is out of
 * the queue and ends it. Always STATUS_SUCCESS. IRQL: <= DISPATCH_LEVEL. Source: nf-wdm-iocsqinitialize.
 */
NTKERNELAPI NTSTATUS NTAPI IoCsqInitialize(_Out_ PIO_CSQ Csq, _In_ PIO_CSQ_INSERT_IRP CsqInsertIrp,
    _In_ PIO_CSQ_REMOVE_IRP CsqRemoveIrp, _In_ PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp,
    _In_ PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock, _In_ PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
    _In_ PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp);
/*
 * The same with an insertion that may refuse (IoCsqInsertIrpEx). Always STATUS_SUCCESS. IRQL: <= DISPATCH_LEVEL.
 * Source: nf-wdm-iocsqinitializeex.
 */
NTKERNELAPI NTSTATUS NTAPI IoCsqInitializeEx(_Out_ PIO_CSQ Csq, _In_ PIO_CSQ_INSERT_IRP_EX CsqInsertIrp,
    _In_ PIO_CSQ_REMOVE_IRP CsqRemoveIrp, _In_ PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp,
    _In_ PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock, _In_ PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
    _In_ PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp);
/*
 * Marks the request pending and puts it into the queue; the dispatch routine returns STATUS_PENDING. One that was
 * cancelled already goes to CsqCompleteCanceledIrp at once. Context: needed by IoCsqRemoveIrp, the driver's memory while
 * the request is queued; may be NULL. Uses DriverContext[3]. IRQL: <= DISPATCH_LEVEL, or as the driver's lock demands.
 * Source: nf-wdm-iocsqinsertirp.
 */
NTKERNELAPI void NTAPI IoCsqInsertIrp(_Inout_ PIO_CSQ Csq, _Inout_ PIRP Irp, _Out_opt_ PIO_CSQ_IRP_CONTEXT Context);
/*
 * The same for a queue of IoCsqInitializeEx: what CsqInsertIrpEx answered. On a failure the request is not queued, not
 * pending, and still the caller's. InsertContext: handed to CsqInsertIrpEx. IRQL: as IoCsqInsertIrp.
 * Source: nf-wdm-iocsqinsertirpex.
 */
NTKERNELAPI NTSTATUS NTAPI IoCsqInsertIrpEx(_Inout_ PIO_CSQ Csq, _Inout_ PIRP Irp,
    _Out_opt_ PIO_CSQ_IRP_CONTEXT Context, _In_opt_ PVOID InsertContext);
/*
 * Takes that request out: it is the caller's to complete. NULL when it has been removed or is being cancelled.
 * IRQL: as IoCsqInsertIrp. Source: nf-wdm-iocsqremoveirp.
 */
NTKERNELAPI PIRP NTAPI IoCsqRemoveIrp(_Inout_ PIO_CSQ Csq, _Inout_ PIO_CSQ_IRP_CONTEXT Context);
/*
 * Takes the first request out that CsqPeekNextIrp finds for PeekContext and nobody is cancelling; NULL: there is none.
 * IRQL: as IoCsqInsertIrp. Source: nf-wdm-iocsqremovenextirp.
 */
NTKERNELAPI PIRP NTAPI IoCsqRemoveNextIrp(_Inout_ PIO_CSQ Csq, _In_opt_ PVOID PeekContext);

#ifdef __cplusplus
}
#endif

#endif
