/*
 * The mailslot volume shown to Linux: a directory of slots. One write(2) is one message; one read(2) takes
 * one message. Who opens for reading becomes one more reader of the slot (the manager's own user only: on
 * Windows nobody reads another's slot); who opens for writing is a client like any other, checked by the
 * slot's descriptor. A slot cannot be made here: it would end with its descriptor.
 *
 * Nodes are the kernel's look-ups; `slots.lock` guards their table. Reads are slotread.c's.
 */
#include "mount/inner.h"

#include <errno.h>
#include <limits.h>
#include <linux/fuse.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rtl/utf.h"

#define BUCKETS 256
#define NAME_UNITS 32760

struct slot_node {
    struct slot_node *next;
    uint64_t lookups; /* the kernel's */
    size_t units;
    char16_t name[]; /* with a leading backslash */
};

struct mount_slots {
    pthread_mutex_t lock;
    struct slot_node *buckets[BUCKETS];
};

struct slot_listing { /* what opendir found: names, each with its end mark */
    char *names;
    size_t length, room;
};

/* ---- nodes ---- */

static size_t bucket_of(const char16_t *name, size_t units)
{
    size_t hash = 5381;
    for (size_t i = 0; i < units; i++)
        hash = hash * 33 + name[i];
    return hash % BUCKETS;
}

/* One more look-up of the name; NULL without memory. */
static struct slot_node *enter_node(struct mount_slots *slots, const char16_t *name, size_t units)
{
    struct slot_node **bucket = &slots->buckets[bucket_of(name, units)];
    pthread_mutex_lock(&slots->lock);
    struct slot_node *node = *bucket;
    while (node != NULL && (node->units != units || memcmp(node->name, name, units * sizeof *name) != 0))
        node = node->next;
    if (node == NULL && (node = malloc(sizeof *node + units * sizeof *name)) != NULL) {
        node->next = *bucket;
        node->lookups = 0;
        node->units = units;
        memcpy(node->name, name, units * sizeof *name);
        *bucket = node;
    }
    if (node != NULL)
        node->lookups++;
    pthread_mutex_unlock(&slots->lock);
    return node;
}

static void forget_node(struct mount_slots *slots, fuse_ino_t ino, uint64_t count)
{
    struct slot_node *node = (struct slot_node *)(uintptr_t)ino;
    if (ino == FUSE_ROOT_ID)
        return;
    pthread_mutex_lock(&slots->lock);
    node->lookups -= count;
    if (node->lookups == 0) {
        struct slot_node **at = &slots->buckets[bucket_of(node->name, node->units)];
        while (*at != node)
            at = &(*at)->next;
        *at = node->next;
        free(node);
    }
    pthread_mutex_unlock(&slots->lock);
}

int mount_slots_init(struct mount *mount)
{
    mount->slots = calloc(1, sizeof *mount->slots);
    if (mount->slots == NULL)
        return -ENOMEM;
    pthread_mutex_init(&mount->slots->lock, NULL);
    return 0;
}

void mount_slots_free(struct mount *mount)
{
    for (size_t i = 0; mount->slots != NULL && i < BUCKETS; i++) {
        while (mount->slots->buckets[i] != NULL) {
            struct slot_node *node = mount->slots->buckets[i];
            mount->slots->buckets[i] = node->next;
            free(node);
        }
    }
    free(mount->slots);
}

/* ---- opening ---- */

enum way { LOOK, WRITE, READ, LIST };

static NTSTATUS open_as(
    struct mount_request *r, const char16_t *name, size_t units, enum way way, PFILE_OBJECT *file)
{
    static const ACCESS_MASK access[] = {[LOOK] = FILE_READ_ATTRIBUTES | SYNCHRONIZE,
        [WRITE] = GENERIC_WRITE | SYNCHRONIZE,
        [READ] = GENERIC_READ | SYNCHRONIZE,
        [LIST] = FILE_LIST_DIRECTORY | SYNCHRONIZE};
    MAILSLOT_CREATE_PARAMETERS none = {.ReadTimeout.QuadPart = -1};
    struct io_create_request request = {.volume = r->mount->volume,
        .path = {(USHORT)(units * 2), (USHORT)(units * 2), (PWCH)name},
        .access = access[way],
        .share_access = FILE_SHARE_READ | FILE_SHARE_WRITE,
        .disposition = FILE_OPEN,
        .mode = UserMode,
        .thread = r->thread};
    struct io_create_result result;

    if (way == READ) {
        request.major = IRP_MJ_CREATE_MAILSLOT;
        request.create_parameters = &none;
        request.disposition = FILE_CREATE;
        request.io_flags = IO_OPEN_EXISTING_MAILSLOT;
    }
    NTSTATUS status = io_create_file(&request, &result);
    *file = result.file;
    if (!NT_SUCCESS(status) || way != READ || result.information != FILE_CREATED)
        return status;
    io_close_file(*file); /* it was not there */
    return STATUS_OBJECT_NAME_NOT_FOUND;
}

static void close_as(struct mount_request *r, PFILE_OBJECT file)
{
    io_cleanup_file(file, r->thread);
    ObDereferenceObject(file);
}

/* ---- attributes ---- */

static struct timespec time_of(LARGE_INTEGER ticks)
{
    if (ticks.QuadPart <= 0)
        return (struct timespec){0};
    return (struct timespec){ticks.QuadPart / 10000000 - 11644473600, ticks.QuadPart % 10000000 * 100};
}

static void root_stat(struct stat *st)
{
    *st = (struct stat){.st_ino = FUSE_ROOT_ID,
        .st_mode = S_IFDIR | 0555,
        .st_nlink = 2,
        .st_uid = geteuid(),
        .st_gid = getegid()};
}

/* A slot is as long as the message that is read next. */
static NTSTATUS slot_stat(struct mount_request *r, const struct slot_node *node, struct stat *st)
{
    FILE_MAILSLOT_QUERY_INFORMATION slot;
    FILE_BASIC_INFORMATION basic;
    PFILE_OBJECT file;

    NTSTATUS status = open_as(r, node->name, node->units, LOOK, &file);
    if (!NT_SUCCESS(status))
        return status;
    struct io_transfer t = mount_transfer(r, file);
    status = io_query_information(&t, FileMailslotQueryInformation, &slot, sizeof slot);
    if (NT_SUCCESS(status))
        status = io_query_information(&t, FileBasicInformation, &basic, sizeof basic);
    close_as(r, file);
    if (!NT_SUCCESS(status))
        return status;
    *st = (struct stat){.st_ino = (uintptr_t)node,
        .st_mode = S_IFREG | 0622,
        .st_nlink = 1,
        .st_uid = geteuid(),
        .st_gid = getegid(),
        .st_size = slot.NextMessageSize == MAILSLOT_NO_MESSAGE ? 0 : slot.NextMessageSize,
        .st_blksize = 4096};
    st->st_mtim = time_of(basic.LastWriteTime);
    st->st_atim = time_of(basic.LastAccessTime);
    st->st_ctim = time_of(basic.ChangeTime);
    return status;
}

int mount_slots_errno(struct mount_request *r, NTSTATUS status)
{
    if (status == STATUS_BUFFER_TOO_SMALL)
        return EMSGSIZE; /* the message stays */
    if (status == STATUS_FILE_FORCED_CLOSED)
        return EPIPE; /* the slot's readers are gone (M-124) */
    if (mount_request_cut(r))
        return EINTR;
    return mount_errno(r->mount, status, 0, IO_ERRNO_OPEN);
}

/* One write(2) is one message or none. The kernel cuts what is longer than a request into several, whose first
 * is as long as a request can be, or shorter by what the buffer lies off a page's start. So a request of such
 * a length may be part of more, and is refused. */
#define REQUEST_MOST ((size_t)1 << 20)
#define MESSAGE_MOST (REQUEST_MOST - 4096)

static void on_init(void *userdata, struct fuse_conn_info *conn)
{
    (void)userdata;
    conn->want &= ~(unsigned)(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE |
                              FUSE_CAP_WRITEBACK_CACHE | FUSE_CAP_READDIRPLUS | FUSE_CAP_POSIX_LOCKS |
                              FUSE_CAP_FLOCK_LOCKS);
    conn->want |= conn->capable & FUSE_CAP_ATOMIC_O_TRUNC; /* "> slot" is no request of its own */
    conn->max_write = REQUEST_MOST;
}

/* Back to back with the name: a backslash and the bytes as UTF-16. 0: no name of a slot. */
static size_t units_of(const char *name, char16_t *units)
{
    bool bad = false;
    units[0] = '\\';
    size_t n = rtl_utf8_to_utf16(units + 1, NAME_MAX, name, strnlen(name, NAME_MAX + 1), &bad);
    return bad || n == 0 || n > NAME_MAX ? 0 : n + 1;
}

static void op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    struct fuse_entry_param entry = {.attr_timeout = 0, .entry_timeout = 0};
    char16_t units[NAME_MAX + 2];
    struct mount_request r;
    size_t count = units_of(name, units);
    struct mount_slots *slots = mount_of(req)->slots;
    struct slot_node *node = parent == FUSE_ROOT_ID && count > 0 ? enter_node(slots, units, count) : NULL;

    if (node == NULL) {
        fuse_reply_err(req, ENOENT);
        return;
    }
    mount_request_begin(&r, req);
    NTSTATUS status = slot_stat(&r, node, &entry.attr);
    int error = NT_SUCCESS(status) ? 0 : mount_slots_errno(&r, status);
    mount_request_end(&r);
    entry.ino = (uintptr_t)node;
    if (error == 0 && fuse_reply_entry(req, &entry) == 0)
        return;
    if (error != 0)
        fuse_reply_err(req, error);
    forget_node(slots, (uintptr_t)node, 1);
}

static void op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t count)
{
    forget_node(mount_of(req)->slots, ino, count);
    fuse_reply_none(req);
}

static void op_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
    for (size_t i = 0; i < count; i++)
        forget_node(mount_of(req)->slots, forgets[i].ino, forgets[i].nlookup);
    fuse_reply_none(req);
}

static void op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct mount_request r;
    struct stat st;
    int error = 0;

    (void)fi;
    if (ino == FUSE_ROOT_ID) {
        root_stat(&st);
    } else {
        mount_request_begin(&r, req);
        NTSTATUS status = slot_stat(&r, (struct slot_node *)(uintptr_t)ino, &st);
        error = NT_SUCCESS(status) ? 0 : mount_slots_errno(&r, status);
        mount_request_end(&r);
    }
    if (error != 0)
        fuse_reply_err(req, error);
    else
        fuse_reply_attr(req, &st, 0);
}

/* Truncating a slot changes nothing, as for a FIFO; everything else about it is its maker's. */
static void op_setattr(
    fuse_req_t req, fuse_ino_t ino, struct stat *attributes, int which, struct fuse_file_info *fi)
{
    (void)attributes;
    if ((which & ~FUSE_SET_ATTR_SIZE) != 0)
        fuse_reply_err(req, EPERM);
    else
        op_getattr(req, ino, fi);
}

static bool is_managers_user(fuse_req_t req)
{
    uid_t uid = fuse_req_ctx(req)->uid;
    return uid == 0 || uid == geteuid();
}

static void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    const struct slot_node *node = (const struct slot_node *)(uintptr_t)ino;
    bool reads = (fi->flags & O_ACCMODE) == O_RDONLY;
    struct mount_request r;
    PFILE_OBJECT file = NULL;

    if (ino == FUSE_ROOT_ID || (reads && !is_managers_user(req))) {
        fuse_reply_err(req, ino == FUSE_ROOT_ID ? EISDIR : EACCES);
        return;
    }
    mount_request_begin(&r, req);
    NTSTATUS status = open_as(&r, node->name, node->units, reads ? READ : WRITE, &file);
    int error = NT_SUCCESS(status) ? 0 : mount_slots_errno(&r, status);
    mount_request_end(&r);
    if (error != 0) {
        fuse_reply_err(req, error);
        return;
    }
    /* each read(2) and write(2) as it is, from offset 0 on; what libfuse answers has no name for the last flag */
    const struct fuse_open_out answer = {
        .fh = (uintptr_t)file, .open_flags = FOPEN_DIRECT_IO | FOPEN_NONSEEKABLE | FOPEN_STREAM};
    if (fuse_reply_buf(req, (const char *)&answer, sizeof answer) != 0)
        io_close_file(file);
}

/* The kernel cuts a writev(2) where its pieces have filled 256 pages, and sends the rest behind what was taken. Its caller
 * hears the length of the first message. Appending begins at the file's end, so there nothing can be told. */
static bool is_rest(const struct fuse_file_info *fi, off_t offset)
{
    return offset != 0 && !(fi->flags & O_APPEND);
}

static void op_write(
    fuse_req_t req, fuse_ino_t ino, const char *data, size_t size, off_t offset, struct fuse_file_info *fi)
{
    struct mount_request r;

    (void)ino;
    if (size > MESSAGE_MOST || is_rest(fi, offset)) {
        fuse_reply_err(req, EMSGSIZE);
        return;
    }
    mount_request_begin(&r, req);
    struct io_transfer t = mount_transfer(&r, (PFILE_OBJECT)(uintptr_t)fi->fh);
    NTSTATUS status = io_write(&t, (PVOID)(uintptr_t)data, (ULONG)size, (LARGE_INTEGER){.QuadPart = 0});
    int error = NT_SUCCESS(status) ? 0 : mount_slots_errno(&r, status);
    mount_request_end(&r);
    if (error != 0)
        fuse_reply_err(req, error);
    else
        fuse_reply_write(req, size);
}

static void op_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct mount_request r;

    (void)ino;
    mount_request_begin(&r, req);
    close_as(&r, (PFILE_OBJECT)(uintptr_t)fi->fh);
    mount_request_end(&r);
    fuse_reply_err(req, 0);
}

/* ---- listing ---- */

static bool add_name(struct slot_listing *listing, const FILE_NAMES_INFORMATION *entry)
{
    size_t units = entry->FileNameLength / 2, most = units * 3 + 1;
    if (listing->room - listing->length < most) {
        size_t room = listing->room * 2 + most;
        char *grown = realloc(listing->names, room);
        if (grown == NULL)
            return false;
        listing->names = grown;
        listing->room = room;
    }
    size_t n = rtl_utf16_to_utf8(
        listing->names + listing->length, most - 1, (const char16_t *)entry->FileName, units, NULL);
    if (n == 0 || n > NAME_MAX || memchr(listing->names + listing->length, '/', n) != NULL)
        return true; /* no name of Linux: the slot is not shown */
    listing->names[listing->length + n] = 0;
    listing->length += n + 1;
    return true;
}

static NTSTATUS list_slots(struct mount_request *r, PFILE_OBJECT root, struct slot_listing *listing)
{
    union {
        FILE_NAMES_INFORMATION entry;
        char room[sizeof(FILE_NAMES_INFORMATION) + 2 * NAME_UNITS];
    } *u = malloc(sizeof *u);
    NTSTATUS status = u != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;

    while (NT_SUCCESS(status)) {
        struct io_transfer t = mount_transfer(r, root);
        status = io_query_directory(&t, FileNamesInformation, u, sizeof *u, NULL, SL_RETURN_SINGLE_ENTRY, 0);
        if (NT_SUCCESS(status) && !add_name(listing, &u->entry))
            status = STATUS_INSUFFICIENT_RESOURCES;
    }
    free(u);
    return status == STATUS_NO_MORE_FILES || status == STATUS_NO_SUCH_FILE ? STATUS_SUCCESS : status;
}

static void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct slot_listing *listing = calloc(1, sizeof *listing);
    struct mount_request r;
    PFILE_OBJECT root;

    (void)ino;
    mount_request_begin(&r, req);
    NTSTATUS status = listing != NULL ? open_as(&r, u"\\", 1, LIST, &root) : STATUS_INSUFFICIENT_RESOURCES;
    if (NT_SUCCESS(status)) {
        status = list_slots(&r, root, listing);
        close_as(&r, root);
    }
    int error = NT_SUCCESS(status) ? 0 : mount_slots_errno(&r, status);
    mount_request_end(&r);
    fi->fh = (uintptr_t)listing;
    if (error == 0 && fuse_reply_open(req, fi) == 0)
        return;
    if (error != 0)
        fuse_reply_err(req, error);
    if (listing != NULL)
        free(listing->names);
    free(listing);
}

/* Offsets are places in the listing. */
static void op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
    const struct slot_listing *listing = (const struct slot_listing *)(uintptr_t)fi->fh;
    char *out = malloc(size);
    size_t used = 0;

    (void)ino;
    for (size_t at = (size_t)offset; out != NULL && at < listing->length;) {
        const char *name = listing->names + at;
        struct stat st = {.st_ino = at + 2, .st_mode = S_IFREG};
        at += strlen(name) + 1;
        size_t need = fuse_add_direntry(req, out + used, size - used, name, &st, (off_t)at);
        if (need > size - used)
            break;
        used += need;
    }
    if (out == NULL)
        fuse_reply_err(req, ENOMEM);
    else
        fuse_reply_buf(req, out, used);
    free(out);
}

static void op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct slot_listing *listing = (struct slot_listing *)(uintptr_t)fi->fh;

    (void)ino;
    free(listing->names);
    free(listing);
    fuse_reply_err(req, 0);
}

static void op_statfs(fuse_req_t req, fuse_ino_t ino)
{
    const struct statvfs st = {.f_bsize = 4096, .f_frsize = 4096, .f_namemax = NAME_MAX};

    (void)ino;
    fuse_reply_statfs(req, &st);
}

/* "> slot" for one that is not there */
static void op_create(
    fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *fi)
{
    (void)parent, (void)name, (void)mode, (void)fi;
    fuse_reply_err(req, ENOENT);
}

/* Slots are made, renamed and removed by who has them. */
static void op_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t device)
{
    (void)parent, (void)name, (void)mode, (void)device;
    fuse_reply_err(req, EPERM);
}

static void op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
    (void)parent, (void)name, (void)mode;
    fuse_reply_err(req, EPERM);
}

static void op_remove(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    (void)parent, (void)name;
    fuse_reply_err(req, EPERM);
}

static void op_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
    (void)target, (void)parent, (void)name;
    fuse_reply_err(req, EPERM);
}

static void op_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent, const char *name)
{
    (void)ino, (void)parent, (void)name;
    fuse_reply_err(req, EPERM);
}

static void op_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
    const char *new_name, unsigned flags)
{
    (void)parent, (void)name, (void)new_parent, (void)new_name, (void)flags;
    fuse_reply_err(req, EPERM);
}

const struct fuse_lowlevel_ops mount_slots_operations = {
    .init = on_init,
    .lookup = op_lookup,
    .forget = op_forget,
    .forget_multi = op_forget_multi,
    .getattr = op_getattr,
    .setattr = op_setattr,
    .open = op_open,
    .read = mount_slot_read,
    .write = op_write,
    .release = op_release,
    .opendir = op_opendir,
    .readdir = op_readdir,
    .releasedir = op_releasedir,
    .statfs = op_statfs,
    .create = op_create,
    .mknod = op_mknod,
    .mkdir = op_mkdir,
    .unlink = op_remove,
    .rmdir = op_remove,
    .symlink = op_symlink,
    .link = op_link,
    .rename = op_rename,
};
