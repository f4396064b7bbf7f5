/*
 * Extended attributes: which are NT's and how (V-168 to V-175). user.DosStream.* are streams (stream.c), ACLs
 * are security (acl.c), other user.* with a legal name are NT's EAs, asked for where a filter wants to see
 * that; all others belong to the base (V-037). A question for a length brings the value already, which the
 * question for the value that follows gets without a second event (V-175).
 */
#include "mount/inner.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

#define EA_NAME_MAX 254
#define EA_VALUE_MAX 65535
#define EA_ROOM (EA_VALUE_MAX + 1024)

const char *mount_ea_of(const char *name)
{
    if (strncmp(name, "user.", 5) != 0 || name[5] == 0 || strlen(name + 5) > EA_NAME_MAX)
        return NULL;
    if (strncmp(name + 5, "DosStream.", 10) == 0 || strcmp(name + 5, "DOSATTRIB") == 0)
        return NULL;
    for (const char *c = name + 5; *c != 0; c++)
        if ((unsigned char)*c < 0x20 || strchr("\\/:*?\"<>|,+=[];", *c) != NULL)
            return NULL; /* a name that NT's EAs cannot have (V-171) */
    return name + 5;
}

/* ---- writing ---- */

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
    const char *ea_name = mount_ea_of(name);
    PFILE_OBJECT file;
    int error;

    if (mount_stream_of(name) != NULL)
        return removal ? mount_stream_remove(r, node, name)
                       : mount_stream_set(r, node, name, value, size, flags);
    if (mount_is_security(name))
        return mount_security_set(r, node, name, removal ? NULL : value, size, flags);
    error = mount_create_file(r, &open, IO_ERRNO_XATTR, &file, NULL);
    if (error != 0)
        return error;
    bool wanted = ea_name != NULL && io_volume_wants(r->mount->volume, IRP_MJ_SET_EA);
    /* an EA without a value does not exist on NT, an empty xattr does: that one goes to the base (V-171) */
    if (wanted && (removal || (size > 0 && size <= EA_VALUE_MAX)))
        error = send_ea(r, file, name, ea_name, value, removal ? 0 : size, flags);
    else if (node->io == NULL)
        error = EOPNOTSUPP;
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

/* ---- reading ---- */

static int get_from_base(
    struct mount *mount, struct mount_node *node, const char *name, void *value, size_t size, size_t *length)
{
    ssize_t got = 0;

    if (node->io == NULL)
        return ENODATA;
    int error = -mount->volume->ops->node_getxattr(node->io, name, value, size, &got);
    *length = error == 0 ? (size_t)got : 0;
    return error;
}

static NTSTATUS query_ea(struct mount_request *r, PFILE_OBJECT file, const char *name, const char *ea_name,
    void *room, struct io_transfer *t)
{
    union {
        FILE_GET_EA_INFORMATION list;
        uint8_t room[sizeof(FILE_GET_EA_INFORMATION) + EA_NAME_MAX + 1];
    } wanted = {0};
    struct io_linux side = r->linux_side;

    wanted.list.EaNameLength = (UCHAR)strlen(ea_name);
    memcpy(wanted.list.EaName, ea_name, strlen(ea_name) + 1);
    side.have |= IO_LINUX_XATTR;
    side.xattr_name = name;
    *t = mount_transfer(r, file);
    t->linux_side = &side;
    NTSTATUS status = io_query_ea(t, room, EA_ROOM, &wanted,
        (ULONG)(offsetof(FILE_GET_EA_INFORMATION, EaName) + strlen(ea_name) + 1), SL_RETURN_SINGLE_ENTRY);
    t->linux_side = NULL;
    return status;
}

/* A filter may have edited the entry. NULL: it is none. */
static const uint8_t *value_in(const FILE_FULL_EA_INFORMATION *ea, size_t size, size_t *length)
{
    const size_t fixed = offsetof(FILE_FULL_EA_INFORMATION, EaName);

    if (size < fixed || size < fixed + ea->EaNameLength + 1u + ea->EaValueLength)
        return NULL;
    *length = ea->EaValueLength;
    return (const uint8_t *)ea->EaName + ea->EaNameLength + 1;
}

static int get_ea(struct mount_request *r, struct mount_node *node, const char *name, void *value,
    size_t size, size_t *length)
{
    struct mount_open open = {.node = node,
        .access = FILE_READ_EA | SYNCHRONIZE,
        .disposition = FILE_OPEN,
        .options = MOUNT_OPTIONS,
        .share = MOUNT_SHARE_ALL};
    size_t below = 0;
    PFILE_OBJECT file;
    struct io_transfer t;

    if (get_from_base(r->mount, node, name, NULL, 0, &below) == 0 && below > EA_VALUE_MAX)
        return get_from_base(r->mount, node, name, value, size, length); /* no EA is as long (V-171) */
    FILE_FULL_EA_INFORMATION *ea = malloc(EA_ROOM);
    int error = ea != NULL ? mount_create_file(r, &open, IO_ERRNO_XATTR, &file, NULL) : ENOMEM;
    if (error != 0) {
        free(ea);
        return error;
    }
    NTSTATUS status = query_ea(r, file, name, mount_ea_of(name), ea, &t);
    mount_close_file(r, file);
    error = mount_errno(r->mount, status, t.base_errno, IO_ERRNO_XATTR);
    const uint8_t *bytes = error == 0 ? value_in(ea, t.iosb.Information, length) : NULL;
    if (error == 0 && bytes == NULL)
        error = EIO;
    else if (error == 0 && *length == 0) /* no EA: then there may still be an empty attribute */
        error = below > 0 ? ENODATA : get_from_base(r->mount, node, name, value, size, length);
    else if (error == 0 && *length > size)
        error = ERANGE;
    else if (error == 0)
        memcpy(value, bytes, *length);
    free(ea);
    return error;
}

/* Which attributes are read through filters. ls asks for ACLs of every file: only who registered for it is
 * asked (V-037). */
static bool is_asked_for(struct mount *mount, struct mount_node *node, const char *name)
{
    if (mount_stream_of(name) != NULL)
        return true;
    if (mount_is_security(
            name)) /* POSIX ACLs the kernel reads for itself, to decide who may enter (V-037, V-225) */
        return strcmp(name, "security.NTACL") == 0 && io_volume_wants(mount->volume, IRP_MJ_QUERY_SECURITY);
    return mount_ea_of(name) != NULL && (io_volume_wants(mount->volume, IRP_MJ_QUERY_EA) || node->io == NULL);
}

static int get_through_filters(struct mount_request *r, struct mount_node *node, const char *name,
    void *value, size_t size, size_t *length)
{
    if (mount_stream_of(name) != NULL)
        return mount_stream_get(r, node, name, value, size, length);
    if (!mount_is_security(name))
        return get_ea(r, node, name, value, size, length);
    int error = get_from_base(r->mount, node, name, value, size, length);
    return error == 0 ? mount_security_ask(r, node) : error;
}

static int list_through_filters(
    struct mount_request *r, struct mount_node *node, void *names, size_t size, size_t *length)
{
    ssize_t got = 0;

    if (node->io != NULL) {
        int error = -r->mount->volume->ops->node_listxattr(node->io, names, size, &got);
        if (error != 0)
            return error;
    }
    *length = (size_t)got;
    return mount_list_filter(r, node, names, size, length);
}

/* ---- a length first, the value then (V-175) ---- */

struct mount_probe {
    struct mount_node *node; /* compared, never followed */
    pid_t pid;
    struct timespec at;
    size_t length;
    char name[256]; /* "" for the list */
    uint8_t value[MOUNT_XATTR_MOST];
};

static bool is_recent(struct timespec at)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - at.tv_sec) * 1000 + (now.tv_nsec - at.tv_nsec) / 1000000 < 100;
}

static void keep_probe(struct mount *mount, struct mount_node *node, pid_t pid, const char *name,
    const void *value, size_t length)
{
    if (strlen(name) >= sizeof mount->probe->name)
        return;
    pthread_mutex_lock(&mount->probe_lock);
    if (mount->probe == NULL)
        mount->probe = malloc(sizeof *mount->probe);
    struct mount_probe *probe = mount->probe;
    if (probe != NULL) {
        probe->node = node;
        probe->pid = pid;
        probe->length = length;
        strcpy(probe->name, name);
        memcpy(probe->value, value, length);
        clock_gettime(CLOCK_MONOTONIC, &probe->at);
    }
    pthread_mutex_unlock(&mount->probe_lock);
}

/* Only once, only for who asked for the length, only just afterwards. */
static bool take_probe(struct mount *mount, struct mount_node *node, pid_t pid, const char *name, void *value,
    size_t size, size_t *length)
{
    pthread_mutex_lock(&mount->probe_lock);
    struct mount_probe *probe = mount->probe;
    bool mine = probe != NULL && probe->node == node && probe->pid == pid && strcmp(probe->name, name) == 0 &&
                probe->length <= size && is_recent(probe->at);
    if (mine) {
        memcpy(value, probe->value, probe->length);
        *length = probe->length;
        probe->node = NULL;
    }
    pthread_mutex_unlock(&mount->probe_lock);
    return mine;
}

static void answer(fuse_req_t req, int error, const char *buffer, size_t size, size_t length)
{
    if (error == 0 && size > 0 && length > size)
        error = ERANGE;
    if (error != 0)
        fuse_reply_err(req, error);
    else if (size == 0)
        fuse_reply_xattr(req, length);
    else
        fuse_reply_buf(req, buffer, length);
}

typedef int read_fn(struct mount_request *r, struct mount_node *node, const char *name, void *value,
    size_t size, size_t *length);

static int list_read(struct mount_request *r, struct mount_node *node, const char *name, void *value,
    size_t size, size_t *length)
{
    (void)name;
    return list_through_filters(r, node, value, size, length);
}

static void read_through_filters(
    fuse_req_t req, struct mount_node *node, const char *name, size_t size, read_fn *read)
{
    struct mount *mount = mount_of(req);
    pid_t pid = fuse_req_ctx(req)->pid;
    void *buffer = mount_thread_buffer(MOUNT_XATTR_MOST);
    struct mount_request r;
    size_t length = 0;

    if (buffer == NULL) {
        fuse_reply_err(req, ENOMEM);
        return;
    }
    if (size > 0 && take_probe(mount, node, pid, name, buffer, size, &length)) {
        answer(req, 0, buffer, size, length);
        return;
    }
    mount_request_begin(&r, req);
    int error = read(&r, node, name, buffer, MOUNT_XATTR_MOST, &length);
    mount_request_end(&r);
    if (error == 0 && size == 0)
        keep_probe(mount, node, pid, name, buffer, length);
    answer(req, error, buffer, size, length);
}

void mount_op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
    struct mount *mount = mount_of(req);
    struct mount_node *node = mount_node_of(mount, ino);

    if (is_asked_for(mount, node, name)) {
        read_through_filters(req, node, name, size, get_through_filters);
        return;
    }
    char *buffer = size > 0 ? mount_thread_buffer(size) : NULL;
    size_t length = 0;
    int error = size > 0 && buffer == NULL ? ENOMEM : get_from_base(mount, node, name, buffer, size, &length);
    answer(req, error, buffer, size, length);
}

void mount_op_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size)
{
    struct mount *mount = mount_of(req);
    struct mount_node *node = mount_node_of(mount, ino);

    if (io_volume_wants(mount->volume, IRP_MJ_QUERY_EA) ||
        io_volume_wants(mount->volume, IRP_MJ_QUERY_INFORMATION) || node->io == NULL) {
        read_through_filters(req, node, "", size, list_read);
        return;
    }
    char *buffer = size > 0 ? mount_thread_buffer(size) : NULL;
    ssize_t length = 0;
    int error = size > 0 && buffer == NULL
                    ? ENOMEM
                    : -mount->volume->ops->node_listxattr(node->io, buffer, size, &length);
    answer(req, error, buffer, size, (size_t)length);
}
