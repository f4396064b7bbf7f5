/* What changes the manager: load, unload, attach, detach, mount, unmount, install, stop. */
#include "daemon/serve.h"

#include "daemon/volumes.h"
#include "fltmgr/information.h"
#include "ntoskrnl/cm/cm.h"
#include "ntoskrnl/io/driver.h"
#include "ntoskrnl/ke/report.h"
#include "ntoskrnl/mm/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void serve_load(const struct request *r, struct answer *a)
{
    mm_load_explanation_forget();
    io_driver_allow_missing = (r->arguments[0] & 1) != 0;
    a->status = FltLoadFilter(&r->strings[0]);
    io_driver_allow_missing = false;
    if (!NT_SUCCESS(a->status))
        answer_append(a, mm_load_explanation(), strlen(mm_load_explanation()));
}

void serve_unload(const struct request *r, struct answer *a)
{
    bool mandatory = r->arguments[0] != 0;

    a->status = flt_filter_unload(&r->strings[0], mandatory);
    if (a->status != STATUS_FLT_FILTER_NOT_FOUND || !mandatory)
        return;
    NTSTATUS status = io_driver_unload(&r->strings[0]); /* as `sc stop` does with a driver that is no filter */
    if (status != STATUS_OBJECT_NAME_NOT_FOUND)
        a->status = status;
}

/* Filter and volume of a request, referenced. */
static NTSTATUS find_both(const struct request *r, PFLT_FILTER *filter, PFLT_VOLUME *volume)
{
    NTSTATUS status = FltGetFilterFromName(&r->strings[0], filter);

    if (!NT_SUCCESS(status))
        return status;
    *volume = serve_find_volume(&r->strings[1]);
    if (*volume != NULL)
        return STATUS_SUCCESS;
    FltObjectDereference(*filter);
    return STATUS_FLT_VOLUME_NOT_FOUND;
}

void serve_attach(const struct request *r, struct answer *a)
{
    PFLT_INSTANCE instance = NULL;
    PFLT_FILTER filter;
    PFLT_VOLUME volume;
    PCUNICODE_STRING name = r->strings[2].Buffer != NULL ? &r->strings[2] : NULL;

    a->status = find_both(r, &filter, &volume);
    if (!NT_SUCCESS(a->status))
        return;
    if (r->op == WIRE_ATTACH_AT_ALTITUDE)
        a->status = FltAttachVolumeAtAltitude(filter, volume, &r->strings[3], name, &instance);
    else
        a->status = FltAttachVolume(filter, volume, name, &instance);
    /* P-128: the application's documentation has one status for the clash, the kernel's twin another (F-082)
     */
    if (a->status == STATUS_OBJECT_NAME_COLLISION)
        a->status = STATUS_FLT_INSTANCE_ALTITUDE_COLLISION;
    if (NT_SUCCESS(a->status)) {
        answer_append(a, instance->name.Buffer, instance->name.Length);
        FltObjectDereference(instance);
    }
    FltObjectDereference(volume);
    FltObjectDereference(filter);
}

void serve_detach(const struct request *r, struct answer *a)
{
    PFLT_FILTER filter;
    PFLT_VOLUME volume;

    a->status = find_both(r, &filter, &volume);
    if (!NT_SUCCESS(a->status))
        return;
    a->status = FltDetachVolume(filter, volume, r->strings[2].Buffer != NULL ? &r->strings[2] : NULL);
    FltObjectDereference(volume);
    FltObjectDereference(filter);
}

/* A failure with its one-line explanation as the answer's data: fltmc shows it. */
static void explain(struct answer *a, NTSTATUS status, const char *message)
{
    a->status = status;
    if (message != NULL)
        answer_append(a, message, strlen(message));
}

void serve_mount(const struct request *r, struct answer *a)
{
    char *directory = serve_utf8(&r->strings[0]), *point = serve_utf8(&r->strings[1]),
         *options = serve_utf8(&r->strings[2]);
    char message[512] = "";

    if (directory != NULL && directory[0] == '\\') {
        NTSTATUS status = point != NULL && point[0] == '/' ? volumes_mount_device(directory, point, options, message, sizeof message)
                                                           : STATUS_OBJECT_PATH_SYNTAX_BAD;
        explain(a, status, message[0] != 0 ? message : "a device's volume is mounted at an absolute path");
    } else if (directory == NULL || directory[0] != '/' || (point != NULL && point[0] != '/')) {
        explain(a, STATUS_OBJECT_PATH_SYNTAX_BAD, "paths must be absolute");
    } else {
        NTSTATUS status = volumes_mount(directory, point, options, message, sizeof message);
        explain(a, status, message[0] != 0 ? message : NULL);
    }
    free(directory);
    free(point);
    free(options);
}

void serve_unmount(const struct request *r, struct answer *a)
{
    char *point = serve_utf8(&r->strings[0]);
    char message[512] = "";

    NTSTATUS status = point != NULL ? volumes_unmount(point, r->arguments[0] != 0, message, sizeof message)
                                    : STATUS_INVALID_PARAMETER;
    explain(a, status, message[0] != 0 ? message : NULL);
    free(point);
}

void serve_install(const struct request *r, struct answer *a)
{
    unsigned line = 0;

    a->status = cm_import_text(r->raw[0], r->raw_length[0], &line);
    if (!NT_SUCCESS(a->status)) {
        answer_printf(a, "line %u of the registry text cannot be read", line);
        return;
    }
    a->status = cm_flush();
    if (!NT_SUCCESS(a->status))
        answer_printf(a, "the registry file could not be written; the values hold until the manager ends");
}

void serve_stop(const struct request *r, struct answer *a)
{
    (void)r;
    a->status = control_on_stop != NULL ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
    if (control_on_stop != NULL)
        control_on_stop();
}
