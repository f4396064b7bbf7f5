/* Threads the C library's way. */
#ifndef _OFM_CRT_PROCESS_H
#define _OFM_CRT_PROCESS_H

#include "_crt.h"

_CRT_BEGIN
uintptr_t _beginthreadex(void *security, unsigned stack, unsigned (*start)(void *), void *argument, unsigned flags,
    unsigned *id);
uintptr_t _beginthread(void (*start)(void *), unsigned stack, void *argument);
_CRT_NORETURN void _endthreadex(unsigned code);
_CRT_NORETURN void _endthread(void);
_CRT_NORETURN void exit(int code);
_CRT_NORETURN void _exit(int code);
_CRT_NORETURN void abort(void);
int _getpid(void) __asm__("getpid");
int system(const char *command);
_CRT_END

#endif
