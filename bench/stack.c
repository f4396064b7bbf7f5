/*
 * What filters cost: operations on a file of a volume through 0, 1 and 10 pass-through filters (a pre and a post callback each), no FUSE.
 * The stacks are measured in turn, round by round.
 */
#include "measure.h"

#include <fcntl.h>
#include <unistd.h>

#include <openfltmgr.h>

#define FILTERS 10

static PFLT_FILTER filters[FILTERS];
static int loading;

static FLT_PREOP_CALLBACK_STATUS FLTAPI pre(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS FLTAPI post(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    return FLT_POSTOP_FINISHED_PROCESSING;
}

/* Every filter has an unload routine of its own: it gets no argument that tells whose it is. */
#define UNLOAD(n)                                                                                                     \
    static NTSTATUS FLTAPI unload_##n(FLT_FILTER_UNLOAD_FLAGS flags)                                                  \
    {                                                                                                                 \
        FltUnregisterFilter(filters[n]);                                                                              \
        return STATUS_SUCCESS;                                                                                        \
    }
UNLOAD(0) UNLOAD(1) UNLOAD(2) UNLOAD(3) UNLOAD(4) UNLOAD(5) UNLOAD(6) UNLOAD(7) UNLOAD(8) UNLOAD(9)

static const PFLT_FILTER_UNLOAD_CALLBACK unloads[FILTERS] = {
    unload_0, unload_1, unload_2, unload_3, unload_4, unload_5, unload_6, unload_7, unload_8, unload_9};

static NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry)
{
    static const FLT_OPERATION_REGISTRATION operations[] = {{IRP_MJ_CREATE, 0, pre, post, NULL}, {IRP_MJ_CLEANUP, 0, pre, post, NULL},
        {IRP_MJ_CLOSE, 0, pre, post, NULL}, {IRP_MJ_READ, 0, pre, post, NULL}, {IRP_MJ_QUERY_INFORMATION, 0, pre, post, NULL},
        {IRP_MJ_OPERATION_END, 0, NULL, NULL, NULL}};
    FLT_REGISTRATION registration = {.Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION, .OperationRegistration = operations,
        .FilterUnloadCallback = unloads[loading]};
    NTSTATUS status = FltRegisterFilter(driver, &registration, &filters[loading]);
    return NT_SUCCESS(status) ? FltStartFiltering(filters[loading]) : status;
}

static NTSTATUS load_filter(int n, ofm_volume *volume)
{
    char name[16], altitude[16];
    snprintf(name, sizeof name, "bench%d", n);
    snprintf(altitude, sizeof altitude, "%d", 370000 - n);
    loading = n;
    NTSTATUS status = ofm_service_set(name, NULL, altitude, NULL, 1 /* no automatic attachment */);
    if (NT_SUCCESS(status))
        status = ofm_driver_load_entry(name, driver_entry);
    return NT_SUCCESS(status) ? ofm_attach(name, volume, NULL, altitude) : status;
}

/* ---- what is measured: nanoseconds an operation ---- */

static double time_reads(ofm_volume *volume, int count)
{
    static char buffer[4096];
    PFILE_OBJECT file;
    ULONG done;
    if (!NT_SUCCESS(ofm_create(volume, "\\file", FILE_READ_DATA | SYNCHRONIZE, FILE_OPEN, 0, &file, NULL)))
        return -1;
    double start = seconds_now();
    for (int i = 0; i < count; i++) {
        if (!NT_SUCCESS(ofm_read(file, 0, buffer, sizeof buffer, &done)))
            return -1;
    }
    double result = (seconds_now() - start) / count * 1e9;
    ofm_close(file);
    return result;
}

static double time_queries(ofm_volume *volume, int count)
{
    FILE_STANDARD_INFORMATION info;
    PFILE_OBJECT file;
    if (!NT_SUCCESS(ofm_create(volume, "\\file", FILE_READ_ATTRIBUTES | SYNCHRONIZE, FILE_OPEN, 0, &file, NULL)))
        return -1;
    double start = seconds_now();
    for (int i = 0; i < count; i++) {
        if (!NT_SUCCESS(ofm_query(file, FileStandardInformation, &info, sizeof info)))
            return -1;
    }
    double result = (seconds_now() - start) / count * 1e9;
    ofm_close(file);
    return result;
}

static double time_opens(ofm_volume *volume, int count)
{
    double start = seconds_now();
    for (int i = 0; i < count; i++) {
        PFILE_OBJECT file;
        if (!NT_SUCCESS(ofm_create(volume, "\\file", FILE_READ_DATA | SYNCHRONIZE, FILE_OPEN, 0, &file, NULL)))
            return -1;
        ofm_close(file);
    }
    return (seconds_now() - start) / count * 1e9;
}

struct kind {
    const char *name;
    double (*time)(ofm_volume *volume, int count);
    int count;
};

static const struct kind kinds[] = {{"4 KiB read", time_reads, 10000}, {"query information", time_queries, 10000},
    {"open + close", time_opens, 2000}};
#define KINDS (sizeof kinds / sizeof kinds[0])

/* The base operations themselves: the floor. */
static double time_pread(const char *path, int count)
{
    static char buffer[4096];
    int fd = open(path, O_RDONLY);
    double start = seconds_now();
    for (int i = 0; i < count; i++) {
        if (pread(fd, buffer, sizeof buffer, 0) != (ssize_t)sizeof buffer)
            return -1;
    }
    close(fd);
    return (seconds_now() - start) / count * 1e9;
}

static int measure(ofm_volume *volumes[3], const char *path, int rounds)
{
    static const char *const rows[3] = {"no filter", "1 filter", "10 filters"};
    struct sample samples[3][KINDS] = {{{0}}}, floor = {.row = "pread(2)", .cell = "4 KiB read", .unit = "ns"};
    for (int round = 0; round < rounds; round++) {
        add_value(&floor, time_pread(path, kinds[0].count));
        for (int stack = 0; stack < 3; stack++) {
            for (size_t kind = 0; kind < KINDS; kind++) {
                double value = kinds[kind].time(volumes[stack], kinds[kind].count);
                if (value < 0)
                    return 0;
                add_value(&samples[stack][kind], value);
            }
        }
    }
    print_sample("stack", &floor);
    for (size_t kind = 0; kind < KINDS; kind++) {
        for (int stack = 0; stack < 3; stack++) {
            struct sample *sample = &samples[stack][kind];
            sample->row = rows[stack];
            sample->unit = "ns";
            snprintf(sample->cell, sizeof sample->cell, "%s", kinds[kind].name);
            print_sample("stack", sample);
        }
    }
    return 1;
}

int main(void)
{
    char directory[] = "/tmp/openfltmgr-bench-XXXXXX", path[100];
    static char block[65536];
    ofm_volume *volumes[3];
    int fine = 1, rounds = environment_number("BENCH_ROUNDS", 15);
    if (!mkdtemp(directory))
        return 2;
    snprintf(path, sizeof path, "%s/file", directory);
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    if (write(fd, block, sizeof block) != (ssize_t)sizeof block || close(fd) || !NT_SUCCESS(ofm_start(NULL)))
        return 2;
    for (int i = 0; i < 3; i++)
        fine &= NT_SUCCESS(ofm_volume_add_directory(directory, NULL, &volumes[i]));
    for (int n = 0; n < FILTERS && fine; n++)
        fine = NT_SUCCESS(load_filter(n, volumes[2]));
    if (fine)
        fine = NT_SUCCESS(ofm_attach("bench0", volumes[1], NULL, "370000"));
    if (fine)
        fine = measure(volumes, path, rounds);
    ofm_stop(NULL);
    unlink(path);
    rmdir(directory);
    return fine ? 0 : 1;
}
