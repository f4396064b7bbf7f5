/* The peers: other ways to carry a request and its answer between two processes. Each is a struct of functions; peers.c forks the process of the
 * readers and runs the loop of trip.c. */
#ifndef OFM_BENCH_PEERS_H
#define OFM_BENCH_PEERS_H

#include "trip.h"

struct peer {
    const char *name;
    int many;         /* takes more than one sender or reader */
    size_t (*largest)(void); /* bytes of a request on this machine; NULL: any */
    /* Before the fork: what both processes will have. NULL: nothing. */
    int (*prepare)(const struct cell *cell);
    /* In the readers' process, in a thread of its own each: answers until it is killed. */
    void (*serve)(const struct cell *cell, unsigned reader);
    /* In the senders' process. NULL: nothing. */
    int (*connect)(const struct cell *cell);
    int (*call)(unsigned sender, const void *request, size_t size, void *answer);
    /* One way only; NULL: not measured so. After prepare, as flow.h says. */
    int (*write)(const void *message, size_t size);
    long (*read)(void *message, size_t size);
};

extern const struct peer seqpacket_peer, datagram_peer, stream_peer, pipe_peer, mq_peer, eventfd_peer, futex_peer, spin_peer;
extern const struct peer sdbus_peer, zeromq_peer, nng_peer; /* where their libraries are */

/* --way connect or kill: SEQPACKET's. Prints the line of JSON; 0 after a message. */
int run_life(const struct cell *cell);

/* A message on standard error, with errno's text; 0. */
int failed(const char *what);
/* Memory that survives the fork shared; NULL after a message. */
void *shared_memory(size_t size);
/* A name below /tmp that nobody else has, and that goes with this process. */
const char *private_path(void);

#endif
