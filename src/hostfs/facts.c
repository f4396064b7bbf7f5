/*
 * What Linux tells about an object, in NT's terms: times, attributes, sizes, reparse tags (V-144 to V-153, V-157). The few
 * facts that Linux has no place for are stored in one extended attribute. Any thread; the stored part under scb->lock.
 */
#include "hostfs/hostfs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NT_EPOCH 116444736000000000LL
#define TICKS 10000000LL

/* Floor for negative seconds too; 1601 and before read as 1, because 0 and below mean something else when set (V-144, V-145). */
LONGLONG hostfs_nt_time(int64_t seconds, uint32_t nanoseconds)
{
    __int128 time = (__int128)seconds * TICKS + nanoseconds / 100 + NT_EPOCH;
    return time <= 0 ? 1 : time > INT64_MAX ? INT64_MAX : (LONGLONG)time;
}

LONGLONG hostfs_nt_time_of(const struct statx_timestamp *time)
{
    return hostfs_nt_time(time->tv_sec, time->tv_nsec);
}

struct timespec hostfs_unix_time(LONGLONG time)
{
    LONGLONG since = time - NT_EPOCH, seconds = since / TICKS, rest = since % TICKS;
    if (rest < 0) {
        rest += TICKS;
        seconds--;
    }
    return (struct timespec){.tv_sec = seconds, .tv_nsec = rest * 100};
}

/* ---- the stored part ---- */

struct stored_blob {
    uint32_t version;
    uint32_t attributes;
    int64_t creation;
    uint32_t tag;
    uint32_t reserved;
} __attribute__((packed));

bool hostfs_xattr_is_hidden(const char *name)
{
    return strncmp(name, HOSTFS_XATTR_PREFIX, sizeof HOSTFS_XATTR_PREFIX - 1) == 0;
}

/* Symbolic links and special files refuse user attributes (V-152). */
void hostfs_stored_load(int fd, mode_t type, struct hostfs_stored *stored)
{
    struct stored_blob blob;
    *stored = (struct hostfs_stored){0};
    if (type != S_IFREG && type != S_IFDIR)
        return;
    if (hostfs_getxattr(fd, HOSTFS_XATTR_STORED, &blob, sizeof blob) != sizeof blob || blob.version != 1)
        return;
    *stored = (struct hostfs_stored){.attributes = blob.attributes, .creation = blob.creation, .tag = blob.tag};
}

void hostfs_stored_load_at(int directory, const char *name, mode_t type, struct hostfs_stored *stored)
{
    struct stored_blob blob;
    char path[32 + HOSTFS_NAME_BYTES + 2];
    *stored = (struct hostfs_stored){0};
    if (type != S_IFREG && type != S_IFDIR)
        return;
    snprintf(path, sizeof path, "/proc/self/fd/%d/%s", directory, name);
    if (lgetxattr(path, HOSTFS_XATTR_STORED, &blob, sizeof blob) == sizeof blob && blob.version == 1)
        *stored = (struct hostfs_stored){.attributes = blob.attributes, .creation = blob.creation, .tag = blob.tag};
}

int hostfs_stored_save(int fd, const struct hostfs_stored *stored)
{
    struct stored_blob blob = {1, stored->attributes, stored->creation, stored->tag, 0};
    if (stored->attributes || stored->creation || stored->tag)
        return hostfs_setxattr(fd, HOSTFS_XATTR_STORED, &blob, sizeof blob, 0);
    int error = hostfs_removexattr(fd, HOSTFS_XATTR_STORED);
    return error == -ENODATA || error == -EOPNOTSUPP || error == -EPERM ? 0 : error;
}

struct hostfs_stored hostfs_stored_of(struct hostfs_scb *scb, struct io_node *node)
{
    struct hostfs_scb *file = scb->file ? scb->file : scb;
    pthread_mutex_lock(&file->lock);
    if (!file->stored_known) {
        hostfs_stored_load(node->fd, node->type, &file->stored);
        file->stored_known = true;
    }
    struct hostfs_stored stored = file->stored;
    pthread_mutex_unlock(&file->lock);
    return stored;
}

/* ---- attributes ---- */

/* `name` "" with the object's own descriptor, or a name in a directory's. */
static ULONG tag_of(const struct statx *sx, const struct hostfs_stored *stored, int fd, const char *name)
{
    char target[4096];
    switch (sx->stx_mode & S_IFMT) {
    case S_IFLNK: {
        /* V-157: raw bytes that are no text cannot be a Windows link */
        ssize_t length = readlinkat(fd, name, target, sizeof target);
        return length > 0 && !hostfs_name_is_plain_path(target, (size_t)length) ? IO_REPARSE_TAG_LX_SYMLINK : IO_REPARSE_TAG_SYMLINK;
    }
    case S_IFIFO:
        return IO_REPARSE_TAG_LX_FIFO;
    case S_IFSOCK:
        return IO_REPARSE_TAG_AF_UNIX;
    case S_IFCHR:
        return IO_REPARSE_TAG_LX_CHR;
    case S_IFBLK:
        return IO_REPARSE_TAG_LX_BLK;
    default:
        return stored->tag;
    }
}

ULONG hostfs_reparse_tag(const struct statx *sx, const struct hostfs_stored *stored, int fd)
{
    return tag_of(sx, stored, fd, "");
}

#define STORABLE (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_OFFLINE | \
    FILE_ATTRIBUTE_NOT_CONTENT_INDEXED | FILE_ATTRIBUTE_TEMPORARY)

/* V-151 */
ULONG hostfs_attributes(const struct statx *sx, const struct hostfs_stored *stored)
{
    ULONG attributes = stored->attributes & STORABLE;
    bool special = !S_ISREG(sx->stx_mode) && !S_ISDIR(sx->stx_mode);
    if (S_ISDIR(sx->stx_mode))
        attributes |= FILE_ATTRIBUTE_DIRECTORY;
    if (special || stored->tag)
        attributes |= FILE_ATTRIBUTE_REPARSE_POINT;
    if ((sx->stx_mode & 0222) == 0)
        attributes |= FILE_ATTRIBUTE_READONLY;
    if (S_ISREG(sx->stx_mode) && sx->stx_blocks * 512 < sx->stx_size && sx->stx_size > 4096)
        attributes |= FILE_ATTRIBUTE_SPARSE_FILE;
    if (sx->stx_attributes & STATX_ATTR_COMPRESSED)
        attributes |= FILE_ATTRIBUTE_COMPRESSED;
    if (sx->stx_attributes & STATX_ATTR_ENCRYPTED)
        attributes |= FILE_ATTRIBUTE_ENCRYPTED;
    return attributes ? attributes : FILE_ATTRIBUTE_NORMAL;
}

/* V-147 */
LONGLONG hostfs_creation_time(const struct statx *sx, const struct hostfs_stored *stored)
{
    if (stored->creation)
        return stored->creation;
    if (sx->stx_mask & STATX_BTIME)
        return hostfs_nt_time_of(&sx->stx_btime);
    LONGLONG modified = hostfs_nt_time_of(&sx->stx_mtime), changed = hostfs_nt_time_of(&sx->stx_ctime);
    return modified < changed ? modified : changed;
}

/* V-149: rounded up to a cluster, except where blocks are really missing. */
LONGLONG hostfs_allocation(const struct statx *sx)
{
    LONGLONG used = (LONGLONG)sx->stx_blocks * 512, rounded = ((LONGLONG)sx->stx_size + 4095) & ~4095LL;
    if (!S_ISREG(sx->stx_mode))
        return 0;
    return used > rounded ? used : used < (LONGLONG)sx->stx_size && sx->stx_size > 4096 ? used : rounded;
}

/* ---- both together ---- */

void hostfs_facts_complete_at(struct hostfs_facts *facts, int fd, const char *name)
{
    facts->directory = S_ISDIR(facts->sx.stx_mode);
    facts->attributes = hostfs_attributes(&facts->sx, &facts->stored);
    facts->tag = facts->attributes & FILE_ATTRIBUTE_REPARSE_POINT ? tag_of(&facts->sx, &facts->stored, fd, name) : 0;
    facts->creation = hostfs_creation_time(&facts->sx, &facts->stored);
    facts->size = S_ISREG(facts->sx.stx_mode) ? (LONGLONG)facts->sx.stx_size : 0;
    facts->allocation = hostfs_allocation(&facts->sx);
    facts->links = facts->directory ? 1 : facts->sx.stx_nlink; /* V-150 */
    facts->delete_pending = facts->sx.stx_nlink == 0;
}

int hostfs_facts_of_node(struct io_node *node, struct hostfs_facts *facts)
{
    int error = hostfs_statx(node->fd, &facts->sx);
    if (error < 0)
        return error;
    hostfs_stored_load(node->fd, node->type, &facts->stored);
    hostfs_facts_complete_at(facts, node->fd, "");
    return 0;
}

int hostfs_facts_of(struct hostfs_ccb *ccb, struct hostfs_facts *facts)
{
    int error = hostfs_statx(ccb->fd >= 0 ? ccb->fd : ccb->node->fd, &facts->sx);
    if (error < 0)
        return error;
    facts->stored = hostfs_stored_of(ccb->scb, ccb->node);
    hostfs_facts_complete_at(facts, ccb->node->fd, "");
    pthread_mutex_lock(&ccb->scb->lock);
    facts->delete_pending |= ccb->scb->name ? ccb->scb->stream_delete : ccb->node->delete_pending;
    pthread_mutex_unlock(&ccb->scb->lock);
    if (ccb->scb->name == NULL)
        return 0;
    /* a named stream has a size of its own and everything else of its file */
    facts->directory = false;
    facts->attributes &= ~(ULONG)FILE_ATTRIBUTE_DIRECTORY;
    error = hostfs_stream_size(ccb->node, ccb->scb->name, &facts->size);
    facts->allocation = (facts->size + 7) & ~7LL;
    return error;
}
