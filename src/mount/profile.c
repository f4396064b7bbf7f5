/*
 * What the kernel may keep of a mount (V-198 to V-200): chosen by the mount's option and by what the attached
 * filters registered, anew with every change of these (V-203). `mount->profile` points to one of three; what
 * is open keeps the profile it was opened under.
 */
#include "mount/inner.h"

static const struct mount_profile strict = {.direct = true};
static const struct mount_profile fast = {
    /* nobody can name to the kernel what it was told not to be there: that counts for a second only (V-018)
     */
    .keep_pages = true,
    .negative_timeout = 1,
    .entry_timeout = 3600,
    .attribute_timeout = 3600};

static bool wants(struct mount *mount, UCHAR major)
{
    return io_volume_wants(mount->volume, major);
}

/* Fast is sound while no filter hides or changes what the kernel would keep. */
static bool may_be_fast(struct mount *mount)
{
    return !mount_filters_look(mount) && !wants(mount, IRP_MJ_READ) &&
           !wants(mount, IRP_MJ_DIRECTORY_CONTROL) && !wants(mount, IRP_MJ_QUERY_INFORMATION);
}

static const struct mount_profile *choose(struct mount *mount)
{
    switch (mount->cache) {
    case MOUNT_CACHE_STRICT:
        return &strict;
    case MOUNT_CACHE_FAST:
        return may_be_fast(mount) ? &fast : &mount->moderate;
    case MOUNT_CACHE_AUTO: /* who registers reads is to see each, not only those that fill the kernel's cache
                            */
        return wants(mount, IRP_MJ_READ) ? &strict : &mount->moderate;
    default:
        return &mount->moderate;
    }
}

void mount_profile_choose(struct mount *mount)
{
    const struct mount_profile *profile = choose(mount);

    __atomic_store_n(&mount->profile, profile, __ATOMIC_RELEASE);
    io_listen_to_names(mount->volume, &mount->listener, profile == &fast);
}

static const char *const names[] = {[MOUNT_CACHE_AUTO] = "auto",
    [MOUNT_CACHE_STRICT] = "strict",
    [MOUNT_CACHE_DEFAULT] = "default",
    [MOUNT_CACHE_FAST] = "fast"};

bool mount_cache_named(const char *name, enum mount_cache *cache)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            *cache = (enum mount_cache)i;
            return true;
        }
    }
    return false;
}

const char *mount_cache_name(const struct mount *mount)
{
    const struct mount_profile *profile = mount_profile(mount);

    return names[profile == &strict ? MOUNT_CACHE_STRICT
                 : profile == &fast ? MOUNT_CACHE_FAST
                                    : MOUNT_CACHE_DEFAULT];
}

double mount_attribute_timeout(struct mount *mount, const struct stat *st)
{
    /* another link's page cache and attributes are others: what changes there is not seen here (V-002) */
    bool alone = st->st_nlink == 1 || S_ISDIR(st->st_mode);

    return alone ? mount_profile(mount)->attribute_timeout : 0;
}

bool mount_may_keep_pages(struct mount *mount, PFILE_OBJECT file)
{
    struct stat st;

    return mount_profile(mount)->keep_pages && mount_file_stat(file, &st) == 0 && st.st_nlink == 1;
}
