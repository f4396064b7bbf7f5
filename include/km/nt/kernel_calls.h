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
NTKERNELAPI NTSTATUS NTAPI DbgSetDebugPrintCallback(PDEBUG_PRINT_CALLBACK DebugPrintCallback, BOOLEAN Enable);

NTKERNELAPI BOOLEAN NTAPI KdRefreshDebuggerNotPresent(void);
NTKERNELAPI NTSTATUS NTAPI KdDisableDebugger(void);
NTKERNELAPI NTSTATUS NTAPI KdEnableDebugger(void);
NTKERNELAPI NTSTATUS NTAPI KdChangeOption(KD_OPTION Option, ULONG InBufferBytes, PVOID InBuffer,
    ULONG OutBufferBytes, PVOID OutBuffer, PULONG OutBufferNeeded);
NTKERNELAPI void NTAPI KfLowerIrql(KIRQL NewIrql);
NTKERNELAPI KIRQL NTAPI KeRaiseIrqlToSynchLevel(void);
NTKERNELAPI void NTAPI KeRevertToUserAffinityThread(void);
NTKERNELAPI void NTAPI KeEnterCriticalRegion(void);
NTKERNELAPI void NTAPI KeLeaveCriticalRegion(void);
NTKERNELAPI void NTAPI KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql);
NTKERNELAPI ULONGLONG NTAPI KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp);
NTKERNELAPI BOOLEAN NTAPI KeRemoveQueueDpcEx(PRKDPC Dpc, BOOLEAN WaitIfActive);

/* ---- ex ---- */

typedef GUID UUID;
NTKERNELAPI NTSTATUS NTAPI ExUuidCreate(UUID *Uuid);

/* FALSE: the item is queued already. */
NTKERNELAPI BOOLEAN NTAPI IoTryQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX WorkerRoutine,
    WORK_QUEUE_TYPE QueueType, PVOID Context);

NTKERNELAPI void NTAPI ExReleasePushLock(EX_PUSH_LOCK *PushLock);
NTKERNELAPI void NTAPI ExReleasePushLockEx(EX_PUSH_LOCK *PushLock, ULONG Flags);
NTKERNELAPI void NTAPI ExfAcquirePushLockExclusive(EX_PUSH_LOCK *PushLock);
NTKERNELAPI void NTAPI ExfAcquirePushLockShared(EX_PUSH_LOCK *PushLock);
NTKERNELAPI void NTAPI ExfReleasePushLockExclusive(EX_PUSH_LOCK *PushLock);
NTKERNELAPI void NTAPI ExfReleasePushLockShared(EX_PUSH_LOCK *PushLock);
NTKERNELAPI BOOLEAN NTAPI ExTryAcquireSpinLockSharedAtDpcLevel(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI BOOLEAN NTAPI ExTryAcquireSpinLockExclusiveAtDpcLevel(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI BOOLEAN NTAPI ExTryToAcquireResourceExclusiveLite(PERESOURCE Resource);
NTKERNELAPI PVOID NTAPI ExEnterCriticalRegionAndAcquireSharedWaitForExclusive(PERESOURCE Resource);
NTKERNELAPI void NTAPI ExReleaseResourceLite(PERESOURCE Resource);
NTKERNELAPI ERESOURCE_THREAD NTAPI ExGetCurrentResourceThread(void);
NTKERNELAPI PSLIST_ENTRY NTAPI FirstEntrySList(const SLIST_HEADER *SListHead);

/* ---- rtl ---- */

NTKERNELAPI BOOLEAN NTAPI RtlAreAllAccessesGranted(ACCESS_MASK GrantedAccess, ACCESS_MASK DesiredAccess);
NTKERNELAPI BOOLEAN NTAPI RtlAreAnyAccessesGranted(ACCESS_MASK GrantedAccess, ACCESS_MASK DesiredAccess);

NTSYSAPI ULONGLONG NTAPI VerSetConditionMask(ULONGLONG ConditionMask, ULONG TypeMask, UCHAR Condition);

NTKERNELAPI NTSTATUS NTAPI RtlAppendAsciizToString(PSTRING Destination, PCSZ Source);
NTKERNELAPI BOOLEAN NTAPI RtlPrefixString(const STRING *String1, const STRING *String2,
    BOOLEAN CaseInSensitive);
NTKERNELAPI ULONG NTAPI RtlxAnsiStringToUnicodeSize(PCANSI_STRING AnsiString);
NTKERNELAPI ULONG NTAPI RtlxOemStringToUnicodeSize(PCOEM_STRING OemString);
NTKERNELAPI ULONG NTAPI RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING UnicodeString);
NTKERNELAPI ULONG NTAPI RtlxUnicodeStringToOemSize(PCUNICODE_STRING UnicodeString);
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeStringToAnsiString(PANSI_STRING DestinationString,
    PCUNICODE_STRING SourceString, BOOLEAN AllocateDestinationString);
NTKERNELAPI void NTAPI RtlDeleteElementGenericTableAvlEx(PRTL_AVL_TABLE Table, PVOID NodeOrParent);
NTKERNELAPI ULONG NTAPI RtlNumberOfSetBitsInRange(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length);
NTKERNELAPI ULONG NTAPI RtlNumberOfClearBitsInRange(PRTL_BITMAP BitMapHeader, ULONG StartingIndex,
    ULONG Length);
NTKERNELAPI ULONG NTAPI RtlFindNextForwardRunSet(PRTL_BITMAP BitMapHeader, ULONG FromIndex,
    PULONG StartingRunIndex);
NTKERNELAPI ULONG NTAPI RtlFindLongestRunSet(PRTL_BITMAP BitMapHeader, PULONG StartingIndex);
NTKERNELAPI BOOLEAN NTAPI FsRtlIsNameInUnUpcasedExpression(PUNICODE_STRING Expression,
    PUNICODE_STRING Name, BOOLEAN IgnoreCase, PWCH UpcaseTable);
NTKERNELAPI PVOID NTAPI RtlInsertElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer,
    CLONG BufferSize, PBOOLEAN NewElement, PVOID NodeOrParent, TABLE_SEARCH_RESULT SearchResult);
NTKERNELAPI PVOID NTAPI RtlLookupElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer,
    PVOID *NodeOrParent, TABLE_SEARCH_RESULT *SearchResult);
NTKERNELAPI void NTAPI RtlFillMemoryUlong(PVOID Destination, SIZE_T Length, ULONG Pattern);
NTKERNELAPI void NTAPI RtlFillMemoryUlonglong(PVOID Destination, SIZE_T Length, ULONGLONG Pattern);
NTKERNELAPI ULONG NTAPI RtlComputeCrc32(ULONG InitialCrc, const VOID *Buffer, ULONG Length);
NTKERNELAPI ULONG NTAPI RtlUniform(PULONG Seed);
NTKERNELAPI NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG Value, ULONG Base, PUNICODE_STRING String);
NTKERNELAPI NTSTATUS NTAPI RtlIntegerToChar(ULONG Value, ULONG Base, LONG OutputLength, PCHAR String);
NTKERNELAPI NTSTATUS NTAPI RtlLargeIntegerToChar(PLARGE_INTEGER Value, ULONG Base, LONG OutputLength,
    PCHAR String);
NTKERNELAPI NTSTATUS NTAPI RtlLengthSidAsUnicodeString(PSID Sid, PULONG StringLength);
NTKERNELAPI NTSTATUS NTAPI RtlSystemTimeToLocalTime(const LARGE_INTEGER *SystemTime, PLARGE_INTEGER LocalTime);
NTKERNELAPI NTSTATUS NTAPI RtlLocalTimeToSystemTime(const LARGE_INTEGER *LocalTime, PLARGE_INTEGER SystemTime);
NTKERNELAPI NTSTATUS NTAPI RtlValidateUnicodeString(ULONG Flags, PCUNICODE_STRING String);
NTKERNELAPI NTSTATUS NTAPI RtlFindCharInUnicodeString(ULONG Flags, PCUNICODE_STRING String,
    PCUNICODE_STRING CharSet, USHORT *NonInclusivePrefixLength);

#ifdef __cplusplus
}
#endif

#endif
