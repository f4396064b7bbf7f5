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

/* The thread that walks an operation. It lives on that thread's stack; frames it owns are finished by it alone. */
struct flt_walker {
    bool answered;                       /* the caller got STATUS_PENDING: the end is io_complete */
    bool ready;                          /* resume is initialised */
    unsigned owned;                      /* frames that wait for this thread */
    KEVENT resume;                       /* another thread has brought the operation back up to an owned frame */
};

struct flt_status_request {              /* FltRequestOperationStatusCallback */
    struct flt_status_request *next;
    PFLT_GET_OPERATION_STATUS_CALLBACK routine;
    PVOID context;
    FLT_IO_PARAMETER_BLOCK iopb;
    FLT_RELATED_OBJECTS objects;
};

/* One instance's part of one operation. */
struct flt_frame {
    uintptr_t word;                      /* __atomic: instance | state; enter, leave and claim in walk.c */
    const struct flt_entry *entry;
    PVOID completion_context;
    struct flt_walker *owner;            /* its post runs in this walker's thread (F-148, F-137 for creates); NULL: anywhere */
    PMDL swapped_mdl;                    /* F-233 */
    struct flt_stack *other_stack;       /* walked below this frame instead of the former (F-191): referenced */
    struct flt_stack *former_stack;
    struct io_volume *former_volume;
    unsigned former_next;
    bool wants_post;
    bool swapped;                        /* its pre replaced the buffer: never drained (F-161) */
    bool retain_mdl;
    FLT_RELATED_OBJECTS objects;
    FLT_IO_PARAMETER_BLOCK seen;         /* the parameters its pre was given: its post sees the same (F-139) */
};

#define FLT_CHUNK_FRAMES 8
struct flt_frame_chunk {
    struct flt_frame_chunk *next;        /* __atomic: published with release; chunks are never freed */
    struct flt_frame frames[FLT_CHUNK_FRAMES];
};

enum flt_pend {
    FLT_PEND_NONE,       /* a callback runs */
    FLT_PEND_RETURNED,   /* it returned "pending"; whoever completes goes on */
    FLT_PEND_COMPLETED,  /* completed before it returned; the callback's thread goes on */
};

struct flt_callback {
    FLT_CALLBACK_DATA data;              /* first */
    enum flt_callback_kind kind;
    struct io_operation *op;
    ULONG flags;                         /* Data->Flags as it has to be */
    PFLT_VOLUME volume;                  /* where it entered */
    struct flt_stack *stack;             /* the array it walks */
    unsigned slot;
    unsigned next;                       /* next level of the slot to call */
    unsigned frame_count;
    struct flt_frame *frame;             /* whose callback runs or has it pended; NULL below */
    struct flt_walker *home;             /* creates end in the thread that sent them */
    uint32_t pend;                       /* __atomic: enum flt_pend */
    NTSTATUS pend_status;                /* the completer's FLT_PREOP_CALLBACK_STATUS */
    PVOID pend_context;
    PMDL locked_mdls;                    /* made by FltLockUserBuffer: freed at the end */
    struct flt_status_request *status_requests;
    PFLT_COMPLETE_CANCELED_CALLBACK cancel_routine; /* cancel.c */
    PFLT_CALLBACK_DATA_QUEUE queue;      /* queue.c: where the filter has it queued; under that queue's lock */
    PFLT_CALLBACK_DATA_QUEUE_IO_CONTEXT queue_context;
    bool post;                           /* on the way up */
    bool linked;                         /* in the global list */
    struct flt_callback *all_next;
    struct flt_frame_chunk first;

    PFLT_INSTANCE initiator;             /* OWN: the instance it was allocated for; pinned */
    FLT_IO_PARAMETER_BLOCK iopb;         /* OWN, DRAINED: Data->Iopb */
    uint32_t own_state;                  /* OWN: performing */
    PFLT_COMPLETED_ASYNC_IO_CALLBACK async_callback;
    PVOID async_context;
};

/* What drivers see as const members, the filter manager writes. */
static inline void flt_set(const void *member, const void *value)
{
    *(const void **)member = value;
}

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

/* Frame n of an operation; grows by chunks. NULL without memory. */
struct flt_frame *flt_frame_further(struct flt_callback *cb, unsigned n);
static inline struct flt_frame *flt_frame_at(struct flt_callback *cb, unsigned n)
{
    return n < FLT_CHUNK_FRAMES ? &cb->first.frames[n] : flt_frame_further(cb, n);
}

static inline uintptr_t flt_frame_word(PFLT_INSTANCE instance, enum flt_frame_state state)
{
    return (uintptr_t)instance | state;
}

/* The dispatch routine of the filter manager's device. */
NTSTATUS flt_dispatch(struct io_device *device, struct io_operation *op);
/* Goes on with an operation whose pended callback was completed, in the calling thread. */
void flt_resume_pre(struct flt_callback *cb, FLT_PREOP_CALLBACK_STATUS status, PVOID context);
void flt_resume_post(struct flt_callback *cb);
/* Every block there ever was (drain.c). */
struct flt_callback *flt_callback_all(void);

/* Calls the draining post of every operation that waits for `instance`, cancels those that cannot be drained, and waits until none of
 * its callbacks runs, nothing is pended in it and what it started is back (F-092, F-095, F-157 to F-165). */
void flt_drain(PFLT_INSTANCE instance);

/* "IRP_MJ_CREATE", or NULL. */
const char *flt_major_name(UCHAR major);

/* F-170: asynchronous post callbacks run as if at DISPATCH_LEVEL. */
extern bool flt_dispatch_posts;

/* Where the operation's data is; any pointer may be NULL. False when it has none (F-230). */
bool flt_decode(PFLT_IO_PARAMETER_BLOCK iopb, PMDL **mdl, PVOID **buffer, PULONG *length, LOCK_OPERATION *access);

#endif
