/* Contexts: blobs of a filter that hang on volumes, instances, files, streams, open files and transactions. */
#ifndef OFM_NT_FLT_CONTEXT_H
#define OFM_NT_FLT_CONTEXT_H

#include "nt/flt_types.h"

#ifdef __cplusplus
extern "C" {
#endif

NTKERNELAPI NTSTATUS FLTAPI FltAllocateContext(_In_ PFLT_FILTER Filter, _In_ FLT_CONTEXT_TYPE ContextType,
    _In_ SIZE_T ContextSize, _In_ POOL_TYPE PoolType, _Out_ PFLT_CONTEXT *ReturnedContext);
NTKERNELAPI void FLTAPI FltReferenceContext(_In_ PFLT_CONTEXT Context);
NTKERNELAPI void FLTAPI FltReleaseContext(_In_ PFLT_CONTEXT Context);
NTKERNELAPI void FLTAPI FltDeleteContext(_In_ PFLT_CONTEXT Context);
NTKERNELAPI void FLTAPI FltGetContexts(PCFLT_RELATED_OBJECTS FltObjects, FLT_CONTEXT_TYPE DesiredContexts,
    PFLT_RELATED_CONTEXTS Contexts);
NTKERNELAPI void FLTAPI FltReleaseContexts(_In_ PFLT_RELATED_CONTEXTS Contexts);
NTKERNELAPI NTSTATUS FLTAPI FltGetContextsEx(_In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_CONTEXT_TYPE DesiredContexts, _In_ SIZE_T ContextsSize, _Out_ PFLT_RELATED_CONTEXTS_EX Contexts);
NTKERNELAPI void FLTAPI FltReleaseContextsEx(_In_ SIZE_T ContextsSize, _In_ PFLT_RELATED_CONTEXTS_EX Contexts);
NTKERNELAPI NTSTATUS FLTAPI FltSetVolumeContext(_In_ PFLT_VOLUME Volume, _In_ FLT_SET_CONTEXT_OPERATION Operation,
    _In_ PFLT_CONTEXT NewContext, _Out_opt_ PFLT_CONTEXT *OldContext);
NTKERNELAPI NTSTATUS FLTAPI FltGetVolumeContext(_In_ PFLT_FILTER Filter, _In_ PFLT_VOLUME Volume,
    _Out_ PFLT_CONTEXT *Context);
NTKERNELAPI NTSTATUS FLTAPI FltDeleteVolumeContext(_In_ PFLT_FILTER Filter, _In_ PFLT_VOLUME Volume,
    _Out_opt_ PFLT_CONTEXT *OldContext);
NTKERNELAPI NTSTATUS FLTAPI FltSetInstanceContext(_In_ PFLT_INSTANCE Instance,
    _In_ FLT_SET_CONTEXT_OPERATION Operation, _In_ PFLT_CONTEXT NewContext, _Out_ PFLT_CONTEXT *OldContext);
NTKERNELAPI NTSTATUS FLTAPI FltGetInstanceContext(_In_ PFLT_INSTANCE Instance, _Out_ PFLT_CONTEXT *Context);
NTKERNELAPI NTSTATUS FLTAPI FltDeleteInstanceContext(_In_ PFLT_INSTANCE Instance, _Out_ PFLT_CONTEXT *OldContext);
NTKERNELAPI NTSTATUS FLTAPI FltSetFileContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _In_ FLT_SET_CONTEXT_OPERATION Operation, _In_ PFLT_CONTEXT NewContext, _Out_ PFLT_CONTEXT *OldContext);
NTKERNELAPI NTSTATUS FLTAPI FltGetFileContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CONTEXT *Context);
NTKERNELAPI NTSTATUS FLTAPI FltDeleteFileContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CONTEXT *OldContext);
NTKERNELAPI NTSTATUS FLTAPI FltSetStreamContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _In_ FLT_SET_CONTEXT_OPERATION Operation, _In_ PFLT_CONTEXT NewContext, _Out_ PFLT_CONTEXT *OldContext);
NTKERNELAPI NTSTATUS FLTAPI FltGetStreamContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CONTEXT *Context);
NTKERNELAPI NTSTATUS FLTAPI FltDeleteStreamContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CONTEXT *OldContext);
NTKERNELAPI NTSTATUS FLTAPI FltSetStreamHandleContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _In_ FLT_SET_CONTEXT_OPERATION Operation, _In_ PFLT_CONTEXT NewContext, _Out_opt_ PFLT_CONTEXT *OldContext);
NTKERNELAPI NTSTATUS FLTAPI FltGetStreamHandleContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CONTEXT *Context);
NTKERNELAPI NTSTATUS FLTAPI FltDeleteStreamHandleContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CONTEXT *OldContext);
NTKERNELAPI NTSTATUS FLTAPI FltSetTransactionContext(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_ FLT_SET_CONTEXT_OPERATION Operation, _In_ PFLT_CONTEXT NewContext, _Out_opt_ PFLT_CONTEXT *OldContext);
NTKERNELAPI NTSTATUS FLTAPI FltGetTransactionContext(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _Out_ PFLT_CONTEXT *Context);
NTKERNELAPI NTSTATUS FLTAPI FltDeleteTransactionContext(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _Out_opt_ PFLT_CONTEXT *OldContext);
NTKERNELAPI NTSTATUS FLTAPI FltGetSectionContext(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _Out_ PFLT_CONTEXT *Context);
NTKERNELAPI BOOLEAN FLTAPI FltSupportsFileContexts(_In_ PFILE_OBJECT FileObject);
NTKERNELAPI BOOLEAN FLTAPI FltSupportsFileContextsEx(_In_ PFILE_OBJECT FileObject, _In_opt_ PFLT_INSTANCE Instance);
NTKERNELAPI BOOLEAN FLTAPI FltSupportsStreamContexts(_In_ PFILE_OBJECT FileObject);
NTKERNELAPI BOOLEAN FLTAPI FltSupportsStreamHandleContexts(_In_ PFILE_OBJECT FileObject);
NTKERNELAPI NTSTATUS FLTAPI FltRegisterForDataScan(_In_ const PFLT_INSTANCE Instance);
NTKERNELAPI NTSTATUS FLTAPI FltCreateSectionForDataScan(_In_ PFLT_INSTANCE Instance, _In_ PFILE_OBJECT FileObject,
    _In_ PFLT_CONTEXT SectionContext, _In_ ACCESS_MASK DesiredAccess, _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes,
    _In_opt_ PLARGE_INTEGER MaximumSize, _In_ ULONG SectionPageProtection, _In_ ULONG AllocationAttributes,
    _In_ ULONG Flags, _Out_ PHANDLE SectionHandle, _Out_ PVOID *SectionObject,
    _Out_opt_ PLARGE_INTEGER SectionFileSize);
NTKERNELAPI NTSTATUS FLTAPI FltCloseSectionForDataScan(_In_ PFLT_CONTEXT SectionContext);
NTKERNELAPI NTSTATUS FLTAPI FltEnlistInTransaction(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_ PFLT_CONTEXT TransactionContext, _In_ ULONG NotificationMask);
NTKERNELAPI NTSTATUS FLTAPI FltRollbackEnlistment(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_opt_ PFLT_CONTEXT TransactionContext);
NTKERNELAPI NTSTATUS FLTAPI FltPrePrepareComplete(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_opt_ PFLT_CONTEXT TransactionContext);
NTKERNELAPI NTSTATUS FLTAPI FltPrepareComplete(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_opt_ PFLT_CONTEXT TransactionContext);
NTKERNELAPI NTSTATUS FLTAPI FltCommitComplete(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_opt_ PFLT_CONTEXT TransactionContext);
NTKERNELAPI NTSTATUS FLTAPI FltCommitFinalizeComplete(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_opt_ PFLT_CONTEXT TransactionContext);
NTKERNELAPI NTSTATUS FLTAPI FltRollbackComplete(_In_ PFLT_INSTANCE Instance, _In_ PKTRANSACTION Transaction,
    _In_opt_ PFLT_CONTEXT TransactionContext);

#ifdef __cplusplus
}
#endif

#endif
