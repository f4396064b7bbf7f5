/*
 * Telling the kernel what it must not keep: everything, when the set of filters has changed (V-203); single
 * names and objects, when code in the manager changed them beside the mount (V-018, V-200). Only the thread
 * of this file tells, with no lock held, because a request that is being served may hold the kernel's lock of
 * the same directory (V-195). `lock` guards the queue.
 */
#include "mount/inner.h"

#include <errno.h>
#include <limits.h>

#define MOST                                                                                                 \
    1024 /* changed objects that wait; more are told as "everything", which cannot name what was not there   \
          */

struct change {
    struct change *next;
    bool existence;
    USHORT length; /* bytes */
    WCHAR path[];
};

struct mount_invalidation {
    struct mount *mount;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    struct change *first, **last;
    size_t count;
    bool everything, ended;
    bool changing; /* by filters_changed alone */
};

/* ---- the queue: called under the locks of others ---- */

static void want_everything(struct mount_invalidation *i)
{
    pthread_mutex_lock(&i->lock);
    i->everything = true;
    pthread_cond_signal(&i->changed);
    pthread_mutex_unlock(&i->lock);
}

/* Somebody can hide or change what the kernel keeps: names, attributes, data. */
static bool anybody_changes(const struct mount *mount)
{
    const struct io_volume *volume = mount->volume;

    return mount_filters_look(mount) || io_volume_wants(volume, IRP_MJ_READ) ||
           io_volume_wants(volume, IRP_MJ_DIRECTORY_CONTROL) || io_volume_wants(volume, IRP_MJ_QUERY_INFORMATION);
}

/* Calls come one at a time (listen_lock). A filter that only decides about opens leaves what is kept as true as it was. */
static void filters_changed(struct io_listener *listener)
{
    struct mount *mount = CONTAINING_RECORD(listener, struct mount, listener);
    bool before = mount->invalidation->changing, now = anybody_changes(mount);

    mount_profile_choose(mount);
    mount->invalidation->changing = now;
    if (before || now)
        want_everything(mount->invalidation);
}

static void name_changed(struct io_listener *listener, PCUNICODE_STRING path, bool existence)
{
    struct mount_invalidation *i = CONTAINING_RECORD(listener, struct mount, listener)->invalidation;
    struct change *change = malloc(sizeof *change + path->Length);

    if (change == NULL) {
        want_everything(i);
        return;
    }
    change->next = NULL;
    change->existence = existence;
    change->length = path->Length;
    memcpy(change->path, path->Buffer, path->Length);
    pthread_mutex_lock(&i->lock);
    if (!existence && (i->everything || i->count >= MOST)) {
        i->everything = true;
        free(change);
    } else {
        *i->last = change;
        i->last = &change->next;
        i->count++;
    }
    pthread_cond_signal(&i->changed);
    pthread_mutex_unlock(&i->lock);
}

void mount_invalidate_node(struct mount *mount, struct mount_node *node)
{
    UNICODE_STRING path;

    if (mount_profile(mount)->attribute_timeout > 0 && mount_path(mount, node, NULL, &path) == 0) {
        name_changed(&mount->listener, &path, false);
        free(path.Buffer);
    }
}

/* ---- telling ---- */

/* The kernel drops an answer about attributes that an invalidation overtakes; of the root it has none before the first, and would refuse
 * everybody. */
static void tell_object(struct mount *mount, struct mount_node *node)
{
    if (node == mount->root && !__atomic_load_n(&mount->root_told, __ATOMIC_ACQUIRE))
        return;
    fuse_lowlevel_notify_inval_inode(mount->session, mount_ino_of(mount, node), 0, 0);
}

static void tell_name(struct mount *mount, fuse_ino_t parent, const char *name, bool gone)
{
    /* a name that may still be there only expires: what is open or mounted below it stays */
    if (!gone && fuse_lowlevel_notify_expire_entry(
                     mount->session, parent, name, strlen(name), FUSE_LL_EXPIRE_ONLY) == 0)
        return;
    fuse_lowlevel_notify_inval_entry(mount->session, parent, name, strlen(name));
}

static void tell_everything(struct mount *mount)
{
    struct mount_link *links;

    for (size_t n = mount_links(mount, 0, &links); n > 0; n--) {
        struct mount_link *link = &links[n - 1];
        tell_object(mount, link->node);
        if (link->name != NULL)
            tell_name(mount, link->parent, link->name, false);
        mount_link_drop(mount, link);
    }
    free(links);
}

/* All links of an object: each has attributes and pages of its own (V-002). */
static void tell_links(struct mount *mount, uint64_t inode)
{
    struct mount_link *links;

    for (size_t n = mount_links(mount, inode, &links); n > 0; n--) {
        tell_object(mount, links[n - 1].node);
        mount_link_drop(mount, &links[n - 1]);
    }
    free(links);
}

/* From the root down as far as the kernel knows the names. NULL: it does not know the directory. `name` gets
 * the last component. */
static struct mount_node *known_parent(
    struct mount *mount, const struct change *change, char name[NAME_MAX + 1])
{
    const char16_t *at = (const char16_t *)change->path, *end = at + change->length / sizeof *at;
    struct mount_node *node = mount->root;

    mount_node_reference(node);
    for (;;) {
        const char16_t *start = ++at;
        while (at < end && *at != u'\\' && *at != u':')
            at++;
        bool last = at == end || *at == u':';
        if (at == start || at - start > NAME_MAX ||
            !mount->volume->ops->name_from_nt(start, (size_t)(at - start), name))
            break;
        if (last)
            return node;
        struct mount_node *child = mount_node_find(mount, node, name);
        mount_node_release(mount, node);
        if (child == NULL)
            return NULL;
        node = child;
    }
    mount_node_release(mount, node);
    return NULL;
}

static void tell_change(struct mount *mount, const struct change *change)
{
    char name[NAME_MAX + 1];
    struct mount_node *parent = known_parent(mount, change, name);

    if (parent == NULL)
        return; /* what the kernel does not know it cannot have kept */
    struct mount_node *node = mount_node_find(mount, parent, name);
    if (node != NULL) {
        tell_links(mount, node->inode);
        mount_node_release(mount, node);
    }
    if (change->existence) {
        tell_name(mount, mount_ino_of(mount, parent), name, true);
        tell_object(mount, parent);
    }
    mount_node_release(mount, parent);
}

static void *run(void *context)
{
    struct mount_invalidation *i = context;

    pthread_setname_np(pthread_self(), "mount-invalid");
    pthread_mutex_lock(&i->lock);
    while (!i->ended) {
        if (!i->everything && i->first == NULL) {
            pthread_cond_wait(&i->changed, &i->lock);
            continue;
        }
        bool everything = i->everything;
        struct change *change = i->first;
        i->first = NULL;
        i->last = &i->first;
        i->count = 0;
        i->everything = false;
        pthread_mutex_unlock(&i->lock);
        if (everything)
            tell_everything(i->mount);
        for (struct change *next; change != NULL; change = next) {
            next = change->next;
            tell_change(i->mount, change);
            free(change);
        }
        pthread_mutex_lock(&i->lock);
    }
    pthread_mutex_unlock(&i->lock);
    return NULL;
}

/* ---- start and end ---- */

int mount_invalidation_start(struct mount *mount)
{
    pthread_attr_t attributes;

    if (mount->root == NULL)
        return 0; /* mailslots: the kernel keeps nothing of them */
    struct mount_invalidation *i = calloc(1, sizeof *i);
    if (i == NULL)
        return -ENOMEM;
    i->mount = mount;
    i->last = &i->first;
    pthread_mutex_init(&i->lock, NULL);
    pthread_cond_init(&i->changed, NULL);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    int error = pthread_create(&i->thread, &attributes, run, i);
    pthread_attr_destroy(&attributes);
    if (error != 0) {
        free(i);
        return -error;
    }
    mount->invalidation = i;
    i->changing = anybody_changes(mount);
    mount->listener.filters_changed = filters_changed;
    mount->listener.name_changed = name_changed;
    io_listen(mount->volume, &mount->listener);
    mount_profile_choose(mount);
    return 0;
}

void mount_invalidation_end(struct mount *mount)
{
    struct mount_invalidation *i = mount->invalidation;

    if (i == NULL)
        return;
    io_listen_end(mount->volume, &mount->listener);
    pthread_mutex_lock(&i->lock);
    i->ended = true;
    pthread_cond_signal(&i->changed);
    pthread_mutex_unlock(&i->lock);
    pthread_join(i->thread, NULL);
    for (struct change *change = i->first, *next; change != NULL; change = next) {
        next = change->next;
        free(change);
    }
    pthread_mutex_destroy(&i->lock);
    pthread_cond_destroy(&i->changed);
    free(i);
    mount->invalidation = NULL;
}
