/*
 * The walk of one operation: pre callbacks down, the file system, post callbacks up. Whoever holds the operation walks; a
 * walker that pends it lets go of it, and whoever completes it goes on with a walker of its own. Frames that must finish in
 * a certain thread (F-148, and all of a create: F-137) are owned by that thread's walker, which waits for them.
 *
 *      pre --WITH_CALLBACK--> WAITING --the operation comes back--> POST --FINISHED--> DONE
 *       |  \--NO_CALLBACK, COMPLETE ...--> DONE         \--a teardown--> DRAINING --> DRAINED
 *       \--PENDING (still PRE) --FltCompletePendedPreOperation--> as returned
 *
 * A frame's state changes inside an RCU section in which the instance's `going` or `waiting` is read: a teardown that set
 * them and let a grace period pass knows every callback that runs (drain.c). No lock, no counter is shared on the way.
 */
#include "fltmgr/callback.h"
#include "fltmgr/hooks.h"
#include "fltmgr/stack.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/rcu.h"

#include <assert.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum where { DOWN, BOTTOM, UP, AWAY };

bool flt_dispatch_posts;
static struct flt_callback *all_callbacks; /* __atomic: push only */

/* ---- blocks and frames ---- */

struct flt_callback *flt_callback_all(void)
{
    return __atomic_load_n(&all_callbacks, __ATOMIC_ACQUIRE);
}

static struct flt_callback *new_block(struct io_operation *op)
{
    struct flt_callback *cb = aligned_alloc(64, (sizeof *cb + 63) & ~63ul);
    if (!cb)
        return NULL;
    memset(cb, 0, sizeof *cb);
    cb->linked = true;
    cb->all_next = __atomic_load_n(&all_callbacks, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&all_callbacks, &cb->all_next, cb, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        ;
    op->filter_cache = cb;
    return cb;
}

struct flt_frame *flt_frame_at(struct flt_callback *cb, unsigned n)
{
    struct flt_frame_chunk *chunk = &cb->first;
    for (; n >= FLT_CHUNK_FRAMES; n -= FLT_CHUNK_FRAMES) {
        struct flt_frame_chunk *next = __atomic_load_n(&chunk->next, __ATOMIC_RELAXED);
        if (!next) {
            next = calloc(1, sizeof *next);
            if (!next)
                return NULL;
            __atomic_store_n(&chunk->next, next, __ATOMIC_RELEASE);
        }
        chunk = next;
    }
    return &chunk->frames[n];
}

/* ---- a frame's states ---- */

/* False when the instance is being torn down: no new pre callback (F-093). */
static inline bool enter_pre(struct flt_frame *frame, PFLT_INSTANCE instance)
{
    ke_rcu_read_lock();
    bool may = !__atomic_load_n(&instance->going, __ATOMIC_ACQUIRE);
    if (may)
        __atomic_store_n(&frame->word, flt_frame_word(instance, FLT_FRAME_PRE), __ATOMIC_RELEASE);
    ke_rcu_read_unlock();
    return may;
}

static inline void leave(struct flt_frame *frame, PFLT_INSTANCE instance, enum flt_frame_state state)
{
    ke_rcu_read_lock();
    __atomic_store_n(&frame->word, flt_frame_word(instance, state), __ATOMIC_RELEASE);
    bool wake = __atomic_load_n(&instance->waiting, __ATOMIC_ACQUIRE);
    ke_rcu_read_unlock();
    if (__builtin_expect(wake, 0))
        KeSetEvent(&instance->idle, IO_NO_INCREMENT, FALSE);
}

/* False when a teardown has called the post callback already (F-159). */
static inline bool claim_post(struct flt_frame *frame, PFLT_INSTANCE instance)
{
    uintptr_t waiting = flt_frame_word(instance, FLT_FRAME_WAITING);
    for (;;) {
        uintptr_t old = waiting;
        if (__atomic_compare_exchange_n(&frame->word, &old, flt_frame_word(instance, FLT_FRAME_POST), false, __ATOMIC_ACQ_REL,
                __ATOMIC_ACQUIRE))
            return true;
        if ((old & FLT_FRAME_STATE_MASK) == FLT_FRAME_DRAINED)
            return false;
        sched_yield(); /* DRAINING: the teardown copies the frame, a few hundred bytes */
    }
}

static PFLT_INSTANCE frame_instance(const struct flt_frame *frame)
{
    return frame->objects.Instance;
}

/* ---- walkers ---- */

static void make_ready(struct flt_walker *w)
{
    if (w->ready)
        return;
    KeInitializeEvent(&w->resume, SynchronizationEvent, FALSE);
    w->ready = true;
}

/* The operation is somebody else's now. Waits when this thread has frames to finish; else the caller is told STATUS_PENDING, and
 * nothing of the operation may be touched. */
static enum where let_go(struct flt_callback *cb, struct flt_walker *w)
{
    if (!w->owned)
        return AWAY;
    struct ke_interrupt *interrupt = ke_self.interrupt;
    if (interrupt && ke_wait_one(&w->resume, NULL, interrupt) != STATUS_SUCCESS) {
        io_cancel(cb->op);
        ke_wait_one(&w->resume, NULL, NULL);
    } else if (!interrupt) {
        ke_wait_one(&w->resume, NULL, NULL);
    }
    return UP;
}

static enum where hand_over(struct flt_walker *owner)
{
    KeSetEvent(&owner->resume, IO_NO_INCREMENT, FALSE);
    return AWAY;
}

/* ---- parameters ---- */

static bool is_class(const struct flt_callback *cb, ULONG class)
{
    return cb->flags & class;
}

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

static const char *driver_of(const struct flt_frame *frame)
{
    return frame_instance(frame)->filter->driver_name;
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

static void undo_redirect(struct flt_callback *cb, struct flt_frame *frame)
{
    flt_stack_release(frame->other_stack);
    frame->other_stack = NULL;
    cb->stack = frame->former_stack;
    cb->next = frame->former_next;
    cb->op->volume = frame->former_volume;
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

/* What the pre changed counts only when it said so (F-186); what it may never change is put back (F-179). */
static void take_changes(struct flt_callback *cb, struct flt_frame *frame)
{
    struct io_operation *op = cb->op;
    bool dirty = cb->data.Flags & FLTFL_CALLBACK_DATA_DIRTY;
    cb->data.Flags = cb->flags;
    flt_set(&cb->data.Iopb, &op->iopb);
    flt_set(&cb->data.Thread, op->thread);
    cb->data.RequestorMode = op->mode;
    if (__builtin_expect(!dirty, 1)) {
        if (__builtin_expect(memcmp(&op->iopb, &frame->seen, sizeof op->iopb), 0))
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

static struct flt_frame *push_frame(struct flt_callback *cb, const struct flt_level *level)
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
    cb->op->iopb.TargetInstance = level->instance;
    frame->seen = cb->op->iopb;
    cb->frame_count++;
    cb->frame = frame;
    return frame;
}

/* A callback leaves as it was entered: same IRQL, same critical and guarded regions. */
struct entry_level {
    KIRQL irql;
    int16_t critical, guarded;
};

static inline struct entry_level entry_level(void)
{
    return (struct entry_level){ke_self.irql, ke_self.critical_depth, ke_self.guarded_depth};
}

static inline void check_level(const struct flt_frame *frame, struct entry_level at, const char *callback)
{
    if (__builtin_expect(ke_self.irql != at.irql || ke_self.critical_depth != at.critical || ke_self.guarded_depth != at.guarded, 0))
        ke_irql_check(at.irql, driver_of(frame), callback);
}

static FLT_PREOP_CALLBACK_STATUS call_pre(struct flt_callback *cb, struct flt_frame *frame)
{
    __atomic_store_n(&cb->pend, FLT_PEND_NONE, __ATOMIC_RELAXED);
    struct entry_level at = entry_level();
    struct ke_scope outer = ke_callback_enter(driver_of(frame), "PreOperation", flt_major_name(frame->entry->major));
    FLT_PREOP_CALLBACK_STATUS status = frame->entry->pre(&cb->data, &frame->objects, &frame->completion_context);
    check_level(frame, at, "PreOperation");
    ke_callback_leave(outer);
    return status;
}

static void refuse(const struct flt_frame *frame, const char *text)
{
    ke_report(driver_of(frame), "PreOperation", "%s: %s", flt_major_name(frame->entry->major), text);
}

/* The operation stays in the frame until its post; `owned` when the post must run in this thread. */
static enum where keep_frame(struct flt_callback *cb, struct flt_frame *frame, struct flt_walker *w, bool owned)
{
    struct flt_walker *owner = cb->home ? cb->home : owned ? w : NULL;
    frame->owner = owner;
    if (owner && owner == w && !cb->home) {
        make_ready(w);
        w->owned++;
    }
    frame->wants_post = frame->entry->post != NULL;
    leave(frame, frame_instance(frame), FLT_FRAME_WAITING);
    return DOWN;
}

/* No post for this filter; the frame only stays when there is something to undo on the way up. */
static enum where drop_frame(struct flt_callback *cb, struct flt_frame *frame, enum where next)
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
static enum where after_pre(struct flt_callback *cb, struct flt_frame *frame, FLT_PREOP_CALLBACK_STATUS status,
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
        return after_pre(cb, frame, FLT_PREOP_SUCCESS_NO_CALLBACK, w);
    }
    if (__atomic_exchange_n(&cb->pend, FLT_PEND_RETURNED, __ATOMIC_ACQ_REL) == FLT_PEND_NONE)
        return let_go(cb, w);
    frame->completion_context = cb->pend_context;
    return after_pre(cb, frame, cb->pend_status, w);
}

static enum where go_down(struct flt_callback *cb, struct flt_walker *w)
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
    return after_pre(cb, frame, status, w);
}

/* ---- the bottom ---- */

static bool renames(const struct io_operation *op)
{
    if (op->iopb.MajorFunction != IRP_MJ_SET_INFORMATION)
        return false;
    switch (op->iopb.Parameters.SetFileInformation.FileInformationClass) {
    case FileRenameInformation:
    case FileRenameInformationEx:
    case FileLinkInformation:
    case FileLinkInformationEx:
    case FileDispositionInformation:
    case FileDispositionInformationEx:
    case FileShortNameInformation:
        return true;
    default:
        return false;
    }
}

/* The base is done with the operation, no post has run: names and handle contexts end here (F-281, F-309). */
static void at_bottom(struct io_operation *op)
{
    if (renames(op) && NT_SUCCESS(op->iosb.Status) && flt_hooks.names_changed)
        flt_hooks.names_changed(op);
    if (op->iopb.MajorFunction == IRP_MJ_CLOSE && op->iopb.TargetFileObject)
        io_context_list_end(&io_file_of(op->iopb.TargetFileObject)->contexts);
}

/* F-227: in the originating thread, with what the lower stack returned. */
static void tell_status(struct flt_status_request *request, NTSTATUS status)
{
    while (request) {
        struct flt_status_request *next = request->next;
        PFLT_FILTER filter = request->objects.Filter;
        struct ke_scope outer = ke_callback_enter(filter->driver_name, "OperationStatusCallback", flt_major_name(request->iopb.MajorFunction));
        request->routine(&request->objects, &request->iopb, status, request->context);
        ke_callback_leave(outer);
        free(request);
        request = next;
    }
}

static void run(struct flt_callback *cb, struct flt_walker *w, enum where where);

static void lower_completed(struct io_operation *op, void *context)
{
    struct flt_callback *cb = context;
    struct flt_walker w = {.answered = true};
    at_bottom(op);
    run(cb, &w, UP);
}

/* Operations that only filters see. */
static bool ends_here(UCHAR major)
{
    return major == IRP_MJ_SHUTDOWN || major == (UCHAR)IRP_MJ_VOLUME_MOUNT || major == (UCHAR)IRP_MJ_VOLUME_DISMOUNT;
}

static enum where call_lower(struct flt_callback *cb, struct flt_walker *w)
{
    struct io_operation *op = cb->op;
    struct io_device *lower = op->volume == cb->volume->io ? cb->volume->device.lower : flt_volume_of(op->volume)->device.lower;
    struct flt_status_request *requests = cb->status_requests;
    cb->frame = NULL;
    cb->post = true;
    if (ends_here(op->iopb.MajorFunction)) {
        op->iosb.Status = STATUS_SUCCESS;
        return UP;
    }
    cb->status_requests = NULL; /* once the operation is away, its block is not this thread's */
    io_push_frame(op, lower_completed, cb);
    NTSTATUS status = io_call(lower, op);
    if (__builtin_expect(requests != NULL, 0))
        tell_status(requests, status);
    if (status == STATUS_PENDING)
        return let_go(cb, w);
    io_pop_frame(op);
    op->iosb.Status = status;
    at_bottom(op);
    return UP;
}

/* ---- up ---- */

static KIRQL post_level(const struct flt_callback *cb, const struct flt_frame *frame)
{
    bool arbitrary = flt_dispatch_posts && !frame->owner && is_class(cb, FLTFL_CALLBACK_DATA_IRP_OPERATION);
    return arbitrary ? DISPATCH_LEVEL : ke_self.irql;
}

static FLT_POSTOP_CALLBACK_STATUS call_post(struct flt_callback *cb, struct flt_frame *frame)
{
    struct io_operation *op = cb->op;
    op->iopb = frame->seen;
    cb->frame = frame;
    cb->data.Flags = cb->flags | FLTFL_CALLBACK_DATA_POST_OPERATION;
    cb->data.IoStatus = op->iosb;
    cb->data.TagData = op->tag_data;
    __atomic_store_n(&cb->pend, FLT_PEND_NONE, __ATOMIC_RELAXED);
    KIRQL old = ke_irql_enter(post_level(cb, frame));
    struct entry_level at = entry_level();
    struct ke_scope outer = ke_callback_enter(driver_of(frame), "PostOperation", flt_major_name(frame->entry->major));
    FLT_POSTOP_CALLBACK_STATUS status = frame->entry->post(&cb->data, &frame->objects, frame->completion_context, 0);
    check_level(frame, at, "PostOperation");
    ke_callback_leave(outer);
    ke_irql_leave(old);
    return status;
}

/* F-155, F-189: status and tag data travel up, nothing else. */
static void take_result(struct flt_callback *cb, struct flt_frame *frame)
{
    struct io_operation *op = cb->op;
    op->iosb = cb->data.IoStatus;
    op->tag_data = cb->data.TagData;
    flt_set(&cb->data.Iopb, &op->iopb);
    flt_set(&cb->data.Thread, op->thread);
    cb->data.RequestorMode = op->mode;
    op->iopb = frame->seen;
}

static enum where finish_frame(struct flt_callback *cb, struct flt_frame *frame)
{
    if (frame->swapped_mdl && !frame->retain_mdl)
        IoFreeMdl(frame->swapped_mdl);
    leave(frame, frame_instance(frame), FLT_FRAME_DONE);
    cb->frame = NULL;
    cb->frame_count--;
    return UP;
}

static enum where after_post(struct flt_callback *cb, struct flt_frame *frame, FLT_POSTOP_CALLBACK_STATUS status, struct flt_walker *w)
{
    bool irp = is_class(cb, FLTFL_CALLBACK_DATA_IRP_OPERATION);
    if (status == FLT_POSTOP_MORE_PROCESSING_REQUIRED && irp) {
        bool early = __atomic_exchange_n(&cb->pend, FLT_PEND_RETURNED, __ATOMIC_ACQ_REL) != FLT_PEND_NONE;
        if (!early)
            return let_go(cb, w);
    } else if (status == FLT_POSTOP_DISALLOW_FSFILTER_IO && frame->entry->major == (UCHAR)IRP_MJ_QUERY_OPEN) {
        cb->data.IoStatus = (IO_STATUS_BLOCK){.Status = STATUS_FLT_DISALLOW_FAST_IO};
    } else if (status != FLT_POSTOP_FINISHED_PROCESSING) {
        ke_report(driver_of(frame), "PostOperation", "%s: returned %d, which this operation cannot have (F-153)",
            flt_major_name(frame->entry->major), (int)status);
    }
    take_result(cb, frame);
    return finish_frame(cb, frame);
}

/* A frame without a post callback to call: it undoes what its pre did. */
static enum where pass_frame(struct flt_callback *cb, struct flt_frame *frame)
{
    cb->op->iopb = frame->seen;
    return finish_frame(cb, frame);
}

static enum where go_up(struct flt_callback *cb, struct flt_walker *w)
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

/* ---- the walk ---- */

static void free_locked(struct flt_callback *cb)
{
    PMDL mdl = cb->locked_mdls;
    cb->locked_mdls = NULL;
    while (mdl) {
        PMDL next = mdl->Next;
        mdl->Next = NULL;
        MmUnlockPages(mdl);
        IoFreeMdl(mdl);
        mdl = next;
    }
}

/* I/O that an instance started, for its teardown (F-095, F-164). */
static void set_out(PFLT_INSTANCE starter)
{
    flt_pin(&starter->object);
    __atomic_add_fetch(&starter->outstanding, 1, __ATOMIC_SEQ_CST);
}

static void came_back(PFLT_INSTANCE starter)
{
    bool last = !__atomic_sub_fetch(&starter->outstanding, 1, __ATOMIC_SEQ_CST);
    if (last && __atomic_load_n(&starter->waiting, __ATOMIC_SEQ_CST))
        KeSetEvent(&starter->idle, IO_NO_INCREMENT, FALSE);
    flt_unpin(&starter->object);
}

static void end_operation(struct flt_callback *cb, struct flt_walker *w)
{
    struct io_operation *op = cb->op;
    if (__builtin_expect(cb->locked_mdls != NULL, 0))
        free_locked(cb);
    if (__builtin_expect(cb->status_requests != NULL, 0)) {
        tell_status(cb->status_requests, op->iosb.Status);
        cb->status_requests = NULL;
    }
    PFLT_INSTANCE starter = op->start_below;
    flt_stack_release(cb->stack);
    cb->stack = NULL;
    op->filter_state = NULL;
    if (starter)
        came_back(starter);
    if (w->answered)
        io_complete(op);
}

static void run(struct flt_callback *cb, struct flt_walker *w, enum where where)
{
    for (;;) {
        switch (where) {
        case DOWN:
            where = go_down(cb, w);
            break;
        case BOTTOM:
            where = call_lower(cb, w);
            break;
        case UP: {
            cb->post = true;
            struct flt_walker *owner = cb->home ? cb->home
                : cb->frame_count ? flt_frame_at(cb, cb->frame_count - 1)->owner : NULL;
            if (owner && owner != w) {
                hand_over(owner);
                return;
            }
            if (!cb->frame_count) {
                end_operation(cb, w);
                return;
            }
            where = go_up(cb, w);
            break;
        }
        case AWAY:
            w->answered = true;
            return;
        }
    }
}

void flt_resume_pre(struct flt_callback *cb, FLT_PREOP_CALLBACK_STATUS status, PVOID context)
{
    struct flt_walker w = {.answered = true};
    struct flt_frame *frame = cb->frame;
    frame->completion_context = context;
    run(cb, &w, after_pre(cb, frame, status, &w));
}

void flt_resume_post(struct flt_callback *cb)
{
    struct flt_walker w = {.answered = true};
    struct flt_frame *frame = cb->frame;
    take_result(cb, frame);
    run(cb, &w, finish_frame(cb, frame));
}

/* No filter takes part: only names have to be told. */
static void lower_completed_unseen(struct io_operation *op, void *context)
{
    at_bottom(op);
    io_complete(op);
}

static NTSTATUS pass_unseen(struct io_device *device, struct io_operation *op)
{
    if (!renames(op))
        return io_call(device->lower, op);
    io_push_frame(op, lower_completed_unseen, NULL);
    NTSTATUS status = io_call(device->lower, op);
    if (status == STATUS_PENDING)
        return status;
    io_pop_frame(op);
    op->iosb.Status = status;
    at_bottom(op);
    return status;
}

static struct flt_callback *start(struct io_operation *op, PFLT_VOLUME volume, unsigned slot)
{
    struct flt_callback *cb = op->filter_cache ? op->filter_cache : new_block(op);
    if (!cb)
        return NULL;
    cb->op = op;
    cb->volume = volume;
    cb->slot = slot;
    cb->next = 0;
    cb->frame_count = 0;
    cb->frame = NULL;
    cb->home = NULL;
    cb->post = false;
    cb->flags = op->callback_flags;
    cb->data.Flags = cb->flags;
    flt_set(&cb->data.Thread, op->thread);
    flt_set(&cb->data.Iopb, &op->iopb);
    cb->data.IoStatus = (IO_STATUS_BLOCK){0};
    cb->data.TagData = NULL;
    memset(cb->data.FilterContext, 0, sizeof cb->data.FilterContext);
    cb->data.RequestorMode = op->mode;
    op->filter_state = cb;
    cb->stack = flt_stack_acquire(volume);
    return cb;
}

NTSTATUS flt_dispatch(struct io_device *device, struct io_operation *op)
{
    UCHAR major = op->iopb.MajorFunction;
    if (!io_volume_wants(device->volume, major) && !ends_here(major))
        return pass_unseen(device, op);
    PFLT_VOLUME volume = device->extension;
    unsigned slot = flt_slot(major);
    struct flt_callback *cb = start(op, volume, slot);
    if (!cb)
        return op->iosb.Status = STATUS_INSUFFICIENT_RESOURCES;
    PFLT_INSTANCE starter = op->start_below;
    if (starter) {
        cb->flags |= FLTFL_CALLBACK_DATA_GENERATED_IO;
        cb->data.Flags = cb->flags;
        cb->next = flt_stack_below(cb->stack, slot, starter);
        set_out(starter);
    }
    struct flt_walker w;
    w.answered = false;
    w.ready = false;
    w.owned = 0;
    if (major == IRP_MJ_CREATE || major == IRP_MJ_CREATE_NAMED_PIPE || major == IRP_MJ_CREATE_MAILSLOT) {
        make_ready(&w);
        cb->home = &w;
        w.owned = 1; /* the end itself */
    }
    run(cb, &w, DOWN);
    return w.answered ? STATUS_PENDING : op->iosb.Status;
}
