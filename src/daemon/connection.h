/* The requests of a socket that is, or becomes, a port connection: WIRE_CONNECT, WIRE_SEGMENT, WIRE_CALL.
 * Workers call. */
#ifndef OFM_DAEMON_CONNECTION_H
#define OFM_DAEMON_CONNECTION_H

#include "daemon/client.h"
#include "daemon/request.h"

/* The port connection of this socket, referenced; NULL when there is none (any more). */
struct flt_connection *connection_of(struct client *client);
/* Ends the port connection of a socket that is closing; whoever comes first does it. */
void connection_end(struct client *client);

void connection_connect(struct client *client, const struct request *request);
/* `connection`: the client's, NULL when it has none. */
void connection_segment(
    struct client *client, struct flt_connection *connection, const struct request *request);
void connection_call(struct client *client, struct flt_connection *connection, const struct request *request);

#endif
