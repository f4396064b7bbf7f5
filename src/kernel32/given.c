/* Handles from other processes. See given.h. */
#include "kernel32/given.h"

#include <pthread.h>
#include <stdlib.h>

#include "kernel32/ntfile.h"

struct alias {
    HANDLE value, local;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* also: one asks the manager at a time */
static struct alias *aliases;
static size_t count, room;

/* --- under the lock --- */

static struct alias *alias_of(HANDLE value)
{
    for (size_t i = 0; i < count; i++) {
        if (aliases[i].value == value)
            return &aliases[i];
    }
    return NULL;
}

static bool add(HANDLE value, HANDLE local)
{
    if (count == room) {
        size_t more = room ? room * 2 : 16;
        struct alias *larger = realloc(aliases, more * sizeof *larger);
        if (!larger)
            return false;
        aliases = larger;
        room = more;
    }
    aliases[count++] = (struct alias){value, local};
    return true;
}

static HANDLE claim(HANDLE value)
{
    struct k32_object *object = NULL;
    HANDLE local = NULL;
    DWORD flags = 0;

    if (!NT_SUCCESS(k32_nt_claim(value, &flags, &object)))
        return NULL;
    local = k32_handle_open(object);
    if (local && !add(value, local)) {
        k32_handle_close(local);
        local = NULL;
    }
    if (local)
        SetHandleInformation(local, HANDLE_FLAG_INHERIT, flags);
    k32_release(object);
    return local;
}

/* --- */

static HANDLE plain(HANDLE handle)
{
    return (HANDLE)((ULONG_PTR)handle & ~(ULONG_PTR)3);
}

HANDLE k32_given_find(HANDLE handle)
{
    pthread_mutex_lock(&lock);
    struct alias *alias = alias_of(plain(handle));
    HANDLE local = alias ? alias->local : claim(plain(handle));
    pthread_mutex_unlock(&lock);
    return local;
}

HANDLE k32_given_forget(HANDLE handle)
{
    HANDLE local = k32_given_find(handle);

    pthread_mutex_lock(&lock);
    struct alias *alias = alias_of(plain(handle));
    if (alias)
        *alias = aliases[--count];
    else
        local = NULL; /* another thread was first */
    pthread_mutex_unlock(&lock);
    return local;
}

bool k32_given_remember(HANDLE handle, HANDLE local)
{
    pthread_mutex_lock(&lock);
    bool ok = !alias_of(plain(handle)) && add(plain(handle), local);
    pthread_mutex_unlock(&lock);
    return ok;
}

HANDLE k32_given_value(HANDLE local)
{
    HANDLE value = local;

    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count; i++) {
        if (aliases[i].local == local)
            value = aliases[i].value;
    }
    pthread_mutex_unlock(&lock);
    return value;
}
