/* Names of objects: a short list is enough for a process. */
#include "kernel32/name.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "rtl/utf.h"

struct name {
    struct name *next;
    struct k32_object *object; /* no reference: it goes with the last handle */
    WCHAR text[];
};

static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static struct name *names;

WCHAR *k32_wide(const char *text)
{
    return text ? (WCHAR *)rtl_wide_from_utf8(text) : NULL;
}

static struct name *find(const WCHAR *text)
{
    struct name *n = names;

    while (n && lstrcmpiW(n->text, text))
        n = n->next;
    return n;
}

/* A reference to the named object while it still has handles. Under the lock; close() takes it too. */
static struct k32_object *find_object(const WCHAR *text)
{
    struct name *n = find(text);

    if (n)
        k32_reference(n->object);
    return n ? n->object : NULL;
}

static bool insert(struct k32_object *object, const WCHAR *text)
{
    size_t size = ((size_t)lstrlenW(text) + 1) * sizeof *text;
    struct name *n = malloc(sizeof *n + size);

    if (!n)
        return false;
    n->object = object;
    memcpy(n->text, text, size);
    n->next = names;
    names = n;
    return true;
}

HANDLE k32_name_create(struct k32_object *object, const WCHAR *name)
{
    DWORD error = ERROR_SUCCESS;
    HANDLE handle = NULL;

    if (!object) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    pthread_mutex_lock(&names_lock);
    struct k32_object *other = name && *name ? find_object(name) : NULL;
    if (other && other->type != object->type) {
        error = ERROR_INVALID_HANDLE;
    } else if (other) {
        handle = k32_handle_open(other);
        error = handle ? ERROR_ALREADY_EXISTS : ERROR_NOT_ENOUGH_MEMORY;
    } else if (!name || !*name || insert(object, name)) {
        handle = k32_handle_open(object);
        error = handle ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
    } else {
        error = ERROR_NOT_ENOUGH_MEMORY;
    }
    pthread_mutex_unlock(&names_lock);
    if (other)
        k32_release(other);
    if (!handle)
        k32_name_remove(object);
    k32_release(object);
    SetLastError(error);
    return handle;
}

HANDLE k32_name_open(const struct k32_type *type, const WCHAR *name)
{
    if (!name || !*name) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    pthread_mutex_lock(&names_lock);
    struct k32_object *object = find_object(name);
    HANDLE handle = object && object->type == type ? k32_handle_open(object) : NULL;
    pthread_mutex_unlock(&names_lock);
    if (!handle)
        SetLastError(object ? ERROR_INVALID_HANDLE : ERROR_FILE_NOT_FOUND);
    if (object)
        k32_release(object);
    return handle;
}

void k32_name_remove(struct k32_object *object)
{
    pthread_mutex_lock(&names_lock);
    for (struct name **at = &names; *at; at = &(*at)->next) {
        struct name *n = *at;
        /* somebody may have opened it again between the last close and here */
        if (n->object == object && !k32_object_is_open(object)) {
            *at = n->next;
            free(n);
            break;
        }
    }
    pthread_mutex_unlock(&names_lock);
}
