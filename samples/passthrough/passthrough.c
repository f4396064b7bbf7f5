/*
 * passthrough: the smallest filter that sees everything. It counts each operation before and after the file system and says so at unload.
 *
 * Shows: registration, a pre and a post callback for every major function, unload.
 *
 *     fltcc passthrough.c -o passthrough.so && fltmc load passthrough.so --altitude 370000.5
 */
#include <fltKernel.h>

static PFLT_FILTER Filter;
static volatile LONG Before[IRP_MJ_MAXIMUM_FUNCTION + 1], After[IRP_MJ_MAXIMUM_FUNCTION + 1];

DRIVER_INITIALIZE DriverEntry;

FLT_PREOP_CALLBACK_STATUS
PtPreOperation(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(CompletionContext);

    if (Data->Iopb->MajorFunction <= IRP_MJ_MAXIMUM_FUNCTION) {
        InterlockedIncrement(&Before[Data->Iopb->MajorFunction]);
    }
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

FLT_POSTOP_CALLBACK_STATUS
PtPostOperation(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID CompletionContext, FLT_POST_OPERATION_FLAGS Flags)
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(CompletionContext);
    UNREFERENCED_PARAMETER(Flags);

    if (Data->Iopb->MajorFunction <= IRP_MJ_MAXIMUM_FUNCTION) {
        InterlockedIncrement(&After[Data->Iopb->MajorFunction]);
    }
    return FLT_POSTOP_FINISHED_PROCESSING;
}

NTSTATUS
PtUnload(FLT_FILTER_UNLOAD_FLAGS Flags)
{
    UNREFERENCED_PARAMETER(Flags);

    FltUnregisterFilter(Filter);
    for (ULONG i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) {
        if (Before[i] != 0) {
            DbgPrint("passthrough: %s: %ld before, %ld after\n", FltGetIrpName((UCHAR)i), Before[i], After[i]);
        }
    }
    return STATUS_SUCCESS;
}

static const FLT_OPERATION_REGISTRATION Callbacks[] = {
    { IRP_MJ_CREATE, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_READ, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_WRITE, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_QUERY_INFORMATION, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_SET_INFORMATION, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_QUERY_EA, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_SET_EA, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_FLUSH_BUFFERS, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_QUERY_VOLUME_INFORMATION, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_SET_VOLUME_INFORMATION, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_DIRECTORY_CONTROL, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_FILE_SYSTEM_CONTROL, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_LOCK_CONTROL, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_CLEANUP, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_QUERY_SECURITY, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_SET_SECURITY, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_CLOSE, 0, PtPreOperation, PtPostOperation },
    { IRP_MJ_OPERATION_END }
};

static const FLT_REGISTRATION Registration = { sizeof(FLT_REGISTRATION), FLT_REGISTRATION_VERSION, 0, NULL, Callbacks, PtUnload };

NTSTATUS
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    status = FltRegisterFilter(DriverObject, &Registration, &Filter);
    if (NT_SUCCESS(status)) {
        status = FltStartFiltering(Filter);
        if (!NT_SUCCESS(status)) {
            FltUnregisterFilter(Filter);
        }
    }
    return status;
}
