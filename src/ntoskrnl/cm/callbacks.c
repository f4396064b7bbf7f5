/* Registry callbacks (CmRegisterCallbackEx). callbacks_lock guards the list, use counts and object contexts; callbacks run
 * without it. Before an operation they run from high to low altitude, behind it the other way round; one that refuses ends
 * the walk and only those above it hear of the end. */
#include "ntoskrnl/cm/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/inner.h"
#include "rtl/altitude.h"

#include <stdlib.h>
#include <string.h>

struct cm_callback {
    struct cm_callback *next; /* from high to low */
    PEX_CALLBACK_FUNCTION function;
    PVOID context;
    LARGE_INTEGER cookie;
    UNICODE_STRING altitude; /* malloc; empty: CmRegisterCallback, below all with one */
    const char *driver;
    unsigned running;
};

/* CmSetCallbackObjectContext: one callback's word on one key object. */
struct cm_context {
    struct cm_context *next;
    LARGE_INTEGER cookie;
    PVOID context;
    struct cm_body *body;
};

static pthread_mutex_t callbacks_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t callbacks_idle = PTHREAD_COND_INITIALIZER;
static struct cm_callback *callbacks;
static unsigned count; /* __atomic */
static LONGLONG next_cookie = 1;
static __thread struct cm_callback *inside;

bool cm_anybody_listens(void)
{
    return __atomic_load_n(&count, __ATOMIC_ACQUIRE);
}

/* ---- registration ---- */

static int compare(const struct cm_callback *a, const struct cm_callback *b)
{
    if (!a->altitude.Length || !b->altitude.Length)
        return (a->altitude.Length != 0) - (b->altitude.Length != 0);
    return rtl_altitude_compare(a->altitude.Buffer, a->altitude.Length / sizeof(WCHAR), b->altitude.Buffer,
        b->altitude.Length / sizeof(WCHAR));
}

/* Under the lock. False: the altitude is taken. */
static bool link_callback(struct cm_callback *callback)
{
    struct cm_callback **link = &callbacks;
    while (*link && compare(*link, callback) > 0)
        link = &(*link)->next;
    if (*link && callback->altitude.Length && compare(*link, callback) == 0)
        return false;
    while (*link && compare(*link, callback) == 0) /* those without an altitude: in the order of registration */
        link = &(*link)->next;
    callback->next = *link;
    *link = callback;
    return true;
}

static NTSTATUS add(PEX_CALLBACK_FUNCTION function, PCUNICODE_STRING altitude, PVOID context, PLARGE_INTEGER cookie, const void *pc)
{
    struct cm_callback *callback = calloc(1, sizeof(*callback));
    if (!callback || (altitude && !NT_SUCCESS(cm_copy_name(altitude, &callback->altitude)))) {
        free(callback);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    callback->function = function;
    callback->context = context;
    callback->driver = ob_intern_driver(ke_self.driver ? ke_self.driver : ke_driver_of(pc));
    pthread_mutex_lock(&callbacks_lock);
    bool linked = link_callback(callback);
    if (linked) {
        callback->cookie.QuadPart = next_cookie++;
        *cookie = callback->cookie;
        __atomic_fetch_add(&count, 1, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&callbacks_lock);
    if (linked)
        return STATUS_SUCCESS;
    free(callback->altitude.Buffer);
    free(callback);
    return STATUS_FLT_INSTANCE_ALTITUDE_COLLISION;
}

NTSTATUS NTAPI CmRegisterCallback(PEX_CALLBACK_FUNCTION Function, PVOID Context, PLARGE_INTEGER Cookie)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return add(Function, NULL, Context, Cookie, __builtin_return_address(0));
}

NTSTATUS NTAPI CmRegisterCallbackEx(PEX_CALLBACK_FUNCTION Function, PCUNICODE_STRING Altitude, PVOID Driver, PVOID Context,
    PLARGE_INTEGER Cookie, PVOID Reserved)
{
    (void)Driver;
    (void)Reserved;
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Altitude || !rtl_altitude_is_valid(Altitude->Buffer, Altitude->Length / sizeof(WCHAR)))
        return STATUS_INVALID_PARAMETER;
    return add(Function, Altitude, Context, Cookie, __builtin_return_address(0));
}

/* Calls one callback with one class, marked as the driver's. */
static NTSTATUS call(struct cm_callback *callback, REG_NOTIFY_CLASS class, PVOID information)
{
    struct cm_callback *outside = inside;
    struct ke_scope scope = ke_callback_enter(callback->driver, "RegistryCallback", NULL);
    inside = callback;
    NTSTATUS status = callback->function(callback->context, (PVOID)(ULONG_PTR)class, information);
    inside = outside;
    ke_callback_leave(scope);
    return status;
}

static struct cm_callback *find(LARGE_INTEGER cookie)
{
    struct cm_callback *callback = callbacks;
    while (callback && callback->cookie.QuadPart != cookie.QuadPart)
        callback = callback->next;
    return callback;
}

NTSTATUS NTAPI CmUnRegisterCallback(LARGE_INTEGER Cookie)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    pthread_mutex_lock(&callbacks_lock);
    struct cm_callback *callback = find(Cookie);
    if (callback) {
        struct cm_callback **link = &callbacks;
        while (*link != callback)
            link = &(*link)->next;
        *link = callback->next;
        __atomic_fetch_sub(&count, 1, __ATOMIC_RELEASE);
        while (callback->running > (inside == callback))
            pthread_cond_wait(&callbacks_idle, &callbacks_lock);
    }
    pthread_mutex_unlock(&callbacks_lock);
    if (!callback)
        return STATUS_INVALID_PARAMETER;
    free(callback->altitude.Buffer);
    free(callback);
    return STATUS_SUCCESS;
}

VOID NTAPI CmGetCallbackVersion(PULONG Major, PULONG Minor)
{
    if (Major)
        *Major = 1;
    if (Minor)
        *Minor = 2;
}

/* ---- contexts on key objects ---- */

static PVOID context_of(struct cm_body *body, LARGE_INTEGER cookie)
{
    for (struct cm_context *c = body ? body->contexts : NULL; c; c = c->next)
        if (c->cookie.QuadPart == cookie.QuadPart)
            return c->context;
    return NULL;
}

NTSTATUS NTAPI CmSetCallbackObjectContext(PVOID Object, PLARGE_INTEGER Cookie, PVOID NewContext, PVOID *OldContext)
{
    struct cm_body *body = Object;
    struct cm_context *made = calloc(1, sizeof(*made)), *found;
    if (!made)
        return STATUS_INSUFFICIENT_RESOURCES;
    pthread_mutex_lock(&callbacks_lock);
    for (found = body->contexts; found && found->cookie.QuadPart != Cookie->QuadPart; found = found->next)
        continue;
    if (OldContext)
        *OldContext = found ? found->context : NULL;
    if (found) {
        found->context = NewContext;
    } else {
        *made = (struct cm_context){.next = body->contexts, .cookie = *Cookie, .context = NewContext, .body = body};
        body->contexts = made;
    }
    pthread_mutex_unlock(&callbacks_lock);
    if (found)
        free(made);
    return STATUS_SUCCESS;
}

static struct cm_callback *use(LARGE_INTEGER cookie)
{
    pthread_mutex_lock(&callbacks_lock);
    struct cm_callback *callback = find(cookie);
    if (callback)
        callback->running++;
    pthread_mutex_unlock(&callbacks_lock);
    return callback;
}

static void leave(struct cm_callback *callback)
{
    pthread_mutex_lock(&callbacks_lock);
    callback->running--;
    pthread_cond_broadcast(&callbacks_idle);
    pthread_mutex_unlock(&callbacks_lock);
}

void cm_contexts_end(struct cm_body *body, PVOID object)
{
    while (body->contexts) {
        struct cm_context *context = body->contexts;
        body->contexts = context->next;
        struct cm_callback *callback = use(context->cookie);
        if (callback) {
            REG_CALLBACK_CONTEXT_CLEANUP_INFORMATION info = {.Object = object, .ObjectContext = context->context};
            call(callback, RegNtCallbackObjectContextCleanup, &info);
            leave(callback);
        }
        free(context);
    }
}

/* ---- names of keys ---- */

static NTSTATUS name_of(struct cm_body *body, UNICODE_STRING **name)
{
    UNICODE_STRING full;
    pthread_rwlock_rdlock(&cm_lock);
    NTSTATUS status = body->key->deleted ? STATUS_KEY_DELETED : cm_full_name(body->key, &full);
    pthread_rwlock_unlock(&cm_lock);
    if (!NT_SUCCESS(status))
        return status;
    *name = malloc(sizeof(**name) + full.MaximumLength);
    if (*name) {
        **name = (UNICODE_STRING){full.Length, full.MaximumLength, (PWCH)(*name + 1)};
        memcpy((*name)->Buffer, full.Buffer, full.MaximumLength);
    }
    free(full.Buffer);
    return *name ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS NTAPI CmCallbackGetKeyObjectIDEx(PLARGE_INTEGER Cookie, PVOID Object, PULONG_PTR ObjectID, PCUNICODE_STRING *ObjectName,
    ULONG Flags)
{
    struct cm_body *body = Object;
    UNICODE_STRING *name;
    (void)Cookie;
    if (Flags || ob_type_of(Object) != cm_key_type)
        return STATUS_INVALID_PARAMETER;
    if (ObjectID)
        *ObjectID = (ULONG_PTR)body->key;
    if (!ObjectName)
        return STATUS_SUCCESS;
    *ObjectName = NULL;
    NTSTATUS status = name_of(body, &name);
    if (NT_SUCCESS(status))
        *ObjectName = name;
    return status;
}

VOID NTAPI CmCallbackReleaseKeyObjectIDEx(PCUNICODE_STRING ObjectName)
{
    free((void *)ObjectName);
}

NTSTATUS NTAPI CmCallbackGetKeyObjectID(PLARGE_INTEGER Cookie, PVOID Object, PULONG_PTR ObjectID, PCUNICODE_STRING *ObjectName)
{
    struct cm_body *body = Object;
    UNICODE_STRING *name = NULL;
    (void)Cookie;
    if (ob_type_of(Object) != cm_key_type)
        return STATUS_INVALID_PARAMETER;
    if (ObjectID)
        *ObjectID = (ULONG_PTR)body->key;
    if (!ObjectName)
        return STATUS_SUCCESS;
    NTSTATUS status = name_of(body, &name);
    if (!NT_SUCCESS(status))
        return status;
    pthread_mutex_lock(&callbacks_lock); /* the name stays with the object: the caller does not release it */
    if (!body->told_name) {
        body->told_name = name;
        name = NULL;
    }
    *ObjectName = body->told_name;
    pthread_mutex_unlock(&callbacks_lock);
    free(name);
    return STATUS_SUCCESS;
}

PVOID NTAPI CmGetBoundTransaction(PLARGE_INTEGER Cookie, PVOID Object)
{
    (void)Cookie;
    (void)Object;
    return NULL; /* the registry knows no transactions */
}

/* ---- around an operation ---- */

static void choose(struct cm_operation *operation)
{
    pthread_mutex_lock(&callbacks_lock);
    for (struct cm_callback *c = callbacks; c && operation->count < RTL_NUMBER_OF(operation->callbacks); c = c->next) {
        c->running++;
        operation->callbacks[operation->count++] = c;
    }
    pthread_mutex_unlock(&callbacks_lock);
}

static void show_context(struct cm_operation *operation, struct cm_callback *callback)
{
    if (!operation->object_context)
        return;
    pthread_mutex_lock(&callbacks_lock);
    *operation->object_context = context_of(operation->body, callback->cookie);
    pthread_mutex_unlock(&callbacks_lock);
}

NTSTATUS cm_notify_pre(struct cm_operation *operation)
{
    operation->count = 0;
    operation->bypassed = false;
    if (!cm_anybody_listens())
        return STATUS_SUCCESS;
    choose(operation);
    for (unsigned i = 0; i < operation->count; i++) {
        struct cm_callback *c = operation->callbacks[i];
        *operation->call_context = NULL;
        show_context(operation, c);
        NTSTATUS status = call(c, operation->pre, operation->information);
        operation->contexts[i] = *operation->call_context;
        if (NT_SUCCESS(status))
            continue;
        /* The one that ended the walk, and those below it, hear nothing of the end. */
        for (unsigned rest = i; rest < operation->count; rest++)
            leave(operation->callbacks[rest]);
        operation->count = i;
        operation->bypassed = status == STATUS_CALLBACK_BYPASS;
        return operation->bypassed ? STATUS_SUCCESS : status;
    }
    return STATUS_SUCCESS;
}

NTSTATUS cm_notify_post(struct cm_operation *operation, PVOID object, NTSTATUS status)
{
    for (unsigned i = operation->count; i-- > 0;) {
        struct cm_callback *c = operation->callbacks[i];
        REG_POST_OPERATION_INFORMATION info = {.Object = object, .Status = status, .PreInformation = operation->information,
            .ReturnStatus = status, .CallContext = operation->contexts[i]};
        pthread_mutex_lock(&callbacks_lock);
        info.ObjectContext = context_of(operation->body, c->cookie);
        pthread_mutex_unlock(&callbacks_lock);
        if (call(c, operation->post, &info) == STATUS_CALLBACK_BYPASS)
            status = info.ReturnStatus;
        leave(c);
    }
    operation->count = 0;
    return status;
}

ULONG cm_report_leaks(const char *driver)
{
    ULONG found = 0;
    pthread_mutex_lock(&callbacks_lock);
    for (struct cm_callback *c = callbacks; c; c = c->next) {
        if (!c->driver || (driver && strcmp(driver, c->driver) != 0))
            continue;
        ke_report(c->driver, "CmRegisterCallbackEx", "registry callback %ld was not taken back with CmUnRegisterCallback",
            (long)c->cookie.QuadPart);
        found++;
    }
    pthread_mutex_unlock(&callbacks_lock);
    return found;
}
