/* Handles that drivers opened in a client's process (without OBJ_KERNEL_HANDLE, in one of its threads): how its library gets at what
 * stands behind them, and closes them. */
#ifndef OFM_DAEMON_HANDLE_H
#define OFM_DAEMON_HANDLE_H

#include "daemon/client.h"
#include "daemon/request.h"

/* WIRE_HANDLE_OPEN and WIRE_HANDLE_CLOSE, in a worker: answered here. */
void handle_serve(struct client *client, const struct request *request);

#endif
