/* The requests of a socket that is, or becomes, a port connection: WIRE_CONNECT, WIRE_SEGMENT, WIRE_CALL ...
 * Workers call. */
#ifndef OFM_DAEMON_CONNECTION_H
#define OFM_DAEMON_CONNECTION_H

#include "daemon/client.h"
#include "daemon/lane.h"
#include "daemon/request.h"

/* This socket's channel of its port connection, both referenced; NULL when there is none (any more). */
struct flt_channel *connection_of(struct client *client);
void connection_let_go(struct flt_channel *channel); /* both; may be NULL */
/* Ends the port connection of a socket that is closing; whoever comes first does it. */
void connection_end(struct client *client);

/* The watcher's. `other`, which nobody reads yet, becomes one more handle of the connection, for its own process
 * (P-34). */
NTSTATUS connection_share(struct client *client, struct client *other, struct wire_file_opened *opened);

void connection_connect(struct client *client, const struct request *request);
/* `channel`: the client's, NULL when it has none. */
void connection_segment(struct client *client, struct flt_channel *channel, const struct request *request);
void connection_channel(struct client *client, struct flt_channel *channel);
void connection_call(struct client *client, struct flt_channel *channel, const struct request *request);
void connection_reply(struct client *client, struct flt_channel *channel, const struct request *request);
void connection_inherit(struct client *client, struct flt_channel *channel);
void connection_extend(struct client *client, struct flt_channel *channel, const struct request *request);
void connection_call_lane(struct client *client, struct flt_channel *channel, const struct request *request);
/* A call that came through a lane, from the thread that has its turn. Anything but STATUS_SUCCESS: not begun. */
NTSTATUS connection_lane_call(
    struct client *client, struct lane *lane, unsigned seat, const struct lane_request *request);
/* Answers a call that is not served; the watcher calls. */
void connection_refuse(
    struct client *client, struct flt_channel *channel, const struct request *request, NTSTATUS status);

#endif
