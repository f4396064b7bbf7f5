/* Waitable timers: one service thread sleeps until the next is due. */
#include <stdlib.h>

#include "kernel32/name.h"
#include "kernel32/wait.h"
#include "ntstatus.h"

struct timer {
    struct k32_object object;
    /* under timers_lock */
    struct timer *next; /* in the list of armed ones, unordered; holds a reference */
    bool armed;
    int64_t due; /* CLOCK_MONOTONIC nanoseconds */
    LONG period; /* milliseconds */
};

static pthread_mutex_t timers_lock = PTHREAD_MUTEX_INITIALIZER; /* before the dispatcher lock */
static pthread_cond_t timers_changed;
static struct timer *timers;
static bool service_runs;

static int64_t now_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void destroy_timer(struct k32_object *object)
{
    free(object);
}

static bool consume_auto(struct k32_object *object, struct k32_thread *thread)
{
    object->signalled = false;
    return false;
}

/* Takes the timer off the list, with its reference. Under the lock. */
static void disarm(struct timer *t)
{
    if (!t->armed)
        return;
    struct timer **at = &timers;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    t->armed = false;
    k32_release(&t->object);
}

static void close_timer(struct k32_object *object)
{
    pthread_mutex_lock(&timers_lock);
    disarm((struct timer *)object);
    pthread_mutex_unlock(&timers_lock);
    k32_name_remove(object);
}

static const struct k32_type manual_timer_type = {.name = "Timer", .close = close_timer, .destroy = destroy_timer};
static const struct k32_type auto_timer_type = {
    .name = "Timer", .close = close_timer, .destroy = destroy_timer, .consume = consume_auto};

/* Signals what is due; returns the next time, or INT64_MAX. Under the lock. */
static int64_t fire_due(int64_t now)
{
    int64_t next = INT64_MAX;

    for (struct timer *t = timers, *after; t; t = after) {
        after = t->next;
        if (t->due <= now) {
            k32_signal(&t->object);
            if (t->period == 0) {
                disarm(t);
                continue;
            }
            t->due += (int64_t)t->period * 1000000;
        }
        if (t->due < next)
            next = t->due;
    }
    return next;
}

static void *serve_timers(void *unused)
{
    pthread_mutex_lock(&timers_lock);
    for (;;) {
        int64_t next = fire_due(now_ns(CLOCK_MONOTONIC));
        struct timespec deadline = {next / 1000000000, next % 1000000000};
        k32_condition_wait(&timers_changed, &timers_lock, next == INT64_MAX ? NULL : &deadline);
    }
    return NULL;
}

/* Under the lock. */
static bool start_service(void)
{
    pthread_t thread;

    if (service_runs)
        return true;
    k32_condition_init(&timers_changed);
    if (pthread_create(&thread, NULL, serve_timers, NULL))
        return false;
    pthread_detach(thread);
    return service_runs = true;
}

HANDLE CreateWaitableTimerW(LPSECURITY_ATTRIBUTES attributes, BOOL manual, LPCWSTR name)
{
    struct timer *t = calloc(1, sizeof *t);

    if (t)
        k32_object_init(&t->object, manual ? &manual_timer_type : &auto_timer_type);
    return k32_name_create(t ? &t->object : NULL, name);
}

HANDLE CreateWaitableTimerA(LPSECURITY_ATTRIBUTES attributes, BOOL manual, LPCSTR name)
{
    WCHAR *wide = k32_wide(name);
    HANDLE handle = CreateWaitableTimerW(attributes, manual, wide);

    free(wide);
    return handle;
}

static struct timer *timer_of(HANDLE handle)
{
    struct k32_object *object = k32_object_of(handle, NULL);

    if (!object || object->type == &manual_timer_type || object->type == &auto_timer_type)
        return (struct timer *)object;
    k32_release(object);
    SetLastError(ERROR_INVALID_HANDLE);
    return NULL;
}

/* An absolute time is turned into a span at once: later changes of the clock do not move the timer. */
static int64_t due_time(int64_t due)
{
    const int64_t epoch = 116444736000000000; /* 1970 in 100 ns since 1601 */
    int64_t span = due < 0 ? -due : due - (now_ns(CLOCK_REALTIME) / 100 + epoch);

    return now_ns(CLOCK_MONOTONIC) + (span > 0 ? span * 100 : 0);
}

BOOL SetWaitableTimer(HANDLE timer, const LARGE_INTEGER *due, LONG period, PTIMERAPCROUTINE routine, LPVOID argument,
    BOOL resume)
{
    if (!due || period < 0 || routine) {
        SetLastError(routine ? ERROR_NOT_SUPPORTED : ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    struct timer *t = timer_of(timer);
    if (!t)
        return FALSE;
    pthread_mutex_lock(&timers_lock);
    bool ok = start_service();
    disarm(t);
    if (ok) {
        k32_reset(&t->object);
        t->due = due_time(due->QuadPart);
        t->period = period;
        t->armed = true;
        t->next = timers;
        timers = t;
        k32_reference(&t->object);
        pthread_cond_signal(&timers_changed);
    }
    pthread_mutex_unlock(&timers_lock);
    k32_release(&t->object);
    return k32_result(ok ? STATUS_SUCCESS : STATUS_NO_MEMORY);
}

BOOL CancelWaitableTimer(HANDLE timer)
{
    struct timer *t = timer_of(timer);

    if (!t)
        return FALSE;
    pthread_mutex_lock(&timers_lock);
    disarm(t);
    pthread_mutex_unlock(&timers_lock);
    k32_release(&t->object);
    return TRUE;
}
