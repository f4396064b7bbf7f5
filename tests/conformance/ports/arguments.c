/* Bad arguments: every call of fltUser.h from an application (arguments_client.c), the calls of drivers here. Each is refused, nothing is changed,
 * and a client beside it is served as before. */
#include "rig.h"

#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

static ofm_volume *volume;
static char directory[] = "/tmp/openfltmgr-arguments-XXXXXX";
static struct rig_port port, good_port, none;
static struct rig_client *good;

static NTSTATUS echo(struct rig_connection *c, PVOID in, ULONG in_length, PVOID out, ULONG out_length, PULONG returned)
{
    ULONG n = in != NULL && out != NULL ? (in_length < out_length ? in_length : out_length) : 0;

    if (n > 0)
        memcpy(out, in, n);
    *returned = n;
    return STATUS_SUCCESS;
}

static void good_traffic(void)
{
    struct rig_sender s;

    rig_send(&s, rig_connection(&good_port), "are you well", 64, 0);
    assert_status(STATUS_SUCCESS, rig_sent(&s));
    assert_memory_equal(s.reply, "are you well", 12);
}

static int start(void **state)
{
    if (rig_start(state) || !mkdtemp(directory) || !NT_SUCCESS(ofm_volume_add_directory(directory, "R:", &volume)))
        return -1;
    NTSTATUS status = ofm_attach("porttest", volume, NULL, NULL);
    if (!NT_SUCCESS(status) && status != STATUS_FLT_INSTANCE_NAME_COLLISION)
        return -1;
    rig_open(&good_port, u"\\RigGood", 1);
    good = rig_client(0);
    assert_hr(rig_ask(good, "A connect 0 \\RigGood"), OK);
    rig_tell(good, "B echo 0 80");
    return 0;
}

static int stop(void **state)
{
    rig_client_end(good);
    rig_wait_disconnected(rig_connection(&good_port));
    rig_close(&good_port);
    int result = rig_stop(state);
    rmdir(directory);
    return result;
}

static void run(const char *group)
{
    char command[400], line[300] = "";

    port.message = echo;
    rig_open(&port, u"\\RigArguments", 4);
    rig_reuse(&port);
    good_traffic();
    snprintf(command, sizeof command, "%s %s", ARGUMENTS_CLIENT, group);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    if (!fgets(line, sizeof line, output))
        line[0] = 0;
    int status = pclose(output);
    rig_close(&port);
    if (status != 0)
        fail_msg("%s (status 0x%x)", line, status);
    good_traffic();
}

#define GROUP(name)                                                                                                  \
    static void name(void **state)                                                                                   \
    {                                                                                                                \
        run(#name);                                                                                                  \
    }
GROUP(handles)
GROUP(names)

static void buffers(void **state)
{
    run("buffers");
    rig_expect_warning("connects with unknown options 0xfffffffe: ignored"); /* P-29 */
}

/* --- drivers --- */

static NTSTATUS refuse(PFLT_PORT client, PVOID server_cookie, PVOID context, ULONG size, PVOID *cookie)
{
    return STATUS_ACCESS_DENIED;
}

static VOID gone(PVOID cookie)
{
}

static void creating(void **state)
{
    static WCHAR text[] = u"\\RigCreating";
    UNICODE_STRING name = {sizeof text - 2, sizeof text, text}, relative = {8, 8, u"Name"}, empty = {0, 0, text}, nowhere = {8, 8, NULL},
                   odd = {5, 8, text}, root = {2, 2, u"\\"}, nested = {14, 14, u"\\No\\Dir"};
    static const struct {
        const char *what;
        int name; /* which of the above */
        ULONG attributes, length;
        bool has_root;
        LONG limit;
    } rows[] = {
        {"no OBJ_KERNEL_HANDLE", 0, OBJ_CASE_INSENSITIVE, sizeof(OBJECT_ATTRIBUTES), false, 1},
        {"OBJ_PERMANENT", 0, OBJ_KERNEL_HANDLE | OBJ_PERMANENT, sizeof(OBJECT_ATTRIBUTES), false, 1},
        {"OBJ_OPENIF", 0, OBJ_KERNEL_HANDLE | OBJ_OPENIF, sizeof(OBJECT_ATTRIBUTES), false, 1},
        {"a structure too short", 0, OBJ_KERNEL_HANDLE, sizeof(OBJECT_ATTRIBUTES) - 8, false, 1},
        {"a structure of no length", 0, OBJ_KERNEL_HANDLE, 0, false, 1},
        {"a root directory", 0, OBJ_KERNEL_HANDLE, sizeof(OBJECT_ATTRIBUTES), true, 1},
        {"no connection", 0, OBJ_KERNEL_HANDLE, sizeof(OBJECT_ATTRIBUTES), false, 0},
        {"fewer than none", 0, OBJ_KERNEL_HANDLE, sizeof(OBJECT_ATTRIBUTES), false, INT_MIN},
        {"a relative name", 1, OBJ_KERNEL_HANDLE, sizeof(OBJECT_ATTRIBUTES), false, 1},
        {"an empty name", 2, OBJ_KERNEL_HANDLE, sizeof(OBJECT_ATTRIBUTES), false, 1},
        {"a name nowhere", 3, OBJ_KERNEL_HANDLE, sizeof(OBJECT_ATTRIBUTES), false, 1},
        {"half a character", 4, OBJ_KERNEL_HANDLE, sizeof(OBJECT_ATTRIBUTES), false, 1},
        {"the root itself", 5, OBJ_KERNEL_HANDLE, sizeof(OBJECT_ATTRIBUTES), false, 1},
        {"a directory that is not there", 6, OBJ_KERNEL_HANDLE, sizeof(OBJECT_ATTRIBUTES), false, 1},
    };
    UNICODE_STRING *const texts[] = {&name, &relative, &empty, &nowhere, &odd, &root, &nested};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        OBJECT_ATTRIBUTES oa;
        PFLT_PORT server = (PFLT_PORT)1;
        InitializeObjectAttributes(&oa, texts[rows[i].name], rows[i].attributes, rows[i].has_root ? (HANDLE)4 : NULL, NULL);
        oa.Length = rows[i].length;
        NTSTATUS status = FltCreateCommunicationPort(rig_filter, &server, &oa, NULL, refuse, gone, NULL, rows[i].limit);
        if (NT_SUCCESS(status) || server != NULL)
            fail_msg("%s: 0x%08x, port %p", rows[i].what, (unsigned)status, (void *)server);
    }
    OBJECT_ATTRIBUTES oa;
    PFLT_PORT server = (PFLT_PORT)1;
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_status(STATUS_INVALID_PARAMETER, FltCreateCommunicationPort(NULL, &server, &oa, NULL, refuse, gone, NULL, 1));
    assert_status(STATUS_INVALID_PARAMETER, FltCreateCommunicationPort(rig_filter, NULL, &oa, NULL, refuse, gone, NULL, 1));
    assert_status(STATUS_INVALID_PARAMETER, FltCreateCommunicationPort(rig_filter, &server, NULL, NULL, refuse, gone, NULL, 1));
    assert_status(STATUS_INVALID_PARAMETER, FltCreateCommunicationPort(rig_filter, &server, &oa, NULL, NULL, gone, NULL, 1));
    assert_status(STATUS_INVALID_PARAMETER, FltCreateCommunicationPort(rig_filter, &server, &oa, NULL, refuse, NULL, NULL, 1));
    assert_null(server);
    /* the name was not taken by any of them */
    assert_status(STATUS_SUCCESS, FltCreateCommunicationPort(rig_filter, &server, &oa, NULL, refuse, gone, NULL, LONG_MAX > INT_MAX ? INT_MAX : 1));
    FltCloseCommunicationPort(server);
    good_traffic();
}

static void closing(void **state)
{
    struct rig_connection *c = rig_connection(&good_port);
    PFLT_PORT nothing = NULL;
    int reports = rig_reports;

    rig_open(&none, u"\\RigClosing", 1);
    PFLT_PORT server = none.server;
    rig_close(&none);
    FltCloseCommunicationPort(server); /* a second time: told, and nothing else */
    rig_expect_report(reports, "FltCloseCommunicationPort");
    reports = rig_reports;
    FltCloseCommunicationPort(NULL);
    rig_expect_report(reports, "FltCloseCommunicationPort");
    reports = rig_reports;
    FltCloseCommunicationPort(c->port); /* a client port is no server port */
    rig_expect_report(reports, "FltCloseCommunicationPort");
    FltCloseClientPort(rig_filter, &nothing);
    assert_null(nothing);
    good_traffic();
}

static void sending(void **state)
{
    struct rig_connection *c = rig_connection(&good_port);
    PFLT_PORT nothing = NULL;
    char byte = 'x';
    ULONG length = 1;

    assert_status(STATUS_INVALID_PARAMETER, FltSendMessage(NULL, &c->port, &byte, 1, NULL, NULL, NULL));
    assert_status(STATUS_INVALID_PARAMETER, FltSendMessage(rig_filter, NULL, &byte, 1, NULL, NULL, NULL));
    assert_status(STATUS_INVALID_PARAMETER, FltSendMessage(rig_filter, &c->port, NULL, 1, NULL, NULL, NULL));
    assert_status(STATUS_INVALID_PARAMETER, FltSendMessage(rig_filter, &c->port, &byte, 1, &byte, NULL, NULL));
    assert_status(STATUS_INSUFFICIENT_RESOURCES, FltSendMessage(rig_filter, &c->port, &byte, 0xFFFFFFFF, NULL, NULL, NULL));
    assert_status(STATUS_INSUFFICIENT_RESOURCES, FltSendMessage(rig_filter, &c->port, &byte, 0x7FFFFFFF, &byte, &length, NULL));
    assert_status(STATUS_PORT_DISCONNECTED, FltSendMessage(rig_filter, &nothing, &byte, 1, NULL, NULL, NULL));
    assert_int_equal(length, 1);
    good_traffic();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("P-34 P-85 P-92 P-132 P-139 handles of every kind, closed and duplicated ones, in every call", handles),
        TEST("P-21 P-127 P-132 names that are none, in every call that takes one", names),
        TEST("P-26 P-27 P-29 P-85 P-86 P-96 P-99 P-100 P-129 P-138 sizes, classes, pointers and places of buffers", buffers),
        TEST("P-01 P-02 P-04 P-07 P-12 FltCreateCommunicationPort: each wrong argument, and none takes the name", creating),
        TEST("P-104 P-106 closing twice, nothing, or the wrong kind of port", closing),
        TEST("P-46 P-50 P-73 FltSendMessage: each wrong argument", sending),
    };
    return RUN_TESTS(tests, start, stop);
}
