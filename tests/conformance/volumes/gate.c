/*
 * A denial at create holds on every path that makes a new open; what was granted earlier keeps its access (V-019 to V-037).
 * The file is guarded by its content's identity (the inode), as a scanner's verdict is, not by a name.
 */
#include "guarded.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static void deny(const char *name)
{
    struct stat st;
    assert_int_equal(0, stat(behind(name), &st));
    __atomic_store_n(&guarded->deny_inode, st.st_ino, __ATOMIC_RELEASE);
}

static void assert_denied(const char *path, int flags)
{
    int fd = try_open(path, flags);
    if (fd >= 0)
        close(fd);
    assert_int_equal(-EACCES, fd);
}

static int opened(const char *path, int flags)
{
    int fd = try_open(path, flags);
    assert_true(fd >= 0);
    return fd;
}

static void cached_dentry(void **state)
{
    struct stat st;
    write_behind("f", "content", 0644);
    assert_string_equal("content", text_of(on_mount("f")));
    assert_int_equal(0, stat(on_mount("f"), &st)); /* name, attributes and pages are cached now */
    deny("f");
    assert_denied(on_mount("f"), O_RDONLY);
    assert_denied(on_mount("f"), O_WRONLY);
    assert_denied(on_mount("f"), O_RDWR | O_APPEND);
    assert_denied(on_mount("f"), O_RDONLY | O_CREAT);
    assert_denied(on_mount("f"), O_RDONLY | O_NOFOLLOW);
    assert_int_equal(0, stat(on_mount("f"), &st)); /* looking is no open */
    assert_int_equal(7, st.st_size);
}

static void hard_link(void **state)
{
    write_behind("f", "content", 0644);
    assert_int_equal(0, link(on_mount("f"), on_mount("g")));
    assert_string_equal("content", text_of(on_mount("g")));
    deny("f");
    assert_denied(on_mount("g"), O_RDONLY);
    assert_int_equal(0, link(on_mount("g"), on_mount("h"))); /* a third name helps as little */
    assert_denied(on_mount("h"), O_RDONLY);
}

/* With a name as the rule, the name a link is opened by is the one the driver sees (V-001). */
static void names_are_exact(void **state)
{
    write_behind("good", "content", 0644);
    assert_int_equal(0, link(behind("good"), behind("bad")));
    strcpy(guarded->deny_name, "bad");
    assert_string_equal("content", text_of(on_mount("good")));
    assert_denied(on_mount("bad"), O_RDONLY);
    assert_string_equal("content", text_of(on_mount("good")));
}

static void reopened_descriptor(void **state)
{
    char path[64], byte;
    write_behind("f", "content", 0644);
    int fd = opened(on_mount("f"), O_RDONLY);
    deny("f");
    sprintf(path, "/proc/self/fd/%d", fd);
    assert_denied(path, O_RDONLY);
    assert_denied(path, O_RDWR);
    sprintf(path, "/proc/%d/fd/%d", getpid(), fd);
    assert_denied(path, O_RDONLY);
    assert_int_equal(1, pread(fd, &byte, 1, 0)); /* the open that was granted stays */
    close(fd);
}

static void path_descriptor(void **state)
{
    char path[64], byte;
    struct stat st;
    write_behind("f", "content", 0644);
    deny("f");
    int fd = opened(on_mount("f"), O_PATH); /* gives nothing of the data */
    assert_int_equal(0, fstat(fd, &st));
    assert_int_equal(-1, pread(fd, &byte, 1, 0));
    sprintf(path, "/proc/self/fd/%d", fd);
    assert_denied(path, O_RDONLY);
    assert_int_equal(-1, openat(fd, "", O_RDONLY));
    close(fd);
}

/* Handles passed on are the same open, as duplicated ones are on Windows. */
static void passed_descriptors(void **state)
{
    char byte;
    int status;
    write_behind("f", "content", 0644);
    int fd = opened(on_mount("f"), O_RDONLY), copy = dup(fd);
    deny("f");
    assert_int_equal(1, pread(copy, &byte, 1, 0));
    pid_t child = fork();
    if (child == 0)
        _exit(pread(fd, &byte, 1, 0) == 1 && byte == 'c' ? 0 : 1);
    waitpid(child, &status, 0);
    assert_int_equal(0, status);
    close(copy);
    close(fd);
}

static void page_cache(void **state)
{
    write_behind("f", "content", 0644);
    int fd = opened(on_mount("f"), O_RDONLY);
    char text[8] = {0};
    assert_int_equal(7, pread(fd, text, 7, 0)); /* the pages stay cached while it is open */
    deny("f");
    assert_denied(on_mount("f"), O_RDONLY);
    close(fd);
}

static void mappings(void **state)
{
    write_behind("f", "content", 0644);
    int fd = opened(on_mount("f"), O_RDWR);
    char *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(shared != MAP_FAILED);
    deny("f");
    close(fd);
    assert_memory_equal("content", shared, 7); /* the mapping was granted */
    memcpy(shared, "CON", 3);
    assert_int_equal(0, msync(shared, 4096, MS_SYNC));
    assert_string_equal("CONtent", text_of(behind("f")));
    munmap(shared, 4096);
    assert_denied(on_mount("f"), O_RDONLY);
}

static int run(const char *path)
{
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 1);
        dup2(null, 2);
        execl(path, path, (char *)NULL);
        _exit(errno);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void copy_program(const char *from, const char *name)
{
    int in = open(from, O_RDONLY), out = open(behind(name), O_WRONLY | O_CREAT, 0755);
    assert_true(in >= 0 && out >= 0);
    while (sendfile(out, in, NULL, 1 << 20) > 0)
        ;
    close(in);
    close(out);
}

static void programs(void **state)
{
    copy_program("/bin/true", "prog");
    assert_int_equal(0, run(on_mount("prog")));
    deny("prog");
    assert_int_equal(EACCES, run(on_mount("prog")));
}

static void scripts(void **state)
{
    write_behind("script", "#!/bin/sh\nexit 7\n", 0755);
    assert_int_equal(7, run(on_mount("script")));
    deny("script");
    assert_int_equal(EACCES, run(on_mount("script")));
    int status;
    pid_t child = fork();
    if (child == 0) {
        close(2);
        execl("/bin/sh", "sh", on_mount("script"), (char *)NULL); /* the interpreter's own open */
        _exit(99);
    }
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 7 && WEXITSTATUS(status) != 99);
}

static void moved_names(void **state)
{
    write_behind("f", "content", 0644);
    assert_int_equal(0, mkdir(on_mount("d"), 0755));
    deny("f");
    assert_int_equal(0, rename(on_mount("f"), on_mount("d/clean"))); /* a rename opens no data */
    assert_denied(on_mount("d/clean"), O_RDONLY);
    assert_int_equal(0, rename(on_mount("d"), on_mount("e")));
    assert_denied(on_mount("e/clean"), O_RDONLY);
    assert_int_equal(0, symlink("e/clean", on_mount("l")));
    assert_denied(on_mount("l"), O_RDONLY);
}

static void truncation_at_open(void **state)
{
    write_behind("f", "content", 0644);
    deny("f");
    assert_denied(on_mount("f"), O_WRONLY | O_TRUNC);
    assert_int_equal(-1, truncate(on_mount("f"), 0));
    assert_int_equal(EACCES, errno);
    /* an overwrite below has happened when a driver says no after it, as on Windows; one that says no before it keeps the bytes */
    __atomic_store_n(&guarded->deny_inode, 0, __ATOMIC_RELEASE);
    write_behind("f", "content", 0644);
    strcpy(guarded->deny_name, "f");
    assert_denied(on_mount("f"), O_WRONLY | O_TRUNC);
    assert_int_equal(-1, truncate(on_mount("f"), 0));
    assert_string_equal("content", text_of(behind("f")));
}

static void no_answer_switches_anything_off(void **state)
{
    write_behind("f", "content", 0644);
    strcpy(guarded->deny_name, "f");
    __atomic_store_n(&guarded->deny_status, 0xC0000002u, __ATOMIC_RELEASE); /* STATUS_NOT_IMPLEMENTED */
    __atomic_store_n(&guarded->deny_major, 9, __ATOMIC_RELEASE);            /* IRP_MJ_FLUSH_BUFFERS */
    guarded->deny_name[0] = '\0';
    int fd = opened(on_mount("f"), O_RDWR);
    assert_int_equal(-1, fsync(fd));
    assert_int_equal(EOPNOTSUPP, errno);
    assert_int_equal(-1, fsync(fd)); /* asked again, not remembered as missing */
    __atomic_store_n(&guarded->deny_major, 0, __ATOMIC_RELEASE);
    assert_int_equal(0, fsync(fd));
    close(fd);
    strcpy(guarded->deny_name, "f");
    assert_denied(on_mount("f"), O_RDONLY);
    guarded->deny_name[0] = '\0';
    assert_string_equal("content", text_of(on_mount("f")));
    strcpy(guarded->deny_name, "f");
    assert_denied(on_mount("f"), O_RDONLY); /* OPEN is still sent each time */
}

static void copying(void **state)
{
    write_behind("f", "content", 0644);
    int in = opened(on_mount("f"), O_RDONLY), out = opened(on_mount("g"), O_RDWR | O_CREAT);
    assert_int_equal(7, copy_file_range(in, NULL, out, NULL, 7, 0));
    assert_true(events_of(3, "f") > 0); /* seen as a read */
    assert_true(events_of(4, "g") > 0); /* and a write */
    __atomic_store_n(&guarded->deny_writes, 1, __ATOMIC_RELEASE);
    lseek(in, 0, SEEK_SET);
    assert_int_equal(-1, copy_file_range(in, NULL, out, NULL, 7, 0));
    assert_int_equal(EACCES, errno);
    lseek(in, 0, SEEK_SET);
    assert_int_equal(-1, sendfile(out, in, NULL, 7));
    close(out);
    close(in);
    assert_string_equal("content", text_of(behind("g")));
}

static void denied_writes(void **state)
{
    write_behind("f", "content", 0644);
    int fd = opened(on_mount("f"), O_RDWR);
    __atomic_store_n(&guarded->deny_writes, 1, __ATOMIC_RELEASE);
    assert_int_equal(-1, write(fd, "X", 1)); /* told by write(2) itself */
    assert_int_equal(EACCES, errno);
    assert_int_equal(-1, pwrite(fd, "X", 1, 100));
    struct iovec part = {"X", 1};
    assert_int_equal(-1, writev(fd, &part, 1));
    close(fd);
    fd = opened(on_mount("f"), O_WRONLY | O_APPEND);
    assert_int_equal(-1, write(fd, "X", 1));
    close(fd);
    assert_string_equal("content", text_of(behind("f")));
}

/* What the kernel asks on its own account raises no event. */
static void kernel_questions(void **state)
{
    char value[16];
    write_behind("f", "content", 0644);
    assert_int_equal(0, chmod(on_mount("f"), 0600));
    assert_int_equal(-1, getxattr(on_mount("f"), "security.capability", value, sizeof value));
    assert_int_equal(0, events_of(7, "f")); /* IRP_MJ_QUERY_EA */
}

#define GUARDED(name, fn) TEST_WITH(name, fn, guarded_clear, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GUARDED("V-019 a denial in spite of cached names and attributes", cached_dentry),
        GUARDED("V-020 a denial on every hard link", hard_link),
        GUARDED("V-001 V-020 the name a link is opened by", names_are_exact),
        GUARDED("V-003 V-021 a denial on reopening through /proc", reopened_descriptor),
        GUARDED("V-021 V-051 an O_PATH descriptor gives nothing", path_descriptor),
        GUARDED("V-003 V-022 descriptors that were granted are passed on", passed_descriptors),
        GUARDED("V-023 V-024 a denial in spite of cached pages", page_cache),
        GUARDED("V-025 V-111 mappings that were granted stay", mappings),
        GUARDED("V-026 V-049 a denial of programs", programs),
        GUARDED("V-026 a denial of scripts and of their interpreters", scripts),
        GUARDED("V-027 a denial wherever the file is moved", moved_names),
        GUARDED("V-028 V-043 a denial of truncating", truncation_at_open),
        GUARDED("V-029 no status switches an operation off", no_answer_switches_anything_off),
        GUARDED("V-030 V-036 V-088 copies are reads and writes", copying),
        GUARDED("V-032 V-072 denied writes are told by write", denied_writes),
        GUARDED("V-037 the kernel's own questions", kernel_questions),
    };
    return RUN_TESTS(tests, guarded_start, guarded_stop);
}
