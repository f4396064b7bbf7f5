/* Attaching, setup, detaching: sections 3.1, 3.3, 3.4. */
#include "probe.h"

#include "ntoskrnl/ke/ke.h"

static unsigned setups, queries, starts, completes;
static FLT_INSTANCE_SETUP_FLAGS setup_flags;
static DEVICE_TYPE setup_device;
static FLT_FILESYSTEM_TYPE setup_type;
static NTSTATUS setup_answer, query_answer;
static FLT_INSTANCE_TEARDOWN_FLAGS reason_start, reason_complete;
static char order[16];

static NTSTATUS NTAPI setup(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_SETUP_FLAGS flags, DEVICE_TYPE type, FLT_FILESYSTEM_TYPE fs)
{
    setups++;
    setup_flags = flags;
    setup_device = type;
    setup_type = fs;
    assert_int_equal(48, objects->Size);
    assert_ptr_not_equal(NULL, objects->Filter);
    assert_ptr_not_equal(NULL, objects->Volume);
    assert_ptr_not_equal(NULL, objects->Instance);
    assert_ptr_equal(NULL, objects->FileObject);
    ULONG length;
    FLT_VOLUME_PROPERTIES properties;
    assert_status(STATUS_BUFFER_OVERFLOW, FltGetVolumeProperties(objects->Volume, &properties, sizeof properties, &length)); /* F-071 */
    return setup_answer;
}

static NTSTATUS NTAPI query(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_QUERY_TEARDOWN_FLAGS flags)
{
    assert_int_equal(0, flags);
    strcat(order, "q");
    queries++;
    return query_answer;
}

static VOID NTAPI start(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_TEARDOWN_FLAGS reason)
{
    strcat(order, "s");
    starts++;
    reason_start = reason;
    assert_ptr_equal(NULL, objects->FileObject);
}

static VOID NTAPI complete(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_TEARDOWN_FLAGS reason)
{
    strcat(order, "c");
    completes++;
    reason_complete = reason;
}

static struct rig_filter filter;

static void fresh(const char *altitude)
{
    setups = queries = starts = completes = 0;
    setup_answer = query_answer = STATUS_SUCCESS;
    order[0] = 0;
    rig_log_clear();
    filter = (struct rig_filter){.name = "Attacher", .altitude = altitude, .setup = setup, .query = query, .start = start, .complete = complete};
}

static void done(struct memfs *fs)
{
    rig_unload_ok(&filter);
    rig_forget(&filter);
    memfs_remove(fs);
}

static void automatic(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    fresh("320000");
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    assert_int_equal(1, setups);
    assert_int_equal(FLTFL_INSTANCE_SETUP_AUTOMATIC_ATTACHMENT, setup_flags);
    assert_int_equal(FILE_DEVICE_DISK_FILE_SYSTEM, setup_device);
    assert_int_equal(FLT_FSTYPE_NTFS, setup_type);
    done(fs);
}

static void new_volume(void **state)
{
    fresh("320000");
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    struct memfs *fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "x");
    assert_int_equal(0, setups); /* not at mount time */
    rig_close(rig_open_ok(fs, u"\\file"));
    assert_int_equal(1, setups);
    assert_int_equal(FLTFL_INSTANCE_SETUP_AUTOMATIC_ATTACHMENT | FLTFL_INSTANCE_SETUP_NEWLY_MOUNTED_VOLUME, setup_flags);
    rig_close(rig_open_ok(fs, u"\\file"));
    assert_int_equal(1, setups);
    done(fs);
}

static void first_create_is_seen(void **state)
{
    probe_reset();
    PROBE[0].only = IRP_MJ_CREATE;
    probe_load(1);
    struct memfs *fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "x");
    rig_close(rig_open_ok(fs, u"\\file"));
    assert_int_equal(1, PROBE[0].pres); /* F-074 */
    assert_int_equal(1, PROBE[0].posts);
    probe_end(fs, 1);
}

static void veto(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "x");
    fresh("320000");
    setup_answer = STATUS_FLT_DO_NOT_ATTACH;
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    assert_ptr_equal(NULL, rig_instance(&filter, fs));
    assert_int_equal(0, starts + completes); /* F-073 */
    assert_int_equal(0, rig_log_count("declined"));
    rig_close(rig_open_ok(fs, u"\\file"));
    assert_int_equal(1, setups); /* F-076: not offered again */
    setup_answer = STATUS_NOT_SUPPORTED;
    assert_status(STATUS_NOT_SUPPORTED, rig_attach(&filter, fs, NULL, NULL, NULL)); /* handed on unchanged */
    assert_int_equal(FLTFL_INSTANCE_SETUP_MANUAL_ATTACHMENT, setup_flags);
    setup_answer = (NTSTATUS)0x40000000; /* informational attaches */
    assert_status(STATUS_SUCCESS, rig_attach(&filter, fs, NULL, NULL, NULL));
    assert_ptr_not_equal(NULL, rig_instance(&filter, fs));
    done(fs);
}

static void veto_is_logged(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    fresh("320000");
    setup_answer = STATUS_NOT_SUPPORTED;
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    assert_int_equal(1, rig_log_count("declined"));
    done(fs);
}

static void instance_flags(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    fresh("320000");
    filter.instance_flags = 1; /* no automatic attachment */
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    assert_int_equal(0, setups);
    assert_status(STATUS_SUCCESS, rig_attach(&filter, fs, NULL, NULL, NULL));
    rig_unload_ok(&filter);
    rig_forget(&filter);
    fresh("320000");
    filter.instance_flags = 2; /* no manual attachment */
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    assert_int_equal(1, setups);
    assert_status(STATUS_SUCCESS, rig_detach(&filter, fs, NULL));
    assert_status(STATUS_FLT_DO_NOT_ATTACH, rig_attach(&filter, fs, NULL, NULL, NULL));
    assert_status(STATUS_SUCCESS, rig_attach(&filter, fs, u"320000", NULL, NULL)); /* overrides all settings */
    done(fs);
}

static void all_definitions(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    fresh("320000");
    rig_define("Attacher", "Top", "320500", 0, false);
    rig_define("Attacher", "Hidden", "320400", 1, false);
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    assert_int_equal(2, setups);
    assert_status(STATUS_SUCCESS, rig_attach(&filter, fs, NULL, u"hidden", NULL)); /* case does not matter */
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, rig_attach(&filter, fs, NULL, u"None", NULL));
    done(fs);
}

static void collisions(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    PFLT_INSTANCE instance = (PFLT_INSTANCE)1;
    fresh("320000");
    struct rig_filter other = {.name = "Other", .altitude = "330000"};
    rig_define("Attacher", "SameAltitude", "330000.0", 1, false);
    assert_status(STATUS_SUCCESS, rig_load(&other));
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    assert_status(STATUS_OBJECT_NAME_COLLISION, rig_attach(&filter, fs, NULL, u"SameAltitude", &instance));
    assert_ptr_equal(NULL, instance);
    assert_status(STATUS_FLT_INSTANCE_ALTITUDE_COLLISION, rig_attach(&filter, fs, u"330000", u"New", NULL));
    assert_status(STATUS_FLT_INSTANCE_NAME_COLLISION, rig_attach(&filter, fs, u"5", u"ATTACHER instance", NULL));
    assert_status(STATUS_INVALID_PARAMETER, rig_attach(&filter, fs, u"1.2.3", NULL, NULL));
    rig_unload_ok(&other);
    rig_forget(&other);
    done(fs);
}

static void names_and_references(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    PFLT_INSTANCE instance;
    UNICODE_STRING expected;
    fresh("320000");
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    assert_status(STATUS_SUCCESS, rig_attach(&filter, fs, u"42.5", NULL, &instance));
    RtlInitUnicodeString(&expected, u"Attacher 42.5");
    assert_true(RtlEqualUnicodeString(&expected, &instance->name, FALSE));
    assert_int_equal(2, flt_reference_count(&instance->object)); /* its own, and ours */
    assert_true(FltCompareInstanceAltitudes(rig_instance(&filter, fs), instance) > 0);
    assert_int_equal(0, FltCompareInstanceAltitudes(instance, instance));
    FltObjectDereference(instance);
    done(fs);
}

static void long_name(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    PFLT_INSTANCE instance;
    char16_t altitude[300];
    fresh("320000");
    for (unsigned i = 0; i < 299; i++)
        altitude[i] = '1';
    altitude[299] = 0;
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    assert_status(STATUS_SUCCESS, rig_attach(&filter, fs, altitude, NULL, &instance));
    assert_int_equal(255 * 2, instance->name.Length);
    FltObjectDereference(instance);
    done(fs);
}

/* ---- detaching ---- */

static void detach(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    fresh("320000");
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    assert_status(STATUS_SUCCESS, rig_attach(&filter, fs, u"400000", u"Upper", NULL));
    query_answer = STATUS_FLT_DO_NOT_DETACH;
    assert_status(STATUS_FLT_DO_NOT_DETACH, rig_detach(&filter, fs, NULL));
    assert_string_equal("q", order);
    query_answer = STATUS_SUCCESS;
    assert_status(STATUS_SUCCESS, rig_detach(&filter, fs, NULL)); /* the highest */
    assert_string_equal("qqsc", order);
    assert_int_equal(FLTFL_INSTANCE_TEARDOWN_MANUAL, reason_start);
    assert_int_equal(FLTFL_INSTANCE_TEARDOWN_MANUAL, reason_complete);
    assert_status(STATUS_FLT_INSTANCE_NOT_FOUND, rig_detach(&filter, fs, u"Upper"));
    assert_status(STATUS_SUCCESS, rig_detach(&filter, fs, u"attacher INSTANCE"));
    assert_status(STATUS_FLT_INSTANCE_NOT_FOUND, rig_detach(&filter, fs, NULL));
    done(fs);
    assert_int_equal(3, queries); /* not for unload */
}

static void no_query(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    fresh("320000");
    filter.no_query = true;
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    assert_status(STATUS_FLT_DO_NOT_DETACH, rig_detach(&filter, fs, NULL)); /* F-090 */
    assert_int_equal(0, starts);
    done(fs);
    assert_int_equal(1, completes);
}

static void dismount(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    fresh("320000");
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    query_answer = STATUS_FLT_DO_NOT_DETACH;
    memfs_remove(fs);
    assert_string_equal("sc", order);
    assert_int_equal(FLTFL_INSTANCE_TEARDOWN_VOLUME_DISMOUNT, reason_start);
    rig_unload_ok(&filter);
    rig_forget(&filter);
    assert_string_equal("sc", order);
}

static void dismount_with_open_file(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "hello");
    fresh("320000");
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    struct io_volume *volume = memfs_volume(fs);
    assert_status(STATUS_DEVICE_BUSY, io_volume_dismount(volume, false));
    assert_string_equal("", order);
    io_volume_reference(volume);
    memfs_remove(fs);
    char buffer[8];
    ULONG length;
    assert_status(STATUS_VOLUME_DISMOUNTED, rig_read(file, 0, buffer, sizeof buffer, &length));
    PFILE_OBJECT other;
    struct io_create_request request = {.volume = volume, .access = FILE_READ_DATA, .disposition = FILE_OPEN, .share_access = 7};
    struct io_create_result result;
    RtlInitUnicodeString(&request.path, u"\\file");
    assert_status(STATUS_VOLUME_DISMOUNTED, io_create_file(&request, &result));
    (void)other;
    rig_close(file);
    io_volume_release(volume);
    rig_unload_ok(&filter);
    rig_forget(&filter);
}

/* ---- pipes and mailslots ---- */

static void special_volumes(void **state)
{
    struct memfs *fs = memfs_create_typed(NULL, u"\\Device\\TestMailslot", FILE_DEVICE_MAILSLOT, FLT_FSTYPE_MSFS);
    fresh("320000");
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    assert_int_equal(0, setups); /* F-021 */
    rig_unload_ok(&filter);
    filter.flags = FLTFL_REGISTRATION_SUPPORT_NPFS_MSFS;
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    assert_int_equal(1, setups);
    assert_int_equal(FILE_DEVICE_MAILSLOT, setup_device);
    assert_int_equal(FLT_FSTYPE_MSFS, setup_type);
    done(fs);
}

/* ---- mount and dismount as operations ---- */

static char told[32];

static FLT_PREOP_CALLBACK_STATUS NTAPI mount_pre(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    bool mount = data->Iopb->MajorFunction == (UCHAR)IRP_MJ_VOLUME_MOUNT;
    assert_int_equal(FLTFL_CALLBACK_DATA_FAST_IO_OPERATION, data->Flags);
    assert_true(mount == (objects->Instance == NULL));
    assert_ptr_equal(NULL, objects->FileObject);
    *context = (PVOID)3;
    strcat(told, mount ? "M" : "D");
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS NTAPI mount_post(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    assert_ptr_equal((PVOID)3, context);
    strcat(told, data->Iopb->MajorFunction == (UCHAR)IRP_MJ_VOLUME_MOUNT ? "m" : "d");
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static void mount_operations(void **state)
{
    static const FLT_OPERATION_REGISTRATION operations[] = {{IRP_MJ_VOLUME_MOUNT, 0, mount_pre, mount_post, NULL},
        {IRP_MJ_VOLUME_DISMOUNT, 0, mount_pre, mount_post, NULL}, {.MajorFunction = IRP_MJ_OPERATION_END}};
    static struct rig_filter f = {.name = "Mounts", .altitude = "322000", .operations = operations};
    told[0] = 0;
    assert_status(STATUS_SUCCESS, rig_load(&f));
    struct memfs *fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "x");
    assert_string_equal("Mm", told);
    rig_close(rig_open_ok(fs, u"\\file"));
    memfs_remove(fs);
    assert_string_equal("MmDd", told);
    rig_unload_ok(&f);
    rig_forget(&f);
}

/* ---- many at once: a manual attach and an unload race ---- */

static void attach_many(void *context)
{
    for (unsigned i = 0; i < 40; i++) {
        NTSTATUS status = rig_attach(&filter, context, u"320001", u"Racer", NULL);
        if (status == STATUS_FLT_DELETING_OBJECT)
            return;
        assert_status(STATUS_SUCCESS, status);
        status = rig_detach(&filter, context, u"Racer");
        assert_true(status == STATUS_SUCCESS || status == STATUS_FLT_DELETING_OBJECT || status == STATUS_FLT_INSTANCE_NOT_FOUND);
    }
}

static void attach_races_unload(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    struct rig_thread thread;
    fresh("320000");
    filter.setup = NULL;
    filter.query = NULL;
    filter.start = filter.complete = NULL;
    assert_status(STATUS_SUCCESS, rig_load(&filter));
    flt_pin(&filter.handle->object);
    PFLT_FILTER handle = filter.handle;
    rig_run(&thread, attach_many, fs);
    rig_unload_ok(&filter);
    rig_join(&thread);
    flt_unpin(&handle->object);
    rig_forget(&filter);
    memfs_remove(fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-063 F-067 F-068 F-069 F-071 a starting filter is offered the volumes that are there", automatic),
        TEST("F-063 F-067 a new volume at its first create", new_volume),
        TEST("F-074 V-090 that create is filtered already", first_create_is_seen),
        TEST("F-065 F-066 F-073 F-076 F-087 a veto; manual attachment tells its status", veto),
        TEST("F-066 other refusals of automatic attachment are logged", veto_is_logged),
        TEST("F-055 F-088 instance flags", instance_flags),
        TEST("F-056 F-083 every definition; names without regard to case", all_definitions),
        TEST("F-077 F-081 F-082 F-084 collisions of altitude and name", collisions),
        TEST("F-080 F-085 F-086 generated name, reference, comparison", names_and_references),
        TEST("F-079 F-085 a very long altitude", long_name),
        TEST("F-089 F-091 F-092 F-098 F-103 detaching", detach),
        TEST("F-090 F-099 without InstanceQueryTeardown a detach is refused", no_query),
        TEST("F-091 F-098 dismount", dismount),
        TEST("F-098 dismount with open files", dismount_with_open_file),
        TEST("F-021 F-068 pipes and mailslots only for who asked", special_volumes),
        TEST("F-177 F-185 F-237 mount before there is an instance, dismount at the end", mount_operations),
        TEST("F-025 F-049 attaching while the filter unloads", attach_races_unload),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
