/* Communication ports: how a filter and its application talk. */
#ifndef OFM_NT_FLT_PORT_H
#define OFM_NT_FLT_PORT_H

#include "nt/flt_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Makes a port with a name and a descriptor that applications connect to. ConnectNotifyCallback decides on each
 * connection, MessageNotifyCallback (may be NULL) takes FilterSendMessage. MaxConnections: at least 1. Closed with
 * FltCloseCommunicationPort before the filter unregisters. ObjectAttributes needs OBJ_KERNEL_HANDLE.
 * STATUS_OBJECT_NAME_COLLISION; STATUS_INVALID_PARAMETER; STATUS_INSUFFICIENT_RESOURCES; STATUS_FLT_DELETING_OBJECT.
 * IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltcreatecommunicationport.
 */
NTKERNELAPI NTSTATUS FLTAPI FltCreateCommunicationPort(_In_ PFLT_FILTER Filter, _Out_ PFLT_PORT *ServerPort,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ PVOID ServerPortCookie,
    _In_ PFLT_CONNECT_NOTIFY ConnectNotifyCallback, _In_ PFLT_DISCONNECT_NOTIFY DisconnectNotifyCallback,
    _In_opt_ PFLT_MESSAGE_NOTIFY MessageNotifyCallback, _In_ LONG MaxConnections);

/*
 * Ends the server port: no new connections; those there go on until FltCloseClientPort or the application's end.
 * IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltclosecommunicationport.
 */
NTKERNELAPI void FLTAPI FltCloseCommunicationPort(_In_ PFLT_PORT ServerPort);

/*
 * Ends a connection; *ClientPort becomes NULL. Waiting senders get STATUS_PORT_DISCONNECTED.
 * DisconnectNotifyCallback must call it, too. IRQL: PASSIVE_LEVEL. Source: nf-fltkernel-fltcloseclientport.
 */
NTKERNELAPI void FLTAPI FltCloseClientPort(_In_ PFLT_FILTER Filter, _Out_ PFLT_PORT *ClientPort);

/*
 * Sends to the application that waits in FilterGetMessage, and waits for its reply when ReplyBuffer is given.
 * ReplyLength: in, room without the header; out, bytes of the reply. Timeout: NULL and 0 wait for ever (with the
 * setting ZeroTimeout = poll, 0 does not wait), negative relative, positive absolute (100 ns). STATUS_SUCCESS; STATUS_TIMEOUT (a success code: no answer came);
 * STATUS_PORT_DISCONNECTED; STATUS_BUFFER_OVERFLOW: the reply did not fit, its beginning is there;
 * STATUS_THREAD_IS_TERMINATING; STATUS_INSUFFICIENT_RESOURCES. Beyond Windows, where it would wait for ever:
 * STATUS_POSSIBLE_DEADLOCK when the application read nothing for two seconds and the operation is its own (or its helper's). IRQL: up to APC_LEVEL. Source:
 * nf-fltkernel-fltsendmessage.
 */
NTKERNELAPI NTSTATUS FLTAPI FltSendMessage(_In_ PFLT_FILTER Filter, _In_ PFLT_PORT *ClientPort,
    _In_ PVOID SenderBuffer, _In_ ULONG SenderBufferLength, _Out_opt_ PVOID ReplyBuffer, _Inout_ PULONG ReplyLength,
    _In_opt_ PLARGE_INTEGER Timeout);

/*
 * A descriptor that gives DesiredAccess to SYSTEM and Administrators; FltFreeSecurityDescriptor.
 * STATUS_INSUFFICIENT_RESOURCES. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltbuilddefaultsecuritydescriptor.
 */
NTKERNELAPI NTSTATUS FLTAPI FltBuildDefaultSecurityDescriptor(_Out_ PSECURITY_DESCRIPTOR *SecurityDescriptor,
    _In_ ACCESS_MASK DesiredAccess);

/* Frees it. IRQL: up to APC_LEVEL. Source: nf-fltkernel-fltfreesecuritydescriptor. */
NTKERNELAPI void FLTAPI FltFreeSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor);

#ifdef __cplusplus
}
#endif

#endif
