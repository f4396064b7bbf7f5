/* Key objects: opening, creating, deleting keys, and the "Registry" entry of the name space whose parse procedure they are.
 * A key object holds one node of the tree; registry callbacks run around each operation with no lock held. */
#include "ntoskrnl/cm/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/ps/ps.h"
#include "ntoskrnl/se/se.h"

#include <stdlib.h>
#include <string.h>

POBJECT_TYPE cm_key_type;
POBJECT_TYPE *CmKeyObjectType = &cm_key_type;
static struct cm_body *root_body; /* \Registry */

/* ---- the object ---- */

static NTSTATUS new_body(struct cm_key *key, struct cm_body **body)
{
    NTSTATUS status = ob_create(cm_key_type, sizeof(**body), (PVOID *)body);
    if (!NT_SUCCESS(status))
        return status;
    cm_reference(key);
    (*body)->key = key;
    return STATUS_SUCCESS;
}

static void delete_body(PVOID object)
{
    struct cm_body *body = object;
    cm_contexts_end(body, object);
    free(body->told_name);
    cm_close(body->key);
}

static void close_body(PVOID object, PEPROCESS process, ULONG system_handles)
{
    (void)process;
    if (system_handles == 1) {
        REG_KEY_HANDLE_CLOSE_INFORMATION info = {.Object = object};
        struct cm_operation operation = {.pre = RegNtPreKeyHandleClose, .post = RegNtPostKeyHandleClose, .information = &info,
            .call_context = &info.CallContext, .object_context = &info.ObjectContext, .body = object};
        cm_notify_pre(&operation); /* a close cannot be refused */
        cm_watches_end(object);
        cm_notify_post(&operation, NULL, STATUS_SUCCESS);
    }
}

static NTSTATUS name_of(PVOID object, BOOLEAN has_name, POBJECT_NAME_INFORMATION info, ULONG length, PULONG return_length)
{
    struct cm_body *body = object;
    UNICODE_STRING name;
    (void)has_name;
    pthread_rwlock_rdlock(&cm_lock);
    NTSTATUS status = body->key->deleted ? STATUS_KEY_DELETED : cm_full_name(body->key, &name);
    pthread_rwlock_unlock(&cm_lock);
    if (!NT_SUCCESS(status))
        return status;
    status = ob_answer_name(&name, info, length, return_length);
    free(name.Buffer);
    return status;
}

static NTSTATUS open_node(struct cm_body *from, UNICODE_STRING path, ULONG attributes, struct cm_body **body)
{
    struct cm_key *key;
    pthread_rwlock_rdlock(&cm_lock);
    NTSTATUS status = cm_walk(from->key, path, !(attributes & OBJ_OPENLINK), false, &key, NULL);
    if (NT_SUCCESS(status))
        status = new_body(key, body);
    pthread_rwlock_unlock(&cm_lock);
    return status;
}

static NTSTATUS parse(PVOID object, const struct ob_parse *request, PVOID *found)
{
    *found = NULL;
    return open_node(object, request->remaining, request->attributes, (struct cm_body **)found);
}

NTSTATUS cm_key_types_init(void)
{
    static const struct ob_type_ops ops = {.parse = parse, .close = close_body, .delete = delete_body, .query_name = name_of};
    static const struct ob_type_info info = {.name = u"Key",
        .mapping = {KEY_READ, KEY_WRITE, KEY_EXECUTE, KEY_ALL_ACCESS}, .valid_access = KEY_ALL_ACCESS, .must_secure = true, .ops = &ops};
    UNICODE_STRING path = RTL_CONSTANT_STRING(u"\\REGISTRY");
    cm_key_type = ob_type_create(&info);
    if (!cm_key_type)
        return STATUS_INSUFFICIENT_RESOURCES;
    pthread_rwlock_wrlock(&cm_lock);
    cm_make_skeleton();
    pthread_rwlock_unlock(&cm_lock);
    if (!cm_root)
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = new_body(cm_root, &root_body);
    if (NT_SUCCESS(status))
        status = ob_insert_name(root_body, &path, OBJ_CASE_INSENSITIVE);
    if (NT_SUCCESS(status))
        status = ob_set_descriptor(root_body, se_descriptor_public());
    return status;
}

static NTSTATUS start_status;

static void start(void)
{
    start_status = ob_init();
    if (NT_SUCCESS(start_status))
        start_status = se_init();
    if (NT_SUCCESS(start_status))
        start_status = cm_key_types_init();
}

NTSTATUS cm_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
    return start_status;
}

/* ---- open and create ---- */

/* Where a name begins: \Registry or RootDirectory's key, referenced, and the rest below it (ob_free_name). */
static NTSTATUS begin(const OBJECT_ATTRIBUTES *oa, struct cm_body **from, PUNICODE_STRING rest)
{
    OBJECT_ATTRIBUTES own;
    PVOID object;
    if (!oa || oa->Length != sizeof(*oa) || !oa->ObjectName)
        return STATUS_INVALID_PARAMETER;
    own = *oa;
    own.Attributes |= OBJ_CASE_INSENSITIVE; /* key names always are */
    NTSTATUS status = ob_lookup(&own, KernelMode, &object, rest);
    if (!NT_SUCCESS(status))
        return status == STATUS_OBJECT_PATH_NOT_FOUND ? STATUS_OBJECT_NAME_NOT_FOUND : status;
    if (ob_type_of(object) == cm_key_type) {
        *from = object;
        return STATUS_SUCCESS;
    }
    ObfDereferenceObject(object);
    ob_free_name(rest);
    return STATUS_OBJECT_TYPE_MISMATCH;
}

struct open_request {
    const OBJECT_ATTRIBUTES *oa;
    ACCESS_MASK desired;
    ULONG options;
    PUNICODE_STRING class_name;
    bool create;
    ULONG disposition;
};

static void set_class(struct cm_key *key, PCUNICODE_STRING class_name)
{
    if (class_name && class_name->Length)
        cm_copy_name(class_name, &key->class_name);
}

/* The last component is made below `parent`. Under the lock. */
static NTSTATUS make_key(struct cm_key *parent, UNICODE_STRING last, struct open_request *request, struct cm_key **key)
{
    if (parent == cm_root)
        return STATUS_ACCESS_DENIED; /* only Machine and User stand there */
    while (last.Length && last.Buffer[last.Length / sizeof(WCHAR) - 1] == u'\\')
        last.Length -= sizeof(WCHAR);
    NTSTATUS status = cm_add_child(parent, &last, request->options & REG_OPTION_VOLATILE, key);
    if (!NT_SUCCESS(status))
        return status;
    set_class(*key, request->class_name);
    request->disposition = REG_CREATED_NEW_KEY;
    cm_changed(parent, REG_NOTIFY_CHANGE_NAME);
    return STATUS_SUCCESS;
}

/* The rest of `path` behind its last backslash. */
static UNICODE_STRING last_component(UNICODE_STRING path)
{
    while (path.Length && path.Buffer[path.Length / sizeof(WCHAR) - 1] == u'\\')
        path.Length -= sizeof(WCHAR);
    USHORT n = path.Length / sizeof(WCHAR), i = n;
    while (i && path.Buffer[i - 1] != u'\\')
        i--;
    path.Buffer += i;
    path.Length = path.MaximumLength = (USHORT)((n - i) * sizeof(WCHAR));
    return path;
}

static NTSTATUS open_or_make(struct cm_body *from, UNICODE_STRING rest, struct open_request *request, struct cm_body **body)
{
    struct cm_key *key;
    unsigned missing = 0;
    bool follow = !(request->oa->Attributes & OBJ_OPENLINK) && !(request->options & (REG_OPTION_OPEN_LINK | REG_OPTION_CREATE_LINK));
    request->disposition = REG_OPENED_EXISTING_KEY;
    if (request->create)
        pthread_rwlock_wrlock(&cm_lock);
    else
        pthread_rwlock_rdlock(&cm_lock);
    NTSTATUS status = cm_walk(from->key, rest, follow, false, &key, &missing);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND && request->create && missing == 1)
        status = make_key(key, last_component(rest), request, &key);
    if (NT_SUCCESS(status))
        status = new_body(key, body);
    pthread_rwlock_unlock(&cm_lock);
    if (NT_SUCCESS(status) && request->disposition == REG_CREATED_NEW_KEY && !(request->options & REG_OPTION_VOLATILE))
        cm_mark_dirty();
    return status;
}

static NTSTATUS give_handle(struct cm_body *body, const struct open_request *request, PHANDLE handle)
{
    ACCESS_MASK granted;
    KPROCESSOR_MODE mode = request->oa->Attributes & OBJ_FORCE_ACCESS_CHECK ? UserMode : KernelMode;
    PACCESS_TOKEN token = ps_thread_token(ps_current_thread());
    ACCESS_MASK desired = request->desired & ~(ACCESS_MASK)KEY_WOW64_RES;
    NTSTATUS status = se_access_check(se_descriptor_public(), token, desired, &ob_type_info(cm_key_type)->mapping, mode, &granted);
    ObfDereferenceObject(token);
    if (!NT_SUCCESS(status))
        return status;
    return ob_handle_create(body, granted, request->oa->Attributes, handle);
}

static void fill_information(REG_CREATE_KEY_INFORMATION_V1 *info, struct open_request *request, struct cm_body *from,
    PUNICODE_STRING rest, PVOID *result)
{
    RtlZeroMemory(info, sizeof(*info));
    info->CompleteName = request->oa->ObjectName;
    info->RootObject = from;
    info->ObjectType = cm_key_type;
    info->Options = request->options;
    info->Class = request->class_name;
    info->SecurityDescriptor = request->oa->SecurityDescriptor;
    info->SecurityQualityOfService = request->oa->SecurityQualityOfService;
    info->DesiredAccess = request->desired;
    info->GrantedAccess = request->desired;
    info->Disposition = &request->disposition;
    info->ResultObject = result;
    info->Version = 1;
    info->RemainingName = rest;
    info->Attributes = request->oa->Attributes;
    info->CheckAccessMode = KernelMode;
}

static NTSTATUS open_key(struct open_request *request, PHANDLE handle)
{
    struct cm_body *from, *body = NULL;
    UNICODE_STRING rest;
    PVOID result = NULL;
    REG_CREATE_KEY_INFORMATION_V1 info;
    *handle = NULL;
    NTSTATUS status = cm_init();
    if (NT_SUCCESS(status))
        status = begin(request->oa, &from, &rest);
    if (!NT_SUCCESS(status))
        return status;
    struct cm_operation operation = {.pre = request->create ? RegNtPreCreateKeyEx : RegNtPreOpenKeyEx,
        .post = request->create ? RegNtPostCreateKeyEx : RegNtPostOpenKeyEx, .information = &info,
        .call_context = &info.CallContext, .object_context = &info.RootObjectContext, .body = from};
    fill_information(&info, request, from, &rest, &result);
    status = cm_notify_pre(&operation);
    if (status == STATUS_SUCCESS && !operation.bypassed)
        status = open_or_make(from, rest, request, &body);
    else if (operation.bypassed && result && ob_type_of(result) == cm_key_type)
        body = result; /* the callback gave the key itself, referenced */
    status = cm_notify_post(&operation, body, status);
    if (NT_SUCCESS(status) && body)
        status = give_handle(body, request, handle);
    else if (NT_SUCCESS(status))
        status = STATUS_INVALID_PARAMETER;
    if (body)
        ObfDereferenceObject(body);
    ObfDereferenceObject(from);
    ob_free_name(&rest);
    return status;
}

NTSTATUS NTAPI ZwOpenKeyEx(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, ULONG OpenOptions)
{
    struct open_request request = {.oa = ObjectAttributes, .desired = DesiredAccess, .options = OpenOptions};
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (OpenOptions & ~(ULONG)REG_OPEN_LEGAL_OPTION)
        return STATUS_INVALID_PARAMETER_4;
    return open_key(&request, KeyHandle);
}

NTSTATUS NTAPI ZwOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)
{
    struct open_request request = {.oa = ObjectAttributes, .desired = DesiredAccess};
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return open_key(&request, KeyHandle);
}

NTSTATUS NTAPI ZwCreateKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, ULONG TitleIndex,
    PUNICODE_STRING Class, ULONG CreateOptions, PULONG Disposition)
{
    struct open_request request = {.oa = ObjectAttributes, .desired = DesiredAccess, .options = CreateOptions,
        .class_name = Class, .create = true};
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    (void)TitleIndex;
    if (CreateOptions & ~(ULONG)REG_LEGAL_OPTION)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = open_key(&request, KeyHandle);
    if (NT_SUCCESS(status) && Disposition)
        *Disposition = request.disposition;
    return status;
}

/* ---- delete and flush ---- */

static NTSTATUS delete_node(struct cm_key *key)
{
    NTSTATUS status = STATUS_SUCCESS;
    pthread_rwlock_wrlock(&cm_lock);
    if (key->deleted) {
        status = STATUS_KEY_DELETED;
    } else if (key->child_count || key->permanent) {
        status = STATUS_CANNOT_DELETE;
    } else {
        cm_changed(key->parent, REG_NOTIFY_CHANGE_NAME);
        cm_unlink(key);
    }
    pthread_rwlock_unlock(&cm_lock);
    if (NT_SUCCESS(status))
        cm_mark_dirty();
    return status;
}

NTSTATUS NTAPI ZwDeleteKey(HANDLE KeyHandle)
{
    struct cm_body *body;
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = ObReferenceObjectByHandle(KeyHandle, DELETE, cm_key_type, KernelMode, (PVOID *)&body, NULL);
    if (!NT_SUCCESS(status))
        return status;
    REG_DELETE_KEY_INFORMATION info = {.Object = body};
    struct cm_operation operation = {.pre = RegNtPreDeleteKey, .post = RegNtPostDeleteKey, .information = &info,
        .call_context = &info.CallContext, .object_context = &info.ObjectContext, .body = body};
    status = cm_notify_pre(&operation);
    if (status == STATUS_SUCCESS && !operation.bypassed)
        status = delete_node(body->key);
    status = cm_notify_post(&operation, body, status);
    ObfDereferenceObject(body);
    return status;
}

NTSTATUS NTAPI ZwFlushKey(HANDLE KeyHandle)
{
    struct cm_body *body;
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = ObReferenceObjectByHandle(KeyHandle, 0, cm_key_type, KernelMode, (PVOID *)&body, NULL);
    if (!NT_SUCCESS(status))
        return status;
    REG_FLUSH_KEY_INFORMATION info = {.Object = body};
    struct cm_operation operation = {.pre = RegNtPreFlushKey, .post = RegNtPostFlushKey, .information = &info,
        .call_context = &info.CallContext, .object_context = &info.ObjectContext, .body = body};
    status = cm_notify_pre(&operation);
    if (status == STATUS_SUCCESS && !operation.bypassed)
        status = cm_flush();
    status = cm_notify_post(&operation, body, status);
    ObfDereferenceObject(body);
    return status;
}

/* ---- the keys of a driver ---- */

/* Last component of \Driver\NAME or \FileSystem\NAME. */
static UNICODE_STRING driver_name(PDRIVER_OBJECT driver)
{
    if (driver->DriverExtension && driver->DriverExtension->ServiceKeyName.Length)
        return last_component(driver->DriverExtension->ServiceKeyName);
    return last_component(driver->DriverName);
}

NTSTATUS NTAPI IoOpenDriverRegistryKey(PDRIVER_OBJECT DriverObject, DRIVER_REGKEY_TYPE RegKeyType, ACCESS_MASK DesiredAccess,
    ULONG Flags, PHANDLE DriverRegKey)
{
    struct cm_key *service, *key;
    struct cm_body *body;
    *DriverRegKey = NULL;
    if (Flags || (RegKeyType != DriverRegKeyParameters && RegKeyType != DriverRegKeyPersistentState))
        return STATUS_INVALID_PARAMETER;
    UNICODE_STRING name = driver_name(DriverObject);
    NTSTATUS status = cm_open_service(&name, true, &service);
    if (!NT_SUCCESS(status))
        return status;
    status = cm_open(service, RegKeyType == DriverRegKeyParameters ? u"Parameters" : u"State", true, &key);
    cm_close(service);
    if (!NT_SUCCESS(status))
        return status;
    status = new_body(key, &body);
    cm_close(key);
    if (!NT_SUCCESS(status))
        return status;
    status = ob_handle_create(body, se_map_generic(DesiredAccess, &ob_type_info(cm_key_type)->mapping), OBJ_KERNEL_HANDLE, DriverRegKey);
    ObfDereferenceObject(body);
    return status;
}
