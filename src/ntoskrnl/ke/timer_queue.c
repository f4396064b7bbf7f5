/* The queue of timers: a treap, whose links are TimerListEntry (Flink: the earlier ones, Blink: the later ones). It has no parent links:
 * a timer is found again by its key, the due time and, in Processor, its turn. The heap's order is a hash of the address, so that no order
 * of setting and cancelling makes it deep. Called with the queue's lock held. */
#include "ntoskrnl/ke/timer_queue.h"

#include "ntoskrnl/ke/dispatcher.h"

LIST_ENTRY ke_no_timer;

static PKTIMER timer_of(const LIST_ENTRY *links)
{
    return CONTAINING_RECORD(links, KTIMER, TimerListEntry);
}

static bool is_before(const KTIMER *a, const KTIMER *b)
{
    if (a->DueTime.QuadPart != b->DueTime.QuadPart)
        return a->DueTime.QuadPart < b->DueTime.QuadPart;
    return a->Processor < b->Processor;
}

/* One to one, so that no two timers are equal; timers in an array must not come out in a pattern. */
static ULONGLONG rank(const LIST_ENTRY *links)
{
    ULONGLONG bits = (ULONG_PTR)links;
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111ebu;
    return bits ^ bits >> 31;
}

static LIST_ENTRY **towards(LIST_ENTRY *at, const KTIMER *timer)
{
    return is_before(timer, timer_of(at)) ? &at->Flink : &at->Blink;
}

static PKTIMER first_below(LIST_ENTRY *at)
{
    if (at == &ke_no_timer)
        return NULL;
    while (at->Flink != &ke_no_timer)
        at = at->Flink;
    return timer_of(at);
}

/* 2^32 timers were set. Those that are left and equal get the first turns, in their order: none gets a later one than it had, so that the
 * order holds at each step. */
static void count_turns_anew(struct ke_timer_queue *queue)
{
    ULONG turn = 0;
    ULONGLONG due = 0;
    queue->turn = 0;
    for (PKTIMER timer = queue->first; timer; timer = ke_timer_queue_next(queue, timer)) {
        turn = timer->DueTime.QuadPart == due ? turn : 0;
        due = timer->DueTime.QuadPart;
        timer->Processor = turn++;
        queue->turn = turn > queue->turn ? turn : queue->turn;
    }
}

void ke_timer_queue_insert(struct ke_timer_queue *queue, PKTIMER timer)
{
    LIST_ENTRY *links = &timer->TimerListEntry, **at = &queue->root;
    ULONGLONG own = rank(links);
    if (queue->turn == MAXULONG)
        count_turns_anew(queue);
    timer->Processor = queue->turn++;
    while (*at != &ke_no_timer && rank(*at) > own)
        at = towards(*at, timer);

    /* what stood here is split into those before the timer and those after it */
    LIST_ENTRY *below = *at, **earlier = &links->Flink, **later = &links->Blink;
    *at = links;
    while (below != &ke_no_timer) {
        if (is_before(timer_of(below), timer)) {
            *earlier = below;
            earlier = &below->Blink;
            below = below->Blink;
        } else {
            *later = below;
            later = &below->Flink;
            below = below->Flink;
        }
    }
    *earlier = *later = &ke_no_timer;

    if (!queue->first || is_before(timer, queue->first))
        queue->first = timer;
    queue->count++;
}

void ke_timer_queue_remove(struct ke_timer_queue *queue, PKTIMER timer)
{
    LIST_ENTRY *links = &timer->TimerListEntry, **at = &queue->root;
    LIST_ENTRY *earlier = links->Flink, *later = links->Blink;
    while (*at != links)
        at = towards(*at, timer);
    while (earlier != &ke_no_timer && later != &ke_no_timer) {
        if (rank(earlier) > rank(later)) {
            *at = earlier;
            at = &earlier->Blink;
            earlier = *at;
        } else {
            *at = later;
            at = &later->Flink;
            later = *at;
        }
    }
    *at = earlier != &ke_no_timer ? earlier : later;
    timer->TimerListEntry = (LIST_ENTRY){NULL, NULL};
    if (queue->first == timer)
        queue->first = first_below(queue->root);
    queue->count--;
}

PKTIMER ke_timer_queue_next(const struct ke_timer_queue *queue, PKTIMER timer)
{
    PKTIMER next = NULL;
    for (LIST_ENTRY *at = queue->root; at != &ke_no_timer;) {
        if (is_before(timer, timer_of(at))) {
            next = timer_of(at);
            at = at->Flink;
        } else {
            at = at->Blink;
        }
    }
    return next;
}

/* The memory may hold anything: it is a queued timer when the search for its key ends at itself. */
static bool stands_in(const struct ke_timer_queue *queue, const KTIMER *maybe)
{
    LIST_ENTRY *at = queue->root;
    while (at != &ke_no_timer && at != &maybe->TimerListEntry)
        at = *towards(at, maybe);
    return at != &ke_no_timer;
}

static bool looks_like_timer(const KTIMER *maybe)
{
    return (maybe->Header.Type == KE_TIMER_NOTIFICATION || maybe->Header.Type == KE_TIMER_SYNCHRONIZATION) &&
           maybe->TimerListEntry.Flink && maybe->TimerListEntry.Blink;
}

static PKTIMER search_memory(const struct ke_timer_queue *queue, const char *start, const char *end)
{
    for (; end - start >= (ptrdiff_t)sizeof(KTIMER); start += _Alignof(KTIMER)) {
        PKTIMER maybe = (PKTIMER)(void *)(ULONG_PTR)start;
        if (looks_like_timer(maybe) && stands_in(queue, maybe))
            return maybe;
    }
    return NULL;
}

PKTIMER ke_timer_queue_within(const struct ke_timer_queue *queue, const void *start, const void *end)
{
    const char *from = (const char *)(((ULONG_PTR)start + _Alignof(KTIMER) - 1) & ~(ULONG_PTR)(_Alignof(KTIMER) - 1)), *to = end;
    if (from >= to)
        return NULL;
    if ((size_t)(to - from) / _Alignof(KTIMER) < queue->count)
        return search_memory(queue, from, to);
    for (PKTIMER timer = queue->first; timer; timer = ke_timer_queue_next(queue, timer)) {
        if ((const char *)timer >= from && (const char *)timer < to)
            return timer;
    }
    return NULL;
}
