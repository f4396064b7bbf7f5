/*
 * What the filter manager costs an operation: a read whose file system does nothing, through 0, 1 and 10 filters, without FUSE.
 * "base" calls the file system's dispatch directly; the other rows are the whole way: an operation from the cache, the volume's
 * stack, and back. One line a row: median of the runs and their spread, in nanoseconds.
 *
 *     build/bench/bench_walk [runs [operations a run]]
 */
#include "fltmgr/init.h"
#include "ntoskrnl/cm/cm.h"
#include "ntoskrnl/io/driver.h"
#include "ntoskrnl/io/io.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ps/ps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST_FILTERS 10

static struct io_volume *volume;
static PFILE_OBJECT file;
static PFLT_FILTER filters[MOST_FILTERS];
static unsigned loading;
static bool with_post;

static NTSTATUS nothing(struct io_device *device, struct io_operation *op)
{
    op->iosb.Information = op->iopb.Parameters.Read.Length;
    return STATUS_SUCCESS;
}

static FLT_PREOP_CALLBACK_STATUS NTAPI pre(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    return with_post ? FLT_PREOP_SUCCESS_WITH_CALLBACK : FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS NTAPI post(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context, FLT_POST_OPERATION_FLAGS flags)
{
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS NTAPI unload(FLT_FILTER_UNLOAD_FLAGS flags)
{
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    static const FLT_OPERATION_REGISTRATION operations[] = {{IRP_MJ_READ, 0, pre, post, NULL}, {.MajorFunction = IRP_MJ_OPERATION_END}};
    const FLT_REGISTRATION registration = {.Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION,
        .OperationRegistration = operations, .FilterUnloadCallback = unload};
    NTSTATUS status = FltRegisterFilter(driver, &registration, &filters[loading]);
    return NT_SUCCESS(status) ? FltStartFiltering(filters[loading]) : status;
}

static void load_one(unsigned n)
{
    char16_t name[] = u"Bench0", altitude[] = u"300000", instance[] = u"I";
    struct cm_key *key, *below;
    UNICODE_STRING service;
    name[5] = altitude[1] = (char16_t)('0' + n);
    RtlInitUnicodeString(&service, name);
    cm_open_service(&service, true, &key);
    cm_open(key, u"Instances", true, &below);
    cm_set_string(below, u"DefaultInstance", instance);
    cm_close(below);
    cm_open(key, u"Instances\\I", true, &below);
    cm_set_string(below, u"Altitude", altitude);
    cm_set_dword(below, u"Flags", 0);
    cm_close(below);
    cm_close(key);
    loading = n;
    if (!NT_SUCCESS(io_driver_start(&service, entry, NULL)))
        abort();
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double run_base(unsigned long operations)
{
    struct io_operation *op = io_operation_new(volume, IRP_MJ_READ, 0, file);
    io_dispatch_fn *volatile dispatch = nothing;
    double start = now();
    for (unsigned long i = 0; i < operations; i++)
        dispatch(&volume->base, op);
    double end = now();
    io_operation_free(op);
    return (end - start) / (double)operations;
}

static double run(unsigned long operations)
{
    char buffer[16];
    double start = now();
    for (unsigned long i = 0; i < operations; i++) {
        struct io_operation *op = io_operation_new(volume, IRP_MJ_READ, 0, file);
        op->iopb.Parameters.Read.Length = sizeof buffer;
        op->iopb.Parameters.Read.ReadBuffer = buffer;
        io_send_and_wait(op);
        io_operation_free(op);
    }
    return (now() - start) / (double)operations;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double row(const char *name, double (*fn)(unsigned long), unsigned runs, unsigned long operations)
{
    double results[64];
    fn(operations / 10 + 1);
    for (unsigned i = 0; i < runs; i++)
        results[i] = fn(operations);
    qsort(results, runs, sizeof *results, compare);
    printf("%-28s %8.1f ns   (%.1f .. %.1f)\n", name, results[runs / 2], results[0], results[runs - 1]);
    return results[runs / 2];
}

int main(int argc, char **argv)
{
    unsigned runs = argc > 1 ? (unsigned)atoi(argv[1]) : 9;
    unsigned long operations = argc > 2 ? strtoul(argv[2], NULL, 0) : 1000000;
    static const struct io_base_ops ops = {.file_system_name = "nothing"};
    struct io_volume_options options = {.file_system_type = FLT_FSTYPE_NTFS};
    if (runs > 64)
        runs = 64;
    if (!NT_SUCCESS(ps_init()) || !NT_SUCCESS(cm_init()) || !NT_SUCCESS(flt_init())
        || !NT_SUCCESS(io_volume_create(&ops, nothing, NULL, NULL, FILE_DEVICE_DISK_FILE_SYSTEM, &options, &volume)))
        return 1;
    struct io_create_request request = {.volume = volume, .access = FILE_READ_DATA, .disposition = FILE_OPEN, .share_access = 7};
    struct io_create_result result;
    RtlInitUnicodeString(&request.path, u"\\file");
    if (!NT_SUCCESS(io_create_file(&request, &result)))
        return 1;
    file = result.file;
    printf("%u runs of %lu operations\n", runs, operations);
    double base = row("base alone", run_base, runs, operations);
    double empty = row("through an empty stack", run, runs, operations);
    load_one(0);
    double one = row("1 filter, pre", run, runs, operations);
    with_post = true;
    double one_post = row("1 filter, pre and post", run, runs, operations);
    for (unsigned i = 1; i < MOST_FILTERS; i++)
        load_one(i);
    with_post = false;
    double ten = row("10 filters, pre", run, runs, operations);
    with_post = true;
    double ten_post = row("10 filters, pre and post", run, runs, operations);
    printf("the stack costs %.1f ns; the first filter %.1f (with post %.1f); each further one %.1f (with post %.1f)\n", empty - base,
        one - empty, one_post - empty, (ten - one) / 9, (ten_post - one_post) / 9);
    return 0;
}
