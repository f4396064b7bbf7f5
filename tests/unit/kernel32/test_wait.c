/* Events, mutexes, semaphores, timers, threads and the waits for them. */
#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "windows.h"

#define MOMENT 20 /* milliseconds in which nothing must happen */

static DWORD wait_one(LPVOID handle)
{
    return WaitForSingleObject(handle, INFINITE);
}

static HANDLE start(LPTHREAD_START_ROUTINE routine, void *argument)
{
    HANDLE thread = CreateThread(NULL, 0, routine, argument, 0, NULL);

    assert_non_null(thread);
    return thread;
}

static DWORD join(HANDLE thread)
{
    DWORD code = 0;

    assert_int_equal(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    assert_true(GetExitCodeThread(thread, &code));
    CloseHandle(thread);
    return code;
}

static void events(void **state)
{
    HANDLE manual = CreateEventW(NULL, TRUE, FALSE, NULL), automatic = CreateEventA(NULL, FALSE, TRUE, NULL);

    assert_int_equal(WaitForSingleObject(manual, 0), WAIT_TIMEOUT);
    SetEvent(manual);
    assert_int_equal(WaitForSingleObject(manual, INFINITE), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(manual, 0), WAIT_OBJECT_0);
    ResetEvent(manual);
    assert_int_equal(WaitForSingleObject(manual, MOMENT), WAIT_TIMEOUT);
    assert_int_equal(WaitForSingleObject(automatic, 0), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(automatic, 0), WAIT_TIMEOUT);
    CloseHandle(manual);
    CloseHandle(automatic);
}

static void auto_event_releases_one(void **state)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE threads[3];

    for (int i = 0; i < 3; i++)
        threads[i] = start(wait_one, event);
    for (int i = 0; i < 3; i++) {
        SetEvent(event);
        DWORD which = WaitForMultipleObjects(3 - (DWORD)i, threads, FALSE, INFINITE);
        assert_in_range(which, WAIT_OBJECT_0, WAIT_OBJECT_0 + 2 - (DWORD)i);
        assert_int_equal(WaitForMultipleObjects(3 - (DWORD)i, threads, TRUE, i < 2 ? MOMENT : 0),
            i < 2 ? WAIT_TIMEOUT : WAIT_OBJECT_0);
        CloseHandle(threads[which]);
        threads[which] = threads[2 - i];
    }
    CloseHandle(event);
}

static void named_events(void **state)
{
    HANDLE first = CreateEventW(NULL, TRUE, FALSE, u"Local\\Ready");
    assert_int_equal(GetLastError(), ERROR_SUCCESS);
    HANDLE second = CreateEventA(NULL, TRUE, FALSE, "LOCAL\\READY");
    assert_int_equal(GetLastError(), ERROR_ALREADY_EXISTS);
    HANDLE third = OpenEventW(EVENT_ALL_ACCESS, FALSE, u"Local\\Ready");

    SetEvent(second);
    assert_int_equal(WaitForSingleObject(first, 0), WAIT_OBJECT_0);
    assert_true(CompareObjectHandles(first, third));
    assert_null(CreateMutexW(NULL, FALSE, u"Local\\Ready"));
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    CloseHandle(first);
    CloseHandle(second);
    CloseHandle(third);
    assert_null(OpenEventW(EVENT_ALL_ACCESS, FALSE, u"Local\\Ready"));
    assert_int_equal(GetLastError(), ERROR_FILE_NOT_FOUND);
}

static DWORD take_and_leave(LPVOID mutex)
{
    return WaitForSingleObject(mutex, INFINITE);
}

static void mutexes(void **state)
{
    HANDLE mutex = CreateMutexW(NULL, TRUE, NULL);

    assert_int_equal(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    HANDLE thread = start(take_and_leave, mutex);
    assert_true(ReleaseMutex(mutex));
    assert_int_equal(WaitForSingleObject(thread, MOMENT), WAIT_TIMEOUT);
    assert_true(ReleaseMutex(mutex));
    assert_int_equal(join(thread), WAIT_OBJECT_0);
    /* the thread ended as the owner */
    assert_int_equal(WaitForSingleObject(mutex, INFINITE), WAIT_ABANDONED);
    assert_true(ReleaseMutex(mutex));
    assert_false(ReleaseMutex(mutex));
    assert_int_equal(GetLastError(), ERROR_NOT_OWNER);
    CloseHandle(mutex);
}

static void semaphores(void **state)
{
    HANDLE semaphore = CreateSemaphoreW(NULL, 2, 3, NULL);
    LONG before = -1;

    assert_int_equal(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT);
    assert_true(ReleaseSemaphore(semaphore, 3, &before));
    assert_int_equal(before, 0);
    assert_false(ReleaseSemaphore(semaphore, 1, NULL));
    assert_int_equal(GetLastError(), ERROR_TOO_MANY_POSTS);
    CloseHandle(semaphore);
    assert_null(CreateSemaphoreW(NULL, 4, 3, NULL));
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
}

static void any_and_all(void **state)
{
    HANDLE handles[3];

    for (int i = 0; i < 3; i++)
        handles[i] = CreateEventW(NULL, FALSE, FALSE, NULL);
    SetEvent(handles[2]);
    SetEvent(handles[1]);
    assert_int_equal(WaitForMultipleObjects(3, handles, FALSE, INFINITE), WAIT_OBJECT_0 + 1);
    assert_int_equal(WaitForMultipleObjects(3, handles, TRUE, 0), WAIT_TIMEOUT);
    /* nothing was taken by the wait for all */
    SetEvent(handles[0]);
    SetEvent(handles[1]);
    assert_int_equal(WaitForMultipleObjects(3, handles, TRUE, 0), WAIT_OBJECT_0);
    assert_int_equal(WaitForMultipleObjects(3, handles, FALSE, 0), WAIT_TIMEOUT);
    HANDLE twice[] = {handles[0], handles[0]};
    assert_int_equal(WaitForMultipleObjects(2, twice, TRUE, 0), WAIT_FAILED);
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    assert_int_equal(WaitForMultipleObjects(65, handles, FALSE, 0), WAIT_FAILED);
    for (int i = 0; i < 3; i++)
        CloseHandle(handles[i]);
    assert_int_equal(WaitForSingleObject(handles[0], 0), WAIT_FAILED);
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
}

struct all_wait {
    HANDLE handles[2];
};

static DWORD wait_all(LPVOID argument)
{
    struct all_wait *w = argument;

    return WaitForMultipleObjects(2, w->handles, TRUE, INFINITE);
}

static void all_wakes_when_the_last_comes(void **state)
{
    struct all_wait w = {{CreateEventW(NULL, FALSE, FALSE, NULL), CreateEventW(NULL, FALSE, FALSE, NULL)}};
    HANDLE thread = start(wait_all, &w);

    SetEvent(w.handles[0]);
    assert_int_equal(WaitForSingleObject(thread, MOMENT), WAIT_TIMEOUT);
    SetEvent(w.handles[1]);
    assert_int_equal(join(thread), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(w.handles[0], 0), WAIT_TIMEOUT);
    CloseHandle(w.handles[0]);
    CloseHandle(w.handles[1]);
}

static DWORD exit_with(LPVOID code)
{
    ExitThread((DWORD)(ULONG_PTR)code);
}

static unsigned c_thread(void *argument)
{
    return *(unsigned *)argument;
}

static DWORD own_id(LPVOID unused)
{
    return GetCurrentThreadId();
}

static void threads(void **state)
{
    unsigned code = 77, id = 0;
    DWORD exit_code = 0, thread_id = 0;

    assert_int_equal(join(start(exit_with, (void *)5)), 5);
    HANDLE c = (HANDLE)_beginthreadex(NULL, 0, c_thread, &code, 0, &id);
    assert_int_equal(join(c), 77);
    assert_int_not_equal(id, 0);

    HANDLE suspended = CreateThread(NULL, 65536, own_id, NULL, CREATE_SUSPENDED, &thread_id);
    assert_int_equal(WaitForSingleObject(suspended, MOMENT), WAIT_TIMEOUT);
    assert_true(GetExitCodeThread(suspended, &exit_code));
    assert_int_equal(exit_code, STILL_ACTIVE);
    assert_int_equal(GetThreadId(suspended), thread_id);
    assert_int_equal(ResumeThread(suspended), 1);
    assert_int_equal(join(suspended), thread_id);
    assert_int_equal(GetThreadId(GetCurrentThread()), GetCurrentThreadId());
}

static void handles(void **state)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL), copy = NULL, self = NULL;
    DWORD flags = 9;

    assert_int_equal((ULONG_PTR)event % 4, 0);
    assert_true(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    assert_true(CloseHandle(event));
    assert_false(CloseHandle(event));
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    assert_true(SetEvent(copy));
    assert_true(SetHandleInformation(copy, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE));
    assert_false(CloseHandle(copy));
    assert_true(GetHandleInformation(copy, &flags));
    assert_int_equal(flags, HANDLE_FLAG_PROTECT_FROM_CLOSE);
    SetHandleInformation(copy, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
    assert_true(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &self, 0, FALSE, 0));
    assert_int_equal(GetThreadId(self), GetCurrentThreadId());
    assert_int_equal(WaitForSingleObject(self, 0), WAIT_TIMEOUT);
    assert_false(SetEvent(self));
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    CloseHandle(self);
    CloseHandle(copy);
    assert_false(CloseHandle(NULL));
}

static void timers(void **state)
{
    HANDLE timer = CreateWaitableTimerW(NULL, FALSE, NULL), never = CreateWaitableTimerW(NULL, TRUE, NULL);
    LARGE_INTEGER soon = {.QuadPart = -20000}, late = {.QuadPart = -36000000000};

    assert_true(SetWaitableTimer(never, &late, 0, NULL, NULL, FALSE));
    assert_true(SetWaitableTimer(timer, &soon, 1, NULL, NULL, FALSE));
    for (int i = 0; i < 3; i++)
        assert_int_equal(WaitForSingleObject(timer, INFINITE), WAIT_OBJECT_0);
    assert_true(CancelWaitableTimer(timer));
    WaitForSingleObject(timer, 0);
    assert_int_equal(WaitForSingleObject(timer, MOMENT), WAIT_TIMEOUT);
    assert_int_equal(WaitForSingleObject(never, 0), WAIT_TIMEOUT);
    CloseHandle(timer);
    CloseHandle(never);
}

static void add_to(ULONG_PTR address)
{
    __atomic_fetch_add((int *)address, 1, __ATOMIC_RELAXED);
}

static DWORD alertable(LPVOID event)
{
    return WaitForSingleObjectEx(event, INFINITE, TRUE);
}

static void apcs(void **state)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    int count = 0;

    assert_true(QueueUserAPC(add_to, GetCurrentThread(), (ULONG_PTR)&count));
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    assert_int_equal(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    assert_int_equal(count, 1);
    HANDLE thread = start(alertable, event);
    assert_true(QueueUserAPC(add_to, thread, (ULONG_PTR)&count));
    assert_int_equal(join(thread), WAIT_IO_COMPLETION);
    assert_int_equal(count, 2);
    CloseHandle(event);
}

static void processes(void **state)
{
    int gate[2];
    DWORD code = 0;
    assert_int_equal(pipe(gate), 0);
    pid_t child = fork();
    if (child == 0) {
        char byte;
        close(gate[1]);
        while (read(gate[0], &byte, 1) > 0)
            ;
        _exit(7);
    }
    close(gate[0]);
    HANDLE process = OpenProcess(SYNCHRONIZE | PROCESS_QUERY_INFORMATION, FALSE, (DWORD)child);
    assert_non_null(process);
    assert_int_equal(GetProcessId(process), child);
    assert_int_equal(WaitForSingleObject(process, MOMENT), WAIT_TIMEOUT);
    assert_true(GetExitCodeProcess(process, &code));
    assert_int_equal(code, STILL_ACTIVE);
    close(gate[1]);
    assert_int_equal(WaitForSingleObject(process, INFINITE), WAIT_OBJECT_0);
    assert_true(GetExitCodeProcess(process, &code));
    assert_int_equal(code, 7);
    CloseHandle(process);
    waitpid(child, NULL, 0);
    assert_null(OpenProcess(SYNCHRONIZE, FALSE, 0x7FFFFFFE));
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
}

/* Many threads hand a count around under a mutex, and semaphores keep their sum. */
struct crowd {
    HANDLE mutex, semaphore, done;
    int guarded, rounds;
};

static DWORD crowd_member(LPVOID argument)
{
    struct crowd *c = argument;
    HANDLE both[] = {c->mutex, c->semaphore};

    for (int i = 0; i < c->rounds; i++) {
        if (WaitForMultipleObjects(2, both, TRUE, INFINITE) != WAIT_OBJECT_0)
            return 1;
        c->guarded++;
        ReleaseMutex(c->mutex);
        ReleaseSemaphore(c->semaphore, 1, NULL);
    }
    return 0;
}

static void crowd_of_waiters(void **state)
{
    struct crowd c = {CreateMutexW(NULL, FALSE, NULL), CreateSemaphoreW(NULL, 2, 8, NULL), NULL, 0, 300};
    HANDLE members[8];

    for (int i = 0; i < 8; i++)
        members[i] = start(crowd_member, &c);
    assert_int_equal(WaitForMultipleObjects(8, members, TRUE, 30000), WAIT_OBJECT_0);
    assert_int_equal(c.guarded, 8 * 300);
    for (int i = 0; i < 8; i++)
        assert_int_equal(join(members[i]), 0);
    CloseHandle(c.mutex);
    CloseHandle(c.semaphore);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("manual- and auto-reset events", events),
        TEST("an auto-reset event releases one waiter", auto_event_releases_one),
        TEST("named objects", named_events),
        TEST("mutexes are owned, recursive and abandoned", mutexes),
        TEST("semaphores", semaphores),
        TEST("waits for any and for all", any_and_all),
        TEST("a wait for all ends when the last object is set, and takes all", all_wakes_when_the_last_comes),
        TEST("threads, their ids and exit codes", threads),
        TEST("handles: close, duplicate, protect, pseudo handles", handles),
        TEST("waitable timers", timers),
        TEST("APCs run in alertable waits", apcs),
        TEST("other processes can be waited for", processes),
        TEST("a crowd waits for mutex and semaphore together", crowd_of_waiters),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
