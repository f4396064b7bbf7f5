/* Devices with a security descriptor from the first moment. */
#ifndef _WDMSEC_H_
#define _WDMSEC_H_

#include "wdm.h"

#ifdef __cplusplus
extern "C" {
#endif

#define IoCreateDeviceSecure WdmlibIoCreateDeviceSecure

/* Usual descriptors, in SDDL. */
extern NTKERNELAPI const UNICODE_STRING SDDL_DEVOBJ_KERNEL_ONLY;
extern NTKERNELAPI const UNICODE_STRING SDDL_DEVOBJ_SYS_ALL;
extern NTKERNELAPI const UNICODE_STRING SDDL_DEVOBJ_SYS_ALL_ADM_ALL;
extern NTKERNELAPI const UNICODE_STRING SDDL_DEVOBJ_SYS_ALL_ADM_RX;
extern NTKERNELAPI const UNICODE_STRING SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_R;
extern NTKERNELAPI const UNICODE_STRING SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_R_RES_R;
extern NTKERNELAPI const UNICODE_STRING SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_RW_RES_R;
extern NTKERNELAPI const UNICODE_STRING SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_RWX_RES_RWX;

#ifdef __cplusplus
}
#endif

#endif
