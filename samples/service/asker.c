/*
 * asker: asks a service before a file is opened, waits at most two seconds, and lets pass what nobody answers.
 *
 * Shows: a send with a deadline, what STATUS_TIMEOUT and STATUS_PORT_DISCONNECTED mean, how to spare the service's own files, an unload that
 * cannot hang. The service is service.c.
 *
 *     fltcc asker.c -o asker.so && fltmc load asker.so --altitude 370200
 */
#include <fltKernel.h>
#include "asker.h"

#define ASKER_PATIENCE (-2 * 10000000LL)        /* 100 ns units; negative: from now on */

static PFLT_FILTER Filter;
static PFLT_PORT ServerPort, ClientPort;
static PEPROCESS ServiceProcess;

DRIVER_INITIALIZE DriverEntry;

static BOOLEAN
AskerAllows(PFLT_CALLBACK_DATA Data, PCUNICODE_STRING Name)
{
    ASKER_QUESTION question = { 0 };
    ASKER_ANSWER answer = { 0 };
    ULONG length = sizeof(answer);              /* the payload alone; the service sends its header besides */
    LARGE_INTEGER patience;
    NTSTATUS status;

    patience.QuadPart = ASKER_PATIENCE;
    question.ProcessId = FltGetRequestorProcessId(Data);
    question.NameLength = Name->Length <= ASKER_NAME_BYTES ? Name->Length : ASKER_NAME_BYTES;
    RtlCopyMemory(question.Name, Name->Buffer, question.NameLength);
    /* the variable itself, not a copy: FltCloseClientPort may set it to NULL at any time */
    status = FltSendMessage(Filter, &ClientPort, &question, sizeof(question), &answer, &length, &patience);
    /* NT_SUCCESS(STATUS_TIMEOUT) is TRUE and the answer is not there then */
    if (status == STATUS_SUCCESS && length == sizeof(answer)) {
        return answer.Allow != 0;
    }
    return TRUE;                                /* no service, a slow one, or a broken one: fail open */
}

static FLT_PREOP_CALLBACK_STATUS
AskerPreCreate(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    UNREFERENCED_PARAMETER(CompletionContext);
    /* its own files would be asked about in a circle */
    if (ClientPort == NULL || FltGetRequestorProcess(Data) == ServiceProcess || AskerAllows(Data, &FltObjects->FileObject->FileName)) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    Data->IoStatus.Status = STATUS_ACCESS_DENIED;
    Data->IoStatus.Information = 0;
    return FLT_PREOP_COMPLETE;
}

static NTSTATUS
AskerConnect(PFLT_PORT Port, PVOID ServerPortCookie, PVOID ConnectionContext, ULONG SizeOfContext, PVOID *ConnectionPortCookie)
{
    UNREFERENCED_PARAMETER(ServerPortCookie);
    UNREFERENCED_PARAMETER(ConnectionContext);
    UNREFERENCED_PARAMETER(SizeOfContext);
    UNREFERENCED_PARAMETER(ConnectionPortCookie);
    ServiceProcess = PsGetCurrentProcess();            /* the callback runs in the client's thread */
    ClientPort = Port;
    return STATUS_SUCCESS;
}

static VOID
AskerDisconnect(PVOID ConnectionCookie)
{
    UNREFERENCED_PARAMETER(ConnectionCookie);
    FltCloseClientPort(Filter, &ClientPort);
    ServiceProcess = NULL;
}

static NTSTATUS
AskerUnload(FLT_FILTER_UNLOAD_FLAGS Flags)
{
    UNREFERENCED_PARAMETER(Flags);
    FltCloseCommunicationPort(ServerPort);      /* first, or the unload would wait for it */
    FltUnregisterFilter(Filter);                /* ends the connection, which releases every sender */
    return STATUS_SUCCESS;
}

static const FLT_OPERATION_REGISTRATION Operations[] = {
    { IRP_MJ_CREATE, 0, AskerPreCreate, NULL },
    { IRP_MJ_OPERATION_END },
};

static const FLT_REGISTRATION Registration = { sizeof(FLT_REGISTRATION), FLT_REGISTRATION_VERSION, 0, NULL, Operations, AskerUnload };

NTSTATUS
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(ASKER_PORT_NAME);
    PSECURITY_DESCRIPTOR descriptor;
    OBJECT_ATTRIBUTES attributes;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    status = FltRegisterFilter(DriverObject, &Registration, &Filter);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = FltBuildDefaultSecurityDescriptor(&descriptor, FLT_PORT_ALL_ACCESS);
    if (NT_SUCCESS(status)) {
        InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, descriptor);
        status = FltCreateCommunicationPort(Filter, &ServerPort, &attributes, NULL, AskerConnect, AskerDisconnect, NULL, 1);
        FltFreeSecurityDescriptor(descriptor);
    }
    if (NT_SUCCESS(status)) {
        status = FltStartFiltering(Filter);
        if (!NT_SUCCESS(status)) {
            FltCloseCommunicationPort(ServerPort);
        }
    }
    if (!NT_SUCCESS(status)) {
        FltUnregisterFilter(Filter);
    }
    return status;
}
