/* Communication ports: how a filter and its application talk. */
#ifndef OFM_NT_FLT_PORT_H
#define OFM_NT_FLT_PORT_H

#include "nt/flt_types.h"

#ifdef __cplusplus
extern "C" {
#endif

NTKERNELAPI NTSTATUS FLTAPI FltCreateCommunicationPort(_In_ PFLT_FILTER Filter, _Out_ PFLT_PORT *ServerPort,
    _In_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ PVOID ServerPortCookie,
    _In_ PFLT_CONNECT_NOTIFY ConnectNotifyCallback, _In_ PFLT_DISCONNECT_NOTIFY DisconnectNotifyCallback,
    _In_opt_ PFLT_MESSAGE_NOTIFY MessageNotifyCallback, _In_ LONG MaxConnections);
NTKERNELAPI void FLTAPI FltCloseCommunicationPort(_In_ PFLT_PORT ServerPort);
NTKERNELAPI void FLTAPI FltCloseClientPort(_In_ PFLT_FILTER Filter, _Out_ PFLT_PORT *ClientPort);
NTKERNELAPI NTSTATUS FLTAPI FltSendMessage(_In_ PFLT_FILTER Filter, _In_ PFLT_PORT *ClientPort,
    _In_ PVOID SenderBuffer, _In_ ULONG SenderBufferLength, _Out_opt_ PVOID ReplyBuffer, _Inout_ PULONG ReplyLength,
    _In_opt_ PLARGE_INTEGER Timeout);
NTKERNELAPI NTSTATUS FLTAPI FltBuildDefaultSecurityDescriptor(_Out_ PSECURITY_DESCRIPTOR *SecurityDescriptor,
    _In_ ACCESS_MASK DesiredAccess);
NTKERNELAPI void FLTAPI FltFreeSecurityDescriptor(_In_ PSECURITY_DESCRIPTOR SecurityDescriptor);

#ifdef __cplusplus
}
#endif

#endif
