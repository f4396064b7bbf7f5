/* Processes and threads: Linux ones, simulated ones, system threads, notifications. */
#include "harness.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/report.h"
#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/ps/inner.h"
#include "ntoskrnl/se/se.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int start(void **state)
{
    (void)state;
    return NT_SUCCESS(ps_init()) ? 0 : -1;
}

/* A child that lives until its pipe is closed, or does `what` when told. */
struct child {
    pid_t pid;
    int pipe;
};

static struct child make_child(const char *program)
{
    int fds[2];
    char byte;
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    struct child child = {fork(), fds[1]};
    assert_true(child.pid >= 0);
    if (child.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (int fd = 3; fd < 256; fd++) /* other children's pipes too: they must end when the test closes them */
            if (fd != fds[0])
                close(fd);
        while (read(fds[0], &byte, 1) < 0 && errno == EINTR)
            continue;
        if (program)
            execl(program, program, "two words", (char *)NULL);
        _exit(7);
    }
    close(fds[0]);
    return child;
}

static int end_child(struct child *child)
{
    int status = 0;
    close(child->pipe);
    waitpid(child->pid, &status, 0);
    return status;
}

static HANDLE id(pid_t pid)
{
    return (HANDLE)(ULONG_PTR)pid;
}

static LARGE_INTEGER seconds(int n)
{
    return (LARGE_INTEGER){.QuadPart = -n * 10000000LL};
}

static void test_system(void **state)
{
    (void)state;
    PEPROCESS process, looked_up;
    PETHREAD thread;
    assert_ptr_equal(PsGetCurrentProcess(), PsInitialSystemProcess);
    assert_int_equal((ULONG_PTR)PsGetCurrentProcessId(), 4);
    assert_int_equal((ULONG_PTR)PsGetCurrentThreadId(), syscall(SYS_gettid));
    assert_true(PsIsSystemThread(PsGetCurrentThread()));
    assert_ptr_equal(IoThreadToProcess(PsGetCurrentThread()), PsInitialSystemProcess);
    assert_status(STATUS_SUCCESS, PsLookupProcessByProcessId(id(4), &looked_up));
    assert_ptr_equal(looked_up, PsInitialSystemProcess);
    ObDereferenceObject(looked_up);
    assert_status(STATUS_SUCCESS, PsLookupProcessByProcessId(id(getpid()), &process));
    assert_ptr_equal(process, PsInitialSystemProcess);
    ObDereferenceObject(process);
    assert_status(STATUS_SUCCESS, PsLookupThreadByThreadId(PsGetCurrentThreadId(), &thread));
    assert_ptr_equal(thread, PsGetCurrentThread());
    ObDereferenceObject(thread);
    assert_string_equal(PsGetProcessImageFileName(PsInitialSystemProcess), "System");
    assert_status(STATUS_PENDING, PsGetProcessExitStatus(PsInitialSystemProcess));
    assert_int_equal(ExGetPreviousMode(), KernelMode);
    assert_status(STATUS_INVALID_PARAMETER, PsLookupProcessByProcessId(id(0x3fffffff), &process));
    assert_null(process);
}

static void test_linux_process(void **state)
{
    (void)state;
    struct child child = make_child(NULL);
    PEPROCESS process, again;
    PUNICODE_STRING image;
    LARGE_INTEGER now;
    assert_status(STATUS_SUCCESS, PsLookupProcessByProcessId(id(child.pid), &process));
    assert_ptr_equal(PsGetProcessId(process), id(child.pid));
    assert_ptr_equal(PsGetProcessInheritedFromUniqueProcessId(process), id(4));
    KeQuerySystemTime(&now);
    LONGLONG age = now.QuadPart - PsGetProcessCreateTimeQuadPart(process);
    assert_true(age > -20000000 && age < 600000000);
    assert_status(STATUS_SUCCESS, PsLookupProcessByProcessId(id(child.pid), &again));
    assert_ptr_equal(again, process);
    ObDereferenceObject(again);
    assert_string_equal(PsGetProcessImageFileName(process), "test_ps");
    assert_status(STATUS_SUCCESS, SeLocateProcessImageName(process, &image));
    UNICODE_STRING tail;
    RtlInitUnicodeString(&tail, u"\\test_ps");
    assert_true(image->Length > tail.Length);
    assert_memory_equal((char *)image->Buffer + image->Length - tail.Length, tail.Buffer, tail.Length);
    assert_int_equal(image->Buffer[0], u'\\');
    ExFreePool(image);
    assert_false(PsGetProcessExitProcessCalled(process));
    /* Its end is seen by itself, with nobody asking. */
    LARGE_INTEGER limit = seconds(10);
    end_child(&child);
    assert_status(STATUS_SUCCESS, KeWaitForSingleObject(process, Executive, KernelMode, FALSE, &limit));
    assert_true(PsGetProcessExitProcessCalled(process));
    assert_status(STATUS_INVALID_PARAMETER, PsLookupProcessByProcessId(id(child.pid), &again));
    ObDereferenceObject(process);
}

static void test_requestor(void **state)
{
    (void)state;
    struct child child = make_child(NULL);
    SECURITY_IMPERSONATION_LEVEL level;
    PETHREAD thread = ps_thread_of_linux(child.pid, geteuid(), getegid());
    PETHREAD again = ps_thread_of_linux(child.pid, geteuid(), getegid());
    assert_ptr_equal(thread, again);
    ObDereferenceObject(again);
    assert_ptr_equal(PsGetThreadProcessId(thread), id(child.pid));
    assert_ptr_equal(PsGetThreadId(thread), id(child.pid));
    assert_null(ps_thread_impersonation(thread, &level));
    /* Acting as the requestor. */
    PETHREAD before = ps_set_current(thread);
    assert_ptr_equal(PsGetCurrentProcessId(), id(child.pid));
    assert_ptr_equal(PsGetCurrentThread(), thread);
    assert_ptr_equal(KeGetCurrentThread(), thread);
    assert_int_equal(ExGetPreviousMode(), UserMode);
    ps_set_current(before);
    assert_int_equal(ExGetPreviousMode(), KernelMode);
    assert_int_equal((ULONG_PTR)PsGetCurrentProcessId(), 4);
    /* fsuid and fsgid of another user: the thread impersonates (V-007). */
    again = ps_thread_of_linux(child.pid, 1234, 5678);
    assert_ptr_equal(again, thread);
    PACCESS_TOKEN token = ps_thread_token(thread);
    assert_int_equal(se_token_uid(token), 1234);
    assert_int_equal(se_token_gid(token), 5678);
    assert_true(PsIsThreadImpersonating(thread));
    ObDereferenceObject(token);
    ObDereferenceObject(again);
    again = ps_thread_of_linux(child.pid, geteuid(), getegid());
    assert_false(PsIsThreadImpersonating(thread));
    ObDereferenceObject(again);
    end_child(&child);
    ObDereferenceObject(thread);
    /* V-008: no process at all is System. */
    thread = ps_thread_of_linux(0, 0, 0);
    assert_int_equal((ULONG_PTR)PsGetThreadProcessId(thread), 4);
    ObDereferenceObject(thread);
    /* A user without a number, from another pid namespace, is not. */
    thread = ps_thread_of_linux(0, 1234, 5678);
    assert_ptr_not_equal(PsGetThreadProcess(thread), PsInitialSystemProcess);
    assert_false(PsIsSystemThread(thread));
    token = ps_thread_token(thread);
    assert_int_equal(se_token_uid(token), 1234);
    ObDereferenceObject(token);
    ObDereferenceObject(thread);
}

/* A process that gave up root for good: its primary token follows, nothing is impersonated. */
static void test_identity_changes(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        skip_because("needs root to become another user");
    }
    int fds[2], ready[2];
    char byte;
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        const gid_t groups[] = {4242};
        close(fds[1]);
        close(ready[0]);
        if (read(fds[0], &byte, 1) != 1 || setgroups(1, groups) != 0 || setgid(1234) != 0 || setuid(1234) != 0)
            _exit(1);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (write(ready[1], "r", 1) != 1 || read(fds[0], &byte, 1) < 0)
            _exit(1);
        _exit(0);
    }
    close(fds[0]);
    close(ready[1]);
    PETHREAD thread = ps_thread_of_linux(pid, 0, 0);
    assert_int_equal(write(fds[1], "g", 1), 1);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    PETHREAD again = ps_thread_of_linux(pid, 1234, 1234);
    assert_ptr_equal(again, thread);
    assert_false(PsIsThreadImpersonating(thread));
    PACCESS_TOKEN token = PsReferencePrimaryToken(PsGetThreadProcess(thread));
    struct {
        SID sid;
        ULONG second;
    } group;
    se_sid_of_gid(4242, &group);
    assert_int_equal(se_token_uid(token), 1234);
    assert_true(se_token_has_sid(token, &group, false));
    assert_false(SeTokenIsAdmin(token));
    PsDereferencePrimaryToken(token);
    ObDereferenceObject(again);
    /* A connection that it made as somebody else keeps that identity. */
    again = ps_thread_of_client(PsGetThreadProcess(thread), pid, 777, 778);
    assert_ptr_equal(again, thread);
    token = ps_thread_token(again);
    assert_int_equal(se_token_uid(token), 777);
    ObDereferenceObject(token);
    ObDereferenceObject(again);
    ObDereferenceObject(thread);
    close(fds[1]);
    close(ready[0]);
    waitpid(pid, NULL, 0);
}

static void test_gone_caller(void **state)
{
    (void)state;
    struct child child = make_child(NULL);
    PETHREAD first = ps_thread_of_linux(child.pid, geteuid(), getegid());
    end_child(&child);
    /* V-009: the number names nobody now; the old ETHREAD is not given out again, and the identity is the request's. */
    PETHREAD second = ps_thread_of_linux(child.pid, 1234, 5678);
    assert_ptr_not_equal(first, second);
    assert_ptr_not_equal(PsGetThreadProcess(second), PsInitialSystemProcess);
    PACCESS_TOKEN token = ps_thread_token(second);
    assert_int_equal(se_token_uid(token), 1234);
    assert_false(se_token_is_system(token));
    ObDereferenceObject(token);
    assert_true(ps_thread_is_dying(first));
    assert_true(ps_thread_is_dying(second));
    assert_true(PsIsThreadTerminating(first));
    ObDereferenceObject(first);
    ObDereferenceObject(second);
}

static void test_dying(void **state)
{
    (void)state;
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    struct child child = make_child(NULL);
    sigprocmask(SIG_UNBLOCK, &blocked, NULL);
    PETHREAD thread = ps_thread_of_linux(child.pid, geteuid(), getegid());
    assert_false(ps_thread_is_dying(thread));
    kill(child.pid, SIGUSR1); /* pending, but no death */
    assert_false(ps_thread_is_dying(thread));
    kill(child.pid, SIGKILL);
    siginfo_t info;
    waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOWAIT);
    assert_true(ps_thread_is_dying(thread)); /* a zombie is dead */
    end_child(&child);
    assert_true(ps_thread_is_dying(thread));
    assert_false(ps_thread_is_dying(PsGetCurrentThread()));
    ObDereferenceObject(thread);
}

static void test_attach(void **state)
{
    (void)state;
    KAPC_STATE outer, inner;
    PEPROCESS a = ps_process_create_simulated(1, 1, NULL, 0, NULL), b = ps_process_create_simulated(2, 2, NULL, 0, NULL);
    KeStackAttachProcess(a, &outer);
    assert_ptr_equal(PsGetCurrentProcess(), a);
    KeStackAttachProcess(b, &inner);
    assert_ptr_equal(PsGetCurrentProcess(), b);
    assert_int_equal((ULONG_PTR)PsGetCurrentProcessId(), 4); /* the thread's own process */
    KeUnstackDetachProcess(&inner);
    assert_ptr_equal(PsGetCurrentProcess(), a);
    KeUnstackDetachProcess(&outer);
    assert_ptr_equal(PsGetCurrentProcess(), PsInitialSystemProcess);
    IoSetTopLevelIrp((PIRP)&outer);
    assert_ptr_equal(IoGetTopLevelIrp(), &outer);
    IoSetTopLevelIrp(NULL);
    ps_process_end_simulated(a, 0);
    ps_process_end_simulated(b, 0);
}

static void test_process_handle(void **state)
{
    (void)state;
    struct child child = make_child(NULL);
    HANDLE handle;
    CLIENT_ID client = {id(child.pid), NULL};
    OBJECT_ATTRIBUTES oa;
    InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_status(STATUS_INVALID_PARAMETER_MIX, ZwOpenProcess(&handle, PROCESS_ALL_ACCESS, &oa, NULL));
    assert_status(STATUS_SUCCESS, ZwOpenProcess(&handle, PROCESS_ALL_ACCESS, &oa, &client));
    PROCESS_BASIC_INFORMATION basic;
    ULONG need;
    assert_status(STATUS_SUCCESS, ZwQueryInformationProcess(handle, ProcessBasicInformation, &basic, sizeof(basic), &need));
    assert_int_equal(basic.UniqueProcessId, child.pid);
    assert_int_equal(basic.InheritedFromUniqueProcessId, 4);
    assert_status(STATUS_INFO_LENGTH_MISMATCH, ZwQueryInformationProcess(handle, ProcessBasicInformation, &basic, 4, &need));
    assert_int_equal(need, sizeof(basic));
    _Alignas(8) char buffer[1024];
    assert_status(STATUS_INFO_LENGTH_MISMATCH, ZwQueryInformationProcess(handle, ProcessImageFileName, NULL, 0, &need));
    assert_true(need > sizeof(UNICODE_STRING));
    assert_status(STATUS_SUCCESS, ZwQueryInformationProcess(handle, ProcessImageFileName, buffer, sizeof(buffer), &need));
    PUNICODE_STRING name = (PUNICODE_STRING)buffer, prefix = &(UNICODE_STRING){0, 0, NULL};
    RtlInitUnicodeString(prefix, u"\\Device\\");
    assert_true(RtlPrefixUnicodeString(prefix, name, FALSE));
    ULONG_PTR wow = 1;
    assert_status(STATUS_SUCCESS, ZwQueryInformationProcess(handle, ProcessWow64Information, &wow, sizeof(wow), NULL));
    assert_int_equal(wow, 0);
    assert_status(STATUS_INVALID_INFO_CLASS, ZwQueryInformationProcess(handle, (PROCESSINFOCLASS)999, &wow, sizeof(wow), NULL));
    /* Ending it needs the setting. */
    ps_allow_terminate(false);
    assert_status(STATUS_ACCESS_DENIED, ZwTerminateProcess(handle, STATUS_UNSUCCESSFUL));
    assert_int_equal(kill(child.pid, 0), 0);
    ps_allow_terminate(true);
    assert_status(STATUS_ACCESS_DENIED, ZwTerminateProcess(NtCurrentProcess(), 0)); /* never the manager */
    assert_status(STATUS_SUCCESS, ZwTerminateProcess(handle, STATUS_UNSUCCESSFUL));
    ps_allow_terminate(false);
    LARGE_INTEGER limit = seconds(10);
    assert_status(STATUS_SUCCESS, ZwWaitForSingleObject(handle, FALSE, &limit));
    int status = end_child(&child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    ZwClose(handle);
    assert_status(STATUS_INVALID_CID, ZwOpenProcess(&handle, PROCESS_ALL_ACCESS, &oa, &client));
}

/* Nt calls act with the requestor's rights: its own processes yes, others' and the system's no. */
static void test_nt_calls(void **state)
{
    (void)state;
    PEPROCESS mine = ps_process_create_simulated(1000, 1000, NULL, 0, NULL), also = ps_process_create_simulated(1000, 1000, NULL, 0, NULL),
              other = ps_process_create_simulated(2000, 2000, NULL, 0, NULL);
    CLIENT_ID same = {PsGetProcessId(also), NULL}, foreign = {PsGetProcessId(other), NULL}, system = {id(4), NULL};
    OBJECT_ATTRIBUTES oa;
    HANDLE handle;
    PROCESS_BASIC_INFORMATION basic;
    InitializeObjectAttributes(&oa, NULL, 0, NULL, NULL);
    PETHREAD thread = ps_thread_of_process(mine, 0), before = ps_set_current(thread);
    assert_status(STATUS_SUCCESS, NtOpenProcess(&handle, PROCESS_QUERY_INFORMATION, &oa, &same));
    assert_status(STATUS_SUCCESS, NtQueryInformationProcess(handle, ProcessBasicInformation, &basic, sizeof(basic), NULL));
    assert_int_equal(basic.UniqueProcessId, (ULONG_PTR)same.UniqueProcess);
    assert_status(STATUS_SUCCESS, NtClose(handle));
    assert_status(STATUS_ACCESS_DENIED, NtOpenProcess(&handle, PROCESS_QUERY_INFORMATION, &oa, &foreign));
    assert_status(STATUS_ACCESS_DENIED, NtOpenProcess(&handle, PROCESS_QUERY_INFORMATION, &oa, &system));
    assert_status(STATUS_SUCCESS, ZwOpenProcess(&handle, PROCESS_QUERY_INFORMATION, &oa, &foreign));
    assert_status(STATUS_SUCCESS, ZwClose(handle));
    ps_set_current(before);
    ObDereferenceObject(thread);
    ps_process_end_simulated(mine, 0);
    ps_process_end_simulated(also, 0);
    ps_process_end_simulated(other, 0);
}

static void test_process_list(void **state)
{
    (void)state;
    struct child child = make_child(NULL);
    ULONG need = 0, room;
    char *buffer = NULL;
    NTSTATUS status;
    do {
        room = need + 4096;
        buffer = realloc(buffer, room);
        status = ZwQuerySystemInformation(SystemProcessInformation, buffer, room, &need);
    } while (status == STATUS_INFO_LENGTH_MISMATCH);
    assert_status(STATUS_SUCCESS, status);
    bool saw_child = false, saw_system = false;
    for (SYSTEM_PROCESS_INFORMATION *entry = (void *)buffer;; entry = (void *)((char *)entry + entry->NextEntryOffset)) {
        saw_system |= entry->UniqueProcessId == id(4);
        if (entry->UniqueProcessId == id(child.pid)) {
            UNICODE_STRING name;
            RtlInitUnicodeString(&name, u"test_ps");
            assert_true(RtlEqualUnicodeString(&entry->ImageName, &name, FALSE));
            saw_child = true;
        }
        if (!entry->NextEntryOffset)
            break;
    }
    assert_true(saw_child && saw_system);
    free(buffer);
    end_child(&child);
}

/* ---- system threads ---- */

static KEVENT go;
static NTSTATUS terminate_status;

static void thread_main(PVOID context)
{
    *(HANDLE *)context = PsGetCurrentThreadId();
    assert_true(PsIsSystemThread(PsGetCurrentThread()));
    KeWaitForSingleObject(&go, Executive, KernelMode, FALSE, NULL);
    terminate_status = PsTerminateSystemThread(STATUS_NO_MEMORY);
    terminate_status = STATUS_ASSERTION_FAILURE; /* never reached */
}

static void quiet(void *context, enum ke_log_level level, const char *driver, const char *line)
{
    (void)level;
    (void)driver;
    snprintf(context, 512, "%s", line);
}

static void test_system_thread(void **state)
{
    (void)state;
    HANDLE handle, seen = NULL;
    PETHREAD thread;
    CLIENT_ID client;
    OBJECT_ATTRIBUTES oa;
    char said[512] = "";
    KeInitializeEvent(&go, NotificationEvent, FALSE);
    InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    struct ke_scope scope = ke_callback_enter("threaded", "DriverEntry", NULL);
    assert_status(STATUS_SUCCESS, PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, &oa, NULL, &client, thread_main, &seen));
    ke_callback_leave(scope);
    assert_status(STATUS_SUCCESS, ObReferenceObjectByHandle(handle, 0, *PsThreadType, KernelMode, (PVOID *)&thread, NULL));
    assert_ptr_equal(PsGetThreadId(thread), client.UniqueThread);
    ke_report_set_sink(quiet, said);
    assert_int_equal(ps_report_leaks("threaded"), 1);
    ke_report_set_sink(NULL, NULL);
    LARGE_INTEGER zero = {.QuadPart = 0}, limit = seconds(10);
    assert_status(STATUS_TIMEOUT, KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, &zero));
    KeSetEvent(&go, 0, FALSE);
    assert_status(STATUS_SUCCESS, KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, &limit));
    assert_ptr_equal(seen, client.UniqueThread);
    assert_status(STATUS_NO_MEMORY, PsGetThreadExitStatus(thread));
    assert_true(PsIsThreadTerminating(thread));
    assert_int_equal(terminate_status, 0);
    assert_int_equal(ps_report_leaks("threaded"), 0);
    assert_status(STATUS_INVALID_PARAMETER, PsTerminateSystemThread(0)); /* this thread is none */
    ObDereferenceObject(thread);
    assert_status(STATUS_SUCCESS, ZwClose(handle));
}

/* ---- notifications ---- */

static struct {
    KEVENT created, ended;
    HANDLE wanted, parent;
    unsigned creations, ends;
    bool has_name, has_command;
    NTSTATUS answer;
} told;

static void on_process(PEPROCESS process, HANDLE process_id, PPS_CREATE_NOTIFY_INFO info)
{
    (void)process;
    if (process_id != told.wanted)
        return;
    if (info) {
        UNICODE_STRING end;
        RtlInitUnicodeString(&end, u"true");
        told.creations++;
        told.parent = info->ParentProcessId;
        told.has_name = info->ImageFileName && info->ImageFileName->Length > end.Length &&
                        memcmp((char *)info->ImageFileName->Buffer + info->ImageFileName->Length - end.Length, end.Buffer, end.Length) == 0;
        told.has_command = info->CommandLine && info->CommandLine->Length > 20;
        info->CreationStatus = told.answer;
        KeSetEvent(&told.created, 0, FALSE);
    } else {
        told.ends++;
        KeSetEvent(&told.ended, 0, FALSE);
    }
}

static void begin_told(HANDLE wanted)
{
    memset(&told, 0, sizeof(told));
    told.wanted = wanted;
    KeInitializeEvent(&told.created, NotificationEvent, FALSE);
    KeInitializeEvent(&told.ended, NotificationEvent, FALSE);
}

static void test_notify_real(void **state)
{
    (void)state;
    if (!NT_SUCCESS(ps_events_start())) {
        skip_because("the process connector cannot be used here");
    }
    struct child child = make_child("/bin/true");
    LARGE_INTEGER limit = seconds(10);
    begin_told(id(child.pid));
    assert_status(STATUS_SUCCESS, PsSetCreateProcessNotifyRoutineEx(on_process, FALSE));
    assert_status(STATUS_INVALID_PARAMETER, PsSetCreateProcessNotifyRoutineEx(on_process, FALSE));
    PEPROCESS keep = NULL;
    PsLookupProcessByProcessId(id(child.pid), &keep);
    close(child.pipe);
    assert_status(STATUS_SUCCESS, KeWaitForSingleObject(&told.created, Executive, KernelMode, FALSE, &limit));
    assert_status(STATUS_SUCCESS, KeWaitForSingleObject(&told.ended, Executive, KernelMode, FALSE, &limit));
    waitpid(child.pid, NULL, 0);
    assert_int_equal(told.creations, 1);
    assert_int_equal(told.ends, 1);
    assert_ptr_equal(told.parent, id(4));
    assert_status(STATUS_SUCCESS, PsSetCreateProcessNotifyRoutineEx(on_process, TRUE));
    assert_status(STATUS_PROCEDURE_NOT_FOUND, PsSetCreateProcessNotifyRoutineEx(on_process, TRUE));
    ObDereferenceObject(keep);
    ps_events_stop();
}

static void test_notify_simulated(void **state)
{
    (void)state;
    char said[512] = "";
    PEPROCESS first = ps_process_create_simulated(1, 1, NULL, 0, "/bin/x");
    HANDLE next = (HANDLE)((ULONG_PTR)PsGetProcessId(first) + 4);
    ps_process_end_simulated(first, 0);
    begin_told(next);
    told.answer = STATUS_ACCESS_DENIED;
    struct ke_scope scope = ke_callback_enter("vetoer", "DriverEntry", NULL);
    assert_status(STATUS_SUCCESS, PsSetCreateProcessNotifyRoutineEx(on_process, FALSE));
    ke_callback_leave(scope);
    ke_report_set_sink(quiet, said);
    PEPROCESS process = ps_process_create_simulated(1000, 1000, NULL, 0, "/usr/bin/true");
    assert_ptr_equal(PsGetProcessId(process), next);
    assert_int_equal(told.creations, 1);
    assert_true(told.has_name);
    assert_non_null(strstr(said, "CreationStatus")); /* told that it cannot be vetoed */
    assert_true(ps_process_is_alive(process));
    said[0] = 0;
    assert_int_equal(ps_report_leaks("vetoer"), 1);
    assert_non_null(strstr(said, "PsSetCreateProcessNotifyRoutineEx"));
    ke_report_set_sink(NULL, NULL);
    ObReferenceObject(process);
    ps_process_end_simulated(process, STATUS_CONTROL_C_EXIT);
    assert_int_equal(told.ends, 1);
    assert_status(STATUS_CONTROL_C_EXIT, PsGetProcessExitStatus(process));
    ObDereferenceObject(process);
    assert_status(STATUS_SUCCESS, PsSetCreateProcessNotifyRoutineEx(on_process, TRUE));
    ps_events_stop();
}

static HANDLE plain_seen[2];

static void on_plain(HANDLE parent, HANDLE process, BOOLEAN create)
{
    if (process == told.wanted)
        plain_seen[!create] = parent;
}

static void test_notify_plain(void **state)
{
    (void)state;
    PEPROCESS first = ps_process_create_simulated(1, 1, NULL, 0, NULL);
    begin_told((HANDLE)((ULONG_PTR)PsGetProcessId(first) + 4));
    ps_process_end_simulated(first, 0);
    assert_status(STATUS_SUCCESS, PsSetCreateProcessNotifyRoutine(on_plain, FALSE));
    PEPROCESS process = ps_process_create_simulated(1, 1, NULL, 0, NULL);
    assert_ptr_equal(plain_seen[0], id(4));
    assert_null(plain_seen[1]);
    ps_process_end_simulated(process, 0);
    assert_ptr_equal(plain_seen[1], id(4));
    assert_status(STATUS_SUCCESS, PsSetCreateProcessNotifyRoutine(on_plain, TRUE));
    assert_status(STATUS_PROCEDURE_NOT_FOUND, PsSetCreateProcessNotifyRoutine(on_plain, TRUE));
    ps_events_stop();
}

static unsigned images;

static void on_image(PUNICODE_STRING name, HANDLE process, PIMAGE_INFO info)
{
    (void)name;
    images += process == NULL && info->SystemModeImage;
}

static void test_image(void **state)
{
    (void)state;
    IMAGE_INFO info = {.SystemModeImage = 1};
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, u"\\SystemRoot\\x.sys");
    assert_status(STATUS_SUCCESS, PsSetLoadImageNotifyRoutine(on_image));
    ps_notify_image(&name, NULL, &info);
    assert_int_equal(images, 1);
    assert_status(STATUS_SUCCESS, PsRemoveLoadImageNotifyRoutine(on_image));
    ps_notify_image(&name, NULL, &info);
    assert_int_equal(images, 1);
    assert_status(STATUS_PROCEDURE_NOT_FOUND, PsRemoveLoadImageNotifyRoutine(on_image));
    ps_events_stop();
}

/* ---- tokens ---- */

static void test_tokens(void **state)
{
    (void)state;
    const gid_t groups[] = {7, 8};
    PEPROCESS process = ps_process_create_simulated(1000, 1001, groups, 2, NULL);
    PACCESS_TOKEN token = PsReferencePrimaryToken(process);
    assert_int_equal(se_token_uid(token), 1000);
    assert_false(SeTokenIsAdmin(token));
    PsDereferencePrimaryToken(token);
    token = PsReferencePrimaryToken(PsInitialSystemProcess);
    assert_true(SeTokenIsAdmin(token));
    PsDereferencePrimaryToken(token);
    PETHREAD thread = ps_thread_of_process(process, 0);
    PETHREAD before = ps_set_current(thread);
    LUID load_driver = {SE_LOAD_DRIVER_PRIVILEGE, 0}, notify = {SE_CHANGE_NOTIFY_PRIVILEGE, 0};
    assert_false(SeSinglePrivilegeCheck(load_driver, UserMode));
    assert_true(SeSinglePrivilegeCheck(notify, UserMode));
    assert_true(SeSinglePrivilegeCheck(load_driver, KernelMode));
    HANDLE handle;
    assert_status(STATUS_SUCCESS, ZwOpenProcessTokenEx(NtCurrentProcess(), TOKEN_QUERY, OBJ_KERNEL_HANDLE, &handle));
    _Alignas(8) char buffer[256];
    ULONG need;
    assert_status(STATUS_SUCCESS, ZwQueryInformationToken(handle, TokenUser, buffer, sizeof(buffer), &need));
    uid_t uid;
    assert_true(se_uid_of_sid(((TOKEN_USER *)buffer)->User.Sid, &uid));
    assert_int_equal(uid, 1000);
    ZwClose(handle);
    assert_status(STATUS_NO_TOKEN, ZwOpenThreadTokenEx(NtCurrentThread(), TOKEN_QUERY, TRUE, OBJ_KERNEL_HANDLE, &handle));
    ps_set_current(before);
    ObDereferenceObject(thread);
    ps_process_end_simulated(process, 0);
}

/* ---- many threads look at many processes ---- */

static void *look(void *context)
{
    pid_t *pids = context;
    for (int i = 0; i < 400; i++) {
        PETHREAD thread = ps_thread_of_linux(pids[i % 4], (uid_t)(i % 3), 0);
        PEPROCESS process = PsGetThreadProcess(thread);
        PETHREAD before = ps_set_current(thread);
        PACCESS_TOKEN token = ps_thread_token(ps_current_thread());
        ObDereferenceObject(token);
        ps_set_current(before);
        PsGetProcessImageFileName(process);
        ObDereferenceObject(thread);
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct child children[4];
    pid_t pids[4];
    pthread_t threads[6];
    for (int i = 0; i < 4; i++) {
        children[i] = make_child(NULL);
        pids[i] = children[i].pid;
    }
    for (int i = 0; i < 6; i++)
        pthread_create(&threads[i], NULL, look, pids);
    end_child(&children[0]); /* one dies meanwhile */
    for (int i = 0; i < 6; i++)
        pthread_join(threads[i], NULL);
    for (int i = 1; i < 4; i++)
        end_child(&children[i]);
}

/* A process ends while threads that act for it make and close handles. */
static void *use_handles(void *context)
{
    PETHREAD thread = context, before = ps_set_current(thread);
    for (int i = 0; i < 2000; i++) {
        HANDLE handle;
        PVOID found;
        OBJECT_ATTRIBUTES oa;
        InitializeObjectAttributes(&oa, NULL, 0, NULL, NULL);
        if (!NT_SUCCESS(ZwCreateEvent(&handle, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE)))
            break;
        if (NT_SUCCESS(ObReferenceObjectByHandle(handle, 0, *ExEventObjectType, KernelMode, &found, NULL)))
            ObDereferenceObject(found);
        ob_handle_close_in(NULL, handle, UserMode);
    }
    ps_set_current(before);
    return NULL;
}

static void test_end_beside_use(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        PEPROCESS process = ps_process_create_simulated(1000, 1000, NULL, 0, NULL);
        PETHREAD acting[3];
        pthread_t threads[3];
        for (int i = 0; i < 3; i++) {
            acting[i] = ps_thread_of_process(process, 0);
            pthread_create(&threads[i], NULL, use_handles, acting[i]);
        }
        ps_process_end_simulated(process, 0);
        for (int i = 0; i < 3; i++) {
            pthread_join(threads[i], NULL);
            ObDereferenceObject(acting[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("PsGetCurrentProcessId PsGetCurrentProcess PsGetCurrentThreadId: the manager is System", test_system),
        TEST("PsLookupProcessByProcessId SeLocateProcessImageName: a Linux process from its first look to its end", test_linux_process),
        TEST("V-007 V-008 IoThreadToProcess: a requestor is its thread, with its fsuid", test_requestor),
        TEST("V-007 a process that becomes another user", test_identity_changes),
        TEST("V-009 a number used by nobody any more names no old thread", test_gone_caller),
        TEST("V-211 dying is SIGKILL or gone, not any signal", test_dying),
        TEST("KeStackAttachProcess nests; IoSetTopLevelIrp", test_attach),
        TEST("ZwOpenProcess ZwQueryInformationProcess ZwTerminateProcess", test_process_handle),
        TEST("NtOpenProcess checks as PreviousMode says", test_nt_calls),
        TEST("ZwQuerySystemInformation lists processes", test_process_list),
        TEST("PsCreateSystemThread PsTerminateSystemThread, and one left running is told", test_system_thread),
        TEST("PsSetCreateProcessNotifyRoutineEx: a real program", test_notify_real),
        TEST("PsSetCreateProcessNotifyRoutineEx: a simulated process, no veto, leak", test_notify_simulated),
        TEST("PsSetCreateProcessNotifyRoutine: made and ended, with the parent", test_notify_plain),
        TEST("PsSetLoadImageNotifyRoutine and its removal", test_image),
        TEST("V-176 tokens of processes, privileges, handles to tokens", test_tokens),
        TEST("a process ends beside threads that use its handles", test_end_beside_use),
        TEST("threads of processes under six threads", test_threads),
    };
    return RUN_TESTS(tests, start, NULL);
}
