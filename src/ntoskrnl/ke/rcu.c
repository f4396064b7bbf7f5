/* liburcu, flavour memb: registration of threads on first use, and happens-before for ThreadSanitizer. */
#include "ntoskrnl/ke/rcu.h"

#include <limits.h>
#include <pthread.h>

char ke_rcu_token;
__thread struct ke_rcu_flag ke_rcu_self __attribute__((tls_model("initial-exec")));

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

/* Runs in the last round of destructors, so that other rooms' may still read: re-arms itself until then. */
static void leave(void *rounds)
{
    if ((long)rounds < PTHREAD_DESTRUCTOR_ITERATIONS - 1) {
        pthread_setspecific(key, (void *)((long)rounds + 1));
        return;
    }
    urcu_memb_unregister_thread();
    ke_rcu_self.registered = false;
}

static void make_key(void)
{
    pthread_key_create(&key, leave);
}

void ke_rcu_register(void)
{
    pthread_once(&once, make_key);
    pthread_setspecific(key, (void *)1L);
    urcu_memb_register_thread();
    ke_rcu_self.registered = true;
}

void ke_rcu_synchronize(void)
{
    ke_tsan_release(&ke_rcu_token);
    urcu_memb_synchronize_rcu();
    ke_tsan_acquire(&ke_rcu_token);
}

static void run(struct rcu_head *head)
{
    struct ke_rcu_head *entry = caa_container_of(head, struct ke_rcu_head, head);
    ke_tsan_acquire(&ke_rcu_token);
    entry->fn(entry);
}

void ke_rcu_call(struct ke_rcu_head *head, void (*fn)(struct ke_rcu_head *head))
{
    head->fn = fn;
    if (!ke_rcu_self.registered)
        ke_rcu_register();
    ke_tsan_release(&ke_rcu_token); /* the caller's writes, for the thread that runs fn */
    urcu_memb_call_rcu(&head->head, run);
}

void ke_rcu_barrier(void)
{
    urcu_memb_barrier();
    ke_tsan_acquire(&ke_rcu_token);
}
