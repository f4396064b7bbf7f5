/* Reading and writing: test groups 3 and 4 of mailslots.md section 15 (M-88 to M-111). */
#include "slots.h"

static IO_STATUS_BLOCK iosb;

/* A read posted on an asynchronous server's handle. */
struct posted {
    IO_STATUS_BLOCK iosb;
    char buffer[64];
    HANDLE event;
};

static NTSTATUS post(HANDLE server, struct posted *p, ULONG room)
{
    p->iosb = UNTOUCHED;
    p->event = slot_event(NULL);
    return ZwReadFile(server, p->event, NULL, NULL, &p->iosb, p->buffer, room, NULL, NULL);
}

static void expect_ended(struct posted *p, NTSTATUS status, const char *text)
{
    slot_wait(p->event);
    assert_status(status, p->iosb.Status);
    assert_int_equal(text ? strlen(text) : 0, p->iosb.Information);
    if (text)
        assert_memory_equal(text, p->buffer, strlen(text));
    slot_close(p->event);
}

static HANDLE async_server(const char16_t *name)
{
    return slot_server(name, (struct slot){.options = SLOT_ASYNCHRONOUS, .no_timeout = true});
}

/* ---- one message ---- */

static void whole_messages(void **state)
{
    HANDLE server = slot_server(u"fifo", (struct slot){0}), client = slot_client(u"fifo"),
           other = slot_client(u"FIFO");
    assert_status(STATUS_SUCCESS, slot_write(client, "one"));
    assert_status(STATUS_SUCCESS, slot_write(other, "two and more"));
    assert_status(STATUS_SUCCESS, slot_write(client, "3"));
    slot_expect_counts(server, 3, 3);
    slot_expect(server, "one");
    slot_expect_counts(server, 12, 2);
    slot_expect(server, "two and more");
    slot_expect(server, "3");
    slot_expect_counts(server, MAILSLOT_NO_MESSAGE, 0);
    slot_close(client);
    slot_close(other);
    slot_close(server);
}

static void empty_and_no_wait(void **state)
{
    HANDLE sync = slot_server(u"now", (struct slot){0}),
           async = slot_server(u"now2", (struct slot){.options = SLOT_ASYNCHRONOUS});
    HANDLE handles[] = {sync, async};
    for (unsigned i = 0; i < 2; i++) {
        char buffer[16] = "untouched";
        for (ULONG room = 0; room <= sizeof buffer; room += sizeof buffer) {
            iosb = UNTOUCHED;
            assert_status(STATUS_IO_TIMEOUT, slot_read_bytes(handles[i], buffer, room, &iosb));
            slot_expect_untouched(&iosb);
        }
        assert_string_equal("untouched", buffer);
    }
    slot_close(sync);
    slot_close(async);
}

static void timeout_passes(void **state)
{
    HANDLE server = slot_server(u"wait", (struct slot){.timeout = MILLISECONDS(100)});
    char buffer[8];
    iosb = UNTOUCHED;
    unsigned long long start = rig_now();
    assert_status(STATUS_IO_TIMEOUT, slot_read_bytes(server, buffer, sizeof buffer, &iosb));
    assert_true(rig_now() - start >= 90);
    slot_expect_untouched(&iosb);
    struct msfs_slot_info info;
    assert_status(STATUS_SUCCESS, msfs_query_slot(slot_file(server), &info));
    assert_int_equal(1, info.counters.timed_out);
    assert_int_equal(0, info.waiting_reads);
    slot_close(server);
}

static void pended_timeout(void **state)
{
    HANDLE server =
        slot_server(u"wait2", (struct slot){.options = SLOT_ASYNCHRONOUS, .timeout = MILLISECONDS(30)});
    struct posted read;
    assert_status(STATUS_PENDING, post(server, &read, 8));
    expect_ended(&read, STATUS_IO_TIMEOUT, NULL);
    /* an absolute time that is over ends it at once, one in the future when it comes */
    LARGE_INTEGER now;
    KeQuerySystemTime(&now);
    assert_status(STATUS_SUCCESS, slot_set_timeout(server, now.QuadPart + 300000));
    assert_status(STATUS_PENDING, post(server, &read, 8));
    expect_ended(&read, STATUS_IO_TIMEOUT, NULL);
    assert_status(STATUS_SUCCESS, slot_set_timeout(server, 1));
    NTSTATUS status = post(server, &read, 8);
    assert_true(status == STATUS_PENDING || status == STATUS_IO_TIMEOUT);
    if (status == STATUS_PENDING)
        expect_ended(&read, STATUS_IO_TIMEOUT, NULL);
    else
        slot_close(read.event);
    slot_close(server);
}

static void kept_timeout(void **state)
{
    HANDLE server =
        slot_server(u"kept", (struct slot){.options = SLOT_ASYNCHRONOUS, .timeout = MILLISECONDS(50)});
    struct posted first, second;
    assert_status(STATUS_PENDING, post(server, &first, 8));
    assert_status(STATUS_SUCCESS, slot_set_timeout(server, FOREVER));
    assert_status(STATUS_PENDING, post(server, &second, 8));
    expect_ended(&first, STATUS_IO_TIMEOUT, NULL);
    assert_status(0x12345678, second.iosb.Status);
    HANDLE client = slot_client(u"kept");
    assert_status(STATUS_SUCCESS, slot_write(client, "late"));
    expect_ended(&second, STATUS_SUCCESS, "late");
    slot_close(client);
    slot_close(server);
}

static void empty_message(void **state)
{
    HANDLE server = slot_server(u"zero", (struct slot){0}), client = slot_client(u"zero");
    assert_status(STATUS_SUCCESS, slot_write(client, ""));
    slot_expect_counts(server, 0, 1);
    assert_status(STATUS_SUCCESS, slot_write(client, "x"));
    slot_expect_counts(server, 0, 2);
    iosb = UNTOUCHED;
    assert_status(STATUS_SUCCESS, slot_read_bytes(server, NULL, 0, &iosb));
    assert_int_equal(0, iosb.Information);
    slot_expect_counts(server, 1, 1);
    slot_expect(server, "x");
    slot_close(client);
    slot_close(server);
}

static void too_small(void **state)
{
    HANDLE server = slot_server(u"small", (struct slot){0}), client = slot_client(u"small");
    char buffer[4] = "....";
    assert_status(STATUS_SUCCESS, slot_write(client, "12345"));
    assert_status(STATUS_SUCCESS, slot_write(client, "6"));
    for (ULONG room = 0; room <= 4; room += 4) {
        iosb = UNTOUCHED;
        assert_status(STATUS_BUFFER_TOO_SMALL, slot_read_bytes(server, buffer, room, &iosb));
        slot_expect_untouched(&iosb);
        assert_memory_equal("....", buffer, 4);
        slot_expect_counts(server, 5, 2);
    }
    slot_expect(server, "12345");
    slot_expect(server, "6");
    slot_close(client);
    slot_close(server);
}

/* ---- waiting reads ---- */

static void pending(void **state)
{
    HANDLE server = async_server(u"pend"), client = slot_client(u"pend");
    struct posted read;
    assert_status(STATUS_PENDING, post(server, &read, sizeof read.buffer));
    assert_false(slot_is_signalled(server));
    assert_false(slot_is_signalled(read.event));
    slot_expect_untouched(&read.iosb);
    slot_expect_counts(server, MAILSLOT_NO_MESSAGE, 0);
    assert_status(STATUS_SUCCESS, slot_write(client, "data"));
    assert_true(slot_is_signalled(server));
    expect_ended(&read, STATUS_SUCCESS, "data");
    slot_expect_counts(server, MAILSLOT_NO_MESSAGE, 0); /* it never was in the queue */
    slot_close(client);
    slot_close(server);
}

/* The message goes by the first read, whose buffer is too small, to the second; then one that nobody holds
 * stays. */
static void pending_too_small(void **state)
{
    HANDLE server = async_server(u"pick"), client = slot_client(u"pick");
    struct posted small, large, last;
    assert_status(STATUS_PENDING, post(server, &small, 3));
    assert_status(STATUS_PENDING, post(server, &large, 8));
    assert_status(STATUS_PENDING, post(server, &last, 8));
    assert_status(STATUS_SUCCESS, slot_write(client, "four"));
    expect_ended(&small, STATUS_BUFFER_TOO_SMALL, NULL);
    expect_ended(&large, STATUS_SUCCESS, "four");
    assert_status(STATUS_SUCCESS, slot_write(client, "much too long"));
    expect_ended(&last, STATUS_BUFFER_TOO_SMALL, NULL);
    slot_expect_counts(server, 13, 1);
    assert_status(STATUS_SUCCESS, post(server, &last, 64)); /* at once */
    assert_int_equal(13, last.iosb.Information);
    slot_close(last.event);
    slot_close(client);
    slot_close(server);
}

static void oldest_first(void **state)
{
    HANDLE server = async_server(u"order"), client = slot_client(u"order");
    struct posted reads[5];
    char text[] = "0";
    for (unsigned i = 0; i < 5; i++)
        assert_status(STATUS_PENDING, post(server, &reads[i], 8));
    for (unsigned i = 0; i < 5; i++) {
        text[0] = (char)('0' + i);
        assert_status(STATUS_SUCCESS, slot_write(client, text));
        for (unsigned later = i + 1; later < 5; later++)
            slot_expect_untouched(&reads[later].iosb);
        expect_ended(&reads[i], STATUS_SUCCESS, text);
    }
    slot_close(client);
    slot_close(server);
}

static void cancel_all(void *file)
{
    HANDLE *server = file;
    struct posted *read = calloc(1, sizeof *read);
    assert_status(STATUS_PENDING, post(*server, read, 8));
    server[1] = read;
}

/* A thread that ends leaves no read behind. */
static void cancelled(void **state)
{
    HANDLE shared[2] = {async_server(u"cancel")}, client = slot_client(u"cancel");
    struct rig_thread thread;
    rig_run(&thread, cancel_all, shared);
    rig_join(&thread);
    struct posted *read = shared[1];
    expect_ended(read, STATUS_CANCELLED, NULL);
    free(read);
    assert_status(STATUS_SUCCESS, slot_write(client, "stays"));
    slot_expect_counts(shared[0], 5, 1);
    struct posted now;
    assert_status(STATUS_SUCCESS, post(shared[0], &now, 8));
    slot_close(now.event);
    slot_close(client);
    slot_close(shared[0]);
}

/* ---- the wrong side ---- */

static void reading_client(void **state)
{
    HANDLE server = slot_server(u"wrong", (struct slot){0}), both, write_only;
    char buffer[8];
    assert_status(STATUS_SUCCESS, slot_open(u"wrong", GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, FILE_OPEN,
                                      FILE_SYNCHRONOUS_IO_NONALERT, FILE_SHARE_READ, &both, NULL));
    assert_status(STATUS_SUCCESS, slot_write(both, "x"));
    iosb = UNTOUCHED;
    assert_status(STATUS_INVALID_PARAMETER, slot_read_bytes(both, buffer, sizeof buffer, &iosb));
    slot_expect_untouched(&iosb);
    slot_expect_counts(server, 1, 1);
    KPROCESSOR_MODE before = ps_set_previous_mode(UserMode);
    OBJECT_ATTRIBUTES oa;
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, u"\\Device\\Mailslot\\wrong");
    InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    NTSTATUS opened = NtOpenFile(
        &write_only, GENERIC_WRITE | SYNCHRONIZE, &oa, &iosb, FILE_SHARE_READ, FILE_SYNCHRONOUS_IO_NONALERT);
    iosb = UNTOUCHED;
    NTSTATUS read = NtReadFile(write_only, NULL, NULL, NULL, &iosb, buffer, sizeof buffer, NULL, NULL);
    ps_set_previous_mode(before);
    assert_status(STATUS_SUCCESS, opened);
    assert_status(STATUS_ACCESS_DENIED, read);
    slot_expect_untouched(&iosb);
    slot_close(write_only);
    slot_close(both);
    slot_close(server);
}

static void writing_server(void **state)
{
    HANDLE both = slot_server(u"wrong2", (struct slot){.access = GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE}),
           plain;
    iosb = UNTOUCHED;
    assert_status(STATUS_INVALID_PARAMETER, slot_write_bytes(both, "x", 1, &iosb));
    slot_expect_untouched(&iosb);
    slot_expect_counts(both, MAILSLOT_NO_MESSAGE, 0);
    KPROCESSOR_MODE before = ps_set_previous_mode(UserMode);
    OBJECT_ATTRIBUTES oa;
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, u"\\??\\mailslot\\wrong3");
    InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    NTSTATUS made = NtCreateMailslotFile(
        &plain, GENERIC_READ | SYNCHRONIZE, &oa, &iosb, FILE_SYNCHRONOUS_IO_NONALERT, 0, 0, NULL);
    iosb = UNTOUCHED;
    NTSTATUS wrote = NtWriteFile(plain, NULL, NULL, NULL, &iosb, "x", 1, NULL, NULL);
    ps_set_previous_mode(before);
    assert_status(STATUS_SUCCESS, made);
    assert_status(STATUS_ACCESS_DENIED, wrote);
    slot_expect_untouched(&iosb);
    slot_close(plain);
    slot_close(both);
}

static void invalid_handle(void **state)
{
    char buffer[8];
    iosb = UNTOUCHED;
    assert_status(
        STATUS_INVALID_HANDLE, slot_read_bytes((HANDLE)(ULONG_PTR)0xdeadbeef, buffer, sizeof buffer, &iosb));
    slot_expect_untouched(&iosb);
}

/* ---- offsets, order, limits ---- */

static void offsets(void **state)
{
    HANDLE server = async_server(u"offset"), client;
    static const LONGLONG values[] = {0, 4711, -1, MINLONGLONG, MAXLONGLONG};
    assert_status(
        STATUS_SUCCESS, slot_open(u"offset", GENERIC_WRITE, FILE_OPEN, 0, FILE_SHARE_READ, &client, NULL));
    for (unsigned i = 0; i < RTL_NUMBER_OF(values); i++) {
        LARGE_INTEGER offset = {.QuadPart = values[i]};
        char buffer[4];
        iosb = UNTOUCHED;
        assert_status(STATUS_SUCCESS, ZwWriteFile(client, NULL, NULL, NULL, &iosb, "ab", 2, &offset, NULL));
        assert_status(STATUS_SUCCESS, ZwReadFile(server, NULL, NULL, NULL, &iosb, buffer, 4, &offset, NULL));
        assert_int_equal(2, iosb.Information);
    }
    assert_status(STATUS_SUCCESS, ZwWriteFile(client, NULL, NULL, NULL, &iosb, "ab", 2, NULL, NULL));
    slot_close(client);
    slot_close(server);
}

static void writes_at_once(void **state)
{
    HANDLE server = slot_server(u"once", (struct slot){0}), client;
    HANDLE event = slot_event(NULL);
    assert_status(
        STATUS_SUCCESS, slot_open(u"once", GENERIC_WRITE, FILE_OPEN, 0, FILE_SHARE_READ, &client, NULL));
    for (unsigned i = 0; i < 1000; i++) {
        iosb = UNTOUCHED;
        assert_status(
            STATUS_SUCCESS, ZwWriteFile(client, event, NULL, NULL, &iosb, "0123456789", 10, NULL, NULL));
        assert_status(STATUS_SUCCESS, iosb.Status);
        assert_int_equal(10, iosb.Information);
        assert_true(slot_is_signalled(event));
    }
    slot_expect_counts(server, 10, 1000);
    slot_close(event);
    slot_close(client);
    slot_close(server);
}

static void oversize(void **state)
{
    HANDLE server = slot_server(u"max", (struct slot){.maximum = 4}), client = slot_client(u"max");
    assert_status(STATUS_SUCCESS, slot_write(client, "1234"));
    iosb = UNTOUCHED;
    assert_status(STATUS_INVALID_PARAMETER, slot_write_bytes(client, "12345", 5, &iosb));
    slot_expect_untouched(&iosb);
    msfs_settings.oversize_status = STATUS_INVALID_BUFFER_SIZE;
    assert_status(STATUS_INVALID_BUFFER_SIZE, slot_write_bytes(client, "12345", 5, NULL));
    msfs_settings.oversize_status = msfs_default_settings.oversize_status;
    slot_expect_counts(server, 4, 1);
    slot_close(client);
    slot_close(server);
}

static void quota(void **state)
{
    HANDLE server = slot_server(u"quota", (struct slot){.quota = 10}), client = slot_client(u"quota");
    assert_status(STATUS_SUCCESS, slot_write(client, "123456"));
    iosb = UNTOUCHED;
    assert_status(STATUS_QUOTA_EXCEEDED, slot_write_bytes(client, "12345", 5, &iosb));
    slot_expect_untouched(&iosb);
    slot_expect_counts(server, 6, 1);
    assert_status(STATUS_SUCCESS, slot_write(client, "1234"));
    assert_status(STATUS_QUOTA_EXCEEDED, slot_write_bytes(client, "x", 1, NULL));
    assert_status(STATUS_SUCCESS, slot_write(client, "")); /* takes nothing of it */
    slot_expect(server, "123456");
    assert_status(STATUS_SUCCESS, slot_write(client, "abcdef")); /* given back when read */
    msfs_settings.enforce_quota = false;
    assert_status(STATUS_SUCCESS, slot_write(client, "beyond the quota"));
    msfs_settings.enforce_quota = true;
    assert_int_equal(10, slot_query(server).MailslotQuota);
    slot_close(client);
    slot_close(server);
    /* 0: no limit of the slot's own, but the manager's for one slot */
    server = slot_server(u"quota", (struct slot){0}), client = slot_client(u"quota");
    msfs_settings.slot_bytes = 8;
    assert_status(STATUS_SUCCESS, slot_write(client, "12345678"));
    assert_status(STATUS_QUOTA_EXCEEDED, slot_write_bytes(client, "9", 1, NULL));
    msfs_settings.slot_bytes = msfs_default_settings.slot_bytes;
    slot_close(client);
    slot_close(server);
}

static void out_of_memory(void **state)
{
    extern size_t msfs_queue_bound;
    HANDLE server = slot_server(u"flood", (struct slot){0}), client = slot_client(u"flood");
    size_t bound = msfs_queue_bound;
    char message[1000] = {0};
    unsigned written = 0;
    NTSTATUS status;
    msfs_queue_bound = 100000;
    while (NT_SUCCESS(status = slot_write_bytes(client, message, sizeof message, NULL)))
        assert_true(++written < 200);
    assert_status(STATUS_INSUFFICIENT_RESOURCES, status);
    assert_true(written > 50);
    slot_expect_counts(server, 1000, written);
    char *large = calloc(1, 200000);
    assert_status(STATUS_INSUFFICIENT_RESOURCES, slot_write_bytes(client, large, 200000, NULL));
    free(large);
    while (NT_SUCCESS(slot_read_bytes(server, message, sizeof message, NULL)))
        written--;
    assert_int_equal(0, written);
    msfs_queue_bound = bound;
    assert_status(STATUS_SUCCESS, slot_write(client, "again"));
    slot_close(client);
    slot_close(server);
}

static void all_sizes(void **state)
{
    static const ULONG sizes[] = {
        0, 1, 7, 8, 9, 500, 511, 512, 513, 4096, 16383, 16384, 16385, 65535, 65536, 65537, 1 << 20};
    HANDLE server = slot_server(u"sizes", (struct slot){0}), client = slot_client(u"sizes");
    unsigned char *out = malloc(1 << 20), *in = malloc(1 << 20);
    for (unsigned i = 0; i < 1 << 20; i++)
        out[i] = (unsigned char)(i * 31 >> 3);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < RTL_NUMBER_OF(sizes); i++)
            assert_status(STATUS_SUCCESS,
                slot_write_bytes(client, out + i, sizes[i] - (sizes[i] == 1 << 20 ? i : 0), NULL));
        for (unsigned i = 0; i < RTL_NUMBER_OF(sizes); i++) {
            ULONG length = sizes[i] - (sizes[i] == 1 << 20 ? i : 0);
            assert_int_equal(length, slot_query(server).NextMessageSize);
            assert_status(STATUS_SUCCESS, slot_read_bytes(server, in, 1 << 20, &iosb));
            assert_int_equal(length, iosb.Information);
            assert_memory_equal(out + i, in, length);
        }
    }
    free(out);
    free(in);
    slot_close(client);
    slot_close(server);
}

static void flush(void **state)
{
    HANDLE server =
               slot_server(u"flush", (struct slot){.access = GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE}),
           client = slot_client(u"flush");
    assert_status(STATUS_SUCCESS, ZwFlushBuffersFile(server, &iosb));
    assert_status(STATUS_SUCCESS, ZwFlushBuffersFile(client, &iosb));
    slot_close(client);
    slot_close(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("M-90 M-109 a read takes one whole message, in the order of the writes", whole_messages),
        TEST("M-88 an empty slot that does not wait", empty_and_no_wait),
        TEST("M-89 a read lasts its timeout", timeout_passes),
        TEST("M-20 M-118 a read that pends ends with its timeout, relative or absolute", pended_timeout),
        TEST("M-78 a read that waits keeps the timeout it began with", kept_timeout),
        TEST("M-91 M-115 a message of no bytes is a message", empty_message),
        TEST("M-92 M-115 a message that does not fit stays", too_small),
        TEST("M-94 M-104 M-127 a read pends; a write ends it and signals the handle", pending),
        TEST("M-93 a waiting read that is too small is passed by", pending_too_small),
        TEST("M-99 M-100 the oldest waiting read is served first", oldest_first),
        TEST("M-97 cancelled reads leave the messages alone", cancelled),
        TEST("M-83 M-95 reading on a client's handle", reading_client),
        TEST("M-103 writing on a server's handle", writing_server),
        TEST("M-96 an invalid handle", invalid_handle),
        TEST("M-101 offsets are ignored", offsets),
        TEST("M-102 M-110 writes end at once, on asynchronous handles too", writes_at_once),
        TEST("M-19 M-105 a message above the maximum", oversize),
        TEST("M-106 quotas", quota),
        TEST("M-107 the manager's bound on queued bytes", out_of_memory),
        TEST("M-90 messages of all sizes", all_sizes),
        TEST("M-111 flushing does nothing", flush),
    };
    return RUN_TESTS(tests, slots_start, slots_stop);
}
