/* WIRE_FILE_SHARE: one more handle of a file that is open, for another process (M-126). The watcher calls all
 * of this; nothing waits. */
#ifndef OFM_DAEMON_SHARE_H
#define OFM_DAEMON_SHARE_H

#include "channel/wire.h"
#include "daemon/client.h"
#include "daemon/request.h"

/* `client` is a file's handle; `fd`, which stays the caller's, came with the packet, whose sender the kernel
 * knows. */
void share_serve(
    struct client *client, const struct request *request, int fd, const struct wire_sender *sender);

/* A new handle of the client's file for a process; its pidfd is taken over in any case. access NULL: what the
 * client's handle has. STATUS_ACCESS_DENIED: that has not what is asked for. */
struct share_handle {
    struct client *client;
    int theirs; /* the socket for the process, the caller's to send and close; -1 */
    struct wire_file_opened opened;
};
NTSTATUS share_with(struct client *client, const struct control_peer *peer, const ULONG *access,
    struct share_handle *handle);

/* Did the process that sent the packet make the pair of sockets itself? Else it may be a connection to
 * somebody who knows of nothing, in whose name operations would be done. */
bool share_is_senders_own(int fd, const struct wire_sender *sender);

#endif
