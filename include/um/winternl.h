/* The part of NT that applications may name: files of the manager (devices, mailslots, volumes) by their NT names. Handles are
 * those of Win32. Statuses are NT's; a call that fails at once leaves its status block alone, one that answers STATUS_PENDING
 * writes it when it ends, then sets the event and the file. An ApcRoutine is called with
 * ApcContext and the block in the calling thread, in an alertable wait of it; without one ApcContext goes to the completion
 * port, as on Windows. With both a routine and a port: STATUS_INVALID_PARAMETER. */
#ifndef _WINTERNL_
#define _WINTERNL_

#include "minwinbase.h"
#include "nt/fsctl.h"
#include "nt/volume.h"

typedef VOID (*PIO_APC_ROUTINE)(PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, ULONG Reserved);

typedef enum _OBJECT_INFORMATION_CLASS {
    ObjectBasicInformation = 0,
    ObjectNameInformation = 1,
    ObjectTypeInformation = 2
} OBJECT_INFORMATION_CLASS;

typedef struct _OBJECT_NAME_INFORMATION {
    UNICODE_STRING Name;
} OBJECT_NAME_INFORMATION, *POBJECT_NAME_INFORMATION;

typedef struct _PUBLIC_OBJECT_TYPE_INFORMATION {
    UNICODE_STRING TypeName;
    ULONG Reserved[22];
} PUBLIC_OBJECT_TYPE_INFORMATION, *PPUBLIC_OBJECT_TYPE_INFORMATION;
C_ASSERT(sizeof(PUBLIC_OBJECT_TYPE_INFORMATION) == 104);

EXTERN_C_START
/*
 * The Win32 error of a status, as Windows maps it; ERROR_MR_MID_NOT_FOUND (317) when there is none. Source:
 * nf-winternl-rtlntstatustodoserror.
 */
OFM_EXPORT ULONG WINAPI RtlNtStatusToDosError(NTSTATUS Status);
OFM_EXPORT VOID WINAPI RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString);

OFM_EXPORT NTSTATUS WINAPI NtClose(HANDLE Handle);
/*
 * RootDirectory: a directory of the manager. Extended attributes are refused: STATUS_EAS_NOT_SUPPORTED. Without a
 * manager: STATUS_DEVICE_NOT_CONNECTED. Source: nf-winternl-ntcreatefile.
 */
OFM_EXPORT NTSTATUS WINAPI NtCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
    PIO_STATUS_BLOCK IoStatusBlock, PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
    ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer, ULONG EaLength);
OFM_EXPORT NTSTATUS WINAPI NtOpenFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
    PIO_STATUS_BLOCK IoStatusBlock, ULONG ShareAccess, ULONG OpenOptions);
/*
 * A name that exists: STATUS_OBJECT_NAME_COLLISION. ReadTimeout NULL: reads wait for ever. Source:
 * nf-winternl-ntcreatemailslotfile.
 */
OFM_EXPORT NTSTATUS WINAPI NtCreateMailslotFile(PHANDLE FileHandle, ULONG DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
    PIO_STATUS_BLOCK IoStatusBlock, ULONG CreateOptions, ULONG MailslotQuota, ULONG MaximumMessageSize,
    PLARGE_INTEGER ReadTimeout);
OFM_EXPORT NTSTATUS WINAPI NtReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key);
OFM_EXPORT NTSTATUS WINAPI NtWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key);
OFM_EXPORT NTSTATUS WINAPI NtDeviceIoControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, ULONG IoControlCode, PVOID InputBuffer, ULONG InputBufferLength,
    PVOID OutputBuffer, ULONG OutputBufferLength);
OFM_EXPORT NTSTATUS WINAPI NtFsControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock, ULONG FsControlCode, PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer,
    ULONG OutputBufferLength);
OFM_EXPORT NTSTATUS WINAPI NtQueryInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PVOID FileInformation,
    ULONG Length, FILE_INFORMATION_CLASS FileInformationClass);
OFM_EXPORT NTSTATUS WINAPI NtSetInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PVOID FileInformation,
    ULONG Length, FILE_INFORMATION_CLASS FileInformationClass);
OFM_EXPORT NTSTATUS WINAPI NtQueryVolumeInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
    PVOID FsInformation, ULONG Length, FS_INFORMATION_CLASS FsInformationClass);
OFM_EXPORT NTSTATUS WINAPI NtQueryDirectoryFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
    PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, PVOID FileInformation, ULONG Length,
    FILE_INFORMATION_CLASS FileInformationClass, BOOLEAN ReturnSingleEntry, PUNICODE_STRING FileName, BOOLEAN RestartScan);
/*
 * Writes the file's data to the disk. STATUS_SUCCESS; STATUS_INVALID_HANDLE; what a filter or the file system says.
 * Source: nf-ntifs-ntflushbuffersfile.
 */
OFM_EXPORT NTSTATUS WINAPI NtFlushBuffersFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock);
/*
 * Cancels the operations that the calling thread has begun on the handle. STATUS_SUCCESS, also when there is none;
 * STATUS_INVALID_HANDLE. Source: devnotes, NtCancelIoFile.
 */
OFM_EXPORT NTSTATUS WINAPI NtCancelIoFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock);
/*
 * IoRequestToCancel: the block of one call, NULL for all of the process. STATUS_NOT_FOUND. Source:
 * nf-winternl-ntcanceliofileex.
 */
OFM_EXPORT NTSTATUS WINAPI NtCancelIoFileEx(HANDLE FileHandle, PIO_STATUS_BLOCK IoRequestToCancel,
    PIO_STATUS_BLOCK IoStatusBlock);
/* ObjectNameInformation, ObjectTypeInformation; else STATUS_INVALID_INFO_CLASS. Source: nf-winternl-ntqueryobject. */
OFM_EXPORT NTSTATUS WINAPI NtQueryObject(HANDLE Handle, OBJECT_INFORMATION_CLASS ObjectInformationClass,
    PVOID ObjectInformation, ULONG ObjectInformationLength, PULONG ReturnLength);
OFM_EXPORT NTSTATUS WINAPI NtQuerySecurityObject(HANDLE Handle, SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Length, PULONG LengthNeeded);
OFM_EXPORT NTSTATUS WINAPI NtSetSecurityObject(HANDLE Handle, SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor);
EXTERN_C_END

#endif
