/* The timers' queue against a model: an array that is searched from end to end. */
#include "harness.h"

#include "ntoskrnl/ke/dispatcher.h"
#include "ntoskrnl/ke/timer_queue.h"

#define TIMERS 300
#define STEPS 20000

static KTIMER timers[TIMERS];

/* The model: the queued timers in their order. */
static PKTIMER model[TIMERS + 1]; /* in_memory has one more */
static ULONG in_model;

static void model_insert(PKTIMER timer)
{
    ULONG at = in_model++;
    for (; at && model[at - 1]->DueTime.QuadPart > timer->DueTime.QuadPart; at--)
        model[at] = model[at - 1];
    model[at] = timer;
}

static void model_remove(PKTIMER timer)
{
    ULONG at = 0;
    while (model[at] != timer)
        at++;
    memmove(&model[at], &model[at + 1], (--in_model - at) * sizeof *model);
}

static ULONG any(void)
{
    static ULONGLONG seed = 88172645463325252u;
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (ULONG)(seed >> 16);
}

static void expect_same(const struct ke_timer_queue *queue)
{
    PKTIMER timer = queue->first;
    for (ULONG i = 0; i < in_model; i++) {
        assert_ptr_equal(model[i], timer);
        timer = ke_timer_queue_next(queue, timer);
    }
    assert_null(timer);
    assert_int_equal(in_model, queue->count);
}

static void set(struct ke_timer_queue *queue, PKTIMER timer, ULONGLONG due)
{
    timer->DueTime.QuadPart = due;
    ke_timer_queue_insert(queue, timer);
    model_insert(timer);
    assert_true(ke_timer_is_queued(timer));
}

static void cancel(struct ke_timer_queue *queue, PKTIMER timer)
{
    model_remove(timer);
    ke_timer_queue_remove(queue, timer);
    assert_false(ke_timer_is_queued(timer));
}

/* DUES different due times: with few of them most timers are equal. TURN: the queue's first. */
static void against_model(ULONG dues, ULONG turn)
{
    struct ke_timer_queue queue = KE_TIMER_QUEUE_EMPTY;
    queue.turn = turn;
    in_model = 0;
    for (int i = 0; i < TIMERS; i++)
        KeInitializeTimer(&timers[i]);
    for (int step = 0; step < STEPS; step++) {
        PKTIMER timer = any() % 8 || !queue.first ? &timers[any() % TIMERS] : queue.first;
        if (ke_timer_is_queued(timer))
            cancel(&queue, timer);
        else
            set(&queue, timer, any() % dues);
        assert_ptr_equal(in_model ? model[0] : NULL, queue.first);
        if (step % 64 == 0)
            expect_same(&queue);
    }
    while (queue.first)
        cancel(&queue, queue.first);
    expect_same(&queue);
}

static void mixed_due_times(void **state)
{
    against_model(1000000, 0);
}

static void equal_due_times(void **state)
{
    against_model(1, 0);
    against_model(5, 0);
}

static void turns_run_out(void **state)
{
    for (ULONG left = 0; left < 20; left++)
        against_model(left + 1, MAXULONG - left * 50);
}

static void in_memory(void **state)
{
    struct ke_timer_queue queue = KE_TIMER_QUEUE_EMPTY;
    struct {
        char name[11];
        KTIMER timer;
        char rest[40];
    } *block = calloc(1, sizeof *block);
    in_model = 0;
    KeInitializeTimer(&block->timer);
    for (int others = 0; others < TIMERS; others++) { /* first more words than timers, then fewer */
        KeInitializeTimer(&timers[others]);
        set(&queue, &timers[others], any());
        assert_null(ke_timer_queue_within(&queue, block, block + 1));
        set(&queue, &block->timer, any());
        assert_ptr_equal(&block->timer, ke_timer_queue_within(&queue, block, block + 1));
        assert_null(ke_timer_queue_within(&queue, block, block->name + sizeof block->name));
        assert_null(ke_timer_queue_within(&queue, block->rest, block + 1));
        cancel(&queue, &block->timer);
    }
    KTIMER impostor = timers[0]; /* the fields of one that is queued, elsewhere */
    assert_null(ke_timer_queue_within(&queue, &impostor, &impostor + 1));
    free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("timers come in the order of their due times, whatever is set and cancelled", mixed_due_times),
        TEST("equal ones come in the order in which they were set", equal_due_times),
        TEST("that holds when the turns that order them begin anew", turns_run_out),
        TEST("a timer in a piece of memory is found, one beside it is not", in_memory),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
