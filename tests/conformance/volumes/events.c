/*
 * What filters see of each system call: the sequences of section 2 of volumes.md; and when CLEANUP and CLOSE come (V-098 to V-103).
 */
#include "guarded.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { CREATE = 0, CLOSE = 2, CLEANUP = 0x12, SET = 6 };

/* RELEASE comes after close(2) has returned (V-100). */
static void assert_sequence(const char *name, const char *expected)
{
    unsigned long long end = now_ms() + 3000;
    while (strcmp(sequence_of(name), expected) != 0 && now_ms() < end)
        sched_yield();
    assert_string_equal(expected, sequence_of(name));
}

static unsigned detail_of(unsigned char major, const char *name)
{
    for (uint32_t i = 0; i < guarded->event_count && i < EVENTS; i++)
        if (guarded->events[i].major == major && strcmp(guarded->events[i].name, name) == 0)
            return guarded->events[i].detail;
    fail_msg("no such event of %s", name);
    return 0;
}

static int requestor_of(unsigned char major, const char *name)
{
    for (uint32_t i = 0; i < guarded->event_count && i < EVENTS; i++)
        if (guarded->events[i].major == major && strcmp(guarded->events[i].name, name) == 0)
            return guarded->events[i].pid;
    fail_msg("no such event of %s", name);
    return 0;
}

enum { FILE_OPEN_ = 1, FILE_CREATE_ = 2, FILE_OPEN_IF_ = 3, FILE_OVERWRITE_ = 4, FILE_OVERWRITE_IF_ = 5 };

static void opens(void **state)
{
    static const struct {
        const char *name;
        int flags;
        bool exists;
        unsigned disposition, has, has_not;
    } rows[] = {
        {"r", O_RDONLY, true, FILE_OPEN_, 0x1, 0x2},
        {"w", O_WRONLY, true, FILE_OPEN_, 0x6, 0x1},
        {"rw", O_RDWR, true, FILE_OPEN_, 0x7, 0},
        {"a", O_WRONLY | O_APPEND, true, FILE_OPEN_, 0x4, 0x2},
        {"t", O_WRONLY | O_TRUNC, true, FILE_OVERWRITE_, 0x6, 0},
        {"c", O_WRONLY | O_CREAT, false, FILE_OPEN_IF_, 0x6, 0},
        {"ct", O_WRONLY | O_CREAT | O_TRUNC, false, FILE_OVERWRITE_IF_, 0x6, 0},
        {"cx", O_WRONLY | O_CREAT | O_EXCL, false, FILE_CREATE_, 0x6, 0},
        {"ce", O_RDWR | O_CREAT, true, FILE_OPEN_, 0x7, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].exists)
            write_behind(rows[i].name, "x", 0644);
        int fd = try_open(on_mount(rows[i].name), rows[i].flags);
        assert_true(fd >= 0);
        close(fd);
        unsigned detail = detail_of(CREATE, rows[i].name);
        if (detail >> 24 != rows[i].disposition || (detail & rows[i].has) != rows[i].has || (detail & rows[i].has_not))
            fail_msg("%s: disposition %u, access 0x%x", rows[i].name, detail >> 24, detail & 0xffffff);
        assert_int_equal(getpid(), requestor_of(CREATE, rows[i].name)); /* the process, not its thread (V-007) */
        assert_sequence(rows[i].name, "CREATE CLEANUP CLOSE");
    }
}

static void looking_is_no_open(void **state)
{
    struct stat st;
    struct statvfs vfs;
    char target[16];
    write_behind("f", "x", 0644);
    assert_int_equal(0, symlink("f", behind("l")));
    assert_int_equal(0, stat(on_mount("f"), &st));
    assert_int_equal(0, access(on_mount("f"), R_OK));
    assert_int_equal(-1, stat(on_mount("none"), &st));
    assert_int_equal(0, statvfs(on_mount("f"), &vfs));
    assert_int_equal(1, readlink(on_mount("l"), target, sizeof target));
    assert_int_equal(0, events_of(CREATE, "f"));
    assert_int_equal(0, events_of(CREATE, "none"));
    int fd = try_open(on_mount("none"), O_RDONLY);
    assert_int_equal(-ENOENT, fd);
    assert_int_equal(0, events_of(CREATE, "none"));
}

static void reads_and_writes(void **state)
{
    char text[4];
    write_behind("f", "x", 0644);
    int fd = try_open(on_mount("f"), O_RDWR);
    assert_int_equal(1, pread(fd, text, 4, 0));
    assert_int_equal(2, pwrite(fd, "ab", 2, 0));
    assert_int_equal(0, fsync(fd));
    close(fd);
    assert_sequence("f", "CREATE READ WRITE FLUSH CLEANUP CLOSE");
}

static void changes(void **state)
{
    struct timespec times[2] = {{1, 0}, {2, 0}};
    write_behind("size", "x", 0644);
    write_behind("mode", "x", 0644);
    write_behind("owner", "x", 0644);
    write_behind("time", "x", 0644);
    write_behind("xattr", "x", 0644);
    assert_int_equal(0, truncate(on_mount("size"), 10));
    assert_sequence("size", "CREATE SET CLEANUP CLOSE");
    assert_int_equal(20, detail_of(SET, "size")); /* FileEndOfFileInformation */
    assert_int_equal(0, chmod(on_mount("mode"), 0600));
    assert_sequence("mode", "CREATE SECURITY CLEANUP CLOSE");
    assert_int_equal(0, chown(on_mount("owner"), 1, 1));
    assert_sequence("owner", "CREATE SECURITY CLEANUP CLOSE");
    assert_int_equal(0, utimensat(AT_FDCWD, on_mount("time"), times, 0));
    assert_sequence("time", "CREATE SET CLEANUP CLOSE");
    assert_int_equal(4, detail_of(SET, "time")); /* FileBasicInformation */
    assert_int_equal(0, setxattr(on_mount("xattr"), "user.a", "b", 1, 0));
    assert_sequence("xattr", "CREATE SETEA CLEANUP CLOSE");
    struct stat st;
    assert_int_equal(0, stat(behind("owner"), &st));
    assert_int_equal(1, st.st_uid);
    int fd = try_open(on_mount("size"), O_RDWR);
    guarded->event_count = 0;
    assert_int_equal(0, ftruncate(fd, 5));
    assert_string_equal("SET", sequence_of("size")); /* on the file that is open (V-093) */
    close(fd);
}

static void names(void **state)
{
    write_behind("old", "x", 0644);
    write_behind("gone", "x", 0644);
    write_behind("linked", "x", 0644);
    assert_int_equal(0, unlink(on_mount("gone")));
    assert_sequence("gone", "CREATE SET CLEANUP CLOSE");
    assert_int_equal(64, detail_of(SET, "gone")); /* FileDispositionInformationEx */
    assert_int_equal(0, rename(on_mount("old"), on_mount("new")));
    assert_sequence("old", "CREATE SET CLEANUP CLOSE");
    assert_int_equal(65, detail_of(SET, "old"));
    assert_int_equal(1, events_of(CREATE, "new")); /* the target's directory */
    assert_int_equal(0, link(on_mount("linked"), on_mount("second")));
    assert_sequence("linked", "CREATE SET CLEANUP CLOSE");
    assert_int_equal(72, detail_of(SET, "linked"));
    assert_int_equal(0, mkdir(on_mount("d"), 0755));
    assert_sequence("d", "CREATE CLEANUP CLOSE");
    assert_int_equal(FILE_CREATE_, detail_of(CREATE, "d") >> 24);
    guarded->event_count = 0;
    assert_int_equal(0, rmdir(on_mount("d")));
    assert_sequence("d", "CREATE SET CLEANUP CLOSE");
    assert_int_equal(0, mknod(on_mount("pipe"), S_IFIFO | 0644, 0));
    assert_int_equal(1, events_of(CREATE, "pipe"));
    assert_int_equal(0, symlink("x", on_mount("link")));
    assert_int_equal(1, events_of(CREATE, "link"));
}

static void exchanges(void **state)
{
    write_behind("one", "1", 0644);
    write_behind("two", "2", 0644);
    assert_int_equal(0, renameat2(AT_FDCWD, on_mount("one"), AT_FDCWD, on_mount("two"), RENAME_EXCHANGE));
    assert_string_equal("2", text_of(behind("one")));
    assert_int_equal(65, detail_of(SET, "one")); /* both objects' filters were asked */
    assert_int_equal(65, detail_of(SET, "two"));
    __atomic_store_n(&guarded->deny_status, 0xC0000022u, __ATOMIC_RELEASE);
    __atomic_store_n(&guarded->deny_major, SET, __ATOMIC_RELEASE);
    assert_int_equal(-1, renameat2(AT_FDCWD, on_mount("one"), AT_FDCWD, on_mount("two"), RENAME_EXCHANGE));
    assert_string_equal("2", text_of(behind("one")));
}

static void denied_changes(void **state)
{
    struct stat st;
    write_behind("f", "x", 0644);
    __atomic_store_n(&guarded->deny_status, 0xC0000022u, __ATOMIC_RELEASE);
    __atomic_store_n(&guarded->deny_major, SET, __ATOMIC_RELEASE);
    assert_int_equal(-1, unlink(on_mount("f")));
    assert_int_equal(-1, rename(on_mount("f"), on_mount("g")));
    assert_int_equal(-1, link(on_mount("f"), on_mount("g")));
    assert_int_equal(-1, truncate(on_mount("f"), 0));
    __atomic_store_n(&guarded->deny_major, 0, __ATOMIC_RELEASE);
    assert_string_equal("x", text_of(behind("f")));
    assert_int_equal(-1, stat(behind("g"), &st));
    assert_string_equal("x", text_of(on_mount("f"))); /* and the mount still knows it */
    assert_int_equal(-1, stat(on_mount("g"), &st));
}

/* ---- CLEANUP and CLOSE ---- */

static void one_cleanup(void **state)
{
    int status;
    write_behind("f", "x", 0644);
    int fd = try_open(on_mount("f"), O_RDONLY), copy = dup(fd);
    close(fd);
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    waitpid(child, &status, 0);
    assert_int_equal(0, events_of(CLEANUP, "f")); /* flushed twice, still open */
    close(copy);
    assert_sequence("f", "CREATE CLEANUP CLOSE");
    assert_int_equal(getpid(), requestor_of(CLEANUP, "f"));
    assert_int_equal(4, requestor_of(CLOSE, "f"));
}

static void mapped_files(void **state)
{
    write_behind("f", "content", 0644);
    int fd = try_open(on_mount("f"), O_RDWR);
    char *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(shared != MAP_FAILED);
    close(fd);
    shared[0] = 'C';
    assert_int_equal(0, events_of(CLEANUP, "f"));
    munmap(shared, 4096);
    unsigned long long end = now_ms() + 3000;
    while (events_of(CLOSE, "f") == 0 && now_ms() < end)
        sched_yield();
    assert_int_equal(1, events_of(CLEANUP, "f"));
    assert_string_equal("Content", text_of(behind("f")));
    const struct event *written = event_of(4, "f");
    assert_int_equal(4, written->pid); /* System: who wrote into a mapping is not known (V-245) */
    assert_int_equal(0x2, written->flags & 0x2); /* IRP_PAGING_IO */
    assert_int_equal(getpid(), requestor_of(CLEANUP, "f")); /* who closed last, as far as is known (V-103) */
    assert_int_equal(4, requestor_of(CLOSE, "f"));
    const char *sequence = sequence_of("f");
    assert_non_null(strstr(sequence, "WRITE")); /* written back before the end */
    assert_true(strstr(sequence, "WRITE") < strstr(sequence, "CLEANUP"));
}

/* An open after a close sees the clean-up done, however slow that is: a scan on close wins against the next open. */
static void close_before_open(void **state)
{
    for (int i = 0; i < 200; i++) {
        write_behind("f", "x", 0644);
        int fd = try_open(on_mount("f"), O_RDWR);
        assert_true(fd >= 0);
        close(fd);
        fd = try_open(on_mount("f"), O_RDWR);
        assert_true(fd >= 0);
        close(fd);
    }
    unsigned open = 0;
    for (uint32_t i = 0; i < guarded->event_count && i < EVENTS; i++) {
        if (strcmp(guarded->events[i].name, "f") != 0)
            continue; /* the last test's directories are still being closed */
        if (guarded->events[i].major == CREATE)
            assert_int_equal(0, open++); /* never a second one before the first one's clean-up */
        if (guarded->events[i].major == CLEANUP)
            open--;
    }
}

static void deleted_while_open(void **state)
{
    struct stat st;
    char text[4] = {0};
    write_behind("f", "abc", 0644);
    int fd = try_open(on_mount("f"), O_RDWR);
    assert_int_equal(0, unlink(on_mount("f")));
    assert_int_equal(-1, stat(behind("f"), &st));
    assert_int_equal(0, fstat(fd, &st));
    assert_int_equal(0, st.st_nlink);
    assert_int_equal(3, pread(fd, text, 3, 0));
    assert_string_equal("abc", text);
    assert_int_equal(1, pwrite(fd, "X", 1, 0));
    assert_int_equal(0, fchmod(fd, 0600));
    assert_int_equal(0, ftruncate(fd, 1));
    close(fd);
    write_behind("f", "new", 0644);
    assert_string_equal("new", text_of(on_mount("f")));
}

#define GUARDED(name, fn) TEST_WITH(name, fn, guarded_clear, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GUARDED("V-007 V-028 V-044 V-038 V-039 V-040 V-041 V-042 V-043 V-069 V-075 opens", opens),
        GUARDED("V-011 V-012 V-053 V-055 V-080 V-243 looking is no open", looking_is_no_open),
        GUARDED("V-031 V-071 V-072 V-074 V-076 reads, writes, flushes", reads_and_writes),
        GUARDED("V-091 V-092 V-093 V-094 V-095 V-105 V-170 changes", changes),
        GUARDED("V-059 V-061 V-062 V-063 V-064 V-065 V-068 names", names),
        GUARDED("V-067 V-246 exchanges", exchanges),
        GUARDED("V-063 V-065 V-068 V-112 denied changes change nothing", denied_changes),
        GUARDED("V-074 V-098 V-103 one CLEANUP, at the last descriptor", one_cleanup),
        GUARDED("V-099 V-103 V-111 V-244 V-245 mapped files", mapped_files),
        GUARDED("V-100 V-101 a close is over before the next open", close_before_open),
        GUARDED("V-186 files deleted while open", deleted_while_open),
    };
    return RUN_TESTS(tests, guarded_start, guarded_stop);
}
