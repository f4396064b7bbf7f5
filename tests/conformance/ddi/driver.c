/* What needs a real driver image to be shown: exceptions. Argument: where raises.c, ExRaiseStatus's driver,
 * was built. */
#include "harness.h"

#include "ntoskrnl/mm/image.h"

#include <ntifs.h>

static const char *directory;

static void raises(void **state)
{
    char path[500];
    struct mm_image *image;
    struct mm_load_report report = {0};
    WCHAR blocks[16];
    UNICODE_STRING order = {0, sizeof blocks, blocks};
    snprintf(path, sizeof path, "%s/raises.so", directory);
    NTSTATUS loaded = mm_load_image(path, &(struct mm_load_options){0}, &image, &report);
    if (!NT_SUCCESS(loaded))
        fail_msg("%s: 0x%x %s", path, (unsigned)loaded, report.reason);
    mm_load_report_free(&report);
    assert_status(STATUS_DISK_FULL, ((PDRIVER_INITIALIZE)mm_image_entry(image))(NULL, &order));
    assert_int_equal(4 * sizeof(WCHAR), order.Length);
    assert_memory_equal(
        u"rdfh", blocks, order.Length); /* the filter first, then __finally, then the handler */
    mm_unload_image(image);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST("ExRaiseStatus reaches __except, and __finally on the way", raises),
    };
    directory = argc > 1 ? argv[1] : ".";
    return RUN_TESTS(tests, NULL, NULL);
}
