/*
 * Several processes do everything at once on few names of the mount, some of them are killed in the middle. Nothing hangs; at the end the
 * directory can be emptied, and the manager finds no file open and nothing left behind (guarded_stop).
 */
#include "guarded.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { PROCESSES = 6 };

static unsigned seed;

static unsigned pick(unsigned count)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % count;
}

static const char *any_name(void)
{
    static char names[2][32];
    static unsigned next;
    char *name = names[next++ % 2];
    sprintf(name, "d%u/f%u", pick(2), pick(4));
    return name;
}

static void use_file(int fd)
{
    char block[8192] = "text";
    switch (pick(6)) {
    case 0:
        if (write(fd, block, pick(sizeof block)) < 0 && errno == EIO)
            _exit(1);
        break;
    case 1:
        (void)!pread(fd, block, sizeof block, pick(5000));
        break;
    case 2:
        (void)!ftruncate(fd, pick(20000));
        break;
    case 3:
        fsync(fd);
        break;
    case 4: {
        char *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
        if (p != MAP_FAILED)
            munmap(p, 4096);
        break;
    }
    default:
        fchmod(fd, 0600 | pick(077));
    }
}

static void one_call(void)
{
    static const int flags[] = {O_RDONLY, O_RDWR, O_RDWR | O_CREAT, O_RDWR | O_CREAT | O_EXCL, O_RDWR | O_TRUNC, O_WRONLY | O_APPEND};
    char target[64];
    struct stat st;
    int fd;
    switch (pick(12)) {
    case 0: case 1: case 2: case 3:
        fd = open(any_name(), flags[pick(6)] | O_CLOEXEC, 0644);
        if (fd >= 0) {
            for (unsigned n = pick(4); n > 0; n--)
                use_file(fd);
            close(fd);
        }
        break;
    case 4:
        unlink(any_name());
        break;
    case 5:
        syscall(SYS_renameat2, AT_FDCWD, any_name(), AT_FDCWD, any_name(), pick(3));
        break;
    case 6:
        (void)!link(any_name(), any_name());
        break;
    case 7:
        (void)!symlink("target", any_name());
        (void)!readlink(any_name(), target, sizeof target);
        break;
    case 8:
        stat(any_name(), &st);
        break;
    case 9:
        setxattr(any_name(), "user.x", "v", 1, 0);
        removexattr(any_name(), "user.x");
        break;
    case 10: {
        DIR *directory = opendir(pick(2) ? "d0" : "d1");
        while (directory && readdir(directory))
            ;
        if (directory)
            closedir(directory);
        break;
    }
    default:
        if (pick(8) == 0) {
            rename("d0", "x");
            rename("x", "d0");
        } else {
            (void)!truncate(any_name(), pick(3000));
        }
    }
}

static pid_t start_process(unsigned number, unsigned calls)
{
    pid_t child = fork();
    if (child == 0) {
        seed = number * 7919 + 17;
        if (chdir(guarded_mount) != 0)
            _exit(2);
        for (unsigned i = 0; i < calls; i++)
            one_call();
        _exit(0);
    }
    return child;
}

static void everything_at_once(void **state)
{
    pid_t children[PROCESSES];
    struct stat st;
    assert_int_equal(0, mkdir(on_mount("d0"), 0755));
    assert_int_equal(0, mkdir(on_mount("d1"), 0755));
    for (unsigned i = 0; i < PROCESSES; i++)
        children[i] = start_process(i, 1500);
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        assert_int_equal(children[i], waitpid(children[i], &status, 0));
        assert_int_equal(0, status);
    }
    assert_int_equal(0, stat(guarded_mount, &st));
}

static void killed_in_the_middle(void **state)
{
    mkdir(on_mount("d0"), 0755);
    mkdir(on_mount("d1"), 0755);
    for (unsigned round = 0; round < 30; round++) {
        pid_t children[PROCESSES];
        for (unsigned i = 0; i < PROCESSES; i++)
            children[i] = start_process(round * PROCESSES + i, 1000000);
        unsigned long long start = now_ms();
        while (now_ms() - start < 20 + round)
            sched_yield();
        for (int i = 0; i < PROCESSES; i++)
            kill(children[i], SIGKILL);
        for (int i = 0; i < PROCESSES; i++)
            assert_int_equal(children[i], waitpid(children[i], NULL, 0));
    }
    assert_int_equal(0, guarded_clear(NULL));
    assert_int_equal(0, mkdir(on_mount("d0"), 0755)); /* nothing of the dead stands in the way */
}

#define GUARDED(name, fn) TEST_WITH(name, fn, guarded_clear, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GUARDED("V-001 V-006 V-101 V-186 everything at once on few names", everything_at_once),
        GUARDED("V-069 V-211 V-212 processes killed in the middle", killed_in_the_middle),
    };
    return RUN_TESTS(tests, guarded_start, guarded_stop);
}
