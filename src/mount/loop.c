/*
 * The receive loop: one worker reads at a time, under `receive_lock`, so that the order of arrival is known
 * (V-101); then it serves what it read itself. Workers grow with requests that wait. At the limit the last
 * free worker serves only what never waits for user mode (INTERRUPT, FORGET, RELEASE, and what a filter's own
 * service asks for); the rest is put aside until a worker comes back, so that a silent service cannot starve
 * the answers that would free it (V-209).
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
#define IDLE_WORKERS 8u

bool (*mount_is_service)(pid_t tgid);

struct mount_deferred {
    struct mount_deferred *next;
    uint64_t arrival;
    size_t size;
    uint8_t bytes[];
};

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

/* worker_lock held. False when the system has no more threads: the caller then is the last free one. */
static bool start_worker(struct mount *mount)
{
    pthread_attr_t attributes;
    pthread_t thread;

    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    bool ok = pthread_create(&thread, &attributes, run_worker, mount) == 0;
    pthread_attr_destroy(&attributes);
    if (ok) {
        mount->workers++;
        mount->receivers++;
    }
    return ok;
}

/* Requests that are answered without asking anybody. */
static bool never_waits(const struct mount *mount, const struct fuse_in_header *header)
{
    switch (header->opcode) {
    case FUSE_INTERRUPT:
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
    case FUSE_STATFS:
    case FUSE_DESTROY:
        return true;
    case FUSE_LOOKUP:
    case FUSE_GETATTR:
        if (!mount_filters_look(mount))
            return true;
        /* fall through */
    default:
        return mount_is_service != NULL && mount_is_service((pid_t)header->pid);
    }
}

enum turn { TURN_SERVE, TURN_DEFER };

/* The caller has read a request: is it to serve it, or to put it aside because it is the last free worker? */
static enum turn take_turn(struct mount *mount, const struct fuse_in_header *header)
{
    enum turn turn = TURN_SERVE;

    pthread_mutex_lock(&mount->worker_lock);
    mount->receivers--;
    if (mount->receivers == 0 && !(mount->workers < mount->max_workers && start_worker(mount)) &&
        !never_waits(mount, header)) {
        mount->receivers++;
        turn = TURN_DEFER;
    }
    pthread_mutex_unlock(&mount->worker_lock);
    return turn;
}

static void defer(struct mount *mount, const struct fuse_buf *buf, uint64_t arrival)
{
    struct mount_deferred *d = malloc(sizeof *d + buf->size);
    const struct fuse_in_header *header = buf->mem;

    if (d == NULL) {
        struct fuse_out_header answer = {sizeof answer, -ENOMEM, header->unique};
        ssize_t n = write(fuse_session_fd(mount->session), &answer, sizeof answer);
        (void)n; /* the caller is gone: nobody to tell */
        return;
    }
    d->next = NULL;
    d->arrival = arrival;
    d->size = buf->size;
    memcpy(d->bytes, buf->mem, buf->size);
    pthread_mutex_lock(&mount->worker_lock);
    *mount->deferred_last = d;
    mount->deferred_last = &d->next;
    pthread_mutex_unlock(&mount->worker_lock);
}

static struct mount_deferred *take_deferred(struct mount *mount)
{
    pthread_mutex_lock(&mount->worker_lock);
    struct mount_deferred *d = mount->deferred_first;
    if (d != NULL) {
        mount->deferred_first = d->next;
        if (d->next == NULL)
            mount->deferred_last = &mount->deferred_first;
    }
    pthread_mutex_unlock(&mount->worker_lock);
    return d;
}

static void serve(struct mount *mount, const struct fuse_buf *buf, uint64_t arrival)
{
    mount_arrival = arrival;
    __atomic_add_fetch(&mount->statistics.requests, 1, __ATOMIC_RELAXED);
    fuse_session_process_buf(mount->session, buf);
}

/* Under the receive lock: what V-101 needs to know in order of arrival. */
static void note_arrival(struct mount *mount, const struct fuse_buf *buf, uint64_t arrival)
{
    const struct fuse_in_header *header = buf->mem;

    if (header->opcode != FUSE_RELEASE || buf->size < sizeof *header + sizeof(struct fuse_release_in))
        return;
    const struct fuse_release_in *in = (const struct fuse_release_in *)(header + 1);
    const struct mount_file *file = (const struct mount_file *)(uintptr_t)in->fh;
    mount_order_release_received(mount, file->node->inode, arrival);
}

/* Reads one request; false at the end of the session. */
static bool receive(struct mount *mount, struct fuse_buf *buf, uint64_t *arrival)
{
    pthread_mutex_lock(&mount->receive_lock);
    int n = __atomic_load_n(&mount->ended, __ATOMIC_ACQUIRE) ? 0 : -EINTR;
    __atomic_store_n(&mount->receiver, pthread_self(), __ATOMIC_RELEASE);
    __atomic_store_n(&mount->receiving, true, __ATOMIC_RELEASE);
    while (n == -EINTR && !fuse_session_exited(mount->session))
        n = fuse_session_receive_buf(mount->session, buf);
    __atomic_store_n(&mount->receiving, false, __ATOMIC_RELEASE);
    if (n > 0) {
        *arrival = ++mount->arrivals;
        note_arrival(mount, buf, *arrival);
    } else {
        __atomic_store_n(&mount->ended, true, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&mount->receive_lock);
    return n > 0;
}

/* Back from a request: one of many idle ones goes. */
static bool stay(struct mount *mount)
{
    pthread_mutex_lock(&mount->worker_lock);
    bool keep = mount->receivers < IDLE_WORKERS;
    if (keep)
        mount->receivers++;
    pthread_mutex_unlock(&mount->worker_lock);
    return keep;
}

static void serve_deferred(struct mount *mount)
{
    struct mount_deferred *d;

    while ((d = take_deferred(mount)) != NULL) {
        struct fuse_buf buf = {.mem = d->bytes, .size = d->size};
        serve(mount, &buf, d->arrival);
        free(d);
    }
}

static void *run_worker(void *context)
{
    struct mount *mount = context;
    struct fuse_buf buf = {0};
    bool registered = false, stays = true;
    uint64_t arrival;
    struct mount_worker self = {.lock = PTHREAD_MUTEX_INITIALIZER};

    pthread_setname_np(pthread_self(), "mount");
    mount_self = &self;
    pthread_mutex_lock(&mount->worker_lock);
    InsertTailList(&mount->worker_list, &self.links);
    pthread_mutex_unlock(&mount->worker_lock);
    while (stays && receive(mount, &buf, &arrival)) {
        if (!registered) {
            mm_user_range_add(buf.mem, malloc_usable_size(buf.mem));
            registered = true;
        }
        if (take_turn(mount, buf.mem) == TURN_DEFER) {
            defer(mount, &buf, arrival);
            continue;
        }
        serve(mount, &buf, arrival);
        serve_deferred(mount);
        stays = stay(mount);
    }
    if (registered)
        mm_user_range_remove(buf.mem, malloc_usable_size(buf.mem));
    free(buf.mem);
    drop_data_buffer();
    mount_path_thread_end();
    /* in one step: the last one's leaving lets the mount be freed */
    pthread_mutex_lock(&mount->worker_lock);
    RemoveEntryList(&self.links);
    mount->workers--;
    mount->receivers -= stays;
    pthread_cond_broadcast(&mount->worker_changed);
    pthread_mutex_unlock(&mount->worker_lock);
    return NULL;
}

int mount_loop_start(struct mount *mount)
{
    pthread_mutex_init(&mount->receive_lock, NULL);
    pthread_mutex_init(&mount->worker_lock, NULL);
    pthread_cond_init(&mount->worker_changed, NULL);
    InitializeListHead(&mount->worker_list);
    mount->deferred_last = &mount->deferred_first;
    pthread_mutex_lock(&mount->worker_lock);
    bool ok = start_worker(mount);
    pthread_mutex_unlock(&mount->worker_lock);
    return ok ? 0 : -EAGAIN;
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
    while (mount->deferred_first != NULL)
        free(take_deferred(mount));
}

void mount_get_statistics(const struct mount *mount, struct mount_statistics *statistics)
{
    struct mount *m = (struct mount *)mount;

    pthread_mutex_lock(&m->worker_lock);
    *statistics = m->statistics;
    statistics->workers = m->workers;
    statistics->waiting = m->workers - m->receivers;
    pthread_mutex_unlock(&m->worker_lock);
}
