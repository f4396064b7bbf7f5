/* The per-thread block and what runs when a thread ends. */
#include "ntoskrnl/ke/ke.h"

#include <ofm_seh.h>
#include <pthread.h>
#include <unistd.h>

#include "ntoskrnl/ke/rcu.h"

#define MAX_EXIT_HOOKS 8

__thread struct ke_thread ke_self __attribute__((tls_model("initial-exec")));

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static uint32_t next_stripe;
static void (*exit_hooks[MAX_EXIT_HOOKS])(struct ke_thread *thread);

/* Destructors of other rooms' keys may still use this thread's block: hooks run in the first round, the block
 * itself is only marked unstarted, so that a later use arms it again. */
static void thread_ends(void *block)
{
    struct ke_thread *thread = block;
    thread->exiting = true;
    for (int i = MAX_EXIT_HOOKS; i-- > 0;) { /* upper rooms, which registered later, still need the lower ones */
        void (*fn)(struct ke_thread *) = __atomic_load_n(&exit_hooks[i], __ATOMIC_ACQUIRE);
        if (fn)
            fn(thread);
    }
    thread->exiting = false;
    thread->started = false;
}

static void make_key(void)
{
    pthread_key_create(&key, thread_ends);
}

static void start_thread(struct ke_thread *thread)
{
    pthread_once(&once, make_key);
    pthread_setspecific(key, thread);
    thread->stripe = __atomic_fetch_add(&next_stripe, 1, __ATOMIC_RELAXED);
    thread->tid = (uint32_t)gettid();
    InitializeListHead(&thread->mutexes);
    ofm_seh_thread_init();
    thread->started = true;
}

struct ke_thread *ke_current(void)
{
    if (__builtin_expect(!ke_self.started, 0))
        start_thread(&ke_self);
    return &ke_self;
}

void ke_thread_on_exit(void (*fn)(struct ke_thread *thread))
{
    for (int i = 0; i < MAX_EXIT_HOOKS; i++) {
        void (*found)(struct ke_thread *) = NULL;
        if (__atomic_compare_exchange_n(&exit_hooks[i], &found, fn, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) ||
            found == fn)
            return;
    }
    ke_log(KE_LOG_ERROR, "no place for one more thread-exit routine");
}
