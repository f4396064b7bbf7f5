/* Waits on dispatcher objects: who gets what, in which order, and how a wait ends. */
#include "harness.h"

#include <pthread.h>

#include "ntoskrnl/ke/ke.h"

static LARGE_INTEGER zero = {.QuadPart = 0};

static LARGE_INTEGER in_ms(long ms)
{
    return (LARGE_INTEGER){.QuadPart = -ms * 10000};
}

static NTSTATUS poll_object(void *object)
{
    return KeWaitForSingleObject(object, Executive, KernelMode, FALSE, &zero);
}

/* A thread that waits for objects; the test sees that it waits by `waiters` of the wait list. */
struct waiter {
    pthread_t thread;
    ULONG count;
    PVOID objects[4];
    WAIT_TYPE type;
    struct ke_interrupt *interrupt;
    NTSTATUS status;
    bool use_thread_interrupt;
    KPROCESSOR_MODE mode;
    BOOLEAN alertable;
    KEVENT done;
};

static void *wait_in_thread(void *argument)
{
    struct waiter *w = argument;
    if (w->use_thread_interrupt) {
        ke_self.interrupt = w->interrupt;
        w->status = KeWaitForMultipleObjects(w->count, w->objects, w->type, Executive, w->mode, w->alertable, NULL, NULL);
        ke_self.interrupt = NULL;
    } else {
        w->status = ke_wait(w->count, w->objects, w->type, NULL, w->interrupt);
    }
    KeSetEvent(&w->done, 0, FALSE);
    return NULL;
}

/* Returns when the thread stands in the wait list of its first object. */
static void start_waiter(struct waiter *w)
{
    KeInitializeEvent(&w->done, NotificationEvent, FALSE);
    ULONG before = ke_waiter_count(w->objects[0]);
    assert_int_equal(0, pthread_create(&w->thread, NULL, wait_in_thread, w));
    while (ke_waiter_count(w->objects[0]) == before)
        sched_yield();
}

static NTSTATUS finish_waiter(struct waiter *w)
{
    pthread_join(w->thread, NULL);
    return w->status;
}

static bool is_done(struct waiter *w)
{
    LARGE_INTEGER soon = in_ms(30);
    return KeWaitForSingleObject(&w->done, Executive, KernelMode, FALSE, &soon) == STATUS_SUCCESS;
}

static void notification_event_releases_all(void **state)
{
    KEVENT event;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    struct waiter a = {.count = 1, .objects = {&event}}, b = a;
    start_waiter(&a);
    start_waiter(&b);
    assert_int_equal(0, KeSetEvent(&event, IO_NO_INCREMENT, FALSE));
    assert_status(STATUS_SUCCESS, finish_waiter(&a));
    assert_status(STATUS_SUCCESS, finish_waiter(&b));
    assert_int_equal(1, KeReadStateEvent(&event));
    assert_status(STATUS_SUCCESS, poll_object(&event));
    assert_int_equal(1, KeResetEvent(&event));
    assert_status(STATUS_TIMEOUT, poll_object(&event));
    assert_int_equal(0, KeSetEvent(&event, 0, FALSE));
    assert_int_equal(1, KeSetEvent(&event, 0, FALSE));
    KeClearEvent(&event);
    assert_int_equal(0, KeReadStateEvent(&event));
}

static void synchronization_event_releases_one(void **state)
{
    KEVENT event;
    KeInitializeEvent(&event, SynchronizationEvent, FALSE);
    struct waiter a = {.count = 1, .objects = {&event}}, b = a;
    start_waiter(&a);
    start_waiter(&b);
    KeSetEvent(&event, 0, FALSE);
    assert_status(STATUS_SUCCESS, finish_waiter(&a));
    assert_int_equal(0, KeReadStateEvent(&event));
    assert_false(is_done(&b));
    KeSetEvent(&event, 0, FALSE);
    assert_status(STATUS_SUCCESS, finish_waiter(&b));
    KeSetEvent(&event, 0, FALSE);
    assert_status(STATUS_SUCCESS, poll_object(&event));
    assert_status(STATUS_TIMEOUT, poll_object(&event));
}

static void set_then_reset_still_releases(void **state)
{
    KEVENT event;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    struct waiter a = {.count = 1, .objects = {&event}};
    start_waiter(&a);
    KePulseEvent(&event, 0, FALSE);
    assert_status(STATUS_SUCCESS, finish_waiter(&a));
    assert_int_equal(0, KeReadStateEvent(&event));
}

static void wait_any_names_the_object(void **state)
{
    KEVENT events[3];
    for (int i = 0; i < 3; i++)
        KeInitializeEvent(&events[i], SynchronizationEvent, FALSE);
    PVOID objects[3] = {&events[0], &events[1], &events[2]};
    KeSetEvent(&events[2], 0, FALSE);
    KeSetEvent(&events[1], 0, FALSE);
    assert_status(STATUS_WAIT_1, KeWaitForMultipleObjects(3, objects, WaitAny, Executive, KernelMode, FALSE, &zero, NULL));
    assert_status(STATUS_WAIT_2, KeWaitForMultipleObjects(3, objects, WaitAny, Executive, KernelMode, FALSE, &zero, NULL));
    assert_status(STATUS_TIMEOUT, KeWaitForMultipleObjects(3, objects, WaitAny, Executive, KernelMode, FALSE, &zero, NULL));
    struct waiter a = {.count = 3, .objects = {&events[0], &events[1], &events[2]}, .type = WaitAny};
    start_waiter(&a);
    KeSetEvent(&events[1], 0, FALSE);
    assert_status(STATUS_WAIT_1, finish_waiter(&a));
    assert_int_equal(0, KeReadStateEvent(&events[1]));
}

static void wait_all_takes_all_or_none(void **state)
{
    KEVENT first, second;
    KeInitializeEvent(&first, SynchronizationEvent, FALSE);
    KeInitializeEvent(&second, SynchronizationEvent, FALSE);
    struct waiter a = {.count = 2, .objects = {&first, &second}, .type = WaitAll};
    start_waiter(&a);
    KeSetEvent(&first, 0, FALSE);
    assert_false(is_done(&a));
    assert_int_equal(1, KeReadStateEvent(&first)); /* not consumed alone */
    KeSetEvent(&second, 0, FALSE);
    assert_status(STATUS_SUCCESS, finish_waiter(&a));
    assert_int_equal(0, KeReadStateEvent(&first));
    assert_int_equal(0, KeReadStateEvent(&second));
}

static void wait_all_sees_a_pulse(void **state)
{
    KEVENT first, second;
    KeInitializeEvent(&first, NotificationEvent, TRUE);
    KeInitializeEvent(&second, NotificationEvent, FALSE);
    struct waiter a = {.count = 2, .objects = {&first, &second}, .type = WaitAll};
    start_waiter(&a);
    KePulseEvent(&second, 0, FALSE);
    assert_status(STATUS_SUCCESS, finish_waiter(&a));
}

static void timeouts(void **state)
{
    KEVENT event;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    LARGE_INTEGER relative = in_ms(20), absolute;
    ULONGLONG start = ke_interrupt_time();
    assert_status(STATUS_TIMEOUT, KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &relative));
    assert_true(ke_interrupt_time() - start >= 200000);
    KeQuerySystemTime(&absolute);
    absolute.QuadPart += 200000;
    start = ke_interrupt_time();
    assert_status(STATUS_TIMEOUT, KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &absolute));
    assert_true(ke_interrupt_time() - start >= 190000);
    absolute.QuadPart = 1; /* long ago */
    assert_status(STATUS_TIMEOUT, KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &absolute));
    KeSetEvent(&event, 0, FALSE);
    relative.QuadPart = INT64_MIN;
    assert_status(STATUS_SUCCESS, KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &relative));
}

static void mutex_recursion_and_release(void **state)
{
    KMUTEX mutex;
    KeInitializeMutex(&mutex, 0);
    assert_int_equal(1, KeReadStateMutex(&mutex));
    assert_status(STATUS_SUCCESS, poll_object(&mutex));
    assert_true(KeAreApcsDisabled());
    assert_status(STATUS_SUCCESS, poll_object(&mutex));
    assert_int_equal(-1, KeReadStateMutex(&mutex));
    struct waiter a = {.count = 1, .objects = {&mutex}};
    start_waiter(&a);
    assert_int_equal(-1, KeReleaseMutex(&mutex, FALSE));
    assert_false(is_done(&a));
    assert_int_equal(0, KeReleaseMutex(&mutex, FALSE));
    assert_false(KeAreApcsDisabled());
    /* The other thread got it and ended with it: abandoned. */
    assert_status(STATUS_SUCCESS, finish_waiter(&a));
    assert_status(STATUS_ABANDONED, KeWaitForSingleObject(&mutex, Executive, KernelMode, FALSE, NULL));
    assert_int_equal(0, KeReleaseMutex(&mutex, FALSE));
    assert_status(STATUS_SUCCESS, poll_object(&mutex));
    KeReleaseMutex(&mutex, FALSE);
}

static void *release_foreign(void *argument)
{
    LONG before;
    return (void *)(long)ke_release_mutant(argument, &before);
}

static void mutex_of_another_thread(void **state)
{
    KMUTEX mutex;
    pthread_t thread;
    void *result;
    KeInitializeMutex(&mutex, 0);
    poll_object(&mutex);
    pthread_create(&thread, NULL, release_foreign, &mutex);
    pthread_join(thread, &result);
    assert_status(STATUS_MUTANT_NOT_OWNED, (long)result);
    assert_int_equal(0, KeReadStateMutex(&mutex));
    KeReleaseMutex(&mutex, FALSE);
}

static void semaphore_counts(void **state)
{
    KSEMAPHORE semaphore;
    LONG before;
    KeInitializeSemaphore(&semaphore, 1, 3);
    assert_status(STATUS_SUCCESS, poll_object(&semaphore));
    assert_status(STATUS_TIMEOUT, poll_object(&semaphore));
    struct waiter a = {.count = 1, .objects = {&semaphore}};
    start_waiter(&a);
    assert_int_equal(0, KeReleaseSemaphore(&semaphore, 0, 3, FALSE));
    assert_status(STATUS_SUCCESS, finish_waiter(&a));
    assert_int_equal(2, KeReadStateSemaphore(&semaphore));
    assert_status(STATUS_SEMAPHORE_LIMIT_EXCEEDED, ke_release_semaphore(&semaphore, 2, &before));
    assert_int_equal(2, before);
    assert_int_equal(2, KeReadStateSemaphore(&semaphore));
}

static void interrupt_ends_a_wait(void **state)
{
    struct ke_interrupt interrupt;
    KEVENT event;
    ke_interrupt_init(&interrupt);
    KeInitializeEvent(&event, SynchronizationEvent, FALSE);
    struct waiter a = {.count = 1, .objects = {&event}, .interrupt = &interrupt};
    start_waiter(&a);
    ke_interrupt_fire(&interrupt, STATUS_CANCELLED);
    assert_status(STATUS_CANCELLED, finish_waiter(&a));
    ke_interrupt_fire(&interrupt, STATUS_TIMEOUT); /* the first status stays */
    assert_status(STATUS_CANCELLED, ke_wait_one(&event, NULL, &interrupt));
    KeSetEvent(&event, 0, FALSE); /* what is there wins */
    assert_status(STATUS_SUCCESS, ke_wait_one(&event, NULL, &interrupt));
    assert_true(ke_interrupt_fired(&interrupt));
    KEVENT other;
    KeInitializeEvent(&other, NotificationEvent, FALSE);
    PVOID both[2] = {&event, &other};
    assert_status(STATUS_CANCELLED, ke_wait(2, both, WaitAll, NULL, &interrupt));
}

static void only_alertable_waits_of_a_driver_end(void **state)
{
    struct ke_interrupt interrupt;
    KEVENT event;
    ke_interrupt_init(&interrupt);
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    struct waiter kernel = {.count = 1, .objects = {&event}, .interrupt = &interrupt, .use_thread_interrupt = true};
    struct waiter user = kernel, alertable = kernel;
    user.mode = UserMode;
    alertable.alertable = TRUE;
    start_waiter(&kernel);
    start_waiter(&user);
    start_waiter(&alertable);
    ke_interrupt_fire(&interrupt, STATUS_THREAD_IS_TERMINATING);
    assert_status(STATUS_USER_APC, finish_waiter(&user));
    assert_status(STATUS_ALERTED, finish_waiter(&alertable));
    assert_false(is_done(&kernel));
    KeSetEvent(&event, 0, FALSE);
    assert_status(STATUS_SUCCESS, finish_waiter(&kernel));
}

static int fired;

static void count_fire(struct ke_watch *watch)
{
    fired++;
}

static void watches_fire_once(void **state)
{
    struct ke_watch watch;
    KEVENT event;
    KeInitializeEvent(&event, SynchronizationEvent, FALSE);
    fired = 0;
    ke_watch_start(&watch, &event, count_fire);
    assert_int_equal(0, fired);
    KeSetEvent(&event, 0, FALSE);
    KeSetEvent(&event, 0, FALSE);
    assert_int_equal(1, fired);
    assert_int_equal(1, KeReadStateEvent(&event)); /* not consumed */
    assert_false(ke_watch_stop(&watch, &event));
    ke_watch_start(&watch, &event, count_fire);
    assert_int_equal(2, fired); /* at once: it is signalled */
    KeClearEvent(&event);
    ke_watch_start(&watch, &event, count_fire);
    assert_true(ke_watch_stop(&watch, &event));
    KeSetEvent(&event, 0, FALSE);
    assert_int_equal(2, fired);
}

static void objects_of_other_rooms(void **state)
{
    struct {
        DISPATCHER_HEADER header;
    } process;
    ke_object_init(&process, 3, false);
    assert_status(STATUS_TIMEOUT, poll_object(&process));
    struct waiter a = {.count = 1, .objects = {&process}};
    start_waiter(&a);
    ke_object_signal(&process);
    assert_status(STATUS_SUCCESS, finish_waiter(&a));
    assert_true(ke_object_is_signalled(&process));
    assert_status(STATUS_SUCCESS, poll_object(&process));
    ke_object_reset(&process);
    assert_status(STATUS_TIMEOUT, poll_object(&process));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("a notification event releases every waiter and stays", notification_event_releases_all),
        TEST("a synchronization event releases one waiter, oldest first", synchronization_event_releases_one),
        TEST("a pulse releases who waits and leaves the event reset", set_then_reset_still_releases),
        TEST("WaitAny returns the number of the object and takes only it", wait_any_names_the_object),
        TEST("WaitAll takes all objects at once or none", wait_all_takes_all_or_none),
        TEST("WaitAll is satisfied by a pulse of its last object", wait_all_sees_a_pulse),
        TEST("timeouts: relative, absolute, past, endless", timeouts),
        TEST("a mutex is recursive, disables APCs, and is abandoned by a thread that ends", mutex_recursion_and_release),
        TEST("a mutex is released by its owner only", mutex_of_another_thread),
        TEST("a semaphore counts and keeps its limit", semaphore_counts),
        TEST("an interrupt ends waits with its first status", interrupt_ends_a_wait),
        TEST("the end of a thread ends UserMode and alertable waits only", only_alertable_waits_of_a_driver_end),
        TEST("a watch fires once and consumes nothing", watches_fire_once),
        TEST("objects of other rooms are waited for like events", objects_of_other_rooms),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
