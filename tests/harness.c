/*
 * Groups of cases, run by cmocka, but for the skipped ones: cmocka 1.1 says `not ok` of them, which every reader of TAP
 * takes for a failure. So a case that is skipped ends as a passed one does, and its name goes on with TAP's own word
 * and the reason: `ok 3 - name # SKIP reason`. One group at a time, in the program's main thread.
 */
#include "harness.h"

static struct {
    const struct CMUnitTest *given;
    struct CMUnitTest *run; /* what cmocka runs: a copy with our functions */
    size_t next;            /* behind the case that runs */
    jmp_buf *end;           /* of the case that runs; NULL: none does */
} group;

/* cmocka calls this before each case, also when the case has no setup of its own: so it is known which one runs. */
static int set_up(void **state)
{
    const struct CMUnitTest *given = &group.given[group.next++];

    group.end = NULL; /* a case that failed has left it */
    return given->setup_func != NULL ? given->setup_func(state) : 0;
}

static void run_case(void **state)
{
    jmp_buf end;

    group.end = &end;
    if (setjmp(end) == 0)
        group.given[group.next - 1].test_func(state);
    group.end = NULL;
}

void harness_skip(const char *reason)
{
    struct CMUnitTest *now = &group.run[group.next - 1];
    char *name;

    if (group.end == NULL) {
        print_error("skipped outside a case: %s\n", reason);
        abort();
    }
    if (asprintf(&name, "%s # SKIP %s", now->name, reason) < 0)
        abort();
    now->name = name; /* cmocka prints it when the case has ended */
    longjmp(*group.end, 1);
}

int harness_run(const char *name, const struct CMUnitTest *tests, size_t count, CMFixtureFunction group_setup,
    CMFixtureFunction group_teardown)
{
    struct CMUnitTest *run = calloc(count, sizeof *run);

    if (run == NULL)
        abort();
    for (size_t i = 0; i < count; i++) {
        run[i] = tests[i];
        run[i].setup_func = set_up;
        run[i].test_func = run_case;
    }
    group.given = tests;
    group.run = run;
    group.next = 0;
    cmocka_set_message_output(CM_OUTPUT_TAP);
    int failed = _cmocka_run_group_tests(name, run, count, group_setup, group_teardown);
    for (size_t i = 0; i < count; i++) {
        if (run[i].name != tests[i].name)
            free((char *)run[i].name);
    }
    free(run);
    return failed;
}
