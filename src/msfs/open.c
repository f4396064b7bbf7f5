/* Names of opens, and IRP_MJ_CREATE: clients, the root directory, the device itself (M-62, M-80 to M-86). */
#include "msfs/inner.h"

#include <stdlib.h>

/* ---- where a name leads ---- */

/* A relative name starts at the volume or its root; there is nothing below a slot. */
static bool is_base(PFILE_OBJECT related)
{
    struct msfs_open *open = msfs_open_of(related);
    return open && (open->kind == MSFS_VOLUME || open->kind == MSFS_ROOT);
}

NTSTATUS msfs_place_of(PFILE_OBJECT file, enum msfs_place *place, PUNICODE_STRING name)
{
    *name = file->FileName;
    if (file->RelatedFileObject && !is_base(file->RelatedFileObject))
        return STATUS_OBJECT_NAME_INVALID;
    if (!name->Length) {
        *place = file->RelatedFileObject ? MSFS_AT_ROOT : MSFS_AT_VOLUME;
        return STATUS_SUCCESS;
    }
    *place = MSFS_AT_NAME;
    if (file->RelatedFileObject) /* the I/O manager has refused a leading backslash */
        return STATUS_SUCCESS;
    if (name->Buffer[0] != u'\\')
        return STATUS_OBJECT_NAME_INVALID;
    name->Buffer++;
    name->Length -= sizeof(WCHAR);
    if (!name->Length)
        *place = MSFS_AT_ROOT;
    return STATUS_SUCCESS;
}

struct msfs_open *msfs_open_new(PFILE_OBJECT file, enum msfs_open_kind kind, struct msfs_slot *slot)
{
    struct msfs_open *open = calloc(1, sizeof *open);
    if (!open)
        return NULL;
    open->signature = MSFS_TAG;
    open->kind = kind;
    open->slot = slot;
    if (slot)
        msfs_slot_reference(slot);
    file->FsContext = slot ? &slot->stream : kind == MSFS_ROOT ? msfs_root_stream() : msfs_volume_stream();
    file->FsContext2 = open;
    return open;
}

/* ---- clients ---- */

/* M-82: before Vista a client's share mode had to allow the server's reading and other clients' access. */
static NTSTATUS check_share(
    struct msfs_slot *slot, struct msfs_open *open, struct io_operation *op, ACCESS_MASK access)
{
    PFILE_OBJECT file = op->iopb.TargetFileObject;
    if (!msfs_settings.share_check || (io_file_of(file)->create_flags & IO_IGNORE_SHARE_ACCESS_CHECK))
        return STATUS_SUCCESS;
    NTSTATUS status =
        IoCheckShareAccess(access, op->iopb.Parameters.Create.ShareAccess, file, &slot->share, TRUE);
    open->shares = NT_SUCCESS(status);
    return status;
}

static NTSTATUS join(
    struct msfs_slot *slot, struct msfs_open *open, struct io_operation *op, ACCESS_MASK access)
{
    ke_lock(&slot->lock);
    NTSTATUS status =
        slot->state == MSFS_CLOSED ? STATUS_OBJECT_NAME_NOT_FOUND : check_share(slot, open, op, access);
    if (NT_SUCCESS(status))
        slot->clients++;
    ke_unlock(&slot->lock);
    return status;
}

static void drop_open(PFILE_OBJECT file, struct msfs_open *open)
{
    file->FsContext = file->FsContext2 = NULL;
    if (open->slot)
        msfs_slot_release(open->slot);
    free(open);
}

static NTSTATUS become_client(struct msfs_slot *slot, struct io_operation *op)
{
    PFILE_OBJECT file = op->iopb.TargetFileObject;
    ACCESS_MASK granted;
    NTSTATUS status =
        msfs_security_check(slot, op, op->iopb.Parameters.Create.SecurityContext->DesiredAccess, &granted);
    if (!NT_SUCCESS(status))
        return msfs_done(op, status, 0);
    struct msfs_open *open = msfs_open_new(file, MSFS_CLIENT, slot);
    if (!open)
        return msfs_done(op, STATUS_INSUFFICIENT_RESOURCES, 0);
    status = join(slot, open, op, granted);
    if (!NT_SUCCESS(status)) {
        drop_open(file, open);
        return msfs_done(op, status, 0);
    }
    return msfs_done(op, STATUS_SUCCESS, FILE_OPENED); /* M-84 */
}

/* M-84: nothing but IRP_MJ_CREATE_MAILSLOT makes a slot; what overwrites a file has nothing to overwrite
 * here. */
static NTSTATUS open_slot(PCUNICODE_STRING name, struct io_operation *op)
{
    ULONG disposition = op->iopb.Parameters.Create.Options >> 24,
          options = op->iopb.Parameters.Create.Options & 0xffffff;
    struct msfs_slot *slot = msfs_names_find(name);
    NTSTATUS status;
    if (!slot)
        return msfs_done(op, STATUS_OBJECT_NAME_NOT_FOUND, 0);
    if (disposition == FILE_CREATE)
        status = msfs_done(op, STATUS_OBJECT_NAME_COLLISION, 0);
    else if (options & FILE_DIRECTORY_FILE)
        status = msfs_done(op, STATUS_NOT_A_DIRECTORY, 0);
    else if (options & FILE_DELETE_ON_CLOSE)
        status = msfs_done(op, STATUS_CANNOT_DELETE, 0);
    else
        status = become_client(slot, op);
    msfs_slot_release(slot);
    return status;
}

/* ---- the device and its root ---- */

static NTSTATUS open_base(enum msfs_open_kind kind, struct io_operation *op)
{
    ULONG disposition = op->iopb.Parameters.Create.Options >> 24,
          options = op->iopb.Parameters.Create.Options & 0xffffff;
    ACCESS_MASK granted;
    if (disposition != FILE_OPEN && disposition != FILE_OPEN_IF)
        return msfs_done(
            op, disposition == FILE_CREATE ? STATUS_OBJECT_NAME_COLLISION : STATUS_INVALID_PARAMETER, 0);
    if (kind == MSFS_ROOT && (options & FILE_NON_DIRECTORY_FILE))
        return msfs_done(op, STATUS_FILE_IS_A_DIRECTORY, 0);
    if (options & FILE_DELETE_ON_CLOSE)
        return msfs_done(op, STATUS_CANNOT_DELETE, 0);
    NTSTATUS status =
        msfs_security_check(NULL, op, op->iopb.Parameters.Create.SecurityContext->DesiredAccess, &granted);
    if (NT_SUCCESS(status) && !msfs_open_new(op->iopb.TargetFileObject, kind, NULL))
        status = STATUS_INSUFFICIENT_RESOURCES;
    return msfs_done(op, status, NT_SUCCESS(status) ? FILE_OPENED : 0);
}

NTSTATUS msfs_open_client(struct io_operation *op)
{
    UNICODE_STRING name;
    enum msfs_place place;
    NTSTATUS status = msfs_place_of(op->iopb.TargetFileObject, &place, &name);
    if (op->iopb.OperationFlags & SL_OPEN_TARGET_DIRECTORY)
        status = STATUS_INVALID_PARAMETER; /* slots are not renamed */
    if (op->iopb.Parameters.Create.Options & FILE_OPEN_BY_FILE_ID)
        status = STATUS_NOT_SUPPORTED;
    if (!NT_SUCCESS(status))
        return msfs_done(op, status, 0);
    switch (place) {
    case MSFS_AT_VOLUME:
        return open_base(MSFS_VOLUME, op);
    case MSFS_AT_ROOT:
        return open_base(MSFS_ROOT, op);
    default:
        return open_slot(&name, op);
    }
}

/* ---- ends ---- */

NTSTATUS msfs_cleanup(struct msfs_open *open, struct io_operation *op)
{
    struct msfs_slot *slot = open->slot;
    if (open->kind == MSFS_SERVER) {
        msfs_slot_server_gone(slot, op->iopb.TargetFileObject);
    } else if (open->kind == MSFS_CLIENT) { /* its messages stay (M-125) */
        ke_lock(&slot->lock);
        slot->clients--;
        if (open->shares)
            IoRemoveShareAccess(op->iopb.TargetFileObject, &slot->share);
        ke_unlock(&slot->lock);
    }
    return msfs_done(op, STATUS_SUCCESS, 0);
}

NTSTATUS msfs_close(struct msfs_open *open, struct io_operation *op)
{
    msfs_scan_free(open->scan);
    drop_open(op->iopb.TargetFileObject, open);
    return msfs_done(op, STATUS_SUCCESS, 0);
}
