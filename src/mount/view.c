/*
 * What filters let Linux see of an object without opening it: that it is there at all, and its attributes
 * (V-013 to V-016, V-055, V-056). Asked by a query-open, and by a create, a query and a close where a filter
 * disallows that. What they changed of the base's attributes is kept with the node as a difference, and asked
 * for anew when the file, the filters or a while have changed. Any worker, serving a request; `view_locks`
 * guard the differences.
 */
#include "mount/inner.h"

#include <errno.h>
#include <time.h>

/* The base's attributes and what filters made of them; where both are the same the base goes on speaking. */
struct mount_view {
    struct mount_seen seen;
    uint64_t until; /* CLOCK_MONOTONIC, nanoseconds */
};

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint32_t generation_of(struct mount *mount)
{
    return __atomic_load_n(&mount->volume->traits.generation, __ATOMIC_ACQUIRE);
}

static pthread_mutex_t *lock_of(struct mount *mount, const struct mount_node *node)
{
    return &mount->view_locks[((uintptr_t)node >> 6) % MOUNT_VIEW_LOCKS];
}

/* ---- differences ---- */

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

#define LAY(field)                                                                                           \
    if (view->shown.field != view->below.field && st->field == view->below.field)                            \
    st->field = view->shown.field
#define LAY_TIME(field)                                                                                      \
    if (!same_time(view->shown.field, view->below.field) && same_time(st->field, view->below.field))         \
    st->field = view->shown.field

/* Lays what filters changed over the base's attributes of now. */
static void lay_over(const struct mount_seen *view, struct stat *st)
{
    LAY(st_size);
    LAY(st_blocks);
    LAY(st_mode);
    LAY(st_uid);
    LAY(st_gid);
    LAY(st_nlink);
    LAY(st_rdev);
    LAY_TIME(st_atim);
    LAY_TIME(st_mtim);
    LAY_TIME(st_ctim);
}

/* The last answer, if it still counts: same filters, same change time, not too old (V-015). */
static bool still_known(struct mount *mount, struct mount_node *node, struct stat *st)
{
    bool known = false;

    if (__atomic_load_n(&node->view, __ATOMIC_ACQUIRE) == NULL)
        return false;
    pthread_mutex_lock(lock_of(mount, node));
    const struct mount_view *view = node->view;
    known = view->seen.generation == generation_of(mount) &&
            same_time(view->seen.below.st_ctim, st->st_ctim) && now_ns() < view->until;
    if (known)
        lay_over(&view->seen, st);
    pthread_mutex_unlock(lock_of(mount, node));
    return known;
}

bool mount_view_last(struct mount *mount, struct mount_node *node, struct stat *st)
{
    if (__atomic_load_n(&node->view, __ATOMIC_ACQUIRE) == NULL)
        return false;
    pthread_mutex_lock(lock_of(mount, node));
    const struct mount_seen *seen = &node->view->seen;
    if (node->io == NULL)
        *st = seen->shown;
    else if (seen->generation == generation_of(mount))
        lay_over(seen, st);
    pthread_mutex_unlock(lock_of(mount, node));
    return true;
}

static bool was_made(struct mount *mount, struct mount_node *node)
{
    pthread_mutex_lock(lock_of(mount, node));
    bool made = node->view != NULL && node->view->seen.made;
    pthread_mutex_unlock(lock_of(mount, node));
    return made;
}

void mount_view_keep(struct mount *mount, struct mount_node *node, const struct mount_seen *seen)
{
    double seconds = mount_profile(mount)->entry_timeout;
    struct mount_view *view = malloc(sizeof *view);

    if (view == NULL)
        return; /* asked again, nothing lost */
    *view = (struct mount_view){.seen = *seen, .until = now_ns() + (uint64_t)((seconds < 3600 ? seconds : 3600) * 1e9)};
    pthread_mutex_lock(lock_of(mount, node));
    struct mount_view *old = node->view;
    __atomic_store_n(&node->view, view, __ATOMIC_RELEASE);
    pthread_mutex_unlock(lock_of(mount, node));
    free(old);
}

void mount_view_keep_made(struct mount *mount, struct mount_node *node, const struct stat *made)
{
    struct mount_seen seen = {
        .made = true, .generation = generation_of(mount), .below = *made, .shown = *made};

    mount_view_keep(mount, node, &seen);
}

/* ---- NT's attributes and Linux's ---- */

#define EPOCH 116444736000000000 /* 1601 to 1970 in 100 ns (V-144) */

LONGLONG mount_filetime(struct timespec t)
{
    LONGLONG time = t.tv_sec * 10000000 + t.tv_nsec / 100 + EPOCH;

    return time > 0 ? time : 1; /* V-145 */
}

static struct timespec unix_time(LONGLONG nt)
{
    LONGLONG since = nt - EPOCH, seconds = since / 10000000, rest = since % 10000000;

    if (rest < 0) {
        rest += 10000000;
        seconds--;
    }
    return (struct timespec){.tv_sec = seconds, .tv_nsec = rest * 100};
}

static void take_time(struct timespec *to, LONGLONG nt)
{
    if (nt > 0 && nt != mount_filetime(*to)) /* else the nanoseconds that NT has no room for stay (V-146) */
        *to = unix_time(nt);
}

static void take_permissions(const struct mount_told *f, struct stat *st)
{
    bool read_only = f->attributes & FILE_ATTRIBUTE_READONLY;

    if (f->lx != NULL && f->lx->LxFlags & LX_FILE_METADATA_HAS_MODE)
        st->st_mode = (st->st_mode & S_IFMT) | (f->lx->LxMode & 07777);
    if (f->lx != NULL && f->lx->LxFlags & LX_FILE_METADATA_HAS_UID)
        st->st_uid = f->lx->LxUid;
    if (f->lx != NULL && f->lx->LxFlags & LX_FILE_METADATA_HAS_GID)
        st->st_gid = f->lx->LxGid;
    if (read_only && !S_ISLNK(st->st_mode))
        st->st_mode &= ~(mode_t)0222; /* V-151 */
    else if (f->attributes != 0 && (st->st_mode & 0222) == 0)
        st->st_mode |= 0200;
}

/* What filters made of `below`, as Linux shows it. The type of an object stays what it is. */
static void apply(const struct mount_told *f, const struct stat *below, struct stat *shown)
{
    LONGLONG size = S_ISREG(below->st_mode) ? below->st_size : 0;
    ULONG links = S_ISDIR(below->st_mode) ? 1 : (ULONG)below->st_nlink; /* V-150 */

    *shown = *below;
    take_time(&shown->st_atim, f->access);
    take_time(&shown->st_mtim, f->write);
    take_time(&shown->st_ctim, f->change);
    take_permissions(f, shown);
    if (f->size != size) {
        shown->st_size = f->size;
        shown->st_blocks = f->allocation / 512;
    }
    if (f->links != 0 && f->links != links)
        shown->st_nlink = f->links;
}

void mount_view_told(const struct mount_told *told, struct stat *st)
{
    struct stat below = *st;

    apply(told, &below, st);
}

/* A name that only filters know (V-016): no Linux object tells owner and mode, so everybody may try and the
 * filters decide. */
static void invent(const struct mount_told *f, uint64_t inode, struct stat *shown)
{
    bool directory = f->attributes & FILE_ATTRIBUTE_DIRECTORY;
    struct stat none = {.st_ino = inode,
        .st_nlink = 1,
        .st_blksize = 4096,
        .st_mode = directory ? S_IFDIR | 0777 : S_IFREG | 0666};

    if (f->lx != NULL && f->lx->LxFlags & LX_FILE_METADATA_HAS_MODE && f->lx->LxMode & S_IFMT)
        none.st_mode = f->lx->LxMode;
    apply(f, &none, shown);
}

/* ---- asking ---- */

static struct mount_told of_network(const FILE_NETWORK_OPEN_INFORMATION *i)
{
    return (struct mount_told){.access = i->LastAccessTime.QuadPart,
        .write = i->LastWriteTime.QuadPart,
        .change = i->ChangeTime.QuadPart,
        .size = i->EndOfFile.QuadPart,
        .allocation = i->AllocationSize.QuadPart,
        .attributes = i->FileAttributes};
}

static struct mount_told of_lx(const FILE_STAT_LX_INFORMATION *i)
{
    return (struct mount_told){.access = i->LastAccessTime.QuadPart,
        .write = i->LastWriteTime.QuadPart,
        .change = i->ChangeTime.QuadPart,
        .size = i->EndOfFile.QuadPart,
        .allocation = i->AllocationSize.QuadPart,
        .attributes = i->FileAttributes,
        .links = i->NumberOfLinks,
        .lx = i};
}

static struct mount_told of_all(const FILE_ALL_INFORMATION *i)
{
    return (struct mount_told){.access = i->BasicInformation.LastAccessTime.QuadPart,
        .write = i->BasicInformation.LastWriteTime.QuadPart,
        .change = i->BasicInformation.ChangeTime.QuadPart,
        .size = i->StandardInformation.EndOfFile.QuadPart,
        .allocation = i->StandardInformation.AllocationSize.QuadPart,
        .attributes = i->BasicInformation.FileAttributes,
        .links = i->StandardInformation.NumberOfLinks};
}

/* What is asked about: a node; or a name in a directory that need not be there below. */
struct question {
    struct mount_node *node; /* the object, or the directory when `name` is given */
    const char *name;
    struct io_node *io; /* the base's object; NULL: it has none */
    struct mount_seen *seen;
};

/* What the name leads to now is no object of the mount's own: its number is its name's. */
static uint64_t invented_inode(const struct question *q, const struct mount_told *f)
{
    if (q->name == NULL)
        return q->node->inode;
    if (f->lx != NULL && f->lx->FileId.QuadPart != 0)
        return (uint64_t)f->lx->FileId.QuadPart;
    return mount_name_hash(q->node, q->name) | (uint64_t)1 << 63;
}

static void take_answer(struct mount *mount, struct question *q, const struct mount_told *f)
{
    struct mount_seen *seen = q->seen;

    if (q->io == NULL) {
        invent(f, invented_inode(q, f), &seen->shown);
        seen->below = seen->shown;
        return;
    }
    apply(f, &seen->below, &seen->shown);
    /* a difference may be the file's own change between the two looks */
    if (memcmp(&seen->shown, &seen->below, sizeof seen->below) != 0 &&
        mount->volume->ops->node_stat(q->io, &seen->below) == 0)
        apply(f, &seen->below, &seen->shown);
}

static NTSTATUS ask_fast(
    struct mount_request *r, struct question *q, UNICODE_STRING path, UCHAR major, int *base_errno)
{
    bool network = major == (UCHAR)IRP_MJ_NETWORK_QUERY_OPEN;
    union {
        FILE_NETWORK_OPEN_INFORMATION network;
        FILE_STAT_LX_INFORMATION lx;
    } answer = {0};
    struct io_linux side = r->linux_side;
    struct io_query_open query = {.volume = r->mount->volume,
        .path = path,
        .major = major,
        .sl_flags = SL_CASE_SENSITIVE,
        .class = FileStatLxInformation,
        .buffer = &answer,
        .length = network ? sizeof answer.network : sizeof answer.lx,
        .mode = UserMode,
        .thread = r->thread,
        .linux_side = &side};

    if (q->io != NULL) {
        side.have |= IO_LINUX_NODE;
        side.node = q->io;
    } else if (q->name != NULL && q->node->io != NULL) {
        side.have |= IO_LINUX_PARENT;
        side.parent = q->node->io;
        side.name = q->name;
    }
    NTSTATUS status = io_query_open(&query);
    *base_errno = query.base_errno;
    if (NT_SUCCESS(status)) {
        struct mount_told facts = network ? of_network(&answer.network) : of_lx(&answer.lx);
        take_answer(r->mount, q, &facts);
    }
    return status;
}

/* A filter sent the open elsewhere: what is shown is that object (V-119), whose attributes replace the name's
 * own. */
static bool is_elsewhere(struct question *q, PFILE_OBJECT file, struct stat *there)
{
    if (mount_file_stat(file, there) != 0)
        return false;
    return q->io == NULL || there->st_ino != q->seen->below.st_ino || there->st_dev != q->seen->below.st_dev;
}

/* V-055: create, query, close, which every filter sees as such. */
static int ask_slowly(struct mount_request *r, struct question *q, bool network)
{
    struct mount_open open = {.node = q->node,
        .name = q->name,
        .access = FILE_READ_ATTRIBUTES | SYNCHRONIZE,
        .disposition = FILE_OPEN,
        .options = MOUNT_OPTIONS,
        .share = MOUNT_SHARE_ALL};
    union {
        FILE_STAT_LX_INFORMATION lx;
        FILE_ALL_INFORMATION all;
        uint8_t room[1024]; /* the name at its end may be cut */
    } answer = {0};
    PFILE_OBJECT file;
    struct stat there;

    int error = mount_create_file(r, &open, IO_ERRNO_OPEN, &file, NULL);
    if (error != 0)
        return error;
    struct io_transfer t = mount_transfer(r, file);
    NTSTATUS status = io_query_information(&t, network ? FileAllInformation : FileStatLxInformation, &answer,
        network ? sizeof answer : sizeof answer.lx);
    if (network && status == STATUS_BUFFER_OVERFLOW)
        status = STATUS_SUCCESS;
    struct mount_told facts = network ? of_all(&answer.all) : of_lx(&answer.lx);
    if (NT_SUCCESS(status) && is_elsewhere(q, file, &there))
        apply(&facts, &there, &q->seen->shown);
    else if (NT_SUCCESS(status))
        take_answer(r->mount, q, &facts);
    mount_close_file(r, file);
    return mount_errno(r->mount, status, t.base_errno, IO_ERRNO_PLAIN);
}

static int ask_one(struct mount_request *r, struct question *q, UNICODE_STRING path, UCHAR major)
{
    int base_errno;
    NTSTATUS status = ask_fast(r, q, path, major, &base_errno);

    if (status == STATUS_FLT_DISALLOW_FAST_IO)
        return ask_slowly(r, q, major == (UCHAR)IRP_MJ_NETWORK_QUERY_OPEN);
    return mount_errno(r->mount, status, base_errno, IO_ERRNO_OPEN);
}

/* What the second question changes comes on top of what the first one did. */
static int ask_again(struct mount_request *r, struct question *q, UNICODE_STRING path)
{
    struct mount_seen second = *q->seen;
    struct question again = *q;

    again.seen = &second;
    int error = ask_one(r, &again, path, (UCHAR)IRP_MJ_NETWORK_QUERY_OPEN);
    if (error == 0 && q->io != NULL) {
        struct stat both = q->seen->shown;
        lay_over(&second, &both);
        q->seen->shown = both;
    }
    return error;
}

/* V-055: QUERY_OPEN when a filter registered it, else NETWORK_QUERY_OPEN; both when a filter would see
 * neither otherwise. */
static int ask(struct mount_request *r, struct question *q)
{
    struct io_volume *volume = r->mount->volume;
    bool by_class = io_volume_wants(volume, (UCHAR)IRP_MJ_QUERY_OPEN);
    UNICODE_STRING path;

    if (mount_path(r->mount, q->node, q->name, &path) != 0)
        return ENAMETOOLONG;
    q->seen->generation = generation_of(r->mount);
    q->seen->shown = q->seen->below;
    int error = ask_one(r, q, path, (UCHAR)(by_class ? IRP_MJ_QUERY_OPEN : IRP_MJ_NETWORK_QUERY_OPEN));
    if (error == 0 && by_class && __atomic_load_n(&volume->traits.network_only, __ATOMIC_RELAXED))
        error = ask_again(r, q, path);
    free(path.Buffer);
    if (q->io != NULL) { /* whatever is shown, the kernel knows it by this number */
        q->seen->shown.st_ino = q->seen->below.st_ino;
        q->seen->shown.st_dev = q->seen->below.st_dev;
    }
    return error;
}

/* ---- for the operations ---- */

int mount_view_node(struct mount_request *r, struct mount_node *node, struct stat *st)
{
    struct mount *mount = r->mount;
    struct mount_seen seen = {0};

    if (node->io != NULL && still_known(mount, node, st))
        return 0;
    if (node->io != NULL)
        seen.below = *st;
    struct question q = {.node = node, .io = node->io, .seen = &seen};
    int error = ask(r, &q);
    if (error == ENOENT && node->io == NULL && was_made(mount, node))
        return mount_view_last(mount, node, st) ? 0 : ENOENT; /* only its opener knows it (V-115) */
    if (error != 0)
        return error;
    mount_view_keep(mount, node, &seen);
    *st = seen.shown;
    return 0;
}

int mount_view_name(struct mount_request *r, struct mount_node *parent, const char *name, struct io_node *io,
    struct stat *st, struct mount_seen *seen)
{
    struct mount_node *known = mount_node_find(r->mount, parent, name);
    bool enough =
        io != NULL && known != NULL && known->inode == st->st_ino && still_known(r->mount, known, st);

    if (known != NULL)
        mount_node_release(r->mount, known);
    if (enough)
        return 0;
    if (io != NULL)
        seen->below = *st;
    struct question q = {.node = parent, .name = name, .io = io, .seen = seen};
    int error = ask(r, &q);
    if (error == 0) {
        seen->asked = true;
        *st = seen->shown;
    }
    return error;
}
