/* Completion ports and overlapped operations, with an object type of the test's own. */
#include "harness.h"

#include <pthread.h>

#include "kernel32/handle.h"
#include "ntstatus.h"

/* --- a pipe of messages: reads stay pending until the test gives them a number --- */

struct pending {
    struct k32_io io;
    struct pending *next;
};

struct source {
    struct k32_object object;
    pthread_mutex_t lock;
    struct pending *first, **end;
    bool closed;
};

static int destroyed;

static struct pending *take(struct source *s, OVERLAPPED *which)
{
    struct pending **at = &s->first;

    while (*at && which && (*at)->io.overlapped != which)
        at = &(*at)->next;
    struct pending *p = *at;
    if (p) {
        *at = p->next;
        if (s->end == &p->next)
            s->end = at;
    }
    return p;
}

static NTSTATUS source_read(struct k32_object *object, void *buffer, uint32_t count, uint32_t *done, OVERLAPPED *o)
{
    struct source *s = (struct source *)object;
    struct pending *p = calloc(1, sizeof *p);
    NTSTATUS status = k32_io_begin(&p->io, object, o);

    if (!NT_SUCCESS(status)) {
        free(p);
        return status;
    }
    pthread_mutex_lock(&s->lock);
    *s->end = p;
    s->end = &p->next;
    pthread_mutex_unlock(&s->lock);
    return STATUS_PENDING;
}

static bool finish_one(struct source *s, OVERLAPPED *which, NTSTATUS status, ULONG_PTR bytes)
{
    pthread_mutex_lock(&s->lock);
    struct pending *p = take(s, which);
    pthread_mutex_unlock(&s->lock);
    if (!p)
        return false;
    k32_io_complete(&p->io, status, bytes);
    free(p);
    return true;
}

static NTSTATUS source_cancel(struct k32_object *object, OVERLAPPED *o, struct k32_thread *thread)
{
    NTSTATUS status = STATUS_NOT_FOUND;

    while (finish_one((struct source *)object, o, STATUS_CANCELLED, 0)) {
        status = STATUS_SUCCESS;
        if (o)
            break;
    }
    return status;
}

static void source_close(struct k32_object *object)
{
    source_cancel(object, NULL, NULL);
    ((struct source *)object)->closed = true;
}

static void source_destroy(struct k32_object *object)
{
    pthread_mutex_destroy(&((struct source *)object)->lock);
    free(object);
    destroyed++;
}

static NTSTATUS source_associate(struct k32_object *object)
{
    return STATUS_SUCCESS;
}

static const struct k32_type source_type = {.name = "Source",
    .close = source_close,
    .destroy = source_destroy,
    .read = source_read,
    .cancel = source_cancel,
    .associate = source_associate};

static struct source *new_source(HANDLE *handle)
{
    struct source *s = calloc(1, sizeof *s);

    k32_object_init(&s->object, &source_type);
    pthread_mutex_init(&s->lock, NULL);
    s->end = &s->first;
    *handle = k32_handle_give(&s->object);
    return s;
}

/* --- overlapped operations with events --- */

static void event_completion(void **state)
{
    HANDLE file, event = CreateEventW(NULL, TRUE, TRUE, NULL);
    struct source *s = new_source(&file);
    OVERLAPPED o = {.hEvent = event};
    DWORD bytes = 0;

    assert_false(ReadFile(file, NULL, 0, NULL, &o));
    assert_int_equal(GetLastError(), ERROR_IO_PENDING);
    assert_false(HasOverlappedIoCompleted(&o));
    assert_int_equal(o.Internal, STATUS_PENDING);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    assert_false(GetOverlappedResult(file, &o, &bytes, FALSE));
    assert_int_equal(GetLastError(), ERROR_IO_INCOMPLETE);
    finish_one(s, NULL, STATUS_SUCCESS, 42);
    assert_int_equal(WaitForSingleObject(event, INFINITE), WAIT_OBJECT_0);
    assert_true(GetOverlappedResult(file, &o, &bytes, TRUE));
    assert_int_equal(bytes, 42);
    assert_int_equal(o.Internal, STATUS_SUCCESS);

    OVERLAPPED bad = {.hEvent = file};
    assert_false(ReadFile(file, NULL, 0, NULL, &bad));
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    CloseHandle(event);
    CloseHandle(file);
}

static DWORD finish_later(LPVOID argument)
{
    finish_one(argument, NULL, STATUS_BUFFER_TOO_SMALL, 100);
    return 0;
}

static void wait_without_event(void **state)
{
    HANDLE file;
    struct source *s = new_source(&file);
    OVERLAPPED o = {0};
    DWORD bytes = 0;

    ReadFile(file, NULL, 0, NULL, &o);
    HANDLE thread = CreateThread(NULL, 0, finish_later, s, 0, NULL);
    assert_false(GetOverlappedResult(file, &o, &bytes, TRUE));
    assert_int_equal(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    assert_int_equal(bytes, 100);
    assert_int_equal((NTSTATUS)o.Internal, STATUS_BUFFER_TOO_SMALL);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CloseHandle(file);
}

static void cancelling(void **state)
{
    HANDLE file;
    struct source *s = new_source(&file);
    OVERLAPPED a = {0}, b = {0}, c = {0};
    DWORD bytes;

    ReadFile(file, NULL, 0, NULL, &a);
    ReadFile(file, NULL, 0, NULL, &b);
    ReadFile(file, NULL, 0, NULL, &c);
    assert_true(CancelIoEx(file, &b));
    assert_false(GetOverlappedResult(file, &b, &bytes, FALSE));
    assert_int_equal(GetLastError(), ERROR_OPERATION_ABORTED);
    assert_false(HasOverlappedIoCompleted(&a));
    assert_true(CancelIoEx(file, NULL));
    assert_true(HasOverlappedIoCompleted(&a) && HasOverlappedIoCompleted(&c));
    assert_false(CancelIoEx(file, NULL));
    assert_int_equal(GetLastError(), ERROR_NOT_FOUND);
    assert_null(s->first);
    CloseHandle(file);
}

/* --- completion ports --- */

static void packets(void **state)
{
    HANDLE file;
    struct source *s = new_source(&file);
    HANDLE port = CreateIoCompletionPort(file, NULL, 0x1234, 1);
    OVERLAPPED a = {0}, b = {0}, *which = (void *)1;
    DWORD bytes = 0;
    ULONG_PTR key = 0;

    assert_non_null(port);
    assert_null(CreateIoCompletionPort(file, port, 1, 0));
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    assert_false(GetQueuedCompletionStatus(port, &bytes, &key, &which, 0));
    assert_null(which);
    assert_int_equal(GetLastError(), WAIT_TIMEOUT);

    ReadFile(file, NULL, 0, NULL, &a);
    ReadFile(file, NULL, 0, NULL, &b);
    finish_one(s, &b, STATUS_SUCCESS, 7);
    finish_one(s, &a, STATUS_BUFFER_TOO_SMALL, 99);
    assert_true(GetQueuedCompletionStatus(port, &bytes, &key, &which, INFINITE));
    assert_ptr_equal(which, &b);
    assert_int_equal(bytes, 7);
    assert_int_equal(key, 0x1234);
    assert_false(GetQueuedCompletionStatus(port, &bytes, &key, &which, INFINITE));
    assert_ptr_equal(which, &a);
    assert_int_equal(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    assert_int_equal(bytes, 99);

    assert_true(PostQueuedCompletionStatus(port, 5, 6, (LPOVERLAPPED)8));
    OVERLAPPED_ENTRY entries[4];
    ULONG n = 0;
    assert_true(GetQueuedCompletionStatusEx(port, entries, 4, &n, INFINITE, FALSE));
    assert_int_equal(n, 1);
    assert_int_equal(entries[0].dwNumberOfBytesTransferred, 5);
    assert_int_equal(entries[0].lpCompletionKey, 6);
    assert_ptr_equal(entries[0].lpOverlapped, (void *)8);

    /* the low bit of the event: no packet */
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    a.hEvent = (HANDLE)((ULONG_PTR)event | 1);
    ReadFile(file, NULL, 0, NULL, &a);
    finish_one(s, &a, STATUS_SUCCESS, 1);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    assert_false(GetQueuedCompletionStatus(port, &bytes, &key, &which, 0));

    /* closing the file cancels what is pending, and tells it */
    a.hEvent = NULL;
    ReadFile(file, NULL, 0, NULL, &a);
    destroyed = 0;
    CloseHandle(file);
    assert_int_equal(destroyed, 1);
    assert_false(GetQueuedCompletionStatus(port, &bytes, &key, &which, 0));
    assert_ptr_equal(which, &a);
    assert_int_equal(GetLastError(), ERROR_OPERATION_ABORTED);
    CloseHandle(event);
    CloseHandle(port);
}

struct blocked {
    HANDLE port, about_to_wait;
};

static DWORD wait_on_port(LPVOID argument)
{
    struct blocked *b = argument;
    DWORD bytes;
    ULONG_PTR key;
    LPOVERLAPPED o = (void *)1;

    ReleaseSemaphore(b->about_to_wait, 1, NULL);
    BOOL ok = GetQueuedCompletionStatus(b->port, &bytes, &key, &o, INFINITE);
    return ok || o ? 0 : GetLastError();
}

static void closing_releases_waiters(void **state)
{
    struct blocked b = {CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0), CreateSemaphoreW(NULL, 0, 4, NULL)};
    HANDLE threads[4];
    DWORD code;

    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, wait_on_port, &b, 0, NULL);
    for (int i = 0; i < 4; i++)
        WaitForSingleObject(b.about_to_wait, INFINITE);
    CloseHandle(b.port);
    for (int i = 0; i < 4; i++) {
        WaitForSingleObject(threads[i], INFINITE);
        GetExitCodeThread(threads[i], &code);
        /* one that was a moment late found the handle closed */
        assert_true(code == ERROR_ABANDONED_WAIT_0 || code == ERROR_INVALID_HANDLE);
        CloseHandle(threads[i]);
    }
    CloseHandle(b.about_to_wait);
}

/* --- many workers post and finish reads: each is seen exactly once --- */

#define WORKERS 6
#define READS 2000

struct message {
    OVERLAPPED overlapped;
    int seen;
};

struct works {
    HANDLE file, port;
    struct source *source;
    struct message messages[64];
    int finished, posted;
};

static DWORD worker(LPVOID argument)
{
    struct works *w = argument;
    DWORD bytes;
    ULONG_PTR key;
    LPOVERLAPPED o;

    for (;;) {
        BOOL ok = GetQueuedCompletionStatus(w->port, &bytes, &key, &o, INFINITE);
        if (!o)
            return GetLastError() == ERROR_ABANDONED_WAIT_0 || key == 99 ? 0 : 1;
        if (key == 99)
            return 0;
        struct message *m = CONTAINING_RECORD(o, struct message, overlapped);
        if (!ok && GetLastError() != ERROR_OPERATION_ABORTED)
            return 2;
        m->seen++;
        if (__atomic_add_fetch(&w->finished, 1, __ATOMIC_RELAXED) <= READS) {
            memset(o, 0, sizeof *o);
            if (ReadFile(w->file, NULL, 0, NULL, o) || GetLastError() != ERROR_IO_PENDING)
                return 3;
        }
    }
}

static DWORD finisher(LPVOID argument)
{
    struct works *w = argument;

    while (__atomic_load_n(&w->finished, __ATOMIC_RELAXED) < READS + 64) {
        if (!finish_one(w->source, NULL, STATUS_SUCCESS, 1))
            SwitchToThread();
        if (__atomic_load_n(&w->finished, __ATOMIC_RELAXED) % 7 == 0)
            CancelIoEx(w->file, NULL);
    }
    return 0;
}

static void stress(void **state)
{
    static struct works w;
    HANDLE threads[WORKERS + 2];
    DWORD code;
    int seen = 0;

    w.source = new_source(&w.file);
    w.port = CreateIoCompletionPort(w.file, NULL, 1, WORKERS);
    for (int i = 0; i < 64; i++)
        ReadFile(w.file, NULL, 0, NULL, &w.messages[i].overlapped);
    for (int i = 0; i < WORKERS + 2; i++)
        threads[i] = CreateThread(NULL, 0, i < WORKERS ? worker : finisher, &w, 0, NULL);
    assert_int_equal(WaitForMultipleObjects(2, threads + WORKERS, TRUE, 60000), WAIT_OBJECT_0);
    for (int i = 0; i < WORKERS; i++)
        PostQueuedCompletionStatus(w.port, 0, 99, NULL);
    assert_int_equal(WaitForMultipleObjects(WORKERS, threads, TRUE, 60000), WAIT_OBJECT_0);
    for (int i = 0; i < WORKERS + 2; i++) {
        GetExitCodeThread(threads[i], &code);
        assert_int_equal(code, 0);
        CloseHandle(threads[i]);
    }
    for (int i = 0; i < 64; i++)
        seen += w.messages[i].seen;
    assert_int_equal(seen, READS + 64);
    CloseHandle(w.file);
    CloseHandle(w.port);
}

/* --- synchronous operations --- */

static void cancel_sync(void *context)
{
    SetEvent(context);
}

static DWORD blocked_thread(LPVOID argument)
{
    HANDLE *events = argument;

    k32_sync_begin(cancel_sync, events[1]);
    SetEvent(events[0]);
    DWORD result = WaitForSingleObject(events[1], INFINITE);
    k32_sync_end();
    SetEvent(events[2]);
    WaitForSingleObject(events[3], INFINITE);
    return result;
}

static void cancel_synchronous(void **state)
{
    HANDLE events[4];
    for (int i = 0; i < 4; i++)
        events[i] = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, blocked_thread, events, 0, NULL);

    WaitForSingleObject(events[0], INFINITE);
    assert_true(CancelSynchronousIo(thread));
    WaitForSingleObject(events[2], INFINITE);
    assert_false(CancelSynchronousIo(thread));
    assert_int_equal(GetLastError(), ERROR_NOT_FOUND);
    SetEvent(events[3]);
    assert_int_equal(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    CloseHandle(thread);
    for (int i = 0; i < 4; i++)
        CloseHandle(events[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("P-83 an overlapped operation resets and sets its event, status and byte count", event_completion),
        TEST("GetOverlappedResult waits for an operation without event", wait_without_event),
        TEST("P-121 CancelIoEx cancels one or all, ERROR_NOT_FOUND when there is none", cancelling),
        TEST("P-118 P-119 packets carry key, bytes and error", packets),
        TEST("P-119 closing a completion port releases its waiters with ERROR_ABANDONED_WAIT_0", closing_releases_waiters),
        TEST("P-123 under stress each operation ends exactly once", stress),
        TEST("P-122 CancelSynchronousIo reaches a blocked thread", cancel_synchronous),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
