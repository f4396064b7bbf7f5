/*
 * vslot: a filter that is a mailslot. \\.\mailslot\vslot does not exist in the mailslot file system: this driver answers every operation on it
 * and puts the writer's process id in front of each message, which no ordinary mailslot can do.
 *
 * Shows: FLTFL_REGISTRATION_SUPPORT_NPFS_MSFS, completing IRP_MJ_CREATE_MAILSLOT and IRP_MJ_CREATE in the pre-operation callback, a file object
 * that belongs to the filter, pended reads in a cancel-safe queue with a timer each, the order of completion, a refused detach.
 *
 *     fltcc vslot.c -o vslot.so && fltmc load vslot.so --altitude 389990.5
 *     fltcc --app vslotapp.c -o vslotapp && (./vslotapp read & ./vslotapp write hello)
 */
#include <fltKernel.h>
#include <ntstrsafe.h>
#include <dontuse.h>
#include <suppress.h>

#define VSLOT_TAG 'lsVo'
#define VSLOT_STAMP 24            /* characters in front of a message, at most: "[4294967295] " */
#define VSLOT_QUEUED (1024 * 1024) /* bytes that wait for the reader, at most */

/* One message that waits for a read. */
typedef struct _VSLOT_MESSAGE {
    LIST_ENTRY Links;
    ULONG Length;
    UCHAR Bytes[ANYSIZE_ARRAY];
} VSLOT_MESSAGE, *PVSLOT_MESSAGE;

/* One read that waits for a message. The list has a reference, an armed timer another. */
typedef struct _VSLOT_READ {
    LIST_ENTRY Links;
    PFLT_CALLBACK_DATA Data;
    FLT_CALLBACK_DATA_QUEUE_IO_CONTEXT Io;
    LARGE_INTEGER DueTime; /* 0: waits forever */
    KTIMER Timer;
    KDPC Dpc;
    LONG References;
} VSLOT_READ, *PVSLOT_READ;

/* The slot. Lock guards the list of reads, for the queue's callbacks; Mutex all the rest, and makes delivery one at a time. */
static struct {
    FSRTL_ADVANCED_FCB_HEADER Header; /* FsContext of the slot's file objects: zeroed, so nobody takes it for a stream */
    PFLT_FILTER Filter;
    KSPIN_LOCK Lock;
    LIST_ENTRY Reads;
    FLT_CALLBACK_DATA_QUEUE Queue;
    FAST_MUTEX Mutex;
    LIST_ENTRY Messages;
    ULONG Count, Bytes;
    PFILE_OBJECT Server;     /* NULL: the name is free */
    ULONG_PTR Generation;    /* FsContext2 of client file objects: a client of an earlier server stays one of that */
    ULONG Opens;             /* file objects that are the driver's: it must not go while there are any */
    ULONG MaximumMessageSize;
    LARGE_INTEGER ReadTimeout;
} Slot;

DRIVER_INITIALIZE DriverEntry;

static FLT_PREOP_CALLBACK_STATUS
VslotDone(PFLT_CALLBACK_DATA Data, NTSTATUS Status, ULONG_PTR Information)
{
    Data->IoStatus.Status = Status;
    Data->IoStatus.Information = Information;
    return FLT_PREOP_COMPLETE;
}

static BOOLEAN
VslotIsOurs(PCFLT_RELATED_OBJECTS FltObjects)
{
    return FltObjects->FileObject != NULL && FltObjects->FileObject->FsContext == &Slot;
}

/* ---- the queue of reads: callbacks of FltCbdq..., called with Lock held ---- */

static VOID
VslotReleaseRead(PVSLOT_READ Read)
{
    if (InterlockedDecrement(&Read->References) == 0) {
        ExFreePoolWithTag(Read, VSLOT_TAG);
    }
}

static VOID FLTAPI
VslotAcquire(PFLT_CALLBACK_DATA_QUEUE Queue, PKIRQL Irql)
{
    UNREFERENCED_PARAMETER(Queue);
    KeAcquireSpinLock(&Slot.Lock, Irql);
}

static VOID FLTAPI
VslotRelease(PFLT_CALLBACK_DATA_QUEUE Queue, KIRQL Irql)
{
    UNREFERENCED_PARAMETER(Queue);
    KeReleaseSpinLock(&Slot.Lock, Irql);
}

static NTSTATUS FLTAPI
VslotInsert(PFLT_CALLBACK_DATA_QUEUE Queue, PFLT_CALLBACK_DATA Data, PVOID InsertContext)
{
    PVSLOT_READ read = InsertContext;

    UNREFERENCED_PARAMETER(Queue);
    read->Data = Data;
    read->References = 1;
    InsertTailList(&Slot.Reads, &read->Links);
    if (read->DueTime.QuadPart != 0) {
        read->References = 2;
        KeSetTimer(&read->Timer, read->DueTime, &read->Dpc);
    }
    return STATUS_SUCCESS;
}

static PFLT_CALLBACK_DATA FLTAPI
VslotPeek(PFLT_CALLBACK_DATA_QUEUE Queue, PFLT_CALLBACK_DATA Data, PVOID PeekContext)
{
    PLIST_ENTRY entry = Slot.Reads.Flink;

    UNREFERENCED_PARAMETER(Queue);
    UNREFERENCED_PARAMETER(PeekContext);
    if (Data != NULL) {
        while (CONTAINING_RECORD(entry, VSLOT_READ, Links)->Data != Data) {
            entry = entry->Flink;
        }
        entry = entry->Flink;
    }
    return entry == &Slot.Reads ? NULL : CONTAINING_RECORD(entry, VSLOT_READ, Links)->Data;
}

static VOID FLTAPI
VslotRemove(PFLT_CALLBACK_DATA_QUEUE Queue, PFLT_CALLBACK_DATA Data)
{
    PLIST_ENTRY entry = Slot.Reads.Flink;
    PVSLOT_READ read;

    UNREFERENCED_PARAMETER(Queue);
    while (CONTAINING_RECORD(entry, VSLOT_READ, Links)->Data != Data) {
        entry = entry->Flink;
    }
    read = CONTAINING_RECORD(entry, VSLOT_READ, Links);
    RemoveEntryList(entry);
    if (read->DueTime.QuadPart != 0 && KeCancelTimer(&read->Timer)) {
        VslotReleaseRead(read);
    }
    VslotReleaseRead(read);
}

/* Ends a read that nobody else can reach any more. */
static VOID
VslotEndRead(PFLT_CALLBACK_DATA Data, NTSTATUS Status, ULONG_PTR Information)
{
    FltCompletePendedPreOperation(Data, VslotDone(Data, Status, Information), NULL);
}

static VOID FLTAPI
VslotCancelled(PFLT_CALLBACK_DATA_QUEUE Queue, PFLT_CALLBACK_DATA Data)
{
    UNREFERENCED_PARAMETER(Queue);
    VslotEndRead(Data, STATUS_CANCELLED, 0);
}

static VOID
VslotTimedOut(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PVSLOT_READ read = Context;
    PFLT_CALLBACK_DATA data = FltCbdqRemoveIo(&Slot.Queue, &read->Io);

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    if (data != NULL) {
        VslotEndRead(data, STATUS_IO_TIMEOUT, 0);
    }
    VslotReleaseRead(read);
}

/* ---- delivery ---- */

/* Remembers a read's answer, to be given when Mutex is not held any more: filters above may come back to the slot from their post callbacks. */
static VOID
VslotAnswer(PLIST_ENTRY Answered, PFLT_CALLBACK_DATA Data, NTSTATUS Status, ULONG_PTR Information)
{
    VslotDone(Data, Status, Information);
    InsertTailList(Answered, &Data->QueueLinks);
}

static VOID
VslotCompleteAll(PLIST_ENTRY Answered)
{
    while (!IsListEmpty(Answered)) {
        FltCompletePendedPreOperation(CONTAINING_RECORD(RemoveHeadList(Answered), FLT_CALLBACK_DATA, QueueLinks), FLT_PREOP_COMPLETE, NULL);
    }
}

/* Gives messages to reads, the oldest to the oldest. A read that is too small fails, the message stays. With Mutex held. */
static VOID
VslotDeliver(PLIST_ENTRY Answered)
{
    PFLT_CALLBACK_DATA data;
    PVSLOT_MESSAGE message;
    PVOID room;

    while (!IsListEmpty(&Slot.Messages) && (data = FltCbdqRemoveNextIo(&Slot.Queue, NULL)) != NULL) {
        message = CONTAINING_RECORD(Slot.Messages.Flink, VSLOT_MESSAGE, Links);
        if (data->Iopb->Parameters.Read.Length < message->Length) {
            VslotAnswer(Answered, data, STATUS_BUFFER_TOO_SMALL, 0);
            continue;
        }
        /* locked by VslotPreRead: this may be the writer's thread, where the reader's addresses mean nothing */
        room = MmGetSystemAddressForMdlSafe(data->Iopb->Parameters.Read.MdlAddress, NormalPagePriority | MdlMappingNoExecute);
        if (room == NULL) {
            VslotAnswer(Answered, data, STATUS_INSUFFICIENT_RESOURCES, 0);
            continue;
        }
        RtlCopyMemory(room, message->Bytes, message->Length);
        RemoveEntryList(&message->Links);
        Slot.Count--;
        Slot.Bytes -= message->Length;
        VslotAnswer(Answered, data, STATUS_SUCCESS, message->Length);
        ExFreePoolWithTag(message, VSLOT_TAG);
    }
}

/* The last server handle is gone: unread messages and the name go with it. */
static VOID
VslotEnd(VOID)
{
    PFLT_CALLBACK_DATA data;
    LIST_ENTRY answered;

    InitializeListHead(&answered);
    ExAcquireFastMutex(&Slot.Mutex);
    Slot.Server = NULL;
    Slot.Generation++;
    while ((data = FltCbdqRemoveNextIo(&Slot.Queue, NULL)) != NULL) {
        VslotAnswer(&answered, data, STATUS_CANCELLED, 0);
    }
    while (!IsListEmpty(&Slot.Messages)) {
        ExFreePoolWithTag(CONTAINING_RECORD(RemoveHeadList(&Slot.Messages), VSLOT_MESSAGE, Links), VSLOT_TAG);
    }
    Slot.Count = Slot.Bytes = 0;
    ExReleaseFastMutex(&Slot.Mutex);
    VslotCompleteAll(&answered);
}

/* ---- create and open ---- */

static BOOLEAN
VslotIsName(PFILE_OBJECT FileObject)
{
    static const UNICODE_STRING full = RTL_CONSTANT_STRING(L"\\vslot"), relative = RTL_CONSTANT_STRING(L"vslot");

    return RtlEqualUnicodeString(&FileObject->FileName, FileObject->RelatedFileObject != NULL ? &relative : &full, TRUE);
}

/* Makes the file object the driver's own. With Mutex held. */
static VOID
VslotTake(PFILE_OBJECT FileObject)
{
    FileObject->FsContext = &Slot;
    FileObject->FsContext2 = (PVOID)Slot.Generation;
    Slot.Opens++;
}

FLT_PREOP_CALLBACK_STATUS FLTAPI
VslotPreCreateMailslot(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    PMAILSLOT_CREATE_PARAMETERS parameters = Data->Iopb->Parameters.CreateMailslot.Parameters;
    NTSTATUS status = STATUS_OBJECT_NAME_COLLISION;

    UNREFERENCED_PARAMETER(CompletionContext);
    if (!VslotIsName(FltObjects->FileObject)) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    ExAcquireFastMutex(&Slot.Mutex);
    if (Slot.Server == NULL) {
        Slot.Server = FltObjects->FileObject;
        Slot.MaximumMessageSize = parameters->MaximumMessageSize;
        Slot.ReadTimeout.QuadPart = parameters->TimeoutSpecified ? parameters->ReadTimeout.QuadPart : -1;
        VslotTake(FltObjects->FileObject);
        status = STATUS_SUCCESS;
    }
    ExReleaseFastMutex(&Slot.Mutex);
    return VslotDone(Data, status, NT_SUCCESS(status) ? FILE_CREATED : 0);
}

FLT_PREOP_CALLBACK_STATUS FLTAPI
VslotPreCreate(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    BOOLEAN served;

    UNREFERENCED_PARAMETER(CompletionContext);
    if (!VslotIsName(FltObjects->FileObject)) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    ExAcquireFastMutex(&Slot.Mutex);
    served = Slot.Server != NULL;
    if (served) {
        VslotTake(FltObjects->FileObject);
    }
    ExReleaseFastMutex(&Slot.Mutex);
    return served ? VslotDone(Data, STATUS_SUCCESS, FILE_OPENED) : VslotDone(Data, STATUS_OBJECT_NAME_NOT_FOUND, 0);
}

/* ---- reading and writing ---- */

/* Queues a read; delivery follows at once when there is a message. */
static NTSTATUS
VslotQueueRead(PFLT_CALLBACK_DATA Data, LONGLONG Timeout)
{
    PVSLOT_READ read = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*read), VSLOT_TAG);
    NTSTATUS status;

    if (read == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    read->DueTime.QuadPart = Timeout == -1 ? 0 : Timeout;
    KeInitializeTimer(&read->Timer);
    KeInitializeDpc(&read->Dpc, VslotTimedOut, read);
    status = FltCbdqInsertIo(&Slot.Queue, Data, &read->Io, read);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(read, VSLOT_TAG);
    }
    return status;
}

FLT_PREOP_CALLBACK_STATUS FLTAPI
VslotPreRead(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    LIST_ENTRY answered;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(CompletionContext);
    if (!VslotIsOurs(FltObjects)) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    if (!FLT_IS_IRP_OPERATION(Data)) {
        return FLT_PREOP_DISALLOW_FASTIO; /* a fast read cannot wait */
    }
    if (FltObjects->FileObject != Slot.Server) {
        return VslotDone(Data, STATUS_INVALID_PARAMETER, 0); /* clients write */
    }
    if (Data->Iopb->Parameters.Read.MdlAddress == NULL && Data->Iopb->Parameters.Read.Length != 0 &&
        !NT_SUCCESS(status = FltLockUserBuffer(Data))) {
        return VslotDone(Data, status, 0);
    }
    InitializeListHead(&answered);
    ExAcquireFastMutex(&Slot.Mutex);
    if (IsListEmpty(&Slot.Messages) && Slot.ReadTimeout.QuadPart == 0) {
        status = STATUS_IO_TIMEOUT;
    } else {
        status = VslotQueueRead(Data, Slot.ReadTimeout.QuadPart);
        if (NT_SUCCESS(status)) {
            VslotDeliver(&answered);
        }
    }
    ExReleaseFastMutex(&Slot.Mutex);
    VslotCompleteAll(&answered);
    return NT_SUCCESS(status) ? FLT_PREOP_PENDING : VslotDone(Data, status, 0);
}

/* The message with its stamp, or NULL with a status. */
static PVSLOT_MESSAGE
VslotNewMessage(PFLT_CALLBACK_DATA Data, NTSTATUS *Status)
{
    ULONG length = Data->Iopb->Parameters.Write.Length;
    PUCHAR from = Data->Iopb->Parameters.Write.WriteBuffer;
    CHAR stamp[VSLOT_STAMP];
    PVSLOT_MESSAGE message;
    size_t stamped;

    RtlStringCbPrintfA(stamp, sizeof(stamp), "[%lu] ", FltGetRequestorProcessId(Data));
    RtlStringCbLengthA(stamp, sizeof(stamp), &stamped);
    if (Data->Iopb->Parameters.Write.MdlAddress != NULL) {
        from = MmGetSystemAddressForMdlSafe(Data->Iopb->Parameters.Write.MdlAddress, NormalPagePriority | MdlMappingNoExecute);
    }
    message = length > VSLOT_QUEUED || (from == NULL && length != 0) ? NULL :
        ExAllocatePoolZero(PagedPool, FIELD_OFFSET(VSLOT_MESSAGE, Bytes) + stamped + length, VSLOT_TAG);
    if (message == NULL) {
        *Status = STATUS_INSUFFICIENT_RESOURCES;
        return NULL;
    }
    message->Length = (ULONG)stamped + length;
    RtlCopyMemory(message->Bytes, stamp, stamped);
    __try {
        RtlCopyMemory(message->Bytes + stamped, from, length); /* perhaps the writer's own memory */
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        *Status = GetExceptionCode();
        ExFreePoolWithTag(message, VSLOT_TAG);
        return NULL;
    }
    return message;
}

FLT_PREOP_CALLBACK_STATUS FLTAPI
VslotPreWrite(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    ULONG length = Data->Iopb->Parameters.Write.Length;
    NTSTATUS status = STATUS_SUCCESS;
    PVSLOT_MESSAGE message;
    LIST_ENTRY answered;

    UNREFERENCED_PARAMETER(CompletionContext);
    if (!VslotIsOurs(FltObjects)) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    if (FltObjects->FileObject == Slot.Server || (Slot.MaximumMessageSize != 0 && length > Slot.MaximumMessageSize)) {
        return VslotDone(Data, STATUS_INVALID_PARAMETER, 0);
    }
    message = VslotNewMessage(Data, &status);
    if (message == NULL) {
        return VslotDone(Data, status, 0);
    }
    InitializeListHead(&answered);
    ExAcquireFastMutex(&Slot.Mutex);
    if (FltObjects->FileObject->FsContext2 != (PVOID)Slot.Generation) {
        status = STATUS_FILE_FORCED_CLOSED; /* its server has gone, even if the name lives again */
    } else if (Slot.Bytes + message->Length > VSLOT_QUEUED) {
        status = STATUS_QUOTA_EXCEEDED;
    } else {
        InsertTailList(&Slot.Messages, &message->Links);
        Slot.Count++;
        Slot.Bytes += message->Length;
        VslotDeliver(&answered);
    }
    ExReleaseFastMutex(&Slot.Mutex);
    VslotCompleteAll(&answered);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(message, VSLOT_TAG);
    }
    return VslotDone(Data, status, NT_SUCCESS(status) ? length : 0);
}

/* ---- information, clean-up, close ---- */

FLT_PREOP_CALLBACK_STATUS FLTAPI
VslotPreQuery(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    PFILE_MAILSLOT_QUERY_INFORMATION information = Data->Iopb->Parameters.QueryFileInformation.InfoBuffer;

    UNREFERENCED_PARAMETER(CompletionContext);
    if (!VslotIsOurs(FltObjects)) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    if (Data->Iopb->Parameters.QueryFileInformation.FileInformationClass != FileMailslotQueryInformation) {
        return VslotDone(Data, STATUS_INVALID_PARAMETER, 0);
    }
    if (Data->Iopb->Parameters.QueryFileInformation.Length < sizeof(*information)) {
        return VslotDone(Data, STATUS_INFO_LENGTH_MISMATCH, 0);
    }
    ExAcquireFastMutex(&Slot.Mutex);
    information->MaximumMessageSize = Slot.MaximumMessageSize;
    information->MailslotQuota = VSLOT_QUEUED;
    information->MessagesAvailable = Slot.Count;
    information->NextMessageSize = IsListEmpty(&Slot.Messages) ? MAXULONG :
        CONTAINING_RECORD(Slot.Messages.Flink, VSLOT_MESSAGE, Links)->Length;
    information->ReadTimeout = Slot.ReadTimeout;
    ExReleaseFastMutex(&Slot.Mutex);
    return VslotDone(Data, STATUS_SUCCESS, sizeof(*information));
}

FLT_PREOP_CALLBACK_STATUS FLTAPI
VslotPreSet(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    PFILE_MAILSLOT_SET_INFORMATION information = Data->Iopb->Parameters.SetFileInformation.InfoBuffer;

    UNREFERENCED_PARAMETER(CompletionContext);
    if (!VslotIsOurs(FltObjects)) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    if (Data->Iopb->Parameters.SetFileInformation.FileInformationClass != FileMailslotSetInformation ||
        FltObjects->FileObject != Slot.Server) {
        return VslotDone(Data, STATUS_INVALID_PARAMETER, 0);
    }
    if (Data->Iopb->Parameters.SetFileInformation.Length < sizeof(*information)) {
        return VslotDone(Data, STATUS_INFO_LENGTH_MISMATCH, 0);
    }
    ExAcquireFastMutex(&Slot.Mutex);
    Slot.ReadTimeout = *information->ReadTimeout;
    ExReleaseFastMutex(&Slot.Mutex);
    return VslotDone(Data, STATUS_SUCCESS, 0);
}

FLT_PREOP_CALLBACK_STATUS FLTAPI
VslotPreCleanup(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    UNREFERENCED_PARAMETER(CompletionContext);
    if (!VslotIsOurs(FltObjects)) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    if (FltObjects->FileObject == Slot.Server) {
        VslotEnd();
    }
    return VslotDone(Data, STATUS_SUCCESS, 0);
}

FLT_PREOP_CALLBACK_STATUS FLTAPI
VslotPreClose(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    UNREFERENCED_PARAMETER(CompletionContext);
    if (!VslotIsOurs(FltObjects)) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    ExAcquireFastMutex(&Slot.Mutex);
    Slot.Opens--;
    ExReleaseFastMutex(&Slot.Mutex);
    return VslotDone(Data, STATUS_SUCCESS, 0);
}

/* Whatever else is asked of the slot's file objects: nothing below knows them. */
FLT_PREOP_CALLBACK_STATUS FLTAPI
VslotPreOther(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    UNREFERENCED_PARAMETER(CompletionContext);
    return VslotIsOurs(FltObjects) ? VslotDone(Data, STATUS_INVALID_DEVICE_REQUEST, 0) : FLT_PREOP_SUCCESS_NO_CALLBACK;
}

FLT_PREOP_CALLBACK_STATUS FLTAPI
VslotPreFlush(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    UNREFERENCED_PARAMETER(CompletionContext);
    return VslotIsOurs(FltObjects) ? VslotDone(Data, STATUS_SUCCESS, 0) : FLT_PREOP_SUCCESS_NO_CALLBACK;
}

/* ---- life ---- */

NTSTATUS FLTAPI
VslotInstanceSetup(PCFLT_RELATED_OBJECTS FltObjects, FLT_INSTANCE_SETUP_FLAGS Flags, DEVICE_TYPE VolumeDeviceType,
                   FLT_FILESYSTEM_TYPE VolumeFilesystemType)
{
    UNREFERENCED_PARAMETER(Flags);
    UNREFERENCED_PARAMETER(VolumeDeviceType);
    if (VolumeFilesystemType != FLT_FSTYPE_MSFS) {
        return STATUS_FLT_DO_NOT_ATTACH;
    }
    return FltCbdqInitialize(FltObjects->Instance, &Slot.Queue, VslotInsert, VslotRemove, VslotPeek, VslotAcquire, VslotRelease,
                             VslotCancelled);
}

/* While somebody has the slot open its file objects need the driver. */
NTSTATUS FLTAPI
VslotQueryTeardown(PCFLT_RELATED_OBJECTS FltObjects, FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags)
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Flags);
    return Slot.Opens == 0 ? STATUS_SUCCESS : STATUS_FLT_DO_NOT_DETACH;
}

NTSTATUS FLTAPI
VslotUnload(FLT_FILTER_UNLOAD_FLAGS Flags)
{
    if (Slot.Opens != 0 && !FlagOn(Flags, FLTFL_FILTER_UNLOAD_MANDATORY)) {
        return STATUS_FLT_DO_NOT_DETACH;
    }
    FltUnregisterFilter(Slot.Filter);
    return STATUS_SUCCESS;
}

static const FLT_OPERATION_REGISTRATION Callbacks[] = {
    { IRP_MJ_CREATE_MAILSLOT, 0, VslotPreCreateMailslot, NULL },
    { IRP_MJ_CREATE, 0, VslotPreCreate, NULL },
    { IRP_MJ_READ, 0, VslotPreRead, NULL },
    { IRP_MJ_WRITE, 0, VslotPreWrite, NULL },
    { IRP_MJ_QUERY_INFORMATION, 0, VslotPreQuery, NULL },
    { IRP_MJ_SET_INFORMATION, 0, VslotPreSet, NULL },
    { IRP_MJ_FLUSH_BUFFERS, 0, VslotPreFlush, NULL },
    { IRP_MJ_FILE_SYSTEM_CONTROL, 0, VslotPreOther, NULL },
    { IRP_MJ_DIRECTORY_CONTROL, 0, VslotPreOther, NULL },
    { IRP_MJ_QUERY_SECURITY, 0, VslotPreOther, NULL },
    { IRP_MJ_SET_SECURITY, 0, VslotPreOther, NULL },
    { IRP_MJ_CLEANUP, 0, VslotPreCleanup, NULL },
    { IRP_MJ_CLOSE, 0, VslotPreClose, NULL },
    { IRP_MJ_OPERATION_END }
};

static const FLT_REGISTRATION Registration = {
    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    FLTFL_REGISTRATION_SUPPORT_NPFS_MSFS,
    NULL,
    Callbacks,
    VslotUnload,
    VslotInstanceSetup,
    VslotQueryTeardown,
};

NTSTATUS
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    KeInitializeSpinLock(&Slot.Lock);
    ExInitializeFastMutex(&Slot.Mutex);
    InitializeListHead(&Slot.Reads);
    InitializeListHead(&Slot.Messages);
    Slot.Generation = 1;
    status = FltRegisterFilter(DriverObject, &Registration, &Slot.Filter);
    if (NT_SUCCESS(status)) {
        status = FltStartFiltering(Slot.Filter);
        if (!NT_SUCCESS(status)) {
            FltUnregisterFilter(Slot.Filter);
        }
    }
    return status;
}
