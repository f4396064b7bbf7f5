/* The mount or the manager ends while others are inside: they get an error at once, nothing hangs and nothing stays open. */
#include "guarded.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *second(const char *name)
{
    static char paths[2][128];
    static unsigned next;
    char *path = paths[next++ % 2];
    snprintf(path, sizeof paths[0], "%s/%s", guarded_second, name);
    return path;
}

static pid_t open_in_child(const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        _exit(fd >= 0 ? 0 : errno);
    }
    return child;
}

static int end_of(pid_t child)
{
    int status;
    assert_int_equal(child, waitpid(child, &status, 0));
    return status;
}

static void forced_unmount(void **state)
{
    char byte;
    int fd = try_open(second("f"), O_RDWR | O_CREAT);
    assert_true(fd >= 0);
    assert_int_equal(3, write(fd, "abc", 3));
    guarded_force_unmount(); /* checks by itself that no file object is left */
    assert_int_equal(-1, pread(fd, &byte, 1, 0));
    assert_true(errno == ENOTCONN || errno == EIO || errno == ECONNABORTED);
    close(fd);
    assert_string_equal("abc", text_of(second("f")));
    assert_int_equal(1, events_of(0x12, "f") >= 1); /* IRP_MJ_CLEANUP came for the file nobody released */
    unlink(second("f"));
}

/* A container that started meanwhile has the mount too: unmounting does not end the connection, the manager does. */
static void other_name_space(void **state)
{
    int go[2], ready[2], status;
    char c;
    assert_true(pipe(go) == 0 && pipe(ready) == 0);
    pid_t child = fork();
    if (child == 0) {
        struct stat st;
        if (unshare(CLONE_NEWNS) != 0 || stat(guarded_second, &st) != 0 || write(ready[1], "r", 1) != 1 || read(go[0], &c, 1) != 1)
            _exit(1);
        _exit(open(second("f"), O_RDONLY) < 0 && errno != ENOENT ? 0 : 2);
    }
    assert_int_equal(1, read(ready[0], &c, 1));
    guarded_force_unmount();
    assert_int_equal(1, write(go[1], "g", 1));
    assert_int_equal(child, waitpid(child, &status, 0));
    assert_int_equal(0, status);
    close(go[0]), close(go[1]), close(ready[0]), close(ready[1]);
}

static void killed_manager(void **state)
{
    struct stat st;
    char byte;
    write_behind("held", "x", 0644);
    write_behind("f", "x", 0644);
    int fd = try_open(on_mount("f"), O_RDONLY);
    __atomic_store_n(&guarded->hold, 1, __ATOMIC_RELEASE);
    pid_t children[8];
    for (int i = 0; i < 8; i++)
        children[i] = open_in_child(on_mount("held"));
    until(held() == 8);
    unsigned long long start = now_ms();
    guarded_kill();
    for (int i = 0; i < 8; i++) {
        int status = end_of(children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0); /* nobody got in */
    }
    assert_true(now_ms() - start < 2000);
    assert_int_equal(-1, stat(on_mount("f"), &st));
    assert_int_equal(ENOTCONN, errno);
    assert_int_equal(-1, pread(fd, &byte, 1, 0));
    close(fd);
    assert_string_equal("x", text_of(behind("f")));
}

#define GUARDED(name, fn) TEST_WITH(name, fn, guarded_clear, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GUARDED("V-006 V-104 V-221 a forced unmount closes what is open", forced_unmount),
        GUARDED("V-221 a mount that lives on in another name space", other_name_space),
        GUARDED("V-213 V-221 a manager that is killed lets everybody go", killed_manager), /* the last one */
    };
    return RUN_TESTS(tests, guarded_start, guarded_stop);
}
