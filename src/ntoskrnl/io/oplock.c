/* See oplock.h: the structure, breaking, waiting. The lock is a small one; memory is taken only by who holds or waits. */
#include "ntoskrnl/io/oplockinner.h"

#include <stdlib.h>

/* ---- the structure ---- */

struct oplock *oplock_of(POPLOCK cell)
{
    return cell ? __atomic_load_n((struct oplock **)cell, __ATOMIC_SEQ_CST) : NULL;
}

/* Made by the first request; two at once agree on one. */
struct oplock *oplock_make(POPLOCK cell)
{
    struct oplock *oplock = oplock_of(cell), *none = NULL;
    if (oplock || (oplock = calloc(1, sizeof *oplock)) == NULL)
        return oplock;
    oplock->references = 1;
    InitializeListHead(&oplock->grants);
    InitializeListHead(&oplock->waiters);
    if (__atomic_compare_exchange_n((struct oplock **)cell, &none, oplock, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return oplock;
    free(oplock);
    return none;
}

static void reference(struct oplock *oplock)
{
    __atomic_add_fetch(&oplock->references, 1, __ATOMIC_RELAXED);
}

void oplock_release(struct oplock *oplock)
{
    if (__atomic_sub_fetch(&oplock->references, 1, __ATOMIC_ACQ_REL) == 0)
        free(oplock);
}

void oplock_ended_init(struct io_oplock_ended *ended)
{
    InitializeListHead(&ended->requests);
    InitializeListHead(&ended->waiters);
}

bool oplock_is_breaking(const struct oplock *oplock)
{
    for (LIST_ENTRY *link = oplock->grants.Flink; link != &oplock->grants; link = link->Flink)
        if (CONTAINING_RECORD(link, struct oplock_grant, links)->state == STATE_BREAKING)
            return true;
    return false;
}

/* ---- ends, all locks released ---- */

static void end_waiter(struct oplock_waiter *waiter)
{
    struct oplock *oplock = waiter->oplock;
    if (waiter->event) { /* on its thread's stack: gone with the signal */
        KeSetEvent(waiter->event, IO_NO_INCREMENT, FALSE);
    } else {
        if (waiter->notify)
            waiter->pended.form->complete(waiter->pended.who, waiter->status, 0);
        else
            waiter->wait.resume(waiter->pended.who, waiter->wait.context, waiter->status);
        free(waiter);
    }
    oplock_release(oplock);
}

/* Requests first: their owners hear of the break before the others go on. */
void io_oplock_end(struct io_oplock_ended *ended)
{
    while (!IsListEmpty(&ended->requests)) {
        struct oplock_request *request = CONTAINING_RECORD(RemoveHeadList(&ended->requests), struct oplock_request, links);
        request->pended.form->complete(request->pended.who, request->status, request->information);
        oplock_release(request->oplock);
        free(request);
    }
    while (!IsListEmpty(&ended->waiters))
        end_waiter(CONTAINING_RECORD(RemoveHeadList(&ended->waiters), struct oplock_waiter, links));
}

/* ---- grants ---- */

bool oplock_same_key(const struct oplock_grant *grant, PFILE_OBJECT file)
{
    if (grant->file == file)
        return true;
    const OPLOCK_KEY_CONTEXT *key = file && grant->keyed ? IoGetOplockKeyContextEx(file) : NULL;
    return key && (key->Flags & OPLOCK_KEY_FLAG_TARGET_KEY) && IsEqualGUID(&key->TargetOplockKey, &grant->key);
}

void oplock_remove(struct oplock_grant *grant)
{
    RemoveEntryList(&grant->links);
    free(grant);
}

static void fill_out(const struct oplock_grant *grant, struct oplock_request *request, ULONG to, ULONG flags)
{
    *request->out = (REQUEST_OPLOCK_OUTPUT_BUFFER){
        .StructureVersion = REQUEST_OPLOCK_CURRENT_VERSION,
        .StructureLength = sizeof *request->out,
        .OriginalOplockLevel = oplock_cache_of(grant->kind),
        .NewOplockLevel = to,
        .Flags = flags,
    };
    request->information = sizeof *request->out;
}

bool oplock_end_request(struct oplock_grant *grant, NTSTATUS status, ULONG to, ULONG flags, struct io_oplock_ended *ended)
{
    struct oplock_request *request = grant->request;
    if (!request->pended.form->clear(&request->pended)) {
        grant->leaving = true; /* its cancel routine takes it away */
        return false;
    }
    grant->request = NULL;
    request->status = status;
    if (request->out)
        fill_out(grant, request, to, flags);
    else
        request->information = to & CACHE_R ? FILE_OPLOCK_BROKEN_TO_LEVEL_2 : FILE_OPLOCK_BROKEN_TO_NONE;
    InsertTailList(&ended->requests, &request->links);
    return true;
}

/* What broke it, for the owner of a Windows 7 oplock. */
static void tell_modes(struct oplock_request *request, const struct oplock_asker *asker)
{
    if (!request->out || !asker->iopb || asker->iopb->MajorFunction != IRP_MJ_CREATE)
        return;
    PIO_SECURITY_CONTEXT security = asker->iopb->Parameters.Create.SecurityContext;
    request->out->Flags |= REQUEST_OPLOCK_OUTPUT_FLAG_MODES_PROVIDED;
    request->out->AccessMode = security ? security->DesiredAccess : 0;
    request->out->ShareMode = asker->iopb->Parameters.Create.ShareAccess;
}

/* ---- breaking ---- */

static bool applies(const struct oplock_grant *grant, const struct oplock_asker *asker, struct oplock_rule rule)
{
    if (!rule.breaks || grant->leaving)
        return false;
    return rule.any_key || (asker->flags & OPLOCK_FLAG_IGNORE_OPLOCK_KEYS) || !oplock_same_key(grant, asker->file);
}

/* Breaks one; true: the operation has to wait for its acknowledgement. */
static bool break_one(struct oplock_grant *grant, struct oplock_asker *asker, struct io_oplock_ended *ended)
{
    struct oplock_rule rule = oplock_rule_of(grant->kind, asker->cause);
    if (!applies(grant, asker, rule))
        return false;
    if (grant->state == STATE_RESERVED) {
        asker->saw_reserved = true;
        return true;
    }
    if (grant->state == STATE_BREAKING) { /* further than it is told */
        grant->to &= (UCHAR)~(oplock_cache_of(grant->kind) & ~(ULONG)rule.to);
        return rule.waits;
    }
    struct oplock_request *request = grant->request;
    ULONG flags = rule.acknowledged && request->out ? REQUEST_OPLOCK_OUTPUT_FLAG_ACK_REQUIRED : 0;
    if (!oplock_end_request(grant, STATUS_SUCCESS, rule.to, flags, ended))
        return false;
    tell_modes(request, asker);
    if (!rule.acknowledged) {
        oplock_remove(grant);
        return false;
    }
    grant->state = STATE_BREAKING;
    grant->to = rule.to;
    return rule.waits;
}

static bool break_all(struct oplock *oplock, struct oplock_asker *asker, struct io_oplock_ended *ended)
{
    bool waits = false;
    for (LIST_ENTRY *link = oplock->grants.Flink, *next; link != &oplock->grants; link = next) {
        next = link->Flink;
        waits |= break_one(CONTAINING_RECORD(link, struct oplock_grant, links), asker, ended);
    }
    return waits;
}

static bool any_applies(struct oplock *oplock, const struct oplock_asker *asker)
{
    for (LIST_ENTRY *link = oplock->grants.Flink; link != &oplock->grants; link = link->Flink) {
        struct oplock_grant *grant = CONTAINING_RECORD(link, struct oplock_grant, links);
        if (applies(grant, asker, oplock_rule_of(grant->kind, asker->cause)))
            return true;
    }
    return false;
}

/* ---- waiters ---- */

static bool is_blocked(struct oplock *oplock, struct oplock_waiter *waiter, struct io_oplock_ended *ended)
{
    if (waiter->notify)
        return oplock_is_breaking(oplock);
    if (waiter->asker.saw_reserved)
        return break_all(oplock, &waiter->asker, ended);
    for (LIST_ENTRY *link = oplock->grants.Flink; link != &oplock->grants; link = link->Flink) {
        struct oplock_grant *grant = CONTAINING_RECORD(link, struct oplock_grant, links);
        struct oplock_rule rule = oplock_rule_of(grant->kind, waiter->asker.cause);
        if (grant->state == STATE_BREAKING && rule.waits && applies(grant, &waiter->asker, rule))
            return true;
    }
    return false;
}

/* Off the list and on its way, unless its cancel routine is. */
static void let_go(struct oplock_waiter *waiter, NTSTATUS status, struct io_oplock_ended *ended)
{
    if (!waiter->pended.form->clear(&waiter->pended))
        return;
    RemoveEntryList(&waiter->links);
    waiter->status = status;
    waiter->released = true;
    if (!waiter->preparing)
        InsertTailList(&ended->waiters, &waiter->links);
}

void oplock_wake(struct oplock *oplock, struct io_oplock_ended *ended)
{
    for (LIST_ENTRY *link = oplock->waiters.Flink, *next; link != &oplock->waiters; link = next) {
        struct oplock_waiter *waiter = CONTAINING_RECORD(link, struct oplock_waiter, links);
        next = link->Flink;
        if (!is_blocked(oplock, waiter, ended))
            let_go(waiter, STATUS_SUCCESS, ended);
    }
}

void oplock_waiter_cancelled(struct io_held *pended)
{
    struct oplock_waiter *waiter = CONTAINING_RECORD(pended, struct oplock_waiter, pended);
    struct oplock *oplock = waiter->oplock;
    ke_lock(&oplock->lock);
    RemoveEntryList(&waiter->links);
    waiter->status = STATUS_CANCELLED;
    waiter->released = true;
    bool later = waiter->preparing;
    ke_unlock(&oplock->lock);
    if (!later)
        end_waiter(waiter);
}

bool oplock_queue(struct oplock *oplock, struct oplock_waiter *waiter)
{
    waiter->oplock = oplock;
    waiter->pended.cancelled = oplock_waiter_cancelled;
    waiter->asker.iopb = NULL;
    if (!waiter->pended.form->set(&waiter->pended))
        return false;
    reference(oplock);
    InsertTailList(&oplock->waiters, &waiter->links);
    return true;
}

/* ---- the owner's handle ---- */

static NTSTATUS closing_status(const struct oplock_grant *grant)
{
    return oplock_is_legacy(grant->kind) ? STATUS_SUCCESS : STATUS_OPLOCK_HANDLE_CLOSED;
}

/* Ends what `file` holds (NULL: everybody's); who waited for it goes on. */
static void close_grants(struct oplock *oplock, PFILE_OBJECT file, struct io_oplock_ended *ended)
{
    for (LIST_ENTRY *link = oplock->grants.Flink, *next; link != &oplock->grants; link = next) {
        struct oplock_grant *grant = CONTAINING_RECORD(link, struct oplock_grant, links);
        next = link->Flink;
        if ((file && grant->file != file) || grant->leaving)
            continue;
        if (!grant->request || oplock_end_request(grant, closing_status(grant), 0, 0, ended))
            oplock_remove(grant);
    }
    oplock_wake(oplock, ended);
}

void io_oplock_close(POPLOCK cell, PFILE_OBJECT file)
{
    struct oplock *oplock = oplock_of(cell);
    struct io_oplock_ended ended;
    if (!oplock)
        return;
    oplock_ended_init(&ended);
    ke_lock(&oplock->lock);
    close_grants(oplock, file, &ended);
    ke_unlock(&oplock->lock);
    io_oplock_end(&ended);
}

void oplock_drop_reservation(struct oplock *oplock, PFILE_OBJECT file, struct io_oplock_ended *ended)
{
    for (LIST_ENTRY *link = oplock->grants.Flink, *next; link != &oplock->grants; link = next) {
        struct oplock_grant *grant = CONTAINING_RECORD(link, struct oplock_grant, links);
        next = link->Flink;
        if (grant->state == STATE_RESERVED && grant->file == file)
            oplock_remove(grant);
    }
    if (ended)
        oplock_wake(oplock, ended);
}

void io_oplock_uninitialize(POPLOCK cell)
{
    struct oplock *oplock = __atomic_exchange_n((struct oplock **)cell, NULL, __ATOMIC_ACQ_REL);
    struct io_oplock_ended ended;
    if (!oplock)
        return;
    oplock_ended_init(&ended);
    ke_lock(&oplock->lock);
    close_grants(oplock, NULL, &ended);
    for (LIST_ENTRY *link = oplock->waiters.Flink, *next; link != &oplock->waiters; link = next) {
        next = link->Flink;
        let_go(CONTAINING_RECORD(link, struct oplock_waiter, links), STATUS_SUCCESS, &ended);
    }
    ke_unlock(&oplock->lock);
    io_oplock_end(&ended);
    oplock_release(oplock);
}

/* ---- waiting for an acknowledgement ---- */

/* V-192: the owner did not answer. Its oplock is gone; a late acknowledgement is an error of protocol. */
static void give_up_on_owner(struct oplock *oplock, struct oplock_waiter *waiter, struct io_oplock_ended *ended)
{
    unsigned broken = 0;
    for (LIST_ENTRY *link = oplock->grants.Flink, *next; link != &oplock->grants; link = next) {
        struct oplock_grant *grant = CONTAINING_RECORD(link, struct oplock_grant, links);
        next = link->Flink;
        if (grant->state == STATE_GRANTED || !applies(grant, &waiter->asker, oplock_rule_of(grant->kind, waiter->asker.cause)))
            continue;
        oplock_remove(grant);
        broken++;
    }
    if (broken)
        ke_log(KE_LOG_WARNING, "an oplock break was not acknowledged within %u ms: the oplock is taken away", waiter->wait.timeout_ms);
    oplock_wake(oplock, ended);
}

/* The thread's wait ended early: the waiter is taken off, or whoever ends it is waited for. */
static NTSTATUS stop_waiting(struct oplock_waiter *waiter, KEVENT *event, bool timed_out)
{
    struct oplock *oplock = waiter->oplock;
    struct io_oplock_ended ended;
    oplock_ended_init(&ended);
    ke_lock(&oplock->lock);
    if (!waiter->released) {
        if (timed_out)
            give_up_on_owner(oplock, waiter, &ended);
        if (!waiter->released)
            let_go(waiter, timed_out ? STATUS_SUCCESS : STATUS_CANCELLED, &ended);
    }
    ke_unlock(&oplock->lock);
    io_oplock_end(&ended);
    ke_wait_one(event, NULL, NULL);
    return waiter->status;
}

static NTSTATUS wait_here(struct oplock_waiter *waiter, KEVENT *event)
{
    LARGE_INTEGER timeout = {.QuadPart = -(LONGLONG)waiter->wait.timeout_ms * 10000};
    NTSTATUS status = ke_wait_one(event, waiter->wait.timeout_ms ? &timeout : NULL, ke_self.interrupt);
    return status == STATUS_SUCCESS ? waiter->status : stop_waiting(waiter, event, status == STATUS_TIMEOUT);
}

/* `prepare` must have ended before the operation goes on elsewhere. */
static NTSTATUS wait_elsewhere(struct oplock *oplock, struct oplock_waiter *waiter)
{
    if (waiter->wait.prepare)
        waiter->wait.prepare(waiter->pended.who, waiter->wait.context);
    ke_lock(&oplock->lock);
    waiter->preparing = false;
    bool released = waiter->released;
    ke_unlock(&oplock->lock);
    if (released)
        end_waiter(waiter);
    return STATUS_PENDING;
}

/* ---- checking ---- */

static bool goes_on_anyway(const struct oplock_asker *asker)
{
    bool create = asker->iopb->MajorFunction == IRP_MJ_CREATE;
    return (asker->flags & OPLOCK_FLAG_COMPLETE_IF_OPLOCKED) ||
        (create && (asker->iopb->Parameters.Create.Options & FILE_COMPLETE_IF_OPLOCKED));
}

static bool requires_oplock(const struct oplock_asker *asker)
{
    return asker->iopb->MajorFunction == IRP_MJ_CREATE && (asker->iopb->Parameters.Create.Options & FILE_OPEN_REQUIRING_OPLOCK);
}

/* With the lock held, which it releases. */
static NTSTATUS begin_waiting(struct oplock *oplock, const struct io_oplock_use *use, const struct oplock_asker *asker,
    const struct io_oplock_wait *wait, struct io_oplock_ended *ended)
{
    bool here = !wait || !wait->resume;
    KEVENT event;
    struct oplock_waiter own = {.event = &event}, *waiter = here ? &own : calloc(1, sizeof *waiter);
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    if (waiter) {
        waiter->pended = (struct io_held){.form = use->form, .who = use->who};
        waiter->asker = *asker;
        waiter->wait = wait ? *wait : (struct io_oplock_wait){0};
        waiter->preparing = !here;
        if (here)
            KeInitializeEvent(&event, NotificationEvent, FALSE);
        status = oplock_queue(oplock, waiter) ? STATUS_PENDING : STATUS_CANCELLED;
    }
    ke_unlock(&oplock->lock);
    io_oplock_end(ended);
    if (status == STATUS_PENDING)
        return here ? wait_here(waiter, &event) : wait_elsewhere(oplock, waiter);
    if (!here)
        free(waiter);
    return status;
}

static NTSTATUS check(POPLOCK cell, const struct io_oplock_use *use, enum oplock_cause cause, ULONG flags,
    const struct io_oplock_wait *wait)
{
    struct oplock *oplock = oplock_of(cell);
    struct oplock_asker asker = {.file = use->iopb->TargetFileObject, .cause = cause, .flags = flags, .iopb = use->iopb};
    struct io_oplock_ended ended;
    if (!oplock || cause == CAUSE_NONE)
        return STATUS_SUCCESS;
    if (cause == CAUSE_CLEANUP) {
        io_oplock_close(cell, asker.file);
        return STATUS_SUCCESS;
    }
    oplock_ended_init(&ended);
    ke_lock(&oplock->lock);
    if (requires_oplock(&asker) && any_applies(oplock, &asker)) {
        ke_unlock(&oplock->lock);
        return STATUS_CANNOT_BREAK_OPLOCK;
    }
    bool waits = break_all(oplock, &asker, &ended), goes_on = goes_on_anyway(&asker);
    if (waits && !goes_on)
        return begin_waiting(oplock, use, &asker, wait, &ended);
    ke_unlock(&oplock->lock);
    io_oplock_end(&ended);
    return waits ? STATUS_OPLOCK_BREAK_IN_PROGRESS : STATUS_SUCCESS;
}

NTSTATUS io_oplock_check(POPLOCK cell, const struct io_oplock_use *use, ULONG flags, const struct io_oplock_wait *wait)
{
    if (use->iopb->MajorFunction == IRP_MJ_CREATE)
        io_oplock_take_key(use->iopb->TargetFileObject, use->ecp_list);
    struct oplock *oplock = oplock_of(cell);
    if (!oplock || (flags & OPLOCK_FLAG_OPLOCK_KEY_CHECK_ONLY))
        return STATUS_SUCCESS;
    if (flags & OPLOCK_FLAG_BACK_OUT_ATOMIC_OPLOCK) {
        struct io_oplock_ended ended;
        oplock_ended_init(&ended);
        ke_lock(&oplock->lock);
        oplock_drop_reservation(oplock, use->iopb->TargetFileObject, &ended);
        ke_unlock(&oplock->lock);
        io_oplock_end(&ended);
        return STATUS_SUCCESS;
    }
    return check(cell, use, oplock_cause_of(use->iopb), flags, wait);
}

NTSTATUS io_oplock_break_h(POPLOCK cell, const struct io_oplock_use *use, ULONG flags, const struct io_oplock_wait *wait)
{
    return check(cell, use, CAUSE_SHARING, flags, wait);
}

NTSTATUS io_oplock_break_to_none(POPLOCK cell, const struct io_oplock_use *use, ULONG flags, const struct io_oplock_wait *wait)
{
    return check(cell, use, CAUSE_ALL, flags, wait);
}

bool io_oplock_would_break(POPLOCK cell, const struct io_oplock_use *use)
{
    struct oplock *oplock = oplock_of(cell);
    struct oplock_asker asker = {.file = use->iopb->TargetFileObject, .cause = oplock_cause_of(use->iopb), .iopb = use->iopb};
    if (!oplock || asker.cause >= CAUSES)
        return false;
    ke_lock(&oplock->lock);
    bool would = false;
    for (LIST_ENTRY *link = oplock->grants.Flink; link != &oplock->grants && !would; link = link->Flink) {
        struct oplock_grant *grant = CONTAINING_RECORD(link, struct oplock_grant, links);
        struct oplock_rule rule = oplock_rule_of(grant->kind, asker.cause);
        /* one that breaks already and was not waited for is no reason to ask again */
        would = applies(grant, &asker, rule) && (grant->state == STATE_GRANTED || (rule.waits && !goes_on_anyway(&asker)));
    }
    ke_unlock(&oplock->lock);
    return would;
}
