/*
 * The manager's end of a lane (lane.h). One thread at a time takes and rests, whoever has the turn; answers come
 * from any thread. Everything here was written by a process that is not trusted: it is fetched once.
 */
#ifndef OFM_CHANNEL_LANEHOST_H
#define OFM_CHANNEL_LANEHOST_H

#include "channel/futex.h"
#include "channel/lane.h"
#include "channel/segment.h"
#include "channel/wait.h"

struct lane_host {
    struct chan_segments segments;
    struct lane_area *area;
    struct wait_pace pace;
    unsigned next; /* seat to look at first */
};

/* Makes the memory: 0 or a negative errno. *fd stays the host's. */
int lane_host_create(struct lane_host *host, int *fd);
void lane_host_destroy(struct lane_host *host);

/* The next posted request, captured; false when there is none. Lengths are checked against the seat. */
bool lane_host_take(struct lane_host *host, unsigned *seat, struct lane_request *request);
/* Looks for a while; then sleeps until something may be posted, *own is no longer `own_expected` or so much time has
 * passed (false). */
bool lane_host_rest(struct lane_host *host, uint32_t *own, uint32_t own_expected, uint64_t ns);
/* Nobody looks from now on. False: something was posted meanwhile and nobody was called for it. */
bool lane_host_leave(struct lane_host *host);

/* Answers what is posted and of that kind with LANE_ELSEWHERE. Any thread, beside who takes. */
void lane_host_turn_away(struct lane_host *host, uint16_t op);

/* Of a taken seat. */
uint8_t *lane_host_data(struct lane_host *host, unsigned seat);
uint32_t lane_host_thread(struct lane_host *host, unsigned seat); /* which of the client's asks */
bool lane_host_wants_end(struct lane_host *host, unsigned seat);
void lane_host_answer(struct lane_host *host, unsigned seat, uint32_t status, uint64_t information);

#endif
