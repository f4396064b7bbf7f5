/* Reading a filter's registry values; see config.h. Called at PASSIVE_LEVEL with no lock held. */
#include "fltmgr/config.h"
#include "ntoskrnl/cm/cm.h"
#include "rtl/utf.h"

#include <stdlib.h>
#include <string.h>

NTSTATUS flt_copy_string(PCUNICODE_STRING from, PUNICODE_STRING to)
{
    *to = (UNICODE_STRING){0};
    if (!from || !from->Length)
        return STATUS_SUCCESS;
    to->Buffer = malloc(from->Length + sizeof(WCHAR));
    if (!to->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(to->Buffer, from->Buffer, from->Length);
    to->Buffer[from->Length / sizeof(WCHAR)] = 0;
    to->Length = from->Length;
    to->MaximumLength = from->Length + sizeof(WCHAR);
    return STATUS_SUCCESS;
}

void flt_free_string(PUNICODE_STRING text)
{
    free(text->Buffer);
    *text = (UNICODE_STRING){0};
}

char *flt_utf8(PCUNICODE_STRING text)
{
    size_t units = text->Length / sizeof(WCHAR), size = rtl_utf16_to_utf8(NULL, 0, text->Buffer, units, NULL);
    char *out = malloc(size + 1);
    if (!out)
        return NULL;
    rtl_utf16_to_utf8(out, size, text->Buffer, units, NULL);
    out[size] = 0;
    return out;
}

/* A key that cannot be opened counts as one that is not there; no memory is something else (F-019). */
static NTSTATUS not_found(NTSTATUS status)
{
    return NT_SUCCESS(status) || status == STATUS_INSUFFICIENT_RESOURCES ? status : STATUS_OBJECT_NAME_NOT_FOUND;
}

static NTSTATUS open_instances(PCUNICODE_STRING service, struct cm_key **key)
{
    struct cm_key *top;
    NTSTATUS status = cm_open_service(service, false, &top);
    if (!NT_SUCCESS(status))
        return not_found(status);
    status = cm_open(top, u"Parameters\\Instances", false, key);
    if (!NT_SUCCESS(status) && status != STATUS_INSUFFICIENT_RESOURCES)
        status = cm_open(top, u"Instances", false, key);
    cm_close(top);
    return not_found(status);
}

static NTSTATUS read_definition(struct cm_key *instances, PCUNICODE_STRING name, struct flt_instance_definition *definition)
{
    struct cm_key *key;
    memset(definition, 0, sizeof *definition);
    WCHAR *path = calloc(1, name->Length + sizeof(WCHAR));
    if (!path)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(path, name->Buffer, name->Length);
    NTSTATUS status = cm_open(instances, path, false, &key);
    free(path);
    if (!NT_SUCCESS(status))
        return not_found(status);
    UNICODE_STRING altitude = {0};
    status = cm_get_string(key, u"Altitude", &altitude);
    if (NT_SUCCESS(status))
        status = flt_copy_string(&altitude, &definition->altitude);
    if (altitude.Buffer)
        ExFreePool(altitude.Buffer);
    NTSTATUS flags = cm_get_dword(key, u"Flags", &definition->flags);
    if (!NT_SUCCESS(flags))
        definition->flags = 0;
    if (NT_SUCCESS(status) && flags == STATUS_INSUFFICIENT_RESOURCES)
        status = flags;
    cm_close(key);
    if (NT_SUCCESS(status))
        status = flt_copy_string(name, &definition->name);
    if (!NT_SUCCESS(status))
        flt_config_free(definition);
    return status;
}

NTSTATUS flt_config_instance(PCUNICODE_STRING service, PCUNICODE_STRING name, struct flt_instance_definition *definition)
{
    struct cm_key *instances;
    UNICODE_STRING default_name = {0};
    NTSTATUS status = open_instances(service, &instances);
    if (!NT_SUCCESS(status))
        return status;
    if (!name)
        status = cm_get_string(instances, u"DefaultInstance", &default_name);
    if (NT_SUCCESS(status))
        status = read_definition(instances, name ? name : &default_name, definition);
    if (default_name.Buffer)
        ExFreePool(default_name.Buffer);
    cm_close(instances);
    return status;
}

NTSTATUS flt_config_enumerate(PCUNICODE_STRING service, ULONG index, struct flt_instance_definition *definition)
{
    struct cm_key *instances;
    UNICODE_STRING name = {0};
    NTSTATUS status = open_instances(service, &instances);
    if (!NT_SUCCESS(status))
        return STATUS_NO_MORE_ENTRIES;
    status = cm_enumerate(instances, index, &name);
    if (NT_SUCCESS(status)) {
        status = read_definition(instances, &name, definition);
        ExFreePool(name.Buffer);
    }
    cm_close(instances);
    return status;
}

void flt_config_free(struct flt_instance_definition *definition)
{
    flt_free_string(&definition->name);
    flt_free_string(&definition->altitude);
}

/* The value of a key; absent: 0. */
static NTSTATUS read_features(struct cm_key *key, ULONG *features)
{
    NTSTATUS status = cm_get_dword(key, u"SupportedFeatures", features);
    if (!NT_SUCCESS(status))
        *features = 0;
    return not_found(status);
}

NTSTATUS flt_config_features(PCUNICODE_STRING service, ULONG *features)
{
    struct cm_key *top, *parameters;
    *features = 0;
    NTSTATUS status = cm_open_service(service, false, &top);
    if (!NT_SUCCESS(status))
        return not_found(status);
    status = cm_open(top, u"Parameters", false, &parameters);
    if (NT_SUCCESS(status)) {
        status = read_features(parameters, features);
        cm_close(parameters);
    }
    if (not_found(status) == STATUS_OBJECT_NAME_NOT_FOUND)
        status = read_features(top, features);
    cm_close(top);
    return not_found(status);
}
