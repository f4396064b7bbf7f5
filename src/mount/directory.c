/* READDIR and READDIRPLUS: an NT enumeration kept per open directory, so that offsets stay valid whatever
 * filters change (V-078, V-116). Attributes beside the names are the base's with what filters edited into the
 * listing: nobody is asked name by name (V-017). */
#include "mount/inner.h"
#include "ntoskrnl/ke/report.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/fuse.h>

struct entry {
    uint32_t name; /* in the pool */
    uint32_t mode;
    uint64_t inode;
    struct mount_told told;
};

struct mount_listing {
    struct entry *entries;
    size_t count, room;
    char *pool;
    size_t pool_used, pool_room;
    bool complete;
};

static void listing_clear(struct mount_listing *l)
{
    free(l->entries);
    free(l->pool);
    memset(l, 0, sizeof *l);
}

static bool add(
    struct mount_listing *l, const char *name, uint64_t inode, uint32_t mode, const struct mount_told *told)
{
    size_t length = strlen(name) + 1;

    if (l->count == l->room) {
        size_t room = l->room ? l->room * 2 : 64;
        struct entry *entries = realloc(l->entries, room * sizeof *entries);
        if (entries == NULL)
            return false;
        l->entries = entries;
        l->room = room;
    }
    if (l->pool_used + length > l->pool_room) {
        size_t room = (l->pool_room ? l->pool_room * 2 : 4096) + length;
        char *pool = realloc(l->pool, room);
        if (pool == NULL)
            return false;
        l->pool = pool;
        l->pool_room = room;
    }
    memcpy(l->pool + l->pool_used, name, length);
    l->entries[l->count++] = (struct entry){(uint32_t)l->pool_used, mode, inode, *told};
    l->pool_used += length;
    return true;
}

static uint32_t mode_of(const FILE_ID_EXTD_DIR_INFORMATION *e)
{
    if (e->FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) {
        switch (e->ReparsePointTag) {
        case IO_REPARSE_TAG_SYMLINK:
        case IO_REPARSE_TAG_LX_SYMLINK:
            return S_IFLNK;
        case IO_REPARSE_TAG_LX_FIFO:
            return S_IFIFO;
        case IO_REPARSE_TAG_LX_CHR:
            return S_IFCHR;
        case IO_REPARSE_TAG_LX_BLK:
            return S_IFBLK;
        case IO_REPARSE_TAG_AF_UNIX:
            return S_IFSOCK;
        default:
            break;
        }
    }
    return e->FileAttributes & FILE_ATTRIBUTE_DIRECTORY ? S_IFDIR : S_IFREG;
}

static struct mount_told told_by(const FILE_ID_EXTD_DIR_INFORMATION *e)
{
    return (struct mount_told){.access = e->LastAccessTime.QuadPart,
        .write = e->LastWriteTime.QuadPart,
        .change = e->ChangeTime.QuadPart,
        .size = e->EndOfFile.QuadPart,
        .allocation = e->AllocationSize.QuadPart,
        .attributes = e->FileAttributes};
}

/* A name that Linux cannot have is left out (V-116). False without memory. */
static bool take_entry(
    struct mount *mount, struct mount_listing *l, const FILE_ID_EXTD_DIR_INFORMATION *e, const uint8_t *units)
{
    char16_t copy[NAME_MAX + 1];
    char name[NAME_MAX + 1];
    size_t count = e->FileNameLength / sizeof(WCHAR);
    struct mount_told told = told_by(e);
    uint64_t inode;

    if (count == 0 || count > NAME_MAX || e->FileNameLength % sizeof(WCHAR) != 0)
        return true;
    memcpy(copy, units, e->FileNameLength);
    memcpy(&inode, &e->FileId, sizeof inode);
    return !mount->volume->ops->name_from_nt(copy, count, name) || add(l, name, inode, mode_of(e), &told);
}

/* One buffer of entries, checked: a filter may have made or edited it (V-116). False without memory. */
static bool take_entries(struct mount *mount, struct mount_listing *l, const uint8_t *buffer, size_t length)
{
    const size_t fixed = offsetof(FILE_ID_EXTD_DIR_INFORMATION, FileName);
    size_t at = 0;

    while (length - at >= fixed) {
        FILE_ID_EXTD_DIR_INFORMATION e;
        memcpy(&e, buffer + at, fixed);
        bool fits = e.FileNameLength <= length - at - fixed;
        if (fits && !take_entry(mount, l, &e, buffer + at + fixed))
            return false;
        if (fits && e.NextEntryOffset == 0)
            return true;
        if (!fits || e.NextEntryOffset < fixed + e.FileNameLength || e.NextEntryOffset > length - at)
            break;
        at += e.NextEntryOffset;
    }
    ke_report(NULL, "IRP_MJ_DIRECTORY_CONTROL",
        "entries that do not follow each other within the buffer: the rest of them is left out");
    return true;
}

static int read_all(struct mount_request *r, struct mount_file *file, struct mount_listing *l)
{
    const size_t size = 65536;
    uint8_t *buffer = mount_thread_buffer(size);
    UCHAR flags = SL_RESTART_SCAN;

    const struct mount_told nothing = {0};

    if (buffer == NULL || !add(l, ".", file->node->inode, S_IFDIR, &nothing) ||
        !add(l, "..", mount_node_parent_inode(r->mount, file->node), S_IFDIR, &nothing))
        return ENOMEM;
    for (;;) {
        struct io_transfer t = mount_transfer(r, file->object);
        NTSTATUS status =
            io_query_directory(&t, FileIdExtdDirectoryInformation, buffer, (ULONG)size, NULL, flags, 0);
        if (status == STATUS_NO_MORE_FILES || status == STATUS_NO_SUCH_FILE)
            return 0;
        if (mount_request_cut(r))
            return EINTR;
        if (!NT_SUCCESS(status) && status != STATUS_BUFFER_OVERFLOW)
            return mount_errno(r->mount, status, t.base_errno, IO_ERRNO_PLAIN);
        if (t.iosb.Information == 0)
            return 0;
        if (!take_entries(r->mount, l, buffer, t.iosb.Information < size ? t.iosb.Information : size))
            return ENOMEM;
        flags = 0;
    }
}

static bool is_dot(const char *name)
{
    return name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
}

/* READDIRPLUS' entry; one without a node id only tells the name and its type. */
static void make_entry(struct mount *mount, struct mount_file *file, const struct entry *e, const char *name,
    bool edited, struct fuse_entry_param *out)
{
    *out = (struct fuse_entry_param){.attr = {.st_ino = e->inode, .st_mode = e->mode}};
    if (is_dot(name) || file->elsewhere || !mount_entry_of(mount, file->node, name, out))
        return;
    mount_view_last(mount, mount_node_of(mount, out->ino), &out->attr);
    if (edited)
        mount_view_told(&e->told, &out->attr);
}

static size_t fill(fuse_req_t req, struct mount_file *file, size_t from, char *buffer, size_t size, bool plus)
{
    struct mount *mount = mount_of(req);
    const struct mount_listing *l = file->listing;
    bool edited = io_volume_wants(mount->volume, IRP_MJ_DIRECTORY_CONTROL);
    size_t used = 0;

    for (size_t i = from; i < l->count; i++) {
        const char *name = l->pool + l->entries[i].name;
        struct stat st = {.st_ino = l->entries[i].inode, .st_mode = l->entries[i].mode};
        if (i >= 2 && is_dot(name)) /* the enumeration's own: ours came first */
            continue;
        size_t needs = plus ? fuse_add_direntry_plus(req, NULL, 0, name, NULL, 0)
                            : fuse_add_direntry(req, NULL, 0, name, NULL, 0);
        if (needs > size - used)
            break;
        if (plus) {
            struct fuse_entry_param entry;
            make_entry(mount, file, &l->entries[i], name, edited, &entry);
            used += fuse_add_direntry_plus(req, buffer + used, size - used, name, &entry, (off_t)(i + 1));
        } else {
            used += fuse_add_direntry(req, buffer + used, size - used, name, &st, (off_t)(i + 1));
        }
    }
    return used;
}

/* The caller was gone: the kernel has not seen these lookups (V-006). */
static void forget_entries(struct mount *mount, const char *buffer, size_t used)
{
    for (size_t at = 0; at + FUSE_NAME_OFFSET_DIRENTPLUS <= used;) {
        const struct fuse_direntplus *entry = (const void *)(buffer + at);
        if (entry->entry_out.nodeid != 0)
            mount_node_forget(mount, mount_node_of(mount, entry->entry_out.nodeid), 1);
        at += FUSE_DIRENTPLUS_SIZE(entry);
    }
}

static void read_directory(fuse_req_t req, size_t size, off_t offset, struct mount_file *file, bool plus)
{
    struct mount *mount = mount_of(req);
    struct mount_request r;
    int error = 0;
    size_t used = 0;

    mount_request_begin(&r, req);
    pthread_mutex_lock(&file->lock);
    if (file->listing == NULL)
        file->listing = calloc(1, sizeof *file->listing);
    struct mount_listing *l = file->listing;
    if (l == NULL) {
        error = ENOMEM;
    } else if (offset == 0 || !l->complete) {
        listing_clear(l);
        error = read_all(&r, file, l);
        l->complete = error == 0;
    }
    char *buffer = error == 0 ? mount_thread_buffer(size) : NULL;
    if (error == 0 && buffer == NULL)
        error = ENOMEM;
    if (error == 0)
        used = fill(req, file, (size_t)offset, buffer, size, plus);
    pthread_mutex_unlock(&file->lock);
    mount_request_end(&r);
    if (error != 0)
        fuse_reply_err(req, error);
    else if (fuse_reply_buf(req, buffer, used) == -ENOENT && plus)
        forget_entries(mount, buffer, used);
}

void mount_op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
    (void)ino;
    read_directory(req, size, offset, mount_file_of(fi), false);
}

void mount_op_readdirplus(
    fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
    (void)ino;
    read_directory(req, size, offset, mount_file_of(fi), true);
}

void mount_listing_free(struct mount_listing *listing)
{
    if (listing != NULL)
        listing_clear(listing);
    free(listing);
}
