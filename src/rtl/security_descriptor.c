/* Security descriptors in both forms. Absolute ones point to their parts, self-relative ones hold offsets. Pure code; one from
 * outside is checked with RtlValidRelativeSecurityDescriptor first. */
#include <ntifs.h>

#include <stdbool.h>
#include <string.h>

/* The parts of either form. */
struct parts {
    PSID owner, group;
    PACL sacl, dacl;
};

static bool is_relative(PSECURITY_DESCRIPTOR given)
{
    return ((SECURITY_DESCRIPTOR *)given)->Control & SE_SELF_RELATIVE;
}

static PVOID at_offset(PSECURITY_DESCRIPTOR sd, ULONG offset)
{
    return offset ? (char *)sd + offset : NULL;
}

static struct parts parts_of(PSECURITY_DESCRIPTOR given)
{
    const SECURITY_DESCRIPTOR *absolute = given;
    const SECURITY_DESCRIPTOR_RELATIVE *relative = given;
    if (!is_relative(given))
        return (struct parts){absolute->Owner, absolute->Group, absolute->Control & SE_SACL_PRESENT ? absolute->Sacl : NULL,
            absolute->Control & SE_DACL_PRESENT ? absolute->Dacl : NULL};
    return (struct parts){at_offset(given, relative->Owner), at_offset(given, relative->Group),
        relative->Control & SE_SACL_PRESENT ? at_offset(given, relative->Sacl) : NULL,
        relative->Control & SE_DACL_PRESENT ? at_offset(given, relative->Dacl) : NULL};
}

static SECURITY_DESCRIPTOR_CONTROL control_of(PSECURITY_DESCRIPTOR given)
{
    return ((SECURITY_DESCRIPTOR *)given)->Control;
}

static bool good_revision(PSECURITY_DESCRIPTOR given)
{
    return ((SECURITY_DESCRIPTOR *)given)->Revision == SECURITY_DESCRIPTOR_REVISION;
}

/* ---- made and checked ---- */

NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Revision)
{
    if (Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    memset(SecurityDescriptor, 0, sizeof(SECURITY_DESCRIPTOR));
    ((SECURITY_DESCRIPTOR *)SecurityDescriptor)->Revision = SECURITY_DESCRIPTOR_REVISION;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlCreateSecurityDescriptorRelative(PISECURITY_DESCRIPTOR_RELATIVE SecurityDescriptor, ULONG Revision)
{
    if (Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    memset(SecurityDescriptor, 0, sizeof(*SecurityDescriptor));
    SecurityDescriptor->Revision = SECURITY_DESCRIPTOR_REVISION;
    SecurityDescriptor->Control = SE_SELF_RELATIVE;
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    if (!SecurityDescriptor || !good_revision(SecurityDescriptor))
        return FALSE;
    struct parts parts = parts_of(SecurityDescriptor);
    return (!parts.owner || RtlValidSid(parts.owner)) && (!parts.group || RtlValidSid(parts.group)) &&
           (!parts.sacl || RtlValidAcl(parts.sacl)) && (!parts.dacl || RtlValidAcl(parts.dacl));
}

static bool sid_inside(const void *sd, ULONG offset, ULONG length)
{
    if (!offset)
        return true;
    if (offset < sizeof(SECURITY_DESCRIPTOR_RELATIVE) || offset % 4 || offset > length ||
        length - offset < FIELD_OFFSET(SID, SubAuthority))
        return false;
    PSID sid = (char *)sd + offset;
    return RtlValidSid(sid) && RtlLengthSid(sid) <= length - offset;
}

static bool acl_inside(const void *sd, ULONG offset, ULONG length)
{
    if (!offset)
        return true;
    if (offset < sizeof(SECURITY_DESCRIPTOR_RELATIVE) || offset % 4 || offset > length || length - offset < sizeof(ACL))
        return false;
    PACL acl = (PACL)((char *)sd + offset);
    return acl->AclSize <= length - offset && RtlValidAcl(acl);
}

BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptorInput, ULONG SecurityDescriptorLength,
    SECURITY_INFORMATION RequiredInformation)
{
    const SECURITY_DESCRIPTOR_RELATIVE *sd = SecurityDescriptorInput;
    ULONG length = SecurityDescriptorLength;
    if (length < sizeof(*sd) || sd->Revision != SECURITY_DESCRIPTOR_REVISION || !(sd->Control & SE_SELF_RELATIVE))
        return FALSE;
    if (!sid_inside(sd, sd->Owner, length) || !sid_inside(sd, sd->Group, length))
        return FALSE;
    if ((sd->Control & SE_DACL_PRESENT && !acl_inside(sd, sd->Dacl, length)) ||
        (sd->Control & SE_SACL_PRESENT && !acl_inside(sd, sd->Sacl, length)))
        return FALSE;
    return !(RequiredInformation & OWNER_SECURITY_INFORMATION && !sd->Owner) &&
           !(RequiredInformation & GROUP_SECURITY_INFORMATION && !sd->Group) &&
           !(RequiredInformation & DACL_SECURITY_INFORMATION && !(sd->Control & SE_DACL_PRESENT)) &&
           !(RequiredInformation & SACL_SECURITY_INFORMATION && !(sd->Control & SE_SACL_PRESENT));
}

static ULONG round_up(ULONG length)
{
    return (length + 3u) & ~3u;
}

static ULONG relative_length(const struct parts *parts)
{
    return (ULONG)sizeof(SECURITY_DESCRIPTOR_RELATIVE) + (parts->owner ? round_up(RtlLengthSid(parts->owner)) : 0) +
           (parts->group ? round_up(RtlLengthSid(parts->group)) : 0) + (parts->sacl ? round_up(parts->sacl->AclSize) : 0) +
           (parts->dacl ? round_up(parts->dacl->AclSize) : 0);
}

ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    struct parts parts = parts_of(SecurityDescriptor);
    ULONG length = relative_length(&parts);
    return is_relative(SecurityDescriptor) ? length
                                           : length - (ULONG)sizeof(SECURITY_DESCRIPTOR_RELATIVE) + (ULONG)sizeof(SECURITY_DESCRIPTOR);
}

/* ---- parts ---- */

NTSTATUS NTAPI RtlGetControlSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSECURITY_DESCRIPTOR_CONTROL Control,
    PULONG Revision)
{
    *Revision = ((SECURITY_DESCRIPTOR *)SecurityDescriptor)->Revision;
    *Control = control_of(SecurityDescriptor);
    return good_revision(SecurityDescriptor) ? STATUS_SUCCESS : STATUS_UNKNOWN_REVISION;
}

NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID *Owner, PBOOLEAN OwnerDefaulted)
{
    if (!good_revision(SecurityDescriptor))
        return STATUS_UNKNOWN_REVISION;
    *Owner = parts_of(SecurityDescriptor).owner;
    *OwnerDefaulted = (control_of(SecurityDescriptor) & SE_OWNER_DEFAULTED) != 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID *Group, PBOOLEAN GroupDefaulted)
{
    if (!good_revision(SecurityDescriptor))
        return STATUS_UNKNOWN_REVISION;
    *Group = parts_of(SecurityDescriptor).group;
    *GroupDefaulted = (control_of(SecurityDescriptor) & SE_GROUP_DEFAULTED) != 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PBOOLEAN DaclPresent, PACL *Dacl,
    PBOOLEAN DaclDefaulted)
{
    if (!good_revision(SecurityDescriptor))
        return STATUS_UNKNOWN_REVISION;
    *DaclPresent = (control_of(SecurityDescriptor) & SE_DACL_PRESENT) != 0;
    if (*DaclPresent) {
        *Dacl = parts_of(SecurityDescriptor).dacl;
        *DaclDefaulted = (control_of(SecurityDescriptor) & SE_DACL_DEFAULTED) != 0;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PBOOLEAN SaclPresent, PACL *Sacl,
    PBOOLEAN SaclDefaulted)
{
    if (!good_revision(SecurityDescriptor))
        return STATUS_UNKNOWN_REVISION;
    *SaclPresent = (control_of(SecurityDescriptor) & SE_SACL_PRESENT) != 0;
    if (*SaclPresent) {
        *Sacl = parts_of(SecurityDescriptor).sacl;
        *SaclDefaulted = (control_of(SecurityDescriptor) & SE_SACL_DEFAULTED) != 0;
    }
    return STATUS_SUCCESS;
}

/* Parts are set in absolute descriptors only. */
static NTSTATUS can_set(PSECURITY_DESCRIPTOR sd)
{
    if (!good_revision(sd))
        return STATUS_UNKNOWN_REVISION;
    return is_relative(sd) ? STATUS_INVALID_SECURITY_DESCR : STATUS_SUCCESS;
}

static void set_bits(SECURITY_DESCRIPTOR *sd, SECURITY_DESCRIPTOR_CONTROL bits, bool on)
{
    sd->Control = on ? sd->Control | bits : sd->Control & (SECURITY_DESCRIPTOR_CONTROL)~bits;
}

NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID Owner, BOOLEAN OwnerDefaulted)
{
    SECURITY_DESCRIPTOR *sd = SecurityDescriptor;
    NTSTATUS status = can_set(sd);
    if (!NT_SUCCESS(status))
        return status;
    sd->Owner = Owner;
    set_bits(sd, SE_OWNER_DEFAULTED, OwnerDefaulted);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID Group, BOOLEAN GroupDefaulted)
{
    SECURITY_DESCRIPTOR *sd = SecurityDescriptor;
    NTSTATUS status = can_set(sd);
    if (!NT_SUCCESS(status))
        return status;
    sd->Group = Group;
    set_bits(sd, SE_GROUP_DEFAULTED, GroupDefaulted);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, BOOLEAN DaclPresent, PACL Dacl,
    BOOLEAN DaclDefaulted)
{
    SECURITY_DESCRIPTOR *sd = SecurityDescriptor;
    NTSTATUS status = can_set(sd);
    if (!NT_SUCCESS(status))
        return status;
    set_bits(sd, SE_DACL_PRESENT, DaclPresent);
    sd->Dacl = DaclPresent ? Dacl : NULL;
    set_bits(sd, SE_DACL_DEFAULTED, DaclPresent && DaclDefaulted);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, BOOLEAN SaclPresent, PACL Sacl,
    BOOLEAN SaclDefaulted)
{
    SECURITY_DESCRIPTOR *sd = SecurityDescriptor;
    NTSTATUS status = can_set(sd);
    if (!NT_SUCCESS(status))
        return status;
    set_bits(sd, SE_SACL_PRESENT, SaclPresent);
    sd->Sacl = SaclPresent ? Sacl : NULL;
    set_bits(sd, SE_SACL_DEFAULTED, SaclPresent && SaclDefaulted);
    return STATUS_SUCCESS;
}

/* ---- from one form to the other ---- */

static ULONG place(char *base, ULONG *at, const void *part, ULONG length)
{
    ULONG offset = *at;
    if (!part)
        return 0;
    memcpy(base + offset, part, length);
    *at += round_up(length);
    return offset;
}

NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(PSECURITY_DESCRIPTOR AbsoluteSecurityDescriptor,
    PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor, PULONG BufferLength)
{
    SECURITY_DESCRIPTOR_RELATIVE *out = SelfRelativeSecurityDescriptor;
    if (!good_revision(AbsoluteSecurityDescriptor))
        return STATUS_UNKNOWN_REVISION;
    if (is_relative(AbsoluteSecurityDescriptor))
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    struct parts parts = parts_of(AbsoluteSecurityDescriptor);
    ULONG need = relative_length(&parts), at = sizeof(*out);
    if (*BufferLength < need) {
        *BufferLength = need;
        return STATUS_BUFFER_TOO_SMALL;
    }
    *BufferLength = need;
    memset(out, 0, need);
    out->Revision = SECURITY_DESCRIPTOR_REVISION;
    out->Control = control_of(AbsoluteSecurityDescriptor) | SE_SELF_RELATIVE;
    out->Owner = place((char *)out, &at, parts.owner, parts.owner ? RtlLengthSid(parts.owner) : 0);
    out->Group = place((char *)out, &at, parts.group, parts.group ? RtlLengthSid(parts.group) : 0);
    out->Sacl = place((char *)out, &at, parts.sacl, parts.sacl ? parts.sacl->AclSize : 0);
    out->Dacl = place((char *)out, &at, parts.dacl, parts.dacl ? parts.dacl->AclSize : 0);
    return STATUS_SUCCESS;
}

/* Is there room for a part, and how much does it need? */
static bool room_for(const void *part, ULONG length, PULONG room)
{
    bool fits = !part || *room >= length;
    *room = part ? length : 0;
    return fits;
}

NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD(PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor,
    PSECURITY_DESCRIPTOR AbsoluteSecurityDescriptor, PULONG AbsoluteSecurityDescriptorSize, PACL Dacl, PULONG DaclSize, PACL Sacl,
    PULONG SaclSize, PSID Owner, PULONG OwnerSize, PSID PrimaryGroup, PULONG PrimaryGroupSize)
{
    SECURITY_DESCRIPTOR *out = AbsoluteSecurityDescriptor;
    if (!is_relative(SelfRelativeSecurityDescriptor))
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    struct parts parts = parts_of(SelfRelativeSecurityDescriptor);
    bool fits = *AbsoluteSecurityDescriptorSize >= sizeof(*out);
    *AbsoluteSecurityDescriptorSize = sizeof(*out);
    fits &= room_for(parts.dacl, parts.dacl ? parts.dacl->AclSize : 0, DaclSize);
    fits &= room_for(parts.sacl, parts.sacl ? parts.sacl->AclSize : 0, SaclSize);
    fits &= room_for(parts.owner, parts.owner ? RtlLengthSid(parts.owner) : 0, OwnerSize);
    fits &= room_for(parts.group, parts.group ? RtlLengthSid(parts.group) : 0, PrimaryGroupSize);
    if (!fits)
        return STATUS_BUFFER_TOO_SMALL;
    memset(out, 0, sizeof(*out));
    out->Revision = SECURITY_DESCRIPTOR_REVISION;
    out->Control = control_of(SelfRelativeSecurityDescriptor) & (SECURITY_DESCRIPTOR_CONTROL)~SE_SELF_RELATIVE;
    out->Owner = parts.owner ? memcpy(Owner, parts.owner, *OwnerSize) : NULL;
    out->Group = parts.group ? memcpy(PrimaryGroup, parts.group, *PrimaryGroupSize) : NULL;
    out->Sacl = parts.sacl ? memcpy(Sacl, parts.sacl, *SaclSize) : NULL;
    out->Dacl = parts.dacl ? memcpy(Dacl, parts.dacl, *DaclSize) : NULL;
    return STATUS_SUCCESS;
}
