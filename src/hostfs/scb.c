/*
 * Streams: one block for each stream of each file, shared by all links and opens (V-004). It lives while a file object or a
 * name node refers to it, so that contexts of filters survive from one open to the next (V-054). The table is guarded by
 * volume->streams.
 */
#include "hostfs/hostfs.h"
#include "ntoskrnl/io/oplock.h"

#include <stdlib.h>
#include <string.h>

static size_t hash_of(const struct hostfs_volume *volume, ino_t inode, const char *name)
{
    uint64_t hash = (uint64_t)inode * 0x9e3779b97f4a7c15ull;
    for (; name && *name; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211ull;
    return (size_t)(hash >> 17) & (volume->scb_buckets - 1);
}

static bool is_it(const struct hostfs_scb *scb, ino_t inode, const char *name)
{
    return scb->inode == inode && (name ? scb->name && strcmp(scb->name, name) == 0 : scb->name == NULL);
}

static void grow(struct hostfs_volume *volume)
{
    size_t old_buckets = volume->scb_buckets;
    struct hostfs_scb **old = volume->scbs, **bigger;
    if (volume->scb_count < old_buckets * 2 || (bigger = calloc(old_buckets * 4, sizeof *bigger)) == NULL)
        return;
    volume->scbs = bigger;
    volume->scb_buckets = old_buckets * 4;
    for (size_t i = 0; i < old_buckets; i++)
        for (struct hostfs_scb *scb = old[i], *next; scb; scb = next) {
            next = scb->next;
            struct hostfs_scb **slot = &bigger[hash_of(volume, scb->inode, scb->name)];
            scb->next = *slot;
            *slot = scb;
        }
    free(old);
}

static void start_header(struct hostfs_scb *scb, bool directory)
{
    FSRTL_ADVANCED_FCB_HEADER *header = &scb->stream.header;
    header->NodeTypeCode = directory ? 0x4863 : 0x4866;
    header->NodeByteSize = sizeof *header;
    header->Flags2 = FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS;
    header->FastMutex = &scb->header_mutex;
    InitializeListHead(&header->FilterContexts);
    scb->stream.is_directory = directory;
    scb->stream.file_contexts.owner = IO_CONTEXT_FILE;
    scb->stream.stream_contexts.owner = IO_CONTEXT_STREAM;
}

static struct hostfs_scb *new_scb(struct hostfs_volume *volume, ino_t inode, const char *name, bool directory)
{
    struct hostfs_scb *scb = calloc(1, sizeof *scb);
    if (scb == NULL || (name && (scb->name = strdup(name)) == NULL))
        return free(scb), NULL;
    scb->volume = volume;
    scb->inode = inode;
    scb->references = 1;
    pthread_mutex_init(&scb->lock, NULL);
    InitializeListHead(&scb->opens);
    InitializeListHead(&scb->ranges);
    InitializeListHead(&scb->range_waiters);
    start_header(scb, directory);
    return scb;
}

/* Finds or makes; the table's lock is held. */
static struct hostfs_scb *find_or_make(struct hostfs_volume *volume, ino_t inode, const char *name, bool directory)
{
    struct hostfs_scb **slot = &volume->scbs[hash_of(volume, inode, name)], *scb = *slot;
    while (scb && !is_it(scb, inode, name))
        scb = scb->next;
    if (scb)
        return hostfs_scb_reference(scb), scb;
    scb = new_scb(volume, inode, name, directory);
    if (scb == NULL)
        return NULL;
    grow(volume);
    slot = &volume->scbs[hash_of(volume, inode, name)];
    scb->next = *slot;
    *slot = scb;
    volume->scb_count++;
    return scb;
}

struct hostfs_scb *hostfs_scb_get(struct io_node *node)
{
    struct hostfs_volume *volume = node->volume;
    pthread_mutex_lock(&volume->streams);
    if (node->scb == NULL)
        node->scb = find_or_make(volume, node->inode, NULL, S_ISDIR(node->type));
    if (node->scb)
        hostfs_scb_reference(node->scb);
    struct hostfs_scb *scb = node->scb;
    pthread_mutex_unlock(&volume->streams);
    return scb;
}

struct hostfs_scb *hostfs_scb_get_named(struct hostfs_scb *file, const char *name)
{
    struct hostfs_volume *volume = file->volume;
    pthread_mutex_lock(&volume->streams);
    struct hostfs_scb *scb = find_or_make(volume, file->inode, name, false);
    if (scb && scb->file == NULL) {
        hostfs_scb_reference(file);
        scb->file = file;
    }
    pthread_mutex_unlock(&volume->streams);
    return scb;
}

void hostfs_scb_reference(struct hostfs_scb *scb)
{
    __atomic_add_fetch(&scb->references, 1, __ATOMIC_RELAXED);
}

static void unhash(struct hostfs_volume *volume, struct hostfs_scb *scb)
{
    struct hostfs_scb **slot = &volume->scbs[hash_of(volume, scb->inode, scb->name)];
    while (*slot != scb)
        slot = &(*slot)->next;
    *slot = scb->next;
    volume->scb_count--;
}

static void free_scb(struct hostfs_scb *scb)
{
    io_context_list_end(&scb->stream.stream_contexts);
    io_context_list_end(&scb->stream.file_contexts);
    io_oplock_uninitialize(&scb->oplock);
    pthread_mutex_destroy(&scb->lock);
    free(scb->name);
    free(scb);
}

void hostfs_scb_release(struct hostfs_scb *scb)
{
    while (scb) {
        uint32_t seen = __atomic_load_n(&scb->references, __ATOMIC_RELAXED);
        while (seen > 1)
            if (__atomic_compare_exchange_n(&scb->references, &seen, seen - 1, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
                return;
        struct hostfs_volume *volume = scb->volume;
        pthread_mutex_lock(&volume->streams);
        bool last = __atomic_sub_fetch(&scb->references, 1, __ATOMIC_ACQ_REL) == 0;
        if (last)
            unhash(volume, scb);
        pthread_mutex_unlock(&volume->streams);
        if (!last)
            return;
        struct hostfs_scb *file = scb->file;
        free_scb(scb);
        scb = file;
    }
}
