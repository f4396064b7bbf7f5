/* ETHREAD: the table of Linux threads by id, system threads, the calling thread's own ETHREAD and the one it acts as.
 * stripes[] guard the table's buckets, one stripe at a time. A thread known by a directory descriptor of /proc is checked with one system call: the
 * descriptor stays bound to that thread whatever its number is used for later (V-007, V-009). */
#include "ntoskrnl/ps/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/report.h"
#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/se/se.h"
#include "rtl/hot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BUCKETS 1024
#define PENDING_KILL (1ul << (9 - 1))

POBJECT_TYPE ps_thread_type;
POBJECT_TYPE *PsThreadType = &ps_thread_type;

#define STRIPES 64
static PETHREAD buckets[BUCKETS]; /* bucket b under stripes[b % STRIPES] */
static struct {
    _Alignas(64) pthread_mutex_t lock;
} stripes[STRIPES] = {[0 ... STRIPES - 1] = {PTHREAD_MUTEX_INITIALIZER}};
static unsigned listed_count; /* __atomic */

static void lock_bucket(unsigned bucket)
{
    pthread_mutex_lock(&stripes[bucket % STRIPES].lock);
}

static void unlock_bucket(unsigned bucket)
{
    pthread_mutex_unlock(&stripes[bucket % STRIPES].lock);
}

/* What the calling thread acts as, besides ke_self.ps_current. */
static __thread struct {
    PEPROCESS attached; /* KeStackAttachProcess */
    KPROCESSOR_MODE mode;
} self;

/* ---- the object ---- */

PETHREAD ps_thread_create(PEPROCESS process, pid_t tid, bool system)
{
    PETHREAD thread;
    if (!NT_SUCCESS(ob_create(ps_thread_type, sizeof(*thread), (PVOID *)&thread)))
        return NULL;
    ke_object_init(thread, PS_THREAD_OBJECT, false);
    pthread_mutex_init(&thread->lock, NULL);
    thread->id = (ULONG)tid;
    thread->tid = tid;
    thread->system = system;
    thread->directory = -1;
    thread->exit_status = STATUS_PENDING;
    thread->created.QuadPart = (LONGLONG)ke_system_time();
    thread->process = process;
    ObfReferenceObject(process);
    return thread;
}

static void delete_thread(PVOID object)
{
    PETHREAD thread = object;
    if (thread->directory >= 0)
        close(thread->directory);
    if (thread->impersonation)
        ObfDereferenceObject(thread->impersonation);
    ObfDereferenceObject(thread->process);
    pthread_mutex_destroy(&thread->lock);
}

/* ---- the table ---- */

static PETHREAD find(pid_t tid)
{
    PETHREAD thread;
    unsigned bucket = (unsigned)tid % BUCKETS;
    lock_bucket(bucket);
    for (thread = buckets[bucket]; thread && thread->tid != tid; thread = thread->next)
        continue;
    if (thread)
        ObfReferenceObject(thread);
    unlock_bucket(bucket);
    return thread;
}

static bool unlist_locked(PETHREAD thread)
{
    if (!thread->listed)
        return false;
    PETHREAD *link = &buckets[(unsigned)thread->tid % BUCKETS];
    while (*link != thread)
        link = &(*link)->next;
    *link = thread->next;
    thread->listed = false;
    __atomic_fetch_sub(&listed_count, 1, __ATOMIC_RELAXED);
    return true;
}

static void thread_ended(PETHREAD thread, NTSTATUS status)
{
    unsigned bucket = (unsigned)thread->tid % BUCKETS;
    lock_bucket(bucket);
    bool was_listed = unlist_locked(thread);
    unlock_bucket(bucket);
    __atomic_store_n(&thread->gone, true, __ATOMIC_RELEASE);
    __atomic_store_n(&thread->exit_status, status, __ATOMIC_RELEASE);
    ke_object_signal(thread);
    if (was_listed)
        ObfDereferenceObject(thread);
}

/* Takes all threads that `wanted` names out of the table and ends them. */
static void sweep(bool (*wanted)(PETHREAD thread, PEPROCESS process), PEPROCESS process)
{
    PETHREAD out = NULL;
    for (unsigned b = 0; b < BUCKETS; b++) {
        lock_bucket(b);
        for (PETHREAD t = buckets[b], next; t; t = next) {
            next = t->next;
            if (wanted(t, process)) {
                unlist_locked(t);
                t->next = out;
                out = t;
            }
        }
        unlock_bucket(b);
    }
    while (out) {
        PETHREAD next = out->next;
        if (process) {
            __atomic_store_n(&out->gone, true, __ATOMIC_RELEASE);
            ke_object_signal(out);
        }
        ObfDereferenceObject(out);
        out = next;
    }
}

static bool of_process(PETHREAD thread, PEPROCESS process)
{
    return thread->process == process;
}

static bool known_to_nobody(PETHREAD thread, PEPROCESS process)
{
    (void)process;
    return ob_reference_count(thread) == 1 && !ob_handle_count(thread);
}

void ps_forget_threads_of(PEPROCESS process)
{
    sweep(of_process, process);
}

static unsigned table_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > 32768)
        return 4096;
    return (unsigned)(limit.rlim_cur / 4);
}

/* Lists `made` unless the number is there already; the one that stands, referenced. */
static PETHREAD list_thread(PETHREAD made)
{
    PETHREAD first;
    unsigned number = (unsigned)made->tid % BUCKETS;
    PETHREAD *bucket = &buckets[number];
    lock_bucket(number);
    for (first = *bucket; first && first->tid != made->tid; first = first->next)
        continue;
    if (first) {
        ObfReferenceObject(first);
    } else {
        ObfReferenceObject(made);
        made->listed = true;
        made->next = *bucket;
        *bucket = made;
        __atomic_fetch_add(&listed_count, 1, __ATOMIC_RELAXED);
    }
    unlock_bucket(number);
    if (__atomic_load_n(&listed_count, __ATOMIC_RELAXED) > table_limit())
        sweep(known_to_nobody, NULL);
    if (!first)
        return made;
    ObfDereferenceObject(made);
    return first;
}

/* ---- threads of Linux ---- */

/* The thread still runs: its directory answers. Without a directory only the process can be asked. */
static bool still_there(PETHREAD thread)
{
    if (__atomic_load_n(&thread->gone, __ATOMIC_ACQUIRE))
        return false;
    if (thread->directory < 0)
        return ps_process_is_alive(thread->process);
    return faccessat(thread->directory, "stat", F_OK, 0) == 0;
}

static int open_directory(pid_t pid, pid_t tid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/task/%d", (int)pid, (int)tid);
    return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static NTSTATUS thread_from_proc(pid_t tid, PETHREAD *out)
{
    char path[64];
    struct ps_status proc;
    PEPROCESS process;
    uint64_t ticks;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
    bool seen = ps_read_status(AT_FDCWD, path, &proc);
    ps_status_free(&proc);
    if (!seen)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = ps_find_process(proc.tgid, &process);
    if (!NT_SUCCESS(status))
        return status;
    int directory = open_directory(proc.tgid, tid);
    PETHREAD thread = directory >= 0 || errno == EMFILE ? ps_thread_create(process, tid, process->system) : NULL;
    if (thread) {
        thread->directory = directory;
        if (directory >= 0 && ps_read_start(directory, "stat", &ticks))
            thread->created = ps_time_of_ticks(ticks);
        *out = list_thread(thread);
    } else if (directory >= 0) {
        close(directory);
    }
    ObfDereferenceObject(process);
    return thread ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static NTSTATUS find_linux_thread(pid_t tid, PETHREAD *out)
{
    PETHREAD thread = find(tid);
    if (thread && !still_there(thread)) {
        thread_ended(thread, STATUS_SUCCESS);
        ObfDereferenceObject(thread);
        thread = NULL;
    }
    if (!thread)
        return thread_from_proc(tid, out);
    *out = thread;
    return STATUS_SUCCESS;
}

/* A caller that is gone already or cannot be seen: a process of its own that has ended, with the request's identity. */
static PETHREAD unseen_thread(pid_t tid, uid_t uid, gid_t gid)
{
    PETHREAD thread = NULL;
    PEPROCESS process;
    if (!NT_SUCCESS(ob_create(ps_process_type, sizeof(*process), (PVOID *)&process)))
        return NULL;
    ke_object_init(process, PS_PROCESS_OBJECT, true);
    pthread_mutex_init(&process->lock, NULL);
    process->id = (ULONG)tid;
    process->pidfd = -1;
    process->exited = true;
    if (NT_SUCCESS(se_token_create(uid, gid, NULL, 0, &process->token)))
        thread = ps_thread_create(process, tid, false);
    if (thread)
        thread->gone = true;
    ObfDereferenceObject(process);
    return thread;
}

/* An impersonation token for the request's identity, with the thread's own groups; NULL when the process itself has changed to
 * that identity meanwhile (su, a daemon that gives up root): then its primary token is renewed. */
static PACCESS_TOKEN token_for(PETHREAD thread, uid_t uid, gid_t gid)
{
    struct ps_status proc = {0};
    PACCESS_TOKEN made = NULL, copy = NULL;
    if (thread->directory >= 0)
        ps_read_status(thread->directory, "status", &proc);
    if (NT_SUCCESS(se_token_create(uid, gid, proc.groups, proc.n_groups, &made))) {
        if (proc.tgid && proc.uid == uid && proc.gid == gid)
            ps_renew_token(thread->process, made, uid, gid);
        else
            se_token_duplicate(made, TokenImpersonation, SecurityImpersonation, &copy);
        ObfDereferenceObject(made);
    }
    ps_status_free(&proc);
    return copy;
}

static void set_impersonation(PETHREAD thread, PACCESS_TOKEN token, bool by_credentials, uid_t uid, gid_t gid)
{
    pthread_mutex_lock(&thread->lock);
    PACCESS_TOKEN old = thread->impersonation;
    __atomic_store_n(&thread->impersonation, token, __ATOMIC_RELAXED);
    thread->level = SecurityImpersonation;
    __atomic_store_n(&thread->by_credentials, by_credentials, __ATOMIC_RELEASE);
    thread->seen_uid = uid;
    thread->seen_gid = gid;
    pthread_mutex_unlock(&thread->lock);
    if (old)
        ObfDereferenceObject(old);
}

/* The request's fsuid and fsgid may not be the process' identity: then the thread acts as somebody else (V-007). No lock is taken
 * while they are the same as ever. */
static void adopt_credentials(PETHREAD thread, uid_t uid, gid_t gid)
{
    bool same = ps_process_has_identity(thread->process, uid, gid);
    if (same && !__atomic_load_n(&thread->by_credentials, __ATOMIC_ACQUIRE))
        return;
    if (same) {
        set_impersonation(thread, NULL, false, uid, gid);
        return;
    }
    pthread_mutex_lock(&thread->lock);
    bool known = thread->by_credentials && thread->seen_uid == uid && thread->seen_gid == gid;
    pthread_mutex_unlock(&thread->lock);
    if (known)
        return;
    PACCESS_TOKEN token = token_for(thread, uid, gid);
    set_impersonation(thread, token, token != NULL, uid, gid);
}

PETHREAD ps_thread_of_linux(pid_t tid, uid_t uid, gid_t gid)
{
    PETHREAD thread = NULL;
    if (tid > 0 && NT_SUCCESS(find_linux_thread(tid, &thread))) {
        if (!thread->process->system)
            adopt_credentials(thread, uid, gid);
        return thread;
    }
    /* V-008: 0 and 0 is the kernel itself. A user with no number is a caller outside our pid namespace: a stranger, not System. */
    if (tid > 0 || uid != 0)
        thread = unseen_thread(tid, uid, gid);
    if (!thread) {
        thread = ps_own_thread();
        ObfReferenceObject(thread);
    }
    return thread;
}

PETHREAD ps_thread_of_process(PEPROCESS process, pid_t tid)
{
    PETHREAD thread;
    if (process->pid && !process->system && NT_SUCCESS(find_linux_thread(tid ? tid : process->pid, &thread))) {
        if (thread->process == process)
            return thread;
        ObfDereferenceObject(thread);
    }
    return ps_thread_create(process, tid ? tid : (pid_t)process->id, process->system);
}

PETHREAD ps_thread_of_client(PEPROCESS process, pid_t tid, uid_t uid, gid_t gid)
{
    PETHREAD thread = ps_thread_of_process(process, tid);
    if (thread && !process->system)
        adopt_credentials(thread, uid, gid);
    return thread;
}

bool ps_thread_is_dying(PETHREAD thread)
{
    struct ps_status proc;
    if (thread->system)
        return false;
    if (__atomic_load_n(&thread->gone, __ATOMIC_ACQUIRE))
        return true;
    if (thread->directory < 0)
        return !ps_process_is_alive(thread->process);
    bool there = ps_read_status(thread->directory, "status", &proc);
    ps_status_free(&proc);
    return !there || proc.pending & PENDING_KILL || proc.state == 'Z' || proc.state == 'X';
}

enum ps_system_call ps_thread_system_call(PETHREAD thread, long *number)
{
    if (thread->system || thread->directory < 0)
        return PS_CALL_UNKNOWN;
    return ps_read_system_call(thread->directory, number);
}

/* ---- the calling thread ---- */

static void own_thread_exits(struct ke_thread *block)
{
    PETHREAD thread = block->ps_thread;
    if (!thread)
        return;
    block->ps_thread = NULL;
    block->ps_current = NULL;
    thread_ended(thread, thread->exit_status == STATUS_PENDING ? STATUS_SUCCESS : thread->exit_status);
    ObfDereferenceObject(thread);
}

PETHREAD ps_list_own(PETHREAD thread)
{
    PETHREAD old = find(thread->tid); /* of an earlier thread with this number */
    if (old && (thread->start || !still_there(old)))
        thread_ended(old, STATUS_SUCCESS);
    if (old)
        ObfDereferenceObject(old);
    return list_thread(thread);
}

PETHREAD ps_own_thread(void)
{
    struct ke_thread *block = ke_current();
    if (!block->ps_thread) {
        ps_init();
        block->ps_thread = ps_list_own(ps_thread_create(ps_system_process, (pid_t)syscall(SYS_gettid), true));
    }
    return block->ps_thread;
}

OFM_HOT PETHREAD ps_current_thread(void)
{
    if (ke_self.ps_current)
        return ke_self.ps_current;
    return ke_self.ps_thread ? ke_self.ps_thread : ps_own_thread();
}

PEPROCESS ps_current_process(void)
{
    return self.attached ? self.attached : ps_current_thread()->process;
}

PETHREAD ps_set_current(PETHREAD thread)
{
    struct ke_thread *block = ke_current();
    PETHREAD before = block->ps_current;
    block->ps_current = thread;
    self.mode = thread && !thread->process->system ? UserMode : KernelMode;
    return before;
}

KPROCESSOR_MODE ps_previous_mode(void)
{
    return self.mode;
}

KPROCESSOR_MODE ps_set_previous_mode(KPROCESSOR_MODE mode)
{
    KPROCESSOR_MODE before = self.mode;
    self.mode = mode;
    return before;
}

PEPROCESS ps_thread_process(PETHREAD thread)
{
    return thread->process;
}

pid_t ps_linux_tid(PETHREAD thread)
{
    return thread->tid;
}

PIRP ps_top_level_irp(PETHREAD thread)
{
    return thread->top_level_irp;
}

void ps_set_top_level_irp(PETHREAD thread, PIRP irp)
{
    thread->top_level_irp = irp;
}

/* ---- tokens of threads ---- */

PACCESS_TOKEN ps_thread_impersonation(PETHREAD thread, SECURITY_IMPERSONATION_LEVEL *level)
{
    pthread_mutex_lock(&thread->lock);
    PACCESS_TOKEN token = thread->impersonation;
    if (token) {
        ObfReferenceObject(token);
        *level = thread->level;
    }
    pthread_mutex_unlock(&thread->lock);
    return token;
}

PACCESS_TOKEN ps_thread_token(PETHREAD thread)
{
    SECURITY_IMPERSONATION_LEVEL level;
    PACCESS_TOKEN token = ps_thread_impersonation(thread, &level);
    return token ? token : ps_process_token(thread->process);
}

NTSTATUS NTAPI PsImpersonateClient(PETHREAD Thread, PACCESS_TOKEN Token, BOOLEAN CopyOnOpen, BOOLEAN EffectiveOnly,
    SECURITY_IMPERSONATION_LEVEL ImpersonationLevel)
{
    (void)CopyOnOpen;
    (void)EffectiveOnly;
    if (Token)
        ObfReferenceObject(Token);
    pthread_mutex_lock(&Thread->lock);
    PACCESS_TOKEN old = Thread->impersonation;
    __atomic_store_n(&Thread->impersonation, Token, __ATOMIC_RELAXED);
    Thread->level = ImpersonationLevel;
    __atomic_store_n(&Thread->by_credentials, false, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&Thread->lock);
    if (old)
        ObfDereferenceObject(old);
    return STATUS_SUCCESS;
}

VOID NTAPI PsRevertToSelf(VOID)
{
    PsImpersonateClient(ps_current_thread(), NULL, FALSE, FALSE, SecurityAnonymous);
}

PACCESS_TOKEN NTAPI PsReferencePrimaryToken(PEPROCESS Process)
{
    return ps_process_token(Process);
}

VOID NTAPI PsDereferencePrimaryToken(PACCESS_TOKEN PrimaryToken)
{
    ObfDereferenceObject(PrimaryToken);
}

PACCESS_TOKEN NTAPI PsReferenceImpersonationToken(PETHREAD Thread, PBOOLEAN CopyOnOpen, PBOOLEAN EffectiveOnly,
    PSECURITY_IMPERSONATION_LEVEL ImpersonationLevel)
{
    PACCESS_TOKEN token = ps_thread_impersonation(Thread, ImpersonationLevel);
    if (token)
        *CopyOnOpen = *EffectiveOnly = FALSE;
    return token;
}

VOID NTAPI PsDereferenceImpersonationToken(PACCESS_TOKEN ImpersonationToken)
{
    if (ImpersonationToken)
        ObfDereferenceObject(ImpersonationToken);
}

BOOLEAN NTAPI PsIsThreadImpersonating(PETHREAD Thread)
{
    return __atomic_load_n(&Thread->impersonation, __ATOMIC_RELAXED) != NULL;
}

/* ---- attaching to a process ---- */

VOID NTAPI KeStackAttachProcess(PRKPROCESS PROCESS, PRKAPC_STATE ApcState)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL - 1);
    RtlZeroMemory(ApcState, sizeof(*ApcState));
    ApcState->Process = self.attached;
    self.attached = PROCESS;
}

VOID NTAPI KeUnstackDetachProcess(PRKAPC_STATE ApcState)
{
    self.attached = ApcState->Process;
}

VOID NTAPI KeAttachProcess(PRKPROCESS Process)
{
    self.attached = Process;
}

VOID NTAPI KeDetachProcess(VOID)
{
    self.attached = NULL;
}

/* ---- start ---- */

static NTSTATUS thread_security(PVOID object, PSECURITY_DESCRIPTOR *sd)
{
    PACCESS_TOKEN token = ps_process_token(((PETHREAD)object)->process);
    NTSTATUS status = se_descriptor_of_token(token, sd);
    ObfDereferenceObject(token);
    return status;
}

NTSTATUS ps_threads_init(void)
{
    static const struct ob_type_ops ops = {.delete = delete_thread, .default_security = thread_security};
    static const struct ob_type_info info = {.name = u"Thread",
        .mapping = {STANDARD_RIGHTS_READ | 0x48, STANDARD_RIGHTS_WRITE | 0x37, STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE | 0x800,
            THREAD_ALL_ACCESS},
        .valid_access = THREAD_ALL_ACCESS, .can_wait = true, .must_secure = true, .ops = &ops};
    ps_thread_type = ob_type_create(&info);
    ke_thread_on_exit(own_thread_exits);
    return ps_thread_type ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* ---- drivers' look-up ---- */

NTSTATUS NTAPI PsLookupThreadByThreadId(HANDLE ThreadId, PETHREAD *Thread)
{
    ULONG_PTR id = (ULONG_PTR)ThreadId;
    KE_REQUIRE_IRQL(APC_LEVEL);
    *Thread = NULL;
    if (!id || id > INT32_MAX)
        return STATUS_INVALID_PARAMETER;
    return find_linux_thread((pid_t)id, Thread);
}
