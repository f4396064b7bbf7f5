/*
 * Name nodes: one object reached by one name (V-001, V-005). The table maps (parent, name) to the node; a node is shared by
 * everybody who came by that name. Parents, names and the table are guarded by volume->names; a directory's entries change
 * only under its node->entries, so that the table and the directory agree.
 */
#include "hostfs/hostfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static size_t hash_of(const struct hostfs_volume *volume, const struct io_node *parent, const char *name)
{
    uint64_t hash = 1469598103934665603ull ^ ((uintptr_t)parent >> 4);
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211ull;
    return (size_t)(hash ^ hash >> 29) & (volume->node_buckets - 1);
}

static struct io_node **slot_of(struct hostfs_volume *volume, const struct io_node *parent, const char *name)
{
    struct io_node **slot = &volume->nodes[hash_of(volume, parent, name)];
    while (*slot && ((*slot)->parent != parent || strcmp((*slot)->name, name) != 0))
        slot = &(*slot)->next;
    return slot;
}

static void unhash(struct io_node *node)
{
    if (!node->hashed)
        return;
    struct io_node **slot = &node->volume->nodes[hash_of(node->volume, node->parent, node->name)];
    while (*slot != node)
        slot = &(*slot)->next;
    *slot = node->next;
    node->next = NULL;
    node->hashed = false;
    node->volume->node_count--;
}

static void insert(struct io_node *node)
{
    struct io_node **slot = &node->volume->nodes[hash_of(node->volume, node->parent, node->name)];
    node->next = *slot;
    *slot = node;
    node->hashed = true;
    node->volume->node_count++;
}

/* Twice the buckets when chains grow; keeping the old table when there is no memory only costs time. */
static void grow(struct hostfs_volume *volume)
{
    size_t old_buckets = volume->node_buckets;
    if (volume->node_count < old_buckets * 2)
        return;
    struct io_node **bigger = calloc(old_buckets * 4, sizeof *bigger), **old = volume->nodes;
    if (bigger == NULL)
        return;
    volume->nodes = bigger;
    volume->node_buckets = old_buckets * 4;
    volume->node_count = 0;
    for (size_t i = 0; i < old_buckets; i++)
        for (struct io_node *node = old[i], *next; node; node = next) {
            next = node->next;
            insert(node);
        }
    free(old);
}

static struct io_node *new_node(struct hostfs_volume *volume, struct io_node *parent, const char *name, int fd,
    const struct statx *attributes)
{
    struct io_node *node = calloc(1, sizeof *node);
    if (node == NULL || (node->name = strdup(name)) == NULL)
        return free(node), NULL;
    node->volume = volume;
    node->parent = parent;
    node->references = 1;
    node->fd = fd;
    node->type = attributes->stx_mode & S_IFMT;
    node->inode = attributes->stx_ino;
    pthread_mutex_init(&node->entries, NULL);
    if (parent)
        hostfs_node_reference(parent);
    return node;
}

void hostfs_node_reference(struct io_node *node)
{
    __atomic_add_fetch(&node->references, 1, __ATOMIC_RELAXED);
}

static void free_node(struct io_node *node)
{
    if (node->scb)
        hostfs_scb_release(node->scb);
    pthread_mutex_destroy(&node->entries);
    close(node->fd);
    free(node->name);
    free(node);
}

/* The last reference goes under the table's lock, where a look-up could still find the node. Then its parent, and so on up. */
void hostfs_node_release(struct io_node *node)
{
    while (node) {
        uint32_t seen = __atomic_load_n(&node->references, __ATOMIC_RELAXED);
        while (seen > 1)
            if (__atomic_compare_exchange_n(&node->references, &seen, seen - 1, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
                return;
        struct hostfs_volume *volume = node->volume;
        pthread_mutex_lock(&volume->names);
        bool last = __atomic_sub_fetch(&node->references, 1, __ATOMIC_ACQ_REL) == 0;
        struct io_node *parent = node->parent;
        if (last)
            unhash(node);
        pthread_mutex_unlock(&volume->names);
        if (!last)
            return;
        free_node(node);
        node = parent;
    }
}

int hostfs_node_create_root(struct hostfs_volume *volume)
{
    struct statx attributes;
    int error = hostfs_statx(volume->root_fd, &attributes);
    if (error < 0)
        return error;
    int fd = fcntl(volume->root_fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    volume->root = new_node(volume, NULL, "", fd, &attributes);
    return volume->root ? 0 : (close(fd), -ENOMEM);
}

struct io_node *hostfs_node_known(struct io_node *parent, const char *name)
{
    struct hostfs_volume *volume = parent->volume;
    pthread_mutex_lock(&volume->names);
    struct io_node *node = *slot_of(volume, parent, name);
    if (node)
        hostfs_node_reference(node);
    pthread_mutex_unlock(&volume->names);
    return node;
}

void hostfs_node_forget_name(struct io_node *node)
{
    pthread_mutex_lock(&node->volume->names);
    unhash(node);
    pthread_mutex_unlock(&node->volume->names);
}

/* Takes over fd. The caller holds parent->entries. */
int hostfs_node_adopt(struct io_node *parent, const char *name, int fd, const struct statx *attributes, struct io_node **out)
{
    struct hostfs_volume *volume = parent->volume;
    struct io_node *node = new_node(volume, parent, name, fd, attributes);
    if (node == NULL)
        return close(fd), -ENOMEM;
    pthread_mutex_lock(&volume->names);
    struct io_node *stale = *slot_of(volume, parent, name);
    if (stale)
        unhash(stale);
    grow(volume);
    insert(node);
    pthread_mutex_unlock(&volume->names);
    *out = node;
    return 0;
}

static bool is_same_object(const struct io_node *node, const struct statx *attributes)
{
    return node->inode == attributes->stx_ino && node->type == (attributes->stx_mode & S_IFMT) &&
           makedev(attributes->stx_dev_major, attributes->stx_dev_minor) == node->volume->device;
}

/* A node whose name still leads to its object costs one system call; the object cannot be another with the same number,
 * because the node's descriptor holds the inode. */
int hostfs_node_child_locked(struct io_node *parent, const char *name, struct io_node **node, struct statx *attributes)
{
    struct io_node *known = hostfs_node_known(parent, name);
    if (known) {
        int error = hostfs_statx_at(parent->fd, name, attributes);
        if (error == 0 && is_same_object(known, attributes)) {
            *node = known;
            return 0;
        }
        hostfs_node_forget_name(known);
        hostfs_node_release(known);
        if (error < 0)
            return error;
    }
    int fd = hostfs_open_at(parent->fd, name, O_PATH, 0);
    if (fd < 0)
        return fd;
    int error = hostfs_statx(fd, attributes);
    if (error < 0)
        return close(fd), error;
    return hostfs_node_adopt(parent, name, fd, attributes, node);
}

int hostfs_node_child(struct io_node *parent, const char *name, struct io_node **node, struct statx *attributes)
{
    if (!S_ISDIR(parent->type))
        return -ENOTDIR;
    if (strlen(name) > HOSTFS_NAME_BYTES)
        return -ENAMETOOLONG;
    pthread_mutex_lock(&parent->entries);
    int error = hostfs_node_child_locked(parent, name, node, attributes);
    pthread_mutex_unlock(&parent->entries);
    return error;
}

void hostfs_node_lock_two(struct io_node *a, struct io_node *b)
{
    struct io_node *first = a < b ? a : b, *second = a < b ? b : a;
    pthread_mutex_lock(&first->entries);
    if (second != first)
        pthread_mutex_lock(&second->entries);
}

void hostfs_node_unlock_two(struct io_node *a, struct io_node *b)
{
    pthread_mutex_unlock(&a->entries);
    if (b != a)
        pthread_mutex_unlock(&b->entries);
}

/* The object has been renamed below: its node follows, whatever stood there loses its name (V-005). */
int hostfs_node_move(struct io_node *node, struct io_node *parent, const char *name)
{
    struct hostfs_volume *volume = node->volume;
    char *copy = strdup(name);
    if (copy == NULL)
        return hostfs_node_forget_name(node), -ENOMEM;
    hostfs_node_reference(parent);
    pthread_mutex_lock(&volume->names);
    struct io_node *replaced = *slot_of(volume, parent, name);
    if (replaced && replaced != node)
        unhash(replaced);
    unhash(node);
    struct io_node *old_parent = node->parent;
    char *old_name = node->name;
    node->parent = parent;
    node->name = copy;
    insert(node);
    pthread_mutex_unlock(&volume->names);
    free(old_name);
    hostfs_node_release(old_parent);
    return 0;
}

void hostfs_node_exchange(struct io_node *a, struct io_node *b)
{
    pthread_mutex_lock(&a->volume->names);
    bool hashed = a->hashed && b->hashed;
    unhash(a);
    unhash(b);
    struct io_node *parent = a->parent;
    char *name = a->name;
    a->parent = b->parent;
    a->name = b->name;
    b->parent = parent;
    b->name = name;
    if (hashed) {
        insert(a);
        insert(b);
    }
    pthread_mutex_unlock(&a->volume->names);
}

struct io_node *hostfs_node_parent(struct io_node *node)
{
    pthread_mutex_lock(&node->volume->names);
    struct io_node *parent = node->parent;
    if (parent)
        hostfs_node_reference(parent);
    pthread_mutex_unlock(&node->volume->names);
    return parent;
}

/* Name and referenced parent of one moment. -EINVAL for the root. */
int hostfs_node_name(struct io_node *node, char name[HOSTFS_NAME_BYTES + 1], struct io_node **parent)
{
    pthread_mutex_lock(&node->volume->names);
    *parent = node->parent;
    if (*parent) {
        hostfs_node_reference(*parent);
        strcpy(name, node->name);
    }
    pthread_mutex_unlock(&node->volume->names);
    return *parent ? 0 : -EINVAL;
}

bool hostfs_node_is_below(struct io_node *node, const struct io_node *directory)
{
    struct hostfs_volume *volume = node->volume;
    pthread_mutex_lock(&volume->names);
    while (node && node != directory)
        node = node->parent;
    pthread_mutex_unlock(&volume->names);
    return node != NULL;
}

/* "\dir\file": units are written from the end, so that one walk up is enough. */
static size_t path_units(struct io_node *node)
{
    size_t units = 0;
    for (; node->parent; node = node->parent)
        units += strlen(node->name) + 1;
    return units;
}

static size_t put_component(char16_t *end, const char *name)
{
    char16_t units[HOSTFS_NAME_UNITS];
    size_t count = hostfs_name_to_nt(name, strlen(name), units);
    memcpy(end - count, units, count * sizeof *units);
    end[-(ptrdiff_t)count - 1] = u'\\';
    return count + 1;
}

int hostfs_node_path(struct io_node *node, const char *child, PUNICODE_STRING path)
{
    char16_t space[1024], *end = NULL, *heap = NULL;
    struct hostfs_volume *volume = node->volume;
    pthread_mutex_lock(&volume->names);
    size_t most = path_units(node) + (child ? strlen(child) + 1 : 0) + 1;
    char16_t *start = most <= 1024 ? space : (heap = malloc(most * sizeof *heap));
    if (start) {
        char16_t *at = end = start + most;
        if (child)
            at -= put_component(at, child);
        for (struct io_node *up = node; up->parent; up = up->parent)
            at -= put_component(at, up->name);
        if (at == end)
            *--at = u'\\';
        start = at;
    }
    pthread_mutex_unlock(&volume->names);
    int error = start == NULL ? -ENOMEM : end - start > 32767 ? -ENAMETOOLONG : 0;
    if (error == 0) {
        path->Length = path->MaximumLength = (USHORT)((size_t)(end - start) * sizeof *start);
        path->Buffer = ExAllocatePoolWithTag(PagedPool, path->Length, 'nFsH');
        if (path->Buffer)
            memcpy(path->Buffer, start, path->Length);
        else
            error = -ENOMEM;
    }
    free(heap);
    return error;
}

/* A live node of the inode; referenced, or NULL. */
struct io_node *hostfs_node_by_inode(struct hostfs_volume *volume, ino_t inode)
{
    struct io_node *found = NULL;
    if (volume->root->inode == inode)
        return hostfs_node_reference(volume->root), volume->root;
    pthread_mutex_lock(&volume->names);
    for (size_t i = 0; i < volume->node_buckets && !found; i++)
        for (found = volume->nodes[i]; found && found->inode != inode; found = found->next)
            ;
    if (found)
        hostfs_node_reference(found);
    pthread_mutex_unlock(&volume->names);
    return found;
}
