/*
 * Extended attributes. Names of user.* that are legal EA names are NT extended attributes: writing one is a
 * create for FILE_WRITE_EA and an IRP_MJ_SET_EA; all others belong to the base (V-037, V-170 to V-175).
 * Reading is answered by the base.
 */
#include "mount/inner.h"

#include <errno.h>
#include <limits.h>

#define EA_NAME_MAX 254

/* The EA's name, or NULL when this is none of NT's business (V-171, V-173). */
static const char *ea_name_of(const char *name)
{
    if (strncmp(name, "user.", 5) != 0 || name[5] == 0 || strlen(name + 5) > EA_NAME_MAX)
        return NULL;
    if (strncmp(name + 5, "DosStream.", 10) == 0 || strcmp(name + 5, "DOSATTRIB") == 0)
        return NULL;
    for (const char *c = name + 5; *c != 0; c++)
        if ((unsigned char)*c < 0x20 || strchr("\\/:*?\"<>|,+=[];", *c) != NULL)
            return NULL; /* a name that NT's EAs cannot have */
    return name + 5;
}

/* One FILE_FULL_EA_INFORMATION with the value behind the name; a removal has no value. */
static int send_ea(struct mount_request *r, PFILE_OBJECT file, const char *name, const char *ea_name,
    const void *value, size_t size, int flags)
{
    size_t name_length = strlen(ea_name);
    size_t length = offsetof(FILE_FULL_EA_INFORMATION, EaName) + name_length + 1 + size;
    FILE_FULL_EA_INFORMATION *ea = calloc(1, length);
    struct io_transfer t = mount_transfer(r, file);
    struct io_linux side = r->linux_side;

    if (ea == NULL)
        return ENOMEM;
    ea->EaNameLength = (UCHAR)name_length;
    ea->EaValueLength = (USHORT)size;
    memcpy(ea->EaName, ea_name, name_length + 1);
    memcpy(ea->EaName + name_length + 1, value, size);
    side.have |= IO_LINUX_XATTR;
    side.xattr_name = name;
    side.xattr_flags = flags;
    t.linux_side = &side;
    NTSTATUS status = io_set_ea(&t, ea, (ULONG)length);
    free(ea);
    return mount_errno(r->mount, status, t.base_errno, IO_ERRNO_XATTR);
}

/* Every change of a file's attributes passes an open that filters may deny. */
static int change(struct mount_request *r, struct mount_node *node, const char *name, const void *value,
    size_t size, int flags, bool removal)
{
    const struct io_base_ops *ops = r->mount->volume->ops;
    struct mount_open open = {.node = node,
        .access = FILE_WRITE_EA | SYNCHRONIZE,
        .disposition = FILE_OPEN,
        .options = MOUNT_OPTIONS,
        .share = MOUNT_SHARE_ALL};
    const char *ea_name = ea_name_of(name);
    PFILE_OBJECT file;
    int error;

    error = mount_create_file(r, &open, IO_ERRNO_XATTR, &file, NULL);
    if (error != 0)
        return error;
    /* an EA without a value does not exist on NT, an empty xattr does: that one goes to the base (V-171) */
    if (ea_name != NULL && !removal && size > 0 && io_volume_wants(r->mount->volume, IRP_MJ_SET_EA))
        error = send_ea(r, file, name, ea_name, value, size, flags);
    else if (removal)
        error = -ops->node_removexattr(node->io, name, &r->linux_side.cred);
    else
        error = -ops->node_setxattr(node->io, name, value, size, flags, &r->linux_side.cred);
    mount_close_file(r, file);
    return error;
}

void mount_op_setxattr(
    fuse_req_t req, fuse_ino_t ino, const char *name, const char *value, size_t size, int flags)
{
    struct mount_request r;

    mount_request_begin(&r, req);
    int error = change(&r, mount_node_of(r.mount, ino), name, value, size, flags, false);
    mount_request_end(&r);
    fuse_reply_err(req, error);
}

void mount_op_removexattr(fuse_req_t req, fuse_ino_t ino, const char *name)
{
    struct mount_request r;

    mount_request_begin(&r, req);
    int error = change(&r, mount_node_of(r.mount, ino), name, "", 0, 0, true);
    mount_request_end(&r);
    fuse_reply_err(req, error);
}

static void answer(fuse_req_t req, int error, const char *buffer, size_t size, ssize_t length)
{
    if (error != 0)
        fuse_reply_err(req, error);
    else if (size == 0)
        fuse_reply_xattr(req, (size_t)length);
    else
        fuse_reply_buf(req, buffer, (size_t)length);
}

void mount_op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
    struct mount *mount = mount_of(req);
    char *buffer = size > 0 ? mount_thread_buffer(size) : NULL;
    ssize_t length = 0;

    if (size > 0 && buffer == NULL) {
        fuse_reply_err(req, ENOMEM);
        return;
    }
    int error =
        -mount->volume->ops->node_getxattr(mount_node_of(mount, ino)->io, name, buffer, size, &length);
    answer(req, error, buffer, size, length);
}

void mount_op_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size)
{
    struct mount *mount = mount_of(req);
    char *buffer = size > 0 ? mount_thread_buffer(size) : NULL;
    ssize_t length = 0;

    if (size > 0 && buffer == NULL) {
        fuse_reply_err(req, ENOMEM);
        return;
    }
    int error = -mount->volume->ops->node_listxattr(mount_node_of(mount, ino)->io, buffer, size, &length);
    answer(req, error, buffer, size, length);
}
