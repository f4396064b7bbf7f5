/* Connections that several processes hold and use: each has its own gets, all have one queue of messages (ports.md 2.3: P-32,
 * P-34; 2.7: P-89; 2.10: P-121). */
#include "rig.h"

#include "fltmgr/portchannel.h"

#include <signal.h>

static struct rig_port port;

static struct rig_connection *open_by(struct rig_client *client)
{
    rig_open(&port, u"\\RigHeirs", 1);
    assert_hr(rig_ask(client, "A connectinheritable 0 \\RigHeirs"), OK);
    return rig_connection(&port);
}

static void end(struct rig_connection *connection)
{
    rig_wait_disconnected(connection);
    rig_close(&port);
}

static void send_to(struct rig_connection *connection, struct rig_client *reader, const char *text)
{
    struct rig_sender s;

    rig_send(&s, connection, text, 32, 0);
    const char *message = rig_ask(reader, "A get 0 64");
    assert_hr(message, OK);
    rig_expect_text(message, text);
    unsigned long id = rig_number(message, "id");
    assert_hr(rig_ask(reader, "A reply 0 %lx 0 %s", id, text), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_string_equal(s.reply, text);
}

static void a_child_calls(const char *how)
{
    struct rig_client *parent = rig_client(0);
    struct rig_connection *connection = open_by(parent);
    struct rig_client *child = rig_heir(parent, how, 0);

    send_to(connection, child, "child");
    send_to(connection, parent, "parent");
    send_to(connection, child, "again");
    /* grandchildren, too */
    struct rig_client *grandchild = rig_heir(child, how, 0);
    send_to(connection, grandchild, "grandchild");
    assert_field(rig_ask(parent, "A close 0"), "ok", 1);
    assert_hr(rig_ask(parent, "A get 0 64"), HR(6));
    send_to(connection, child, "closedthere");
    rig_client_kill(parent);
    rig_client_kill(child);
    send_to(connection, grandchild, "alone");
    assert_field(rig_ask(grandchild, "A close 0"), "ok", 1);
    end(connection);
    rig_client_end(grandchild);
}

static void inherited_by_create_process(void **state)
{
    a_child_calls("create");
}

static void inherited_by_exec(void **state)
{
    a_child_calls("exec");
}

/* SetHandleInformation, of a duplicate; both ways to reply to what the other got. */
static void made_inheritable_later(void **state)
{
    struct rig_client *parent = rig_client(0);
    struct rig_sender s;

    rig_open(&port, u"\\RigHeirs", 1);
    assert_hr(rig_ask(parent, "A connect 0 \\RigHeirs"), OK);
    struct rig_connection *connection = rig_connection(&port);
    assert_field(rig_ask(parent, "A duplicate 0 1"), "ok", 1);
    send_to(connection, parent, "before");
    assert_field(rig_ask(parent, "A inherit 1 1"), "flags", 1);
    struct rig_client *child = rig_heir(parent, "exec", 1);
    send_to(connection, child, "child");
    rig_send(&s, connection, "who answers", 8, 0);
    unsigned long id = rig_number(rig_ask(child, "A get 0 64"), "id");
    assert_hr(rig_ask(parent, "A reply 0 %lx 0 parent", id), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_string_equal(s.reply, "parent");
    rig_client_kill(parent);
    send_to(connection, child, "alone");
    assert_field(rig_ask(child, "A close 0"), "ok", 1);
    end(connection);
    rig_client_end(child);
}

static NTSTATUS who_calls(struct rig_connection *c, PVOID in, ULONG in_length, PVOID out, ULONG out_length, PULONG returned)
{
    *returned = (ULONG)snprintf(out, out_length, "%x", (unsigned)(ULONG_PTR)PsGetCurrentProcessId());
    return STATUS_SUCCESS;
}

static void calls_act_as_the_child(void **state)
{
    struct rig_client *parent = rig_client(0);
    char wanted[32];

    port.message = who_calls;
    struct rig_connection *connection = open_by(parent);
    struct rig_client *child = rig_heir(parent, "create", 0);
    const char *answer = rig_ask(child, "A call 0 x 32");
    assert_hr(answer, OK);
    snprintf(wanted, sizeof wanted, "%x", (unsigned)rig_client_id(child));
    rig_expect_text(answer, wanted);
    snprintf(wanted, sizeof wanted, "%x", (unsigned)rig_client_id(parent));
    rig_expect_text(rig_ask(parent, "A call 0 x 32"), wanted);
    rig_client_end(child);
    rig_client_end(parent);
    end(connection);
    port.message = NULL;
}

static void another_process_replies(void **state)
{
    struct rig_client *parent = rig_client(0);
    struct rig_connection *connection = open_by(parent);
    struct rig_client *child = rig_heir(parent, "create", 0);
    struct rig_sender s;

    /* the child gets, the parent answers */
    rig_send(&s, connection, "who answers", 8, 0);
    unsigned long id = rig_number(rig_ask(child, "A get 0 64"), "id");
    assert_hr(rig_ask(parent, "A reply 0 %lx 0 parent", id), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_string_equal(s.reply, "parent");
    assert_int_equal(s.reply_length, 6);
    assert_hr(rig_ask(child, "A reply 0 %lx 0 child", id), 0x801f0020); /* P-87 */
    assert_hr(rig_ask(parent, "A reply 0 %lx 0 parent", id), 0x801f0020);
    /* and the other way round, too long: P-68, P-86 */
    rig_send(&s, connection, "who answers", 4, 0);
    id = rig_number(rig_ask(parent, "A get 0 64"), "id");
    assert_hr(rig_ask(child, "A reply 0 %lx 0 longer", id), HR(234));
    assert_status(STATUS_BUFFER_OVERFLOW, rig_sent(&s));
    assert_memory_equal(s.reply, "long", 4);
    /* a status of its own (P-70) */
    rig_send(&s, connection, "who answers", 4, 0);
    id = rig_number(rig_ask(parent, "A get 0 64"), "id");
    assert_hr(rig_ask(child, "A reply 0 %lx c0000022 -", id), OK);
    assert_status(STATUS_ACCESS_DENIED, rig_sent(&s));
    rig_client_end(child);
    rig_client_end(parent);
    end(connection);
}

static void a_reader_dies_and_another_replies(void **state)
{
    struct rig_client *parent = rig_client(0);
    struct rig_connection *connection = open_by(parent);
    struct rig_client *child = rig_heir(parent, "create", 0);
    struct rig_sender s[2];

    rig_send(&s[0], connection, "first", 8, 0);
    unsigned long first = rig_number(rig_ask(child, "A get 0 64"), "id");
    rig_tell(child, "B get 0 64");
    rig_wait_gets(connection, 1);
    rig_client_kill(child);
    rig_wait_gets(connection, 0); /* nothing is delivered to the dead */
    rig_send(&s[1], connection, "second", 8, 0);
    rig_wait_senders(connection, 1);
    rig_wait_repliers(connection, 1); /* the first waits on */
    assert_hr(rig_ask(parent, "A reply 0 %lx 0 late", first), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s[0]));
    assert_string_equal(s[0].reply, "late");
    unsigned long second = rig_number(rig_ask(parent, "A get 0 64"), "id");
    assert_true(second != first);
    rig_client_kill(parent); /* with it the last handle is closed */
    assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&s[1]));
    end(connection);
}

static void the_first_process_dies(void **state)
{
    struct rig_client *parent = rig_client(0);
    struct rig_connection *connection = open_by(parent);
    struct rig_client *child = rig_heir(parent, "create", 0);
    struct rig_sender s;

    rig_tell(parent, "B get 0 64");
    rig_wait_gets(connection, 1);
    rig_client_kill(parent);
    rig_wait_gets(connection, 0);
    rig_send(&s, connection, "to whom", 8, 0);
    rig_wait_senders(connection, 1); /* sleeps where nobody reads any more, and is told of the child's memory */
    unsigned long id = rig_number(rig_ask(child, "A get 0 64"), "id");
    assert_hr(rig_ask(child, "A reply 0 %lx 0 me", id), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    rig_client_end(child);
    end(connection);
}

static void in_the_order_they_came(void **state)
{
    struct rig_client *parent = rig_client(0);
    struct rig_connection *connection = open_by(parent);
    struct rig_client *child = rig_heir(parent, "create", 0);
    static char texts[][8] = {"one", "two", "three", "four"};

    send_to(connection, child, "warm"); /* both have memory */
    for (int i = 0; i < 4; i++) {
        rig_tell(i % 2 ? child : parent, "%c get 0 64", 'B' + i);
        rig_wait_gets(connection, (unsigned)i + 1);
    }
    for (int i = 0; i < 4; i++)
        assert_status(STATUS_SUCCESS,
            FltSendMessage(rig_filter, &connection->port, texts[i], 6, NULL, NULL, NULL));
    rig_expect_text(rig_hear(parent, "B"), "one");
    rig_expect_text(rig_hear(child, "C"), "two");
    rig_expect_text(rig_hear(parent, "D"), "three");
    rig_expect_text(rig_hear(child, "E"), "four");
    rig_client_end(child);
    rig_client_end(parent);
    end(connection);
}

static void small_gets_of_two_processes(void **state)
{
    struct rig_client *parent = rig_client(0);
    struct rig_connection *connection = open_by(parent);
    struct rig_client *child = rig_heir(parent, "create", 0);
    struct rig_sender s;

    send_to(connection, child, "warm");
    rig_tell(parent, "B get 0 20");
    rig_wait_gets(connection, 1);
    rig_tell(child, "B get 0 64");
    rig_wait_gets(connection, 2);
    rig_send(&s, connection, "too long for one", -1, 0); /* P-54: the one that fits, though it is younger */
    rig_expect_text(rig_hear(child, "B"), "too long for one");
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    rig_send(&s, connection, "too long for one", -1, 0); /* P-53 */
    assert_hr(rig_hear(parent, "B"), HR(122));
    assert_hr(rig_ask(child, "B get 0 64"), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    rig_client_end(child);
    rig_client_end(parent);
    end(connection);
}

static void cancellation_is_the_process_own(void **state)
{
    struct rig_client *parent = rig_client(0);
    struct rig_connection *connection = open_by(parent);
    struct rig_client *child = rig_heir(parent, "create", 0);

    assert_field(rig_ask(parent, "A iocp 0 11"), "ok", 1);
    assert_field(rig_ask(child, "A iocp 0 22"), "ok", 1); /* each ties its own handle to its own completion port */
    assert_hr(rig_ask(parent, "A post 0 0 64 n"), HR(997));
    assert_hr(rig_ask(child, "A post 0 0 64 n"), HR(997));
    rig_wait_gets(connection, 2);
    assert_field(rig_ask(child, "A cancel 0 -"), "ok", 1);
    const char *packet = rig_ask(child, "A dequeue 5000");
    assert_field(packet, "error", 995);
    assert_field(packet, "key", 0x22);
    rig_wait_gets(connection, 1); /* P-121: of the process */
    assert_field(rig_ask(child, "A cancel 0 -"), "error", 1168);
    assert_status(STATUS_SUCCESS, FltSendMessage(rig_filter, &connection->port, "whose", 6, NULL, NULL, NULL));
    packet = rig_ask(parent, "A dequeue 5000");
    assert_field(packet, "key", 0x11);
    rig_expect_text(packet, "whose");
    rig_client_end(child);
    rig_client_end(parent);
    end(connection);
}

static void a_fork_has_no_handle(void **state)
{
    struct rig_client *parent = rig_client(0);
    struct rig_connection *connection = open_by(parent);

    assert_field(rig_ask(parent, "A forkedcall 0"), "status", 0);
    send_to(connection, parent, "unharmed");
    assert_field(rig_ask(parent, "A connect 1 \\RigNone"), "invalid", 1);
    rig_client_end(parent);
    end(connection);
}

#define MANY 400

struct crowd {
    struct rig_connection *connection;
    int answered;
};

static void *send_many(void *argument)
{
    struct crowd *crowd = argument;

    for (int i = 0; i < MANY; i++) {
        char message[16] = {0}, reply[16];
        ULONG length = sizeof reply;
        snprintf(message, sizeof message, "%d", i);
        NTSTATUS status = FltSendMessage(
            rig_filter, &crowd->connection->port, message, sizeof message, reply, &length, NULL);
        if (status == STATUS_SUCCESS && !memcmp(message, reply, sizeof message))
            crowd->answered++;
    }
    return NULL;
}

static void a_crowd_loses_nothing(void **state)
{
    struct rig_client *parent = rig_client(0), *reader[3];
    struct rig_connection *connection = open_by(parent);
    struct crowd crowds[4];
    pthread_t threads[4];
    unsigned long got = 0;

    reader[0] = parent;
    reader[1] = rig_heir(parent, "create", 0);
    reader[2] = rig_heir(parent, "exec", 0);
    for (int i = 0; i < 3; i++)
        rig_tell(reader[i], "E echo 0 32");
    for (int i = 0; i < 4; i++) {
        crowds[i] = (struct crowd){connection, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, send_many, &crowds[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(crowds[i].answered, MANY);
    }
    FltCloseClientPort(rig_filter, &connection->port);
    for (int i = 0; i < 3; i++)
        got += rig_number(rig_hear(reader[i], "E"), "count");
    assert_int_equal(got, 4 * MANY);
    for (int i = 3; i-- > 0;)
        rig_client_end(reader[i]);
    end(connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("P-32 P-89 a handle that is made inheritable after the connect is a child's, too", made_inheritable_later),
        TEST("P-32 P-34 a child started with CreateProcess gets and replies by an inherited handle", inherited_by_create_process),
        TEST("P-32 P-34 so does one started with fork and exec", inherited_by_exec),
        TEST("P-34 P-93 a call by an inherited handle is the child's", calls_act_as_the_child),
        TEST("P-89 a process that has the handle replies to what another got", another_process_replies),
        TEST("P-89 P-112 a message whose reader died is answered by another process", a_reader_dies_and_another_replies),
        TEST("P-34 the process that connected dies, its child reads on", the_first_process_dies),
        TEST("P-33 P-54 the gets of several processes stand in one line", in_the_order_they_came),
        TEST("P-53 P-54 P-55 too small gets of several processes", small_gets_of_two_processes),
        TEST("P-118 P-121 completion ports and cancellation are each process' own", cancellation_is_the_process_own),
        TEST("P-34 a forked child that runs no program has no handle", a_fork_has_no_handle),
        TEST("P-34 P-51 P-89 many senders, three processes that read: nothing is lost or doubled", a_crowd_loses_nothing),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
