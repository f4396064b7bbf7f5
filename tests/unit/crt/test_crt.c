/* The C library for drivers and services, called as they call it (probe.c), and its list of bound names. */
#include "harness.h"
#include "probe.h"

#define PROBE(name)                                                                                                  \
    static void name(void **state)                                                                                   \
    {                                                                                                                \
        const char *wrong = probe_##name();                                                                          \
        if (wrong)                                                                                                   \
            fail_msg("probe.c line %s", wrong);                                                                      \
    }
PROBE(sizes)
PROBE(wide_strings)
PROBE(checked_strings)
PROBE(narrow_strings)
PROBE(numbers)
PROBE(printing)
PROBE(scanning)
PROBE(files)
PROBE(conversion)
PROBE(memory)
PROBE(times)

/* fltcc trusts the list: it must name what the headers bind, no more and no less. */
static void list_is_whole(void **state)
{
    assert_int_equal(system("cd " CRT_DIRECTORY " && grep -ohE '_CRTBIND(_AS)?\\([A-Za-z_0-9]+' *.h | grep -vx '_CRTBIND.*(name' | "
                            "sed 's/.*(//' | LC_ALL=C sort -u | cmp - bound.list"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("sizes and limits are Microsoft's", sizes),
        TEST("wide strings", wide_strings),
        TEST("checked functions refuse, empty the buffer and call the handler", checked_strings),
        TEST("narrow strings", narrow_strings),
        TEST("numbers with 32-bit long", numbers),
        TEST("the printf families and their rules for full buffers", printing),
        TEST("the scanf families", scanning),
        TEST("wide text in files is UTF-8", files),
        TEST("wide text and bytes", conversion),
        TEST("the heap", memory),
        TEST("times", times),
        TEST("bound.list names every bound function", list_is_whole),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
