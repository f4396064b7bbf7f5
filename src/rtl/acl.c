/* Access control lists: made, checked, read and added to. Pure code; an ACL from outside is checked with RtlValidAcl first. */
#include <ntifs.h>

#include <stdbool.h>
#include <string.h>

static PACE_HEADER first_ace(PACL acl)
{
    return (PACE_HEADER)(acl + 1);
}

static PACE_HEADER next_ace(PACE_HEADER ace)
{
    return (PACE_HEADER)((char *)ace + ace->AceSize);
}

static bool good_revision(ULONG revision)
{
    return revision >= 2 && revision <= 4; /* MIN_ACL_REVISION to ACL_REVISION4 */
}

NTSTATUS NTAPI RtlCreateAcl(PACL Acl, ULONG AclLength, ULONG AclRevision)
{
    if (AclLength < sizeof(ACL))
        return STATUS_BUFFER_TOO_SMALL;
    if (!good_revision(AclRevision) || AclLength > 0xffff)
        return STATUS_INVALID_PARAMETER;
    memset(Acl, 0, sizeof(*Acl));
    Acl->AclRevision = (UCHAR)AclRevision;
    Acl->AclSize = (USHORT)(AclLength & ~3u);
    return STATUS_SUCCESS;
}

/* The free byte behind the last entry; NULL when entries reach over the end. */
static char *first_free(PACL acl)
{
    char *end = (char *)acl + acl->AclSize;
    PACE_HEADER ace = first_ace(acl);
    for (ULONG i = 0; i < acl->AceCount; i++) {
        if ((char *)(ace + 1) > end || ace->AceSize < sizeof(*ace) || ace->AceSize % 4 || (char *)ace + ace->AceSize > end)
            return NULL;
        ace = next_ace(ace);
    }
    return (char *)ace;
}

/* Entries that carry "mask, SID": the SID must lie inside. */
static bool sid_fits(PACE_HEADER ace)
{
    ULONG at = sizeof(*ace) + sizeof(ACCESS_MASK);
    if (ace->AceSize < at + FIELD_OFFSET(SID, SubAuthority))
        return false;
    PSID sid = (char *)ace + at;
    return RtlValidSid(sid) && ace->AceSize >= at + RtlLengthSid(sid);
}

static bool has_plain_sid(UCHAR type)
{
    return type <= SYSTEM_ALARM_ACE_TYPE || type == ACCESS_ALLOWED_CALLBACK_ACE_TYPE || type == ACCESS_DENIED_CALLBACK_ACE_TYPE ||
           type == SYSTEM_MANDATORY_LABEL_ACE_TYPE;
}

static bool is_object_ace(UCHAR type)
{
    return (type >= ACCESS_ALLOWED_OBJECT_ACE_TYPE && type <= SYSTEM_ALARM_OBJECT_ACE_TYPE) ||
           type == ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE || type == ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE;
}

/* Mask, flags, none to two GUIDs, SID. */
static bool object_sid_fits(PACE_HEADER ace)
{
    ULONG at = sizeof(*ace) + sizeof(ACCESS_MASK) + sizeof(ULONG), flags;
    if (ace->AceSize < at)
        return false;
    memcpy(&flags, (char *)ace + at - sizeof(flags), sizeof(flags));
    at += (flags & 1 ? sizeof(GUID) : 0) + (flags & 2 ? sizeof(GUID) : 0);
    if (ace->AceSize < at + FIELD_OFFSET(SID, SubAuthority))
        return false;
    PSID sid = (char *)ace + at;
    return RtlValidSid(sid) && ace->AceSize >= at + RtlLengthSid(sid);
}

BOOLEAN NTAPI RtlValidAcl(PACL Acl)
{
    if (!good_revision(Acl->AclRevision) || Acl->AclSize < sizeof(ACL) || Acl->AclSize % 4 || !first_free(Acl))
        return FALSE;
    PACE_HEADER ace = first_ace(Acl);
    for (ULONG i = 0; i < Acl->AceCount; i++, ace = next_ace(ace)) {
        if (has_plain_sid(ace->AceType) && !sid_fits(ace))
            return FALSE;
        if (is_object_ace(ace->AceType) && !object_sid_fits(ace))
            return FALSE;
    }
    return TRUE;
}

NTSTATUS NTAPI RtlGetAce(PACL Acl, ULONG AceIndex, PVOID *Ace)
{
    if (!good_revision(Acl->AclRevision) || AceIndex >= Acl->AceCount)
        return STATUS_INVALID_PARAMETER;
    PACE_HEADER ace = first_ace(Acl);
    char *end = (char *)Acl + Acl->AclSize;
    while (AceIndex-- && (char *)ace < end)
        ace = next_ace(ace);
    if ((char *)ace >= end)
        return STATUS_INVALID_PARAMETER;
    *Ace = ace;
    return STATUS_SUCCESS;
}

static NTSTATUS add_known_ace(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask, PSID sid, UCHAR type)
{
    if (!RtlValidSid(sid))
        return STATUS_INVALID_SID;
    if (!good_revision(acl->AclRevision) || !good_revision(revision))
        return STATUS_UNKNOWN_REVISION;
    if (flags & ~0x1fu)
        return STATUS_INVALID_PARAMETER;
    char *at = first_free(acl);
    if (!at)
        return STATUS_INVALID_ACL;
    ULONG size = (ULONG)(sizeof(ACE_HEADER) + sizeof(ACCESS_MASK)) + RtlLengthSid(sid);
    if (at + size > (char *)acl + acl->AclSize)
        return STATUS_ALLOTTED_SPACE_EXCEEDED;
    ACE_HEADER header = {.AceType = type, .AceFlags = (UCHAR)flags, .AceSize = (USHORT)size};
    memcpy(at, &header, sizeof(header));
    memcpy(at + sizeof(header), &mask, sizeof(mask));
    memcpy(at + sizeof(header) + sizeof(mask), sid, RtlLengthSid(sid));
    acl->AceCount++;
    if (revision > acl->AclRevision)
        acl->AclRevision = (UCHAR)revision;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAddAccessAllowedAceEx(PACL Acl, ULONG AceRevision, ULONG AceFlags, ACCESS_MASK AccessMask, PSID Sid)
{
    return add_known_ace(Acl, AceRevision, AceFlags, AccessMask, Sid, ACCESS_ALLOWED_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddAccessAllowedAce(PACL Acl, ULONG AceRevision, ACCESS_MASK AccessMask, PSID Sid)
{
    return add_known_ace(Acl, AceRevision, 0, AccessMask, Sid, ACCESS_ALLOWED_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddAccessDeniedAceEx(PACL Acl, ULONG AceRevision, ULONG AceFlags, ACCESS_MASK AccessMask, PSID Sid)
{
    return add_known_ace(Acl, AceRevision, AceFlags, AccessMask, Sid, ACCESS_DENIED_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddAccessDeniedAce(PACL Acl, ULONG AceRevision, ACCESS_MASK AccessMask, PSID Sid)
{
    return add_known_ace(Acl, AceRevision, 0, AccessMask, Sid, ACCESS_DENIED_ACE_TYPE);
}

/* Entries of a caller's list are whole and fill it exactly; their number, or -1. */
static long count_entries(const void *list, ULONG length)
{
    long n = 0;
    for (ULONG at = 0; at < length; n++) {
        ACE_HEADER ace;
        if (length - at < sizeof(ace))
            return -1;
        memcpy(&ace, (const char *)list + at, sizeof(ace));
        if (ace.AceSize < sizeof(ace) || ace.AceSize > length - at)
            return -1;
        at += ace.AceSize;
    }
    return n;
}

NTSTATUS NTAPI RtlAddAce(PACL Acl, ULONG AceRevision, ULONG StartingAceIndex, PVOID AceList, ULONG AceListLength)
{
    if (!RtlValidAcl(Acl) || !good_revision(AceRevision))
        return STATUS_INVALID_PARAMETER;
    long n = count_entries(AceList, AceListLength);
    char *end = first_free(Acl);
    if (n < 0 || AceRevision < Acl->AclRevision)
        return STATUS_INVALID_PARAMETER;
    if (end + AceListLength > (char *)Acl + Acl->AclSize)
        return STATUS_BUFFER_TOO_SMALL;
    PACE_HEADER at = first_ace(Acl);
    for (ULONG i = 0; i < StartingAceIndex && i < Acl->AceCount; i++)
        at = next_ace(at);
    memmove((char *)at + AceListLength, at, (size_t)(end - (char *)at));
    memcpy(at, AceList, AceListLength);
    Acl->AceCount = (USHORT)(Acl->AceCount + n);
    Acl->AclRevision = (UCHAR)AceRevision;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeleteAce(PACL Acl, ULONG AceIndex)
{
    PACE_HEADER ace;
    if (!RtlValidAcl(Acl) || !NT_SUCCESS(RtlGetAce(Acl, AceIndex, (PVOID *)&ace)))
        return STATUS_INVALID_PARAMETER;
    char *end = first_free(Acl), *behind = (char *)next_ace(ace);
    USHORT size = ace->AceSize;
    memmove(ace, behind, (size_t)(end - behind));
    memset(end - size, 0, size);
    Acl->AceCount--;
    return STATUS_SUCCESS;
}
