/* See files.h. */
#include "files.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

ofm_volume *volume;
char directory[64];
struct test_filter filters[LEVELS];

/* ---- callbacks of the three filters ---- */

static struct test_filter *filter_of(PFLT_FILTER filter)
{
    for (int i = 0; i < LEVELS; i++)
        if (filters[i].filter == filter)
            return &filters[i];
    return NULL;
}

static FLT_PREOP_CALLBACK_STATUS FLTAPI pre(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    struct test_filter *self = filter_of(objects->Filter);

    if (!self)
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    __atomic_fetch_add(&self->operations, 1, __ATOMIC_RELAXED);
    if (data->Iopb->MajorFunction == IRP_MJ_CREATE)
        __atomic_fetch_add(&self->creates, 1, __ATOMIC_RELAXED);
    return self->pre ? self->pre(self, data, objects) : FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS FLTAPI post(
    PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context, FLT_POST_OPERATION_FLAGS flags)
{
    struct test_filter *self = filter_of(objects->Filter);

    if (self && self->post && !(flags & FLTFL_POST_OPERATION_DRAINING))
        self->post(self, data, objects);
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static const FLT_OPERATION_REGISTRATION operations[] = {
    {IRP_MJ_CREATE, 0, pre, post, NULL},
    {IRP_MJ_READ, 0, pre, post, NULL},
    {IRP_MJ_WRITE, 0, pre, post, NULL},
    {IRP_MJ_QUERY_INFORMATION, 0, pre, post, NULL},
    {IRP_MJ_SET_INFORMATION, 0, pre, post, NULL},
    {IRP_MJ_DIRECTORY_CONTROL, 0, pre, post, NULL},
    {IRP_MJ_LOCK_CONTROL, 0, pre, post, NULL},
    {IRP_MJ_CLEANUP, 0, pre, post, NULL},
    {IRP_MJ_CLOSE, 0, pre, post, NULL},
    {IRP_MJ_OPERATION_END, 0, NULL, NULL, NULL},
};

static NTSTATUS FLTAPI instance_setup(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_SETUP_FLAGS flags, DEVICE_TYPE device_type,
    FLT_FILESYSTEM_TYPE file_system_type)
{
    struct test_filter *self = filter_of(objects->Filter);

    if (device_type != FILE_DEVICE_DISK_FILE_SYSTEM || !self)
        return STATUS_FLT_DO_NOT_ATTACH;
    self->instance = objects->Instance;
    return STATUS_SUCCESS;
}

static NTSTATUS FLTAPI query_teardown(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_QUERY_TEARDOWN_FLAGS flags)
{
    return STATUS_SUCCESS;
}

static VOID FLTAPI teardown_complete(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_TEARDOWN_FLAGS reason)
{
    struct test_filter *self = filter_of(objects->Filter);

    if (self && self->torn_down)
        self->torn_down(self, objects);
}

#define UNLOAD(level)                                                                                                    \
    static NTSTATUS FLTAPI unload_##level(FLT_FILTER_UNLOAD_FLAGS flags)                                                 \
    {                                                                                                                    \
        FltUnregisterFilter(filters[level].filter);                                                                      \
        filters[level].filter = NULL;                                                                                    \
        return STATUS_SUCCESS;                                                                                           \
    }                                                                                                                    \
    static NTSTATUS NTAPI entry_##level(PDRIVER_OBJECT driver, PUNICODE_STRING path)                                     \
    {                                                                                                                    \
        return enter(driver, &filters[level]);                                                                           \
    }

static NTSTATUS enter(PDRIVER_OBJECT driver, struct test_filter *self)
{
    self->registered = FltRegisterFilter(driver, &self->registration, &self->filter);
    if (!NT_SUCCESS(self->registered))
        return self->registered;
    NTSTATUS status = FltStartFiltering(self->filter);
    if (!NT_SUCCESS(status))
        FltUnregisterFilter(self->filter);
    return status;
}

UNLOAD(HIGH)
UNLOAD(MIDDLE)
UNLOAD(LOW)

static const struct {
    const char *service, *altitude;
    PFLT_FILTER_UNLOAD_CALLBACK unload;
    PDRIVER_INITIALIZE entry;
} levels[LEVELS] = {
    [HIGH] = {"High", "300000", unload_HIGH, entry_HIGH},
    [MIDDLE] = {"Middle", "200000", unload_MIDDLE, entry_MIDDLE},
    [LOW] = {"Low", "100000", unload_LOW, entry_LOW},
};

static void reset_filter(enum level level)
{
    filters[level] = (struct test_filter){
        .service = levels[level].service,
        .altitude = levels[level].altitude,
        .registration = {
            .Size = sizeof(FLT_REGISTRATION),
            .Version = FLT_REGISTRATION_VERSION,
            .OperationRegistration = operations,
            .FilterUnloadCallback = levels[level].unload,
            .InstanceSetupCallback = instance_setup,
            .InstanceQueryTeardownCallback = query_teardown,
            .InstanceTeardownCompleteCallback = teardown_complete,
        },
    };
}

/* ---- the manager and its directory ---- */

void write_linux_file(const char *name, const char *text)
{
    char path[200];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void make_directory(void)
{
    char path[200];

    snprintf(directory, sizeof directory, "/tmp/ofm-filters-XXXXXX");
    assert_non_null(mkdtemp(directory));
    chmod(directory, 0755);
    snprintf(path, sizeof path, "%s/dir", directory);
    assert_int_equal(mkdir(path, 0755), 0);
    write_linux_file("a.txt", "hello world");
    write_linux_file("dir/sub.txt", "below");
    write_linux_file("dir/Mixed Case.Txt", "spelt so");
}

/* Leaks are told by the driver's name; what the manager keeps for itself between two starts is none. */
static unsigned leaks_told; /* __atomic */

static bool is_ours(const char *driver)
{
    return driver && (!strcmp(driver, "High") || !strcmp(driver, "Middle") || !strcmp(driver, "Low"));
}

static void listen_for_leaks(void *context, enum ofm_log_level level, const char *driver, const char *text)
{
    if (level == OFM_LOG_REPORT && is_ours(driver) && strstr(text, "leak"))
        __atomic_fetch_add(&leaks_told, 1, __ATOMIC_RELAXED);
    if (level >= OFM_LOG_WARNING && is_ours(driver))
        print_message("# %s: %s\n", driver, text);
}

static int remove_one(const char *path, const struct stat *attributes, int kind, struct FTW *where)
{
    return remove(path);
}

int files_start(void **state)
{
    make_directory();
    for (int i = 0; i < LEVELS; i++)
        reset_filter(i);
    const struct ofm_options options = {.log_level = OFM_LOG_INFO, .log = listen_for_leaks};
    leaks_told = 0;
    if (!NT_SUCCESS(ofm_start(&options)))
        return -1;
    for (int i = 0; i < LEVELS; i++)
        if (!NT_SUCCESS(ofm_service_set(levels[i].service, NULL, levels[i].altitude, NULL, 0)))
            return -1;
    return NT_SUCCESS(ofm_volume_add_directory(directory, "C:", &volume)) ? 0 : -1;
}

int files_stop(void **state)
{
    NTSTATUS status = ofm_volume_remove(volume, 1);
    if (NT_SUCCESS(status))
        status = ofm_stop(NULL);
    nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    if (!NT_SUCCESS(status) || leaks_told) {
        print_error("stop: status 0x%08x, %u leaks\n", (unsigned)status, leaks_told);
        return -1;
    }
    return 0;
}

NTSTATUS filter_load_status(enum level level)
{
    return ofm_driver_load_entry(levels[level].service, levels[level].entry);
}

struct test_filter *filter_load(enum level level)
{
    assert_status(STATUS_SUCCESS, filter_load_status(level));
    if (!filters[level].instance) /* F-063: at the first create of a new volume */
        ofm_close(open_file("\\a.txt", FILE_READ_ATTRIBUTES, 0));
    assert_non_null(filters[level].instance);
    filters[level].creates = filters[level].operations = 0;
    return &filters[level];
}

void filter_unload(enum level level)
{
    assert_status(STATUS_SUCCESS, ofm_driver_unload(levels[level].service, 0));
}

PFILE_OBJECT open_file(const char *path, ACCESS_MASK access, ULONG options)
{
    PFILE_OBJECT file = NULL;

    assert_status(
        STATUS_SUCCESS, ofm_create(volume, path, access | SYNCHRONIZE, FILE_OPEN, options | FILE_SYNCHRONOUS_IO_NONALERT, &file, NULL));
    assert_non_null(file);
    return file;
}

const char *full_name(const char *tail)
{
    static __thread char name[400];

    snprintf(name, sizeof name, "%s%s", ofm_volume_name(volume), tail);
    return name;
}

UNICODE_STRING text16(const char *text, WCHAR *buffer, size_t size)
{
    size_t length = 0;

    for (; text[length] && length < size; length++)
        buffer[length] = (unsigned char)text[length];
    return (UNICODE_STRING){(USHORT)(length * 2), (USHORT)(length * 2), (WCHAR *)buffer};
}

void expect_text(const char *what, PCUNICODE_STRING actual, const char *expected)
{
    char narrow[600];
    size_t length = actual->Length / 2 < sizeof narrow - 1 ? actual->Length / 2 : sizeof narrow - 1;

    for (size_t i = 0; i < length; i++)
        narrow[i] = (char)actual->Buffer[i];
    narrow[length] = 0;
    if (strcmp(narrow, expected) != 0)
        fail_msg("%s: expected \"%s\", got \"%s\"", what, expected, narrow);
}
