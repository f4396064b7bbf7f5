/*
 * What stands under a mount with fail_closed (V-222): an empty file system that nobody may enter or write.
 * When the manager dies, its mount answers ENOTCONN; when somebody takes that away, this is what comes to
 * light, and not the files. A clean unmount takes it along. Called by whoever mounts and unmounts, one at a
 * time; nothing is kept here, the kernel's table tells (mount_shield_stands).
 */
#include "mount/inner.h"

#include <errno.h>
#include <sys/mount.h>
#include <unistd.h>

int mount_shield_put(const char *point, const char **message)
{
    if (geteuid() != 0) {
        *message = "fail_closed needs root: nobody else may mount what stays underneath";
        return -EPERM;
    }
    if (mount(MOUNT_SHIELD_SOURCE, point, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY,
            "size=4k,nr_inodes=1,mode=0000") == 0)
        return 0;
    *message = "fail_closed: the empty file system that stays underneath could not be mounted";
    return -errno;
}

int mount_shield_take(const char *point)
{
    if (umount2(point, UMOUNT_NOFOLLOW) == 0 || umount2(point, UMOUNT_NOFOLLOW | MNT_DETACH) == 0)
        return 0;
    return -errno;
}
