/*
 * What a filter registered as contexts: the checks at registration (F-020, F-247), the choice of an entry for a size (F-248),
 * and the memory of one context. The table's classes never change after registration and are read without a lock.
 */
#include "fltmgr/contextclass.h"

#include <stdlib.h>
#include <string.h>

#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"

enum { MAX_FIXED_SIZES = 3, DEFAULT_TAG = 'xtCF' };

static bool is_variable(const FLT_CONTEXT_REGISTRATION *entry)
{
    return entry->Size == FLT_VARIABLE_SIZED_CONTEXTS;
}

static bool entry_is_sane(const FLT_CONTEXT_REGISTRATION *entry)
{
    if (flt_context_type_index(entry->ContextType) < 0)
        return false;
    if (!entry->ContextAllocateCallback != !entry->ContextFreeCallback)
        return false;
    return entry->ContextAllocateCallback || is_variable(entry) || entry->Size <= MAXUSHORT;
}

/* F-247: how a new entry goes with those of its type that came before. */
enum fit { FIT_NEW, FIT_DUPLICATE, FIT_INVALID };

static enum fit fit_beside(const struct flt_context_class *chain, const FLT_CONTEXT_REGISTRATION *entry)
{
    int fixed = 0;

    for (const struct flt_context_class *c = chain; c; c = c->next) {
        if (c->allocate || entry->ContextAllocateCallback)
            return FIT_INVALID;
        if (c->size == entry->Size)
            return c->flags == entry->Flags || is_variable(entry) ? FIT_DUPLICATE : FIT_INVALID;
        fixed += c->size != FLT_VARIABLE_SIZED_CONTEXTS;
    }
    return !is_variable(entry) && fixed == MAX_FIXED_SIZES ? FIT_INVALID : FIT_NEW;
}

/* Ascending; FLT_VARIABLE_SIZED_CONTEXTS is the greatest SIZE_T and so comes last by itself. */
static void insert_sorted(struct flt_context_class **chain, struct flt_context_class *new_class)
{
    while (*chain && (*chain)->size < new_class->size)
        chain = &(*chain)->next;
    new_class->next = *chain;
    *chain = new_class;
}

static NTSTATUS add_class(struct flt_context_table *table, const FLT_CONTEXT_REGISTRATION *entry)
{
    if (!entry_is_sane(entry))
        return STATUS_FLT_INVALID_CONTEXT_REGISTRATION;

    struct flt_context_class **chain = &table->classes[flt_context_type_index(entry->ContextType)];
    enum fit fit = fit_beside(*chain, entry);
    if (fit != FIT_NEW)
        return fit == FIT_DUPLICATE ? STATUS_SUCCESS : STATUS_FLT_INVALID_CONTEXT_REGISTRATION;

    struct flt_context_class *new_class = malloc(sizeof *new_class);
    if (!new_class)
        return STATUS_INSUFFICIENT_RESOURCES;
    *new_class = (struct flt_context_class){
        .type = entry->ContextType,
        .flags = entry->Flags,
        .size = entry->Size,
        .tag = entry->PoolTag ? entry->PoolTag : DEFAULT_TAG, /* F-020 */
        .cleanup = entry->ContextCleanupCallback,
        .allocate = entry->ContextAllocateCallback,
        .free = entry->ContextFreeCallback,
    };
    insert_sorted(chain, new_class);
    return STATUS_SUCCESS;
}

static void free_table(struct flt_context_table *table)
{
    for (int i = 0; i < FLT_CONTEXT_TYPES; i++)
        while (table->classes[i]) {
            struct flt_context_class *gone = table->classes[i];
            table->classes[i] = gone->next;
            free(gone);
        }
    free(table);
}

static struct flt_context_table *new_table(PFLT_FILTER filter)
{
    struct flt_context_table *table = aligned_alloc(_Alignof(struct flt_context_table), sizeof *table);

    if (!table)
        return NULL;
    memset(table, 0, sizeof *table);
    table->filter = filter;
    for (int i = 0; i < FLT_CONTEXT_SHARDS; i++)
        InitializeListHead(&table->shards[i].live);
    return table;
}

NTSTATUS flt_context_register(PFLT_FILTER filter)
{
    struct flt_context_table *table = new_table(filter);
    NTSTATUS status = table ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;

    for (unsigned i = 0; NT_SUCCESS(status) && i < filter->context_registration_count; i++)
        status = add_class(table, &filter->context_registrations[i]);
    if (NT_SUCCESS(status))
        filter->contexts = table;
    else if (table)
        free_table(table);
    return status;
}

void flt_context_unregister(PFLT_FILTER filter)
{
    if (filter->contexts)
        free_table(filter->contexts);
    filter->contexts = NULL;
}

/* F-248. The flag counts on fixed entries only. */
const struct flt_context_class *flt_context_class_for(struct flt_context_table *table, FLT_CONTEXT_TYPE type, SIZE_T size)
{
    const struct flt_context_class *larger = NULL;

    for (const struct flt_context_class *c = table->classes[flt_context_type_index(type)]; c; c = c->next) {
        if (c->allocate || c->size == size)
            return c;
        if (c->size == FLT_VARIABLE_SIZED_CONTEXTS)
            return larger ? larger : c;
        if (!larger && c->size > size && (c->flags & FLTFL_CONTEXT_REGISTRATION_NO_EXACT_SIZE_MATCH))
            larger = c;
    }
    return larger;
}

/* The size of the filter's part: a larger fixed entry gives all of its bytes. */
static SIZE_T payload_size(const struct flt_context_class *c, SIZE_T size)
{
    return c->allocate || c->size == FLT_VARIABLE_SIZED_CONTEXTS ? size : c->size;
}

/* F-252: what Windows 11 zeroes is zero; the rest is recognisably rubbish while the manager is built for debugging. */
static void fill_payload(struct flt_context *context, const struct flt_context_class *c, SIZE_T size)
{
#ifdef NDEBUG
    int pattern = 0;
#else
    int pattern = c->size == FLT_VARIABLE_SIZED_CONTEXTS ? 0 : 0xcd;
#endif
    memset(flt_context_payload(context), pattern, size);
}

struct flt_context *flt_context_memory(
    PFLT_FILTER filter, const struct flt_context_class *c, POOL_TYPE pool, SIZE_T requested, const void *pc)
{
    SIZE_T size = payload_size(c, requested);
    SIZE_T whole = sizeof(struct flt_context) + size;
    struct flt_context *context;

    if (c->allocate) {
        struct ke_scope outer = ke_callback_enter(filter->driver_name, "ContextAllocate", NULL);
        context = c->allocate(pool, whole, c->type); /* F-254 */
        ke_callback_leave(outer);
    } else {
        context = ex_pool_allocate(pool & 1 ? POOL_FLAG_PAGED : POOL_FLAG_NON_PAGED, whole, c->tag, pc);
    }
    if (!context)
        return NULL;
    memset(context, 0, sizeof *context);
    context->class = c;
    context->size = size;
    context->paged = pool & 1; /* PagedPool and its variants are the odd ones */
    fill_payload(context, c, size);
    return context;
}

void flt_context_memory_free(PFLT_FILTER filter, struct flt_context *context)
{
    const struct flt_context_class *c = context->class;

    if (!c->free) {
        ex_pool_free(context, NULL);
        return;
    }
    struct ke_scope outer = ke_callback_enter(filter->driver_name, "ContextFree", NULL);
    c->free(context, c->type);
    ke_callback_leave(outer);
}
