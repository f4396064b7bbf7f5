/* Security identifiers and LUIDs. Pure code; a SID from outside is checked with RtlValidSid first. */
#include <ntifs.h>

#include <stdbool.h>
#include <string.h>

#include "rtl/format.h"
#include "rtl/host.h"

ULONG NTAPI RtlLengthRequiredSid(ULONG SubAuthorityCount)
{
    return (ULONG)(FIELD_OFFSET(SID, SubAuthority) + SubAuthorityCount * sizeof(ULONG));
}

ULONG NTAPI RtlLengthSid(PSID Sid)
{
    return RtlLengthRequiredSid(((SID *)Sid)->SubAuthorityCount);
}

BOOLEAN NTAPI RtlValidSid(PSID Sid)
{
    const SID *sid = Sid;
    return sid && sid->Revision == SID_REVISION && sid->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES;
}

NTSTATUS NTAPI RtlInitializeSid(PSID Sid, PSID_IDENTIFIER_AUTHORITY IdentifierAuthority, UCHAR SubAuthorityCount)
{
    SID *sid = Sid;
    if (SubAuthorityCount > SID_MAX_SUB_AUTHORITIES)
        return STATUS_INVALID_PARAMETER;
    sid->Revision = SID_REVISION;
    sid->SubAuthorityCount = SubAuthorityCount;
    sid->IdentifierAuthority = *IdentifierAuthority;
    return STATUS_SUCCESS;
}

PULONG NTAPI RtlSubAuthoritySid(PSID Sid, ULONG SubAuthority)
{
    return &((SID *)Sid)->SubAuthority[SubAuthority];
}

PUCHAR NTAPI RtlSubAuthorityCountSid(PSID Sid)
{
    return &((SID *)Sid)->SubAuthorityCount;
}

PSID_IDENTIFIER_AUTHORITY NTAPI RtlIdentifierAuthoritySid(PSID Sid)
{
    return &((SID *)Sid)->IdentifierAuthority;
}

BOOLEAN NTAPI RtlEqualSid(PSID Sid1, PSID Sid2)
{
    const SID *a = Sid1, *b = Sid2;
    return a->Revision == b->Revision && a->SubAuthorityCount == b->SubAuthorityCount &&
        !memcmp(a, b, RtlLengthSid(Sid1));
}

BOOLEAN NTAPI RtlEqualPrefixSid(PSID Sid1, PSID Sid2)
{
    const SID *a = Sid1, *b = Sid2;
    if (a->Revision != b->Revision || a->SubAuthorityCount != b->SubAuthorityCount)
        return FALSE;
    return !a->SubAuthorityCount || !memcmp(a, b, RtlLengthSid(Sid1) - sizeof(ULONG));
}

NTSTATUS NTAPI RtlCopySid(ULONG DestinationSidLength, PSID DestinationSid, PSID SourceSid)
{
    ULONG length = RtlLengthSid(SourceSid);
    if (DestinationSidLength < length)
        return STATUS_BUFFER_TOO_SMALL;
    memmove(DestinationSid, SourceSid, length);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY IdentifierAuthority, UCHAR SubAuthorityCount,
    ULONG SubAuthority0, ULONG SubAuthority1, ULONG SubAuthority2, ULONG SubAuthority3, ULONG SubAuthority4,
    ULONG SubAuthority5, ULONG SubAuthority6, ULONG SubAuthority7, PSID *Sid)
{
    ULONG parts[8] = {SubAuthority0, SubAuthority1, SubAuthority2, SubAuthority3, SubAuthority4, SubAuthority5,
        SubAuthority6, SubAuthority7};
    if (SubAuthorityCount > 8)
        return STATUS_INVALID_SID;
    SID *sid = rtl_allocate(RtlLengthRequiredSid(SubAuthorityCount));
    if (!sid)
        return STATUS_NO_MEMORY;
    RtlInitializeSid(sid, IdentifierAuthority, SubAuthorityCount);
    memcpy(sid->SubAuthority, parts, SubAuthorityCount * sizeof(ULONG));
    *Sid = sid;
    return STATUS_SUCCESS;
}

PVOID NTAPI RtlFreeSid(PSID Sid)
{
    rtl_release(Sid);
    return NULL;
}

/* "S-1-5-32-544"; an authority above 32 bits is hexadecimal. */
static size_t print_sid(const SID *sid, char16_t *text, size_t capacity)
{
    const UCHAR *a = sid->IdentifierAuthority.Value;
    size_t used;
    if (a[0] || a[1])
        used = (size_t)rtl_snwprintf(text, capacity, u"S-%u-0x%02hx%02hx%02hx%02hx%02hx%02hx", (unsigned)sid->Revision, a[0],
            a[1], a[2], a[3], a[4], a[5]);
    else
        used = (size_t)rtl_snwprintf(text, capacity, u"S-%u-%u", (unsigned)sid->Revision,
            (unsigned)a[2] << 24 | (unsigned)a[3] << 16 | (unsigned)a[4] << 8 | a[5]);
    for (unsigned i = 0; i < sid->SubAuthorityCount; i++)
        used += (size_t)rtl_snwprintf(text + used, capacity - used, u"-%u", sid->SubAuthority[i]);
    return used;
}

NTSTATUS NTAPI RtlConvertSidToUnicodeString(PUNICODE_STRING UnicodeString, PSID Sid, BOOLEAN AllocateDestinationString)
{
    char16_t text[256];
    UNICODE_STRING source = {.Buffer = text};
    RTL_REQUIRE_IRQL(APC_LEVEL);
    if (!RtlValidSid(Sid))
        return STATUS_INVALID_SID;
    source.Length = source.MaximumLength = (USHORT)(print_sid(Sid, text, 256) * sizeof(WCHAR));
    if (AllocateDestinationString) {
        PWCH buffer = rtl_allocate(source.Length + sizeof(WCHAR));
        if (!buffer)
            return STATUS_NO_MEMORY;
        *UnicodeString = (UNICODE_STRING){0, (USHORT)(source.Length + sizeof(WCHAR)), buffer};
    } else if (source.Length > UnicodeString->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    RtlCopyUnicodeString(UnicodeString, &source);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlLengthSidAsUnicodeString(PSID Sid, PULONG StringLength)
{
    char16_t text[256];
    if (!RtlValidSid(Sid))
        return STATUS_INVALID_SID;
    *StringLength = (ULONG)((print_sid(Sid, text, 256) + 1) * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

/* ---- LUIDs ---- */

VOID NTAPI RtlCopyLuid(PLUID DestinationLuid, PLUID SourceLuid)
{
    *DestinationLuid = *SourceLuid;
}

/* ---- access masks ---- */

VOID NTAPI RtlMapGenericMask(PACCESS_MASK AccessMask, PGENERIC_MAPPING GenericMapping)
{
    ACCESS_MASK mask = *AccessMask;
    mask |= mask & GENERIC_READ ? GenericMapping->GenericRead : 0;
    mask |= mask & GENERIC_WRITE ? GenericMapping->GenericWrite : 0;
    mask |= mask & GENERIC_EXECUTE ? GenericMapping->GenericExecute : 0;
    mask |= mask & GENERIC_ALL ? GenericMapping->GenericAll : 0;
    *AccessMask = mask & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL);
}

BOOLEAN NTAPI RtlAreAllAccessesGranted(ACCESS_MASK GrantedAccess, ACCESS_MASK DesiredAccess)
{
    return (DesiredAccess & ~GrantedAccess) == 0;
}

BOOLEAN NTAPI RtlAreAnyAccessesGranted(ACCESS_MASK GrantedAccess, ACCESS_MASK DesiredAccess)
{
    return (DesiredAccess & GrantedAccess) != 0;
}
