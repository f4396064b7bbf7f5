/* Security descriptors the manager makes, copies, asks and changes. Self-relative results lie in paged pool. */
#include "ntoskrnl/se/token.h"

#include "ntoskrnl/ke/ke.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TAG 'dSeS'

/* The parts of a descriptor, wherever they come from. Pointers are borrowed. */
struct parts {
    PSID owner, group;
    PACL dacl, sacl;
    bool has_dacl, has_sacl;
    SECURITY_DESCRIPTOR_CONTROL control; /* protection and auto-inherit bits */
};

#define KEPT_BITS                                                                                                    \
    (SE_DACL_PROTECTED | SE_SACL_PROTECTED | SE_DACL_AUTO_INHERITED | SE_SACL_AUTO_INHERITED | SE_DACL_AUTO_INHERIT_REQ |   \
        SE_SACL_AUTO_INHERIT_REQ)

static struct parts parts_of(PSECURITY_DESCRIPTOR sd)
{
    struct parts parts = {0};
    BOOLEAN present, defaulted;
    ULONG revision;
    RtlGetControlSecurityDescriptor(sd, &parts.control, &revision);
    parts.control &= KEPT_BITS;
    RtlGetOwnerSecurityDescriptor(sd, &parts.owner, &defaulted);
    RtlGetGroupSecurityDescriptor(sd, &parts.group, &defaulted);
    if (NT_SUCCESS(RtlGetDaclSecurityDescriptor(sd, &present, &parts.dacl, &defaulted)))
        parts.has_dacl = present;
    if (NT_SUCCESS(RtlGetSaclSecurityDescriptor(sd, &present, &parts.sacl, &defaulted)))
        parts.has_sacl = present;
    return parts;
}

static NTSTATUS to_absolute(const struct parts *parts, SECURITY_DESCRIPTOR *sd)
{
    NTSTATUS status = RtlCreateSecurityDescriptor(sd, SECURITY_DESCRIPTOR_REVISION);
    if (NT_SUCCESS(status) && parts->owner)
        status = RtlSetOwnerSecurityDescriptor(sd, parts->owner, FALSE);
    if (NT_SUCCESS(status) && parts->group)
        status = RtlSetGroupSecurityDescriptor(sd, parts->group, FALSE);
    if (NT_SUCCESS(status) && parts->has_dacl)
        status = RtlSetDaclSecurityDescriptor(sd, TRUE, parts->dacl, FALSE);
    if (NT_SUCCESS(status) && parts->has_sacl) {
        sd->Control |= SE_SACL_PRESENT;
        sd->Sacl = parts->sacl;
    }
    sd->Control |= parts->control;
    return status;
}

static NTSTATUS to_relative(const struct parts *parts, PSECURITY_DESCRIPTOR *out)
{
    SECURITY_DESCRIPTOR absolute;
    ULONG length = 0;
    *out = NULL;
    NTSTATUS status = to_absolute(parts, &absolute);
    if (!NT_SUCCESS(status))
        return status;
    status = RtlAbsoluteToSelfRelativeSD(&absolute, NULL, &length);
    if (status != STATUS_BUFFER_TOO_SMALL)
        return NT_SUCCESS(status) ? STATUS_INVALID_SECURITY_DESCR : status;
    PSECURITY_DESCRIPTOR sd = ExAllocatePoolWithTag(PagedPool, length, TAG);
    if (!sd)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = RtlAbsoluteToSelfRelativeSD(&absolute, sd, &length);
    if (NT_SUCCESS(status))
        *out = sd;
    else
        ExFreePool(sd);
    return status;
}

NTSTATUS se_descriptor_capture(PSECURITY_DESCRIPTOR sd, PSECURITY_DESCRIPTOR *copy)
{
    *copy = NULL;
    if (!RtlValidSecurityDescriptor(sd))
        return STATUS_INVALID_SECURITY_DESCR;
    struct parts parts = parts_of(sd);
    return to_relative(&parts, copy);
}

static void choose(struct parts *to, const struct parts *from, SECURITY_INFORMATION which)
{
    if (which & OWNER_SECURITY_INFORMATION)
        to->owner = from->owner;
    if (which & GROUP_SECURITY_INFORMATION)
        to->group = from->group;
    if (which & DACL_SECURITY_INFORMATION) {
        to->dacl = from->dacl;
        to->has_dacl = from->has_dacl;
        to->control = (to->control & ~(SE_DACL_PROTECTED | SE_DACL_AUTO_INHERITED)) |
                      (from->control & (SE_DACL_PROTECTED | SE_DACL_AUTO_INHERITED));
    }
    if (which & (SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION)) {
        to->sacl = from->sacl;
        to->has_sacl = from->has_sacl;
    }
}

NTSTATUS se_descriptor_query(PSECURITY_DESCRIPTOR source, SECURITY_INFORMATION which, PSECURITY_DESCRIPTOR out, PULONG length)
{
    struct parts all = parts_of(source), wanted = {0};
    SECURITY_DESCRIPTOR absolute;
    choose(&wanted, &all, which);
    NTSTATUS status = to_absolute(&wanted, &absolute);
    return NT_SUCCESS(status) ? RtlAbsoluteToSelfRelativeSD(&absolute, out, length) : status;
}

NTSTATUS se_descriptor_merge(PSECURITY_DESCRIPTOR old, PSECURITY_DESCRIPTOR change, SECURITY_INFORMATION which,
    PSECURITY_DESCRIPTOR *merged)
{
    *merged = NULL;
    if (!RtlValidSecurityDescriptor(change))
        return STATUS_INVALID_SECURITY_DESCR;
    struct parts parts = parts_of(old), from = parts_of(change);
    if ((which & OWNER_SECURITY_INFORMATION && !from.owner))
        return STATUS_INVALID_OWNER;
    if (which & GROUP_SECURITY_INFORMATION && !from.group)
        return STATUS_INVALID_PRIMARY_GROUP;
    choose(&parts, &from, which);
    return to_relative(&parts, merged);
}

/* ---- fixed descriptors ---- */

struct entry {
    PSID sid;
    ACCESS_MASK mask;
    bool deny;
};

/* *acl comes from malloc. */
static NTSTATUS make_acl(const struct entry *entries, size_t n, PACL *acl)
{
    ULONG size = sizeof(ACL);
    for (size_t i = 0; i < n; i++)
        size += sizeof(ACCESS_ALLOWED_ACE) + RtlLengthSid(entries[i].sid);
    *acl = malloc(size);
    if (!*acl)
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = RtlCreateAcl(*acl, size, ACL_REVISION);
    for (size_t i = 0; i < n && NT_SUCCESS(status); i++)
        status = entries[i].deny ? RtlAddAccessDeniedAceEx(*acl, ACL_REVISION, 0, entries[i].mask, entries[i].sid)
                                 : RtlAddAccessAllowedAceEx(*acl, ACL_REVISION, 0, entries[i].mask, entries[i].sid);
    if (!NT_SUCCESS(status)) {
        free(*acl);
        *acl = NULL;
    }
    return status;
}

static NTSTATUS make_descriptor(PSID owner, PSID group, const struct entry *entries, size_t n, PSECURITY_DESCRIPTOR *sd)
{
    struct parts parts = {.owner = owner, .group = group, .has_dacl = true};
    *sd = NULL;
    NTSTATUS status = make_acl(entries, n, &parts.dacl);
    if (NT_SUCCESS(status))
        status = to_relative(&parts, sd);
    free(parts.dacl);
    return status;
}

static PSECURITY_DESCRIPTOR fixed[3];

static void make_fixed(void)
{
    const struct entry entries[] = {{(PSID)&se_sid_system, GENERIC_ALL, false},
        {(PSID)&se_sid_administrators, GENERIC_ALL, false},
        {(PSID)&se_sid_everyone, GENERIC_READ | GENERIC_EXECUTE, false}};
    const struct entry device[] = {entries[0], entries[1],
        {(PSID)&se_sid_everyone, GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE, false}};
    for (size_t i = 0; i < 3; i++) {
        PSECURITY_DESCRIPTOR made;
        if (!NT_SUCCESS(make_descriptor((PSID)&se_sid_administrators, (PSID)&se_sid_system, i == 2 ? device : entries, i == 0 ? 2 : 3,
                &made)))
            abort(); /* a few bytes at start-up, without which nothing is guarded */
        ULONG length = RtlLengthSecurityDescriptor(made);
        fixed[i] = malloc(length); /* for ever: not to be seen in the pool's account */
        if (!fixed[i])
            abort();
        memcpy(fixed[i], made, length);
        ExFreePool(made);
    }
}

static PSECURITY_DESCRIPTOR fixed_descriptor(unsigned which)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_fixed);
    return fixed[which];
}

PSECURITY_DESCRIPTOR se_descriptor_system_only(void)
{
    return fixed_descriptor(0);
}

PSECURITY_DESCRIPTOR se_descriptor_public(void)
{
    return fixed_descriptor(1);
}

PSECURITY_DESCRIPTOR se_descriptor_device(void)
{
    return fixed_descriptor(2);
}

NTSTATUS se_descriptor_of_token(PACCESS_TOKEN given, PSECURITY_DESCRIPTOR *sd)
{
    PSID user = se_token_user(given);
    const struct entry entries[] = {{(PSID)&se_sid_system, GENERIC_ALL, false},
        {(PSID)&se_sid_administrators, GENERIC_ALL, false}, {user, GENERIC_ALL, false}};
    return make_descriptor(user, se_token_primary_group(given), entries, 3, sd);
}

/* ---- Linux mode bits (V-179) ---- */

#define EVERYBODY (SYNCHRONIZE | READ_CONTROL | FILE_READ_ATTRIBUTES | FILE_READ_EA)
#define OWNER_ALSO (DELETE | WRITE_DAC | WRITE_OWNER | FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA)

static ACCESS_MASK rights_of(unsigned rwx, mode_t mode)
{
    ACCESS_MASK mask = EVERYBODY;
    if (rwx & 4)
        mask |= FILE_READ_DATA;
    if (rwx & 2) {
        mask |= FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA;
        if (S_ISDIR(mode) && !(mode & S_ISVTX))
            mask |= FILE_DELETE_CHILD;
    }
    if (rwx & 1)
        mask |= FILE_EXECUTE;
    return mask;
}

NTSTATUS se_descriptor_of_mode(mode_t mode, uid_t uid, gid_t gid, PSECURITY_DESCRIPTOR *sd)
{
    struct se_sid2 user, group;
    struct entry entries[5];
    size_t n = 0;
    se_sid_of_uid(uid, &user);
    se_sid_of_gid(gid, &group);
    ACCESS_MASK owner = rights_of(mode >> 6 & 7, mode) | OWNER_ALSO, members = rights_of(mode >> 3 & 7, mode),
                others = rights_of(mode & 7, mode);
    ACCESS_MASK owner_lacks = (members | others) & ~owner, members_lack = others & ~members;
    /* NT adds up what every matching entry gives; Linux takes the first class only: what a class lacks is denied to it. */
    if (owner_lacks)
        entries[n++] = (struct entry){&user, owner_lacks, true};
    entries[n++] = (struct entry){&user, owner, false};
    if (members_lack)
        entries[n++] = (struct entry){&group, members_lack, true};
    entries[n++] = (struct entry){&group, members, false};
    entries[n++] = (struct entry){(PSID)&se_sid_everyone, others, false};
    return make_descriptor(&user, &group, entries, n, sd);
}

/* ---- descriptors of new objects ---- */

static bool inherits(PACE_HEADER ace, bool directory)
{
    return ace->AceFlags & (directory ? CONTAINER_INHERIT_ACE | OBJECT_INHERIT_ACE : OBJECT_INHERIT_ACE);
}

/* Adds one inherited entry: CREATOR OWNER and CREATOR GROUP become the new object's, flags as NT's table says. */
static NTSTATUS inherit_ace(PACL acl, PACCESS_ALLOWED_ACE ace, bool directory, PSID owner, PSID group,
    const GENERIC_MAPPING *mapping)
{
    if (ace->Header.AceType != ACCESS_ALLOWED_ACE_TYPE && ace->Header.AceType != ACCESS_DENIED_ACE_TYPE)
        return STATUS_SUCCESS;
    UCHAR flags = INHERITED_ACE;
    if (directory && !(ace->Header.AceFlags & NO_PROPAGATE_INHERIT_ACE)) {
        flags |= ace->Header.AceFlags & (CONTAINER_INHERIT_ACE | OBJECT_INHERIT_ACE);
        if (!(ace->Header.AceFlags & CONTAINER_INHERIT_ACE))
            flags |= INHERIT_ONLY_ACE; /* for files further down only */
    }
    PSID sid = (PSID)&ace->SidStart;
    ACCESS_MASK mask = ace->Mask;
    if (!(flags & INHERIT_ONLY_ACE)) {
        if (RtlEqualSid(sid, (PSID)&se_sid_creator_owner))
            sid = owner;
        else if (RtlEqualSid(sid, (PSID)&se_sid_creator_group))
            sid = group;
        mask = se_map_generic(mask, mapping);
    }
    return ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE ? RtlAddAccessAllowedAceEx(acl, ACL_REVISION, flags, mask, sid)
                                                          : RtlAddAccessDeniedAceEx(acl, ACL_REVISION, flags, mask, sid);
}

/* *acl from malloc, NULL when nothing is inherited. */
static NTSTATUS inherit_dacl(PACL parent, bool directory, PSID owner, PSID group, const GENERIC_MAPPING *mapping, PACL *acl)
{
    ULONG size = parent->AclSize + parent->AceCount * (ULONG)SECURITY_MAX_SID_SIZE;
    NTSTATUS status = STATUS_SUCCESS;
    *acl = malloc(size > 0xfff8 ? 0xfff8 : size);
    if (!*acl)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = RtlCreateAcl(*acl, size > 0xfff8 ? 0xfff8 : size, ACL_REVISION);
    for (ULONG i = 0; i < parent->AceCount && NT_SUCCESS(status); i++) {
        PACCESS_ALLOWED_ACE ace;
        status = RtlGetAce(parent, i, (PVOID *)&ace);
        if (NT_SUCCESS(status) && inherits(&ace->Header, directory))
            status = inherit_ace(*acl, ace, directory, owner, group, mapping);
    }
    if (!NT_SUCCESS(status) || !(*acl)->AceCount) {
        free(*acl);
        *acl = NULL;
    }
    return status;
}

NTSTATUS NTAPI SeAssignSecurity(PSECURITY_DESCRIPTOR ParentDescriptor, PSECURITY_DESCRIPTOR ExplicitDescriptor,
    PSECURITY_DESCRIPTOR *NewDescriptor, BOOLEAN IsDirectoryObject, PSECURITY_SUBJECT_CONTEXT SubjectContext,
    PGENERIC_MAPPING GenericMapping, POOL_TYPE PoolType)
{
    (void)PoolType;
    PACCESS_TOKEN given = SubjectContext->ClientToken ? SubjectContext->ClientToken : SubjectContext->PrimaryToken;
    const struct se_token *token = given;
    struct parts parts = {.owner = token->groups[token->owner].Sid, .group = token->groups[token->primary].Sid, .has_dacl = true};
    PACL inherited = NULL;
    NTSTATUS status = STATUS_SUCCESS;
    if (ExplicitDescriptor) {
        struct parts wish = parts_of(ExplicitDescriptor);
        parts.owner = wish.owner ? wish.owner : parts.owner;
        parts.group = wish.group ? wish.group : parts.group;
        parts.sacl = wish.sacl;
        parts.has_sacl = wish.has_sacl;
        parts.dacl = wish.dacl;
        parts.has_dacl = wish.has_dacl;
        parts.control = wish.control;
    }
    if (!ExplicitDescriptor || !parts.has_dacl) {
        struct parts parent = ParentDescriptor ? parts_of(ParentDescriptor) : (struct parts){0};
        if (parent.dacl)
            status = inherit_dacl(parent.dacl, IsDirectoryObject, parts.owner, parts.group, GenericMapping, &inherited);
        parts.dacl = inherited ? inherited : token->default_dacl;
        parts.has_dacl = true;
    }
    if (NT_SUCCESS(status))
        status = to_relative(&parts, NewDescriptor);
    free(inherited);
    return status;
}

NTSTATUS NTAPI SeAssignSecurityEx(PSECURITY_DESCRIPTOR ParentDescriptor, PSECURITY_DESCRIPTOR ExplicitDescriptor,
    PSECURITY_DESCRIPTOR *NewDescriptor, GUID *ObjectType, BOOLEAN IsDirectoryObject, ULONG AutoInheritFlags,
    PSECURITY_SUBJECT_CONTEXT SubjectContext, PGENERIC_MAPPING GenericMapping, POOL_TYPE PoolType)
{
    (void)ObjectType;
    (void)AutoInheritFlags;
    return SeAssignSecurity(ParentDescriptor, ExplicitDescriptor, NewDescriptor, IsDirectoryObject, SubjectContext,
        GenericMapping, PoolType);
}

NTSTATUS NTAPI SeDeassignSecurity(PSECURITY_DESCRIPTOR *SecurityDescriptor)
{
    if (*SecurityDescriptor)
        ExFreePool(*SecurityDescriptor);
    *SecurityDescriptor = NULL;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI SeQuerySecurityDescriptorInfo(PSECURITY_INFORMATION SecurityInformation, PSECURITY_DESCRIPTOR SecurityDescriptor,
    PULONG Length, PSECURITY_DESCRIPTOR *ObjectsSecurityDescriptor)
{
    if (!*ObjectsSecurityDescriptor)
        return STATUS_NO_SECURITY_ON_OBJECT;
    return se_descriptor_query(*ObjectsSecurityDescriptor, *SecurityInformation, SecurityDescriptor, Length);
}

NTSTATUS NTAPI SeSetSecurityDescriptorInfo(PVOID Object, PSECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR ModificationDescriptor, PSECURITY_DESCRIPTOR *ObjectsSecurityDescriptor, POOL_TYPE PoolType,
    PGENERIC_MAPPING GenericMapping)
{
    PSECURITY_DESCRIPTOR merged;
    (void)Object;
    (void)PoolType;
    (void)GenericMapping;
    if (!*ObjectsSecurityDescriptor)
        return STATUS_NO_SECURITY_ON_OBJECT;
    NTSTATUS status = se_descriptor_merge(*ObjectsSecurityDescriptor, ModificationDescriptor, *SecurityInformation, &merged);
    if (NT_SUCCESS(status))
        *ObjectsSecurityDescriptor = merged; /* the old one is the caller's to free, as on Windows */
    return status;
}

NTSTATUS NTAPI SeSetSecurityDescriptorInfoEx(PVOID Object, PSECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR ModificationDescriptor, PSECURITY_DESCRIPTOR *ObjectsSecurityDescriptor, ULONG AutoInheritFlags,
    POOL_TYPE PoolType, PGENERIC_MAPPING GenericMapping)
{
    (void)AutoInheritFlags;
    return SeSetSecurityDescriptorInfo(Object, SecurityInformation, ModificationDescriptor, ObjectsSecurityDescriptor, PoolType,
        GenericMapping);
}

BOOLEAN NTAPI SeValidSecurityDescriptor(ULONG Length, PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    return RtlValidRelativeSecurityDescriptor(SecurityDescriptor, Length, 0);
}

VOID NTAPI SeSetSecurityAccessMask(SECURITY_INFORMATION SecurityInformation, PACCESS_MASK DesiredAccess)
{
    *DesiredAccess = 0;
    if (SecurityInformation & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION))
        *DesiredAccess |= WRITE_OWNER;
    if (SecurityInformation & DACL_SECURITY_INFORMATION)
        *DesiredAccess |= WRITE_DAC;
    if (SecurityInformation & SACL_SECURITY_INFORMATION)
        *DesiredAccess |= ACCESS_SYSTEM_SECURITY;
}

VOID NTAPI SeQuerySecurityAccessMask(SECURITY_INFORMATION SecurityInformation, PACCESS_MASK DesiredAccess)
{
    *DesiredAccess = 0;
    if (SecurityInformation & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION))
        *DesiredAccess |= READ_CONTROL;
    if (SecurityInformation & SACL_SECURITY_INFORMATION)
        *DesiredAccess |= ACCESS_SYSTEM_SECURITY;
}
