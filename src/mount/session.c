/* Mounting and unmounting; the list of mounts. `mounts_lock` guards the list. */
#include "mount/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ABORT 64

static pthread_mutex_t mounts_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_ENTRY mounts = {&mounts, &mounts};
static int abort_fds[MAX_ABORT]; /* descriptor + 1, for the signal handler: __atomic */

/* Where the base keeps ACLs, and obeys them for its own callers, the kernel must do so for the mount's
 * (V-181, V-225): mode bits alone would let in whom an entry keeps out. */
static bool base_keeps_acls(struct mount *mount)
{
    const struct io_base_ops *ops = mount->volume->ops;
    ssize_t length;

    if (ops->node_getxattr == NULL)
        return false;
    int error = ops->node_getxattr(mount->root->io, "system.posix_acl_access", NULL, 0, &length);
    return error == 0 || error == -ENODATA;
}

static void on_init(void *userdata, struct fuse_conn_info *conn)
{
    if (base_keeps_acls(userdata))
        conn->want |= conn->capable & FUSE_CAP_POSIX_ACL;
    conn->want &= ~(unsigned)(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE |
                              FUSE_CAP_WRITEBACK_CACHE | FUSE_CAP_EXPORT_SUPPORT | FUSE_CAP_POSIX_LOCKS |
                              FUSE_CAP_FLOCK_LOCKS);
    conn->want |=
        conn->capable & (FUSE_CAP_ATOMIC_O_TRUNC | FUSE_CAP_AUTO_INVAL_DATA | FUSE_CAP_PARALLEL_DIROPS |
                            FUSE_CAP_ASYNC_READ | FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO);
    conn->max_background = 1024; /* V-102: a RELEASE must not wait behind slow ones */
    conn->congestion_threshold = 768;
}

static const struct fuse_lowlevel_ops operations = {
    .init = on_init,
    .lookup = mount_op_lookup,
    .forget = mount_op_forget,
    .forget_multi = mount_op_forget_multi,
    .getattr = mount_op_getattr,
    .setattr = mount_op_setattr,
    .readlink = mount_op_readlink,
    .mknod = mount_op_mknod,
    .mkdir = mount_op_mkdir,
    .unlink = mount_op_unlink,
    .rmdir = mount_op_rmdir,
    .symlink = mount_op_symlink,
    .rename = mount_op_rename,
    .link = mount_op_link,
    .open = mount_op_open,
    .create = mount_op_create,
    .read = mount_op_read,
    .write = mount_op_write,
    .flush = mount_op_flush,
    .release = mount_op_release,
    .fsync = mount_op_fsync,
    .opendir = mount_op_opendir,
    .readdir = mount_op_readdir,
    .readdirplus = mount_op_readdirplus,
    .releasedir = mount_op_release,
    .fsyncdir = mount_op_fsyncdir,
    .statfs = mount_op_statfs,
    .setxattr = mount_op_setxattr,
    .getxattr = mount_op_getxattr,
    .listxattr = mount_op_listxattr,
    .removexattr = mount_op_removexattr,
    .ioctl = mount_op_ioctl,
    .fallocate = mount_op_fallocate,
    .lseek = mount_op_lseek,
};

/* ---- the mount table ---- */

/* Octal escapes of /proc/self/mountinfo. */
static void unescape(char *text)
{
    char *to = text;

    for (char *from = text; *from != 0; to++) {
        if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] != 0 && from[3] != 0) {
            *to = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = 0;
}

struct table_entry {
    bool found, ours, shield;
    unsigned minor;
};

/* What stands at this path, by the kernel's table: the path itself is not touched, it may be our own mount
 * (V-214). */
static struct table_entry look_up_mount(const char *point)
{
    struct table_entry entry = {0};
    FILE *table = fopen("/proc/self/mountinfo", "re");
    char *line = NULL;
    size_t room = 0;

    if (table == NULL)
        return entry;
    while (getline(&line, &room, table) > 0) {
        unsigned major_number, minor_number;
        char path[4097];
        if (sscanf(line, "%*d %*d %u:%u %*s %4096s", &major_number, &minor_number, path) != 3)
            continue;
        unescape(path);
        if (strcmp(path, point) != 0)
            continue;
        const char *type = strstr(line, " - ");
        entry = (struct table_entry){.found = true,
            .ours = type != NULL && strncmp(type, " - fuse.openfltmgr ", 19) == 0,
            .shield = type != NULL && strstr(type, " - tmpfs " MOUNT_SHIELD_SOURCE " ") == type,
            .minor = minor_number};
    }
    free(line);
    fclose(table);
    return entry;
}

static int run_fusermount(const char *point, bool lazy)
{
    char *arguments[] = {"fusermount3", "-u", lazy ? "-z" : "--", (char *)point, NULL};
    extern char **environ;
    pid_t pid;
    int status;

    int error = posix_spawnp(&pid, "fusermount3", NULL, NULL, arguments, environ);
    if (error != 0)
        return -error;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EBUSY;
}

static int unmount(const char *point, bool lazy)
{
    if (geteuid() != 0)
        return run_fusermount(point, lazy);
    return umount2(point, UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0)) < 0 ? -errno : 0;
}

/* The kernel must ask the manager, whatever attributes it keeps of the mount's root (V-200); a question that
 * was under way when the manager ended comes back aborted. */
bool mount_is_dead(const char *point)
{
    struct statx status;

    return statx(AT_FDCWD, point, AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &status) < 0 &&
           (errno == ENOTCONN || errno == ECONNABORTED);
}

int mount_take_away(const char *point)
{
    return mount_is_dead(point) ? unmount(point, true) : 0;
}

bool mount_shield_stands(const char *point)
{
    return look_up_mount(point).shield;
}

/* After check_point: what stands there now is as the new mount wants it. */
static int prepare_shield(struct mount *mount, bool wanted, const char **message)
{
    bool stands = mount_shield_stands(mount->point);
    int error = 0;

    if (wanted && !stands)
        error = mount_shield_put(mount->point, message);
    else if (!wanted && stands)
        error = mount_shield_take(mount->point);
    mount->shielded = wanted && error == 0;
    return error;
}

/* A mount that a dead manager of ours left is taken away; anything else in the way is the user's. */
static int check_point(const char *point, const char **message)
{
    struct stat st;
    struct table_entry entry = look_up_mount(point);

    if (entry.found && entry.ours && mount_is_dead(point)) {
        int error = unmount(point, true);
        if (error != 0) {
            *message = "a dead manager's mount stands here and could not be taken away: unmount it by hand";
            return error;
        }
    } else if (entry.found && !entry.shield) {
        *message = "something is mounted here already: choose another mount point or unmount it first";
        return -EBUSY;
    }
    if (stat(point, &st) < 0) {
        *message = "the mount point does not exist: create the directory first";
        return -errno;
    }
    if (!S_ISDIR(st.st_mode)) {
        *message = "the mount point must be a directory: choose another, or make one (mkdir)";
        return -ENOTDIR;
    }
    return 0;
}

/* ---- bug check ---- */

/* In a signal handler: writes only. */
void mount_abort_all(void)
{
    for (unsigned i = 0; i < MAX_ABORT; i++) {
        int fd = __atomic_load_n(&abort_fds[i], __ATOMIC_ACQUIRE) - 1;
        if (fd >= 0) {
            ssize_t n = write(fd, "1", 1);
            (void)n;
        }
    }
}

static void remember_abort(struct mount *mount)
{
    char path[64];

    mount->abort_fd = -1;
    struct table_entry entry = look_up_mount(mount->point);
    if (!entry.found)
        return;
    snprintf(path, sizeof path, "/sys/fs/fuse/connections/%u/abort", entry.minor);
    mount->abort_fd = open(path, O_WRONLY | O_CLOEXEC);
    for (unsigned i = 0; mount->abort_fd >= 0 && i < MAX_ABORT; i++) {
        int none = 0;
        if (__atomic_compare_exchange_n(
                &abort_fds[i], &none, mount->abort_fd + 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return;
    }
}

static void forget_abort(struct mount *mount)
{
    for (unsigned i = 0; mount->abort_fd >= 0 && i < MAX_ABORT; i++) {
        int mine = mount->abort_fd + 1;
        __atomic_compare_exchange_n(&abort_fds[i], &mine, 0, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
    }
    if (mount->abort_fd >= 0)
        close(mount->abort_fd);
}

/* ---- start and stop ---- */

/* Commas and backslashes separate mount options. */
static void append_escaped(char *to, size_t size, const char *text)
{
    size_t at = strlen(to);

    for (; *text != 0 && at + 2 < size; text++) {
        if (*text == ',' || *text == '\\')
            to[at++] = '\\';
        to[at++] = *text;
    }
    to[at] = 0;
}

static struct fuse_session *make_session(struct mount *mount, const struct mount_options *options)
{
    struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
    char text[8400];

    snprintf(text, sizeof text, "-odefault_permissions,subtype=openfltmgr,nosuid,nodev%s%s,fsname=",
        options->allow_other ? ",allow_other" : "", options->read_only ? ",ro" : "");
    append_escaped(text, sizeof text, mount->source);
    if (fuse_opt_add_arg(&args, "openfltmgr") != 0 || fuse_opt_add_arg(&args, text) != 0)
        return NULL;
    const struct fuse_lowlevel_ops *table = mount->slots != NULL ? &mount_slots_operations : &operations;
    struct fuse_session *session = fuse_session_new(&args, table, sizeof *table, mount);
    fuse_opt_free_args(&args);
    return session;
}

static void mount_free(struct mount *mount)
{
    if (mount->session != NULL) {
        if (!mount->broken)
            fuse_session_unmount(mount->session); /* it is unmounted: the library only lets go of its own */
        fuse_session_destroy(mount->session);
    }
    if (mount->buckets != NULL || mount->root != NULL)
        mount_tree_free(mount);
    mount_slots_free(mount);
    forget_abort(mount);
    io_volume_release(mount->volume);
    free(mount->point);
    free(mount->source);
    free(mount->probe);
    free(mount);
}

static int mount_session(struct mount *mount, const struct mount_options *options, const char **message)
{
    bool slots = mount->volume->device_type == FILE_DEVICE_MAILSLOT;
    int error = slots ? mount_slots_init(mount) : mount_tree_init(mount);

    if (error != 0) {
        *message = "the directory cannot be opened";
        return error;
    }
    mount->session = make_session(mount, options);
    if (mount->session == NULL) {
        *message = "FUSE refused the options";
        return -EINVAL;
    }
    if (fuse_session_mount(mount->session, mount->point) != 0) {
        *message = "FUSE could not mount: is /dev/fuse there? Who is not root needs to be allowed to open "
                   "it, fusermount3, and a "
                   "mount point of its own";
        return errno != 0 ? -errno : -EPERM;
    }
    mount->mounted = true;
    return 0;
}

int mount_start(struct io_volume *volume, const char *point, const struct mount_options *options,
    struct mount **out, const char **message)
{
    const char *ignored;

    if (message == NULL)
        message = &ignored;
    *message = NULL;
    char *real = realpath(point, NULL);
    int error = check_point(real != NULL ? real : point, message);
    struct mount *mount = error == 0 ? calloc(1, sizeof *mount) : NULL;
    if (mount == NULL) {
        free(real);
        return error != 0 ? error : -ENOMEM;
    }
    mount->abort_fd = -1;
    mount->volume = volume;
    io_volume_reference(volume);
    mount->point = real != NULL ? real : strdup(point);
    mount->source = strdup(options->source != NULL ? options->source : "openfltmgr");
    mount->cache = options->cache;
    mount->moderate.entry_timeout = options->entry_timeout < 0 ? 1.0 : options->entry_timeout;
    mount->profile = &mount->moderate;
    mount->max_workers = options->max_workers != 0 ? options->max_workers : 4096;
    mount_order_init(mount);
    mount_slot_reads_init(mount);
    pthread_mutex_init(&mount->files_lock, NULL);
    pthread_mutex_init(&mount->probe_lock, NULL);
    InitializeListHead(&mount->files);
    io_volume_offer(volume); /* filters that look at names must not miss the first one (V-015, V-090) */
    error = prepare_shield(mount, options->fail_closed, message);
    if (error == 0)
        error = mount_session(mount, options, message);
    if (error == 0) {
        remember_abort(mount);
        error = mount_invalidation_start(mount);
    }
    if (error == 0)
        error = mount_loop_start(mount);
    if (error != 0) {
        if (mount->mounted)
            unmount(mount->point, true);
        mount_invalidation_end(mount);
        mount_free(mount);
        return error;
    }
    pthread_mutex_lock(&mounts_lock);
    InsertTailList(&mounts, &mount->links);
    pthread_mutex_unlock(&mounts_lock);
    *out = mount;
    return 0;
}

/* Through the kernel's control files when they are mounted, else by a forced unmount, which aborts even if it
 * fails for being busy. */
static void abort_connection(struct mount *mount)
{
    if (mount->abort_fd >= 0 && write(mount->abort_fd, "1", 1) == 1)
        return;
    if (geteuid() == 0)
        umount2(mount->point, UMOUNT_NOFOLLOW | MNT_FORCE);
}

int mount_stop(struct mount *mount, bool force)
{
    int error = unmount(mount->point, false);

    if (error != 0 && look_up_mount(mount->point).found) {
        if (!force)
            return error;
        /* whoever is inside gets ENOTCONN or EIO at once; the name goes now */
        abort_connection(mount);
        unmount(mount->point, true);
    }
    if (mount->shielded)
        mount_shield_take(mount->point);
    if (force)
        mount_loop_end_waits(mount);
    pthread_mutex_lock(&mounts_lock);
    RemoveEntryList(&mount->links);
    pthread_mutex_unlock(&mounts_lock);
    mount_loop_wait(mount);
    mount_slot_reads_end(mount);
    mount_invalidation_end(mount);
    mount_files_end(mount);
    mount_free(mount);
    return 0;
}

/* ---- looking ---- */

const char *mount_point(const struct mount *mount)
{
    return mount->point;
}

const char *mount_source(const struct mount *mount)
{
    return mount->source;
}

struct io_volume *mount_volume(const struct mount *mount)
{
    return mount->volume;
}

struct mount *mount_find(const char *point)
{
    struct mount *found = NULL;
    size_t length = strlen(point);

    while (length > 1 && point[length - 1] == '/')
        length--;
    pthread_mutex_lock(&mounts_lock);
    for (PLIST_ENTRY e = mounts.Flink; e != &mounts && found == NULL; e = e->Flink) {
        struct mount *mount = CONTAINING_RECORD(e, struct mount, links);
        if (strncmp(mount->point, point, length) == 0 && mount->point[length] == 0)
            found = mount;
    }
    pthread_mutex_unlock(&mounts_lock);
    return found;
}

bool mount_is_above(const char *path)
{
    bool found = false;

    pthread_mutex_lock(&mounts_lock);
    for (PLIST_ENTRY e = mounts.Flink; e != &mounts && !found; e = e->Flink) {
        const char *point = CONTAINING_RECORD(e, struct mount, links)->point;
        size_t n = strlen(point);
        found = strncmp(path, point, n) == 0 && (path[n] == 0 || path[n] == '/');
    }
    pthread_mutex_unlock(&mounts_lock);
    return found;
}

void mount_enumerate(bool (*each)(struct mount *mount, void *context), void *context)
{
    pthread_mutex_lock(&mounts_lock);
    for (PLIST_ENTRY e = mounts.Flink; e != &mounts; e = e->Flink) {
        if (!each(CONTAINING_RECORD(e, struct mount, links), context))
            break;
    }
    pthread_mutex_unlock(&mounts_lock);
}
