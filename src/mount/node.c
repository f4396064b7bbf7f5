/*
 * Name nodes: one for each (parent, name), so that the name an open shows to filters is the name that was
 * used (V-001). `tree_lock` guards parents, names and the hash; counts are atomic. A FUSE node id is the
 * node's address, 1 for the root.
 */
#include "mount/inner.h"

#include <errno.h>
#include <limits.h>

uint64_t mount_name_hash(const struct mount_node *parent, const char *name)
{
    uint64_t h = (uintptr_t)parent * 0x9e3779b97f4a7c15u;

    for (; *name != 0; name++)
        h = (h ^ (unsigned char)*name) * 0x100000001b3u;
    return h ^ h >> 29;
}

static struct mount_node *node_new(const char *name)
{
    struct mount_node *node = calloc(1, sizeof *node);

    if (node != NULL && (node->name = strdup(name)) == NULL) {
        free(node);
        node = NULL;
    }
    return node;
}

int mount_tree_init(struct mount *mount)
{
    struct stat st;

    pthread_rwlock_init(&mount->tree_lock, NULL);
    InitializeListHead(&mount->nameless);
    for (size_t i = 0; i < MOUNT_VIEW_LOCKS; i++)
        pthread_mutex_init(&mount->view_locks[i], NULL);
    mount->bucket_count = 1024;
    mount->buckets = calloc(mount->bucket_count, sizeof *mount->buckets);
    mount->root = node_new("");
    if (mount->buckets == NULL || mount->root == NULL)
        return -ENOMEM;
    int error = mount->volume->ops->node_root(mount->volume, &mount->root->io);
    if (error != 0)
        return error;
    if (mount->volume->ops->node_stat(mount->root->io, &st) == 0)
        mount->root->inode = st.st_ino;
    mount->root->references = 1;
    mount->root->lookups = 1;
    return 0;
}

static void node_free(struct mount *mount, struct mount_node *node)
{
    if (node->io != NULL)
        mount->volume->ops->node_release(node->io);
    free(node->name);
    free(node->view);
    free(node);
}

/* No FORGET is guaranteed at unmount: what is left goes here (V-006). */
void mount_tree_free(struct mount *mount)
{
    for (size_t i = 0; mount->buckets != NULL && i < mount->bucket_count; i++) {
        for (struct mount_node *n = mount->buckets[i], *next; n != NULL; n = next) {
            next = n->hash_next;
            node_free(mount, n);
        }
    }
    while (mount->root != NULL && !IsListEmpty(&mount->nameless))
        node_free(mount, CONTAINING_RECORD(RemoveHeadList(&mount->nameless), struct mount_node, links));
    if (mount->root != NULL)
        node_free(mount, mount->root);
    free(mount->buckets);
    pthread_rwlock_destroy(&mount->tree_lock);
}

struct mount_node *mount_node_of(struct mount *mount, fuse_ino_t ino)
{
    return ino == FUSE_ROOT_ID ? mount->root : (struct mount_node *)(uintptr_t)ino;
}

fuse_ino_t mount_ino_of(struct mount *mount, struct mount_node *node)
{
    return node == mount->root ? FUSE_ROOT_ID : (fuse_ino_t)(uintptr_t)node;
}

void mount_node_reference(struct mount_node *node)
{
    __atomic_add_fetch(&node->references, 1, __ATOMIC_RELAXED);
}

/* ---- hash, under tree_lock ---- */

static struct mount_node **slot_of(struct mount *mount, const struct mount_node *parent, const char *name)
{
    struct mount_node **slot = &mount->buckets[mount_name_hash(parent, name) & (mount->bucket_count - 1)];

    while (*slot != NULL && ((*slot)->parent != parent || strcmp((*slot)->name, name) != 0))
        slot = &(*slot)->hash_next;
    return slot;
}

static void grow(struct mount *mount)
{
    size_t count = mount->bucket_count * 2;
    struct mount_node **buckets = calloc(count, sizeof *buckets);

    if (buckets == NULL)
        return; /* longer chains, nothing lost */
    for (size_t i = 0; i < mount->bucket_count; i++) {
        for (struct mount_node *n = mount->buckets[i], *next; n != NULL; n = next) {
            next = n->hash_next;
            struct mount_node **to = &buckets[mount_name_hash(n->parent, n->name) & (count - 1)];
            n->hash_next = *to;
            *to = n;
        }
    }
    free(mount->buckets);
    mount->buckets = buckets;
    mount->bucket_count = count;
}

static void insert(struct mount *mount, struct mount_node *node)
{
    if (mount->node_count >= mount->bucket_count)
        grow(mount);
    if (node->links.Flink != NULL)
        RemoveEntryList(&node->links);
    node->links.Flink = NULL;
    struct mount_node **slot =
        &mount->buckets[mount_name_hash(node->parent, node->name) & (mount->bucket_count - 1)];
    node->hash_next = *slot;
    *slot = node;
    node->hashed = true;
    mount->node_count++;
}

static void take_out(struct mount *mount, struct mount_node *node)
{
    struct mount_node **slot =
        &mount->buckets[mount_name_hash(node->parent, node->name) & (mount->bucket_count - 1)];

    if (!node->hashed)
        return;
    while (*slot != node)
        slot = &(*slot)->hash_next;
    *slot = node->hash_next;
    node->hashed = false;
    mount->node_count--;
    InsertTailList(&mount->nameless, &node->links);
}

/* ---- lives ---- */

/* False when it was the last one: that is given up under the lock, where nobody can find the node meanwhile.
 */
static bool release_if_not_last(struct mount_node *node)
{
    uint32_t n = __atomic_load_n(&node->references, __ATOMIC_RELAXED);

    while (n > 1) {
        if (__atomic_compare_exchange_n(
                &node->references, &n, n - 1, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
            return true;
    }
    return false;
}

void mount_node_release(struct mount *mount, struct mount_node *node)
{
    while (node != NULL && node != mount->root && !release_if_not_last(node)) {
        pthread_rwlock_wrlock(&mount->tree_lock);
        bool last = __atomic_sub_fetch(&node->references, 1, __ATOMIC_ACQ_REL) == 0;
        if (last) {
            take_out(mount, node);
            RemoveEntryList(&node->links);
        }
        pthread_rwlock_unlock(&mount->tree_lock);
        if (!last)
            return;
        struct mount_node *parent = node->parent;
        node_free(mount, node);
        node = parent;
    }
}

/* One reference stands for all of the kernel's lookups. */
static void count_lookup(struct mount_node *node)
{
    if (__atomic_fetch_add(&node->lookups, 1, __ATOMIC_ACQ_REL) == 0)
        mount_node_reference(node);
}

void mount_node_forget(struct mount *mount, struct mount_node *node, uint64_t count)
{
    if (node == mount->root)
        return;
    if (__atomic_sub_fetch(&node->lookups, count, __ATOMIC_ACQ_REL) == 0)
        mount_node_release(mount, node);
}

/* Possible only under tree_lock: the last reference is given up under it. */
static void reference_found(struct mount_node *node)
{
    __atomic_add_fetch(&node->references, 1, __ATOMIC_ACQ_REL);
}

struct mount_node *mount_node_find(struct mount *mount, struct mount_node *parent, const char *name)
{
    pthread_rwlock_rdlock(&mount->tree_lock);
    struct mount_node *node = *slot_of(mount, parent, name);
    if (node != NULL)
        reference_found(node);
    pthread_rwlock_unlock(&mount->tree_lock);
    return node;
}

struct mount_node *mount_node_get(struct mount *mount, struct mount_node *parent, const char *name,
    struct io_node *io, uint64_t inode, bool lookup)
{
    pthread_rwlock_wrlock(&mount->tree_lock);
    struct mount_node *node = *slot_of(mount, parent, name);
    if (node != NULL && node->inode != inode) {
        /* another object stands under this name now: the old node lives on for those who have it open */
        take_out(mount, node);
        node = NULL;
    }
    if (node == NULL) {
        node = node_new(name);
        if (node != NULL) {
            node->io = io;
            node->inode = inode;
            node->parent = parent;
            mount_node_reference(parent);
            insert(mount, node);
            io = NULL;
        }
    }
    if (node != NULL) {
        reference_found(node);
        if (lookup)
            count_lookup(node);
    }
    pthread_rwlock_unlock(&mount->tree_lock);
    if (io != NULL)
        mount->volume->ops->node_release(io);
    return node;
}

void mount_node_unlink(struct mount *mount, struct mount_node *parent, const char *name)
{
    pthread_rwlock_wrlock(&mount->tree_lock);
    struct mount_node *node = *slot_of(mount, parent, name);
    if (node != NULL)
        take_out(mount, node);
    pthread_rwlock_unlock(&mount->tree_lock);
}

/* The kernel keeps the node id over a rename, so the node moves with it (V-005). Lock held for writing. */
static void move_node(
    struct mount *mount, struct mount_node *node, struct mount_node *parent, const char *name)
{
    struct mount_node *old_parent = node->parent;
    char *copy = strdup(name);

    take_out(mount, node);
    if (copy == NULL)
        return; /* out of the table: the next LOOKUP makes a new node */
    free(node->name);
    node->name = copy;
    node->parent = parent;
    mount_node_reference(parent);
    insert(mount, node);
    /* never the last one: the kernel knows a directory that it renames in */
    __atomic_sub_fetch(&old_parent->references, 1, __ATOMIC_ACQ_REL);
}

void mount_node_rename(struct mount *mount, struct mount_node *parent, const char *name,
    struct mount_node *new_parent, const char *new_name, bool exchange)
{
    pthread_rwlock_wrlock(&mount->tree_lock);
    struct mount_node *node = *slot_of(mount, parent, name);
    struct mount_node *other = *slot_of(mount, new_parent, new_name);
    if (other != NULL)
        take_out(mount, other);
    if (node != NULL)
        move_node(mount, node, new_parent, new_name);
    if (exchange && other != NULL)
        move_node(mount, other, parent, name);
    pthread_rwlock_unlock(&mount->tree_lock);
}

/* The root is its own. */
uint64_t mount_node_parent_inode(struct mount *mount, struct mount_node *node)
{
    pthread_rwlock_rdlock(&mount->tree_lock);
    uint64_t inode = node->parent != NULL ? node->parent->inode : node->inode;
    pthread_rwlock_unlock(&mount->tree_lock);
    return inode;
}

bool mount_node_is_linked(struct mount *mount, struct mount_node *node)
{
    pthread_rwlock_rdlock(&mount->tree_lock);
    bool linked = node->hashed || node == mount->root;
    pthread_rwlock_unlock(&mount->tree_lock);
    return linked;
}

int mount_node_stat(struct mount *mount, struct mount_node *node, struct stat *st)
{
    return node->io != NULL ? mount->volume->ops->node_stat(node->io, st) : -ENOENT;
}

/* ---- all of them ---- */

static void note_link(struct mount *mount, struct mount_node *node, struct mount_link *link)
{
    bool named = node->hashed;

    mount_node_reference(node);
    *link = (struct mount_link){
        node, named ? mount_ino_of(mount, node->parent) : 0, named ? strdup(node->name) : NULL};
}

size_t mount_links(struct mount *mount, uint64_t inode, struct mount_link **links)
{
    size_t count = 0;

    pthread_rwlock_rdlock(&mount->tree_lock);
    *links = calloc(mount->node_count + 1, sizeof **links);
    if (*links != NULL && (inode == 0 || inode == mount->root->inode))
        note_link(mount, mount->root, &(*links)[count++]);
    for (size_t i = 0; *links != NULL && i < mount->bucket_count; i++)
        for (struct mount_node *node = mount->buckets[i]; node != NULL; node = node->hash_next)
            if (inode == 0 || node->inode == inode)
                note_link(mount, node, &(*links)[count++]);
    pthread_rwlock_unlock(&mount->tree_lock);
    return count;
}

void mount_link_drop(struct mount *mount, struct mount_link *link)
{
    free(link->name);
    mount_node_release(mount, link->node);
}

/* ---- paths ---- */

static size_t put_component(struct mount *mount, const char *name, char16_t *end)
{
    char16_t units[NAME_MAX + 1];
    size_t length = strlen(name);
    size_t n = mount->volume->ops->name_to_nt(name, length > NAME_MAX ? NAME_MAX : length, units);

    memcpy(end - n, units, n * sizeof *units);
    end[-(ptrdiff_t)n - 1] = u'\\';
    return n + 1;
}

/* The thread's own: as large as a UNICODE_STRING can be. */
static __thread char16_t *room;

void mount_path_thread_end(void)
{
    free(room);
    room = NULL;
}

/* Built from the end; then cut to size. */
static int build_path(struct mount *mount, struct mount_node *node, const char *name, PCUNICODE_STRING prefix,
    UNICODE_STRING *path)
{
    const size_t units = 32767;

    if (room == NULL && (room = malloc(units * sizeof *room)) == NULL)
        return -ENOMEM;
    char16_t *end = room + units, *at = end;
    const size_t reserve = NAME_MAX + 2 + (prefix != NULL ? prefix->Length / sizeof(WCHAR) : 0);
    if (name != NULL)
        at -= put_component(mount, name, at);
    pthread_rwlock_rdlock(&mount->tree_lock);
    bool fits = true;
    for (; node != mount->root && fits; node = node->parent) {
        fits = (size_t)(at - room) > reserve;
        if (fits)
            at -= put_component(mount, node->name, at);
    }
    pthread_rwlock_unlock(&mount->tree_lock);
    if (!fits)
        return -ENAMETOOLONG;
    if (at == end)
        *--at = u'\\';
    if (prefix != NULL) {
        at -= prefix->Length / sizeof(WCHAR);
        memcpy(at, prefix->Buffer, prefix->Length);
    }
    size_t bytes = (size_t)(end - at) * sizeof *at;
    path->Buffer = malloc(bytes + sizeof(WCHAR));
    if (path->Buffer == NULL)
        return -ENOMEM;
    memcpy(path->Buffer, at, bytes);
    path->Buffer[bytes / sizeof(WCHAR)] = 0;
    path->Length = (USHORT)bytes;
    path->MaximumLength = (USHORT)(bytes + sizeof(WCHAR));
    return 0;
}

int mount_path(struct mount *mount, struct mount_node *node, const char *name, UNICODE_STRING *path)
{
    return build_path(mount, node, name, NULL, path);
}

int mount_full_path(struct mount *mount, struct mount_node *node, const char *name, UNICODE_STRING *path)
{
    return build_path(mount, node, name, &mount->volume->device_name, path);
}
