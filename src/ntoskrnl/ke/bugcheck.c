/* The bug check: tells what Windows' blue screen tells, lets others cut their connections to Linux, ends the process.
 * May run in a signal handler: everything is formatted on the stack and written with write(2). */
#include "ntoskrnl/ke/ke.h"
#include "rtl/seh.h"

#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_HOOKS 16

static void (*hooks[MAX_HOOKS])(void);
static uint32_t checking; /* the thread id that runs the bug check; 0: none */

struct code_name {
    uint32_t code;
    const char *name;
};

static const struct code_name code_names[] = {
    {0x0000000A, "IRQL_NOT_LESS_OR_EQUAL"},
    {0x00000010, "SPIN_LOCK_NOT_OWNED"},
    {0x00000011, "THREAD_NOT_MUTEX_OWNER"},
    {0x00000018, "REFERENCE_BY_POINTER"},
    {0x00000019, "BAD_POOL_HEADER"},
    {0x0000001A, "MEMORY_MANAGEMENT"},
    {0x0000001E, "KMODE_EXCEPTION_NOT_HANDLED"},
    {0x00000022, "FILE_SYSTEM"},
    {0x00000024, "NTFS_FILE_SYSTEM"},
    {0x00000034, "CACHE_MANAGER"},
    {0x0000003B, "SYSTEM_SERVICE_EXCEPTION"},
    {0x00000044, "MULTIPLE_IRP_COMPLETE_REQUESTS"},
    {0x00000050, "PAGE_FAULT_IN_NONPAGED_AREA"},
    {0x0000007E, "SYSTEM_THREAD_EXCEPTION_NOT_HANDLED"},
    {0x0000008E, "KERNEL_MODE_EXCEPTION_NOT_HANDLED"},
    {0x000000BE, "ATTEMPTED_WRITE_TO_READONLY_MEMORY"},
    {0x000000C1, "SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION"},
    {0x000000C2, "BAD_POOL_CALLER"},
    {0x000000C4, "DRIVER_VERIFIER_DETECTED_VIOLATION"},
    {0x000000CE, "DRIVER_UNLOADED_WITHOUT_CANCELLING_PENDING_OPERATIONS"},
    {0x000000D1, "DRIVER_IRQL_NOT_LESS_OR_EQUAL"},
    {0x000000D5, "DRIVER_PAGE_FAULT_IN_FREED_SPECIAL_POOL"},
    {0x000000E2, "MANUALLY_INITIATED_CRASH"},
    {0x000000E3, "RESOURCE_NOT_OWNED"},
    {0x000000F5, "FLTMGR_FILE_SYSTEM"},
    {0x00000139, "KERNEL_SECURITY_CHECK_FAILURE"},
    {0x0000013A, "KERNEL_MODE_HEAP_CORRUPTION"},
};

static const char *name_of(uint32_t code)
{
    for (size_t i = 0; i < sizeof code_names / sizeof code_names[0]; i++) {
        if (code_names[i].code == code)
            return code_names[i].name;
    }
    return "";
}

/* A reader that has stopped reading must not keep the process, and with it a mount, from ending. */
static bool somebody_reads(void)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    return poll(&out, 1, 1000) == 1;
}

static void say(const char *text)
{
    size_t left = strlen(text);
    while (left) {
        size_t piece = left < PIPE_BUF ? left : PIPE_BUF;
        ssize_t n = somebody_reads() ? write(STDERR_FILENO, text, piece) : -1;
        if (n <= 0)
            return;
        text += n;
        left -= (size_t)n;
    }
}

static void say_where(const char *driver)
{
    char line[512];
    snprintf(line, sizeof line, "*** driver:    %s\n*** callback:  %s\n*** operation: %s\n*** IRQL:      %u\n",
        driver ? driver : "(none)", ke_self.callback ? ke_self.callback : "(none)",
        ke_self.operation ? ke_self.operation : "(none)", ke_self.irql);
    say(line);
}

/* mm's, when it is part of the program: functions of drivers by name. */
bool mm_image_describe(const void *address, char *text, size_t size) __attribute__((weak));

/* The first backtrace loads a library and allocates: not for a signal handler. */
__attribute__((constructor)) static void prepare_stack(void)
{
    void *frame[1];
    backtrace(frame, 1);
}

static void say_stack(void)
{
    void *frames[64];
    int count = backtrace(frames, 64);
    say("*** stack:\n");
    for (int i = 0; i < count; i++) {
        char text[512];
        if (!mm_image_describe || !mm_image_describe(frames[i], text, sizeof text - 1)) {
            backtrace_symbols_fd(&frames[i], 1, STDERR_FILENO);
            continue;
        }
        strcat(text, "\n");
        say(text);
    }
}

static void run_hooks(void)
{
    for (int i = MAX_HOOKS - 1; i >= 0; i--) {
        void (*fn)(void) = __atomic_exchange_n(&hooks[i], NULL, __ATOMIC_ACQ_REL);
        if (fn)
            fn();
    }
}

void ke_bug_check_register(void (*fn)(void))
{
    for (int i = 0; i < MAX_HOOKS; i++) {
        void (*empty)(void) = NULL;
        if (__atomic_compare_exchange_n(&hooks[i], &empty, fn, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return;
    }
    ke_log(KE_LOG_ERROR, "no place for one more bug check routine");
}

void ke_bug_check_unregister(void (*fn)(void))
{
    for (int i = 0; i < MAX_HOOKS; i++) {
        void (*found)(void) = fn;
        if (__atomic_compare_exchange_n(&hooks[i], &found, NULL, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return;
    }
}

/* A second thread waits for the first to end the process; a bug check inside a bug check ends it at once. */
static void enter_once(void)
{
    uint32_t none = 0, self = (uint32_t)gettid();
    if (__atomic_compare_exchange_n(&checking, &none, self, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return;
    if (none == self)
        abort();
    for (;;)
        pause();
}

void ke_bug_check_at(uint32_t code, uint64_t p1, uint64_t p2, uint64_t p3, uint64_t p4, const char *text, const void *pc)
{
    char line[512];
    enter_once();
    const char *driver = ke_driver_of(pc);
    snprintf(line, sizeof line, "\n*** STOP: 0x%08X (0x%016lX,0x%016lX,0x%016lX,0x%016lX)\n*** %s\n", code, p1, p2, p3, p4,
        name_of(code));
    say(line);
    if (text) {
        say("*** ");
        say(text);
        say("\n");
    }
    say_where(driver);
    say_stack();
    run_hooks();
    abort();
}

void ke_bug_check(uint32_t code, uint64_t p1, uint64_t p2, uint64_t p3, uint64_t p4, const char *text)
{
    ke_bug_check_at(code, p1, p2, p3, p4, text, __builtin_return_address(0));
}

static const char *access_text(const EXCEPTION_RECORD *record)
{
    if ((ULONG)record->ExceptionCode != (ULONG)STATUS_ACCESS_VIOLATION || record->NumberParameters < 2)
        return "";
    return record->ExceptionInformation[0] == 1 ? ", writing" : record->ExceptionInformation[0] == 8 ? ", executing" : ", reading";
}

/* What seh calls when nobody handles a fault or a raised exception. */
__attribute__((noreturn, cold)) static void bug_check_exception(EXCEPTION_RECORD *record, CONTEXT *context)
{
    char text[400], place[256] = "";
    const char *access = access_text(record);
    ULONG code = (ULONG)record->ExceptionCode;
    bool named = mm_image_describe && mm_image_describe(record->ExceptionAddress, place, sizeof place);
    snprintf(text, sizeof text, "exception 0x%08X at %p%s%s%s%s", code, record->ExceptionAddress, named ? " (" : "", place,
        named ? ")" : "", access);
    if (*access)
        snprintf(text + strlen(text), sizeof text - strlen(text), " 0x%016lX", record->ExceptionInformation[1]);
    ke_bug_check_at(0x7E, code, (uint64_t)record->ExceptionAddress, (uint64_t)record, (uint64_t)context, text,
        record->ExceptionAddress);
}

__attribute__((constructor)) static void take_unhandled_exceptions(void)
{
    seh_unhandled = bug_check_exception;
}

/* The tracer's pid in /proc; read each time, since a debugger comes and goes. */
bool ke_debugger_present(void)
{
    char text[4096];
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return false;
    text[n] = 0;
    const char *tracer = strstr(text, "TracerPid:");
    return tracer && atoi(tracer + 10) != 0;
}

/* ---- the exported names ---- */

VOID NTAPI KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR BugCheckParameter1, ULONG_PTR BugCheckParameter2,
    ULONG_PTR BugCheckParameter3, ULONG_PTR BugCheckParameter4)
{
    ke_bug_check_at(BugCheckCode, BugCheckParameter1, BugCheckParameter2, BugCheckParameter3, BugCheckParameter4,
        "called by the driver", __builtin_return_address(0));
}

VOID NTAPI KeBugCheck(ULONG BugCheckCode)
{
    ke_bug_check_at(BugCheckCode, 0, 0, 0, 0, "called by the driver", __builtin_return_address(0));
}
