/* The way down: which instances take part, their pre callbacks, and what their answers do (F-131 to F-151, F-171, F-186 to F-191). */
#include "fltmgr/walk.h"
#include "rtl/hot.h"

#include <string.h>

/* ---- parameters ---- */

/* F-131 to F-135 */
static bool skipped(const struct flt_callback *cb, ULONG skip)
{
    const FLT_IO_PARAMETER_BLOCK *iopb = &cb->op->iopb;
    bool irp = is_class(cb, FLTFL_CALLBACK_DATA_IRP_OPERATION);
    bool paging = irp && (iopb->IrpFlags & IRP_PAGING_IO);
    bool cached = !irp || !(iopb->IrpFlags & IRP_NOCACHE);
    bool transfer = iopb->MajorFunction == IRP_MJ_READ || iopb->MajorFunction == IRP_MJ_WRITE;
    if ((skip & FLTFL_OPERATION_REGISTRATION_SKIP_PAGING_IO) && paging)
        return true;
    if ((skip & FLTFL_OPERATION_REGISTRATION_SKIP_CACHED_IO) && transfer && cached)
        return true;
    if ((skip & FLTFL_OPERATION_REGISTRATION_SKIP_NON_CACHED_NON_PAGING_IO) && transfer && !cached && !paging)
        return true;
    return (skip & FLTFL_OPERATION_REGISTRATION_SKIP_NON_DASD_IO)
        && !(iopb->TargetFileObject && (iopb->TargetFileObject->Flags & FO_VOLUME_OPEN));
}

/* F-191: the operation goes on below another instance of the same filter, on its volume. */
static bool redirect(struct flt_callback *cb, struct flt_frame *frame, PFLT_INSTANCE target)
{
    PFLT_INSTANCE from = frame_instance(frame);
    if (!flt_as_instance(target) || target->filter != from->filter
        || flt_altitude_compare(&target->altitude, &from->altitude))
        return false;
    frame->former_stack = cb->stack;
    frame->former_next = cb->next;
    frame->former_volume = cb->op->volume;
    frame->other_stack = flt_stack_acquire(target->volume);
    cb->stack = frame->other_stack;
    cb->next = flt_stack_below(cb->stack, cb->slot, target);
    cb->op->volume = target->volume->io;
    return true;
}

/* The pre replaced the buffer, or only its MDL: F-232, F-233. */
static void note_swap(struct flt_callback *cb, struct flt_frame *frame)
{
    PMDL *old_mdl = NULL, *new_mdl = NULL;
    PVOID *old_buffer = NULL, *new_buffer = NULL;
    if (!flt_decode(&frame->seen, &old_mdl, &old_buffer, NULL, NULL) || !flt_decode(&cb->op->iopb, &new_mdl, &new_buffer, NULL, NULL))
        return;
    bool buffer_changed = old_buffer && new_buffer && *old_buffer != *new_buffer;
    bool mdl_changed = old_mdl && new_mdl && *old_mdl != *new_mdl;
    if (!buffer_changed && !mdl_changed)
        return;
    frame->swapped = true;
    frame->swapped_mdl = mdl_changed ? *new_mdl : NULL;
}

/* A word at a time: some have just been stored, and what loads more than was stored at once waits for it. */
static bool same_parameters(const FLT_IO_PARAMETER_BLOCK *a, const FLT_IO_PARAMETER_BLOCK *b)
{
    _Static_assert(sizeof *a % sizeof(uint64_t) == 0, "whole words");
    const uint64_t *x = (const uint64_t *)a, *y = (const uint64_t *)b;
    for (size_t i = 0; i < sizeof *a / sizeof *x; i++) {
        if (x[i] != y[i])
            return false;
    }
    return true;
}

/* What the pre changed counts only when it said so (F-186); what it may never change is put back (F-179). */
OFM_HOT static void take_changes(struct flt_callback *cb, struct flt_frame *frame)
{
    struct io_operation *op = cb->op;
    bool dirty = cb->data.Flags & FLTFL_CALLBACK_DATA_DIRTY;
    cb->data.Flags = cb->flags;
    flt_set(&cb->data.Iopb, &op->iopb);
    flt_set(&cb->data.Thread, op->thread);
    cb->data.RequestorMode = op->mode;
    if (__builtin_expect(!dirty, 1)) {
        if (__builtin_expect(!same_parameters(&op->iopb, &frame->seen), 0))
            op->iopb = frame->seen;
        return;
    }
    op->iopb.MajorFunction = frame->seen.MajorFunction;
    op->iopb.Reserved = frame->seen.Reserved;
    note_swap(cb, frame);
    if (op->iopb.TargetInstance != frame->seen.TargetInstance && !redirect(cb, frame, op->iopb.TargetInstance)) {
        ke_report(driver_of(frame), "PreOperation", "TargetInstance %p is not this filter's instance at the same altitude (F-191)",
            (void *)op->iopb.TargetInstance);
        op->iopb.TargetInstance = frame->seen.TargetInstance;
    }
}

/* ---- down ---- */

OFM_HOT static struct flt_frame *push_frame(struct flt_callback *cb, const struct flt_level *level)
{
    struct flt_frame *frame = flt_frame_at(cb, cb->frame_count);
    if (!frame)
        return NULL;
    frame->entry = level->entry;
    frame->completion_context = NULL;
    frame->owner = NULL;
    frame->swapped_mdl = NULL;
    frame->other_stack = NULL;
    frame->wants_post = false;
    frame->swapped = false;
    frame->retain_mdl = false;
    memcpy(&frame->objects, &level->instance->objects, sizeof frame->objects);
    flt_set(&frame->objects.FileObject, cb->op->iopb.TargetFileObject);
    if (__builtin_expect(cb->op->transaction != NULL, 0))
        flt_set(&frame->objects.Transaction, cb->op->transaction->TransactionObject);
    frame->seen = cb->op->iopb; /* then the instance, in both: a copy that follows a store waits for it */
    frame->seen.TargetInstance = level->instance;
    cb->op->iopb.TargetInstance = level->instance;
    cb->frame_count++;
    cb->frame = frame;
    return frame;
}

OFM_HOT static FLT_PREOP_CALLBACK_STATUS call_pre(struct flt_callback *cb, struct flt_frame *frame)
{
    __atomic_store_n(&cb->pend, FLT_PEND_NONE, __ATOMIC_RELAXED);
    struct ke_scope outer = ke_callback_enter(driver_of(frame), "PreOperation", frame->entry->name);
    FLT_PREOP_CALLBACK_STATUS status = frame->entry->pre(&cb->data, &frame->objects, &frame->completion_context);
    ke_callback_leave(outer);
    return status;
}

static void refuse(const struct flt_frame *frame, const char *text)
{
    ke_report(driver_of(frame), "PreOperation", "%s: %s", flt_major_name(frame->entry->major), text);
}

/* The operation stays in the frame until its post; `owned` when the post must run in this thread. */
OFM_HOT static enum where keep_frame(struct flt_callback *cb, struct flt_frame *frame, struct flt_walker *w, bool owned)
{
    struct flt_walker *owner = cb->home ? cb->home : owned ? w : NULL;
    frame->owner = owner;
    if (owner && owner == w && !cb->home) {
        flt_make_ready(w);
        w->owned++;
    }
    frame->wants_post = frame->entry->post != NULL;
    leave(frame, frame_instance(frame), FLT_FRAME_WAITING);
    return DOWN;
}

/* No post for this filter; the frame only stays when there is something to undo on the way up. */
OFM_HOT static enum where drop_frame(struct flt_callback *cb, struct flt_frame *frame, enum where next)
{
    if (frame->completion_context) {
        refuse(frame, "left a completion context without a post callback to free it (F-142, F-145)");
        frame->completion_context = NULL;
    }
    if (frame->swapped)
        refuse(frame, "replaced the buffer without a post callback (F-232)");
    leave(frame, frame_instance(frame), FLT_FRAME_DONE);
    if (!frame->other_stack && !frame->swapped_mdl)
        cb->frame_count--;
    cb->frame = NULL;
    return next;
}

/* The other kind than SyncTypeCreateSection. */
static bool only_synchronizes(const struct io_operation *op)
{
    return op->iopb.MajorFunction == (UCHAR)IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION
        && op->iopb.Parameters.AcquireForSectionSynchronization.SyncType == SyncTypeOther;
}

/* F-145 to F-147: the filter's status is the operation's. */
static enum where completed_by_filter(struct flt_callback *cb, struct flt_frame *frame)
{
    struct io_operation *op = cb->op;
    op->iosb = cb->data.IoStatus;
    op->tag_data = cb->data.TagData;
    op->completed_by_filter = true;
    if (op->iosb.Status == STATUS_PENDING || op->iosb.Status == STATUS_FLT_DISALLOW_FAST_IO) {
        refuse(frame, "completed with a status that means nothing here (F-146)");
        op->iosb.Status = STATUS_UNSUCCESSFUL;
    }
    if ((frame->entry->major == IRP_MJ_CLEANUP || frame->entry->major == IRP_MJ_CLOSE) && !NT_SUCCESS(op->iosb.Status)) {
        refuse(frame, "cannot be failed (F-146)");
        op->iosb.Status = STATUS_SUCCESS;
    }
    if (only_synchronizes(op) && !NT_SUCCESS(op->iosb.Status)) {
        refuse(frame, "cannot be failed for SyncTypeOther (F-240)");
        op->iosb.Status = STATUS_SUCCESS;
    }
    return drop_frame(cb, frame, UP);
}

/* F-149: these never wait in the pre's thread. */
static bool may_synchronize(const struct flt_callback *cb)
{
    const FLT_IO_PARAMETER_BLOCK *iopb = &cb->op->iopb;
    switch (iopb->MajorFunction) {
    case IRP_MJ_LOCK_CONTROL:
        return iopb->MinorFunction != IRP_MN_LOCK;
    case IRP_MJ_DIRECTORY_CONTROL:
        return iopb->MinorFunction == IRP_MN_QUERY_DIRECTORY;
    case IRP_MJ_FILE_SYSTEM_CONTROL: {
        ULONG code = iopb->Parameters.FileSystemControl.Common.FsControlCode;
        return code != FSCTL_REQUEST_OPLOCK_LEVEL_1 && code != FSCTL_REQUEST_OPLOCK_LEVEL_2 && code != FSCTL_REQUEST_BATCH_OPLOCK
            && code != FSCTL_REQUEST_FILTER_OPLOCK && code != FSCTL_REQUEST_OPLOCK;
    }
    default:
        return true;
    }
}

static enum where synchronize(struct flt_callback *cb, struct flt_frame *frame, struct flt_walker *w)
{
    bool may = is_class(cb, FLTFL_CALLBACK_DATA_IRP_OPERATION) && may_synchronize(cb);
    if (!may && is_class(cb, FLTFL_CALLBACK_DATA_IRP_OPERATION))
        refuse(frame, "cannot be synchronized (F-149)");
    return keep_frame(cb, frame, w, may);
}

static enum where disallow(struct flt_callback *cb, struct flt_frame *frame, bool legal)
{
    if (!legal) {
        refuse(frame, "disallows a form this operation does not have (F-144, F-150)");
        return drop_frame(cb, frame, DOWN);
    }
    cb->op->iosb = (IO_STATUS_BLOCK){.Status = STATUS_FLT_DISALLOW_FAST_IO};
    cb->op->completed_by_filter = true;
    return drop_frame(cb, frame, UP);
}

/* What a pre returned, or what FltCompletePendedPreOperation said instead. */
OFM_HOT enum where flt_after_pre(struct flt_callback *cb, struct flt_frame *frame, FLT_PREOP_CALLBACK_STATUS status,
    struct flt_walker *w)
{
    take_changes(cb, frame);
    switch (status) {
    case FLT_PREOP_SUCCESS_WITH_CALLBACK:
        if (frame->entry->post)
            return keep_frame(cb, frame, w, false);
        refuse(frame, "asks for a post callback that is not registered (F-141)");
        return drop_frame(cb, frame, DOWN);
    case FLT_PREOP_SUCCESS_NO_CALLBACK:
        return drop_frame(cb, frame, DOWN);
    case FLT_PREOP_COMPLETE:
        return completed_by_filter(cb, frame);
    case FLT_PREOP_SYNCHRONIZE:
        if (frame->entry->post)
            return synchronize(cb, frame, w);
        refuse(frame, "synchronizes without a post callback (F-148)");
        return drop_frame(cb, frame, DOWN);
    case FLT_PREOP_DISALLOW_FASTIO:
        return disallow(cb, frame, is_class(cb, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION)
            && frame->entry->major != (UCHAR)IRP_MJ_VOLUME_MOUNT && frame->entry->major != (UCHAR)IRP_MJ_VOLUME_DISMOUNT);
    case FLT_PREOP_DISALLOW_FSFILTER_IO:
        return disallow(cb, frame, frame->entry->major == (UCHAR)IRP_MJ_QUERY_OPEN);
    default:
        refuse(frame, "returned no status that a pre callback may return");
        return drop_frame(cb, frame, DOWN);
    }
}

/* The pre returned PENDING: unless it was completed already, the completer goes on (F-143, F-172). */
static enum where pended_pre(struct flt_callback *cb, struct flt_frame *frame, struct flt_walker *w)
{
    if (!is_class(cb, FLTFL_CALLBACK_DATA_IRP_OPERATION)) {
        refuse(frame, "only an IRP operation can be pended (F-143)");
        cb->data.Flags &= ~FLTFL_CALLBACK_DATA_DIRTY;
        return flt_after_pre(cb, frame, FLT_PREOP_SUCCESS_NO_CALLBACK, w);
    }
    if (__atomic_exchange_n(&cb->pend, FLT_PEND_RETURNED, __ATOMIC_ACQ_REL) == FLT_PEND_NONE)
        return flt_let_go(cb, w);
    frame->completion_context = cb->pend_context;
    return flt_after_pre(cb, frame, cb->pend_status, w);
}

OFM_HOT enum where flt_go_down(struct flt_callback *cb, struct flt_walker *w)
{
    if (cb->next == cb->stack->slots[cb->slot].count)
        return BOTTOM;
    const struct flt_level *level = &cb->stack->levels[cb->stack->slots[cb->slot].first + cb->next++];
    if (__builtin_expect(level->entry->flags, 0) && skipped(cb, level->entry->flags))
        return DOWN;
    struct flt_frame *frame = push_frame(cb, level);
    if (!frame) {
        cb->op->iosb = (IO_STATUS_BLOCK){.Status = STATUS_INSUFFICIENT_RESOURCES};
        return UP;
    }
    if (!enter_pre(frame, level->instance)) {
        cb->frame_count--;
        cb->frame = NULL;
        return DOWN;
    }
    if (!level->entry->pre) /* F-129 */
        return keep_frame(cb, frame, w, false);
    FLT_PREOP_CALLBACK_STATUS status = call_pre(cb, frame);
    if (status == FLT_PREOP_PENDING)
        return pended_pre(cb, frame, w);
    if (__atomic_load_n(&cb->pend, __ATOMIC_RELAXED) != FLT_PEND_NONE)
        refuse(frame, "completed a pended operation, but did not return FLT_PREOP_PENDING (F-175)");
    return flt_after_pre(cb, frame, status, w);
}
