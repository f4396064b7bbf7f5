/*
 * See driver.h. driver_list_lock guards the list; DriverEntry and unload routines run without it.
 *
 * As on Windows a driver's DriverUnload does not run while a file of one of its devices is open:
 *
 *   RUNNING --ZwUnloadDriver--> STOPPING --the last file is closed--> STOPPED (DriverUnload, then its code goes)
 *
 * A driver that is STOPPING takes no further opens. Whoever brings it from STOPPING to STOPPED unloads it.
 */
#include "ntoskrnl/io/driver.h"
#include "ntoskrnl/io/inner.h"
#include "ntoskrnl/io/leaks.h"
#include "ntoskrnl/io/reinitialize.h"

#include "ntoskrnl/cm/cm.h"
#include "ntoskrnl/mm/image.h"
#include "rtl/status.h"
#include "rtl/utf.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

POBJECT_TYPE io_driver_type;
NTKERNELAPI POBJECT_TYPE *IoDriverObjectType = &io_driver_type;

static pthread_mutex_t driver_list_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t driver_unlisted = PTHREAD_COND_INITIALIZER;
static LIST_ENTRY drivers = {&drivers, &drivers};

static NTSTATUS NTAPI invalid_request(PDEVICE_OBJECT device, PIRP irp)
{
    irp->IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
    irp->IoStatus.Information = 0;
    IofCompleteRequest(irp, IO_NO_INCREMENT);
    return STATUS_INVALID_DEVICE_REQUEST;
}

/* ---- objects ---- */

NTSTATUS io_driver_create(PCUNICODE_STRING path, PDRIVER_OBJECT *driver)
{
    PVOID object;
    NTSTATUS status = ob_create(io_driver_type, sizeof(struct io_driver_object), &object);
    if (!NT_SUCCESS(status))
        return status;
    struct io_driver_object *body = object;
    body->object.Type = IO_TYPE_DRIVER;
    body->object.Size = sizeof(DRIVER_OBJECT);
    body->object.DriverExtension = &body->extension;
    body->extension.DriverObject = &body->object;
    InitializeListHead(&body->links);
    for (unsigned i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        body->object.MajorFunction[i] = invalid_request;
    status = io_copy_string(path, &body->object.DriverName);
    if (NT_SUCCESS(status))
        status = ob_insert_name(object, path, OBJ_CASE_INSENSITIVE | OBJ_PERMANENT);
    if (!NT_SUCCESS(status)) {
        ObDereferenceObject(object);
        return status;
    }
    *driver = &body->object;
    return STATUS_SUCCESS;
}

void io_driver_delete(PDRIVER_OBJECT driver)
{
    struct io_driver_object *body = (struct io_driver_object *)driver;
    while (driver->DeviceObject) {
        ke_report(body->name, "DriverUnload", "a device object is left: deleted");
        IoDeleteDevice(driver->DeviceObject);
    }
    ob_remove_name(driver);
    ObDereferenceObject(driver);
}

static char *utf8_of(PCUNICODE_STRING text)
{
    size_t units = text->Length / sizeof(WCHAR), size = rtl_utf16_to_utf8(NULL, 0, text->Buffer, units, NULL);
    char *out = calloc(1, size + 1);
    if (out)
        rtl_utf16_to_utf8(out, size, text->Buffer, units, NULL);
    return out;
}

static NTSTATUS make_names(struct io_driver_object *body, PCUNICODE_STRING service)
{
    static const char16_t services[] = u"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\";
    UNICODE_STRING prefix;
    RtlInitUnicodeString(&prefix, services);
    body->name = utf8_of(service);
    if (!body->name)
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = io_copy_string(service, &body->service);
    body->extension.ServiceKeyName = body->service;
    if (!NT_SUCCESS(status))
        return status;
    body->registry_path.MaximumLength = prefix.Length + service->Length + sizeof(WCHAR);
    body->registry_path.Buffer = calloc(1, body->registry_path.MaximumLength);
    if (!body->registry_path.Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlAppendUnicodeStringToString(&body->registry_path, &prefix);
    RtlAppendUnicodeStringToString(&body->registry_path, service);
    return STATUS_SUCCESS;
}

static VOID driver_deleted(PVOID object)
{
    struct io_driver_object *body = object;
    io_free_string(&body->object.DriverName);
    io_free_string(&body->service);
    io_free_string(&body->registry_path);
    if (body->image)
        mm_unload_image(body->image);
    free(body->name);
}

const struct ob_type_ops io_driver_type_ops = {.delete = driver_deleted};

/* ---- the list ---- */

PDRIVER_OBJECT io_driver_find(PCUNICODE_STRING service)
{
    PDRIVER_OBJECT found = NULL;
    pthread_mutex_lock(&driver_list_lock);
    for (PLIST_ENTRY e = drivers.Flink; !found && e != &drivers; e = e->Flink) {
        struct io_driver_object *body = CONTAINING_RECORD(e, struct io_driver_object, links);
        if (RtlEqualUnicodeString(&body->service, service, TRUE))
            found = &body->object;
    }
    if (found)
        ObReferenceObject(found);
    pthread_mutex_unlock(&driver_list_lock);
    return found;
}

const char *io_driver_name(PDRIVER_OBJECT driver)
{
    return ((struct io_driver_object *)driver)->name;
}

void io_driver_enumerate(void (*each)(PDRIVER_OBJECT driver, void *context), void *context)
{
    pthread_mutex_lock(&driver_list_lock);
    for (PLIST_ENTRY e = drivers.Flink; e != &drivers; e = e->Flink)
        each(&CONTAINING_RECORD(e, struct io_driver_object, links)->object, context);
    pthread_mutex_unlock(&driver_list_lock);
}

static void list_driver(struct io_driver_object *body)
{
    pthread_mutex_lock(&driver_list_lock);
    InsertTailList(&drivers, &body->links);
    pthread_mutex_unlock(&driver_list_lock);
}

static void unlist_driver(struct io_driver_object *body)
{
    pthread_mutex_lock(&driver_list_lock);
    RemoveEntryList(&body->links);
    InitializeListHead(&body->links);
    pthread_cond_broadcast(&driver_unlisted);
    pthread_mutex_unlock(&driver_list_lock);
}

/* ---- starting ---- */

static ULONG service_type(PCUNICODE_STRING service)
{
    struct cm_key *key;
    ULONG type = 2; /* file system driver */
    if (!NT_SUCCESS(cm_open_service(service, false, &key)))
        return type;
    if (!NT_SUCCESS(cm_get_dword(key, u"Type", &type)))
        type = 2;
    cm_close(key);
    return type;
}

static NTSTATUS make_driver(PCUNICODE_STRING service, struct io_driver_object **out)
{
    WCHAR text[300];
    UNICODE_STRING path = {0, sizeof text, text};
    RtlAppendUnicodeToString(&path, service_type(service) == 1 ? u"\\Driver\\" : u"\\FileSystem\\");
    if (!NT_SUCCESS(RtlAppendUnicodeStringToString(&path, service)))
        return STATUS_NAME_TOO_LONG;
    PDRIVER_OBJECT driver;
    NTSTATUS status = io_driver_create(&path, &driver);
    if (status == STATUS_OBJECT_NAME_COLLISION)
        return STATUS_IMAGE_ALREADY_LOADED;
    if (!NT_SUCCESS(status))
        return status;
    *out = (struct io_driver_object *)driver;
    status = make_names(*out, service);
    if (!NT_SUCCESS(status))
        io_driver_delete(driver);
    return status;
}

/* Files of a filter's devices outlive its FilterUnload: its code stays until they are closed. */
static void end_driver(struct io_driver_object *body)
{
    if (io_upcalls.driver_ended)
        io_upcalls.driver_ended(&body->object);
    io_report_leaks(body->name);
    ObReferenceObject(&body->object);
    io_driver_delete(&body->object);
    unlist_driver(body); /* who does not find it any more may start it again: its name is free */
    ObDereferenceObject(&body->object); /* its image goes with the last reference: an open device keeps the code */
}

static NTSTATUS call_entry(struct io_driver_object *body, PDRIVER_INITIALIZE entry)
{
    struct ke_scope outer = ke_callback_enter(body->name, "DriverEntry", NULL);
    PETHREAD acting = ps_set_current(NULL);
    NTSTATUS status = entry(&body->object, &body->registry_path);
    ps_set_current(acting);
    ke_irql_check(PASSIVE_LEVEL, body->name, "DriverEntry");
    ke_callback_leave(outer);
    io_driver_reinitialize(&body->object, body->name, NT_SUCCESS(status));
    for (PDEVICE_OBJECT device = body->object.DeviceObject; device; device = device->NextDevice)
        __atomic_and_fetch(&device->Flags, ~(ULONG)DO_DEVICE_INITIALIZING, __ATOMIC_RELEASE); /* opens begin */
    return status;
}

/* Consumes the image. F-029, F-032. */
static NTSTATUS run_driver(
    PCUNICODE_STRING service, PDRIVER_INITIALIZE entry, void *image, NTSTATUS *entry_status)
{
    struct io_driver_object *body;
    NTSTATUS status = make_driver(service, &body);
    if (!NT_SUCCESS(status)) {
        if (image)
            mm_unload_image(image);
        return status;
    }
    body->image = image;
    body->object.DriverInit = entry;
    list_driver(body);
    status = call_entry(body, entry);
    if (entry_status)
        *entry_status = status;
    if (!NT_SUCCESS(status)) {
        ke_log(KE_LOG_ERROR, "%s: DriverEntry failed with status 0x%08x (%s)", body->name, (unsigned)status,
            rtl_status_name(status));
        mm_load_explanation_say(
            "%s: its DriverEntry returned 0x%08x (%s): see the manager's log", body->name, (unsigned)status,
            rtl_status_name(status));
        end_driver(body);
        return STATUS_FAILED_DRIVER_ENTRY;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS check_free(PCUNICODE_STRING service)
{
    PDRIVER_OBJECT running = io_driver_find(service);
    if (!running)
        return STATUS_SUCCESS;
    ObDereferenceObject(running);
    return STATUS_IMAGE_ALREADY_LOADED;
}

NTSTATUS io_driver_start(PCUNICODE_STRING service, PDRIVER_INITIALIZE entry, NTSTATUS *entry_status)
{
    NTSTATUS status = check_free(service);
    return NT_SUCCESS(status) ? run_driver(service, entry, NULL, entry_status) : status;
}

/* The service's ImagePath as a Linux path: what fltmc install wrote. */
static NTSTATUS image_path(PCUNICODE_STRING service, char **path)
{
    struct cm_key *key;
    UNICODE_STRING value;
    NTSTATUS status = cm_open_service(service, false, &key);
    if (!NT_SUCCESS(status))
        return STATUS_OBJECT_NAME_NOT_FOUND;
    status = cm_get_string(key, u"ImagePath", &value);
    cm_close(key);
    if (!NT_SUCCESS(status))
        return STATUS_OBJECT_NAME_NOT_FOUND;
    *path = rtl_utf8_from_wide(value.Buffer);
    ExFreePool(value.Buffer);
    return *path ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

__thread bool io_driver_allow_missing;
bool (*io_path_is_served)(const char *path);

/* Code is read from its file whenever it runs: the manager would serve itself the very code that it serves with. */
static NTSTATUS check_place(const char *path)
{
    if (io_path_is_served == NULL || !io_path_is_served(path))
        return STATUS_SUCCESS;
    mm_load_explanation_say("%.4096s lies on a mount of this manager: load the driver from where no mount is\n", path);
    ke_log(KE_LOG_ERROR, "%s: not loaded: it lies on a mount of this manager", path);
    return STATUS_DRIVER_UNABLE_TO_LOAD;
}

static NTSTATUS load_image(const char *path, PCUNICODE_STRING service, struct mm_image **image)
{
    char *name = utf8_of(service);
    if (!name)
        return STATUS_INSUFFICIENT_RESOURCES;
    struct mm_load_options options = {.name = name, .allow_missing = io_driver_allow_missing};
    struct mm_load_report report = {0};
    NTSTATUS status = mm_load_image(path, &options, image, &report);
    if (!NT_SUCCESS(status)) {
        ke_log(KE_LOG_ERROR, "%s: %s: not loaded (0x%08x, %s): %s", name, path, (unsigned)status,
            rtl_status_name(status), report.reason);
        for (size_t i = 0; i < report.missing_count; i++)
            ke_log(KE_LOG_ERROR, "%s: missing function %s", name, report.missing[i]);
        for (size_t i = 0; i < report.missing_data_count; i++)
            ke_log(KE_LOG_ERROR, "%s: missing variable %s", name, report.missing_data[i]);
    }
    mm_load_report_free(&report);
    free(name);
    return status;
}

NTSTATUS io_driver_load(PCUNICODE_STRING service, NTSTATUS *entry_status)
{
    char *path = NULL;
    NTSTATUS status = check_free(service);
    if (NT_SUCCESS(status))
        status = image_path(service, &path);
    if (!NT_SUCCESS(status))
        return status;
    struct mm_image *image = NULL;
    status = check_place(path);
    if (NT_SUCCESS(status))
        status = load_image(path, service, &image);
    free(path);
    return NT_SUCCESS(status)
               ? run_driver(service, (PDRIVER_INITIALIZE)mm_image_entry(image), image, entry_status)
               : status;
}

/* ---- stopping ---- */

void io_driver_unload_image(PDRIVER_OBJECT driver)
{
    end_driver((struct io_driver_object *)driver);
}

/* The caller has brought it to STOPPED. Consumes the list's reference. */
static void unload(struct io_driver_object *body)
{
    struct ke_scope outer = ke_callback_enter(body->name, "DriverUnload", NULL);
    body->object.DriverUnload(&body->object);
    ke_callback_leave(outer);
    end_driver(body);
}

static bool move(struct io_driver_object *body, uint32_t from, uint32_t to)
{
    return __atomic_compare_exchange_n(&body->state, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static VOID NTAPI unload_later(PVOID context)
{
    struct io_driver_object *body = context;
    unload(body);
    ObDereferenceObject(&body->object);
}

/* Sequentially consistent with stop(): one of the two sees the other's word. */
bool io_driver_opened(PDRIVER_OBJECT driver)
{
    struct io_driver_object *body = (struct io_driver_object *)driver;
    __atomic_add_fetch(&body->opens, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&body->state, __ATOMIC_SEQ_CST) == IO_DRIVER_RUNNING)
        return true;
    io_driver_closed(driver);
    return false;
}

/* In a thread of its own: who closes may stand in the driver's code. */
void io_driver_closed(PDRIVER_OBJECT driver)
{
    struct io_driver_object *body = (struct io_driver_object *)driver;
    if (__atomic_sub_fetch(&body->opens, 1, __ATOMIC_SEQ_CST) || !move(body, IO_DRIVER_STOPPING, IO_DRIVER_STOPPED))
        return;
    ObReferenceObject(driver);
    ExInitializeWorkItem(&body->unloading, unload_later, body);
    ExQueueWorkItem(&body->unloading, DelayedWorkQueue);
}

static NTSTATUS stop(struct io_driver_object *body)
{
    if (!body->object.DriverUnload || !move(body, IO_DRIVER_RUNNING, IO_DRIVER_STOPPING))
        return STATUS_INVALID_DEVICE_REQUEST;
    unsigned opens = __atomic_load_n(&body->opens, __ATOMIC_SEQ_CST);
    if (opens)
        ke_log(KE_LOG_WARNING, "%s: not unloaded before its devices are closed: %u open", body->name, opens);
    else if (move(body, IO_DRIVER_STOPPING, IO_DRIVER_STOPPED))
        unload(body);
    return STATUS_SUCCESS;
}

NTSTATUS io_driver_unload(PCUNICODE_STRING service)
{
    PDRIVER_OBJECT driver = io_driver_find(service);
    if (!driver)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    NTSTATUS status =
        io_upcalls.driver_stopping ? io_upcalls.driver_stopping(driver) : STATUS_FLT_FILTER_NOT_FOUND;
    if (status == STATUS_FLT_FILTER_NOT_FOUND)
        status = stop((struct io_driver_object *)driver);
    ObDereferenceObject(driver);
    return status;
}

bool io_driver_is_stopping(PDRIVER_OBJECT driver)
{
    return __atomic_load_n(&((struct io_driver_object *)driver)->state, __ATOMIC_RELAXED) != IO_DRIVER_RUNNING;
}

/* One that is being unloaded, or is to be: referenced. */
static struct io_driver_object *find_stopping(void)
{
    struct io_driver_object *found = NULL;
    pthread_mutex_lock(&driver_list_lock);
    for (PLIST_ENTRY e = drivers.Blink; !found && e != &drivers; e = e->Blink) {
        struct io_driver_object *body = CONTAINING_RECORD(e, struct io_driver_object, links);
        if (io_driver_is_stopping(&body->object))
            found = body;
    }
    if (found)
        ObReferenceObject(&found->object);
    pthread_mutex_unlock(&driver_list_lock);
    return found;
}

static void await_end(struct io_driver_object *body)
{
    pthread_mutex_lock(&driver_list_lock);
    while (!IsListEmpty(&body->links))
        pthread_cond_wait(&driver_unlisted, &driver_list_lock);
    pthread_mutex_unlock(&driver_list_lock);
}

void io_drivers_end(void)
{
    for (struct io_driver_object *body; (body = find_stopping()) != NULL; ObDereferenceObject(&body->object)) {
        if (!move(body, IO_DRIVER_STOPPING, IO_DRIVER_STOPPED)) {
            await_end(body); /* its work item is at it */
            continue;
        }
        ke_report(body->name, "DriverUnload", "%u files of its devices are still open at the manager's end",
            __atomic_load_n(&body->opens, __ATOMIC_RELAXED));
        unload(body);
    }
}

/* ---- DDIs ---- */

static NTSTATUS service_of_path(PUNICODE_STRING path, PUNICODE_STRING service)
{
    USHORT units = path->Length / sizeof(WCHAR), start = units;
    while (start && path->Buffer[start - 1] != '\\')
        start--;
    if (!start || start == units)
        return STATUS_INVALID_PARAMETER;
    *service =
        (UNICODE_STRING){(USHORT)((units - start) * 2), (USHORT)((units - start) * 2), path->Buffer + start};
    return STATUS_SUCCESS;
}

NTSYSAPI NTSTATUS ZwLoadDriver(PUNICODE_STRING DriverServiceName)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    UNICODE_STRING service;
    NTSTATUS status = service_of_path(DriverServiceName, &service);
    return NT_SUCCESS(status) ? io_driver_load(&service, NULL) : status;
}

NTSYSAPI NTSTATUS ZwUnloadDriver(PUNICODE_STRING DriverServiceName)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    UNICODE_STRING service;
    NTSTATUS status = service_of_path(DriverServiceName, &service);
    return NT_SUCCESS(status) ? io_driver_unload(&service) : status;
}
