/* Handles of one open file of the manager in several processes: inherited, duplicated. Each is a socket of its
 * own, so that the manager knows who acts. See wire.h. Any thread. */
#include <stdlib.h>
#include <unistd.h>

#include "kernel32/ntfile.h"
#include "ntstatus.h"

static NTSTATUS share(int socket, const struct wire_request *request, bool overlapped, struct k32_object **object)
{
    struct session_reply reply;
    struct k32_nt_file *file = NULL;
    int own = -1;

    NTSTATUS status = session_share(socket, request, -1, &reply, &own);
    if (NT_SUCCESS(status)) {
        file = k32_nt_new(own, overlapped, (const struct wire_file_opened *)reply.data);
        status = file ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    free(reply.data);
    if (file)
        *object = &file->object;
    else if (own >= 0)
        close(own);
    return status;
}

NTSTATUS k32_nt_share(struct k32_nt_file *file, int *socket)
{
    const struct wire_request request = {.magic = WIRE_MAGIC, .op = WIRE_FILE_SHARE};
    struct session_reply reply;
    NTSTATUS status = session_share(file->socket, &request, -1, &reply, socket);

    free(reply.data);
    return status;
}

NTSTATUS k32_nt_take(int socket, bool overlapped, HANDLE value, struct k32_object **object)
{
    const struct wire_request request = {
        .magic = WIRE_MAGIC, .op = WIRE_FILE_SHARE, .arguments = {0, 0, (uint32_t)(ULONG_PTR)value}};
    NTSTATUS status = share(socket, &request, overlapped, object);

    if (NT_SUCCESS(status))
        ((struct k32_nt_file *)*object)->value = (uint32_t)(ULONG_PTR)value;
    return status;
}

NTSTATUS k32_nt_with_access(struct k32_object *object, ACCESS_MASK access, struct k32_object **other)
{
    const struct k32_nt_file *file = (const struct k32_nt_file *)object;
    HANDLE value = k32_handle_reserve();
    const struct wire_request request = {.magic = WIRE_MAGIC,
        .op = WIRE_FILE_SHARE,
        .arguments = {1, access, (uint32_t)(ULONG_PTR)value}};
    NTSTATUS status = share(file->socket, &request, file->overlapped, other);

    if (NT_SUCCESS(status))
        k32_nt_expect((struct k32_nt_file *)*other, value);
    else if (value)
        k32_handle_unreserve(value);
    return status;
}

/* Nobody waits for this: what the full socket does not take is not told. */
static void change_value(struct k32_nt_file *file, HANDLE from, HANDLE to)
{
    const struct wire_request request = {
        .magic = WIRE_MAGIC, .op = WIRE_FILE_VALUE, .arguments = {(uint32_t)(ULONG_PTR)to}};

    pthread_mutex_lock(&file->lock);
    bool changes = file->value == (uint32_t)(ULONG_PTR)from;
    if (changes)
        file->value = (uint32_t)(ULONG_PTR)to;
    pthread_mutex_unlock(&file->lock);
    if (changes)
        wire_try_send(file->socket, &request, sizeof request, NULL, 0, -1);
}

void k32_nt_found(struct k32_object *object, HANDLE value)
{
    change_value((struct k32_nt_file *)object, NULL, value);
}

void k32_nt_lost(struct k32_object *object, HANDLE value)
{
    change_value((struct k32_nt_file *)object, value, NULL);
}

NTSTATUS k32_nt_give(
    struct k32_object *object, int pidfd, const ACCESS_MASK *access, bool inherit, HANDLE *handle)
{
    const struct k32_nt_file *file = (const struct k32_nt_file *)object;
    const struct wire_request request = {.magic = WIRE_MAGIC,
        .op = WIRE_FILE_DUPLICATE,
        .arguments = {access != NULL, access ? *access : 0,
            (inherit ? WIRE_DUPLICATE_INHERIT : 0) | (file->overlapped ? WIRE_DUPLICATE_OVERLAPPED : 0)}};
    struct session_reply reply;
    int none = -1;
    NTSTATUS status = session_share(file->socket, &request, pidfd, &reply, &none);

    if (none >= 0)
        close(none);
    free(reply.data);
    if (NT_SUCCESS(status))
        *handle = (HANDLE)(ULONG_PTR)reply.bytes;
    return status;
}

static NTSTATUS ask(const struct session_request *request, DWORD *flags, struct k32_object **object)
{
    struct session_reply reply;
    struct k32_nt_file *file = NULL;
    int socket = session_connect(), own = -1;

    if (socket < 0)
        return SESSION_NO_MANAGER;
    NTSTATUS status = session_exchange(socket, request, &reply, &own);
    close(socket);
    *flags = reply.bytes & WIRE_DUPLICATE_INHERIT ? HANDLE_FLAG_INHERIT : 0;
    if (NT_SUCCESS(status) && own >= 0 && reply.length == sizeof(struct wire_file_opened)) {
        file = k32_nt_new(
            own, reply.bytes & WIRE_DUPLICATE_OVERLAPPED, (const struct wire_file_opened *)reply.data);
        status = file ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    free(reply.data);
    *object = file ? &file->object : NULL;
    if (!file && own >= 0)
        close(own);
    return status;
}

NTSTATUS k32_nt_claim(HANDLE handle, DWORD *flags, struct k32_object **object)
{
    const struct session_request request = {
        .op = WIRE_FILE_CLAIM, .arguments = {(uint32_t)(ULONG_PTR)handle}};
    NTSTATUS status = ask(&request, flags, object);

    if (NT_SUCCESS(status) && *object)
        ((struct k32_nt_file *)*object)->value = (uint32_t)(ULONG_PTR)handle;
    return NT_SUCCESS(status) && !*object ? STATUS_INVALID_HANDLE : status;
}

NTSTATUS k32_nt_claim_of(
    uint32_t process, HANDLE handle, uint32_t how, ACCESS_MASK access, struct k32_object **object)
{
    const struct session_request request = {.op = WIRE_FILE_CLAIM,
        .arguments = {(uint32_t)(ULONG_PTR)handle & ~3u, process, how, access}};
    DWORD flags;
    NTSTATUS status = ask(&request, &flags, object);

    return NT_SUCCESS(status) && how & WIRE_CLAIM_TAKE && !*object ? SESSION_NO_MANAGER : status;
}
