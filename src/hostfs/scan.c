/*
 * Reading a directory below: for questions about its entries (empty? which other spelling? where is this inode?). Enumeration for
 * callers is in directory.c.
 */
#include "hostfs/hostfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int hostfs_each_entry(struct io_node *directory, hostfs_entry_fn *each, void *context)
{
    int fd = hostfs_reopen(directory->volume, directory->fd, O_RDONLY | O_DIRECTORY | O_NOATIME);
    if (fd == -EPERM)
        fd = hostfs_reopen(directory->volume, directory->fd, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return fd;
    DIR *entries = fdopendir(fd);
    if (entries == NULL)
        return close(fd), -ENOMEM;
    struct dirent *entry;
    errno = 0;
    while ((entry = readdir(entries)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            !each(entry->d_name, entry->d_ino, entry->d_type, context))
            break;
    int error = entry ? 0 : -errno;
    closedir(entries);
    return error;
}

static bool stop_at_first(const char *name, ino_t inode, unsigned char type, void *found)
{
    *(bool *)found = true;
    return false;
}

int hostfs_directory_is_empty(struct hostfs_volume *volume, struct io_node *node)
{
    bool found = false;
    int error = hostfs_each_entry(node, stop_at_first, &found);
    return error < 0 ? error : !found;
}

/* ---- case (V-141) ---- */

struct folded {
    const char16_t *units;
    size_t count;
    char *best;
    unsigned hits;
};

static bool compare_folded(const char *name, ino_t inode, unsigned char type, void *context)
{
    struct folded *folded = context;
    char16_t units[HOSTFS_NAME_UNITS + 1];
    size_t length = strlen(name), count = length <= HOSTFS_NAME_BYTES ? hostfs_name_to_nt(name, length, units) : 0;
    if (count != folded->count)
        return true;
    for (size_t i = 0; i < count; i++)
        if (RtlUpcaseUnicodeChar(units[i]) != RtlUpcaseUnicodeChar(folded->units[i]))
            return true;
    if (folded->hits++ == 0 || strcmp(name, folded->best) < 0)
        strcpy(folded->best, name);
    return true;
}

int hostfs_find_folded(struct io_node *directory, const char16_t *units, size_t count, char name[HOSTFS_NAME_BYTES + 1])
{
    struct folded folded = {units, count, name, 0};
    int error = hostfs_each_entry(directory, compare_folded, &folded);
    return error < 0 ? error : folded.hits ? 0 : -ENOENT;
}

/* ---- all links of an inode (V-160) ---- */

#define SCAN_LIMIT 65536

struct link_search {
    struct hostfs_volume *volume;
    ino_t inode;
    unsigned expected, found, looked_at;
    hostfs_link_fn *each;
    void *context;
    struct io_node *directory;
    struct io_node *waiting[1024]; /* directories still to read, referenced */
    unsigned waiting_count;
};

static bool look_at_entry(const char *name, ino_t inode, unsigned char type, void *context)
{
    struct link_search *search = context;
    struct io_node *node;
    struct statx attributes;
    if (++search->looked_at > SCAN_LIMIT || search->found >= search->expected)
        return false;
    bool matches = inode == search->inode;
    if (!matches && type != DT_DIR && type != DT_UNKNOWN)
        return true;
    if (hostfs_node_child(search->directory, name, &node, &attributes) < 0)
        return true;
    if (node->inode == search->inode) {
        search->found++;
        search->each(node, search->context);
    }
    if (S_ISDIR(node->type) && search->waiting_count < sizeof search->waiting / sizeof search->waiting[0])
        search->waiting[search->waiting_count++] = node;
    else
        hostfs_node_release(node);
    return true;
}

/* A walk of the whole tree, bounded: Linux knows how many names a file has, not which. True when all were found. */
bool hostfs_node_each_link(struct hostfs_volume *volume, ino_t inode, unsigned expected, hostfs_link_fn *each, void *context)
{
    struct link_search *search = ExAllocatePoolWithTag(PagedPool, sizeof *search, 'kLsH');
    if (search == NULL)
        return false;
    *search = (struct link_search){.volume = volume, .inode = inode, .expected = expected, .each = each, .context = context};
    hostfs_node_reference(volume->root);
    search->waiting[search->waiting_count++] = volume->root;
    while (search->waiting_count) {
        search->directory = search->waiting[--search->waiting_count];
        if (search->found < expected && search->looked_at <= SCAN_LIMIT)
            hostfs_each_entry(search->directory, look_at_entry, search);
        hostfs_node_release(search->directory);
    }
    bool all = search->found >= expected;
    ExFreePool(search);
    return all;
}
