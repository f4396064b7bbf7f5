/* Driver objects: from a service key to a running driver and back (F-029 to F-036, F-045). */
#ifndef OFM_IO_DRIVER_H
#define OFM_IO_DRIVER_H

#include <ntifs.h>

#include <stdbool.h>

/* For the loads of this thread: functions that are missing become stubs (mm_load_options). */
extern __thread bool io_driver_allow_missing;

/* Loads what the service's ImagePath names and calls its DriverEntry. *entry_status, if wanted: what DriverEntry returned.
 * STATUS_OBJECT_NAME_NOT_FOUND (no such service), STATUS_IMAGE_ALREADY_LOADED, STATUS_FAILED_DRIVER_ENTRY, the loader's status. */
NTSTATUS io_driver_load(PCUNICODE_STRING service, NTSTATUS *entry_status);
/* The same with a DriverEntry that is linked in; needs no ImagePath. */
NTSTATUS io_driver_start(PCUNICODE_STRING service, PDRIVER_INITIALIZE entry, NTSTATUS *entry_status);
/* ZwUnloadDriver: a filter is unloaded mandatorily (F-039), another driver by its DriverUnload: as long as files of its devices are
 * open, STATUS_SUCCESS says that it will be when the last one is closed, and that they take no further opens.
 * STATUS_INVALID_DEVICE_REQUEST: it has none, or is being unloaded. */
NTSTATUS io_driver_unload(PCUNICODE_STRING service);
/* The driver has ended: tells what it left, takes its object and image away. */
void io_driver_unload_image(PDRIVER_OBJECT driver);
/* Its unload waits for open files, or is under way. */
bool io_driver_is_stopping(PDRIVER_OBJECT driver);
/* At the manager's end: drivers whose unload waits for open files are unloaded all the same. */
void io_drivers_end(void);
/* names.c: IRP_MJ_SHUTDOWN to every device that asked for it. */
void io_shutdown_devices(void);
/* Referenced, or NULL. */
PDRIVER_OBJECT io_driver_find(PCUNICODE_STRING service);
/* UTF-8 service name; lives as long as the object. */
const char *io_driver_name(PDRIVER_OBJECT driver);
/* Each running driver, oldest first. `each` must not call back into this file. */
void io_driver_enumerate(void (*each)(PDRIVER_OBJECT driver, void *context), void *context);

#endif
