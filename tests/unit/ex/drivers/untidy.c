/* A driver that leaves everything behind: the manager must tell each thing with this driver's name. */
#include <ntifs.h>

static ERESOURCE resource;
static NPAGED_LOOKASIDE_LIST lookaside;
static KTIMER timer;
static KDPC dpc;
PVOID kept;

static void routine(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    LARGE_INTEGER hour;
    KIRQL old;
    long number = -5;

    UNREFERENCED_PARAMETER(DriverObject);
    hour.QuadPart = -36000000000LL;
    kept = ExAllocatePoolWithTag(NonPagedPool, 123, 'dtnU');
    ExInitializeResourceLite(&resource);
    ExInitializeNPagedLookasideList(&lookaside, NULL, NULL, 0, 64, 'dtnU', 0);
    KeInitializeDpc(&dpc, routine, NULL);
    KeInitializeTimer(&timer);
    KeSetTimer(&timer, hour, &dpc);
    KdPrint(("untidy starts with %wZ, %ld, %ws\n", RegistryPath, number, L"wide"));
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    ExFreePoolWithTag(ExAllocatePoolWithTag(PagedPool, 1, 'dtnU'), 'gnoW');
    KeLowerIrql(old);
    return STATUS_SUCCESS;
}
