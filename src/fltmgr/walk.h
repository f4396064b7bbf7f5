/* What the files of the walk share: walk.c the way and its ends, pre.c the way down, post.c the way up. */
#ifndef OFM_FLTMGR_WALK_H
#define OFM_FLTMGR_WALK_H

#include "fltmgr/callback.h"
#include "fltmgr/stack.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/rcu.h"

#include <sched.h>

/* What a step leaves to do: the next level, the file system, the newest frame's end, or nothing for this thread. */
enum where { DOWN, BOTTOM, UP, AWAY };

enum where flt_go_down(struct flt_callback *cb, struct flt_walker *w);
enum where flt_after_pre(struct flt_callback *cb, struct flt_frame *frame, FLT_PREOP_CALLBACK_STATUS status, struct flt_walker *w);
enum where flt_go_up(struct flt_callback *cb, struct flt_walker *w);
/* The post is over: takes its status, takes the frame off. */
enum where flt_after_finished_post(struct flt_callback *cb, struct flt_frame *frame);

/* The operation is somebody else's now. Waits when this thread has frames to finish; else the caller is told STATUS_PENDING, and
 * nothing of the operation may be touched. */
enum where flt_let_go(struct flt_callback *cb, struct flt_walker *w);
void flt_make_ready(struct flt_walker *w);

static inline PFLT_INSTANCE frame_instance(const struct flt_frame *frame)
{
    return frame->objects.Instance;
}

static inline const char *driver_of(const struct flt_frame *frame)
{
    return frame_instance(frame)->filter->driver_name;
}

static inline bool is_class(const struct flt_callback *cb, ULONG class)
{
    return cb->flags & class;
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

#endif
