/*
 * The NT access check of native opens (V-179, V-181): Linux decides for callers of the mount, this decides for everybody else
 * who opens in user mode. Both see the same mode bits, as a descriptor.
 */
#include "hostfs/hostfs.h"
#include "ntoskrnl/se/se.h"
#include "ntoskrnl/ps/ps.h"

static PACCESS_STATE access_state(const struct io_operation *op)
{
    PIO_SECURITY_CONTEXT context = op->iopb.Parameters.Create.SecurityContext;
    return context ? context->AccessState : NULL;
}

/* The token the open is made with; NULL: the system. Lives as long as the operation. */
PACCESS_TOKEN hostfs_requestor_token(const struct io_operation *op)
{
    if (op->iopb.MajorFunction != IRP_MJ_CREATE || access_state(op) == NULL)
        return NULL;
    PSECURITY_SUBJECT_CONTEXT subject = &access_state(op)->SubjectSecurityContext;
    return subject->ClientToken ? subject->ClientToken : subject->PrimaryToken;
}

static bool is_checked(const struct hostfs_open *open)
{
    return !open->front_end && (open->op->mode == UserMode || (open->op->iopb.OperationFlags & SL_FORCE_ACCESS_CHECK)) &&
           hostfs_requestor_token(open->op) != NULL;
}

static ACCESS_MASK plain_rights(ACCESS_MASK desired)
{
    ACCESS_MASK rights = se_map_generic(desired, IoGetFileObjectGenericMapping());
    return rights & MAXIMUM_ALLOWED ? (rights & ~(ACCESS_MASK)MAXIMUM_ALLOWED) | FILE_ALL_ACCESS : rights;
}

static NTSTATUS check(struct hostfs_open *open, struct io_node *node, const struct statx *attributes, ACCESS_MASK desired,
    ACCESS_MASK *granted)
{
    PSECURITY_DESCRIPTOR sd;
    NTSTATUS status = hostfs_descriptor_of(node, attributes, &sd);
    if (!NT_SUCCESS(status))
        return status;
    status = se_access_check(sd, hostfs_requestor_token(open->op), desired, IoGetFileObjectGenericMapping(), UserMode, granted);
    ExFreePool(sd);
    return status;
}

/* DELETE may come from the object or from FILE_DELETE_CHILD on its directory, FILE_READ_ATTRIBUTES from listing that. */
static ACCESS_MASK granted_by_parent(struct hostfs_open *open, ACCESS_MASK desired)
{
    ACCESS_MASK granted, given = 0;
    struct statx attributes;
    struct io_node *parent = open->node ? hostfs_node_parent(open->node) : NULL;
    if (parent == NULL)
        return 0;
    if (hostfs_statx(parent->fd, &attributes) == 0) {
        if ((desired & DELETE) && NT_SUCCESS(check(open, parent, &attributes, FILE_DELETE_CHILD, &granted)))
            given |= DELETE;
        if ((desired & FILE_READ_ATTRIBUTES) && NT_SUCCESS(check(open, parent, &attributes, FILE_LIST_DIRECTORY, &granted)))
            given |= FILE_READ_ATTRIBUTES;
    }
    hostfs_node_release(parent);
    return given;
}

NTSTATUS hostfs_check_access(struct hostfs_open *open, struct io_node *node, const struct statx *attributes, ACCESS_MASK desired,
    ACCESS_MASK *granted)
{
    if (!is_checked(open)) {
        *granted = plain_rights(desired);
        return STATUS_SUCCESS;
    }
    NTSTATUS status = check(open, node, attributes, desired, granted);
    if (NT_SUCCESS(status) || !(desired & (DELETE | FILE_READ_ATTRIBUTES)))
        return status;
    ACCESS_MASK elsewhere = granted_by_parent(open, desired);
    if (elsewhere == 0)
        return status;
    status = desired & ~elsewhere ? check(open, node, attributes, desired & ~elsewhere, granted) : STATUS_SUCCESS;
    *granted = NT_SUCCESS(status) ? (desired & ~elsewhere ? *granted : 0) | elsewhere : 0;
    return status;
}

/* Creating needs a right on the directory, not on what is not there yet. */
NTSTATUS hostfs_check_parent(struct hostfs_open *open, ACCESS_MASK desired)
{
    struct statx attributes;
    ACCESS_MASK granted;
    if (!is_checked(open))
        return STATUS_SUCCESS;
    if (hostfs_statx(open->parent->fd, &attributes) < 0)
        return STATUS_ACCESS_DENIED;
    return check(open, open->parent, &attributes, desired, &granted);
}

ACCESS_MASK hostfs_creator_rights(ACCESS_MASK desired)
{
    return plain_rights(desired);
}

/* The access state carries what was granted up to the handle. */
void hostfs_record_access(struct io_operation *op, ACCESS_MASK granted)
{
    PACCESS_STATE state = access_state(op);
    if (state == NULL)
        return;
    state->PreviouslyGrantedAccess |= granted;
    state->RemainingDesiredAccess &= ~(granted | MAXIMUM_ALLOWED);
}
