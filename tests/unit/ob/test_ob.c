/* Objects, names and handles. */
#include "harness.h"

#include "ntoskrnl/ob/inner.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/report.h"
#include "ntoskrnl/ps/ps.h"
#include "ntoskrnl/se/se.h"

#include <pthread.h>

static int start(void **state)
{
    (void)state;
    return NT_SUCCESS(ps_init()) ? 0 : -1;
}

static UNICODE_STRING text(const WCHAR *literal)
{
    UNICODE_STRING s;
    RtlInitUnicodeString(&s, literal);
    return s;
}

static OBJECT_ATTRIBUTES named(UNICODE_STRING *name, ULONG attributes)
{
    OBJECT_ATTRIBUTES oa;
    InitializeObjectAttributes(&oa, name, attributes, NULL, NULL);
    return oa;
}

/* A type that counts what happens to its objects. */
static unsigned closes, last_closes, deletes;

static VOID count_close(PVOID object, PEPROCESS process, ULONG handles)
{
    (void)object;
    (void)process;
    __atomic_fetch_add(&closes, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&last_closes, handles == 1, __ATOMIC_RELAXED);
}

static VOID count_delete(PVOID object)
{
    (void)object;
    __atomic_fetch_add(&deletes, 1, __ATOMIC_RELEASE);
}

static POBJECT_TYPE counted_type(void)
{
    static POBJECT_TYPE type;
    static const struct ob_type_ops ops = {.close = count_close, .delete = count_delete};
    static const struct ob_type_info info = {.name = u"Counted", .mapping = {0x20001, 0x20002, 0x20004, 0x1f00ff},
        .valid_access = 0x1f00ff, .must_secure = true, .ops = &ops};
    if (!type)
        type = ob_type_create(&info);
    return type;
}

static PVOID make(void)
{
    PVOID object;
    assert_status(STATUS_SUCCESS, ob_create(counted_type(), 64, &object));
    closes = last_closes = deletes = 0;
    return object;
}

static void test_references(void **state)
{
    (void)state;
    PVOID object = make();
    assert_int_equal((uintptr_t)object % 16, 0);
    assert_int_equal(ObReferenceObject(object), 2);
    assert_int_equal(ObDereferenceObject(object), 1);
    assert_int_equal(deletes, 0);
    assert_status(STATUS_SUCCESS, ObReferenceObjectByPointer(object, 0, counted_type(), UserMode));
    assert_status(STATUS_OBJECT_TYPE_MISMATCH, ObReferenceObjectByPointer(object, 0, *ExEventObjectType, UserMode));
    ObDereferenceObject(object);
    assert_int_equal(deletes, 0);
    ObDereferenceObject(object);
    assert_int_equal(deletes, 1);
}

static void test_deferred(void **state)
{
    (void)state;
    PVOID object = make();
    KIRQL old = ke_irql_enter(DISPATCH_LEVEL);
    ObDereferenceObject(object);
    ke_irql_leave(old);
    /* The worker deletes it: wait through the counter, with a bound. */
    for (int i = 0; i < 2000 && !__atomic_load_n(&deletes, __ATOMIC_ACQUIRE); i++) {
        LARGE_INTEGER ms = {.QuadPart = -10000};
        KeDelayExecutionThread(KernelMode, FALSE, &ms);
    }
    assert_int_equal(__atomic_load_n(&deletes, __ATOMIC_ACQUIRE), 1);
}

static void test_handles(void **state)
{
    (void)state;
    PVOID object = make(), found;
    HANDLE handle, second;
    OBJECT_HANDLE_INFORMATION info;
    assert_status(STATUS_SUCCESS, ob_handle_create(object, 3, OBJ_KERNEL_HANDLE, &handle));
    assert_true((ULONG_PTR)handle >= 0xffffffff80000000ul);
    assert_int_equal((ULONG_PTR)handle % 4, 0);
    assert_status(STATUS_SUCCESS, ObReferenceObjectByHandle(handle, 1, counted_type(), KernelMode, &found, &info));
    assert_ptr_equal(found, object);
    assert_int_equal(info.GrantedAccess, 3);
    ObDereferenceObject(found);
    assert_status(STATUS_INVALID_HANDLE, ObReferenceObjectByHandle(handle, 1, counted_type(), UserMode, &found, NULL));
    assert_status(STATUS_OBJECT_TYPE_MISMATCH, ObReferenceObjectByHandle(handle, 1, *ExEventObjectType, KernelMode, &found, NULL));
    assert_status(STATUS_SUCCESS,
        ZwDuplicateObject(NtCurrentProcess(), handle, NtCurrentProcess(), &second, 0, OBJ_KERNEL_HANDLE, DUPLICATE_SAME_ACCESS));
    assert_int_equal(ob_handle_count(object), 2);
    assert_status(STATUS_SUCCESS, ZwClose(handle));
    assert_int_equal(closes, 1);
    assert_int_equal(last_closes, 0);
    assert_status(STATUS_SUCCESS, ZwClose(second));
    assert_int_equal(last_closes, 1);
    assert_int_equal(deletes, 0);
    ObDereferenceObject(object);
    assert_int_equal(deletes, 1);
}

static void silent(void *context, enum ke_log_level level, const char *driver, const char *line)
{
    (void)level;
    (void)driver;
    snprintf(context, 512, "%s", line);
}

static void test_bad_close(void **state)
{
    (void)state;
    PVOID object = make();
    HANDLE handle;
    char said[512] = "";
    ke_report_set_sink(silent, said);
    assert_status(STATUS_SUCCESS, ob_handle_create(object, 1, OBJ_KERNEL_HANDLE, &handle));
    assert_status(STATUS_SUCCESS, ZwClose(handle));
    assert_status(STATUS_INVALID_HANDLE, ZwClose(handle));
    assert_non_null(strstr(said, "ZwClose"));
    ke_report_set_sink(NULL, NULL);
    ObDereferenceObject(object);
}

static void test_protected_handle(void **state)
{
    (void)state;
    PVOID object = make();
    HANDLE handle;
    OBJECT_HANDLE_FLAG_INFORMATION flags = {.ProtectFromClose = TRUE};
    assert_status(STATUS_SUCCESS, ob_handle_create(object, 1, OBJ_KERNEL_HANDLE, &handle));
    assert_status(STATUS_SUCCESS, ObSetHandleAttributes(handle, &flags, KernelMode));
    assert_status(STATUS_HANDLE_NOT_CLOSABLE, ZwClose(handle));
    flags.ProtectFromClose = FALSE;
    assert_status(STATUS_SUCCESS, ObSetHandleAttributes(handle, &flags, KernelMode));
    assert_status(STATUS_SUCCESS, ZwClose(handle));
    ObDereferenceObject(object);
}

/* Handles belong to the process that made them; user-mode access is checked. */
static void test_process_handles(void **state)
{
    (void)state;
    gid_t groups[] = {100};
    PEPROCESS process = ps_process_create_simulated(1000, 1000, groups, 1, "/usr/bin/app");
    PETHREAD thread = ps_thread_of_process(process, 0), before;
    PVOID object = make(), found;
    HANDLE handle;
    before = ps_set_current(thread);
    assert_status(STATUS_SUCCESS, ob_handle_create(object, 1, 0, &handle));
    assert_true((ULONG_PTR)handle < 0x80000000ul);
    assert_status(STATUS_SUCCESS, ObReferenceObjectByHandle(handle, 1, counted_type(), UserMode, &found, NULL));
    ObDereferenceObject(found);
    assert_status(STATUS_ACCESS_DENIED, ObReferenceObjectByHandle(handle, 2, counted_type(), UserMode, &found, NULL));
    assert_status(STATUS_SUCCESS, ObReferenceObjectByHandle(handle, 2, counted_type(), KernelMode, &found, NULL));
    ObDereferenceObject(found);
    ps_set_current(before);
    assert_status(STATUS_INVALID_HANDLE, ObReferenceObjectByHandle(handle, 1, counted_type(), UserMode, &found, NULL));
    /* A descriptor of the system only: uid 1000 is refused, the kernel is not. */
    before = ps_set_current(thread);
    assert_status(STATUS_ACCESS_DENIED, ObOpenObjectByPointer(object, 0, NULL, 1, counted_type(), UserMode, &handle));
    assert_null(handle);
    ps_set_current(before);
    assert_status(STATUS_SUCCESS, ObOpenObjectByPointer(object, OBJ_KERNEL_HANDLE, NULL, 1, counted_type(), KernelMode, &handle));
    assert_status(STATUS_SUCCESS, ZwClose(handle));
    /* The process' end closes what it had. */
    closes = 0;
    ObDereferenceObject(thread);
    ps_process_end_simulated(process, 0);
    assert_int_equal(closes, 1);
    ObDereferenceObject(object);
    assert_int_equal(deletes, 1);
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const WCHAR *name;
        ULONG attributes;
        NTSTATUS status;
    } cases[] = {
        {u"\\Device\\TestDevice", 0, STATUS_SUCCESS},
        {u"\\device\\TESTDEVICE", 0, STATUS_OBJECT_PATH_NOT_FOUND},
        {u"\\device\\TESTDEVICE", OBJ_CASE_INSENSITIVE, STATUS_SUCCESS},
        {u"\\??\\T:", 0, STATUS_SUCCESS},
        {u"\\DosDevices\\T:", 0, STATUS_SUCCESS},
        {u"\\GLOBAL??\\t:", OBJ_CASE_INSENSITIVE, STATUS_SUCCESS},
        {u"\\Device\\Nothing", 0, STATUS_OBJECT_NAME_NOT_FOUND},
        {u"\\Nothing\\More", 0, STATUS_OBJECT_PATH_NOT_FOUND},
        {u"Device\\TestDevice", 0, STATUS_OBJECT_PATH_SYNTAX_BAD},
        {u"", 0, STATUS_OBJECT_PATH_SYNTAX_BAD},
        {u"\\Device\\\\TestDevice", 0, STATUS_OBJECT_NAME_INVALID},
        {u"\\Device\\", 0, STATUS_OBJECT_NAME_INVALID},
        {u"\\??\\Loop", 0, STATUS_OBJECT_NAME_NOT_FOUND},
    };
    UNICODE_STRING path = text(u"\\Device\\TestDevice"), link = text(u"\\??\\T:"), loop = text(u"\\??\\Loop");
    PVOID object = make(), found;
    assert_status(STATUS_SUCCESS, ob_insert_name(object, &path, OBJ_CASE_INSENSITIVE));
    assert_status(STATUS_SUCCESS, ob_make_symlink(&link, &path));
    assert_status(STATUS_SUCCESS, ob_make_symlink(&loop, &loop));
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        UNICODE_STRING name = text(cases[i].name);
        NTSTATUS status = ob_reference_by_name(&name, cases[i].attributes, counted_type(), NULL, &found);
        if (status != cases[i].status)
            fail_msg("case %zu: expected 0x%08x, got 0x%08x", i, (unsigned)cases[i].status, (unsigned)status);
        if (NT_SUCCESS(status)) {
            assert_ptr_equal(found, object);
            ObDereferenceObject(found);
        }
    }
    assert_status(STATUS_OBJECT_TYPE_MISMATCH, ob_reference_by_name(&path, 0, *ExEventObjectType, NULL, &found));
    assert_status(STATUS_SUCCESS, ob_delete_symlink(&link));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, ob_reference_by_name(&link, 0, NULL, NULL, &found));
    assert_status(STATUS_SUCCESS, ob_delete_symlink(&loop));
    ob_remove_name(object);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, ob_reference_by_name(&path, 0, NULL, NULL, &found));
    ObDereferenceObject(object);
    assert_int_equal(deletes, 1);
}

/* What is left of a name behind an object: how a file name reaches its volume. */
static void test_remaining(void **state)
{
    (void)state;
    UNICODE_STRING path = text(u"\\Device\\TestVolume"), link = text(u"\\??\\U:"), name = text(u"\\??\\U:\\dir\\file"), rest;
    PVOID object = make(), found;
    assert_status(STATUS_SUCCESS, ob_insert_name(object, &path, OBJ_CASE_INSENSITIVE));
    assert_status(STATUS_SUCCESS, ob_make_symlink(&link, &path));
    OBJECT_ATTRIBUTES oa = named(&name, OBJ_CASE_INSENSITIVE);
    assert_status(STATUS_SUCCESS, ob_lookup(&oa, KernelMode, &found, &rest));
    assert_ptr_equal(found, object);
    UNICODE_STRING expected = text(u"\\dir\\file");
    assert_true(RtlEqualUnicodeString(&rest, &expected, FALSE));
    ob_free_name(&rest);
    ObDereferenceObject(found);
    name = text(u"\\GLOBAL??\\U:\\");
    oa = named(&name, 0);
    assert_status(STATUS_SUCCESS, ob_lookup(&oa, KernelMode, &found, &rest));
    assert_int_equal(rest.Length, 2);
    ob_free_name(&rest);
    ObDereferenceObject(found);
    /* relative to a handle of something that is no directory: all of the name is left */
    HANDLE handle;
    assert_status(STATUS_SUCCESS, ob_handle_create(object, 1, OBJ_KERNEL_HANDLE, &handle));
    name = text(u"sub\\file");
    InitializeObjectAttributes(&oa, &name, 0, handle, NULL);
    assert_status(STATUS_SUCCESS, ob_lookup(&oa, KernelMode, &found, &rest));
    assert_ptr_equal(found, object);
    assert_true(RtlEqualUnicodeString(&rest, &name, FALSE));
    ob_free_name(&rest);
    ObDereferenceObject(found);
    ZwClose(handle);
    ob_delete_symlink(&link);
    ob_remove_name(object);
    ObDereferenceObject(object);
}

static void test_insert(void **state)
{
    (void)state;
    UNICODE_STRING name = text(u"\\BaseNamedObjects\\One"), again = text(u"\\BaseNamedObjects\\one");
    OBJECT_ATTRIBUTES oa = named(&name, OBJ_KERNEL_HANDLE);
    HANDLE first, second;
    assert_status(STATUS_SUCCESS, ZwCreateEvent(&first, EVENT_ALL_ACCESS, &oa, NotificationEvent, TRUE));
    assert_status(STATUS_OBJECT_NAME_COLLISION, ZwCreateEvent(&second, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE));
    oa.Attributes |= OBJ_OPENIF;
    assert_status(STATUS_OBJECT_NAME_EXISTS, ZwCreateEvent(&second, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE));
    LARGE_INTEGER zero = {.QuadPart = 0};
    assert_status(STATUS_SUCCESS, ZwWaitForSingleObject(second, FALSE, &zero)); /* the first one's state */
    LONG before;
    assert_status(STATUS_SUCCESS, ZwResetEvent(first, &before));
    assert_int_equal(before, 1);
    assert_status(STATUS_TIMEOUT, ZwWaitForSingleObject(second, FALSE, &zero));
    assert_status(STATUS_SUCCESS, ZwSetEvent(second, NULL));
    assert_status(STATUS_SUCCESS, ZwWaitForSingleObject(first, FALSE, &zero));
    ZwClose(second);
    oa = named(&again, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE);
    assert_status(STATUS_SUCCESS, ZwOpenEvent(&second, EVENT_ALL_ACCESS, &oa));
    ZwClose(first);
    ZwClose(second); /* the last handle takes the name with it */
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, ZwOpenEvent(&second, EVENT_ALL_ACCESS, &oa));
    UNICODE_STRING nowhere = text(u"\\NoSuchDirectory\\X");
    oa = named(&nowhere, 0);
    assert_status(STATUS_OBJECT_PATH_NOT_FOUND, ZwCreateEvent(&first, EVENT_ALL_ACCESS, &oa, NotificationEvent, TRUE));
}

static void test_permanent(void **state)
{
    (void)state;
    UNICODE_STRING name = text(u"\\PermanentDirectory");
    OBJECT_ATTRIBUTES oa = named(&name, OBJ_PERMANENT | OBJ_KERNEL_HANDLE);
    HANDLE directory;
    assert_status(STATUS_SUCCESS, ZwCreateDirectoryObject(&directory, DIRECTORY_ALL_ACCESS, &oa));
    ZwClose(directory);
    assert_status(STATUS_SUCCESS, ZwOpenDirectoryObject(&directory, DIRECTORY_ALL_ACCESS, &oa));
    assert_status(STATUS_SUCCESS, ZwMakeTemporaryObject(directory));
    ZwClose(directory);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, ZwOpenDirectoryObject(&directory, DIRECTORY_ALL_ACCESS, &oa));
}

static void test_symlink_calls(void **state)
{
    (void)state;
    UNICODE_STRING name = text(u"\\??\\LinkTest"), target = text(u"\\Device\\Somewhere");
    OBJECT_ATTRIBUTES oa = named(&name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE);
    HANDLE made, opened;
    WCHAR buffer[64];
    UNICODE_STRING answer = {0, sizeof(buffer), buffer}, small = {0, 10, buffer};
    ULONG need;
    assert_status(STATUS_SUCCESS, ZwCreateSymbolicLinkObject(&made, SYMBOLIC_LINK_ALL_ACCESS, &oa, &target));
    assert_status(STATUS_SUCCESS, ZwOpenSymbolicLinkObject(&opened, GENERIC_READ, &oa));
    assert_status(STATUS_SUCCESS, ZwQuerySymbolicLinkObject(opened, &answer, &need));
    assert_true(RtlEqualUnicodeString(&answer, &target, FALSE));
    assert_int_equal(need, target.Length + 2);
    assert_status(STATUS_BUFFER_TOO_SMALL, ZwQuerySymbolicLinkObject(opened, &small, &need));
    assert_int_equal(need, target.Length + 2);
    ZwClose(opened);
    ZwClose(made);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, ZwOpenSymbolicLinkObject(&opened, GENERIC_READ, &oa));
    UNICODE_STRING device = text(u"\\Device");
    oa = named(&device, OBJ_KERNEL_HANDLE);
    assert_status(STATUS_OBJECT_TYPE_MISMATCH, ZwOpenSymbolicLinkObject(&opened, GENERIC_READ, &oa));
}

static void test_query_name(void **state)
{
    (void)state;
    UNICODE_STRING path = text(u"\\Device\\NameTest");
    PVOID object = make();
    ULONG need = 0;
    struct {
        OBJECT_NAME_INFORMATION info;
        WCHAR text[64];
    } answer;
    assert_status(STATUS_SUCCESS, ObQueryNameString(object, &answer.info, sizeof(answer), &need));
    assert_int_equal(answer.info.Name.Length, 0);
    assert_int_equal(need, sizeof(OBJECT_NAME_INFORMATION));
    ob_insert_name(object, &path, 0);
    assert_status(STATUS_INFO_LENGTH_MISMATCH, ObQueryNameString(object, NULL, 0, &need));
    assert_int_equal(need, sizeof(OBJECT_NAME_INFORMATION) + path.Length + 2);
    assert_status(STATUS_SUCCESS, ObQueryNameString(object, &answer.info, sizeof(answer), &need));
    assert_true(RtlEqualUnicodeString(&answer.info.Name, &path, FALSE));
    HANDLE handle;
    PUBLIC_OBJECT_BASIC_INFORMATION basic;
    ob_handle_create(object, 5, OBJ_KERNEL_HANDLE, &handle);
    assert_status(STATUS_SUCCESS, ZwQueryObject(handle, ObjectBasicInformation, &basic, sizeof(basic), &need));
    assert_int_equal(basic.GrantedAccess, 5);
    assert_int_equal(basic.HandleCount, 1);
    assert_int_equal(basic.PointerCount, 2);
    assert_status(STATUS_INFO_LENGTH_MISMATCH, ZwQueryObject(handle, ObjectBasicInformation, &basic, 4, &need));
    ZwClose(handle);
    ob_remove_name(object);
    ObDereferenceObject(object);
}

/* ---- callbacks ---- */

static unsigned pre_calls, post_calls;
static ACCESS_MASK post_granted;

static OB_PREOP_CALLBACK_STATUS strip_terminate(PVOID context, POB_PRE_OPERATION_INFORMATION info)
{
    (void)context;
    pre_calls++;
    info->CallContext = &pre_calls;
    info->Parameters->CreateHandleInformation.DesiredAccess &= ~(ACCESS_MASK)PROCESS_TERMINATE;
    info->Parameters->CreateHandleInformation.DesiredAccess |= 0x00080000; /* adding has no effect */
    return OB_PREOP_SUCCESS;
}

static void see_granted(PVOID context, POB_POST_OPERATION_INFORMATION info)
{
    (void)context;
    post_calls++;
    assert_ptr_equal(info->CallContext, &pre_calls);
    post_granted = info->Parameters->CreateHandleInformation.GrantedAccess;
}

static void test_callbacks(void **state)
{
    (void)state;
    OB_OPERATION_REGISTRATION operation = {PsProcessType, OB_OPERATION_HANDLE_CREATE, strip_terminate, see_granted};
    OB_CALLBACK_REGISTRATION registration = {OB_FLT_REGISTRATION_VERSION, 1, text(u"321000.5"), NULL, &operation};
    PVOID cookie, other;
    HANDLE handle;
    OBJECT_HANDLE_INFORMATION info;
    PVOID found;
    PEPROCESS process = ps_process_create_simulated(1, 1, NULL, 0, NULL);
    assert_int_equal(ObGetFilterVersion(), OB_FLT_REGISTRATION_VERSION);
    assert_status(STATUS_SUCCESS, ObRegisterCallbacks(&registration, &cookie));
    assert_status(STATUS_FLT_INSTANCE_ALTITUDE_COLLISION, ObRegisterCallbacks(&registration, &other));
    assert_status(STATUS_SUCCESS, ObOpenObjectByPointer(process, OBJ_KERNEL_HANDLE, NULL, PROCESS_TERMINATE | PROCESS_QUERY_INFORMATION,
                                      *PsProcessType, KernelMode, &handle));
    assert_int_equal(pre_calls, 1);
    assert_int_equal(post_calls, 1);
    assert_status(STATUS_SUCCESS, ObReferenceObjectByHandle(handle, 0, NULL, KernelMode, &found, &info));
    assert_int_equal(info.GrantedAccess, PROCESS_QUERY_INFORMATION);
    assert_int_equal(post_granted, PROCESS_QUERY_INFORMATION);
    ObDereferenceObject(found);
    ZwClose(handle);
    ObUnRegisterCallbacks(cookie);
    assert_status(STATUS_SUCCESS,
        ObOpenObjectByPointer(process, OBJ_KERNEL_HANDLE, NULL, PROCESS_TERMINATE, *PsProcessType, KernelMode, &handle));
    assert_int_equal(pre_calls, 1);
    ZwClose(handle);
    operation.ObjectType = ExEventObjectType;
    assert_status(STATUS_INVALID_PARAMETER, ObRegisterCallbacks(&registration, &cookie));
    ps_process_end_simulated(process, 0);
}

static void test_leaks(void **state)
{
    (void)state;
    char said[512] = "";
    PVOID object = make();
    HANDLE handle;
    UNICODE_STRING path = text(u"\\Device\\LeftBehind");
    struct ke_scope scope = ke_callback_enter("leaky", "DriverEntry", NULL);
    assert_status(STATUS_SUCCESS, ob_handle_create(object, 1, OBJ_KERNEL_HANDLE, &handle));
    PVOID left;
    ob_create(counted_type(), 8, &left);
    ob_insert_name(left, &path, 0);
    ke_callback_leave(scope);
    ke_report_set_sink(silent, said);
    assert_int_equal(ob_report_leaks("leaky"), 2);
    assert_int_equal(ob_report_leaks("innocent"), 0);
    assert_non_null(strstr(said, "LeftBehind"));
    ZwClose(handle);
    ObDereferenceObject(left);
    assert_int_equal(ob_report_leaks("leaky"), 0);
    ke_report_set_sink(NULL, NULL);
    ObDereferenceObject(object);
}

/* ---- many threads ---- */

static void *open_and_close(void *context)
{
    PVOID object = context, found;
    for (int i = 0; i < 3000; i++) {
        HANDLE handle;
        if (!NT_SUCCESS(ob_handle_create(object, 1, OBJ_KERNEL_HANDLE, &handle)))
            return context;
        if (!NT_SUCCESS(ObReferenceObjectByHandle(handle, 1, counted_type(), KernelMode, &found, NULL)) || found != object)
            return context;
        ObDereferenceObject(found);
        if (!NT_SUCCESS(ZwClose(handle)))
            return context;
    }
    return NULL;
}

static void *name_and_find(void *context)
{
    UNICODE_STRING path = text(u"\\BaseNamedObjects\\Race");
    (void)context;
    for (int i = 0; i < 1500; i++) {
        OBJECT_ATTRIBUTES oa = named(&path, OBJ_OPENIF | OBJ_KERNEL_HANDLE);
        HANDLE handle;
        NTSTATUS status = ZwCreateEvent(&handle, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE);
        if (!NT_SUCCESS(status))
            return context;
        ZwClose(handle);
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    pthread_t threads[8];
    void *result;
    PVOID object = make();
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, i % 2 ? open_and_close : name_and_find, object);
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], &result);
        assert_null(result);
    }
    assert_int_equal(ob_handle_count(object), 0);
    ObDereferenceObject(object);
    assert_int_equal(deletes, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("ObReferenceObject ObDereferenceObject: the last one deletes; by pointer the type is checked", test_references),
        TEST("ObDereferenceObject at DISPATCH_LEVEL deletes in a worker", test_deferred),
        TEST("ZwClose ObReferenceObjectByHandle ZwDuplicateObject: kernel handles are negative, the last close is told", test_handles),
        TEST("ZwClose of a closed handle is STATUS_INVALID_HANDLE and reported", test_bad_close),
        TEST("ObSetHandleAttributes: a protected handle is not closed", test_protected_handle),
        TEST("ObOpenObjectByPointer: handles and access of a process", test_process_handles),
        TEST("names: links, case, and the status of each wrong name", test_names),
        TEST("names: what is left behind a device", test_remaining),
        TEST("ZwCreateEvent: collisions, OBJ_OPENIF, the name goes with the last handle", test_insert),
        TEST("ZwMakeTemporaryObject ends a permanent directory", test_permanent),
        TEST("ZwOpenSymbolicLinkObject ZwQuerySymbolicLinkObject", test_symlink_calls),
        TEST("ObQueryNameString ZwQueryObject", test_query_name),
        TEST("ObRegisterCallbacks takes rights away, in order, and ends", test_callbacks),
        TEST("handles and names that a driver left are told with its name", test_leaks),
        TEST("handles and names under eight threads", test_threads),
    };
    return RUN_TESTS(tests, start, NULL);
}
