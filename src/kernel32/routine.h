/* Completion routines of overlapped operations: called in the thread that began the operation, in an alertable wait
 * of it. Who begins one says so before: k32_routine_set, then the type's read or write, whose k32_io_begin
 * takes the routine, then k32_routine_clear, for calls that failed before they began. Any thread; no lock. */
#ifndef OFM_KERNEL32_ROUTINE_H
#define OFM_KERNEL32_ROUTINE_H

#include "kernel32/handle.h"
#include "winternl.h"

/* The next operation that the calling thread begins ends with this routine (one of the two). False without memory. */
bool k32_routine_set(LPOVERLAPPED_COMPLETION_ROUTINE win32, PIO_APC_ROUTINE nt, void *context);
void k32_routine_clear(void);

/* For the operation: takes the calling thread's routine, or NULL; in the end it is queued, once, or dropped. */
struct k32_routine *k32_routine_take(void);
void k32_routine_queue(struct k32_routine *routine, OVERLAPPED *overlapped, NTSTATUS status, ULONG_PTR bytes);
void k32_routine_drop(struct k32_routine *routine);

#endif
