/*
 * Lanes: a process' shared memory for many small calls on its files (channel/lane.h). A socket on
 * which WIRE_LANE succeeded is a lane, until it hangs up.
 */
#ifndef OFM_DAEMON_LANE_H
#define OFM_DAEMON_LANE_H

#include "channel/lanehost.h"
#include "daemon/client.h"

struct lane;

/* WIRE_LANE. *fd stays the lane's; *number is what the process names it by. A worker calls. */
NTSTATUS lane_open(struct client *client, uint32_t *number, int *fd);
/* The client's file or connection may be used through that lane of the same process: *target names it there.
 * A worker calls. */
NTSTATUS lane_bind(struct client *client, uint32_t number, uint32_t *target);
/* The client has hung up: neither through a lane nor a lane any more. A worker calls. */
void lane_hang_up(struct client *client);
/* WIRE_LANE_RING: somebody is to look at the seats, although whoever has the turn is busy. The watcher calls;
 * false: it is none. */
bool lane_ring(struct client *client);

/* What a call that came through a lane needs; each holds a reference. */
void lane_reference(struct lane *lane);
void lane_release(struct lane *lane);
struct lane_host *lane_host_of(struct lane *lane);
/* The calling thread acts as the one that asks, until client_leave: as client_act_as, but who asks again through the
 * same seat is not looked up again. */
NTSTATUS lane_act_as(struct lane *lane, unsigned seat, struct client *client, pid_t tid, struct guise *guise);
/* Memory for one call, `size` bytes and always the same, kept from one call to the next; NULL. Not cleared. */
void *lane_spare_get(struct lane *lane, size_t size);
void lane_spare_put(struct lane *lane, void *memory);

#endif
