/* errno of Linux calls as statuses; the only place in this room that knows errno. */
#ifndef OFM_KERNEL32_LINUX_ERROR_H
#define OFM_KERNEL32_LINUX_ERROR_H

#include "windows.h"

NTSTATUS k32_status_of_errno(int error);
/* FALSE with the last error of errno. */
BOOL k32_errno_result(void);

#endif
