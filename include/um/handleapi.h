/* Handles. They belong to the process, whatever they stand for. */
#ifndef _APISETHANDLE_
#define _APISETHANDLE_

#include "minwinbase.h"

#define HANDLE_FLAG_INHERIT 0x00000001
#define HANDLE_FLAG_PROTECT_FROM_CLOSE 0x00000002
#ifndef DUPLICATE_CLOSE_SOURCE
#define DUPLICATE_CLOSE_SOURCE 0x00000001
#define DUPLICATE_SAME_ACCESS 0x00000002
#endif

EXTERN_C_START
/*
 * FALSE with ERROR_INVALID_HANDLE when it is not open, or is protected from closing. Pseudo handles are accepted.
 * Source: nf-handleapi-closehandle.
 */
WINBASEAPI BOOL WINAPI CloseHandle(HANDLE hObject);
/*
 * One more handle of an object. A pseudo handle becomes a real one. dwOptions: DUPLICATE_SAME_ACCESS, else a file has
 * dwDesiredAccess only; DUPLICATE_CLOSE_SOURCE closes the source, whatever fails.
 * Into another process (OpenProcess; of the same user, or the caller is root): files of the manager - mailslots, devices,
 * files of its volumes - but no events, threads and the like, which are no other process' here: ERROR_NOT_SUPPORTED. The
 * value is for that process, which gets it from the caller by whatever means; the handle is there at once and ends with
 * the process at the latest. Out of another process: a handle that was made for it in this way and that it has not used
 * yet (also to take it away: target NULL, DUPLICATE_CLOSE_SOURCE); others are ERROR_NOT_SUPPORTED.
 * FALSE with ERROR_INVALID_HANDLE; ERROR_ACCESS_DENIED: another user's process, one that has ended, or more access than
 * the source has. Source: nf-handleapi-duplicatehandle.
 */
WINBASEAPI BOOL WINAPI DuplicateHandle(HANDLE hSourceProcessHandle, HANDLE hSourceHandle, HANDLE hTargetProcessHandle,
    LPHANDLE lpTargetHandle, DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwOptions);
/*
 * The handle's flags, HANDLE_FLAG_INHERIT and HANDLE_FLAG_PROTECT_FROM_CLOSE. FALSE with ERROR_INVALID_HANDLE.
 * Source: nf-handleapi-gethandleinformation.
 */
WINBASEAPI BOOL WINAPI GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags);
/*
 * Sets the flags of dwMask to those in dwFlags. FALSE with ERROR_INVALID_HANDLE. Source:
 * nf-handleapi-sethandleinformation.
 */
WINBASEAPI BOOL WINAPI SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags);
/* TRUE: both stand for the same object. Source: nf-handleapi-compareobjecthandles. */
WINBASEAPI BOOL WINAPI CompareObjectHandles(HANDLE hFirstObjectHandle, HANDLE hSecondObjectHandle);
EXTERN_C_END

#endif
