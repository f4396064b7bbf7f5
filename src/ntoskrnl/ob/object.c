/* An object's life: made, referenced, its name and descriptor, its end. Reference counts are atomic; the last dereference may come
 * from any thread. Deletion runs at PASSIVE_LEVEL: above it, and for deferred dereferences, in a system work item. */
#include "ntoskrnl/ob/inner.h"

#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/report.h"
#include "ntoskrnl/se/se.h"

#include <stdlib.h>
#include <string.h>

static pthread_mutex_t ob_descriptor_lock = PTHREAD_MUTEX_INITIALIZER;

NTSTATUS ob_create(POBJECT_TYPE type, SIZE_T size, PVOID *object)
{
    struct ob_header *header = calloc(1, sizeof(*header) + size);
    *object = NULL;
    if (!header)
        return STATUS_INSUFFICIENT_RESOURCES;
    header->pointers = 1;
    header->type = type;
    header->magic = OB_MAGIC;
    header->driver = ob_intern_driver(ke_self.driver);
    __atomic_fetch_add(&type->objects, 1, __ATOMIC_RELAXED);
    *object = header->body;
    return STATUS_SUCCESS;
}

static void free_creation(struct ob_header *header)
{
    if (!header->creation)
        return;
    ob_free_name(&header->creation->path);
    free(header->creation);
    header->creation = NULL;
}

static NTSTATUS capture_attributes(struct ob_header *header, const OBJECT_ATTRIBUTES *oa, KPROCESSOR_MODE mode)
{
    struct ob_creation *creation = calloc(1, sizeof(*creation));
    if (!creation)
        return STATUS_INSUFFICIENT_RESOURCES;
    header->creation = creation;
    creation->root = oa->RootDirectory;
    creation->attributes = oa->Attributes;
    creation->mode = mode;
    if (oa->ObjectName) {
        NTSTATUS status = ob_copy_string(oa->ObjectName, &creation->path);
        if (!NT_SUCCESS(status))
            return status;
    }
    return oa->SecurityDescriptor ? ob_set_descriptor(header->body, oa->SecurityDescriptor) : STATUS_SUCCESS;
}

NTSTATUS ob_create_named(POBJECT_TYPE type, SIZE_T size, const OBJECT_ATTRIBUTES *oa, KPROCESSOR_MODE mode,
    PVOID *object)
{
    NTSTATUS status = ob_create(type, size, object);
    if (!NT_SUCCESS(status) || !oa)
        return status;
    status = oa->Length == sizeof(*oa) ? capture_attributes(ob_header_of(*object), oa, mode) : STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        return status;
    /* The body holds nothing yet: the type's delete procedure must not see it. */
    struct ob_header *header = ob_header_of(*object);
    free_creation(header);
    ob_set_descriptor(*object, NULL);
    __atomic_fetch_sub(&type->objects, 1, __ATOMIC_RELAXED);
    free(header);
    *object = NULL;
    return status;
}

/* ---- references ---- */

static void destroy(struct ob_header *header)
{
    POBJECT_TYPE type = header->type;
    ob_detach_name(header);
    if (type->info.ops && type->info.ops->delete)
        type->info.ops->delete(header->body);
    free_creation(header);
    ob_set_descriptor(header->body, NULL);
    __atomic_fetch_sub(&type->objects, 1, __ATOMIC_RELAXED);
    header->magic = 0;
    free(header);
}

/* Deferred deletions: a lock-free stack drained by one work item at a time. */
static struct ob_header *deferred;
static LONG deferred_running;
static WORK_QUEUE_ITEM deferred_item;

static void drain_deferred(PVOID context)
{
    (void)context;
    do {
        struct ob_header *header = __atomic_exchange_n(&deferred, NULL, __ATOMIC_ACQUIRE);
        while (header) {
            struct ob_header *next = header->deferred_next;
            destroy(header);
            header = next;
        }
        __atomic_store_n(&deferred_running, 0, __ATOMIC_SEQ_CST);
    } while (__atomic_load_n(&deferred, __ATOMIC_SEQ_CST) &&
             !__atomic_exchange_n(&deferred_running, 1, __ATOMIC_SEQ_CST));
}

static void defer_destroy(struct ob_header *header)
{
    struct ob_header *head = __atomic_load_n(&deferred, __ATOMIC_RELAXED);
    do
        header->deferred_next = head;
    while (!__atomic_compare_exchange_n(&deferred, &head, header, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    if (!__atomic_exchange_n(&deferred_running, 1, __ATOMIC_SEQ_CST)) {
        ExInitializeWorkItem(&deferred_item, drain_deferred, NULL);
        ExQueueWorkItem(&deferred_item, DelayedWorkQueue);
    }
}

LONG_PTR FASTCALL ObfReferenceObject(PVOID Object)
{
    return __atomic_add_fetch(&ob_header_of(Object)->pointers, 1, __ATOMIC_RELAXED);
}

/* The release half publishes this thread's use of the object to the thread that destroys it (acquire half). */
static bool drop(struct ob_header *header, LONG64 *left)
{
    *left = __atomic_sub_fetch(&header->pointers, 1, __ATOMIC_ACQ_REL);
    if (*left >= 0)
        return *left == 0;
    ke_report(ke_self.driver, "ObDereferenceObject", "object %p is dereferenced more often than it was referenced",
        (void *)header->body);
    return false;
}

LONG_PTR FASTCALL ObfDereferenceObject(PVOID Object)
{
    struct ob_header *header = ob_header_of(Object);
    LONG64 left;
    if (drop(header, &left)) {
        if (KeGetCurrentIrql() > PASSIVE_LEVEL)
            defer_destroy(header);
        else
            destroy(header);
    }
    return left;
}

VOID NTAPI ObDereferenceObjectDeferDelete(PVOID Object)
{
    struct ob_header *header = ob_header_of(Object);
    LONG64 left;
    if (drop(header, &left))
        defer_destroy(header);
}

LONG_PTR FASTCALL ObfReferenceObjectWithTag(PVOID Object, ULONG Tag)
{
    (void)Tag;
    return ObfReferenceObject(Object);
}

LONG_PTR FASTCALL ObfDereferenceObjectWithTag(PVOID Object, ULONG Tag)
{
    (void)Tag;
    return ObfDereferenceObject(Object);
}

VOID NTAPI ObDereferenceObjectDeferDeleteWithTag(PVOID Object, ULONG Tag)
{
    (void)Tag;
    ObDereferenceObjectDeferDelete(Object);
}

bool ob_reference_safe(PVOID object)
{
    LONG64 *count = &ob_header_of(object)->pointers;
    LONG64 old = __atomic_load_n(count, __ATOMIC_RELAXED);
    do {
        if (old <= 0)
            return false;
    } while (!__atomic_compare_exchange_n(count, &old, old + 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
    return true;
}

BOOLEAN NTAPI ObReferenceObjectSafe(PVOID Object)
{
    return ob_reference_safe(Object);
}

BOOLEAN NTAPI ObReferenceObjectSafeWithTag(PVOID Object, ULONG Tag)
{
    (void)Tag;
    return ob_reference_safe(Object);
}

LONG64 ob_reference_count(PVOID object)
{
    return __atomic_load_n(&ob_header_of(object)->pointers, __ATOMIC_RELAXED);
}

ULONG ob_handle_count(PVOID object)
{
    return (ULONG)__atomic_load_n(&ob_header_of(object)->handles, __ATOMIC_RELAXED);
}

/* ---- descriptor ---- */

static void release_descriptor(struct ob_descriptor *sd)
{
    if (sd && __atomic_sub_fetch(&sd->references, 1, __ATOMIC_ACQ_REL) == 0)
        free(sd);
}

NTSTATUS ob_set_descriptor(PVOID object, PSECURITY_DESCRIPTOR sd)
{
    struct ob_descriptor *own = NULL;
    if (sd) {
        PSECURITY_DESCRIPTOR copy;
        NTSTATUS status = se_descriptor_capture(sd, &copy);
        if (!NT_SUCCESS(status))
            return status;
        ULONG length = RtlLengthSecurityDescriptor(copy);
        own = malloc(sizeof(*own) + length);
        if (own) {
            own->references = 1;
            own->length = length;
            memcpy(own->bytes, copy, length);
        }
        ExFreePool(copy);
        if (!own)
            return STATUS_INSUFFICIENT_RESOURCES;
    }
    struct ob_header *header = ob_header_of(object);
    pthread_mutex_lock(&ob_descriptor_lock);
    struct ob_descriptor *old = header->descriptor;
    header->descriptor = own;
    pthread_mutex_unlock(&ob_descriptor_lock);
    release_descriptor(old);
    return STATUS_SUCCESS;
}

NTSTATUS ob_get_descriptor(PVOID object, PSECURITY_DESCRIPTOR *sd)
{
    struct ob_header *header = ob_header_of(object);
    pthread_mutex_lock(&ob_descriptor_lock);
    struct ob_descriptor *own = header->descriptor;
    if (own)
        __atomic_fetch_add(&own->references, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&ob_descriptor_lock);
    *sd = NULL;
    if (!own && !header->type->info.must_secure)
        return STATUS_SUCCESS;
    if (!own && header->type->info.ops && header->type->info.ops->default_security)
        return header->type->info.ops->default_security(object, sd);
    NTSTATUS status = se_descriptor_capture(own ? (PSECURITY_DESCRIPTOR)own->bytes : se_descriptor_system_only(), sd);
    release_descriptor(own);
    return status;
}

NTSTATUS NTAPI ObGetObjectSecurity(PVOID Object, PSECURITY_DESCRIPTOR *SecurityDescriptor, PBOOLEAN MemoryAllocated)
{
    NTSTATUS status = ob_get_descriptor(Object, SecurityDescriptor);
    *MemoryAllocated = NT_SUCCESS(status) && *SecurityDescriptor;
    return status;
}

VOID NTAPI ObReleaseObjectSecurity(PSECURITY_DESCRIPTOR SecurityDescriptor, BOOLEAN MemoryAllocated)
{
    if (MemoryAllocated && SecurityDescriptor)
        ExFreePool(SecurityDescriptor);
}

VOID NTAPI ObMakeTemporaryObject(PVOID Object)
{
    struct ob_header *header = ob_header_of(Object);
    bool was_permanent = __atomic_fetch_and(&header->flags, ~(ULONG)OB_PERMANENT, __ATOMIC_ACQ_REL) & OB_PERMANENT;
    if (__atomic_load_n(&header->handles, __ATOMIC_ACQUIRE) == 0)
        ob_detach_name(header);
    if (was_permanent)
        ObfDereferenceObject(Object);
}

NTSTATUS NTAPI ZwMakeTemporaryObject(HANDLE Handle)
{
    PVOID object;
    NTSTATUS status = ObReferenceObjectByHandle(Handle, DELETE, NULL, KernelMode, &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    ObMakeTemporaryObject(object);
    ObfDereferenceObject(object);
    return STATUS_SUCCESS;
}
