/*
 * Connections in child processes (P-32, P-34). A child that runs a program has the handles that were made
 * inheritable, whoever started it; one that was forked and runs none has nothing. Any thread.
 */
#ifndef OFM_FLTLIB_HEIR_H
#define OFM_FLTLIB_HEIR_H

#include "fltlib/port.h"

/* Writes the handle's value on the socket, for whoever inherits it. False: the system has no more room. */
bool heir_mark(int socket, HANDLE handle, bool synchronous);
/* Grows in a forked child: what has another number is the parent's. */
uint32_t heir_generation(void);

#endif
