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
#include "fltmgr/walk.h"
#include "fltmgr/hooks.h"
#include "rtl/hot.h"

#include <stdlib.h>
#include <string.h>

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

OFM_HOT struct flt_frame *flt_frame_further(struct flt_callback *cb, unsigned n)
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

/* ---- walkers ---- */

void flt_make_ready(struct flt_walker *w)
{
    if (w->ready)
        return;
    KeInitializeEvent(&w->resume, SynchronizationEvent, FALSE);
    w->ready = true;
}

enum where flt_let_go(struct flt_callback *cb, struct flt_walker *w)
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
OFM_HOT static void at_bottom(struct io_operation *op)
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

OFM_HOT static enum where call_lower(struct flt_callback *cb, struct flt_walker *w)
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
        return flt_let_go(cb, w);
    io_pop_frame(op);
    op->iosb.Status = status;
    at_bottom(op);
    return UP;
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

OFM_HOT static void end_operation(struct flt_callback *cb, struct flt_walker *w)
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

OFM_HOT static void run(struct flt_callback *cb, struct flt_walker *w, enum where where)
{
    for (;;) {
        switch (where) {
        case DOWN:
            where = flt_go_down(cb, w);
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
            where = flt_go_up(cb, w);
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
    run(cb, &w, flt_after_pre(cb, frame, status, &w));
}

void flt_resume_post(struct flt_callback *cb)
{
    struct flt_walker w = {.answered = true};
    struct flt_frame *frame = cb->frame;
    run(cb, &w, flt_after_finished_post(cb, frame));
}

/* No filter takes part: only names have to be told. */
static void lower_completed_unseen(struct io_operation *op, void *context)
{
    at_bottom(op);
    io_complete(op);
}

OFM_HOT static NTSTATUS pass_unseen(struct io_device *device, struct io_operation *op)
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

OFM_HOT static struct flt_callback *start(struct io_operation *op, PFLT_VOLUME volume, unsigned slot)
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

OFM_HOT NTSTATUS flt_dispatch(struct io_device *device, struct io_operation *op)
{
    UCHAR major = op->iopb.MajorFunction;
    if (__builtin_expect(!flt_slot_valid(major), 0))
        return op->iosb.Status = STATUS_INVALID_DEVICE_REQUEST;
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
        flt_make_ready(&w);
        cb->home = &w;
        w.owned = 1; /* the end itself */
    }
    run(cb, &w, DOWN);
    return w.answered ? STATUS_PENDING : op->iosb.Status;
}
