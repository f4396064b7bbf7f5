/* The Rtl...Registry... calls: paths relative to well-known keys, and RtlQueryRegistryValues with its table. They are made of the
 * Zw calls, so registry callbacks see them as on Windows. */
#include "ntoskrnl/cm/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"

#include <stdlib.h>
#include <string.h>

#ifndef RTL_QUERY_REGISTRY_TYPECHECK
#define RTL_QUERY_REGISTRY_TYPECHECK 0x00000100
#define RTL_QUERY_REGISTRY_TYPECHECK_SHIFT 24
#endif

/* ---- keys by RelativeTo and Path ---- */

static NTSTATUS base_of(ULONG relative_to, const WCHAR **base)
{
    static const WCHAR *const bases[RTL_REGISTRY_MAXIMUM] = {
        [RTL_REGISTRY_ABSOLUTE] = u"",
        [RTL_REGISTRY_SERVICES] = u"\\Registry\\Machine\\System\\CurrentControlSet\\Services",
        [RTL_REGISTRY_CONTROL] = u"\\Registry\\Machine\\System\\CurrentControlSet\\Control",
        [RTL_REGISTRY_WINDOWS_NT] = u"\\Registry\\Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion",
        [RTL_REGISTRY_DEVICEMAP] = u"\\Registry\\Machine\\Hardware\\DeviceMap",
        [RTL_REGISTRY_USER] = u"\\Registry\\User\\.Default",
    };
    relative_to &= ~(ULONG)RTL_REGISTRY_OPTIONAL;
    if (relative_to >= RTL_REGISTRY_MAXIMUM)
        return STATUS_INVALID_PARAMETER;
    *base = bases[relative_to];
    return STATUS_SUCCESS;
}

/* Opens or creates. *close: the handle is ours. */
static NTSTATUS open_path(ULONG relative_to, PCWSTR path, ACCESS_MASK access, bool create, PHANDLE key, bool *close)
{
    const WCHAR *base;
    OBJECT_ATTRIBUTES oa;
    UNICODE_STRING name = {0, 0xfffe, NULL};
    *close = false;
    if (relative_to & RTL_REGISTRY_HANDLE) {
        *key = (HANDLE)path;
        return STATUS_SUCCESS;
    }
    NTSTATUS status = base_of(relative_to, &base);
    if (!NT_SUCCESS(status))
        return status;
    name.Buffer = malloc(name.MaximumLength);
    if (!name.Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlAppendUnicodeToString(&name, base);
    if (path && *path && *base && *path != u'\\')
        RtlAppendUnicodeToString(&name, u"\\");
    status = path ? RtlAppendUnicodeToString(&name, path) : STATUS_SUCCESS;
    if (NT_SUCCESS(status)) {
        InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
        status = create ? ZwCreateKey(key, access, &oa, 0, NULL, REG_OPTION_NON_VOLATILE, NULL) : ZwOpenKey(key, access, &oa);
        *close = NT_SUCCESS(status);
    }
    free(name.Buffer);
    return status;
}

NTSTATUS NTAPI RtlCheckRegistryKey(ULONG RelativeTo, PWSTR Path)
{
    HANDLE key;
    bool close;
    NTSTATUS status = open_path(RelativeTo, Path, KEY_READ, false, &key, &close);
    if (close)
        ZwClose(key);
    return status;
}

NTSTATUS NTAPI RtlCreateRegistryKey(ULONG RelativeTo, PWSTR Path)
{
    HANDLE key;
    bool close;
    NTSTATUS status = open_path(RelativeTo, Path, KEY_READ | KEY_WRITE, true, &key, &close);
    if (close)
        ZwClose(key);
    return status;
}

NTSTATUS NTAPI RtlWriteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName, ULONG ValueType, PVOID ValueData,
    ULONG ValueLength)
{
    HANDLE key;
    bool close;
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, ValueName);
    NTSTATUS status = open_path(RelativeTo, Path, KEY_WRITE, true, &key, &close);
    if (!NT_SUCCESS(status))
        return status;
    status = ZwSetValueKey(key, &name, 0, ValueType, ValueData, ValueLength);
    if (close)
        ZwClose(key);
    return status;
}

NTSTATUS NTAPI RtlDeleteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName)
{
    HANDLE key;
    bool close;
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, ValueName);
    NTSTATUS status = open_path(RelativeTo, Path, KEY_WRITE, false, &key, &close);
    if (!NT_SUCCESS(status))
        return status;
    status = ZwDeleteValueKey(key, &name);
    if (close)
        ZwClose(key);
    return status;
}

/* ---- RtlQueryRegistryValues ---- */

struct found {
    const WCHAR *name;
    ULONG type, length;
    PVOID bytes;
};

static bool is_text(ULONG type)
{
    return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ;
}

/* A string into the caller's UNICODE_STRING: its buffer when it has one, else a new one from paged pool. */
static NTSTATUS direct_string(PUNICODE_STRING to, const WCHAR *text, ULONG length)
{
    USHORT bytes = (USHORT)(length > 0xfffc ? 0xfffc : length), chars;
    if (bytes >= sizeof(WCHAR) && !text[bytes / sizeof(WCHAR) - 1])
        chars = bytes - sizeof(WCHAR);
    else
        chars = bytes;
    if (!to->Buffer) {
        to->Buffer = ExAllocatePoolWithTag(PagedPool, chars + sizeof(WCHAR), 'sRtR');
        if (!to->Buffer)
            return STATUS_INSUFFICIENT_RESOURCES;
        to->MaximumLength = chars + sizeof(WCHAR);
    } else if (to->MaximumLength < chars + sizeof(WCHAR)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    memcpy(to->Buffer, text, chars);
    to->Buffer[chars / sizeof(WCHAR)] = 0;
    to->Length = chars;
    return STATUS_SUCCESS;
}

/* Data that is no string: copied as it is when it fits a ULONG; else the first ULONG of the buffer tells its size, negative for
 * "length and type first". */
static NTSTATUS direct_bytes(PVOID entry_context, const struct found *value)
{
    PLONG buffer = entry_context;
    if (value->length <= sizeof(ULONG)) {
        memcpy(buffer, value->bytes, value->length);
        return STATUS_SUCCESS;
    }
    LONG size = *buffer;
    if (size < 0) {
        ULONG room = (ULONG)-size;
        if (room < value->length + 2 * sizeof(ULONG))
            return STATUS_BUFFER_TOO_SMALL;
        memcpy((char *)buffer, &value->length, sizeof(ULONG));
        memcpy((char *)buffer + sizeof(ULONG), &value->type, sizeof(ULONG));
        memcpy((char *)buffer + 2 * sizeof(ULONG), value->bytes, value->length);
        return STATUS_SUCCESS;
    }
    if ((ULONG)size < value->length)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(buffer, value->bytes, value->length);
    return STATUS_SUCCESS;
}

static NTSTATUS direct(PRTL_QUERY_REGISTRY_TABLE entry, const struct found *value)
{
    if (entry->Flags & RTL_QUERY_REGISTRY_TYPECHECK) {
        ULONG wanted = entry->DefaultType >> RTL_QUERY_REGISTRY_TYPECHECK_SHIFT;
        if (wanted != REG_NONE && wanted != value->type)
            return STATUS_OBJECT_TYPE_MISMATCH;
    }
    return is_text(value->type) ? direct_string(entry->EntryContext, value->bytes, value->length)
                                : direct_bytes(entry->EntryContext, value);
}

static NTSTATUS call_routine(PRTL_QUERY_REGISTRY_TABLE entry, const struct found *value, PVOID context)
{
    return entry->QueryRoutine((PWSTR)value->name, value->type, value->bytes, value->length, context, entry->EntryContext);
}

/* One value to the entry's routine or buffer: lists string by string unless NOEXPAND. */
static NTSTATUS deliver(PRTL_QUERY_REGISTRY_TABLE entry, const struct found *value, PVOID context)
{
    if (entry->Flags & RTL_QUERY_REGISTRY_DIRECT) {
        if (value->type == REG_MULTI_SZ && !(entry->Flags & RTL_QUERY_REGISTRY_NOEXPAND)) {
            /* Into consecutive UNICODE_STRINGs. */
            PUNICODE_STRING strings = entry->EntryContext;
            const WCHAR *at = value->bytes, *end = at + value->length / sizeof(WCHAR);
            NTSTATUS status = STATUS_SUCCESS;
            while (at < end && *at && NT_SUCCESS(status)) {
                const WCHAR *begin = at;
                while (at < end && *at)
                    at++;
                status = direct_string(strings++, begin, (ULONG)((at - begin) * sizeof(WCHAR)));
                at++;
            }
            return status;
        }
        return direct(entry, value);
    }
    if (value->type != REG_MULTI_SZ || entry->Flags & RTL_QUERY_REGISTRY_NOEXPAND)
        return call_routine(entry, value, context);
    WCHAR *at = value->bytes, *end = at + value->length / sizeof(WCHAR);
    NTSTATUS status = STATUS_SUCCESS;
    while (at < end && *at && NT_SUCCESS(status)) {
        WCHAR *begin = at;
        while (at < end && *at)
            at++;
        struct found one = {value->name, REG_SZ, (ULONG)((at - begin + 1) * (long)sizeof(WCHAR)), begin};
        status = call_routine(entry, &one, context);
        at++;
    }
    return status;
}

/* Reads a value with two zero units behind it; malloc'd block in *block. */
static NTSTATUS read_value(HANDLE key, PUNICODE_STRING name, KEY_VALUE_FULL_INFORMATION **block)
{
    ULONG need = 0;
    *block = NULL;
    NTSTATUS status = ZwQueryValueKey(key, name, KeyValueFullInformation, NULL, 0, &need);
    while (status == STATUS_BUFFER_TOO_SMALL || status == STATUS_BUFFER_OVERFLOW) {
        free(*block);
        ULONG room = need;
        *block = calloc(1, room + 2 * sizeof(WCHAR));
        if (!*block)
            return STATUS_INSUFFICIENT_RESOURCES;
        status = ZwQueryValueKey(key, name, KeyValueFullInformation, *block, room, &need);
    }
    if (NT_SUCCESS(status))
        return status;
    free(*block);
    *block = NULL;
    return status;
}

static NTSTATUS default_value(PRTL_QUERY_REGISTRY_TABLE entry, PVOID context)
{
    ULONG type = entry->DefaultType & 0xffffff;
    if (entry->Flags & RTL_QUERY_REGISTRY_REQUIRED)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (type == REG_NONE)
        return STATUS_SUCCESS;
    struct found value = {entry->Name, type, entry->DefaultLength, entry->DefaultData};
    if (is_text(type) && !value.length && value.bytes) {
        const WCHAR *text = value.bytes;
        while (type == REG_MULTI_SZ ? text[value.length] || text[value.length + 1] : text[value.length])
            value.length++;
        value.length = (value.length + (type == REG_MULTI_SZ ? 2 : 1)) * (ULONG)sizeof(WCHAR);
    }
    struct _RTL_QUERY_REGISTRY_TABLE plain = *entry;
    plain.Flags &= ~(ULONG)RTL_QUERY_REGISTRY_TYPECHECK; /* a default is the caller's own */
    return deliver(&plain, &value, context);
}

static NTSTATUS one_value(HANDLE key, PRTL_QUERY_REGISTRY_TABLE entry, PVOID context)
{
    UNICODE_STRING name;
    KEY_VALUE_FULL_INFORMATION *block;
    RtlInitUnicodeString(&name, entry->Name);
    NTSTATUS status = read_value(key, &name, &block);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND)
        return default_value(entry, context);
    if (!NT_SUCCESS(status))
        return status;
    struct found value = {entry->Name, block->Type, block->DataLength, (char *)block + block->DataOffset};
    status = deliver(entry, &value, context);
    free(block);
    if (NT_SUCCESS(status) && entry->Flags & RTL_QUERY_REGISTRY_DELETE)
        ZwDeleteValueKey(key, &name);
    return status;
}

/* QueryRoutine without a name: every value of the key. */
static NTSTATUS all_values(HANDLE key, PRTL_QUERY_REGISTRY_TABLE entry, PVOID context)
{
    ULONG index = 0;
    for (;; index++) {
        ULONG need = 0;
        NTSTATUS status = ZwEnumerateValueKey(key, index, KeyValueFullInformation, NULL, 0, &need);
        if (status == STATUS_NO_MORE_ENTRIES)
            break;
        KEY_VALUE_FULL_INFORMATION *block = calloc(1, need + 2 * sizeof(WCHAR));
        if (!block)
            return STATUS_INSUFFICIENT_RESOURCES;
        status = ZwEnumerateValueKey(key, index, KeyValueFullInformation, block, need, &need);
        if (NT_SUCCESS(status)) {
            WCHAR *name = calloc(1, block->NameLength + sizeof(WCHAR));
            if (name) {
                memcpy(name, block->Name, block->NameLength);
                struct found value = {name, block->Type, block->DataLength, (char *)block + block->DataOffset};
                status = deliver(entry, &value, context);
            } else {
                status = STATUS_INSUFFICIENT_RESOURCES;
            }
            free(name);
        }
        free(block);
        if (!NT_SUCCESS(status))
            return status;
    }
    return index || !(entry->Flags & RTL_QUERY_REGISTRY_REQUIRED) ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
}

static NTSTATUS check_entry(PRTL_QUERY_REGISTRY_TABLE entry)
{
    if (entry->Flags & RTL_QUERY_REGISTRY_DIRECT &&
        (!entry->Name || entry->Flags & RTL_QUERY_REGISTRY_SUBKEY || entry->QueryRoutine))
        return STATUS_INVALID_PARAMETER;
    if (entry->Flags & RTL_QUERY_REGISTRY_SUBKEY && !entry->Name)
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static NTSTATUS open_sub_key(HANDLE top, PCWSTR path, PHANDLE key)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES oa;
    RtlInitUnicodeString(&name, path);
    InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, top, NULL);
    return ZwOpenKey(key, KEY_READ | KEY_WRITE, &oa);
}

static NTSTATUS run_table(HANDLE top, PRTL_QUERY_REGISTRY_TABLE entry, PVOID context)
{
    HANDLE key = top;
    NTSTATUS status = STATUS_SUCCESS;
    for (; NT_SUCCESS(status) && (entry->QueryRoutine || entry->Flags & (RTL_QUERY_REGISTRY_SUBKEY | RTL_QUERY_REGISTRY_DIRECT));
         entry++) {
        status = check_entry(entry);
        if (!NT_SUCCESS(status))
            break;
        if (entry->Flags & (RTL_QUERY_REGISTRY_TOPKEY | RTL_QUERY_REGISTRY_SUBKEY) && key != top) {
            ZwClose(key);
            key = top;
        }
        if (entry->Flags & RTL_QUERY_REGISTRY_SUBKEY) {
            status = open_sub_key(top, entry->Name, &key);
            if (!NT_SUCCESS(status))
                key = top;
            else if (entry->QueryRoutine)
                status = all_values(key, entry, context);
            if (status == STATUS_OBJECT_NAME_NOT_FOUND && !(entry->Flags & RTL_QUERY_REGISTRY_REQUIRED))
                status = STATUS_SUCCESS;
        } else if (entry->Flags & RTL_QUERY_REGISTRY_NOVALUE) {
            struct found nothing = {NULL, REG_NONE, 0, NULL};
            status = call_routine(entry, &nothing, context);
        } else if (entry->Name) {
            status = one_value(key, entry, context);
        } else {
            status = all_values(key, entry, context);
        }
    }
    if (key != top)
        ZwClose(key);
    return status;
}

NTSTATUS NTAPI RtlQueryRegistryValues(ULONG RelativeTo, PCWSTR Path, PRTL_QUERY_REGISTRY_TABLE QueryTable, PVOID Context,
    PVOID Environment)
{
    HANDLE key;
    bool close;
    (void)Environment;
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = open_path(RelativeTo, Path, KEY_READ | KEY_WRITE, false, &key, &close);
    if (!NT_SUCCESS(status))
        return RelativeTo & RTL_REGISTRY_OPTIONAL && !(RelativeTo & RTL_REGISTRY_HANDLE) ? STATUS_SUCCESS : status;
    status = run_table(key, QueryTable, Context);
    if (close)
        ZwClose(key);
    return status;
}
