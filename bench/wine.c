/*
 * The peers under Wine, built by bench/run with mingw where it is: a named pipe's round trip, and a mailslot one way, between two processes.
 *
 *     wine.exe pipe|slot SIZE PLACE MILLISECONDS   one line of JSON
 *     (wine.exe pipe-server|slot-reader ...: the other process, which the first one starts)
 *
 * The same bursts, answers and checks as trip.c and flow.c, by Windows calls.
 */
#include <windows.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_BYTES 64
#define PIPE "\\\\.\\pipe\\openfltmgr-bench"
#define SLOT "\\\\.\\mailslot\\openfltmgr-bench"
#define DONE "openfltmgr-bench-done"
#define PAGE "openfltmgr-bench-page"

static DWORD size, milliseconds;
static const char *place;
static char *message;

static double seconds_now(void)
{
    LARGE_INTEGER now, frequency;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&frequency);
    return (double)now.QuadPart / (double)frequency.QuadPart;
}

static void quit(const char *what)
{
    fprintf(stderr, "%s: %lu\n", what, GetLastError());
    ExitProcess(1);
}

static void put_stamp(uint64_t stamp)
{
    uint64_t end = ~stamp;
    memcpy(message + size - 8, &end, 8);
    memcpy(message, &stamp, 8);
}

static uint64_t take_stamp(void)
{
    uint64_t stamp, end;
    memcpy(&stamp, message, 8);
    memcpy(&end, message + size - 8, 8);
    if (end != ~stamp)
        quit("torn");
    return stamp;
}

static void put_on_cpus(int first)
{
    if (strcmp(place, "any") != 0)
        SetProcessAffinityMask(GetCurrentProcess(), first || strcmp(place, "one") == 0 ? 1 : 2);
}

static HANDLE start_other(const char *role)
{
    char self[MAX_PATH], command[MAX_PATH + 100];
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION other;
    GetModuleFileNameA(NULL, self, sizeof self);
    snprintf(command, sizeof command, "\"%s\" %s %lu %s %lu", self, role, size, place, milliseconds);
    if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &other))
        quit("CreateProcess");
    return other.hProcess;
}

/* ---- named pipe: round trips ---- */

static void serve_pipe(void)
{
    char answer[ANSWER_BYTES] = {0};
    DWORD n;
    HANDLE pipe = CreateNamedPipeA(PIPE, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT, 1, 1 << 20, 1 << 20, 0, NULL);
    if (pipe == INVALID_HANDLE_VALUE || (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED))
        quit("CreateNamedPipe");
    while (ReadFile(pipe, message, size, &n, NULL) && n == size) {
        uint64_t stamp = take_stamp();
        memcpy(answer, &stamp, 8);
        if (!WriteFile(pipe, answer, sizeof answer, &n, NULL))
            break;
    }
}

static HANDLE open_when_there(const char *name, DWORD access)
{
    for (int i = 0; i < 5000; i++) {
        HANDLE handle = CreateFileA(name, access, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
        if (handle != INVALID_HANDLE_VALUE)
            return handle;
        Sleep(1);
    }
    quit(name);
    return NULL;
}

static unsigned long trips_for(HANDLE pipe, double seconds, double *spent)
{
    unsigned long trips = 0;
    char answer[ANSWER_BYTES];
    uint64_t stamp;
    DWORD n;
    double begin = seconds_now();
    do {
        put_stamp(++trips);
        if (!WriteFile(pipe, message, size, &n, NULL) || !ReadFile(pipe, answer, sizeof answer, &n, NULL))
            quit("the pipe");
        memcpy(&stamp, answer, 8);
        if (stamp != trips)
            quit("a wrong answer");
        *spent = seconds_now() - begin;
    } while (*spent < seconds);
    return trips;
}

static void run_pipe(void)
{
    HANDLE other = start_other("pipe-server"), pipe = open_when_there(PIPE, GENERIC_READ | GENERIC_WRITE);
    DWORD mode = PIPE_READMODE_MESSAGE;
    double spent;
    SetNamedPipeHandleState(pipe, &mode, NULL, NULL);
    trips_for(pipe, milliseconds / 4000.0, &spent);
    unsigned long trips = trips_for(pipe, milliseconds / 1000.0, &spent);
    TerminateProcess(other, 0);
    printf("{\"us\": %.5g, \"trips\": %lu}\n", spent / trips * 1e6, trips);
}

/* ---- mailslot: bursts one way ---- */

static double *ended; /* of a burst, by the reader's clock, which is the writer's */

static void map_page(void)
{
    HANDLE mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, PAGE);
    ended = mapping ? MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, 4096) : NULL;
    if (!ended)
        quit("MapViewOfFile");
}

static DWORD burst_size(void)
{
    DWORD messages = (4 << 20) / size;
    return messages > 2048 ? 2048 : messages < 8 ? 8 : messages;
}

static void read_slot(void)
{
    DWORD n, count = burst_size();
    HANDLE slot = CreateMailslotA(SLOT, 0, MAILSLOT_WAIT_FOREVER, NULL), done = CreateEventA(NULL, FALSE, FALSE, DONE);
    if (slot == INVALID_HANDLE_VALUE || !done)
        quit("CreateMailslot");
    map_page();
    for (DWORD taken = 0; ReadFile(slot, message, size, &n, NULL) && n == size;) {
        if (take_stamp() != taken)
            quit("a wrong message");
        if (++taken == count) {
            taken = 0;
            *ended = seconds_now();
            SetEvent(done);
        }
    }
    quit("ReadFile");
}

static double write_burst(HANDLE slot, HANDLE done)
{
    DWORD n, count = burst_size();
    double begin = seconds_now();
    for (DWORD i = 0; i < count; i++) {
        put_stamp(i);
        if (!WriteFile(slot, message, size, &n, NULL))
            quit("WriteFile");
    }
    WaitForSingleObject(done, INFINITE);
    return *ended - begin;
}

static void run_slot(void)
{
    HANDLE done = CreateEventA(NULL, FALSE, FALSE, DONE), other;
    map_page();
    other = start_other("slot-reader");
    HANDLE slot = open_when_there(SLOT, GENERIC_WRITE);
    double spent = 0, begin;
    unsigned long bursts = 0;
    write_burst(slot, done);
    for (begin = seconds_now(); bursts == 0 || seconds_now() - begin < milliseconds / 1000.0; bursts++)
        spent += write_burst(slot, done);
    TerminateProcess(other, 0);
    printf("{\"us\": %.5g, \"bursts\": %lu}\n", spent / (bursts * burst_size()) * 1e6, bursts);
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    size = (DWORD)atoi(argv[2]);
    place = argv[3];
    milliseconds = (DWORD)atoi(argv[4]);
    message = malloc(size);
    if (!message)
        return 2;
    memset(message, 'w', size);
    put_on_cpus(strcmp(argv[1], "pipe") == 0 || strcmp(argv[1], "slot") == 0);
    if (strcmp(argv[1], "pipe") == 0)
        run_pipe();
    else if (strcmp(argv[1], "slot") == 0)
        run_slot();
    else if (strcmp(argv[1], "pipe-server") == 0)
        serve_pipe();
    else
        read_slot();
    return 0;
}
