/*
 * Filters that make names for those above them (F-334 to F-337). They get a copy of the operation's data whose target is their
 * own instance, so that the names they ask for with it come from below themselves.
 */
#include <stdlib.h>
#include <string.h>

#include "fltmgr/name.h"
#include "ntoskrnl/ke/ke.h"

/* Registered filters with GenerateFileNameCallback: nearly always none, and then nobody looks for one. __atomic. */
static uint32_t providers;

void flt_name_register(PFLT_FILTER filter)
{
    if (filter->registration.GenerateFileNameCallback)
        __atomic_fetch_add(&providers, 1, __ATOMIC_RELAXED);
}

void flt_name_unregister(PFLT_FILTER filter)
{
    if (filter->registration.GenerateFileNameCallback)
        __atomic_fetch_sub(&providers, 1, __ATOMIC_RELAXED);
}

/* The list of instances runs from high to low altitude. flt_lock is held. */
static PFLT_INSTANCE next_provider(PLIST_ENTRY e, const LIST_ENTRY *end)
{
    for (; e != end; e = e->Flink) {
        PFLT_INSTANCE instance = CONTAINING_RECORD(e, struct _FLT_INSTANCE, volume_links);
        if (instance->state == FLT_INSTANCE_ATTACHED && instance->filter->registration.GenerateFileNameCallback &&
            flt_reference(&instance->object))
            return instance;
    }
    return NULL;
}

PFLT_INSTANCE flt_name_provider_for(PFLT_INSTANCE instance, FLT_FILE_NAME_OPTIONS options)
{
    if (__builtin_expect(__atomic_load_n(&providers, __ATOMIC_RELAXED) == 0, 1) || !instance)
        return NULL;
    flt_lock_acquire();
    PLIST_ENTRY first = options & FLT_FILE_NAME_REQUEST_FROM_CURRENT_PROVIDER ? &instance->volume_links
                                                                              : instance->volume_links.Flink;
    PFLT_INSTANCE found = next_provider(first, &instance->volume->instances);
    flt_lock_release();
    return found;
}

/* ---- asking ---- */

static void copy_data(struct flt_callback *copy, PFLT_CALLBACK_DATA data, PFLT_INSTANCE provider)
{
    const struct flt_callback *original = flt_callback_of(data);

    memcpy(&copy->data, data, sizeof copy->data); /* its members are constant for filters */
    copy->kind = FLT_CALLBACK_DRAINED;
    copy->op = original->op;
    copy->volume = original->volume;
    copy->stack = original->stack;
    copy->frame = NULL;
    copy->post = original->post;
    copy->initiator = NULL;
    copy->iopb = *data->Iopb;
    copy->iopb.TargetInstance = provider;
    *(PFLT_IO_PARAMETER_BLOCK *)&copy->data.Iopb = &copy->iopb;
}

static NTSTATUS generate(const struct flt_name_request *request, FLT_FILE_NAME_OPTIONS format,
    struct flt_name_builder *builder, bool *cache)
{
    PFLT_INSTANCE provider = request->provider;
    BOOLEAN may_cache = *cache;
    struct flt_callback copy;
    FLT_FILE_NAME_OPTIONS options = (request->options & ~(FLT_FILE_NAME_OPTIONS)FLT_VALID_FILE_NAME_FORMATS) | format;

    if (request->data)
        copy_data(&copy, request->data, provider);
    flt_name_builder_clear(builder);
    struct ke_scope outer = ke_callback_enter(provider->filter->driver_name, "GenerateFileName", NULL);
    NTSTATUS status = provider->filter->registration.GenerateFileNameCallback(provider, request->file,
        request->data ? &copy.data : NULL, options, &may_cache, &builder->control);
    ke_callback_leave(outer);
    if (NT_SUCCESS(status) && !may_cache)
        *cache = false;
    return status;
}

/* ---- component by component (F-337) ---- */

struct normalization {
    const struct flt_name_request *request;
    PVOID context;
    ULONG flags;
    struct flt_name_builder *out;
    FILE_NAMES_INFORMATION *expanded;
};

enum { EXPANDED_SIZE = sizeof(FILE_NAMES_INFORMATION) + 256 * sizeof(WCHAR) };

static NTSTATUS call_normalize(struct normalization *n, UNICODE_STRING *component)
{
    PFLT_INSTANCE provider = n->request->provider;
    const FLT_REGISTRATION *registration = &provider->filter->registration;
    UNICODE_STRING parent = n->out->control.Name;
    USHORT volume_length = n->request->volume->io->device_name.Length;
    struct ke_scope outer = ke_callback_enter(provider->filter->driver_name, "NormalizeNameComponent", NULL);
    NTSTATUS status;

    if (registration->NormalizeNameComponentExCallback) /* F-006 */
        status = registration->NormalizeNameComponentExCallback(provider, n->request->file, &parent, volume_length, component,
            n->expanded, EXPANDED_SIZE, n->flags, &n->context);
    else
        status = registration->NormalizeNameComponentCallback(
            provider, &parent, volume_length, component, n->expanded, EXPANDED_SIZE, n->flags, &n->context);
    ke_callback_leave(outer);
    return status;
}

static NTSTATUS normalize_component(struct normalization *n, UNICODE_STRING component, bool last)
{
    NTSTATUS status = flt_name_append_separator(n->out);

    if (!NT_SUCCESS(status) || component.Length == 0)
        return status;
    memset(n->expanded, 0, EXPANDED_SIZE);
    status = call_normalize(n, &component);
    if (NT_SUCCESS(status))
        return flt_name_append(n->out, n->expanded->FileName, n->expanded->FileNameLength);
    if (status == STATUS_NO_SUCH_FILE || status == STATUS_OBJECT_NAME_NOT_FOUND)
        return last ? flt_name_append_string(n->out, &component) : STATUS_OBJECT_PATH_NOT_FOUND; /* F-302 */
    return status;
}

static NTSTATUS normalize_path(struct normalization *n, UNICODE_STRING path)
{
    size_t length = path.Length / sizeof(WCHAR), start = length && path.Buffer[0] == u'\\';
    NTSTATUS status = STATUS_SUCCESS;

    if (length == 1)
        return flt_name_append_separator(n->out);
    while (NT_SUCCESS(status) && start < length) {
        size_t end = start;
        while (end < length && path.Buffer[end] != u'\\')
            end++;
        USHORT bytes = (USHORT)((end - start) * sizeof(WCHAR));
        status = normalize_component(n, (UNICODE_STRING){bytes, bytes, path.Buffer + start}, end == length);
        start = end + 1;
    }
    return status;
}

static bool opened_case_sensitive(const struct flt_name_request *request)
{
    return (request->file->Flags & FO_OPENED_CASE_SENSITIVE) ||
        (request->data && request->data->Iopb->MajorFunction == IRP_MJ_CREATE &&
            (request->data->Iopb->OperationFlags & SL_CASE_SENSITIVE));
}

static void end_normalization(struct normalization *n)
{
    PFLT_NORMALIZE_CONTEXT_CLEANUP cleanup = n->request->provider->filter->registration.NormalizeContextCleanupCallback;

    if (cleanup && n->context)
        cleanup(&n->context);
    free(n->expanded);
}

static NTSTATUS normalize_components(const struct flt_name_request *request, struct flt_name_builder *builder)
{
    struct flt_name_builder out;
    struct normalization n = {.request = request, .out = &out, .expanded = malloc(EXPANDED_SIZE)};

    if (!n.expanded)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (opened_case_sensitive(request))
        n.flags |= FLTFL_NORMALIZE_NAME_CASE_SENSITIVE;
    flt_name_builder_init(&out);
    NTSTATUS status = flt_name_append_string(&out, &request->volume->io->device_name);
    if (NT_SUCCESS(status))
        status = normalize_path(&n, flt_name_path(builder, request->volume));
    flt_name_builder_clear(builder);
    if (NT_SUCCESS(status))
        status = flt_name_append_string(builder, &out.control.Name);
    flt_name_builder_free(&out);
    end_normalization(&n);
    return status;
}

/* F-334: asked for the normalized name first; a provider that cannot gives the opened one, and then its components. */
NTSTATUS flt_name_from_provider(const struct flt_name_request *request, struct flt_name_builder *builder, bool *cache)
{
    const FLT_REGISTRATION *registration = &request->provider->filter->registration;
    NTSTATUS status = generate(request, flt_name_format(request), builder, cache);

    if (NT_SUCCESS(status) || flt_name_format(request) != FLT_FILE_NAME_NORMALIZED)
        return status;
    status = generate(request, FLT_FILE_NAME_OPENED, builder, cache);
    if (!NT_SUCCESS(status))
        return status;
    if (!registration->NormalizeNameComponentExCallback && !registration->NormalizeNameComponentCallback)
        return STATUS_SUCCESS;
    return normalize_components(request, builder);
}
