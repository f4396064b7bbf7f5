/* Processes as objects: the current one, and others by a pidfd. */
#ifndef OFM_KERNEL32_PROCESS_H
#define OFM_KERNEL32_PROCESS_H

#include "kernel32/handle.h"

/* The object of this process; lives as long as the process, no reference is given. */
struct k32_object *k32_current_process(void);
/* Is the handle this process? Else FALSE with ERROR_INVALID_HANDLE, or ERROR_NOT_SUPPORTED for another process. */
bool k32_is_current_process(HANDLE handle);
/* The process of a handle: its id, and a pidfd that is the caller's to close, -1 for the current process. */
NTSTATUS k32_process_of(HANDLE handle, uint32_t *id, int *pidfd);

#endif
