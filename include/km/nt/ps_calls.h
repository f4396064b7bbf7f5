/* Processes, threads, notifications. */
#ifndef OFM_NT_PS_CALLS_H
#define OFM_NT_PS_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

NTKERNELAPI PEPROCESS NTAPI IoGetCurrentProcess(void);
/*
 * The process of the running thread: the one whose request is served, or System. Not referenced: it lives as long as the
 * thread stays in it. IRQL: up to DISPATCH_LEVEL. Source: nf-ntddk-psgetcurrentprocess.
 */
#define PsGetCurrentProcess() IoGetCurrentProcess()
/* The running thread's object; not referenced. IRQL: up to DISPATCH_LEVEL. Source: nf-ntddk-psgetcurrentthread. */
#define PsGetCurrentThread() ((PETHREAD)KeGetCurrentThread())

/*
 * How it ended; STATUS_PENDING while it runs. 0 to 255, or 0x80 + signal, as far as Linux tells. IRQL: <=
 * APC_LEVEL. Source: nf-ntddk-psgetprocessexitstatus.
 */
NTKERNELAPI NTSTATUS NTAPI PsGetProcessExitStatus(_In_ PEPROCESS Process);

/* How the thread ended; STATUS_PENDING while it runs. IRQL: any. Source: nf-ntddk-psgetthreadexitstatus. */
NTKERNELAPI NTSTATUS NTAPI PsGetThreadExitStatus(_In_ PETHREAD Thread);

/* When the thread was started, 100 ns since 1601. IRQL: any. Source: nf-ntddk-psgetthreadcreatetime. */
NTKERNELAPI LONGLONG NTAPI PsGetThreadCreateTime(_In_ PETHREAD Thread);

/* NULL: Linux threads have no thread environment block. IRQL: any. Source: nf-ntddk-psgetcurrentthreadteb. */
NTKERNELAPI PVOID NTAPI PsGetCurrentThreadTeb(void);

/*
 * A number that names this process and no later one with the same id, until the machine is restarted. IRQL: any.
 * Source: nf-ntddk-psgetprocessstartkey.
 */
NTKERNELAPI ULONGLONG NTAPI PsGetProcessStartKey(_In_ PEPROCESS Process);
/*
 * As PsSetCreateProcessNotifyRoutineEx, for processes of all subsystems. NotifyType:
 * PsCreateProcessNotifySubsystems, else STATUS_INVALID_PARAMETER. NotifyInformation: the routine. Remove TRUE takes
 * it away, and waits until no call of it runs. STATUS_SUCCESS; STATUS_INVALID_PARAMETER: it is registered already,
 * or was not, or too many are. IRQL: PASSIVE_LEVEL. Source: nf-ntddk-pssetcreateprocessnotifyroutineex2.
 */
NTKERNELAPI NTSTATUS NTAPI PsSetCreateProcessNotifyRoutineEx2(
    _In_ PSCREATEPROCESSNOTIFYTYPE NotifyType, _In_ PVOID NotifyInformation, _In_ BOOLEAN Remove);

/*
 * PsSetCreateThreadNotifyRoutine, with a kind of notification. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntddk-pssetcreatethreadnotifyroutineex.
 */
NTKERNELAPI NTSTATUS NTAPI PsSetCreateThreadNotifyRoutineEx(
    _In_ PSCREATETHREADNOTIFYTYPE NotifyType, _In_ PVOID NotifyInformation);

/*
 * PsSetLoadImageNotifyRoutine with flags: bit 0 asks for images of other machines too. Other bits:
 * STATUS_INVALID_PARAMETER_2. IRQL: PASSIVE_LEVEL. Source: nf-ntddk-pssetloadimagenotifyroutineex.
 */
NTKERNELAPI NTSTATUS NTAPI PsSetLoadImageNotifyRoutineEx(
    _In_ PLOAD_IMAGE_NOTIFY_ROUTINE NotifyRoutine, _In_ ULONG_PTR Flags);

/*
 * Runs StartRoutine in a new thread of the manager. ThreadHandle: ZwClose; the thread ends with
 * PsTerminateSystemThread. STATUS_INSUFFICIENT_RESOURCES. IRQL: PASSIVE_LEVEL. Source: nf-wdm-pscreatesystemthread.
 */
NTKERNELAPI NTSTATUS NTAPI PsCreateSystemThread(_Out_ PHANDLE ThreadHandle, _In_ ULONG DesiredAccess,
    _In_opt_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ HANDLE ProcessHandle, _Out_opt_ PCLIENT_ID ClientId,
    _In_ PKSTART_ROUTINE StartRoutine, _In_opt_ PVOID StartContext);

/*
 * Ends the calling system thread. STATUS_INVALID_PARAMETER: it is none. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-psterminatesystemthread.
 */
NTKERNELAPI NTSTATUS NTAPI PsTerminateSystemThread(_In_ NTSTATUS ExitStatus);

/*
 * Calls the driver when a process starts and ends; Remove takes it away. STATUS_INVALID_PARAMETER: registered
 * already, not registered, or too many (64); told with STATUS_SUCCESS when Linux does not say (no root). IRQL:
 * PASSIVE_LEVEL. Source: nf-ntddk-pssetcreateprocessnotifyroutine.
 */
NTKERNELAPI NTSTATUS NTAPI PsSetCreateProcessNotifyRoutine(_In_ PCREATE_PROCESS_NOTIFY_ROUTINE NotifyRoutine,
    _In_ BOOLEAN Remove);

/*
 * Calls the driver when a thread starts and ends. STATUS_INSUFFICIENT_RESOURCES: too many. IRQL: PASSIVE_LEVEL.
 * Source: nf-ntddk-pssetcreatethreadnotifyroutine.
 */
NTKERNELAPI NTSTATUS NTAPI PsSetCreateThreadNotifyRoutine(_In_ PCREATE_THREAD_NOTIFY_ROUTINE NotifyRoutine);

/*
 * Calls the driver when an image is mapped. STATUS_INSUFFICIENT_RESOURCES: too many. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntddk-pssetloadimagenotifyroutine.
 */
NTKERNELAPI NTSTATUS NTAPI PsSetLoadImageNotifyRoutine(_In_ PLOAD_IMAGE_NOTIFY_ROUTINE NotifyRoutine);

/* Its id. IRQL: Any level. Source: nf-ntddk-psgetcurrentprocessid. */
NTKERNELAPI HANDLE NTAPI PsGetCurrentProcessId(void);

/*
 * The id of the current thread: the requestor's in a pre callback. IRQL: Any level. Source:
 * nf-ntddk-psgetcurrentthreadid.
 */
NTKERNELAPI HANDLE NTAPI PsGetCurrentThreadId(void);

/*
 * The Windows version that is played; TRUE: a free build. Any pointer may be NULL. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-psgetversion.
 */
NTKERNELAPI BOOLEAN NTAPI PsGetVersion(_Out_opt_ PULONG MajorVersion, _Out_opt_ PULONG MinorVersion,
    _Out_opt_ PULONG BuildNumber, _Out_opt_ PUNICODE_STRING CSDVersion);

/* The id of a process. IRQL: Any level. Source: nf-ntddk-psgetprocessid. */
NTKERNELAPI HANDLE NTAPI PsGetProcessId(_In_ PEPROCESS Process);

/* The thread's id: its Linux thread id. IRQL: <= DISPATCH_LEVEL. Source: nf-ntddk-psgetthreadid. */
NTKERNELAPI HANDLE NTAPI PsGetThreadId(_In_ PETHREAD Thread);

/*
 * Ends it. STATUS_PROCEDURE_NOT_FOUND: not registered. IRQL: up to APC_LEVEL. Source:
 * nf-ntddk-psremovecreatethreadnotifyroutine.
 */
NTKERNELAPI NTSTATUS NTAPI PsRemoveCreateThreadNotifyRoutine(_In_ PCREATE_THREAD_NOTIFY_ROUTINE NotifyRoutine);

/*
 * Ends it. STATUS_PROCEDURE_NOT_FOUND: not registered. IRQL: up to APC_LEVEL. Source:
 * nf-ntddk-psremoveloadimagenotifyroutine.
 */
NTKERNELAPI NTSTATUS NTAPI PsRemoveLoadImageNotifyRoutine(_In_ PLOAD_IMAGE_NOTIFY_ROUTINE NotifyRoutine);

/* When it was started, 100 ns since 1601. IRQL: any. Source: nf-ntddk-psgetprocesscreatetimequadpart. */
NTKERNELAPI LONGLONG NTAPI PsGetProcessCreateTimeQuadPart(_In_ PEPROCESS Process);

/* The id of the process a thread belongs to. IRQL: any. Source: nf-ntddk-psgetthreadprocessid. */
NTKERNELAPI HANDLE NTAPI PsGetThreadProcessId(PETHREAD Thread);

/*
 * The same with image name and command line; CreateInfo NULL: it ends. A creation cannot be vetoed here: told once.
 * STATUS_INVALID_PARAMETER; STATUS_ACCESS_DENIED. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntddk-pssetcreateprocessnotifyroutineex.
 */
NTKERNELAPI NTSTATUS NTAPI PsSetCreateProcessNotifyRoutineEx(_In_ PCREATE_PROCESS_NOTIFY_ROUTINE_EX NotifyRoutine,
    _In_ BOOLEAN Remove);

/*
 * The process with an id, referenced. STATUS_INVALID_CID or STATUS_INVALID_PARAMETER: none such. IRQL: up to
 * APC_LEVEL. Source: nf-ntifs-pslookupprocessbyprocessid.
 */
NTKERNELAPI NTSTATUS NTAPI PsLookupProcessByProcessId(_In_ HANDLE ProcessId, _Out_ PEPROCESS *Process);

/*
 * The thread with an id, referenced. STATUS_INVALID_CID or STATUS_INVALID_PARAMETER: none such. IRQL: up to
 * APC_LEVEL. Source: nf-ntifs-pslookupthreadbythreadid.
 */
NTKERNELAPI NTSTATUS NTAPI PsLookupThreadByThreadId(_In_ HANDLE ThreadId, _Out_ PETHREAD *Thread);

/*
 * The token a thread impersonates with, referenced; NULL: it acts as its process. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-psreferenceimpersonationtoken.
 */
NTKERNELAPI PACCESS_TOKEN NTAPI PsReferenceImpersonationToken(_Inout_ PETHREAD Thread, _Out_ PBOOLEAN CopyOnOpen,
    _Out_ PBOOLEAN EffectiveOnly, _Out_ PSECURITY_IMPERSONATION_LEVEL ImpersonationLevel);

/* When the current process ended: 0, it runs. IRQL: <= APC_LEVEL. Source: nf-ntifs-psgetprocessexittime. */
NTKERNELAPI LARGE_INTEGER NTAPI PsGetProcessExitTime(void);

/*
 * Is it about to end, or has it ended? For an application's thread: SIGKILL is pending, or it is gone. IRQL: any.
 * Source: nf-ntifs-psisthreadterminating.
 */
NTKERNELAPI BOOLEAN NTAPI PsIsThreadTerminating(_In_ PETHREAD Thread);

/*
 * The thread acts with Token from now on; NULL: as its process. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-psimpersonateclient.
 */
NTKERNELAPI NTSTATUS NTAPI PsImpersonateClient(_Inout_ PETHREAD Thread, _In_ PACCESS_TOKEN Token,
    _In_ BOOLEAN CopyOnOpen, _In_ BOOLEAN EffectiveOnly, _In_ SECURITY_IMPERSONATION_LEVEL ImpersonationLevel);

/* The current thread impersonates nobody any more. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-psreverttoself. */
NTKERNELAPI void NTAPI PsRevertToSelf(void);
NTKERNELAPI void NTAPI PsChargePoolQuota(_In_ PEPROCESS Process, _In_ POOL_TYPE PoolType, _In_ ULONG_PTR Amount);
NTKERNELAPI void NTAPI PsReturnPoolQuota(_In_ PEPROCESS Process, _In_ POOL_TYPE PoolType, _In_ ULONG_PTR Amount);

/* The token of a process, referenced. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-psreferenceprimarytoken. */
NTKERNELAPI HANDLE NTAPI PsReferencePrimaryToken(_Inout_ PEPROCESS Process);

/*
 * Gives back a token from PsReferencePrimaryToken. IRQL: < DISPATCH_LEVEL. Source:
 * nf-ntifs-psdereferenceprimarytoken.
 */
NTKERNELAPI void NTAPI PsDereferencePrimaryToken(_In_ PACCESS_TOKEN PrimaryToken);

/*
 * Gives back a token from PsReferenceImpersonationToken; NULL is allowed. IRQL: < DISPATCH_LEVEL. Source:
 * nf-ntifs-psdereferenceimpersonationtoken.
 */
NTKERNELAPI void NTAPI PsDereferenceImpersonationToken(_In_ PACCESS_TOKEN ImpersonationToken);

/* Is it one of the manager's own threads? IRQL: any. Source: nf-ntifs-psissystemthread. */
NTKERNELAPI BOOLEAN NTAPI PsIsSystemThread(_In_ PETHREAD Thread);

#ifdef __cplusplus
}
#endif

#endif
