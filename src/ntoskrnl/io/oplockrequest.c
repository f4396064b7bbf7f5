/*
 * The control codes of oplocks: requests and the conditions for granting them (page "Requesting and granting oplocks"),
 * acknowledgements, FSCTL_OPLOCK_BREAK_NOTIFY, the reservation of a create. See oplock.h.
 */
#include "ntoskrnl/io/oplockinner.h"

#include <stdlib.h>

struct asked {
    struct oplock *oplock;
    const struct io_oplock_use *use;
    PFILE_OBJECT file;
    ULONG open_count, flags;
    enum oplock_kind kind;
    REQUEST_OPLOCK_OUTPUT_BUFFER *out;
    ULONG_PTR *information;
    struct io_oplock_ended *ended;
};

/* ---- granting ---- */

static struct oplock_grant *grant_at(LIST_ENTRY *link)
{
    return CONTAINING_RECORD(link, struct oplock_grant, links);
}

/* A request by an oplock's own cancellation ends the oplock. */
static void request_cancelled(struct io_held *pended)
{
    struct oplock_request *request = CONTAINING_RECORD(pended, struct oplock_request, pended);
    struct oplock *oplock = request->oplock;
    struct io_oplock_ended ended;
    oplock_ended_init(&ended);
    ke_lock(&oplock->lock);
    oplock_remove(request->grant);
    oplock_wake(oplock, &ended);
    ke_unlock(&oplock->lock);
    pended->form->complete(pended->who, STATUS_CANCELLED, 0);
    io_oplock_end(&ended);
    oplock_release(oplock);
    free(request);
}

static void set_key(struct oplock_grant *grant, PFILE_OBJECT file)
{
    const OPLOCK_KEY_CONTEXT *key = IoGetOplockKeyContextEx(file);
    grant->file = file;
    grant->keyed = key && (key->Flags & OPLOCK_KEY_FLAG_TARGET_KEY);
    if (grant->keyed)
        grant->key = key->TargetOplockKey;
}

/* Pends the operation as a grant's request. */
static NTSTATUS pend(struct asked *a, struct oplock_grant *grant)
{
    struct oplock_request *request = calloc(1, sizeof *request);
    if (!request)
        return STATUS_INSUFFICIENT_RESOURCES;
    request->pended = (struct io_held){.form = a->use->form, .who = a->use->who, .cancelled = request_cancelled};
    request->oplock = a->oplock;
    request->grant = grant;
    request->out = a->out;
    if (!request->pended.form->set(&request->pended)) {
        free(request);
        return STATUS_CANCELLED;
    }
    __atomic_add_fetch(&a->oplock->references, 1, __ATOMIC_RELAXED);
    grant->request = request;
    grant->kind = a->kind;
    grant->state = STATE_GRANTED;
    return STATUS_PENDING;
}

static NTSTATUS grant_new(struct asked *a)
{
    struct oplock_grant *grant = calloc(1, sizeof *grant);
    if (!grant)
        return STATUS_INSUFFICIENT_RESOURCES;
    set_key(grant, a->file);
    NTSTATUS status = pend(a, grant);
    if (status == STATUS_PENDING)
        InsertTailList(&a->oplock->grants, &grant->links);
    else
        free(grant);
    return status;
}

/* May the new one stand beside this one? STATUS_OPLOCK_SWITCHED_TO_NEW_HANDLE: in its place. STATUS_SUCCESS: beside it. */
static NTSTATUS beside(const struct asked *a, const struct oplock_grant *held)
{
    bool same = oplock_same_key(held, a->file);
    NTSTATUS replaces = same ? STATUS_OPLOCK_SWITCHED_TO_NEW_HANDLE : STATUS_OPLOCK_NOT_GRANTED;
    if (held->state != STATE_GRANTED || held->leaving)
        return held->leaving ? STATUS_SUCCESS : STATUS_OPLOCK_NOT_GRANTED;
    switch (a->kind) {
    case OPLOCK_LEVEL_1:
    case OPLOCK_BATCH:
    case OPLOCK_FILTER: /* the opener's own level 2 is broken to none */
        return held->kind == OPLOCK_LEVEL_2 ? STATUS_OPLOCK_SWITCHED_TO_NEW_HANDLE : STATUS_OPLOCK_NOT_GRANTED;
    case OPLOCK_LEVEL_2:
        return held->kind == OPLOCK_LEVEL_2 || held->kind == OPLOCK_R ? STATUS_SUCCESS : STATUS_OPLOCK_NOT_GRANTED;
    case OPLOCK_R:
        if (held->kind == OPLOCK_RH)
            return same ? STATUS_OPLOCK_NOT_GRANTED : STATUS_SUCCESS;
        if (held->kind == OPLOCK_R)
            return same ? STATUS_OPLOCK_SWITCHED_TO_NEW_HANDLE : STATUS_SUCCESS;
        return held->kind == OPLOCK_LEVEL_2 ? STATUS_SUCCESS : STATUS_OPLOCK_NOT_GRANTED;
    case OPLOCK_RH:
        if (held->kind == OPLOCK_R || held->kind == OPLOCK_RH)
            return same ? STATUS_OPLOCK_SWITCHED_TO_NEW_HANDLE : STATUS_SUCCESS;
        return STATUS_OPLOCK_NOT_GRANTED;
    case OPLOCK_RW:
        return held->kind == OPLOCK_R || held->kind == OPLOCK_RW ? replaces : STATUS_OPLOCK_NOT_GRANTED;
    default: /* RWH */
        return held->kind >= OPLOCK_R && held->kind <= OPLOCK_RWH ? replaces : STATUS_OPLOCK_NOT_GRANTED;
    }
}

static bool may_grant(const struct asked *a)
{
    for (LIST_ENTRY *link = a->oplock->grants.Flink; link != &a->oplock->grants; link = link->Flink)
        if (beside(a, grant_at(link)) == STATUS_OPLOCK_NOT_GRANTED)
            return false;
    return true;
}

static void replace(struct asked *a)
{
    for (LIST_ENTRY *link = a->oplock->grants.Flink, *next; link != &a->oplock->grants; link = next) {
        struct oplock_grant *held = grant_at(link);
        next = link->Flink;
        if (beside(a, held) != STATUS_OPLOCK_SWITCHED_TO_NEW_HANDLE)
            continue;
        bool legacy = oplock_is_legacy(held->kind);
        NTSTATUS status = legacy ? STATUS_SUCCESS : STATUS_OPLOCK_SWITCHED_TO_NEW_HANDLE;
        if (oplock_end_request(held, status, legacy ? 0 : oplock_cache_of(a->kind), 0, a->ended))
            oplock_remove(held);
    }
}

/* A synchronous caller would wait for the break instead of being told of it. */
static bool is_synchronous(const struct asked *a)
{
    return (a->file->Flags & FO_SYNCHRONOUS_IO) || (a->use->iopb->IrpFlags & IRP_SYNCHRONOUS_API);
}

static bool too_many_opens(const struct asked *a)
{
    bool exclusive = oplock_is_exclusive(a->kind);
    if (!exclusive)
        return a->open_count != 0; /* byte-range locks */
    return a->open_count > 1 && (oplock_is_legacy(a->kind) || !(a->flags & OPLOCK_FSCTRL_FLAG_ALL_KEYS_MATCH));
}

static NTSTATUS request(struct asked *a)
{
    /* from here on the reservation is either this oplock or nothing */
    oplock_drop_reservation(a->oplock, a->file, NULL);
    NTSTATUS status = STATUS_OPLOCK_NOT_GRANTED;
    if (!is_synchronous(a) && !too_many_opens(a) && may_grant(a)) {
        status = grant_new(a);
        if (status == STATUS_PENDING) { /* the new one is the last: it is not beside itself */
            struct oplock_grant *own = grant_at(a->oplock->grants.Blink);
            RemoveEntryList(&own->links);
            replace(a);
            InsertTailList(&a->oplock->grants, &own->links);
        }
    }
    oplock_wake(a->oplock, a->ended);
    return status;
}

/* ---- acknowledging ---- */

static struct oplock_grant *breaking_of(const struct asked *a, bool legacy)
{
    for (LIST_ENTRY *link = a->oplock->grants.Flink; link != &a->oplock->grants; link = link->Flink) {
        struct oplock_grant *grant = grant_at(link);
        if (grant->state == STATE_BREAKING && grant->file == a->file && oplock_is_legacy(grant->kind) == legacy && !grant->ends_on_close)
            return grant;
    }
    return NULL;
}

static NTSTATUS give_up(struct asked *a, struct oplock_grant *grant)
{
    oplock_remove(grant);
    oplock_wake(a->oplock, a->ended);
    return STATUS_SUCCESS;
}

/* Keeps less than it had. */
static NTSTATUS keep(struct asked *a, struct oplock_grant *grant)
{
    NTSTATUS status = pend(a, grant);
    if (status == STATUS_PENDING)
        oplock_wake(a->oplock, a->ended);
    return status;
}

/* A synchronous caller cannot hold the level 2 oplock, so it gives it up. */
static NTSTATUS acknowledge(struct asked *a)
{
    struct oplock_grant *grant = breaking_of(a, true);
    if (!grant)
        return STATUS_INVALID_OPLOCK_PROTOCOL;
    if (!(grant->to & CACHE_R)) {
        *a->information = FILE_OPLOCK_BROKEN_TO_NONE;
        return give_up(a, grant);
    }
    if (is_synchronous(a))
        return give_up(a, grant);
    a->kind = OPLOCK_LEVEL_2;
    return keep(a, grant);
}

static NTSTATUS acknowledge_without_two(struct asked *a)
{
    struct oplock_grant *grant = breaking_of(a, true);
    return grant ? give_up(a, grant) : STATUS_INVALID_OPLOCK_PROTOCOL;
}

static NTSTATUS acknowledge_closing(struct asked *a)
{
    struct oplock_grant *grant = breaking_of(a, true);
    if (!grant)
        return STATUS_INVALID_OPLOCK_PROTOCOL;
    if (grant->kind == OPLOCK_LEVEL_1)
        return give_up(a, grant);
    grant->ends_on_close = true;
    grant->to = 0;
    return STATUS_SUCCESS;
}

static bool kind_of_level(ULONG level, enum oplock_kind *kind)
{
    switch (level) {
    case CACHE_R:
        return *kind = OPLOCK_R, true;
    case CACHE_R | CACHE_H:
        return *kind = OPLOCK_RH, true;
    case CACHE_R | CACHE_W:
        return *kind = OPLOCK_RW, true;
    case CACHE_R | CACHE_W | CACHE_H:
        return *kind = OPLOCK_RWH, true;
    default:
        return false;
    }
}

static NTSTATUS acknowledge_level(struct asked *a, ULONG level, ULONG flags)
{
    struct oplock_grant *grant = breaking_of(a, false);
    if (!grant)
        return STATUS_INVALID_OPLOCK_PROTOCOL;
    if (flags & REQUEST_OPLOCK_INPUT_FLAG_COMPLETE_ACK_ON_CLOSE) {
        grant->ends_on_close = true;
        grant->to = 0;
        return STATUS_SUCCESS;
    }
    if (level == 0)
        return give_up(a, grant);
    if (!kind_of_level(level, &a->kind))
        return STATUS_INVALID_PARAMETER;
    if (level & ~(ULONG)grant->to) { /* it was broken further meanwhile, or asks for too much: what it can have is told */
        *a->out = (REQUEST_OPLOCK_OUTPUT_BUFFER){.StructureVersion = REQUEST_OPLOCK_CURRENT_VERSION, .StructureLength = sizeof *a->out,
            .OriginalOplockLevel = oplock_cache_of(grant->kind), .NewOplockLevel = grant->to,
            .Flags = REQUEST_OPLOCK_OUTPUT_FLAG_ACK_REQUIRED};
        *a->information = sizeof *a->out;
        return STATUS_CANNOT_GRANT_REQUESTED_OPLOCK;
    }
    return is_synchronous(a) ? STATUS_OPLOCK_NOT_GRANTED : keep(a, grant);
}

/* ---- the codes ---- */

static NTSTATUS request_level(struct asked *a)
{
    const FLT_PARAMETERS *p = &a->use->iopb->Parameters;
    void *buffer = p->FileSystemControl.Buffered.SystemBuffer;
    if (!buffer || p->FileSystemControl.Buffered.InputBufferLength < sizeof(REQUEST_OPLOCK_INPUT_BUFFER) ||
        p->FileSystemControl.Buffered.OutputBufferLength < sizeof(REQUEST_OPLOCK_OUTPUT_BUFFER))
        return STATUS_BUFFER_TOO_SMALL;
    REQUEST_OPLOCK_INPUT_BUFFER in = *(const REQUEST_OPLOCK_INPUT_BUFFER *)buffer;
    a->out = buffer;
    if (in.StructureVersion != REQUEST_OPLOCK_CURRENT_VERSION || in.StructureLength < sizeof in)
        return STATUS_INVALID_PARAMETER;
    if (in.Flags == REQUEST_OPLOCK_INPUT_FLAG_REQUEST)
        return kind_of_level(in.RequestedOplockLevel, &a->kind) ? request(a) : STATUS_INVALID_PARAMETER;
    if ((in.Flags & ~(ULONG)REQUEST_OPLOCK_INPUT_FLAG_COMPLETE_ACK_ON_CLOSE) == REQUEST_OPLOCK_INPUT_FLAG_ACK)
        return acknowledge_level(a, in.RequestedOplockLevel, in.Flags);
    return STATUS_INVALID_PARAMETER;
}

/* The next handle of a break that was in progress when the create went on (FILE_COMPLETE_IF_OPLOCKED). */
static NTSTATUS notify(struct asked *a)
{
    if (!oplock_is_breaking(a->oplock))
        return STATUS_SUCCESS;
    struct oplock_waiter *waiter = calloc(1, sizeof *waiter);
    if (!waiter)
        return STATUS_INSUFFICIENT_RESOURCES;
    waiter->pended = (struct io_held){.form = a->use->form, .who = a->use->who};
    waiter->notify = true;
    waiter->asker.cause = CAUSE_NONE;
    if (oplock_queue(a->oplock, waiter))
        return STATUS_PENDING;
    free(waiter);
    return STATUS_CANCELLED;
}

static NTSTATUS reserve_required(struct asked *a)
{
    if (!IsListEmpty(&a->oplock->grants))
        return STATUS_CANNOT_BREAK_OPLOCK;
    struct oplock_grant *grant = calloc(1, sizeof *grant);
    if (!grant)
        return STATUS_INSUFFICIENT_RESOURCES;
    set_key(grant, a->file);
    grant->kind = OPLOCK_RESERVED;
    grant->state = STATE_RESERVED;
    InsertTailList(&a->oplock->grants, &grant->links);
    return STATUS_SUCCESS;
}

/* FILE_RESERVE_OPFILTER says only that the filter oplock would be granted now. */
static NTSTATUS reserve(struct asked *a)
{
    const FLT_PARAMETERS *p = &a->use->iopb->Parameters;
    const USHORT all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    if (p->Create.Options & FILE_OPEN_REQUIRING_OPLOCK)
        return reserve_required(a);
    ACCESS_MASK access = p->Create.SecurityContext ? p->Create.SecurityContext->DesiredAccess : 0;
    a->kind = OPLOCK_FILTER;
    bool could = a->open_count == 1 && (access & ~(ACCESS_MASK)SYNCHRONIZE) == FILE_READ_ATTRIBUTES &&
        (p->Create.ShareAccess & all) == all && may_grant(a);
    return could ? STATUS_SUCCESS : STATUS_OPLOCK_NOT_GRANTED;
}

static NTSTATUS run(struct asked *a)
{
    if (a->use->iopb->MajorFunction == IRP_MJ_CREATE)
        return reserve(a);
    switch (a->use->iopb->Parameters.FileSystemControl.Common.FsControlCode) {
    case FSCTL_REQUEST_OPLOCK_LEVEL_1:
        return a->kind = OPLOCK_LEVEL_1, request(a);
    case FSCTL_REQUEST_OPLOCK_LEVEL_2:
        return a->kind = OPLOCK_LEVEL_2, request(a);
    case FSCTL_REQUEST_BATCH_OPLOCK:
        return a->kind = OPLOCK_BATCH, request(a);
    case FSCTL_REQUEST_FILTER_OPLOCK:
        return a->kind = OPLOCK_FILTER, request(a);
    case FSCTL_REQUEST_OPLOCK:
        return request_level(a);
    case FSCTL_OPLOCK_BREAK_ACKNOWLEDGE:
        return acknowledge(a);
    case FSCTL_OPLOCK_BREAK_ACK_NO_2:
        return acknowledge_without_two(a);
    case FSCTL_OPBATCH_ACK_CLOSE_PENDING:
        return acknowledge_closing(a);
    case FSCTL_OPLOCK_BREAK_NOTIFY:
        return notify(a);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

bool io_oplock_is_control(ULONG code)
{
    return code == FSCTL_REQUEST_OPLOCK_LEVEL_1 || code == FSCTL_REQUEST_OPLOCK_LEVEL_2 || code == FSCTL_REQUEST_BATCH_OPLOCK ||
        code == FSCTL_REQUEST_FILTER_OPLOCK || code == FSCTL_REQUEST_OPLOCK || code == FSCTL_OPLOCK_BREAK_ACKNOWLEDGE ||
        code == FSCTL_OPLOCK_BREAK_ACK_NO_2 || code == FSCTL_OPBATCH_ACK_CLOSE_PENDING || code == FSCTL_OPLOCK_BREAK_NOTIFY;
}

bool io_oplock_is_shared_request(const FLT_IO_PARAMETER_BLOCK *iopb)
{
    if (iopb->MajorFunction != IRP_MJ_FILE_SYSTEM_CONTROL)
        return false;
    const REQUEST_OPLOCK_INPUT_BUFFER *in = iopb->Parameters.FileSystemControl.Buffered.SystemBuffer;
    switch (iopb->Parameters.FileSystemControl.Common.FsControlCode) {
    case FSCTL_REQUEST_OPLOCK_LEVEL_2:
        return true;
    case FSCTL_REQUEST_OPLOCK:
        return in && iopb->Parameters.FileSystemControl.Buffered.InputBufferLength >= sizeof *in &&
            (in->Flags & REQUEST_OPLOCK_INPUT_FLAG_REQUEST) && (in->RequestedOplockLevel & CACHE_R) && !(in->RequestedOplockLevel & CACHE_W);
    default:
        return false;
    }
}

NTSTATUS io_oplock_fsctl_held(POPLOCK cell, const struct io_oplock_use *use, ULONG open_count, ULONG flags,
    ULONG_PTR *information, struct io_oplock_ended *ended)
{
    struct asked a = {.oplock = oplock_make(cell), .use = use, .file = use->iopb->TargetFileObject, .open_count = open_count,
        .flags = flags, .information = information, .ended = ended};
    oplock_ended_init(ended);
    *information = 0;
    if (!a.oplock)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (!a.file)
        return STATUS_INVALID_PARAMETER;
    ke_lock(&a.oplock->lock);
    NTSTATUS status = run(&a);
    ke_unlock(&a.oplock->lock);
    return status;
}

NTSTATUS io_oplock_fsctl(POPLOCK cell, const struct io_oplock_use *use, ULONG open_count, ULONG flags, ULONG_PTR *information)
{
    struct io_oplock_ended ended;
    NTSTATUS status = io_oplock_fsctl_held(cell, use, open_count, flags, information, &ended);
    io_oplock_end(&ended);
    return status;
}
