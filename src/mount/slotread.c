/*
 * A read(2) of a mailslot waits for a message as long as the slot's timeout says, perhaps for ever: it holds no
 * worker meanwhile. The read is started by the worker that received it, as its caller; when it does not end
 * at once the worker goes on to the next request, and a work item answers when it has ended, in whatever
 * thread that was. A caller that dies, and the mount's end, cancel it, by a work item, too: filters' callbacks
 * run then, and nobody's lock is held.
 *
 * `slot_reads.lock` guards the list of reads that are not answered, and the count of those whose memory is there.
 */
#include "mount/inner.h"

#include <errno.h>
#include <stdlib.h>

#include "ntoskrnl/mm/mm.h"

/* Whose turn it is to answer: who comes second, the start's return or the operation's end. */
enum turn { UNDER_WAY, RETURNED, ENDED };

struct slot_read {
    struct mount_request r; /* first */
    LIST_ENTRY links;       /* slot_reads.lock */
    struct io_transfer t;
    uint32_t references; /* __atomic: the operation, a canceller */
    uint32_t turn;       /* __atomic: enum turn */
    bool cancelled;      /* __atomic */
    bool impatient;      /* O_NONBLOCK */
    size_t size;
    void *buffer; /* user memory */
    WORK_QUEUE_ITEM end, cancel;
};

static struct slot_read *read_of(struct io_transfer *t)
{
    return CONTAINING_RECORD(t, struct slot_read, t);
}

static void release(struct slot_read *read)
{
    if (__atomic_sub_fetch(&read->references, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    struct mount_slot_reads *reads = &read->r.mount->slot_reads;
    PFILE_OBJECT file = read->t.file;

    io_transfer_release(&read->t);
    ObDereferenceObject(file);
    mm_user_range_remove(read->buffer, read->size);
    free(read->buffer);
    pthread_mutex_lock(&reads->lock);
    reads->count--;
    pthread_cond_broadcast(&reads->ended); /* the mount may go from here on */
    pthread_mutex_unlock(&reads->lock);
    free(read);
}

/* From here on the mount's end does not find it. */
static void unlink_read(struct slot_read *read)
{
    struct mount_slot_reads *reads = &read->r.mount->slot_reads;

    pthread_mutex_lock(&reads->lock);
    RemoveEntryList(&read->links);
    pthread_mutex_unlock(&reads->lock);
}

/* The slot's read timeout is its own; when it is over the file is at its end for now, or says EAGAIN to who
 * asked not to wait. */
static void answer(struct slot_read *read)
{
    NTSTATUS status = read->t.iosb.Status;
    fuse_req_t req = read->r.req;
    size_t length = 0;
    int error = NT_SUCCESS(status) ? 0 : mount_slots_errno(&read->r, status);

    if (status == STATUS_IO_TIMEOUT)
        error = read->impatient ? EAGAIN : 0;
    if (NT_SUCCESS(status))
        length = read->t.iosb.Information < read->size ? read->t.iosb.Information : read->size;
    unlink_read(read);
    mount_request_forget(&read->r);
    if (error != 0)
        fuse_reply_err(req, error);
    else
        fuse_reply_buf(req, read->buffer, length);
    release(read);
}

static VOID end_later(PVOID context)
{
    answer(context);
}

/* In whatever thread; the answer may take locks that it holds. */
static void ended(struct io_transfer *t)
{
    struct slot_read *read = read_of(t);

    if (__atomic_exchange_n(&read->turn, ENDED, __ATOMIC_ACQ_REL) == RETURNED)
        ExQueueWorkItem(&read->end, DelayedWorkQueue);
}

/* ---- cancelling ---- */

static VOID cancel_later(PVOID context)
{
    struct slot_read *read = context;

    io_transfer_cancel(&read->t);
    release(read);
}

/* The caller knows that the read has not been answered yet, and holds off its answer. */
static void cancel(struct slot_read *read)
{
    if (__atomic_exchange_n(&read->cancelled, true, __ATOMIC_ACQ_REL))
        return;
    __atomic_add_fetch(&read->references, 1, __ATOMIC_RELAXED);
    ExQueueWorkItem(&read->cancel, DelayedWorkQueue);
}

/* The caller is dying (interrupt.c). */
static void cut(struct mount_request *r)
{
    cancel((struct slot_read *)r);
}

/* ---- starting ---- */

static struct slot_read *new_read(fuse_req_t req, size_t size, const struct fuse_file_info *fi)
{
    struct mount_slot_reads *reads = &mount_of(req)->slot_reads;
    struct slot_read *read = calloc(1, sizeof *read);
    void *buffer = read != NULL ? calloc(1, size + 1) : NULL;

    if (buffer == NULL) {
        free(read);
        return NULL;
    }
    read->references = 1;
    read->impatient = fi->flags & O_NONBLOCK;
    read->size = size;
    read->buffer = buffer;
    mm_user_range_add(buffer, size);
    ExInitializeWorkItem(&read->end, end_later, read);
    ExInitializeWorkItem(&read->cancel, cancel_later, read);
    mount_request_begin(&read->r, req);
    read->r.cut = cut;
    read->t = mount_transfer(&read->r, (PFILE_OBJECT)(uintptr_t)fi->fh);
    read->t.done = ended;
    ObReferenceObject(read->t.file);
    pthread_mutex_lock(&reads->lock);
    InsertTailList(&reads->list, &read->links);
    reads->count++;
    pthread_mutex_unlock(&reads->lock);
    return read;
}

void mount_slot_read(
    fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
    uint32_t under_way = UNDER_WAY;

    (void)ino;
    if (offset != 0) { /* the rest of a readv(2) that the kernel has cut: one read is one message */
        fuse_reply_buf(req, NULL, 0);
        return;
    }
    struct slot_read *read = new_read(req, size, fi);
    if (read == NULL) {
        fuse_reply_err(req, ENOMEM);
        return;
    }
    io_read(&read->t, read->buffer, (ULONG)size, (LARGE_INTEGER){.QuadPart = 0});
    mount_request_leave(&read->r);
    if (!__atomic_compare_exchange_n(
            &read->turn, &under_way, RETURNED, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        answer(read);
}

/* ---- the mount's life ---- */

void mount_slot_reads_init(struct mount *mount)
{
    pthread_mutex_init(&mount->slot_reads.lock, NULL);
    pthread_cond_init(&mount->slot_reads.ended, NULL);
    InitializeListHead(&mount->slot_reads.list);
}

/* Nobody reads requests any more. */
void mount_slot_reads_end(struct mount *mount)
{
    struct mount_slot_reads *reads = &mount->slot_reads;

    pthread_mutex_lock(&reads->lock);
    for (PLIST_ENTRY e = reads->list.Flink; e != &reads->list; e = e->Flink)
        cancel(CONTAINING_RECORD(e, struct slot_read, links));
    while (reads->count > 0)
        pthread_cond_wait(&reads->ended, &reads->lock);
    pthread_mutex_unlock(&reads->lock);
}
