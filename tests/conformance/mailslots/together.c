/* Many at once: test group 10 of mailslots.md section 15. Counts are small enough for a loaded machine with a
 * sanitizer. */
#include "slots.h"

enum { WRITERS = 4, READERS = 4, EACH = 1500, ALL = WRITERS * EACH };

struct message {
    ULONG writer, number;
    ULONG padding[30];
};

static HANDLE server;
static unsigned char taken[WRITERS][EACH]; /* __atomic: how often each message was read */
static unsigned total, out_of_order;
static bool done; /* __atomic */

static void write_all(void *number)
{
    HANDLE client;
    ULONG writer = (ULONG)(ULONG_PTR)number;
    struct message message = {.writer = writer};
    assert_status(STATUS_SUCCESS,
        slot_open(u"many", GENERIC_WRITE, FILE_OPEN, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, &client, NULL));
    for (message.number = 0; message.number < EACH; message.number++) {
        ULONG length = 8 + message.number % sizeof message.padding;
        assert_status(STATUS_SUCCESS, slot_write_bytes(client, &message, length, NULL));
    }
    slot_close(client);
}

/* A reader sees each writer's messages in their order, though not all of them. */
static void read_some(void *unused)
{
    LONG last[WRITERS];
    memset(last, -1, sizeof last);
    HANDLE event = slot_event(NULL);
    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) {
        struct message message;
        IO_STATUS_BLOCK iosb;
        NTSTATUS status = ZwReadFile(server, event, NULL, NULL, &iosb, &message, sizeof message, NULL, NULL);
        if (status == STATUS_PENDING) {
            slot_wait(event);
            status = __atomic_load_n(&iosb.Status, __ATOMIC_ACQUIRE);
        }
        if (status == STATUS_IO_TIMEOUT)
            continue;
        assert_status(STATUS_SUCCESS, status);
        assert_int_equal(8 + message.number % sizeof message.padding, iosb.Information);
        if ((LONG)message.number <= last[message.writer])
            __atomic_add_fetch(&out_of_order, 1, __ATOMIC_RELAXED);
        last[message.writer] = (LONG)message.number;
        __atomic_add_fetch(&taken[message.writer][message.number], 1, __ATOMIC_RELAXED);
        if (__atomic_add_fetch(&total, 1, __ATOMIC_ACQ_REL) == ALL)
            __atomic_store_n(&done, true, __ATOMIC_RELEASE);
    }
    slot_close(event);
}

static void exactly_once(void **state)
{
    struct rig_thread threads[WRITERS + READERS];
    server = slot_server(u"many", (struct slot){.options = SLOT_ASYNCHRONOUS, .timeout = MILLISECONDS(20)});
    for (unsigned i = 0; i < READERS; i++)
        rig_run(&threads[i], read_some, NULL);
    for (unsigned i = 0; i < WRITERS; i++)
        rig_run(&threads[READERS + i], write_all, (void *)(ULONG_PTR)i);
    for (unsigned i = 0; i < WRITERS + READERS; i++)
        rig_join(&threads[i]);
    assert_int_equal(ALL, total);
    assert_int_equal(0, out_of_order);
    for (unsigned w = 0; w < WRITERS; w++)
        for (unsigned n = 0; n < EACH; n++)
            assert_int_equal(1, taken[w][n]);
    slot_expect_counts(server, MAILSLOT_NO_MESSAGE, 0);
    slot_close(server);
}

/* ---- ends beside operations ---- */

static bool stop; /* __atomic */
static unsigned lives;

static void live_and_die(void *unused)
{
    for (unsigned i = 0; i < 300; i++) {
        struct slot slot = {.options = SLOT_ASYNCHRONOUS, .timeout = i & 1 ? MILLISECONDS(1) : FOREVER};
        HANDLE handle;
        NTSTATUS status = slot_create(u"short", &slot, &handle);
        if (status == STATUS_OBJECT_NAME_COLLISION)
            continue;
        assert_status(STATUS_SUCCESS, status);
        IO_STATUS_BLOCK blocks[4];
        HANDLE events[4];
        char buffers[4][16];
        NTSTATUS reads[4];
        for (unsigned r = 0; r < 4; r++) {
            events[r] = slot_event(NULL);
            reads[r] = ZwReadFile(handle, events[r], NULL, NULL, &blocks[r], buffers[r], 16, NULL, NULL);
        }
        slot_close(handle);
        for (unsigned r = 0; r < 4; r++) {
            if (reads[r] == STATUS_PENDING)
                slot_wait(events[r]);
            slot_close(events[r]);
        }
        __atomic_add_fetch(&lives, 1, __ATOMIC_RELAXED);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
}

static void write_to_the_dying(void *unused)
{
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        HANDLE client;
        NTSTATUS status = slot_open(u"short", GENERIC_WRITE, FILE_OPEN, 0, FILE_SHARE_READ, &client, NULL);
        if (status == STATUS_OBJECT_NAME_NOT_FOUND) {
            rig_yield();
            continue;
        }
        assert_status(STATUS_SUCCESS, status);
        do
            status = slot_write_bytes(client, "hello", 5, NULL);
        while (NT_SUCCESS(status) && !__atomic_load_n(&stop, __ATOMIC_ACQUIRE));
        assert_true(NT_SUCCESS(status) || status == STATUS_FILE_FORCED_CLOSED);
        slot_close(client);
    }
}

static void list_them(void *unused)
{
    HANDLE root;
    char buffer[512];
    IO_STATUS_BLOCK iosb;
    assert_status(STATUS_SUCCESS, slot_open_named(u"\\Device\\Mailslot\\", FILE_LIST_DIRECTORY | SYNCHRONIZE,
                                      FILE_SYNCHRONOUS_IO_NONALERT, &root));
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        NTSTATUS status = ZwQueryDirectoryFile(root, NULL, NULL, NULL, &iosb, buffer, sizeof buffer,
            FileDirectoryInformation, FALSE, NULL, TRUE);
        assert_true(status == STATUS_SUCCESS || status == STATUS_NO_SUCH_FILE);
    }
    slot_close(root);
}

static void short_lives(void **state)
{
    struct rig_thread threads[4];
    rig_run(&threads[0], live_and_die, NULL);
    rig_run(&threads[1], write_to_the_dying, NULL);
    rig_run(&threads[2], write_to_the_dying, NULL);
    rig_run(&threads[3], list_them, NULL);
    for (unsigned i = 0; i < 4; i++)
        rig_join(&threads[i]);
    assert_true(lives > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("M-99 M-109 each message to exactly one reader, each writer's in order", exactly_once),
        TEST("M-98 M-122 slots that end beside reads, writes and listings", short_lives),
    };
    return RUN_TESTS(tests, slots_start, slots_stop);
}
