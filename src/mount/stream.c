/*
 * Named streams as Linux programs reach them: user.DosStream.NAME, whose value is the stream's bytes and one
 * NUL behind them, because an attribute cannot be empty (V-162). Each is an open of the stream, a read, a
 * write or a deletion, so that nobody passes a stream scanner by with setfattr (V-165, V-168).
 */
#include "mount/inner.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <strings.h>
#include <sys/xattr.h>

#define PREFIX "user.DosStream."
#define TYPE ":$DATA"
#define TYPE_LENGTH (sizeof TYPE - 1)

const char *mount_stream_of(const char *attribute)
{
    size_t prefix = sizeof PREFIX - 1;

    return strncmp(attribute, PREFIX, prefix) == 0 && attribute[prefix] != 0 ? attribute + prefix : NULL;
}

/* Without its type, which is the only one there is. */
static bool name_of(const char *attribute, char name[NAME_MAX + 1])
{
    const char *stream = mount_stream_of(attribute);
    size_t length = strlen(stream);

    if (length > TYPE_LENGTH && strcasecmp(stream + length - TYPE_LENGTH, TYPE) == 0)
        length -= TYPE_LENGTH;
    if (length > NAME_MAX)
        return false;
    memcpy(name, stream, length);
    name[length] = 0;
    return true;
}

static int open_stream(struct mount_request *r, struct mount_node *node, const char *attribute,
    ACCESS_MASK access, ULONG disposition, PFILE_OBJECT *file)
{
    char name[NAME_MAX + 1];
    struct mount_open open = {.node = node,
        .stream = name,
        .access = access | SYNCHRONIZE,
        .disposition = disposition,
        .options = MOUNT_OPTIONS | FILE_NON_DIRECTORY_FILE,
        .share = MOUNT_SHARE_ALL};

    if (!name_of(attribute, name))
        return ERANGE;
    return mount_create_file(r, &open, IO_ERRNO_XATTR, file, NULL);
}

/* ---- writing ---- */

/* The attribute below as it was: an attribute is set whole or not at all, a stream is emptied first and
 * written then. */
struct before {
    char name[NAME_MAX + 1];
    char *value;
    ssize_t length; /* < 0: there was none */
};

static int remember(
    struct mount *mount, struct mount_node *node, const char *attribute, struct before *before)
{
    char stream[NAME_MAX + 1];

    before->length = -1;
    if (!name_of(attribute, stream) || strlen(stream) + sizeof PREFIX + TYPE_LENGTH > sizeof before->name)
        return ERANGE;
    sprintf(before->name, PREFIX "%s" TYPE, stream);
    before->value = malloc(MOUNT_XATTR_MOST);
    if (before->value == NULL)
        return ENOMEM;
    if (node->io == NULL || mount->volume->ops->node_getxattr(node->io, before->name, before->value,
                                MOUNT_XATTR_MOST, &before->length) != 0)
        before->length = -1;
    return 0;
}

static void put_back(struct mount_request *r, struct mount_node *node, const struct before *before)
{
    const struct io_base_ops *ops = r->mount->volume->ops;

    if (node->io == NULL)
        return;
    if (before->length < 0)
        ops->node_removexattr(node->io, before->name, &r->linux_side.cred);
    else
        ops->node_setxattr(
            node->io, before->name, before->value, (size_t)before->length, 0, &r->linux_side.cred);
}

static ULONG disposition_of(int flags)
{
    if (flags & XATTR_CREATE)
        return FILE_CREATE;
    return flags & XATTR_REPLACE ? FILE_OVERWRITE : FILE_OVERWRITE_IF;
}

static int write_stream(struct mount_request *r, PFILE_OBJECT file, const void *value, size_t size)
{
    struct io_transfer t = mount_transfer(r, file);

    if (size > 0 && ((const char *)value)[size - 1] == 0)
        size--; /* the attribute's NUL is not the stream's */
    if (size == 0)
        return 0;
    NTSTATUS status = io_write(&t, (PVOID)value, (ULONG)size, (LARGE_INTEGER){0});
    int error = mount_errno(r->mount, status, t.base_errno, IO_ERRNO_WRITE);
    return error == 0 && t.iosb.Information < size ? EIO : error;
}

int mount_stream_set(struct mount_request *r, struct mount_node *node, const char *attribute,
    const void *value, size_t size, int flags)
{
    struct before before;
    PFILE_OBJECT file;
    int error = remember(r->mount, node, attribute, &before);

    if (error != 0)
        return error;
    error = open_stream(r, node, attribute, FILE_WRITE_DATA, disposition_of(flags), &file);
    if (error == 0) {
        error = write_stream(r, file, value, size);
        mount_close_file(r, file);
        if (error != 0)
            put_back(r, node, &before);
    }
    free(before.value);
    return error;
}

int mount_stream_remove(struct mount_request *r, struct mount_node *node, const char *attribute)
{
    FILE_DISPOSITION_INFORMATION_EX disposition = {
        .Flags = FILE_DISPOSITION_DELETE | FILE_DISPOSITION_POSIX_SEMANTICS};
    PFILE_OBJECT file;
    int error = open_stream(r, node, attribute, DELETE, FILE_OPEN, &file);

    if (error != 0)
        return error;
    struct io_transfer t = mount_transfer(r, file);
    NTSTATUS status =
        io_set_information(&t, FileDispositionInformationEx, &disposition, sizeof disposition, NULL, FALSE);
    mount_close_file(r, file);
    return mount_errno(r->mount, status, t.base_errno, IO_ERRNO_XATTR);
}

/* ---- reading ---- */

int mount_stream_get(struct mount_request *r, struct mount_node *node, const char *attribute, void *value,
    size_t size, size_t *length)
{
    PFILE_OBJECT file;
    int error = open_stream(r, node, attribute, FILE_READ_DATA, FILE_OPEN, &file);

    if (error != 0)
        return error;
    struct io_transfer t = mount_transfer(r, file);
    NTSTATUS status = io_read(&t, value, (ULONG)size, (LARGE_INTEGER){0});
    size_t got = NT_SUCCESS(status) ? (size_t)t.iosb.Information : 0;
    error = status == STATUS_END_OF_FILE ? 0 : mount_errno(r->mount, status, t.base_errno, IO_ERRNO_READ);
    mount_close_file(r, file);
    if (error == 0 && got >= size)
        error = ERANGE; /* no room for the NUL */
    if (error == 0) {
        ((char *)value)[got] = 0;
        *length = got + 1;
    }
    return error;
}
