/* Server ports and connecting to them (ports.md 2.1 to 2.4). */
#include "rig.h"

#include "ntoskrnl/ex/ex.h"

static struct rig_port port, other;

/* --- FltCreateCommunicationPort --- */

static void create_arguments(void **state)
{
    PFLT_PORT server = (PFLT_PORT)1;
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    PSECURITY_DESCRIPTOR sd;
    PFLT_CONNECT_NOTIFY connect = (PFLT_CONNECT_NOTIFY)(ULONG_PTR)1;
    PFLT_DISCONNECT_NOTIFY disconnect = (PFLT_DISCONNECT_NOTIFY)(ULONG_PTR)1;

    assert_status(STATUS_SUCCESS, FltBuildDefaultSecurityDescriptor(&sd, FLT_PORT_ALL_ACCESS));
    RtlInitUnicodeString(&name, u"\\RigArguments");
    InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE, NULL, sd);
    assert_status(STATUS_INVALID_PARAMETER,
        FltCreateCommunicationPort(rig_filter, &server, &oa, NULL, connect, disconnect, NULL, 1));
    assert_null(server);
    oa.Attributes |= OBJ_KERNEL_HANDLE;
    assert_status(STATUS_INVALID_PARAMETER,
        FltCreateCommunicationPort(rig_filter, &server, &oa, NULL, connect, disconnect, NULL, 0));
    assert_status(STATUS_INVALID_PARAMETER,
        FltCreateCommunicationPort(rig_filter, &server, &oa, NULL, connect, disconnect, NULL, -1));
    assert_status(STATUS_INVALID_PARAMETER,
        FltCreateCommunicationPort(rig_filter, &server, &oa, NULL, NULL, disconnect, NULL, 1));
    assert_status(STATUS_INVALID_PARAMETER,
        FltCreateCommunicationPort(rig_filter, &server, &oa, NULL, connect, NULL, NULL, 1));
    assert_status(STATUS_INVALID_PARAMETER,
        FltCreateCommunicationPort(rig_filter, &server, NULL, NULL, connect, disconnect, NULL, 1));
    oa.ObjectName = NULL;
    assert_status(STATUS_INVALID_PARAMETER,
        FltCreateCommunicationPort(rig_filter, &server, &oa, NULL, connect, disconnect, NULL, 1));
    RtlInitUnicodeString(&name, u"NoBackslash");
    oa.ObjectName = &name;
    assert_status(STATUS_OBJECT_PATH_SYNTAX_BAD,
        FltCreateCommunicationPort(rig_filter, &server, &oa, NULL, connect, disconnect, NULL, 1));
    FltFreeSecurityDescriptor(sd);
    FltFreeSecurityDescriptor(NULL);
}

static void no_memory(void **state)
{
    PFLT_PORT server = (PFLT_PORT)1;
    PSECURITY_DESCRIPTOR sd = (PSECURITY_DESCRIPTOR)1;
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;

    RtlInitUnicodeString(&name, u"\\RigMemory");
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    ex_pool_fail_every(1);
    NTSTATUS built = FltBuildDefaultSecurityDescriptor(&sd, FLT_PORT_ALL_ACCESS);
    NTSTATUS created = FltCreateCommunicationPort(rig_filter, &server, &oa, NULL,
        (PFLT_CONNECT_NOTIFY)(ULONG_PTR)no_memory, (PFLT_DISCONNECT_NOTIFY)(ULONG_PTR)no_memory, NULL, 1);
    ex_pool_fail_every(0);
    assert_status(STATUS_INSUFFICIENT_RESOURCES, built);
    assert_null(sd);
    assert_status(STATUS_INSUFFICIENT_RESOURCES, created);
    assert_null(server);
    rig_open(&port, u"\\RigMemory", 1); /* the name was not taken */
    rig_close(&port);
}

static NTSTATUS created_late;
static PFLT_PORT late_port = (PFLT_PORT)1;

static void create_late(struct rig_connection *c)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;

    RtlInitUnicodeString(&name, u"\\RigTooLate");
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    created_late = FltCreateCommunicationPort(rig_filter, &late_port, &oa, NULL,
        (PFLT_CONNECT_NOTIFY)(ULONG_PTR)create_late, (PFLT_DISCONNECT_NOTIFY)(ULONG_PTR)create_late, NULL, 1);
}

static void no_port_while_the_filter_goes(void **state)
{
    struct rig_client *c = rig_client(0);

    rig_open(&port, u"\\RigGoing", 1);
    port.on_disconnect = create_late; /* runs within FltUnregisterFilter */
    assert_hr(rig_ask(c, "A connect 0 \\RigGoing"), OK);
    rig_unload();
    rig_start_driver();
    assert_status(STATUS_FLT_DELETING_OBJECT, created_late);
    assert_null(late_port);
    rig_client_end(c);
}

static void names_are_unique(void **state)
{
    rig_open(&port, u"\\RigUnique", 1);
    assert_non_null(port.server);
    assert_status(STATUS_OBJECT_NAME_COLLISION, rig_open_as(&other, u"\\RigUnique", 1, OBJ_KERNEL_HANDLE, NULL));
    assert_null(other.server);
    assert_status(STATUS_OBJECT_NAME_COLLISION,
        rig_open_as(&other, u"\\RIGUNIQUE", 1, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL));
    rig_close(&port);
    rig_open(&other, u"\\RigUnique", 1);
    rig_close(&other);
}

static void several_ports(void **state)
{
    struct rig_client *c = rig_client(0);

    rig_open(&port, u"\\RigFirst", 1);
    rig_open(&other, u"\\RigSecond", 1);
    assert_hr(rig_ask(c, "A connect 0 \\RigSecond"), OK);
    assert_int_equal(other.connects, 1);
    assert_int_equal(port.connects, 0);
    assert_ptr_equal(rig_connection(&other)->owner, &other);
    /* each has its own limit */
    assert_hr(rig_ask(c, "A connect 1 \\RigFirst"), OK);
    assert_ptr_equal(rig_connection(&port)->owner, &port);
    assert_hr(rig_ask(c, "A connect 2 \\RigFirst"), HR(1238));
    assert_hr(rig_ask(c, "A connect 2 \\RigSecond"), HR(1238));
    rig_close(&port);
    rig_close(&other);
    rig_client_end(c);
    rig_wait_disconnected(rig_connection(&port));
    rig_wait_disconnected(rig_connection(&other));
}

/* --- who may connect --- */

static NTSTATUS open_default(ACCESS_MASK access)
{
    PSECURITY_DESCRIPTOR sd;
    NTSTATUS status = FltBuildDefaultSecurityDescriptor(&sd, access);

    if (NT_SUCCESS(status))
        status = rig_open_as(&port, u"\\RigAccess", 4, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, sd);
    FltFreeSecurityDescriptor(sd);
    return status;
}

static void default_descriptor(void **state)
{
    struct rig_client *root = rig_client(0), *nobody = rig_client(65534);

    assert_status(STATUS_SUCCESS, open_default(FLT_PORT_ALL_ACCESS));
    assert_hr(rig_ask(nobody, "A connect 0 \\RigAccess"), HR(5));
    assert_field(rig_ask(nobody, "A connect 0 \\RigAccess"), "invalid", 1);
    assert_int_equal(port.connects, 0);
    assert_hr(rig_ask(root, "A connect 0 \\RigAccess"), OK);
    rig_close(&port);
    rig_client_end(root);
    rig_client_end(nobody);
    rig_wait_disconnected(rig_connection(&port));
}

static void connect_right_is_enough(void **state)
{
    struct rig_client *c = rig_client(0);

    assert_status(STATUS_SUCCESS, open_default(FLT_PORT_CONNECT));
    assert_hr(rig_ask(c, "A connect 0 \\RigAccess"), OK);
    rig_close(&port);
    rig_client_end(c);
    rig_wait_disconnected(rig_connection(&port));
}

static void null_dacl_is_everyone(void **state)
{
    struct rig_client *nobody = rig_client(65534);

    rig_open(&port, u"\\RigEveryone", 1);
    assert_hr(rig_ask(nobody, "A connect 0 \\RigEveryone"), OK);
    rig_close(&port);
    rig_client_end(nobody);
    rig_wait_disconnected(rig_connection(&port));
}

static void no_descriptor_is_not_open(void **state)
{
    struct rig_client *nobody = rig_client(65534);

    assert_status(STATUS_SUCCESS, rig_open_as(&port, u"\\RigNone", 1, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL));
    assert_hr(rig_ask(nobody, "A connect 0 \\RigNone"), HR(5));
    rig_close(&port);
    rig_client_end(nobody);
}

/* --- FilterConnectCommunicationPort --- */

static void no_such_port(void **state)
{
    struct rig_client *c = rig_client(0);
    const char *answer = rig_ask(c, "A connect 0 \\RigNowhere");

    assert_hr(answer, HR(2));
    assert_field(answer, "invalid", 1);
    rig_open(&port, u"\\RigGone", 1);
    rig_close(&port);
    assert_hr(rig_ask(c, "A connect 0 \\RigGone"), HR(2));
    /* one that is there: a handle for CloseHandle, once */
    rig_open(&port, u"\\RigThere", 1);
    answer = rig_ask(c, "A connect 0 \\RigThere");
    assert_hr(answer, OK);
    assert_field(answer, "invalid", 0);
    assert_field(rig_ask(c, "A close 0"), "ok", 1);
    rig_wait_disconnected(rig_connection(&port));
    assert_field(rig_ask(c, "A close 0"), "ok", 0);
    rig_close(&port);
    rig_client_end(c);
}

/* No place for the socket, or none for the shared memory that comes over it. */
static void no_descriptor_left(void **state)
{
    rig_open(&port, u"\\RigShort", 1);
    struct rig_client *c = rig_client(0);

    for (int left = 1; left >= 0; left--) {
        const char *answer = rig_ask(c, "A connectshort 0 \\RigShort %d", left);
        assert_hr(answer, HR(4));
        assert_field(answer, "invalid", 1);
    }
    rig_client_end(c);
    rig_close(&port);
}

static void case_of_names(void **state)
{
    struct rig_client *c = rig_client(0);

    rig_open(&port, u"\\RigCase", 4);
    assert_hr(rig_ask(c, "A connect 0 \\rigCASE"), OK);
    rig_close(&port);
    assert_status(STATUS_SUCCESS, rig_open_as(&other, u"\\RigExact", 4, OBJ_KERNEL_HANDLE, NULL));
    assert_hr(rig_ask(c, "A connect 1 \\rigexact"), HR(2));
    assert_hr(rig_ask(c, "A connect 1 \\RigExact"), OK);
    rig_close(&other);
    rig_client_end(c);
    rig_wait_disconnected(rig_connection(&port));
    rig_wait_disconnected(rig_connection(&other));
}

static void limit(void **state)
{
    struct rig_client *c = rig_client(0);

    rig_open(&port, u"\\RigLimit", 2);
    assert_hr(rig_ask(c, "A connect 0 \\RigLimit"), OK);
    assert_hr(rig_ask(c, "A connect 1 \\RigLimit"), OK);
    const char *answer = rig_ask(c, "A connect 2 \\RigLimit");
    assert_hr(answer, HR(1238));
    assert_field(answer, "invalid", 1);
    assert_int_equal(port.connects, 2);
    struct rig_connection *first = rig_connection(&port);
    assert_field(rig_ask(c, "A close 0"), "ok", 1);
    rig_wait_disconnected(first);
    const char *again;
    do /* the slot comes back after DisconnectNotify has returned */
        again = rig_ask(c, "A connect 0 \\RigLimit");
    while (rig_number(again, "hr") == HR(1238));
    assert_hr(again, OK);
    rig_close(&port);
    rig_client_end(c);
}

static KEVENT inside, let_go;

static void wait_inside(struct rig_connection *c)
{
    KeSetEvent(&inside, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(&let_go, Executive, KernelMode, FALSE, NULL);
}

static void slot_until_disconnect_notify_returns(void **state)
{
    struct rig_client *first = rig_client(0), *second = rig_client(0);

    KeInitializeEvent(&inside, NotificationEvent, FALSE);
    KeInitializeEvent(&let_go, NotificationEvent, FALSE);
    rig_open(&port, u"\\RigSlot", 1);
    port.on_disconnect = wait_inside;
    assert_hr(rig_ask(first, "A connect 0 \\RigSlot"), OK);
    rig_client_kill(first);
    KeWaitForSingleObject(&inside, Executive, KernelMode, FALSE, NULL);
    assert_hr(rig_ask(second, "A connect 0 \\RigSlot"), HR(1238));
    KeSetEvent(&let_go, IO_NO_INCREMENT, FALSE);
    const char *again;
    do
        again = rig_ask(second, "A connect 0 \\RigSlot");
    while (rig_number(again, "hr") == HR(1238));
    assert_hr(again, OK);
    rig_close(&port);
    rig_client_end(second);
    rig_wait_disconnected(&port.connections[0]);
    rig_wait_disconnected(&port.connections[1]);
}

static void refused_by_the_driver(void **state)
{
    struct rig_client *c = rig_client(0);

    rig_open(&port, u"\\RigRefuse", 1);
    port.connect_status = STATUS_INVALID_PARAMETER_3;
    const char *answer = rig_ask(c, "A connect 0 \\RigRefuse");
    assert_hr(answer, HR(87));
    assert_field(answer, "invalid", 1);
    port.connect_status = STATUS_ACCESS_DENIED;
    assert_hr(rig_ask(c, "A connect 0 \\RigRefuse"), HR(5));
    assert_int_equal(port.connects, 2);
    port.connect_status = STATUS_SUCCESS; /* the slot is free again */
    assert_hr(rig_ask(c, "A connect 0 \\RigRefuse"), OK);
    assert_int_equal(rig_connection(&port)->disconnected, 0);
    rig_close(&port);
    rig_client_end(c);
    rig_wait_disconnected(rig_connection(&port));
}

static void contexts(void **state)
{
    struct rig_client *c = rig_client(0);

    rig_open(&port, u"\\RigContext", 8);
    assert_hr(rig_ask(c, "A connect 0 \\RigContext hello"), OK);
    struct rig_connection *first = rig_connection(&port);
    assert_int_equal(first->context_size, 5);
    assert_string_equal(first->context, "hello");
    assert_true(first->context_aligned);
    assert_hr(rig_ask(c, "A connect 1 \\RigContext"), OK);
    assert_int_equal(port.connections[1].context_size, 0);
    assert_true(port.connections[1].context_was_null);
    assert_hr(rig_ask(c, "A connect 2 \\RigContext #65511"), OK);
    assert_int_equal(port.connections[2].context_size, 65511);
    assert_true(port.connections[2].context_aligned);
    assert_hr(rig_ask(c, "A connect 3 \\RigContext #65512"), HR(534));
    assert_hr(rig_ask(c, "A connect 3 \\RigContext #0"), HR(87));
    rig_close(&port);
    rig_client_end(c);
    for (int i = 0; i < 3; i++)
        rig_wait_disconnected(&port.connections[i]);
}

static void in_the_clients_process(void **state)
{
    struct rig_client *c = rig_client(0);

    rig_open(&port, u"\\RigProcess", 2);
    assert_hr(rig_ask(c, "A connect 0 \\RigProcess"), OK);
    assert_hr(rig_ask(c, "A connect 1 \\RigProcess"), OK);
    assert_int_equal((ULONG_PTR)port.connections[0].process, *(pid_t *)c);
    assert_int_equal((ULONG_PTR)port.connections[1].process, *(pid_t *)c);
    assert_ptr_not_equal(port.connections[0].port, port.server);
    assert_ptr_not_equal(port.connections[0].port, port.connections[1].port);
    rig_close(&port);
    rig_client_end(c);
    rig_wait_disconnected(&port.connections[0]);
    rig_wait_disconnected(&port.connections[1]);
}

static bool connect_has_returned;

static void take_time(struct rig_connection *c)
{
    LARGE_INTEGER interval = {.QuadPart = 100 * MILLISECOND};

    KeDelayExecutionThread(KernelMode, FALSE, &interval);
    __atomic_store_n(&connect_has_returned, true, __ATOMIC_RELEASE);
}

/* Whatever ConnectNotify does, the application is not back before. */
static void connecting_waits(void **state)
{
    struct rig_client *c = rig_client(0);

    rig_open(&port, u"\\RigSlow", 1);
    port.on_connect = take_time;
    __atomic_store_n(&connect_has_returned, false, __ATOMIC_RELEASE);
    assert_hr(rig_ask(c, "A connect 0 \\RigSlow"), OK);
    assert_true(__atomic_load_n(&connect_has_returned, __ATOMIC_ACQUIRE));
    rig_close(&port);
    rig_client_end(c);
    rig_wait_disconnected(rig_connection(&port));
}

/* A driver that creates its port first of all, as the samples do: a client comes in before FltStartFiltering. */
static PFLT_FILTER early_filter;
static PFLT_PORT early_server, early_client;
static struct rig_client *early_bird;
static int early_connects; /* __atomic */

static NTSTATUS early_connect(PFLT_PORT client, PVOID server_cookie, PVOID context, ULONG size, PVOID *cookie)
{
    early_client = client;
    __atomic_add_fetch(&early_connects, 1, __ATOMIC_SEQ_CST); /* after it: who has seen the count uses the port */
    return STATUS_SUCCESS;
}

static VOID early_disconnect(PVOID cookie)
{
    FltCloseClientPort(early_filter, &early_client);
}

static NTSTATUS early_unload(FLT_FILTER_UNLOAD_FLAGS flags)
{
    FltCloseCommunicationPort(early_server);
    FltUnregisterFilter(early_filter);
    return STATUS_SUCCESS;
}

static NTSTATUS early_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    static const FLT_REGISTRATION registration = {
        .Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION, .FilterUnloadCallback = early_unload};
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    NTSTATUS status = FltRegisterFilter(driver, &registration, &early_filter);

    RtlInitUnicodeString(&name, u"\\RigBeforeStart");
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    if (NT_SUCCESS(status))
        status = FltCreateCommunicationPort(
            early_filter, &early_server, &oa, NULL, early_connect, early_disconnect, NULL, 1);
    if (!NT_SUCCESS(status))
        return status;
    assert_hr(rig_ask(early_bird, "A connect 0 \\RigBeforeStart"), OK);
    assert_int_equal(__atomic_load_n(&early_connects, __ATOMIC_SEQ_CST), 1);
    rig_tell(early_bird, "A get 0 64");
    assert_status(STATUS_SUCCESS, FltSendMessage(early_filter, &early_client, "early", 5, NULL, NULL, NULL));
    rig_expect_text(rig_hear(early_bird, "A"), "early");
    return FltStartFiltering(early_filter);
}

static void before_filtering_starts(void **state)
{
    early_bird = rig_client(0);
    __atomic_store_n(&early_connects, 0, __ATOMIC_SEQ_CST);
    assert_status(STATUS_SUCCESS, ofm_service_set("portearly", NULL, "370031", NULL, 0));
    assert_status(STATUS_SUCCESS, ofm_driver_load_entry("portearly", early_entry));
    assert_int_equal(__atomic_load_n(&early_connects, __ATOMIC_SEQ_CST), 1);
    assert_status(STATUS_SUCCESS, ofm_driver_unload("portearly", 0));
    rig_client_end(early_bird);
}

/* Each ConnectNotify waits until the other has come, too. */
static pthread_mutex_t meeting = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t somebody_came = PTHREAD_COND_INITIALIZER;
static int present;

static void meet(struct rig_connection *c)
{
    pthread_mutex_lock(&meeting);
    present++;
    pthread_cond_broadcast(&somebody_came);
    while (present < 2)
        pthread_cond_wait(&somebody_came, &meeting);
    pthread_mutex_unlock(&meeting);
}

static void callbacks_run_beside_each_other(void **state)
{
    struct rig_client *first = rig_client(0), *second = rig_client(0);

    rig_open(&port, u"\\RigMeeting", 2);
    port.on_connect = port.on_disconnect = meet;
    present = 0;
    rig_tell(first, "A connect 0 \\RigMeeting");
    rig_tell(second, "A connect 0 \\RigMeeting");
    assert_hr(rig_hear(first, "A"), OK);
    assert_hr(rig_hear(second, "A"), OK);
    present = 0;
    rig_client_kill(first);
    rig_client_kill(second);
    rig_wait_disconnected(&port.connections[0]);
    rig_wait_disconnected(&port.connections[1]);
    rig_close(&port);
}

static NTSTATUS sent_early;

static void send_early(struct rig_connection *c)
{
    LARGE_INTEGER timeout = {.QuadPart = 50 * MILLISECOND};

    sent_early = FltSendMessage(rig_filter, &c->port, "early", 5, NULL, NULL, &timeout);
}

static void sending_within_connect(void **state)
{
    struct rig_client *c = rig_client(0);

    rig_open(&port, u"\\RigEarly", 1);
    port.on_connect = send_early;
    assert_hr(rig_ask(c, "A connect 0 \\RigEarly"), OK);
    assert_status(STATUS_TIMEOUT, sent_early);
    rig_expect_warning("FltSendMessage from within ConnectNotify");
    /* withdrawn: the client hears what is sent afterwards */
    rig_tell(c, "A get 0 64");
    struct rig_connection *connection = rig_connection(&port);
    assert_status(STATUS_SUCCESS, FltSendMessage(rig_filter, &connection->port, "now", 3, NULL, NULL, NULL));
    rig_expect_text(rig_hear(c, "A"), "now");
    rig_client_end(c);
    rig_wait_disconnected(connection);
    rig_close(&port);
}

static void unwritten_cookie_is_null(void **state)
{
    struct rig_client *c = rig_client(0);

    rig_open(&port, u"\\RigCookie", 1);
    port.leave_cookie = true;
    assert_hr(rig_ask(c, "A connect 0 \\RigCookie"), OK);
    rig_client_end(c);
    rig_wait_disconnected(rig_connection(&port));
    assert_int_equal(port.null_cookies, 1);
    rig_close(&port);
}

static void synchronous_handles(void **state)
{
    struct rig_client *c = rig_client(0);

    rig_open(&port, u"\\RigSync", 1);
    assert_hr(rig_ask(c, "A connect 0 \\RigSync - 1"), OK);
    const char *answer = rig_ask(c, "A iocp 0 1");
    assert_field(answer, "ok", 0);
    assert_field(answer, "error", 87);
    /* a blocked get holds up neither a reply nor a call of another thread (R) */
    struct rig_sender s;
    struct rig_connection *connection = rig_connection(&port);
    rig_tell(c, "A get 0 64");
    rig_send(&s, connection, "question", 32, 0);
    unsigned long id = rig_number(rig_hear(c, "A"), "id");
    rig_tell(c, "A get 0 64");
    rig_wait_gets(connection, 1);
    assert_hr(rig_ask(c, "B call 0 hello 8"), HR(1)); /* no MessageNotify: it has come and gone */
    assert_hr(rig_ask(c, "B reply 0 %lx 0 answer", id), OK);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    rig_close(&port);
    rig_client_end(c);
    rig_wait_disconnected(rig_connection(&port));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("P-01 P-02 P-04 P-07 P-12 P-15 wrong arguments leave no port", create_arguments),
        TEST("P-06 P-14 without memory there is neither descriptor nor port", no_memory),
        TEST("P-06 no port of a filter that is going", no_port_while_the_filter_goes),
        TEST("P-05 P-105 a name is taken while its port is open", names_are_unique),
        TEST("P-03 P-08 P-10 several ports of a filter, told apart by their cookie", several_ports),
        TEST("P-13 P-19 P-23 the default descriptor admits administrators only", default_descriptor),
        TEST("P-17 FLT_PORT_CONNECT is enough to connect", connect_right_is_enough),
        TEST("P-09 P-16 a NULL DACL admits everybody, the port keeps its own descriptor", null_dacl_is_everyone),
        TEST("P-18 a port without descriptor is not open to all", no_descriptor_is_not_open),
        TEST("P-20 P-21 P-22 no such port, or closed; a handle of one that is there", no_such_port),
        TEST("P-05 case of port names", case_of_names),
        TEST("P-21 no descriptor left in the process: told, and no handle", no_descriptor_left),
        TEST("P-24 P-111 MaxConnections", limit),
        TEST("P-111 a slot is taken until DisconnectNotify has returned", slot_until_disconnect_notify_returns),
        TEST("P-25 ConnectNotify refuses", refused_by_the_driver),
        TEST("P-26 P-27 P-36 P-37 contexts", contexts),
        TEST("P-28 P-33 P-35 P-39 ConnectNotify runs as the client", in_the_clients_process),
        TEST("P-28 a connect returns after ConnectNotify", connecting_waits),
        TEST("P-08 a port listens before its filter starts filtering", before_filtering_starts),
        TEST("P-40 callbacks of two connections run beside each other", callbacks_run_beside_each_other),
        TEST("P-41 a message sent within ConnectNotify waits in vain, and is told", sending_within_connect),
        TEST("P-38 a cookie that is not written is NULL", unwritten_cookie_is_null),
        TEST("P-29 P-31 FLT_PORT_FLAG_SYNC_HANDLE: no completion port, and no waiting for one another", synchronous_handles),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
