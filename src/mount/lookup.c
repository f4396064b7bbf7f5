/* LOOKUP, FORGET, GETATTR, READLINK, STATFS: answered below the filters, for they are no opens (V-011, V-053
 * to V-056). */
#include "mount/inner.h"

#include <errno.h>
#include <limits.h>

int mount_lookup_entry(
    struct mount *mount, struct mount_node *parent, const char *name, struct fuse_entry_param *entry)
{
    struct io_node *io = NULL;

    memset(entry, 0, sizeof *entry);
    int error = mount->volume->ops->node_lookup(parent->io, name, &io, &entry->attr);
    if (error != 0)
        return -error;
    struct mount_node *node = mount_node_get(mount, parent, name, io, entry->attr.st_ino, true);
    if (node == NULL)
        return ENOMEM;
    entry->ino = mount_ino_of(mount, node);
    entry->generation = 1;
    entry->entry_timeout = mount->entry_timeout;
    entry->attr_timeout = 0;
    mount_node_release(mount, node); /* the kernel's lookup keeps it */
    return 0;
}

int mount_reply_entry(struct mount_request *r, struct mount_node *parent, const char *name)
{
    struct fuse_entry_param entry;
    struct mount *mount = r->mount;
    fuse_req_t req = r->req;
    int error = mount_lookup_entry(mount, parent, name, &entry);

    mount_request_end(r);
    if (error != 0)
        return fuse_reply_err(req, error);
    if (fuse_reply_entry(req, &entry) == -ENOENT) /* the caller is gone: the kernel never saw this lookup */
        mount_node_forget(mount, mount_node_of(mount, entry.ino), 1);
    return 0;
}

void mount_op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    struct mount *mount = mount_of(req);
    struct fuse_entry_param entry;
    int error = mount_lookup_entry(mount, mount_node_of(mount, parent), name, &entry);

    if (error != 0)
        fuse_reply_err(req, error);
    else if (fuse_reply_entry(req, &entry) == -ENOENT)
        mount_node_forget(mount, mount_node_of(mount, entry.ino), 1);
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

void mount_op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct mount *mount = mount_of(req);
    const struct io_base_ops *ops = mount->volume->ops;
    struct stat st;
    int error;

    if (fi != NULL)
        error = ops->file_stat(mount_file_of(fi)->object, &st);
    else
        error = ops->node_stat(mount_node_of(mount, ino)->io, &st);
    if (error != 0)
        fuse_reply_err(req, -error);
    else
        fuse_reply_attr(req, &st, 0);
}

void mount_op_readlink(fuse_req_t req, fuse_ino_t ino)
{
    struct mount *mount = mount_of(req);
    char target[PATH_MAX + 1];
    int n = mount->volume->ops->node_readlink(mount_node_of(mount, ino)->io, target, PATH_MAX);

    if (n < 0) {
        fuse_reply_err(req, -n);
        return;
    }
    target[n] = 0;
    fuse_reply_readlink(req, target);
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
