/* Lists of filters, volumes and instances, neighbours, names, and what they say of themselves (filters.md 3.6, ports.md 6). */
#include "files.h"

/* ---- whole lists ---- */

static void filters_from_the_top(void **state)
{
    PFLT_FILTER list[4] = {0};
    ULONG number = 7;

    assert_status(STATUS_SUCCESS, FltEnumerateFilters(NULL, 0, &number));
    assert_int_equal(number, 0);
    filter_load(LOW);
    filter_load(HIGH);
    filter_load(MIDDLE);
    assert_status(STATUS_BUFFER_TOO_SMALL, FltEnumerateFilters(NULL, 0, &number)); /* F-117 */
    assert_int_equal(number, 3);
    assert_status(STATUS_BUFFER_TOO_SMALL, FltEnumerateFilters(list, 2, &number));
    assert_int_equal(number, 3);
    assert_null(list[0]);
    assert_status(STATUS_SUCCESS, FltEnumerateFilters(list, 4, &number));
    assert_int_equal(number, 3);
    for (int i = 0; i < LEVELS; i++) {
        assert_ptr_equal(list[i], filters[i].filter); /* F-121 */
        FltObjectDereference(list[i]);
    }
    for (int i = 0; i < LEVELS; i++) /* F-116: nothing was left referenced, so unload ends */
        filter_unload(i);
}

static void volumes_and_instances(void **state)
{
    struct test_filter *low = filter_load(LOW), *high = filter_load(HIGH);
    PFLT_VOLUME volumes[8] = {0}, of_volume = NULL;
    PFLT_INSTANCE list[4] = {0};
    ULONG number = 0;
    bool found = false;

    assert_status(STATUS_SUCCESS, ofm_volume_object(volume, &of_volume));
    assert_status(STATUS_SUCCESS, FltEnumerateVolumes(high->filter, volumes, 8, &number));
    assert_true(number >= 1);
    for (ULONG i = 0; i < number; i++) {
        found |= volumes[i] == of_volume;
        FltObjectDereference(volumes[i]);
    }
    assert_true(found);
    assert_status(STATUS_INVALID_PARAMETER, FltEnumerateInstances(NULL, NULL, list, 4, &number)); /* F-119 */
    assert_status(STATUS_SUCCESS, FltEnumerateInstances(of_volume, NULL, list, 4, &number));
    assert_int_equal(number, 2);
    assert_ptr_equal(list[0], high->instance);
    assert_ptr_equal(list[1], low->instance);
    FltObjectDereference(list[0]);
    FltObjectDereference(list[1]);
    assert_status(STATUS_SUCCESS, FltEnumerateInstances(of_volume, low->filter, list, 4, &number));
    assert_int_equal(number, 1);
    assert_ptr_equal(list[0], low->instance);
    FltObjectDereference(list[0]);
    assert_status(STATUS_BUFFER_TOO_SMALL, FltEnumerateInstances(NULL, high->filter, NULL, 0, &number));
    assert_int_equal(number, 1);
    FltObjectDereference(of_volume);
}

/* ---- neighbours and names ---- */

static void neighbours(void **state)
{
    struct test_filter *low = filter_load(LOW), *high = filter_load(HIGH), *middle = filter_load(MIDDLE);
    PFLT_VOLUME of_volume = NULL;
    PFLT_INSTANCE found = NULL;

    assert_status(STATUS_SUCCESS, ofm_volume_object(volume, &of_volume));
    assert_status(STATUS_SUCCESS, FltGetTopInstance(of_volume, &found));
    assert_ptr_equal(found, high->instance);
    FltObjectDereference(found);
    assert_status(STATUS_SUCCESS, FltGetBottomInstance(of_volume, &found));
    assert_ptr_equal(found, low->instance);
    FltObjectDereference(found);
    assert_status(STATUS_SUCCESS, FltGetUpperInstance(low->instance, &found));
    assert_ptr_equal(found, middle->instance);
    FltObjectDereference(found);
    assert_status(STATUS_SUCCESS, FltGetLowerInstance(high->instance, &found));
    assert_ptr_equal(found, middle->instance);
    FltObjectDereference(found);
    assert_status(STATUS_NO_MORE_ENTRIES, FltGetUpperInstance(high->instance, &found));
    assert_null(found);
    assert_status(STATUS_NO_MORE_ENTRIES, FltGetLowerInstance(low->instance, &found));
    FltObjectDereference(of_volume);
}

static void filters_by_name(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    WCHAR buffer[20];
    UNICODE_STRING name = text16("hIGH", buffer, 20);
    PFLT_FILTER filter = NULL;

    assert_status(STATUS_SUCCESS, FltGetFilterFromName(&name, &filter));
    assert_ptr_equal(filter, high->filter);
    FltObjectDereference(filter);
    assert_status(STATUS_SUCCESS, FltGetFilterFromInstance(high->instance, &filter));
    assert_ptr_equal(filter, high->filter);
    FltObjectDereference(filter);
    name = text16("nobody", buffer, 20);
    assert_status(STATUS_FLT_FILTER_NOT_FOUND, FltGetFilterFromName(&name, &filter));
    assert_null(filter);
}

static void instances_by_name(void **state)
{
    struct test_filter *high = filter_load(HIGH), *low = filter_load(LOW);
    WCHAR buffer[40];
    UNICODE_STRING name = text16("low INSTANCE", buffer, 40);
    PFLT_VOLUME of_volume = NULL;
    PFLT_INSTANCE found = NULL;

    assert_status(STATUS_SUCCESS, ofm_volume_object(volume, &of_volume));
    assert_status(STATUS_SUCCESS, FltGetVolumeInstanceFromName(NULL, of_volume, &name, &found));
    assert_ptr_equal(found, low->instance);
    FltObjectDereference(found);
    assert_status(STATUS_SUCCESS, FltGetVolumeInstanceFromName(NULL, of_volume, NULL, &found));
    assert_ptr_equal(found, high->instance); /* F-106: from the top */
    FltObjectDereference(found);
    assert_status(STATUS_SUCCESS, FltGetVolumeInstanceFromName(low->filter, of_volume, NULL, &found));
    assert_ptr_equal(found, low->instance);
    FltObjectDereference(found);
    assert_status(STATUS_FLT_INSTANCE_NOT_FOUND, FltGetVolumeInstanceFromName(high->filter, of_volume, &name, &found));
    FltObjectDereference(of_volume);
}

/* ---- information ---- */

/* Probes with nothing, asks with one byte less, then with exactly enough; returns the size. */
typedef NTSTATUS ask_fn(void *of, ULONG class, PVOID buffer, ULONG size, PULONG returned);

static ULONG probe(ask_fn *ask, void *of, ULONG class, void *buffer, ULONG size)
{
    ULONG needed = 0, again = 0;

    assert_status(STATUS_BUFFER_TOO_SMALL, ask(of, class, NULL, 0, &needed)); /* P-133 */
    assert_true(needed > 0 && needed <= size);
    assert_status(STATUS_BUFFER_TOO_SMALL, ask(of, class, buffer, needed - 1, &again));
    assert_int_equal(again, needed);
    memset(buffer, 0xee, size);
    assert_status(STATUS_SUCCESS, ask(of, class, buffer, needed, &again));
    assert_int_equal(again, needed);
    for (ULONG i = needed; i < size; i++)
        assert_int_equal(((unsigned char *)buffer)[i], 0xee);
    return needed;
}

static NTSTATUS of_filter(void *of, ULONG class, PVOID buffer, ULONG size, PULONG returned)
{
    return FltGetFilterInformation(of, class, buffer, size, returned);
}

static NTSTATUS of_volume_object(void *of, ULONG class, PVOID buffer, ULONG size, PULONG returned)
{
    return FltGetVolumeInformation(of, class, buffer, size, returned);
}

static NTSTATUS of_instance(void *of, ULONG class, PVOID buffer, ULONG size, PULONG returned)
{
    return FltGetInstanceInformation(of, class, buffer, size, returned);
}

static void expect_at(const char *what, const void *entry, USHORT offset, USHORT length, const char *expected)
{
    UNICODE_STRING text = {length, length, (WCHAR *)((const char *)entry + offset)};

    expect_text(what, &text, expected);
}

static void filter_information(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    _Alignas(8) char buffer[512];
    FILTER_FULL_INFORMATION *full = (void *)buffer;
    FILTER_AGGREGATE_BASIC_INFORMATION *basic = (void *)buffer;
    FILTER_AGGREGATE_STANDARD_INFORMATION *standard = (void *)buffer;
    ULONG returned;

    assert_int_equal(probe(of_filter, high->filter, FilterFullInformation, buffer, sizeof buffer), 14 + 8);
    assert_int_equal(full->NextEntryOffset, 0);
    assert_int_equal(full->NumberOfInstances, 1);
    expect_at("name", full, 14, full->FilterNameLength, "High");
    probe(of_filter, high->filter, FilterAggregateBasicInformation, buffer, sizeof buffer);
    assert_int_equal(basic->Flags, FLTFL_AGGREGATE_INFO_IS_MINIFILTER);
    assert_int_equal(basic->Type.MiniFilter.NumberOfInstances, 1);
    expect_at("name", basic, basic->Type.MiniFilter.FilterNameBufferOffset, basic->Type.MiniFilter.FilterNameLength, "High");
    expect_at("altitude", basic, basic->Type.MiniFilter.FilterAltitudeBufferOffset, basic->Type.MiniFilter.FilterAltitudeLength,
        "300000");
    probe(of_filter, high->filter, FilterAggregateStandardInformation, buffer, sizeof buffer);
    assert_int_equal(standard->Flags, FLTFL_ASI_IS_MINIFILTER);
    expect_at("altitude", standard, standard->Type.MiniFilter.FilterAltitudeBufferOffset,
        standard->Type.MiniFilter.FilterAltitudeLength, "300000");
    assert_status(STATUS_INVALID_PARAMETER, FltGetFilterInformation(high->filter, 3, buffer, sizeof buffer, &returned));
}

static void volume_information(void **state)
{
    PFLT_VOLUME object = NULL;
    _Alignas(8) char buffer[512];
    FILTER_VOLUME_BASIC_INFORMATION *basic = (void *)buffer;
    FILTER_VOLUME_STANDARD_INFORMATION *standard = (void *)buffer;
    FLT_FILESYSTEM_TYPE type;
    ULONG returned;

    assert_status(STATUS_SUCCESS, ofm_volume_object(volume, &object));
    probe(of_volume_object, object, FilterVolumeBasicInformation, buffer, sizeof buffer);
    expect_at("name", basic, 2, basic->FilterVolumeNameLength, ofm_volume_name(volume));
    probe(of_volume_object, object, FilterVolumeStandardInformation, buffer, sizeof buffer);
    expect_at("name", standard, 18, standard->FilterVolumeNameLength, ofm_volume_name(volume));
    assert_int_equal(standard->Flags, 0);
    assert_status(STATUS_SUCCESS, FltGetFileSystemType(object, &type));
    assert_int_equal(standard->FileSystemType, type);
    assert_status(STATUS_INVALID_PARAMETER, FltGetVolumeInformation(object, 2, buffer, sizeof buffer, &returned));
    FltObjectDereference(object);
}

static void instance_information(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    _Alignas(8) char buffer[512];
    INSTANCE_BASIC_INFORMATION *basic = (void *)buffer;
    INSTANCE_PARTIAL_INFORMATION *partial = (void *)buffer;
    INSTANCE_FULL_INFORMATION *full = (void *)buffer;
    INSTANCE_AGGREGATE_STANDARD_INFORMATION *aggregate = (void *)buffer;
    ULONG returned;

    probe(of_instance, high->instance, InstanceBasicInformation, buffer, sizeof buffer);
    expect_at("instance", basic, basic->InstanceNameBufferOffset, basic->InstanceNameLength, "High Instance");
    probe(of_instance, high->instance, InstancePartialInformation, buffer, sizeof buffer);
    expect_at("altitude", partial, partial->AltitudeBufferOffset, partial->AltitudeLength, "300000");
    probe(of_instance, high->instance, InstanceFullInformation, buffer, sizeof buffer);
    expect_at("instance", full, full->InstanceNameBufferOffset, full->InstanceNameLength, "High Instance");
    expect_at("volume", full, full->VolumeNameBufferOffset, full->VolumeNameLength, ofm_volume_name(volume));
    expect_at("filter", full, full->FilterNameBufferOffset, full->FilterNameLength, "High");
    probe(of_instance, high->instance, InstanceAggregateStandardInformation, buffer, sizeof buffer);
    assert_int_equal(aggregate->Flags, FLTFL_IASI_IS_MINIFILTER);
    expect_at("filter", aggregate, aggregate->Type.MiniFilter.FilterNameBufferOffset, aggregate->Type.MiniFilter.FilterNameLength,
        "High");
    assert_status(STATUS_INVALID_PARAMETER,
        FltGetInstanceInformation(high->instance, 4, buffer, sizeof buffer, &returned));
}

static void enumerated_information(void **state)
{
    struct test_filter *low = filter_load(LOW), *high = filter_load(HIGH);
    PFLT_VOLUME object = NULL;
    _Alignas(8) char buffer[512];
    FILTER_FULL_INFORMATION *filter = (void *)buffer;
    INSTANCE_BASIC_INFORMATION *instance = (void *)buffer;
    WCHAR text[100];
    UNICODE_STRING name = text16(ofm_volume_name(volume), text, 100), nobody;
    ULONG returned;

    assert_status(STATUS_SUCCESS, ofm_volume_object(volume, &object));
    assert_status(STATUS_SUCCESS, FltEnumerateFilterInformation(0, FilterFullInformation, buffer, sizeof buffer, &returned));
    expect_at("first", filter, 14, filter->FilterNameLength, "High"); /* F-121 */
    assert_status(STATUS_BUFFER_TOO_SMALL, FltEnumerateFilterInformation(1, FilterFullInformation, NULL, 0, &returned));
    assert_int_equal(returned, 14 + 6);
    assert_status(STATUS_SUCCESS, FltEnumerateFilterInformation(1, FilterFullInformation, buffer, sizeof buffer, &returned));
    expect_at("second", filter, 14, filter->FilterNameLength, "Low");
    assert_status(
        STATUS_NO_MORE_ENTRIES, FltEnumerateFilterInformation(2, FilterFullInformation, buffer, sizeof buffer, &returned));
    assert_status(STATUS_NO_MORE_ENTRIES,
        FltEnumerateVolumeInformation(high->filter, 50, FilterVolumeBasicInformation, buffer, sizeof buffer, &returned));
    assert_status(STATUS_SUCCESS,
        FltEnumerateInstanceInformationByFilter(low->filter, 0, InstanceBasicInformation, buffer, sizeof buffer, &returned));
    expect_at("of filter", instance, instance->InstanceNameBufferOffset, instance->InstanceNameLength, "Low Instance");
    assert_status(STATUS_NO_MORE_ENTRIES,
        FltEnumerateInstanceInformationByFilter(low->filter, 1, InstanceBasicInformation, buffer, sizeof buffer, &returned));
    assert_status(STATUS_SUCCESS,
        FltEnumerateInstanceInformationByVolume(object, 1, InstanceBasicInformation, buffer, sizeof buffer, &returned));
    expect_at("of volume", instance, instance->InstanceNameBufferOffset, instance->InstanceNameLength, "Low Instance");
    assert_status(STATUS_SUCCESS,
        FltEnumerateInstanceInformationByVolumeName(&name, 0, InstanceBasicInformation, buffer, sizeof buffer, &returned));
    expect_at("by name", instance, instance->InstanceNameBufferOffset, instance->InstanceNameLength, "High Instance");
    assert_status(STATUS_NO_MORE_ENTRIES,
        FltEnumerateInstanceInformationByVolumeName(&name, 2, InstanceBasicInformation, buffer, sizeof buffer, &returned));
    nobody = text16("\\Device\\Nothing", text, 100);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND,
        FltEnumerateInstanceInformationByVolumeName(&nobody, 0, InstanceBasicInformation, buffer, sizeof buffer, &returned));
    FltObjectDereference(object);
}

static void unattached_volumes_by_name(void **state)
{
    _Alignas(8) char buffer[512];
    WCHAR text[100];
    UNICODE_STRING name = text16(ofm_volume_name(volume), text, 100);
    ULONG returned;

    assert_status(STATUS_FLT_VOLUME_NOT_FOUND,
        FltEnumerateInstanceInformationByVolumeName(&name, 0, InstanceBasicInformation, buffer, sizeof buffer, &returned));
}

#define LIST_TEST(name, fn) TEST_WITH(name, fn, files_start, files_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIST_TEST("F-116 F-117 F-118 F-121 filters from the top", filters_from_the_top),
        LIST_TEST("F-116 F-118 F-119 F-121 volumes and instances", volumes_and_instances),
        LIST_TEST("F-124 neighbours", neighbours),
        LIST_TEST("F-125 filters by name and by instance", filters_by_name),
        LIST_TEST("F-106 instances by name, from the top", instances_by_name),
        LIST_TEST("F-120 F-122 P-133 P-137 filter information in all classes", filter_information),
        LIST_TEST("F-112 F-113 P-133 volume information in all classes", volume_information),
        LIST_TEST("F-120 P-133 P-135 instance information in all classes", instance_information),
        LIST_TEST("F-120 F-121 F-123 information by index", enumerated_information),
        LIST_TEST("F-123 a volume that nobody is attached to", unattached_volumes_by_name),
    };

    return RUN_TESTS(tests, NULL, NULL);
}
