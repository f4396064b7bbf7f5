/*
 * The instances of a volume as operations walk them: an immutable array for each major code, highest altitude first.
 * A change publishes a new one. Operations find it in an RCU section and hold a striped rundown reference on it until they
 * end; nobody waits for those references, a replaced array is freed by whoever changes the volume next after they are gone.
 */
#ifndef OFM_FLTMGR_STACK_H
#define OFM_FLTMGR_STACK_H

#include "fltmgr/instance.h"
#include "ntoskrnl/ke/rcu.h"
#include "ntoskrnl/ke/rundown.h"

struct flt_level {
    PFLT_INSTANCE instance;
    const struct flt_entry *entry;
    unsigned rank;                 /* place among all instances of the volume, 0 is the highest */
};

struct flt_stack {
    struct ke_rundown rundown;
    struct flt_stack *next_retired;
    bool grace_over;               /* nobody can start to walk it any more */
    unsigned instance_count;
    PFLT_INSTANCE *instances;      /* pinned */
    struct {
        unsigned first, count;     /* in levels */
    } slots[FLT_SLOTS];
    struct flt_level levels[];
};

static inline struct flt_stack *flt_stack_acquire(PFLT_VOLUME volume)
{
    ke_rcu_read_lock();
    struct flt_stack *stack = ke_fetch(volume->stack);
    ke_rundown_acquire(&stack->rundown); /* cannot fail: rundown starts a grace period after the array was replaced */
    ke_rcu_read_unlock();
    return stack;
}

static inline void flt_stack_release(struct flt_stack *stack)
{
    ke_rundown_release(&stack->rundown);
}

/* First level of `slot` that is below `instance`. */
unsigned flt_stack_below(const struct flt_stack *stack, unsigned slot, PFLT_INSTANCE instance);

struct flt_stack *flt_stack_empty(void);
/* Under flt_lock: publishes an array of the volume's ATTACHED instances; the old one is retired. STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS flt_stack_rebuild(PFLT_VOLUME volume);
/* Without flt_lock, after any rebuild: waits for a grace period, frees retired arrays that nobody walks any more. */
void flt_stack_settle(PFLT_VOLUME volume);
/* Last: the volume is gone and no operation is left on it. */
void flt_stack_free_all(PFLT_VOLUME volume);

#endif
