/* FilterGetMessage, FilterReplyMessage, overlapped gets, completion ports, cancellation (ports.md 2.6, 2.7, 2.10). */
#include "rig.h"

static struct rig_port port;
static struct rig_client *client;
static struct rig_connection *connection;

static int open_one(void **state)
{
    client = rig_client(0);
    rig_open(&port, u"\\RigGet", 4);
    assert_hr(rig_ask(client, "A connect 0 \\RigGet"), OK);
    connection = rig_connection(&port);
    return 0;
}

static int close_one(void **state)
{
    rig_client_end(client);
    rig_close(&port);
    rig_wait_disconnected(connection);
    return 0;
}

static NTSTATUS send_plain(const char *text)
{
    return FltSendMessage(rig_filter, &connection->port, (PVOID)text, (ULONG)strlen(text), NULL, NULL, NULL);
}

static void overlapped_is_pending(void **state)
{
    struct rig_sender s;

    rig_send(&s, connection, "there already", -1, 0);
    rig_wait_senders(connection, 1);
    assert_hr(rig_ask(client, "A post 0 0 64 e"), HR(997));
    const char *answer = rig_ask(client, "A wait 0 0");
    assert_field(answer, "ok", 1);
    assert_field(answer, "bytes", 29);
    assert_field(answer, "internal", 0);
    rig_expect_text(answer, "there already");
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_hr(rig_ask(client, "A post 0 0 64 e"), HR(997));
    answer = rig_ask(client, "A isdone 0");
    assert_field(answer, "done", 0);
    assert_field(answer, "internal", 0x103);
    assert_status(STATUS_SUCCESS, send_plain("later"));
    rig_expect_text(rig_ask(client, "A wait 0 0"), "later");
}

static void several_gets(void **state)
{
    for (int i = 0; i < 4; i++)
        assert_hr(rig_ask(client, "A post 0 %d 64 %c", i, i % 2 ? 'n' : 'e'), HR(997));
    for (int i = 0; i < 4; i++) {
        char text[8];
        snprintf(text, sizeof text, "m%d", i);
        assert_status(STATUS_SUCCESS, send_plain(text));
        rig_expect_text(rig_ask(client, "A wait 0 %d", i), text);
    }
}

static void wrong_calls(void **state)
{
    assert_hr(rig_ask(client, "A get 0 15"), HR(87));
    assert_hr(rig_ask(client, "A get 7 64"), HR(6));
    assert_hr(rig_ask(client, "A reply 0 0 0 -"), 0x801F0020);
    assert_hr(rig_ask(client, "A reply 0 12345 0 x"), 0x801F0020);
    assert_hr(rig_ask(client, "A reply 7 1 0 x"), HR(6));
}

static void ids_are_per_connection(void **state)
{
    struct rig_sender s;

    assert_hr(rig_ask(client, "A connect 1 \\RigGet"), OK);
    rig_send(&s, connection, "one-way", -1, 0);
    unsigned long none = rig_number(rig_ask(client, "A get 0 64"), "id");
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    rig_send(&s, connection, "q", 4, 0);
    unsigned long id = rig_number(rig_ask(client, "A get 0 64"), "id");
    assert_hr(rig_ask(client, "A reply 0 %lx 0 no", none), 0x801F0020); /* P-88 */
    assert_hr(rig_ask(client, "A reply 1 %lx 0 no", id), 0x801F0020);
    assert_hr(rig_ask(client, "B reply 0 %lx 0 yes", id), OK);
    assert_hr(rig_ask(client, "B reply 0 %lx 0 yes", id), 0x801F0020);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_memory_equal(s.reply, "yes", 3);
    assert_field(rig_ask(client, "A close 1"), "ok", 1);
    rig_wait_disconnected(&port.connections[1]);
}

static void completion_ports(void **state)
{
    assert_field(rig_ask(client, "A iocp 0 77"), "ok", 1);
    const char *answer = rig_ask(client, "A iocp 0 78"); /* one per connection */
    assert_field(answer, "ok", 0);
    assert_field(answer, "error", 87);
    assert_hr(rig_ask(client, "A post 0 3 64 e"), HR(997));
    assert_status(STATUS_SUCCESS, send_plain("packet"));
    answer = rig_ask(client, "A dequeue 10000");
    assert_field(answer, "ok", 1);
    assert_field(answer, "key", 0x77);
    assert_field(answer, "number", 3);
    assert_field(answer, "bytes", 22);
    rig_expect_text(answer, "packet");

    /* a reply posts no packet, a low bit suppresses one, a failed get has one */
    struct rig_sender s;
    rig_send(&s, connection, "q", 4, 0);
    assert_hr(rig_ask(client, "A reply 0 %lx 0 r", rig_number(rig_ask(client, "A get 0 64"), "id")), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_hr(rig_ask(client, "A post 0 4 64 q"), HR(997));
    assert_status(STATUS_SUCCESS, send_plain("silent"));
    rig_expect_text(rig_ask(client, "A wait 0 4"), "silent");
    assert_field(rig_ask(client, "A dequeue 0"), "error", 258);
    assert_hr(rig_ask(client, "A post 0 5 16 e"), HR(997));
    rig_send(&s, connection, "too long", -1, 0);
    answer = rig_ask(client, "A dequeue 10000");
    assert_field(answer, "ok", 0);
    assert_field(answer, "error", 122);
    assert_field(answer, "number", 5);
    assert_field(answer, "bytes", 24);
    rig_expect_text(rig_ask(client, "A get 0 24"), "too long");
    assert_status(STATUS_SUCCESS, rig_sent(&s));
}

static void cancelling(void **state)
{
    for (int i = 0; i < 3; i++)
        assert_hr(rig_ask(client, "A post 0 %d 64 e", i), HR(997));
    assert_field(rig_ask(client, "A cancel 0 1"), "ok", 1);
    const char *answer = rig_ask(client, "A wait 0 1");
    assert_field(answer, "ok", 0);
    assert_field(answer, "error", 995);
    assert_field(answer, "internal", (unsigned)STATUS_CANCELLED);
    assert_status(STATUS_SUCCESS, send_plain("to the first"));
    rig_expect_text(rig_ask(client, "A wait 0 0"), "to the first");
    assert_field(rig_ask(client, "A cancel 0 -"), "ok", 1);
    assert_field(rig_ask(client, "A wait 0 2"), "error", 995);
    answer = rig_ask(client, "A cancel 0 -");
    assert_field(answer, "ok", 0);
    assert_field(answer, "error", 1168);
    /* no message was lost in a cancelled get, and the connection lives */
    struct rig_sender s;
    rig_send(&s, connection, "after", -1, 0);
    rig_expect_text(rig_ask(client, "A get 0 64"), "after");
    assert_status(STATUS_SUCCESS, rig_sent(&s));
}

static void cancelling_a_blocked_get(void **state)
{
    rig_tell(client, "B get 0 64");
    rig_wait_gets(connection, 1);
    assert_field(rig_ask(client, "A cancel 0 -"), "ok", 1);
    assert_hr(rig_hear(client, "B"), HR(995));
    rig_tell(client, "B get 0 64");
    rig_wait_gets(connection, 1);
    assert_field(rig_ask(client, "A cancelsync B"), "ok", 1);
    assert_hr(rig_hear(client, "B"), HR(995));
    assert_field(rig_ask(client, "A cancelsync B"), "error", 1168);
    rig_tell(client, "B get 0 64");
    assert_status(STATUS_SUCCESS, send_plain("still"));
    rig_expect_text(rig_hear(client, "B"), "still");
}

static void waiting_senders_survive_a_cancel(void **state)
{
    struct rig_sender s;

    assert_hr(rig_ask(client, "A post 0 0 16 e"), HR(997));
    assert_field(rig_ask(client, "A cancel 0 -"), "ok", 1);
    rig_send(&s, connection, "patient", -1, 0);
    rig_wait_senders(connection, 1);
    assert_field(rig_ask(client, "A cancel 0 -"), "error", 1168);
    rig_wait_senders(connection, 1);
    rig_expect_text(rig_ask(client, "A get 0 64"), "patient");
    assert_status(STATUS_SUCCESS, rig_sent(&s));
}

static void closing_with_gets_pending(void **state)
{
    assert_hr(rig_ask(client, "A connect 1 \\RigGet"), OK);
    assert_hr(rig_ask(client, "A post 1 0 64 e"), HR(997));
    rig_wait_gets(&port.connections[1], 1);
    assert_field(rig_ask(client, "A close 1"), "ok", 1);
    assert_field(rig_ask(client, "A wait 1 0"), "error", 995);
    rig_wait_disconnected(&port.connections[1]);
}

static void more_gets_than_places(void **state)
{
    /* blocked readers and overlapped gets of two connections do not see each other's messages */
    struct rig_sender s;
    assert_hr(rig_ask(client, "A connect 1 \\RigGet"), OK);
    rig_tell(client, "B get 0 64");
    rig_tell(client, "C get 1 64");
    rig_wait_gets(connection, 1);
    rig_wait_gets(&port.connections[1], 1);
    rig_send(&s, &port.connections[1], "second", -1, 0);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    rig_expect_text(rig_hear(client, "C"), "second");
    rig_wait_gets(connection, 1);
    assert_status(STATUS_SUCCESS, send_plain("first"));
    rig_expect_text(rig_hear(client, "B"), "first");
    assert_field(rig_ask(client, "A close 1"), "ok", 1);
    rig_wait_disconnected(&port.connections[1]);
}

static void gets_outlive_their_thread(void **state)
{
    rig_tell(client, "A postthread 0 0");
    assert_hr(rig_hear(client, "A"), HR(997));
    assert_field(rig_hear(client, "A"), "gone", 1);
    assert_field(rig_ask(client, "A isdone 0"), "done", 0);
    assert_status(STATUS_SUCCESS, send_plain("still there"));
    rig_expect_text(rig_ask(client, "A wait 0 0"), "still there");
}

int main(void)
{
#define WITH(name, fn) TEST_WITH(name, fn, open_one, close_one)
    const struct CMUnitTest tests[] = {
        WITH("P-44 P-82 P-83 an overlapped get is pending, even when a message waits", overlapped_is_pending),
        WITH("P-84 several gets are filled oldest first, with and without event", several_gets),
        WITH("P-85 P-86 P-87 wrong sizes, handles and ids", wrong_calls),
        WITH("P-87 P-88 P-89 a reply goes through its own connection, once, from any thread", ids_are_per_connection),
        WITH("P-30 P-91 P-118 P-119 P-120 completion ports", completion_ports),
        WITH("P-121 P-123 cancelling overlapped gets", cancelling),
        WITH("P-122 cancelling a blocked get", cancelling_a_blocked_get),
        WITH("P-121 a cancel does not touch waiting senders", waiting_senders_survive_a_cancel),
        WITH("P-117 closing the handle cancels its gets", closing_with_gets_pending),
        WITH("P-124 a get outlives the thread that posted it", gets_outlive_their_thread),
        WITH("P-33 connections of one process have queues of their own", more_gets_than_places),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
