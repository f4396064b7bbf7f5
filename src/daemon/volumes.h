/* Directories that the manager serves as volumes, with or without a mount point. */
#ifndef OFM_DAEMON_VOLUMES_H
#define OFM_DAEMON_VOLUMES_H

#include <ntdef.h>

#include <stdbool.h>
#include <stddef.h>

/* options: comma-separated: ro, fail_closed, letter=X, noletter, label=TEXT, allow_other, noallow_other, workers=N,
 * oplock_timeout=SECONDS, cache=strict|default|fast|auto, fstype=ntfs|unknown. NULL: defaults. `point` NULL: a volume without a mount. On
 * failure nothing has changed
 * and `message` says what to do. */
NTSTATUS volumes_mount(
    const char *directory, const char *point, const char *options, char *message, size_t size);
/* The same of a volume that is there already, by its device's name: \Device\Mailslot. It stays when the mount
 * goes. */
NTSTATUS volumes_mount_device(
    const char *name, const char *point, const char *options, char *message, size_t size);
/* By mount point, drive letter or device name. */
NTSTATUS volumes_unmount(const char *name, bool force, char *message, size_t size);
/* All of them, by force; at the manager's end. */
void volumes_unmount_all(void);

/* Keeps a list of mount points in this file, so that the next manager can take a killed one's mounts away;
 * NULL: keeps none. Takes away what an earlier manager left there. */
void volumes_remember_in(const char *file);

#endif
