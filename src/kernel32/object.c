/* Objects and the table of handles. */
#include "kernel32/handle.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kernel32/foreign.h"
#include "kernel32/given.h"
#include "kernel32/process.h"
#include "ntstatus.h"
#include "rtl/handle_value.h"
#include "rtl/status.h"

struct entry {
    struct k32_object *object; /* NULL: free */
    DWORD flags;               /* HANDLE_FLAG_... */
    bool reserved;             /* not free, and no handle yet */
    uint32_t next_free;
};

#define NONE UINT32_MAX
#define FIRST_HANDLE 4 /* handles are multiples of four, as on Windows */

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *table;
static uint32_t table_size, free_first = NONE, free_last = NONE;

/* --- objects --- */

void k32_object_init(struct k32_object *object, const struct k32_type *type)
{
    memset(object, 0, sizeof *object);
    object->type = type;
    object->references = 1;
}

void k32_reference(struct k32_object *object)
{
    __atomic_fetch_add(&object->references, 1, __ATOMIC_RELAXED);
}

void k32_release(struct k32_object *object)
{
    if (__atomic_fetch_sub(&object->references, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    struct k32_object *port = object->port;
    if (object->reserved)
        k32_handle_unreserve(object->reserved);
    object->type->destroy(object);
    if (port)
        k32_release(port);
}

/* --- the table; all under its lock --- */

/* Freed entries are used again oldest first, so that a stale handle is noticed for as long as possible. */
static void put_free(uint32_t index)
{
    table[index].next_free = NONE;
    if (free_last == NONE)
        free_first = index;
    else
        table[free_last].next_free = index;
    free_last = index;
}

static bool grow(void)
{
    uint32_t size = table_size ? table_size * 2 : 64;
    struct entry *larger = size > (1u << 24) ? NULL : realloc(table, size * sizeof *larger);

    if (!larger)
        return false;
    table = larger;
    for (uint32_t i = table_size; i < size; i++) {
        table[i].object = NULL;
        table[i].flags = 0;
        table[i].reserved = false;
        put_free(i);
    }
    table_size = size;
    return true;
}

static uint32_t take_free(void)
{
    if (free_first == NONE && !grow())
        return NONE;
    uint32_t index = free_first;
    free_first = table[index].next_free;
    if (free_first == NONE)
        free_last = NONE;
    return index;
}

static HANDLE value_of(uint32_t index)
{
    return (HANDLE)((ULONG_PTR)(index + 1) * 4);
}

static uint32_t index_of(HANDLE handle)
{
    return (uint32_t)((ULONG_PTR)handle / 4 - FIRST_HANDLE / 4);
}

static struct entry *entry_of(HANDLE handle)
{
    ULONG_PTR value = (ULONG_PTR)handle & ~(ULONG_PTR)3; /* the two low bits are the owner's */
    ULONG_PTR index = value / 4 - FIRST_HANDLE / 4;

    if (value < FIRST_HANDLE || index >= table_size || !table[index].object)
        return NULL;
    return &table[index];
}

HANDLE k32_handle_open(struct k32_object *object)
{
    HANDLE handle = NULL;

    pthread_mutex_lock(&table_lock);
    uint32_t index = object->reserved ? index_of(object->reserved) : take_free();
    object->reserved = NULL;
    if (index != NONE) {
        table[index].object = object;
        table[index].flags = 0;
        table[index].reserved = false;
        object->handles++;
        k32_reference(object);
        handle = value_of(index);
    }
    pthread_mutex_unlock(&table_lock);
    return handle;
}

HANDLE k32_handle_reserve(void)
{
    pthread_mutex_lock(&table_lock);
    uint32_t index = take_free();
    if (index != NONE)
        table[index].reserved = true;
    pthread_mutex_unlock(&table_lock);
    return index != NONE ? value_of(index) : NULL;
}

void k32_handle_unreserve(HANDLE handle)
{
    pthread_mutex_lock(&table_lock);
    table[index_of(handle)].reserved = false;
    put_free(index_of(handle));
    pthread_mutex_unlock(&table_lock);
}

HANDLE k32_handle_give(struct k32_object *object)
{
    HANDLE handle = k32_handle_open(object);

    k32_release(object);
    if (!handle)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return handle;
}

static struct k32_object *pseudo_object(HANDLE handle)
{
    if (handle == GetCurrentProcess())
        return k32_current_process();
    if (handle == GetCurrentThread())
        return (struct k32_object *)k32_self();
    return NULL;
}

struct k32_object *k32_object_of(HANDLE handle, const struct k32_type *type)
{
    struct k32_object *object = pseudo_object(handle);
    NTSTATUS status = STATUS_INVALID_HANDLE;

    if (object) {
        k32_reference(object);
    } else if (rtl_is_manager_handle(handle)) {
        object = k32_foreign_object(handle, &status);
    } else {
        handle = k32_given_local(handle);
        pthread_mutex_lock(&table_lock);
        struct entry *e = entry_of(handle);
        object = e ? e->object : NULL;
        if (object)
            k32_reference(object);
        pthread_mutex_unlock(&table_lock);
    }
    if (object && type && object->type != type) {
        k32_release(object);
        object = NULL;
    }
    if (!object)
        k32_result(NT_SUCCESS(status) ? STATUS_INVALID_HANDLE : status);
    return object;
}

/* known: the value by which others know the handle */
static NTSTATUS close_local(HANDLE handle, HANDLE known)
{
    struct k32_object *object = NULL;
    NTSTATUS status = STATUS_INVALID_HANDLE;
    bool last = false;

    pthread_mutex_lock(&table_lock);
    struct entry *e = entry_of(handle);
    if (e && e->flags & HANDLE_FLAG_PROTECT_FROM_CLOSE) {
        status = STATUS_HANDLE_NOT_CLOSABLE;
    } else if (e) {
        object = e->object;
        e->object = NULL;
        last = --object->handles == 0;
        put_free((uint32_t)(e - table));
        status = STATUS_SUCCESS;
    }
    pthread_mutex_unlock(&table_lock);
    if (object && last && object->type->close)
        object->type->close(object);
    else if (object && !last && object->type->lost)
        object->type->lost(object, known);
    if (object)
        k32_release(object);
    return status;
}

NTSTATUS k32_handle_close(HANDLE handle)
{
    if (handle == GetCurrentProcess() || handle == GetCurrentThread())
        return STATUS_SUCCESS;
    if (rtl_is_manager_handle(handle))
        return k32_foreign_close(handle);
    if (!k32_is_given(handle))
        return close_local(handle, (HANDLE)((ULONG_PTR)handle & ~(ULONG_PTR)3));
    HANDLE local = k32_given_forget(handle);
    NTSTATUS status = close_local(local, (HANDLE)((ULONG_PTR)handle & ~(ULONG_PTR)3));
    if (status == STATUS_HANDLE_NOT_CLOSABLE)
        k32_given_remember(handle, local);
    return status;
}

bool k32_object_is_open(struct k32_object *object)
{
    pthread_mutex_lock(&table_lock);
    bool open = object->handles > 0;
    pthread_mutex_unlock(&table_lock);
    return open;
}

BOOL k32_result(NTSTATUS status)
{
    if (NT_SUCCESS(status))
        return TRUE;
    SetLastError(rtl_status_to_error(status));
    return FALSE;
}

/* --- the calls --- */

BOOL CloseHandle(HANDLE hObject)
{
    return k32_result(k32_handle_close(hObject));
}

BOOL GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags)
{
    hObject = k32_given_local(hObject);
    pthread_mutex_lock(&table_lock);
    struct entry *e = entry_of(hObject);
    if (e)
        *lpdwFlags = e->flags;
    pthread_mutex_unlock(&table_lock);
    return k32_result(e ? STATUS_SUCCESS : STATUS_INVALID_HANDLE);
}

/* -1: a child has nothing of it. */
static int descriptor_of(const struct entry *e)
{
    return e->object && e->object->type->descriptor ? e->object->type->descriptor(e->object) : -1;
}

void k32_each_inherited(void (*each)(int descriptor, void *context), void *context)
{
    pthread_mutex_lock(&table_lock);
    for (uint32_t i = 0; i < table_size; i++) {
        int descriptor = table[i].flags & HANDLE_FLAG_INHERIT ? descriptor_of(&table[i]) : -1;
        if (descriptor >= 0)
            each(descriptor, context);
    }
    pthread_mutex_unlock(&table_lock);
}

struct k32_inherited *k32_inherited(const struct k32_type *type, size_t *count)
{
    struct k32_inherited *list = NULL;

    *count = 0;
    pthread_mutex_lock(&table_lock);
    list = calloc((size_t)table_size + 1, sizeof *list);
    for (uint32_t i = 0; list && i < table_size; i++) {
        if (!(table[i].flags & HANDLE_FLAG_INHERIT) || !table[i].object || table[i].object->type != type)
            continue;
        k32_reference(table[i].object);
        list[(*count)++] =
            (struct k32_inherited){value_of(i), table[i].flags, table[i].object};
    }
    pthread_mutex_unlock(&table_lock);
    for (size_t i = 0; list && i < *count; i++)
        list[i].handle = k32_given_value(list[i].handle);
    return list;
}

/* The free entries in the order of their numbers. */
static void list_free(void)
{
    free_first = free_last = NONE;
    for (uint32_t i = 0; i < table_size; i++) {
        if (!table[i].object && !table[i].reserved)
            put_free(i);
    }
}

/* A value of another process' making stays one in the child. */
static bool place_given(HANDLE handle, DWORD flags, struct k32_object *object)
{
    HANDLE local = k32_handle_open(object);

    if (local && k32_given_remember(handle, local))
        return SetHandleInformation(local, flags, flags);
    if (local)
        k32_handle_close(local);
    return false;
}

bool k32_handle_place(HANDLE handle, DWORD flags, struct k32_object *object)
{
    if (k32_is_given(handle))
        return place_given(handle, flags, object);
    ULONG_PTR index = (ULONG_PTR)handle / 4 - FIRST_HANDLE / 4;
    bool ok = (ULONG_PTR)handle >= FIRST_HANDLE && (ULONG_PTR)handle % 4 == 0;

    pthread_mutex_lock(&table_lock);
    while (ok && index >= table_size)
        ok = grow();
    ok = ok && !table[index].object && !table[index].reserved;
    if (ok) {
        table[index].object = object;
        table[index].flags = flags;
        object->handles++;
        k32_reference(object);
        list_free();
    }
    pthread_mutex_unlock(&table_lock);
    return ok;
}

/* The object of a handle that becomes inheritable is told, with no lock held. */
static NTSTATUS tell_of_inheritance(HANDLE local)
{
    pthread_mutex_lock(&table_lock);
    struct entry *e = entry_of(local);
    struct k32_object *object = e && e->object->type->inherit ? e->object : NULL;
    if (object)
        k32_reference(object);
    pthread_mutex_unlock(&table_lock);
    if (!object)
        return STATUS_SUCCESS;
    NTSTATUS status = object->type->inherit(object, k32_given_value(local));
    k32_release(object);
    return status;
}

BOOL SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags)
{
    hObject = k32_given_local(hObject);
    NTSTATUS told = dwMask & dwFlags & HANDLE_FLAG_INHERIT ? tell_of_inheritance(hObject) : STATUS_SUCCESS;
    if (!NT_SUCCESS(told))
        return k32_result(told);
    pthread_mutex_lock(&table_lock);
    struct entry *e = entry_of(hObject);
    if (e) {
        e->flags = (e->flags & ~dwMask) | (dwFlags & dwMask);
        int descriptor = descriptor_of(e);
        if (descriptor >= 0)
            fcntl(descriptor, F_SETFD, e->flags & HANDLE_FLAG_INHERIT ? 0 : FD_CLOEXEC);
    }
    pthread_mutex_unlock(&table_lock);
    return k32_result(e ? STATUS_SUCCESS : STATUS_INVALID_HANDLE);
}

BOOL CompareObjectHandles(HANDLE hFirstObjectHandle, HANDLE hSecondObjectHandle)
{
    struct k32_object *a = k32_object_of(hFirstObjectHandle, NULL), *b = k32_object_of(hSecondObjectHandle, NULL);
    BOOL same = a && a == b;

    if (a)
        k32_release(a);
    if (b)
        k32_release(b);
    return same;
}
