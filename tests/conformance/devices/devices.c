/* Control devices for applications of other processes: the manager and the driver here, the application in client.c. */
#include "rig.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static char directory[] = "/tmp/openfltmgr-devices-XXXXXX";

static void load(void)
{
    driver_counters = (struct counters){0};
    driver_vetoes = false;
    assert_status(STATUS_SUCCESS, ofm_driver_load_entry("devices", driver_entry));
}

static void quiet(void *context, enum ofm_log_level level, const char *driver, const char *text)
{
    if (level >= OFM_LOG_WARNING)
        fprintf(stderr, "# %s\n", text);
}

/* Everybody may do everything (D:(A;;FA;;;WD)), one at a time. */
static const char device_class[] =
    "Windows Registry Editor Version 5.00\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Class\\{C0FFEE00-1234-5678-9ABC-DEF012345678}\\Properties]\r\n"
    "\"Security\"=hex:01,00,04,80,00,00,00,00,00,00,00,00,00,00,00,00,14,00,00,00,02,00,1c,00,01,00,00,00,00,00,14,00,"
    "ff,01,1f,00,01,01,00,00,00,00,00,01,00,00,00,00\r\n"
    "\"Exclusive\"=dword:00000001\r\n";

static int start(void **state)
{
    const struct ofm_options options = {.log = quiet};
    unsigned line;

    if (!mkdtemp(directory) || chmod(directory, 0755) || setenv("OPENFLTMGR_RUNTIME", directory, 1))
        return -1;
    if (!NT_SUCCESS(ofm_start(&options)) || !NT_SUCCESS(ofm_service_set("devices", NULL, "370040", NULL, 0)))
        return -1;
    if (!NT_SUCCESS(ofm_registry_import(device_class, &line)))
        return -1;
    load();
    return NT_SUCCESS(ofm_listen(directory)) ? 0 : -1;
}

static int stop(void **state)
{
    struct ofm_report report;

    if (driver_shutdowns || !NT_SUCCESS(ofm_stop(&report)))
        return -1;
    rmdir(directory);
    if (driver_shutdowns != 1) {
        fprintf(stderr, "# a device that asked for IRP_MJ_SHUTDOWN had it %u times at the end\n", driver_shutdowns);
        return -1;
    }
    return report.leaks ? -1 : 0;
}

/* ---- the application ---- */

struct client {
    pid_t id;
    FILE *to, *from;
};

static struct client run(const char *group)
{
    char *arguments[] = {(char *)DEVICES_CLIENT, (char *)group, NULL};
    posix_spawn_file_actions_t actions;
    struct client c;
    int in[2], out[2];

    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    assert_int_equal(posix_spawn(&c.id, DEVICES_CLIENT, &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    c.to = fdopen(in[1], "w");
    c.from = fdopen(out[0], "r");
    return c;
}

static void expect_ready(struct client *c)
{
    char line[300] = "";

    if (!fgets(line, sizeof line, c->from) || strcmp(line, "ready\n"))
        fail_msg("expected \"ready\", the application said \"%s\"", line);
}

static void expect_end(struct client *c)
{
    char line[300] = "";
    int status;

    if (!fgets(line, sizeof line, c->from))
        line[0] = 0;
    waitpid(c->id, &status, 0);
    fclose(c->to);
    fclose(c->from);
    if (status)
        fail_msg("status %x: %s", status, line);
}

static unsigned now(const unsigned *counter)
{
    return __atomic_load_n(counter, __ATOMIC_SEQ_CST);
}

#define WAIT_UNTIL(condition)                                                                                        \
    do {                                                                                                             \
        time_t _end = time(NULL) + 30;                                                                               \
        while (!(condition)) {                                                                                       \
            if (time(NULL) > _end)                                                                                   \
                fail_msg("waited in vain for %s", #condition);                                                       \
            sched_yield();                                                                                           \
        }                                                                                                            \
    } while (0)

/* A group of the application's checks; when it has ended, every open has had its clean-up and its close. */
static void run_group(const char *group)
{
    struct client c = run(group);

    expect_end(&c);
    WAIT_UNTIL(now(&driver_counters.closes) == now(&driver_counters.creates));
    assert_int_equal(now(&driver_counters.cleanups), now(&driver_counters.creates));
}

#define GROUP(name)                                                                                                  \
    static void name(void **state)                                                                                   \
    {                                                                                                                \
        run_group(#name);                                                                                            \
    }
GROUP(names)
GROUP(routines)
GROUP(guarded)
GROUP(methods)
GROUP(transfers)
GROUP(large)
GROUP(overlapped)
GROUP(cancel)
GROUP(handles)
GROUP(who)
GROUP(user)
GROUP(many)
GROUP(nomanager)

static void user_if_root(void **state)
{
    if (geteuid() != 0) {
        skip_because("needs root: the application becomes another user");
    }
    user(state);
}

static void killed(void **state)
{
    unsigned cancelled = now(&driver_counters.cancelled), cleanups = now(&driver_counters.cleanups);
    struct client c = run("hold");

    expect_ready(&c);
    kill(c.id, SIGKILL);
    waitpid(c.id, NULL, 0);
    fclose(c.to);
    fclose(c.from);
    WAIT_UNTIL(now(&driver_counters.closes) == now(&driver_counters.creates));
    assert_int_equal(now(&driver_counters.cancelled), cancelled + 1);
    assert_int_equal(now(&driver_counters.cleanups), cleanups + 1);
}

static void unloaded(void **state)
{
    struct client c = run("unload");

    expect_ready(&c);
    assert_status(STATUS_SUCCESS, ofm_driver_unload("devices", 0));
    fputs("go\n", c.to);
    fflush(c.to);
    expect_end(&c);
    WAIT_UNTIL(now(&driver_counters.closes) == now(&driver_counters.creates));
    load();
}

static void vetoed(void **state)
{
    load();
    driver_vetoes = true;
    struct client c = run("hold");
    expect_ready(&c);
    assert_status(STATUS_FLT_DO_NOT_DETACH, ofm_driver_unload("devices", 0));
    kill(c.id, SIGKILL);
    waitpid(c.id, NULL, 0);
    fclose(c.to);
    fclose(c.from);
    WAIT_UNTIL(now(&driver_counters.closes) == now(&driver_counters.creates));
    assert_status(STATUS_SUCCESS, ofm_driver_unload("devices", 0));
    load();
    driver_vetoes = true;
    c = run("hold");
    expect_ready(&c);
    assert_status(STATUS_SUCCESS, ofm_driver_unload("devices", 1));
    kill(c.id, SIGKILL);
    waitpid(c.id, NULL, 0);
    fclose(c.to);
    fclose(c.from);
    WAIT_UNTIL(now(&driver_counters.closes) == now(&driver_counters.creates));
    load();
}

static int reload(void **state)
{
    if (!NT_SUCCESS(ofm_driver_unload("devices", 1)))
        return -1;
    return 0;
}

static void files(void **state)
{
    char place[] = "/tmp/openfltmgr-files-XXXXXX", file[100];
    ofm_volume *volume;

    assert_non_null(mkdtemp(place));
    assert_status(STATUS_SUCCESS, ofm_volume_add_directory(place, NULL, &volume));
    setenv("TEST_VOLUME", ofm_volume_name(volume), 1);
    run_group("files");
    WAIT_UNTIL(ofm_volume_remove(volume, 0) == STATUS_SUCCESS); /* the application's end closes its files a little later */
    snprintf(file, sizeof file, "%s/file", place);
    unlink(file);
    assert_int_equal(rmdir(place), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("names of devices, and their errors", names),
        TEST("the four methods of a control code; the rights it needs", methods),
        TEST("reads, writes, flushes: buffered, direct, neither", transfers),
        TEST("buffers of a megabyte and more go through shared memory", large),
        TEST("overlapped calls: events, results, completion ports", overlapped),
        TEST("CancelIo, CancelIoEx, CancelSynchronousIo, CloseHandle end what pends", cancel),
        TEST("handles are duplicated, closed at once, used by several threads; exclusive devices", handles),
        TEST("the driver runs as the application's process, in user mode", who),
        TEST("a device's descriptor is checked for an ordinary user", user_if_root),
        TEST("IoCreateDeviceSecure: devices for the system and administrators, and for the kernel alone", guarded),
        TEST("files of a volume: facts, size and pointer", files),
        TEST("completion routines run in alertable waits", routines),
        TEST("thousands of open files", many),
        TEST("without a manager a device is not found", nomanager),
        TEST("an application that is killed: pended requests are cancelled, then clean-up and close", killed),
        TEST("a driver that goes while its device is open", unloaded),
        TEST_WITH("F-041 an open device keeps a filter that vetoes from unloading, but not from being stopped", vetoed, reload, NULL),
    };
    return RUN_TESTS(tests, start, stop);
}
