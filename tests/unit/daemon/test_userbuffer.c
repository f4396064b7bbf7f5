/* Private buffers of applications' calls: they are user memory, and come back to where they were taken, whichever thread ends the call. */
#include "harness.h"

#include "daemon/userbuffer.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

struct passed {
    unsigned home;
    void *buffer;
};

static void *put_back(void *argument)
{
    struct passed *passed = argument;
    user_buffer_put(passed->home, passed->buffer, 4000);
    user_buffer_put(user_buffer_home(), user_buffer_get(user_buffer_home(), 4000), 4000); /* it has a home of its own */
    return NULL;
}

static int compare(const void *a, const void *b)
{
    uintptr_t left = (uintptr_t)*(void *const *)a, right = (uintptr_t)*(void *const *)b;
    return left < right ? -1 : left > right;
}

static size_t different(void **buffers, size_t count)
{
    size_t n = 0;
    qsort(buffers, count, sizeof *buffers, compare);
    for (size_t i = 0; i < count; i++)
        n += i == 0 || buffers[i] != buffers[i - 1];
    return n;
}

/* A read that a writer's thread ends: without the way home each would take new memory. */
static void come_home(void **state)
{
    static void *seen[1000];
    for (unsigned i = 0; i < 1000; i++) {
        pthread_t thread;
        struct passed passed = {user_buffer_home(), NULL};
        seen[i] = passed.buffer = user_buffer_get(passed.home, 4000);
        assert_non_null(passed.buffer);
        assert_int_equal(0, (uintptr_t)passed.buffer % 64);
        assert_int_equal(0, pthread_create(&thread, NULL, put_back, &passed));
        assert_int_equal(0, pthread_join(thread, NULL));
    }
    assert_true(different(seen, 1000) <= 2);
}

static void sizes(void **state)
{
    static const size_t each[] = {1, 256, 257, 4096, 65536, 65537, 262144, 262145, 3000000};
    unsigned home = user_buffer_home();
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        uint8_t *one = user_buffer_get(home, each[i]), *other = user_buffer_get(home, each[i]);
        assert_true(one && other && one != other);
        memset(one, 1, each[i]);
        memset(other, 2, each[i]);
        assert_int_equal(1, one[each[i] - 1]);
        user_buffer_put(home, one, each[i]);
        user_buffer_put(home, other, each[i]);
    }
    user_buffer_put(home, NULL, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("a buffer comes back to where it was taken", come_home),
        TEST("every size", sizes),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
