/*
 * IRP_MJ_CREATE_MAILSLOT: a new slot and its server, or, for FltCreateMailslotFile, one server more of a slot
 * that exists (M-22 to M-24). The parameters are those that stand in the operation when it arrives: filters
 * may have changed them.
 */
#include "msfs/inner.h"

#include <stdlib.h>

struct request {
    struct io_operation *op;
    PFILE_OBJECT file;
    ACCESS_MASK desired;
    const MAILSLOT_CREATE_PARAMETERS *parameters;
    UNICODE_STRING name;
};

static NTSTATUS read_request(struct request *r)
{
    const FLT_PARAMETERS *p = &r->op->iopb.Parameters;
    enum msfs_place place;
    r->file = r->op->iopb.TargetFileObject;
    r->parameters = p->CreateMailslot.Parameters;
    if (!r->parameters || !p->CreateMailslot.SecurityContext ||
        p->CreateMailslot.Options >> 24 != FILE_CREATE)
        return STATUS_INVALID_PARAMETER; /* M-23 */
    r->desired = p->CreateMailslot.SecurityContext->DesiredAccess;
    NTSTATUS status = msfs_place_of(r->file, &place, &r->name);
    if (!NT_SUCCESS(status) || place != MSFS_AT_NAME)
        return STATUS_OBJECT_NAME_INVALID;
    return r->desired ? STATUS_SUCCESS : STATUS_ACCESS_DENIED; /* M-58 */
}

/* M-82's strict mode counts the server as a reader that shares everything but deletion. */
static void count_server(
    struct msfs_slot *slot, struct msfs_open *open, struct request *r, ACCESS_MASK granted)
{
    slot->servers++;
    if (!msfs_settings.share_check)
        return;
    open->shares = NT_SUCCESS(
        IoCheckShareAccess(granted, FILE_SHARE_READ | FILE_SHARE_WRITE, r->file, &slot->share, TRUE));
}

static void forget_open(struct request *r, struct msfs_open *open)
{
    r->file->FsContext = r->file->FsContext2 = NULL;
    msfs_slot_release(open->slot);
    free(open);
}

/* ---- a name that exists ---- */

static NTSTATUS open_existing(struct request *r, struct msfs_slot *slot)
{
    ACCESS_MASK granted;
    if (!msfs_settings.open_existing || !(io_file_of(r->file)->create_flags & IO_OPEN_EXISTING_MAILSLOT))
        return msfs_done(r->op, STATUS_OBJECT_NAME_COLLISION, 0); /* M-24 */
    NTSTATUS status = msfs_security_check(slot, r->op, r->desired, &granted);
    if (!NT_SUCCESS(status))
        return msfs_done(r->op, status, 0);
    struct msfs_open *open = msfs_open_new(r->file, MSFS_SERVER, slot);
    if (!open)
        return msfs_done(r->op, STATUS_INSUFFICIENT_RESOURCES, 0);
    ke_lock(&slot->lock);
    bool gone = slot->state == MSFS_CLOSED;
    if (!gone)
        count_server(slot, open, r, granted);
    ke_unlock(&slot->lock);
    if (gone) {
        forget_open(r, open);
        return STATUS_RETRY;
    }
    return msfs_done(r->op, STATUS_SUCCESS, FILE_OPENED);
}

/* ---- a new one ---- */

static NTSTATUS create_new(struct request *r, struct msfs_slot **existing)
{
    struct msfs_slot *slot = msfs_slot_new(&r->name, r->parameters);
    if (!slot)
        return msfs_done(r->op, STATUS_INSUFFICIENT_RESOURCES, 0);
    NTSTATUS status = msfs_security_assign(slot, r->op);
    struct msfs_open *open = NT_SUCCESS(status) ? msfs_open_new(r->file, MSFS_SERVER, slot) : NULL;
    if (NT_SUCCESS(status) && !open)
        status = STATUS_INSUFFICIENT_RESOURCES;
    if (NT_SUCCESS(status)) {
        count_server(slot, open, r, r->desired); /* before anybody can find it */
        status = msfs_names_insert(slot, existing);
    }
    if (!NT_SUCCESS(status) && open)
        forget_open(r, open);
    msfs_slot_release(slot);
    return status == STATUS_OBJECT_NAME_COLLISION
               ? status
               : msfs_done(r->op, status, NT_SUCCESS(status) ? FILE_CREATED : 0);
}

NTSTATUS msfs_create(struct io_operation *op)
{
    struct request r = {.op = op};
    NTSTATUS status = read_request(&r);
    if (!NT_SUCCESS(status))
        return msfs_done(op, status, 0);
    do {
        struct msfs_slot *existing = msfs_names_find(&r.name);
        status = existing ? STATUS_OBJECT_NAME_COLLISION : create_new(&r, &existing);
        if (existing) {
            status = open_existing(&r, existing);
            msfs_slot_release(existing);
        }
    } while (status == STATUS_RETRY); /* the one that existed was closed meanwhile: its name is free */
    return status;
}
