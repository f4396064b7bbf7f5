/*
 * Message round trips: FltSendMessage -> FilterGetMessage -> FilterReplyMessage in another process, against an AF_UNIX SEQPACKET
 * socket and a pair of pipes between the same two processes. A request of 64 B or 4 KiB, a reply of 64 B; rounds of the three
 * are interleaved; placements: as the scheduler likes, both on one CPU, on two CPUs.
 * Argument: the client program (bench_port_client).
 */
#include "measure.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openfltmgr.h>

#define REPLY 64
#define LARGEST 4096

static PFLT_FILTER filter;
static PFLT_PORT server_port, client_port;
static KEVENT connected;

static NTSTATUS FLTAPI connect_notify(PFLT_PORT port, PVOID cookie, PVOID context, ULONG size, PVOID *connection)
{
    client_port = port;
    KeSetEvent(&connected, 0, FALSE);
    return STATUS_SUCCESS;
}

static void FLTAPI disconnect_notify(PVOID connection)
{
    FltCloseClientPort(filter, &client_port);
}

static NTSTATUS FLTAPI unload(FLT_FILTER_UNLOAD_FLAGS flags)
{
    FltCloseCommunicationPort(server_port);
    FltUnregisterFilter(filter);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry)
{
    static const FLT_REGISTRATION registration = {
        .Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION, .FilterUnloadCallback = unload};
    UNICODE_STRING name = RTL_CONSTANT_STRING(u"\\BenchPort");
    OBJECT_ATTRIBUTES attributes;
    PSECURITY_DESCRIPTOR sd;
    NTSTATUS status = FltRegisterFilter(driver, &registration, &filter);
    if (!NT_SUCCESS(status))
        return status;
    status = FltBuildDefaultSecurityDescriptor(&sd, FLT_PORT_ALL_ACCESS);
    if (NT_SUCCESS(status)) {
        InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, sd);
        status = FltCreateCommunicationPort(filter, &server_port, &attributes, NULL, connect_notify, disconnect_notify, NULL, 1);
        FltFreeSecurityDescriptor(sd);
    }
    if (NT_SUCCESS(status))
        status = FltStartFiltering(filter);
    if (!NT_SUCCESS(status))
        FltUnregisterFilter(filter);
    return status;
}

/* ---- the peers: a child that answers ---- */

struct peer {
    const char *name;
    pid_t pid;
    int to, from;
    int (*round_trip)(struct peer *peer, size_t size);
};

static char request[LARGEST], answer[REPLY];

static void serve(int from, int to)
{
    ssize_t n;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while ((n = read(from, request, sizeof request)) > 0) {
        if (write(to, answer, sizeof answer) != (ssize_t)sizeof answer)
            break;
    }
    _exit(0);
}

static int ask_peer(struct peer *peer, size_t size)
{
    return write(peer->to, request, size) == (ssize_t)size && read(peer->from, answer, sizeof answer) == (ssize_t)sizeof answer;
}

static int start_peer(struct peer *peer, int pipes)
{
    int there[2], back[2];
    if (pipes ? pipe(there) || pipe(back) : socketpair(AF_UNIX, SOCK_SEQPACKET, 0, there))
        return 0;
    peer->round_trip = ask_peer;
    peer->pid = fork();
    if (peer->pid == 0) {
        close(pipes ? there[1] : there[0]);
        serve(pipes ? there[0] : there[1], pipes ? back[1] : there[1]);
    }
    peer->to = pipes ? there[1] : there[0];
    peer->from = pipes ? back[0] : there[0];
    close(pipes ? there[0] : there[1]);
    return peer->pid > 0;
}

/* ---- the port ---- */

static int ask_port(struct peer *peer, size_t size)
{
    LARGE_INTEGER second = {.QuadPart = -10000000};
    ULONG length = REPLY;
    NTSTATUS status = FltSendMessage(filter, &client_port, request, (ULONG)size, answer, &length, &second);
    if (status == STATUS_SUCCESS)
        return 1;
    fprintf(stderr, "FltSendMessage: 0x%08x\n", (unsigned)status);
    return 0;
}

static int start_port(struct peer *peer, const char *client)
{
    LARGE_INTEGER limit = {.QuadPart = -100000000};
    peer->round_trip = ask_port;
    KeInitializeEvent(&connected, NotificationEvent, FALSE);
    peer->pid = fork();
    if (peer->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl(client, client, (char *)NULL);
        _exit(127);
    }
    return KeWaitForSingleObject(&connected, Executive, KernelMode, FALSE, &limit) == STATUS_SUCCESS;
}

/* ---- rounds ---- */

struct placement {
    const char *name;
    unsigned ours, theirs; /* CPU masks; 0: any */
};

static double time_round(struct peer *peer, size_t size, int trips)
{
    for (int i = 0; i < trips / 10 + 1; i++) {
        if (!peer->round_trip(peer, size))
            return -1;
    }
    double start = seconds_now();
    for (int i = 0; i < trips; i++) {
        if (!peer->round_trip(peer, size))
            return -1;
    }
    return (seconds_now() - start) / trips * 1e6;
}

static int measure(struct peer *peers, int count, const struct placement *placement, size_t size, int rounds, int trips)
{
    struct sample samples[3] = {{0}};
    pin(0, placement->ours);
    for (int p = 0; p < count; p++) {
        pin(peers[p].pid, placement->theirs);
        samples[p].row = peers[p].name;
        samples[p].unit = "us";
        snprintf(samples[p].cell, sizeof samples[p].cell, "%zu B, %s", size, placement->name);
    }
    for (int round = 0; round < rounds; round++) {
        for (int p = 0; p < count; p++) {
            double value = time_round(&peers[p], size, trips);
            if (value < 0)
                return 0;
            add_value(&samples[p], value);
        }
    }
    for (int p = 0; p < count; p++)
        print_sample("port", &samples[p]);
    return 1;
}

int main(int argc, char **argv)
{
    static const struct placement placements[] = {{"unpinned", 0, 0}, {"one CPU", 1, 1}, {"two CPUs", 1, 2}};
    struct peer peers[3] = {{.name = "FltSendMessage"}, {.name = "SEQPACKET"}, {.name = "pipes"}};
    int rounds = environment_number("BENCH_ROUNDS", 15), trips = environment_number("BENCH_TRIPS", 1500);
    char directory[] = "/tmp/openfltmgr-bench-XXXXXX";
    int fine = 0;
    if (argc < 2 || !mkdtemp(directory))
        return 2;
    setenv("OPENFLTMGR_RUNTIME", directory, 1);
    if (start_peer(&peers[1], 0) && start_peer(&peers[2], 1) && NT_SUCCESS(ofm_start(NULL)) && NT_SUCCESS(ofm_listen(directory)) &&
        NT_SUCCESS(ofm_service_set("bench", NULL, "370000", NULL, 0)) && NT_SUCCESS(ofm_driver_load_entry("bench", driver_entry)) &&
        start_port(&peers[0], argv[1])) {
        fine = 1;
        for (size_t i = 0; i < sizeof placements / sizeof placements[0] && fine; i++) {
            for (size_t size = 64; size <= LARGEST && fine; size *= 64)
                fine = measure(peers, 3, &placements[i], size, rounds, trips);
        }
    }
    pin(0, 0);
    for (int p = 0; p < 3; p++) {
        if (peers[p].pid > 0) {
            kill(peers[p].pid, SIGKILL);
            waitpid(peers[p].pid, NULL, 0);
        }
    }
    ofm_stop(NULL);
    char socket_path[100];
    snprintf(socket_path, sizeof socket_path, "rm -rf %s", directory);
    if (system(socket_path))
        fine = 0;
    return fine ? 0 : 1;
}
