/* Names of files, as the filter manager finds, parses and caches them. */
#ifndef OFM_NT_FLT_NAME_H
#define OFM_NT_FLT_NAME_H

#include "nt/flt_types.h"

#ifdef __cplusplus
extern "C" {
#endif

NTKERNELAPI NTSTATUS FLTAPI FltGetFileNameInformation(_In_ PFLT_CALLBACK_DATA CallbackData,
    _In_ FLT_FILE_NAME_OPTIONS NameOptions, _Out_ PFLT_FILE_NAME_INFORMATION *FileNameInformation);
NTKERNELAPI NTSTATUS FLTAPI FltGetFileNameInformationUnsafe(_In_ PFILE_OBJECT FileObject,
    _In_opt_ PFLT_INSTANCE Instance, _In_ FLT_FILE_NAME_OPTIONS NameOptions,
    _Out_ PFLT_FILE_NAME_INFORMATION *FileNameInformation);
NTKERNELAPI void FLTAPI FltReleaseFileNameInformation(_In_ PFLT_FILE_NAME_INFORMATION FileNameInformation);
NTKERNELAPI void FLTAPI FltReferenceFileNameInformation(_In_ PFLT_FILE_NAME_INFORMATION FileNameInformation);
NTKERNELAPI NTSTATUS FLTAPI FltParseFileNameInformation(_Inout_ PFLT_FILE_NAME_INFORMATION FileNameInformation);
NTKERNELAPI NTSTATUS FLTAPI FltParseFileName(_In_ PCUNICODE_STRING FileName, _Inout_ PUNICODE_STRING Extension,
    _Inout_ PUNICODE_STRING Stream, _Inout_ PUNICODE_STRING FinalComponent);
NTKERNELAPI NTSTATUS FLTAPI FltGetTunneledName(_In_ PFLT_CALLBACK_DATA CallbackData,
    _In_ PFLT_FILE_NAME_INFORMATION FileNameInformation,
    _Out_ PFLT_FILE_NAME_INFORMATION *RetTunneledFileNameInformation);
NTKERNELAPI NTSTATUS FLTAPI FltGetDestinationFileNameInformation(_In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject, _In_opt_ HANDLE RootDirectory, _In_ PWSTR FileName, _In_ ULONG FileNameLength,
    _In_ FLT_FILE_NAME_OPTIONS NameOptions, _Out_ PFLT_FILE_NAME_INFORMATION *RetFileNameInformation);
NTKERNELAPI NTSTATUS FLTAPI FltCheckAndGrowNameControl(_Inout_ PFLT_NAME_CONTROL NameCtrl, _In_ USHORT NewSize);
NTKERNELAPI NTSTATUS FLTAPI FltPurgeFileNameInformationCache(_In_ PFLT_INSTANCE Instance,
    _In_opt_ PFILE_OBJECT FileObject);

#ifdef __cplusplus
}
#endif

#endif
