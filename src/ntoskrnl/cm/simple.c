/* The manager's own reading and writing of the registry: full names, no handles, no callbacks. */
#include "ntoskrnl/cm/inner.h"

#include <stdlib.h>
#include <string.h>

#define TAG 'sgeR'
#define SERVICES u"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"

static NTSTATUS walk_from(struct cm_key *parent, const WCHAR *path, bool create, struct cm_key **key)
{
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, path);
    if (!parent) { /* absolute: \Registry\... */
        UNICODE_STRING root = RTL_CONSTANT_STRING(u"\\REGISTRY");
        if (!RtlPrefixUnicodeString(&root, &name, TRUE))
            return STATUS_OBJECT_PATH_SYNTAX_BAD;
        name.Buffer += root.Length / sizeof(WCHAR);
        name.Length -= root.Length;
        parent = cm_root;
    }
    return cm_walk(parent, name, true, create, key, NULL);
}

NTSTATUS cm_open(struct cm_key *parent, const WCHAR *path, bool create, struct cm_key **key)
{
    *key = NULL;
    NTSTATUS status = cm_init();
    if (!NT_SUCCESS(status))
        return status;
    if (create)
        pthread_rwlock_wrlock(&cm_lock);
    else
        pthread_rwlock_rdlock(&cm_lock);
    status = walk_from(parent, path, create, key);
    if (NT_SUCCESS(status))
        cm_reference(*key);
    else
        *key = NULL;
    pthread_rwlock_unlock(&cm_lock);
    if (create && NT_SUCCESS(status))
        cm_mark_dirty();
    return status;
}

NTSTATUS cm_open_service(PCUNICODE_STRING name, bool create, struct cm_key **key)
{
    UNICODE_STRING path = {0, (USHORT)(sizeof(SERVICES) + name->Length), NULL};
    *key = NULL;
    for (size_t i = 0; i < name->Length / sizeof(WCHAR); i++)
        if (name->Buffer[i] == u'\\')
            return STATUS_OBJECT_NAME_INVALID;
    path.Buffer = calloc(1, path.MaximumLength);
    if (!path.Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlAppendUnicodeToString(&path, SERVICES);
    RtlAppendUnicodeStringToString(&path, name);
    NTSTATUS status = name->Length ? cm_open(NULL, path.Buffer, create, key) : STATUS_OBJECT_NAME_INVALID;
    free(path.Buffer);
    return status;
}

NTSTATUS cm_delete_tree(struct cm_key *parent, const WCHAR *path)
{
    struct cm_key *key;
    pthread_rwlock_wrlock(&cm_lock);
    NTSTATUS status = walk_from(parent, path, false, &key);
    if (NT_SUCCESS(status)) {
        if (key->permanent) {
            status = STATUS_CANNOT_DELETE;
        } else {
            cm_changed(key->parent, REG_NOTIFY_CHANGE_NAME);
            cm_unlink_tree(key);
        }
    }
    pthread_rwlock_unlock(&cm_lock);
    if (NT_SUCCESS(status))
        cm_mark_dirty();
    return status;
}

/* ---- reading ---- */

/* Copies a value out, with two zero units behind it so that strings end. */
static NTSTATUS fetch(struct cm_key *key, const WCHAR *name, ULONG *type, PVOID *bytes, ULONG *length)
{
    UNICODE_STRING wanted;
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
    *bytes = NULL;
    RtlInitUnicodeString(&wanted, name);
    pthread_rwlock_rdlock(&cm_lock);
    struct cm_value *value = key->deleted ? NULL : cm_find_value(key, &wanted);
    if (value) {
        *type = value->type;
        *length = value->length;
        *bytes = ExAllocatePoolWithTag(PagedPool, value->length + 2 * sizeof(WCHAR), TAG);
        status = *bytes ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
        if (*bytes) {
            if (value->length)
                memcpy(*bytes, value->bytes, value->length);
            memset((char *)*bytes + value->length, 0, 2 * sizeof(WCHAR));
        }
    } else if (key->deleted) {
        status = STATUS_KEY_DELETED;
    }
    pthread_rwlock_unlock(&cm_lock);
    return status;
}

NTSTATUS cm_get_value(struct cm_key *key, const WCHAR *value, ULONG *type, PVOID *bytes, ULONG *length)
{
    return fetch(key, value, type, bytes, length);
}

NTSTATUS cm_get_string(struct cm_key *key, const WCHAR *value, PUNICODE_STRING text)
{
    ULONG type, length;
    PVOID bytes;
    RtlZeroMemory(text, sizeof(*text));
    NTSTATUS status = fetch(key, value, &type, &bytes, &length);
    if (!NT_SUCCESS(status))
        return status;
    if ((type != REG_SZ && type != REG_EXPAND_SZ) || length > 0xfffc) {
        ExFreePool(bytes);
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    RtlInitUnicodeString(text, bytes); /* up to the first NUL: the stored one is often counted */
    text->MaximumLength = (USHORT)(text->Length + sizeof(WCHAR));
    return STATUS_SUCCESS;
}

NTSTATUS cm_get_dword(struct cm_key *key, const WCHAR *value, ULONG *number)
{
    ULONG type, length;
    PVOID bytes;
    NTSTATUS status = fetch(key, value, &type, &bytes, &length);
    if (!NT_SUCCESS(status))
        return status;
    if (type == REG_DWORD && length == sizeof(ULONG))
        memcpy(number, bytes, sizeof(*number));
    else
        status = STATUS_OBJECT_TYPE_MISMATCH;
    ExFreePool(bytes);
    return status;
}

NTSTATUS cm_get_multi(struct cm_key *key, const WCHAR *value, WCHAR **list)
{
    ULONG type, length;
    PVOID bytes;
    *list = NULL;
    NTSTATUS status = fetch(key, value, &type, &bytes, &length);
    if (!NT_SUCCESS(status))
        return status;
    if (type != REG_MULTI_SZ && type != REG_SZ) {
        ExFreePool(bytes);
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    *list = bytes;
    return STATUS_SUCCESS;
}

NTSTATUS cm_enumerate(struct cm_key *key, ULONG index, PUNICODE_STRING name)
{
    NTSTATUS status = STATUS_NO_MORE_ENTRIES;
    RtlZeroMemory(name, sizeof(*name));
    pthread_rwlock_rdlock(&cm_lock);
    if (index < key->child_count) {
        const UNICODE_STRING *child = &key->children[index]->name;
        name->Buffer = ExAllocatePoolWithTag(PagedPool, child->Length + sizeof(WCHAR), TAG);
        status = name->Buffer ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
        if (name->Buffer) {
            memcpy(name->Buffer, child->Buffer, child->Length);
            name->Buffer[child->Length / sizeof(WCHAR)] = 0;
            name->Length = child->Length;
            name->MaximumLength = child->Length + sizeof(WCHAR);
        }
    }
    pthread_rwlock_unlock(&cm_lock);
    return status;
}

/* ---- writing ---- */

NTSTATUS cm_set_value(struct cm_key *key, const WCHAR *name, ULONG type, const void *bytes, ULONG length)
{
    UNICODE_STRING wanted;
    RtlInitUnicodeString(&wanted, name);
    pthread_rwlock_wrlock(&cm_lock);
    NTSTATUS status = cm_put_value(key, &wanted, type, bytes, length);
    if (NT_SUCCESS(status))
        cm_changed(key, REG_NOTIFY_CHANGE_LAST_SET);
    pthread_rwlock_unlock(&cm_lock);
    if (NT_SUCCESS(status))
        cm_mark_dirty();
    return status;
}

static ULONG text_bytes(const WCHAR *text)
{
    ULONG n = 0;
    while (text[n])
        n++;
    return (n + 1) * (ULONG)sizeof(WCHAR);
}

NTSTATUS cm_set_string(struct cm_key *key, const WCHAR *value, const WCHAR *text)
{
    return cm_set_value(key, value, REG_SZ, text, text_bytes(text));
}

NTSTATUS cm_set_expand_string(struct cm_key *key, const WCHAR *value, const WCHAR *text)
{
    return cm_set_value(key, value, REG_EXPAND_SZ, text, text_bytes(text));
}

NTSTATUS cm_set_dword(struct cm_key *key, const WCHAR *value, ULONG number)
{
    return cm_set_value(key, value, REG_DWORD, &number, sizeof(number));
}

NTSTATUS cm_set_multi(struct cm_key *key, const WCHAR *value, const WCHAR *list)
{
    ULONG length = 0;
    while (list[length / sizeof(WCHAR)])
        length += text_bytes(list + length / sizeof(WCHAR));
    return cm_set_value(key, value, REG_MULTI_SZ, list, length + (ULONG)sizeof(WCHAR));
}

NTSTATUS cm_delete_value(struct cm_key *key, const WCHAR *name)
{
    UNICODE_STRING wanted;
    RtlInitUnicodeString(&wanted, name);
    pthread_rwlock_wrlock(&cm_lock);
    struct cm_value *value = cm_find_value(key, &wanted);
    if (value) {
        cm_remove_value(key, value);
        cm_changed(key, REG_NOTIFY_CHANGE_LAST_SET);
    }
    pthread_rwlock_unlock(&cm_lock);
    if (value)
        cm_mark_dirty();
    return value ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
}
