/* FltSendMessage (ports.md 2.5). */
#include "rig.h"

#include <time.h>

#include "fltmgr/port.h"
#include "ntoskrnl/ke/ke.h"

static struct rig_port port;
static struct rig_client *client;
static struct rig_connection *connection;

static int open_one(void **state)
{
    client = rig_client(0);
    rig_open(&port, u"\\RigSend", 4);
    assert_hr(rig_ask(client, "A connect 0 \\RigSend"), OK);
    connection = rig_connection(&port);
    return 0;
}

static int close_one(void **state)
{
    if (client)
        rig_client_end(client);
    rig_close(&port);
    rig_wait_disconnected(connection);
    return 0;
}

static LONGLONG now_100ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (LONGLONG)now.tv_sec * 10000000 + now.tv_nsec / 100;
}

/* --- delivery --- */

static void get_first(void **state)
{
    struct rig_sender s;

    rig_tell(client, "A get 0 64");
    rig_wait_gets(connection, 1);
    rig_send(&s, connection, "first", -1, 0);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    const char *answer = rig_hear(client, "A");
    assert_hr(answer, OK);
    assert_field(answer, "reply", 0);
    assert_field(answer, "id", 0);
    rig_expect_text(answer, "first");
    /* no reply buffer: a length of zero may stand there */
    ULONG none = 0;
    rig_tell(client, "A get 0 64");
    assert_status(STATUS_SUCCESS, FltSendMessage(rig_filter, &connection->port, "second", 6, NULL, &none, NULL));
    answer = rig_hear(client, "A");
    assert_field(answer, "reply", 0);
    rig_expect_text(answer, "second");
}

static void sender_waits(void **state)
{
    struct rig_sender s;

    rig_send(&s, connection, "second", -1, 0);
    rig_wait_senders(connection, 1);
    rig_expect_text(rig_ask(client, "A get 0 64"), "second");
    assert_status(STATUS_SUCCESS, rig_sent(&s));
}

static void with_reply(void **state)
{
    struct rig_sender s;

    rig_send(&s, connection, "question", 10, 0);
    const char *answer = rig_ask(client, "A get 0 64");
    assert_field(answer, "reply", 26);
    unsigned long id = rig_number(answer, "id");
    assert_int_equal(id, 1);
    rig_wait_repliers(connection, 1);
    assert_hr(rig_ask(client, "A reply 0 %lx 0 yes", id), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_int_equal(s.reply_length, 3);
    assert_memory_equal(s.reply, "yes", 3);
    rig_send(&s, connection, "one-way", -1, 0); /* has no id, and uses none up */
    assert_field(rig_ask(client, "A get 0 64"), "id", 0);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    rig_send(&s, connection, "again", 10, 0);
    unsigned long next = rig_number(rig_ask(client, "A get 0 64"), "id");
    assert_int_equal(next, id + 1);
    assert_hr(rig_ask(client, "A reply 0 %lx 0 no", next), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
}

static void arguments(void **state)
{
    ULONG length = 4;
    char buffer[8] = "";
    PFLT_PORT none = NULL;

    assert_status(STATUS_INVALID_PARAMETER, FltSendMessage(rig_filter, &connection->port, NULL, 1, NULL, NULL, NULL));
    assert_status(STATUS_INVALID_PARAMETER, FltSendMessage(rig_filter, &connection->port, buffer, 1, buffer, NULL, NULL));
    assert_status(STATUS_PORT_DISCONNECTED, FltSendMessage(rig_filter, &none, buffer, 1, buffer, &length, NULL));
    rig_tell(client, "A get 0 16");
    rig_wait_gets(connection, 1);
    assert_status(STATUS_SUCCESS, FltSendMessage(rig_filter, &connection->port, NULL, 0, NULL, NULL, NULL));
    assert_hr(rig_hear(client, "A"), OK);
}

static void aliased_buffers(void **state)
{
    char both[32] = "payload in, payload out";
    ULONG length = sizeof both;

    rig_tell(client, "A get 0 64");
    rig_tell(client, "A reply 0 1 0 answer");
    rig_wait_gets(connection, 1);
    assert_status(STATUS_SUCCESS, FltSendMessage(rig_filter, &connection->port, both, 23, both, &length, NULL));
    rig_expect_text(rig_hear(client, "A"), "payload in, payload out");
    assert_hr(rig_hear(client, "A"), OK);
    assert_int_equal(length, 6);
    assert_memory_equal(both, "answerd in, payload out", 24); /* P-90: the rest is as it was */
}

static void large_messages(void **state)
{
    ULONG size = 1 << 20, length = size;
    char *message = malloc(size), *reply = malloc(size);

    memset(message, 'm', size);
    memset(reply, 0, size);
    rig_tell(client, "A get 0 %u", size + 16);
    rig_tell(client, "A reply 0 1 0 #1048576");
    assert_status(STATUS_SUCCESS, FltSendMessage(rig_filter, &connection->port, message, size, reply, &length, NULL));
    assert_hr(rig_hear(client, "A"), OK);
    assert_hr(rig_hear(client, "A"), OK);
    assert_int_equal(length, size);
    for (ULONG i = 0; i < size; i++)
        assert_int_equal(reply[i], 'x');
    free(message);
    free(reply);
}

/* Senders are taken in the order in which they came; replies may come in any. */
static void many_senders(void **state)
{
    struct rig_sender s[6];
    unsigned long ids[6];
    char text[8];

    for (unsigned i = 0; i < 6; i++) {
        snprintf(text, sizeof text, "m%u", i);
        rig_send(&s[i], connection, text, 8, 0);
        rig_wait_senders(connection, i + 1);
    }
    for (unsigned i = 0; i < 6; i++) {
        const char *answer = rig_ask(client, "A get 0 64");
        snprintf(text, sizeof text, "m%u", i);
        rig_expect_text(answer, text);
        ids[i] = rig_number(answer, "id");
    }
    rig_wait_repliers(connection, 6);
    for (unsigned i = 6; i-- > 0;)
        assert_hr(rig_ask(client, "A reply 0 %lx 0 r%u", ids[i], i), OK);
    for (unsigned i = 0; i < 6; i++) {
        assert_status(STATUS_SUCCESS, rig_sent(&s[i]));
        snprintf(text, sizeof text, "r%u", i);
        assert_memory_equal(s[i].reply, text, 2);
    }
}

/* --- buffers that are too small --- */

static void too_small(void **state)
{
    struct rig_sender s;

    rig_send(&s, connection, "0123456789", -1, 0);
    rig_wait_senders(connection, 1);
    const char *failed = rig_ask(client, "A get 0 25");
    assert_hr(failed, HR(122));
    rig_expect_text(failed, ""); /* nothing is written to it */
    rig_wait_senders(connection, 1);
    /* exactly the size that is needed */
    rig_expect_text(rig_ask(client, "A get 0 26"), "0123456789");
    assert_status(STATUS_SUCCESS, rig_sent(&s));
}

static void oldest_that_fits(void **state)
{
    struct rig_sender s;

    assert_hr(rig_ask(client, "A post 0 0 20 e"), HR(997));
    assert_hr(rig_ask(client, "A post 0 1 40 e"), HR(997));
    assert_hr(rig_ask(client, "A post 0 2 64 e"), HR(997));
    rig_send(&s, connection, "0123456789", -1, 0);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    const char *answer = rig_ask(client, "A wait 0 1");
    assert_field(answer, "bytes", 26);
    rig_expect_text(answer, "0123456789");
    assert_field(rig_ask(client, "A isdone 0"), "done", 0);
    assert_field(rig_ask(client, "A isdone 2"), "done", 0);
    assert_field(rig_ask(client, "A cancel 0 -"), "ok", 1);
}

static void one_small_get_at_a_time(void **state)
{
    struct rig_sender s, answered, late;

    rig_send(&answered, connection, "before", 8, 0);
    unsigned long id = rig_number(rig_ask(client, "A get 0 64"), "id");
    assert_hr(rig_ask(client, "A post 0 0 17 e"), HR(997));
    assert_hr(rig_ask(client, "A post 0 1 18 e"), HR(997));
    rig_send(&s, connection, "0123456789", -1, 0);
    const char *answer = rig_ask(client, "A wait 0 0");
    assert_field(answer, "error", 122);
    assert_field(answer, "bytes", 26); /* how much is needed */
    rig_expect_text(answer, "");
    assert_field(answer, "internal", (unsigned)STATUS_BUFFER_TOO_SMALL);
    rig_wait_senders(connection, 1);
    /* it is woken for another reason, and has time to look: still nobody has posted anything new */
    assert_hr(rig_ask(client, "A reply 0 %lx 0 yes", id), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&answered));
    rig_send(&late, connection, "behind it", -1, 30 * MILLISECOND);
    assert_status(STATUS_TIMEOUT, rig_sent(&late));
    assert_field(rig_ask(client, "A isdone 1"), "done", 0);
    assert_hr(rig_ask(client, "A post 0 0 26 e"), HR(997));
    rig_expect_text(rig_ask(client, "A wait 0 0"), "0123456789");
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_field(rig_ask(client, "A cancel 0 -"), "ok", 1);
}

/* --- timeouts --- */

static void times_out_undelivered(void **state)
{
    struct rig_sender s;
    LONGLONG before = now_100ns();

    rig_send(&s, connection, "never", 8, 50 * MILLISECOND);
    assert_status(STATUS_TIMEOUT, rig_sent(&s));
    assert_true(now_100ns() - before >= 50 * -MILLISECOND);
    assert_int_equal(s.reply_length, 8); /* untouched */
    /* withdrawn: the next get has the next message */
    struct rig_sender next;
    rig_send(&next, connection, "next", -1, 0);
    rig_expect_text(rig_ask(client, "A get 0 64"), "next");
    assert_status(STATUS_SUCCESS, rig_sent(&next));
}

static void times_out_unanswered(void **state)
{
    struct rig_sender s;

    rig_tell(client, "A get 0 64");
    rig_wait_gets(connection, 1);
    rig_send(&s, connection, "late", 8, 300 * MILLISECOND);
    unsigned long id = rig_number(rig_hear(client, "A"), "id");
    assert_status(STATUS_TIMEOUT, rig_sent(&s));
    assert_hr(rig_ask(client, "A reply 0 %lx 0 x", id), 0x801F0020);
    assert_int_equal(s.reply[0], 0);
    assert_int_equal(s.reply_length, 8);
}

/* Delivered when half of the time is gone: with one deadline it ends after that time, with one for each phase not before one and
 * a half of it. False when this machine was too slow to tell. */
static bool ends_in_time(LONGLONG time)
{
    struct rig_sender s;
    LONGLONG before = now_100ns();

    rig_send(&s, connection, "slow", 8, -time);
    rig_wait_senders(connection, 1);
    while (now_100ns() - before < time / 2)
        assert_hr(rig_ask(client, "B call 0 - 0"), HR(1));
    assert_hr(rig_ask(client, "A post 0 0 64 e"), HR(997));
    assert_status(STATUS_TIMEOUT, rig_sent(&s));
    bool in_time = now_100ns() - before < time + time / 2;
    rig_ask(client, "A cancel 0 0");
    return rig_number(rig_ask(client, "A wait 0 0"), "ok") && in_time; /* else it came after the timeout */
}

static void one_deadline(void **state)
{
    LONGLONG time = -SECOND;

    while (!ends_in_time(time)) {
        time *= 2;
        assert_true(time <= 16 * -SECOND);
    }
}

static void absolute_time(void **state)
{
    struct rig_sender s;
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    LONGLONG in_50_ms = ((LONGLONG)now.tv_sec + 11644473600) * 10000000 + now.tv_nsec / 100 + 500000;
    rig_send(&s, connection, "absolute", -1, in_50_ms);
    assert_status(STATUS_TIMEOUT, rig_sent(&s));
    clock_gettime(CLOCK_REALTIME, &now);
    assert_true(((LONGLONG)now.tv_sec + 11644473600) * 10000000 + now.tv_nsec / 100 >= in_50_ms);
    rig_send(&s, connection, "past", -1, 1);
    assert_status(STATUS_TIMEOUT, rig_sent(&s));
}

static void *send_with_zero(void *status)
{
    LARGE_INTEGER zero = {.QuadPart = 0};
    char reply[4];
    ULONG length = sizeof reply;

    *(NTSTATUS *)status = FltSendMessage(rig_filter, &connection->port, "zero", 4, reply, &length, &zero);
    return NULL;
}

/* In both phases. */
static void zero_waits(void **state)
{
    struct rig_sender s;
    NTSTATUS status = STATUS_UNSUCCESSFUL;
    pthread_t thread;

    rig_send(&s, connection, "null", 8, 0);
    rig_wait_senders(connection, 1);
    assert_hr(rig_ask(client, "A reply 0 %lx 0 yes", rig_number(rig_ask(client, "A get 0 64"), "id")), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_int_equal(pthread_create(&thread, NULL, send_with_zero, &status), 0);
    rig_wait_senders(connection, 1);
    const char *answer = rig_ask(client, "A get 0 64");
    rig_expect_text(answer, "zero");
    unsigned long id = rig_number(answer, "id");
    rig_wait_repliers(connection, 1);
    assert_hr(rig_ask(client, "A reply 0 %lx 0 yes", id), OK);
    pthread_join(thread, NULL);
    assert_status(STATUS_SUCCESS, status);
}

static void zero_polls(void **state)
{
    LARGE_INTEGER zero = {.QuadPart = 0};
    char reply[4];
    ULONG length = sizeof reply;

    message_zero_timeout_polls = true;
    assert_status(STATUS_TIMEOUT, FltSendMessage(rig_filter, &connection->port, "z", 1, NULL, NULL, &zero));
    rig_tell(client, "A get 0 64");
    rig_wait_gets(connection, 1);
    assert_status(STATUS_SUCCESS, FltSendMessage(rig_filter, &connection->port, "try", 3, NULL, NULL, &zero));
    rig_expect_text(rig_hear(client, "A"), "try");
    rig_tell(client, "A get 0 64");
    rig_wait_gets(connection, 1);
    assert_status(STATUS_TIMEOUT, FltSendMessage(rig_filter, &connection->port, "ask", 3, reply, &length, &zero));
    unsigned long id = rig_number(rig_hear(client, "A"), "id");
    assert_hr(rig_ask(client, "A reply 0 %lx 0 x", id), 0x801F0020);
    message_zero_timeout_polls = false;
}

/* --- the caller dies --- */

static struct ke_interrupt dying;
static NTSTATUS dead_status[2];
static bool ready; /* somebody reads when the second begins */

static void *send_and_die(void *unused)
{
    char reply[4];
    ULONG length = sizeof reply;

    ke_self.interrupt = &dying;
    dead_status[0] = FltSendMessage(rig_filter, &connection->port, "last words", 10, reply, &length, NULL);
    if (ready)
        rig_wait_gets(connection, 1);
    dead_status[1] = FltSendMessage(rig_filter, &connection->port, "too late", 8, reply, &length, NULL);
    ke_self.interrupt = NULL;
    return NULL;
}

static void terminating(void **state)
{
    pthread_t thread;

    ready = false;
    ke_interrupt_init(&dying);
    assert_int_equal(pthread_create(&thread, NULL, send_and_die, NULL), 0);
    rig_wait_senders(connection, 1);
    ke_interrupt_fire(&dying, STATUS_THREAD_IS_TERMINATING);
    pthread_join(thread, NULL);
    assert_status(STATUS_THREAD_IS_TERMINATING, dead_status[0]);
    assert_status(STATUS_THREAD_IS_TERMINATING, dead_status[1]);
    /* neither message was taken by the get that comes now */
    struct rig_sender s;
    rig_send(&s, connection, "alive", -1, 0);
    rig_expect_text(rig_ask(client, "A get 0 64"), "alive");
    assert_status(STATUS_SUCCESS, rig_sent(&s));
}

/* When the message is delivered; then with a get that is ready for the next one. */
static void terminating_unanswered(void **state)
{
    pthread_t thread;
    struct rig_sender s;

    ready = true;
    ke_interrupt_init(&dying);
    assert_int_equal(pthread_create(&thread, NULL, send_and_die, NULL), 0);
    const char *answer = rig_ask(client, "A get 0 64");
    rig_expect_text(answer, "last words");
    unsigned long id = rig_number(answer, "id");
    rig_wait_repliers(connection, 1);
    ke_interrupt_fire(&dying, STATUS_THREAD_IS_TERMINATING);
    rig_wait_repliers(connection, 0);
    assert_hr(rig_ask(client, "A reply 0 %lx 0 late", id), 0x801F0020); /* P-87: its thread is gone */
    rig_tell(client, "A get 0 64");
    pthread_join(thread, NULL);
    assert_status(STATUS_THREAD_IS_TERMINATING, dead_status[0]);
    assert_status(STATUS_THREAD_IS_TERMINATING, dead_status[1]);
    rig_wait_gets(connection, 1); /* was not taken */
    rig_send(&s, connection, "alive", -1, 0);
    rig_expect_text(rig_hear(client, "A"), "alive");
    assert_status(STATUS_SUCCESS, rig_sent(&s));
}

/* --- replies --- */

static void reply_lengths(void **state)
{
    struct rig_sender s;
    unsigned long id;

    rig_send(&s, connection, "q", 1, 0);
    id = rig_number(rig_ask(client, "A get 0 64"), "id");
    assert_hr(rig_ask(client, "A reply 0 %lx 0 12345678", id), HR(234));
    assert_status(STATUS_BUFFER_OVERFLOW, rig_sent(&s));
    assert_int_equal(s.reply[0], '1');
    assert_int_equal(s.reply[1], 0);
    assert_hr(rig_ask(client, "A reply 0 %lx 0 1", id), 0x801F0020);

    rig_send(&s, connection, "q", 100, 0);
    id = rig_number(rig_ask(client, "A get 0 64"), "id");
    assert_hr(rig_ask(client, "A reply 0 %lx 0 -", id), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_int_equal(s.reply_length, 0);
}

static void header_only_reply(void **state)
{
    struct rig_sender s;

    rig_send(&s, connection, "q", 0, 0);
    const char *answer = rig_ask(client, "A get 0 64");
    assert_field(answer, "reply", 16);
    assert_hr(rig_ask(client, "A reply 0 %lx 0 -", rig_number(answer, "id")), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
}

static void reply_status(void **state)
{
    struct rig_sender s;

    rig_send(&s, connection, "q", 8, 0);
    unsigned long id = rig_number(rig_ask(client, "A get 0 64"), "id");
    assert_hr(rig_ask(client, "A reply 0 %lx c0000022 data", id), OK);
    assert_status(STATUS_ACCESS_DENIED, rig_sent(&s));
    assert_int_equal(s.reply_length, 4);
    assert_memory_equal(s.reply, "data", 4);
    /* but not of one that is too long */
    rig_send(&s, connection, "q", 3, 0);
    id = rig_number(rig_ask(client, "A get 0 64"), "id");
    assert_hr(rig_ask(client, "A reply 0 %lx c0000022 data", id), HR(234));
    assert_status(STATUS_BUFFER_OVERFLOW, rig_sent(&s));
    assert_memory_equal(s.reply, "dat", 4);
}

/* --- ends --- */

static void disconnect_releases_senders(void **state)
{
    struct rig_sender waiting, asked;

    rig_tell(client, "A get 0 64");
    rig_wait_gets(connection, 1);
    rig_send(&asked, connection, "asked", 8, 0);
    rig_wait_repliers(connection, 1);
    rig_send(&waiting, connection, "waiting", 8, 0);
    rig_wait_senders(connection, 1);
    rig_client_kill(client);
    client = NULL;
    assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&waiting));
    assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&asked));
    rig_wait_disconnected(connection);
    assert_null(connection->port);
    rig_send(&waiting, connection, "after", 8, 0);
    assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&waiting));
}

int main(void)
{
#define WITH(name, fn) TEST_WITH(name, fn, open_one, close_one)
    const struct CMUnitTest tests[] = {
        WITH("P-42 P-44 P-45 P-47 P-81 a pending get takes the message at once", get_first),
        WITH("P-43 a sender waits for a get", sender_waits),
        WITH("P-47 P-48 P-65 P-66 P-67 a reply comes back, ids count up", with_reply),
        WITH("P-46 P-50 P-73 wrong arguments, an empty message", arguments),
        WITH("P-49 P-90 message and reply in one buffer", aliased_buffers),
        WITH("P-50 a mebibyte each way", large_messages),
        WITH("P-51 P-52 many senders: first come first served, replies in any order", many_senders),
        WITH("P-53 P-55 P-56 P-85 a get that is too small fails, the message stays", too_small),
        WITH("P-54 the oldest get that fits is taken", oldest_that_fits),
        WITH("P-53 P-54 P-55 one message fails one small get, with the size needed", one_small_get_at_a_time),
        WITH("P-57 P-60 P-62 timeout before delivery withdraws the message", times_out_undelivered),
        WITH("P-63 P-64 P-87 timeout after delivery refuses the reply", times_out_unanswered),
        WITH("P-61 one deadline for both phases", one_deadline),
        WITH("P-57 absolute timeouts", absolute_time),
        WITH("P-58 a NULL timeout and a timeout of zero wait", zero_waits),
        WITH("P-58 P-59 with ZeroTimeout = poll a timeout of zero does not wait", zero_polls),
        WITH("P-75 P-76 a dying thread's send ends, and none begins", terminating),
        WITH("P-75 P-76 P-87 a thread dies with its message delivered, and sends to a reader that is ready", terminating_unanswered),
        WITH("P-65 P-68 P-86 P-87 P-90 replies longer and shorter than the buffer", reply_lengths),
        WITH("P-71 a reply of the header alone", header_only_reply),
        WITH("P-68 P-70 the reply's status is the result", reply_status),
        WITH("P-72 P-73 P-107 P-112 the client's death releases all senders", disconnect_releases_senders),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
