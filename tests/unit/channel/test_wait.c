/* Waiting that looks at the CPUs: when it looks, for how long, what it learns, and that no wake-up is lost. */
#include "harness.h"

#include "channel/wait.h"

#include <pthread.h>
#include <unistd.h>

struct looks {
    unsigned count, ready_at; /* 0: never */
};

static bool look(void *context)
{
    struct looks *l = context;

    return ++l->count == l->ready_at;
}

/* While `stopped`, the calling thread's clock moves on only when it is asked, so that no look is late. */
#define CLOCK_STEP_NS 100

static _Thread_local bool stopped;

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    static _Thread_local long asked;

    if (!stopped)
        return __real_clock_gettime(clock, now);
    *now = (struct timespec){.tv_sec = 1, .tv_nsec = asked++ * CLOCK_STEP_NS};
    return 0;
}

static int stop_clock(void **state)
{
    stopped = true;
    return 0;
}

static int start_clock(void **state)
{
    stopped = false;
    return 0;
}

/* A peer on another CPU than ours, wherever we are: nobody runs there. */
static uint32_t elsewhere = 100000;

static bool spin(struct wait_pace *pace, const uint32_t *peer, struct looks *l)
{
    l->count = 0;
    return wait_spin(pace, peer, NULL, look, l);
}

static int pin_to_first_cpu(void **state)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    return sched_setaffinity(0, sizeof one, &one);
}

static int unpin(void **state)
{
    cpu_set_t all;

    CPU_ZERO(&all);
    for (int i = 0; i < CPU_SETSIZE; i++)
        CPU_SET(i, &all);
    return sched_setaffinity(0, sizeof all, &all);
}

static void one_look_when_the_peer_cannot_run(void **state)
{
    struct wait_pace pace = {0};
    struct looks l = {0};
    uint32_t here = wait_here(), unknown = 0;

    assert_false(spin(&pace, &here, &l));
    assert_int_equal(l.count, 1);
    assert_false(spin(&pace, &unknown, &l));
    assert_int_equal(l.count, 1);
    assert_int_equal(pace.misses, 0); /* nothing learned from that */
    assert_true(wait_budget(&pace, elsewhere) > 0);
}

static void what_is_there_is_seen(void **state)
{
    struct wait_pace pace = {0};
    struct looks l = {.ready_at = 1};

    assert_true(spin(&pace, &elsewhere, &l));
    l.ready_at = 50;
    assert_true(spin(&pace, &elsewhere, &l));
    l.ready_at = WAIT_FIRST_LOOKS + 20;
    assert_true(spin(&pace, &elsewhere, &l));
}

static void a_quick_peer_makes_the_budget_small(void **state)
{
    struct wait_pace pace = {0};
    struct looks l = {.ready_at = 3};

    assert_int_equal(wait_budget(&pace, elsewhere), WAIT_SPIN_LIMIT_NS);
    for (int i = 0; i < 100; i++)
        assert_true(spin(&pace, &elsewhere, &l));
    assert_true(wait_budget(&pace, elsewhere) < WAIT_SPIN_LIMIT_NS / 10);
}

static void in_vain_a_few_times_is_no_look_for_long(void **state)
{
    struct wait_pace pace = {0};
    struct looks l = {0};
    unsigned spun = 0;

    for (int i = 0; i < 1000; i++) {
        assert_false(spin(&pace, &elsewhere, &l));
        spun += l.count > 1;
    }
    assert_true(spun > 1 && spun < 20);
    /* one success brings it back */
    l.ready_at = 2;
    for (int i = 0; i < 200 && pace.misses != 0; i++)
        spin(&pace, &elsewhere, &l);
    assert_int_equal(pace.misses, 0);
}

static void a_budget_that_is_too_short_grows_first(void **state)
{
    struct wait_pace pace = {.usual_ns = 500};
    struct looks l = {0};
    uint32_t before = wait_budget(&pace, elsewhere);

    assert_false(spin(&pace, &elsewhere, &l));
    assert_int_equal(pace.skip, 0);
    assert_true(wait_budget(&pace, elsewhere) > before);
}

/* ---- whatever the peer writes ---- */

struct liar {
    uint32_t hint, stop;
};

static void *lie(void *context)
{
    struct liar *l = context;

    for (uint32_t i = 2; !__atomic_load_n(&l->stop, __ATOMIC_ACQUIRE); i += 7)
        __atomic_store_n(&l->hint, i | 0x10000, __ATOMIC_RELAXED);
    return NULL;
}

static void a_lying_peer_costs_no_more(void **state)
{
    struct wait_pace pace = {0};
    struct liar liar = {.hint = 0x10000};
    struct looks l = {0};
    unsigned spun = 0;
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, lie, &liar), 0);
    for (int i = 0; i < 300; i++) {
        assert_false(spin(&pace, &liar.hint, &l));
        spun += l.count > 1;
    }
    __atomic_store_n(&liar.stop, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    assert_true(spun < 20);
}

static void one_of_several_looks(void **state)
{
    struct wait_pace pace = {.spinning = 1};
    struct looks l = {0};

    assert_false(wait_spin_alone(&pace, &elsewhere, NULL, look, &l));
    assert_int_equal(l.count, 1);
    pace.spinning = 0;
    assert_false(wait_spin_alone(&pace, &elsewhere, NULL, look, &l));
    assert_true(l.count > 1);
    assert_int_equal(pace.spinning, 0);
}

static void where_we_run_is_published(void **state)
{
    uint32_t hint = 0;

    wait_publish(&hint);
    assert_int_equal(hint, wait_here());
}

/* ---- nobody sleeps for ever: two threads change each other's word ---- */

#define TURNS 20000u

struct turn {
    uint32_t word[2];
    uint32_t cpu[2];
    struct wait_pace pace[2];
};

struct side {
    struct turn *turn;
    unsigned number;
};

struct waited {
    uint32_t *word, value;
};

static bool has_come(void *context)
{
    struct waited *w = context;

    return (__atomic_load_n(w->word, __ATOMIC_ACQUIRE) & ~WAIT_ASLEEP) >= w->value;
}

static void wait_until(struct turn *t, unsigned me, uint32_t value)
{
    struct waited w = {&t->word[me], value};

    wait_publish(&t->cpu[me]);
    if (wait_spin(&t->pace[me], &t->cpu[!me], &t->cpu[me], has_come, &w))
        return;
    for (;;) {
        uint32_t seen = __atomic_load_n(w.word, __ATOMIC_ACQUIRE);
        if ((seen & ~WAIT_ASLEEP) >= value)
            return;
        if (wait_mark_asleep(w.word, seen))
            futex_wait_shared(w.word, seen | WAIT_ASLEEP, &futex_forever);
    }
}

static void *play(void *context)
{
    struct side *side = context;

    for (uint32_t i = 1; i <= TURNS; i++) {
        if (side->number == 0)
            wait_change(&side->turn->word[1], i);
        wait_until(side->turn, side->number, i);
        if (side->number == 1)
            wait_change(&side->turn->word[0], i);
    }
    return NULL;
}

static void no_wake_up_is_lost(void **state)
{
    struct turn turn = {0};
    struct side sides[2] = {{&turn, 0}, {&turn, 1}};
    pthread_t threads[2];

    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, play, &sides[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(turn.word[0] & ~WAIT_ASLEEP, TURNS);
    assert_int_equal(turn.word[1] & ~WAIT_ASLEEP, TURNS);
}

static void an_unneeded_wake_up_is_no_system_call(void **state)
{
    uint32_t word = 5;

    assert_false(wait_mark_asleep(&word, 4)); /* it has changed */
    assert_true(wait_mark_asleep(&word, 5));
    assert_true(wait_mark_asleep(&word, 5 | WAIT_ASLEEP));
    assert_int_equal(word, 5 | WAIT_ASLEEP);
    wait_change(&word, 6);
    assert_int_equal(word, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("one look when the peer is on this CPU or nowhere", one_look_when_the_peer_cannot_run,
            pin_to_first_cpu, unpin),
        TEST_WITH("what is there is seen, at once or later", what_is_there_is_seen, stop_clock, start_clock),
        TEST_WITH("a quick peer makes the budget small", a_quick_peer_makes_the_budget_small, stop_clock, start_clock),
        TEST_WITH("after a few looks in vain there is none for long", in_vain_a_few_times_is_no_look_for_long,
            stop_clock, start_clock),
        TEST_WITH("a budget that is too short grows before it is given up", a_budget_that_is_too_short_grows_first,
            stop_clock, start_clock),
        TEST("a lying peer costs no more than a silent one", a_lying_peer_costs_no_more),
        TEST("one of several waiters looks", one_of_several_looks),
        TEST_WITH("where a thread runs is published", where_we_run_is_published, pin_to_first_cpu, unpin),
        TEST("no wake-up is lost between two that look and sleep", no_wake_up_is_lost),
        TEST("the flag is set in an unchanged word only", an_unneeded_wake_up_is_no_system_call),
    };

    return RUN_TESTS(tests, NULL, NULL);
}
