/* A small filter for the tests of the tools: denies files whose name begins with "secret", and misbehaves on request. */
#include <fltKernel.h>

static PFLT_FILTER Gate;
static volatile LONG Misses;

static BOOLEAN NameStarts(PFLT_CALLBACK_DATA Data, PCWSTR Prefix)
{
    PFLT_FILE_NAME_INFORMATION name;
    UNICODE_STRING prefix;
    BOOLEAN starts = FALSE;
    RtlInitUnicodeString(&prefix, Prefix);
    if (!NT_SUCCESS(FltGetFileNameInformation(Data, FLT_FILE_NAME_OPENED | FLT_FILE_NAME_QUERY_DEFAULT, &name)))
        return FALSE;
    if (NT_SUCCESS(FltParseFileNameInformation(name)))
        starts = RtlPrefixUnicodeString(&prefix, &name->FinalComponent, TRUE);
    FltReleaseFileNameInformation(name);
    return starts;
}

#ifdef GATE_SHIFT
static volatile LONG Shifted;
#endif

#ifdef GATE_RACE
static LONG Unguarded;
static volatile LONG Ready;

/* Neither thread writes before both are there, and each counts itself before it writes and not after: whoever comes first, nothing
 * orders the one's writes before the other's. Also one that runs alone for long cannot be through before the other begins. */
static VOID Racer(PVOID Context)
{
    LONG i;
    InterlockedIncrement(&Ready);
    while (InterlockedCompareExchange(&Ready, 0, 0) % 2)
        YieldProcessor();
    for (i = 0; i < 1000; i++)
        Unguarded++;
    UNREFERENCED_PARAMETER(Context);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID Race(VOID)
{
    HANDLE handle[2];
    PVOID thread[2];
    int i;
    for (i = 0; i < 2; i++) {
        PsCreateSystemThread(&handle[i], THREAD_ALL_ACCESS, NULL, NULL, NULL, Racer, NULL);
        ObReferenceObjectByHandle(handle[i], THREAD_ALL_ACCESS, NULL, KernelMode, &thread[i], NULL);
    }
    for (i = 0; i < 2; i++) {
        KeWaitForSingleObject(thread[i], Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(thread[i]);
        ZwClose(handle[i]);
    }
}
#endif

static FLT_PREOP_CALLBACK_STATUS PreCreate(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    UNREFERENCED_PARAMETER(FltObjects);
    *CompletionContext = NULL;
    if (NameStarts(Data, L"secret")) {
        InterlockedIncrement(&Misses);
        Data->IoStatus.Status = STATUS_ACCESS_DENIED;
        Data->IoStatus.Information = 0;
        return FLT_PREOP_COMPLETE;
    }
    if (NameStarts(Data, L"crash"))
        *(volatile int *)NULL = 1;
    if (NameStarts(Data, L"caught")) {
        __try {
            *(volatile int *)NULL = 1;
        } __except (GetExceptionCode() == STATUS_ACCESS_VIOLATION ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) {
            Data->IoStatus.Status = STATUS_ACCESS_DENIED;
            Data->IoStatus.Information = 0;
            return FLT_PREOP_COMPLETE;
        }
    }
#ifdef GATE_OVERFLOW
    if (NameStarts(Data, L"overflow")) {
        volatile CHAR *block = ExAllocatePoolWithTag(NonPagedPoolNx, 24, 'etaG');
        block[24 + (Misses & 1)] = 1;
        ExFreePoolWithTag((PVOID)block, 'etaG');
    }
#endif
#ifdef GATE_SHIFT
    if (NameStarts(Data, L"overflow"))
        Shifted = 1 << (Misses + 32);
#endif
#ifdef GATE_RACE
    if (NameStarts(Data, L"race"))
        Race();
#endif
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static NTSTATUS Unload(FLT_FILTER_UNLOAD_FLAGS Flags)
{
    UNREFERENCED_PARAMETER(Flags);
    FltUnregisterFilter(Gate);
    return STATUS_SUCCESS;
}

static NTSTATUS QueryTeardown(PCFLT_RELATED_OBJECTS FltObjects, FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags)
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Flags);
    return STATUS_SUCCESS;
}

static const FLT_OPERATION_REGISTRATION Operations[] = {{IRP_MJ_CREATE, 0, PreCreate, NULL}, {IRP_MJ_OPERATION_END}};

static const FLT_REGISTRATION Registration = {sizeof(FLT_REGISTRATION), FLT_REGISTRATION_VERSION, 0, NULL, Operations, Unload, NULL,
    QueryTeardown};

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;
    UNREFERENCED_PARAMETER(RegistryPath);
#ifdef GATE_FAILS
    return STATUS_INSUFFICIENT_RESOURCES;
#endif
#ifdef GATE_LEAKS
    ExAllocatePoolWithTag(PagedPool, 123, 'kaeL');
#endif
    status = FltRegisterFilter(DriverObject, &Registration, &Gate);
    if (!NT_SUCCESS(status))
        return status;
    status = FltStartFiltering(Gate);
    if (!NT_SUCCESS(status))
        FltUnregisterFilter(Gate);
    return status;
}
