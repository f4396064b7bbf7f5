/* What a driver does with reads of mailslots that pend: cancels them, and is told by a completion routine. */
#include "slots.h"

#include <pthread.h>

struct posted {
    IO_STATUS_BLOCK iosb;
    unsigned called;
    pthread_t thread;
    PIO_STATUS_BLOCK told;
    char buffer[16];
};

static VOID routine(PVOID context, PIO_STATUS_BLOCK iosb, ULONG reserved)
{
    struct posted *p = context;
    p->called++;
    p->thread = pthread_self();
    p->told = iosb;
    assert_int_equal(PASSIVE_LEVEL, KeGetCurrentIrql());
}

static NTSTATUS post(HANDLE server, struct posted *p)
{
    *p = (struct posted){.iosb = UNTOUCHED};
    return ZwReadFile(server, NULL, routine, p, &p->iosb, p->buffer, sizeof p->buffer, NULL, NULL);
}

static HANDLE new_server(const char16_t *name)
{
    return slot_server(name, (struct slot){.options = SLOT_ASYNCHRONOUS, .timeout = FOREVER});
}

/* Nothing but APCs happens in this wait. */
static void let_apcs_run(unsigned milliseconds)
{
    LARGE_INTEGER time = {.QuadPart = MILLISECONDS((LONGLONG)milliseconds)};
    KeDelayExecutionThread(KernelMode, FALSE, &time);
}

static void *write_one(void *client)
{
    assert_status(STATUS_SUCCESS, slot_write(client, "late"));
    return NULL;
}

/* ---- completion routines ---- */

static void routine_of_a_read(void **state)
{
    HANDLE server = new_server(u"routine"), client = slot_client(u"routine");
    struct posted p;
    pthread_t thread;
    assert_status(STATUS_PENDING, post(server, &p));
    assert_int_equal(0, pthread_create(&thread, NULL, write_one, client));
    assert_int_equal(0, pthread_join(thread, NULL));
    assert_int_equal(0, p.called); /* another thread ended it: it runs here, in a wait */
    let_apcs_run(1);
    assert_int_equal(1, p.called);
    assert_true(pthread_equal(p.thread, pthread_self()) && p.told == &p.iosb);
    assert_status(STATUS_SUCCESS, p.iosb.Status);
    assert_int_equal(4, p.iosb.Information);
    /* at once: when the call returns */
    assert_status(STATUS_SUCCESS, slot_write(client, "now"));
    assert_status(STATUS_SUCCESS, post(server, &p));
    assert_int_equal(1, p.called);
    /* a call that failed tells nobody else */
    assert_status(STATUS_INVALID_PARAMETER, ZwWriteFile(server, NULL, routine, &p, &p.iosb, "x", 1, NULL, NULL));
    let_apcs_run(1);
    assert_int_equal(1, p.called);
    slot_close(client);
    slot_close(server);
}

static void region(void **state)
{
    HANDLE server = new_server(u"region"), client = slot_client(u"region");
    struct posted p;
    assert_status(STATUS_PENDING, post(server, &p));
    KeEnterCriticalRegion();
    assert_status(STATUS_SUCCESS, slot_write(client, "held"));
    let_apcs_run(1);
    assert_int_equal(0, p.called);
    KeLeaveCriticalRegion();
    assert_int_equal(1, p.called);
    slot_close(client);
    slot_close(server);
}

static void *write_after(void *client)
{
    rig_yield();
    return write_one(client);
}

/* A wait that sleeps is left for the routine and gone on with. */
static void in_a_wait(void **state)
{
    HANDLE server = new_server(u"wait"), client = slot_client(u"wait"), event = slot_event(NULL);
    struct posted p;
    pthread_t thread;
    assert_status(STATUS_PENDING, post(server, &p));
    assert_int_equal(0, pthread_create(&thread, NULL, write_after, client));
    LARGE_INTEGER time = {.QuadPart = MILLISECONDS(200)};
    for (unsigned i = 0; i < 50 && !p.called; i++)
        assert_status(STATUS_TIMEOUT, ZwWaitForSingleObject(event, FALSE, &time)); /* it is no end of the wait */
    assert_int_equal(1, p.called);
    assert_int_equal(0, pthread_join(thread, NULL));
    slot_close(event);
    slot_close(client);
    slot_close(server);
}

static void *post_and_end(void *context)
{
    HANDLE *server = context;
    static struct posted p;
    if (post(*server, &p) != STATUS_PENDING)
        return (void *)1;
    return NULL; /* its read is cancelled, its routine never called */
}

static void thread_that_ends(void **state)
{
    HANDLE server = new_server(u"ends"), client = slot_client(u"ends");
    pthread_t thread;
    void *failed;
    assert_int_equal(0, pthread_create(&thread, NULL, post_and_end, &server));
    assert_int_equal(0, pthread_join(thread, &failed));
    assert_null(failed);
    assert_status(STATUS_SUCCESS, slot_write(client, "stays"));
    slot_expect_counts(server, 5, 1);
    slot_close(client);
    slot_close(server);
}

/* ---- cancelling ---- */

static void cancel_own(void **state)
{
    HANDLE server = new_server(u"cancel"), other = new_server(u"other"), client = slot_client(u"cancel");
    struct posted a, b, c;
    IO_STATUS_BLOCK iosb = UNTOUCHED;
    assert_status(STATUS_PENDING, post(server, &a));
    assert_status(STATUS_PENDING, post(server, &b));
    assert_status(STATUS_PENDING, post(other, &c));
    assert_status(STATUS_SUCCESS, ZwCancelIoFile(server, &iosb));
    assert_status(STATUS_SUCCESS, iosb.Status);
    let_apcs_run(1);
    assert_status(STATUS_CANCELLED, a.iosb.Status);
    assert_status(STATUS_CANCELLED, b.iosb.Status);
    assert_int_equal(2, a.called + b.called);
    slot_expect_untouched(&c.iosb);
    assert_status(STATUS_SUCCESS, ZwCancelIoFile(server, &iosb)); /* nothing is no error */
    assert_status(STATUS_SUCCESS, slot_write(client, "stays"));
    slot_expect_counts(server, 5, 1);
    assert_status(STATUS_SUCCESS, ZwCancelIoFile(other, &iosb));
    let_apcs_run(1);
    assert_int_equal(1, c.called);
    assert_status(STATUS_INVALID_HANDLE, ZwCancelIoFile((HANDLE)(ULONG_PTR)0xdeadbee0, &iosb));
    slot_close(client);
    slot_close(other);
    slot_close(server);
}

static void *cancel_nothing(void *server)
{
    IO_STATUS_BLOCK iosb;
    assert_status(STATUS_SUCCESS, ZwCancelIoFile(server, &iosb));
    return NULL;
}

static void *cancel_all(void *server)
{
    IO_STATUS_BLOCK iosb;
    assert_status(STATUS_SUCCESS, ZwCancelIoFileEx(server, NULL, &iosb));
    return NULL;
}

static void in_thread(void *(*what)(void *), HANDLE server)
{
    pthread_t thread;
    assert_int_equal(0, pthread_create(&thread, NULL, what, server));
    assert_int_equal(0, pthread_join(thread, NULL));
}

static void cancel_chosen(void **state)
{
    HANDLE server = new_server(u"chosen");
    struct posted a, b;
    IO_STATUS_BLOCK iosb;
    assert_status(STATUS_PENDING, post(server, &a));
    assert_status(STATUS_PENDING, post(server, &b));
    in_thread(cancel_nothing, server); /* another thread has nothing of its own */
    slot_expect_untouched(&a.iosb);
    assert_status(STATUS_SUCCESS, ZwCancelIoFileEx(server, &b.iosb, &iosb));
    assert_status(STATUS_CANCELLED, b.iosb.Status);
    slot_expect_untouched(&a.iosb);
    assert_status(STATUS_NOT_FOUND, ZwCancelIoFileEx(server, &b.iosb, &iosb));
    in_thread(cancel_all, server); /* whosever it is */
    assert_status(STATUS_CANCELLED, a.iosb.Status);
    assert_status(STATUS_NOT_FOUND, ZwCancelIoFileEx(server, NULL, &iosb));
    let_apcs_run(1);
    assert_int_equal(2, a.called + b.called);
    slot_close(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("an ApcRoutine runs in its thread, in a wait or at the call's end", routine_of_a_read),
        TEST("an ApcRoutine does not run in a critical region, but at its end", region),
        TEST("an ApcRoutine runs in a wait that goes on", in_a_wait),
        TEST("a thread that ends takes its reads and routines with it", thread_that_ends),
        TEST("M-97 ZwCancelIoFile ends the calling thread's reads of that file", cancel_own),
        TEST("M-97 ZwCancelIoFileEx ends one read or all, whosever", cancel_chosen),
    };
    return RUN_TESTS(tests, slots_start, slots_stop);
}
