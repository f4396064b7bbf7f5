/* Strings, bitmaps, tables, time, registry queries, security structures. */
#ifndef OFM_NT_RTL_CALLS_H
#define OFM_NT_RTL_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

/* TRUE: String2 ends with String1. */
NTSYSAPI BOOLEAN NTAPI RtlSuffixUnicodeString(
    _In_ PCUNICODE_STRING String1, _In_ PCUNICODE_STRING String2, _In_ BOOLEAN CaseInSensitive);
#define RtlIntPtrToUnicodeString(Value, Base, String) RtlInt64ToUnicodeString((Value), (Base), (String))
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToUTF8N(_Out_opt_ PCHAR UTF8StringDestination, _In_ ULONG UTF8StringMaxByteCount,
    _Out_opt_ PULONG UTF8StringActualByteCount, _In_ PCWCH UnicodeStringSource, _In_ ULONG UnicodeStringByteCount);
NTSYSAPI NTSTATUS NTAPI RtlUTF8ToUnicodeN(_Out_opt_ PWSTR UnicodeStringDestination, _In_ ULONG UnicodeStringMaxByteCount,
    _Out_opt_ PULONG UnicodeStringActualByteCount, _In_ PCCH UTF8StringSource, _In_ ULONG UTF8StringByteCount);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToUTF8String(
    _Inout_ PUTF8_STRING DestinationString, _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);
NTSYSAPI NTSTATUS NTAPI RtlUTF8StringToUnicodeString(
    _Inout_ PUNICODE_STRING DestinationString, _In_ PUTF8_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);
NTSYSAPI void NTAPI RtlInitUTF8String(_Out_ PUTF8_STRING DestinationString, _In_opt_ PCSZ SourceString);
NTSYSAPI NTSTATUS NTAPI RtlInitUTF8StringEx(_Out_ PUTF8_STRING DestinationString, _In_opt_ PCSZ SourceString);
NTSYSAPI void NTAPI RtlFreeUTF8String(_Inout_ PUTF8_STRING utf8String);
NTSYSAPI NTSTATUS NTAPI RtlInitStringEx(_Out_ PSTRING DestinationString, _In_opt_ PCSZ SourceString);
NTSYSAPI NTSTATUS NTAPI RtlInitAnsiStringEx(_Out_ PANSI_STRING DestinationString, _In_opt_ PCSZ SourceString);
NTSYSAPI NTSTATUS NTAPI RtlInitUnicodeStringEx(_Out_ PUNICODE_STRING DestinationString, _In_opt_ PCWSTR SourceString);
NTSYSAPI ULONG NTAPI RtlCrc32(_In_ const void *Buffer, _In_ SIZE_T Size, _In_ ULONG InitialCrc);
NTSYSAPI ULONGLONG NTAPI RtlCrc64(_In_ const void *Buffer, _In_ SIZE_T Size, _In_ ULONGLONG InitialCrc);
#define RtlUnicodeStringToAnsiSize(STRING) RtlxUnicodeStringToAnsiSize(STRING)
#define RtlAnsiStringToUnicodeSize(STRING) RtlxAnsiStringToUnicodeSize(STRING)
#define RtlUnicodeStringToOemSize(STRING) RtlxUnicodeStringToOemSize(STRING)
#define RtlOemStringToUnicodeSize(STRING) RtlxOemStringToUnicodeSize(STRING)
#define RtlUnicodeStringToCountedOemSize(STRING) ((ULONG)(RtlUnicodeStringToOemSize(STRING) - sizeof(ANSI_NULL)))
#define RtlOemStringToCountedUnicodeSize(STRING) ((ULONG)(RtlOemStringToUnicodeSize(STRING) - sizeof(UNICODE_NULL)))
#define RtlEqualLuid(L1, L2) (((L1)->LowPart == (L2)->LowPart) && ((L1)->HighPart == (L2)->HighPart))
#define RtlIsEqualLuid(L1, L2) RtlEqualLuid(L1, L2)
#define RtlIsZeroLuid(L1) ((BOOLEAN)(((L1)->LowPart | (L1)->HighPart) == 0))

NTKERNELAPI void NTAPI RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber, PSTR Message);
NTKERNELAPI void NTAPI RtlCopyMemoryNonTemporal(void *Length, const void *Source, SIZE_T Destination);

/*
 * Frees the buffer of a string that a Rtl call has allocated, and empties it. IRQL: up toAPC_LEVEL. Source:
 * nf-wdm-rtlfreeunicodestring.
 */
NTKERNELAPI void NTAPI RtlFreeUnicodeString(_Inout_ PUNICODE_STRING UnicodeString);

/* Reads such a string. STATUS_INVALID_PARAMETER. IRQL: PASSIVE_LEVEL. Source: nf-wdm-rtlguidfromstring. */
NTKERNELAPI NTSTATUS NTAPI RtlGUIDFromString(_In_ PUNICODE_STRING GuidString, _Out_ GUID *Guid);

/*
 * Points a counted string at a terminated one; nothing is copied. SourceString NULL: an empty string. Longer than
 * 65534 bytes: cut off. Source: nf-wdm-rtlinitunicodestring.
 */
NTKERNELAPI void NTAPI RtlInitUnicodeString(_Out_ PUNICODE_STRING DestinationString, _In_opt_ PCWSTR SourceString);

/*
 * "{XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}", allocated; RtlFreeUnicodeString frees it. STATUS_NO_MEMORY. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-rtlstringfromguid.
 */
NTKERNELAPI NTSTATUS NTAPI RtlStringFromGUID(_In_ const GUID *constGuid, _Out_ PUNICODE_STRING GuidString);
NTKERNELAPI BOOLEAN NTAPI RtlAreBitsClear(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG StartingIndex, _In_ ULONG Length);
NTKERNELAPI BOOLEAN NTAPI RtlAreBitsSet(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG StartingIndex, _In_ ULONG Length);

/*
 * Converts. AllocateDestinationString TRUE: the result's buffer is allocated, RtlFreeUnicodeString frees it.
 * STATUS_BUFFER_OVERFLOW: it does not fit; STATUS_INVALID_PARAMETER_2: longer than a string can be;
 * STATUS_NO_MEMORY. IRQL: PASSIVE_LEVEL. Source: nf-wdm-rtlansistringtounicodestring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlAnsiStringToUnicodeString(_Inout_ PUNICODE_STRING DestinationString,
    _In_ PANSI_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);
NTKERNELAPI ULONG NTAPI RtlxAnsiStringToUnicodeSize(_In_ PCANSI_STRING AnsiString);

/*
 * Appends Source. STATUS_BUFFER_TOO_SMALL: it does not fit, nothing was appended. Source:
 * nf-wdm-rtlappendunicodestringtostring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlAppendUnicodeStringToString(_Inout_ PUNICODE_STRING Destination,
    _In_ PCUNICODE_STRING Source);

/*
 * Appends a terminated string. STATUS_BUFFER_TOO_SMALL: it does not fit, nothing was appended. Source:
 * nf-wdm-rtlappendunicodetostring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlAppendUnicodeToString(_Inout_ PUNICODE_STRING Destination, _In_opt_ PCWSTR Source);
NTKERNELAPI NTSTATUS NTAPI RtlCheckRegistryKey(_In_ ULONG RelativeTo, _In_ PWSTR Path);
NTKERNELAPI void NTAPI RtlClearAllBits(_In_ PRTL_BITMAP BitMapHeader);
NTKERNELAPI void NTAPI RtlClearBits(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG StartingIndex,
    _In_ ULONG NumberToClear);

/* Number of bytes from the start that are equal. IRQL: Any level. Source: nf-wdm-rtlcomparememory. */
NTKERNELAPI SIZE_T NTAPI RtlCompareMemory(_In_ const void *Source1, _In_ const void *Source2, _In_ SIZE_T Length);

/*
 * Less than 0, 0, greater than 0: String1 stands before, equals, stands behind String2. CaseInSensitive: both in
 * upper case. IRQL: PASSIVE_LEVEL. Source: nf-wdm-rtlcompareunicodestring.
 */
NTKERNELAPI LONG NTAPI RtlCompareUnicodeString(_In_ PCUNICODE_STRING String1, _In_ PCUNICODE_STRING String2,
    _In_ BOOLEAN CaseInSensitive);
NTKERNELAPI LONG NTAPI RtlCompareUnicodeStrings(PCWCH String1, SIZE_T String1Length, PCWCH String2,
    SIZE_T String2Length, BOOLEAN CaseInSensitive);

/*
 * Copies as much as fits into DestinationString's buffer, sets its Length; a terminator only if there is room.
 * SourceString NULL: empties it. IRQL: Any level. Source: nf-wdm-rtlcopyunicodestring.
 */
NTKERNELAPI void NTAPI RtlCopyUnicodeString(_Inout_ PUNICODE_STRING DestinationString,
    _In_opt_ PCUNICODE_STRING SourceString);
NTKERNELAPI NTSTATUS NTAPI RtlCreateRegistryKey(_In_ ULONG RelativeTo, _In_ PWSTR Path);

/*
 * Empties a descriptor of the caller's. Revision: SECURITY_DESCRIPTOR_REVISION. STATUS_UNKNOWN_REVISION. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-rtlcreatesecuritydescriptor.
 */
NTKERNELAPI NTSTATUS NTAPI RtlCreateSecurityDescriptor(_Out_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _In_ ULONG Revision);
NTKERNELAPI NTSTATUS NTAPI RtlDeleteRegistryValue(_In_ ULONG RelativeTo, _In_ PCWSTR Path, _In_ PCWSTR ValueName);

/* TRUE: equal, with or without regard to case. IRQL: PASSIVE_LEVEL. Source: nf-wdm-rtlequalunicodestring. */
NTKERNELAPI BOOLEAN NTAPI RtlEqualUnicodeString(_In_ const UNICODE_STRING *String1,
    _In_ const UNICODE_STRING *String2, _In_ BOOLEAN CaseInSensitive);

/*
 * Frees the buffer of a string that a Rtl call has allocated, and empties it. IRQL: up toAPC_LEVEL. Source:
 * nf-wdm-rtlfreeansistring.
 */
NTKERNELAPI void NTAPI RtlFreeAnsiString(_Inout_ PANSI_STRING AnsiString);
NTKERNELAPI ULONG NTAPI RtlFindClearBits(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG NumberToFind,
    _In_ ULONG HintIndex);
NTKERNELAPI ULONG NTAPI RtlFindClearBitsAndSet(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG NumberToFind,
    _In_ ULONG HintIndex);
NTKERNELAPI ULONG NTAPI RtlFindFirstRunClear(_In_ PRTL_BITMAP BitMapHeader, _Out_ PULONG StartingIndex);
NTKERNELAPI ULONG NTAPI RtlFindClearRuns(_In_ PRTL_BITMAP BitMapHeader, _Out_ PRTL_BITMAP_RUN RunArray,
    _In_ ULONG SizeOfRunArray, _In_ BOOLEAN LocateLongestRuns);
NTKERNELAPI ULONG NTAPI RtlFindLastBackwardRunClear(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG FromIndex,
    _Out_ PULONG StartingRunIndex);
NTKERNELAPI CCHAR NTAPI RtlFindLeastSignificantBit(_In_ ULONGLONG Set);
NTKERNELAPI ULONG NTAPI RtlFindLongestRunClear(_In_ PRTL_BITMAP BitMapHeader, _Out_ PULONG StartingIndex);
NTKERNELAPI CCHAR NTAPI RtlFindMostSignificantBit(_In_ ULONGLONG Set);
NTKERNELAPI ULONG NTAPI RtlFindNextForwardRunClear(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG FromIndex,
    _Out_ PULONG StartingRunIndex);
NTKERNELAPI ULONG NTAPI RtlFindSetBits(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG NumberToFind, _In_ ULONG HintIndex);
NTKERNELAPI ULONG NTAPI RtlFindSetBitsAndClear(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG NumberToFind,
    _In_ ULONG HintIndex);

/* The same for 8-bit characters. IRQL: Any level. Source: nf-wdm-rtlinitansistring. */
NTKERNELAPI void NTAPI RtlInitAnsiString(_Out_ PANSI_STRING DestinationString, _In_opt_ PCSZ SourceString);
NTKERNELAPI void NTAPI RtlInitializeBitMap(_Out_ PRTL_BITMAP BitMapHeader, _In_ PULONG BitMapBuffer,
    _In_ ULONG SizeOfBitMap);
NTKERNELAPI void NTAPI RtlInitString(_Out_ PSTRING DestinationString, _In_opt_ PCSZ SourceString);

/*
 * Writes a number in base 2, 8, 10 (0) or 16. STATUS_BUFFER_OVERFLOW; STATUS_INVALID_PARAMETER. IRQL: PASSIVE_LEVEL.
 * Source: nf-wdm-rtlintegertounicodestring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlIntegerToUnicodeString(_In_ ULONG Value, _In_opt_ ULONG Base,
    _Inout_ PUNICODE_STRING String);
NTKERNELAPI NTSTATUS NTAPI RtlInt64ToUnicodeString(_In_ ULONGLONG Value, _In_opt_ ULONG Base,
    _Inout_ PUNICODE_STRING String);
NTKERNELAPI ULONG NTAPI RtlLengthSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor);
NTKERNELAPI ULONG NTAPI RtlNumberOfClearBits(_In_ PRTL_BITMAP BitMapHeader);
NTKERNELAPI ULONG NTAPI RtlNumberOfSetBits(_In_ PRTL_BITMAP BitMapHeader);

/*
 * Reads many values of a key as QueryTable says: into memory (RTL_QUERY_REGISTRY_DIRECT) or through routines.
 * STATUS_OBJECT_NAME_NOT_FOUND: a required one is not there; STATUS_BUFFER_TOO_SMALL; STATUS_INVALID_PARAMETER;
 * STATUS_OBJECT_TYPE_MISMATCH: RTL_QUERY_REGISTRY_TYPECHECK. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-rtlqueryregistryvalues.
 */
NTKERNELAPI NTSTATUS NTAPI RtlQueryRegistryValues(_In_ ULONG RelativeTo, _In_ PCWSTR Path,
    _Inout_ PRTL_QUERY_REGISTRY_TABLE QueryTable, _In_opt_ PVOID Context, _In_opt_ PVOID Environment);
NTKERNELAPI void NTAPI RtlSetAllBits(_In_ PRTL_BITMAP BitMapHeader);
NTKERNELAPI void NTAPI RtlSetBits(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG StartingIndex, _In_ ULONG NumberToSet);

/*
 * Sets the access list (NULL: everybody may do everything); it is pointed to, not copied. STATUS_UNKNOWN_REVISION;
 * STATUS_INVALID_SECURITY_DESCR: self-relative. IRQL: PASSIVE_LEVEL. Source: nf-wdm-rtlsetdaclsecuritydescriptor.
 */
NTKERNELAPI NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(_Inout_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _In_ BOOLEAN DaclPresent, _In_opt_ PACL Dacl, _In_opt_ BOOLEAN DaclDefaulted);

/* The other way. FALSE: no such date. IRQL: Any level. Source: nf-wdm-rtltimefieldstotime. */
NTKERNELAPI BOOLEAN NTAPI RtlTimeFieldsToTime(_In_ PTIME_FIELDS TimeFields, _Out_ PLARGE_INTEGER Time);

/* Splits a system time into year, month, day ... . IRQL: Any level. Source: nf-wdm-rtltimetotimefields. */
NTKERNELAPI void NTAPI RtlTimeToTimeFields(_In_ PLARGE_INTEGER Time, _Out_ PTIME_FIELDS TimeFields);
NTKERNELAPI ULONG NTAPI RtlUlongByteSwap(_In_ ULONG Source);
NTKERNELAPI ULONGLONG NTAPI RtlUlonglongByteSwap(ULONGLONG Source);

/*
 * Converts to the ANSI code page (UTF-8 here). AllocateDestinationString as above, RtlFreeAnsiString frees it.
 * STATUS_BUFFER_OVERFLOW; STATUS_NO_MEMORY. IRQL: PASSIVE_LEVEL. Source: nf-wdm-rtlunicodestringtoansistring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeStringToAnsiString(_Inout_ PANSI_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);
NTKERNELAPI ULONG NTAPI RtlxUnicodeStringToAnsiSize(_In_ PCUNICODE_STRING UnicodeString);

/*
 * Reads a number; Base 0: by its prefix (0x, 0o, 0b). STATUS_INVALID_PARAMETER: Base. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-rtlunicodestringtointeger.
 */
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeStringToInteger(_In_ PCUNICODE_STRING String, _In_opt_ ULONG Base,
    _Out_ PULONG Value);

/* The upper-case character, or the same. IRQL: up to APC_LEVEL. Source: nf-wdm-rtlupcaseunicodechar. */
NTKERNELAPI WCHAR NTAPI RtlUpcaseUnicodeChar(_In_ WCHAR SourceCharacter);
NTKERNELAPI USHORT NTAPI RtlUshortByteSwap(_In_ USHORT Source);
NTKERNELAPI BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptorInput,
    _In_ ULONG SecurityDescriptorLength, _In_ SECURITY_INFORMATION RequiredInformation);
NTKERNELAPI BOOLEAN NTAPI RtlValidSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor);
NTKERNELAPI NTSTATUS NTAPI RtlWriteRegistryValue(_In_ ULONG RelativeTo, _In_ PCWSTR Path, _In_ PCWSTR ValueName,
    _In_ ULONG ValueType, _In_opt_ PVOID ValueData, _In_ ULONG ValueLength);
NTKERNELAPI void NTAPI RtlPrefetchMemoryNonTemporal(_In_ PVOID Source, _In_ SIZE_T Length);
NTKERNELAPI void NTAPI RtlClearBit(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG BitNumber);
NTKERNELAPI WCHAR NTAPI RtlDowncaseUnicodeChar(_In_ WCHAR SourceCharacter);
NTKERNELAPI void NTAPI RtlSetBit(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG BitNumber);
NTKERNELAPI BOOLEAN NTAPI RtlTestBit(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG BitNumber);
NTKERNELAPI NTSTATUS NTAPI RtlHashUnicodeString(_In_ const UNICODE_STRING *String, _In_ BOOLEAN CaseInSensitive,
    _In_ ULONG HashAlgorithm, _Out_ PULONG HashValue);
NTKERNELAPI ULONG NTAPI RtlNumberOfSetBitsUlongPtr(_In_ ULONG_PTR Target);
NTKERNELAPI ULONGLONG NTAPI RtlIoDecodeMemIoResource(_In_ struct _IO_RESOURCE_DESCRIPTOR *Descriptor,
    _Out_opt_ PULONGLONG Alignment, _Out_opt_ PULONGLONG MinimumAddress, _Out_opt_ PULONGLONG MaximumAddress);
NTKERNELAPI NTSTATUS NTAPI RtlIoEncodeMemIoResource(_In_ struct _IO_RESOURCE_DESCRIPTOR *Descriptor, _In_ UCHAR Type,
    _In_ ULONGLONG Length, _In_ ULONGLONG Alignment, _In_ ULONGLONG MinimumAddress, _In_ ULONGLONG MaximumAddress);
NTKERNELAPI ULONGLONG NTAPI RtlCmDecodeMemIoResource(_In_ struct _CM_PARTIAL_RESOURCE_DESCRIPTOR *Descriptor,
    _Out_opt_ PULONGLONG Start);
NTKERNELAPI NTSTATUS NTAPI RtlCmEncodeMemIoResource(_In_ PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor, _In_ UCHAR Type,
    _In_ ULONGLONG Length, _In_ ULONGLONG Start);
NTKERNELAPI ULONG64 NTAPI RtlGetEnabledExtendedFeatures(_In_ ULONG64 FeatureMask);

/*
 * Prepares a splay tree whose elements the caller compares and allocates. IRQL: IRQL <= DISPATCH_LEVEL. Source:
 * nf-ntddk-rtlinitializegenerictable.
 */
NTKERNELAPI void NTAPI RtlInitializeGenericTable(_Out_ PRTL_GENERIC_TABLE Table,
    _In_ PRTL_GENERIC_COMPARE_ROUTINE CompareRoutine, _In_ PRTL_GENERIC_ALLOCATE_ROUTINE AllocateRoutine,
    _In_ PRTL_GENERIC_FREE_ROUTINE FreeRoutine, _In_opt_ PVOID TableContext);
NTKERNELAPI PVOID NTAPI RtlInsertElementGenericTable(_In_ PRTL_GENERIC_TABLE Table, _In_ PVOID Buffer,
    _In_ CLONG BufferSize, _Out_opt_ PBOOLEAN NewElement);
NTKERNELAPI PVOID NTAPI RtlInsertElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer, CLONG BufferSize,
    PBOOLEAN NewElement, PVOID NodeOrParent, TABLE_SEARCH_RESULT SearchResult);
NTKERNELAPI BOOLEAN NTAPI RtlDeleteElementGenericTable(_In_ PRTL_GENERIC_TABLE Table, _In_ PVOID Buffer);
NTKERNELAPI PVOID NTAPI RtlLookupElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer);
NTKERNELAPI PVOID NTAPI RtlLookupElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer, PVOID *NodeOrParent,
    TABLE_SEARCH_RESULT *SearchResult);
NTKERNELAPI PVOID NTAPI RtlEnumerateGenericTable(_In_ PRTL_GENERIC_TABLE Table, _In_ BOOLEAN Restart);
NTKERNELAPI PVOID NTAPI RtlEnumerateGenericTableWithoutSplaying(_In_ PRTL_GENERIC_TABLE Table,
    _Inout_ PVOID *RestartKey);
NTKERNELAPI PVOID NTAPI RtlGetElementGenericTable(_In_ PRTL_GENERIC_TABLE Table, _In_ ULONG I);
NTKERNELAPI ULONG NTAPI RtlNumberGenericTableElements(_In_ PRTL_GENERIC_TABLE Table);
NTKERNELAPI BOOLEAN NTAPI RtlIsGenericTableEmpty(_In_ PRTL_GENERIC_TABLE Table);
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlSplay(_Inout_ PRTL_SPLAY_LINKS Links);
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlDelete(_In_ PRTL_SPLAY_LINKS Links);
NTKERNELAPI void NTAPI RtlDeleteNoSplay(_In_ PRTL_SPLAY_LINKS Links, _Inout_ PRTL_SPLAY_LINKS *Root);
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlSubtreeSuccessor(_In_ PRTL_SPLAY_LINKS Links);
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlSubtreePredecessor(_In_ PRTL_SPLAY_LINKS Links);
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlRealSuccessor(_In_ PRTL_SPLAY_LINKS Links);
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlRealPredecessor(_In_ PRTL_SPLAY_LINKS Links);

/* TRUE: String2 begins with String1. IRQL: PASSIVE_LEVEL. Source: nf-ntddk-rtlprefixunicodestring. */
NTKERNELAPI BOOLEAN NTAPI RtlPrefixUnicodeString(_In_ PCUNICODE_STRING String1, _In_ PCUNICODE_STRING String2,
    _In_ BOOLEAN CaseInSensitive);
NTKERNELAPI void NTAPI RtlUpperString(_Inout_ PSTRING DestinationString, _In_ const PSTRING SourceString);

/*
 * Upper case into DestinationString, allocated if asked for. STATUS_BUFFER_OVERFLOW; STATUS_NO_MEMORY. IRQL: up to
 * APC_LEVEL. Source: nf-ntddk-rtlupcaseunicodestring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeString(_Inout_ PUNICODE_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);
NTKERNELAPI void NTAPI RtlMapGenericMask(_Inout_ PACCESS_MASK AccessMask, _In_ PGENERIC_MAPPING GenericMapping);
NTKERNELAPI NTSTATUS NTAPI RtlVolumeDeviceToDosName(_In_ PVOID VolumeDeviceObject, _Out_ PUNICODE_STRING DosName);

/*
 * The version of Windows that is emulated. lpVersionInformation: its size field set before. STATUS_SUCCESS. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-rtlgetversion.
 */
NTKERNELAPI NTSTATUS NTAPI RtlGetVersion(_Out_ PRTL_OSVERSIONINFOW lpVersionInformation);
NTKERNELAPI NTSTATUS NTAPI RtlVerifyVersionInfo(_In_ PRTL_OSVERSIONINFOEXW VersionInfo, _In_ ULONG TypeMask,
    _In_ ULONGLONG ConditionMask);
NTKERNELAPI LONG NTAPI RtlCompareString(_In_ const PSTRING String1, _In_ const PSTRING String2,
    _In_ BOOLEAN CaseInSensitive);
NTKERNELAPI void NTAPI RtlCopyString(_Out_ PSTRING DestinationString, _In_opt_ const PSTRING SourceString);
NTKERNELAPI BOOLEAN NTAPI RtlEqualString(_In_ const PSTRING String1, _In_ const PSTRING String2,
    _In_ BOOLEAN CaseInSensitive);
NTKERNELAPI NTSTATUS NTAPI RtlCharToInteger(_In_ PCSZ String, _In_opt_ ULONG Base, _Out_ PULONG Value);
NTKERNELAPI CHAR NTAPI RtlUpperChar(_In_ CHAR Character);
NTKERNELAPI ULONG NTAPI RtlWalkFrameChain(PVOID *Callers, ULONG Count, ULONG Flags);

/*
 * Prepares a balanced tree whose elements the caller compares and allocates. Not locked. IRQL: IRQL <=
 * DISPATCH_LEVEL. Source: nf-ntddk-rtlinitializegenerictableavl.
 */
NTKERNELAPI void NTAPI RtlInitializeGenericTableAvl(_Out_ PRTL_AVL_TABLE Table,
    _In_ PRTL_AVL_COMPARE_ROUTINE CompareRoutine, _In_ PRTL_AVL_ALLOCATE_ROUTINE AllocateRoutine,
    _In_ PRTL_AVL_FREE_ROUTINE FreeRoutine, _In_opt_ PVOID TableContext);

/*
 * The element equal to Buffer, made if there is none (*NewElement); NULL: no memory. IRQL: < DISPATCH_LEVEL. Source:
 * nf-ntddk-rtlinsertelementgenerictableavl.
 */
NTKERNELAPI PVOID NTAPI RtlInsertElementGenericTableAvl(_In_ PRTL_AVL_TABLE Table, _In_ PVOID Buffer,
    _In_ CLONG BufferSize, _Out_opt_ PBOOLEAN NewElement);
NTKERNELAPI PVOID NTAPI RtlInsertElementGenericTableFullAvl(_In_ PRTL_AVL_TABLE Table, _In_ PVOID Buffer,
    _In_ CLONG BufferSize, _Out_opt_ PBOOLEAN NewElement, _In_ PVOID NodeOrParent,
    _In_ TABLE_SEARCH_RESULT SearchResult);

/* Removes the element equal to Buffer. FALSE: none. Source: nf-ntddk-rtldeleteelementgenerictableavl. */
NTKERNELAPI BOOLEAN NTAPI RtlDeleteElementGenericTableAvl(_In_ PRTL_AVL_TABLE Table, _In_ PVOID Buffer);

/*
 * The element equal to Buffer, or NULL. IRQL: IRQL < DISPATCH_LEVEL. Source:
 * nf-ntddk-rtllookupelementgenerictableavl.
 */
NTKERNELAPI PVOID NTAPI RtlLookupElementGenericTableAvl(_In_ PRTL_AVL_TABLE Table, _In_ PVOID Buffer);
NTKERNELAPI PVOID NTAPI RtlLookupElementGenericTableFullAvl(_In_ PRTL_AVL_TABLE Table, _In_ PVOID Buffer,
    _Out_ PVOID *NodeOrParent, _Out_ TABLE_SEARCH_RESULT *SearchResult);
NTKERNELAPI PVOID NTAPI RtlEnumerateGenericTableAvl(_In_ PRTL_AVL_TABLE Table, _In_ BOOLEAN Restart);
NTKERNELAPI PVOID NTAPI RtlEnumerateGenericTableWithoutSplayingAvl(_In_ PRTL_AVL_TABLE Table,
    _Inout_ PVOID *RestartKey);
NTKERNELAPI PVOID NTAPI RtlLookupFirstMatchingElementGenericTableAvl(_In_ PRTL_AVL_TABLE Table, _In_ PVOID Buffer,
    _Out_ PVOID *RestartKey);
NTKERNELAPI PVOID NTAPI RtlEnumerateGenericTableLikeADirectory(_In_ PRTL_AVL_TABLE Table,
    _In_opt_ PRTL_AVL_MATCH_FUNCTION MatchFunction, _In_opt_ PVOID MatchData, _In_ ULONG NextFlag,
    _Inout_ PVOID *RestartKey, _Inout_ PULONG DeleteCount, _In_ PVOID Buffer);
NTKERNELAPI PVOID NTAPI RtlGetElementGenericTableAvl(_In_ PRTL_AVL_TABLE Table, _In_ ULONG I);
NTKERNELAPI ULONG NTAPI RtlNumberGenericTableElementsAvl(_In_ PRTL_AVL_TABLE Table);
NTKERNELAPI BOOLEAN NTAPI RtlIsGenericTableEmptyAvl(_In_ PRTL_AVL_TABLE Table);
NTKERNELAPI void NTAPI RtlRunOnceInitialize(_Out_ PRTL_RUN_ONCE RunOnce);
NTKERNELAPI NTSTATUS NTAPI RtlRunOnceExecuteOnce(_Inout_ PRTL_RUN_ONCE RunOnce, _In_ PRTL_RUN_ONCE_INIT_FN InitFn,
    _Inout_ PVOID Parameter, _Out_ PVOID *Context);
NTKERNELAPI NTSTATUS NTAPI RtlRunOnceBeginInitialize(_Inout_ PRTL_RUN_ONCE RunOnce, _In_ ULONG Flags,
    _Out_ PVOID *Context);
NTKERNELAPI NTSTATUS NTAPI RtlRunOnceComplete(_Inout_ PRTL_RUN_ONCE RunOnce, _In_ ULONG Flags,
    _In_opt_ PVOID Context);
NTKERNELAPI PVOID NTAPI RtlAllocateHeap(_In_ HANDLE HeapHandle, _In_opt_ ULONG Flags, _In_ SIZE_T Size);
NTKERNELAPI BOOLEAN NTAPI RtlFreeHeap(_In_ PVOID HeapHandle, _In_opt_ ULONG Flags, PVOID BaseAddress);
NTKERNELAPI void NTAPI RtlCaptureContext(_Out_ PCONTEXT ContextRecord);
NTKERNELAPI ULONG NTAPI RtlRandom(_Inout_ PULONG Seed);

/*
 * A string with a copy of a terminated one. FALSE: no memory. RtlFreeUnicodeString frees it. IRQL: PASSIVE_LEVEL.
 * Source: nf-ntifs-rtlcreateunicodestring.
 */
NTKERNELAPI BOOLEAN NTAPI RtlCreateUnicodeString(_Out_ PUNICODE_STRING DestinationString, _In_ PCWSTR SourceString);
NTKERNELAPI NTSTATUS NTAPI RtlAppendStringToString(_Inout_ PSTRING Destination, _In_ const STRING *Source);
NTKERNELAPI NTSTATUS NTAPI RtlOemStringToUnicodeString(PUNICODE_STRING DestinationString,
    _In_ PCOEM_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeStringToOemString(POEM_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeStringToOemString(POEM_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlOemStringToCountedUnicodeString(PUNICODE_STRING DestinationString,
    _In_ PCOEM_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeStringToCountedOemString(POEM_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeStringToCountedOemString(POEM_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);

/*
 * Lower case into DestinationString, allocated if asked for. STATUS_BUFFER_OVERFLOW; STATUS_NO_MEMORY. IRQL: <
 * DISPATCH_LEVEL. Source: nf-ntifs-rtldowncaseunicodestring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlDowncaseUnicodeString(PUNICODE_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);
NTKERNELAPI void NTAPI RtlFreeOemString(_Inout_ POEM_STRING OemString);
NTKERNELAPI ULONG NTAPI RtlxUnicodeStringToOemSize(PCUNICODE_STRING UnicodeString);
NTKERNELAPI ULONG NTAPI RtlxOemStringToUnicodeSize(PCOEM_STRING OemString);
NTKERNELAPI NTSTATUS NTAPI RtlMultiByteToUnicodeN(_Out_ PWCH UnicodeString, _In_ ULONG MaxBytesInUnicodeString,
    _Out_opt_ PULONG BytesInUnicodeString, _In_ const CHAR *MultiByteString, _In_ ULONG BytesInMultiByteString);
NTKERNELAPI NTSTATUS NTAPI RtlMultiByteToUnicodeSize(_Out_ PULONG BytesInUnicodeString,
    _In_ const CHAR *MultiByteString, _In_ ULONG BytesInMultiByteString);
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeToMultiByteSize(_Out_ PULONG BytesInMultiByteString, _In_ PCWCH UnicodeString,
    _In_ ULONG BytesInUnicodeString);
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeToMultiByteN(_Out_ PCHAR MultiByteString, _In_ ULONG MaxBytesInMultiByteString,
    _Out_opt_ PULONG BytesInMultiByteString, _In_ PCWCH UnicodeString, _In_ ULONG BytesInUnicodeString);
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeToMultiByteN(_Out_ PCHAR MultiByteString,
    _In_ ULONG MaxBytesInMultiByteString, _Out_opt_ PULONG BytesInMultiByteString, _In_ PCWCH UnicodeString,
    _In_ ULONG BytesInUnicodeString);
NTKERNELAPI NTSTATUS NTAPI RtlOemToUnicodeN(_Out_ PWSTR UnicodeString, _In_ ULONG MaxBytesInUnicodeString,
    _Out_opt_ PULONG BytesInUnicodeString, _In_ PCCH OemString, _In_ ULONG BytesInOemString);
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeToOemN(_Out_ PCHAR OemString, _In_ ULONG MaxBytesInOemString,
    _Out_opt_ PULONG BytesInOemString, _In_ PCWCH UnicodeString, _In_ ULONG BytesInUnicodeString);
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeToOemN(_Out_ PCHAR OemString, _In_ ULONG MaxBytesInOemString,
    _Out_opt_ PULONG BytesInOemString, _In_ PCWCH UnicodeString, _In_ ULONG BytesInUnicodeString);
NTKERNELAPI BOOLEAN NTAPI RtlIsNameLegalDOS8Dot3(_In_ PCUNICODE_STRING Name, _Inout_ POEM_STRING OemName,
    _Out_opt_ PBOOLEAN NameContainsSpaces);
NTKERNELAPI BOOLEAN NTAPI RtlIsValidOemCharacter(_Inout_ PWCHAR Char);
NTKERNELAPI void NTAPI RtlInitializeUnicodePrefix(_Out_ PUNICODE_PREFIX_TABLE PrefixTable);
NTKERNELAPI BOOLEAN NTAPI RtlInsertUnicodePrefix(_In_ PUNICODE_PREFIX_TABLE PrefixTable, _In_ PUNICODE_STRING Prefix,
    _Out_ PUNICODE_PREFIX_TABLE_ENTRY PrefixTableEntry);
NTKERNELAPI void NTAPI RtlRemoveUnicodePrefix(_In_ PUNICODE_PREFIX_TABLE PrefixTable,
    _In_ PUNICODE_PREFIX_TABLE_ENTRY PrefixTableEntry);
NTKERNELAPI PUNICODE_PREFIX_TABLE_ENTRY NTAPI RtlFindUnicodePrefix(_In_ PUNICODE_PREFIX_TABLE PrefixTable,
    _In_ PUNICODE_STRING FullName, _In_ ULONG CaseInsensitiveIndex);
NTKERNELAPI PUNICODE_PREFIX_TABLE_ENTRY NTAPI RtlNextUnicodePrefix(_In_ PUNICODE_PREFIX_TABLE PrefixTable,
    _In_ BOOLEAN Restart);
NTKERNELAPI SIZE_T NTAPI RtlCompareMemoryUlong(_In_ PVOID Source, _In_ SIZE_T Length, _In_ ULONG Pattern);
NTKERNELAPI BOOLEAN NTAPI RtlTimeToSecondsSince1980(_In_ PLARGE_INTEGER Time, _Out_ PULONG ElapsedSeconds);
NTKERNELAPI void NTAPI RtlSecondsSince1980ToTime(_In_ ULONG ElapsedSeconds, _Out_ PLARGE_INTEGER Time);
NTKERNELAPI BOOLEAN NTAPI RtlTimeToSecondsSince1970(_In_ PLARGE_INTEGER Time, _Out_ PULONG ElapsedSeconds);
NTKERNELAPI void NTAPI RtlSecondsSince1970ToTime(_In_ ULONG ElapsedSeconds, _Out_ PLARGE_INTEGER Time);
NTKERNELAPI BOOLEAN NTAPI RtlValidSid(_In_ PSID Sid);

/* TRUE: equal. IRQL: Any. Source: nf-ntifs-rtlequalsid. */
NTKERNELAPI BOOLEAN NTAPI RtlEqualSid(_In_ PSID Sid1, _In_ PSID Sid2);
NTKERNELAPI BOOLEAN NTAPI RtlEqualPrefixSid(_In_ PSID Sid1, _In_ PSID Sid2);
NTKERNELAPI ULONG NTAPI RtlLengthRequiredSid(_In_ ULONG SubAuthorityCount);
NTKERNELAPI PVOID NTAPI RtlFreeSid(PSID Sid);
NTKERNELAPI NTSTATUS NTAPI RtlAllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY IdentifierAuthority,
    UCHAR SubAuthorityCount, ULONG SubAuthority0, ULONG SubAuthority1, ULONG SubAuthority2, ULONG SubAuthority3,
    ULONG SubAuthority4, ULONG SubAuthority5, ULONG SubAuthority6, ULONG SubAuthority7, PSID *Sid);
NTKERNELAPI NTSTATUS NTAPI RtlInitializeSid(_Out_ PSID Sid, _In_ PSID_IDENTIFIER_AUTHORITY IdentifierAuthority,
    _In_ UCHAR SubAuthorityCount);
NTKERNELAPI PULONG NTAPI RtlSubAuthoritySid(_In_ PSID Sid, ULONG SubAuthority);

/* Bytes of a SID. IRQL: up to APC_LEVEL. Source: nf-ntifs-rtllengthsid. */
NTKERNELAPI ULONG NTAPI RtlLengthSid(_In_ PSID Sid);
NTKERNELAPI NTSTATUS NTAPI RtlCopySid(_In_ ULONG DestinationSidLength, _In_ PSID DestinationSid, _In_ PSID SourceSid);

/*
 * "S-1-5-18"; allocated if asked for. STATUS_BUFFER_OVERFLOW; STATUS_INVALID_SID; STATUS_NO_MEMORY. IRQL: up to
 * APC_LEVEL. Source: nf-ntifs-rtlconvertsidtounicodestring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlConvertSidToUnicodeString(_Inout_ PUNICODE_STRING UnicodeString, _In_ PSID Sid,
    _In_ BOOLEAN AllocateDestinationString);
NTKERNELAPI void NTAPI RtlCopyLuid(_Out_ PLUID DestinationLuid, _In_ PLUID SourceLuid);
NTKERNELAPI NTSTATUS NTAPI RtlCreateAcl(_Out_ PACL Acl, _In_ ULONG AclLength, ULONG AclRevision);
NTKERNELAPI NTSTATUS NTAPI RtlAddAce(_Inout_ PACL Acl, _In_ ULONG AceRevision, _In_ ULONG StartingAceIndex,
    _In_ PVOID AceList, _In_ ULONG AceListLength);
NTKERNELAPI NTSTATUS NTAPI RtlDeleteAce(_Inout_ PACL Acl, _In_ ULONG AceIndex);
NTKERNELAPI NTSTATUS NTAPI RtlGetAce(_In_ PACL Acl, _In_ ULONG AceIndex, _Out_ PVOID *Ace);
NTKERNELAPI NTSTATUS NTAPI RtlAddAccessAllowedAce(_Inout_ PACL Acl, _In_ ULONG AceRevision,
    _In_ ACCESS_MASK AccessMask, _In_ PSID Sid);
NTKERNELAPI NTSTATUS NTAPI RtlAddAccessAllowedAceEx(_Inout_ PACL Acl, _In_ ULONG AceRevision, _In_ ULONG AceFlags,
    _In_ ACCESS_MASK AccessMask, _In_ PSID Sid);
NTKERNELAPI NTSTATUS NTAPI RtlCreateSecurityDescriptorRelative(
    _Out_ PISECURITY_DESCRIPTOR_RELATIVE SecurityDescriptor, _In_ ULONG Revision);
NTKERNELAPI NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _Out_ PBOOLEAN DaclPresent, _Out_ PACL *Dacl, _Out_ PBOOLEAN DaclDefaulted);
NTKERNELAPI NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(_Inout_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _In_opt_ PSID Owner, _In_opt_ BOOLEAN OwnerDefaulted);
NTKERNELAPI NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _Out_ PSID *Owner, _Out_ PBOOLEAN OwnerDefaulted);
NTKERNELAPI ULONG NTAPI RtlNtStatusToDosError(_In_ NTSTATUS Status);
NTKERNELAPI PVOID NTAPI RtlCreateHeap(_In_ ULONG Flags, _In_opt_ PVOID HeapBase, _In_opt_ SIZE_T ReserveSize,
    _In_opt_ SIZE_T CommitSize, _In_opt_ PVOID Lock, _In_opt_ PRTL_HEAP_PARAMETERS Parameters);
NTKERNELAPI PVOID NTAPI RtlDestroyHeap(_In_ PVOID HeapHandle);
NTKERNELAPI USHORT NTAPI RtlCaptureStackBackTrace(_In_ ULONG FramesToSkip, _In_ ULONG FramesToCapture,
    _Out_ PVOID *BackTrace, _Out_opt_ PULONG BackTraceHash);
NTKERNELAPI ULONG NTAPI RtlRandomEx(_Inout_ PULONG Seed);
NTKERNELAPI NTSTATUS NTAPI RtlValidateUnicodeString(ULONG Flags, PCUNICODE_STRING String);
NTKERNELAPI NTSTATUS NTAPI RtlDuplicateUnicodeString(ULONG Flags, PCUNICODE_STRING SourceString,
    PUNICODE_STRING DestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlGetCompressionWorkSpaceSize(_In_ USHORT CompressionFormatAndEngine,
    _Out_ PULONG CompressBufferWorkSpaceSize, _Out_ PULONG CompressFragmentWorkSpaceSize);
NTKERNELAPI NTSTATUS NTAPI RtlCompressBuffer(_In_ USHORT CompressionFormatAndEngine, _In_ PUCHAR UncompressedBuffer,
    _In_ ULONG UncompressedBufferSize, _Out_ PUCHAR CompressedBuffer, _In_ ULONG CompressedBufferSize,
    _In_ ULONG UncompressedChunkSize, _Out_ PULONG FinalCompressedSize, _In_ PVOID WorkSpace);
NTKERNELAPI NTSTATUS NTAPI RtlDecompressBuffer(_In_ USHORT CompressionFormat, _Out_ PUCHAR UncompressedBuffer,
    _In_ ULONG UncompressedBufferSize, _In_ PUCHAR CompressedBuffer, _In_ ULONG CompressedBufferSize,
    _Out_ PULONG FinalUncompressedSize);
NTKERNELAPI NTSTATUS NTAPI RtlDecompressFragment(_In_ USHORT CompressionFormat, _Out_ PUCHAR UncompressedFragment,
    _In_ ULONG UncompressedFragmentSize, _In_ PUCHAR CompressedBuffer, _In_ ULONG CompressedBufferSize,
    _In_ ULONG FragmentOffset, _Out_ PULONG FinalUncompressedSize, _In_ PVOID WorkSpace);
NTKERNELAPI NTSTATUS NTAPI RtlDescribeChunk(USHORT CompressionFormat, PUCHAR *CompressedBuffer,
    PUCHAR EndOfCompressedBufferPlus1, PUCHAR *ChunkBuffer, PULONG ChunkSize);
NTKERNELAPI NTSTATUS NTAPI RtlReserveChunk(USHORT CompressionFormat, PUCHAR *CompressedBuffer,
    PUCHAR EndOfCompressedBufferPlus1, PUCHAR *ChunkBuffer, ULONG ChunkSize);
NTKERNELAPI NTSTATUS NTAPI RtlDecompressChunks(PUCHAR UncompressedBuffer, ULONG UncompressedBufferSize,
    PUCHAR CompressedBuffer, ULONG CompressedBufferSize, PUCHAR CompressedTail, ULONG CompressedTailSize,
    PCOMPRESSED_DATA_INFO CompressedDataInfo);
NTKERNELAPI NTSTATUS NTAPI RtlCompressChunks(PUCHAR UncompressedBuffer, ULONG UncompressedBufferSize,
    PUCHAR CompressedBuffer, ULONG CompressedBufferSize, PCOMPRESSED_DATA_INFO CompressedDataInfo,
    ULONG CompressedDataInfoLength, PVOID WorkSpace);
NTKERNELAPI PSID_IDENTIFIER_AUTHORITY NTAPI RtlIdentifierAuthoritySid(PSID Sid);
NTKERNELAPI PUCHAR NTAPI RtlSubAuthorityCountSid(PSID Sid);
NTKERNELAPI ULONG NTAPI RtlNtStatusToDosErrorNoTeb(_In_ NTSTATUS Status);
NTKERNELAPI NTSTATUS NTAPI RtlCreateSystemVolumeInformationFolder(_In_ PCUNICODE_STRING VolumeRootPath);
NTKERNELAPI NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _Out_ PBOOLEAN SaclPresent, _Out_ PACL *Sacl, _Out_ PBOOLEAN SaclDefaulted);
NTKERNELAPI NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(_Inout_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _In_opt_ PSID Group, _In_opt_ BOOLEAN GroupDefaulted);
NTKERNELAPI NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _Out_ PSID *Group, _Out_ PBOOLEAN GroupDefaulted);
NTKERNELAPI NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(_In_ PSECURITY_DESCRIPTOR AbsoluteSecurityDescriptor,
    _Out_ PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor, _Inout_ PULONG BufferLength);
NTKERNELAPI NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD(_In_ PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor,
    _Out_ PSECURITY_DESCRIPTOR AbsoluteSecurityDescriptor, _Inout_ PULONG AbsoluteSecurityDescriptorSize,
    _Out_ PACL Dacl, _Inout_ PULONG DaclSize, _Out_ PACL Sacl, _Inout_ PULONG SaclSize, _Out_ PSID Owner,
    _Inout_ PULONG OwnerSize, _Out_ PSID PrimaryGroup, _Inout_ PULONG PrimaryGroupSize);
NTKERNELAPI NTSTATUS NTAPI RtlSetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, BOOLEAN SaclPresent,
    PACL Sacl, BOOLEAN SaclDefaulted);

#ifdef __cplusplus
}
#endif

#endif
