/* What drivers ask of an EPROCESS. Nothing here changes one, apart from the short name that is kept on first use. */
#include "ntoskrnl/ps/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

HANDLE NTAPI PsGetProcessId(PEPROCESS Process)
{
    return (HANDLE)(ULONG_PTR)Process->id;
}

HANDLE NTAPI PsGetProcessInheritedFromUniqueProcessId(PEPROCESS Process)
{
    return (HANDLE)(ULONG_PTR)__atomic_load_n(&Process->parent_id, __ATOMIC_RELAXED);
}

LONGLONG NTAPI PsGetProcessCreateTimeQuadPart(PEPROCESS Process)
{
    return Process->created.QuadPart;
}

NTSTATUS NTAPI PsGetProcessExitStatus(PEPROCESS Process)
{
    return __atomic_load_n(&Process->exit_status, __ATOMIC_ACQUIRE);
}

BOOLEAN NTAPI PsGetProcessExitProcessCalled(PEPROCESS Process)
{
    return !ps_process_is_alive(Process);
}

BOOLEAN NTAPI PsIsProcessBeingDebugged(PEPROCESS Process)
{
    (void)Process;
    return FALSE; /* ptrace is not a debug port */
}

ULONG NTAPI PsGetProcessSessionId(PEPROCESS Process)
{
    (void)Process;
    return 0; /* one session: Linux' session ids mean something else */
}

ULONG NTAPI PsGetProcessSessionIdEx(PEPROCESS Process)
{
    return PsGetProcessSessionId(Process);
}

BOOLEAN NTAPI PsIsSystemProcess(PEPROCESS Process)
{
    return Process->system;
}

BOOLEAN NTAPI PsIsProtectedProcess(PEPROCESS Process)
{
    return Process->system;
}

BOOLEAN NTAPI PsIsProtectedProcessLight(PEPROCESS Process)
{
    (void)Process;
    return FALSE;
}

PVOID NTAPI PsGetProcessWow64Process(PEPROCESS Process)
{
    (void)Process;
    return NULL;
}

PVOID NTAPI PsGetProcessPeb(PEPROCESS Process)
{
    (void)Process;
    return NULL; /* a Linux process has none */
}

NTSTATUS NTAPI PsAcquireProcessExitSynchronization(PEPROCESS Process)
{
    return ps_process_is_alive(Process) ? STATUS_SUCCESS : STATUS_PROCESS_IS_TERMINATING;
}

VOID NTAPI PsReleaseProcessExitSynchronization(PEPROCESS Process)
{
    (void)Process;
}

static void set_short_name(PEPROCESS process)
{
    char *image = ps_image_of(process);
    const char *base = image ? strrchr(image, '/') : NULL;
    if (image && !base)
        base = strrchr(image, '\\');
    pthread_mutex_lock(&process->lock);
    if (!process->short_name_set) {
        snprintf(process->short_name, sizeof(process->short_name), "%.15s", base ? base + 1 : image ? image : "");
        __atomic_store_n(&process->short_name_set, true, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&process->lock);
    free(image);
}

PCHAR NTAPI PsGetProcessImageFileName(PEPROCESS Process)
{
    if (!__atomic_load_n(&Process->short_name_set, __ATOMIC_ACQUIRE))
        set_short_name(Process);
    return Process->short_name;
}

NTSTATUS NTAPI SeLocateProcessImageName(PEPROCESS Process, PUNICODE_STRING *pImageFileName)
{
    UNICODE_STRING name = {0, 0, NULL};
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    *pImageFileName = NULL;
    char *image = ps_image_of(Process);
    NTSTATUS status = image ? ps_nt_path(image, &name) : STATUS_SUCCESS;
    free(image);
    if (!NT_SUCCESS(status))
        return status;
    /* One block: the string and its text, freed by ExFreePool. */
    PUNICODE_STRING block = ExAllocatePoolWithTag(PagedPool, sizeof(*block) + name.Length + sizeof(WCHAR), 'nIeS');
    if (block) {
        block->Buffer = (PWCH)(block + 1);
        block->Length = name.Length;
        block->MaximumLength = name.Length + sizeof(WCHAR);
        if (name.Length)
            memcpy(block->Buffer, name.Buffer, name.Length);
        block->Buffer[name.Length / sizeof(WCHAR)] = 0;
    }
    if (name.Buffer)
        ExFreePool(name.Buffer);
    *pImageFileName = block;
    return block ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* ---- of Windows only: a Linux process has none of these ---- */

PVOID NTAPI PsGetProcessSectionBaseAddress(PEPROCESS Process)
{
    (void)Process;
    return NULL;
}

PVOID NTAPI PsGetProcessDebugPort(PEPROCESS Process)
{
    (void)Process;
    return NULL;
}

PVOID NTAPI PsGetProcessJob(PEPROCESS Process)
{
    (void)Process;
    return NULL;
}

UCHAR NTAPI PsGetProcessProtection(PEPROCESS Process)
{
    return Process->system ? 0x72 : 0; /* WinSystem, protected; nobody else is */
}

/* ---- times and versions ---- */

LARGE_INTEGER NTAPI PsGetProcessExitTime(VOID)
{
    return (LARGE_INTEGER){.QuadPart = 0}; /* of the current process, which runs */
}

/* Unique until the machine is restarted: the id may be used again, the start time with it is not. */
ULONGLONG NTAPI PsGetProcessStartKey(PEPROCESS Process)
{
    return Process->start_ticks << 22 | (Process->id & 0x3fffff);
}

BOOLEAN NTAPI PsGetVersion(PULONG MajorVersion, PULONG MinorVersion, PULONG BuildNumber, PUNICODE_STRING CSDVersion)
{
    RTL_OSVERSIONINFOW version = {.dwOSVersionInfoSize = sizeof(version)};
    RtlGetVersion(&version);
    if (MajorVersion)
        *MajorVersion = version.dwMajorVersion;
    if (MinorVersion)
        *MinorVersion = version.dwMinorVersion;
    if (BuildNumber)
        *BuildNumber = version.dwBuildNumber;
    if (CSDVersion)
        CSDVersion->Length = 0;
    return TRUE; /* a free build */
}
