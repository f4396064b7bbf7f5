/* What fltKernelEx.h adds to sending: for an operation, with a deadline that the service may move, without waiting, to everybody; and
 * the bound on the threads that calls of services take. */
#include "rig.h"

#include "daemon/worker.h"
#include "fltmgr/port.h"

#include <fltkernelex.h>
#include <sched.h>
#include <unistd.h>

static struct rig_port port;
static struct rig_client *client;
static struct rig_connection *connection;

static int open_one(void **state)
{
    rig_open(&port, u"\\RigSending", 4);
    client = rig_client(0);
    assert_hr(rig_ask(client, "A connect 0 \\RigSending"), OK);
    connection = rig_connection(&port);
    return 0;
}

static int close_one(void **state)
{
    rig_client_end(client);
    rig_close(&port);
    port.message = NULL;
    return 0;
}

/* ---- for an operation: a filter of its own sends in its pre-create ---- */

static PFLT_FILTER sending_filter;
static PFLT_CALLBACK_DATA sending; /* __atomic: of the create that sends */
static NTSTATUS send_status;
static bool wants_reply;
static bool without_data; /* FltSendMessage, which does not know whose operation it is for */

static FLT_PREOP_CALLBACK_STATUS send_in_create(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    char reply[8];
    ULONG length = sizeof reply;

    if (!connection)
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    __atomic_store_n(&sending, data, __ATOMIC_RELEASE);
    PVOID to = wants_reply ? reply : NULL;
    PULONG room = wants_reply ? &length : NULL;
    send_status = without_data ? FltSendMessage(sending_filter, &connection->port, "open", 4, to, room, NULL)
                               : OfmSendMessage(sending_filter, &connection->port, "open", 4, to, room, NULL, data, 0);
    __atomic_store_n(&sending, NULL, __ATOMIC_RELEASE);
    data->IoStatus.Status = NT_SUCCESS(send_status) ? STATUS_ACCESS_DENIED : send_status;
    return FLT_PREOP_COMPLETE;
}

static NTSTATUS unload(FLT_FILTER_UNLOAD_FLAGS flags)
{
    FltUnregisterFilter(sending_filter);
    return STATUS_SUCCESS;
}

static NTSTATUS entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    static const FLT_OPERATION_REGISTRATION operations[] = {
        {IRP_MJ_CREATE, 0, send_in_create, NULL, NULL}, {IRP_MJ_OPERATION_END, 0, NULL, NULL, NULL}};
    static const FLT_REGISTRATION registration = {.Size = sizeof registration,
        .Version = FLT_REGISTRATION_VERSION,
        .OperationRegistration = operations,
        .FilterUnloadCallback = unload};
    NTSTATUS status = FltRegisterFilter(driver, &registration, &sending_filter);

    return NT_SUCCESS(status) ? FltStartFiltering(sending_filter) : status;
}

struct opening {
    pthread_t thread;
    ofm_volume *volume;
    NTSTATUS status;
};

static void *open_a_file(void *argument)
{
    struct opening *o = argument;
    PFILE_OBJECT file = NULL;

    o->status = ofm_create(o->volume, "\\a", FILE_READ_DATA, FILE_OPEN, 0, &file, NULL);
    return NULL;
}

static void begin_to_open(struct opening *o)
{
    assert_int_equal(pthread_create(&o->thread, NULL, open_a_file, o), 0);
}

static void cancel(void)
{
    PFLT_CALLBACK_DATA data = __atomic_load_n(&sending, __ATOMIC_ACQUIRE);

    assert_non_null(data);
    assert_true(FltCancelIo(data));
}

static void end_open(struct opening *o, NTSTATUS wanted)
{
    pthread_join(o->thread, NULL);
    assert_status(wanted, send_status);
    assert_status(wanted, o->status);
}

static void sends_end_with_their_operation(void **state)
{
    char directory[] = "/tmp/openfltmgr-sending-XXXXXX";
    struct opening o;

    assert_non_null(mkdtemp(directory));
    assert_status(STATUS_SUCCESS, ofm_service_set("sending", NULL, "370031", NULL, 0));
    assert_status(STATUS_SUCCESS, ofm_driver_load_entry("sending", entry));
    assert_status(STATUS_SUCCESS, ofm_volume_add_directory(directory, NULL, &o.volume));
    /* nobody gets it */
    begin_to_open(&o);
    rig_wait_senders(connection, 1);
    cancel();
    end_open(&o, STATUS_CANCELLED);
    rig_wait_senders(connection, 0); /* withdrawn: the next get sees nothing of it */
    /* nobody answers it */
    wants_reply = true;
    begin_to_open(&o);
    unsigned long id = rig_number(rig_ask(client, "A get 0 64"), "id");
    rig_wait_repliers(connection, 1);
    cancel();
    end_open(&o, STATUS_CANCELLED);
    assert_hr(rig_ask(client, "A reply 0 %lx 0 late", id), 0x801F0020);
    /* nobody cancels it */
    begin_to_open(&o);
    id = rig_number(rig_ask(client, "A get 0 64"), "id");
    assert_hr(rig_ask(client, "A reply 0 %lx 0 yes", id), OK);
    pthread_join(o.thread, NULL);
    assert_status(STATUS_SUCCESS, send_status);
    assert_status(STATUS_ACCESS_DENIED, o.status); /* the callback's own answer */
    /* P-77: a plain send is not ended by its operation's cancel, in neither phase */
    without_data = true;
    begin_to_open(&o);
    rig_wait_senders(connection, 1);
    FltCancelIo(__atomic_load_n(&sending, __ATOMIC_ACQUIRE));
    struct rig_sender behind; /* when this has waited in vain the other has had time to see it */
    rig_send(&behind, connection, "behind", -1, 50 * MILLISECOND);
    assert_status(STATUS_TIMEOUT, rig_sent(&behind));
    rig_wait_senders(connection, 1);
    id = rig_number(rig_ask(client, "A get 0 64"), "id");
    rig_wait_repliers(connection, 1);
    FltCancelIo(__atomic_load_n(&sending, __ATOMIC_ACQUIRE));
    rig_send(&behind, connection, "behind", -1, 50 * MILLISECOND);
    assert_status(STATUS_TIMEOUT, rig_sent(&behind));
    rig_wait_repliers(connection, 1);
    assert_hr(rig_ask(client, "A reply 0 %lx 0 yes", id), OK);
    pthread_join(o.thread, NULL);
    assert_status(STATUS_SUCCESS, send_status);
    without_data = false;
    assert_status(STATUS_INVALID_PARAMETER,
        OfmSendMessage(rig_filter, &connection->port, "x", 1, NULL, NULL, NULL, NULL, 0x80));
    connection = NULL;
    assert_status(STATUS_SUCCESS, ofm_volume_remove(o.volume, 1));
    assert_status(STATUS_SUCCESS, ofm_driver_unload("sending", 0));
    rmdir(directory);
}

/* ---- with a deadline that moves ---- */

struct slow {
    pthread_t thread;
    ULONG flags;
    NTSTATUS status;
};

static void *send_slowly(void *argument)
{
    struct slow *s = argument;
    LARGE_INTEGER timeout = {.QuadPart = 1000 * MILLISECOND};
    char reply[8];
    ULONG length = sizeof reply;

    s->status = OfmSendMessage(rig_filter, &connection->port, "slow", 4, reply, &length, &timeout, NULL, s->flags);
    return NULL;
}

static unsigned long begin_slow(struct slow *s, ULONG flags)
{
    s->flags = flags;
    rig_tell(client, "A get 0 64");
    rig_wait_gets(connection, 1); /* so that only the reply is waited for */
    assert_int_equal(pthread_create(&s->thread, NULL, send_slowly, s), 0);
    const char *answer = rig_hear(client, "A");
    assert_hr(answer, OK);
    return rig_number(answer, "id");
}

static void deadlines_move(void **state)
{
    struct rig_sender other;
    struct slow s;

    unsigned long id = begin_slow(&s, OFM_SEND_EXTENDABLE);
    assert_hr(rig_ask(client, "A extend 0 %lx 60000", id), OK);
    assert_hr(rig_ask(client, "A extend 0 %lx 1", id), OK); /* never earlier */
    rig_send(&other, connection, "nobody gets this", -1, 1300 * MILLISECOND);
    assert_status(STATUS_TIMEOUT, rig_sent(&other)); /* the first deadline is long past */
    assert_hr(rig_ask(client, "A reply 0 %lx 0 done", id), OK);
    pthread_join(s.thread, NULL);
    assert_status(STATUS_SUCCESS, s.status);
    assert_hr(rig_ask(client, "A extend 0 %lx 1000", id), 0x801F0020);
    assert_hr(rig_ask(client, "A extend 0 0 1000"), 0x801F0020);
    assert_hr(rig_ask(client, "A extend 5 1 1000"), HR(6)); /* no port */
    /* who set the timeout decides */
    id = begin_slow(&s, 0);
    assert_hr(rig_ask(client, "A extend 0 %lx 60000", id), HR(5));
    pthread_join(s.thread, NULL);
    assert_status(STATUS_TIMEOUT, s.status);
    /* a moved deadline is one all the same */
    id = begin_slow(&s, OFM_SEND_EXTENDABLE);
    assert_hr(rig_ask(client, "A extend 0 %lx 1300", id), OK);
    pthread_join(s.thread, NULL);
    assert_status(STATUS_TIMEOUT, s.status);
}

/* ---- without waiting ---- */

static NTSTATUS queue(const char *text, ULONG depth)
{
    return OfmQueueMessage(rig_filter, &connection->port, (PVOID)text, (ULONG)strlen(text), depth);
}

static void queues_are_bounded(void **state)
{
    struct flt_connection *c = (struct flt_connection *)connection->port_was;
    PFLT_PORT none = NULL;

    assert_status(STATUS_SUCCESS, queue("one", 3));
    assert_status(STATUS_SUCCESS, queue("two", 3));
    assert_status(STATUS_SUCCESS, queue("three", 3));
    assert_status(STATUS_QUOTA_EXCEEDED, queue("four", 3));
    assert_status(STATUS_QUOTA_EXCEEDED, queue("four", 1));
    assert_int_equal(__atomic_load_n(&c->counters.dropped, __ATOMIC_RELAXED), 2);
    const char *answer = rig_ask(client, "A get 0 64");
    assert_field(answer, "reply", 0); /* one-way */
    rig_expect_text(answer, "one");
    rig_expect_text(rig_ask(client, "A get 0 64"), "two");
    rig_expect_text(rig_ask(client, "A get 0 64"), "three");
    NTSTATUS status;
    do /* its worker may not have seen yet that it is through */
        status = queue("", 1);
    while (status == STATUS_QUOTA_EXCEEDED);
    assert_status(STATUS_SUCCESS, status); /* there is room again, and a message may be empty */
    assert_hr(rig_ask(client, "A get 0 64"), OK);
    assert_status(STATUS_INVALID_PARAMETER, queue("x", 0));
    assert_status(STATUS_INVALID_PARAMETER, OfmQueueMessage(rig_filter, &connection->port, NULL, 4, 1));
    assert_status(STATUS_INVALID_PARAMETER, OfmQueueMessage(NULL, &connection->port, "x", 1, 1));
    assert_status(STATUS_PORT_DISCONNECTED, OfmQueueMessage(rig_filter, &none, "x", 1, 1));
    /* the end drops what is left, and nothing waits for it */
    assert_status(STATUS_SUCCESS, queue("never", 8));
    assert_status(STATUS_SUCCESS, queue("seen", 8));
}

static void everybody_hears(void **state)
{
    struct rig_client *second = rig_client(0);
    ULONG clients = 77;

    assert_hr(rig_ask(second, "A connect 0 \\RigSending"), OK);
    assert_status(STATUS_SUCCESS, OfmBroadcastMessage(rig_filter, port.server, "news", 4, 1, &clients));
    assert_int_equal(clients, 2);
    rig_expect_text(rig_ask(client, "A get 0 64"), "news");
    /* who is behind loses it, the others do not: the second has not read the first yet */
    rig_wait_senders(connection, 0);
    NTSTATUS status;
    do /* the first one's worker may not have seen yet that it is through */
        status = OfmBroadcastMessage(rig_filter, port.server, "more", 4, 1, &clients);
    while (clients == 0);
    assert_status(STATUS_QUOTA_EXCEEDED, status);
    assert_int_equal(clients, 1);
    rig_expect_text(rig_ask(client, "A get 0 64"), "more");
    rig_expect_text(rig_ask(second, "A get 0 64"), "news");
    assert_status(STATUS_INVALID_PARAMETER, OfmBroadcastMessage(rig_filter, connection->port, "x", 1, 1, NULL));
    assert_status(STATUS_INVALID_PARAMETER, OfmBroadcastMessage(rig_filter, port.server, "x", 1, 0, NULL));
    rig_client_end(second);
}

/* ---- the bound on threads ---- */

static int blocked, most; /* __atomic: callbacks that run, and at most did */
static KEVENT let_go;

static NTSTATUS block(struct rig_connection *c, PVOID in, ULONG in_length, PVOID out, ULONG out_length, PULONG returned)
{
    int now = __atomic_add_fetch(&blocked, 1, __ATOMIC_SEQ_CST), before = __atomic_load_n(&most, __ATOMIC_SEQ_CST);

    while (now > before && !__atomic_compare_exchange_n(&most, &before, now, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        ;
    KeWaitForSingleObject(&let_go, Executive, KernelMode, FALSE, NULL);
    __atomic_sub_fetch(&blocked, 1, __ATOMIC_SEQ_CST);
    *returned = 0;
    return STATUS_SUCCESS;
}

#define BOUND 16
#define CALLS 20

static void calls_are_bounded(void **state)
{
    unsigned before = worker_limit;
    int served = 0, refused = 0;

    KeInitializeEvent(&let_go, NotificationEvent, FALSE);
    port.message = block;
    open_one(state);
    __atomic_store_n(&worker_limit, BOUND, __ATOMIC_RELAXED);
    for (int i = 0; i < CALLS; i++) {
        if (i < BOUND - BOUND / 8) /* one more, once only those before are at work: not the connect, the lane's set-up or its rest */
            while (__atomic_load_n(&blocked, __ATOMIC_SEQ_CST) < i || worker_busy() > (unsigned)i)
                sched_yield();
        rig_tell(client, "T%d call 0 x 8", i);
    }
    /* those that are refused are answered while the others are in their callbacks */
    while (__atomic_load_n(&blocked, __ATOMIC_SEQ_CST) < BOUND - BOUND / 8)
        sched_yield();
    rig_expect_warning("FilterSendMessage refused");
    struct rig_client *second = rig_client(0); /* other requests are served */
    assert_hr(rig_ask(second, "A connect 0 \\RigSending"), OK);
    assert_hr(rig_ask(second, "A call 0 x 8"), HR(1450));
    rig_client_end(second);
    KeSetEvent(&let_go, 0, FALSE);
    for (int i = 0; i < CALLS; i++) {
        char tag[16];
        snprintf(tag, sizeof tag, "T%d", i);
        unsigned long hr = rig_number(rig_hear(client, tag), "hr");
        served += hr == OK;
        refused += hr == HR(1450);
    }
    assert_int_equal(__atomic_load_n(&most, __ATOMIC_SEQ_CST), BOUND - BOUND / 8);
    assert_in_range(served, BOUND - BOUND / 8, CALLS - 1); /* what came late found threads again */
    assert_int_equal(refused, CALLS - served);
    __atomic_store_n(&worker_limit, before, __ATOMIC_RELAXED);
}

int main(void)
{
#define WITH(name, fn) TEST_WITH(name, fn, open_one, close_one)
    const struct CMUnitTest tests[] = {
        WITH("P-77 a send ends with its operation's cancel when it is told of it, FltSendMessage does not", sends_end_with_their_operation),
        WITH("a service gets more time where the driver allows it", deadlines_move),
        WITH("queued messages: order, depth, what is dropped", queues_are_bounded),
        WITH("a broadcast reaches every client that keeps up", everybody_hears),
        TEST_WITH("calls beyond the bound on threads are refused, the rest goes on", calls_are_bounded, NULL, close_one),
    };

    return RUN_TESTS(tests, rig_start, rig_stop);
}
