/*
 * One sample of the project's ports. The manager is embedded in this process, the senders are kernel threads of a driver that is linked in, and the
 * applications are processes of their own (bench_port_client). Public calls only.
 *
 *     bench_port CLIENT [options of trip.h]   one line of JSON
 *
 * --way says what is measured:
 *   sync, overlapped, completion: FltSendMessage -> FilterGetMessage -> FilterReplyMessage; the reader's way of getting
 *   send: FilterSendMessage -> MessageNotify and back: the application asks, the driver answers
 *   connect: FilterConnectCommunicationPort + CloseHandle, --connections times one after the other
 *   kill: the reader has taken a message and is killed: how long until FltSendMessage fails
 *   idle: --connections clients that wait for a message and get none: CPU time and memory, manager and clients
 * --connections N: the senders take N connections in turn (a hundred a client process); --ports N: the driver has N ports, the last is used.
 */
#include "port.h"
#include "measure.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openfltmgr.h>

#define MOST_PORTS 1000
#define MOST_CONNECTIONS 1000
#define A_PROCESS 100 /* connections of one client process */
#define MOST_PROCESSES (MOST_CONNECTIONS / A_PROCESS)

static const struct cell *cell;
static PFLT_FILTER filter;
static PFLT_PORT servers[MOST_PORTS], clients[MOST_CONNECTIONS];
static unsigned connected, disconnected, turns[MOST_SENDERS * 16];
static pid_t processes[MOST_PROCESSES];
static unsigned process_count;

/* ---- the driver ---- */

static NTSTATUS FLTAPI connect_notify(PFLT_PORT port, PVOID cookie, PVOID context, ULONG size, PVOID *connection)
{
    /* Connections come one by one but for `connect`, which keeps none of them for sending. */
    unsigned n = __atomic_fetch_add(&connected, 1, __ATOMIC_RELAXED) % MOST_CONNECTIONS;
    clients[n] = port;
    *connection = &clients[n];
    return STATUS_SUCCESS;
}

static void FLTAPI disconnect_notify(PVOID connection)
{
    FltCloseClientPort(filter, connection);
    __atomic_fetch_add(&disconnected, 1, __ATOMIC_RELAXED);
}

static NTSTATUS FLTAPI message_notify(PVOID cookie, PVOID in, ULONG in_size, PVOID out, ULONG out_size, PULONG returned)
{
    if (in_size < 16 || out_size < ANSWER_BYTES)
        return STATUS_INVALID_PARAMETER;
    answer_request(in, in_size, out); /* raw user memory, of a client that is ours: no guard */
    *returned = ANSWER_BYTES;
    return STATUS_SUCCESS;
}

static NTSTATUS FLTAPI unload(FLT_FILTER_UNLOAD_FLAGS flags)
{
    for (unsigned i = 0; i < cell->ports; i++)
        FltCloseCommunicationPort(servers[i]);
    FltUnregisterFilter(filter);
    return STATUS_SUCCESS;
}

/* The last one has the name that clients connect to. */
static NTSTATUS create_port(unsigned n, PSECURITY_DESCRIPTOR sd)
{
    WCHAR text[] = u"\\BenchPort0000";
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attributes;
    for (unsigned digit = 0, left = n + 1; digit < 4; digit++, left /= 10)
        text[13 - digit] = (WCHAR)(u'0' + left % 10);
    if (n + 1 == cell->ports)
        text[10] = 0;
    RtlInitUnicodeString(&name, text);
    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, sd);
    return FltCreateCommunicationPort(filter, &servers[n], &attributes, NULL, connect_notify, disconnect_notify, message_notify,
        MOST_CONNECTIONS);
}

static NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry)
{
    static const FLT_REGISTRATION registration = {
        .Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION, .FilterUnloadCallback = unload};
    PSECURITY_DESCRIPTOR sd;
    NTSTATUS status = FltRegisterFilter(driver, &registration, &filter);
    if (!NT_SUCCESS(status))
        return status;
    status = FltBuildDefaultSecurityDescriptor(&sd, FLT_PORT_ALL_ACCESS);
    for (unsigned i = 0; i < cell->ports && NT_SUCCESS(status); i++)
        status = create_port(i, sd);
    if (NT_SUCCESS(status)) {
        FltFreeSecurityDescriptor(sd);
        status = FltStartFiltering(filter);
    }
    if (!NT_SUCCESS(status))
        FltUnregisterFilter(filter);
    return status;
}

/* ---- round trips ---- */

static int call_port(unsigned sender, const void *request, size_t size, void *answer)
{
    ULONG length = ANSWER_BYTES;
    unsigned *turn = &turns[sender * 16]; /* a cache line each */
    PFLT_PORT *port = &clients[(sender + *turn) % cell->connections];
    *turn += cell->senders;
    NTSTATUS status = FltSendMessage(filter, port, (PVOID)request, (ULONG)size, answer, &length, NULL);
    if (status == STATUS_SUCCESS && length == ANSWER_BYTES)
        return 1;
    fprintf(stderr, "FltSendMessage: 0x%08x, %u bytes\n", (unsigned)status, (unsigned)length);
    return 0;
}

struct kernel_thread {
    void (*routine)(void *);
    void *argument;
};

static VOID NTAPI run_kernel_thread(PVOID context)
{
    struct kernel_thread thread = *(struct kernel_thread *)context;
    free(context);
    thread.routine(thread.argument);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static int start_kernel_thread(void (*routine)(void *), void *argument)
{
    struct kernel_thread *thread = malloc(sizeof *thread);
    HANDLE handle;
    if (!thread)
        return 0;
    *thread = (struct kernel_thread){routine, argument};
    if (!NT_SUCCESS(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, run_kernel_thread, thread)))
        return 0;
    ZwClose(handle);
    return 1;
}

/* ---- clients ---- */

static pid_t start_client(const char *program, const struct cell *its)
{
    char *arguments[24] = {(char *)program};
    write_cell(its, arguments, 1);
    pid_t pid = fork();
    if (pid == 0) {
        if (strcmp(its->way, "send") == 0 || strcmp(its->way, "connect") == 0)
            place_senders(its);
        else
            place_readers(its);
        execv(program, arguments);
        _exit(127);
    }
    processes[process_count++] = pid;
    return pid;
}

static void nap(void)
{
    usleep(1000);
}

/* As many processes as the connections need; waits until all are there. */
static int start_readers(const char *program)
{
    for (unsigned left = cell->connections; left;) {
        struct cell its = *cell;
        its.connections = left < A_PROCESS ? left : A_PROCESS;
        left -= its.connections;
        if (start_client(program, &its) < 0)
            return 0;
    }
    for (int i = 0; i < 30000 && __atomic_load_n(&connected, __ATOMIC_ACQUIRE) < cell->connections; i++) {
        nap();
        if (waitpid(-1, NULL, WNOHANG) > 0)
            return 0;
    }
    return __atomic_load_n(&connected, __ATOMIC_ACQUIRE) == cell->connections;
}

static void end_clients(void)
{
    for (unsigned i = 0; i < process_count; i++) {
        kill(processes[i], SIGKILL);
        waitpid(processes[i], NULL, 0);
    }
    process_count = 0;
}

static int run_round_trips(const char *program)
{
    struct caller caller = {.call = call_port, .start = start_kernel_thread};
    return start_readers(program) && run_trips(cell, &caller);
}

/* The client measures and prints; this process is the side that answers, or accepts. */
static int run_asking_client(const char *program)
{
    int status;
    pid_t pid = start_client(program, cell);
    process_count = 0;
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- a client that is killed ---- */

struct victim {
    double ended;
    NTSTATUS status;
    int done;
};

static void send_to_victim(void *argument)
{
    struct victim *victim = argument;
    char request[64] = "", answer[ANSWER_BYTES];
    ULONG length = sizeof answer;
    victim->status = FltSendMessage(filter, &clients[0], request, sizeof request, answer, &length, NULL);
    victim->ended = seconds_now();
    __atomic_store_n(&victim->done, 1, __ATOMIC_RELEASE);
}

/* The client writes a byte when it has taken the message, which it will never answer. */
static int run_kill(const char *program)
{
    static struct victim victim;
    char byte;
    int taken[2];
    if (pipe(taken) || dup2(taken[1], TAKEN_FD) < 0 || !start_readers(program) || !start_kernel_thread(send_to_victim, &victim) ||
        read(taken[0], &byte, 1) != 1)
        return 0;
    usleep(20000); /* the sender sleeps by now */
    double killed = seconds_now();
    kill(processes[0], SIGKILL);
    while (!__atomic_load_n(&victim.done, __ATOMIC_ACQUIRE))
        nap();
    printf("{\"us\": %.5g, \"status\": \"0x%08x\"}\n", (victim.ended - killed) * 1e6, (unsigned)victim.status);
    return victim.status == STATUS_PORT_DISCONNECTED;
}

/* ---- idle connections ---- */

static double kilobytes(pid_t pid, const char *key)
{
    char name[64], line[256];
    double found = 0;
    snprintf(name, sizeof name, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(name, "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, key, strlen(key)) == 0)
            found = strtod(line + strlen(key), NULL);
    }
    if (file)
        fclose(file);
    return found;
}

static double cpu_seconds(pid_t pid)
{
    struct timespec time = {0};
    clockid_t clock;
    if (clock_getcpuclockid(pid, &clock) == 0)
        clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double clients_cpu(void)
{
    double sum = 0;
    for (unsigned i = 0; i < process_count; i++)
        sum += cpu_seconds(processes[i]);
    return sum;
}

static int run_idle(const char *program)
{
    double before = kilobytes(getpid(), "Rss:"), all = 0, connections = cell->connections;
    if (!start_readers(program))
        return 0;
    usleep(300000); /* all their gets are pending */
    double manager = kilobytes(getpid(), "Rss:") - before;
    for (unsigned i = 0; i < process_count; i++)
        all += kilobytes(processes[i], "Pss:");
    double theirs = clients_cpu(), begin = seconds_now(), own = cpu_seconds(getpid()); /* last: looking costs, too */
    usleep(cell->ms * 1000);
    double seconds = seconds_now() - begin;
    own = cpu_seconds(getpid()) - own;
    theirs = clients_cpu() - theirs;
    printf("{\"manager_kib\": %.4g, \"clients_kib\": %.4g, \"manager_cpu\": %.3g, \"clients_cpu\": %.3g}\n", manager / connections,
        all / connections, own / seconds * 100, theirs / seconds * 100);
    return 1;
}

/* ---- */

static int run(const char *program)
{
    if (strcmp(cell->way, "send") == 0 || strcmp(cell->way, "connect") == 0)
        return run_asking_client(program);
    if (strcmp(cell->way, "kill") == 0)
        return run_kill(program);
    return strcmp(cell->way, "idle") == 0 ? run_idle(program) : run_round_trips(program);
}

static int start_manager(const char *directory)
{
    static const struct ofm_options options = {.log_level = OFM_LOG_WARNING};
    return NT_SUCCESS(ofm_start(&options)) && NT_SUCCESS(ofm_listen(directory)) &&
        NT_SUCCESS(ofm_service_set("bench", NULL, "370000", NULL, 0)) && NT_SUCCESS(ofm_driver_load_entry("bench", driver_entry));
}

static int remove_directory(const char *directory)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command) == 0;
}

int main(int argc, char **argv)
{
    static struct cell wanted;
    char directory[] = "/tmp/openfltmgr-bench-XXXXXX";
    bound_sample();
    if (argc < 2 || !read_cell(&wanted, 1, argc, argv) || wanted.ports > MOST_PORTS || !wanted.ports ||
        (wanted.connections > MOST_CONNECTIONS && strcmp(wanted.way, "connect") != 0)) {
        fprintf(stderr, "bench_port: at most %d connections and %d ports\n", MOST_CONNECTIONS, MOST_PORTS);
        return 2;
    }
    if (!mkdtemp(directory))
        return 2;
    cell = &wanted;
    setenv("OPENFLTMGR_RUNTIME", directory, 1);
    /* the manager is the side that sends, but for what its clients ask */
    if (strcmp(cell->way, "send") == 0 || strcmp(cell->way, "connect") == 0)
        place_readers(cell);
    else
        place_senders(cell);
    int fine = start_manager(directory) && run(argv[1]);
    fflush(stdout);
    end_clients();
    ofm_stop(NULL);
    return remove_directory(directory) && fine ? 0 : 1;
}
