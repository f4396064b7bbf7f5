/* Names of files, as the filter manager finds, parses and caches them. */
#ifndef OFM_NT_FLT_NAME_H
#define OFM_NT_FLT_NAME_H

#include "nt/flt_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The name of the operation's file. NameOptions: one format, one query method, flags. The result is shared and
 * referenced: never changed by the caller, released with FltReleaseFileNameInformation.
 * STATUS_FLT_INVALID_NAME_REQUEST: not a safe moment (paging I/O, a top-level IRP, after clean-up ...) ;
 * STATUS_FLT_NAME_CACHE_MISS: cache only, and not there; STATUS_INVALID_PARAMETER: options, or no file object;
 * STATUS_OBJECT_PATH_NOT_FOUND: pre-create with a missing parent; STATUS_INSUFFICIENT_RESOURCES. IRQL: up to
 * APC_LEVEL (See Return Value). Source: nf-fltkernel-fltgetfilenameinformation.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetFileNameInformation(_In_ PFLT_CALLBACK_DATA CallbackData,
    _In_ FLT_FILE_NAME_OPTIONS NameOptions, _Out_ PFLT_FILE_NAME_INFORMATION *FileNameInformation);

/*
 * The same for an open file object outside an operation; the caller knows that the moment is safe. Instance NULL:
 * from the top of the stack. IRQL: up to APC_LEVEL (see Remarks). Source:
 * nf-fltkernel-fltgetfilenameinformationunsafe.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetFileNameInformationUnsafe(_In_ PFILE_OBJECT FileObject,
    _In_opt_ PFLT_INSTANCE Instance, _In_ FLT_FILE_NAME_OPTIONS NameOptions,
    _Out_ PFLT_FILE_NAME_INFORMATION *FileNameInformation);

/* Gives the reference back. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltreleasefilenameinformation. */
NTKERNELAPI void FLTAPI FltReleaseFileNameInformation(_In_ PFLT_FILE_NAME_INFORMATION FileNameInformation);

/* One more reference. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltreferencefilenameinformation. */
NTKERNELAPI void FLTAPI FltReferenceFileNameInformation(_In_ PFLT_FILE_NAME_INFORMATION FileNameInformation);

/*
 * Fills ParentDir, FinalComponent, Extension, Stream: parts of Name, no copies (Volume and Share are filled
 * already). Of short names only Extension. Many threads may parse one structure. STATUS_SUCCESS; STATUS_INVALID_PARAMETER: no name of this kind. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltparsefilenameinformation.
 */
NTKERNELAPI NTSTATUS FLTAPI FltParseFileNameInformation(_Inout_ PFLT_FILE_NAME_INFORMATION FileNameInformation);

/*
 * Finds extension, stream and final component in any name; results may be NULL and are parts of FileName. A name
 * without backslash and colon is taken for a short one: only its extension is given.
 * STATUS_INVALID_PARAMETER: FileName. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltparsefilename.
 */
NTKERNELAPI NTSTATUS FLTAPI FltParseFileName(_In_ PCUNICODE_STRING FileName, _Inout_ PUNICODE_STRING Extension,
    _Inout_ PUNICODE_STRING Stream, _Inout_ PUNICODE_STRING FinalComponent);

/*
 * In post-create, post-rename, post-link: the normalized name when tunnelling has changed the one in hand.
 * STATUS_SUCCESS with NULL: it has not, as always here, for Linux file systems tunnel no names; STATUS_INVALID_PARAMETER. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltgettunneledname.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetTunneledName(_In_ PFLT_CALLBACK_DATA CallbackData,
    _In_ PFLT_FILE_NAME_INFORMATION FileNameInformation,
    _Out_ PFLT_FILE_NAME_INFORMATION *RetTunneledFileNameInformation);

/*
 * The name that a rename or a link is to give, from the fields of its information structure; it need not exist.
 * Released like any name. STATUS_FLT_INVALID_NAME_REQUEST: a short name; STATUS_OBJECT_PATH_NOT_FOUND;
 * STATUS_NOT_SAME_DEVICE; STATUS_INVALID_PARAMETER; STATUS_INSUFFICIENT_RESOURCES. IRQL: up to APC_LEVEL.
 * Source: nf-fltkernel-fltgetdestinationfilenameinformation.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetDestinationFileNameInformation(_In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject, _In_opt_ HANDLE RootDirectory, _In_ PWSTR FileName, _In_ ULONG FileNameLength,
    _In_ FLT_FILE_NAME_OPTIONS NameOptions, _Out_ PFLT_FILE_NAME_INFORMATION *RetFileNameInformation);

/*
 * For name providers: room for NewSize bytes in NameCtrl. STATUS_INSUFFICIENT_RESOURCES; STATUS_INVALID_PARAMETER.
 * IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltcheckandgrownamecontrol.
 */
NTKERNELAPI NTSTATUS FLTAPI FltCheckAndGrowNameControl(_Inout_ PFLT_NAME_CONTROL NameCtrl, _In_ USHORT NewSize);

/*
 * For name providers whose names have changed: drops cached names of the instance, or of one file. IRQL: up to
 * APC_LEVEL. Source: nf-fltkernel-fltpurgefilenameinformationcache.
 */
NTKERNELAPI NTSTATUS FLTAPI FltPurgeFileNameInformationCache(_In_ PFLT_INSTANCE Instance,
    _In_opt_ PFILE_OBJECT FileObject);

#ifdef __cplusplus
}
#endif

#endif
