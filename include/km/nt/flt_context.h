/* Contexts: blobs of a filter that hang on volumes, instances, files, streams, open files and transactions. */
#ifndef OFM_NT_FLT_CONTEXT_H
#define OFM_NT_FLT_CONTEXT_H

#include "nt/flt_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Memory of a registered type and size for a context, with one reference. ContextSize: at most 65535 bytes.
 * PoolType: nonpaged for volume contexts. STATUS_FLT_CONTEXT_ALLOCATION_NOT_FOUND: no registration fits;
 * STATUS_INVALID_BUFFER_SIZE; STATUS_INVALID_PARAMETER: type; STATUS_FLT_DELETING_OBJECT;
 * STATUS_INSUFFICIENT_RESOURCES. Contents are undefined. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltallocatecontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltAllocateContext(_In_ PFLT_FILTER Filter, _In_ FLT_CONTEXT_TYPE ContextType,
    _In_ SIZE_T ContextSize, _In_ POOL_TYPE PoolType, _Out_ PFLT_CONTEXT *ReturnedContext);

/*
 * One more reference; FltReleaseContext takes it away. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-fltkernel-fltreferencecontext.
 */
NTKERNELAPI void FLTAPI FltReferenceContext(_In_ PFLT_CONTEXT Context);

/*
 * Gives a reference back. The last one runs the clean-up callback and frees the context. IRQL: up to DISPATCH_LEVEL.
 * Source: nf-fltkernel-fltreleasecontext.
 */
NTKERNELAPI void FLTAPI FltReleaseContext(_In_ PFLT_CONTEXT Context);

/*
 * Unlinks a context from its object; the caller keeps its own reference and releases it. Not for section contexts.
 * IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltdeletecontext.
 */
NTKERNELAPI void FLTAPI FltDeleteContext(_In_ PFLT_CONTEXT Context);

/*
 * All contexts of DesiredContexts (FLT_ALL_CONTEXTS ...) that hang on FltObjects, each referenced, NULL where there
 * is none. Paired with FltReleaseContexts. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltgetcontexts.
 */
NTKERNELAPI void FLTAPI FltGetContexts(PCFLT_RELATED_OBJECTS FltObjects, FLT_CONTEXT_TYPE DesiredContexts,
    PFLT_RELATED_CONTEXTS Contexts);

/* Releases what FltGetContexts gave. IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltreleasecontexts. */
NTKERNELAPI void FLTAPI FltReleaseContexts(_In_ PFLT_RELATED_CONTEXTS Contexts);

/*
 * As FltGetContexts, with section contexts; ContextsSize: sizeof(FLT_RELATED_CONTEXTS_EX). STATUS_INVALID_PARAMETER:
 * another size. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltgetcontextsex.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetContextsEx(_In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_CONTEXT_TYPE DesiredContexts, _In_ SIZE_T ContextsSize, _Out_ PFLT_RELATED_CONTEXTS_EX Contexts);

/* Releases what FltGetContextsEx gave. IRQL: up to DISPATCH_LEVEL. Source: nf-fltkernel-fltreleasecontextsex. */
NTKERNELAPI void FLTAPI FltReleaseContextsEx(_In_ SIZE_T ContextsSize, _In_ PFLT_RELATED_CONTEXTS_EX Contexts);

/*
 * Hangs a context on the volume, one for each filter. Operation: FLT_SET_CONTEXT_KEEP_IF_EXISTS or
 * _REPLACE_IF_EXISTS. The volume takes a reference of its own: the caller still releases. OldContext: NULL, or gets
 * the present (KEEP) or former (REPLACE) one, referenced. STATUS_FLT_CONTEXT_ALREADY_DEFINED: KEEP and there is one;
 * STATUS_FLT_CONTEXT_ALREADY_LINKED: NewContext hangs or has hung somewhere; STATUS_FLT_DELETING_OBJECT;
 * STATUS_INVALID_PARAMETER. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltsetvolumecontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSetVolumeContext(_In_ PFLT_VOLUME Volume, _In_ FLT_SET_CONTEXT_OPERATION Operation,
    _In_ PFLT_CONTEXT NewContext, _Out_opt_ PFLT_CONTEXT *OldContext);

/*
 * The filter's context of the volume, referenced. STATUS_NOT_FOUND: none, *Context is NULL. IRQL: up to APC_LEVEL.
 * Source: nf-fltkernel-fltgetvolumecontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeContext(_In_ PFLT_FILTER Filter, _In_ PFLT_VOLUME Volume,
    _Out_ PFLT_CONTEXT *Context);

/*
 * Unlinks the filter's context of the volume. OldContext: NULL, or gets it with the volume's reference.
 * STATUS_NOT_FOUND. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltdeletevolumecontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltDeleteVolumeContext(_In_ PFLT_FILTER Filter, _In_ PFLT_VOLUME Volume,
    _Out_opt_ PFLT_CONTEXT *OldContext);

/* As FltSetVolumeContext, on the instance. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltsetinstancecontext. */
NTKERNELAPI NTSTATUS FLTAPI FltSetInstanceContext(_In_ PFLT_INSTANCE Instance,
    _In_ FLT_SET_CONTEXT_OPERATION Operation, _In_ PFLT_CONTEXT NewContext, _Out_ PFLT_CONTEXT *OldContext);

/*
 * The instance's context, referenced. STATUS_NOT_FOUND. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltgetinstancecontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetInstanceContext(_In_ PFLT_INSTANCE Instance, _Out_ PFLT_CONTEXT *Context);

/*
 * Unlinks the instance's context. STATUS_NOT_FOUND. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltdeleteinstancecontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltDeleteInstanceContext(_In_ PFLT_INSTANCE Instance, _Out_ PFLT_CONTEXT *OldContext);

/*
 * As FltSetVolumeContext, on the file of an open file object, one for each instance; all its streams share it.
 * STATUS_NOT_SUPPORTED: paging file, or not opened yet. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltsetfilecontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSetFileContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _In_ FLT_SET_CONTEXT_OPERATION Operation, _In_ PFLT_CONTEXT NewContext, _Out_ PFLT_CONTEXT *OldContext);

/*
 * The instance's context of the file, referenced. STATUS_NOT_FOUND; STATUS_NOT_SUPPORTED. IRQL: up to APC_LEVEL.
 * Source: nf-fltkernel-fltgetfilecontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetFileContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CONTEXT *Context);

/*
 * Unlinks it. STATUS_NOT_FOUND; STATUS_NOT_SUPPORTED. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltdeletefilecontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltDeleteFileContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CONTEXT *OldContext);

/*
 * As FltSetFileContext, on the stream: all opens of it share the context, until the last close. IRQL: up to
 * APC_LEVEL. Source: nf-fltkernel-fltsetstreamcontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSetStreamContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _In_ FLT_SET_CONTEXT_OPERATION Operation, _In_ PFLT_CONTEXT NewContext, _Out_ PFLT_CONTEXT *OldContext);

/*
 * The instance's context of the stream, referenced. STATUS_NOT_FOUND; STATUS_NOT_SUPPORTED. IRQL: up to APC_LEVEL.
 * Source: nf-fltkernel-fltgetstreamcontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetStreamContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CONTEXT *Context);

/*
 * Unlinks it. STATUS_NOT_FOUND; STATUS_NOT_SUPPORTED. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltdeletestreamcontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltDeleteStreamContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CONTEXT *OldContext);

/*
 * As FltSetFileContext, on this one open: ends with its close. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltsetstreamhandlecontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSetStreamHandleContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _In_ FLT_SET_CONTEXT_OPERATION Operation, _In_ PFLT_CONTEXT NewContext, _Out_opt_ PFLT_CONTEXT *OldContext);

/*
 * The instance's context of this open, referenced. STATUS_NOT_FOUND; STATUS_NOT_SUPPORTED. IRQL: up to APC_LEVEL.
 * Source: nf-fltkernel-fltgetstreamhandlecontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetStreamHandleContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CONTEXT *Context);

/*
 * Unlinks it. STATUS_NOT_FOUND; STATUS_NOT_SUPPORTED. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltdeletestreamhandlecontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltDeleteStreamHandleContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CONTEXT *OldContext);

/* STATUS_NOT_SUPPORTED: Linux has no transactions to hang a context on. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltsettransactioncontext. */
NTKERNELAPI NTSTATUS FLTAPI FltSetTransactionContext(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_ FLT_SET_CONTEXT_OPERATION Operation, _In_ PFLT_CONTEXT NewContext, _Out_opt_ PFLT_CONTEXT *OldContext);

/*
 * STATUS_NOT_SUPPORTED, as FltSetTransactionContext. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltgettransactioncontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetTransactionContext(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _Out_ PFLT_CONTEXT *Context);

/* STATUS_NOT_SUPPORTED. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltdeletetransactioncontext. */
NTKERNELAPI NTSTATUS FLTAPI FltDeleteTransactionContext(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _Out_opt_ PFLT_CONTEXT *OldContext);

/*
 * The context of the stream's data-scan section, referenced. STATUS_NOT_FOUND. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltgetsectioncontext.
 */
NTKERNELAPI NTSTATUS FLTAPI FltGetSectionContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CONTEXT *Context);

/*
 * TRUE: file contexts are possible for this file object: it is open, and no paging file. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltsupportsfilecontexts.
 */
NTKERNELAPI BOOLEAN FLTAPI FltSupportsFileContexts(_In_ PFILE_OBJECT FileObject);

/*
 * The same, with or without an instance. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltsupportsfilecontextsex.
 */
NTKERNELAPI BOOLEAN FLTAPI FltSupportsFileContextsEx(_In_ PFILE_OBJECT FileObject, _In_opt_ PFLT_INSTANCE Instance);

/*
 * TRUE: stream contexts are possible for this file object. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltsupportsstreamcontexts.
 */
NTKERNELAPI BOOLEAN FLTAPI FltSupportsStreamContexts(_In_ PFILE_OBJECT FileObject);

/*
 * TRUE: stream handle contexts are possible for this file object. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltsupportsstreamhandlecontexts.
 */
NTKERNELAPI BOOLEAN FLTAPI FltSupportsStreamHandleContexts(_In_ PFILE_OBJECT FileObject);

/*
 * Before FltCreateSectionForDataScan on this instance. STATUS_NOT_SUPPORTED; STATUS_INVALID_PARAMETER. IRQL: up to
 * APC_LEVEL. Source: nf-fltkernel-fltregisterfordatascan.
 */
NTKERNELAPI NTSTATUS FLTAPI FltRegisterForDataScan(_In_ const PFLT_INSTANCE Instance);

/*
 * A section over the stream's data as it is below the instance: a copy, so nothing ever has to give way and
 * SectionNotificationCallback is not called. Handle and object are released separately. STATUS_FLT_CONTEXT_ALREADY_DEFINED: one for each instance and stream;
 * STATUS_END_OF_FILE: empty file; STATUS_FILE_IS_A_DIRECTORY; STATUS_FILE_LOCK_CONFLICT; STATUS_INVALID_PARAMETER_8,
 * _9: protection, attributes; STATUS_INVALID_PARAMETER: not registered; STATUS_NOT_SUPPORTED. IRQL: up to APC_LEVEL.
 * Source: nf-fltkernel-fltcreatesectionfordatascan.
 */
NTKERNELAPI NTSTATUS FLTAPI FltCreateSectionForDataScan(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _In_ PFLT_CONTEXT SectionContext, _In_ ACCESS_MASK DesiredAccess, _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes,
    _In_opt_ PLARGE_INTEGER MaximumSize, _In_ ULONG SectionPageProtection, _In_ ULONG AllocationAttributes,
    _In_ ULONG Flags, _Out_ PHANDLE SectionHandle, _Out_ PVOID *SectionObject,
    _Out_opt_ PLARGE_INTEGER SectionFileSize);

/*
 * Ends it. STATUS_INVALID_PARAMETER: never created; STATUS_NOT_FOUND: closed already. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltclosesectionfordatascan.
 */
NTKERNELAPI NTSTATUS FLTAPI FltCloseSectionForDataScan(_In_ PFLT_CONTEXT SectionContext);

/*
 * Takes part in a transaction with a context; NotificationMask: what to be told. STATUS_FLT_ALREADY_ENLISTED;
 * STATUS_NOT_SUPPORTED: no transactions here. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltenlistintransaction.
 */
NTKERNELAPI NTSTATUS FLTAPI FltEnlistInTransaction(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_ PFLT_CONTEXT TransactionContext, _In_ ULONG NotificationMask);

/*
 * Rolls the transaction back. STATUS_NOT_SUPPORTED. IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltrollbackenlistment.
 */
NTKERNELAPI NTSTATUS FLTAPI FltRollbackEnlistment(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_opt_ PFLT_CONTEXT TransactionContext);

/* Answers TRANSACTION_NOTIFY_PREPREPARE. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltprepreparecomplete. */
NTKERNELAPI NTSTATUS FLTAPI FltPrePrepareComplete(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_opt_ PFLT_CONTEXT TransactionContext);

/* Answers TRANSACTION_NOTIFY_PREPARE. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltpreparecomplete. */
NTKERNELAPI NTSTATUS FLTAPI FltPrepareComplete(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_opt_ PFLT_CONTEXT TransactionContext);

/* Answers TRANSACTION_NOTIFY_COMMIT. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltcommitcomplete. */
NTKERNELAPI NTSTATUS FLTAPI FltCommitComplete(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_opt_ PFLT_CONTEXT TransactionContext);

/* Answers TRANSACTION_NOTIFY_COMMIT_FINALIZE. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltcommitfinalizecomplete. */
NTKERNELAPI NTSTATUS FLTAPI FltCommitFinalizeComplete(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_opt_ PFLT_CONTEXT TransactionContext);

/* Answers TRANSACTION_NOTIFY_ROLLBACK. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltrollbackcomplete. */
NTKERNELAPI NTSTATUS FLTAPI FltRollbackComplete(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_opt_ PFLT_CONTEXT TransactionContext);

#ifdef __cplusplus
}
#endif

#endif
