/* Whose a handle value of a process is. An application's library counts its own handles from 4 upward; what a driver opens in the
 * process' name (no OBJ_KERNEL_HANDLE) stands in the manager's table of that process and carries a mark, so that neither side ever
 * takes the other's number for one of its own. */
#ifndef OFM_RTL_HANDLE_VALUE_H
#define OFM_RTL_HANDLE_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#define RTL_MANAGER_HANDLE ((uintptr_t)0x40000000)

static inline bool rtl_is_manager_handle(const void *handle)
{
    return (uintptr_t)handle <= UINT32_MAX && ((uintptr_t)handle & RTL_MANAGER_HANDLE);
}

#endif
