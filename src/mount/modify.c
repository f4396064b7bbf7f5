/* What changes names and attributes: each a create, an operation, CLEANUP and CLOSE inside one request (V-057
 * to V-068, V-091 to V-097). */
#include "mount/inner.h"
#include "ntoskrnl/se/se.h"

#include <errno.h>
#include <stdio.h>

/* ---- new objects ---- */

static mode_t made_mode(const struct mount_open *how, const struct io_linux *side)
{
    if (side->have & IO_LINUX_SYMLINK)
        return S_IFLNK | 0777;
    return how->options & FILE_DIRECTORY_FILE ? S_IFDIR | side->mode : side->mode;
}

static void make(fuse_req_t req, fuse_ino_t parent_ino, const char *name, const struct mount_open *how,
    const struct io_linux *linux_side)
{
    struct mount *mount = mount_of(req);
    struct mount_node *parent = mount_node_of(mount, parent_ino);
    struct mount_open open = *how;
    struct mount_request r;
    PFILE_OBJECT file;

    mount_request_begin(&r, req);
    r.linux_side.have |= linux_side->have;
    r.linux_side.mode = linux_side->mode;
    r.linux_side.rdev = linux_side->rdev;
    r.linux_side.symlink = linux_side->symlink;
    open.node = parent;
    open.name = name;
    open.disposition = FILE_CREATE;
    open.share = MOUNT_SHARE_ALL;
    int error = mount_create_file(&r, &open, IO_ERRNO_NAME, &file, NULL);
    if (error == 0) {
        struct stat made = mount_stat_of_made(&r, made_mode(&open, linux_side));
        mount_close_file(&r, file);
        mount_reply_entry(&r, parent, name, &made);
        return;
    }
    mount_request_end(&r);
    fuse_reply_err(req, error);
}

void mount_op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
    struct mount_open open = {.access = FILE_LIST_DIRECTORY | SYNCHRONIZE,
        .options = MOUNT_OPTIONS | FILE_DIRECTORY_FILE,
        .attributes = FILE_ATTRIBUTE_NORMAL};
    struct io_linux side = {.have = IO_LINUX_MODE, .mode = mode};

    make(req, parent, name, &open, &side);
}

void mount_op_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t rdev)
{
    struct mount_open open = {.access = FILE_WRITE_ATTRIBUTES | SYNCHRONIZE,
        .options = MOUNT_OPTIONS | FILE_NON_DIRECTORY_FILE,
        .attributes = FILE_ATTRIBUTE_NORMAL};
    struct io_linux side = {
        .have = IO_LINUX_MODE | (S_ISREG(mode) || (mode & S_IFMT) == 0 ? 0 : IO_LINUX_SPECIAL),
        .mode = mode,
        .rdev = rdev};

    make(req, parent, name, &open, &side);
}

void mount_op_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
    struct mount_open open = {.access = FILE_WRITE_ATTRIBUTES | DELETE | SYNCHRONIZE,
        .options = MOUNT_OPTIONS | FILE_NON_DIRECTORY_FILE,
        .attributes = FILE_ATTRIBUTE_NORMAL};
    struct io_linux side = {.have = IO_LINUX_SYMLINK, .symlink = target};

    make(req, parent, name, &open, &side);
}

/* ---- deletion ---- */

/* The link's node, looked up below when the kernel's cache is older than ours; referenced. */
static int find_link(
    struct mount *mount, struct mount_node *parent, const char *name, struct mount_node **node)
{
    struct io_node *io;
    struct stat st;

    *node = mount_node_find(mount, parent, name);
    if (*node != NULL)
        return 0;
    int error = parent->io != NULL ? mount->volume->ops->node_lookup(parent->io, name, &io, &st) : -ENOENT;
    if (error != 0)
        return -error;
    *node = mount_node_get(mount, parent, name, io, st.st_ino, false);
    return *node != NULL ? 0 : ENOMEM;
}

static int delete_link(struct mount_request *r, struct mount_node *node, bool directory)
{
    struct mount_open open = {.node = node,
        .access = DELETE | FILE_READ_ATTRIBUTES | SYNCHRONIZE,
        .disposition = FILE_OPEN,
        .options = MOUNT_OPTIONS | (directory ? FILE_DIRECTORY_FILE : FILE_NON_DIRECTORY_FILE),
        .share = MOUNT_SHARE_ALL};
    FILE_DISPOSITION_INFORMATION_EX disposition = {.Flags = FILE_DISPOSITION_DELETE |
                                                            FILE_DISPOSITION_POSIX_SEMANTICS |
                                                            FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE};
    PFILE_OBJECT file;

    int error = mount_create_file(r, &open, IO_ERRNO_NAME, &file, NULL);
    if (error != 0)
        return error;
    struct io_transfer t = mount_transfer(r, file);
    NTSTATUS status =
        io_set_information(&t, FileDispositionInformationEx, &disposition, sizeof disposition, NULL, FALSE);
    error = mount_errno(r->mount, status, t.base_errno, IO_ERRNO_NAME);
    mount_close_file(r, file);
    return error;
}

static void remove_link(fuse_req_t req, fuse_ino_t parent_ino, const char *name, bool directory)
{
    struct mount *mount = mount_of(req);
    struct mount_node *parent = mount_node_of(mount, parent_ino), *node;
    struct mount_request r;

    mount_request_begin(&r, req);
    int error = find_link(mount, parent, name, &node);
    if (error == 0) {
        mount_order_wait(&r, node->inode);
        error = delete_link(&r, node, directory);
        if (error == 0)
            mount_node_unlink(mount, parent, name);
        mount_node_release(mount, node);
    }
    mount_request_end(&r);
    fuse_reply_err(req, error);
}

void mount_op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    remove_link(req, parent, name, false);
}

void mount_op_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    remove_link(req, parent, name, true);
}

/* ---- rename and link ---- */

/* FILE_RENAME_INFORMATION and FILE_LINK_INFORMATION have one layout. malloc'ed. */
static FILE_RENAME_INFORMATION *rename_information(
    struct mount *mount, struct mount_node *parent, const char *name, ULONG flags, ULONG *length)
{
    UNICODE_STRING path;

    if (mount_full_path(mount, parent, name, &path) != 0)
        return NULL;
    *length = (ULONG)offsetof(FILE_RENAME_INFORMATION, FileName) + path.Length + (ULONG)sizeof(WCHAR);
    if (*length < sizeof(FILE_RENAME_INFORMATION))
        *length = sizeof(FILE_RENAME_INFORMATION);
    FILE_RENAME_INFORMATION *info = calloc(1, *length);
    if (info != NULL) {
        info->Flags = flags;
        info->FileNameLength = path.Length;
        memcpy(info->FileName, path.Buffer, path.Length);
    }
    free(path.Buffer);
    return info;
}

struct move {
    struct mount_node *source, *target_parent;
    const char *target_name;
    FILE_INFORMATION_CLASS class;
    ACCESS_MASK access;
    ULONG flags;
    unsigned rename_flags;
    struct io_node *exchange;
    bool directory;
};

static int set_name(struct mount_request *r, const struct move *m, PFILE_OBJECT file, PFILE_OBJECT parent)
{
    ULONG length;
    FILE_RENAME_INFORMATION *info =
        rename_information(r->mount, m->target_parent, m->target_name, m->flags, &length);

    if (info == NULL)
        return ENOMEM;
    struct io_transfer t = mount_transfer(r, file);
    struct io_linux side = r->linux_side;
    side.have |= IO_LINUX_RENAME | (m->target_parent->io != NULL ? IO_LINUX_PARENT : 0);
    side.parent = m->target_parent->io;
    side.name = m->target_name;
    side.rename_flags = m->rename_flags;
    side.exchange = m->exchange;
    t.linux_side = &side;
    NTSTATUS status = io_set_information(
        &t, m->class, info, length, parent, (m->flags & FILE_RENAME_REPLACE_IF_EXISTS) != 0);
    free(info);
    return mount_errno(r->mount, status, t.base_errno, IO_ERRNO_RENAME);
}

/* V-065, V-068: the source, the target's directory, then the new name. */
static int move_link(struct mount_request *r, const struct move *m)
{
    struct mount_open source = {.node = m->source,
        .access = m->access,
        .disposition = FILE_OPEN,
        .options = MOUNT_OPTIONS,
        .share = MOUNT_SHARE_ALL};
    struct mount_open target = {.node = m->target_parent,
        .name = m->target_name,
        .access = (m->directory ? FILE_ADD_SUBDIRECTORY : FILE_WRITE_DATA) | SYNCHRONIZE,
        .disposition = FILE_OPEN,
        .options = MOUNT_OPTIONS | FILE_OPEN_FOR_BACKUP_INTENT,
        .share = MOUNT_SHARE_ALL, /* V-184: Linux programs never conflict */
        .sl_flags = SL_OPEN_TARGET_DIRECTORY};
    PFILE_OBJECT file, parent;

    int error = mount_create_file(r, &source, IO_ERRNO_RENAME, &file, NULL);
    if (error != 0)
        return error;
    error = mount_create_file(r, &target, IO_ERRNO_RENAME, &parent, NULL);
    if (error == 0) {
        error = set_name(r, m, file, parent);
        mount_close_file(r, parent);
    }
    mount_close_file(r, file);
    return error;
}

/* V-067: the other object's filters are asked too; without an object to exchange with the base moves nothing.
 */
static int announce_exchange(
    struct mount_request *r, struct mount_node *other, struct mount_node *parent, const char *name)
{
    struct stat st = {0};

    mount_node_stat(r->mount, other, &st);
    struct move m = {.source = other,
        .target_parent = parent,
        .target_name = name,
        .class = FileRenameInformationEx,
        .access = DELETE | FILE_READ_ATTRIBUTES | SYNCHRONIZE,
        .rename_flags = RENAME_EXCHANGE,
        .directory = S_ISDIR(st.st_mode),
        .flags = FILE_RENAME_POSIX_SEMANTICS | FILE_RENAME_IGNORE_READONLY_ATTRIBUTE |
                 FILE_RENAME_REPLACE_IF_EXISTS};
    return move_link(r, &m);
}

static int rename_link(struct mount_request *r, struct mount_node *parent, const char *name,
    struct mount_node *new_parent, const char *new_name, unsigned flags)
{
    struct mount *mount = r->mount;
    struct mount_node *node, *other = NULL;
    struct stat st = {0};

    int error = find_link(mount, parent, name, &node);
    if (error != 0)
        return error;
    if (find_link(mount, new_parent, new_name, &other) != 0)
        other = NULL;
    mount_order_wait(r, node->inode);
    if (other != NULL)
        mount_order_wait(r, other->inode);
    mount_node_stat(mount, node, &st);
    struct move m = {.source = node,
        .target_parent = new_parent,
        .target_name = new_name,
        .class = FileRenameInformationEx,
        .access = DELETE | FILE_READ_ATTRIBUTES | SYNCHRONIZE,
        .flags = FILE_RENAME_POSIX_SEMANTICS | FILE_RENAME_IGNORE_READONLY_ATTRIBUTE |
                 (flags & RENAME_NOREPLACE ? 0u : (ULONG)FILE_RENAME_REPLACE_IF_EXISTS),
        .rename_flags = flags,
        .directory = S_ISDIR(st.st_mode)};
    if (flags & RENAME_EXCHANGE && other == NULL)
        error = ENOENT;
    else {
        m.exchange = flags & RENAME_EXCHANGE ? other->io : NULL;
        if (flags & RENAME_EXCHANGE)
            error = announce_exchange(r, other, parent, name);
        if (error == 0)
            error = move_link(r, &m);
    }
    if (error == 0)
        mount_node_rename(mount, parent, name, new_parent, new_name, flags & RENAME_EXCHANGE);
    if (other != NULL)
        mount_node_release(mount, other);
    mount_node_release(mount, node);
    return error;
}

void mount_op_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
    const char *new_name, unsigned flags)
{
    struct mount *mount = mount_of(req);
    struct mount_request r;

    if (flags & ~(unsigned)(RENAME_NOREPLACE | RENAME_EXCHANGE)) { /* V-067 */
        fuse_reply_err(req, EINVAL);
        return;
    }
    mount_request_begin(&r, req);
    int error = rename_link(
        &r, mount_node_of(mount, parent), name, mount_node_of(mount, new_parent), new_name, flags);
    mount_request_end(&r);
    fuse_reply_err(req, error);
}

void mount_op_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent_ino, const char *name)
{
    struct mount *mount = mount_of(req);
    struct mount_node *parent = mount_node_of(mount, parent_ino);
    struct move m = {.source = mount_node_of(mount, ino),
        .target_parent = parent,
        .target_name = name,
        .class = FileLinkInformationEx,
        .access = FILE_WRITE_ATTRIBUTES | SYNCHRONIZE,
        .flags = FILE_LINK_POSIX_SEMANTICS};
    struct mount_request r;

    mount_request_begin(&r, req);
    mount_order_wait(&r, m.source->inode);
    int error = move_link(&r, &m);
    if (error == 0) {
        mount_invalidate_node(mount, m.source); /* its number of links */
        mount_reply_entry(&r, parent, name, NULL);
        return;
    }
    mount_request_end(&r);
    fuse_reply_err(req, error);
}

/* ---- attributes ---- */

static int set_times(struct mount_request *r, PFILE_OBJECT file, const struct stat *attr, int to_set)
{
    FILE_BASIC_INFORMATION basic = {0};
    struct io_transfer t = mount_transfer(r, file);
    struct io_linux side = r->linux_side;
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    side.have |= IO_LINUX_TIMES;
    side.atime = side.mtime = (struct timespec){.tv_nsec = UTIME_OMIT};
    if (to_set & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_ATIME_NOW)) {
        side.atime = to_set & FUSE_SET_ATTR_ATIME_NOW ? now : attr->st_atim;
        basic.LastAccessTime.QuadPart = mount_filetime(side.atime);
    }
    if (to_set & (FUSE_SET_ATTR_MTIME | FUSE_SET_ATTR_MTIME_NOW)) {
        side.mtime = to_set & FUSE_SET_ATTR_MTIME_NOW ? now : attr->st_mtim;
        basic.LastWriteTime.QuadPart = mount_filetime(side.mtime);
    }
    t.linux_side = &side;
    NTSTATUS status = io_set_information(&t, FileBasicInformation, &basic, sizeof basic, NULL, FALSE);
    return mount_errno(r->mount, status, t.base_errno, IO_ERRNO_OWNER);
}

static int set_size(struct mount_request *r, PFILE_OBJECT file, off_t size)
{
    FILE_END_OF_FILE_INFORMATION eof = {.EndOfFile.QuadPart = size};
    struct io_transfer t = mount_transfer(r, file);
    NTSTATUS status = io_set_information(&t, FileEndOfFileInformation, &eof, sizeof eof, NULL, FALSE);

    return mount_errno(r->mount, status, t.base_errno, IO_ERRNO_WRITE);
}

/* V-091, V-092: what Linux asked for travels beside the descriptor, which is what filters see. */
static int set_security(struct mount_request *r, PFILE_OBJECT file, const struct stat *attr, int to_set)
{
    SECURITY_INFORMATION which = 0;
    PSECURITY_DESCRIPTOR sd;
    struct stat now;
    struct io_linux side = r->linux_side;

    int error = mount_file_stat(file, &now);
    if (error != 0)
        return -error;
    side.uid = (uid_t)-1;
    side.gid = (gid_t)-1;
    if (to_set & FUSE_SET_ATTR_MODE) {
        which |= DACL_SECURITY_INFORMATION;
        side.have |= IO_LINUX_MODE;
        side.mode = now.st_mode = (now.st_mode & S_IFMT) | (attr->st_mode & 07777);
    }
    if (to_set & FUSE_SET_ATTR_UID) {
        which |= OWNER_SECURITY_INFORMATION;
        side.have |= IO_LINUX_OWNER;
        side.uid = now.st_uid = attr->st_uid;
    }
    if (to_set & FUSE_SET_ATTR_GID) {
        which |= GROUP_SECURITY_INFORMATION;
        side.have |= IO_LINUX_OWNER;
        side.gid = now.st_gid = attr->st_gid;
    }
    NTSTATUS status = se_descriptor_of_mode(now.st_mode, now.st_uid, now.st_gid, &sd);
    if (!NT_SUCCESS(status))
        return ENOMEM;
    struct io_transfer t = mount_transfer(r, file);
    t.linux_side = &side;
    status = io_set_security(&t, which, sd);
    ExFreePool(sd);
    return mount_errno(r->mount, status, t.base_errno, IO_ERRNO_OWNER);
}

static ACCESS_MASK access_for(int to_set)
{
    ACCESS_MASK access = SYNCHRONIZE;

    if (to_set & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID))
        access |= WRITE_OWNER | READ_CONTROL;
    if (to_set & FUSE_SET_ATTR_MODE)
        access |= WRITE_DAC | READ_CONTROL;
    if (to_set & FUSE_SET_ATTR_SIZE)
        access |= FILE_WRITE_DATA;
    if (to_set &
        (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME | FUSE_SET_ATTR_ATIME_NOW | FUSE_SET_ATTR_MTIME_NOW))
        access |= FILE_WRITE_ATTRIBUTES;
    return access;
}

#define ANY_TIME                                                                                             \
    (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME | FUSE_SET_ATTR_ATIME_NOW | FUSE_SET_ATTR_MTIME_NOW)

/* In the order of the table (V-091 to V-095), on one handle; stops at the first failure. */
static int set_attributes(struct mount_request *r, PFILE_OBJECT file, const struct stat *attr, int to_set)
{
    int error = 0;

    if (to_set & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID | FUSE_SET_ATTR_MODE))
        error = set_security(r, file, attr, to_set);
    if (error == 0 && to_set & FUSE_SET_ATTR_SIZE)
        error = set_size(r, file, attr->st_size);
    if (error == 0 && to_set & ANY_TIME)
        error = set_times(r, file, attr, to_set);
    return error;
}

/* ftruncate works on the file it was given (V-093); everything else on a handle with just the rights it
 * needs. */
static int setattr(struct mount_request *r, struct mount_node *node, const struct stat *attr, int to_set,
    struct fuse_file_info *fi)
{
    struct mount_open open = {.node = node,
        .access = access_for(to_set),
        .disposition = FILE_OPEN,
        .options = MOUNT_OPTIONS,
        .share = MOUNT_SHARE_ALL};
    PFILE_OBJECT file;

    if (fi != NULL && !(to_set & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID | FUSE_SET_ATTR_MODE)))
        return set_attributes(r, mount_file_of(fi)->object, attr, to_set);
    mount_order_wait(r, node->inode);
    /* truncate(2) is refused as an open is, a change of what only the owner may change as that (V-125) */
    enum io_errno_use use = to_set & FUSE_SET_ATTR_SIZE ? IO_ERRNO_OPEN : IO_ERRNO_OWNER;
    int error = mount_create_file(r, &open, use, &file, NULL);
    if (error != 0)
        return error;
    error = set_attributes(r, file, attr, to_set);
    mount_close_file(r, file);
    return error;
}

void mount_op_setattr(
    fuse_req_t req, fuse_ino_t ino, struct stat *attr, int to_set, struct fuse_file_info *fi)
{
    struct mount *mount = mount_of(req);
    struct mount_node *node = mount_node_of(mount, ino);
    struct mount_request r;
    struct stat st;
    int error = 0;

    mount_request_begin(&r, req);
    if (to_set & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID | FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_SIZE | ANY_TIME))
        error = setattr(&r, node, attr, to_set, fi);
    if (error == 0)
        error = mount_attributes(&r, node, fi != NULL ? mount_file_of(fi) : NULL, &st);
    mount_request_end(&r);
    if (error != 0)
        fuse_reply_err(req, error);
    else
        fuse_reply_attr(req, &st, mount_attribute_timeout(mount, &st));
}
