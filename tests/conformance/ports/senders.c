/* Senders that wait beside signals, stopped services, their own service's calls, and a port that closes (ports.md 2.5, 2.9). */
#include "rig.h"

#include <signal.h>

static struct rig_port port;
static struct rig_client *client;
static struct rig_connection *connection;

static NTSTATUS ask_the_caller(struct rig_connection *c, PVOID in, ULONG in_length, PVOID out, ULONG out_length, PULONG returned);

static int open_one(void **state)
{
    client = rig_client(0);
    port.message = ask_the_caller;
    rig_open(&port, u"\\RigSenders", 4);
    assert_hr(rig_ask(client, "A connect 0 \\RigSenders"), OK);
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

static unsigned long get_one(const char *text)
{
    const char *answer = rig_ask(client, "A get 0 64");

    rig_expect_text(answer, text);
    return rig_number(answer, "id");
}

/* --- signals --- */

static int signals;

static void count_signal(int number)
{
    __atomic_add_fetch(&signals, 1, __ATOMIC_RELEASE);
}

/* Comes back when the thread has handled one. */
static void disturb(pthread_t thread)
{
    int before = __atomic_load_n(&signals, __ATOMIC_ACQUIRE);

    assert_int_equal(pthread_kill(thread, SIGUSR1), 0);
    while (__atomic_load_n(&signals, __ATOMIC_ACQUIRE) == before)
        sched_yield();
}

static void signals_do_not_wake(void **state)
{
    const struct sigaction action = {.sa_handler = count_signal}; /* no SA_RESTART: system calls are interrupted */
    struct rig_sender s;

    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
    rig_send(&s, connection, "question", 8, 0);
    rig_wait_senders(connection, 1);
    for (int i = 0; i < 20; i++)
        disturb(s.thread);
    rig_wait_senders(connection, 1);
    unsigned long id = get_one("question");
    rig_wait_repliers(connection, 1);
    for (int i = 0; i < 20; i++)
        disturb(s.thread);
    rig_wait_repliers(connection, 1);
    assert_hr(rig_ask(client, "A reply 0 %lx 0 answer", id), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_memory_equal(s.reply, "answer", 6);
}

/* --- a service that hangs --- */

static void a_stopped_service_is_connected(void **state)
{
    struct rig_sender patient, hasty, asked;

    rig_send(&asked, connection, "asked", 8, 0);
    unsigned long id = get_one("asked");
    assert_int_equal(kill(rig_client_id(client), SIGSTOP), 0);
    rig_send(&patient, connection, "patient", -1, 0);
    rig_wait_senders(connection, 1);
    rig_send(&hasty, connection, "hasty", -1, 100 * MILLISECOND);
    assert_status(STATUS_TIMEOUT, rig_sent(&hasty)); /* and not STATUS_PORT_DISCONNECTED */
    rig_wait_senders(connection, 1);
    rig_wait_repliers(connection, 1);
    assert_int_equal(__atomic_load_n(&connection->disconnected, __ATOMIC_ACQUIRE), 0);
    assert_int_equal(kill(rig_client_id(client), SIGCONT), 0);
    get_one("patient");
    assert_status(STATUS_SUCCESS, rig_sent(&patient));
    assert_hr(rig_ask(client, "A reply 0 %lx 0 late", id), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&asked));
}

/* --- the service's own call is what the driver asks about --- */

static NTSTATUS ask_the_caller(struct rig_connection *c, PVOID in, ULONG in_length, PVOID out, ULONG out_length, PULONG returned)
{
    LARGE_INTEGER timeout = {.QuadPart = 100 * MILLISECOND};
    ULONG length = out_length;
    bool hasty = in_length == 5 && !memcmp(in, "hasty", 5);
    char reply[16] = "";

    *returned = 0;
    if (PsGetCurrentProcessId() != c->process)
        return STATUS_UNSUCCESSFUL;
    length = sizeof reply;
    NTSTATUS status = FltSendMessage(rig_filter, &c->port, "may I?", 6, reply, &length, hasty ? &timeout : NULL);
    if (status == STATUS_TIMEOUT)
        return STATUS_IO_TIMEOUT;
    *returned = length < out_length ? length : out_length;
    memcpy(out, reply, *returned);
    return status;
}

static void a_service_asked_about_itself(void **state)
{
    /* another thread of the same process answers: goes well */
    rig_tell(client, "B call 0 patient 16");
    unsigned long id = get_one("may I?");
    assert_hr(rig_ask(client, "A reply 0 %lx 0 yes", id), OK);
    const char *answer = rig_hear(client, "B");
    assert_hr(answer, OK);
    rig_expect_text(answer, "yes");
    /* every thread that could answer is in such a call: nobody does */
    rig_tell(client, "A call 0 hasty 16");
    assert_hr(rig_ask(client, "B call 0 hasty 16"), HR(121));
    assert_hr(rig_hear(client, "A"), HR(121));
    rig_wait_senders(connection, 0);
}

/* --- FltCloseClientPort beside FltSendMessage on the same variable --- */

#define RACERS 3

static void *send_until_closed(void *argument)
{
    NTSTATUS *status = argument;

    do
        *status = FltSendMessage(rig_filter, &connection->port, "x", 1, NULL, NULL, NULL);
    while (*status == STATUS_SUCCESS);
    return NULL;
}

static void closing_races_sending(void **state)
{
    for (int round = 0; round < 20; round++) {
        struct rig_connection *own = connection;
        pthread_t threads[RACERS];
        NTSTATUS status[RACERS];
        for (int i = 0; i < RACERS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, send_until_closed, &status[i]), 0);
        for (int i = 0; i < round; i++)
            assert_hr(rig_ask(client, "A get 0 64"), OK);
        FltCloseClientPort(rig_filter, &connection->port);
        assert_null(__atomic_load_n(&connection->port, __ATOMIC_ACQUIRE));
        for (int i = 0; i < RACERS; i++) {
            pthread_join(threads[i], NULL);
            assert_status(STATUS_PORT_DISCONNECTED, status[i]);
        }
        assert_field(rig_ask(client, "A close 0"), "ok", 1);
        rig_wait_disconnected(own);
        const char *again;
        rig_close(&port); /* a fresh one, its places unused */
        rig_open(&port, u"\\RigSenders", 4);
        do
            again = rig_ask(client, "A connect 0 \\RigSenders");
        while (rig_number(again, "hr") == HR(1238));
        assert_hr(again, OK);
        connection = rig_connection(&port);
    }
}

/* --- the padding trap --- */

/* A reply of so many bytes where the driver has room for one. */
static void reply_too_long(const char *text)
{
    struct rig_sender s;

    rig_send(&s, connection, "safe?", 1, 0);
    assert_hr(rig_ask(client, "A reply 0 %lx 0 %s", get_one("safe?"), text), HR(234));
    assert_status(STATUS_BUFFER_OVERFLOW, rig_sent(&s));
}

static void padded_replies(void **state)
{
    struct rig_sender s;

    reply_too_long("#2"); /* of lengths that no structure's padding gives, nothing is said */
    reply_too_long("#7");
    reply_too_long("#16");
    assert_int_equal(rig_warnings("a padded structure"), 0);
    rig_send(&s, connection, "safe?", 1, 0);
    const char *answer = rig_ask(client, "A replybyte 0 %lx padded", get_one("safe?"));
    assert_field(answer, "size", 24);
    assert_hr(answer, HR(234));
    assert_status(STATUS_BUFFER_OVERFLOW, rig_sent(&s));
    assert_int_equal(s.reply[0], 'y');
    assert_int_equal(s.reply[1], 0);
    assert_int_equal(rig_warnings("a padded structure"), 1);
    reply_too_long("#8"); /* once for a connection */
    assert_int_equal(rig_warnings("a padded structure"), 1);
    rig_send(&s, connection, "safe?", 1, 0);
    answer = rig_ask(client, "A replybyte 0 %lx whole", get_one("safe?"));
    assert_field(answer, "size", 17);
    assert_hr(answer, OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_int_equal(s.reply_length, 1);
}

int main(void)
{
#define WITH(name, fn) TEST_WITH(name, fn, open_one, close_one)
    const struct CMUnitTest tests[] = {
        WITH("P-77 signals that are handled do not end a send", signals_do_not_wake),
        WITH("P-113 a service that hangs is not a disconnect", a_stopped_service_is_connected),
        WITH("P-80 a service whose own call is asked about answers in another thread or not at all", a_service_asked_about_itself),
        WITH("P-74 FltCloseClientPort beside FltSendMessage on one variable", closing_races_sending),
        WITH("P-69 a padded reply structure is too long, a packed one is not", padded_replies),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
