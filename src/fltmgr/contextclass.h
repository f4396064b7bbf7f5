/* One context as memory: the manager's header before the filter's part, and where it comes from. Inner to context*.c. */
#ifndef OFM_FLT_CONTEXTCLASS_H
#define OFM_FLT_CONTEXTCLASS_H

#include "fltmgr/context.h"
#include "ntoskrnl/ke/lock.h"
#include "ntoskrnl/ex/ex.h"

/*
 *   FRESH ──set──► LINKING ──► LINKED ──delete, replace, object or instance gone──► UNLINKED
 *                     └─ refused ─► FRESH
 * A context is linked at most once in its life (F-261, F-262). LINKED -> UNLINKED happens under both locks.
 */
enum flt_context_state { FLT_CONTEXT_FRESH, FLT_CONTEXT_LINKING, FLT_CONTEXT_LINKED, FLT_CONTEXT_UNLINKED };

struct flt_context {
    union {
        struct {
            struct flt_attachment link;        /* in the object's list; under its lock */
            void *owner;                       /* instance, or filter for volume contexts; under the shard's lock */
            struct io_context_list *list;      /* valid while LINKED; under the shard's lock */
        };
        struct ex_work rundown;              /* last release above APC_LEVEL (F-275) */
    };
    LIST_ENTRY live;                           /* the filter's table */
    struct flt_context_table *table;
    const struct flt_context_class *class;
    uint32_t references;                       /* atomic */
    uint16_t shard;
    uint8_t state;                             /* atomic; enum flt_context_state */
    bool paged;
    uint32_t size;
} __attribute__((aligned(16)));

static inline void *flt_context_payload(struct flt_context *context)
{
    return context + 1;
}

static inline struct flt_context *flt_context_of(PFLT_CONTEXT payload)
{
    return (struct flt_context *)payload - 1;
}

static inline struct flt_context_shard *flt_context_shard(struct flt_context *context)
{
    return &context->table->shards[context->shard];
}

/* Bit number of a single context type; -1 for anything else. */
static inline int flt_context_type_index(unsigned type)
{
    if (type == 0 || type > FLT_SECTION_CONTEXT || (type & (type - 1)))
        return -1;
    return __builtin_ctz(type);
}

/* flt_hooks.contexts_register and contexts_unregister. */
NTSTATUS flt_context_register(PFLT_FILTER filter);
void flt_context_unregister(PFLT_FILTER filter);

const struct flt_context_class *flt_context_class_for(struct flt_context_table *table, FLT_CONTEXT_TYPE type, SIZE_T size);
/* Zeroed header, filled payload; NULL: no memory. pc: the driver's call, which pays for the memory. */
struct flt_context *flt_context_memory(
    PFLT_FILTER filter, const struct flt_context_class *c, POOL_TYPE pool, SIZE_T requested, const void *pc);
void flt_context_memory_free(PFLT_FILTER filter, struct flt_context *context);

/* Links a context to an object for its owner (instance or filter); *old is referenced or NULL. Statuses as FltSet...Context. */
NTSTATUS flt_context_link(struct io_context_list *list, void *owner, bool *owner_gone, FLT_SET_CONTEXT_OPERATION operation,
    struct flt_context *context, PFLT_CONTEXT *old);
/* Referenced, or STATUS_NOT_FOUND with NULL. */
NTSTATUS flt_context_find(struct io_context_list *list, void *owner, FLT_CONTEXT_TYPE type, PFLT_CONTEXT *found);
/* Unlinks; the link's reference goes to *old, or is dropped when old is NULL. STATUS_NOT_FOUND. */
NTSTATUS flt_context_remove(struct io_context_list *list, void *owner, FLT_CONTEXT_TYPE type, PFLT_CONTEXT *old);

void flt_context_reference(struct flt_context *context);
void flt_context_release(struct flt_context *context, const char *call, const void *pc);

#endif
