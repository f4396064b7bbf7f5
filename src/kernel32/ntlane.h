/*
 * The process' lane to the manager (channel/lane.h): made when something is used often enough, and used by all its
 * threads for calls that wait for their end. What does not fit goes over the file's own socket. `lock` guards which
 * lane is the process'; a lane lives as long as something is bound to it.
 */
#ifndef OFM_KERNEL32_NTLANE_H
#define OFM_KERNEL32_NTLANE_H

#include "channel/laneguest.h"
#include "windows.h"

struct k32_lane;

/* What a file knows of it. Zeroed: nothing yet. Guarded by whoever has it; once `lane` is there,
 * lane and target stay until k32_lane_forget. */
struct k32_lane_use {
    struct k32_lane *lane; /* __atomic; referenced */
    uint32_t target;
    uint32_t calls; /* __atomic: so far without one */
};

/* Is it time to bind? After so many calls, once. */
bool k32_lane_is_due(struct k32_lane_use *use);
/* The process' lane, referenced, made if need be: its number for the manager. NULL: there is none to be had. */
struct k32_lane *k32_lane_get(uint32_t *number);
/* With what the manager answered; takes the reference over. */
void k32_lane_bind(struct k32_lane_use *use, struct k32_lane *lane, uint32_t target);
void k32_lane_release(struct k32_lane *lane);
void k32_lane_forget(struct k32_lane_use *use);

/* A seat on the lane, -1: none free, or the lane is of no use (any more). */
int k32_lane_sit(struct k32_lane_use *use);
uint8_t *k32_lane_data(struct k32_lane_use *use, unsigned seat);
void k32_lane_cancel(struct k32_lane_use *use, unsigned seat);
/* Posts and waits for the end. False: the manager has gone. The seat stays the caller's. */
bool k32_lane_ask(struct k32_lane_use *use, unsigned seat, struct lane_request *request, NTSTATUS *status,
    uint64_t *information);
void k32_lane_rise(struct k32_lane_use *use, unsigned seat);

/* The reactor's: the socket has hung up. */
void k32_lane_hang_up(struct k32_lane *lane);

#endif
