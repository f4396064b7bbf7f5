/* READLINK: the base's own answer, or FSCTL_GET_REPARSE_POINT on a handle of its own when a filter wants to
 * see it (V-058, V-157). */
#include "mount/inner.h"

#include <errno.h>
#include <limits.h>

/* NT's units to Linux bytes, component by component; false: no name that Linux could have. */
static bool take_path(struct mount *mount, const WCHAR *units, size_t count, char target[PATH_MAX + 1])
{
    size_t made = 0;

    for (size_t at = 0; at <= count;) {
        char name[NAME_MAX + 1];
        size_t length = 0;
        while (at + length < count && units[at + length] != u'\\')
            length++;
        bool dots = length <= 2 && (length < 1 || units[at] == u'.') && (length < 2 || units[at + 1] == u'.');
        if (dots)
            memcpy(name, "..", 3), name[length] = 0;
        else if (length > NAME_MAX ||
                 !mount->volume->ops->name_from_nt((const char16_t *)units + at, length, name))
            return false;
        size_t bytes = strlen(name);
        if (made + bytes + 1 > PATH_MAX)
            return false;
        memcpy(target + made, name, bytes);
        made += bytes;
        at += length + 1;
        if (at <= count)
            target[made++] = '/';
    }
    target[made] = 0;
    return made > 0;
}

/* The buffer passed filters: every length in it is checked. */
static int decode(
    struct mount *mount, const REPARSE_DATA_BUFFER *data, size_t size, char target[PATH_MAX + 1])
{
    size_t header = offsetof(REPARSE_DATA_BUFFER, GenericReparseBuffer.DataBuffer);
    size_t paths = offsetof(REPARSE_DATA_BUFFER, SymbolicLinkReparseBuffer.PathBuffer);

    if (size < header || data->ReparseDataLength > size - header)
        return EIO;
    size = header + data->ReparseDataLength;
    if (data->ReparseTag == IO_REPARSE_TAG_LX_SYMLINK) {
        size_t length = size > header + sizeof(ULONG) ? size - header - sizeof(ULONG) : 0;
        if (length == 0 || length > PATH_MAX)
            return EIO;
        memcpy(target, data->GenericReparseBuffer.DataBuffer + sizeof(ULONG), length);
        target[length] = 0;
        return 0;
    }
    if (data->ReparseTag != IO_REPARSE_TAG_SYMLINK)
        return EINVAL; /* another kind of reparse point is no symbolic link */
    size_t offset = data->SymbolicLinkReparseBuffer.SubstituteNameOffset,
           length = data->SymbolicLinkReparseBuffer.SubstituteNameLength;
    if (size < paths || offset + length > size - paths || offset % 2 != 0 || length % 2 != 0)
        return EIO;
    return take_path(mount, data->SymbolicLinkReparseBuffer.PathBuffer + offset / 2, length / 2, target)
               ? 0
               : EIO;
}

static int ask_filters(struct mount_request *r, struct mount_node *node, char target[PATH_MAX + 1])
{
    struct mount_open open = {.node = node,
        .access = FILE_READ_ATTRIBUTES | SYNCHRONIZE,
        .disposition = FILE_OPEN,
        .options = MOUNT_OPTIONS,
        .share = MOUNT_SHARE_ALL};
    const ULONG size = 16384;
    REPARSE_DATA_BUFFER *data = mount_thread_buffer(size);
    PFILE_OBJECT file;

    if (data == NULL)
        return ENOMEM;
    int error = mount_create_file(r, &open, IO_ERRNO_PLAIN, &file, NULL);
    if (error != 0)
        return error;
    struct io_transfer t = mount_transfer(r, file);
    NTSTATUS status = io_fs_control(&t, FSCTL_GET_REPARSE_POINT, NULL, 0, data, size);
    error = mount_errno(r->mount, status, t.base_errno, IO_ERRNO_PLAIN);
    if (error == 0)
        error = decode(r->mount, data, t.iosb.Information < size ? t.iosb.Information : size, target);
    mount_close_file(r, file);
    return error;
}

void mount_op_readlink(fuse_req_t req, fuse_ino_t ino)
{
    struct mount *mount = mount_of(req);
    struct mount_node *node = mount_node_of(mount, ino);
    char target[PATH_MAX + 1];
    struct mount_request r;
    int error;

    if (node->io != NULL && !io_volume_wants(mount->volume, IRP_MJ_FILE_SYSTEM_CONTROL)) {
        int n = mount->volume->ops->node_readlink(node->io, target, PATH_MAX);
        error = n < 0 ? -n : 0;
        target[n < 0 ? 0 : n] = 0;
    } else {
        mount_request_begin(&r, req);
        error = ask_filters(&r, node, target);
        mount_request_end(&r);
    }
    if (error != 0)
        fuse_reply_err(req, error);
    else
        fuse_reply_readlink(req, target);
}
