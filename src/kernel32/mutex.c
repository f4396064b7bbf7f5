/* Mutexes and semaphores. */
#include "kernel32/mutex.h"

#include <limits.h>
#include <stdlib.h>

#include "kernel32/name.h"
#include "kernel32/thread.h"
#include "kernel32/wait.h"
#include "ntstatus.h"

/* --- mutexes --- */

static void destroy_plain(struct k32_object *object)
{
    free(object);
}

static bool mutex_satisfied(struct k32_object *object, struct k32_thread *thread)
{
    struct k32_mutex *m = (struct k32_mutex *)object;

    return !m->owner || m->owner == thread;
}

static void unlink_owned(struct k32_mutex *m)
{
    if (m->previous)
        m->previous->next = m->next;
    else
        m->owner->owned = m->next;
    if (m->next)
        m->next->previous = m->previous;
    m->previous = m->next = NULL;
    m->owner = NULL;
}

static bool mutex_consume(struct k32_object *object, struct k32_thread *thread)
{
    struct k32_mutex *m = (struct k32_mutex *)object;
    bool abandoned = m->abandoned;

    m->abandoned = false;
    m->depth++;
    if (!m->owner) {
        m->owner = thread;
        m->next = thread->owned;
        if (m->next)
            m->next->previous = m;
        thread->owned = m;
        k32_reference(object); /* an owned mutex outlives its handles */
    }
    return abandoned;
}

static const struct k32_type mutex_type = {.name = "Mutant",
    .close = k32_name_remove,
    .destroy = destroy_plain,
    .satisfied = mutex_satisfied,
    .consume = mutex_consume};

void k32_mutexes_abandon(struct k32_thread *thread)
{
    while (thread->owned) {
        struct k32_mutex *m = thread->owned;
        unlink_owned(m);
        m->depth = 0;
        m->abandoned = true;
        k32_wake(&m->object);
        k32_release(&m->object);
    }
}

HANDLE CreateMutexW(LPSECURITY_ATTRIBUTES attributes, BOOL owned, LPCWSTR name)
{
    struct k32_mutex *m = calloc(1, sizeof *m);

    if (m) {
        k32_object_init(&m->object, &mutex_type);
        k32_reference(&m->object);
    }
    HANDLE handle = k32_name_create(m ? &m->object : NULL, name);
    /* an existing mutex of that name is not taken */
    if (handle && owned && GetLastError() == ERROR_SUCCESS) {
        k32_dispatcher_lock();
        mutex_consume(&m->object, k32_self());
        k32_dispatcher_unlock();
    }
    if (m)
        k32_release(&m->object);
    return handle;
}

HANDLE CreateMutexA(LPSECURITY_ATTRIBUTES attributes, BOOL owned, LPCSTR name)
{
    WCHAR *wide = k32_wide(name);
    HANDLE handle = CreateMutexW(attributes, owned, wide);

    free(wide);
    return handle;
}

HANDLE OpenMutexW(DWORD access, BOOL inherit, LPCWSTR name)
{
    return k32_name_open(&mutex_type, name);
}

BOOL ReleaseMutex(HANDLE mutex)
{
    struct k32_object *object = k32_object_of(mutex, &mutex_type);
    bool owned = false, freed = false;

    if (!object)
        return FALSE;
    struct k32_mutex *m = (struct k32_mutex *)object;
    k32_dispatcher_lock();
    owned = m->owner == k32_self();
    if (owned && --m->depth == 0) {
        unlink_owned(m);
        k32_wake(object);
        freed = true;
    }
    k32_dispatcher_unlock();
    if (freed)
        k32_release(object);
    k32_release(object);
    return k32_result(owned ? STATUS_SUCCESS : STATUS_MUTANT_NOT_OWNED);
}

/* --- semaphores --- */

struct semaphore {
    struct k32_object object;
    LONG count, maximum; /* under the dispatcher lock */
};

static bool semaphore_satisfied(struct k32_object *object, struct k32_thread *thread)
{
    return ((struct semaphore *)object)->count > 0;
}

static bool semaphore_consume(struct k32_object *object, struct k32_thread *thread)
{
    ((struct semaphore *)object)->count--;
    return false;
}

static const struct k32_type semaphore_type = {.name = "Semaphore",
    .close = k32_name_remove,
    .destroy = destroy_plain,
    .satisfied = semaphore_satisfied,
    .consume = semaphore_consume};

HANDLE CreateSemaphoreW(LPSECURITY_ATTRIBUTES attributes, LONG initial, LONG maximum, LPCWSTR name)
{
    if (maximum <= 0 || initial < 0 || initial > maximum) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    struct semaphore *s = calloc(1, sizeof *s);
    if (s) {
        k32_object_init(&s->object, &semaphore_type);
        s->count = initial;
        s->maximum = maximum;
    }
    return k32_name_create(s ? &s->object : NULL, name);
}

HANDLE CreateSemaphoreA(LPSECURITY_ATTRIBUTES attributes, LONG initial, LONG maximum, LPCSTR name)
{
    WCHAR *wide = k32_wide(name);
    HANDLE handle = CreateSemaphoreW(attributes, initial, maximum, wide);

    free(wide);
    return handle;
}

BOOL ReleaseSemaphore(HANDLE semaphore, LONG count, LPLONG previous)
{
    if (count <= 0) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    struct k32_object *object = k32_object_of(semaphore, &semaphore_type);
    if (!object)
        return FALSE;
    struct semaphore *s = (struct semaphore *)object;
    k32_dispatcher_lock();
    LONG before = s->count;
    bool fits = count <= s->maximum - before;
    if (fits) {
        s->count += count;
        k32_wake(object);
    }
    k32_dispatcher_unlock();
    k32_release(object);
    if (fits && previous)
        *previous = before;
    return k32_result(fits ? STATUS_SUCCESS : STATUS_SEMAPHORE_LIMIT_EXCEEDED);
}

/* --- release one, wait for another --- */

DWORD SignalObjectAndWait(HANDLE signal, HANDLE wait, DWORD milliseconds, BOOL alertable)
{
    struct k32_object *object = k32_object_of(signal, NULL);

    if (!object)
        return WAIT_FAILED;
    bool ok = object->type == &mutex_type       ? ReleaseMutex(signal)
              : object->type == &semaphore_type ? ReleaseSemaphore(signal, 1, NULL)
                                                : SetEvent(signal);
    k32_release(object);
    return ok ? WaitForSingleObjectEx(wait, milliseconds, alertable) : WAIT_FAILED;
}
