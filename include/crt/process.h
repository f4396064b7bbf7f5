/* Threads the C library's way. */
#ifndef _OFM_CRT_PROCESS_H
#define _OFM_CRT_PROCESS_H

#include "_crt.h"

_CRT_BEGIN
/*
 * Starts a thread. stack: bytes, 0 for the default; flags: CREATE_SUSPENDED or 0; *id (may be NULL): its Linux
 * thread id. Returns a handle that the caller closes, 0 on failure. Source: beginthread-beginthreadex.
 */
uintptr_t _beginthreadex(void *security, unsigned stack, unsigned (*start)(void *), void *argument, unsigned flags,
    unsigned *id);
/* As _beginthreadex, with a handle that is closed by itself; -1 on failure. Source: beginthread-beginthreadex. */
uintptr_t _beginthread(void (*start)(void *), unsigned stack, void *argument);
/* Ends the calling thread with this exit code. Source: endthread-endthreadex. */
_CRT_NORETURN void _endthreadex(unsigned code);
/* Ends the calling thread. Source: endthread-endthreadex. */
_CRT_NORETURN void _endthread(void);
_CRT_NORETURN void exit(int code);
_CRT_NORETURN void _exit(int code);
_CRT_NORETURN void abort(void);
int _getpid(void) __asm__("getpid");
int system(const char *command);
_CRT_END

#endif
