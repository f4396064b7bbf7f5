/* SIDs, lists and descriptors that an application makes to guard what it creates. Pure code, any thread. */
#include "kernel32/security.h"

#include <stdlib.h>
#include <string.h>

#include "kernel32/handle.h"
#include "ntstatus.h"

/* --- SIDs --- */

static DWORD sid_length(const SID *sid)
{
    return (DWORD)(offsetof(SID, SubAuthority) + sid->SubAuthorityCount * sizeof(DWORD));
}

BOOL IsValidSid(PSID sid)
{
    const SID *s = sid;

    return s && s->Revision == SID_REVISION && s->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES;
}

DWORD GetLengthSid(PSID sid)
{
    return sid_length(sid);
}

BOOL EqualSid(PSID a, PSID b)
{
    return sid_length(a) == sid_length(b) && !memcmp(a, b, sid_length(a));
}

BOOL AllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY authority, BYTE count, DWORD s0, DWORD s1, DWORD s2,
    DWORD s3, DWORD s4, DWORD s5, DWORD s6, DWORD s7, PSID *sid)
{
    const DWORD parts[8] = {s0, s1, s2, s3, s4, s5, s6, s7};

    if (count > 8)
        return k32_result(STATUS_INVALID_SID);
    SID *s = calloc(1, sizeof *s + 8 * sizeof(DWORD));
    if (!s)
        return k32_result(STATUS_NO_MEMORY);
    s->Revision = SID_REVISION;
    s->SubAuthorityCount = count;
    s->IdentifierAuthority = *authority;
    memcpy(s->SubAuthority, parts, count * sizeof(DWORD));
    *sid = s;
    return TRUE;
}

PVOID FreeSid(PSID sid)
{
    free(sid);
    return NULL;
}

/* --- access control lists --- */

static bool acl_is_valid(const ACL *acl)
{
    size_t at = sizeof *acl;

    if (acl->AclRevision < ACL_REVISION || acl->AclRevision > ACL_REVISION_DS || acl->AclSize < sizeof *acl)
        return false;
    for (unsigned i = 0; i < acl->AceCount; i++) {
        const ACE_HEADER *ace = (const ACE_HEADER *)((const char *)acl + at);
        if (acl->AclSize - at < sizeof *ace || ace->AceSize < sizeof *ace || ace->AceSize > acl->AclSize - at)
            return false;
        at += ace->AceSize;
    }
    return true;
}

BOOL InitializeAcl(PACL acl, DWORD length, DWORD revision)
{
    if (length < sizeof *acl)
        return k32_result(STATUS_BUFFER_TOO_SMALL);
    if (revision < ACL_REVISION || revision > ACL_REVISION_DS || length > 0xffff)
        return k32_result(STATUS_INVALID_PARAMETER);
    memset(acl, 0, length);
    acl->AclRevision = (BYTE)revision;
    acl->AclSize = (WORD)(length & ~3u);
    return TRUE;
}

static NTSTATUS add_ace(PACL acl, DWORD revision, BYTE type, DWORD mask, PSID sid)
{
    size_t at = sizeof *acl, size = offsetof(ACCESS_ALLOWED_ACE, SidStart);

    if (!acl_is_valid(acl))
        return STATUS_INVALID_ACL;
    if (!IsValidSid(sid))
        return STATUS_INVALID_SID;
    if (revision < ACL_REVISION || revision > ACL_REVISION_DS)
        return STATUS_REVISION_MISMATCH;
    for (unsigned i = 0; i < acl->AceCount; i++)
        at += ((const ACE_HEADER *)((const char *)acl + at))->AceSize;
    size += sid_length(sid);
    if (size > acl->AclSize - at)
        return STATUS_ALLOTTED_SPACE_EXCEEDED;
    ACCESS_ALLOWED_ACE *ace = (ACCESS_ALLOWED_ACE *)((char *)acl + at);
    ace->Header = (ACE_HEADER){.AceType = type, .AceSize = (WORD)size};
    ace->Mask = mask;
    memcpy(&ace->SidStart, sid, sid_length(sid));
    acl->AceCount++;
    return STATUS_SUCCESS;
}

BOOL AddAccessAllowedAce(PACL acl, DWORD revision, DWORD mask, PSID sid)
{
    return k32_result(add_ace(acl, revision, ACCESS_ALLOWED_ACE_TYPE, mask, sid));
}

BOOL AddAccessDeniedAce(PACL acl, DWORD revision, DWORD mask, PSID sid)
{
    return k32_result(add_ace(acl, revision, ACCESS_DENIED_ACE_TYPE, mask, sid));
}

/* --- descriptors --- */

struct parts {
    const SID *owner, *group;
    const ACL *sacl, *dacl;
};

static const void *part(const void *relative, DWORD offset)
{
    return offset ? (const char *)relative + offset : NULL;
}

static struct parts parts_of(const void *descriptor)
{
    const SECURITY_DESCRIPTOR *absolute = descriptor;
    const SECURITY_DESCRIPTOR_RELATIVE *relative = descriptor;
    bool has_sacl = absolute->Control & SE_SACL_PRESENT, has_dacl = absolute->Control & SE_DACL_PRESENT;

    if (absolute->Control & SE_SELF_RELATIVE)
        return (struct parts){part(relative, relative->Owner), part(relative, relative->Group),
            has_sacl ? part(relative, relative->Sacl) : NULL,
            has_dacl ? part(relative, relative->Dacl) : NULL};
    return (struct parts){
        absolute->Owner, absolute->Group, has_sacl ? absolute->Sacl : NULL, has_dacl ? absolute->Dacl : NULL};
}

static DWORD rounded(DWORD length)
{
    return (length + 3) & ~3u;
}

BOOL IsValidSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor)
{
    if (!descriptor || ((const SECURITY_DESCRIPTOR *)descriptor)->Revision != SECURITY_DESCRIPTOR_REVISION)
        return FALSE;
    struct parts p = parts_of(descriptor);
    return (!p.owner || IsValidSid((PSID)p.owner)) && (!p.group || IsValidSid((PSID)p.group)) &&
           (!p.sacl || acl_is_valid(p.sacl)) && (!p.dacl || acl_is_valid(p.dacl));
}

DWORD GetSecurityDescriptorLength(PSECURITY_DESCRIPTOR descriptor)
{
    struct parts p = parts_of(descriptor);

    return (DWORD)sizeof(SECURITY_DESCRIPTOR_RELATIVE) + (p.owner ? rounded(sid_length(p.owner)) : 0) +
           (p.group ? rounded(sid_length(p.group)) : 0) + (p.sacl ? rounded(p.sacl->AclSize) : 0) +
           (p.dacl ? rounded(p.dacl->AclSize) : 0);
}

static DWORD put(char *to, DWORD *at, const void *from, DWORD length)
{
    DWORD offset = *at;

    if (!from)
        return 0;
    memcpy(to + offset, from, length);
    *at += rounded(length);
    return offset;
}

void k32_relative_descriptor(PSECURITY_DESCRIPTOR descriptor, void *to)
{
    struct parts p = parts_of(descriptor);
    SECURITY_DESCRIPTOR_RELATIVE *relative = to;
    DWORD at = sizeof *relative;

    memset(to, 0, GetSecurityDescriptorLength(descriptor));
    relative->Revision = SECURITY_DESCRIPTOR_REVISION;
    relative->Control = ((const SECURITY_DESCRIPTOR *)descriptor)->Control | SE_SELF_RELATIVE;
    relative->Sacl = put(to, &at, p.sacl, p.sacl ? p.sacl->AclSize : 0);
    relative->Dacl = put(to, &at, p.dacl, p.dacl ? p.dacl->AclSize : 0);
    relative->Owner = put(to, &at, p.owner, p.owner ? sid_length(p.owner) : 0);
    relative->Group = put(to, &at, p.group, p.group ? sid_length(p.group) : 0);
}

BOOL MakeSelfRelativeSD(PSECURITY_DESCRIPTOR absolute, PSECURITY_DESCRIPTOR relative, LPDWORD length)
{
    if (((const SECURITY_DESCRIPTOR *)absolute)->Control & SE_SELF_RELATIVE)
        return k32_result(STATUS_BAD_DESCRIPTOR_FORMAT);
    DWORD needed = GetSecurityDescriptorLength(absolute), room = *length;
    *length = needed;
    if (room < needed)
        return k32_result(STATUS_BUFFER_TOO_SMALL);
    k32_relative_descriptor(absolute, relative);
    return TRUE;
}

BOOL InitializeSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, DWORD revision)
{
    if (revision != SECURITY_DESCRIPTOR_REVISION)
        return k32_result(STATUS_UNKNOWN_REVISION);
    memset(descriptor, 0, sizeof(SECURITY_DESCRIPTOR));
    ((SECURITY_DESCRIPTOR *)descriptor)->Revision = (BYTE)revision;
    return TRUE;
}

static SECURITY_DESCRIPTOR *absolute_of(PSECURITY_DESCRIPTOR descriptor)
{
    SECURITY_DESCRIPTOR *sd = descriptor;

    if (sd->Revision == SECURITY_DESCRIPTOR_REVISION && !(sd->Control & SE_SELF_RELATIVE))
        return sd;
    k32_result(sd->Revision == SECURITY_DESCRIPTOR_REVISION ? STATUS_INVALID_SECURITY_DESCR
                                                            : STATUS_UNKNOWN_REVISION);
    return NULL;
}

BOOL SetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR descriptor, BOOL present, PACL dacl, BOOL defaulted)
{
    SECURITY_DESCRIPTOR *sd = absolute_of(descriptor);

    if (!sd)
        return FALSE;
    sd->Control &= (SECURITY_DESCRIPTOR_CONTROL) ~(SE_DACL_PRESENT | SE_DACL_DEFAULTED);
    sd->Control |= (present ? SE_DACL_PRESENT : 0) | (present && defaulted ? SE_DACL_DEFAULTED : 0);
    sd->Dacl = present ? dacl : NULL;
    return TRUE;
}

BOOL SetSecurityDescriptorOwner(PSECURITY_DESCRIPTOR descriptor, PSID owner, BOOL defaulted)
{
    SECURITY_DESCRIPTOR *sd = absolute_of(descriptor);

    if (!sd)
        return FALSE;
    sd->Control = (SECURITY_DESCRIPTOR_CONTROL)((sd->Control & ~SE_OWNER_DEFAULTED) |
                                                (defaulted ? SE_OWNER_DEFAULTED : 0));
    sd->Owner = owner;
    return TRUE;
}

BOOL SetSecurityDescriptorGroup(PSECURITY_DESCRIPTOR descriptor, PSID group, BOOL defaulted)
{
    SECURITY_DESCRIPTOR *sd = absolute_of(descriptor);

    if (!sd)
        return FALSE;
    sd->Control = (SECURITY_DESCRIPTOR_CONTROL)((sd->Control & ~SE_GROUP_DEFAULTED) |
                                                (defaulted ? SE_GROUP_DEFAULTED : 0));
    sd->Group = group;
    return TRUE;
}
