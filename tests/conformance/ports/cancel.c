/* CancelIo, CancelIoEx, CancelSynchronousIo on ports, and several threads on one completion port (ports.md 2.10). */
#include "rig.h"

static struct rig_port port;
static struct rig_client *client;
static struct rig_connection *connection;

static int open_one(void **state)
{
    rig_open(&port, u"\\RigCancel", 4);
    client = rig_client(0);
    rig_ask(client, "A connect 0 \\RigCancel");
    connection = rig_connection(&port);
    return 0;
}

static int close_one(void **state)
{
    rig_client_end(client);
    rig_close(&port);
    return 0;
}

static void send_now(const char *text)
{
    struct rig_sender s;

    rig_send(&s, connection, text, -1, 0);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
}

static void cancel_io_is_the_threads_own(void **state)
{
    assert_hr(rig_ask(client, "A post 0 0 64 e"), HR(997));
    assert_hr(rig_ask(client, "B post 0 1 64 e"), HR(997));
    assert_hr(rig_ask(client, "A post 0 2 64 e"), HR(997));
    assert_field(rig_ask(client, "A cancelio 0"), "ok", 1);
    const char *answer = rig_ask(client, "C wait 0 0");
    assert_field(answer, "error", 995);
    assert_field(answer, "bytes", 0);
    assert_field(answer, "internal", (unsigned)STATUS_CANCELLED);
    assert_field(rig_ask(client, "C wait 0 2"), "error", 995);
    rig_wait_gets(connection, 1);
    assert_field(rig_ask(client, "C isdone 1"), "done", 0);
    send_now("to B");
    rig_expect_text(rig_ask(client, "C wait 0 1"), "to B");
    /* nothing left to cancel: CancelIo succeeds, CancelIoEx does not */
    assert_field(rig_ask(client, "A cancelio 0"), "ok", 1);
    assert_field(rig_ask(client, "A cancel 0 -"), "error", 1168);
}

static void cancel_io_ex_reaches_other_threads(void **state)
{
    assert_hr(rig_ask(client, "A post 0 0 64 e"), HR(997));
    assert_hr(rig_ask(client, "B post 0 1 64 n"), HR(997));
    rig_tell(client, "C get 0 64");
    rig_wait_gets(connection, 3);
    assert_field(rig_ask(client, "D cancel 0 1"), "ok", 1); /* one, another thread's */
    assert_field(rig_ask(client, "D wait 0 1"), "error", 995);
    rig_wait_gets(connection, 2);
    assert_field(rig_ask(client, "D cancel 0 1"), "error", 1168); /* it is over */
    assert_field(rig_ask(client, "D cancel 0 -"), "ok", 1);       /* the blocked reader too */
    assert_hr(rig_hear(client, "C"), HR(995));
    assert_field(rig_ask(client, "D wait 0 0"), "error", 995);
    rig_wait_gets(connection, 0);
    assert_field(rig_ask(client, "D close 0"), "ok", 1);
    assert_field(rig_ask(client, "D cancel 0 -"), "error", 6);
    assert_field(rig_ask(client, "D cancelio 0"), "error", 6);
}

static void cancel_synchronous_io_is_one_threads(void **state)
{
    rig_ask(client, "B isdone 0"); /* the threads are there */
    rig_ask(client, "C isdone 0");
    assert_field(rig_ask(client, "A cancelsync B"), "error", 1168);
    assert_hr(rig_ask(client, "B post 0 0 64 e"), HR(997));
    assert_field(rig_ask(client, "A cancelsync B"), "error", 1168); /* overlapped gets are not its */
    rig_tell(client, "B get 0 64");
    rig_tell(client, "C get 0 64");
    rig_wait_gets(connection, 3);
    assert_field(rig_ask(client, "A cancelsync B"), "ok", 1);
    assert_hr(rig_hear(client, "B"), HR(995));
    rig_wait_gets(connection, 2);
    send_now("first"); /* the overlapped one is the oldest */
    rig_expect_text(rig_ask(client, "A wait 0 0"), "first");
    send_now("second");
    rig_expect_text(rig_hear(client, "C"), "second");
}

static void cancelled_gets_make_packets(void **state)
{
    assert_field(rig_ask(client, "A iocp 0 1234"), "ok", 1);
    assert_hr(rig_ask(client, "A post 0 0 64 n"), HR(997));
    assert_hr(rig_ask(client, "A post 0 1 64 n"), HR(997));
    assert_field(rig_ask(client, "B cancel 0 0"), "ok", 1);
    const char *answer = rig_ask(client, "C dequeue 10000");
    assert_field(answer, "ok", 0);
    assert_field(answer, "error", 995);
    assert_field(answer, "number", 0);
    assert_field(answer, "key", 0x1234);
    assert_field(rig_ask(client, "B close 0"), "ok", 1); /* P-117 through the port */
    answer = rig_ask(client, "C dequeue 10000");
    assert_field(answer, "error", 995);
    assert_field(answer, "number", 1);
    assert_field(rig_ask(client, "C dequeue 0"), "error", 258);
}

#define WORKERS 6

/* Each message is one packet for one thread, whichever: nothing twice, nothing lost, the others go on sleeping. */
static void several_threads_on_one_port(void **state)
{
    static const char names[WORKERS] = "BCDEFG";
    bool seen[WORKERS] = {false};
    struct rig_sender senders[WORKERS];

    assert_field(rig_ask(client, "A iocp 0 77"), "ok", 1);
    assert_field(rig_ask(client, "A iocp 0 78"), "error", 87); /* a handle has one completion port */
    for (int i = 0; i < WORKERS; i++)
        assert_hr(rig_ask(client, "A post 0 %d 64 n", i), HR(997));
    for (int i = 0; i < WORKERS; i++)
        rig_tell(client, "%c dequeue 20000", names[i]);
    for (int i = 0; i < WORKERS; i++)
        rig_send(&senders[i], connection, "one each", 8, 0);
    for (int i = 0; i < WORKERS; i++) {
        char tag[2] = {names[i], 0};
        const char *answer = rig_hear(client, tag);
        assert_field(answer, "ok", 1);
        assert_field(answer, "key", 0x77);
        assert_field(answer, "bytes", 16 + 8);
        unsigned long number = rig_number(answer, "number"), id = rig_number(answer, "id");
        assert_true(number < WORKERS && !seen[number]);
        seen[number] = true;
        rig_expect_text(answer, "one each");
        assert_hr(rig_ask(client, "A reply 0 %lx 0 %lu", id, number), OK);
    }
    for (int i = 0; i < WORKERS; i++)
        assert_status(STATUS_SUCCESS, rig_sent(&senders[i]));
    assert_field(rig_ask(client, "A dequeue 0"), "error", 258);
    /* a synchronous get and a reply make no packet */
    struct rig_sender s;
    rig_send(&s, connection, "plain", 4, 0);
    const char *answer = rig_ask(client, "B get 0 64");
    rig_expect_text(answer, "plain");
    assert_hr(rig_ask(client, "B reply 0 %lx 0 yes", rig_number(answer, "id")), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_field(rig_ask(client, "A dequeue 0"), "error", 258);
}

int main(void)
{
#define WITH(name, fn) TEST_WITH(name, fn, open_one, close_one)
    const struct CMUnitTest tests[] = {
        WITH("P-121 CancelIo ends the calling thread's gets only, and succeeds without any", cancel_io_is_the_threads_own),
        WITH("P-121 P-122 CancelIoEx ends one get or all, whoever posted them", cancel_io_ex_reaches_other_threads),
        WITH("P-122 CancelSynchronousIo ends one thread's blocked get", cancel_synchronous_io_is_one_threads),
        WITH("P-117 P-119 P-121 a cancelled get is a packet with its error", cancelled_gets_make_packets),
        WITH("P-84 P-91 P-118 P-120 several threads on one completion port", several_threads_on_one_port),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
