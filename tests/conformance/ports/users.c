/* Who may connect, with processes of several real users, and what one user can do to another's connection (nothing). As root: nobody else can
 * become somebody else. */
#include "rig.h"

#include "daemon/control.h"

#include <unistd.h>

#define ANNA 1001u
#define BERT 1002u
#define NOBODY 65534u
#define CONNECTIONS 6u /* of one user */

static const uid_t uids[] = {0, ANNA, BERT, NOBODY};
#define USERS 4

static struct rig_port port, shared;
static struct rig_client *users[USERS];

static int start_users(void **state)
{
    for (size_t i = 0; i < USERS && geteuid() == 0; i++)
        users[i] = rig_client(uids[i]);
    return 0;
}

static int end_users(void **state)
{
    for (size_t i = 0; i < USERS && users[i]; i++)
        rig_client_end(users[i]);
    memset(users, 0, sizeof users);
    return 0;
}

#define NEEDS_ROOT()                                                                                                 \
    do {                                                                                                             \
        if (geteuid() != 0)                                                                                          \
            skip_because("needs root: clients become other users");                                                  \
    } while (0)

/* --- descriptors --- */

enum who { NO_ENTRY, USER = 1, GROUP = 2, EVERYONE }; /* S-1-22-1-uid, S-1-22-2-gid, S-1-1-0 */

struct entry {
    bool denies;
    enum who who;
    ULONG number;
    ACCESS_MASK access;
};

struct sid_room {
    _Alignas(8) UCHAR bytes[32];
};

static PSID sid_of(const struct entry *entry, struct sid_room *room)
{
    SID_IDENTIFIER_AUTHORITY authority = {{0, 0, 0, 0, 0, entry->who == EVERYONE ? 1 : 22}};
    SID *sid = (SID *)(void *)room->bytes;

    RtlInitializeSid(sid, &authority, entry->who == EVERYONE ? 1 : 2);
    sid->SubAuthority[0] = entry->who == EVERYONE ? 0 : (ULONG)entry->who;
    if (entry->who != EVERYONE)
        sid->SubAuthority[1] = entry->number;
    return sid;
}

enum kind { DEFAULT_ALL, DEFAULT_CONNECT, NO_DESCRIPTOR, NULL_DACL, ENTRIES };

static const struct row {
    const char *what;
    enum kind kind;
    struct entry entries[2];
    bool admitted[USERS];
} rows[] = {
    {"the default descriptor", DEFAULT_ALL, {{0}}, {true, false, false, false}},
    {"the default descriptor with FLT_PORT_CONNECT", DEFAULT_CONNECT, {{0}}, {true, false, false, false}},
    {"no descriptor", NO_DESCRIPTOR, {{0}}, {true, false, false, false}},
    {"a NULL DACL", NULL_DACL, {{0}}, {true, true, true, true}},
    {"an empty DACL", ENTRIES, {{0}}, {false, false, false, false}},
    {"one user", ENTRIES, {{false, USER, ANNA, FLT_PORT_CONNECT}}, {false, true, false, false}},
    {"one group", ENTRIES, {{false, GROUP, BERT, FLT_PORT_CONNECT}}, {false, false, true, false}},
    {"everybody but one", ENTRIES, {{true, USER, ANNA, FLT_PORT_CONNECT}, {false, EVERYONE, 0, FLT_PORT_ALL_ACCESS}},
        {true, false, true, true}},
    {"everybody but a group", ENTRIES, {{true, GROUP, NOBODY, FLT_PORT_ALL_ACCESS}, {false, EVERYONE, 0, FLT_PORT_CONNECT}},
        {true, true, true, false}},
    {"everybody, but not to connect", ENTRIES, {{false, EVERYONE, 0, STANDARD_RIGHTS_ALL}}, {false, false, false, false}},
};

static const struct row anna_only = {"", ENTRIES, {{false, USER, ANNA, FLT_PORT_CONNECT}}, {false}};

/* As drivers do it: the default one with another list (P-16). */
static void open_row(struct rig_port *at, const WCHAR *name, const struct row *row)
{
    PSECURITY_DESCRIPTOR sd;
    struct sid_room room;
    _Alignas(8) UCHAR list[256];
    PACL acl = (PACL)(void *)list;

    assert_status(STATUS_SUCCESS,
        FltBuildDefaultSecurityDescriptor(&sd, row->kind == DEFAULT_CONNECT ? FLT_PORT_CONNECT : FLT_PORT_ALL_ACCESS));
    assert_status(STATUS_SUCCESS, RtlCreateAcl(acl, sizeof list, ACL_REVISION));
    for (int i = 0; i < 2 && row->entries[i].who != NO_ENTRY; i++) {
        const struct entry *e = &row->entries[i];
        assert_status(STATUS_SUCCESS, e->denies ? RtlAddAccessDeniedAce(acl, ACL_REVISION, e->access, sid_of(e, &room))
                                                : RtlAddAccessAllowedAce(acl, ACL_REVISION, e->access, sid_of(e, &room)));
    }
    if (row->kind == NULL_DACL || row->kind == ENTRIES)
        assert_status(STATUS_SUCCESS, RtlSetDaclSecurityDescriptor(sd, TRUE, row->kind == ENTRIES ? acl : NULL, FALSE));
    assert_status(STATUS_SUCCESS, rig_open_as(at, name, USERS, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE,
                                      row->kind == NO_DESCRIPTOR ? NULL : sd));
    memset(list, 0xee, sizeof list); /* the port keeps its own (P-09) */
    FltFreeSecurityDescriptor(sd);
}

static void descriptors(void **state)
{
    NEEDS_ROOT();
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        int admitted = 0;
        open_row(&port, u"\\RigUsers", &rows[r]);
        for (int u = 0; u < USERS; u++) {
            const char *answer = rig_ask(users[u], "A connect 0 \\RigUsers");
            unsigned long hr = rig_number(answer, "hr"), wanted = rows[r].admitted[u] ? OK : HR(5);
            if (hr != wanted)
                fail_msg("%s: user %u: expected 0x%lx, got 0x%lx", rows[r].what, uids[u], wanted, hr);
            assert_int_equal(rig_number(answer, "invalid"), !rows[r].admitted[u]);
            admitted += rows[r].admitted[u];
            assert_int_equal(port.connects, admitted); /* who is refused is not shown to the driver */
        }
        for (int u = 0; u < USERS; u++) {
            if (rows[r].admitted[u])
                assert_field(rig_ask(users[u], "A close 0"), "ok", 1);
        }
        rig_close(&port);
    }
}

/* --- what the port admits needs no privilege --- */

static NTSTATUS say_who(struct rig_connection *c, PVOID in, ULONG in_length, PVOID out, ULONG out_length, PULONG returned)
{
    int n = snprintf(out, out_length, "%u of process %d", c == rig_connection(&port), (int)(ULONG_PTR)PsGetCurrentProcessId());

    *returned = (ULONG)n;
    return STATUS_SUCCESS;
}

static void all_calls_of_an_ordinary_user(void **state)
{
    struct rig_sender s;
    char wanted[64];

    NEEDS_ROOT();
    port.message = say_who;
    open_row(&port, u"\\RigUsers", &anna_only);
    assert_hr(rig_ask(users[1], "A connect 0 \\RigUsers"), OK);
    struct rig_connection *c = rig_connection(&port);
    assert_int_equal((ULONG_PTR)c->process, rig_client_id(users[1]));
    rig_tell(users[1], "A get 0 64");
    rig_send(&s, c, "question", 64, 0);
    const char *message = rig_hear(users[1], "A");
    assert_hr(message, OK);
    rig_expect_text(message, "question");
    assert_hr(rig_ask(users[1], "A reply 0 %lx 0 answer", rig_number(message, "id")), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_memory_equal(s.reply, "answer", 6);
    snprintf(wanted, sizeof wanted, "1 of process %d", (int)rig_client_id(users[1]));
    const char *called = rig_ask(users[1], "A call 0 hello 60");
    assert_hr(called, OK);
    rig_expect_text(called, wanted);
    rig_close(&port);
    port.message = NULL;
    assert_field(rig_ask(users[1], "A close 0"), "ok", 1);
}

/* --- one user and another's connection --- */

static void attack(uid_t uid, const char *what, pid_t victim, char line[300])
{
    char command[400];

    snprintf(command, sizeof command, "%s %u %s %d", HOSTILE_CLIENT, uid, what, (int)victim);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    if (!fgets(line, 300, output))
        line[0] = 0;
    if (pclose(output) != 0)
        fail_msg("%s of user %u: \"%s\"", what, uid, line);
}

static unsigned doors(uid_t uid, pid_t victim)
{
    char line[300];

    attack(uid, "intrude", victim, line);
    return (unsigned)rig_number(line, "doors");
}

/* Anna has one message that waits for her reply and one that waits for her get; Bert has a connection of his own and tries everything. */
static void others_stay_outside(void **state)
{
    struct rig_sender first, second;
    char line[300];

    NEEDS_ROOT();
    open_row(&port, u"\\RigPrivate", &anna_only);
    rig_open(&shared, u"\\RigHostile", USERS);
    rig_reuse(&shared);
    struct rig_client *anna = users[1], *bert = users[2];
    assert_hr(rig_ask(anna, "A connect 0 \\RigPrivate"), OK);
    struct rig_connection *c = rig_connection(&port);
    rig_send(&first, c, "first", 64, 0);
    const char *message = rig_ask(anna, "A get 0 64");
    unsigned long id = rig_number(message, "id");
    rig_wait_repliers(c, 1);
    rig_send(&second, c, "second", 64, 0);
    rig_wait_senders(c, 1);

    assert_hr(rig_ask(bert, "A connect 0 \\RigPrivate"), HR(5));
    assert_hr(rig_ask(bert, "A connect 0 \\RigHostile"), OK);
    assert_hr(rig_ask(bert, "A post 0 0 64 e"), HR(997));
    for (unsigned long guess = id > 3 ? id - 3 : 0; guess < id + 4; guess++)
        assert_hr(rig_ask(bert, "A reply 0 %lx 0 forged", guess), 0x801F0020);
    attack(BERT, "forge", rig_client_id(anna), line);
    assert_field(line, "connected", STATUS_ACCESS_DENIED & 0xffffffffu);
    assert_field(line, "pretended", 0);
    assert_field(line, "segment", STATUS_INVALID_DEVICE_REQUEST & 0xffffffffu);
    assert_field(line, "channel", STATUS_INVALID_DEVICE_REQUEST & 0xffffffffu);
    assert_field(line, "called", 0xffffffffu);
    assert_field(line, "answered", STATUS_INVALID_DEVICE_REQUEST & 0xffffffffu);
    assert_field(line, "refused", 9);
    assert_field(line, "own", 1);
    assert_field(line, "replied", 0);
    assert_int_equal(doors(BERT, rig_client_id(anna)), 0);
    assert_int_equal(doors(BERT, getpid()), 0); /* the manager */
    assert_true(doors(0, rig_client_id(anna)) > 0); /* there are doors */

    rig_wait_repliers(c, 1);
    rig_wait_senders(c, 1);
    assert_hr(rig_ask(anna, "A reply 0 %lx 0 hers", id), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&first));
    assert_memory_equal(first.reply, "hers", 5);
    message = rig_ask(anna, "A get 0 64");
    rig_expect_text(message, "second");
    assert_hr(rig_ask(anna, "A reply 0 %lx 0 hers", rig_number(message, "id")), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&second));
    assert_field(rig_ask(bert, "A isdone 0"), "done", 0);
    rig_close(&port);
    rig_close(&shared);
    assert_field(rig_ask(anna, "A close 0"), "ok", 1);
    assert_field(rig_ask(bert, "A close 0"), "ok", 1);
}

static void quotas(void **state)
{
    NEEDS_ROOT();
    rig_open(&port, u"\\RigQuota", MAX_CLIENTS);
    rig_reuse(&port);
    struct rig_client *anna = users[1], *bert = users[2];
    for (unsigned i = 0; i < CONNECTIONS; i++)
        assert_hr(rig_ask(bert, "A connect %u \\RigQuota", i), OK);
    assert_hr(rig_ask(bert, "A connect %u \\RigQuota", CONNECTIONS), HR(1816));
    assert_hr(rig_ask(anna, "A connect 0 \\RigQuota"), OK);
    assert_hr(rig_ask(users[0], "A connect 0 \\RigQuota"), OK);
    assert_field(rig_ask(bert, "A close 0"), "ok", 1);
    const char *again;
    do /* it counts until DisconnectNotify has returned */
        again = rig_ask(bert, "A connect 0 \\RigQuota");
    while (rig_number(again, "hr") == HR(1816));
    assert_hr(again, OK);
    rig_close(&port);
    for (unsigned i = 0; i < CONNECTIONS; i++)
        assert_field(rig_ask(bert, "A close %u", i), "ok", 1);
    assert_field(rig_ask(anna, "A close 0"), "ok", 1);
    assert_field(rig_ask(users[0], "A close 0"), "ok", 1);
}

/* Settings are made before there is anybody who reads them. */
static int start(void **state)
{
    control_limits.connections_per_user = CONNECTIONS;
    return rig_start(state);
}

int main(void)
{
#define WITH(name, fn) TEST_WITH(name, fn, start_users, end_users)
    const struct CMUnitTest tests[] = {
        WITH("P-13 P-16 P-17 P-18 P-23 ten descriptors, four users: whom each admits", descriptors),
        WITH("P-19 P-35 P-93 an ordinary user whom the port admits needs no privilege", all_calls_of_an_ordinary_user),
        WITH("P-23 P-87 P-89 a user can neither reach, read, answer nor disturb another's connection", others_stay_outside),
        WITH("users: one who has used up his connections is no hindrance to others", quotas),
    };
    return RUN_TESTS(tests, start, rig_stop);
}
