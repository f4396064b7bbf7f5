/*
 * The manager inside another program: start, stop, drivers. See include/openfltmgr/openfltmgr.h. `state_lock`
 * guards starting and stopping; everything else may be called by any thread.
 */
#include "embed/embed.h"

#include "daemon/control.h"
#include "daemon/volumes.h"
#include "fltmgr/callback.h"
#include "fltmgr/capture.h"
#include "fltmgr/init.h"
#include "fltmgr/instance.h"
#include "fltmgr/port.h"
#include "fltmgr/watchdog.h"
#include "fltmgr/waitgraph.h"
#include "mount/mount.h"
#include "msfs/msfs.h"
#include "ntoskrnl/cm/cm.h"
#include "ntoskrnl/io/driver.h"
#include "ntoskrnl/io/leaks.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ps/ps.h"
#include "rtl/status.h"
#include "rtl/utf.h"

#include <ofm_seh.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t state_lock = PTHREAD_MUTEX_INITIALIZER;
static bool running, listening;
static struct ofm_options current;
static unsigned long mistakes_before;

bool embed_wide(const char *text, UNICODE_STRING *wide)
{
    wide->Buffer = text != NULL ? (PWCH)rtl_wide_from_utf8(text) : NULL;
    if (wide->Buffer == NULL)
        return false;
    wide->Length = (USHORT)(rtl_wide_length((const char16_t *)wide->Buffer) * sizeof(WCHAR));
    wide->MaximumLength = wide->Length + sizeof(WCHAR);
    return true;
}

static void to_embedder(void *context, enum ke_log_level level, const char *driver, const char *text)
{
    current.log(context, (enum ofm_log_level)level, driver, text);
}

/* ---- start ---- */

static NTSTATUS start_rooms(void)
{
    ofm_seh_init();
    NTSTATUS status = ps_init();
    if (NT_SUCCESS(status))
        status = cm_init();
    if (NT_SUCCESS(status))
        status = io_init();
    if (NT_SUCCESS(status))
        status = flt_init();
    mount_is_service = flt_thread_is_client;
    io_path_is_served = mount_is_above;
    return status;
}

/* Before any driver: the volume is there when a filter starts (M-38). */
static NTSTATUS start_mailslots(const struct ofm_options *options)
{
    return options->no_mailslots ? STATUS_SUCCESS : msfs_start();
}

static NTSTATUS load_registry(const struct ofm_options *options)
{
    unsigned line;
    NTSTATUS status = STATUS_SUCCESS;

    if (options->registry_file != NULL)
        status = cm_load_file(options->registry_file);
    if (options->registry_text != NULL) {
        NTSTATUS imported = cm_import_text(options->registry_text, strlen(options->registry_text), &line);
        if (!NT_SUCCESS(imported))
            return imported;
    }
    return status;
}

NTSTATUS ofm_start(const struct ofm_options *options)
{
    static const struct ofm_options none;

    if (options == NULL)
        options = &none;
    pthread_mutex_lock(&state_lock);
    if (running) {
        pthread_mutex_unlock(&state_lock);
        return STATUS_ALREADY_REGISTERED;
    }
    current = *options;
    ke_report_set_sink(options->log != NULL ? to_embedder : NULL, options->log_context);
    ke_log_set_level(
        options->log_level == OFM_LOG_DEBUG ? KE_LOG_DRIVER : (enum ke_log_level)options->log_level);
    mistakes_before = ke_report_count();
    message_zero_timeout_polls = options->zero_timeout_polls != 0;
    message_timeout_fails = options->timeout_fails != 0;
    NTSTATUS status =
        flt_capture_set(options->capture_messages) ? start_rooms() : STATUS_INSUFFICIENT_RESOURCES;
    if (NT_SUCCESS(status))
        status = start_mailslots(options);
    if (NT_SUCCESS(status)) {
        ps_allow_terminate(options->allow_terminate != 0);
        flt_dispatch_posts = options->dispatch_mode != 0;
        io_fast_io_first = options->fast_io_first != 0;
        ke_bug_check_register(mount_abort_all);
        running = true;
        flt_watchdog_start(options->watchdog_milliseconds, options->watchdog_disconnects != 0);
        status = load_registry(options);
    }
    pthread_mutex_unlock(&state_lock);
    return status;
}

/* ---- stop ---- */

struct name_list {
    char names[64][256];
    unsigned count;
};

static void collect_name(PDRIVER_OBJECT driver, void *context)
{
    struct name_list *list = context;

    if (list->count < 64 && !io_driver_is_stopping(driver))
        snprintf(list->names[list->count++], sizeof list->names[0], "%s", io_driver_name(driver));
}

/* Youngest first; a driver that cannot be unloaded stays, which the report then says (F-037). */
static void unload_all(void)
{
    struct name_list list = {.count = 0};

    io_driver_enumerate(collect_name, &list);
    while (list.count > 0) {
        const char *name = list.names[--list.count];
        NTSTATUS status = ofm_driver_unload(name, 1);
        if (!NT_SUCCESS(status))
            ke_report(
                name, "unload", "the driver does not let itself be unloaded: %s", rtl_status_name(status));
    }
}

NTSTATUS ofm_stop(struct ofm_report *report)
{
    pthread_mutex_lock(&state_lock);
    if (!running) {
        pthread_mutex_unlock(&state_lock);
        return STATUS_FLT_NOT_INITIALIZED;
    }
    if (listening)
        control_stop();
    listening = false;
    flt_watchdog_stop();
    io_shutdown_devices();
    unload_all();
    io_drivers_end();
    volumes_unmount_all(); /* the daemon's, which it remembers; then what is mounted besides */
    embed_unmount_all();
    msfs_stop();
    unsigned long leaks = io_report_leaks(NULL);
    cm_stop();
    ke_bug_check_unregister(mount_abort_all);
    if (report != NULL)
        *report = (struct ofm_report){.leaks = leaks, .mistakes = ke_report_count() - mistakes_before};
    ke_report_set_sink(NULL, NULL);
    running = false;
    pthread_mutex_unlock(&state_lock);
    return STATUS_SUCCESS;
}

/* ---- drivers ---- */

NTSTATUS ofm_registry_import(const char *text, unsigned *line)
{
    unsigned ignored;

    return cm_import_text(text, strlen(text), line != NULL ? line : &ignored);
}

static NTSTATUS write_instance(
    struct cm_key *service, const char *altitude, const char *instance, ULONG flags)
{
    UNICODE_STRING name = {0}, height = {0};
    struct cm_key *instances = NULL, *one = NULL;

    if (!embed_wide(instance, &name) || !embed_wide(altitude, &height)) {
        free(name.Buffer);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    NTSTATUS status = cm_open(service, u"Instances", true, &instances);
    if (NT_SUCCESS(status))
        status = cm_set_string(instances, u"DefaultInstance", name.Buffer);
    if (NT_SUCCESS(status))
        status = cm_open(instances, name.Buffer, true, &one);
    if (NT_SUCCESS(status))
        status = cm_set_string(one, u"Altitude", height.Buffer);
    if (NT_SUCCESS(status))
        status = cm_set_dword(one, u"Flags", flags);
    if (one != NULL)
        cm_close(one);
    if (instances != NULL)
        cm_close(instances);
    free(name.Buffer);
    free(height.Buffer);
    return status;
}

NTSTATUS ofm_service_set(
    const char *service, const char *image, const char *altitude, const char *instance, ULONG flags)
{
    UNICODE_STRING name, path = {0};
    char generated[300];
    struct cm_key *key;

    if (service == NULL || altitude == NULL)
        return STATUS_INVALID_PARAMETER;
    if (!embed_wide(service, &name))
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = cm_open_service(&name, true, &key);
    free(name.Buffer);
    if (!NT_SUCCESS(status))
        return status;
    status = cm_set_dword(key, u"Type", 2);
    if (NT_SUCCESS(status))
        status = cm_set_dword(key, u"Start", 3);
    if (NT_SUCCESS(status) && image != NULL) {
        status = embed_wide(image, &path) ? cm_set_string(key, u"ImagePath", path.Buffer)
                                          : STATUS_INSUFFICIENT_RESOURCES;
        free(path.Buffer);
    }
    snprintf(generated, sizeof generated, "%s Instance", service);
    if (NT_SUCCESS(status))
        status = write_instance(key, altitude, instance != NULL ? instance : generated, flags);
    cm_close(key);
    return status;
}

NTSTATUS ofm_driver_load(const char *service)
{
    UNICODE_STRING name;

    if (!embed_wide(service, &name))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = FltLoadFilter(&name);
    free(name.Buffer);
    return status;
}

NTSTATUS ofm_driver_load_entry(const char *service, PDRIVER_INITIALIZE entry)
{
    UNICODE_STRING name;

    if (entry == NULL || !embed_wide(service, &name))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = io_driver_start(&name, entry, NULL);
    free(name.Buffer);
    return status;
}

NTSTATUS ofm_driver_unload(const char *service, int mandatory)
{
    UNICODE_STRING name;

    if (!embed_wide(service, &name))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = flt_filter_unload(&name, mandatory);
    if (status == STATUS_FLT_FILTER_NOT_FOUND && mandatory)
        status = io_driver_unload(&name);
    free(name.Buffer);
    return status;
}

static NTSTATUS find_filter(const char *name, PFLT_FILTER *filter)
{
    UNICODE_STRING wide;

    if (!embed_wide(name, &wide))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = FltGetFilterFromName(&wide, filter);
    free(wide.Buffer);
    return status;
}

NTSTATUS ofm_attach(const char *filter_name, ofm_volume *volume, const char *instance, const char *altitude)
{
    UNICODE_STRING name = {0}, height = {0};
    PFLT_VOLUME object;
    PFLT_FILTER filter;

    NTSTATUS status = find_filter(filter_name, &filter);
    if (!NT_SUCCESS(status))
        return status;
    status = ofm_volume_object(volume, &object);
    if (NT_SUCCESS(status)) {
        PCUNICODE_STRING given = embed_wide(instance, &name) ? &name : NULL;
        status = embed_wide(altitude, &height)
                     ? FltAttachVolumeAtAltitude(filter, object, &height, given, NULL)
                     : FltAttachVolume(filter, object, given, NULL);
        FltObjectDereference(object);
    }
    FltObjectDereference(filter);
    free(name.Buffer);
    free(height.Buffer);
    return status;
}

NTSTATUS ofm_detach(const char *filter_name, ofm_volume *volume, const char *instance)
{
    UNICODE_STRING name = {0};
    PFLT_VOLUME object;
    PFLT_FILTER filter;

    NTSTATUS status = find_filter(filter_name, &filter);
    if (!NT_SUCCESS(status))
        return status;
    status = ofm_volume_object(volume, &object);
    if (NT_SUCCESS(status)) {
        status = FltDetachVolume(filter, object, embed_wide(instance, &name) ? &name : NULL);
        FltObjectDereference(object);
    }
    FltObjectDereference(filter);
    free(name.Buffer);
    return status;
}

NTSTATUS ofm_listen(const char *directory)
{
    pthread_mutex_lock(&state_lock);
    int error = running && !listening ? control_start(directory) : -1;
    listening |= error == 0;
    pthread_mutex_unlock(&state_lock);
    return error == 0 ? STATUS_SUCCESS : io_status_of_errno(-error, IO_ERRNO_PLAIN);
}
