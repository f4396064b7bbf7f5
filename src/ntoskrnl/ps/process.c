/* EPROCESS: the table of processes by id, how one is made of a Linux process, and how it ends.
 * ps_table_lock guards the table of processes. A listed process is referenced by the table; a thread of its own
 * (the reaper) sleeps on the pidfds of all listed ones and takes out those that end. */
#include "ntoskrnl/ps/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/se/se.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define BUCKETS 256
#define FIRST_SIMULATED 0x01000000u /* above any pid_max */

POBJECT_TYPE ps_process_type;
POBJECT_TYPE *PsProcessType = &ps_process_type;
PEPROCESS ps_system_process;
PEPROCESS PsInitialSystemProcess;
pthread_mutex_t ps_table_lock = PTHREAD_MUTEX_INITIALIZER;

static PEPROCESS buckets[BUCKETS];
static unsigned listed_count;
static ULONG next_simulated = FIRST_SIMULATED;

/* The manager is System. Linux' pid 4 is a process of its own in a container: it must not be taken for System. */
static ULONG id_of_pid(pid_t pid)
{
    if (pid == getpid())
        return PS_SYSTEM_PID;
    return pid == (pid_t)PS_SYSTEM_PID ? 0x40000004u : (ULONG)pid;
}

static pid_t pid_of_id(ULONG id)
{
    return id == 0x40000004u ? (pid_t)PS_SYSTEM_PID : (pid_t)id;
}

/* ---- the table ---- */

static PEPROCESS find_locked(ULONG id)
{
    for (PEPROCESS p = buckets[id % BUCKETS]; p; p = p->next)
        if (p->id == id)
            return p;
    return NULL;
}

PEPROCESS ps_known_process(ULONG id)
{
    pthread_mutex_lock(&ps_table_lock);
    PEPROCESS process = find_locked(id);
    if (process)
        ObfReferenceObject(process);
    pthread_mutex_unlock(&ps_table_lock);
    return process;
}

static void list_locked(PEPROCESS process)
{
    ObfReferenceObject(process);
    process->listed = true;
    process->next = buckets[process->id % BUCKETS];
    buckets[process->id % BUCKETS] = process;
    listed_count++;
}

static bool unlist_locked(PEPROCESS process)
{
    if (!process->listed)
        return false;
    PEPROCESS *link = &buckets[process->id % BUCKETS];
    while (*link != process)
        link = &(*link)->next;
    *link = process->next;
    process->listed = false;
    listed_count--;
    return true;
}

void ps_each_process(void (*each)(PEPROCESS process, void *context), void *context)
{
    PEPROCESS *all = NULL;
    unsigned n = 0;
    pthread_mutex_lock(&ps_table_lock);
    all = malloc((listed_count + 1) * sizeof(*all));
    for (unsigned b = 0; all && b < BUCKETS; b++)
        for (PEPROCESS p = buckets[b]; p; p = p->next) {
            ObfReferenceObject(p);
            all[n++] = p;
        }
    pthread_mutex_unlock(&ps_table_lock);
    for (unsigned i = 0; i < n; i++) {
        each(all[i], context);
        ObfDereferenceObject(all[i]);
    }
    free(all);
}

/* ---- the reaper ---- */

static int reaper_poll = -1;

static NTSTATUS status_of_wait(int pidfd)
{
    siginfo_t info = {0};
    /* Only the manager's own children tell how they ended. */
    if (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid)
        return info.si_code == CLD_EXITED ? (NTSTATUS)info.si_status : (NTSTATUS)(0x80 + info.si_status);
    return STATUS_SUCCESS;
}

static void *reap(void *unused)
{
    (void)unused;
    for (;;) {
        struct epoll_event event;
        if (epoll_wait(reaper_poll, &event, 1, -1) <= 0)
            continue;
        PEPROCESS process = ps_known_process((ULONG)event.data.u64);
        if (!process)
            continue;
        if (ps_pidfd_ended(process->pidfd))
            ps_process_ended(process, status_of_wait(process->pidfd));
        ObfDereferenceObject(process);
    }
    return NULL;
}

static void start_reaper(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    reaper_poll = epoll_create1(EPOLL_CLOEXEC);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (reaper_poll >= 0 && pthread_create(&thread, &attributes, reap, NULL) != 0) {
        close(reaper_poll);
        reaper_poll = -1;
    }
    pthread_attr_destroy(&attributes);
}

static void watch_end(PEPROCESS process)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = process->id};
    pthread_once(&once, start_reaper);
    if (process->pidfd >= 0 && reaper_poll >= 0)
        epoll_ctl(reaper_poll, EPOLL_CTL_ADD, process->pidfd, &event);
}

/* ---- made and ended ---- */

static NTSTATUS make_process(ULONG id, pid_t pid, PEPROCESS *out)
{
    PEPROCESS process;
    NTSTATUS status = ob_create(ps_process_type, sizeof(*process), (PVOID *)&process);
    if (!NT_SUCCESS(status))
        return status;
    ke_object_init(process, PS_PROCESS_OBJECT, false);
    pthread_mutex_init(&process->lock, NULL);
    process->id = id;
    process->pid = pid;
    process->pidfd = -1;
    process->exit_status = STATUS_PENDING; /* 0x103, as Windows shows a running one */
    *out = process;
    return STATUS_SUCCESS;
}

static void delete_process(PVOID object)
{
    PEPROCESS process = object;
    if (process->pidfd >= 0)
        close(process->pidfd);
    if (process->token)
        ObfDereferenceObject(process->token);
    if (process->handles && !process->system)
        ob_table_destroy(process->handles);
    free(process->image);
    pthread_mutex_destroy(&process->lock);
}

void ps_process_ended(PEPROCESS process, NTSTATUS exit_status)
{
    if (__atomic_exchange_n(&process->exited, true, __ATOMIC_ACQ_REL))
        return;
    __atomic_store_n(&process->exit_status, exit_status, __ATOMIC_RELEASE);
    if (process->pidfd >= 0 && reaper_poll >= 0)
        epoll_ctl(reaper_poll, EPOLL_CTL_DEL, process->pidfd, NULL);
    ps_notify_process(process, false);
    pthread_mutex_lock(&ps_table_lock);
    bool was_listed = unlist_locked(process);
    pthread_mutex_unlock(&ps_table_lock);
    ps_forget_threads_of(process);
    ob_table_close_all(__atomic_load_n(&process->handles, __ATOMIC_ACQUIRE)); /* freed with the process: others may be in it */
    ke_object_signal(process);
    if (was_listed)
        ObfDereferenceObject(process);
}

/* More Linux processes than descriptors allow: those that nobody but the table knows are forgotten. */
static unsigned table_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > 32768)
        return 4096;
    return (unsigned)(limit.rlim_cur / 8);
}

static void forget_unused(void)
{
    PEPROCESS dropped = NULL;
    pthread_mutex_lock(&ps_table_lock);
    for (unsigned b = 0; listed_count > table_limit() && b < BUCKETS; b++)
        for (PEPROCESS p = buckets[b], next; p; p = next) {
            next = p->next;
            if (p->system || p->simulated || p->announced || ob_reference_count(p) > 1 || ob_handle_count(p) ||
                ob_table_count(__atomic_load_n(&p->handles, __ATOMIC_ACQUIRE)))
                continue;
            unlist_locked(p);
            p->next = dropped;
            dropped = p;
        }
    pthread_mutex_unlock(&ps_table_lock);
    while (dropped) {
        PEPROCESS next = dropped->next;
        ObfDereferenceObject(dropped);
        dropped = next;
    }
}

static uint64_t identity_of(uid_t uid, gid_t gid)
{
    return (uint64_t)uid << 32 | gid;
}

static NTSTATUS make_token(PEPROCESS process, const struct ps_status *status)
{
    process->identity = identity_of(status->uid, status->gid);
    return se_token_create(status->uid, status->gid, status->groups, status->n_groups, &process->token);
}

bool ps_process_has_identity(PEPROCESS process, uid_t uid, gid_t gid)
{
    return __atomic_load_n(&process->identity, __ATOMIC_ACQUIRE) == identity_of(uid, gid);
}

void ps_renew_token(PEPROCESS process, PACCESS_TOKEN token, uid_t uid, gid_t gid)
{
    ObfReferenceObject(token);
    pthread_mutex_lock(&process->lock);
    PACCESS_TOKEN old = process->token;
    process->token = token;
    __atomic_store_n(&process->identity, identity_of(uid, gid), __ATOMIC_RELEASE);
    pthread_mutex_unlock(&process->lock);
    ObfDereferenceObject(old);
}

/* A Linux process nobody asked for before. The pidfd is opened first and found alive last: what was read in between is of this
 * very process (V-009). */
static NTSTATUS process_from_proc(pid_t pid, PEPROCESS *out)
{
    char path[64];
    struct ps_status proc;
    PEPROCESS process;
    int pidfd = ps_pidfd_open(pid);
    if (pidfd < 0 && errno != EMFILE && errno != ENFILE)
        return STATUS_INVALID_PARAMETER;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    if (!ps_read_status(AT_FDCWD, path, &proc) || proc.tgid != pid) {
        ps_status_free(&proc);
        if (pidfd >= 0)
            close(pidfd);
        return STATUS_INVALID_PARAMETER;
    }
    NTSTATUS status = make_process(id_of_pid(pid), pid, &process);
    if (!NT_SUCCESS(status)) {
        ps_status_free(&proc);
        if (pidfd >= 0)
            close(pidfd);
        return status;
    }
    process->pidfd = pidfd;
    process->parent_id = id_of_pid(proc.parent);
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    if (ps_read_start(AT_FDCWD, path, &process->start_ticks))
        process->created = ps_time_of_ticks(process->start_ticks);
    process->image = ps_read_image(pid);
    status = make_token(process, &proc);
    ps_status_free(&proc);
    if (NT_SUCCESS(status) && ps_pidfd_ended(pidfd))
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        *out = process;
    else
        ObfDereferenceObject(process);
    return status;
}

/* Lists a new process unless another thread was first; the one that stands is returned, referenced. */
static PEPROCESS list_process(PEPROCESS made)
{
    pthread_mutex_lock(&ps_table_lock);
    PEPROCESS first = find_locked(made->id);
    bool too_many = false;
    if (first) {
        ObfReferenceObject(first);
    } else {
        list_locked(made);
        too_many = listed_count > table_limit();
    }
    pthread_mutex_unlock(&ps_table_lock);
    if (first) {
        ObfDereferenceObject(made);
        return first;
    }
    watch_end(made);
    if (too_many)
        forget_unused();
    return made;
}

NTSTATUS ps_find_process(pid_t pid, PEPROCESS *out)
{
    *out = NULL;
    if (pid == getpid())
        pid = 0;
    PEPROCESS process = pid ? ps_known_process(id_of_pid(pid)) : ps_system_process;
    if (!pid)
        ObfReferenceObject(process);
    if (process && !process->system &&
        (process->ghost || __atomic_load_n(&process->exited, __ATOMIC_ACQUIRE) || ps_pidfd_ended(process->pidfd))) {
        ps_process_ended(process, STATUS_SUCCESS); /* the number may belong to a new one already */
        ObfDereferenceObject(process);
        process = NULL;
    }
    if (!process) {
        NTSTATUS status = process_from_proc(pid, &process);
        if (!NT_SUCCESS(status))
            return status;
        process = list_process(process);
    }
    *out = process;
    return STATUS_SUCCESS;
}

NTSTATUS ps_process_of_pidfd(int pidfd, pid_t pid, uid_t uid, gid_t gid, PEPROCESS *process)
{
    NTSTATUS status = ps_find_process(pid, process);
    if (!NT_SUCCESS(status))
        return STATUS_INVALID_CID;
    if (pidfd >= 0 && ps_pidfd_ended(pidfd)) { /* what carries the number now is another one */
        ObfDereferenceObject(*process);
        *process = NULL;
        return STATUS_INVALID_CID;
    }
    (void)uid;
    (void)gid;
    return STATUS_SUCCESS;
}

PEPROCESS ps_make_ghost(pid_t pid, pid_t parent)
{
    PEPROCESS process;
    if (!NT_SUCCESS(make_process(id_of_pid(pid), pid, &process)))
        return NULL;
    process->ghost = true;
    process->parent_id = id_of_pid(parent);
    process->created.QuadPart = (LONGLONG)ke_system_time();
    process->token = se_system_token(); /* unknown for good; nothing is ever checked against it: it has ended */
    ObfReferenceObject(process->token);
    return list_process(process);
}

PEPROCESS ps_process_create_simulated(uid_t uid, gid_t gid, const gid_t *groups, unsigned n_groups, const char *image)
{
    PEPROCESS process;
    ULONG id = __atomic_fetch_add(&next_simulated, 4, __ATOMIC_RELAXED);
    if (!NT_SUCCESS(make_process(id, 0, &process)))
        return NULL;
    process->simulated = true;
    process->parent_id = PS_SYSTEM_PID;
    process->created.QuadPart = (LONGLONG)ke_system_time();
    process->image = image ? strdup(image) : NULL;
    process->identity = identity_of(uid, gid);
    if (!NT_SUCCESS(se_token_create(uid, gid, groups, n_groups, &process->token))) {
        ObfDereferenceObject(process);
        return NULL;
    }
    process = list_process(process);
    ps_notify_process(process, true);
    return process;
}

void ps_process_end_simulated(PEPROCESS process, NTSTATUS exit_status)
{
    ps_process_ended(process, exit_status);
    ObfDereferenceObject(process);
}

/* ---- questions ---- */

bool ps_process_is_alive(PEPROCESS process)
{
    if (process->system)
        return true;
    return !process->ghost && !__atomic_load_n(&process->exited, __ATOMIC_ACQUIRE) && !ps_pidfd_ended(process->pidfd);
}

pid_t ps_linux_pid(PEPROCESS process)
{
    return process->pid;
}

PACCESS_TOKEN ps_process_token(PEPROCESS process)
{
    pthread_mutex_lock(&process->lock);
    PACCESS_TOKEN token = process->token;
    ObfReferenceObject(token);
    pthread_mutex_unlock(&process->lock);
    return token;
}

/* A process may become another program (exec): the image is read again as long as the process lives. */
char *ps_image_of(PEPROCESS process)
{
    char *fresh = process->pid && !process->system && ps_process_is_alive(process) ? ps_read_image(process->pid) : NULL;
    pthread_mutex_lock(&process->lock);
    if (fresh && (!process->image || strcmp(fresh, process->image) != 0)) {
        free(process->image);
        process->image = strdup(fresh);
    }
    if (!fresh && process->image)
        fresh = strdup(process->image);
    pthread_mutex_unlock(&process->lock);
    return fresh;
}

struct ob_handle_table *ps_handle_table(PEPROCESS process)
{
    if (process->system)
        return ob_kernel_table();
    struct ob_handle_table *table = __atomic_load_n(&process->handles, __ATOMIC_ACQUIRE);
    if (table || __atomic_load_n(&process->exited, __ATOMIC_ACQUIRE))
        return table;
    struct ob_handle_table *made = ob_table_create(process);
    if (!made || __atomic_compare_exchange_n(&process->handles, &table, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return made;
    ob_table_destroy(made);
    return table;
}

/* ---- start ---- */

static NTSTATUS process_security(PVOID object, PSECURITY_DESCRIPTOR *sd)
{
    PACCESS_TOKEN token = ps_process_token(object);
    NTSTATUS status = se_descriptor_of_token(token, sd);
    ObfDereferenceObject(token);
    return status;
}

NTSTATUS ps_processes_init(void)
{
    static const struct ob_type_ops ops = {.delete = delete_process, .default_security = process_security};
    static const struct ob_type_info info = {.name = u"Process",
        .mapping = {STANDARD_RIGHTS_READ | PROCESS_VM_READ | PROCESS_QUERY_INFORMATION,
            STANDARD_RIGHTS_WRITE | 0x0bea, STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE | 0x1001, PROCESS_ALL_ACCESS},
        .valid_access = PROCESS_ALL_ACCESS, .can_wait = true, .must_secure = true, .ops = &ops};
    ps_process_type = ob_type_create(&info);
    if (!ps_process_type)
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = make_process(PS_SYSTEM_PID, getpid(), &ps_system_process);
    if (!NT_SUCCESS(status))
        return status;
    ps_system_process->system = true;
    ps_system_process->announced = true; /* older than any driver */
    ps_system_process->token = se_system_token();
    ObfReferenceObject(ps_system_process->token);
    if (ps_read_start(AT_FDCWD, "/proc/self/stat", &ps_system_process->start_ticks))
        ps_system_process->created = ps_time_of_ticks(ps_system_process->start_ticks);
    strcpy(ps_system_process->short_name, "System");
    ps_system_process->short_name_set = true;
    PsInitialSystemProcess = ps_system_process;
    pthread_mutex_lock(&ps_table_lock);
    list_locked(ps_system_process);
    pthread_mutex_unlock(&ps_table_lock);
    return STATUS_SUCCESS;
}

/* ---- drivers' calls ---- */

NTSTATUS NTAPI PsLookupProcessByProcessId(HANDLE ProcessId, PEPROCESS *Process)
{
    ULONG id = (ULONG)(ULONG_PTR)ProcessId;
    KE_REQUIRE_IRQL(APC_LEVEL);
    *Process = NULL;
    if (!id || (ULONG_PTR)ProcessId > UINT32_MAX)
        return STATUS_INVALID_PARAMETER;
    if (id == PS_SYSTEM_PID || (id >= FIRST_SIMULATED && id != 0x40000004u)) {
        *Process = ps_known_process(id);
        return *Process ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    }
    return ps_find_process(pid_of_id(id), Process);
}
