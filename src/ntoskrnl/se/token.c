/* Tokens: made from Linux credentials, duplicated, asked about. uid 0 and the manager's own uid are SYSTEM (design 2). */
#include "ntoskrnl/se/token.h"

#include "ntoskrnl/ob/ob.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

POBJECT_TYPE se_token_type;
POBJECT_TYPE *SeTokenObjectType = &se_token_type;

#define MAX_GROUPS 1024 /* a duplicate keeps that many */

static PACCESS_TOKEN system_token;
static LONG64 next_luid = 1000; /* below are the well-known ones */

static LUID new_luid(void)
{
    LONG64 value = __atomic_fetch_add(&next_luid, 1, __ATOMIC_RELAXED);
    return (LUID){.LowPart = (ULONG)value, .HighPart = (LONG)(value >> 32)};
}

/* ---- groups: laid out in one allocation ---- */

struct builder {
    struct se_token *token;
    char *next;  /* room for the next SID */
};

static ULONG add_group(struct builder *b, PSID sid, ULONG attributes)
{
    ULONG length = RtlLengthSid(sid);
    memcpy(b->next, sid, length);
    b->token->groups[b->token->group_count] = (SID_AND_ATTRIBUTES){.Sid = b->next, .Attributes = attributes};
    b->next += (length + 7u) & ~7u;
    return b->token->group_count++;
}

#define ENABLED (SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED)

static void add_linux_groups(struct builder *b, gid_t gid, const gid_t *groups, unsigned n)
{
    struct se_sid2 sid;
    se_sid_of_gid(gid, &sid);
    ULONG first = add_group(b, &sid, ENABLED);
    if (!b->token->system)
        b->token->primary = first;
    for (unsigned i = 0; i < n; i++)
        if (groups[i] != gid) {
            se_sid_of_gid(groups[i], &sid);
            add_group(b, &sid, ENABLED);
        }
}

static void add_groups(struct builder *b, uid_t uid, gid_t gid, const gid_t *groups, unsigned n)
{
    struct se_sid2 user;
    se_sid_of_uid(uid, &user);
    b->token->owner = add_group(b, b->token->system ? (PSID)&se_sid_system : (PSID)&user, 0);
    if (b->token->system) {
        b->token->owner = add_group(b, (PSID)&se_sid_administrators, SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED | SE_GROUP_OWNER);
        add_group(b, &user, ENABLED); /* files of root belong to S-1-22-1-0 (V-178) */
    }
    add_linux_groups(b, gid, groups, n);
    add_group(b, (PSID)&se_sid_everyone, ENABLED);
    add_group(b, (PSID)&se_sid_authenticated, ENABLED);
    if (!b->token->system)
        add_group(b, (PSID)&se_sid_users, ENABLED);
}

/* SYSTEM holds every privilege, others walk directories (SeChangeNotify) and may grow their working set. */
static void add_privileges(struct se_token *token)
{
    for (ULONG value = SE_MIN_WELL_KNOWN_PRIVILEGE; value <= 35; value++) {
        bool everybody = value == SE_CHANGE_NOTIFY_PRIVILEGE || value == 33;
        if (!token->system && !everybody)
            continue;
        bool on = token->system || value == SE_CHANGE_NOTIFY_PRIVILEGE;
        token->privileges[token->privilege_count++] = (LUID_AND_ATTRIBUTES){.Luid = {value, 0},
            .Attributes = on ? SE_PRIVILEGE_ENABLED | SE_PRIVILEGE_ENABLED_BY_DEFAULT : 0};
    }
}

/* Default DACL: the owner and SYSTEM, all access. */
static NTSTATUS add_default_dacl(struct se_token *token)
{
    PSID user = token->groups[token->owner].Sid;
    ULONG size = sizeof(ACL) + 2 * sizeof(ACCESS_ALLOWED_ACE) + RtlLengthSid(user) + RtlLengthSid((PSID)&se_sid_system);
    size = (size + 3u) & ~3u;
    token->default_dacl = malloc(size);
    if (!token->default_dacl)
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = RtlCreateAcl(token->default_dacl, size, ACL_REVISION);
    if (NT_SUCCESS(status))
        status = RtlAddAccessAllowedAce(token->default_dacl, ACL_REVISION, GENERIC_ALL, user);
    if (NT_SUCCESS(status))
        status = RtlAddAccessAllowedAce(token->default_dacl, ACL_REVISION, GENERIC_ALL, (PSID)&se_sid_system);
    return status;
}

static bool is_system(uid_t uid)
{
    return uid == 0 || uid == geteuid();
}

NTSTATUS se_token_create(uid_t uid, gid_t gid, const gid_t *groups, unsigned n_groups, PACCESS_TOKEN *out)
{
    struct se_token *token;
    *out = NULL;
    NTSTATUS status = ob_create(se_token_type, sizeof(*token), (PVOID *)&token);
    if (!NT_SUCCESS(status))
        return status;
    const unsigned most = n_groups + 8;
    token->groups = calloc(most, sizeof(*token->groups) + 32);
    if (!token->groups) {
        ObfDereferenceObject(token);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    token->uid = uid;
    token->gid = gid;
    token->system = is_system(uid);
    token->type = TokenPrimary;
    token->level = SecurityImpersonation;
    token->id = new_luid();
    token->modified = new_luid();
    token->authentication = token->system ? (LUID){0x3e7, 0} : (LUID){uid, 1};
    token->integrity = token->system ? 0x4000 : 0x2000;
    struct builder builder = {.token = token, .next = (char *)(token->groups + most)};
    add_groups(&builder, uid, gid, groups, n_groups);
    add_privileges(token);
    status = add_default_dacl(token);
    if (NT_SUCCESS(status))
        *out = token;
    else
        ObfDereferenceObject(token);
    return status;
}

NTSTATUS se_token_duplicate(PACCESS_TOKEN given, TOKEN_TYPE type, SECURITY_IMPERSONATION_LEVEL level, PACCESS_TOKEN *copy)
{
    struct se_token *token = given, *made;
    gid_t groups[MAX_GROUPS];
    unsigned n = 0;
    for (ULONG i = 1; i < token->group_count && n < MAX_GROUPS; i++)
        if (se_gid_of_sid(token->groups[i].Sid, &groups[n]))
            n++;
    NTSTATUS status = se_token_create(token->uid, token->gid, groups, n, copy);
    if (!NT_SUCCESS(status))
        return status;
    made = *copy;
    made->type = type;
    made->level = level;
    made->authentication = token->authentication;
    made->session = token->session;
    return STATUS_SUCCESS;
}

static void delete_token(PVOID object)
{
    struct se_token *token = object;
    free(token->groups);
    free(token->default_dacl);
}

NTSTATUS se_token_types_init(void)
{
    static const struct ob_type_ops ops = {.delete = delete_token};
    static const struct ob_type_info info = {.name = u"Token",
        .mapping = {TOKEN_READ, TOKEN_WRITE, TOKEN_EXECUTE, TOKEN_ALL_ACCESS}, .valid_access = TOKEN_ALL_ACCESS,
        .must_secure = true, .ops = &ops};
    se_token_type = ob_type_create(&info);
    return se_token_type ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS start_status;

static void start(void)
{
    start_status = se_token_types_init();
    if (NT_SUCCESS(start_status))
        start_status = se_token_create(0, 0, NULL, 0, &system_token);
}

NTSTATUS se_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
    return start_status;
}

/* ---- questions ---- */

PACCESS_TOKEN se_system_token(void)
{
    return system_token;
}

bool se_token_is_system(PACCESS_TOKEN token)
{
    return ((struct se_token *)token)->system;
}

bool se_token_same_identity(PACCESS_TOKEN token, uid_t uid, gid_t gid)
{
    const struct se_token *own = token;
    return own->uid == uid && own->gid == gid;
}

uid_t se_token_uid(PACCESS_TOKEN token)
{
    return ((struct se_token *)token)->uid;
}

gid_t se_token_gid(PACCESS_TOKEN token)
{
    return ((struct se_token *)token)->gid;
}

PSID se_token_user(PACCESS_TOKEN token)
{
    return ((struct se_token *)token)->groups[0].Sid;
}

PSID se_token_primary_group(PACCESS_TOKEN token)
{
    const struct se_token *own = token;
    return own->groups[own->primary].Sid;
}

bool se_token_has_sid(PACCESS_TOKEN given, PSID sid, bool for_deny)
{
    const struct se_token *token = given;
    for (ULONG i = 0; i < token->group_count; i++) {
        ULONG attributes = token->groups[i].Attributes;
        if (!RtlEqualSid(token->groups[i].Sid, sid))
            continue;
        if (i == 0 || attributes & SE_GROUP_ENABLED || (for_deny && attributes & SE_GROUP_USE_FOR_DENY_ONLY))
            return true;
    }
    return false;
}

bool se_token_has_privilege(PACCESS_TOKEN given, LUID privilege)
{
    const struct se_token *token = given;
    for (ULONG i = 0; i < token->privilege_count; i++)
        if (RtlEqualLuid(&token->privileges[i].Luid, &privilege))
            return token->privileges[i].Attributes & SE_PRIVILEGE_ENABLED;
    return false;
}

BOOLEAN NTAPI SeTokenIsAdmin(PACCESS_TOKEN Token)
{
    return se_token_has_sid(Token, (PSID)&se_sid_administrators, false);
}

BOOLEAN NTAPI SeTokenIsRestricted(PACCESS_TOKEN Token)
{
    (void)Token;
    return FALSE; /* SeFilterToken is not there: no token is restricted */
}

BOOLEAN NTAPI SeTokenIsWriteRestricted(PACCESS_TOKEN Token)
{
    (void)Token;
    return FALSE;
}

TOKEN_TYPE NTAPI SeTokenType(PACCESS_TOKEN Token)
{
    return ((struct se_token *)Token)->type;
}

SECURITY_IMPERSONATION_LEVEL NTAPI SeTokenImpersonationLevel(PACCESS_TOKEN Token)
{
    return ((struct se_token *)Token)->level;
}

NTSTATUS NTAPI SeQueryAuthenticationIdToken(PACCESS_TOKEN Token, PLUID AuthenticationId)
{
    *AuthenticationId = ((struct se_token *)Token)->authentication;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI SeQuerySessionIdToken(PACCESS_TOKEN Token, PULONG SessionId)
{
    *SessionId = ((struct se_token *)Token)->session;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ZwAllocateLocallyUniqueId(PLUID Luid)
{
    *Luid = new_luid();
    return STATUS_SUCCESS;
}
