/* Opening, asking, setting, closing: test groups 5 and 6 of mailslots.md section 15 (M-63, M-64, M-80 to
 * M-87, M-112 to M-127). */
#include "slots.h"

static IO_STATUS_BLOCK iosb;

static NTSTATUS open_client(const char16_t *name, ACCESS_MASK access, ULONG share, HANDLE *handle)
{
    return slot_open(name, access, FILE_OPEN, 0, share, handle, NULL);
}

/* ---- clients ---- */

static void missing(void **state)
{
    HANDLE handle;
    assert_status(
        STATUS_OBJECT_NAME_NOT_FOUND, open_client(u"nobody", GENERIC_WRITE, FILE_SHARE_READ, &handle));
    assert_status(
        STATUS_OBJECT_NAME_NOT_FOUND, open_client(u"no\\body", GENERIC_WRITE, FILE_SHARE_READ, &handle));
}

static void loose_sharing(void **state)
{
    HANDLE server = slot_server(u"share", (struct slot){0}), clients[8];
    for (ULONG share = 0; share < 8; share++)
        assert_status(
            STATUS_SUCCESS, open_client(u"share", GENERIC_READ | GENERIC_WRITE, share, &clients[share]));
    for (ULONG share = 0; share < 8; share++)
        slot_close(clients[share]);
    slot_close(server);
}

static void strict_sharing(void **state)
{
    HANDLE first, second;
    msfs_settings.share_check = true;
    HANDLE server = slot_server(u"strict", (struct slot){0});
    assert_status(STATUS_SHARING_VIOLATION, open_client(u"strict", GENERIC_WRITE, 0, &first));
    assert_status(STATUS_SUCCESS, open_client(u"strict", GENERIC_WRITE, FILE_SHARE_READ, &first));
    assert_status(STATUS_SHARING_VIOLATION, open_client(u"strict", GENERIC_WRITE, FILE_SHARE_READ, &second));
    slot_close(first);
    const ULONG both = FILE_SHARE_READ | FILE_SHARE_WRITE;
    assert_status(STATUS_SUCCESS, open_client(u"strict", GENERIC_WRITE, both, &first));
    assert_status(STATUS_SUCCESS, open_client(u"strict", GENERIC_WRITE, both, &second));
    slot_close(first);
    slot_close(second);
    slot_close(server);
    msfs_settings.share_check = false;
}

static void client_access(void **state)
{
    static const ACCESS_MASK rights[] = {
        0, GENERIC_READ, GENERIC_WRITE, GENERIC_READ | GENERIC_WRITE, FILE_READ_ATTRIBUTES};
    HANDLE server = slot_server(u"rights", (struct slot){0}), client;
    for (unsigned i = 0; i < RTL_NUMBER_OF(rights); i++) {
        assert_status(STATUS_SUCCESS, open_client(u"rights", rights[i], FILE_SHARE_READ, &client));
        slot_expect_counts(client, MAILSLOT_NO_MESSAGE, 0);
        assert_false(slot_file(client)->Flags & FO_MAILSLOT);
        slot_close(client);
    }
    slot_close(server);
}

static void dispositions(void **state)
{
    static const struct {
        ULONG disposition;
        NTSTATUS there, missing;
    } rows[] = {
        {FILE_OPEN, STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND},
        {FILE_OPEN_IF, STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND},
        {FILE_CREATE, STATUS_OBJECT_NAME_COLLISION, STATUS_OBJECT_NAME_NOT_FOUND},
        {FILE_OVERWRITE, STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND},
        {FILE_OVERWRITE_IF, STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND},
    };
    HANDLE server = slot_server(u"there", (struct slot){0}), writer = slot_client(u"there"), client;
    assert_status(STATUS_SUCCESS, slot_write(writer, "kept"));
    for (unsigned i = 0; i < RTL_NUMBER_OF(rows); i++) {
        ULONG_PTR information = 77;
        assert_status(rows[i].there, slot_open(u"there", GENERIC_WRITE, rows[i].disposition, 0,
                                         FILE_SHARE_READ, &client, &information));
        if (NT_SUCCESS(rows[i].there)) {
            assert_int_equal(FILE_OPENED, information);
            slot_close(client);
        }
        assert_status(rows[i].missing, slot_open(u"missing", GENERIC_WRITE, rows[i].disposition, 0,
                                           FILE_SHARE_READ, &client, &information));
    }
    slot_expect_counts(server, 4, 1);
    slot_close(writer);
    slot_close(server);
}

static void device_and_root(void **state)
{
    static const struct {
        const char16_t *name, *shown;
    } rows[] = {{u"\\Device\\Mailslot", u"\\Device\\Mailslot"}, {u"\\??\\mailslot", u"\\Device\\Mailslot"},
        {u"\\??\\MAILSLOT\\", u"\\Device\\Mailslot\\"}, {u"\\Device\\Mailslot\\", u"\\Device\\Mailslot\\"}};
    for (unsigned i = 0; i < RTL_NUMBER_OF(rows); i++) {
        HANDLE handle;
        ULONG length;
        union {
            OBJECT_NAME_INFORMATION info;
            char space[256];
        } name;
        UNICODE_STRING shown;
        RtlInitUnicodeString(&shown, rows[i].shown);
        assert_status(STATUS_SUCCESS, slot_open_named(rows[i].name, FILE_READ_ATTRIBUTES, 0, &handle));
        assert_status(STATUS_SUCCESS, ObQueryNameString(slot_file(handle), &name.info, sizeof name, &length));
        assert_true(RtlEqualUnicodeString(&shown, &name.info.Name, FALSE));
        slot_close(handle);
    }
}

/* ---- security ---- */

/* Only SYSTEM may open it for writing; everybody for reading. */
static PSECURITY_DESCRIPTOR closed_descriptor(SECURITY_DESCRIPTOR *sd, ACL *acl, size_t size)
{
    static SID world = {SID_REVISION, 1, {SECURITY_WORLD_SID_AUTHORITY}, {SECURITY_WORLD_RID}};
    RtlCreateSecurityDescriptor(sd, SECURITY_DESCRIPTOR_REVISION);
    RtlCreateAcl(acl, (ULONG)size, ACL_REVISION);
    RtlAddAccessAllowedAce(acl, ACL_REVISION, FILE_GENERIC_READ, &world);
    RtlSetDaclSecurityDescriptor(sd, TRUE, acl, FALSE);
    return sd;
}

static NTSTATUS open_as_user(const char16_t *name, ACCESS_MASK access, bool create)
{
    UNICODE_STRING full;
    OBJECT_ATTRIBUTES oa;
    HANDLE handle;
    RtlInitUnicodeString(&full, name);
    InitializeObjectAttributes(&oa, &full, OBJ_CASE_INSENSITIVE, NULL, NULL);
    slot_as_user(4711);
    NTSTATUS status = create ? NtCreateMailslotFile(&handle, access, &oa, &iosb, 0, 0, 0, NULL)
                             : NtOpenFile(&handle, access, &oa, &iosb, FILE_SHARE_READ, 0);
    if (NT_SUCCESS(status))
        NtClose(handle);
    slot_as_system();
    return status;
}

static void default_descriptor(void **state)
{
    HANDLE server = slot_server(u"open", (struct slot){0});
    assert_status(STATUS_SUCCESS, open_as_user(u"\\Device\\Mailslot\\open", GENERIC_WRITE, false));
    assert_status(STATUS_SUCCESS, open_as_user(u"\\Device\\Mailslot\\open", GENERIC_READ, false));
    assert_status(STATUS_ACCESS_DENIED, open_as_user(u"\\Device\\Mailslot\\open", WRITE_DAC, false));
    assert_status(STATUS_SUCCESS, open_as_user(u"\\Device\\Mailslot\\users", GENERIC_READ | WRITE_DAC, true));
    slot_close(server);
}

static void own_descriptor(void **state)
{
    SECURITY_DESCRIPTOR sd;
    char space[128] __attribute__((aligned(8)));
    HANDLE server = slot_server(
        u"guarded", (struct slot){.descriptor = closed_descriptor(&sd, (ACL *)space, sizeof space)});
    assert_status(STATUS_ACCESS_DENIED, open_as_user(u"\\Device\\Mailslot\\guarded", GENERIC_WRITE, false));
    assert_status(
        STATUS_ACCESS_DENIED, open_as_user(u"\\Device\\Mailslot\\guarded", FILE_APPEND_DATA, false));
    assert_status(STATUS_SUCCESS, open_as_user(u"\\Device\\Mailslot\\guarded", GENERIC_READ, false));
    HANDLE client = slot_client(u"guarded"); /* the kernel is not asked */
    slot_close(client);
    slot_close(server);
}

static void security_calls(void **state)
{
    SECURITY_DESCRIPTOR sd;
    char space[128] __attribute__((aligned(8))), got[512] __attribute__((aligned(8)));
    ULONG need = 0;
    HANDLE server = slot_server(u"secure", (struct slot){.access = GENERIC_READ | WRITE_DAC | SYNCHRONIZE});
    assert_status(
        STATUS_BUFFER_TOO_SMALL, ZwQuerySecurityObject(server, DACL_SECURITY_INFORMATION, NULL, 0, &need));
    assert_true(need > 0 && need <= sizeof got);
    assert_status(
        STATUS_SUCCESS, ZwQuerySecurityObject(server, DACL_SECURITY_INFORMATION, got, sizeof got, &need));
    assert_true(RtlValidSecurityDescriptor(got));
    assert_status(STATUS_SUCCESS, open_as_user(u"\\Device\\Mailslot\\secure", GENERIC_WRITE, false));
    closed_descriptor(&sd, (ACL *)space, sizeof space);
    assert_status(STATUS_SUCCESS, ZwSetSecurityObject(server, DACL_SECURITY_INFORMATION, &sd));
    assert_status(STATUS_ACCESS_DENIED, open_as_user(u"\\Device\\Mailslot\\secure", GENERIC_WRITE, false));
    slot_close(server);
}

/* ---- asking and setting ---- */

static void query(void **state)
{
    HANDLE server =
        slot_server(u"info", (struct slot){.quota = 500, .maximum = 60, .timeout = MILLISECONDS(7)});
    HANDLE client, writer = slot_client(u"info");
    assert_status(STATUS_SUCCESS, open_client(u"info", FILE_READ_ATTRIBUTES, FILE_SHARE_READ, &client));
    HANDLE sides[] = {server, client};
    for (unsigned step = 0; step < 3; step++) {
        for (unsigned i = 0; i < 2; i++) {
            FILE_MAILSLOT_QUERY_INFORMATION info = slot_query(sides[i]);
            assert_int_equal(60, info.MaximumMessageSize);
            assert_int_equal(500, info.MailslotQuota);
            assert_int_equal(-70000, info.ReadTimeout.QuadPart);
            assert_int_equal(step, info.MessagesAvailable);
            assert_int_equal(step ? 5 : MAILSLOT_NO_MESSAGE, info.NextMessageSize);
        }
        assert_status(STATUS_SUCCESS, slot_write(writer, step ? "longer" : "first"));
    }
    char small[64];
    for (ULONG length = 0; length < sizeof(FILE_MAILSLOT_QUERY_INFORMATION); length++) {
        iosb = UNTOUCHED;
        assert_status(STATUS_INFO_LENGTH_MISMATCH,
            ZwQueryInformationFile(server, &iosb, small, length, FileMailslotQueryInformation));
        slot_expect_untouched(&iosb);
    }
    HANDLE device;
    assert_status(STATUS_SUCCESS, slot_open_named(u"\\Device\\Mailslot", FILE_READ_ATTRIBUTES, 0, &device));
    assert_status(STATUS_INVALID_PARAMETER,
        ZwQueryInformationFile(device, &iosb, small, sizeof small, FileMailslotQueryInformation));
    slot_close(device);
    slot_close(writer);
    slot_close(client);
    slot_close(server);
}

static void names_of_files(void **state)
{
    HANDLE server = slot_server(u"dir\\Name", (struct slot){0}), client, device;
    assert_status(STATUS_SUCCESS, open_client(u"DIR\\name", FILE_READ_ATTRIBUTES, 0, &client));
    assert_status(STATUS_SUCCESS, slot_open_named(u"\\Device\\Mailslot", FILE_READ_ATTRIBUTES, 0, &device));
    union {
        FILE_NAME_INFORMATION info;
        char space[128];
    } name;
    HANDLE sides[] = {server, client};
    for (unsigned i = 0; i < 2; i++) {
        assert_status(
            STATUS_SUCCESS, ZwQueryInformationFile(sides[i], &iosb, &name, sizeof name, FileNameInformation));
        assert_int_equal(18, name.info.FileNameLength);
        assert_int_equal(4 + 18, iosb.Information);
        assert_memory_equal(u"\\dir\\Name", name.info.FileName, 18);
        memset(&name, 0x5a, sizeof name);
        assert_status(STATUS_BUFFER_OVERFLOW,
            ZwQueryInformationFile(sides[i], &iosb, &name, 4 + 10, FileNameInformation));
        assert_int_equal(18, name.info.FileNameLength);
        assert_int_equal(4 + 10, iosb.Information);
        assert_memory_equal(u"\\dir\\", name.info.FileName, 10);
        assert_int_equal(0x5a, ((unsigned char *)&name)[14]);
        assert_status(STATUS_INFO_LENGTH_MISMATCH,
            ZwQueryInformationFile(sides[i], &iosb, &name, 0, FileNameInformation));
    }
    assert_status(STATUS_INVALID_PARAMETER,
        ZwQueryInformationFile(device, &iosb, &name, sizeof name, FileNameInformation));
    slot_close(device);
    slot_close(client);
    slot_close(server);
}

static void object_names(void **state)
{
    HANDLE server = slot_server(u"Object", (struct slot){0}), client = slot_client(u"Object");
    HANDLE sides[] = {server, client};
    UNICODE_STRING expected, type_name;
    RtlInitUnicodeString(&expected, u"\\Device\\Mailslot\\Object");
    RtlInitUnicodeString(&type_name, u"File");
    for (unsigned i = 0; i < 2; i++) {
        union {
            OBJECT_NAME_INFORMATION info;
            char space[256];
        } name;
        ULONG length;
        assert_status(
            STATUS_SUCCESS, ObQueryNameString(slot_file(sides[i]), &name.info, sizeof name, &length));
        assert_true(RtlEqualUnicodeString(&expected, &name.info.Name, FALSE));
        assert_ptr_equal(*IoFileObjectType, ObGetObjectType(slot_file(sides[i])));
    }
    slot_close(client);
    slot_close(server);
}

static void set_timeout(void **state)
{
    HANDLE server = slot_server(u"set", (struct slot){0}), client = slot_client(u"set"), same;
    static const LONGLONG values[] = {MILLISECONDS(40), 0, FOREVER, 1234567890123456789LL};
    assert_status(STATUS_SUCCESS, ZwDuplicateObject(ZwCurrentProcess(), server, ZwCurrentProcess(), &same, 0,
                                      OBJ_KERNEL_HANDLE, DUPLICATE_SAME_ACCESS));
    for (unsigned i = 0; i < RTL_NUMBER_OF(values); i++) {
        assert_status(STATUS_SUCCESS, slot_set_timeout(i & 1 ? same : server, values[i]));
        assert_int_equal(values[i], slot_query(server).ReadTimeout.QuadPart);
        assert_int_equal(values[i], slot_query(same).ReadTimeout.QuadPart);
    }
    assert_status(STATUS_SUCCESS, slot_set_timeout(server, MAXLONGLONG));
    assert_int_equal(-1, slot_query(server).ReadTimeout.QuadPart);
    assert_status(STATUS_INVALID_PARAMETER, slot_set_timeout(client, 0));
    assert_int_equal(-1, slot_query(server).ReadTimeout.QuadPart);
    FILE_MAILSLOT_SET_INFORMATION info = {.ReadTimeout = NULL};
    assert_status(STATUS_INVALID_PARAMETER,
        ZwSetInformationFile(server, &iosb, &info, sizeof info, FileMailslotSetInformation));
    assert_status(STATUS_INFO_LENGTH_MISMATCH,
        ZwSetInformationFile(server, &iosb, &info, 7, FileMailslotSetInformation));
    slot_close(same);
    slot_close(client);
    slot_close(server);
}

static void times(void **state)
{
    HANDLE server =
        slot_server(u"times", (struct slot){.access = GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE});
    FILE_BASIC_INFORMATION info;
    LARGE_INTEGER now;
    KeQuerySystemTime(&now);
    assert_status(
        STATUS_SUCCESS, ZwQueryInformationFile(server, &iosb, &info, sizeof info, FileBasicInformation));
    assert_true(now.QuadPart - info.CreationTime.QuadPart < 600 * 10000000LL &&
                info.CreationTime.QuadPart <= now.QuadPart);
    assert_int_equal(FILE_ATTRIBUTE_NORMAL, info.FileAttributes);
    FILE_BASIC_INFORMATION set = {.LastWriteTime.QuadPart = 131000000000000000LL};
    assert_status(
        STATUS_SUCCESS, ZwSetInformationFile(server, &iosb, &set, sizeof set, FileBasicInformation));
    assert_status(
        STATUS_SUCCESS, ZwQueryInformationFile(server, &iosb, &set, sizeof set, FileBasicInformation));
    assert_int_equal(131000000000000000LL, set.LastWriteTime.QuadPart);
    assert_int_equal(info.CreationTime.QuadPart, set.CreationTime.QuadPart);
    static const FILE_INFORMATION_CLASS others[] = {FileStandardInformation, FileInternalInformation,
        FilePipeInformation, FileNetworkOpenInformation, FileStreamInformation};
    char buffer[256];
    for (unsigned i = 0; i < RTL_NUMBER_OF(others); i++)
        assert_status(STATUS_INVALID_PARAMETER,
            ZwQueryInformationFile(server, &iosb, buffer, sizeof buffer, others[i]));
    FILE_END_OF_FILE_INFORMATION end = {.EndOfFile.QuadPart = 0};
    assert_status(STATUS_INVALID_PARAMETER,
        ZwSetInformationFile(server, &iosb, &end, sizeof end, FileEndOfFileInformation));
    slot_close(server);
}

static void peek(void **state)
{
    HANDLE server = slot_server(u"peek", (struct slot){0}), client = slot_client(u"peek");
    FILE_MAILSLOT_PEEK_BUFFER counts;
    char data[16];
    assert_int_equal(0x000c4003, FSCTL_MAILSLOT_PEEK);
    assert_status(STATUS_SUCCESS, ZwFsControlFile(server, NULL, NULL, NULL, &iosb, FSCTL_MAILSLOT_PEEK,
                                      &counts, sizeof counts, NULL, 0));
    assert_int_equal(0, counts.NumberOfMessages);
    assert_int_equal(MAILSLOT_NO_MESSAGE, counts.MessageLength);
    assert_status(STATUS_SUCCESS, slot_write(client, "first"));
    assert_status(STATUS_SUCCESS, slot_write(client, "second"));
    assert_status(STATUS_SUCCESS, ZwFsControlFile(server, NULL, NULL, NULL, &iosb, FSCTL_MAILSLOT_PEEK,
                                      &counts, sizeof counts, data, sizeof data));
    assert_int_equal(11, counts.ReadDataAvailable);
    assert_int_equal(2, counts.NumberOfMessages);
    assert_int_equal(5, counts.MessageLength);
    assert_int_equal(5, iosb.Information);
    assert_memory_equal("first", data, 5);
    assert_status(STATUS_BUFFER_OVERFLOW, ZwFsControlFile(server, NULL, NULL, NULL, &iosb,
                                              FSCTL_MAILSLOT_PEEK, &counts, sizeof counts, data, 2));
    assert_int_equal(2, iosb.Information);
    assert_status(STATUS_INFO_LENGTH_MISMATCH, ZwFsControlFile(server, NULL, NULL, NULL, &iosb,
                                                   FSCTL_MAILSLOT_PEEK, &counts, sizeof counts - 1, NULL, 0));
    assert_status(STATUS_INVALID_PARAMETER, ZwFsControlFile(client, NULL, NULL, NULL, &iosb,
                                                FSCTL_MAILSLOT_PEEK, &counts, sizeof counts, NULL, 0));
    slot_expect_counts(server, 5, 2);
    msfs_settings.peek = false;
    assert_status(STATUS_INVALID_DEVICE_REQUEST, ZwFsControlFile(server, NULL, NULL, NULL, &iosb,
                                                     FSCTL_MAILSLOT_PEEK, &counts, sizeof counts, NULL, 0));
    msfs_settings.peek = true;
    slot_close(client);
    slot_close(server);
}

/* ---- the listing ---- */

static unsigned list(HANDLE root, ULONG room, bool single, UNICODE_STRING *pattern, uint64_t *seen)
{
    char *buffer = malloc(room);
    unsigned entries = 0;
    BOOLEAN restart = TRUE;
    NTSTATUS status;
    while ((status = ZwQueryDirectoryFile(root, NULL, NULL, NULL, &iosb, buffer, room,
                FileDirectoryInformation, single, pattern, restart)) == STATUS_SUCCESS) {
        restart = FALSE;
        PFILE_DIRECTORY_INFORMATION entry = (void *)buffer;
        for (;; entry = (void *)((char *)entry + entry->NextEntryOffset)) {
            unsigned number = entry->FileName[entry->FileNameLength / 2 - 2] - u'0';
            *seen |= 1ull << (number * 10 + (entry->FileName[entry->FileNameLength / 2 - 1] - u'0'));
            assert_int_equal(12, entry->EndOfFile.QuadPart);
            assert_int_equal(FILE_ATTRIBUTE_NORMAL, entry->FileAttributes);
            entries++;
            if (!entry->NextEntryOffset)
                break;
        }
    }
    assert_status(STATUS_NO_MORE_FILES, status);
    free(buffer);
    return entries;
}

static void listing(void **state)
{
    HANDLE servers[50], root;
    char16_t name[] = u"group\\Slot00";
    UNICODE_STRING pattern, none;
    char buffer[256];
    assert_status(STATUS_SUCCESS, slot_open_named(u"\\??\\mailslot\\", FILE_LIST_DIRECTORY | SYNCHRONIZE,
                                      FILE_SYNCHRONOUS_IO_NONALERT | FILE_DIRECTORY_FILE, &root));
    assert_status(STATUS_NO_SUCH_FILE, ZwQueryDirectoryFile(root, NULL, NULL, NULL, &iosb, buffer,
                                           sizeof buffer, FileNamesInformation, FALSE, NULL, TRUE));
    for (unsigned i = 0; i < 50; i++) {
        name[10] = (char16_t)(u'0' + i / 10);
        name[11] = (char16_t)(u'0' + i % 10);
        servers[i] = slot_server(name, (struct slot){0});
        HANDLE client = slot_client(name);
        assert_status(STATUS_SUCCESS, slot_write(client, "twelve bytes"));
        slot_close(client);
    }
    for (unsigned i = 0; i < 4; i++) {
        uint64_t seen = 0;
        assert_int_equal(50, list(root, i & 1 ? 65536 : 200, i & 2, NULL, &seen));
        assert_true(seen == (1ull << 50) - 1);
    }
    uint64_t seen = 0;
    RtlInitUnicodeString(&pattern, u"GROUP\\slot4?");
    RtlInitUnicodeString(&none, u"nothing*");
    assert_int_equal(10, list(root, 4096, false, &pattern, &seen));
    assert_true(seen == 0x3ffull << 40);
    assert_status(STATUS_NO_SUCH_FILE, ZwQueryDirectoryFile(root, NULL, NULL, NULL, &iosb, buffer,
                                           sizeof buffer, FileNamesInformation, FALSE, &none, TRUE));
    assert_status(STATUS_INVALID_INFO_CLASS, ZwQueryDirectoryFile(root, NULL, NULL, NULL, &iosb, buffer,
                                                 sizeof buffer, FileBasicInformation, FALSE, NULL, TRUE));
    assert_status(STATUS_INVALID_PARAMETER, ZwQueryDirectoryFile(servers[0], NULL, NULL, NULL, &iosb, buffer,
                                                sizeof buffer, FileNamesInformation, FALSE, NULL, TRUE));
    msfs_settings.directory = false;
    assert_status(STATUS_INVALID_DEVICE_REQUEST, ZwQueryDirectoryFile(root, NULL, NULL, NULL, &iosb, buffer,
                                                     sizeof buffer, FileNamesInformation, FALSE, NULL, TRUE));
    msfs_settings.directory = true;
    for (unsigned i = 0; i < 50; i++)
        slot_close(servers[i]);
    slot_close(root);
}

/* ---- the end ---- */

static void end_of_slot(void **state)
{
    HANDLE server = slot_server(u"mortal", (struct slot){0}), stale = slot_client(u"mortal"), handle;
    assert_status(STATUS_SUCCESS, slot_write(stale, "unread"));
    slot_close(server);
    assert_status(
        STATUS_OBJECT_NAME_NOT_FOUND, open_client(u"mortal", GENERIC_WRITE, FILE_SHARE_READ, &handle));
    iosb = UNTOUCHED;
    assert_status(STATUS_FILE_FORCED_CLOSED, slot_write_bytes(stale, "x", 1, &iosb));
    slot_expect_untouched(&iosb);
    /* the name is free; the stale client belongs to the old slot */
    server = slot_server(u"mortal", (struct slot){0});
    slot_expect_counts(server, MAILSLOT_NO_MESSAGE, 0);
    assert_status(STATUS_FILE_FORCED_CLOSED, slot_write_bytes(stale, "x", 1, NULL));
    msfs_settings.stale_status = STATUS_PIPE_DISCONNECTED;
    assert_status(STATUS_PIPE_DISCONNECTED, slot_write_bytes(stale, "x", 1, NULL));
    msfs_settings.stale_status = msfs_default_settings.stale_status;
    slot_expect_counts(stale, MAILSLOT_NO_MESSAGE, 0);
    slot_expect_counts(server, MAILSLOT_NO_MESSAGE, 0);
    slot_close(stale);
    slot_close(server);
}

static void close_with_reads(void **state)
{
    HANDLE server = slot_server(u"reads", (struct slot){.options = SLOT_ASYNCHRONOUS, .no_timeout = true});
    IO_STATUS_BLOCK blocks[3] = {UNTOUCHED, UNTOUCHED, UNTOUCHED};
    HANDLE events[3];
    char buffer[8];
    for (unsigned i = 0; i < 3; i++) {
        events[i] = slot_event(NULL);
        assert_status(STATUS_PENDING,
            ZwReadFile(server, events[i], NULL, NULL, &blocks[i], buffer, sizeof buffer, NULL, NULL));
    }
    slot_close(server);
    for (unsigned i = 0; i < 3; i++) {
        slot_wait(events[i]);
        assert_status(STATUS_CANCELLED, blocks[i].Status);
        slot_close(events[i]);
    }
}

static void closed_client(void **state)
{
    HANDLE server = slot_server(u"outlive", (struct slot){0}), client = slot_client(u"outlive");
    assert_status(STATUS_SUCCESS, slot_write(client, "still here"));
    slot_close(client);
    slot_expect(server, "still here");
    slot_close(server);
}

static void duplicates(void **state)
{
    HANDLE server = slot_server(u"twice", (struct slot){0}), same;
    assert_status(STATUS_SUCCESS, ZwDuplicateObject(ZwCurrentProcess(), server, ZwCurrentProcess(), &same, 0,
                                      OBJ_KERNEL_HANDLE, DUPLICATE_SAME_ACCESS));
    slot_close(server);
    HANDLE client = slot_client(u"twice");
    assert_status(STATUS_SUCCESS, slot_write(client, "alive"));
    slot_expect(same, "alive");
    slot_close(client);
    slot_close(same);
    assert_status(
        STATUS_OBJECT_NAME_NOT_FOUND, open_client(u"twice", GENERIC_WRITE, FILE_SHARE_READ, &client));
}

static void process_ends(void **state)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    HANDLE server, client;
    RtlInitUnicodeString(&name, u"\\Device\\Mailslot\\of a process");
    InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    slot_as_user(4712);
    NTSTATUS status = NtCreateMailslotFile(&server, GENERIC_READ, &oa, &iosb, 0, 0, 0, NULL);
    slot_as_system(); /* the process ends with its handle open */
    assert_status(STATUS_SUCCESS, status);
    assert_status(
        STATUS_OBJECT_NAME_NOT_FOUND, open_client(u"of a process", GENERIC_WRITE, FILE_SHARE_READ, &client));
}

/* ---- readiness ---- */

static unsigned ready_calls, gone_calls;

static void ready(struct msfs_watch *watch, bool gone)
{
    ready_calls++;
    gone_calls += gone;
}

static void watch_slot(void **state)
{
    HANDLE server = slot_server(u"watched", (struct slot){0}), client = slot_client(u"watched");
    struct msfs_watch watch, late;
    ready_calls = gone_calls = 0;
    assert_status(STATUS_SUCCESS, msfs_watch_start(slot_file(client), &watch, ready));
    assert_int_equal(0, ready_calls);
    assert_status(STATUS_SUCCESS, slot_write(client, "1"));
    assert_status(STATUS_SUCCESS, slot_write(client, "2"));
    assert_int_equal(1, ready_calls);        /* empty to not empty */
    assert_false(slot_is_signalled(server)); /* the handle says nothing of it */
    assert_status(STATUS_SUCCESS, msfs_watch_start(slot_file(server), &late, ready));
    assert_int_equal(2, ready_calls);
    msfs_watch_stop(slot_file(server), &late);
    slot_expect(server, "1");
    slot_expect(server, "2");
    assert_status(STATUS_SUCCESS, slot_write(client, "3"));
    assert_int_equal(3, ready_calls);
    slot_close(server);
    assert_int_equal(1, gone_calls);
    msfs_watch_stop(slot_file(client), &watch);
    slot_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("M-80 a name that is not there", missing),
        TEST("M-82 share modes are not looked at", loose_sharing),
        TEST("M-82 by setting, share modes count", strict_sharing),
        TEST("M-83 M-113 a client may ask for reading or for nothing", client_access),
        TEST("M-84 dispositions of an open", dispositions),
        TEST("M-63 M-86 the device and its root", device_and_root),
        TEST("M-13 M-85 without a descriptor a slot is open to everybody", default_descriptor),
        TEST("M-13 M-85 a descriptor of the creator's", own_descriptor),
        TEST("M-85 descriptors are asked and set", security_calls),
        TEST("M-112 M-113 M-114 M-115 M-116 the slot's facts, from both sides", query),
        TEST("M-64 names of files", names_of_files),
        TEST("M-63 names of objects", object_names),
        TEST("M-117 M-118 M-119 the timeout is set through a pointer, by servers only", set_timeout),
        TEST("M-120 times, and no other information", times),
        TEST("M-121 peeking", peek),
        TEST("M-87 the root lists every slot once", listing),
        TEST("M-122 M-123 M-124 the last server's end", end_of_slot),
        TEST("M-98 M-122 reads that wait at the end are cancelled", close_with_reads),
        TEST("M-125 messages outlive their writer's handle", closed_client),
        TEST("M-126 duplicated handles keep the slot", duplicates),
        TEST("M-126 a process that ends closes its slots", process_ends),
        TEST("M-127 readiness is told to watches, not by the handle", watch_slot),
    };
    return RUN_TESTS(tests, slots_start, slots_stop);
}
