/* ZwNotifyChangeKey: who is told when a key changes. watches_lock guards the list of all watches; it is taken inside cm_lock.
 * A watch is for one change, as on Windows, and ends with its key object's last handle. */
#include "ntoskrnl/cm/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"

#include <stdlib.h>

struct watch {
    struct watch *next;
    struct cm_body *body;
    struct cm_key *key; /* referenced */
    ULONG filter;
    bool tree;
    PKEVENT event;      /* referenced; NULL: none */
    PIO_STATUS_BLOCK iosb;
    PWORK_QUEUE_ITEM item; /* kernel callers give one in the place of the APC routine */
    WORK_QUEUE_TYPE queue;
    struct waiter *waiter; /* a synchronous caller */
};

struct waiter {
    KEVENT event;
    NTSTATUS status;
};

static pthread_mutex_t watches_lock = PTHREAD_MUTEX_INITIALIZER;
static struct watch *watches;

static void finish(struct watch *watch, NTSTATUS status)
{
    if (watch->iosb) {
        watch->iosb->Information = 0;
        watch->iosb->Status = status;
    }
    if (watch->waiter) {
        watch->waiter->status = status;
        KeSetEvent(&watch->waiter->event, IO_NO_INCREMENT, FALSE);
    }
    if (watch->event) {
        KeSetEvent(watch->event, IO_NO_INCREMENT, FALSE);
        ObfDereferenceObject(watch->event);
    }
    if (watch->item)
        ExQueueWorkItem(watch->item, watch->queue);
    cm_close(watch->key);
    free(watch);
}

static bool concerns(const struct watch *watch, const struct cm_key *key, ULONG filter)
{
    if (!(watch->filter & filter))
        return false;
    if (watch->key == key)
        return true;
    for (const struct cm_key *k = watch->tree ? key->parent : NULL; k; k = k->parent)
        if (k == watch->key)
            return true;
    return false;
}

/* Ends all watches that `chosen` names. */
static void end_watches(bool (*chosen)(const struct watch *watch, const void *what, ULONG filter), const void *what, ULONG filter,
    NTSTATUS status)
{
    struct watch *out = NULL;
    pthread_mutex_lock(&watches_lock);
    for (struct watch **link = &watches; *link;) {
        struct watch *watch = *link;
        if (!chosen(watch, what, filter)) {
            link = &watch->next;
            continue;
        }
        *link = watch->next;
        watch->next = out;
        out = watch;
    }
    pthread_mutex_unlock(&watches_lock);
    while (out) {
        struct watch *next = out->next;
        finish(out, status);
        out = next;
    }
}

static bool by_change(const struct watch *watch, const void *key, ULONG filter)
{
    return concerns(watch, key, filter);
}

static bool by_body(const struct watch *watch, const void *body, ULONG filter)
{
    (void)filter;
    return watch->body == body;
}

static bool by_key(const struct watch *watch, const void *key, ULONG filter)
{
    (void)filter;
    return watch->key == key;
}

void cm_changed(struct cm_key *key, ULONG filter)
{
    end_watches(by_change, key, filter, STATUS_NOTIFY_ENUM_DIR);
}

void cm_watches_end(struct cm_body *body)
{
    end_watches(by_body, body, 0, STATUS_NOTIFY_CLEANUP);
}

void cm_watches_of_key_end(struct cm_key *key)
{
    end_watches(by_key, key, 0, STATUS_KEY_DELETED);
}

static NTSTATUS start(struct watch *watch)
{
    NTSTATUS status = STATUS_PENDING;
    pthread_rwlock_rdlock(&cm_lock); /* no change between the check and the entry in the list */
    if (watch->key->deleted) {
        status = STATUS_KEY_DELETED;
    } else {
        pthread_mutex_lock(&watches_lock);
        watch->next = watches;
        watches = watch;
        pthread_mutex_unlock(&watches_lock);
    }
    pthread_rwlock_unlock(&cm_lock);
    return status;
}

static NTSTATUS wait_for(struct waiter *waiter, struct cm_body *body)
{
    NTSTATUS status = ke_wait_one(&waiter->event, NULL, ke_self.interrupt);
    if (status == STATUS_SUCCESS)
        return waiter->status;
    cm_watches_end(body); /* interrupted: our watch, on this stack, must be out of the list */
    ke_wait_one(&waiter->event, NULL, NULL);
    return status;
}

NTSTATUS NTAPI ZwNotifyChangeKey(HANDLE KeyHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
    PIO_STATUS_BLOCK IoStatusBlock, ULONG CompletionFilter, BOOLEAN WatchTree, PVOID Buffer, ULONG BufferSize, BOOLEAN Asynchronous)
{
    struct cm_body *body;
    struct waiter waiter;
    PVOID event = NULL;
    bool listed = false;
    (void)Buffer;
    (void)BufferSize;
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (!CompletionFilter || CompletionFilter & ~(ULONG)REG_LEGAL_CHANGE_FILTER)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = ObReferenceObjectByHandle(KeyHandle, KEY_NOTIFY, cm_key_type, KernelMode, (PVOID *)&body, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (Event)
        status = ObReferenceObjectByHandle(Event, EVENT_MODIFY_STATE, *ExEventObjectType, KernelMode, &event, NULL);
    struct watch *watch = NT_SUCCESS(status) ? calloc(1, sizeof(*watch)) : NULL;
    if (NT_SUCCESS(status) && !watch)
        status = STATUS_INSUFFICIENT_RESOURCES;
    if (NT_SUCCESS(status)) {
        *watch = (struct watch){.body = body, .key = body->key, .filter = CompletionFilter, .tree = WatchTree, .event = event,
            .iosb = IoStatusBlock, .item = (PWORK_QUEUE_ITEM)(ULONG_PTR)ApcRoutine, .queue = (WORK_QUEUE_TYPE)(ULONG_PTR)ApcContext};
        KeInitializeEvent(&waiter.event, NotificationEvent, FALSE);
        watch->waiter = Asynchronous ? NULL : &waiter;
        cm_reference(watch->key);
        if (event)
            KeClearEvent(event);
        status = start(watch);
        listed = status == STATUS_PENDING;
        if (!listed) {
            cm_close(watch->key);
            free(watch);
        } else if (!Asynchronous) {
            status = wait_for(&waiter, body);
        }
    }
    if (event && !listed)
        ObfDereferenceObject(event);
    ObfDereferenceObject(body);
    return status;
}
