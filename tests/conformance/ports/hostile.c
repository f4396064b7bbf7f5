/* Clients that mean harm (hostile_client.c): the manager stays up, its memory and threads stay bounded, every sender is
 * released, another client's traffic goes on. The seconds of each attack are the argument. */
#include "rig.h"

#include "daemon/control.h"
#include "fltmgr/portchannel.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOBODY 65534
#define CHILDREN 8

extern char **environ;
static double attack_seconds = 0.4;
static int many_sockets = 3000;

static struct rig_port good_port, port;
static struct rig_client *good;

/* --- hostile processes --- */

struct attacker {
    pid_t id;
    int to;
    FILE *from;
    char line[100];
};

static void attack(struct attacker *a, const char *what, unsigned number)
{
    int in[2], out[2];
    char uid[16], argument[16];
    char *arguments[] = {"hostile_client", uid, (char *)(uintptr_t)what, argument, NULL};
    posix_spawn_file_actions_t actions;

    snprintf(uid, sizeof uid, "%u", NOBODY);
    snprintf(argument, sizeof argument, "%u", number);
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    assert_int_equal(posix_spawn(&a->id, HOSTILE_CLIENT, &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    a->to = in[1];
    a->from = fdopen(out[0], "r");
    if (!fgets(a->line, sizeof a->line, a->from))
        fail_msg("%s did not begin", what);
}

static void hear(struct attacker *a, const char *wanted)
{
    if (!fgets(a->line, sizeof a->line, a->from) || strncmp(a->line, wanted, strlen(wanted)))
        fail_msg("expected \"%s\" of the attacker", wanted);
}

static void stop_attack(struct attacker *a)
{
    int status;

    close(a->to);
    kill(a->id, SIGKILL); /* those that wait for nothing */
    waitpid(a->id, &status, 0);
    fclose(a->from);
}

/* --- what must hold --- */

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void good_traffic(void)
{
    struct rig_sender s;

    rig_send(&s, rig_connection(&good_port), "are you well", 64, 0);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_memory_equal(s.reply, "are you well", 12); /* the echo is as long as its buffer */
}

static size_t resident(void)
{
    unsigned long pages = 0, skip;
    FILE *f = fopen("/proc/self/statm", "r");

    assert_int_equal(fscanf(f, "%lu %lu", &skip, &pages), 2);
    fclose(f);
    return pages * 4096;
}

static unsigned threads(void)
{
    unsigned n = 0;
    DIR *d = opendir("/proc/self/task");

    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

/* A sanitizer keeps what was freed, and shadows of everything. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_MEMORY ((size_t)2 << 30)
#else
#define OWN_MEMORY 0
#endif

static void expect_bounded(size_t before, size_t more)
{
    size_t now = resident();

    more += OWN_MEMORY;

    if (now > before + more)
        fail_msg("memory has grown from %zu to %zu KiB", before / 1024, now / 1024);
}

static int open_ports(void **state)
{
    rig_open(&good_port, u"\\RigGood", 2);
    good = rig_client(0);
    assert_hr(rig_ask(good, "A connect 0 \\RigGood"), OK);
    rig_tell(good, "B echo 0 80");
    rig_open(&port, u"\\RigHostile", 8);
    rig_reuse(&port);
    good_traffic();
    return 0;
}

static int close_ports(void **state)
{
    rig_client_end(good);
    rig_close(&good_port);
    rig_close(&port);
    port.message = NULL;
    return 0;
}

/* --- the attacks --- */

static void garbage(void **state)
{
    struct attacker a[2];
    size_t before = resident();

    attack(&a[0], "garbage", 1);
    attack(&a[1], "garbage", 2);
    for (double end = seconds() + attack_seconds; seconds() < end;)
        good_traffic();
    stop_attack(&a[0]);
    stop_attack(&a[1]);
    good_traffic();
    expect_bounded(before, 64u << 20);
}

static void many(void **state)
{
    struct attacker a;
    size_t before = resident();

    attack(&a, "many", (unsigned)many_sockets);
    unsigned open_ones = 0, refused = 0;
    if (sscanf(a.line, "many open=%x refused=%x", &open_ones, &refused) != 2)
        fail_msg("\"%s\"", a.line);
    assert_int_equal(open_ones, control_limits.sockets_per_user);
    assert_int_equal(refused, (unsigned)many_sockets - control_limits.sockets_per_user);
    good_traffic();
    /* others come in as if nothing was */
    assert_hr(rig_ask(good, "A connect 1 \\RigGood"), OK);
    assert_field(rig_ask(good, "A close 1"), "ok", 1);
    expect_bounded(before, 64u << 20);
    stop_attack(&a);
}

/* Processor time of this process while it does next to nothing but serve the good client. */
static void expect_idle(double length)
{
    struct rusage from, to;

    getrusage(RUSAGE_SELF, &from);
    double begin = seconds();
    for (int i = 0; i < 20 || seconds() - begin < length; i++) {
        good_traffic();
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL); /* the processor is idle but for us */
    }
    getrusage(RUSAGE_SELF, &to);
    double used = (double)(to.ru_utime.tv_sec + to.ru_stime.tv_sec - from.ru_utime.tv_sec - from.ru_stime.tv_sec) +
                  (double)(to.ru_utime.tv_usec + to.ru_stime.tv_usec - from.ru_utime.tv_usec - from.ru_stime.tv_usec) / 1e6;
    if (used > (seconds() - begin) * 0.8)
        fail_msg("%.2f s of processor time in %.2f s", used, seconds() - begin);
}

/* accept fails itself (the test above stops at the share that clients may have): with every number taken, the one that is kept for this turns
 * the caller away at once; when even that cannot be, the caller waits unheard, and is let in as soon as there is room. */
static void accept_fails(void **state)
{
    struct rlimit limit, none;
    int taken[256], count = 0;

    getrlimit(RLIMIT_NOFILE, &limit);
    none = (struct rlimit){256, limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    for (int fd; count < 256 && (fd = dup(0)) >= 0;)
        taken[count++] = fd;
    for (int i = 0; i < 5; i++) {
        const char *answer = rig_ask(good, "A connect 1 \\RigGood");
        assert_true(rig_number(answer, "hr") != OK);
        assert_field(answer, "invalid", 1);
    }
    expect_idle(0.3);
    none.rlim_cur = 3; /* below the one that is kept */
    setrlimit(RLIMIT_NOFILE, &none);
    rig_tell(good, "A connect 1 \\RigGood");
    expect_idle(0.5);
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_hr(rig_hear(good, "A"), OK);
    assert_field(rig_ask(good, "A close 1"), "ok", 1);
    for (int i = 0; i < count; i++)
        close(taken[i]);
    const char *again;
    do
        again = rig_ask(good, "A connect 1 \\RigGood"); /* the place of the one before is free after its DisconnectNotify (P-111) */
    while (rig_number(again, "hr") == HR(1238));
    assert_hr(again, OK);
    assert_field(rig_ask(good, "A close 1"), "ok", 1);
    good_traffic();
}

/* No descriptor left in the manager: nobody comes in, nobody is harmed, and it does not run in circles. */
static void out_of_descriptors(void **state)
{
    struct attacker a;
    struct rlimit limit, small;

    getrlimit(RLIMIT_NOFILE, &limit);
    int next = dup(0);
    close(next);
    small = (struct rlimit){(rlim_t)next + 100, limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &small);
    attack(&a, "many", 200);
    unsigned open_ones = 0, refused = 0;
    sscanf(a.line, "many open=%x refused=%x", &open_ones, &refused);
    assert_true(open_ones > 0 && open_ones < 40 && open_ones + refused == 200);
    expect_idle(0.3);
    stop_attack(&a);
    setrlimit(RLIMIT_NOFILE, &limit);
    good_traffic();
}

static void deaf(void **state)
{
    struct attacker a;

    attack(&a, "deaf", 1);
    good_traffic();
    hear(&a, "dropped"); /* after five seconds at most, and then for good */
    good_traffic();
    stop_attack(&a);
}

static struct rig_connection *hostile_connection(void)
{
    for (int i = 0; i < MAX_CLIENTS; i++) {
        if (__atomic_load_n(&port.connections[i].used, __ATOMIC_ACQUIRE) &&
            __atomic_load_n(&port.connections[i].port, __ATOMIC_ACQUIRE))
            return &port.connections[i];
    }
    return NULL;
}

static bool is_known(NTSTATUS status, bool wants_reply)
{
    /* a reply's status is whatever the client says (P-70) */
    return wants_reply || status == STATUS_SUCCESS || status == STATUS_TIMEOUT || status == STATUS_PORT_DISCONNECTED;
}

static void scribble(void **state)
{
    struct attacker a[2];
    size_t before = resident();
    unsigned sent = 0, dropped = 0;

    attack(&a[0], "scribble", 3);
    attack(&a[1], "scribble", 4);
    for (double end = seconds() + attack_seconds; seconds() < end || sent < 20;) {
        struct rig_sender s[4];
        struct rig_connection *c = hostile_connection();
        if (!c)
            continue;
        for (int i = 0; i < 4; i++)
            rig_send(&s[i], c, "into the storm", i % 2 ? 64 : -1, 30 * MILLISECOND);
        for (int i = 0; i < 4; i++) {
            NTSTATUS status = rig_sent(&s[i]);
            if (!is_known(status, s[i].wants_reply))
                fail_msg("a message returned 0x%08x", (unsigned)status);
            assert_true(s[i].reply_length <= 64 || status != STATUS_SUCCESS);
            dropped += status == STATUS_PORT_DISCONNECTED;
            sent++;
        }
        good_traffic();
    }
    stop_attack(&a[0]);
    stop_attack(&a[1]);
    good_traffic();
    expect_bounded(before, 64u << 20);
    printf("# %u messages, %u met a connection that was dropped\n", sent, dropped);
}

static void requeue(void **state)
{
    struct attacker a;
    struct rig_sender endless[3];

    attack(&a, "requeue", 5);
    struct rig_connection *c = hostile_connection();
    assert_non_null(c);
    for (double end = seconds() + attack_seconds; seconds() < end;) {
        struct rig_sender s[2];
        rig_send(&s[0], c, "timed", 8, 30 * MILLISECOND);
        rig_send(&s[1], c, "timed", -1, 30 * MILLISECOND);
        NTSTATUS first = rig_sent(&s[0]), second = rig_sent(&s[1]);
        assert_true(is_known(first, false) && is_known(second, false));
        good_traffic();
    }
    for (int i = 0; i < 3; i++)
        rig_send(&endless[i], c, "for ever", 8, 0);
    stop_attack(&a);
    for (int i = 0; i < 3; i++)
        assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&endless[i]));
}

/* Whatever it says of CPUs and sleepers, a timed message ends in time and one without a time with the connection. */
static void lies(void **state)
{
    struct attacker a;
    struct rig_sender endless[2];

    attack(&a, "lie", 6);
    struct rig_connection *c = hostile_connection();
    assert_non_null(c);
    for (double end = seconds() + attack_seconds; seconds() < end;) {
        struct rig_sender s[3];
        double before = seconds();
        for (int i = 0; i < 3; i++)
            rig_send(&s[i], c, "believe me", i == 1 ? -1 : 8, 30 * MILLISECOND);
        for (int i = 0; i < 3; i++) {
            NTSTATUS status = rig_sent(&s[i]);
            if (!is_known(status, s[i].wants_reply))
                fail_msg("a message returned 0x%08x", (unsigned)status);
        }
        assert_true(seconds() - before < 10);
        good_traffic();
    }
    for (int i = 0; i < 2; i++)
        rig_send(&endless[i], c, "for ever", 8, 0);
    good_traffic();
    stop_attack(&a);
    for (int i = 0; i < 2; i++) {
        NTSTATUS status = rig_sent(&endless[i]);
        assert_true(is_known(status, true));
    }
    good_traffic();
}

static void drop(void **state)
{
    struct attacker a;
    struct rig_sender s[2];

    attack(&a, "drop", 6);
    struct rig_connection *c = hostile_connection();
    assert_non_null(c);
    rig_send(&s[0], c, "first", 8, 0);
    rig_wait_repliers(c, 1);
    rig_send(&s[1], c, "second", 8, 0);
    rig_wait_repliers(c, 2);
    assert_int_equal(write(a.to, "x", 1), 1);
    hear(&a, "dropped");
    assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&s[0]));
    assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&s[1]));
    good_traffic();
    stop_attack(&a);
}

static void child_keeps_socket(void **state)
{
    struct attacker a;
    struct rig_sender s;
    unsigned child = 0;
    int status;

    attack(&a, "child", 7);
    assert_int_equal(sscanf(a.line, "child pid=%x", &child), 1);
    struct rig_connection *c = hostile_connection();
    assert_non_null(c);
    rig_send(&s, c, "anybody", 8, 0);
    rig_wait_senders(c, 1);
    kill(a.id, SIGKILL);
    waitpid(a.id, &status, 0);
    assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&s));
    assert_int_equal(kill((pid_t)child, 0), 0); /* it is still there, with the socket */
    kill((pid_t)child, SIGKILL);
    close(a.to);
    fclose(a.from);
    good_traffic();
}

static void heirs(void **state)
{
    struct attacker a;
    struct rig_sender s;
    unsigned granted = 0, status = 1;
    size_t before = resident();

    attack(&a, "heirs", 10);
    if (sscanf(a.line, "heirs granted=%x status=%x", &granted, &status) != 2)
        fail_msg("\"%s\"", a.line);
    assert_int_equal(granted, CHAN_SEVERAL - 1);
    assert_int_equal(status, 0);
    struct rig_connection *c = hostile_connection();
    assert_non_null(c);
    rig_send(&s, c, "anybody", 8, 0);
    for (double end = seconds() + attack_seconds; seconds() < end;)
        good_traffic();
    stop_attack(&a);
    assert_status(STATUS_PORT_DISCONNECTED, rig_sent(&s));
    good_traffic();
    expect_bounded(before, 64u << 20);
}

static NTSTATUS slow(struct rig_connection *c, PVOID in, ULONG in_length, PVOID out, ULONG out_length, PULONG returned)
{
    LARGE_INTEGER interval = {.QuadPart = 20 * MILLISECOND};

    KeDelayExecutionThread(KernelMode, FALSE, &interval);
    return STATUS_SUCCESS;
}

static void flood(void **state)
{
    struct attacker a[2];
    size_t before = resident();
    unsigned most = 0;

    rig_close(&port);
    port.message = slow;
    rig_open(&port, u"\\RigHostile", 8);
    rig_reuse(&port);
    unsigned at_rest = threads();
    attack(&a[0], "flood", 8);
    attack(&a[1], "flood", 9);
    for (double end = seconds() + attack_seconds; seconds() < end;) {
        good_traffic();
        unsigned now = threads();
        most = now > most ? now : most;
    }
    stop_attack(&a[0]);
    stop_attack(&a[1]);
    /* 256 calls of each are served at once; a worker that has just answered one may not be idle yet when the next comes */
    if (most > at_rest + 2 * 2 * 256)
        fail_msg("%u threads for two clients", most);
    good_traffic();
    expect_bounded(before, 128u << 20);
}

/* Settings are made before there is anybody who reads them. */
static int start(void **state)
{
    control_limits.sockets_per_user = 2048;
    return rig_start(state);
}

int main(int count, char **argument)
{
#define WITH(name, fn) TEST_WITH(name, fn, open_ports, close_ports)
    const struct CMUnitTest tests[] = {
        WITH("hostile: garbage on the control socket", garbage),
        WITH("hostile: thousands of sockets", many),
        WITH("hostile: no descriptor left", out_of_descriptors),
        WITH("hostile: not even one to accept with", accept_fails),
        WITH("hostile: a client that never reads", deaf),
        WITH("hostile: the shared memory is written all over", scribble),
        WITH("P-62 P-72 hostile: sleepers are taken away from the shared words", requeue),
        WITH("P-57 P-72 hostile: lies about where it runs and who sleeps", lies),
        WITH("P-72 hostile: the socket is dropped and the memory written on", drop),
        WITH("P-112 hostile: a child keeps the socket of a killed client", child_keeps_socket),
        WITH("P-34 hostile: a client asks a thousand times for a handle, its children die in between or act in its name", heirs),
        WITH("hostile: a flood of calls", flood),
    };
    if (count > 1 && atof(argument[1]) > 0)
        attack_seconds = atof(argument[1]);
    if (count > 2)
        many_sockets = atoi(argument[2]);
    return RUN_TESTS(tests, start, rig_stop);
}
