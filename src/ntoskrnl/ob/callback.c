/* ObRegisterCallbacks: drivers that watch handles to processes and threads being made or duplicated.
 * callbacks_lock guards the ordered list and the use counts; callbacks run without it, an unregistration waits for them. */
#include "ntoskrnl/ob/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/report.h"
#include "rtl/altitude.h"

#include <stdlib.h>
#include <string.h>

struct ob_registration {
    UNICODE_STRING altitude;
    PVOID context;
    const char *driver;
    unsigned count;
    struct ob_callback *callbacks; /* count of them */
};

struct ob_callback {
    struct ob_callback *next; /* from high to low altitude */
    struct ob_registration *owner;
    POBJECT_TYPE type;
    OB_OPERATION operations;
    POB_PRE_OPERATION_CALLBACK pre;
    POB_POST_OPERATION_CALLBACK post;
    unsigned running;
};

static pthread_mutex_t callbacks_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t callbacks_idle = PTHREAD_COND_INITIALIZER;
static struct ob_callback *callbacks;
static unsigned registered; /* __atomic: nothing to do when 0 */

static int compare_altitudes(PCUNICODE_STRING a, PCUNICODE_STRING b)
{
    return rtl_altitude_compare(a->Buffer, a->Length / sizeof(WCHAR), b->Buffer, b->Length / sizeof(WCHAR));
}

/* ---- registration ---- */

USHORT NTAPI ObGetFilterVersion(VOID)
{
    return OB_FLT_REGISTRATION_VERSION;
}

static void free_registration(struct ob_registration *owner)
{
    ob_free_name(&owner->altitude);
    free(owner->callbacks);
    free(owner);
}

static NTSTATUS check_operations(const OB_CALLBACK_REGISTRATION *registration)
{
    for (USHORT i = 0; i < registration->OperationRegistrationCount; i++) {
        const OB_OPERATION_REGISTRATION *operation = &registration->OperationRegistration[i];
        if (!operation->ObjectType || (!operation->PreOperation && !operation->PostOperation))
            return STATUS_INVALID_PARAMETER;
        if (*operation->ObjectType != *PsProcessType && *operation->ObjectType != *PsThreadType)
            return STATUS_INVALID_PARAMETER;
        if (!operation->Operations || operation->Operations & ~(OB_OPERATION_HANDLE_CREATE | OB_OPERATION_HANDLE_DUPLICATE))
            return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS make_registration(const OB_CALLBACK_REGISTRATION *from, struct ob_registration **out)
{
    struct ob_registration *owner = calloc(1, sizeof(*owner));
    if (!owner)
        return STATUS_INSUFFICIENT_RESOURCES;
    owner->context = from->RegistrationContext;
    owner->driver = ob_intern_driver(ke_self.driver);
    owner->count = from->OperationRegistrationCount;
    owner->callbacks = calloc(owner->count, sizeof(*owner->callbacks));
    if (!owner->callbacks || !NT_SUCCESS(ob_copy_string(&from->Altitude, &owner->altitude))) {
        free_registration(owner);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (unsigned i = 0; i < owner->count; i++) {
        const OB_OPERATION_REGISTRATION *operation = &from->OperationRegistration[i];
        owner->callbacks[i] = (struct ob_callback){.owner = owner, .type = *operation->ObjectType,
            .operations = operation->Operations, .pre = operation->PreOperation, .post = operation->PostOperation};
    }
    *out = owner;
    return STATUS_SUCCESS;
}

/* Under the lock. */
static bool altitude_taken(PCUNICODE_STRING altitude)
{
    for (struct ob_callback *c = callbacks; c; c = c->next)
        if (compare_altitudes(&c->owner->altitude, altitude) == 0)
            return true;
    return false;
}

static void link_callback(struct ob_callback *callback)
{
    struct ob_callback **link = &callbacks;
    while (*link && compare_altitudes(&(*link)->owner->altitude, &callback->owner->altitude) >= 0)
        link = &(*link)->next;
    callback->next = *link;
    *link = callback;
}

NTSTATUS NTAPI ObRegisterCallbacks(POB_CALLBACK_REGISTRATION CallbackRegistration, PVOID *RegistrationHandle)
{
    struct ob_registration *owner;
    KE_REQUIRE_IRQL(APC_LEVEL);
    if ((CallbackRegistration->Version & 0xff00) != (OB_FLT_REGISTRATION_VERSION & 0xff00) ||
        !CallbackRegistration->OperationRegistrationCount ||
        !rtl_altitude_is_valid(CallbackRegistration->Altitude.Buffer, CallbackRegistration->Altitude.Length / sizeof(WCHAR)))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = check_operations(CallbackRegistration);
    if (NT_SUCCESS(status))
        status = make_registration(CallbackRegistration, &owner);
    if (!NT_SUCCESS(status))
        return status;
    pthread_mutex_lock(&callbacks_lock);
    if (altitude_taken(&owner->altitude)) {
        status = STATUS_FLT_INSTANCE_ALTITUDE_COLLISION;
    } else {
        for (unsigned i = 0; i < owner->count; i++)
            link_callback(&owner->callbacks[i]);
        __atomic_fetch_add(&registered, 1, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&callbacks_lock);
    if (NT_SUCCESS(status))
        *RegistrationHandle = owner;
    else
        free_registration(owner);
    return status;
}

static bool any_running(const struct ob_registration *owner)
{
    for (unsigned i = 0; i < owner->count; i++)
        if (owner->callbacks[i].running)
            return true;
    return false;
}

VOID NTAPI ObUnRegisterCallbacks(PVOID RegistrationHandle)
{
    struct ob_registration *owner = RegistrationHandle;
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!owner)
        return;
    pthread_mutex_lock(&callbacks_lock);
    for (struct ob_callback **link = &callbacks; *link;) {
        if ((*link)->owner == owner)
            *link = (*link)->next;
        else
            link = &(*link)->next;
    }
    __atomic_fetch_sub(&registered, 1, __ATOMIC_RELEASE);
    while (any_running(owner))
        pthread_cond_wait(&callbacks_idle, &callbacks_lock);
    pthread_mutex_unlock(&callbacks_lock);
    free_registration(owner);
}

ULONG ob_report_callback_leaks(const char *driver)
{
    ULONG found = 0;
    pthread_mutex_lock(&callbacks_lock);
    for (struct ob_callback *c = callbacks; c; c = c->next)
        if (c == c->owner->callbacks && (!driver || (c->owner->driver && strcmp(driver, c->owner->driver) == 0))) {
            ke_report(c->owner->driver, "ObRegisterCallbacks", "registration %p was not taken back with ObUnRegisterCallbacks",
                (void *)c->owner);
            found++;
        }
    pthread_mutex_unlock(&callbacks_lock);
    return found;
}

/* ---- running ---- */

static void choose(POBJECT_TYPE type, OB_OPERATION operation, struct ob_callback_run *run)
{
    pthread_mutex_lock(&callbacks_lock);
    for (struct ob_callback *c = callbacks; c && run->count < OB_MAX_CALLBACKS; c = c->next)
        if (c->type == type && c->operations & operation) {
            c->running++;
            run->contexts[run->count] = NULL;
            run->callbacks[run->count++] = c;
        }
    pthread_mutex_unlock(&callbacks_lock);
}

void ob_callbacks_pre(POBJECT_TYPE type, PVOID object, bool duplicate, bool kernel_handle, PEPROCESS source,
    PEPROCESS target, PACCESS_MASK access, struct ob_callback_run *run)
{
    run->count = 0;
    if (!__atomic_load_n(&registered, __ATOMIC_ACQUIRE))
        return;
    OB_OPERATION operation = duplicate ? OB_OPERATION_HANDLE_DUPLICATE : OB_OPERATION_HANDLE_CREATE;
    choose(type, operation, run);
    ACCESS_MASK original = *access;
    for (unsigned i = 0; i < run->count; i++) {
        struct ob_callback *c = run->callbacks[i];
        if (!c->pre)
            continue;
        OB_PRE_OPERATION_PARAMETERS parameters;
        RtlZeroMemory(&parameters, sizeof(parameters));
        if (duplicate) {
            parameters.DuplicateHandleInformation.SourceProcess = source;
            parameters.DuplicateHandleInformation.TargetProcess = target;
        }
        parameters.CreateHandleInformation.DesiredAccess = *access; /* the two forms begin alike */
        parameters.CreateHandleInformation.OriginalDesiredAccess = original;
        OB_PRE_OPERATION_INFORMATION info = {.Operation = operation, .KernelHandle = kernel_handle, .Object = object,
            .ObjectType = type, .Parameters = &parameters};
        struct ke_scope outer = ke_callback_enter(c->owner->driver, "ObPreOperation", NULL);
        c->pre(c->owner->context, &info);
        ke_callback_leave(outer);
        *access &= parameters.CreateHandleInformation.DesiredAccess; /* rights may be taken away, never added */
        run->contexts[i] = info.CallContext;
    }
}

void ob_callbacks_post(POBJECT_TYPE type, PVOID object, bool duplicate, bool kernel_handle, NTSTATUS status,
    ACCESS_MASK granted, struct ob_callback_run *run)
{
    for (unsigned i = run->count; i-- > 0;) {
        struct ob_callback *c = run->callbacks[i];
        if (!c->post)
            continue;
        OB_POST_OPERATION_PARAMETERS parameters;
        RtlZeroMemory(&parameters, sizeof(parameters));
        parameters.CreateHandleInformation.GrantedAccess = granted;
        OB_POST_OPERATION_INFORMATION info = {
            .Operation = duplicate ? OB_OPERATION_HANDLE_DUPLICATE : OB_OPERATION_HANDLE_CREATE,
            .KernelHandle = kernel_handle, .Object = object, .ObjectType = type, .CallContext = run->contexts[i],
            .ReturnStatus = status, .Parameters = &parameters};
        struct ke_scope outer = ke_callback_enter(c->owner->driver, "ObPostOperation", NULL);
        c->post(c->owner->context, &info);
        ke_callback_leave(outer);
    }
    if (!run->count)
        return;
    pthread_mutex_lock(&callbacks_lock);
    for (unsigned i = 0; i < run->count; i++)
        run->callbacks[i]->running--;
    pthread_cond_broadcast(&callbacks_idle);
    pthread_mutex_unlock(&callbacks_lock);
}
