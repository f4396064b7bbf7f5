/* The calls of fltUserEx.h that concern ports: more than Windows tells. Any thread. */
#include "fltUserEx.h"
#include "fltlib/port.h"
#include "fltlib/pointer.h"
#include "kernel32/session.h"
#include "rtl/status.h"

#include <ntstatus.h>
#include <stdlib.h>

/* The word that the manager left in the connection's memory (fltmgr/connection.c: reason_status). */
static OFM_PORT_STATE state_of(struct chan_guest *guest)
{
    switch (chan_guest_end_word(guest)) {
    case (uint32_t)STATUS_PORT_DISCONNECTED:
        return OfmPortDriverClosed;
    case (uint32_t)STATUS_FLT_DELETING_OBJECT:
        return OfmPortFilterUnloaded;
    case (uint32_t)STATUS_INVALID_PARAMETER:
        return OfmPortMisused;
    case (uint32_t)STATUS_IO_TIMEOUT:
        return OfmPortStalled;
    case (uint32_t)STATUS_DEVICE_NOT_CONNECTED:
        return OfmPortManagerGone;
    default: /* nothing was said: alive, or a manager that died */
        return chan_guest_closed(guest) != 0 ? OfmPortManagerGone : OfmPortConnected;
    }
}

OFM_PORT_STATE WINAPI OfmFilterPortState(HANDLE hPort)
{
    struct fltlib_port *port = fltlib_port_of(hPort);

    if (port == NULL)
        return OfmPortBadHandle;
    OFM_PORT_STATE state = state_of(port->guest);
    k32_release(&port->object);
    return state;
}

HRESULT WINAPI OfmFilterGetMessage(
    HANDLE hPort, PFILTER_MESSAGE_HEADER lpMessageBuffer, DWORD dwMessageBufferSize, LPDWORD lpBytes)
{
    size_t bytes = 0;

    if (lpBytes == NULL)
        return rtl_status_to_hresult(STATUS_INVALID_PARAMETER);
    *lpBytes = 0;
    if (lpMessageBuffer == NULL || dwMessageBufferSize < sizeof(FILTER_MESSAGE_HEADER))
        return rtl_status_to_hresult(STATUS_INVALID_PARAMETER);
    if (!fltlib_writable(lpMessageBuffer, dwMessageBufferSize))
        return rtl_status_to_hresult(STATUS_ACCESS_VIOLATION);
    struct fltlib_port *port = fltlib_port_of(hPort);
    if (port == NULL)
        return rtl_status_to_hresult(STATUS_INVALID_HANDLE);
    NTSTATUS status = fltlib_get_sync(port, lpMessageBuffer, dwMessageBufferSize, &bytes);
    if (NT_SUCCESS(status) || status == STATUS_BUFFER_TOO_SMALL)
        *lpBytes = (DWORD)bytes;
    k32_release(&port->object);
    return rtl_status_to_hresult(status);
}

static NTSTATUS ask_for_time(struct fltlib_port *port, ULONGLONG id, DWORD milliseconds)
{
    const struct session_request request = {
        .op = WIRE_EXTEND, .arguments = {(uint32_t)id, (uint32_t)(id >> 32), milliseconds}};
    struct session_reply reply;

    pthread_mutex_lock(&port->request_lock);
    NTSTATUS status = session_exchange(port->socket, &request, &reply, NULL);
    pthread_mutex_unlock(&port->request_lock);
    free(reply.data);
    return status == SESSION_NO_MANAGER ? STATUS_PORT_DISCONNECTED : status;
}

HRESULT WINAPI OfmFilterExtendDeadline(HANDLE hPort, ULONGLONG MessageId, DWORD dwMilliseconds)
{
    struct fltlib_port *port = fltlib_port_of(hPort);

    if (port == NULL)
        return rtl_status_to_hresult(STATUS_INVALID_HANDLE);
    NTSTATUS status = chan_guest_closed(port->guest) == 0 ? ask_for_time(port, MessageId, dwMilliseconds)
                                                          : STATUS_PORT_DISCONNECTED;
    k32_release(&port->object);
    return rtl_status_to_hresult(status);
}
