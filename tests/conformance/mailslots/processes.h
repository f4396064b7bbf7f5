/*
 * What processes.c and its applications (processes_client.c) share: a file that both map, its path being the
 * applications' second argument. Each application writes its own row only; what it wrote stays when it is
 * killed.
 */
#ifndef MAILSLOTS_PROCESSES_H
#define MAILSLOTS_PROCESSES_H

#include <stdint.h>

enum { BOARD_WRITERS = 1024, BOARD_READERS = 512, BOARD_TAKEN = 4096 };

struct board_message {
    uint32_t writer, number;
};

struct board {
    uint32_t stop;                        /* __atomic: writers end after the message they are at */
    uint32_t ready;                       /* __atomic: what the group holds is held */
    uint32_t acknowledged[BOARD_WRITERS]; /* __atomic: WriteFile calls of this writer that have succeeded */
    struct {
        uint32_t count; /* __atomic */
        struct board_message taken[BOARD_TAKEN];
    } readers[BOARD_READERS];
    uint32_t flooded, flood_error; /* messages that went in; the last error of the first that did not */
};

#endif
