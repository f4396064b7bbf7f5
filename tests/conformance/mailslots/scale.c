/*
 * A hundred thousand slots, a million messages, a thousand writers: memory in proportion to what is queued, and no
 * operation slower than among ten slots, behind few messages, beside few writers. Times are compared with each other,
 * generously, as the machine may be busy; the curves are printed.
 */
#include "slots.h"

#include "msfs/queue.h"

#include <time.h>

enum { SLOTS = 100000, MESSAGES = 1000000, PROBES = 2000 };

static HANDLE servers[SLOTS], listener;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void name_of(unsigned number, char16_t *name)
{
    for (unsigned i = 0; i < 6; i++, number /= 10)
        name[5 - i] = (char16_t)(u'0' + number % 10);
    name[6] = 0;
}

static HANDLE create(unsigned number)
{
    char16_t name[8];
    name_of(number, name);
    return slot_server(name, (struct slot){0});
}

/* Microseconds of create, open, write, read and close, all in one, beside the slots that there are. */
static double round_trip(void)
{
    double start = now();
    for (unsigned i = 0; i < PROBES; i++) {
        HANDLE server = create(900000 + i), client;
        char16_t name[8];
        name_of(900000 + i, name);
        client = slot_client(name);
        assert_status(STATUS_SUCCESS, slot_write(client, "probe"));
        slot_expect(server, "probe");
        slot_close(client);
        slot_close(server);
    }
    return (now() - start) / PROBES;
}

static double list_all(unsigned expected)
{
    static char buffer[65536];
    IO_STATUS_BLOCK iosb;
    unsigned count = 0;
    BOOLEAN restart = TRUE;
    double start = now();
    while (ZwQueryDirectoryFile(listener, NULL, NULL, NULL, &iosb, buffer, sizeof buffer,
               FileNamesInformation, FALSE, NULL, restart) == STATUS_SUCCESS) {
        restart = FALSE;
        for (PFILE_NAMES_INFORMATION entry = (void *)buffer;;
             entry = (void *)((char *)entry + entry->NextEntryOffset)) {
            count++;
            if (!entry->NextEntryOffset)
                break;
        }
    }
    assert_int_equal(expected, count);
    return (now() - start) / expected;
}

static void fill(void)
{
    char message[16] = "sixteen bytes..";
    for (unsigned i = 0; i < SLOTS; i++) {
        char16_t name[8];
        name_of(i, name);
        HANDLE client = slot_client(name);
        for (unsigned m = 0; m < MESSAGES / SLOTS; m++)
            assert_status(STATUS_SUCCESS, slot_write_bytes(client, message, sizeof message, NULL));
        slot_close(client);
    }
}

static void many(void **state)
{
    assert_status(STATUS_SUCCESS, slot_open_named(u"\\Device\\Mailslot\\", FILE_LIST_DIRECTORY | SYNCHRONIZE,
                                      FILE_SYNCHRONOUS_IO_NONALERT, &listener));
    for (unsigned i = 0; i < 10; i++)
        servers[i] = create(i);
    round_trip(); /* warms up */
    double few = round_trip();
    list_all(10);
    for (unsigned i = 10; i < SLOTS; i++)
        servers[i] = create(i);
    double among_many = round_trip(), entry = list_all(SLOTS);
    fill();
    size_t memory = msfs_queue_memory();
    printf("# round trip: %.2f us among 10 slots, %.2f us among %u; %.3f us an entry of a listing; %.1f "
           "bytes a message of 16\n",
        few, among_many, SLOTS, entry, (double)memory / MESSAGES);
    assert_true(among_many < 4 * few + 10);
    assert_true(entry < few);
    assert_true(memory < 100u * MESSAGES);
    for (unsigned i = 0; i < SLOTS; i++)
        slot_close(servers[i]);
    assert_int_equal(0, msfs_queue_memory());
    slot_close(listener);
}

/* Microseconds of one write and one read, each writer in its turn. */
static double write_and_read(HANDLE server, HANDLE *writers, unsigned count)
{
    static char message[64];
    char got[64];
    IO_STATUS_BLOCK iosb;
    double start = now();
    for (unsigned i = 0; i < 20000; i++) {
        assert_status(STATUS_SUCCESS, slot_write_bytes(writers[i % count], message, sizeof message, NULL));
        assert_status(STATUS_SUCCESS, ZwReadFile(server, NULL, NULL, NULL, &iosb, got, sizeof got, NULL, NULL));
    }
    return (now() - start) / 20000;
}

static void many_writers(void **state)
{
    static HANDLE writers[1000];
    double cost[4];
    HANDLE server = create(0);
    unsigned open = 0, step = 0;
    for (unsigned count = 1; count <= 1000; count *= 10, step++) {
        for (; open < count; open++)
            writers[open] = slot_client(u"000000");
        write_and_read(server, writers, count); /* warms up */
        cost[step] = write_and_read(server, writers, count);
        printf("# %u writers: %.3f us a message written and read\n", count, cost[step]);
    }
    assert_true(cost[3] < 3 * cost[1] + 1);
    while (open > 0)
        slot_close(writers[--open]);
    slot_close(server);
}

static void many_queued(void **state)
{
    static char message[64];
    double cost[4];
    HANDLE server = create(0), writer = slot_client(u"000000");
    unsigned queued = 0, step = 0;
    for (unsigned depth = 0; step < 4; depth = depth ? depth * 100 : 100, step++) {
        for (; queued < depth; queued++)
            assert_status(STATUS_SUCCESS, slot_write_bytes(writer, message, sizeof message, NULL));
        cost[step] = write_and_read(server, &writer, 1);
        printf("# behind %u messages: %.3f us a message written and read, %.1f bytes each\n", depth, cost[step],
            depth ? (double)msfs_queue_memory() / depth : 0);
    }
    assert_true(cost[3] < 3 * cost[1] + 1);
    slot_close(writer);
    slot_close(server);
    assert_int_equal(0, msfs_queue_memory());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("a hundred thousand slots, a million messages", many),
        TEST("a thousand writers of one slot", many_writers),
        TEST("a million messages in one slot", many_queued),
    };
    return RUN_TESTS(tests, slots_start, slots_stop);
}
