/* The way up: post callbacks, their answers, and undoing what the pre callbacks changed (F-152 to F-155, F-189, F-233). */
#include "fltmgr/walk.h"
#include "rtl/hot.h"

static void undo_redirect(struct flt_callback *cb, struct flt_frame *frame)
{
    flt_stack_release(frame->other_stack);
    frame->other_stack = NULL;
    cb->stack = frame->former_stack;
    cb->next = frame->former_next;
    cb->op->volume = frame->former_volume;
}

/* ---- up ---- */

static KIRQL post_level(const struct flt_callback *cb, const struct flt_frame *frame)
{
    bool arbitrary = flt_dispatch_posts && !frame->owner && is_class(cb, FLTFL_CALLBACK_DATA_IRP_OPERATION);
    return arbitrary ? DISPATCH_LEVEL : ke_self.irql;
}

OFM_HOT static FLT_POSTOP_CALLBACK_STATUS call_post(struct flt_callback *cb, struct flt_frame *frame)
{
    struct io_operation *op = cb->op;
    op->iopb = frame->seen;
    cb->frame = frame;
    cb->data.Flags = cb->flags | FLTFL_CALLBACK_DATA_POST_OPERATION;
    io_copy_result(&cb->data.IoStatus, &op->iosb);
    cb->data.TagData = op->tag_data;
    __atomic_store_n(&cb->pend, FLT_PEND_NONE, __ATOMIC_RELAXED);
    KIRQL old = ke_irql_enter(post_level(cb, frame));
    struct ke_scope outer = ke_callback_enter(driver_of(frame), "PostOperation", frame->entry->name);
    FLT_POSTOP_CALLBACK_STATUS status = frame->entry->post(&cb->data, &frame->objects, frame->completion_context, 0);
    ke_callback_leave(outer);
    ke_irql_leave(old);
    return status;
}

/* F-155, F-189: status and tag data travel up, nothing else. */
OFM_HOT static void take_result(struct flt_callback *cb, struct flt_frame *frame)
{
    struct io_operation *op = cb->op;
    io_copy_result(&op->iosb, &cb->data.IoStatus);
    op->tag_data = cb->data.TagData;
    flt_set(&cb->data.Iopb, &op->iopb);
    flt_set(&cb->data.Thread, op->thread);
    cb->data.RequestorMode = op->mode;
    op->iopb = frame->seen;
}

OFM_HOT static enum where finish_frame(struct flt_callback *cb, struct flt_frame *frame)
{
    if (frame->swapped_mdl && !frame->retain_mdl)
        IoFreeMdl(frame->swapped_mdl);
    leave(frame, frame_instance(frame), FLT_FRAME_DONE);
    cb->frame = NULL;
    cb->frame_count--;
    return UP;
}

OFM_HOT enum where flt_after_finished_post(struct flt_callback *cb, struct flt_frame *frame)
{
    take_result(cb, frame);
    return finish_frame(cb, frame);
}

OFM_HOT static enum where after_post(struct flt_callback *cb, struct flt_frame *frame, FLT_POSTOP_CALLBACK_STATUS status, struct flt_walker *w)
{
    bool irp = is_class(cb, FLTFL_CALLBACK_DATA_IRP_OPERATION);
    if (status == FLT_POSTOP_MORE_PROCESSING_REQUIRED && irp) {
        bool early = __atomic_exchange_n(&cb->pend, FLT_PEND_RETURNED, __ATOMIC_ACQ_REL) != FLT_PEND_NONE;
        if (!early)
            return flt_let_go(cb, w);
    } else if (status == FLT_POSTOP_DISALLOW_FSFILTER_IO && frame->entry->major == (UCHAR)IRP_MJ_QUERY_OPEN) {
        cb->data.IoStatus = (IO_STATUS_BLOCK){.Status = STATUS_FLT_DISALLOW_FAST_IO};
    } else if (status != FLT_POSTOP_FINISHED_PROCESSING) {
        ke_report(driver_of(frame), "PostOperation", "%s: returned %d, which this operation cannot have (F-153)",
            flt_major_name(frame->entry->major), (int)status);
    }
    return flt_after_finished_post(cb, frame);
}

/* A frame without a post callback to call: it undoes what its pre did. */
static enum where pass_frame(struct flt_callback *cb, struct flt_frame *frame)
{
    cb->op->iopb = frame->seen;
    return finish_frame(cb, frame);
}

OFM_HOT enum where flt_go_up(struct flt_callback *cb, struct flt_walker *w)
{
    struct flt_frame *frame = flt_frame_at(cb, cb->frame_count - 1);
    if (frame->owner == w && !cb->home)
        w->owned--;
    if (frame->other_stack)
        undo_redirect(cb, frame);
    if (!frame->wants_post)
        return pass_frame(cb, frame);
    if (!claim_post(frame, frame_instance(frame))) {
        cb->op->iopb = frame->seen;
        cb->frame_count--;
        return UP;
    }
    return after_post(cb, frame, call_post(cb, frame), w);
}
