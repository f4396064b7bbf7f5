/* FilterSendMessage, disconnecting, closing, unloading (ports.md 2.8, 2.9). */
#include "rig.h"

#include "channel/lane.h"
#include "fltmgr/portchannel.h"
#include "fltmgr/portmemory.h"

static struct rig_port port, other;

/* --- MessageNotify --- */

static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_changed = PTHREAD_COND_INITIALIZER;
static bool gate_open;

static void set_gate(bool open)
{
    pthread_mutex_lock(&gate_lock);
    gate_open = open;
    pthread_cond_broadcast(&gate_changed);
    pthread_mutex_unlock(&gate_lock);
}

static void pass_gate(void)
{
    pthread_mutex_lock(&gate_lock);
    while (!gate_open)
        pthread_cond_wait(&gate_changed, &gate_lock);
    pthread_mutex_unlock(&gate_lock);
}

static HANDLE caller;

/* "no": no more entries. "deny", "warn": statuses. "gate": waits. Else the text comes back in capitals. */
static NTSTATUS answer(struct rig_connection *c, PVOID in, ULONG in_length, PVOID out, ULONG out_length, PULONG returned)
{
    const char *text = in;

    __atomic_store_n(&caller, PsGetCurrentProcessId(), __ATOMIC_RELAXED);
    *returned = 0;
    if (in_length == 4 && !memcmp(text, "gate", 4))
        pass_gate();
    if (in_length == 2 && !memcmp(text, "no", 2))
        return STATUS_NO_MORE_ENTRIES;
    if (in_length == 4 && !memcmp(text, "deny", 4)) {
        *returned = 3;
        return STATUS_ACCESS_DENIED;
    }
    if (in_length == 4 && !memcmp(text, "warn", 4)) {
        *returned = 2;
        return STATUS_BUFFER_OVERFLOW;
    }
    if (in == NULL)
        return in_length == 0 && out == NULL ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    for (ULONG i = 0; i < in_length && i < out_length; i++)
        ((char *)out)[i] = (char)(text[i] - 32);
    *returned = in_length < out_length ? in_length : out_length;
    return STATUS_SUCCESS;
}

static void calls(void **state)
{
    struct rig_client *c = rig_client(0);

    port.message = answer;
    rig_open(&port, u"\\RigCall", 2);
    assert_hr(rig_ask(c, "A connect 0 \\RigCall"), OK);
    const char *a = rig_ask(c, "A call 0 hello 100");
    assert_hr(a, OK);
    assert_field(a, "bytes", 5);
    rig_expect_text(a, "HELLO");
    assert_int_equal((ULONG_PTR)caller, *(pid_t *)c);
    a = rig_ask(c, "A call 0 hello 3");
    assert_field(a, "bytes", 3);
    rig_expect_text(a, "HEL");
    a = rig_ask(c, "A call 0 - 0");
    assert_hr(a, OK);
    assert_field(a, "bytes", 0);
    a = rig_ask(c, "A call 0 no 10");
    assert_hr(a, HR(259));
    a = rig_ask(c, "A call 0 deny 10");
    assert_hr(a, HR(5));
    assert_field(a, "bytes", 0);
    a = rig_ask(c, "A call 0 warn 10");
    assert_hr(a, HR(234));
    assert_field(a, "bytes", 2);
    a = rig_ask(c, "A call 0 #1000000 1000000");
    assert_hr(a, OK);
    assert_field(a, "bytes", 1000000);
    rig_client_end(c);
    rig_wait_disconnected(rig_connection(&port));
    rig_close(&port);
}

static bool has_lane(pid_t process)
{
    char path[64], line[512];
    unsigned long from, to;
    bool found = false;

    snprintf(path, sizeof path, "/proc/%d/maps", (int)process);
    FILE *maps = fopen(path, "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps))
        found |= strstr(line, "memfd:openfltmgr") && sscanf(line, "%lx-%lx", &from, &to) == 2 && to - from == LANE_SIZE;
    fclose(maps);
    return found;
}

/* A client that calls often does so through shared memory: nothing else changes. */
static void calls_through_the_lane(void **state)
{
    struct rig_client *c = rig_client(0);
    const pid_t process = *(pid_t *)c;
    char tag[8];

    port.message = answer;
    rig_open(&port, u"\\RigCall", 2);
    assert_hr(rig_ask(c, "A connect 0 \\RigCall"), OK);
    for (int i = 0; i < 10; i++) {
        caller = NULL;
        rig_expect_text(rig_ask(c, "A call 0 hello 100"), "HELLO");
        assert_int_equal((ULONG_PTR)caller, process);
    }
    assert_true(has_lane(process));
    set_gate(false);
    for (int i = 0; i < 20; i++) /* more than the lane has seats */
        rig_tell(c, "T%d call 0 gate 100", i);
    assert_hr(rig_ask(c, "A call 0 no 10"), HR(259));
    const char *a = rig_ask(c, "A call 0 deny 10");
    assert_hr(a, HR(5));
    assert_field(a, "bytes", 0);
    a = rig_ask(c, "A call 0 #1000000 1000000");
    assert_hr(a, OK);
    assert_field(a, "bytes", 1000000);
    set_gate(true);
    for (int i = 0; i < 20; i++) {
        snprintf(tag, sizeof tag, "T%d", i);
        rig_expect_text(rig_hear(c, tag), "GATE");
    }
    rig_client_end(c);
    rig_wait_disconnected(rig_connection(&port));
    rig_close(&port);
}

static void no_message_notify(void **state)
{
    struct rig_client *c = rig_client(0);

    other.message = NULL;
    rig_open(&other, u"\\RigNoNotify", 1);
    assert_hr(rig_ask(c, "A connect 0 \\RigNoNotify"), OK);
    assert_hr(rig_ask(c, "A call 0 x 10"), HR(1));
    rig_client_end(c);
    rig_wait_disconnected(rig_connection(&other));
    rig_close(&other);
}

static bool was_running; /* a MessageNotify ran when DisconnectNotify began */

static void look_for_running(struct rig_connection *c)
{
    was_running |= __atomic_load_n(&c->owner->calls_running, __ATOMIC_SEQ_CST) > 0;
}

static void concurrent_calls(void **state)
{
    struct rig_client *c = rig_client(0);

    set_gate(false);
    was_running = false;
    port.message = answer;
    rig_open(&port, u"\\RigConcurrent", 1);
    port.on_disconnect = look_for_running;
    assert_hr(rig_ask(c, "A connect 0 \\RigConcurrent"), OK);
    struct rig_connection *connection = rig_connection(&port);
    rig_tell(c, "B call 0 gate 10");
    rig_tell(c, "C call 0 gate 10");
    while (__atomic_load_n(&port.calls_running, __ATOMIC_SEQ_CST) != 2)
        sched_yield();
    /* while they run, another call and a message go through */
    rig_expect_text(rig_ask(c, "A call 0 free 10"), "FREE");
    rig_tell(c, "A get 0 64");
    assert_status(STATUS_SUCCESS, FltSendMessage(rig_filter, &connection->port, "m", 1, NULL, NULL, NULL));
    rig_expect_text(rig_hear(c, "A"), "m");
    /* one with a get pending, which it leaves alone, and while a message is being answered */
    struct rig_sender asked;
    rig_tell(c, "D get 0 64");
    rig_wait_gets(connection, 1);
    rig_expect_text(rig_ask(c, "A call 0 free 10"), "FREE");
    rig_wait_gets(connection, 1);
    rig_send(&asked, connection, "question", 8, 0);
    unsigned long id = rig_number(rig_hear(c, "D"), "id");
    rig_expect_text(rig_ask(c, "A call 0 free 10"), "FREE");
    rig_wait_repliers(connection, 1);
    assert_hr(rig_ask(c, "D reply 0 %lx 0 yes", id), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&asked));
    set_gate(true);
    rig_expect_text(rig_hear(c, "B"), "GATE");
    rig_expect_text(rig_hear(c, "C"), "GATE");
    /* killed inside a call: DisconnectNotify waits for its end */
    set_gate(false);
    rig_tell(c, "B call 0 gate 10");
    while (__atomic_load_n(&port.calls_running, __ATOMIC_SEQ_CST) != 1)
        sched_yield();
    rig_client_kill(c);
    assert_int_equal(connection->disconnected, 0);
    set_gate(true);
    rig_wait_disconnected(connection);
    assert_false(was_running);
    rig_close(&port);
}

/* --- closing --- */

static void closing_the_server_port(void **state)
{
    struct rig_client *c = rig_client(0);

    port.message = answer;
    rig_open(&port, u"\\RigServer", 4);
    assert_hr(rig_ask(c, "A connect 0 \\RigServer"), OK);
    struct rig_connection *connection = rig_connection(&port);
    rig_close(&port);
    assert_hr(rig_ask(c, "A connect 1 \\RigServer"), HR(2));
    /* the connection that was there lives on */
    rig_expect_text(rig_ask(c, "A call 0 on 10"), "ON");
    assert_int_equal(connection->disconnected, 0);
    /* and the name is free */
    other.message = NULL;
    rig_open(&other, u"\\RigServer", 1);
    assert_hr(rig_ask(c, "A connect 1 \\RigServer"), OK);
    rig_close(&other);
    rig_client_end(c);
    rig_wait_disconnected(connection);
    rig_wait_disconnected(rig_connection(&other));
}

static void closing_the_client_port(void **state)
{
    struct rig_client *c = rig_client(0);
    struct rig_sender s;

    port.message = answer;
    rig_open(&port, u"\\RigClose", 1);
    assert_hr(rig_ask(c, "A connect 0 \\RigClose"), OK);
    struct rig_connection *connection = rig_connection(&port);
    assert_hr(rig_ask(c, "A post 0 0 16 e"), HR(997));
    rig_tell(c, "B get 0 16");
    rig_wait_gets(connection, 2);
    rig_send(&s, connection, "long message", -1, 0);
    assert_field(rig_ask(c, "A wait 0 0"), "error", 122);
    FltCloseClientPort(rig_filter, &connection->port);
    assert_null(connection->port);
    assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&s));
    assert_hr(rig_hear(c, "B"), HR(6));
    assert_hr(rig_ask(c, "A get 0 64"), HR(6));
    assert_hr(rig_ask(c, "A post 0 0 64 e"), HR(6));
    assert_hr(rig_ask(c, "A reply 0 1 0 -"), HR(6));
    assert_hr(rig_ask(c, "A call 0 x 10"), HR(6));
    FltCloseClientPort(rig_filter, &connection->port); /* NULL: nothing */
    /* P-110: DisconnectNotify comes, once, when the client closes its side */
    assert_int_equal(connection->disconnected, 0);
    assert_field(rig_ask(c, "A close 0"), "ok", 1);
    rig_wait_disconnected(connection);
    assert_int_equal(connection->disconnected, 1);
    rig_client_end(c);
    rig_close(&port);
}

/* P-72: whatever ends a connection releases who waits for a get and who waits for a reply. */
enum ending { PROCESS_DIES, HANDLE_IS_CLOSED, DRIVER_CLOSES, FILTER_IS_UNLOADED, ENDINGS };

static void end_of(struct rig_client *c, struct rig_connection *connection, enum ending how)
{
    if (how == PROCESS_DIES)
        rig_client_kill(c);
    else if (how == HANDLE_IS_CLOSED)
        assert_field(rig_ask(c, "A close 0"), "ok", 1);
    else if (how == DRIVER_CLOSES)
        FltCloseClientPort(rig_filter, &connection->port);
    else
        rig_unload();
}

static void every_end_releases_senders(void **state)
{
    for (enum ending how = 0; how < ENDINGS; how++) {
        struct rig_client *c = rig_client(0);
        struct rig_sender asked, waiting;

        port.message = NULL;
        rig_open(&port, u"\\RigEnds", 1);
        assert_hr(rig_ask(c, "A connect 0 \\RigEnds"), OK);
        struct rig_connection *connection = rig_connection(&port);
        rig_send(&asked, connection, "asked", 8, 0);
        rig_expect_text(rig_ask(c, "A get 0 64"), "asked");
        rig_wait_repliers(connection, 1);
        rig_send(&waiting, connection, "waiting", 8, 0);
        rig_wait_senders(connection, 1);
        end_of(c, connection, how);
        assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&waiting));
        assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&asked));
        if (how == FILTER_IS_UNLOADED)
            rig_start_driver();
        else
            rig_close(&port);
        if (how != PROCESS_DIES)
            rig_client_end(c);
        rig_wait_disconnected(connection);
    }
}

static void forgotten_client_port(void **state)
{
    struct rig_client *c = rig_client(0);
    int reports = rig_reports;

    port.message = NULL;
    rig_open(&port, u"\\RigForget", 1);
    port.keep_open = true;
    assert_hr(rig_ask(c, "A connect 0 \\RigForget"), OK);
    struct rig_connection *connection = rig_connection(&port);
    rig_client_end(c);
    rig_wait_disconnected(connection);
    rig_expect_report(reports, "FltCloseClientPort");
    rig_close(&port);
}

static void handles_close_with_the_process(void **state)
{
    struct rig_client *c = rig_client(0);

    port.message = NULL;
    rig_open(&port, u"\\RigDeath", 3);
    for (int i = 0; i < 3; i++)
        assert_hr(rig_ask(c, "A connect %d \\RigDeath", i), OK);
    assert_hr(rig_ask(c, "A post 0 0 64 e"), HR(997));
    rig_tell(c, "B get 1 64");
    rig_wait_gets(&port.connections[1], 1);
    rig_client_kill(c);
    for (int i = 0; i < 3; i++)
        rig_wait_disconnected(&port.connections[i]);
    /* everything is free for the next service */
    c = rig_client(0);
    const char *a;
    do
        a = rig_ask(c, "A connect 0 \\RigDeath");
    while (rig_number(a, "hr") == HR(1238));
    assert_hr(a, OK);
    rig_client_end(c);
    rig_close(&port);
}

/* --- unload --- */

static void unload_disconnects(void **state)
{
    struct rig_client *c = rig_client(0);
    struct rig_sender s;

    port.message = NULL;
    rig_open(&port, u"\\RigUnload", 2);
    assert_hr(rig_ask(c, "A connect 0 \\RigUnload"), OK);
    struct rig_connection *connection = rig_connection(&port);
    rig_tell(c, "B get 0 64");
    rig_wait_gets(connection, 1);
    assert_hr(rig_ask(c, "A post 0 0 64 e"), HR(997));
    rig_wait_gets(connection, 2);
    rig_send(&s, connection, "asked", 8, 0);
    rig_expect_text(rig_hear(c, "B"), "asked");
    rig_wait_repliers(connection, 1);
    rig_unload();
    assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&s));
    assert_int_equal(connection->disconnected, 1);
    assert_field(rig_ask(c, "A wait 0 0"), "error", 6);
    assert_hr(rig_ask(c, "A get 0 64"), HR(6));
    assert_hr(rig_ask(c, "A connect 1 \\RigUnload"), HR(2));
    rig_start_driver();
    rig_client_end(c);
    assert_int_equal(connection->disconnected, 1);
}

static NTSTATUS refuse(void)
{
    return STATUS_FLT_DO_NOT_DETACH;
}

static void refused_unload_keeps_ports(void **state)
{
    struct rig_client *c = rig_client(0);

    port.message = answer;
    rig_open(&port, u"\\RigStay", 1);
    assert_hr(rig_ask(c, "A connect 0 \\RigStay"), OK);
    rig_on_unload = refuse;
    assert_false(NT_SUCCESS(ofm_driver_unload("porttest", 0)));
    rig_on_unload = NULL;
    rig_expect_text(rig_ask(c, "A call 0 on 10"), "ON");
    rig_client_end(c);
    rig_wait_disconnected(rig_connection(&port));
    rig_close(&port);
}

/* A driver whose DriverEntry fails with its port open, and one that cannot be unloaded. */
static PFLT_FILTER odd_filter;
static PFLT_PORT odd_port;
static bool odd_fails, odd_was_unloaded;

static NTSTATUS odd_unload(FLT_FILTER_UNLOAD_FLAGS flags)
{
    odd_was_unloaded = true;
    return STATUS_SUCCESS;
}

static NTSTATUS odd_connect(PFLT_PORT client, PVOID server_cookie, PVOID context, ULONG size, PVOID *cookie)
{
    return STATUS_ACCESS_DENIED;
}

static VOID odd_disconnect(PVOID cookie)
{
}

static NTSTATUS odd_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    FLT_REGISTRATION registration = {.Size = sizeof registration,
        .Version = FLT_REGISTRATION_VERSION,
        .FilterUnloadCallback = odd_fails ? odd_unload : NULL};
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    NTSTATUS status = FltRegisterFilter(driver, &registration, &odd_filter);

    RtlInitUnicodeString(&name, u"\\RigOdd");
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    if (NT_SUCCESS(status))
        status = FltCreateCommunicationPort(odd_filter, &odd_port, &oa, NULL, odd_connect, odd_disconnect, NULL, 1);
    return NT_SUCCESS(status) && odd_fails ? STATUS_NO_SUCH_DEVICE : status;
}

static void no_unload_callback(void **state)
{
    struct rig_client *c = rig_client(0);
    int reports = rig_reports;

    assert_status(STATUS_SUCCESS, ofm_service_set("portodd", NULL, "370032", NULL, 0));
    odd_fails = true;
    assert_status(STATUS_FAILED_DRIVER_ENTRY, ofm_driver_load_entry("portodd", odd_entry));
    assert_false(odd_was_unloaded);
    rig_expect_report(reports, "FltCloseCommunicationPort");
    assert_hr(rig_ask(c, "A connect 0 \\RigOdd"), HR(2));
    odd_fails = false; /* the name is free again */
    assert_status(STATUS_SUCCESS, ofm_driver_load_entry("portodd", odd_entry));
    assert_status(STATUS_FLT_DO_NOT_DETACH, ofm_driver_unload("portodd", 0));
    assert_hr(rig_ask(c, "A connect 0 \\RigOdd"), HR(5)); /* the port listens on */
    rig_client_end(c);
    FltCloseCommunicationPort(odd_port);
    FltUnregisterFilter(odd_filter);
}

static PFLT_PORT left_open;

static NTSTATUS leave_open(void)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;

    RtlInitUnicodeString(&name, u"\\RigLeftOpen");
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    return FltCreateCommunicationPort(rig_filter, &left_open, &oa, NULL, (PFLT_CONNECT_NOTIFY)(ULONG_PTR)refuse,
        (PFLT_DISCONNECT_NOTIFY)(ULONG_PTR)refuse, NULL, 1);
}

static const struct flt_channel *channel_of(const struct rig_connection *connection)
{
    return ((const struct flt_connection *)connection->port)->first;
}

static void exchange_one(struct rig_client *c, struct rig_connection *connection)
{
    struct rig_sender s;

    rig_send(&s, connection, "question", 10, 0);
    const char *answer = rig_ask(c, "A get 0 64");
    unsigned long id = rig_number(answer, "id");
    assert_int_equal(id, 1); /* P-48: of each connection */
    assert_hr(rig_ask(c, "A reply 0 %lx 0 yes", id), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_memory_equal(s.reply, "yes", 3);
}

/* The manager is done with an ended connection a little after DisconnectNotify: how many connects that takes is not said. */
#define CONNECTS 100

static void memory_is_used_again(void **state)
{
    struct rig_client *c = rig_client(0), *stranger = rig_client(0);
    uint32_t numbers[CONNECTS];
    int reused = 0;

    rig_open(&port, u"\\RigAgain", 2);
    rig_reuse(&port);
    for (int i = 0; i < CONNECTS; i++) {
        assert_hr(rig_ask(c, "A connect 0 \\RigAgain"), OK);
        struct rig_connection *connection = rig_connection(&port);
        numbers[i] = channel_of(connection)->memory;
        reused += channel_of(connection)->has_kept;
        exchange_one(c, connection);
        rig_ask(c, "A close 0");
        rig_wait_unused(connection);
    }
    assert_true(reused > 0);
    assert_hr(rig_ask(stranger, "A connect 0 \\RigAgain"), OK);
    assert_false(channel_of(rig_connection(&port))->has_kept);
    for (int i = 0; i < CONNECTS; i++)
        assert_int_not_equal(channel_of(rig_connection(&port))->memory, numbers[i]);
    rig_client_end(stranger);
    rig_client_end(c);
    rig_close(&port);
}

/* P-85: while the client has its handle it may ask why. */
static void the_reason_stays_beside_the_next(void **state)
{
    struct rig_client *c = rig_client(0);

    rig_open(&port, u"\\RigReason", 2);
    assert_hr(rig_ask(c, "A connect 0 \\RigReason"), OK);
    struct rig_connection *connection = rig_connection(&port);
    FltCloseClientPort(rig_filter, &connection->port);
    assert_hr(rig_ask(c, "A connect 1 \\RigReason"), OK);
    assert_hr(rig_ask(c, "A get 0 64"), HR(6));
    rig_ask(c, "A close 0");
    rig_wait_disconnected(connection);
    rig_client_end(c);
    rig_close(&port);
}

/* Whoever has read the driver's variable just before FltCloseClientPort emptied it comes too late: nothing is taken, and nothing freed twice. */
static void ended_connections_are_not_taken(void **state)
{
    struct rig_client *c = rig_client(0);

    rig_open(&port, u"\\RigEnded", 1);
    assert_hr(rig_ask(c, "A connect 0 \\RigEnded"), OK);
    struct rig_connection *connection = rig_connection(&port);
    ke_rcu_read_lock();
    struct flt_connection *read = (struct flt_connection *)connection->port;
    bool taken = connection_try_reference(read);
    if (taken)
        connection_release(read);
    rig_tell(c, "A close 0");
    while (connection_try_reference(read)) /* the manager has its own references for a little while */
        connection_release(read);
    ke_rcu_read_unlock();
    assert_true(taken);
    rig_hear(c, "A");
    rig_wait_disconnected(connection);
    rig_client_end(c);
    rig_close(&port);
}

static void memory_is_the_process_own(void **state)
{
    struct chan_host *host[6];
    uint32_t number[6];

    port_memory_stop();
    for (int i = 0; i < 6; i++) {
        host[i] = port_memory_create();
        number[i] = port_memory_number();
        assert_non_null(host[i]);
    }
    chan_host_close(host[0], 5);
    port_memory_give(host[0], number[0], 100, 7);
    assert_null(port_memory_take(number[0], 101, 7)); /* another process */
    assert_null(port_memory_take(number[0], 100, 8)); /* another user */
    assert_null(port_memory_take(number[1], 100, 7)); /* in use */
    assert_ptr_equal(port_memory_take(number[0], 100, 7), host[0]);
    assert_null(port_memory_take(number[0], 100, 7)); /* once */
    for (int i = 0; i < 6; i++)
        port_memory_give(host[i], number[i], 100, 7);
    assert_null(port_memory_take(number[0], 100, 7)); /* four of a process, the oldest go */
    assert_null(port_memory_take(number[1], 100, 7));
    assert_ptr_equal(port_memory_take(number[2], 100, 7), host[2]);
    port_memory_give(host[2], 0, 100, 7); /* without a number it goes */
    port_memory_stop();
    assert_null(port_memory_take(number[3], 100, 7));
}

static void forgotten_server_port(void **state)
{
    int reports = rig_reports;

    rig_on_unload = leave_open;
    rig_unload();
    rig_expect_report(reports, "FltCloseCommunicationPort");
    rig_start_driver();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("P-93 P-95 P-96 P-99 P-100 FilterSendMessage calls MessageNotify as the client", calls),
        TEST("P-93 P-95 P-96 P-101 calls through the process' lane, some of which wait", calls_through_the_lane),
        TEST("P-94 without MessageNotify the call fails", no_message_notify),
        TEST("P-101 P-102 calls run side by side, none beside DisconnectNotify", concurrent_calls),
        TEST("P-104 P-105 closing the server port leaves its connections", closing_the_server_port),
        TEST("P-72 P-85 P-92 P-103 P-106 P-107 P-110 the driver closes a client port", closing_the_client_port),
        TEST("P-72 P-107 P-112 each end releases senders of both phases", every_end_releases_senders),
        TEST("P-109 a client port that DisconnectNotify forgot is closed and reported", forgotten_client_port),
        TEST("P-108 P-111 P-112 a killed process closes everything", handles_close_with_the_process),
        TEST("P-114 P-115 unload disconnects and releases", unload_disconnects),
        TEST("P-116 an unload that is refused leaves ports alone", refused_unload_keeps_ports),
        TEST("P-116 no callback, no unload; none is called when DriverEntry fails", no_unload_callback),
        TEST("P-48 memory of an ended connection serves the next one of its process, and no other's", memory_is_used_again),
        TEST("P-85 an ended connection says so beside the process' next one", the_reason_stays_beside_the_next),
        TEST("P-74 a connection that has ended is not taken by who was about to", ended_connections_are_not_taken),
        TEST("kept memory is its process' own, and bounded", memory_is_the_process_own),
        TEST("P-11 P-104 a server port left open at unload is closed and reported", forgotten_server_port),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
