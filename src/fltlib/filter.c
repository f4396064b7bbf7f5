/* Loading, attaching, and handles for queries (P-126 to P-131, P-138, P-139). */
#include "fltUser.h"
#include "kernel32/session.h"
#include "kernel32/handle.h"
#include "rtl/status.h"

#include <ntstatus.h>
#include <stdlib.h>
#include <string.h>

#define E_INVALID_PARAMETER ((HRESULT)0x80070057)
#define E_INVALID_OBJECT ((HRESULT)0x80070006)

static bool is_empty(LPCWSTR text)
{
    return text == NULL || text[0] == 0;
}

static HRESULT ask(const struct session_request *request)
{
    struct session_reply reply;
    NTSTATUS status = session_ask(request, &reply);

    free(reply.data);
    return rtl_status_to_hresult(status);
}

HRESULT WINAPI FilterLoad(LPCWSTR lpFilterName)
{
    struct session_request request = {.op = WIRE_LOAD, .strings = {lpFilterName}};

    return is_empty(lpFilterName) ? E_INVALID_PARAMETER : ask(&request);
}

HRESULT WINAPI FilterUnload(LPCWSTR lpFilterName)
{
    struct session_request request = {.op = WIRE_UNLOAD, .strings = {lpFilterName}};

    return is_empty(lpFilterName) ? E_INVALID_PARAMETER : ask(&request);
}

/* Without a terminator in the answer; with one in the buffer. */
static HRESULT give_string(const struct session_reply *reply, LPWSTR buffer, size_t bytes)
{
    if (buffer == NULL)
        return S_OK;
    if (bytes < reply->length + sizeof(WCHAR))
        return rtl_status_to_hresult(STATUS_BUFFER_TOO_SMALL);
    memcpy(buffer, reply->data, reply->length);
    buffer[reply->length / sizeof(WCHAR)] = 0;
    return S_OK;
}

static HRESULT attach(const struct session_request *request, DWORD length, LPWSTR created)
{
    struct session_reply reply;

    if (is_empty(request->strings[0]) || is_empty(request->strings[1]))
        return E_INVALID_PARAMETER;
    NTSTATUS status = session_ask(request, &reply);
    HRESULT result =
        NT_SUCCESS(status) ? give_string(&reply, created, length) : rtl_status_to_hresult(status);
    /* a call that fails has attached nothing */
    if (NT_SUCCESS(status) && FAILED(result))
        FilterDetach(request->strings[0], request->strings[1], (LPCWSTR)(const void *)reply.data);
    free(reply.data);
    return result;
}

HRESULT WINAPI FilterAttach(LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpInstanceName,
    DWORD dwCreatedInstanceNameLength, LPWSTR lpCreatedInstanceName)
{
    struct session_request request = {
        .op = WIRE_ATTACH, .strings = {lpFilterName, lpVolumeName, lpInstanceName}};

    return attach(&request, dwCreatedInstanceNameLength, lpCreatedInstanceName);
}

HRESULT WINAPI FilterAttachAtAltitude(LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpAltitude,
    LPCWSTR lpInstanceName, DWORD dwCreatedInstanceNameLength, LPWSTR lpCreatedInstanceName)
{
    struct session_request request = {
        .op = WIRE_ATTACH_AT_ALTITUDE, .strings = {lpFilterName, lpVolumeName, lpInstanceName, lpAltitude}};

    if (is_empty(lpAltitude))
        return E_INVALID_PARAMETER;
    return attach(&request, dwCreatedInstanceNameLength, lpCreatedInstanceName);
}

HRESULT WINAPI FilterDetach(LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpInstanceName)
{
    struct session_request request = {
        .op = WIRE_DETACH, .strings = {lpFilterName, lpVolumeName, lpInstanceName}};

    if (is_empty(lpFilterName) || is_empty(lpVolumeName))
        return E_INVALID_PARAMETER;
    return ask(&request);
}

HRESULT WINAPI FilterGetDosName(LPCWSTR lpVolumeName, LPWSTR lpDosName, DWORD dwDosNameBufferSize)
{
    struct session_request request = {.op = WIRE_DOS_NAME, .strings = {lpVolumeName}};
    struct session_reply reply;

    if (is_empty(lpVolumeName) || lpDosName == NULL)
        return E_INVALID_PARAMETER;
    NTSTATUS status = session_ask(&request, &reply);
    HRESULT result = NT_SUCCESS(status)
                         ? give_string(&reply, lpDosName, (size_t)dwDosNameBufferSize * sizeof(WCHAR))
                         : rtl_status_to_hresult(status);
    free(reply.data);
    return result;
}

/* ---- handles: names that were there when they were opened ---- */

struct query {
    struct k32_object object;
    enum wire_op op;
    WCHAR *names[3];
};

static void query_destroy(struct k32_object *object)
{
    struct query *query = CONTAINING_RECORD(object, struct query, object);

    for (unsigned i = 0; i < 3; i++)
        free(query->names[i]);
    free(query);
}

static const struct k32_type filter_type = {.name = "Filter", .destroy = query_destroy};
static const struct k32_type instance_type = {.name = "FilterInstance", .destroy = query_destroy};

static WCHAR *copy(LPCWSTR text)
{
    size_t length = 0;

    if (text == NULL)
        return NULL;
    while (text[length] != 0)
        length++;
    WCHAR *to = malloc((length + 1) * sizeof *to);
    if (to != NULL)
        memcpy(to, text, (length + 1) * sizeof *to);
    return to;
}

static HRESULT query_information(
    struct query *query, uint32_t information_class, LPVOID buffer, DWORD size, LPDWORD bytes)
{
    struct session_request request = {.op = query->op,
        .arguments = {information_class, 0, buffer != NULL ? size : 0},
        .strings = {query->names[0], query->names[1], query->names[2]}};
    struct session_reply reply;

    *bytes = 0;
    if (buffer == NULL && size != 0)
        return E_INVALID_PARAMETER;
    NTSTATUS status = session_ask(&request, &reply);
    if (NT_SUCCESS(status) && reply.length > size)
        status = SESSION_NO_MANAGER; /* a manager never gives more than it was asked for */
    if (NT_SUCCESS(status)) {
        memcpy(buffer, reply.data, reply.length);
        *bytes = reply.length;
    } else if (status == STATUS_BUFFER_TOO_SMALL) {
        *bytes = reply.bytes;
    }
    free(reply.data);
    return rtl_status_to_hresult(status);
}

static HRESULT open_query(
    const struct k32_type *type, enum wire_op op, LPCWSTR a, LPCWSTR b, LPCWSTR c, HANDLE *handle)
{
    DWORD needed;

    *handle = INVALID_HANDLE_VALUE;
    struct query *query = calloc(1, sizeof *query);
    if (query == NULL)
        return rtl_status_to_hresult(STATUS_NO_MEMORY);
    k32_object_init(&query->object, type);
    query->op = op;
    query->names[0] = copy(a);
    query->names[1] = copy(b);
    query->names[2] = copy(c);
    HRESULT result = query_information(query, 0, NULL, 0, &needed);
    if (result != rtl_status_to_hresult(
                      STATUS_BUFFER_TOO_SMALL)) { /* it is there when its information only lacks a buffer */
        k32_release(&query->object);
        return FAILED(result) ? result : rtl_status_to_hresult(STATUS_UNSUCCESSFUL);
    }
    HANDLE given = k32_handle_give(&query->object);
    if (given == NULL)
        return rtl_status_to_hresult(STATUS_INSUFFICIENT_RESOURCES);
    *handle = given;
    return S_OK;
}

static HRESULT information_of(const struct k32_type *type, HANDLE handle, uint32_t information_class,
    LPVOID buffer, DWORD size, LPDWORD bytes)
{
    if (bytes == NULL)
        return E_INVALID_PARAMETER;
    struct k32_object *object = k32_object_of(handle, type);
    if (object == NULL)
        return E_INVALID_OBJECT;
    HRESULT result = query_information(
        CONTAINING_RECORD(object, struct query, object), information_class, buffer, size, bytes);
    k32_release(object);
    return result;
}

static HRESULT close_query(const struct k32_type *type, HANDLE handle)
{
    struct k32_object *object = k32_object_of(handle, type);

    if (object == NULL)
        return E_INVALID_OBJECT;
    k32_release(object);
    return rtl_status_to_hresult(k32_handle_close(handle));
}

HRESULT WINAPI FilterCreate(LPCWSTR lpFilterName, HFILTER *hFilter)
{
    if (hFilter == NULL)
        return E_INVALID_PARAMETER;
    *hFilter = INVALID_HANDLE_VALUE;
    if (is_empty(lpFilterName))
        return E_INVALID_PARAMETER;
    return open_query(&filter_type, WIRE_FILTER_GET, lpFilterName, NULL, NULL, hFilter);
}

HRESULT WINAPI FilterClose(HFILTER hFilter)
{
    return close_query(&filter_type, hFilter);
}

HRESULT WINAPI FilterInstanceCreate(
    LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpInstanceName, HFILTER_INSTANCE *hInstance)
{
    if (hInstance == NULL)
        return E_INVALID_PARAMETER;
    *hInstance = INVALID_HANDLE_VALUE;
    if (is_empty(lpFilterName) || is_empty(lpVolumeName))
        return E_INVALID_PARAMETER;
    return open_query(
        &instance_type, WIRE_INSTANCE_GET, lpFilterName, lpVolumeName, lpInstanceName, hInstance);
}

HRESULT WINAPI FilterInstanceClose(HFILTER_INSTANCE hInstance)
{
    return close_query(&instance_type, hInstance);
}

HRESULT WINAPI FilterGetInformation(HFILTER hFilter, FILTER_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned)
{
    return information_of(&filter_type, hFilter, dwInformationClass, lpBuffer, dwBufferSize, lpBytesReturned);
}

HRESULT WINAPI FilterInstanceGetInformation(HFILTER_INSTANCE hInstance,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize,
    LPDWORD lpBytesReturned)
{
    return information_of(
        &instance_type, hInstance, dwInformationClass, lpBuffer, dwBufferSize, lpBytesReturned);
}
