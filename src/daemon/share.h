/* WIRE_FILE_SHARE: one more handle of a file that is open, for another process (M-126). */
#ifndef OFM_DAEMON_SHARE_H
#define OFM_DAEMON_SHARE_H

#include "channel/wire.h"
#include "daemon/client.h"

/* `client` is a file's handle; `fd`, which stays the caller's, came with the packet, whose sender the kernel
 * knows. The watcher calls; never waits. */
void share_serve(struct client *client, int fd, const struct wire_sender *sender);

#endif
