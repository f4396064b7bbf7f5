/* Threads that come and go with the work. See worker.h. `lock` guards everything here. */
#include "daemon/worker.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define IDLE_SECONDS 10
#define STACK_BYTES (512u * 1024u)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER, changed = PTHREAD_COND_INITIALIZER;
static struct worker_job *first, **last = &first;
static unsigned idle, threads, queued, running;
static bool stopping;
unsigned worker_limit = 4096;

static struct worker_job *take(void)
{
    struct worker_job *job = first;

    if (job != NULL) {
        first = job->next;
        if (first == NULL)
            last = &first;
        queued--;
    }
    return job;
}

/* The next job; NULL when there was none for a while or the manager stops. Lock held. */
static struct worker_job *wait_for_job(void)
{
    struct timespec until;
    struct worker_job *job;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += IDLE_SECONDS;
    while ((job = take()) == NULL && !stopping) {
        idle++;
        int late = pthread_cond_timedwait(&work, &lock, &until);
        idle--;
        if (late)
            return take();
    }
    return job;
}

static void *run(void *unused)
{
    struct worker_job *job;

    (void)unused;
    pthread_setname_np(pthread_self(), "worker");
    pthread_mutex_lock(&lock);
    while ((job = wait_for_job()) != NULL) {
        running++;
        pthread_mutex_unlock(&lock);
        job->run(job);
        pthread_mutex_lock(&lock);
        running--;
    }
    threads--;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return NULL;
}

static bool start_thread(void)
{
    pthread_attr_t attributes;
    pthread_t thread;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    bool ok = pthread_create(&thread, &attributes, run, NULL) == 0;
    pthread_attr_destroy(&attributes);
    return ok;
}

void worker_start(void)
{
    pthread_mutex_lock(&lock);
    stopping = false;
    pthread_mutex_unlock(&lock);
}

unsigned worker_busy(void)
{
    pthread_mutex_lock(&lock);
    unsigned busy = running + queued;
    pthread_mutex_unlock(&lock);
    return busy;
}

static unsigned crowd(void)
{
    unsigned limit = __atomic_load_n(&worker_limit, __ATOMIC_RELAXED);

    return limit - limit / 8;
}

bool worker_is_crowded(void)
{
    return worker_busy() >= crowd();
}

bool worker_has_crowd(void)
{
    return worker_busy() > crowd();
}

/* Lock held, and let go. */
static void see_to_threads(void)
{
    bool grow = queued > idle && threads < __atomic_load_n(&worker_limit, __ATOMIC_RELAXED);

    if (grow)
        threads++;
    pthread_mutex_unlock(&lock);
    if (!grow)
        pthread_cond_signal(&work); /* without the lock, for which the woken one would have to wait */
    if (grow && !start_thread()) {
        /* out of threads: the job waits for a busy one; with none at all it is done here */
        pthread_mutex_lock(&lock);
        threads--;
        struct worker_job *own = threads == 0 ? take() : NULL;
        pthread_mutex_unlock(&lock);
        if (own != NULL)
            own->run(own);
    }
}

void worker_queue(struct worker_job *job)
{
    job->next = NULL;
    pthread_mutex_lock(&lock);
    *last = job;
    last = &job->next;
    queued++;
    see_to_threads();
}

void worker_queue_first(struct worker_job *job)
{
    pthread_mutex_lock(&lock);
    job->next = first;
    if (first == NULL)
        last = &job->next;
    first = job;
    queued++;
    see_to_threads();
}

void worker_stop(void)
{
    pthread_mutex_lock(&lock);
    stopping = true;
    pthread_cond_broadcast(&work);
    while (threads > 0 || first != NULL)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}
