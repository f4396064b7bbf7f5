/* Handles to processes and threads, what they tell, and ending one: ZwOpenProcess, ZwQueryInformationProcess,
 * ZwTerminateProcess and the same for threads. */
#include "ntoskrnl/ps/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/report.h"
#include "ntoskrnl/ob/ob.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool allow_terminate;

void ps_allow_terminate(bool allow)
{
    __atomic_store_n(&allow_terminate, allow, __ATOMIC_RELEASE);
}

/* ---- opening ---- */

static NTSTATUS check_open(const OBJECT_ATTRIBUTES *oa, PCLIENT_ID client)
{
    if (!oa || oa->Length != sizeof(*oa))
        return STATUS_INVALID_PARAMETER;
    return !client || oa->ObjectName ? STATUS_INVALID_PARAMETER_MIX : STATUS_SUCCESS;
}

static NTSTATUS open_process(PHANDLE ProcessHandle, ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes, PCLIENT_ID ClientId, KPROCESSOR_MODE mode)
{
    PEPROCESS process;
    *ProcessHandle = NULL;
    NTSTATUS status = check_open(ObjectAttributes, ClientId);
    if (!NT_SUCCESS(status))
        return status;
    if (!NT_SUCCESS(PsLookupProcessByProcessId(ClientId->UniqueProcess, &process)))
        return STATUS_INVALID_CID;
    status = ObOpenObjectByPointer(process, ObjectAttributes->Attributes, NULL, DesiredAccess, ps_process_type, mode,
        ProcessHandle);
    ObfDereferenceObject(process);
    return status;
}

NTSTATUS NTAPI ZwOpenProcess(PHANDLE ProcessHandle, ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes, PCLIENT_ID ClientId)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return open_process(ProcessHandle, DesiredAccess, ObjectAttributes, ClientId, KernelMode);
}

NTSTATUS NTAPI NtOpenProcess(PHANDLE ProcessHandle, ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes, PCLIENT_ID ClientId)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return open_process(ProcessHandle, DesiredAccess, ObjectAttributes, ClientId, ps_previous_mode());
}

NTSTATUS NTAPI ZwOpenThread(PHANDLE ThreadHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
    PCLIENT_ID ClientId)
{
    PETHREAD thread;
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    *ThreadHandle = NULL;
    NTSTATUS status = check_open(ObjectAttributes, ClientId);
    if (!NT_SUCCESS(status))
        return status;
    if (!NT_SUCCESS(PsLookupThreadByThreadId(ClientId->UniqueThread, &thread)))
        return STATUS_INVALID_CID;
    if (ClientId->UniqueProcess && ClientId->UniqueProcess != PsGetThreadProcessId(thread))
        status = STATUS_INVALID_CID;
    else
        status = ObOpenObjectByPointer(thread, ObjectAttributes->Attributes, NULL, DesiredAccess, ps_thread_type, KernelMode,
            ThreadHandle);
    ObfDereferenceObject(thread);
    return status;
}

/* ---- asking ---- */

struct answer {
    PVOID buffer;
    ULONG length, need;
};

static NTSTATUS give(struct answer *a, const void *bytes, ULONG length)
{
    a->need = length;
    if (a->length != length)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(a->buffer, bytes, length);
    return STATUS_SUCCESS;
}

static NTSTATUS give_number(struct answer *a, ULONG number)
{
    return give(a, &number, sizeof(number));
}

static NTSTATUS give_string(struct answer *a, const UNICODE_STRING *text)
{
    PUNICODE_STRING out = a->buffer;
    a->need = sizeof(*out) + text->Length + sizeof(WCHAR);
    if (a->length < a->need)
        return STATUS_INFO_LENGTH_MISMATCH;
    out->Buffer = (PWCH)(out + 1);
    out->Length = text->Length;
    out->MaximumLength = text->Length + sizeof(WCHAR);
    if (text->Length)
        memcpy(out->Buffer, text->Buffer, text->Length);
    out->Buffer[text->Length / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

static NTSTATUS basic_information(PEPROCESS process, struct answer *a)
{
    PROCESS_BASIC_INFORMATION info;
    RtlZeroMemory(&info, sizeof(info));
    info.ExitStatus = PsGetProcessExitStatus(process);
    info.AffinityMask = (ULONG_PTR)-1;
    info.BasePriority = 8;
    info.UniqueProcessId = process->id;
    info.InheritedFromUniqueProcessId = process->parent_id;
    return give(a, &info, sizeof(info));
}

/* prefix: what stands before the NT name; NULL: nothing. */
static NTSTATUS image_name(PEPROCESS process, const char *prefix, struct answer *a)
{
    UNICODE_STRING name = {0, 0, NULL}, before = {0, 0, NULL};
    char *image = ps_image_of(process);
    NTSTATUS status = image ? ps_nt_path(image, &name) : STATUS_SUCCESS;
    free(image);
    if (NT_SUCCESS(status) && name.Length && prefix)
        status = ps_wide(prefix, strlen(prefix), &before);
    if (NT_SUCCESS(status) && before.Length) {
        UNICODE_STRING whole = {0, (USHORT)(before.Length + name.Length), NULL};
        whole.Buffer = malloc(whole.MaximumLength);
        if (whole.Buffer) {
            RtlAppendUnicodeStringToString(&whole, &before);
            RtlAppendUnicodeStringToString(&whole, &name);
            status = give_string(a, &whole);
        } else {
            status = STATUS_INSUFFICIENT_RESOURCES;
        }
        free(whole.Buffer);
    } else if (NT_SUCCESS(status)) {
        status = give_string(a, &name);
    }
    if (before.Buffer)
        ExFreePool(before.Buffer);
    if (name.Buffer)
        ExFreePool(name.Buffer);
    return status;
}

static NTSTATUS command_line(PEPROCESS process, struct answer *a)
{
    size_t length = 0;
    UNICODE_STRING wide;
    char *line = process->pid ? ps_read_command_line(process->pid, &length) : NULL;
    NTSTATUS status = ps_wide(line ? line : "", line ? length : 0, &wide);
    free(line);
    if (!NT_SUCCESS(status))
        return status;
    status = give_string(a, &wide);
    ExFreePool(wide.Buffer);
    return status;
}

#define CLASS_COMMAND_LINE 60
#define CLASS_PROTECTION 61

static NTSTATUS query_process(PEPROCESS process, int class, struct answer *a)
{
    static const ULONG_PTR nothing;
    switch (class) {
    case ProcessBasicInformation:
        return basic_information(process, a);
    case ProcessTimes: {
        LARGE_INTEGER times[4] = {process->created}; /* create, exit, kernel, user */
        return give(a, times, sizeof(times));
    }
    case ProcessDebugPort:
    case ProcessWow64Information:
        return give(a, &nothing, sizeof(nothing));
    case ProcessHandleCount:
        return give_number(a, ob_table_count(ps_handle_table(process)));
    case ProcessSessionInformation:
        return give_number(a, PsGetProcessSessionId(process));
    case ProcessBreakOnTermination:
        return give_number(a, process->system);
    case ProcessDebugFlags:
        return give_number(a, 1); /* not debugged */
    case ProcessImageFileName:
        return image_name(process, NULL, a);
    case ProcessImageFileNameWin32:
        return image_name(process, "\\\\?\\GLOBALROOT", a);
    case CLASS_COMMAND_LINE:
        return command_line(process, a);
    case CLASS_PROTECTION:
        return give(a, process->system ? "\x72" : "\0", 1);
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

static NTSTATUS query_information_process(HANDLE ProcessHandle, PROCESSINFOCLASS ProcessInformationClass,
    PVOID ProcessInformation, ULONG ProcessInformationLength, PULONG ReturnLength, KPROCESSOR_MODE mode)
{
    PEPROCESS process;
    struct answer answer = {ProcessInformation, ProcessInformationLength, 0};
    NTSTATUS status = ObReferenceObjectByHandle(ProcessHandle, PROCESS_QUERY_INFORMATION, ps_process_type, mode,
        (PVOID *)&process, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = query_process(process, ProcessInformationClass, &answer);
    if (ReturnLength && status != STATUS_INVALID_INFO_CLASS)
        *ReturnLength = answer.need;
    ObfDereferenceObject(process);
    return status;
}

NTSTATUS NTAPI ZwQueryInformationProcess(HANDLE ProcessHandle, PROCESSINFOCLASS ProcessInformationClass,
    PVOID ProcessInformation, ULONG ProcessInformationLength, PULONG ReturnLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return query_information_process(ProcessHandle, ProcessInformationClass, ProcessInformation, ProcessInformationLength, ReturnLength, KernelMode);
}

NTSTATUS NTAPI NtQueryInformationProcess(HANDLE ProcessHandle, PROCESSINFOCLASS ProcessInformationClass,
    PVOID ProcessInformation, ULONG ProcessInformationLength, PULONG ReturnLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return query_information_process(ProcessHandle, ProcessInformationClass, ProcessInformation, ProcessInformationLength, ReturnLength, ps_previous_mode());
}

/* THREAD_BASIC_INFORMATION is in no public header. */
struct thread_basic {
    NTSTATUS exit_status;
    PVOID teb;
    CLIENT_ID client;
    ULONG_PTR affinity;
    LONG priority, base_priority;
};
C_ASSERT(sizeof(struct thread_basic) == 48);

static NTSTATUS query_thread(PETHREAD thread, int class, struct answer *a)
{
    switch (class) {
    case ThreadBasicInformation: {
        struct thread_basic info;
        RtlZeroMemory(&info, sizeof(info));
        info.exit_status = PsGetThreadExitStatus(thread);
        info.client.UniqueProcess = PsGetThreadProcessId(thread);
        info.client.UniqueThread = PsGetThreadId(thread);
        info.affinity = (ULONG_PTR)-1;
        info.priority = info.base_priority = 8;
        return give(a, &info, sizeof(info));
    }
    case ThreadTimes: {
        LARGE_INTEGER times[4] = {thread->created};
        return give(a, times, sizeof(times));
    }
    case ThreadQuerySetWin32StartAddress:
        return give(a, &thread->start, sizeof(thread->start));
    case ThreadIsTerminated:
        return give_number(a, PsIsThreadTerminating(thread));
    case ThreadBreakOnTermination:
    case ThreadIsIoPending:
        return give_number(a, 0);
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NTAPI ZwQueryInformationThread(HANDLE ThreadHandle, THREADINFOCLASS ThreadInformationClass, PVOID ThreadInformation,
    ULONG ThreadInformationLength, PULONG ReturnLength)
{
    PETHREAD thread;
    struct answer answer = {ThreadInformation, ThreadInformationLength, 0};
    NTSTATUS status = ObReferenceObjectByHandle(ThreadHandle, THREAD_QUERY_INFORMATION, ps_thread_type, KernelMode,
        (PVOID *)&thread, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = query_thread(thread, ThreadInformationClass, &answer);
    if (ReturnLength && status != STATUS_INVALID_INFO_CLASS)
        *ReturnLength = answer.need;
    ObfDereferenceObject(thread);
    return status;
}

static NTSTATUS set_information_thread(HANDLE ThreadHandle, THREADINFOCLASS ThreadInformationClass,
    PVOID ThreadInformation, ULONG ThreadInformationLength, KPROCESSOR_MODE mode)
{
    PETHREAD thread;
    NTSTATUS status = ObReferenceObjectByHandle(ThreadHandle, THREAD_SET_INFORMATION, ps_thread_type, mode,
        (PVOID *)&thread, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (ThreadInformationClass == ThreadImpersonationToken && ThreadInformationLength == sizeof(HANDLE)) {
        PVOID token = NULL;
        if (*(PHANDLE)ThreadInformation)
            status = ObReferenceObjectByHandle(*(PHANDLE)ThreadInformation, TOKEN_IMPERSONATE, *SeTokenObjectType, mode, &token, NULL);
        if (NT_SUCCESS(status))
            status = PsImpersonateClient(thread, token, FALSE, FALSE, SecurityImpersonation);
        if (token)
            ObfDereferenceObject(token);
    } else if (ThreadInformationClass == ThreadPriority || ThreadInformationClass == ThreadBasePriority) {
        status = ThreadInformationLength == sizeof(LONG) ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH; /* a hint */
    } else {
        status = ThreadInformationClass == ThreadImpersonationToken ? STATUS_INFO_LENGTH_MISMATCH : STATUS_INVALID_INFO_CLASS;
    }
    ObfDereferenceObject(thread);
    return status;
}

NTSTATUS NTAPI ZwSetInformationThread(HANDLE ThreadHandle, THREADINFOCLASS ThreadInformationClass,
    PVOID ThreadInformation, ULONG ThreadInformationLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return set_information_thread(ThreadHandle, ThreadInformationClass, ThreadInformation, ThreadInformationLength, KernelMode);
}

NTSTATUS NTAPI NtSetInformationThread(HANDLE ThreadHandle, THREADINFOCLASS ThreadInformationClass,
    PVOID ThreadInformation, ULONG ThreadInformationLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return set_information_thread(ThreadHandle, ThreadInformationClass, ThreadInformation, ThreadInformationLength, ps_previous_mode());
}

/* ---- ending ---- */

static NTSTATUS kill_process(PEPROCESS process, NTSTATUS exit_status)
{
    static bool told;
    if (process->system)
        return STATUS_ACCESS_DENIED;
    if (!__atomic_load_n(&allow_terminate, __ATOMIC_ACQUIRE)) {
        if (!__atomic_exchange_n(&told, true, __ATOMIC_RELAXED))
            ke_report(ke_self.driver, "ZwTerminateProcess", "process %u is not ended: the setting AllowTerminate is off (said once)",
                process->id);
        return STATUS_ACCESS_DENIED;
    }
    if (process->simulated) {
        ps_process_ended(process, exit_status);
        return STATUS_SUCCESS;
    }
    if (syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0) == 0)
        return STATUS_SUCCESS;
    return errno == ESRCH ? STATUS_PROCESS_IS_TERMINATING : STATUS_ACCESS_DENIED;
}

NTSTATUS NTAPI ZwTerminateProcess(HANDLE ProcessHandle, NTSTATUS ExitStatus)
{
    PEPROCESS process;
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = ObReferenceObjectByHandle(ProcessHandle ? ProcessHandle : NtCurrentProcess(), PROCESS_TERMINATE, ps_process_type,
        KernelMode, (PVOID *)&process, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = kill_process(process, ExitStatus);
    ObfDereferenceObject(process);
    return status;
}
