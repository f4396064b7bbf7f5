/* Attaching, detaching and the teardown of instances: F-063 to F-103. */
#include "fltmgr/instance.h"
#include "fltmgr/callback.h"
#include "fltmgr/config.h"
#include "fltmgr/hooks.h"
#include "fltmgr/stack.h"
#include "ntoskrnl/ke/ke.h"
#include "rtl/status.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory ---- */

static void free_instance(struct flt_object *object)
{
    PFLT_INSTANCE instance = (PFLT_INSTANCE)object;
    flt_free_string(&instance->name);
    flt_free_string(&instance->altitude);
    flt_unpin(&instance->filter->object);
    flt_unpin(&instance->volume->object);
    free(instance->text);
    free(instance);
}

/* Torn down, but still referenced: named when an unload waits for them (F-030). */
static pthread_mutex_t leaked_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_ENTRY leaked = {&leaked, &leaked}; /* by filter_links */

unsigned flt_instances_report_leaked(PFLT_FILTER filter)
{
    unsigned count = 0;
    pthread_mutex_lock(&leaked_lock);
    for (PLIST_ENTRY e = leaked.Flink; e != &leaked; e = e->Flink) {
        PFLT_INSTANCE instance = CONTAINING_RECORD(e, struct _FLT_INSTANCE, filter_links);
        if (instance->filter != filter)
            continue;
        count++;
        ke_report(filter->driver_name, "FltUnregisterFilter",
            "instance \"%s\" has %lu references that FltObjectDereference was not called for (F-030)",
            flt_instance_text(instance), (unsigned long)flt_reference_count(&instance->object));
    }
    pthread_mutex_unlock(&leaked_lock);
    return count;
}

/* The last reference after the end went: the filter may go now (F-052). */
static void instance_drained(struct flt_object *object)
{
    PFLT_INSTANCE instance = (PFLT_INSTANCE)object;
    pthread_mutex_lock(&leaked_lock);
    RemoveEntryList(&instance->filter_links);
    pthread_mutex_unlock(&leaked_lock);
    flt_dereference(&instance->filter->object);
}

const char *flt_instance_text(PFLT_INSTANCE instance)
{
    return instance->text ? instance->text : "?";
}

static char *make_text(PFLT_INSTANCE instance)
{
    char *name = flt_utf8(&instance->name), *device = flt_utf8(&instance->volume->io->device_name),
         *text = NULL;
    if (name && device && asprintf(&text, "%s on %s", name, device) < 0)
        text = NULL;
    free(name);
    free(device);
    return text;
}

/* The filter is referenced by the caller; the instance takes a reference of its own. */
static NTSTATUS make(
    const struct flt_attach *attach, PCUNICODE_STRING name, PCUNICODE_STRING altitude, PFLT_INSTANCE *out)
{
    PFLT_INSTANCE instance = aligned_alloc(64, (sizeof *instance + 63) & ~63ul);
    if (!instance)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(instance, 0, sizeof *instance);
    flt_object_init(&instance->object, FLT_TYPE_INSTANCE, free_instance);
    instance->object.rundown = 2; /* given back when it is GONE */
    instance->object.on_drained = instance_drained;
    instance->filter = attach->filter;
    instance->volume = attach->volume;
    flt_pin(&attach->filter->object);
    flt_pin(&attach->volume->object);
    flt_pin(&instance->object); /* of that reference */
    KeInitializeEvent(&instance->idle, NotificationEvent, FALSE);
    instance->setup_flags = attach->flags;
    FLT_RELATED_OBJECTS objects = {
        .Size = sizeof objects, .Filter = attach->filter, .Volume = attach->volume, .Instance = instance};
    memcpy(&instance->objects, &objects, sizeof objects);
    InitializeListHead(&instance->volume_links);
    InitializeListHead(&instance->filter_links);
    NTSTATUS status = flt_copy_string(name, &instance->name);
    if (NT_SUCCESS(status))
        status = flt_copy_string(altitude, &instance->altitude);
    instance->text = make_text(instance);
    *out = instance;
    return status;
}

/* ---- membership; all under flt_lock ---- */

static NTSTATUS check_place(PFLT_INSTANCE instance, bool by_altitude)
{
    PFLT_VOLUME volume = instance->volume;
    for (PLIST_ENTRY e = volume->instances.Flink; e != &volume->instances; e = e->Flink) {
        PFLT_INSTANCE other = CONTAINING_RECORD(e, struct _FLT_INSTANCE, volume_links);
        if (other->filter == instance->filter && RtlEqualUnicodeString(&other->name, &instance->name, TRUE))
            return STATUS_FLT_INSTANCE_NAME_COLLISION;
        if (!flt_altitude_compare(&other->altitude, &instance->altitude)) /* F-082 */
            return by_altitude ? STATUS_FLT_INSTANCE_ALTITUDE_COLLISION : STATUS_OBJECT_NAME_COLLISION;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS take_place(PFLT_INSTANCE instance, bool by_altitude)
{
    PFLT_VOLUME volume = instance->volume;
    flt_lock_acquire();
    NTSTATUS status =
        flt_is_going(&volume->object) ? STATUS_FLT_DELETING_OBJECT : check_place(instance, by_altitude);
    if (NT_SUCCESS(status) && !flt_reference(&instance->filter->object))
        status = STATUS_FLT_DELETING_OBJECT;
    if (NT_SUCCESS(status)) {
        PLIST_ENTRY before = volume->instances.Flink;
        while (before != &volume->instances &&
               flt_altitude_compare(&CONTAINING_RECORD(before, struct _FLT_INSTANCE, volume_links)->altitude,
                   &instance->altitude) > 0)
            before = before->Flink;
        InsertTailList(before, &instance->volume_links);
        InsertTailList(&instance->filter->instances, &instance->filter_links);
        instance->filter->instance_count++;
        flt_pin(&instance->object); /* the lists' */
    }
    flt_lock_release();
    return status;
}

static void leave_place(PFLT_INSTANCE instance)
{
    flt_lock_acquire();
    RemoveEntryList(&instance->volume_links);
    RemoveEntryList(&instance->filter_links);
    instance->filter->instance_count--;
    pthread_mutex_lock(&leaked_lock);
    InsertTailList(&leaked, &instance->filter_links); /* until instance_drained */
    pthread_mutex_unlock(&leaked_lock);
    instance->state = FLT_INSTANCE_GONE;
    flt_membership_changed();
    flt_lock_release();
    flt_unpin(&instance->object);
}

/* Gone for good: its contexts, its names, its place, its reference. */
static void finish(PFLT_INSTANCE instance)
{
    if (flt_hooks.contexts_instance_gone)
        flt_hooks.contexts_instance_gone(instance);
    if (flt_hooks.names_instance_gone)
        flt_hooks.names_instance_gone(instance);
    leave_place(instance);
    flt_begin_teardown(&instance->object);
    flt_dereference(&instance->object);
}

/* ---- attaching ---- */

ULONGLONG flt_setup_patience = 5 * (ULONGLONG)KE_SECOND;

static NTSTATUS call_setup(PFLT_INSTANCE instance)
{
    PFLT_FILTER filter = instance->filter;
    struct io_volume *io = instance->volume->io;
    if (!filter->registration.InstanceSetupCallback) /* F-064 */
        return STATUS_SUCCESS;
    ULONGLONG start = ke_interrupt_time();
    struct ke_scope outer = ke_callback_enter(filter->driver_name, "InstanceSetup", NULL);
    NTSTATUS status = filter->registration.InstanceSetupCallback(&instance->objects, instance->setup_flags,
        io->device_type, (FLT_FILESYSTEM_TYPE)io->file_system_type);
    ke_callback_leave(outer);
    ULONGLONG took = ke_interrupt_time() - start;
    if (took > flt_setup_patience)
        ke_report(filter->driver_name, "InstanceSetup", "took %llu ms on \"%s\" (F-072)",
            (unsigned long long)took / 10000, flt_instance_text(instance));
    return status;
}

static NTSTATUS publish(PFLT_INSTANCE instance)
{
    flt_lock_acquire();
    instance->state = FLT_INSTANCE_ATTACHED;
    NTSTATUS status = flt_stack_rebuild(instance->volume);
    if (!NT_SUCCESS(status))
        instance->state = FLT_INSTANCE_ATTACHING;
    flt_membership_changed();
    flt_lock_release();
    if (NT_SUCCESS(status))
        flt_stack_settle(instance->volume);
    return status;
}

static NTSTATUS attach_at(
    const struct flt_attach *attach, PCUNICODE_STRING name, PCUNICODE_STRING altitude, PFLT_INSTANCE *out)
{
    PFLT_INSTANCE instance = NULL;
    NTSTATUS status = make(attach, name, altitude, &instance);
    if (NT_SUCCESS(status))
        status = take_place(instance, attach->altitude != NULL);
    if (!NT_SUCCESS(status)) {
        if (instance) {
            flt_unpin(&instance->object);
            flt_unpin(&instance->object);
        }
        return status;
    }
    status = call_setup(instance);
    if (NT_SUCCESS(status))
        status = publish(instance);
    if (!NT_SUCCESS(status)) {
        if ((attach->flags & FLTFL_INSTANCE_SETUP_AUTOMATIC_ATTACHMENT) &&
            status != STATUS_FLT_DO_NOT_ATTACH) /* F-066 */
            ke_log(KE_LOG_WARNING, "%s: InstanceSetup declined \"%s\" with status 0x%08x (%s)",
                attach->filter->driver_name, flt_instance_text(instance), (unsigned)status,
                rtl_status_name(status));
        finish(instance);
    } else if (out) {
        *out = flt_reference(&instance->object) ? instance : NULL;
        status = *out ? status : STATUS_FLT_DELETING_OBJECT;
    }
    flt_unpin(&instance->object);
    return status;
}

/* F-085 */
static NTSTATUS generated_name(const struct flt_attach *attach, PUNICODE_STRING name)
{
    USHORT most = 255 * sizeof(WCHAR),
           length = attach->filter->name.Length + attach->altitude->Length + sizeof(WCHAR);
    name->Buffer = malloc(length);
    if (!name->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    name->MaximumLength = length;
    name->Length = 0;
    RtlAppendUnicodeStringToString(name, &attach->filter->name);
    RtlAppendUnicodeToString(name, u" ");
    RtlAppendUnicodeStringToString(name, attach->altitude);
    if (name->Length > most)
        name->Length = most;
    return STATUS_SUCCESS;
}

static NTSTATUS attach_by_altitude(const struct flt_attach *attach, PFLT_INSTANCE *instance)
{
    UNICODE_STRING name = {0};
    if (!flt_altitude_valid(attach->altitude))
        return STATUS_INVALID_PARAMETER;
    if (attach->name)
        return attach_at(attach, attach->name, attach->altitude, instance);
    NTSTATUS status = generated_name(attach, &name);
    if (NT_SUCCESS(status))
        status = attach_at(attach, &name, attach->altitude, instance);
    flt_free_string(&name);
    return status;
}

static NTSTATUS attach_by_definition(const struct flt_attach *attach, PFLT_INSTANCE *instance)
{
    struct flt_instance_definition definition;
    NTSTATUS status = flt_config_instance(&attach->filter->name, attach->name, &definition);
    if (!NT_SUCCESS(status))
        return status;
    if ((attach->flags & FLTFL_INSTANCE_SETUP_MANUAL_ATTACHMENT) &&
        (definition.flags & FLT_INSTANCE_NO_MANUAL)) /* F-088 */
        status = STATUS_FLT_DO_NOT_ATTACH;
    else if (!flt_altitude_valid(&definition.altitude))
        status = STATUS_INVALID_PARAMETER;
    else
        status = attach_at(attach, &definition.name, &definition.altitude, instance);
    flt_config_free(&definition);
    return status;
}

NTSTATUS flt_instance_attach(const struct flt_attach *attach, PFLT_INSTANCE *instance)
{
    if (instance)
        *instance = NULL;
    if (!flt_reference(&attach->filter->object))
        return STATUS_FLT_DELETING_OBJECT;
    flt_lock_acquire();
    bool ready = attach->filter->state == FLT_FILTER_STARTED;
    flt_lock_release();
    NTSTATUS status = STATUS_FLT_FILTER_NOT_READY; /* F-026 */
    if (ready)
        status =
            attach->altitude ? attach_by_altitude(attach, instance) : attach_by_definition(attach, instance);
    flt_dereference(&attach->filter->object);
    return status;
}

bool flt_attach_unsupported;

static NTSTATUS attach_manually(PFLT_FILTER filter, PFLT_VOLUME volume, PCUNICODE_STRING altitude,
    PCUNICODE_STRING name, PFLT_INSTANCE *instance)
{
    if (instance)
        *instance = NULL;
    if (!flt_as_filter(filter) || !flt_as_volume(volume))
        return STATUS_INVALID_PARAMETER;
    if (!flt_attach_unsupported && !flt_volume_suits(filter, volume))
        return STATUS_FLT_DO_NOT_ATTACH; /* M-36 */
    struct flt_attach attach = {filter, volume, altitude, name, FLTFL_INSTANCE_SETUP_MANUAL_ATTACHMENT};
    return flt_instance_attach(&attach, instance);
}

FLTAPI NTSTATUS FltAttachVolume(
    PFLT_FILTER Filter, PFLT_VOLUME Volume, PCUNICODE_STRING InstanceName, PFLT_INSTANCE *RetInstance)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return attach_manually(Filter, Volume, NULL, InstanceName, RetInstance);
}

FLTAPI NTSTATUS FltAttachVolumeAtAltitude(PFLT_FILTER Filter, PFLT_VOLUME Volume, PCUNICODE_STRING Altitude,
    PCUNICODE_STRING InstanceName, PFLT_INSTANCE *RetInstance)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (!Altitude) {
        if (RetInstance)
            *RetInstance = NULL;
        return STATUS_INVALID_PARAMETER;
    }
    return attach_manually(Filter, Volume, Altitude, InstanceName, RetInstance);
}

/* ---- teardown ---- */

static void call_teardown(PFLT_INSTANCE instance, PFLT_INSTANCE_TEARDOWN_CALLBACK callback, const char *name)
{
    if (!callback)
        return;
    struct ke_scope outer = ke_callback_enter(instance->filter->driver_name, name, NULL);
    callback(&instance->objects, instance->reason);
    ke_callback_leave(outer);
}

/* ATTACHED -> STOPPING, once. */
static bool stop(PFLT_INSTANCE instance, FLT_INSTANCE_TEARDOWN_FLAGS reason)
{
    flt_lock_acquire();
    bool mine = instance->state == FLT_INSTANCE_ATTACHED;
    if (mine) {
        instance->state = FLT_INSTANCE_STOPPING;
        instance->reason = reason;
        __atomic_store_n(&instance->waiting, 1, __ATOMIC_SEQ_CST);
        __atomic_store_n(&instance->going, 1, __ATOMIC_SEQ_CST);
        /* without memory the old array stays: it skips the instance because of `going` */
        (void)flt_stack_rebuild(instance->volume);
    }
    flt_lock_release();
    return mine;
}

static void set_state(PFLT_INSTANCE instance, enum flt_instance_state state)
{
    flt_lock_acquire();
    instance->state = state;
    flt_membership_changed();
    flt_lock_release();
}

/* The files live on, and their operations pass the instance by; the filter's code may be gone before them. */
static void report_open_files(PFLT_INSTANCE instance)
{
    uint32_t files = __atomic_load_n(&instance->files, __ATOMIC_RELAXED);
    if (files)
        ke_report(instance->filter->driver_name, "InstanceTeardownComplete", "%u files that the filter opened below instance \"%s\" are still "
            "open: it must close them here (F-097)", files, flt_instance_text(instance));
}

/* F-092: start, drain, complete, contexts. */
NTSTATUS flt_instance_teardown(PFLT_INSTANCE instance, FLT_INSTANCE_TEARDOWN_FLAGS reason)
{
    const FLT_REGISTRATION *registration = &instance->filter->registration;
    if (!stop(instance, reason))
        return STATUS_FLT_DELETING_OBJECT;
    flt_begin_teardown(&instance->object); /* F-126 */
    flt_stack_settle(instance->volume);    /* a grace period: every callback that runs is in a frame now */
    call_teardown(instance, registration->InstanceTeardownStartCallback, "InstanceTeardownStart");
    flt_drain(instance);
    set_state(instance, FLT_INSTANCE_COMPLETING);
    call_teardown(instance, registration->InstanceTeardownCompleteCallback, "InstanceTeardownComplete");
    report_open_files(instance);
    finish(instance);
    return STATUS_SUCCESS;
}

NTSTATUS flt_instance_detach(PFLT_INSTANCE instance)
{
    PFLT_INSTANCE_QUERY_TEARDOWN_CALLBACK query =
        instance->filter->registration.InstanceQueryTeardownCallback;
    if (!query)
        return STATUS_FLT_DO_NOT_DETACH; /* F-090 */
    if (!flt_reference(&instance->object))
        return STATUS_FLT_DELETING_OBJECT;
    struct ke_scope outer = ke_callback_enter(instance->filter->driver_name, "InstanceQueryTeardown", NULL);
    NTSTATUS status = query(&instance->objects, 0);
    ke_callback_leave(outer);
    flt_dereference(&instance->object);
    return NT_SUCCESS(status) ? flt_instance_teardown(instance, FLTFL_INSTANCE_TEARDOWN_MANUAL) : status;
}

/* ---- searching ---- */

/* The next instance of a filter to be torn down, pinned; waits for those that others attach or tear down.
 * NULL: none is left. */
PFLT_INSTANCE flt_instance_first_of(PFLT_FILTER filter)
{
    PFLT_INSTANCE found = NULL;
    flt_lock_acquire();
    while (!IsListEmpty(&filter->instances)) {
        for (PLIST_ENTRY e = filter->instances.Flink; !found && e != &filter->instances; e = e->Flink) {
            PFLT_INSTANCE instance = CONTAINING_RECORD(e, struct _FLT_INSTANCE, filter_links);
            if (instance->state == FLT_INSTANCE_ATTACHED)
                found = instance;
        }
        if (found)
            break;
        flt_membership_wait();
    }
    if (found)
        flt_pin(&found->object);
    flt_lock_release();
    return found;
}

PFLT_INSTANCE flt_instance_first_on(PFLT_VOLUME volume)
{
    PFLT_INSTANCE found = NULL;
    flt_lock_acquire();
    while (!IsListEmpty(&volume->instances)) {
        for (PLIST_ENTRY e = volume->instances.Flink; !found && e != &volume->instances; e = e->Flink) {
            PFLT_INSTANCE instance = CONTAINING_RECORD(e, struct _FLT_INSTANCE, volume_links);
            if (instance->state == FLT_INSTANCE_ATTACHED)
                found = instance;
        }
        if (found)
            break;
        flt_membership_wait();
    }
    if (found)
        flt_pin(&found->object);
    flt_lock_release();
    return found;
}

/* Matches filter and name; pinned. *going: one matched that is on its way out. */
static PFLT_INSTANCE search(PFLT_FILTER filter, PFLT_VOLUME volume, PCUNICODE_STRING name, bool *going)
{
    PFLT_INSTANCE found = NULL;
    *going = false;
    flt_lock_acquire();
    for (PLIST_ENTRY e = volume->instances.Flink; !found && e != &volume->instances; e = e->Flink) {
        PFLT_INSTANCE instance = CONTAINING_RECORD(e, struct _FLT_INSTANCE, volume_links);
        if ((filter && instance->filter != filter) ||
            (name && !RtlEqualUnicodeString(&instance->name, name, TRUE)))
            continue;
        if (instance->state == FLT_INSTANCE_ATTACHED)
            found = instance;
        else if (instance->state != FLT_INSTANCE_ATTACHING)
            *going = true;
    }
    if (found)
        flt_pin(&found->object);
    flt_lock_release();
    return found;
}

NTSTATUS flt_instance_find(
    PFLT_FILTER filter, PFLT_VOLUME volume, PCUNICODE_STRING name, PFLT_INSTANCE *instance)
{
    bool going;
    *instance = search(filter, volume, name, &going);
    if (!*instance)
        return going ? STATUS_FLT_DELETING_OBJECT : STATUS_FLT_INSTANCE_NOT_FOUND;
    bool referenced = flt_reference(&(*instance)->object);
    flt_unpin(&(*instance)->object);
    if (!referenced)
        *instance = NULL;
    return referenced ? STATUS_SUCCESS : STATUS_FLT_DELETING_OBJECT;
}

/* F-089: without a name the highest of the filter's instances */
FLTAPI NTSTATUS FltDetachVolume(PFLT_FILTER Filter, PFLT_VOLUME Volume, PCUNICODE_STRING InstanceName)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!flt_as_filter(Filter) || !flt_as_volume(Volume))
        return STATUS_INVALID_PARAMETER;
    bool going;
    PFLT_INSTANCE instance = search(Filter, Volume, InstanceName, &going);
    if (!instance)
        return going ? STATUS_FLT_DELETING_OBJECT : STATUS_FLT_INSTANCE_NOT_FOUND;
    NTSTATUS status = flt_instance_detach(instance);
    flt_unpin(&instance->object);
    return status;
}

FLTAPI LONG FltCompareInstanceAltitudes(PFLT_INSTANCE Instance1, PFLT_INSTANCE Instance2)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return flt_altitude_compare(&Instance1->altitude, &Instance2->altitude);
}
