/*
 * A volume shown to Linux through FUSE: system calls on the mount become NT operations on the volume
 * (volumes.md, section 2). Public to daemon and embedding; the room's own structures stand in inner.h.
 */
#ifndef OFM_MOUNT_MOUNT_H
#define OFM_MOUNT_MOUNT_H

#include <uchar.h>

#include "ntoskrnl/io/io.h"

struct mount;

/* What the kernel may keep (V-198 to V-200): AUTO is STRICT while a filter registers reads, else DEFAULT; FAST is DEFAULT while a filter
 * registers what makes it unsound. */
enum mount_cache { MOUNT_CACHE_AUTO, MOUNT_CACHE_STRICT, MOUNT_CACHE_DEFAULT, MOUNT_CACHE_FAST };

struct mount_options {
    const char *source; /* what /proc/mounts shows: the backing directory */
    bool allow_other;   /* other users may enter (V-223); root: default, others need user_allow_other in
                           fuse.conf */
    bool read_only;
    bool fail_closed; /* root: what comes to light when the manager is dead is empty (V-222) */
    unsigned max_workers; /* requests that may wait at the same time; 0: 4096 */
    double entry_timeout; /* seconds the kernel may keep a name in the default profile; < 0: 1 (V-199) */
    enum mount_cache cache;
};

/* Mounts the volume at `point` (an existing directory that is not in use). 0 or a negative errno; *message
 * (static text, may be NULL) says what to do about it. The mount takes a reference of its own on the volume.
 */
int mount_start(struct io_volume *volume, const char *point, const struct mount_options *options,
    struct mount **mount, const char **message);
/* Takes the mount away: -EBUSY when it is in use and force is false. Waits for all requests to end; `mount`
 * is gone then. */
int mount_stop(struct mount *mount, bool force);
/* Whether a mount whose manager is dead stands here. */
bool mount_is_dead(const char *point);
/* Takes a mount away whose manager is dead, and nothing else: 0, or -errno when it is still there. */
int mount_take_away(const char *point);

/* "strict", "default", "fast" or "auto"; false: none of them. */
bool mount_cache_named(const char *name, enum mount_cache *cache);
/* The name of the profile that holds now. */
const char *mount_cache_name(const struct mount *mount);

/* A fail_closed mount's manager has died and its mount was taken away: the empty file system stands at this path. */
bool mount_shield_stands(const char *point);
/* Takes it away, for who mounts the directory itself again. 0 or a negative errno. */
int mount_shield_take(const char *point);

const char *mount_point(const struct mount *mount);
const char *mount_source(const struct mount *mount);
struct io_volume *mount_volume(const struct mount *mount);
/* The mount at this path, or NULL; stays valid as long as nobody stops it. */
struct mount *mount_find(const char *point);
/* Whether a mount stands at this absolute path or above it. Touches no file. */
bool mount_is_above(const char *path);
void mount_enumerate(bool (*each)(struct mount *mount, void *context), void *context);

/* Aborts every connection so that nobody waits for a manager that ends: safe in a signal handler (bug check).
 */
void mount_abort_all(void);

/* Threads of a filter's service, whose own requests are served when nothing else is (V-209, V-215), are asked for through this hook;
 * NULL: nobody. */
extern bool (*mount_is_service)(pid_t thread);

struct mount_statistics {
    unsigned workers, waiting; /* threads; of them inside a request */
    uint64_t requests, interrupted, cut_short, unmapped_statuses;
};
void mount_get_statistics(const struct mount *mount, struct mount_statistics *statistics);

#endif
