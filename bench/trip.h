/* One sample of a request-and-answer benchmark, whoever carries the messages: the options that say which cell is measured, the senders' timing loop,
 * what both ends do with a message's bytes, and the line of JSON that comes out. The peers (peers.c) and the ports (port.c, port_client.c) run
 * through the same loop, with the same placement and the same touching of the payload. */
#ifndef OFM_BENCH_TRIP_H
#define OFM_BENCH_TRIP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ANSWER_BYTES 64
#define MOST_SENDERS 8

/* What is measured. Each option has the field's name: --size 4096 --place two ... */
struct cell {
    size_t size;        /* bytes of a request; an answer has ANSWER_BYTES */
    unsigned senders;   /* threads that ask */
    unsigned readers;   /* threads that answer; for ports: of each connection */
    unsigned gap;       /* microseconds that a sender sleeps between an answer and its next request */
    unsigned ms;        /* how long the sample is; the warm-up takes a quarter of that before it */
    unsigned connections, ports;
    const char *place;  /* "one": all on CPU 0; "two": senders on CPU 0, readers on CPU 1; "any": as the scheduler likes */
    const char *way;    /* of getting a message, or what else is measured: see port.c */
};

/* Fills *cell from the arguments after the first `skip`; 0 after a message when they are wrong. */
int read_cell(struct cell *cell, int skip, int argc, char **argv);
/* The same as arguments for another program: writes pointers from argv[at] on and a terminating NULL; room for 20. */
void write_cell(const struct cell *cell, char **argv, int at);

/* The calling thread, and what it starts from here on, goes where the cell puts its senders or readers. */
void place_senders(const struct cell *cell);
void place_readers(const struct cell *cell);

/* The sample may not last for ever, nor outlive who started it. To be called by every process first. */
void bound_sample(void);

/* ---- the bytes: 8 at the front name the request, 8 at the end say that all of it came; nobody touches more than by copying ---- */

/* In a reader: makes the answer to a request; ends the process when the request is torn. */
void answer_request(const void *request, size_t size, void *answer);
/* Whose request it is: 0 .. senders - 1. */
unsigned sender_of(const void *request);

/* ---- the loop ---- */

struct caller {
    /* One round trip of that sender: 1, or 0 after a message. answer has ANSWER_BYTES. */
    int (*call)(unsigned sender, const void *request, size_t size, void *answer);
    /* Starts a sender's thread; NULL: pthread_create. */
    int (*start)(void (*routine)(void *), void *argument);
};

/* Runs the cell's senders, prints the line of JSON; 1, or 0 when a call failed. */
int run_trips(const struct cell *cell, const struct caller *caller);

#endif
