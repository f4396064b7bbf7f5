/* A filter's own file operations; they enter the stack below the given instance. */
#ifndef OFM_NT_FLT_FILE_H
#define OFM_NT_FLT_FILE_H

#include "nt/flt_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Opens or creates a file; with an instance, below it. FileHandle: closed with FltClose. Status as for ZwCreateFile;
 * IoStatusBlock->Information: FILE_OPENED, FILE_CREATED ... Flags: IO_IGNORE_SHARE_ACCESS_CHECK.
 * STATUS_FLT_DELETING_OBJECT; STATUS_INVALID_DEVICE_OBJECT_PARAMETER: the name is on another volume than the
 * instance; STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_PATH_NOT_FOUND, STATUS_OBJECT_NAME_COLLISION,
 * STATUS_SHARING_VIOLATION, STATUS_ACCESS_DENIED (IO_FORCE_ACCESS_CHECK only). IRQL: PASSIVE_LEVEL. Source:
 * nf-fltkernel-fltcreatefile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltCreateFile(_In_ PFLT_FILTER Filter, _In_opt_ PFLT_INSTANCE Instance,
    _Out_ PHANDLE FileHandle, _In_ ACCESS_MASK DesiredAccess, _In_ POBJECT_ATTRIBUTES ObjectAttributes,
    _Out_ PIO_STATUS_BLOCK IoStatusBlock, _In_opt_ PLARGE_INTEGER AllocationSize, _In_ ULONG FileAttributes,
    _In_ ULONG ShareAccess, _In_ ULONG CreateDisposition, _In_ ULONG CreateOptions, _In_opt_ PVOID EaBuffer,
    _In_ ULONG EaLength, _In_ ULONG Flags);

/*
 * The same, and gives the file object, referenced: ObDereferenceObject besides FltClose. IRQL: PASSIVE_LEVEL.
 * Source: nf-fltkernel-fltcreatefileex.
 */
NTKERNELAPI NTSTATUS FLTAPI FltCreateFileEx(_In_ PFLT_FILTER Filter, _In_opt_ PFLT_INSTANCE Instance,
    _Out_ PHANDLE FileHandle, _Out_ PFILE_OBJECT *FileObject, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_opt_ PLARGE_INTEGER AllocationSize, _In_ ULONG FileAttributes, _In_ ULONG ShareAccess,
    _In_ ULONG CreateDisposition, _In_ ULONG CreateOptions, _In_opt_ PVOID EaBuffer, _In_ ULONG EaLength,
    _In_ ULONG Flags);

/*
 * The same, with a driver context (extra create parameters, transaction, silo). IRQL: PASSIVE_LEVEL. Source:
 * nf-fltkernel-fltcreatefileex2.
 */
NTKERNELAPI NTSTATUS FLTAPI FltCreateFileEx2(_In_ PFLT_FILTER Filter, _In_opt_ PFLT_INSTANCE Instance,
    _Out_ PHANDLE FileHandle, _Out_opt_ PFILE_OBJECT *FileObject, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _Out_ PIO_STATUS_BLOCK IoStatusBlock,
    _In_opt_ PLARGE_INTEGER AllocationSize, _In_ ULONG FileAttributes, _In_ ULONG ShareAccess,
    _In_ ULONG CreateDisposition, _In_ ULONG CreateOptions, _In_opt_ PVOID EaBuffer, _In_ ULONG EaLength,
    _In_ ULONG Flags, _In_opt_ PIO_DRIVER_CREATE_CONTEXT DriverContext);

/*
 * Makes or opens a server end of a named pipe below the instance. IRQL: PASSIVE_LEVEL. Source:
 * nf-fltkernel-fltcreatenamedpipefile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltCreateNamedPipeFile(_In_ PFLT_FILTER Filter, _In_opt_ PFLT_INSTANCE Instance,
    _Out_ PHANDLE FileHandle, _Out_opt_ PFILE_OBJECT *FileObject, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _Out_ PIO_STATUS_BLOCK IoStatusBlock, _In_ ULONG ShareAccess,
    _In_ ULONG CreateDisposition, _In_ ULONG CreateOptions, _In_ ULONG NamedPipeType, _In_ ULONG ReadMode,
    _In_ ULONG CompletionMode, _In_ ULONG MaximumInstances, ULONG InboundQuota, ULONG OutboundQuota,
    _In_opt_ PLARGE_INTEGER DefaultTimeout, _In_opt_ PIO_DRIVER_CREATE_CONTEXT DriverContext);

/*
 * Makes a mailslot, or opens one that exists as one server more; its handle is the kind that reads. Instance NULL: the
 * create enters at the top of the mailslot volume's stack; else only what is below the instance sees it, and the
 * instance must be one on that volume. DesiredAccess: not 0; rights as for files. ObjectAttributes: of the exact
 * length; \Device\Mailslot\name or \??\mailslot\name, or relative to the volume's root; a security descriptor counts
 * only when the slot is made. CreateOptions: FILE_WRITE_THROUGH (FILE_NO_INTERMEDIATE_BUFFERING means it, too), one of
 * FILE_SYNCHRONOUS_IO_...; without one of these, reads may answer STATUS_PENDING. MailslotQuota: most bytes of messages
 * in it, 0: no limit. MaximumMessageSize: bytes, 0: any. ReadTimeout: how long reads wait, 100 ns units, negative:
 * relative, 0: not at all, NULL or -1: for ever. FileHandle is closed with FltClose, FileObject, when asked for, given
 * back with ObDereferenceObject; both are NULL on failure. A list of extra create parameters in DriverContext stays the
 * caller's. IoStatusBlock->Information: FILE_CREATED, FILE_OPENED, or what a filter answered.
 * STATUS_INVALID_PARAMETER: attributes, options, DeviceObjectHint; STATUS_OBJECT_PATH_SYNTAX_BAD,
 * STATUS_OBJECT_NAME_INVALID, STATUS_OBJECT_NAME_NOT_FOUND: the name; STATUS_ACCESS_DENIED;
 * STATUS_OBJECT_NAME_COLLISION: it exists and the setting MailslotOpenExisting is off; STATUS_FLT_DELETING_OBJECT: filter
 * or instance go; STATUS_INVALID_DEVICE_OBJECT_PARAMETER: an instance of another volume;
 * STATUS_INSUFFICIENT_RESOURCES. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltcreatemailslotfile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltCreateMailslotFile(_In_ PFLT_FILTER Filter, _In_opt_ PFLT_INSTANCE Instance,
    _Out_ PHANDLE FileHandle, _Out_opt_ PFILE_OBJECT *FileObject, _In_ ACCESS_MASK DesiredAccess,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _Out_ PIO_STATUS_BLOCK IoStatusBlock, _In_ ULONG CreateOptions,
    _In_ ULONG MailslotQuota, _In_ ULONG MaximumMessageSize, _In_opt_ PLARGE_INTEGER ReadTimeout,
    _In_opt_ PIO_DRIVER_CREATE_CONTEXT DriverContext);

/*
 * A handle and a referenced file object of the instance's volume. STATUS_FLT_DELETING_OBJECT. IRQL: PASSIVE_LEVEL.
 * Source: nf-fltkernel-fltopenvolume.
 */
NTKERNELAPI NTSTATUS FLTAPI FltOpenVolume(_In_ PFLT_INSTANCE Instance, _Out_ PHANDLE VolumeHandle,
    _Out_ PFILE_OBJECT *VolumeFileObject);

/*
 * Closes a handle of FltCreateFile and its relatives. STATUS_INVALID_HANDLE. IRQL: PASSIVE_LEVEL. Source:
 * nf-fltkernel-fltclose.
 */
NTKERNELAPI NTSTATUS FLTAPI FltClose(_In_ HANDLE FileHandle);

/*
 * In post-create of a successful open: undoes it. The caller then sets IoStatus to a failure. Files that were
 * created stay; handles must not exist yet. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltcancelfileopen.
 */
NTKERNELAPI void FLTAPI FltCancelFileOpen(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject);

/*
 * Makes "System Volume Information" in the root with its usual descriptor. STATUS_SUCCESS also when it is there.
 * IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltcreatesystemvolumeinformationfolder.
 */
NTKERNELAPI NTSTATUS FLTAPI FltCreateSystemVolumeInformationFolder(_In_ PFLT_INSTANCE Instance);

/*
 * Reads below the instance. ByteOffset NULL: at the file object's current offset, which moves unless
 * FLTFL_IO_OPERATION_DO_NOT_UPDATE_BYTE_OFFSET. CallbackRoutine not NULL: asynchronous, it is told the end.
 * STATUS_END_OF_FILE; STATUS_PENDING: asynchronous; STATUS_FLT_IO_COMPLETE: asynchronous and finished by somebody
 * below; the callback runs in every case; STATUS_INVALID_PARAMETER: alignment of a non-cached read; STATUS_FLT_DELETING_OBJECT.
 * IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltreadfile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltReadFile(_In_ PFLT_INSTANCE InitiatingInstance, _In_ PFILE_OBJECT FileObject,
    _In_opt_ PLARGE_INTEGER ByteOffset, _In_ ULONG Length, _Out_ PVOID Buffer, _In_ FLT_IO_OPERATION_FLAGS Flags,
    _Out_opt_ PULONG BytesRead, _In_opt_ PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine,
    _In_opt_ PVOID CallbackContext);

/*
 * The same with a key for byte-range locks and an MDL of the caller's. IRQL: PASSIVE_LEVEL. Source:
 * nf-fltkernel-fltreadfileex.
 */
NTKERNELAPI NTSTATUS FLTAPI FltReadFileEx(_In_ PFLT_INSTANCE InitiatingInstance, _In_ PFILE_OBJECT FileObject,
    _In_opt_ PLARGE_INTEGER ByteOffset, _In_ ULONG Length, _Out_ PVOID Buffer, _In_ FLT_IO_OPERATION_FLAGS Flags,
    _Out_opt_ PULONG BytesRead, _In_opt_ PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine,
    _In_opt_ PVOID CallbackContext, _In_opt_ PULONG Key, _In_opt_ PMDL Mdl);

/*
 * Writes below the instance; arguments as for FltReadFile. ByteOffset -1: at the end of the file. STATUS_DISK_FULL;
 * STATUS_FILE_LOCK_CONFLICT; STATUS_MEDIA_WRITE_PROTECTED. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltwritefile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltWriteFile(_In_ PFLT_INSTANCE InitiatingInstance, _In_ PFILE_OBJECT FileObject,
    _In_opt_ PLARGE_INTEGER ByteOffset, _In_ ULONG Length, _In_ PVOID Buffer, _In_ FLT_IO_OPERATION_FLAGS Flags,
    _Out_opt_ PULONG BytesWritten, _In_opt_ PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine,
    _In_opt_ PVOID CallbackContext);

/*
 * The same with a key for byte-range locks and an MDL of the caller's. IRQL: PASSIVE_LEVEL. Source:
 * nf-fltkernel-fltwritefileex.
 */
NTKERNELAPI NTSTATUS FLTAPI FltWriteFileEx(_In_ PFLT_INSTANCE InitiatingInstance, _In_ PFILE_OBJECT FileObject,
    _In_opt_ PLARGE_INTEGER ByteOffset, _In_ ULONG Length, _In_ PVOID Buffer, _In_ FLT_IO_OPERATION_FLAGS Flags,
    _Out_opt_ PULONG BytesWritten, _In_opt_ PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine,
    _In_opt_ PVOID CallbackContext, _In_opt_ PULONG Key, _In_opt_ PMDL Mdl);

/* Cached data as MDLs. FALSE, always here: take the ordinary way. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltfastiomdlread. */
NTKERNELAPI BOOLEAN FLTAPI FltFastIoMdlRead(PFLT_INSTANCE InitiatingInstance, _In_ PFILE_OBJECT FileObject,
    _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _In_ ULONG LockKey, _Out_ PMDL *MdlChain,
    _Out_ PIO_STATUS_BLOCK IoStatus);

/*
 * Ends FltFastIoMdlRead. FALSE: take the ordinary way. IRQL: PASSIVE_LEVEL. Source:
 * nf-fltkernel-fltfastiomdlreadcomplete.
 */
NTKERNELAPI BOOLEAN FLTAPI FltFastIoMdlReadComplete(PFLT_INSTANCE InitiatingInstance, _In_ PFILE_OBJECT FileObject,
    _In_ PMDL MdlChain);

/*
 * Pages of the cache to write to. FALSE: take the ordinary way. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltfastiopreparemdlwrite.
 */
NTKERNELAPI BOOLEAN FLTAPI FltFastIoPrepareMdlWrite(PFLT_INSTANCE InitiatingInstance, _In_ PFILE_OBJECT FileObject,
    _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _In_ ULONG LockKey, _Out_ PMDL *MdlChain,
    _Out_ PIO_STATUS_BLOCK IoStatus);

/*
 * Ends FltFastIoPrepareMdlWrite. FALSE: take the ordinary way. IRQL: PASSIVE_LEVEL. Source:
 * nf-fltkernel-fltfastiomdlwritecomplete.
 */
NTKERNELAPI BOOLEAN FLTAPI FltFastIoMdlWriteComplete(PFLT_INSTANCE InitiatingInstance, _In_ PFILE_OBJECT FileObject,
    _In_ PLARGE_INTEGER FileOffset, _In_ PMDL MdlChain);

/*
 * Sends a flush below the instance: data of the file reach the disk. STATUS_MEDIA_WRITE_PROTECTED;
 * STATUS_VOLUME_DISMOUNTED. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltflushbuffers.
 */
NTKERNELAPI NTSTATUS FLTAPI FltFlushBuffers(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject);

/*
 * The same with FLT_FLUSH_TYPE_ flags, for a flush of CallbackData's. IRQL: PASSIVE_LEVEL. Source:
 * nf-fltkernel-fltflushbuffers2.
 */
NTKERNELAPI NTSTATUS FLTAPI FltFlushBuffers2(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, ULONG FlushType,
    PFLT_CALLBACK_DATA CallbackData);

/*
 * Asks below the instance; classes and results as for ZwQueryInformationFile. LengthReturned: bytes in the buffer.
 * STATUS_INFO_LENGTH_MISMATCH; STATUS_BUFFER_OVERFLOW: the variable part was cut off; STATUS_INVALID_INFO_CLASS;
 * STATUS_NOT_SUPPORTED. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltqueryinformationfile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltQueryInformationFile(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PVOID FileInformation, _In_ ULONG Length, _In_ FILE_INFORMATION_CLASS FileInformationClass,
    _Out_opt_ PULONG LengthReturned);

/*
 * Sets below the instance: rename, link, delete, size, times ... STATUS_INVALID_INFO_CLASS;
 * STATUS_INFO_LENGTH_MISMATCH; STATUS_CANNOT_DELETE; STATUS_OBJECT_NAME_COLLISION; STATUS_NOT_SAME_DEVICE. IRQL:
 * PASSIVE_LEVEL. Source: nf-fltkernel-fltsetinformationfile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSetInformationFile(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _In_ PVOID FileInformation, _In_ ULONG Length, _In_ FILE_INFORMATION_CLASS FileInformationClass);

/*
 * Asks about a file by its name, without an open of the caller's. STATUS_OBJECT_NAME_NOT_FOUND;
 * STATUS_INVALID_INFO_CLASS. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltqueryinformationbyname.
 */
NTKERNELAPI NTSTATUS FLTAPI FltQueryInformationByName(_In_ PFLT_FILTER Filter, _In_opt_ PFLT_INSTANCE Instance,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _Out_ PIO_STATUS_BLOCK IoStatusBlock, _Out_ PVOID FileInformation,
    _In_ ULONG Length, _In_ FILE_INFORMATION_CLASS FileInformationClass,
    _In_opt_ PIO_DRIVER_CREATE_CONTEXT DriverContext);

/*
 * Lists a directory below the instance; FileName: pattern, kept from the first call. STATUS_NO_SUCH_FILE: nothing
 * fits, at the first call; STATUS_NO_MORE_FILES: at later ones; STATUS_BUFFER_OVERFLOW: the first entry does not
 * fit. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltquerydirectoryfile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltQueryDirectoryFile(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PVOID FileInformation, _In_ ULONG Length, _In_ FILE_INFORMATION_CLASS FileInformationClass,
    _In_ BOOLEAN ReturnSingleEntry, _In_opt_ PUNICODE_STRING FileName, _In_ BOOLEAN RestartScan,
    _Out_opt_ PULONG LengthReturned);

/* The same with SL_ flags. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltquerydirectoryfileex. */
NTKERNELAPI NTSTATUS FLTAPI FltQueryDirectoryFileEx(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
    PVOID FileInformation, ULONG Length, FILE_INFORMATION_CLASS FileInformationClass, ULONG QueryFlags,
    PUNICODE_STRING FileName, PULONG LengthReturned);

/*
 * Reads extended attributes. STATUS_EAS_NOT_SUPPORTED; STATUS_NO_EAS_ON_FILE; STATUS_BUFFER_OVERFLOW. IRQL:
 * PASSIVE_LEVEL. Source: nf-fltkernel-fltqueryeafile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltQueryEaFile(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PVOID ReturnedEaData, _In_ ULONG Length, _In_ BOOLEAN ReturnSingleEntry, _In_opt_ PVOID EaList,
    _In_ ULONG EaListLength, _In_opt_ PULONG EaIndex, _In_ BOOLEAN RestartScan, _Out_opt_ PULONG LengthReturned);

/*
 * Writes extended attributes. STATUS_EAS_NOT_SUPPORTED; STATUS_EA_LIST_INCONSISTENT; STATUS_EA_TOO_LARGE. IRQL:
 * PASSIVE_LEVEL. Source: nf-fltkernel-fltseteafile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSetEaFile(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _In_ PVOID EaBuffer, _In_ ULONG Length);

/*
 * The file's descriptor, self-relative. STATUS_BUFFER_TOO_SMALL: LengthNeeded bytes are needed;
 * STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltquerysecurityobject.
 */
NTKERNELAPI NTSTATUS FLTAPI FltQuerySecurityObject(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _In_ SECURITY_INFORMATION SecurityInformation, _Inout_ PSECURITY_DESCRIPTOR SecurityDescriptor, _In_ ULONG Length,
    _Out_opt_ PULONG LengthNeeded);

/*
 * Sets parts of the file's descriptor. STATUS_ACCESS_DENIED; STATUS_INVALID_SECURITY_DESCR. IRQL: PASSIVE_LEVEL.
 * Source: nf-fltkernel-fltsetsecurityobject.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSetSecurityObject(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _In_ SECURITY_INFORMATION SecurityInformation, _In_ PSECURITY_DESCRIPTOR SecurityDescriptor);

/*
 * About the instance's volume, without a file. STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_INFO_CLASS;
 * STATUS_BUFFER_OVERFLOW. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltqueryvolumeinformation.
 */
NTKERNELAPI NTSTATUS FLTAPI FltQueryVolumeInformation(_In_ PFLT_INSTANCE Instance, _Out_ PIO_STATUS_BLOCK Iosb,
    _Out_ PVOID FsInformation, _In_ ULONG Length, _In_ FS_INFORMATION_CLASS FsInformationClass);

/*
 * About the volume of a file. Statuses as for FltQueryVolumeInformation. IRQL: PASSIVE_LEVEL. Source:
 * nf-fltkernel-fltqueryvolumeinformationfile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltQueryVolumeInformationFile(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PVOID FsInformation, _In_ ULONG Length, _In_ FS_INFORMATION_CLASS FsInformationClass,
    _Out_opt_ PULONG LengthReturned);

/*
 * Sets label, quota control or object id of the instance's volume. STATUS_INVALID_INFO_CLASS;
 * STATUS_MEDIA_WRITE_PROTECTED. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltsetvolumeinformation.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSetVolumeInformation(_In_ PFLT_INSTANCE Instance, _Out_ PIO_STATUS_BLOCK Iosb,
    _Out_ PVOID FsInformation, _In_ ULONG Length, _In_ FS_INFORMATION_CLASS FsInformationClass);

/*
 * Reads quotas. STATUS_NOT_SUPPORTED: no base file system here has them. IRQL: PASSIVE_LEVEL. Source:
 * nf-fltkernel-fltqueryquotainformationfile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltQueryQuotaInformationFile(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PIO_STATUS_BLOCK IoStatusBlock, _Out_ PVOID Buffer, _In_ ULONG Length, _In_ BOOLEAN ReturnSingleEntry,
    _In_opt_ PVOID SidList, _In_ ULONG SidListLength, _In_opt_ PSID StartSid, _In_ BOOLEAN RestartScan,
    _Out_opt_ PULONG LengthReturned);

/*
 * Sets quotas. STATUS_NOT_SUPPORTED: no base file system here has them. IRQL: PASSIVE_LEVEL. Source:
 * nf-fltkernel-fltsetquotainformationfile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSetQuotaInformationFile(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _In_ PVOID Buffer, _In_ ULONG Length);

/*
 * Sends an FSCTL_ code below the instance. STATUS_INVALID_DEVICE_REQUEST: not known there; STATUS_BUFFER_TOO_SMALL;
 * STATUS_BUFFER_OVERFLOW. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltfscontrolfile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltFsControlFile(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _In_ ULONG FsControlCode, _In_opt_ PVOID InputBuffer, _In_ ULONG InputBufferLength, _Out_opt_ PVOID OutputBuffer,
    _In_ ULONG OutputBufferLength, _Out_opt_ PULONG LengthReturned);

/*
 * Sends an IOCTL_ code below the instance. STATUS_INVALID_DEVICE_REQUEST; STATUS_BUFFER_TOO_SMALL. IRQL:
 * PASSIVE_LEVEL. Source: nf-fltkernel-fltdeviceiocontrolfile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltDeviceIoControlFile(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _In_ ULONG IoControlCode, _In_opt_ PVOID InputBuffer, _In_ ULONG InputBufferLength, _Out_ PVOID OutputBuffer,
    _In_ ULONG OutputBufferLength, _Out_opt_ PULONG LengthReturned);

/*
 * Puts a reparse point on a file; Guid for tags that are not Microsoft's. STATUS_IO_REPARSE_TAG_MISMATCH;
 * STATUS_REPARSE_ATTRIBUTE_CONFLICT: another maker's Guid; STATUS_INVALID_PARAMETER: no Guid;
 * STATUS_IO_REPARSE_TAG_INVALID; STATUS_NOT_SUPPORTED. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-flttagfile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltTagFile(_In_ PFLT_INSTANCE InitiatingInstance, _In_ PFILE_OBJECT FileObject,
    _In_ ULONG FileTag, _In_opt_ GUID *Guid, _In_ PVOID DataBuffer, _In_ USHORT DataBufferLength);

/* The same, only over a given existing tag. Source: nf-fltkernel-flttagfileex. */
NTKERNELAPI NTSTATUS FLTAPI FltTagFileEx(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject, ULONG FileTag,
    GUID *Guid, PVOID DataBuffer, USHORT DataBufferLength, ULONG ExistingFileTag, GUID *ExistingGuid, ULONG Flags);

/*
 * Removes a reparse point. STATUS_NOT_A_REPARSE_POINT; STATUS_IO_REPARSE_TAG_MISMATCH. IRQL: PASSIVE_LEVEL. Source:
 * nf-fltkernel-fltuntagfile.
 */
NTKERNELAPI NTSTATUS FLTAPI FltUntagFile(_In_ PFLT_INSTANCE InitiatingInstance, _In_ PFILE_OBJECT FileObject,
    _In_ ULONG FileTag, _In_opt_ GUID *Guid);

/*
 * Tells whether an open file is a directory. STATUS_SUCCESS with the answer; else the status of asking. IRQL: up to
 * APC_LEVEL. Source: nf-fltkernel-fltisdirectory.
 */
NTKERNELAPI NTSTATUS FLTAPI FltIsDirectory(_In_ PFILE_OBJECT FileObject, _In_ PFLT_INSTANCE Instance,
    _Out_ PBOOLEAN IsDirectory);

#ifdef __cplusplus
}
#endif

#endif
