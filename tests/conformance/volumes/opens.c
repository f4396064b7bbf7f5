/*
 * What an open says to filters besides access and disposition (V-046 to V-052, V-143); programs and their sections (V-106, V-107); calls
 * that are no operation, or another one than their name says (V-079 to V-089); and what the kernel decides alone (V-010, V-082, V-224).
 */
#include "guarded.h"

#include <dlfcn.h>
#include "openfltmgr/fscontrol.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/fs.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { M_CREATE = 0, M_CLOSE = 2, M_READ = 3, M_WRITE = 4, M_FLUSH = 9, M_FSCTL = 13, M_CLEANUP = 0x12, M_SECTION = 0xff };
enum {
    OPTION_DIRECTORY = 0x1, OPTION_WRITE_THROUGH = 0x2, OPTION_NO_BUFFERING = 0x8, OPTION_NON_DIRECTORY = 0x40,
    FLAG_CASE_SENSITIVE = 0x80, FILE_OPENED_CASE_SENSITIVE = 0x20000, IRP_NO_CACHE = 0x1, IRP_PAGING = 0x2,
};

static void assert_sequence(const char *name, const char *expected)
{
    unsigned long long end = now_ms() + 3000;
    while (strcmp(sequence_of(name), expected) != 0 && now_ms() < end)
        sched_yield();
    assert_string_equal(expected, sequence_of(name));
}

static int opened(const char *path, int flags)
{
    int fd = try_open(path, flags);
    if (fd < 0)
        fail_msg("%s: %s", path, strerror(-fd));
    return fd;
}

/* ---- flags of open(2) ---- */

static void whole_names(void **state)
{
    assert_int_equal(0, mkdir(on_mount("Dir"), 0755));
    write_behind("Dir/File", "x", 0644);
    close(opened(on_mount("Dir/File"), O_RDONLY));
    assert_sequence("File", "CREATE CLEANUP CLOSE");
    const struct event *create = event_of(M_CREATE, "File");
    assert_true(create->whole_path);
    assert_true(create->user_mode);
    assert_int_equal(FLAG_CASE_SENSITIVE, create->flags & FLAG_CASE_SENSITIVE);
    assert_int_equal(FILE_OPENED_CASE_SENSITIVE, event_of(M_CLEANUP, "File")->file_flags & FILE_OPENED_CASE_SENSITIVE);
    assert_int_equal(-ENOENT, try_open(on_mount("dir/file"), O_RDONLY));
}

static void option_flags(void **state)
{
    char byte;
    write_behind("plain", "content", 0644);
    write_behind("direct", "content", 0644);
    write_behind("sync", "content", 0644);
    write_behind("dsync", "content", 0644);
    write_behind("none", "content", 0644);
    close(opened(on_mount("plain"), O_RDONLY));
    assert_int_equal(OPTION_NON_DIRECTORY, event_of(M_CREATE, "plain")->options & 0xf3ff & ~0x20u);
    assert_int_equal(7, event_of(M_CREATE, "plain")->share);
    int fd = opened(on_mount("direct"), O_RDONLY | O_DIRECT);
    assert_int_equal(1, pread(fd, &byte, 1, 3)); /* no alignment is asked for */
    assert_int_equal('t', byte);
    close(fd);
    assert_int_equal(OPTION_NO_BUFFERING, event_of(M_CREATE, "direct")->options & (OPTION_NO_BUFFERING | OPTION_WRITE_THROUGH));
    const struct event *read = event_of(M_READ, "direct");
    assert_int_equal(0, read->flags & IRP_PAGING); /* the program's own read, as it asked (V-070) */
    assert_int_equal(1, read->length);
    assert_int_equal(3, read->offset);
    assert_int_equal(getpid(), read->pid);
    const char *const through[] = {"sync", "dsync"};
    for (int i = 0; i < 2; i++) {
        fd = opened(on_mount(through[i]), O_WRONLY | (i ? O_DSYNC : O_SYNC));
        assert_int_equal(1, write(fd, "X", 1));
        close(fd);
        assert_int_equal(OPTION_WRITE_THROUGH, event_of(M_CREATE, through[i])->options & (OPTION_WRITE_THROUGH | OPTION_NO_BUFFERING));
        assert_sequence(through[i], "CREATE WRITE FLUSH CLEANUP CLOSE");
    }
    close(opened(on_mount("none"), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY));
    const struct event *a = event_of(M_CREATE, "none"), *b = event_of(M_CREATE, "plain");
    assert_int_equal(b->options, a->options);
    assert_int_equal(b->detail, a->detail);
    assert_int_equal(b->share, a->share);
}

static time_t access_time(const char *path)
{
    struct stat st;
    assert_int_equal(0, stat(path, &st));
    return st.st_atime;
}

static void no_access_time(void **state)
{
    const struct timespec old[2] = {{1000000, 0}, {2000000, 0}}; /* an access before the last change is always noted (relatime) */
    char byte;
    write_behind("f", "content", 0644);
    assert_int_equal(0, utimensat(AT_FDCWD, behind("f"), old, 0));
    int fd = opened(on_mount("f"), O_RDONLY | O_NOATIME | O_DIRECT);
    assert_int_equal(1, pread(fd, &byte, 1, 0));
    close(fd);
    assert_int_equal(1000000, access_time(behind("f")));
    fd = opened(on_mount("f"), O_RDONLY | O_DIRECT);
    assert_int_equal(1, pread(fd, &byte, 1, 0));
    close(fd);
    assert_int_not_equal(1000000, access_time(behind("f")));
}

static void directories(void **state)
{
    assert_int_equal(0, mkdir(on_mount("d"), 0755));
    assert_sequence("d", "CREATE CLEANUP CLOSE");
    guarded->event_count = 0;
    int fd = opened(on_mount("d"), O_RDONLY | O_DIRECTORY);
    assert_int_equal(0, fsync(fd));
    close(fd);
    assert_sequence("d", "CREATE FLUSH CLEANUP CLOSE");
    assert_int_equal(OPTION_DIRECTORY, event_of(M_CREATE, "d")->options & (OPTION_DIRECTORY | OPTION_NON_DIRECTORY));
    assert_int_equal(getpid(), event_of(M_FLUSH, "d")->pid);
    assert_int_equal(4, event_of(M_CLOSE, "d")->pid); /* RELEASEDIR has no caller */
}

static void regular_nodes(void **state)
{
    struct stat st;
    assert_int_equal(0, mknod(on_mount("f"), S_IFREG | 0640, 0));
    assert_sequence("f", "CREATE CLEANUP CLOSE");
    const struct event *create = event_of(M_CREATE, "f");
    assert_int_equal(2, create->detail >> 24); /* FILE_CREATE */
    assert_int_equal(OPTION_NON_DIRECTORY, create->options & (OPTION_DIRECTORY | OPTION_NON_DIRECTORY));
    assert_int_equal(0x100100, create->detail & 0xffffff); /* FILE_WRITE_ATTRIBUTES | SYNCHRONIZE */
    assert_int_equal(0, stat(behind("f"), &st));
    assert_int_equal(S_IFREG | 0640, st.st_mode);
    assert_int_equal(-1, mknod(on_mount("f"), S_IFREG | 0640, 0));
    assert_int_equal(EEXIST, errno);
}

/* ---- calls that are no operation, or several ---- */

static void no_operations(void **state)
{
    struct pollfd poll_fd;
    int block = 0;
    write_behind("f", "content", 0644);
    int fd = opened(on_mount("f"), O_RDWR);
    guarded->event_count = 0;
    poll_fd = (struct pollfd){.fd = fd, .events = POLLIN | POLLOUT};
    assert_int_equal(1, poll(&poll_fd, 1, 0));
    assert_int_equal(POLLIN | POLLOUT, poll_fd.revents); /* ready always (V-084) */
    assert_int_equal(-1, ioctl(fd, _IO('q', 77), 0));
    assert_int_equal(ENOTTY, errno); /* V-087 */
    assert_true(ioctl(fd, FIBMAP, &block) != 0 || block == 0); /* no block of a disk is told (V-089) */
    assert_int_equal(0, guarded->event_count);
    close(fd);
}

/* The kernel opens the file of its own for these: it must look like nobody's open. */
static void flags_of_inodes(void **state)
{
    int flags = 0;
    write_behind("f", "content", 0644);
    assert_int_equal(0, mkdir(behind("d"), 0755));
    int file = opened(on_mount("f"), O_RDONLY), directory = opened(on_mount("d"), O_RDONLY | O_DIRECTORY);
    guarded->event_count = 0;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(-1, ioctl(i % 2 ? file : directory, FS_IOC_GETFLAGS, &flags));
        assert_true(errno == ENOTTY || errno == EOPNOTSUPP); /* as the kernel's version puts it */
        assert_int_equal(-1, ioctl(i % 2 ? file : directory, FS_IOC_SETFLAGS, &flags));
        assert_true(errno == ENOTTY || errno == EOPNOTSUPP);
    }
    assert_int_equal(0, guarded->event_count);
    close(file);
    close(directory);
}

#ifdef __x86_64__
static long old_call(long number, const char *first)
{
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(first), "c"(0L), "d"(0L)
                     : "memory", "r8", "r9", "r10", "r11");
    return result;
}

/* A kernel without them kills the caller, or says ENOSYS: found out in a child. */
static bool kernel_has_old_calls(void)
{
    enum { OLD_GETPID = 20 };
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL); /* cmocka's handler would report the child */
        _exit(old_call(OLD_GETPID, NULL) == getpid() ? 0 : 1);
    }
    assert_int_equal(child, waitpid(child, &status, 0));
    assert_true(WIFEXITED(status) || WTERMSIG(status) == SIGSEGV);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* As 32-bit programs make it, without O_LARGEFILE: that is how the kernel's own open looks, too. */
static void opens_of_old_programs(void **state)
{
    enum { OLD_OPEN = 5 };
    if (!kernel_has_old_calls()) {
        skip_because("this kernel runs no 32-bit programs (CONFIG_IA32_EMULATION, ia32_emulation=)");
    }
    char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    assert_true(low != MAP_FAILED); /* the 32-bit table's open takes no pointer above 4 GB */
    write_behind("f", "content", 0644);
    strcpy(low, on_mount("f"));
    guarded->event_count = 0;
    long fd = old_call(OLD_OPEN, low);
    assert_true(fd >= 0);
    assert_int_equal(1, events_of(M_CREATE, "f"));
    close((int)fd);
    munmap(low, 4096);
}
#endif

enum {
    GET_REPARSE_POINT = 0x900a8, SET_REPARSE_POINT = 0x900a4, DELETE_REPARSE_POINT = 0x900ac, SET_ZERO_DATA = 0x980c8, QUERY_ALLOCATED_RANGES = 0x940cf,
};

static uint32_t control(int fd, struct ofm_fs_control *c, uint32_t code, uint32_t in, uint32_t out)
{
    c->code = code;
    c->in_length = in;
    c->out_length = out;
    assert_int_equal(0, ioctl(fd, OFM_IOC_FS_CONTROL, c));
    return c->status;
}

static void own_ioctl(void **state)
{
    struct ofm_fs_control c = {0};
    int64_t range[2] = {0, 4};
    write_behind("f", "content", 0644);
    int fd = opened(on_mount("f"), O_RDWR), reader = opened(on_mount("f"), O_RDONLY), writer = opened(on_mount("f"), O_WRONLY);
    guarded->event_count = 0;
    memcpy(c.bytes, range, sizeof range);
    assert_int_equal(0, control(fd, &c, QUERY_ALLOCATED_RANGES, 16, 16));
    assert_int_equal(16, c.information);
    memcpy(range, c.bytes, sizeof range);
    assert_int_equal(0, range[0]);
    assert_int_equal(4, range[1]);
    const struct event *event = event_of(M_FSCTL, "f");
    assert_int_equal(getpid(), event->pid);
    assert_true(event->user_mode);
    memcpy(c.bytes, (int64_t[]){0, 4}, 16);
    assert_int_equal(0, control(fd, &c, SET_ZERO_DATA, 16, 0));
    assert_int_equal(0, c.information);
    assert_int_equal(0xc0000275, control(reader, &c, GET_REPARSE_POINT, 0, sizeof c.bytes)); /* STATUS_NOT_A_REPARSE_POINT */
    assert_int_equal(0xc0000010, control(reader, &c, 0x93ffc, 8, 8));                        /* STATUS_INVALID_DEVICE_REQUEST: hostfs's */
    assert_int_equal(4, events_of(M_FSCTL, "f"));
    /* what the code wants of the handle */
    uint32_t before = guarded->event_count;
    assert_int_equal(0xc0000022, control(reader, &c, SET_ZERO_DATA, 16, 0));
    assert_int_equal(0xc0000022, control(writer, &c, QUERY_ALLOCATED_RANGES, 16, 16));
    c.in_length = sizeof c.bytes + 1;
    assert_int_equal(-1, ioctl(fd, OFM_IOC_FS_CONTROL, &c));
    assert_int_equal(EINVAL, errno);
    c.in_length = 0;
    assert_int_equal(-1, ioctl(fd, _IOWR(0xF1, 0x4E, int), &c)); /* another size: another ioctl */
    assert_int_equal(ENOTTY, errno);
    assert_int_equal(before, guarded->event_count);
    /* a code that asks nothing of the handle: the file system does */
    memcpy(c.bytes, (uint32_t[]){0xa000001d, 8, 2, 'x'}, 16); /* IO_REPARSE_TAG_LX_SYMLINK to "x" */
    c.bytes[4] = 5;
    assert_int_equal(0xc0000022, control(reader, &c, SET_REPARSE_POINT, 13, 0));
    assert_int_equal(0xc0000022, control(reader, &c, DELETE_REPARSE_POINT, 8, 0));
    /* a filter refuses it */
    guarded->deny_status = 0xc000022d;
    guarded->deny_major = M_FSCTL;
    assert_int_equal(0xc000022d, control(fd, &c, GET_REPARSE_POINT, 0, 64));
    guarded->deny_major = 0;
    close(reader);
    close(writer);
    close(fd);
    int directory = opened(guarded_mount, O_RDONLY | O_DIRECTORY);
    assert_int_equal(0xc0000275, control(directory, &c, GET_REPARSE_POINT, 0, 64));
    close(directory);
    /* behind the mount there is no manager */
    fd = opened(behind("f"), O_RDWR);
    assert_int_equal(-1, ioctl(fd, OFM_IOC_FS_CONTROL, &c));
    assert_int_equal(ENOTTY, errno);
    close(fd);
    char bytes[8] = {0};
    fd = opened(behind("f"), O_RDONLY);
    assert_int_equal(7, read(fd, bytes, 8));
    assert_memory_equal("\0\0\0\0ent", bytes, 7);
    close(fd);
}

/* F_SETLEASE never comes to the manager: the kernel grants it, and it sees opens through the mount. */
static void leases(void **state)
{
    write_behind("f", "content", 0644);
    int fd = opened(on_mount("f"), O_RDONLY);
    guarded->event_count = 0;
    signal(SIGIO, SIG_IGN); /* tells of the break */
    assert_int_equal(0, fcntl(fd, F_SETLEASE, F_RDLCK));
    assert_int_equal(F_RDLCK, fcntl(fd, F_GETLEASE));
    assert_int_equal(-EWOULDBLOCK, try_open(on_mount("f"), O_WRONLY | O_NONBLOCK)); /* the lease's, before any request */
    assert_int_equal(0, guarded->event_count);
    assert_int_equal(0, fcntl(fd, F_SETLEASE, F_UNLCK));
    signal(SIGIO, SIG_DFL);
    close(fd);
}

/* access(2) is the kernel's, from the mode; it is no gate and asks nobody. */
static void access_is_no_gate(void **state)
{
    int status;
    write_behind("f", "content", 0640);
    strcpy(guarded->deny_name, "f");
    assert_int_equal(0, access(on_mount("f"), R_OK));
    assert_int_equal(-EACCES, try_open(on_mount("f"), O_RDONLY));
    assert_int_equal(1, events_of(M_CREATE, "f"));
    chmod(guarded_mount, 0755);
    pid_t child = fork();
    if (child == 0)
        _exit(setgroups(0, NULL) == 0 && setgid(1000) == 0 && setuid(1000) == 0 && access(on_mount("f"), R_OK) == -1 && errno == EACCES ? 0 : 1);
    waitpid(child, &status, 0);
    assert_int_equal(0, status);
    assert_int_equal(1, events_of(M_CREATE, "f"));
}

/* The request does not carry them; the kernel knows them, and decides (V-181). */
static void supplementary_groups(void **state)
{
    write_behind("f", "content", 0640);
    assert_int_equal(0, chown(behind("f"), 0, 4711));
    for (int member = 0; member < 2; member++) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            gid_t groups[] = {12, 4711};
            if (setgroups(member ? 2 : 1, groups) != 0 || setgid(1000) != 0 || setuid(1000) != 0)
                _exit(99);
            int fd = try_open(on_mount("f"), O_RDONLY);
            _exit(fd >= 0 ? 0 : -fd);
        }
        waitpid(child, &status, 0);
        assert_int_equal(member ? 0 : EACCES, WEXITSTATUS(status));
    }
}

/* system.posix_acl_access: rw for the owner, nothing for user 1000, r for the group and the mask, nothing for others. */
static void access_lists(void **state)
{
    static const struct __attribute__((packed)) {
        uint32_t version;
        struct __attribute__((packed)) {
            uint16_t tag, rights;
            uint32_t id;
        } entries[5];
    } list = {2, {{0x01, 6, ~0u}, {0x02, 0, 1000}, {0x04, 4, ~0u}, {0x10, 4, ~0u}, {0x20, 0, ~0u}}};
    write_behind("f", "content", 0640);
    assert_int_equal(0, chown(behind("f"), 0, 4711));
    if (setxattr(behind("f"), "system.posix_acl_access", &list, sizeof list, 0) != 0) {
        assert_int_equal(EOPNOTSUPP, errno);
        skip_because("the directory's file system has no ACLs");
    }
    for (uid_t user = 1000; user < 1002; user++) { /* both in the group that may read */
        int status;
        pid_t child = fork();
        if (child == 0) {
            gid_t groups[] = {4711};
            if (setgroups(1, groups) != 0 || setgid(1000) != 0 || setuid(user) != 0)
                _exit(99);
            int fd = try_open(on_mount("f"), O_RDONLY);
            _exit(fd >= 0 ? 0 : -fd);
        }
        waitpid(child, &status, 0);
        assert_int_equal(user == 1000 ? EACCES : 0, WEXITSTATUS(status));
    }
}

static void big_writes(void **state)
{
    enum { SIZE = 3 << 20 };
    char *block = calloc(1, SIZE);
    uint64_t sum = 0;
    unsigned writes = 0;
    int fd = opened(on_mount("f"), O_RDWR | O_CREAT);
    assert_int_equal(SIZE, write(fd, block, SIZE));
    close(fd);
    free(block);
    for (uint32_t i = 0; i < guarded->event_count && i < EVENTS; i++) {
        const struct event *event = &guarded->events[i];
        if (event->major != M_WRITE || strcmp(event->name, "f") != 0)
            continue;
        assert_true(event->length <= 1 << 20);
        assert_int_equal((int64_t)sum, event->offset);
        sum += event->length;
        writes++;
    }
    assert_int_equal(SIZE, sum);
    assert_true(writes >= 3); /* one write(2) is several operations */
}

/* One request may carry several changes: one open for all of them, in their order (2.5). */
static void several_changes(void **state)
{
    struct stat st;
    write_behind("f", "content", 04755);
    assert_int_equal(0, chown(on_mount("f"), 1000, 1000));
    assert_int_equal(1, events_of(M_CREATE, "f"));
    assert_true(strncmp(sequence_of("f"), "CREATE SECURITY", 15) == 0);
    assert_int_equal(0, stat(behind("f"), &st));
    assert_int_equal(1000, st.st_uid);
    assert_int_equal(1000, st.st_gid);
    assert_int_equal(0, st.st_mode & S_ISUID); /* as on the directory itself */
}

/* ---- forgetting ---- */

static void forgotten_names(void **state)
{
    struct stat st;
    char name[16];
    for (int i = 0; i < 50; i++) {
        sprintf(name, "f%d", i);
        write_behind(name, "x", 0644);
        assert_int_equal(0, stat(on_mount(name), &st));
        assert_int_equal(0, unlink(on_mount(name))); /* the kernel forgets the node with its last use */
    }
    for (int i = 0; i < 50; i++) {
        sprintf(name, "f%d", i);
        assert_sequence(name, "CREATE SET CLEANUP CLOSE"); /* and nothing more: no CLOSE for a FORGET */
    }
}

/* ---- releases ---- */

/* More than the kernel's default of twelve background requests: the next close does not wait behind them. */
static void many_releases(void **state)
{
    enum { LATE = 40 };
    char name[16];
    __atomic_store_n(&guarded->hold, 1, __ATOMIC_RELEASE);
    for (int i = 0; i < LATE; i++) {
        sprintf(name, "late%d", i);
        write_behind(name, "x", 0644);
        close(opened(on_mount(name), O_RDONLY));
    }
    until(held() == LATE);
    write_behind("free", "x", 0644);
    close(opened(on_mount("free"), O_RDONLY));
    assert_sequence("free", "CREATE CLEANUP CLOSE");
    assert_int_equal(LATE, held());
    guarded_release();
    until(held() == 0);
}

/* ---- links ---- */

static void caches_of_links(void **state)
{
    struct stat a, b;
    char text[8] = {0};
    write_behind("a", "old", 0644);
    assert_int_equal(0, link(on_mount("a"), on_mount("b")));
    assert_string_equal("old", text_of(on_mount("b"))); /* cached under both names */
    assert_string_equal("old", text_of(on_mount("a")));
    int fd = opened(on_mount("a"), O_WRONLY);
    assert_int_equal(3, write(fd, "new", 3));
    int other = opened(on_mount("b"), O_RDONLY); /* while the first one is open */
    assert_int_equal(3, read(other, text, sizeof text));
    assert_string_equal("new", text);
    close(other);
    close(fd);
    assert_int_equal(0, stat(on_mount("a"), &a));
    assert_int_equal(0, stat(on_mount("b"), &b));
    assert_int_equal(a.st_ino, b.st_ino);
    assert_int_equal(a.st_dev, b.st_dev);
    assert_int_equal(2, b.st_nlink);
}

static void file_handles(void **state)
{
    struct {
        struct file_handle handle;
        unsigned char bytes[128];
    } id = {.handle.handle_bytes = 128};
    int mount_id;
    write_behind("f", "content", 0644);
    if (name_to_handle_at(AT_FDCWD, on_mount("f"), &id.handle, &mount_id, 0) != 0) {
        assert_int_equal(EOPNOTSUPP, errno); /* a kernel that gives no handles has no such way in */
        return;
    }
    int directory = opened(guarded_mount, O_RDONLY | O_DIRECTORY);
    int keep = opened(on_mount("f"), O_PATH); /* known to the kernel: else there is no way from a handle to it */
    int fd = open_by_handle_at(directory, &id.handle, O_RDONLY);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(1, events_of(M_CREATE, "f"));
    strcpy(guarded->deny_name, "f");
    assert_int_equal(-1, open_by_handle_at(directory, &id.handle, O_RDONLY));
    assert_int_equal(EACCES, errno);
    close(keep);
    close(directory);
}

/* ---- programs ---- */

static void copy_program(const char *from, const char *name, mode_t mode)
{
    int in = open(from, O_RDONLY), out = open(behind(name), O_WRONLY | O_CREAT, 0755);
    assert_true(in >= 0 && out >= 0);
    while (sendfile(out, in, NULL, 1 << 20) > 0)
        ;
    assert_int_equal(0, fchmod(out, mode));
    close(in);
    close(out);
}

static int run(const char *path)
{
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        execl(path, path, (char *)NULL);
        _exit(errno);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void sections(void **state)
{
    copy_program("/bin/true", "prog", 0755);
    assert_int_equal(0, run(on_mount("prog")));
    const struct event *section = event_of(M_SECTION, "prog");
    assert_int_equal(1, section->sync_type);      /* SyncTypeCreateSection */
    assert_int_equal(0x10, section->protection);  /* PAGE_EXECUTE */
    assert_int_equal(1, events_of(M_SECTION, "prog"));
    const char *sequence = sequence_of("prog");
    assert_true(strncmp(sequence, "CREATE SECTION RELEASE READ", 27) == 0); /* asked before the first page comes */
    assert_int_equal(IRP_PAGING, event_of(M_READ, "prog")->flags & IRP_PAGING);
    until(events_of(M_CLOSE, "prog") == events_of(M_CREATE, "prog")); /* the kernel releases after the program's end */
    __atomic_store_n(&guarded->deny_status, 0xC0000022u, __ATOMIC_RELEASE);
    __atomic_store_n(&guarded->deny_major, M_SECTION, __ATOMIC_RELEASE);
    guarded->event_count = 0;
    assert_int_equal(EACCES, run(on_mount("prog")));
    until(events_of(M_CLOSE, "prog") == 1);
    assert_sequence("prog", "CREATE SECTION CLEANUP CLOSE");
    assert_true(strcmp(text_of(on_mount("prog")), "(none)") != 0); /* reading is another matter */
}

/* A library is opened and mapped as data is: nothing tells filters that it will run. */
static void libraries(void **state)
{
    copy_program("/lib/x86_64-linux-gnu/libm.so.6", "lib.so", 0755);
    void *library = dlopen(on_mount("lib.so"), RTLD_NOW | RTLD_LOCAL);
    assert_non_null(library);
    assert_int_equal(0, events_of(M_SECTION, "lib.so"));
    assert_int_equal(0, event_of(M_CREATE, "lib.so")->detail & 0x20); /* not FILE_EXECUTE */
    dlclose(library);
}

static bool runs(pid_t pid, const char *name)
{
    char link[32], program[512];
    sprintf(link, "/proc/%d/exe", pid);
    ssize_t length = readlink(link, program, sizeof program - 1);
    program[length > 0 ? length : 0] = 0;
    return strcmp(program, on_mount(name)) == 0;
}

static void running_programs(void **state)
{
    int go[2], status;
    copy_program("/bin/cat", "prog", 0755);
    assert_int_equal(0, pipe2(go, O_CLOEXEC));
    pid_t child = fork();
    if (child == 0) {
        dup2(go[0], 0);
        execl(on_mount("prog"), "prog", (char *)NULL);
        _exit(99);
    }
    close(go[0]);
    until(runs(child, "prog")); /* an open for writing before that would make execve fail */
    assert_int_equal(1, events_of(M_SECTION, "prog"));
    int fd = try_open(on_mount("prog"), O_WRONLY);
    assert_int_equal(-ETXTBSY, fd); /* the kernel's own rule */
    assert_int_equal(0xC0000043u, guarded_native_open("prog")); /* STATUS_SHARING_VIOLATION: the base's, for the manager's own opens */
    close(go[1]);
    waitpid(child, &status, 0);
    assert_int_equal(0, status);
    until(guarded_native_open("prog") == 0);
    fd = opened(on_mount("prog"), O_WRONLY);
    close(fd);
}

/* ---- the mount's options ---- */

static void mount_options(void **state)
{
    char line[4096];
    bool found = false;
    FILE *table = fopen("/proc/self/mountinfo", "r");
    while (fgets(line, sizeof line, table)) {
        char *point = strstr(line, guarded_mount);
        if (point == NULL)
            continue;
        char *options = point + strlen(guarded_mount) + 1;
        options[strcspn(options, " ")] = 0;
        found = true;
        assert_non_null(strstr(options, "nosuid"));
        assert_non_null(strstr(options, "nodev"));
    }
    fclose(table);
    assert_true(found);
    assert_int_equal(0, mknod(on_mount("null"), S_IFCHR | 0666, makedev(1, 3)));
    assert_int_equal(-EACCES, try_open(on_mount("null"), O_RDWR));
    copy_program("/usr/bin/id", "id", 04755);
    int pipe_fds[2], status;
    char text[64] = {0};
    assert_int_equal(0, pipe(pipe_fds));
    pid_t child = fork();
    if (child == 0) {
        dup2(pipe_fds[1], 1);
        if (setgid(1000) != 0 || setuid(1000) != 0)
            _exit(99);
        execl(on_mount("id"), "id", "-u", (char *)NULL);
        _exit(98);
    }
    close(pipe_fds[1]);
    waitpid(child, &status, 0);
    assert_int_equal(0, status);
    assert_true(read(pipe_fds[0], text, sizeof text - 1) > 0);
    close(pipe_fds[0]);
    assert_string_equal("1000\n", text); /* not root */
    write_behind("data", "x", 0644);
    assert_int_equal(EACCES, run(on_mount("data"))); /* the x bits are the kernel's matter */
    assert_int_equal(0, events_of(M_SECTION, "data"));
}

#define GUARDED(name, fn) TEST_WITH(name, fn, guarded_clear, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GUARDED("V-052 V-140 V-143 whole names, in their case", whole_names),
        GUARDED("V-046 V-047 V-048 V-070 flags of open", option_flags),
        GUARDED("V-048 reading without an access time", no_access_time),
        GUARDED("V-048 V-079 directories", directories),
        GUARDED("V-060 regular nodes", regular_nodes),
        GUARDED("V-084 V-089 poll and bmap are no operations", no_operations),
        GUARDED("V-050 the kernel's own opens for flags are nobody's", flags_of_inodes),
#ifdef __x86_64__
        GUARDED("V-050 a 32-bit program's open is a program's", opens_of_old_programs),
#endif
        GUARDED("V-087 an ioctl of ours is a file system control, any other is none", own_ioctl),
        GUARDED("V-192 leases are the kernel's own", leases),
        GUARDED("V-082 access is no gate", access_is_no_gate),
        GUARDED("V-010 supplementary groups", supplementary_groups),
        GUARDED("V-181 V-225 access lists are obeyed", access_lists),
        GUARDED("V-218 one operation is a mebibyte at most", big_writes),
        GUARDED("V-057 V-097 several changes in one request", several_changes),
        GUARDED("V-054 a forgotten name is no close", forgotten_names),
        GUARDED("V-102 a release does not wait behind slow ones", many_releases),
        GUARDED("V-002 links have one number and agree from open to open", caches_of_links),
        GUARDED("V-035 an open by handle is asked about", file_handles),
        GUARDED("V-106 V-107 sections of programs", sections),
        GUARDED("V-110 libraries are mapped like data", libraries),
        GUARDED("V-034 a running program is not written", running_programs),
        GUARDED("V-224 no set-user-ID, no devices", mount_options),
    };
    return RUN_TESTS(tests, guarded_start, guarded_stop);
}
