/* Security descriptors in the notation that Windows' tools print (SDDL): owner and DACL, rights as numbers.
 * Pure code, any thread. */
#include "daemon/descriptor.h"

#include <uchar.h>

#define SID_CHARACTERS 192 /* fifteen sub-authorities of ten digits */

/* The groups that have letters in SDDL. */
static const struct {
    const char16_t *sid;
    const char *letters;
} letters[] = {{u"S-1-1-0", "WD"}, {u"S-1-5-18", "SY"}, {u"S-1-5-32-544", "BA"}, {u"S-1-5-32-545", "BU"},
    {u"S-1-5-11", "AU"}, {u"S-1-3-0", "CO"}};

static void sid_text(struct answer *answer, PSID sid)
{
    WCHAR room[SID_CHARACTERS];
    UNICODE_STRING text = {0, sizeof room, room}, known;

    if (!NT_SUCCESS(RtlConvertSidToUnicodeString(&text, sid, FALSE))) {
        answer_printf(answer, "?");
        return;
    }
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
        RtlInitUnicodeString(&known, (PCWSTR)letters[i].sid);
        if (RtlEqualUnicodeString(&known, &text, FALSE)) {
            answer_printf(answer, "%s", letters[i].letters);
            return;
        }
    }
    for (USHORT i = 0; i < text.Length / sizeof(WCHAR); i++)
        answer_printf(answer, "%c", (char)text.Buffer[i]); /* digits and dashes */
}

static void ace_text(struct answer *answer, const ACE_HEADER *ace)
{
    const ACCESS_ALLOWED_ACE *a = (const ACCESS_ALLOWED_ACE *)ace; /* the same layout as one that denies */

    if (ace->AceType != ACCESS_ALLOWED_ACE_TYPE && ace->AceType != ACCESS_DENIED_ACE_TYPE) {
        answer_printf(answer, "(type %u)", ace->AceType);
        return;
    }
    answer_printf(
        answer, "(%c;;0x%x;;;", ace->AceType == ACCESS_ALLOWED_ACE_TYPE ? 'A' : 'D', (unsigned)a->Mask);
    sid_text(answer, (PSID)(uintptr_t)&a->SidStart);
    answer_printf(answer, ")");
}

void descriptor_text(struct answer *answer, PSECURITY_DESCRIPTOR descriptor)
{
    BOOLEAN present = FALSE, defaulted;
    PACL dacl = NULL;
    PSID owner = NULL;
    PVOID ace;

    answer_printf(answer, "\"");
    if (descriptor != NULL && NT_SUCCESS(RtlGetOwnerSecurityDescriptor(descriptor, &owner, &defaulted)) &&
        owner != NULL) {
        answer_printf(answer, "O:");
        sid_text(answer, owner);
    }
    if (descriptor != NULL &&
        NT_SUCCESS(RtlGetDaclSecurityDescriptor(descriptor, &present, &dacl, &defaulted))) {
        answer_printf(answer, "D:%s", !present || dacl == NULL ? "NO_ACCESS_CONTROL" : "");
        for (ULONG i = 0; present && dacl != NULL && NT_SUCCESS(RtlGetAce(dacl, i, &ace)); i++)
            ace_text(answer, ace);
    }
    answer_printf(answer, "\"");
}
