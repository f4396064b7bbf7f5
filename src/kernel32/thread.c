/* Threads. */
#include "kernel32/thread.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel32/mutex.h"
#include "kernel32/wait.h"
#include "ntstatus.h"

static pthread_key_t self_key;
static __thread struct k32_thread *self;

static void destroy_thread(struct k32_object *object)
{
    struct k32_thread *t = (struct k32_thread *)object;

    for (struct k32_apc *apc = t->apcs, *next; apc; apc = next) {
        next = apc->next;
        free(apc);
    }
    pthread_cond_destroy(&t->condition);
    pthread_mutex_destroy(&t->sync_lock);
    free(t);
}

const struct k32_type k32_thread_type = {.name = "Thread", .destroy = destroy_thread};

static struct k32_thread *new_thread(void)
{
    struct k32_thread *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    k32_object_init(&t->object, &k32_thread_type);
    k32_condition_init(&t->condition);
    pthread_mutex_init(&t->sync_lock, NULL);
    t->apcs_end = &t->apcs;
    t->exit_code = STILL_ACTIVE;
    return t;
}

/* The thread ends, however it does: its mutexes are abandoned, those who wait for it go on. */
static void thread_ends(void *value)
{
    struct k32_thread *t = value;

    k32_dispatcher_lock();
    if (t->exit_code == STILL_ACTIVE)
        t->exit_code = 0;
    t->ended = true;
    k32_mutexes_abandon(t);
    t->object.signalled = true;
    k32_wake(&t->object);
    k32_dispatcher_unlock();
    self = NULL;
    k32_release(&t->object);
}

__attribute__((constructor)) static void init_threads(void)
{
    pthread_key_create(&self_key, thread_ends);
}

static void become(struct k32_thread *t)
{
    self = t;
    pthread_setspecific(self_key, t);
}

struct k32_thread *k32_self(void)
{
    if (!self) {
        struct k32_thread *t = new_thread();
        if (!t)
            abort(); /* a thread without its few kilobytes can neither wait nor fail */
        t->id = (pid_t)syscall(SYS_gettid);
        become(t);
    }
    return self;
}

uint32_t k32_thread_id(const struct k32_thread *thread)
{
    return (uint32_t)thread->id;
}

/* --- starting and ending --- */

static void *run_thread(void *argument)
{
    struct k32_thread *t = argument;

    become(t);
    k32_dispatcher_lock();
    t->id = (pid_t)syscall(SYS_gettid);
    pthread_cond_broadcast(&t->condition); /* the creator waits for the id */
    while (t->suspended > 0)
        k32_dispatcher_wait(&t->condition);
    k32_dispatcher_unlock();
    DWORD code = t->start(t->parameter);
    k32_dispatcher_lock();
    t->exit_code = code;
    k32_dispatcher_unlock();
    return NULL;
}

static bool start_thread(struct k32_thread *t, SIZE_T stack)
{
    pthread_attr_t attributes;
    pthread_t thread;

    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (stack > 0)
        pthread_attr_setstacksize(&attributes, stack < 256 * 1024 ? 256 * 1024 : (stack + 0xFFFF) & ~(SIZE_T)0xFFFF);
    k32_reference(&t->object); /* the running thread's */
    int error = pthread_create(&thread, &attributes, run_thread, t);
    pthread_attr_destroy(&attributes);
    if (error) {
        k32_release(&t->object);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return false;
    }
    k32_dispatcher_lock();
    while (t->id == 0)
        k32_dispatcher_wait(&t->condition);
    k32_dispatcher_unlock();
    return true;
}

HANDLE CreateThread(LPSECURITY_ATTRIBUTES attributes, SIZE_T stack, LPTHREAD_START_ROUTINE start, LPVOID parameter,
    DWORD flags, LPDWORD id)
{
    struct k32_thread *t = start ? new_thread() : NULL;

    if (!t) {
        SetLastError(start ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_PARAMETER);
        return NULL;
    }
    t->start = start;
    t->parameter = parameter;
    t->suspended = flags & CREATE_SUSPENDED ? 1 : 0;
    if (!start_thread(t, stack)) {
        k32_release(&t->object);
        return NULL;
    }
    if (id)
        *id = (DWORD)t->id;
    return k32_handle_give(&t->object);
}

void ExitThread(DWORD code)
{
    struct k32_thread *t = k32_self();

    k32_dispatcher_lock();
    t->exit_code = code;
    k32_dispatcher_unlock();
    pthread_exit(NULL);
}

DWORD ResumeThread(HANDLE thread)
{
    struct k32_object *object = k32_object_of(thread, &k32_thread_type);

    if (!object)
        return (DWORD)-1;
    struct k32_thread *t = (struct k32_thread *)object;
    k32_dispatcher_lock();
    DWORD before = t->suspended;
    if (before > 0) {
        t->suspended--;
        pthread_cond_broadcast(&t->condition);
    }
    k32_dispatcher_unlock();
    k32_release(object);
    return before;
}

BOOL GetExitCodeThread(HANDLE thread, LPDWORD code)
{
    struct k32_object *object = k32_object_of(thread, &k32_thread_type);

    if (!object)
        return FALSE;
    struct k32_thread *t = (struct k32_thread *)object;
    k32_dispatcher_lock();
    *code = t->ended ? t->exit_code : STILL_ACTIVE;
    k32_dispatcher_unlock();
    k32_release(object);
    return TRUE;
}

/* --- the C library's way --- */

struct c_thread {
    unsigned (*start)(void *);
    void (*start_plain)(void *);
    void *argument;
};

static DWORD run_c_thread(LPVOID parameter)
{
    struct c_thread c = *(struct c_thread *)parameter;

    free(parameter);
    if (c.start)
        return c.start(c.argument);
    c.start_plain(c.argument);
    return 0;
}

static HANDLE begin(unsigned (*start)(void *), void (*plain)(void *), void *argument, unsigned stack, unsigned flags,
    unsigned *id)
{
    struct c_thread *c = malloc(sizeof *c);

    if (!c) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    *c = (struct c_thread){start, plain, argument};
    HANDLE handle = CreateThread(NULL, stack, run_c_thread, c, flags, id);
    if (!handle)
        free(c);
    return handle;
}

ULONG_PTR _beginthreadex(void *security, unsigned stack, unsigned (*start)(void *), void *argument, unsigned flags,
    unsigned *id)
{
    return (ULONG_PTR)begin(start, NULL, argument, stack, flags, id);
}

/* The thread of _beginthread closes its handle itself when it ends: here its handle is closed at once. */
WINBASEAPI ULONG_PTR _beginthread(void (*start)(void *), unsigned stack, void *argument);
ULONG_PTR _beginthread(void (*start)(void *), unsigned stack, void *argument)
{
    HANDLE handle = begin(NULL, start, argument, stack, 0, NULL);

    if (!handle)
        return (ULONG_PTR)-1;
    CloseHandle(handle);
    return (ULONG_PTR)handle;
}

DECLSPEC_NORETURN WINBASEAPI void _endthreadex(unsigned code);
void _endthreadex(unsigned code)
{
    ExitThread(code);
}

DECLSPEC_NORETURN WINBASEAPI void _endthread(void);
void _endthread(void)
{
    ExitThread(0);
}

/* --- who am I --- */

HANDLE GetCurrentThread(void)
{
    return (HANDLE)(LONG_PTR)-2;
}

DWORD GetCurrentThreadId(void)
{
    return k32_thread_id(k32_self());
}

DWORD GetThreadId(HANDLE thread)
{
    struct k32_object *object = k32_object_of(thread, &k32_thread_type);

    if (!object)
        return 0;
    DWORD id = k32_thread_id((struct k32_thread *)object);
    k32_release(object);
    return id;
}

BOOL SetThreadPriority(HANDLE thread, int priority)
{
    struct k32_object *object = k32_object_of(thread, &k32_thread_type);

    if (!object)
        return FALSE;
    __atomic_store_n(&((struct k32_thread *)object)->priority, priority, __ATOMIC_RELAXED);
    k32_release(object);
    return TRUE;
}

int GetThreadPriority(HANDLE thread)
{
    struct k32_object *object = k32_object_of(thread, &k32_thread_type);

    if (!object)
        return 0x7FFFFFFF; /* THREAD_PRIORITY_ERROR_RETURN */
    int priority = __atomic_load_n(&((struct k32_thread *)object)->priority, __ATOMIC_RELAXED);
    k32_release(object);
    return priority;
}

BOOL SwitchToThread(void)
{
    sched_yield();
    return TRUE;
}

/* --- asynchronous procedure calls: run in alertable waits --- */

bool k32_queue_apc(struct k32_thread *t, struct k32_apc *apc)
{
    apc->next = NULL;
    k32_dispatcher_lock();
    bool queued = !t->ended;
    if (queued) {
        *t->apcs_end = apc;
        t->apcs_end = &apc->next;
        k32_call(t);
    }
    k32_dispatcher_unlock();
    return queued;
}

struct user_apc {
    struct k32_apc apc;
    PAPCFUNC function;
    ULONG_PTR parameter;
};

static void run_user_apc(struct k32_apc *apc)
{
    struct user_apc *user = (struct user_apc *)apc;

    user->function(user->parameter);
}

DWORD QueueUserAPC(PAPCFUNC function, HANDLE thread, ULONG_PTR parameter)
{
    struct k32_object *object = k32_object_of(thread, &k32_thread_type);
    struct user_apc *user = object ? malloc(sizeof *user) : NULL;

    if (!object)
        return 0;
    if (user)
        *user = (struct user_apc){{NULL, run_user_apc}, function, parameter};
    bool queued = user && k32_queue_apc((struct k32_thread *)object, &user->apc);
    if (!queued) {
        free(user);
        SetLastError(ERROR_GEN_FAILURE);
    }
    k32_release(object);
    return queued;
}

bool k32_run_apcs(struct k32_thread *thread)
{
    k32_dispatcher_lock();
    struct k32_apc *apc = thread->apcs;
    thread->apcs = NULL;
    thread->apcs_end = &thread->apcs;
    k32_dispatcher_unlock();
    bool any = apc != NULL;
    while (apc) {
        struct k32_apc *next = apc->next;
        apc->run(apc);
        free(apc);
        apc = next;
    }
    return any;
}

/* --- what a thread is blocked in --- */

void k32_sync_begin(void (*cancel)(void *context), void *context)
{
    struct k32_thread *t = k32_self();

    pthread_mutex_lock(&t->sync_lock);
    t->sync_cancel = cancel;
    t->sync_context = context;
    pthread_mutex_unlock(&t->sync_lock);
}

void k32_sync_end(void)
{
    k32_sync_begin(NULL, NULL);
}

BOOL CancelSynchronousIo(HANDLE hThread)
{
    struct k32_object *object = k32_object_of(hThread, &k32_thread_type);

    if (!object)
        return FALSE;
    struct k32_thread *t = (struct k32_thread *)object;
    pthread_mutex_lock(&t->sync_lock);
    bool blocked = t->sync_cancel != NULL;
    if (blocked)
        t->sync_cancel(t->sync_context);
    pthread_mutex_unlock(&t->sync_lock);
    k32_release(object);
    return k32_result(blocked ? STATUS_SUCCESS : STATUS_NOT_FOUND);
}

/* --- thread-local slots --- */

static pthread_mutex_t slots_lock = PTHREAD_MUTEX_INITIALIZER;
static bool slot_used[K32_TLS_SLOTS];

DWORD TlsAlloc(void)
{
    DWORD index = 0;

    pthread_mutex_lock(&slots_lock);
    while (index < K32_TLS_SLOTS && slot_used[index])
        index++;
    if (index < K32_TLS_SLOTS)
        slot_used[index] = true;
    pthread_mutex_unlock(&slots_lock);
    if (index < K32_TLS_SLOTS) {
        k32_self()->tls[index] = NULL;
        return index;
    }
    SetLastError(ERROR_NO_MORE_ITEMS);
    return TLS_OUT_OF_INDEXES;
}

LPVOID TlsGetValue(DWORD index)
{
    if (index >= K32_TLS_SLOTS) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    SetLastError(ERROR_SUCCESS);
    return k32_self()->tls[index];
}

BOOL TlsSetValue(DWORD index, LPVOID value)
{
    if (index >= K32_TLS_SLOTS) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    k32_self()->tls[index] = value;
    return TRUE;
}

BOOL TlsFree(DWORD index)
{
    bool used = false;

    pthread_mutex_lock(&slots_lock);
    if (index < K32_TLS_SLOTS) {
        used = slot_used[index];
        slot_used[index] = false;
    }
    pthread_mutex_unlock(&slots_lock);
    return k32_result(used ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER);
}
