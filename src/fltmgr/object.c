/* References and pins of filters, volumes and instances (object.h), and the lock of their lists. */
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/volume.h"
#include "ntoskrnl/ke/ke.h"

#include <pthread.h>

LONGLONG flt_remind_after = 10 * KE_SECOND;

static pthread_mutex_t membership = PTHREAD_MUTEX_INITIALIZER;

void flt_lock_acquire(void)
{
    pthread_mutex_lock(&membership);
}

void flt_lock_release(void)
{
    pthread_mutex_unlock(&membership);
}

static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

void flt_membership_changed(void)
{
    pthread_cond_broadcast(&changed);
}

void flt_membership_wait(void)
{
    pthread_cond_wait(&changed, &membership);
}

static void drained(struct flt_object *object)
{
    if (object->on_drained)
        object->on_drained(object);
    KeSetEvent(&object->drained, IO_NO_INCREMENT, FALSE);
}

void flt_object_init(struct flt_object *object, enum flt_object_type type, void (*free)(struct flt_object *object))
{
    object->type = type;
    object->pins = 1;
    object->rundown = 0;
    object->free = free;
    object->on_drained = NULL;
    KeInitializeEvent(&object->drained, NotificationEvent, FALSE);
}

void flt_pin(struct flt_object *object)
{
    __atomic_add_fetch(&object->pins, 1, __ATOMIC_RELAXED);
}

void flt_unpin(struct flt_object *object)
{
    if (__atomic_sub_fetch(&object->pins, 1, __ATOMIC_ACQ_REL))
        return;
    object->type = FLT_TYPE_DEAD;
    object->free(object);
}

bool flt_reference(struct flt_object *object)
{
    uint64_t old = __atomic_load_n(&object->rundown, __ATOMIC_RELAXED);
    do {
        if (old & 1)
            return false;
    } while (!__atomic_compare_exchange_n(&object->rundown, &old, old + 2, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
    flt_pin(object);
    return true;
}

void flt_dereference(struct flt_object *object)
{
    if (__atomic_sub_fetch(&object->rundown, 2, __ATOMIC_ACQ_REL) == 1)
        drained(object);
    flt_unpin(object);
}

bool flt_is_going(const struct flt_object *object)
{
    return __atomic_load_n(&object->rundown, __ATOMIC_ACQUIRE) & 1;
}

bool flt_begin_teardown(struct flt_object *object)
{
    uint64_t old = __atomic_fetch_or(&object->rundown, 1, __ATOMIC_ACQ_REL);
    if (old & 1)
        return false;
    if (!old)
        drained(object);
    return true;
}

uint64_t flt_reference_count(const struct flt_object *object)
{
    return __atomic_load_n(&object->rundown, __ATOMIC_ACQUIRE) >> 1;
}

void flt_wait_references(struct flt_object *object, void (*remind)(struct flt_object *object))
{
    LARGE_INTEGER after = {.QuadPart = -flt_remind_after};
    while (ke_wait_one(&object->drained, &after, NULL) == STATUS_TIMEOUT)
        if (remind)
            remind(object);
}

static struct flt_object *as(PVOID object, enum flt_object_type type)
{
    struct flt_object *candidate = object;
    return candidate && candidate->type == type ? candidate : NULL;
}

PFLT_FILTER flt_as_filter(PVOID object)
{
    return (PFLT_FILTER)as(object, FLT_TYPE_FILTER);
}

PFLT_VOLUME flt_as_volume(PVOID object)
{
    return (PFLT_VOLUME)as(object, FLT_TYPE_VOLUME);
}

PFLT_INSTANCE flt_as_instance(PVOID object)
{
    return (PFLT_INSTANCE)as(object, FLT_TYPE_INSTANCE);
}

static bool is_object(PVOID object)
{
    return flt_as_filter(object) || flt_as_volume(object) || flt_as_instance(object);
}

FLTAPI NTSTATUS FltObjectReference(PVOID FltObject)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    if (!is_object(FltObject)) {
        ke_report_caller("FltObjectReference", __builtin_return_address(0), "%p is no filter, instance or volume", FltObject);
        return STATUS_INVALID_PARAMETER;
    }
    return flt_reference(FltObject) ? STATUS_SUCCESS : STATUS_FLT_DELETING_OBJECT;
}

FLTAPI VOID FltObjectDereference(PVOID FltObject)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    if (!is_object(FltObject) || !flt_reference_count(FltObject)) {
        ke_report_caller("FltObjectDereference", __builtin_return_address(0), "%p has no reference to give back", FltObject);
        return;
    }
    flt_dereference(FltObject);
}
