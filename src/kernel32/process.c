/* Processes. Another process is held by a pidfd; a small thread watches it, so that its end can be waited for together
 * with anything else. */
#include "kernel32/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel32/linux_error.h"
#include "kernel32/wait.h"
#include "ntstatus.h"

struct process {
    struct k32_object object; /* signalled when the process has ended */
    pid_t id;
    int pidfd, stop; /* stop: an eventfd that ends the watcher; -1 for the current process */
    DWORD exit_code; /* under the dispatcher lock */
};

static void close_process(struct k32_object *object)
{
    struct process *p = (struct process *)object;

    if (p->stop >= 0)
        eventfd_write(p->stop, 1);
}

static void destroy_process(struct k32_object *object)
{
    struct process *p = (struct process *)object;

    close(p->pidfd);
    close(p->stop);
    free(p);
}

static const struct k32_type process_type = {
    .name = "Process", .close = close_process, .destroy = destroy_process};

static struct process current = {.object = {.type = &process_type, .references = 1}, .pidfd = -1, .stop = -1};

struct k32_object *k32_current_process(void)
{
    return &current.object;
}

bool k32_is_current_process(HANDLE handle)
{
    struct k32_object *object = k32_object_of(handle, &process_type);

    if (!object)
        return false;
    struct process *p = (struct process *)object;
    bool same = p == &current || p->id == getpid();
    k32_release(object);
    if (!same)
        SetLastError(ERROR_NOT_SUPPORTED);
    return same;
}

NTSTATUS k32_process_of(HANDLE handle, uint32_t *id, int *pidfd)
{
    struct k32_object *object = k32_object_of(handle, &process_type);

    *pidfd = -1;
    if (!object)
        return STATUS_INVALID_HANDLE;
    struct process *p = (struct process *)object;
    bool own = p == &current || p->id == getpid();
    *id = own ? GetCurrentProcessId() : (uint32_t)p->id;
    if (!own)
        *pidfd = fcntl(p->pidfd, F_DUPFD_CLOEXEC, 0);
    k32_release(object);
    return own || *pidfd >= 0 ? STATUS_SUCCESS : STATUS_TOO_MANY_OPENED_FILES;
}

static DWORD code_of(const siginfo_t *info)
{
    return info->si_code == CLD_EXITED ? (DWORD)info->si_status : 0x40000000u | (DWORD)info->si_status;
}

static void *watch(void *argument)
{
    struct process *p = argument;
    struct pollfd fds[] = {{.fd = p->pidfd, .events = POLLIN}, {.fd = p->stop, .events = POLLIN}};

    while (poll(fds, 2, -1) < 0 && errno == EINTR)
        ;
    if (fds[0].revents) {
        siginfo_t info = {0};
        DWORD code = waitid(P_PIDFD, (id_t)p->pidfd, &info, WEXITED | WNOWAIT) == 0 ? code_of(&info) : 0;
        k32_dispatcher_lock();
        p->exit_code = code;
        p->object.signalled = true;
        k32_wake(&p->object);
        k32_dispatcher_unlock();
    }
    k32_release(&p->object);
    return NULL;
}

static bool start_watch(struct process *p)
{
    pthread_t thread;

    k32_reference(&p->object);
    if (pthread_create(&thread, NULL, watch, p) == 0) {
        pthread_detach(thread);
        return true;
    }
    k32_release(&p->object);
    return false;
}

HANDLE OpenProcess(DWORD access, BOOL inherit, DWORD id)
{
    int pidfd = (int)syscall(SYS_pidfd_open, (pid_t)id, 0);

    if (pidfd < 0) {
        SetLastError(errno == ESRCH || errno == EINVAL ? ERROR_INVALID_PARAMETER : ERROR_ACCESS_DENIED);
        return NULL;
    }
    struct process *p = calloc(1, sizeof *p);
    if (!p) {
        close(pidfd);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    k32_object_init(&p->object, &process_type);
    p->id = (pid_t)id;
    p->pidfd = pidfd;
    p->exit_code = STILL_ACTIVE;
    p->stop = eventfd(0, EFD_CLOEXEC);
    if (p->stop < 0 || !start_watch(p)) {
        k32_release(&p->object);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    return k32_handle_give(&p->object);
}

HANDLE GetCurrentProcess(void)
{
    return (HANDLE)(LONG_PTR)-1;
}

DWORD GetCurrentProcessId(void)
{
    return (DWORD)getpid();
}

DWORD GetProcessId(HANDLE process)
{
    struct k32_object *object = k32_object_of(process, &process_type);

    if (!object)
        return 0;
    struct process *p = (struct process *)object;
    DWORD id = p == &current ? GetCurrentProcessId() : (DWORD)p->id;
    k32_release(object);
    return id;
}

void ExitProcess(UINT code)
{
    exit((int)code);
}

BOOL TerminateProcess(HANDLE process, UINT code)
{
    struct k32_object *object = k32_object_of(process, &process_type);

    if (!object)
        return FALSE;
    struct process *p = (struct process *)object;
    if (p == &current || p->id == getpid())
        _exit((int)code);
    BOOL ok = syscall(SYS_pidfd_send_signal, p->pidfd, SIGKILL, NULL, 0) == 0 || k32_errno_result();
    k32_release(object);
    return ok;
}

BOOL GetExitCodeProcess(HANDLE process, LPDWORD code)
{
    struct k32_object *object = k32_object_of(process, &process_type);

    if (!object)
        return FALSE;
    struct process *p = (struct process *)object;
    k32_dispatcher_lock();
    *code = p == &current || !object->signalled ? STILL_ACTIVE : p->exit_code;
    k32_dispatcher_unlock();
    k32_release(object);
    return TRUE;
}
