/* What openfltmgr offers to applications beyond fltUser.h. Windows has none of it: guard its use with
 * #ifdef __FLTUSEREX_H__ or __has_include(<fltUserEx.h>) in a service that is built for both. */
#ifndef __FLTUSEREX_H__
#define __FLTUSEREX_H__

#include "fltUser.h"

EXTERN_C_START

/* What stands behind 0x80070006 (P-85). */
typedef enum _OFM_PORT_STATE {
    OfmPortConnected,      /* nothing: the connection lives */
    OfmPortBadHandle,      /* the handle is not, or no longer, one of a port: an error in the application */
    OfmPortDriverClosed,   /* the driver called FltCloseClientPort */
    OfmPortFilterUnloaded, /* the filter is gone; connect again when it is back */
    OfmPortManagerGone,    /* the manager ended or crashed */
    OfmPortMisused,        /* the manager found nonsense in the connection's memory and dropped it */
    OfmPortStalled         /* the watchdog dropped it: nothing was read for too long (WatchdogPolicy = disconnect) */
} OFM_PORT_STATE;

/*
 * Why the calls on a port handle fail with 0x80070006, or OfmPortConnected while they do not.
 *
 * hPort: a handle of FilterConnectCommunicationPort; anything else is OfmPortBadHandle. Does not block, may be
 * called by any thread, before and after the end. The state no longer changes once it is not OfmPortConnected.
 * Source: openfltmgr's own.
 */
OFM_EXPORT OFM_PORT_STATE WINAPI OfmFilterPortState(HANDLE hPort);

/*
 * FilterGetMessage without OVERLAPPED that also tells how long the message is, or would be (P-56).
 *
 * lpMessageBuffer, dwMessageBufferSize: as for FilterGetMessage, in bytes, header included. *lpBytes: with S_OK the
 * bytes of header and message; with 0x8007007A the size that the next call needs (the message waits for it); else 0.
 * All other statuses are those of FilterGetMessage. 0x80070057 without lpBytes. Source: openfltmgr's own.
 */
OFM_EXPORT HRESULT WINAPI OfmFilterGetMessage(HANDLE hPort, PFILTER_MESSAGE_HEADER lpMessageBuffer,
    DWORD dwMessageBufferSize, LPDWORD lpBytes);

/*
 * More time for the reply to a message: its sender waits at least so long from now, if it has allowed that (OfmSendMessage with
 * OFM_SEND_EXTENDABLE). A deadline is never made earlier; call it again for still more.
 *
 * hPort: the connection that the message came through. MessageId: of its FILTER_MESSAGE_HEADER. dwMilliseconds: from now. S_OK;
 * 0x801F0020: nobody waits for that reply (any more); 0x80070005: the driver does not allow it; 0x80070006: not a port's handle,
 * or disconnected. Does not wait for anybody. Source: openfltmgr's own.
 */
OFM_EXPORT HRESULT WINAPI OfmFilterExtendDeadline(HANDLE hPort, ULONGLONG MessageId, DWORD dwMilliseconds);

/*
 * A descriptor for poll(2) and epoll(7) that is readable as long as the completion port has a packet.
 *
 * CompletionPort: of CreateIoCompletionPort. *lpDescriptor: the descriptor; the same one each time; it belongs to
 * the completion port, must not be read, written or closed, and lives until the last handle of the port is closed.
 * So an event loop watches it and takes packets with GetQueuedCompletionStatus and a time of 0 until there is none;
 * several threads may do so. The end of a connection shows too, since its pending gets complete. FALSE with
 * ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER without lpDescriptor, or ERROR_TOO_MANY_OPEN_FILES. Source:
 * openfltmgr's own.
 */
OFM_EXPORT BOOL WINAPI OfmCompletionPortDescriptor(HANDLE CompletionPort, int *lpDescriptor);

/*
 * A descriptor for poll(2) and epoll(7) that becomes readable when a message comes into the empty mailslot, and when the slot
 * ends; at once when there is one already. A wait on the handle does not tell that (it is about operations).
 *
 * hMailslot: the server's handle, of CreateMailslot. *lpDescriptor: a new eventfd(2), the caller's to close; it
 * stays good as long as the slot. In an event loop: read(2) its eight bytes, then ReadFile with a timeout of 0 until
 * ERROR_SEM_TIMEOUT; a message that comes after that makes it readable again. FALSE with ERROR_INVALID_HANDLE;
 * ERROR_INVALID_PARAMETER without lpDescriptor, for a writer's handle, or for a slot that a filter makes up. Source:
 * openfltmgr's own.
 */
OFM_EXPORT BOOL WINAPI OfmMailslotDescriptor(HANDLE hMailslot, int *lpDescriptor);

/*
 * One more reading handle of a mailslot that exists: for tools that look into a slot of another process. What is read
 * through it is gone for the others, and the slot lives as long as one of its reading handles.
 *
 * lpName: \\.\mailslot\[path]name. Quota, maximum and timeout stay as they are. Needs the manager's privilege (root
 * or its own user) and what the slot's descriptor asks. INVALID_HANDLE_VALUE with ERROR_FILE_NOT_FOUND,
 * ERROR_PRIVILEGE_NOT_HELD, ERROR_ACCESS_DENIED, ERROR_ALREADY_EXISTS (the setting MailslotOpenExisting is no), or
 * as CreateMailslot. Source: openfltmgr's own.
 */
OFM_EXPORT HANDLE WINAPI OfmJoinMailslot(LPCWSTR lpName);

EXTERN_C_END

#endif
