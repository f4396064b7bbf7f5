/* The timers that are set, by due time; equal ones in the order in which they were set. A treap in the timers' own fields: setting and
 * cancelling cost O(log n) and no memory. No lock of its own: timer.c's queue_lock guards its only queue. */
#ifndef OFM_KE_TIMER_QUEUE_H
#define OFM_KE_TIMER_QUEUE_H

#include <stdbool.h>

#include "ntoskrnl/ke/ke.h"

struct ke_timer_queue {
    LIST_ENTRY *root;
    PKTIMER first;
    ULONG count;
    ULONG turn; /* of the next timer: what orders equal due times */
};

extern LIST_ENTRY ke_no_timer; /* the leaf below all: a queued timer's links are never NULL */
#define KE_TIMER_QUEUE_EMPTY {.root = &ke_no_timer}

/* The timer's DueTime is its place until it is removed. */
void ke_timer_queue_insert(struct ke_timer_queue *queue, PKTIMER timer);
void ke_timer_queue_remove(struct ke_timer_queue *queue, PKTIMER timer);

/* Whether a timer that KeInitializeTimer has seen stands in a queue. */
static inline bool ke_timer_is_queued(PKTIMER timer)
{
    return timer->TimerListEntry.Flink != NULL;
}

/* The one after TIMER, NULL: none. queue->first is the first, NULL: none. */
PKTIMER ke_timer_queue_next(const struct ke_timer_queue *queue, PKTIMER timer);

/* A queued timer that begins in the memory, NULL: none. Looks at the fewer of its words and the queue's timers. */
PKTIMER ke_timer_queue_within(const struct ke_timer_queue *queue, const void *start, const void *end);

#endif
