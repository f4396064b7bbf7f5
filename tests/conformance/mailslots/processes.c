/*
 * Mailslots among processes that are killed: the manager and a driver's slots here, applications in processes
 * of their own (processes_client.c). With the argument "long" many more of them are killed.
 */
#include "slots.h"

#include "processes.h"

#include "msfs/queue.h"

#include <openfltmgr.h>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SLOT_BYTES ((size_t)2 << 20)
#define TOTAL_BYTES ((size_t)7 << 20)

extern char **environ;
static char directory[] = "/tmp/openfltmgr-processes-XXXXXX", board_path[64];
static struct board *board;
static unsigned kills = 6;

/* ---- the manager and its applications ---- */

static int start(void **state)
{
    if (!mkdtemp(directory) || chmod(directory, 0755) || setenv("OPENFLTMGR_RUNTIME", directory, 1))
        return -1;
    snprintf(board_path, sizeof board_path, "%s.board", directory);
    int fd = open(board_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof *board))
        return -1;
    board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    msfs_settings.slot_bytes = SLOT_BYTES;
    msfs_settings.total_bytes = TOTAL_BYTES;
    return board != MAP_FAILED && NT_SUCCESS(ofm_start(NULL)) && NT_SUCCESS(ofm_listen(directory)) ? 0 : -1;
}

static int stop(void **state)
{
    struct ofm_report report;
    NTSTATUS status = ofm_stop(&report);
    unlink(board_path);
    rmdir(directory);
    if (msfs_queue_memory())
        fprintf(stderr, "# left: %zu bytes of messages\n", msfs_queue_memory());
    return NT_SUCCESS(status) && !report.leaks && !msfs_queue_memory() ? 0 : -1;
}

static int clear_board(void **state)
{
    memset(board, 0, sizeof *board);
    return 0;
}

static pid_t run(const char *group, const char *slot, unsigned row)
{
    char number[12];
    char *arguments[] = {PROCESSES_CLIENT, (char *)group, board_path, (char *)slot, number, NULL};
    pid_t id;
    snprintf(number, sizeof number, "%u", row);
    assert_int_equal(0, posix_spawn(&id, PROCESSES_CLIENT, NULL, NULL, arguments, environ));
    return id;
}

static void end_by_itself(pid_t id)
{
    int status;
    assert_int_equal(id, waitpid(id, &status, 0));
    assert_int_equal(0, status);
}

static void end_killed(pid_t id)
{
    int status;
    assert_int_equal(0, kill(id, SIGKILL));
    assert_int_equal(id, waitpid(id, &status, 0));
    assert_true(WIFSIGNALED(status)); /* it was at work until then */
}

/* ---- what a tool sees of one slot ---- */

struct look {
    const char16_t *name;
    struct msfs_slot_info info;
    bool found;
};

static bool look_at(const struct msfs_slot_info *info, void *context)
{
    struct look *look = context;
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, look->name);
    if (!RtlEqualUnicodeString(&name, (PUNICODE_STRING)&info->name, TRUE))
        return true;
    look->info = *info;
    look->found = true;
    return false;
}

static struct look look(const char16_t *name)
{
    struct look look = {.name = name};
    msfs_enumerate(look_at, &look);
    return look;
}

static bool is_there(const char16_t *name)
{
    return look(name).found;
}

/* ---- writers that are killed ---- */

/* How many of each writer's messages the one reader has had: they come in order and none is left out. */
static uint32_t heard[BOARD_WRITERS];

static bool hear(HANDLE server)
{
    struct board_message message[16];
    IO_STATUS_BLOCK iosb;
    NTSTATUS status = slot_read_bytes(server, message, sizeof message, &iosb);
    if (status == STATUS_IO_TIMEOUT)
        return false;
    assert_status(STATUS_SUCCESS, status);
    assert_true(message->writer < BOARD_WRITERS);
    assert_int_equal(heard[message->writer], message->number);
    assert_int_equal(sizeof *message + message->number % 100, iosb.Information);
    heard[message->writer]++;
    return true;
}

static void hear_some(HANDLE server, unsigned wanted)
{
    unsigned had = 0;
    rig_until((had += hear(server)) >= wanted);
}

static void killed_writers(void **state)
{
    enum { AT_ONCE = 4 };
    pid_t writers[AT_ONCE];
    unsigned rows = 0;
    HANDLE server = slot_server(u"processes\\heard", (struct slot){.timeout = MILLISECONDS(50)});
    for (unsigned i = 0; i < AT_ONCE; i++)
        writers[i] = run("writes", "processes\\heard", rows++);
    for (unsigned k = 0; k < kills; k++) {
        pid_t *one = &writers[k % AT_ONCE];
        rig_until((hear(server), heard[k] > 0)); /* rows are killed in their order */
        hear_some(server, 200);
        end_killed(*one);
        *one = run("writes", "processes\\heard", rows++);
    }
    hear_some(server, 200);
    __atomic_store_n(&board->stop, 1, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < AT_ONCE; i++)
        end_by_itself(writers[i]);
    rig_until(look(u"processes\\heard").info.clients == 0);
    assert_status(STATUS_SUCCESS, slot_set_timeout(server, 0));
    while (hear(server))
        ;
    for (unsigned row = 0; row < rows; row++) { /* the one that was being written may have gone in untold */
        assert_true(heard[row] >= board->acknowledged[row]);
        assert_true(heard[row] <= board->acknowledged[row] + (row < rows - AT_ONCE));
    }
    slot_close(server);
    assert_false(is_there(u"processes\\heard"));
}

/* ---- readers that are killed ---- */

static uint32_t taken_in_all(unsigned rows)
{
    uint32_t all = 0;
    for (unsigned row = 0; row < rows; row++)
        all += __atomic_load_n(&board->readers[row].count, __ATOMIC_ACQUIRE);
    return all;
}

/* Every message at most once, each reader's of one writer in order. Returns how many of this writer nobody
 * told of. */
static uint32_t missing_of(uint32_t writer, uint32_t sent, unsigned rows)
{
    unsigned char *times = calloc(sent + 1, 1);
    uint32_t missing = 0;
    for (unsigned row = 0; row < rows; row++) {
        int64_t last = -1;
        for (uint32_t i = 0; i < board->readers[row].count; i++) {
            const struct board_message *m = &board->readers[row].taken[i];
            if (m->writer != writer)
                continue;
            assert_true((int64_t)m->number > last && m->number < sent);
            last = m->number;
            assert_int_equal(1, ++times[m->number]);
        }
    }
    for (uint32_t number = 0; number < sent; number++)
        missing += !times[number];
    free(times);
    return missing;
}

static void killed_readers(void **state)
{
    enum { AT_ONCE = 3, WRITERS = 2, ROUND = 60 };
    pid_t readers[AT_ONCE];
    struct board_message message[WRITERS] = {{.writer = 0}, {.writer = 1}};
    unsigned rows = 0;
    HANDLE server = slot_server(u"processes\\shared", (struct slot){.timeout = FOREVER});
    HANDLE clients[WRITERS] = {slot_client(u"processes\\shared"), slot_client(u"processes\\shared")};
    for (unsigned i = 0; i < AT_ONCE; i++)
        readers[i] = run("reads", "processes\\shared", rows++);
    for (unsigned k = 0; k < kills; k++) {
        for (unsigned i = 0; i < ROUND * WRITERS; i++) {
            struct board_message *m = &message[i % WRITERS];
            assert_status(STATUS_SUCCESS, slot_write_bytes(clients[i % WRITERS], m, sizeof *m, NULL));
            m->number++;
        }
        rig_until(
            taken_in_all(rows) + rows + ROUND >= (k + 1) * ROUND * WRITERS); /* some wait, some are busy */
        end_killed(readers[k % AT_ONCE]);
        readers[k % AT_ONCE] = run("reads", "processes\\shared", rows++);
    }
    rig_until(look(u"processes\\shared").info.servers ==
              1 + AT_ONCE); /* the killed are gone, and the last one has come */
    rig_until(look(u"processes\\shared").info.messages == 0);
    for (unsigned i = 0; i < AT_ONCE; i++)
        assert_status(STATUS_SUCCESS, slot_write(clients[0], ""));
    for (unsigned i = 0; i < AT_ONCE; i++)
        end_by_itself(readers[i]);
    uint32_t missing = 0;
    for (unsigned w = 0; w < WRITERS; w++)
        missing += missing_of(w, message[w].number, rows);
    print_message("# %u readers killed, %u messages died with them\n", kills, missing);
    assert_true(missing <= kills); /* what one had taken and could not tell any more */
    rig_until(look(u"processes\\shared").info.servers == 1);
    struct look left = look(u"processes\\shared");
    assert_int_equal(0, left.info.waiting_reads);
    assert_int_equal(0, left.info.messages);
    assert_int_equal(left.info.counters.written, left.info.counters.read);
    for (unsigned w = 0; w < WRITERS; w++)
        slot_close(clients[w]);
    slot_close(server);
}

/* ---- what a process held, and only that ---- */

static void releases(void **state)
{
    HANDLE event = slot_event(NULL), other;
    char bytes[16];
    IO_STATUS_BLOCK iosb;
    HANDLE server = slot_server(u"processes\\others", (struct slot){0});
    HANDLE waits =
        slot_server(u"processes\\waits", (struct slot){.options = SLOT_ASYNCHRONOUS, .timeout = FOREVER});
    HANDLE client = slot_client(u"processes\\others");
    assert_status(STATUS_SUCCESS, slot_write(client, "before"));
    assert_status(
        STATUS_PENDING, ZwReadFile(waits, event, NULL, NULL, &iosb, bytes, sizeof bytes, NULL, NULL));
    size_t memory = msfs_queue_memory();
    pid_t holder = run("holds", "processes\\others", 0);
    rig_until(__atomic_load_n(&board->ready, __ATOMIC_ACQUIRE));
    HANDLE stale = slot_client(u"processes\\filled");
    assert_int_equal(2, look(u"processes\\waiting").info.waiting_reads);
    assert_int_equal(3, look(u"processes\\filled").info.messages);
    assert_int_equal(3, look(u"processes\\others").info.clients);
    end_killed(holder);
    rig_until(!is_there(u"processes\\waiting") && !is_there(u"processes\\filled"));
    rig_until(look(u"processes\\others").info.clients == 1);
    struct look others = look(u"processes\\others"), waiting = look(u"processes\\waits");
    assert_int_equal(1, others.info.servers);
    assert_int_equal(2, others.info.messages); /* M-125 */
    assert_int_equal(1, waiting.info.servers);
    assert_int_equal(1, waiting.info.waiting_reads);
    assert_false(slot_is_signalled(event));
    assert_status(STATUS_FILE_FORCED_CLOSED, slot_write(stale, "x"));
    assert_int_equal(memory, msfs_queue_memory());
    slot_expect(server, "before");
    slot_expect(server, "stays");
    other = slot_client(u"processes\\waits");
    assert_status(STATUS_SUCCESS, slot_write(other, "still"));
    slot_wait(event);
    assert_int_equal(5, iosb.Information);
    HANDLE all[] = {stale, other, client, waits, server, event};
    for (unsigned i = 0; i < RTL_NUMBER_OF(all); i++)
        slot_close(all[i]);
}

/* ---- floods ---- */

static size_t resident(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(1, fscanf(file, "%*u %lu", &pages));
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* A sanitizer's own memory would be counted. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SHADOWED true
#else
#define SHADOWED false
#endif

static void flood(const char *slot, uint32_t error)
{
    end_by_itself(run("floods", slot, 0));
    assert_int_equal(error, board->flood_error);
    assert_true(msfs_queue_memory() <= TOTAL_BYTES);
}

static void floods(void **state)
{
    static const char *const names[] = {"processes\\a", "processes\\b", "processes\\c", "processes\\d"};
    static const char16_t *const wide[] = {
        u"processes\\a", u"processes\\b", u"processes\\c", u"processes\\d"};
    HANDLE servers[4];
    size_t before = resident();
    for (unsigned i = 0; i < 4; i++)
        servers[i] = slot_server(wide[i], (struct slot){0});
    for (unsigned i = 0; i < 3; i++) {
        flood(names[i], 1816 /* ERROR_NOT_ENOUGH_QUOTA: MailslotSlotBytes */);
        assert_int_equal(SLOT_BYTES / 4000, board->flooded);
        struct look full = look(wide[i]);
        assert_int_equal(SLOT_BYTES / 4000, full.info.messages);
        assert_int_equal(101, full.info.counters.refused);
    }
    flood(names[3], 1450 /* ERROR_NO_SYSTEM_RESOURCES: MailslotBytes */);
    assert_true(board->flooded < SLOT_BYTES / 4000);
    assert_true(SHADOWED || resident() < before + TOTAL_BYTES + ((size_t)16 << 20));
    slot_close(servers[0]); /* what it held is free for the others */
    flood(names[3], 1816);
    for (unsigned i = 1; i < 4; i++)
        slot_close(servers[i]);
    assert_int_equal(0, msfs_queue_memory());
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("M-90 M-102 M-109 writers that are killed: each message once and in order, none lost that "
                  "was acknowledged",
            killed_writers, clear_board, NULL),
        TEST_WITH("M-97 M-99 readers that are killed: each message to one reader, at most one dies with each",
            killed_readers, clear_board, NULL),
        TEST_WITH("M-98 M-123 M-125 M-126 a process that is killed releases what it held and nothing else",
            releases, clear_board, NULL),
        TEST_WITH("M-106 M-107 floods end at the settings, and the manager's memory with them", floods,
            clear_board, NULL),
    };
    const struct CMUnitTest stress[] = {
        TEST_WITH("many writers that are killed", killed_writers, clear_board, NULL),
        TEST_WITH("many readers that are killed", killed_readers, clear_board, NULL),
    };
    if (count < 2 || strcmp(arguments[1], "long") != 0)
        return RUN_TESTS(tests, start, stop);
    kills = 300;
    return RUN_TESTS(stress, start, stop);
}
