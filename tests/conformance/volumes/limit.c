/*
 * A mount with two workers only: one waits for a driver, the other is the last free one and serves what never waits; the rest is put
 * aside and comes later (V-209).
 */
#include "asked.h"

#include "embed/embed.h"
#include "mount/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLEANUP = 0x12, MANY = 12 };

static NTSTATUS mount_with_two_workers(ofm_volume *volume, const char *point, ofm_mount **mount)
{
    struct mount_options options = {.allow_other = true, .entry_timeout = -1, .max_workers = 2};
    struct mount *made;
    int error = mount_start(volume->io, point, &options, &made, NULL);
    *mount = (ofm_mount *)made;
    return error == 0 ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

static int open_file = -1;

static pid_t open_in_child(const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        close(open_file);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        _exit(fd >= 0 ? 0 : errno);
    }
    assert_true(child > 0);
    return child;
}

static int end_of(pid_t child)
{
    int status;
    assert_int_equal(child, waitpid(child, &status, 0));
    return status;
}

static void what_never_waits(void **state)
{
    pid_t others[MANY];
    struct stat st;
    write_behind("held", "x", 0644);
    write_behind("free", "y", 0644);
    write_behind("open", "z", 0644);
    open_file = try_open(on_mount("open"), O_RDONLY);
    assert_true(open_file >= 0);
    __atomic_store_n(&guarded->hold, 1, __ATOMIC_RELEASE);
    pid_t first = open_in_child(on_mount("held"));
    until(held() == 1);
    for (int i = 0; i < MANY; i++)
        others[i] = open_in_child(on_mount("free"));
    assert_int_equal(0, stat(on_mount("held"), &st));
    close(open_file);
    open_file = -1;
    until(events_of(CLEANUP, "open") == 1);
    assert_int_equal(0, stat(on_mount("free"), &st));
    assert_int_equal(1, held()); /* the first one still waits */
    assert_int_equal(0, events_of(0, "free")); /* and nobody passed it by */
    guarded_release();
    assert_int_equal(0, end_of(first));
    for (int i = 0; i < MANY; i++)
        assert_int_equal(0, end_of(others[i]));
    assert_int_equal(MANY, events_of(0, "free"));
}

static void killed_while_put_aside(void **state)
{
    pid_t children[MANY];
    write_behind("held", "x", 0644);
    __atomic_store_n(&guarded->hold, 1, __ATOMIC_RELEASE);
    for (int i = 0; i < MANY; i++)
        children[i] = open_in_child(on_mount("held"));
    until(held() == 1);
    for (int i = 0; i < MANY; i++)
        kill(children[i], SIGKILL);
    for (int i = 0; i < MANY; i++)
        assert_true(WIFSIGNALED(end_of(children[i])));
    until(held() == 0);
    guarded_release();
    assert_string_equal("x", text_of(on_mount("held")));
}

static int open_free(void)
{
    return asked_open("free");
}

/* The service may need the mount to find its answer. */
static void the_service(void **state)
{
    write_behind("held", "x", 0644);
    write_behind("free", "y", 0644);
    struct asked_child service = asked_child(open_free);
    asked_connect(0, service.pid);
    __atomic_store_n(&guarded->hold, 1, __ATOMIC_RELEASE);
    pid_t waiting = open_in_child(on_mount("held"));
    until(held() == 1);
    pid_t other = open_in_child(on_mount("free"));
    asked_go(&service);
    assert_int_equal(0, asked_end(&service));
    assert_int_equal(1, held());
    assert_int_equal(1, events_of(0, "free")); /* the other one's open is put aside */
    guarded_release();
    assert_int_equal(0, end_of(waiting));
    assert_int_equal(0, end_of(other));
    asked_disconnect();
}

static int stop(void **state)
{
    guarded_order('Z');
    return guarded_stop(state);
}

#define GUARDED(name, fn) TEST_WITH(name, fn, guarded_clear, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GUARDED("V-209 at the limit what never waits is served, the rest comes later", what_never_waits),
        GUARDED("V-209 V-215 at the limit a service's own requests are served", the_service),
        GUARDED("V-209 V-211 callers are killed whose requests were put aside", killed_while_put_aside),
    };
    guarded_mount_way = mount_with_two_workers;
    asked_prepare();
    return RUN_TESTS(tests, guarded_start, stop);
}
