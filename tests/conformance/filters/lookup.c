/* What filters learn about volumes; altitudes; which operations are skipped; a filter that crashes. */
#include "rig.h"

#include "ntoskrnl/ke/ke.h"

#include <ofm_seh.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- altitudes ---- */

static UNICODE_STRING text(const char16_t *units)
{
    UNICODE_STRING string;
    RtlInitUnicodeString(&string, units);
    return string;
}

static void altitudes(void **state)
{
    static const struct {
        const char16_t *a, *b;
        int order;
    } rows[] = {
        {u"03333", u"100.123456", 1},
        {u"370000", u"0370000.00", 0},
        {u"100", u"99.99999999999999999999999999", 1},
        {u"1.5", u"1.50", 0},
        {u"1.5", u"1.49999999999999999999999999999999999999", 1},
        {u"0.1", u".1", 0},
        {u"5.", u"5", 0},
        {u"123456789012345678901234567890", u"123456789012345678901234567891", -1},
        {u"0", u"0.0000001", -1},
    };
    for (unsigned i = 0; i < RTL_NUMBER_OF(rows); i++) {
        UNICODE_STRING a = text(rows[i].a), b = text(rows[i].b);
        assert_int_equal(rows[i].order, flt_altitude_compare(&a, &b));
        assert_int_equal(-rows[i].order, flt_altitude_compare(&b, &a));
        assert_true(flt_altitude_valid(&a) && flt_altitude_valid(&b));
    }
    static const char16_t *const bad[] = {u"", u".", u"-1", u"+1", u" 1", u"1 ", u"1e5", u"1.2.3", u"0x10", u"1,5"};
    for (unsigned i = 0; i < RTL_NUMBER_OF(bad); i++) {
        UNICODE_STRING a = text(bad[i]);
        assert_false(flt_altitude_valid(&a));
    }
}

/* ---- volumes ---- */

static struct rig_filter viewer = {.name = "Viewer", .altitude = "350000"};

static void by_name(void **state)
{
    struct memfs *fs = memfs_create("V:");
    PFLT_VOLUME volume;
    char16_t slash[64] = {0};
    UNICODE_STRING device = memfs_volume(fs)->device_name;
    memcpy(slash, device.Buffer, device.Length);
    slash[device.Length / 2] = '\\';
    const char16_t *const good[] = {u"V:", u"v:", u"V:\\", u"\\??\\V:", u"\\DosDevices\\V:", slash};
    for (unsigned i = 0; i < RTL_NUMBER_OF(good); i++) {
        UNICODE_STRING name = text(good[i]);
        assert_status(STATUS_SUCCESS, FltGetVolumeFromName(viewer.handle, &name, &volume));
        assert_ptr_equal(rig_volume(fs), volume);
        FltObjectDereference(volume);
    }
    UNICODE_STRING none = text(u"W:"), malformed = text(u"what"), empty = text(u""), device_none = text(u"\\Device\\HarddiskVolume999");
    assert_status(STATUS_FLT_VOLUME_NOT_FOUND, FltGetVolumeFromName(viewer.handle, &none, &volume));
    assert_ptr_equal(NULL, volume);
    assert_status(STATUS_FLT_VOLUME_NOT_FOUND, FltGetVolumeFromName(viewer.handle, &device_none, &volume));
    assert_status(STATUS_INVALID_PARAMETER, FltGetVolumeFromName(viewer.handle, &malformed, &volume));
    assert_status(STATUS_INVALID_PARAMETER, FltGetVolumeFromName(viewer.handle, &empty, &volume));
    memfs_remove(fs);
}

static void by_object(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "x");
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file");
    PFLT_VOLUME volume;
    PDEVICE_OBJECT device = NULL;
    PFLT_INSTANCE instance = rig_instance(&viewer, fs);
    assert_status(STATUS_SUCCESS, FltGetVolumeFromFileObject(viewer.handle, file, &volume));
    assert_ptr_equal(rig_volume(fs), volume);
    FltObjectDereference(volume);
    assert_status(STATUS_SUCCESS, FltGetVolumeFromInstance(instance, &volume));
    FltObjectDereference(volume);
    assert_status(STATUS_SUCCESS, FltGetDeviceObject(volume, &device));
    assert_true(FltIsFltMgrVolumeDeviceObject(device));
    PFLT_VOLUME again;
    assert_status(STATUS_SUCCESS, FltGetVolumeFromDeviceObject(viewer.handle, device, &again));
    FltObjectDereference(again);
    ObDereferenceObject(device);
    assert_status(STATUS_SUCCESS, FltGetDiskDeviceObject(volume, &device));
    assert_status(STATUS_INVALID_PARAMETER, FltGetVolumeFromDeviceObject(viewer.handle, device, &again)); /* a storage device */
    assert_false(FltIsFltMgrVolumeDeviceObject(device));
    ObDereferenceObject(device);
    FLT_FILESYSTEM_TYPE type;
    assert_status(STATUS_SUCCESS, FltGetFileSystemType(instance, &type));
    assert_int_equal(FLT_FSTYPE_NTFS, type);
    assert_status(STATUS_SUCCESS, FltGetFileSystemType(volume, &type));
    assert_status(STATUS_INVALID_PARAMETER, FltGetFileSystemType(viewer.handle, &type));
    BOOLEAN flag;
    assert_status(STATUS_SUCCESS, FltIsVolumeWritable(volume, &flag));
    assert_true(flag);
    assert_status(STATUS_SUCCESS, FltIsVolumeSnapshot(instance, &flag));
    assert_false(flag);
    rig_close(file);
    memfs_remove(fs);
}

static void without_disk(void **state)
{
    struct memfs *fs = memfs_create_typed(NULL, u"\\Device\\TestSlots", FILE_DEVICE_MAILSLOT, FLT_FSTYPE_MSFS);
    PDEVICE_OBJECT device = (PDEVICE_OBJECT)7;
    BOOLEAN flag;
    ULONG needed;
    assert_status(STATUS_FLT_NO_DEVICE_OBJECT, FltGetDiskDeviceObject(rig_volume(fs), &device));
    assert_ptr_equal((PDEVICE_OBJECT)7, device);
    assert_status(STATUS_FLT_NO_DEVICE_OBJECT, FltIsVolumeSnapshot(rig_volume(fs), &flag));
    assert_status(STATUS_INVALID_DEVICE_REQUEST, FltIsVolumeWritable(rig_volume(fs), &flag));
    assert_status(STATUS_FLT_VOLUME_NOT_FOUND, FltGetVolumeGuidName(rig_volume(fs), NULL, &needed));
    memfs_remove(fs);
}

static void names(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    PFLT_VOLUME volume = rig_volume(fs);
    ULONG needed = 0;
    char16_t room[128];
    UNICODE_STRING name = {.Length = 8, .MaximumLength = 4, .Buffer = room};
    assert_status(STATUS_INVALID_PARAMETER, FltGetVolumeName(volume, NULL, NULL));
    assert_status(STATUS_BUFFER_TOO_SMALL, FltGetVolumeName(volume, NULL, &needed));
    assert_int_equal(memfs_volume(fs)->device_name.Length, needed);
    assert_status(STATUS_BUFFER_TOO_SMALL, FltGetVolumeName(volume, &name, NULL));
    assert_int_equal(0, name.Length);
    name.MaximumLength = sizeof room;
    needed = 0;
    assert_status(STATUS_SUCCESS, FltGetVolumeName(volume, &name, &needed));
    assert_int_equal(name.Length, needed);
    assert_true(RtlEqualUnicodeString(&memfs_volume(fs)->device_name, &name, FALSE));
    assert_status(STATUS_SUCCESS, FltGetVolumeGuidName(volume, &name, &needed));
    assert_int_equal(96, needed);
    assert_memory_equal(u"\\??\\Volume{", name.Buffer, 22);
    memfs_remove(fs);
}

static void properties(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    union {
        FLT_VOLUME_PROPERTIES p;
        char room[512];
    } buffer;
    ULONG length = 0;
    assert_int_equal(72, sizeof buffer.p);
    assert_status(STATUS_BUFFER_TOO_SMALL, FltGetVolumeProperties(rig_volume(fs), NULL, 0, &length));
    ULONG total = length;
    assert_true(total > 72);
    memset(&buffer, 0x5a, sizeof buffer);
    assert_status(STATUS_BUFFER_TOO_SMALL, FltGetVolumeProperties(rig_volume(fs), &buffer.p, 71, &length));
    assert_int_equal(0x5a5a5a5a, buffer.p.DeviceType); /* nothing written */
    assert_status(STATUS_BUFFER_OVERFLOW, FltGetVolumeProperties(rig_volume(fs), &buffer.p, total - 1, &length));
    assert_int_equal(72, length);
    assert_int_equal(512, buffer.p.SectorSize);
    assert_int_equal(0, buffer.p.FileSystemDriverName.Length);
    assert_status(STATUS_SUCCESS, FltGetVolumeProperties(rig_volume(fs), &buffer.p, sizeof buffer, &length));
    assert_int_equal(total, length);
    UNICODE_STRING driver = text(u"\\FileSystem\\Ntfs"), device = text(u"\\Ntfs");
    assert_true(RtlEqualUnicodeString(&driver, &buffer.p.FileSystemDriverName, FALSE));
    assert_true(RtlEqualUnicodeString(&device, &buffer.p.FileSystemDeviceName, FALSE));
    assert_true(RtlEqualUnicodeString(&memfs_volume(fs)->device_name, &buffer.p.RealDeviceName, FALSE));
    assert_ptr_equal(&buffer.p + 1, buffer.p.FileSystemDeviceName.Buffer);
    assert_int_equal(FILE_DEVICE_DISK, buffer.p.DeviceType);
    memfs_remove(fs);
}

/* ---- skip flags ---- */

static unsigned seen[4];
static NTSTATUS read_with(struct memfs *fs, PFILE_OBJECT file, ULONG irp_flags, ULONG class)
{
    struct io_operation *op = io_operation_new(memfs_volume(fs), IRP_MJ_READ, 0, file);
    char buffer[8];
    op->iopb.IrpFlags = irp_flags;
    op->iopb.Parameters.Read.Length = 8;
    op->iopb.Parameters.Read.ReadBuffer = buffer;
    if (class)
        op->callback_flags = class;
    NTSTATUS status = io_send_and_wait(op);
    io_operation_free(op);
    return status;
}

#define SKIPPER(n)                                                                                                   \
    static FLT_PREOP_CALLBACK_STATUS NTAPI skip_pre##n(PFLT_CALLBACK_DATA d, PCFLT_RELATED_OBJECTS o, PVOID *c)      \
    {                                                                                                                \
        seen[n]++;                                                                                                   \
        return FLT_PREOP_SUCCESS_WITH_CALLBACK;                                                                      \
    }                                                                                                                \
    static FLT_POSTOP_CALLBACK_STATUS NTAPI skip_post##n(PFLT_CALLBACK_DATA d, PCFLT_RELATED_OBJECTS o, PVOID c,     \
        FLT_POST_OPERATION_FLAGS f)                                                                                  \
    {                                                                                                                \
        seen[n] += 100;                                                                                              \
        return FLT_POSTOP_FINISHED_PROCESSING;                                                                       \
    }                                                                                                                \
    static const FLT_OPERATION_REGISTRATION skips##n[] = {                                                           \
        {IRP_MJ_READ, 1 << n, skip_pre##n, skip_post##n, NULL}, {.MajorFunction = IRP_MJ_OPERATION_END}};            \
    static struct rig_filter skipper##n = {.name = "Skip" #n, .altitude = "3600" #n, .operations = skips##n};

SKIPPER(0) /* paging */
SKIPPER(1) /* cached */
SKIPPER(2) /* not DASD */
SKIPPER(3) /* non-cached, non-paging */

static void expect(unsigned paging, unsigned cached, unsigned dasd, unsigned non_cached)
{
    assert_int_equal(paging * 101, seen[0]);
    assert_int_equal(cached * 101, seen[1]);
    assert_int_equal(dasd * 101, seen[2]);
    assert_int_equal(non_cached * 101, seen[3]);
    memset(seen, 0, sizeof seen);
}

static void skipping(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "hello");
    assert_status(STATUS_SUCCESS, rig_load(&skipper0));
    assert_status(STATUS_SUCCESS, rig_load(&skipper1));
    assert_status(STATUS_SUCCESS, rig_load(&skipper2));
    assert_status(STATUS_SUCCESS, rig_load(&skipper3));
    PFILE_OBJECT file = rig_open_ok(fs, u"\\file"), dasd = rig_open_ok(fs, u"");
    memset(seen, 0, sizeof seen);
    read_with(fs, file, 0, 0);
    expect(1, 0, 0, 1);
    read_with(fs, file, IRP_NOCACHE, 0);
    expect(1, 1, 0, 0);
    read_with(fs, file, IRP_NOCACHE | IRP_PAGING_IO, 0);
    expect(0, 1, 0, 1);
    read_with(fs, file, 0, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
    expect(1, 0, 0, 1);
    read_with(fs, file, IRP_PAGING_IO, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION); /* paging counts for IRPs only */
    expect(1, 0, 0, 1);
    read_with(fs, dasd, IRP_NOCACHE, 0);
    expect(1, 1, 1, 0);
    rig_close(dasd);
    rig_close(file);
    rig_unload_ok(&skipper0);
    rig_unload_ok(&skipper1);
    rig_unload_ok(&skipper2);
    rig_unload_ok(&skipper3);
    memfs_remove(fs);
}

/* ---- crashes ---- */

static FLT_PREOP_CALLBACK_STATUS NTAPI crash(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    volatile int *volatile nowhere = (volatile int *)0x10;
    *nowhere = 1;
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void child(struct memfs *fs, int out)
{
    static const FLT_OPERATION_REGISTRATION operations[] = {{IRP_MJ_WRITE, 0, crash, NULL, NULL}, {.MajorFunction = IRP_MJ_OPERATION_END}};
    static struct rig_filter crasher = {.name = "Crasher", .altitude = "365000", .operations = operations};
    dup2(out, STDERR_FILENO);
    dup2(out, STDOUT_FILENO);
    for (int s = SIGHUP; s < SIGUSR2; s++)
        signal(s, SIG_DFL); /* cmocka's own */
    ke_report_set_sink(NULL, NULL);
    ofm_seh_init();
    if (!NT_SUCCESS(rig_load(&crasher)))
        _exit(1);
    PFILE_OBJECT file;
    rig_open(fs, u"\\file", &file);
    rig_write(file, 0, "x", 1, NULL);
    _exit(2);
}

static void bug_check(void **state)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip_because("the sanitizer's own report comes instead");
#endif
    struct memfs *fs = memfs_create(NULL);
    int ends[2], status;
    char output[16384] = {0};
    size_t length = 0;
    memfs_add_file(fs, u"\\file", "x");
    assert_int_equal(0, pipe(ends));
    pid_t pid = fork();
    if (!pid)
        child(fs, ends[1]);
    close(ends[1]);
    for (ssize_t n; length < sizeof output - 1 && (n = read(ends[0], output + length, sizeof output - 1 - length)) > 0;)
        length += (size_t)n;
    close(ends[0]);
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status));
    if (!strstr(output, "Crasher") || !strstr(output, "PreOperation") || !strstr(output, "IRP_MJ_WRITE"))
        fail_msg("the bug check does not name driver, callback and operation:\n%s", output);
    memfs_remove(fs);
}

static int start(void **state)
{
    if (rig_start(state))
        return -1;
    return NT_SUCCESS(rig_load(&viewer)) ? 0 : -1;
}

static int stop(void **state)
{
    rig_unload_ok(&viewer);
    return rig_stop(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-077 F-078 F-079 altitudes are decimals of any length", altitudes),
        TEST("F-104 volumes by name", by_name),
        TEST("F-105 F-113 F-114 F-115 volumes by object, devices, kind", by_object),
        TEST("F-108 F-114 F-115 a volume without a disk", without_disk),
        TEST("F-107 F-108 names and their two calls", names),
        TEST("F-110 F-111 properties and their three results", properties),
        TEST("F-131 F-132 F-133 F-134 F-135 skipped for one instance only", skipping),
        TEST("a crash in a callback is a bug check with driver, callback and operation", bug_check),
    };
    return RUN_TESTS(tests, start, stop);
}
