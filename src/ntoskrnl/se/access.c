/* The access check: what a token may do with what a descriptor guards. Order and effect of entries are NT's: the first
 * entry that decides a right wins; the owner may always read and write the DACL. */
#include "ntoskrnl/se/token.h"

#include "ntoskrnl/ke/ke.h"

static const LUID privilege_security = {8, 0}, privilege_take_ownership = {9, 0};

ACCESS_MASK se_map_generic(ACCESS_MASK access, const GENERIC_MAPPING *mapping)
{
    ACCESS_MASK mapped = access & ~(ACCESS_MASK)(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL);
    if (access & GENERIC_READ)
        mapped |= mapping->GenericRead;
    if (access & GENERIC_WRITE)
        mapped |= mapping->GenericWrite;
    if (access & GENERIC_EXECUTE)
        mapped |= mapping->GenericExecute;
    if (access & GENERIC_ALL)
        mapped |= mapping->GenericAll;
    return mapped;
}

/* Where the SID of an entry stands; NULL for entries that do not grant or deny by SID. */
static PSID ace_sid(PACE_HEADER ace)
{
    PACCESS_ALLOWED_ACE plain = (PACCESS_ALLOWED_ACE)ace;
    switch (ace->AceType) {
    case ACCESS_ALLOWED_ACE_TYPE:
    case ACCESS_DENIED_ACE_TYPE:
    case ACCESS_DENIED_CALLBACK_ACE_TYPE:
        return (PSID)&plain->SidStart;
    case ACCESS_ALLOWED_OBJECT_ACE_TYPE:
    case ACCESS_DENIED_OBJECT_ACE_TYPE: {
        PULONG flags = (PULONG)&plain->SidStart;
        char *after = (char *)(flags + 1) + (*flags & 1 ? sizeof(GUID) : 0) + (*flags & 2 ? sizeof(GUID) : 0);
        return (PSID)after;
    }
    default: /* conditional allows: the condition is not evaluated, so nothing is granted */
        return NULL;
    }
}

static bool is_allow(UCHAR type)
{
    return type == ACCESS_ALLOWED_ACE_TYPE || type == ACCESS_ALLOWED_OBJECT_ACE_TYPE;
}

struct check {
    PACCESS_TOKEN token;
    const GENERIC_MAPPING *mapping;
    ACCESS_MASK allowed, denied;
    bool owner_rights; /* an OWNER RIGHTS entry replaces the owner's implicit rights */
    bool is_owner;
};

static void apply_ace(struct check *check, PACE_HEADER ace)
{
    PSID sid = ace_sid(ace);
    if (!sid || ace->AceFlags & INHERIT_ONLY_ACE)
        return;
    bool allow = is_allow(ace->AceType), owner_entry = RtlEqualSid(sid, (PSID)&se_sid_owner_rights);
    if (owner_entry)
        check->owner_rights = true;
    bool matches = owner_entry ? check->is_owner : se_token_has_sid(check->token, sid, !allow);
    if (!matches)
        return;
    ACCESS_MASK mask = se_map_generic(((PACCESS_ALLOWED_ACE)ace)->Mask, check->mapping);
    if (allow)
        check->allowed |= mask & ~check->denied;
    else
        check->denied |= mask & ~check->allowed;
}

static void walk_dacl(struct check *check, PACL dacl)
{
    for (ULONG i = 0; i < dacl->AceCount; i++) {
        PVOID ace;
        if (NT_SUCCESS(RtlGetAce(dacl, i, &ace)))
            apply_ace(check, ace);
    }
}

/* Mandatory label: a token below the object's level may not write (and, by the label's mask, read or execute). Without a label an
 * object is at medium level, which every token here has. */
static ACCESS_MASK label_denies(PSECURITY_DESCRIPTOR sd, const struct se_token *token, const GENERIC_MAPPING *mapping)
{
    PACL sacl = NULL;
    BOOLEAN present = FALSE, defaulted;
    ACCESS_MASK denied = 0;
    if (!NT_SUCCESS(RtlGetSaclSecurityDescriptor(sd, &present, &sacl, &defaulted)) || !present || !sacl)
        return 0;
    for (ULONG i = 0; i < sacl->AceCount; i++) {
        PACCESS_ALLOWED_ACE ace;
        if (!NT_SUCCESS(RtlGetAce(sacl, i, (PVOID *)&ace)) || ace->Header.AceType != 0x11 || ace->Header.AceFlags & INHERIT_ONLY_ACE)
            continue;
        PSID sid = (PSID)&ace->SidStart;
        if (token->integrity >= *RtlSubAuthoritySid(sid, 0))
            continue;
        denied |= (ace->Mask & 1 ? mapping->GenericWrite & ~mapping->GenericRead : 0) |
                  (ace->Mask & 2 ? mapping->GenericRead : 0) | (ace->Mask & 4 ? mapping->GenericExecute : 0);
    }
    return denied & ~(ACCESS_MASK)(READ_CONTROL | SYNCHRONIZE);
}

/* All that the descriptor gives the token, in check->allowed. */
static void evaluate(struct check *check, PSECURITY_DESCRIPTOR sd)
{
    PACL dacl = NULL;
    PSID owner = NULL;
    BOOLEAN present = FALSE, defaulted;
    RtlGetOwnerSecurityDescriptor(sd, &owner, &defaulted);
    check->is_owner = owner && se_token_has_sid(check->token, owner, false);
    check->denied = label_denies(sd, check->token, check->mapping);
    if (!NT_SUCCESS(RtlGetDaclSecurityDescriptor(sd, &present, &dacl, &defaulted)) || !present || !dacl)
        check->allowed = check->mapping->GenericAll & ~check->denied;
    else
        walk_dacl(check, dacl);
    if (check->is_owner && !check->owner_rights)
        check->allowed |= READ_CONTROL | WRITE_DAC;
    if (se_token_has_privilege(check->token, privilege_take_ownership))
        check->allowed |= WRITE_OWNER;
}

NTSTATUS se_access_check(PSECURITY_DESCRIPTOR sd, PACCESS_TOKEN token, ACCESS_MASK desired, const GENERIC_MAPPING *mapping,
    KPROCESSOR_MODE mode, PACCESS_MASK granted)
{
    bool maximum = desired & MAXIMUM_ALLOWED;
    desired = se_map_generic(desired & ~(ACCESS_MASK)MAXIMUM_ALLOWED, mapping);
    *granted = 0;
    if (mode == KernelMode || !sd) {
        *granted = desired | (maximum ? mapping->GenericAll : 0);
        return STATUS_SUCCESS;
    }
    ACCESS_MASK by_privilege = 0;
    if (desired & ACCESS_SYSTEM_SECURITY) {
        if (!se_token_has_privilege(token, privilege_security))
            return STATUS_PRIVILEGE_NOT_HELD;
        by_privilege = ACCESS_SYSTEM_SECURITY;
    }
    struct check check = {.token = token, .mapping = mapping};
    evaluate(&check, sd);
    check.allowed |= by_privilege;
    if (desired & ~check.allowed)
        return STATUS_ACCESS_DENIED;
    *granted = desired | (maximum ? check.allowed : 0);
    return *granted ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

BOOLEAN NTAPI SeAccessCheck(PSECURITY_DESCRIPTOR SecurityDescriptor, PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext,
    BOOLEAN SubjectContextLocked, ACCESS_MASK DesiredAccess, ACCESS_MASK PreviouslyGrantedAccess, PPRIVILEGE_SET *Privileges,
    PGENERIC_MAPPING GenericMapping, KPROCESSOR_MODE AccessMode, PACCESS_MASK GrantedAccess, PNTSTATUS AccessStatus)
{
    ACCESS_MASK granted = 0;
    (void)SubjectContextLocked;
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (Privileges)
        *Privileges = NULL;
    *GrantedAccess = 0;
    if (AccessMode != KernelMode && !SecurityDescriptor) {
        *AccessStatus = STATUS_ACCESS_DENIED;
        return FALSE;
    }
    if (AccessMode != KernelMode && !DesiredAccess) {
        *GrantedAccess = PreviouslyGrantedAccess;
        *AccessStatus = PreviouslyGrantedAccess ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
        return NT_SUCCESS(*AccessStatus);
    }
    PACCESS_TOKEN token = SubjectSecurityContext->ClientToken;
    if (token && SubjectSecurityContext->ImpersonationLevel < SecurityImpersonation && AccessMode != KernelMode) {
        *AccessStatus = STATUS_BAD_IMPERSONATION_LEVEL;
        return FALSE;
    }
    if (!token)
        token = SubjectSecurityContext->PrimaryToken;
    *AccessStatus = se_access_check(SecurityDescriptor, token, DesiredAccess, GenericMapping, AccessMode, &granted);
    if (!NT_SUCCESS(*AccessStatus))
        return FALSE;
    *GrantedAccess = granted | PreviouslyGrantedAccess;
    return TRUE;
}

VOID NTAPI SeFreePrivileges(PPRIVILEGE_SET Privileges)
{
    if (Privileges)
        ExFreePool(Privileges);
}
