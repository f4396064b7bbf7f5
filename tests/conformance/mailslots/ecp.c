/* Extra create parameters in creates of mailslots: test group 8 of mailslots.md section 15 (M-28 to M-30,
 * M-50 to M-53j). */
#include "slots.h"

#include "ntoskrnl/ex/ex.h"

static const GUID own_type = {0x1f2e3d4c, 0x1111, 0x2222, {1, 2, 3, 4, 5, 6, 7, 8}};
static const GUID added_type = {0x1f2e3d4d, 0x1111, 0x2222, {1, 2, 3, 4, 5, 6, 7, 8}};

static struct rig_filter guard;
static unsigned creates[0x20], seen_own, seen_none, own_cleaned, added_cleaned;
static bool honour, add_list;
static NTSTATUS set_twice, get_elsewhere, set_elsewhere;
static BOOLEAN from_user;

static VOID NTAPI own_gone(PVOID context, LPCGUID type)
{
    own_cleaned++;
}

static VOID NTAPI added_gone(PVOID context, LPCGUID type)
{
    added_cleaned++;
}

static PECP_LIST make_list(
    const GUID *type, PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK gone, PVOID *context)
{
    PECP_LIST list;
    assert_status(STATUS_SUCCESS, FltAllocateExtraCreateParameterList(guard.handle, 0, &list));
    assert_status(STATUS_SUCCESS,
        FltAllocateExtraCreateParameter(guard.handle, type, sizeof(ULONG), 0, gone, 'tseT', context));
    assert_status(STATUS_SUCCESS, FltInsertExtraCreateParameter(guard.handle, list, *context));
    return list;
}

static FLT_PREOP_CALLBACK_STATUS NTAPI pre_create(
    PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *unused)
{
    PECP_LIST list;
    PVOID context;
    ULONG size;
    creates[data->Iopb->MajorFunction]++;
    assert_status(STATUS_SUCCESS, FltGetEcpListFromCallbackData(objects->Filter, data, &list));
    if (!list) {
        seen_none++;
        if (add_list) {
            assert_status(STATUS_SUCCESS, FltSetEcpListIntoCallbackData(objects->Filter, data,
                                              make_list(&added_type, added_gone, &context)));
            assert_status(STATUS_SUCCESS, FltGetEcpListFromCallbackData(objects->Filter, data, &list));
            set_twice = FltSetEcpListIntoCallbackData(objects->Filter, data, list);
        }
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    if (NT_SUCCESS(FltFindExtraCreateParameter(objects->Filter, list, &own_type, &context, &size))) {
        seen_own++;
        assert_int_equal(sizeof(ULONG), size);
        assert_int_equal(4711, *(PULONG)context);
        from_user = FltIsEcpFromUserMode(objects->Filter, context);
        if (honour)
            FltAcknowledgeEcp(objects->Filter, context);
    }
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static FLT_PREOP_CALLBACK_STATUS NTAPI pre_write(
    PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *unused)
{
    PECP_LIST list = (PECP_LIST)7;
    get_elsewhere = FltGetEcpListFromCallbackData(objects->Filter, data, &list);
    set_elsewhere = FltSetEcpListIntoCallbackData(objects->Filter, data, list);
    assert_ptr_equal(NULL, list);
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static const FLT_OPERATION_REGISTRATION operations[] = {
    {IRP_MJ_CREATE, 0, pre_create, NULL, NULL},
    {IRP_MJ_CREATE_MAILSLOT, 0, pre_create, NULL, NULL},
    {IRP_MJ_WRITE, 0, pre_write, NULL, NULL},
    {IRP_MJ_OPERATION_END, 0, NULL, NULL, NULL},
};
static struct rig_filter guard = {.name = "Guard",
    .altitude = "330000",
    .flags = FLTFL_REGISTRATION_SUPPORT_NPFS_MSFS,
    .operations = operations};
static struct rig_filter opener = {
    .name = "Opener", .altitude = "370000", .flags = FLTFL_REGISTRATION_SUPPORT_NPFS_MSFS};

static PFLT_INSTANCE instance_of(struct rig_filter *filter)
{
    UNICODE_STRING name;
    PFLT_VOLUME volume;
    PFLT_INSTANCE instance;
    RtlInitUnicodeString(&name, u"\\Device\\Mailslot");
    assert_status(STATUS_SUCCESS, FltGetVolumeFromName(filter->handle, &name, &volume));
    assert_status(STATUS_SUCCESS, FltGetVolumeInstanceFromName(filter->handle, volume, NULL, &instance));
    FltObjectDereference(volume);
    return instance;
}

static NTSTATUS create(PFLT_INSTANCE instance, PECP_LIST list, bool client, HANDLE *handle)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    IO_STATUS_BLOCK iosb;
    IO_DRIVER_CREATE_CONTEXT context;
    LARGE_INTEGER wait = {0};
    IoInitializeDriverCreateContext(&context);
    context.ExtraCreateParameter = (PVOID)list;
    RtlInitUnicodeString(&name, u"\\Device\\Mailslot\\ecp");
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    if (client)
        return FltCreateFileEx2(opener.handle, instance, handle, NULL, GENERIC_WRITE | SYNCHRONIZE, &oa,
            &iosb, NULL, 0, FILE_SHARE_READ, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0, 0, &context);
    return FltCreateMailslotFile(opener.handle, instance, handle, NULL, GENERIC_READ | SYNCHRONIZE, &oa,
        &iosb, FILE_SYNCHRONOUS_IO_NONALERT, 0, 0, &wait, &context);
}

static int load(void **state)
{
    memset(creates, 0, sizeof creates);
    seen_own = seen_none = own_cleaned = added_cleaned = 0;
    honour = add_list = false;
    return NT_SUCCESS(rig_load(&guard)) && NT_SUCCESS(rig_load(&opener)) ? 0 : -1;
}

static int unload(void **state)
{
    rig_unload_ok(&opener);
    rig_unload_ok(&guard);
    return 0;
}

/* ---- the caller's list ---- */

static unsigned entries(PECP_LIST list)
{
    unsigned count = 0;
    PVOID context = NULL;
    GUID type;
    ULONG size;
    while (NT_SUCCESS(FltGetNextExtraCreateParameter(opener.handle, list, context, &type, &context, &size)))
        count++;
    return count;
}

static void callers_list(void **state)
{
    PVOID context;
    PECP_LIST list = make_list(&own_type, own_gone, &context);
    HANDLE server, second, client;
    *(PULONG)context = 4711;
    assert_status(STATUS_SUCCESS, create(NULL, list, false, &server));
    assert_int_equal(1, seen_own);
    assert_false(from_user);
    assert_int_equal(1, entries(list));
    /* into further creates of every kind, one that fails among them */
    assert_status(STATUS_SUCCESS, create(NULL, list, true, &client));
    assert_int_equal(2, seen_own);
    msfs_settings.open_existing = false;
    assert_status(STATUS_OBJECT_NAME_COLLISION, create(NULL, list, false, &second));
    msfs_settings.open_existing = true;
    assert_int_equal(3, seen_own);
    assert_int_equal(1, entries(list));
    assert_int_equal(4711, *(PULONG)context);
    assert_int_equal(0, own_cleaned);
    slot_close(client);
    slot_close(server);
    FltFreeExtraCreateParameterList(opener.handle, list);
    assert_int_equal(1, own_cleaned);
}

static void acknowledged(void **state)
{
    PVOID context;
    PECP_LIST list = make_list(&own_type, own_gone, &context);
    HANDLE server, client;
    *(PULONG)context = 4711;
    assert_status(STATUS_SUCCESS, create(NULL, list, false, &server));
    assert_false(FltIsEcpAcknowledged(opener.handle, context)); /* nobody honoured it */
    honour = true;
    assert_status(STATUS_SUCCESS, create(NULL, list, true, &client));
    assert_true(FltIsEcpAcknowledged(opener.handle, context));
    slot_close(client);
    FltPrepareToReuseEcp(opener.handle, context);
    assert_false(FltIsEcpAcknowledged(opener.handle, context));
    assert_status(STATUS_SUCCESS, create(NULL, list, true, &client));
    assert_true(FltIsEcpAcknowledged(opener.handle, context));
    slot_close(client);
    slot_close(server);
    FltFreeExtraCreateParameterList(opener.handle, list);
}

static void below_an_instance(void **state)
{
    PVOID context;
    PECP_LIST list = make_list(&own_type, own_gone, &context);
    PFLT_INSTANCE upper = instance_of(&opener), lower = instance_of(&guard);
    HANDLE server;
    honour = true;
    *(PULONG)context = 4711;
    assert_status(STATUS_SUCCESS, create(upper, list, false, &server));
    assert_int_equal(1, seen_own);
    assert_true(FltIsEcpAcknowledged(opener.handle, context));
    slot_close(server);
    FltPrepareToReuseEcp(opener.handle, context);
    assert_status(STATUS_SUCCESS, create(lower, list, false, &server));
    assert_int_equal(1, seen_own);
    assert_false(FltIsEcpAcknowledged(opener.handle, context));
    slot_close(server);
    FltObjectDereference(upper);
    FltObjectDereference(lower);
    FltFreeExtraCreateParameterList(opener.handle, list);
}

/* ---- a filter's list ---- */

static void filters_list(void **state)
{
    HANDLE server, client;
    add_list = true;
    assert_status(STATUS_SUCCESS, create(NULL, NULL, false, &server));
    assert_int_equal(1, creates[IRP_MJ_CREATE_MAILSLOT]);
    assert_int_equal(1, seen_none);
    assert_int_equal(1, added_cleaned); /* with the create */
    assert_status(STATUS_INVALID_PARAMETER_3, set_twice);
    assert_status(STATUS_SUCCESS, create(NULL, NULL, true, &client));
    assert_int_equal(2, added_cleaned);
    assert_status(STATUS_SUCCESS, slot_write(client, "x"));
    assert_status(STATUS_INVALID_PARAMETER, get_elsewhere);
    assert_status(STATUS_INVALID_PARAMETER_2, set_elsewhere);
    slot_close(client);
    slot_close(server);
}

static void lists_and_no_memory(void **state)
{
    PECP_LIST list = NULL;
    assert_status(STATUS_SUCCESS, FltAllocateExtraCreateParameterList(guard.handle, 0, &list));
    assert_non_null(list);
    FltFreeExtraCreateParameterList(guard.handle, list);
    list = NULL;
    assert_status(STATUS_SUCCESS, FltAllocateExtraCreateParameterList(
                                      guard.handle, FSRTL_ALLOCATE_ECPLIST_FLAG_CHARGE_QUOTA, &list));
    assert_non_null(list);
    FltFreeExtraCreateParameterList(guard.handle, list);
    list = (PECP_LIST)&list;
    ex_pool_fail_every(1);
    NTSTATUS status = FltAllocateExtraCreateParameterList(guard.handle, 0, &list);
    ex_pool_fail_every(0);
    assert_status(STATUS_INSUFFICIENT_RESOURCES, status);
    assert_null(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("M-51 a list, with a charge and without, and none without memory", lists_and_no_memory, load, unload),
        TEST_WITH(
            "M-28 M-29 M-53g M-53i M-53j the caller's list stays the caller's", callers_list, load, unload),
        TEST_WITH("M-30 M-50 M-53g a parameter is acknowledged, and used again", acknowledged, load, unload),
        TEST_WITH("M-50 M-53j parameters of a create below an instance", below_an_instance, load, unload),
        TEST_WITH(
            "M-53h M-53i M-53j a list that a filter adds goes with the create", filters_list, load, unload),
    };
    return RUN_TESTS(tests, slots_start, slots_stop);
}
