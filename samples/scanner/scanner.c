/*
 * scanner: asks an application before a file is opened and before bytes are written.
 *
 * Shows: a communication port with one client, FltSendMessage with a reply, reading a file below the filter in post-create, refusing an open
 * with FltCancelFileOpen and a write in pre-write, sparing the application its own questions, a policy for the time without an application.
 *
 *     fltcc scanner.c -o scanner.so && fltmc install scanner.inf && fltmc load scanner
 */
#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>
#include "scanner.h"

#define SCANNER_TAG 'ncSo'
#define SCANNER_LIMIT (8 * 1024 * 1024)   /* of a file that is looked at when it is opened */

typedef struct _SCANNER_GLOBALS {
    PFLT_FILTER Filter;
    PFLT_PORT ServerPort;
    PFLT_PORT ClientPort;        /* NULL without an application; FltCloseClientPort sets it back */
    PEPROCESS Service;           /* the application's process: its own operations are not asked about */
    ULONG DenyWithoutService;    /* the policy, from the registry: 1 = fail closed (default), 0 = let pass */
} SCANNER_GLOBALS;

static SCANNER_GLOBALS Globals;

DRIVER_INITIALIZE DriverEntry;

/* ---- asking ---- */

/* TRUE when the application says that the question's bytes are clean; the policy decides when it does not answer. */
static BOOLEAN
ScannerAsk(PSCANNER_QUESTION Question)
{
    SCANNER_ANSWER answer = { 0 };
    ULONG length = sizeof(answer);
    NTSTATUS status;

    status = FltSendMessage(Globals.Filter, &Globals.ClientPort, Question, FIELD_OFFSET(SCANNER_QUESTION, Contents) + Question->Length,
                            &answer, &length, NULL);
    /* STATUS_TIMEOUT is a success code: only STATUS_SUCCESS is an answer */
    if (status == STATUS_SUCCESS && length == sizeof(answer)) {
        return answer.Clean != 0;
    }
    return !Globals.DenyWithoutService;
}

static BOOLEAN
ScannerIsOwnProcess(PFLT_CALLBACK_DATA Data)
{
    return Globals.Service != NULL && FltGetRequestorProcess(Data) == Globals.Service;
}

/* ---- opening ---- */

FLT_PREOP_CALLBACK_STATUS
ScannerPreCreate(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(CompletionContext);

    if (ScannerIsOwnProcess(Data) || FlagOn(Data->Iopb->Parameters.Create.Options, FILE_DIRECTORY_FILE)) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

/* Reads the file below this filter, piece by piece with an overlap, and asks about each. */
static BOOLEAN
ScannerFileIsClean(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects)
{
    PSCANNER_QUESTION question;
    LARGE_INTEGER offset = { 0 };
    BOOLEAN clean = TRUE;
    NTSTATUS status;
    ULONG read;

    question = ExAllocatePoolZero(PagedPool, sizeof(*question), SCANNER_TAG);
    if (question == NULL) {
        return !Globals.DenyWithoutService;
    }
    question->Reason = ScannerOpen;
    question->ProcessId = FltGetRequestorProcessId(Data);
    while (clean && offset.QuadPart < SCANNER_LIMIT) {
        status = FltReadFile(FltObjects->Instance, FltObjects->FileObject, &offset, SCANNER_CHUNK, question->Contents,
                             FLTFL_IO_OPERATION_DO_NOT_UPDATE_BYTE_OFFSET, &read, NULL, NULL);
        if (status == STATUS_END_OF_FILE || (NT_SUCCESS(status) && read == 0)) {
            break;
        }
        if (!NT_SUCCESS(status)) {
            clean = !Globals.DenyWithoutService;
            break;
        }
        question->Length = read;
        clean = ScannerAsk(question);
        if (read < SCANNER_CHUNK) {
            break;
        }
        offset.QuadPart += SCANNER_CHUNK - SCANNER_OVERLAP;
    }
    ExFreePoolWithTag(question, SCANNER_TAG);
    return clean;
}

FLT_POSTOP_CALLBACK_STATUS
ScannerPostCreate(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID CompletionContext, FLT_POST_OPERATION_FLAGS Flags)
{
    ACCESS_MASK content = FILE_READ_DATA | FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_EXECUTE;
    BOOLEAN directory;

    UNREFERENCED_PARAMETER(CompletionContext);

    if (FlagOn(Flags, FLTFL_POST_OPERATION_DRAINING) || !NT_SUCCESS(Data->IoStatus.Status) || Data->IoStatus.Status == STATUS_REPARSE) {
        return FLT_POSTOP_FINISHED_PROCESSING;
    }
    /* an open that can touch no content is nobody's danger; neither is a file that was made just now */
    if (!FlagOn(Data->Iopb->Parameters.Create.SecurityContext->DesiredAccess, content) || Data->IoStatus.Information == FILE_CREATED) {
        return FLT_POSTOP_FINISHED_PROCESSING;
    }
    if (NT_SUCCESS(FltIsDirectory(FltObjects->FileObject, FltObjects->Instance, &directory)) && directory) {
        return FLT_POSTOP_FINISHED_PROCESSING;
    }
    if (!ScannerFileIsClean(Data, FltObjects)) {
        FltCancelFileOpen(FltObjects->Instance, FltObjects->FileObject);
        Data->IoStatus.Status = STATUS_VIRUS_INFECTED;
        Data->IoStatus.Information = 0;
    }
    return FLT_POSTOP_FINISHED_PROCESSING;
}

/* ---- writing ---- */

/* The bytes may be an application's memory: every touch is guarded. */
static BOOLEAN
ScannerCopy(PVOID To, PVOID From, ULONG Length)
{
    __try {
        RtlCopyMemory(To, From, Length);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return FALSE;
    }
    return TRUE;
}

static BOOLEAN
ScannerBytesAreClean(PFLT_CALLBACK_DATA Data, PUCHAR Bytes, ULONG Length)
{
    PSCANNER_QUESTION question;
    BOOLEAN clean = TRUE;
    ULONG at = 0;

    question = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*question), SCANNER_TAG);
    if (question == NULL) {
        return !Globals.DenyWithoutService;
    }
    question->Reason = ScannerWrite;
    question->ProcessId = FltGetRequestorProcessId(Data);
    while (clean && at < Length) {
        question->Length = min(Length - at, SCANNER_CHUNK);
        clean = ScannerCopy(question->Contents, Bytes + at, question->Length) && ScannerAsk(question);
        if (question->Length < SCANNER_CHUNK) {
            break;
        }
        at += SCANNER_CHUNK - SCANNER_OVERLAP;
    }
    ExFreePoolWithTag(question, SCANNER_TAG);
    return clean;
}

FLT_PREOP_CALLBACK_STATUS
ScannerPreWrite(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    PFLT_PARAMETERS parameters = &Data->Iopb->Parameters;
    PUCHAR bytes = parameters->Write.WriteBuffer;

    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(CompletionContext);

    if (ScannerIsOwnProcess(Data) || parameters->Write.Length == 0) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    if (parameters->Write.MdlAddress != NULL) {
        bytes = MmGetSystemAddressForMdlSafe(parameters->Write.MdlAddress, NormalPagePriority | MdlMappingNoExecute);
    }
    if (bytes != NULL && ScannerBytesAreClean(Data, bytes, parameters->Write.Length)) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    Data->IoStatus.Status = bytes == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_ACCESS_DENIED;
    Data->IoStatus.Information = 0;
    return FLT_PREOP_COMPLETE;
}

/* ---- the port ---- */

NTSTATUS
ScannerConnect(PFLT_PORT ClientPort, PVOID ServerPortCookie, PVOID ConnectionContext, ULONG SizeOfContext, PVOID *ConnectionCookie)
{
    UNREFERENCED_PARAMETER(ServerPortCookie);
    UNREFERENCED_PARAMETER(ConnectionContext);
    UNREFERENCED_PARAMETER(SizeOfContext);

    *ConnectionCookie = NULL;
    Globals.Service = PsGetCurrentProcess();
    Globals.ClientPort = ClientPort;
    DbgPrint("scanner: process %lu answers from now on\n", HandleToULong(PsGetCurrentProcessId()));
    return STATUS_SUCCESS;
}

VOID
ScannerDisconnect(PVOID ConnectionCookie)
{
    UNREFERENCED_PARAMETER(ConnectionCookie);

    FltCloseClientPort(Globals.Filter, &Globals.ClientPort);
    Globals.Service = NULL;
    DbgPrint("scanner: nobody answers; files are %s\n", Globals.DenyWithoutService ? "closed" : "open");
}

static NTSTATUS
ScannerCreatePort(VOID)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(SCANNER_PORT_NAME);
    OBJECT_ATTRIBUTES attributes;
    PSECURITY_DESCRIPTOR descriptor;
    NTSTATUS status;

    status = FltBuildDefaultSecurityDescriptor(&descriptor, FLT_PORT_ALL_ACCESS);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, descriptor);
    status = FltCreateCommunicationPort(Globals.Filter, &Globals.ServerPort, &attributes, NULL, ScannerConnect, ScannerDisconnect, NULL, 1);
    FltFreeSecurityDescriptor(descriptor);
    return status;
}

/* ---- life ---- */

NTSTATUS
ScannerInstanceSetup(PCFLT_RELATED_OBJECTS FltObjects, FLT_INSTANCE_SETUP_FLAGS Flags, DEVICE_TYPE VolumeDeviceType,
                     FLT_FILESYSTEM_TYPE VolumeFilesystemType)
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Flags);
    UNREFERENCED_PARAMETER(VolumeFilesystemType);

    return VolumeDeviceType == FILE_DEVICE_DISK_FILE_SYSTEM ? STATUS_SUCCESS : STATUS_FLT_DO_NOT_ATTACH;
}

NTSTATUS
ScannerQueryTeardown(PCFLT_RELATED_OBJECTS FltObjects, FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags)
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Flags);

    return STATUS_SUCCESS;
}

NTSTATUS
ScannerUnload(FLT_FILTER_UNLOAD_FLAGS Flags)
{
    UNREFERENCED_PARAMETER(Flags);

    FltCloseCommunicationPort(Globals.ServerPort);
    FltUnregisterFilter(Globals.Filter);
    return STATUS_SUCCESS;
}

static const FLT_OPERATION_REGISTRATION Callbacks[] = {
    { IRP_MJ_CREATE, 0, ScannerPreCreate, ScannerPostCreate },
    { IRP_MJ_WRITE, 0, ScannerPreWrite, NULL },
    { IRP_MJ_OPERATION_END }
};

static const FLT_REGISTRATION Registration = {
    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,
    NULL,
    Callbacks,
    ScannerUnload,
    ScannerInstanceSetup,
    ScannerQueryTeardown,
    NULL,
    NULL,
};

/* Services\scanner\Parameters, DenyWithoutService. */
static VOID
ScannerReadPolicy(PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING subkey = RTL_CONSTANT_STRING(L"Parameters"), value = RTL_CONSTANT_STRING(L"DenyWithoutService");
    UCHAR room[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + sizeof(ULONG)];
    PKEY_VALUE_PARTIAL_INFORMATION information = (PKEY_VALUE_PARTIAL_INFORMATION)room;
    OBJECT_ATTRIBUTES attributes;
    HANDLE service, parameters;
    ULONG length;

    Globals.DenyWithoutService = 1;
    InitializeObjectAttributes(&attributes, RegistryPath, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    if (!NT_SUCCESS(ZwOpenKey(&service, KEY_READ, &attributes))) {
        return;
    }
    InitializeObjectAttributes(&attributes, &subkey, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, service, NULL);
    if (NT_SUCCESS(ZwOpenKey(&parameters, KEY_READ, &attributes))) {
        if (NT_SUCCESS(ZwQueryValueKey(parameters, &value, KeyValuePartialInformation, information, sizeof(room), &length)) &&
            information->Type == REG_DWORD && information->DataLength == sizeof(ULONG)) {
            Globals.DenyWithoutService = *(PULONG)information->Data;
        }
        ZwClose(parameters);
    }
    ZwClose(service);
}

NTSTATUS
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;

    ScannerReadPolicy(RegistryPath);
    status = FltRegisterFilter(DriverObject, &Registration, &Globals.Filter);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = ScannerCreatePort();
    if (NT_SUCCESS(status)) {
        status = FltStartFiltering(Globals.Filter);
        if (!NT_SUCCESS(status)) {
            FltCloseCommunicationPort(Globals.ServerPort);
        }
    }
    if (!NT_SUCCESS(status)) {
        FltUnregisterFilter(Globals.Filter);
    }
    return status;
}
