/* What run_test.py looks at: a program with cases that are skipped. With an argument, one case fails. */
#include "harness.h"

#include <stdbool.h>

static bool failing;
static unsigned torn_down;

static int set_up(void **state)
{
    *state = (void *)1;
    return 0;
}

static int tear_down(void **state)
{
    torn_down++;
    *state = NULL;
    return 0;
}

static void skipped(void **state)
{
    assert_ptr_equal(*state, (void *)1); /* a case's own setup has run */
    skip_because("it cannot be done here");
    fail(); /* behind the end */
}

static void follows(void **state)
{
    assert_null(*state);
    assert_int_equal(torn_down, 1); /* as a passed one's */
    assert_false(failing);
}

static void also_skipped(void **state)
{
    skip_because("nor this");
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("P-1 is skipped", skipped, set_up, tear_down),
        TEST("P-2 follows", follows),
        TEST("is skipped, too", also_skipped),
    };

    failing = count > 1;
    return RUN_TESTS(tests, NULL, NULL);
}
