/* RCU and rundown: what is published is seen whole, what is entered is waited for. */
#include "harness.h"

#include <pthread.h>

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/rcu.h"
#include "ntoskrnl/ke/rundown.h"

static void rundown_refuses_and_waits(void **state)
{
    struct ke_rundown *rundown = aligned_alloc(64, (sizeof *rundown + 63) / 64 * 64);
    ke_rundown_init(rundown);
    assert_true(ke_rundown_acquire(rundown));
    assert_true(ke_rundown_acquire(rundown));
    assert_int_equal(2, ke_rundown_count(rundown));
    ke_rundown_release(rundown);
    ke_rundown_start(rundown);
    assert_false(ke_rundown_acquire(rundown));
    assert_int_equal(1, ke_rundown_count(rundown));
    assert_false(ke_rundown_wait(rundown, 10));
    ke_rundown_release(rundown);
    assert_true(ke_rundown_wait(rundown, -1));
    assert_int_equal(0, ke_rundown_count(rundown));
    free(rundown);
}

static void rundown_of_nothing(void **state)
{
    struct ke_rundown rundown;
    ke_rundown_init(&rundown);
    ke_rundown_start(&rundown);
    ke_rundown_start(&rundown);
    assert_true(ke_rundown_wait(&rundown, -1));
}

struct shared {
    struct ke_rcu_head rcu;
    int a, b;
};

static struct shared *published;
static int stop_readers;
static int freed;

static void *read_pairs(void *unused)
{
    long wrong = 0;
    while (!__atomic_load_n(&stop_readers, __ATOMIC_RELAXED)) {
        ke_rcu_read_lock();
        struct shared *s = ke_fetch(published);
        if (s->a != s->b)
            wrong++;
        ke_rcu_read_unlock();
    }
    return (void *)wrong;
}

static void free_shared(struct ke_rcu_head *head)
{
    struct shared *s = CONTAINING_RECORD(head, struct shared, rcu);
    s->a = -1; /* a reader would see it */
    __atomic_add_fetch(&freed, 1, __ATOMIC_RELAXED);
    free(s);
}

static struct shared *make(int value)
{
    struct shared *s = calloc(1, sizeof *s);
    s->a = s->b = value;
    return s;
}

static void readers_see_whole_versions(void **state)
{
    pthread_t readers[3];
    ke_publish(published, make(0));
    for (int i = 0; i < 3; i++)
        pthread_create(&readers[i], NULL, read_pairs, NULL);
    for (int i = 1; i <= 200; i++) {
        struct shared *old = published;
        ke_publish(published, make(i));
        if (i % 2) {
            ke_rcu_synchronize();
            old->a = -1;
            free(old);
        } else if (i % 4) {
            ke_rcu_call(&old->rcu, free_shared);
        } else {
            ke_rcu_call_lazily(&old->rcu, free_shared);
        }
    }
    __atomic_store_n(&stop_readers, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < 3; i++) {
        void *wrong;
        pthread_join(readers[i], &wrong);
        assert_null(wrong);
    }
    ke_rcu_barrier();
    assert_int_equal(100, freed);
    free(published);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("rundown refuses new references and waits for the old", rundown_refuses_and_waits),
        TEST("rundown of nothing ends at once", rundown_of_nothing),
        TEST("RCU readers see whole versions, freed ones never", readers_see_whole_versions),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
