/*
 * IRP_MJ_QUERY_SECURITY and IRP_MJ_SET_SECURITY (V-172, V-176 to V-180): what a descriptor means for mode, owner and group is
 * set there, the whole of it is kept beside them (descriptor.c).
 */
#include "hostfs/hostfs.h"
#include "ntoskrnl/se/se.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

NTSTATUS hostfs_query_security(struct hostfs_ccb *ccb, struct io_operation *op)
{
    struct statx attributes;
    PSECURITY_DESCRIPTOR sd;
    ULONG length = op->iopb.Parameters.QuerySecurity.Length;
    int error = hostfs_statx(ccb->node ? ccb->node->fd : ccb->volume->root_fd, &attributes);
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_PLAIN);
    NTSTATUS status = hostfs_descriptor_of(ccb->node ? ccb->node : ccb->volume->root, &attributes, &sd);
    if (!NT_SUCCESS(status))
        return hostfs_done(op, status, 0);
    void *buffer = hostfs_buffer(op->iopb.Parameters.QuerySecurity.MdlAddress, op->iopb.Parameters.QuerySecurity.SecurityBuffer);
    status = se_descriptor_query(sd, op->iopb.Parameters.QuerySecurity.SecurityInformation, buffer, &length);
    ExFreePool(sd);
    /* the length needed goes up with STATUS_BUFFER_OVERFLOW, as file systems do; the Zw call turns it */
    return hostfs_done(op, status == STATUS_BUFFER_TOO_SMALL ? STATUS_BUFFER_OVERFLOW : status, length);
}

/* ---- setting ---- */

static void grant_class(mode_t *mode, unsigned shift, ACCESS_MASK rights)
{
    *mode &= ~(07u << shift);
    if (rights & FILE_READ_DATA)
        *mode |= 04u << shift;
    if ((rights & FILE_WRITE_DATA) && (rights & FILE_APPEND_DATA)) /* V-179 */
        *mode |= 02u << shift;
    if (rights & FILE_EXECUTE)
        *mode |= 01u << shift;
}

/* What a caller who has just these SIDs would get. */
static ACCESS_MASK rights_of(PACL dacl, const PSID *sids, size_t count)
{
    ACCESS_MASK granted = 0, denied = 0;
    PACE_HEADER ace = (PACE_HEADER)(dacl + 1);
    for (USHORT i = 0; i < dacl->AceCount; i++, ace = (PACE_HEADER)((char *)ace + ace->AceSize)) {
        PACCESS_ALLOWED_ACE body = (PACCESS_ALLOWED_ACE)ace; /* a denying ACE has the same layout */
        if ((ace->AceFlags & INHERIT_ONLY_ACE) || (ace->AceType != ACCESS_ALLOWED_ACE_TYPE && ace->AceType != ACCESS_DENIED_ACE_TYPE))
            continue;
        bool ours = false;
        for (size_t s = 0; s < count; s++)
            ours |= RtlEqualSid((PSID)&body->SidStart, sids[s]);
        ACCESS_MASK mask = ours ? se_map_generic(body->Mask, IoGetFileObjectGenericMapping()) : 0;
        if (ace->AceType == ACCESS_ALLOWED_ACE_TYPE)
            granted |= mask & ~denied;
        else
            denied |= mask & ~granted;
    }
    return granted;
}

static mode_t mode_of_dacl(PACL dacl, mode_t mode, uid_t uid, gid_t gid)
{
    char owner[SECURITY_MAX_SID_SIZE], group[SECURITY_MAX_SID_SIZE];
    SID world = {.Revision = SID_REVISION, .SubAuthorityCount = 1, .IdentifierAuthority = {SECURITY_WORLD_SID_AUTHORITY},
        .SubAuthority = {SECURITY_WORLD_RID}};
    se_sid_of_uid(uid, owner);
    se_sid_of_gid(gid, group);
    PSID owners[] = {owner, &world}, groups[] = {group, &world}, others[] = {&world};
    if (dacl == NULL)
        return mode | 0777;
    grant_class(&mode, 6, rights_of(dacl, owners, 2));
    grant_class(&mode, 3, rights_of(dacl, groups, 2));
    grant_class(&mode, 0, rights_of(dacl, others, 1));
    return mode;
}

struct change {
    uid_t uid;
    gid_t gid;
    mode_t mode;
    bool owner, group, dacl;
};

static NTSTATUS read_owner(PSECURITY_DESCRIPTOR sd, struct change *change)
{
    PSID sid;
    BOOLEAN defaulted;
    NTSTATUS status = RtlGetOwnerSecurityDescriptor(sd, &sid, &defaulted);
    if (!NT_SUCCESS(status) || sid == NULL)
        return STATUS_INVALID_OWNER;
    return se_uid_of_sid(sid, &change->uid) ? STATUS_SUCCESS : STATUS_INVALID_OWNER;
}

static NTSTATUS read_group(PSECURITY_DESCRIPTOR sd, struct change *change)
{
    PSID sid;
    BOOLEAN defaulted;
    NTSTATUS status = RtlGetGroupSecurityDescriptor(sd, &sid, &defaulted);
    if (!NT_SUCCESS(status) || sid == NULL)
        return STATUS_INVALID_PRIMARY_GROUP;
    return se_gid_of_sid(sid, &change->gid) ? STATUS_SUCCESS : STATUS_INVALID_PRIMARY_GROUP;
}

static NTSTATUS read_dacl(PSECURITY_DESCRIPTOR sd, const struct statx *now, struct change *change)
{
    PACL dacl;
    BOOLEAN present, defaulted;
    NTSTATUS status = RtlGetDaclSecurityDescriptor(sd, &present, &dacl, &defaulted);
    if (!NT_SUCCESS(status))
        return status;
    change->mode = mode_of_dacl(present ? dacl : NULL, now->stx_mode & 07777, change->uid, change->gid);
    return STATUS_SUCCESS;
}

/* The front end's exact values hold as long as the descriptor in the operation still means them (V-127). */
static void prefer_front_end(const struct io_operation *op, struct change *change)
{
    const struct io_linux *linux_side = op->linux_side;
    if (linux_side == NULL || op->iopb.MajorFunction != IRP_MJ_SET_SECURITY)
        return;
    if ((linux_side->have & IO_LINUX_MODE) && change->dacl && ((linux_side->mode ^ change->mode) & 0777) == 0)
        change->mode = linux_side->mode & 07777;
}

static int apply(struct io_node *node, const struct change *change)
{
    uid_t uid = change->owner ? change->uid : (uid_t)-1;
    gid_t gid = change->group ? change->gid : (gid_t)-1;
    if ((change->owner || change->group) && fchownat(node->fd, "", uid, gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) != 0)
        return -errno;
    return change->dacl ? hostfs_chmod(node->volume, node->fd, change->mode) : 0;
}

/* Keeps what mode bits cannot say; without room or attributes the mode alone remains, which is a part of it. */
static void store(struct io_node *node, PSECURITY_DESCRIPTOR old, SECURITY_INFORMATION which, PSECURITY_DESCRIPTOR sd)
{
    PSECURITY_DESCRIPTOR merged;
    if (!NT_SUCCESS(se_descriptor_merge(old, sd, which, &merged)))
        return;
    hostfs_store_descriptor(node, merged);
    ExFreePool(merged);
}

NTSTATUS hostfs_apply_descriptor(struct io_node *node, SECURITY_INFORMATION which, PSECURITY_DESCRIPTOR sd, struct io_operation *op)
{
    struct statx now;
    struct change change;
    PSECURITY_DESCRIPTOR old;
    int error = hostfs_statx(node->fd, &now);
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_OWNER);
    change = (struct change){now.stx_uid, now.stx_gid, now.stx_mode & 07777, which & OWNER_SECURITY_INFORMATION,
        which & GROUP_SECURITY_INFORMATION, which & DACL_SECURITY_INFORMATION};
    NTSTATUS status = change.owner ? read_owner(sd, &change) : STATUS_SUCCESS;
    if (NT_SUCCESS(status) && change.group)
        status = read_group(sd, &change);
    if (NT_SUCCESS(status) && change.dacl)
        status = read_dacl(sd, &now, &change);
    if (!NT_SUCCESS(status))
        return hostfs_done(op, status, 0);
    prefer_front_end(op, &change);
    status = hostfs_descriptor_of(node, &now, &old);
    if (!NT_SUCCESS(status))
        return hostfs_done(op, status, 0);
    error = apply(node, &change);
    bool from_linux = op->linux_side && (op->linux_side->have & (IO_LINUX_MODE | IO_LINUX_OWNER));
    if (error == 0 && !from_linux)
        store(node, old, which, sd);
    ExFreePool(old);
    return error < 0 ? hostfs_fail(op, error, IO_ERRNO_OWNER) : STATUS_SUCCESS;
}

/* A POSIX ACL or Samba's attribute: stored as it came as long as no filter changed the descriptor it was shown as (V-172). */
static bool is_front_ends_own(const struct io_operation *op, PSECURITY_DESCRIPTOR sd)
{
    const struct io_linux *linux_side = op->linux_side;
    if (linux_side == NULL || !(linux_side->have & IO_LINUX_SECURITY))
        return false;
    ULONG length = RtlLengthSecurityDescriptor(linux_side->descriptor);
    return RtlLengthSecurityDescriptor(sd) == length && memcmp(sd, linux_side->descriptor, length) == 0;
}

static NTSTATUS store_as_given(struct io_node *node, struct io_operation *op)
{
    const struct io_linux *linux_side = op->linux_side;
    int error = linux_side->xattr_value ? hostfs_setxattr(node->fd, linux_side->xattr_name, linux_side->xattr_value,
                                              linux_side->xattr_size, linux_side->xattr_flags)
                                        : hostfs_removexattr(node->fd, linux_side->xattr_name);
    return error < 0 ? hostfs_fail(op, error, IO_ERRNO_XATTR) : STATUS_SUCCESS;
}

NTSTATUS hostfs_set_security(struct hostfs_ccb *ccb, struct io_operation *op)
{
    PSECURITY_DESCRIPTOR sd = op->iopb.Parameters.SetSecurity.SecurityDescriptor;
    if (ccb->node == NULL)
        return hostfs_done(op, STATUS_ACCESS_DENIED, 0);
    if (sd == NULL)
        return hostfs_done(op, STATUS_ACCESS_VIOLATION, 0); /* F-375 */
    if (ccb->volume->read_only)
        return hostfs_fail(op, EROFS, IO_ERRNO_PLAIN);
    NTSTATUS status = is_front_ends_own(op, sd)
        ? store_as_given(ccb->node, op)
        : hostfs_apply_descriptor(ccb->node, op->iopb.Parameters.SetSecurity.SecurityInformation, sd, op);
    if (status != STATUS_SUCCESS)
        return status;
    hostfs_notify(ccb->node, FILE_NOTIFY_CHANGE_SECURITY, FILE_ACTION_MODIFIED);
    return hostfs_done(op, STATUS_SUCCESS, 0);
}
