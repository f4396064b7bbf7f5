/* System services: files, registry, objects, processes. */
#ifndef OFM_NT_ZW_CALLS_H
#define OFM_NT_ZW_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What memory lies at an address: MemoryBasicInformation. STATUS_INVALID_INFO_CLASS; STATUS_INFO_LENGTH_MISMATCH;
 * STATUS_INVALID_PARAMETER: no such address. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwqueryvirtualmemory.
 */
NTSYSAPI NTSTATUS NTAPI ZwQueryVirtualMemory(_In_ HANDLE ProcessHandle, _In_opt_ PVOID BaseAddress,
    _In_ MEMORY_INFORMATION_CLASS MemoryInformationClass, _Out_ PVOID MemoryInformation,
    _In_ SIZE_T MemoryInformationLength, _Out_opt_ PSIZE_T ReturnLength);
NTSYSAPI NTSTATUS NTAPI ZwSetInformationVirtualMemory(_In_ HANDLE ProcessHandle, _In_ ULONG VmInformationClass,
    _In_ ULONG_PTR NumberOfEntries, _In_ PVOID VirtualAddresses, _In_ PVOID VmInformation,
    _In_ ULONG VmInformationLength);
NTSYSAPI NTSTATUS NTAPI ZwQueryInformationByName(_In_ POBJECT_ATTRIBUTES ObjectAttributes,
    _Out_ PIO_STATUS_BLOCK IoStatusBlock, _Out_ PVOID FileInformation, _In_ ULONG Length,
    _In_ FILE_INFORMATION_CLASS FileInformationClass);
/*
 * As ZwQueryDirectoryFile, with flags for its three switches and more. QueryFlags: SL_RESTART_SCAN,
 * SL_RETURN_SINGLE_ENTRY, SL_INDEX_SPECIFIED, SL_RETURN_ON_DISK_ENTRIES_ONLY, SL_NO_CURSOR_UPDATE. STATUS_SUCCESS;
 * STATUS_NO_SUCH_FILE at a first call, STATUS_NO_MORE_FILES at a later one; STATUS_BUFFER_OVERFLOW: one entry, cut;
 * STATUS_INVALID_PARAMETER. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwquerydirectoryfileex.
 */
NTSYSAPI NTSTATUS NTAPI ZwQueryDirectoryFileEx(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
    _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _Out_ PVOID FileInformation, _In_ ULONG Length, _In_ FILE_INFORMATION_CLASS FileInformationClass,
    _In_ ULONG QueryFlags, _In_opt_ PUNICODE_STRING FileName);
/*
 * Writes a file's data to the disk. Flags: FLUSH_FLAGS_FILE_DATA_ONLY, FLUSH_FLAGS_NO_SYNC,
 * FLUSH_FLAGS_FILE_DATA_SYNC_ONLY become the operation's minor code; 0 flushes all. Parameters: NULL, with size 0.
 * STATUS_SUCCESS; STATUS_INVALID_PARAMETER: unknown flags; STATUS_INVALID_HANDLE; STATUS_ACCESS_DENIED: the handle
 * may not write; the file system's own. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwflushbuffersfileex.
 */
NTSYSAPI NTSTATUS NTAPI ZwFlushBuffersFileEx(_In_ HANDLE FileHandle, _In_ ULONG Flags, _In_opt_ PVOID Parameters,
    _In_ ULONG ParametersSize, _Out_ PIO_STATUS_BLOCK IoStatusBlock);
#define NtCurrentProcess() ((HANDLE)(LONG_PTR)-1)
#define ZwCurrentProcess() NtCurrentProcess()
#define NtCurrentThread() ((HANDLE)(LONG_PTR)-2)
#define ZwCurrentThread() NtCurrentThread()
#define NtCurrentSession() ((HANDLE)(LONG_PTR)-3)
#define ZwCurrentSession() NtCurrentSession()

NTKERNELAPI NTSTATUS NTAPI NtCreateTransactionManager(_Out_ PHANDLE TmHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ PUNICODE_STRING LogFileName, _In_opt_ ULONG CreateOptions,
    _In_opt_ ULONG CommitStrength);
NTKERNELAPI NTSTATUS NTAPI NtOpenTransactionManager(_Out_ PHANDLE TmHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ PUNICODE_STRING LogFileName, _In_opt_ LPGUID TmIdentity,
    _In_opt_ ULONG OpenOptions);
NTKERNELAPI NTSTATUS NTAPI NtRenameTransactionManager(_In_ PUNICODE_STRING LogFileName,
    _In_ LPGUID ExistingTransactionManagerGuid);
NTKERNELAPI NTSTATUS NTAPI NtRollforwardTransactionManager(_In_ HANDLE TransactionManagerHandle,
    _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI NtRecoverTransactionManager(_In_ HANDLE TransactionManagerHandle);
NTKERNELAPI NTSTATUS NTAPI NtQueryInformationTransactionManager(_In_ HANDLE TransactionManagerHandle,
    _In_ TRANSACTIONMANAGER_INFORMATION_CLASS TransactionManagerInformationClass,
    _Out_ PVOID TransactionManagerInformation, _In_ ULONG TransactionManagerInformationLength,
    _Out_opt_ PULONG ReturnLength);
NTKERNELAPI NTSTATUS NTAPI NtSetInformationTransactionManager(_In_opt_ HANDLE TmHandle,
    _In_ TRANSACTIONMANAGER_INFORMATION_CLASS TransactionManagerInformationClass,
    _In_ PVOID TransactionManagerInformation, _In_ ULONG TransactionManagerInformationLength);
NTKERNELAPI NTSTATUS NTAPI NtEnumerateTransactionObject(_In_opt_ HANDLE RootObjectHandle,
    _In_ KTMOBJECT_TYPE QueryType, _Inout_ PKTMOBJECT_CURSOR ObjectCursor, _In_ ULONG ObjectCursorLength,
    _Out_ PULONG ReturnLength);
NTKERNELAPI NTSTATUS NTAPI NtCreateTransaction(_Out_ PHANDLE TransactionHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ LPGUID Uow, _In_opt_ HANDLE TmHandle,
    _In_opt_ ULONG CreateOptions, _In_opt_ ULONG IsolationLevel, _In_opt_ ULONG IsolationFlags,
    _In_opt_ PLARGE_INTEGER Timeout, _In_opt_ PUNICODE_STRING Description);
NTKERNELAPI NTSTATUS NTAPI NtOpenTransaction(_Out_ PHANDLE TransactionHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_ LPGUID Uow, _In_opt_ HANDLE TmHandle);
NTKERNELAPI NTSTATUS NTAPI NtQueryInformationTransaction(_In_ HANDLE TransactionHandle,
    _In_ TRANSACTION_INFORMATION_CLASS TransactionInformationClass, _Out_ PVOID TransactionInformation,
    _In_ ULONG TransactionInformationLength, _Out_opt_ PULONG ReturnLength);
NTKERNELAPI NTSTATUS NTAPI NtSetInformationTransaction(_In_ HANDLE TransactionHandle,
    _In_ TRANSACTION_INFORMATION_CLASS TransactionInformationClass, _In_ PVOID TransactionInformation,
    _In_ ULONG TransactionInformationLength);
NTKERNELAPI NTSTATUS NTAPI NtCommitTransaction(_In_ HANDLE TransactionHandle, _In_ BOOLEAN Wait);
NTKERNELAPI NTSTATUS NTAPI NtRollbackTransaction(_In_ HANDLE TransactionHandle, _In_ BOOLEAN Wait);
NTKERNELAPI NTSTATUS NTAPI NtCreateEnlistment(_Out_ PHANDLE EnlistmentHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ HANDLE ResourceManagerHandle, _In_ HANDLE TransactionHandle, _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes,
    _In_opt_ ULONG CreateOptions, _In_ NOTIFICATION_MASK NotificationMask, _In_opt_ PVOID EnlistmentKey);
NTKERNELAPI NTSTATUS NTAPI NtOpenEnlistment(_Out_ PHANDLE EnlistmentHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ HANDLE ResourceManagerHandle, _In_ LPGUID EnlistmentGuid, _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes);
NTKERNELAPI NTSTATUS NTAPI NtQueryInformationEnlistment(_In_ HANDLE EnlistmentHandle,
    _In_ ENLISTMENT_INFORMATION_CLASS EnlistmentInformationClass, _Out_ PVOID EnlistmentInformation,
    _In_ ULONG EnlistmentInformationLength, _Out_opt_ PULONG ReturnLength);
NTKERNELAPI NTSTATUS NTAPI NtSetInformationEnlistment(_In_ HANDLE EnlistmentHandle,
    _In_ ENLISTMENT_INFORMATION_CLASS EnlistmentInformationClass, _In_ PVOID EnlistmentInformation,
    _In_ ULONG EnlistmentInformationLength);
NTKERNELAPI NTSTATUS NTAPI NtRecoverEnlistment(_In_ HANDLE EnlistmentHandle, _In_opt_ PVOID EnlistmentKey);
NTKERNELAPI NTSTATUS NTAPI NtPrePrepareEnlistment(_In_ HANDLE EnlistmentHandle,
    _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI NtPrepareEnlistment(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI NtCommitEnlistment(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI NtRollbackEnlistment(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI NtPrePrepareComplete(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI NtPrepareComplete(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI NtCommitComplete(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI NtReadOnlyEnlistment(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI NtRollbackComplete(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI NtSinglePhaseReject(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI NtCreateResourceManager(_Out_ PHANDLE ResourceManagerHandle,
    _In_ ACCESS_MASK DesiredAccess, _In_ HANDLE TmHandle, _In_ LPGUID RmGuid,
    _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ ULONG CreateOptions, _In_opt_ PUNICODE_STRING Description);
NTKERNELAPI NTSTATUS NTAPI NtOpenResourceManager(_Out_ PHANDLE ResourceManagerHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ HANDLE TmHandle, _In_ LPGUID ResourceManagerGuid, _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes);
NTKERNELAPI NTSTATUS NTAPI NtRecoverResourceManager(_In_ HANDLE ResourceManagerHandle);
NTKERNELAPI NTSTATUS NTAPI NtQueryInformationResourceManager(_In_ HANDLE ResourceManagerHandle,
    _In_ RESOURCEMANAGER_INFORMATION_CLASS ResourceManagerInformationClass, _Out_ PVOID ResourceManagerInformation,
    _In_ ULONG ResourceManagerInformationLength, _Out_opt_ PULONG ReturnLength);
NTKERNELAPI NTSTATUS NTAPI NtSetInformationResourceManager(HANDLE ResourceManagerHandle,
    RESOURCEMANAGER_INFORMATION_CLASS ResourceManagerInformationClass, PVOID ResourceManagerInformation,
    ULONG ResourceManagerInformationLength);

/*
 * Closes a handle of any kind. STATUS_INVALID_HANDLE; STATUS_HANDLE_NOT_CLOSABLE. A handle closed twice is reported.
 * IRQL: PASSIVE_LEVEL. Source: nf-wdm-zwclose.
 */
NTKERNELAPI NTSTATUS NTAPI ZwClose(_In_ HANDLE Handle);

/*
 * A directory of the object name space. STATUS_OBJECT_NAME_COLLISION; STATUS_OBJECT_PATH_NOT_FOUND;
 * STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL. Source: nf-wdm-zwcreatedirectoryobject.
 */
NTKERNELAPI NTSTATUS NTAPI ZwCreateDirectoryObject(_Out_ PHANDLE DirectoryHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes);

/*
 * Opens or creates a file, through the whole stack of filters of its volume. FileHandle: ZwClose.
 * IoStatusBlock->Information: FILE_OPENED, FILE_CREATED, FILE_OVERWRITTEN, FILE_SUPERSEDED ...
 * STATUS_OBJECT_NAME_NOT_FOUND; STATUS_OBJECT_PATH_NOT_FOUND; STATUS_OBJECT_NAME_COLLISION;
 * STATUS_OBJECT_NAME_INVALID; STATUS_ACCESS_DENIED; STATUS_SHARING_VIOLATION; STATUS_FILE_IS_A_DIRECTORY;
 * STATUS_NOT_A_DIRECTORY; STATUS_DELETE_PENDING; STATUS_INVALID_PARAMETER: options that contradict each other; and
 * whatever a filter answers. IRQL: PASSIVE_LEVEL. Source: nf-wdm-zwcreatefile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwCreateFile(_Out_ PHANDLE FileHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_opt_ PLARGE_INTEGER AllocationSize, _In_ ULONG FileAttributes, _In_ ULONG ShareAccess,
    _In_ ULONG CreateDisposition, _In_ ULONG CreateOptions, _In_opt_ PVOID EaBuffer, _In_ ULONG EaLength);

/*
 * Opens a registry key or makes it; Disposition: REG_CREATED_NEW_KEY, REG_OPENED_EXISTING_KEY.
 * STATUS_OBJECT_NAME_NOT_FOUND: a parent is missing; STATUS_ACCESS_DENIED; STATUS_INVALID_HANDLE. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-zwcreatekey.
 */
NTKERNELAPI NTSTATUS NTAPI ZwCreateKey(_Out_ PHANDLE KeyHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, ULONG TitleIndex, _In_opt_ PUNICODE_STRING Class,
    _In_ ULONG CreateOptions, _Out_opt_ PULONG Disposition);

/*
 * Memory that can be mapped: of a file, or (FileHandle NULL) of nobody with MaximumSize bytes. AllocationAttributes:
 * SEC_COMMIT or another SEC_. STATUS_INVALID_PAGE_PROTECTION; STATUS_SECTION_TOO_BIG: longer than a file that cannot
 * grow; STATUS_MAPPED_FILE_SIZE_ZERO; STATUS_INVALID_FILE_FOR_SECTION; STATUS_INVALID_PARAMETER_4, _6: size,
 * attributes. IRQL: PASSIVE_LEVEL. Source: nf-wdm-zwcreatesection.
 */
NTKERNELAPI NTSTATUS NTAPI ZwCreateSection(_Out_ PHANDLE SectionHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ PLARGE_INTEGER MaximumSize,
    _In_ ULONG SectionPageProtection, _In_ ULONG AllocationAttributes, _In_opt_ HANDLE FileHandle);

/*
 * Deletes a key without sub-keys. STATUS_CANNOT_DELETE; STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-zwdeletekey.
 */
NTKERNELAPI NTSTATUS NTAPI ZwDeleteKey(_In_ HANDLE KeyHandle);

/*
 * Deletes a value. STATUS_OBJECT_NAME_NOT_FOUND; STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-zwdeletevaluekey.
 */
NTKERNELAPI NTSTATUS NTAPI ZwDeleteValueKey(_In_ HANDLE KeyHandle, _In_ PUNICODE_STRING ValueName);

/*
 * Sub-key number Index, in the order of names. STATUS_NO_MORE_ENTRIES; STATUS_BUFFER_TOO_SMALL (not even the fixed
 * part fits) and STATUS_BUFFER_OVERFLOW (as much as fits) with the need in *ResultLength. IRQL: PASSIVE_LEVEL.
 * Source: nf-wdm-zwenumeratekey.
 */
NTKERNELAPI NTSTATUS NTAPI ZwEnumerateKey(_In_ HANDLE KeyHandle, _In_ ULONG Index,
    _In_ KEY_INFORMATION_CLASS KeyInformationClass, _Out_opt_ PVOID KeyInformation, _In_ ULONG Length,
    _Out_ PULONG ResultLength);

/*
 * Value number Index, in the order they were made. Lengths and statuses as ZwEnumerateKey. IRQL: PASSIVE_LEVEL.
 * Source: nf-wdm-zwenumeratevaluekey.
 */
NTKERNELAPI NTSTATUS NTAPI ZwEnumerateValueKey(_In_ HANDLE KeyHandle, _In_ ULONG Index,
    _In_ KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass, _Out_opt_ PVOID KeyValueInformation, _In_ ULONG Length,
    _Out_ PULONG ResultLength);

/*
 * Writes the registry to its file now. STATUS_DISK_FULL and others: the old file stands whole and nothing is lost.
 * IRQL: PASSIVE_LEVEL. Source: nf-wdm-zwflushkey.
 */
NTKERNELAPI NTSTATUS NTAPI ZwFlushKey(_In_ HANDLE KeyHandle);
/*
 * Loads a driver by its service's key, \Registry\Machine\System\CurrentControlSet\Services\NAME. STATUS_SUCCESS;
 * STATUS_OBJECT_NAME_NOT_FOUND; STATUS_IMAGE_ALREADY_LOADED; STATUS_DRIVER_ENTRYPOINT_NOT_FOUND: functions are
 * missing, see the log; STATUS_FAILED_DRIVER_ENTRY. IRQL: PASSIVE_LEVEL. Source: nf-wdm-zwloaddriver.
 */
NTKERNELAPI NTSTATUS NTAPI ZwLoadDriver(_In_ PUNICODE_STRING DriverServiceName);

/*
 * Ends the permanence of a named object: its name goes with its last handle. STATUS_INVALID_HANDLE;
 * STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL. Source: nf-wdm-zwmaketemporaryobject.
 */
NTKERNELAPI NTSTATUS NTAPI ZwMakeTemporaryObject(_In_ HANDLE Handle);

/*
 * Maps a part into the manager, whichever process is named. BaseAddress, ViewSize: in wishes (0: any, all), out
 * facts. SectionOffset: a multiple of 64 KiB. STATUS_SECTION_PROTECTION: more than the section allows;
 * STATUS_INVALID_VIEW_SIZE; STATUS_MAPPED_ALIGNMENT; STATUS_CONFLICTING_ADDRESSES. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-zwmapviewofsection.
 */
NTKERNELAPI NTSTATUS NTAPI ZwMapViewOfSection(_In_ HANDLE SectionHandle, _In_ HANDLE ProcessHandle,
    _Inout_ PVOID *BaseAddress, _In_ ULONG_PTR ZeroBits, _In_ SIZE_T CommitSize,
    _Inout_opt_ PLARGE_INTEGER SectionOffset, _Inout_ PSIZE_T ViewSize, _In_ SECTION_INHERIT InheritDisposition,
    _In_ ULONG AllocationType, _In_ ULONG Win32Protect);

/* Opens a file that exists: ZwCreateFile with FILE_OPEN. IRQL: PASSIVE_LEVEL. Source: nf-wdm-zwopenfile. */
NTKERNELAPI NTSTATUS NTAPI ZwOpenFile(_Out_ PHANDLE FileHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _Out_ PIO_STATUS_BLOCK IoStatusBlock, _In_ ULONG ShareAccess,
    _In_ ULONG OpenOptions);

/*
 * Opens a registry key. STATUS_OBJECT_NAME_NOT_FOUND; STATUS_ACCESS_DENIED; STATUS_INVALID_HANDLE. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-zwopenkey.
 */
NTKERNELAPI NTSTATUS NTAPI ZwOpenKey(_Out_ PHANDLE KeyHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes);

/*
 * Opens a named section. STATUS_OBJECT_NAME_NOT_FOUND; STATUS_OBJECT_TYPE_MISMATCH; STATUS_ACCESS_DENIED. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-zwopensection.
 */
NTKERNELAPI NTSTATUS NTAPI ZwOpenSection(_Out_ PHANDLE SectionHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes);

/*
 * Opens a symbolic link of the object name space, such as \??\C:. Statuses as ZwOpenDirectoryObject. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-zwopensymboliclinkobject.
 */
NTKERNELAPI NTSTATUS NTAPI ZwOpenSymbolicLinkObject(_Out_ PHANDLE LinkHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes);

/*
 * Asks about an open file, by class. STATUS_INFO_LENGTH_MISMATCH: smaller than the structure;
 * STATUS_BUFFER_OVERFLOW: the name was cut off; STATUS_INVALID_INFO_CLASS; STATUS_INVALID_HANDLE. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-zwqueryinformationfile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwQueryInformationFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _Out_ PVOID FileInformation, _In_ ULONG Length, _In_ FILE_INFORMATION_CLASS FileInformationClass);

/*
 * A class of a key: KeyBasicInformation, KeyNameInformation, ... STATUS_BUFFER_TOO_SMALL: not even its head fits;
 * STATUS_BUFFER_OVERFLOW: cut. ResultLength says what it needs. IRQL: PASSIVE_LEVEL. Source: nf-wdm-zwquerykey.
 */
NTKERNELAPI NTSTATUS NTAPI ZwQueryKey(_In_ HANDLE KeyHandle, _In_ KEY_INFORMATION_CLASS KeyInformationClass,
    _Out_opt_ PVOID KeyInformation, _In_ ULONG Length, _Out_ PULONG ResultLength);

/*
 * Where a link points. STATUS_BUFFER_TOO_SMALL: ReturnedLength says what it needs. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-zwquerysymboliclinkobject.
 */
NTKERNELAPI NTSTATUS NTAPI ZwQuerySymbolicLinkObject(_In_ HANDLE LinkHandle, _Inout_ PUNICODE_STRING LinkTarget,
    _Out_opt_ PULONG ReturnedLength);

/*
 * Reads a value, by class. ResultLength: bytes it takes. STATUS_BUFFER_TOO_SMALL: not even the fixed part;
 * STATUS_BUFFER_OVERFLOW: the data are cut off; STATUS_OBJECT_NAME_NOT_FOUND. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-zwqueryvaluekey.
 */
NTKERNELAPI NTSTATUS NTAPI ZwQueryValueKey(_In_ HANDLE KeyHandle, _In_ PUNICODE_STRING ValueName,
    _In_ KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass, _Out_opt_ PVOID KeyValueInformation, _In_ ULONG Length,
    _Out_ PULONG ResultLength);

/*
 * Reads. ByteOffset may be NULL for synchronous handles. IoStatusBlock->Information: bytes read. STATUS_END_OF_FILE;
 * STATUS_PENDING: Event or the file will be signalled; STATUS_FILE_LOCK_CONFLICT; STATUS_INVALID_HANDLE;
 * STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL. Source: nf-wdm-zwreadfile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwReadFile(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
    _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _Out_ PVOID Buffer, _In_ ULONG Length, _In_opt_ PLARGE_INTEGER ByteOffset, _In_opt_ PULONG Key);

/*
 * Changes an open file, by class (rename, delete, size, times ...). STATUS_INFO_LENGTH_MISMATCH;
 * STATUS_INVALID_INFO_CLASS; STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL. Source: nf-wdm-zwsetinformationfile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwSetInformationFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ PVOID FileInformation, _In_ ULONG Length, _In_ FILE_INFORMATION_CLASS FileInformationClass);

/*
 * Sets a value; the registry file is written soon after. STATUS_ACCESS_DENIED; STATUS_INVALID_HANDLE. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-zwsetvaluekey.
 */
NTKERNELAPI NTSTATUS NTAPI ZwSetValueKey(_In_ HANDLE KeyHandle, _In_ PUNICODE_STRING ValueName,
    _In_opt_ ULONG TitleIndex, _In_ ULONG Type, _In_opt_ PVOID Data, _In_ ULONG DataSize);
/*
 * Unloads a driver by its service's key. STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND: not loaded;
 * STATUS_INVALID_DEVICE_REQUEST: it has no unload routine. IRQL: PASSIVE_LEVEL. Source: nf-wdm-zwunloaddriver.
 */
NTKERNELAPI NTSTATUS NTAPI ZwUnloadDriver(_In_ PUNICODE_STRING DriverServiceName);

/*
 * Unmaps the view that holds the address. STATUS_NOT_MAPPED_VIEW. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-zwunmapviewofsection.
 */
NTKERNELAPI NTSTATUS NTAPI ZwUnmapViewOfSection(_In_ HANDLE ProcessHandle, _In_opt_ PVOID BaseAddress);

/*
 * Writes. ByteOffset -1: at the end. STATUS_DISK_FULL; STATUS_PENDING; STATUS_FILE_LOCK_CONFLICT;
 * STATUS_INVALID_HANDLE; STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL. Source: nf-wdm-zwwritefile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwWriteFile(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
    _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ PVOID Buffer, _In_ ULONG Length, _In_opt_ PLARGE_INTEGER ByteOffset, _In_opt_ PULONG Key);
/*
 * Sizes, times and attributes of a file by its name, without a handle: FILE_NETWORK_OPEN_INFORMATION.
 * STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND; STATUS_OBJECT_PATH_NOT_FOUND; STATUS_ACCESS_DENIED. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-zwqueryfullattributesfile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwQueryFullAttributesFile(_In_ POBJECT_ATTRIBUTES ObjectAttributes,
    _Out_ PFILE_NETWORK_OPEN_INFORMATION FileInformation);

/*
 * The event of a name. STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_TYPE_MISMATCH. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-zwopenevent.
 */
NTKERNELAPI NTSTATUS NTAPI ZwOpenEvent(_Out_ PHANDLE EventHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes);
NTKERNELAPI NTSTATUS NTAPI ZwCreateKeyTransacted(_Out_ PHANDLE KeyHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, ULONG TitleIndex, _In_opt_ PUNICODE_STRING Class,
    _In_ ULONG CreateOptions, _In_ HANDLE TransactionHandle, _Out_opt_ PULONG Disposition);
NTKERNELAPI NTSTATUS NTAPI ZwOpenKeyTransacted(_Out_ PHANDLE KeyHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _In_ HANDLE TransactionHandle);
NTKERNELAPI NTSTATUS NTAPI ZwCreateTransactionManager(_Out_ PHANDLE TmHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ PUNICODE_STRING LogFileName, _In_opt_ ULONG CreateOptions,
    _In_opt_ ULONG CommitStrength);
NTKERNELAPI NTSTATUS NTAPI ZwOpenTransactionManager(_Out_ PHANDLE TmHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ PUNICODE_STRING LogFileName, _In_opt_ LPGUID TmIdentity,
    _In_opt_ ULONG OpenOptions);
NTKERNELAPI NTSTATUS NTAPI ZwRollforwardTransactionManager(_In_ HANDLE TransactionManagerHandle,
    _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI ZwRecoverTransactionManager(_In_ HANDLE TransactionManagerHandle);
NTKERNELAPI NTSTATUS NTAPI ZwQueryInformationTransactionManager(_In_ HANDLE TransactionManagerHandle,
    _In_ TRANSACTIONMANAGER_INFORMATION_CLASS TransactionManagerInformationClass,
    _Out_ PVOID TransactionManagerInformation, _In_ ULONG TransactionManagerInformationLength,
    _Out_opt_ PULONG ReturnLength);
NTKERNELAPI NTSTATUS NTAPI ZwEnumerateTransactionObject(_In_opt_ HANDLE RootObjectHandle,
    _In_ KTMOBJECT_TYPE QueryType, _Inout_ PKTMOBJECT_CURSOR ObjectCursor, _In_ ULONG ObjectCursorLength,
    _Out_ PULONG ReturnLength);
NTKERNELAPI NTSTATUS NTAPI ZwCreateTransaction(_Out_ PHANDLE TransactionHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ LPGUID Uow, _In_opt_ HANDLE TmHandle,
    _In_opt_ ULONG CreateOptions, _In_opt_ ULONG IsolationLevel, _In_opt_ ULONG IsolationFlags,
    _In_opt_ PLARGE_INTEGER Timeout, _In_opt_ PUNICODE_STRING Description);
NTKERNELAPI NTSTATUS NTAPI ZwOpenTransaction(_Out_ PHANDLE TransactionHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_ LPGUID Uow, _In_opt_ HANDLE TmHandle);

/*
 * A class of a transaction. No transaction can exist here: STATUS_INVALID_HANDLE. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-zwqueryinformationtransaction.
 */
NTKERNELAPI NTSTATUS NTAPI ZwQueryInformationTransaction(_In_ HANDLE TransactionHandle,
    _In_ TRANSACTION_INFORMATION_CLASS TransactionInformationClass, _Out_ PVOID TransactionInformation,
    _In_ ULONG TransactionInformationLength, _Out_opt_ PULONG ReturnLength);
NTKERNELAPI NTSTATUS NTAPI ZwSetInformationTransaction(_In_ HANDLE TransactionHandle,
    _In_ TRANSACTION_INFORMATION_CLASS TransactionInformationClass, _In_ PVOID TransactionInformation,
    _In_ ULONG TransactionInformationLength);
NTKERNELAPI NTSTATUS NTAPI ZwCommitTransaction(_In_ HANDLE TransactionHandle, _In_ BOOLEAN Wait);
NTKERNELAPI NTSTATUS NTAPI ZwRollbackTransaction(_In_ HANDLE TransactionHandle, _In_ BOOLEAN Wait);
NTKERNELAPI NTSTATUS NTAPI ZwCreateResourceManager(_Out_ PHANDLE ResourceManagerHandle,
    _In_ ACCESS_MASK DesiredAccess, _In_ HANDLE TmHandle, _In_opt_ LPGUID ResourceManagerGuid,
    _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ ULONG CreateOptions, _In_opt_ PUNICODE_STRING Description);
NTKERNELAPI NTSTATUS NTAPI ZwOpenResourceManager(_Out_ PHANDLE ResourceManagerHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ HANDLE TmHandle, _In_ LPGUID ResourceManagerGuid, _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes);
NTKERNELAPI NTSTATUS NTAPI ZwRecoverResourceManager(_In_ HANDLE ResourceManagerHandle);
NTKERNELAPI NTSTATUS NTAPI ZwQueryInformationResourceManager(_In_ HANDLE ResourceManagerHandle,
    _In_ RESOURCEMANAGER_INFORMATION_CLASS ResourceManagerInformationClass, _Out_ PVOID ResourceManagerInformation,
    _In_ ULONG ResourceManagerInformationLength, _Out_opt_ PULONG ReturnLength);
NTKERNELAPI NTSTATUS NTAPI ZwSetInformationResourceManager(HANDLE ResourceManagerHandle,
    RESOURCEMANAGER_INFORMATION_CLASS ResourceManagerInformationClass, PVOID ResourceManagerInformation,
    ULONG ResourceManagerInformationLength);
NTKERNELAPI NTSTATUS NTAPI ZwCreateEnlistment(_Out_ PHANDLE EnlistmentHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ HANDLE ResourceManagerHandle, _In_ HANDLE TransactionHandle, _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes,
    _In_opt_ ULONG CreateOptions, _In_ NOTIFICATION_MASK NotificationMask, _In_opt_ PVOID EnlistmentKey);
NTKERNELAPI NTSTATUS NTAPI ZwOpenEnlistment(_Out_ PHANDLE EnlistmentHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ HANDLE RmHandle, _In_ LPGUID EnlistmentGuid, _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes);
NTKERNELAPI NTSTATUS NTAPI ZwQueryInformationEnlistment(_In_ HANDLE EnlistmentHandle,
    _In_ ENLISTMENT_INFORMATION_CLASS EnlistmentInformationClass, _Out_ PVOID EnlistmentInformation,
    _In_ ULONG EnlistmentInformationLength, _Out_opt_ PULONG ReturnLength);
NTKERNELAPI NTSTATUS NTAPI ZwSetInformationEnlistment(_In_ HANDLE EnlistmentHandle,
    _In_ ENLISTMENT_INFORMATION_CLASS EnlistmentInformationClass, _In_ PVOID EnlistmentInformation,
    _In_ ULONG EnlistmentInformationLength);
NTKERNELAPI NTSTATUS NTAPI ZwRecoverEnlistment(_In_ HANDLE EnlistmentHandle, _In_opt_ PVOID EnlistmentKey);
NTKERNELAPI NTSTATUS NTAPI ZwPrePrepareEnlistment(_In_ HANDLE EnlistmentHandle,
    _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI ZwPrepareEnlistment(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI ZwCommitEnlistment(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI ZwRollbackEnlistment(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI ZwPrePrepareComplete(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI ZwPrepareComplete(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI ZwCommitComplete(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI ZwReadOnlyEnlistment(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI ZwRollbackComplete(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);
NTKERNELAPI NTSTATUS NTAPI ZwSinglePhaseReject(_In_ HANDLE EnlistmentHandle, _In_opt_ PLARGE_INTEGER TmVirtualClock);

/*
 * ZwOpenKey; OpenOptions may hold REG_OPTION_OPEN_LINK. Unknown options: STATUS_INVALID_PARAMETER_4. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-zwopenkeyex.
 */
NTKERNELAPI NTSTATUS NTAPI ZwOpenKeyEx(_Out_ PHANDLE KeyHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _In_ ULONG OpenOptions);
NTKERNELAPI NTSTATUS NTAPI ZwOpenKeyTransactedEx(_Out_ PHANDLE KeyHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _In_ ULONG OpenOptions, _In_ HANDLE TransactionHandle);
/*
 * ZwOpenProcess for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntddk-ntopenprocess.
 */
NTKERNELAPI NTSTATUS NTAPI NtOpenProcess(_Out_ PHANDLE ProcessHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ PCLIENT_ID ClientId);
/*
 * A number that no other call has given since the manager started. STATUS_SUCCESS. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-zwallocatelocallyuniqueid.
 */
NTKERNELAPI NTSTATUS NTAPI ZwAllocateLocallyUniqueId(PLUID Luid);

/*
 * Ends a process. Refused with STATUS_ACCESS_DENIED unless the setting AllowTerminate is on. STATUS_INVALID_HANDLE;
 * STATUS_PROCESS_IS_TERMINATING. IRQL: PASSIVE_LEVEL. Source: nf-ntddk-zwterminateprocess.
 */
NTKERNELAPI NTSTATUS NTAPI ZwTerminateProcess(_In_opt_ HANDLE ProcessHandle, _In_ NTSTATUS ExitStatus);

/*
 * A handle of the process ClientId->UniqueProcess names. STATUS_INVALID_CID: none such; STATUS_ACCESS_DENIED;
 * STATUS_INVALID_PARAMETER_MIX: a name as well. IRQL: PASSIVE_LEVEL. Source: nf-ntddk-zwopenprocess.
 */
NTKERNELAPI NTSTATUS NTAPI ZwOpenProcess(_Out_ PHANDLE ProcessHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ PCLIENT_ID ClientId);
NTKERNELAPI NTSTATUS NTAPI ZwCreateTimer(PHANDLE TimerHandle, ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes, TIMER_TYPE TimerType);

/*
 * Sets a class of a thread: priority, impersonation token, name, ... STATUS_INVALID_INFO_CLASS;
 * STATUS_INFO_LENGTH_MISMATCH. IRQL: PASSIVE_LEVEL. Source: nf-ntddk-zwsetinformationthread.
 */
NTKERNELAPI NTSTATUS NTAPI ZwSetInformationThread(_In_ HANDLE ThreadHandle,
    _In_ THREADINFOCLASS ThreadInformationClass, _In_ PVOID ThreadInformation, _In_ ULONG ThreadInformationLength);

/*
 * A class FileFs... of the volume of a handle. STATUS_INVALID_INFO_CLASS; STATUS_INFO_LENGTH_MISMATCH;
 * STATUS_BUFFER_OVERFLOW: the label or name was cut. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-zwqueryvolumeinformationfile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwQueryVolumeInformationFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _Out_ PVOID FsInformation, _In_ ULONG Length, _In_ FS_INFORMATION_CLASS FsInformationClass);

/*
 * IRP_MJ_DEVICE_CONTROL to what a handle opened. STATUS_PENDING: Event is set, or the handle waited for, at its end;
 * STATUS_INVALID_DEVICE_REQUEST: unknown code; STATUS_BUFFER_TOO_SMALL, STATUS_BUFFER_OVERFLOW: what came is
 * incomplete; and the driver's own. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwdeviceiocontrolfile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwDeviceIoControlFile(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
    _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ ULONG IoControlCode, _In_opt_ PVOID InputBuffer, _In_ ULONG InputBufferLength, _Out_opt_ PVOID OutputBuffer,
    _In_ ULONG OutputBufferLength);
/*
 * ZwQueryObject for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntifs-ntqueryobject.
 */
NTKERNELAPI NTSTATUS NTAPI NtQueryObject(_In_opt_ HANDLE Handle, _In_ OBJECT_INFORMATION_CLASS ObjectInformationClass,
    _Out_opt_ PVOID ObjectInformation, _In_ ULONG ObjectInformationLength, _Out_opt_ PULONG ReturnLength);
/*
 * A handle of the token that a thread impersonates with. OpenAsSelf: access is checked as the process, not as the
 * client. STATUS_SUCCESS; STATUS_NO_TOKEN: it impersonates nobody; STATUS_CANT_OPEN_ANONYMOUS; STATUS_ACCESS_DENIED;
 * STATUS_INVALID_HANDLE. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-ntopenthreadtoken.
 */
NTKERNELAPI NTSTATUS NTAPI NtOpenThreadToken(_In_ HANDLE ThreadHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ BOOLEAN OpenAsSelf, _Out_ PHANDLE TokenHandle);
/*
 * A handle of a process' token. ProcessHandle: with PROCESS_QUERY_INFORMATION, or ZwCurrentProcess().
 * STATUS_SUCCESS; STATUS_ACCESS_DENIED; STATUS_INVALID_HANDLE; STATUS_OBJECT_TYPE_MISMATCH. IRQL: PASSIVE_LEVEL.
 * Source: nf-ntifs-ntopenprocesstoken.
 */
NTKERNELAPI NTSTATUS NTAPI NtOpenProcessToken(_In_ HANDLE ProcessHandle, _In_ ACCESS_MASK DesiredAccess,
    _Out_ PHANDLE TokenHandle);
/*
 * ZwQueryInformationToken for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntifs-ntqueryinformationtoken.
 */
NTKERNELAPI NTSTATUS NTAPI NtQueryInformationToken(_In_ HANDLE TokenHandle,
    _In_ TOKEN_INFORMATION_CLASS TokenInformationClass, _Out_ PVOID TokenInformation,
    _In_ ULONG TokenInformationLength, _Out_ PULONG ReturnLength);
/*
 * ZwCreateFile for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntifs-ntcreatefile.
 */
NTKERNELAPI NTSTATUS NTAPI NtCreateFile(_Out_ PHANDLE FileHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_opt_ PLARGE_INTEGER AllocationSize, _In_ ULONG FileAttributes, _In_ ULONG ShareAccess,
    _In_ ULONG CreateDisposition, _In_ ULONG CreateOptions, _In_opt_ PVOID EaBuffer, _In_ ULONG EaLength);

/* ZwDeviceIoControlFile for the previous mode. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-ntdeviceiocontrolfile. */
NTKERNELAPI NTSTATUS NTAPI NtDeviceIoControlFile(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
    _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ ULONG IoControlCode, _In_opt_ PVOID InputBuffer, _In_ ULONG InputBufferLength, _Out_opt_ PVOID OutputBuffer,
    _In_ ULONG OutputBufferLength);
/*
 * ZwFsControlFile for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntifs-ntfscontrolfile.
 */
NTKERNELAPI NTSTATUS NTAPI NtFsControlFile(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
    _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ ULONG FsControlCode, _In_opt_ PVOID InputBuffer, _In_ ULONG InputBufferLength, _Out_opt_ PVOID OutputBuffer,
    _In_ ULONG OutputBufferLength);
/*
 * ZwLockFile for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntifs-ntlockfile.
 */
NTKERNELAPI NTSTATUS NTAPI NtLockFile(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
    _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ PLARGE_INTEGER ByteOffset, _In_ PLARGE_INTEGER Length, _In_ ULONG Key, _In_ BOOLEAN FailImmediately,
    _In_ BOOLEAN ExclusiveLock);
/*
 * ZwOpenFile for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntifs-ntopenfile.
 */
NTKERNELAPI NTSTATUS NTAPI NtOpenFile(_Out_ PHANDLE FileHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _Out_ PIO_STATUS_BLOCK IoStatusBlock, _In_ ULONG ShareAccess,
    _In_ ULONG OpenOptions);
/*
 * ZwQueryDirectoryFile for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntifs-ntquerydirectoryfile.
 */
NTKERNELAPI NTSTATUS NTAPI NtQueryDirectoryFile(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
    _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _Out_ PVOID FileInformation, _In_ ULONG Length, _In_ FILE_INFORMATION_CLASS FileInformationClass,
    _In_ BOOLEAN ReturnSingleEntry, _In_opt_ PUNICODE_STRING FileName, _In_ BOOLEAN RestartScan);

/* ZwQueryInformationFile for the previous mode. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-ntqueryinformationfile. */
NTKERNELAPI NTSTATUS NTAPI NtQueryInformationFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _Out_ PVOID FileInformation, _In_ ULONG Length, _In_ FILE_INFORMATION_CLASS FileInformationClass);
NTKERNELAPI NTSTATUS NTAPI NtQueryQuotaInformationFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _Out_ PVOID Buffer, _In_ ULONG Length, _In_ BOOLEAN ReturnSingleEntry, _In_opt_ PVOID SidList,
    _In_ ULONG SidListLength, _In_opt_ PSID StartSid, _In_ BOOLEAN RestartScan);
/*
 * ZwQueryVolumeInformationFile for a caller whose previous mode counts: arguments, statuses and IRQL are its own.
 * Source: nf-ntifs-ntqueryvolumeinformationfile.
 */
NTKERNELAPI NTSTATUS NTAPI NtQueryVolumeInformationFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _Out_ PVOID FsInformation, _In_ ULONG Length, _In_ FS_INFORMATION_CLASS FsInformationClass);

/* ZwReadFile for the previous mode. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-ntreadfile. */
NTKERNELAPI NTSTATUS NTAPI NtReadFile(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
    _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _Out_ PVOID Buffer, _In_ ULONG Length, _In_opt_ PLARGE_INTEGER ByteOffset, _In_opt_ PULONG Key);
/*
 * ZwSetInformationFile for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntifs-ntsetinformationfile.
 */
NTKERNELAPI NTSTATUS NTAPI NtSetInformationFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ PVOID FileInformation, _In_ ULONG Length, _In_ FILE_INFORMATION_CLASS FileInformationClass);
NTKERNELAPI NTSTATUS NTAPI NtSetQuotaInformationFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ PVOID Buffer, _In_ ULONG Length);

/* ZwWriteFile for the previous mode. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-ntwritefile. */
NTKERNELAPI NTSTATUS NTAPI NtWriteFile(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
    _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ PVOID Buffer, _In_ ULONG Length, _In_opt_ PLARGE_INTEGER ByteOffset, _In_opt_ PULONG Key);
/*
 * ZwUnlockFile for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntifs-ntunlockfile.
 */
NTKERNELAPI NTSTATUS NTAPI NtUnlockFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ PLARGE_INTEGER ByteOffset, _In_ PLARGE_INTEGER Length, _In_ ULONG Key);
/*
 * ZwSetSecurityObject for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntifs-ntsetsecurityobject.
 */
NTKERNELAPI NTSTATUS NTAPI NtSetSecurityObject(_In_ HANDLE Handle, _In_ SECURITY_INFORMATION SecurityInformation,
    _In_ PSECURITY_DESCRIPTOR SecurityDescriptor);
/*
 * ZwQuerySecurityObject for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntifs-ntquerysecurityobject.
 */
NTKERNELAPI NTSTATUS NTAPI NtQuerySecurityObject(_In_ HANDLE Handle, _In_ SECURITY_INFORMATION SecurityInformation,
    _Out_ PSECURITY_DESCRIPTOR SecurityDescriptor, _In_ ULONG Length, _Out_ PULONG LengthNeeded);

/* ZwClose for the previous mode. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-ntclose. */
NTKERNELAPI NTSTATUS NTAPI NtClose(_In_ HANDLE Handle);

NTKERNELAPI NTSTATUS NTAPI NtAllocateVirtualMemory(_In_ HANDLE ProcessHandle, _Inout_ PVOID *BaseAddress,
    _In_ ULONG_PTR ZeroBits, _Inout_ PSIZE_T RegionSize, _In_ ULONG AllocationType, _In_ ULONG Protect);
NTKERNELAPI NTSTATUS NTAPI NtFreeVirtualMemory(_In_ HANDLE ProcessHandle, _Inout_ PVOID *BaseAddress,
    _Inout_ PSIZE_T RegionSize, _In_ ULONG FreeType);
/*
 * ZwOpenThreadTokenEx for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntifs-ntopenthreadtokenex.
 */
NTKERNELAPI NTSTATUS NTAPI NtOpenThreadTokenEx(_In_ HANDLE ThreadHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ BOOLEAN OpenAsSelf, _In_ ULONG HandleAttributes, _Out_ PHANDLE TokenHandle);
/*
 * ZwOpenProcessTokenEx for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntifs-ntopenprocesstokenex.
 */
NTKERNELAPI NTSTATUS NTAPI NtOpenProcessTokenEx(_In_ HANDLE ProcessHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ ULONG HandleAttributes, _Out_ PHANDLE TokenHandle);
/*
 * ZwDuplicateToken for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntifs-ntduplicatetoken.
 */
NTKERNELAPI NTSTATUS NTAPI NtDuplicateToken(_In_ HANDLE ExistingTokenHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _In_ BOOLEAN EffectiveOnly, _In_ TOKEN_TYPE TokenType,
    _Out_ PHANDLE NewTokenHandle);
NTKERNELAPI NTSTATUS NTAPI NtSetInformationToken(_In_ HANDLE TokenHandle,
    _In_ TOKEN_INFORMATION_CLASS TokenInformationClass, _In_ PVOID TokenInformation,
    _In_ ULONG TokenInformationLength);
NTKERNELAPI NTSTATUS NTAPI NtPrivilegeCheck(_In_ HANDLE ClientToken, _Inout_ PPRIVILEGE_SET RequiredPrivileges,
    _Out_ PBOOLEAN Result);
/*
 * ZwSetInformationThread for a caller whose previous mode counts: arguments, statuses and IRQL are its own. Source:
 * nf-ntifs-ntsetinformationthread.
 */
NTKERNELAPI NTSTATUS NTAPI NtSetInformationThread(_In_ HANDLE ThreadHandle,
    _In_ THREADINFOCLASS ThreadInformationClass, _In_ PVOID ThreadInformation, _In_ ULONG ThreadInformationLength);
NTKERNELAPI NTSTATUS NTAPI NtCreateSection(_Out_ PHANDLE SectionHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ PLARGE_INTEGER MaximumSize,
    _In_ ULONG SectionPageProtection, _In_ ULONG AllocationAttributes, _In_opt_ HANDLE FileHandle);
/*
 * Extended attributes of a file as FILE_FULL_EA_INFORMATION entries, each aligned to 4 bytes. EaList: the names that
 * are wanted, NULL for all. EaIndex: where to begin, from 1. STATUS_SUCCESS; STATUS_NO_EAS_ON_FILE;
 * STATUS_NO_MORE_EAS; STATUS_BUFFER_TOO_SMALL, STATUS_BUFFER_OVERFLOW: not all fit; STATUS_NONEXISTENT_EA_ENTRY;
 * STATUS_INVALID_EA_NAME. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwqueryeafile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwQueryEaFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _Out_ PVOID Buffer, _In_ ULONG Length, _In_ BOOLEAN ReturnSingleEntry, _In_opt_ PVOID EaList,
    _In_ ULONG EaListLength, _In_opt_ PULONG EaIndex, _In_ BOOLEAN RestartScan);
/*
 * Sets extended attributes, FILE_FULL_EA_INFORMATION entries; an empty value takes one away. STATUS_SUCCESS;
 * STATUS_EA_LIST_INCONSISTENT: the chain of entries is wrong; STATUS_INVALID_EA_NAME; STATUS_EA_TOO_LARGE;
 * STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwseteafile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwSetEaFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ PVOID Buffer, _In_ ULONG Length);

/*
 * A copy of a token as primary or impersonation token, with the level in ObjectAttributes' quality of service.
 * IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwduplicatetoken.
 */
NTKERNELAPI NTSTATUS NTAPI ZwDuplicateToken(_In_ HANDLE ExistingTokenHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _In_ BOOLEAN EffectiveOnly, _In_ TOKEN_TYPE TokenType,
    _Out_ PHANDLE NewTokenHandle);

/*
 * A class of a handle's object: ObjectBasicInformation, ObjectNameInformation, ObjectTypeInformation.
 * STATUS_INFO_LENGTH_MISMATCH, STATUS_BUFFER_OVERFLOW: ReturnLength says what it needs. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-zwqueryobject.
 */
NTKERNELAPI NTSTATUS NTAPI ZwQueryObject(_In_opt_ HANDLE Handle, _In_ OBJECT_INFORMATION_CLASS ObjectInformationClass,
    _Out_opt_ PVOID ObjectInformation, _In_ ULONG ObjectInformationLength, _Out_opt_ PULONG ReturnLength);

/*
 * Waits, or with Asynchronous returns STATUS_PENDING, until the key (with WatchTree: or one below) changes as
 * CompletionFilter says. Then Event is set and *IoStatusBlock is STATUS_NOTIFY_ENUM_DIR; STATUS_NOTIFY_CLEANUP
 * when the handle was closed. In KernelMode ApcRoutine is a WORK_QUEUE_ITEM and ApcContext its queue. Buffer is
 * not used. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwnotifychangekey.
 */
NTKERNELAPI NTSTATUS NTAPI ZwNotifyChangeKey(_In_ HANDLE KeyHandle, _In_opt_ HANDLE Event,
    _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ ULONG CompletionFilter, _In_ BOOLEAN WatchTree, _Out_opt_ PVOID Buffer, _In_ ULONG BufferSize,
    _In_ BOOLEAN Asynchronous);

/*
 * An event with a handle and perhaps a name. STATUS_OBJECT_NAME_COLLISION; STATUS_OBJECT_NAME_EXISTS with
 * OBJ_OPENIF: the existing one was opened. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwcreateevent.
 */
NTKERNELAPI NTSTATUS NTAPI ZwCreateEvent(_Out_ PHANDLE EventHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_ EVENT_TYPE EventType, _In_ BOOLEAN InitialState);

/*
 * Deletes a file by name: opened, marked for deletion and closed. Statuses as ZwOpenFile; STATUS_CANNOT_DELETE:
 * read-only; STATUS_DIRECTORY_NOT_EMPTY. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwdeletefile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwDeleteFile(_In_ POBJECT_ATTRIBUTES ObjectAttributes);

/*
 * Lists a directory; FileName: pattern, kept from the first call. STATUS_NO_SUCH_FILE: nothing fits, at the first
 * call; STATUS_NO_MORE_FILES; STATUS_BUFFER_OVERFLOW; STATUS_INVALID_PARAMETER: no directory. IRQL: PASSIVE_LEVEL.
 * Source: nf-ntifs-zwquerydirectoryfile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwQueryDirectoryFile(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
    _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _Out_ PVOID FileInformation, _In_ ULONG Length, _In_ FILE_INFORMATION_CLASS FileInformationClass,
    _In_ BOOLEAN ReturnSingleEntry, _In_opt_ PUNICODE_STRING FileName, _In_ BOOLEAN RestartScan);
/*
 * Changes what is told of a volume, such as its label (FileFsLabelInformation). FileHandle: the volume, opened for
 * writing. STATUS_SUCCESS; STATUS_INVALID_INFO_CLASS; STATUS_INFO_LENGTH_MISMATCH; STATUS_ACCESS_DENIED;
 * STATUS_MEDIA_WRITE_PROTECTED; the file system's own. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-zwsetvolumeinformationfile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwSetVolumeInformationFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ PVOID FsInformation, _In_ ULONG Length, _In_ FS_INFORMATION_CLASS FsInformationClass);

/*
 * IRP_MJ_FILE_SYSTEM_CONTROL, FSCTL_ codes; as ZwDeviceIoControlFile: a request that waits, as one for an oplock does, answers
 * STATUS_PENDING on a handle without FILE_SYNCHRONOUS_IO_..., and its Event and IoStatusBlock are set at its end. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-zwfscontrolfile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwFsControlFile(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
    _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ ULONG FsControlCode, _In_opt_ PVOID InputBuffer, _In_ ULONG InputBufferLength, _Out_opt_ PVOID OutputBuffer,
    _In_ ULONG OutputBufferLength);

/*
 * A handle of one process becomes one of another. TargetHandle NULL with DUPLICATE_CLOSE_SOURCE only closes.
 * STATUS_INVALID_HANDLE, STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwduplicateobject.
 */
NTKERNELAPI NTSTATUS NTAPI ZwDuplicateObject(_In_ HANDLE SourceProcessHandle, _In_ HANDLE SourceHandle,
    _In_opt_ HANDLE TargetProcessHandle, _Out_opt_ PHANDLE TargetHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ ULONG HandleAttributes, _In_ ULONG Options);

/*
 * Opens one. STATUS_OBJECT_NAME_NOT_FOUND; STATUS_OBJECT_TYPE_MISMATCH; STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL.
 * Source: nf-ntifs-zwopendirectoryobject.
 */
NTKERNELAPI NTSTATUS NTAPI ZwOpenDirectoryObject(_Out_ PHANDLE DirectoryHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes);

/*
 * Memory of a process, by AllocationType MEM_RESERVE, MEM_COMMIT or both. RegionSize is answered rounded up to
 * pages. STATUS_INVALID_PAGE_PROTECTION; STATUS_INVALID_PARAMETER_4, _5: size, type; STATUS_CONFLICTING_ADDRESSES:
 * taken already; STATUS_NO_MEMORY; STATUS_NOT_SUPPORTED: another Linux process. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-zwallocatevirtualmemory.
 */
NTKERNELAPI NTSTATUS NTAPI ZwAllocateVirtualMemory(_In_ HANDLE ProcessHandle, _Inout_ PVOID *BaseAddress,
    _In_ ULONG_PTR ZeroBits, _Inout_ PSIZE_T RegionSize, _In_ ULONG AllocationType, _In_ ULONG Protect);

/*
 * Undoes ZwAllocateVirtualMemory: MEM_DECOMMIT a part, MEM_RELEASE all of it (RegionSize 0).
 * STATUS_INVALID_PARAMETER_4: type; STATUS_MEMORY_NOT_ALLOCATED; STATUS_UNABLE_TO_FREE_VM: not its beginning or
 * size. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwfreevirtualmemory.
 */
NTKERNELAPI NTSTATUS NTAPI ZwFreeVirtualMemory(_In_ HANDLE ProcessHandle, _Inout_ PVOID *BaseAddress,
    _Inout_ PSIZE_T RegionSize, _In_ ULONG FreeType);

/*
 * Waits for the object behind a handle; Timeout as for KeWaitForSingleObject. STATUS_TIMEOUT;
 * STATUS_OBJECT_TYPE_MISMATCH: cannot be waited for. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwwaitforsingleobject.
 */
NTKERNELAPI NTSTATUS NTAPI ZwWaitForSingleObject(_In_ HANDLE Handle, _In_ BOOLEAN Alertable,
    _In_opt_ PLARGE_INTEGER Timeout);

/* Signals an event; *PreviousState (may be NULL): before. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwsetevent. */
NTKERNELAPI NTSTATUS NTAPI ZwSetEvent(_In_ HANDLE EventHandle, _Out_opt_ PLONG PreviousState);
NTKERNELAPI NTSTATUS NTAPI ZwFlushVirtualMemory(_In_ HANDLE ProcessHandle, _Inout_ PVOID *BaseAddress,
    _Inout_ PSIZE_T RegionSize, _Out_ PIO_STATUS_BLOCK IoStatus);

/*
 * A class of a token: TokenUser, TokenGroups, TokenPrivileges, ... STATUS_BUFFER_TOO_SMALL: ReturnLength says what
 * it needs; STATUS_INVALID_INFO_CLASS. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwqueryinformationtoken.
 */
NTKERNELAPI NTSTATUS NTAPI ZwQueryInformationToken(_In_ HANDLE TokenHandle,
    _In_ TOKEN_INFORMATION_CLASS TokenInformationClass, _Out_ PVOID TokenInformation,
    _In_ ULONG TokenInformationLength, _Out_ PULONG ReturnLength);

/*
 * Sets parts of an object's security descriptor. STATUS_ACCESS_DENIED; STATUS_INVALID_SECURITY_DESCR;
 * STATUS_INVALID_OWNER. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwsetsecurityobject.
 */
NTKERNELAPI NTSTATUS NTAPI ZwSetSecurityObject(_In_ HANDLE Handle, _In_ SECURITY_INFORMATION SecurityInformation,
    _In_ PSECURITY_DESCRIPTOR SecurityDescriptor);

/*
 * The parts of an object's security descriptor that SecurityInformation names, self-relative.
 * STATUS_BUFFER_TOO_SMALL: LengthNeeded says what it needs; STATUS_ACCESS_DENIED: READ_CONTROL is missing. IRQL:
 * PASSIVE_LEVEL. Source: nf-ntifs-zwquerysecurityobject.
 */
NTKERNELAPI NTSTATUS NTAPI ZwQuerySecurityObject(_In_ HANDLE Handle, _In_ SECURITY_INFORMATION SecurityInformation,
    _Out_ PSECURITY_DESCRIPTOR SecurityDescriptor, _In_ ULONG Length, _Out_ PULONG LengthNeeded);

/* The same; HandleAttributes: OBJ_KERNEL_HANDLE. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwopenprocesstokenex. */
NTKERNELAPI NTSTATUS NTAPI ZwOpenProcessTokenEx(_In_ HANDLE ProcessHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ ULONG HandleAttributes, _Out_ PHANDLE TokenHandle);

/* The same; HandleAttributes: OBJ_KERNEL_HANDLE. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwopenthreadtokenex. */
NTKERNELAPI NTSTATUS NTAPI ZwOpenThreadTokenEx(_In_ HANDLE ThreadHandle, _In_ ACCESS_MASK DesiredAccess,
    _In_ BOOLEAN OpenAsSelf, _In_ ULONG HandleAttributes, _Out_ PHANDLE TokenHandle);

/*
 * Locks a range of bytes. FailImmediately FALSE waits. STATUS_LOCK_NOT_GRANTED; STATUS_PENDING. IRQL: PASSIVE_LEVEL.
 * Source: nf-ntifs-zwlockfile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwLockFile(_In_ HANDLE FileHandle, _In_opt_ HANDLE Event,
    _In_opt_ PIO_APC_ROUTINE ApcRoutine, _In_opt_ PVOID ApcContext, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ PLARGE_INTEGER ByteOffset, _In_ PLARGE_INTEGER Length, _In_ ULONG Key, _In_ BOOLEAN FailImmediately,
    _In_ BOOLEAN ExclusiveLock);

/*
 * Unlocks exactly a range locked before. STATUS_RANGE_NOT_LOCKED. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-zwunlockfile.
 */
NTKERNELAPI NTSTATUS NTAPI ZwUnlockFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ PLARGE_INTEGER ByteOffset, _In_ PLARGE_INTEGER Length, _In_ ULONG Key);
NTKERNELAPI NTSTATUS NTAPI ZwQueryQuotaInformationFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _Out_ PVOID Buffer, _In_ ULONG Length, _In_ BOOLEAN ReturnSingleEntry, _In_opt_ PVOID SidList,
    _In_ ULONG SidListLength, _In_opt_ PSID StartSid, _In_ BOOLEAN RestartScan);
NTKERNELAPI NTSTATUS NTAPI ZwSetQuotaInformationFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_ PVOID Buffer, _In_ ULONG Length);
NTKERNELAPI NTSTATUS NTAPI ZwSetInformationToken(_In_ HANDLE TokenHandle,
    _In_ TOKEN_INFORMATION_CLASS TokenInformationClass, _In_ PVOID TokenInformation,
    _In_ ULONG TokenInformationLength);

/* IRP_MJ_FLUSH_BUFFERS: what was written reaches the disk. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-zwflushbuffersfile. */
NTKERNELAPI NTSTATUS NTAPI ZwFlushBuffersFile(_In_ HANDLE FileHandle, _Out_ PIO_STATUS_BLOCK IoStatusBlock);

/*
 * The token of a process, a kernel handle only with ZwOpenProcessTokenEx. STATUS_ACCESS_DENIED;
 * STATUS_INVALID_HANDLE. IRQL: PASSIVE_LEVEL. Source: ntifs.h, ZwOpenProcessToken.
 */
NTKERNELAPI NTSTATUS NTAPI ZwOpenProcessToken(HANDLE ProcessHandle, ACCESS_MASK DesiredAccess, PHANDLE TokenHandle);

/*
 * The token that a thread impersonates. STATUS_NO_TOKEN: it does not; STATUS_CANT_OPEN_ANONYMOUS;
 * STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL. Source: ntifs.h, ZwOpenThreadToken.
 */
NTKERNELAPI NTSTATUS NTAPI ZwOpenThreadToken(HANDLE ThreadHandle, ACCESS_MASK DesiredAccess, BOOLEAN OpenAsSelf,
    PHANDLE TokenHandle);

#ifdef __cplusplus
}
#endif

#endif
