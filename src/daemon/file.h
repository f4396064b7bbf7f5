/* Sockets that are handles of open files: WIRE_FILE_OPEN and what follows (channel/wire.h). */
#ifndef OFM_DAEMON_FILE_H
#define OFM_DAEMON_FILE_H

#include "channel/lane.h"
#include "daemon/client.h"
#include "daemon/request.h"

/* The file this socket has become, or NULL. */
static inline struct file *client_file(struct client *client)
{
    return __atomic_load_n(&client->file, __ATOMIC_ACQUIRE);
}

/* Its calls run one after the other: it was opened with a synchronous option. */
bool file_is_synchronous(const struct file *file);
/* WIRE_FILE_OPEN. A worker calls. */
void file_open(struct client *client, const struct request *request);
/* A packet of a socket that is a file. The watcher calls; never blocks. False: the client is broken or
 * hostile. */
bool file_receive(struct client *client, const struct request *request);
/* A call that came through a lane, from the thread that has its turn. Anything but STATUS_SUCCESS: not begun. */
NTSTATUS file_lane_call(
    struct client *client, struct lane *lane, unsigned seat, const struct lane_request *request);
/* `other`, which nobody reads yet, becomes one more handle of the same open file, with that access (NULL: what
 * this handle has). STATUS_INVALID_HANDLE when this one is closed, STATUS_ACCESS_DENIED when it has not what
 * is asked for, STATUS_QUOTA_EXCEEDED. The watcher calls. */
NTSTATUS file_share(
    struct client *client, struct client *other, const ULONG *access, struct wire_file_opened *opened);
/* The socket takes answers again. The watcher calls. */
void file_writable(struct client *client);
/* The socket has hung up: ends what is under way, IRP_MJ_CLEANUP, gives the reference back. A worker calls.
 */
void file_hang_up(struct client *client);
/* With the client's last reference. */
void file_destroy(struct file *file);

#endif
