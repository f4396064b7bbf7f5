/* Overlapped gets whose events and handles somebody waits for (ports.md 2.10): the waiting threads take the messages themselves,
 * with the library's own thread stunned meanwhile, and nobody waits in vain. */
#include "rig.h"

static struct rig_port port, other;
static struct rig_client *client;
static struct rig_connection *connection;

static int open_one(void **state)
{
    rig_open(&port, u"\\RigEvents", 4);
    rig_open(&other, u"\\RigEventsToo", 4);
    client = rig_client(0);
    rig_ask(client, "A connect 0 \\RigEvents");
    connection = rig_connection(&port);
    rig_ask(client, "A event 0 auto");
    rig_ask(client, "A event 1 manual");
    return 0;
}

/* A get has begun the library's thread, which cannot do anything from here on. */
static int open_stunned(void **state)
{
    open_one(state);
    rig_ask(client, "A post 0 31 64 n");
    rig_ask(client, "A cancel 0 31");
    rig_ask(client, "A stun");
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

static void expect_done(int number, const char *text)
{
    const char *answer = rig_ask(client, "A wait 0 %d", number);

    assert_field(answer, "ok", 1);
    rig_expect_text(answer, text);
}

static void who_waits_takes_it(void **state)
{
    /* for the event, the handle, the operation */
    assert_hr(rig_ask(client, "A post 0 0 64 @0"), HR(997));
    rig_tell(client, "B await 20000 e0");
    send_now(connection, "event");
    assert_field(rig_hear(client, "B"), "result", 0);
    expect_done(0, "event");
    assert_field(rig_ask(client, "B await 0 e0"), "result", 258); /* used up */
    assert_hr(rig_ask(client, "A post 0 0 64 n"), HR(997));
    rig_tell(client, "B await 20000 p0");
    send_now(connection, "handle");
    assert_field(rig_hear(client, "B"), "result", 0);
    expect_done(0, "handle");
    assert_hr(rig_ask(client, "A post 0 0 64 n"), HR(997));
    rig_tell(client, "B wait 0 0");
    send_now(connection, "operation");
    rig_expect_text(rig_hear(client, "B"), "operation");
    /* who only looks takes it as well */
    assert_hr(rig_ask(client, "A post 0 0 64 @1"), HR(997));
    assert_field(rig_ask(client, "B await 0 e1"), "result", 258);
    send_now(connection, "look");
    assert_field(rig_ask(client, "B await 0 e1"), "result", 0);
    expect_done(0, "look");
    assert_field(rig_ask(client, "B await 1 e1"), "result", 0); /* manual */
}

/* The wait is older than the get. */
static void gets_come_to_waiting_threads(void **state)
{
    for (int i = 0; i < 20; i++) {
        rig_tell(client, "B await 20000 e%d", i % 2);
        if (i % 4 < 2)
            rig_ask(client, "C await 1 e%d", 1 - i % 2); /* most likely it sleeps by now; either way is good */
        assert_hr(rig_ask(client, "A post 0 0 64 @%d", i % 2), HR(997));
        send_now(connection, "late");
        assert_field(rig_hear(client, "B"), "result", 0);
        expect_done(0, "late");
        assert_hr(rig_ask(client, "A post 0 0 64 @1"), HR(997)); /* resets the event */
        assert_field(rig_ask(client, "A cancel 0 0"), "ok", 1);
    }
}

/* One message wakes one sleeper of the connection, whichever: it is told to whom it belongs. */
static void anybody_takes_for_everybody(void **state)
{
    for (int i = 0; i < 30; i++) {
        int first = i & 1;
        assert_hr(rig_ask(client, "A post 0 %d 64 @%d", first, first), HR(997));
        assert_hr(rig_ask(client, "A post 0 %d 64 @%d", 1 - first, 1 - first), HR(997));
        rig_tell(client, "B await 20000 e0");
        rig_tell(client, "C await 20000 e1");
        send_now(connection, "older");
        assert_field(rig_hear(client, first ? "C" : "B"), "result", 0);
        expect_done(first, "older");
        send_now(connection, "younger");
        assert_field(rig_hear(client, first ? "B" : "C"), "result", 0);
        expect_done(1 - first, "younger");
    }
}

static void several_at_once(void **state)
{
    assert_hr(rig_ask(client, "A connect 1 \\RigEventsToo"), OK);
    struct rig_connection *second = rig_connection(&other);
    for (int i = 0; i < 10; i++) {
        assert_hr(rig_ask(client, "A post 0 0 64 @0"), HR(997));
        assert_hr(rig_ask(client, "A post 1 1 64 @1"), HR(997));
        rig_tell(client, "B await 20000 e0 or e1");
        send_now(second, "second");
        assert_field(rig_hear(client, "B"), "result", 1);
        expect_done(1, "second");
        assert_hr(rig_ask(client, "A post 1 1 64 @1"), HR(997));
        rig_tell(client, "B await 20000 e0 and e1");
        send_now(second, "second");
        send_now(connection, "first");
        assert_field(rig_hear(client, "B"), "result", 0);
        expect_done(0, "first");
        expect_done(1, "second");
    }
}

/* A thread of the completion port sleeps on the same connection, and a waiting thread may take what is a packet for it. */
static void packets_and_events(void **state)
{
    rig_ask(client, "A iocp 0 11");
    for (int i = 0; i < 30; i++) {
        rig_tell(client, "C dequeue 20000");
        assert_hr(rig_ask(client, "A post 0 0 64 n"), HR(997));
        assert_hr(rig_ask(client, "A post 0 1 64 @0"), HR(997));
        rig_tell(client, "B await 20000 e0");
        send_now(connection, "packet");
        const char *answer = rig_hear(client, "C");
        assert_field(answer, "number", 0);
        rig_expect_text(answer, "packet");
        send_now(connection, "both");
        assert_field(rig_hear(client, "B"), "result", 0);
        expect_done(1, "both");
        answer = rig_ask(client, "C dequeue 20000");
        assert_field(answer, "number", 1);
        rig_expect_text(answer, "both");
    }
}

/* Then its waiting threads cannot know both connections: the library's thread is for that. */
static void one_event_of_two_connections(void **state)
{
    assert_hr(rig_ask(client, "A connect 1 \\RigEventsToo"), OK);
    struct rig_connection *second = rig_connection(&other);
    for (int i = 0; i < 20; i++) {
        assert_hr(rig_ask(client, "A post 0 0 64 @0"), HR(997));
        assert_hr(rig_ask(client, "A post 1 1 64 @0"), HR(997));
        rig_tell(client, "B await 20000 e0");
        send_now(i & 1 ? connection : second, "one");
        assert_field(rig_hear(client, "B"), "result", 0);
        rig_tell(client, "B await 20000 e0");
        send_now(i & 1 ? second : connection, "two");
        assert_field(rig_hear(client, "B"), "result", 0);
        expect_done(0, i & 1 ? "one" : "two");
        expect_done(1, i & 1 ? "two" : "one");
    }
}

static void cancelled_and_ended(void **state)
{
    assert_hr(rig_ask(client, "A post 0 0 64 @0"), HR(997));
    rig_tell(client, "B await 20000 e0");
    assert_field(rig_ask(client, "A cancel 0 0"), "ok", 1);
    assert_field(rig_hear(client, "B"), "result", 0);
    assert_field(rig_ask(client, "A wait 0 0"), "error", 995);
    assert_hr(rig_ask(client, "A post 0 0 64 @0"), HR(997));
    assert_hr(rig_ask(client, "A post 0 1 64 n"), HR(997));
    rig_tell(client, "B await 20000 e0");
    rig_tell(client, "C wait 0 1");
    rig_wait_gets(connection, 2);
    FltCloseClientPort(rig_filter, &connection->port);
    assert_field(rig_hear(client, "B"), "result", 0);
    assert_field(rig_hear(client, "C"), "error", 6);
    assert_field(rig_ask(client, "A wait 0 0"), "error", 6);
}

static void closed_beneath_a_wait(void **state)
{
    assert_hr(rig_ask(client, "A post 0 0 64 @0"), HR(997));
    rig_tell(client, "B await 20000 e0");
    assert_field(rig_ask(client, "A close 0"), "ok", 1);
    assert_field(rig_hear(client, "B"), "result", 0);
    assert_field(rig_ask(client, "B await 1 e0"), "result", 258);
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

/* Threads that wait in all ways for the same connection. */
static void readers_of_all_kinds(void **state)
{
    static const char *const kinds[] = {"event", "event", "event", "result", "result"};
    pthread_t threads[SENDERS];
    unsigned long answered = 0;

    for (unsigned i = 0; i < ARRAYSIZE(kinds); i++)
        rig_tell(client, "E%u serveevent 0 24 %s", i, kinds[i]);
    rig_tell(client, "S echo 0 24");
    wrong = 0;
    for (ULONG_PTR i = 0; i < SENDERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, send_many, (void *)i), 0);
    for (int i = 0; i < SENDERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(wrong, 0);
    FltCloseClientPort(rig_filter, &connection->port);
    for (unsigned i = 0; i < ARRAYSIZE(kinds); i++) {
        char name[8];
        snprintf(name, sizeof name, "E%u", i);
        answered += rig_number(rig_hear(client, name), "count");
    }
    answered += rig_number(rig_hear(client, "S"), "count");
    assert_int_equal(answered, SENDERS * EACH);
}

int main(void)
{
#define STUNNED(name, fn) TEST_WITH(name, fn, open_stunned, close_one)
#define WITH(name, fn) TEST_WITH(name, fn, open_one, close_one)
    const struct CMUnitTest tests[] = {
        STUNNED("P-83 who waits for event, handle or operation takes the message", who_waits_takes_it),
        STUNNED("P-83 a get comes to a thread that waits for its event already", gets_come_to_waiting_threads),
        STUNNED("P-83 a thread that takes another's message tells its event", anybody_takes_for_everybody),
        STUNNED("P-83 waits for any and for all events of two connections", several_at_once),
        STUNNED("P-83 P-120 threads that wait for events beside threads of the completion port", packets_and_events),
        STUNNED("P-83 P-85 P-112 cancelled gets, and the connection's end", cancelled_and_ended),
        STUNNED("P-117 the handle is closed beneath a wait for the event", closed_beneath_a_wait),
        STUNNED("P-83 P-84 readers of all kinds, each message has its own answer", readers_of_all_kinds),
        WITH("P-83 one event for gets of two connections", one_event_of_two_connections),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
