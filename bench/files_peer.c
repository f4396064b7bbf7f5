/* The peer of bench_files: the smallest honest pass-through on libfuse's low-level API. One directory, no subdirectories: look up,
 * attributes, open, read, flush, release. Entries are cached for a second, attributes are not, as the manager's mounts do.
 * Arguments: directory, mount point. Writes one byte to standard output when it serves; ends on SIGTERM. */
#define FUSE_USE_VERSION 314

#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_FILES 64

static int root;
static struct {
    char name[256];
    int fd; /* O_PATH */
} files[MAX_FILES];
static int count;

static int fd_of(fuse_ino_t ino)
{
    return ino == FUSE_ROOT_ID ? root : files[ino - 2].fd;
}

static void look_up(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    struct fuse_entry_param entry = {.entry_timeout = 1.0};
    int i = 0;
    while (i < count && strcmp(files[i].name, name) != 0)
        i++;
    if (i == count) {
        int fd = count < MAX_FILES ? openat(root, name, O_PATH | O_NOFOLLOW | O_CLOEXEC) : -1;
        if (fd < 0) {
            fuse_reply_err(req, errno);
            return;
        }
        snprintf(files[count].name, sizeof files[count].name, "%s", name);
        files[count++].fd = fd;
    }
    entry.ino = (fuse_ino_t)i + 2;
    if (fstatat(files[i].fd, "", &entry.attr, AT_EMPTY_PATH))
        fuse_reply_err(req, errno);
    else
        fuse_reply_entry(req, &entry);
}

static void get_attributes(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info)
{
    struct stat st;
    if (fstatat(fd_of(ino), "", &st, AT_EMPTY_PATH))
        fuse_reply_err(req, errno);
    else
        fuse_reply_attr(req, &st, 0);
}

static void open_file(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd_of(ino));
    int fd = open(path, info->flags & ~O_NOFOLLOW);
    if (fd < 0) {
        fuse_reply_err(req, errno);
        return;
    }
    info->fh = (uint64_t)fd;
    fuse_reply_open(req, info);
}

static void read_file(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *info)
{
    struct fuse_bufvec buffer = FUSE_BUFVEC_INIT(size);
    buffer.buf[0].flags = FUSE_BUF_IS_FD | FUSE_BUF_FD_SEEK;
    buffer.buf[0].fd = (int)info->fh;
    buffer.buf[0].pos = offset;
    fuse_reply_data(req, &buffer, FUSE_BUF_SPLICE_MOVE);
}

static void flush_file(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info)
{
    fuse_reply_err(req, 0);
}

static void release_file(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info)
{
    close((int)info->fh);
    fuse_reply_err(req, 0);
}

static const struct fuse_lowlevel_ops operations = {.lookup = look_up, .getattr = get_attributes, .open = open_file, .read = read_file,
    .flush = flush_file, .release = release_file};

int main(int argc, char **argv)
{
    char *options[] = {argv[0], NULL};
    struct fuse_args args = FUSE_ARGS_INIT(1, options);
    struct fuse_loop_config *config = fuse_loop_cfg_create();
    int rc = 1;
    if (argc < 3 || (root = open(argv[1], O_PATH | O_DIRECTORY)) < 0)
        return 2;
    struct fuse_session *session = fuse_session_new(&args, &operations, sizeof operations, NULL);
    if (session && fuse_set_signal_handlers(session) == 0 && fuse_session_mount(session, argv[2]) == 0) {
        if (write(1, "r", 1) == 1)
            rc = fuse_session_loop_mt(session, config) != 0;
        fuse_session_unmount(session);
    }
    if (session) {
        fuse_remove_signal_handlers(session);
        fuse_session_destroy(session);
    }
    fuse_loop_cfg_destroy(config);
    return rc;
}
