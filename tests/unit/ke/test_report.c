/* Reports, DbgPrint and the bug check. */
#include "harness.h"

#include <sys/wait.h>
#include <unistd.h>

#include "ntoskrnl/ke/ke.h"

static char lines[8][600];
static int count;

static void capture(void *context, enum ke_log_level level, const char *driver, const char *text)
{
    if (count < 8)
        snprintf(lines[count++], sizeof lines[0], "%d %s %s", level, driver ? driver : "-", text);
}

static int start_capture(void **state)
{
    count = 0;
    ke_report_set_sink(capture, NULL);
    return 0;
}

static int end_capture(void **state)
{
    ke_report_set_sink(NULL, NULL);
    return 0;
}

static void reports_are_counted(void **state)
{
    unsigned long before = ke_report_count(), of_driver = ke_report_count_of("blinky");
    ke_report("blinky", "FltClose", "handle %d is open", 7);
    ke_report(NULL, "FltClose", "nobody");
    assert_int_equal(before + 2, ke_report_count());
    assert_int_equal(of_driver + 1, ke_report_count_of("blinky"));
    assert_string_equal("5 blinky FltClose: handle 7 is open", lines[0]);
    assert_ptr_equal(ke_driver_name("blinky"), ke_driver_name("blinky"));
}

static void dbgprint_formats(void **state)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(u"\\Device\\\u00e4");
    struct ke_scope outer = ke_callback_enter("printer", "DriverEntry", NULL);
    DbgPrint("name %wZ is %ld, %I64x\n", &name, -5, 0x123456789abcUL);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL, "%ws|%S|%s\n", u"wide", u"also", "narrow");
    ke_callback_leave(outer);
    assert_string_equal("1 printer name \\Device\\\u00e4 is -5, 123456789abc", lines[0]);
    assert_string_equal("1 printer wide|also|narrow", lines[1]);
    assert_status(STATUS_SUCCESS, DbgSetDebugFilterState(DPFLTR_IHVDRIVER_ID, DPFLTR_TRACE_LEVEL, FALSE));
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_TRACE_LEVEL, "hidden\n");
    assert_int_equal(2, count);
    DbgSetDebugFilterState(DPFLTR_IHVDRIVER_ID, DPFLTR_TRACE_LEVEL, TRUE);
}

/* Microsoft's avscan does it: right on Windows because a structure of this size goes by reference there. */
static void dbgprint_takes_structures(void **state)
{
#ifndef __x86_64__
    skip_because("structures of 16 bytes go by value on 64-bit Windows for this processor");
#endif
    const UNICODE_STRING a = RTL_CONSTANT_STRING(u"one"), b = RTL_CONSTANT_STRING(u"two"), c = RTL_CONSTANT_STRING(u"three");
    DbgPrint("%wZ, %wZ, %wZ\n", a, b, c);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL, "%d %wZ %.1f %s %d %d %d %.1f %I64x %wZ %d\n", 1, a, 2.5, "s", 3, 4, 5, 6.5, 7ULL,
        &b, 8);
    DbgPrintReturnControlC("%d %wZ %wZ\n", 1, a, &b);
    assert_string_equal("1 - one, two, three", lines[0]);
    assert_string_equal("1 - 1 one 2.5 s 3 4 5 6.5 7 two 8", lines[1]);
    assert_string_equal("1 - 1 one two", lines[2]);
}

static void breakpoint_is_told(void **state)
{
    if (ke_debugger_present())
        skip_because("a debugger takes the breakpoint");
    DbgBreakPoint();
    assert_int_equal(1, count);
    assert_non_null(strstr(lines[0], "DbgBreakPoint"));
}

static int hook_pipe[2];

static void hook(void)
{
    char c = 'h';
    if (write(hook_pipe[1], &c, 1) != 1)
        abort();
}

/* Runs fn in a child and gives what it wrote; true when it was aborted. */
static bool dies(void (*fn)(void), char *text, size_t size)
{
    int out[2];
    size_t used = 0;
    ssize_t n;
    int status;
    if (pipe(out))
        return false;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(out[1], 2);
        close(out[0]);
        close(out[1]);
        fn();
        _exit(0);
    }
    close(out[1]);
    while ((n = read(out[0], text + used, size - 1 - used)) > 0)
        used += (size_t)n;
    text[used] = 0;
    close(out[0]);
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void crash(void)
{
    ke_bug_check_register(hook);
    ke_callback_enter("crasher", "PreOperation", "IRP_MJ_CREATE");
    KeBugCheckEx(0xE2, 1, 2, 3, 4);
}

static void bug_check_tells_and_ends(void **state)
{
    static char text[20000];
    char c = 0;
    assert_int_equal(0, pipe(hook_pipe));
    assert_true(dies(crash, text, sizeof text));
    assert_non_null(strstr(text, "STOP: 0x000000E2 (0x0000000000000001,0x0000000000000002,0x0000000000000003,0x0000000000000004)"));
    assert_non_null(strstr(text, "MANUALLY_INITIATED_CRASH"));
    assert_non_null(strstr(text, "driver:    crasher"));
    assert_non_null(strstr(text, "callback:  PreOperation"));
    assert_non_null(strstr(text, "operation: IRP_MJ_CREATE"));
    assert_int_equal(1, read(hook_pipe[0], &c, 1));
    assert_int_equal('h', c);
}

static void corrupt_list(void)
{
    LIST_ENTRY head, entry;
    InitializeListHead(&head);
    InsertTailList(&head, &entry);
    head.Blink = NULL;
    RemoveEntryList(&entry);
}

static void foreign_mutex(void)
{
    KMUTEX mutex;
    KeInitializeMutex(&mutex, 0);
    KeReleaseMutex(&mutex, FALSE);
}

static void twice(void)
{
    KSPIN_LOCK lock;
    KIRQL old;
    KeInitializeSpinLock(&lock);
    KeAcquireSpinLock(&lock, &old);
    KeAcquireSpinLock(&lock, &old);
}

static void mistakes_that_stop_windows(void **state)
{
    static char text[20000];
    assert_true(dies(corrupt_list, text, sizeof text));
    assert_non_null(strstr(text, "KERNEL_SECURITY_CHECK_FAILURE"));
    assert_true(dies(foreign_mutex, text, sizeof text));
    assert_non_null(strstr(text, "THREAD_NOT_MUTEX_OWNER"));
    assert_true(dies(twice, text, sizeof text));
    assert_non_null(strstr(text, "SPIN_LOCK_ALREADY_OWNED"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("a report is one line with driver and call, and counted", reports_are_counted, start_capture, end_capture),
        TEST_WITH("DbgPrint and DbgPrintEx give the kernel's formats with the driver's name", dbgprint_formats, start_capture, end_capture),
        TEST_WITH("DbgPrint takes a structure by reference", dbgprint_takes_structures, start_capture, end_capture),
        TEST_WITH("DbgBreakPoint without a debugger is told and goes on", breakpoint_is_told, start_capture, end_capture),
        TEST("a bug check tells code, driver, callback, operation, runs what was registered and aborts", bug_check_tells_and_ends),
        TEST("corrupt lists, foreign mutexes and recursive spin locks stop the manager", mistakes_that_stop_windows),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
