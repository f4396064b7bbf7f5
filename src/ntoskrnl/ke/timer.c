/* Timers and DPCs. One thread, started on first use, sleeps until the next due time, signals timers and runs DPCs at simulated
 * DISPATCH_LEVEL. queue_lock guards both queues and is taken before dispatcher locks; DPCs run without it. */
#include "ntoskrnl/ke/timer.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "ntoskrnl/ke/dispatcher.h"
#include "ntoskrnl/ke/timer_queue.h"

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work;                  /* something new for the thread */
static pthread_cond_t ran;                   /* a DPC has run */
static struct ke_timer_queue timers = KE_TIMER_QUEUE_EMPTY;
static LIST_ENTRY dpcs = {&dpcs, &dpcs};
static ULONG queued;                         /* timers and DPCs in the queues; read without the lock as a hint */
static ULONGLONG dpcs_in, dpcs_out;          /* DPCs ever queued, ever finished or removed */
static PRKDPC running;
static bool thread_lives, stopping;
static pthread_t thread;
static __thread bool on_dpc_thread;

/* The KDPC's own link is single; a DPC stands in the list through this, laid over DpcListEntry and ProcessorHistory. */
static LIST_ENTRY *dpc_links(PRKDPC dpc)
{
    return (LIST_ENTRY *)&dpc->DpcListEntry;
}

static PRKDPC dpc_of(LIST_ENTRY *links)
{
    return CONTAINING_RECORD(links, KDPC, DpcListEntry);
}

/* ---- the thread; queue_lock held unless said ---- */

static ULONGLONG due_of(PKTIMER timer)
{
    return timer->DueTime.QuadPart;
}

static void insert_timer(PKTIMER timer)
{
    ke_timer_queue_insert(&timers, timer);
    __atomic_add_fetch(&queued, 1, __ATOMIC_RELAXED);
}

static void remove_timer(PKTIMER timer)
{
    ke_timer_queue_remove(&timers, timer);
    __atomic_sub_fetch(&queued, 1, __ATOMIC_RELAXED);
}

static bool queue_dpc(PRKDPC dpc, PVOID argument1, PVOID argument2)
{
    if (dpc->DpcData)
        return false;
    dpc->DpcData = &dpcs;
    dpc->SystemArgument1 = argument1;
    dpc->SystemArgument2 = argument2;
    if (dpc->Importance == HighImportance)
        InsertHeadList(&dpcs, dpc_links(dpc));
    else
        InsertTailList(&dpcs, dpc_links(dpc));
    dpcs_in++;
    __atomic_add_fetch(&queued, 1, __ATOMIC_RELAXED);
    pthread_cond_signal(&work);
    return true;
}

static void remove_dpc(PRKDPC dpc)
{
    RemoveEntryList(dpc_links(dpc));
    dpc->DpcData = NULL;
    __atomic_sub_fetch(&queued, 1, __ATOMIC_RELAXED);
}

static void signal_timer(PKTIMER timer)
{
    ke_stripes held = ke_dispatcher_lock(&timer->Header);
    ke_set_signal_state(&timer->Header, 1);
    ke_satisfy(&timer->Header);
    ke_dispatcher_unlock(held);
}

static void expire(PKTIMER timer)
{
    PRKDPC dpc = timer->Dpc;
    remove_timer(timer);
    if (timer->Period) {
        timer->DueTime.QuadPart += (ULONGLONG)timer->Period * 10000;
        insert_timer(timer);
    }
    signal_timer(timer);
    if (dpc) {
        ULONGLONG now = ke_system_time();
        queue_dpc(dpc, (PVOID)(ULONG_PTR)(now & MAXULONG), (PVOID)(ULONG_PTR)(now >> 32));
    }
}

/* True when something was done. */
static bool expire_due(void)
{
    if (!timers.first || due_of(timers.first) > ke_interrupt_time())
        return false;
    expire(timers.first);
    return true;
}

static bool run_dpc(void)
{
    if (IsListEmpty(&dpcs))
        return false;
    PRKDPC dpc = dpc_of(dpcs.Flink);
    PKDEFERRED_ROUTINE routine = dpc->DeferredRoutine;
    PVOID context = dpc->DeferredContext, argument1 = dpc->SystemArgument1, argument2 = dpc->SystemArgument2;
    remove_dpc(dpc);
    running = dpc;
    pthread_mutex_unlock(&queue_lock);

    const char *driver = ke_driver_of((const void *)routine);
    struct ke_scope outer = ke_callback_enter(driver, "DPC routine", NULL);
    KIRQL old = ke_irql_enter(DISPATCH_LEVEL);
    routine(dpc, context, argument1, argument2);
    ke_irql_check(DISPATCH_LEVEL, driver, "DPC routine");
    ke_irql_leave(old);
    ke_callback_leave(outer);

    pthread_mutex_lock(&queue_lock);
    running = NULL;
    dpcs_out++;
    pthread_cond_broadcast(&ran);
    return true;
}

static void sleep_until_next(void)
{
    if (!timers.first) {
        pthread_cond_wait(&work, &queue_lock);
        return;
    }
    ULONGLONG due = due_of(timers.first);
    struct timespec at = {.tv_sec = (time_t)(due / (ULONGLONG)KE_SECOND), .tv_nsec = (long)(due % (ULONGLONG)KE_SECOND) * 100};
    pthread_cond_timedwait(&work, &queue_lock, &at);
}

static void *serve(void *unused)
{
    on_dpc_thread = true;
    pthread_setname_np(pthread_self(), "ke-dpc");
    pthread_mutex_lock(&queue_lock);
    while (!stopping) {
        if (!expire_due() && !run_dpc())
            sleep_until_next();
    }
    pthread_mutex_unlock(&queue_lock);
    return NULL;
}

static void start_thread(void)
{
    pthread_condattr_t monotonic;
    if (thread_lives)
        return;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&work, &monotonic);
    pthread_cond_init(&ran, &monotonic);
    pthread_condattr_destroy(&monotonic);
    stopping = false;
    thread_lives = pthread_create(&thread, NULL, serve, NULL) == 0;
    if (!thread_lives)
        ke_log(KE_LOG_ERROR, "no thread for timers and DPCs");
}

ULONG ke_stop(void)
{
    pthread_mutex_lock(&queue_lock);
    bool lived = thread_lives;
    stopping = true;
    thread_lives = false;
    if (lived)
        pthread_cond_signal(&work);
    ULONG left = __atomic_load_n(&queued, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&queue_lock);
    if (lived)
        pthread_join(thread, NULL);
    return left;
}

/* ---- timers ---- */

VOID NTAPI KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type)
{
    ke_header_init(&Timer->Header, (UCHAR)(KE_TIMER_NOTIFICATION + Type), sizeof(KTIMER) / sizeof(LONG), 0);
    Timer->DueTime.QuadPart = 0;
    Timer->TimerListEntry = (LIST_ENTRY){NULL, NULL};
    Timer->Dpc = NULL;
    Timer->Period = 0;
}

VOID NTAPI KeInitializeTimer(PKTIMER Timer)
{
    KeInitializeTimerEx(Timer, NotificationTimer);
}

/* Absolute times are turned into interrupt time when the timer is set: a later change of the clock does not move it. */
static ULONGLONG due_time(LARGE_INTEGER due)
{
    ULONGLONG now = ke_interrupt_time();
    if (due.QuadPart < 0)
        return now - (ULONGLONG)due.QuadPart; /* modulo 2^64 */
    LONGLONG ahead = due.QuadPart - (LONGLONG)ke_system_time();
    return ahead > 0 ? now + (ULONGLONG)ahead : now;
}

static BOOLEAN set_timer(PKTIMER timer, LARGE_INTEGER due, LONG period, PKDPC dpc)
{
    pthread_mutex_lock(&queue_lock);
    start_thread();
    BOOLEAN was_queued = ke_timer_is_queued(timer);
    if (was_queued)
        remove_timer(timer);
    ke_stripes held = ke_dispatcher_lock(&timer->Header);
    ke_set_signal_state(&timer->Header, 0);
    ke_dispatcher_unlock(held);
    timer->Dpc = dpc;
    timer->Period = (ULONG)period;
    timer->DueTime.QuadPart = due_time(due);
    insert_timer(timer);
    if (due_of(timer) <= ke_interrupt_time())
        expire(timer);
    else if (timers.first == timer)
        pthread_cond_signal(&work);
    pthread_mutex_unlock(&queue_lock);
    return was_queued;
}

BOOLEAN NTAPI KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return set_timer(Timer, DueTime, Period, Dpc);
}

BOOLEAN NTAPI KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return set_timer(Timer, DueTime, 0, Dpc);
}

BOOLEAN NTAPI KeSetCoalescableTimer(PKTIMER Timer, LARGE_INTEGER DueTime, ULONG Period, ULONG TolerableDelay, PKDPC Dpc)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return set_timer(Timer, DueTime, (LONG)Period, Dpc);
}

BOOLEAN NTAPI KeCancelTimer(PKTIMER Timer)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    pthread_mutex_lock(&queue_lock);
    BOOLEAN was_queued = ke_timer_is_queued(Timer);
    if (was_queued)
        remove_timer(Timer);
    pthread_mutex_unlock(&queue_lock);
    return was_queued;
}

BOOLEAN NTAPI KeReadStateTimer(PKTIMER Timer)
{
    return ke_signal_state(&Timer->Header) > 0;
}

/* ---- DPCs ---- */

VOID NTAPI KeInitializeDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext)
{
    *Dpc = (KDPC){.Type = 19 /* DpcObject */, .Importance = MediumImportance, .DeferredRoutine = DeferredRoutine,
        .DeferredContext = DeferredContext};
}

VOID NTAPI KeInitializeThreadedDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext)
{
    KeInitializeDpc(Dpc, DeferredRoutine, DeferredContext);
    Dpc->Type = 24 /* ThreadedDpcObject */;
}

BOOLEAN NTAPI KeInsertQueueDpc(PRKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2)
{
    pthread_mutex_lock(&queue_lock);
    start_thread();
    bool inserted = queue_dpc(Dpc, SystemArgument1, SystemArgument2);
    pthread_mutex_unlock(&queue_lock);
    return inserted;
}

BOOLEAN NTAPI KeRemoveQueueDpc(PRKDPC Dpc)
{
    pthread_mutex_lock(&queue_lock);
    bool was_queued = Dpc->DpcData != NULL;
    if (was_queued) {
        remove_dpc(Dpc);
        dpcs_out++;
        pthread_cond_broadcast(&ran);
    }
    pthread_mutex_unlock(&queue_lock);
    return was_queued;
}

BOOLEAN NTAPI KeRemoveQueueDpcEx(PRKDPC Dpc, BOOLEAN WaitIfActive)
{
    BOOLEAN was_queued = KeRemoveQueueDpc(Dpc);
    pthread_mutex_lock(&queue_lock);
    while (WaitIfActive && running == Dpc && !on_dpc_thread)
        pthread_cond_wait(&ran, &queue_lock);
    pthread_mutex_unlock(&queue_lock);
    return was_queued;
}

VOID NTAPI KeFlushQueuedDpcs(VOID)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    pthread_mutex_lock(&queue_lock);
    ULONGLONG goal = dpcs_in;
    while (thread_lives && !on_dpc_thread && dpcs_out < goal)
        pthread_cond_wait(&ran, &queue_lock);
    pthread_mutex_unlock(&queue_lock);
}

VOID NTAPI KeSetImportanceDpc(PRKDPC Dpc, KDPC_IMPORTANCE Importance)
{
    Dpc->Importance = (UCHAR)Importance;
}

/* One DPC thread serves all processors: the target is remembered, not obeyed. */
VOID NTAPI KeSetTargetProcessorDpc(PRKDPC Dpc, CCHAR Number)
{
    Dpc->Number = (USHORT)(UCHAR)Number;
}

NTSTATUS NTAPI KeSetTargetProcessorDpcEx(PKDPC Dpc, PPROCESSOR_NUMBER ProcNumber)
{
    if (ProcNumber->Group || ProcNumber->Number >= KeQueryActiveProcessorCount(NULL))
        return STATUS_INVALID_PARAMETER;
    Dpc->Number = ProcNumber->Number;
    return STATUS_SUCCESS;
}

/* ---- what drivers leave behind ---- */

struct match {
    const char *driver;      /* whose image; NULL: any */
    const char *start, *end; /* or which memory */
};

static bool matches(const struct match *match, const void *object, const void *routine)
{
    if (match->start)
        return (const char *)object >= match->start && (const char *)object < match->end;
    if (!match->driver)
        return true;
    const char *of_object = ke_image_name(object), *of_routine = routine ? ke_image_name(routine) : NULL;
    return (of_object && !strcmp(of_object, match->driver)) || (of_routine && !strcmp(of_routine, match->driver));
}

static PKTIMER find_timer(const struct match *match)
{
    if (match->start)
        return ke_timer_queue_within(&timers, match->start, match->end);
    PKTIMER timer = timers.first;
    while (timer && !matches(match, timer, timer->Dpc ? (const void *)timer->Dpc->DeferredRoutine : NULL))
        timer = ke_timer_queue_next(&timers, timer);
    return timer;
}

static const void *dequeue_timer(const struct match *match)
{
    PKTIMER timer = find_timer(match);
    if (timer)
        remove_timer(timer);
    return timer;
}

static const void *dequeue_dpc(const struct match *match)
{
    for (LIST_ENTRY *at = dpcs.Flink; at != &dpcs; at = at->Flink) {
        PRKDPC dpc = dpc_of(at);
        if (matches(match, dpc, (const void *)dpc->DeferredRoutine)) {
            remove_dpc(dpc);
            dpcs_out++;
            return dpc;
        }
    }
    return NULL;
}

/* One a turn, so that nothing is reported with the lock held. */
static ULONG dequeue_all(const struct match *match, const char *driver, const char *call, const char *where)
{
    for (ULONG count = 0;; count++) {
        const char *what = "timer";
        pthread_mutex_lock(&queue_lock);
        const void *object = dequeue_timer(match);
        if (!object) {
            what = "DPC";
            object = dequeue_dpc(match);
        }
        pthread_mutex_unlock(&queue_lock);
        if (!object)
            return count;
        ke_report(driver, call, "a %s (%p) is still queued %s", what, object, where);
    }
}

ULONG ke_report_leaks(const char *driver)
{
    struct match match = {.driver = driver};
    return dequeue_all(&match, driver, "unload", "by the driver");
}

void ke_memory_freed(const void *start, size_t size, const void *pc)
{
    if (!__atomic_load_n(&queued, __ATOMIC_RELAXED))
        return;
    struct match match = {.start = start, .end = (const char *)start + size};
    dequeue_all(&match, ke_driver_of(pc), "ExFreePool", "in the memory that is freed");
}
