/* The registry through the calls of drivers: keys, values, callbacks, notifications, the Rtl calls. */
#include "harness.h"

#include "ntoskrnl/cm/inner.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/report.h"
#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/ps/ps.h"

#include <pthread.h>

#define TEST_KEY u"\\Registry\\Machine\\Software\\Test"

static int start(void **state)
{
    (void)state;
    return NT_SUCCESS(ps_init()) ? 0 : -1;
}

static int clean(void **state)
{
    (void)state;
    cm_stop();
    return 0;
}

static UNICODE_STRING text(const WCHAR *literal)
{
    UNICODE_STRING s;
    RtlInitUnicodeString(&s, literal);
    return s;
}

static NTSTATUS open_key(const WCHAR *path, HANDLE root, HANDLE *handle)
{
    UNICODE_STRING name = text(path);
    OBJECT_ATTRIBUTES oa;
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, root, NULL);
    return ZwOpenKey(handle, KEY_ALL_ACCESS, &oa);
}

static NTSTATUS create_key(const WCHAR *path, HANDLE root, ULONG options, HANDLE *handle, ULONG *disposition)
{
    UNICODE_STRING name = text(path);
    OBJECT_ATTRIBUTES oa;
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, root, NULL);
    return ZwCreateKey(handle, KEY_ALL_ACCESS, &oa, 0, NULL, options, disposition);
}

static HANDLE test_key(void)
{
    HANDLE handle;
    assert_status(STATUS_SUCCESS, create_key(TEST_KEY, NULL, 0, &handle, NULL));
    return handle;
}

static NTSTATUS set(HANDLE key, const WCHAR *name, ULONG type, const void *bytes, ULONG length)
{
    UNICODE_STRING value = text(name);
    return ZwSetValueKey(key, &value, 0, type, (PVOID)bytes, length);
}

static void test_create(void **state)
{
    (void)state;
    HANDLE key, sub, other;
    ULONG disposition = 0;
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, open_key(TEST_KEY, NULL, &key));
    assert_null(key);
    assert_status(STATUS_SUCCESS, create_key(TEST_KEY, NULL, 0, &key, &disposition));
    assert_int_equal(disposition, REG_CREATED_NEW_KEY);
    assert_status(STATUS_SUCCESS, create_key(u"sub", key, 0, &sub, &disposition));
    assert_int_equal(disposition, REG_CREATED_NEW_KEY);
    assert_status(STATUS_SUCCESS, create_key(u"\\REGISTRY\\machine\\SOFTWARE\\test\\SUB", NULL, 0, &other, &disposition));
    assert_int_equal(disposition, REG_OPENED_EXISTING_KEY);
    ZwClose(other);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, create_key(u"no\\such", key, 0, &other, NULL)); /* one level at a time */
    assert_status(STATUS_ACCESS_DENIED, create_key(u"\\Registry\\New", NULL, 0, &other, NULL));
    assert_status(STATUS_OBJECT_PATH_SYNTAX_BAD, create_key(u"Relative", NULL, 0, &other, NULL));
    assert_status(STATUS_OBJECT_TYPE_MISMATCH, open_key(u"\\Device", NULL, &other));
    assert_status(STATUS_INVALID_HANDLE, open_key(u"x", (HANDLE)0x7770, &other));
    assert_status(STATUS_CANNOT_DELETE, ZwDeleteKey(key)); /* it has a sub-key */
    assert_status(STATUS_SUCCESS, ZwDeleteKey(sub));
    assert_status(STATUS_KEY_DELETED, create_key(u"x", sub, 0, &other, NULL));
    ULONG need;
    assert_status(STATUS_KEY_DELETED, ZwQueryKey(sub, KeyBasicInformation, NULL, 0, &need));
    ZwClose(sub);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, open_key(u"sub", key, &sub));
    assert_status(STATUS_SUCCESS, ZwDeleteKey(key));
    ZwClose(key);
    assert_status(STATUS_SUCCESS, open_key(u"\\Registry\\Machine", NULL, &key));
    assert_status(STATUS_CANNOT_DELETE, ZwDeleteKey(key));
    ZwClose(key);
}

static void test_links(void **state)
{
    (void)state;
    HANDLE direct, linked;
    struct {
        ULONG length;
        WCHAR text[128];
    } name;
    ULONG need;
    assert_status(STATUS_SUCCESS,
        create_key(u"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\flt", NULL, 0, &linked, NULL));
    assert_status(STATUS_SUCCESS, open_key(u"\\Registry\\Machine\\System\\ControlSet001\\Services\\FLT", NULL, &direct));
    assert_status(STATUS_SUCCESS, ZwQueryKey(linked, KeyNameInformation, &name, sizeof(name), &need));
    UNICODE_STRING got = {(USHORT)name.length, (USHORT)name.length, name.text},
                   want = text(u"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\flt");
    assert_true(RtlEqualUnicodeString(&got, &want, FALSE));
    PVOID object;
    struct {
        OBJECT_NAME_INFORMATION info;
        WCHAR text[128];
    } full;
    assert_status(STATUS_SUCCESS, ObReferenceObjectByHandle(direct, 0, *CmKeyObjectType, KernelMode, &object, NULL));
    assert_status(STATUS_SUCCESS, ObQueryNameString(object, &full.info, sizeof(full), &need));
    assert_true(RtlEqualUnicodeString(&full.info.Name, &want, FALSE));
    ObDereferenceObject(object);
    ZwClose(direct);
    ZwClose(linked);
}

/* Every class: the need, too short for the fixed part, too short for the rest, enough. */
static void test_query_value(void **state)
{
    (void)state;
    static const struct {
        KEY_VALUE_INFORMATION_CLASS class;
        ULONG fixed, need;
    } cases[] = {
        {KeyValueBasicInformation, 12, 12 + 8},
        {KeyValueFullInformation, 20, 28 + 6},
        {KeyValuePartialInformation, 12, 12 + 6},
        {KeyValuePartialInformationAlign64, 8, 8 + 6},
    };
    HANDLE key = test_key();
    UNICODE_STRING name = text(u"Name"), other = text(u"nAME"), missing = text(u"Nothing");
    _Alignas(8) unsigned char buffer[64];
    ULONG need;
    assert_status(STATUS_SUCCESS, set(key, u"Name", REG_BINARY, "abcdef", 6));
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        need = 0;
        assert_status(STATUS_BUFFER_TOO_SMALL, ZwQueryValueKey(key, &name, cases[i].class, NULL, 0, &need));
        assert_int_equal(need, cases[i].need);
        memset(buffer, 0xee, sizeof(buffer));
        assert_status(STATUS_BUFFER_TOO_SMALL, ZwQueryValueKey(key, &name, cases[i].class, buffer, cases[i].fixed - 1, &need));
        assert_int_equal(buffer[0], 0xee);
        assert_status(STATUS_BUFFER_OVERFLOW, ZwQueryValueKey(key, &name, cases[i].class, buffer, cases[i].need - 1, &need));
        assert_int_equal(buffer[cases[i].need - 1], 0xee);
        assert_int_equal(need, cases[i].need);
        assert_status(STATUS_SUCCESS, ZwQueryValueKey(key, &other, cases[i].class, buffer, cases[i].need, &need));
    }
    KEY_VALUE_PARTIAL_INFORMATION *partial = (void *)buffer;
    assert_status(STATUS_SUCCESS, ZwQueryValueKey(key, &name, KeyValuePartialInformation, buffer, sizeof(buffer), &need));
    assert_int_equal(partial->Type, REG_BINARY);
    assert_int_equal(partial->DataLength, 6);
    assert_memory_equal(partial->Data, "abcdef", 6);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, ZwQueryValueKey(key, &missing, KeyValuePartialInformation, buffer, 64, &need));
    assert_status(STATUS_SUCCESS, ZwDeleteValueKey(key, &name));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, ZwDeleteValueKey(key, &name));
    ZwClose(key);
}

static void test_enumerate(void **state)
{
    (void)state;
    HANDLE key = test_key(), sub;
    static const WCHAR *const names[] = {u"beta", u"Alpha", u"gamma"};
    static const WCHAR *const sorted[] = {u"Alpha", u"beta", u"gamma"};
    struct {
        KEY_BASIC_INFORMATION info;
        WCHAR room[32];
    } basic;
    ULONG need;
    for (int i = 0; i < 3; i++) {
        assert_status(STATUS_SUCCESS, create_key(names[i], key, 0, &sub, NULL));
        ZwClose(sub);
        assert_status(STATUS_SUCCESS, set(key, names[i], REG_DWORD, &(ULONG){(ULONG)i}, 4));
    }
    for (ULONG i = 0; i < 3; i++) {
        assert_status(STATUS_SUCCESS, ZwEnumerateKey(key, i, KeyBasicInformation, &basic, sizeof(basic), &need));
        UNICODE_STRING got = {(USHORT)basic.info.NameLength, (USHORT)basic.info.NameLength, basic.info.Name}, want = text(sorted[i]);
        assert_true(RtlEqualUnicodeString(&got, &want, FALSE));
    }
    assert_status(STATUS_NO_MORE_ENTRIES, ZwEnumerateKey(key, 3, KeyBasicInformation, &basic, sizeof(basic), &need));
    KEY_FULL_INFORMATION full;
    assert_status(STATUS_SUCCESS, ZwQueryKey(key, KeyFullInformation, &full, sizeof(full), &need));
    assert_int_equal(full.SubKeys, 3);
    assert_int_equal(full.Values, 3);
    assert_int_equal(full.MaxNameLen, 10);
    assert_int_equal(full.MaxValueDataLen, 4);
    struct {
        KEY_VALUE_FULL_INFORMATION info;
        WCHAR room[32];
    } value;
    assert_status(STATUS_SUCCESS, ZwEnumerateValueKey(key, 2, KeyValueFullInformation, &value, sizeof(value), &need));
    assert_int_equal(*(ULONG *)((char *)&value + value.info.DataOffset), 2);
    assert_status(STATUS_NO_MORE_ENTRIES, ZwEnumerateValueKey(key, 3, KeyValueFullInformation, &value, sizeof(value), &need));
    ZwClose(key);
}

static void test_volatile(void **state)
{
    (void)state;
    HANDLE key = test_key(), fleeting, child;
    assert_status(STATUS_SUCCESS, create_key(u"Fleeting", key, REG_OPTION_VOLATILE, &fleeting, NULL));
    assert_status(STATUS_CHILD_MUST_BE_VOLATILE, create_key(u"Stable", fleeting, 0, &child, NULL));
    char *written;
    size_t length;
    assert_status(STATUS_SUCCESS, cm_write_text(&written, &length));
    assert_null(strstr(written, "Fleeting"));
    free(written);
    ZwClose(fleeting);
    ZwClose(key);
}

/* ---- callbacks ---- */

static struct {
    unsigned pre_set, post_set, pre_create, post_create, closes, cleanups;
    NTSTATUS answer, post_status;
    LARGE_INTEGER cookie;
    char order[16];
    PVOID seen_context;
} heard;

static NTSTATUS listener(PVOID context, PVOID class, PVOID information)
{
    (void)context;
    switch ((int)(ULONG_PTR)class) {
    case RegNtPreSetValueKey: {
        PREG_SET_VALUE_KEY_INFORMATION set_info = information;
        PCUNICODE_STRING name;
        ULONG_PTR id;
        heard.pre_set++;
        heard.seen_context = set_info->ObjectContext;
        set_info->CallContext = &heard;
        assert_status(STATUS_SUCCESS, CmCallbackGetKeyObjectIDEx(&heard.cookie, set_info->Object, &id, &name, 0));
        UNICODE_STRING want = text(u"\\REGISTRY\\MACHINE\\SOFTWARE\\Test");
        assert_true(RtlEqualUnicodeString(name, &want, TRUE));
        CmCallbackReleaseKeyObjectIDEx(name);
        CmSetCallbackObjectContext(set_info->Object, &heard.cookie, &heard.cleanups, NULL);
        return heard.answer;
    }
    case RegNtPostSetValueKey: {
        PREG_POST_OPERATION_INFORMATION post = information;
        assert_ptr_equal(post->CallContext, &heard);
        heard.post_set++;
        heard.post_status = post->Status;
        return STATUS_SUCCESS;
    }
    case RegNtPreCreateKeyEx: {
        PREG_CREATE_KEY_INFORMATION create = information;
        assert_non_null(create->CompleteName);
        assert_non_null(create->RootObject);
        heard.pre_create++;
        return STATUS_SUCCESS;
    }
    case RegNtPostCreateKeyEx:
        heard.post_create++;
        return STATUS_SUCCESS;
    case RegNtPreKeyHandleClose:
        heard.closes++;
        return STATUS_SUCCESS;
    case RegNtCallbackObjectContextCleanup:
        heard.cleanups++;
        return STATUS_SUCCESS;
    default:
        return STATUS_SUCCESS;
    }
}

static void test_callbacks(void **state)
{
    (void)state;
    UNICODE_STRING altitude = text(u"380000"), bad = text(u"38x");
    LARGE_INTEGER other;
    memset(&heard, 0, sizeof(heard));
    assert_status(STATUS_INVALID_PARAMETER, CmRegisterCallbackEx(listener, &bad, &heard, NULL, &heard.cookie, NULL));
    assert_status(STATUS_SUCCESS, CmRegisterCallbackEx(listener, &altitude, &heard, NULL, &heard.cookie, NULL));
    assert_status(STATUS_FLT_INSTANCE_ALTITUDE_COLLISION, CmRegisterCallbackEx(listener, &altitude, &heard, NULL, &other, NULL));
    HANDLE key = test_key();
    assert_int_equal(heard.pre_create, 1);
    assert_int_equal(heard.post_create, 1);
    assert_status(STATUS_SUCCESS, set(key, u"a", REG_SZ, u"x", 4));
    assert_int_equal(heard.post_set, 1);
    assert_status(STATUS_SUCCESS, heard.post_status);
    assert_null(heard.seen_context);
    heard.answer = STATUS_ACCESS_DENIED; /* blocks: the value is not written and its own post is not called */
    assert_status(STATUS_ACCESS_DENIED, set(key, u"b", REG_SZ, u"x", 4));
    assert_ptr_equal(heard.seen_context, &heard.cleanups);
    assert_int_equal(heard.post_set, 1);
    UNICODE_STRING b = text(u"b"), c = text(u"c");
    ULONG need;
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, ZwQueryValueKey(key, &b, KeyValuePartialInformation, NULL, 0, &need));
    heard.answer = STATUS_CALLBACK_BYPASS; /* done by the driver: success without an effect */
    assert_status(STATUS_SUCCESS, set(key, u"c", REG_SZ, u"x", 4));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, ZwQueryValueKey(key, &c, KeyValuePartialInformation, NULL, 0, &need));
    ZwClose(key);
    assert_int_equal(heard.closes, 1);
    assert_int_equal(heard.cleanups, 1);
    assert_status(STATUS_SUCCESS, CmUnRegisterCallback(heard.cookie));
    assert_status(STATUS_INVALID_PARAMETER, CmUnRegisterCallback(heard.cookie));
    key = test_key();
    heard.answer = STATUS_ACCESS_DENIED;
    assert_status(STATUS_SUCCESS, set(key, u"b", REG_SZ, u"x", 4));
    ZwClose(key);
}

static NTSTATUS high(PVOID context, PVOID class, PVOID information)
{
    (void)context;
    (void)information;
    if ((ULONG_PTR)class == RegNtPreSetValueKey)
        strcat(heard.order, "H");
    if ((ULONG_PTR)class == RegNtPostSetValueKey)
        strcat(heard.order, "h");
    return STATUS_SUCCESS;
}

static NTSTATUS low(PVOID context, PVOID class, PVOID information)
{
    (void)context;
    (void)information;
    if ((ULONG_PTR)class == RegNtPreSetValueKey)
        strcat(heard.order, "L");
    if ((ULONG_PTR)class == RegNtPostSetValueKey)
        strcat(heard.order, "l");
    return heard.answer;
}

static void silent(void *context, enum ke_log_level level, const char *driver, const char *line)
{
    (void)level;
    (void)driver;
    snprintf(context, 512, "%s", line);
}

static void test_callback_order(void **state)
{
    (void)state;
    UNICODE_STRING top = text(u"400000"), bottom = text(u"99999.5");
    LARGE_INTEGER first, second;
    char said[512] = "";
    memset(&heard, 0, sizeof(heard));
    struct ke_scope scope = ke_callback_enter("regmon", "DriverEntry", NULL);
    assert_status(STATUS_SUCCESS, CmRegisterCallbackEx(low, &bottom, &heard, NULL, &second, NULL));
    ke_callback_leave(scope);
    assert_status(STATUS_SUCCESS, CmRegisterCallbackEx(high, &top, &heard, NULL, &first, NULL));
    HANDLE key = test_key();
    assert_status(STATUS_SUCCESS, set(key, u"a", REG_SZ, u"x", 4));
    assert_string_equal(heard.order, "HLlh");
    heard.order[0] = 0;
    heard.answer = STATUS_ACCESS_DENIED;
    assert_status(STATUS_ACCESS_DENIED, set(key, u"a", REG_SZ, u"x", 4));
    assert_string_equal(heard.order, "HLh"); /* the one above hears of the refusal */
    heard.answer = STATUS_SUCCESS;
    ke_report_set_sink(silent, said);
    assert_int_equal(cm_report_leaks("regmon"), 1);
    ke_report_set_sink(NULL, NULL);
    assert_non_null(strstr(said, "CmRegisterCallbackEx"));
    CmUnRegisterCallback(first);
    CmUnRegisterCallback(second);
    ZwClose(key);
}

/* ---- change notifications ---- */

static void test_notify(void **state)
{
    (void)state;
    HANDLE key = test_key(), sub, event;
    OBJECT_ATTRIBUTES oa;
    IO_STATUS_BLOCK iosb = {0}, second = {0};
    LARGE_INTEGER zero = {.QuadPart = 0}, limit = {.QuadPart = -100000000};
    InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_status(STATUS_SUCCESS, ZwCreateEvent(&event, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE));
    assert_status(STATUS_SUCCESS, create_key(u"sub", key, 0, &sub, NULL));
    assert_status(STATUS_PENDING,
        ZwNotifyChangeKey(key, event, NULL, NULL, &iosb, REG_NOTIFY_CHANGE_LAST_SET, FALSE, NULL, 0, TRUE));
    assert_status(STATUS_SUCCESS, set(sub, u"v", REG_SZ, u"x", 4)); /* below, and the tree is not watched */
    assert_status(STATUS_TIMEOUT, ZwWaitForSingleObject(event, FALSE, &zero));
    assert_status(STATUS_SUCCESS, set(key, u"v", REG_SZ, u"x", 4));
    assert_status(STATUS_SUCCESS, ZwWaitForSingleObject(event, FALSE, &limit));
    assert_status(STATUS_NOTIFY_ENUM_DIR, iosb.Status);
    assert_status(STATUS_PENDING,
        ZwNotifyChangeKey(key, event, NULL, NULL, &second, REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET, TRUE, NULL, 0, TRUE));
    assert_status(STATUS_SUCCESS, set(sub, u"v", REG_SZ, u"y", 4));
    assert_status(STATUS_NOTIFY_ENUM_DIR, second.Status);
    iosb.Status = 0;
    assert_status(STATUS_PENDING,
        ZwNotifyChangeKey(key, event, NULL, NULL, &iosb, REG_NOTIFY_CHANGE_LAST_SET, FALSE, NULL, 0, TRUE));
    ZwClose(key);
    assert_status(STATUS_NOTIFY_CLEANUP, iosb.Status);
    ZwClose(sub);
    ZwClose(event);
}

static void *change_later(void *context)
{
    (void)context;
    struct cm_key *key;
    cm_open(NULL, TEST_KEY, false, &key);
    for (ULONG i = 0; i < 100000 && !__atomic_load_n(&heard.cleanups, __ATOMIC_ACQUIRE); i++)
        cm_set_dword(key, u"count", i);
    cm_close(key);
    return NULL;
}

static void test_notify_synchronous(void **state)
{
    (void)state;
    HANDLE key = test_key();
    IO_STATUS_BLOCK iosb;
    pthread_t thread;
    memset(&heard, 0, sizeof(heard));
    pthread_create(&thread, NULL, change_later, NULL);
    assert_status(STATUS_NOTIFY_ENUM_DIR,
        ZwNotifyChangeKey(key, NULL, NULL, NULL, &iosb, REG_NOTIFY_CHANGE_LAST_SET, FALSE, NULL, 0, FALSE));
    __atomic_store_n(&heard.cleanups, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    ZwClose(key);
}

/* ---- Rtl calls ---- */

static unsigned calls;

static NTSTATUS count_strings(PWSTR name, ULONG type, PVOID bytes, ULONG length, PVOID context, PVOID entry)
{
    (void)context;
    (void)bytes;
    (void)entry;
    assert_non_null(name);
    assert_int_equal(type, REG_SZ);
    assert_int_equal(length % 2, 0);
    calls++;
    return STATUS_SUCCESS;
}

static NTSTATUS count_values(PWSTR name, ULONG type, PVOID bytes, ULONG length, PVOID context, PVOID entry)
{
    (void)name;
    (void)type;
    (void)bytes;
    (void)length;
    (void)entry;
    ++*(unsigned *)context;
    return STATUS_SUCCESS;
}

static void test_rtl(void **state)
{
    (void)state;
    ULONG number = 5, wanted = 0, fallback = 42, missing = 0;
    UNICODE_STRING string = {0, 0, NULL};
    WCHAR small[2];
    UNICODE_STRING tight = {0, sizeof(small), small};
    unsigned all = 0;
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, (PWSTR)u"rtl"));
    assert_status(STATUS_SUCCESS, RtlCreateRegistryKey(RTL_REGISTRY_SERVICES, (PWSTR)u"rtl"));
    assert_status(STATUS_SUCCESS, RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, (PWSTR)u"rtl"));
    assert_status(STATUS_SUCCESS, RtlWriteRegistryValue(RTL_REGISTRY_SERVICES, u"rtl", u"Number", REG_DWORD, &number, 4));
    assert_status(STATUS_SUCCESS, RtlWriteRegistryValue(RTL_REGISTRY_SERVICES, u"rtl", u"Text", REG_SZ, (PVOID)u"hello", 12));
    assert_status(STATUS_SUCCESS,
        RtlWriteRegistryValue(RTL_REGISTRY_SERVICES, u"rtl", u"List", REG_MULTI_SZ, (PVOID)u"a\0bb\0ccc\0", 20));
    RTL_QUERY_REGISTRY_TABLE table[] = {
        {NULL, RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_REQUIRED, u"Number", &wanted, REG_NONE, NULL, 0},
        {NULL, RTL_QUERY_REGISTRY_DIRECT, u"Text", &string, REG_NONE, NULL, 0},
        {NULL, RTL_QUERY_REGISTRY_DIRECT, u"Absent", &missing, REG_DWORD, &fallback, sizeof(fallback)},
        {count_strings, 0, u"List", NULL, REG_NONE, NULL, 0},
        {count_values, RTL_QUERY_REGISTRY_NOEXPAND, NULL, NULL, REG_NONE, NULL, 0},
        {NULL, 0, NULL, NULL, 0, NULL, 0},
    };
    assert_status(STATUS_SUCCESS, RtlQueryRegistryValues(RTL_REGISTRY_SERVICES, u"rtl", table, &all, NULL));
    assert_int_equal(wanted, 5);
    assert_int_equal(missing, 42);
    assert_int_equal(string.Length, 10);
    assert_memory_equal(string.Buffer, u"hello", 12);
    RtlFreeUnicodeString(&string);
    assert_int_equal(calls, 3);
    assert_int_equal(all, 3);
    RTL_QUERY_REGISTRY_TABLE required[] = {{count_values, RTL_QUERY_REGISTRY_REQUIRED, u"Absent", NULL, REG_NONE, NULL, 0}, {0}};
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, RtlQueryRegistryValues(RTL_REGISTRY_SERVICES, u"rtl", required, &all, NULL));
    RTL_QUERY_REGISTRY_TABLE full[] = {{NULL, RTL_QUERY_REGISTRY_DIRECT, u"Text", &tight, REG_NONE, NULL, 0}, {0}};
    assert_status(STATUS_BUFFER_TOO_SMALL, RtlQueryRegistryValues(RTL_REGISTRY_SERVICES, u"rtl", full, &all, NULL));
    RTL_QUERY_REGISTRY_TABLE typed[] = {{NULL, RTL_QUERY_REGISTRY_DIRECT | 0x100, u"Text", &wanted, REG_DWORD << 24, NULL, 0}, {0}};
    assert_status(STATUS_OBJECT_TYPE_MISMATCH, RtlQueryRegistryValues(RTL_REGISTRY_SERVICES, u"rtl", typed, &all, NULL));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, RtlQueryRegistryValues(RTL_REGISTRY_SERVICES, u"nothing", table, &all, NULL));
    assert_status(STATUS_SUCCESS,
        RtlQueryRegistryValues(RTL_REGISTRY_SERVICES | RTL_REGISTRY_OPTIONAL, u"nothing", table, &all, NULL));
    assert_status(STATUS_SUCCESS, RtlDeleteRegistryValue(RTL_REGISTRY_SERVICES, u"rtl", u"Number"));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, RtlDeleteRegistryValue(RTL_REGISTRY_SERVICES, u"rtl", u"Number"));
    RTL_QUERY_REGISTRY_TABLE sub[] = {
        {NULL, RTL_QUERY_REGISTRY_SUBKEY, u"rtl", NULL, REG_NONE, NULL, 0},
        {NULL, RTL_QUERY_REGISTRY_DIRECT, u"Text", &string, REG_NONE, NULL, 0},
        {0},
    };
    string = (UNICODE_STRING){0, 0, NULL};
    assert_status(STATUS_SUCCESS, RtlQueryRegistryValues(RTL_REGISTRY_SERVICES, NULL, sub, &all, NULL));
    assert_int_equal(string.Length, 10);
    RtlFreeUnicodeString(&string);
}

static void test_driver_key(void **state)
{
    (void)state;
    DRIVER_OBJECT driver;
    HANDLE handle;
    memset(&driver, 0, sizeof(driver));
    RtlInitUnicodeString(&driver.DriverName, u"\\FileSystem\\myflt");
    assert_status(STATUS_SUCCESS, IoOpenDriverRegistryKey(&driver, DriverRegKeyParameters, KEY_READ, 0, &handle));
    assert_status(STATUS_SUCCESS, set(handle, u"Debug", REG_DWORD, &(ULONG){3}, 4));
    ZwClose(handle);
    struct cm_key *key;
    ULONG number;
    assert_status(STATUS_SUCCESS, cm_open(NULL, u"\\Registry\\Machine\\System\\ControlSet001\\Services\\myflt\\Parameters", false, &key));
    assert_status(STATUS_SUCCESS, cm_get_dword(key, u"debug", &number));
    assert_int_equal(number, 3);
    cm_close(key);
    assert_status(STATUS_INVALID_PARAMETER, IoOpenDriverRegistryKey(&driver, (DRIVER_REGKEY_TYPE)9, KEY_READ, 0, &handle));
}

static void test_simple(void **state)
{
    (void)state;
    struct cm_key *key;
    UNICODE_STRING string, name;
    WCHAR *list;
    ULONG number;
    assert_status(STATUS_SUCCESS, cm_open(NULL, TEST_KEY u"\\Instances\\One", true, &key));
    assert_status(STATUS_SUCCESS, cm_set_string(key, u"Altitude", u"370030.5"));
    assert_status(STATUS_SUCCESS, cm_set_multi(key, u"List", u"x\0yy\0"));
    assert_status(STATUS_SUCCESS, cm_get_string(key, u"altitude", &string));
    assert_int_equal(string.Length, 16);
    ExFreePool(string.Buffer);
    assert_status(STATUS_OBJECT_TYPE_MISMATCH, cm_get_dword(key, u"Altitude", &number));
    assert_status(STATUS_SUCCESS, cm_get_multi(key, u"List", &list));
    assert_memory_equal(list, u"x\0yy\0", 12);
    ExFreePool(list);
    cm_close(key);
    assert_status(STATUS_SUCCESS, cm_open(NULL, TEST_KEY u"\\Instances", false, &key));
    assert_status(STATUS_SUCCESS, cm_enumerate(key, 0, &name));
    assert_memory_equal(name.Buffer, u"One", 8);
    ExFreePool(name.Buffer);
    assert_status(STATUS_NO_MORE_ENTRIES, cm_enumerate(key, 1, &name));
    cm_close(key);
    assert_status(STATUS_SUCCESS, cm_delete_tree(NULL, TEST_KEY));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, cm_open(NULL, TEST_KEY, false, &key));
    assert_status(STATUS_CANNOT_DELETE, cm_delete_tree(NULL, u"\\Registry\\Machine\\Software"));
}

/* ---- many threads ---- */

static void *churn(void *context)
{
    HANDLE key, sub;
    WCHAR name[] = u"k0";
    name[1] = (WCHAR)(u'0' + (uintptr_t)context % 3);
    for (int i = 0; i < 300; i++) {
        _Alignas(8) char buffer[64];
        ULONG need;
        UNICODE_STRING value = text(u"v");
        if (!NT_SUCCESS(create_key(TEST_KEY, NULL, 0, &key, NULL)))
            return context;
        if (NT_SUCCESS(create_key(name, key, 0, &sub, NULL))) {
            set(sub, u"v", REG_SZ, u"x", 4);
            ZwQueryValueKey(sub, &value, KeyValueFullInformation, buffer, sizeof(buffer), &need);
            ZwDeleteKey(sub);
            ZwClose(sub);
        }
        ZwEnumerateKey(key, 0, KeyBasicInformation, buffer, sizeof(buffer), &need);
        ZwClose(key);
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    pthread_t threads[6];
    void *result;
    for (uintptr_t i = 0; i < 6; i++)
        pthread_create(&threads[i], NULL, churn, (void *)(i + 1));
    for (int i = 0; i < 6; i++) {
        pthread_join(threads[i], &result);
        assert_null(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("ZwCreateKey ZwOpenKey ZwDeleteKey: dispositions and the status of each wrong name", test_create, NULL, clean),
        TEST_WITH("CurrentControlSet is a link; names of keys", test_links, NULL, clean),
        TEST_WITH("ZwQueryValueKey ZwSetValueKey ZwDeleteValueKey: every class, every length", test_query_value, NULL, clean),
        TEST_WITH("ZwEnumerateKey ZwEnumerateValueKey ZwQueryKey", test_enumerate, NULL, clean),
        TEST_WITH("volatile keys have volatile children and are not saved", test_volatile, NULL, clean),
        TEST_WITH("CmRegisterCallbackEx: see, refuse, bypass, contexts, end", test_callbacks, NULL, clean),
        TEST_WITH("CmRegisterCallbackEx: order of altitudes, leak", test_callback_order, NULL, clean),
        TEST_WITH("ZwNotifyChangeKey with an event", test_notify, NULL, clean),
        TEST_WITH("ZwNotifyChangeKey that waits", test_notify_synchronous, NULL, clean),
        TEST_WITH("RtlQueryRegistryValues RtlWriteRegistryValue RtlCreateRegistryKey and kin", test_rtl, NULL, clean),
        TEST_WITH("IoOpenDriverRegistryKey: the Parameters key", test_driver_key, NULL, clean),
        TEST_WITH("F-053 the manager's own reading and writing", test_simple, NULL, clean),
        TEST_WITH("keys under six threads", test_threads, NULL, clean),
    };
    return RUN_TESTS(tests, start, NULL);
}
