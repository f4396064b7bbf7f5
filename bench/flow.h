/* One sample of messages that go one way, from one writer to one reader in two processes: bursts of a fixed number of messages, each timed from the first
 * write until the reader has the last. The two share a page by which the reader says how far it is; it takes no part in carrying messages. */
#ifndef OFM_BENCH_FLOW_H
#define OFM_BENCH_FLOW_H

#include "trip.h"

struct flow; /* the shared page */

/* A page that children inherit, also through exec, as descriptor FLOW_FD; 0 after a message. */
#define FLOW_FD 9
int make_flow(void);

/* In the writer's process: writes bursts until the sample's time is over, prints the line of JSON. write: 1, or 0 after a message. */
int run_writer(const struct cell *cell, int (*write)(const void *message, size_t size));
/* In the reader's process: reads until it is killed. read: takes one message of at most size bytes, its length, or -1 after a message. */
void run_reader(const struct cell *cell, long (*read)(void *message, size_t size));

#endif
