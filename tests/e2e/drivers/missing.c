/* A driver that needs functions nobody has. */
#include <ntddk.h>

NTKERNELAPI VOID OfmNobodyHasThis(VOID);
NTKERNELAPI VOID OfmNorThat(VOID);

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(DriverObject);
    if (RegistryPath == NULL) {
        OfmNobodyHasThis();
        OfmNorThat();
    }
    return STATUS_NOT_SUPPORTED;
}
