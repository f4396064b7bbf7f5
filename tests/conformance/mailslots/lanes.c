/* Calls of an application through its lane (daemon/lane.c): a driver that holds one up holds up no other, however it sleeps; cancelling; every
 * size; the end of the process. The driver is here, the application in lanes_client.c. */
#include "harness.h"

#include <fltkernel.h>
#include <openfltmgr.h>

#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char directory[] = "/tmp/openfltmgr-lanes-XXXXXX";
static PFLT_FILTER filter;
static KEVENT arrived, go; /* synchronization events: each lets one through */
static sem_t asleep, rouse, held;

static void wait_for(PKEVENT event)
{
    KeWaitForSingleObject(event, Executive, KernelMode, FALSE, NULL);
}

/* "wait" waits in the kernel's way, "sleep" in a way that the manager cannot see. */
static FLT_PREOP_CALLBACK_STATUS FLTAPI pre_write(
    PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    char text[16] = "";
    ULONG length = data->Iopb->Parameters.Write.Length;

    if (length > 0)
        memcpy(text, data->Iopb->Parameters.Write.WriteBuffer, length < 15 ? length : 15);
    if (strcmp(text, "wait") == 0) {
        KeSetEvent(&arrived, 0, FALSE);
        sem_post(&held);
        wait_for(&go);
    } else if (strcmp(text, "begun") == 0) {
        sem_post(&held);
    } else if (strcmp(text, "release") == 0) {
        wait_for(&arrived);
        KeSetEvent(&go, 0, FALSE);
    } else if (strcmp(text, "sleep") == 0) {
        sem_post(&asleep);
        while (sem_wait(&rouse) != 0)
            ;
    } else if (strcmp(text, "rouse") == 0) {
        while (sem_wait(&asleep) != 0)
            ;
        sem_post(&rouse);
    }
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static NTSTATUS FLTAPI setup(
    PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_SETUP_FLAGS flags, DEVICE_TYPE type, FLT_FILESYSTEM_TYPE system)
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
        {IRP_MJ_WRITE, 0, pre_write, NULL, NULL}, {IRP_MJ_OPERATION_END, 0, NULL, NULL, NULL}};
    static const FLT_REGISTRATION registration = {.Size = sizeof registration,
        .Version = FLT_REGISTRATION_VERSION,
        .Flags = FLTFL_REGISTRATION_SUPPORT_NPFS_MSFS,
        .OperationRegistration = operations,
        .FilterUnloadCallback = unload,
        .InstanceSetupCallback = setup};

    KeInitializeEvent(&arrived, SynchronizationEvent, FALSE);
    KeInitializeEvent(&go, SynchronizationEvent, FALSE);
    NTSTATUS status = FltRegisterFilter(driver, &registration, &filter);
    return NT_SUCCESS(status) ? FltStartFiltering(filter) : status;
}

static int start(void **state)
{
    sem_init(&asleep, 0, 0);
    sem_init(&rouse, 0, 0);
    sem_init(&held, 0, 0);
    if (!mkdtemp(directory) || chmod(directory, 0755) || setenv("OPENFLTMGR_RUNTIME", directory, 1))
        return -1;
    return NT_SUCCESS(ofm_start(NULL)) && NT_SUCCESS(ofm_listen(directory)) &&
                   NT_SUCCESS(ofm_service_set("lanes", NULL, "370000", NULL, 0)) &&
                   NT_SUCCESS(ofm_driver_load_entry("lanes", driver_entry))
               ? 0
               : -1;
}

static int stop(void **state)
{
    struct ofm_report report;

    if (!NT_SUCCESS(ofm_stop(&report)))
        return -1;
    rmdir(directory);
    return report.leaks ? -1 : 0;
}

static void run(const char *group)
{
    char command[400], line[400] = "";

    snprintf(command, sizeof command, "%s %s", LANES_CLIENT, group);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    if (!fgets(line, sizeof line, output))
        line[0] = 0;
    int status = pclose(output);
    if (status != 0)
        fail_msg("status %x: %s", status, line);
}

static void waits(void **state)
{
    run("waits");
}

static void sleeps(void **state)
{
    run("sleeps");
}

static void cancels(void **state)
{
    run("cancels");
}

static void sizes(void **state)
{
    run("sizes");
}

/* A process that runs `group` until it has told the driver. */
static pid_t start_until_held(const char *group)
{
    while (sem_trywait(&held) == 0)
        ;
    pid_t child = fork();
    if (child == 0) {
        execl(LANES_CLIENT, LANES_CLIENT, group, NULL);
        _exit(127);
    }
    while (sem_wait(&held) != 0)
        ;
    return child;
}

static void kill_it(pid_t child)
{
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

/* The process is gone while the driver has its call: the slot goes, and the next process finds nothing of it. */
static void killed(void **state)
{
    kill_it(start_until_held("holds"));
    KeSetEvent(&go, 0, FALSE);
    KeClearEvent(&arrived);
    run("sizes");
}

/* Whatever a process writes into its lane, others' calls go on, and the manager lives. */
static void spoilt(void **state)
{
    pid_t child = start_until_held("spoils");

    for (int i = 0; i < 5; i++) {
        run("sizes");
        run("waits");
        run("cancels");
    }
    kill_it(child);
    run("sizes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("a call that waits in a driver holds up no other of its process", waits),
        TEST("nor does one that sleeps in a way the manager cannot see", sleeps),
        TEST("CancelSynchronousIo ends a read that waits", cancels),
        TEST("M-91 M-102 every size, whichever way it takes", sizes),
        TEST("M-123 a process that is killed in a call leaves nothing behind", killed),
        TEST("a process that writes over its whole lane disturbs no other", spoilt),
    };
    return RUN_TESTS(tests, start, stop);
}
