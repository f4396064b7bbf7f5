/* Security descriptors from SDDL, the notation of IoCreateDeviceSecure: "O:", "G:" and "D:" with entries that grant
 * or deny. Pure code over memory of its own, any thread. */
#include "ntoskrnl/se/se.h"

#include <string.h>

#define TAG 'ldSS'
#define MOST 64 /* entries of one list */

struct cursor {
    const WCHAR *at, *end;
};

static bool take(struct cursor *c, WCHAR wanted)
{
    if (c->at == c->end || *c->at != wanted)
        return false;
    c->at++;
    return true;
}

/* Does the text go on with these letters? Then they are taken. */
static bool take_word(struct cursor *c, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(c->end - c->at) < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (c->at[i] != (WCHAR)(unsigned char)word[i])
            return false;
    }
    c->at += n;
    return true;
}

static int digit_of(WCHAR c, unsigned base)
{
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
    return digit < (int)base ? digit : -1;
}

static bool take_number(struct cursor *c, uint64_t most, uint64_t *value)
{
    unsigned base = take_word(c, "0x") ? 16 : 10;
    const WCHAR *start = c->at;
    *value = 0;
    for (int digit; c->at < c->end && (digit = digit_of(*c->at, base)) >= 0; c->at++) {
        *value = *value * base + (unsigned)digit;
        if (*value > most)
            return false;
    }
    return c->at > start;
}

/* ---- SIDs ---- */

static const struct {
    const char *letters;
    UCHAR authority, count;
    ULONG sub[2];
} known[] = {{"WD", 1, 1, {0}}, {"CO", 3, 1, {0}}, {"NU", 5, 1, {2}}, {"IU", 5, 1, {4}}, {"SU", 5, 1, {6}}, {"AN", 5, 1, {7}},
    {"PS", 5, 1, {10}}, {"AU", 5, 1, {11}}, {"RC", 5, 1, {12}}, {"SY", 5, 1, {18}}, {"LS", 5, 1, {19}}, {"NS", 5, 1, {20}},
    {"WR", 5, 1, {33}}, {"BA", 5, 2, {32, 544}}, {"BU", 5, 2, {32, 545}}, {"BG", 5, 2, {32, 546}}, {"PU", 5, 2, {32, 547}},
    {"NO", 5, 2, {32, 556}}, {"AC", 15, 2, {2, 1}}};

static void make_sid(PISID sid, uint64_t authority, UCHAR count)
{
    *sid = (SID){.Revision = SID_REVISION, .SubAuthorityCount = count};
    for (unsigned i = 0; i < 6; i++)
        sid->IdentifierAuthority.Value[i] = (UCHAR)(authority >> 8 * (5 - i));
}

static bool take_sid_number(struct cursor *c, PISID sid)
{
    uint64_t authority, sub;
    if (!take_word(c, "S-1-") || !take_number(c, (UINT64_C(1) << 48) - 1, &authority))
        return false;
    make_sid(sid, authority, 0);
    while (take(c, '-')) {
        if (sid->SubAuthorityCount == SID_MAX_SUB_AUTHORITIES || !take_number(c, UINT32_MAX, &sub))
            return false;
        sid->SubAuthority[sid->SubAuthorityCount++] = (ULONG)sub;
    }
    return sid->SubAuthorityCount > 0;
}

static bool take_sid(struct cursor *c, PISID sid)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!take_word(c, known[i].letters))
            continue;
        make_sid(sid, known[i].authority, known[i].count);
        memcpy(sid->SubAuthority, known[i].sub, known[i].count * sizeof(ULONG));
        return true;
    }
    return take_sid_number(c, sid);
}

/* ---- rights ---- */

static bool take_rights(struct cursor *c, ACCESS_MASK *mask)
{
    static const struct {
        const char *letters;
        ACCESS_MASK mask;
    } rights[] = {{"GA", GENERIC_ALL}, {"GR", GENERIC_READ}, {"GW", GENERIC_WRITE}, {"GX", GENERIC_EXECUTE}, {"RC", READ_CONTROL},
        {"SD", DELETE}, {"WD", WRITE_DAC}, {"WO", WRITE_OWNER}, {"FA", FILE_ALL_ACCESS}, {"FR", FILE_GENERIC_READ},
        {"FW", FILE_GENERIC_WRITE}, {"FX", FILE_GENERIC_EXECUTE}, {"CC", 1}, {"DC", 2}, {"LC", 4}, {"SW", 8}, {"RP", 16}, {"WP", 32},
        {"DT", 64}, {"LO", 128}, {"CR", 256}};
    uint64_t number;
    *mask = 0;
    if (c->at < c->end && *c->at >= '0' && *c->at <= '9') {
        if (!take_number(c, UINT32_MAX, &number))
            return false;
        *mask = (ACCESS_MASK)number;
        return true;
    }
    for (size_t i = 0; i < sizeof rights / sizeof *rights;) {
        bool found = take_word(c, rights[i].letters);
        if (found)
            *mask |= rights[i].mask;
        i = found ? 0 : i + 1;
    }
    return true;
}

/* ---- lists ---- */

static bool take_flags(struct cursor *c, UCHAR *flags)
{
    static const struct {
        const char *letters;
        UCHAR flag;
    } all[] = {{"OI", OBJECT_INHERIT_ACE}, {"CI", CONTAINER_INHERIT_ACE}, {"NP", NO_PROPAGATE_INHERIT_ACE}, {"IO", INHERIT_ONLY_ACE}};
    *flags = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all;) {
        bool found = take_word(c, all[i].letters);
        if (found)
            *flags |= all[i].flag;
        i = found ? 0 : i + 1;
    }
    return true;
}

/* (A;flags;rights;;;SID) or (D;...) */
static NTSTATUS take_entry(struct cursor *c, PACL acl)
{
    union {
        SID sid;
        UCHAR room[SECURITY_MAX_SID_SIZE];
    } u;
    ACCESS_MASK mask;
    UCHAR flags;
    bool allows = take_word(c, "A;");
    if (!allows && !take_word(c, "D;"))
        return STATUS_INVALID_PARAMETER;
    if (!take_flags(c, &flags) || !take(c, ';') || !take_rights(c, &mask) || !take_word(c, ";;;") || !take_sid(c, &u.sid) || !take(c, ')'))
        return STATUS_INVALID_PARAMETER;
    return allows ? RtlAddAccessAllowedAceEx(acl, ACL_REVISION, flags, mask, &u.sid)
                  : RtlAddAccessDeniedAceEx(acl, ACL_REVISION, flags, mask, &u.sid);
}

static NTSTATUS take_list(struct cursor *c, PACL acl, USHORT *control)
{
    NTSTATUS status = STATUS_SUCCESS;
    for (;;) {
        if (take_word(c, "AI") || take_word(c, "AR"))
            continue;
        if (!take(c, 'P'))
            break;
        *control |= SE_DACL_PROTECTED;
    }
    for (unsigned i = 0; NT_SUCCESS(status) && take(c, '('); i++)
        status = i < MOST ? take_entry(c, acl) : STATUS_INVALID_PARAMETER;
    return status;
}

struct parts {
    union {
        SID sid;
        UCHAR room[SECURITY_MAX_SID_SIZE];
    } owner, group;
    ULONG acl[(sizeof(ACL) + MOST * (8 + SECURITY_MAX_SID_SIZE)) / sizeof(ULONG)];
};

static NTSTATUS parse(struct cursor *c, struct parts *parts, PSECURITY_DESCRIPTOR sd)
{
    PACL acl = (PACL)parts->acl;
    USHORT control = 0;
    NTSTATUS status = RtlCreateAcl(acl, sizeof parts->acl, ACL_REVISION);
    while (NT_SUCCESS(status) && c->at < c->end) {
        if (take_word(c, "O:"))
            status = take_sid(c, &parts->owner.sid) ? RtlSetOwnerSecurityDescriptor(sd, &parts->owner, FALSE) : STATUS_INVALID_PARAMETER;
        else if (take_word(c, "G:"))
            status = take_sid(c, &parts->group.sid) ? RtlSetGroupSecurityDescriptor(sd, &parts->group, FALSE) : STATUS_INVALID_PARAMETER;
        else if (take_word(c, "D:"))
            status = take_list(c, acl, &control);
        else
            status = STATUS_INVALID_PARAMETER;
    }
    if (NT_SUCCESS(status))
        status = RtlSetDaclSecurityDescriptor(sd, TRUE, acl, FALSE);
    ((PISECURITY_DESCRIPTOR)sd)->Control |= control;
    return status;
}

NTSTATUS se_descriptor_of_sddl(PCUNICODE_STRING text, PSECURITY_DESCRIPTOR *sd)
{
    struct cursor cursor = {text->Buffer, text->Buffer + text->Length / sizeof(WCHAR)};
    SECURITY_DESCRIPTOR absolute;
    *sd = NULL;
    struct parts *parts = ExAllocatePoolWithTag(PagedPool, sizeof *parts, TAG);
    if (!parts)
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = RtlCreateSecurityDescriptor(&absolute, SECURITY_DESCRIPTOR_REVISION);
    if (NT_SUCCESS(status))
        status = parse(&cursor, parts, &absolute);
    if (NT_SUCCESS(status))
        status = se_descriptor_capture(&absolute, sd);
    ExFreePoolWithTag(parts, TAG);
    return status;
}
