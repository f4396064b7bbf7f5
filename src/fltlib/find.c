/* Enumerations: a handle that remembers what is enumerated and how far it has come (P-132 to P-137). */
#include "fltUser.h"
#include "kernel32/session.h"
#include "kernel32/handle.h"
#include "rtl/status.h"

#include <ntstatus.h>
#include <stdlib.h>
#include <string.h>

#define E_INVALID_PARAMETER ((HRESULT)0x80070057)
#define E_INVALID_FIND ((HRESULT)0x80070006)

struct find {
    struct k32_object object;
    enum wire_op op;
    uint32_t index; /* __atomic */
    WCHAR *name;    /* the filter's or the volume's; NULL */
};

static void find_destroy(struct k32_object *object)
{
    struct find *find = CONTAINING_RECORD(object, struct find, object);

    free(find->name);
    free(find);
}

static const struct k32_type find_type = {.name = "FilterFind", .destroy = find_destroy};

static WCHAR *copy_name(LPCWSTR name)
{
    size_t length = 0;

    while (name[length] != 0)
        length++;
    WCHAR *copy = malloc((length + 1) * sizeof *copy);
    if (copy != NULL)
        memcpy(copy, name, (length + 1) * sizeof *copy);
    return copy;
}

/* One entry; moves on only when it was given (P-133). */
static HRESULT next(struct find *find, uint32_t information_class, LPVOID buffer, DWORD size, LPDWORD bytes)
{
    struct session_request request = {.op = find->op,
        .arguments = {information_class, __atomic_load_n(&find->index, __ATOMIC_RELAXED),
            buffer != NULL ? size : 0},
        .strings = {find->name}};
    struct session_reply reply;

    if (bytes == NULL)
        return E_INVALID_PARAMETER;
    *bytes = 0;
    if (buffer == NULL && size != 0)
        return E_INVALID_PARAMETER;
    NTSTATUS status = session_ask(&request, &reply);
    if (NT_SUCCESS(status) && reply.length > size)
        status = SESSION_NO_MANAGER; /* a manager never gives more than it was asked for */
    if (NT_SUCCESS(status)) {
        memcpy(buffer, reply.data, reply.length);
        *bytes = reply.length;
        __atomic_add_fetch(&find->index, 1, __ATOMIC_RELAXED);
    } else if (status == STATUS_BUFFER_TOO_SMALL) {
        *bytes = reply.bytes;
    }
    free(reply.data);
    return rtl_status_to_hresult(status);
}

static HRESULT first(enum wire_op op, LPCWSTR name, uint32_t information_class, LPVOID buffer, DWORD size,
    LPDWORD bytes, LPHANDLE handle)
{
    bool needs_name = op == WIRE_INSTANCE_FIND || op == WIRE_VOLUME_INSTANCE_FIND;

    if (handle == NULL)
        return E_INVALID_PARAMETER;
    *handle = INVALID_HANDLE_VALUE; /* whatever the failure (P-132) */
    if (needs_name && name == NULL)
        return E_INVALID_PARAMETER;
    struct find *find = calloc(1, sizeof *find);
    if (find == NULL)
        return rtl_status_to_hresult(STATUS_NO_MEMORY);
    k32_object_init(&find->object, &find_type);
    find->op = op;
    find->name = name != NULL ? copy_name(name) : NULL;
    if (name != NULL && find->name == NULL) {
        k32_release(&find->object);
        return rtl_status_to_hresult(STATUS_NO_MEMORY);
    }
    HRESULT result = next(find, information_class, buffer, size, bytes);
    if (FAILED(result)) {
        k32_release(&find->object);
        return result;
    }
    HANDLE given = k32_handle_give(&find->object);
    if (given == NULL)
        return rtl_status_to_hresult(STATUS_INSUFFICIENT_RESOURCES);
    *handle = given;
    return S_OK;
}

/* A search goes on with the call that belongs to the one that began it. */
static HRESULT next_of(
    enum wire_op op, HANDLE handle, uint32_t information_class, LPVOID buffer, DWORD size, LPDWORD bytes)
{
    struct k32_object *object = k32_object_of(handle, &find_type);

    if (object == NULL)
        return E_INVALID_FIND;
    struct find *find = CONTAINING_RECORD(object, struct find, object);
    HRESULT result = find->op == op ? next(find, information_class, buffer, size, bytes) : E_INVALID_FIND;
    k32_release(object);
    return result;
}

static HRESULT close_find(enum wire_op op, HANDLE handle)
{
    struct k32_object *object = k32_object_of(handle, &find_type);

    if (object == NULL)
        return E_INVALID_FIND;
    bool own = CONTAINING_RECORD(object, struct find, object)->op == op;
    k32_release(object);
    return own ? rtl_status_to_hresult(k32_handle_close(handle)) : E_INVALID_FIND;
}

HRESULT WINAPI FilterFindFirst(FILTER_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer,
    DWORD dwBufferSize, LPDWORD lpBytesReturned, LPHANDLE lpFilterFind)
{
    return first(
        WIRE_FILTER_FIND, NULL, dwInformationClass, lpBuffer, dwBufferSize, lpBytesReturned, lpFilterFind);
}

HRESULT WINAPI FilterFindNext(HANDLE hFilterFind, FILTER_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned)
{
    return next_of(
        WIRE_FILTER_FIND, hFilterFind, dwInformationClass, lpBuffer, dwBufferSize, lpBytesReturned);
}

HRESULT WINAPI FilterFindClose(HANDLE hFilterFind)
{
    return close_find(WIRE_FILTER_FIND, hFilterFind);
}

HRESULT WINAPI FilterVolumeFindFirst(FILTER_VOLUME_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer,
    DWORD dwBufferSize, LPDWORD lpBytesReturned, PHANDLE lpVolumeFind)
{
    return first(
        WIRE_VOLUME_FIND, NULL, dwInformationClass, lpBuffer, dwBufferSize, lpBytesReturned, lpVolumeFind);
}

HRESULT WINAPI FilterVolumeFindNext(HANDLE hVolumeFind, FILTER_VOLUME_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned)
{
    return next_of(
        WIRE_VOLUME_FIND, hVolumeFind, dwInformationClass, lpBuffer, dwBufferSize, lpBytesReturned);
}

HRESULT WINAPI FilterVolumeFindClose(HANDLE hVolumeFind)
{
    return close_find(WIRE_VOLUME_FIND, hVolumeFind);
}

HRESULT WINAPI FilterInstanceFindFirst(LPCWSTR lpFilterName, INSTANCE_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned, LPHANDLE lpFilterInstanceFind)
{
    return first(WIRE_INSTANCE_FIND, lpFilterName, dwInformationClass, lpBuffer, dwBufferSize,
        lpBytesReturned, lpFilterInstanceFind);
}

HRESULT WINAPI FilterInstanceFindNext(HANDLE hFilterInstanceFind,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize,
    LPDWORD lpBytesReturned)
{
    return next_of(
        WIRE_INSTANCE_FIND, hFilterInstanceFind, dwInformationClass, lpBuffer, dwBufferSize, lpBytesReturned);
}

HRESULT WINAPI FilterInstanceFindClose(HANDLE hFilterInstanceFind)
{
    return close_find(WIRE_INSTANCE_FIND, hFilterInstanceFind);
}

HRESULT WINAPI FilterVolumeInstanceFindFirst(LPCWSTR lpVolumeName,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize,
    LPDWORD lpBytesReturned, LPHANDLE lpVolumeInstanceFind)
{
    return first(WIRE_VOLUME_INSTANCE_FIND, lpVolumeName, dwInformationClass, lpBuffer, dwBufferSize,
        lpBytesReturned, lpVolumeInstanceFind);
}

HRESULT WINAPI FilterVolumeInstanceFindNext(HANDLE hVolumeInstanceFind,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize,
    LPDWORD lpBytesReturned)
{
    return next_of(WIRE_VOLUME_INSTANCE_FIND, hVolumeInstanceFind, dwInformationClass, lpBuffer, dwBufferSize,
        lpBytesReturned);
}

HRESULT WINAPI FilterVolumeInstanceFindClose(HANDLE hVolumeInstanceFind)
{
    return close_find(WIRE_VOLUME_INSTANCE_FIND, hVolumeInstanceFind);
}
