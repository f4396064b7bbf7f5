/*
 * One sample of the project's mailslots, one way: an application writes, another reads, the manager (this process) is between them. Public calls only.
 *
 *     bench_slot CLIENT [options of trip.h]   one line of JSON
 *
 * --way empty: the mailslot volume has no filter; filter: one pass-through filter with pre and post callbacks of reads and writes. --place one: all
 * three on CPU 0; two: the writer on CPU 0, the reader on CPU 1, the manager where it likes.
 */
#include "flow.h"
#include "measure.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openfltmgr.h>

static PFLT_FILTER filter;

static FLT_PREOP_CALLBACK_STATUS FLTAPI pre(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS FLTAPI post(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS FLTAPI setup(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_SETUP_FLAGS flags, DEVICE_TYPE type, FLT_FILESYSTEM_TYPE system)
{
    return system == FLT_FSTYPE_MSFS ? STATUS_SUCCESS : STATUS_FLT_DO_NOT_ATTACH;
}

static NTSTATUS FLTAPI unload(FLT_FILTER_UNLOAD_FLAGS flags)
{
    FltUnregisterFilter(filter);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry)
{
    static const FLT_OPERATION_REGISTRATION operations[] = {
        {IRP_MJ_READ, 0, pre, post, NULL}, {IRP_MJ_WRITE, 0, pre, post, NULL}, {IRP_MJ_OPERATION_END, 0, NULL, NULL, NULL}};
    static const FLT_REGISTRATION registration = {.Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION,
        .Flags = FLTFL_REGISTRATION_SUPPORT_NPFS_MSFS, .OperationRegistration = operations, .FilterUnloadCallback = unload,
        .InstanceSetupCallback = setup};
    NTSTATUS status = FltRegisterFilter(driver, &registration, &filter);
    return NT_SUCCESS(status) ? FltStartFiltering(filter) : status;
}

static int start_manager(const struct cell *cell, const char *directory)
{
    static const struct ofm_options options = {.log_level = OFM_LOG_WARNING};
    if (!NT_SUCCESS(ofm_start(&options)) || !NT_SUCCESS(ofm_listen(directory)))
        return 0;
    return strcmp(cell->way, "filter") != 0 ||
        (NT_SUCCESS(ofm_service_set("bench", NULL, "370000", NULL, 0)) && NT_SUCCESS(ofm_driver_load_entry("bench", driver_entry)));
}

static pid_t start_client(const char *program, const struct cell *cell, const char *role)
{
    char *arguments[24] = {(char *)program, (char *)role};
    write_cell(cell, arguments, 2);
    pid_t pid = fork();
    if (pid)
        return pid;
    if (strcmp(role, "read") == 0)
        place_readers(cell);
    else
        place_senders(cell);
    execv(program, arguments);
    _exit(127);
}

static int run(const char *program, const struct cell *cell)
{
    int status = 1;
    pid_t reader = start_client(program, cell, "read"), writer = start_client(program, cell, "write");
    if (writer > 0)
        waitpid(writer, &status, 0);
    if (reader > 0) {
        kill(reader, SIGKILL);
        waitpid(reader, NULL, 0);
    }
    return reader > 0 && writer > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv)
{
    struct cell cell;
    char directory[] = "/tmp/openfltmgr-bench-XXXXXX", command[64];
    bound_sample();
    if (argc < 2 || !read_cell(&cell, 1, argc, argv) || !make_flow() || !mkdtemp(directory))
        return 2;
    setenv("OPENFLTMGR_RUNTIME", directory, 1);
    if (strcmp(cell.place, "one") == 0)
        place_senders(&cell);
    int fine = start_manager(&cell, directory) && run(argv[1], &cell);
    ofm_stop(NULL);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command) == 0 && fine ? 0 : 1;
}
