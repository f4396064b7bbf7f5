/*
 * Contexts: reference-counted blobs that a filter hangs on volumes, instances, files, streams, stream handles (F-246..F-290).
 *
 * A context is on up to two lists: its filter's table of live contexts, from allocation to release of the last reference,
 * and the list of the object that it hangs on. Lock order: object list, then table shard. Going the other way (teardown of an
 * instance) only tries the object's lock. No lock is held when a filter's callback runs.
 */
#ifndef OFM_FLT_CONTEXT_H
#define OFM_FLT_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "fltmgr/hooks.h"

#define FLT_CONTEXT_SHARDS 16

/* One entry of FLT_CONTEXT_REGISTRATION, copied. */
struct flt_context_class {
    struct flt_context_class *next;    /* of the same type: fixed sizes ascending, the variable one last (F-248) */
    FLT_CONTEXT_TYPE type;
    FLT_CONTEXT_REGISTRATION_FLAGS flags;
    SIZE_T size;                       /* FLT_VARIABLE_SIZED_CONTEXTS or the fixed size */
    ULONG tag;
    PFLT_CONTEXT_CLEANUP_CALLBACK cleanup;
    PFLT_CONTEXT_ALLOCATE_CALLBACK allocate;
    PFLT_CONTEXT_FREE_CALLBACK free;
};

struct flt_context_shard {
    LIST_ENTRY live;
    uint32_t lock;
    uint32_t count;
} __attribute__((aligned(64)));

enum { FLT_CONTEXT_TYPES = 7 };

/* filter->contexts: what it registered, and every context of it that lives. */
struct flt_context_table {
    PFLT_FILTER filter;
    struct flt_context_class *classes[FLT_CONTEXT_TYPES]; /* by bit number of the type; fixed after registration */
    bool closed;                       /* atomic: the filter's volume contexts are being taken away */
    bool draining;                     /* atomic: contexts_wait is interested in `released` */
    uint32_t released;                 /* futex: counts releases while draining */
    struct flt_context_shard shards[FLT_CONTEXT_SHARDS];
};

static inline struct flt_context_table *flt_contexts_of(PFLT_FILTER filter)
{
    return filter->contexts;
}

/* Fills the contexts_ part of flt_hooks. */
void flt_context_init(void);

/* Inner entries of a list that are no contexts of a filter: what else this room keeps for each object (cached names). */
struct flt_attachment {
    struct flt_attachment *next;
    uint16_t type;                     /* context type bit, or one of the below */
    void (*gone)(struct flt_attachment *attachment); /* the object ended; called without locks. NULL: a filter's context */
};
#define FLT_ATTACHMENT_NAMES 0x8000

#endif
