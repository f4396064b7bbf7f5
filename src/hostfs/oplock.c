/*
 * Oplocks of streams (V-192): the package of ntoskrnl/io over each stream, asked by creates and, once a stream has ever had an oplock,
 * before each of its operations. A stream without one costs a load. Requests are granted under scb->lock, which opens take too: so
 * "nobody else has it open" stays true until the oplock stands. Directories have none.
 */
#include "hostfs/hostfs.h"
#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/io/oplock.h"

#include <stdlib.h>

static struct io_oplock_use use_of(struct io_operation *op)
{
    return (struct io_oplock_use){.form = &io_held_operation, .who = op, .iopb = &op->iopb,
        .ecp_list = op->iopb.MajorFunction == IRP_MJ_CREATE ? op->ecp_list : NULL};
}

/* A Linux program knows nothing of oplocks: it does not wait for ever. Windows has no timeout. */
static unsigned timeout_of(const struct hostfs_volume *volume, bool front_end)
{
    return front_end ? volume->oplock_timeout_ms : 0;
}

/* ---- operations on an open stream ---- */

struct later {
    struct ex_work work;
    struct hostfs_ccb *ccb;
    struct io_operation *op;
    hostfs_file_operation *operation;
    NTSTATUS status;
};

static void run_later(struct ex_work *work)
{
    struct later later = *CONTAINING_RECORD(work, struct later, work);
    free(CONTAINING_RECORD(work, struct later, work));
    NTSTATUS status = NT_SUCCESS(later.status) ? later.operation(later.ccb, later.op) : hostfs_done(later.op, later.status, 0);
    if (status != STATUS_PENDING)
        io_complete(later.op);
}

/* In the thread that acknowledges: it is not ours to do file system work in. */
static void resume(void *who, void *context, NTSTATUS status)
{
    struct later *later = context;
    later->status = status;
    ex_queue_work(&later->work, run_later, NULL);
}

/* The file object stays until the operation is completed: that is its sender's part. */
static NTSTATUS check_elsewhere(struct hostfs_ccb *ccb, struct io_operation *op, hostfs_file_operation *operation)
{
    struct io_oplock_use use = use_of(op);
    struct later *later = calloc(1, sizeof *later);
    if (later == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    *later = (struct later){.ccb = ccb, .op = op, .operation = operation};
    struct io_oplock_wait wait = {.resume = resume, .context = later};
    NTSTATUS status = io_oplock_check(&ccb->scb->oplock, &use, 0, &wait);
    if (status != STATUS_PENDING)
        free(later);
    return status;
}

/* Linux programs and synchronous callers wait here; the others are pended. */
NTSTATUS hostfs_oplock_around(struct hostfs_ccb *ccb, struct io_operation *op, hostfs_file_operation *operation)
{
    NTSTATUS status;
    if (ccb->front_end || (op->iopb.IrpFlags & IRP_SYNCHRONOUS_API)) {
        struct io_oplock_use use = use_of(op);
        struct io_oplock_wait wait = {.timeout_ms = timeout_of(ccb->volume, ccb->front_end)};
        status = io_oplock_check(&ccb->scb->oplock, &use, 0, &wait);
    } else {
        status = check_elsewhere(ccb, op, operation);
    }
    if (status == STATUS_PENDING)
        return status;
    return NT_SUCCESS(status) ? operation(ccb, op) : hostfs_done(op, status, 0);
}

/* One that was granted while the data was being written has to hear of it as well; nobody waits. */
void hostfs_oplock_written(struct hostfs_ccb *ccb, struct io_operation *op)
{
    struct io_oplock_use use = use_of(op);
    io_oplock_check(&ccb->scb->oplock, &use, OPLOCK_FLAG_COMPLETE_IF_OPLOCKED, NULL);
}

void hostfs_oplock_section(struct io_operation *op)
{
    struct hostfs_ccb *ccb = hostfs_ccb_of(op->iopb.TargetFileObject);
    if (ccb && hostfs_has_oplock(ccb->scb))
        hostfs_oplock_written(ccb, op);
}

/* A rename or link puts another object in the place of this name: who caches its handle gives it up. */
NTSTATUS hostfs_oplock_replaced(struct hostfs_ccb *ccb, struct io_operation *op, struct io_node *directory, const char *name)
{
    struct io_node *there = hostfs_node_known(directory, name);
    struct hostfs_scb *scb = there && there->inode != ccb->node->inode && S_ISREG(there->type) ? hostfs_scb_get(there) : NULL;
    NTSTATUS status = STATUS_SUCCESS;
    if (hostfs_has_oplock(scb)) {
        struct io_oplock_use use = use_of(op);
        struct io_oplock_wait wait = {.timeout_ms = timeout_of(ccb->volume, ccb->front_end)};
        status = io_oplock_check(&scb->oplock, &use, 0, &wait);
    }
    if (scb)
        hostfs_scb_release(scb);
    hostfs_node_release(there);
    return NT_SUCCESS(status) ? STATUS_SUCCESS : status;
}

/* ---- creates ---- */

static bool violates_share(struct hostfs_open *open)
{
    if (io_file_of(open->file)->create_flags & IO_IGNORE_SHARE_ACCESS_CHECK)
        return false;
    pthread_mutex_lock(&open->scb->lock);
    NTSTATUS status = IoCheckShareAccess(open->access, open->share, open->file, &open->scb->share, FALSE);
    pthread_mutex_unlock(&open->scb->lock);
    return status == STATUS_SHARING_VIOLATION;
}

typedef NTSTATUS check_fn(POPLOCK oplock, const struct io_oplock_use *use, ULONG flags, const struct io_oplock_wait *wait);

static NTSTATUS ask(struct hostfs_open *open, check_fn *check)
{
    struct io_oplock_use use = use_of(open->op);
    struct io_oplock_wait wait = {.timeout_ms = timeout_of(open->volume, open->front_end)};
    NTSTATUS status = check(&open->scb->oplock, &use, 0, &wait);
    if (status != STATUS_OPLOCK_BREAK_IN_PROGRESS)
        return status;
    open->oplock_breaks = true;
    return STATUS_SUCCESS;
}

/* Batch and filter oplocks break before share access is looked at, handle caching because of it, the rest after. */
NTSTATUS hostfs_oplock_open(struct hostfs_open *open)
{
    NTSTATUS status = STATUS_SUCCESS;
    if (!hostfs_has_oplock(open->scb))
        return status;
    if (FsRtlCurrentBatchOplock(&open->scb->oplock))
        status = ask(open, io_oplock_check);
    if (status == STATUS_SUCCESS && violates_share(open)) {
        status = ask(open, io_oplock_break_h);
        if (status == STATUS_SUCCESS && violates_share(open))
            return STATUS_SHARING_VIOLATION;
    }
    return status == STATUS_SUCCESS ? ask(open, io_oplock_check) : status;
}

/* Another oplock was granted since hostfs_oplock_open looked. scb->lock is held. */
bool hostfs_oplock_stands_against(struct hostfs_open *open)
{
    struct io_oplock_use use = use_of(open->op);
    return hostfs_has_oplock(open->scb) && io_oplock_would_break(&open->scb->oplock, &use);
}

/* scb->lock is held. */
static ULONG count_opens(const struct hostfs_scb *scb)
{
    ULONG count = 0;
    for (const LIST_ENTRY *link = scb->opens.Flink; link != &scb->opens; link = link->Flink)
        count++;
    return count;
}

/* FILE_OPEN_REQUIRING_OPLOCK, FILE_RESERVE_OPFILTER: the open stands in the list already. */
NTSTATUS hostfs_oplock_reserve(struct hostfs_open *open)
{
    struct io_oplock_use use = use_of(open->op);
    struct io_oplock_ended ended;
    ULONG_PTR information;
    if (!(open->options & (FILE_OPEN_REQUIRING_OPLOCK | FILE_RESERVE_OPFILTER)))
        return STATUS_SUCCESS;
    if (S_ISDIR(open->node->type) && open->stream[0] == '\0')
        return STATUS_OPLOCK_NOT_GRANTED;
    pthread_mutex_lock(&open->scb->lock);
    NTSTATUS status = io_oplock_fsctl_held(&open->scb->oplock, &use, count_opens(open->scb), 0, &information, &ended);
    pthread_mutex_unlock(&open->scb->lock);
    io_oplock_end(&ended);
    return status;
}

/* ---- the control codes ---- */

/* scb->lock is held. */
static bool all_keys_match(const struct hostfs_ccb *ccb)
{
    for (LIST_ENTRY *link = ccb->scb->opens.Flink; link != &ccb->scb->opens; link = link->Flink)
        if (!FsRtlOplockKeysEqual(ccb->file, CONTAINING_RECORD(link, struct hostfs_ccb, links)->file))
            return false;
    return true;
}

NTSTATUS hostfs_oplock_control(struct hostfs_ccb *ccb, struct io_operation *op)
{
    struct io_oplock_use use = use_of(op);
    struct io_oplock_ended ended;
    ULONG_PTR information;
    struct hostfs_scb *scb = ccb->scb;
    if (scb == NULL || scb->stream.is_directory)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    pthread_mutex_lock(&scb->lock);
    ULONG count = io_oplock_is_shared_request(&op->iopb) ? scb->range_locks : count_opens(scb);
    NTSTATUS status = io_oplock_fsctl_held(&scb->oplock, &use, count, all_keys_match(ccb) ? OPLOCK_FSCTRL_FLAG_ALL_KEYS_MATCH : 0,
        &information, &ended);
    pthread_mutex_unlock(&scb->lock);
    io_oplock_end(&ended);
    return status == STATUS_PENDING ? status : hostfs_done(op, status, information);
}

/* V-104: the handle has left the stream, so who waited for it finds its share access given back. */
void hostfs_oplock_cleanup(struct hostfs_ccb *ccb)
{
    if (hostfs_has_oplock(ccb->scb))
        io_oplock_close(&ccb->scb->oplock, ccb->file);
}
