/* The image loader: what is refused and why, private names, unloading, stubs. The program exports
 * image_test_note to drivers. */
#include "harness.h"

#include "ntoskrnl/mm/image.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drivers/answer.h"

static char notes[256];
static const char *directory;

__attribute__((visibility("default"))) void image_test_note(const char *what);
void image_test_note(const char *what)
{
    size_t used = strlen(notes);
    snprintf(notes + used, sizeof notes - used, "%s ", what);
}

static char *driver(const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s.so", directory, name);
    return path;
}

static struct mm_image *load(const char *name, const char *as)
{
    struct mm_load_report report = {0};
    struct mm_load_options options = {.name = as};
    struct mm_image *image = NULL;
    NTSTATUS status = mm_load_image(driver(name), &options, &image, &report);
    if (!NT_SUCCESS(status))
        fail_msg("%s: 0x%08x %s", name, (unsigned)status, report.reason);
    assert_int_equal(report.reason[0], 0);
    mm_load_report_free(&report);
    return image;
}

static struct answer ask(struct mm_image *image)
{
    struct answer answer = {0};
    NTSTATUS (*entry)
    (struct answer *, void *) = (NTSTATUS(*)(struct answer *, void *))(ULONG_PTR)mm_image_entry(image);
    assert_status(STATUS_SUCCESS, entry(&answer, NULL));
    return answer;
}

static bool mapped(const char *part)
{
    char line[1024];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (!found && fgets(line, sizeof line, maps))
        found = strstr(line, part) != NULL;
    fclose(maps);
    return found;
}

static void found_from_addresses(void **state)
{
    struct mm_image *image = load("alpha", NULL);
    const void *start;
    size_t length;
    mm_image_range(image, &start, &length);
    assert_string_equal(mm_image_name(image), "alpha");
    assert_ptr_equal(mm_image_of(mm_image_entry(image)), image);
    assert_string_equal(mm_image_name_of((const char *)start + length - 1), "alpha");
    assert_null(mm_image_of((const char *)start + length));
    assert_null(mm_image_of((const char *)start - 1));
    assert_null(mm_image_of(notes));
    void *entry = mm_image_entry(image);
    char text[128];
    assert_true(mm_image_describe((char *)entry + 4, text, sizeof text));
    assert_string_equal(text, "alpha!DriverEntry+0x4");
    assert_false(mm_image_describe(notes, text, sizeof text));
    assert_true(mm_unload_image(image));
    assert_null(mm_image_of(entry));
    assert_string_equal(mm_image_name(image), "alpha");
}

static void unloading_unmaps(void **state)
{
    struct mm_image *image = load("alpha", NULL);
    assert_true(mapped("alpha.so"));
    assert_true(mm_unload_image(image));
    assert_false(mapped("alpha.so"));
    for (int i = 0; i < 50; i++)
        assert_true(mm_unload_image(load("gamma", NULL)));
    assert_false(mapped("gamma.so"));
}

static void equal_globals(void **state)
{
    struct mm_image *a = load("alpha", NULL), *b = load("beta", NULL);
    struct answer from_a = ask(a), from_b = ask(b);
    assert_int_equal(from_a.counter, 101);
    assert_int_equal(from_b.counter, 501);
    assert_int_equal(from_a.helper, 1);
    assert_int_equal(from_b.helper, 2);
    mm_unload_image(a);
    mm_unload_image(b);
}

static void same_file_twice(void **state)
{
    struct mm_image *one = load("alpha", "one"), *two = load("alpha", "two"), *three = load("alpha", "three");
    ask(one);
    ask(one);
    assert_int_equal(ask(one).counter, 103);
    assert_int_equal(ask(two).counter, 101);
    assert_string_equal(mm_image_name_of(mm_image_entry(two)), "two");
    assert_string_equal(mm_image_name_of(mm_image_entry(one)), "one");
    assert_true(mm_unload_image(one));
    assert_int_equal(ask(three).counter, 101);
    assert_int_equal(ask(two).counter, 102);
    assert_true(mm_unload_image(two));
    assert_true(mm_unload_image(three));
    assert_false(mapped("alpha.so"));
}

static void c_library_names(void **state)
{
    struct mm_image *image = load("alpha", NULL);
    struct answer answer = ask(image);
    assert_int_equal(answer.sent, 11);
    assert_int_equal(answer.logged, 12 + 13);
    assert_ptr_not_equal(answer.own_send, (void *)(ULONG_PTR)send);
    assert_ptr_equal(mm_image_of(answer.own_send), image);
    int fd = open("/dev/null", O_RDONLY); /* this program's own read is still the C library's */
    char byte;
    assert_int_equal(read(fd, &byte, 1), 0);
    close(fd);
    mm_unload_image(image);
}

static void cplusplus(void **state)
{
    notes[0] = 0;
    struct mm_image *image = load("gamma", NULL);
    assert_string_equal(notes, "constructed ");
    struct answer answer = ask(image);
    assert_int_equal(answer.counter, 6);
    assert_int_equal(answer.deleted, 1);
    assert_int_equal(answer.helper, 4);
    assert_ptr_equal(mm_image_of(answer.own_send), image);
    assert_true(mm_unload_image(image));
    assert_string_equal(notes, "constructed constructed destroyed destroyed ");
}

static void missing_functions(void **state)
{
    struct mm_load_report report = {0};
    struct mm_image *image;
    assert_status(
        STATUS_DRIVER_ENTRYPOINT_NOT_FOUND, mm_load_image(driver("lacking"), NULL, &image, &report));
    assert_null(image);
    assert_int_equal(report.missing_count, 2);
    assert_string_equal(report.missing[0], "FltDoTheImpossible");
    assert_string_equal(report.missing[1], "ZwNoSuchCall");
    assert_non_null(strstr(report.reason, "FltDoTheImpossible, ZwNoSuchCall"));
    assert_non_null(strstr(mm_load_explanation(), "\n    FltDoTheImpossible\n    ZwNoSuchCall\n"));
    assert_false(mapped("lacking.so"));
    mm_load_report_free(&report);
}

static struct mm_image *load_lacking(void)
{
    struct mm_load_report report = {0};
    struct mm_load_options options = {.name = "lacking", .allow_missing = true};
    struct mm_image *image = NULL;
    assert_status(STATUS_SUCCESS, mm_load_image(driver("lacking"), &options, &image, &report));
    assert_int_equal(report.missing_count, 2);
    mm_load_report_free(&report);
    return image;
}

/* What a child that calls the missing function says before it dies. */
static void calls_missing(int which, const char *expected)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 2);
        struct mm_image *image = load_lacking();
        struct answer answer = {.helper = which};
        ((NTSTATUS(*)(struct answer *, void *))(ULONG_PTR)mm_image_entry(image))(&answer, NULL);
        _exit(0);
    }
    close(ends[1]);
    char said[4096] = "";
    size_t length = 0;
    for (ssize_t got;
         length < sizeof said - 1 && (got = read(ends[0], said + length, sizeof said - 1 - length)) > 0;)
        length += (size_t)got;
    said[length] = 0;
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    if (!strstr(said, expected) || !strstr(said, "lacking"))
        fail_msg("expected a line with %s and lacking, got: %s", expected, said);
}

static void stubs(void **state)
{
    struct mm_image *image = load_lacking();
    assert_int_equal(ask(image).counter, 77);
    assert_true(mm_unload_image(image));
    calls_missing(1, "FltDoTheImpossible");
    calls_missing(2, "ZwNoSuchCall");
}

static void missing_data(void **state)
{
    struct mm_load_report report = {0};
    struct mm_load_options options = {.allow_missing = true};
    struct mm_image *image;
    assert_status(
        STATUS_DRIVER_ENTRYPOINT_NOT_FOUND, mm_load_image(driver("lacking_data"), &options, &image, &report));
    assert_int_equal(report.missing_data_count, 1);
    assert_string_equal(report.missing_data[0], "NoSuchVariable");
    assert_non_null(strstr(report.reason, "NoSuchVariable (data)"));
    mm_load_report_free(&report);
}

static void refused(const char *path, NTSTATUS expected, const char *reason)
{
    struct mm_load_report report = {0};
    struct mm_image *image;
    NTSTATUS status = mm_load_image(path, NULL, &image, &report);
    assert_status(expected, status);
    assert_null(image);
    if (!strstr(report.reason, reason))
        fail_msg("%s: expected a reason with \"%s\", got \"%s\"", path, reason, report.reason);
    mm_load_report_free(&report);
}

static void not_a_driver(void **state)
{
    char text[] = "/tmp/ofm-image-XXXXXX";
    int fd = mkstemp(text);
    assert_true(
        write(fd, "MZ this is no ELF file, and it is long enough to have a header of the size that ELF wants",
            88) == 88);
    close(fd);
    refused(text, STATUS_INVALID_IMAGE_FORMAT, "not an ELF file");
    unlink(text);
    refused("/no/such/driver.so", STATUS_OBJECT_NAME_NOT_FOUND, "no such file");
    refused("/tmp", STATUS_INVALID_IMAGE_FORMAT, "not a regular file");
    refused(driver("no_entry"), STATUS_PROCEDURE_NOT_FOUND, "DriverEntry");
}

static void sanitizers_do_not_mix(void **state)
{
    if (mm_own_sanitizer() != MM_PLAIN)
        skip_because("this program has a sanitizer itself");
    refused(driver("alpha_asan"), STATUS_DRIVER_UNABLE_TO_LOAD, "AddressSanitizer");
    refused(driver("alpha_tsan"), STATUS_DRIVER_UNABLE_TO_LOAD, "ThreadSanitizer");
}

static void instrumented(void **state)
{
    char counts[600];
    snprintf(counts, sizeof counts, "%s-alpha.gcda", driver("alpha_coverage"));
    unlink(counts);
    struct mm_image *image = load("alpha_coverage", NULL);
    assert_int_equal(ask(image).logged, 12 + 13);
    assert_true(mm_unload_image(image));
    assert_int_equal(access(counts, R_OK), 0);
    image = load("alpha_ubsan", NULL);
    assert_int_equal(ask(image).counter, 101);
    assert_true(mm_unload_image(image));
}

/* Every damaged copy is refused or checked without a crash. Only the check runs: loading is the dynamic
 * linker's. */
static void damaged_files(void **state)
{
    int fd = open(driver("alpha"), O_RDONLY);
    static unsigned char original[1 << 20], copy[1 << 20];
    ssize_t length = read(fd, original, sizeof original);
    close(fd);
    char path[] = "/tmp/ofm-image-XXXXXX";
    fd = mkstemp(path);
    unsigned random = 12345;
    int refusals = 0;
    for (int turn = 0; turn < 2000; turn++) {
        memcpy(copy, original, (size_t)length);
        for (int i = 0; i < 8; i++) {
            random = random * 1103515245 + 12345;
            size_t place = (random >> 8) % (turn % 2 ? 64 : (size_t)length);
            if (turn % 4 == 2)
                place = (size_t)length - 1 - (random >> 8) % 2048; /* the section table */
            random = random * 1103515245 + 12345;
            copy[place] = (unsigned char)(random >> 16);
        }
        size_t kept = turn % 8 == 7 ? (size_t)length / 2 : (size_t)length;
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, copy, kept, 0), kept);
        struct mm_load_report report = {0};
        refusals += !NT_SUCCESS(mm_check_image(path, &report));
        mm_load_report_free(&report);
    }
    close(fd);
    unlink(path);
    assert_true(refusals > 500);
}

int main(int count, char **arguments)
{
    directory = count > 1 ? arguments[1] : ".";
    const struct CMUnitTest tests[] = {
        TEST("an image is found from its addresses", found_from_addresses),
        TEST("unloading unmaps", unloading_unmaps),
        TEST("two drivers with equal global names", equal_globals),
        TEST("the same file loaded three times", same_file_twice),
        TEST("a driver with functions named send, log and read", c_library_names),
        TEST("constructors, destructors, operator delete of a C++ driver", cplusplus),
        TEST("missing functions are all listed", missing_functions),
        TEST("stubs of missing functions stop the manager by name", stubs),
        TEST("missing data is refused always", missing_data),
        TEST("files that are no drivers", not_a_driver),
        TEST("sanitizers are not mixed", sanitizers_do_not_mix),
        TEST("drivers with coverage and UndefinedBehaviorSanitizer", instrumented),
        TEST("damaged files", damaged_files),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
