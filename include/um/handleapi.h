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
/* FALSE with ERROR_INVALID_HANDLE when it is not open, or is protected from closing. Pseudo handles are accepted. */
WINBASEAPI BOOL WINAPI CloseHandle(HANDLE hObject);
/* Only within this process: another process handle fails with ERROR_NOT_SUPPORTED. A pseudo handle becomes a real one. */
WINBASEAPI BOOL WINAPI DuplicateHandle(HANDLE hSourceProcessHandle, HANDLE hSourceHandle, HANDLE hTargetProcessHandle,
    LPHANDLE lpTargetHandle, DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwOptions);
WINBASEAPI BOOL WINAPI GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags);
WINBASEAPI BOOL WINAPI SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags);
WINBASEAPI BOOL WINAPI CompareObjectHandles(HANDLE hFirstObjectHandle, HANDLE hSecondObjectHandle);
EXTERN_C_END

#endif
