/* Events. The flag `signalled` of the object is all their state. */
#include "kernel32/event.h"

#include <stdlib.h>

#include "kernel32/name.h"
#include "kernel32/wait.h"

static void destroy_event(struct k32_object *object)
{
    free(object);
}

static bool consume_auto(struct k32_object *object, struct k32_thread *thread)
{
    object->signalled = false;
    return false;
}

const struct k32_type k32_manual_event_type = {.name = "Event", .close = k32_name_remove, .destroy = destroy_event};
const struct k32_type k32_auto_event_type = {
    .name = "Event", .close = k32_name_remove, .destroy = destroy_event, .consume = consume_auto};

struct k32_object *k32_event_of(HANDLE handle)
{
    struct k32_object *object = k32_object_of(handle, NULL);

    if (!object || object->type == &k32_manual_event_type || object->type == &k32_auto_event_type)
        return object;
    k32_release(object);
    SetLastError(ERROR_INVALID_HANDLE);
    return NULL;
}

HANDLE CreateEventW(LPSECURITY_ATTRIBUTES attributes, BOOL manual, BOOL set, LPCWSTR name)
{
    struct k32_object *event = malloc(sizeof *event);

    if (event) {
        k32_object_init(event, manual ? &k32_manual_event_type : &k32_auto_event_type);
        event->signalled = set;
    }
    HANDLE handle = k32_name_create(event, name);
    if (handle && attributes && attributes->bInheritHandle)
        SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    return handle;
}

HANDLE CreateEventA(LPSECURITY_ATTRIBUTES attributes, BOOL manual, BOOL set, LPCSTR name)
{
    WCHAR *wide = k32_wide(name);
    HANDLE handle = CreateEventW(attributes, manual, set, wide);

    free(wide);
    return handle;
}

HANDLE CreateEventExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name, DWORD flags, DWORD access)
{
    return CreateEventW(attributes, !!(flags & CREATE_EVENT_MANUAL_RESET), !!(flags & CREATE_EVENT_INITIAL_SET), name);
}

HANDLE CreateEventExA(LPSECURITY_ATTRIBUTES attributes, LPCSTR name, DWORD flags, DWORD access)
{
    return CreateEventA(attributes, !!(flags & CREATE_EVENT_MANUAL_RESET), !!(flags & CREATE_EVENT_INITIAL_SET), name);
}

HANDLE OpenEventW(DWORD access, BOOL inherit, LPCWSTR name)
{
    HANDLE handle = k32_name_open(&k32_manual_event_type, name);

    return handle || GetLastError() != ERROR_INVALID_HANDLE ? handle : k32_name_open(&k32_auto_event_type, name);
}

HANDLE OpenEventA(DWORD access, BOOL inherit, LPCSTR name)
{
    WCHAR *wide = k32_wide(name);
    HANDLE handle = OpenEventW(access, inherit, wide);

    free(wide);
    return handle;
}

BOOL SetEvent(HANDLE event)
{
    struct k32_object *object = k32_event_of(event);

    if (!object)
        return FALSE;
    k32_signal(object);
    k32_release(object);
    return TRUE;
}

BOOL ResetEvent(HANDLE event)
{
    struct k32_object *object = k32_event_of(event);

    if (!object)
        return FALSE;
    k32_reset(object);
    k32_release(object);
    return TRUE;
}

BOOL PulseEvent(HANDLE event)
{
    struct k32_object *object = k32_event_of(event);

    if (!object)
        return FALSE;
    k32_dispatcher_lock();
    object->signalled = true;
    k32_wake(object);
    object->signalled = false;
    k32_dispatcher_unlock();
    k32_release(object);
    return TRUE;
}
