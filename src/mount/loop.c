/*
 * The receive loop: the worker that has the turn (turn.c) reads, notes the order of arrival (V-101), and
 * serves what it read itself. Workers grow with requests that wait. At the limit the last free worker serves
 * only what never waits for user mode (INTERRUPT, FORGET, RELEASE, and what a filter's own service asks for);
 * the rest is put aside until a worker comes back, so that a silent service cannot starve the answers that
 * would free it (V-209).
 */
#include "mount/inner.h"
#include "ntoskrnl/mm/mm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <malloc.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define STACK_BYTES (256u * 1024u)

bool (*mount_is_service)(pid_t thread);

/* After two callers were found to be busy at once, so many requests are served beside the reading of the next
 * one. */
#define CROWD 16u

/* ---- the thread's data buffer ---- */

static __thread void *data_buffer;
static __thread size_t data_size;

static void drop_data_buffer(void)
{
    if (data_buffer == NULL)
        return;
    mm_user_range_remove(data_buffer, data_size);
    munmap(data_buffer, data_size);
    data_buffer = NULL;
    data_size = 0;
}

void *mount_thread_buffer(size_t size)
{
    if (size <= data_size)
        return data_buffer;
    drop_data_buffer();
    size = (size + 0xffff) & ~(size_t)0xffff;
    void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return NULL;
    data_buffer = map;
    data_size = size;
    mm_user_range_add(data_buffer, data_size);
    return data_buffer;
}

/* ---- workers ---- */

static void *run_worker(void *context);

static struct mount_worker *worker_new(struct mount *mount)
{
    struct mount_worker *worker = calloc(1, sizeof *worker);

    if (worker != NULL) {
        worker->mount = mount;
        pthread_mutex_init(&worker->lock, NULL);
    }
    return worker;
}

/* False when the limit is reached or the system has no more threads. */
static bool start_thread(struct mount *mount, struct mount_worker *worker)
{
    pthread_attr_t attributes;
    pthread_t thread;

    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_mutex_lock(&mount->worker_lock);
    bool ok =
        mount->workers < mount->max_workers && pthread_create(&thread, &attributes, run_worker, worker) == 0;
    if (ok) {
        mount->workers++;
        InsertTailList(&mount->worker_list, &worker->links);
    }
    pthread_mutex_unlock(&mount->worker_lock);
    pthread_attr_destroy(&attributes);
    return ok;
}

static bool start_idle_worker(struct mount *mount)
{
    struct mount_worker *worker = worker_new(mount);

    if (worker == NULL || !start_thread(mount, worker)) {
        free(worker);
        return false;
    }
    mount_turn_add_idle(mount, worker);
    return true;
}

/* Requests that are answered without asking anybody. */
static bool never_waits(const struct mount *mount, const struct fuse_in_header *header)
{
    switch (header->opcode) {
    case FUSE_INTERRUPT:
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_FLUSH: /* V-074: no operation */
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
    case FUSE_STATFS:
    case FUSE_DESTROY:
        return true;
    case FUSE_LOOKUP:
    case FUSE_GETATTR:
        if (mount->slots == NULL && !mount_filters_look(mount))
            return true;
        /* fall through */
    default:
        return mount_is_service != NULL && mount_is_service((pid_t)header->pid);
    }
}

static void answer_no_memory(struct mount *mount, const struct fuse_in_header *header)
{
    struct fuse_out_header answer = {sizeof answer, -ENOMEM, header->unique};
    ssize_t n = write(fuse_session_fd(mount->session), &answer, sizeof answer);

    (void)n; /* the caller is gone: nobody to tell */
}

/* True: the request was put aside (or refused, without memory), because this is the last free worker. */
static bool put_aside(struct mount *mount, const struct fuse_buf *buf, uint64_t arrival)
{
    if (mount_turn_has_idle(mount) || start_idle_worker(mount) || never_waits(mount, buf->mem))
        return false;
    struct mount_deferred *d = malloc(sizeof *d + buf->size);
    if (d == NULL) {
        answer_no_memory(mount, buf->mem);
        return true;
    }
    d->arrival = arrival;
    d->size = buf->size;
    memcpy(d->bytes, buf->mem, buf->size);
    if (mount_turn_defer(mount, d))
        return true;
    free(d);
    return false;
}

static void serve(struct mount *mount, const struct fuse_buf *buf, uint64_t arrival)
{
    mount_arrival = arrival;
    __atomic_add_fetch(&mount->statistics.requests, 1, __ATOMIC_RELAXED);
    fuse_session_process_buf(mount->session, buf);
}

/* With the turn: what V-101 needs to know in order of arrival. */
static void note_arrival(struct mount *mount, const struct fuse_buf *buf, uint64_t arrival)
{
    const struct fuse_in_header *header = buf->mem;

    if (mount->slots != NULL || header->opcode != FUSE_RELEASE || buf->size < sizeof *header + sizeof(struct fuse_release_in))
        return;
    const struct fuse_release_in *in = (const struct fuse_release_in *)(header + 1);
    const struct mount_file *file = (const struct mount_file *)(uintptr_t)in->fh;
    mount_order_release_received(mount, file->node->inode, arrival);
}

/* Reads one request; false at the end of the session. */
static bool receive(struct mount *mount, struct fuse_buf *buf, uint64_t *arrival)
{
    int n = __atomic_load_n(&mount->ended, __ATOMIC_ACQUIRE) ? 0 : -EINTR;

    __atomic_store_n(&mount->receiver, pthread_self(), __ATOMIC_RELEASE);
    __atomic_store_n(&mount->receiving, true, __ATOMIC_RELEASE);
    while (n == -EINTR && !fuse_session_exited(mount->session))
        n = fuse_session_receive_buf(mount->session, buf);
    __atomic_store_n(&mount->receiving, false, __ATOMIC_RELEASE);
    if (n <= 0)
        return false;
    *arrival = ++mount->arrivals;
    note_arrival(mount, buf, *arrival);
    return true;
}

/* A request that had to wait while another caller's was served: two are busy at once, and the turn is worth
 * its price. */
static void note_callers(struct mount *mount, const struct fuse_in_header *header, bool was_queued)
{
    if (was_queued && header->pid != 0 && mount->last_caller != 0 && header->pid != mount->last_caller)
        mount->crowd = CROWD;
    else if (mount->crowd > 0)
        mount->crowd--;
    mount->last_caller = header->pid;
}

/* True: the turn was kept. */
static bool serve_with_turn(struct mount *mount, const struct fuse_buf *buf, uint64_t arrival)
{
    bool crowd = mount->crowd > 0; /* the holder's, and from the next line on it may be somebody else */

    mount_turn_serve(mount);
    if (crowd)
        ke_about_to_sleep();
    serve(mount, buf, arrival);
    return mount_turn_back(mount);
}

/* Reads and serves as long as the turn is kept; false at the end of the session. */
static bool take_turn(struct mount *mount, struct mount_worker *self, struct fuse_buf *buf)
{
    bool kept = false;
    uint64_t arrival;

    do {
        bool was_queued = kept && mount_is_queued(mount);
        if (!receive(mount, buf, &arrival)) {
            mount_turn_end(mount);
            return false;
        }
        if (!self->registered)
            mm_user_range_add(buf->mem, malloc_usable_size(buf->mem));
        self->registered = true;
        note_callers(mount, buf->mem, was_queued);
        kept = put_aside(mount, buf, arrival) || serve_with_turn(mount, buf, arrival);
    } while (kept);
    return true;
}

/* False: leave. */
static bool become_idle(struct mount *mount, struct mount_worker *self)
{
    struct mount_deferred *d;
    enum mount_next next;

    while ((next = mount_turn_next(mount, self, &d)) == MOUNT_NEXT_DEFERRED) {
        struct fuse_buf buf = {.mem = d->bytes, .size = d->size};
        serve(mount, &buf, d->arrival);
        free(d);
    }
    return next == MOUNT_NEXT_IDLE;
}

static void *run_worker(void *context)
{
    struct mount_worker *self = context;
    struct mount *mount = self->mount;
    struct fuse_buf buf = {0};

    pthread_setname_np(pthread_self(), "mount");
    mount_self = self;
    while (mount_turn_await(self) && take_turn(mount, self, &buf) && become_idle(mount, self))
        continue;
    if (self->registered)
        mm_user_range_remove(buf.mem, malloc_usable_size(buf.mem));
    free(buf.mem);
    drop_data_buffer();
    mount_path_thread_end();
    /* in one step: the last one's leaving lets the mount be freed */
    pthread_mutex_lock(&mount->worker_lock);
    RemoveEntryList(&self->links);
    mount->workers--;
    pthread_cond_broadcast(&mount->worker_changed);
    pthread_mutex_unlock(&mount->worker_lock);
    free(self);
    return NULL;
}

int mount_loop_start(struct mount *mount)
{
    struct mount_worker *first = worker_new(mount);

    if (first == NULL)
        return -ENOMEM;
    pthread_mutex_init(&mount->worker_lock, NULL);
    pthread_cond_init(&mount->worker_changed, NULL);
    InitializeListHead(&mount->worker_list);
    int error = mount_turn_start(mount, first);
    if (error == 0 && !start_thread(mount, first)) {
        mount_turn_stop(mount);
        error = -EAGAIN;
    }
    if (error != 0)
        free(first);
    return error;
}

void mount_loop_end_waits(struct mount *mount)
{
    pthread_mutex_lock(&mount->worker_lock);
    for (PLIST_ENTRY e = mount->worker_list.Flink; e != &mount->worker_list; e = e->Flink) {
        struct mount_worker *worker = CONTAINING_RECORD(e, struct mount_worker, links);
        pthread_mutex_lock(&worker->lock);
        if (worker->current != NULL)
            ke_interrupt_fire(&worker->current->interrupt, STATUS_THREAD_IS_TERMINATING);
        pthread_mutex_unlock(&worker->lock);
    }
    pthread_mutex_unlock(&mount->worker_lock);
}

#define WAKE_SIGNAL (SIGRTMAX - 3)

static void woken(int number)
{
    (void)number;
}

/* worker_lock held. The session reads an empty file instead of the device; the reader, asleep in the device,
 * is woken by a signal, and the device is closed with the last descriptor, which ends the connection. */
static void cut(struct mount *mount)
{
    struct sigaction action = {.sa_handler = woken};
    int null = mount->broken ? -1 : open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null >= 0) {
        sigaction(WAKE_SIGNAL, &action, NULL);
        mount->broken = dup2(null, fuse_session_fd(mount->session)) >= 0;
        fuse_session_exit(mount->session);
        close(null);
    }
    if (mount->broken && __atomic_load_n(&mount->receiving, __ATOMIC_ACQUIRE))
        pthread_kill(__atomic_load_n(&mount->receiver, __ATOMIC_ACQUIRE), WAKE_SIGNAL);
}

static struct timespec in_milliseconds(long ms)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return until;
}

void mount_loop_wait(struct mount *mount)
{
    struct timespec until = in_milliseconds(2000);

    pthread_mutex_lock(&mount->worker_lock);
    while (mount->workers > 0)
        if (pthread_cond_timedwait(&mount->worker_changed, &mount->worker_lock, &until) == ETIMEDOUT) {
            if (!__atomic_load_n(&mount->ended, __ATOMIC_ACQUIRE))
                cut(mount);
            until = in_milliseconds(50);
        }
    pthread_mutex_unlock(&mount->worker_lock);
    mount_turn_stop(mount);
}

void mount_get_statistics(const struct mount *mount, struct mount_statistics *statistics)
{
    struct mount *m = (struct mount *)mount;

    pthread_mutex_lock(&m->worker_lock);
    *statistics = m->statistics;
    statistics->workers = m->workers;
    pthread_mutex_unlock(&m->worker_lock);
    unsigned free_workers = __atomic_load_n(&m->idle_count, __ATOMIC_RELAXED) + 1; /* and who has the turn */
    statistics->waiting = statistics->workers > free_workers ? statistics->workers - free_workers : 0;
    statistics->waiting += __atomic_load_n(&m->slot_reads.count, __ATOMIC_RELAXED);
}
