/* The part of NT that applications may name. */
#ifndef _WINTERNL_
#define _WINTERNL_

#include "winnt.h"

EXTERN_C_START
/* The Win32 error of a status, as Windows maps it; ERROR_MR_MID_NOT_FOUND (317) when there is none. */
OFM_EXPORT ULONG WINAPI RtlNtStatusToDosError(NTSTATUS Status);
EXTERN_C_END

#endif
