/*
 * Calls that the kernel exports and no header of the kit declares: drivers declare them themselves, each in its own words, so
 * wdm.h and ntifs.h leave them out. The library defines them from here.
 */
#ifndef OFM_NT_UNDOCUMENTED_H
#define OFM_NT_UNDOCUMENTED_H

#include "ntifs.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _SYSTEM_INFORMATION_CLASS {
    SystemBasicInformation = 0,
    SystemProcessorInformation = 1,
    SystemPerformanceInformation = 2,
    SystemTimeOfDayInformation = 3,
    SystemProcessInformation = 5,
    SystemProcessorPerformanceInformation = 8,
    SystemModuleInformation = 11,
    SystemHandleInformation = 16,
    SystemInterruptInformation = 23,
    SystemExceptionInformation = 33,
    SystemKernelDebuggerInformation = 35,
    SystemRegistryQuotaInformation = 37,
    SystemLookasideInformation = 45,
    SystemExtendedHandleInformation = 64,
    SystemBootEnvironmentInformation = 90,
    SystemCodeIntegrityInformation = 103,
    SystemPolicyInformation = 134
} SYSTEM_INFORMATION_CLASS;

typedef struct _SYSTEM_BASIC_INFORMATION {
    ULONG Reserved;
    ULONG TimerResolution;
    ULONG PageSize;
    ULONG NumberOfPhysicalPages;
    ULONG LowestPhysicalPageNumber;
    ULONG HighestPhysicalPageNumber;
    ULONG AllocationGranularity;
    ULONG_PTR MinimumUserModeAddress;
    ULONG_PTR MaximumUserModeAddress;
    KAFFINITY ActiveProcessorsAffinityMask;
    CCHAR NumberOfProcessors;
} SYSTEM_BASIC_INFORMATION, *PSYSTEM_BASIC_INFORMATION;

typedef struct _SYSTEM_PROCESS_INFORMATION {
    ULONG NextEntryOffset;
    ULONG NumberOfThreads;
    LARGE_INTEGER WorkingSetPrivateSize;
    ULONG HardFaultCount;
    ULONG NumberOfThreadsHighWatermark;
    ULONGLONG CycleTime;
    LARGE_INTEGER CreateTime;
    LARGE_INTEGER UserTime;
    LARGE_INTEGER KernelTime;
    UNICODE_STRING ImageName;
    KPRIORITY BasePriority;
    HANDLE UniqueProcessId;
    HANDLE InheritedFromUniqueProcessId;
    ULONG HandleCount;
    ULONG SessionId;
    ULONG_PTR UniqueProcessKey;
    SIZE_T PeakVirtualSize;
    SIZE_T VirtualSize;
    ULONG PageFaultCount;
    SIZE_T PeakWorkingSetSize;
    SIZE_T WorkingSetSize;
    SIZE_T QuotaPeakPagedPoolUsage;
    SIZE_T QuotaPagedPoolUsage;
    SIZE_T QuotaPeakNonPagedPoolUsage;
    SIZE_T QuotaNonPagedPoolUsage;
    SIZE_T PagefileUsage;
    SIZE_T PeakPagefileUsage;
    SIZE_T PrivatePageCount;
    LARGE_INTEGER ReadOperationCount;
    LARGE_INTEGER WriteOperationCount;
    LARGE_INTEGER OtherOperationCount;
    LARGE_INTEGER ReadTransferCount;
    LARGE_INTEGER WriteTransferCount;
    LARGE_INTEGER OtherTransferCount;
} SYSTEM_PROCESS_INFORMATION, *PSYSTEM_PROCESS_INFORMATION;

typedef struct _THREAD_BASIC_INFORMATION {
    NTSTATUS ExitStatus;
    PVOID TebBaseAddress;
    CLIENT_ID ClientId;
    KAFFINITY AffinityMask;
    KPRIORITY Priority;
    KPRIORITY BasePriority;
} THREAD_BASIC_INFORMATION, *PTHREAD_BASIC_INFORMATION;

typedef struct _OBJECT_DIRECTORY_INFORMATION {
    UNICODE_STRING Name;
    UNICODE_STRING TypeName;
} OBJECT_DIRECTORY_INFORMATION, *POBJECT_DIRECTORY_INFORMATION;

typedef struct _OBJECT_HANDLE_FLAG_INFORMATION {
    BOOLEAN Inherit;
    BOOLEAN ProtectFromClose;
} OBJECT_HANDLE_FLAG_INFORMATION, *POBJECT_HANDLE_FLAG_INFORMATION;

/*
 * What the system tells of itself, by class; NtQuerySystemInformation is the same for a caller whose previous mode
 * counts. The classes are those of SYSTEM_INFORMATION_CLASS that Linux can answer. *ReturnLength (may be NULL): what
 * is there, or what is needed. STATUS_SUCCESS; STATUS_INVALID_INFO_CLASS; STATUS_INFO_LENGTH_MISMATCH. IRQL:
 * PASSIVE_LEVEL. Source: winternl, NtQuerySystemInformation.
 */
NTSYSAPI NTSTATUS NTAPI ZwQuerySystemInformation(SYSTEM_INFORMATION_CLASS SystemInformationClass, PVOID SystemInformation,
    ULONG SystemInformationLength, PULONG ReturnLength);
NTSYSAPI NTSTATUS NTAPI NtQuerySystemInformation(SYSTEM_INFORMATION_CLASS SystemInformationClass, PVOID SystemInformation,
    ULONG SystemInformationLength, PULONG ReturnLength);
/*
 * Tells of a process, by class; NtQueryInformationProcess is the same for a caller whose previous mode counts.
 * Classes: basic information, times, debug port and flags, Wow64, handle count, session, break on termination, image
 * names. STATUS_SUCCESS; STATUS_INVALID_INFO_CLASS; STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_HANDLE;
 * STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL. Source: winternl, NtQueryInformationProcess.
 */
NTSYSAPI NTSTATUS NTAPI ZwQueryInformationProcess(HANDLE ProcessHandle, PROCESSINFOCLASS ProcessInformationClass,
    PVOID ProcessInformation, ULONG ProcessInformationLength, PULONG ReturnLength);
NTSYSAPI NTSTATUS NTAPI NtQueryInformationProcess(HANDLE ProcessHandle, PROCESSINFOCLASS ProcessInformationClass,
    PVOID ProcessInformation, ULONG ProcessInformationLength, PULONG ReturnLength);
NTSYSAPI NTSTATUS NTAPI ZwSetInformationProcess(HANDLE ProcessHandle, PROCESSINFOCLASS ProcessInformationClass,
    PVOID ProcessInformation, ULONG ProcessInformationLength);
/*
 * Tells of a thread, by class: basic information, times, start address, whether it has ended, break on termination.
 * STATUS_SUCCESS; STATUS_INVALID_INFO_CLASS; STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_HANDLE;
 * STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL. Source: winternl, NtQueryInformationThread.
 */
NTSYSAPI NTSTATUS NTAPI ZwQueryInformationThread(HANDLE ThreadHandle, THREADINFOCLASS ThreadInformationClass,
    PVOID ThreadInformation, ULONG ThreadInformationLength, PULONG ReturnLength);
/*
 * A handle of a thread by its ids. ClientId: UniqueThread, and UniqueProcess or 0. STATUS_SUCCESS;
 * STATUS_INVALID_CID: there is none; STATUS_ACCESS_DENIED; STATUS_INVALID_PARAMETER_MIX: a name was given. IRQL:
 * PASSIVE_LEVEL. Source: undocumented; ZwOpenProcess is its sister.
 */
NTSYSAPI NTSTATUS NTAPI ZwOpenThread(
    PHANDLE ThreadHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, PCLIENT_ID ClientId);
/*
 * Entries of a directory of the object name space: OBJECT_DIRECTORY_INFORMATION, the last one all zero, then the
 * texts. *Context: where to go on; RestartScan begins anew. STATUS_SUCCESS; STATUS_MORE_ENTRIES: not all fit;
 * STATUS_NO_MORE_ENTRIES; STATUS_BUFFER_TOO_SMALL: not one fits. IRQL: PASSIVE_LEVEL. Source: devnotes,
 * NtQueryDirectoryObject.
 */
NTSYSAPI NTSTATUS NTAPI ZwQueryDirectoryObject(HANDLE DirectoryHandle, PVOID Buffer, ULONG Length,
    BOOLEAN ReturnSingleEntry, BOOLEAN RestartScan, PULONG Context, PULONG ReturnLength);
/*
 * A symbolic link in the object name space, with a handle; it goes with the last handle unless OBJ_PERMANENT.
 * STATUS_SUCCESS; STATUS_OBJECT_NAME_COLLISION; STATUS_OBJECT_PATH_NOT_FOUND; STATUS_ACCESS_DENIED. IRQL:
 * PASSIVE_LEVEL. Source: undocumented.
 */
NTSYSAPI NTSTATUS NTAPI ZwCreateSymbolicLinkObject(PHANDLE LinkHandle, ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes, PUNICODE_STRING LinkTarget);
/* Lets another thread run. STATUS_SUCCESS. IRQL: PASSIVE_LEVEL. Source: undocumented. */
NTSYSAPI NTSTATUS NTAPI ZwYieldExecution(void);
NTSYSAPI NTSTATUS NTAPI ZwQuerySection(HANDLE SectionHandle, ULONG SectionInformationClass, PVOID SectionInformation,
    SIZE_T SectionInformationLength, PSIZE_T ReturnLength);
/*
 * Changes the protection of pages of the calling process. *BaseAddress, *RegionSize: in, the range; out, the whole
 * pages of it. *OldProtect: of the first page. STATUS_SUCCESS; STATUS_INVALID_PAGE_PROTECTION; STATUS_NOT_COMMITTED;
 * STATUS_SECTION_PROTECTION: the file was opened for less; STATUS_NOT_SUPPORTED: another process' memory cannot be
 * changed. IRQL: PASSIVE_LEVEL. Source: undocumented; VirtualProtect is its user.
 */
NTSYSAPI NTSTATUS NTAPI ZwProtectVirtualMemory(
    HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize, ULONG NewProtect, PULONG OldProtect);
/*
 * Asks what the calling thread has pending on an asynchronous handle to end, with STATUS_CANCELLED if it had not ended
 * already; does not wait for it. NtCancelIoFile is the same for a caller whose previous mode counts. STATUS_SUCCESS, also
 * when there was nothing; STATUS_INVALID_HANDLE; STATUS_OBJECT_TYPE_MISMATCH. IRQL: PASSIVE_LEVEL. Source:
 * undocumented; CancelIo is its user.
 */
NTSYSAPI NTSTATUS NTAPI ZwCancelIoFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock);
NTSYSAPI NTSTATUS NTAPI NtCancelIoFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock);
/*
 * The same for what any thread has pending there with that status block; NULL: all. STATUS_NOT_FOUND: there was
 * none. IRQL: PASSIVE_LEVEL. Source: undocumented; CancelIoEx is its user.
 */
NTSYSAPI NTSTATUS NTAPI ZwCancelIoFileEx(
    HANDLE FileHandle, PIO_STATUS_BLOCK IoRequestToCancel, PIO_STATUS_BLOCK IoStatusBlock);
NTSYSAPI NTSTATUS NTAPI NtCancelIoFileEx(
    HANDLE FileHandle, PIO_STATUS_BLOCK IoRequestToCancel, PIO_STATUS_BLOCK IoStatusBlock);
/*
 * Makes a mailslot and opens its server's handle; NtCreateMailslotFile is the same for a caller whose previous mode
 * counts. ObjectAttributes: \Device\Mailslot\NAME. MailslotQuota: bytes, 0 for the default. MaximumMessageSize:
 * bytes, 0 for any. ReadTimeout: 100 ns, negative; NULL or -1 for ever. STATUS_SUCCESS;
 * STATUS_OBJECT_NAME_COLLISION: there is one of that name; STATUS_OBJECT_NAME_INVALID; STATUS_INVALID_PARAMETER;
 * what a filter says. IRQL: PASSIVE_LEVEL. Source: undocumented; CreateMailslot is its user,
 * nf-fltkernel-fltcreatemailslotfile its sister.
 */
NTSYSAPI NTSTATUS NTAPI ZwCreateMailslotFile(PHANDLE FileHandle, ULONG DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock, ULONG CreateOptions, ULONG MailslotQuota,
    ULONG MaximumMessageSize, PLARGE_INTEGER ReadTimeout);
NTSYSAPI NTSTATUS NTAPI NtCreateMailslotFile(PHANDLE FileHandle, ULONG DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock, ULONG CreateOptions, ULONG MailslotQuota,
    ULONG MaximumMessageSize, PLARGE_INTEGER ReadTimeout);
NTSYSAPI NTSTATUS NTAPI ZwQueryInstallUILanguage(LANGID *InstallUILanguageId);

/*
 * The process' short name, at most 14 characters and a terminator, in memory of the process object. IRQL: up to
 * DISPATCH_LEVEL. Source: undocumented.
 */
NTKERNELAPI PCHAR NTAPI PsGetProcessImageFileName(PEPROCESS Process);
/* NULL: a Linux process has no process environment block. IRQL: up to APC_LEVEL. Source: undocumented. */
NTKERNELAPI PVOID NTAPI PsGetProcessPeb(PEPROCESS Process);
/* NULL: no process here is a 32-bit one of Windows. IRQL: up to APC_LEVEL. Source: undocumented. */
NTKERNELAPI PVOID NTAPI PsGetProcessWow64Process(PEPROCESS Process);
/* NULL: a debugger of Linux (ptrace) is no debug port. IRQL: any level. Source: undocumented. */
NTKERNELAPI PVOID NTAPI PsGetProcessDebugPort(PEPROCESS Process);
/* NULL: Linux' control groups are no jobs. IRQL: any level. Source: undocumented. */
NTKERNELAPI PVOID NTAPI PsGetProcessJob(PEPROCESS Process);
/* The protection's type and signer in one byte: 0x72 for the System process, 0 for all others. IRQL: any level. Source: undocumented. */
NTKERNELAPI UCHAR NTAPI PsGetProcessProtection(PEPROCESS Process);
/*
 * NULL: the address at which a Linux program begins is not a section's. IRQL: up to APC_LEVEL. Source: undocumented.
 */
NTKERNELAPI PVOID NTAPI PsGetProcessSectionBaseAddress(PEPROCESS Process);
/* TRUE for the System process only. IRQL: any level. Source: undocumented. */
NTKERNELAPI BOOLEAN NTAPI PsIsProtectedProcess(PEPROCESS Process);
/* FALSE: no Linux process is protected in that way. IRQL: any level. Source: undocumented. */
NTKERNELAPI BOOLEAN NTAPI PsIsProtectedProcessLight(PEPROCESS Process);
/* TRUE: it is the System process, the manager itself. IRQL: any level. Source: undocumented. */
NTKERNELAPI BOOLEAN NTAPI PsIsSystemProcess(PEPROCESS Process);
/* FALSE: a debugger of Linux (ptrace) is no debug port. IRQL: any level. Source: undocumented. */
NTKERNELAPI BOOLEAN NTAPI PsIsProcessBeingDebugged(PEPROCESS Process);
/* TRUE: the process has ended. IRQL: up to APC_LEVEL. Source: undocumented. */
NTKERNELAPI BOOLEAN NTAPI PsGetProcessExitProcessCalled(PEPROCESS Process);
/* 0: there is one session; Linux' session ids mean something else. IRQL: any level. Source: undocumented. */
NTKERNELAPI ULONG NTAPI PsGetProcessSessionId(PEPROCESS Process);
/* The id of the process that started it. IRQL: any level. Source: undocumented. */
NTKERNELAPI HANDLE NTAPI PsGetProcessInheritedFromUniqueProcessId(PEPROCESS Process);
NTKERNELAPI NTSTATUS NTAPI PsReferenceProcessFilePointer(PEPROCESS Process, PVOID *FileObject);
/*
 * STATUS_SUCCESS while the process lives, STATUS_PROCESS_IS_TERMINATING afterwards. Linux processes end when they
 * end: it is not held up. Pairs with PsReleaseProcessExitSynchronization. IRQL: up to APC_LEVEL. Source:
 * undocumented.
 */
NTKERNELAPI NTSTATUS NTAPI PsAcquireProcessExitSynchronization(PEPROCESS Process);
/* Ends what PsAcquireProcessExitSynchronization began. IRQL: up to APC_LEVEL. Source: undocumented. */
NTKERNELAPI void NTAPI PsReleaseProcessExitSynchronization(PEPROCESS Process);
/*
 * Thread and process by their ids, both referenced (ObDereferenceObject). Process may be NULL. STATUS_SUCCESS;
 * STATUS_INVALID_CID: there is no such pair. IRQL: PASSIVE_LEVEL. Source: undocumented.
 */
NTKERNELAPI NTSTATUS NTAPI PsLookupProcessThreadByCid(PCLIENT_ID ClientId, PEPROCESS *Process, PETHREAD *Thread);
/* The thread's process; not referenced. IRQL: any level. Source: undocumented. */
NTKERNELAPI PEPROCESS NTAPI PsGetThreadProcess(PETHREAD Thread);
/* TRUE: the thread acts with a client's token. IRQL: up to APC_LEVEL. Source: nf-ntifs-psisthreadimpersonating. */
NTKERNELAPI BOOLEAN NTAPI PsIsThreadImpersonating(PETHREAD Thread);
/* NULL: a Linux thread has no thread environment block. IRQL: up to APC_LEVEL. Source: undocumented. */
NTKERNELAPI PVOID NTAPI PsGetThreadTeb(PETHREAD Thread);

/* The type of an object, such as *IoFileObjectType. IRQL: up to DISPATCH_LEVEL. Source: undocumented. */
NTKERNELAPI POBJECT_TYPE NTAPI ObGetObjectType(PVOID Object);
/*
 * The object of that name, referenced (ObDereferenceObject). ObjectType: of which it must be. AccessMode: UserMode
 * checks DesiredAccess. STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND; STATUS_OBJECT_PATH_NOT_FOUND;
 * STATUS_OBJECT_TYPE_MISMATCH; STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL. Source: undocumented.
 */
NTKERNELAPI NTSTATUS NTAPI ObReferenceObjectByName(PUNICODE_STRING ObjectName, ULONG Attributes,
    PACCESS_STATE PassedAccessState, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
    PVOID ParseContext, PVOID *Object);
/*
 * As ObReferenceObjectByName, with attributes, and a handle instead of a reference. IRQL: PASSIVE_LEVEL. Source:
 * undocumented.
 */
NTKERNELAPI NTSTATUS NTAPI ObOpenObjectByName(POBJECT_ATTRIBUTES ObjectAttributes, POBJECT_TYPE ObjectType,
    KPROCESSOR_MODE AccessMode, PACCESS_STATE PassedAccessState, ACCESS_MASK DesiredAccess, PVOID ParseContext,
    PHANDLE Handle);
/*
 * Copies from one process' memory to another's; one of the two must be the manager. *NumberOfBytesCopied: also of a
 * copy that was cut. STATUS_SUCCESS; STATUS_PARTIAL_COPY; STATUS_ACCESS_VIOLATION; STATUS_ACCESS_DENIED: Linux
 * forbids it; STATUS_PROCESS_IS_TERMINATING; STATUS_NOT_SUPPORTED: both are other processes. IRQL: up to APC_LEVEL.
 * Source: undocumented.
 */
NTKERNELAPI NTSTATUS NTAPI MmCopyVirtualMemory(PEPROCESS FromProcess, const void *FromAddress, PEPROCESS ToProcess,
    PVOID ToAddress, SIZE_T BufferSize, KPROCESSOR_MODE PreviousMode, PSIZE_T NumberOfBytesCopied);
/*
 * Raises an exception at the caller's place: __except and __finally blocks see it, without one the system stops. Returns
 * when a filter expression continued it. IRQL: any level. Source: winnt, RtlRaiseException.
 */
NTSYSAPI void NTAPI RtlRaiseException(PEXCEPTION_RECORD ExceptionRecord);
/* As RtlRaiseException, of a status without parameters; it cannot be continued. IRQL: any level. Source: nf-wdm-exraisestatus. */
NTSYSAPI DECLSPEC_NORETURN void NTAPI RtlRaiseStatus(NTSTATUS Status);
NTKERNELAPI BOOLEAN NTAPI KeTestAlertThread(KPROCESSOR_MODE AlertMode);

#ifdef __cplusplus
}
#endif

#endif
