/* LOOKUP, FORGET, GETATTR, STATFS: no opens (V-011). The base answers them, and filters that want
 * to know of looks are asked by view.c (V-013 to V-016, V-053 to V-056). */
#include "mount/inner.h"

#include <errno.h>

static int look_up(
    struct mount *mount, struct mount_node *parent, const char *name, struct io_node **io, struct stat *st)
{
    *io = NULL;
    return parent->io != NULL ? -mount->volume->ops->node_lookup(parent->io, name, io, st) : ENOENT;
}

static int take_entry(struct mount *mount, struct mount_node *parent, const char *name, struct io_node *io,
    struct fuse_entry_param *entry, struct mount_node **node)
{
    *node = mount_node_get(mount, parent, name, io, entry->attr.st_ino, true);
    if (*node == NULL)
        return ENOMEM;
    entry->ino = mount_ino_of(mount, *node);
    entry->generation = 1;
    entry->entry_timeout = mount_profile(mount)->entry_timeout;
    entry->attr_timeout = mount_attribute_timeout(mount, &entry->attr);
    return 0;
}

bool mount_entry_of(
    struct mount *mount, struct mount_node *parent, const char *name, struct fuse_entry_param *entry)
{
    struct mount_node *node;
    struct io_node *io;
    struct stat st;

    if (look_up(mount, parent, name, &io, &st) != 0)
        return false;
    entry->attr = st;
    if (take_entry(mount, parent, name, io, entry, &node) != 0)
        return false;
    mount_node_release(mount, node);
    return true;
}

/* With filters that look, or something that was just made. */
static int look_up_seen(struct mount_request *r, struct mount_node *parent, const char *name,
    const struct stat *made, struct fuse_entry_param *entry)
{
    struct mount *mount = r->mount;
    struct mount_seen seen = {0};
    struct mount_node *node;
    struct io_node *io;

    int error = look_up(mount, parent, name, &io, &entry->attr);
    if (mount_filters_look(mount) && (error == 0 || error == ENOENT))
        error = mount_view_name(r, parent, name, io, &entry->attr, &seen);
    bool invented = error != 0 && made != NULL && io == NULL;
    if (invented) {
        entry->attr = *made;
        entry->attr.st_ino = mount_name_hash(parent, name) | (uint64_t)1 << 63;
    }
    if (error != 0 && made == NULL) {
        if (io != NULL)
            mount->volume->ops->node_release(io);
        return error;
    }
    error = take_entry(mount, parent, name, io, entry, &node);
    if (error != 0)
        return error;
    if (seen.asked)
        mount_view_keep(mount, node, &seen);
    else if (invented)
        mount_view_keep_made(mount, node, &entry->attr);
    if (invented)
        entry->entry_timeout = 0;    /* its opener has it, its name leads nowhere */
    mount_node_release(mount, node); /* the kernel's lookup keeps it */
    return 0;
}

int mount_lookup_entry(struct mount_request *r, struct mount_node *parent, const char *name,
    const struct stat *made, struct fuse_entry_param *entry)
{
    memset(entry, 0, sizeof *entry);
    return look_up_seen(r, parent, name, made, entry);
}

struct stat mount_stat_of_made(struct mount_request *r, mode_t mode)
{
    struct stat st = {.st_mode = mode & S_IFMT ? mode : S_IFREG | mode,
        .st_nlink = 1,
        .st_uid = r->linux_side.cred.uid,
        .st_gid = r->linux_side.cred.gid,
        .st_blksize = 4096};

    clock_gettime(CLOCK_REALTIME, &st.st_mtim);
    st.st_atim = st.st_ctim = st.st_mtim;
    return st;
}

static void reply_entry(struct mount *mount, fuse_req_t req, int error, const struct fuse_entry_param *entry)
{
    if (error != 0)
        fuse_reply_err(req, error);
    else if (fuse_reply_entry(req, entry) ==
             -ENOENT) /* the caller is gone: the kernel never saw this lookup */
        mount_node_forget(mount, mount_node_of(mount, entry->ino), 1);
}

int mount_reply_entry(
    struct mount_request *r, struct mount_node *parent, const char *name, const struct stat *made)
{
    struct fuse_entry_param entry;
    struct mount *mount = r->mount;
    fuse_req_t req = r->req;
    int error = mount_lookup_entry(r, parent, name, made, &entry);

    mount_request_end(r);
    reply_entry(mount, req, error, &entry);
    return 0;
}

/* Nobody is asked: no requestor is needed, nothing waits. */
static void look_up_plainly(struct mount *mount, fuse_req_t req, struct mount_node *parent, const char *name)
{
    struct fuse_entry_param entry = {0};
    struct mount_node *node;
    struct io_node *io;
    int error = look_up(mount, parent, name, &io, &entry.attr);

    if (error == 0)
        error = take_entry(mount, parent, name, io, &entry, &node);
    if (error == 0)
        mount_node_release(mount, node);
    if (error == ENOENT && mount_profile(mount)->negative_timeout >
                               0) { /* V-018: told when code in the manager makes the name */
        entry = (struct fuse_entry_param){.entry_timeout = mount_profile(mount)->negative_timeout};
        fuse_reply_entry(req, &entry);
        return;
    }
    reply_entry(mount, req, error, &entry);
}

void mount_op_lookup(fuse_req_t req, fuse_ino_t parent_ino, const char *name)
{
    struct mount *mount = mount_of(req);
    struct mount_node *parent = mount_node_of(mount, parent_ino);
    struct mount_request r;

    if (!mount_filters_look(mount)) {
        look_up_plainly(mount, req, parent, name);
        return;
    }
    mount_request_begin(&r, req);
    mount_reply_entry(&r, parent, name, NULL);
}

void mount_op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t count)
{
    struct mount *mount = mount_of(req);

    mount_node_forget(mount, mount_node_of(mount, ino), count);
    fuse_reply_none(req);
}

void mount_op_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
    struct mount *mount = mount_of(req);

    for (size_t i = 0; i < count; i++)
        mount_node_forget(mount, mount_node_of(mount, forgets[i].ino), forgets[i].nlookup);
    fuse_reply_none(req);
}

int mount_file_stat(PFILE_OBJECT file, struct stat *st)
{
    struct io_volume *volume = io_file_of(file)->volume;

    if (volume == NULL || volume->ops->file_stat == NULL || file->FsContext == NULL)
        return -EBADF;
    return volume->ops->file_stat(file, st);
}

int mount_attributes(
    struct mount_request *r, struct mount_node *node, struct mount_file *file, struct stat *st)
{
    struct mount *mount = r->mount;
    int error = -(file != NULL ? mount_file_stat(file->object, st) : mount_node_stat(mount, node, st));

    if (file != NULL && file->elsewhere && error == 0)
        return 0; /* V-119: the other object's own */
    bool none = error == ENOENT || error == EBADF;
    if (error != 0 && !(none && node->io == NULL))
        return error;
    if (file == NULL && mount_filters_look(mount) && mount_node_is_linked(mount, node))
        return mount_view_node(r, node, st);
    bool seen = mount_view_last(mount, node, st); /* V-056 */
    return error == 0 || seen ? 0 : error;
}

void mount_op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct mount *mount = mount_of(req);
    struct mount_node *node = mount_node_of(mount, ino);
    struct mount_request r;
    struct stat st;
    int error;

    if (fi == NULL && node->io != NULL && !mount_filters_look(mount)) {
        error = -mount->volume->ops->node_stat(node->io, &st); /* nobody is asked */
    } else {
        mount_request_begin(&r, req);
        error = mount_attributes(&r, node, fi != NULL ? mount_file_of(fi) : NULL, &st);
        mount_request_end(&r);
    }
    if (error != 0)
        fuse_reply_err(req, error);
    else
        fuse_reply_attr(req, &st, mount_attribute_timeout(mount, &st));
    if (node == mount->root && !__atomic_load_n(&mount->root_told, __ATOMIC_RELAXED))
        __atomic_store_n(&mount->root_told, true, __ATOMIC_RELEASE);
}

void mount_op_statfs(fuse_req_t req, fuse_ino_t ino)
{
    struct mount *mount = mount_of(req);
    struct statvfs st;
    int error = mount->volume->ops->statvfs(mount->volume, &st);

    (void)ino;
    if (error != 0)
        fuse_reply_err(req, -error);
    else
        fuse_reply_statfs(req, &st);
}
