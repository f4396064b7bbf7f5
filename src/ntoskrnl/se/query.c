/* What a token says of itself: SeQueryInformationToken (one allocation the caller frees) and ZwQueryInformationToken
 * (the caller's buffer). Both are made by the same layout routine. */
#include "ntoskrnl/se/token.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/ps/ps.h"

#include <string.h>

#define TAG 'oTeS'

/* An answer: a fixed part followed by SIDs or ACLs. First pass counts (buffer NULL), second writes. */
struct answer {
    char *buffer;
    ULONG used;
};

static PVOID put(struct answer *a, const void *bytes, ULONG length)
{
    char *at = a->buffer ? a->buffer + a->used : NULL;
    if (at)
        memcpy(at, bytes, length);
    a->used += (length + 7u) & ~7u;
    return at;
}

static PSID put_sid(struct answer *a, PSID sid)
{
    return put(a, sid, RtlLengthSid(sid));
}

static void put_user(struct answer *a, PSID sid)
{
    TOKEN_USER user = {{NULL, 0}};
    TOKEN_USER *at = put(a, &user, sizeof(user));
    PSID copy = put_sid(a, sid);
    if (at)
        at->User.Sid = copy;
}

static void put_groups(struct answer *a, const struct se_token *token)
{
    ULONG n = token->group_count - 1; /* without the user */
    ULONG fixed = (ULONG)(offsetof(TOKEN_GROUPS, Groups) + n * sizeof(SID_AND_ATTRIBUTES));
    TOKEN_GROUPS *at = a->buffer ? (TOKEN_GROUPS *)a->buffer : NULL;
    if (at)
        at->GroupCount = n;
    a->used = (fixed + 7u) & ~7u;
    for (ULONG i = 0; i < n; i++) {
        PSID copy = put_sid(a, token->groups[i + 1].Sid);
        if (at)
            at->Groups[i] = (SID_AND_ATTRIBUTES){copy, token->groups[i + 1].Attributes};
    }
}

static void put_privileges(struct answer *a, const struct se_token *token)
{
    ULONG n = token->privilege_count, fixed = (ULONG)(offsetof(TOKEN_PRIVILEGES, Privileges) + n * sizeof(LUID_AND_ATTRIBUTES));
    TOKEN_PRIVILEGES *at = a->buffer ? (TOKEN_PRIVILEGES *)a->buffer : NULL;
    if (at) {
        at->PrivilegeCount = n;
        memcpy(at->Privileges, token->privileges, n * sizeof(LUID_AND_ATTRIBUTES));
    }
    a->used = fixed;
}

/* TOKEN_OWNER, TOKEN_PRIMARY_GROUP and TOKEN_DEFAULT_DACL are one pointer each. */
static void put_pointer(struct answer *a, const void *bytes, ULONG length)
{
    PVOID nothing = NULL;
    PVOID *at = put(a, &nothing, sizeof(nothing));
    PVOID copy = put(a, bytes, length);
    if (at)
        *at = copy;
}

static void put_statistics(struct answer *a, const struct se_token *token)
{
    TOKEN_STATISTICS statistics;
    RtlZeroMemory(&statistics, sizeof(statistics));
    statistics.TokenId = token->id;
    statistics.AuthenticationId = token->authentication;
    statistics.ExpirationTime.QuadPart = 0x7fffffffffffffff;
    statistics.TokenType = token->type;
    statistics.ImpersonationLevel = token->level;
    statistics.GroupCount = token->group_count - 1;
    statistics.PrivilegeCount = token->privilege_count;
    statistics.ModifiedId = token->modified;
    put(a, &statistics, sizeof(statistics));
}

static void put_number(struct answer *a, ULONG number)
{
    put(a, &number, sizeof(number));
    a->used = sizeof(number);
}

static void put_label(struct answer *a, ULONG integrity)
{
    SID sid = {.Revision = SID_REVISION, .SubAuthorityCount = 1, .IdentifierAuthority = {{0, 0, 0, 0, 0, 16}},
        .SubAuthority = {integrity}};
    TOKEN_USER label = {{NULL, SE_GROUP_INTEGRITY | SE_GROUP_INTEGRITY_ENABLED}}; /* TOKEN_MANDATORY_LABEL is alike */
    TOKEN_USER *at = put(a, &label, sizeof(label));
    PSID copy = put_sid(a, &sid);
    if (at)
        at->User.Sid = copy;
}

static NTSTATUS lay_out(const struct se_token *token, TOKEN_INFORMATION_CLASS class, struct answer *a)
{
    static const TOKEN_SOURCE source = {.SourceName = {'*', 'S', 'Y', 'S', 'T', 'E', 'M', '*'}};
    a->used = 0;
    switch ((int)class) {
    case TokenUser:
        put_user(a, token->groups[0].Sid);
        break;
    case TokenGroups:
        put_groups(a, token);
        break;
    case TokenPrivileges:
        put_privileges(a, token);
        break;
    case TokenOwner:
        put_pointer(a, token->groups[token->owner].Sid, RtlLengthSid(token->groups[token->owner].Sid));
        break;
    case TokenPrimaryGroup:
        put_pointer(a, token->groups[token->primary].Sid, RtlLengthSid(token->groups[token->primary].Sid));
        break;
    case TokenDefaultDacl:
        put_pointer(a, token->default_dacl, token->default_dacl->AclSize);
        break;
    case TokenSource:
        put(a, &source, sizeof(source));
        break;
    case TokenType:
        put_number(a, token->type);
        break;
    case TokenImpersonationLevel:
        if (token->type != TokenImpersonation)
            return STATUS_INVALID_INFO_CLASS;
        put_number(a, token->level);
        break;
    case TokenStatistics:
        put_statistics(a, token);
        break;
    case TokenSessionId:
        put_number(a, token->session);
        break;
    case TokenElevationType:
        put_number(a, 1); /* TokenElevationTypeDefault: no split tokens here */
        break;
    case TokenElevation:
        put_number(a, token->system);
        break;
    case TokenHasRestrictions:
    case 29: /* TokenIsAppContainer */
    case TokenVirtualizationAllowed:
    case TokenVirtualizationEnabled:
    case TokenUIAccess:
        put_number(a, 0);
        break;
    case TokenIntegrityLevel:
        put_label(a, token->integrity);
        break;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI SeQueryInformationToken(PACCESS_TOKEN Token, TOKEN_INFORMATION_CLASS TokenInformationClass, PVOID *TokenInformation)
{
    const struct se_token *token = Token;
    struct answer answer = {NULL, 0};
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (TokenInformationClass == TokenSessionId || TokenInformationClass == TokenIntegrityLevel) {
        /* These two are the value itself, not a pointer to it; only 32 bits are the caller's. */
        *(PULONG)TokenInformation = TokenInformationClass == TokenSessionId ? token->session : token->integrity;
        return STATUS_SUCCESS;
    }
    NTSTATUS status = lay_out(token, TokenInformationClass, &answer);
    if (!NT_SUCCESS(status))
        return status;
    answer.buffer = ExAllocatePoolWithTag(PagedPool, answer.used, TAG);
    if (!answer.buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(answer.buffer, 0, answer.used);
    lay_out(token, TokenInformationClass, &answer);
    *TokenInformation = answer.buffer;
    return STATUS_SUCCESS;
}

static NTSTATUS query_information_token(HANDLE TokenHandle, TOKEN_INFORMATION_CLASS TokenInformationClass,
    PVOID TokenInformation, ULONG TokenInformationLength, PULONG ReturnLength, KPROCESSOR_MODE mode)
{
    PVOID token;
    struct answer answer = {NULL, 0};
    NTSTATUS status = ObReferenceObjectByHandle(TokenHandle,
        TokenInformationClass == TokenSource ? TOKEN_QUERY_SOURCE : TOKEN_QUERY, se_token_type, mode, &token, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = lay_out(token, TokenInformationClass, &answer);
    if (NT_SUCCESS(status)) {
        *ReturnLength = answer.used;
        if (TokenInformationLength < answer.used) {
            status = STATUS_BUFFER_TOO_SMALL;
        } else {
            answer.buffer = TokenInformation;
            lay_out(token, TokenInformationClass, &answer);
        }
    }
    ObfDereferenceObject(token);
    return status;
}

NTSTATUS NTAPI ZwQueryInformationToken(HANDLE TokenHandle, TOKEN_INFORMATION_CLASS TokenInformationClass,
    PVOID TokenInformation, ULONG TokenInformationLength, PULONG ReturnLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return query_information_token(TokenHandle, TokenInformationClass, TokenInformation, TokenInformationLength, ReturnLength, KernelMode);
}

NTSTATUS NTAPI NtQueryInformationToken(HANDLE TokenHandle, TOKEN_INFORMATION_CLASS TokenInformationClass,
    PVOID TokenInformation, ULONG TokenInformationLength, PULONG ReturnLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return query_information_token(TokenHandle, TokenInformationClass, TokenInformation, TokenInformationLength, ReturnLength, ps_previous_mode());
}

/* ---- handles to tokens ---- */

static NTSTATUS open_process_token_ex(HANDLE ProcessHandle, ACCESS_MASK DesiredAccess, ULONG HandleAttributes,
    PHANDLE TokenHandle, KPROCESSOR_MODE mode)
{
    PEPROCESS process;
    *TokenHandle = NULL;
    NTSTATUS status = ObReferenceObjectByHandle(ProcessHandle, PROCESS_QUERY_INFORMATION, *PsProcessType, mode,
        (PVOID *)&process, NULL);
    if (!NT_SUCCESS(status))
        return status;
    PACCESS_TOKEN token = ps_process_token(process);
    status = ObOpenObjectByPointer(token, HandleAttributes, NULL, DesiredAccess, se_token_type, mode, TokenHandle);
    ObfDereferenceObject(token);
    ObfDereferenceObject(process);
    return status;
}

NTSTATUS NTAPI ZwOpenProcessTokenEx(HANDLE ProcessHandle, ACCESS_MASK DesiredAccess, ULONG HandleAttributes,
    PHANDLE TokenHandle)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return open_process_token_ex(ProcessHandle, DesiredAccess, HandleAttributes, TokenHandle, KernelMode);
}

NTSTATUS NTAPI NtOpenProcessTokenEx(HANDLE ProcessHandle, ACCESS_MASK DesiredAccess, ULONG HandleAttributes,
    PHANDLE TokenHandle)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return open_process_token_ex(ProcessHandle, DesiredAccess, HandleAttributes, TokenHandle, ps_previous_mode());
}

NTSTATUS NTAPI NtOpenProcessToken(HANDLE ProcessHandle, ACCESS_MASK DesiredAccess, PHANDLE TokenHandle)
{
    return NtOpenProcessTokenEx(ProcessHandle, DesiredAccess, 0, TokenHandle);
}

NTSTATUS NTAPI ZwOpenProcessToken(HANDLE ProcessHandle, ACCESS_MASK DesiredAccess, PHANDLE TokenHandle)
{
    return ZwOpenProcessTokenEx(ProcessHandle, DesiredAccess, 0, TokenHandle);
}

static NTSTATUS open_thread_token_ex(HANDLE ThreadHandle, ACCESS_MASK DesiredAccess, BOOLEAN OpenAsSelf,
    ULONG HandleAttributes, PHANDLE TokenHandle, KPROCESSOR_MODE mode)
{
    PETHREAD thread;
    SECURITY_IMPERSONATION_LEVEL level;
    (void)OpenAsSelf;
    *TokenHandle = NULL;
    NTSTATUS status = ObReferenceObjectByHandle(ThreadHandle, THREAD_QUERY_INFORMATION, *PsThreadType, mode,
        (PVOID *)&thread, NULL);
    if (!NT_SUCCESS(status))
        return status;
    PACCESS_TOKEN token = ps_thread_impersonation(thread, &level);
    if (token) {
        status = ObOpenObjectByPointer(token, HandleAttributes, NULL, DesiredAccess, se_token_type, mode, TokenHandle);
        ObfDereferenceObject(token);
    } else {
        status = STATUS_NO_TOKEN;
    }
    ObfDereferenceObject(thread);
    return status;
}

NTSTATUS NTAPI ZwOpenThreadTokenEx(HANDLE ThreadHandle, ACCESS_MASK DesiredAccess, BOOLEAN OpenAsSelf,
    ULONG HandleAttributes, PHANDLE TokenHandle)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return open_thread_token_ex(ThreadHandle, DesiredAccess, OpenAsSelf, HandleAttributes, TokenHandle, KernelMode);
}

NTSTATUS NTAPI NtOpenThreadTokenEx(HANDLE ThreadHandle, ACCESS_MASK DesiredAccess, BOOLEAN OpenAsSelf,
    ULONG HandleAttributes, PHANDLE TokenHandle)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return open_thread_token_ex(ThreadHandle, DesiredAccess, OpenAsSelf, HandleAttributes, TokenHandle, ps_previous_mode());
}

NTSTATUS NTAPI NtOpenThreadToken(HANDLE ThreadHandle, ACCESS_MASK DesiredAccess, BOOLEAN OpenAsSelf, PHANDLE TokenHandle)
{
    return NtOpenThreadTokenEx(ThreadHandle, DesiredAccess, OpenAsSelf, 0, TokenHandle);
}

NTSTATUS NTAPI ZwOpenThreadToken(HANDLE ThreadHandle, ACCESS_MASK DesiredAccess, BOOLEAN OpenAsSelf, PHANDLE TokenHandle)
{
    return ZwOpenThreadTokenEx(ThreadHandle, DesiredAccess, OpenAsSelf, 0, TokenHandle);
}

static NTSTATUS duplicate_token(HANDLE ExistingTokenHandle, ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN EffectiveOnly, TOKEN_TYPE type, PHANDLE NewTokenHandle,
    KPROCESSOR_MODE mode)
{
    PVOID token;
    PACCESS_TOKEN copy;
    SECURITY_IMPERSONATION_LEVEL level = SecurityAnonymous;
    (void)EffectiveOnly;
    *NewTokenHandle = NULL;
    NTSTATUS status = ObReferenceObjectByHandle(ExistingTokenHandle, TOKEN_DUPLICATE, se_token_type, mode, &token, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (ObjectAttributes && ObjectAttributes->SecurityQualityOfService)
        level = ((PSECURITY_QUALITY_OF_SERVICE)ObjectAttributes->SecurityQualityOfService)->ImpersonationLevel;
    status = se_token_duplicate(token, type, level, &copy);
    ObfDereferenceObject(token);
    if (!NT_SUCCESS(status))
        return status;
    status = ob_handle_create(copy, DesiredAccess ? se_map_generic(DesiredAccess, &ob_type_info(se_token_type)->mapping) : TOKEN_ALL_ACCESS,
        ObjectAttributes ? ObjectAttributes->Attributes : 0, NewTokenHandle);
    ObfDereferenceObject(copy);
    return status;
}

NTSTATUS NTAPI ZwDuplicateToken(HANDLE ExistingTokenHandle, ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN EffectiveOnly, TOKEN_TYPE type, PHANDLE NewTokenHandle)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return duplicate_token(ExistingTokenHandle, DesiredAccess, ObjectAttributes, EffectiveOnly, type, NewTokenHandle, KernelMode);
}

NTSTATUS NTAPI NtDuplicateToken(HANDLE ExistingTokenHandle, ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN EffectiveOnly, TOKEN_TYPE type, PHANDLE NewTokenHandle)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return duplicate_token(ExistingTokenHandle, DesiredAccess, ObjectAttributes, EffectiveOnly, type, NewTokenHandle, ps_previous_mode());
}
