/*
 * Finding and counting filters, volumes and instances (F-106, F-116 to F-126). The lists are walked under flt_lock; what comes out
 * is referenced, and references are only given back outside of it. What is being torn down is not listed, but for the information
 * of volumes (P-136).
 */
#include "fltmgr/information.h"
#include "ntoskrnl/ke/ke.h"

static PFLT_INSTANCE instance_of_volume_link(PLIST_ENTRY e)
{
    return CONTAINING_RECORD(e, struct _FLT_INSTANCE, volume_links);
}

static PFLT_INSTANCE instance_of_filter_link(PLIST_ENTRY e)
{
    return CONTAINING_RECORD(e, struct _FLT_INSTANCE, filter_links);
}

static bool is_listed(PFLT_INSTANCE instance)
{
    return instance->state == FLT_INSTANCE_ATTACHED && !flt_is_going(&instance->object);
}

/* The next instance of the walk: a volume's from the top (F-121), perhaps of one filter only; a filter's in the order of attaching. */
static PFLT_INSTANCE next_instance(PFLT_FILTER filter, PFLT_VOLUME volume, PFLT_INSTANCE current)
{
    PLIST_ENTRY end = volume ? &volume->instances : &filter->instances;
    PLIST_ENTRY e = !current ? end->Flink : volume ? current->volume_links.Flink : current->filter_links.Flink;

    for (; e != end; e = e->Flink) {
        PFLT_INSTANCE instance = volume ? instance_of_volume_link(e) : instance_of_filter_link(e);
        if (is_listed(instance) && (!filter || instance->filter == filter))
            return instance;
    }
    return NULL;
}

static PFLT_FILTER next_filter(PFLT_FILTER current)
{
    do
        current = current ? flt_filter_next(current) : flt_filter_first();
    while (current && flt_is_going(&current->object));
    return current;
}

static PFLT_VOLUME next_volume(PFLT_VOLUME current)
{
    do
        current = current ? flt_volume_next(current) : flt_volume_first();
    while (current && flt_is_going(&current->object));
    return current;
}

/* ---- whole lists ---- */

/*
 * Counts, then takes references: both under one hold of flt_lock. An object whose teardown began in between drops out.
 * F-116, F-117: too small a list gets nothing but the count.
 */
#define COLLECT(next_object, list, size, number)                                                                       \
    do {                                                                                                               \
        ULONG found = 0, taken = 0;                                                                                    \
        for (current = NULL; (current = next_object) != NULL;)                                                         \
            found++;                                                                                                   \
        if (found <= (size))                                                                                           \
            for (current = NULL; taken < found && (current = next_object) != NULL;)                                    \
                if (flt_reference(&current->object))                                                                   \
                    (list)[taken++] = current;                                                                         \
        *(number) = found <= (size) ? taken : found;                                                                   \
        status = found <= (size) ? STATUS_SUCCESS : STATUS_BUFFER_TOO_SMALL;                                           \
    } while (0)

NTSTATUS FltEnumerateFilters(PFLT_FILTER *FilterList, ULONG FilterListSize, PULONG NumberFiltersReturned)
{
    PFLT_FILTER current;
    NTSTATUS status;

    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!NumberFiltersReturned || (!FilterList && FilterListSize))
        return STATUS_INVALID_PARAMETER;
    flt_lock_acquire();
    COLLECT(next_filter(current), FilterList, FilterListSize, NumberFiltersReturned);
    flt_lock_release();
    return status;
}

NTSTATUS FltEnumerateVolumes(
    PFLT_FILTER Filter, PFLT_VOLUME *VolumeList, ULONG VolumeListSize, PULONG NumberVolumesReturned)
{
    PFLT_VOLUME current;
    NTSTATUS status;

    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Filter || !NumberVolumesReturned || (!VolumeList && VolumeListSize))
        return STATUS_INVALID_PARAMETER;
    if (flt_is_going(&Filter->object))
        return STATUS_FLT_DELETING_OBJECT;
    flt_lock_acquire();
    COLLECT(next_volume(current), VolumeList, VolumeListSize, NumberVolumesReturned);
    flt_lock_release();
    return status;
}

NTSTATUS FltEnumerateInstances(PFLT_VOLUME Volume, PFLT_FILTER Filter, PFLT_INSTANCE *InstanceList, ULONG InstanceListSize,
    PULONG NumberInstancesReturned)
{
    PFLT_INSTANCE current;
    NTSTATUS status;

    KE_REQUIRE_IRQL(APC_LEVEL);
    if ((!Volume && !Filter) || !NumberInstancesReturned || (!InstanceList && InstanceListSize))
        return STATUS_INVALID_PARAMETER; /* F-119 */
    if ((Volume && flt_is_going(&Volume->object)) || (Filter && flt_is_going(&Filter->object)))
        return STATUS_FLT_DELETING_OBJECT;
    flt_lock_acquire();
    COLLECT(next_instance(Filter, Volume, current), InstanceList, InstanceListSize, NumberInstancesReturned);
    flt_lock_release();
    return status;
}

/* ---- one of a list ---- */

PFLT_FILTER flt_filter_at(ULONG index)
{
    PFLT_FILTER filter = NULL;

    flt_lock_acquire();
    while ((filter = next_filter(filter)) && index > 0)
        index--;
    if (filter && !flt_reference(&filter->object))
        filter = NULL;
    flt_lock_release();
    return filter;
}

PFLT_VOLUME flt_volume_at(ULONG index)
{
    PFLT_VOLUME volume = NULL;

    flt_lock_acquire();
    do
        volume = volume ? flt_volume_next(volume) : flt_volume_first();
    while (volume && index-- > 0);
    if (volume)
        flt_pin(&volume->object);
    flt_lock_release();
    return volume;
}

PFLT_INSTANCE flt_instance_at(PFLT_FILTER filter, PFLT_VOLUME volume, ULONG index)
{
    PFLT_INSTANCE instance = NULL;

    flt_lock_acquire();
    while ((instance = next_instance(filter, volume, instance)) && index > 0)
        index--;
    if (instance && !flt_reference(&instance->object))
        instance = NULL;
    flt_lock_release();
    return instance;
}

NTSTATUS FltEnumerateFilterInformation(
    ULONG Index, FILTER_INFORMATION_CLASS InformationClass, PVOID Buffer, ULONG BufferSize, PULONG BytesReturned)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!BytesReturned)
        return STATUS_INVALID_PARAMETER;
    PFLT_FILTER filter = flt_filter_at(Index);
    if (!filter)
        return STATUS_NO_MORE_ENTRIES;
    NTSTATUS status = flt_information_filter(filter, InformationClass, Buffer, BufferSize, BytesReturned);
    flt_dereference(&filter->object);
    return status;
}

NTSTATUS FltEnumerateVolumeInformation(PFLT_FILTER Filter, ULONG Index, FILTER_VOLUME_INFORMATION_CLASS InformationClass,
    PVOID Buffer, ULONG BufferSize, PULONG BytesReturned)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Filter || !BytesReturned)
        return STATUS_INVALID_PARAMETER;
    if (flt_is_going(&Filter->object))
        return STATUS_FLT_DELETING_OBJECT;
    PFLT_VOLUME volume = flt_volume_at(Index);
    if (!volume)
        return STATUS_NO_MORE_ENTRIES;
    NTSTATUS status = flt_information_volume(volume, InformationClass, Buffer, BufferSize, BytesReturned);
    flt_unpin(&volume->object);
    return status;
}

static NTSTATUS instance_information(PFLT_FILTER filter, PFLT_VOLUME volume, ULONG index, INSTANCE_INFORMATION_CLASS class,
    PVOID buffer, ULONG size, PULONG returned)
{
    PFLT_INSTANCE instance = flt_instance_at(filter, volume, index);

    if (!instance)
        return STATUS_NO_MORE_ENTRIES;
    NTSTATUS status = flt_information_instance(instance, class, buffer, size, returned);
    flt_dereference(&instance->object);
    return status;
}

NTSTATUS FltEnumerateInstanceInformationByFilter(PFLT_FILTER Filter, ULONG Index,
    INSTANCE_INFORMATION_CLASS InformationClass, PVOID Buffer, ULONG BufferSize, PULONG BytesReturned)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Filter || !BytesReturned)
        return STATUS_INVALID_PARAMETER;
    if (flt_is_going(&Filter->object))
        return STATUS_FLT_DELETING_OBJECT;
    return instance_information(Filter, NULL, Index, InformationClass, Buffer, BufferSize, BytesReturned);
}

NTSTATUS FltEnumerateInstanceInformationByVolume(PFLT_VOLUME Volume, ULONG Index,
    INSTANCE_INFORMATION_CLASS InformationClass, PVOID Buffer, ULONG BufferSize, PULONG BytesReturned)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Volume || !BytesReturned)
        return STATUS_INVALID_PARAMETER;
    if (flt_is_going(&Volume->object))
        return STATUS_FLT_DELETING_OBJECT;
    return instance_information(NULL, Volume, Index, InformationClass, Buffer, BufferSize, BytesReturned);
}

/* F-123: nothing attached there is another answer than the end of a list. */
NTSTATUS FltEnumerateInstanceInformationByVolumeName(PUNICODE_STRING VolumeName, ULONG Index,
    INSTANCE_INFORMATION_CLASS InformationClass, PVOID Buffer, ULONG BufferSize, PULONG BytesReturned)
{
    struct io_volume *io;

    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!VolumeName || !BytesReturned)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = io_volume_from_name(VolumeName, &io);
    if (!NT_SUCCESS(status))
        return status == STATUS_FLT_VOLUME_NOT_FOUND ? STATUS_OBJECT_NAME_NOT_FOUND : status;
    status = instance_information(NULL, flt_volume_of(io), Index, InformationClass, Buffer, BufferSize, BytesReturned);
    io_volume_release(io);
    return status == STATUS_NO_MORE_ENTRIES && Index == 0 ? STATUS_FLT_VOLUME_NOT_FOUND : status;
}

NTSTATUS FltEnumerateInstanceInformationByDeviceObject(PDEVICE_OBJECT DeviceObject, ULONG Index,
    INSTANCE_INFORMATION_CLASS InformationClass, PVOID Buffer, ULONG BufferSize, PULONG BytesReturned)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!DeviceObject || !BytesReturned)
        return STATUS_INVALID_PARAMETER;
    struct io_volume *io = io_volume_from_device(DeviceObject);
    if (!io)
        return STATUS_INVALID_PARAMETER;
    return instance_information(NULL, flt_volume_of(io), Index, InformationClass, Buffer, BufferSize, BytesReturned);
}

/* ---- by name ---- */

NTSTATUS FltGetFilterFromName(PCUNICODE_STRING FilterName, PFLT_FILTER *RetFilter)
{
    PFLT_FILTER filter;
    NTSTATUS status = STATUS_FLT_FILTER_NOT_FOUND;

    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!FilterName || !RetFilter)
        return STATUS_INVALID_PARAMETER;
    *RetFilter = NULL;
    flt_lock_acquire();
    for (filter = flt_filter_first(); filter; filter = flt_filter_next(filter))
        if (RtlEqualUnicodeString(&filter->name, FilterName, TRUE))
            break;
    if (filter)
        status = flt_reference(&filter->object) ? STATUS_SUCCESS : STATUS_FLT_DELETING_OBJECT;
    flt_lock_release();
    if (NT_SUCCESS(status))
        *RetFilter = filter;
    return status;
}

NTSTATUS FltGetFilterFromInstance(PFLT_INSTANCE Instance, PFLT_FILTER *RetFilter)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Instance || !RetFilter)
        return STATUS_INVALID_PARAMETER;
    *RetFilter = NULL;
    if (!flt_reference(&Instance->filter->object))
        return STATUS_FLT_DELETING_OBJECT;
    *RetFilter = Instance->filter;
    return STATUS_SUCCESS;
}

NTSTATUS FltGetVolumeInstanceFromName(
    PFLT_FILTER Filter, PFLT_VOLUME Volume, PCUNICODE_STRING InstanceName, PFLT_INSTANCE *RetInstance)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Volume || !RetInstance)
        return STATUS_INVALID_PARAMETER;
    *RetInstance = NULL;
    if (flt_is_going(&Volume->object) || (Filter && flt_is_going(&Filter->object)))
        return STATUS_FLT_DELETING_OBJECT;
    return flt_instance_find(Filter, Volume, InstanceName, RetInstance);
}

/* ---- neighbours (F-124) ---- */

/* The first listed instance from `e` on in either direction, referenced. */
static NTSTATUS take_listed(PFLT_VOLUME volume, PLIST_ENTRY e, bool downward, PFLT_INSTANCE *found)
{
    for (; e != &volume->instances; e = downward ? e->Flink : e->Blink) {
        PFLT_INSTANCE instance = instance_of_volume_link(e);
        if (is_listed(instance) && flt_reference(&instance->object)) {
            *found = instance;
            return STATUS_SUCCESS;
        }
    }
    return STATUS_NO_MORE_ENTRIES;
}

static NTSTATUS edge(PFLT_VOLUME volume, bool top, PFLT_INSTANCE *found)
{
    if (!volume || !found)
        return STATUS_INVALID_PARAMETER;
    *found = NULL;
    if (flt_is_going(&volume->object))
        return STATUS_FLT_DELETING_OBJECT;
    flt_lock_acquire();
    NTSTATUS status = take_listed(volume, top ? volume->instances.Flink : volume->instances.Blink, top, found);
    flt_lock_release();
    return status;
}

static NTSTATUS neighbour(PFLT_INSTANCE instance, bool lower, PFLT_INSTANCE *found)
{
    if (!instance || !found)
        return STATUS_INVALID_PARAMETER;
    *found = NULL;
    flt_lock_acquire();
    NTSTATUS status = STATUS_FLT_DELETING_OBJECT;
    if (instance->state != FLT_INSTANCE_GONE && !flt_is_going(&instance->volume->object))
        status = take_listed(
            instance->volume, lower ? instance->volume_links.Flink : instance->volume_links.Blink, lower, found);
    flt_lock_release();
    return status;
}

NTSTATUS FltGetTopInstance(PFLT_VOLUME Volume, PFLT_INSTANCE *Instance)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return edge(Volume, true, Instance);
}

NTSTATUS FltGetBottomInstance(PFLT_VOLUME Volume, PFLT_INSTANCE *Instance)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return edge(Volume, false, Instance);
}

NTSTATUS FltGetUpperInstance(PFLT_INSTANCE CurrentInstance, PFLT_INSTANCE *UpperInstance)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return neighbour(CurrentInstance, false, UpperInstance);
}

NTSTATUS FltGetLowerInstance(PFLT_INSTANCE CurrentInstance, PFLT_INSTANCE *LowerInstance)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return neighbour(CurrentInstance, true, LowerInstance);
}
