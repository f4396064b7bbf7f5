/*
 * Teardown's wait for an instance's callbacks. `going` and `waiting` are set and a grace period has passed: every callback
 * that runs, or will still run, stands in a frame of some block, and tells when it ends. Blocks are scanned as often as
 * somebody tells: operations that owe a post are drained (F-157), those that cannot be are cancelled (F-161).
 */
#include "fltmgr/callback.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/rcu.h"

#include <stdlib.h>
#include <string.h>

struct drained {
    struct flt_callback copy;
    FLT_RELATED_OBJECTS objects;
    const struct flt_entry *entry;
    PVOID completion_context;
};

/* F-158, F-160: what the draining post gets. The frame is DRAINING: nobody else touches it. */
static void copy_operation(struct drained *d, const struct flt_callback *cb, const struct flt_frame *frame)
{
    memset(d, 0, sizeof *d);
    struct flt_callback *copy = &d->copy;
    copy->kind = FLT_CALLBACK_DRAINED;
    copy->iopb = frame->seen;
    copy->flags = cb->flags | FLTFL_CALLBACK_DATA_DRAINING_IO | FLTFL_CALLBACK_DATA_POST_OPERATION;
    copy->data.Flags = copy->flags;
    flt_set(&copy->data.Iopb, &copy->iopb);
    flt_set(&copy->data.Thread, cb->op->thread);
    copy->data.RequestorMode = cb->op->mode;
    copy->data.IoStatus.Status = STATUS_FLT_POST_OPERATION_CLEANUP;
    copy->post = true;
    memcpy(&d->objects, &frame->objects, sizeof d->objects);
    d->entry = frame->entry;
    d->completion_context = frame->completion_context;
}

static void call_draining_post(struct drained *d, PFLT_INSTANCE instance)
{
    struct ke_scope outer = ke_callback_enter(instance->filter->driver_name, "PostOperation (draining)", flt_major_name(d->entry->major));
    FLT_POSTOP_CALLBACK_STATUS status =
        d->entry->post(&d->copy.data, &d->objects, d->completion_context, FLTFL_POST_OPERATION_DRAINING);
    ke_callback_leave(outer);
    if (status != FLT_POSTOP_FINISHED_PROCESSING)
        ke_report(instance->filter->driver_name, "PostOperation", "%s: a draining post must return FLT_POSTOP_FINISHED_PROCESSING (F-158)",
            flt_major_name(d->entry->major));
}

/* The operation comes back by itself, sooner now. The frame is DRAINING and becomes WAITING again before the routine runs, which
 * may complete the operation in this thread. */
static void cancel_instead(struct flt_callback *cb, struct flt_frame *frame, PFLT_INSTANCE instance)
{
    struct io_operation *op = cb->op;
    void (*routine)(struct io_operation *, void *);
    void *context;
    bool call = io_cancel_begin(op, &routine, &context);
    __atomic_store_n(&frame->word, flt_frame_word(instance, FLT_FRAME_WAITING), __ATOMIC_RELEASE);
    if (call)
        routine(op, context);
}

static void drain_frame(struct flt_callback *cb, struct flt_frame *frame, PFLT_INSTANCE instance)
{
    uintptr_t waiting = flt_frame_word(instance, FLT_FRAME_WAITING);
    if (!__atomic_compare_exchange_n(&frame->word, &waiting, flt_frame_word(instance, FLT_FRAME_DRAINING), false, __ATOMIC_ACQ_REL,
            __ATOMIC_ACQUIRE))
        return;
    if (frame->swapped) {
        cancel_instead(cb, frame, instance);
        return;
    }
    struct drained *d = frame->wants_post ? malloc(sizeof *d) : NULL;
    if (d)
        copy_operation(d, cb, frame);
    __atomic_store_n(&frame->word, flt_frame_word(instance, FLT_FRAME_DRAINED), __ATOMIC_RELEASE);
    if (d)
        call_draining_post(d, instance);
    free(d);
}

struct scan {
    unsigned busy;          /* its callbacks that run or are pended, or cannot be drained */
    const char *operation;  /* one of them */
    const char *what;
};

static void scan_frame(struct flt_callback *cb, struct flt_frame *frame, PFLT_INSTANCE instance, struct scan *scan)
{
    uintptr_t word = __atomic_load_n(&frame->word, __ATOMIC_ACQUIRE);
    if ((PFLT_INSTANCE)(word & ~(uintptr_t)FLT_FRAME_STATE_MASK) != instance)
        return;
    if ((word & FLT_FRAME_STATE_MASK) == FLT_FRAME_WAITING) {
        drain_frame(cb, frame, instance);
        word = __atomic_load_n(&frame->word, __ATOMIC_ACQUIRE);
        if ((PFLT_INSTANCE)(word & ~(uintptr_t)FLT_FRAME_STATE_MASK) != instance)
            return;
    }
    switch (word & FLT_FRAME_STATE_MASK) {
    case FLT_FRAME_PRE:
        scan->what = "a pre callback runs, or an operation is pended in it";
        break;
    case FLT_FRAME_POST:
        scan->what = "a post callback runs, or an operation is pended in it";
        break;
    case FLT_FRAME_WAITING:
    case FLT_FRAME_DRAINING:
        scan->what = "an operation with a replaced buffer is below (F-161)";
        break;
    default:
        return;
    }
    scan->busy++;
}

static struct scan scan_all(PFLT_INSTANCE instance)
{
    struct scan scan = {0};
    for (struct flt_callback *cb = flt_callback_all(); cb; cb = cb->all_next)
        for (struct flt_frame_chunk *chunk = &cb->first; chunk; chunk = __atomic_load_n(&chunk->next, __ATOMIC_ACQUIRE))
            for (unsigned i = 0; i < FLT_CHUNK_FRAMES; i++)
                scan_frame(cb, &chunk->frames[i], instance, &scan);
    return scan;
}

static void remind(PFLT_INSTANCE instance, const struct scan *scan)
{
    uint32_t started = __atomic_load_n(&instance->outstanding, __ATOMIC_SEQ_CST);
    if (scan->busy)
        ke_report(instance->filter->driver_name, "InstanceTeardown", "still waits on instance \"%s\": %u times %s (F-095)",
            flt_instance_text(instance), scan->busy, scan->what);
    else
        ke_report(instance->filter->driver_name, "InstanceTeardown", "still waits on instance \"%s\": %u operations it started are not back (F-164)",
            flt_instance_text(instance), started);
}

void flt_drain(PFLT_INSTANCE instance)
{
    LARGE_INTEGER after = {.QuadPart = -flt_remind_after};
    for (;;) {
        KeClearEvent(&instance->idle);
        struct scan scan = scan_all(instance);
        if (!scan.busy && !__atomic_load_n(&instance->outstanding, __ATOMIC_SEQ_CST))
            return;
        if (ke_wait_one(&instance->idle, &after, NULL) == STATUS_TIMEOUT)
            remind(instance, &scan);
    }
}
