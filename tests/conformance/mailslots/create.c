/* Making slots: test groups 1 and 2 of mailslots.md section 15; names, attributes, access, options,
 * collisions. */
#include "slots.h"

#include "ntoskrnl/cm/cm.h"

static struct rig_filter maker = {
    .name = "Maker", .altitude = "300000", .flags = FLTFL_REGISTRATION_SUPPORT_NPFS_MSFS};

/* FltCreateMailslotFile through the whole stack. */
static NTSTATUS flt_create(const char16_t *full, ACCESS_MASK access, ULONG options, HANDLE *handle,
    PFILE_OBJECT *file, IO_STATUS_BLOCK *iosb, LONGLONG timeout)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    LARGE_INTEGER wait = {.QuadPart = timeout};
    RtlInitUnicodeString(&name, full);
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    return FltCreateMailslotFile(
        maker.handle, NULL, handle, file, access, &oa, iosb, options, 4096, 100, &wait, NULL);
}

static NTSTATUS nt_create(HANDLE root, UNICODE_STRING *name, ULONG length, HANDLE *handle)
{
    OBJECT_ATTRIBUTES oa;
    IO_STATUS_BLOCK iosb;
    InitializeObjectAttributes(&oa, name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, root, NULL);
    oa.Length = length;
    *handle = NULL;
    return ZwCreateMailslotFile(handle, GENERIC_READ | SYNCHRONIZE, &oa, &iosb, 0, 0, 0, NULL);
}

static NTSTATUS nt_create_named(const char16_t *full, HANDLE *handle)
{
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, full);
    return nt_create(NULL, &name, sizeof(OBJECT_ATTRIBUTES), handle);
}

/* ---- names ---- */

static void name_forms(void **state)
{
    static const char16_t *const forms[] = {u"\\Device\\Mailslot\\form", u"\\??\\mailslot\\form",
        u"\\??\\MAILSLOT\\form", u"\\??\\Mailslot\\FORM", u"\\DosDevices\\mailslot\\form",
        u"\\device\\mailslot\\Form"};
    for (unsigned i = 0; i < RTL_NUMBER_OF(forms); i++) {
        HANDLE handle, client;
        IO_STATUS_BLOCK iosb;
        assert_status(STATUS_SUCCESS, nt_create_named(forms[i], &handle));
        client = slot_client(u"fOrM");
        slot_close(client);
        slot_close(handle);
        if (i < 3) { /* without OBJ_CASE_INSENSITIVE, too */
            assert_status(STATUS_SUCCESS, flt_create(forms[i], GENERIC_READ, 0, &handle, NULL, &iosb, 0));
            slot_close(handle);
        }
    }
}

static void name_matrix(void **state)
{
    char16_t odd_text[40] = u"\\Device\\Mailslot\\odd odd odd odd odd odd";
    UNICODE_STRING empty = {0}, odd = {67, 80, odd_text}, slash, below, missing, plain;
    HANDLE handle, bad = (HANDLE)(ULONG_PTR)0xdeadbeef;
    const ULONG size = sizeof(OBJECT_ATTRIBUTES);
    RtlInitUnicodeString(&slash, u"\\");
    RtlInitUnicodeString(&missing, u"\\NoSuchPrefix");
    RtlInitUnicodeString(&below, u"\\Device\\NoSuchDevice");
    RtlInitUnicodeString(&plain, u"plain");
    assert_status(STATUS_OBJECT_PATH_SYNTAX_BAD, nt_create(NULL, &empty, size, &handle));
    assert_status(STATUS_OBJECT_PATH_SYNTAX_BAD, nt_create(NULL, NULL, size, &handle));
    assert_status(STATUS_OBJECT_PATH_SYNTAX_BAD, nt_create(NULL, &plain, size, &handle));
    assert_status(STATUS_INVALID_HANDLE, nt_create(bad, &empty, size, &handle));
    assert_status(STATUS_OBJECT_NAME_INVALID, nt_create(bad, NULL, size, &handle));
    assert_status(STATUS_OBJECT_NAME_INVALID, nt_create(NULL, &odd, size, &handle));
    assert_status(STATUS_OBJECT_NAME_INVALID, nt_create(bad, &odd, size, &handle));
    assert_status(STATUS_OBJECT_TYPE_MISMATCH, nt_create(NULL, &slash, size, &handle));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, nt_create(NULL, &missing, size, &handle));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, nt_create(NULL, &below, size, &handle));
    struct memfs *fs = memfs_create("M:");
    (void)fs;
    assert_status(STATUS_OBJECT_NAME_INVALID, nt_create_named(u"\\Device\\Mailslot", &handle));
    assert_status(STATUS_OBJECT_NAME_INVALID, nt_create_named(u"\\Device\\Mailslot\\", &handle));
    assert_status(STATUS_SUCCESS, nt_create_named(u"\\??\\MAILSLOT\\R:\\FRED", &handle));
    slot_close(slot_client(u"r:\\fred"));
    slot_close(handle);
    memfs_remove(fs);
}

static void long_names(void **state)
{
    const unsigned most = 65534 / 2;
    char16_t *text = malloc((most + 1) * sizeof *text);
    static const char16_t prefix[] = u"\\??\\MAILSLOT\\";
    UNICODE_STRING name = {65532, 65534, text};
    HANDLE handle, client;
    IO_STATUS_BLOCK iosb;
    OBJECT_ATTRIBUTES oa;
    for (unsigned i = 0; i < most; i++)
        text[i] = i < RTL_NUMBER_OF(prefix) - 1 ? prefix[i] : u'a';
    assert_status(STATUS_SUCCESS, nt_create(NULL, &name, sizeof(OBJECT_ATTRIBUTES), &handle));
    InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_status(STATUS_SUCCESS,
        ZwCreateFile(&client, GENERIC_WRITE, &oa, &iosb, NULL, 0, FILE_SHARE_READ, FILE_OPEN, 0, NULL, 0));
    slot_close(client);
    slot_close(handle);
    name.Length = name.MaximumLength = 65534;
    assert_status(STATUS_OBJECT_NAME_INVALID, nt_create(NULL, &name, sizeof(OBJECT_ATTRIBUTES), &handle));
    free(text);
}

static void relative_names(void **state)
{
    HANDLE root, device, handle;
    UNICODE_STRING name, leading, empty = {0};
    RtlInitUnicodeString(&name, u"rel\\ative");
    RtlInitUnicodeString(&leading, u"\\relative");
    assert_status(STATUS_SUCCESS, slot_open_named(u"\\Device\\Mailslot\\", FILE_LIST_DIRECTORY, 0, &root));
    assert_status(STATUS_SUCCESS, slot_open_named(u"\\Device\\Mailslot", FILE_READ_ATTRIBUTES, 0, &device));
    assert_status(STATUS_SUCCESS, nt_create(root, &name, sizeof(OBJECT_ATTRIBUTES), &handle));
    slot_close(slot_client(u"rel\\ative"));
    HANDLE below;
    assert_status(STATUS_OBJECT_NAME_INVALID, nt_create(handle, &name, sizeof(OBJECT_ATTRIBUTES), &below));
    slot_close(handle);
    assert_status(STATUS_SUCCESS, nt_create(device, &name, sizeof(OBJECT_ATTRIBUTES), &handle));
    slot_close(slot_client(u"rel\\ative"));
    slot_close(handle);
    assert_status(
        STATUS_OBJECT_PATH_SYNTAX_BAD, nt_create(root, &leading, sizeof(OBJECT_ATTRIBUTES), &handle));
    assert_status(STATUS_OBJECT_NAME_INVALID, nt_create(root, &empty, sizeof(OBJECT_ATTRIBUTES), &handle));
    slot_close(device);
    slot_close(root);
}

static void case_and_blanks(void **state)
{
    HANDLE mixed = slot_server(u"Dir\\Mixed", (struct slot){0}), other, dotted;
    struct slot again = {0};
    assert_status(STATUS_OBJECT_NAME_COLLISION, slot_create(u"dIR\\mIXED", &again, &other));
    dotted = slot_server(u"Dir\\Mixed.", (struct slot){0});
    other = slot_server(u"Dir\\Mixed ", (struct slot){0});
    HANDLE client = slot_client(u"dir\\mixed.");
    assert_status(STATUS_SUCCESS, slot_write(client, "dot"));
    slot_close(client);
    slot_expect(dotted, "dot");
    slot_expect_counts(mixed, MAILSLOT_NO_MESSAGE, 0);
    slot_close(mixed);
    slot_close(dotted);
    slot_close(other);
}

/* ---- attributes and pointers ---- */

static void attributes(void **state)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    HANDLE handle;
    IO_STATUS_BLOCK iosb;
    LARGE_INTEGER wait = {0};
    RtlInitUnicodeString(&name, u"\\Device\\Mailslot\\attributes");
    for (ULONG length = 0; length <= 2 * sizeof oa; length++) {
        NTSTATUS expected = length == sizeof oa ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
        assert_status(expected, nt_create(NULL, &name, length, &handle));
        if (NT_SUCCESS(expected))
            slot_close(handle);
        InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
        oa.Length = length;
        assert_status(expected, FltCreateMailslotFile(maker.handle, NULL, &handle, NULL, GENERIC_READ, &oa,
                                    &iosb, 0, 0, 0, &wait, NULL));
        if (NT_SUCCESS(expected))
            slot_close(handle);
    }
    assert_status(
        STATUS_INVALID_PARAMETER, ZwCreateMailslotFile(&handle, GENERIC_READ, NULL, &iosb, 0, 0, 0, NULL));
    assert_status(STATUS_INVALID_PARAMETER, FltCreateMailslotFile(maker.handle, NULL, &handle, NULL,
                                                GENERIC_READ, NULL, &iosb, 0, 0, 0, &wait, NULL));
}

static void null_pointers(void **state)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    HANDLE handle;
    IO_STATUS_BLOCK iosb;
    RtlInitUnicodeString(&name, u"\\Device\\Mailslot\\null");
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_status(
        STATUS_ACCESS_VIOLATION, NtCreateMailslotFile(NULL, GENERIC_READ, &oa, &iosb, 0, 0, 0, NULL));
    assert_status(
        STATUS_ACCESS_VIOLATION, NtCreateMailslotFile(&handle, GENERIC_READ, &oa, NULL, 0, 0, 0, NULL));
}

static void path_syntax(void **state)
{
    HANDLE handle;
    IO_STATUS_BLOCK iosb;
    assert_status(STATUS_OBJECT_PATH_SYNTAX_BAD, flt_create(u"", GENERIC_READ, 0, &handle, NULL, &iosb, 0));
    assert_status(
        STATUS_OBJECT_PATH_SYNTAX_BAD, flt_create(u"slot", GENERIC_READ, 0, &handle, NULL, &iosb, 0));
    assert_ptr_equal(NULL, handle);
}

static void kernel_handles(void **state)
{
    HANDLE handle;
    IO_STATUS_BLOCK iosb;
    PVOID object;
    assert_status(
        STATUS_SUCCESS, flt_create(u"\\Device\\Mailslot\\kernel", GENERIC_READ, 0, &handle, NULL, &iosb, 0));
    assert_status(STATUS_INVALID_HANDLE,
        ObReferenceObjectByHandle(handle, 0, *IoFileObjectType, UserMode, &object, NULL));
    assert_status(
        STATUS_SUCCESS, ObReferenceObjectByHandle(handle, 0, *IoFileObjectType, KernelMode, &object, NULL));
    ObDereferenceObject(object);
    slot_close(handle);
}

/* ---- access and options ---- */

static ACCESS_MASK granted_of(HANDLE handle)
{
    FILE_ACCESS_INFORMATION access;
    IO_STATUS_BLOCK iosb;
    assert_status(
        STATUS_SUCCESS, ZwQueryInformationFile(handle, &iosb, &access, sizeof access, FileAccessInformation));
    return access.AccessFlags;
}

static void access_bits(void **state)
{
    static const ACCESS_MASK bits[] = {FILE_READ_DATA, FILE_READ_ATTRIBUTES, READ_CONTROL, FILE_WRITE_DATA,
        FILE_WRITE_ATTRIBUTES, FILE_APPEND_DATA, WRITE_DAC, WRITE_OWNER, ACCESS_SYSTEM_SECURITY, SYNCHRONIZE};
    for (unsigned i = 0; i < RTL_NUMBER_OF(bits); i++) {
        HANDLE handle;
        IO_STATUS_BLOCK iosb;
        assert_status(
            STATUS_SUCCESS, flt_create(u"\\Device\\Mailslot\\bits", bits[i], 0, &handle, NULL, &iosb, 0));
        assert_int_equal(bits[i], granted_of(handle));
        slot_close(handle);
    }
    HANDLE handle;
    IO_STATUS_BLOCK iosb;
    assert_status(STATUS_INVALID_PARAMETER, flt_create(u"\\Device\\Mailslot\\bits", FILE_READ_DATA,
                                                FILE_SYNCHRONOUS_IO_ALERT, &handle, NULL, &iosb, 0));
    assert_status(STATUS_INVALID_PARAMETER, flt_create(u"\\Device\\Mailslot\\bits", FILE_READ_DATA,
                                                FILE_SYNCHRONOUS_IO_NONALERT, &handle, NULL, &iosb, 0));
}

static void generic_rights(void **state)
{
    static const struct {
        ACCESS_MASK asked, granted;
    } rows[] = {{GENERIC_READ, 0x00120089}, {GENERIC_WRITE, 0x00120116}, {GENERIC_EXECUTE, 0x001200a0},
        {GENERIC_ALL, 0x001f01ff}, {FILE_ALL_ACCESS, 0x001f01ff}};
    for (unsigned i = 0; i < RTL_NUMBER_OF(rows); i++) {
        struct slot slot = {.access = rows[i].asked, .options = SLOT_ASYNCHRONOUS};
        HANDLE handle;
        assert_status(STATUS_SUCCESS, slot_create(u"generic", &slot, &handle));
        assert_int_equal(rows[i].granted, granted_of(handle));
        slot_close(handle);
    }
}

static void no_access(void **state)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    HANDLE handle;
    IO_STATUS_BLOCK iosb;
    RtlInitUnicodeString(&name, u"\\Device\\Mailslot\\nothing");
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
    assert_status(STATUS_ACCESS_DENIED, ZwCreateMailslotFile(&handle, 0, &oa, &iosb, 0, 0, 0, NULL));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND,
        ZwCreateFile(&handle, 0, &oa, &iosb, NULL, 0, FILE_SHARE_READ, FILE_OPEN, 0, NULL, 0));
}

static void options(void **state)
{
    const ULONG sync = FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT;
    for (ULONG bit = 1; bit < 0x1000000; bit <<= 1) {
        struct slot slot = {.options = bit};
        HANDLE handle;
        bool valid = bit & (FILE_WRITE_THROUGH | sync);
        assert_status(
            valid ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER, slot_create(u"options", &slot, &handle));
        if (valid)
            slot_close(handle);
        IO_STATUS_BLOCK iosb;
        valid = valid || bit == FILE_NO_INTERMEDIATE_BUFFERING;
        NTSTATUS status =
            flt_create(u"\\Device\\Mailslot\\options", GENERIC_READ, bit, &handle, NULL, &iosb, 0);
        assert_status(valid ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER, status);
        if (!valid)
            continue;
        if (bit == FILE_NO_INTERMEDIATE_BUFFERING)
            assert_int_equal(FO_WRITE_THROUGH,
                slot_file(handle)->Flags & (FO_WRITE_THROUGH | FO_NO_INTERMEDIATE_BUFFERING));
        slot_close(handle);
    }
    struct slot both = {.options = sync},
                unsynchronized = {.access = FILE_READ_DATA, .options = FILE_SYNCHRONOUS_IO_ALERT};
    HANDLE handle;
    assert_status(STATUS_INVALID_PARAMETER, slot_create(u"options", &both, &handle));
    assert_status(STATUS_INVALID_PARAMETER, slot_create(u"options", &unsynchronized, &handle));
}

static void modes(void **state)
{
    static const ULONG asked[] = {FILE_SYNCHRONOUS_IO_ALERT, FILE_SYNCHRONOUS_IO_NONALERT, SLOT_ASYNCHRONOUS};
    for (unsigned i = 0; i < RTL_NUMBER_OF(asked); i++) {
        HANDLE handle = slot_server(u"mode", (struct slot){.options = asked[i]});
        FILE_MODE_INFORMATION mode;
        IO_STATUS_BLOCK iosb;
        assert_status(
            STATUS_SUCCESS, ZwQueryInformationFile(handle, &iosb, &mode, sizeof mode, FileModeInformation));
        assert_int_equal(asked[i] & ~SLOT_ASYNCHRONOUS, mode.Mode);
        slot_close(handle);
    }
}

/* ---- results ---- */

static void handle_and_object(void **state)
{
    HANDLE handle;
    PFILE_OBJECT file;
    IO_STATUS_BLOCK iosb = UNTOUCHED;
    assert_status(
        STATUS_SUCCESS, flt_create(u"\\Device\\Mailslot\\two", GENERIC_READ | SYNCHRONIZE,
                            FILE_SYNCHRONOUS_IO_NONALERT, &handle, &file, &iosb, MILLISECONDS(250)));
    assert_status(STATUS_SUCCESS, iosb.Status);
    assert_int_equal(FILE_CREATED, iosb.Information);
    assert_ptr_equal(file, slot_file(handle));
    assert_true(file->Flags & FO_MAILSLOT);
    assert_false(file->Flags & FO_NAMED_PIPE);
    assert_int_equal(FILE_DEVICE_MAILSLOT, file->DeviceObject->DeviceType);
    FILE_MAILSLOT_QUERY_INFORMATION info = slot_query(handle);
    assert_int_equal(4096, info.MailslotQuota);
    assert_int_equal(100, info.MaximumMessageSize);
    assert_int_equal(-2500000, info.ReadTimeout.QuadPart);
    assert_status(STATUS_SUCCESS, FltClose(handle));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND,
        slot_open(u"two", GENERIC_WRITE, FILE_OPEN, 0, FILE_SHARE_READ, &handle, NULL));
    ObDereferenceObject(file);
}

static void second_server(void **state)
{
    HANDLE first, second;
    IO_STATUS_BLOCK iosb = UNTOUCHED;
    LARGE_INTEGER wait = {.QuadPart = FOREVER};
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    assert_status(
        STATUS_SUCCESS, flt_create(u"\\Device\\Mailslot\\again", GENERIC_READ, 0, &first, NULL, &iosb, 0));
    assert_int_equal(FILE_CREATED, iosb.Information);
    RtlInitUnicodeString(&name, u"\\Device\\Mailslot\\AGAIN");
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_status(
        STATUS_SUCCESS, FltCreateMailslotFile(maker.handle, NULL, &second, NULL, GENERIC_READ | SYNCHRONIZE,
                            &oa, &iosb, FILE_SYNCHRONOUS_IO_NONALERT, 1, 2, &wait, NULL));
    assert_status(STATUS_SUCCESS, iosb.Status);
    assert_int_equal(FILE_OPENED, iosb.Information); /* M-46: this or FILE_CREATED, whatever else there is of FILE_... */
    FILE_MAILSLOT_QUERY_INFORMATION info = slot_query(second);
    assert_int_equal(4096, info.MailslotQuota);
    assert_int_equal(100, info.MaximumMessageSize);
    assert_int_equal(0, info.ReadTimeout.QuadPart);
    slot_close(first);
    HANDLE client = slot_client(u"again"); /* the second server keeps it */
    assert_status(STATUS_SUCCESS, slot_write(client, "kept"));
    slot_expect(second, "kept");
    slot_close(second);
    assert_status(STATUS_FILE_FORCED_CLOSED, slot_write(client, "gone"));
    slot_close(client);
}

static void collisions(void **state)
{
    HANDLE first = slot_server(u"unique", (struct slot){0}), second = (HANDLE)7;
    struct slot slot = {0};
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    IO_STATUS_BLOCK iosb = UNTOUCHED;
    assert_status(STATUS_OBJECT_NAME_COLLISION, slot_create(u"Unique", &slot, &second));
    RtlInitUnicodeString(&name, u"\\Device\\Mailslot\\unique");
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_OPENIF, NULL, NULL);
    assert_status(
        STATUS_OBJECT_NAME_COLLISION, ZwCreateMailslotFile(&second, GENERIC_READ, &oa, &iosb, 0, 0, 0, NULL));
    msfs_settings.open_existing = false;
    assert_status(STATUS_OBJECT_NAME_COLLISION,
        flt_create(u"\\Device\\Mailslot\\unique", GENERIC_READ, 0, &second, NULL, &iosb, 0));
    assert_ptr_equal(NULL, second);
    assert_status(STATUS_OBJECT_NAME_COLLISION, iosb.Status);
    msfs_settings.open_existing = true;
    slot_close(first);
}

/* The system service's disposition; any other is refused wherever it comes from. */
static void dispositions(void **state)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    HANDLE handle;
    IO_STATUS_BLOCK iosb;
    MAILSLOT_CREATE_PARAMETERS parameters = {.TimeoutSpecified = FALSE};
    RtlInitUnicodeString(&name, u"\\Device\\Mailslot\\pinned");
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    for (ULONG d = FILE_SUPERSEDE; d <= FILE_OVERWRITE_IF; d++) {
        NTSTATUS status = IoCreateFile(&handle, GENERIC_READ, &oa, &iosb, NULL, 0,
            FILE_SHARE_READ | FILE_SHARE_WRITE, d, 0, NULL, 0, CreateFileTypeMailslot, &parameters, 0);
        assert_status(d == FILE_CREATE ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER, status);
        if (!NT_SUCCESS(status))
            continue;
        assert_int_equal(FILE_CREATED, iosb.Information);
        slot_close(handle);
    }
    assert_status(
        STATUS_INVALID_PARAMETER, IoCreateFile(&handle, GENERIC_READ, &oa, &iosb, NULL, 0, FILE_SHARE_READ,
                                      FILE_CREATE, 0, NULL, 0, CreateFileTypeMailslot, NULL, 0));
}

static void no_timeout(void **state)
{
    HANDLE server = slot_server(u"forever", (struct slot){.no_timeout = true});
    assert_int_equal(-1, slot_query(server).ReadTimeout.QuadPart);
    slot_close(server);
}

static void context_rules(void **state)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    HANDLE handle;
    IO_STATUS_BLOCK iosb;
    IO_DRIVER_CREATE_CONTEXT context;
    IoInitializeDriverCreateContext(&context);
    context.DeviceObjectHint = msfs_volume()->device;
    RtlInitUnicodeString(&name, u"\\Device\\Mailslot\\context");
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_status(STATUS_INVALID_PARAMETER, FltCreateMailslotFile(maker.handle, NULL, &handle, NULL,
                                                GENERIC_READ, &oa, &iosb, 0, 0, 0, NULL, &context));
    context.DeviceObjectHint = NULL;
    rig_log_clear();
    IRP irp = {0};
    IoSetTopLevelIrp(&irp);
    assert_status(STATUS_SUCCESS, FltCreateMailslotFile(maker.handle, NULL, &handle, NULL, GENERIC_READ, &oa,
                                      &iosb, 0, 0, 0, NULL, &context));
    IoSetTopLevelIrp(NULL);
    assert_int_equal(1, rig_log_count("top-level IRP"));
    rig_log_clear();
    slot_close(handle);
}

static int start(void **state)
{
    return slots_start(state) || !NT_SUCCESS(rig_load(&maker)) ? -1 : 0;
}

static int stop(void **state)
{
    rig_unload_ok(&maker);
    return slots_stop(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("M-07 the device's name and its links, in any case", name_forms),
        TEST("M-09 M-56 the name matrix", name_matrix),
        TEST("M-56 a name of 65532 bytes is accepted, one of 65534 is not", long_names),
        TEST("M-08 relative names start at the root or the device", relative_names),
        TEST("M-14 M-66 names differ by more than case; dots and blanks count", case_and_blanks),
        TEST("M-11 M-12 M-55 attributes are there and of the exact size", attributes),
        TEST("M-54 no handle, no status block", null_pointers),
        TEST("M-09 FltCreateMailslotFile: an empty name, one without a separator", path_syntax),
        TEST("M-10 OBJ_KERNEL_HANDLE makes a handle of the kernel's", kernel_handles),
        TEST("M-15 each right of the page; a synchronous option needs SYNCHRONIZE", access_bits),
        TEST("M-16 generic rights are those of files", generic_rights),
        TEST("M-58 no access at all is denied", no_access),
        TEST("M-17 M-18 options", options),
        TEST("M-60 the mode shows how it was opened", modes),
        TEST("M-19 M-20 M-21 M-22 M-26 M-59 handle, object, information and parameters", handle_and_object),
        TEST("M-22 M-23 M-46 FltCreateMailslotFile opens one server more of a name that exists", second_server),
        TEST("M-24 M-61 NtCreateMailslotFile collides, and by setting FltCreateMailslotFile", collisions),
        TEST("M-23 M-25 no disposition but FILE_CREATE", dispositions),
        TEST("M-20 M-57 no timeout given: for ever", no_timeout),
        TEST("M-27 M-28 no device hint, no top-level IRP", context_rules),
    };
    return RUN_TESTS(tests, start, stop);
}
