/* Privileges of the process; SIDs, access control lists and descriptors for what an application creates. */
#ifndef _SECURITYBASEAPI_H_
#define _SECURITYBASEAPI_H_

#include "minwinbase.h"

EXTERN_C_START
/*
 * A handle of this process' token, for AdjustTokenPrivileges; other processes' are refused. Source:
 * nf-processthreadsapi-openprocesstoken.
 */
WINADVAPI BOOL WINAPI OpenProcessToken(HANDLE process, DWORD access, PHANDLE token);
/*
 * The number of a privilege by its name, such as SeLoadDriverPrivilege. system: not used. FALSE with
 * ERROR_NO_SUCH_PRIVILEGE. Source: nf-winbase-lookupprivilegevaluea.
 */
WINADVAPI BOOL WINAPI LookupPrivilegeValueA(LPCSTR system, LPCSTR name, PLUID luid);
WINADVAPI BOOL WINAPI LookupPrivilegeValueW(LPCWSTR system, LPCWSTR name, PLUID luid);
/*
 * TRUE with ERROR_NOT_ALL_ASSIGNED when a privilege is not held: root holds all, others SeChangeNotifyPrivilege.
 * Source: nf-securitybaseapi-adjusttokenprivileges.
 */
WINADVAPI BOOL WINAPI AdjustTokenPrivileges(HANDLE token, BOOL disable_all, PTOKEN_PRIVILEGES wanted, DWORD length,
    PTOKEN_PRIVILEGES previous, PDWORD needed);

/* TRUE: revision and number of parts are right. Source: nf-securitybaseapi-isvalidsid. */
WINADVAPI BOOL WINAPI IsValidSid(PSID sid);
/* The SID's size in bytes. Source: nf-securitybaseapi-getlengthsid. */
WINADVAPI DWORD WINAPI GetLengthSid(PSID sid);
/* TRUE: both are the same. Source: nf-securitybaseapi-equalsid. */
WINADVAPI BOOL WINAPI EqualSid(PSID a, PSID b);
/* FreeSid frees it. ERROR_INVALID_SID: more than eight parts. Source: nf-securitybaseapi-allocateandinitializesid. */
WINADVAPI BOOL WINAPI AllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY authority, BYTE count, DWORD s0, DWORD s1,
    DWORD s2, DWORD s3, DWORD s4, DWORD s5, DWORD s6, DWORD s7, PSID *sid);
WINADVAPI PVOID WINAPI FreeSid(PSID sid);
/* ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER. Source: nf-securitybaseapi-initializeacl. */
WINADVAPI BOOL WINAPI InitializeAcl(PACL acl, DWORD length, DWORD revision);
/*
 * ERROR_INVALID_ACL, ERROR_INVALID_SID, ERROR_REVISION_MISMATCH, ERROR_ALLOTTED_SPACE_EXCEEDED. Source:
 * nf-securitybaseapi-addaccessallowedace.
 */
WINADVAPI BOOL WINAPI AddAccessAllowedAce(PACL acl, DWORD revision, DWORD mask, PSID sid);
/*
 * As AddAccessAllowedAce, of what is refused; it belongs in front of what is allowed. Source:
 * nf-securitybaseapi-addaccessdeniedace.
 */
WINADVAPI BOOL WINAPI AddAccessDeniedAce(PACL acl, DWORD revision, DWORD mask, PSID sid);
/* ERROR_UNKNOWN_REVISION. Source: nf-securitybaseapi-initializesecuritydescriptor. */
WINADVAPI BOOL WINAPI InitializeSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, DWORD revision);
/*
 * Of absolute descriptors: ERROR_INVALID_SECURITY_DESCR for others. What is set is not copied. Source:
 * nf-securitybaseapi-setsecuritydescriptordacl.
 */
WINADVAPI BOOL WINAPI SetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR descriptor, BOOL present, PACL dacl, BOOL defaulted);
/*
 * Sets the owner; the SID is not copied. FALSE with ERROR_INVALID_SECURITY_DESCR: not an absolute descriptor.
 * Source: nf-securitybaseapi-setsecuritydescriptorowner.
 */
WINADVAPI BOOL WINAPI SetSecurityDescriptorOwner(PSECURITY_DESCRIPTOR descriptor, PSID owner, BOOL defaulted);
/*
 * Sets the primary group; the SID is not copied. FALSE with ERROR_INVALID_SECURITY_DESCR: not an absolute
 * descriptor. Source: nf-securitybaseapi-setsecuritydescriptorgroup.
 */
WINADVAPI BOOL WINAPI SetSecurityDescriptorGroup(PSECURITY_DESCRIPTOR descriptor, PSID group, BOOL defaulted);
/*
 * TRUE: the revision, and the parts that are there, are right. Source: nf-securitybaseapi-isvalidsecuritydescriptor.
 */
WINADVAPI BOOL WINAPI IsValidSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor);
/*
 * The bytes that it takes, with all its parts, in one block. Source: nf-securitybaseapi-getsecuritydescriptorlength.
 */
WINADVAPI DWORD WINAPI GetSecurityDescriptorLength(PSECURITY_DESCRIPTOR descriptor);
/*
 * ERROR_INSUFFICIENT_BUFFER with *length = the need; ERROR_BAD_DESCRIPTOR_FORMAT. Source:
 * nf-securitybaseapi-makeselfrelativesd.
 */
WINADVAPI BOOL WINAPI MakeSelfRelativeSD(PSECURITY_DESCRIPTOR absolute, PSECURITY_DESCRIPTOR relative, LPDWORD length);
EXTERN_C_END

#ifdef UNICODE
#define LookupPrivilegeValue LookupPrivilegeValueW
#else
#define LookupPrivilegeValue LookupPrivilegeValueA
#endif

#endif
