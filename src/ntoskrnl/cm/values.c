/* Values and questions about keys: ZwQueryValueKey, ZwSetValueKey, ZwEnumerateKey and their kin. Length protocol of all queries:
 * too short for the fixed part is STATUS_BUFFER_TOO_SMALL, too short for the rest STATUS_BUFFER_OVERFLOW with as much as fits;
 * *ResultLength is the need in both. */
#include "ntoskrnl/cm/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"

#include <stdlib.h>
#include <string.h>

/* ---- answers ---- */

struct answer {
    char *buffer;
    ULONG length, fixed, need;
};

static void put(struct answer *a, ULONG offset, const void *bytes, ULONG count)
{
    if (offset >= a->length || !count)
        return;
    memcpy(a->buffer + offset, bytes, count < a->length - offset ? count : a->length - offset);
}

static NTSTATUS result_of(const struct answer *a, PULONG result_length)
{
    *result_length = a->need;
    if (a->length < a->fixed)
        return STATUS_BUFFER_TOO_SMALL;
    return a->length < a->need ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/* Writes the fixed part only when all of it fits. */
static void put_fixed(struct answer *a, const void *fixed, ULONG size)
{
    a->fixed = size;
    if (a->length >= size)
        memcpy(a->buffer, fixed, size);
    else
        a->length = 0; /* too small: nothing at all is written */
}

static NTSTATUS answer_value(const struct cm_value *value, KEY_VALUE_INFORMATION_CLASS class, PVOID buffer, ULONG length,
    PULONG result_length)
{
    struct answer a = {.buffer = buffer, .length = length};
    ULONG given = length;
    switch (class) {
    case KeyValueBasicInformation: {
        KEY_VALUE_BASIC_INFORMATION info = {.Type = value->type, .NameLength = value->name.Length};
        ULONG at = offsetof(KEY_VALUE_BASIC_INFORMATION, Name);
        put_fixed(&a, &info, at);
        put(&a, at, value->name.Buffer, value->name.Length);
        a.need = at + value->name.Length;
        break;
    }
    case KeyValueFullInformation:
    case KeyValueFullInformationAlign64: {
        ULONG at = offsetof(KEY_VALUE_FULL_INFORMATION, Name), step = class == KeyValueFullInformation ? 4 : 8;
        KEY_VALUE_FULL_INFORMATION info = {.Type = value->type, .DataLength = value->length, .NameLength = value->name.Length};
        info.DataOffset = (at + value->name.Length + step - 1) & ~(step - 1);
        put_fixed(&a, &info, at);
        put(&a, at, value->name.Buffer, value->name.Length);
        put(&a, info.DataOffset, value->bytes, value->length);
        a.need = info.DataOffset + value->length;
        break;
    }
    case KeyValuePartialInformation: {
        KEY_VALUE_PARTIAL_INFORMATION info = {.Type = value->type, .DataLength = value->length};
        ULONG at = offsetof(KEY_VALUE_PARTIAL_INFORMATION, Data);
        put_fixed(&a, &info, at);
        put(&a, at, value->bytes, value->length);
        a.need = at + value->length;
        break;
    }
    case KeyValuePartialInformationAlign64: {
        KEY_VALUE_PARTIAL_INFORMATION_ALIGN64 info = {.Type = value->type, .DataLength = value->length};
        ULONG at = offsetof(KEY_VALUE_PARTIAL_INFORMATION_ALIGN64, Data);
        put_fixed(&a, &info, at);
        put(&a, at, value->bytes, value->length);
        a.need = at + value->length;
        break;
    }
    default:
        return STATUS_INVALID_PARAMETER;
    }
    a.length = given;
    return result_of(&a, result_length);
}

static ULONG longest(const struct cm_key *key, ULONG (*of)(const struct cm_key *key, ULONG index), ULONG count)
{
    ULONG most = 0;
    for (ULONG i = 0; i < count; i++)
        if (of(key, i) > most)
            most = of(key, i);
    return most;
}

static ULONG child_name(const struct cm_key *key, ULONG i)
{
    return key->children[i]->name.Length;
}

static ULONG child_class(const struct cm_key *key, ULONG i)
{
    return key->children[i]->class_name.Length;
}

static ULONG value_name(const struct cm_key *key, ULONG i)
{
    return key->values[i].name.Length;
}

static ULONG value_length(const struct cm_key *key, ULONG i)
{
    return key->values[i].length;
}

/* KEY_CACHED_INFORMATION is in no public header. */
struct key_cached {
    LARGE_INTEGER written;
    ULONG title, sub_keys, max_name, values, max_value_name, max_value_data, name_length;
};

static NTSTATUS full_information(struct cm_key *key, struct answer *a)
{
    KEY_FULL_INFORMATION info = {.LastWriteTime = key->written, .ClassLength = key->class_name.Length,
        .SubKeys = key->child_count, .MaxNameLen = longest(key, child_name, key->child_count),
        .MaxClassLen = longest(key, child_class, key->child_count), .Values = key->value_count,
        .MaxValueNameLen = longest(key, value_name, key->value_count),
        .MaxValueDataLen = longest(key, value_length, key->value_count)};
    ULONG at = offsetof(KEY_FULL_INFORMATION, Class);
    info.ClassOffset = key->class_name.Length ? at : (ULONG)-1;
    put_fixed(a, &info, at);
    put(a, at, key->class_name.Buffer, key->class_name.Length);
    a->need = at + key->class_name.Length;
    return STATUS_SUCCESS;
}

static NTSTATUS node_information(struct cm_key *key, struct answer *a)
{
    ULONG at = offsetof(KEY_NODE_INFORMATION, Name), class_at = (at + key->name.Length + 3u) & ~3u;
    KEY_NODE_INFORMATION info = {.LastWriteTime = key->written, .ClassLength = key->class_name.Length,
        .NameLength = key->name.Length, .ClassOffset = key->class_name.Length ? class_at : (ULONG)-1};
    put_fixed(a, &info, at);
    put(a, at, key->name.Buffer, key->name.Length);
    put(a, class_at, key->class_name.Buffer, key->class_name.Length);
    a->need = key->class_name.Length ? class_at + key->class_name.Length : at + key->name.Length;
    return STATUS_SUCCESS;
}

static NTSTATUS name_information(struct cm_key *key, struct answer *a)
{
    UNICODE_STRING name;
    NTSTATUS status = cm_full_name(key, &name);
    if (!NT_SUCCESS(status))
        return status;
    ULONG length = name.Length;
    put_fixed(a, &length, sizeof(length)); /* KEY_NAME_INFORMATION: NameLength, Name */
    put(a, sizeof(length), name.Buffer, name.Length);
    a->need = sizeof(length) + length;
    free(name.Buffer);
    return STATUS_SUCCESS;
}

static NTSTATUS answer_key(struct cm_key *key, KEY_INFORMATION_CLASS class, PVOID buffer, ULONG length, PULONG result_length)
{
    struct answer a = {.buffer = buffer, .length = length};
    NTSTATUS status = STATUS_SUCCESS;
    switch (class) {
    case KeyBasicInformation: {
        KEY_BASIC_INFORMATION info = {.LastWriteTime = key->written, .NameLength = key->name.Length};
        ULONG at = offsetof(KEY_BASIC_INFORMATION, Name);
        put_fixed(&a, &info, at);
        put(&a, at, key->name.Buffer, key->name.Length);
        a.need = at + key->name.Length;
        break;
    }
    case KeyNodeInformation:
        status = node_information(key, &a);
        break;
    case KeyFullInformation:
        status = full_information(key, &a);
        break;
    case KeyNameInformation:
        status = name_information(key, &a);
        break;
    case KeyCachedInformation: {
        struct key_cached info = {.written = key->written, .sub_keys = key->child_count,
            .max_name = longest(key, child_name, key->child_count), .values = key->value_count,
            .max_value_name = longest(key, value_name, key->value_count),
            .max_value_data = longest(key, value_length, key->value_count), .name_length = key->name.Length};
        put_fixed(&a, &info, sizeof(info));
        a.need = sizeof(info);
        break;
    }
    case KeyFlagsInformation: {
        const ULONG flags[3] = {0, key->is_volatile, 0};
        put_fixed(&a, flags, sizeof(flags));
        a.need = sizeof(flags);
        break;
    }
    case KeyHandleTagsInformation: {
        const ULONG tags = 0;
        put_fixed(&a, &tags, sizeof(tags));
        a.need = sizeof(tags);
        break;
    }
    default:
        return STATUS_INVALID_PARAMETER;
    }
    a.length = length;
    return NT_SUCCESS(status) ? result_of(&a, result_length) : status;
}

/* ---- reading calls ---- */

static NTSTATUS key_of(HANDLE handle, ACCESS_MASK access, struct cm_body **body)
{
    return ObReferenceObjectByHandle(handle, access, cm_key_type, KernelMode, (PVOID *)body, NULL);
}

static NTSTATUS query_value(struct cm_body *body, PUNICODE_STRING name, KEY_VALUE_INFORMATION_CLASS class, PVOID buffer,
    ULONG length, PULONG result_length)
{
    pthread_rwlock_rdlock(&cm_lock);
    struct cm_value *value = cm_find_value(body->key, name);
    NTSTATUS status = body->key->deleted ? STATUS_KEY_DELETED
                      : value            ? answer_value(value, class, buffer, length, result_length)
                                         : STATUS_OBJECT_NAME_NOT_FOUND;
    pthread_rwlock_unlock(&cm_lock);
    return status;
}

NTSTATUS NTAPI ZwQueryValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName, KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
    PVOID KeyValueInformation, ULONG Length, PULONG ResultLength)
{
    struct cm_body *body;
    UNICODE_STRING name = ValueName ? *ValueName : (UNICODE_STRING){0, 0, NULL};
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = key_of(KeyHandle, KEY_QUERY_VALUE, &body);
    if (!NT_SUCCESS(status))
        return status;
    REG_QUERY_VALUE_KEY_INFORMATION info = {.Object = body, .ValueName = &name,
        .KeyValueInformationClass = KeyValueInformationClass, .KeyValueInformation = KeyValueInformation, .Length = Length,
        .ResultLength = ResultLength};
    struct cm_operation operation = {.pre = RegNtPreQueryValueKey, .post = RegNtPostQueryValueKey, .information = &info,
        .call_context = &info.CallContext, .object_context = &info.ObjectContext, .body = body};
    status = cm_notify_pre(&operation);
    if (status == STATUS_SUCCESS && !operation.bypassed)
        status = query_value(body, &name, KeyValueInformationClass, KeyValueInformation, Length, ResultLength);
    status = cm_notify_post(&operation, body, status);
    ObfDereferenceObject(body);
    return status;
}

NTSTATUS NTAPI ZwEnumerateValueKey(HANDLE KeyHandle, ULONG Index, KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
    PVOID KeyValueInformation, ULONG Length, PULONG ResultLength)
{
    struct cm_body *body;
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = key_of(KeyHandle, KEY_QUERY_VALUE, &body);
    if (!NT_SUCCESS(status))
        return status;
    REG_ENUMERATE_VALUE_KEY_INFORMATION info = {.Object = body, .Index = Index,
        .KeyValueInformationClass = KeyValueInformationClass, .KeyValueInformation = KeyValueInformation, .Length = Length,
        .ResultLength = ResultLength};
    struct cm_operation operation = {.pre = RegNtPreEnumerateValueKey, .post = RegNtPostEnumerateValueKey, .information = &info,
        .call_context = &info.CallContext, .object_context = &info.ObjectContext, .body = body};
    status = cm_notify_pre(&operation);
    if (status == STATUS_SUCCESS && !operation.bypassed) {
        pthread_rwlock_rdlock(&cm_lock);
        if (body->key->deleted)
            status = STATUS_KEY_DELETED;
        else if (Index >= body->key->value_count)
            status = STATUS_NO_MORE_ENTRIES;
        else
            status = answer_value(&body->key->values[Index], KeyValueInformationClass, KeyValueInformation, Length, ResultLength);
        pthread_rwlock_unlock(&cm_lock);
    }
    status = cm_notify_post(&operation, body, status);
    ObfDereferenceObject(body);
    return status;
}

NTSTATUS NTAPI ZwEnumerateKey(HANDLE KeyHandle, ULONG Index, KEY_INFORMATION_CLASS KeyInformationClass, PVOID KeyInformation,
    ULONG Length, PULONG ResultLength)
{
    struct cm_body *body;
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = key_of(KeyHandle, KEY_ENUMERATE_SUB_KEYS, &body);
    if (!NT_SUCCESS(status))
        return status;
    REG_ENUMERATE_KEY_INFORMATION info = {.Object = body, .Index = Index, .KeyInformationClass = KeyInformationClass,
        .KeyInformation = KeyInformation, .Length = Length, .ResultLength = ResultLength};
    struct cm_operation operation = {.pre = RegNtPreEnumerateKey, .post = RegNtPostEnumerateKey, .information = &info,
        .call_context = &info.CallContext, .object_context = &info.ObjectContext, .body = body};
    status = cm_notify_pre(&operation);
    if (status == STATUS_SUCCESS && !operation.bypassed) {
        pthread_rwlock_rdlock(&cm_lock);
        if (body->key->deleted)
            status = STATUS_KEY_DELETED;
        else if (Index >= body->key->child_count)
            status = STATUS_NO_MORE_ENTRIES;
        else
            status = answer_key(body->key->children[Index], KeyInformationClass, KeyInformation, Length, ResultLength);
        pthread_rwlock_unlock(&cm_lock);
    }
    status = cm_notify_post(&operation, body, status);
    ObfDereferenceObject(body);
    return status;
}

NTSTATUS NTAPI ZwQueryKey(HANDLE KeyHandle, KEY_INFORMATION_CLASS KeyInformationClass, PVOID KeyInformation, ULONG Length,
    PULONG ResultLength)
{
    struct cm_body *body;
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = key_of(KeyHandle, KEY_QUERY_VALUE, &body);
    if (!NT_SUCCESS(status))
        return status;
    REG_QUERY_KEY_INFORMATION info = {.Object = body, .KeyInformationClass = KeyInformationClass,
        .KeyInformation = KeyInformation, .Length = Length, .ResultLength = ResultLength};
    struct cm_operation operation = {.pre = RegNtPreQueryKey, .post = RegNtPostQueryKey, .information = &info,
        .call_context = &info.CallContext, .object_context = &info.ObjectContext, .body = body};
    status = cm_notify_pre(&operation);
    if (status == STATUS_SUCCESS && !operation.bypassed) {
        pthread_rwlock_rdlock(&cm_lock);
        status = body->key->deleted ? STATUS_KEY_DELETED
                                    : answer_key(body->key, KeyInformationClass, KeyInformation, Length, ResultLength);
        pthread_rwlock_unlock(&cm_lock);
    }
    status = cm_notify_post(&operation, body, status);
    ObfDereferenceObject(body);
    return status;
}

/* ---- writing calls ---- */

NTSTATUS cm_check_value(ULONG type, ULONG length)
{
    if (type == REG_DWORD && length != sizeof(ULONG) && length != 0)
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static NTSTATUS set_value(struct cm_key *key, PUNICODE_STRING name, ULONG type, const void *bytes, ULONG length)
{
    UNICODE_STRING symbolic = RTL_CONSTANT_STRING(u"SymbolicLinkValue");
    pthread_rwlock_wrlock(&cm_lock);
    NTSTATUS status = STATUS_SUCCESS;
    if (type == REG_LINK && cm_compare_names(name, &symbolic) == 0) {
        UNICODE_STRING target = {(USHORT)length, (USHORT)length, (PWCH)bytes}; /* without a terminator, as NT wants it */
        status = length > 0xfffc || length % sizeof(WCHAR) ? STATUS_INVALID_PARAMETER : cm_set_link(key, &target);
    } else {
        status = cm_put_value(key, name, type, bytes, length);
    }
    if (NT_SUCCESS(status))
        cm_changed(key, REG_NOTIFY_CHANGE_LAST_SET);
    bool saved = !key->is_volatile;
    pthread_rwlock_unlock(&cm_lock);
    if (NT_SUCCESS(status) && saved)
        cm_mark_dirty();
    return status;
}

NTSTATUS NTAPI ZwSetValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName, ULONG TitleIndex, ULONG Type, PVOID Data, ULONG DataSize)
{
    struct cm_body *body;
    UNICODE_STRING name = ValueName ? *ValueName : (UNICODE_STRING){0, 0, NULL};
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if ((DataSize && !Data) || name.Length % sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = key_of(KeyHandle, KEY_SET_VALUE, &body);
    if (!NT_SUCCESS(status))
        return status;
    REG_SET_VALUE_KEY_INFORMATION info = {.Object = body, .ValueName = &name, .TitleIndex = TitleIndex, .Type = Type,
        .Data = Data, .DataSize = DataSize};
    struct cm_operation operation = {.pre = RegNtPreSetValueKey, .post = RegNtPostSetValueKey, .information = &info,
        .call_context = &info.CallContext, .object_context = &info.ObjectContext, .body = body};
    status = cm_notify_pre(&operation);
    if (status == STATUS_SUCCESS && !operation.bypassed)
        status = set_value(body->key, &name, Type, Data, DataSize);
    status = cm_notify_post(&operation, body, status);
    ObfDereferenceObject(body);
    return status;
}

static NTSTATUS delete_value(struct cm_key *key, PUNICODE_STRING name)
{
    NTSTATUS status = STATUS_KEY_DELETED;
    pthread_rwlock_wrlock(&cm_lock);
    if (!key->deleted) {
        struct cm_value *value = cm_find_value(key, name);
        status = value ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
        if (value) {
            cm_remove_value(key, value);
            cm_changed(key, REG_NOTIFY_CHANGE_LAST_SET);
        }
    }
    pthread_rwlock_unlock(&cm_lock);
    if (NT_SUCCESS(status))
        cm_mark_dirty();
    return status;
}

NTSTATUS NTAPI ZwDeleteValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName)
{
    struct cm_body *body;
    UNICODE_STRING name = ValueName ? *ValueName : (UNICODE_STRING){0, 0, NULL};
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = key_of(KeyHandle, KEY_SET_VALUE, &body);
    if (!NT_SUCCESS(status))
        return status;
    REG_DELETE_VALUE_KEY_INFORMATION info = {.Object = body, .ValueName = &name};
    struct cm_operation operation = {.pre = RegNtPreDeleteValueKey, .post = RegNtPostDeleteValueKey, .information = &info,
        .call_context = &info.CallContext, .object_context = &info.ObjectContext, .body = body};
    status = cm_notify_pre(&operation);
    if (status == STATUS_SUCCESS && !operation.bypassed)
        status = delete_value(body->key, &name);
    status = cm_notify_post(&operation, body, status);
    ObfDereferenceObject(body);
    return status;
}
