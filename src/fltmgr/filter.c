/* Registering, starting and unregistering a filter: F-001 to F-028, F-047 to F-052. */
#include "fltmgr/filter.h"
#include "fltmgr/config.h"
#include "fltmgr/hooks.h"
#include "fltmgr/init.h"
#include "ntoskrnl/io/driver.h"
#include "ntoskrnl/ke/ke.h"

#include <stdlib.h>
#include <string.h>

static LIST_ENTRY filters = {&filters, &filters}; /* flt_lock */

/* ---- the list ---- */

PFLT_FILTER flt_filter_first(void)
{
    return filters.Flink == &filters ? NULL : CONTAINING_RECORD(filters.Flink, struct _FLT_FILTER, links);
}

PFLT_FILTER flt_filter_next(PFLT_FILTER filter)
{
    return filter->links.Flink == &filters ? NULL : CONTAINING_RECORD(filter->links.Flink, struct _FLT_FILTER, links);
}

static PFLT_FILTER pinned_if(PFLT_FILTER filter)
{
    if (filter)
        flt_pin(&filter->object);
    return filter;
}

PFLT_FILTER flt_filter_find(PCUNICODE_STRING name)
{
    flt_lock_acquire();
    PFLT_FILTER filter = flt_filter_first();
    while (filter && !RtlEqualUnicodeString(&filter->name, name, TRUE))
        filter = flt_filter_next(filter);
    pinned_if(filter);
    flt_lock_release();
    return filter;
}

PFLT_FILTER flt_filter_of_driver(PDRIVER_OBJECT driver)
{
    flt_lock_acquire();
    PFLT_FILTER filter = flt_filter_first();
    while (filter && filter->driver != driver)
        filter = flt_filter_next(filter);
    pinned_if(filter);
    flt_lock_release();
    return filter;
}

/* Sorted by default altitude, highest first; F-017. */
static NTSTATUS insert(PFLT_FILTER filter)
{
    NTSTATUS status = STATUS_SUCCESS;
    flt_lock_acquire();
    PLIST_ENTRY before = filters.Flink;
    for (; before != &filters; before = before->Flink) {
        PFLT_FILTER other = CONTAINING_RECORD(before, struct _FLT_FILTER, links);
        int order = flt_altitude_compare(&filter->default_altitude, &other->default_altitude);
        if (order == 0)
            status = STATUS_FLT_INSTANCE_ALTITUDE_COLLISION;
        if (order >= 0)
            break;
    }
    if (NT_SUCCESS(status))
        InsertTailList(before, &filter->links);
    flt_lock_release();
    return status;
}

/* ---- registration ---- */

static void free_filter(struct flt_object *object)
{
    PFLT_FILTER filter = (PFLT_FILTER)object;
    flt_free_string(&filter->name);
    flt_free_string(&filter->default_instance);
    flt_free_string(&filter->default_altitude);
    free(filter->context_registrations);
    free(filter->driver_name);
    free(filter);
}

/* F-002, F-003: the tail that exists follows from Version, never from Size. */
static size_t registration_size(USHORT version)
{
    switch (version) {
    case 0x0200: return 88;
    case 0x0201: return 96;
    case 0x0202: return 104;
    default: return sizeof(FLT_REGISTRATION);
    }
}

static void copy_operations(PFLT_FILTER filter, const FLT_OPERATION_REGISTRATION *operation)
{
    for (; operation && operation->MajorFunction != IRP_MJ_OPERATION_END; operation++) {
        UCHAR major = operation->MajorFunction;
        if (!flt_slot_valid(major) || major == IRP_MJ_POWER || major == IRP_MJ_DEVICE_CHANGE) {
            ke_report(filter->driver_name, "FltRegisterFilter", "major function 0x%02x cannot be filtered (F-011)", major);
            continue;
        }
        struct flt_entry *entry = &filter->entries[flt_slot(major)];
        if (entry->registered) {
            ke_report(filter->driver_name, "FltRegisterFilter", "%s is registered twice: the first counts (F-012)", flt_major_name(major));
            continue;
        }
        *entry = (struct flt_entry){flt_major_name(major), major, true, operation->Flags, operation->PreOperation,
            major == IRP_MJ_SHUTDOWN ? NULL : operation->PostOperation}; /* F-010 */
    }
}

static NTSTATUS copy_contexts(PFLT_FILTER filter, const FLT_CONTEXT_REGISTRATION *contexts)
{
    unsigned count = 0;
    while (contexts && contexts[count].ContextType != FLT_CONTEXT_END)
        count++;
    filter->context_registration_count = count;
    filter->context_registrations = calloc(count + 1, sizeof *contexts);
    if (!filter->context_registrations)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (count)
        memcpy(filter->context_registrations, contexts, count * sizeof *contexts);
    return STATUS_SUCCESS;
}

/* F-005 */
static bool name_provider_consistent(const FLT_REGISTRATION *r)
{
    bool normalizes = r->NormalizeNameComponentCallback || r->NormalizeNameComponentExCallback;
    return (!normalizes || r->GenerateFileNameCallback) && (!r->NormalizeContextCleanupCallback || normalizes);
}

/* F-015, F-016, F-018 */
static NTSTATUS read_config(PFLT_FILTER filter, PDRIVER_OBJECT driver)
{
    struct flt_instance_definition definition;
    PCUNICODE_STRING service = &driver->DriverExtension->ServiceKeyName;
    NTSTATUS status = flt_copy_string(service, &filter->name);
    if (NT_SUCCESS(status))
        status = flt_config_instance(service, NULL, &definition);
    if (!NT_SUCCESS(status))
        return status;
    filter->default_instance = definition.name;
    filter->default_altitude = definition.altitude;
    if (flt_config_features(service, &filter->supported_features) == STATUS_INSUFFICIENT_RESOURCES)
        return STATUS_INSUFFICIENT_RESOURCES;
    return flt_altitude_valid(&filter->default_altitude) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static NTSTATUS fill(PFLT_FILTER filter, PDRIVER_OBJECT driver, const FLT_REGISTRATION *registration)
{
    filter->driver = driver;
    filter->driver_name = flt_utf8(&driver->DriverExtension->ServiceKeyName);
    if (!filter->driver_name)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (registration->Size != registration_size(registration->Version))
        ke_report(filter->driver_name, "FltRegisterFilter", "Size is %u, Version 0x%04x has %zu (F-003)", registration->Size,
            registration->Version, registration_size(registration->Version));
    memcpy(&filter->registration, registration, registration_size(registration->Version));
    if (!name_provider_consistent(&filter->registration))
        return STATUS_INVALID_PARAMETER;
    copy_operations(filter, registration->OperationRegistration);
    NTSTATUS status = copy_contexts(filter, registration->ContextRegistration);
    filter->registration.ContextRegistration = filter->context_registrations;
    filter->registration.OperationRegistration = NULL;
    return NT_SUCCESS(status) ? read_config(filter, driver) : status;
}

static NTSTATUS enroll(PFLT_FILTER filter)
{
    NTSTATUS status = flt_hooks.contexts_register ? flt_hooks.contexts_register(filter) : STATUS_SUCCESS;
    if (!NT_SUCCESS(status))
        return status;
    if (flt_hooks.names_register)
        flt_hooks.names_register(filter);
    if (flt_hooks.ports_register)
        flt_hooks.ports_register(filter);
    status = insert(filter);
    if (NT_SUCCESS(status))
        return status;
    if (flt_hooks.names_unregister)
        flt_hooks.names_unregister(filter);
    if (flt_hooks.contexts_unregister)
        flt_hooks.contexts_unregister(filter);
    return status;
}

FLTAPI NTSTATUS FltRegisterFilter(PDRIVER_OBJECT Driver, const FLT_REGISTRATION *Registration, PFLT_FILTER *RetFilter)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Driver || !Registration || !RetFilter)
        return STATUS_INVALID_PARAMETER;
    *RetFilter = NULL;
    if (!flt_is_initialized())
        return STATUS_FLT_NOT_INITIALIZED;
    if ((Registration->Version & 0xff00) != 0x0200)
        return STATUS_INVALID_PARAMETER;
    PFLT_FILTER filter = calloc(1, sizeof *filter);
    if (!filter)
        return STATUS_INSUFFICIENT_RESOURCES;
    flt_object_init(&filter->object, FLT_TYPE_FILTER, free_filter);
    InitializeListHead(&filter->instances);
    InitializeListHead(&filter->ports);
    NTSTATUS status = fill(filter, Driver, Registration);
    if (NT_SUCCESS(status))
        status = enroll(filter);
    if (!NT_SUCCESS(status)) {
        flt_unpin(&filter->object);
        return status;
    }
    *RetFilter = filter;
    return STATUS_SUCCESS;
}

FLTAPI NTSTATUS FltStartFiltering(PFLT_FILTER Filter)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!flt_as_filter(Filter))
        return STATUS_INVALID_PARAMETER;
    if (!flt_reference(&Filter->object))
        return STATUS_FLT_DELETING_OBJECT;
    flt_lock_acquire();
    bool first = Filter->state == FLT_FILTER_REGISTERED;
    if (first)
        Filter->state = FLT_FILTER_STARTED;
    flt_lock_release();
    if (first)
        flt_volumes_offer_to(Filter);
    flt_dereference(&Filter->object);
    return first ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* ---- the end ---- */

static void remind(struct flt_object *object)
{
    PFLT_FILTER filter = (PFLT_FILTER)object;
    unsigned instances = flt_instances_report_leaked(filter);
    uint64_t references = flt_reference_count(object);
    if (references > instances)
        ke_report(filter->driver_name, "FltUnregisterFilter", "still waits: the filter has %lu references that were not given back (F-030)",
            (unsigned long)(references - instances));
}

static void tear_down_instances(PFLT_FILTER filter)
{
    FLT_INSTANCE_TEARDOWN_FLAGS reason =
        filter->unload_mandatory ? FLTFL_INSTANCE_TEARDOWN_MANDATORY_FILTER_UNLOAD : FLTFL_INSTANCE_TEARDOWN_FILTER_UNLOAD;
    for (;;) {
        PFLT_INSTANCE instance = flt_instance_first_of(filter);
        if (!instance)
            return;
        flt_instance_teardown(instance, reason);
        flt_unpin(&instance->object);
    }
}

void flt_filter_unregister(PFLT_FILTER filter)
{
    flt_lock_acquire();
    filter->state = FLT_FILTER_UNREGISTERING;
    flt_lock_release();
    if (flt_hooks.ports_unregister)
        flt_hooks.ports_unregister(filter);
    tear_down_instances(filter);
    if (flt_hooks.contexts_wait)
        flt_hooks.contexts_wait(filter);
    flt_wait_references(&filter->object, remind);
    if (flt_hooks.names_unregister)
        flt_hooks.names_unregister(filter);
    if (flt_hooks.contexts_unregister)
        flt_hooks.contexts_unregister(filter);
    flt_lock_acquire();
    RemoveEntryList(&filter->links);
    filter->state = FLT_FILTER_GONE;
    flt_lock_release();
    flt_forget_offers(filter);
    flt_unpin(&filter->object);
}

FLTAPI VOID FltUnregisterFilter(PFLT_FILTER Filter)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!flt_as_filter(Filter) || !flt_begin_teardown(&Filter->object)) {
        ke_report_caller("FltUnregisterFilter", __builtin_return_address(0), "the filter is not registered any more (F-051)");
        return;
    }
    flt_filter_unregister(Filter);
}
