/*
 * Named streams in Samba's layout: user.DosStream.NAME:$DATA, the data and one NUL byte (V-162). An attribute is read and written
 * whole, under the stream's lock (V-164); what the file system below cannot hold is STATUS_DISK_FULL, never cut (V-163).
 */
#include "hostfs/hostfs.h"

#include <errno.h>
#include <linux/limits.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#define PREFIX HOSTFS_XATTR_STREAM
#define PREFIX_LENGTH (sizeof PREFIX - 1)
#define TYPE ":$DATA"
#define TYPE_LENGTH (sizeof TYPE - 1)
#define NAME_SPACE (PREFIX_LENGTH + HOSTFS_NAME_BYTES + TYPE_LENGTH + 1)
#define MOST 65536

static int attribute_name(const char *name, char attribute[NAME_SPACE])
{
    int length = snprintf(attribute, NAME_SPACE, PREFIX "%s" TYPE, name);
    return length > XATTR_NAME_MAX ? -ENAMETOOLONG : 0;
}

static bool can_have_streams(const struct io_node *node)
{
    return node->volume->xattrs && (S_ISREG(node->type) || S_ISDIR(node->type)); /* V-166 */
}

/* The whole value; *length without the trailing NUL. Freed by the caller. */
static int load(struct io_node *node, const char *name, char **value, size_t *length)
{
    char attribute[NAME_SPACE];
    int error = attribute_name(name, attribute);
    if (error < 0)
        return error;
    *value = malloc(MOST + 1);
    if (*value == NULL)
        return -ENOMEM;
    ssize_t got = hostfs_getxattr(node->fd, attribute, *value, MOST);
    if (got < 0) {
        free(*value);
        return (int)got;
    }
    *length = got ? (size_t)got - 1 : 0;
    return 0;
}

static int save(struct io_node *node, const char *name, char *value, size_t length, int flags)
{
    char attribute[NAME_SPACE];
    int error = attribute_name(name, attribute);
    if (error < 0)
        return error;
    if (length + 1 > MOST)
        return -ENOSPC;
    value[length] = '\0';
    error = hostfs_setxattr(node->fd, attribute, value, length + 1, flags);
    return error == -E2BIG || error == -ERANGE ? -ENOSPC : error;
}

int hostfs_stream_size(struct io_node *node, const char *name, LONGLONG *size)
{
    char attribute[NAME_SPACE];
    int error = attribute_name(name, attribute);
    if (error < 0)
        return error;
    ssize_t length = hostfs_getxattr(node->fd, attribute, NULL, 0);
    *size = length > 0 ? length - 1 : 0;
    return length < 0 ? (int)length : 0;
}

int hostfs_stream_create(struct io_node *node, const char *name)
{
    char nothing[1];
    return can_have_streams(node) ? save(node, name, nothing, 0, XATTR_CREATE) : -EOPNOTSUPP;
}

int hostfs_stream_remove(struct io_node *node, const char *name)
{
    char attribute[NAME_SPACE];
    int error = attribute_name(name, attribute);
    return error < 0 ? error : hostfs_removexattr(node->fd, attribute);
}

/* ---- the list ---- */

typedef bool stream_fn(const char *attribute, const char *name, size_t length, void *context);

/* Calls back for each stream until it says no. The name is without prefix and type. */
static int each_stream(struct io_node *node, stream_fn *each, void *context)
{
    if (!can_have_streams(node))
        return 0;
    char *list = malloc(MOST);
    ssize_t length = list ? hostfs_listxattr(node->fd, list, MOST) : -ENOMEM;
    for (ssize_t at = 0; at < length; at += (ssize_t)strlen(list + at) + 1) {
        const char *attribute = list + at, *name = attribute + PREFIX_LENGTH;
        size_t all = strlen(attribute);
        if (strncmp(attribute, PREFIX, PREFIX_LENGTH) != 0 || all <= PREFIX_LENGTH + TYPE_LENGTH ||
            strcmp(attribute + all - TYPE_LENGTH, TYPE) != 0 || all > PREFIX_LENGTH + HOSTFS_NAME_BYTES + TYPE_LENGTH)
            continue;
        if (!each(attribute, name, all - PREFIX_LENGTH - TYPE_LENGTH, context))
            break;
    }
    free(list);
    return length < 0 ? (int)length : 0;
}

struct search {
    char16_t units[HOSTFS_NAME_UNITS + 1];
    size_t count;
    bool case_sensitive, hit;
    char *found;
};

static bool compare(const char *attribute, const char *name, size_t length, void *context)
{
    struct search *search = context;
    char16_t units[HOSTFS_NAME_UNITS + 1];
    size_t count = hostfs_name_to_nt(name, length, units);
    UNICODE_STRING a = {(USHORT)(count * 2), (USHORT)(count * 2), units};
    UNICODE_STRING b = {(USHORT)(search->count * 2), (USHORT)(search->count * 2), search->units};
    if (!RtlEqualUnicodeString(&a, &b, !search->case_sensitive))
        return true;
    memcpy(search->found, name, length);
    search->found[length] = '\0';
    search->hit = true;
    return false;
}

int hostfs_stream_find(struct io_node *node, const char *name, bool case_sensitive, char *found)
{
    LONGLONG size;
    if (!can_have_streams(node))
        return -EOPNOTSUPP;
    strcpy(found, name);
    int error = hostfs_stream_size(node, name, &size);
    if (error != -ENODATA || case_sensitive)
        return error;
    struct search search = {.found = found};
    search.count = hostfs_name_to_nt(name, strlen(name), search.units);
    error = each_stream(node, compare, &search);
    return error < 0 ? error : search.hit ? 0 : -ENODATA;
}

static bool remove_one(const char *attribute, const char *name, size_t length, void *context)
{
    hostfs_removexattr(((struct io_node *)context)->fd, attribute);
    return true;
}

int hostfs_stream_remove_all(struct io_node *node)
{
    return each_stream(node, remove_one, node);
}

/* ---- data ---- */

NTSTATUS hostfs_stream_read(struct hostfs_ccb *ccb, struct io_operation *op, void *buffer, ULONG length, LONGLONG offset)
{
    char *value;
    size_t size;
    pthread_mutex_lock(&ccb->scb->lock);
    int error = load(ccb->node, ccb->scb->name, &value, &size);
    pthread_mutex_unlock(&ccb->scb->lock);
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_XATTR);
    size_t left = offset < (LONGLONG)size ? size - (size_t)offset : 0, moved = left < length ? left : length;
    memcpy(buffer, value + offset, moved);
    free(value);
    if ((ccb->file->Flags & FO_SYNCHRONOUS_IO) && moved)
        ccb->file->CurrentByteOffset.QuadPart = offset + (LONGLONG)moved;
    return moved ? hostfs_done(op, STATUS_SUCCESS, moved) : hostfs_done(op, STATUS_END_OF_FILE, 0);
}

/* Changes the value under the lock: to `size`, then `length` bytes at `offset` from `data`. */
static int change(struct hostfs_ccb *ccb, LONGLONG size, const void *data, size_t length, LONGLONG *offset, bool to_size)
{
    char *value;
    size_t old;
    pthread_mutex_lock(&ccb->scb->lock);
    int error = load(ccb->node, ccb->scb->name, &value, &old);
    if (error == 0) {
        if (*offset < 0)
            *offset = (LONGLONG)old;
        LONGLONG end = to_size ? size : *offset + (LONGLONG)length > (LONGLONG)old ? *offset + (LONGLONG)length : (LONGLONG)old;
        if (end >= MOST) {
            error = -ENOSPC;
        } else {
            if (end > (LONGLONG)old)
                memset(value + old, 0, (size_t)end - old);
            if (length)
                memcpy(value + *offset, data, length);
            error = save(ccb->node, ccb->scb->name, value, (size_t)end, XATTR_REPLACE);
        }
        free(value);
    }
    pthread_mutex_unlock(&ccb->scb->lock);
    return error;
}

NTSTATUS hostfs_stream_write(struct hostfs_ccb *ccb, struct io_operation *op, const void *buffer, ULONG length, LONGLONG offset)
{
    int error = offset >= MOST ? -ENOSPC : change(ccb, 0, buffer, length, &offset, false);
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_WRITE);
    if (ccb->file->Flags & FO_SYNCHRONOUS_IO)
        ccb->file->CurrentByteOffset.QuadPart = offset + length;
    hostfs_notify(ccb->node, FILE_NOTIFY_CHANGE_STREAM_SIZE | FILE_NOTIFY_CHANGE_STREAM_WRITE, FILE_ACTION_MODIFIED_STREAM);
    return hostfs_done(op, STATUS_SUCCESS, length);
}

int hostfs_stream_resize(struct hostfs_ccb *ccb, LONGLONG size)
{
    LONGLONG offset = 0;
    return change(ccb, size, NULL, 0, &offset, true);
}

/* ---- FileStreamInformation ---- */

struct listing {
    struct io_node *node;
    char *buffer;
    ULONG length, used, last;
    bool full, any;
};

static bool put_stream(struct listing *out, const char *name, size_t name_length, LONGLONG size, LONGLONG allocation)
{
    char16_t units[HOSTFS_NAME_UNITS + 8];
    size_t count = 0;
    units[count++] = u':';
    count += hostfs_name_to_nt(name, name_length, units + count);
    memcpy(units + count, u":$DATA", TYPE_LENGTH * sizeof *units);
    ULONG bytes = (ULONG)(count + TYPE_LENGTH) * 2, at = (out->used + 7) & ~7u, fixed = FIELD_OFFSET(FILE_STREAM_INFORMATION, StreamName);
    if (at + fixed + bytes > out->length)
        return out->full = true, false;
    PFILE_STREAM_INFORMATION entry = (void *)(out->buffer + at);
    entry->NextEntryOffset = 0;
    entry->StreamNameLength = bytes;
    entry->StreamSize.QuadPart = size;
    entry->StreamAllocationSize.QuadPart = allocation;
    memcpy(entry->StreamName, units, bytes);
    if (out->any)
        ((PFILE_STREAM_INFORMATION)(void *)(out->buffer + out->last))->NextEntryOffset = at - out->last;
    out->any = true;
    out->last = at;
    out->used = at + fixed + bytes;
    return true;
}

static bool list_one(const char *attribute, const char *name, size_t length, void *context)
{
    struct listing *out = context;
    ssize_t size = hostfs_getxattr(out->node->fd, attribute, NULL, 0);
    return size < 0 || put_stream(out, name, length, size ? size - 1 : 0, size ? ((size - 1) + 7) & ~7LL : 0);
}

NTSTATUS hostfs_stream_query(struct hostfs_ccb *ccb, struct io_operation *op, void *buffer, ULONG length)
{
    struct listing out = {.node = ccb->node, .buffer = buffer, .length = length};
    struct hostfs_facts facts;
    if (length < sizeof(FILE_STREAM_INFORMATION))
        return hostfs_done(op, STATUS_INFO_LENGTH_MISMATCH, 0);
    int error = hostfs_facts_of_node(ccb->node, &facts);
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_PLAIN);
    if (!S_ISDIR(ccb->node->type))
        put_stream(&out, "", 0, facts.size, facts.allocation);
    error = out.full ? 0 : each_stream(ccb->node, list_one, &out);
    if (error < 0 && error != -EOPNOTSUPP && error != -EPERM)
        return hostfs_fail(op, error, IO_ERRNO_XATTR);
    if (!out.any && !out.full)
        return hostfs_done(op, STATUS_END_OF_FILE, 0); /* a directory without streams */
    return hostfs_done(op, out.full ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS, out.used);
}
