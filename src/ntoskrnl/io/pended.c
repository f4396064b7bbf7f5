/*
 * Reads, writes and controls of asynchronous handles that answer STATUS_PENDING: what ends them tells the caller's status
 * block and events (M-94). A thread that ends cancels what it left pending, as on Windows: each issuing thread has
 * a block with a list of its own, guarded by the block's lock; who cancels holds a reference instead of the lock.
 */
#include "ntoskrnl/io/inner.h"
#include "ntoskrnl/ke/lock.h"

#include <stdlib.h>

struct issuer {
    uint32_t lock;
    uint32_t references; /* __atomic: the thread, its pending operations */
    LIST_ENTRY pending;  /* lock */
};

/* Whose turn it is to tell the result: who comes second, the caller's return or the operation's end. */
enum turn { UNDER_WAY, RETURNED, ENDED };

struct pended {
    struct io_transfer t; /* references on file and thread are this block's */
    LIST_ENTRY links;     /* issuer->lock */
    struct issuer *issuer;
    uint32_t references; /* __atomic: the operation, a canceller */
    uint32_t turn;       /* __atomic: enum turn */
    bool cancelled;      /* issuer->lock */
    PKEVENT event;       /* referenced */
    PIO_STATUS_BLOCK iosb;
};

static __thread struct issuer *mine;

static void release_issuer(struct issuer *issuer)
{
    if (!__atomic_sub_fetch(&issuer->references, 1, __ATOMIC_ACQ_REL))
        free(issuer);
}

static struct issuer *current_issuer(void)
{
    if (!mine && (mine = calloc(1, sizeof *mine)) != NULL) {
        ke_current(); /* arms the exit hook */
        mine->references = 1;
        InitializeListHead(&mine->pending);
    }
    return mine;
}

/* ---- one operation ---- */

static void release(struct pended *p)
{
    if (__atomic_sub_fetch(&p->references, 1, __ATOMIC_ACQ_REL))
        return;
    io_transfer_release(&p->t);
    if (p->t.thread)
        ObDereferenceObject(p->t.thread);
    if (p->event)
        ObDereferenceObject(p->event);
    ObDereferenceObject(p->t.file);
    release_issuer(p->issuer);
    free(p);
}

static void forget(struct pended *p)
{
    ke_lock(&p->issuer->lock);
    RemoveEntryList(&p->links);
    ke_unlock(&p->issuer->lock);
    release(p);
}

/* Errors, too, are told in the status block: the caller knows of no other place. */
static void ended(struct io_transfer *t)
{
    struct pended *p = CONTAINING_RECORD(t, struct pended, t);
    if (__atomic_exchange_n(&p->turn, ENDED, __ATOMIC_ACQ_REL) == UNDER_WAY)
        return; /* the call has not returned: it tells */
    p->iosb->Information = t->iosb.Information;
    __atomic_store_n(&p->iosb->Status, t->iosb.Status, __ATOMIC_RELEASE);
    if (p->event)
        KeSetEvent(p->event, IO_NO_INCREMENT, FALSE);
    KeSetEvent(&t->file->Event, IO_NO_INCREMENT, FALSE);
    forget(p);
}

static struct pended *new_pended(const struct io_pended_request *request)
{
    struct issuer *issuer = current_issuer();
    struct pended *p = issuer ? calloc(1, sizeof *p) : NULL;
    if (!p)
        return NULL;
    p->t = *request->t;
    p->t.done = ended;
    p->issuer = issuer;
    p->references = 1;
    p->event = request->event;
    p->iosb = request->iosb;
    __atomic_add_fetch(&issuer->references, 1, __ATOMIC_RELAXED);
    ObReferenceObject(p->t.file);
    if (p->event)
        ObReferenceObject(p->event);
    if (p->t.thread)
        ObReferenceObject(p->t.thread);
    ke_lock(&issuer->lock);
    InsertTailList(&issuer->pending, &p->links);
    ke_unlock(&issuer->lock);
    return p;
}

static void start(struct pended *p, const struct io_pended_request *r)
{
    switch (r->major) {
    case IRP_MJ_READ: io_read(&p->t, r->buffer, r->length, r->offset); break;
    case IRP_MJ_WRITE: io_write(&p->t, r->buffer, r->length, r->offset); break;
    case IRP_MJ_FILE_SYSTEM_CONTROL: io_fs_control(&p->t, r->code, r->in, r->in_length, r->buffer, r->length); break;
    default: io_device_io_control(&p->t, r->code, r->in, r->in_length, r->buffer, r->length); break;
    }
}

NTSTATUS io_pended_send(const struct io_pended_request *request)
{
    struct pended *p = new_pended(request);
    uint32_t under_way = UNDER_WAY;
    if (!p)
        return request->t->iosb.Status = STATUS_INSUFFICIENT_RESOURCES;
    KeClearEvent(&p->t.file->Event);
    start(p, request);
    if (__atomic_compare_exchange_n(
            &p->turn, &under_way, RETURNED, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return STATUS_PENDING;
    request->t->iosb = p->t.iosb;
    forget(p);
    return request->t->iosb.Status;
}

/* ---- the thread's end ---- */

static struct pended *next_to_cancel(struct issuer *issuer)
{
    struct pended *found = NULL;
    ke_lock(&issuer->lock);
    for (PLIST_ENTRY e = issuer->pending.Flink; !found && e != &issuer->pending; e = e->Flink) {
        struct pended *p = CONTAINING_RECORD(e, struct pended, links);
        if (!p->cancelled)
            found = p;
    }
    if (found) {
        found->cancelled = true;
        __atomic_add_fetch(&found->references, 1, __ATOMIC_RELAXED);
    }
    ke_unlock(&issuer->lock);
    return found;
}

static void thread_ends(struct ke_thread *thread)
{
    struct issuer *issuer = mine;
    if (!issuer)
        return;
    for (struct pended *p; (p = next_to_cancel(issuer));) {
        io_transfer_cancel(&p->t);
        release(p);
    }
    mine = NULL;
    release_issuer(issuer);
}

void io_pended_init(void)
{
    ke_thread_on_exit(thread_ends);
}
