/*
 * One operation inside the filter manager's device. FLT_CALLBACK_DATA is its first member, so every PFLT_CALLBACK_DATA a
 * filter holds leads here. Blocks stay with their io_operation, are never given back to malloc, and are known to a
 * global list, so that a teardown finds the operations that still owe an instance its post callback (F-157).
 */
#ifndef OFM_FLTMGR_CALLBACK_H
#define OFM_FLTMGR_CALLBACK_H

#include "fltmgr/instance.h"

enum flt_callback_kind {
    FLT_CALLBACK_WALK,     /* an operation on its way */
    FLT_CALLBACK_OWN,      /* made by a filter: FltAllocateCallbackData */
    FLT_CALLBACK_DRAINED,  /* the copy that a draining post callback gets (F-158) */
};

/* A frame's word is its instance with the state in the low bits: one compare-and-swap claims it. */
enum flt_frame_state {
    FLT_FRAME_FREE,       /* nobody's */
    FLT_FRAME_PRE,        /* its pre callback runs, or the filter pended the operation there */
    FLT_FRAME_WAITING,    /* below: owes a post callback; may be drained */
    FLT_FRAME_POST,       /* its post callback runs, or the filter pended the operation there */
    FLT_FRAME_DRAINING,   /* a teardown copies it */
    FLT_FRAME_DRAINED,    /* the teardown called the post callback */
    FLT_FRAME_DONE,
    FLT_FRAME_STATE_MASK = 15,
};

/* One instance's part of one operation. */
struct flt_frame {
    uintptr_t word;                      /* __atomic */
    const struct flt_entry *entry;
    PVOID completion_context;
    struct flt_walker *owner;            /* its post runs in this walker's thread (F-148, creates); NULL: anywhere */
    PMDL swapped_mdl;                    /* F-233 */
    struct flt_stack *redirected;        /* walked below this frame instead (F-191): referenced */
    struct flt_status_request *status_requests; /* FltRequestOperationStatusCallback */
    bool swapped;                        /* its pre replaced the buffer: never drained (F-161) */
    bool retain_mdl;
    bool synchronized;                   /* returned FLT_PREOP_SYNCHRONIZE, or a create */
    FLT_RELATED_OBJECTS objects;
    FLT_IO_PARAMETER_BLOCK seen;         /* the parameters its pre was given: its post sees the same (F-139) */
};

#define FLT_CHUNK_FRAMES 8
struct flt_frame_chunk {
    struct flt_frame frames[FLT_CHUNK_FRAMES];
    struct flt_frame_chunk *next;        /* published with release; chunks are never freed */
};

struct flt_callback {
    FLT_CALLBACK_DATA data;              /* first */
    enum flt_callback_kind kind;
    struct io_operation *op;
    PFLT_VOLUME volume;                  /* where it entered */
    struct flt_stack *stack;             /* the array it walks */
    unsigned next;                       /* place in the array of its major code */
    unsigned frame_count;
    struct flt_frame *frame;             /* whose callback runs or has it pended; NULL below */
    uint32_t pend;                       /* __atomic: enum flt_pend, the handshake of pending and completing */
    NTSTATUS pend_status;                /* FLT_PREOP_CALLBACK_STATUS given by the completer */
    PVOID pend_context;
    bool post;                           /* on the way up */
    struct flt_frame_chunk first;
    struct flt_callback *all_next;       /* the global list */

    PFLT_INSTANCE initiator;             /* OWN: the instance it was allocated for */
    FLT_IO_PARAMETER_BLOCK iopb;         /* OWN, DRAINED: Data->Iopb */
    PVOID reserved[4];
};

static inline struct flt_callback *flt_callback_of(PFLT_CALLBACK_DATA data)
{
    return (struct flt_callback *)data;
}

/* The instance whose callback holds `data` now, or that made it. */
static inline PFLT_INSTANCE flt_callback_instance(PFLT_CALLBACK_DATA data)
{
    struct flt_callback *cb = flt_callback_of(data);
    return cb->frame ? (PFLT_INSTANCE)cb->frame->objects.Instance : data->Iopb->TargetInstance;
}

#endif
