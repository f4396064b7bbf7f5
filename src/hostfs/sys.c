/*
 * The system calls of hostfs that are more than a plain one: opening a single component without ever leaving the directory,
 * reopening O_PATH descriptors, attributes through them. Results are 0 or more, or a negative errno. Any thread.
 */
#include "hostfs/hostfs.h"
#include "ntoskrnl/ke/report.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef OPEN_TREE_CLOEXEC
#define OPEN_TREE_CLOEXEC O_CLOEXEC
#endif

static bool no_openat2; /* told at start, then fixed */
static pthread_once_t asked = PTHREAD_ONCE_INIT;

static int result(long value)
{
    return value < 0 ? -errno : (int)value;
}

static long openat2_call(int directory, const char *name, int flags, mode_t mode)
{
    struct open_how how = {
        .flags = (unsigned)flags | O_CLOEXEC,
        .mode = flags & O_CREAT ? mode & 07777 : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS,
    };
    return syscall(SYS_openat2, directory, name, &how, sizeof how);
}

/* A container's system call filter may refuse openat2; the fallback is told loudly. */
static void ask_for_openat2(void)
{
    int fd = (int)openat2_call(AT_FDCWD, ".", O_PATH | O_DIRECTORY, 0);
    if (fd >= 0)
        close(fd);
    else if (errno == ENOSYS || errno == EPERM)
        hostfs_sys_without_openat2(true);
}

void hostfs_sys_init(void)
{
    pthread_once(&asked, ask_for_openat2);
}

void hostfs_sys_without_openat2(bool without)
{
    no_openat2 = without;
    if (without)
        ke_log(KE_LOG_WARNING, "hostfs: openat2 is not usable here: names are resolved with O_NOFOLLOW, and mounts below a volume's "
            "directory are told by their device number only");
}

static bool is_one_component(const char *name)
{
    return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strchr(name, '/') == NULL;
}

static int open_without_openat2(int directory, const char *name, int flags, mode_t mode)
{
    int fd = openat(directory, name, flags | O_NOFOLLOW | O_CLOEXEC, mode & 07777);
    struct stat above, found;
    if (fd < 0 || fstat(directory, &above) != 0 || fstat(fd, &found) != 0)
        return fd < 0 ? -errno : (close(fd), -EIO);
    return above.st_dev == found.st_dev ? fd : (close(fd), -EXDEV);
}

int hostfs_open_at(int directory, const char *name, int flags, mode_t mode)
{
    if (!is_one_component(name))
        return -EINVAL;
    if (no_openat2)
        return open_without_openat2(directory, name, flags, mode);
    return result(openat2_call(directory, name, flags | O_NOFOLLOW, mode));
}

int hostfs_reopen(const struct hostfs_volume *volume, int fd, int flags)
{
    char name[16];
    snprintf(name, sizeof name, "%d", fd);
    return result(openat(volume->proc_fd, name, (flags & ~(O_CREAT | O_EXCL | O_NOFOLLOW)) | O_CLOEXEC | O_NOCTTY));
}

#define WANTED_STATX (STATX_BASIC_STATS | STATX_BTIME)

int hostfs_statx(int fd, struct statx *out)
{
    return result(statx(fd, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, WANTED_STATX, out));
}

int hostfs_statx_at(int directory, const char *name, struct statx *out)
{
    return result(statx(directory, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, WANTED_STATX, out));
}

static struct timespec timespec_of(struct statx_timestamp time)
{
    return (struct timespec){.tv_sec = time.tv_sec, .tv_nsec = time.tv_nsec};
}

void hostfs_stat_of_statx(const struct statx *in, struct stat *out)
{
    *out = (struct stat){
        .st_dev = makedev(in->stx_dev_major, in->stx_dev_minor),
        .st_ino = in->stx_ino,
        .st_mode = in->stx_mode,
        .st_nlink = in->stx_nlink,
        .st_uid = in->stx_uid,
        .st_gid = in->stx_gid,
        .st_rdev = makedev(in->stx_rdev_major, in->stx_rdev_minor),
        .st_size = (off_t)in->stx_size,
        .st_blksize = in->stx_blksize,
        .st_blocks = (blkcnt_t)in->stx_blocks,
        .st_atim = timespec_of(in->stx_atime),
        .st_mtim = timespec_of(in->stx_mtime),
        .st_ctim = timespec_of(in->stx_ctime),
    };
}

int hostfs_chmod(const struct hostfs_volume *volume, int fd, mode_t mode)
{
    char name[16];
    snprintf(name, sizeof name, "%d", fd);
    return result(fchmodat(volume->proc_fd, name, mode & 07777, 0));
}

/* Opening for writing first, as open(2) would: a plain truncate(2) leaves the times of an unchanged size alone. */
int hostfs_truncate(const struct hostfs_volume *volume, int fd, off_t size)
{
    int writable = hostfs_reopen(volume, fd, O_WRONLY);
    if (writable < 0)
        return writable;
    int error = result(ftruncate(writable, size));
    close(writable);
    return error;
}

static const char *proc_path(char path[32], int fd)
{
    snprintf(path, 32, "/proc/self/fd/%d", fd);
    return path;
}

ssize_t hostfs_getxattr(int fd, const char *name, void *value, size_t size)
{
    char path[32];
    ssize_t length = getxattr(proc_path(path, fd), name, value, size);
    return length < 0 ? -errno : length;
}

int hostfs_setxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
    char path[32];
    return result(setxattr(proc_path(path, fd), name, value, size, flags));
}

ssize_t hostfs_listxattr(int fd, char *names, size_t size)
{
    char path[32];
    ssize_t length = listxattr(proc_path(path, fd), names, size);
    return length < 0 ? -errno : length;
}

int hostfs_removexattr(int fd, const char *name)
{
    char path[32];
    return result(removexattr(proc_path(path, fd), name));
}

/* V-033: a private copy of the mount that nobody can reach by a path, without the mounts below it. */
int hostfs_clone_tree(int fd)
{
    return result(syscall(SYS_open_tree, fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH));
}

/* V-153: tells a new file from an old one with the same number. Part of most file systems' handles. */
int hostfs_generation(int fd, uint32_t *generation)
{
    union {
        struct file_handle handle;
        char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
    } h;
    int mount_id;
    h.handle.handle_bytes = MAX_HANDLE_SZ;
    if (name_to_handle_at(fd, "", &h.handle, &mount_id, AT_EMPTY_PATH) != 0)
        return -errno;
    uint32_t hash = 2166136261u;
    for (unsigned i = 0; i < h.handle.handle_bytes; i++)
        hash = (hash ^ h.handle.f_handle[i]) * 16777619u;
    *generation = hash;
    return 0;
}

const char *hostfs_type_name(int fd, char name[16])
{
    static const struct {
        unsigned long magic;
        const char *name;
    } known[] = {{0xef53, "ext4"}, {0x58465342, "xfs"}, {0x9123683e, "btrfs"}, {0x01021994, "tmpfs"}, {0x794c7630, "overlay"},
        {0xf2f52010, "f2fs"}, {0x6969, "nfs"}, {0x65735546, "fuse"}, {0x2fc12fc1, "zfs"}, {0x4d44, "vfat"}, {0x2011bab0, "exfat"},
        {0xff534d42, "cifs"}, {0xca451a4e, "bcachefs"}, {0x858458f6, "ramfs"}};
    struct statfs fs;
    strcpy(name, "hostfs");
    if (fstatfs(fd, &fs) != 0)
        return name;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].magic == (unsigned long)fs.f_type)
            snprintf(name, 16, "%s", known[i].name);
    return name;
}
