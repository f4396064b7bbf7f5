/* Handles that a driver opened in this process: they stand in the manager's table, not in ours (rtl/handle_value.h). */
#ifndef OFM_KERNEL32_FOREIGN_H
#define OFM_KERNEL32_FOREIGN_H

#include "kernel32/handle.h"

/* An object for what is behind such a handle, with one reference; new each time, since the driver may close the handle too. NULL:
 * STATUS_INVALID_HANDLE, STATUS_ACCESS_DENIED, STATUS_NOT_SUPPORTED for what cannot be shared, or no memory. */
struct k32_object *k32_foreign_object(HANDLE handle, NTSTATUS *status);
NTSTATUS k32_foreign_close(HANDLE handle);

#endif
