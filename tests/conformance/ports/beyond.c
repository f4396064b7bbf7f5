/* What openfltmgr adds to ports (ports.md section 12): seeing, reasons, sizes, descriptors, the watchdog, captured buffers,
 * checked pointers. The rules of Windows that they build on are in front of a case only where it proves them. */
#include "rig.h"

#include "channel/layout.h"
#include "fltmgr/port.h"
#include "fltmgr/watchdog.h"

#include <unistd.h>

enum state { CONNECTED, BAD_HANDLE, DRIVER_CLOSED, FILTER_UNLOADED, MANAGER_GONE, MISUSED, STALLED };

static struct rig_port port;
static struct rig_client *client;
static struct rig_connection *connection;

static int start(void **state)
{
    setenv("OPENFLTMGR_CHECK_POINTERS", "1", 1); /* the clients' */
    rig_options.capture_messages = "\\Other, \\rigcaptured";
    return rig_start(state);
}

static void open_as(const WCHAR *name)
{
    rig_open(&port, name, 4);
    client = rig_client(0);
    char narrow[64];
    for (size_t i = 0; i == 0 || narrow[i - 1] != 0; i++)
        narrow[i] = (char)name[i];
    assert_hr(rig_ask(client, "A connect 0 %s", narrow), OK);
    connection = rig_connection(&port);
}

static int open_one(void **state)
{
    open_as(u"\\RigBeyond");
    return 0;
}

static int close_one(void **state)
{
    rig_client_end(client);
    rig_close(&port);
    port.message = NULL;
    return 0;
}

/* --- seeing --- */

static void read_all(const char *arguments, char *room, size_t size)
{
    char command[400];

    snprintf(command, sizeof command, "%s %s 2>&1", FLTMC, arguments);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    room[fread(room, 1, size - 1, output)] = 0;
    assert_int_equal(pclose(output), 0);
}

static void expect(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("expected \"%s\" in \"%s\"", part, text);
}

static void fltmc_ports(void **state)
{
    static char text[16384];
    struct rig_sender replied, waits;

    rig_send(&replied, connection, "answer me", 8, 0);
    const char *answer = rig_ask(client, "A get 0 64");
    unsigned long id = rig_number(answer, "id");
    rig_wait_repliers(connection, 1);
    assert_hr(rig_ask(client, "A post 0 0 20 e"), HR(997));
    rig_wait_gets(connection, 1);
    rig_send(&waits, connection, "more than twenty bytes", -1, 0); /* fails the small get and waits */
    rig_wait_senders(connection, 1);
    assert_field(rig_ask(client, "A wait 0 0"), "error", 122);
    assert_hr(rig_ask(client, "A reply 0 77 0 x"), 0x801F0020);
    read_all("ports --json", text, sizeof text);
    expect(text, "\"name\":\"\\\\RigBeyond\"");
    expect(text, "\"filter\":\"porttest\"");
    expect(text, "\"listening\":true,\"limit\":4,\"connected\":1,\"captures\":false");
    expect(text, "\"descriptor\":\"O:BAD:NO_ACCESS_CONTROL\"");
    expect(text, "\"image\":\"port_client\",\"state\":\"connected\",\"pendingGets\":0,\"waitingSenders\":1");
    expect(text, "\"waitingReplies\":1,\"lateReplies\":1");
    expect(text, "\"sent\":2,\"delivered\":1,\"replied\":0,\"timeouts\":0,\"tooSmall\":1");
    expect(text, "{\"waitsFor\":\"get\",\"bytes\":22,\"milliseconds\":");
    expect(text, "{\"waitsFor\":\"reply\",\"bytes\":9,\"milliseconds\":");
    read_all("ports", text, sizeof text);
    expect(text, "\\RigBeyond                                porttest                  4          1");
    expect(text, "port_client, connected: pending gets 0, waiting senders 1, awaited replies 1");
    expect(text, "1 late replies, 1 gets too small");
    expect(text, "22 bytes wait for a get since ");
    expect(text, "9 bytes wait for a reply since ");
    assert_hr(rig_ask(client, "A reply 0 %lx 0 done", id), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&replied));
    rig_expect_text(rig_ask(client, "A get 0 64"), "more than twenty bytes");
    assert_status(STATUS_SUCCESS, rig_sent(&waits));
    rig_send(&waits, connection, "nobody comes", -1, 20 * MILLISECOND);
    assert_status(STATUS_TIMEOUT, rig_sent(&waits));
    read_all("ports --json", text, sizeof text);
    expect(text, "\"replied\":1,\"timeouts\":1");
    expect(text, "\"senders\":[]");
}

/* A port with a descriptor of its own shows it in SDDL. */
static void descriptors(void **state)
{
    static struct rig_port other;
    static char text[16384];
    PSECURITY_DESCRIPTOR sd;

    assert_status(STATUS_SUCCESS, FltBuildDefaultSecurityDescriptor(&sd, FLT_PORT_ALL_ACCESS));
    assert_status(STATUS_SUCCESS, rig_open_as(&other, u"\\RigSddl", 1, OBJ_KERNEL_HANDLE, sd));
    FltFreeSecurityDescriptor(sd);
    read_all("ports --json", text, sizeof text);
    expect(text, "\"descriptor\":\"O:BAD:(A;;0x1f0001;;;SY)(A;;0x1f0001;;;BA)\"");
    rig_close(&other);
}

/* --- reasons and sizes --- */

static void reasons(void **state)
{
    assert_field(rig_ask(client, "A state 0"), "state", CONNECTED);
    assert_field(rig_ask(client, "A state 5"), "state", BAD_HANDLE); /* never opened */
    assert_hr(rig_ask(client, "A connect 1 \\RigBeyond"), OK);
    FltCloseClientPort(rig_filter, &connection->port);
    assert_hr(rig_ask(client, "A get 0 64"), HR(6));
    assert_field(rig_ask(client, "A state 0"), "state", DRIVER_CLOSED);
    assert_field(rig_ask(client, "A state 1"), "state", CONNECTED);
    rig_unload();
    assert_hr(rig_ask(client, "A get 1 64"), HR(6));
    assert_field(rig_ask(client, "A state 1"), "state", FILTER_UNLOADED);
    assert_field(rig_ask(client, "A close 1"), "ok", 1);
    assert_field(rig_ask(client, "A state 1"), "state", BAD_HANDLE);
    rig_client_end(client);
    rig_start_driver();
}

static void misuse(void **state)
{
    struct flt_connection *c = (struct flt_connection *)connection->port_was;
    struct rig_sender s;
    size_t size;

    /* as a client would that writes over its own memory */
    memset((char *)chan_host_segment(c->host, 0, &size) + 64, 0xEE, 2048);
    rig_send(&s, connection, "into nonsense", -1, 0);
    assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&s));
    rig_expect_warning("wrote nonsense into its connection");
    assert_field(rig_ask(client, "A state 0"), "state", MISUSED);
    rig_wait_disconnected(connection);
}

static void sizes_for_synchronous_readers(void **state)
{
    struct rig_sender s;

    rig_send(&s, connection, "of a length not known before", -1, 0);
    const char *answer = rig_ask(client, "A getsized 0 16");
    assert_hr(answer, HR(122));
    assert_field(answer, "bytes", 16 + 28);
    answer = rig_ask(client, "A getsized 0 43");
    assert_hr(answer, HR(122));
    assert_field(answer, "bytes", 16 + 28);
    answer = rig_ask(client, "A getsized 0 44"); /* exactly what was said */
    assert_hr(answer, OK);
    assert_field(answer, "bytes", 16 + 28);
    rig_expect_text(answer, "of a length not known before");
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    answer = rig_ask(client, "A getsized 0 15");
    assert_hr(answer, HR(87));
    assert_field(answer, "bytes", 0);
    assert_hr(rig_ask(client, "A getsized 5 64"), HR(6));
    rig_tell(client, "B getsized 0 64");
    rig_wait_gets(connection, 1);
    assert_field(rig_ask(client, "A cancel 0 -"), "ok", 1);
    answer = rig_hear(client, "B");
    assert_hr(answer, HR(995));
    assert_field(answer, "bytes", 0);
}

static void pollable(void **state)
{
    struct rig_sender s;

    assert_field(rig_ask(client, "A poll 0"), "ok", 0); /* no completion port yet */
    assert_field(rig_ask(client, "A iocp 0 9"), "ok", 1);
    assert_hr(rig_ask(client, "A post 0 0 64 n"), HR(997));
    assert_hr(rig_ask(client, "A post 0 1 64 n"), HR(997));
    const char *answer = rig_ask(client, "A poll 0");
    assert_field(answer, "ready", 0);
    assert_field(answer, "same", 1);
    for (int i = 0; i < 2; i++) {
        rig_send(&s, connection, "wake up", -1, 0);
        assert_status(STATUS_SUCCESS, rig_sent(&s));
    }
    assert_field(rig_ask(client, "A poll 10000"), "ready", 1);
    assert_field(rig_ask(client, "A dequeue 10000"), "ok", 1);
    assert_field(rig_ask(client, "A poll 10000"), "ready", 1); /* one is left */
    assert_field(rig_ask(client, "A dequeue 0"), "ok", 1);
    assert_field(rig_ask(client, "A poll 0"), "ready", 0);
    /* the end of the connection shows too */
    assert_hr(rig_ask(client, "A post 0 0 64 n"), HR(997));
    FltCloseClientPort(rig_filter, &connection->port);
    assert_field(rig_ask(client, "A poll 10000"), "ready", 1);
    assert_field(rig_ask(client, "A dequeue 0"), "error", 6);
}

/* --- the watchdog --- */

static void watchdog(void **state)
{
    struct rig_sender s;

    flt_watchdog_start(200, true);
    rig_send(&s, connection, "is anybody there", 8, 0);
    rig_expect_warning("is connected but does not read: 1 senders wait");
    assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&s)); /* policy: disconnect */
    flt_watchdog_stop();
    rig_expect_warning("WatchdogPolicy = disconnect");
    assert_hr(rig_ask(client, "A get 0 64"), HR(6));
    assert_field(rig_ask(client, "A state 0"), "state", STALLED);
    rig_wait_disconnected(connection);
}

/* A service that takes its time to answer, or that nobody asks anything, is left alone. */
static void watchdog_lets_workers_work(void **state)
{
    struct rig_sender s, witness;
    static struct rig_port other;

    rig_tell(client, "A get 0 64");
    rig_wait_gets(connection, 1);
    rig_send(&s, connection, "think about it", 8, 0);
    unsigned long id = rig_number(rig_hear(client, "A"), "id");
    flt_watchdog_start(200, true);
    other.message = NULL;
    rig_open(&other, u"\\RigWitness", 1);
    assert_hr(rig_ask(client, "A connect 1 \\RigWitness"), OK);
    /* until it has bitten somebody who came later */
    rig_send(&witness, rig_connection(&other), "never read", -1, 0);
    assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&witness));
    flt_watchdog_stop();
    rig_wait_disconnected(rig_connection(&other));
    assert_hr(rig_ask(client, "A reply 0 %lx 0 done", id), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_int_equal(connection->disconnected, 0);
    rig_close(&other);
}

/* Only told: the connection lives, once for as long as nothing moves, and again when it is stuck again. */
static void fltmc_shows_each_process(void **state)
{
    static char text[16384];
    char wanted[80];

    assert_hr(rig_ask(client, "A connectinheritable 5 \\RigBeyond"), 0);
    struct rig_client *heir = rig_heir(client, "create", 5);
    rig_tell(heir, "B get 0 64");
    do {
        read_all("ports --json", text, sizeof text);
        snprintf(wanted, sizeof wanted, "{\"pid\":%d,\"uid\":0,\"image\":\"port_client\",\"pendingGets\":1,\"ended\":false}",
            (int)rig_client_id(heir));
    } while (!strstr(text, wanted));
    read_all("ports", text, sizeof text);
    snprintf(wanted, sizeof wanted, "held by process %d (user 0) port_client: pending gets 1", (int)rig_client_id(heir));
    expect(text, wanted);
    rig_client_end(heir);
    assert_field(rig_ask(client, "A close 5"), "ok", 1);
    do
        read_all("ports --json", text, sizeof text);
    while (!strstr(text, "\"connected\":1,"));
}

static void watchdog_reports(void **state)
{
    struct rig_sender s;

    flt_watchdog_start(100, false);
    rig_send(&s, connection, "slow reader", -1, 0);
    rig_expect_warning("does not read: 1 senders wait, the oldest for 0 s, 0 messages are being answered");
    rig_expect_text(rig_ask(client, "A get 0 64"), "slow reader");
    flt_watchdog_stop();
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_field(rig_ask(client, "A state 0"), "state", CONNECTED);
}

/* --- timeouts --- */

static void timeouts_are_told(void **state)
{
    struct rig_sender s;

    rig_send(&s, connection, "no answer", 8, 20 * MILLISECOND);
    assert_status(STATUS_TIMEOUT, rig_sent(&s));
    rig_expect_warning("STATUS_TIMEOUT is a success to NT_SUCCESS");
    message_timeout_fails = true;
    rig_send(&s, connection, "no answer", 8, 20 * MILLISECOND);
    NTSTATUS status = rig_sent(&s);
    assert_status(STATUS_IO_TIMEOUT, status);
    /* but not what a service says of its own */
    rig_send(&s, connection, "say timeout", 8, 0);
    unsigned long id = rig_number(rig_ask(client, "A get 0 64"), "id");
    assert_hr(rig_ask(client, "A reply 0 %lx 102 x", id), OK);
    status = rig_sent(&s);
    message_timeout_fails = false;
    assert_status(STATUS_TIMEOUT, status);
}

/* --- buffers and pointers --- */

static void *changed;           /* where the client's copy of the text stands */
static bool seen_change, was_user_memory;

static void *find_text(struct flt_connection *c, const char *text)
{
    size_t size, length = strlen(text);
    char *base = chan_host_segment(c->host, 0, &size);

    /* what lies before belongs to the two ends, who change it at any time */
    return memmem(base + CHAN_DATA_OFFSET, size - CHAN_DATA_OFFSET, text, length);
}

/* Looks twice, as a careless driver does; between the looks the client changes its memory. */
static NTSTATUS look_twice(
    struct rig_connection *c, PVOID in, ULONG in_length, PVOID out, ULONG out_length, PULONG returned)
{
    char first = *(char *)in;

    ProbeForRead(in, in_length, 1); /* raises, which ends the program, unless both are an application's */
    ProbeForWrite(out, out_length, 1);
    was_user_memory = true;
    changed = find_text((struct flt_connection *)c->port_was, "LOOK");
    if (!changed)
        return STATUS_NOT_FOUND;
    *(char *)changed = '!';
    seen_change = *(volatile char *)in != first;
    memcpy(out, "twice", 6);
    *returned = 6;
    return STATUS_SUCCESS;
}

static void user_memory_changes(void **state)
{
    port.message = look_twice;
    open_as(u"\\RigRaw");
    const char *answer = rig_ask(client, "A call 0 LOOK 16");
    assert_hr(answer, OK);
    rig_expect_text(answer, "twice");
    assert_true(seen_change && was_user_memory);
}

static void captured_memory_does_not(void **state)
{
    port.message = look_twice;
    open_as(u"\\RigCaptured"); /* of the setting, in other case */
    was_user_memory = false;
    seen_change = true;
    const char *answer = rig_ask(client, "A call 0 LOOK 16");
    assert_hr(answer, OK);
    assert_field(answer, "bytes", 6);
    rig_expect_text(answer, "twice");
    assert_true(!seen_change && was_user_memory);
    static char text[8192];
    read_all("ports --json", text, sizeof text);
    expect(text, "\"captures\":true");
}

static NTSTATUS succeed(
    struct rig_connection *c, PVOID in, ULONG in_length, PVOID out, ULONG out_length, PULONG returned)
{
    return STATUS_SUCCESS;
}

static void bad_pointers(void **state)
{
    struct rig_sender s;

    port.message = succeed;
    open_as(u"\\RigPointers");
    rig_send(&s, connection, "stays", -1, 0);
    rig_wait_senders(connection, 1);
    const char *answer = rig_ask(client, "A badpointers 0");
    assert_field(answer, "in", HR(998));
    assert_field(answer, "out", HR(998));
    assert_field(answer, "count", HR(998));
    assert_field(answer, "get", HR(998));
    assert_field(answer, "over", HR(998));
    assert_field(answer, "answer", HR(998));
    assert_field(answer, "context", HR(998));
    assert_field(answer, "good", OK);
    rig_expect_text(rig_ask(client, "A get 0 64"), "stays"); /* no message was lost in them */
    assert_status(STATUS_SUCCESS, rig_sent(&s));
}

static int close_raw(void **state)
{
    return close_one(state);
}

/* The driver's unload closed the port. */
static int nothing(void **state)
{
    return 0;
}

int main(void)
{
#define WITH(name, fn) TEST_WITH(name, fn, open_one, close_one)
#define OWN(name, fn) TEST_WITH(name, fn, NULL, close_raw)
    const struct CMUnitTest tests[] = {
        WITH("fltmc ports shows gets, senders, their ages, and what went wrong", fltmc_ports),
        WITH("P-34 fltmc ports shows each process that holds a connection", fltmc_shows_each_process),
        WITH("fltmc ports shows descriptors", descriptors),
        TEST_WITH("the reason behind 0x80070006", reasons, open_one, nothing),
        WITH("a client that spoils its memory is told so", misuse),
        WITH("P-56 a synchronous reader can learn the size that it needs", sizes_for_synchronous_readers),
        WITH("a completion port in an event loop", pollable),
        WITH("the watchdog reports a connection that does not read", watchdog_reports),
        WITH("the watchdog ends a connection that does not read", watchdog),
        WITH("the watchdog leaves slow answers alone", watchdog_lets_workers_work),
        WITH("P-60 a timeout is told once, and can be an error", timeouts_are_told),
        OWN("P-97 MessageNotify sees the client's own memory", user_memory_changes),
        OWN("P-97 captured messages do not change", captured_memory_does_not),
        OWN("P-79 P-98 an application's bad pointers are errors in checked mode", bad_pointers),
    };
    return RUN_TESTS(tests, start, rig_stop);
}
