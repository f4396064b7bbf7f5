/* Handles that a driver opened in this process. See foreign.h. */
#include "kernel32/foreign.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel32/mapping.h"
#include "kernel32/session.h"
#include "ntstatus.h"

static NTSTATUS ask(enum wire_op op, HANDLE handle, struct session_reply *reply, int *fd)
{
    const struct session_request request = {.op = op, .arguments = {(uint32_t)(ULONG_PTR)handle}};
    int socket = session_connect();

    if (socket < 0)
        return STATUS_INVALID_HANDLE; /* without a manager there is no such handle */
    NTSTATUS status = session_exchange(socket, &request, reply, fd);
    close(socket);
    return status == SESSION_NO_MANAGER ? STATUS_INVALID_HANDLE : status;
}

struct k32_object *k32_foreign_object(HANDLE handle, NTSTATUS *status)
{
    struct k32_object *object = NULL;
    struct session_reply reply = {0};
    struct wire_handle lent = {0};
    int fd = -1;

    *status = ask(WIRE_HANDLE_OPEN, handle, &reply, &fd);
    if (reply.length == sizeof lent)
        memcpy(&lent, reply.data, sizeof lent);
    free(reply.data);
    if (NT_SUCCESS(*status) && fd >= 0 && lent.type == WIRE_HANDLE_SECTION)
        object = k32_section_new(fd, lent.size, lent.protection);
    else if (fd >= 0)
        close(fd);
    if (!object && NT_SUCCESS(*status))
        *status = STATUS_NO_MEMORY;
    return object;
}

NTSTATUS k32_foreign_close(HANDLE handle)
{
    struct session_reply reply = {0};
    NTSTATUS status = ask(WIRE_HANDLE_CLOSE, handle, &reply, NULL);

    free(reply.data);
    return status;
}
