/* The queue of messages beside a plain model: order, bytes, counts, the bound, what an empty queue keeps. */
#include "harness.h"

#include "msfs/queue.h"

#include <stdbool.h>
#include <sys/resource.h>

static unsigned char pattern[200000];

static void start_pattern(void)
{
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = (unsigned char)(i * 131 >> 2);
}

static void put(struct msfs_queue *queue, uint32_t length, bool prepared)
{
    if (prepared) {
        struct msfs_block *block = msfs_block_prepare(pattern + length % 7, length);
        assert_non_null(block);
        msfs_queue_put_block(queue, block);
    } else {
        assert_true(msfs_queue_put(queue, pattern + length % 7, length));
    }
}

static void take(struct msfs_queue *queue, uint32_t expected)
{
    const void *bytes;
    uint32_t length;
    struct msfs_block *block;
    assert_true(msfs_queue_first(queue, &bytes, &length));
    assert_int_equal(expected, length);
    if (length < MSFS_LARGE_MESSAGE)
        assert_memory_equal(pattern + length % 7, bytes, length);
    msfs_queue_pop(queue, &block);
    assert_true((block != NULL) == (length >= MSFS_LARGE_MESSAGE));
    if (block)
        assert_memory_equal(pattern + length % 7, bytes, length);
    msfs_block_drop(block);
}

static uint32_t random_length(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    uint32_t kind = *seed >> 29, value = *seed >> 8 & 0xffff;
    return kind == 0 ? 0 : kind < 6 ? value % 700 : kind == 6 ? value % 20000 : value * 3 % 150000;
}

static void like_a_model(void **state)
{
    static uint32_t model[4096];
    struct msfs_queue queue = {0};
    uint32_t seed = 4711, head = 0, tail = 0;
    uint64_t bytes = 0;
    for (unsigned step = 0; step < 60000; step++) {
        seed = seed * 1664525 + 1013904223;
        bool grows = (step / 1000) % 2 == 0;
        bool puts = tail - head < 4000 && (head == tail || (seed >> 28) < (grows ? 10u : 6u));
        if (puts) {
            uint32_t length = random_length(&seed);
            put(&queue, length, length >= MSFS_LARGE_MESSAGE && (seed & 0x100));
            model[tail++ % 4096] = length;
            bytes += length;
        } else {
            uint32_t length = model[head++ % 4096];
            take(&queue, length);
            bytes -= length;
        }
        assert_int_equal(tail - head, queue.messages);
        assert_true(bytes == queue.bytes);
        assert_true(msfs_queue_memory() <= 2 * bytes + 16ull * queue.messages + 4 * 65536 + 8192);
    }
    while (head != tail)
        take(&queue, model[head++ % 4096]);
    msfs_block_drop(msfs_queue_clear(&queue));
    assert_int_equal(0, msfs_queue_memory());
}

/* Memory stays the same from the second round on: blocks are used again. */
static void steady_flow(void **state)
{
    struct msfs_queue queue = {0};
    size_t memory = 0;
    for (unsigned round = 0; round < 1000; round++) {
        for (unsigned i = 0; i < 10; i++)
            put(&queue, 100, false);
        for (unsigned i = 0; i < 10; i++)
            take(&queue, 100);
        if (round == 1)
            memory = msfs_queue_memory();
        else if (round > 1)
            assert_int_equal(memory, msfs_queue_memory());
    }
    msfs_block_drop(msfs_queue_clear(&queue));
    assert_int_equal(0, msfs_queue_memory());
}

static long page_faults(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

/* A large message's memory is not the kernel's again before the next one needs it. */
static void large_flow(void **state)
{
    struct msfs_queue queue = {0};
    long before = 0;
    for (unsigned round = 0; round < 200; round++) {
        if (round == 2)
            before = page_faults();
        for (unsigned i = 0; i < 64; i++)
            put(&queue, 65536, true);
        for (unsigned i = 0; i < 64; i++)
            take(&queue, 65536);
    }
    long faults = page_faults() - before;
    if (faults > 200)
        fail_msg("expected next to no page faults, got %ld for %u messages", faults, 198 * 64);
    msfs_block_drop(msfs_queue_clear(&queue));
    assert_int_equal(0, msfs_queue_memory());
}

static void bound(void **state)
{
    struct msfs_queue queue = {0};
    unsigned count = 0;
    msfs_queue_bound = 50000;
    while (msfs_queue_put(&queue, pattern, 900))
        count++;
    assert_true(count > 25 && count <= 55);
    assert_int_equal(count, queue.messages);
    assert_true(msfs_queue_memory() <= 50000);
    assert_null(msfs_block_prepare(pattern, 60000));
    assert_false(msfs_queue_put(&queue, pattern, 60000));
    const void *bytes;
    uint32_t length;
    for (unsigned i = 0; i < count; i++) {
        assert_true(msfs_queue_first(&queue, &bytes, &length));
        assert_memory_equal(pattern, bytes, 900);
        msfs_queue_pop(&queue, NULL);
    }
    assert_true(msfs_queue_put(&queue, pattern, 900));
    msfs_block_drop(msfs_queue_clear(&queue));
    assert_int_equal(0, msfs_queue_memory());
    msfs_queue_bound = SIZE_MAX;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("puts and takes like a model, memory in proportion", like_a_model),
        TEST("a steady flow uses its blocks again", steady_flow),
        TEST("large messages use their memory again", large_flow),
        TEST("the bound holds, and lets go", bound),
    };
    start_pattern();
    return RUN_TESTS(tests, NULL, NULL);
}
