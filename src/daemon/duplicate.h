/* WIRE_FILE_DUPLICATE and WIRE_FILE_CLAIM: handles that one process makes for another (DuplicateHandle). The
 * watcher calls all of this; nothing waits. */
#ifndef OFM_DAEMON_DUPLICATE_H
#define OFM_DAEMON_DUPLICATE_H

#include "channel/wire.h"
#include "daemon/client.h"
#include "daemon/request.h"

/* `client` is a file's handle; `fd`, which stays the caller's, came with the packet. */
void duplicate_serve(
    struct client *client, const struct request *request, int fd, const struct wire_sender *sender);
/* False: the client is broken or hostile. */
bool duplicate_claim(struct client *client, const struct request *request);
/* The client ends: what its process has not asked for is gone. */
void duplicate_forget(struct client *client);

#endif
