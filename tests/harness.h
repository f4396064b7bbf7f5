/* The frame of every test program: cmocka with TAP output; a test's name starts with the rules it proves. */
#ifndef OFM_TESTS_HARNESS_H
#define OFM_TESTS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* name: "F-141 F-142 what is shown": `make spec` takes the leading rule numbers of a passed test as proved. */
#define TEST(name, fn) { name, fn, NULL, NULL, NULL }
#define TEST_WITH(name, fn, setup, teardown) { name, fn, setup, teardown, NULL }

/* The number of cases that failed. */
int harness_run(const char *name, const struct CMUnitTest *tests, size_t count, CMFixtureFunction group_setup,
    CMFixtureFunction group_teardown);
#define RUN_TESTS(tests, group_setup, group_teardown)                                                                \
    harness_run(#tests, tests, sizeof(tests) / sizeof(tests)[0], group_setup, group_teardown)

/* Ends the case, which counts as skipped; run-tests tells the reason, which is to be one that a user accepts. Not in a
 * setup or teardown. */
void harness_skip(const char *reason) __attribute__((noreturn));
#define skip_because(reason) harness_skip(reason)

/* Compares statuses so that a failure prints both in hexadecimal with the expression. */
#define assert_status(expected, expression)                                                                          \
    do {                                                                                                             \
        unsigned _expected = (unsigned)(expected), _actual = (unsigned)(expression);                                 \
        if (_expected != _actual)                                                                                    \
            fail_msg("%s: expected 0x%08x (%s), got 0x%08x", #expression, _expected, #expected, _actual);            \
    } while (0)

#endif
