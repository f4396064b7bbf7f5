/*
 * Reads, writes and controls of asynchronous handles that answer STATUS_PENDING: what ends them tells the caller's status
 * block and events (M-94). A thread that ends cancels what it left pending, as on Windows: each issuing thread has
 * a block with a list of its own, guarded by the block's lock; who cancels holds a reference instead of the lock. The blocks stand in a
 * list, for a cancel of whatever thread's operations (issuers_lock, before a block's); each has its thread's queue of APCs, by which
 * completion routines run there.
 */
#include "ntoskrnl/io/inner.h"
#include "ntoskrnl/ke/lock.h"

#include <stdlib.h>

struct issuer {
    LIST_ENTRY links; /* issuers_lock */
    struct ke_apc_queue apcs;
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
    PIO_APC_ROUTINE routine;
    PVOID context;
    struct ke_apc apc; /* has the operation's reference while it is queued */
};

static __thread struct issuer *mine;
static uint32_t issuers_lock;
static LIST_ENTRY issuers = {&issuers, &issuers};

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
        ke_apc_queue_init(&mine->apcs);
        ke_self.apcs = &mine->apcs;
        ke_lock(&issuers_lock);
        InsertTailList(&issuers, &mine->links);
        ke_unlock(&issuers_lock);
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

static void unlink_pended(struct pended *p)
{
    ke_lock(&p->issuer->lock);
    RemoveEntryList(&p->links);
    ke_unlock(&p->issuer->lock);
}

/* ---- completion routines ---- */

static void run_routine(struct ke_apc *apc)
{
    struct pended *p = CONTAINING_RECORD(apc, struct pended, apc);
    PIO_APC_ROUTINE routine = p->routine;
    PVOID context = p->context;
    PIO_STATUS_BLOCK iosb = p->iosb;
    release(p); /* it may open and close files */
    routine(context, iosb, 0);
}

/* It has ended: its routine runs in its thread, if that is there. */
static void forget(struct pended *p)
{
    unlink_pended(p);
    p->apc.run = run_routine;
    if (!p->routine || !ke_apc_put(&p->issuer->apcs, &p->apc))
        release(p);
}

struct routine_call {
    struct ke_apc apc;
    PIO_APC_ROUTINE routine;
    PVOID context;
    PIO_STATUS_BLOCK iosb;
};

static void run_call(struct ke_apc *apc)
{
    struct routine_call call = *CONTAINING_RECORD(apc, struct routine_call, apc);
    free(CONTAINING_RECORD(apc, struct routine_call, apc));
    call.routine(call.context, call.iosb, 0);
}

void io_routine_call(PIO_APC_ROUTINE routine, PVOID context, PIO_STATUS_BLOCK iosb)
{
    struct issuer *issuer = current_issuer();
    struct routine_call *call = issuer ? malloc(sizeof *call) : NULL;
    if (!call) {
        ke_report(ke_self.driver, "ApcRoutine", "no memory to call it later: it is called at once");
        routine(context, iosb, 0);
        return;
    }
    *call = (struct routine_call){{NULL, run_call}, routine, context, iosb};
    ke_apc_put(&issuer->apcs, &call->apc);
    ke_apcs_run();
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
    p->routine = request->routine;
    p->context = request->context;
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
    unlink_pended(p);
    release(p);
    return request->t->iosb.Status;
}

/* ---- cancelling ---- */

/* One that fits and that nobody has asked to end yet, referenced. The issuer's lock is held. */
static struct pended *find(struct issuer *issuer, PFILE_OBJECT file, PIO_STATUS_BLOCK iosb)
{
    for (PLIST_ENTRY e = issuer->pending.Flink; e != &issuer->pending; e = e->Flink) {
        struct pended *p = CONTAINING_RECORD(e, struct pended, links);
        if (p->cancelled || (file && p->t.file != file) || (iosb && p->iosb != iosb))
            continue;
        p->cancelled = true;
        __atomic_add_fetch(&p->references, 1, __ATOMIC_RELAXED);
        return p;
    }
    return NULL;
}

static struct pended *find_locked(struct issuer *issuer, PFILE_OBJECT file, PIO_STATUS_BLOCK iosb)
{
    ke_lock(&issuer->lock);
    struct pended *p = find(issuer, file, iosb);
    ke_unlock(&issuer->lock);
    return p;
}

static struct pended *find_any(PFILE_OBJECT file, PIO_STATUS_BLOCK iosb)
{
    struct pended *p = NULL;
    ke_lock(&issuers_lock);
    for (PLIST_ENTRY e = issuers.Flink; !p && e != &issuers; e = e->Flink)
        p = find_locked(CONTAINING_RECORD(e, struct issuer, links), file, iosb);
    ke_unlock(&issuers_lock);
    return p;
}

bool io_pended_cancel(PFILE_OBJECT file, PIO_STATUS_BLOCK iosb, bool any_thread)
{
    bool any = false;
    for (struct pended *p; (p = any_thread ? find_any(file, iosb) : mine ? find_locked(mine, file, iosb) : NULL); any = true) {
        io_transfer_cancel(&p->t);
        release(p);
    }
    return any;
}

/* ---- the thread's end ---- */

static void drop_routines(struct issuer *issuer)
{
    for (struct ke_apc *apc = ke_apc_queue_close(&issuer->apcs), *next; apc; apc = next) {
        next = apc->next;
        if (apc->run == run_routine)
            release(CONTAINING_RECORD(apc, struct pended, apc));
        else
            free(CONTAINING_RECORD(apc, struct routine_call, apc));
    }
}

static void thread_ends(struct ke_thread *thread)
{
    struct issuer *issuer = mine;
    if (!issuer)
        return;
    io_pended_cancel(NULL, NULL, false);
    thread->apcs = NULL;
    drop_routines(issuer);
    ke_lock(&issuers_lock);
    RemoveEntryList(&issuer->links);
    ke_unlock(&issuers_lock);
    mine = NULL;
    release_issuer(issuer);
}

void io_pended_init(void)
{
    ke_thread_on_exit(thread_ends);
}
