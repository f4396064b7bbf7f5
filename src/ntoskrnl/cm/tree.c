/* The tree itself: nodes, children in the order of their upcased names, values in the order of their making, paths.
 * Everything here is called under cm_lock; what changes the tree, with the lock taken for writing. */
#include "ntoskrnl/cm/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "rtl/case.h"

#include <stdlib.h>
#include <string.h>

#define MAX_NAME 255
#define MAX_LINKS 16

pthread_rwlock_t cm_lock = PTHREAD_RWLOCK_INITIALIZER;
struct cm_key *cm_root;

/* ---- names ---- */

NTSTATUS cm_copy_name(PCUNICODE_STRING from, PUNICODE_STRING to)
{
    RtlZeroMemory(to, sizeof(*to));
    to->Buffer = malloc(from->Length + sizeof(WCHAR));
    if (!to->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (from->Length)
        memcpy(to->Buffer, from->Buffer, from->Length);
    to->Buffer[from->Length / sizeof(WCHAR)] = 0;
    to->Length = from->Length;
    to->MaximumLength = from->Length + sizeof(WCHAR);
    return STATUS_SUCCESS;
}

int cm_compare_names(PCUNICODE_STRING a, PCUNICODE_STRING b)
{
    size_t n = a->Length / sizeof(WCHAR), m = b->Length / sizeof(WCHAR);
    for (size_t i = 0; i < n && i < m; i++) {
        int x = rtl_upper(a->Buffer[i]), y = rtl_upper(b->Buffer[i]);
        if (x != y)
            return x - y;
    }
    return n < m ? -1 : n > m;
}

NTSTATUS cm_full_name(struct cm_key *key, PUNICODE_STRING name)
{
    size_t units = 0;
    for (struct cm_key *k = key; k; k = k->parent)
        units += 1 + k->name.Length / sizeof(WCHAR);
    RtlZeroMemory(name, sizeof(*name));
    if (units > 0x7ffe)
        return STATUS_NAME_TOO_LONG;
    name->Buffer = malloc((units + 1) * sizeof(WCHAR));
    if (!name->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    WCHAR *end = name->Buffer + units;
    *end = 0;
    for (struct cm_key *k = key; k; k = k->parent) {
        end -= k->name.Length / sizeof(WCHAR);
        memcpy(end, k->name.Buffer, k->name.Length);
        *--end = u'\\';
    }
    name->Length = (USHORT)(units * sizeof(WCHAR));
    name->MaximumLength = name->Length + sizeof(WCHAR);
    return STATUS_SUCCESS;
}

/* ---- nodes ---- */

void cm_reference(struct cm_key *key)
{
    __atomic_fetch_add(&key->references, 1, __ATOMIC_RELAXED);
}

static void free_values(struct cm_key *key)
{
    for (ULONG i = 0; i < key->value_count; i++) {
        free(key->values[i].name.Buffer);
        free(key->values[i].bytes);
    }
    free(key->values);
}

void cm_close(struct cm_key *key)
{
    if (!key || __atomic_sub_fetch(&key->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    free_values(key);
    free(key->name.Buffer);
    free(key->class_name.Buffer);
    free(key->link.Buffer);
    free(key->children);
    free(key);
}

static LARGE_INTEGER now(void)
{
    LARGE_INTEGER time;
    time.QuadPart = (LONGLONG)ke_system_time();
    return time;
}

static struct cm_key *new_key(PCUNICODE_STRING name)
{
    struct cm_key *key = calloc(1, sizeof(*key));
    if (!key || !NT_SUCCESS(cm_copy_name(name, &key->name))) {
        free(key);
        return NULL;
    }
    key->references = 1; /* the tree's */
    key->written = now();
    return key;
}

/* Index of `name` among the children, or where it would stand. */
static ULONG position(const struct cm_key *key, PCUNICODE_STRING name, bool *found)
{
    ULONG low = 0, high = key->child_count;
    *found = false;
    while (low < high) {
        ULONG middle = (low + high) / 2;
        int order = cm_compare_names(name, &key->children[middle]->name);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

struct cm_key *cm_find_child(struct cm_key *key, PCUNICODE_STRING name)
{
    bool found;
    ULONG at = position(key, name, &found);
    return found ? key->children[at] : NULL;
}

static bool make_room(void **array, ULONG count, ULONG *room, size_t size)
{
    if (count < *room)
        return true;
    ULONG more = *room ? *room * 2 : 8;
    void *grown = realloc(*array, more * size);
    if (!grown)
        return false;
    *array = grown;
    *room = more;
    return true;
}

NTSTATUS cm_add_child(struct cm_key *parent, PCUNICODE_STRING name, bool is_volatile, struct cm_key **child)
{
    bool found;
    if (!name->Length || name->Length > MAX_NAME * sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER;
    if (parent->deleted)
        return STATUS_KEY_DELETED;
    if (parent->is_volatile && !is_volatile)
        return STATUS_CHILD_MUST_BE_VOLATILE;
    ULONG at = position(parent, name, &found);
    if (found)
        return STATUS_OBJECT_NAME_COLLISION;
    struct cm_key *key = new_key(name);
    if (!key || !make_room((void **)&parent->children, parent->child_count, &parent->child_room, sizeof(*parent->children))) {
        cm_close(key);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    memmove(&parent->children[at + 1], &parent->children[at], (parent->child_count - at) * sizeof(*parent->children));
    parent->children[at] = key;
    parent->child_count++;
    parent->written = key->written;
    key->parent = parent;
    key->is_volatile = is_volatile;
    *child = key;
    return STATUS_SUCCESS;
}

void cm_unlink(struct cm_key *key)
{
    bool found;
    struct cm_key *parent = key->parent;
    ULONG at = position(parent, &key->name, &found);
    memmove(&parent->children[at], &parent->children[at + 1], (parent->child_count - at - 1) * sizeof(*parent->children));
    parent->child_count--;
    parent->written = now();
    key->deleted = true;
    key->parent = NULL;
    cm_watches_of_key_end(key);
    cm_close(key);
}

void cm_unlink_tree(struct cm_key *key)
{
    while (key->child_count)
        cm_unlink_tree(key->children[key->child_count - 1]);
    cm_unlink(key);
}

NTSTATUS cm_set_link(struct cm_key *key, PCUNICODE_STRING target)
{
    UNICODE_STRING copy;
    NTSTATUS status = cm_copy_name(target, &copy);
    if (!NT_SUCCESS(status))
        return status;
    free(key->link.Buffer);
    key->link = copy;
    return STATUS_SUCCESS;
}

/* ---- values ---- */

struct cm_value *cm_find_value(struct cm_key *key, PCUNICODE_STRING name)
{
    for (ULONG i = 0; i < key->value_count; i++)
        if (cm_compare_names(&key->values[i].name, name) == 0)
            return &key->values[i];
    return NULL;
}

static struct cm_value *new_value(struct cm_key *key, PCUNICODE_STRING name)
{
    struct cm_value value = {0};
    if (!make_room((void **)&key->values, key->value_count, &key->value_room, sizeof(*key->values)) ||
        !NT_SUCCESS(cm_copy_name(name, &value.name)))
        return NULL;
    key->values[key->value_count] = value;
    return &key->values[key->value_count++];
}

NTSTATUS cm_put_value(struct cm_key *key, PCUNICODE_STRING name, ULONG type, const void *bytes, ULONG length)
{
    if (key->deleted)
        return STATUS_KEY_DELETED;
    if (name->Length > 16383 * sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER;
    PVOID copy = length ? malloc(length) : NULL;
    if (length && !copy)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (length)
        memcpy(copy, bytes, length);
    struct cm_value *value = cm_find_value(key, name);
    if (!value)
        value = new_value(key, name);
    if (!value) {
        free(copy);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    free(value->bytes);
    value->bytes = copy;
    value->length = length;
    value->type = type;
    key->written = now();
    return STATUS_SUCCESS;
}

void cm_remove_value(struct cm_key *key, struct cm_value *value)
{
    free(value->name.Buffer);
    free(value->bytes);
    size_t behind = (size_t)(&key->values[key->value_count] - (value + 1));
    memmove(value, value + 1, behind * sizeof(*value));
    key->value_count--;
    key->written = now();
}

/* ---- paths ---- */

/* The next component; empty ones ("a\\b", a trailing backslash) are passed over, as the registry does. */
static UNICODE_STRING next_component(PUNICODE_STRING path)
{
    while (path->Length && path->Buffer[0] == u'\\') {
        path->Buffer++;
        path->Length -= sizeof(WCHAR);
    }
    UNICODE_STRING part = *path;
    part.Length = 0;
    while (path->Length && path->Buffer[0] != u'\\') {
        part.Length += sizeof(WCHAR);
        path->Buffer++;
        path->Length -= sizeof(WCHAR);
    }
    return part;
}

static bool is_last(UNICODE_STRING rest)
{
    return next_component(&rest).Length == 0;
}

static unsigned count_components(UNICODE_STRING rest)
{
    unsigned n = 0;
    while (next_component(&rest).Length)
        n++;
    return n;
}

/* Target of a link: "\Registry\Machine\..." */
static NTSTATUS follow(struct cm_key *link, unsigned depth, struct cm_key **key);

static NTSTATUS walk(struct cm_key *from, UNICODE_STRING path, bool follow_last, bool create, unsigned depth, struct cm_key **key,
    unsigned *missing)
{
    for (;;) {
        UNICODE_STRING part = next_component(&path);
        if (!part.Length) {
            *key = from;
            return STATUS_SUCCESS;
        }
        bool last = is_last(path);
        struct cm_key *child = cm_find_child(from, &part);
        if (!child && !create) {
            *key = from;
            *missing = 1 + count_components(path);
            return STATUS_OBJECT_NAME_NOT_FOUND;
        }
        NTSTATUS status = child ? STATUS_SUCCESS : cm_add_child(from, &part, from->is_volatile, &child);
        if (NT_SUCCESS(status) && child->link.Length && (follow_last || !last))
            status = follow(child, depth, &child);
        if (!NT_SUCCESS(status))
            return status;
        from = child;
    }
}

static NTSTATUS follow(struct cm_key *link, unsigned depth, struct cm_key **key)
{
    UNICODE_STRING target = link->link, first = next_component(&target);
    unsigned missing;
    if (depth == MAX_LINKS || cm_compare_names(&first, &cm_root->name) != 0)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    return walk(cm_root, target, true, false, depth + 1, key, &missing);
}

NTSTATUS cm_walk(struct cm_key *from, UNICODE_STRING path, bool follow_last, bool create, struct cm_key **key, unsigned *missing)
{
    unsigned own;
    *key = NULL;
    if (from->deleted)
        return STATUS_KEY_DELETED;
    return walk(from, path, follow_last, create, 0, key, missing ? missing : &own);
}

/* ---- what is always there ---- */

static struct cm_key *always(const WCHAR *path, bool is_volatile)
{
    UNICODE_STRING name;
    struct cm_key *key = NULL;
    RtlInitUnicodeString(&name, path);
    if (NT_SUCCESS(cm_walk(cm_root, name, true, true, &key, NULL))) {
        key->is_volatile = is_volatile;
        for (struct cm_key *k = key; k; k = k->parent)
            k->permanent = true;
    }
    return key;
}

void cm_make_skeleton(void)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(u"REGISTRY"), target;
    if (!cm_root)
        cm_root = new_key(&name);
    if (!cm_root)
        return;
    cm_root->permanent = true;
    always(u"MACHINE\\HARDWARE", true);
    always(u"MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", false);
    always(u"MACHINE\\SYSTEM\\ControlSet001\\Control", false);
    always(u"MACHINE\\SYSTEM\\ControlSet001\\Services", false);
    always(u"USER\\.DEFAULT", false);
    struct cm_key *link = always(u"MACHINE\\SYSTEM\\CurrentControlSet", false);
    RtlInitUnicodeString(&target, u"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001");
    if (link && !link->link.Length)
        cm_set_link(link, &target);
}

void cm_clear(void)
{
    while (cm_root->child_count)
        cm_unlink_tree(cm_root->children[cm_root->child_count - 1]);
    cm_make_skeleton();
}
