/* The information structures of filters, volumes and instances (F-112, F-120): sized, then written with their names behind. */
#include "fltmgr/information.h"

#include <string.h>

#include "ntoskrnl/ke/ke.h"

/* One entry being written: a fixed part, then strings. */
struct entry {
    char *start;
    ULONG at;     /* where the next string goes */
};

/* Makes room for the fixed part and all strings; false: *needed tells. */
static bool fits(struct entry *entry, void *buffer, ULONG size, ULONG fixed, ULONG strings, ULONG *needed)
{
    *needed = fixed + strings;
    if (!buffer || size < *needed)
        return false;
    memset(buffer, 0, fixed);
    *entry = (struct entry){buffer, fixed};
    return true;
}

static void put_string(struct entry *entry, PCUNICODE_STRING text, USHORT *length, USHORT *offset)
{
    if (length)
        *length = text->Length;
    if (offset)
        *offset = (USHORT)entry->at;
    if (text->Length)
        memcpy(entry->start + entry->at, text->Buffer, text->Length);
    entry->at += text->Length;
}

/* ---- filters ---- */

static ULONG instances_of(PFLT_FILTER filter)
{
    flt_lock_acquire();
    ULONG count = filter->instance_count;
    flt_lock_release();
    return count;
}

static NTSTATUS filter_full(PFLT_FILTER filter, void *buffer, ULONG size, ULONG *needed)
{
    FILTER_FULL_INFORMATION *info = buffer;
    struct entry entry;

    if (!fits(&entry, buffer, size, FIELD_OFFSET(FILTER_FULL_INFORMATION, FilterNameBuffer), filter->name.Length, needed))
        return STATUS_BUFFER_TOO_SMALL;
    info->FrameID = filter->frame;
    info->NumberOfInstances = instances_of(filter);
    put_string(&entry, &filter->name, &info->FilterNameLength, NULL);
    return STATUS_SUCCESS;
}

static NTSTATUS filter_basic(PFLT_FILTER filter, void *buffer, ULONG size, ULONG *needed)
{
    FILTER_AGGREGATE_BASIC_INFORMATION *info = buffer;
    struct entry entry;

    if (!fits(&entry, buffer, size, sizeof *info, filter->name.Length + filter->default_altitude.Length, needed))
        return STATUS_BUFFER_TOO_SMALL;
    info->Flags = FLTFL_AGGREGATE_INFO_IS_MINIFILTER;
    info->Type.MiniFilter.FrameID = filter->frame;
    info->Type.MiniFilter.NumberOfInstances = instances_of(filter);
    put_string(&entry, &filter->name, &info->Type.MiniFilter.FilterNameLength, &info->Type.MiniFilter.FilterNameBufferOffset);
    put_string(&entry, &filter->default_altitude, &info->Type.MiniFilter.FilterAltitudeLength,
        &info->Type.MiniFilter.FilterAltitudeBufferOffset);
    return STATUS_SUCCESS;
}

static NTSTATUS filter_standard(PFLT_FILTER filter, void *buffer, ULONG size, ULONG *needed)
{
    FILTER_AGGREGATE_STANDARD_INFORMATION *info = buffer;
    struct entry entry;

    if (!fits(&entry, buffer, size, sizeof *info, filter->name.Length + filter->default_altitude.Length, needed))
        return STATUS_BUFFER_TOO_SMALL;
    info->Flags = FLTFL_ASI_IS_MINIFILTER;
    info->Type.MiniFilter.FrameID = filter->frame;
    info->Type.MiniFilter.NumberOfInstances = instances_of(filter);
    put_string(&entry, &filter->name, &info->Type.MiniFilter.FilterNameLength, &info->Type.MiniFilter.FilterNameBufferOffset);
    put_string(&entry, &filter->default_altitude, &info->Type.MiniFilter.FilterAltitudeLength,
        &info->Type.MiniFilter.FilterAltitudeBufferOffset);
    return STATUS_SUCCESS;
}

NTSTATUS flt_information_filter(
    PFLT_FILTER filter, FILTER_INFORMATION_CLASS class, void *buffer, ULONG size, ULONG *needed)
{
    *needed = 0;
    switch (class) {
    case FilterFullInformation:
        return filter_full(filter, buffer, size, needed);
    case FilterAggregateBasicInformation:
        return filter_basic(filter, buffer, size, needed);
    case FilterAggregateStandardInformation:
        return filter_standard(filter, buffer, size, needed);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

/* ---- volumes ---- */

static bool is_detached(PFLT_VOLUME volume)
{
    return flt_is_going(&volume->object) || __atomic_load_n(&volume->io->dismounting, __ATOMIC_RELAXED);
}

static NTSTATUS volume_basic(PFLT_VOLUME volume, void *buffer, ULONG size, ULONG *needed)
{
    FILTER_VOLUME_BASIC_INFORMATION *info = buffer;
    PCUNICODE_STRING name = &volume->io->device_name;
    struct entry entry;

    if (!fits(&entry, buffer, size, FIELD_OFFSET(FILTER_VOLUME_BASIC_INFORMATION, FilterVolumeName), name->Length, needed))
        return STATUS_BUFFER_TOO_SMALL;
    put_string(&entry, name, &info->FilterVolumeNameLength, NULL);
    return STATUS_SUCCESS;
}

static NTSTATUS volume_standard(PFLT_VOLUME volume, void *buffer, ULONG size, ULONG *needed)
{
    FILTER_VOLUME_STANDARD_INFORMATION *info = buffer;
    PCUNICODE_STRING name = &volume->io->device_name;
    struct entry entry;

    if (!fits(&entry, buffer, size, FIELD_OFFSET(FILTER_VOLUME_STANDARD_INFORMATION, FilterVolumeName), name->Length, needed))
        return STATUS_BUFFER_TOO_SMALL;
    info->Flags = is_detached(volume) ? FLTFL_VSI_DETACHED_VOLUME : 0; /* P-136 */
    info->FileSystemType = volume->io->file_system_type;
    put_string(&entry, name, &info->FilterVolumeNameLength, NULL);
    return STATUS_SUCCESS;
}

NTSTATUS flt_information_volume(
    PFLT_VOLUME volume, FILTER_VOLUME_INFORMATION_CLASS class, void *buffer, ULONG size, ULONG *needed)
{
    *needed = 0;
    switch (class) {
    case FilterVolumeBasicInformation:
        return volume_basic(volume, buffer, size, needed);
    case FilterVolumeStandardInformation:
        return volume_standard(volume, buffer, size, needed);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

/* ---- instances ---- */

static NTSTATUS instance_basic(PFLT_INSTANCE instance, void *buffer, ULONG size, ULONG *needed)
{
    INSTANCE_BASIC_INFORMATION *info = buffer;
    struct entry entry;

    if (!fits(&entry, buffer, size, sizeof *info, instance->name.Length, needed))
        return STATUS_BUFFER_TOO_SMALL;
    put_string(&entry, &instance->name, &info->InstanceNameLength, &info->InstanceNameBufferOffset);
    return STATUS_SUCCESS;
}

static NTSTATUS instance_partial(PFLT_INSTANCE instance, void *buffer, ULONG size, ULONG *needed)
{
    INSTANCE_PARTIAL_INFORMATION *info = buffer;
    struct entry entry;

    if (!fits(&entry, buffer, size, sizeof *info, instance->name.Length + instance->altitude.Length, needed))
        return STATUS_BUFFER_TOO_SMALL;
    put_string(&entry, &instance->name, &info->InstanceNameLength, &info->InstanceNameBufferOffset);
    put_string(&entry, &instance->altitude, &info->AltitudeLength, &info->AltitudeBufferOffset);
    return STATUS_SUCCESS;
}

static ULONG all_strings(PFLT_INSTANCE instance)
{
    return instance->name.Length + instance->altitude.Length + instance->volume->io->device_name.Length +
        instance->filter->name.Length;
}

static NTSTATUS instance_full(PFLT_INSTANCE instance, void *buffer, ULONG size, ULONG *needed)
{
    INSTANCE_FULL_INFORMATION *info = buffer;
    struct entry entry;

    if (!fits(&entry, buffer, size, sizeof *info, all_strings(instance), needed))
        return STATUS_BUFFER_TOO_SMALL;
    put_string(&entry, &instance->name, &info->InstanceNameLength, &info->InstanceNameBufferOffset);
    put_string(&entry, &instance->altitude, &info->AltitudeLength, &info->AltitudeBufferOffset);
    put_string(&entry, &instance->volume->io->device_name, &info->VolumeNameLength, &info->VolumeNameBufferOffset);
    put_string(&entry, &instance->filter->name, &info->FilterNameLength, &info->FilterNameBufferOffset);
    return STATUS_SUCCESS;
}

static NTSTATUS instance_aggregate(PFLT_INSTANCE instance, void *buffer, ULONG size, ULONG *needed)
{
    INSTANCE_AGGREGATE_STANDARD_INFORMATION *info = buffer;
    struct entry entry;

    if (!fits(&entry, buffer, size, sizeof *info, all_strings(instance), needed))
        return STATUS_BUFFER_TOO_SMALL;
    info->Flags = FLTFL_IASI_IS_MINIFILTER;
    info->Type.MiniFilter.Flags = is_detached(instance->volume) ? FLTFL_IASIM_DETACHED_VOLUME : 0;
    info->Type.MiniFilter.FrameID = instance->filter->frame;
    info->Type.MiniFilter.VolumeFileSystemType = instance->volume->io->file_system_type;
    info->Type.MiniFilter.SupportedFeatures = instance->filter->supported_features; /* F-057 */
    put_string(&entry, &instance->name, &info->Type.MiniFilter.InstanceNameLength,
        &info->Type.MiniFilter.InstanceNameBufferOffset);
    put_string(
        &entry, &instance->altitude, &info->Type.MiniFilter.AltitudeLength, &info->Type.MiniFilter.AltitudeBufferOffset);
    put_string(&entry, &instance->volume->io->device_name, &info->Type.MiniFilter.VolumeNameLength,
        &info->Type.MiniFilter.VolumeNameBufferOffset);
    put_string(&entry, &instance->filter->name, &info->Type.MiniFilter.FilterNameLength,
        &info->Type.MiniFilter.FilterNameBufferOffset);
    return STATUS_SUCCESS;
}

NTSTATUS flt_information_instance(
    PFLT_INSTANCE instance, INSTANCE_INFORMATION_CLASS class, void *buffer, ULONG size, ULONG *needed)
{
    *needed = 0;
    switch (class) {
    case InstanceBasicInformation:
        return instance_basic(instance, buffer, size, needed);
    case InstancePartialInformation:
        return instance_partial(instance, buffer, size, needed);
    case InstanceFullInformation:
        return instance_full(instance, buffer, size, needed);
    case InstanceAggregateStandardInformation:
        return instance_aggregate(instance, buffer, size, needed);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

/* ---- exported: of an object at hand ---- */

NTSTATUS FltGetFilterInformation(
    PFLT_FILTER Filter, FILTER_INFORMATION_CLASS InformationClass, PVOID Buffer, ULONG BufferSize, PULONG BytesReturned)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Filter || !BytesReturned)
        return STATUS_INVALID_PARAMETER;
    if (flt_is_going(&Filter->object))
        return STATUS_FLT_DELETING_OBJECT;
    return flt_information_filter(Filter, InformationClass, Buffer, BufferSize, BytesReturned);
}

NTSTATUS FltGetVolumeInformation(PFLT_VOLUME Volume, FILTER_VOLUME_INFORMATION_CLASS InformationClass, PVOID Buffer,
    ULONG BufferSize, PULONG BytesReturned)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Volume || !BytesReturned)
        return STATUS_INVALID_PARAMETER;
    if (flt_is_going(&Volume->object))
        return STATUS_FLT_DELETING_OBJECT;
    return flt_information_volume(Volume, InformationClass, Buffer, BufferSize, BytesReturned);
}

NTSTATUS FltGetInstanceInformation(PFLT_INSTANCE Instance, INSTANCE_INFORMATION_CLASS InformationClass, PVOID Buffer,
    ULONG BufferSize, PULONG BytesReturned)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Instance || !BytesReturned)
        return STATUS_INVALID_PARAMETER;
    if (flt_is_going(&Instance->object))
        return STATUS_FLT_DELETING_OBJECT;
    return flt_information_instance(Instance, InformationClass, Buffer, BufferSize, BytesReturned);
}
