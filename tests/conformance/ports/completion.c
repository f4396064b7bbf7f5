/* Messages through a completion port (ports.md 2.10), whose threads take them themselves: who waits, who does not, and what else
 * may come meanwhile. */
#include "rig.h"

static struct rig_port port, other;
static struct rig_client *client;
static struct rig_connection *connection;

static int open_one(void **state)
{
    rig_open(&port, u"\\RigCompletion", 4);
    rig_open(&other, u"\\RigCompletionToo", 4);
    client = rig_client(0);
    rig_ask(client, "A connect 0 \\RigCompletion");
    rig_ask(client, "A iocp 0 11");
    connection = rig_connection(&port);
    return 0;
}

static int close_one(void **state)
{
    rig_client_end(client);
    rig_close(&port);
    rig_close(&other);
    return 0;
}

static void send_now(struct rig_connection *to, const char *text)
{
    struct rig_sender s;

    rig_send(&s, to, text, -1, 0);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
}

static void expect_message(const char *answer, unsigned long key, unsigned long number, const char *text)
{
    assert_field(answer, "ok", 1);
    assert_field(answer, "key", key);
    assert_field(answer, "number", number);
    rig_expect_text(answer, text);
}

/* Threads of the completion port have taken the messages before, but none waits now: others see all the same that a get is
 * over, and its packet is there. */
static void over_for_all_to_see(void **state)
{
    for (int i = 0; i < 20; i++) {
        rig_tell(client, "B dequeue 20000");
        assert_hr(rig_ask(client, "A post 0 0 64 n"), HR(997));
        send_now(connection, "taken");
        expect_message(rig_hear(client, "B"), 0x11, 0, "taken");
    }
    assert_hr(rig_ask(client, "A post 0 1 64 n"), HR(997));
    send_now(connection, "seen");
    int looks = 0;
    while (rig_number(rig_ask(client, "C isdone 1"), "done") == 0)
        assert_true(looks++ < 100000);
    assert_field(rig_ask(client, "C cancel 0 1"), "error", 1168);
    expect_message(rig_ask(client, "C dequeue 10000"), 0x11, 1, "seen"); /* a moment later than the OVERLAPPED */
    assert_field(rig_ask(client, "C dequeue 0"), "error", 258);
}

static void events_are_set_as_well(void **state)
{
    assert_hr(rig_ask(client, "A post 0 0 64 e"), HR(997));
    send_now(connection, "event");
    const char *answer = rig_ask(client, "B wait 0 0");
    assert_field(answer, "ok", 1);
    rig_expect_text(answer, "event");
    expect_message(rig_ask(client, "B dequeue 10000"), 0x11, 0, "event");
    assert_hr(rig_ask(client, "A post 0 0 64 q"), HR(997)); /* the low bit: the event alone */
    send_now(connection, "no packet");
    rig_expect_text(rig_ask(client, "B wait 0 0"), "no packet");
    assert_field(rig_ask(client, "B dequeue 0"), "error", 258);
}

static void packets_keep_their_place(void **state)
{
    assert_hr(rig_ask(client, "A post 0 0 64 n"), HR(997));
    assert_hr(rig_ask(client, "A post 0 1 64 n"), HR(997));
    assert_hr(rig_ask(client, "A post 0 2 64 n"), HR(997));
    send_now(connection, "one");
    send_now(connection, "two");
    assert_field(rig_ask(client, "A packet 22"), "ok", 1);
    assert_field(rig_ask(client, "A cancel 0 -"), "ok", 1);
    expect_message(rig_ask(client, "B dequeue 10000"), 0x11, 0, "one");
    expect_message(rig_ask(client, "B dequeue 10000"), 0x11, 1, "two");
    assert_field(rig_ask(client, "B dequeue 10000"), "key", 0x22);
    const char *answer = rig_ask(client, "B dequeue 10000");
    assert_field(answer, "error", 995);
    assert_field(answer, "number", 2);
}

/* A thread waits before there is anything to wait for, then for two connections at once. */
static void connections_come_to_waiting_threads(void **state)
{
    rig_tell(client, "B dequeue 20000");
    rig_tell(client, "C dequeue 20000");
    assert_hr(rig_ask(client, "A connect 1 \\RigCompletionToo"), OK);
    assert_field(rig_ask(client, "A iocp 1 12"), "ok", 1);
    struct rig_connection *second = rig_connection(&other);
    assert_hr(rig_ask(client, "A post 0 0 64 n"), HR(997));
    assert_hr(rig_ask(client, "A post 1 1 64 n"), HR(997));
    send_now(second, "second");
    send_now(connection, "first");
    bool seen[2] = {false};
    for (const char *tag = "BC"; *tag; tag++) {
        char name[2] = {*tag, 0};
        const char *answer = rig_hear(client, name);
        unsigned long number = rig_number(answer, "number");
        assert_true(number < 2 && !seen[number % 2]);
        seen[number % 2] = true;
        expect_message(answer, number ? 0x12 : 0x11, number, number ? "second" : "first");
    }
    /* one goes, the other stays */
    rig_tell(client, "B dequeue 20000");
    assert_hr(rig_ask(client, "A post 0 0 64 n"), HR(997));
    assert_field(rig_ask(client, "A close 0"), "ok", 1);
    assert_field(rig_hear(client, "B"), "error", 995);
    rig_tell(client, "B dequeue 20000");
    assert_hr(rig_ask(client, "A post 1 1 64 n"), HR(997));
    send_now(second, "still here");
    expect_message(rig_hear(client, "B"), 0x12, 1, "still here");
}

/* P-85, P-112: the driver's end of the connection reaches threads that wait, and those that come later. */
static void the_end_is_a_packet(void **state)
{
    rig_tell(client, "B dequeue 20000");
    assert_hr(rig_ask(client, "A post 0 0 64 n"), HR(997));
    assert_hr(rig_ask(client, "A post 0 1 64 n"), HR(997));
    rig_wait_gets(connection, 2);
    FltCloseClientPort(rig_filter, &connection->port);
    const char *answer = rig_hear(client, "B");
    assert_field(answer, "ok", 0);
    assert_field(answer, "error", 6);
    unsigned long number = rig_number(answer, "number");
    answer = rig_ask(client, "B dequeue 20000");
    assert_field(answer, "error", 6);
    assert_field(answer, "number", 1 - number);
    assert_field(rig_ask(client, "B dequeue 0"), "error", 258);
}

static void timeouts_lose_nothing(void **state)
{
    for (int i = 0; i < 30; i++) {
        rig_tell(client, "B dequeue 1");
        assert_hr(rig_ask(client, "A post 0 0 64 n"), HR(997));
        send_now(connection, "in time or not");
        const char *answer = rig_hear(client, "B");
        if (rig_number(answer, "ok") == 0) {
            assert_field(answer, "error", 258);
            answer = rig_ask(client, "B dequeue 20000");
        }
        expect_message(answer, 0x11, 0, "in time or not");
    }
}

#define SENDERS 8
#define EACH 500

static int wrong;

static void *send_many(void *argument)
{
    for (int i = 0; i < EACH; i++) {
        char text[16], reply[16] = "";
        ULONG length = sizeof reply;
        snprintf(text, sizeof text, "%04x%04x", (unsigned)(ULONG_PTR)argument, (unsigned)i);
        NTSTATUS status = FltSendMessage(rig_filter, &connection->port, text, 8, reply, &length, NULL);
        if (status != STATUS_SUCCESS || length != 8 || memcmp(reply, text, 8))
            __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

/* More threads than gets, and packets between the messages: nobody waits for ever, each message has its own answer. */
static void threads_packets_and_messages(void **state)
{
    static const char names[] = "BCDEFG";
    pthread_t threads[SENDERS];

    for (const char *tag = names; *tag; tag++)
        rig_tell(client, "%c serve 0 24 %d", *tag, *tag < 'F');
    wrong = 0;
    for (ULONG_PTR i = 0; i < SENDERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, send_many, (void *)i), 0);
    for (int i = 0; i < SENDERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(wrong, 0);
    unsigned long answered = 0;
    for (unsigned i = 0; i < sizeof names - 1; i++)
        assert_field(rig_ask(client, "A packet 99"), "ok", 1);
    for (const char *tag = names; *tag; tag++) {
        char name[2] = {*tag, 0};
        answered += rig_number(rig_hear(client, name), "count");
    }
    assert_int_equal(answered, SENDERS * EACH);
}

int main(void)
{
#define WITH(name, fn) TEST_WITH(name, fn, open_one, close_one)
    const struct CMUnitTest tests[] = {
        WITH("P-83 P-118 a get is over for all to see, though nobody dequeues", over_for_all_to_see),
        WITH("P-83 P-120 events of gets on a tied handle", events_are_set_as_well),
        WITH("P-119 P-121 messages, packets and cancelled gets come in their order", packets_keep_their_place),
        WITH("P-117 P-118 connections come to threads that wait already, and go", connections_come_to_waiting_threads),
        WITH("P-85 P-112 P-119 the end of a connection reaches the completion port", the_end_is_a_packet),
        WITH("P-118 P-123 a wait that times out loses no message", timeouts_lose_nothing),
        WITH("P-84 P-118 P-120 more threads than gets, and packets between messages", threads_packets_and_messages),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
