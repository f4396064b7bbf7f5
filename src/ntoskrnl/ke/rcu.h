/* The one wrapper over liburcu (design 5.5). A thread registers by itself on first use and leaves when it ends.
 * A read section never spans a callback or a wait. Publish with ke_publish, read with ke_fetch. */
#ifndef OFM_KE_RCU_H
#define OFM_KE_RCU_H

#include <stdbool.h>
#include <urcu/urcu-memb.h>
#include <urcu/static/urcu-memb.h>

#if defined(__SANITIZE_THREAD__)
#define OFM_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define OFM_TSAN 1
#endif
#endif

#ifdef OFM_TSAN
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define ke_tsan_acquire(address) __tsan_acquire(address)
#define ke_tsan_release(address) __tsan_release(address)
#define ke_urcu_read_lock urcu_memb_read_lock
#define ke_urcu_read_unlock urcu_memb_read_unlock
#else
/* liburcu's header offers these two for use in place, whatever the license of the caller */
#define ke_urcu_read_lock _urcu_memb_read_lock
#define ke_urcu_read_unlock _urcu_memb_read_unlock
#define ke_tsan_acquire(address) ((void)(address))
#define ke_tsan_release(address) ((void)(address))
#endif

extern char ke_rcu_token; /* stands for "all read sections" to ThreadSanitizer */

void ke_rcu_register(void);

struct ke_rcu_flag {
    bool registered;
};
extern __thread struct ke_rcu_flag ke_rcu_self __attribute__((tls_model("initial-exec")));

static inline void ke_rcu_read_lock(void)
{
    if (__builtin_expect(!ke_rcu_self.registered, 0))
        ke_rcu_register();
    ke_urcu_read_lock();
}

static inline void ke_rcu_read_unlock(void)
{
    ke_tsan_release(&ke_rcu_token);
    ke_urcu_read_unlock();
}

/* Returns when every read section that was entered before has been left. Never inside a read section. */
void ke_rcu_synchronize(void);

/* Calls fn(head) after a grace period, in the reclaiming thread. Embed the head in what is to be freed. */
struct ke_rcu_head {
    struct ke_rcu_head *next;
    void (*fn)(struct ke_rcu_head *head);
};
void ke_rcu_call(struct ke_rcu_head *head, void (*fn)(struct ke_rcu_head *head));
/* The same for what only takes memory: nobody is woken for it, it comes with one of the next. */
void ke_rcu_call_lazily(struct ke_rcu_head *head, void (*fn)(struct ke_rcu_head *head));
/* Returns when every ke_rcu_call made before has run. */
void ke_rcu_barrier(void);

#define ke_publish(pointer, value) __atomic_store_n(&(pointer), (value), __ATOMIC_RELEASE)
#define ke_fetch(pointer) __atomic_load_n(&(pointer), __ATOMIC_CONSUME)

#endif
