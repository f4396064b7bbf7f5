/* embedded DIRECTORY FILE: a program that is the manager: a volume over the directory, the driver that is linked in, a read through it. */
#include <fltKernel.h>
#include <openfltmgr.h>

#include <stdio.h>

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);

static NTSTATUS show(ofm_volume *volume, const char *path)
{
    PFILE_OBJECT file;
    char text[256];
    ULONG length = 0;
    NTSTATUS status = ofm_create(volume, path, FILE_READ_DATA, FILE_OPEN, 0, &file, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = ofm_read(file, 0, text, sizeof text, &length);
    ofm_close(file);
    fwrite(text, 1, length, stdout);
    return status;
}

int main(int argc, char *argv[])
{
    ofm_volume *volume;
    struct ofm_report report = {0};
    if (argc < 3)
        return 2;
    NTSTATUS status = ofm_start(NULL);
    if (NT_SUCCESS(status))
        status = ofm_volume_add_directory(argv[1], "auto", &volume);
    if (NT_SUCCESS(status))
        status = ofm_service_set("plain", NULL, "370000", NULL, 0);
    if (NT_SUCCESS(status))
        status = ofm_driver_load_entry("plain", DriverEntry);
    if (NT_SUCCESS(status))
        status = show(volume, argv[2]);
    if (!NT_SUCCESS(status))
        printf("0x%08X\n", (unsigned)status);
    NTSTATUS stopped = ofm_stop(&report);
    if (report.leaks)
        printf("%lu leaks\n", report.leaks);
    return NT_SUCCESS(status) && NT_SUCCESS(stopped) ? 0 : 1;
}
