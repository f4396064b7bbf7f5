/* What openfltmgr offers to drivers beyond fltKernel.h. Windows has none of it: guard its use with #ifdef __FLTKERNELEX_H__ or
 * __has_include(<fltKernelEx.h>) in a driver that is built for both. */
#ifndef __FLTKERNELEX_H__
#define __FLTKERNELEX_H__

#include "fltkernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Flags of OfmSendMessage. */
#define OFM_SEND_EXTENDABLE 0x00000001 /* the service may ask for more time with OfmFilterExtendDeadline */

/*
 * FltSendMessage for a certain operation: the wait, for a get or for the reply, also ends when the operation is cancelled.
 *
 * CallbackData: the operation, of the calling callback; NULL, or one that cannot be cancelled (fast I/O): as without. The driver
 * must not have set a cancel routine of its own on it (FltSetCancelCompletion). Flags: 0 or OFM_SEND_EXTENDABLE. The other
 * arguments and statuses are those of FltSendMessage; STATUS_CANCELLED: the operation was cancelled, before or during the wait, and
 * no reply had come (one that the service sends later is refused as after a timeout); STATUS_INVALID_PARAMETER for unknown flags. IRQL: up to APC_LEVEL. Source: openfltmgr's own.
 */
NTKERNELAPI NTSTATUS FLTAPI OfmSendMessage(_In_ PFLT_FILTER Filter, _In_ PFLT_PORT *ClientPort, _In_ PVOID SenderBuffer,
    _In_ ULONG SenderBufferLength, _Out_opt_ PVOID ReplyBuffer, _Inout_opt_ PULONG ReplyLength, _In_opt_ PLARGE_INTEGER Timeout,
    _In_opt_ PFLT_CALLBACK_DATA CallbackData, _In_ ULONG Flags);

/*
 * Sends without waiting: the message is copied, and delivered when the service gets it, in the order of the calls. No reply.
 *
 * Buffer, Length: the message, in bytes. Depth: with so many messages of this connection not yet taken by the service, the new one is
 * dropped and counted (`fltmc ports` shows both figures). STATUS_SUCCESS: it is queued (the end of the connection drops what is
 * left); STATUS_QUOTA_EXCEEDED: dropped; STATUS_PORT_DISCONNECTED; STATUS_INVALID_PARAMETER: Depth 0, or as FltSendMessage;
 * STATUS_INSUFFICIENT_RESOURCES. IRQL: up to APC_LEVEL. Source: openfltmgr's own.
 */
NTKERNELAPI NTSTATUS FLTAPI OfmQueueMessage(_In_ PFLT_FILTER Filter, _In_ PFLT_PORT *ClientPort, _In_ PVOID Buffer,
    _In_ ULONG Length, _In_ ULONG Depth);

/*
 * OfmQueueMessage to every client of a server port.
 *
 * ServerPort: of FltCreateCommunicationPort, open, the filter's own. Clients (may be NULL): for how many it was queued.
 * STATUS_SUCCESS: for all there are, also when there is none; STATUS_QUOTA_EXCEEDED: one at least was too far behind and lost it;
 * STATUS_INVALID_PARAMETER; STATUS_INSUFFICIENT_RESOURCES. IRQL: up to APC_LEVEL. Source: openfltmgr's own.
 */
NTKERNELAPI NTSTATUS FLTAPI OfmBroadcastMessage(_In_ PFLT_FILTER Filter, _In_ PFLT_PORT ServerPort, _In_ PVOID Buffer,
    _In_ ULONG Length, _In_ ULONG Depth, _Out_opt_ PULONG Clients);

#ifdef __cplusplus
}
#endif

#endif
