/* The four message calls of fltUser.h (P-20 to P-33, P-81 to P-103). */
#include "fltUser.h"
#include "fltlib/pointer.h"
#include "fltlib/port.h"
#include "fltlib/spare.h"
#include "kernel32/session.h"
#include "rtl/status.h"

#include <errno.h>
#include <ntstatus.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_CONTEXT 65511u /* P-27 */
#define E_INVALID_PARAMETER ((HRESULT)0x80070057)
#define E_INVALID_PORT ((HRESULT)0x80070006)
#define E_BAD_POINTER ((HRESULT)0x800703E6) /* P-98 */
#define E_PENDING_IO ((HRESULT)0x800703E5)  /* P-82: the one success that is told as an error */

HRESULT WINAPI FilterConnectCommunicationPort(LPCWSTR lpPortName, DWORD dwOptions, LPCVOID lpContext,
    WORD wSizeOfContext, LPSECURITY_ATTRIBUTES lpSecurityAttributes, HANDLE *hPort)
{
    /* inheritability is all that the attributes say (P-32): such a connection outlives the process */
    bool inherit = lpSecurityAttributes != NULL && lpSecurityAttributes->bInheritHandle;
    struct session_request request = {
        .op = WIRE_CONNECT, .arguments = {dwOptions, inherit}, .strings = {lpPortName}};
    struct session_reply reply = {0};
    int memory = -1;

    if (hPort == NULL)
        return E_INVALID_PARAMETER;
    *hPort = INVALID_HANDLE_VALUE;                                          /* P-21 */
    if (lpPortName == NULL || (lpContext != NULL) != (wSizeOfContext != 0)) /* P-26 */
        return E_INVALID_PARAMETER;
    if (wSizeOfContext > MAX_CONTEXT)
        return rtl_status_to_hresult(STATUS_INTEGER_OVERFLOW);
    if (!fltlib_readable(lpContext, wSizeOfContext))
        return E_BAD_POINTER;
    request.raw[1] = (struct session_bytes){lpContext, wSizeOfContext};
    int socket = session_connect();
    if (socket == -EMFILE || socket == -ENFILE)
        return rtl_status_to_hresult(STATUS_TOO_MANY_OPENED_FILES);
    if (socket < 0)
        return rtl_status_to_hresult(STATUS_OBJECT_NAME_NOT_FOUND); /* no manager: no such port (P-22) */
    uint32_t number;
    struct chan_guest *kept = spare_take(&number);
    request.arguments[2] = number;
    NTSTATUS status = session_exchange(socket, &request, &reply, &memory);
    free(reply.data);
    if (kept != NULL && (!NT_SUCCESS(status) || memory >= 0 || reply.bytes != number)) {
        spare_put_back(kept, number); /* the manager has no use for it now */
        kept = NULL;
    }
    if (NT_SUCCESS(status) && memory < 0 && kept == NULL)
        status = STATUS_TOO_MANY_OPENED_FILES; /* the kernel had no place for it, and let it fall */
    if (NT_SUCCESS(status))
        status = fltlib_port_open(socket, memory, kept, reply.bytes, dwOptions & FLT_PORT_FLAG_SYNC_HANDLE, inherit, hPort);
    else
        close(socket);
    if (!NT_SUCCESS(status))
        *hPort = INVALID_HANDLE_VALUE;
    return rtl_status_to_hresult(status);
}

HRESULT WINAPI FilterGetMessage(HANDLE hPort, PFILTER_MESSAGE_HEADER lpMessageBuffer,
    DWORD dwMessageBufferSize, LPOVERLAPPED lpOverlapped)
{
    size_t bytes;
    NTSTATUS status;

    if (lpMessageBuffer == NULL || dwMessageBufferSize < sizeof(FILTER_MESSAGE_HEADER))
        return E_INVALID_PARAMETER;
    if (!fltlib_writable(lpMessageBuffer, dwMessageBufferSize) ||
        (lpOverlapped != NULL && !fltlib_writable(lpOverlapped, sizeof *lpOverlapped)))
        return E_BAD_POINTER; /* nothing was posted: the message waits for the next get (P-79) */
    struct fltlib_port *port = fltlib_port_of(hPort);
    if (port == NULL)
        return E_INVALID_PORT;
    if (lpOverlapped != NULL)
        status = fltlib_get_overlapped(port, lpMessageBuffer, dwMessageBufferSize, lpOverlapped);
    else
        status = fltlib_get_sync(port, lpMessageBuffer, dwMessageBufferSize, &bytes);
    k32_release(&port->object);
    return status == STATUS_PENDING ? E_PENDING_IO : rtl_status_to_hresult(status);
}

/* P-87, unless another process has got the message (P-89). */
static NTSTATUS reply_elsewhere(
    struct fltlib_port *port, const FILTER_REPLY_HEADER *header, const void *payload, uint32_t size)
{
    NTSTATUS status = STATUS_FLT_NO_WAITER_FOR_REPLY;

    if (__atomic_load_n(&port->inheritable, __ATOMIC_ACQUIRE))
        status = fltlib_reply_elsewhere(port, header->MessageId, header->Status, payload, size);
    if (status == STATUS_FLT_NO_WAITER_FOR_REPLY)
        chan_guest_count_refused(port->guest);
    return status;
}

/* The buffer may stand anywhere. */
static NTSTATUS reply(struct fltlib_port *port, const void *buffer, DWORD size)
{
    FILTER_REPLY_HEADER header;
    const uint8_t *payload = (const uint8_t *)buffer + sizeof header;

    memcpy(&header, buffer, sizeof header);
    size -= (DWORD)sizeof header;
    switch (chan_guest_reply(port->guest, header.MessageId, (uint32_t)header.Status, payload, size)) {
    case CHAN_REPLY_OK:
        return STATUS_SUCCESS;
    case CHAN_REPLY_TRUNCATED:
        return STATUS_BUFFER_OVERFLOW; /* P-86 */
    case CHAN_REPLY_NO_WAITER:
        if (chan_guest_closed(port->guest) != 0)
            return STATUS_PORT_DISCONNECTED;
        return reply_elsewhere(port, &header, payload, size);
    case CHAN_REPLY_NO_MEMORY:
        break;
    }
    return STATUS_INSUFFICIENT_RESOURCES;
}

HRESULT WINAPI FilterReplyMessage(HANDLE hPort, PFILTER_REPLY_HEADER lpReplyBuffer, DWORD dwReplyBufferSize)
{
    if (lpReplyBuffer == NULL || dwReplyBufferSize < sizeof(FILTER_REPLY_HEADER)) /* P-86 */
        return E_INVALID_PARAMETER;
    struct fltlib_port *port = fltlib_port_of(hPort);
    if (port == NULL)
        return E_INVALID_PORT;
    NTSTATUS status = STATUS_PORT_DISCONNECTED; /* P-92 */
    if (!fltlib_readable(lpReplyBuffer, dwReplyBufferSize))
        status = STATUS_ACCESS_VIOLATION;
    else if (chan_guest_closed(port->guest) == 0)
        status = reply(port, lpReplyBuffer, dwReplyBufferSize);
    k32_release(&port->object);
    return rtl_status_to_hresult(status);
}

HRESULT WINAPI FilterSendMessage(HANDLE hPort, LPVOID lpInBuffer, DWORD dwInBufferSize, LPVOID lpOutBuffer,
    DWORD dwOutBufferSize, LPDWORD lpBytesReturned)
{
    uint32_t bytes;

    if (lpBytesReturned == NULL)
        return E_INVALID_PARAMETER;
    if (!fltlib_writable(lpBytesReturned, sizeof *lpBytesReturned))
        return E_BAD_POINTER;
    *lpBytesReturned = 0; /* P-96 */
    if ((lpInBuffer != NULL && !fltlib_readable(lpInBuffer, dwInBufferSize)) ||
        (lpOutBuffer != NULL && !fltlib_writable(lpOutBuffer, dwOutBufferSize)))
        return E_BAD_POINTER;
    struct fltlib_port *port = fltlib_port_of(hPort);
    if (port == NULL)
        return E_INVALID_PORT;
    NTSTATUS status = fltlib_call(port, lpInBuffer, lpInBuffer != NULL ? dwInBufferSize : 0, lpOutBuffer,
        lpOutBuffer != NULL ? dwOutBufferSize : 0, &bytes);
    *lpBytesReturned = bytes;
    k32_release(&port->object);
    return rtl_status_to_hresult(status);
}
