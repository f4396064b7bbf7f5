/* Loading, attaching, finding from an application (ports.md 2.11): the manager here, the application in calls_client.c. */
#include "rig.h"

#include <sys/wait.h>
#include <unistd.h>

static ofm_volume *volume;
static char directory[] = "/tmp/openfltmgr-calls-XXXXXX";

static int start(void **state)
{
    if (rig_start(state) || !mkdtemp(directory))
        return -1;
    if (!NT_SUCCESS(ofm_volume_add_directory(directory, "R:", &volume)))
        return -1;
    NTSTATUS status = ofm_attach("porttest", volume, NULL, NULL);
    return NT_SUCCESS(status) || status == STATUS_FLT_INSTANCE_NAME_COLLISION ? 0 : -1;
}

static int stop(void **state)
{
    int result = rig_stop(state);

    rmdir(directory);
    return result;
}

static void run(const char *group)
{
    char command[400], line[300] = "";

    snprintf(command, sizeof command, "%s %s", CALLS_CLIENT, group);
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
GROUP(filters)
GROUP(volumes)
GROUP(load)
GROUP(privilege)
GROUP(attach)

static ULONG live_volumes(void)
{
    ULONG number = 0;

    FltEnumerateVolumes(rig_filter, NULL, 0, &number);
    return number;
}

static void run_dismounted(const char *name, const char *listed)
{
    char group[200];

    snprintf(group, sizeof group, "dismounted '%s' %s", name, listed);
    run(group);
}

static void dismounted_volumes(void **state)
{
    char place[] = "/tmp/openfltmgr-calls-XXXXXX", path[60], name[100];
    ULONG before = live_volumes();
    PFILE_OBJECT file;
    ofm_volume *going;

    assert_non_null(mkdtemp(place));
    assert_status(STATUS_SUCCESS, ofm_volume_add_directory(place, NULL, &going));
    snprintf(name, sizeof name, "%s", ofm_volume_name(going));
    assert_int_equal(before + 1, live_volumes());
    run_dismounted(name, "mounted");
    assert_status(STATUS_SUCCESS, ofm_create(going, "\\a", FILE_WRITE_DATA, FILE_CREATE, 0, &file, NULL));
    assert_status(STATUS_SUCCESS, ofm_volume_remove(going, 1));
    assert_int_equal(before, live_volumes()); /* no reference to it can be had (F-126) */
    run_dismounted(name, "detached");
    ofm_close(file);
    run_dismounted(name, "gone");
    snprintf(path, sizeof path, "%s/a", place);
    unlink(path);
    rmdir(place);
}

/* As \Device\..., as a GUID in Windows' form and in NT's, as a drive; mounted, as the place where it is. */
static void forms_of_names(void **state)
{
    char point[] = "/tmp/openfltmgr-calls-XXXXXX", group[600];
    WCHAR buffer[64];
    UNICODE_STRING name, guid = {0, sizeof buffer, buffer};
    PFLT_VOLUME object;
    ofm_mount *mount = NULL;
    char unique[64] = "";

    RtlInitUnicodeString(&name, u"R:");
    assert_status(STATUS_SUCCESS, FltGetVolumeFromName(rig_filter, &name, &object));
    assert_status(STATUS_SUCCESS, FltGetVolumeGuidName(object, &guid, NULL));
    FltObjectDereference(object);
    for (USHORT i = 4; i < guid.Length / sizeof(WCHAR); i++)
        unique[i - 4] = (char)buffer[i];
    assert_non_null(mkdtemp(point));
    bool mounted = geteuid() == 0 && NT_SUCCESS(ofm_mount_volume(volume, point, &mount));
    snprintf(group, sizeof group, "forms R: r: '%s' '\\??\\R:' '\\??\\%s' '\\\\?\\%s' %s", ofm_volume_name(volume), unique, unique,
        mounted ? point : "");
    run(group);
    if (mounted)
        assert_status(STATUS_SUCCESS, ofm_unmount(mount, 1));
    else
        print_message("the place of a mount was not tried: it needs root and FUSE\n");
    rmdir(point);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("P-132 P-133 P-135 P-137 P-139 finding and opening filters", filters),
        TEST("P-132 P-134 P-137 P-138 finding volumes and instances", volumes),
        TEST("P-131 every way of naming a volume, in every call", forms_of_names),
        TEST("P-136 a dismounted volume is listed as detached until its last file is closed", dismounted_volumes),
        TEST("P-126 P-127 loading what is loaded, or does not exist", load),
        TEST("P-126 P-127 loading needs the privilege", privilege),
        TEST("P-128 P-129 P-130 P-139 attaching and detaching", attach),
    };
    return RUN_TESTS(tests, start, stop);
}
