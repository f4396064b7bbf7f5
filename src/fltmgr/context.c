/*
 * Contexts: allocation, references, and the lists that they hang on (see context.h for the locks).
 * The exported calls for each kind of object are in contextcalls.c.
 */
#include "fltmgr/context.h"

#include <sched.h>
#include <stdlib.h>

#include "fltmgr/contextclass.h"
#include "ntoskrnl/ke/ke.h"

/* ---- life ---- */

static void enter_table(struct flt_context_table *table, struct flt_context *context)
{
    context->table = table;
    context->shard = ke_self.stripe % FLT_CONTEXT_SHARDS;
    struct flt_context_shard *shard = flt_context_shard(context);
    ke_lock(&shard->lock);
    InsertTailList(&shard->live, &context->live);
    shard->count++;
    ke_unlock(&shard->lock);
}

/* The filter may go as soon as the count is down: nothing of the table is touched after the unlock. */
static void leave_table(struct flt_context_table *table, struct flt_context_shard *shard)
{
    ke_lock(&shard->lock);
    shard->count--;
    if (__atomic_load_n(&table->draining, __ATOMIC_RELAXED)) {
        __atomic_fetch_add(&table->released, 1, __ATOMIC_RELEASE);
        ke_futex_wake(&table->released, 1);
    }
    ke_unlock(&shard->lock);
}

static void destroy(struct flt_context *context)
{
    struct flt_context_table *table = context->table;
    struct flt_context_shard *shard = flt_context_shard(context);
    PFLT_CONTEXT_CLEANUP_CALLBACK cleanup = context->class->cleanup;

    ke_lock(&shard->lock);
    RemoveEntryList(&context->live);
    ke_unlock(&shard->lock);
    if (cleanup) {
        struct ke_scope outer = ke_callback_enter(table->filter->driver_name, "ContextCleanup", NULL);
        cleanup(flt_context_payload(context), context->class->type); /* F-275, F-276 */
        ke_callback_leave(outer);
    }
    flt_context_memory_free(table->filter, context);
    leave_table(table, shard);
}

static void destroy_later(struct ex_work *work)
{
    destroy(CONTAINING_RECORD(work, struct flt_context, rundown));
}

void flt_context_reference(struct flt_context *context)
{
    __atomic_fetch_add(&context->references, 1, __ATOMIC_RELAXED);
}

void flt_context_release(struct flt_context *context, const char *call, const void *pc)
{
    uint32_t before = __atomic_fetch_sub(&context->references, 1, __ATOMIC_ACQ_REL);

    if (before == 0 || before > INT32_MAX) {
        ke_report_caller(call, pc, "context %p has been released more often than referenced", flt_context_payload(context));
        __atomic_fetch_add(&context->references, 1, __ATOMIC_RELAXED);
        return;
    }
    if (before != 1)
        return;
    if (ke_self.irql <= APC_LEVEL) {
        destroy(context);
        return;
    }
    if (context->paged)
        ke_report_caller(call, pc, "a paged context is released at IRQL %u", ke_self.irql); /* F-274 */
    ex_queue_work(&context->rundown, destroy_later, context->table->filter->driver_name);
}

static void drop(struct flt_context *context)
{
    flt_context_release(context, "FltReleaseContext", NULL);
}

NTSTATUS FltAllocateContext(
    PFLT_FILTER Filter, FLT_CONTEXT_TYPE ContextType, SIZE_T ContextSize, POOL_TYPE PoolType, PFLT_CONTEXT *ReturnedContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Filter || !ReturnedContext)
        return STATUS_INVALID_PARAMETER;
    *ReturnedContext = NULL;
    if (flt_context_type_index(ContextType) < 0)
        return STATUS_INVALID_PARAMETER;
    if (ContextSize > MAXUSHORT)
        return STATUS_INVALID_BUFFER_SIZE; /* F-249 */
    if (flt_is_going(&Filter->object))
        return STATUS_FLT_DELETING_OBJECT;

    const struct flt_context_class *c = flt_context_class_for(flt_contexts_of(Filter), ContextType, ContextSize);
    if (!c)
        return STATUS_FLT_CONTEXT_ALLOCATION_NOT_FOUND; /* F-246 */
    if (ContextType == FLT_VOLUME_CONTEXT && (PoolType & 1))
        return STATUS_FLT_MUST_BE_NONPAGED_POOL; /* F-250 */

    struct flt_context *context = flt_context_memory(Filter, c, PoolType, ContextSize, __builtin_return_address(0));
    if (!context)
        return STATUS_INSUFFICIENT_RESOURCES;
    context->link.type = ContextType;
    context->references = 1; /* F-253 */
    enter_table(flt_contexts_of(Filter), context);
    *ReturnedContext = flt_context_payload(context);
    return STATUS_SUCCESS;
}

VOID FltReferenceContext(PFLT_CONTEXT Context)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    flt_context_reference(flt_context_of(Context));
}

VOID FltReleaseContext(PFLT_CONTEXT Context)
{
    flt_context_release(flt_context_of(Context), __func__, __builtin_return_address(0));
}

/* ---- lists ---- */

static struct flt_attachment **find_slot(struct io_context_list *list, void *owner, FLT_CONTEXT_TYPE type)
{
    struct flt_attachment **slot = (struct flt_attachment **)&list->head;

    for (; *slot; slot = &(*slot)->next)
        if ((*slot)->type == type && ((struct flt_context *)*slot)->owner == owner)
            break;
    return slot;
}

static void take_out(struct flt_attachment **slot)
{
    struct flt_attachment *gone = *slot;

    /* flt_context_find looks at an empty list without its lock. */
    __atomic_store_n(slot, gone->next, __ATOMIC_RELEASE);
    gone->next = NULL;
}

/* The context's end of unlinking; the object's list lock is held. */
static void mark_unlinked(struct flt_context *context)
{
    struct flt_context_shard *shard = flt_context_shard(context);

    ke_lock(&shard->lock);
    context->list = NULL;
    context->owner = NULL;
    __atomic_store_n(&context->state, FLT_CONTEXT_UNLINKED, __ATOMIC_RELAXED);
    ke_unlock(&shard->lock);
}

/* Puts a claimed context in front; false when its owner's contexts have been taken away meanwhile. List lock held. */
static bool put_in(struct io_context_list *list, void *owner, bool *owner_gone, struct flt_context *context)
{
    struct flt_context_shard *shard = flt_context_shard(context);
    bool gone;

    ke_lock(&shard->lock);
    gone = __atomic_load_n(owner_gone, __ATOMIC_ACQUIRE);
    if (!gone) {
        context->owner = owner;
        context->list = list;
        __atomic_store_n(&context->state, FLT_CONTEXT_LINKED, __ATOMIC_RELAXED);
    }
    ke_unlock(&shard->lock);
    if (gone)
        return false;
    flt_context_reference(context); /* F-257 */
    context->link.next = list->head;
    __atomic_store_n((struct flt_attachment **)&list->head, &context->link, __ATOMIC_RELEASE);
    return true;
}

/* With the list locked and the context claimed. *replaced and *existing are what the caller has to hand over or drop. */
static NTSTATUS link_locked(struct io_context_list *list, void *owner, bool *owner_gone,
    FLT_SET_CONTEXT_OPERATION operation, struct flt_context *context, struct flt_context **old)
{
    struct flt_attachment **slot = find_slot(list, owner, context->link.type);
    struct flt_context *existing = (struct flt_context *)*slot;
    if (existing && operation == FLT_SET_CONTEXT_KEEP_IF_EXISTS) {
        flt_context_reference(existing);
        *old = existing;
        return STATUS_FLT_CONTEXT_ALREADY_DEFINED;
    }
    if (__atomic_load_n(owner_gone, __ATOMIC_ACQUIRE))
        return STATUS_FLT_DELETING_OBJECT; /* F-264 */
    if (__atomic_load_n(&list->gone, __ATOMIC_RELAXED))
        return STATUS_NOT_SUPPORTED; /* F-266 */
    if (existing) {
        take_out(slot);
        mark_unlinked(existing);
        *old = existing; /* with the reference that the link held */
    }
    return put_in(list, owner, owner_gone, context) ? STATUS_SUCCESS : STATUS_FLT_DELETING_OBJECT;
}

NTSTATUS flt_context_link(struct io_context_list *list, void *owner, bool *owner_gone, FLT_SET_CONTEXT_OPERATION operation,
    struct flt_context *context, PFLT_CONTEXT *old)
{
    uint8_t fresh = FLT_CONTEXT_FRESH;
    struct flt_context *previous = NULL;

    if (old)
        *old = NULL; /* F-260 */
    if (!__atomic_compare_exchange_n(
            &context->state, &fresh, FLT_CONTEXT_LINKING, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return STATUS_FLT_CONTEXT_ALREADY_LINKED; /* F-261, F-262 */

    ke_lock(&list->lock);
    NTSTATUS status = link_locked(list, owner, owner_gone, operation, context, &previous);
    ke_unlock(&list->lock);
    if (!NT_SUCCESS(status))
        __atomic_store_n(&context->state, FLT_CONTEXT_FRESH, __ATOMIC_RELEASE);
    if (previous && old)
        *old = flt_context_payload(previous); /* F-258, F-259 */
    else if (previous)
        drop(previous);
    return status;
}

NTSTATUS flt_context_find(struct io_context_list *list, void *owner, FLT_CONTEXT_TYPE type, PFLT_CONTEXT *found)
{
    *found = NULL;
    if (!__atomic_load_n((struct flt_attachment **)&list->head, __ATOMIC_ACQUIRE))
        return STATUS_NOT_FOUND;

    ke_lock(&list->lock);
    struct flt_context *context = (struct flt_context *)*find_slot(list, owner, type);
    if (context)
        flt_context_reference(context);
    ke_unlock(&list->lock);
    if (!context)
        return STATUS_NOT_FOUND;
    *found = flt_context_payload(context);
    return STATUS_SUCCESS;
}

NTSTATUS flt_context_remove(struct io_context_list *list, void *owner, FLT_CONTEXT_TYPE type, PFLT_CONTEXT *old)
{
    if (old)
        *old = NULL;
    ke_lock(&list->lock);
    struct flt_attachment **slot = find_slot(list, owner, type);
    struct flt_context *context = (struct flt_context *)*slot;
    if (context) {
        take_out(slot);
        mark_unlinked(context);
    }
    ke_unlock(&list->lock);
    if (!context)
        return STATUS_NOT_FOUND;
    if (old)
        *old = flt_context_payload(context); /* F-271 */
    else
        drop(context);
    return STATUS_SUCCESS;
}

/*
 * Unlinking from the context's side, with its shard locked and the context LINKED. The object cannot end meanwhile: its end
 * needs this shard's lock to unlink. Only tried, for the order of the locks is the other way round.
 */
static bool try_unlink(struct flt_context *context)
{
    struct io_context_list *list = context->list;

    if (!ke_try_lock(&list->lock))
        return false;
    struct flt_attachment **slot = (struct flt_attachment **)&list->head;
    while (*slot != &context->link)
        slot = &(*slot)->next;
    take_out(slot);
    context->list = NULL;
    context->owner = NULL;
    __atomic_store_n(&context->state, FLT_CONTEXT_UNLINKED, __ATOMIC_RELAXED);
    ke_unlock(&list->lock);
    return true;
}

/* F-272: the caller's own reference stays; nothing happens to one that is not linked. */
VOID FltDeleteContext(PFLT_CONTEXT Context)
{
    struct flt_context *context = flt_context_of(Context);
    struct flt_context_shard *shard = flt_context_shard(context);
    bool linked, done = false;

    KE_REQUIRE_IRQL(APC_LEVEL);
    do {
        ke_lock(&shard->lock);
        linked = __atomic_load_n(&context->state, __ATOMIC_RELAXED) == FLT_CONTEXT_LINKED;
        if (linked)
            done = try_unlink(context);
        ke_unlock(&shard->lock);
        if (linked && !done)
            sched_yield();
    } while (linked && !done);
    if (linked)
        drop(context);
}

/* ---- ends of objects ---- */

static void drop_chain(struct flt_attachment *chain)
{
    while (chain) {
        struct flt_attachment *next = chain->next;
        if (chain->gone)
            chain->gone(chain);
        else
            drop((struct flt_context *)chain);
        chain = next;
    }
}

static void object_gone(struct io_context_list *list)
{
    ke_lock(&list->lock);
    struct flt_attachment *chain = list->head;
    __atomic_store_n(&list->gone, true, __ATOMIC_RELEASE);
    __atomic_store_n(&list->head, NULL, __ATOMIC_RELEASE);
    for (struct flt_attachment *a = chain; a; a = a->next)
        if (!a->gone)
            mark_unlinked((struct flt_context *)a);
    ke_unlock(&list->lock);
    drop_chain(chain);
}

/* Moves what `owner` has linked in one shard to *taken; false when an object's lock was busy: come again. */
static bool take_shard(struct flt_context_shard *shard, void *owner, struct flt_attachment **taken)
{
    bool complete = true;

    ke_lock(&shard->lock);
    for (PLIST_ENTRY e = shard->live.Flink; e != &shard->live; e = e->Flink) {
        struct flt_context *context = CONTAINING_RECORD(e, struct flt_context, live);
        if (__atomic_load_n(&context->state, __ATOMIC_RELAXED) != FLT_CONTEXT_LINKED || context->owner != owner)
            continue;
        if (!try_unlink(context)) {
            complete = false;
            continue;
        }
        context->link.next = *taken;
        *taken = &context->link;
    }
    ke_unlock(&shard->lock);
    return complete;
}

static void take_all(struct flt_context_table *table, void *owner)
{
    for (int i = 0; i < FLT_CONTEXT_SHARDS; i++) {
        struct flt_attachment *taken = NULL;
        while (!take_shard(&table->shards[i], owner, &taken))
            sched_yield();
        drop_chain(taken);
    }
}

static void instance_gone(PFLT_INSTANCE instance)
{
    /* A set that got its shard's lock before take_shard is found there; one that comes later reads `gone`. */
    __atomic_store_n(&instance->contexts.gone, true, __ATOMIC_RELEASE);
    take_all(flt_contexts_of(instance->filter), instance);
}

/* F-278: a filter leaves a volume, or the volume goes (filter NULL). */
static void volume_gone(PFLT_VOLUME volume, PFLT_FILTER filter)
{
    if (filter)
        flt_context_remove(volume->contexts, filter, FLT_VOLUME_CONTEXT, NULL);
    else
        object_gone(volume->contexts);
}

/* ---- unload ---- */

static unsigned count_live(struct flt_context_table *table)
{
    unsigned count = 0;

    for (int i = 0; i < FLT_CONTEXT_SHARDS; i++) {
        ke_lock(&table->shards[i].lock);
        count += table->shards[i].count;
        ke_unlock(&table->shards[i].lock);
    }
    return count;
}

static const char *type_name(FLT_CONTEXT_TYPE type)
{
    static const char *const names[FLT_CONTEXT_TYPES] = {
        "volume", "instance", "file", "stream", "stream handle", "transaction", "section"};
    int index = flt_context_type_index(type);

    return index < 0 ? "unknown" : names[index];
}

enum { LEAKS_NAMED = 8, WATCHDOG_SECONDS = 5 };

struct leak {
    PVOID payload;
    uint32_t size, references;
    FLT_CONTEXT_TYPE type;
};

static unsigned find_leaks(struct flt_context_table *table, struct leak leaks[LEAKS_NAMED])
{
    unsigned found = 0;

    for (int i = 0; i < FLT_CONTEXT_SHARDS && found < LEAKS_NAMED; i++) {
        struct flt_context_shard *shard = &table->shards[i];
        ke_lock(&shard->lock);
        for (PLIST_ENTRY e = shard->live.Flink; e != &shard->live && found < LEAKS_NAMED; e = e->Flink) {
            struct flt_context *context = CONTAINING_RECORD(e, struct flt_context, live);
            leaks[found++] = (struct leak){flt_context_payload(context), context->size,
                __atomic_load_n(&context->references, __ATOMIC_RELAXED), context->class->type};
        }
        ke_unlock(&shard->lock);
    }
    return found;
}

static unsigned long outstanding(PFLT_FILTER filter, bool report)
{
    struct leak leaks[LEAKS_NAMED];
    unsigned found = report ? find_leaks(flt_contexts_of(filter), leaks) : 0;

    for (unsigned i = 0; i < found; i++)
        ke_report(filter->driver_name, "FltUnregisterFilter", "a leaked %s context: %p, %u bytes, %u references",
            type_name(leaks[i].type), leaks[i].payload, leaks[i].size, leaks[i].references);
    return count_live(flt_contexts_of(filter));
}

static void wait_released(PFLT_FILTER filter)
{
    struct flt_context_table *table = flt_contexts_of(filter);
    bool reported = false;

    __atomic_store_n(&table->closed, true, __ATOMIC_RELEASE);
    take_all(table, filter);
    __atomic_store_n(&table->draining, true, __ATOMIC_RELEASE);
    for (;;) {
        uint32_t seen = __atomic_load_n(&table->released, __ATOMIC_ACQUIRE);
        if (count_live(table) == 0)
            return;
        struct ke_deadline watchdog = {0};
        clock_gettime(CLOCK_MONOTONIC, &watchdog.at);
        watchdog.at.tv_sec += WATCHDOG_SECONDS;
        if (!ke_futex_wait(&table->released, seen, &watchdog) && !reported) {
            outstanding(filter, true);
            reported = true;
        }
    }
}

void flt_context_init(void)
{
    flt_hooks.contexts_register = flt_context_register;
    flt_hooks.contexts_unregister = flt_context_unregister;
    flt_hooks.contexts_instance_gone = instance_gone;
    flt_hooks.contexts_volume_gone = volume_gone;
    flt_hooks.contexts_object_gone = object_gone;
    flt_hooks.contexts_outstanding = outstanding;
    flt_hooks.contexts_wait = wait_released;
}
