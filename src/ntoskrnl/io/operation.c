/* Operations: their memory, their frames, completion and cancellation.
 * A block lives in the cache of the thread that freed it last; whole batches move through one locked pool, so that a
 * thread that allocates and another that frees do not starve or hoard. */
#include "ntoskrnl/io/io.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ps/ps.h"
#include "rtl/hot.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_MOST 64
#define CACHE_BATCH 32

struct cache {
    struct io_operation *free;
    unsigned count;
    bool armed; /* the thread's exit gives the cache back */
};

static __thread struct cache cache __attribute__((tls_model("initial-exec")));
static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static struct io_operation *pool;
static pthread_key_t exit_key;
static pthread_once_t exit_once = PTHREAD_ONCE_INIT;

static void give_back(struct cache *mine, unsigned keep)
{
    pthread_mutex_lock(&pool_lock);
    while (mine->count > keep) {
        struct io_operation *op = mine->free;
        mine->free = op->next_free;
        op->next_free = pool;
        pool = op;
        mine->count--;
    }
    pthread_mutex_unlock(&pool_lock);
}

static void thread_exits(void *mine)
{
    give_back(mine, 0);
}

static void make_key(void)
{
    pthread_key_create(&exit_key, thread_exits);
}

/* Before the first block comes in: a thread that only frees what others pended has a cache to give back, too. */
static void arm(struct cache *mine)
{
    mine->armed = true;
    pthread_once(&exit_once, make_key);
    pthread_setspecific(exit_key, mine);
}

static void take_batch(struct cache *mine)
{
    if (!mine->armed)
        arm(mine);
    pthread_mutex_lock(&pool_lock);
    while (pool && mine->count < CACHE_BATCH) {
        struct io_operation *op = pool;
        pool = op->next_free;
        op->next_free = mine->free;
        mine->free = op;
        mine->count++;
    }
    pthread_mutex_unlock(&pool_lock);
}

OFM_HOT static struct io_operation *take_block(void)
{
    if (!cache.free)
        take_batch(&cache);
    if (!cache.free)
        return calloc(1, sizeof(struct io_operation));
    struct io_operation *op = cache.free;
    cache.free = op->next_free;
    cache.count--;
    return op;
}

/* F-237: which class a major code belongs to when nothing else is said. */
static ULONG class_of(UCHAR major)
{
    if (major < 0x80)
        return FLTFL_CALLBACK_DATA_IRP_OPERATION;
    if (major >= (UCHAR)IRP_MJ_QUERY_OPEN)
        return FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION;
    return FLTFL_CALLBACK_DATA_FAST_IO_OPERATION;
}

OFM_HOT struct io_operation *io_operation_new(struct io_volume *volume, UCHAR major, UCHAR minor, PFILE_OBJECT file)
{
    struct io_operation *op = take_block();
    if (!op)
        return NULL;
    memset(op, 0, offsetof(struct io_operation, frames));
    op->iopb.MajorFunction = major;
    op->iopb.MinorFunction = minor;
    op->iopb.TargetFileObject = file;
    op->volume = volume;
    op->callback_flags = class_of(major);
    op->thread = ke_self.ps_current ? ke_self.ps_current : ps_current_thread();
    return op;
}

OFM_HOT void io_operation_free(struct io_operation *op)
{
    if (op->tag_data)
        ExFreePool(op->tag_data);
    if (!cache.armed)
        arm(&cache);
    op->next_free = cache.free;
    cache.free = op;
    if (++cache.count > CACHE_MOST)
        give_back(&cache, CACHE_BATCH);
}

/* ---- frames ---- */

void io_complete(struct io_operation *op)
{
    assert(op->frame_count);
    unsigned top = --op->frame_count;
    op->frames[top].fn(op, op->frames[top].context);
}

OFM_HOT NTSTATUS io_send(struct io_operation *op)
{
    struct io_volume *volume = op->volume;
    if (__builtin_expect(__atomic_load_n(&volume->dead, __ATOMIC_RELAXED), 0) && op->iopb.MajorFunction != IRP_MJ_CLEANUP
        && op->iopb.MajorFunction != IRP_MJ_CLOSE)
        return op->iosb.Status = STATUS_VOLUME_DISMOUNTED;
    struct io_device *top = __atomic_load_n(&volume->top, __ATOMIC_CONSUME);
    return top->dispatch(top, op);
}

void io_send_then(struct io_operation *op, io_completion_fn *done, void *context)
{
    io_push_frame(op, done, context);
    if (io_send(op) == STATUS_PENDING)
        return;
    io_pop_frame(op);
    done(op, context);
}

static void signal_end(struct io_operation *op, void *event)
{
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
}

static void wait_for_end(struct io_operation *op, PKEVENT event)
{
    struct ke_interrupt *interrupt = ke_self.interrupt;
    if (interrupt && ke_wait_one(event, NULL, interrupt) != STATUS_SUCCESS) {
        io_cancel(op);
        interrupt = NULL;
        ke_wait_one(event, NULL, NULL);
    } else if (!interrupt) {
        ke_wait_one(event, NULL, NULL);
    }
}

OFM_HOT NTSTATUS io_send_and_wait(struct io_operation *op)
{
    KEVENT event;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    io_push_frame(op, signal_end, &event);
    NTSTATUS status = io_send(op);
    if (status != STATUS_PENDING) {
        io_pop_frame(op);
        return status;
    }
    wait_for_end(op, &event);
    return op->iosb.Status;
}

/* ---- cancellation ---- */

/*
 * IDLE <-> SET (a routine stands ready) -> CANCELLED, which stays: a later io_set_cancel fails. Who takes SET to CANCELLED calls
 * the routine, which completes the operation; who takes SET to IDLE (io_clear_cancel) completes it itself.
 */
enum io_cancel_state { CANCEL_IDLE, CANCEL_SET, CANCEL_CHANGING, CANCEL_CANCELLED };

bool io_set_cancel(struct io_operation *op, void (*routine)(struct io_operation *, void *), void *context)
{
    uint32_t idle = CANCEL_IDLE;
    if (!__atomic_compare_exchange_n(&op->cancel_state, &idle, CANCEL_CHANGING, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return false;
    op->cancel_routine = routine;
    op->cancel_context = context;
    uint32_t changing = CANCEL_CHANGING;
    /* io_cancel marks a CHANGING operation cancelled and leaves the rest to us */
    return __atomic_compare_exchange_n(&op->cancel_state, &changing, CANCEL_SET, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

bool io_clear_cancel(struct io_operation *op)
{
    uint32_t set = CANCEL_SET;
    return __atomic_compare_exchange_n(&op->cancel_state, &set, CANCEL_IDLE, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

bool io_cancel_begin(struct io_operation *op, void (**routine)(struct io_operation *, void *), void **context)
{
    if (__atomic_exchange_n(&op->cancel_state, CANCEL_CANCELLED, __ATOMIC_ACQ_REL) != CANCEL_SET)
        return false;
    *routine = op->cancel_routine;
    *context = op->cancel_context;
    return true;
}

bool io_cancel(struct io_operation *op)
{
    void (*routine)(struct io_operation *, void *);
    void *context;
    if (!io_cancel_begin(op, &routine, &context))
        return false;
    routine(op, context);
    return true;
}

bool io_is_cancelled(const struct io_operation *op)
{
    return __atomic_load_n(&op->cancel_state, __ATOMIC_ACQUIRE) == CANCEL_CANCELLED;
}
