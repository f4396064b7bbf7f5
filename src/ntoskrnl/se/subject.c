/* Who asks: subject contexts of threads, privilege checks, impersonation contexts of clients. */
#include "ntoskrnl/se/token.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/ps/ps.h"

static void capture(PETHREAD thread, PEPROCESS process, PSECURITY_SUBJECT_CONTEXT context)
{
    RtlZeroMemory(context, sizeof(*context));
    context->ProcessAuditId = PsGetProcessId(process);
    context->PrimaryToken = ps_process_token(process);
    if (thread)
        context->ClientToken = ps_thread_impersonation(thread, &context->ImpersonationLevel);
}

VOID NTAPI SeCaptureSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    capture(ps_current_thread(), ps_current_process(), SubjectContext);
}

VOID NTAPI SeCaptureSubjectContextEx(PETHREAD Thread, PEPROCESS Process, PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    capture(Thread, Process, SubjectContext);
}

VOID NTAPI SeReleaseSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    if (SubjectContext->PrimaryToken)
        ObfDereferenceObject(SubjectContext->PrimaryToken);
    if (SubjectContext->ClientToken)
        ObfDereferenceObject(SubjectContext->ClientToken);
    SubjectContext->PrimaryToken = NULL;
    SubjectContext->ClientToken = NULL;
}

/* Tokens here never change, so there is nothing to hold off between these two. */
VOID NTAPI SeLockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    (void)SubjectContext;
}

VOID NTAPI SeUnlockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    (void)SubjectContext;
}

#undef SeQuerySubjectContextToken /* a macro of the headers, and an export */
NTKERNELAPI PACCESS_TOKEN NTAPI SeQuerySubjectContextToken(PSECURITY_SUBJECT_CONTEXT SubjectContext);
PACCESS_TOKEN NTAPI SeQuerySubjectContextToken(PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    return SubjectContext->ClientToken ? SubjectContext->ClientToken : SubjectContext->PrimaryToken;
}

/* ---- privileges ---- */

BOOLEAN NTAPI SePrivilegeCheck(PPRIVILEGE_SET RequiredPrivileges, PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext,
    KPROCESSOR_MODE AccessMode)
{
    if (AccessMode == KernelMode)
        return TRUE;
    if (SubjectSecurityContext->ClientToken && SubjectSecurityContext->ImpersonationLevel < SecurityImpersonation)
        return FALSE;
    PACCESS_TOKEN token = SeQuerySubjectContextToken(SubjectSecurityContext);
    bool all = RequiredPrivileges->Control & PRIVILEGE_SET_ALL_NECESSARY;
    ULONG held = 0;
    for (ULONG i = 0; i < RequiredPrivileges->PrivilegeCount; i++)
        if (se_token_has_privilege(token, RequiredPrivileges->Privilege[i].Luid)) {
            RequiredPrivileges->Privilege[i].Attributes |= SE_PRIVILEGE_USED_FOR_ACCESS;
            held++;
        }
    return all ? held == RequiredPrivileges->PrivilegeCount : held > 0;
}

BOOLEAN NTAPI SeSinglePrivilegeCheck(LUID PrivilegeValue, KPROCESSOR_MODE PreviousMode)
{
    SECURITY_SUBJECT_CONTEXT context;
    PRIVILEGE_SET set = {.PrivilegeCount = 1, .Control = PRIVILEGE_SET_ALL_NECESSARY};
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    set.Privilege[0].Luid = PrivilegeValue;
    SeCaptureSubjectContext(&context);
    BOOLEAN held = SePrivilegeCheck(&set, &context, PreviousMode);
    SeReleaseSubjectContext(&context);
    return held;
}

/* ---- acting for a client ---- */

static NTSTATUS make_client(PACCESS_TOKEN token, SECURITY_IMPERSONATION_LEVEL level, PSECURITY_QUALITY_OF_SERVICE qos,
    PSECURITY_CLIENT_CONTEXT context)
{
    RtlZeroMemory(context, sizeof(*context));
    if (qos && qos->ImpersonationLevel > level)
        return STATUS_BAD_IMPERSONATION_LEVEL;
    if (qos)
        context->SecurityQos = *qos;
    NTSTATUS status = se_token_duplicate(token, TokenImpersonation, qos ? qos->ImpersonationLevel : level, &context->ClientToken);
    context->DirectlyAccessClientToken = TRUE;
    return status;
}

NTSTATUS NTAPI SeCreateClientSecurity(PETHREAD ClientThread, PSECURITY_QUALITY_OF_SERVICE ClientSecurityQos,
    BOOLEAN RemoteSession, PSECURITY_CLIENT_CONTEXT ClientContext)
{
    (void)RemoteSession;
    PACCESS_TOKEN token = ps_thread_token(ClientThread);
    NTSTATUS status = make_client(token, SecurityDelegation, ClientSecurityQos, ClientContext);
    ObfDereferenceObject(token);
    return status;
}

NTSTATUS NTAPI SeCreateClientSecurityFromSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext,
    PSECURITY_QUALITY_OF_SERVICE ClientSecurityQos, BOOLEAN ServerIsRemote, PSECURITY_CLIENT_CONTEXT ClientContext)
{
    (void)ServerIsRemote;
    SECURITY_IMPERSONATION_LEVEL level = SubjectContext->ClientToken ? SubjectContext->ImpersonationLevel : SecurityDelegation;
    return make_client(SeQuerySubjectContextToken(SubjectContext), level, ClientSecurityQos, ClientContext);
}

NTSTATUS NTAPI SeImpersonateClientEx(PSECURITY_CLIENT_CONTEXT ClientContext, PETHREAD ServerThread)
{
    return PsImpersonateClient(ServerThread ? ServerThread : ps_current_thread(), ClientContext->ClientToken, TRUE,
        FALSE, SeTokenImpersonationLevel(ClientContext->ClientToken));
}

VOID NTAPI SeImpersonateClient(PSECURITY_CLIENT_CONTEXT ClientContext, PETHREAD ServerThread)
{
    SeImpersonateClientEx(ClientContext, ServerThread);
}

/* ---- auditing: nobody keeps an audit log here, so nothing is audited and nobody is asked to prepare for it ---- */

BOOLEAN NTAPI SeAuditingFileEvents(BOOLEAN AccessGranted, PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    (void)AccessGranted;
    (void)SecurityDescriptor;
    return FALSE;
}

BOOLEAN NTAPI SeAuditingFileOrGlobalEvents(BOOLEAN AccessGranted, PSECURITY_DESCRIPTOR SecurityDescriptor,
    PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext)
{
    (void)AccessGranted;
    (void)SecurityDescriptor;
    (void)SubjectSecurityContext;
    return FALSE;
}

BOOLEAN NTAPI SeAuditingHardLinkEvents(BOOLEAN AccessGranted, PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    (void)AccessGranted;
    (void)SecurityDescriptor;
    return FALSE;
}
