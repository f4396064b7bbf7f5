/* Worker threads. The pool grows whenever work arrives and nobody is idle, so work that waits for other work never blocks it;
 * an idle worker ends after a while. queue_lock guards everything here and is never held while work runs. */
#include "ntoskrnl/ex/ex.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "ntoskrnl/ex/work_inner.h"
#include "ntoskrnl/ke/ke.h"

#define MAX_WORKERS 4096
#define IDLE_SECONDS 10

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER; /* clock: see init */
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;   /* a piece of work, or a worker */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static LIST_ENTRY works = {&works, &works};   /* struct ex_work */
static LIST_ENTRY items = {&items, &items};   /* WORK_QUEUE_ITEM */
static LIST_ENTRY busy = {&busy, &busy};      /* struct worker */
static unsigned workers, idle, pending;
static bool stopping;

struct worker {
    LIST_ENTRY links;    /* in busy while it works */
    const char *driver;  /* for whom */
};

static void init(void)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&arrived, &monotonic);
    pthread_cond_init(&ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static void deadline_in(int ms, struct timespec *at)
{
    clock_gettime(CLOCK_MONOTONIC, at);
    at->tv_sec += ms / 1000;
    at->tv_nsec += (long)(ms % 1000) * 1000000;
    if (at->tv_nsec >= 1000000000) {
        at->tv_sec++;
        at->tv_nsec -= 1000000000;
    }
}

/* What a piece of work is, copied before it runs: its memory is the owner's again from then on. */
struct task {
    struct ex_work *work;
    void (*fn)(struct ex_work *work);
    PWORKER_THREAD_ROUTINE routine;
    PVOID parameter;
    const char *driver;
};

static bool take(struct task *task)
{
    *task = (struct task){0};
    if (!IsListEmpty(&works)) {
        task->work = CONTAINING_RECORD(RemoveHeadList(&works), struct ex_work, links);
        task->fn = task->work->fn;
        task->driver = task->work->driver;
        task->work->links.Flink = NULL;
    } else if (!IsListEmpty(&items)) {
        PWORK_QUEUE_ITEM item = CONTAINING_RECORD(RemoveHeadList(&items), WORK_QUEUE_ITEM, List);
        item->List.Flink = NULL;
        task->routine = item->WorkerRoutine;
        task->parameter = item->Parameter;
        task->driver = ke_image_name((const void *)task->routine);
    } else {
        return false;
    }
    pending--;
    return true;
}

static void run(const struct task *task)
{
    struct ke_scope outer = ke_callback_enter(task->driver, "work item", NULL);
    if (task->fn)
        task->fn(task->work);
    else
        task->routine(task->parameter);
    ke_irql_check(PASSIVE_LEVEL, task->driver, "work item");
    ke_callback_leave(outer);
}

/* queue_lock held. False: idle for too long, or stopping. */
static bool wait_for_work(void)
{
    struct timespec at;
    deadline_in(IDLE_SECONDS * 1000, &at);
    int rc = 0;
    idle++;
    while (!pending && !stopping && rc == 0)
        rc = pthread_cond_timedwait(&arrived, &queue_lock, &at);
    idle--;
    return pending > 0;
}

static void *serve(void *unused)
{
    struct worker worker;
    struct task task;
    pthread_setname_np(pthread_self(), "ex-worker");
    pthread_mutex_lock(&queue_lock);
    while (pending || wait_for_work()) {
        if (!take(&task))
            continue;
        worker.driver = task.driver;
        InsertTailList(&busy, &worker.links);
        pthread_mutex_unlock(&queue_lock);
        run(&task);
        pthread_mutex_lock(&queue_lock);
        RemoveEntryList(&worker.links);
        pthread_cond_broadcast(&ended);
    }
    workers--;
    pthread_cond_broadcast(&ended);
    pthread_mutex_unlock(&queue_lock);
    return NULL;
}

/* queue_lock held. */
static void start_worker(void)
{
    pthread_t thread;
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    if (workers < MAX_WORKERS && pthread_create(&thread, &detached, serve, NULL) == 0)
        workers++;
    else if (workers == 0)
        ke_log(KE_LOG_ERROR, "no thread for work items");
    pthread_attr_destroy(&detached);
}

static bool enqueue(LIST_ENTRY *list, LIST_ENTRY *links)
{
    pthread_once(&once, init);
    pthread_mutex_lock(&queue_lock);
    stopping = false;
    InsertTailList(list, links);
    pending++;
    if (pending > idle)
        start_worker();
    pthread_cond_signal(&arrived);
    pthread_mutex_unlock(&queue_lock);
    return true;
}

void ex_queue_work(struct ex_work *work, void (*fn)(struct ex_work *work), const char *driver)
{
    work->fn = fn;
    work->driver = driver;
    enqueue(&works, &work->links);
}

static bool same(const char *a, const char *b)
{
    return !b || (a && !strcmp(a, b));
}

/* queue_lock held. The caller's own work does not count: it would wait for itself. */
static bool has_work(const char *driver)
{
    for (LIST_ENTRY *at = busy.Flink; at != &busy; at = at->Flink) {
        if (same(CONTAINING_RECORD(at, struct worker, links)->driver, driver))
            return true;
    }
    for (LIST_ENTRY *at = works.Flink; at != &works; at = at->Flink) {
        if (same(CONTAINING_RECORD(at, struct ex_work, links)->driver, driver))
            return true;
    }
    for (LIST_ENTRY *at = items.Flink; at != &items; at = at->Flink) {
        PWORK_QUEUE_ITEM item = CONTAINING_RECORD(at, WORK_QUEUE_ITEM, List);
        if (same(ke_image_name((const void *)item->WorkerRoutine), driver))
            return true;
    }
    return false;
}

bool ex_work_drain(const char *driver, int timeout_ms)
{
    struct timespec at;
    int rc = 0;
    pthread_once(&once, init);
    if (timeout_ms >= 0)
        deadline_in(timeout_ms, &at);
    pthread_mutex_lock(&queue_lock);
    while (has_work(driver) && rc == 0)
        rc = timeout_ms < 0 ? pthread_cond_wait(&ended, &queue_lock) : pthread_cond_timedwait(&ended, &queue_lock, &at);
    bool done = !has_work(driver);
    pthread_mutex_unlock(&queue_lock);
    return done;
}

void ex_work_stop(void)
{
    pthread_once(&once, init);
    pthread_mutex_lock(&queue_lock);
    stopping = true;
    pthread_cond_broadcast(&arrived);
    while (workers && stopping)
        pthread_cond_wait(&ended, &queue_lock);
    pthread_mutex_unlock(&queue_lock);
}

unsigned ex_worker_count(void)
{
    pthread_mutex_lock(&queue_lock);
    unsigned count = workers;
    pthread_mutex_unlock(&queue_lock);
    return count;
}

/* ---- WORK_QUEUE_ITEM ---- */

VOID NTAPI ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    enqueue(&items, &WorkItem->List);
}
