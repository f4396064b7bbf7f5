/* The room's one door: a volume over a Linux directory. */
#ifndef OFM_HOSTFS_VOLUME_H
#define OFM_HOSTFS_VOLUME_H

#include "ntoskrnl/io/io.h"

/*
 * Makes `directory` a volume. The directory's mount is cloned where the manager may (root), so that what is later mounted over or
 * below the path changes nothing (V-033). options may be NULL. The volume is referenced.
 * STATUS_OBJECT_NAME_NOT_FOUND, STATUS_NOT_A_DIRECTORY, STATUS_ACCESS_DENIED, STATUS_INSUFFICIENT_RESOURCES, and what
 * io_volume_create answers.
 */
NTSTATUS hostfs_volume_create(const char *directory, const struct io_volume_options *options, struct io_volume **volume);

#endif
