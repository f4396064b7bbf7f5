/*
 * System calls on the mount do what they do on the directory behind it: each call is made in both places and must end alike, with the
 * same errno (V-127). Then what several users may do (V-181 to V-183, V-223).
 */
#include "guarded.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

/* A directory of its own on the mount and a plain one with the same history. */
static char here[2][128];

static int both_setup(void **state)
{
    static char plain[64];
    guarded_clear(state);
    if (plain[0] == '\0') {
        strcpy(plain, "/tmp/volumes-plain-XXXXXX");
        assert_non_null(mkdtemp(plain));
    }
    snprintf(here[0], sizeof here[0], "%s/dir", guarded_mount);
    snprintf(here[1], sizeof here[1], "%s/dir", plain);
    char command[300];
    snprintf(command, sizeof command, "rm -rf '%s'", here[1]);
    assert_int_equal(0, system(command));
    umask(022);
    for (int i = 0; i < 2; i++)
        assert_int_equal(0, mkdir(here[i], 0755));
    return 0;
}

static int both_teardown(void **state)
{
    char command[300];
    assert_int_equal(0, chdir("/"));
    snprintf(command, sizeof command, "rm -rf '%s'", here[1]);
    return system(command);
}

/* Runs the expression in both directories; results (a non-negative number, or -errno) must be the same. Gives that result. */
#define SAME(expression)                                                                                             \
    __extension__({                                                                                                  \
        long _r[2];                                                                                                  \
        for (int _i = 0; _i < 2; _i++) {                                                                             \
            assert_int_equal(0, chdir(here[_i]));                                                                    \
            long _v = (long)(expression);                                                                            \
            _r[_i] = _v < 0 ? -errno : _v;                                                                           \
        }                                                                                                            \
        if (_r[0] != _r[1])                                                                                          \
            fail_msg("%s: %ld (%s) on the mount, %ld (%s) on the directory", #expression, _r[0],                      \
                _r[0] < 0 ? strerror((int)-_r[0]) : "", _r[1], _r[1] < 0 ? strerror((int)-_r[1]) : "");               \
        _r[0];                                                                                                       \
    })
#define OK(expression) assert_true(SAME(expression) >= 0)
#define FAILS(error, expression) assert_int_equal(-(error), SAME(expression))

static int put(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        return -1;
    return close(fd);
}

static int has(const char *name, const char *text)
{
    return strcmp(text_of(name), text) == 0;
}

static long mode_of(const char *name)
{
    struct stat st;
    return lstat(name, &st) == 0 ? (long)st.st_mode : -1;
}

static long size_of(const char *name)
{
    struct stat st;
    return lstat(name, &st) == 0 ? (long)st.st_size : -1;
}

static long links_of(const char *name)
{
    struct stat st;
    return lstat(name, &st) == 0 ? (long)st.st_nlink : -1;
}

static int with_fd(const char *name, int flags, long (*use)(int fd))
{
    int fd = open(name, flags, 0644);
    if (fd < 0)
        return -1;
    long result = use(fd);
    int error = errno;
    close(fd);
    errno = error;
    return (int)result;
}

static void opening(void **state)
{
    OK(put("f", "x"));
    OK(mkdir("d", 0755));
    FAILS(ENOENT, open("none", O_RDONLY));
    FAILS(ENOTDIR, open("f/x", O_RDONLY));
    FAILS(EISDIR, open("d", O_WRONLY));
    FAILS(EISDIR, open("d", O_RDWR | O_CREAT, 0644));
    FAILS(EEXIST, open("f", O_CREAT | O_EXCL | O_WRONLY, 0644));
    FAILS(ENOTDIR, open("f", O_DIRECTORY));
    OK(symlink("f", "l"));
    OK(symlink("l2", "l2"));
    FAILS(ELOOP, open("l", O_NOFOLLOW));
    FAILS(ELOOP, open("l2", O_RDONLY));
    char longest[300];
    memset(longest, 'n', sizeof longest);
    longest[255] = '\0';
    OK(put(longest, "x"));
    longest[255] = 'n';
    longest[256] = '\0';
    FAILS(ENAMETOOLONG, open(longest, O_CREAT | O_WRONLY, 0644));
    int fd = open(on_mount("dir"), O_TMPFILE | O_RDWR, 0600); /* V-045 */
    assert_int_equal(-1, fd);
    assert_int_equal(EOPNOTSUPP, errno);
    OK(put("we:ird\\\xff\x01*?", "odd"));
    OK(has("we:ird\\\xff\x01*?", "odd"));
}

static long read_all(int fd)
{
    char text[64];
    return pread(fd, text, sizeof text, 0);
}

static long append_two(int fd)
{
    return write(fd, "12", 2) == 2 && lseek(fd, 0, SEEK_CUR) == 5 ? 0 : -1;
}

static long sparse(int fd)
{
    char byte = 'x';
    if (pwrite(fd, &byte, 1, 1 << 20) != 1 || lseek(fd, 0, SEEK_DATA) <= 0 || lseek(fd, 0, SEEK_HOLE) != 0)
        return -1;
    return lseek(fd, 2 << 20, SEEK_DATA) == -1 && errno == ENXIO ? 0 : -2;
}

static long reserve(int fd)
{
    return fallocate(fd, 0, 0, 10000) == 0 && fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 100) == 0 &&
                   fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0
               ? lseek(fd, 0, SEEK_END) : -1;
}

static void data(void **state)
{
    OK(put("f", "abc"));
    assert_int_equal(3, SAME(with_fd("f", O_RDONLY, read_all)));
    OK(with_fd("f", O_WRONLY | O_APPEND, append_two));
    OK(has("f", "abc12"));
    FAILS(EBADF, with_fd("f", O_WRONLY, read_all));
    OK(with_fd("s", O_RDWR | O_CREAT, sparse));
    assert_int_equal(10000, SAME(with_fd("r", O_RDWR | O_CREAT, reserve)));
    OK(truncate("f", 2));
    OK(has("f", "ab"));
    OK(truncate("f", 5000));
    assert_int_equal(5000, SAME(size_of("f")));
    FAILS(EINVAL, truncate("f", -1));
    OK(mkdir("d", 0755));
    FAILS(EISDIR, truncate("d", 0));
    FAILS(EFBIG, truncate("f", LONG_MAX));
}

static long map_shared(int fd)
{
    char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return -1;
    memcpy(p, "MAP", 3);
    int error = msync(p, 8192, MS_SYNC);
    munmap(p, 8192);
    char text[4] = {0};
    return error == 0 && pread(fd, text, 3, 0) == 3 && strcmp(text, "MAP") == 0 ? 0 : -2;
}

static long map_private(int fd)
{
    char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return -1;
    char first = p[0];
    p[0] = '!';
    munmap(p, 4096);
    return first;
}

static void mapping(void **state)
{
    OK(put("f", "abcdefgh"));
    OK(with_fd("f", O_RDWR, map_shared));
    OK(has("f", "MAPdefgh"));
    assert_int_equal('M', SAME(with_fd("f", O_RDONLY, map_private)));
    OK(has("f", "MAPdefgh"));
}

static int rename_flags(const char *from, const char *to, unsigned flags)
{
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static void renaming(void **state)
{
    OK(put("a", "A"));
    OK(put("b", "B"));
    OK(mkdir("d", 0755));
    OK(mkdir("e", 0755));
    OK(put("e/f", "x"));
    FAILS(ENOENT, rename("none", "x"));
    FAILS(EEXIST, rename_flags("a", "b", RENAME_NOREPLACE));
    OK(rename_flags("a", "b", RENAME_EXCHANGE));
    OK(has("a", "B") && has("b", "A"));
    FAILS(ENOENT, rename_flags("a", "none", RENAME_EXCHANGE));
    FAILS(EINVAL, rename_flags("a", "b", RENAME_EXCHANGE | RENAME_NOREPLACE));
    OK(rename("a", "b"));
    OK(has("b", "B") && mode_of("a") == -1);
    FAILS(EISDIR, rename("b", "d"));
    FAILS(ENOTDIR, rename("d", "b"));
    FAILS(ENOTEMPTY, rename("d", "e"));
    OK(rename("e", "d"));
    OK(has("d/f", "x"));
    FAILS(EINVAL, rename("d", "d/under"));
    OK(rename("d/f", "f"));
    OK(link("f", "g"));
    OK(rename("f", "g")); /* two names of one file: nothing happens */
    assert_int_equal(2, SAME(links_of("f")));
    assert_int_equal(-1, rename_flags(on_mount("dir/f"), on_mount("dir/w"), 4)); /* RENAME_WHITEOUT */
    assert_int_equal(EINVAL, errno);
}

static void removing(void **state)
{
    OK(put("f", "x"));
    OK(mkdir("d", 0755));
    OK(put("d/f", "x"));
    FAILS(ENOENT, unlink("none"));
    FAILS(EISDIR, unlink("d"));
    FAILS(ENOTDIR, rmdir("f"));
    FAILS(ENOTEMPTY, rmdir("d"));
    OK(unlink("d/f"));
    OK(rmdir("d"));
    FAILS(ENOENT, rmdir("d"));
    OK(mkdir("d", 0755));
    FAILS(EEXIST, mkdir("d", 0755));
    FAILS(EEXIST, mkdir("f", 0755));
    OK(unlink("f"));
    FAILS(ENOENT, unlink("f"));
}

static void linking(void **state)
{
    char target[64];
    OK(put("f", "x"));
    OK(mkdir("d", 0755));
    OK(link("f", "d/g"));
    assert_int_equal(2, SAME(links_of("f")));
    FAILS(EEXIST, link("f", "d/g"));
    FAILS(EPERM, link("d", "dd"));
    FAILS(ENOENT, link("none", "x"));
    OK(symlink("/a//b/../\xff", "l"));
    OK(readlink("l", target, sizeof target));
    assert_memory_equal("/a//b/../\xff", target, 10);
    FAILS(EINVAL, readlink("f", target, sizeof target));
    FAILS(EEXIST, symlink("x", "f"));
    OK(linkat(AT_FDCWD, "l", AT_FDCWD, "l2", 0)); /* a link of the link itself */
    OK(S_ISLNK(mode_of("l2")) ? 0 : -1);
}

static int times_of(const char *name, struct timespec wanted)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, wanted};
    struct stat st;
    if (utimensat(AT_FDCWD, name, times, AT_SYMLINK_NOFOLLOW) != 0 || lstat(name, &st) != 0)
        return -1;
    return st.st_mtim.tv_sec == wanted.tv_sec && st.st_mtim.tv_nsec == wanted.tv_nsec ? 0 : -2;
}

static void attributes(void **state)
{
    OK(put("f", "x"));
    OK(symlink("f", "l"));
    static const mode_t modes[] = {0, 0444, 0600, 0777, 04711, 02755, 01777};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        OK(chmod("f", modes[i]));
        SAME(mode_of("f"));
    }
    OK(chown("f", 1000, 1001));
    SAME(mode_of("f"));
    OK(lchown("l", 1002, 1003));
    FAILS(ENOENT, chmod("none", 0644));
    OK(times_of("f", (struct timespec){123456789, 987654321}));
    OK(times_of("f", (struct timespec){-5, 1}));
    OK(times_of("l", (struct timespec){5, 7}));
    OK(mkfifo("fifo", 0640));
    SAME(mode_of("fifo"));
    OK(mknod("null", S_IFCHR | 0666, 0x103));
    SAME(mode_of("null"));
}

static long list_of(const char *name)
{
    char list[256];
    return listxattr(name, list, sizeof list);
}

static void extended_attributes(void **state)
{
    char value[64];
    OK(put("f", "x"));
    OK(symlink("f", "l"));
    OK(setxattr("f", "user.name", "value", 5, 0));
    assert_int_equal(5, SAME(getxattr("f", "user.name", value, sizeof value)));
    assert_int_equal(5, SAME(getxattr("f", "user.name", NULL, 0)));
    FAILS(ERANGE, getxattr("f", "user.name", value, 2));
    FAILS(EEXIST, setxattr("f", "user.name", "v", 1, XATTR_CREATE));
    FAILS(ENODATA, setxattr("f", "user.none", "v", 1, XATTR_REPLACE));
    FAILS(ENODATA, getxattr("f", "user.none", value, sizeof value));
    OK(setxattr("f", "user.empty", "", 0, 0));
    assert_int_equal(0, SAME(getxattr("f", "user.empty", value, sizeof value)));
    OK(setxattr("f", "user.Name", "two", 3, 0)); /* another one than user.name */
    assert_int_equal(5, SAME(getxattr("f", "user.name", value, sizeof value)));
    OK(setxattr("f", "user.no,EA:name=[x]", "v", 1, 0)); /* Linux' own business */
    assert_int_equal(1, SAME(getxattr("f", "user.no,EA:name=[x]", value, sizeof value)));
    static char large[5000];
    SAME(setxattr("f", "user.large", large, sizeof large, 0)); /* whatever the file system below can hold */
    SAME(list_of("f"));
    OK(removexattr("f", "user.name"));
    FAILS(ENODATA, removexattr("f", "user.name"));
    FAILS(EOPNOTSUPP, setxattr("f", "weird.x", "v", 1, 0));
    FAILS(EPERM, lsetxattr("l", "user.x", "v", 1, 0));
    OK(setxattr("f", "trusted.t", "v", 1, 0));
    OK(mkdir("d", 0755));
    OK(setxattr("d", "user.d", "v", 1, 0));
}

static void listing(void **state)
{
    enum { COUNT = 700 };
    for (int i = 0; i < COUNT; i++) {
        char name[32];
        sprintf(name, "entry-%04d", i);
        OK(put(name, ""));
    }
    DIR *directory = opendir(here[0]);
    bool seen[COUNT] = {false};
    struct dirent *entry;
    long middle = -1;
    char after[64] = "";
    int count = 0, dots = 0;
    while ((entry = readdir(directory)) != NULL) {
        int n;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            dots++;
            continue;
        }
        assert_int_equal(1, sscanf(entry->d_name, "entry-%d", &n));
        assert_false(seen[n]);
        seen[n] = true;
        if (++count == 300)
            middle = telldir(directory);
        if (count == 301)
            strcpy(after, entry->d_name);
    }
    assert_int_equal(COUNT, count);
    assert_int_equal(2, dots);
    seekdir(directory, middle);
    assert_string_equal(after, readdir(directory)->d_name);
    rewinddir(directory);
    assert_non_null(readdir(directory));
    closedir(directory);
    /* removing while reading, as rm -r does */
    directory = opendir(here[0]);
    while ((entry = readdir(directory)) != NULL)
        if (entry->d_name[0] != '.')
            assert_int_equal(0, unlinkat(dirfd(directory), entry->d_name, 0));
    closedir(directory);
    assert_int_equal(0, rmdir(here[0]));
    assert_int_equal(0, mkdir(here[0], 0755));
}

static void locks(void **state)
{
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10};
    int status;
    OK(put("f", "0123456789"));
    assert_int_equal(0, chdir(here[0]));
    int fd = open("f", O_RDWR);
    assert_int_equal(0, flock(fd, LOCK_EX));
    assert_int_equal(0, fcntl(fd, F_SETLK, &range));
    pid_t child = fork();
    if (child == 0) {
        int other = open("f", O_RDWR);
        if (flock(other, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
            _exit(1);
        if (fcntl(other, F_SETLK, &range) == 0 || (errno != EAGAIN && errno != EACCES))
            _exit(2);
        _exit(0);
    }
    waitpid(child, &status, 0);
    assert_int_equal(0, status);
    assert_int_equal(0, flock(fd, LOCK_UN));
    close(fd);
}

static void sockets(void **state)
{
    assert_int_equal(0, chdir(here[0]));
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(0, bind(listener, (struct sockaddr *)&address, sizeof address));
    assert_int_equal(0, listen(listener, 1));
    assert_int_equal(0, connect(client, (struct sockaddr *)&address, sizeof address));
    close(client);
    close(listener);
}

/* ---- users ---- */

/* In a child that is this user; its exit status. */
static int as_user(uid_t uid, gid_t gid, gid_t extra, int (*act)(void))
{
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (chdir(here[0]) != 0 || setgroups(extra ? 1 : 0, &extra) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
            _exit(98);
        _exit(act());
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static int creates(void)
{
    struct stat st;
    umask(027);
    int fd = open("mine", O_RDWR | O_CREAT | O_EXCL, 0666);
    if (fd < 0 || fstat(fd, &st) != 0)
        return errno;
    if (st.st_uid != 1000 || st.st_gid != 1000 || (st.st_mode & 07777) != 0640)
        return 97;
    if (mkdir("dir", 0777) != 0 || stat("dir", &st) != 0 || (st.st_mode & 07777) != 0750 || st.st_uid != 1000)
        return 96;
    if (symlink("x", "link") != 0 || lstat("link", &st) != 0 || st.st_uid != 1000)
        return 95;
    return 0;
}

static int reads_secret(void)
{
    return open("secret", O_RDONLY) >= 0 ? 0 : errno;
}

static int creates_denied(void)
{
    return open("new", O_RDWR | O_CREAT, 0666) >= 0 ? 0 : errno;
}

static int chmods(void)
{
    return chmod("mine", 0777) == 0 ? 0 : errno;
}

static int unlinks(void)
{
    return unlink("mine") == 0 ? 0 : errno;
}

static void several_users(void **state)
{
    assert_int_equal(0, chmod(here[0], 0777));
    assert_int_equal(0, as_user(1000, 1000, 0, creates));
    assert_int_equal(EPERM, as_user(1001, 1001, 0, chmods));
    assert_int_equal(0, as_user(1000, 1000, 0, chmods));
    assert_int_equal(0, chmod(here[0], 01777)); /* sticky: only the owner removes */
    assert_int_equal(EPERM, as_user(1001, 1001, 0, unlinks));
    assert_int_equal(0, as_user(1000, 1000, 0, unlinks));
    char path[200];
    snprintf(path, sizeof path, "%s/secret", here[0]);
    assert_int_equal(0, put(path, "x"));
    assert_int_equal(0, chmod(path, 0600));
    assert_int_equal(EACCES, as_user(1000, 1000, 0, reads_secret));
    assert_int_equal(0, chmod(path, 0640));
    assert_int_equal(0, chown(path, 0, 44));
    assert_int_equal(EACCES, as_user(1000, 1000, 0, reads_secret));
    assert_int_equal(0, as_user(1000, 1000, 44, reads_secret)); /* a group of his */
    assert_int_equal(0, chmod(here[0], 0755));
    assert_int_equal(EACCES, as_user(1000, 1000, 0, creates_denied));
    assert_int_equal(0, chown(here[0], 0, 44));
    assert_int_equal(0, chmod(here[0], 02775)); /* a directory of the group, which new files belong to */
    assert_int_equal(EACCES, as_user(1000, 1000, 0, creates_denied));
    assert_int_equal(0, as_user(1000, 1000, 44, creates_denied));
    struct stat st;
    snprintf(path, sizeof path, "%s/new", here[0]);
    assert_int_equal(0, stat(path, &st));
    assert_int_equal(1000, st.st_uid);
    assert_int_equal(44, st.st_gid);
}

/* Written through the mount, read behind it, and the other way. */
static void both_sides(void **state)
{
    struct stat st;
    write_behind("f", "first", 0644);
    assert_string_equal("first", text_of(on_mount("f")));
    write_behind("f", "second", 0644);
    assert_string_equal("second", text_of(on_mount("f")));
    unlink(behind("f"));
    unsigned long long end = now_ms() + 3000; /* the kernel may keep the name for a second */
    while (stat(on_mount("f"), &st) == 0 && now_ms() < end)
        sched_yield();
    assert_int_equal(-1, stat(on_mount("f"), &st));
}

#define BOTH(name, fn) TEST_WITH(name, fn, both_setup, both_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH("V-045 V-127 V-129 opening", opening),
        BOTH("V-041 V-085 V-086 V-093 V-094 V-127 data and sizes", data),
        BOTH("V-025 V-199 mappings", mapping),
        BOTH("V-065 V-066 V-067 V-127 renames", renaming),
        BOTH("V-063 V-064 V-127 removing", removing),
        BOTH("V-058 V-059 V-068 V-127 links", linking),
        BOTH("V-061 V-091 V-092 V-095 V-146 attributes and times", attributes),
        BOTH("V-170 V-171 V-173 V-174 V-175 extended attributes", extended_attributes),
        BOTH("V-077 V-078 listing, seeking, removing meanwhile", listing),
        BOTH("V-083 V-188 locks", locks),
        BOTH("V-061 sockets", sockets),
        BOTH("V-181 V-182 V-183 V-223 several users", several_users),
        BOTH("V-194 changes behind the mount", both_sides),
    };
    return RUN_TESTS(tests, guarded_start, guarded_stop);
}
