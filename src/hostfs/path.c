/*
 * From the name in a file object to the object: the front end's own node when its name still stands, else a walk from the root
 * or the related file object, one component at a time (V-135, V-206). Stops at reparse points (V-121).
 */
#include "hostfs/hostfs.h"

#include <errno.h>
#include <string.h>

struct units {
    const char16_t *at;
    size_t count;
};

NTSTATUS hostfs_refuse(struct hostfs_open *open, NTSTATUS status)
{
    return hostfs_done(open->op, status, 0);
}

void hostfs_open_release(struct hostfs_open *open)
{
    hostfs_node_release(open->parent);
    hostfs_node_release(open->node);
    if (open->scb)
        hostfs_scb_release(open->scb);
    open->parent = open->node = NULL;
    open->scb = NULL;
}

/* ---- what the front end resolved already ---- */

/* Its node is the object only as long as no filter put another name in the file object. */
static bool name_stands(struct hostfs_open *open, struct io_node *node, const char *child)
{
    UNICODE_STRING path, *wanted = &open->file->FileName;
    if (!io_volume_wants(open->op->volume, IRP_MJ_CREATE) && !io_volume_wants(open->op->volume, IRP_MJ_QUERY_OPEN) &&
        !io_volume_wants(open->op->volume, IRP_MJ_NETWORK_QUERY_OPEN))
        return true;
    if (hostfs_node_path(node, child, &path) < 0)
        return false;
    bool same = path.Length == wanted->Length && memcmp(path.Buffer, wanted->Buffer, path.Length) == 0;
    ExFreePool(path.Buffer);
    return same && open->file->RelatedFileObject == NULL;
}

static int take_node(struct hostfs_open *open, struct io_node *node)
{
    hostfs_node_reference(node);
    open->node = node;
    return hostfs_statx(node->fd, &open->attributes);
}

static int take_child(struct hostfs_open *open, struct io_node *parent, const char *name)
{
    hostfs_node_reference(parent);
    open->parent = parent;
    if (strlen(name) > HOSTFS_NAME_BYTES)
        return -ENAMETOOLONG;
    strcpy(open->name, name);
    int error = hostfs_node_child(parent, name, &open->node, &open->attributes);
    return error == -ENOENT ? 0 : error;
}

static NTSTATUS split_stream(struct hostfs_open *open, struct units *component);

/* A stream of the front end's node: what stands behind the node's own name (V-165). */
static bool stream_stands(struct hostfs_open *open, struct io_node *node, NTSTATUS *status)
{
    UNICODE_STRING path, *wanted = &open->file->FileName;
    if (hostfs_node_path(node, NULL, &path) < 0)
        return false;
    size_t units = path.Length / sizeof(char16_t);
    bool same = path.Length < wanted->Length && wanted->Buffer[units] == u':' && memcmp(path.Buffer, wanted->Buffer, path.Length) == 0;
    ExFreePool(path.Buffer);
    if (!same || open->file->RelatedFileObject != NULL)
        return false;
    struct units rest = {wanted->Buffer + units, wanted->Length / sizeof(char16_t) - units};
    *status = split_stream(open, &rest);
    return true;
}

static bool take_front_end(struct hostfs_open *open, int *error, NTSTATUS *status)
{
    const struct io_linux *linux_side = open->op->linux_side;
    if (linux_side == NULL)
        return false;
    if (linux_side->have & IO_LINUX_STREAM) {
        if (!(linux_side->have & IO_LINUX_NODE) || !stream_stands(open, linux_side->node, status))
            return false;
        *error = *status == STATUS_SUCCESS ? take_node(open, linux_side->node) : 0;
    } else if ((linux_side->have & IO_LINUX_NODE) && linux_side->node && name_stands(open, linux_side->node, NULL))
        *error = take_node(open, linux_side->node);
    else if ((linux_side->have & IO_LINUX_PARENT) && linux_side->parent && linux_side->name &&
             name_stands(open, linux_side->parent, linux_side->name))
        *error = take_child(open, linux_side->parent, linux_side->name);
    else
        return false;
    open->front_end = true;
    return true;
}

/* ---- walking ---- */

static NTSTATUS bad_name(struct hostfs_open *open, enum hostfs_name_result result)
{
    return hostfs_refuse(open, result == HOSTFS_NAME_TOO_LONG ? STATUS_NAME_TOO_LONG : STATUS_OBJECT_NAME_INVALID);
}

/* One component below `directory`; 0, -ENOENT or another errno. `name` gets the bytes that lead there. */
static int find_child(struct hostfs_open *open, struct io_node *directory, struct units component, char *name, struct io_node **node,
    struct statx *attributes)
{
    int error = hostfs_node_child(directory, name, node, attributes);
    char folded[HOSTFS_NAME_BYTES + 1];
    if (error != -ENOENT || open->case_sensitive)
        return error;
    if (hostfs_find_folded(directory, component.at, component.count, folded) != 0)
        return -ENOENT;
    strcpy(name, folded);
    return hostfs_node_child(directory, name, node, attributes);
}

static struct units next_component(struct units *rest)
{
    struct units component = {rest->at, 0};
    while (component.count < rest->count && component.at[component.count] != u'\\')
        component.count++;
    rest->at += component.count;
    rest->count -= component.count;
    return component;
}

/* Reparse points on the way, or at its end unless they are to be opened themselves. */
static NTSTATUS stop_at_reparse(struct hostfs_open *open, struct io_node *node, const struct statx *attributes, size_t unparsed)
{
    struct hostfs_stored stored;
    hostfs_stored_load(node->fd, node->type, &stored);
    ULONG tag = hostfs_reparse_tag(attributes, &stored, node->fd);
    if (tag == 0)
        return STATUS_SUCCESS;
    if (unparsed == 0 && ((open->options & FILE_OPEN_REPARSE_POINT) || open->target_directory))
        return STATUS_SUCCESS;
    return hostfs_answer_reparse(open, node, tag, unparsed);
}

static NTSTATUS missing_parent(struct hostfs_open *open, int error)
{
    if (error == -ENOENT || error == -ENOTDIR)
        return hostfs_fail(open->op, error, IO_ERRNO_OPEN), hostfs_refuse(open, STATUS_OBJECT_PATH_NOT_FOUND);
    return hostfs_fail(open->op, error, IO_ERRNO_OPEN);
}

static NTSTATUS walk_directories(struct hostfs_open *open, struct io_node **at, struct units *component, struct units *rest)
{
    for (;;) {
        *component = next_component(rest);
        if (component->count == 0)
            return hostfs_refuse(open, STATUS_OBJECT_NAME_INVALID);
        if (rest->count == 0)
            return STATUS_SUCCESS;
        char name[HOSTFS_NAME_BYTES + 1];
        enum hostfs_name_result result = hostfs_name_from_nt(component->at, component->count, name);
        if (result != HOSTFS_NAME_OK)
            return bad_name(open, result);
        struct io_node *next;
        struct statx attributes;
        int error = find_child(open, *at, *component, name, &next, &attributes);
        if (error < 0)
            return missing_parent(open, error);
        NTSTATUS status = stop_at_reparse(open, next, &attributes, rest->count);
        hostfs_node_release(*at);
        *at = next;
        if (status != STATUS_SUCCESS)
            return status;
        if (!S_ISDIR(next->type))
            return hostfs_refuse(open, STATUS_OBJECT_PATH_NOT_FOUND);
        rest->at++;
        rest->count--;
    }
}

/* "name:stream:$TYPE" (V-137). Leaves the name in *component. */
static NTSTATUS split_stream(struct hostfs_open *open, struct units *component)
{
    const char16_t *colon = component->at, *end = component->at + component->count;
    while (colon < end && *colon != u':')
        colon++;
    if (colon == end)
        return STATUS_SUCCESS;
    struct units stream = {colon + 1, 0}, type = {NULL, 0};
    while (stream.at + stream.count < end && stream.at[stream.count] != u':')
        stream.count++;
    if (stream.at + stream.count < end)
        type = (struct units){stream.at + stream.count + 1, (size_t)(end - stream.at) - stream.count - 1};
    UNICODE_STRING given = {(USHORT)(type.count * 2), (USHORT)(type.count * 2), (PWCH)type.at};
    UNICODE_STRING data = RTL_CONSTANT_STRING(u"$DATA"), index = RTL_CONSTANT_STRING(u"$INDEX_ALLOCATION");
    bool is_data = type.at == NULL || RtlEqualUnicodeString(&given, &data, TRUE);
    if (!is_data && !RtlEqualUnicodeString(&given, &index, TRUE))
        return hostfs_refuse(open, STATUS_OBJECT_NAME_INVALID);
    if (type.at == NULL && stream.count == 0)
        return hostfs_refuse(open, STATUS_OBJECT_NAME_INVALID); /* "name:" */
    component->count = (size_t)(colon - component->at);
    if (!is_data || stream.count == 0) {
        open->options |= is_data ? FILE_NON_DIRECTORY_FILE : FILE_DIRECTORY_FILE;
        return STATUS_SUCCESS;
    }
    enum hostfs_name_result result = hostfs_name_from_nt(stream.at, stream.count, open->stream);
    return result == HOSTFS_NAME_OK ? STATUS_SUCCESS : bad_name(open, result);
}

static NTSTATUS take_last(struct hostfs_open *open, struct io_node *parent, struct units component)
{
    if (component.count == 0) { /* ":stream" of the directory itself */
        int error = take_node(open, parent);
        return error < 0 ? hostfs_fail(open->op, error, IO_ERRNO_OPEN) : STATUS_SUCCESS;
    }
    enum hostfs_name_result result = hostfs_name_from_nt(component.at, component.count, open->name);
    if (result != HOSTFS_NAME_OK)
        return bad_name(open, result);
    hostfs_node_reference(parent);
    open->parent = parent;
    int error = find_child(open, parent, component, open->name, &open->node, &open->attributes);
    if (error == -ENOENT)
        return STATUS_SUCCESS;
    if (error < 0)
        return hostfs_fail(open->op, error, IO_ERRNO_OPEN);
    return stop_at_reparse(open, open->node, &open->attributes, 0);
}

static NTSTATUS walk(struct hostfs_open *open, struct io_node *start, struct units rest)
{
    struct units component;
    struct io_node *at = start;
    hostfs_node_reference(at);
    if (rest.count && rest.at[rest.count - 1] == u'\\') {
        open->directory_syntax = true;
        rest.count--;
    }
    NTSTATUS status = walk_directories(open, &at, &component, &rest);
    if (status == STATUS_SUCCESS)
        status = split_stream(open, &component);
    if (status == STATUS_SUCCESS) {
        open->target_units = component.count <= HOSTFS_NAME_UNITS ? (unsigned)component.count : HOSTFS_NAME_UNITS;
        memcpy(open->target_name, component.at, open->target_units * sizeof *component.at);
        status = take_last(open, at, component);
    }
    hostfs_node_release(at);
    return status;
}

/* ---- where to start ---- */

static bool take_found(struct io_node *node, void *found)
{
    hostfs_node_reference(node);
    *(struct io_node **)found = node;
    return false;
}

/* V-155: what nobody knows by name yet is looked for in the directory, never by a file handle, which could lead outside. */
static NTSTATUS by_file_id(struct hostfs_open *open)
{
    PUNICODE_STRING name = &open->file->FileName;
    uint64_t id;
    /* 8 bytes, or a FILE_ID_128 whose first 8 are the number; a device name may stand before it */
    size_t offset = name->Length == 8 || name->Length == 16 ? 0 : name->Length == 10 || name->Length == 18 ? 2 : 1;
    if (offset == 1)
        return hostfs_refuse(open, STATUS_INVALID_PARAMETER);
    memcpy(&id, (char *)name->Buffer + offset, sizeof id);
    struct io_node *node = hostfs_node_by_inode(open->volume, id);
    if (node == NULL)
        hostfs_node_each_link(open->volume, id, 1, take_found, &node);
    if (node == NULL)
        return hostfs_refuse(open, STATUS_INVALID_PARAMETER); /* as NTFS for an id nobody has */
    open->node = node;
    int error = hostfs_statx(node->fd, &open->attributes);
    if (error < 0)
        return hostfs_fail(open->op, error, IO_ERRNO_OPEN);
    return stop_at_reparse(open, node, &open->attributes, 0);
}

static NTSTATUS from_related(struct hostfs_open *open, struct hostfs_ccb *related, struct units name)
{
    if (related == NULL || related->node == NULL)
        return hostfs_refuse(open, STATUS_INVALID_PARAMETER);
    if (name.count == 0) {
        int error = take_node(open, related->node);
        return error < 0 ? hostfs_fail(open->op, error, IO_ERRNO_OPEN) : STATUS_SUCCESS;
    }
    if (name.at[0] == u'\\')
        return hostfs_refuse(open, STATUS_INVALID_PARAMETER);
    if (name.at[0] == u':') {
        NTSTATUS status = split_stream(open, &name);
        return status == STATUS_SUCCESS ? take_last(open, related->node, (struct units){name.at, 0}) : status;
    }
    if (!S_ISDIR(related->node->type))
        return hostfs_refuse(open, STATUS_OBJECT_PATH_NOT_FOUND);
    return walk(open, related->node, name);
}

static NTSTATUS from_root(struct hostfs_open *open, struct units name)
{
    if (name.at[0] != u'\\')
        return hostfs_refuse(open, STATUS_OBJECT_NAME_INVALID);
    name.at++;
    name.count--;
    if (name.count == 0) {
        int error = take_node(open, open->volume->root);
        return error < 0 ? hostfs_fail(open->op, error, IO_ERRNO_OPEN) : STATUS_SUCCESS;
    }
    return walk(open, open->volume->root, name);
}

/* SL_OPEN_TARGET_DIRECTORY: the directory of the name is opened, and whether the name exists is told (V-065). */
static NTSTATUS turn_to_target(struct hostfs_open *open)
{
    if (open->parent == NULL)
        return hostfs_refuse(open, STATUS_INVALID_PARAMETER);
    open->target_exists = open->node != NULL;
    hostfs_node_release(open->node);
    open->node = open->parent;
    open->parent = NULL;
    int error = hostfs_statx(open->node->fd, &open->attributes);
    return error < 0 ? hostfs_fail(open->op, error, IO_ERRNO_OPEN) : STATUS_SUCCESS;
}

NTSTATUS hostfs_resolve(struct hostfs_open *open)
{
    PUNICODE_STRING given = &open->file->FileName;
    struct units name = {given->Buffer, given->Length / sizeof(char16_t)};
    int error = 0;
    NTSTATUS status = STATUS_SUCCESS;
    if (take_front_end(open, &error, &status))
        status = status != STATUS_SUCCESS ? status : error < 0 ? hostfs_fail(open->op, error, IO_ERRNO_OPEN) : STATUS_SUCCESS;
    else if (open->options & FILE_OPEN_BY_FILE_ID)
        status = by_file_id(open);
    else if (open->file->RelatedFileObject)
        status = from_related(open, hostfs_ccb_of(open->file->RelatedFileObject), name);
    else if (name.count)
        status = from_root(open, name);
    if (status == STATUS_SUCCESS && open->target_directory)
        status = turn_to_target(open);
    return status;
}
