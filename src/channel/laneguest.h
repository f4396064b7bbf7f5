/* The client's end of a lane (lane.h): seats for its threads. Any thread. */
#ifndef OFM_CHANNEL_LANEGUEST_H
#define OFM_CHANNEL_LANEGUEST_H

#include "channel/lane.h"
#include "channel/wait.h"

#include <stdbool.h>

struct lane_guest {
    struct lane_area *area;
    uint32_t taken;               /* __atomic: a bit a seat */
    uint32_t dead;                /* __atomic: the manager has gone */
    struct wait_pace pace[LANE_SEATS];
};

/* Maps the memory; takes the descriptor over. 0 or a negative errno. */
int lane_guest_create(struct lane_guest *guest, int fd);
void lane_guest_destroy(struct lane_guest *guest);

/* A free seat, the one with that number if it is; -1: none. */
int lane_guest_sit(struct lane_guest *guest, int preferred);
void lane_guest_rise(struct lane_guest *guest, unsigned seat);
uint8_t *lane_guest_data(struct lane_guest *guest, unsigned seat);

/* True: nobody of the manager's looks; it must be called over the socket. */
bool lane_guest_post(struct lane_guest *guest, unsigned seat, const struct lane_request *request);
void lane_guest_cancel(struct lane_guest *guest, unsigned seat);

enum lane_wait {
    LANE_WAIT_DONE,
    LANE_WAIT_OVERDUE, /* nobody has taken it for that time: the manager is to send somebody else */
    LANE_WAIT_DEAD
};
/* `patience_ns`: how long the request may stand there without being taken. */
enum lane_wait lane_guest_wait(struct lane_guest *guest, unsigned seat, uint64_t patience_ns);
void lane_guest_result(struct lane_guest *guest, unsigned seat, uint32_t *status, uint64_t *information);
/* The socket has hung up. */
void lane_guest_hang_up(struct lane_guest *guest);

#endif
