/* Calls of ke, ex and rtl that the documentation of wdm.h, ntddk.h and ntifs.h does not list, or lists as macros. */
#ifndef OFM_NT_KERNEL_CALLS_H
#define OFM_NT_KERNEL_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- ke ---- */

/* Windows' kernel gives pointers here: *KdDebuggerEnabled. Debuggers come and go: KdRefreshDebuggerNotPresent looks again. */
NTKERNELAPI extern PBOOLEAN KdDebuggerEnabled;
NTKERNELAPI extern PBOOLEAN KdDebuggerNotPresent;

typedef void DEBUG_PRINT_CALLBACK(PSTRING Output, ULONG ComponentId, ULONG Level);
typedef DEBUG_PRINT_CALLBACK *PDEBUG_PRINT_CALLBACK;

/*
 * Adds or removes (Enable FALSE) a routine that gets every debug message. STATUS_INSUFFICIENT_RESOURCES: eight are
 * there. IRQL: any level. Source: ntifs.h, DbgSetDebugPrintCallback.
 */
NTKERNELAPI NTSTATUS NTAPI DbgSetDebugPrintCallback(PDEBUG_PRINT_CALLBACK DebugPrintCallback, BOOLEAN Enable);

/*
 * Looks again whether a debugger is attached to the manager; FALSE: one is. IRQL: any level. Source:
 * nf-wdm-kdrefreshdebuggernotpresent.
 */
NTKERNELAPI BOOLEAN NTAPI KdRefreshDebuggerNotPresent(void);

/*
 * STATUS_DEBUGGER_INACTIVE: a debugger is attached from outside here. IRQL: any level. Source:
 * nf-wdm-kddisabledebugger.
 */
NTKERNELAPI NTSTATUS NTAPI KdDisableDebugger(void);

/*
 * STATUS_DEBUGGER_INACTIVE: a debugger is attached from outside here. IRQL: any level. Source:
 * nf-wdm-kdenabledebugger.
 */
NTKERNELAPI NTSTATUS NTAPI KdEnableDebugger(void);

/* STATUS_DEBUGGER_INACTIVE. IRQL: any level. Source: nf-wdm-kdchangeoption. */
NTKERNELAPI NTSTATUS NTAPI KdChangeOption(KD_OPTION Option, ULONG InBufferBytes, PVOID InBuffer,
    ULONG OutBufferBytes, PVOID OutBuffer, PULONG OutBufferNeeded);

/* KeLowerIrql. IRQL: up to DISPATCH_LEVEL. Source: ntifs.h, KfLowerIrql. */
NTKERNELAPI void NTAPI KfLowerIrql(KIRQL NewIrql);

/* Raises to DISPATCH_LEVEL. IRQL: up to DISPATCH_LEVEL. Source: ntifs.h, KeRaiseIrqlToSynchLevel. */
NTKERNELAPI KIRQL NTAPI KeRaiseIrqlToSynchLevel(void);

/* Back to all processors. IRQL: up to DISPATCH_LEVEL. Source: ntifs.h, KeRevertToUserAffinityThread. */
NTKERNELAPI void NTAPI KeRevertToUserAffinityThread(void);

/*
 * No normal kernel APCs until KeLeaveCriticalRegion; nests. IRQL: up to APC_LEVEL. Source:
 * nf-ntddk-keentercriticalregion.
 */
NTKERNELAPI void NTAPI KeEnterCriticalRegion(void);

/* Leaves the innermost critical region. IRQL: up to APC_LEVEL. Source: nf-ntddk-keleavecriticalregion. */
NTKERNELAPI void NTAPI KeLeaveCriticalRegion(void);

/* Releases it and goes back to NewIrql. IRQL: DISPATCH_LEVEL. Source: nf-wdm-kereleasespinlock. */
NTKERNELAPI void NTAPI KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql);

/*
 * 100 ns since start; *QpcTimeStamp is the performance counter of that moment. IRQL: any level. Source:
 * nf-wdm-kequeryinterrupttimeprecise.
 */
NTKERNELAPI ULONGLONG NTAPI KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp);

/*
 * The same; with WaitIfActive it also waits until the routine does not run. IRQL: any level. Source: ntifs.h,
 * KeRemoveQueueDpcEx.
 */
NTKERNELAPI BOOLEAN NTAPI KeRemoveQueueDpcEx(PRKDPC Dpc, BOOLEAN WaitIfActive);

/* ---- ex ---- */

typedef GUID UUID;

/* A random UUID (version 4). IRQL: PASSIVE_LEVEL. Source: nf-ntddk-exuuidcreate. */
NTKERNELAPI NTSTATUS NTAPI ExUuidCreate(UUID *Uuid);

/* FALSE: the item is queued already. IRQL: up to DISPATCH_LEVEL. Source: ntifs.h, IoTryQueueWorkItem. */
NTKERNELAPI BOOLEAN NTAPI IoTryQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX WorkerRoutine,
    WORK_QUEUE_TYPE QueueType, PVOID Context);

/* Ends the hold, whichever it is. IRQL: up to APC_LEVEL. Source: ntifs.h, ExReleasePushLock. */
NTKERNELAPI void NTAPI ExReleasePushLock(EX_PUSH_LOCK *PushLock);

/* The same. IRQL: up to APC_LEVEL. Source: ntifs.h, ExReleasePushLockEx. */
NTKERNELAPI void NTAPI ExReleasePushLockEx(EX_PUSH_LOCK *PushLock, ULONG Flags);

/* Alone; no checks. IRQL: up to APC_LEVEL. Source: ntifs.h, ExfAcquirePushLockExclusive. */
NTKERNELAPI void NTAPI ExfAcquirePushLockExclusive(EX_PUSH_LOCK *PushLock);

/* With other readers; no checks. IRQL: up to APC_LEVEL. Source: ntifs.h, ExfAcquirePushLockShared. */
NTKERNELAPI void NTAPI ExfAcquirePushLockShared(EX_PUSH_LOCK *PushLock);

/* Ends an exclusive hold. IRQL: up to APC_LEVEL. Source: ntifs.h, ExfReleasePushLockExclusive. */
NTKERNELAPI void NTAPI ExfReleasePushLockExclusive(EX_PUSH_LOCK *PushLock);

/* Ends a shared hold. IRQL: up to APC_LEVEL. Source: ntifs.h, ExfReleasePushLockShared. */
NTKERNELAPI void NTAPI ExfReleasePushLockShared(EX_PUSH_LOCK *PushLock);

/*
 * Shared, if that is possible at once. IRQL: DISPATCH_LEVEL. Source: ntifs.h, ExTryAcquireSpinLockSharedAtDpcLevel.
 */
NTKERNELAPI BOOLEAN NTAPI ExTryAcquireSpinLockSharedAtDpcLevel(PEX_SPIN_LOCK SpinLock);

/*
 * Exclusively, if that is possible at once. IRQL: DISPATCH_LEVEL. Source: ntifs.h,
 * ExTryAcquireSpinLockExclusiveAtDpcLevel.
 */
NTKERNELAPI BOOLEAN NTAPI ExTryAcquireSpinLockExclusiveAtDpcLevel(PEX_SPIN_LOCK SpinLock);

/*
 * Exclusively if that is possible at once. IRQL: up to APC_LEVEL. Source: ntifs.h,
 * ExTryToAcquireResourceExclusiveLite.
 */
NTKERNELAPI BOOLEAN NTAPI ExTryToAcquireResourceExclusiveLite(PERESOURCE Resource);

/*
 * Both, as ExAcquireSharedWaitForExclusive. IRQL: up to APC_LEVEL. Source: ntifs.h,
 * ExEnterCriticalRegionAndAcquireSharedWaitForExclusive.
 */
NTKERNELAPI PVOID NTAPI ExEnterCriticalRegionAndAcquireSharedWaitForExclusive(PERESOURCE Resource);

/*
 * Releases one acquire of the calling thread; not an owner: the manager stops (RESOURCE_NOT_OWNED). IRQL: up to
 * DISPATCH_LEVEL. Source: nf-wdm-exreleaseresourcelite.
 */
NTKERNELAPI void NTAPI ExReleaseResourceLite(PERESOURCE Resource);

/*
 * What names the calling thread to ExReleaseResourceForThreadLite. IRQL: any level. Source: ntifs.h,
 * ExGetCurrentResourceThread.
 */
NTKERNELAPI ERESOURCE_THREAD NTAPI ExGetCurrentResourceThread(void);

/* The first entry, left in the list; only for who owns the list. IRQL: any level. Source: nf-wdm-firstentryslist. */
NTKERNELAPI PSLIST_ENTRY NTAPI FirstEntrySList(const SLIST_HEADER *SListHead);

/* ---- rtl ---- */

/* Whether every desired right is granted. IRQL: any level. Source: ntifs.h, RtlAreAllAccessesGranted. */
NTKERNELAPI BOOLEAN NTAPI RtlAreAllAccessesGranted(ACCESS_MASK GrantedAccess, ACCESS_MASK DesiredAccess);

/* Whether one of them is. IRQL: any level. Source: ntifs.h, RtlAreAnyAccessesGranted. */
NTKERNELAPI BOOLEAN NTAPI RtlAreAnyAccessesGranted(ACCESS_MASK GrantedAccess, ACCESS_MASK DesiredAccess);

/*
 * Adds a condition for the types to a mask for RtlVerifyVersionInfo. IRQL: any level. Source: ntifs.h,
 * VerSetConditionMask.
 */
NTSYSAPI ULONGLONG NTAPI VerSetConditionMask(ULONGLONG ConditionMask, ULONG TypeMask, UCHAR Condition);

/* The same for a terminated text. IRQL: any level. Source: ntifs.h, RtlAppendAsciizToString. */
NTKERNELAPI NTSTATUS NTAPI RtlAppendAsciizToString(PSTRING Destination, PCSZ Source);

/* Whether String1 begins String2. IRQL: PASSIVE_LEVEL. Source: ntifs.h, RtlPrefixString. */
NTKERNELAPI BOOLEAN NTAPI RtlPrefixString(const STRING *String1, const STRING *String2,
    BOOLEAN CaseInSensitive);

/*
 * Bytes that the string needs as UTF-16, with a terminator. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-rtlxansistringtounicodesize.
 */
NTKERNELAPI ULONG NTAPI RtlxAnsiStringToUnicodeSize(PCANSI_STRING AnsiString);

/* The same. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtlxoemstringtounicodesize. */
NTKERNELAPI ULONG NTAPI RtlxOemStringToUnicodeSize(PCOEM_STRING OemString);

/*
 * Bytes that the string needs as UTF-8, with a terminator. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-rtlxunicodestringtoansisize.
 */
NTKERNELAPI ULONG NTAPI RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING UnicodeString);

/* The same. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtlxunicodestringtooemsize. */
NTKERNELAPI ULONG NTAPI RtlxUnicodeStringToOemSize(PCUNICODE_STRING UnicodeString);

/*
 * RtlUnicodeStringToAnsiString in upper case. IRQL: PASSIVE_LEVEL. Source: ntifs.h,
 * RtlUpcaseUnicodeStringToAnsiString.
 */
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeStringToAnsiString(PANSI_STRING DestinationString,
    PCUNICODE_STRING SourceString, BOOLEAN AllocateDestinationString);

/*
 * Deletes the element at a place that a look-up found. IRQL: any level. Source: ntifs.h,
 * RtlDeleteElementGenericTableAvlEx.
 */
NTKERNELAPI void NTAPI RtlDeleteElementGenericTableAvlEx(PRTL_AVL_TABLE Table, PVOID NodeOrParent);

/* How many of these are 1. IRQL: any level. Source: ntifs.h, RtlNumberOfSetBitsInRange. */
NTKERNELAPI ULONG NTAPI RtlNumberOfSetBitsInRange(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length);

/* How many of these are 0. IRQL: any level. Source: ntifs.h, RtlNumberOfClearBitsInRange. */
NTKERNELAPI ULONG NTAPI RtlNumberOfClearBitsInRange(PRTL_BITMAP BitMapHeader, ULONG StartingIndex,
    ULONG Length);

/* Length of the next run of 1 bits from FromIndex on. IRQL: any level. Source: ntifs.h, RtlFindNextForwardRunSet. */
NTKERNELAPI ULONG NTAPI RtlFindNextForwardRunSet(PRTL_BITMAP BitMapHeader, ULONG FromIndex,
    PULONG StartingRunIndex);

/* Length of the longest run of 1 bits. IRQL: any level. Source: ntifs.h, RtlFindLongestRunSet. */
NTKERNELAPI ULONG NTAPI RtlFindLongestRunSet(PRTL_BITMAP BitMapHeader, PULONG StartingIndex);

/*
 * FsRtlIsNameInExpression that upcases the expression, too. IRQL: PASSIVE_LEVEL. Source: ntifs.h,
 * FsRtlIsNameInUnUpcasedExpression.
 */
NTKERNELAPI BOOLEAN NTAPI FsRtlIsNameInUnUpcasedExpression(PUNICODE_STRING Expression,
    PUNICODE_STRING Name, BOOLEAN IgnoreCase, PWCH UpcaseTable);

/*
 * The same at the place that a full look-up found. IRQL: any level. Source: ntifs.h,
 * RtlInsertElementGenericTableFull.
 */
NTKERNELAPI PVOID NTAPI RtlInsertElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer,
    CLONG BufferSize, PBOOLEAN NewElement, PVOID NodeOrParent, TABLE_SEARCH_RESULT SearchResult);

/* The same, with the place for an insertion. IRQL: any level. Source: ntifs.h, RtlLookupElementGenericTableFull. */
NTKERNELAPI PVOID NTAPI RtlLookupElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer,
    PVOID *NodeOrParent, TABLE_SEARCH_RESULT *SearchResult);

/* Fills with the pattern; Length in bytes. IRQL: any level. Source: nf-ntifs-rtlfillmemoryulong. */
NTKERNELAPI void NTAPI RtlFillMemoryUlong(PVOID Destination, SIZE_T Length, ULONG Pattern);

/* Fills with the pattern; Length in bytes. IRQL: any level. Source: nf-ntifs-rtlfillmemoryulonglong. */
NTKERNELAPI void NTAPI RtlFillMemoryUlonglong(PVOID Destination, SIZE_T Length, ULONGLONG Pattern);

/* RtlCrc32 with another order of arguments. IRQL: any level. Source: ntifs.h, RtlComputeCrc32. */
NTKERNELAPI ULONG NTAPI RtlComputeCrc32(ULONG InitialCrc, const VOID *Buffer, ULONG Length);

/* The same, by a simple linear generator. IRQL: any level. Source: ntifs.h, RtlUniform. */
NTKERNELAPI ULONG NTAPI RtlUniform(PULONG Seed);

/*
 * A number as text in base 2, 8, 10 (0) or 16. STATUS_BUFFER_OVERFLOW, STATUS_INVALID_PARAMETER. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-rtlint64tounicodestring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG Value, ULONG Base, PUNICODE_STRING String);

/*
 * The same into characters; a negative length pads with zeros. IRQL: PASSIVE_LEVEL. Source: ntifs.h,
 * RtlIntegerToChar.
 */
NTKERNELAPI NTSTATUS NTAPI RtlIntegerToChar(ULONG Value, ULONG Base, LONG OutputLength, PCHAR String);

/* The same for 64 bits. IRQL: PASSIVE_LEVEL. Source: ntifs.h, RtlLargeIntegerToChar. */
NTKERNELAPI NTSTATUS NTAPI RtlLargeIntegerToChar(PLARGE_INTEGER Value, ULONG Base, LONG OutputLength,
    PCHAR String);

/*
 * Bytes that RtlConvertSidToUnicodeString needs, with a terminator. IRQL: PASSIVE_LEVEL. Source: ntifs.h,
 * RtlLengthSidAsUnicodeString.
 */
NTKERNELAPI NTSTATUS NTAPI RtlLengthSidAsUnicodeString(PSID Sid, PULONG StringLength);

/* By today's offset. IRQL: any level. Source: ntifs.h, RtlSystemTimeToLocalTime. */
NTKERNELAPI NTSTATUS NTAPI RtlSystemTimeToLocalTime(const LARGE_INTEGER *SystemTime, PLARGE_INTEGER LocalTime);

/* By today's offset. IRQL: any level. Source: ntifs.h, RtlLocalTimeToSystemTime. */
NTKERNELAPI NTSTATUS NTAPI RtlLocalTimeToSystemTime(const LARGE_INTEGER *LocalTime, PLARGE_INTEGER SystemTime);

/*
 * STATUS_INVALID_PARAMETER: lengths or buffer are not possible. IRQL: any level. Source: ntifs.h,
 * RtlValidateUnicodeString.
 */
NTKERNELAPI NTSTATUS NTAPI RtlValidateUnicodeString(ULONG Flags, PCUNICODE_STRING String);

/*
 * Bytes up to a character of the set. Flags: 1 from the end, 2 not in the set, 4 without case. STATUS_NOT_FOUND.
 * IRQL: any level. Source: ntifs.h, RtlFindCharInUnicodeString.
 */
NTKERNELAPI NTSTATUS NTAPI RtlFindCharInUnicodeString(ULONG Flags, PCUNICODE_STRING String,
    PCUNICODE_STRING CharSet, USHORT *NonInclusivePrefixLength);

#ifdef __cplusplus
}
#endif

#endif
