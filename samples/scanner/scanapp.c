/*
 * scanapp: answers the scanner driver's questions with a pool of threads on a completion port.
 *
 * Shows: connecting (and trying again until the driver is there), overlapped FilterGetMessage on an I/O completion port, FilterReplyMessage, a
 * clean end when the driver goes.
 *
 *     fltcc --app scanapp.c -o scanapp && ./scanapp [threads]
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fltUser.h>
#include "scanner.h"

#define REQUESTS_PER_THREAD 4
#define MAX_THREADS 64

typedef struct _REQUEST {
    OVERLAPPED Overlapped;
    struct {
        FILTER_MESSAGE_HEADER Header;
        SCANNER_QUESTION Question;
    } Message;
} REQUEST;

static HANDLE Port, Completion;
static volatile LONG Questions, Refused;

/* The test string of the antivirus vendors, taken apart so that this very file is no alarm. */
static const char *const Signatures[] = {
    "foul",
    "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" "EICAR-STANDARD-ANTIVIRUS-TEST-FILE" "!$H+H*",
};

static BOOL
IsClean(const UCHAR *bytes, ULONG length)
{
    for (size_t i = 0; i < sizeof(Signatures) / sizeof(Signatures[0]); i++) {
        size_t size = strlen(Signatures[i]);
        for (ULONG at = 0; at + size <= length; at++) {
            if (memcmp(bytes + at, Signatures[i], size) == 0) {
                return FALSE;
            }
        }
    }
    return TRUE;
}

static HRESULT
Post(REQUEST *request)
{
    memset(&request->Overlapped, 0, sizeof(request->Overlapped));
    return FilterGetMessage(Port, &request->Message.Header, sizeof(request->Message), &request->Overlapped);
}

static HRESULT
Answer(REQUEST *request)
{
    struct {
        FILTER_REPLY_HEADER Header;
        SCANNER_ANSWER Answer;
    } reply = { 0 };
    SCANNER_QUESTION *question = &request->Message.Question;
    ULONG length = question->Length <= SCANNER_CHUNK ? question->Length : SCANNER_CHUNK;

    reply.Answer.Clean = IsClean(question->Contents, length);
    reply.Header.Status = 0;
    reply.Header.MessageId = request->Message.Header.MessageId;
    InterlockedIncrement(&Questions);
    if (!reply.Answer.Clean) {
        InterlockedIncrement(&Refused);
        printf("scanapp: process %lu: %s refused\n", question->ProcessId, question->Reason == ScannerOpen ? "open" : "write");
    }
    /* not sizeof(reply): padding would be a longer reply than the driver takes */
    return FilterReplyMessage(Port, &reply.Header, sizeof(FILTER_REPLY_HEADER) + sizeof(SCANNER_ANSWER));
}

static DWORD WINAPI
Worker(LPVOID unused)
{
    LPOVERLAPPED overlapped;
    ULONG_PTR key;
    DWORD bytes;
    HRESULT hr = S_OK;

    (void)unused;
    for (;;) {
        if (!GetQueuedCompletionStatus(Completion, &bytes, &key, &overlapped, INFINITE)) {
            hr = HRESULT_FROM_WIN32(GetLastError());
            break;
        }
        REQUEST *request = CONTAINING_RECORD(overlapped, REQUEST, Overlapped);
        hr = Answer(request);
        /* the caller may have died or the driver given up: that answer is nobody's, the next question counts */
        if (FAILED(hr) && hr != ERROR_FLT_NO_WAITER_FOR_REPLY) {
            break;
        }
        hr = Post(request);
        if (hr != HRESULT_FROM_WIN32(ERROR_IO_PENDING)) {
            break;
        }
    }
    if (hr != HRESULT_FROM_WIN32(ERROR_INVALID_HANDLE)) {
        printf("scanapp: a worker ends with 0x%08X\n", hr);
    }
    return (DWORD)hr;
}

static HRESULT
Connect(void)
{
    HRESULT hr;

    for (int tries = 0; tries < 100; tries++) {
        hr = FilterConnectCommunicationPort(SCANNER_PORT_NAME, 0, NULL, 0, NULL, &Port);
        /* not loaded yet, or the last application's slot is not free yet */
        if (hr != HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) && hr != HRESULT_FROM_WIN32(ERROR_CONNECTION_COUNT_LIMIT)) {
            return hr;
        }
        Sleep(100);
    }
    return hr;
}

int
main(int argc, char *argv[])
{
    int count = argc > 1 ? atoi(argv[1]) : 4;
    HANDLE threads[MAX_THREADS];
    REQUEST *requests;
    HRESULT hr;

    if (count < 1 || count > MAX_THREADS) {
        printf("usage: scanapp [threads, 1 to %d]\n", MAX_THREADS);
        return 2;
    }
    hr = Connect();
    if (FAILED(hr)) {
        printf("scanapp: the driver's port cannot be reached: 0x%08X\n", hr);
        return 1;
    }
    requests = calloc((size_t)count * REQUESTS_PER_THREAD, sizeof(REQUEST));
    Completion = CreateIoCompletionPort(Port, NULL, 0, (DWORD)count);
    if (requests == NULL || Completion == NULL) {
        printf("scanapp: no memory\n");
        return 1;
    }
    for (int i = 0; i < count * REQUESTS_PER_THREAD; i++) {
        hr = Post(&requests[i]);
        if (hr != HRESULT_FROM_WIN32(ERROR_IO_PENDING)) {
            printf("scanapp: FilterGetMessage: 0x%08X\n", hr);
            return 1;
        }
    }
    for (int i = 0; i < count; i++) {
        threads[i] = CreateThread(NULL, 0, Worker, NULL, 0, NULL);
    }
    printf("scanapp: %d threads answer\n", count);
    fflush(stdout);
    for (int i = 0; i < count; i++) {
        WaitForSingleObject(threads[i], INFINITE);
        CloseHandle(threads[i]);
    }
    printf("scanapp: the driver has gone; %ld questions, %ld refused\n", Questions, Refused);
    CloseHandle(Port);
    CloseHandle(Completion);
    free(requests);
    return 0;
}
