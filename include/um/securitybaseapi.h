/* Privileges of the process; SIDs, access control lists and descriptors for what an application creates. */
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

WINADVAPI BOOL WINAPI IsValidSid(PSID sid);
WINADVAPI DWORD WINAPI GetLengthSid(PSID sid);
WINADVAPI BOOL WINAPI EqualSid(PSID a, PSID b);
/* FreeSid frees it. ERROR_INVALID_SID: more than eight parts. */
WINADVAPI BOOL WINAPI AllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY authority, BYTE count, DWORD s0, DWORD s1,
    DWORD s2, DWORD s3, DWORD s4, DWORD s5, DWORD s6, DWORD s7, PSID *sid);
WINADVAPI PVOID WINAPI FreeSid(PSID sid);
/* ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER. */
WINADVAPI BOOL WINAPI InitializeAcl(PACL acl, DWORD length, DWORD revision);
/* ERROR_INVALID_ACL, ERROR_INVALID_SID, ERROR_REVISION_MISMATCH, ERROR_ALLOTTED_SPACE_EXCEEDED. */
WINADVAPI BOOL WINAPI AddAccessAllowedAce(PACL acl, DWORD revision, DWORD mask, PSID sid);
WINADVAPI BOOL WINAPI AddAccessDeniedAce(PACL acl, DWORD revision, DWORD mask, PSID sid);
/* ERROR_UNKNOWN_REVISION. */
WINADVAPI BOOL WINAPI InitializeSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, DWORD revision);
/* Of absolute descriptors: ERROR_INVALID_SECURITY_DESCR for others. What is set is not copied. */
WINADVAPI BOOL WINAPI SetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR descriptor, BOOL present, PACL dacl, BOOL defaulted);
WINADVAPI BOOL WINAPI SetSecurityDescriptorOwner(PSECURITY_DESCRIPTOR descriptor, PSID owner, BOOL defaulted);
WINADVAPI BOOL WINAPI SetSecurityDescriptorGroup(PSECURITY_DESCRIPTOR descriptor, PSID group, BOOL defaulted);
WINADVAPI BOOL WINAPI IsValidSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor);
WINADVAPI DWORD WINAPI GetSecurityDescriptorLength(PSECURITY_DESCRIPTOR descriptor);
/* ERROR_INSUFFICIENT_BUFFER with *length = the need; ERROR_BAD_DESCRIPTOR_FORMAT. */
WINADVAPI BOOL WINAPI MakeSelfRelativeSD(PSECURITY_DESCRIPTOR absolute, PSECURITY_DESCRIPTOR relative, LPDWORD length);
EXTERN_C_END

#ifdef UNICODE
#define LookupPrivilegeValue LookupPrivilegeValueW
#else
#define LookupPrivilegeValue LookupPrivilegeValueA
#endif

#endif
