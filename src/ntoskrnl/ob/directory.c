/* The name space: directories of named objects, and the walk of a name through them and through symbolic links.
 * ob_namespace_lock guards all directories. A directory holds no reference on what it lists: an object takes its name out before it
 * dies, and a look-up takes its reference with ob_reference_safe under the lock. */
#include "ntoskrnl/ob/inner.h"

#include <stdlib.h>
#include <string.h>

#define MAX_REPARSE 32

pthread_rwlock_t ob_namespace_lock = PTHREAD_RWLOCK_INITIALIZER;
static PVOID root; /* the directory "\", referenced for ever */

/* ---- strings ---- */

NTSTATUS ob_copy_string(PCUNICODE_STRING from, PUNICODE_STRING to)
{
    RtlZeroMemory(to, sizeof(*to));
    if (from->Length % sizeof(WCHAR) || (from->Length && !from->Buffer))
        return STATUS_OBJECT_NAME_INVALID;
    to->Buffer = malloc(from->Length + sizeof(WCHAR));
    if (!to->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (from->Length)
        memcpy(to->Buffer, from->Buffer, from->Length);
    to->Buffer[from->Length / sizeof(WCHAR)] = 0;
    to->Length = from->Length;
    to->MaximumLength = from->Length; /* the NUL behind is a courtesy, not part of it */
    return STATUS_SUCCESS;
}

void ob_free_name(PUNICODE_STRING name)
{
    free(name->Buffer);
    RtlZeroMemory(name, sizeof(*name));
}

static NTSTATUS concatenate(PCUNICODE_STRING a, PCUNICODE_STRING b, PUNICODE_STRING out)
{
    size_t length = (size_t)a->Length + b->Length;
    RtlZeroMemory(out, sizeof(*out));
    if (length > 0xfffe - sizeof(WCHAR))
        return STATUS_NAME_TOO_LONG;
    out->Buffer = malloc(length + sizeof(WCHAR));
    if (!out->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(out->Buffer, a->Buffer, a->Length);
    memcpy((char *)out->Buffer + a->Length, b->Buffer, b->Length);
    out->Buffer[length / sizeof(WCHAR)] = 0;
    out->Length = out->MaximumLength = (USHORT)length;
    return STATUS_SUCCESS;
}

static ULONG hash_of(PCUNICODE_STRING name)
{
    ULONG hash = 0;
    for (ULONG i = 0; i < name->Length / sizeof(WCHAR); i++)
        hash = hash * 31 + RtlUpcaseUnicodeChar(name->Buffer[i]);
    return hash % OB_BUCKETS;
}

/* ---- one directory ---- */

static struct ob_header *find_locked(struct ob_directory *directory, PCUNICODE_STRING name, bool ignore_case)
{
    for (struct ob_name *entry = directory->buckets[hash_of(name)]; entry; entry = entry->next)
        if (RtlEqualUnicodeString(&entry->text, name, ignore_case) && ob_reference_safe(entry->object->body))
            return entry->object;
    return NULL;
}

static PVOID find(PVOID directory, PCUNICODE_STRING name, ULONG attributes)
{
    pthread_rwlock_rdlock(&ob_namespace_lock);
    struct ob_header *found = find_locked(directory, name, attributes & OBJ_CASE_INSENSITIVE);
    pthread_rwlock_unlock(&ob_namespace_lock);
    return found ? found->body : NULL;
}

NTSTATUS ob_attach_name(struct ob_header *header, PVOID directory, PCUNICODE_STRING last, ULONG attributes,
    PVOID *existing)
{
    struct ob_name *name = malloc(sizeof(*name) + last->Length + sizeof(WCHAR));
    *existing = NULL;
    if (!name)
        return STATUS_INSUFFICIENT_RESOURCES;
    name->text.Buffer = (PWCH)(name + 1);
    name->text.Length = name->text.MaximumLength = last->Length;
    memcpy(name->text.Buffer, last->Buffer, last->Length);
    name->text.Buffer[last->Length / sizeof(WCHAR)] = 0;
    name->object = header;
    name->directory = directory;

    struct ob_directory *where = directory;
    struct ob_name **bucket = &where->buckets[hash_of(last)];
    pthread_rwlock_wrlock(&ob_namespace_lock);
    struct ob_header *other = find_locked(where, last, attributes & OBJ_CASE_INSENSITIVE);
    if (!other) {
        ObfReferenceObject(directory); /* a parent stays as long as it has children */
        name->next = *bucket;
        *bucket = name;
        where->count++;
        header->name = name;
    }
    pthread_rwlock_unlock(&ob_namespace_lock);
    if (!other)
        return STATUS_SUCCESS;
    free(name);
    *existing = other->body;
    return STATUS_OBJECT_NAME_COLLISION;
}

void ob_detach_name(struct ob_header *header)
{
    if (!__atomic_load_n(&header->name, __ATOMIC_RELAXED))
        return;
    pthread_rwlock_wrlock(&ob_namespace_lock);
    struct ob_name *name = header->name;
    if (name) {
        struct ob_name **link = &name->directory->buckets[hash_of(&name->text)];
        while (*link != name)
            link = &(*link)->next;
        *link = name->next;
        name->directory->count--;
        __atomic_store_n(&header->name, NULL, __ATOMIC_RELAXED);
    }
    pthread_rwlock_unlock(&ob_namespace_lock);
    if (name) {
        ObfDereferenceObject(name->directory);
        free(name);
    }
}

void ob_remove_name(PVOID object)
{
    ob_detach_name(ob_header_of(object));
}

bool ob_has_name(PVOID object)
{
    return __atomic_load_n(&ob_header_of(object)->name, __ATOMIC_RELAXED);
}

/* ---- the walk ---- */

static NTSTATUS begin_at_root(PUNICODE_STRING path, PVOID *at)
{
    if (!path->Length || path->Buffer[0] != u'\\')
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    ObfReferenceObject(root);
    *at = root;
    path->Buffer++;
    path->Length -= sizeof(WCHAR);
    return STATUS_SUCCESS;
}

/* Takes the next component off `rest`; what stays begins with its backslash. */
static UNICODE_STRING split(PUNICODE_STRING rest)
{
    UNICODE_STRING part = *rest;
    USHORT n = 0, all = rest->Length / sizeof(WCHAR);
    while (n < all && rest->Buffer[n] != u'\\')
        n++;
    part.Length = part.MaximumLength = n * sizeof(WCHAR);
    rest->Buffer += n;
    rest->Length -= n * sizeof(WCHAR);
    return part;
}

/* One pass from `at` until something that is no directory, or the end. `rest` has no leading backslash. */
static NTSTATUS descend(PVOID at, PUNICODE_STRING rest, ULONG attributes, struct ob_walk *walk)
{
    while (rest->Length) {
        UNICODE_STRING part = split(rest);
        bool last = rest->Length == 0;
        if (!part.Length) {
            ObfDereferenceObject(at);
            return STATUS_OBJECT_NAME_INVALID;
        }
        PVOID next = find(at, &part, attributes);
        if (!next) {
            if (last && NT_SUCCESS(ob_copy_string(&part, &walk->last)))
                walk->directory = at;
            else
                ObfDereferenceObject(at);
            return last ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_OBJECT_PATH_NOT_FOUND;
        }
        ObfDereferenceObject(at);
        at = next;
        if (ob_type_of(at) != ob_directory_type)
            break;
        if (last)
            break;
        rest->Buffer++; /* the backslash */
        rest->Length -= sizeof(WCHAR);
        if (!rest->Length) { /* "\Device\" */
            ObfDereferenceObject(at);
            return STATUS_OBJECT_NAME_INVALID;
        }
    }
    walk->object = at;
    return STATUS_SUCCESS;
}

/* A symbolic link in the way: the name becomes its target plus what is left. What is left stands apart in `tail` when both together
 * are no longer a name: "\??\MAILSLOT" is shorter than what it stands for (M-56). */
static NTSTATUS follow(struct ob_walk *walk, const UNICODE_STRING *rest, PUNICODE_STRING path, PUNICODE_STRING tail)
{
    struct ob_symlink *link = walk->object;
    UNICODE_STRING joined = {0};
    NTSTATUS status = concatenate(&link->target, rest, &joined);
    if (status == STATUS_NAME_TOO_LONG && !tail->Length) {
        status = ob_copy_string(rest, tail);
        if (NT_SUCCESS(status))
            status = ob_copy_string(&link->target, &joined);
    }
    ObfDereferenceObject(walk->object);
    walk->object = NULL;
    if (!NT_SUCCESS(status))
        return status;
    if (!joined.Length) { /* GLOBALROOT alone */
        ob_free_name(&joined);
        UNICODE_STRING backslash = RTL_CONSTANT_STRING(u"\\");
        status = ob_copy_string(&backslash, &joined);
    }
    ob_free_name(path);
    *path = joined;
    return status;
}

static NTSTATUS begin(const OBJECT_ATTRIBUTES *oa, KPROCESSOR_MODE mode, UNICODE_STRING *rest, struct ob_walk *walk,
    PVOID *at)
{
    *at = NULL;
    if (!oa->RootDirectory)
        return begin_at_root(rest, at);
    NTSTATUS status = ObReferenceObjectByHandle(oa->RootDirectory, 0, NULL, mode, at, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (ob_type_of(*at) == ob_directory_type) {
        if (!rest->Length || rest->Buffer[0] != u'\\')
            return STATUS_SUCCESS;
        ObfDereferenceObject(*at);
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    }
    walk->object = *at; /* its type's parse procedure goes on from here */
    *at = NULL;
    return ob_copy_string(rest, &walk->remaining);
}

static NTSTATUS keep_remaining(struct ob_walk *walk, const UNICODE_STRING *rest, const UNICODE_STRING *tail)
{
    if (!tail->Length)
        return ob_copy_string(rest, &walk->remaining);
    return !rest->Length ? ob_copy_string(tail, &walk->remaining) : STATUS_NAME_TOO_LONG;
}

/* The link's target led to a directory: the walk goes on in it with what was set apart. */
static bool take_up_tail(struct ob_walk *walk, PUNICODE_STRING rest, PUNICODE_STRING path, PUNICODE_STRING tail, PVOID *at)
{
    if (!tail->Length || rest->Length || ob_type_of(walk->object) != ob_directory_type)
        return false;
    ob_free_name(path);
    *path = *rest = *tail;
    *tail = (UNICODE_STRING){0};
    rest->Buffer++; /* the backslash */
    rest->Length -= sizeof(WCHAR);
    *at = walk->object;
    walk->object = NULL;
    return true;
}

bool ob_name_is_possible(PCUNICODE_STRING name)
{
    return !name || (!(name->Length & 1) && name->Length != 0xfffe);
}

NTSTATUS ob_walk_name(const OBJECT_ATTRIBUTES *oa, KPROCESSOR_MODE mode, struct ob_walk *walk)
{
    UNICODE_STRING path, tail = {0};
    RtlZeroMemory(walk, sizeof(*walk));
    if (!oa->ObjectName)
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    if (!ob_name_is_possible(oa->ObjectName))
        return STATUS_OBJECT_NAME_INVALID;
    NTSTATUS status = ob_copy_string(oa->ObjectName, &path);
    if (!NT_SUCCESS(status))
        return status;
    UNICODE_STRING rest = path;
    PVOID at;
    status = begin(oa, mode, &rest, walk, &at);
    for (int reparse = 0; NT_SUCCESS(status) && at; reparse++) {
        status = descend(at, &rest, oa->Attributes, walk);
        at = NULL;
        if (NT_SUCCESS(status) && take_up_tail(walk, &rest, &path, &tail, &at))
            continue;
        if (!NT_SUCCESS(status) || ob_type_of(walk->object) != ob_symlink_type ||
            (!rest.Length && (oa->Attributes & OBJ_OPENLINK))) {
            if (NT_SUCCESS(status))
                status = keep_remaining(walk, &rest, &tail);
            break;
        }
        if (reparse == MAX_REPARSE)
            status = STATUS_OBJECT_NAME_NOT_FOUND;
        else
            status = follow(walk, &rest, &path, &tail);
        rest = path;
        if (NT_SUCCESS(status))
            status = begin_at_root(&rest, &at);
    }
    ob_free_name(&path);
    ob_free_name(&tail);
    if (!NT_SUCCESS(status) && walk->object) {
        ObfDereferenceObject(walk->object);
        walk->object = NULL;
    }
    return status;
}

void ob_walk_end(struct ob_walk *walk)
{
    if (walk->object)
        ObfDereferenceObject(walk->object);
    if (walk->directory)
        ObfDereferenceObject(walk->directory);
    ob_free_name(&walk->remaining);
    ob_free_name(&walk->last);
    RtlZeroMemory(walk, sizeof(*walk));
}

NTSTATUS ob_lookup(const OBJECT_ATTRIBUTES *oa, KPROCESSOR_MODE mode, PVOID *object, PUNICODE_STRING remaining)
{
    struct ob_walk walk;
    *object = NULL;
    RtlZeroMemory(remaining, sizeof(*remaining));
    NTSTATUS status = ob_walk_name(oa, mode, &walk);
    if (NT_SUCCESS(status)) {
        *object = walk.object;
        *remaining = walk.remaining;
        walk.object = NULL;
        RtlZeroMemory(&walk.remaining, sizeof(walk.remaining));
    }
    ob_walk_end(&walk);
    return status;
}

/* ---- names of objects ---- */

/* Length in characters of the path of `header`, itself included. Under the lock. */
static size_t path_length(const struct ob_header *header)
{
    size_t n = 0;
    for (; header->name; header = ob_header_of(header->name->directory))
        n += 1 + header->name->text.Length / sizeof(WCHAR);
    return n;
}

static void write_path(const struct ob_header *header, WCHAR *end)
{
    for (; header->name; header = ob_header_of(header->name->directory)) {
        end -= header->name->text.Length / sizeof(WCHAR);
        memcpy(end, header->name->text.Buffer, header->name->text.Length);
        *--end = u'\\';
    }
}

NTSTATUS ob_full_name(PVOID object, PUNICODE_STRING path)
{
    struct ob_header *header = ob_header_of(object);
    NTSTATUS status = STATUS_SUCCESS;
    RtlZeroMemory(path, sizeof(*path));
    pthread_rwlock_rdlock(&ob_namespace_lock);
    size_t n = object == root ? 1 : path_length(header);
    if (n * sizeof(WCHAR) > 0xfffc)
        status = STATUS_NAME_TOO_LONG;
    else if (n && !(path->Buffer = malloc((n + 1) * sizeof(WCHAR))))
        status = STATUS_INSUFFICIENT_RESOURCES;
    if (path->Buffer) {
        path->Buffer[0] = u'\\';
        write_path(header, path->Buffer + n);
        path->Buffer[n] = 0;
        path->Length = path->MaximumLength = (USHORT)(n * sizeof(WCHAR));
    }
    pthread_rwlock_unlock(&ob_namespace_lock);
    return status;
}

/* ---- start ---- */

NTSTATUS ob_make_root(void)
{
    return ob_create(ob_directory_type, sizeof(struct ob_directory), &root);
}

/* Entry `index` of a directory, referenced, with copies of its name and its type's; for enumeration. */
NTSTATUS ob_directory_entry(PVOID directory, ULONG index, PUNICODE_STRING name, PCUNICODE_STRING *type)
{
    struct ob_directory *where = directory;
    NTSTATUS status = STATUS_NO_MORE_ENTRIES;
    pthread_rwlock_rdlock(&ob_namespace_lock);
    for (ULONG b = 0; b < OB_BUCKETS && status == STATUS_NO_MORE_ENTRIES; b++)
        for (struct ob_name *entry = where->buckets[b]; entry; entry = entry->next)
            if (index-- == 0) {
                *type = &entry->object->type->name;
                status = ob_copy_string(&entry->text, name);
                break;
            }
    pthread_rwlock_unlock(&ob_namespace_lock);
    return status;
}

/* Calls back, under the lock, for every named object. */
void ob_each_name(PVOID directory, void (*each)(struct ob_header *header, void *context), void *context)
{
    struct ob_directory *where = directory ? directory : root;
    if (!directory)
        pthread_rwlock_rdlock(&ob_namespace_lock);
    for (ULONG b = 0; b < OB_BUCKETS; b++)
        for (struct ob_name *entry = where->buckets[b]; entry; entry = entry->next) {
            each(entry->object, context);
            if (entry->object->type == ob_directory_type)
                ob_each_name(entry->object->body, each, context);
        }
    if (!directory)
        pthread_rwlock_unlock(&ob_namespace_lock);
}
