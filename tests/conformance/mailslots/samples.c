/* The samples vslot and slotgroup at work: a virtual mailslot and a group, as drivers see and make them (M-31, M-48 to M-50). argv: the
 * directory of the built samples. */
#include "slots.h"

#include "openfltmgr.h"
#include "../samples/slotgroup/slotgroup.h"

static const GUID result_guid = {0x5b4f4a0e, 0x4c6f, 0x4b9e, {0x9c, 0x0b, 0x6d, 0x9e, 0x3a, 0x1f, 0x7c, 0x25}};
static const char *directory;
static struct ofm_report report;

static void load(const char *service, const char *altitude)
{
    char image[512];
    snprintf(image, sizeof image, "%s/%s/%s.so", directory, service, service);
    assert_status(STATUS_SUCCESS, ofm_service_set(service, image, altitude, "Top", 0));
    assert_status(STATUS_SUCCESS, ofm_driver_load(service));
}

static int begin(void **state)
{
    (void)state;
    return NT_SUCCESS(ofm_start(NULL)) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    return NT_SUCCESS(ofm_stop(&report)) && report.leaks == 0 && report.mistakes == 0 ? 0 : -1;
}

/* ---- vslot ---- */

/* "[pid] text" */
static void expect_stamped(HANDLE server, const char *text)
{
    char expected[128];
    snprintf(expected, sizeof expected, "[%lu] %s", (unsigned long)(ULONG_PTR)PsGetCurrentProcessId(), text);
    slot_expect(server, expected);
}

static void virtual_slot(void **state)
{
    (void)state;
    struct slot again = {0};
    HANDLE handle, client;
    load("vslot", "389990.5");
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, slot_open(u"vslot", GENERIC_WRITE | SYNCHRONIZE, FILE_OPEN, 0, FILE_SHARE_READ, &handle, NULL));
    HANDLE server = slot_server(u"vslot", (struct slot){.maximum = 100});
    assert_status(STATUS_OBJECT_NAME_COLLISION, slot_create(u"VSLOT", &again, &handle));
    ULONG_PTR information;
    assert_status(STATUS_SUCCESS, slot_open(u"vslot", GENERIC_WRITE | SYNCHRONIZE, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, FILE_SHARE_READ,
                                      &client, &information));
    assert_int_equal(FILE_OPENED, information);
    HANDLE ordinary = slot_server(u"other", (struct slot){0});
    slot_expect_counts(ordinary, MAILSLOT_NO_MESSAGE, 0);
    slot_close(ordinary);

    char byte;
    assert_status(STATUS_IO_TIMEOUT, slot_read_bytes(server, &byte, 1, NULL));
    assert_status(STATUS_SUCCESS, slot_write(client, "hello"));
    assert_status(STATUS_SUCCESS, slot_write(client, ""));
    assert_status(STATUS_BUFFER_TOO_SMALL, slot_read_bytes(server, &byte, 1, NULL));
    assert_int_equal(2, slot_query(client).MessagesAvailable);
    assert_int_equal(100, slot_query(server).MaximumMessageSize);
    expect_stamped(server, "hello");
    expect_stamped(server, "");
    slot_expect_counts(server, MAILSLOT_NO_MESSAGE, 0);
    slot_close(client);
    slot_close(server);
}

/* Asynchronous reads: pended, answered by a write, by time, by the end. */
static void virtual_reads(void **state)
{
    (void)state;
    HANDLE server = slot_server(u"vslot", (struct slot){.options = SLOT_ASYNCHRONOUS, .no_timeout = true}), client = slot_client(u"vslot");
    IO_STATUS_BLOCK first = UNTOUCHED, second = UNTOUCHED, third = UNTOUCHED;
    PKEVENT none;
    HANDLE events[3] = {slot_event(&none), slot_event(&none), slot_event(&none)};
    char a[64], b[64], c[64];

    assert_status(STATUS_PENDING, ZwReadFile(server, events[0], NULL, NULL, &first, a, sizeof a, NULL, NULL));
    assert_status(STATUS_SUCCESS, slot_write(client, "for the first"));
    slot_wait(events[0]);
    assert_status(STATUS_SUCCESS, first.Status);
    assert_memory_equal("for the first", a + first.Information - 13, 13);

    assert_status(STATUS_SUCCESS, slot_set_timeout(server, MILLISECONDS(20)));
    assert_status(STATUS_PENDING, ZwReadFile(server, events[1], NULL, NULL, &second, b, sizeof b, NULL, NULL));
    slot_wait(events[1]);
    assert_status(STATUS_IO_TIMEOUT, second.Status);

    assert_status(STATUS_SUCCESS, slot_set_timeout(server, FOREVER));
    assert_status(STATUS_PENDING, ZwReadFile(server, events[2], NULL, NULL, &third, c, sizeof c, NULL, NULL));
    slot_close(server);
    slot_wait(events[2]);
    assert_status(STATUS_CANCELLED, third.Status);

    /* the name lives again; the client stays one of the slot that has gone */
    server = slot_server(u"vslot", (struct slot){0});
    assert_status(STATUS_FILE_FORCED_CLOSED, slot_write(client, "late"));
    slot_expect_counts(server, MAILSLOT_NO_MESSAGE, 0);
    slot_close(client);
    slot_close(server);
    for (int i = 0; i < 3; i++)
        slot_close(events[i]);
}

/* While a file object is the driver's, it does not go. */
static void virtual_stays(void **state)
{
    (void)state;
    HANDLE server = slot_server(u"vslot", (struct slot){0});
    assert_status(STATUS_FLT_DO_NOT_DETACH, ofm_driver_unload("vslot", 0));
    slot_close(server);
    assert_status(STATUS_SUCCESS, ofm_driver_unload("vslot", 0));
    server = slot_server(u"vslot", (struct slot){0});
    HANDLE client = slot_client(u"vslot");
    assert_status(STATUS_SUCCESS, slot_write(client, "plain"));
    slot_expect(server, "plain"); /* the file system's own slot now */
    slot_close(client);
    slot_close(server);
}

/* ---- slotgroup ---- */

static void configure(unsigned require_all)
{
    char text[1024];
    unsigned line;
    snprintf(text, sizeof text,
        "Windows Registry Editor Version 5.00\n\n"
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\slotgroup\\Parameters]\n\"RequireAll\"=dword:%08x\n\n"
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\slotgroup\\Parameters\\Groups]\n"
        "\"pair\"=hex(7):6d,00,31,00,00,00,6d,00,32,00,00,00,00,00\n", /* m1, m2 */
        require_all);
    assert_status(STATUS_SUCCESS, ofm_registry_import(text, &line));
}

static void group_any(void **state)
{
    (void)state;
    configure(0);
    load("slotgroup", "389980.5");
    struct slot taken = {0};
    HANDLE handle, group = slot_client(u"PAIR");
    assert_status(STATUS_OBJECT_NAME_COLLISION, slot_create(u"pair", &taken, &handle));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, slot_write(group, "nobody"));
    HANDLE m1 = slot_server(u"m1", (struct slot){0}), m2 = slot_server(u"m2", (struct slot){.maximum = 4});
    assert_status(STATUS_SUCCESS, slot_write(group, "both"));
    slot_expect(m1, "both");
    slot_expect(m2, "both");
    assert_status(STATUS_SUCCESS, slot_write(group, "one only")); /* too large for the second */
    slot_expect(m1, "one only");
    slot_expect_counts(m2, MAILSLOT_NO_MESSAGE, 0);
    slot_close(m1);
    assert_status(STATUS_SUCCESS, slot_write(group, "rest"));
    slot_expect(m2, "rest");
    m1 = slot_server(u"m1", (struct slot){0}); /* a new server of the name is found */
    assert_status(STATUS_SUCCESS, slot_write(group, "new"));
    slot_expect(m1, "new");
    slot_expect(m2, "new");
    slot_close(group);
    slot_close(m1);
    slot_close(m2);
    assert_status(STATUS_SUCCESS, ofm_driver_unload("slotgroup", 0));
}

static void group_all(void **state)
{
    (void)state;
    configure(1);
    load("slotgroup", "389980.5");
    HANDLE m1 = slot_server(u"m1", (struct slot){0}), group = slot_client(u"pair");
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, slot_write(group, "half"));
    slot_expect(m1, "half"); /* what was taken stays */
    HANDLE m2 = slot_server(u"m2", (struct slot){0});
    assert_status(STATUS_SUCCESS, slot_write(group, "whole"));
    slot_expect(m1, "whole");
    slot_expect(m2, "whole");
    slot_close(group);
    slot_close(m1);
    slot_close(m2);
    assert_status(STATUS_SUCCESS, ofm_driver_unload("slotgroup", 0));
}

static NTSTATUS open_with_list(PFLT_FILTER filter, PECP_LIST list, HANDLE *handle)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(PREFIX u"pair");
    IO_DRIVER_CREATE_CONTEXT context;
    OBJECT_ATTRIBUTES oa;
    IO_STATUS_BLOCK iosb;
    IoInitializeDriverCreateContext(&context);
    context.ExtraCreateParameter = list;
    InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    return FltCreateFileEx2(filter, NULL, handle, NULL, FILE_WRITE_DATA | SYNCHRONIZE, &oa, &iosb, NULL, 0, FILE_SHARE_READ, FILE_OPEN,
        FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0, 0, &context);
}

/* The opener learns who was there, and that somebody read its parameter. */
static void group_result(void **state)
{
    (void)state;
    configure(0);
    load("slotgroup", "389980.5");
    UNICODE_STRING name = RTL_CONSTANT_STRING(u"slotgroup");
    PFLT_FILTER filter;
    PECP_LIST list;
    SLOTGROUP_RESULT *result;
    HANDLE m2 = slot_server(u"m2", (struct slot){0}), group;
    assert_status(STATUS_SUCCESS, FltGetFilterFromName(&name, &filter));
    assert_status(STATUS_SUCCESS, FltAllocateExtraCreateParameterList(filter, 0, &list));
    assert_status(STATUS_SUCCESS,
        FltAllocateExtraCreateParameter(filter, &result_guid, sizeof *result, 0, NULL, 'tseT', (PVOID *)&result));
    assert_status(STATUS_SUCCESS, FltInsertExtraCreateParameter(filter, list, result));
    assert_false(FltIsEcpAcknowledged(filter, result));
    assert_status(STATUS_SUCCESS, open_with_list(filter, list, &group));
    assert_true(FltIsEcpAcknowledged(filter, result));
    assert_int_equal(2, result->Members);
    assert_int_equal(1, result->Opened);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, result->Status[0]);
    assert_status(STATUS_SUCCESS, result->Status[1]);
    FltFreeExtraCreateParameterList(filter, list);
    FltObjectDereference(filter);
    slot_close(group);
    slot_close(m2);
    assert_status(STATUS_SUCCESS, ofm_driver_unload("slotgroup", 0));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST("M-31 M-48 a filter is a mailslot: create, collision, open, messages, counts", virtual_slot),
        TEST("M-48 M-93 M-97 reads that a filter pends: a message, a timeout, the end of the server", virtual_reads),
        TEST("M-48 file objects of a filter keep it attached", virtual_stays),
        TEST("M-31 M-49 a group gives each member the message; one is enough", group_any),
        TEST("M-49 a group that requires all", group_all),
        TEST("M-50 a group tells its opener by an extra create parameter", group_result),
    };
    directory = argc > 1 ? argv[1] : ".";
    return RUN_TESTS(tests, begin, end);
}
