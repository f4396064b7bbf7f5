/* Statuses: their names, and what they are as Win32 errors and HRESULTs. Pure code, any thread. */
#ifndef OFM_RTL_STATUS_H
#define OFM_RTL_STATUS_H

#include "ntdef.h"

/* The Win32 error, as RtlNtStatusToDosError gives it; 317 (ERROR_MR_MID_NOT_FOUND) when there is none. */
ULONG rtl_status_to_error(NTSTATUS status);

/* The HRESULT that fltlib returns (ports.md section 4): success statuses are S_OK, the Filter Manager's own become
 * 0x801Fnnnn, the rest 0x80070000 | Win32 error. */
HRESULT rtl_status_to_hresult(NTSTATUS status);

/* "STATUS_ACCESS_DENIED", or the number in hexadecimal when the value has no name (in a buffer of the thread). */
const char *rtl_status_name(NTSTATUS status);

#endif
