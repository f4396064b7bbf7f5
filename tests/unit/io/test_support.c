/* FsRtl and Io calls that support file systems and filters: sizes, paging files, fresh stacks, reinitialization. */
#include "harness.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fltkernel.h>
#include <openfltmgr.h>

static char directory[] = "/tmp/openfltmgr-support-XXXXXX";
static ofm_volume *volume;

static int start(void **state)
{
    char path[100];
    if (!mkdtemp(directory))
        return -1;
    snprintf(path, sizeof path, "%s/file", directory);
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    if (fd < 0 || write(fd, "12345", 5) != 5 || close(fd))
        return -1;
    snprintf(path, sizeof path, "%s/dir", directory);
    return mkdir(path, 0755) || !NT_SUCCESS(ofm_start(NULL)) || !NT_SUCCESS(ofm_volume_add_directory(directory, NULL, &volume));
}

static int stop(void **state)
{
    char command[100];
    ofm_stop(NULL);
    snprintf(command, sizeof command, "rm -r %s", directory);
    return system(command);
}

static PFILE_OBJECT open_file(const char *name, ULONG options)
{
    PFILE_OBJECT file;
    assert_status(STATUS_SUCCESS, ofm_create(volume, name, FILE_READ_ATTRIBUTES | SYNCHRONIZE, FILE_OPEN, options, &file, NULL));
    return file;
}

static void file_size(void **state)
{
    LARGE_INTEGER size = {.QuadPart = -1};
    PFILE_OBJECT file = open_file("\\file", 0), dir = open_file("\\dir", FILE_DIRECTORY_FILE);
    assert_status(STATUS_SUCCESS, FsRtlGetFileSize(file, &size));
    assert_int_equal(5, size.QuadPart);
    assert_status(STATUS_FILE_IS_A_DIRECTORY, FsRtlGetFileSize(dir, &size));
    ofm_close(file);
    ofm_close(dir);
}

static void paging_file(void **state)
{
    PFILE_OBJECT file = open_file("\\file", 0);
    FSRTL_COMMON_FCB_HEADER *header = file->FsContext;
    assert_false(FsRtlIsPagingFile(file));
    header->Flags2 |= FSRTL_FLAG2_IS_PAGING_FILE;
    assert_true(FsRtlIsPagingFile(file));
    header->Flags2 &= (UCHAR)~FSRTL_FLAG2_IS_PAGING_FILE;
    ofm_close(file);
}

static ULONG_PTR own_low;

static void on_fresh_stack(PVOID context, PKEVENT event)
{
    ULONG_PTR high;
    IoGetStackLimits(&own_low, &high);
    assert_true(own_low < (ULONG_PTR)&high && (ULONG_PTR)&high < high);
    *(PVOID *)context = event;
    KeSetEvent(event, 0, FALSE);
}

static void stacks(void **state)
{
    ULONG_PTR low, high;
    PVOID seen = NULL;
    KEVENT event;
    IoGetStackLimits(&low, &high);
    assert_true(low < (ULONG_PTR)&high && (ULONG_PTR)&high < high);
    ULONG_PTR left = IoGetRemainingStackSize();
    assert_true(left > 4096 && left < high - low);
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    FsRtlPostStackOverflow(&seen, &event, on_fresh_stack);
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    assert_ptr_equal(&event, seen);
    assert_int_not_equal(low, own_low);
}

static ULONG counts[4];
static int calls;

static void again(PDRIVER_OBJECT driver, PVOID context, ULONG count)
{
    counts[calls++] = count;
    if (calls < 2)
        IoRegisterDriverReinitialization(driver, again, context);
}

static NTSTATUS NTAPI entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry)
{
    IoRegisterDriverReinitialization(driver, again, NULL);
    assert_int_equal(0, calls); /* not before DriverEntry has returned */
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI failing_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry)
{
    IoRegisterDriverReinitialization(driver, again, NULL);
    return STATUS_UNSUCCESSFUL;
}

static void reinitialization(void **state)
{
    assert_status(STATUS_SUCCESS, ofm_service_set("again", NULL, "1000", NULL, 0));
    assert_status(STATUS_SUCCESS, ofm_driver_load_entry("again", entry));
    assert_int_equal(2, calls);
    assert_int_equal(1, counts[0]);
    assert_int_equal(2, counts[1]);
    ofm_service_set("failing", NULL, "1001", NULL, 0);
    assert_false(NT_SUCCESS(ofm_driver_load_entry("failing", failing_entry)));
    assert_int_equal(2, calls);
}

static void hard_errors(void **state)
{
    assert_true(IoSetThreadHardErrorMode(FALSE));
    assert_false(IoSetThreadHardErrorMode(TRUE));
    assert_true(IoSetThreadHardErrorMode(TRUE));
    assert_false(IoIs32bitProcess(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("FsRtlGetFileSize gives the end of file, and refuses directories", file_size),
        TEST("FsRtlIsPagingFile says what the file system marked", paging_file),
        TEST("stack limits, and a routine on a fresh stack", stacks),
        TEST("reinitialization routines run after a DriverEntry that succeeded", reinitialization),
        TEST("a thread's hard error mode; 32-bit processes", hard_errors),
    };
    return RUN_TESTS(tests, start, stop);
}
