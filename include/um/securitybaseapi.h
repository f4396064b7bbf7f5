/* Privileges of the process. */
#ifndef _SECURITYBASEAPI_H_
#define _SECURITYBASEAPI_H_

#include "minwinbase.h"

EXTERN_C_START
WINADVAPI BOOL WINAPI OpenProcessToken(HANDLE process, DWORD access, PHANDLE token);
WINADVAPI BOOL WINAPI LookupPrivilegeValueA(LPCSTR system, LPCSTR name, PLUID luid);
WINADVAPI BOOL WINAPI LookupPrivilegeValueW(LPCWSTR system, LPCWSTR name, PLUID luid);
/* TRUE with ERROR_NOT_ALL_ASSIGNED when a privilege is not held: root holds all, others SeChangeNotifyPrivilege. */
WINADVAPI BOOL WINAPI AdjustTokenPrivileges(HANDLE token, BOOL disable_all, PTOKEN_PRIVILEGES wanted, DWORD length,
    PTOKEN_PRIVILEGES previous, PDWORD needed);
EXTERN_C_END

#ifdef UNICODE
#define LookupPrivilegeValue LookupPrivilegeValueW
#else
#define LookupPrivilegeValue LookupPrivilegeValueA
#endif

#endif
