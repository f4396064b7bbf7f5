/*
 * Descriptors of slots (M-13, M-79, M-85): the creator's, or none, which means the default: SYSTEM,
 * Administrators and the creator may do everything, everybody may read and write. Access is checked for user
 * mode and where the operation says so.
 */
#include "msfs/inner.h"

#include "ntoskrnl/se/se.h"

#include <string.h>

static PACCESS_STATE access_state(const struct io_operation *op)
{
    PIO_SECURITY_CONTEXT context =
        op->iopb.Parameters.Create.SecurityContext; /* at the same place in CreateMailslot */
    return context ? context->AccessState : NULL;
}

static PACCESS_TOKEN requestor_token(const struct io_operation *op)
{
    PSECURITY_SUBJECT_CONTEXT subject = &access_state(op)->SubjectSecurityContext;
    return subject->ClientToken ? subject->ClientToken : subject->PrimaryToken;
}

/* ---- the default ---- */

/* Owner SYSTEM, Everyone FILE_GENERIC_READ | FILE_GENERIC_WRITE; Administrators and SYSTEM everything. */
#define DACL_BYTES 128
struct standard {
    SECURITY_DESCRIPTOR sd;
    SID owner;
    union {
        ACL acl;
        char room[DACL_BYTES];
    } dacl;
};

static PSID sid_of(SID *space, UCHAR authority, ULONG rid)
{
    *space = (SID){.Revision = SID_REVISION,
        .SubAuthorityCount = 1,
        .IdentifierAuthority = {{0, 0, 0, 0, 0, authority}},
        .SubAuthority = {rid}};
    return space;
}

/* Ends the list behind its last entry. */
static void fit(PACL acl)
{
    PACE_HEADER ace = (PACE_HEADER)(acl + 1);
    for (USHORT i = 0; i < acl->AceCount; i++)
        ace = (PACE_HEADER)((char *)ace + ace->AceSize);
    acl->AclSize = (USHORT)((char *)ace - (char *)acl);
}

/* One of the caller's: nothing here is shared, so nothing needs a lock. `creator` may be NULL. */
static PSECURITY_DESCRIPTOR make_standard(struct standard *s, PSID creator)
{
    SID world;
    SID_IDENTIFIER_AUTHORITY nt = SECURITY_NT_AUTHORITY;
    char administrators[SECURITY_MAX_SID_SIZE];
    RtlInitializeSid(administrators, &nt, 2);
    *RtlSubAuthoritySid(administrators, 0) = SECURITY_BUILTIN_DOMAIN_RID;
    *RtlSubAuthoritySid(administrators, 1) = DOMAIN_ALIAS_RID_ADMINS;
    memset(s, 0, sizeof *s);
    sid_of(&s->owner, 5, SECURITY_LOCAL_SYSTEM_RID);
    RtlCreateSecurityDescriptor(&s->sd, SECURITY_DESCRIPTOR_REVISION);
    RtlCreateAcl(&s->dacl.acl, sizeof s->dacl, ACL_REVISION);
    RtlAddAccessAllowedAce(&s->dacl.acl, ACL_REVISION, FILE_ALL_ACCESS, &s->owner);
    RtlAddAccessAllowedAce(&s->dacl.acl, ACL_REVISION, FILE_ALL_ACCESS, administrators);
    if (creator)
        RtlAddAccessAllowedAce(&s->dacl.acl, ACL_REVISION, FILE_ALL_ACCESS, creator);
    RtlAddAccessAllowedAce(&s->dacl.acl, ACL_REVISION, FILE_GENERIC_READ | FILE_GENERIC_WRITE,
        sid_of(&world, 1, SECURITY_WORLD_RID));
    fit(&s->dacl.acl);
    RtlSetDaclSecurityDescriptor(&s->sd, TRUE, &s->dacl.acl, FALSE);
    RtlSetOwnerSecurityDescriptor(&s->sd, creator ? creator : &s->owner, FALSE);
    RtlSetGroupSecurityDescriptor(&s->sd, &s->owner, FALSE);
    return &s->sd;
}

/* A copy for one use, as a slot's may be changed meanwhile. */
static NTSTATUS copy_of(struct msfs_slot *slot, PSECURITY_DESCRIPTOR *copy)
{
    struct standard standard;
    NTSTATUS status;
    if (!slot || !__atomic_load_n(&slot->descriptor, __ATOMIC_RELAXED))
        return se_descriptor_capture(make_standard(&standard, NULL), copy);
    ke_lock(&slot->lock);
    status = se_descriptor_capture(slot->descriptor, copy);
    ke_unlock(&slot->lock);
    return status;
}

/* ---- opening ---- */

NTSTATUS msfs_security_assign(struct msfs_slot *slot, const struct io_operation *op)
{
    PACCESS_STATE state = access_state(op);
    struct standard standard;
    if (!state)
        return STATUS_SUCCESS;
    if (state->SecurityDescriptor && !RtlValidSecurityDescriptor(state->SecurityDescriptor))
        return STATUS_INVALID_SECURITY_DESCR;
    if (state->SecurityDescriptor)
        return SeAssignSecurity(NULL, state->SecurityDescriptor, &slot->descriptor, FALSE,
            &state->SubjectSecurityContext, IoGetFileObjectGenericMapping(), PagedPool);
    PACCESS_TOKEN token = requestor_token(op);
    if (!token || se_token_is_system(token))
        return STATUS_SUCCESS; /* the default's owner: nothing to keep */
    return se_descriptor_capture(make_standard(&standard, se_token_user(token)), &slot->descriptor);
}

static void record(struct io_operation *op, ACCESS_MASK granted)
{
    PACCESS_STATE state = access_state(op);
    state->PreviouslyGrantedAccess |= granted;
    state->RemainingDesiredAccess &= ~(granted | MAXIMUM_ALLOWED);
}

static ACCESS_MASK plain_rights(ACCESS_MASK desired)
{
    ACCESS_MASK rights = se_map_generic(desired, IoGetFileObjectGenericMapping());
    return rights & MAXIMUM_ALLOWED ? (rights & ~(ACCESS_MASK)MAXIMUM_ALLOWED) | FILE_ALL_ACCESS : rights;
}

NTSTATUS msfs_security_check(
    struct msfs_slot *slot, struct io_operation *op, ACCESS_MASK desired, ACCESS_MASK *granted)
{
    PSECURITY_DESCRIPTOR sd;
    *granted = plain_rights(desired);
    if (!access_state(op) || !*granted)
        return STATUS_SUCCESS; /* M-83: a client may ask for nothing */
    if (op->mode == KernelMode && !(op->iopb.OperationFlags & SL_FORCE_ACCESS_CHECK))
        return STATUS_SUCCESS;
    NTSTATUS status = copy_of(slot, &sd);
    if (!NT_SUCCESS(status))
        return status;
    status =
        se_access_check(sd, requestor_token(op), desired, IoGetFileObjectGenericMapping(), UserMode, granted);
    ExFreePool(sd);
    if (NT_SUCCESS(status))
        record(op, *granted);
    return status;
}

/* ---- IRP_MJ_QUERY_SECURITY, IRP_MJ_SET_SECURITY ---- */

NTSTATUS msfs_query_security(struct msfs_open *open, struct io_operation *op)
{
    PSECURITY_DESCRIPTOR sd;
    ULONG length = op->iopb.Parameters.QuerySecurity.Length;
    NTSTATUS status = copy_of(open->slot, &sd);
    if (!NT_SUCCESS(status))
        return msfs_done(op, status, 0);
    void *buffer = msfs_buffer(
        op->iopb.Parameters.QuerySecurity.MdlAddress, op->iopb.Parameters.QuerySecurity.SecurityBuffer);
    status = se_descriptor_query(sd, op->iopb.Parameters.QuerySecurity.SecurityInformation, buffer, &length);
    ExFreePool(sd);
    /* the length needed goes up with STATUS_BUFFER_OVERFLOW, as file systems do; the Zw call turns it */
    return msfs_done(op, status == STATUS_BUFFER_TOO_SMALL ? STATUS_BUFFER_OVERFLOW : status, length);
}

NTSTATUS msfs_set_security(struct msfs_open *open, struct io_operation *op)
{
    struct msfs_slot *slot = open->slot;
    PSECURITY_DESCRIPTOR old, merged, change = op->iopb.Parameters.SetSecurity.SecurityDescriptor;
    if (!slot)
        return msfs_done(op, STATUS_ACCESS_DENIED, 0); /* the root's is fixed */
    if (!change)
        return msfs_done(op, STATUS_ACCESS_VIOLATION, 0); /* F-375 */
    NTSTATUS status = copy_of(slot, &old);
    if (!NT_SUCCESS(status))
        return msfs_done(op, status, 0);
    status = se_descriptor_merge(old, change, op->iopb.Parameters.SetSecurity.SecurityInformation, &merged);
    ExFreePool(old);
    if (!NT_SUCCESS(status))
        return msfs_done(op, status, 0);
    ke_lock(&slot->lock);
    old = slot->descriptor;
    __atomic_store_n(&slot->descriptor, merged, __ATOMIC_RELAXED);
    slot->changed.QuadPart = (LONGLONG)ke_system_time();
    ke_unlock(&slot->lock);
    if (old)
        ExFreePool(old);
    return msfs_done(op, STATUS_SUCCESS, 0);
}
