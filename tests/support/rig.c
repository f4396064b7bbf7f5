/* See rig.h. */
#include "rig.h"

#include "fltmgr/init.h"
#include "fltmgr/instance.h"
#include "ntoskrnl/cm/cm.h"
#include "ntoskrnl/io/driver.h"
#include "ntoskrnl/io/leaks.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ps/ps.h"
#include "rtl/utf.h"

#include <sched.h>
#include <stdlib.h>
#include <time.h>

#define MOST_FILTERS 32
static struct rig_filter *loaded[MOST_FILTERS];
static struct rig_filter *loading;

/* ---- the log ---- */

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char log_lines[512][256];
static unsigned log_count;

static void keep_line(void *context, enum ke_log_level level, const char *driver, const char *text)
{
    pthread_mutex_lock(&log_lock);
    if (log_count < RTL_NUMBER_OF(log_lines))
        snprintf(log_lines[log_count++], sizeof log_lines[0], "%s: %s", driver ? driver : "-", text);
    pthread_mutex_unlock(&log_lock);
    if (getenv("RIG_LOG"))
        fprintf(stderr, "# %s: %s\n", driver ? driver : "-", text);
}

unsigned rig_log_count(const char *text)
{
    unsigned count = 0;
    pthread_mutex_lock(&log_lock);
    for (unsigned i = 0; i < log_count; i++)
        count += strstr(log_lines[i], text) != NULL;
    pthread_mutex_unlock(&log_lock);
    return count;
}

void rig_log_clear(void)
{
    pthread_mutex_lock(&log_lock);
    log_count = 0;
    pthread_mutex_unlock(&log_lock);
}

/* ---- life ---- */

int rig_start(void **state)
{
    ke_report_set_sink(keep_line, NULL);
    ke_log_set_level(KE_LOG_DRIVER);
    if (!NT_SUCCESS(ps_init()) || !NT_SUCCESS(cm_init()))
        return -1;
    return NT_SUCCESS(flt_init()) ? 0 : -1;
}

int rig_stop(void **state)
{
    io_report_leaks(NULL);
    unsigned leaks = rig_log_count("leaked") - rig_log_count("(unknown driver)");
    if (leaks)
        fprintf(stderr, "# %u leaks of drivers\n", leaks);
    cm_stop();
    return leaks ? -1 : 0;
}

/* ---- filters ---- */

static NTSTATUS NTAPI agree(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_QUERY_TEARDOWN_FLAGS flags)
{
    return STATUS_SUCCESS;
}

static struct rig_filter **slot_of(const char *name)
{
    for (unsigned i = 0; i < MOST_FILTERS; i++)
        if (loaded[i] && !strcmp(loaded[i]->name, name))
            return &loaded[i];
    return NULL;
}

static NTSTATUS NTAPI unload(FLT_FILTER_UNLOAD_FLAGS flags)
{
    struct rig_filter **slot = slot_of(ke_self.driver);
    struct rig_filter *filter = *slot;
    filter->unload_flags = flags;
    filter->unloads++;
    if (!NT_SUCCESS(filter->unload_answer) && !(flags & FLTFL_FILTER_UNLOAD_MANDATORY))
        return filter->unload_answer;
    if (!filter->forget_unregister)
        FltUnregisterFilter(filter->handle);
    *slot = NULL;
    return filter->unload_answer;
}

static void fill(struct rig_filter *f, FLT_REGISTRATION *r)
{
    memset(r, 0, sizeof *r);
    r->Size = f->size ? f->size : sizeof *r;
    r->Version = f->version ? f->version : FLT_REGISTRATION_VERSION;
    r->Flags = f->flags;
    r->OperationRegistration = f->operations;
    r->ContextRegistration = f->contexts;
    r->FilterUnloadCallback = f->no_unload ? NULL : unload;
    r->InstanceSetupCallback = f->setup;
    r->InstanceQueryTeardownCallback = f->no_query ? NULL : f->query ? f->query : agree;
    r->InstanceTeardownStartCallback = f->start;
    r->InstanceTeardownCompleteCallback = f->complete;
}

static NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    struct rig_filter *f = loading;
    FLT_REGISTRATION registration;
    fill(f, &registration);
    f->driver = driver;
    f->registered = FltRegisterFilter(driver, &registration, &f->handle);
    if (!NT_SUCCESS(f->registered))
        return f->registered;
    if (f->entry_answer) {
        if (!f->forget_unregister)
            FltUnregisterFilter(f->handle);
        return f->entry_answer;
    }
    f->started = f->no_start ? STATUS_SUCCESS : FltStartFiltering(f->handle);
    return f->started;
}

struct text {
    UNICODE_STRING string;
    char16_t *units;
};

static struct text text_of(const char *utf8)
{
    struct text text = {.units = rtl_wide_from_utf8(utf8)};
    RtlInitUnicodeString(&text.string, text.units);
    return text;
}

void rig_define(const char *service, const char *instance, const char *altitude, unsigned flags, bool is_default)
{
    struct cm_key *key, *instances, *own;
    struct text name = text_of(service), n = text_of(instance), a = text_of(altitude);
    assert_status(STATUS_SUCCESS, cm_open_service(&name.string, true, &key));
    assert_status(STATUS_SUCCESS, cm_open(key, u"Instances", true, &instances));
    assert_status(STATUS_SUCCESS, cm_open(instances, n.units, true, &own));
    assert_status(STATUS_SUCCESS, cm_set_string(own, u"Altitude", a.units));
    assert_status(STATUS_SUCCESS, cm_set_dword(own, u"Flags", flags));
    if (is_default)
        assert_status(STATUS_SUCCESS, cm_set_string(instances, u"DefaultInstance", n.units));
    cm_close(own);
    cm_close(instances);
    cm_close(key);
    free(name.units);
    free(n.units);
    free(a.units);
}

void rig_install(struct rig_filter *f)
{
    char name[128];
    snprintf(name, sizeof name, "%s Instance", f->name);
    rig_define(f->name, f->instance ? f->instance : name, f->altitude, f->instance_flags, true);
}

static struct rig_filter **free_slot(void)
{
    for (unsigned i = 0; i < MOST_FILTERS; i++)
        if (!loaded[i])
            return &loaded[i];
    abort();
}

NTSTATUS rig_load(struct rig_filter *f)
{
    struct rig_filter **slot = free_slot();
    if (f->altitude)
        rig_install(f);
    *slot = f;
    loading = f;
    f->unloads = 0;
    struct text name = text_of(f->name);
    NTSTATUS entry = STATUS_SUCCESS, status = io_driver_start(&name.string, driver_entry, &entry);
    free(name.units);
    if (status == STATUS_FAILED_DRIVER_ENTRY)
        status = entry;
    if (!NT_SUCCESS(status))
        *slot = NULL;
    return status;
}

NTSTATUS rig_unload(struct rig_filter *f, bool mandatory)
{
    struct text name = text_of(f->name);
    NTSTATUS status = mandatory ? io_driver_unload(&name.string) : flt_filter_unload(&name.string, false);
    free(name.units);
    return status;
}

void rig_unload_ok(struct rig_filter *f)
{
    assert_status(STATUS_SUCCESS, rig_unload(f, false));
}

void rig_forget(struct rig_filter *f)
{
    char16_t path[200] = u"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\";
    char16_t *name = rtl_wide_from_utf8(f->name);
    unsigned at = 0;
    while (path[at])
        at++;
    for (unsigned i = 0; name[i]; i++)
        path[at++] = name[i];
    path[at] = 0;
    free(name);
    cm_delete_tree(NULL, path);
}

PFLT_VOLUME rig_volume(struct memfs *fs)
{
    return flt_volume_of(memfs_volume(fs));
}

static PCUNICODE_STRING view(const char16_t *text, PUNICODE_STRING string)
{
    if (!text)
        return NULL;
    RtlInitUnicodeString(string, text);
    return string;
}

NTSTATUS rig_attach(struct rig_filter *f, struct memfs *fs, const char16_t *altitude, const char16_t *name, PFLT_INSTANCE *instance)
{
    UNICODE_STRING a, n;
    if (altitude)
        return FltAttachVolumeAtAltitude(f->handle, rig_volume(fs), view(altitude, &a), view(name, &n), instance);
    return FltAttachVolume(f->handle, rig_volume(fs), view(name, &n), instance);
}

NTSTATUS rig_detach(struct rig_filter *f, struct memfs *fs, const char16_t *name)
{
    UNICODE_STRING n;
    return FltDetachVolume(f->handle, rig_volume(fs), view(name, &n));
}

PFLT_INSTANCE rig_instance(struct rig_filter *f, struct memfs *fs)
{
    PFLT_INSTANCE instance;
    if (!NT_SUCCESS(flt_instance_find(f->handle, rig_volume(fs), NULL, &instance)))
        return NULL;
    flt_dereference(&instance->object);
    return instance;
}

/* ---- files ---- */

NTSTATUS rig_open_as(struct memfs *fs, const char16_t *path, ACCESS_MASK access, ULONG disposition, ULONG options, PFILE_OBJECT *file,
    ULONG_PTR *information)
{
    struct io_create_request request = {.volume = memfs_volume(fs), .access = access | SYNCHRONIZE, .disposition = disposition,
        .options = options | FILE_SYNCHRONOUS_IO_NONALERT, .share_access = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE};
    struct io_create_result result;
    RtlInitUnicodeString(&request.path, path);
    NTSTATUS status = io_create_file(&request, &result);
    *file = result.file;
    if (information)
        *information = result.information;
    return status;
}

NTSTATUS rig_open(struct memfs *fs, const char16_t *path, PFILE_OBJECT *file)
{
    return rig_open_as(fs, path, FILE_GENERIC_READ | FILE_GENERIC_WRITE, FILE_OPEN, 0, file, NULL);
}

PFILE_OBJECT rig_open_ok(struct memfs *fs, const char16_t *path)
{
    PFILE_OBJECT file = NULL;
    assert_status(STATUS_SUCCESS, rig_open(fs, path, &file));
    return file;
}

void rig_close(PFILE_OBJECT file)
{
    io_close_file(file);
}

NTSTATUS rig_read(PFILE_OBJECT file, LONGLONG offset, void *buffer, ULONG length, ULONG *done)
{
    struct io_transfer t = {.file = file};
    NTSTATUS status = io_read(&t, buffer, length, (LARGE_INTEGER){.QuadPart = offset});
    if (done)
        *done = (ULONG)t.iosb.Information;
    return status;
}

NTSTATUS rig_write(PFILE_OBJECT file, LONGLONG offset, const void *buffer, ULONG length, ULONG *done)
{
    struct io_transfer t = {.file = file};
    NTSTATUS status = io_write(&t, (PVOID)buffer, length, (LARGE_INTEGER){.QuadPart = offset});
    if (done)
        *done = (ULONG)t.iosb.Information;
    return status;
}

struct io_operation *rig_operation(struct memfs *fs, UCHAR major, PFILE_OBJECT file)
{
    return io_operation_new(memfs_volume(fs), major, 0, file);
}

/* ---- threads ---- */

static void *thread_main(void *context)
{
    struct rig_thread *thread = context;
    thread->fn(thread->context);
    return NULL;
}

void rig_run(struct rig_thread *thread, void (*fn)(void *), void *context)
{
    thread->fn = fn;
    thread->context = context;
    assert_int_equal(0, pthread_create(&thread->thread, NULL, thread_main, thread));
}

void rig_join(struct rig_thread *thread)
{
    pthread_join(thread->thread, NULL);
}

void rig_wait(PKEVENT event)
{
    LARGE_INTEGER timeout = {.QuadPart = -10 * KE_SECOND};
    if (ke_wait_one(event, &timeout, NULL) != STATUS_SUCCESS)
        fail_msg("an event was not signalled within 10 s");
}

unsigned long long rig_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long long)now.tv_sec * 1000 + (unsigned long long)now.tv_nsec / 1000000;
}

void rig_yield(void)
{
    sched_yield();
}
