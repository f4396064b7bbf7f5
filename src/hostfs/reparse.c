/*
 * Reparse points (V-157 to V-159): symbolic links and special files show the tags Windows gives them; any other tag is kept in an
 * extended attribute of a file or directory.
 */
#include "hostfs/hostfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 16384 /* MAXIMUM_REPARSE_DATA_BUFFER_SIZE */

/* A Linux path as NT text: each component by itself, slashes turned (V-157); the reverse gives the same bytes again. */
static size_t path_to_nt(const char *path, size_t length, char16_t *units)
{
    size_t made = 0;
    while (length) {
        const char *slash = memchr(path, '/', length);
        size_t part = slash ? (size_t)(slash - path) : length;
        made += hostfs_name_to_nt(path, part, units + made);
        if (slash)
            units[made++] = u'\\';
        part += slash != NULL;
        path += part;
        length -= part;
    }
    return made;
}

static int component_from_nt(const char16_t *units, size_t count, char *bytes)
{
    if (count == 0 || (count == 1 && units[0] == u'.') || (count == 2 && units[0] == u'.' && units[1] == u'.')) {
        memcpy(bytes, "..", count);
        bytes[count] = '\0';
        return 0;
    }
    enum hostfs_name_result result = hostfs_name_from_nt(units, count, bytes);
    return result == HOSTFS_NAME_OK ? 0 : result == HOSTFS_NAME_TOO_LONG ? -ENAMETOOLONG : -EINVAL;
}

static int path_from_nt(const char16_t *units, size_t count, char *path, size_t size)
{
    size_t made = 0;
    for (;;) {
        char part[HOSTFS_NAME_BYTES + 1];
        size_t length = 0;
        while (length < count && units[length] != u'\\')
            length++;
        int error = component_from_nt(units, length, part);
        if (error < 0)
            return error;
        if (made + strlen(part) + 2 > size)
            return -ENAMETOOLONG;
        made += (size_t)sprintf(path + made, "%s%s", part, length < count ? "/" : "");
        if (length == count)
            return made ? 0 : -EINVAL;
        units += length + 1;
        count -= length + 1;
    }
}

/* ---- reading ---- */

static int read_symlink(const char *target, size_t length, PREPARSE_DATA_BUFFER out, size_t size, size_t *used)
{
    char16_t units[4096];
    size_t bytes = path_to_nt(target, length, units) * sizeof *units;
    size_t fixed = FIELD_OFFSET(REPARSE_DATA_BUFFER, SymbolicLinkReparseBuffer.PathBuffer);
    *used = fixed + bytes * 2;
    if (size < *used || *used > MOST)
        return -ERANGE;
    memset(out, 0, fixed);
    out->ReparseTag = IO_REPARSE_TAG_SYMLINK;
    out->ReparseDataLength = (USHORT)(*used - REPARSE_DATA_BUFFER_HEADER_SIZE);
    out->SymbolicLinkReparseBuffer.SubstituteNameLength = out->SymbolicLinkReparseBuffer.PrintNameLength = (USHORT)bytes;
    out->SymbolicLinkReparseBuffer.PrintNameOffset = (USHORT)bytes;
    out->SymbolicLinkReparseBuffer.Flags = target[0] == '/' ? 0 : SYMLINK_FLAG_RELATIVE;
    memcpy(out->SymbolicLinkReparseBuffer.PathBuffer, units, bytes);
    memcpy((char *)out->SymbolicLinkReparseBuffer.PathBuffer + bytes, units, bytes);
    return 0;
}

static int read_lx_symlink(const char *target, size_t length, PREPARSE_DATA_BUFFER out, size_t size, size_t *used)
{
    ULONG version = 2;
    *used = REPARSE_DATA_BUFFER_HEADER_SIZE + sizeof version + length;
    if (size < *used)
        return -ERANGE;
    memset(out, 0, REPARSE_DATA_BUFFER_HEADER_SIZE);
    out->ReparseTag = IO_REPARSE_TAG_LX_SYMLINK;
    out->ReparseDataLength = (USHORT)(sizeof version + length);
    memcpy(out->GenericReparseBuffer.DataBuffer, &version, sizeof version);
    memcpy(out->GenericReparseBuffer.DataBuffer + sizeof version, target, length);
    return 0;
}

static int read_special(ULONG tag, PREPARSE_DATA_BUFFER out, size_t size, size_t *used)
{
    *used = REPARSE_DATA_BUFFER_HEADER_SIZE;
    if (size < *used)
        return -ERANGE;
    memset(out, 0, *used);
    out->ReparseTag = tag;
    return 0;
}

/* The reparse data of an object whose tag is known. -ERANGE: *length is what it needs. */
int hostfs_reparse_read(struct io_node *node, ULONG tag, PREPARSE_DATA_BUFFER buffer, size_t size, size_t *length)
{
    char target[4096];
    if (S_ISLNK(node->type)) {
        ssize_t bytes = readlinkat(node->fd, "", target, sizeof target);
        if (bytes < 0)
            return -errno;
        return tag == IO_REPARSE_TAG_SYMLINK ? read_symlink(target, (size_t)bytes, buffer, size, length)
                                             : read_lx_symlink(target, (size_t)bytes, buffer, size, length);
    }
    if (!S_ISREG(node->type) && !S_ISDIR(node->type))
        return read_special(tag, buffer, size, length);
    ssize_t bytes = hostfs_getxattr(node->fd, HOSTFS_XATTR_REPARSE, buffer, size);
    *length = bytes < 0 ? MOST : (size_t)bytes;
    return bytes < 0 ? (int)bytes : bytes < (ssize_t)REPARSE_DATA_BUFFER_HEADER_SIZE ? -EIO : 0;
}

/* V-121: what an open that met a reparse point answers; the unparsed rest is counted in bytes. */
NTSTATUS hostfs_answer_reparse(struct hostfs_open *open, struct io_node *node, ULONG tag, size_t unparsed_units)
{
    PFLT_TAG_DATA_BUFFER data = ExAllocatePoolWithTag(PagedPool, MOST + FIELD_OFFSET(FLT_TAG_DATA_BUFFER, GenericReparseBuffer), 'rRsH');
    size_t length;
    if (data == NULL)
        return hostfs_refuse(open, STATUS_INSUFFICIENT_RESOURCES);
    /* the two structures agree in tag, length, the 16 bits after it, and the data */
    int error = hostfs_reparse_read(node, tag, (PREPARSE_DATA_BUFFER)data, MOST, &length);
    if (error < 0) {
        ExFreePool(data);
        return hostfs_fail(open->op, error, IO_ERRNO_OPEN);
    }
    data->UnparsedNameLength = (USHORT)(unparsed_units * sizeof(char16_t));
    if (open->op->tag_data)
        ExFreePool(open->op->tag_data);
    open->op->tag_data = data;
    return hostfs_done(open->op, STATUS_REPARSE, tag);
}

static ULONG current_tag(struct hostfs_ccb *ccb, int *error)
{
    struct hostfs_facts facts;
    *error = hostfs_facts_of(ccb, &facts);
    return *error < 0 ? 0 : facts.tag;
}

NTSTATUS hostfs_get_reparse(struct hostfs_ccb *ccb, struct io_operation *op, void *out, ULONG length)
{
    int error;
    size_t used = 0;
    ULONG tag = current_tag(ccb, &error);
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_PLAIN);
    if (tag == 0)
        return hostfs_done(op, STATUS_NOT_A_REPARSE_POINT, 0);
    if (out == NULL || length < REPARSE_DATA_BUFFER_HEADER_SIZE)
        return hostfs_done(op, STATUS_BUFFER_TOO_SMALL, 0);
    char *space = malloc(MOST);
    if (space == NULL)
        return hostfs_done(op, STATUS_INSUFFICIENT_RESOURCES, 0);
    error = hostfs_reparse_read(ccb->node, tag, (PREPARSE_DATA_BUFFER)space, MOST, &used);
    ULONG copied = used < length ? (ULONG)used : length;
    if (error == 0)
        memcpy(out, space, copied);
    free(space);
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_PLAIN);
    return hostfs_done(op, copied < used ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS, copied);
}

/* ---- setting ---- */

static NTSTATUS check_data(const REPARSE_DATA_BUFFER *data, ULONG length)
{
    if (data == NULL || length < REPARSE_DATA_BUFFER_HEADER_SIZE || length > MOST)
        return STATUS_IO_REPARSE_DATA_INVALID;
    bool microsoft = IsReparseTagMicrosoft(data->ReparseTag);
    ULONG header = microsoft ? REPARSE_DATA_BUFFER_HEADER_SIZE : REPARSE_GUID_DATA_BUFFER_HEADER_SIZE;
    if (length < header || data->ReparseDataLength != length - header)
        return STATUS_IO_REPARSE_DATA_INVALID;
    if (data->ReparseTag <= IO_REPARSE_TAG_RESERVED_RANGE)
        return STATUS_IO_REPARSE_TAG_INVALID;
    return STATUS_SUCCESS;
}

static int link_target(const REPARSE_DATA_BUFFER *data, char *target, size_t size)
{
    if (data->ReparseTag == IO_REPARSE_TAG_LX_SYMLINK) {
        size_t length = data->ReparseDataLength > sizeof(ULONG) ? data->ReparseDataLength - sizeof(ULONG) : 0;
        if (length == 0 || length >= size || memchr(data->GenericReparseBuffer.DataBuffer + 4, 0, length))
            return -EINVAL;
        memcpy(target, data->GenericReparseBuffer.DataBuffer + 4, length);
        target[length] = '\0';
        return 0;
    }
    ULONG offset = data->SymbolicLinkReparseBuffer.SubstituteNameOffset, bytes = data->SymbolicLinkReparseBuffer.SubstituteNameLength;
    ULONG room = data->ReparseDataLength + REPARSE_DATA_BUFFER_HEADER_SIZE;
    ULONG fixed = FIELD_OFFSET(REPARSE_DATA_BUFFER, SymbolicLinkReparseBuffer.PathBuffer);
    if (room < fixed || offset + bytes > room - fixed || (offset | bytes) & 1)
        return -EINVAL;
    return path_from_nt(data->SymbolicLinkReparseBuffer.PathBuffer + offset / 2, bytes / 2, target, size);
}

/* An empty file becomes a symbolic link of the same name: made under a name of its own and put in place at once (V-059). */
static int become_link(struct hostfs_ccb *ccb, const char *target)
{
    char name[HOSTFS_NAME_BYTES + 1], space[64];
    struct io_node *parent;
    struct stat now;
    int error = hostfs_node_name(ccb->node, name, &parent);
    if (error < 0)
        return error;
    snprintf(space, sizeof space, ".openfltmgr-symlink-%d-%p", getpid(), (void *)ccb);
    pthread_mutex_lock(&parent->entries);
    if (fstatat(parent->fd, name, &now, AT_SYMLINK_NOFOLLOW) != 0 || now.st_ino != ccb->node->inode)
        error = -ESTALE;
    else if (symlinkat(target, parent->fd, space) != 0)
        error = -errno;
    else if (fchownat(parent->fd, space, now.st_uid, now.st_gid, AT_SYMLINK_NOFOLLOW) != 0 ||
             renameat(parent->fd, space, parent->fd, name) != 0) {
        error = -errno;
        unlinkat(parent->fd, space, 0);
    }
    if (error == 0) {
        int fd = hostfs_open_at(parent->fd, name, O_PATH, 0);
        error = fd < 0 ? fd : hostfs_become(ccb, parent, name, fd);
    }
    pthread_mutex_unlock(&parent->entries);
    hostfs_node_release(parent);
    return error;
}

/* A link that the create made already (V-059). */
static bool leads_there(struct hostfs_ccb *ccb, const char *target)
{
    char now[4096];
    ssize_t length = S_ISLNK(ccb->node->type) ? readlinkat(ccb->node->fd, "", now, sizeof now) : -1;
    return length == (ssize_t)strlen(target) && memcmp(now, target, (size_t)length) == 0;
}

static NTSTATUS set_link(struct hostfs_ccb *ccb, struct io_operation *op, const REPARSE_DATA_BUFFER *data)
{
    char target[4096];
    struct hostfs_facts facts;
    int error = link_target(data, target, sizeof target);
    if (error == -EINVAL)
        return hostfs_done(op, STATUS_IO_REPARSE_DATA_INVALID, 0);
    if (error == 0)
        error = hostfs_facts_of(ccb, &facts);
    if (error == 0 && (S_ISDIR(ccb->node->type) || facts.size != 0))
        return hostfs_done(op, STATUS_NOT_SUPPORTED, 0); /* Linux' links are neither directories nor hold data */
    if (error == 0 && !leads_there(ccb, target))
        error = become_link(ccb, target);
    return error < 0 ? hostfs_fail(op, error, IO_ERRNO_NAME) : hostfs_done(op, STATUS_SUCCESS, 0);
}

static int store_tag(struct hostfs_ccb *ccb, ULONG tag)
{
    struct hostfs_stored stored = hostfs_stored_of(ccb->scb, ccb->node);
    struct hostfs_scb *file = ccb->scb->file ? ccb->scb->file : ccb->scb;
    stored.tag = tag;
    pthread_mutex_lock(&file->lock);
    int error = hostfs_stored_save(ccb->node->fd, &stored);
    if (error == 0)
        file->stored = stored;
    pthread_mutex_unlock(&file->lock);
    return error;
}

/* F-378: tags that are not Microsoft's are told apart by their maker's GUID too. */
static bool is_another_makers(struct hostfs_ccb *ccb, ULONG now, const REPARSE_DATA_BUFFER *data)
{
    if (!now || IsReparseTagMicrosoft(now))
        return false;
    char *stored = malloc(MAXIMUM_REPARSE_DATA_BUFFER_SIZE);
    ssize_t length = stored ? hostfs_getxattr(ccb->node->fd, HOSTFS_XATTR_REPARSE, stored, MAXIMUM_REPARSE_DATA_BUFFER_SIZE) : -1;
    bool other = length >= (ssize_t)REPARSE_GUID_DATA_BUFFER_HEADER_SIZE &&
                 memcmp(&((const REPARSE_GUID_DATA_BUFFER *)stored)->ReparseGuid, &((const REPARSE_GUID_DATA_BUFFER *)data)->ReparseGuid,
                     sizeof(GUID)) != 0;
    free(stored);
    return other;
}

NTSTATUS hostfs_set_reparse(struct hostfs_ccb *ccb, struct io_operation *op, const void *in, ULONG length)
{
    const REPARSE_DATA_BUFFER *data = in;
    int error;
    NTSTATUS status = check_data(data, length);
    if (status != STATUS_SUCCESS)
        return hostfs_done(op, status, 0);
    ULONG now = current_tag(ccb, &error);
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_PLAIN);
    if (now && now != data->ReparseTag)
        return hostfs_done(op, STATUS_IO_REPARSE_TAG_MISMATCH, 0);
    if (is_another_makers(ccb, now, data))
        return hostfs_done(op, STATUS_REPARSE_ATTRIBUTE_CONFLICT, 0);
    if (S_ISDIR(ccb->node->type) && hostfs_directory_is_empty(ccb->volume, ccb->node) == 0)
        return hostfs_done(op, STATUS_DIRECTORY_NOT_EMPTY, 0);
    if (data->ReparseTag == IO_REPARSE_TAG_SYMLINK || data->ReparseTag == IO_REPARSE_TAG_LX_SYMLINK)
        return set_link(ccb, op, data);
    if (!S_ISREG(ccb->node->type) && !S_ISDIR(ccb->node->type))
        return hostfs_done(op, STATUS_NOT_SUPPORTED, 0);
    error = hostfs_setxattr(ccb->node->fd, HOSTFS_XATTR_REPARSE, in, length, 0);
    if (error == 0)
        error = store_tag(ccb, data->ReparseTag);
    return error < 0 ? hostfs_fail(op, error, IO_ERRNO_XATTR) : hostfs_done(op, STATUS_SUCCESS, 0);
}

NTSTATUS hostfs_delete_reparse(struct hostfs_ccb *ccb, struct io_operation *op, const void *in, ULONG length)
{
    const REPARSE_DATA_BUFFER *data = in;
    int error;
    ULONG tag = current_tag(ccb, &error);
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_PLAIN);
    if (data == NULL || length < REPARSE_DATA_BUFFER_HEADER_SIZE || data->ReparseDataLength != 0)
        return hostfs_done(op, STATUS_IO_REPARSE_DATA_INVALID, 0);
    if (tag == 0)
        return hostfs_done(op, STATUS_NOT_A_REPARSE_POINT, 0);
    if (tag != data->ReparseTag)
        return hostfs_done(op, STATUS_IO_REPARSE_TAG_MISMATCH, 0);
    if (length >= REPARSE_GUID_DATA_BUFFER_HEADER_SIZE && is_another_makers(ccb, tag, data))
        return hostfs_done(op, STATUS_REPARSE_ATTRIBUTE_CONFLICT, 0);
    if (!S_ISREG(ccb->node->type) && !S_ISDIR(ccb->node->type))
        return hostfs_done(op, STATUS_NOT_SUPPORTED, 0); /* a link or device is nothing without its tag */
    error = hostfs_removexattr(ccb->node->fd, HOSTFS_XATTR_REPARSE);
    if (error == 0 || error == -ENODATA)
        error = store_tag(ccb, 0);
    return error < 0 ? hostfs_fail(op, error, IO_ERRNO_XATTR) : hostfs_done(op, STATUS_SUCCESS, 0);
}
