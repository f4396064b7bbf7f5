/* PsCreateSystemThread: threads that drivers make. running_lock guards the list of those that have not ended, which is
 * what the leak report shows. */
#include "ntoskrnl/ps/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/report.h"
#include "ntoskrnl/ob/inner.h"

#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct launch {
    struct launch *next;
    PETHREAD thread; /* referenced until the end */
    sem_t started, noticed;
};

static pthread_mutex_t running_lock = PTHREAD_MUTEX_INITIALIZER;
static struct launch *running;

static void forget(struct launch *launch)
{
    pthread_mutex_lock(&running_lock);
    for (struct launch **link = &running; *link; link = &(*link)->next)
        if (*link == launch) {
            *link = launch->next;
            break;
        }
    pthread_mutex_unlock(&running_lock);
    sem_destroy(&launch->started);
    sem_destroy(&launch->noticed);
    free(launch);
}

static void ended(void *context)
{
    struct launch *launch = context;
    PETHREAD thread = launch->thread;
    ps_notify_thread(thread, false);
    forget(launch);
    ObfDereferenceObject(thread); /* ke's exit hook signals the object behind this */
}

static void *run(void *context)
{
    struct launch *launch = context;
    PETHREAD thread = launch->thread;
    struct ke_thread *block = ke_current();
    thread->tid = (pid_t)syscall(SYS_gettid);
    thread->id = (ULONG)thread->tid;
    ObfReferenceObject(thread);
    block->ps_thread = ps_list_own(thread);
    ke_callback_enter(thread->driver, "SystemThread", NULL);
    PKSTART_ROUTINE start = thread->start;
    PVOID argument = thread->context;
    sem_post(&launch->started);
    while (sem_wait(&launch->noticed) != 0)
        continue;
    ps_notify_thread(thread, true);
    pthread_cleanup_push(ended, launch);
    start(argument);
    __atomic_store_n(&thread->exit_status, STATUS_SUCCESS, __ATOMIC_RELEASE);
    pthread_cleanup_pop(1);
    return NULL;
}

static NTSTATUS launch_thread(PETHREAD thread)
{
    pthread_t id;
    pthread_attr_t attributes;
    struct launch *launch = calloc(1, sizeof(*launch));
    if (!launch)
        return STATUS_INSUFFICIENT_RESOURCES;
    launch->thread = thread;
    ObfReferenceObject(thread);
    sem_init(&launch->started, 0, 0);
    sem_init(&launch->noticed, 0, 0);
    pthread_mutex_lock(&running_lock);
    launch->next = running;
    running = launch;
    pthread_mutex_unlock(&running_lock);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int error = pthread_create(&id, &attributes, run, launch);
    pthread_attr_destroy(&attributes);
    if (!error) {
        /* Its number must be known when this returns. The new thread waits in turn until `started` is done with. */
        while (sem_wait(&launch->started) != 0)
            continue;
        sem_post(&launch->noticed);
        return STATUS_SUCCESS;
    }
    forget(launch);
    ObfDereferenceObject(thread);
    return STATUS_INSUFFICIENT_RESOURCES;
}

/* Drivers may only make threads in the System process: Linux cannot start one in another. */
static NTSTATUS check_process(HANDLE handle)
{
    PEPROCESS process;
    if (!handle)
        return STATUS_SUCCESS;
    NTSTATUS status = ObReferenceObjectByHandle(handle, PROCESS_CREATE_THREAD, ps_process_type, KernelMode, (PVOID *)&process, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (!process->system)
        status = STATUS_NOT_SUPPORTED;
    ObfDereferenceObject(process);
    return status;
}

NTSTATUS NTAPI PsCreateSystemThread(PHANDLE ThreadHandle, ULONG DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
    HANDLE ProcessHandle, PCLIENT_ID ClientId, PKSTART_ROUTINE StartRoutine, PVOID StartContext)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    *ThreadHandle = NULL;
    ps_init();
    NTSTATUS status = check_process(ProcessHandle);
    if (!NT_SUCCESS(status))
        return status;
    PETHREAD thread = ps_thread_create(ps_system_process, 0, true);
    if (!thread)
        return STATUS_INSUFFICIENT_RESOURCES;
    thread->driver = ob_intern_driver(ke_self.driver ? ke_self.driver : ke_driver_of(__builtin_return_address(0)));
    thread->start = StartRoutine;
    thread->context = StartContext;
    status = ob_handle_create(thread, ob_map_access(ps_thread_type, DesiredAccess), ObjectAttributes ? ObjectAttributes->Attributes : 0,
        ThreadHandle);
    if (NT_SUCCESS(status)) {
        status = launch_thread(thread);
        if (!NT_SUCCESS(status)) {
            ob_handle_close_in(NULL, *ThreadHandle, KernelMode);
            *ThreadHandle = NULL;
        } else if (ClientId) {
            ClientId->UniqueProcess = PsGetProcessId(ps_system_process);
            ClientId->UniqueThread = PsGetThreadId(thread);
        }
    }
    ObfDereferenceObject(thread);
    return status;
}

NTSTATUS NTAPI PsTerminateSystemThread(NTSTATUS ExitStatus)
{
    PETHREAD thread = ke_self.ps_thread;
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (!thread || !thread->start)
        return STATUS_INVALID_PARAMETER; /* not a thread that PsCreateSystemThread made */
    __atomic_store_n(&thread->exit_status, ExitStatus, __ATOMIC_RELEASE);
    ke_self.seh = NULL; /* frames above are left without being unwound, as on Windows */
    pthread_exit(NULL);
}

ULONG ps_report_thread_leaks(const char *driver)
{
    ULONG found = 0;
    pthread_mutex_lock(&running_lock);
    for (struct launch *l = running; l; l = l->next)
        if (l->thread->driver && (!driver || strcmp(l->thread->driver, driver) == 0)) {
            ke_report(l->thread->driver, "PsCreateSystemThread", "system thread %u is still running", l->thread->id);
            found++;
        }
    pthread_mutex_unlock(&running_lock);
    return found;
}
