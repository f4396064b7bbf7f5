/* FilterUnload and FltUnregisterFilter: sections 2.4 to 2.6. */
#include "probe.h"

#include "fltmgr/object.h"
#include "ntoskrnl/ke/ke.h"

static void not_mandatory(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Polite", .altitude = "310000", .unload_answer = STATUS_FLT_DO_NOT_DETACH};
    assert_status(STATUS_SUCCESS, rig_load(&f));
    PFLT_INSTANCE instance = rig_instance(&f, fs);
    assert_status(STATUS_FLT_DO_NOT_DETACH, rig_unload(&f, false)); /* the veto is what the requester sees */
    assert_int_equal(0, f.unload_flags);
    assert_ptr_equal(instance, rig_instance(&f, fs)); /* F-046 */
    f.unload_answer = (NTSTATUS)0x80000005; /* a warning vetoes too */
    assert_status(0x80000005, rig_unload(&f, false));
    f.unload_answer = (NTSTATUS)0x40000000; /* informational: proceeds */
    assert_status(STATUS_SUCCESS, rig_unload(&f, false));
    assert_int_equal(3, f.unloads);
    rig_forget(&f);
    memfs_remove(fs);
}

static void mandatory(void **state)
{
    struct rig_filter f = {.name = "Forced", .altitude = "310100", .unload_answer = STATUS_FLT_DO_NOT_DETACH};
    assert_status(STATUS_SUCCESS, rig_load(&f));
    assert_status(STATUS_SUCCESS, rig_unload(&f, true)); /* the answer is ignored */
    assert_int_equal(FLTFL_FILTER_UNLOAD_MANDATORY, f.unload_flags);
    rig_forget(&f);
}

static void no_service_stop(void **state)
{
    struct rig_filter f = {.name = "Sticky", .altitude = "310200", .flags = FLTFL_REGISTRATION_DO_NOT_SUPPORT_SERVICE_STOP};
    assert_status(STATUS_SUCCESS, rig_load(&f));
    assert_false(NT_SUCCESS(rig_unload(&f, true)));
    assert_int_equal(0, f.unloads); /* not even called */
    assert_status(STATUS_SUCCESS, rig_unload(&f, false));
    rig_forget(&f);
}

static void no_callback(void **state)
{
    static struct rig_filter f = {.name = "Eternal", .altitude = "310300", .no_unload = true};
    UNICODE_STRING name;
    assert_status(STATUS_SUCCESS, rig_load(&f));
    RtlInitUnicodeString(&name, u"Eternal");
    assert_status(STATUS_FLT_DO_NOT_DETACH, FltUnloadFilter(&name));
    assert_status(STATUS_FLT_DO_NOT_DETACH, rig_unload(&f, true));
    RtlInitUnicodeString(&name, u"Nobody");
    assert_status(STATUS_FLT_FILTER_NOT_FOUND, FltUnloadFilter(&name));
    /* ends with the test program */
}

static void forgets(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Forgetful", .altitude = "310400", .forget_unregister = true};
    assert_status(STATUS_SUCCESS, rig_load(&f));
    rig_log_clear();
    assert_status(STATUS_SUCCESS, rig_unload(&f, false));
    assert_int_equal(1, rig_log_count("F-045"));
    assert_ptr_equal(NULL, flt_volume_of(memfs_volume(fs))->instances.Flink == &flt_volume_of(memfs_volume(fs))->instances ? NULL : &f);
    rig_forget(&f);
    memfs_remove(fs);
}

/* ---- waiting for references ---- */

struct unloader {
    struct rig_filter *filter;
    NTSTATUS status;
    bool finished; /* __atomic */
};

static void unloader(void *context)
{
    struct unloader *u = context;
    u->status = rig_unload(u->filter, false);
    __atomic_store_n(&u->finished, true, __ATOMIC_SEQ_CST);
}

static void waits_for_references(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Referenced", .altitude = "310500"};
    struct unloader u = {.filter = &f};
    struct rig_thread thread;
    flt_remind_after = KE_SECOND / 20;
    rig_log_clear();
    assert_status(STATUS_SUCCESS, rig_load(&f));
    assert_status(STATUS_SUCCESS, FltObjectReference(f.handle));
    rig_run(&thread, unloader, &u);
    rig_until(flt_is_going(&f.handle->object));
    assert_status(STATUS_FLT_DELETING_OBJECT, FltObjectReference(f.handle)); /* F-049 */
    assert_status(STATUS_FLT_DELETING_OBJECT, FltStartFiltering(f.handle));  /* F-025 */
    assert_status(STATUS_FLT_DELETING_OBJECT, rig_attach(&f, fs, u"17", NULL, NULL));
    assert_status(STATUS_FLT_DELETING_OBJECT, rig_unload(&f, false));        /* F-035 */
    assert_false(__atomic_load_n(&u.finished, __ATOMIC_SEQ_CST));
    rig_until(rig_log_count("Referenced: FltUnregisterFilter: still waits: the filter has 1 references") > 0);
    FltObjectDereference(f.handle);
    rig_join(&thread);
    assert_status(STATUS_SUCCESS, u.status);
    rig_forget(&f);
    memfs_remove(fs);
}

static KEVENT completed_teardown;

static VOID NTAPI complete(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_TEARDOWN_FLAGS reason)
{
    assert_int_equal(FLTFL_INSTANCE_TEARDOWN_FILTER_UNLOAD, reason);
    KeSetEvent(&completed_teardown, 0, FALSE);
}

static void instance_reference(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    struct rig_filter f = {.name = "Held", .altitude = "310600", .complete = complete};
    struct unloader u = {.filter = &f};
    struct rig_thread thread;
    KeInitializeEvent(&completed_teardown, NotificationEvent, FALSE);
    assert_status(STATUS_SUCCESS, rig_load(&f));
    PFLT_INSTANCE instance = rig_instance(&f, fs);
    assert_status(STATUS_SUCCESS, FltObjectReference(instance));
    rig_run(&thread, unloader, &u);
    rig_wait(&completed_teardown); /* F-096: the reference does not delay it */
    assert_status(STATUS_FLT_DELETING_OBJECT, FltObjectReference(instance));
    assert_false(__atomic_load_n(&u.finished, __ATOMIC_SEQ_CST)); /* but the unload waits, and says for what */
    rig_until(rig_log_count("instance \"Held Instance on ") > 0);
    FltObjectDereference(instance);
    rig_join(&thread);
    assert_status(STATUS_SUCCESS, u.status);
    rig_forget(&f);
    memfs_remove(fs);
}

/* ---- work items hold the filter ---- */

static KEVENT working, work_on;

static void work(PFLT_GENERIC_WORKITEM item, PVOID object, PVOID context)
{
    KeSetEvent(&working, 0, FALSE);
    rig_wait(&work_on);
    FltFreeGenericWorkItem(item);
}

static void waits_for_work(void **state)
{
    struct rig_filter f = {.name = "Working", .altitude = "310700"};
    struct unloader u = {.filter = &f};
    struct rig_thread thread;
    KeInitializeEvent(&working, SynchronizationEvent, FALSE);
    KeInitializeEvent(&work_on, SynchronizationEvent, FALSE);
    assert_status(STATUS_SUCCESS, rig_load(&f));
    PFLT_GENERIC_WORKITEM item = FltAllocateGenericWorkItem();
    assert_status(STATUS_SUCCESS, FltQueueGenericWorkItem(item, f.handle, work, DelayedWorkQueue, NULL));
    rig_wait(&working);
    rig_run(&thread, unloader, &u);
    rig_until(flt_is_going(&f.handle->object));
    PFLT_GENERIC_WORKITEM late = FltAllocateGenericWorkItem();
    assert_status(STATUS_FLT_DELETING_OBJECT, FltQueueGenericWorkItem(late, f.handle, work, DelayedWorkQueue, NULL));
    FltFreeGenericWorkItem(late);
    assert_false(__atomic_load_n(&u.finished, __ATOMIC_SEQ_CST));
    KeSetEvent(&work_on, 0, FALSE);
    rig_join(&thread);
    assert_status(STATUS_SUCCESS, u.status);
    rig_forget(&f);
}

static void teardown_everywhere(void **state)
{
    struct memfs *one = memfs_create(NULL), *two = memfs_create(NULL);
    probe_reset();
    probe_load(1);
    assert_status(STATUS_SUCCESS, rig_attach(&PROBE[0].filter, two, u"77.7", u"Second", NULL));
    rig_unload_ok(&PROBE[0].filter);
    assert_int_equal(3, PROBE[0].starts);
    assert_int_equal(3, PROBE[0].completes);
    assert_int_equal(FLTFL_INSTANCE_TEARDOWN_FILTER_UNLOAD, PROBE[0].reason);
    PROBE[0].starts = PROBE[0].completes = 0;
    probe_load(1);
    assert_status(STATUS_SUCCESS, rig_unload(&PROBE[0].filter, true));
    assert_int_equal(2, PROBE[0].completes);
    assert_int_equal(FLTFL_INSTANCE_TEARDOWN_MANDATORY_FILTER_UNLOAD, PROBE[0].reason);
    memfs_remove(one);
    memfs_remove(two);
}

static void unregister_twice(void **state)
{
    struct rig_filter f = {.name = "Twice", .altitude = "310800", .no_start = true};
    assert_status(STATUS_SUCCESS, rig_load(&f));
    flt_pin(&f.handle->object);
    PFLT_FILTER filter = f.handle;
    rig_unload_ok(&f);
    rig_log_clear();
    FltUnregisterFilter(filter);
    assert_int_equal(1, rig_log_count("F-051"));
    flt_unpin(&filter->object);
    rig_forget(&f);
}

static void shutdown_irp(void **state)
{
    struct memfs *fs = probe_begin(2);
    PROBE[0].only = PROBE[1].only = IRP_MJ_SHUTDOWN;
    flt_volume_shutdown(memfs_volume(fs));
    assert_int_equal(1, PROBE[0].pres);
    assert_int_equal(1, PROBE[1].pres);
    assert_int_equal(0, PROBE[0].posts); /* F-010 */
    assert_int_equal(0, memfs_count(fs, IRP_MJ_SHUTDOWN));
    probe_end(fs, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-035 F-038 F-046 a filter may refuse; warnings refuse, informational does not", not_mandatory),
        TEST("F-039 F-041 mandatory: the answer is ignored", mandatory),
        TEST("F-040 DO_NOT_SUPPORT_SERVICE_STOP blocks only the mandatory kind", no_service_stop),
        TEST("F-035 F-037 without FilterUnload neither way; unknown filter", no_callback),
        TEST("F-044 F-045 the driver forgot FltUnregisterFilter", forgets),
        TEST("F-025 F-030 F-035 F-048 F-049 F-126 unregister waits for references and refuses new ones", waits_for_references),
        TEST("F-048 F-096 an instance's reference delays the unload, not TeardownComplete", instance_reference),
        TEST("F-048 F-210 unregister waits for generic work items", waits_for_work),
        TEST("F-047 F-050 F-085 F-098 F-102 all instances are torn down with the right reason", teardown_everywhere),
        TEST("F-051 unregistering twice", unregister_twice),
        TEST("F-010 F-043 one IRP_MJ_SHUTDOWN, no post", shutdown_irp),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
