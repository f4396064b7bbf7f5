/*
 * The frame of the tests on mounts: a manager in a process of its own shows directories in a mount namespace of the test's. Orders of one
 * letter go to it through a pipe, and come back when they are done.
 */
#ifndef OFM_TESTS_FRAME_H
#define OFM_TESTS_FRAME_H

#include "harness.h"

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

struct _FILE_OBJECT;

/* The manager's process; 0: there is none. */
extern pid_t frame_manager;

/* Skips everything when not root or without /dev/fuse; then mounts of this process are nobody else's. */
void frame_enter(void);
/* /tmp/volumes-XXXXXX, made. */
void frame_directory(char path[64]);
/* Starts the manager: `run` answers one byte when it is ready and one for each order; it ends with 'q'. 0: it did. */
int frame_start(void (*run)(int commands, int answers));
/* An order; returns when it is done. */
void frame_order(char order);
/* The order to end; the exit status of the manager, -1 when it was dead. */
int frame_quit(void);
/* The group teardown's result: a manager that ended badly ends the test program. */
int frame_result(int status);

/* In the manager's process: ends it with a message. */
void must(bool ok, const char *what);
/* The last component of the file object's name, in Latin letters. */
void frame_last_name(struct _FILE_OBJECT *file, char *name, int size);

void frame_empty(const char *directory);
void frame_remove(const char *directory);
/* "directory/name" in one of eight buffers in turn. */
const char *frame_path(const char *directory, const char *name);
unsigned long long now_ms(void);

/* Waits, at most ten seconds, until the condition holds; yields meanwhile. */
#define until(condition)                                                                                             \
    do {                                                                                                             \
        unsigned long long _end = now_ms() + 10000;                                                                  \
        while (!(condition)) {                                                                                       \
            if (now_ms() > _end)                                                                                     \
                fail_msg("did not come true within 10 s: %s", #condition);                                           \
            sched_yield();                                                                                           \
        }                                                                                                            \
    } while (0)

#endif
