/*
 * A guarded mount whose driver asks: an open of "ask0" or "ask1" waits, without a limit, until the client of port 0 or 1 has read a
 * message. The clients are processes that never read.
 */
#ifndef OFM_TESTS_ASKED_H
#define OFM_TESTS_ASKED_H

#include "guarded.h"

void asked_prepare(void); /* before RUN_TESTS */
/* The process is the port's client from now on, without doing anything. */
void asked_connect(int port, pid_t client);
void asked_disconnect(void); /* both ports */

/* A child that waits for asked_go, then does this; its exit status is what the function returns. */
struct asked_child {
    pid_t pid;
    int go;
};
struct asked_child asked_child(int (*fn)(void));
void asked_go(struct asked_child *child);
/* 0, or errno: of an open of this name on the mount. */
int asked_open(const char *name);
int asked_end(struct asked_child *child); /* waits; the exit status, or 1000 + the signal */

#endif
