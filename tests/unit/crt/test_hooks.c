/* The C library inside the manager: output goes to the log, mistakes are reports, memory is pool. */
#include "harness.h"

#include <errno.h>
#include <uchar.h>

#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/report.h"

int crt_printf(const char *format, ...);
int crt_puts(const char *text);
int crt_wcscpy_s(char16_t *to, size_t capacity, const char16_t *from);
void *crt_malloc(size_t size);
char *crt__strdup(const char *text);
void crt_free(void *block);

static char said[4][200];
static enum ke_log_level levels[4];
static int count;

static void remember(void *context, enum ke_log_level level, const char *driver, const char *text)
{
    if (count < 4) {
        snprintf(said[count], sizeof said[0], "%s", text);
        levels[count] = level;
    }
    count++;
}

static int listen(void **state)
{
    count = 0;
    ke_report_set_sink(remember, NULL);
    return 0;
}

static int stop_listening(void **state)
{
    ke_report_set_sink(NULL, NULL);
    return 0;
}

static void output_is_log(void **state)
{
    assert_int_equal(crt_printf("one %lu\ntwo %ws\n", 7u, u"wide"), 15);
    crt_puts("three");
    assert_int_equal(count, 3);
    assert_string_equal(said[0], "one 7");
    assert_string_equal(said[1], "two wide");
    assert_string_equal(said[2], "three");
    assert_int_equal(levels[0], KE_LOG_DRIVER);
}

static void misuse_is_report(void **state)
{
    char16_t small[4] = u"abc";
    unsigned long before = ke_report_count();

    assert_int_equal(crt_wcscpy_s(small, 4, u"too long"), ERANGE);
    assert_int_equal(small[0], 0);
    assert_int_equal(ke_report_count(), before + 1);
    assert_non_null(strstr(said[0], "wcscpy_s"));
}

static void memory_is_pool(void **state)
{
    char *copy = crt__strdup("text"), *block = crt_malloc(64);

    assert_string_equal(copy, "text");
    memset(block, 7, 64);
    crt_free(block);
    crt_free(copy);
    assert_int_equal(count, 0);
#ifdef __SANITIZE_ADDRESS__
    return; /* AddressSanitizer would end the program where the pool only reports */
#endif
    block = crt_malloc(64);
    memset(block, 7, 65); /* one too many: the pool sees it at the end */
    crt_free(block);
    assert_int_equal(count, 1);
    assert_int_equal(levels[0], KE_LOG_REPORT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("printf and puts of a driver are lines of the log", output_is_log, listen, stop_listening),
        TEST_WITH("a checked function's refusal is a report", misuse_is_report, listen, stop_listening),
        TEST_WITH("malloc of a driver is pool memory, overflows are reported", memory_is_pool, listen, stop_listening),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
