/*
 * service: the skeleton of a filter's service: connects and connects again, answers with workers on a completion port, stops cleanly.
 *
 * Shows: which errors mean "try again", several gets for each worker, replies of the exact size, which errors of a reply are harmless, and an end
 * (Ctrl-C, SIGTERM) that leaves no thread and no message behind. Names that contain "forbidden" are refused.
 *
 *     fltcc --app service.c -o service && ./service
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fltUser.h>
#include "asker.h"

#define WORKERS 4
#define GETS 16                                 /* more than workers: a sender never waits for a get that is being re-posted */
#define KEY_PORT 1
#define KEY_STOP 2

typedef struct _GET {
    OVERLAPPED Overlapped;
    struct {
        FILTER_MESSAGE_HEADER Header;
        ASKER_QUESTION Question;
    } Message;
} GET;

static HANDLE Stop;                             /* set once, by Ctrl-C or SIGTERM */
static volatile LONG Answered;

/* One connection's life. */
typedef struct _SESSION {
    HANDLE Port, Completion;
    GET Gets[GETS];
    volatile LONG Pending;                      /* gets that will still complete */
} SESSION;

static BOOL WINAPI
OnConsole(DWORD event)
{
    (void)event;
    SetEvent(Stop);
    return TRUE;
}

/* ---- the work itself ---- */

static ULONG
Decide(const ASKER_QUESTION *question)
{
    WCHAR name[ASKER_NAME_BYTES / sizeof(WCHAR) + 1] = { 0 };
    ULONG length = question->NameLength <= ASKER_NAME_BYTES ? question->NameLength : ASKER_NAME_BYTES;

    memcpy(name, question->Name, length);
    return wcsstr(name, L"forbidden") == NULL;
}

/* ---- messages ---- */

static BOOL
Post(SESSION *session, GET *get)
{
    HRESULT hr;

    memset(&get->Overlapped, 0, sizeof(get->Overlapped));
    InterlockedIncrement(&session->Pending);
    hr = FilterGetMessage(session->Port, &get->Message.Header, sizeof(get->Message), &get->Overlapped);
    if (hr == HRESULT_FROM_WIN32(ERROR_IO_PENDING)) {
        return TRUE;                            /* the only success there is */
    }
    InterlockedDecrement(&session->Pending);
    return FALSE;
}

static void
Reply(SESSION *session, const GET *get)
{
    struct {
        FILTER_REPLY_HEADER Header;
        ASKER_ANSWER Answer;
    } reply = { 0 };
    HRESULT hr;

    reply.Header.MessageId = get->Message.Header.MessageId;
    reply.Answer.Allow = Decide(&get->Message.Question);
    /* not sizeof(reply): its padding would be a longer reply than the driver takes */
    hr = FilterReplyMessage(session->Port, &reply.Header, sizeof(reply.Header) + sizeof(reply.Answer));
    if (SUCCEEDED(hr)) {
        InterlockedIncrement(&Answered);
    } else if (hr != ERROR_FLT_NO_WAITER_FOR_REPLY && hr != HRESULT_FROM_WIN32(ERROR_INVALID_HANDLE)) {
        printf("service: a reply failed: 0x%08X\n", hr);    /* a driver that gave up waiting, or is gone, is no error */
    }
}

/* Ends when its connection has: every get has completed for good, or it is told to stop. */
static DWORD WINAPI
Worker(LPVOID context)
{
    SESSION *session = context;
    LPOVERLAPPED overlapped;
    ULONG_PTR key;
    DWORD bytes;

    for (;;) {
        BOOL ok = GetQueuedCompletionStatus(session->Completion, &bytes, &key, &overlapped, INFINITE);
        if (overlapped == NULL) {
            return 0;                           /* told to stop */
        }
        GET *get = CONTAINING_RECORD(overlapped, GET, Overlapped);
        if (ok) {
            Reply(session, get);
        }
        /* after a failed get (disconnected, cancelled) posting fails too, and the get is not missed */
        if (ok && Post(session, get)) {
            InterlockedDecrement(&session->Pending);
        } else if (InterlockedDecrement(&session->Pending) == 0) {
            for (int i = 0; i < WORKERS; i++) {
                PostQueuedCompletionStatus(session->Completion, 0, KEY_STOP, NULL);
            }
        }
    }
}

/* ---- a connection's life ---- */

/* TRUE when connected; FALSE when it is time to end. */
static BOOL
Connect(HANDLE *port)
{
    HRESULT said = S_OK;

    for (;;) {
        HRESULT hr = FilterConnectCommunicationPort(ASKER_PORT_NAME, 0, NULL, 0, NULL, port);
        if (SUCCEEDED(hr)) {
            return TRUE;
        }
        /* not loaded yet; the predecessor's slot is not free yet; anything else is told, once */
        if (hr != HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) && hr != HRESULT_FROM_WIN32(ERROR_CONNECTION_COUNT_LIMIT) && hr != said) {
            printf("service: cannot connect: 0x%08X\n", hr);
            fflush(stdout);
            said = hr;
        }
        if (WaitForSingleObject(Stop, 200) == WAIT_OBJECT_0) {
            return FALSE;
        }
    }
}

static BOOL
Start(SESSION *session, HANDLE threads[WORKERS])
{
    session->Completion = CreateIoCompletionPort(session->Port, NULL, KEY_PORT, WORKERS);
    if (session->Completion == NULL) {
        return FALSE;
    }
    session->Pending = 1;                       /* held until all are posted: no worker may think that it was the last */
    for (int i = 0; i < GETS; i++) {
        Post(session, &session->Gets[i]);
    }
    for (int i = 0; i < WORKERS; i++) {
        threads[i] = CreateThread(NULL, 0, Worker, session, 0, NULL);
    }
    if (InterlockedDecrement(&session->Pending) == 0) {
        for (int i = 0; i < WORKERS; i++) {
            PostQueuedCompletionStatus(session->Completion, 0, KEY_STOP, NULL);
        }
    }
    return TRUE;
}

/* Serves one connection until the driver goes or we are to stop. */
static void
Serve(SESSION *session)
{
    HANDLE wait[WORKERS + 1];

    if (!Start(session, wait + 1)) {
        return;
    }
    printf("service: connected\n");
    fflush(stdout);
    wait[0] = Stop;
    if (WaitForMultipleObjects(WORKERS + 1, wait, FALSE, INFINITE) == WAIT_OBJECT_0) {
        /* messages that are being answered are answered, the gets complete as cancelled; a worker may just have posted another one */
        do {
            CancelIoEx(session->Port, NULL);
        } while (WaitForMultipleObjects(WORKERS, wait + 1, TRUE, 20) == WAIT_TIMEOUT);
    }
    WaitForMultipleObjects(WORKERS, wait + 1, TRUE, INFINITE);
    for (int i = 1; i <= WORKERS; i++) {
        CloseHandle(wait[i]);
    }
    CloseHandle(session->Completion);
    printf("service: disconnected, %ld answered\n", Answered);
    fflush(stdout);
}

int
main(void)
{
    static SESSION session;

    Stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (Stop == NULL || !SetConsoleCtrlHandler(OnConsole, TRUE)) {
        printf("service: cannot start\n");
        return 1;
    }
    while (Connect(&session.Port)) {
        Serve(&session);
        CloseHandle(session.Port);
    }
    printf("service: stopped\n");
    return 0;
}
