/* Registering and starting a filter, and DriverEntry's ends: sections 2.1 to 2.3, 2.7. */
#include "probe.h"

#include "ntoskrnl/cm/cm.h"
#include "ntoskrnl/ke/ke.h"

static FLT_PREOP_CALLBACK_STATUS NTAPI pre(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS NTAPI post(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context, FLT_POST_OPERATION_FLAGS flags)
{
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS load_version(USHORT version, USHORT size)
{
    struct rig_filter f = {.name = "Version", .altitude = "301000", .version = version, .size = size};
    NTSTATUS status = rig_load(&f);
    if (NT_SUCCESS(status))
        rig_unload_ok(&f);
    rig_forget(&f);
    return status;
}

static void version_and_size(void **state)
{
    rig_log_clear();
    assert_status(STATUS_SUCCESS, load_version(0x0200, 0));
    assert_status(STATUS_SUCCESS, load_version(0x02ff, 0));
    assert_status(STATUS_INVALID_PARAMETER, load_version(0x0100, 0));
    assert_status(STATUS_INVALID_PARAMETER, load_version(0x0300, 0));
    rig_log_clear();
    assert_status(STATUS_SUCCESS, load_version(0x0203, 0xffff));
    assert_int_equal(1, rig_log_count("F-003"));
    assert_status(STATUS_SUCCESS, load_version(0x0203, 1));
}

static void null_arguments(void **state)
{
    FLT_REGISTRATION registration = {.Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION};
    DRIVER_OBJECT driver;
    PFLT_FILTER filter;
    assert_status(STATUS_INVALID_PARAMETER, FltRegisterFilter(NULL, &registration, &filter));
    assert_status(STATUS_INVALID_PARAMETER, FltRegisterFilter(&driver, NULL, &filter));
    assert_status(STATUS_INVALID_PARAMETER, FltRegisterFilter(&driver, &registration, NULL));
}

static void no_instances(void **state)
{
    struct rig_filter f = {.name = "NoKey"}; /* no altitude: nothing is written */
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, rig_load(&f));
    assert_ptr_equal(NULL, f.handle);
    rig_define("NoKey", "Only", "300100", 0, false); /* no DefaultInstance */
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, rig_load(&f));
    rig_define("NoKey", "Only", "300100", 0, true);
    assert_status(STATUS_SUCCESS, rig_load(&f));
    rig_unload_ok(&f);
    rig_forget(&f);
}

static void parameters_key_first(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Newer"};
    struct cm_key *key, *below;
    UNICODE_STRING service, altitude;
    rig_define("Newer", "Old", "300200", 0, true);
    RtlInitUnicodeString(&service, u"newer"); /* looked up without regard to case */
    assert_status(STATUS_SUCCESS, cm_open_service(&service, true, &key));
    assert_status(STATUS_SUCCESS, cm_open(key, u"Parameters\\Instances\\New", true, &below));
    cm_set_string(below, u"Altitude", u"300201");
    cm_close(below);
    assert_status(STATUS_SUCCESS, cm_open(key, u"Parameters\\Instances", true, &below));
    cm_set_string(below, u"DefaultInstance", u"New");
    cm_close(below);
    cm_close(key);
    assert_status(STATUS_SUCCESS, rig_load(&f));
    PFLT_INSTANCE instance = rig_instance(&f, fs);
    assert_ptr_not_equal(NULL, instance);
    RtlInitUnicodeString(&altitude, u"300201");
    assert_true(RtlEqualUnicodeString(&altitude, &instance->altitude, FALSE));
    rig_unload_ok(&f);
    rig_forget(&f);
    memfs_remove(fs);
}

static void equal_altitudes(void **state)
{
    struct rig_filter a = {.name = "First", .altitude = "300300"}, b = {.name = "Second", .altitude = "0300300.0"};
    assert_status(STATUS_SUCCESS, rig_load(&a));
    assert_status(STATUS_FLT_INSTANCE_ALTITUDE_COLLISION, rig_load(&b));
    rig_unload_ok(&a);
    assert_status(STATUS_SUCCESS, rig_load(&b));
    rig_unload_ok(&b);
    rig_forget(&a);
    rig_forget(&b);
}

static void odd_entries(void **state)
{
    static const FLT_OPERATION_REGISTRATION operations[] = {
        {IRP_MJ_POWER, 0, pre, post, NULL},        /* F-011 */
        {IRP_MJ_READ, 0, NULL, NULL, NULL},        /* F-013 */
        {IRP_MJ_WRITE, 0, pre, NULL, (PVOID)1},    /* F-014 */
        {IRP_MJ_WRITE, 0, NULL, post, NULL},       /* F-012 */
        {IRP_MJ_SHUTDOWN, 0, pre, post, NULL},     /* F-010 */
        {.MajorFunction = IRP_MJ_OPERATION_END},
        {IRP_MJ_CREATE, 0, pre, post, NULL},       /* behind the end */
    };
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Odd", .altitude = "300400", .operations = operations};
    rig_log_clear();
    assert_status(STATUS_SUCCESS, rig_load(&f));
    assert_int_equal(1, rig_log_count("F-011"));
    assert_int_equal(1, rig_log_count("F-012"));
    assert_ptr_equal(NULL, f.handle->entries[flt_slot(IRP_MJ_SHUTDOWN)].post);
    assert_ptr_not_equal(NULL, f.handle->entries[flt_slot(IRP_MJ_WRITE)].pre);
    assert_ptr_equal(NULL, f.handle->entries[flt_slot(IRP_MJ_WRITE)].post);
    struct io_volume *volume = memfs_volume(fs);
    assert_false(io_volume_wants(volume, IRP_MJ_READ));
    assert_true(io_volume_wants(volume, IRP_MJ_WRITE));
    assert_false(io_volume_wants(volume, IRP_MJ_CREATE));
    rig_unload_ok(&f);
    assert_false(io_volume_wants(volume, IRP_MJ_WRITE));
    rig_forget(&f);
    memfs_remove(fs);
}

static void no_operations(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Empty", .altitude = "300500"};
    assert_status(STATUS_SUCCESS, rig_load(&f));
    assert_ptr_not_equal(NULL, rig_instance(&f, fs)); /* F-007 */
    rig_unload_ok(&f);
    rig_forget(&f);
    memfs_remove(fs);
}

/* ---- name providers ---- */

static FLT_REGISTRATION provider;
static NTSTATUS provider_status;

static NTSTATUS NTAPI provider_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    PFLT_FILTER filter;
    provider.Size = sizeof provider;
    provider.Version = FLT_REGISTRATION_VERSION;
    provider_status = FltRegisterFilter(driver, &provider, &filter);
    if (NT_SUCCESS(provider_status))
        FltUnregisterFilter(filter);
    return STATUS_UNSUCCESSFUL;
}

extern NTSTATUS io_driver_start(PCUNICODE_STRING service, PDRIVER_INITIALIZE entry, NTSTATUS *entry_status);

static NTSTATUS try_provider(void *generate, void *normalize, void *normalize_ex, void *cleanup)
{
    UNICODE_STRING service;
    RtlInitUnicodeString(&service, u"Provider");
    rig_define("Provider", "I", "300600", 0, true);
    provider = (FLT_REGISTRATION){.GenerateFileNameCallback = generate, .NormalizeNameComponentCallback = normalize,
        .NormalizeNameComponentExCallback = normalize_ex, .NormalizeContextCleanupCallback = cleanup};
    assert_status(STATUS_FAILED_DRIVER_ENTRY, io_driver_start(&service, provider_entry, NULL));
    return provider_status;
}

static void name_providers(void **state)
{
    void *yes = (void *)pre;
    assert_status(STATUS_INVALID_PARAMETER, try_provider(NULL, yes, NULL, NULL));
    assert_status(STATUS_INVALID_PARAMETER, try_provider(NULL, NULL, yes, NULL));
    assert_status(STATUS_INVALID_PARAMETER, try_provider(yes, NULL, NULL, yes));
    assert_status(STATUS_SUCCESS, try_provider(yes, NULL, NULL, NULL));
    assert_status(STATUS_SUCCESS, try_provider(yes, NULL, yes, yes));
}

/* ---- starting ---- */

static void start_twice(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Starter", .altitude = "300700", .no_start = true};
    assert_status(STATUS_SUCCESS, rig_load(&f));
    assert_ptr_equal(NULL, rig_instance(&f, fs));
    assert_status(STATUS_FLT_FILTER_NOT_READY, rig_attach(&f, fs, NULL, NULL, NULL));
    assert_status(STATUS_FLT_FILTER_NOT_READY, rig_attach(&f, fs, u"5", NULL, NULL));
    assert_status(STATUS_SUCCESS, FltStartFiltering(f.handle));
    assert_ptr_not_equal(NULL, rig_instance(&f, fs));
    assert_status(STATUS_INVALID_PARAMETER, FltStartFiltering(f.handle));
    rig_unload_ok(&f);
    rig_forget(&f);
    memfs_remove(fs);
}

/* F-023: the setup runs before FltStartFiltering has returned */
static struct rig_filter early;
static bool started_before_setup;

static NTSTATUS NTAPI early_setup(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_SETUP_FLAGS flags, DEVICE_TYPE type, FLT_FILESYSTEM_TYPE fs)
{
    started_before_setup = early.started == 0x77;
    return STATUS_FLT_DO_NOT_ATTACH; /* F-028: does not fail the start */
}

static void setup_during_start(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    early = (struct rig_filter){.name = "Early", .altitude = "300800", .setup = early_setup, .started = 0x77};
    assert_status(STATUS_SUCCESS, rig_load(&early));
    assert_true(started_before_setup);
    assert_ptr_equal(NULL, rig_instance(&early, fs));
    rig_unload_ok(&early);
    rig_forget(&early);
    memfs_remove(fs);
}

/* ---- DriverEntry fails ---- */

static void entry_fails(void **state)
{
    struct rig_filter f = {.name = "Failing", .altitude = "300900", .entry_answer = STATUS_INSUFFICIENT_RESOURCES};
    assert_status(STATUS_INSUFFICIENT_RESOURCES, rig_load(&f));
    assert_int_equal(0, f.unloads); /* FilterUnload is not called */
    rig_log_clear();
    f.forget_unregister = true;
    assert_status(STATUS_INSUFFICIENT_RESOURCES, rig_load(&f));
    assert_int_equal(1, rig_log_count("F-031"));
    f.entry_answer = STATUS_SUCCESS;
    f.forget_unregister = false;
    assert_status(STATUS_SUCCESS, rig_load(&f)); /* name and altitude are free again */
    assert_status(STATUS_IMAGE_ALREADY_LOADED, rig_load(&(struct rig_filter){.name = "Failing", .altitude = "300900"}));
    rig_unload_ok(&f);
    rig_forget(&f);
}

static void loader_statuses(void **state)
{
    UNICODE_STRING name;
    struct rig_filter f = {.name = "Present", .altitude = "300950"};
    RtlInitUnicodeString(&name, u"NoSuchService");
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, FltLoadFilter(&name));
    assert_status(STATUS_SUCCESS, rig_load(&f));
    RtlInitUnicodeString(&name, u"PRESENT");
    assert_status(STATUS_IMAGE_ALREADY_LOADED, FltLoadFilter(&name));
    rig_unload_ok(&f);
    rig_forget(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-002 F-003 only the major version counts; Size never, but it is told", version_and_size),
        TEST("F-001 F-004 NULL arguments", null_arguments),
        TEST("F-015 F-053 service key, Instances and default instance must be there", no_instances),
        TEST("F-016 F-018 F-054 Parameters\\Instances comes first; names without regard to case", parameters_key_first),
        TEST("F-017 F-078 equal default altitudes collide", equal_altitudes),
        TEST("F-008 F-010 F-011 F-012 F-013 F-014 odd operation entries", odd_entries),
        TEST("F-007 no operations at all: instances nonetheless", no_operations),
        TEST("F-005 name provider callbacks must fit together", name_providers),
        TEST("F-024 F-026 starting twice, attaching before", start_twice),
        TEST("F-023 F-028 InstanceSetup runs while FltStartFiltering does; a veto does not fail it", setup_during_start),
        TEST("F-027 F-029 F-031 F-032 DriverEntry fails", entry_fails),
        TEST("F-033 F-034 what the loader answers", loader_statuses),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
