/*
 * Acting as the requestor while an object is created (V-183): file-system ids, groups and umask of the calling thread only.
 * Raw system calls, because the C library would change every thread. Always left before the operation ends.
 */
#include "hostfs/hostfs.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The umask belongs to a structure threads share; one of its own costs one call in a thread's life. */
static void own_umask(void)
{
    static __thread bool owned;
    if (!owned && unshare(CLONE_FS) == 0)
        owned = true;
}

/* Changing the fsuid away from 0 drops CAP_DAC_OVERRIDE. Without knowing the groups the kernel's own check of the caller,
 * made before the request reached us (V-181), has to stand. */
static void keep_override(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct caps[2];
    if (syscall(SYS_capget, &header, caps) != 0)
        return;
    caps[0].effective |= caps[0].permitted & (1u << CAP_DAC_OVERRIDE);
    syscall(SYS_capset, &header, caps);
}

static bool change_groups(struct hostfs_identity *saved, const struct io_cred *cred)
{
    saved->group_count = (int)syscall(SYS_getgroups, 64, saved->groups);
    if (saved->group_count < 0)
        return false;
    return syscall(SYS_setgroups, (int)cred->group_count, cred->groups) == 0;
}

void hostfs_identity_enter(struct hostfs_identity *saved, const struct io_cred *cred)
{
    *saved = (struct hostfs_identity){0};
    own_umask();
    saved->umask = umask(cred ? cred->umask : 022);
    if (cred == NULL)
        return;
    saved->uid = geteuid();
    saved->gid = getegid();
    if (cred->uid == saved->uid && cred->gid == saved->gid)
        return;
    saved->changed = true;
    saved->groups_changed = cred->groups != NULL && change_groups(saved, cred);
    setfsgid(cred->gid);
    setfsuid(cred->uid);
    if (!saved->groups_changed && cred->uid != 0 && saved->uid == 0)
        keep_override();
}

void hostfs_identity_leave(const struct hostfs_identity *saved)
{
    if (saved->changed) {
        setfsuid(saved->uid);
        setfsgid(saved->gid);
        if (saved->groups_changed)
            syscall(SYS_setgroups, saved->group_count, saved->groups);
    }
    umask(saved->umask);
}
