/* Waiting: see wait.h. */
#include "kernel32/wait.h"

#include <errno.h>

#include "kernel32/source.h"
#include "kernel32/thread.h"
#include "ntstatus.h"

struct k32_wait {
    struct k32_thread *thread;
    bool all, done;
    DWORD count, result;
    struct k32_wait_block *blocks;
};

struct k32_wait_block {
    struct k32_wait_block *previous, *next; /* in the object's list */
    struct k32_wait *wait;
    struct k32_object *object;
    DWORD index;
};

static pthread_mutex_t dispatcher = PTHREAD_MUTEX_INITIALIZER;

void k32_dispatcher_lock(void)
{
    pthread_mutex_lock(&dispatcher);
}

void k32_dispatcher_unlock(void)
{
    pthread_mutex_unlock(&dispatcher);
}

void k32_dispatcher_wait(pthread_cond_t *condition)
{
    pthread_cond_wait(condition, &dispatcher);
}

/* --- clocks and conditions --- */

const struct timespec *k32_deadline(struct timespec *space, DWORD milliseconds)
{
    if (milliseconds == INFINITE)
        return NULL;
    clock_gettime(CLOCK_MONOTONIC, space);
    space->tv_sec += milliseconds / 1000;
    space->tv_nsec += (long)(milliseconds % 1000) * 1000000;
    if (space->tv_nsec >= 1000000000) {
        space->tv_sec++;
        space->tv_nsec -= 1000000000;
    }
    return space;
}

struct futex_deadline k32_futex_deadline(const struct timespec *deadline)
{
    return (struct futex_deadline){
        .infinite = !deadline, .clock = CLOCK_MONOTONIC, .at = deadline ? *deadline : (struct timespec){0}};
}

void k32_condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

bool k32_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock, const struct timespec *deadline)
{
    if (!deadline) {
        pthread_cond_wait(condition, lock);
        return true;
    }
    return pthread_cond_timedwait(condition, lock, deadline) != ETIMEDOUT;
}

/* --- satisfying; all under the dispatcher lock --- */

static bool is_satisfied(struct k32_object *object, struct k32_thread *thread)
{
    return object->type->satisfied ? object->type->satisfied(object, thread) : object->signalled;
}

static bool consume(struct k32_object *object, struct k32_thread *thread)
{
    return object->type->consume ? object->type->consume(object, thread) : false;
}

static bool satisfy_any(struct k32_wait *wait)
{
    for (DWORD i = 0; i < wait->count; i++) {
        struct k32_object *object = wait->blocks[i].object;
        if (is_satisfied(object, wait->thread)) {
            wait->result = (consume(object, wait->thread) ? WAIT_ABANDONED_0 : WAIT_OBJECT_0) + i;
            return true;
        }
    }
    return false;
}

static bool satisfy_all(struct k32_wait *wait)
{
    bool abandoned = false;

    for (DWORD i = 0; i < wait->count; i++) {
        if (!is_satisfied(wait->blocks[i].object, wait->thread))
            return false;
    }
    for (DWORD i = 0; i < wait->count; i++)
        abandoned |= consume(wait->blocks[i].object, wait->thread);
    wait->result = abandoned ? WAIT_ABANDONED_0 : WAIT_OBJECT_0;
    return true;
}

static bool satisfy(struct k32_wait *wait)
{
    wait->done = wait->all ? satisfy_all(wait) : satisfy_any(wait);
    return wait->done;
}

/* No system call for one that only looks. */
void k32_call(struct k32_thread *thread)
{
    __atomic_store_n(&thread->called, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&thread->sleeps, __ATOMIC_SEQ_CST))
        futex_wake_private(&thread->called, 1);
}

void k32_wake(struct k32_object *object)
{
    for (struct k32_wait_block *b = object->first; b; b = b->next) {
        if (!b->wait->done && satisfy(b->wait))
            k32_call(b->wait->thread);
    }
}

void k32_look_again(struct k32_object *object)
{
    for (struct k32_wait_block *b = object->first; b; b = b->next)
        k32_call(b->wait->thread);
}

void k32_signal(struct k32_object *object)
{
    pthread_mutex_lock(&dispatcher);
    object->signalled = true;
    k32_wake(object);
    pthread_mutex_unlock(&dispatcher);
}

void k32_reset(struct k32_object *object)
{
    pthread_mutex_lock(&dispatcher);
    object->signalled = false;
    pthread_mutex_unlock(&dispatcher);
}

/* --- the wait --- */

static void enter_lists(struct k32_wait *wait)
{
    for (DWORD i = 0; i < wait->count; i++) {
        struct k32_wait_block *b = &wait->blocks[i];
        b->next = NULL;
        b->previous = b->object->last;
        if (b->previous)
            b->previous->next = b;
        else
            b->object->first = b;
        b->object->last = b;
    }
}

static void leave_lists(struct k32_wait *wait)
{
    for (DWORD i = 0; i < wait->count; i++) {
        struct k32_wait_block *b = &wait->blocks[i];
        if (b->previous)
            b->previous->next = b->next;
        else
            b->object->first = b->next;
        if (b->next)
            b->next->previous = b->previous;
        else
            b->object->last = b->previous;
    }
}

/* Lock held, and let go until somebody calls, an operation's end has been taken or the deadline has passed (false). With
 * `polls` it is one look. */
static bool rest(struct k32_thread *self, struct k32_takes *takes, const struct timespec *deadline, bool polls)
{
    __atomic_store_n(&self->called, 0, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&dispatcher);
    bool in_time = polls ? k32_takes_all(takes) : k32_takes_wait(takes, self, deadline);
    k32_takes_release(takes);
    pthread_mutex_lock(&dispatcher);
    return in_time;
}

static void add_sources(struct k32_takes *takes, struct k32_wait *wait)
{
    for (DWORD i = 0; i < wait->count; i++)
        k32_takes_add(takes, wait->blocks[i].object);
}

/* Lock held, and let go meanwhile: are the objects' operations over? */
static void poll_sources(struct k32_wait *wait)
{
    struct k32_takes takes = {0};

    add_sources(&takes, wait);
    if (takes.count > 0 && rest(wait->thread, &takes, NULL, true))
        satisfy(wait);
}

/* Lock held. Until it is satisfied, the deadline has passed or, alertable, an APC is there (true). */
static bool wait_in_lists(struct k32_wait *wait, const struct timespec *deadline, bool alertable)
{
    struct k32_takes takes = {0};
    bool in_time = true, alerted = false;

    enter_lists(wait);
    while (!wait->done && !(alerted = alertable && wait->thread->apcs) && in_time) {
        add_sources(&takes, wait);
        in_time = rest(wait->thread, &takes, deadline, false);
    }
    leave_lists(wait);
    return alerted && !wait->done;
}

DWORD k32_wait(DWORD count, struct k32_object **objects, bool all, DWORD milliseconds, bool alertable)
{
    struct k32_thread *self = k32_self();
    struct k32_wait_block blocks[MAXIMUM_WAIT_OBJECTS];
    struct k32_wait wait = {.thread = self, .all = all, .count = count, .blocks = blocks, .result = WAIT_TIMEOUT};
    struct timespec space;
    const struct timespec *deadline = k32_deadline(&space, milliseconds);
    bool alerted = false;

    for (DWORD i = 0; i < count; i++)
        blocks[i] = (struct k32_wait_block){.wait = &wait, .object = objects[i], .index = i};
    pthread_mutex_lock(&dispatcher);
    if (alertable && self->apcs)
        alerted = true;
    else if (count > 0 && satisfy(&wait))
        alerted = false;
    else if (milliseconds == 0)
        poll_sources(&wait);
    else
        alerted = wait_in_lists(&wait, deadline, alertable);
    pthread_mutex_unlock(&dispatcher);
    if (alerted) {
        k32_run_apcs(self);
        return WAIT_IO_COMPLETION;
    }
    return wait.result;
}

/* --- the calls --- */

static bool has_duplicates(DWORD count, struct k32_object **objects)
{
    for (DWORD i = 0; i < count; i++) {
        for (DWORD j = 0; j < i; j++) {
            if (objects[i] == objects[j])
                return true;
        }
    }
    return false;
}

DWORD WaitForMultipleObjectsEx(DWORD count, const HANDLE *handles, BOOL all, DWORD milliseconds, BOOL alertable)
{
    struct k32_object *objects[MAXIMUM_WAIT_OBJECTS];
    DWORD opened = 0, result = WAIT_FAILED;

    if (count == 0 || count > MAXIMUM_WAIT_OBJECTS || !handles) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return WAIT_FAILED;
    }
    for (; opened < count; opened++) {
        objects[opened] = k32_object_of(handles[opened], NULL);
        if (!objects[opened])
            goto out;
    }
    if (all && has_duplicates(count, objects)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        goto out;
    }
    result = k32_wait(count, objects, all, milliseconds, alertable);
out:
    while (opened > 0)
        k32_release(objects[--opened]);
    return result;
}

DWORD WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL all, DWORD milliseconds)
{
    return WaitForMultipleObjectsEx(count, handles, all, milliseconds, FALSE);
}

DWORD WaitForSingleObjectEx(HANDLE handle, DWORD milliseconds, BOOL alertable)
{
    return WaitForMultipleObjectsEx(1, &handle, FALSE, milliseconds, alertable);
}

DWORD WaitForSingleObject(HANDLE handle, DWORD milliseconds)
{
    return WaitForMultipleObjectsEx(1, &handle, FALSE, milliseconds, FALSE);
}

DWORD SleepEx(DWORD milliseconds, BOOL alertable)
{
    if (milliseconds == 0 && !alertable) {
        SwitchToThread();
        return 0;
    }
    DWORD result = k32_wait(0, NULL, false, milliseconds, alertable);
    return result == WAIT_IO_COMPLETION ? result : 0;
}

void Sleep(DWORD milliseconds)
{
    SleepEx(milliseconds, FALSE);
}

/* --- overlapped operations without an event of their own --- */

struct overlapped_wait {
    struct overlapped_wait *next;
    struct k32_thread *thread;
};

static struct overlapped_wait *overlapped_waits; /* under the dispatcher lock */

void k32_overlapped_done(OVERLAPPED *overlapped, NTSTATUS status, ULONG_PTR bytes)
{
    overlapped->InternalHigh = bytes;
    __atomic_store_n(&overlapped->Internal, (ULONG)status, __ATOMIC_RELEASE);
    for (struct overlapped_wait *w = overlapped_waits; w; w = w->next)
        k32_call(w->thread);
}

static void leave_overlapped(struct overlapped_wait *wait)
{
    struct overlapped_wait **at = &overlapped_waits;

    while (*at != wait)
        at = &(*at)->next;
    *at = wait->next;
}

DWORD k32_wait_overlapped(OVERLAPPED *overlapped, struct k32_object *file, DWORD milliseconds, bool alertable)
{
    struct k32_thread *self = k32_self();
    struct overlapped_wait wait = {.thread = self};
    struct k32_takes takes = {0};
    struct timespec space;
    const struct timespec *deadline = k32_deadline(&space, milliseconds);
    bool done, alerted = false, in_time = true;

    pthread_mutex_lock(&dispatcher);
    wait.next = overlapped_waits;
    overlapped_waits = &wait;
    while (!(done = HasOverlappedIoCompleted(overlapped)) && !(alerted = alertable && self->apcs) && in_time) {
        if (file)
            k32_takes_add(&takes, file);
        in_time = rest(self, &takes, deadline, milliseconds == 0) && milliseconds != 0;
    }
    leave_overlapped(&wait);
    pthread_mutex_unlock(&dispatcher);
    if (alerted)
        k32_run_apcs(self);
    return done ? 0 : alerted ? WAIT_IO_COMPLETION : WAIT_TIMEOUT;
}
