/*
 * A volume over a Linux directory: its beginning and end, and what a front end asks of it besides NT operations.
 */
#include "hostfs/volume.h"
#include "hostfs/hostfs.h"
#include "ntoskrnl/ke/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* ---- for the front end ---- */

static int node_root(struct io_volume *volume, struct io_node **node)
{
    *node = hostfs_volume_of(volume)->root;
    hostfs_node_reference(*node);
    return 0;
}

static int node_lookup(struct io_node *parent, const char *name, struct io_node **node, struct stat *attributes)
{
    struct statx found;
    if (strcmp(name, "..") == 0 || *name == '\0')
        return -EINVAL; /* V-207 */
    if (strcmp(name, ".") == 0) {
        hostfs_node_reference(parent);
        *node = parent;
        int error = hostfs_statx(parent->fd, &found);
        hostfs_stat_of_statx(&found, attributes);
        return error;
    }
    int error = hostfs_node_child(parent, name, node, &found);
    if (error == 0)
        hostfs_stat_of_statx(&found, attributes);
    return error;
}

static int node_stat(struct io_node *node, struct stat *attributes)
{
    return fstat(node->fd, attributes) == 0 ? 0 : -errno;
}

static int node_readlink(struct io_node *node, char *buffer, size_t size)
{
    ssize_t length = readlinkat(node->fd, "", buffer, size);
    return length < 0 ? errno == ENOENT ? -EINVAL : -errno : (int)length;
}

static int node_getxattr(struct io_node *node, const char *name, void *value, size_t size, ssize_t *length)
{
    if (hostfs_xattr_is_hidden(name))
        return -ENODATA;
    *length = hostfs_getxattr(node->fd, name, value, size);
    return *length < 0 ? (int)*length : 0;
}

static int node_setxattr(struct io_node *node, const char *name, const void *value, size_t size, int flags, const struct io_cred *cred)
{
    if (hostfs_xattr_is_hidden(name))
        return -EOPNOTSUPP;
    if (node->volume->read_only)
        return -EROFS;
    return hostfs_setxattr(node->fd, name, value, size, flags);
}

static ssize_t drop_hidden(char *names, ssize_t length)
{
    ssize_t kept = 0;
    for (ssize_t at = 0; at < length;) {
        ssize_t size = (ssize_t)strlen(names + at) + 1;
        if (!hostfs_xattr_is_hidden(names + at)) {
            memmove(names + kept, names + at, (size_t)size);
            kept += size;
        }
        at += size;
    }
    return kept;
}

/* The room's own attributes are not shown; a size probe may be told too much, never too little. */
static int node_listxattr(struct io_node *node, char *names, size_t size, ssize_t *length)
{
    *length = hostfs_listxattr(node->fd, names, size);
    if (*length > 0 && size > 0)
        *length = drop_hidden(names, *length);
    return *length < 0 ? (int)*length : 0;
}

static int node_removexattr(struct io_node *node, const char *name, const struct io_cred *cred)
{
    if (hostfs_xattr_is_hidden(name))
        return -ENODATA;
    if (node->volume->read_only)
        return -EROFS;
    return hostfs_removexattr(node->fd, name);
}

static int volume_statvfs(struct io_volume *volume, struct statvfs *out)
{
    return fstatvfs(hostfs_volume_of(volume)->root_fd, out) == 0 ? 0 : -errno;
}

static int file_stat(PFILE_OBJECT file, struct stat *attributes)
{
    struct hostfs_ccb *ccb = hostfs_ccb_of(file);
    if (ccb == NULL || ccb->node == NULL)
        return -EBADF;
    return fstat(ccb->fd >= 0 ? ccb->fd : ccb->node->fd, attributes) == 0 ? 0 : -errno;
}

static int file_seek(PFILE_OBJECT file, int64_t offset, int whence, int64_t *result)
{
    struct hostfs_ccb *ccb = hostfs_ccb_of(file);
    if (ccb == NULL || ccb->fd < 0)
        return -EBADF;
    *result = lseek(ccb->fd, offset, whence); /* nobody uses the descriptor's own position */
    return *result < 0 ? -errno : 0;
}

static int file_descriptor(PFILE_OBJECT file)
{
    struct hostfs_ccb *ccb = hostfs_ccb_of(file);
    return ccb ? ccb->fd : -1;
}

static bool name_from_nt(const char16_t *units, size_t count, char *bytes)
{
    return hostfs_name_from_nt(units, count, bytes) == HOSTFS_NAME_OK;
}

/* ---- beginning and end ---- */

static void free_volume(struct hostfs_volume *volume)
{
    hostfs_node_release(volume->root);
    if (volume->root_fd >= 0)
        close(volume->root_fd);
    if (volume->proc_fd >= 0)
        close(volume->proc_fd);
    pthread_mutex_destroy(&volume->names);
    pthread_mutex_destroy(&volume->streams);
    pthread_mutex_destroy(&volume->watching);
    free(volume->nodes);
    free(volume->scbs);
    free(volume);
}

static void dismount(struct io_volume *volume)
{
    free_volume(volume->base_data);
    volume->base_data = NULL;
}

static const struct io_base_ops ops = {
    .file_system_name = "hostfs",
    .node_root = node_root,
    .node_lookup = node_lookup,
    .node_stat = node_stat,
    .node_readlink = node_readlink,
    .node_getxattr = node_getxattr,
    .node_setxattr = node_setxattr,
    .node_listxattr = node_listxattr,
    .node_removexattr = node_removexattr,
    .node_reference = hostfs_node_reference,
    .node_release = hostfs_node_release,
    .statvfs = volume_statvfs,
    .file_stat = file_stat,
    .file_seek = file_seek,
    .file_descriptor = file_descriptor,
    .dismount = dismount,
    .name_to_nt = hostfs_name_to_nt,
    .name_from_nt = name_from_nt,
};

/* A node holds a descriptor: the soft limit of an interactive shell is soon reached. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static struct hostfs_volume *new_volume(void)
{
    struct hostfs_volume *volume = calloc(1, sizeof *volume);
    if (volume == NULL)
        return NULL;
    volume->root_fd = volume->proc_fd = -1;
    volume->node_buckets = volume->scb_buckets = 256;
    volume->nodes = calloc(volume->node_buckets, sizeof *volume->nodes);
    volume->scbs = calloc(volume->scb_buckets, sizeof *volume->scbs);
    pthread_mutex_init(&volume->names, NULL);
    pthread_mutex_init(&volume->streams, NULL);
    pthread_mutex_init(&volume->watching, NULL);
    InitializeListHead(&volume->watches);
    if (volume->nodes == NULL || volume->scbs == NULL)
        return free_volume(volume), NULL;
    return volume;
}

static int open_root(struct hostfs_volume *volume, const char *directory)
{
    int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int clone = hostfs_clone_tree(fd);
    volume->detached = clone >= 0;
    volume->root_fd = volume->detached ? clone : fd;
    if (volume->detached)
        close(fd);
    else
        ke_log(KE_LOG_INFO, "hostfs: %s: no private copy of its mount (%s): mounts made over it later are seen", directory, strerror(-clone));
    volume->proc_fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (volume->proc_fd < 0) {
        ke_log(KE_LOG_ERROR, "hostfs: /proc is not mounted, files cannot be reopened without it");
        return -errno;
    }
    return 0;
}

static bool xattrs_work(int fd)
{
    char value;
    ssize_t length = hostfs_getxattr(fd, HOSTFS_XATTR_STORED, &value, 0);
    return length >= 0 || length == -ENODATA;
}

static void set_label(struct hostfs_volume *volume, const char *label)
{
    size_t length = label ? strlen(label) : 0;
    char16_t units[HOSTFS_NAME_UNITS];
    if (length > HOSTFS_NAME_BYTES)
        length = HOSTFS_NAME_BYTES;
    size_t count = hostfs_name_to_nt(label ? label : "", length, units);
    volume->label_length = count < 32 ? (unsigned)count : 32;
    memcpy(volume->label, units, volume->label_length * sizeof *units);
}

/* V-197: 32 bits out of what tells file systems apart. */
static ULONG serial_of(int fd, dev_t device)
{
    struct statvfs vfs;
    uint64_t id = fstatvfs(fd, &vfs) == 0 ? vfs.f_fsid : 0;
    id = (id ^ device) * 0x9e3779b97f4a7c15ull;
    return (ULONG)(id >> 32);
}

static int prepare(struct hostfs_volume *volume, const char *directory, const struct io_volume_options *options)
{
    struct statvfs vfs;
    struct statx root;
    int error = open_root(volume, directory);
    if (error == 0)
        error = hostfs_statx(volume->root_fd, &root);
    if (error == 0)
        error = hostfs_node_create_root(volume);
    if (error < 0)
        return error;
    volume->device = makedev(root.stx_dev_major, root.stx_dev_minor);
    volume->oplock_timeout_ms = options && options->oplock_timeout_ms ? options->oplock_timeout_ms : HOSTFS_OPLOCK_TIMEOUT_MS;
    volume->read_only = (options && options->read_only) || (fstatvfs(volume->root_fd, &vfs) == 0 && (vfs.f_flag & ST_RDONLY));
    volume->xattrs = xattrs_work(volume->root_fd);
    volume->serial = serial_of(volume->root_fd, volume->device);
    hostfs_type_name(volume->root_fd, volume->type_name);
    set_label(volume, options ? options->label : NULL);
    return 0;
}

NTSTATUS hostfs_volume_create(const char *directory, const struct io_volume_options *options, struct io_volume **created)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, raise_descriptor_limit);
    hostfs_sys_init();
    struct hostfs_volume *volume = new_volume();
    if (volume == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    int error = prepare(volume, directory, options);
    if (error < 0) {
        free_volume(volume);
        return error == -ENOTDIR ? STATUS_NOT_A_DIRECTORY : io_status_of_errno(-error, IO_ERRNO_OPEN);
    }
    struct io_volume_options filled = options ? *options : (struct io_volume_options){0};
    filled.read_only = volume->read_only;
    if (filled.file_system_type == FLT_FSTYPE_UNKNOWN && volume->xattrs)
        filled.file_system_type = FLT_FSTYPE_NTFS;
    NTSTATUS status = io_volume_create(&ops, hostfs_dispatch, volume, NULL, FILE_DEVICE_DISK_FILE_SYSTEM, &filled, created);
    if (!NT_SUCCESS(status))
        free_volume(volume);
    return status;
}
