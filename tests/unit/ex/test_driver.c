/* What a real driver image leaves behind is told with its name. Argument: where the drivers were built. */
#include "harness.h"

#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/timer.h"
#include "ntoskrnl/mm/image.h"

static char lines[20][300];
static int count;
static const char *directory;

static void capture(void *context, enum ke_log_level level, const char *driver, const char *text)
{
    if (count < 20)
        snprintf(lines[count++], sizeof lines[0], "%s: %s", driver ? driver : "-", text);
}

static bool told(const char *part)
{
    for (int i = 0; i < count; i++) {
        if (strstr(lines[i], part))
            return true;
    }
    return false;
}

static void assert_told(const char *part)
{
    if (told(part))
        return;
    for (int i = 0; i < count; i++)
        print_message("told: %s\n", lines[i]);
    fail_msg("nobody told: %s", part);
}

static void untidy_driver(void **state)
{
    char path[500];
    struct mm_image *image;
    struct mm_load_report report = {0};
    UNICODE_STRING registry = RTL_CONSTANT_STRING(u"\\Registry\\Machine\\untidy");
    snprintf(path, sizeof path, "%s/untidy.so", directory);
    ke_report_set_sink(capture, NULL);
    NTSTATUS status = mm_load_image(path, &(struct mm_load_options){0}, &image, &report);
    if (!NT_SUCCESS(status))
        fail_msg("%s: 0x%x %s", path, (unsigned)status, report.reason);
    mm_load_report_free(&report);
    PDRIVER_INITIALIZE entry = (PDRIVER_INITIALIZE)mm_image_entry(image);
    assert_status(STATUS_SUCCESS, entry(NULL, &registry));
    assert_told("untidy: untidy starts with \\Registry\\Machine\\untidy, -5, wide");
    assert_told("untidy: ExAllocatePoolWithTag: called at DISPATCH_LEVEL, allowed up to APC_LEVEL");
    assert_told("has tag 'Untd', freed with tag 'Wong'");
    assert_int_equal(1, ex_pool_usage("untidy").blocks);
    assert_int_equal(123, ex_pool_usage("untidy").bytes);
    assert_true(ke_report_leaks("untidy") == 1);
    assert_true(ex_report_leaks("untidy") == 3);
    assert_told("untidy: unload: a timer");
    assert_told("untidy: unload: resource (ExInitializeResourceLite)");
    assert_told("untidy: unload: lookaside list");
    assert_told("untidy: unload: pool leaked: tag 'Untd', 1 blocks, 123 bytes");
    ke_report_set_sink(NULL, NULL);
    mm_unload_image(image);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST("KdPrint, IRQL, tags and everything left behind are told with the driver's name", untidy_driver),
    };
    directory = argc > 1 ? argv[1] : ".";
    return RUN_TESTS(tests, NULL, NULL);
}
