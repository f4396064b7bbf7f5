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

#define RUN_TESTS(tests, group_setup, group_teardown)                                                                \
    (cmocka_set_message_output(CM_OUTPUT_TAP), cmocka_run_group_tests(tests, group_setup, group_teardown))

/* Ends the case; run-tests tells the reason, which is to be one that a user accepts. */
#define skip_because(reason)                                                                                         \
    do {                                                                                                             \
        print_message("%s\n", reason);                                                                               \
        skip();                                                                                                      \
    } while (0)

/* Compares statuses so that a failure prints both in hexadecimal with the expression. */
#define assert_status(expected, expression)                                                                          \
    do {                                                                                                             \
        unsigned _expected = (unsigned)(expected), _actual = (unsigned)(expression);                                 \
        if (_expected != _actual)                                                                                    \
            fail_msg("%s: expected 0x%08x (%s), got 0x%08x", #expression, _expected, #expected, _actual);            \
    } while (0)

#endif
