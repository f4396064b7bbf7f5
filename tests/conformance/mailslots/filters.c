/*
 * What filters see of mailslots: sections 1.1, 2 and 3 of mailslots.md and test groups 7 and 9. Two filters
 * with two instances each can be loaded, UPPER and LOWER; each keeps what its callbacks were given.
 */
#include "slots.h"

static IO_STATUS_BLOCK iosb;
static const char *const altitudes[] = {"380000", "320000"};
enum { UPPER, LOWER };

struct seen {
    unsigned pre[0x20], post[0x20];
    FLT_PARAMETERS create; /* of the last IRP_MJ_CREATE_MAILSLOT */
    MAILSLOT_CREATE_PARAMETERS given;
    ACCESS_MASK desired;
    ULONG irp_flags, data_flags, file_flags;
    UCHAR operation_flags;
    NTSTATUS status; /* in the post callback */
    ULONG_PTR information;
    FLT_INSTANCE_SETUP_FLAGS setup_flags;
    ULONG setups;
    DEVICE_TYPE device_type;
    FLT_FILESYSTEM_TYPE file_system;
};
static struct seen seen[2];
static unsigned sequence;
static unsigned order_pre[2], order_post[2];

/* What a test makes of an operation; the default is to let it go on with a post callback. */
static FLT_PREOP_CALLBACK_STATUS (*hook_pre[2])(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects);
static void (*hook_post[2])(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects);

static FLT_PREOP_CALLBACK_STATUS pre(unsigned who, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    struct seen *s = &seen[who];
    UCHAR major = data->Iopb->MajorFunction;
    __atomic_add_fetch(&s->pre[major], 1, __ATOMIC_RELAXED);
    if (major == IRP_MJ_CREATE_MAILSLOT) {
        s->create = data->Iopb->Parameters;
        s->given = *(PMAILSLOT_CREATE_PARAMETERS)data->Iopb->Parameters.CreateMailslot.Parameters;
        s->desired = data->Iopb->Parameters.CreateMailslot.SecurityContext->DesiredAccess;
        s->irp_flags = data->Iopb->IrpFlags;
        s->operation_flags = data->Iopb->OperationFlags;
        s->data_flags = data->Flags;
        s->file_flags = objects->FileObject->Flags;
        order_pre[who] = ++sequence;
    }
    return hook_pre[who] ? hook_pre[who](data, objects) : FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS post(unsigned who, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    struct seen *s = &seen[who];
    __atomic_add_fetch(&s->post[data->Iopb->MajorFunction], 1, __ATOMIC_RELAXED);
    if (data->Iopb->MajorFunction == IRP_MJ_CREATE_MAILSLOT) {
        s->status = data->IoStatus.Status;
        s->information = data->IoStatus.Information;
        order_post[who] = ++sequence;
    }
    if (hook_post[who])
        hook_post[who](data, objects);
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static FLT_PREOP_CALLBACK_STATUS NTAPI pre_upper(
    PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    return pre(UPPER, data, objects);
}

static FLT_PREOP_CALLBACK_STATUS NTAPI pre_lower(
    PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    return pre(LOWER, data, objects);
}

static FLT_POSTOP_CALLBACK_STATUS NTAPI post_upper(
    PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context, FLT_POST_OPERATION_FLAGS flags)
{
    return flags & FLTFL_POST_OPERATION_DRAINING ? FLT_POSTOP_FINISHED_PROCESSING
                                                 : post(UPPER, data, objects);
}

static FLT_POSTOP_CALLBACK_STATUS NTAPI post_lower(
    PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context, FLT_POST_OPERATION_FLAGS flags)
{
    return flags & FLTFL_POST_OPERATION_DRAINING ? FLT_POSTOP_FINISHED_PROCESSING
                                                 : post(LOWER, data, objects);
}

/* clang-format off */
#define ONE(major, pre, post) {major, 0, pre, post, NULL}
#define OPERATIONS(pre, post)                                                                                \
    {ONE(IRP_MJ_CREATE, pre, post), ONE(IRP_MJ_CREATE_MAILSLOT, pre, post), ONE(IRP_MJ_READ, pre, post),      \
     ONE(IRP_MJ_WRITE, pre, post), ONE(IRP_MJ_QUERY_INFORMATION, pre, post),                                  \
     ONE(IRP_MJ_SET_INFORMATION, pre, post), ONE(IRP_MJ_CLEANUP, pre, post), ONE(IRP_MJ_CLOSE, pre, post),    \
     ONE(IRP_MJ_OPERATION_END, NULL, NULL)}
/* clang-format on */
static const FLT_OPERATION_REGISTRATION upper_operations[] = OPERATIONS(pre_upper, post_upper);
static const FLT_OPERATION_REGISTRATION lower_operations[] = OPERATIONS(pre_lower, post_lower);

static NTSTATUS note_setup(
    unsigned who, FLT_INSTANCE_SETUP_FLAGS flags, DEVICE_TYPE type, FLT_FILESYSTEM_TYPE file_system)
{
    if (type != FILE_DEVICE_MAILSLOT)
        return STATUS_FLT_DO_NOT_ATTACH;
    seen[who].setups++;
    seen[who].setup_flags = flags;
    seen[who].device_type = type;
    seen[who].file_system = file_system;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI setup_upper(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_SETUP_FLAGS flags,
    DEVICE_TYPE type, FLT_FILESYSTEM_TYPE file_system)
{
    return note_setup(UPPER, flags, type, file_system);
}

static NTSTATUS NTAPI setup_lower(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_SETUP_FLAGS flags,
    DEVICE_TYPE type, FLT_FILESYSTEM_TYPE file_system)
{
    return note_setup(LOWER, flags, type, file_system);
}

static struct rig_filter filters[2] = {
    {.name = "Upper", .operations = upper_operations, .setup = setup_upper},
    {.name = "Lower", .operations = lower_operations, .setup = setup_lower},
};

static PFLT_VOLUME mailslot_volume(PFLT_FILTER filter)
{
    UNICODE_STRING name;
    PFLT_VOLUME volume;
    RtlInitUnicodeString(&name, u"\\Device\\Mailslot");
    assert_status(STATUS_SUCCESS, FltGetVolumeFromName(filter, &name, &volume));
    return volume; /* referenced */
}

static PFLT_INSTANCE instance_of(unsigned who)
{
    PFLT_VOLUME volume = mailslot_volume(filters[who].handle);
    PFLT_INSTANCE instance;
    assert_status(STATUS_SUCCESS, FltGetVolumeInstanceFromName(filters[who].handle, volume, NULL, &instance));
    FltObjectDereference(volume);
    return instance; /* referenced */
}

static void clear(void)
{
    memset(seen, 0, sizeof seen);
    sequence = 0;
}

static int load(void **state)
{
    for (unsigned i = 0; i < 2; i++) {
        filters[i].altitude = altitudes[i];
        filters[i].flags = FLTFL_REGISTRATION_SUPPORT_NPFS_MSFS;
        hook_pre[i] = NULL;
        hook_post[i] = NULL;
        if (!NT_SUCCESS(rig_load(&filters[i])))
            return -1;
    }
    return 0;
}

static int unload(void **state)
{
    for (unsigned i = 0; i < 2; i++) {
        hook_pre[i] = NULL;
        hook_post[i] = NULL;
        rig_unload_ok(&filters[i]);
    }
    return 0;
}

static NTSTATUS flt_create_with(PFLT_FILTER filter, PFLT_INSTANCE instance, const char16_t *name,
    PSECURITY_DESCRIPTOR sd, HANDLE *handle, PFILE_OBJECT *file)
{
    UNICODE_STRING full;
    OBJECT_ATTRIBUTES oa;
    LARGE_INTEGER wait = {.QuadPart = MILLISECONDS(5)};
    char16_t space[256];
    size_t n = 0;
    while (name[n])
        n++;
    memcpy(space, PREFIX, sizeof PREFIX);
    memcpy(space + RTL_NUMBER_OF(PREFIX) - 1, name, (n + 1) * sizeof *name);
    RtlInitUnicodeString(&full, space);
    InitializeObjectAttributes(&oa, &full, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, sd);
    return FltCreateMailslotFile(filter, instance, handle, file, GENERIC_READ | SYNCHRONIZE, &oa, &iosb,
        FILE_SYNCHRONOUS_IO_NONALERT, 300, 200, &wait, NULL);
}

static HANDLE flt_create(PFLT_INSTANCE instance, const char16_t *name, PFILE_OBJECT *file)
{
    HANDLE handle;
    assert_status(
        STATUS_SUCCESS, flt_create_with(filters[UPPER].handle, instance, name, NULL, &handle, file));
    return handle;
}

/* ---- routing ---- */

static void whole_stack(void **state)
{
    clear();
    slot_close(flt_create(NULL, u"whole", NULL));
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(1, seen[i].pre[IRP_MJ_CREATE_MAILSLOT]);
        assert_int_equal(1, seen[i].post[IRP_MJ_CREATE_MAILSLOT]);
        assert_int_equal(0, seen[i].pre[IRP_MJ_CREATE]);
        assert_status(STATUS_SUCCESS, seen[i].status);
        assert_int_equal(FILE_CREATED, seen[i].information);
    }
    assert_true(order_pre[UPPER] < order_pre[LOWER] && order_pre[LOWER] < order_post[LOWER] &&
                order_post[LOWER] < order_post[UPPER]);
}

static void below_an_instance(void **state)
{
    PFLT_INSTANCE upper = instance_of(UPPER), lower = instance_of(LOWER);
    clear();
    slot_close(flt_create(upper, u"below upper", NULL));
    assert_int_equal(0, seen[UPPER].pre[IRP_MJ_CREATE_MAILSLOT]);
    assert_int_equal(1, seen[LOWER].pre[IRP_MJ_CREATE_MAILSLOT]);
    clear();
    slot_close(flt_create(lower, u"below lower", NULL));
    assert_int_equal(0, seen[UPPER].pre[IRP_MJ_CREATE_MAILSLOT]);
    assert_int_equal(0, seen[LOWER].pre[IRP_MJ_CREATE_MAILSLOT]);
    FltObjectDereference(upper);
    FltObjectDereference(lower);
}

static void other_volume(void **state)
{
    struct memfs *fs = memfs_create(NULL);
    PFLT_INSTANCE elsewhere;
    UNICODE_STRING altitude;
    HANDLE handle;
    filters[LOWER].setup = NULL;
    rig_unload_ok(&filters[LOWER]);
    assert_status(STATUS_SUCCESS, rig_load(&filters[LOWER]));
    RtlInitUnicodeString(&altitude, u"311111");
    NTSTATUS status =
        FltAttachVolumeAtAltitude(filters[LOWER].handle, rig_volume(fs), &altitude, NULL, &elsewhere);
    assert_status(STATUS_SUCCESS, status);
    assert_status(STATUS_INVALID_DEVICE_OBJECT_PARAMETER,
        flt_create_with(filters[LOWER].handle, elsewhere, u"elsewhere", NULL, &handle, NULL));
    FltObjectDereference(elsewhere);
    memfs_remove(fs);
    filters[LOWER].setup = setup_lower;
}

/* F-350 on files, the same here: what was opened below an instance stays below it, by handle too; an Flt call
 * names its own place. */
static void later_operations(void **state)
{
    PFLT_INSTANCE upper = instance_of(UPPER), lower = instance_of(LOWER);
    PFILE_OBJECT file;
    char buffer[16];
    ULONG done;
    HANDLE server = flt_create(upper, u"later", &file), client = slot_client(u"later");
    clear();
    assert_status(STATUS_SUCCESS, slot_write(client, "1"));
    assert_status(STATUS_SUCCESS, slot_write(client, "2"));
    assert_int_equal(2, seen[UPPER].pre[IRP_MJ_WRITE]);
    assert_int_equal(2, seen[LOWER].pre[IRP_MJ_WRITE]);
    slot_expect(server, "1");
    assert_int_equal(0, seen[UPPER].pre[IRP_MJ_READ]);
    assert_int_equal(1, seen[LOWER].pre[IRP_MJ_READ]);
    assert_status(
        STATUS_SUCCESS, FltReadFile(lower, file, NULL, sizeof buffer, buffer, 0, &done, NULL, NULL));
    assert_int_equal(1, done);
    assert_int_equal(1, seen[LOWER].pre[IRP_MJ_READ]);
    assert_status(
        STATUS_SUCCESS, FltWriteFile(upper, slot_file(client), NULL, 3, "abc", 0, &done, NULL, NULL));
    assert_int_equal(2, seen[UPPER].pre[IRP_MJ_WRITE]);
    assert_int_equal(3, seen[LOWER].pre[IRP_MJ_WRITE]);
    slot_expect(server, "abc");
    LARGE_INTEGER value = {.QuadPart = 0};
    FILE_MAILSLOT_SET_INFORMATION set = {.ReadTimeout = &value};
    assert_status(
        STATUS_SUCCESS, FltSetInformationFile(lower, file, &set, sizeof set, FileMailslotSetInformation));
    assert_int_equal(0, seen[LOWER].pre[IRP_MJ_SET_INFORMATION]);
    assert_int_equal(0, slot_query(server).ReadTimeout.QuadPart);
    ObDereferenceObject(file);
    slot_close(client);
    slot_close(server);
    FltObjectDereference(upper);
    FltObjectDereference(lower);
}

static NTSTATUS created_during_unload;

static void create_late(PFLT_FILTER filter)
{
    HANDLE handle;
    created_during_unload = flt_create_with(filter, NULL, u"late", NULL, &handle, NULL);
}

static VOID NTAPI torn_down(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_TEARDOWN_FLAGS reason)
{
    HANDLE handle;
    created_during_unload = flt_create_with(objects->Filter, objects->Instance, u"late", NULL, &handle, NULL);
    if (created_during_unload == STATUS_FLT_DELETING_OBJECT)
        create_late(objects->Filter);
}

static void being_deleted(void **state)
{
    rig_unload_ok(&filters[LOWER]);
    filters[LOWER].start = torn_down;
    assert_status(STATUS_SUCCESS, rig_load(&filters[LOWER]));
    created_during_unload = STATUS_SUCCESS;
    rig_unload_ok(&filters[LOWER]);
    filters[LOWER].start = NULL;
    assert_status(STATUS_FLT_DELETING_OBJECT, created_during_unload);
    assert_status(STATUS_SUCCESS, rig_load(&filters[LOWER]));
}

/* ---- the volume ---- */

static void volume_by_name(void **state)
{
    static const struct {
        const char16_t *name;
        NTSTATUS status;
    } rows[] = {{u"\\Device\\Mailslot", STATUS_SUCCESS}, {u"\\Device\\Mailslot\\", STATUS_SUCCESS},
        {u"\\??\\mailslot", STATUS_SUCCESS}, {u"\\??\\MAILSLOT", STATUS_SUCCESS},
        {u"\\DosDevices\\Mailslot", STATUS_SUCCESS}, {u"\\Device\\Mailslots", STATUS_FLT_VOLUME_NOT_FOUND},
        {u"\\Device\\Mailslot\\slot", STATUS_FLT_VOLUME_NOT_FOUND}, {u"", STATUS_INVALID_PARAMETER},
        {u"Mailslot", STATUS_INVALID_PARAMETER}};
    for (unsigned i = 0; i < RTL_NUMBER_OF(rows); i++) {
        UNICODE_STRING name;
        PFLT_VOLUME volume = NULL;
        RtlInitUnicodeString(&name, rows[i].name);
        assert_status(rows[i].status, FltGetVolumeFromName(filters[UPPER].handle, &name, &volume));
        if (NT_SUCCESS(rows[i].status))
            FltObjectDereference(volume);
    }
}

static void volume_facts(void **state)
{
    PFLT_VOLUME volume = mailslot_volume(filters[UPPER].handle);
    PDEVICE_OBJECT device;
    FLT_FILESYSTEM_TYPE type;
    union {
        FLT_VOLUME_PROPERTIES properties;
        char space[512];
    } facts;
    ULONG length;
    char16_t space[64];
    UNICODE_STRING name = {0, sizeof space, space}, expected, driver;
    assert_status(STATUS_SUCCESS, FltGetVolumeName(volume, &name, NULL));
    RtlInitUnicodeString(&expected, u"\\Device\\Mailslot");
    assert_true(RtlEqualUnicodeString(&expected, &name, FALSE));
    assert_status(STATUS_SUCCESS, FltGetFileSystemType(volume, &type));
    assert_int_equal(FLT_FSTYPE_MSFS, type);
    assert_int_equal(26, type);
    assert_status(STATUS_SUCCESS, FltGetVolumeProperties(volume, &facts.properties, sizeof facts, &length));
    assert_int_equal(FILE_DEVICE_MAILSLOT, facts.properties.DeviceType);
    RtlInitUnicodeString(&driver, u"\\FileSystem\\Msfs");
    assert_true(RtlEqualUnicodeString(&driver, &facts.properties.FileSystemDriverName, TRUE));
    assert_status(STATUS_SUCCESS, FltGetDeviceObject(volume, &device));
    ObDereferenceObject(device);
    FltObjectDereference(volume);
}

static void attachment(void **state)
{
    for (unsigned i = 0; i < 2; i++) {
        clear();
        rig_unload_ok(&filters[i]);
        assert_status(STATUS_SUCCESS, rig_load(&filters[i]));
        assert_int_equal(1, seen[i].setups);
        assert_int_equal(FLTFL_INSTANCE_SETUP_AUTOMATIC_ATTACHMENT, seen[i].setup_flags);
        assert_int_equal(FILE_DEVICE_MAILSLOT, seen[i].device_type);
        assert_int_equal(FLT_FSTYPE_MSFS, seen[i].file_system);
    }
}

static void manual_attachment(void **state)
{
    PFLT_VOLUME volume = mailslot_volume(filters[UPPER].handle);
    PFLT_INSTANCE second;
    UNICODE_STRING altitude, name, taken;
    clear();
    RtlInitUnicodeString(&altitude, u"03333.5");
    RtlInitUnicodeString(&name, u"Second");
    RtlInitUnicodeString(&taken, u"380000");
    assert_status(
        STATUS_SUCCESS, FltAttachVolumeAtAltitude(filters[UPPER].handle, volume, &altitude, &name, &second));
    assert_int_equal(FLTFL_INSTANCE_SETUP_MANUAL_ATTACHMENT, seen[UPPER].setup_flags);
    FltObjectDereference(second);
    assert_status(
        STATUS_FLT_INSTANCE_NAME_COLLISION, FltAttachVolume(filters[UPPER].handle, volume, NULL, NULL));
    assert_status(STATUS_FLT_INSTANCE_ALTITUDE_COLLISION,
        FltAttachVolumeAtAltitude(filters[UPPER].handle, volume, &taken, NULL, NULL));
    RtlInitUnicodeString(&altitude, u"12x");
    assert_status(STATUS_INVALID_PARAMETER,
        FltAttachVolumeAtAltitude(filters[UPPER].handle, volume, &altitude, NULL, NULL));
    assert_status(STATUS_SUCCESS, FltDetachVolume(filters[UPPER].handle, volume, &name));
    FltObjectDereference(volume);
}

static void not_supported(void **state)
{
    PFLT_VOLUME volume;
    clear();
    rig_unload_ok(&filters[LOWER]);
    filters[LOWER].flags = 0;
    assert_status(STATUS_SUCCESS, rig_load(&filters[LOWER]));
    assert_int_equal(0, seen[LOWER].setups);
    volume = mailslot_volume(filters[LOWER].handle);
    assert_status(STATUS_FLT_DO_NOT_ATTACH, FltAttachVolume(filters[LOWER].handle, volume, NULL, NULL));
    assert_int_equal(0, seen[LOWER].setups);
    FltObjectDereference(volume);
    slot_close(flt_create(NULL, u"unseen", NULL));
    assert_int_equal(0, seen[LOWER].pre[IRP_MJ_CREATE_MAILSLOT]);
    assert_int_equal(1, seen[UPPER].pre[IRP_MJ_CREATE_MAILSLOT]);
    rig_unload_ok(&filters[LOWER]);
    filters[LOWER].flags = FLTFL_REGISTRATION_SUPPORT_NPFS_MSFS;
    assert_status(STATUS_SUCCESS, rig_load(&filters[LOWER]));
}

/* ---- what a callback is given ---- */

static void parameters(void **state)
{
    PFILE_OBJECT file;
    clear();
    HANDLE server = flt_create(NULL, u"given", &file), client = slot_client(u"given");
    const struct seen *s = &seen[LOWER];
    assert_int_equal(FILE_CREATE << 24 | FILE_SYNCHRONOUS_IO_NONALERT, s->create.CreateMailslot.Options);
    assert_int_equal(FILE_SHARE_READ | FILE_SHARE_WRITE, s->create.CreateMailslot.ShareAccess);
    assert_int_equal(s->create.Create.Options, s->create.CreateMailslot.Options);
    assert_ptr_equal(s->create.Create.SecurityContext, s->create.CreateMailslot.SecurityContext);
    assert_int_equal(s->create.Create.ShareAccess, s->create.CreateMailslot.ShareAccess);
    assert_int_equal(FILE_GENERIC_READ, s->desired);
    assert_int_equal(300, s->given.MailslotQuota);
    assert_int_equal(200, s->given.MaximumMessageSize);
    assert_int_equal(MILLISECONDS(5), s->given.ReadTimeout.QuadPart);
    assert_true(s->given.TimeoutSpecified);
    assert_true(s->data_flags & FLTFL_CALLBACK_DATA_IRP_OPERATION);
    const ULONG usual = IRP_CREATE_OPERATION | IRP_DEFER_IO_COMPLETION | IRP_SYNCHRONOUS_API;
    assert_int_equal(usual, s->irp_flags & usual);
    assert_int_equal(0, s->operation_flags & (SL_CASE_SENSITIVE | SL_FORCE_ACCESS_CHECK));
    assert_int_equal(FO_MAILSLOT | FO_SYNCHRONOUS_IO, s->file_flags & (FO_MAILSLOT | FO_SYNCHRONOUS_IO));
    assert_int_equal(1, s->pre[IRP_MJ_CREATE]); /* the client's open */
    ObDereferenceObject(file);
    slot_close(client);
    slot_close(server);
    /* no timeout, user mode, names with their case */
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    RtlInitUnicodeString(&name, u"\\Device\\Mailslot\\given");
    InitializeObjectAttributes(&oa, &name, 0, NULL, NULL);
    KPROCESSOR_MODE before = ps_set_previous_mode(UserMode);
    NTSTATUS status = NtCreateMailslotFile(&server, GENERIC_READ, &oa, &iosb, 0, 0, 0, NULL);
    ps_set_previous_mode(before);
    assert_status(STATUS_SUCCESS, status);
    assert_false(s->given.TimeoutSpecified);
    assert_int_equal(SL_CASE_SENSITIVE | SL_FORCE_ACCESS_CHECK,
        s->operation_flags & (SL_CASE_SENSITIVE | SL_FORCE_ACCESS_CHECK));
    slot_close(server);
}

static bool dirty;

static FLT_PREOP_CALLBACK_STATUS change(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    static MAILSLOT_CREATE_PARAMETERS other;
    if (data->Iopb->MajorFunction == IRP_MJ_CREATE_MAILSLOT) {
        other = *(PMAILSLOT_CREATE_PARAMETERS)data->Iopb->Parameters.CreateMailslot.Parameters;
        other.MaximumMessageSize = 3;
        data->Iopb->Parameters.CreateMailslot.Parameters = &other;
        if (dirty)
            FltSetCallbackDataDirty(data);
    }
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static void changed_parameters(void **state)
{
    hook_pre[UPPER] = change;
    dirty = true;
    clear();
    HANDLE server = flt_create(NULL, u"changed", NULL), client = slot_client(u"changed");
    assert_int_equal(3, seen[LOWER].given.MaximumMessageSize);
    assert_int_equal(3, slot_query(server).MaximumMessageSize);
    assert_status(STATUS_SUCCESS, slot_write(client, "123"));
    assert_status(STATUS_INVALID_PARAMETER, slot_write_bytes(client, "1234", 4, NULL));
    slot_close(client);
    slot_close(server);
    dirty = false; /* then the change is not passed on */
    server = flt_create(NULL, u"changed", NULL);
    assert_int_equal(200, slot_query(server).MaximumMessageSize);
    slot_close(server);
    hook_pre[UPPER] = NULL;
}

/* ---- virtual slots and groups ---- */

static char virtual_message[64];
static ULONG virtual_length;
static unsigned virtual_ends;
static char virtual_stream;

static bool is_virtual(PFILE_OBJECT file)
{
    return file->FsContext == &virtual_stream;
}

static FLT_PREOP_CALLBACK_STATUS answer(PFLT_CALLBACK_DATA data, NTSTATUS status, ULONG_PTR information)
{
    data->IoStatus.Status = status;
    data->IoStatus.Information = information;
    return FLT_PREOP_COMPLETE;
}

static FLT_PREOP_CALLBACK_STATUS virtual_open(PFLT_CALLBACK_DATA data, PFILE_OBJECT file)
{
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, u"\\virtual");
    if (!RtlEqualUnicodeString(&name, &file->FileName, TRUE))
        return FLT_PREOP_SUCCESS_WITH_CALLBACK;
    file->FsContext = &virtual_stream;
    return answer(
        data, STATUS_SUCCESS, data->Iopb->MajorFunction == IRP_MJ_CREATE ? FILE_OPENED : FILE_CREATED);
}

static FLT_PREOP_CALLBACK_STATUS virtual_slot(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    FLT_PARAMETERS *p = &data->Iopb->Parameters;
    UCHAR major = data->Iopb->MajorFunction;
    if (major == IRP_MJ_CREATE || major == IRP_MJ_CREATE_MAILSLOT)
        return virtual_open(data, objects->FileObject);
    if (!is_virtual(objects->FileObject))
        return FLT_PREOP_SUCCESS_WITH_CALLBACK;
    switch (major) {
    case IRP_MJ_WRITE:
        virtual_length = p->Write.Length;
        memcpy(virtual_message, p->Write.WriteBuffer, virtual_length);
        return answer(data, STATUS_SUCCESS, virtual_length);
    case IRP_MJ_READ:
        memcpy(p->Read.ReadBuffer, virtual_message, virtual_length);
        return answer(data, STATUS_SUCCESS, virtual_length);
    case IRP_MJ_QUERY_INFORMATION: {
        PFILE_MAILSLOT_QUERY_INFORMATION info = p->QueryFileInformation.InfoBuffer;
        *info = (FILE_MAILSLOT_QUERY_INFORMATION){
            .MaximumMessageSize = 64, .MessagesAvailable = 1, .NextMessageSize = virtual_length};
        return answer(data, STATUS_SUCCESS, sizeof *info);
    }
    case IRP_MJ_SET_INFORMATION:
        return answer(data, STATUS_SUCCESS, 0);
    default:
        virtual_ends++;
        return answer(data, STATUS_SUCCESS, 0);
    }
}

static void virtual_mailslot(void **state)
{
    struct msfs_slot_info info;
    virtual_ends = 0;
    hook_pre[UPPER] = virtual_slot;
    clear();
    HANDLE server = flt_create(NULL, u"virtual", NULL);
    assert_int_equal(FILE_CREATED, iosb.Information);
    HANDLE client = slot_client(u"VIRTUAL");
    assert_status(STATUS_SUCCESS, slot_write(client, "through the filter"));
    slot_expect_counts(server, 18, 1);
    assert_int_equal(64, slot_query(client).MaximumMessageSize);
    slot_expect(server, "through the filter");
    assert_status(STATUS_SUCCESS, slot_set_timeout(server, 0));
    /* nothing below knows the file objects */
    for (unsigned major = 0; major < 0x20; major++)
        assert_int_equal(0, seen[LOWER].pre[major]);
    assert_status(STATUS_INVALID_PARAMETER, msfs_query_slot(slot_file(server), &info));
    assert_false(msfs_is_server(slot_file(server)));
    slot_close(client);
    slot_close(server);
    assert_int_equal(4, virtual_ends); /* cleanup and close of both */
    hook_pre[UPPER] = NULL;
}

/* What reaches msfs of a file object that a filter answered for is refused, whatever the filter hung on it.
 */
static void stray_operations(void **state)
{
    static struct {
        uint32_t words[16];
    } own = {{0x12345678}};
    hook_pre[UPPER] = virtual_slot;
    HANDLE server = flt_create(NULL, u"virtual", NULL);
    char buffer[8];
    PFILE_OBJECT file = slot_file(server);
    PFLT_INSTANCE lower = instance_of(LOWER);
    file->FsContext2 = &own;
    ULONG done;
    assert_status(STATUS_INVALID_DEVICE_REQUEST,
        FltReadFile(lower, file, NULL, sizeof buffer, buffer, 0, &done, NULL, NULL));
    assert_status(STATUS_INVALID_DEVICE_REQUEST,
        FltWriteFile(lower, file, NULL, sizeof buffer, buffer, 0, &done, NULL, NULL));
    FltObjectDereference(lower);
    slot_close(server);
    hook_pre[UPPER] = NULL;
}

/* One name that distributes to several: at least one member must take it. */
static PFLT_INSTANCE group_instance;
static PFILE_OBJECT members[3];

static FLT_PREOP_CALLBACK_STATUS group(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    const FLT_PARAMETERS *p = &data->Iopb->Parameters;
    UNICODE_STRING name;
    unsigned taken = 0;
    RtlInitUnicodeString(&name, u"\\group");
    if (data->Iopb->MajorFunction != IRP_MJ_WRITE ||
        !RtlEqualUnicodeString(&name, &objects->FileObject->FileName, TRUE))
        return FLT_PREOP_SUCCESS_WITH_CALLBACK;
    for (unsigned i = 0; i < RTL_NUMBER_OF(members); i++) {
        ULONG done = 0;
        LARGE_INTEGER zero = {0};
        taken += NT_SUCCESS(FltWriteFile(
            group_instance, members[i], &zero, p->Write.Length, p->Write.WriteBuffer, 0, &done, NULL, NULL));
    }
    return answer(data, taken ? STATUS_SUCCESS : STATUS_QUOTA_EXCEEDED, taken ? p->Write.Length : 0);
}

static void groups(void **state)
{
    HANDLE servers[3], clients[3], head, writer;
    static const char16_t *const names[] = {u"member0", u"member1", u"member2"};
    group_instance = instance_of(UPPER);
    clear();
    for (unsigned i = 0; i < 3; i++) {
        servers[i] = flt_create(group_instance, names[i], NULL);
        clients[i] = slot_client(names[i]);
        members[i] = slot_file(clients[i]);
    }
    assert_int_equal(0, seen[UPPER].pre[IRP_MJ_CREATE_MAILSLOT]); /* it did not enter itself */
    head = flt_create(NULL, u"group", NULL);
    writer = slot_client(u"group");
    hook_pre[UPPER] = group;
    assert_status(STATUS_SUCCESS, slot_write(writer, "to all"));
    for (unsigned i = 0; i < 3; i++)
        slot_expect(servers[i], "to all");
    char big[290] = {0};
    assert_status(STATUS_SUCCESS,
        slot_write_bytes(clients[0], big, 150, NULL)); /* two of those fill the quota of 300 */
    assert_status(STATUS_SUCCESS, slot_write_bytes(clients[0], big, 150, NULL));
    slot_close(servers[1]); /* one full, one closed */
    assert_status(STATUS_SUCCESS, slot_write(writer, "to one"));
    slot_expect(servers[2], "to one");
    slot_expect_counts(servers[0], 150, 2);
    slot_close(servers[2]);
    assert_status(STATUS_QUOTA_EXCEEDED, slot_write_bytes(writer, "to none", 7, NULL));
    slot_expect_counts(head, MAILSLOT_NO_MESSAGE, 0);
    hook_pre[UPPER] = NULL;
    slot_close(writer);
    slot_close(head);
    for (unsigned i = 0; i < 3; i++)
        slot_close(clients[i]);
    slot_close(servers[0]);
    FltObjectDereference(group_instance);
}

/* ---- completing, pending, cancelling ---- */

static FLT_PREOP_CALLBACK_STATUS refuse(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    return data->Iopb->MajorFunction == IRP_MJ_CREATE_MAILSLOT ? answer(data, STATUS_ACCESS_DENIED, 0)
                                                               : FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void completed(void **state)
{
    HANDLE handle;
    hook_pre[LOWER] = refuse;
    clear();
    assert_status(
        STATUS_ACCESS_DENIED, flt_create_with(filters[UPPER].handle, NULL, u"refused", NULL, &handle, NULL));
    assert_int_equal(1, seen[UPPER].post[IRP_MJ_CREATE_MAILSLOT]);
    assert_status(STATUS_ACCESS_DENIED, seen[UPPER].status);
    assert_int_equal(0, seen[LOWER].post[IRP_MJ_CREATE_MAILSLOT]);
    assert_status(
        STATUS_OBJECT_NAME_NOT_FOUND, slot_open(u"refused", GENERIC_WRITE, FILE_OPEN, 0, 1, &handle, NULL));
    hook_pre[LOWER] = NULL;
}

static PFLT_CALLBACK_DATA pended;
static KEVENT pended_event;

static FLT_PREOP_CALLBACK_STATUS pend(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    if (data->Iopb->MajorFunction != IRP_MJ_CREATE_MAILSLOT)
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    pended = data;
    KeSetEvent(&pended_event, 0, FALSE);
    return FLT_PREOP_PENDING;
}

static void resume(void *context)
{
    rig_wait(&pended_event);
    FltCompletePendedPreOperation(pended, FLT_PREOP_SUCCESS_WITH_CALLBACK, NULL);
}

static void pended_create(void **state)
{
    struct rig_thread thread;
    KeInitializeEvent(&pended_event, NotificationEvent, FALSE);
    hook_pre[UPPER] = pend;
    clear();
    rig_run(&thread, resume, NULL);
    HANDLE server = flt_create(NULL, u"pended", NULL);
    rig_join(&thread);
    assert_int_equal(1, seen[UPPER].post[IRP_MJ_CREATE_MAILSLOT]);
    assert_int_equal(1, seen[LOWER].pre[IRP_MJ_CREATE_MAILSLOT]);
    slot_close(server);
    hook_pre[UPPER] = NULL;
}

/* A filter above sees the read it lets through pend, and ends it: FltCancelIo in the pre callback's data of
 * another place. */
static PFLT_CALLBACK_DATA own_read;

static VOID NTAPI own_read_done(PFLT_CALLBACK_DATA data, PFLT_CONTEXT context)
{
    KeSetEvent(context, 0, FALSE);
}

static void cancelled_read(void **state)
{
    PFLT_INSTANCE upper = instance_of(UPPER);
    PFILE_OBJECT file;
    KEVENT done;
    char buffer[8];
    HANDLE server = flt_create(NULL, u"cancelled", &file), client = slot_client(u"cancelled");
    assert_status(STATUS_SUCCESS, slot_set_timeout(server, FOREVER));
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    assert_status(STATUS_SUCCESS, FltAllocateCallbackData(upper, file, &own_read));
    own_read->Iopb->MajorFunction = IRP_MJ_READ;
    own_read->Iopb->Parameters.Read.Length = sizeof buffer;
    own_read->Iopb->Parameters.Read.ReadBuffer = buffer;
    assert_status(STATUS_PENDING, FltPerformAsynchronousIo(own_read, own_read_done, &done));
    struct msfs_slot_info info;
    assert_status(STATUS_SUCCESS, msfs_query_slot(file, &info));
    assert_int_equal(1, info.waiting_reads);
    assert_true(FltCancelIo(own_read));
    rig_wait(&done);
    assert_status(STATUS_CANCELLED, own_read->IoStatus.Status);
    FltFreeCallbackData(own_read);
    assert_status(STATUS_SUCCESS, slot_write(client, "kept"));
    slot_expect(server, "kept");
    ObDereferenceObject(file);
    slot_close(client);
    slot_close(server);
    FltObjectDereference(upper);
}

static void take_back(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    if (data->Iopb->MajorFunction != IRP_MJ_CREATE_MAILSLOT || !NT_SUCCESS(data->IoStatus.Status))
        return;
    FltCancelFileOpen(objects->Instance, objects->FileObject);
    data->IoStatus.Status = STATUS_ACCESS_DENIED;
    data->IoStatus.Information = 0;
}

static void cancelled_open(void **state)
{
    HANDLE handle;
    hook_post[UPPER] = take_back;
    assert_status(STATUS_ACCESS_DENIED,
        flt_create_with(filters[UPPER].handle, NULL, u"taken back", NULL, &handle, NULL));
    hook_post[UPPER] = NULL;
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND,
        slot_open(u"taken back", GENERIC_WRITE, FILE_OPEN, 0, 1, &handle, NULL));
    slot_close(flt_create(NULL, u"taken back", NULL));
}

/* ---- descriptors and opening what exists ---- */

static void descriptor_of_existing(void **state)
{
    SECURITY_DESCRIPTOR sd;
    ACL acl;
    HANDLE first = flt_create(NULL, u"existing", NULL), second;
    char before[512], after[512];
    ULONG size_before, size_after;
    RtlCreateSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION);
    RtlCreateAcl(&acl, sizeof acl, ACL_REVISION);
    RtlSetDaclSecurityDescriptor(&sd, TRUE, &acl, FALSE); /* nobody at all */
    assert_status(STATUS_SUCCESS,
        ZwQuerySecurityObject(first, DACL_SECURITY_INFORMATION, before, sizeof before, &size_before));
    assert_status(
        STATUS_SUCCESS, flt_create_with(filters[UPPER].handle, NULL, u"EXISTING", &sd, &second, NULL));
    assert_int_equal(FILE_OPENED, iosb.Information);
    assert_status(STATUS_SUCCESS,
        ZwQuerySecurityObject(first, DACL_SECURITY_INFORMATION, after, sizeof after, &size_after));
    assert_int_equal(size_before, size_after);
    assert_memory_equal(before, after, RtlLengthSecurityDescriptor(after));
    slot_close(second);
    slot_close(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("M-01 M-44 without an instance the create enters at the top", whole_stack, load, unload),
        TEST_WITH("M-02 M-03 with one, only those below it see it", below_an_instance, load, unload),
        TEST_WITH("M-04 an instance of another volume", other_volume, load, unload),
        TEST_WITH("M-05 later operations: by handle, by instance", later_operations, load, unload),
        TEST_WITH("M-06 an instance and a filter that go", being_deleted, load, unload),
        TEST_WITH("M-32 the volume by its name", volume_by_name, load, unload),
        TEST_WITH("M-37 what the volume is", volume_facts, load, unload),
        TEST_WITH(
            "M-35 M-38 automatic attachment to a volume that is there already", attachment, load, unload),
        TEST_WITH("M-33 M-34 attachment by hand", manual_attachment, load, unload),
        TEST_WITH("M-35 M-36 a filter that did not ask for it", not_supported, load, unload),
        TEST_WITH("M-23 M-25 M-39 M-40 M-41 M-42 M-45 what a callback is given", parameters, load, unload),
        TEST_WITH("M-43 changed parameters count when they are marked", changed_parameters, load, unload),
        TEST_WITH("M-31 M-48 a virtual mailslot", virtual_mailslot, load, unload),
        TEST_WITH(
            "M-48 operations of a virtual slot that come down are refused", stray_operations, load, unload),
        TEST_WITH("M-31 M-49 a mailslot group", groups, load, unload),
        TEST_WITH("M-44 a create that a filter completes", completed, load, unload),
        TEST_WITH("M-44 a create that a filter pends", pended_create, load, unload),
        TEST_WITH("M-97 a filter's own read, cancelled", cancelled_read, load, unload),
        TEST_WITH("M-47 FltCancelFileOpen takes the slot away", cancelled_open, load, unload),
        TEST_WITH(
            "M-13 a descriptor is not applied to a slot that exists", descriptor_of_existing, load, unload),
    };
    return RUN_TESTS(tests, slots_start, slots_stop);
}
