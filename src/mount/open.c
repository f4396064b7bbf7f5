/* OPEN, CREATE, FLUSH, RELEASE: where filters decide (V-038 to V-052, V-069, V-074, V-075). */
#include "mount/inner.h"

#include <errno.h>
#include <fcntl.h>

#define FMODE_EXEC_FLAG                                                                                      \
    0x20 /* the kernel's own mark of an open for execve; user space cannot set it (V-026) */

struct mount_file *mount_file_new(struct mount *mount, PFILE_OBJECT object, struct mount_node *node)
{
    struct mount_file *file = calloc(1, sizeof *file);

    if (file == NULL)
        return NULL;
    file->object = object;
    file->node = node;
    mount_node_reference(node);
    pthread_mutex_init(&file->lock, NULL);
    pthread_mutex_lock(&mount->files_lock);
    InsertTailList(&mount->files, &file->links);
    pthread_mutex_unlock(&mount->files_lock);
    return file;
}

static ACCESS_MASK access_of(int flags)
{
    ACCESS_MASK access = FILE_READ_ATTRIBUTES | READ_CONTROL | SYNCHRONIZE;
    int mode = flags & O_ACCMODE;

    if (flags & FMODE_EXEC_FLAG)
        access |= FILE_EXECUTE | FILE_READ_DATA;
    if (mode == O_RDONLY || mode == O_RDWR)
        access |= FILE_READ_DATA | FILE_READ_EA;
    if (mode == O_WRONLY || mode == O_RDWR) {
        access |= FILE_APPEND_DATA | FILE_WRITE_EA | FILE_WRITE_ATTRIBUTES;
        if (!(flags & O_APPEND)) /* V-041 */
            access |= FILE_WRITE_DATA;
    }
    return access;
}

static ULONG options_of(int flags)
{
    ULONG options = MOUNT_OPTIONS;

    options |= flags & O_DIRECTORY ? FILE_DIRECTORY_FILE : FILE_NON_DIRECTORY_FILE;
    if (flags & O_DIRECT)
        options |= FILE_NO_INTERMEDIATE_BUFFERING;
    if (flags & (O_SYNC | O_DSYNC))
        options |= FILE_WRITE_THROUGH;
    return options;
}

/* V-049: an image section may be executed, not written. */
static ULONG share_of(int flags)
{
    return flags & FMODE_EXEC_FLAG ? FILE_SHARE_READ | FILE_SHARE_DELETE : MOUNT_SHARE_ALL;
}

/* An open that a filter sent elsewhere or kept to itself: size and pages that the kernel has are another
 * object's (V-113, V-115, V-119). */
static void note_place(struct mount *mount, struct mount_file *file, bool elsewhere)
{
    file->elsewhere = elsewhere;
    file->direct = elsewhere || file->object->FsContext == NULL || mount_profile(mount)->direct;
}

static int open_node(struct mount_request *r, struct mount_node *node, int flags, struct mount_file **file)
{
    struct mount_open open = {
        .node = node,
        .access = access_of(flags),
        .options = options_of(flags),
        .share = share_of(flags),
        .disposition = flags & O_TRUNC ? FILE_OVERWRITE : FILE_OPEN, /* V-028, V-043 */
    };
    PFILE_OBJECT object;

    r->linux_side.have |= IO_LINUX_OPEN_FLAGS;
    r->linux_side.open_flags = flags & ~(FMODE_EXEC_FLAG | O_CREAT | O_EXCL | O_NOFOLLOW);
    enum io_errno_use use = flags & FMODE_EXEC_FLAG ? IO_ERRNO_EXEC : IO_ERRNO_OPEN;
    bool elsewhere;
    int error = mount_create_file(r, &open, use, &object, &elsewhere);
    if (error == 0 && flags & FMODE_EXEC_FLAG) {
        error = mount_announce_section(r, object, PAGE_EXECUTE, IO_ERRNO_EXEC); /* V-107 */
        if (error != 0)
            mount_close_file(r, object);
    }
    if (error != 0)
        return error;
    *file = mount_file_new(r->mount, object, node);
    if (*file == NULL) {
        mount_close_file(r, object);
        return ENOMEM;
    }
    (*file)->append = flags & O_APPEND;
    (*file)->writable = (flags & O_ACCMODE) != O_RDONLY;
    note_place(r->mount, *file, elsewhere);
    return 0;
}

/* A file that nobody will RELEASE: the caller was gone when the answer came (V-069). */
static void close_unseen(struct mount *mount, struct mount_file *file)
{
    struct mount_request r = {.mount = mount, .thread = ps_thread_of_linux(0, 0, 0)};

    mount_file_end(&r, file);
    ObDereferenceObject(r.thread);
}

void mount_file_end(struct mount_request *r, struct mount_file *file)
{
    PETHREAD flusher = __atomic_exchange_n(&file->last_flusher, NULL, __ATOMIC_ACQ_REL);

    pthread_mutex_lock(&r->mount->files_lock);
    RemoveEntryList(&file->links);
    pthread_mutex_unlock(&r->mount->files_lock);
    /* V-103: who closed last, as far as is known */
    io_cleanup_file(file->object, flusher != NULL ? flusher : r->thread);
    io_close_file(file->object);
    if (flusher != NULL)
        ObDereferenceObject(flusher);
    mount_node_release(r->mount, file->node);
    pthread_mutex_destroy(&file->lock);
    mount_listing_free(file->listing);
    free(file);
}

void mount_files_end(struct mount *mount)
{
    while (!IsListEmpty(&mount->files)) /* nobody else is here any more */
        close_unseen(mount, CONTAINING_RECORD(mount->files.Flink, struct mount_file, links));
}

void mount_op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct mount *mount = mount_of(req);
    struct mount_node *node = mount_node_of(mount, ino);
    struct mount_file *file;
    struct mount_request r;

    mount_request_begin(&r, req);
    int error = mount_is_private_open(&r, fi->flags) ? ENOTTY : 0;
    if (error == 0) {
        mount_order_wait(&r, node->inode);
        error = mount_request_cut(&r) ? EINTR : open_node(&r, node, fi->flags, &file);
    }
    mount_request_end(&r);
    if (error != 0) {
        fuse_reply_err(req, error);
        return;
    }
    fi->fh = (uintptr_t)file;
    fi->keep_cache = !file->direct && mount_may_keep_pages(mount, file->object); /* V-024 */
    fi->direct_io = file->direct;
    if (fuse_reply_open(req, fi) == -ENOENT)
        close_unseen(mount, file);
}

void mount_op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct mount *mount = mount_of(req);
    struct mount_node *node = mount_node_of(mount, ino);
    struct mount_open open = {.node = node,
        .access = FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | SYNCHRONIZE,
        .disposition = FILE_OPEN,
        .options = MOUNT_OPTIONS | FILE_DIRECTORY_FILE,
        .share = MOUNT_SHARE_ALL};
    struct mount_file *file = NULL;
    PFILE_OBJECT object;
    struct mount_request r;

    mount_request_begin(&r, req);
    bool elsewhere;
    int error = mount_is_private_open(&r, fi->flags) ? ENOTTY : 0;
    if (error == 0)
        error = mount_create_file(&r, &open, IO_ERRNO_OPEN, &object, &elsewhere);
    if (error == 0) {
        file = mount_file_new(mount, object, node);
        if (file == NULL) {
            mount_close_file(&r, object);
            error = ENOMEM;
        }
    }
    mount_request_end(&r);
    if (error != 0) {
        fuse_reply_err(req, error);
        return;
    }
    file->directory = true;
    file->elsewhere = elsewhere;
    fi->fh = (uintptr_t)file;
    if (fuse_reply_open(req, fi) == -ENOENT)
        close_unseen(mount, file);
}

static ULONG disposition_of_create(int flags)
{
    if (flags & O_EXCL)
        return FILE_CREATE;
    return flags & O_TRUNC ? FILE_OVERWRITE_IF : FILE_OPEN_IF; /* V-042 */
}

/* The kernel may have forgotten that the name exists: an earlier close of that file still comes first
 * (V-101). */
static void wait_for_known(struct mount_request *r, struct mount_node *parent, const char *name)
{
    struct mount_node *known = mount_node_find(r->mount, parent, name);

    if (known == NULL)
        return;
    mount_order_wait(r, known->inode);
    mount_node_release(r->mount, known);
}

void mount_op_create(
    fuse_req_t req, fuse_ino_t parent_ino, const char *name, mode_t mode, struct fuse_file_info *fi)
{
    struct mount *mount = mount_of(req);
    struct mount_node *parent = mount_node_of(mount, parent_ino);
    struct mount_open open = {.node = parent,
        .name = name,
        .access = access_of(fi->flags),
        .options = options_of(fi->flags),
        .attributes = mode & 0222 ? FILE_ATTRIBUTE_NORMAL : FILE_ATTRIBUTE_READONLY,
        .share = MOUNT_SHARE_ALL,
        .disposition = disposition_of_create(fi->flags)};
    struct fuse_entry_param entry;
    struct mount_file *file = NULL;
    struct mount_request r;
    PFILE_OBJECT object;

    mount_request_begin(&r, req);
    r.linux_side.have |= IO_LINUX_MODE | IO_LINUX_OPEN_FLAGS;
    r.linux_side.mode = mode;
    r.linux_side.open_flags = fi->flags & ~(O_CREAT | O_EXCL | O_NOFOLLOW | O_TRUNC);
    wait_for_known(&r, parent, name);
    bool elsewhere;
    int error = mount_create_file(&r, &open, IO_ERRNO_OPEN, &object, &elsewhere);
    if (error == 0) {
        struct stat made = mount_stat_of_made(&r, mode);
        error = mount_lookup_entry(&r, parent, name, &made, &entry);
        if (error == 0 && (file = mount_file_new(mount, object, mount_node_of(mount, entry.ino))) == NULL) {
            mount_node_forget(mount, mount_node_of(mount, entry.ino), 1);
            error = ENOMEM;
        }
        if (error != 0)
            mount_close_file(&r, object);
    }
    mount_request_end(&r);
    if (error != 0) {
        fuse_reply_err(req, error);
        return;
    }
    file->append = fi->flags & O_APPEND;
    file->writable = (fi->flags & O_ACCMODE) != O_RDONLY;
    note_place(mount, file, elsewhere);
    fi->fh = (uintptr_t)file;
    fi->direct_io = file->direct;
    if (fuse_reply_create(req, &entry, fi) == -ENOENT) {
        close_unseen(mount, file);
        mount_node_forget(mount, mount_node_of(mount, entry.ino), 1);
    }
}

/* V-074: one for each descriptor that goes, not the CLEANUP. It tells who closed last. */
void mount_op_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    const struct fuse_ctx *ctx = fuse_req_ctx(req);
    struct mount_file *file = mount_file_of(fi);

    (void)ino;
    PETHREAD now = ps_thread_of_linux(ctx->pid, ctx->uid, ctx->gid);
    PETHREAD before = __atomic_exchange_n(&file->last_flusher, now, __ATOMIC_ACQ_REL);
    if (before != NULL)
        ObDereferenceObject(before);
    fuse_reply_err(req, 0);
}

void mount_op_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct mount *mount = mount_of(req);
    struct mount_file *file = mount_file_of(fi);
    uint64_t inode = file->node->inode, arrival = mount_arrival;
    struct mount_request r;

    (void)ino;
    mount_request_begin(&r, req);
    mount_file_end(&r, file);
    mount_request_end(&r);
    mount_order_release_done(mount, inode, arrival);
    fuse_reply_err(req, 0);
}
