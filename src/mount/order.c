/*
 * RELEASE arrives after close(2) has returned (V-100). NT's close is synchronous: so an operation that
 * arrives after a RELEASE of the same inode waits until that one's CLEANUP is done (V-101). `order_lock`
 * guards the list; release_count is read without it.
 */
#include "mount/inner.h"

void mount_order_init(struct mount *mount)
{
    pthread_mutex_init(&mount->order_lock, NULL);
    pthread_cond_init(&mount->order_changed, NULL);
    InitializeListHead(&mount->releases);
}

/* In the order of arrival, under the receive lock; without memory the order of this one release is not kept.
 */
struct mount_release *mount_order_release_received(struct mount *mount, uint64_t inode, uint64_t order)
{
    struct mount_release *release = malloc(sizeof *release);

    if (release == NULL)
        return NULL;
    release->inode = inode;
    release->order = order;
    pthread_mutex_lock(&mount->order_lock);
    InsertTailList(&mount->releases, &release->links);
    __atomic_add_fetch(&mount->release_count, 1, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&mount->order_lock);
    return release;
}

void mount_order_release_done(struct mount *mount, uint64_t inode, uint64_t order)
{
    struct mount_release *found = NULL;

    pthread_mutex_lock(&mount->order_lock);
    for (PLIST_ENTRY e = mount->releases.Flink; e != &mount->releases && found == NULL; e = e->Flink) {
        struct mount_release *release = CONTAINING_RECORD(e, struct mount_release, links);
        if (release->inode == inode && release->order == order)
            found = release;
    }
    if (found != NULL) {
        RemoveEntryList(&found->links);
        __atomic_sub_fetch(&mount->release_count, 1, __ATOMIC_RELEASE);
        pthread_cond_broadcast(&mount->order_changed);
    }
    pthread_mutex_unlock(&mount->order_lock);
    free(found);
}

static bool must_wait(struct mount *mount, uint64_t inode)
{
    for (PLIST_ENTRY e = mount->releases.Flink; e != &mount->releases; e = e->Flink) {
        struct mount_release *release = CONTAINING_RECORD(e, struct mount_release, links);
        if (release->inode == inode && release->order < mount_arrival)
            return true;
    }
    return false;
}

struct waiter {
    struct ke_watch dying;
    struct mount *mount;
};

static void on_dying(struct ke_watch *watch)
{
    struct waiter *w = CONTAINING_RECORD(watch, struct waiter, dying);

    pthread_mutex_lock(&w->mount->order_lock);
    pthread_cond_broadcast(&w->mount->order_changed);
    pthread_mutex_unlock(&w->mount->order_lock);
}

void mount_order_wait(struct mount_request *r, uint64_t inode)
{
    struct mount *mount = r->mount;
    struct waiter w = {.mount = mount};

    if (__atomic_load_n(&mount->release_count, __ATOMIC_ACQUIRE) == 0)
        return;
    ke_about_to_sleep();
    ke_watch_start(&w.dying, &r->interrupt.event, on_dying);
    pthread_mutex_lock(&mount->order_lock);
    while (must_wait(mount, inode) && !mount_request_cut(r))
        pthread_cond_wait(&mount->order_changed, &mount->order_lock);
    pthread_mutex_unlock(&mount->order_lock);
    ke_watch_stop(&w.dying, &r->interrupt.event);
}
