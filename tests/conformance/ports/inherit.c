/* Connections that several handles, or several processes, hold (ports.md 2.3: P-32, P-34; 2.9: P-112). */
#include "rig.h"

#include <signal.h>

static struct rig_port port;

static struct rig_connection *open_with(struct rig_client *client, const char *how)
{
    rig_open(&port, u"\\RigInherit", 1);
    const char *answer = rig_ask(client, "A %s 0 \\RigInherit", how);
    assert_hr(answer, OK);
    if (strcmp(how, "connect"))
        assert_field(answer, "flags", 1 /* HANDLE_FLAG_INHERIT */);
    return rig_connection(&port);
}

/* Nobody reads, but it is not disconnected. */
static void expect_alive(struct rig_connection *connection)
{
    struct rig_sender s;

    rig_send(&s, connection, "anybody?", -1, 100 * MILLISECOND);
    assert_status(STATUS_TIMEOUT, rig_sent(&s));
    assert_int_equal(__atomic_load_n(&connection->disconnected, __ATOMIC_ACQUIRE), 0);
}

static pid_t child_of(const char *answer)
{
    assert_field(answer, "ok", 1);
    return (pid_t)rig_number(answer, "pid");
}

static void handles_of_one_process(void **state)
{
    struct rig_client *c = rig_client(0);
    struct rig_connection *connection = open_with(c, "connect");

    assert_field(rig_ask(c, "A duplicate 0 1"), "ok", 1);
    assert_field(rig_ask(c, "A close 0"), "ok", 1);
    rig_tell(c, "A get 1 64");
    assert_status(STATUS_SUCCESS, FltSendMessage(rig_filter, &connection->port, "other", 5, NULL, NULL, NULL));
    rig_expect_text(rig_hear(c, "A"), "other");
    assert_int_equal(__atomic_load_n(&connection->disconnected, __ATOMIC_ACQUIRE), 0);
    assert_field(rig_ask(c, "A close 1"), "ok", 1);
    rig_wait_disconnected(connection);
    rig_client_end(c);
    rig_close(&port);
}

static void inherited_by_a_child(void **state)
{
    struct rig_client *c = rig_client(0);
    struct rig_connection *connection = open_with(c, "connectinheritable");
    struct rig_sender waiting;

    pid_t child = child_of(rig_ask(c, "A spawn 1"));
    assert_hr(rig_ask(c, "A post 0 0 64 e"), HR(997));
    rig_wait_gets(connection, 1);
    rig_client_kill(c);
    rig_wait_gets(connection, 0); /* nothing is delivered to the dead */
    expect_alive(connection);
    rig_send(&waiting, connection, "waiting", 8, 0);
    rig_wait_senders(connection, 1);
    assert_int_equal(kill(child, SIGKILL), 0);
    rig_wait_disconnected(connection);
    assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&waiting));
    rig_close(&port);
}

static void closed_here_open_there(void **state)
{
    struct rig_client *c = rig_client(0);
    struct rig_connection *connection = open_with(c, "connectinheritable");

    pid_t stranger = child_of(rig_ask(c, "A spawn 0")); /* bInheritHandles is FALSE: has nothing */
    pid_t child = child_of(rig_ask(c, "A spawn 1"));
    rig_tell(c, "B get 0 64");
    rig_wait_gets(connection, 1);
    assert_field(rig_ask(c, "A close 0"), "ok", 1);
    assert_hr(rig_hear(c, "B"), HR(995)); /* P-117: here it is closed */
    assert_hr(rig_ask(c, "A get 0 64"), HR(6));
    expect_alive(connection);
    assert_int_equal(kill(child, SIGKILL), 0);
    rig_wait_disconnected(connection);
    assert_int_equal(kill(stranger, SIGKILL), 0);
    rig_client_end(c);
    rig_close(&port);
}

static void not_inherited(void **state)
{
    struct rig_client *c = rig_client(0);
    struct rig_connection *connection = open_with(c, "connect");

    pid_t child = child_of(rig_ask(c, "A spawn 1"));
    assert_field(rig_ask(c, "A close 0"), "ok", 1);
    rig_wait_disconnected(connection); /* though the child lives */
    assert_int_equal(kill(child, SIGKILL), 0);
    rig_close(&port);
    connection = open_with(c, "connectinheritable");
    child = child_of(rig_ask(c, "A spawn 0"));
    assert_field(rig_ask(c, "A close 0"), "ok", 1);
    rig_wait_disconnected(connection);
    assert_int_equal(kill(child, SIGKILL), 0);
    rig_client_end(c);
    rig_close(&port);
}

/* SetHandleInformation, on and off. */
static void made_inheritable_later(void **state)
{
    struct rig_client *c = rig_client(0);
    struct rig_connection *connection = open_with(c, "connect");

    assert_field(rig_ask(c, "A inherit 0 1"), "flags", 1);
    pid_t child = child_of(rig_ask(c, "A spawn 1"));
    assert_field(rig_ask(c, "A inherit 0 0"), "flags", 0);
    pid_t later = child_of(rig_ask(c, "A spawn 1")); /* has nothing */
    assert_field(rig_ask(c, "A close 0"), "ok", 1);
    expect_alive(connection);
    rig_client_kill(c);
    expect_alive(connection);
    assert_int_equal(kill(child, SIGKILL), 0);
    rig_wait_disconnected(connection);
    assert_int_equal(kill(later, SIGKILL), 0);
    rig_close(&port);
    /* one that the driver has ended */
    c = rig_client(0);
    connection = open_with(c, "connect");
    FltCloseClientPort(rig_filter, &connection->port);
    assert_field(rig_ask(c, "A inherit 0 1"), "ok", 1);
    pid_t third = child_of(rig_ask(c, "A spawn 1"));
    rig_client_end(c);
    assert_int_equal(kill(third, SIGKILL), 0);
    rig_wait_disconnected(connection); /* P-110: by the last one that closes */
    rig_close(&port);
}

static void a_fork_does_not_outlive_its_parent(void **state)
{
    struct rig_client *c = rig_client(0);
    struct rig_connection *connection = open_with(c, "connect");
    pid_t child = child_of(rig_ask(c, "A fork"));

    rig_client_kill(c);
    rig_wait_disconnected(connection);
    assert_int_equal(kill(child, SIGKILL), 0);
    rig_close(&port);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("P-34 a connection lives until its last handle is closed", handles_of_one_process),
        TEST("P-32 P-34 a child that has inherited the handle keeps the connection", inherited_by_a_child),
        TEST("P-32 P-34 closed here, the connection lives on in a child", closed_here_open_there),
        TEST("P-32 without bInheritHandle, or without bInheritHandles, a child has nothing", not_inherited),
        TEST("P-32 a handle that is made inheritable after the connect", made_inheritable_later),
        TEST("P-112 a process that was forked does not keep its parent's connection", a_fork_does_not_outlive_its_parent),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
