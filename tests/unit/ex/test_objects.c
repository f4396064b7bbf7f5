/* Callback objects, I/O work items, one-time initialisation, UUIDs. */
#include "harness.h"

#include <pthread.h>

#include "capture.h"
#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/ps/ps.h"

static int start_kernel(void **state)
{
    return NT_SUCCESS(ps_init()) ? 0 : -1;
}

static long sum;

static void add(PVOID context, PVOID argument1, PVOID argument2)
{
    sum += (long)context * ((long)argument1 + (long)argument2);
}

static void callback_objects(void **state)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(u"\\Callback\\Tested");
    OBJECT_ATTRIBUTES attributes;
    PCALLBACK_OBJECT object, again;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, ExCreateCallback(&object, &attributes, FALSE, TRUE));
    assert_status(STATUS_SUCCESS, ExCreateCallback(&object, &attributes, TRUE, TRUE));
    assert_status(STATUS_SUCCESS, ExCreateCallback(&again, &attributes, FALSE, TRUE));
    assert_ptr_equal(object, again);
    PVOID first = ExRegisterCallback(object, add, (PVOID)1), second = ExRegisterCallback(object, add, (PVOID)10);
    ExNotifyCallback(object, (PVOID)2, (PVOID)3);
    assert_int_equal(55, sum);
    ExUnregisterCallback(first);
    ExNotifyCallback(object, (PVOID)1, NULL);
    assert_int_equal(65, sum);
    ExUnregisterCallback(second);
    ExNotifyCallback(object, (PVOID)1, NULL);
    assert_int_equal(65, sum);
    ObfDereferenceObject(object);
    ObfDereferenceObject(object);
    attributes.ObjectName = NULL;
    assert_status(STATUS_SUCCESS, ExCreateCallback(&object, &attributes, TRUE, FALSE));
    first = ExRegisterCallback(object, add, NULL);
    assert_non_null(first);
    assert_null(ExRegisterCallback(object, add, NULL)); /* only one is allowed */
    ExUnregisterCallback(first);
    ObfDereferenceObject(object);
}

static KEVENT ran;
static PVOID seen_object, seen_context;
static PIO_WORKITEM seen_item;

static void routine(PDEVICE_OBJECT object, PVOID context)
{
    seen_object = object;
    seen_context = context;
    KeSetEvent(&ran, 0, FALSE);
}

static void routine_ex(PVOID object, PVOID context, PIO_WORKITEM item)
{
    seen_item = item;
    IoFreeWorkItem(item); /* allowed: it is not queued any more */
    KeSetEvent(&ran, 0, FALSE);
}

static void io_work_items(void **state)
{
    PCALLBACK_OBJECT device; /* any object will do as the device */
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, NULL, 0, NULL, NULL);
    ExCreateCallback(&device, &attributes, TRUE, TRUE);
    LONG64 references = ob_reference_count(device);
    KeInitializeEvent(&ran, SynchronizationEvent, FALSE);
    PIO_WORKITEM item = IoAllocateWorkItem((PDEVICE_OBJECT)device);
    IoQueueWorkItem(item, routine, DelayedWorkQueue, &ran);
    KeWaitForSingleObject(&ran, Executive, KernelMode, FALSE, NULL);
    assert_ptr_equal(device, seen_object);
    assert_ptr_equal(&ran, seen_context);
    ex_work_drain(NULL, 5000);
    assert_int_equal(references, ob_reference_count(device));
    IoQueueWorkItemEx(item, routine_ex, DelayedWorkQueue, NULL);
    KeWaitForSingleObject(&ran, Executive, KernelMode, FALSE, NULL);
    assert_ptr_equal(item, seen_item);
    ex_work_drain(NULL, 5000);
    assert_int_equal(0, reports);
    ObfDereferenceObject(device);
}

static long initialised;

static ULONG initialise(PRTL_RUN_ONCE once, PVOID parameter, PVOID *context)
{
    sched_yield();
    __atomic_add_fetch(&initialised, 1, __ATOMIC_RELAXED);
    *context = parameter;
    return TRUE;
}

static RTL_RUN_ONCE once;

static void *execute(void *context)
{
    PVOID result = NULL;
    RtlRunOnceExecuteOnce(&once, initialise, context, &result);
    return result;
}

static void run_once(void **state)
{
    pthread_t threads[4];
    static long target;
    RtlRunOnceInitialize(&once);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, execute, &target);
    for (int i = 0; i < 4; i++) {
        void *result;
        pthread_join(threads[i], &result);
        assert_ptr_equal(&target, result);
    }
    assert_int_equal(1, initialised);
    PVOID context;
    assert_status(STATUS_SUCCESS, RtlRunOnceBeginInitialize(&once, RTL_RUN_ONCE_CHECK_ONLY, &context));
    RtlRunOnceInitialize(&once);
    assert_status(STATUS_UNSUCCESSFUL, RtlRunOnceBeginInitialize(&once, RTL_RUN_ONCE_CHECK_ONLY, &context));
    assert_status(STATUS_PENDING, RtlRunOnceBeginInitialize(&once, 0, &context));
    assert_status(STATUS_SUCCESS, RtlRunOnceComplete(&once, RTL_RUN_ONCE_INIT_FAILED, NULL));
    assert_status(STATUS_PENDING, RtlRunOnceBeginInitialize(&once, 0, &context));
    assert_status(STATUS_SUCCESS, RtlRunOnceComplete(&once, 0, &target));
}

static void uuids(void **state)
{
    UUID a, b;
    assert_status(STATUS_SUCCESS, ExUuidCreate(&a));
    assert_status(STATUS_SUCCESS, ExUuidCreate(&b));
    assert_memory_not_equal(&a, &b, sizeof a);
    assert_int_equal(4, a.Data3 >> 12);
    assert_int_equal(2, a.Data4[0] >> 6);
}

static void versions(void **state)
{
    RTL_OSVERSIONINFOEXW info = {.dwOSVersionInfoSize = sizeof info};
    assert_status(STATUS_SUCCESS, RtlGetVersion((PRTL_OSVERSIONINFOW)&info));
    assert_int_equal(10, info.dwMajorVersion);
    assert_int_equal(VER_NT_WORKSTATION, info.wProductType);
    ULONGLONG at_least = VerSetConditionMask(VerSetConditionMask(0, VER_MAJORVERSION, VER_GREATER_EQUAL), VER_MINORVERSION, VER_GREATER_EQUAL);
    RTL_OSVERSIONINFOEXW asked = {.dwMajorVersion = 6, .dwMinorVersion = 3};
    assert_status(STATUS_SUCCESS, RtlVerifyVersionInfo(&asked, VER_MAJORVERSION | VER_MINORVERSION, at_least));
    asked.dwMajorVersion = 11;
    assert_status(STATUS_REVISION_MISMATCH, RtlVerifyVersionInfo(&asked, VER_MAJORVERSION | VER_MINORVERSION, at_least));
}

static void driver_runtime(void **state)
{
    ExInitializeDriverRuntime(DrvRtPoolNxOptIn);
    void *memory = ExAllocatePoolWithTag(NonPagedPool, 8, 'tseT');
    assert_non_null(memory);
    ExFreePool(memory);
    assert_int_equal(0, reports);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("ExCreateCallback, ExRegisterCallback, ExNotifyCallback", callback_objects, start_capture, end_capture),
        TEST_WITH("IoQueueWorkItem runs the routine and keeps its device", io_work_items, start_capture, end_capture),
        TEST_WITH("RtlRunOnceExecuteOnce initialises once", run_once, start_capture, end_capture),
        TEST_WITH("ExUuidCreate", uuids, start_capture, end_capture),
        TEST_WITH("RtlGetVersion, RtlVerifyVersionInfo", versions, start_capture, end_capture),
        TEST_WITH("ExInitializeDriverRuntime", driver_runtime, start_capture, end_capture),
    };
    return RUN_TESTS(tests, start_kernel, NULL);
}
