/* Requests to the manager. See session.h. */
#include "kernel32/session.h"

#include <ntstatus.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static size_t wide_length(const WCHAR *text)
{
    size_t n = 0;

    while (text[n] != 0)
        n++;
    return n;
}

/* A handle is a descriptor here, and Windows allows a process many of them. */
static bool raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= limit.rlim_max)
        return false;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

int session_connect(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int error = wire_socket_path(address.sun_path, sizeof address.sun_path);

    if (error != 0)
        return error;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0 && errno == EMFILE && raise_limit())
        fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    while (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        if (errno == EINTR)
            continue;
        error = -errno;
        close(fd);
        return error;
    }
    return fd;
}

/* The strings behind the header, in their order. NULL when they do not fit into a packet. */
static uint8_t *pack(const struct session_request *request, struct wire_request *header, size_t *size)
{
    const void *parts[WIRE_STRINGS] = {NULL};

    *header = (struct wire_request){.magic = WIRE_MAGIC, .op = request->op};
    memcpy(header->arguments, request->arguments, sizeof header->arguments);
    *size = 0;
    for (unsigned i = 0; i < WIRE_STRINGS; i++) {
        parts[i] = request->strings[i];
        size_t length = request->strings[i] != NULL ? wide_length(request->strings[i]) * sizeof(WCHAR) : 0;
        if (request->raw[i].bytes != NULL) {
            parts[i] = request->raw[i].bytes;
            length = request->raw[i].length;
        }
        if (parts[i] == NULL)
            continue;
        header->present |= 1u << i;
        header->lengths[i] = (uint32_t)length;
        *size += length;
        if (length > WIRE_MAX_PACKET || *size > WIRE_MAX_PACKET - sizeof *header)
            return NULL;
    }
    if (request->extra.length > WIRE_MAX_PACKET - sizeof *header - *size)
        return NULL;
    uint8_t *packet = malloc(*size + request->extra.length + 1);
    for (unsigned i = 0, at = 0; packet != NULL && i < WIRE_STRINGS; i++) {
        if (header->lengths[i] > 0)
            memcpy(packet + at, parts[i], header->lengths[i]);
        at += header->lengths[i];
    }
    if (packet != NULL && request->extra.length > 0)
        memcpy(packet + *size, request->extra.bytes, request->extra.length);
    *size += request->extra.length;
    return packet;
}

/* Two zero bytes stand behind the data: it may be a string. */
static bool append(struct session_reply *reply, const uint8_t *bytes, size_t length)
{
    uint8_t *data = length <= UINT32_MAX / 2 - reply->length ? realloc(reply->data, reply->length + length + 2) : NULL;

    if (data == NULL)
        return false;
    memcpy(data + reply->length, bytes, length);
    reply->data = data;
    reply->length += (uint32_t)length;
    data[reply->length] = data[reply->length + 1] = 0;
    return true;
}

/* One packet of an answer; STATUS_MORE_ENTRIES: there are further ones. */
static NTSTATUS receive_part(int socket, uint8_t *room, struct session_reply *reply, int *fd)
{
    struct wire_reply header;
    ssize_t n = wire_receive(socket, room, WIRE_MAX_PACKET, fd, true);

    if (n < (ssize_t)sizeof header)
        return SESSION_NO_MANAGER;
    memcpy(&header, room, sizeof header);
    size_t length = (size_t)n - sizeof header;
    if (header.magic != WIRE_MAGIC || header.data_length != length)
        return SESSION_NO_MANAGER;
    reply->status = (NTSTATUS)header.status;
    reply->bytes = header.bytes;
    return append(reply, room + sizeof header, length) ? reply->status : STATUS_NO_MEMORY;
}

static NTSTATUS receive(int socket, struct session_reply *reply, int *fd)
{
    uint8_t *room = malloc(WIRE_MAX_PACKET);
    NTSTATUS status = room != NULL ? receive_part(socket, room, reply, fd) : STATUS_NO_MEMORY;

    while (status == STATUS_MORE_ENTRIES)
        status = receive_part(socket, room, reply, NULL);
    free(room);
    return status;
}

NTSTATUS session_exchange(
    int socket, const struct session_request *request, struct session_reply *reply, int *fd)
{
    struct wire_request header;
    size_t size;

    memset(reply, 0, sizeof *reply);
    uint8_t *packet = pack(request, &header, &size);
    if (packet == NULL)
        return STATUS_NAME_TOO_LONG;
    int error = wire_send(socket, &header, sizeof header, packet, size, -1);
    free(packet);
    if (error != 0)
        return SESSION_NO_MANAGER;
    return receive(socket, reply, fd);
}

/* A process that has reached its soft limit of descriptors gets its hard one. */
static int make_pair(int pair[2])
{
    int error = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);

    if (error < 0 && errno == EMFILE && raise_limit())
        error = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
    return error;
}

NTSTATUS session_share(
    int socket, const struct wire_request *request, int pidfd, struct session_reply *reply, int *fd)
{
    const uint32_t nothing = 0;
    int pair[2], error = 0;

    *fd = -1;
    memset(reply, 0, sizeof *reply);
    if (make_pair(pair) < 0)
        return STATUS_TOO_MANY_OPENED_FILES;
    if (pidfd >= 0)
        error = wire_send(pair[0], &nothing, sizeof nothing, NULL, 0, pidfd);
    if (error == 0)
        error = wire_send(socket, request, sizeof *request, NULL, 0, pair[1]);
    close(pair[1]); /* the manager's now: what it does not answer ends */
    NTSTATUS status = error == 0 ? receive(pair[0], reply, fd) : SESSION_NO_MANAGER;
    close(pair[0]);
    if (NT_SUCCESS(status) && pidfd < 0 && (*fd < 0 || reply->length != sizeof(struct wire_file_opened)))
        status = SESSION_NO_MANAGER;
    return status;
}

NTSTATUS session_ask(const struct session_request *request, struct session_reply *reply)
{
    int socket = session_connect();

    memset(reply, 0, sizeof *reply);
    if (socket < 0)
        return SESSION_NO_MANAGER;
    NTSTATUS status = session_exchange(socket, request, reply, NULL);
    close(socket);
    return status;
}
