/* Readiness of mailslots. See fileready.h. The list is under the file's lock; a watch's `ready` runs under
 * the slot's and only writes an eventfd, which never blocks (EFD_NONBLOCK: a full counter is readable
 * anyway). */
#include "daemon/fileready.h"

#include "msfs/msfs.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MOST 8u /* descriptors of one file */

struct file_ready {
    struct msfs_watch watch;
    int fd;
    struct file_ready *next;
};

static void ready(struct msfs_watch *watch, bool gone)
{
    (void)gone;
    eventfd_write(CONTAINING_RECORD(watch, struct file_ready, watch)->fd, 1);
}

NTSTATUS file_ready_add(struct file_ready **list, PFILE_OBJECT file, int *fd)
{
    unsigned count = 0;

    for (struct file_ready *r = *list; r != NULL; r = r->next)
        count++;
    if (!msfs_is_server(file))
        return STATUS_INVALID_PARAMETER;
    struct file_ready *r = count < MOST ? calloc(1, sizeof *r) : NULL;
    if (r == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    r->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    *fd = r->fd >= 0 ? dup(r->fd) : -1;
    NTSTATUS status = *fd >= 0 ? msfs_watch_start(file, &r->watch, ready) : STATUS_INSUFFICIENT_RESOURCES;
    if (!NT_SUCCESS(status)) {
        close(*fd);
        close(r->fd);
        free(r);
        *fd = -1;
        return status;
    }
    r->next = *list;
    *list = r;
    return status;
}

void file_ready_end(struct file_ready **list, PFILE_OBJECT file)
{
    while (*list != NULL) {
        struct file_ready *r = *list;
        *list = r->next;
        msfs_watch_stop(file, &r->watch);
        close(r->fd);
        free(r);
    }
}
