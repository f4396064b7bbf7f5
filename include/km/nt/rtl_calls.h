/* Strings, bitmaps, tables, time, registry queries, security structures. */
#ifndef OFM_NT_RTL_CALLS_H
#define OFM_NT_RTL_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

/* TRUE: String2 ends with String1. IRQL: PASSIVE_LEVEL. Source: ntifs.h, RtlSuffixUnicodeString. */
NTSYSAPI BOOLEAN NTAPI RtlSuffixUnicodeString(
    _In_ PCUNICODE_STRING String1, _In_ PCUNICODE_STRING String2, _In_ BOOLEAN CaseInSensitive);
#define RtlIntPtrToUnicodeString(Value, Base, String) RtlInt64ToUnicodeString((Value), (Base), (String))

/*
 * To UTF-8, not terminated; a NULL destination asks for the size. STATUS_SOME_NOT_MAPPED: a lone surrogate became
 * U+FFFD; STATUS_BUFFER_TOO_SMALL: whole characters that fit were written. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-rtlunicodetoutf8n.
 */
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToUTF8N(_Out_opt_ PCHAR UTF8StringDestination, _In_ ULONG UTF8StringMaxByteCount,
    _Out_opt_ PULONG UTF8StringActualByteCount, _In_ PCWCH UnicodeStringSource, _In_ ULONG UnicodeStringByteCount);

/* To UTF-16; as RtlUnicodeToUTF8N. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtlutf8tounicoden. */
NTSYSAPI NTSTATUS NTAPI RtlUTF8ToUnicodeN(_Out_opt_ PWSTR UnicodeStringDestination, _In_ ULONG UnicodeStringMaxByteCount,
    _Out_opt_ PULONG UnicodeStringActualByteCount, _In_ PCCH UTF8StringSource, _In_ ULONG UTF8StringByteCount);

/*
 * Converts; with the last argument TRUE into a new buffer, freed with RtlFreeUTF8String. STATUS_BUFFER_OVERFLOW:
 * cut. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtlunicodestringtoutf8string.
 */
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToUTF8String(
    _Inout_ PUTF8_STRING DestinationString, _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);

/*
 * Converts; with the last argument TRUE into a new buffer, freed with RtlFreeUnicodeString. STATUS_BUFFER_OVERFLOW:
 * no room. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtlutf8stringtounicodestring.
 */
NTSYSAPI NTSTATUS NTAPI RtlUTF8StringToUnicodeString(
    _Inout_ PUNICODE_STRING DestinationString, _In_ PUTF8_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);

/* A string over a terminated text, which stays the caller's. IRQL: any level. Source: nf-wdm-rtlinitutf8string. */
NTSYSAPI void NTAPI RtlInitUTF8String(_Out_ PUTF8_STRING DestinationString, _In_opt_ PCSZ SourceString);

/* The same; STATUS_NAME_TOO_LONG. IRQL: any level. Source: nf-ntifs-rtlinitutf8stringex. */
NTSYSAPI NTSTATUS NTAPI RtlInitUTF8StringEx(_Out_ PUTF8_STRING DestinationString, _In_opt_ PCSZ SourceString);

/* Frees the buffer that a conversion made. IRQL: up to APC_LEVEL. Source: nf-wdm-rtlfreeutf8string. */
NTSYSAPI void NTAPI RtlFreeUTF8String(_Inout_ PUTF8_STRING utf8String);

/* The same; STATUS_NAME_TOO_LONG. IRQL: any level. Source: nf-ntifs-rtlinitstringex. */
NTSYSAPI NTSTATUS NTAPI RtlInitStringEx(_Out_ PSTRING DestinationString, _In_opt_ PCSZ SourceString);

/* The same; STATUS_NAME_TOO_LONG. IRQL: any level. Source: ntifs.h, RtlInitAnsiStringEx. */
NTSYSAPI NTSTATUS NTAPI RtlInitAnsiStringEx(_Out_ PANSI_STRING DestinationString, _In_opt_ PCSZ SourceString);

/*
 * RtlInitUnicodeString; STATUS_NAME_TOO_LONG instead of cutting. IRQL: any level. Source: ntifs.h,
 * RtlInitUnicodeStringEx.
 */
NTSYSAPI NTSTATUS NTAPI RtlInitUnicodeStringEx(_Out_ PUNICODE_STRING DestinationString, _In_opt_ PCWSTR SourceString);

/*
 * CRC-32 (IEEE 802.3); InitialCrc is the result of the bytes before, 0 at first. IRQL: any level. Source: ntifs.h,
 * RtlCrc32.
 */
NTSYSAPI ULONG NTAPI RtlCrc32(_In_ const void *Buffer, _In_ SIZE_T Size, _In_ ULONG InitialCrc);

/* CRC-64 (ECMA-182), likewise. IRQL: any level. Source: ntifs.h, RtlCrc64. */
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

/* Reports a failed assertion and stops. IRQL: any level. Source: ntifs.h, RtlAssert. */
NTKERNELAPI void NTAPI RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber, PSTR Message);
NTKERNELAPI void NTAPI RtlCopyMemoryNonTemporal(void *Length, const void *Source, SIZE_T Destination);

/*
 * Frees the buffer of a string that a Rtl call has allocated, and empties it. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-rtlfreeunicodestring.
 */
NTKERNELAPI void NTAPI RtlFreeUnicodeString(_Inout_ PUNICODE_STRING UnicodeString);

/* Reads such a string. STATUS_INVALID_PARAMETER. IRQL: PASSIVE_LEVEL. Source: nf-wdm-rtlguidfromstring. */
NTKERNELAPI NTSTATUS NTAPI RtlGUIDFromString(_In_ PUNICODE_STRING GuidString, _Out_ GUID *Guid);

/*
 * Points a counted string at a terminated one; nothing is copied. SourceString NULL: an empty string. Longer than
 * 65534 bytes: cut off. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-rtlinitunicodestring.
 */
NTKERNELAPI void NTAPI RtlInitUnicodeString(_Out_ PUNICODE_STRING DestinationString, _In_opt_ PCWSTR SourceString);

/*
 * "{XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}", allocated; RtlFreeUnicodeString frees it. STATUS_NO_MEMORY. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-rtlstringfromguid.
 */
NTKERNELAPI NTSTATUS NTAPI RtlStringFromGUID(_In_ const GUID *constGuid, _Out_ PUNICODE_STRING GuidString);

/* TRUE: all of these bits are 0; FALSE also outside the map. IRQL: any level. Source: nf-wdm-rtlarebitsclear. */
NTKERNELAPI BOOLEAN NTAPI RtlAreBitsClear(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG StartingIndex, _In_ ULONG Length);

/* TRUE: all of these bits are 1; FALSE also outside the map. IRQL: any level. Source: nf-wdm-rtlarebitsset. */
NTKERNELAPI BOOLEAN NTAPI RtlAreBitsSet(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG StartingIndex, _In_ ULONG Length);

/*
 * Converts. AllocateDestinationString TRUE: the result's buffer is allocated, RtlFreeUnicodeString frees it.
 * STATUS_BUFFER_OVERFLOW: it does not fit; STATUS_INVALID_PARAMETER_2: longer than a string can be;
 * STATUS_NO_MEMORY. IRQL: PASSIVE_LEVEL. Source: nf-wdm-rtlansistringtounicodestring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlAnsiStringToUnicodeString(_Inout_ PUNICODE_STRING DestinationString,
    _In_ PANSI_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);

/*
 * Bytes that the string needs as UTF-16, with a terminator. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-rtlxansistringtounicodesize.
 */
NTKERNELAPI ULONG NTAPI RtlxAnsiStringToUnicodeSize(_In_ PCANSI_STRING AnsiString);

/*
 * Appends Source. STATUS_BUFFER_TOO_SMALL: it does not fit, nothing was appended. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-rtlappendunicodestringtostring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlAppendUnicodeStringToString(_Inout_ PUNICODE_STRING Destination,
    _In_ PCUNICODE_STRING Source);

/*
 * Appends a terminated string. STATUS_BUFFER_TOO_SMALL: it does not fit, nothing was appended. IRQL: PASSIVE_LEVEL.
 * Source: nf-wdm-rtlappendunicodetostring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlAppendUnicodeToString(_Inout_ PUNICODE_STRING Destination, _In_opt_ PCWSTR Source);

/* STATUS_SUCCESS: the key is there. IRQL: PASSIVE_LEVEL. Source: nf-wdm-rtlcheckregistrykey. */
NTKERNELAPI NTSTATUS NTAPI RtlCheckRegistryKey(_In_ ULONG RelativeTo, _In_ PWSTR Path);

/* Clears every bit. IRQL: any level. Source: nf-wdm-rtlclearallbits. */
NTKERNELAPI void NTAPI RtlClearAllBits(_In_ PRTL_BITMAP BitMapHeader);

/* Clears a run of bits. IRQL: any level. Source: nf-wdm-rtlclearbits. */
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

/*
 * Compares two texts with their lengths in characters: below, equal to, above 0. IRQL: PASSIVE_LEVEL. Source:
 * ntifs.h, RtlCompareUnicodeStrings.
 */
NTKERNELAPI LONG NTAPI RtlCompareUnicodeStrings(PCWCH String1, SIZE_T String1Length, PCWCH String2,
    SIZE_T String2Length, BOOLEAN CaseInSensitive);

/*
 * Copies as much as fits into DestinationString's buffer, sets its Length; a terminator only if there is room.
 * SourceString NULL: empties it. IRQL: Any level. Source: nf-wdm-rtlcopyunicodestring.
 */
NTKERNELAPI void NTAPI RtlCopyUnicodeString(_Inout_ PUNICODE_STRING DestinationString,
    _In_opt_ PCUNICODE_STRING SourceString);

/* Makes the key. IRQL: PASSIVE_LEVEL. Source: nf-wdm-rtlcreateregistrykey. */
NTKERNELAPI NTSTATUS NTAPI RtlCreateRegistryKey(_In_ ULONG RelativeTo, _In_ PWSTR Path);

/*
 * Empties a descriptor of the caller's. Revision: SECURITY_DESCRIPTOR_REVISION. STATUS_UNKNOWN_REVISION. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-rtlcreatesecuritydescriptor.
 */
NTKERNELAPI NTSTATUS NTAPI RtlCreateSecurityDescriptor(_Out_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _In_ ULONG Revision);

/* Deletes the value. IRQL: PASSIVE_LEVEL. Source: nf-wdm-rtldeleteregistryvalue. */
NTKERNELAPI NTSTATUS NTAPI RtlDeleteRegistryValue(_In_ ULONG RelativeTo, _In_ PCWSTR Path, _In_ PCWSTR ValueName);

/* TRUE: equal, with or without regard to case. IRQL: PASSIVE_LEVEL. Source: nf-wdm-rtlequalunicodestring. */
NTKERNELAPI BOOLEAN NTAPI RtlEqualUnicodeString(_In_ const UNICODE_STRING *String1,
    _In_ const UNICODE_STRING *String2, _In_ BOOLEAN CaseInSensitive);

/*
 * Frees the buffer of a string that a Rtl call has allocated, and empties it. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-rtlfreeansistring.
 */
NTKERNELAPI void NTAPI RtlFreeAnsiString(_Inout_ PANSI_STRING AnsiString);

/*
 * Start of a run of that many 0 bits, looked for from the hint on, then from the beginning; 0xFFFFFFFF: none. IRQL:
 * any level. Source: nf-wdm-rtlfindclearbits.
 */
NTKERNELAPI ULONG NTAPI RtlFindClearBits(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG NumberToFind,
    _In_ ULONG HintIndex);

/* The same, and sets them. IRQL: any level. Source: nf-wdm-rtlfindclearbitsandset. */
NTKERNELAPI ULONG NTAPI RtlFindClearBitsAndSet(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG NumberToFind,
    _In_ ULONG HintIndex);

/*
 * Length of the first run of 0 bits; its start in *StartingIndex. IRQL: any level. Source:
 * nf-wdm-rtlfindfirstrunclear.
 */
NTKERNELAPI ULONG NTAPI RtlFindFirstRunClear(_In_ PRTL_BITMAP BitMapHeader, _Out_ PULONG StartingIndex);

/*
 * Runs of 0 bits into the array, the longest first when asked; returns how many. IRQL: any level. Source:
 * nf-wdm-rtlfindclearruns.
 */
NTKERNELAPI ULONG NTAPI RtlFindClearRuns(_In_ PRTL_BITMAP BitMapHeader, _Out_ PRTL_BITMAP_RUN RunArray,
    _In_ ULONG SizeOfRunArray, _In_ BOOLEAN LocateLongestRuns);

/*
 * The run of 0 bits that ends at or before FromIndex. IRQL: any level. Source: nf-wdm-rtlfindlastbackwardrunclear.
 */
NTKERNELAPI ULONG NTAPI RtlFindLastBackwardRunClear(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG FromIndex,
    _Out_ PULONG StartingRunIndex);

/* Number of the lowest 1 bit; -1: none. IRQL: any level. Source: nf-wdm-rtlfindleastsignificantbit. */
NTKERNELAPI CCHAR NTAPI RtlFindLeastSignificantBit(_In_ ULONGLONG Set);

/* Length of the longest run of 0 bits. IRQL: any level. Source: nf-wdm-rtlfindlongestrunclear. */
NTKERNELAPI ULONG NTAPI RtlFindLongestRunClear(_In_ PRTL_BITMAP BitMapHeader, _Out_ PULONG StartingIndex);

/* Number of the highest 1 bit; -1: none. IRQL: any level. Source: nf-wdm-rtlfindmostsignificantbit. */
NTKERNELAPI CCHAR NTAPI RtlFindMostSignificantBit(_In_ ULONGLONG Set);

/* Length of the next run of 0 bits from FromIndex on. IRQL: any level. Source: nf-wdm-rtlfindnextforwardrunclear. */
NTKERNELAPI ULONG NTAPI RtlFindNextForwardRunClear(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG FromIndex,
    _Out_ PULONG StartingRunIndex);

/* The same for 1 bits. IRQL: any level. Source: nf-wdm-rtlfindsetbits. */
NTKERNELAPI ULONG NTAPI RtlFindSetBits(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG NumberToFind, _In_ ULONG HintIndex);

/* The same, and clears them. IRQL: any level. Source: nf-wdm-rtlfindsetbitsandclear. */
NTKERNELAPI ULONG NTAPI RtlFindSetBitsAndClear(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG NumberToFind,
    _In_ ULONG HintIndex);

/* The same for 8-bit characters. IRQL: Any level. Source: nf-wdm-rtlinitansistring. */
NTKERNELAPI void NTAPI RtlInitAnsiString(_Out_ PANSI_STRING DestinationString, _In_opt_ PCSZ SourceString);

/*
 * A bitmap over the caller's buffer, whose bits stay as they are. IRQL: any level. Source:
 * nf-wdm-rtlinitializebitmap.
 */
NTKERNELAPI void NTAPI RtlInitializeBitMap(_Out_ PRTL_BITMAP BitMapHeader, _In_ PULONG BitMapBuffer,
    _In_ ULONG SizeOfBitMap);

/* A string over a terminated text, which stays the caller's. IRQL: any level. Source: nf-wdm-rtlinitstring. */
NTKERNELAPI void NTAPI RtlInitString(_Out_ PSTRING DestinationString, _In_opt_ PCSZ SourceString);

/*
 * Writes a number in base 2, 8, 10 (0) or 16. STATUS_BUFFER_OVERFLOW; STATUS_INVALID_PARAMETER. IRQL: PASSIVE_LEVEL.
 * Source: nf-wdm-rtlintegertounicodestring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlIntegerToUnicodeString(_In_ ULONG Value, _In_opt_ ULONG Base,
    _Inout_ PUNICODE_STRING String);

/*
 * A number as text in base 2, 8, 10 (0) or 16. STATUS_BUFFER_OVERFLOW, STATUS_INVALID_PARAMETER. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-rtlint64tounicodestring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlInt64ToUnicodeString(_In_ ULONGLONG Value, _In_opt_ ULONG Base,
    _Inout_ PUNICODE_STRING String);

/* Its size in bytes. IRQL: any level. Source: nf-wdm-rtllengthsecuritydescriptor. */
NTKERNELAPI ULONG NTAPI RtlLengthSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor);

/* How many bits are 0. IRQL: any level. Source: nf-wdm-rtlnumberofclearbits. */
NTKERNELAPI ULONG NTAPI RtlNumberOfClearBits(_In_ PRTL_BITMAP BitMapHeader);

/* How many bits are 1. IRQL: any level. Source: nf-wdm-rtlnumberofsetbits. */
NTKERNELAPI ULONG NTAPI RtlNumberOfSetBits(_In_ PRTL_BITMAP BitMapHeader);

/*
 * Reads many values of a key as QueryTable says: into memory (RTL_QUERY_REGISTRY_DIRECT) or through routines.
 * STATUS_OBJECT_NAME_NOT_FOUND: a required one is not there; STATUS_BUFFER_TOO_SMALL; STATUS_INVALID_PARAMETER;
 * STATUS_OBJECT_TYPE_MISMATCH: RTL_QUERY_REGISTRY_TYPECHECK. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-rtlqueryregistryvalues.
 */
NTKERNELAPI NTSTATUS NTAPI RtlQueryRegistryValues(_In_ ULONG RelativeTo, _In_ PCWSTR Path,
    _Inout_ PRTL_QUERY_REGISTRY_TABLE QueryTable, _In_opt_ PVOID Context, _In_opt_ PVOID Environment);

/* Sets every bit. IRQL: any level. Source: nf-wdm-rtlsetallbits. */
NTKERNELAPI void NTAPI RtlSetAllBits(_In_ PRTL_BITMAP BitMapHeader);

/* Sets a run of bits. IRQL: any level. Source: nf-wdm-rtlsetbits. */
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

/* The bytes in the other order. IRQL: any level. Source: nf-wdm-rtlulongbyteswap. */
NTKERNELAPI ULONG NTAPI RtlUlongByteSwap(_In_ ULONG Source);

/* The bytes in the other order. IRQL: any level. Source: nf-wdm-rtlulonglongbyteswap. */
NTKERNELAPI ULONGLONG NTAPI RtlUlonglongByteSwap(ULONGLONG Source);

/*
 * Converts to the ANSI code page (UTF-8 here). AllocateDestinationString as above, RtlFreeAnsiString frees it.
 * STATUS_BUFFER_OVERFLOW; STATUS_NO_MEMORY. IRQL: PASSIVE_LEVEL. Source: nf-wdm-rtlunicodestringtoansistring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeStringToAnsiString(_Inout_ PANSI_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);

/*
 * Bytes that the string needs as UTF-8, with a terminator. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-rtlxunicodestringtoansisize.
 */
NTKERNELAPI ULONG NTAPI RtlxUnicodeStringToAnsiSize(_In_ PCUNICODE_STRING UnicodeString);

/*
 * Reads a number; Base 0: by its prefix (0x, 0o, 0b). STATUS_INVALID_PARAMETER: Base. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-rtlunicodestringtointeger.
 */
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeStringToInteger(_In_ PCUNICODE_STRING String, _In_opt_ ULONG Base,
    _Out_ PULONG Value);

/* The upper-case character, or the same. IRQL: up to APC_LEVEL. Source: nf-wdm-rtlupcaseunicodechar. */
NTKERNELAPI WCHAR NTAPI RtlUpcaseUnicodeChar(_In_ WCHAR SourceCharacter);

/* The bytes in the other order. IRQL: any level. Source: nf-wdm-rtlushortbyteswap. */
NTKERNELAPI USHORT NTAPI RtlUshortByteSwap(_In_ USHORT Source);

/*
 * Whether it lies, with the parts asked for, within the length. IRQL: any level. Source:
 * nf-wdm-rtlvalidrelativesecuritydescriptor.
 */
NTKERNELAPI BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptorInput,
    _In_ ULONG SecurityDescriptorLength, _In_ SECURITY_INFORMATION RequiredInformation);

/* Whether its parts are valid. IRQL: any level. Source: nf-wdm-rtlvalidsecuritydescriptor. */
NTKERNELAPI BOOLEAN NTAPI RtlValidSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor);

/* Sets the value. IRQL: PASSIVE_LEVEL. Source: nf-wdm-rtlwriteregistryvalue. */
NTKERNELAPI NTSTATUS NTAPI RtlWriteRegistryValue(_In_ ULONG RelativeTo, _In_ PCWSTR Path, _In_ PCWSTR ValueName,
    _In_ ULONG ValueType, _In_opt_ PVOID ValueData, _In_ ULONG ValueLength);

/* A hint to the processor. IRQL: any level. Source: nf-wdm-rtlprefetchmemorynontemporal. */
NTKERNELAPI void NTAPI RtlPrefetchMemoryNonTemporal(_In_ PVOID Source, _In_ SIZE_T Length);

/* Clears one bit. IRQL: any level. Source: nf-wdm-rtlclearbit. */
NTKERNELAPI void NTAPI RtlClearBit(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG BitNumber);

/* One character in lower case. IRQL: up to APC_LEVEL. Source: nf-wdm-rtldowncaseunicodechar. */
NTKERNELAPI WCHAR NTAPI RtlDowncaseUnicodeChar(_In_ WCHAR SourceCharacter);

/* Sets one bit. IRQL: any level. Source: nf-wdm-rtlsetbit. */
NTKERNELAPI void NTAPI RtlSetBit(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG BitNumber);

/* One bit. IRQL: any level. Source: nf-wdm-rtltestbit. */
NTKERNELAPI BOOLEAN NTAPI RtlTestBit(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG BitNumber);

/*
 * A hash of the string, the same for equal strings. STATUS_INVALID_PARAMETER: no such algorithm. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-rtlhashunicodestring.
 */
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

/*
 * Copies the element into the table unless an equal one is there; the one in the table. NULL: no memory. *NewElement
 * (may be NULL) tells. IRQL: any level. Source: nf-ntddk-rtlinsertelementgenerictable.
 */
NTKERNELAPI PVOID NTAPI RtlInsertElementGenericTable(_In_ PRTL_GENERIC_TABLE Table, _In_ PVOID Buffer,
    _In_ CLONG BufferSize, _Out_opt_ PBOOLEAN NewElement);

/*
 * The same at the place that a full look-up found. IRQL: any level. Source: ntifs.h,
 * RtlInsertElementGenericTableFull.
 */
NTKERNELAPI PVOID NTAPI RtlInsertElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer, CLONG BufferSize,
    PBOOLEAN NewElement, PVOID NodeOrParent, TABLE_SEARCH_RESULT SearchResult);

/*
 * Deletes the equal element. FALSE: there is none. IRQL: any level. Source: nf-ntddk-rtldeleteelementgenerictable.
 */
NTKERNELAPI BOOLEAN NTAPI RtlDeleteElementGenericTable(_In_ PRTL_GENERIC_TABLE Table, _In_ PVOID Buffer);

/* The equal element, or NULL. IRQL: any level. Source: nf-ntddk-rtllookupelementgenerictable. */
NTKERNELAPI PVOID NTAPI RtlLookupElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer);

/* The same, with the place for an insertion. IRQL: any level. Source: ntifs.h, RtlLookupElementGenericTableFull. */
NTKERNELAPI PVOID NTAPI RtlLookupElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer, PVOID *NodeOrParent,
    TABLE_SEARCH_RESULT *SearchResult);

/*
 * The next element by key; the first with Restart; NULL at the end. Moves the tree. IRQL: any level. Source:
 * nf-ntddk-rtlenumerategenerictable.
 */
NTKERNELAPI PVOID NTAPI RtlEnumerateGenericTable(_In_ PRTL_GENERIC_TABLE Table, _In_ BOOLEAN Restart);

/*
 * The same with a restart key (NULL at first) and without moving. IRQL: any level. Source:
 * nf-ntddk-rtlenumerategenerictablewithoutsplaying.
 */
NTKERNELAPI PVOID NTAPI RtlEnumerateGenericTableWithoutSplaying(_In_ PRTL_GENERIC_TABLE Table,
    _Inout_ PVOID *RestartKey);

/* The I-th element in order of insertion. IRQL: any level. Source: nf-ntddk-rtlgetelementgenerictable. */
NTKERNELAPI PVOID NTAPI RtlGetElementGenericTable(_In_ PRTL_GENERIC_TABLE Table, _In_ ULONG I);

/* How many there are. IRQL: any level. Source: nf-ntddk-rtlnumbergenerictableelements. */
NTKERNELAPI ULONG NTAPI RtlNumberGenericTableElements(_In_ PRTL_GENERIC_TABLE Table);

/* TRUE: there is none. IRQL: any level. Source: nf-ntddk-rtlisgenerictableempty. */
NTKERNELAPI BOOLEAN NTAPI RtlIsGenericTableEmpty(_In_ PRTL_GENERIC_TABLE Table);

/* Makes the node the root; returns it. IRQL: any level. Source: nf-ntddk-rtlsplay. */
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlSplay(_Inout_ PRTL_SPLAY_LINKS Links);

/* Takes the node out; the new root, or NULL. IRQL: any level. Source: nf-ntddk-rtldelete. */
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlDelete(_In_ PRTL_SPLAY_LINKS Links);

/* The same; the root in *Root. IRQL: any level. Source: nf-ntddk-rtldeletenosplay. */
NTKERNELAPI void NTAPI RtlDeleteNoSplay(_In_ PRTL_SPLAY_LINKS Links, _Inout_ PRTL_SPLAY_LINKS *Root);

/* The next node within the node's subtree, or NULL. IRQL: any level. Source: nf-ntddk-rtlsubtreesuccessor. */
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlSubtreeSuccessor(_In_ PRTL_SPLAY_LINKS Links);

/* The one before within the node's subtree, or NULL. IRQL: any level. Source: nf-ntddk-rtlsubtreepredecessor. */
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlSubtreePredecessor(_In_ PRTL_SPLAY_LINKS Links);

/* The next node in order, or NULL. IRQL: any level. Source: nf-ntddk-rtlrealsuccessor. */
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlRealSuccessor(_In_ PRTL_SPLAY_LINKS Links);

/* The one before in order, or NULL. IRQL: any level. Source: nf-ntddk-rtlrealpredecessor. */
NTKERNELAPI PRTL_SPLAY_LINKS NTAPI RtlRealPredecessor(_In_ PRTL_SPLAY_LINKS Links);

/* TRUE: String2 begins with String1. IRQL: PASSIVE_LEVEL. Source: nf-ntddk-rtlprefixunicodestring. */
NTKERNELAPI BOOLEAN NTAPI RtlPrefixUnicodeString(_In_ PCUNICODE_STRING String1, _In_ PCUNICODE_STRING String2,
    _In_ BOOLEAN CaseInSensitive);

/* Copies what fits, ASCII letters in upper case. IRQL: PASSIVE_LEVEL. Source: nf-ntddk-rtlupperstring. */
NTKERNELAPI void NTAPI RtlUpperString(_Inout_ PSTRING DestinationString, _In_ const PSTRING SourceString);

/*
 * Upper case into DestinationString, allocated if asked for. STATUS_BUFFER_OVERFLOW; STATUS_NO_MEMORY. IRQL: up to
 * APC_LEVEL. Source: nf-ntddk-rtlupcaseunicodestring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeString(_Inout_ PUNICODE_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);

/* Replaces the generic rights by what the mapping says. IRQL: any level. Source: nf-ntddk-rtlmapgenericmask. */
NTKERNELAPI void NTAPI RtlMapGenericMask(_Inout_ PACCESS_MASK AccessMask, _In_ PGENERIC_MAPPING GenericMapping);

/*
 * "C:" of a volume's device; the buffer is freed with ExFreePool. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntddk-rtlvolumedevicetodosname.
 */
NTKERNELAPI NTSTATUS NTAPI RtlVolumeDeviceToDosName(_In_ PVOID VolumeDeviceObject, _Out_ PUNICODE_STRING DosName);

/*
 * The version of Windows that is emulated. lpVersionInformation: its size field set before. STATUS_SUCCESS. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-rtlgetversion.
 */
NTKERNELAPI NTSTATUS NTAPI RtlGetVersion(_Out_ PRTL_OSVERSIONINFOW lpVersionInformation);

/*
 * Compares the given fields with this system's. STATUS_REVISION_MISMATCH: not as asked. STATUS_INVALID_PARAMETER.
 * IRQL: PASSIVE_LEVEL. Source: nf-wdm-rtlverifyversioninfo.
 */
NTKERNELAPI NTSTATUS NTAPI RtlVerifyVersionInfo(_In_ PRTL_OSVERSIONINFOEXW VersionInfo, _In_ ULONG TypeMask,
    _In_ ULONGLONG ConditionMask);

/*
 * Compares bytes; ASCII letters alike when CaseInSensitive. IRQL: PASSIVE_LEVEL. Source: nf-ntddk-rtlcomparestring.
 */
NTKERNELAPI LONG NTAPI RtlCompareString(_In_ const PSTRING String1, _In_ const PSTRING String2,
    _In_ BOOLEAN CaseInSensitive);

/* Copies what fits; NULL: empty. IRQL: any level. Source: nf-ntddk-rtlcopystring. */
NTKERNELAPI void NTAPI RtlCopyString(_Out_ PSTRING DestinationString, _In_opt_ const PSTRING SourceString);

/* Whether both have the same bytes. IRQL: PASSIVE_LEVEL. Source: nf-ntddk-rtlequalstring. */
NTKERNELAPI BOOLEAN NTAPI RtlEqualString(_In_ const PSTRING String1, _In_ const PSTRING String2,
    _In_ BOOLEAN CaseInSensitive);

/*
 * Reads a number: blanks, a sign, 0x 0o 0b when Base is 0. STATUS_INVALID_PARAMETER: no such base. IRQL:
 * PASSIVE_LEVEL. Source: nf-ntddk-rtlchartointeger.
 */
NTKERNELAPI NTSTATUS NTAPI RtlCharToInteger(_In_ PCSZ String, _In_opt_ ULONG Base, _Out_ PULONG Value);

/* One ASCII letter in upper case. IRQL: any level. Source: nf-ntddk-rtlupperchar. */
NTKERNELAPI CHAR NTAPI RtlUpperChar(_In_ CHAR Character);

/*
 * Return addresses of the calling thread's stack; returns how many. Bits 8 and up of Flags: frames to skip. IRQL:
 * any level. Source: nf-ntddk-rtlwalkframechain.
 */
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

/*
 * RtlInsertElementGenericTableAvl at the place that a full look-up found. IRQL: any level. Source:
 * nf-ntddk-rtlinsertelementgenerictablefullavl.
 */
NTKERNELAPI PVOID NTAPI RtlInsertElementGenericTableFullAvl(_In_ PRTL_AVL_TABLE Table, _In_ PVOID Buffer,
    _In_ CLONG BufferSize, _Out_opt_ PBOOLEAN NewElement, _In_ PVOID NodeOrParent,
    _In_ TABLE_SEARCH_RESULT SearchResult);

/*
 * Removes the element equal to Buffer. FALSE: none. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-ntddk-rtldeleteelementgenerictableavl.
 */
NTKERNELAPI BOOLEAN NTAPI RtlDeleteElementGenericTableAvl(_In_ PRTL_AVL_TABLE Table, _In_ PVOID Buffer);

/*
 * The element equal to Buffer, or NULL. IRQL: IRQL < DISPATCH_LEVEL. Source:
 * nf-ntddk-rtllookupelementgenerictableavl.
 */
NTKERNELAPI PVOID NTAPI RtlLookupElementGenericTableAvl(_In_ PRTL_AVL_TABLE Table, _In_ PVOID Buffer);

/*
 * The equal element, with the place for an insertion. IRQL: any level. Source:
 * nf-ntddk-rtllookupelementgenerictablefullavl.
 */
NTKERNELAPI PVOID NTAPI RtlLookupElementGenericTableFullAvl(_In_ PRTL_AVL_TABLE Table, _In_ PVOID Buffer,
    _Out_ PVOID *NodeOrParent, _Out_ TABLE_SEARCH_RESULT *SearchResult);

/*
 * The next element by key; the first with Restart; NULL at the end. IRQL: any level. Source:
 * nf-ntddk-rtlenumerategenerictableavl.
 */
NTKERNELAPI PVOID NTAPI RtlEnumerateGenericTableAvl(_In_ PRTL_AVL_TABLE Table, _In_ BOOLEAN Restart);

/*
 * The same with a restart key, NULL at first. IRQL: any level. Source:
 * nf-ntddk-rtlenumerategenerictablewithoutsplayingavl.
 */
NTKERNELAPI PVOID NTAPI RtlEnumerateGenericTableWithoutSplayingAvl(_In_ PRTL_AVL_TABLE Table,
    _Inout_ PVOID *RestartKey);

/*
 * The first of several equal elements; the key goes on with the others. IRQL: any level. Source:
 * nf-ntddk-rtllookupfirstmatchingelementgenerictableavl.
 */
NTKERNELAPI PVOID NTAPI RtlLookupFirstMatchingElementGenericTableAvl(_In_ PRTL_AVL_TABLE Table, _In_ PVOID Buffer,
    _Out_ PVOID *RestartKey);

/*
 * From the element equal to Buffer (or the next) through those that MatchFunction takes. IRQL: any level. Source:
 * nf-ntddk-rtlenumerategenerictablelikeadirectory.
 */
NTKERNELAPI PVOID NTAPI RtlEnumerateGenericTableLikeADirectory(_In_ PRTL_AVL_TABLE Table,
    _In_opt_ PRTL_AVL_MATCH_FUNCTION MatchFunction, _In_opt_ PVOID MatchData, _In_ ULONG NextFlag,
    _Inout_ PVOID *RestartKey, _Inout_ PULONG DeleteCount, _In_ PVOID Buffer);

/* The I-th element by key. IRQL: any level. Source: nf-ntddk-rtlgetelementgenerictableavl. */
NTKERNELAPI PVOID NTAPI RtlGetElementGenericTableAvl(_In_ PRTL_AVL_TABLE Table, _In_ ULONG I);

/* How many there are. IRQL: any level. Source: nf-ntddk-rtlnumbergenerictableelementsavl. */
NTKERNELAPI ULONG NTAPI RtlNumberGenericTableElementsAvl(_In_ PRTL_AVL_TABLE Table);

/* TRUE: there is none. IRQL: any level. Source: nf-ntddk-rtlisgenerictableemptyavl. */
NTKERNELAPI BOOLEAN NTAPI RtlIsGenericTableEmptyAvl(_In_ PRTL_AVL_TABLE Table);

/* Prepares it; a zeroed one is ready. IRQL: any level. Source: nf-ntddk-rtlrunonceinitialize. */
NTKERNELAPI void NTAPI RtlRunOnceInitialize(_Out_ PRTL_RUN_ONCE RunOnce);

/*
 * Runs InitFn unless that was done; others wait meanwhile. STATUS_UNSUCCESSFUL: it said FALSE. IRQL: any level.
 * Source: nf-ntddk-rtlrunonceexecuteonce.
 */
NTKERNELAPI NTSTATUS NTAPI RtlRunOnceExecuteOnce(_Inout_ PRTL_RUN_ONCE RunOnce, _In_ PRTL_RUN_ONCE_INIT_FN InitFn,
    _Inout_ PVOID Parameter, _Out_ PVOID *Context);

/*
 * STATUS_SUCCESS: done already. STATUS_PENDING: the caller initialises, then calls RtlRunOnceComplete. IRQL: any
 * level. Source: nf-ntddk-rtlrunoncebegininitialize.
 */
NTKERNELAPI NTSTATUS NTAPI RtlRunOnceBeginInitialize(_Inout_ PRTL_RUN_ONCE RunOnce, _In_ ULONG Flags,
    _Out_ PVOID *Context);

/*
 * Ends it with a context (two low bits 0), or says that it failed. IRQL: any level. Source:
 * nf-ntddk-rtlrunoncecomplete.
 */
NTKERNELAPI NTSTATUS NTAPI RtlRunOnceComplete(_Inout_ PRTL_RUN_ONCE RunOnce, _In_ ULONG Flags,
    _In_opt_ PVOID Context);
NTKERNELAPI PVOID NTAPI RtlAllocateHeap(_In_ HANDLE HeapHandle, _In_opt_ ULONG Flags, _In_ SIZE_T Size);
NTKERNELAPI BOOLEAN NTAPI RtlFreeHeap(_In_ PVOID HeapHandle, _In_opt_ ULONG Flags, PVOID BaseAddress);
NTKERNELAPI void NTAPI RtlCaptureContext(_Out_ PCONTEXT ContextRecord);

/* RtlRandomEx. IRQL: any level. Source: nf-ntifs-rtlrandom. */
NTKERNELAPI ULONG NTAPI RtlRandom(_Inout_ PULONG Seed);

/*
 * A string with a copy of a terminated one. FALSE: no memory. RtlFreeUnicodeString frees it. IRQL: PASSIVE_LEVEL.
 * Source: nf-ntifs-rtlcreateunicodestring.
 */
NTKERNELAPI BOOLEAN NTAPI RtlCreateUnicodeString(_Out_ PUNICODE_STRING DestinationString, _In_ PCWSTR SourceString);

/* Appends. STATUS_BUFFER_TOO_SMALL: nothing changed. IRQL: any level. Source: nf-ntifs-rtlappendstringtostring. */
NTKERNELAPI NTSTATUS NTAPI RtlAppendStringToString(_Inout_ PSTRING Destination, _In_ const STRING *Source);

/*
 * As RtlAnsiStringToUnicodeString: the OEM code page is UTF-8, too. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-rtloemstringtounicodestring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlOemStringToUnicodeString(PUNICODE_STRING DestinationString,
    _In_ PCOEM_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);

/* As RtlUnicodeStringToAnsiString. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtlunicodestringtooemstring. */
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeStringToOemString(POEM_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);

/* The same in upper case. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtlupcaseunicodestringtooemstring. */
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeStringToOemString(POEM_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);
NTKERNELAPI NTSTATUS NTAPI RtlOemStringToCountedUnicodeString(PUNICODE_STRING DestinationString,
    _In_ PCOEM_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);

/* The same without a terminator. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtlunicodestringtocountedoemstring. */
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeStringToCountedOemString(POEM_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);

/*
 * In upper case, without a terminator. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-rtlupcaseunicodestringtocountedoemstring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeStringToCountedOemString(POEM_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);

/*
 * Lower case into DestinationString, allocated if asked for. STATUS_BUFFER_OVERFLOW; STATUS_NO_MEMORY. IRQL: <
 * DISPATCH_LEVEL. Source: nf-ntifs-rtldowncaseunicodestring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlDowncaseUnicodeString(PUNICODE_STRING DestinationString,
    _In_ PCUNICODE_STRING SourceString, _In_ BOOLEAN AllocateDestinationString);

/* Frees the buffer that a conversion made. IRQL: up to APC_LEVEL. Source: nf-ntifs-rtlfreeoemstring. */
NTKERNELAPI void NTAPI RtlFreeOemString(_Inout_ POEM_STRING OemString);

/* The same. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtlxunicodestringtooemsize. */
NTKERNELAPI ULONG NTAPI RtlxUnicodeStringToOemSize(PCUNICODE_STRING UnicodeString);

/* The same. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtlxoemstringtounicodesize. */
NTKERNELAPI ULONG NTAPI RtlxOemStringToUnicodeSize(PCOEM_STRING OemString);

/*
 * UTF-8 to UTF-16: whole characters that fit; their bytes in *BytesInUnicodeString. STATUS_SUCCESS always. IRQL:
 * PASSIVE_LEVEL. Source: nf-ntifs-rtlmultibytetounicoden.
 */
NTKERNELAPI NTSTATUS NTAPI RtlMultiByteToUnicodeN(_Out_ PWCH UnicodeString, _In_ ULONG MaxBytesInUnicodeString,
    _Out_opt_ PULONG BytesInUnicodeString, _In_ const CHAR *MultiByteString, _In_ ULONG BytesInMultiByteString);

/* Bytes that the text needs as UTF-16. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtlmultibytetounicodesize. */
NTKERNELAPI NTSTATUS NTAPI RtlMultiByteToUnicodeSize(_Out_ PULONG BytesInUnicodeString,
    _In_ const CHAR *MultiByteString, _In_ ULONG BytesInMultiByteString);

/* Bytes that the text needs as UTF-8. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtlunicodetomultibytesize. */
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeToMultiByteSize(_Out_ PULONG BytesInMultiByteString, _In_ PCWCH UnicodeString,
    _In_ ULONG BytesInUnicodeString);

/*
 * UTF-16 to UTF-8: whole characters that fit. STATUS_SUCCESS always. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-rtlunicodetomultibyten.
 */
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeToMultiByteN(_Out_ PCHAR MultiByteString, _In_ ULONG MaxBytesInMultiByteString,
    _Out_opt_ PULONG BytesInMultiByteString, _In_ PCWCH UnicodeString, _In_ ULONG BytesInUnicodeString);

/* The same in upper case. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtlupcaseunicodetomultibyten. */
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeToMultiByteN(_Out_ PCHAR MultiByteString,
    _In_ ULONG MaxBytesInMultiByteString, _Out_opt_ PULONG BytesInMultiByteString, _In_ PCWCH UnicodeString,
    _In_ ULONG BytesInUnicodeString);

/* RtlMultiByteToUnicodeN. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtloemtounicoden. */
NTKERNELAPI NTSTATUS NTAPI RtlOemToUnicodeN(_Out_ PWSTR UnicodeString, _In_ ULONG MaxBytesInUnicodeString,
    _Out_opt_ PULONG BytesInUnicodeString, _In_ PCCH OemString, _In_ ULONG BytesInOemString);

/* RtlUnicodeToMultiByteN. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtlunicodetooemn. */
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeToOemN(_Out_ PCHAR OemString, _In_ ULONG MaxBytesInOemString,
    _Out_opt_ PULONG BytesInOemString, _In_ PCWCH UnicodeString, _In_ ULONG BytesInUnicodeString);

/* RtlUpcaseUnicodeToMultiByteN. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-rtlupcaseunicodetooemn. */
NTKERNELAPI NTSTATUS NTAPI RtlUpcaseUnicodeToOemN(_Out_ PCHAR OemString, _In_ ULONG MaxBytesInOemString,
    _Out_opt_ PULONG BytesInOemString, _In_ PCWCH UnicodeString, _In_ ULONG BytesInUnicodeString);

/*
 * Whether it is an 8.3 name; the name in the OEM code page in *OemName (may be NULL). IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-rtlisnamelegaldos8dot3.
 */
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

/* Bytes from the start on that repeat the pattern. IRQL: any level. Source: nf-ntifs-rtlcomparememoryulong. */
NTKERNELAPI SIZE_T NTAPI RtlCompareMemoryUlong(_In_ PVOID Source, _In_ SIZE_T Length, _In_ ULONG Pattern);

/* FALSE: before it, or beyond 32 bits. IRQL: any level. Source: nf-ntifs-rtltimetosecondssince1980. */
NTKERNELAPI BOOLEAN NTAPI RtlTimeToSecondsSince1980(_In_ PLARGE_INTEGER Time, _Out_ PULONG ElapsedSeconds);

/* Seconds to 100 ns since 1601. IRQL: any level. Source: nf-ntifs-rtlsecondssince1980totime. */
NTKERNELAPI void NTAPI RtlSecondsSince1980ToTime(_In_ ULONG ElapsedSeconds, _Out_ PLARGE_INTEGER Time);

/* FALSE: before it, or beyond 32 bits. IRQL: any level. Source: nf-ntifs-rtltimetosecondssince1970. */
NTKERNELAPI BOOLEAN NTAPI RtlTimeToSecondsSince1970(_In_ PLARGE_INTEGER Time, _Out_ PULONG ElapsedSeconds);

/* Seconds to 100 ns since 1601. IRQL: any level. Source: nf-ntifs-rtlsecondssince1970totime. */
NTKERNELAPI void NTAPI RtlSecondsSince1970ToTime(_In_ ULONG ElapsedSeconds, _Out_ PLARGE_INTEGER Time);

/* Whether its revision and count are possible. IRQL: any level. Source: nf-ntifs-rtlvalidsid. */
NTKERNELAPI BOOLEAN NTAPI RtlValidSid(_In_ PSID Sid);

/* TRUE: equal. IRQL: Any. Source: nf-ntifs-rtlequalsid. */
NTKERNELAPI BOOLEAN NTAPI RtlEqualSid(_In_ PSID Sid1, _In_ PSID Sid2);

/* Whether they differ in the last sub-authority at most. IRQL: any level. Source: nf-ntifs-rtlequalprefixsid. */
NTKERNELAPI BOOLEAN NTAPI RtlEqualPrefixSid(_In_ PSID Sid1, _In_ PSID Sid2);

/* Bytes of a SID with that many sub-authorities. IRQL: any level. Source: nf-ntifs-rtllengthrequiredsid. */
NTKERNELAPI ULONG NTAPI RtlLengthRequiredSid(_In_ ULONG SubAuthorityCount);

/* Frees what RtlAllocateAndInitializeSid gave. IRQL: any level. Source: nf-ntifs-rtlfreesid. */
NTKERNELAPI PVOID NTAPI RtlFreeSid(PSID Sid);

/*
 * A SID in new memory. STATUS_INVALID_SID: more than 8; STATUS_NO_MEMORY. IRQL: any level. Source:
 * nf-ntifs-rtlallocateandinitializesid.
 */
NTKERNELAPI NTSTATUS NTAPI RtlAllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY IdentifierAuthority,
    UCHAR SubAuthorityCount, ULONG SubAuthority0, ULONG SubAuthority1, ULONG SubAuthority2, ULONG SubAuthority3,
    ULONG SubAuthority4, ULONG SubAuthority5, ULONG SubAuthority6, ULONG SubAuthority7, PSID *Sid);

/*
 * Sets revision, authority and count; the sub-authorities are the caller's. STATUS_INVALID_PARAMETER: more than 15.
 * IRQL: any level. Source: nf-ntifs-rtlinitializesid.
 */
NTKERNELAPI NTSTATUS NTAPI RtlInitializeSid(_Out_ PSID Sid, _In_ PSID_IDENTIFIER_AUTHORITY IdentifierAuthority,
    _In_ UCHAR SubAuthorityCount);

/* Address of a sub-authority. IRQL: any level. Source: nf-ntifs-rtlsubauthoritysid. */
NTKERNELAPI PULONG NTAPI RtlSubAuthoritySid(_In_ PSID Sid, ULONG SubAuthority);

/* Bytes of a SID. IRQL: up to APC_LEVEL. Source: nf-ntifs-rtllengthsid. */
NTKERNELAPI ULONG NTAPI RtlLengthSid(_In_ PSID Sid);

/* STATUS_BUFFER_TOO_SMALL. IRQL: any level. Source: nf-ntifs-rtlcopysid. */
NTKERNELAPI NTSTATUS NTAPI RtlCopySid(_In_ ULONG DestinationSidLength, _In_ PSID DestinationSid, _In_ PSID SourceSid);

/*
 * "S-1-5-18"; allocated if asked for. STATUS_BUFFER_OVERFLOW; STATUS_INVALID_SID; STATUS_NO_MEMORY. IRQL: up to
 * APC_LEVEL. Source: nf-ntifs-rtlconvertsidtounicodestring.
 */
NTKERNELAPI NTSTATUS NTAPI RtlConvertSidToUnicodeString(_Inout_ PUNICODE_STRING UnicodeString, _In_ PSID Sid,
    _In_ BOOLEAN AllocateDestinationString);

/* Copies. IRQL: any level. Source: nf-ntifs-rtlcopyluid. */
NTKERNELAPI void NTAPI RtlCopyLuid(_Out_ PLUID DestinationLuid, _In_ PLUID SourceLuid);

/*
 * An empty list in the caller's memory. STATUS_BUFFER_TOO_SMALL, STATUS_INVALID_PARAMETER. IRQL: any level. Source:
 * nf-ntifs-rtlcreateacl.
 */
NTKERNELAPI NTSTATUS NTAPI RtlCreateAcl(_Out_ PACL Acl, _In_ ULONG AclLength, ULONG AclRevision);

/*
 * Inserts entries at an index (MAXULONG: at the end). STATUS_BUFFER_TOO_SMALL: no room. IRQL: any level. Source:
 * nf-ntifs-rtladdace.
 */
NTKERNELAPI NTSTATUS NTAPI RtlAddAce(_Inout_ PACL Acl, _In_ ULONG AceRevision, _In_ ULONG StartingAceIndex,
    _In_ PVOID AceList, _In_ ULONG AceListLength);

/* Deletes the entry. STATUS_INVALID_PARAMETER. IRQL: any level. Source: nf-ntifs-rtldeleteace. */
NTKERNELAPI NTSTATUS NTAPI RtlDeleteAce(_Inout_ PACL Acl, _In_ ULONG AceIndex);

/* Address of the entry. STATUS_INVALID_PARAMETER. IRQL: any level. Source: nf-ntifs-rtlgetace. */
NTKERNELAPI NTSTATUS NTAPI RtlGetAce(_In_ PACL Acl, _In_ ULONG AceIndex, _Out_ PVOID *Ace);

/*
 * Appends an entry that grants. STATUS_ALLOTTED_SPACE_EXCEEDED: no room. IRQL: any level. Source:
 * nf-ntifs-rtladdaccessallowedace.
 */
NTKERNELAPI NTSTATUS NTAPI RtlAddAccessAllowedAce(_Inout_ PACL Acl, _In_ ULONG AceRevision,
    _In_ ACCESS_MASK AccessMask, _In_ PSID Sid);

/* The same with inheritance flags. IRQL: any level. Source: nf-ntifs-rtladdaccessallowedaceex. */
NTKERNELAPI NTSTATUS NTAPI RtlAddAccessAllowedAceEx(_Inout_ PACL Acl, _In_ ULONG AceRevision, _In_ ULONG AceFlags,
    _In_ ACCESS_MASK AccessMask, _In_ PSID Sid);

/* An empty self-relative descriptor. IRQL: any level. Source: nf-ntifs-rtlcreatesecuritydescriptorrelative. */
NTKERNELAPI NTSTATUS NTAPI RtlCreateSecurityDescriptorRelative(
    _Out_ PISECURITY_DESCRIPTOR_RELATIVE SecurityDescriptor, _In_ ULONG Revision);

/*
 * Its DACL; *DaclPresent FALSE: none. STATUS_UNKNOWN_REVISION. IRQL: any level. Source:
 * nf-ntifs-rtlgetdaclsecuritydescriptor.
 */
NTKERNELAPI NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _Out_ PBOOLEAN DaclPresent, _Out_ PACL *Dacl, _Out_ PBOOLEAN DaclDefaulted);

/*
 * Sets the owner of an absolute descriptor (not copied). STATUS_INVALID_SECURITY_DESCR: self-relative. IRQL: any
 * level. Source: nf-ntifs-rtlsetownersecuritydescriptor.
 */
NTKERNELAPI NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(_Inout_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _In_opt_ PSID Owner, _In_opt_ BOOLEAN OwnerDefaulted);

/* Its owner, or NULL. IRQL: any level. Source: nf-ntifs-rtlgetownersecuritydescriptor. */
NTKERNELAPI NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _Out_ PSID *Owner, _Out_ PBOOLEAN OwnerDefaulted);

/*
 * The Win32 error of a status; ERROR_MR_MID_NOT_FOUND: none. IRQL: any level. Source:
 * nf-ntifs-rtlntstatustodoserror.
 */
NTKERNELAPI ULONG NTAPI RtlNtStatusToDosError(_In_ NTSTATUS Status);
NTKERNELAPI PVOID NTAPI RtlCreateHeap(_In_ ULONG Flags, _In_opt_ PVOID HeapBase, _In_opt_ SIZE_T ReserveSize,
    _In_opt_ SIZE_T CommitSize, _In_opt_ PVOID Lock, _In_opt_ PRTL_HEAP_PARAMETERS Parameters);
NTKERNELAPI PVOID NTAPI RtlDestroyHeap(_In_ PVOID HeapHandle);

/* The same, with a hash of them. IRQL: any level. Source: nf-ntifs-rtlcapturestackbacktrace. */
NTKERNELAPI USHORT NTAPI RtlCaptureStackBackTrace(_In_ ULONG FramesToSkip, _In_ ULONG FramesToCapture,
    _Out_ PVOID *BackTrace, _Out_opt_ PULONG BackTraceHash);

/* A number from 0 to MAXLONG - 1; the seed is the state. IRQL: any level. Source: nf-ntifs-rtlrandomex. */
NTKERNELAPI ULONG NTAPI RtlRandomEx(_Inout_ PULONG Seed);

/*
 * STATUS_INVALID_PARAMETER: lengths or buffer are not possible. IRQL: any level. Source: ntifs.h,
 * RtlValidateUnicodeString.
 */
NTKERNELAPI NTSTATUS NTAPI RtlValidateUnicodeString(ULONG Flags, PCUNICODE_STRING String);

/*
 * A copy in a new buffer; Flags: 1 terminated, 2 (with 1) even for an empty string. STATUS_INVALID_PARAMETER,
 * STATUS_NAME_TOO_LONG, STATUS_NO_MEMORY. IRQL: up to APC_LEVEL. Source: ntifs.h, RtlDuplicateUnicodeString.
 */
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

/* Address of the authority. IRQL: any level. Source: nf-ntifs-rtlidentifierauthoritysid. */
NTKERNELAPI PSID_IDENTIFIER_AUTHORITY NTAPI RtlIdentifierAuthoritySid(PSID Sid);

/* Address of their number. IRQL: any level. Source: nf-ntifs-rtlsubauthoritycountsid. */
NTKERNELAPI PUCHAR NTAPI RtlSubAuthorityCountSid(PSID Sid);

/* The same. IRQL: any level. Source: nf-ntifs-rtlntstatustodoserrornoteb. */
NTKERNELAPI ULONG NTAPI RtlNtStatusToDosErrorNoTeb(_In_ NTSTATUS Status);
NTKERNELAPI NTSTATUS NTAPI RtlCreateSystemVolumeInformationFolder(_In_ PCUNICODE_STRING VolumeRootPath);

/* Its SACL, likewise. IRQL: any level. Source: nf-ntifs-rtlgetsaclsecuritydescriptor. */
NTKERNELAPI NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _Out_ PBOOLEAN SaclPresent, _Out_ PACL *Sacl, _Out_ PBOOLEAN SaclDefaulted);

/* The same for the group. IRQL: any level. Source: nf-ntifs-rtlsetgroupsecuritydescriptor. */
NTKERNELAPI NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(_Inout_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _In_opt_ PSID Group, _In_opt_ BOOLEAN GroupDefaulted);

/* Its group, or NULL. IRQL: any level. Source: nf-ntifs-rtlgetgroupsecuritydescriptor. */
NTKERNELAPI NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _Out_ PSID *Group, _Out_ PBOOLEAN GroupDefaulted);

/*
 * Copies into one piece. STATUS_BUFFER_TOO_SMALL: *BufferLength says how much. IRQL: any level. Source:
 * nf-ntifs-rtlabsolutetoselfrelativesd.
 */
NTKERNELAPI NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(_In_ PSECURITY_DESCRIPTOR AbsoluteSecurityDescriptor,
    _Out_ PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor, _Inout_ PULONG BufferLength);

/*
 * Copies into parts. STATUS_BUFFER_TOO_SMALL: the lengths say how much. IRQL: any level. Source:
 * nf-ntifs-rtlselfrelativetoabsolutesd.
 */
NTKERNELAPI NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD(_In_ PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor,
    _Out_ PSECURITY_DESCRIPTOR AbsoluteSecurityDescriptor, _Inout_ PULONG AbsoluteSecurityDescriptorSize,
    _Out_ PACL Dacl, _Inout_ PULONG DaclSize, _Out_ PACL Sacl, _Inout_ PULONG SaclSize, _Out_ PSID Owner,
    _Inout_ PULONG OwnerSize, _Out_ PSID PrimaryGroup, _Inout_ PULONG PrimaryGroupSize);

/*
 * Sets the SACL of an absolute descriptor (not copied). IRQL: any level. Source: ntifs.h,
 * RtlSetSaclSecurityDescriptor.
 */
NTKERNELAPI NTSTATUS NTAPI RtlSetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, BOOLEAN SaclPresent,
    PACL Sacl, BOOLEAN SaclDefaulted);

#ifdef __cplusplus
}
#endif

#endif
