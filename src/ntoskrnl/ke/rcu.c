/* liburcu, flavour memb: registration of threads on first use, and happens-before for ThreadSanitizer. */
#include "ntoskrnl/ke/rcu.h"

#include "ntoskrnl/ke/ke.h"

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
    ke_about_to_sleep();
    ke_tsan_release(&ke_rcu_token);
    urcu_memb_synchronize_rcu();
    ke_tsan_acquire(&ke_rcu_token);
}

/* ---- deferred calls: one thread, started on first use, waits for a grace period a batch ---- */

static pthread_mutex_t calls_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t calls_arrived = PTHREAD_COND_INITIALIZER, calls_ran = PTHREAD_COND_INITIALIZER;
static struct ke_rcu_head *first, **last = &first;
static unsigned long queued, done;
static bool thread_lives;

static void *reclaim(void *unused)
{
    pthread_setname_np(pthread_self(), "ke-rcu");
    pthread_mutex_lock(&calls_lock);
    for (;;) {
        while (!first)
            pthread_cond_wait(&calls_arrived, &calls_lock);
        struct ke_rcu_head *batch = first;
        first = NULL;
        last = &first;
        pthread_mutex_unlock(&calls_lock);

        unsigned long count = 0;
        ke_rcu_synchronize();
        for (struct ke_rcu_head *next; batch; batch = next, count++) {
            next = batch->next;
            batch->fn(batch);
        }

        pthread_mutex_lock(&calls_lock);
        done += count;
        pthread_cond_broadcast(&calls_ran);
    }
    return NULL;
}

/* calls_lock held. Without a thread the calls stay queued: memory is kept, nothing is freed too early. */
static void start_reclaiming(void)
{
    pthread_t thread;
    if (thread_lives)
        return;
    thread_lives = pthread_create(&thread, NULL, reclaim, NULL) == 0;
    if (thread_lives)
        pthread_detach(thread);
}

/* So many wait unreclaimed at most. */
#define LAZY_CALLS 32

static void call(struct ke_rcu_head *head, void (*fn)(struct ke_rcu_head *head), bool lazily)
{
    head->fn = fn;
    head->next = NULL;
    pthread_mutex_lock(&calls_lock);
    start_reclaiming();
    *last = head;
    last = &head->next;
    queued++;
    bool wake = !lazily || queued - done >= LAZY_CALLS;
    pthread_mutex_unlock(&calls_lock);
    if (wake) /* without the lock, for which the woken thread would have to wait */
        pthread_cond_signal(&calls_arrived);
}

void ke_rcu_call(struct ke_rcu_head *head, void (*fn)(struct ke_rcu_head *head))
{
    call(head, fn, false);
}

void ke_rcu_call_lazily(struct ke_rcu_head *head, void (*fn)(struct ke_rcu_head *head))
{
    call(head, fn, true);
}

void ke_rcu_barrier(void)
{
    pthread_mutex_lock(&calls_lock);
    unsigned long goal = queued;
    pthread_cond_signal(&calls_arrived); /* for the lazy ones */
    while (thread_lives && done < goal)
        pthread_cond_wait(&calls_ran, &calls_lock);
    pthread_mutex_unlock(&calls_lock);
}
