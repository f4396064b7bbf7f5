/* The application's side of bench_port: --connections connections, each with --readers threads that take messages and answer them, got --way sync,
 * overlapped or completion; or one that asks (send), connects (connect), takes and dies (kill), or waits (idle). See port.c. */
#include "port.h"
#include "measure.h"

#include <windows.h>
#include <fltUser.h>

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

static struct cell cell;

struct answer {
    FILTER_REPLY_HEADER header;
    char bytes[ANSWER_BYTES];
};

/* A message and what an overlapped get needs. The header stands in front of the bytes. */
struct get {
    OVERLAPPED overlapped;
    FILTER_MESSAGE_HEADER *message;
    DWORD size;
};

static void quit(const char *call, HRESULT hr)
{
    fprintf(stderr, "bench_port_client: %s: 0x%08x\n", call, (unsigned)hr);
    _exit(1);
}

static HANDLE connect_port(void)
{
    HANDLE port;
    HRESULT hr = FilterConnectCommunicationPort(u"\\BenchPort", 0, NULL, 0, NULL, &port);
    if (FAILED(hr))
        quit("FilterConnectCommunicationPort", hr);
    return port;
}

static struct get *make_get(void)
{
    struct get *get = calloc(1, sizeof *get);
    if (!get || posix_memalign((void **)&get->message, 4096, sizeof *get->message + cell.size))
        quit("malloc", 0);
    get->size = (DWORD)(sizeof *get->message + cell.size);
    return get;
}

static void reply(HANDLE port, const struct get *get, struct answer *answer)
{
    answer_request(get->message + 1, cell.size, answer->bytes);
    answer->header.Status = 0;
    answer->header.MessageId = get->message->MessageId;
    HRESULT hr = FilterReplyMessage(port, &answer->header, sizeof *answer);
    if (FAILED(hr))
        quit("FilterReplyMessage", hr);
}

/* ---- three ways to get a message ---- */

__attribute__((noreturn)) static void *read_synchronous(void *port)
{
    struct get *get = make_get();
    struct answer answer = {0};
    for (;;) {
        HRESULT hr = FilterGetMessage(port, get->message, get->size, NULL);
        if (FAILED(hr))
            quit("FilterGetMessage", hr);
        reply(port, get, &answer);
    }
}

static void begin_get(HANDLE port, struct get *get)
{
    HRESULT hr = FilterGetMessage(port, get->message, get->size, &get->overlapped);
    if (hr != HRESULT_FROM_WIN32(ERROR_IO_PENDING))
        quit("FilterGetMessage", hr);
}

__attribute__((noreturn)) static void *read_overlapped(void *port)
{
    struct get *get = make_get();
    struct answer answer = {0};
    DWORD bytes;
    get->overlapped.hEvent = CreateEventW(NULL, FALSE, FALSE, NULL);
    for (;;) {
        begin_get(port, get);
        if (WaitForSingleObject(get->overlapped.hEvent, INFINITE) != WAIT_OBJECT_0 ||
            !GetOverlappedResult(port, &get->overlapped, &bytes, FALSE))
            quit("GetOverlappedResult", (HRESULT)GetLastError());
        reply(port, get, &answer);
    }
}

struct completion {
    HANDLE port, queue;
};

__attribute__((noreturn)) static void *read_completion(void *argument)
{
    struct completion *completion = argument;
    struct answer answer = {0};
    begin_get(completion->port, make_get());
    for (;;) {
        OVERLAPPED *overlapped;
        ULONG_PTR key;
        DWORD bytes;
        if (!GetQueuedCompletionStatus(completion->queue, &bytes, &key, &overlapped, INFINITE))
            quit("GetQueuedCompletionStatus", (HRESULT)GetLastError());
        struct get *get = CONTAINING_RECORD(overlapped, struct get, overlapped);
        reply(completion->port, get, &answer);
        memset(&get->overlapped, 0, sizeof get->overlapped);
        begin_get(completion->port, get);
    }
}

static void start_thread(void *(*routine)(void *), void *argument)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 128 << 10);
    if (pthread_create(&thread, &attributes, routine, argument))
        quit("pthread_create", 0);
    pthread_attr_destroy(&attributes);
}

static void start_readers(HANDLE port)
{
    struct completion *completion = NULL;
    int by_completion = strcmp(cell.way, "completion") == 0;
    if (by_completion) {
        completion = malloc(sizeof *completion);
        if (completion)
            *completion = (struct completion){port, CreateIoCompletionPort(port, NULL, 0, cell.readers)};
        if (!completion || !completion->queue)
            quit("CreateIoCompletionPort", (HRESULT)GetLastError());
    }
    for (unsigned i = 0; i < cell.readers; i++) {
        if (by_completion)
            start_thread(read_completion, completion);
        else
            start_thread(strcmp(cell.way, "overlapped") == 0 ? read_overlapped : read_synchronous, port);
    }
}

/* ---- the rest ---- */

static HANDLE asked;

static int call_driver(unsigned sender, const void *request, size_t size, void *answer)
{
    DWORD bytes;
    HRESULT hr = FilterSendMessage(asked, (LPVOID)request, (DWORD)size, answer, ANSWER_BYTES, &bytes);
    if (hr == S_OK && bytes == ANSWER_BYTES)
        return 1;
    fprintf(stderr, "FilterSendMessage: 0x%08x, %u bytes\n", (unsigned)hr, (unsigned)bytes);
    return 0;
}

/* "us": of all; "first", "last": the mean of the first and last tenth, which tells whether the cost grows. */
static int run_connects(void)
{
    unsigned tenth = cell.connections / 10 ? cell.connections / 10 : 1;
    double first = 0, last = 0, begin = seconds_now();
    for (unsigned i = 0; i < cell.connections; i++) {
        if (i == tenth)
            first = seconds_now() - begin;
        if (i == cell.connections - tenth)
            last = seconds_now();
        CloseHandle(connect_port());
    }
    double end = seconds_now();
    printf("{\"us\": %.5g, \"first\": %.5g, \"last\": %.5g}\n", (end - begin) / cell.connections * 1e6, first / tenth * 1e6,
        (end - last) / tenth * 1e6);
    return 1;
}

static void take_and_wait(void)
{
    struct get *get = make_get();
    HRESULT hr = FilterGetMessage(connect_port(), get->message, get->size, NULL);
    if (FAILED(hr) || write(TAKEN_FD, "", 1) != 1)
        quit("FilterGetMessage", hr);
}

int main(int argc, char **argv)
{
    bound_sample();
    if (!read_cell(&cell, 0, argc, argv))
        return 2;
    if (strcmp(cell.way, "send") == 0) {
        struct caller caller = {.call = call_driver};
        asked = connect_port();
        return run_trips(&cell, &caller) ? 0 : 1;
    }
    if (strcmp(cell.way, "connect") == 0)
        return run_connects() ? 0 : 1;
    if (strcmp(cell.way, "kill") == 0)
        take_and_wait();
    for (unsigned i = 0; i < cell.connections && strcmp(cell.way, "kill") != 0; i++) {
        HANDLE port = connect_port();
        if (strcmp(cell.way, "idle") == 0)
            begin_get(port, make_get());
        else
            start_readers(port);
    }
    for (;;)
        pause();
}
