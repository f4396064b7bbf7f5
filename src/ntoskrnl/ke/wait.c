/* Waiting for dispatcher objects. A waiter stands on its thread's stack; whoever signals an object claims a waiter by
 * compare-and-swap, consumes the object for it and wakes it, all under the object's stripe lock. A WaitAll waiter is
 * examined with every stripe locked. */
#include "ntoskrnl/ke/dispatcher.h"

#include "ntoskrnl/ke/lock.h"
#include "rtl/hot.h"

#define STRIPES 64
#define ALL_STRIPES (~UINT64_C(0))

/* KICKED: an APC is to run first; nobody can claim the waiter, which begins anew afterwards. */
enum waiter_state { WAITING = KE_WAIT_WAITING, CLAIMED, DONE, GAVE_UP, KICKED = KE_WAIT_KICKED };

struct waiter {
    uint32_t state;              /* futex; enum waiter_state */
    NTSTATUS status;             /* valid when DONE */
    ULONG count;
    WAIT_TYPE type;
    PVOID const *objects;
    struct ke_thread *thread;
    struct ke_interrupt *interrupt;
    struct wait_block *blocks;   /* count + 1 */
};

/* Shares its first members with ke_watch: waiter is NULL there. */
struct wait_block {
    LIST_ENTRY links;
    struct waiter *waiter;
    ULONG index;
    bool linked;
};

_Static_assert(offsetof(struct ke_watch, reserved) == offsetof(struct wait_block, waiter), "a watch is a wait block");

static struct {
    _Alignas(64) uint32_t lock;
} stripes[STRIPES];

static uint32_t owned_lock; /* every thread's list of owned mutexes */

static ke_stripes stripe_of(const void *object)
{
    uintptr_t address = (uintptr_t)object >> 4;
    return UINT64_C(1) << ((address ^ (address >> 6) ^ (address >> 12)) % STRIPES);
}

static void lock_stripes(ke_stripes wanted)
{
    for (ke_stripes left = wanted; left; left &= left - 1)
        ke_lock(&stripes[__builtin_ctzl(left)].lock);
}

void ke_dispatcher_unlock(ke_stripes held)
{
    for (; held; held &= held - 1)
        ke_unlock(&stripes[__builtin_ctzl(held)].lock);
}

static bool has_wait_all(DISPATCHER_HEADER *header)
{
    for (LIST_ENTRY *at = header->WaitListHead.Flink; at != &header->WaitListHead; at = at->Flink) {
        struct wait_block *block = CONTAINING_RECORD(at, struct wait_block, links);
        if (block->waiter && block->waiter->type == WaitAll)
            return true;
    }
    return false;
}

OFM_HOT void ke_header_init(DISPATCHER_HEADER *header, UCHAR type, UCHAR words, LONG state)
{
    header->Lock = 0;
    header->Type = type;
    header->Size = words;
    header->SignalState = state;
    InitializeListHead(&header->WaitListHead);
}

ke_stripes ke_dispatcher_lock(DISPATCHER_HEADER *header)
{
    ke_stripes own = stripe_of(header);
    lock_stripes(own);
    if (__builtin_expect(!header->WaitListHead.Flink, 0)) {
        ke_report(ke_self.driver, "Ke", "object %p was never initialised", (void *)header);
        InitializeListHead(&header->WaitListHead);
    }
    if (!has_wait_all(header))
        return own;
    ke_dispatcher_unlock(own);
    lock_stripes(ALL_STRIPES);
    return ALL_STRIPES;
}

/* ---- signalled or not, and what taking it does; stripe locked ---- */

static bool available(DISPATCHER_HEADER *header, struct ke_thread *thread)
{
    if (header->SignalState > 0)
        return true;
    return header->Type == KE_MUTANT && ((KMUTANT *)header)->OwnerThread == (PKTHREAD)thread;
}

static NTSTATUS take_mutant(KMUTANT *mutant, struct ke_thread *thread)
{
    if (mutant->Header.SignalState == (LONG)MINLONG)
        return STATUS_MUTANT_LIMIT_EXCEEDED;
    ke_set_signal_state(&mutant->Header, mutant->Header.SignalState - 1);
    if (mutant->Header.SignalState != 0)
        return STATUS_SUCCESS;
    mutant->OwnerThread = (PKTHREAD)thread;
    ke_lock(&owned_lock);
    InsertTailList(&thread->mutexes, &mutant->MutantListEntry);
    ke_unlock(&owned_lock);
    if (!mutant->Abandoned)
        return STATUS_SUCCESS;
    mutant->Abandoned = FALSE;
    return STATUS_ABANDONED_WAIT_0;
}

static NTSTATUS take(DISPATCHER_HEADER *header, struct ke_thread *thread)
{
    switch (header->Type) {
    case KE_EVENT_SYNCHRONIZATION:
    case KE_TIMER_SYNCHRONIZATION:
        ke_set_signal_state(header, 0);
        return STATUS_SUCCESS;
    case KE_SEMAPHORE:
    case KE_QUEUE:
        ke_set_signal_state(header, header->SignalState - 1);
        return STATUS_SUCCESS;
    case KE_MUTANT:
        return take_mutant((KMUTANT *)header, thread);
    default:
        return STATUS_SUCCESS;
    }
}

void ke_mutant_disown(KMUTANT *mutant)
{
    ke_lock(&owned_lock);
    RemoveEntryList(&mutant->MutantListEntry);
    ke_unlock(&owned_lock);
    mutant->OwnerThread = NULL;
}

/* ---- the signaller's side ---- */

static bool claim(struct waiter *waiter)
{
    uint32_t waiting = WAITING;
    return __atomic_compare_exchange_n(&waiter->state, &waiting, CLAIMED, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* The waiter's memory stays until it has locked the stripe that is held here. */
static void finish(struct waiter *waiter, NTSTATUS status)
{
    waiter->status = status;
    __atomic_store_n(&waiter->state, DONE, __ATOMIC_RELEASE); /* pairs with sleep_until */
    ke_futex_wake(&waiter->state, 1);
}

static void unlink_block(struct wait_block *block)
{
    RemoveEntryList(&block->links);
    block->linked = false;
}

static NTSTATUS take_all(ULONG count, PVOID const objects[], struct ke_thread *thread)
{
    NTSTATUS result = STATUS_SUCCESS;
    for (ULONG i = 0; i < count; i++) {
        NTSTATUS status = take(ke_header(objects[i]), thread);
        if (status != STATUS_SUCCESS)
            result = status;
    }
    return result;
}

static bool all_available(ULONG count, PVOID const objects[], struct ke_thread *thread)
{
    for (ULONG i = 0; i < count; i++) {
        if (!available(ke_header(objects[i]), thread))
            return false;
    }
    return true;
}

static void offer(DISPATCHER_HEADER *header, struct wait_block *block)
{
    struct waiter *waiter = block->waiter;
    if (waiter->interrupt && header == &waiter->interrupt->event.Header) {
        if (claim(waiter))
            finish(waiter, __atomic_load_n(&waiter->interrupt->status, __ATOMIC_ACQUIRE));
    } else if (waiter->type == WaitAny) {
        if (available(header, waiter->thread) && claim(waiter)) {
            NTSTATUS status = take(header, waiter->thread);
            unlink_block(block);
            finish(waiter, NT_ERROR(status) ? status : status + (NTSTATUS)block->index);
        }
    } else if (all_available(waiter->count, waiter->objects, waiter->thread) && claim(waiter)) {
        finish(waiter, take_all(waiter->count, waiter->objects, waiter->thread));
    }
}

static void fire_watch(struct ke_watch *watch)
{
    RemoveEntryList(&watch->links);
    watch->reserved[1] = (PVOID)1;
    watch->fired(watch);
}

void ke_satisfy(DISPATCHER_HEADER *header)
{
    LIST_ENTRY *next;
    for (LIST_ENTRY *at = header->WaitListHead.Flink; at != &header->WaitListHead; at = next) {
        struct wait_block *block = CONTAINING_RECORD(at, struct wait_block, links);
        next = at->Flink;
        if (header->SignalState <= 0)
            return;
        if (block->waiter)
            offer(header, block);
        else
            fire_watch((struct ke_watch *)block);
    }
}

/* ---- the waiter's side ---- */

/* NT timeouts: negative is relative on the monotonic clock, positive a time of day in 100 ns since 1601. */
#define EPOCH_1601 INT64_C(116444736000000000)

static struct ke_deadline deadline_of(const LARGE_INTEGER *timeout)
{
    struct ke_deadline deadline = {.forever = !timeout};
    if (!timeout)
        return deadline;
    deadline.realtime = timeout->QuadPart > 0;
    LONGLONG ticks = deadline.realtime ? timeout->QuadPart - EPOCH_1601
        : timeout->QuadPart == INT64_MIN ? INT64_MAX
                                         : -timeout->QuadPart;
    if (ticks < 0)
        ticks = 0;
    if (!deadline.realtime) {
        clock_gettime(CLOCK_MONOTONIC, &deadline.at);
        LONGLONG now = (LONGLONG)deadline.at.tv_sec * KE_SECOND + (deadline.at.tv_nsec + 99) / 100;
        ticks = ticks > INT64_MAX - now ? INT64_MAX : ticks + now;
    }
    deadline.at.tv_sec = ticks / KE_SECOND;
    deadline.at.tv_nsec = ticks % KE_SECOND * 100;
    return deadline;
}

static ke_stripes stripes_of(const struct waiter *waiter)
{
    ke_stripes wanted = 0;
    for (ULONG i = 0; i < waiter->count; i++)
        wanted |= stripe_of(waiter->objects[i]);
    if (waiter->interrupt)
        wanted |= stripe_of(&waiter->interrupt->event);
    return wanted;
}

/* What can be had without waiting; false: nothing. Stripes locked. */
static bool try_now(struct waiter *waiter)
{
    if (waiter->type == WaitAll) {
        if (!all_available(waiter->count, waiter->objects, waiter->thread))
            return false;
        waiter->status = take_all(waiter->count, waiter->objects, waiter->thread);
        return true;
    }
    for (ULONG i = 0; i < waiter->count; i++) {
        DISPATCHER_HEADER *header = ke_header(waiter->objects[i]);
        if (available(header, waiter->thread)) {
            NTSTATUS status = take(header, waiter->thread);
            waiter->status = NT_ERROR(status) ? status : status + (NTSTATUS)i;
            return true;
        }
    }
    return false;
}

static void link_block(struct waiter *waiter, ULONG index, DISPATCHER_HEADER *header)
{
    struct wait_block *block = &waiter->blocks[index];
    *block = (struct wait_block){.waiter = waiter, .index = index, .linked = true};
    if (!header->WaitListHead.Flink)
        InitializeListHead(&header->WaitListHead);
    InsertTailList(&header->WaitListHead, &block->links);
}

static void link_all(struct waiter *waiter)
{
    for (ULONG i = 0; i < waiter->count; i++)
        link_block(waiter, i, ke_header(waiter->objects[i]));
    waiter->blocks[waiter->count].linked = false;
    if (waiter->interrupt)
        link_block(waiter, waiter->count, &waiter->interrupt->event.Header);
}

/* Sleeps until somebody has finished the waiter, or gives up at the deadline. */
static void sleep_until(struct waiter *waiter, const struct ke_deadline *deadline)
{
    uint32_t state;
    ke_about_to_sleep();
    while ((state = __atomic_load_n(&waiter->state, __ATOMIC_ACQUIRE)) != DONE && state != KICKED) {
        if (ke_futex_wait(&waiter->state, state, deadline))
            continue;
        state = WAITING;
        if (__atomic_compare_exchange_n(
                &waiter->state, &state, GAVE_UP, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
            waiter->status = STATUS_TIMEOUT;
            return;
        }
    }
}

static void sleep_until_done(struct waiter *waiter, const struct ke_deadline *deadline)
{
    struct ke_apc_queue *apcs = ke_self.apcs && ke_apcs_allowed() ? ke_self.apcs : NULL;
    if (apcs && !ke_apc_sleep(apcs, &waiter->state))
        apcs = NULL; /* kicked already, or claimed meanwhile */
    sleep_until(waiter, deadline);
    if (apcs)
        ke_apc_wake(apcs);
}

static void wait_linked(struct waiter *waiter, ke_stripes held, const struct ke_deadline *deadline)
{
    link_all(waiter);
    ke_dispatcher_unlock(held);
    sleep_until_done(waiter, deadline);
    lock_stripes(held);
    for (ULONG i = 0; i <= waiter->count; i++) {
        if (waiter->blocks[i].linked)
            unlink_block(&waiter->blocks[i]);
    }
}

/* An owned mutex keeps normal kernel APCs away, as a critical region does. */
static void note_mutants(const struct waiter *waiter)
{
    NTSTATUS status = waiter->status;
    ULONG first = 0, end = waiter->count;
    if (status == STATUS_TIMEOUT || NT_ERROR(status))
        return;
    if (waiter->type == WaitAny) {
        first = (ULONG)(status >= STATUS_ABANDONED_WAIT_0 ? status - STATUS_ABANDONED_WAIT_0 : status);
        end = first + 1;
    }
    for (ULONG i = first; i < end && i < waiter->count; i++) {
        KMUTANT *mutant = waiter->objects[i];
        if (mutant->Header.Type == KE_MUTANT && mutant->ApcDisable)
            ke_self.critical_depth++;
    }
}

/* False: an APC is to run. */
static bool wait_once(struct waiter *waiter, const LARGE_INTEGER *timeout, const struct ke_deadline *deadline)
{
    struct ke_interrupt *interrupt = waiter->interrupt;
    ke_stripes held = stripes_of(waiter);
    lock_stripes(held);
    if (!try_now(waiter)) {
        if (interrupt && interrupt->event.Header.SignalState > 0)
            waiter->status = __atomic_load_n(&interrupt->status, __ATOMIC_ACQUIRE);
        else if (timeout && !timeout->QuadPart)
            waiter->status = STATUS_TIMEOUT;
        else
            wait_linked(waiter, held, deadline);
    }
    bool kicked = waiter->state == KICKED;
    if (!kicked)
        note_mutants(waiter);
    ke_dispatcher_unlock(held);
    return !kicked;
}

NTSTATUS ke_wait(ULONG count, PVOID const objects[], WAIT_TYPE type, const LARGE_INTEGER *timeout,
    struct ke_interrupt *interrupt)
{
    struct wait_block blocks[count + 1];
    struct waiter waiter = {.state = WAITING, .count = count, .type = type, .objects = objects,
        .thread = ke_current(), .interrupt = interrupt, .blocks = blocks};
    struct ke_deadline deadline = deadline_of(timeout && timeout->QuadPart ? timeout : NULL);
    while (__builtin_expect(!wait_once(&waiter, timeout, &deadline), 0)) {
        ke_apcs_run();
        waiter.state = WAITING;
    }
    return waiter.status;
}

NTSTATUS ke_wait_one(PVOID object, const LARGE_INTEGER *timeout, struct ke_interrupt *interrupt)
{
    PVOID const objects[1] = {object};
    return ke_wait(1, objects, WaitAny, timeout, interrupt);
}

ULONG ke_waiter_count(PVOID object)
{
    DISPATCHER_HEADER *header = ke_header(object);
    ULONG count = 0;
    ke_stripes held = ke_dispatcher_lock(header);
    for (LIST_ENTRY *at = header->WaitListHead.Flink; at != &header->WaitListHead; at = at->Flink)
        count += CONTAINING_RECORD(at, struct wait_block, links)->waiter != NULL;
    ke_dispatcher_unlock(held);
    return count;
}

/* ---- interrupts and watches ---- */

void ke_interrupt_init(struct ke_interrupt *interrupt)
{
    interrupt->status = STATUS_SUCCESS;
    ke_header_init(&interrupt->event.Header, KE_EVENT_NOTIFICATION, sizeof(KEVENT) / sizeof(LONG), 0);
}

void ke_interrupt_fire(struct ke_interrupt *interrupt, NTSTATUS status)
{
    NTSTATUS none = STATUS_SUCCESS;
    __atomic_compare_exchange_n(&interrupt->status, &none, status, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
    ke_object_signal(&interrupt->event);
}

bool ke_interrupt_fired(struct ke_interrupt *interrupt)
{
    return ke_signal_state(&interrupt->event.Header) > 0;
}

void ke_watch_start(struct ke_watch *watch, PVOID object, void (*fired)(struct ke_watch *watch))
{
    DISPATCHER_HEADER *header = ke_header(object);
    watch->reserved[0] = watch->reserved[1] = NULL;
    watch->fired = fired;
    ke_stripes held = ke_dispatcher_lock(header);
    InsertTailList(&header->WaitListHead, &watch->links);
    if (header->SignalState > 0)
        fire_watch(watch);
    ke_dispatcher_unlock(held);
}

bool ke_watch_stop(struct ke_watch *watch, PVOID object)
{
    ke_stripes held = ke_dispatcher_lock(ke_header(object));
    bool waiting = !watch->reserved[1];
    if (waiting)
        RemoveEntryList(&watch->links);
    watch->reserved[1] = (PVOID)1;
    ke_dispatcher_unlock(held);
    return waiting;
}

/* ---- the end of a thread ---- */

/* Mutexes it still owns become abandoned: the next owner gets STATUS_ABANDONED. */
static void abandon_mutexes(struct ke_thread *thread)
{
    for (;;) {
        ke_lock(&owned_lock);
        LIST_ENTRY *first = thread->mutexes.Flink;
        ke_unlock(&owned_lock);
        if (first == &thread->mutexes)
            return;
        KMUTANT *mutant = CONTAINING_RECORD(first, KMUTANT, MutantListEntry);
        ke_report(NULL, "thread end", "mutex %p is still owned", (void *)mutant);
        ke_stripes held = ke_dispatcher_lock(&mutant->Header);
        ke_mutant_disown(mutant);
        mutant->Abandoned = TRUE;
        ke_set_signal_state(&mutant->Header, 1);
        ke_satisfy(&mutant->Header);
        ke_dispatcher_unlock(held);
    }
}

__attribute__((constructor)) static void arm_exit_hook(void)
{
    ke_thread_on_exit(abandon_mutexes);
}
