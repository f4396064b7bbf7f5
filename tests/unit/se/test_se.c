/* Tokens, descriptors and the access check. */
#include "harness.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/ps/ps.h"
#include "ntoskrnl/se/token.h"

#include <sys/stat.h>

static const GENERIC_MAPPING mapping = {0x00020001, 0x00020002, 0x00020004, 0x001f0007};
static PACCESS_TOKEN alice, system_token;

static int start(void **state)
{
    (void)state;
    const gid_t groups[] = {50, 60};
    if (!NT_SUCCESS(ps_init()) || !NT_SUCCESS(se_token_create(1000, 1000, groups, 2, &alice)))
        return -1;
    system_token = se_system_token();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    ObDereferenceObject(alice);
    return 0;
}

/* Who an entry speaks of. */
enum who { ALICE, BOB, GROUP_50, EVERYONE, AUTHENTICATED, SYSTEM, ADMINS, OWNER_RIGHTS };

static PSID sid_of(enum who who)
{
    static struct se_sid2 made[3];
    se_sid_of_uid(1000, &made[0]);
    se_sid_of_uid(2000, &made[1]);
    se_sid_of_gid(50, &made[2]);
    switch (who) {
    case ALICE:
    case BOB:
    case GROUP_50:
        return &made[who];
    case EVERYONE:
        return (PSID)&se_sid_everyone;
    case AUTHENTICATED:
        return (PSID)&se_sid_authenticated;
    case SYSTEM:
        return (PSID)&se_sid_system;
    case ADMINS:
        return (PSID)&se_sid_administrators;
    default:
        return (PSID)&se_sid_owner_rights;
    }
}

struct entry {
    char kind; /* 'a'llow, 'd'eny, 'i'nherit only allow, 0: end */
    enum who who;
    ACCESS_MASK mask;
};

struct built {
    SECURITY_DESCRIPTOR sd;
    _Alignas(4) UCHAR acl[512];
};

static void build(struct built *b, enum who owner, const struct entry *entries)
{
    PACL acl = (PACL)b->acl;
    RtlCreateSecurityDescriptor(&b->sd, SECURITY_DESCRIPTOR_REVISION);
    RtlSetOwnerSecurityDescriptor(&b->sd, sid_of(owner), FALSE);
    RtlSetGroupSecurityDescriptor(&b->sd, sid_of(ADMINS), FALSE);
    assert_status(STATUS_SUCCESS, RtlCreateAcl(acl, sizeof(b->acl), ACL_REVISION));
    for (; entries->kind; entries++) {
        if (entries->kind == 'd')
            assert_status(STATUS_SUCCESS, RtlAddAccessDeniedAceEx(acl, ACL_REVISION, 0, entries->mask, sid_of(entries->who)));
        else
            assert_status(STATUS_SUCCESS, RtlAddAccessAllowedAceEx(acl, ACL_REVISION, entries->kind == 'i' ? INHERIT_ONLY_ACE : 0,
                                              entries->mask, sid_of(entries->who)));
    }
    assert_status(STATUS_SUCCESS, RtlSetDaclSecurityDescriptor(&b->sd, TRUE, acl, FALSE));
}

static void test_access_table(void **state)
{
    (void)state;
    static const struct {
        enum who owner;
        struct entry entries[4];
        bool as_system;
        ACCESS_MASK desired;
        NTSTATUS status;
        ACCESS_MASK granted;
    } cases[] = {
        /* allowed, and only what is allowed */
        {BOB, {{'a', ALICE, 3}}, false, 1, STATUS_SUCCESS, 1},
        {BOB, {{'a', ALICE, 3}}, false, 4, STATUS_ACCESS_DENIED, 0},
        {BOB, {{'a', ALICE, 3}}, false, 5, STATUS_ACCESS_DENIED, 0},
        /* an empty DACL gives nothing */
        {BOB, {{0}}, false, 1, STATUS_ACCESS_DENIED, 0},
        /* groups add up */
        {BOB, {{'a', ALICE, 1}, {'a', GROUP_50, 2}, {'a', EVERYONE, 4}}, false, 7, STATUS_SUCCESS, 7},
        {BOB, {{'a', AUTHENTICATED, 1}}, false, 1, STATUS_SUCCESS, 1},
        {BOB, {{'a', ADMINS, 7}, {'a', SYSTEM, 7}}, false, 1, STATUS_ACCESS_DENIED, 0},
        {BOB, {{'a', ADMINS, 7}}, true, 7, STATUS_SUCCESS, 7},
        /* the first entry that decides a right wins */
        {BOB, {{'d', GROUP_50, 1}, {'a', ALICE, 3}}, false, 1, STATUS_ACCESS_DENIED, 0},
        {BOB, {{'a', ALICE, 3}, {'d', GROUP_50, 1}}, false, 1, STATUS_SUCCESS, 1},
        {BOB, {{'d', GROUP_50, 1}, {'a', ALICE, 3}}, false, 2, STATUS_SUCCESS, 2},
        {BOB, {{'d', BOB, 7}, {'a', EVERYONE, 1}}, false, 1, STATUS_SUCCESS, 1},
        /* entries that are only inherited do not count */
        {BOB, {{'i', EVERYONE, 7}}, false, 1, STATUS_ACCESS_DENIED, 0},
        /* generic rights, asked and given */
        {BOB, {{'a', ALICE, GENERIC_ALL}}, false, GENERIC_WRITE, STATUS_SUCCESS, 0x20002},
        {BOB, {{'a', ALICE, 0x20001}}, false, GENERIC_READ, STATUS_SUCCESS, 0x20001},
        {BOB, {{'a', ALICE, 0x20001}}, false, GENERIC_ALL, STATUS_ACCESS_DENIED, 0},
        /* the owner may read and write the DACL, whatever it says; OWNER RIGHTS changes that */
        {ALICE, {{'d', EVERYONE, 7}}, false, READ_CONTROL | WRITE_DAC, STATUS_SUCCESS, READ_CONTROL | WRITE_DAC},
        {ALICE, {{'a', OWNER_RIGHTS, READ_CONTROL}}, false, WRITE_DAC, STATUS_ACCESS_DENIED, 0},
        {ALICE, {{'a', OWNER_RIGHTS, READ_CONTROL}}, false, READ_CONTROL, STATUS_SUCCESS, READ_CONTROL},
        {BOB, {{0}}, false, READ_CONTROL, STATUS_ACCESS_DENIED, 0},
        /* as much as there is */
        {BOB, {{'a', ALICE, 3}, {'d', EVERYONE, 4}}, false, MAXIMUM_ALLOWED, STATUS_SUCCESS, 3},
        {BOB, {{'a', ALICE, 3}}, false, MAXIMUM_ALLOWED | 1, STATUS_SUCCESS, 3},
        {BOB, {{'a', ALICE, 3}}, false, MAXIMUM_ALLOWED | 4, STATUS_ACCESS_DENIED, 0},
        {BOB, {{'d', ALICE, 7}}, false, MAXIMUM_ALLOWED, STATUS_ACCESS_DENIED, 0},
        {BOB, {{'a', ALICE, GENERIC_ALL}}, false, MAXIMUM_ALLOWED, STATUS_SUCCESS, 0x001f0007},
        /* rights that need a privilege */
        {BOB, {{'a', ALICE, 7}}, false, ACCESS_SYSTEM_SECURITY, STATUS_PRIVILEGE_NOT_HELD, 0},
        {BOB, {{0}}, true, ACCESS_SYSTEM_SECURITY, STATUS_SUCCESS, ACCESS_SYSTEM_SECURITY},
        {BOB, {{0}}, true, WRITE_OWNER, STATUS_SUCCESS, WRITE_OWNER},
        {BOB, {{0}}, false, WRITE_OWNER, STATUS_ACCESS_DENIED, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct built b;
        ACCESS_MASK granted = 0xffffffff;
        build(&b, cases[i].owner, cases[i].entries);
        NTSTATUS status = se_access_check(&b.sd, cases[i].as_system ? system_token : alice, cases[i].desired, &mapping, UserMode, &granted);
        if (status != cases[i].status || granted != cases[i].granted)
            fail_msg("case %zu: expected 0x%08x granted 0x%x, got 0x%08x granted 0x%x", i, (unsigned)cases[i].status,
                cases[i].granted, (unsigned)status, granted);
        /* the same from the self-relative copy */
        PSECURITY_DESCRIPTOR copy;
        assert_status(STATUS_SUCCESS, se_descriptor_capture(&b.sd, &copy));
        assert_true(RtlValidRelativeSecurityDescriptor(copy, RtlLengthSecurityDescriptor(copy), 0));
        assert_status(cases[i].status,
            se_access_check(copy, cases[i].as_system ? system_token : alice, cases[i].desired, &mapping, UserMode, &granted));
        ExFreePool(copy);
    }
}

/* P-16: a NULL DACL means everyone; no DACL at all too. */
static void test_null_dacl(void **state)
{
    (void)state;
    SECURITY_DESCRIPTOR sd;
    ACCESS_MASK granted;
    RtlCreateSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION);
    assert_status(STATUS_SUCCESS, se_access_check(&sd, alice, 7, &mapping, UserMode, &granted));
    assert_status(STATUS_SUCCESS, RtlSetDaclSecurityDescriptor(&sd, TRUE, NULL, FALSE));
    assert_status(STATUS_SUCCESS, se_access_check(&sd, alice, GENERIC_ALL, &mapping, UserMode, &granted));
    assert_int_equal(granted, 0x001f0007);
    PSECURITY_DESCRIPTOR copy;
    assert_status(STATUS_SUCCESS, se_descriptor_capture(&sd, &copy));
    assert_status(STATUS_SUCCESS, se_access_check(copy, alice, 7, &mapping, UserMode, &granted));
    ExFreePool(copy);
}

static void test_public_calls(void **state)
{
    (void)state;
    struct built b;
    SECURITY_SUBJECT_CONTEXT subject;
    ACCESS_MASK granted;
    NTSTATUS status;
    PPRIVILEGE_SET privileges;
    GENERIC_MAPPING map = mapping;
    PEPROCESS process = ps_process_create_simulated(1000, 1000, NULL, 0, NULL);
    PETHREAD thread = ps_thread_of_process(process, 0), before = ps_set_current(thread);
    build(&b, BOB, (struct entry[]){{'a', ALICE, 1}, {0}});
    SeCaptureSubjectContext(&subject);
    assert_int_equal(se_token_uid(SeQuerySubjectContextToken(&subject)), 1000);
    assert_true(SeAccessCheck(&b.sd, &subject, FALSE, 1, 0x10, &privileges, &map, UserMode, &granted, &status));
    assert_int_equal(granted, 0x11);
    assert_false(SeAccessCheck(&b.sd, &subject, FALSE, 2, 0, &privileges, &map, UserMode, &granted, &status));
    assert_status(STATUS_ACCESS_DENIED, status);
    assert_int_equal(granted, 0);
    assert_true(SeAccessCheck(&b.sd, &subject, FALSE, 2, 0, &privileges, &map, KernelMode, &granted, &status));
    assert_false(SeAccessCheck(NULL, &subject, FALSE, 1, 0, &privileges, &map, UserMode, &granted, &status));
    assert_false(SeAccessCheck(&b.sd, &subject, FALSE, 0, 0, &privileges, &map, UserMode, &granted, &status));
    SeReleaseSubjectContext(&subject);
    ps_set_current(before);
    ObDereferenceObject(thread);
    ps_process_end_simulated(process, 0);
}

/* V-176, V-178: ids there and back. */
static void test_sids(void **state)
{
    (void)state;
    static const uid_t ids[] = {0, 1, 1000, 65534, 0x7fffffff, 0xfffffffe};
    struct se_sid2 sid;
    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
        uid_t uid = 5;
        gid_t gid = 5;
        se_sid_of_uid(ids[i], &sid);
        assert_true(RtlValidSid(&sid));
        assert_true(se_uid_of_sid(&sid, &uid));
        assert_int_equal(uid, ids[i]);
        assert_false(se_gid_of_sid(&sid, &gid));
        se_sid_of_gid(ids[i], &sid);
        assert_true(se_gid_of_sid(&sid, &gid));
        assert_int_equal(gid, ids[i]);
    }
    UNICODE_STRING text, want;
    se_sid_of_uid(1000, &sid);
    assert_status(STATUS_SUCCESS, RtlConvertSidToUnicodeString(&text, &sid, TRUE));
    RtlInitUnicodeString(&want, u"S-1-22-1-1000");
    assert_true(RtlEqualUnicodeString(&text, &want, FALSE));
    RtlFreeUnicodeString(&text);
    assert_status(STATUS_SUCCESS, RtlConvertSidToUnicodeString(&text, SeExports->SeAliasAdminsSid, TRUE));
    RtlInitUnicodeString(&want, u"S-1-5-32-544");
    assert_true(RtlEqualUnicodeString(&text, &want, FALSE));
    RtlFreeUnicodeString(&text);
    assert_true(RtlEqualSid(SeExports->SeLocalSystemSid, se_token_user(system_token)));
    assert_true(se_token_has_sid(alice, sid_of(GROUP_50), false));
    assert_false(se_token_has_sid(alice, sid_of(ADMINS), false));
    assert_true(se_token_has_sid(system_token, sid_of(ADMINS), false));
}

static void test_query_token(void **state)
{
    (void)state;
    PTOKEN_USER user;
    PTOKEN_GROUPS groups;
    PTOKEN_PRIVILEGES privileges;
    PTOKEN_STATISTICS statistics;
    uid_t uid;
    assert_status(STATUS_SUCCESS, SeQueryInformationToken(alice, TokenUser, (PVOID *)&user));
    assert_true(se_uid_of_sid(user->User.Sid, &uid));
    assert_int_equal(uid, 1000);
    ExFreePool(user);
    assert_status(STATUS_SUCCESS, SeQueryInformationToken(alice, TokenGroups, (PVOID *)&groups));
    bool everyone = false, group = false;
    for (ULONG i = 0; i < groups->GroupCount; i++) {
        everyone |= RtlEqualSid(groups->Groups[i].Sid, sid_of(EVERYONE));
        group |= RtlEqualSid(groups->Groups[i].Sid, sid_of(GROUP_50));
    }
    assert_true(everyone && group);
    ExFreePool(groups);
    assert_status(STATUS_SUCCESS, SeQueryInformationToken(system_token, TokenPrivileges, (PVOID *)&privileges));
    assert_true(privileges->PrivilegeCount > 30);
    ExFreePool(privileges);
    assert_status(STATUS_SUCCESS, SeQueryInformationToken(alice, TokenStatistics, (PVOID *)&statistics));
    assert_int_equal(statistics->TokenType, TokenPrimary);
    ExFreePool(statistics);
    ULONG number = 99; /* these two come by value */
    assert_status(STATUS_SUCCESS, SeQueryInformationToken(alice, TokenSessionId, (PVOID *)&number));
    assert_int_equal(number, 0);
    assert_status(STATUS_SUCCESS, SeQueryInformationToken(alice, TokenIntegrityLevel, (PVOID *)&number));
    assert_int_equal(number, 0x2000);
    assert_status(STATUS_INVALID_INFO_CLASS, SeQueryInformationToken(alice, (TOKEN_INFORMATION_CLASS)500, (PVOID *)&user));
    LUID id;
    assert_status(STATUS_SUCCESS, SeQueryAuthenticationIdToken(system_token, &id));
    assert_int_equal(id.LowPart, 0x3e7);
    /* by handle, with the length protocol */
    HANDLE handle;
    ULONG need;
    _Alignas(8) char buffer[128];
    assert_status(STATUS_SUCCESS, ObOpenObjectByPointer(alice, OBJ_KERNEL_HANDLE, NULL, TOKEN_QUERY, *SeTokenObjectType, KernelMode, &handle));
    assert_status(STATUS_BUFFER_TOO_SMALL, ZwQueryInformationToken(handle, TokenUser, NULL, 0, &need));
    assert_status(STATUS_SUCCESS, ZwQueryInformationToken(handle, TokenUser, buffer, need, &need));
    ULONG elevated = 7;
    assert_status(STATUS_SUCCESS, ZwQueryInformationToken(handle, TokenElevation, &elevated, sizeof(elevated), &need));
    assert_int_equal(elevated, 0);
    ZwClose(handle);
}

/* V-179: the mode's classes become entries that answer as Linux does. */
static void test_modes(void **state)
{
    (void)state;
    static const struct {
        mode_t mode;
        uid_t owner;
        gid_t group;
        ACCESS_MASK yes, no;
    } cases[] = {
        {S_IFREG | 0644, 1000, 1, FILE_READ_DATA | FILE_WRITE_DATA | FILE_APPEND_DATA | DELETE | WRITE_DAC, FILE_EXECUTE},
        {S_IFREG | 0644, 2000, 50, FILE_READ_DATA | FILE_READ_ATTRIBUTES | SYNCHRONIZE, FILE_WRITE_DATA | DELETE},
        {S_IFREG | 0640, 2000, 1, FILE_READ_ATTRIBUTES, FILE_READ_DATA},
        {S_IFREG | 0755, 2000, 1, FILE_EXECUTE | FILE_READ_DATA, FILE_APPEND_DATA},
        {S_IFREG | 0066, 1000, 1, FILE_READ_ATTRIBUTES, FILE_READ_DATA},       /* the owner has less than the others */
        {S_IFREG | 0606, 2000, 50, FILE_READ_ATTRIBUTES, FILE_READ_DATA},      /* so has the group */
        {S_IFDIR | 0777, 2000, 1, FILE_ADD_FILE | FILE_DELETE_CHILD, DELETE},
        {S_IFDIR | 01777, 2000, 1, FILE_ADD_FILE, FILE_DELETE_CHILD},
    };
    GENERIC_MAPPING file = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        PSECURITY_DESCRIPTOR sd;
        ACCESS_MASK granted;
        assert_status(STATUS_SUCCESS, se_descriptor_of_mode(cases[i].mode, cases[i].owner, cases[i].group, &sd));
        NTSTATUS status = se_access_check(sd, alice, MAXIMUM_ALLOWED, &file, UserMode, &granted);
        if (!NT_SUCCESS(status) || (granted & cases[i].yes) != cases[i].yes || granted & cases[i].no)
            fail_msg("case %zu: 0x%08x granted 0x%x, expected 0x%x and none of 0x%x", i, (unsigned)status, granted, cases[i].yes,
                cases[i].no);
        ExFreePool(sd);
    }
}

static void test_parts(void **state)
{
    (void)state;
    struct built b, c;
    _Alignas(8) char buffer[1024];
    PSECURITY_DESCRIPTOR merged, relative;
    ULONG length = 0;
    BOOLEAN present, defaulted;
    PACL dacl;
    PSID owner;
    build(&b, ALICE, (struct entry[]){{'a', ALICE, 1}, {0}});
    build(&c, BOB, (struct entry[]){{'a', BOB, 2}, {'a', EVERYONE, 2}, {0}});
    assert_status(STATUS_SUCCESS, se_descriptor_capture(&b.sd, &relative));
    assert_status(STATUS_BUFFER_TOO_SMALL, se_descriptor_query(relative, OWNER_SECURITY_INFORMATION, NULL, &length));
    assert_status(STATUS_SUCCESS, se_descriptor_query(relative, OWNER_SECURITY_INFORMATION, buffer, &length));
    RtlGetOwnerSecurityDescriptor(buffer, &owner, &defaulted);
    assert_true(RtlEqualSid(owner, sid_of(ALICE)));
    RtlGetDaclSecurityDescriptor(buffer, &present, &dacl, &defaulted);
    assert_false(present);
    assert_status(STATUS_SUCCESS, se_descriptor_merge(relative, &c.sd, DACL_SECURITY_INFORMATION, &merged));
    RtlGetOwnerSecurityDescriptor(merged, &owner, &defaulted);
    assert_true(RtlEqualSid(owner, sid_of(ALICE)));
    RtlGetDaclSecurityDescriptor(merged, &present, &dacl, &defaulted);
    assert_int_equal(dacl->AceCount, 2);
    ExFreePool(merged);
    ExFreePool(relative);
}

static void test_assign(void **state)
{
    (void)state;
    struct built parent;
    SECURITY_SUBJECT_CONTEXT subject = {.PrimaryToken = alice};
    GENERIC_MAPPING map = mapping;
    PSECURITY_DESCRIPTOR made;
    PACL acl;
    BOOLEAN present, defaulted;
    PSID owner;
    PACCESS_ALLOWED_ACE ace;
    build(&parent, BOB, (struct entry[]){{'a', BOB, 1}, {0}});
    PACL dacl = (PACL)parent.acl;
    RtlAddAccessAllowedAceEx(dacl, ACL_REVISION, OBJECT_INHERIT_ACE | INHERIT_ONLY_ACE, GENERIC_READ, (PSID)&se_sid_creator_owner);
    RtlAddAccessAllowedAceEx(dacl, ACL_REVISION, CONTAINER_INHERIT_ACE, 7, sid_of(EVERYONE));
    assert_status(STATUS_SUCCESS, SeAssignSecurity(&parent.sd, NULL, &made, FALSE, &subject, &map, PagedPool));
    RtlGetOwnerSecurityDescriptor(made, &owner, &defaulted);
    assert_true(RtlEqualSid(owner, sid_of(ALICE)));
    RtlGetDaclSecurityDescriptor(made, &present, &acl, &defaulted);
    assert_int_equal(acl->AceCount, 1); /* a file takes what objects inherit: CREATOR OWNER, who is alice now */
    RtlGetAce(acl, 0, (PVOID *)&ace);
    assert_true(RtlEqualSid(&ace->SidStart, sid_of(ALICE)));
    assert_int_equal(ace->Mask, 0x20001);
    assert_int_equal(ace->Header.AceFlags, INHERITED_ACE);
    SeDeassignSecurity(&made);
    assert_null(made);
    assert_status(STATUS_SUCCESS, SeAssignSecurity(NULL, NULL, &made, FALSE, &subject, &map, PagedPool));
    RtlGetDaclSecurityDescriptor(made, &present, &acl, &defaulted);
    assert_int_equal(acl->AceCount, 2); /* the token's default: the owner and SYSTEM */
    SeDeassignSecurity(&made);
}

/* Descriptors from outside: each damage is refused. */
static void test_bad_descriptors(void **state)
{
    (void)state;
    struct built b;
    PSECURITY_DESCRIPTOR good;
    unsigned seed = 7;
    build(&b, ALICE, (struct entry[]){{'a', ALICE, 1}, {'d', EVERYONE, 2}, {0}});
    assert_status(STATUS_SUCCESS, se_descriptor_capture(&b.sd, &good));
    ULONG length = RtlLengthSecurityDescriptor(good);
    for (ULONG cut = 0; cut < length; cut++) {
        char *copy = malloc(cut ? cut : 1); /* exact size: a read beyond is found by ASan */
        memcpy(copy, good, cut);
        assert_false(RtlValidRelativeSecurityDescriptor(copy, cut, 0));
        free(copy);
    }
    for (int round = 0; round < 20000; round++) {
        char *copy = malloc(length);
        memcpy(copy, good, length);
        for (int i = 0; i < 3; i++) {
            seed = seed * 1103515245 + 12345;
            copy[(seed >> 8) % length] = (char)(seed >> 16);
        }
        ACCESS_MASK granted;
        if (RtlValidRelativeSecurityDescriptor(copy, length, 0)) /* then it can be walked */
            se_access_check(copy, alice, MAXIMUM_ALLOWED, &mapping, UserMode, &granted);
        free(copy);
    }
    assert_false(RtlValidRelativeSecurityDescriptor(good, length, SACL_SECURITY_INFORMATION));
    assert_true(RtlValidRelativeSecurityDescriptor(good, length, DACL_SECURITY_INFORMATION | OWNER_SECURITY_INFORMATION));
    ExFreePool(good);
}

/* Security of objects by handle. */
static void test_object_security(void **state)
{
    (void)state;
    struct built b;
    OBJECT_ATTRIBUTES oa;
    HANDLE handle;
    _Alignas(8) char buffer[1024];
    ULONG need;
    PACL dacl;
    BOOLEAN present, defaulted;
    build(&b, ALICE, (struct entry[]){{'a', ALICE, 1}, {0}});
    InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, &b.sd);
    assert_status(STATUS_SUCCESS, ZwCreateEvent(&handle, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE));
    assert_status(STATUS_BUFFER_TOO_SMALL, ZwQuerySecurityObject(handle, DACL_SECURITY_INFORMATION, NULL, 0, &need));
    assert_status(STATUS_SUCCESS, ZwQuerySecurityObject(handle, DACL_SECURITY_INFORMATION, buffer, sizeof(buffer), &need));
    RtlGetDaclSecurityDescriptor(buffer, &present, &dacl, &defaulted);
    assert_int_equal(dacl->AceCount, 1);
    build(&b, ALICE, (struct entry[]){{'a', ALICE, 1}, {'a', BOB, 2}, {0}});
    assert_status(STATUS_SUCCESS, ZwSetSecurityObject(handle, DACL_SECURITY_INFORMATION, &b.sd));
    assert_status(STATUS_SUCCESS, ZwQuerySecurityObject(handle, DACL_SECURITY_INFORMATION, buffer, sizeof(buffer), &need));
    RtlGetDaclSecurityDescriptor(buffer, &present, &dacl, &defaulted);
    assert_int_equal(dacl->AceCount, 2);
    ZwClose(handle);
}

/* ---- SDDL ---- */

static NTSTATUS from_sddl(const WCHAR *text, PSECURITY_DESCRIPTOR *sd)
{
    UNICODE_STRING string;
    RtlInitUnicodeString(&string, text);
    return se_descriptor_of_sddl(&string, sd);
}

static void test_sddl(void **state)
{
    static const struct {
        const WCHAR *text;
        ACCESS_MASK alice, system; /* what each may have of the lowest three rights */
    } table[] = {{u"D:P", 0, 0}, {u"", 0, 0}, {u"D:P(A;;GA;;;SY)", 0, 7}, {u"D:(A;;0x3;;;WD)", 3, 3},
        {u"O:BAG:SYD:PAI(D;;1;;;S-1-22-1-1000)(A;OICI;GA;;;WD)", 6, 7}, {u"D:(A;;CCDC;;;SY)(A;;LC;;;WD)", 4, 7},
        {u"D:(A;;CC;;;S-1-22-2-50)", 1, 0}};
    static const WCHAR *const bad[] = {u"X", u"D", u"D:(A;;GA;;;XX)", u"D:(A;;GA;;;SY", u"D:(B;;GA;;;SY)", u"D:(A;;ZZ;;;SY)",
        u"D:(A;;0x;;;SY)", u"D:(A;;0x100000000;;;SY)", u"D:(A;;GA;1;;SY)", u"S:(AU;SA;GA;;;WD)", u"O:", u"D:(A;;GA;;;S-1-)",
        u"D:(A;;GA;;;S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16)", u"D:P(A;;GA;;;SY) "};
    PSECURITY_DESCRIPTOR sd;
    (void)state;
    for (size_t i = 0; i < RTL_NUMBER_OF(table); i++) {
        assert_status(STATUS_SUCCESS, from_sddl(table[i].text, &sd));
        assert_true(RtlValidRelativeSecurityDescriptor(sd, RtlLengthSecurityDescriptor(sd), 0));
        for (ACCESS_MASK right = 1; right <= 4; right <<= 1) {
            ACCESS_MASK granted;
            assert_status(table[i].alice & right ? STATUS_SUCCESS : STATUS_ACCESS_DENIED,
                se_access_check(sd, alice, right, &mapping, UserMode, &granted));
            assert_status(table[i].system & right ? STATUS_SUCCESS : STATUS_ACCESS_DENIED,
                se_access_check(sd, system_token, right, &mapping, UserMode, &granted));
        }
        ExFreePool(sd);
    }
    for (size_t i = 0; i < RTL_NUMBER_OF(bad); i++)
        assert_status(STATUS_INVALID_PARAMETER, from_sddl(bad[i], &sd));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("SeAccessCheck: the table of entries, order, generic rights, owner, privileges", test_access_table),
        TEST("P-16 a NULL DACL means everyone", test_null_dacl),
        TEST("SeAccessCheck SeCaptureSubjectContext: the calls of drivers", test_public_calls),
        TEST("V-176 V-178 ids become SIDs and come back", test_sids),
        TEST("SeQueryInformationToken ZwQueryInformationToken SeQueryAuthenticationIdToken", test_query_token),
        TEST("V-179 modes become descriptors that answer as Linux does", test_modes),
        TEST("parts of descriptors are asked and changed", test_parts),
        TEST("SeAssignSecurity inherits", test_assign),
        TEST("RtlValidRelativeSecurityDescriptor refuses what is damaged", test_bad_descriptors),
        TEST("descriptors from SDDL, and what is none", test_sddl),
        TEST("ZwQuerySecurityObject ZwSetSecurityObject", test_object_security),
    };
    return RUN_TESTS(tests, start, stop);
}
