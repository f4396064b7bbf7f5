/*
 * echo: the smallest driver with a communication port: MessageNotify gives back what it was sent.
 *
 *     fltcc echo.c -o echo.so && fltcc --app echoapp.c -o echoapp
 *     fltrun --driver echo.so --altitude 370100 -- ./echoapp
 */
#include <fltKernel.h>
PFLT_FILTER Filter; PFLT_PORT Server, Client;
NTSTATUS Connect(PFLT_PORT Port, PVOID Cookie, PVOID Context, ULONG Size, PVOID *ConnectionCookie)
{ Client = Port; UNREFERENCED_PARAMETER(Cookie); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(Size); UNREFERENCED_PARAMETER(ConnectionCookie); return STATUS_SUCCESS; }
VOID Disconnect(PVOID ConnectionCookie) { UNREFERENCED_PARAMETER(ConnectionCookie); FltCloseClientPort(Filter, &Client); }
NTSTATUS Message(PVOID Cookie, PVOID In, ULONG InLength, PVOID Out, ULONG OutLength, PULONG Returned) /* raw user memory: guard each access */
{ UNREFERENCED_PARAMETER(Cookie); __try { *Returned = min(InLength, OutLength); RtlCopyMemory(Out, In, *Returned); } __except (EXCEPTION_EXECUTE_HANDLER) { return GetExceptionCode(); } return STATUS_SUCCESS; }
NTSTATUS Unload(FLT_FILTER_UNLOAD_FLAGS Flags) { UNREFERENCED_PARAMETER(Flags); FltCloseCommunicationPort(Server); FltUnregisterFilter(Filter); return STATUS_SUCCESS; }
const FLT_REGISTRATION Reg = { sizeof(Reg), FLT_REGISTRATION_VERSION, 0, NULL, NULL, Unload };
NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path)
{ UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\EchoPort"); OBJECT_ATTRIBUTES oa; PSECURITY_DESCRIPTOR sd; NTSTATUS s = FltRegisterFilter(Driver, &Reg, &Filter);
  UNREFERENCED_PARAMETER(Path); if (!NT_SUCCESS(s)) return s;
  s = FltBuildDefaultSecurityDescriptor(&sd, FLT_PORT_ALL_ACCESS);
  if (NT_SUCCESS(s)) { InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, sd); s = FltCreateCommunicationPort(Filter, &Server, &oa, NULL, Connect, Disconnect, Message, 1); FltFreeSecurityDescriptor(sd); }
  if (NT_SUCCESS(s) && !NT_SUCCESS(s = FltStartFiltering(Filter))) FltCloseCommunicationPort(Server);
  if (!NT_SUCCESS(s)) FltUnregisterFilter(Filter);
  return s; }
