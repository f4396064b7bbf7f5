/* Access checks, tokens, descriptors. */
#ifndef OFM_NT_SE_CALLS_H
#define OFM_NT_SE_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The tokens of a thread (NULL: only the process') and a process; SeReleaseSubjectContext. IRQL: PASSIVE_LEVEL.
 * Source: nf-ntifs-secapturesubjectcontextex.
 */
NTKERNELAPI void NTAPI SeCaptureSubjectContextEx(
    _In_opt_ PETHREAD Thread, _In_ PEPROCESS Process, _Out_ PSECURITY_SUBJECT_CONTEXT SubjectContext);
/*
 * The token that an access check of the captured context looks at: the impersonated client's if there is one, else the
 * process'. Not referenced; lock the context first. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-sequerysubjectcontexttoken.
 */
#define SeQuerySubjectContextToken(SubjectContext)                                                                   \
    (ARGUMENT_PRESENT(((PSECURITY_SUBJECT_CONTEXT)(SubjectContext))->ClientToken)                                    \
            ? ((PSECURITY_SUBJECT_CONTEXT)(SubjectContext))->ClientToken                                             \
            : ((PSECURITY_SUBJECT_CONTEXT)(SubjectContext))->PrimaryToken)
#define SeDeleteClientSecurity(C)                                                                                    \
    do {                                                                                                             \
        if (SeTokenType((C)->ClientToken) == TokenPrimary)                                                           \
            PsDereferencePrimaryToken((C)->ClientToken);                                                             \
        else                                                                                                         \
            PsDereferenceImpersonationToken((C)->ClientToken);                                                       \
    } while (0)
#define SeStopImpersonatingClient() PsRevertToSelf()
#define SeLengthSid(Sid) (8 + (4 * ((SID *)(Sid))->SubAuthorityCount))
NTKERNELAPI NTSTATUS NTAPI SecLookupAccountSid(_In_ PSID Sid, _Inout_ PULONG NameSize, _Inout_ PUNICODE_STRING NameBuffer,
    _Inout_ PULONG DomainSize, _Inout_opt_ PUNICODE_STRING DomainBuffer, _Out_ PSID_NAME_USE NameUse);
NTKERNELAPI NTSTATUS NTAPI SecLookupAccountName(_In_ PUNICODE_STRING Name, _Inout_ PULONG SidSize, _Out_ PSID Sid,
    _Out_ PSID_NAME_USE NameUse, _Inout_ PULONG DomainSize, _Inout_opt_ PUNICODE_STRING ReferencedDomain);

/*
 * Would the subject get DesiredAccess by this descriptor? TRUE: *GrantedAccess; FALSE: *AccessStatus says why. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-seaccesscheck.
 */
NTKERNELAPI BOOLEAN NTAPI SeAccessCheck(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _In_ PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext, _In_ BOOLEAN SubjectContextLocked,
    _In_ ACCESS_MASK DesiredAccess, _In_ ACCESS_MASK PreviouslyGrantedAccess, _Out_ PPRIVILEGE_SET *Privileges,
    _In_ PGENERIC_MAPPING GenericMapping, _In_ KPROCESSOR_MODE AccessMode, _Out_ PACCESS_MASK GrantedAccess,
    _Out_ PNTSTATUS AccessStatus);

/*
 * The descriptor of a new object: what is given explicitly, else what its parent passes on, else the creator's
 * default. *NewDescriptor: SeDeassignSecurity. STATUS_INSUFFICIENT_RESOURCES. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-seassignsecurity.
 */
NTKERNELAPI NTSTATUS NTAPI SeAssignSecurity(_In_opt_ PSECURITY_DESCRIPTOR ParentDescriptor,
    _In_opt_ PSECURITY_DESCRIPTOR ExplicitDescriptor, _Out_ PSECURITY_DESCRIPTOR *NewDescriptor,
    _In_ BOOLEAN IsDirectoryObject, _In_ PSECURITY_SUBJECT_CONTEXT SubjectContext,
    _In_ PGENERIC_MAPPING GenericMapping, _In_ POOL_TYPE PoolType);

/*
 * SeAssignSecurity; ObjectType and AutoInheritFlags are not used. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-seassignsecurityex.
 */
NTKERNELAPI NTSTATUS NTAPI SeAssignSecurityEx(_In_opt_ PSECURITY_DESCRIPTOR ParentDescriptor,
    _In_opt_ PSECURITY_DESCRIPTOR ExplicitDescriptor, _Out_ PSECURITY_DESCRIPTOR *NewDescriptor,
    _In_opt_ GUID *ObjectType, _In_ BOOLEAN IsDirectoryObject, _In_ ULONG AutoInheritFlags,
    _In_ PSECURITY_SUBJECT_CONTEXT SubjectContext, _In_ PGENERIC_MAPPING GenericMapping, _In_ POOL_TYPE PoolType);

/*
 * Frees a descriptor from SeAssignSecurity and sets the pointer to NULL. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-sedeassignsecurity.
 */
NTKERNELAPI NTSTATUS NTAPI SeDeassignSecurity(_Inout_ PSECURITY_DESCRIPTOR *SecurityDescriptor);

/*
 * Is a self-relative descriptor of Length bytes whole? Nothing outside them is read. IRQL: PASSIVE_LEVEL. Source:
 * nf-wdm-sevalidsecuritydescriptor.
 */
NTKERNELAPI BOOLEAN NTAPI SeValidSecurityDescriptor(_In_ ULONG Length, _In_ PSECURITY_DESCRIPTOR SecurityDescriptor);

/* Ends SeLockSubjectContext. IRQL: PASSIVE_LEVEL. Source: nf-wdm-seunlocksubjectcontext. */
NTKERNELAPI void NTAPI SeUnlockSubjectContext(_In_ PSECURITY_SUBJECT_CONTEXT SubjectContext);

/*
 * Who the current thread is: its process' token and the one it impersonates with. SeReleaseSubjectContext. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-secapturesubjectcontext.
 */
NTKERNELAPI void NTAPI SeCaptureSubjectContext(_Out_ PSECURITY_SUBJECT_CONTEXT SubjectContext);

/*
 * Tokens never change here, so there is nothing to hold off; pair it with SeUnlockSubjectContext. IRQL:
 * PASSIVE_LEVEL. Source: nf-wdm-selocksubjectcontext.
 */
NTKERNELAPI void NTAPI SeLockSubjectContext(_In_ PSECURITY_SUBJECT_CONTEXT SubjectContext);

/*
 * Does the current thread hold this privilege? KernelMode: always TRUE. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntddk-sesingleprivilegecheck.
 */
NTKERNELAPI BOOLEAN NTAPI SeSinglePrivilegeCheck(_In_ LUID PrivilegeValue, _In_ KPROCESSOR_MODE PreviousMode);

/* Gives back what SeCaptureSubjectContext took. IRQL: PASSIVE_LEVEL. Source: nf-wdm-sereleasesubjectcontext. */
NTKERNELAPI void NTAPI SeReleaseSubjectContext(_Inout_ PSECURITY_SUBJECT_CONTEXT SubjectContext);

/*
 * Does the subject hold all (PRIVILEGE_SET_ALL_NECESSARY) or one of the privileges? Those used are marked. IRQL:
 * PASSIVE_LEVEL. Source: nf-ntifs-seprivilegecheck.
 */
NTKERNELAPI BOOLEAN NTAPI SePrivilegeCheck(_Inout_ PPRIVILEGE_SET RequiredPrivileges,
    _In_ PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext, _In_ KPROCESSOR_MODE AccessMode);
NTKERNELAPI void NTAPI SeOpenObjectAuditAlarm(_In_ PUNICODE_STRING ObjectTypeName, _In_opt_ PVOID Object,
    _In_opt_ PUNICODE_STRING AbsoluteObjectName, _In_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _In_ PACCESS_STATE AccessState, _In_ BOOLEAN ObjectCreated, _In_ BOOLEAN AccessGranted,
    _In_ KPROCESSOR_MODE AccessMode, _Out_ PBOOLEAN GenerateOnClose);
NTKERNELAPI void NTAPI SeOpenObjectForDeleteAuditAlarm(_In_ PUNICODE_STRING ObjectTypeName, _In_opt_ PVOID Object,
    _In_opt_ PUNICODE_STRING AbsoluteObjectName, _In_ PSECURITY_DESCRIPTOR SecurityDescriptor,
    _In_ PACCESS_STATE AccessState, _In_ BOOLEAN ObjectCreated, _In_ BOOLEAN AccessGranted,
    _In_ KPROCESSOR_MODE AccessMode, _Out_ PBOOLEAN GenerateOnClose);
NTKERNELAPI void NTAPI SeDeleteObjectAuditAlarm(_In_ PVOID Object, _In_ HANDLE Handle);

/* TokenPrimary or TokenImpersonation. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-setokentype. */
NTKERNELAPI TOKEN_TYPE NTAPI SeTokenType(PACCESS_TOKEN Token);

/*
 * Is BUILTIN\Administrators enabled in the token? So for uid 0 and the manager's own uid. IRQL: PASSIVE_LEVEL.
 * Source: nf-ntifs-setokenisadmin.
 */
NTKERNELAPI BOOLEAN NTAPI SeTokenIsAdmin(_In_ PACCESS_TOKEN Token);

/* FALSE: there are no restricted tokens here. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-setokenisrestricted. */
NTKERNELAPI BOOLEAN NTAPI SeTokenIsRestricted(_In_ PACCESS_TOKEN Token);

/*
 * The logon the token belongs to: 0x3e7 for SYSTEM. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-sequeryauthenticationidtoken.
 */
NTKERNELAPI NTSTATUS NTAPI SeQueryAuthenticationIdToken(_In_ PACCESS_TOKEN Token, _Out_ PLUID AuthenticationId);

/* The token's session: 0. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-sequerysessionidtoken. */
NTKERNELAPI NTSTATUS NTAPI SeQuerySessionIdToken(PACCESS_TOKEN Token, PULONG SessionId);

/*
 * Takes a client's identity, to be used later with SeImpersonateClientEx; SeDeleteClientSecurity.
 * STATUS_BAD_IMPERSONATION_LEVEL. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-secreateclientsecurity.
 */
NTKERNELAPI NTSTATUS NTAPI SeCreateClientSecurity(_In_ PETHREAD ClientThread,
    _In_ PSECURITY_QUALITY_OF_SERVICE ClientSecurityQos, BOOLEAN RemoteSession,
    _Out_ PSECURITY_CLIENT_CONTEXT ClientContext);

/* SeImpersonateClientEx without a status. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-seimpersonateclient. */
NTKERNELAPI void NTAPI SeImpersonateClient(PSECURITY_CLIENT_CONTEXT ClientContext, PETHREAD ServerThread);

/*
 * ServerThread (NULL: the current one) acts as the client; PsRevertToSelf ends it. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-seimpersonateclientex.
 */
NTKERNELAPI NTSTATUS NTAPI SeImpersonateClientEx(_In_ PSECURITY_CLIENT_CONTEXT ClientContext,
    _In_opt_ PETHREAD ServerThread);

/*
 * SeCreateClientSecurity from a captured context. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-secreateclientsecurityfromsubjectcontext.
 */
NTKERNELAPI NTSTATUS NTAPI SeCreateClientSecurityFromSubjectContext(_In_ PSECURITY_SUBJECT_CONTEXT SubjectContext,
    _In_ PSECURITY_QUALITY_OF_SERVICE ClientSecurityQos, _In_ BOOLEAN ServerIsRemote,
    _Out_ PSECURITY_CLIENT_CONTEXT ClientContext);

/*
 * The wanted parts of a descriptor, self-relative. STATUS_BUFFER_TOO_SMALL with the need in *Length;
 * STATUS_NO_SECURITY_ON_OBJECT. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-sequerysecuritydescriptorinfo.
 */
NTKERNELAPI NTSTATUS NTAPI SeQuerySecurityDescriptorInfo(_In_ PSECURITY_INFORMATION SecurityInformation,
    _Out_ PSECURITY_DESCRIPTOR SecurityDescriptor, _Inout_ PULONG Length,
    _Inout_ PSECURITY_DESCRIPTOR *ObjectsSecurityDescriptor);

/*
 * *ObjectsSecurityDescriptor becomes a new descriptor with the given parts replaced; the old one stays the
 * caller's to free. STATUS_INVALID_OWNER, STATUS_NO_SECURITY_ON_OBJECT. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-sesetsecuritydescriptorinfo.
 */
NTKERNELAPI NTSTATUS NTAPI SeSetSecurityDescriptorInfo(_In_opt_ PVOID Object,
    _In_ PSECURITY_INFORMATION SecurityInformation, PSECURITY_DESCRIPTOR ModificationDescriptor,
    _Inout_ PSECURITY_DESCRIPTOR *ObjectsSecurityDescriptor, _In_ POOL_TYPE PoolType,
    _In_ PGENERIC_MAPPING GenericMapping);

/*
 * SeSetSecurityDescriptorInfo; AutoInheritFlags are not used. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-sesetsecuritydescriptorinfoex.
 */
NTKERNELAPI NTSTATUS NTAPI SeSetSecurityDescriptorInfoEx(_In_opt_ PVOID Object,
    _In_ PSECURITY_INFORMATION SecurityInformation, PSECURITY_DESCRIPTOR ModificationDescriptor,
    _Inout_ PSECURITY_DESCRIPTOR *ObjectsSecurityDescriptor, _In_ ULONG AutoInheritFlags, _In_ POOL_TYPE PoolType,
    _In_ PGENERIC_MAPPING GenericMapping);
NTKERNELAPI NTSTATUS NTAPI SeAppendPrivileges(_Inout_ PACCESS_STATE AccessState, _In_ PPRIVILEGE_SET Privileges);

/* FALSE: nothing is audited. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-seauditingfileevents. */
NTKERNELAPI BOOLEAN NTAPI SeAuditingFileEvents(_In_ BOOLEAN AccessGranted,
    _In_ PSECURITY_DESCRIPTOR SecurityDescriptor);

/* FALSE: nothing is audited. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-seauditingfileorglobalevents. */
NTKERNELAPI BOOLEAN NTAPI SeAuditingFileOrGlobalEvents(_In_ BOOLEAN AccessGranted,
    _In_ PSECURITY_DESCRIPTOR SecurityDescriptor, _In_ PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext);
NTKERNELAPI void NTAPI SeSetAccessStateGenericMapping(_Inout_ PACCESS_STATE AccessState,
    _In_ PGENERIC_MAPPING GenericMapping);
NTKERNELAPI NTSTATUS NTAPI SeRegisterLogonSessionTerminatedRoutine(
    _In_ PSE_LOGON_SESSION_TERMINATED_ROUTINE CallbackRoutine);
NTKERNELAPI NTSTATUS NTAPI SeUnregisterLogonSessionTerminatedRoutine(
    _In_ PSE_LOGON_SESSION_TERMINATED_ROUTINE CallbackRoutine);
NTKERNELAPI NTSTATUS NTAPI SeMarkLogonSessionForTerminationNotification(_In_ PLUID LogonId);

/*
 * Information about a token, in pool: ExFreePool frees it. STATUS_INVALID_INFO_CLASS; STATUS_INSUFFICIENT_RESOURCES.
 * IRQL: PASSIVE_LEVEL. Source: nf-ntifs-sequeryinformationtoken.
 */
NTKERNELAPI NTSTATUS NTAPI SeQueryInformationToken(_In_ PACCESS_TOKEN Token,
    _In_ TOKEN_INFORMATION_CLASS TokenInformationClass, _Out_ PVOID *TokenInformation);

/* FALSE: nothing is audited. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-seauditinghardlinkevents. */
NTKERNELAPI BOOLEAN NTAPI SeAuditingHardLinkEvents(BOOLEAN AccessGranted, PSECURITY_DESCRIPTOR SecurityDescriptor);
NTKERNELAPI NTSTATUS NTAPI SeFilterToken(_In_ PACCESS_TOKEN ExistingToken, _In_ ULONG Flags,
    _In_opt_ PTOKEN_GROUPS SidsToDisable, _In_opt_ PTOKEN_PRIVILEGES PrivilegesToDelete,
    _In_opt_ PTOKEN_GROUPS RestrictedSids, PACCESS_TOKEN *FilteredToken);
NTKERNELAPI void NTAPI SeAuditHardLinkCreation(PUNICODE_STRING FileName, PUNICODE_STRING LinkName, BOOLEAN bSuccess);
NTKERNELAPI NTSTATUS NTAPI SeSetSessionIdToken(PACCESS_TOKEN Token, ULONG SessionId);
NTKERNELAPI BOOLEAN NTAPI SeAccessCheckFromState(PSECURITY_DESCRIPTOR SecurityDescriptor,
    PTOKEN_ACCESS_INFORMATION PrimaryTokenInformation, PTOKEN_ACCESS_INFORMATION ClientTokenInformation,
    ACCESS_MASK DesiredAccess, ACCESS_MASK PreviouslyGrantedAccess, PPRIVILEGE_SET *Privileges,
    PGENERIC_MAPPING GenericMapping, KPROCESSOR_MODE AccessMode, PACCESS_MASK GrantedAccess, PNTSTATUS AccessStatus);

/*
 * Frees the privilege set of SeAccessCheck; NULL is allowed. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntifs-sefreeprivileges.
 */
NTKERNELAPI void NTAPI SeFreePrivileges(_In_ PPRIVILEGE_SET Privileges);

/*
 * The NT path of a process' image, in pool: ExFreePool frees it. STATUS_INSUFFICIENT_RESOURCES; STATUS_NOT_FOUND: no
 * image. IRQL: PASSIVE_LEVEL. Source: nf-ntifs-selocateprocessimagename.
 */
NTKERNELAPI NTSTATUS NTAPI SeLocateProcessImageName(PEPROCESS Process, PUNICODE_STRING *pImageFileName);

#ifdef __cplusplus
}
#endif

#endif
