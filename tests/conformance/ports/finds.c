/* The search and query calls of fltUser.h, call by call (ports.md 2.11): the manager with three filters and two volumes
 * here, the application in finds_client.c. */
#include "rig.h"

#include <unistd.h>

static ofm_volume *volumes[2];
static char directories[2][40] = {"/tmp/openfltmgr-finds-XXXXXX", "/tmp/openfltmgr-finds-XXXXXX"};
static PFLT_FILTER low, high;

static NTSTATUS unload_low(FLT_FILTER_UNLOAD_FLAGS flags)
{
    FltUnregisterFilter(low);
    return STATUS_SUCCESS;
}

static NTSTATUS unload_high(FLT_FILTER_UNLOAD_FLAGS flags)
{
    FltUnregisterFilter(high);
    return STATUS_SUCCESS;
}

static NTSTATUS enter(PDRIVER_OBJECT driver, PFLT_FILTER_UNLOAD_CALLBACK unload, PFLT_FILTER *filter)
{
    FLT_REGISTRATION registration = {
        .Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION, .FilterUnloadCallback = unload};
    NTSTATUS status = FltRegisterFilter(driver, &registration, filter);

    return NT_SUCCESS(status) ? FltStartFiltering(*filter) : status;
}

static NTSTATUS enter_low(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    return enter(driver, unload_low, &low);
}

static NTSTATUS enter_high(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    return enter(driver, unload_high, &high);
}

/* An instance of another name at the default one's altitude. */
static const char twin[] = "Windows Registry Editor Version 5.00\n\n"
                           "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\porttest\\Instances\\twin]\n"
                           "\"Altitude\"=\"370030\"\n\"Flags\"=dword:00000000\n";

static int start(void **state)
{
    if (rig_start(state) || !mkdtemp(directories[0]) || !mkdtemp(directories[1]))
        return -1;
    NTSTATUS status[] = {
        ofm_volume_add_directory(directories[0], "R:", &volumes[0]),
        ofm_volume_add_directory(directories[1], NULL, &volumes[1]),
        ofm_service_set("portlow", NULL, "130000", NULL, 0),
        ofm_service_set("porthigh", NULL, "400000", NULL, 0),
        ofm_service_set("notelf", "/etc/passwd", "130001", NULL, 0),
        ofm_service_set("nofile", "/nonexistent/driver.so", "130002", NULL, 0),
        ofm_registry_import(twin, NULL),
        ofm_driver_load_entry("portlow", enter_low),
        ofm_driver_load_entry("porthigh", enter_high),
        ofm_attach("porttest", volumes[0], NULL, NULL), /* loaded before there were volumes */
        ofm_attach("porttest", volumes[1], NULL, NULL),
    };
    for (size_t i = 0; i < sizeof status / sizeof *status; i++) {
        if (!NT_SUCCESS(status[i]))
            return -1;
    }
    return 0;
}

static int stop(void **state)
{
    int result = rig_stop(state);

    rmdir(directories[0]);
    rmdir(directories[1]);
    return result;
}

static void run(const char *group)
{
    char command[400], line[300] = "";

    snprintf(command, sizeof command, "%s %s '%s'", FINDS_CLIENT, group, ofm_volume_name(volumes[1]));
    FILE *output = popen(command, "r");
    assert_non_null(output);
    if (!fgets(line, sizeof line, output))
        line[0] = 0;
    if (pclose(output) != 0)
        fail_msg("%s", line);
}

#define GROUP(name)                                                                                                  \
    static void name(void **state)                                                                                   \
    {                                                                                                                \
        run(#name);                                                                                                  \
    }
GROUP(order)
GROUP(sizes)
GROUP(arguments)
GROUP(handles)
GROUP(names)
GROUP(loading)

static NTSTATUS refuse(void)
{
    return STATUS_FLT_DO_NOT_DETACH;
}

static void unloading(void **state)
{
    __atomic_store_n(&rig_on_unload, refuse, __ATOMIC_RELEASE);
    run("refused");
    __atomic_store_n(&rig_on_unload, NULL, __ATOMIC_RELEASE);
    run("unloaded");
    rig_start_driver();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("P-132 P-134 filters come from the highest altitude down, volume by volume the same", order),
        TEST("P-132 P-133 P-137 every kind and class: the size needed, one byte less, exactly", sizes),
        TEST("P-21 P-132 wrong arguments leave INVALID_HANDLE_VALUE behind", arguments),
        TEST("P-132 P-139 a handle is good for its own calls only, and for one close", handles),
        TEST("P-128 P-138 names that come back: room in bytes here, in characters there", names),
        TEST("P-126 bad images and missing files", loading),
        TEST("P-127 an unload that the driver refuses, one that it does not", unloading),
    };
    return RUN_TESTS(tests, start, stop);
}
