/* Callback objects (\Callback\Name): drivers register routines, whoever notifies calls them all. The object's lock guards its
 * list; a routine runs without it, marked busy, and ExUnregisterCallback waits until it is not. */
#include "ntoskrnl/ex/ex.h"

#include <pthread.h>

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/lock.h"
#include "ntoskrnl/ob/ob.h"

struct _CALLBACK_OBJECT {
    uint32_t lock;
    BOOLEAN multiple;
    LIST_ENTRY registrations;
};

struct registration {
    LIST_ENTRY links;
    PCALLBACK_OBJECT object;
    PCALLBACK_FUNCTION fn;
    PVOID context;
    ULONG busy;     /* calls that run it now */
    bool going;     /* is being unregistered: no new calls */
    KEVENT idle;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static POBJECT_TYPE callback_type;

static void make_type(void)
{
    static const struct ob_type_ops ops = {.delete = NULL};
    static const struct ob_type_info info = {.name = u"Callback", .valid_access = 0x1F0001, .ops = &ops};
    callback_type = ob_type_create(&info);
    ob_make_directory(u"\\Callback");
}

static NTSTATUS make_object(const OBJECT_ATTRIBUTES *attributes, BOOLEAN multiple, PCALLBACK_OBJECT *out)
{
    PVOID object;
    NTSTATUS status = ob_create(callback_type, sizeof(struct _CALLBACK_OBJECT), &object);
    if (!NT_SUCCESS(status))
        return status;
    *out = object;
    (*out)->multiple = multiple;
    InitializeListHead(&(*out)->registrations);
    if (attributes->ObjectName) {
        status = ob_insert_name(object, attributes->ObjectName, attributes->Attributes);
        if (!NT_SUCCESS(status))
            ObfDereferenceObject(object);
    }
    return status;
}

/* Opens the named object; makes it when it is not there and Create is set. STATUS_OBJECT_NAME_NOT_FOUND. */
NTSTATUS NTAPI ExCreateCallback(PCALLBACK_OBJECT *CallbackObject, POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN Create,
    BOOLEAN AllowMultipleCallbacks)
{
    PVOID found;
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    pthread_once(&once, make_type);
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
    if (ObjectAttributes->ObjectName)
        status = ob_reference_by_name(ObjectAttributes->ObjectName, ObjectAttributes->Attributes, callback_type, NULL, &found);
    if (NT_SUCCESS(status)) {
        *CallbackObject = found;
        return status;
    }
    if (!Create)
        return status;
    return make_object(ObjectAttributes, AllowMultipleCallbacks, CallbackObject);
}

/* NULL: no memory, or a second routine where only one is allowed. */
PVOID NTAPI ExRegisterCallback(PCALLBACK_OBJECT CallbackObject, PCALLBACK_FUNCTION CallbackFunction, PVOID CallbackContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    struct registration *registration = ex_allocate(sizeof *registration, 'bllC');
    if (!registration)
        return NULL;
    registration->object = CallbackObject;
    registration->fn = CallbackFunction;
    registration->context = CallbackContext;
    KeInitializeEvent(&registration->idle, NotificationEvent, FALSE);
    ke_lock(&CallbackObject->lock);
    bool allowed = CallbackObject->multiple || IsListEmpty(&CallbackObject->registrations);
    if (allowed)
        InsertTailList(&CallbackObject->registrations, &registration->links);
    ke_unlock(&CallbackObject->lock);
    if (!allowed) {
        ex_pool_free(registration, NULL);
        return NULL;
    }
    ObfReferenceObject(CallbackObject);
    return registration;
}

VOID NTAPI ExUnregisterCallback(PVOID CallbackRegistration)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    struct registration *registration = CallbackRegistration;
    PCALLBACK_OBJECT object = registration->object;
    ke_lock(&object->lock);
    registration->going = true;
    bool busy = registration->busy != 0;
    if (!busy)
        RemoveEntryList(&registration->links);
    ke_unlock(&object->lock);
    if (busy)
        ke_wait_one(&registration->idle, NULL, NULL);
    ex_pool_free(registration, NULL);
    ObfDereferenceObject(object);
}

static void call(struct registration *registration, PVOID argument1, PVOID argument2)
{
    const char *driver = ke_image_name((const void *)registration->fn);
    struct ke_scope outer = ke_callback_enter(driver, "callback object routine", NULL);
    registration->fn(registration->context, argument1, argument2);
    ke_callback_leave(outer);
}

/* The object's lock is held; it is given up while the routine runs. The one who unregisters waits for the last call. */
static LIST_ENTRY *call_unlocked(PCALLBACK_OBJECT object, struct registration *registration, PVOID argument1, PVOID argument2)
{
    registration->busy++;
    ke_unlock(&object->lock);
    call(registration, argument1, argument2);
    ke_lock(&object->lock);
    LIST_ENTRY *next = registration->links.Flink;
    if (--registration->busy == 0 && registration->going) {
        RemoveEntryList(&registration->links);
        KeSetEvent(&registration->idle, 0, FALSE);
    }
    return next;
}

VOID NTAPI ExNotifyCallback(PCALLBACK_OBJECT CallbackObject, PVOID Argument1, PVOID Argument2)
{
    PCALLBACK_OBJECT object = CallbackObject;
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    ke_lock(&object->lock);
    for (LIST_ENTRY *at = object->registrations.Flink; at != &object->registrations;) {
        struct registration *registration = CONTAINING_RECORD(at, struct registration, links);
        at = registration->going ? at->Flink : call_unlocked(object, registration, Argument1, Argument2);
    }
    ke_unlock(&object->lock);
}
